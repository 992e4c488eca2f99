#include "io/hdf5/nwb_events.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "io/hdf5/nwb_table.hpp"
#include "io/notes.hpp"
#include "io/tsv.hpp"
#include "myocramp/core/error.hpp"

namespace myocramp::io::hdf5 {
namespace {

constexpr std::size_t kMaxTables = 1024;
constexpr std::size_t kMaxRowNotes = 10;  // of one table; further ones are counted

/// The rows of one table: what is wrong with one is noted, and the row is passed over.
class Rows {
 public:
  Rows(const NwbTable& table, std::vector<std::string>& notes)
      : table_(table), notes_(notes), start_(table.required_numbers("start_time")), stop_(table.required_numbers("stop_time")) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  /// Calls f(row, span) for each row with a span; f may throw a reason with skip().
  template <class F>
  void for_each(F&& f) {
    note_order();
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      const double stop = std::isnan(stop_[row]) ? start_[row] : stop_[row];  // an instant has no end
      if (!(std::isfinite(start_[row]) && std::isfinite(stop) && stop >= start_[row])) {
        skip(row, "a start_time and a stop_time not before it", shortest(start_[row]) + " and " + shortest(stop));
        continue;
      }
      f(row, Span{start_[row], stop});
    }
    if (skipped_ > kMaxRowNotes) note(kBadTable, ": " + std::to_string(skipped_) + " rows passed over in all");
  }

  void skip(std::size_t row, const std::string& expected, const std::string& found) {
    if (++skipped_ > kMaxRowNotes) return;
    note(kBadTable, "[" + std::to_string(row) + "]: expected " + expected + ", found " + found + ": row passed over");
  }

 private:
  void note(std::string_view kind, const std::string& text) { notes_.push_back(std::string(kind) + table_.path() + text); }

  /// Whoever reads the file with another program meets the rows as they are stored.
  void note_order() {
    const auto later = std::adjacent_find(start_.begin(), start_.end(), std::greater<>());  // NaN is neither before nor after
    if (later == start_.end()) return;
    note(kUnsortedTable, "[" + std::to_string(std::next(later) - start_.begin()) + "]: expected rows sorted by start_time, found " +
                             shortest(*std::next(later)) + " after " + shortest(*later) + ": sorted when read");
  }

  const NwbTable& table_;
  std::vector<std::string>& notes_;
  std::vector<double> start_;
  std::vector<double> stop_;
  std::size_t skipped_ = 0;
};

template <class T>
void sort_by_start(std::vector<T>& spans) {
  std::stable_sort(spans.begin(), spans.end(), [](const T& a, const T& b) { return a.start_s < b.start_s; });
}

void read_labels(const NwbTable& table, Recording& r) {
  const auto label = table.texts("label");
  const auto channels = table.names("channels");
  const auto annotator = table.texts("annotator");
  const auto source = table.texts("label_source");
  const auto confidence = table.numbers("confidence");
  const auto score = table.numbers("score");
  const auto detector = table.texts("detector");
  Rows rows(table, r.notes);
  rows.for_each([&](std::size_t i, Span s) {
    if (label[i].empty()) return rows.skip(i, "a label", "none");
    r.labels.push_back({.onset_s = s.start_s,
                        .duration_s = s.stop_s - s.start_s,
                        .trial_type = label[i],
                        .channels = channels[i],
                        .confidence = confidence[i],
                        .annotator = annotator[i],
                        .label_source = source[i],
                        .score = score[i],
                        .detector = detector[i]});
  });
  std::stable_sort(r.labels.begin(), r.labels.end(), [](const Event& a, const Event& b) { return a.onset_s < b.onset_s; });
}

void read_annotated_spans(const NwbTable& table, Recording& r) {
  const auto annotator = table.names("annotator");
  Rows(table, r.notes).for_each([&](std::size_t i, Span s) {
    if (annotator[i].empty()) r.annotated_spans.push_back({s, ""});
    for (const std::string& name : annotator[i]) r.annotated_spans.push_back({s, name});  // raters who looked at the same span
  });
  sort_by_start(r.annotated_spans);
}

std::vector<SeriesGap> read_invalid_times(const NwbTable& table, Recording& r) {
  const bool tagged = !table.has("reason") && table.has("tags");  // the column that NWB itself knows
  const auto reason = table.texts(tagged ? "tags" : "reason");
  const auto channels = table.names("channels");
  const auto series = table.names("signal");
  if (table.has("timeseries")) r.notes.push_back(table.path() + "/timeseries: not read; the spans are taken for all signals");
  std::vector<SeriesGap> gaps;
  Rows(table, r.notes).for_each([&](std::size_t i, Span s) {
    if (reason[i] == "gap" && !series[i].empty()) {
      for (const std::string& name : series[i]) gaps.push_back({name, s});
    } else {
      r.invalid_times.push_back({s, reason[i], channels[i]});
    }
  });
  sort_by_start(r.invalid_times);
  return gaps;
}

void read_stim_trains(const NwbTable& table, Recording& r) {
  const auto frequency = table.numbers("frequency_hz");
  const auto pulses = table.numbers("n_pulses");
  const auto amplitude = table.numbers("amplitude_a");
  const auto width = table.numbers("pulse_width_s");
  const auto site = table.texts("site");
  const auto elicited = table.texts("elicited_cramp");
  Rows rows(table, r.notes);
  rows.for_each([&](std::size_t i, Span s) {
    if (!elicited[i].empty() && elicited[i] != "yes" && elicited[i] != "no") {
      return rows.skip(i, "elicited_cramp of yes, no or n/a", printable(elicited[i]));
    }
    r.stim_trains.push_back({s, frequency[i], pulses[i], amplitude[i], width[i], site[i], elicited[i]});
  });
  sort_by_start(r.stim_trains);
}

void read_protocol(const NwbTable& table, Recording& r) {
  const auto phase = table.texts("phase");
  const auto posture = table.texts("posture");
  const auto angle = table.numbers("joint_angle_deg");
  Rows rows(table, r.notes);
  rows.for_each([&](std::size_t i, Span s) {
    if (!is_phase_name(phase[i])) return rows.skip(i, "a phase of " + phase_choice(), phase[i].empty() ? "none" : printable(phase[i]));
    r.protocol.push_back({s.start_s, s.stop_s, phase[i], posture[i], angle[i]});
  });
  sort_by_start(r.protocol);
}

void read_covariates(const NwbTable& table, Recording& r) {
  const auto name = table.texts("covariate");
  const auto value = table.numbers("value");
  const auto text = table.texts("value_text");
  const auto unit = table.texts("unit");
  const auto time = table.numbers("time");
  const auto method = table.texts("method");
  std::size_t unnamed = 0;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (name[i].empty()) {
      ++unnamed;
    } else {
      r.covariates.push_back({name[i], value[i], text[i], unit[i], time[i], method[i]});
    }
  }
  if (unnamed > 0)
    r.notes.push_back(std::string(kBadTable) + table.path() + ": " + std::to_string(unnamed) +
                      " rows without a covariate's name: passed over");
}

