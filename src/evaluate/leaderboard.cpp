#include "myocramp/evaluate/leaderboard.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "myocramp/core/error.hpp"

namespace myocramp {
namespace {

std::string primary_group() {
  const ScoreOptions o = score_options(Preset::kCramp);
  return "iou_" + detail::number(o.ious[o.primary]);
}

double f1_of(const Standing& s) {
  const Metric* m = find_metric(s.metrics, primary_group(), "f1");
  return m == nullptr ? std::numeric_limits<double>::quiet_NaN() : m->value;
}

std::string shown(double v) { return std::isfinite(v) ? fmt::format("{:.3g}", v) : "n/a"; }
std::string shown_count(const Metric* m) { return m == nullptr ? "n/a" : fmt::format("{:.0f}", m->value); }

// The marks of HTML, and those that Markdown would read as a table or as HTML. A control character would end a row; backslashes stay, for what
// was escaped before has them.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (const auto byte = static_cast<unsigned char>(c); byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
      continue;
    }
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '|':
        out += "&#124;";
        break;
      case '`':
        out += "&#96;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

struct Column {
  std::string title;
  std::string group;
  std::string name;
};

std::vector<Column> columns() {
  const std::string primary = primary_group();
  return {{"F1", primary, "f1"},
          {"recall", primary, "recall"},
          {"precision", primary, "precision"},
          {"false alarms/h", primary, "false_alarms_per_hour"},
          {"F1, any overlap", "any_overlap", "f1"},
          {"average precision", "ranking", "average_precision"},
          {"median onset error, s", "onset", "median_abs"},
          {"median offset error, s", "offset", "median_abs"}};
}

std::string cell(double value, const Confidence& interval) {
  std::string out = shown(value);
  if (interval.kind != IntervalKind::kNone) out += fmt::format(" [{}, {}]", shown(interval.low), shown(interval.high));
  return out;
}

std::string cell(const Metric* m) { return m == nullptr ? "n/a" : cell(m->value, m->interval); }

bool has_differences(const Board& b) {
  return std::any_of(b.standings.begin(), b.standings.end(), [](const Standing& s) { return s.to_first.has_value(); });
}

std::string difference(const Standing& s) {
  if (!s.to_first) return "";
  const Comparison& c = *s.to_first;
  std::string out = cell(c.difference, c.interval);
  if (std::isfinite(c.p)) out += fmt::format(", p {}", shown(c.p));
  return out;
}

bool has_speed(const Board& b) {
  return std::any_of(b.standings.begin(), b.standings.end(), [](const Standing& s) { return !std::isnan(s.times_real_time); });
}

std::vector<std::string> header(const Board& b) {
  std::vector<std::string> out = {"", "detector"};
  for (const Column& c : columns()) out.push_back(c.title);
  if (has_differences(b)) out.emplace_back("F1 less the first's");
  if (has_speed(b)) out.emplace_back("x real time");
  out.emplace_back("failed");
  return out;
}

std::vector<std::string> row(const Board& b, std::size_t k) {
  const Standing& s = b.standings[k];
  std::vector<std::string> out = {std::to_string(k + 1), escaped(s.detector)};
  for (const Column& c : columns()) out.push_back(cell(find_metric(s.metrics, c.group, c.name)));
  if (has_differences(b)) out.push_back(difference(s));
  if (has_speed(b)) out.push_back(shown(s.times_real_time));
  out.push_back(std::to_string(s.n_failed));
  return out;
}

std::string heading(const Board& b) { return b.label == "any" ? "Events of any class but artefacts" : "Class " + escaped(b.label); }

std::string subjects(const Board& b) {
  if (b.n_of_unknown == 0) return fmt::format("{} subjects", b.n_subjects);
  if (b.n_of_unknown == b.n_recordings) return "subjects who are not known";
  return fmt::format("{} known subjects and, in {} of them, of others", b.n_subjects, b.n_of_unknown);
}

std::string counts(const Board& b, const BootstrapOptions& o) {
  const Metric* n = b.standings.empty() ? nullptr : find_metric(b.standings.front().metrics, primary_group(), "n_reference");
  const Metric* hours = b.standings.empty() ? nullptr : find_metric(b.standings.front().metrics, "time", "scored_hours");
  std::string out = fmt::format("{} labelled events in {} recordings of {}, {} h scored. ", shown_count(n), b.n_recordings, subjects(b),
                                hours == nullptr ? "n/a" : shown(hours->value));
  if (b.n_of_unknown > 0) return out + "Intervals: not estimable where subjects are not known.";
  if (b.n_subjects < static_cast<std::size_t>(o.least_subjects)) {
    return out + fmt::format("Intervals: not estimable with fewer than {} subjects.", o.least_subjects);
  }
  out += fmt::format("In brackets: {:g} % intervals, {} resamples of subjects.", 100 * o.level, o.resamples);
  if (!has_differences(b)) return out;
  return out +
         " Differences are of the same subjects; p is of the two detectors changing places at random, adjusted for their number (Holm).";
}

std::string criterion() {
  const ScoreOptions o = score_options(Preset::kCramp);
  return fmt::format(
      "F1, recall, precision and false alarms: pairs one to one at an intersection over union of at least {}. A recording that a "
      "detector did not get through counts as nothing found.",
      detail::number(o.ious[o.primary]));
}

// F1 and its interval on a line from 0 to 1.
std::string drawn(const Standing& s) {
  const Metric* m = find_metric(s.metrics, primary_group(), "f1");
  if (m == nullptr || !std::isfinite(m->value)) return "";
  const auto x = [](double v) { return fmt::format("{:.1f}", 2 + 96 * std::clamp(v, 0.0, 1.0)); };
  std::string out = R"(<svg width="100" height="12" role="img"><path d="M2 6H98" stroke="#ccc"/>)";
  if (m->interval.kind != IntervalKind::kNone) {
    out += fmt::format(R"(<path d="M{} 6H{}" stroke="#37c" stroke-width="3"/>)", x(m->interval.low), x(m->interval.high));
  }
  return out + fmt::format(R"(<circle cx="{}" cy="6" r="3" fill="#137"/></svg>)", x(m->value));
}

}  // namespace

const Metric* find_metric(const std::vector<Metric>& metrics, const std::string& group, const std::string& name) {
  const auto at = std::find_if(metrics.begin(), metrics.end(), [&](const Metric& m) { return m.group == group && m.name == name; });
  return at == metrics.end() ? nullptr : &*at;
}

void rank(std::vector<Standing>& standings) {
  std::stable_sort(standings.begin(), standings.end(), [](const Standing& a, const Standing& b) {
    const double first = f1_of(a);
    const double second = f1_of(b);
    if (std::isnan(first) != std::isnan(second)) return std::isnan(second);
    if (!std::isnan(first) && first != second) return first > second;
    return a.detector < b.detector;
  });
}

void compare_to_first(std::vector<Standing>& standings, const std::vector<std::vector<std::vector<RecordingScore>>>& subjects,
                      const BootstrapOptions& options) {
  if (subjects.size() != standings.size()) {
    throw InvalidArgument({"E-LENGTH", "", "subjects", std::to_string(standings.size()) + " detectors", std::to_string(subjects.size())});
  }
  std::vector<Comparison*> by_p;
  for (std::size_t k = 1; k < standings.size(); ++k) {
    if (find_metric(standings[k].metrics, primary_group(), "f1") == nullptr) continue;
    const std::vector<Comparison> all = compare(subjects[k], subjects[0], score_options(Preset::kCramp), options);
    const auto f1 = std::find_if(all.begin(), all.end(), [](const Comparison& c) { return c.group == primary_group() && c.name == "f1"; });
    if (f1 == all.end()) continue;
    standings[k].to_first = *f1;
    if (std::isfinite(f1->p)) by_p.push_back(&*standings[k].to_first);
  }
  std::stable_sort(by_p.begin(), by_p.end(), [](const Comparison* a, const Comparison* b) { return a->p < b->p; });
  double largest = 0;
  for (std::size_t k = 0; k < by_p.size(); ++k) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(by_p.size() - k) * by_p[k]->p));
    by_p[k]->p = largest;
  }
}

