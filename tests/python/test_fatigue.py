from __future__ import annotations

import math

import myocramp as mc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal, stats

from .conftest import Array, make_emg


def nearest(samples: float) -> int:
    """The nearest whole number; halves go up."""
    return math.floor(samples + 0.5)


def moments(x: Array, fs: float, segment: int, low: float, high: float) -> tuple[float, float, float]:
    """Mean frequency, median frequency and Dimitrov's index of one window by definition."""
    f, p = signal.welch(x, fs, "hann", nperseg=segment, noverlap=segment // 2)
    wide = (f >= 8 - 1e-9) & (f <= low + high)
    fi = float((p[wide] / f[wide]).sum() / (p[wide] * f[wide] ** 5).sum())
    band = (f >= low) & (f <= high)
    f, p = f[band], p[band]
    total = np.cumsum(p)
    return float((f * p).sum() / p.sum()), float(np.interp(total[-1] / 2, total, f)), fi


@settings(max_examples=40, deadline=None)
@given(
    fs=st.sampled_from([500.0, 1000.0, 2048.0, 2148.148]),
    window_s=st.sampled_from([0.25, 0.5, 1.0, 1.7]),
    overlap=st.sampled_from([0.0, 0.5, 0.8]),
    parts=st.sampled_from([1, 2, 3, 5]),
    centre_hz=st.floats(40, 150),
    single=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_agrees_with_welch(
    fs: float, window_s: float, overlap: float, parts: int, centre_hz: float, single: bool, seed: int
) -> None:
    x = make_emg(seed, fs, 6, n_channels=2, rest_uv=100, centre_hz=centre_hz)
    if single:
        x = x.astype(np.float32)  # type: ignore[assignment]
    high = 0.9 * fs / 2  # the index's edge is 20 Hz above it
    t = mc.fatigue.spectral(x, fs, window_s, overlap, window_s / parts, 20, high, 8, high + 20, axis=0)
    length, segment = nearest(window_s * fs), nearest(window_s / parts * fs)
    hop = nearest(length * (1 - overlap))
    starts = np.arange(0, len(x) - length + 1, hop)
    assert np.allclose(t["time_s"], (starts + length / 2) / fs, rtol=1e-14)
    assert t["mdf_hz"].shape == (len(starts), 2)
    for row, start in enumerate(starts):
        for c in range(2):
            mnf, mdf, fi = moments(x[start : start + length, c].astype(float), fs, segment, 20, high)
            assert t["mnf_hz"][row, c] == pytest.approx(mnf, rel=1e-9)
            assert t["mdf_hz"][row, c] == pytest.approx(mdf, rel=1e-9)
            assert t["fi_nsm5"][row, c] == pytest.approx(fi, rel=1e-9)


def test_a_band_from_zero_agrees_with_welch() -> None:
    x = np.random.default_rng(4).standard_normal((4000, 1))  # as strong at 0 Hz as anywhere
    t = mc.fatigue.spectral(x, 1000, 1, 0.5, 0.5, 0, 450, axis=0)
    for row in range(len(t["time_s"])):
        mnf, mdf, _ = moments(x[500 * row : 500 * row + 1000, 0], 1000, 500, 0, 450)
        assert t["mnf_hz"][row, 0] == pytest.approx(mnf, rel=1e-9)
        assert t["mdf_hz"][row, 0] == pytest.approx(mdf, rel=1e-9)


def test_a_tone_has_its_frequency() -> None:
    fs = 1000
    x = np.sin(2 * np.pi * 80 * np.arange(5 * fs) / fs)
    t = mc.fatigue.spectral(x, fs)
    assert np.allclose(t["mnf_hz"], 80, atol=0.01)
    assert np.allclose(t["mdf_hz"], 80, atol=2)  # bins of 2 Hz


def test_shapes_follow_the_input() -> None:
    x = make_emg(1, duration_s=5, n_channels=6)
    two = mc.fatigue.spectral(x, 1000, axis=0)
    assert two["mnf_hz"].shape == (9, 6)
    one = mc.fatigue.spectral(x[:, 3], 1000)
    assert one["mnf_hz"].shape == (9,)
    assert np.array_equal(one["mdf_hz"], two["mdf_hz"][:, 3])
    three = mc.fatigue.spectral(x.T.reshape(2, 3, -1), 1000, axis=-1)
    assert np.array_equal(three["mdf_hz"], two["mdf_hz"].reshape(9, 2, 3))
    assert (one.columns, len(one), one.channels) == (["time_s", "mnf_hz", "mdf_hz", "fi_nsm5"], 9, None)
    assert list(one) == one.columns
    assert "mdf_hz" in one
    with pytest.raises(KeyError, match="mdf_hz"):
        one["mdf"]


def test_dataframes() -> None:
    x = make_emg(2, duration_s=3, n_channels=2)
    one = mc.fatigue.spectral(x[:, 0], 1000).to_dataframe()
    assert list(one.columns) == ["time_s", "mnf_hz", "mdf_hz", "fi_nsm5"]
    rec = mc.Recording.from_array(x, fs=1000, channel_names=["GM", "GL"])
    table = mc.fatigue.spectral(rec)
    two = table.to_dataframe()
    assert list(two.columns) == ["time_s", "channel", "mnf_hz", "mdf_hz", "fi_nsm5"]
    assert len(two) == 2 * len(table)
    gl = two[two["channel"] == "GL"]
    assert np.array_equal(gl["mdf_hz"], table["mdf_hz"][:, 1])
    assert np.array_equal(gl["time_s"], table["time_s"])


def test_edges() -> None:
    x = make_emg(3, duration_s=4)[:, 0]
    assert len(mc.fatigue.spectral(x[:999], 1000)) == 0
    assert len(mc.fatigue.spectral(x[:1000], 1000)) == 1
    assert len(mc.fatigue.spectral(x[:0], 1000).to_dataframe()) == 0
    x[1700] = np.nan
    known = np.isfinite(mc.fatigue.spectral(x, 1000)["mdf_hz"])
    assert known.tolist() == [True, True, False, False, True, True, True]
    assert np.isnan(mc.fatigue.spectral(np.zeros(2000), 1000)["mnf_hz"]).all()


def test_the_index_names_its_band_or_why_it_has_no_answer() -> None:
    x = make_emg(4, 2048, 3, n_channels=2)
    t = mc.fatigue.spectral(x, 2048, axis=0)
    assert t.notes == {"mnf_hz": "20 to 450 Hz", "mdf_hz": "20 to 450 Hz", "fi_nsm5": "8 to 500 Hz"}
    assert np.isfinite(t["fi_nsm5"]).all()
    t = mc.fatigue.spectral(x, 1000, axis=0)
    assert np.isnan(t["fi_nsm5"]).all()
    assert "8 to 500 Hz does not lie below the Nyquist frequency 500 Hz" in t.notes["fi_nsm5"]
    chosen = mc.fatigue.spectral(x, 1000, fi_high_hz=450, axis=0)
    assert np.isfinite(chosen["fi_nsm5"]).all()
    assert np.array_equal(chosen["mdf_hz"], t["mdf_hz"])
    with pytest.raises(mc.InvalidArgument, match="fi_low_hz"):
        mc.fatigue.spectral(x, 1000, fi_low_hz=450, fi_high_hz=400, axis=0)


def test_a_compressed_spectrum_scales_the_features() -> None:
    rng = np.random.default_rng(5)
    n, fs = 60 * 2048, 2048.0
    f = np.fft.rfftfreq(n, 1 / fs)
    draws = rng.standard_normal(len(f)) + 1j * rng.standard_normal(len(f))

    def features(k: float) -> Array:
        inside = (f > 60 * k) & (f < 140 * k)
        shape = np.where(inside, np.cos((f / k - 100) / 80 * np.pi) ** 2, 0)
        t = mc.fatigue.spectral(np.fft.irfft(shape * draws, n) * 1e-3, fs, window_s=60, segment_s=1)
        return np.array([t[name][0] for name in ("mnf_hz", "mdf_hz", "fi_nsm5")])

    for k in (0.8, 0.9, 1.5):
        assert features(k) / features(1.0) == pytest.approx([k, k, k**-6], rel=0.03)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_values(dtype: type[np.float32] | type[np.float64]) -> None:
    x = make_emg(5, 2048, 3)[:, 0].astype(dtype)
    x /= np.abs(x).max()
    plain = mc.fatigue.spectral(x, 2048)
    columns = ("mnf_hz", "mdf_hz", "fi_nsm5")
    for scale in (1024, 2.0**-40):
        scaled = mc.fatigue.spectral(x * dtype(scale), 2048)
        assert all(np.array_equal(scaled[name], plain[name]) for name in columns)
    for scale in (3e38, -32768, 1e-30):
        scaled = mc.fatigue.spectral(x * dtype(scale), 2048)
        assert all(scaled[name] == pytest.approx(plain[name], rel=1e-5) for name in columns)
    for silence in (0.0, 0.1, -32768.0, 3e38, 1e-44):  # a constant has no spectrum, whatever its value
        flat = mc.fatigue.spectral(np.full(3 * 2048, silence, dtype=dtype), 2048)
        assert all(np.isnan(flat[name]).all() for name in columns)


def test_band_at_nyquist_is_an_error() -> None:
    with pytest.raises(mc.DataError, match=r"Nyquist frequency 450 Hz.*450 Hz") as caught:
        mc.fatigue.spectral(np.zeros(2000), 900)
    assert caught.value.code == "E-BAND"
    with pytest.raises(mc.InvalidArgument, match="segment_s"):
        mc.fatigue.spectral(np.zeros(2000), 1000, window_s=0.2)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(10, 200), digits=st.integers(0, 4), missing=st.integers(0, 5), seed=st.integers(0, 2**32 - 1))
def test_theil_sen_agrees_with_scipy(n: int, digits: int, missing: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = np.sort(rng.uniform(0, 100, n + missing))
    y = np.round(100 - 0.1 * t + rng.standard_normal(n + missing), digits)  # few digits give ties
    y[rng.choice(n + missing, missing, replace=False)] = np.nan
    known = np.isfinite(y)
    reference = stats.theilslopes(y[known], t[known], 0.95)
    trend = mc.fatigue.theil_sen(t, y)
    assert trend.slope == pytest.approx(reference.slope, rel=1e-12, abs=1e-14)
    assert trend.low == pytest.approx(reference.low_slope, rel=1e-12, abs=1e-14)
    assert trend.high == pytest.approx(reference.high_slope, rel=1e-12, abs=1e-14)


def test_theil_sen_refuses_and_has_no_answer() -> None:
    assert np.isnan(mc.fatigue.theil_sen(range(9), range(9))).all()
    assert mc.fatigue.theil_sen(range(10), range(10)) == (1, 1, 1)
    assert np.isnan(mc.fatigue.theil_sen([1] * 20, range(20))).all()
    slope, low, high = mc.fatigue.theil_sen(range(5000), [0.5 * i for i in range(5000)])
    assert (slope, low, high) == (0.5, 0.5, 0.5)
    with pytest.raises(mc.InvalidArgument, match="10 values"):
        mc.fatigue.theil_sen(range(10), range(11))
    with pytest.raises(mc.InvalidArgument, match="finite times"):
        mc.fatigue.theil_sen([np.nan] * 10, range(10))
    with pytest.raises(TypeError, match="one dimension"):
        mc.fatigue.theil_sen(np.zeros((10, 2)), range(10))


def contraction(amplitude: float, frequency: float, seed: int) -> tuple[Array, Array, Array]:
    """Times, RMS and median frequency of 60 windows over which both change by these parts."""
    rng = np.random.default_rng(seed)
    t = np.arange(60) + 0.5
    rms_uv = 100 * (1 + amplitude * t / 60) * (1 + 0.04 * rng.standard_normal(60))
    return t, rms_uv, 90 * (1 + frequency * t / 60) + 6 * rng.standard_normal(60)


@pytest.mark.parametrize(
    ("amplitude", "frequency", "state"),
    [
        (0.3, 0.3, "force increase"),
        (0.3, -0.3, "fatigue"),
        (-0.3, -0.3, "force decrease"),
        (-0.3, 0.3, "recovery"),
        (0.3, 0, "indeterminate"),
        (0, -0.3, "indeterminate"),
    ],
)
def test_jasa(amplitude: float, frequency: float, state: str) -> None:
    t, rms_uv, mdf_hz = contraction(amplitude, frequency, 6)
    found = mc.fatigue.jasa(t, rms_uv, mdf_hz)
    assert found.state == state
    assert found.amplitude == mc.fatigue.trend(t, rms_uv)
    assert found.frequency == mc.fatigue.trend(t, mdf_hz)
    assert mc.fatigue.jasa(t, 1e-6 * rms_uv, 1000 * mdf_hz).state == state


def test_jasa_takes_any_trend_and_says_nothing_of_few_points() -> None:
    t, rms_uv, mdf_hz = contraction(0.3, -0.3, 7)
    assert mc.fatigue.jasa(t, rms_uv, mdf_hz, trend=lambda *_: mc.fatigue.Trend(1, 0.5, 2)).state == "force increase"
    assert mc.fatigue.jasa(t, rms_uv, mdf_hz, trend=lambda *_: mc.fatigue.Trend(1, -1, 2)).state == "indeterminate"
    assert mc.fatigue.jasa(t[:9], rms_uv[:9], mdf_hz[:9]).state == "indeterminate"
    with pytest.raises(mc.InvalidArgument):
        mc.fatigue.jasa(t, rms_uv[1:], mdf_hz)
