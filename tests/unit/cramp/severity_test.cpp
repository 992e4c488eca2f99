#include "myocramp/cramp/severity.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "myocramp/core/error.hpp"
#include "myocramp/signal/episode.hpp"

namespace myocramp {
namespace {

TEST(Severity, IsTheNumberOfLimitsThatAreReached) {
  const SeverityScale scale = severity_scale_of_text("peak_uv:50,100,200");
  Episode e;
  EXPECT_TRUE(std::isnan(severity_grade(e, scale))) << "no peak, no grade";
  for (const auto& [peak, grade] : {std::pair{49.9, 0.0}, {50.0, 1.0}, {150.0, 2.0}, {1e9, 3.0}}) {
    e.peak_uv = peak;
    EXPECT_EQ(severity_grade(e, scale), grade) << peak;
  }
  EXPECT_TRUE(std::isnan(severity_grade(e, {}))) << "no scale, no grade";
}

TEST(Severity, ReadsWhatItWrites) {
  for (const char* text : {"", "peak_uv:50", "duration:2,10.5,60", "pct_mvc:1e-05,30"})
    EXPECT_EQ(to_text(severity_scale_of_text(text)), text);
}

TEST(Severity, RefusesWhatIsNoScale) {
  for (const char* text : {"peak_uv", "peak_uv:", "peak:50", ":50", "peak_uv:50,50", "peak_uv:100,50", "peak_uv:50,", "peak_uv:a",
                           "peak_uv:nan", "peak_uv:inf", "peak_uv: 50", "peak_uv:50;60"}) {
    EXPECT_THROW(severity_scale_of_text(text), InvalidArgument) << text;
  }
}

}  // namespace
}  // namespace myocramp
