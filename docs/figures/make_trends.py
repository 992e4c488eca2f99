"""Draw the figures of the pages on trends: trend.png and pre_episode.png.

Usage: .venv/bin/python docs/figures/make_trends.py [FOLDER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import myocramp as mc
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

TRACKS = 600
SLOPE = -0.1
SIZES = (10, 20, 30, 60, 120, 240)


def track(n: int, rho: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Half-overlapping 1 s windows from 80 Hz down, scatter of 3 Hz whose neighbours have the correlation rho."""
    e = rng.standard_normal(n)
    for k in range(1, n):
        e[k] = rho * e[k - 1] + np.sqrt(1 - rho**2) * e[k]
    t = 0.5 + 0.5 * np.arange(n)
    return t, 80 + SLOPE * (t - 0.5) + 3 * e


def one(ax: Axes) -> None:
    """One track with its line; the ends of the interval turn around the middle of the windows."""
    t, y = track(60, 0.4, np.random.default_rng(2))
    found = mc.fatigue.trend(t, y)
    line = found.intercept + found.slope * (t - t[0])
    ax.plot(t, y, "o", color="0.6", markersize=3)
    ax.plot(t, line, color="C0")
    middle = t.mean()
    level = found.intercept + found.slope * (middle - t[0])
    ends = [level + slope * (t - middle) for slope in (found.low, found.high)]
    ax.fill_between(t, *ends, color="C0", alpha=0.2, linewidth=0)
    ax.set(xlabel="time (s)", ylabel="MDF (Hz)")
    ax.set_title(
        f"{found.slope:.2f} Hz/s ({found.low:.2f} to {found.high:.2f}), {found.slope_percent_min:.1f} %/min", fontsize=9
    )


def coverage(ax: Axes) -> None:
    """Percent of tracks whose interval holds the slope."""
    ax.axhspan(93, 97, color="0.9", linewidth=0)
    for rho, style in ((0.0, "-"), (0.4, "--")):
        tracks = {n: [track(n, rho, np.random.default_rng((n, i))) for i in range(TRACKS)] for n in SIZES}
        for name, colour, fit in (
            ("trend, Theil-Sen", "C0", mc.fatigue.trend),
            ("trend, least squares", "C1", lambda t, y: mc.fatigue.trend(t, y, "ols")),
            ("Sen's interval", "C3", mc.fatigue.theil_sen),
        ):
            percent = []
            for n in SIZES:
                found = [fit(t, y) for t, y in tracks[n]]
                percent.append(100 * np.mean([f.low <= SLOPE <= f.high for f in found]))
            ax.plot(SIZES, percent, style, color=colour, label=f"{name}, correlation {rho:g}", marker=".")
    ax.set(xscale="log", xlabel="windows", ylabel="intervals that hold the slope (%)", ylim=(70, 100))
    ax.set_xticks(SIZES, [str(n) for n in SIZES])
    ax.minorticks_off()
    ax.legend(fontsize=7, loc="lower left")


def before_a_cramp() -> mc.Recording:
    """Activity whose spectrum falls by 0.2 Hz/s and whose level rises at 85 s, with the frequency, and then a cramp."""
    fs = 1000
    t = np.arange(160 * fs) / fs
    x = np.random.default_rng(3).standard_normal(len(t)) * 4e-6
    f = np.fft.rfftfreq(fs, 1 / fs)
    draws = np.random.default_rng(4)
    for second in range(
        50, 150
    ):  # noise of its own for every second, between 50 and 118 s and in the cramp from 122 s on
        if 118 <= second < 122:
            continue
        level = 200 if second >= 122 else 60 if second < 85 else 90
        centre = 100 - 0.2 * (second - 50) + (0 if second < 85 else 12)
        gain = (f / centre) / (1 + (f / centre) ** 2) ** 1.5 * (f > 15)
        part = np.fft.irfft(np.fft.rfft(draws.standard_normal(fs)) * gain, fs)
        x[second * fs : (second + 1) * fs] += part / part.std() * level * 1e-6
    return mc.Recording.from_array(x, fs=fs, channel_names=["GM"], unit="V")


def state_before(ax: Axes) -> None:
    """Windows before the cramp, those of one level, and what trends they give."""
    result = mc.analyse(before_a_cramp(), phase="rest")
    cramp = next(e for e in result.episodes if e.onset_s > 100)
    (features,) = result.features
    table, envelope = features.spectral, features.envelope
    time_s, mdf_hz = table["time_s"], table["mdf_hz"][:, 0]
    level = np.array(
        [np.sqrt(np.mean(envelope["rms_v"][np.abs(envelope["time_s"] - at) < 0.5, 0] ** 2)) for at in time_s]
    )
    active = [e for e in result.episodes if e.onset_s < cramp.onset_s]
    inside = (time_s - 0.5 >= cramp.onset_s - 61) & (time_s + 0.5 <= cramp.onset_s - 1)
    inside &= np.any([(time_s - 0.5 >= e.onset_s) & (time_s + 0.5 <= e.offset_s) for e in active], axis=0)
    matched = inside & (np.abs(level * 1e6 - cramp.pre_level_uv) <= 0.1 * cramp.pre_level_uv)
    for which, slope, colour, name in (
        (inside & ~matched, None, "0.7", "other active windows"),
        (matched, cramp.pre_matched_mdf_slope_hz_s, "C0", f"within 10 % of {cramp.pre_level_uv:.0f} µV"),
        (inside, cramp.pre_mdf_slope_hz_s, "0.4", "all active windows"),
    ):
        if name != "all active windows":
            ax.plot(time_s[which], mdf_hz[which], "o", color=colour, markersize=3, label=name)
        if slope is not None:
            ends = time_s[which][[0, -1]]
            line = np.median(mdf_hz[which]) + slope * (ends - np.median(time_s[which]))
            ax.plot(ends, line, color=colour, label=f"{name}: {slope:+.2f} Hz/s")
    ax.axvline(cramp.onset_s, color="C3", label="onset of the cramp")
    ax.axvspan(cramp.onset_s - 61, cramp.onset_s - 1, color="0.95", linewidth=0, label="span of 60 s")
    ax.set(xlabel="time (s)", ylabel="MDF (Hz)", xlim=(55, 130))
    ax.legend(fontsize=7)


def save(figure: Figure, picture: Path) -> None:
    """Without the name and version of the program that drew it, so that equal pictures are equal files."""
    figure.suptitle("simulated")
    figure.savefig(picture, dpi=80, metadata={"Software": None})
    print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")


def main(folder: Path) -> None:
    """Draw all."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    one(left)
    coverage(right)
    save(figure, folder / "trend.png")
    figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
    state_before(ax)
    save(figure, folder / "pre_episode.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
