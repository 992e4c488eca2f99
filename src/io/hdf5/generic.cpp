#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "io/common_length.hpp"
#include "io/generic_layout.hpp"
#include "io/hdf5/dataset_source.hpp"
#include "io/hdf5/file.hpp"
#include "io/hdf5/layouts.hpp"
#include "io/hdf5/values.hpp"
#include "io/tsv.hpp"
#include "io/volt_units.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::size_t kMaxChannels = 1024;

/// A whole text as a number, such as "2048".
std::optional<double> number_of(const std::string& text) {
  double x = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return x;
}

/// Fills in what a layout leaves to the file.
class GenericReader {
 public:
  GenericReader(const File& file, const GenericLayout& layout) : file_(file), layout_(layout) {}

  StoredSignal read_samples(Recording& recording, Signal& signal) {
    StoredSignal stored;
    for (const std::string& path : layout_.signal) {
      stored.datasets.push_back(open_samples(path));
      const CheckedDataset& d = stored.datasets.back();
      for (Index c = 0; c < d.columns; ++c) stored.columns.push_back({stored.datasets.size() - 1, c, 1, 0});
      if (stored.columns.size() > kMaxChannels) throw too_many_channels(d);
    }
    std::vector<Index> rows;
    for (const CheckedDataset& d : stored.datasets) rows.push_back(d.rows);
    signal.samples = common_length(rows, recording.notes);
    set_conversion(stored, signal);
    signal.channels = channels(stored);
    return stored;
  }

  [[nodiscard]] SampleRate rate() const {
    const std::string expected = "a finite rate above 0 Hz";
    if (layout_.rate_hz.place.empty()) return SampleRate(layout_.rate_hz.given.front());
    const Value value = read_value(file_, layout_.rate_hz.place);
    const auto fail = [&](const std::string& found) { return DataError({"E-RATE", value.file, value.place, expected, found}); };
    const std::vector<double> rates = as_numbers(value, "E-RATE", expected);
    if (rates.empty()) throw fail("none");
    for (const double rate : rates) {
      if (!std::isfinite(rate) || rate <= 0) throw fail(shortest(rate));
      if (rate != rates[0])
        throw fail(std::to_string(rates.size()) + " rates that differ, " + shortest(rates[0]) + " and " + shortest(rate));
    }
    return SampleRate(rates[0]);
  }

 private:
  [[nodiscard]] DataError too_many_channels(const CheckedDataset& d) const {
    const std::string found = shape_text(shape_of(d.object)) + " with axes " + axes_text(layout_.axes);
    return DataError({"E-CHANNELS", d.object.file, d.object.path,
                      "at most " + std::to_string(kMaxChannels) + " channels and no more channels than samples", found});
  }

  /// Opens a dataset and holds that its shape has the axes of the layout.
  [[nodiscard]] CheckedDataset open_samples(const std::string& path) const {
    CheckedDataset d = open_checked(file_, path);
    const std::vector<std::uint64_t> shape = shape_of(d.object);
    const auto fail = [&](const std::string& expected) {
      return DataError({"E-RANK", d.object.file, d.object.path, expected + " for axes " + axes_text(layout_.axes), shape_text(shape)});
    };
    bool time_is_last = layout_.axes == Axes::kChannelTime;
    if (layout_.axes == Axes::kTime) {
      if (shape.size() == 2 && shape[0] != 1 && shape[1] != 1) throw fail("one dimension");
      time_is_last = shape.size() == 2 && shape[0] == 1;
    } else if (shape.size() != 2) {
      throw fail("two dimensions");
    }
    if (time_is_last) d = open_checked(file_, path, TimeAxis::kLast);
    if (d.rows == 0 || d.columns == 0) throw DataError({"E-SAMPLES", d.object.file, d.object.path, "at least one sample", "none"});
    if (d.columns > static_cast<Index>(kMaxChannels) || d.columns > d.rows) throw too_many_channels(d);
    return d;
  }

  /// Numbers of a value; a text counts when it is a number as a whole.
  static std::vector<double> as_numbers(const Value& value, const std::string& code, const std::string& expected) {
    std::vector<double> numbers = value.numbers;
    for (const std::string& text : value.texts) {
      const std::optional<double> x = number_of(text);
      if (!x) throw DataError({code, value.file, value.place, expected, "the text '" + printable(text) + "'"});
      numbers.push_back(*x);
    }
    return numbers;
  }

  [[nodiscard]] double per_volt() const {
    if (layout_.unit.place.empty()) return *units_per_volt(layout_.unit.given.front());
    const Value value = read_value(file_, layout_.unit.place);
    const bool text = value.is_text && value.size() >= 1;
    const auto same = [&](const std::string& other) { return units_per_volt(other) == units_per_volt(value.texts[0]); };
    if (text && units_per_volt(value.texts[0]) && std::all_of(value.texts.begin(), value.texts.end(), same)) {
      return *units_per_volt(value.texts[0]);
    }
    throw DataError({"E-UNIT", value.file, value.place, kVoltUnits, value.shown()});
  }

