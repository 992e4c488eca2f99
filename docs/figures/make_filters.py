"""Draw the pictures of the pages on filters: butterworth, sos, zero_phase, notch, resample, montage.

Usage: .venv/bin/python docs/figures/make_filters.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import myocramp as mc
import numpy as np
from matplotlib.figure import Figure

FS = 2048.0


def gain_db(sos: np.ndarray, hz: np.ndarray, passes: int = 1) -> np.ndarray:
    """Give the gain of a cascade, run once or twice."""
    z = np.exp(-2j * np.pi * hz / FS)[:, np.newaxis] ** np.arange(3)
    h = np.prod([(z @ s[:3]) / (z @ s[3:]) for s in sos], axis=0)
    return 20 * passes * np.log10(np.maximum(np.abs(h), 1e-12))


def butterworth() -> Figure:
    """Gains of the band-pass: once, both ways, and corrected."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2))
    hz = np.geomspace(5, 1000, 4000)
    for ax, limits, low in ((axes[0], (5, 1000), -60), (axes[1], (14, 28), -9)):
        ax.semilogx(hz, gain_db(mc.filter.bandpass_sos(FS), hz), label="one pass")
        ax.semilogx(hz, gain_db(mc.filter.bandpass_sos(FS), hz, 2), label="both passes")
        ax.semilogx(hz, gain_db(mc.filter.bandpass_sos(FS, edges="corrected"), hz, 2), "--", label="both, corrected")
        ax.axhline(-3.0103, color="grey", linewidth=0.7)
        ax.axvline(20, color="grey", linewidth=0.7)
        ax.axvline(450, color="grey", linewidth=0.7)
        ax.set(xlim=limits, ylim=(low, 1), xlabel="frequency (Hz)", ylabel="gain (dB)")
    axes[1].set_xscale("linear")
    axes[0].legend(fontsize="small")
    return figure


def sos() -> Figure:
    """Error of single precision against double, state-variable sections and direct form."""
    from scipy import signal

    figure, ax = plt.subplots(figsize=(7, 3.2))
    x = np.random.default_rng(1).standard_normal((40000, 1)).astype(np.float32)
    lows = np.geomspace(5, 100, 12)
    ours, direct = [], []
    for low in lows:
        design = mc.filter.bandpass_sos(4096, low, 1500)
        exact = signal.sosfilt(design, x.astype(float), axis=0)
        top = np.abs(exact).max()
        ours.append(np.abs(mc.filter.bandpass(x, 4096, low, 1500, axis=0, causal=True) - exact).max() / top)
        direct.append(np.abs(signal.sosfilt(design.astype(np.float32), x, axis=0) - exact).max() / top)
    ax.loglog(lows, direct, "o-", label="direct form II transposed, float")
    ax.loglog(lows, ours, "o-", label="state-variable sections, float")
    ax.axhline(2e-5, color="grey", linewidth=0.7)
    ax.set(xlabel="low edge at 4096 Hz (Hz)", ylabel="largest error / largest output")
    ax.legend(fontsize="small")
    return figure


def zero_phase() -> Figure:
    """Draw a burst filtered causally and without phase shift."""
    figure, ax = plt.subplots(figsize=(8, 3.2))
    t = np.arange(int(0.5 * FS)) / FS
    x = 1e-4 * np.exp(-(((t - 0.25) / 0.02) ** 2)) * np.sin(2 * np.pi * 60 * (t - 0.25))
    ax.plot(t, x * 1e6, color="lightgrey", linewidth=3, label="simulated burst")
    ax.plot(t, mc.filter.bandpass(x, FS, causal=True) * 1e6, label="causal")
    ax.plot(t, mc.filter.bandpass(x, FS) * 1e6, label="forwards and backwards")
    ax.set(xlim=(0.18, 0.36), xlabel="time (s)", ylabel="EMG (µV)")
    ax.legend(fontsize="small")
    return figure


