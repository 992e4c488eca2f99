"""Simulated recordings: the same seed gives the same bytes, and their labels are found again."""

import json
import signal
from collections import Counter

import h5py
import numpy as np
import pytest

LABELS = {"cramp": 2, "voluntary": 6, "twitch": 3}
RECORDINGS = [f"S0{k}_1" for k in range(1, 6)]


def simulated(myocramp, folder, seed, scenario="demo"):
    done = myocramp("simulate", scenario, "-o", folder, "--seed", seed)
    assert done.code == 0, done.err
    return done


def test_what_demo_makes(demo, table):
    assert sorted(p.name for p in demo.iterdir()) == sorted(
        f"{name}{end}" for name in RECORDINGS for end in (".nwb", ".events.tsv")
    )
    for name in RECORDINGS:
        rows = table(demo / f"{name}.events.tsv").rows
        phases = [
            (row["trial_type"], row["onset"], row["duration"]) for row in rows if row["trial_type"].startswith("phase:")
        ]
        assert phases == [("phase:rest", "0", "60"), ("phase:exercise", "60", "60"), ("phase:rest", "120", "120")]
        labels = [row for row in rows if not row["trial_type"].startswith("phase:")]
        assert Counter(row["trial_type"] for row in labels) == LABELS
        assert {row["label_source"] for row in labels} == {"simulated"}
        onsets = [float(row["onset"]) for row in rows]
        assert onsets == sorted(onsets)
        with h5py.File(demo / f"{name}.nwb") as file:
            series = file["acquisition/emg"]
            assert series["starting_time"].attrs["rate"] == 1000
            names = file["general/extracellular_ephys/electrodes/channel_name"].asstr()[()].tolist()
            assert names == ["GM", "GL"]
            assert set(names) >= {channel for row in labels for channel in row["channel"].split("|")}
            assert series["data"].shape == (240_000, 2)
            assert series["data"].dtype == np.int16
            assert -32768 < series["data"][()].min() < 0 < series["data"][()].max() < 32767
            stored = file["intervals/cramp_episodes"]
            assert stored["label"].asstr()[()].tolist() == [row["trial_type"] for row in labels]
            assert stored["start_time"][()].tolist() == [float(row["onset"]) for row in labels]
            assert file["intervals/protocol/phase"].asstr()[()].tolist() == ["rest", "exercise", "rest"]
            spans = file["intervals/annotated_spans"]
            assert (spans["start_time"][()].tolist(), spans["stop_time"][()].tolist()) == ([0], [240])


def test_paths_are_told(myocramp, tmp_path):
    done = simulated(myocramp, tmp_path / "a", 1)
    assert done.out.splitlines() == [str(tmp_path / "a" / f"{name}.nwb") for name in RECORDINGS]
    assert "simulated" in done.err


def test_seed(myocramp, demo, tree, tmp_path):
    simulated(myocramp, tmp_path / "same", 1)
    assert tree(tmp_path / "same") == tree(demo)
    simulated(myocramp, tmp_path / "other", 2)
    other = tree(tmp_path / "other")
    assert other.keys() == tree(demo).keys()
    assert not set(other.values()) & set(tree(demo).values())
    assert len(set(other.values())) == len(other)


def test_largest_seed(myocramp, tree, tmp_path):
    (tmp_path / "one.json").write_text('{"subjects": 1}')
    simulated(myocramp, tmp_path / "largest", 2**64 - 1, tmp_path / "one.json")
    simulated(myocramp, tmp_path / "next", 2**64 - 2, tmp_path / "one.json")
    assert tree(tmp_path / "largest") != tree(tmp_path / "next")


@pytest.mark.parametrize("seed", ["18446744073709551616", "-1", "1.5", "one", "", "1 2"])
def test_wrong_seed(seed, myocramp, tmp_path):
    done = myocramp("simulate", "demo", "-o", tmp_path / "recordings", f"--seed={seed}")
    assert done.code == 2
    assert "--seed" in done.error[1]
    assert not (tmp_path / "recordings").exists()


def test_a_name_and_its_file_are_the_same(myocramp, demo, tree, tmp_path):
    (tmp_path / "copy.json").write_text(json.dumps({"base": "demo", "subjects": 5}))
    simulated(myocramp, tmp_path / "copy", 1, tmp_path / "copy.json")
    assert tree(tmp_path / "copy") == tree(demo)


