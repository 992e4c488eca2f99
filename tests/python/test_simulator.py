"""The simulator against what it was asked for: recomputed from what it gives, and from the files that it writes."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path
from typing import Any

import h5py
import jsonschema
import myocramp as mc
import numpy as np
import pandas as pd
import pytest
from scipy import signal, stats

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted(p.stem for p in (ROOT / "datasets/scenarios").glob("*.json"))
SOLEUS = {"name": "soleus", "code": "SOL", "pool": {"units": 60, "fibres": 50000}}


def scenario(**keys: Any) -> dict[str, Any]:
    return {
        "generator": "motor_units",
        "rate_hz": 2048,
        "muscles": [SOLEUS],
        "protocol": [{"phase": "rest", "duration_s": 600}],
        **keys,
    }


def cramps(count: int, **keys: Any) -> dict[str, Any]:
    return {"class": "cramp", "count": count, **keys}


def band(x: np.ndarray, fs: float) -> np.ndarray:
    return signal.sosfilt(signal.butter(4, [20, 450], "bandpass", fs=fs, output="sos"), x, axis=0)


def sample(time_s: float, fs: float) -> int:
    return round(time_s * fs)


# --- scenarios --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json.loads((ROOT / "datasets/scenario.schema.json").read_text(encoding="utf-8"))


def test_the_schema_is_what_the_program_takes(schema):
    spec = importlib.util.spec_from_file_location("make_schema", ROOT / "datasets/make_schema.py")
    make_schema = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_schema)
    assert schema == make_schema.schema(), "run python datasets/make_schema.py"
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_fits_the_schema_and_the_program(name, schema):
    jsonschema.validate(json.loads((ROOT / f"datasets/scenarios/{name}.json").read_text(encoding="utf-8")), schema)
    assert len(mc.simulate(name, seed=1)) >= 1


@pytest.mark.parametrize(
    "wrong",
    [
        scenario(nosuch=1),
        scenario(rate_hz=10),
        scenario(events=[{"count": 1}]),
        scenario(events=[cramps(1, snr_db={"uniform": [1]})]),
        scenario(events=[cramps(1, snr_db={"lognormal": {"mean": 3}})]),
        scenario(events=[cramps(1, kind="odd")]),
        scenario(contaminants={"noise": {"rms_uv": -1}}),
        scenario(muscles=[{"name": "soleus"}]),
        {"generator": "shaped_noise", "subjects": 0},
    ],
)
def test_schema_and_program_refuse_alike(wrong, schema):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)
    with pytest.raises(mc.InvalidArgument, match=r"E-OPTION|scenario"):
        mc.simulate(wrong, seed=1)


SHORT: dict[str, dict[str, Any]] = {
    "demo": {"subjects": 1},
    "detector_grid": {"grid": {"snr_db": [10], "distractors": ["ecg"]}},
    "detector_grid_full": {"grid": {"snr_db": [10], "distractors": ["stimulation"]}},
    "electrically_induced": {"subjects": 1, "stimulation": {"start_hz": 12}},
    "exercise": {"subjects": 1},
    "nocturnal": {"protocol": [{"phase": "sleep", "duration_s": 1800}]},
    "rest_only": {"subjects": 1, "protocol": [{"phase": "rest", "duration_s": 120}]},
    "shaped_noise": {"subjects": 1},
    "study": {"subjects": 1, "sessions": 1},
    "study_null": {"subjects": 1, "sessions": 1},
}


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.filterwarnings("default")
def test_every_scenario_is_valid_nwb(name, tmp_path):
    pynwb = pytest.importorskip("pynwb")
    inspector = pytest.importorskip("nwbinspector")
    [path, *rest] = mc.simulate({"base": name, **SHORT[name]}, seed=4).save(tmp_path)
    assert rest == []
    assert pynwb.validate(path=path) == []
    found = {
        (m.check_function_name, m.message)
        for m in inspector.inspect_nwbfile(nwbfile_path=path)
        if m.importance.name != "BEST_PRACTICE_SUGGESTION"
    }
    assert found == set()
    with h5py.File(path) as file:
        assert "protocol" in file["intervals"]
        assert "annotated_spans" in file["intervals"]
        assert ("session_covariates" in file["acquisition"]) == name.startswith("study")
    rec = mc.read(path)
    assert [n for n in rec.notes if "not read" in n] == []
    assert all(e.label_source == "simulated" and e.annotator == "simulator" for e in rec.labels)
    if name != "shaped_noise":
        labelled = Counter(e.label for e in rec.labels if e.label != "stimulated")
        assert labelled == Counter(rec.truth.events["label"] if len(rec.truth.events) else [])


def test_rest_only_has_no_event():
    for rec in mc.simulate("rest_only", seed=1):
        assert list(rec.labels) == []
        assert len(rec.truth.events) == len(rec.truth.units) == 0
        assert {"noise", "hum", "ecg", "motion", "loose_electrode"} <= set(rec.truth.contaminants["kind"])


# --- statistics -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def induced() -> list[mc.Recording]:
    """Recordings of one cramp each, without contaminants."""
    study = mc.simulate(
        scenario(
            subjects=30,
            muscles=[{"name": "soleus", "code": "SOL"}],
            protocol=[{"phase": "rest", "duration_s": 200}],
            events=[cramps(1)],
        ),
        seed=2,
    )
    return list(study)


def discharge_times(rec: mc.Recording) -> list[np.ndarray]:
    return [t for t in rec.truth.units["discharges_s"] if len(t) > 10]


def test_intervals_between_discharges_are_as_asked(induced):
    """Minetto et al. 2009: 14.5 discharges a second, variation 0.446, 4.1 % doublets."""
    rates, variations, doublets, discharges = [], [], 0, 0
    for rec in induced:
        for t in discharge_times(rec):
            steady = np.diff(t)
            steady = steady[steady < 1]  # a unit that paused is another spell
            doublets += np.count_nonzero(steady < 0.02)
            discharges += len(t)
            rates.append(1 / steady.mean())
            variations.append(steady.std() / steady.mean())
            assert steady.min() >= 0.003
    assert discharges >= 2000
    assert np.mean(rates) == pytest.approx(14.5, rel=0.05)
    assert np.mean(variations) == pytest.approx(0.446, rel=0.05)
    assert doublets / discharges == pytest.approx(0.041, rel=0.05)


def test_durations_of_cramps_are_as_asked(induced):
    """Minetto et al. 2011: 55.6 s with a standard deviation of 19.2 s; within two standard errors of 30 cramps."""
    durations = np.array([rec.truth.events["offset_s"][0] - rec.truth.events["onset_s"][0] for rec in induced])
    assert durations.mean() == pytest.approx(55.6, abs=2 * 19.2 / np.sqrt(len(durations)))
    assert 0.6 < durations.std() / 19.2 < 1.4


def test_the_signal_of_a_cramp_looks_like_one(induced):
    """Median frequency 50 to 110 Hz, kurtosis 3 to 8 while it holds, little power below 10 and above 450 Hz."""
    medians, kurtoses = [], []
    for rec in induced[:10]:
        event = rec.truth.events.iloc[0]
        [s] = rec.signals
        x = s.read(sample(event.onset_s, s.fs), sample(event.offset_s, s.fs))[:, 0]
        f, p = signal.welch(x, s.fs, nperseg=1024)
        medians.append(f[np.searchsorted(np.cumsum(p), p.sum() / 2)])
        kurtoses.append(stats.kurtosis(x[len(x) // 3 : 2 * len(x) // 3], fisher=False))
        assert p[f < 10].sum() < 0.05 * p.sum()
        assert p[f > 450].sum() < 0.05 * p.sum()
    assert 50 <= min(medians) <= max(medians) <= 110
    assert 3 <= min(kurtoses) <= max(kurtoses) <= 8


@pytest.mark.parametrize("label", ["cramp", "voluntary"])
def test_the_ratio_of_signal_to_noise_is_as_asked(label):
    """Power of the event's stretch less that of the stretch without it, over that of noise alone: within 5 %."""
    event = {"class": label, "count": 2, "snr_db": 20}
    if label == "voluntary":
        event |= {"duration_s": 30, "excitation": 0.4}
    noise = {"noise": {"rms_uv": 2}}
    both = noise | {"hum": {"amplitude_uv": 2}}
    [rec] = mc.simulate(scenario(events=[event], contaminants=both), seed=3)
    [quiet] = mc.simulate(scenario(contaminants=both), seed=3)
    [alone] = mc.simulate(scenario(contaminants=noise), seed=3)
    for e in rec.truth.events.itertuples():
        assert e.snr_db == pytest.approx(20, abs=1e-4)
        rows = sample(e.onset_s, rec.fs), sample(e.offset_s, rec.fs)
        three = (r.signals[0].read(*rows)[:, 0] for r in (rec, quiet, alone))
        loud, still, least = (np.mean(band(x, rec.fs) ** 2) for x in three)
        assert (loud - still) / least == pytest.approx(100, rel=0.05)


