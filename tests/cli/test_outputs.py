"""What `analyse` and `detect` write: files, columns, order, numbers, and nothing that differs between machines."""

import hashlib
import json
import os
import platform
import re
from decimal import Decimal
from pathlib import Path

import myocramp as mc
import numpy as np
import pytest

EVENT_COLUMNS = [
    "onset", "duration", "trial_type", "channel", "confidence", "annotator", "label_source", "score", "detector",
]  # fmt: skip
MEASURES = [
    "episode", "offset", "onset_time", "censored", "class_reason", "peak_channel", "peak_uv", "peak_time", "rise_s",
    "decay_s", "iemg_uvs", "x_baseline", "pct_mvc", "mnf_hz", "mdf_hz", "mdf_slope_hz_s", "mdf_slope_low",
    "mdf_slope_high", "pre_rms_uv", "pre_mdf_hz", "pre_mdf_slope_hz_s", "n_windows", "cluster",
    "mdf_slope_percent_min", "pre_mdf_slope_low", "pre_mdf_slope_high", "pre_level_uv", "pre_level_pct_mvc",
    "pre_matched_mdf_hz", "pre_matched_mdf_slope_hz_s", "pre_matched_mdf_slope_low", "pre_matched_mdf_slope_high",
    "pre_matched_windows", "onset_low_s", "onset_high_s", "offset_low_s", "offset_high_s", "plateau_share",
    "muap_rate_per_s", "n_channels", "recruitment", "severity", "cluster_30min", "cluster_5min", "cluster_n",
    "cluster_burden_s", "inter_event_interval_s",
]  # fmt: skip
CLASSES = ["cramp", "sustained", "twitch", "fasciculation", "voluntary", "stimulated", "artefact"]
MEASURES += [f"score_{name}" for name in CLASSES]
SUMMARY_COLUMNS = [
    "recording", "subject", "session", "status", "error", "duration_s", "n_channels", "baseline_uv",
    *(f"n_{name}" for name in CLASSES),
    "cramp_time_s", "n_rejected", "gap_s", "refused", "n_clusters", "cramp_dispersion",
]  # fmt: skip
STUDY_FILES = ["covariates.tsv", "episodes.tsv", "manifest.json", "phases.tsv", "run.log.jsonl", "summary.tsv"]
RECORDINGS = [f"S0{k}_1" for k in range(1, 6)]
NUMBER = re.compile(r"-?(\d+(\.\d+)?([eE][+-]?\d+)?|inf|nan)")


@pytest.fixture(scope="module")
def quiet(write_recording, make_counts, make_emg, tmp_path_factory):
    """Return a recording of 10 s in which nothing happens."""
    return write_recording(tmp_path_factory.mktemp("quiet") / "quiet.h5", make_counts(make_emg(10)))


@pytest.fixture(scope="module")
def busy(write_recording, make_counts, make_emg, tmp_path_factory):
    """Return a recording of two channels with events of every duration class, some on both channels."""
    events = [
        (5, 9, 80),
        (12, 12.5, 60),
        (15, 18, 90),
        (20, 20.02, 30),
        (23, 23.02, 30),
        (26, 29, 70),
        (29.6, 32, 70),
        (36, 40, 60),
    ]
    left = make_emg(40, *events, seed=1)
    right = make_emg(40, (6, 9, 40), (15, 15.4, 50), (26, 31, 30), seed=2)
    return write_recording(tmp_path_factory.mktemp("busy") / "busy.h5", make_counts(np.stack([left, right], axis=1)))


def analysed(myocramp, path, results, *arguments):
    done = myocramp("analyse", path, "-o", results, *arguments)
    assert done.code == 0, done.err
    return results


def number_cells(table):
    """Every cell that is a number, by its column."""
    return [
        (name, cell)
        for row in table
        for name, cell in row.items()
        if NUMBER.fullmatch(cell) and name not in ("recording", "channel")
    ]


def test_files(demo_results):
    assert sorted(p.name for p in demo_results.iterdir()) == sorted(STUDY_FILES + RECORDINGS)
    for recording in RECORDINGS:
        names = {p.name for p in (demo_results / recording).iterdir()}
        assert {"episodes.tsv", "rejected.tsv"} <= names
        assert not [name for name in names if name.startswith(".") or "tmp" in name]


