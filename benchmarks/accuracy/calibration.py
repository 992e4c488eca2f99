#!/usr/bin/env python3
"""Detectors set to at most one false alarm per hour of rest: bindings/myocramp/calibration.json and docs/accuracy.md.

    benchmarks/accuracy/calibration.py [--only NAME,...] [--no-search] [--folder build/accuracy/calibration]

Simulated: the scenario rest_only, ten minutes of one subject for each seed. On some seeds the threshold of each
detector is searched, and where no threshold is enough the least duration of an event; on seeds of their own the rate is
measured again. An event counts when `myocramp.analyse` keeps it and does not call it an artefact. Then correlated
noise, with the baseline learned from it. Everything runs in one process, recording by recording.
"""

from __future__ import annotations

import argparse
import inspect
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import myocramp as mc
import numpy as np
from detectors import number, table, write
from scipy import signal, stats

ROOT = Path(__file__).resolve().parents[2]
VALUES = ROOT / "bindings" / "myocramp" / "calibration.json"
BEGIN, END = "<!-- calibration: begin -->", "<!-- calibration: end -->"
SCENARIO = {"base": "rest_only", "subjects": 1, "protocol": [{"phase": "rest", "duration_s": 600}]}
HOURS = 600 / 3600
SEARCH = range(1, 61)
HELD_OUT = range(1001, 1201)
DEFAULTS = range(1001, 1021)  # at the defaults there is more to count
MOST_PER_HOUR = 1.0
CONFIDENCE = 0.99
# The threshold of each detector, and what it is multiplied by until it is strict enough.
THRESHOLDS = {
    "abbink": ("p_fa", 0.1),
    "aglr": ("p_fa", 0.1),
    "aglr_laplace": ("p_fa", 0.1),
    "bocpd": ("ratio", 1.1),
    "bonato": ("p_fa", 0.1),
    "cusum": ("alarms_per_hour", 0.1),
    "edta": ("deviations", 1.1),
    "gmm": ("ratio", 1.1),
    "hmm": ("ratio", 1.1),
    "hodges_bui": ("p_fa", 0.1),
    "leg_movement": ("onset_uv", 1.1),
    "lidierth": ("p_fa", 0.1),
    "londral": ("p_fa", 0.1),
    "merlo": ("p_fa", 0.1),
    "modified_hodges": ("p_fa", 0.1),
    "pelt": ("ratio", 1.1),
    "profile_likelihood": ("p_fa", 0.1),
    "sample_entropy": ("tolerance", 1.1),
    "silva": ("p_fa", 0.1),
    "tkeo": ("height_sd", 1.1),
}
MOST_STEPS = 20  # beyond these little muscle would be found
Config = dict[str, dict[str, Any]]


class Rest:
    """Ten minutes of rest for each seed, simulated once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def recording(self, seed: int) -> mc.Recording:
        """Return one of them."""
        out = self.folder / f"seed{seed:04d}"
        if not (out / "S01_1.nwb").is_file():
            mc.simulate(SCENARIO, seed, threads=1).save(out)
        return mc.read(out / "S01_1.nwb")

    def durations(self, seed: int, config: Config) -> list[float]:
        """Return how long the events of one recording last that are no artefacts."""
        found = mc.analyse(self.recording(seed), config=config).episodes
        return [e.duration_s for e in found if e.label != "artefact"]

    def counts(self, seeds: Sequence[int], config: Config, most: float = math.inf) -> list[int]:
        """Count events in each recording; fewer recordings when there are more than `most` already."""
        out: list[int] = []
        for seed in seeds:
            out.append(len(self.durations(seed, config)))
            if sum(out) > most:
                break
        return out


def per_hour(counts: list[int]) -> float:
    """Return the mean rate."""
    return sum(counts) / len(counts) / HOURS


def interval(counts: list[int]) -> tuple[float, float]:
    """Give that of the mean rate: bootstrap over recordings, or exact for a Poisson count of few events."""
    n, hours = sum(counts), len(counts) * HOURS
    if n < 10:
        tail = (1 - CONFIDENCE) / 2
        return (stats.chi2.ppf(tail, 2 * n) / 2 / hours if n else 0.0), stats.chi2.isf(tail, 2 * n + 2) / 2 / hours
    rng = np.random.default_rng(1)
    sums = np.array(counts)[rng.integers(0, len(counts), (10_000, len(counts)))].sum(axis=1)
    low, high = np.quantile(sums, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]) / hours
    return float(low), float(high)


def default_of(name: str, option: str) -> float:
    """Return the default of a detector's option."""
    return float(inspect.signature(getattr(mc.detect, name)).parameters[option].default)


def search(rest: Rest, name: str) -> tuple[Config, list[int]]:
    """Return the configuration that finds most and still keeps to the rate, and its counts."""
    most = math.floor(MOST_PER_HOUR * HOURS * len(SEARCH))
    option, factor = THRESHOLDS.get(name, ("", 0.0))
    for step in range(MOST_STEPS + 1 if option else 0):
        value = float(f"{default_of(name, option) * factor**step:.2g}")
        config: Config = {"detector": {"name": name, option: value}}
        try:
            counts = rest.counts(SEARCH, config, most)
        except mc.InvalidArgument:  # beyond the range of the option
            break
        if sum(counts) <= most:
            return config, counts
    lengths = sorted((d for seed in SEARCH for d in rest.durations(seed, {"detector": {"name": name}})), reverse=True)
    shortest = math.floor(1000 * lengths[most] + 1) / 1000  # longer than the first one too many
    while True:
        config = {"detector": {"name": name}, "cramp": {"min_duration_s": shortest}}
        counts = rest.counts(SEARCH, config, most)
        if sum(counts) <= most:
            return config, counts
        shortest = float(f"{1.05 * shortest:.3g}")


