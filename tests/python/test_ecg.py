"""ECG in EMG: what its removal leaves of median frequency and RMS, false beats, references and arguments."""

from __future__ import annotations

from typing import Any

import myocramp as mc
import numpy as np
import numpy.typing as npt
import pytest
from scipy import signal

from .conftest import Burst, make_emg, surface_noise

FS = 1000.0
Array = npt.NDArray[np.float64]


def make_ecg(
    seed: int, n: int, bpm: float = 70, fs: float = FS, width: float = 1.0, chance: float = 0.0
) -> tuple[Array, Array]:
    """P, Q, R, S, T as Gaussians (McSharry et al. 2003) of unit RMS at 20 to 450 Hz, and the times of R, s.

    Intervals wander and follow the breath, and vary by `chance`; breath and chance change the height of each beat. The
    QRS complex is `width` times as wide.
    """
    rng = np.random.default_rng(seed)
    t = np.arange(n) / fs
    x = np.zeros(n)
    at, wander, beats = 0.4, 0.0, []
    while at < n / fs:
        wander = 0.9 * wander + 0.4 * rng.standard_normal()
        breath = np.sin(2 * np.pi * 0.25 * at)
        interval = 60 / bpm * (1 + 0.03 * wander + 0.04 * breath + chance * rng.standard_normal())
        interval = max(interval, 0.35)
        height = 1 + 0.1 * breath + 0.03 * rng.standard_normal()
        beats.append(at)
        near = np.abs(t - at) < 1
        for degrees, a, b in ((-70, 1.2, 0.25), (-15, -5, 0.1), (0, 30, 0.1), (15, -7.5, 0.1), (100, 0.75, 0.4)):
            stretch = width if abs(degrees) <= 15 else np.sqrt(interval)  # QRS keeps its width
            u = (t[near] - at - degrees / 360 * stretch) / (b / (2 * np.pi) * stretch)
            x[near] += height * a * b**2 * np.exp(-(u**2) / 2)
        at += interval
    return x / mc.filter.bandpass(x, fs).std(), np.array(beats)


def mdf(x: Array) -> float:
    """Median frequency at 20 to 450 Hz."""
    f, power = signal.welch(mc.filter.bandpass(x, FS), FS, nperseg=1000)
    cumulated = np.cumsum(power[(f >= 20) & (f <= 450)])
    return float(np.interp(cumulated[-1] / 2, cumulated, f[(f >= 20) & (f <= 450)]))


def rms(x: Array) -> float:
    return float(mc.filter.bandpass(x, FS).std())


@pytest.mark.parametrize("db", [0, 10])
@pytest.mark.parametrize(
    ("seed", "bpm", "width", "chance"),
    [(1, 55, 1, 0), (2, 75, 1, 0), (3, 100, 1, 0), (4, 70, 0.4, 0), (5, 70, 1, 0.1), (6, 70, 0.5, 0.15)],
)
def test_median_frequency_and_rms_come_back(db: float, seed: int, bpm: float, width: float, chance: float) -> None:
    n = round(90 * FS)
    clean = surface_noise(np.random.default_rng(seed), n, FS)
    clean /= rms(clean)
    heart, _ = make_ecg(seed, n, bpm, width=width, chance=chance)
    x = clean + 10 ** (db / 20) * heart
    y = mc.filter.ecg(x, FS)
    inner = slice(500, -500)  # the ends may cut a beat in two

    def percent(z: Array) -> tuple[float, float]:
        truth = clean[inner]
        return 100 * (mdf(z[inner]) / mdf(truth) - 1), 100 * (rms(z[inner]) / rms(truth) - 1)

    with_ecg, removed = percent(x), percent(y)
    print(f"{db} dB, {bpm}/min, width {width}, chance {chance}:", np.round(with_ecg, 1), np.round(removed, 2), "%")
    assert abs(removed[0]) < 1.5
    assert abs(removed[1]) < 1.5
    assert with_ecg[0] < -10
    assert with_ecg[1] > 30


def test_beats_are_found_where_they_are() -> None:
    n = round(60 * FS)
    heart, times = make_ecg(4, n, 65)
    x = 1e-4 * heart + 1e-4 * surface_noise(np.random.default_rng(4), n, FS)
    found = mc.filter.find_beats(x, FS)[0]
    inside = times[(times > 0.2) & (times < n / FS - 0.2)]
    nearest = np.abs(found.time_s[None, :] - inside[:, None]).min(axis=1)
    assert nearest.max() < 0.004
    assert found.rate_bpm == pytest.approx(65, abs=4)
    assert found.found == 1
    assert found.n_unmatched <= 2
    assert found.amplitude.std() == pytest.approx(0.077, abs=0.03)
    # Band-passed, the template keeps what the band keeps.
    assert found.height_uv == pytest.approx(1e6 * 1e-4 * np.ptp(heart), rel=0.15)


