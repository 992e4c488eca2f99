#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "myocramp/core/block.hpp"
#include "myocramp/core/error.hpp"
#include "myocramp/envelope/moving_mean.hpp"

namespace myocramp {

/// What the amplitude of a muscle is divided by: the options of the CEDE consensus. The peak and the mean of a task are one option there and
/// two methods here, for they do not compare.
///
/// Source: Besomi et al. 2020, J Electromyogr Kinesiol 53:102438.
enum class NormalisationMethod { kMvcTask, kMvcStandard, kSubmaximal, kTaskPeak, kTaskMean, kNone, kMmax };

inline constexpr std::array<std::string_view, 7> kNormalisationNames = {"mvc_task",  "mvc_standard", "submaximal", "task_peak",
                                                                        "task_mean", "none",         "mmax"};

/// The name of a method: mvc_task, mvc_standard, submaximal, task_peak, task_mean, none, mmax.
inline std::string_view normalisation_name(NormalisationMethod method) { return kNormalisationNames[static_cast<std::size_t>(method)]; }

/// The method of a name. Throws: InvalidArgument E-NORMALISATION naming the methods.
inline NormalisationMethod normalisation_method(std::string_view name) {
  const auto* const at = std::find(kNormalisationNames.begin(), kNormalisationNames.end(), name);
  if (at == kNormalisationNames.end()) {
    std::string have;
    for (const std::string_view n : kNormalisationNames) have += (have.empty() ? "" : ", ") + std::string(n);
    throw InvalidArgument({"E-NORMALISATION", "", "method", "one of " + have, printable(std::string(name))});
  }
  return static_cast<NormalisationMethod>(at - kNormalisationNames.begin());
}

/// What the amplitude of one muscle was divided by. It travels with the result, so that unlike results are not pooled.
struct Normalisation {
  NormalisationMethod method = NormalisationMethod::kNone;
  std::string muscle;       ///< or channel: one reference for each
  double reference_v = 1;   ///< V of the same envelope; 1 for none, whose results stay in V
  std::string description;  ///< how it was measured, such as "largest 0.5 s RMS of the mvc phase"
};

/// Holds a reference to its meaning. Throws: InvalidArgument E-NORMALISATION unless it is finite and above 0, and 1 for the method none.
inline void check(const Normalisation& n) {
  const std::string place = n.muscle.empty() ? "reference" : "reference of " + printable(n.muscle);
  if (!(n.reference_v > 0 && std::isfinite(n.reference_v))) {
    throw InvalidArgument({"E-NORMALISATION", "", place, "a finite voltage above 0", detail::number(n.reference_v)});
  }
  if (n.method == NormalisationMethod::kNone && n.reference_v != 1) {
    throw InvalidArgument({"E-NORMALISATION", "", place, "none for the method none", detail::number(n.reference_v) + " V"});
  }
}

/// Holds that results may be pooled or compared. Throws: InvalidArgument E-NORMALISATION naming two methods that differ.
inline void check_alike(const std::vector<Normalisation>& all) {
  for (const Normalisation& n : all) {
    const Normalisation& first = all.front();
    if (n.method != first.method) {
      throw InvalidArgument({"E-NORMALISATION", "", "pooling", "one method of normalisation",
                             std::string(normalisation_name(first.method)) + " and " + std::string(normalisation_name(n.method))});
    }
  }
}

/// Divides every channel by its reference: parts of 1, or V unchanged for the method none.
///
/// Shape: (n, c) -> (n, c), in place allowed; `references` holds one for each channel.  Units: V -> 1.  NaN: stays where it is.
/// Throws: InvalidArgument E-LENGTH for another number of references; E-NORMALISATION for one that is no voltage above 0, or for unlike methods.
template <class T>
void normalise(ConstBlock<T> x, Block<T> y, const std::vector<Normalisation>& references) {
  if (static_cast<Index>(references.size()) != x.channels()) {
    throw InvalidArgument(
        {"E-LENGTH", "", "references", std::to_string(x.channels()) + ", one for each channel", std::to_string(references.size())});
  }
  check_alike(references);
  for (const Normalisation& n : references) check(n);
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < x.channels(); ++c) {
      const double v = static_cast<double>(x(i, c)) / references[static_cast<std::size_t>(c)].reference_v;
      y(i, c) = static_cast<T>(v);
    }
  }
}

/// The largest mean over `window_s` of a root mean square: what an mvc or a submaximal phase gives as reference, of each channel.
///
/// Shape: (n, c) -> c.  Units: V, of a band-passed signal.  Only windows that lie wholly in it count; NaN reaches the windows that hold it, and a
/// channel without a whole one is NaN.  Throws: InvalidArgument E-OPTION for a window below a sample; DataError E-SHORT for one longer than the signal.
/// Source: a window of 0.5 s is our default; the largest over one is usual for contractions of a few seconds.
template <class T>
std::vector<double> largest_rms(ConstBlock<T> x, SampleRate rate, double window_s = 0.5) {
  const Index window = std::isfinite(window_s) ? rate.round(Seconds(window_s)) : 0;
  if (window < 1) throw InvalidArgument({"E-OPTION", "", "window_s", "at least one sample", detail::number(window_s) + " s"});
  if (window > x.rows()) {
    throw DataError({"E-SHORT", "", "signal", "at least one window of " + std::to_string(window) + " samples", std::to_string(x.rows())});
  }
  MovingRms<double> rms(window, x.channels());
  Samples<double> row(1, x.channels());
  std::vector<double> most(static_cast<std::size_t>(x.channels()), std::numeric_limits<double>::quiet_NaN());
  for (Index i = 0; i < x.rows(); ++i) {
    for (Index c = 0; c < x.channels(); ++c) row(0, c) = static_cast<double>(x(i, c));
    rms.process(row, row);
    if (i + 1 < window) continue;
    for (Index c = 0; c < x.channels(); ++c) {
      double& m = most[static_cast<std::size_t>(c)];
      if (std::isfinite(row(0, c)) && !(row(0, c) <= m)) m = row(0, c);
    }
  }
  return most;
}

}  // namespace myocramp
