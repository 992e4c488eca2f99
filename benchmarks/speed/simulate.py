#!/usr/bin/env python3
"""How much faster than real time `myocramp simulate` makes an hour of a grid of 64 channels, on one processor.

    benchmarks/speed/simulate.py [--command PATH] [--rounds 3] [--seconds 3600]

The scenario: a grid of 8 x 8 over one muscle in a layered conductor, 2048 Hz; cramps, fasciculations and contractions;
noise, hum, ECG and motion.
The process, from its start to the file, is bound to one processor.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path


def scenario(seconds: float) -> dict:
    """Return the scenario as a value of JSON."""
    return {
        "generator": "motor_units",
        "subjects": 1,
        "rate_hz": 2048,
        "muscles": [
            {
                "name": "gastrocnemius_medialis",
                "code": "GM",
                "side": "left",
                "electrodes": {"rows": 8, "columns": 8, "distance_mm": 8, "diameter_mm": 3},
            }
        ],
        "protocol": [{"phase": "rest", "duration_s": seconds}],
        "events": [
            {"class": "cramp", "kind": "induced", "phases": ["rest"], "per_hour": 6, "snr_db": {"uniform": [10, 20]}},
            {
                "class": "voluntary",
                "phases": ["rest"],
                "per_hour": 30,
                "duration_s": 8,
                "excitation": {"uniform": [0.1, 0.5]},
            },
            {"class": "fasciculation", "phases": ["rest"], "per_minute": 2},
        ],
        "contaminants": {"noise": {}, "hum": {}, "ecg": {}, "motion": {"per_hour": 20}},
    }


def main() -> None:
    """Time the command and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = Path(__file__).resolve().parents[2] / "build/release/myocramp"
    parser.add_argument("--command", type=Path, default=default)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3600)
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    took = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "grid.json"
        path.write_text(json.dumps(scenario(options.seconds)))
        for k in range(options.rounds):
            start = time.perf_counter()
            command = [str(options.command), "simulate", str(path), "-o", f"{name}/{k}", "--seed", str(k + 1), "-q"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            took.append(time.perf_counter() - start)
            for made in (Path(name) / str(k)).glob("*"):
                made.unlink()
    times = sorted(options.seconds / t for t in took)
    print(f"64 channels x {options.seconds:g} s x 2048 Hz on one processor, load {os.getloadavg()[0]:.1f}")
    middle = f"{statistics.median(took):.1f} s; {statistics.median(times):.0f}"
    print(f"{middle} [{times[0]:.0f} to {times[-1]:.0f}] times real time")


if __name__ == "__main__":
    main()
