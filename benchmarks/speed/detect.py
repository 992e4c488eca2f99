"""Detectors in memory: ours against BioSPPy's functions of the same methods, interleaved, statistics compared first.

The signal: 16 channels x 60 s x 2048 Hz of simulated noise between 20 and 450 Hz with bursts (seed 31), in memory,
doubles. BioSPPy takes one channel at a time, and is told the rest, which ours learns from the signal. Its function of
Londral's method calls Python for each sample and gets one channel for 10 s; that of Abbink's goes through all samples
before an alarm for each one and gets one channel of 60 s. Times are processor times, measured from inside, per sample.
`statistic`: ours alone, without rest and rule, which a caller of BioSPPy cannot leave out; a detector over frames has
none at every sample. `activity`: from samples to spans, with what rest is like learned from them; `told`: with the
first 5 s marked as rest, which is what BioSPPy is told. One thread each.

Detectors that BioSPPy lacks come after them, with how many times faster than the recording they are, 16 channels at
once.

python benchmarks/speed/detect.py build/bench/benchmarks/bench_detect [--rounds 7] [--only NAME,...]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from biosppy import __version__ as biosppy_version
from biosppy.signals import emg
from scipy import signal

SEED = 31
CHANNELS, RATE_HZ, SECONDS = 16, 2048, 60
REST = slice(0, 5 * RATE_HZ)
KINDS = ("statistic", "activity", "told")
PAIRS, NEEDED = 26, 8  # of Bonato, by our defaults
WIDE, NARROW = 102, 51  # samples: 50 and 25 ms


class Peer(NamedTuple):
    """BioSPPy's function of one channel and what it is told of rest, and the statistic of ours from its own."""

    run: Callable[[np.ndarray, dict[str, float]], tuple[np.ndarray, np.ndarray]]
    statistic: Callable[[np.ndarray, dict[str, float]], np.ndarray] | None  # None: the methods differ too much
    first: int = 0  # sample of ours that its first value belongs to
    samples: int = CHANNELS * RATE_HZ * SECONDS


def bonato(x: np.ndarray, rest: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Run BioSPPy's double threshold."""
    found = emg.bonato_onset_detector(
        x, rest=rest, sampling_rate=RATE_HZ, threshold=9, active_state_duration=8, samples_above_fail=2, fail_size=18
    )
    return found["onsets"], found["processed"]


def ranked(pairs: np.ndarray, rest: dict[str, float]) -> np.ndarray:
    """Give ours from the energies of pairs over the variance of rest."""
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(pairs) * rest["var"], PAIRS)
    return np.sqrt(np.partition(windows, PAIRS - NEEDED, axis=1)[:, PAIRS - NEEDED] / 2)


PEERS = {
    "hodges_bui": Peer(
        lambda x, rest: tuple(emg.hodges_bui_onset_detector(x, rest=rest, size=WIDE, threshold=3)),
        lambda tf, rest: tf * rest["std_dev"] + rest["mean"],
        WIDE - 1,
    ),
    "lidierth": Peer(
        lambda x, rest: tuple(
            emg.lidierth_onset_detector(
                x, rest=rest, size=NARROW, threshold=3, active_state_duration=WIDE, fail_size=41
            )
        ),
        lambda tf, rest: tf * rest["std_dev"] + rest["mean"],
        NARROW - 1,
    ),
    "bonato": Peer(bonato, ranked, 2 * PAIRS - 1),
    "londral": Peer(
        lambda x, rest: tuple(
            emg.londral_onset_detector(x, rest=rest, size=WIDE, threshold=3, active_state_duration=NARROW)
        ),
        lambda tf, rest: np.sqrt(tf),
        WIDE - 1,
        samples=10 * RATE_HZ,
    ),
    # Ours goes over frames side by side; of Abbink's ours has its alarm from the modified Hodges.
    "silva": Peer(
        lambda x, rest: tuple(
            emg.silva_onset_detector(x, size=82, threshold_size=1024, threshold=rest["mean"] + 3 * rest["std_dev"])
        ),
        None,
    ),
    "abbink": Peer(
        lambda x, rest: tuple(
            emg.abbink_onset_detector(
                x,
                rest=rest,
                sampling_rate=float(RATE_HZ),
                size=WIDE,
                alarm_size=NARROW,
                threshold=3,
                transition_threshold=3,
            )
        ),
        None,
        samples=SECONDS * RATE_HZ,
    ),
    # Ours is filtered before the operator and averaged after it, as the papers ask; BioSPPy's is neither.
    "tkeo": Peer(
        lambda x, rest: tuple(emg.solnik_onset_detector(x, rest=rest, threshold=8, active_state_duration=NARROW)), None
    ),
}


def make() -> np.ndarray:
    """Simulate the signal, (channel, time), V, each channel with a mean of 0, for BioSPPy takes it away."""
    rng = np.random.default_rng(SEED)
    n = RATE_HZ * SECONDS
    t = np.arange(n) / RATE_HZ
    band = signal.butter(4, [20, 450], "bandpass", fs=RATE_HZ, output="sos")
    x = np.empty((CHANNELS, n))
    for c in range(CHANNELS):
        amplitude_v = 5e-6 + 150e-6 * (((t + 0.3 * c) % 20) > 16)
        x[c] = signal.sosfilt(band, rng.standard_normal(n)) * amplitude_v
        x[c] -= x[c].mean()
    return x