/// Reads one table with f; a fault becomes a note, and nothing of the table is kept.
void read_table(const File& file, const std::string& path, Recording& recording,
                const std::function<void(const NwbTable&, Recording&)>& f) {
  Recording read;
  try {
    f(NwbTable(file, path), read);
  } catch (const DataError& e) {
    const std::string of_other_kind = kBadTable.starts_with(e.code()) ? "" : e.code() + ": ";
    recording.notes.push_back(std::string(kBadTable) + of_other_kind + e.parts().place + ": expected " + e.parts().expected + ", found " +
                              e.parts().found + ": table " + printable(path) + " not read");
    return;
  }
  const auto append = [](auto& to, auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(recording.labels, read.labels);
  append(recording.annotated_spans, read.annotated_spans);
  append(recording.invalid_times, read.invalid_times);
  append(recording.stim_trains, read.stim_trains);
  append(recording.protocol, read.protocol);
  append(recording.covariates, read.covariates);
  append(recording.notes, read.notes);
}

}  // namespace

std::vector<SeriesGap> read_nwb_tables(const File& file, Recording& recording) {
  std::vector<SeriesGap> gaps;
  const std::string root = "/intervals";
  const auto read_gaps = [&](const NwbTable& table, Recording& r) { gaps = read_invalid_times(table, r); };
  const std::vector<std::pair<std::string, std::function<void(const NwbTable&, Recording&)>>> known = {
      {"cramp_episodes", read_labels}, {"annotated_spans", read_annotated_spans},
      {"invalid_times", read_gaps},    {"stim_trains", read_stim_trains},
      {"protocol", read_protocol},
  };
  if (has_link(file.open_group("/"), "intervals")) {
    for (const Link& link : links(file.open_group(root), kMaxTables)) {
      const auto it = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == link.name; });
      if (it == known.end()) {
        recording.notes.push_back(root + "/" + printable(link.name) + ": a table of another kind: not read");
      } else {
        read_table(file, root + "/" + link.name, recording, it->second);
      }
    }
  }
  const std::string covariates = "session_covariates";
  if (has_link(file.open_group("/"), "acquisition") && has_link(file.open_group("/acquisition"), covariates)) {
    read_table(file, "/acquisition/" + covariates, recording, read_covariates);
  }
  return gaps;
}

}  // namespace myocramp::io::hdf5
