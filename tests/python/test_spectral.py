from __future__ import annotations

import math

import myocramp as mc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from .conftest import Array, make_emg

RATES = st.sampled_from([500.0, 1000.0, 2048.0, 2148.148])
SEGMENTS = st.sampled_from([0.05, 0.1234, 0.5, 1.0])
OVERLAPS = st.sampled_from([0.0, 0.3, 0.5, 0.75])
SEEDS = st.integers(0, 2**32 - 1)


def shared(fs: float, segment_s: float, overlap: float) -> tuple[int, int]:
    """Samples of a segment, and those that it shares with the next."""
    n = math.floor(segment_s * fs + 0.5)
    return n, math.floor(n * overlap + 1e-9)


def assert_close(ours: Array, theirs: Array) -> None:
    """Hold to 1e-12 of the largest value, or to the scalar's own precision."""
    assert ours.dtype == theirs.dtype
    bound = 1e-12 if ours.dtype in (np.float64, np.complex128) else 3e-6
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= bound * np.abs(theirs).max()


@settings(max_examples=40, deadline=None)
@given(fs=RATES, segment_s=SEGMENTS, overlap=OVERLAPS, single=st.booleans(), seed=SEEDS)
def test_welch_agrees_with_scipy(fs: float, segment_s: float, overlap: float, single: bool, seed: int) -> None:
    x = make_emg(seed, fs, 3, n_channels=2).astype(np.float32 if single else np.float64)
    n, m = shared(fs, segment_s, overlap)
    f, p = mc.spectral.welch(x, fs, segment_s, overlap, axis=0)
    reference_f, reference = signal.welch(x.astype(np.float64), fs, "hann", n, m, axis=0)
    assert np.allclose(f, reference_f, rtol=1e-14, atol=0)
    assert_close(p, reference.astype(x.dtype))


@settings(max_examples=40, deadline=None)
@given(fs=RATES, segment_s=SEGMENTS, overlap=OVERLAPS, single=st.booleans(), seed=SEEDS)
def test_stft_agrees_with_scipy(fs: float, segment_s: float, overlap: float, single: bool, seed: int) -> None:
    x = make_emg(seed, fs, 3).astype(np.float32 if single else np.float64)[:, 0]
    n, m = shared(fs, segment_s, overlap)
    t, f, values = mc.spectral.stft(x, fs, segment_s, overlap)
    double = x.astype(np.float64)
    reference_f, reference_t, reference = signal.stft(double, fs, "hann", n, m, boundary=None, padded=False)
    assert np.allclose(f, reference_f, rtol=1e-14, atol=0)
    assert np.allclose(t, reference_t, rtol=1e-14, atol=0)
    assert_close(values, reference.T.astype(values.dtype))

    t, f, p = mc.spectral.spectrogram(x, fs, segment_s, overlap)
    reference_f, reference_t, reference = signal.spectrogram(double, fs, "hann", n, m)
    assert np.allclose(t, reference_t, rtol=1e-14, atol=0)
    assert_close(p, reference.T.astype(p.dtype))


def test_stft_agrees_with_the_class_of_scipy() -> None:
    x = make_emg(5, 1000, 3)[:, 0]
    n, hop = 500, 125
    theirs = signal.ShortTimeFFT(signal.get_window("hann", n), hop, 1000, scale_to="magnitude", phase_shift=None)
    frames = theirs.stft(x)  # its frame 0 is centred on sample 0
    first = -theirs.p_min + n // 2 // hop
    ours = mc.spectral.stft(x, 1000, 0.5, 0.75).values
    assert_close(ours, frames[:, first : first + len(ours)].T)


def test_the_mean_of_a_spectrogram_is_welch() -> None:
    x = make_emg(6, 2048, 5, n_channels=3)
    p = mc.spectral.spectrogram(x, 2048, 0.25, 0.6, axis=0).psd
    assert_close(p.mean(axis=0), mc.spectral.welch(x, 2048, 0.25, 0.6, axis=0).psd)


