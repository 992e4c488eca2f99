#include "myocramp/study/tuning.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace myocramp {
namespace {

const SampleRate kRate(1000);

TEST(TuningDraws, BeginWithTheDefaultsAndStayInTheirRanges) {
  for (const DetectorEntry& entry : detectors()) {
    const std::vector<OptionValues> draws = tuning_draws(entry, 50, 7, kRate);
    ASSERT_EQ(draws.size(), 50U);
    for (std::size_t k = 0; k < draws.size(); ++k) {
      ASSERT_EQ(draws[k].size(), entry.options.size());
      for (std::size_t i = 0; i < entry.options.size(); ++i) {
        const auto& [field, value] = entry.options[i];
        const auto& [name, drawn] = draws[k][i];
        EXPECT_EQ(name, field.name);
        EXPECT_GE(drawn, field.low) << entry.name << " " << name;
        EXPECT_LE(drawn, field.high) << entry.name << " " << name;
        if (k == 0) {
          EXPECT_EQ(drawn, value) << entry.name << " " << name;
        } else if (value > 0) {
          EXPECT_GE(drawn, value / 3 * (1 - 1e-12));
          EXPECT_LE(drawn, value * 3 * (1 + 1e-12));
        } else {
          EXPECT_EQ(drawn, value) << entry.name << " " << name;
        }
      }
    }
  }
}

TEST(TuningDraws, GoTogetherAndWithTheRate) {
  for (const double hertz : {600.0, 1000.0, 4000.0}) {
    for (const DetectorEntry& entry : detectors()) {
      for (const OptionValues& draw : tuning_draws(entry, 200, 7, SampleRate(hertz))) {
        if (hertz == 600 && entry.name == "tkeo" && draw == tuning_draws(entry, 1, 7, kRate)[0]) continue;  // its default is too high there
        EXPECT_NO_THROW(entry.make(draw, SampleRate(hertz), 1)) << entry.name;
      }
    }
  }
  // Where nothing fits, something is tried all the same.
  EXPECT_EQ(tuning_draws(find_detector("tkeo"), 3, 7, SampleRate(100)).size(), 3U);
}

TEST(TuningDraws, DependOnSeedAndDetectorAndGrow) {
  const DetectorEntry& bonato = find_detector("bonato");
  EXPECT_EQ(tuning_draws(bonato, 9, 1, kRate), tuning_draws(bonato, 9, 1, kRate));
  EXPECT_NE(tuning_draws(bonato, 9, 1, kRate), tuning_draws(bonato, 9, 2, kRate));
  const auto more = tuning_draws(bonato, 20, 1, kRate);
  EXPECT_EQ(tuning_draws(bonato, 9, 1, kRate), (std::vector<OptionValues>{more.begin(), more.begin() + 9}));
  EXPECT_TRUE(tuning_draws(bonato, 0, 1, kRate).empty());
}

TEST(TrainingSubjects, AreHalfWhateverTheirOrder) {
  const std::vector<std::string> subjects = {"a", "b", "c", "d", "e", "f", "g"};
  const std::vector<std::string> chosen = training_subjects(subjects, 3);
  EXPECT_EQ(chosen.size(), 3U);
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
  EXPECT_TRUE(std::includes(subjects.begin(), subjects.end(), chosen.begin(), chosen.end()));
  EXPECT_EQ(training_subjects({subjects.rbegin(), subjects.rend()}, 3), chosen);
  EXPECT_EQ(training_subjects({"a", "b"}, 0).size(), 1U);
}

TEST(TrainingSubjects, AreEachChosenByHalfOfTheSeeds) {
  int first = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const auto chosen = training_subjects({"a", "b", "c", "d"}, seed);
    first += std::find(chosen.begin(), chosen.end(), "a") != chosen.end() ? 1 : 0;
  }
  EXPECT_NEAR(first, 200, 60);  // six standard deviations
}

}  // namespace
}  // namespace myocramp
