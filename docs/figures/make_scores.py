"""Draw docs/figures/scores.png: made-up events on a time line with the pairs that the library makes of them.

Usage: .venv/bin/python docs/figures/make_scores.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from myocramp import _core

REFERENCE = [(4.0, 14.0), (22.0, 34.0), (41.0, 47.0), (49.0, 54.0), (62.0, 70.0)]
FOUND = [(5.0, 14.5), (22.5, 26.0), (27.0, 34.0), (41.0, 54.0), (80.0, 86.0)]
WORDS = [(9.5, "match"), (28.2, "two pieces"), (47.5, "two merged into one"), (66.0, "miss"), (83.0, "false alarm")]


def main(folder: Path) -> None:
    """Draw the picture into a folder."""
    levels = [0.1, 0.3, 0.5]
    figure, axes = plt.subplots(figsize=(9, 2.6), layout="constrained")
    for row, (name, events, colour) in enumerate([("reference", REFERENCE, "tab:green"), ("found", FOUND, "tab:blue")]):
        axes.broken_barh([(on, off - on) for on, off in events], (1 - row, 0.35), color=colour)
        axes.text(-1, 1.17 - row, name, ha="right", va="center")
    for reference, found in _core.match_by_iou(REFERENCE, FOUND, levels[0]):
        best = max(level for level in levels if (reference, found) in _core.match_by_iou(REFERENCE, FOUND, level))
        middles = [sum(REFERENCE[reference]) / 2, sum(FOUND[found]) / 2]
        axes.plot(middles, [1, 0.35], color="black", lw=1)
        axes.text(sum(middles) / 2 + 0.5, 0.68, f"IoU ≥ {best}", fontsize=8, va="center")
    for x, word in WORDS:
        axes.text(x, 1.5, word, ha="center", fontsize=9)
    axes.set(xlim=(-1, 90), ylim=(-0.1, 1.75), yticks=[], xlabel="time, s")
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    figure.savefig(folder / "scores.png", dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