def test_beats_are_on_the_clock_of_a_recording() -> None:
    heart, times = make_ecg(4, round(60 * FS), 65)
    rec = mc.Recording.from_array(1e-4 * heart, fs=FS, unit="V")
    cut = rec[20:60]
    found = mc.filter.find_beats(cut)[0].time_s
    assert np.array_equal(found, mc.filter.find_beats(cut.signals[0])[0].time_s)
    inside = times[(times > 20.2) & (times < 59.8)]
    assert np.abs(found[None, :] - inside[:, None]).min(axis=1).max() < 0.002
    alone = mc.filter.find_beats(1e-4 * heart[round(20 * FS) :], FS)[0].time_s
    assert found == pytest.approx(alone + 20, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_muscle_alone_is_left_alone(seed: int) -> None:
    bursts = [Burst(s, s + 0.4, 100) for s in np.arange(1, 59, 1.1)]
    x = make_emg(seed, duration_s=60, n_channels=2, bursts=bursts)
    y = mc.filter.ecg(x, FS, axis=0)
    assert abs(rms(y[:, 0]) / rms(x[:, 0]) - 1) < 0.01
    assert np.array_equal(x, y)
    for beats in mc.filter.find_beats(x, FS, axis=0):
        assert beats.time_s.size == 0
        assert np.isnan(beats.rate_bpm)
        assert beats.found == 0


def test_references() -> None:
    n = round(60 * FS)
    heart, _ = make_ecg(5, n)
    x = make_emg(5, duration_s=60, n_channels=2, rest_uv=10)
    x[:, 1] += 3e-6 * heart
    lead = 1e-3 * heart + 1e-6 * surface_noise(np.random.default_rng(6), n, FS)
    y = mc.filter.ecg(x, FS, reference=lead, axis=0)
    assert y.shape == x.shape
    assert np.array_equal(y[:, 0], x[:, 0])  # the heart does not reach it
    assert np.std(y[:, 1] - x[:, 1]) > 0.5 * np.std(3e-6 * heart)
    both = np.column_stack([lead, x])
    assert np.array_equal(mc.filter.ecg(both, FS, reference=0, axis=0)[:, 0], lead)
    assert np.allclose(mc.filter.ecg(both, FS, reference=0, axis=0)[:, 1:], y, rtol=0, atol=1e-9 * lead.max())
    rec = mc.Recording.from_array(both, fs=FS, channel_names=["ECG", "GM", "GL"])
    assert np.array_equal(mc.filter.ecg(rec, reference="ECG"), mc.filter.ecg(both, FS, reference=0, axis=0))
    assert [b.time_s.size > 0 for b in mc.filter.find_beats(rec, reference="ECG")] == [False, False, True]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_scalar_and_strides(dtype: Any) -> None:
    n = 20000
    x = (make_emg(7, duration_s=20, n_channels=4) + 5e-6 * make_ecg(7, n)[0][:, None]).astype(dtype)
    y = mc.filter.ecg(x, FS, axis=0)
    assert y.dtype == dtype
    assert not np.array_equal(x, y)
    assert np.array_equal(mc.filter.ecg(x.T, FS, axis=-1), y.T)
    assert np.array_equal(mc.filter.ecg(x.reshape(n, 2, 2), FS, axis=0), y.reshape(n, 2, 2))


def test_gaps_stay() -> None:
    x = make_emg(8, duration_s=30) + 5e-6 * make_ecg(8, 30000)[0][:, None]
    x[12000:12100] = np.nan
    x[20000] = np.inf
    y = mc.filter.ecg(x, FS, axis=0)
    assert np.array_equal(np.isnan(y), ~np.isfinite(x))
    assert np.nanstd(y) < 0.5 * np.std(x[:12000])


def test_wrong_arguments() -> None:
    x = np.zeros((5000, 2))
    with pytest.raises(mc.InvalidArgument, match="reference"):
        mc.filter.ecg(x, FS, reference=2, axis=0)
    with pytest.raises(mc.InvalidArgument, match="reference"):
        mc.filter.ecg(x, FS, reference=np.zeros(4999), axis=0)
    with pytest.raises(mc.InvalidArgument, match="reference"):
        mc.filter.ecg(x, FS, reference="ECG", axis=0)  # type: ignore[call-overload]
    with pytest.raises(mc.DataError, match="Nyquist"):
        mc.filter.ecg(x, 150.0, axis=0)
