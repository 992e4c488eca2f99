#include "study/scenario.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "study/json_reader.hpp"
#include "study/scenarios.hpp"

namespace myocramp {
namespace {

using nlohmann::json;

const std::vector<std::string> kLabels = {"cramp", "voluntary", "sustained", "twitch", "fasciculation"};
const std::vector<std::string> kDistractors = {"none",        "ecg",           "hum",      "motion", "loose_electrode",
                                               "stimulation", "fasciculation", "voluntary"};

std::vector<std::string> phase_names() { return {kPhaseNames.begin(), kPhaseNames.end()}; }

Distribution constant(double value) { return {Distribution::Law::kConstant, value}; }
Distribution uniform(double low, double high) { return {Distribution::Law::kUniform, low, high}; }

/// Muscles by their codes.
std::vector<std::size_t> muscles_of(JsonReader& reader, const std::vector<MuscleSpec>& all) {
  std::vector<std::string> codes;
  for (const MuscleSpec& m : all) codes.push_back(m.code);
  const std::vector<std::string> chosen =
      reader.texts("muscles", reader.lists_keys() ? std::vector<std::string>{} : codes, codes, "codes of the muscles; all without it");
  std::vector<std::size_t> out;
  for (const std::string& code : chosen) {
    const auto muscle = static_cast<std::size_t>(std::find(codes.begin(), codes.end(), code) - codes.begin());
    if (std::find(out.begin(), out.end(), muscle) != out.end()) reader.wrong("muscles", "each muscle once", printable(code) + " twice");
    out.push_back(muscle);
  }
  if (out.empty() && !reader.lists_keys()) reader.wrong("muscles", "at least one muscle", "none");
  return out;
}

/// Phases by what they are called.
std::vector<std::string> phases_of(JsonReader& r, const std::vector<std::string>& all, const std::string& otherwise,
                                   const std::string& meaning) {
  std::vector<std::string> names = r.texts("phases", r.lists_keys() ? phase_names() : all, {otherwise}, meaning);
  if (r.lists_keys()) return names;
  if (names.empty()) r.wrong("phases", "at least one phase", "none");
  for (const std::string& name : names) {  // what stands for none is a name too
    if (std::find(all.begin(), all.end(), name) == all.end()) r.wrong("phases", "a phase of the protocol", name + ", where none is named");
  }
  return names;
}

/// Channels are called by these codes, and each needs a name of its own that a table can hold.
void check_codes(JsonReader& r, const std::vector<MuscleSpec>& muscles) {
  std::set<std::string> names;
  for (const MuscleSpec& m : muscles) {
    const bool holds = !m.code.empty() && m.code != "n/a" && std::none_of(m.code.begin(), m.code.end(), [](char c) {
      return c == '|' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (!holds) r.wrong("muscles", "a code that is not n/a, without | and control characters", "'" + printable(m.code) + "'");
    const int n = m.electrodes.rows * m.electrodes.columns;
    for (int k = 1; k <= n; ++k) {
      const std::string name = n == 1 ? m.code : m.code + std::to_string(k);
      if (!names.insert(name).second)
        r.wrong("muscles", "codes that give each channel a name of its own", "two channels " + printable(name));
    }
  }
}

MuscleSpec read_muscle(JsonReader& r) {
  MuscleSpec m;
  m.name = r.required_text("name", "such as gastrocnemius_medialis");
  m.code = r.required_text("code", "begins the names of its channels, such as GM");
  m.side = r.choice("side", {"left", "right", "n/a"}, "n/a", "of the body");
  if (m.side == "n/a") m.side.clear();
  r.object("electrodes", "bipolar channels, in rows along the fibres and columns across", [&](JsonReader& e) { e.members(m.electrodes); });
  r.object("pool", "its motor units", [&](JsonReader& p) { p.members(m.pool); });
  r.object("fibres", "its fibres and their potentials", [&](JsonReader& f) {
    const std::string fidelity = f.choice("fidelity", {"line_source", "hermite_rodriguez"}, "line_source",
                                          "how potentials are made: in a conductor, or from a stock shape");
    m.fibres.fidelity = fidelity == "line_source" ? Fidelity::kLineSource : Fidelity::kHermiteRodriguez;
    f.members(m.fibres);
  });
  r.object("conductor", "what lies between its fibres and the electrodes", [&](JsonReader& c) { c.members(m.conductor); });
  return m;
}

std::vector<Phase> read_protocol(JsonReader& reader, std::vector<std::string>& names) {
  std::vector<Phase> phases;
  double at = 0;
  reader.each("protocol", "the phases, one after the other", [&](JsonReader& r) {
    Phase p;
    p.name = r.choice("phase", phase_names(), "", "its name");
    p.posture = r.text("posture", "such as supine");
    p.joint_angle_deg = r.number({"joint_angle_deg", "deg", -360, 360, "angle of the joint", ""}, p.joint_angle_deg);
    p.start_s = at;
    at += r.number({"duration_s", "s", 1, 360000, "how long it lasts", ""}, 60);
    p.stop_s = at;
    const std::string called = r.text("called", "what events call it; without it the name of its phase");
    names.push_back(called.empty() ? p.name : called);
    phases.push_back(std::move(p));
  });
  if (phases.empty()) reader.wrong("protocol", "at least one phase", "none");
  return phases;
}

void read_times(JsonReader& r, EventSpec& e) {
  int ways = 0;
  if (r.lists_keys() || r.has("count")) {
    e.count = r.distribution({"count", "1", 0, 10000, "events in each such phase", ""}, constant(1));
    ++ways;
  }
  if (r.lists_keys() || r.has("per_hour")) {
    e.per_hour = r.number({"per_hour", "1/h", 1e-6, 3600, "events at random times, none while another event lasts", ""}, 1);
    e.times = EventSpec::Times::kRate;
    ++ways;
  }
  if (r.object("recurrence", "events that call others", [&](JsonReader& below) { below.members(e.recurrence); })) {
    e.times = EventSpec::Times::kRecurrence;
    ++ways;
  }
  if (ways != 1 && !r.lists_keys()) r.wrong("", "one of count, per_hour and recurrence", std::to_string(ways) + " of them");
}

void read_strength(JsonReader& r, EventSpec& e) {
  if (r.has("snr_db")) {
    e.snr_db = r.distribution({"snr_db", "dB", -40, 80, "power of the event over that of electrode noise, on its strongest channel", ""},
                              constant(20));
  }
  if (r.has("peak_uv")) {
    e.peak_uv = r.distribution({"peak_uv", "uV", 0.001, 1e6, "largest RMS over 0.25 s on its strongest channel", ""}, constant(50));
  }
  if (e.snr_db && e.peak_uv && !r.lists_keys()) r.wrong("", "one of snr_db and peak_uv", "both");
}

void read_cramp(JsonReader& r, EventSpec& e) {
  std::vector<std::string> kinds;
  for (const std::string_view kind : cramp_kinds()) kinds.emplace_back(kind);
  e.cramp = cramp_kind(r.choice("kind", kinds, "induced", "of cramp: what its options are where nothing else is said"));
  r.object("cramp", "options of the cramp", [&](JsonReader& c) { c.members(e.cramp); });
  r.object("release", "stretches that end cramps", [&](JsonReader& c) {
    e.released = c.number({"probability", "1", 0, 1, "that a cramp is stretched", ""}, 1);
    e.release_part = c.distribution({"at", "1", 0.05, 0.95, "when, as part of the cramp's duration", ""}, uniform(0.4, 0.8));
    c.members(e.release);
  });
  r.object("announced", "fasciculations before the cramp", [&](JsonReader& c) {
    e.fasciculations_before = c.number({"per_minute", "1/min", 0, 600, "rate that they rise to", ""}, 20);
    e.fasciculations_before_s = c.number({"lead_s", "s", 1, 3600, "how long before the cramp they begin", ""}, 40);
    c.members(e.fasciculations);
  });
}

void read_driven(JsonReader& r, EventSpec& e) {
  e.duration_s = r.distribution({"duration_s", "s", 0.05, 36000, "from the start of the rise to the end of the fall", ""}, uniform(2, 4));
  e.rise_s = r.distribution({"rise_s", "s", 0, 3600, "of the excitation", ""}, constant(0.3));
  e.fall_s = r.distribution({"fall_s", "s", 0, 3600, "of the excitation", ""}, constant(0.3));
  e.excitation = r.distribution({"excitation", "1", 0, 1, "at its height, as part of the largest", ""}, constant(0.4));
  r.members(e.drive);
}

void read_spread(JsonReader& r, EventSpec& e) {
  e.spread = r.number({"spread", "1", 0, 1, "probability that the cramp takes in another of its muscles", "our default"}, 0);
  e.spread_share = r.distribution({"spread_share", "1", 0, 10, "amplitude there over that in the muscle of its origin", ""}, constant(0.5));
}

EventSpec read_event(JsonReader& r, const std::vector<MuscleSpec>& muscles, const std::vector<std::string>& phases) {
  EventSpec e;
  e.label = r.choice("class", kLabels, "", "of the event");
  e.muscles = muscles_of(r, muscles);
  e.phases = phases_of(r, phases, "rest", "names of the phases that it happens in");
  const bool all = r.lists_keys();
  if (all || e.label != "fasciculation") read_times(r, e);
  if (all || e.label == "cramp") {
    read_cramp(r, e);
    read_spread(r, e);
  }
  if (all || (e.label != "cramp" && e.label != "fasciculation")) read_driven(r, e);
  if (all || e.label == "fasciculation") {
    e.per_minute = r.number({"per_minute", "1/min", 0, 600, "fasciculations of each muscle", ""}, 2);
    r.object("fasciculations", "their pairs and sizes", [&](JsonReader& f) { f.members(e.fasciculations); });
  }
  if (all || e.label != "fasciculation") {
    r.object("fatigue", "how work slows the conduction", [&](JsonReader& f) { f.members(e.fatigue); });
  }
  read_strength(r, e);
  return e;
}

template <class Options>
void read_optional(JsonReader& r, const std::string& key, const std::string& meaning, std::optional<Options>& out) {
  r.object(key, meaning, [&](JsonReader& below) {
    out.emplace();
    below.members(*out);
  });
}

void read_contaminants(JsonReader& reader, ContaminantSpec& c) {
  reader.object("contaminants", "what disturbs the recording; what is not named is not there", [&](JsonReader& r) {
    read_optional(r, "noise", "of electrodes and amplifier", c.noise);
    read_optional(r, "hum", "of the mains", c.hum);
    read_optional(r, "ecg", "of the heart", c.ecg);
    read_optional(r, "motion", "of electrodes and cables", c.motion);
    read_optional(r, "loose_electrode", "noise that swells as a contraction does", c.loose_electrode);
    read_optional(r, "lead_off", "leads that come off", c.lead_off);
    read_optional(r, "dropped_samples", "samples lost on the way", c.dropped_samples);
    r.object("stimulation", "what electrodes pick up of the stimuli", [&](JsonReader& below) { below.members(c.stimulation); });
    r.object("clipping", "range of the converter", [&](JsonReader& below) { below.members(c.clipping); });
  });
}

LadderSpec read_ladder(JsonReader& r, const std::vector<MuscleSpec>& muscles, const std::vector<std::string>& phases) {
  LadderSpec l;
  l.phase = r.choice("phase", r.lists_keys() ? phase_names() : phases, "mvc", "that it fills from its start");
  l.muscles = muscles_of(r, muscles);
  l.levels = r.numbers({"levels", "1", 0, 1, "excitation of each contraction", ""}, {0.1, 0.2, 0.4, 0.8});
  if (l.levels.empty()) r.wrong("levels", "at least one level", "none");
  r.members(l);
  return l;
}

MovementSpec read_movements(JsonReader& r, const std::vector<MuscleSpec>& muscles, const std::vector<std::string>& phases) {
  MovementSpec m;
  m.muscles = muscles_of(r, muscles);
  m.phases = phases_of(r, phases, "sleep", "names of the phases that they happen in");
  m.excitation = r.distribution({"excitation", "1", 0, 1, "at the height of a movement, as part of the largest", ""}, uniform(0.05, 0.3));
  read_optional(r, "periodic", "periodic movements of one muscle", m.periodic);
  read_optional(r, "large", "large movements, of all the muscles at once", m.large);
  r.members(m);
  if (!m.periodic && !m.large && !r.lists_keys()) r.wrong("", "periodic, large or both", "neither");
  return m;
}

void read_stimulation(JsonReader& reader, Scenario& s) {
  reader.object("stimulation", "trains of rising frequency, until one elicits a cramp", [&](JsonReader& r) {
    ThresholdProtocol t;
    t.phase = r.choice("phase", r.lists_keys() ? phase_names() : s.phase_names, "stimulation", "that it fills from its start");
    std::vector<std::string> codes;
    for (const MuscleSpec& m : s.muscles) codes.push_back(m.code);
    const std::string code =
        r.choice("muscle", r.lists_keys() ? std::vector<std::string>{} : codes, codes.empty() ? "" : codes[0], "code of the muscle");
    t.muscle = static_cast<std::size_t>(std::find(codes.begin(), codes.end(), code) - codes.begin());
    r.members(t);
    t.threshold_hz =
        r.distribution({"threshold_hz", "Hz", 0.5, 200, "of the subject: a train at or above it elicits a cramp", ""}, uniform(10, 22));
    EventSpec cramp;
    cramp.label = "cramp";
    cramp.muscles = {t.muscle};
    read_cramp(r, cramp);
    r.object("fatigue", "how work slows the conduction", [&](JsonReader& f) { f.members(cramp.fatigue); });
    read_strength(r, cramp);
    t.cramp = s.events.size();
    s.events.push_back(std::move(cramp));
    s.stimulation = t;
  });
}

void read_covariates(JsonReader& reader, Scenario& s) {
  reader.each("covariates", "what is measured of each session, and how it moves the rate of cramps", [&](JsonReader& r) {
    CovariateSpec c;
    c.name = r.required_text("name", "such as serum_sodium");
    c.unit = r.text("unit", "UCUM, such as mmol/L");
    c.value = r.distribution({"value", "1", -1e9, 1e9, "of each session", ""}, constant(0));
    c.subject_sd = r.number({"subject_sd", "1", 0, 1e9, "standard deviation between subjects, added to it", ""}, 0);
    c.rate_ratio = r.number({"rate_ratio", "1", 1e-3, 1e3, "of the rate of cramps, for one unit more", ""}, 1);
    s.covariates.push_back(std::move(c));
  });
}

/// Each distractor is a part of the scenario, and each event can be one.
void check_distractors(JsonReader& g, const std::vector<std::string>& distractors, const Scenario& s) {
  const auto is_event = [&](const std::string& label) {
    return std::any_of(s.events.begin(), s.events.end(), [&](const EventSpec& e) { return e.label == label; });
  };
  const std::map<std::string, bool> there = {
      {"none", true},
      {"ecg", s.contaminants.ecg.has_value()},
      {"hum", s.contaminants.hum.has_value()},
      {"motion", s.contaminants.motion.has_value()},
      {"loose_electrode", s.contaminants.loose_electrode.has_value()},
      {"stimulation", s.stimulation.has_value()},
      {"fasciculation", is_event("fasciculation")},
      {"voluntary", is_event("voluntary")},
  };
  for (const std::string& d : distractors) {
    if (!there.at(d)) g.wrong("distractors", "what the scenario has among contaminants, events or stimulation", d + ", which it has not");
  }
  for (std::size_t i = 0; i < s.events.size(); ++i) {
    const std::string& label = s.events[i].label;
    if (!there.contains(label) && !(s.stimulation && s.stimulation->cramp == i))
      g.wrong("distractors", "events that can be a distractor, of class fasciculation or voluntary", "events of class " + label);
  }
}

MotorUnitStudy read_motor_units(JsonReader& r) {
  MotorUnitStudy study;
  Scenario& s = study.scenario;
  r.members(s);
  r.each("muscles", "with their motor units and electrodes", [&](JsonReader& below) { s.muscles.push_back(read_muscle(below)); });
  if (s.muscles.empty()) r.wrong("muscles", "at least one muscle", "none");
  for (std::size_t i = 0; i < s.muscles.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const MuscleSpec& a = s.muscles[k];
      const MuscleSpec& b = s.muscles[i];
      if (a.code == b.code) r.wrong("muscles", "codes that differ", printable(a.code) + " twice");
      if (a.name == b.name && a.side == b.side)
        r.wrong("muscles", "muscles that differ in name or side", printable((a.side.empty() ? "" : a.side + " ") + a.name) + " twice");
    }
  }
  if (!r.lists_keys()) check_codes(r, s.muscles);
  s.protocol = read_protocol(r, s.phase_names);
  const std::vector<std::string>& phases = s.phase_names;
  r.each("events", "what happens", [&](JsonReader& below) { s.events.push_back(read_event(below, s.muscles, phases)); });
  r.each("ladders", "contractions of several levels",
         [&](JsonReader& below) { s.ladders.push_back(read_ladder(below, s.muscles, phases)); });
  r.each("movements", "in sleep", [&](JsonReader& below) { s.movements.push_back(read_movements(below, s.muscles, phases)); });
  read_stimulation(r, s);
  read_contaminants(r, s.contaminants);
  read_covariates(r, s);
  r.object("grid", "what differs between the recordings of a comparison of detectors", [&](JsonReader& g) {
    MotorUnitStudy::Grid grid;
    grid.phase = g.choice("phase", g.lists_keys() ? phase_names() : phases, "rest", "that its events lie in");
    grid.snr_db = g.numbers({"snr_db", "dB", -40, 80, "of all events of a recording", ""}, {0, 10, 20});
    grid.rise_s = g.numbers({"rise_s", "s", 0, 600, "rise and fall of an event", ""}, {0, 1});
    grid.duration_s = g.numbers({"duration_s", "s", 0.1, 3600, "of an event between the middles of its rise and fall", ""}, {1, 5});
    grid.distractors = g.texts("distractors", kDistractors, {"none"}, "what else stands in a recording");
    grid.excitation = g.number({"excitation", "1", 0.01, 1, "at an event's height", ""}, grid.excitation);
    if (grid.snr_db.empty() || grid.rise_s.empty() || grid.duration_s.empty() || grid.distractors.empty()) {
      g.wrong("snr_db, rise_s, duration_s, distractors", "at least one value each", "an empty list");
    }
    if (!g.lists_keys()) check_distractors(g, grid.distractors, s);
    constexpr double kMost = 1e5;
    const double recordings = static_cast<double>(grid.snr_db.size()) * static_cast<double>(grid.distractors.size()) * s.subjects;
    if (recordings > kMost) g.wrong("snr_db, distractors", "at most 100000 recordings", detail::number(recordings));
    study.grid = std::move(grid);
  });
  return study;
}

ShapedNoise read_shaped_noise(const json& j) {
  ShapedNoise options;
  for (const auto& [key, value] : j.items()) {
    if (key == "generator" || key == "$schema") continue;
    bool known = false;
    std::string have = "generator";
    describe(options, [&, k = key, v = value](auto& member, const Field& field) {
      have += ", " + std::string(field.name);
      if (field.name != k) return;
      if (!v.is_number()) throw InvalidArgument({"E-OPTION", "", "scenario." + k, "a number", v.type_name()});
      const auto wanted = v.template get<double>();
      if (!(wanted >= field.low && wanted <= field.high)) {
        throw InvalidArgument({"E-OPTION", "", "scenario." + k, detail::range_text(field), detail::number(wanted)});
      }
      if constexpr (std::is_integral_v<std::remove_reference_t<decltype(member)>>) {
        if (wanted != std::floor(wanted))
          throw InvalidArgument({"E-OPTION", "", "scenario." + k, "a whole number", detail::number(wanted)});
      }
      member = static_cast<std::remove_reference_t<decltype(member)>>(wanted);
      known = true;
    });
    if (!known) throw InvalidArgument({"E-OPTION", "", "scenario." + printable(key), "one of " + have, "an unknown option"});
  }
  return options;
}

json object_of(const std::string& text) {
  json j = json::parse(text, nullptr, false);
  if (!j.is_object())
    throw InvalidArgument({"E-CONFIG", "", "scenario", "a JSON object", j.is_discarded() ? "text that is not JSON" : j.type_name()});
  return j;
}

}  // namespace

int MotorUnitStudy::subjects() const {
  return grid ? scenario.subjects * static_cast<int>(grid->snr_db.size() * grid->distractors.size()) : scenario.subjects;
}

Scenario MotorUnitStudy::of(int subject) const {
  if (!grid) return scenario;
  Scenario s = scenario;
  const auto cell = static_cast<std::size_t>(subject / scenario.subjects);
  const double snr_db = grid->snr_db[cell / grid->distractors.size()];
  const std::string& distractor = grid->distractors[cell % grid->distractors.size()];
  const auto only = [&](auto& part, const char* name) {
    if (distractor != name) part.reset();
  };
  only(s.contaminants.ecg, "ecg");
  only(s.contaminants.hum, "hum");
  only(s.contaminants.motion, "motion");
  only(s.contaminants.loose_electrode, "loose_electrode");
  only(s.stimulation, "stimulation");
  std::optional<EventSpec> elicited;
  if (s.stimulation) elicited = s.events.at(s.stimulation->cramp);
  std::erase_if(s.events, [&](const EventSpec& e) { return e.label != distractor; });
  if (s.stimulation) {
    s.stimulation->cramp = s.events.size();
    s.events.push_back(std::move(*elicited));
  }
  for (const double rise_s : grid->rise_s) {
    for (const double duration_s : grid->duration_s) {
      EventSpec e;
      e.label = duration_s + rise_s < 2 ? "twitch" : "sustained";
      for (std::size_t m = 0; m < s.muscles.size(); ++m) e.muscles.push_back(m);
      e.phases = {grid->phase};
      e.count = constant(1);
      e.rise_s = e.fall_s = constant(rise_s);
      e.duration_s = constant(duration_s + rise_s);
      e.excitation = constant(grid->excitation);
      e.snr_db = constant(snr_db);
      s.events.push_back(std::move(e));
    }
  }
  return s;
}

std::optional<std::string> scenario_named(const std::string& name) {
  for (const auto& [known, text] : kScenarios) {
    if (name == known) return text;
  }
  return std::nullopt;
}

std::string scenario_names() {
  std::string names;
  for (const auto& [name, text] : kScenarios) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

ReadScenario read_scenario(const std::string& text) {
  json j = object_of(text);
  if (j.contains("base")) {
    const json& base = j["base"];
    const std::optional<std::string> below = base.is_string() ? scenario_named(base.get<std::string>()) : std::nullopt;
    if (!below)
      throw InvalidArgument({"E-OPTION", "", "scenario.base", "one of " + scenario_names(),
                             base.is_string() ? printable(base.get<std::string>()) : base.type_name()});
    j.erase("base");
    json whole = object_of(*below);
    whole.merge_patch(j);
    j = std::move(whole);
  }
  if (!j.contains("generator") || j["generator"] == "shaped_noise") return {read_shaped_noise(j), std::nullopt, j.dump()};
  if (j["generator"] != "motor_units") {
    throw InvalidArgument({"E-OPTION", "", "scenario.generator", "shaped_noise or motor_units",
                           j["generator"].is_string() ? printable(j["generator"].get<std::string>()) : j["generator"].type_name()});
  }
  JsonReader reader(j, "scenario");
  reader.has("generator");
  reader.has("$schema");
  MotorUnitStudy study = read_motor_units(reader);
  reader.done();
  return {std::nullopt, std::move(study), j.dump()};
}

std::vector<ScenarioKey> scenario_keys(const std::string& generator) {
  std::vector<ScenarioKey> keys;
  JsonReader reader(keys, "");
  ShapedNoise shaped_noise;
  if (generator == "shaped_noise") {
    reader.members(shaped_noise);
  } else {
    read_motor_units(reader);
  }
  return keys;
}

}  // namespace myocramp