def test_summary(demo_results, table):
    summary = table(demo_results / "summary.tsv")
    assert summary.columns == SUMMARY_COLUMNS
    assert [row["recording"] for row in summary] == RECORDINGS
    for row in summary:
        episodes = table(demo_results / row["recording"] / "episodes.tsv")
        assert (row["subject"], row["session"], row["status"], row["error"], row["refused"]) == (
            *row["recording"].split("_"),
            "ok",
            "n/a",
            "n/a",
        )
        assert (row["duration_s"], row["n_channels"], row["gap_s"]) == ("240", "2", "0")
        assert 1.5 < float(row["baseline_uv"]) < 2.2  # 2 uV of white noise, less what lies outside the pass band
        for name in CLASSES:
            assert int(row[f"n_{name}"]) == sum(e["trial_type"] == name for e in episodes)
        cramps = [float(e["duration"]) for e in episodes if e["trial_type"] == "cramp"]
        assert float(row["cramp_time_s"]) == pytest.approx(sum(cramps), abs=1e-9)
        assert int(row["n_rejected"]) == len(table(demo_results / row["recording"] / "rejected.tsv"))


def test_episodes_of_the_study_are_those_of_its_recordings(demo_results, table):
    study = table(demo_results / "episodes.tsv")
    assert study.columns == ["recording", "subject", "session", *EVENT_COLUMNS, *MEASURES]
    for recording in RECORDINGS:
        own = table(demo_results / recording / "episodes.tsv")
        assert own.columns == EVENT_COLUMNS + MEASURES
        there = [{name: row[name] for name in own.columns} for row in study if row["recording"] == recording]
        assert there == own.rows
    assert [row["recording"] for row in study] == sorted(row["recording"] for row in study)


def test_cells_of_an_episode(demo_results, table):
    for recording in RECORDINGS:
        for number, row in enumerate(table(demo_results / recording / "episodes.tsv"), start=1):
            assert row["episode"] == str(number)
            assert row["label_source"] == "auto"
            assert row["detector"] == "hodges_bui"
            assert row["annotator"] == "n/a"
            assert float(row["score"]) >= 1
            assert row["censored"] in ("none", "start", "end", "both")
            assert row["trial_type"] in CLASSES
            assert re.fullmatch(r"2000-01-01T00:\d\d:\d\d\.\d{3}\+00:00", row["onset_time"])
            assert set(row["channel"].split("|")) <= {"GM", "GL"}
            assert row["peak_channel"] in row["channel"].split("|")
            assert float(row["offset"]) == pytest.approx(float(row["onset"]) + float(row["duration"]), abs=1e-9)
            assert float(row["onset"]) <= float(row["peak_time"]) <= float(row["offset"])
            # 10 times the noise; the last discharges of a cramp may stand apart, as a weak fasciculation
            assert float(row["peak_uv"]) > (10 * 2 if row["trial_type"] != "fasciculation" else 2)
            assert row["pct_mvc"] == "n/a"
            assert (row["cluster"] == "n/a") == (row["trial_type"] != "cramp")
            if row["trial_type"] in ("cramp", "voluntary"):
                assert int(row["n_windows"]) >= 2
                assert 40 < float(row["mdf_hz"]) < float(row["mnf_hz"]) < 180
            if row["trial_type"] == "cramp":
                assert float(row["mdf_slope_low"]) <= float(row["mdf_slope_hz_s"]) <= float(row["mdf_slope_high"])


def test_episodes_are_sorted(busy, myocramp, table, tmp_path):
    episodes = table(analysed(myocramp, busy, tmp_path / "results") / "busy" / "episodes.tsv")
    assert len(episodes) >= 6
    keys = [(float(row["onset"]), row["channel"]) for row in episodes]
    assert keys == sorted(keys)
    assert {row["channel"] for row in episodes} >= {"channel_1", "channel_1|channel_2"}
    assert {row["trial_type"] for row in episodes} >= {"sustained", "twitch", "fasciculation"}
    assert episodes.rows[-1]["censored"] == "end"


def test_rejected_candidates_have_a_reason(busy, myocramp, table, tmp_path):
    results = analysed(myocramp, busy, tmp_path / "results", "--set", "cramp.min_duration_s=1")
    rejected = table(results / "busy" / "rejected.tsv")
    assert rejected.columns == [*EVENT_COLUMNS, "reason"]
    assert len(rejected) >= 3
    assert {row["reason"] for row in rejected} == {"shorter than min_duration_s = 1"}
    assert {row["trial_type"] for row in rejected} == {"n/a"}
    assert all(float(row["duration"]) < 1 for row in rejected)
    keys = [(float(row["onset"]), row["channel"]) for row in rejected]
    assert keys == sorted(keys)
    assert table(results / "summary.tsv").rows[0]["n_rejected"] == str(len(rejected))
    assert table(results / "busy" / "episodes.tsv").rows


