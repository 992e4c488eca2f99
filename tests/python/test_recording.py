from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import myocramp as mc
import numpy as np
import pytest

from .conftest import WriteOpenSignals


def test_from_array_of_one_channel() -> None:
    x = np.linspace(-1, 1, 50)
    rec = mc.Recording.from_array(x, fs=100)
    assert np.array_equal(rec.data, x[:, np.newaxis])
    assert (rec.fs, rec.channels, rec.duration_s, rec.layout, rec.path) == (100, ["ch1"], 0.5, "memory", "")
    assert rec.protocol == []
    assert rec.session_start == ""
    assert rec.refused == []
    assert len(rec.labels) == 0


@pytest.mark.parametrize(("unit", "factor"), [("V", 1), ("mV", 1e-3), ("uV", 1e-6), ("µV", 1e-6)])
def test_units(unit: str, factor: float) -> None:
    x = np.array([[1.0, 2.0], [-3.0, 0.5]])
    rec = mc.Recording.from_array(x, fs=100, channel_names=["a", "b"], unit=unit)
    assert np.array_equal(rec.data, x * factor)
    assert rec.channels == ["a", "b"]


def test_from_array_copies_once_and_takes_any_strides() -> None:
    wide = np.arange(60.0, dtype=np.float32).reshape(10, 6)
    rec = mc.Recording.from_array(wide[::-2, ::-3], fs=10)
    expected = wide[::-2, ::-3].astype(float)
    wide[:] = 0
    assert np.array_equal(rec.data, expected)
    rec.data[:] = 5
    assert np.array_equal(rec.data, expected)


def test_gaps_stay() -> None:
    x = np.array([1.0, np.nan, np.inf, 2.0])
    assert np.array_equal(mc.Recording.from_array(x, fs=10).data[:, 0], x, equal_nan=True)


def test_rows_of_infinite_samples_are_gaps() -> None:
    x = np.ones((6, 2))
    x[1] = np.inf
    x[2] = [np.nan, -np.inf]
    x[4] = [np.inf, 1]  # one channel has a sample
    assert mc.Recording.from_array(x, fs=10).signals[0].gaps == [(1, 3)]
    assert mc.Recording.from_array(x.astype(np.float32), fs=10).signals[0].gaps == [(1, 3)]


def test_from_array_refuses() -> None:
    x = np.zeros((10, 2))
    with pytest.raises(mc.InvalidArgument, match="unit"):
        mc.Recording.from_array(x, fs=10, unit="counts")
    with pytest.raises(mc.InvalidArgument, match="2 names"):
        mc.Recording.from_array(x, fs=10, channel_names=["a"])
    with pytest.raises(mc.InvalidArgument, match="2 names"):
        mc.Recording.from_array(x, fs=10, channel_names=[])
    with pytest.raises(mc.InvalidArgument, match="'a'"):
        mc.Recording.from_array(x, fs=10, channel_names=["a", "a"])
    with pytest.raises(TypeError, match="list of names"):
        mc.Recording.from_array(x, fs=10, channel_names="ab")
    with pytest.raises(TypeError, match="3 dimensions"):
        mc.Recording.from_array(np.zeros((2, 2, 2)), fs=10)
    for fs in (0, -1, np.nan, np.inf):
        with pytest.raises(mc.InvalidArgument) as caught:
            mc.Recording.from_array(x, fs=fs)
        assert caught.value.code == "E-RATE"
    for no_rate in ("1000", True, None):
        with pytest.raises(TypeError, match=r"^fs: expected a number"):
            mc.Recording.from_array(x, fs=no_rate)  # type: ignore[arg-type]


def test_signal_reads_a_part() -> None:
    x = np.random.default_rng(1).standard_normal((100, 3))
    signal = mc.Recording.from_array(x, fs=50).signals[0]
    assert (signal.n_samples, signal.start_s, signal.fs, signal.duration_s, signal.name) == (100, 0, 50, 2, "")
    assert np.array_equal(signal.read(10, 20), x[10:20])
    assert signal.read(100, 100).shape == (0, 3)
    for start, stop in ((-1, 5), (5, 4), (0, 101)):
        with pytest.raises(mc.InvalidArgument) as caught:
            signal.read(start, stop)
        assert caught.value.code == "E-RANGE"
    kept = signal.data
    del signal
    assert np.array_equal(kept, x)