std::string to_markdown(const Leaderboard& board) {
  std::string out = "# " + escaped(board.title) + "\n\n";
  for (const std::string& r : board.remarks) out += escaped(r) + "\n\n";
  out += criterion() + "\n";
  const auto line = [&out](const std::vector<std::string>& cells) {
    for (const std::string& c : cells) out += "| " + c + " ";
    out += "|\n";
  };
  for (const Board& b : board.boards) {
    out += "\n## " + heading(b) + "\n\n" + counts(b, board.bootstrap) + "\n\n";
    const std::vector<std::string> titles = header(b);
    line(titles);
    line(std::vector<std::string>(titles.size(), "---"));
    for (std::size_t k = 0; k < b.standings.size(); ++k) line(row(b, k));
  }
  if (board.failures.empty()) return out;
  out += "\n## Not got through\n\n";
  line({"detector", "recording", "reason"});
  line({"---", "---", "---"});
  for (const BoardFailure& f : board.failures) line({escaped(f.detector), escaped(f.recording), escaped(f.reason)});
  return out;
}

std::string to_html(const Leaderboard& board) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + escaped(board.title) +
                    "</title>\n<style>\nbody{font:15px sans-serif;margin:2em;max-width:90em}table{border-collapse:collapse}"
                    "td,th{padding:.3em .7em;border-bottom:1px solid #ddd;text-align:left}\n</style>\n</head>\n<body>\n<h1>" +
                    escaped(board.title) + "</h1>\n";
  for (const std::string& r : board.remarks) out += "<p>" + escaped(r) + "</p>\n";
  out += "<p>" + escaped(criterion()) + "</p>\n";
  const auto line = [&out](const std::vector<std::string>& cells, const char* tag) {
    out += "<tr>";
    for (const std::string& c : cells) out += fmt::format("<{0}>{1}</{0}>", tag, c);
    out += "</tr>\n";
  };
  for (const Board& b : board.boards) {
    out += "<h2>" + heading(b) + "</h2>\n<p>" + escaped(counts(b, board.bootstrap)) + "</p>\n<table>\n";
    std::vector<std::string> titles = header(b);
    titles.insert(titles.begin() + 2, "F1 from 0 to 1");
    line(titles, "th");
    for (std::size_t k = 0; k < b.standings.size(); ++k) {
      std::vector<std::string> cells = row(b, k);
      cells.insert(cells.begin() + 2, drawn(b.standings[k]));
      line(cells, "td");
    }
    out += "</table>\n";
  }
  if (!board.failures.empty()) {
    out += "<h2>Not got through</h2>\n<table>\n";
    line({"detector", "recording", "reason"}, "th");
    for (const BoardFailure& f : board.failures) line({escaped(f.detector), escaped(f.recording), escaped(f.reason)}, "td");
    out += "</table>\n";
  }
  return out + "</body>\n</html>\n";
}

}  // namespace myocramp