def test_phases_and_covariates(demo_results, table):
    phases = table(demo_results / "phases.tsv")
    assert phases.columns == ["recording", "phase", "start", "stop"]
    expected = [("rest", "0", "60"), ("exercise", "60", "120"), ("rest", "120", "240")]
    assert [tuple(row.values()) for row in phases] == [
        (recording, *row) for recording in RECORDINGS for row in expected
    ]
    covariates = table(demo_results / "covariates.tsv")
    assert covariates.columns == ["recording", "subject", "session", "covariate", "value", "value_text", "unit", "time"]


def test_a_phase_that_was_stated_covers_the_recording(quiet, myocramp, table, tmp_path):
    results = analysed(myocramp, quiet, tmp_path / "results", "--phase", "rest")
    assert [tuple(row.values()) for row in table(results / "phases.tsv")] == [("quiet", "rest", "0", "10")]


def test_a_recording_without_episodes_has_one_background_row(quiet, myocramp, table, tmp_path):
    results = analysed(myocramp, quiet, tmp_path / "results")
    (row,) = table(results / "quiet" / "episodes.tsv")
    assert (row["onset"], row["duration"], row["trial_type"]) == ("0", "10", "bckg")
    assert {row[name] for name in row if name not in ("onset", "duration", "trial_type")} == {"n/a"}
    assert len(table(results / "quiet" / "rejected.tsv")) == 0
    assert len(table(results / "episodes.tsv")) == 0
    (summary,) = table(results / "summary.tsv")
    assert {summary[f"n_{name}"] for name in CLASSES} == {"0"}
    assert summary["cramp_time_s"] == "0"


def test_manifest(demo_results, demo, read_json, myocramp):
    manifest = read_json(demo_results / "manifest.json")
    assert manifest["version"] == myocramp("--version").out.split()[1]
    assert manifest["instruction_set"] in ("baseline", "avx2", "avx512")
    assert set(manifest["built_with"]) == {"compiler", "fftw", "hdf5"}
    assert set(manifest["configuration"]) == {"filter", "envelope", "spectral", "detector", "cramp"}
    assert manifest["configuration"]["detector"]["name"] == "hodges_bui"
    assert [i["path"] for i in manifest["inputs"]] == [f"{name}.nwb" for name in RECORDINGS]
    for entry in manifest["inputs"]:
        assert entry["sha256"] == hashlib.sha256((demo / entry["path"]).read_bytes()).hexdigest()
        assert entry["status"] == "ok"


def test_configuration_of_the_manifest_gives_the_same_bytes(busy, myocramp, read_json, tree, tmp_path):
    settings = (
        "--set",
        "filter.low_hz=30.1",
        "--set",
        "cramp.twitch_s=1.5",
        "--set",
        "detector.p_fa=1e-05",
        "--set",
        "filter.order=3",
    )
    first = analysed(myocramp, busy, tmp_path / "first", *settings)
    configuration = read_json(first / "manifest.json")["configuration"]
    (tmp_path / "config.json").write_text(json.dumps(configuration))
    assert tree(analysed(myocramp, busy, tmp_path / "second", "--config", tmp_path / "config.json")) == tree(first)
    assert tree(analysed(myocramp, busy, tmp_path / "third")) != tree(first)


def test_log_is_json_lines(demo_results):
    events = [json.loads(line) for line in (demo_results / "run.log.jsonl").read_text().splitlines()]
    assert events[0]["event"] == "start"
    assert sorted(e["recording"] for e in events if e["event"] == "recording") == RECORDINGS


def test_nothing_tells_of_the_machine(busy, myocramp, tmp_path):
    (tmp_path / "bad.h5").write_text("no recording")
    done = myocramp("analyse", busy, tmp_path / "bad.h5", tmp_path / "nosuch.h5", "-o", tmp_path / "results")
    assert done.code == 4
    host = re.compile(rb"\b" + re.escape(platform.node().encode()) + rb"\b")
    files = [p for p in (tmp_path / "results").rglob("*") if p.is_file() and p.name != "run.log.jsonl"]
    assert len(files) >= 9
    for path in files:
        content = path.read_bytes()
        for folder in (tmp_path, busy.parent, tmp_path.parent):
            assert bytes(folder) not in content, path
        if path.suffix == ".nwb":  # packed numbers hold any two letters; its texts are those of the tables
            assert len(platform.node()) < 6 or not host.search(content), path
            continue
        assert not host.search(content), path
        assert b"\r" not in content
        assert content.endswith(b"\n")
        content.decode("utf-8")


