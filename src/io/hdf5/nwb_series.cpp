#include "io/hdf5/nwb_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "io/hdf5/attributes.hpp"
#include "io/hdf5/nwb_table.hpp"
#include "io/hdf5/small_dataset.hpp"
#include "io/lower.hpp"
#include "io/tsv.hpp"
#include "io/volt_units.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr Index kMaxChannels = 1024;
constexpr const char* kElectrodes = "/general/extracellular_ephys/electrodes";
constexpr const char* kFinite = "a finite number other than 0";

/// One object of the series under its own name, or where a soft link inside the file says that it is: writers share timestamps, electrodes
/// and data between series so. What the link names must again be reached by hard links.
std::string path_of(const File& file, const std::string& series, const std::string& name) {
  const std::string target = soft_target(file.open_group(series), name);
  return target.empty() ? series + "/" + name : target;
}

double number_or(const Object& object, const std::string& name, double missing) {
  if (!has_attribute(object, name)) return missing;
  return read_number_attribute(object, name, "E-SCALE", "a finite number");
}

/// What the numbers of a series mean.
struct Scale {
  std::vector<double> step_v;  ///< one for all channels, or one per channel
  double offset_v = 0;
  std::string text;
};

class SeriesReader {
 public:
  SeriesReader(const File& file, const std::string& name) : file_(file), path_("/acquisition/" + name), group_(file.open_group(path_)) {
    series_.raw_name = name;
    series_.name = kept_text(name);
    type_ = read_text_attribute(group_, "neurodata_type").value_or("");
    is_electrical_ = type_ == "ElectricalSeries";
  }

  NwbSeries read() {
    const double unit_v = read_unit();  // first: what is no voltage is named as that, whatever else it is
    CheckedDataset data = open_data();
    read_channels(data);
    const Scale scale = read_scale(data, unit_v);
    series_.grid = read_times(data.rows);
    fill(std::move(data), scale);
    return std::move(series_);
  }

 private:
  [[nodiscard]] DataError fail(const std::string& code, const std::string& place, const std::string& expected,
                               const std::string& found) const {
    return DataError({code, file_.path(), group_.path + place, expected, found});
  }

  /// Volts per data * conversion + offset. The standard fixes volts for an ElectricalSeries; a text that says otherwise leaves two readings.
  double read_unit() {
    const Object data = file_.open_dataset(path_of(file_, path_, "data"));
    const auto unit = read_raw_text_attribute(data, "unit");
    const std::string shown = unit && !unit->empty() ? kept_text(*unit) : "no unit";
    if (!unit && is_electrical_) {
      series_.notes.push_back(group_.path + "/data has no unit: volts, as the standard says");
      return 1;
    }
    const auto per_volt = unit ? units_per_volt(*unit) : std::nullopt;
    if (!per_volt) throw fail("E-UNIT", "/data@unit", "volts", printable(shown));
    if (is_electrical_ && *per_volt != 1) {
      throw fail("E-UNIT", "/data@unit", "volts, which the standard fixes for an ElectricalSeries",
                 printable(shown) + ": data * conversion may be volts or " + printable(shown));
    }
    if (!is_electrical_) {
      series_.notes.push_back(group_.path + ": a " + (type_.empty() ? "series without a type" : type_) + " in " + shown +
                              ", not an ElectricalSeries: read as voltage");
    }
    return 1 / *per_volt;
  }

  CheckedDataset open_data() const {
    CheckedDataset data = open_checked(file_, path_of(file_, path_, "data"));
    if (data.rows == 0 || data.columns == 0) throw fail("E-SAMPLES", "/data", "at least one sample", "none");
    return data;
  }

  /// Rows of the electrodes table, one for each channel.
  std::vector<std::size_t> read_region(const NwbTable& table) const {
    const std::string region = path_of(file_, path_, "electrodes");
    const auto reference = read_reference_attribute(file_.open_dataset(region), "table");
    const Object electrodes = file_.open_group(kElectrodes);
    const std::uint64_t address = guarded(file_.path(), kElectrodes, [&] { return header_address(electrodes); });
    if (reference && *reference != address) {
      throw fail("E-LINK", "/electrodes@table", std::string("a reference to ") + kElectrodes, "one to another object");
    }
    std::vector<std::size_t> rows;
    for (const double row : read_numbers(file_, region)) {
      if (!(row >= 0 && row < static_cast<double>(table.rows()) && row == std::floor(row))) {
        throw fail("E-CHANNELS", "/electrodes", "rows of the electrodes table, 0 to " + std::to_string(table.rows()) + " excluded",
                   shortest(row));
      }
      rows.push_back(static_cast<std::size_t>(row));
    }
    return rows;
  }

