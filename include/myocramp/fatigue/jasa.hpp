#pragma once

#include <string_view>

#include "myocramp/fatigue/trend.hpp"

namespace myocramp {

/// What amplitude and frequency say together.
enum class JasaState { kIndeterminate, kForceIncrease, kFatigue, kForceDecrease, kRecovery };

/// Joint analysis of spectrum and amplitude: the state that the directions of two trends stand for.
///
/// `amplitude`: of RMS or ARV; `frequency`: of the mean or median frequency; both over the same time, in any unit. Both up: more force;
/// amplitude up, frequency down: fatigue; both down: less force; amplitude down, frequency up: recovery.
/// Indeterminate where an interval holds 0 or is NaN.  Throws: never.
/// Source: Luttmann, Jäger & Laurig 2000 Int J Ind Ergon 25:645; that an interval must leave out 0 is our rule.
inline JasaState jasa(const Trend& amplitude, const Trend& frequency) noexcept {
  const auto direction = [](const Trend& t) { return t.low > 0 ? 1 : t.high < 0 ? -1 : 0; };
  const int force = direction(amplitude);
  const int shift = direction(frequency);
  if (force == 0 || shift == 0) return JasaState::kIndeterminate;
  if (force > 0) return shift > 0 ? JasaState::kForceIncrease : JasaState::kFatigue;
  return shift > 0 ? JasaState::kRecovery : JasaState::kForceDecrease;
}

/// "indeterminate", "force increase", "fatigue", "force decrease" or "recovery".
constexpr std::string_view name_of(JasaState state) noexcept {
  switch (state) {
    case JasaState::kForceIncrease:
      return "force increase";
    case JasaState::kFatigue:
      return "fatigue";
    case JasaState::kForceDecrease:
      return "force decrease";
    case JasaState::kRecovery:
      return "recovery";
    default:
      return "indeterminate";
  }
}

}  // namespace myocramp
