from __future__ import annotations

import threading
import time
import tracemalloc
from typing import Any

import myocramp as mc
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from .conftest import make_emg

FS = 1000.0


def scipy_bandpass(x: Any, fs: float, low: float, high: float, order: int, axis: int, causal: bool) -> Any:
    sos = signal.butter(order, [low, high], "bandpass", output="sos", fs=fs)
    return signal.sosfilt(sos, x, axis=axis) if causal else signal.sosfiltfilt(sos, x, axis=axis)


@st.composite
def filters(draw: st.DrawFn, max_order: int = 6, least_hz: float = 5.0) -> tuple[float, float, float, int]:
    fs = draw(st.floats(500, 4096))
    low = draw(st.floats(least_hz if least_hz > 5 else max(least_hz, 0.005 * fs), 0.9 * fs / 6))
    high = draw(st.floats(3 * low, 0.98 * fs / 2))
    return fs, low, high, draw(st.integers(1, max_order))


def strided(x: npt.NDArray[Any], how: str) -> npt.NDArray[Any]:
    """The same values in another place of memory."""
    if how == "fortran":
        return np.asfortranarray(x)
    if how == "negative":
        return np.ascontiguousarray(x[::-1, ..., ::-1])[::-1, ..., ::-1]
    if how == "gaps":
        wide = np.full((2 * x.shape[0], *x.shape[1:-1], 3 * x.shape[-1]), np.nan, dtype=x.dtype)
        wide[::2, ..., ::3] = x
        return wide[::2, ..., ::3]
    return x


LAYOUTS = ["plain", "fortran", "negative", "gaps"]


@settings(max_examples=150, deadline=None)
@given(
    design=filters(),
    causal=st.booleans(),
    more=st.integers(1, 3000),
    shape=st.sampled_from([(), (1,), (3,), (9,), (2, 3)]),
    axis=st.sampled_from([0, -1]),
    how=st.sampled_from(LAYOUTS),
    seed=st.integers(0, 2**32 - 1),
)
def test_double_agrees_with_scipy(
    design: tuple[float, float, float, int],
    causal: bool,
    more: int,
    shape: tuple[int, ...],
    axis: int,
    how: str,
    seed: int,
) -> None:
    fs, low, high, order = design
    n = 3 * (2 * order + 1) + more
    x = np.random.default_rng(seed).standard_normal((n, *shape)) * 1e-4
    x = strided(np.moveaxis(x, 0, axis), how) if shape else x
    y = mc.filter.bandpass(x, fs, low, high, order, axis=axis, causal=causal)
    reference = scipy_bandpass(x, fs, low, high, order, axis, causal)
    assert y.shape == x.shape
    assert y.dtype == np.float64
    assert np.abs(y - reference).max() <= 1e-12 * np.abs(reference).max()


@settings(max_examples=60, deadline=None)
@given(
    design=filters(max_order=4, least_hz=10),
    causal=st.booleans(),
    how=st.sampled_from(LAYOUTS),
    seed=st.integers(0, 2**32 - 1),
)
def test_single_stays_single(design: tuple[float, float, float, int], causal: bool, how: str, seed: int) -> None:
    fs, low, high, order = design
    x = np.random.default_rng(seed).standard_normal((2000, 3)) * 1e-4
    y = mc.filter.bandpass(strided(x.astype(np.float32), how), fs, low, high, order, axis=0, causal=causal)
    reference = scipy_bandpass(x.astype(np.float32).astype(float), fs, low, high, order, 0, causal)
    assert y.dtype == np.float32
    assert np.abs(y - reference).max() <= 2e-5 * np.abs(reference).max()


