#include "myocramp/simulate/session.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "myocramp/filter/butterworth.hpp"
#include "myocramp/simulate/streams.hpp"
#include "simulate/event_picture.hpp"
#include "simulate/simulated_muscle.hpp"
#include "simulate/simulated_source.hpp"

namespace myocramp {
namespace {

constexpr BandpassOptions kBand{20, 450, 4};  // of signal-to-noise ratios
constexpr double kEnvelope_s = 0.05;          // of the moving RMS that says where an event can be detected
constexpr double kPeak_s = 0.25;              // of the moving RMS whose largest value an event's amplitude is
constexpr double kApart_s = 1;                // between events, and from an event to the ends of its phase
constexpr double kClippedApart_s = 0.1;       // between two spells of clipping
constexpr double kCluster_s = 3600;           // cramps with no more between them are a cluster
constexpr double kOutlasts_s = 0.05;          // the answer to a pulse lasts so long
constexpr double kPotential_s = 0.2;          // longer than any potential, and than from the first of a pair to the second
constexpr int kTries = 200;                   // at placing one event
constexpr std::uint64_t kFasciculating = 1ULL << 40U;
constexpr std::uint64_t kRelapse = 1ULL << 41U;

// Why a planned event is not in the recording.
constexpr const char* kNoRoom = "no room beside others or in the phase";
constexpr const char* kUnseen = "no electrode shows any of it";

std::uint64_t name_of(std::initializer_list<std::uint64_t> about) { return stream_number(Purpose::kPlan, about); }

void sort_discharges(std::vector<Discharge>& d) {
  std::sort(d.begin(), d.end(),
            [](const Discharge& a, const Discharge& b) { return a.time_s != b.time_s ? a.time_s < b.time_s : a.unit < b.unit; });
}

/// Plans one recording: what happens when, and how strong it is.
class Planner {
 public:
  Planner(const Scenario& scenario, std::uint64_t seed, int subject, int session, const std::function<void()>& look)
      : s_(scenario),
        look_(look),
        seed_(seed),
        subject_(static_cast<std::uint64_t>(subject)),
        session_(static_cast<std::uint64_t>(session)),
        about_(name_of({subject_, session_})),
        rate_(scenario.rate_hz),
        end_s_(scenario.protocol.empty() ? 0 : scenario.protocol.back().stop_s),
        rows_(rate_.round(Seconds(end_s_))),
        muscles_(make_muscles(scenario, seed, subject_)),
        out_channels_(channels_of(muscles_, scenario.contaminants.clipping.range_mv * 1e-3 / 32768)),
        channels_(static_cast<Index>(out_channels_.size())),
        painter_(muscles_, scenario.crosstalk > 0, rate_, butterworth_bandpass(kBand, rate_)) {}

  Recording run(int threads) {
    draw_covariates();
    plan_stimulation();
    make_contaminants();
    if (elicited_) make(std::move(*elicited_));
    for (std::size_t i = 0; i < s_.ladders.size(); ++i) plan_ladder(i);
    for (std::size_t i = 0; i < s_.events.size(); ++i) {
      if (s_.events[i].label != "fasciculation" && !is_stimulated(i)) plan_events(i);
    }
    for (std::size_t i = 0; i < s_.movements.size(); ++i) plan_movements(i);
    place_relapses();
    plan_fasciculations();
    number_clusters();
    return finish(threads);
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& expected, const std::string& found) const {
    throw InvalidArgument({"E-OPTION", "", "scenario." + place, expected, found});
  }

  [[nodiscard]] bool is_stimulated(std::size_t event) const { return s_.stimulation && s_.stimulation->cramp == event; }
  [[nodiscard]] std::uint64_t event_name(std::size_t part, std::uint64_t k) const { return name_of({session_, part, k}); }

