"""Filters, envelopes and spectra in memory: ours against SciPy and NumPy, interleaved, outputs compared first.

The signal: 16 channels x 600 s x 2048 Hz of simulated noise between 20 and 450 Hz with bursts and mains hum (seed 30),
in memory. Ours gets it as (time, channel); the peer as (channel, time), its faster layout. One thread each. The peer
puts its output in fresh memory; ours is measured so, and with its output in memory that was used before. Each side
times itself from inside, in processor time, which other work on the machine distorts less than time passed.

python benchmarks/speed/signals.py build/bench/benchmarks/bench_signal [--rounds 7] [--only NAME,...]
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
import scipy
from scipy import ndimage, signal

SEED = 30
CHANNELS, RATE_HZ, SECONDS = 16, 2048, 600
WINDOW = 512  # samples, of the envelopes
BAND = signal.butter(4, [20, 450], "bandpass", fs=RATE_HZ, output="sos")


class Operation(NamedTuple):
    """What the peer does, and how close the outputs must lie, as part of the largest."""

    peer: Callable[[np.ndarray], np.ndarray]  # (channel, time) -> (channel, rows)
    tolerance: dict[str, float]
    edge: int = 0  # samples at both ends that are treated otherwise, and not compared


def frequencies(x: np.ndarray) -> np.ndarray:
    """Mean, then median frequencies of half-overlapping 1 s windows from scipy.signal.stft."""
    f, _, spectra = signal.stft(
        x, RATE_HZ, "hann", nperseg=RATE_HZ, noverlap=RATE_HZ // 2, detrend="constant", boundary=None, padded=False
    )
    band = slice(*np.searchsorted(f, [20, 450.5]))  # (channel, bin, window)
    f, power = f[band], np.abs(spectra[:, band]) ** 2
    total = np.cumsum(power, axis=1)
    half = total[:, -1] / 2
    mean = np.einsum("f,cfw->cw", f, power) / total[:, -1]
    k = (total < half[:, np.newaxis]).sum(axis=1)  # searchsorted of every column at once
    above = np.take_along_axis(total, k[:, np.newaxis], 1)[:, 0]
    step = np.take_along_axis(power, k[:, np.newaxis], 1)[:, 0]
    median = f[k] - (f[1] - f[0]) * (above - half) / step
    return np.concatenate([mean, median], axis=1).astype(x.dtype)


def notches(x: np.ndarray) -> np.ndarray:
    """Four notches one after the other, each both ways, as scripts do it."""
    for hz in (50, 100, 150, 200):
        b, a = signal.iirnotch(hz, 30, RATE_HZ)
        x = signal.filtfilt(b, a, x)
    return x


# SciPy's own error in float, up to 1e-4 with so low an edge, is what the outputs of filters differ by.
OPERATIONS = {
    # What any operation takes at least that reads its input and writes as much.
    "copy": Operation(lambda x: x.copy(), {"double": 0, "float": 0}),
    "sosfilt": Operation(lambda x: signal.sosfilt(BAND.astype(x.dtype), x), {"double": 1e-12, "float": 2e-4}),
    "sosfiltfilt": Operation(lambda x: signal.sosfiltfilt(BAND.astype(x.dtype), x), {"double": 1e-12, "float": 2e-4}),
    "frequencies": Operation(frequencies, {"double": 1e-9, "float": 1e-4}),
    "rms": Operation(
        lambda x: np.sqrt(ndimage.uniform_filter1d(x**2, WINDOW)), {"double": 1e-9, "float": 1e-5}, edge=WINDOW
    ),
    "arv": Operation(
        lambda x: ndimage.uniform_filter1d(np.abs(x), WINDOW), {"double": 1e-9, "float": 1e-5}, edge=WINDOW
    ),
    "tkeo": Operation(lambda x: x[:, 1:-1] ** 2 - x[:, :-2] * x[:, 2:], {"double": 1e-14, "float": 1e-6}, edge=1),
    "hilbert": Operation(lambda x: np.abs(signal.hilbert(x)), {"double": 2e-2, "float": 2e-2}, edge=1000),
    # The ends are padded once here and four times there.
    "notches": Operation(lambda x: notches(x).astype(x.dtype), {"double": 1e-10, "float": 2e-5}, edge=20 * RATE_HZ),
    "resample": Operation(lambda x: signal.resample_poly(x, 125, 256, axis=-1), {"double": 1e-12, "float": 1e-5}),
}


def make() -> np.ndarray:
    """Simulate the signal, (channel, time), V."""
    rng = np.random.default_rng(SEED)
    n = RATE_HZ * SECONDS
    t = np.arange(n) / RATE_HZ
    x = np.empty((CHANNELS, n))
    for c in range(CHANNELS):
        amplitude_v = 5e-6 + 150e-6 * (((t + 3 * c) % 60) < 10)
        hum_v = sum(a * np.sin(2 * np.pi * 50 * k * t) for k, a in ((1, 20e-6), (3, 5e-6)))
        x[c] = signal.sosfilt(BAND, rng.standard_normal(n)) * amplitude_v + hum_v
    return x


def ours(program: Path, path: Path, scalar: str, rest: list[str]) -> str:
    """Run our program."""
    command = [str(program), str(path), str(RATE_HZ * SECONDS), str(CHANNELS), str(RATE_HZ), scalar, *rest]
    # NumPy asks for huge pages for its arrays; so does our memory then.
    environment = {**os.environ, "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


def time_ours(program: Path, path: Path, scalar: str, name: str) -> dict[str, float]:
    """Give the medians of three runs after one that warms up, s: output in fresh memory, and in memory used again."""
    rest = [f"--benchmark_filter=^{name}/", "--benchmark_min_time=0.001", "--benchmark_repetitions=4"]
    out = json.loads(ours(program, path, scalar, [*rest, "--benchmark_format=json"]))
    runs = [b for b in out["benchmarks"] if b["run_type"] == "iteration"]
    times = {kind: [b["cpu_time"] for b in runs if b["name"] == f"{name}/{kind}"] for kind in ("fresh", "again")}
    return {kind: statistics.median(t[1:]) / 1e3 for kind, t in times.items()}


def time_peer(f: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> float:
    """Time one run, s."""
    start = time.process_time()
    f(x)
    return time.process_time() - start


def difference(program: Path, path: Path, scalar: str, name: str, expected: np.ndarray, edge: int) -> float:
    """Give the largest difference of the outputs as part of the largest value."""
    dumped = path.with_suffix(".out")
    ours(program, path, scalar, ["--dump", name, str(dumped)])
    found = np.fromfile(dumped, dtype=expected.dtype).reshape(-1, expected.shape[0]).T
    dumped.unlink()
    if edge > 0:
        n = found.shape[1]
        found = found[:, edge : n - edge]
        expected = expected if expected.shape[1] < n else expected[:, edge : n - edge]
    if found.shape != expected.shape:
        sys.exit(f"{name} ({scalar}): {found.shape} where the peer has {expected.shape}: nothing measured")
    return float(np.max(np.abs(found - expected)) / np.max(np.abs(expected)))


def measure(program: Path, folder: Path, scalar: str, names: list[str], rounds: int) -> None:
    """Compare and time the operations in one scalar, and print the ratios."""
    x = make().astype({"double": np.float64, "float": np.float32}[scalar])
    path = folder / f"signal_{SEED}.{scalar}"
    x.T.tofile(path)
    for name in names:
        op = OPERATIONS[name]
        off = difference(program, path, scalar, name, op.peer(x), op.edge)
        if not off <= op.tolerance[scalar]:
            sys.exit(f"{name} ({scalar}): outputs differ by {off:.1e} of the largest: nothing measured")
        mine, theirs = [], []
        for _ in range(rounds):
            theirs.append(time_peer(op.peer, x))
            mine.append(time_ours(program, path, scalar, name))
        print(f"{name:12}{scalar:8}{statistics.median(theirs) * 1e3:8.1f} ms", end="")
        for kind in ("fresh", "again"):
            times = [t[kind] for t in mine]
            ratios = [b / a for a, b in zip(times, theirs, strict=True)]
            spread = f"{statistics.median(ratios):.1f} [{min(ratios):.1f} to {max(ratios):.1f}]"
            print(f"{statistics.median(times) * 1e3:9.1f} ms  {spread:22}", end="")
        print(f"differ by {off:.0e}", flush=True)
    path.unlink()


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default=",".join(OPERATIONS), help="operations, separated by commas")
    parser.add_argument("--scalar", choices=["double", "float"], action="append", help="default: both")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where the signal is kept meanwhile")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print(
        f"SciPy {scipy.__version__}, NumPy {np.__version__}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'':24}peer     output in fresh memory, ratio     in memory used again, ratio     {options.rounds} rounds")
    for scalar in options.scalar or ["double", "float"]:
        measure(options.program, options.folder, scalar, options.only.split(","), options.rounds)


if __name__ == "__main__":
    main()
