from __future__ import annotations

from collections.abc import Callable
from typing import Any

import myocramp as mc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from .conftest import Array, make_emg

FS = 1000.0
LAWFUL: dict[str, Callable[..., Array]] = {
    "rms": mc.envelope.rms,
    "arv": mc.envelope.arv,
    "hilbert": mc.envelope.hilbert,
    "linear": mc.envelope.linear,
    "tkeo": mc.envelope.tkeo,
    "tkeo mean": lambda x, fs, **rest: mc.envelope.tkeo(x, fs, window_s=0.1, **rest),
}
SQUARED = ("tkeo", "tkeo mean")  # V^2
KINDS = [(mc.envelope.rms, np.square, np.sqrt), (mc.envelope.arv, np.abs, np.positive)]
Kind = tuple[Callable[..., Array], Callable[..., Any], Callable[..., Any]]


def direct(x: Array, window: int, kind: Kind, causal: bool) -> Array:
    """Window by window, as defined."""
    _, inner, outer = kind
    ahead = 0 if causal else (window - 1) // 2
    y = np.empty_like(x)
    for i in range(len(x)):
        end = min(len(x), i + ahead + 1)
        begin = max(0, i + ahead + 1 - window)
        y[i] = outer(inner(x[begin:end]).mean(axis=0))
    return y


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=80, deadline=None)
@given(n=st.integers(1, 120), window=st.integers(10, 90), causal=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_edges_average_what_there_is(kind: Kind, n: int, window: int, causal: bool, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((n, 3))
    y = kind[0](x, FS, window_s=window / FS, axis=0, causal=causal)
    assert np.allclose(y, direct(x, window, kind, causal), rtol=1e-12, atol=0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("window", [10, 11, 250, 251])
def test_agrees_with_scipy_away_from_the_ends(kind: Kind, window: int) -> None:
    run, inner, outer = kind
    x = make_emg(1, duration_s=5, n_channels=2)
    reference = outer(ndimage.uniform_filter1d(inner(x), window, axis=0))
    y = run(x, FS, window_s=window / FS, axis=0)
    middle = slice(window, -window)
    assert np.allclose(y[middle], reference[middle], rtol=1e-9, atol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_sums_do_not_drift(kind: Kind) -> None:
    # A running sum would keep an error of the loud part for the rest of the signal.
    x = np.full(20_000, 1e-6)
    x[5000:6000] = 1.0
    assert np.allclose(kind[0](x, FS, window_s=0.05)[6100:], 1e-6, rtol=1e-12, atol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_nan_reaches_the_windows_that_hold_it(kind: Kind) -> None:
    x = make_emg(2, duration_s=2, n_channels=2)
    x[1000, 0] = np.nan
    y = kind[0](x, FS, window_s=0.1, axis=0)
    bad = np.flatnonzero(np.isnan(y[:, 0]))
    assert (bad[0], bad[-1], len(bad)) == (1000 - 49, 1000 + 50, 100)
    assert np.isfinite(y[:, 1]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_and_scalars(kind: Kind) -> None:
    x = np.random.default_rng(3).standard_normal((2, 3, 500)).astype(np.float32)
    y = kind[0](x, FS, axis=-1)
    assert y.shape == x.shape
    assert y.dtype == np.float32
    assert np.allclose(y[1, 2], kind[0](x[1, 2].astype(float), FS), rtol=1e-6)
    assert np.array_equal(kind[0](x[:, ::-1, ::-1], FS, axis=2), kind[0](x[:, ::-1, ::-1].copy(), FS, axis=2))
    assert kind[0](np.empty((0, 2)), FS, axis=0).shape == (0, 2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("window_s", [0.0, -1.0, 11.0, float("nan"), float("inf")])
def test_window_has_a_range(kind: Kind, window_s: float) -> None:
    with pytest.raises(mc.InvalidArgument, match=r"envelope\.window_s"):
        kind[0](np.zeros(100), FS, window_s=window_s)


def test_recording() -> None:
    x = make_emg(4, duration_s=2, n_channels=2)
    rec = mc.Recording.from_array(x, fs=FS)
    assert np.array_equal(mc.envelope.rms(rec), mc.envelope.rms(x, FS, axis=0))


# --- laws of all envelopes --------------------------------------------------------------------------------------------


@pytest.fixture(params=LAWFUL)
def law(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("scalar", [np.float32, np.float64])
def test_times_1024_is_exact(law: str, scalar: Any, causal: bool) -> None:
    x = make_emg(5, duration_s=3, n_channels=3).astype(scalar)
    factor = 1024**2 if law in SQUARED else 1024
    y = LAWFUL[law](x, FS, axis=0, causal=causal)
    assert y.dtype == scalar
    assert np.array_equal(LAWFUL[law](1024 * x, FS, axis=0, causal=causal), factor * y, equal_nan=True)


@pytest.mark.parametrize("causal", [False, True])
def test_channels_do_not_touch_one_another(law: str, causal: bool) -> None:
    x = make_emg(6, duration_s=2, n_channels=11)
    order = np.random.default_rng(6).permutation(11)
    y = LAWFUL[law](x, FS, axis=0, causal=causal)
    assert np.array_equal(LAWFUL[law](x[:, order], FS, axis=0, causal=causal), y[:, order], equal_nan=True)
    assert np.array_equal(LAWFUL[law](x[:, 4], FS, causal=causal), y[:, 4], equal_nan=True)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("scalar", [np.float32, np.float64])
def test_any_strides(law: str, scalar: Any, causal: bool) -> None:
    x = make_emg(7, duration_s=2, n_channels=5).astype(scalar)
    y = LAWFUL[law](x, FS, axis=0, causal=causal)
    wide = np.full((2 * len(x), 15), np.nan, dtype=scalar)
    wide[::2, ::3] = x
    backwards = np.ascontiguousarray(x[::-1, ::-1])
    for same, axis in (
        (np.asfortranarray(x), 0),
        (wide[::2, ::3], 0),
        (backwards[::-1, ::-1], 0),
        (np.ascontiguousarray(x.T), 1),
    ):
        assert np.array_equal(np.moveaxis(LAWFUL[law](same, FS, axis=axis, causal=causal), axis, 0), y, equal_nan=True)


@pytest.mark.parametrize("scalar", [np.float32, np.float64])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 1000])
def test_zeros_give_zeros(law: str, scalar: Any, n: int) -> None:
    if law == "linear" and n < 1000:
        with pytest.raises(mc.DataError, match="padding"):
            mc.envelope.linear(np.zeros((n, 2), dtype=scalar), FS, axis=0)
        return
    for value in (0.0, -0.0):
        y = LAWFUL[law](np.full((n, 2), value, dtype=scalar), FS, axis=0)
        assert y.shape == (n, 2)
        assert np.all((y == 0) | np.isnan(y) & (law in SQUARED))


def test_causal_is_late_by_the_stated_delay(law: str) -> None:
    if law == "linear":
        pytest.skip("a filter's delay depends on frequency: test_linear_states_its_delay")
    x = make_emg(8, duration_s=3)[:, 0]
    window = 250 if law in ("rms", "arv") else 100
    late = {"hilbert": mc.envelope.hilbert_delay(FS), "tkeo": 1, "tkeo mean": 1 + (window - 1) // 2}
    delay = late.get(law, (window - 1) // 2)
    centred, causal = LAWFUL[law](x, FS), LAWFUL[law](x, FS, causal=True)
    if law == "hilbert":
        assert np.array_equal(causal[delay:], centred[:-delay])
    else:  # sums in another place: the same up to rounding, where no window is cut
        middle = slice(window, -window)
        scale = np.nanmax(np.abs(centred))
        assert np.allclose(causal[delay:][middle], centred[: len(x) - delay][middle], rtol=0, atol=1e-13 * scale)


@pytest.mark.parametrize("causal", [False, True])
def test_nan_reaches_as_far_as_stated_and_stays_in_its_channel(law: str, causal: bool) -> None:
    if law == "linear":
        pytest.skip("starts anew: test_linear_starts_anew_behind_gaps")
    reach = {"rms": 250, "arv": 250, "hilbert": 2 * mc.envelope.hilbert_delay(FS), "tkeo": 2, "tkeo mean": 102}[law]
    x = make_emg(9, duration_s=3, n_channels=2)
    whole = LAWFUL[law](x, FS, axis=0, causal=causal)
    for bad in (np.nan, np.inf, -np.inf):
        x[1500, 0] = bad
        y = LAWFUL[law](x, FS, axis=0, causal=causal)
        assert np.array_equal(y[:, 1], whole[:, 1], equal_nan=True)
        touched = np.flatnonzero(~np.isclose(y[:, 0], whole[:, 0], rtol=1e-9, atol=0, equal_nan=True))
        assert len(touched) > 0
        assert touched[-1] - touched[0] <= reach
        assert not np.isfinite(y[touched, 0]).any()


# --- numbers at the limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scalar", [np.float32, np.float64])
def test_denormals(law: str, scalar: Any) -> None:
    tiny = np.finfo(scalar).smallest_subnormal
    x = (tiny * np.arange(1, 1001)).astype(scalar)
    y = LAWFUL[law](x, FS)
    assert np.isfinite(y[1:-1]).all()
    if law == "arv":
        assert np.allclose(y[200:800], x[200:800], rtol=0, atol=tiny)
    elif law == "rms" and scalar is np.float32:  # squares are taken in double
        assert np.allclose(y[200:800], x[200:800], rtol=0.1, atol=tiny)
    elif law == "linear":
        # A recursion in denormal doubles has no digits left, but stays small; floats are filtered as doubles.
        assert np.abs(y[200:800] - x[200:800]).max() <= (0.1 if scalar is np.float32 else 1) * x[-1]
    elif scalar is np.float64 or law in SQUARED:
        assert not y[1:-1].any()  # squares vanish


def test_large_floats() -> None:
    x = np.full(1000, 1e38, dtype=np.float32)
    x[1::2] *= -1
    assert np.array_equal(mc.envelope.rms(x, FS), np.abs(x))
    assert np.array_equal(mc.envelope.arv(x, FS), np.abs(x))
    y = mc.envelope.hilbert(x, FS)
    assert np.isfinite(y).all()
    x[::4] = 0
    assert np.isinf(mc.envelope.tkeo(x, FS)[1:-1]).any()  # 1e76 V^2 is no float32
    assert not np.isnan(mc.envelope.tkeo(x, FS)[1:-1]).any()


def test_large_doubles_overflow_to_infinity_where_they_are_squared() -> None:
    x = np.full(1000, 1e160)
    assert np.isinf(mc.envelope.rms(x, FS)).all()
    assert np.isinf(mc.envelope.hilbert(x, FS)).all()
    assert np.allclose(mc.envelope.arv(x, FS), 1e160, rtol=1e-12)
    assert np.allclose(mc.envelope.rms(x / 1e10, FS), 1e150, rtol=1e-12)


@pytest.mark.parametrize("scalar", [np.float32, np.float64])
def test_counts_of_16_bits(scalar: Any) -> None:
    x = np.full(600, -32768, dtype=scalar)
    assert np.array_equal(mc.envelope.rms(x, FS), np.full(600, 32768, dtype=scalar))
    assert np.array_equal(mc.envelope.arv(x, FS), np.full(600, 32768, dtype=scalar))
    x[::2] = 32767
    assert np.array_equal(mc.envelope.tkeo(x, FS)[1:-1], np.where(np.arange(1, 599) % 2, 65535, -65535))


# --- closed forms -----------------------------------------------------------------------------------------------------


def test_a_sine() -> None:
    amplitude_v, hz, fs = 3e-4, 50.0, 2000.0
    t = np.arange(8000) / fs
    x = amplitude_v * np.sin(2 * np.pi * hz * t + 0.3)
    middle = slice(1000, -1000)  # a window holds whole periods
    assert np.allclose(mc.envelope.rms(x, fs)[middle], amplitude_v / np.sqrt(2), rtol=1e-12, atol=0)
    # 40 samples a period: the mean of |sin| over them lies this close to that over all phases.
    assert np.allclose(mc.envelope.arv(x, fs)[middle], 2 * amplitude_v / np.pi, rtol=(np.pi / 40) ** 2, atol=0)
    assert np.allclose(mc.envelope.hilbert(x, fs)[middle], amplitude_v, rtol=1e-3, atol=0)
    assert np.allclose(mc.envelope.linear(x, fs)[middle], 2 * amplitude_v / np.pi, rtol=(np.pi / 40) ** 2, atol=0)
    assert np.allclose(mc.envelope.hilbert(x, fs, ripple=1e-6)[middle], amplitude_v, rtol=1e-6, atol=0)
    energy = amplitude_v**2 * np.sin(2 * np.pi * hz / fs) ** 2
    assert np.allclose(mc.envelope.tkeo(x, fs)[1:-1], energy, rtol=1e-10, atol=0)
    assert np.allclose(mc.envelope.tkeo(x, fs, window_s=0.1), energy, rtol=1e-10, atol=0)


# --- Teager-Kaiser ----------------------------------------------------------------------------------------------------


def test_tkeo_is_numpy_and_has_no_ends() -> None:
    x = make_emg(10, duration_s=2, n_channels=3)
    y = mc.envelope.tkeo(x, FS, axis=0)
    assert np.array_equal(y[1:-1], x[1:-1] ** 2 - x[:-2] * x[2:])
    assert np.isnan(y[[0, -1]]).all()
    late = mc.envelope.tkeo(x, FS, axis=0, causal=True)
    assert np.array_equal(late[2:], y[1:-1])
    assert np.isnan(late[:2]).all()


@settings(max_examples=60, deadline=None)
@given(n=st.integers(0, 120), window=st.integers(10, 90), causal=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_tkeo_mean_averages_the_values_that_exist(n: int, window: int, causal: bool, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal(n)
    energy = np.full(n, np.nan)
    energy[1:-1] = x[1:-1] ** 2 - x[:-2] * x[2:]
    y = mc.envelope.tkeo(x, FS, window_s=window / FS, causal=causal)
    for i in range(n):
        end = i if causal else min(n, i + (window - 1) // 2 + 1)
        begin = max(0, i - window) if causal else max(0, i - window // 2)
        there = energy[begin:end][~np.isnan(energy[begin:end])]
        assert np.isclose(y[i], there.mean() if len(there) else np.nan, rtol=0, atol=1e-13, equal_nan=True)


# --- Hilbert ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ripple", [1e-2, 1e-3, 1e-5])
@pytest.mark.parametrize("scalar", [np.float32, np.float64])
def test_hilbert_differs_from_scipy_by_the_ripple_at_most(ripple: float, scalar: Any) -> None:
    # Noise within the band that repeats itself, which is what SciPy's transform takes it for.
    fs, n = 2048.0, 1 << 14
    rng = np.random.default_rng(11)
    f = np.fft.rfftfreq(n, 1 / fs)
    spectrum = rng.standard_normal((len(f), 2)) + 1j * rng.standard_normal((len(f), 2))
    spectrum[(f < 20) | (f > 1004)] = 0
    x = np.fft.irfft(spectrum, axis=0)
    thrice = np.concatenate([x, x, x]).astype(scalar)
    y = mc.envelope.hilbert(thrice, fs, ripple=ripple, axis=0)[n : 2 * n]
    off = y - np.abs(signal.hilbert(x, axis=0))
    rounding = 1e-6 if scalar is np.float32 else 0
    assert np.sqrt(np.mean(off**2)) <= (ripple + rounding) * np.sqrt(np.mean(x**2))


def test_hilbert_delay_follows_band_and_ripple() -> None:
    assert mc.envelope.hilbert_delay(2048) == 107  # 52 ms, as docs/methods/hilbert.md says
    assert mc.envelope.hilbert_delay(2048, low_hz=10) > 1.9 * mc.envelope.hilbert_delay(2048, low_hz=20)
    assert mc.envelope.hilbert_delay(2048, ripple=1e-6) > mc.envelope.hilbert_delay(2048)


def test_hilbert_refuses() -> None:
    x = np.zeros(1000)
    with pytest.raises(mc.DataError, match=r"hilbert\.low_hz.*250 Hz"):
        mc.envelope.hilbert(x, FS, low_hz=250)
    for wrong in ({"low_hz": 0.5}, {"low_hz": np.nan}, {"ripple": 0.0}, {"ripple": 0.2}, {"ripple": np.nan}):
        with pytest.raises(mc.InvalidArgument, match=r"hilbert\."):
            mc.envelope.hilbert(x, FS, **wrong)


def test_hilbert_of_a_long_signal_takes_no_more_memory_than_its_output() -> None:
    # A sample does not depend on how much signal there is: parts with the reach on either side give the same bits.
    x = make_emg(12, duration_s=40)[:, 0]
    reach = mc.envelope.hilbert_delay(FS)
    whole = mc.envelope.hilbert(x, FS)
    part = mc.envelope.hilbert(x[10_000 - reach : 11_000 + reach], FS)
    assert np.array_equal(part[reach:-reach], whole[10_000:11_000])


# --- linear envelope --------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    fs=st.floats(500, 4096),
    cutoff=st.floats(2, 50),
    order=st.integers(1, 4),
    causal=st.booleans(),
    scalar=st.sampled_from([np.float32, np.float64]),
)
def test_linear_is_scipy_of_the_magnitude(fs: float, cutoff: float, order: int, causal: bool, scalar: Any) -> None:
    x = make_emg(13, fs=fs, duration_s=2, n_channels=3).astype(scalar)
    y = mc.envelope.linear(x, fs, cutoff_hz=cutoff, order=order, axis=0, causal=causal)
    moved = fs / np.pi * np.arctan(np.tan(np.pi * cutoff / fs) / (np.sqrt(2) - 1) ** (1 / (2 * order)))
    sos = signal.butter(order, cutoff if causal else moved, fs=fs, output="sos")
    expected = (signal.sosfilt if causal else signal.sosfiltfilt)(sos, np.abs(x.astype(float)), axis=0)
    assert y.dtype == scalar
    assert np.abs(y - expected).max() <= (1e-9 if scalar is np.float64 else 1e-7) * np.abs(expected).max()


def test_linear_corrects_by_the_known_factor() -> None:
    assert np.isclose((np.sqrt(2) - 1) ** (1 / 4), 0.802, atol=5e-4)  # at order 2


def test_linear_states_its_delay() -> None:
    ramp = np.arange(20_000.0)
    late = mc.envelope.linear(ramp, FS, causal=True)
    assert np.isclose(ramp[-1] - late[-1], mc.envelope.linear_delay(FS), rtol=1e-9, atol=0)
    assert np.isclose(mc.envelope.linear_delay(FS) / FS, 0.045, atol=5e-4)


@pytest.mark.parametrize("causal", [False, True])
def test_linear_starts_anew_behind_gaps(causal: bool) -> None:
    x = make_emg(14, duration_s=4, n_channels=2)
    whole = mc.envelope.linear(x, FS, axis=0, causal=causal)
    x[2000, 0], x[2003, 0] = np.nan, -np.inf
    y = mc.envelope.linear(x, FS, axis=0, causal=causal)
    assert np.array_equal(y[:, 1], whole[:, 1])
    assert np.isnan(y[[2000, 2003], 0]).all()
    assert np.isfinite(np.delete(y[:, 0], np.s_[2000:2004])).all()
    assert np.isnan(y[2001:2003, 0]).all() != causal  # two samples between: too short to be padded
    assert np.array_equal(y[2004:, 0], mc.envelope.linear(x[2004:, 0], FS, causal=causal))


def test_linear_refuses() -> None:
    x = np.zeros(1000)
    with pytest.raises(mc.DataError, match=r"cutoff_hz.*500 Hz"):
        mc.envelope.linear(x, FS, cutoff_hz=500)
    for wrong in ({"cutoff_hz": 0}, {"cutoff_hz": np.nan}, {"order": 0}, {"order": 11}):
        with pytest.raises(mc.InvalidArgument, match=r"linear\."):
            mc.envelope.linear(x, FS, **wrong)
    with pytest.raises(TypeError):
        mc.envelope.linear(x, FS, order=2.0)  # type: ignore[call-overload]


def test_rate_is_held_to_the_rules(law: str) -> None:
    for fs in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(mc.InvalidArgument, match="sampling rate"):
            LAWFUL[law](np.zeros(100), fs)
    with pytest.raises(TypeError, match="fs"):
        LAWFUL[law](np.zeros(100), None)
