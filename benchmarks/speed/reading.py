"""Reading a compressed recording: ours against h5py, interleaved, outputs compared first.

The recording: int16, (time, channel), 16 channels x 600 s x 2048 Hz of noise between 20 and 450 Hz with a burst a minute (seed 20),
chunks of (16384, 16), shuffle and gzip level 4. The file is warm in the page cache, and every time includes opening it.

python benchmarks/speed/reading.py build/bench/benchmarks/bench_reading [--rounds 9] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
from scipy import signal

SEED = 20
CHANNELS, RATE_HZ, SECONDS = 16, 2048, 600
BLOCK = 16384
STEP_V = 2.5e-7
DATASET = "/emg"


def make(path: Path) -> None:
    rng = np.random.default_rng(SEED)
    n = RATE_HZ * SECONDS
    sos = signal.butter(4, [20, 450], "bandpass", fs=RATE_HZ, output="sos")
    counts = np.empty((n, CHANNELS), dtype="<i2")
    t = np.arange(n) / RATE_HZ
    for c in range(CHANNELS):
        amplitude_v = 5e-6 + 150e-6 * (((t + 3 * c) % 60) < 10)
        x = signal.sosfilt(sos, rng.standard_normal(n)) * amplitude_v
        counts[:, c] = np.clip(np.round(x / STEP_V), -32768, 32767)
    with h5py.File(path, "w") as f:
        f.create_dataset(
            DATASET, data=counts, chunks=(BLOCK, CHANNELS), compression="gzip", compression_opts=4, shuffle=True
        )


def h5py_whole(path: Path) -> np.ndarray:
    with h5py.File(path, "r") as f:
        return f[DATASET][...]


def h5py_blocks(path: Path) -> None:
    with h5py.File(path, "r") as f:
        d = f[DATASET]
        block = np.empty((BLOCK, CHANNELS), dtype=d.dtype)
        for begin in range(0, d.shape[0], BLOCK):
            n = min(BLOCK, d.shape[0] - begin)
            d.read_direct(block, np.s_[begin : begin + n], np.s_[:n])


def h5py_volts(path: Path) -> None:
    with h5py.File(path, "r") as f:
        d = f[DATASET]
        block = np.empty((BLOCK, CHANNELS), dtype=d.dtype)
        volts = np.empty((BLOCK, CHANNELS))
        for begin in range(0, d.shape[0], BLOCK):
            n = min(BLOCK, d.shape[0] - begin)
            d.read_direct(block, np.s_[begin : begin + n], np.s_[:n])
            np.multiply(block[:n], STEP_V, out=volts[:n])


PEERS = {"h5py whole, int16": h5py_whole, "h5py blocks, int16": h5py_blocks, "h5py blocks, volts": h5py_volts}


def time_peer(f, path: Path, repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        f(path)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def time_ours(program: Path, path: Path, threads: int, repeats: int) -> float:
    """The median of runs that the program times itself, in seconds; its first run warms it up, as ours did before the rounds."""
    command = [program, path, DATASET, repr(STEP_V), f"--benchmark_filter=reading/{threads}/"]
    command += ["--benchmark_min_time=0.001", f"--benchmark_repetitions={repeats}", "--benchmark_format=json"]
    out = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True).stdout
    runs = [b["real_time"] for b in json.loads(out)["benchmarks"] if b["run_type"] == "iteration"]
    return statistics.median(runs) / 1e3


def compare(program: Path, path: Path, folder: Path) -> None:
    dump = folder / "volts.f64"
    subprocess.run([str(program), str(path), DATASET, repr(STEP_V), "--dump", str(dump)], check=True)
    ours = np.fromfile(dump).reshape(-1, CHANNELS)
    dump.unlink()
    if not np.array_equal(ours, h5py_whole(path) * STEP_V):
        sys.exit("the volts differ from h5py's: nothing measured")


def spread(x: list[float]) -> str:
    return f"{statistics.median(x):.2f} [{min(x):.2f}..{max(x):.2f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--repeats", type=int, default=3, help="runs of each side in a round, of which the median counts"
    )
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where the recording is made and kept")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    path = options.folder / f"reading_{SEED}.h5"
    if not path.exists():
        make(path)
    compare(options.program, path, options.folder)  # warms the page cache too

    sides = {name: lambda f=f: time_peer(f, path, options.repeats) for name, f in PEERS.items()}
    for threads in (1, 2):
        sides[f"ours, volts, {threads} thread{'s' if threads > 1 else ''}"] = lambda t=threads: time_ours(
            options.program, path, t, options.repeats
        )
    times: dict[str, list[float]] = {name: [] for name in sides}
    load_before = os.getloadavg()[0]
    for _ in range(options.rounds):
        for name, run in sides.items():
            times[name].append(run())

    samples = CHANNELS * RATE_HZ * SECONDS
    print(
        f"{samples / 1e6:.1f} million samples, file of {path.stat().st_size / 1e6:.1f} MB, {options.rounds} rounds of {options.repeats}"
    )
    print(f"h5py {h5py.__version__} with HDF5 {h5py.version.hdf5_version}, {os.cpu_count()} processors")
    print(f"load {load_before:.1f} before, {os.getloadavg()[0]:.1f} after")
    for name, seconds in times.items():
        print(
            f"  {name:24}{spread([s * 1e3 for s in seconds])} ms, {samples / statistics.median(seconds) / 1e6:.0f} million samples/s"
        )
    ratios = {}
    for ours in [n for n in times if n.startswith("ours")]:
        fastest = [min(times[n][i] for n in PEERS if n.endswith("int16")) for i in range(options.rounds)]
        ratios[f"{ours} / h5py's fastest to int16"] = [f / t for f, t in zip(fastest, times[ours], strict=True)]
        ratios[f"{ours} / h5py to volts"] = [
            f / t for f, t in zip(times["h5py blocks, volts"], times[ours], strict=True)
        ]
    for name, r in ratios.items():
        print(f"  {name}: {spread(r)} times as fast")
    if options.json:
        options.json.write_text(json.dumps({"times_s": times, "ratios": ratios}, indent=1))


if __name__ == "__main__":
    main()
