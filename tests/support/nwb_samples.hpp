#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "myocramp/io/nwb.hpp"
#include "myocramp/signal/recording.hpp"

namespace myocramp::test {

/// Stored numbers in memory, with any encoding.
class StoredSource final : public SampleSource {
 public:
  StoredSource(Samples<double> stored, Encoding encoding) : stored_(std::move(stored)), encoding_(std::move(encoding)) {}
  void read(Interval rows, Block<double> out) const override {
    read_stored(rows, out);
    for (Index c = 0; c < out.channels(); ++c) {
      for (Index i = 0; i < out.rows(); ++i) out(i, c) = out(i, c) * encoding_.step_v[static_cast<std::size_t>(c)] + encoding_.offset_v;
    }
  }
  void read_stored(Interval rows, Block<double> out) const override {
    for (Index i = 0; i < rows.length(); ++i) {
      for (Index c = 0; c < out.channels(); ++c) out(i, c) = stored_(rows.begin + i, c);
    }
  }
  [[nodiscard]] Encoding encoding() const override { return encoding_; }

 private:
  Samples<double> stored_;
  Encoding encoding_;
};

/// A signal of these stored numbers, its channels called GM1, GM2 ...
inline Signal stored_signal(const std::string& name, double rate_hz, Samples<double> stored, Encoding encoding) {
  std::vector<Channel> channels(static_cast<std::size_t>(stored.cols()));
  for (std::size_t c = 0; c < channels.size(); ++c) channels[c].name = "GM" + std::to_string(c + 1);
  const Index rows = stored.rows();
  return {name, SampleRate(rate_hz), 0, rows, channels, std::make_shared<StoredSource>(std::move(stored), std::move(encoding)), ""};
}

/// Numbers that follow from their place: low + (7 i + 13 c) modulo `count`.
inline Samples<double> counting(Index rows, Index channels, double low, int count) {
  Samples<double> x(rows, channels);
  for (Index i = 0; i < rows; ++i) {
    for (Index c = 0; c < channels; ++c) x(i, c) = low + static_cast<double>((7 * i + 13 * c) % count);
  }
  return x;
}

/// A row of cramp_episodes.
inline Event label(double onset_s, double duration_s, const std::string& trial_type, std::vector<std::string> channels = {},
                   const std::string& annotator = "") {
  Event e;
  e.onset_s = onset_s;
  e.duration_s = duration_s;
  e.trial_type = trial_type;
  e.channels = std::move(channels);
  e.annotator = annotator;
  return e;
}

/// A recording with one of everything: an integer signal with gaps and unequal steps, a float32 signal of another rate with NaN, labels of
/// two raters and a detector, all tables.
inline Recording rich_recording() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Recording r;
  r.path = "/data/night1.h5";
  r.layout = "opensignals";
  r.description = "A night after a run";
  r.session_start = "2017-01-23T10:28:51.690+00:00";
  r.session = "night1";
  r.subject = {"S01", "Homo sapiens", "F", "P34Y", "70 kg", "Runs marathons"};
  Samples<double> counts = counting(40000, 3, 0, 65536);
  for (Index i = 20000; i < 20500; ++i) counts.row(i).setConstant(nan);
  Signal a = stored_signal("00:07:80:B3", 1000, counts, {NumberType::kUint16, {1e-7, 1e-7 / 3, 7e-8}, -3.2768e-3});
  a.gaps = {{20000, 20500}};
  a.conversion = "supply 3.0 V, gain 1000";
  a.channels[0].muscle = "gastrocnemius_medialis";
  a.channels[0].side = "left";
  a.channels[1].interelectrode_distance_mm = 20;
  a.channels[2].label = "PORT3_CHN1";
  Samples<double> floats(51537, 2);
  for (Index i = 0; i < floats.rows(); ++i)
    floats.row(i).setConstant(static_cast<double>(static_cast<float>(std::sin(0.01 * static_cast<double>(i)) * 1e-4)));
  floats(7, 1) = nan;
  Signal b = stored_signal("Délsys/Trigno", 1259.259, floats, {NumberType::kFloat32, {1, 1}, 0});
  b.start_s = 0.25;
  b.channels[0].name = "TA";
  b.channels[1].name = "SOL|x";
  r.signals = {a, b};
  r.protocol = {{0, 10, "rest", "supine", 90}, {10, 30, "exercise"}};
  r.invalid_times = {{{30, 31}, "artefact", {"GM1", "SOL|x"}}, {{5, 6}, "", {}}};
  r.stim_trains = {{{12, 13}, 20, 20, 0.03, 0.0005, "tibial nerve", "yes"}, {{14, 15}}};
  r.annotated_spans = {{{0, 40}, "rater A"}, {{0, 40}, "rater B"}};
  r.labels = {{22, 4, "cramp", {"GM1", "SOL|x"}, 0.9, "rater B", "manual", nan, ""},
              {12, 2.5, "cramp", {"GM1"}, nan, "rater A", "manual", nan, ""},
              {12.1, 2.25, "twitch", {}, nan, "", "auto", 3.5, "hodges_bui"}};
  r.covariates = {{"serum_sodium", 139, "", "mmol/L", 0, "blood sample"}, {"condition", nan, "dehydrated", "", nan, ""}};
  r.notes = {"the date has no zone: taken as UTC"};
  r.refused = {{"respiration", "E-SENSOR", "expected EMG, found RESP"}};
  return r;
}

