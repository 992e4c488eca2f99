#include "io/uuid.hpp"

#include <gtest/gtest.h>

namespace myocramp::io {
namespace {

// RFC 9562, appendix A.4
TEST(Uuid5, IsTheExampleOfTheRfc) { EXPECT_EQ(uuid5(kDnsNamespace, "www.example.com").text(), "2ed6657d-e927-568b-95e1-2665a8aea6a2"); }

// python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, NAME))'
TEST(Uuid5, AgreesWithPython) {
  EXPECT_EQ(uuid5(kUrlNamespace, "myocramp").text(), "4861d4a9-7236-5f3e-a501-b985b18c2968");
  EXPECT_EQ(uuid5(kUrlNamespace, "").text(), "1b4db7eb-4057-5ddf-91e0-36dec72071f5");
  EXPECT_EQ(uuid5(kUrlNamespace, "Délsys\n/acquisition").text(), "a68d7047-c6b9-5a00-b822-753158c8cccc");
}

}  // namespace
}  // namespace myocramp::io
