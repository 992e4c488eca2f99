#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "features.hpp"
#include "myocramp/io/nwb.hpp"
#include "myocramp/study/analyse.hpp"
#include "myocramp/study/tables.hpp"
#include "platform/files.hpp"

namespace myocramp::bindings {
namespace {

// Calls use(name, member) for all that a table of episodes holds beside the nine columns, but three that are told in other words.
template <class AnyEpisode, class Use>
void each_measure(AnyEpisode& e, Use&& use) {
  use("class_reason", e.class_reason);
  use("onset_time", e.onset_time);
  use("peak_channel", e.peak_channel);
  use("peak_uv", e.peak_uv);
  use("peak_time", e.peak_time);
  use("rise_s", e.rise_s);
  use("decay_s", e.decay_s);
  use("iemg_uvs", e.iemg_uvs);
  use("x_baseline", e.x_baseline);
  use("pct_mvc", e.pct_mvc);
  use("mnf_hz", e.mnf_hz);
  use("mdf_hz", e.mdf_hz);
  use("mdf_slope_hz_s", e.mdf_slope_hz_s);
  use("mdf_slope_low", e.mdf_slope_low);
  use("mdf_slope_high", e.mdf_slope_high);
  use("pre_rms_uv", e.pre_rms_uv);
  use("pre_mdf_hz", e.pre_mdf_hz);
  use("pre_mdf_slope_hz_s", e.pre_mdf_slope_hz_s);
  use("n_windows", e.n_windows);
  use("cluster", e.cluster);
  use("mdf_slope_percent_min", e.mdf_slope_percent_min);
  use("pre_mdf_slope_low", e.pre_mdf_slope_low);
  use("pre_mdf_slope_high", e.pre_mdf_slope_high);
  use("pre_level_uv", e.pre_level_uv);
  use("pre_level_pct_mvc", e.pre_level_pct_mvc);
  use("pre_matched_mdf_hz", e.pre_matched_mdf_hz);
  use("pre_matched_mdf_slope_hz_s", e.pre_matched_mdf_slope_hz_s);
  use("pre_matched_mdf_slope_low", e.pre_matched_mdf_slope_low);
  use("pre_matched_mdf_slope_high", e.pre_matched_mdf_slope_high);
  use("pre_matched_windows", e.pre_matched_windows);
  use("onset_low_s", e.onset_low_s);
  use("onset_high_s", e.onset_high_s);
  use("offset_low_s", e.offset_low_s);
  use("offset_high_s", e.offset_high_s);
  use("plateau_share", e.plateau_share);
  use("muap_rate_per_s", e.muap_rate_per_s);
  use("severity", e.severity);
  use("cluster_30min", e.cluster_30min);
  use("cluster_5min", e.cluster_5min);
  use("cluster_n", e.cluster_n);
  use("cluster_burden_s", e.cluster_burden_s);
  use("inter_event_interval_s", e.inter_event_interval_s);
  for (std::size_t k = 0; k < kClasses.size(); ++k) use((std::string("score_") + kClasses[k]).c_str(), e.class_scores[k]);
}

py::dict episode_dict(const Episode& e) {
  py::dict d = event_dict(e);
  d["censored"] = censored_text(e.censored);
  d["n_channels"] = e.channels.size();
  d["recruitment"] = content(e.recruitment());
  each_measure(e, [&d](const char* name, const auto& value) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, std::string>) {
      d[name] = content(value);
    } else {
      d[name] = value;
    }
  });
  return d;
}

Episode episode_from(const py::dict& fields) {
  Episode e;
  static_cast<Event&>(e) = event_from(fields);
  const auto censored = fields["censored"].cast<std::string>();
  for (const Censored c : {Censored::kNone, Censored::kStart, Censored::kEnd, Censored::kBoth}) {
    if (censored == censored_text(c)) e.censored = c;
  }
  e.parts = {{fields["recruitment"].cast<std::string>()}};  // the names are joined already
  each_measure(e, [&fields](const char* name, auto& value) { value = fields[name].template cast<std::remove_cvref_t<decltype(value)>>(); });
  return e;
}

py::dict features_dict(const SignalFeatures& f) {
  using namespace pybind11::literals;
  std::vector<double> centres;
  for (Index k = 0; k < f.rms_v.rows(); ++k) centres.push_back(f.frame_centre(k));
  Samples<double> rest(f.rms_v.rows(), f.rms_v.cols());
  for (Index k = 0; k < rest.rows(); ++k) {
    for (Index c = 0; c < rest.cols(); ++c) rest(k, c) = f.baseline(k, c);
  }
  const py::dict envelope =
      table_dict({std::move(centres),
                  f.channels,
                  {{"rms_v", f.rms_v.cast<double>()}, {"arv_v", f.arv_v.cast<double>()}, {"baseline_v", std::move(rest)}}});
  return py::dict("name"_a = content(f.name), "envelope"_a = envelope, "spectral"_a = table_dict(f.spectral),
                  "spectral_window_s"_a = f.spectral_window_s);
}