# Offsets up to 0.3 V beside 10 uV of noise, in counts of 0.1 uV, so that adding them rounds nothing.
OFFSETS_UV = (0.0, 1e3, -1e4, 3e4, 1e5, 3e5)
UNDER_OFFSETS = {
    "band": (lambda x, causal: mc.filter.bandpass(x, 2000, causal=causal), mc.filter.bandpass_sos(2000)),
    "narrow": (
        lambda x, causal: mc.filter.bandpass(x, 2000, 100, 450, causal=causal),
        mc.filter.bandpass_sos(2000, 100),
    ),
    "high": (lambda x, causal: mc.filter.highpass(x, 2000, causal=causal), mc.filter.highpass_sos(2000)),
    "low": (lambda x, causal: mc.filter.lowpass(x, 2000, 100, causal=causal), mc.filter.lowpass_sos(2000, 100)),
    "notch": (lambda x, causal: mc.filter.notch(x, 2000, causal=causal), mc.filter.notch_sos(2000)),
}


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("offset_uv", OFFSETS_UV)
@pytest.mark.parametrize("kind", UNDER_OFFSETS)
def test_offsets_cost_no_digits(kind: str, offset_uv: float, causal: bool) -> None:
    run, sos = UNDER_OFFSETS[kind]
    scipy_filter = signal.sosfilt if causal else signal.sosfiltfilt
    counts = np.round(np.random.default_rng(3).standard_normal(20_000) * 100)
    x = counts + round(offset_uv * 10)
    blocks = kind in ("band", "narrow", "high")
    # SciPy itself loses digits beside an offset; forwards and backwards it leaves nothing behind, so it is left out.
    reference = scipy_filter(sos, counts if blocks and not causal else x)
    most = np.abs(reference).max()
    y = run(x, causal)
    assert np.abs(y - reference).max() <= 1e-12 * most
    single = run(x.astype(np.float32), causal)
    assert single.dtype == np.float32
    assert np.abs(single - reference).max() <= 2e-5 * most


@pytest.mark.parametrize("how", LAYOUTS)
def test_strides_do_not_change_bits(how: str) -> None:
    x = make_emg(1, duration_s=3, n_channels=5)
    assert np.array_equal(mc.filter.bandpass(strided(x, how), FS, axis=0), mc.filter.bandpass(x, FS, axis=0))


def test_channels_do_not_touch() -> None:
    x = make_emg(2, duration_s=3, n_channels=9)
    together = mc.filter.bandpass(x, FS, axis=0)
    for c in range(9):
        assert np.allclose(mc.filter.bandpass(x[:, c], FS), together[:, c], rtol=0, atol=1e-12 * together.max())


def test_input_is_neither_changed_nor_copied_nor_shared() -> None:
    wide = make_emg(3, duration_s=200, n_channels=8)
    x = wide[::-1, ::2]
    x.setflags(write=False)
    before = wide.copy()
    tracemalloc.start()
    y = mc.filter.bandpass(x, FS, axis=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.array_equal(wide, before)
    assert not np.shares_memory(x, y)
    assert peak < 1.2 * y.nbytes  # only the result


def test_result_outlives_everything() -> None:
    def run() -> npt.NDArray[np.float64]:
        return mc.filter.bandpass(make_emg(4, duration_s=2), FS, axis=0)[:, 0]

    assert np.array_equal(run(), mc.filter.bandpass(make_emg(4, duration_s=2)[:, 0], FS))


def test_axis_must_be_said_for_more_dimensions() -> None:
    x = make_emg(5, duration_s=2, n_channels=2)
    with pytest.raises(TypeError, match=r"axis=0 means \(time, channel\).*axis=-1 means \(channel, time\)"):
        mc.filter.bandpass(x, FS)
    assert np.array_equal(mc.filter.bandpass(x.T, FS, axis=-1), mc.filter.bandpass(x, FS, axis=0).T)
    assert np.array_equal(mc.filter.bandpass(x[:, 0], FS), mc.filter.bandpass(x[:, 0], FS, axis=-1))
    with pytest.raises(mc.InvalidArgument, match="axis"):
        mc.filter.bandpass(x, FS, axis=2)


@pytest.mark.parametrize("axis", [0.0, True, np.True_, "0"])
def test_an_axis_is_a_whole_number(axis: Any) -> None:
    x = make_emg(5, duration_s=2, n_channels=2)
    for of_samples in (mc.filter.bandpass, mc.envelope.rms, mc.quality.measure):
        with pytest.raises(TypeError, match=r"^axis: expected an int, found "):
            of_samples(x, FS, axis=axis)
    with pytest.raises(TypeError, match=r"^axis: expected an int, found "):
        mc.montage.bipolar(x, [(0, 1)], axis=axis)


def test_an_axis_may_be_of_numpy() -> None:
    x = make_emg(5, duration_s=2, n_channels=2)
    assert np.array_equal(mc.filter.bandpass(x, FS, axis=np.int8(0)), mc.filter.bandpass(x, FS, axis=0))


def test_text_is_no_number_and_no_answer() -> None:
    x = make_emg(5, duration_s=2)[:, 0]
    for wrong in ("1000", True, b"1000"):
        with pytest.raises(TypeError, match=r"^fs: expected a number, found "):
            mc.filter.bandpass(x, wrong)  # type: ignore[call-overload]
    for run in (mc.filter.bandpass, mc.envelope.rms, mc.envelope.linear, mc.envelope.hilbert, mc.envelope.tkeo):
        for no_answer in ("no", 1, None):
            with pytest.raises(TypeError, match=r"^causal: expected True or False, found "):
                run(x, FS, causal=no_answer)  # type: ignore[operator]
    with pytest.raises(TypeError, match=r"^low_hz: expected a number, found str"):
        mc.filter.bandpass(x, FS, low_hz="20")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match=r"^window_s: expected a number, found str"):
        mc.envelope.rms(x, FS, window_s="1")  # type: ignore[call-overload]
    known = mc.filter.bandpass(x, FS, causal=True)
    assert np.array_equal(mc.filter.bandpass(x, np.array(FS), causal=np.True_), known)  # type: ignore[call-overload]
    assert np.array_equal(mc.filter.bandpass(x, np.float32(FS), causal=True), known)  # type: ignore[call-overload]


