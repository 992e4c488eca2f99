"""Parts of a recording: stretches of time and chosen channels."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import myocramp as mc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import Array, WriteOpenSignals

X = np.random.default_rng(11).standard_normal((4000, 5))
NAMES = ["GM", "GL", "SOL", "TA", "G2"]


def recording(fs: float = 2048.0) -> mc.Recording:
    return mc.Recording.from_array(X, fs=fs, channel_names=NAMES)


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_part_has_the_samples_from_start_to_before_stop() -> None:
    rec = recording(fs=1000)
    part = rec[1:2.5]
    assert np.array_equal(part.data, X[1000:2500])
    assert part.signals[0].start_s == 1
    assert (part.start_s, part.end_s, part.duration_s) == (1, 2.5, 1.5)  # on the same clock
    assert part.channels == rec.channels
    assert repr(part) == "<Recording from memory, 5 channels, 1 to 2.5 s at 1000 Hz>"
    assert np.array_equal(rec[:0.5].data, X[:500])
    assert np.array_equal(rec[3.5:].data, X[3500:])
    assert np.array_equal(rec[:].data, X)
    assert np.array_equal(rec[-5:100].data, X)
    assert np.array_equal(rec[-math.inf : math.inf].data, X)
    assert np.array_equal(rec[np.float32(1) : np.int64(2)].data, X[1000:2000])


@settings(max_examples=200, deadline=None)
@given(
    fs=st.sampled_from([10.0, 256.0, 1000.0, 2048.0, 2148.148, 4096.0]),
    cuts=st.lists(st.floats(0, 1), min_size=3, max_size=3),
    on_samples=st.booleans(),
)
def test_neighbouring_parts_share_no_sample_and_lose_none(fs: float, cuts: list[float], on_samples: bool) -> None:
    rec = recording(fs)
    samples = sorted(round(c * 4000) if on_samples else c * 4000 for c in cuts)
    a, b, c = (n / fs for n in samples)
    if not a < b < c:
        return
    try:
        parts = [rec[a:b], rec[b:c]]
    except mc.InvalidArgument:  # no sample in one of them
        assert math.ceil(samples[0] - 1e-5) >= samples[1] - 1e-5 or math.ceil(samples[1] - 1e-5) >= samples[2] - 1e-5
        return
    assert np.array_equal(np.concatenate([p.data for p in parts]), rec[a:c].data)
    assert np.array_equal(rec[a:][:c].data, rec[a:c].data)
    if on_samples:
        assert np.array_equal(parts[0].data, X[int(samples[0]) : int(samples[1])])


def test_a_part_of_a_part_keeps_the_clock() -> None:
    rec = recording(fs=1000)
    assert np.array_equal(rec[1:3][1.5:2].data, X[1500:2000])
    assert rec[1:3][1.5:2].signals[0].start_s == 1.5


def test_what_is_known_is_cut_to_the_part() -> None:
    rec = recording(fs=1000)
    rec.protocol = [mc.Phase(0, 1.5, "rest", "supine"), mc.Phase(1.5, 4, "exercise")]
    rec.labels = [mc.Event(0.2, 0.3, "twitch"), mc.Event(0.8, 0.9, "cramp", annotator="A"), mc.Event(1.9, 1, "cramp")]
    rec.stim_trains = [mc.StimTrain(0, 0.5), mc.StimTrain(0.5, 1.25, 20)]
    rec.invalid_times = [mc.InvalidSpan(1.75, 3, "artefact")]
    rec.annotated_spans = [mc.AnnotatedSpan(0, 4, "A")]
    rec.covariates = [mc.Covariate("sodium", 141, time_s=3)]
    part = rec[1:2]
    assert part.protocol == [mc.Phase(1, 1.5, "rest", "supine"), mc.Phase(1.5, 2, "exercise")]
    assert [(e.onset_s, e.offset_s, e.annotator) for e in part.labels] == [(1, 0.8 + 0.9, "A"), (1.9, 2, "")]
    assert part.stim_trains == [mc.StimTrain(1, 1.25, 20)]
    assert part.invalid_times == [mc.InvalidSpan(1.75, 2, "artefact")]
    assert part.annotated_spans == [mc.AnnotatedSpan(1, 2, "A")]
    assert part.covariates == rec.covariates


def test_analyse_of_a_part_keeps_the_clock(cramps: Array) -> None:
    rec = mc.Recording.from_array(cramps, fs=1000, channel_names=["GM", "GL"])
    (whole,) = [e for e in mc.analyse(rec, phase="rest").episodes if e.onset_s < 30]
    (part,) = mc.analyse(rec[5:35], phase="rest").episodes
    assert abs(part.onset_s - whole.onset_s) < 0.1
    assert abs(part.offset_s - whole.offset_s) < 0.1


@pytest.mark.parametrize(
    "part", [5, 1.5, "GM", None, (slice(0, 1), 0), slice(0, 1, 1), slice("a", None), slice(True, 2)]
)
def test_parts_of_a_wrong_type(part: Any) -> None:
    with pytest.raises(TypeError, match="t0:t1"):
        recording()[part]


@pytest.mark.parametrize(
    "part", [slice(1, 1), slice(2, 1), slice(3, 9), slice(None, 0), slice(math.nan, 1), slice(1.0001, 1.0004)]
)
def test_parts_without_a_sample(part: slice) -> None:
    with pytest.raises(mc.InvalidArgument, match="crop") as caught:
        recording(fs=2000)[part]
    assert caught.value.code == "E-RANGE"


# --- channels ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["SOL", "GM"], ["SOL", "GM"]),
        (["G*"], ["GM", "GL", "G2"]),
        (["GL", "G*"], ["GL", "GM", "G2"]),
        (["*L", "GM", "GM"], ["GL", "SOL", "GM"]),
        (("*",), NAMES),
    ],
)
def test_pick_keeps_the_order_given(patterns: list[str], names: list[str]) -> None:
    part = recording().pick(patterns)
    assert part.channels == names
    assert np.array_equal(part.data, X[:, [NAMES.index(n) for n in names]])


def test_picks_and_parts_commute() -> None:
    rec = recording()
    assert np.array_equal(rec.pick(["TA", "GM"])[0.5:1].data, rec[0.5:1].pick(["TA", "GM"]).data)
    assert np.array_equal(rec.pick(["TA", "GM", "SOL"]).pick(["SOL", "TA"]).data, rec.pick(["SOL", "TA"]).data)


def test_pick_refuses() -> None:
    rec = recording()
    with pytest.raises(TypeError, match="list of names, found the text 'GM'"):
        rec.pick("GM")
    with pytest.raises(TypeError, match="channels"):
        rec.pick([1])  # type: ignore[list-item]
    with pytest.raises(mc.DataError, match=r"GM, GL, SOL, TA, G2, found VL\*") as caught:
        rec.pick(["GM", "VL*"])
    assert caught.value.code == "E-CHANNEL"
    with pytest.raises(mc.InvalidArgument) as none:
        rec.pick([])
    assert none.value.code == "E-CHANNEL"


# --- several signals, files, threads ----------------------------------------------------------------------------------


@pytest.fixture
def two_devices(opensignals: WriteOpenSignals) -> mc.Recording:
    rng = np.random.default_rng(3)
    devices = {
        "00:00:00:00:00:0A": (1000, rng.integers(0, 2**16, (2000, 1)).astype(np.uint16)),
        "00:00:00:00:00:0B": (500, rng.integers(0, 2**16, (1500, 2)).astype(np.uint16)),
    }
    return mc.read(opensignals(devices))


def test_parts_of_several_signals(two_devices: mc.Recording) -> None:
    part = two_devices[1.5:2.5]
    assert [s.data.shape for s in part.signals] == [(500, 1), (500, 2)]
    assert np.array_equal(part.signals[1].data, two_devices.signals[1].data[750:1250])
    assert [s.data.shape for s in two_devices[2.5:].signals] == [(250, 2)]
    last = two_devices.signals[1].channels[1]
    picked = two_devices.pick([last, "*"])
    assert picked.channels[0] == last
    assert sorted(picked.channels) == sorted(two_devices.channels)


def test_nothing_is_read_before_it_is_asked_for(opensignals: WriteOpenSignals) -> None:
    path = opensignals({"00:00:00:00:00:0A": (1000, np.full((5000, 2), 2**15, np.uint16))})
    rec = mc.read(path)
    part = rec[1:2].pick(["channel_2"])
    assert part.data.shape == (1000, 1)
    assert np.array_equal(part.data, rec.data[1000:2000, 1:])
    assert part.path == rec.path


def test_threads_may_share_parts_of_one_file(opensignals: WriteOpenSignals) -> None:
    counts = np.random.default_rng(4).integers(0, 2**16, (50_000, 3)).astype(np.uint16)
    rec = mc.read(opensignals({"00:00:00:00:00:0A": (1000, counts)}), threads=2)
    expected = rec.data

    def same(k: int) -> bool:
        part = rec[k : k + 5].pick(["channel_3", "channel_1"])
        return bool(np.array_equal(part.data, expected[1000 * k : 1000 * k + 5000, [2, 0]]))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(same, list(range(45)) * 3))


def test_a_recording_may_be_set_while_it_is_analysed(cramps: Array) -> None:
    rec = mc.Recording.from_array(cramps, fs=1000)
    rec.protocol = [mc.Phase(0, 60, "rest")]

    def change(done: float) -> None:
        rec.protocol = []
        rec.labels = [mc.Event(0, done, "cramp")]

    assert mc.analyse(rec, progress=change).protocol == [mc.Phase(0, 60, "rest")]


@pytest.mark.parametrize("threads", [0, -1, 100_000])
def test_threads_out_of_range(threads: int) -> None:
    with pytest.raises(mc.InvalidArgument, match="threads") as caught:
        mc.read("x.h5", threads=threads)
    assert caught.value.code == "E-OPTION"


def test_threads_of_a_wrong_type() -> None:
    with pytest.raises(TypeError, match="threads"):
        mc.read("x.h5", threads=1.5)  # type: ignore[arg-type]


def test_layout_may_be_a_name_and_must_be_known(opensignals: WriteOpenSignals) -> None:
    path = opensignals({"00:00:00:00:00:0A": (1000, np.full((100, 1), 2**15, np.uint16))})
    assert mc.read(path, "opensignals").layout == "opensignals"
    with pytest.raises(mc.InvalidArgument, match="opensignals"):
        mc.read(path, "magic")


# --- tables -----------------------------------------------------------------------------------------------------------


def test_to_dataframe() -> None:
    frame = recording(fs=1000)[0.5:0.503].pick(["SOL", "GM"]).to_dataframe()
    assert list(frame.columns) == ["SOL", "GM"]
    assert frame.index.name == "time_s"
    assert frame.index.tolist() == [0.5, 0.501, 0.502]
    assert np.array_equal(frame.to_numpy(), X[500:503, [2, 0]])


def test_to_dataframe_of_several_signals(two_devices: mc.Recording) -> None:
    with pytest.raises(mc.DataError, match=r"\.signals") as caught:
        two_devices.to_dataframe()
    assert caught.value.code == "E-SIGNALS"
    frame = two_devices.signals[1].to_dataframe()
    assert frame.shape == (1500, 2)
    assert frame.index[-1] == 1499 / 500
