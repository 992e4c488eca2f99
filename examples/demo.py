"""Compare what `myocramp analyse` found with the labels beside the recordings, and draw one recording.

Usage: python examples/demo.py RECORDINGS RESULTS
"""

from __future__ import annotations

import sys
from pathlib import Path

import myocramp as mc
import pandas as pd


def overlap_over_union(a: pd.Series, b: pd.Series) -> float:
    """Intersection over union of two events in time."""
    common = min(a.onset + a.duration, b.onset + b.duration) - max(a.onset, b.onset)
    return max(0.0, common) / (a.duration + b.duration - max(0.0, common))


def found(labels: pd.DataFrame, episodes: pd.DataFrame, trial_type: str) -> tuple[int, int, int]:
    """Count (found, labelled, extra) of one class: a label is found by an episode of its class with IoU >= 0.5.

    At 0.5 and above no episode can find two labels that do not overlap, so no assignment is needed.
    """
    wanted = labels[labels.trial_type == trial_type]
    given = episodes[episodes.trial_type == trial_type]
    hits = [any(overlap_over_union(w, g) >= 0.5 for g in given.itertuples()) for w in wanted.itertuples()]
    extra = sum(not any(overlap_over_union(w, g) >= 0.5 for w in wanted.itertuples()) for g in given.itertuples())
    return sum(hits), len(wanted), extra


def main(recordings: Path, results: Path) -> None:
    """Print a line per recording and save a picture of the first."""
    classes = ["cramp", "voluntary", "twitch"]
    print("found/labelled (+ extra) at intersection over union 0.5, simulated recordings")
    print("recording".ljust(12), *(c.ljust(14) for c in classes))
    for path in sorted(recordings.glob("*.events.tsv")):
        name = path.name.removesuffix(".events.tsv")
        labels = pd.read_csv(path, sep="\t", na_values="n/a")
        episodes = pd.read_csv(results / name / "episodes.tsv", sep="\t", na_values="n/a")
        cells = []
        for trial_type in classes:
            hits, total, extra = found(labels, episodes, trial_type)
            cells.append((f"{hits}/{total}" + (f" (+{extra})" if extra else "")).ljust(14))
        print(name.ljust(12), *cells)

    first = min(recordings.glob("*.nwb"))
    axes = mc.analyse(mc.read(first)).plot()
    picture = results.parent / "episodes.png"
    axes[0].figure.savefig(picture, dpi=120)
    print(f"picture of {first.stem}: {picture}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