def test_a_recording_knows_rate_and_axis() -> None:
    x = make_emg(6, duration_s=2, n_channels=2)
    rec = mc.Recording.from_array(x, fs=FS)
    assert np.array_equal(mc.filter.bandpass(rec), mc.filter.bandpass(x, FS, axis=0))
    assert np.array_equal(mc.filter.bandpass(rec.signals[0]), mc.filter.bandpass(x, FS, axis=0))
    with pytest.raises(TypeError, match="fs and axis"):
        mc.filter.bandpass(rec, FS)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="sampling rate"):
        mc.filter.bandpass(x, axis=0)


def test_gaps_split_their_channel() -> None:
    x = make_emg(7, duration_s=4, n_channels=2)
    x[1500:1600, 0] = np.nan
    x[1610, 0] = np.inf  # ten samples between two gaps are too few to filter
    y = mc.filter.bandpass(x, FS, axis=0)
    assert np.array_equal(y[:, 1], mc.filter.bandpass(x[:, 1], FS))
    assert np.array_equal(y[:1500, 0], mc.filter.bandpass(x[:1500, 0], FS))
    assert np.array_equal(y[1611:, 0], mc.filter.bandpass(x[1611:, 0], FS))
    assert np.isnan(y[1500:1611, 0]).all()


def test_causal_starts_at_rest_and_anew_behind_gaps() -> None:
    x = make_emg(8, duration_s=4, n_channels=2)
    x[2000:2003, 0] = np.nan
    x[2500, 0] = -np.inf
    y = mc.filter.bandpass(x, FS, axis=0, causal=True)
    assert np.array_equal(np.isnan(y), ~np.isfinite(x))
    assert np.array_equal(y[2003:2500, 0], mc.filter.bandpass(x[2003:2500, 0], FS, causal=True))
    assert np.array_equal(y[2501:, 0], mc.filter.bandpass(x[2501:, 0], FS, causal=True))
    assert np.array_equal(y[:1000, 1], mc.filter.bandpass(x[:1000, 1:], FS, axis=0, causal=True)[:, 0])


def test_empty_and_short() -> None:
    assert mc.filter.bandpass(np.empty((0, 3)), FS, axis=0, causal=True).shape == (0, 3)
    assert mc.filter.bandpass(np.empty((100, 0)), FS, axis=0).shape == (100, 0)
    with pytest.raises(mc.DataError, match="27") as caught:
        mc.filter.bandpass(np.zeros(27), FS)
    assert caught.value.code == "E-SHORT"
    assert mc.filter.bandpass(np.zeros(28), FS).shape == (28,)