def test_an_event_leaves_nothing_outside_its_label(induced):
    for rec in induced[:5]:
        x = rec.data
        event = rec.truth.events.iloc[0]
        inside = slice(int(event.onset_s * rec.fs), int(np.ceil(event.offset_s * rec.fs)) + 1)
        energy = np.sum(x**2)
        assert np.sum(x[inside] ** 2) > 0.99 * energy > 0


def test_the_envelope_reaches_the_noise_where_the_event_can_be_detected():
    [rec] = mc.simulate(
        scenario(
            events=[
                {
                    "class": "sustained",
                    "count": 1,
                    "duration_s": 20,
                    "rise_s": 5,
                    "fall_s": 5,
                    "excitation": 0.5,
                    "snr_db": 15,
                }
            ],
            contaminants={"noise": {"rms_uv": 2}},
        ),
        seed=1,
    )
    [e] = rec.truth.events.itertuples()
    assert e.onset_s < e.detectable_onset_s < e.onset_s + 5
    assert e.offset_s - 5 < e.detectable_offset_s < e.offset_s
    before = band(rec.signals[0].read(sample(e.onset_s, rec.fs), sample(e.detectable_onset_s, rec.fs))[:, 0], rec.fs)
    assert np.sqrt(np.mean(before**2)) < 2 * np.sqrt(2) * 1e-6, "below 0 dB until then"


