"""Draw the figures of docs/methods/simulator.md: simulator_cramp.png, simulator_voluntary.png and simulator_night.png.

Usage: .venv/bin/python docs/figures/make_simulator.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import myocramp as mc
import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

MUSCLE = {"name": "gastrocnemius_medialis", "code": "GM"}


def session(**keys: Any) -> mc.Recording:
    """One recording of the calf with noise and hum."""
    scenario = {
        "generator": "motor_units",
        "muscles": [MUSCLE],
        "contaminants": {"noise": {"rms_uv": 1.5}, "hum": {"amplitude_uv": 1}},
        **keys,
    }
    return mc.simulate(scenario, seed=7)[0]


def window_of(rec: mc.Recording, event: Any, margin_s: float) -> tuple[float, float]:
    """Return the event's time with a margin, inside the recording."""
    return max(0.0, event.onset_s - margin_s), min(rec.duration_s, event.offset_s + margin_s)


def draw(rec: mc.Recording, channel: str, start_s: float, stop_s: float, muscle: str, title: str, path: Path) -> None:
    """Trace, envelope, spectrogram and raster of units over one time axis; labels shaded."""
    part = rec[start_s:stop_s]
    x = part.pick([channel]).data[:, 0]
    fs = rec.fs
    t = start_s + np.arange(len(x)) / fs
    figure, axes = plt.subplots(
        4, 1, figsize=(10, 8), sharex=True, height_ratios=[1, 1, 1.2, 1.6], layout="constrained"
    )
    figure.suptitle(f"{title} (simulated)")

    trace, envelope, spectrum, raster = axes
    trace.plot(t, x * 1e6, color="0.25", linewidth=0.3, rasterized=True)
    trace.set_ylabel(f"{channel} (µV)")
    y = mc.filter.bandpass(x, fs)
    envelope.plot(t, mc.envelope.rms(y, fs, window_s=0.25) * 1e6, color="C0", linewidth=1)
    envelope.set_ylabel("RMS, 0.25 s (µV)")
    envelope.set_yscale("log")
    envelope.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    envelope.yaxis.set_major_formatter(FuncFormatter(lambda level, _: f"{level:g}"))
    envelope.yaxis.set_minor_locator(NullLocator())
    power, f, times = spectrogram(y, fs)
    image = 10 * np.log10(power.T + 1e-18) + 120
    top = np.percentile(image, 99.9)
    spectrum.pcolormesh(
        start_s + times, f, image, vmin=top - 50, vmax=top, cmap="magma", shading="nearest", rasterized=True
    )
    spectrum.set(ylabel="frequency (Hz)", ylim=(0, 400))

    units = rec.truth.units
    rows = [d[(d >= start_s) & (d < stop_s)] for d in units[units.muscle == muscle].discharges_s]
    numbers = list(units[units.muscle == muscle].unit)
    raster.eventplot(rows, lineoffsets=numbers, linelengths=1.2, linewidths=0.4, colors="k", rasterized=True)
    raster.set(ylabel="motor unit", xlabel="time (s)", xlim=(start_s, stop_s))
    colours = {
        "cramp": "C3",
        "voluntary": "C2",
        "sustained": "C1",
        "twitch": "C4",
        "fasciculation": "C5",
        "stimulated": "C7",
    }
    for event in rec.truth.events.itertuples():
        if event.offset_s < start_s or event.onset_s > stop_s or channel not in event.channels:
            continue
        for ax in (trace, envelope):
            ax.axvspan(event.onset_s, event.offset_s, color=colours[event.label], alpha=0.2, linewidth=0)
    shown = [
        e.label
        for e in rec.truth.events.itertuples()
        if e.offset_s > start_s and e.onset_s < stop_s and channel in e.channels
    ]
    handles = [plt.Rectangle((0, 0), 1, 1, color=colours[name], alpha=0.2) for name in dict.fromkeys(shown)]
    trace.legend(handles, list(dict.fromkeys(shown)), loc="upper right", fontsize=8)
    figure.savefig(path, dpi=80, metadata={"Software": None})
    plt.close(figure)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def spectrogram(x: np.ndarray, fs: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Power of half-overlapping segments of 0.25 s under a Hann window, (segment, frequency)."""
    n = round(fs / 4)
    starts = np.arange(0, len(x) - n + 1, n // 2)
    segments = x[starts[:, None] + np.arange(n)] * np.hanning(n)
    return np.abs(np.fft.rfft(segments)) ** 2, np.fft.rfftfreq(n, 1 / fs), (starts + n / 2) / fs


def main(folder: Path) -> None:
    """Draw all."""
    rec = session(
        protocol=[{"phase": "rest", "duration_s": 150}],
        events=[
            {
                "class": "cramp",
                "count": 1,
                "peak_uv": 60,
                "announced": {"per_minute": 20, "lead_s": 30},
                "release": {"probability": 1, "at": 0.75},
            }
        ],
    )
    cramp = next(e for e in rec.truth.events.itertuples() if e.label == "cramp")
    draw(
        rec,
        "GM",
        *window_of(rec, cramp, 30),
        MUSCLE["name"],
        "A cramp that a stretch releases",
        folder / "simulator_cramp.png",
    )

    rec = session(
        protocol=[{"phase": "mvc", "duration_s": 50}],
        ladders=[{"phase": "mvc", "levels": [0.05, 0.15, 0.4, 0.8], "ramp_s": 1.5, "hold_s": 4, "pause_s": 4}],
    )
    draw(
        rec,
        "GM",
        0,
        50,
        MUSCLE["name"],
        "Contractions at 5, 15, 40 and 80 % of the largest excitation",
        folder / "simulator_voluntary.png",
    )

    rec = mc.simulate("nocturnal", seed=1)[0]
    cramp = max(
        (e for e in rec.truth.events.itertuples() if e.label == "cramp" and e.muscle != "tibialis_anterior"),
        key=lambda e: e.offset_s - e.onset_s,
    )
    draw(
        rec,
        cramp.peak_channel,
        *window_of(rec, cramp, 240),
        cramp.muscle,
        "Minutes of a night",
        folder / "simulator_night.png",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