def test_spectra_keep_power() -> None:
    fs, n = 1000, 250
    x = make_emg(7, fs, 4)[:, 0] * 1e3
    w = signal.get_window("hann", n)
    p = mc.spectral.spectrogram(x, fs, n / fs, 0.5).psd
    frames = np.lib.stride_tricks.sliding_window_view(x, n)[:: n // 2]
    weighted = (((frames - frames.mean(axis=1, keepdims=True)) * w) ** 2).sum(axis=1) / (w**2).sum()
    assert p.sum(axis=1) * fs / n == pytest.approx(weighted, rel=1e-12)
    values = mc.spectral.stft(x, fs, n / fs, 0.5).values * w.sum()
    twice = np.abs(values) ** 2 * np.where((np.arange(n // 2 + 1) % (n // 2)) == 0, 1, 2)  # bins with a negative twin
    assert twice.sum(axis=1) / n == pytest.approx(((frames * w) ** 2).sum(axis=1), rel=1e-12)


def test_shapes_follow_the_input() -> None:
    x = make_emg(8, duration_s=3, n_channels=6)
    two = mc.spectral.welch(x, 1000, axis=0)
    assert two.psd.shape == (251, 6)
    assert np.array_equal(mc.spectral.welch(x[:, 4], 1000).psd, two.psd[:, 4])
    three = mc.spectral.welch(x.T.reshape(2, 3, -1), 1000, axis=-1).psd
    assert np.array_equal(three, two.psd.T.reshape(2, 3, 251))
    for function in (mc.spectral.stft, mc.spectral.spectrogram):
        whole = function(x, 1000, axis=0)[2]
        assert whole.shape == (11, 251, 6)
        assert np.array_equal(function(x[:, 4], 1000)[2], whole[:, :, 4])
        turned = function(x.T, 1000, axis=-1)[2]
        assert turned.shape == (6, 11, 251)
        assert np.array_equal(turned, np.moveaxis(whole, 2, 0))
        middle = function(np.moveaxis(x.reshape(-1, 2, 3), 0, 1), 1000, axis=1)[2]
        assert middle.shape == (2, 11, 251, 3)
        assert np.array_equal(middle, np.moveaxis(whole.reshape(11, 251, 2, 3), 2, 0))
    rec = mc.Recording.from_array(x, fs=1000)
    assert np.array_equal(mc.spectral.welch(rec).psd, two.psd)
    assert mc.spectral.stft(rec).values.shape == (11, 251, 6)
    assert np.array_equal(mc.spectral.stft(rec[1.0:]).time_s, 1.25 + 0.25 * np.arange(7))
    with pytest.raises(TypeError, match="axis"):
        mc.spectral.stft(x, 1000)
    with pytest.raises(TypeError, match="integers need their conversion"):
        mc.spectral.welch(np.zeros(1000, dtype=np.int16), 1000)


def test_gaps_and_edges() -> None:
    x = make_emg(9, duration_s=3, n_channels=2)
    x[1100, 0] = np.nan
    p = mc.spectral.spectrogram(x, 1000, axis=0)
    holds = (p.time_s - 0.25 <= 1.1) & (p.time_s + 0.25 > 1.1)
    assert np.array_equal(np.isnan(p.psd[:, 7, 0]), holds)
    assert holds.sum() == 2
    assert np.isfinite(p.psd[:, :, 1]).all()
    assert np.array_equal(np.isnan(mc.spectral.stft(x, 1000, axis=0).values[:, 7, 0]), holds)
    density = mc.spectral.welch(x, 1000, axis=0).psd
    assert np.isnan(density[:, 0]).all()
    assert np.isfinite(density[:, 1]).all()
    assert mc.spectral.stft(x[:499, 1], 1000).values.shape == (0, 251)
    assert mc.spectral.stft(x[:500, 1], 1000).values.shape == (1, 251)
    assert mc.spectral.welch(x[:, :0], 1000, axis=0).psd.shape == (251, 0)
    with pytest.raises(mc.DataError, match=r"one segment of 500 samples.*499") as caught:
        mc.spectral.welch(x[:499, 1], 1000)
    assert caught.value.code == "E-SHORT"
    for wrong in ({"segment_s": 0.0}, {"segment_s": 61}, {"overlap": 1.0}, {"overlap": np.nan}):
        with pytest.raises(mc.InvalidArgument):
            mc.spectral.stft(x, 1000, axis=0, **wrong)


def test_scale_is_exact() -> None:
    x = make_emg(10, duration_s=2)[:, 0]
    assert np.array_equal(mc.spectral.welch(1024 * x, 1000).psd, 2.0**20 * mc.spectral.welch(x, 1000).psd)
    assert np.array_equal(mc.spectral.stft(-1024 * x, 1000).values, -1024 * mc.spectral.stft(x, 1000).values)
    large = x.astype(np.float32) / np.float32(np.abs(x).max()) * np.float32(3e38)
    assert np.isfinite(mc.spectral.stft(large, 1000).values).all()


@pytest.mark.parametrize("order", [-1, 0, 1, 2, 5])
def test_moments(order: int) -> None:
    x = make_emg(11, 2048, 4, n_channels=2)
    f, p = mc.spectral.welch(x, 2048, axis=0)
    found = mc.spectral.moment(f, p, order)
    band = (f >= 20) & (f <= 450)
    assert found == pytest.approx((f[band, None] ** float(order) * p[band]).sum(axis=0) * f[1], rel=1e-13)
    assert mc.spectral.moment(f, p.T, order, axis=1) == pytest.approx(found, rel=1e-13)
    between = mc.spectral.moment(f, p, order, low_hz=100.25, high_hz=100.75)  # no bin lies there
    assert between.shape == (2,)
    assert np.isnan(between).all()
    assert np.isnan(mc.spectral.moment(f, p, order, low_hz=2000, high_hz=3000)).all()
    with pytest.raises(mc.InvalidArgument, match="low_hz"):
        mc.spectral.moment(f, p, order, low_hz=500)
    with pytest.raises(mc.InvalidArgument, match="f_hz"):
        mc.spectral.moment(f[1:], p, order)


def test_moments_make_the_features_of_a_window() -> None:
    x = make_emg(12, 2048, 1, rest_uv=100)[:, 0]
    f, p = mc.spectral.welch(x, 2048)
    table = mc.fatigue.spectral(x, 2048)
    assert table["mnf_hz"][0] == pytest.approx(mc.spectral.moment(f, p, 1) / mc.spectral.moment(f, p, 0), rel=1e-12)
    low, high = (mc.spectral.moment(f, p, k, 8, 500) for k in (-1, 5))
    assert table["fi_nsm5"][0] == pytest.approx(low / high, rel=1e-12)
    with pytest.raises(mc.InvalidArgument, match="0 < low_hz"):
        mc.spectral.moment(f, p, -1, low_hz=0)
