#include "arrays.hpp"
#include "bindings.hpp"
#include "features.hpp"
#include "myocramp/io/nwb.hpp"
#include "myocramp/study/analyse.hpp"
#include "myocramp/study/tables.hpp"

namespace myocramp::bindings {
namespace {

py::dict episode_dict(const Episode& e) {
  py::dict d = event_dict(e);
  d["censored"] = censored_text(e.censored);
  d["class_reason"] = content(e.class_reason);
  d["onset_time"] = content(e.onset_time);
  d["peak_channel"] = content(e.peak_channel);
  d["peak_uv"] = e.peak_uv;
  d["peak_time"] = e.peak_time;
  d["rise_s"] = e.rise_s;
  d["decay_s"] = e.decay_s;
  d["iemg_uvs"] = e.iemg_uvs;
  d["x_baseline"] = e.x_baseline;
  d["pct_mvc"] = e.pct_mvc;
  d["mnf_hz"] = e.mnf_hz;
  d["mdf_hz"] = e.mdf_hz;
  d["mdf_slope_hz_s"] = e.mdf_slope_hz_s;
  d["mdf_slope_low"] = e.mdf_slope_low;
  d["mdf_slope_high"] = e.mdf_slope_high;
  d["pre_rms_uv"] = e.pre_rms_uv;
  d["pre_mdf_hz"] = e.pre_mdf_hz;
  d["pre_mdf_slope_hz_s"] = e.pre_mdf_slope_hz_s;
  d["n_windows"] = e.n_windows;
  d["cluster"] = e.cluster;
  d["mdf_slope_percent_min"] = e.mdf_slope_percent_min;
  d["pre_mdf_slope_low"] = e.pre_mdf_slope_low;
  d["pre_mdf_slope_high"] = e.pre_mdf_slope_high;
  d["pre_level_uv"] = e.pre_level_uv;
  d["pre_level_pct_mvc"] = e.pre_level_pct_mvc;
  d["pre_matched_mdf_hz"] = e.pre_matched_mdf_hz;
  d["pre_matched_mdf_slope_hz_s"] = e.pre_matched_mdf_slope_hz_s;
  d["pre_matched_mdf_slope_low"] = e.pre_matched_mdf_slope_low;
  d["pre_matched_mdf_slope_high"] = e.pre_matched_mdf_slope_high;
  d["pre_matched_windows"] = e.pre_matched_windows;
  d["onset_low_s"] = e.onset_low_s;
  d["onset_high_s"] = e.onset_high_s;
  d["offset_low_s"] = e.offset_low_s;
  d["offset_high_s"] = e.offset_high_s;
  d["plateau_share"] = e.plateau_share;
  d["muap_rate_per_s"] = e.muap_rate_per_s;
  d["n_channels"] = e.channels.size();
  d["recruitment"] = content(e.recruitment());
  d["severity"] = e.severity;
  d["cluster_30min"] = e.cluster_30min;
  d["cluster_5min"] = e.cluster_5min;
  d["cluster_n"] = e.cluster_n;
  d["cluster_burden_s"] = e.cluster_burden_s;
  d["inter_event_interval_s"] = e.inter_event_interval_s;
  for (std::size_t k = 0; k < kClasses.size(); ++k) d[py::str(std::string("score_") + kClasses[k])] = e.class_scores[k];
  return d;
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
  m.def("analyse", &run, py::arg("recording"), py::arg("config"), py::arg("phase"), py::arg("channels"), py::arg("progress"));
}

}  // namespace myocramp::bindings