def test_file(opensignals: WriteOpenSignals) -> None:
    counts = np.random.default_rng(2).integers(0, 2**16, (3000, 2)).astype(np.uint16)
    path = opensignals({"00:07:80:4D:2E:76": (1000, counts)})
    for rec in (mc.read(path), mc.read(str(path), layout="opensignals")):
        assert rec.path == str(path)
        assert rec.layout == "opensignals"
        assert rec.fs == 1000
        assert rec.channels == ["channel_1", "channel_2"]
        assert rec.duration_s == 3
        assert rec.session_start.startswith("2021-03-04T05:06:07.089")
        assert any("UTC" in note for note in rec.notes)
        volts = (counts / 2**16 - 0.5) * 3 / 1000
        assert np.allclose(rec.data, volts, rtol=0, atol=1e-18)
        assert np.array_equal(rec.signals[0].read(100, 200), rec.data[100:200])
        assert "opensignals" not in repr(rec)
        assert "2 channels" in repr(rec)


def test_several_signals(opensignals: WriteOpenSignals) -> None:
    rng = np.random.default_rng(3)
    path = opensignals(
        {
            "00:00:00:00:00:0A": (1000, rng.integers(0, 2**16, (2000, 1)).astype(np.uint16)),
            "00:00:00:00:00:0B": (500, rng.integers(0, 2**16, (1500, 2)).astype(np.uint16)),
        }
    )
    rec = mc.read(path)
    assert [s.fs for s in rec.signals] == [1000, 500]
    assert [len(s.channels) for s in rec.signals] == [1, 2]
    assert len(set(rec.channels)) == 3
    assert rec.duration_s == 3
    for attribute in ("data", "fs"):
        with pytest.raises(mc.DataError, match=r"\.signals") as caught:
            getattr(rec, attribute)
        assert caught.value.code == "E-SIGNALS"
    with pytest.raises(mc.DataError, match=r"\.signals"):
        mc.filter.bandpass(rec)
    assert mc.filter.bandpass(rec.signals[0]).shape == (2000, 1)


def test_threads_may_share_a_recording(opensignals: WriteOpenSignals) -> None:
    counts = np.random.default_rng(4).integers(0, 2**16, (50_000, 3)).astype(np.uint16)
    rec = mc.read(opensignals({"00:00:00:00:00:0A": (1000, counts)}))
    expected = rec.data

    def part(k: int) -> bool:
        return bool(
            np.array_equal(rec.signals[0].read(1000 * k, 1000 * k + 5000), expected[1000 * k : 1000 * k + 5000])
        )

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(part, list(range(45)) * 3))


def test_sidecar(opensignals: WriteOpenSignals) -> None:
    path = opensignals({"00:00:00:00:00:0A": (1000, np.full((5000, 1), 2**15, np.uint16))})
    path.with_suffix(".events.tsv").write_text(
        "onset\tduration\ttrial_type\tchannel\n0\t2\tphase:rest\tn/a\n2\t3\tphase:exercise\tn/a\n1\t0.5\tcramp\tchannel_1\n",
        encoding="utf-8",
    )
    rec = mc.read(path)
    assert rec.protocol == [mc.Phase(0, 2, "rest"), mc.Phase(2, 5, "exercise")]
    assert [(e.onset_s, e.offset_s, e.label, e.channels) for e in rec.labels] == [(1, 1.5, "cramp", ["channel_1"])]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(mc.IoError) as missing:
        mc.read(tmp_path / "none.h5")
    assert missing.value.code == "E-MISSING"
    assert missing.value.file == missing.value.filename == str(tmp_path / "none.h5")
    (tmp_path / "empty.h5").touch()
    with pytest.raises(mc.DataError) as empty:
        mc.read(tmp_path / "empty.h5")
    assert empty.value.code == "E-EMPTY"
    (tmp_path / "text.h5").write_text("not HDF5 " * 1000, encoding="utf-8")
    with pytest.raises(mc.DataError, match=r"text\.h5"):
        mc.read(tmp_path / "text.h5")
    with pytest.raises(mc.InvalidArgument, match="opensignals"):
        mc.read(tmp_path / "text.h5", layout="magic")
    with pytest.raises(mc.InvalidArgument, match="null"):
        mc.read("a\0b.h5")