/// A recording of which nothing is known.
inline Recording bare_recording() {
  Recording r;
  Samples<double> x(300, 1);
  for (Index i = 0; i < x.rows(); ++i) x(i, 0) = std::sin(0.1 * static_cast<double>(i)) * 1e-4;
  r.signals = {stored_signal("", 1000, x, {NumberType::kFloat64, {1}, 0})};
  r.signals[0].channels[0].name = "ch1";
  return r;
}

/// A recording with a simulator's truth.
inline Recording simulated_recording() {
  Recording r = bare_recording();
  TrueEvent cramp;
  cramp.label = "cramp";
  cramp.muscle = "gastrocnemius_medialis";
  cramp.channels = {"ch1"};
  cramp.onset_s = 0.05;
  cramp.offset_s = 0.25;
  cramp.detectable_onset_s = 0.06;
  cramp.detectable_offset_s = 0.24;
  cramp.peak_channel = "ch1";
  cramp.peak_v = 1e-4;
  cramp.peak_time_s = 0.125;
  cramp.snr_db = 20.5;
  cramp.stretch_s = 0.2;
  cramp.cluster = 1;
  TrueEvent unseen;
  unseen.label = "fasciculation";
  unseen.muscle = "soleus";
  unseen.onset_s = 0.05;
  unseen.offset_s = 0.06;
  r.truth.events = {cramp, unseen};
  r.truth.units = {{"gastrocnemius_medialis", 3, {0.05, 0.1, 0.2}}, {"soleus", 7, {0.05}}};
  r.truth.contaminants = {{{0, 0.3}, "noise", {}}, {{0, 0.3}, "hum", {}}, {{0.1, 0.2}, "motion", {"ch1"}}};
  r.invalid_times = {{{0.1, 0.2}, "simulated:motion", {"ch1"}}};
  return r;
}

/// Results of an analysis of two channels: 20 Hz envelope, two spectral features, one episode.
inline io::Derived derived_results() {
  io::DerivedSignal s;
  s.name = "00:07:80:B3";
  s.channels = {"GM1", "GM2"};
  s.first_s = 0.025;
  s.rate_hz = 20;
  s.window_s = 0.25;
  s.rms_v = (counting(800, 2, 1, 97) * 1e-6).cast<float>();
  s.rms_v(3, 1) = std::numeric_limits<float>::quiet_NaN();
  s.spectral.channels = s.channels;
  s.spectral.columns = {{"mnf_hz", counting(78, 2, 80, 31)}, {"mdf_hz", counting(78, 2, 70, 29)}};
  for (int i = 0; i < 78; ++i) s.spectral.time_s.push_back(0.5 + 0.5 * i);
  s.spectral_window_s = 1;
  Episode e;
  e.onset_s = 12;
  e.duration_s = 2.5;
  e.trial_type = "cramp";
  e.channels = {"GM1"};
  e.label_source = "auto";
  e.detector = "hodges_bui";
  e.score = 0.8;
  e.class_reason = "rest";
  e.peak_channel = "GM1";
  e.peak_uv = 120;
  e.cluster = 1;
  return {{s}, {e}};
}

}  // namespace myocramp::test
