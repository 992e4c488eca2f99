from __future__ import annotations

import math

import myocramp as mc
import numpy as np
import pytest
from scipy import signal

from .conftest import Array, make_emg

FS = 1000.0


def burst(snr_db: float, seed: int = 1) -> Array:
    x = np.random.default_rng(seed).standard_normal(120_000) * 2e-6
    x[50_000:60_000] *= math.sqrt(10 ** (snr_db / 10) + 1)
    return x


def psd(x: Array) -> tuple[Array, Array]:
    f, p = signal.welch(x, FS, nperseg=500, noverlap=0, detrend="constant")
    return f, p


def test_ratios_are_those_of_scipys_spectrum() -> None:
    t = np.arange(10_000) / FS
    x = burst(20)[:10_000] + 1e-6 * np.sin(2 * np.pi * 50 * t) + 3e-6 * np.sin(2 * np.pi * 6 * t)
    of = mc.quality.measure(x, FS).channels[0]
    f, p = psd(x)
    band = p[(f >= 20) & (f <= 450)].sum()
    hum = 0.0
    for h in range(1, 9):
        k = round(h * 50 / 2)
        beside = np.r_[p[k - 5 : k - 2], p[k + 3 : k + 6]].mean()
        hum += p[k - 2 : k + 3].sum() - 5 * beside
    assert of.mains_db == pytest.approx(10 * np.log10(hum / (band - hum)), abs=1e-6)
    assert of.low_ratio == pytest.approx(p[(f > 0) & (f < 20)].sum() / band, rel=1e-9)


@pytest.mark.parametrize("snr_db", [10, 20, 40])
def test_the_ratio_of_a_burst_is_found(snr_db: float) -> None:
    q = mc.quality.measure(burst(snr_db), FS)
    assert q.channels[0].snr_db == pytest.approx(snr_db, abs=0.5)
    assert np.isfinite(q.spans["snr_db"][:, 0]).nonzero()[0].tolist() == [5]
    assert q.spans["time_s"].tolist() == [10.0 * k for k in range(12)]


def test_faults_are_flagged_where_they_lie() -> None:
    x = np.column_stack([burst(20, seed) for seed in range(4)])
    x[:, 0] = np.clip(x[:, 0], -2e-6, 2e-6)
    x[3000:6000, 1] = np.nan
    x[70_000:75_000, 2] = 1e-3
    x[:, 3] += 2e-5 * np.sin(2 * np.pi * 60 * np.arange(len(x)) / FS)
    q = mc.quality.measure(x, FS, axis=0)
    flags = {c.channel: c.flags for c in q.channels}
    assert "clipped" in flags["0"]
    assert flags["1"] == ("missing",)
    assert {"flat", "lead_off"} <= set(flags["2"])
    assert "mains" in flags["3"]
    assert q["1"].missing == 3000 / 120_000
    assert q.spans["missing"][0, 1] == 0.3
    frame = q.to_dataframe()
    assert list(frame["channel"]) == ["0", "1", "2", "3"]
    assert frame["flags"][1] == "missing"


def test_a_movement_and_a_spike_are_found_and_a_burst_is_not() -> None:
    rng = np.random.default_rng(1)
    x = 2e-6 * rng.standard_normal(120_000)
    muscle = mc.filter.bandpass(
        rng.standard_normal(10_000), FS, low_hz=40, high_hz=120, order=1
    )  # as surface EMG is, not white
    x[50_000:60_000] += 2e-5 * muscle / muscle.std()
    x[20_000:21_000] += 3e-4 * np.sin(2 * np.pi * 4 * np.arange(1000) / FS)
    x[90_123:90_125] += 1e-4
    spans = mc.quality.measure(x, FS).artefacts
    assert [s.reason for s in spans] == ["motion", "spike"]
    assert spans[0].start_s == pytest.approx(19.75)
    assert spans[0].stop_s == pytest.approx(21.25)
    assert spans[1].start_s == pytest.approx(90.118)
    assert spans[1].stop_s == pytest.approx(90.130)


def test_float32_axes_and_strides() -> None:
    x = np.column_stack([burst(20, 1), burst(30, 2)])
    whole = mc.quality.measure(x, FS, axis=0)
    assert mc.quality.measure(x.T, FS, axis=-1).channels == whole.channels
    assert mc.quality.measure(np.ascontiguousarray(x.T), FS, axis=1).channels == whole.channels
    single = x.astype(np.float32)
    assert (
        mc.quality.measure(single, FS, axis=0).channels == mc.quality.measure(single.astype(float), FS, axis=0).channels
    )
    assert [c.snr_db for c in mc.quality.measure(x * 1024, FS, axis=0).channels] == [c.snr_db for c in whole.channels]
    with pytest.raises(TypeError, match="axis"):
        mc.quality.measure(x, FS)
    with pytest.raises(TypeError, match="int16"):
        mc.quality.measure(x.astype(np.int16), FS, axis=0)
    with pytest.raises(mc.DataError, match="Nyquist"):
        mc.quality.measure(x, 800, axis=0)
    with pytest.raises(mc.InvalidArgument):
        mc.quality.measure(x, FS, axis=0, span_s=-1)