  void read_channels(const CheckedDataset& data) {
    if (!has_link(group_, "electrodes")) {
      check_width(data, std::nullopt);
      for (Index c = 0; c < data.columns; ++c) {
        Channel channel;
        channel.name = "ch" + std::to_string(c + 1);
        series_.channels.push_back(std::move(channel));
      }
      return;
    }
    const NwbTable table(file_, kElectrodes);
    const std::vector<std::size_t> rows = read_region(table);
    check_width(data, static_cast<Index>(rows.size()));
    describe(table, rows);
  }

  void check_width(const CheckedDataset& data, std::optional<Index> electrodes) const {
    const std::string shape = "data of shape (" + std::to_string(data.rows) + ", " + std::to_string(data.columns) + ")";
    if (electrodes && data.columns != *electrodes) {
      const std::string expected = "(time, " + std::to_string(*electrodes) + ") for as many electrodes";
      if (data.rows == *electrodes) throw fail("E-RANK", "/data", expected, shape + ", which is transposed");
      throw fail("E-CHANNELS", "/data", expected, shape);
    }
    if (data.columns > kMaxChannels)
      throw fail("E-CHANNELS", "/data", "(time, channel) with at most " + std::to_string(kMaxChannels) + " channels", shape);
  }

  /// The first of the usual columns that names every electrode of the series.
  std::string name_column(const NwbTable& table, const std::vector<std::size_t>& rows) const {
    for (const char* const column : {"channel_name", "label", "electrode_name", "channel_id"}) {
      if (!table.has(column)) continue;
      const auto names = table.texts(column);
      if (std::all_of(rows.begin(), rows.end(), [&](std::size_t row) { return !names[row].empty(); })) return column;
    }
    return "";
  }

  void describe(const NwbTable& table, const std::vector<std::size_t>& rows) {
    const std::string named_by = name_column(table, rows);
    series_.named_by = named_by;
    const auto names = table.texts(named_by.empty() ? "channel_name" : named_by);
    const auto ids = table.numbers("id");
    const bool has_muscle = table.has("muscle");
    const auto muscle = table.texts("muscle");
    const auto side = table.texts("side");
    const auto location = table.texts("location");
    const auto label = table.texts("label");
    const auto distance = table.numbers("interelectrode_distance_mm");
    for (const std::size_t row : rows) {
      Channel c;
      const auto id = static_cast<std::int64_t>(std::isfinite(ids[row]) ? ids[row] : static_cast<double>(row));
      c.name = named_by.empty() ? "ch" + std::to_string(id) : names[row];
      c.muscle = muscle[row];
      c.side = side[row];
      c.label = named_by == "label" ? "" : label[row];
      c.interelectrode_distance_mm = distance[row];
      if (!has_muscle && c.label.empty() && lower(location[row]) != "unknown") c.label = location[row];
      series_.channels.push_back(std::move(c));
      series_.electrode_ids.push_back(id);
    }
  }

  Scale read_scale(const CheckedDataset& data, double unit_v) {
    const double conversion = number_or(data.object, "conversion", 1);
    const double offset = number_or(data.object, "offset", 0);
    if (!std::isfinite(conversion) || conversion == 0) throw fail("E-SCALE", "/data@conversion", kFinite, shortest(conversion));
    if (!std::isfinite(offset)) throw fail("E-SCALE", "/data@offset", "a finite number", shortest(offset));
    Scale scale{{conversion * unit_v}, offset * unit_v, "data * " + shortest(conversion)};
    if (has_link(group_, "channel_conversion")) {
      const auto factors = read_numbers(file_, path_of(file_, path_, "channel_conversion"));
      if (factors.size() != series_.channels.size()) {
        throw fail("E-SCALE", "/channel_conversion", std::to_string(series_.channels.size()) + " values", std::to_string(factors.size()));
      }
      scale.step_v.clear();
      for (const double factor : factors) {
        if (!std::isfinite(factor) || factor == 0) throw fail("E-SCALE", "/channel_conversion", kFinite, shortest(factor));
        scale.step_v.push_back(conversion * factor * unit_v);
      }
      scale.text += " * channel_conversion";
    }
    if (offset != 0) scale.text += (offset < 0 ? " - " : " + ") + shortest(std::abs(offset));
    scale.text += unit_v == 1 ? " V" : unit_v == 1e-3 ? " mV" : unit_v == 1e-6 ? " uV" : " nV";
    if (!is_float(data.type) && conversion == 1 && scale.step_v.size() == 1 && unit_v == 1) {
      series_.notes.push_back(group_.path + ": integers with a conversion of 1: one step is one volt, as the file says");
    }
    return scale;
  }