def test_other_threads_run_meanwhile() -> None:
    x = np.random.default_rng(9).standard_normal((400_000, 16))
    done = threading.Event()

    def work() -> None:
        mc.filter.bandpass(x, FS, axis=0)
        done.set()

    thread = threading.Thread(target=work)
    start = time.perf_counter()
    thread.start()
    turns = 0
    while not done.is_set():
        time.sleep(0.001)
        turns += 1
    thread.join()
    # With the GIL held this thread would have had a turn or two.
    assert turns > 5, f"{turns} turns in {time.perf_counter() - start:.3f} s"


# --- low-pass and high-pass -------------------------------------------------------------------------------------------

EDGE_FILTERS = {
    "lowpass": (mc.filter.lowpass, mc.filter.lowpass_sos),
    "highpass": (mc.filter.highpass, mc.filter.highpass_sos),
}


def sos_gain(sos: npt.NDArray[np.float64], hz: float, fs: float) -> float:
    z = np.exp(-2j * np.pi * hz / fs)
    powers = np.array([1, z, z * z])
    return float(np.abs(np.prod((sos[:, :3] @ powers) / (sos[:, 3:] @ powers))))


@pytest.mark.parametrize("kind", ["lowpass", "highpass"])
@settings(max_examples=100, deadline=None)
@given(
    fs=st.floats(500, 4096),
    place=st.floats(0, 1),
    order=st.integers(1, 6),
    causal=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_one_edge_agrees_with_scipy(kind: str, fs: float, place: float, order: int, causal: bool, seed: int) -> None:
    least = max(5.0, 0.005 * fs)
    edge = least + place * (0.49 * fs - least)
    x = np.random.default_rng(seed).standard_normal((1000, 3)) * 1e-4
    run, design = EDGE_FILTERS[kind]
    y = run(x, fs, edge, order, axis=0, causal=causal)
    sos = signal.butter(order, edge, kind, output="sos", fs=fs)
    assert np.allclose(design(fs, edge, order)[:, 3:], sos[:, 3:], rtol=0, atol=1e-12)
    assert np.allclose(design(fs, edge, order)[:, :3], sos[:, :3], rtol=1e-11, atol=1e-13)
    reference = signal.sosfilt(sos, x, axis=0) if causal else signal.sosfiltfilt(sos, x, axis=0)
    assert np.abs(y - reference).max() <= 1e-12 * np.abs(reference).max()


@pytest.mark.parametrize("kind", ["lowpass", "highpass"])
@settings(max_examples=60, deadline=None)
@given(
    fs=st.floats(500, 4096),
    place=st.floats(0, 1),
    order=st.integers(1, 4),
    causal=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_one_edge_in_single(kind: str, fs: float, place: float, order: int, causal: bool, seed: int) -> None:
    edge = 10 + place * (0.49 * fs - 10)
    x = (np.random.default_rng(seed).standard_normal((2000, 3)) * 1e-4).astype(np.float32)
    y = EDGE_FILTERS[kind][0](x, fs, edge, order, axis=0, causal=causal)
    sos = signal.butter(order, edge, kind, output="sos", fs=fs)
    wide = x.astype(float)
    reference = signal.sosfilt(sos, wide, axis=0) if causal else signal.sosfiltfilt(sos, wide, axis=0)
    assert y.dtype == np.float32
    assert np.abs(y - reference).max() <= 2e-5 * np.abs(reference).max()


@pytest.mark.parametrize("order", range(1, 11))
def test_corrected_edges_are_half_power_after_both_passes(order: int) -> None:
    designs = {
        "lowpass": (mc.filter.lowpass_sos(2048, 100, order, edges="corrected"), [100]),
        "highpass": (mc.filter.highpass_sos(2048, 100, order, edges="corrected"), [100]),
        "bandpass": (mc.filter.bandpass_sos(2048, 20, 450, order, edges="corrected"), [20, 450]),
        "narrow": (mc.filter.bandpass_sos(2048, 90, 110, min(order, 6), edges="corrected"), [90, 110]),
        "notch": (mc.filter.notch_sos(2048, 50, 1, q=10, edges="corrected"), []),
    }
    for name, (sos, edges) in designs.items():
        for hz in edges:
            assert sos_gain(sos, hz, 2048) ** 4 == pytest.approx(0.5, abs=1e-8), name
    tone = np.sin(2 * np.pi * 100 * np.arange(20480) / 2048)
    y = mc.filter.lowpass(tone, 2048, 100, order, edges="corrected")
    assert np.abs(y[9000:11000]).max() == pytest.approx(2**-0.5, rel=1e-3)


def test_corrected_edges_are_refused_where_they_mean_nothing() -> None:
    with pytest.raises(mc.InvalidArgument, match="one pass"):
        mc.filter.bandpass(np.zeros(100), FS, causal=True, edges="corrected")
    with pytest.raises(mc.InvalidArgument, match="single or corrected"):
        mc.filter.bandpass(np.zeros(100), FS, edges="both")  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", ["lowpass", "highpass"])
def test_an_edge_at_nyquist_is_an_error(kind: str) -> None:
    for edge in (500.0, 600.0):
        with pytest.raises(mc.DataError, match="Nyquist") as caught:
            EDGE_FILTERS[kind][0](np.zeros(100), FS, edge)
        assert caught.value.code == "E-BAND"
    with pytest.raises(mc.InvalidArgument):
        EDGE_FILTERS[kind][0](np.zeros(100), FS, 50, 11)


# --- notches ----------------------------------------------------------------------------------------------------------


def scipy_notches(fs: float, mains: float, count: int, width: float | None, q: float | None) -> npt.NDArray[np.float64]:
    rows = []
    for k in range(1, count + 1):
        hz = k * mains
        if hz >= fs / 2:
            break
        b, a = signal.iirnotch(hz, q if q is not None else hz / (width or 1), fs)
        rows.append([*b, *a])
    return np.array(rows)


@settings(max_examples=60, deadline=None)
@given(
    fs=st.floats(500, 4096),
    mains=st.sampled_from([50.0, 60.0]),
    count=st.integers(1, 50),
    width=st.floats(1, 10),
    q=st.one_of(st.none(), st.floats(10, 60)),
    causal=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_notches_agree_with_scipy(
    fs: float, mains: float, count: int, width: float, q: float | None, causal: bool, seed: int
) -> None:
    x = np.random.default_rng(seed).standard_normal((1000, 3)) * 1e-4
    y = mc.filter.notch(x, fs, mains, count, width, q, axis=0, causal=causal)
    sos = scipy_notches(fs, mains, count, width, q)
    assert np.allclose(mc.filter.notch_sos(fs, mains, count, width, q), sos, rtol=0, atol=1e-13)
    reference = signal.sosfilt(sos, x, axis=0) if causal else signal.sosfiltfilt(sos, x, axis=0)
    # Rounding adds up over sections: 1.2e-12 was seen with 39 of them, both ways.
    assert np.abs(y - reference).max() <= (1e-12 if count <= 10 else 3e-12) * np.abs(reference).max()
    single = mc.filter.notch(x.astype(np.float32), fs, mains, count, width, q, axis=0, causal=causal)
    assert single.dtype == np.float32
    assert np.abs(single - reference).max() <= 2e-5 * np.abs(reference).max()


def test_notches_remove_mains_and_harmonics_only() -> None:
    fs = 2048.0
    t = np.arange(int(20 * fs)) / fs
    hum = sum(np.sin(2 * np.pi * 50 * k * t + k) for k in range(1, 21))
    middle = slice(8 * 2048, 12 * 2048)
    assert np.abs(mc.filter.notch(hum, fs)[middle]).max() < 1e-9
    tone = np.sin(2 * np.pi * 75 * t)
    assert np.abs(mc.filter.notch(tone, fs) - tone)[middle].max() < 0.02
    for edges, gain in (("single", 0.5), ("corrected", 2**-0.5)):
        beside = np.sin(2 * np.pi * 101 * t)  # half a width beside the second harmonic
        y = mc.filter.notch(beside, fs, harmonics=2, edges=edges)  # type: ignore[call-overload]
        assert np.abs(y[middle]).max() == pytest.approx(gain, abs=5e-3)


def test_notch_options_are_held() -> None:
    for wrong in ({"width_hz": 50}, {"q": 0}, {"q": 0.5}, {"harmonics": 0}, {"mains_hz": 0}):
        with pytest.raises(mc.InvalidArgument):
            mc.filter.notch(np.zeros(1000), FS, **wrong)  # type: ignore[call-overload]
    with pytest.raises(mc.DataError, match="Nyquist"):
        mc.filter.notch(np.zeros(1000), 100)


# --- resampling -------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(
    up=st.integers(1, 40),
    down=st.integers(1, 40),
    n=st.integers(1, 1500),
    shape=st.sampled_from([(), (1,), (3,), (9,), (2, 3)]),
    how=st.sampled_from(LAYOUTS),
    seed=st.integers(0, 2**32 - 1),
)
def test_resampling_agrees_with_scipy(up: int, down: int, n: int, shape: tuple[int, ...], how: str, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((n, *shape)) * 1e-4
    x = strided(x, how) if shape else x
    y = mc.filter.resample(x, 100.0 * down, 100.0 * up, axis=0)
    reference = signal.resample_poly(x, up, down, axis=0)
    assert y.shape == reference.shape
    assert np.abs(y - reference).max() <= 1e-12 * max(np.abs(reference).max(), np.abs(x).max())
    single = mc.filter.resample(x.astype(np.float32), 100.0 * down, 100.0 * up, axis=0)
    assert single.dtype == np.float32
    assert np.abs(single - reference).max() <= 1e-6 * max(np.abs(reference).max(), np.abs(x).max())


def test_resampling_keeps_the_time_of_a_tone_and_takes_what_would_alias() -> None:
    t = np.arange(20480) / 2048
    for hz in (100.0, 390.0):
        y = mc.filter.resample(np.sin(2 * np.pi * hz * t), 2048, 1000)
        expected = np.sin(2 * np.pi * hz * np.arange(len(y)) / 1000)
        assert np.abs(y - expected)[100:-100].max() < 3e-3
    above = mc.filter.resample(np.sin(2 * np.pi * 620 * t), 2048, 1000)
    assert np.abs(above[100:-100]).max() < 2e-3
    with pytest.raises(mc.InvalidArgument) as caught:
        mc.filter.resample(t, 2148.148, 1000)
    assert caught.value.code == "E-RATIO"
    with pytest.raises(TypeError, match="to_hz"):
        mc.filter.resample(t, 2048)
    for bad in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(mc.InvalidArgument):
            mc.filter.resample(t, 2048, bad)


def test_resampling_reach_of_nan() -> None:
    x = np.random.default_rng(1).standard_normal((4096, 2))
    y = mc.filter.resample(x, 2048, 1000, axis=0)
    x[2000, 0] = np.nan
    z = mc.filter.resample(x, 2048, 1000, axis=0)
    touched = np.flatnonzero(np.isnan(z[:, 0]))
    assert np.abs(touched / 1000 - 2000 / 2048).max() <= 10 / 1000
    assert np.array_equal(np.delete(z[:, 0], touched), np.delete(y[:, 0], touched))
    assert np.array_equal(z[:, 1], y[:, 1])


# --- settling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tolerance", [0.1, 0.01, 1e-4])
def test_settling_is_that_of_the_impulse_response(tolerance: float) -> None:
    impulse = np.zeros(400_000)
    impulse[0] = 1
    for sos in (
        mc.filter.bandpass_sos(2048),
        mc.filter.bandpass_sos(2048, 95, 105, 6),
        mc.filter.lowpass_sos(2048, 5, 10),
        mc.filter.highpass_sos(4096, 1, 3),
        mc.filter.notch_sos(2048),
        mc.filter.notch_sos(1000, 60, 1, 0.5),
    ):
        response = np.abs(signal.sosfilt(sos, impulse))
        last = np.flatnonzero(response > tolerance * response.max())[-1]
        assert mc.filter.settling_s(sos, 1000, tolerance) == pytest.approx((last + 1) / 1000, abs=1e-12)


def test_settling_refuses_what_never_settles() -> None:
    with pytest.raises(mc.InvalidArgument) as caught:
        mc.filter.settling_s(np.array([[1.0, 0, 0, 1, -2, 1]]), FS)
    assert caught.value.code == "E-FILTER"
    for tolerance in (0.0, 1.0, float("nan")):
        with pytest.raises(mc.InvalidArgument):
            mc.filter.settling_s(mc.filter.bandpass_sos(FS), FS, tolerance)
