"""Draw what each detector finds in one signal, for the pages of detectors.

Usage: .venv/bin/python docs/figures/make_detect.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import myocramp as mc
import numpy as np

FS = 2000.0
UV = 1e6
SHOWN_S = (28, 44)


def samples() -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Give a minute of simulated EMG, V, and where its activity is: 6 dB, 20 dB, and a ramp of 3 s up to 20 dB."""
    rng = np.random.default_rng(12)
    t = np.arange(round(60 * FS)) / FS
    noise = mc.filter.bandpass(rng.standard_normal(len(t)), FS)
    emg = mc.filter.bandpass(rng.standard_normal(len(t)), FS, low_hz=60, high_hz=150, order=1)
    level = np.zeros(len(t))
    level[(t >= 30) & (t < 31)] = 10 ** (6 / 20)
    level[(t >= 33) & (t < 33.5)] = 10 ** (20 / 20)
    ramp = (t >= 37) & (t < 40)
    level[ramp] = 10 * (t[ramp] - 37) / 3
    return 3e-6 * (noise / noise.std() + level * emg / emg.std()), [(30, 31), (33, 33.5), (37, 40)]


def main() -> None:
    """Save the picture."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    x, truth = samples()
    names = sorted(mc.detect.names())
    figure, (top, bottom) = plt.subplots(2, 1, figsize=(8, 6), sharex=True, height_ratios=(1, 2))
    top.plot(np.arange(len(x)) / FS, UV * x, color="0.4", linewidth=0.3)
    top.set(ylabel="EMG (uV)", xlim=SHOWN_S)
    for row, name in enumerate(names):
        spans = [(e.onset_s, e.offset_s - e.onset_s) for e in mc.detect.run(name, x, FS)]
        bottom.broken_barh(spans, (row - 0.35, 0.7), color="C0")
    for onset, offset in truth:
        for ax in (top, bottom):
            ax.axvspan(onset, offset, color="C1", alpha=0.2, linewidth=0)
    bottom.set_yticks(range(len(names)), names)
    bottom.invert_yaxis()
    bottom.set(xlabel="time (s)")
    figure.tight_layout()
    figure.savefig(folder / "detectors.png", dpi=110)


if __name__ == "__main__":
    main()
