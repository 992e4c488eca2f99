#!/usr/bin/env python3
"""`myocramp analyse` beside the usual laboratory script on one recording, from the file to episodes, each a process.

    benchmarks/speed/analyse.py [--command PATH] [--seconds 600] [--channels 16] [--rounds 7] [--night 48]

The recording is simulated (seed 1): band-limited noise, contractions on all channels, mains hum; 16 bit counts as
`myocramp convert` writes them, NWB with gzip + shuffle. The script reads with h5py and goes channel by channel: four
mains notches and a band-pass by SciPy's filtfilt, moving RMS, median and mean frequency from the STFT, and BioSPPy's
Bonato detector, a loop over samples in Python. Both run on one thread, in turns. Outputs are compared before anything
is timed, with the notches left out: they take so much from the spectrum that its median rises by 8 %. What differs in
kind: the script takes mains notches, the command finds the hum and follows it; the command also learns a baseline that
drifts, segments and measures episodes, writes its results, and digests its input. `--read-once` spares the script
reading the file anew for each channel.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FS = 2048
STEP_V = 3 / 2**16 / 1000  # of a 16 bit converter with 3 V and gain 1000
WINDOW = 1024
MAINS_HZ = (50, 100, 150, 200)


def write_recording(path: Path, channels: int, seconds: float, seed: int = 1) -> None:
    """Write the simulated recording in the OpenSignals layout."""
    import h5py
    import numpy as np
    from scipy import signal

    random = np.random.default_rng(seed)
    n = round(seconds * FS)
    t = np.arange(n) / FS
    height = np.full(n, 2.0)
    for start in np.arange(20, seconds - 20, 40):
        begin = start + random.uniform(0, 8)
        height[round(begin * FS) : round((begin + random.uniform(3, 15)) * FS)] = 40
    shape = signal.butter(2, [20, 450], "bandpass", fs=FS, output="sos")
    with h5py.File(path, "w", libver=("earliest", "v110")) as file:
        group = file.create_group("00:07:80:00:00:01")
        group.attrs.update(
            {
                "channels": np.arange(1, channels + 1),
                "resolution": np.full(channels, 16),
                "sampling rate": FS,
                "nsamples": n,
                "device": "channeller",
                "device name": "00:07:80:00:00:01",
                "macaddress": "00:07:80:00:00:01",
                "date": "2024-2-29",
                "time": "12:34:56.7",
            }
        )
        raw = group.create_group("raw")
        for c in range(1, channels + 1):
            noise = signal.sosfilt(shape, random.standard_normal(n))
            microvolts = height * noise / noise.std() * (0.5 + c / channels)
            microvolts += sum(np.sin(2 * np.pi * hz * t) / (hz / 50) for hz in MAINS_HZ)
            counts = np.clip(np.rint(microvolts * 1e-6 / STEP_V) + 2**15, 0, 2**16 - 1).astype(np.uint16)
            data = raw.create_dataset(
                f"channel_{c}",
                data=counts[:, None],
                chunks=(16384, 1),
                compression="gzip",
                compression_opts=4,
                shuffle=True,
            )
            data.attrs["sensor"] = "EMG"


def write_night(path: Path, original: Path, times: int) -> None:
    """Write the chunks of a recording several times in a row: what is compressed stays as it is."""
    import h5py

    with h5py.File(original) as source, h5py.File(path, "w", libver=("earliest", "v110")) as night:
        ((mac, device),) = source.items()
        group = night.create_group(mac)
        group.attrs.update(device.attrs)
        group.attrs["nsamples"] = times * device.attrs["nsamples"]
        for name, data in device["raw"].items():
            rows, chunk = data.shape[0], data.chunks[0]
            if rows % chunk != 0:
                sys.exit(f"--night: a multiple of {chunk} samples is asked for, there are {rows}")
            copy = group.create_dataset(
                f"raw/{name}",
                shape=(times * rows, 1),
                dtype=data.dtype,
                chunks=data.chunks,
                compression=data.compression,
                compression_opts=data.compression_opts,
                shuffle=data.shuffle,
            )
            copy.attrs.update(data.attrs)
            chunks = [data.id.read_direct_chunk((at, 0)) for at in range(0, rows, chunk)]
            for k in range(times):
                for i, (mask, content) in enumerate(chunks):
                    copy.id.write_direct_chunk((k * rows + i * chunk, 0), content, mask)


def largest_of(command: list[str]) -> float:
    """Run a command, and give the memory of its largest process, MB.

    A small process starts it: until it is another program, a child counts with what its parent holds.
    """
    small = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
    small += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", small, *command], check=True, text=True, capture_output=True)
    return int(done.stdout) * 1024 / 1e6


# --- the laboratory script ------------------------------------------------------------------------


def double_threshold(x, rest_variance: float):
    """Spans of activity by BioSPPy's Bonato detector: on after 50 pairs over the threshold, off after 50 below."""
    from biosppy.signals import emg

    rest = {"mean": 0.0, "std_dev": rest_variance**0.5, "var": rest_variance}
    edges = emg.bonato_onset_detector(
        x, rest, FS, threshold=20, active_state_duration=50, samples_above_fail=20, fail_size=20
    )["onsets"]
    return [(start / FS, stop / FS) for start, stop in zip(edges[::2], edges[1::2], strict=False)]