def test_times_do_not_tell_when_it_was_made(demo):
    with h5py.File(demo / "S01_1.nwb") as file:
        for name in ("session_start_time", "timestamps_reference_time"):
            assert file[name].asstr()[()] == "2000-01-01T00:00:00.000+00:00"
        assert file["file_create_date"].asstr()[()].tolist() == ["2000-01-01T00:00:00.000+00:00"]


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ('{"nosuch": 1}', "E-OPTION", "scenario.nosuch: expected one of generator, subjects"),
        ("{", "E-CONFIG", "expected a JSON object"),
        ("[]", "E-CONFIG", "expected a JSON object, found array"),
        ('{"generator": "nosuch"}', "E-OPTION", "scenario.generator: expected shaped_noise"),
        ('{"subjects": "two"}', "E-OPTION", "scenario.subjects: expected a number, found string"),
        ('{"subjects": 0}', "E-OPTION", "scenario.subjects: expected 1 to 10000, found 0"),
        ('{"subjects": 1.5}', "E-OPTION", "scenario.subjects: expected a whole number, found 1.5"),
        ('{"rate_hz": 1000.5}', "E-OPTION", "scenario.rate_hz: expected a whole number, found 1000.5"),
        ('{"cramps": 20}', "E-OPTION", "scenario: expected a phase of at least"),
        ('{"base": "nosuch"}', "E-OPTION", "scenario.base: expected one of demo, "),
        ('{"base": "demo", "rate_hz": 10}', "E-OPTION", "scenario.rate_hz: expected 1000 to 65535 Hz, found 10"),
        (
            '{"base": "demo", "events": [{"class": "cramp", "count": 1, "snr_db": 900}]}',
            "E-OPTION",
            "scenario.events[0].snr_db: expected -40",
        ),
        (
            '{"base": "demo", "events": [{"class": "cramp", "count": 99}]}',
            "E-OPTION",
            "scenario.events[0]: expected events that fit in phase",
        ),
    ],
)
def test_wrong_scenario(text, code, part, myocramp, tmp_path):
    (tmp_path / "scenario.json").write_text(text)
    done = myocramp("simulate", tmp_path / "scenario.json", "-o", tmp_path / "recordings", "--seed", 1)
    assert done.code == 2, done.err
    assert done.out == ""
    assert done.error[0] == code
    assert part in done.error[1]
    assert not (tmp_path / "recordings").exists()


def test_unknown_scenario(myocramp, tmp_path):
    done = myocramp("simulate", "nosuch", "-o", tmp_path / "recordings", "--seed", 1)
    assert done.code == 2
    assert done.error[0] == "E-SCENARIO"
    assert done.error[1].startswith("scenario: expected one of demo, detector_grid, ")
    assert done.error[1].endswith(" or a JSON file, found nosuch")
    assert not (tmp_path / "recordings").exists()


def test_output_that_is_a_file(myocramp, tmp_path):
    (tmp_path / "recordings").touch()
    done = myocramp("simulate", "demo", "-o", tmp_path / "recordings", "--seed", 1)
    assert done.code == 5
    assert done.error[0] == "E-WRITE"
    assert str(tmp_path / "recordings") in done.error[1]
    assert done.out == ""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_no_half_written_file(stop, myocramp, tmp_path):
    scenario = {"base": "nocturnal", "subjects": 3}
    (tmp_path / "nights.json").write_text(json.dumps(scenario))
    process = myocramp.start(
        "simulate", tmp_path / "nights.json", "-o", tmp_path / "out", "--seed", 1, "--progress", "json"
    )
    line = json.loads(process.stderr.readline())
    assert line["event"] == "progress"
    assert (line["recording"], line["done"], line["total"]) == ("S01_1", 0, 3)
    process.send_signal(stop)
    process.communicate(timeout=120)
    assert process.returncode == 128 + stop
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("scenario", ["demo", "shaped_noise"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_labels_are_found(seed, scenario, myocramp, match, table, tmp_path):
    """At least nine of ten of every class, and at most one episode too many in each recording."""
    simulated(myocramp, tmp_path / "recordings", seed, scenario)
    assert myocramp("analyse", tmp_path / "recordings", "-o", tmp_path / "results").code == 0
    found, named = Counter(), Counter()
    for name in RECORDINGS:
        labels = [
            row
            for row in table(tmp_path / "recordings" / f"{name}.events.tsv")
            if not row["trial_type"].startswith("phase:")
        ]
        episodes = table(tmp_path / "results" / name / "episodes.tsv").rows
        spans = [
            [(float(r["onset"]), float(r["onset"]) + float(r["duration"])) for r in rows] for rows in (labels, episodes)
        ]
        pairs = match(*spans)
        # A last potential of a cramp may stand by itself, behind a pause as quiet as rest.
        assert len([row for row in episodes if float(row["duration"]) >= 0.1]) - len(pairs) <= 1
        assert len(episodes) - len(pairs) <= 2
        for label, episode in pairs.items():
            found[labels[label]["trial_type"]] += 1
            named[labels[label]["trial_type"]] += labels[label]["trial_type"] == episodes[episode]["trial_type"]
    for name, count in LABELS.items():
        assert found[name] >= 0.9 * count * len(RECORDINGS), (name, found)
        assert named[name] >= 0.9 * count * len(RECORDINGS), (name, named)
