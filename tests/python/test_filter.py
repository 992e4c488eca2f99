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
    low = draw(st.floats(max(least_hz, 0.005 * fs), 0.9 * fs / 6))
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
    bound = 2e-5 if low >= 0.015 * fs else 1.5e-4
    assert np.abs(y - reference).max() <= bound * np.abs(reference).max()


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


def test_causal_starts_at_rest_and_keeps_gaps() -> None:
    x = make_emg(8, duration_s=4, n_channels=2)
    x[2000, 0] = np.nan
    y = mc.filter.bandpass(x, FS, axis=0, causal=True)
    assert np.isfinite(y[:2000, 0]).all()
    assert np.isnan(y[2000:, 0]).all()
    assert np.isfinite(y[:, 1]).all()
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