def laboratory_script(path: Path, mains_hz: tuple[int, ...] = MAINS_HZ, read_once: bool = False) -> dict:
    """Analyse a recording channel by channel, and tell how long each stage took."""
    import h5py
    import numpy as np
    from scipy import ndimage, signal

    took = dict.fromkeys(("read", "notch", "band-pass", "rms", "spectra", "detect"), 0.0)
    out = {"spans": [], "mdf_hz": [], "time_s": []}
    band = signal.butter(4, [20, 450], "bandpass", fs=FS)
    notches = [signal.iirnotch(hz, 30, fs=FS) for hz in mains_hz]
    with h5py.File(path) as file:
        data = file["acquisition/emg/data"]
        step_v, offset_v = data.attrs["conversion"], data.attrs["offset"]
        clock = time.perf_counter()
        if read_once:
            data = data[:]
        took["read"] += time.perf_counter() - clock
        for channel in range(data.shape[1]):
            clock = time.perf_counter()

            def lap(stage: str) -> None:
                nonlocal clock
                now = time.perf_counter()
                took[stage] += now - clock
                clock = now

            x = data[:, channel] * step_v + offset_v
            lap("read")
            for b, a in notches:
                x = signal.filtfilt(b, a, x)
            lap("notch")
            x = signal.filtfilt(*band, x)
            lap("band-pass")
            rms = np.sqrt(ndimage.uniform_filter1d(x * x, 512))
            lap("rms")
            f, t, z = signal.stft(x, FS, nperseg=WINDOW, noverlap=WINDOW // 2, boundary=None, padded=False)
            power = np.abs(z) ** 2
            inside = (f >= 20) & (f <= 450)
            total = np.cumsum(power[inside], axis=0)
            mdf = f[inside][np.argmax(total >= total[-1] / 2, axis=0)]
            mnf = (f[inside][:, None] * power[inside]).sum(axis=0) / total[-1]
            lap("spectra")
            rest = float(np.quantile(rms, 0.1)) ** 2
            out["spans"].append(double_threshold(x, rest))
            lap("detect")
            out["mdf_hz"].append(mdf.tolist())
            out["mnf_hz"] = mnf.tolist()
            out["time_s"] = t.tolist()
    out["took"] = took
    return out


# --- the comparison -------------------------------------------------------------------------------


def active_parts(spans, seconds: float):
    """Whether each tenth of a second is active."""
    import numpy as np

    active = np.zeros(round(seconds * 10), bool)
    for start, stop in spans:
        active[round(start * 10) : round(stop * 10)] = True
    return active


def compare(script: dict, episodes: Path, seconds: float) -> None:
    """Hold that both found the same activity and the same frequencies in it; else there is nothing to time."""
    import numpy as np

    with episodes.open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["trial_type"] != "bckg"]
    ours = active_parts([(float(r["onset"]), float(r["offset"])) for r in rows if float(r["duration"]) > 1], seconds)
    theirs = active_parts([span for spans in script["spans"] for span in spans if span[1] - span[0] > 1], seconds)
    agreement = (ours & theirs).sum() / max(1, (ours | theirs).sum())
    time_s = np.array(script["time_s"])
    ratios = []
    for row in rows:
        if row["mdf_hz"] == "n/a" or float(row["duration"]) < 3:
            continue
        inside = (time_s > float(row["onset"]) + 0.25) & (time_s < float(row["offset"]) - 0.25)
        channel = int(row["peak_channel"].split("_")[1]) - 1
        ratios.append(float(row["mdf_hz"]) / np.array(script["mdf_hz"][channel])[inside].mean())
    spread = max(abs(r - 1) for r in ratios)
    print(f"outputs: active time agrees to {agreement:.3f} (intersection over union, 0.1 s);", end=" ")
    print(f"median frequency of {len(ratios)} episodes within {100 * spread:.1f} %")
    if agreement < 0.9 or spread > 0.05:
        sys.exit("outputs differ: not timed")


