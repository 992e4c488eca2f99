#!/usr/bin/env python3
"""Every detector on labelled recordings: writes the tables of docs/accuracy.md between its marks.

    benchmarks/accuracy/detectors.py [--full] [--command PATH] [--seeds 3] [--rest-seeds 1] [--folder build/accuracy]

Simulated: the scenario detector_grid for seeds 1 to N, each recording of a subject of its own, and rest_only for false
alarms at rest. Real: the recordings of biosignalsnotebooks that MYOCRAMP_DATA holds; without it their section says so.
With --full only detector_grid_full, 38 hours for each seed, into a table of its own. Numbers come from
`myocramp benchmark`; this only makes the recordings and lays tables out.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "accuracy.md"
BEGIN, END = "<!-- detectors: begin -->", "<!-- detectors: end -->"
FULL_BEGIN, FULL_END = "<!-- detectors_full: begin -->", "<!-- detectors_full: end -->"
REAL = ("emg_bursts", "emg_fatigue")  # of bsnb
OWN = ("--set", "cramp.date_window_s=0")  # every method is judged by its own boundaries


def run(*command: str | Path) -> None:
    """Print a command, then run it."""
    print("+", *command, file=sys.stderr)
    done = subprocess.run([str(c) for c in command], stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 4):  # 4: some pairs have a reason instead of a result
        sys.exit(done.returncode)


def simulate(command: Path, scenario: str, seeds: int, folder: Path) -> None:
    """Make a folder for each seed, with a table that tells subjects of different seeds apart."""
    for seed in range(1, seeds + 1):
        out = folder / f"seed{seed:03d}"
        if (out / "study.tsv").is_file():
            continue
        run(command, "simulate", scenario, "-o", out, "--seed", str(seed), "-q")
        names = sorted(p.stem for p in out.glob("*.nwb"))
        rows = [f"{name}\t{seed:03d}-{name.split('_')[0]}\n" for name in names]
        (out / "study.tsv").write_text("recording\tsubject\n" + "".join(rows), encoding="utf-8")


def metrics(board: Path) -> list[dict[str, str]]:
    """Rows of metrics.csv."""
    with (board / "metrics.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def table(header: list[str], rows: list[list[str]]) -> str:
    """Lay out as Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, ["---"] * len(header), *rows]) + "\n"


def number(value: float | None) -> str:
    """Show three digits that count, and whole numbers from a thousand on."""
    if value is None:
        return "n/a"
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def board_tables(board: Path) -> str:
    """Return the leaderboard's first table with its counts."""
    text = (board / "leaderboard.md").read_text(encoding="utf-8")
    return text.split("\n## ", 1)[1].split("\n## Not got through")[0].split("\n", 1)[1].strip() + "\n"


def ranked(board: Path) -> list[str]:
    """Detectors in the order of the leaderboard."""
    lines = (board / "leaderboard.md").read_text(encoding="utf-8").splitlines()
    return [line.split("|")[2].strip() for line in lines if line.startswith("| ") and line[2].isdigit()]


def by_snr(board: Path) -> str:
    """Recall and median onset error at each class of signal-to-noise ratio."""
    found: dict[tuple[str, str, str], float] = {}
    classes: list[str] = []
    for row in metrics(board):
        if row["recording"] == "all" and row["class"] == "any" and row["group"].startswith("snr_"):
            found[row["detector"], row["snr"], row["metric"]] = float(row["value"])
            if row["metric"] == "n_reference" and float(row["value"]) > 0 and row["snr"] not in classes:
                classes.append(row["snr"])
    rows = [
        [
            name,
            *(
                f"{number(found.get((name, snr, 'recall')))}, {number(found.get((name, snr, 'onset_median_abs')))} s"
                for snr in classes
            ),
        ]
        for name in ranked(board)
    ]
    return table(["detector", *(f"{c.replace('_', ' ')} dB" for c in classes)], rows)


def by_distractor(board: Path, distractors: list[str]) -> str:
    """F1 at the primary IoU with each distractor, pooled over ratios and seeds."""
    counts: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in metrics(board):
        if row["recording"] == "all" or row["class"] != "any" or row["group"] != "iou_0.5":
            continue
        cell = int(Path(row["recording"]).name.split("_")[0].removeprefix("S")) - 1
        counts[row["detector"], distractors[cell % len(distractors)]][row["metric"]] += float(row["value"])

    def f1(c: dict[str, float]) -> float | None:
        total = c["n_reference"] + c["true_positives"] + c["false_positives"]
        return 2 * c["true_positives"] / total if total else None

    rows = [[name, *(number(f1(counts[name, d])) for d in distractors)] for name in ranked(board)]
    return table(["detector", *distractors], rows)


def rest_table(board: Path) -> str:
    """Return what was found at rest, where nothing should be."""
    found = {
        (row["detector"], row["group"], row["metric"]): row
        for row in metrics(board)
        if row["recording"] == "all" and row["class"] == "any"
    }
    rows = []
    for name in sorted({detector for detector, _, _ in found}):
        rate = found.get((name, "iou_0.5", "false_alarms_per_hour"))
        events = found.get((name, "iou_0.5", "n_found"))
        hours = found.get((name, "time", "scored_hours"))
        rows.append([name, *(number(float(r["value"])) if r else "n/a" for r in (events, hours, rate))])
    return table(["detector", "events found", "hours", "false alarms/h"], rows)


