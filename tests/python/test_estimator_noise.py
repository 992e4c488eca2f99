"""What theory says of the scatter of spectral features and RMS in Gaussian noise of a known spectrum.

For windows much longer than the correlation of the signal, the sum over a band of a smooth function a(f) times an
averaged periodogram has the variance K / T * integral of (a P)^2, T being the window. K = n sum(g^2) / sum(g)^2 over
the n samples depends on the sum g of the squared tapers alone: 1 for a rectangle, 35 / 18 for one Hann segment, 1.370
for three half-overlapping Hann segments.
"""

from __future__ import annotations

import myocramp as mc
import numpy as np
import pytest
from scipy import integrate, signal

from .conftest import Array

FS = 2048
SECONDS = 3000
LOW, HIGH = 20.0, 450.0


def density(f: Array) -> Array:
    """The shape of Stulen & De Luca with corners of 60 and 120 Hz."""
    return np.asarray(f**2 / ((f**2 + 60.0**2) * (f**2 + 120.0**2) ** 2))


F = np.linspace(LOW, HIGH, 86001)
P = density(F)
POWER = integrate.simpson(P, x=F)
MNF = integrate.simpson(F * P, x=F) / POWER
TOTAL = integrate.cumulative_simpson(P, x=F, initial=0)
MDF = float(np.interp(TOTAL[-1] / 2, TOTAL, F))
SD_MNF = np.sqrt(integrate.simpson((F - MNF) ** 2 * P**2, x=F)) / POWER  # one rectangular window of 1 s
SD_MDF = np.sqrt(integrate.simpson(P**2, x=F)) / 2 / float(density(np.array(MDF)))
BANDWIDTH = POWER**2 / integrate.simpson(P**2, x=F)


def spread(window: int, segment: int) -> float:
    """The square root of K for half-overlapping Hann segments."""
    tapers = np.zeros(window)
    for start in range(0, window - segment + 1, segment - segment // 2):
        tapers[start : start + segment] += signal.get_window("hann", segment) ** 2
    return float(np.sqrt(window * (tapers**2).sum()) / tapers.sum())


@pytest.fixture(scope="module")
def noise() -> Array:
    rng = np.random.default_rng(30)
    n = FS * SECONDS
    f = np.fft.rfftfreq(n, 1 / FS)
    gain = np.sqrt(density(f)) * ((f >= LOW) & (f <= HIGH))
    return np.fft.irfft(np.fft.rfft(rng.standard_normal(n)) * gain, n)


def assert_scatter(values: Array, sd: float, slack: float = 0.02) -> None:
    """Hold that `sd` lies in the 99 % interval of the standard deviation, widened by what theory leaves out."""
    estimate = values.std(ddof=1)
    half = 2.576 / np.sqrt(2 * (len(values) - 1)) + slack
    assert estimate == pytest.approx(sd, rel=half)


def test_theory_gives_the_published_numbers() -> None:
    assert pytest.approx([115.5, 95.7], abs=0.05) == [MNF, MDF]
    assert pytest.approx([3.6, 5.4], abs=0.05) == [SD_MNF, SD_MDF]
    assert pytest.approx(193, abs=0.5) == BANDWIDTH
    assert [100 / 2 / np.sqrt(BANDWIDTH * s) for s in (1, 0.5, 0.25)] == pytest.approx([3.6, 5.1, 7.2], abs=0.05)
    assert spread(FS, FS) == pytest.approx(np.sqrt(35 / 18), rel=1e-6)
    # What the defaults scatter by: 1 s windows of three half-overlapping Hann segments of 0.5 s.
    assert [SD_MNF * spread(FS, FS // 2), SD_MDF * spread(FS, FS // 2)] == pytest.approx([4.27, 6.36], abs=0.005)


@pytest.mark.parametrize("segment_s", [0.5, 1.0])
def test_frequencies_scatter_as_theory_says(noise: Array, segment_s: float) -> None:
    t = mc.fatigue.spectral(noise, FS, overlap=0, segment_s=segment_s)
    assert len(t) == SECONDS
    factor = spread(FS, round(FS * segment_s))
    assert_scatter(t["mnf_hz"], SD_MNF * factor)
    assert_scatter(t["mdf_hz"], SD_MDF * factor)
    error = SD_MDF * factor / np.sqrt(SECONDS)
    assert t["mnf_hz"].mean() == pytest.approx(MNF, abs=3 * error + 0.15)  # leakage over the edges of the band
    # The power of a bin counts as reached at the bin's frequency, half a bin too low.
    assert t["mdf_hz"].mean() == pytest.approx(MDF - 0.5 / segment_s, abs=3 * error + 0.15)


@pytest.mark.parametrize("window_s", [0.25, 0.5, 1.0])
def test_rms_scatters_as_theory_says(noise: Array, window_s: float) -> None:
    window = round(window_s * FS)
    centres = mc.envelope.rms(noise, FS, window_s)[window // 2 :: window]
    assert_scatter(centres / centres.mean(), 1 / (2 * np.sqrt(BANDWIDTH * window_s)))
