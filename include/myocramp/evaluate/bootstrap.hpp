#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace myocramp {

/// How intervals over subjects are made.
struct BootstrapOptions {
  int resamples = 2000;
  double level = 0.95;
  std::uint64_t seed = 0;
  int least_subjects = 5;  ///< fewer: not estimable
  int bca_subjects = 10;   ///< from here on corrected for bias and skewness, below by percentiles
};

enum class IntervalKind { kNone, kPercentile, kBca };

/// An interval of confidence; NaN where it is not estimable.
struct Confidence {
  double low = std::numeric_limits<double>::quiet_NaN();
  double high = std::numeric_limits<double>::quiet_NaN();
  IntervalKind kind = IntervalKind::kNone;
};

/// Statistics of a sample in which subject i stands weights[i] times; NaN where one is not defined. Always the same number.
using Statistics = std::function<std::vector<double>(std::span<const int> weights)>;

/// Intervals of statistics by resampling subjects, which are independent of one another, as the events of one subject are not.
///
/// Percentile interval, and BCa from `bca_subjects` on. Resamples in which a statistic is not defined are left out of its interval;
/// where they are more than a tenth, it is not estimable. The numbers are those of (seed, resample): nothing else moves them.
/// Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, ch. 13 and 14.
std::vector<Confidence> bootstrap(std::size_t n_subjects, const Statistics& statistics, const BootstrapOptions& options = {});

/// How often differences at least as large as the observed ones arise when each subject's two results change places at random: two-sided p.
///
/// `differences` gives them for a choice of subjects whose results change places (1) or stay (0). Up to 11 subjects every choice is made, beyond
/// `options.resamples` at random, with the observed one counted among them. NaN below `least_subjects`, and where a difference is
/// not defined for more than a tenth of the choices.
/// Source: Fisher 1935, The Design of Experiments; Phipson & Smyth 2010, Stat Appl Genet Mol Biol 9:39.
std::vector<double> sign_flip_p(std::size_t n_subjects, const std::function<std::vector<double>(std::span<const int> flipped)>& differences,
                                const BootstrapOptions& options = {});

}  // namespace myocramp