  /// The scale of every channel; one number stands for all.
  [[nodiscard]] std::vector<double> scales(const StoredSignal& stored) const {
    const std::size_t channels = stored.columns.size();
    if (layout_.scale.absent()) {
      for (const CheckedDataset& d : stored.datasets) {
        if (is_float(d.type)) continue;
        throw DataError({"E-SCALE", d.object.file, d.object.path, "a scale in the layout for integers", "none"});
      }
      return std::vector<double>(channels, 1.0);
    }
    const std::string expected = "one finite number other than 0, or " + std::to_string(channels);
    std::vector<double> scale = layout_.scale.given;
    std::string file = layout_.file;
    std::string place = "scale";
    if (!layout_.scale.place.empty()) {
      const Value value = read_value(file_, layout_.scale.place);
      scale = as_numbers(value, "E-SCALE", expected);
      file = value.file;
      place = value.place;
    }
    if (scale.size() == 1) scale.resize(channels, scale[0]);
    if (scale.size() != channels) throw DataError({"E-SCALE", file, place, expected, std::to_string(scale.size()) + " numbers"});
    for (const double s : scale) {
      if (!std::isfinite(s) || s == 0) throw DataError({"E-SCALE", file, place, expected, shortest(s)});
    }
    return scale;
  }

  [[nodiscard]] double offset() const {
    if (layout_.offset.absent()) return 0;
    if (layout_.offset.place.empty()) return layout_.offset.given.front();
    const Value value = read_value(file_, layout_.offset.place);
    const std::vector<double> numbers = as_numbers(value, "E-SCALE", "one finite number");
    if (numbers.size() == 1 && std::isfinite(numbers[0])) return numbers[0];
    throw DataError({"E-SCALE", value.file, value.place, "one finite number", value.shown()});
  }

  void set_conversion(StoredSignal& stored, Signal& signal) const {
    const double volt = per_volt();
    const std::vector<double> scale = scales(stored);
    const double zero = offset();
    for (std::size_t c = 0; c < scale.size(); ++c) stored.columns[c].step_v = scale[c] / volt;
    stored.offset_v = zero / volt;
    const bool same = std::all_of(scale.begin(), scale.end(), [&](double s) { return s == scale[0]; });
    signal.conversion =
        "(raw * " + (same ? shortest(scale[0]) : "scale of the channel") + " + " + shortest(zero) + ") / " + shortest(volt) + " V";
  }

  /// The texts of a layout's key, one per channel. Throws: DataError E-CHANNELS.
  [[nodiscard]] std::vector<std::string> texts(const char* key, const LayoutTexts& from, std::size_t channels) const {
    std::vector<std::string> found = from.given;
    std::string file = layout_.file;
    std::string place = key;
    if (!from.place.empty()) {
      const Value value = read_value(file_, from.place);
      file = value.file;
      place = value.place;
      found = value.texts;
      for (const double x : value.numbers) found.push_back(shortest(x));
    }
    if (found.size() != channels) {
      throw DataError({"E-CHANNELS", file, place, std::to_string(channels) + " texts, one per channel", std::to_string(found.size())});
    }
    for (std::string& text : found) text = escape(text);
    return found;
  }

  [[nodiscard]] std::vector<std::string> names(const StoredSignal& stored) const {
    const std::size_t n = stored.columns.size();
    std::vector<std::string> names;
    if (!layout_.channel_names.absent()) {
      names = texts("channel_names", layout_.channel_names, n);
    } else if (layout_.listed) {
      for (const std::string& path : layout_.signal) names.push_back(escape(path.substr(path.rfind('/') + 1)));
      if (std::set<std::string>(names.begin(), names.end()).size() != n) names.clear();
    }
    for (std::size_t c = names.size(); c < n; ++c) names.push_back("ch" + std::to_string(c + 1));
    std::set<std::string> seen;
    for (const std::string& name : names) {
      if (!name.empty() && seen.insert(name).second) continue;
      throw DataError({"E-CHANNELS", layout_.channel_names.place.empty() ? layout_.file : file_.path(), "channel_names",
                       "a name for every channel, each once", name.empty() ? "an empty one" : printable(name) + " twice"});
    }
    return names;
  }

  [[nodiscard]] std::vector<Channel> channels(const StoredSignal& stored) const {
    const std::vector<std::string> channel_names = names(stored);
    const std::size_t n = channel_names.size();
    std::vector<std::string> none(n);
    const std::vector<std::string> muscles = layout_.muscle.absent() ? none : texts("muscle", layout_.muscle, n);
    const std::vector<std::string> sides = layout_.side.absent() ? none : texts("side", layout_.side, n);
    std::vector<Channel> out(n);
    for (std::size_t c = 0; c < n; ++c) {
      if (!sides[c].empty() && sides[c] != "left" && sides[c] != "right") {
        throw DataError({"E-CHANNELS", layout_.side.place.empty() ? layout_.file : file_.path(), "side", "left, right or an empty text",
                         printable(sides[c])});
      }
      const CheckedDataset& d = stored.datasets[stored.columns[c].dataset];
      out[c].name = channel_names[c];
      out[c].muscle = muscles[c];
      out[c].side = sides[c];
      out[c].label = d.object.path;
      if (!is_float(d.type)) out[c].step_v = stored.columns[c].step_v;
    }
    return out;
  }

  const File& file_;
  const GenericLayout& layout_;
};

}  // namespace

bool is_generic(const File& /*file*/) { return false; }

Recording open_generic(const std::shared_ptr<const File>& file, const OpenOptions& options) {
  const Guard guard;
  const GenericLayout layout = read_generic_layout(options.layout);
  GenericReader reader(*file, layout);
  Recording recording;
  recording.path = file->path();
  recording.layout = "generic";
  Signal signal{.name = "", .rate = reader.rate(), .start_s = 0, .samples = 0, .channels = {}, .source = nullptr, .conversion = ""};
  StoredSignal stored = reader.read_samples(recording, signal);
  stored.threads = options.threads;
  signal.source = std::make_shared<DatasetSource>(file, std::move(stored));
  recording.signals.push_back(std::move(signal));
  return recording;
}

}  // namespace myocramp::io::hdf5