def largest_rms_uv(rec: mc.Recording) -> float:
    """The largest RMS over 0.25 s in the band, µV, as episodes.tsv states it."""
    return mc.envelope.rms(band(rec.data[:, 0], rec.fs), rec.fs, window_s=0.25).max() * 1e6


def test_peak_amplitude_is_as_asked():
    [rec] = mc.simulate(scenario(events=[cramps(1, peak_uv=47.5)]), seed=5)
    assert largest_rms_uv(rec) == pytest.approx(47.5, rel=0.02)


@pytest.mark.parametrize(("kind", "mean", "sd"), [("intact", 47.5, 24.8), ("blocked", 13.9, 8.8)])
def test_peak_amplitudes_are_spread_as_asked(kind, mean, sd):
    """Minetto et al. 2011, µV: mean and spread of 40 cramps within the standard errors of eight subjects."""
    event = cramps(1, kind=kind, peak_uv={"lognormal": {"mean": mean, "sd": sd}})
    asked = scenario(subjects=40, protocol=[{"phase": "rest", "duration_s": 200}], events=[event])
    peaks = np.array([largest_rms_uv(rec) for rec in mc.simulate(asked, seed=1)])
    assert peaks.mean() == pytest.approx(mean, abs=sd / np.sqrt(8))
    assert peaks.std() == pytest.approx(sd, abs=sd / np.sqrt(16))


# --- every scenario against what it asks ------------------------------------------------------------------------------

