"""`mc.benchmark`: detectors of one's own under `mc.detect.register`, beside those of the library."""

import json
from pathlib import Path

import myocramp as mc
import numpy as np
import pytest
from myocramp import _baselines, _benchmark


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of two short simulated recordings."""
    out = tmp_path_factory.mktemp("benchmark")
    scenario = {
        "generator": "motor_units",
        "subjects": 2,
        "rate_hz": 1000,
        "muscles": [{"name": "gastrocnemius_medialis", "code": "GM", "side": "left"}],
        "protocol": [{"phase": "rest", "duration_s": 40}],
        "events": [
            {"class": "sustained", "phases": ["rest"], "count": 2, "duration_s": 4, "snr_db": 20, "excitation": 0.3}
        ],
        "contaminants": {"noise": {"rms_uv": 2}},
    }
    mc.simulate(scenario, seed=1).save(out)
    return out


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave nothing registered behind."""
    monkeypatch.setattr(mc.detect, "_registered", {})


def test_a_function_of_samples_joins(folder):
    @mc.detect.register("level")
    def level(x, fs):
        assert x.ndim == 2
        assert fs == 1000
        loud = np.convolve(np.abs(x[:, 0]), np.ones(200) / 200, "same") > 8e-6
        edges = np.flatnonzero(np.diff(np.r_[0, loud, 0]))
        return [(a / fs, b / fs, 2.0) for a, b in zip(edges[::2], edges[1::2], strict=True)]

    assert level is mc.detect.registered()["level"]
    board = mc.benchmark(folder, detectors=["bonato", "level"])
    assert board.detectors == ["bonato", "level"]
    assert board.failures == []
    assert board.value("level", "recall", "any_overlap") == 1
    assert board.value("level", "average_precision", "ranking") > 0
    assert "| level |" in str(board)


def test_a_rate_with_a_default_still_asks_for_samples(folder):
    @mc.detect.register("of_samples")
    def of_samples(x, fs=1):
        assert isinstance(x, np.ndarray)
        assert fs == 1000
        return []

    assert mc.benchmark(folder, detectors=["of_samples"]).failures == []


def test_a_function_of_a_recording_joins_with_spans_or_events(folder):
    """One that knows the labels scores perfectly, whether it returns tuples or events."""

    @mc.detect.register("tuples")
    def tuples(rec):
        return [(e.onset_s, e.offset_s) for e in rec.labels]

    @mc.detect.register("events")
    def events(rec, *, unused=1):
        return rec.labels

    board = mc.benchmark(folder, detectors=["tuples", "events"])
    for name in ("tuples", "events"):
        assert board.value(name, "f1", "iou_0.7") == 1
        assert board.value(name, "mae", "onset") == pytest.approx(0, abs=1e-9)
        assert board.summary[name]["any"]["event_results"]["f1"] == 1
    assert np.isnan(board.value("tuples", "average_precision", "ranking"))
    frame = board.to_dataframe()
    assert set(frame["detector"]) == {"tuples", "events"}
    assert frame["value"].notna().all()


def test_a_function_that_raises_is_a_row_with_its_reason(folder):
    @mc.detect.register("bad")
    def bad(x, fs):
        raise ValueError("no luck")

    board = mc.benchmark(folder, detectors=["bad", "bonato"])
    assert [(d, r) for d, r, _ in board.failures] == [("bad", "S01_1"), ("bad", "S02_1")]
    assert all("ValueError: no luck" in reason for _, _, reason in board.failures)
    assert board.value("bad", "recall") == 0
    assert "no luck" in str(board)


def test_without_names_all_of_the_library_and_ones_own(folder):
    @mc.detect.register("mine")
    def mine(x, fs):
        return []

    board = mc.benchmark(folder)
    assert board.detectors == sorted([*mc.detect.names(), "mine"])