  /// Whether events name this phase.
  [[nodiscard]] bool is_called(std::size_t phase, const std::vector<std::string>& names) const {
    const std::string& name = s_.phase_names.empty() ? s_.protocol[phase].name : s_.phase_names[phase];
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  [[nodiscard]] const Phase* phase_called(const std::string& name, const std::string& place) const {
    for (std::size_t p = 0; p < s_.protocol.size(); ++p) {
      if (is_called(p, {name})) return &s_.protocol[p];
    }
    fail(place + ".phase", "a phase of the protocol", name);
  }

  // --- what there is ------------------------------------------------------------------------------------------------------

  void draw_covariates() {
    double log_ratio = s_.cramp_sd * stream(seed_, Purpose::kCovariate, {subject_}).normal();
    for (std::size_t k = 0; k < s_.covariates.size(); ++k) {
      const CovariateSpec& c = s_.covariates[k];
      Random of_subject = stream(seed_, Purpose::kCovariate, {subject_, k});
      Random of_session = stream(seed_, Purpose::kCovariate, {subject_, k, session_});
      Covariate value;
      value.name = c.name;
      value.unit = c.unit;
      const double exact = c.value.draw(of_session) + c.subject_sd * of_subject.normal();
      value.value = std::round(exact * 1000) / 1000;  // as it would be noted
      value.method = "simulated";
      log_ratio += std::log(c.rate_ratio) * (value.value - c.value.centre());
      covariates_.push_back(std::move(value));
    }
    cramp_factor_ = std::exp(log_ratio);
  }

  void make_contaminants() {
    const ContaminantSpec& c = s_.contaminants;
    const Seconds duration(rate_.time(rows_));
    const auto all = [&](const char* kind) { truth_.contaminants.push_back({{0, duration.value()}, kind, {}}); };
    const auto spells = [&](const std::vector<ContaminantSpan>& found, const std::string& reason, Index first = 0) {
      for (const ContaminantSpan& span : found) {
        std::vector<std::string> names;
        if (static_cast<Index>(span.channels.size()) < channels_) {
          for (const Index k : span.channels) names.push_back(out_channels_[static_cast<std::size_t>(first + k)].name);
        }
        truth_.contaminants.push_back({span, span.kind, names});
        invalid_.push_back({span, reason.empty() ? kSimulatedReason + span.kind : reason, names});
      }
    };
    if (c.noise) {
      made_.noise.emplace(*c.noise, rate_, duration, channels_, seed_, about_);
      all("noise");
    }
    if (c.hum) {
      made_.hum.emplace(*c.hum, rate_, duration, channels_, seed_, about_);
      all("hum");
    }
    if (c.ecg) {
      made_.ecg.emplace(*c.ecg, rate_, duration, channels_, seed_, about_);
      all("ecg");
    }
    if (c.motion) {
      made_.motion.emplace(*c.motion, rate_, duration, channels_, seed_, about_);
      spells(made_.motion->spells(), "");
    }
    if (c.loose_electrode) {
      made_.loose_electrode.emplace(*c.loose_electrode, rate_, duration, channels_, seed_, about_);
      spells(made_.loose_electrode->spells(), "");
    }
    if (!trains_.empty()) {
      const SimulatedMuscle& m = muscles_[s_.stimulation->muscle];
      made_.stimulation.emplace(c.stimulation, trains_, rate_, duration, m.channels, seed_, about_);
      made_.stimulated = m.first;
      made_.stimulated_channels = m.channels;
      spells(made_.stimulation->spells(), "", m.first);
    }
    if (c.lead_off) {
      made_.lead_off.emplace(*c.lead_off, c.hum.value_or(MainsHumOptions{}), rate_, duration, channels_, seed_, about_);
      spells(made_.lead_off->spells(), "lead off");  // any recorder knows
    }
    if (c.dropped_samples) {
      made_.dropped_samples.emplace(*c.dropped_samples, rate_, duration, channels_, seed_, about_);
      spells(made_.dropped_samples->spells(), "dropped samples");  // the same
    }
  }

  /// Power in V^2 of electrode noise, in the band.
  [[nodiscard]] double noise_power() const { return made_.noise ? std::pow(made_.noise->band_rms_v(kBand.low_hz, kBand.high_hz), 2) : 0; }

  // --- when it happens ----------------------------------------------------------------------------------------------------

  [[nodiscard]] bool is_free(double from_s, double to_s, double apart_s = kApart_s) const {
    return std::none_of(busy_.begin(), busy_.end(),
                        [&](const Span& b) { return from_s < b.stop_s + apart_s && b.start_s - apart_s < to_s; });
  }

  /// One event about to be made.
  struct Plan {
    const EventSpec* spec = nullptr;
    std::size_t index = 0;  ///< of spec, in the scenario
    std::string place;      ///< in the scenario, for messages
    std::string label;
    std::uint64_t event = 0;
    std::vector<std::size_t> muscles;  ///< the first is that of its origin
    double share = 1;                  ///< amplitude in the others
    double onset_s = 0;
    double rise_s = 0, hold_s = 0, fall_s = 0;
    double excitation = 0;
    CrampPlan cramp;  ///< of a cramp, its onset at 0

    [[nodiscard]] bool is_cramp() const { return label == "cramp"; }
    [[nodiscard]] double length_s() const { return is_cramp() ? cramp.offset_s() - cramp.onset_s : rise_s + hold_s + fall_s; }
  };

  /// A cramp that comes back.
  struct Relapse {
    std::size_t event = 0;  ///< that it is of, in the scenario
    std::uint64_t name = 0;
    std::size_t muscle = 0;
    double onset_s = 0;
    const Phase* phase = nullptr;
  };

  Plan draw_event(std::size_t index, std::uint64_t k) { return draw_named(index, event_name(index, k)); }

  /// `origin`, where it is given, is the muscle that it begins in.
  Plan draw_named(std::size_t index, std::uint64_t name, std::optional<std::size_t> origin = {}) {
    const EventSpec& spec = s_.events[index];
    Plan p;
    p.spec = &spec;
    p.index = index;
    p.place = "events[" + std::to_string(index) + "]";
    p.label = spec.label;
    p.event = name;
    Random random = stream(seed_, Purpose::kPlan, {subject_, p.event});
    if (spec.label == "voluntary") {
      p.muscles = spec.muscles;
    } else {
      const auto chosen =
          std::min(static_cast<std::size_t>(random.uniform() * static_cast<double>(spec.muscles.size())), spec.muscles.size() - 1);
      p.muscles = {origin.value_or(spec.muscles[chosen])};
    }
    if (!p.is_cramp()) {
      p.rise_s = spec.rise_s.draw(random);
      p.fall_s = spec.fall_s.draw(random);
      const double duration_s = spec.duration_s.draw(random);
      if (duration_s < p.rise_s + p.fall_s) {  // both shorter alike
        const double part = duration_s / (p.rise_s + p.fall_s);
        p.rise_s *= part;
        p.fall_s *= part;
      }
      p.hold_s = std::max(0.0, duration_s - p.rise_s - p.fall_s);
      p.excitation = std::clamp(spec.excitation.draw(random), 0.0, 1.0);
      return p;
    }
    const std::uint64_t muscle = muscles_[p.muscles[0]].id;
    p.cramp = plan_cramp(spec.cramp, 0, seed_, muscle, p.event);
    if (random.uniform() < spec.released) {
      const double at = spec.release_part.draw(random) * p.cramp.offset_s();
      p.cramp.release = draw_release(spec.release, at, seed_, muscle, p.event);
    }
    if (random.uniform() < spec.spread && spec.muscles.size() > 1) {
      auto other =
          std::min(static_cast<std::size_t>(random.uniform() * static_cast<double>(spec.muscles.size() - 1)), spec.muscles.size() - 2);
      if (spec.muscles[other] == p.muscles[0]) other = spec.muscles.size() - 1;
      p.muscles.push_back(spec.muscles[other]);
      p.share = spec.spread_share.draw(random);
    }
    return p;
  }

  void plan_events(std::size_t index) {
    const EventSpec& spec = s_.events[index];
    const bool cramp = spec.label == "cramp";
    Random random = stream(seed_, Purpose::kPlan, {subject_, session_, index});
    std::uint64_t k = 0;
    for (std::size_t p = 0; p < s_.protocol.size(); ++p) {
      const Phase& phase = s_.protocol[p];
      if (!is_called(p, spec.phases)) continue;
      switch (spec.times) {
        case EventSpec::Times::kCount:
          place_in_slots(index, phase, static_cast<int>(std::lround(spec.count.draw(random))), random, k);
          break;
        case EventSpec::Times::kRate: {
          const double mean_s = 3600 / std::min(3600.0, spec.per_hour * (cramp ? cramp_factor_ : 1));
          for (double t = phase.start_s + draw_exponential(random, mean_s); t < phase.stop_s; t += draw_exponential(random, mean_s)) {
            place_or_leave_out(draw_event(index, k++), t, phase);
          }
          break;
        }
        case EventSpec::Times::kRecurrence: {
          Recurrence r = spec.recurrence;
          r.per_hour = std::min(3600.0, r.per_hour * (cramp ? cramp_factor_ : 1));
          const std::uint64_t from = k;
          const auto length = [&](std::size_t n) { return draw_event(index, from + n).length_s(); };
          for (const double t : recurrent_onsets(r, phase.start_s, phase.stop_s, length, seed_, name_of({subject_, session_, index, p}))) {
            place_or_leave_out(draw_event(index, k++), t, phase);
          }
          break;
        }
      }
    }
  }

  /// A phase in as many parts as there are events, each event somewhere in its own.
  void place_in_slots(std::size_t index, const Phase& phase, int count, Random& random, std::uint64_t& k) {
    const double slot = (phase.stop_s - phase.start_s) / count;
    int too_long = 0;
    for (int i = 0; i < count; ++i) {
      bool placed = false;
      for (int attempt = 0; attempt < kTries && !placed; ++attempt) {
        Plan p = draw_event(index, k++);
        const double room = slot - p.length_s() - 2 * kApart_s;
        if (room < 0) {
          ++too_long;
          continue;
        }
        placed = place_if_free(std::move(p), phase.start_s + slot * i + kApart_s + room * random.uniform(), phase);
      }
      if (!placed) {
        fail("events[" + std::to_string(index) + "]",
             "events that fit in phase " + phase.name + " of " + detail::number(phase.stop_s - phase.start_s) + " s beside the others",
             std::to_string(count) + " events of class " + s_.events[index].label);
      }
    }
    if (too_long > 0) {
      notes_.push_back("scenario.events[" + std::to_string(index) + "]: " + std::to_string(too_long) +
                       " durations were drawn anew, being longer than the " + detail::number(slot - 2 * kApart_s) + " s that each of " +
                       std::to_string(count) + " events has in phase " + phase.name + ": those that are there are shorter than was asked");
    }
  }

  bool place_if_free(Plan plan, double onset_s, const Phase& phase) {
    const double stop_s = onset_s + plan.length_s();
    if (onset_s < phase.start_s + kApart_s || stop_s > phase.stop_s - kApart_s || !is_free(onset_s, stop_s)) return false;
    plan.onset_s = onset_s;
    note_relapse(plan, phase);
    make(std::move(plan));
    return true;
  }

  void place_or_leave_out(Plan plan, double onset_s, const Phase& phase) {
    std::string place = plan.place;
    if (!place_if_free(std::move(plan), onset_s, phase)) ++left_out_[{std::move(place), kNoRoom}];
  }

  void note_relapse(const Plan& p, const Phase& phase) {
    if (!p.is_cramp() || !p.cramp.release || !p.cramp.release->relapse_after_s) return;
    const double after_s = std::max(kApart_s, *p.cramp.release->relapse_after_s);
    relapses_.push_back({p.index, name_of({p.event, kRelapse}), p.muscles[0], p.onset_s + p.length_s() + after_s, &phase});
  }

  /// Last, so that they are in the way of no event that is asked for. A relapse that is stretched may relapse.
  void place_relapses() {
    for (std::size_t i = 0; i < relapses_.size(); ++i) {
      const Relapse r = relapses_[i];
      place_or_leave_out(draw_named(r.event, r.name, r.muscle), r.onset_s, *r.phase);
    }
  }

  void plan_ladder(std::size_t index) {
    const LadderSpec& l = s_.ladders[index];
    const std::string place = "ladders[" + std::to_string(index) + "]";
    const Phase* const phase = phase_called(l.phase, place);
    static const EventSpec kVoluntary;
    double at = phase->start_s;
    for (std::size_t k = 0; k < l.levels.size(); ++k) {
      Plan p;
      p.spec = &kVoluntary;
      p.place = place;
      p.label = "voluntary";
      p.event = event_name(1000 + index, k);
      p.muscles = l.muscles;
      p.onset_s = at + l.pause_s;
      p.rise_s = p.fall_s = l.ramp_s;
      p.hold_s = l.hold_s;
      p.excitation = l.levels[k];
      at = p.onset_s + p.length_s();
      if (at > phase->stop_s)
        fail(place, "contractions that fit in the " + detail::number(phase->stop_s - phase->start_s) + " s of phase " + l.phase,
             std::to_string(l.levels.size()) + " of them");
      if (!is_free(p.onset_s, at, 0)) fail(place, "contractions apart from what else is in phase " + l.phase, "another event among them");
      make(std::move(p));
    }
  }

  void plan_stimulation() {
    if (!s_.stimulation) return;
    const ThresholdProtocol& t = *s_.stimulation;
    const Phase* const phase = phase_called(t.phase, "stimulation");
    Random random = stream(seed_, Purpose::kStimulus, {subject_, 0});  // of the subject, in all sessions
    const double threshold = t.threshold_hz.draw(random);
    double at = phase->start_s + t.pause_s;
    for (int k = 0; k < t.most_trains; ++k) {
      StimTrain train;
      train.frequency_hz = t.start_hz + k * t.step_hz;
      train.n_pulses = t.pulses;
      train.start_s = at;
      train.stop_s = at + (t.pulses - 1) / train.frequency_hz;
      train.amplitude_a = t.amplitude_a;
      train.pulse_width_s = t.pulse_width_s;
      train.site = muscles_[t.muscle].spec->name + " motor point";
      const bool elicits = train.frequency_hz >= threshold;
      train.elicited_cramp = elicits ? "yes" : "no";
      Plan p;
      if (elicits) {
        p = draw_event(t.cramp, static_cast<std::uint64_t>(k));
        p.muscles[0] = t.muscle;
        p.onset_s = train.stop_s + kOutlasts_s;
      }
      if (train.stop_s + (elicits ? p.length_s() : 0) + kApart_s > phase->stop_s) {
        notes_.push_back("scenario.stimulation: trains end before " + detail::number(train.frequency_hz) + " Hz, which phase " + t.phase +
                         " has no room for" + (elicits ? ", with the cramp that it elicits" : ""));
        break;
      }
      Event label;
      label.onset_s = train.start_s;
      label.duration_s = train.stop_s + kOutlasts_s - train.start_s;
      label.trial_type = "stimulated";
      label.channels = channel_names(muscles_[t.muscle]);
      labels_.push_back(signed_by(std::move(label)));
      busy_.push_back({train.start_s, train.stop_s});
      at = train.stop_s + t.pause_s;
      trains_.push_back(std::move(train));
      if (elicits) {
        note_relapse(p, *phase);
        elicited_ = std::move(p);
        break;
      }
    }
  }

  void plan_movements(std::size_t index) {
    const MovementSpec& m = s_.movements[index];
    static const EventSpec kMovement;
    const auto make_one = [&](const Movement& movement, std::uint64_t k, std::vector<std::size_t> muscles) {
      Plan p;
      p.spec = &kMovement;
      p.place = "movements[" + std::to_string(index) + "]";
      if (movement.onset_s + movement.duration_s > end_s_ - kApart_s ||
          !is_free(movement.onset_s, movement.onset_s + movement.duration_s)) {
        ++left_out_[{p.place, kNoRoom}];
        return;
      }
      p.label = movement.duration_s < 2 ? "twitch" : "sustained";
      p.event = event_name(2000 + index, k);
      Random random = stream(seed_, Purpose::kPlan, {subject_, p.event});
      p.muscles = std::move(muscles);
      p.onset_s = movement.onset_s;
      p.rise_s = p.fall_s = std::min(0.3, movement.duration_s / 4);
      p.hold_s = movement.duration_s - 2 * p.rise_s;
      p.excitation = std::clamp(m.excitation.draw(random), 0.0, 1.0);
      make(std::move(p));
    };
    std::uint64_t k = 0;
    for (std::size_t i = 0; i < s_.protocol.size(); ++i) {
      const Phase& phase = s_.protocol[i];
      if (!is_called(i, m.phases)) continue;
      const std::uint64_t name = name_of({subject_, session_, 2000 + index, i});
      if (m.large) {
        for (const Movement& one : large_movements(*m.large, phase.start_s, phase.stop_s, seed_, name)) make_one(one, k++, m.muscles);
      }
      if (!m.periodic) continue;
      Random random = stream(seed_, Purpose::kPlan, {name});
      std::uint64_t train = 0;
      const double mean_s = 3600 / m.trains_per_hour;
      for (double at = phase.start_s + draw_exponential(random, mean_s); at + m.train_s < phase.stop_s;
           at += m.train_s + draw_exponential(random, mean_s)) {
        const auto leg = std::min(static_cast<std::size_t>(random.uniform() * static_cast<double>(m.muscles.size())), m.muscles.size() - 1);
        for (const Movement& one : periodic_movements(*m.periodic, at, at + m.train_s, seed_, name_of({name, train++}))) {
          make_one(one, k++, {m.muscles[leg]});
        }
      }
    }
  }

  /// Fasciculations on their own, and those that announce a cramp. One that would meet an event, or another of its muscle, does not happen.
  void plan_fasciculations() {
    for (std::size_t index = 0; index < s_.events.size(); ++index) {
      const EventSpec& spec = s_.events[index];
      const bool alone = spec.label == "fasciculation";
      if (!alone && spec.fasciculations_before == 0) continue;
      for (const std::size_t m : spec.muscles) {
        std::vector<double> onsets;
        if (!alone) onsets = cramp_onsets_[{index, m}];
        std::sort(onsets.begin(), onsets.end());
        std::vector<Knot> knots;
        if (alone) {
          for (std::size_t p = 0; p < s_.protocol.size(); ++p) {
            const Phase& phase = s_.protocol[p];
            if (!is_called(p, spec.phases)) continue;
            knots.insert(knots.end(),
                         {{phase.start_s, 0}, {phase.start_s, spec.per_minute}, {phase.stop_s, spec.per_minute}, {phase.stop_s, 0}});
          }
        } else if (!onsets.empty()) {
          knots = rate_before_cramps(0, end_s_, 0, spec.fasciculations_before, spec.fasciculations_before_s, onsets);
        }
        if (knots.empty()) continue;
        const std::uint64_t name = name_of({muscles_[m].id, session_, index});
        make_fasciculations(index, m, fasciculation_discharges(muscles_[m].pool, spec.fasciculations, knots, seed_, name));
      }
    }
  }

  void make_fasciculations(std::size_t index, std::size_t muscle, const std::vector<Discharge>& all) {
    const EventSpec& spec = s_.events[index];
    for (std::size_t i = 0; i < all.size();) {
      std::vector<Discharge> one = {all[i]};  // a pair is one fasciculation
      for (++i; i < all.size() && all[i].unit == one[0].unit && all[i].gain == one[0].gain && all[i].time_s - one[0].time_s < kPotential_s;
           ++i)
        one.push_back(all[i]);
      const double stop_s = one.back().time_s + muscles_[muscle].templates->duration_s(one.back().unit, one.back().stretch);
      std::vector<Span>& others = fasciculated_[muscle];
      const auto next = std::lower_bound(others.begin(), others.end(), stop_s, [](const Span& s, double end) { return s.start_s < end; });
      const bool meets = next != others.begin() && one[0].time_s < std::prev(next)->stop_s;
      static const EventSpec kNatural;
      Plan p;
      p.spec = spec.label == "fasciculation" ? &spec : &kNatural;
      p.place = "events[" + std::to_string(index) + "]";
      if (stop_s > end_s_ || !is_free(one[0].time_s, stop_s, kPotential_s) || meets) {
        ++left_out_[{p.place + " (fasciculations)", kNoRoom}];
        continue;
      }
      others.insert(next, {one[0].time_s, stop_s});
      p.label = "fasciculation";
      p.event = name_of({muscles_[muscle].id, session_, index, kFasciculating, i});
      p.muscles = {muscle};
      add_event(p, {{muscle, std::move(one)}});
    }
  }

  // --- how it is made -----------------------------------------------------------------------------------------------------

  void make(Plan p) {
    std::vector<EventPart> parts;
    for (std::size_t i = 0; i < p.muscles.size(); ++i) {
      const SimulatedMuscle& m = muscles_[p.muscles[i]];
      EventPart part{p.muscles[i], {}};
      if (p.is_cramp()) {
        CrampPlan plan = p.cramp;
        plan.onset_s += p.onset_s;
        if (plan.release) plan.release->time_s += p.onset_s;
        part.discharges = make_cramp(m.pool, p.spec->cramp, p.spec->fatigue, plan, seed_, m.id, p.event).discharges;
      } else {
        Drive drive = p.spec->drive;
        const double top = p.onset_s + p.rise_s;
        drive.knots = {{p.onset_s, 0}, {top, p.excitation}, {top + p.hold_s, p.excitation}, {top + p.hold_s + p.fall_s, 0}};
        part.discharges = drive_discharges(m.pool, m.spec->pool, drive, p.spec->fatigue, seed_, m.id, p.event);
      }
      if (i > 0) {
        for (Discharge& d : part.discharges) d.gain *= static_cast<float>(p.share);
      }
      if (!part.discharges.empty()) parts.push_back(std::move(part));
    }
    busy_.push_back({p.onset_s, p.onset_s + p.length_s()});
    if (parts.empty()) {
      ++left_out_[{p.place, kUnseen}];
    } else {
      add_event(p, std::move(parts));
    }
  }

  /// The gain that gives an event the strength that is asked for.
  double asked_gain(const Plan& p, double power, double noise, double largest_rms) const {
    Random random = stream(seed_, Purpose::kElectrode, {subject_, p.event});
    if (p.spec->snr_db) {
      if (noise == 0) fail(p.place + ".snr_db", "noise for it to stand in", "none in contaminants");
      return std::sqrt(std::pow(10, p.spec->snr_db->draw(random) / 10) * noise / power);
    }
    return p.spec->peak_uv ? p.spec->peak_uv->draw(random) * 1e-6 / largest_rms : 1;
  }

  void add_event(const Plan& p, std::vector<EventPart> parts) {
    if (look_) look_();
    TrueEvent e;
    e.label = p.label;
    e.muscle = muscles_[p.muscles[0]].name;
    e.onset_s = std::numeric_limits<double>::infinity();
    for (const EventPart& part : parts) {
      e.onset_s = std::min(e.onset_s, part.discharges.front().time_s);
      for (const Discharge& d : part.discharges) {
        e.offset_s = std::max(e.offset_s, d.time_s + muscles_[part.muscle].templates->duration_s(d.unit, d.stretch));
      }
    }
    const EventPicture shown = painter_.paint(parts, e.onset_s, e.offset_s);
    double energy = 0;
    for (Index i = 0; i < shown.in_band.rows(); ++i) energy += shown.in_band(i, 0) * shown.in_band(i, 0);
    if (!(energy > 0)) {
      ++left_out_[{p.place, kUnseen}];
      return;
    }
    const double power = energy / ((e.offset_s - e.onset_s) * rate_.hertz());
    const double noise = noise_power();
    const std::vector<double> peak_rms = moving_rms(shown.in_band, std::min(kPeak_s, e.offset_s - e.onset_s), rate_);
    const auto gain =
        static_cast<double>(static_cast<float>(asked_gain(p, power, noise, *std::max_element(peak_rms.begin(), peak_rms.end()))));

    if (noise > 0) e.snr_db = 10 * std::log10(gain * gain * power / noise);
    e.peak_channel = out_channels_[static_cast<std::size_t>(shown.channel)].name;
    e.peak_v = 0;
    for (Index i = 0; i < shown.volts.rows(); ++i) {
      if (gain * std::abs(shown.volts(i, 0)) <= e.peak_v) continue;
      e.peak_v = gain * std::abs(shown.volts(i, 0));
      e.peak_time_s = rate_.time(shown.first + i);
    }
    const std::vector<double> envelope = moving_rms(shown.in_band, kEnvelope_s, rate_);
    const double level = std::sqrt(noise) / gain;
    const auto above = [level](double rms) { return rms >= level; };
    const auto first = std::find_if(envelope.begin(), envelope.end(), above);
    if (first != envelope.end()) {
      const auto last = std::find_if(envelope.rbegin(), envelope.rend(), above);
      e.detectable_onset_s = std::max(e.onset_s, rate_.time(shown.first + (first - envelope.begin())));
      e.detectable_offset_s = std::min(e.offset_s, rate_.time(shown.first + (envelope.rend() - last)));
    }
    const double strongest = shown.energy[static_cast<std::size_t>(shown.channel)];
    for (const EventPart& part : parts) {
      const SimulatedMuscle& m = muscles_[part.muscle];
      for (Index c = m.first; c < m.first + m.channels; ++c) {
        const double here = gain * gain * power * shown.energy[static_cast<std::size_t>(c)] / strongest;
        if (c == shown.channel || here >= std::max(noise, 1e-3 * gain * gain * power))
          e.channels.push_back(out_channels_[static_cast<std::size_t>(c)].name);
      }
    }
    if (p.is_cramp()) cramp_onsets_[{p.index, p.muscles[0]}].push_back(e.onset_s);
    if (p.is_cramp() && p.cramp.release) e.stretch_s = p.onset_s + p.cramp.release->time_s;

    for (EventPart& part : parts) {
      for (Discharge& d : part.discharges) {
        d.gain *= static_cast<float>(gain);
        muscles_[part.muscle].discharges.push_back(d);
      }
    }
    Event label;
    label.onset_s = e.onset_s;
    label.duration_s = e.offset_s - e.onset_s;
    label.trial_type = e.label;
    label.channels = e.channels;
    labels_.push_back(signed_by(std::move(label)));
    truth_.events.push_back(std::move(e));
  }

  // --- what it gives ------------------------------------------------------------------------------------------------------

  static Event signed_by(Event label) {
    label.confidence = 1;
    label.annotator = "simulator";
    label.label_source = "simulated";
    return label;
  }

  [[nodiscard]] std::vector<std::string> channel_names(const SimulatedMuscle& m) const {
    std::vector<std::string> names;
    for (Index c = m.first; c < m.first + m.channels; ++c) names.push_back(out_channels_[static_cast<std::size_t>(c)].name);
    return names;
  }

  void number_clusters() {
    std::stable_sort(truth_.events.begin(), truth_.events.end(),
                     [](const TrueEvent& a, const TrueEvent& b) { return a.onset_s < b.onset_s; });
    int cluster = 0;
    double end_s = -std::numeric_limits<double>::infinity();
    for (TrueEvent& e : truth_.events) {
      if (e.label != "cramp") continue;
      if (e.onset_s - end_s > kCluster_s) ++cluster;
      e.cluster = cluster;
      end_s = std::max(end_s, e.offset_s);
    }
  }

  void list_units() {
    for (const SimulatedMuscle& m : muscles_) {
      std::vector<TrueUnit> units(m.pool.size());
      for (const Discharge& d : m.discharges) {
        if (d.time_s >= 0 && d.time_s < end_s_) units[static_cast<std::size_t>(d.unit)].discharges_s.push_back(d.time_s);
      }
      for (std::size_t u = 0; u < units.size(); ++u) {
        if (units[u].discharges_s.empty()) continue;
        units[u].muscle = m.name;
        units[u].unit = static_cast<int>(u);
        truth_.units.push_back(std::move(units[u]));
      }
    }
  }

  /// More than what is there all the time ever adds up to, V.
  [[nodiscard]] double background_v() const {
    double sum_v = 0;
    if (made_.noise) sum_v += 10 * made_.noise->band_rms_v(0, rate_.hertz() / 2);
    if (made_.hum) {
      double most_v = 0;
      for (Index c = 0; c < channels_; ++c) most_v = std::max(most_v, made_.hum->amplitude_v(c));
      sum_v += most_v * (1 + s_.contaminants.hum->third + s_.contaminants.hum->fifth);
    }
    if (made_.ecg) sum_v += 4e-6 * s_.contaminants.ecg->high_uv;
    return sum_v;
  }

  /// Finds where the converter's range cuts the signal off, in the blocks where it may: they are rendered for it. Runs that are less than
  /// kClippedApart_s apart are one row.
  void find_clipping(const SimulatedSource& source, double background_v) {
    const double range_v = s_.contaminants.clipping.range_mv * 1e-3;
    const Index blocks = (rows_ + kGridBlock - 1) / kGridBlock;
    std::vector<double> most_v(static_cast<std::size_t>(blocks), background_v);
    const auto add = [&](const Span& span, double volts) {
      const auto block = [&](double s) { return std::clamp<Index>(static_cast<Index>(s * rate_.hertz()) / kGridBlock, 0, blocks - 1); };
      for (Index b = block(span.start_s); b <= block(span.stop_s); ++b) most_v[static_cast<std::size_t>(b)] += volts;
    };
    for (const TrueEvent& e : truth_.events) add({e.onset_s, e.offset_s}, 2 * e.peak_v);
    for (const TrueContaminant& t : truth_.contaminants) {
      if (t.kind != "noise" && t.kind != "hum" && t.kind != "ecg") add(t, range_v);
    }
    std::vector<std::vector<Span>> found(static_cast<std::size_t>(channels_));
    for (Index b = 0; b < blocks; ++b) {
      if (most_v[static_cast<std::size_t>(b)] < range_v) continue;
      if (look_) look_();
      for (const ContaminantSpan& run : source.clipped(b)) {
        std::vector<Span>& of_channel = found[static_cast<std::size_t>(run.channels[0])];
        if (!of_channel.empty() && run.start_s - of_channel.back().stop_s < kClippedApart_s) {
          of_channel.back().stop_s = run.stop_s;
        } else {
          of_channel.push_back(run);
        }
      }
    }
    for (std::size_t k = 0; k < found.size(); ++k) {
      for (const Span& span : found[k]) truth_.contaminants.push_back({span, "clipped", {out_channels_[k].name}});
    }
  }

  Recording finish(int threads) {
    for (SimulatedMuscle& m : muscles_) sort_discharges(m.discharges);
    list_units();
    std::vector<SimulatedSource::Shown> muscles;
    for (SimulatedMuscle& m : muscles_) {
      muscles.push_back({s_.crosstalk > 0 ? 0 : m.first, m.templates->leads, Interference(m.templates, std::move(m.discharges), rate_)});
    }
    const double always_v = background_v();
    auto source =
        std::make_shared<SimulatedSource>(std::move(muscles), std::move(made_), s_.contaminants.clipping, rate_, rows_, channels_, threads);
    find_clipping(*source, always_v);
    const auto by_start = [](const Span& a, const Span& b) { return a.start_s < b.start_s; };
    std::stable_sort(truth_.contaminants.begin(), truth_.contaminants.end(), by_start);
    std::stable_sort(invalid_.begin(), invalid_.end(), by_start);
    std::stable_sort(labels_.begin(), labels_.end(), [](const Event& a, const Event& b) { return a.onset_s < b.onset_s; });

    Recording r;
    r.layout = "memory";
    r.description = "Simulated EMG: motor units in a model of muscle, with contaminants";
    r.session_start = "2000-01-01T00:00:00.000+00:00";
    const std::string number = std::to_string(subject_ + 1);
    r.subject.id = "S" + std::string(number.size() < 2 ? 1 : 0, '0') + number;
    r.session = std::to_string(session_ + 1);
    r.signals.push_back({.name = "",
                         .rate = rate_,
                         .samples = rows_,
                         .channels = out_channels_,
                         .source = std::move(source),
                         .conversion = "count / 2^15 * " + detail::number(s_.contaminants.clipping.range_mv) + " mV"});
    r.protocol = s_.protocol;
    r.invalid_times = std::move(invalid_);
    r.stim_trains = trains_;
    AnnotatedSpan all;
    all.stop_s = r.duration_s();
    all.annotator = "simulator";
    r.annotated_spans.push_back(std::move(all));
    r.labels = std::move(labels_);
    r.covariates = std::move(covariates_);
    r.truth = std::move(truth_);
    r.notes = std::move(notes_);
    for (const auto& [what, count] : left_out_) {
      r.notes.push_back("scenario." + what.first + ": left out " + std::to_string(count) + ": " + what.second);
    }
    return r;
  }

  const Scenario& s_;
  const std::function<void()>& look_;
  std::uint64_t seed_;
  std::uint64_t subject_;
  std::uint64_t session_;
  std::uint64_t about_;
  SampleRate rate_;
  double end_s_;
  Index rows_;
  std::vector<SimulatedMuscle> muscles_;
  std::vector<Channel> out_channels_;
  Index channels_;
  EventPainter painter_;
  std::vector<Covariate> covariates_;
  double cramp_factor_ = 1;
  Contaminants made_;
  std::vector<Span> busy_;
  std::map<std::pair<std::size_t, std::size_t>, std::vector<double>> cramp_onsets_;  ///< by event of the scenario and muscle
  std::map<std::size_t, std::vector<Span>> fasciculated_;                            ///< by muscle, sorted
  std::vector<StimTrain> trains_;
  std::vector<Relapse> relapses_;
  std::optional<Plan> elicited_;  ///< the cramp that the last train elicits
  std::vector<Event> labels_;
  std::vector<InvalidSpan> invalid_;
  Truth truth_;
  std::vector<std::string> notes_;
  std::map<std::pair<std::string, std::string>, int> left_out_;  ///< how many events, by place in the scenario and reason
};

}  // namespace

Recording simulate_session(const Scenario& scenario, std::uint64_t seed, int subject, int session, int threads,
                           const std::function<void()>& look) {
  return Planner(scenario, seed, subject, session, look).run(threads);
}

}  // namespace myocramp
