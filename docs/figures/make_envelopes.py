"""Draw the pictures of the pages on envelopes: moving_mean, hilbert, teager_kaiser, linear_envelope.

Usage: .venv/bin/python docs/figures/make_envelopes.py [FOLDER]
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
UV = 1e6


def burst() -> tuple[np.ndarray, np.ndarray]:
    """Give times and simulated EMG, V: rest at 5 uV, and 60 uV from 0.5 to 1.2 s."""
    rng = np.random.default_rng(4)
    t = np.arange(round(1.8 * FS)) / FS
    x = mc.filter.bandpass(rng.standard_normal(len(t)), FS)
    level_v = np.where((t > 0.5) & (t < 1.2), 60e-6, 5e-6)
    return t, level_v * x / x.std()


def moving_mean() -> Figure:
    """Draw centred and causal RMS, and ARV."""
    figure, ax = plt.subplots(figsize=(8, 3.2))
    t, x = burst()
    ax.plot(t, UV * np.abs(x), color="0.8", linewidth=0.5, label="|x|")
    ax.plot(t, UV * mc.envelope.rms(x, FS, 0.1), label="RMS, 0.1 s")
    ax.plot(t, UV * mc.envelope.rms(x, FS, 0.1, causal=True), "--", color="C0", label="RMS, 0.1 s, causal")
    ax.plot(t, UV * mc.envelope.arv(x, FS, 0.1), label="ARV, 0.1 s")
    ax.set(xlabel="time (s)", ylabel="amplitude (uV)", ylim=(0, 150), xlim=(0.3, 1.5))
    ax.legend(fontsize="small")
    return figure


def hilbert() -> Figure:
    """Draw a tone with a slow beat and its amplitude, beside SciPy's."""
    from scipy import signal

    figure, ax = plt.subplots(figsize=(8, 3.2))
    t = np.arange(round(0.6 * FS)) / FS
    level_uv = 40 + 60 * t
    x = level_uv / UV * np.sin(2 * np.pi * 80 * t) * (1 + 0.3 * np.sin(2 * np.pi * 6 * t))
    ax.plot(t, UV * x, color="0.8", label="x")
    ax.plot(t, UV * mc.envelope.hilbert(x, FS), label="hilbert")
    ax.plot(t, UV * np.abs(signal.hilbert(x)), ":", label="SciPy, which wraps around")
    ax.plot(t, UV * mc.envelope.hilbert(x, FS, causal=True), "--", color="C0", label="causal, late by 52 ms")
    ax.set(xlabel="time (s)", ylabel="amplitude (uV)", xlim=(0, 0.6))
    ax.legend(fontsize="small", loc="lower left")
    return figure


def teager_kaiser() -> Figure:
    """Draw the operator and its mean over a burst."""
    figure, axes = plt.subplots(2, 1, figsize=(8, 3.8), sharex=True)
    t, x = burst()
    axes[0].plot(t, UV * x, color="0.4", linewidth=0.5)
    axes[0].set(ylabel="x (uV)")
    axes[1].plot(t, UV**2 * mc.envelope.tkeo(x, FS), color="0.7", linewidth=0.5, label="operator")
    axes[1].plot(t, UV**2 * mc.envelope.tkeo(x, FS, window_s=0.1), label="mean over 0.1 s")
    axes[1].set(xlabel="time (s)", ylabel="energy (uV²)", xlim=(0.3, 1.5), ylim=(-3000, 20000))
    axes[1].legend(fontsize="small")
    return figure


def linear_envelope() -> Figure:
    """Draw the linear envelope of a burst, both ways and causal, and what an uncorrected edge gives."""
    from scipy import signal

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), width_ratios=(2, 1))
    t, x = burst()
    axes[0].plot(t, UV * np.abs(x), color="0.8", linewidth=0.5, label="|x|")
    axes[0].plot(t, UV * mc.envelope.linear(x, FS), label="both ways, 5 Hz")
    axes[0].plot(t, UV * mc.envelope.linear(x, FS, causal=True), "--", color="C0", label="causal, 5 Hz")
    axes[0].set(xlabel="time (s)", ylabel="amplitude (uV)", ylim=(0, 150), xlim=(0.3, 1.6))
    axes[0].legend(fontsize="small")
    hz = np.linspace(0.1, 10, 500)
    for edge, label in ((5 / 0.802, "corrected"), (5.0, "not corrected")):
        sos = signal.butter(2, edge, fs=FS, output="sos")
        gain = np.abs(signal.sosfreqz(sos, hz, fs=FS)[1]) ** 2
        axes[1].plot(hz, 20 * np.log10(gain), "-" if label == "corrected" else ":", label=label)
    axes[1].axhline(-3.0103, color="grey", linewidth=0.7)
    axes[1].axvline(5, color="grey", linewidth=0.7)
    axes[1].set(xlabel="frequency (Hz)", ylabel="gain of both passes (dB)", ylim=(-12, 1), xlim=(0, 10))
    axes[1].legend(fontsize="small")
    return figure


def main(folder: Path) -> None:
    """Draw each."""
    for draw in (moving_mean, hilbert, teager_kaiser, linear_envelope):
        figure = draw()
        figure.tight_layout()
        picture = folder / f"{draw.__name__}.png"
        # Without the name and version of the program that drew it, so that equal pictures are equal files.
        figure.savefig(picture, dpi=80, metadata={"Software": None})
        print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
