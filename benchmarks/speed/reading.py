"""Reading a compressed recording: ours against h5py, interleaved, outputs compared first.

The recording: int16, (time, channel), 16 channels x 600 s x 2048 Hz of noise between 20 and 450 Hz, 5 uV at
rest and 155 uV in a burst of 10 s each minute (seed 20), chunks of (16384, 16), shuffle and gzip level 4. The
file is warm in the page cache, and every time includes opening it (ours: by a generic layout). How far gzip packs
depends on the resolution (--step-uv), and so does the ratio. --tile takes a real recording instead, an OpenSignals
file: the counts of its first channel, repeated to this length, each channel beginning elsewhere, and no two neighbours
apart as two others are: else DEFLATE would find each row again in the rows before, as in no recording of 16 channels.

With --convert both read what `myocramp convert` makes of that recording, and h5py's times for the recording itself are
given too.

The peer is the h5py of the Python that runs this; its HDF5 makes a difference.

Beside the time that passes, the processor time of one thread is compared: other work on the machine distorts it less.

python benchmarks/speed/reading.py build/bench/benchmarks/bench_reading [--rounds 9] [--tile FILE] [--convert COMMAND]
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
from functools import partial
from pathlib import Path

import h5py
import numpy as np

SEED = 20
CHANNELS, RATE_HZ, SECONDS = 16, 2048, 600
BLOCK = 16384
DATASET = "/emg"
CONVERTED = "/acquisition/emg/data"
VOLTS_PER_COUNT = 2.5e-7  # of either side when it reads, whatever the recording was made with


def noise(step_v: float) -> np.ndarray:
    """Simulate the counts."""
    from scipy import signal  # here, since for a recording that is there already h5py and NumPy are enough

    rng = np.random.default_rng(SEED)
    n = RATE_HZ * SECONDS
    sos = signal.butter(4, [20, 450], "bandpass", fs=RATE_HZ, output="sos")
    counts = np.empty((n, CHANNELS), dtype="<i2")
    t = np.arange(n) / RATE_HZ
    for c in range(CHANNELS):
        amplitude_v = 5e-6 + 150e-6 * (((t + 3 * c) % 60) < 10)
        x = signal.sosfilt(sos, rng.standard_normal(n)) * amplitude_v
        counts[:, c] = np.clip(np.round(x / step_v), -32768, 32767)
    return counts


def tiled(recording: Path) -> np.ndarray:
    """Repeat the counts of a recording's first channel."""
    with h5py.File(recording, "r") as f:
        device = next(iter(f.values()))
        name = next(n for n in device["raw"] if n.startswith("channel"))
        x = device["raw"][name][:, 0].astype(np.int64)
        x = (x - int(np.round(np.median(x)))).astype("<i2")
    n = RATE_HZ * SECONDS
    long = np.tile(x, n // len(x) + 2)
    begins = [1777 * c * (c + 1) // 2 % len(x) for c in range(CHANNELS)]
    return np.stack([long[b : b + n] for b in begins], axis=1)


def write(path: Path, counts: np.ndarray) -> None:
    """Write the recording."""
    with h5py.File(path, "w") as f:
        f.create_dataset(
            DATASET, data=counts, chunks=(BLOCK, CHANNELS), compression="gzip", compression_opts=4, shuffle=True
        )


def dataset(path: Path) -> str:
    """Name what is read."""
    return CONVERTED if path.suffix == ".nwb" else DATASET


def layout_of(path: Path) -> Path:
    """Describe the recording as a generic layout."""
    layout = {
        "signal": dataset(path),
        "axes": ["time", "channel"],
        "rate_hz": RATE_HZ,
        "unit": "V",
        "scale": VOLTS_PER_COUNT,
    }
    described = path.with_name(path.name + ".json")
    described.write_text(json.dumps(layout), encoding="utf-8")
    return described


def h5py_whole(path: Path) -> np.ndarray:
    """All at once, as stored."""
    with h5py.File(path, "r") as f:
        return f[dataset(path)][...]


def h5py_blocks(path: Path) -> None:
    """Block by block into one array, as stored."""
    with h5py.File(path, "r") as f:
        d = f[dataset(path)]
        block = np.empty((BLOCK, CHANNELS), dtype=d.dtype)
        for begin in range(0, d.shape[0], BLOCK):
            n = min(BLOCK, d.shape[0] - begin)
            d.read_direct(block, np.s_[begin : begin + n], np.s_[:n])


def h5py_volts(path: Path) -> None:
    """Block by block, as volts."""
    with h5py.File(path, "r") as f:
        d = f[dataset(path)]
        block = np.empty((BLOCK, CHANNELS), dtype=d.dtype)
        volts = np.empty((BLOCK, CHANNELS))
        for begin in range(0, d.shape[0], BLOCK):
            n = min(BLOCK, d.shape[0] - begin)
            d.read_direct(block, np.s_[begin : begin + n], np.s_[:n])
            np.multiply(block[:n], VOLTS_PER_COUNT, out=volts[:n])


BEFORE = "before, "  # of the recording that was converted
PEERS = {"h5py whole, int16": h5py_whole, "h5py blocks, int16": h5py_blocks, "h5py blocks, volts": h5py_volts}


Times = tuple[float, float]  # passed, of the processor; seconds


def time_peer(f: Callable[[Path], object], path: Path, repeats: int) -> Times:
    """Give the medians of some runs."""
    passed, processor = [], []
    for _ in range(repeats):
        start, start_processor = time.perf_counter(), time.process_time()
        f(path)
        passed.append(time.perf_counter() - start)
        processor.append(time.process_time() - start_processor)
    return statistics.median(passed), statistics.median(processor)


def time_ours(program: Path, path: Path, threads: int, repeats: int) -> Times:
    """Give the medians of runs that the program times itself, without its first, which warms it up as h5py is warm."""
    command = [program, path, layout_of(path), f"--benchmark_filter=reading/{threads}/"]
    command += ["--benchmark_min_time=0.001", f"--benchmark_repetitions={repeats + 1}", "--benchmark_format=json"]
    out = subprocess.run([str(c) for c in command], check=True, capture_output=True, text=True).stdout
    runs = [b for b in json.loads(out)["benchmarks"] if b["run_type"] == "iteration"][1:]
    passed, processor = (statistics.median(b[key] for b in runs) / 1e3 for key in ("real_time", "cpu_time"))
    return passed, processor


def compare(program: Path, path: Path, folder: Path) -> None:
    """Hold that both sides read the same volts; this also brings the file into the page cache."""
    dump = folder / "volts.f64"
    subprocess.run([program, path, layout_of(path), "--dump", dump], check=True)
    ours = np.fromfile(dump).reshape(-1, CHANNELS)
    dump.unlink()
    if not np.array_equal(ours, h5py_whole(path) * VOLTS_PER_COUNT):
        sys.exit("the volts differ from h5py's: nothing measured")


def spread(x: list[float]) -> str:
    """Show the median and the range."""
    return f"{statistics.median(x):.2f} [{min(x):.2f}..{max(x):.2f}]"


def report(times: dict[str, list[Times]], rounds: int) -> None:
    """Print times and ratios, each ratio taken within its round."""
    samples = CHANNELS * RATE_HZ * SECONDS
    for name, t in times.items():
        rate = samples / statistics.median(x[0] for x in t) / 1e6
        print(f"  {name:27}{spread([x[0] * 1e3 for x in t])} ms, {rate:.0f} million samples/s")
    for before in [k for k in ("", BEFORE) if f"{k}{next(iter(PEERS))}" in times]:
        whole, blocks, volts = (times[f"{before}{name}"] for name in PEERS)
        for ours in (name for name in times if name.startswith("ours")):
            for kind, k in (("time", 0), ("processor time", 1)):
                if kind == "processor time" and not ours.endswith("1 thread"):
                    continue  # of the calling thread alone
                of_ours = [x[k] for x in times[ours]]
                fastest = [min(whole[i][k], blocks[i][k]) / of_ours[i] for i in range(rounds)]
                to_volts = [volts[i][k] / of_ours[i] for i in range(rounds)]
                print(
                    f"  {ours}, {kind}: {spread(fastest)} of h5py's fastest to int16, "
                    f"{spread(to_volts)} of h5py to volts{', the recording as it was' if before else ''}"
                )


def main() -> None:
    """Make the recording, compare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each side in a round; their median counts")
    parser.add_argument("--step-uv", type=float, default=0.25, help="resolution of the recording")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"), help="where the recording is kept")
    parser.add_argument("--tile", type=Path, help="an OpenSignals recording to repeat")
    parser.add_argument("--convert", type=Path, help="the command that makes the file to be read")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    what = f"tiled_{options.tile.stem}" if options.tile else f"{SEED}_{options.step_uv:g}uv"
    path = options.folder / f"reading_{what}.h5"
    if not path.exists():
        write(path, tiled(options.tile) if options.tile else noise(options.step_uv * 1e-6))
    sides = {}
    if options.convert:
        compare(options.program, path, options.folder)
        sides = {f"{BEFORE}{name}": partial(time_peer, f, path, options.repeats) for name, f in PEERS.items()}
        made = path.with_suffix(".nwb")
        made.unlink(missing_ok=True)
        command = [options.convert, "convert", path, "-o", made, "--layout", layout_of(path), "--quiet"]
        subprocess.run([str(c) for c in command], check=True)
        path = made
    compare(options.program, path, options.folder)

    sides |= {name: partial(time_peer, f, path, options.repeats) for name, f in PEERS.items()}
    for threads, name in ((1, "ours, volts, 1 thread"), (2, "ours, volts, 2 threads")):
        sides[name] = partial(time_ours, options.program, path, threads, options.repeats)
    times: dict[str, list[Times]] = {name: [] for name in sides}
    load_before = os.getloadavg()[0]
    for _ in range(options.rounds):
        for name, run in sides.items():
            times[name].append(run())

    mb = path.stat().st_size / 1e6
    print(f"{path.name}, file of {mb:.1f} MB; {options.rounds} rounds of {options.repeats} runs")
    print(f"h5py {h5py.__version__} with HDF5 {h5py.version.hdf5_version}, {os.cpu_count()} processors")
    print(f"load {load_before:.1f} before, {os.getloadavg()[0]:.1f} after")
    report(times, options.rounds)


if __name__ == "__main__":
    main()
