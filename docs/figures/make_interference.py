"""Draw docs/figures/mains.png and ecg.png: simulated recordings with hum and with an ECG, before and after.

Usage: .venv/bin/python docs/figures/make_interference.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import myocramp as mc
import numpy as np
import numpy.typing as npt
from scipy import signal

FS = 2000.0
Array = npt.NDArray[np.float64]


def shaped_noise(seed: int, n: int) -> Array:
    """Noise of unit RMS in the band of surface EMG."""
    sos = signal.butter(1, [40, 180], "bandpass", fs=FS, output="sos")
    x = signal.sosfiltfilt(sos, np.random.default_rng(seed).standard_normal(n))
    return x / x.std()


def save(figure: plt.Figure, picture: Path) -> None:
    """Write a picture that is the same file every time."""
    # Without the name and version of the program that drew it, so that equal pictures are equal files.
    figure.tight_layout()
    figure.savefig(picture, dpi=70, metadata={"Software": None})
    print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")


def draw_mains(picture: Path) -> None:
    """Hum at 50.4 Hz: as it is, after a notch at 50 Hz, after interpolation."""
    n = round(60 * FS)
    t = np.arange(n) / FS
    clean = 20e-6 * shaped_noise(1, n)
    hum = sum(a * np.sin(2 * np.pi * 50.4 * h * t + h) for h, a in ((1, 30e-6), (3, 9e-6), (5, 3e-6)))
    x = clean + hum
    b, a = signal.iirnotch(50, 30, FS)
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
    lines = (
        ("as it is", x, "0.75"),
        ("notch, 50 Hz", signal.lfilter(b, a, x), "tab:orange"),
        ("interpolated", mc.filter.mains(x, FS), "tab:blue"),
        ("without hum", clean, "black"),
    )
    for name, y, colour in lines:
        f, power = signal.welch(1e6 * y, FS, nperseg=8192)
        for ax in axes:
            ax.semilogy(f, power, color=colour, label=name, lw=0.8 if name == "without hum" else 1.3)
    axes[0].set(xlim=(0, 300), ylim=(1e-2, 3e3), xlabel="frequency / Hz", ylabel="power density / uV$^2$/Hz")
    axes[1].set(xlim=(45, 56), xlabel="frequency / Hz")
    axes[1].legend(loc="upper left", fontsize=8)
    figure.suptitle("simulated: hum at 50.4 Hz")
    save(figure, picture)


def simulated_ecg(n: int) -> Array:
    """P, Q, R, S, T as Gaussians (McSharry et al. 2003), following the breath; unit RMS at 20 to 450 Hz."""
    rng = np.random.default_rng(3)
    t = np.arange(n) / FS
    x = np.zeros(n)
    at = 0.4
    while at < n / FS:
        breath = np.sin(2 * np.pi * 0.25 * at)
        interval = 0.85 * (1 + 0.04 * breath + 0.03 * rng.standard_normal())
        for degrees, a, b in ((-70, 1.2, 0.25), (-15, -5, 0.1), (0, 30, 0.1), (15, -7.5, 0.1), (100, 0.75, 0.4)):
            u = (t - at - degrees / 360) / (b / (2 * np.pi))
            x += (1 + 0.1 * breath) * a * b**2 * np.exp(-(u**2) / 2)
        at += interval
    return x / mc.filter.bandpass(x, FS).std()


def draw_ecg(picture: Path) -> None:
    """Four seconds of half a minute with an ECG stronger than the muscle, and the spectrum."""
    n = round(30 * FS)
    t = np.arange(n) / FS
    clean = 20e-6 * shaped_noise(2, n) * np.where((t > 13) & (t < 14.5), 2.5, 0.8)
    x = clean + 60e-6 * simulated_ecg(n)
    y = mc.filter.ecg(x, FS)
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), width_ratios=[2, 1])
    part = slice(round(11.2 * FS), round(14.6 * FS))
    for name, z, shift, colour in (
        ("as it is", x, 700, "0.6"),
        ("removed", y, 0, "tab:blue"),
        ("without ECG", clean, -300, "black"),
    ):
        axes[0].plot(t[part][::2], 1e6 * mc.filter.bandpass(z, FS)[part][::2] + shift, color=colour, lw=0.6, label=name)
        f, power = signal.welch(1e6 * mc.filter.bandpass(z, FS), FS, nperseg=2048)
        axes[1].semilogy(f, power, color=colour, lw=1.2)
    axes[0].set(xlabel="time / s", ylabel="20 to 450 Hz / uV, shifted")
    axes[0].legend(loc="upper left", fontsize=8)
    axes[1].set(xlim=(0, 250), ylim=(1e-2, 1e3), xlabel="frequency / Hz", ylabel="power density / uV$^2$/Hz")
    figure.suptitle("simulated: an ECG in the EMG, and a burst")
    save(figure, picture)


def main(folder: Path) -> None:
    """Draw all of them."""
    draw_mains(folder / "mains.png")
    draw_ecg(folder / "ecg.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
