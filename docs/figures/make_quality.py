"""Draw docs/figures/{quality,artefacts,blanking,normalisation}.png from simulated signals.

Usage: .venv/bin/python docs/figures/make_quality.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import myocramp as mc
import numpy as np
import numpy.typing as npt

FS = 1000.0
MICRO = 1e6
Array = npt.NDArray[np.float64]


def muscle(n: int, seed: int) -> Array:
    """Noise of unit RMS with the spectrum of surface EMG."""
    f = np.fft.rfftfreq(n, 1 / FS)
    gain = (f / 90) / (1 + (f / 90) ** 2) ** 1.5
    gain[f < 15] = 0
    x = np.fft.irfft(np.fft.rfft(np.random.default_rng(seed).standard_normal(n)) * gain, n)
    return np.asarray(x / x.std())


def faulty() -> Array:
    """Return 150 s of rest with one fault in each stretch, V."""
    n = 150_000
    t = np.arange(n) / FS
    x = muscle(n, 1) * 2e-6
    x[20_000:30_000] *= 10
    x[50_000:60_000] += 6e-6 * np.sin(2 * np.pi * 50 * t[50_000:60_000])
    x[80_000:90_000] += 8e-6 * np.sin(2 * np.pi * 4 * t[80_000:90_000])
    x[110_000:115_000] = np.nan
    x[130_000:140_000] = np.clip(x[130_000:140_000] * 60, -1e-4, 1e-4)
    return x


def quality(axes: Any) -> None:
    """Draw a signal and its measures in spans of 10 s."""
    x = faulty()
    q = mc.quality.measure(x, FS)
    t = np.arange(len(x)) / FS
    axes[0].plot(t[::5], x[::5] * MICRO, lw=0.3, color="0.3")
    axes[0].set_ylabel("µV")
    axes[0].set_ylim(-150, 150)
    for at, what in ((25, "contraction"), (55, "hum"), (85, "slow"), (112, "missing"), (135, "clipped")):
        axes[0].text(at, 120, what, ha="center", fontsize=8)
    start = q.spans["time_s"]
    for ax, names, label in (
        (axes[1], ["snr_db", "mains_db"], "dB"),
        (axes[2], ["clipped", "missing", "low_ratio"], "share, ratio"),
    ):
        for name in names:
            ax.plot(start + q.span_s / 2, q.spans[name][:, 0], marker="o", ms=3, lw=1, label=name)
        ax.set_ylabel(label)
        ax.legend(fontsize=7, loc="upper left", ncols=3)
    axes[2].set_yscale("symlog", linthresh=0.1)
    axes[2].set_xlabel("s")


def artefacts(axes: Any) -> None:
    """Draw a movement, a spike and a contraction."""
    n = 60_000
    x = muscle(n, 2) * 2e-6
    x[10_000:15_000] *= 15
    k = np.arange(1500)
    x[30_000:31_500] += 1.5e-4 * np.exp(-k / 400) * np.sin(2 * np.pi * 3 * k / FS)
    x[45_000:45_003] += 1e-4
    found = mc.quality.measure(x, FS).artefacts
    t = np.arange(n) / FS
    colours = {"motion": "tab:orange", "spike": "tab:red"}
    for ax, span in zip(axes, ((0, 60), (29, 33), (44.9, 45.1)), strict=True):
        inside = (t >= span[0]) & (t < span[1])
        ax.plot(t[inside], x[inside] * MICRO, lw=0.5, color="0.3")
        for a in found:
            if a.start_s < span[1] and a.stop_s > span[0]:
                ax.axvspan(
                    max(a.start_s, span[0]), min(a.stop_s, span[1]), color=colours[a.reason], alpha=0.35, label=a.reason
                )
        ax.set_xlim(span)
        ax.set_ylabel("µV")
        ax.legend(fontsize=7, loc="upper right")
    axes[-1].set_xlabel("s")


def blanking(axes: Any) -> None:
    """Draw a train of pulses with M-waves, and what blanking leaves."""
    n = 1200
    t = np.arange(n) / FS
    x = muscle(n, 3) * 2e-5
    pulses = 0.2 + np.arange(8) / 12.3
    for p in pulses:
        after = t - p
        on = after >= 0
        x[on] += 3e-3 * np.exp(-after[on] / 0.0015) - 4e-4 * np.exp(-(((after[on] - 0.014) / 0.004) ** 2))
    axes[0].plot(t, x * MICRO, lw=0.7, color="0.3")
    axes[0].set_ylabel("µV, as recorded")
    axes[1].plot(t, mc.filter.blank(x, FS, pulses) * MICRO, lw=0.9, label="nan")
    axes[1].plot(
        t,
        mc.filter.blank(x, FS, pulses, mode="linear") * MICRO,
        lw=0.5,
        ls="--",
        color="tab:red",
        label="linear",
        zorder=0,
    )
    axes[1].legend(fontsize=7)
    axes[1].set_ylabel("µV, blanked")
    axes[1].set_xlabel("s")


def normalisation(axes: Any) -> None:
    """Draw two muscles of unlike amplitude, in volts and in percent of their largest contraction."""
    n = 60_000
    x = np.column_stack([muscle(n, 4) * 4e-6, muscle(n, 5) * 1e-6])
    x[5000:9000] *= 60
    x[30_000:50_000] *= np.interp(np.arange(20_000), [0, 6000, 14_000, 20_000], [1, 30, 25, 1])[:, None]
    rec = mc.Recording.from_array(x, fs=FS, channel_names=["GM", "GL"], unit="V")
    rec.protocol = [mc.Phase(4, 10, "mvc"), mc.Phase(10, 60, "rest")]
    y = mc.envelope.rms(mc.filter.bandpass(rec), FS, axis=0)
    done = mc.envelope.normalise(y, mc.envelope.reference(rec), axis=0)
    t = np.arange(n) / FS
    for ax, values, label in ((axes[0], y * MICRO, "µV"), (axes[1], done.values, "% of mvc_standard")):
        for c, name in enumerate(("GM", "GL")):
            ax.plot(t[::20], values[::20, c], lw=0.8, label=name)
        ax.axvspan(4, 10, color="0.9", zorder=0)
        ax.set_ylabel(label)
        ax.legend(fontsize=7, loc="upper right")
    axes[1].set_xlabel("s")


def main(folder: Path) -> None:
    """Draw all four."""
    for draw, rows in ((quality, 3), (artefacts, 3), (blanking, 2), (normalisation, 2)):
        figure, axes = plt.subplots(rows, 1, figsize=(8, 1.6 * rows), constrained_layout=True)
        draw(axes)
        figure.suptitle("simulated", fontsize=8)
        picture = folder / f"{draw.__name__}.png"
        # Without the name and version of the program that drew it, so that equal pictures are equal files.
        figure.savefig(picture, dpi=80, metadata={"Software": None})
        plt.close(figure)
        print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
