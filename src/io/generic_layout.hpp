#pragma once

#include <string>
#include <vector>

namespace myocramp::io {

/// Which axis of a dataset is what.
enum class Axes { kTime, kTimeChannel, kChannelTime };

/// A value of a layout: given as such, or the place in the recording where it stands ("/path@attribute" or "/path").
struct LayoutNumbers {
  std::vector<double> given;
  std::string place;  ///< empty: given
  [[nodiscard]] bool absent() const noexcept { return given.empty() && place.empty(); }
};
struct LayoutTexts {
  std::vector<std::string> given;
  std::string place;
  [[nodiscard]] bool absent() const noexcept { return given.empty() && place.empty(); }
};

/// What a generic layout's JSON says: where the samples of a signal are, and what they mean. docs/formats.md describes the file.
struct GenericLayout {
  std::string file;                 ///< the JSON's path, for messages
  std::vector<std::string> signal;  ///< paths of datasets; several: one per channel
  bool listed = false;              ///< signal was given as a list
  Axes axes = Axes::kTime;
  LayoutNumbers rate_hz;
  LayoutTexts unit;
  LayoutNumbers scale;
  LayoutNumbers offset;
  LayoutTexts channel_names;
  LayoutTexts muscle;
  LayoutTexts side;
};

/// "time, channel" and so on, as the file names them.
const char* axes_text(Axes axes);

/// Reads and checks the JSON: every key, and every value that is given in it.
///
/// Throws: InvalidArgument E-LAYOUT-FILE naming file and key (no JSON, a key that is unknown, twice or missing, a value of another kind),
/// E-RATE, E-UNIT, E-SCALE for given values that cannot be.
GenericLayout read_generic_layout(const std::string& path);

}  // namespace myocramp::io
