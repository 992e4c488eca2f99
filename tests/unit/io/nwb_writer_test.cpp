#include <gtest/gtest.h>

#include "myocramp/io/nwb.hpp"
#include "support/nwb_samples.hpp"
#include "support/temp_dir.hpp"

namespace myocramp::io {
namespace {

using test::bytes_of;
using test::TempDir;

TEST(WriteNwb, EqualInputGivesEqualBytesAnywhere) {
  const TempDir dir;
  write_nwb(dir.file("a.nwb"), test::rich_recording());
  write_nwb(dir.file("sub/another name.nwb"), test::rich_recording());
  EXPECT_EQ(bytes_of(dir.file("a.nwb")), bytes_of(dir.file("sub/another name.nwb")));
  EXPECT_EQ(dir.count(), 2U);
}

}  // namespace
}  // namespace myocramp::io