// Called between blocks: passes the part done on and lets Ctrl-C through.
std::function<void(double)> reporter(const py::object& progress) {
  return [&progress](double done) {
    const py::gil_scoped_acquire locked;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!progress.is_none()) progress(done);
  };
}

py::dict run(const Recording& recording, const std::string& config, const std::string& phase, const std::vector<std::string>& channels,
             const py::object& progress) {
  using namespace pybind11::literals;
  AnalyseOptions options;
  options.config = config_from_json(config);
  options.phase = phase;
  options.channels = channels;
  options.progress = reporter(progress);
  Analysis a;
  {
    const Recording kept = recording;  // Python may change the other meanwhile
    const py::gil_scoped_release unlocked;
    a = analyse(kept, options);
  }
  py::list episodes;
  for (const Episode& e : a.episodes) episodes.append(episode_dict(e));
  py::list rejected;
  for (const Rejected& r : a.rejected) {
    py::dict d = event_dict(r);
    d["reason"] = content(r.reason);
    rejected.append(d);
  }
  py::list features;
  for (const SignalFeatures& f : a.features) features.append(features_dict(f));
  py::list quality;
  for (const Quality& q : a.quality) {
    py::dict one = quality_dict(q.measured, q.rate, q.start_s);
    one["name"] = content(q.name);
    one["channels"] = contents(q.channels);
    quality.append(one);
  }
  py::list refused;
  for (const Refusal& r : a.refused) refused.append(py::make_tuple(content(r.signal), r.code, content(r.reason)));
  py::list gaps;
  for (const Gaps& g : a.gaps) gaps.append(py::make_tuple(content(g.channel), g.samples, g.duration_s));
  py::dict out("episodes"_a = episodes, "rejected"_a = rejected, "features"_a = features, "quality"_a = quality, "refused"_a = refused,
               "gaps"_a = gaps, "protocol"_a = phase_list(a.protocol), "notes"_a = contents(a.notes), "start_s"_a = a.start_s,
               "duration_s"_a = a.duration_s, "n_channels"_a = a.n_channels, "baseline_uv"_a = a.baseline_uv,
               "config"_a = to_json(resolved(options.config)));
  out["derived"] = derived_of(std::move(a));  // last: it takes the features
  return out;
}

// Writes the tables of `analyse`. Values are checked in Python, where they come from.
void save_episodes(const py::bytes& path, const py::list& rows, double duration_s, double start_s) {
  const std::string name(path);
  std::vector<Episode> episodes;
  std::vector<int> numbers;
  for (const py::handle row : rows) {
    episodes.push_back(episode_from(row.cast<py::dict>()));
    numbers.push_back(row["episode"].cast<int>());
  }
  const py::gil_scoped_release unlocked;
  platform::write_atomically(name, episodes_tsv(episodes, numbers, start_s, duration_s));
}

void save_rejected(const py::bytes& path, const py::list& rows) {
  const std::string name(path);
  std::vector<Rejected> rejected;
  for (const py::handle row : rows) {
    Rejected& r = rejected.emplace_back();
    static_cast<Event&>(r) = event_from(row.cast<py::dict>());
    r.reason = row["reason"].cast<std::string>();
  }
  const py::gil_scoped_release unlocked;
  platform::write_atomically(name, rejected_tsv(rejected));
}

void save_derived(const io::Derived& derived, const py::bytes& path) {
  const std::string name(path);
  const py::gil_scoped_release unlocked;
  try_before_edit(name);
  io::append_derived(name, derived);
}

}  // namespace

void bind_study(py::module_& m) {
  py::class_<io::Derived>(m, "Derived");
  m.def(
      "check_configuration",
      [](const py::bytes& file, const std::vector<std::string>& settings) { configuration(std::string(file), "", settings); },
      py::arg("file"), py::arg("settings"));
  m.def("save_derived", &save_derived, py::arg("derived"), py::arg("path"));
  m.def("save_episodes", &save_episodes, py::arg("path"), py::arg("episodes"), py::arg("duration_s"), py::arg("start_s"));
  m.def("save_rejected", &save_rejected, py::arg("path"), py::arg("rejected"));
  m.def("analyse", &run, py::arg("recording"), py::arg("config"), py::arg("phase"), py::arg("channels"), py::arg("progress"));
}

}  // namespace myocramp::bindings