def test_numbers_are_the_shortest_that_read_back_the_same(demo_results, busy, myocramp, table, tmp_path):
    results = analysed(myocramp, busy, tmp_path / "results")
    paths = [*demo_results.rglob("*.tsv"), *results.rglob("*.tsv")]
    cells = [cell for path in paths for cell in number_cells(table(path))]
    assert len(cells) > 2000
    for name, cell in cells:
        assert Decimal(cell) == Decimal(repr(float(cell))), (name, cell)
        assert cell not in ("-0", "inf", "-inf", "nan"), name
    for name, cell in cells:
        if name in ("duration", "offset"):
            assert Decimal(cell) == round(Decimal(cell), 9), (name, cell)


def test_detect_gives_the_events_of_analyse(busy, myocramp, table, tmp_path):
    done = myocramp("detect", busy, "-m", "hodges_bui", "--phase", "rest")
    assert done.code == 0, done.err
    events = table(done.out)
    assert events.columns == EVENT_COLUMNS
    episodes = table(analysed(myocramp, busy, tmp_path / "results", "--phase", "rest") / "busy" / "episodes.tsv")
    assert events.rows == [{name: row[name] for name in EVENT_COLUMNS} for row in episodes]
    assert len(events) >= 6


def test_detect_as_json(busy, myocramp, table):
    text = table(myocramp("detect", busy, "-m", "hodges_bui", "-q").out)
    done = myocramp("detect", busy, "-m", "hodges_bui", "--json", "-q")
    assert done.code == 0
    assert done.err == ""
    found = json.loads(done.out)
    assert found["duration_s"] == 40
    assert len(found["events"]) == len(text)
    for event, row in zip(found["events"], text, strict=True):
        assert list(event) == sorted(EVENT_COLUMNS)
        assert (event["onset"], event["duration"], event["score"]) == (
            float(row["onset"]),
            float(row["duration"]),
            float(row["score"]),
        )
        assert "|".join(event["channel"]) == row["channel"]
        assert event["confidence"] is None


def test_detect_without_events(quiet, myocramp, table):
    (row,) = table(myocramp("detect", quiet, "-m", "hodges_bui").out)
    assert list(row.values()) == ["0", "10", "bckg", *["n/a"] * 6]
    assert json.loads(myocramp("detect", quiet, "-m", "hodges_bui", "--json").out) == {
        "start_s": 0,
        "duration_s": 10,
        "events": [],
    }


def test_channels_by_name_and_pattern(busy, myocramp, table, tmp_path):
    both = table(analysed(myocramp, busy, tmp_path / "both", "--channels", "channel_*") / "summary.tsv").rows[0]
    assert both["n_channels"] == "2"
    results = analysed(myocramp, busy, tmp_path / "one", "--channels", "*_2")
    assert table(results / "summary.tsv").rows[0]["n_channels"] == "1"
    assert {row["channel"] for row in table(results / "busy" / "episodes.tsv")} == {"channel_2"}


def test_a_bar_in_a_channel_name_does_not_make_two_channels(
    device, write_recording, make_counts, make_emg, myocramp, table, tmp_path
):
    counts = make_counts(make_emg(10, (3, 6, 60)))
    path = write_recording(tmp_path / "a.h5", devices=[device(counts, mac="A|B"), device(counts, mac="C")])
    results = analysed(myocramp, path, tmp_path / "results")
    (row,) = table(results / "a" / "episodes.tsv")
    assert row["channel"] == "A\\x7cB/channel_1|C/channel_1"
    assert [e["channel"] for e in table(myocramp("detect", path, "-m", "hodges_bui").out)] == [row["channel"]]


