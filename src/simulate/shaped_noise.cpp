#include "myocramp/simulate/shaped_noise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "myocramp/core/random.hpp"
#include "myocramp/filter/butterworth.hpp"
#include "myocramp/filter/sos.hpp"

namespace myocramp {
namespace {

// One event's envelope on each channel: a smooth rise, a hold that wavers, a smooth fall.
struct Burst {
  std::string label;
  double onset_s = 0, rise_s = 0, hold_s = 0, fall_s = 0;
  double height_v = 0;
  double share[2] = {1, 1};  // of the height, per channel; 0: not involved
  double waver_hz = 0;

  [[nodiscard]] double duration_s() const { return rise_s + hold_s + fall_s; }
  [[nodiscard]] double envelope(double t) const {
    const auto smooth = [](double x) { return 0.5 - 0.5 * std::cos(std::numbers::pi * std::clamp(x, 0.0, 1.0)); };
    if (t < 0 || t >= duration_s()) return 0;
    const double shape = t < rise_s ? smooth(t / rise_s) : t < rise_s + hold_s ? 1 : smooth((duration_s() - t) / fall_s);
    return height_v * shape * (1 + 0.15 * std::sin(2 * std::numbers::pi * waver_hz * t));
  }
};

// Divides a phase into one slot per event, so that events never meet, and puts each at random into its slot.
template <class Make>
void place(std::vector<Burst>& bursts, double start_s, double length_s, int count, Make make) {
  constexpr double kMargin_s = 2;
  for (int i = 0; i < count; ++i) {
    const double slot = length_s / count;
    Burst b = make();
    const double room = slot - b.duration_s() - 2 * kMargin_s;
    if (room < 0) {
      throw InvalidArgument({"E-OPTION", "", "scenario",
                             "a phase of at least " + detail::number((b.duration_s() + 2 * kMargin_s) * count) + " s for " +
                                 std::to_string(count) + " events",
                             detail::number(length_s) + " s"});
    }
    b.onset_s = start_s + slot * i + kMargin_s + b.onset_s * room;  // make() left a number from 0 to 1 there
    bursts.push_back(b);
  }
}

}  // namespace

SimulatedRecording simulate_shaped_noise(const ShapedNoise& o, std::uint64_t seed, int subject) {
  check(o, "scenario");
  if (o.rate_hz != std::floor(o.rate_hz))
    throw InvalidArgument({"E-OPTION", "", "scenario.rate_hz", "a whole number", detail::number(o.rate_hz)});
  const SampleRate rate(o.rate_hz);
  const auto stream = [&](int purpose) {
    return Random(seed, static_cast<std::uint64_t>(subject) * 16 + static_cast<std::uint64_t>(purpose));
  };

  Random draw = stream(0);
  std::vector<Burst> bursts;
  const double recovery_from = o.rest_s + o.exercise_s;
  place(bursts, 0, o.rest_s, o.twitches, [&] {
    return Burst{"twitch", draw.uniform(), 0.05, draw.uniform(0.1, 0.4), 0.05, o.twitch_uv * 1e-6 * draw.uniform(0.7, 1.3), {1, 0}, 0};
  });
  place(bursts, o.rest_s, o.exercise_s, o.contractions, [&] {
    return Burst{"voluntary", draw.uniform(), 0.3, draw.uniform(2, 4), 0.3, o.contraction_uv * 1e-6 * draw.uniform(0.8, 1.2), {1, 0.8}, 0};
  });
  place(bursts, recovery_from, o.recovery_s, o.cramps, [&] {
    const double spread = draw.uniform() < 0.5 ? 0.0 : draw.uniform(0.3, 0.7);  // to the neighbouring muscle, or not
    return Burst{"cramp",
                 draw.uniform(),
                 draw.uniform(1, 4),
                 draw.uniform(8, 25),
                 draw.uniform(2, 6),
                 o.cramp_uv * 1e-6 * draw.uniform(0.6, 1.4),
                 {1, spread},
                 1.4};
  });

  SimulatedRecording out{"", rate, {"GM", "GL"}, {}, {}, {}};
  const std::string number = std::to_string(subject + 1);
  out.name = "S" + std::string(number.size() < 2 ? 2 - number.size() : 0, '0') + number + "_1";
  out.phases = {{0, o.rest_s, "rest"}, {o.rest_s, recovery_from, "exercise"}, {recovery_from, recovery_from + o.recovery_s, "rest"}};
  for (const Burst& b : bursts) {
    Event e;
    e.onset_s = b.onset_s;
    e.duration_s = b.duration_s();
    e.trial_type = b.label;
    for (std::size_t c = 0; c < out.channels.size(); ++c) {
      if (b.share[c] > 0) e.channels.push_back(out.channels[c]);
    }
    e.confidence = 1;
    e.annotator = "simulator";
    e.label_source = "simulated";
    out.labels.push_back(std::move(e));
  }

  const Index n = rate.round(Seconds(recovery_from + o.recovery_s));
  out.volts.resize(n, static_cast<Index>(out.channels.size()));
  const Sections shape = butterworth_bandpass({40, std::min(180.0, 0.4 * o.rate_hz), 2}, rate);
  for (std::size_t c = 0; c < out.channels.size(); ++c) {
    Random muscle = stream(1 + 2 * static_cast<int>(c));
    Random electrode = stream(2 + 2 * static_cast<int>(c));
    Samples<double> emg(n, 1);
    for (Index i = 0; i < n; ++i) emg(i, 0) = muscle.normal();
    SosFilter<double>(shape, 1).process(emg, emg);
    double power = 0;
    for (Index i = 0; i < n; ++i) power += emg(i, 0) * emg(i, 0);
    const double unit = 1 / std::sqrt(power / static_cast<double>(n));
    for (Index i = 0; i < n; ++i) {
      double height = 0;
      for (const Burst& b : bursts) height += b.share[c] * b.envelope(rate.time(i) - b.onset_s);
      out.volts(i, static_cast<Index>(c)) = height * unit * emg(i, 0) + o.noise_uv * 1e-6 * electrode.normal();
    }
  }
  return out;
}

}  // namespace myocramp