  std::optional<std::pair<SampleRate, double>> read_rate() const {
    if (!has_link(group_, "starting_time")) return std::nullopt;
    const std::string path = path_of(file_, path_, "starting_time");
    const std::string expected = "a finite rate above 0 Hz";
    const Object start = file_.open_dataset(path);
    const double rate = read_number_attribute(start, "rate", "E-RATE", expected);
    if (!(std::isfinite(rate) && rate > 0)) throw fail("E-RATE", "/starting_time@rate", expected, shortest(rate));
    const double time = read_one_number(file_, path);
    if (!std::isfinite(time)) throw fail("E-TIMES", "/starting_time", "a finite time", shortest(time));
    return std::pair{SampleRate(rate), time};
  }

  TimeGrid read_times(Index rows) {
    const auto stated = read_rate();
    if (!has_link(group_, "timestamps")) {
      if (!stated) throw fail("E-RATE", "", "starting_time with a rate, or timestamps", "neither");
      return {stated->first, stated->second, rows};
    }
    const CheckedDataset times = open_checked(file_, path_of(file_, path_, "timestamps"));
    if (times.columns != 1) throw fail("E-TIMES", "/timestamps", "one column", std::to_string(times.columns));
    if (times.rows != rows)
      throw fail("E-TIMES", "/timestamps", std::to_string(rows) + " times, one for each sample", std::to_string(times.rows));
    TimeGrid grid = read_time_grid(times, stated ? std::optional(stated->first) : std::nullopt);
    if (stated && std::abs(grid.start_s - stated->second) * stated->first.hertz() > 0.5) {
      throw fail("E-TIMES", "/timestamps[0]", shortest(stated->second) + " s, the starting_time", shortest(grid.start_s) + " s");
    }
    series_.notes.push_back(stated ? group_.path + ": both a rate and timestamps, which agree: read by the rate" : grid.note);
    return stated ? TimeGrid{stated->first, stated->second, rows} : grid;
  }

  void fill(CheckedDataset data, const Scale& scale) {
    series_.given = read_raw_text_attribute(group_, "signal");
    if (series_.given) series_.given = kept_text(*series_.given);
    const auto comments = series_.given ? read_raw_text_attribute(group_, "comments") : std::nullopt;  // of myocramp's own files
    series_.conversion = comments && *comments != "n/a" ? kept_text(*comments) : comments ? "" : scale.text;
    const bool whole = !is_float(data.type);
    for (std::size_t c = 0; c < series_.channels.size(); ++c) {
      const double step = scale.step_v[scale.step_v.size() == 1 ? 0 : c];
      if (whole) series_.channels[c].step_v = step;
      series_.stored.columns.push_back({.dataset = 0, .column = static_cast<Index>(c), .step_v = step});
    }
    series_.stored.offset_v = scale.offset_v;
    series_.stored.datasets.push_back(std::move(data));
  }

  const File& file_;
  std::string path_;
  Object group_;
  std::string type_;
  bool is_electrical_ = false;
  NwbSeries series_{.raw_name = "",
                    .name = "",
                    .given = {},
                    .grid = {SampleRate(1.0)},
                    .channels = {},
                    .named_by = "",
                    .electrode_ids = {},
                    .stored = {},
                    .conversion = "",
                    .notes = {}};
};

}  // namespace

NwbSeries read_nwb_series(const File& file, const std::string& name) { return SeriesReader(file, name).read(); }

bool is_nwb_series(const File& file, const std::string& name) {
  try {
    return has_link(file.open_group("/acquisition/" + name), "data");
  } catch (const DataError& e) {
    if (e.code() == "E-PATH") return false;  // a dataset
    throw;
  }
}

}  // namespace myocramp::io::hdf5