def test_instruction_sets_agree(write_recording, make_counts, make_emg, myocramp, read_json, table, tmp_path):
    flags = set(Path("/proc/cpuinfo").read_text().split())
    have = [name for name, flag in {"avx2": "avx2", "avx512": "avx512dq"}.items() if flag in flags]
    if not have:
        pytest.skip("this processor has the instruction set baseline only")
    emg = make_emg(60, (20, 40, 70), rate=2048)
    path = write_recording(tmp_path / "a.h5", make_counts(emg), rate=2048)
    rows = {}
    for name in ["baseline", *have]:
        results = tmp_path / name
        done = myocramp("analyse", path, "-o", results, "--phase", "rest", env={**os.environ, "MYOCRAMP_SIMD": name})
        assert done.code == 0, done.err
        assert read_json(results / "manifest.json")["instruction_set"] == name
        rows[name] = (results / "a" / "episodes.tsv").read_bytes()
    assert len({rows[name] for name in have}) == 1
    (wide,) = table(tmp_path / have[0] / "a" / "episodes.tsv")
    (plain,) = table(tmp_path / "baseline" / "a" / "episodes.tsv")
    for name, cell in wide.items():
        if name in ("mnf_hz", "mdf_hz", "pre_mdf_hz", "pre_matched_mdf_hz") and cell != "n/a":
            assert float(plain[name]) == pytest.approx(float(cell), rel=1e-9)
        elif "mdf_slope" not in name:  # a slope has no digits to promise where there is none
            assert plain[name] == cell, name


def test_rest_can_be_marked(write_recording, make_counts, make_emg, myocramp, table, tmp_path):
    path = write_recording(tmp_path / "a.h5", make_counts(make_emg(120, (0, 60, 60), (64, 120, 60))))
    done = myocramp("analyse", path, "-o", tmp_path / "without", "--phase", "rest")
    assert done.code == 0, done.err
    assert "rest is loud on channel_1 (" in done.err
    mark = ("--set", "cramp.rest_from_s=60.5", "--set", "cramp.rest_to_s=63.5")
    done = myocramp("analyse", path, "-o", tmp_path / "marked", "--phase", "rest", *mark)
    assert done.code == 0, done.err
    assert "loud" not in done.err
    first, second = table(tmp_path / "marked" / "a" / "episodes.tsv")
    assert float(first["offset"]) == pytest.approx(60, abs=0.1)
    assert float(second["onset"]) == pytest.approx(64, abs=0.1)
    assert (first["censored"], second["censored"]) == ("start", "end")


def test_marked_rest_that_is_not_there(write_recording, myocramp, tmp_path):
    path = write_recording(tmp_path / "a.h5")
    mark = ("--set", "cramp.rest_from_s=100", "--set", "cramp.rest_to_s=110")
    done = myocramp("analyse", path, "-o", tmp_path / "results", *mark)
    assert done.code == 3
    assert done.error[0] == "E-REST"
    backwards = ("--set", "cramp.rest_from_s=2", "--set", "cramp.rest_to_s=1")
    done = myocramp("analyse", path, "-o", tmp_path / "results2", *backwards)
    assert done.code == 2
    assert "cramp.rest_to_s: expected at least rest_from_s = 2" in done.err


@pytest.mark.parametrize("name", ["busy", "quiet"])
def test_a_result_in_python_writes_the_same_tables(name, request, myocramp, tmp_path):
    path = request.getfixturevalue(name)
    folder = analysed(myocramp, path, tmp_path / "results", "--phase", "rest") / path.stem
    result = mc.analyse(path, phase="rest")
    result.episodes.save(tmp_path / "episodes.tsv")
    result.rejected.save(tmp_path / "rejected.tsv")
    for table in ("episodes.tsv", "rejected.tsv"):
        assert (tmp_path / table).read_bytes() == (folder / table).read_bytes()
    assert len(mc.read_events(tmp_path / "episodes.tsv")) == len(result.episodes)


def test_some_episodes_keep_their_numbers(busy, tmp_path):
    episodes = mc.analyse(busy, phase="rest").episodes
    mc.Episodes(reversed(episodes[1:3])).save(tmp_path / "some.tsv")
    rows = [line.split("\t") for line in (tmp_path / "some.tsv").read_text().splitlines()]
    assert [row[rows[0].index("episode")] for row in rows[1:]] == ["2", "3"]
    for wrong, code in (("x.nwb", "E-OPTION"), ("", "E-WRITE")):
        with pytest.raises(mc.MyocrampError) as caught:
            episodes.save(tmp_path / wrong)
        assert caught.value.code == code
    with pytest.raises(TypeError, match=r"^episodes\[0\]: expected Episode, found Event"):
        mc.Episodes([mc.Event(0, 1)]).save(tmp_path / "x.tsv")