def test_results_are_those_of_the_command(folder, tmp_path):
    board = mc.benchmark(folder, detectors=["bonato"], output=tmp_path / "out")
    assert str(board) == (tmp_path / "out" / "leaderboard.md").read_text(encoding="utf-8")
    for name in ("metrics.csv", "summary.json", "leaderboard.html", "manifest.json"):
        assert (tmp_path / "out" / name).is_file()


def test_a_simulated_study_is_a_dataset():
    study = mc.simulate({"base": "demo", "subjects": 1}, seed=1)
    board = mc.benchmark(study, detectors=["bonato"])
    assert board.value("bonato", "n_reference") > 0
    assert "Simulated recordings only" in str(board)


def test_what_two_signals_show_at_once_is_found_once(opensignals, tmp_path):
    """Of one class; the second signal is half as long."""
    counts = np.full((10_000, 1), 2**15, np.uint16)
    path = opensignals({"00:00:00:00:00:0A": (1000, counts), "00:00:00:00:00:0B": (500, counts[:2500])})

    def spans(x, fs):
        return [(1, 3), (4, 4.5, 2.0)] if fs == 1000 else [(2, 3.5, 7.0), (3.5, 3.75), (4.75, 5)]

    def events(x, fs):
        channel = [f"{fs:g}"]
        return [mc.Event(1, 2, "cramp", channel), mc.Event(2, 2, "cramp" if fs == 1000 else "twitch", channel)]

    rec = mc.read(path)
    assert [(e.onset_s, e.offset_s, e.score) for e in _benchmark.call(spans, rec)] == [
        (1, 3.75, 7),
        (4, 4.5, 2),
        (4.75, 5, pytest.approx(np.nan, nan_ok=True)),
    ]
    assert [(e.onset_s, e.offset_s, e.label, e.channels) for e in _benchmark.call(events, rec)] == [
        (1, 4, "cramp", ["1000", "500"]),
        (2, 4, "twitch", ["500"]),
    ]

    @mc.detect.register("both")
    def both(x, fs):
        return [(1, 3)]

    path.with_suffix(".events.tsv").write_text("onset\tduration\ttrial_type\n1\t2\tcramp\n", encoding="utf-8")
    assert mc.benchmark(path, detectors=["both"]).value("both", "f1") == 1


def test_options_are_those_of_what_runs(folder, tmp_path):
    out = tmp_path / "out"
    mc.benchmark(folder, ["bonato"], config={"detector": {"p_fa": 1e-5}}, output=out)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["detectors"][0]["configuration"]["p_fa"] == 1e-5
    with pytest.raises(mc.InvalidArgument, match="one of the methods that run: bonato, found tkeo"):
        mc.benchmark(folder, ["bonato"], config={"detector": {"name": "tkeo"}})


@pytest.mark.parametrize("name", ["bonato", "", "a b", ".a", "a/b", "é"])
def test_names_that_cannot_be_registered(name):
    with pytest.raises(mc.InvalidArgument, match="name"):
        mc.detect.register(name)


def test_unknown_detectors_are_named(folder):
    with pytest.raises(mc.InvalidArgument, match="nosuch"):
        mc.benchmark(folder, detectors=["nosuch"])
    with pytest.raises(TypeError, match="one text"):
        mc.benchmark(folder, detectors="bonato")
    with pytest.raises(TypeError, match="labels: expected a list of text, found str"):
        mc.benchmark(folder, detectors=["bonato"], labels="cramp")
    for option in ("labels", "rater", "phase"):
        with pytest.raises(TypeError, match=f"{option}: expected text, found int"):
            mc.benchmark(folder, detectors=["bonato"], **{option: [3] if option == "labels" else 3})


@pytest.mark.parametrize("name", sorted(_baselines._ALL))
def test_baselines_of_other_packages(folder, name):
    pytest.importorskip(name.split(":")[0])
    assert name in _baselines.names()
    board = mc.benchmark(folder, detectors=[name])
    assert board.failures == []
    assert board.value(name, "recall", "any_overlap") > 0