# What docs/methods/cramp_process.md says of the kinds that scenarios use; a scenario's own `cramp` wins.
KINDS = {
    "induced": {"duration_s": 55.6, "duration_sd_s": 19.2, "least_s": 10, "longest_s": 180},
    "nocturnal": {  # log-normal with a median of 90 s and a sigma of 0.9
        "duration_s": 90 * np.exp(0.9**2 / 2),
        "duration_sd_s": 90 * np.exp(0.9**2 / 2) * np.sqrt(np.expm1(0.9**2)),
        "least_s": 5,
        "longest_s": 600,
    },
}
WITH_CRAMPS = ["demo", "electrically_induced", "exercise", "nocturnal", "study", "study_null"]
FEW = {"electrically_induced": 8, "exercise": 7, "nocturnal": 2, "study": 5, "study_null": 5}  # subjects
REPEATED = {  # subjects, and how many times longer their phases are
    "demo": (3, 60),
    "electrically_induced": (150, 1),  # a recording ends with its cramp
    "exercise": (6, 60),
    "nocturnal": (16, 12),
    "study": (4, 60),
    "study_null": (4, 60),
}


def content_of(name: str) -> dict[str, Any]:
    return json.loads((ROOT / f"datasets/scenarios/{name}.json").read_text(encoding="utf-8"))


def asks_for_cramps(content: dict[str, Any]) -> bool:
    if "grid" in content:
        return False  # what it calls stimulation is a distractor
    return "stimulation" in content or any(e["class"] == "cramp" for e in content.get("events", []))


def test_no_scenario_with_cramps_is_left_out():
    assert [name for name in SCENARIOS if asks_for_cramps(content_of(name))] == WITH_CRAMPS