def test_a_name_that_is_no_utf8(tmp_path: Path) -> None:
    path = str(tmp_path) + "/odd\udcff.h5"
    with pytest.raises(mc.IoError) as caught:
        mc.read(path)
    assert caught.value.file == path


def test_events_survive_a_file(tmp_path: Path) -> None:
    events = mc.Events(
        [
            mc.Event(1.5, 2.25, "cramp", ["GM", "GL"], confidence=0.5, annotator="ÅB", label_source="manual"),
            mc.Event(0.1, 0.3, score=3.5, detector="hodges_bui"),
        ]
    )
    path = tmp_path / "deep" / "x.events.tsv"
    events.save(path)
    back = mc.read_events(path)
    assert path.read_text(encoding="utf-8").splitlines()[0].split("\t") == [
        *("onset", "duration", "trial_type", "channel", "confidence", "annotator", "label_source", "score", "detector")
    ]
    assert [e.onset_s for e in back] == [0.1, 1.5]
    e = back[1]
    assert (e.duration_s, e.label, e.channels, e.channel) == (2.25, "cramp", ["GM", "GL"], "GM|GL")
    assert (e.confidence, e.annotator, e.label_source, e.detector) == (0.5, "ÅB", "manual", "")
    assert np.isnan(e.score)
    assert back[0].score == 3.5
    frame = back.to_dataframe()
    assert list(frame.columns) == [
        *("onset_s", "offset_s", "duration_s", "label", "channel", "confidence", "annotator", "label_source"),
        *("score", "detector"),
    ]
    assert frame["offset_s"].tolist() == [0.1 + 0.3, 3.75]
    assert frame["label"].isna().tolist() == [True, False]
    back.save(tmp_path / "again.tsv")
    assert (tmp_path / "again.tsv").read_bytes() == path.read_bytes()


def test_no_events_are_a_row_of_background(tmp_path: Path) -> None:
    path = tmp_path / "none.tsv"
    mc.Events([], duration_s=12.5).save(path)
    assert path.read_text(encoding="utf-8").splitlines()[1].split("\t")[:3] == ["0", "12.5", "bckg"]
    back = mc.read_events(path)
    assert len(back) == 0
    assert list(back.to_dataframe().columns)[:3] == ["onset_s", "offset_s", "duration_s"]
    assert back.to_dataframe()["onset_s"].dtype == np.float64
    back.save(path)


def test_events_are_a_sequence() -> None:
    events = mc.Events([mc.Event(i, 1.0, "twitch") for i in range(5)], duration_s=9)
    assert isinstance(events[1:3], mc.Events)
    assert [e.onset_s for e in events[1:3]] == [1, 2]
    assert events[-1].offset_s == 5
    assert events[1:3].duration_s == 9
    assert repr(events) == "<Events: 5 twitch>"
    assert repr(mc.Events()) == "<Events: none>"
    assert sum(1 for _ in events) == 5


def test_events_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    (tmp_path / "bad.tsv").write_text("onset\tduration\n1\tlong\n", encoding="utf-8")
    with pytest.raises(mc.DataError, match="line 2, column duration") as caught:
        mc.read_events(tmp_path / "bad.tsv")
    assert caught.value.code == "E-EVENTS"
    with pytest.raises(mc.IoError) as missing:
        mc.read_events(tmp_path / "none.tsv")
    assert missing.value.code == "E-MISSING"
    with pytest.raises(mc.IoError) as written:
        mc.Events().save(tmp_path)
    assert written.value.code == "E-WRITE"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_array_keeps_its_numbers_and_unit_when_it_is_saved(tmp_path: Path, dtype: type) -> None:
    x = np.random.default_rng(4).normal(0, 40, (3000, 2)).astype(dtype)
    x[100:200] = np.nan
    mc.Recording.from_array(x, 1000, ["GM", "GL"], unit="uV").save(tmp_path / "x.nwb")
    with h5py.File(tmp_path / "x.nwb") as file:
        stored = file["acquisition/emg/data"]
        assert stored.dtype == dtype
        np.testing.assert_array_equal(stored[...], x)
        assert stored.attrs["conversion"] == 1e-6
    np.testing.assert_array_equal(mc.read(tmp_path / "x.nwb").signals[0].read(0, 3000), x.astype(np.float64) * 1e-6)
