"""Mains hum: spectrum interpolation beside a notch, drift, gaps, and real recordings where MYOCRAMP_DATA names them."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import myocramp as mc
import numpy as np
import numpy.typing as npt
import pytest
from scipy import signal

from .conftest import make_emg, surface_noise

FS = 2000.0
Array = npt.NDArray[np.float64]


def sine(n: int, f: float, amplitude: float, fs: float = FS) -> Array:
    return amplitude * np.sin(2 * np.pi * f * np.arange(n) / fs + 1)


def r2(a: Array, b: Array) -> float:
    return float(np.corrcoef(a, b)[0, 1] ** 2)


def band_share(x: Array, f: float, fs: float, half: float = 1.0) -> float:
    frequency, power = signal.welch(x, fs, nperseg=min(len(x), round(2 * fs)))
    return float(power[np.abs(frequency - f) <= half].sum() / power.sum())


@pytest.mark.parametrize("drift", [-0.5, 0.0, 0.5])
def test_interpolation_keeps_the_muscle_where_a_fixed_notch_loses_it(drift: float) -> None:
    """Mewett, Reynolds & Nazeran 2004: r2 of a notch falls from 0.98 to 0.65, of interpolation from 0.99 to 0.85."""
    ours, notch = [], []
    for seed in range(5):
        clean = surface_noise(np.random.default_rng(seed), round(10 * FS), FS)
        x = clean + sine(clean.size, 50 + drift, 2.0)
        ours.append(r2(clean, mc.filter.mains(x, FS)))
        notch.append(r2(clean, signal.lfilter(*signal.iirnotch(50, 30, FS), x)))
    print(f"drift {drift}: notch {np.mean(notch):.3f}, interpolation {np.mean(ours):.3f}")
    assert min(ours) > 0.95
    if drift:
        assert np.mean(notch) < 0.7


def test_what_is_removed_is_told() -> None:
    x = make_emg(1, fs=FS, duration_s=20, n_channels=3)
    x[:, 1] += sine(len(x), 60.2, 30e-6) + sine(len(x), 3 * 60.2, 9e-6)
    hum = mc.filter.find_mains(x, FS, axis=0)
    assert [h.mains_hz for h in hum] == [0, 60, 0]
    assert hum[1].amplitude_uv[:3] == pytest.approx([30, 0, 9], rel=0.05, abs=0.3)
    assert hum[1].frequency_hz[[0, 2]] == pytest.approx([60.2, 180.6], abs=0.05)
    assert np.isnan(hum[1].frequency_hz[1])
    assert hum[1].highest_hz[0] - hum[1].lowest_hz[0] < 0.1
    assert hum[1].log10_chance < -6
    assert hum[0].harmonics_hz.size == 0
    assert hum[1].n_unchanged == 0
    y = mc.filter.mains(x, FS, axis=0)
    assert np.array_equal(y[:, [0, 2]], x[:, [0, 2]])
    assert band_share(y[:, 1], 60, FS) < 0.03 < 0.85 < band_share(x[:, 1], 60, FS)
    assert mc.filter.find_mains(x[:, 1], FS, mains_hz=60, harmonics=2)[0].harmonics_hz.tolist() == [60, 120]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_scalar_and_strides(dtype: Any) -> None:
    x = (make_emg(2, duration_s=4, n_channels=6) + sine(4000, 50, 20e-6, 1000.0)[:, None]).astype(dtype)
    y = mc.filter.mains(x, 1000.0, axis=0)
    assert y.dtype == dtype
    assert np.array_equal(mc.filter.mains(x.T, 1000.0, axis=-1), y.T)
    assert np.array_equal(mc.filter.mains(x[::-1][::-1, ::2], 1000.0, axis=0), y[:, ::2])
    assert np.array_equal(mc.filter.mains(x.reshape(4000, 2, 3), 1000.0, axis=0), y.reshape(4000, 2, 3))
    assert np.array_equal(mc.filter.mains(x[:, 3], 1000.0), y[:, 3])


def test_a_recording_knows_rate_and_axis() -> None:
    x = make_emg(3, duration_s=4, n_channels=2) + sine(4000, 50, 20e-6, 1000.0)[:, None]
    rec = mc.Recording.from_array(x, fs=1000.0)
    assert np.array_equal(mc.filter.mains(rec), mc.filter.mains(x, 1000.0, axis=0))
    assert len(mc.filter.find_mains(rec.signals[0])) == 2


def test_wrong_arguments() -> None:
    x = np.zeros(4000)
    for wrong in ["no", 0, -50, 5, np.nan, 2000]:
        with pytest.raises(mc.InvalidArgument, match="mains_hz"):
            mc.filter.mains(x, 4000.0, mains_hz=wrong)  # type: ignore[arg-type]
    with pytest.raises(mc.InvalidArgument, match="harmonics"):
        mc.filter.mains(x, 1000.0, harmonics=0)
    with pytest.raises(mc.DataError, match="Nyquist"):
        mc.filter.mains(x, 100.0, mains_hz=50)
    with pytest.raises(mc.DataError, match="one window"):
        mc.filter.mains(x[:1999], 1000.0)


@pytest.mark.parametrize(("name", "n_missing"), [("sample_data_01.csv", 200), ("sample_data_02.csv", 8)])
def test_real_hum_and_gaps(name: str, n_missing: int) -> None:
    """Two facial channels of 10 s with 50 Hz at 97 % of the power, and missing samples."""
    folder = os.environ.get("MYOCRAMP_DATA")
    if not folder or not (Path(folder) / "EMGFlow" / name).is_file():
        pytest.skip("MYOCRAMP_DATA does not name the folder of real recordings")
    with (Path(folder) / "EMGFlow" / name).open(newline="", encoding="utf-8-sig") as file:
        rows = [(row["EMG_zyg"], row["EMG_cor"]) for row in csv.DictReader(file)]
    x = np.array([[np.nan if v in ("", "NULL") else 1e-3 * float(v) for v in row] for row in rows])
    assert np.isnan(x).sum() == n_missing
    y = mc.filter.mains(x, FS, axis=0)
    assert np.array_equal(np.isnan(y), np.isnan(x))
    for c, hum in enumerate(mc.filter.find_mains(x, FS, axis=0)):
        assert hum.mains_hz == 50
        assert hum.n_unchanged == 0
        assert hum.amplitude_uv[0] > 50
        assert hum.frequency_hz[0] == pytest.approx(50, abs=0.2)
        for part in (slice(150, 5000), slice(17000, 19900), slice(14000, 16500)):
            before, after = x[part, c], y[part, c]
            assert band_share(before - before.mean(), 50, FS) > 0.9
            # Above the movement below 20 Hz, the hum is no longer more than its neighbours.
            assert band_share(mc.filter.bandpass(after, FS), 50, FS, half=2) < 0.1
        for edge in (slice(98, 300), slice(16400, 16598), slice(16698, 16900), slice(19700, 19990)):
            clean, dirty = y[edge, c], x[edge, c]
            assert np.nanstd(clean - np.nanmean(clean)) < 0.35 * np.nanstd(dirty - np.nanmean(dirty))