def cramps_alone(content: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a scenario what is no cramp, and the stretches that end them before their time."""
    events = [e for e in content.get("events", []) if e["class"] == "cramp"]
    events = [{k: v for k, v in e.items() if k not in ("release", "announced")} for e in events]
    noise = {k: v for k, v in content["contaminants"].items() if k in ("noise", "hum")}
    return {
        **{k: v for k, v in content.items() if k not in ("ladders", "movements")},
        "events": events,
        "contaminants": noise,
    }


@pytest.mark.parametrize("name", WITH_CRAMPS)
def test_discharges_in_the_cramps_of_every_scenario_are_as_asked(name):
    """Minetto et al. 2009: each unit in each cramp, within 5 % of what the kinds of all scenarios ask."""
    asked = cramps_alone(content_of(name))
    asked["subjects"] = FEW.get(name, asked["subjects"])
    rates, variations, doublets, discharges = [], [], 0, 0
    for rec in mc.simulate(asked, seed=1):
        units = rec.truth.units
        for event in rec.truth.events.itertuples():
            for t in units.discharges_s[units.muscle == event.muscle]:
                t = t[(event.onset_s <= t) & (t <= event.offset_s)]
                if len(t) <= 10:
                    continue
                steady = np.diff(t)
                steady = steady[steady < 1]  # a unit that paused is another spell
                doublets += np.count_nonzero(steady < 0.02)
                discharges += len(t)
                rates.append(1 / steady.mean())
                variations.append(steady.std() / steady.mean())
    assert discharges >= 2000
    assert np.mean(rates) == pytest.approx(14.5, rel=0.05)
    assert np.mean(variations) == pytest.approx(0.446, rel=0.05)
    assert doublets / discharges == pytest.approx(0.041, rel=0.05)


def mean_duration_s(asked: dict[str, float]) -> float:
    """Return the mean of the log-normal law between its limits."""
    variance = np.log1p((asked["duration_sd_s"] / asked["duration_s"]) ** 2)
    law = stats.lognorm(np.sqrt(variance), scale=asked["duration_s"] / np.exp(variance / 2))
    return law.expect(lb=asked["least_s"], ub=asked["longest_s"], conditional=True)


def repeated(name: str) -> dict[str, Any]:
    """Return the cramps of a scenario over and over, in few and long recordings of small muscles, which cost little.

    How long a cramp lasts and how loud it is does not depend on the muscle.
    """
    asked = cramps_alone(content_of(name))
    muscles = [{**m, "pool": {"units": 4, "fibres": 400}} for m in asked["muscles"]]
    subjects, times = REPEATED[name]
    for event in asked["events"]:
        if "count" in event:
            event["count"] *= times
    protocol = [{**p, "duration_s": p["duration_s"] * times} for p in asked["protocol"]]
    return asked | {"muscles": muscles, "subjects": subjects, "sessions": 1, "protocol": protocol}


@pytest.mark.parametrize("name", WITH_CRAMPS)
def test_durations_and_strengths_of_the_cramps_of_every_scenario_are_as_asked(name):
    asked = repeated(name)
    event = asked.get("stimulation") or asked["events"][0]
    study = mc.simulate(asked, seed=1)
    found = pd.concat([rec.truth.events for rec in study])
    durations = found.offset_s - found.onset_s
    options = KINDS[event.get("kind", "induced")] | event.get("cramp", {})
    assert durations.mean() == pytest.approx(mean_duration_s(options), rel=0.05)
    if name == "electrically_induced":
        return  # it asks for an amplitude, below
    low, high = event["snr_db"]["uniform"]
    assert low - 1e-3 <= found.snr_db.min() <= found.snr_db.max() <= high + 1e-3
    assert found.snr_db.mean() == pytest.approx((low + high) / 2, rel=0.05)
    rec, [quiet, *_] = study[0], mc.simulate(asked | {"events": []}, seed=1)
    noise = {"noise": asked["contaminants"]["noise"]}
    [alone, *_] = mc.simulate(asked | {"events": [], "contaminants": noise}, seed=1)
    for e in list(rec.truth.events.itertuples())[:3]:
        rows = sample(e.onset_s, rec.fs), sample(e.offset_s, rec.fs)
        channel = rec.channels.index(e.peak_channel)
        three = (r.signals[0].read(*rows)[:, channel] for r in (rec, quiet, alone))
        loud, still, least = (np.mean(band(x, rec.fs) ** 2) for x in three)
        assert (loud - still) / least == pytest.approx(10 ** (e.snr_db / 10), rel=0.05)


def test_the_amplitude_of_the_electrically_induced_cramps_is_as_asked():
    asked = cramps_alone(content_of("electrically_induced")) | {"subjects": 2, "contaminants": {}}
    asked["stimulation"]["peak_uv"] = asked["stimulation"]["peak_uv"]["lognormal"]["mean"]
    for rec in mc.simulate(asked, seed=1):
        [event] = rec.truth.events.itertuples()
        x = rec.signals[0].read(sample(event.onset_s, rec.fs), sample(event.offset_s, rec.fs))[:, 0]
        largest = mc.envelope.rms(band(x, rec.fs), rec.fs, window_s=0.25).max() * 1e6
        assert largest == pytest.approx(47.5, rel=0.05)


# --- studies ----------------------------------------------------------------------------------------------------------


def test_same_seed_same_bytes_on_any_number_of_threads(tmp_path):
    asked = {"base": "exercise", "subjects": 1}
    for threads in (1, 2):
        mc.simulate(asked, seed=7, threads=threads).save(tmp_path / str(threads))
    for path in sorted((tmp_path / "1").iterdir()):
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes()
    mc.simulate(asked, seed=8).save(tmp_path / "3")
    assert (tmp_path / "1/S01_1.nwb").read_bytes() != (tmp_path / "3/S01_1.nwb").read_bytes()


def test_a_covariate_moves_the_rate_of_cramps_as_asked():
    """The rate at 1 is four times that at 0: the counts over sessions of one hour are in that ratio, in expectation."""
    asked = scenario(
        subjects=40,
        rate_hz=1000,
        muscles=[{**SOLEUS, "pool": {"units": 20, "fibres": 10000}}],
        protocol=[{"phase": "rest", "duration_s": 3600}],
        events=[{"class": "cramp", "per_hour": 3, "cramp": {"duration_s": 5, "duration_sd_s": 1, "least_s": 3}}],
        covariates=[{"name": "heat", "unit": "1", "value": {"uniform": [0, 1]}, "rate_ratio": 4}],
    )
    heat, count = [], []
    for rec in mc.simulate(asked, seed=1):
        heat.append(rec.covariates[0].value)
        count.append(len(rec.truth.events))
    expected = 3 * 4 ** (np.array(heat) - 0.5)
    assert np.sum(count) == pytest.approx(expected.sum(), abs=3 * np.sqrt(expected.sum()))
    slope = np.polyfit(heat, count, 1)[0]
    assert slope == pytest.approx(np.polyfit(heat, expected, 1)[0], abs=3)


def test_a_night_has_clusters_movements_and_other_muscles():
    [rec] = mc.simulate("nocturnal", seed=1)
    events = rec.truth.events
    assert rec.duration_s == 8 * 3600
    assert {"cramp", "fasciculation", "sustained"} <= set(events["label"])
    assert set(rec.channels) == {"GM", "GL", "TA", "GMr"}
    assert events[events.label == "cramp"].cluster.min() == 1
    assert (events[events.label != "cramp"].cluster == 0).all()


def test_trains_elicit_a_cramp_above_the_threshold_only():
    for rec in mc.simulate({"base": "electrically_induced", "subjects": 2}, seed=1):
        told = [t.elicited_cramp for t in rec.stim_trains]
        assert told[:-1] == ["no"] * (len(told) - 1)
        assert told[-1] == "yes"
        frequencies = [t.frequency_hz for t in rec.stim_trains]
        assert np.diff(frequencies) == pytest.approx(2)
        [cramp] = [e for e in rec.labels if e.label == "cramp"]
        assert cramp.onset_s >= rec.stim_trains[-1].stop_s


# --- Python -----------------------------------------------------------------------------------------------------------


def test_the_example_is_analysed_as_it_is_labelled():
    rec = mc.example()
    assert Counter(e.label for e in rec.labels) == {"twitch": 3, "voluntary": 6, "cramp": 2}
    found = Counter(e.label for e in mc.analyse(rec).episodes)
    assert found["cramp"] == 2
    assert found["voluntary"] == 6


def test_truth_survives_saving(tmp_path):
    rec = mc.example()
    rec.save(tmp_path / "x.nwb")
    again = mc.read(tmp_path / "x.nwb")
    assert again.truth.events.equals(rec.truth.events)
    assert again.truth.contaminants.equals(rec.truth.contaminants)
    first = rec.truth.units.iloc[0]
    assert np.array_equal(again.truth.discharges(first.muscle, first.unit), first.discharges_s)
    assert np.array_equal(again.data, rec.data)
    assert again.truth
    assert not mc.Recording.from_array(np.zeros(100), fs=1000).truth


def test_truth_follows_new_names():
    rec = mc.example()
    rec.electrodes = [c._replace(name="X" + c.name) for c in rec.electrodes]
    assert {name for names in rec.truth.events["channels"] for name in names} <= {"XGM", "XGL"}
    assert set(rec.truth.events["peak_channel"]) <= {"XGM", "XGL"}


def test_a_study_is_a_sequence():
    study = mc.simulate("demo", seed=1)
    assert len(study) == 5
    assert study[-1].subject.id == "S05"
    assert [r.subject.id for r in study[1:3]] == ["S02", "S03"]
    assert "5 recordings" in repr(study)
    with pytest.raises(IndexError):
        study[5]


def test_wrong_calls():
    with pytest.raises(mc.InvalidArgument, match="one of demo"):
        mc.simulate("nosuch", seed=1)
    with pytest.raises(mc.InvalidArgument, match="seed"):
        mc.simulate("demo", seed=-1)
    with pytest.raises(TypeError, match="seed"):
        mc.simulate("demo", seed=1.5)  # type: ignore[arg-type]