def real_folder(folder: Path) -> bool:
    """Lay the labelled real recordings out as the benchmark takes them; whether they are there."""
    data = Path(os.environ.get("MYOCRAMP_DATA") or "")
    if not os.environ.get("MYOCRAMP_DATA") or not all((data / "bsnb" / f"{name}.h5").is_file() for name in REAL):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name in REAL:
        shutil.copy(data / "bsnb" / f"{name}.h5", folder)
        with (data / "bsnb" / f"{name}.labels.csv").open(encoding="utf-8", newline="") as stream:
            spans = [(float(row["onset_s"]), float(row["offset_s"])) for row in csv.DictReader(stream)]
        rows = [f"{start!r}\t{stop - start!r}\tvoluntary\n" for start, stop in spans]
        (folder / f"{name}.events.tsv").write_text("onset\tduration\ttrial_type\n" + "".join(rows), encoding="utf-8")
    return True


def write(sections: str, begin: str = BEGIN, end: str = END) -> None:
    """Put the text between two marks of the page, which is made when missing."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else f"# Accuracy\n\n{begin}\n{end}\n"
    if begin not in page:
        page += f"\n{begin}\n{end}\n"
    before, rest = page.split(begin, 1)
    PAGE.write_text(f"{before}{begin}\n{sections}{end}{rest.split(end, 1)[1]}", encoding="utf-8")


def grid_section(command: Path, folder: Path, scenario: str, seeds: int, title: str) -> str:
    """Make a grid, run every detector on it, and return what it shows."""
    made, board = folder / scenario, folder / f"{scenario}_board"
    simulate(command, scenario, seeds, made)
    start = time.monotonic()
    run(command, "benchmark", made, "-o", board, "--class", "any", *OWN)
    print(f"the benchmark of the grid took {time.monotonic() - start:.0f} s", file=sys.stderr)
    grid = json.loads((ROOT / f"datasets/scenarios/{scenario}.json").read_text(encoding="utf-8"))["grid"]
    ratios, rises, durations = (len(grid[key]) for key in ("snr_db", "rise_s", "duration_s"))
    distractors = grid["distractors"]
    return f"""
## Detectors, simulated: {title}

The scenario `{scenario}` with seeds 1 to {seeds}: {ratios} signal-to-noise ratios, {rises} rises and {durations}
durations of an event, {len(distractors)} distractors. The methods below at this program's defaults, through the whole
analysis, boundaries as each puts them (`--set cramp.date_window_s=0`); every event counts, whatever its class.
Fasciculations and contractions that are there as distractors are events that should be found too.

{board_tables(board)}
### By signal-to-noise ratio: recall at an intersection over union of 0.5, and median onset error

{by_snr(board)}
### By distractor: F1 at an intersection over union of 0.5

{by_distractor(board, distractors)}"""


def main() -> None:
    """Make the recordings, run the benchmark, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", type=Path, default=ROOT / "build/release/myocramp")
    parser.add_argument("--full", action="store_true", help="the full grid, and nothing else")
    parser.add_argument("--seeds", type=int, default=3, help="of the grid: 24 recordings each, of the full one 49")
    parser.add_argument("--rest-seeds", type=int, default=1, help="of rest_only, an hour each")
    parser.add_argument("--folder", type=Path, default=ROOT / "build/accuracy")
    arguments = parser.parse_args()
    command, folder = arguments.command.resolve(), arguments.folder

    if arguments.full:
        full = grid_section(command, folder, "detector_grid_full", arguments.seeds, "the full grid")
        write(full, FULL_BEGIN, FULL_END)
        return
    simulate(command, "rest_only", arguments.rest_seeds, folder / "rest")
    run(command, "benchmark", folder / "rest", "-o", folder / "rest_board", "--class", "any", *OWN)
    sections = grid_section(command, folder, "detector_grid", arguments.seeds, "the grid")
    sections += f"""
## Detectors, simulated: nothing but rest

The scenario `rest_only` with as many seeds as hours: noise, hum, heart, movements, loose and open electrodes,
and no muscle. What is found is false.

{rest_table(folder / "rest_board")}
## Detectors, real: contractions of biosignalsnotebooks

"""
    if real_folder(folder / "real"):
        real = (folder / "real", "-o", folder / "real_board", "--class", "any", "--phase", "exercise")
        run(command, "benchmark", *real, *OWN)
        sections += (
            "`emg_bursts.h5` and `emg_fatigue.h5` (public, MIT). The labels were made offline by a threshold of ours\n"
            "on the zero-phase RMS, not by an expert, and the default of one option (`cramp.merge_gap_s`) was chosen\n"
            "on these recordings: this shows that detectors work on real signals, and no more.\n\n"
        )
        sections += board_tables(folder / "real_board")
    else:
        sections += "Not measured: `MYOCRAMP_DATA` does not name the folder of real recordings.\n"
    sections += "\nNo public labelled recording of a cramp is known to us: that is shown on simulated data alone.\n"
    write(sections)
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
