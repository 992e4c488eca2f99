"""Draw the figures of the pages on spectra: welch.png, stft.png, spectral.png, dimitrov.png and jasa.png.

Usage: .venv/bin/python docs/figures/make_spectra.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import myocramp as mc
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

FS = 2048


def shape(f: np.ndarray) -> np.ndarray:
    """Give the density of surface EMG after Stulen & De Luca, corners of 60 and 120 Hz."""
    return f**2 / ((f**2 + 60.0**2) * (f**2 + 120.0**2) ** 2)


def noise(seconds: float, seed: int, rms_uv: float = 100) -> np.ndarray:
    """Gaussian noise of that density between 10 and 900 Hz, V."""
    n = round(seconds * FS)
    f = np.fft.rfftfreq(n, 1 / FS)
    draws = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    x = np.fft.irfft(draws * np.sqrt(shape(f)) * ((f > 10) & (f < 900)), n)
    return x / x.std() * rms_uv * 1e-6


def fatiguing(seconds: float, last: float, seed: int) -> np.ndarray:
    """Noise whose spectrum is compressed bit by bit, to `last` of its frequencies, and whose amplitude rises."""
    x = noise(seconds, seed)
    t = np.arange(len(x)) / FS
    factor = 1 + (last - 1) * t / seconds
    slowed = np.interp(np.cumsum(factor) / FS, t, x)
    return slowed * (1 + 0.6 * t / seconds)


def welch(ax: Axes) -> None:
    """One spectrum of a whole second against the average of many segments, and what was simulated."""
    x = noise(30, 1)
    for label, part, segment_s, colour in (("one segment of 1 s", x[:FS], 1.0, "0.75"), ("119 of 0.5 s", x, 0.5, "C0")):
        f, p = mc.spectral.welch(part, FS, segment_s)
        ax.plot(f, p * 1e12, color=colour, label=label, linewidth=1)
    f = np.linspace(1, 500, 999)
    inside = np.linspace(10, 900, 8901)
    ax.plot(f, 1e4 * shape(f) / np.trapezoid(shape(inside), inside), "k--", label="simulated", linewidth=1)
    ax.set(xlim=(0, 400), xlabel="frequency (Hz)", ylabel="density (µV²/Hz)")
    ax.legend()


def stft(ax: Axes) -> None:
    """Show the spectrogram of a contraction that tires the muscle."""
    x = np.concatenate([noise(5, 2, 4), fatiguing(40, 0.6, 3), noise(5, 4, 4)])
    t, f, p = mc.spectral.spectrogram(x, FS, 0.5, overlap=0)
    shown = f <= 200
    level = 10 * np.log10(p[:, shown] * 1e12)
    few = plt.get_cmap("viridis").resampled(8)  # colours, so that the file stays small
    mesh = ax.pcolormesh(t, f[shown], level.T, cmap=few, vmin=-15, vmax=25, rasterized=True)
    ax.figure.colorbar(mesh, ax=ax, label="dB (µV²/Hz)")
    ax.set(xlabel="time (s)", ylabel="frequency (Hz)")


def spectral(ax: Axes) -> None:
    """Show where the mean and the median frequency of a window lie, and how they scatter."""
    x = noise(60, 5)
    t = mc.fatigue.spectral(x, FS, overlap=0)
    for name, label, colour in (("mnf_hz", "mean frequency", "C0"), ("mdf_hz", "median frequency", "C1")):
        ax.plot(t["time_s"], t[name], ".-", label=label, color=colour, linewidth=0.8)
        ax.axhline(t[name].mean(), color=colour, linewidth=0.8, linestyle="--")
    ax.set(xlabel="time (s)", ylabel="Hz", ylim=(70, 140), title="a spectrum that does not change")
    ax.legend(loc="lower right", ncols=2)


def dimitrov(ax: Axes) -> None:
    """Show the index beside the median frequency while the spectrum is compressed to 0.7 of its frequencies."""
    x = fatiguing(60, 0.7, 6)
    t = mc.fatigue.spectral(x, FS, overlap=0)
    for name, label in (("fi_nsm5", "FInsm5, 8 to 500 Hz"), ("mdf_hz", "median frequency")):
        start = t[name][:5].mean()
        ax.semilogy(t["time_s"], t[name] / start, ".-", label=label, linewidth=0.8)
    law = 1 - 0.3 * t["time_s"] / 60
    ax.semilogy(t["time_s"], law**-6, "k--", label="laws of scale: $k^{-6}$ and $k$", linewidth=1)
    ax.semilogy(t["time_s"], law, "k--", linewidth=1)
    ax.set(xlabel="time (s)", ylabel="times the first 5 s")
    ax.legend()


def jasa(ax: Axes) -> None:
    """Show the slopes of simulated contractions, with intervals, in their quadrants."""
    for amplitude, last, seed in ((0.6, 0.7, 7), (0.6, 1.3, 8), (-0.4, 0.7, 9), (-0.4, 1.3, 10), (0.5, 1.0, 11)):
        x = noise(60, seed)
        t = np.arange(len(x)) / FS
        x = np.interp(np.cumsum(1 + (last - 1) * t / 60) / FS, t, x) * (1 + amplitude * t / 60)
        table = mc.fatigue.spectral(x, FS, overlap=0)
        rms_uv = 1e6 * np.sqrt(np.mean(x[: len(table) * FS].reshape(-1, FS) ** 2, axis=1))
        known = table["time_s"] < 45  # a stretched record ends early
        found = mc.fatigue.jasa(table["time_s"][known], rms_uv[known], table["mdf_hz"][known])
        a, f = found.amplitude, found.frequency
        ax.errorbar(
            a.slope, f.slope, [[f.slope - f.low], [f.high - f.slope]], [[a.slope - a.low], [a.high - a.slope]], fmt="o"
        )
        ax.annotate(found.state, (a.slope, f.slope), xytext=(8, 8), textcoords="offset points", fontsize=9)
    ax.axhline(0, color="k", linewidth=0.8)
    ax.axvline(0, color="k", linewidth=0.8)
    ax.margins(0.25)
    ax.set(xlabel="slope of RMS (µV/s)", ylabel="slope of median frequency (Hz/s)")


def save(figure: Figure, picture: Path) -> None:
    """Write without the name and version of the program that drew it, so that equal pictures are equal files."""
    figure.savefig(picture, dpi=80, metadata={"Software": None})
    print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")


def main(folder: Path) -> None:
    """Draw all."""
    for draw in (welch, stft, spectral, dimitrov, jasa):
        figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
        draw(ax)
        save(figure, folder / f"{draw.__name__}.png")
        plt.close(figure)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