def notch() -> Figure:
    """Gain of the notches, and what they leave of noise with hum."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2))
    hz = np.linspace(1, 400, 8000)
    axes[0].plot(hz, gain_db(mc.filter.notch_sos(FS), hz, 2), label="width 2 Hz", linewidth=1)
    axes[0].plot(hz, gain_db(mc.filter.notch_sos(FS, q=10), hz, 2), "--", label="Q = 10", linewidth=1)
    axes[0].set(xlabel="frequency (Hz)", ylabel="gain, both passes (dB)", xlim=(0, 270), ylim=(-40, 1))
    axes[0].legend(fontsize="small")
    n = int(60 * FS)
    t = np.arange(n) / FS
    x = mc.filter.bandpass(np.random.default_rng(2).standard_normal(n) * 2e-5, FS)
    x = x + sum(1e-5 / k * np.sin(2 * np.pi * 50 * k * t) for k in (1, 2, 3, 5))
    largest = 0.0
    for y, label in ((x, "simulated EMG and hum"), (mc.filter.notch(x, FS), "after the notches")):
        segments = y[: n // 2048 * 2048].reshape(-1, 2048) * np.hanning(2048)
        power = np.mean(np.abs(np.fft.rfft(segments, axis=1)) ** 2, axis=0)
        largest = largest or power.max()
        axes[1].semilogy(np.fft.rfftfreq(2048, 1 / FS), power / largest, label=label, linewidth=1)
    axes[1].set(xlim=(0, 270), ylim=(1e-4, 3), xlabel="frequency (Hz)", ylabel="power (relative)")
    axes[1].legend(fontsize="small", loc="upper right")
    return figure


def resample() -> Figure:
    """Gain at 2048 to 1000 Hz: what passes, and what would alias."""
    figure, ax = plt.subplots(figsize=(7, 3.2))
    tones = np.arange(5, 1000, 5)
    t = np.arange(int(2 * FS)) / FS
    gains = []
    for hz in tones:
        x = np.stack([np.sin(2 * np.pi * hz * t), np.cos(2 * np.pi * hz * t)], axis=1)
        y = mc.filter.resample(x, FS, 1000, axis=0)[200:-200]
        gains.append(10 * np.log10(np.mean(np.sum(y**2, axis=1))))
    ax.plot(tones, gains)
    ax.axvline(500, color="grey", linewidth=0.7)
    ax.axvspan(500, 1000, color="lightgrey", alpha=0.4)
    ax.text(700, -20, "would alias", fontsize="small")
    ax.set(xlabel="frequency of a tone at 2048 Hz (Hz)", ylabel="gain at 1000 Hz (dB)", ylim=(-90, 5))
    return figure


def montage() -> Figure:
    """Draw a potential that travels along a column, and one that all electrodes share."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharex=True)
    t = np.arange(int(0.1 * FS)) / FS
    delay = 0.008 / 4  # 8 mm at 4 m/s
    moving = [np.exp(-(((t - 0.03 - k * delay) / 0.003) ** 2)) for k in range(6)]
    shared = 0.8 * np.exp(-(((t - 0.075) / 0.006) ** 2))
    x = np.stack([m + shared for m in moving], axis=1)
    column = [list(range(6))]
    for ax, y, title in (
        (axes[0], x, "monopolar"),
        (axes[1], mc.montage.differential(x, column, axis=0), "single differential"),
        (axes[2], mc.montage.differential(x, column, kind="double", axis=0), "double differential"),
    ):
        ax.plot(t * 1e3, y - 1.2 * np.arange(y.shape[1]), color="C0", linewidth=1)
        ax.set(title=title, xlabel="time (ms)", yticks=[])
    return figure


PICTURES = {f.__name__: f for f in (butterworth, sos, zero_phase, notch, resample, montage)}


def main(folder: Path) -> None:
    """Draw all."""
    for name, draw in PICTURES.items():
        figure = draw()
        figure.tight_layout()
        picture = folder / f"{name}.png"
        # Without the name and version of the program that drew it, so that equal pictures are equal files.
        figure.savefig(picture, dpi=80, metadata={"Software": None})
        print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