def correlated(phi: float, seed: int) -> mc.Recording:
    """Make an hour of first-order autoregressive Gaussian noise of 1 uV at 1000 Hz."""
    white = np.random.default_rng(seed).standard_normal(3_601_000)
    noise = signal.lfilter([math.sqrt(1 - phi * phi)], [1, -phi], white)[1000:]
    return mc.Recording.from_array(1e-6 * noise, fs=1000.0, channel_names=["noise"], unit="V")


def noise_table(names: list[str]) -> str:
    """Events per hour of correlated noise at the defaults, and the share of time in which there are any."""
    rows = [[name] for name in names]
    for phi in (0.0, 0.5, 0.9):
        noise = correlated(phi, 1)
        for row in rows:
            found = mc.detect.run(row[0], noise)
            share = sum(e.duration_s for e in found) / 3600
            row.append(f"{number(float(len(found)))}, {share:.2g}")
        print(f"noise of phi {phi} done", file=sys.stderr)
    return table(["detector", "phi 0", "phi 0.5", "phi 0.9"], rows)


def said(config: Config, name: str) -> str:
    """Say what a configuration sets."""
    options = [(k, v) for k, v in config["detector"].items() if k != "name"]
    options += [(f"cramp.{k}", v) for k, v in config.get("cramp", {}).items()]
    return ", ".join(f"`{k}` {v:g}" for k, v in options)


def main() -> None:
    """Search, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="detectors, separated by commas, or none; what is known of others stays")
    parser.add_argument("--no-search", action="store_true", help="measure the values that are there")
    parser.add_argument("--folder", type=Path, default=ROOT / "build/accuracy/calibration")
    arguments = parser.parse_args()
    rest = Rest(arguments.folder)
    names = mc.detect.names() if arguments.only is None else [n for n in arguments.only.split(",") if n]
    values = json.loads(VALUES.read_text(encoding="utf-8")) if VALUES.is_file() else {}
    measured_file = arguments.folder / "measured.json"
    measured = json.loads(measured_file.read_text(encoding="utf-8")) if measured_file.is_file() else {}
    for name in names:
        if not arguments.no_search:
            config, counts = search(rest, name)
            documented = max(per_hour(counts), per_hour([1] + [0] * (len(counts) - 1)))  # none is no rate
            values[name] = {"config": config, "per_hour": round(documented, 2)}
            VALUES.write_text(json.dumps(dict(sorted(values.items())), indent=2) + "\n", encoding="utf-8")
        measured[name] = {
            "default": rest.counts(DEFAULTS, {"detector": {"name": name}}),
            "calibrated": rest.counts(HELD_OUT, values[name]["config"]),
        }
        measured_file.write_text(json.dumps(measured), encoding="utf-8")
        print(name, values[name], per_hour(measured[name]["calibrated"]), file=sys.stderr)

    rows = []
    for name in sorted(measured):
        default, calibrated = measured[name]["default"], measured[name]["calibrated"]
        low, high = interval(calibrated)
        config, documented = values[name]["config"], values[name]["per_hour"]
        option = THRESHOLDS.get(name, ("", 0))[0]
        rows.append(
            [
                name,
                f"`{option}` {default_of(name, option):g}" if option else "",
                f"{number(per_hour(default))} [{', '.join(number(v) for v in interval(default))}]",
                said(config, name),
                f"{documented:g}",
                f"{number(per_hour(calibrated))} [{number(low)}, {number(high)}]",
                "yes" if low <= documented <= high else "no",
            ]
        )
    missing = ", ".join(name for name in mc.detect.names() if name not in measured)
    missing = f"\nNot calibrated: {missing}.\n" if missing else ""
    header = ["detector", "threshold", "events/h at the defaults", "calibrated", "documented/h", "events/h", "inside"]
    write(
        f"""
## Detectors, simulated: set to one false alarm per hour of rest

The scenario `rest_only`, ten minutes for each seed: noise, hum, heart, movements, loose and open electrodes, and no
muscle. Counted is what `analyse` keeps and does not call an artefact. On seeds {SEARCH[0]} to {SEARCH[-1]} the
threshold of each detector was made stricter step by step until it kept to the rate; where its range or
{MOST_STEPS} steps were not enough, it stayed at its default and the least duration of an event was raised.
*documented/h* is the rate on these seeds, or that of one event where there was none. The last two columns are
of seeds {HELD_OUT[0]} to {HELD_OUT[-1]}, used for nothing else; the rates at the defaults are of the first
{len(DEFAULTS)} of these. Intervals of {100 * CONFIDENCE:g} %: bootstrap over recordings, or exact for a Poisson
count below 10. The values are `myocramp.detect.calibrated(name)`.

{table(header, rows)}{missing}
## Detectors, simulated: correlated noise

An hour of first-order autoregressive Gaussian noise at 1000 Hz, x[i] = phi x[i-1] + noise, with the baseline learned
from it; the defaults. Events per hour, and the share of time in them. Nothing conditions this noise, and nothing
follows the detector.

{noise_table(mc.detect.names())}""",
        BEGIN,
        END,
    )


if __name__ == "__main__":
    main()