def timed(arguments: list[str], environment: dict[str, str]) -> float:
    """Return the wall time of a process, from its start to its end."""
    start = time.perf_counter()
    subprocess.run(arguments, check=True, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def describe(times: list[float]) -> str:
    """Return median and range as text."""
    return f"{statistics.median(times):.3f} s [{min(times):.3f} to {max(times):.3f}]"


def main() -> None:
    """Compare, time and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = Path(__file__).resolve().parents[2] / "build/release/myocramp"
    parser.add_argument("--command", type=Path, default=default)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--night", type=int, default=0, help="times in a row that a night holds it; 0: no night")
    parser.add_argument("--script", type=Path, help=argparse.SUPPRESS)  # run the laboratory script on this file
    parser.add_argument("--read-once", action="store_true", help="the script reads all channels at once")
    options = parser.parse_args()
    if options.script:
        print(json.dumps(laboratory_script(options.script, read_once=options.read_once)))
        return

    import biosppy
    import h5py
    import numpy as np
    import scipy

    one = {**os.environ, **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_recording(folder / "original.h5", options.channels, options.seconds)
        recording = folder / "recording.nwb"
        subprocess.run([options.command, "convert", folder / "original.h5", "-q", "-o", recording], check=True)
        version = subprocess.run(
            [options.command, "--version"], check=True, text=True, capture_output=True
        ).stdout.strip()
        print(
            f"{version}; Python {platform.python_version()}, NumPy {np.__version__}, "
            f"SciPy {scipy.__version__}, h5py {h5py.__version__}, BioSPPy {biosppy.__version__}"
        )
        print(
            f"{options.channels} channels x {options.seconds:g} s x {FS} Hz, "
            f"{recording.stat().st_size / 1e6:.1f} MB, {os.cpu_count()} processors"
        )
        script = [sys.executable, __file__, "--script", str(recording), *(["--read-once"] if options.read_once else [])]
        took = json.loads(subprocess.run(script, check=True, text=True, capture_output=True, env=one).stdout)["took"]
        result = laboratory_script(recording, ())
        command = [str(options.command), "analyse", str(recording), "-q", "--force", "-o", str(folder / "results")]
        subprocess.run(command, check=True)
        compare(result, folder / "results" / "recording" / "episodes.tsv", options.seconds)
        print("script by stage: " + ", ".join(f"{stage} {s:.2f} s" for stage, s in took.items()))
        theirs, ours = [], []
        for _ in range(options.rounds):
            theirs.append(timed(script, one))
            ours.append(timed(command, one))
        ratios = sorted(a / b for a, b in zip(theirs, ours, strict=True))
        print(f"script  {describe(theirs)}")
        print(f"command {describe(ours)}")
        print(
            f"ratio   {statistics.median(ratios):.1f} [{ratios[0]:.1f} to {ratios[-1]:.1f}], "
            f"{options.rounds} rounds in turns"
        )
        print(f"largest process: script {largest_of(script):.0f} MB, command {largest_of(command):.0f} MB")
        if options.night > 0:
            night = folder / "night.h5"
            write_night(night, folder / "original.h5", options.night)
            analyse = [str(options.command), "analyse", str(night), "-q", "--phase", "rest"]
            start = time.perf_counter()
            most = largest_of([*analyse, "-o", str(folder / "night_results")])
            print(
                f"{options.night} times in a row, {options.night * options.seconds / 3600:g} h, "
                f"{night.stat().st_size / 1e9:.2f} GB: {most:.0f} MB in the largest process, "
                f"{time.perf_counter() - start:.0f} s"
            )


if __name__ == "__main__":
    main()