def rest_of(x: np.ndarray) -> dict[str, float]:
    """Give what BioSPPy is told of rest: of |x|, and the variance of x."""
    quiet = x[REST]
    return {"mean": float(np.mean(np.abs(quiet))), "std_dev": float(np.std(np.abs(quiet))), "var": float(np.var(quiet))}


def ours(program: Path, path: Path, rest: list[str]) -> str:
    """Run our program."""
    command = [str(program), str(path), str(RATE_HZ * SECONDS), str(CHANNELS), str(RATE_HZ), *rest]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def time_ours(program: Path, path: Path, name: str) -> dict[str, float]:
    """Give the medians of three runs after one that warms up, ns a sample."""
    rest = [f"--benchmark_filter=^{name}/", "--benchmark_min_time=0.01", "--benchmark_repetitions=4"]
    out = json.loads(ours(program, path, [*rest, "--benchmark_format=json"]))
    runs = [b for b in out["benchmarks"] if b["run_type"] == "iteration"]
    times = {kind: [b["cpu_time"] for b in runs if b["name"] == f"{name}/{kind}"] for kind in KINDS}
    return {kind: statistics.median(t[1:]) * 1e6 / (CHANNELS * RATE_HZ * SECONDS) for kind, t in times.items() if t}


def time_peer(peer: Peer, x: np.ndarray) -> float:
    """Time one run, ns a sample."""
    per_channel = min(peer.samples, x.shape[1])
    channels = [(row[:per_channel], rest_of(row)) for row in x[: peer.samples // per_channel]]
    start = time.process_time()
    for row, rest in channels:
        peer.run(row, rest)
    return (time.process_time() - start) * 1e9 / peer.samples


def others(program: Path, path: Path) -> list[str]:
    """Name our detectors that BioSPPy has no function of."""
    tests = ours(program, path, ["--benchmark_list_tests"]).split()
    return sorted({test.split("/")[0] for test in tests} - set(PEERS))


def report_others(program: Path, path: Path, names: list[str], rounds: int) -> None:
    """Measure detectors without a peer, and print how many times faster than the recording they are."""
    print(f"{'':20}rest learned, x real time        rest told, x real time, {rounds} rounds")
    for name in names:
        runs = [time_ours(program, path, name) for _ in range(rounds)]
        print(f"{name:20}", end="")
        for kind in ("activity", "told"):
            rates = [1e9 / (t[kind] * CHANNELS * RATE_HZ) for t in runs]
            spread = f"{statistics.median(rates):.0f} [{min(rates):.0f} to {max(rates):.0f}]"
            print(f"{spread:33}", end="")
        print(flush=True)


def difference(program: Path, path: Path, name: str, peer: Peer, x: np.ndarray) -> float:
    """Give the largest difference of the first channel's statistics as part of the largest value."""
    dumped = path.with_suffix(".out")
    ours(program, path, ["--dump", name, str(dumped)])
    found = np.fromfile(dumped).reshape(-1, CHANNELS)[:, 0]
    dumped.unlink()
    row = x[0, : min(peer.samples, x.shape[1])]
    rest = rest_of(row)
    expected = peer.statistic(np.asarray(peer.run(row, rest)[1]), rest)
    step = 2 if name == "bonato" else 1
    found = found[peer.first :: step][: len(expected)]
    return float(np.max(np.abs(found - expected)) / np.max(np.abs(expected)))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", help="detectors, separated by commas; default: all")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where the signal is kept meanwhile")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print(
        f"BioSPPy {biosppy_version}, NumPy {np.__version__}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    )
    heads = "".join(f"{kind + ', ratio':>32}" for kind in KINDS)
    print(f"{'':12}BioSPPy ns a sample{heads}, {options.rounds} rounds")
    x = make()
    path = options.folder / f"detect_{SEED}.double"
    x.T.tofile(path)
    wanted = options.only.split(",") if options.only else [*PEERS, *others(options.program, path)]
    for name in (n for n in wanted if n in PEERS):
        peer = PEERS[name]
        compared = "not compared"
        if peer.statistic is not None:
            off = difference(options.program, path, name, peer, x)
            if not off <= 1e-9:
                sys.exit(f"{name}: statistics differ by {off:.1e} of the largest: nothing measured")
            compared = f"differ by {off:.0e}"
        mine, theirs = [], []
        for _ in range(options.rounds):
            theirs.append(time_peer(peer, x))
            mine.append(time_ours(options.program, path, name))
        print(f"{name:12}{statistics.median(theirs):10.1f}", end="")
        for kind in KINDS:
            if kind not in mine[0]:
                print(f"{'':34}", end="")
                continue
            times = [t[kind] for t in mine]
            ratios = [b / a for a, b in zip(times, theirs, strict=True)]
            spread = f"{statistics.median(ratios):.0f} [{min(ratios):.0f} to {max(ratios):.0f}]"
            print(f"{statistics.median(times):12.2f}  {spread:20}", end="")
        print(compared, flush=True)
    if alone := [n for n in wanted if n not in PEERS]:
        report_others(options.program, path, alone, options.rounds)
    path.unlink()


if __name__ == "__main__":
    main()