def cramp(level: float, start_s: float = 60, stop_s: float = 80, duration_s: float = 120) -> Array:
    x = make_emg(3, duration_s=duration_s, n_channels=1)[:, 0]
    x = x / x.std() * 2e-6
    x[int(start_s * FS) : int(stop_s * FS)] *= level
    return x


def test_analyse_tells_the_quality_and_refuses_spectra_in_noise() -> None:
    strong = mc.analyse(mc.Recording.from_array(cramp(30), FS, channel_names=["GM"], unit="V"), phase="rest")
    assert strong.quality[0]["GM"].snr_db == pytest.approx(20 * math.log10(30), abs=1)
    assert [np.isfinite(e.mdf_hz) for e in strong.episodes] == [True]
    rec = mc.Recording.from_array(cramp(2.2), FS, channel_names=["GM"], unit="V")
    weak = mc.analyse(rec, phase="rest")
    (episode,) = [e for e in weak.episodes if e.duration_s > 10]
    for value in (episode.mdf_hz, episode.mnf_hz, episode.mdf_slope_hz_s):
        assert math.isnan(value)
    assert any("spectral_snr_db" in note for note in weak.notes)
    config = {"cramp": {"spectral_snr_db": 0}}
    anyway = mc.analyse(
        mc.Recording.from_array(cramp(2.2), FS, channel_names=["GM"], unit="V"), phase="rest", config=config
    )
    assert np.isfinite(next(e for e in anyway.episodes if e.duration_s > 10).mdf_hz)


def test_a_movement_at_rest_becomes_an_artefact_of_its_channel() -> None:
    x = np.column_stack([cramp(1), cramp(30)])
    n = np.arange(3000)
    movement = 2e-3 * np.sin(2 * np.pi * 6 * n / FS) * np.hanning(3000)
    x[20_000:23_000, 0] += movement + 3e-4 * np.sin(2 * np.pi * 30 * n / FS) * np.hanning(3000)
    result = mc.analyse(mc.Recording.from_array(x, FS, channel_names=["GM", "GL"], unit="V"), phase="rest")
    found = [(e.label, list(e.channels)) for e in result.episodes]
    assert ("artefact", ["GM"]) in found
    assert ("cramp", ["GL"]) in found
    assert {s.reason for s in result.quality[0].artefacts} == {"motion"}
    assert {s.channels for s in result.quality[0].artefacts} == {("GM",)}


def test_blanking_takes_pulses_out() -> None:
    t = np.arange(3000) / FS
    clean = 1e-5 * t
    pulses = 0.5 + np.arange(20) / 9.7  # between samples
    x = clean.copy()
    for p in pulses:
        x[np.flatnonzero((t >= p) & (t < p + 0.02))] += 5e-3
    y = mc.filter.blank(x, FS, pulses, mode="linear")
    assert np.allclose(y, clean, rtol=0, atol=1e-15)
    gaps = np.isnan(mc.filter.blank(x, FS, pulses))
    inside = ((t[:, None] >= pulses - 0.001 - 1e-9) & (t[:, None] < pulses + 0.03 - 1e-9)).any(axis=1)
    assert np.array_equal(gaps, inside)
    assert mc.filter.blank(x.astype(np.float32), FS, pulses).dtype == np.float32
    both = np.stack([x, 2 * x])
    assert np.array_equal(mc.filter.blank(both, FS, pulses, mode="linear", axis=-1)[1], 2 * y)


def test_blanking_takes_the_trains_of_a_recording() -> None:
    rec = mc.Recording.from_array(np.ones(2000), FS, channel_names=["AH"], unit="V")
    rec.stim_trains = [mc.StimTrain(0.5, 0.6, frequency_hz=10, n_pulses=2)]
    y = mc.filter.blank(rec, after_s=0.008)
    assert np.flatnonzero(np.isnan(y[:, 0])).tolist() == [*range(499, 508), *range(599, 608)]
    rec.stim_trains = [mc.StimTrain(0.5, 0.6)]
    with pytest.raises(mc.DataError, match="frequency"):
        mc.filter.blank(rec)
    with pytest.raises(TypeError, match="pulses_s"):
        mc.filter.blank(np.ones(10), FS)
    with pytest.raises(mc.InvalidArgument, match="nan or linear"):
        mc.filter.blank(np.ones(10), FS, [], mode="hold")
