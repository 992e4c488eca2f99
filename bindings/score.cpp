#include "myocramp/study/score.hpp"

#include <pybind11/stl.h>

#include "arrays.hpp"
#include "bindings.hpp"
#include "myocramp/io/events.hpp"

namespace myocramp::bindings {
namespace {

using Times = std::vector<std::pair<double, double>>;  // onset and offset, s

std::vector<Span> spans(const Times& times) {
  std::vector<Span> out;
  for (const auto& [start, stop] : times) out.push_back({start, stop});
  return out;
}

py::list pair_list(const std::vector<Pair>& pairs) {
  py::list out;
  for (const Pair& p : pairs) out.append(py::make_tuple(p.reference, p.found));
  return out;
}

ScoreRequest request_of(const py::dict& fields) {
  ScoreRequest out;
  out.label = fields["label"].cast<std::string>();
  out.rater = fields["rater"].cast<std::string>();
  const auto preset = fields["preset"].cast<std::string>();
  if (preset != "cramp" && preset != "szcore") throw InvalidArgument({"E-OPTION", "", "preset", "cramp or szcore", printable(preset)});
  out.preset = preset == "szcore" ? Preset::kSzcore : Preset::kCramp;
  const auto missing = fields["missing"].cast<std::string>();
  if (missing != "error" && missing != "empty" && missing != "skip") {
    throw InvalidArgument({"E-OPTION", "", "missing", "error, empty or skip", printable(missing)});
  }
  if (missing != "error") out.missing = missing == "empty" ? Missing::kEmpty : Missing::kSkip;
  return out;
}

py::tuple told(const StudyScore& score) {
  if (!score.not_scored.empty()) throw DataError(score.not_scored.front().error);
  return py::make_tuple(content(to_json(score)), content(to_text(score)));
}

// Events without a recording; NaN where its end is not known.
Labels labels_from_events(const py::list& events, double start_s, double end_s) {
  Labels out;
  for (const py::handle e : events) out.events.push_back(event_from(e.cast<py::dict>()));
  io::sort_events(out.events);
  out.start_s = start_s;
  out.end_s = end_s;
  out.is_labelled = true;
  return out;
}

Labels labels_from_file(const py::bytes& path, const py::bytes& study) {
  const std::string name(path);
  const io::OpenOptions options{.study = std::string(study)};
  const py::gil_scoped_release unlocked;
  return read_labels(name, options, &open_tried);
}

py::tuple score_labels(const std::vector<std::tuple<Labels, Labels, std::optional<Labels>>>& sides, const py::dict& request) {
  std::vector<LabelPair> pairs;
  for (std::size_t k = 0; k < sides.size(); ++k) {
    const auto& [reference, found, against] = sides[k];
    pairs.push_back({reference, found, against});
    Labels& labels = pairs.back().reference;
    if (labels.name.empty()) labels.name = std::to_string(k + 1);
    if (!labels.is_labelled) {
      throw DataError({"E-LABELS", labels.path.empty() ? labels.name : labels.path, "", "labels, or spans that say what was looked at",
                       "a recording without either"});
    }
  }
  const ScoreRequest wanted = request_of(request);
  StudyScore score;
  {
    const py::gil_scoped_release unlocked;
    score = myocramp::score(pairs, wanted);
  }
  return told(score);
}

py::tuple score_files(const py::bytes& reference, const py::bytes& found, const py::bytes& against, const py::bytes& study,
                      const py::dict& request) {
  const ScoreRequest wanted = request_of(request);
  const std::string first(reference);
  const std::string second(found);
  const std::string third(against);
  const io::OpenOptions options{.study = std::string(study)};
  StudyScore score;
  {
    const py::gil_scoped_release unlocked;
    score = score_paths(first, second, third, wanted,
                        [&options](const LabelFile& file) { return read_labels(file.path, options, &open_tried); });
  }
  return told(score);
}

}  // namespace

void bind_score(py::module_& m) {
  py::class_<Labels>(m, "Labels");
  m.def("labels_from_recording", &labels_of, py::arg("recording"));
  m.def("labels_from_events", &labels_from_events, py::arg("events"), py::arg("start_s"), py::arg("end_s"));
  m.def("labels_from_file", &labels_from_file, py::arg("path"), py::arg("study"));
  m.def("score_labels", &score_labels, py::arg("sides"), py::arg("request"));
  m.def("score_files", &score_files, py::arg("reference"), py::arg("found"), py::arg("against"), py::arg("study"), py::arg("request"));
  m.def(
      "match_by_iou",
      [](const Times& reference, const Times& found, double least) {
        return pair_list(match_by_iou(spans(reference), spans(found), least));
      },
      py::arg("reference"), py::arg("found"), py::arg("least"));
  m.def(
      "match_by_collar",
      [](const Times& reference, const Times& found, double onset_s, double offset_share) {
        return pair_list(match_by_collar(spans(reference), spans(found), {onset_s, offset_share}));
      },
      py::arg("reference"), py::arg("found"), py::arg("onset_s"), py::arg("offset_share"));
  m.def(
      "any_overlap",
      [](const Times& reference, const Times& found, double duration_s) {
        const EventCounts c = any_overlap(spans(reference), spans(found), duration_s, szcore_overlap());
        return py::make_tuple(c.n_reference, c.n_found, c.true_positives, c.false_positives);
      },
      py::arg("reference"), py::arg("found"), py::arg("duration_s"));
  m.def(
      "compare_samples",
      [](const Times& reference, const Times& found, double duration_s, double rate_hz) {
        const SampleCounts c = compare_samples(spans(reference), spans(found), {{0, duration_s}}, duration_s, rate_hz);
        return py::make_tuple(c.both, c.reference_only, c.found_only, c.neither);
      },
      py::arg("reference"), py::arg("found"), py::arg("duration_s"), py::arg("rate_hz"));
}

}  // namespace myocramp::bindings
