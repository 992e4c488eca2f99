"""Pictures of an analysis. Only imported when one is drawn, because matplotlib is slow to load."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MultipleLocator

from ._errors import InvalidArgument
from ._recording import Recording, Signal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._events import Episode, Event
    from ._metadata import Phase
    from ._study import Result

Array = npt.NDArray[np.float64]

# Fills that stay apart for colour-blind eyes (Tol, "light"), so that a class has the same colour in every picture.
CLASS_COLOURS = {
    "cramp": "#EE8866",
    "sustained": "#EEDD88",
    "twitch": "#99DDFF",
    "fasciculation": "#44BB99",
    "voluntary": "#77AADD",
    "stimulated": "#FFAABB",
    "artefact": "#CCCCCC",
}
# Lines on them (Okabe and Ito, without yellow).
CHANNEL_COLOURS = ["#0072B2", "#B34700", "#00755A", "#8F3B76", "#222222", "#2F8FC9", "#A87400", "#777777"]

_DASHED = (0, (4, 2))


class _Lane:
    """One analysed channel: where its samples are, and how it is drawn."""

    def __init__(self, signal: Signal, column: int, name: str, place: int) -> None:
        self.signal = signal
        self.column = column
        self.name = name
        self.colour = CHANNEL_COLOURS[place % len(CHANNEL_COLOURS)]
        self.middle = 0.0  # of the lane, µV


def draw(result: Result, axes: Sequence[Axes] | npt.NDArray[np.object_] | None) -> npt.NDArray[np.object_]:
    """Draw trace, envelope and median frequency; see `Result.plot`."""
    lanes = list(_lanes(result))
    if axes is None:
        height = min(2.2 + 0.5 * (len(lanes) - 1), 6.0)
        _, new = plt.subplots(
            3, 1, sharex=True, figsize=(12, height + 4.4), height_ratios=[height, 2.0, 1.6], layout="constrained"
        )
        rows = np.asarray(new)
    else:
        rows = np.asarray(axes, dtype=object).reshape(-1)
    if len(rows) != 3:
        raise InvalidArgument("E-AXES", "", "axes", "three axes: trace, envelope, median frequency", str(len(rows)))

    plot_traces(result, rows[0])
    plot_envelopes(result, rows[1])
    plot_frequencies(result, rows[2])
    for ax in rows[:2]:
        ax.set_xlabel("")
    _head(rows[0], result)
    return rows


def plot_traces(what: Recording | Result, ax: Axes | None = None) -> Axes:
    """
    Draw the samples of every channel over time, one lane each, with what is marked in them.

    Each pixel column has the minimum and the maximum of its samples (µV, less the channel's median), so hours take no
    more points than minutes. Of a recording its labels are shaded, of a result its episodes, each on its channels and
    coloured by class; phases of the protocol are marked where they begin.

    Parameters
    ----------
    what : Recording or Result
        What to draw. Of a result only the channels that were analysed are.
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    matplotlib Axes
        Times in seconds on the recording's clock. Nothing is shown or saved.

    Raises
    ------
    DataError, IoError
        When the samples cannot be read any more.

    Examples
    --------
    >>> ax = myocramp.plot_traces(myocramp.example())
    >>> ax.figure.savefig("example.png")
    """
    ax = _new() if ax is None else ax
    marks = what.labels if isinstance(what, Recording) else what.episodes
    lanes = list(_all_lanes(what) if isinstance(what, Recording) else _lanes(what))
    _traces(ax, lanes, what.duration_s)
    _shade_lanes(ax, lanes, marks)
    _protocol(ax, what.protocol, names=True)
    _classes(ax, marks, "no labels" if isinstance(what, Recording) else "no episodes")
    _span(ax, what)
    return ax


def plot_envelopes(result: Result, ax: Axes | None = None) -> Axes:
    """
    Draw the RMS envelope of every channel (µV) over its level at rest; episodes are shaded by class.

    Parameters
    ----------
    result : Result
        What `analyse` gave.
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    matplotlib Axes
        Times in seconds on the recording's clock. Nothing is shown or saved.

    Examples
    --------
    >>> myocramp.plot_envelopes(myocramp.analyse(myocramp.example()))
    """
    ax = _new() if ax is None else ax
    _envelopes(ax, list(_lanes(result)), result)
    _shade_wide(ax, result)
    return ax


def plot_frequencies(result: Result, ax: Axes | None = None) -> Axes:
    """
    Draw the median frequency (Hz) in windows inside an episode of their channel, and its trend in the peak channel.

    Parameters
    ----------
    result : Result
        What `analyse` gave.
    ax : matplotlib Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    matplotlib Axes
        Times in seconds on the recording's clock. Nothing is shown or saved. Without such a window a sentence says so.

    Examples
    --------
    >>> myocramp.plot_frequencies(myocramp.analyse(myocramp.example()))
    """
    ax = _new() if ax is None else ax
    _frequencies(ax, list(_lanes(result)), result)
    _shade_wide(ax, result)
    return ax


def _new() -> Axes:
    return plt.subplots(figsize=(12, 4), layout="constrained")[1]


def _span(ax: Axes, what: Recording | Result) -> None:
    """Give the time axis the length of the recording."""
    ax.set_xlim(what.start_s, what.start_s + max(what.duration_s, 1e-3))
    ax.margins(x=0)
    ax.spines[["top", "right"]].set_visible(False)
    _time_axis(ax, what.duration_s)


def _shade_wide(ax: Axes, result: Result) -> None:
    """Shade the episodes, but for marks narrower than a pixel, which would hide more than they show."""
    pixel = max(result.duration_s, 1e-3) / _columns(ax)
    for label, spans in _by_class([e for e in result.episodes if e.duration_s >= pixel]):
        _shade(ax, label, spans, 0, 1)
    _protocol(ax, result.protocol, names=False)
    _span(ax, result)


def _all_lanes(recording: Recording) -> Iterator[_Lane]:
    channels = ((signal, column) for signal in recording.signals for column in range(len(signal.channels)))
    for place, (signal, column) in enumerate(channels):
        yield _Lane(signal, column, signal.channels[column], place)


def _lanes(result: Result) -> Iterator[_Lane]:
    where = {
        name: (signal, column) for signal in result.recording.signals for column, name in enumerate(signal.channels)
    }
    place = 0
    for features in result.features:
        for name in features.envelope.channels or []:
            signal, column = where[name]
            yield _Lane(signal, column, name, place)
            place += 1


# --- rows -------------------------------------------------------------------------------------------------------------


def _traces(ax: Axes, lanes: list[_Lane], duration_s: float) -> None:
    columns = _columns(ax)
    lines: list[tuple[_Lane, Array, Array]] = []
    for signal in {id(lane.signal): lane.signal for lane in lanes}.values():
        mine = [lane for lane in lanes if lane.signal is signal]
        share = signal.duration_s / max(duration_s, 1e-9)
        time_s, values = _outline(signal, [lane.column for lane in mine], max(2, int(columns * share)))
        lines += [(lane, time_s, values[:, i] * 1e6) for i, lane in enumerate(mine)]

    # One spike must not flatten everything else.
    extents = [np.nanquantile(np.abs(v), 0.999) for _, _, v in lines if np.isfinite(v).any()]
    spacing = 2.2 * (max(extents, default=0.0) or 1.0)
    for place, (lane, time_s, values) in enumerate(lines):
        lane.middle = -place * spacing if len(lines) > 1 else 0.0
        ax.plot(time_s, lane.middle + values, color=lane.colour, linewidth=0.5, solid_joinstyle="bevel")
    if len(lines) <= 1:
        ax.set_ylabel("EMG (µV)")
        return
    ax.set_ylim(-(len(lines) - 0.5) * spacing, 0.5 * spacing)
    ax.set_yticks([lane.middle for lane, _, _ in lines], [lane.name for lane, _, _ in lines])
    ax.tick_params(axis="y", length=0)
    for text, (lane, _, _) in zip(ax.get_yticklabels(), lines, strict=True):
        text.set_color(lane.colour)
    ax.spines["left"].set_visible(False)
    bar = _nice_below(0.8 * spacing)
    across = ax.get_yaxis_transform()
    bottom = -(len(lines) - 0.5) * spacing
    ax.plot([1.006, 1.006], [bottom, bottom + bar], color="black", linewidth=2, transform=across, clip_on=False)
    ax.text(1.012, bottom + bar / 2, f"{bar:g} µV", rotation=90, va="center", ha="left", fontsize=8, transform=across)
    ax.set_ylabel("EMG (µV)")


def _envelopes(ax: Axes, lanes: list[_Lane], result: Result) -> None:
    columns = _columns(ax)
    colours = {lane.name: lane.colour for lane in lanes}
    for features in result.features:
        table = features.envelope
        for i, name in enumerate(table.channels or []):
            time_s, rms = _highest(table["time_s"], table["rms_v"][:, i] * 1e6, columns)
            ax.plot(time_s, rms, color=colours[name], linewidth=0.8)
            time_s, rest = _highest(table["time_s"], table["baseline_v"][:, i] * 1e6, columns)
            ax.plot(time_s, rest, color=colours[name], linewidth=0.8, linestyle=_DASHED)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("RMS (µV)")
    _key(
        ax,
        Line2D([], [], color="0.3", linewidth=0.8, label="RMS envelope"),
        Line2D([], [], color="0.3", linewidth=0.8, linestyle=_DASHED, label="level at rest"),
    )


def _frequencies(ax: Axes, lanes: list[_Lane], result: Result) -> None:
    colours = {lane.name: lane.colour for lane in lanes}
    anything = trends = False
    for features in result.features:
        table = features.spectral
        hops_per_pixel = len(table) / _columns(ax)
        for i, name in enumerate(table.channels or []):
            times: list[float] = []
            values: list[float] = []
            for e in result.episodes:
                if name not in e.channels:
                    continue
                inside = _windows_inside(table["time_s"], features.spectral_window_s, e)
                times += [*table["time_s"][inside], math.nan]
                values += [*table["mdf_hz"][inside, i], math.nan]
                if name == e.peak_channel and math.isfinite(e.mdf_slope_hz_s):
                    _trend(ax, table["time_s"][inside], table["mdf_hz"][inside, i], e.mdf_slope_hz_s, colours[name])
                    trends = True
            anything = anything or bool(np.isfinite(values).any())
            dense = hops_per_pixel > 0.5 or len(lanes) > 2
            ax.plot(
                times,
                values,
                color=colours[name],
                linewidth=0 if dense else 0.7,
                marker="o",
                markersize=1.8 if dense else 3.0,
                markeredgewidth=0,
                alpha=0.7 if dense else 1.0,
            )
    ax.set_ylabel("MDF (Hz)")
    if not anything:
        ax.set_yticks([])
        ax.text(0.5, 0.5, "no spectral window lies inside an episode", ha="center", va="center", transform=ax.transAxes)
        return
    points = Line2D([], [], color="0.3", linewidth=0, marker="o", markersize=3, label="windows in episodes")
    trend = Line2D([], [], color="0.3", linewidth=1.8, label="trend of the peak channel")
    _key(ax, *([points, trend] if trends else [points]))


def _windows_inside(time_s: Array, window_s: float, e: Episode) -> slice:
    """Give the windows that lie wholly in an episode."""
    first = np.searchsorted(time_s, e.onset_s + window_s / 2 - 1e-9)
    last = np.searchsorted(time_s, e.offset_s - window_s / 2 + 1e-9, side="right")
    return slice(int(first), int(last))


def _trend(ax: Axes, time_s: Array, y: Array, slope: float, colour: str) -> None:
    """Draw a line of the given slope through the medians, as Theil and Sen's line goes."""
    known = np.isfinite(y)
    ends = time_s[known][[0, -1]]
    line = np.median(y[known]) + slope * (ends - np.median(time_s[known]))
    ax.plot(ends, line, color="white", linewidth=2.8, zorder=3)
    ax.plot(ends, line, color=colour, linewidth=1.8, zorder=3.1)


def _protocol(ax: Axes, protocol: Sequence[Phase], *, names: bool) -> None:
    """Mark where the phases begin, and name them; a phase of the whole recording stands in the title."""
    phases = [p for p in protocol if math.isfinite(p.start_s)]
    for p in phases if len(phases) <= 20 else []:
        ax.axvline(p.start_s, color="0.4", linewidth=0.8, linestyle=":", zorder=1)
        if names:
            across = ax.get_xaxis_transform()
            ax.text(p.start_s, 0.01, f" {p.name}", fontsize=8, color="0.3", transform=across, clip_on=True)


def _key(ax: Axes, *handles: Line2D) -> None:
    """Say above the axes what the lines are, where it hides nothing."""
    ax.legend(
        handles=list(handles),
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=len(handles),
        fontsize=8,
        frameon=False,
        borderaxespad=0.1,
        borderpad=0,
    )


def _head(ax: Axes, result: Result) -> None:
    rec = result.recording
    length = f"{result.duration_s:g} s" if result.duration_s < 600 else f"{_clock(result.duration_s)} (h:mm:ss)"
    parts = [os.path.basename(rec.path) or "recording in memory", rec.session_start.replace("T", " "), length]
    parts.append(_phases(result))
    ax.set_title("  ·  ".join(part for part in parts if part), loc="left", fontsize=11, pad=22)


def _classes(ax: Axes, marks: Sequence[Event], none: str) -> None:
    """Name the classes that are shaded, above the axes."""
    classes = [
        Patch(facecolor=_colour(label), edgecolor="none", label=f"{label} ({len(spans)})")
        for label, spans in _by_class(marks)
    ]
    if not classes:
        ax.text(0, 1.02, none, fontsize=9, transform=ax.transAxes, va="bottom")
        return
    ax.legend(
        handles=classes,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(classes),
        fontsize=9,
        frameon=False,
        borderaxespad=0.2,
        borderpad=0,
        handlelength=1.4,
    )


def _phases(result: Result) -> str:
    names = [p.name for p in result.protocol]
    if len(names) == 1:
        return f"phase {names[0]}"
    return f"protocol of {len(names)} phases" if names else "phase not known, so nothing is called cramp"


# --- shading ----------------------------------------------------------------------------------------------------------


def _colour(label: str) -> str:
    return CLASS_COLOURS.get(label, CLASS_COLOURS["artefact"])


def _by_class(episodes: Sequence[Event]) -> list[tuple[str, list[tuple[float, float]]]]:
    order = [*CLASS_COLOURS, *sorted({e.label for e in episodes} - CLASS_COLOURS.keys())]
    found = [(label, [(e.onset_s, e.duration_s) for e in episodes if e.label == label]) for label in order]
    return [(label, spans) for label, spans in found if spans]


def _shade(ax: Axes, label: str, spans: list[tuple[float, float]], bottom: float, height: float) -> None:
    """Shade spans over a part of the height, 0 to 1; the edge keeps what is narrower than a pixel visible."""
    colour = _colour(label)
    ax.broken_barh(
        spans,
        (bottom, height),
        transform=ax.get_xaxis_transform(),
        facecolor=colour,
        edgecolor=colour,
        linewidth=0.6,
        alpha=0.6,
        zorder=0.5,
    )


def _shade_lanes(ax: Axes, lanes: list[_Lane], episodes: Sequence[Event]) -> None:
    """Shade every event on the channels that took part; one that names none is of all."""
    height = 1 / max(1, len(lanes))
    for place, lane in enumerate(lanes):
        for label, spans in _by_class([e for e in episodes if not e.channels or lane.name in e.channels]):
            _shade(ax, label, spans, 1 - (place + 1) * height, height)


# --- thinning ---------------------------------------------------------------------------------------------------------


def _outline(signal: Signal, channels: list[int], columns: int) -> tuple[Array, Array]:
    """Give time and volts of some channels less their medians, thinned to minimum and maximum of each pixel column."""
    n = signal.n_samples
    per_column = max(1, math.ceil(n / columns))
    if per_column <= 2:
        x = _finite(signal.data[:, channels])
        return signal.start_s + np.arange(n) / signal.fs, x - _median(x)
    rows = per_column * max(1, 2**18 // (per_column * max(1, len(signal.channels))))
    low, high, some = [], [], []
    for begin in range(0, n, rows):
        x = _finite(signal.read(begin, min(n, begin + rows))[:, channels])
        first = np.arange(0, len(x), per_column)
        low.append(np.fmin.reduceat(x, first, axis=0))
        high.append(np.fmax.reduceat(x, first, axis=0))
        some.append(x[:: max(1, per_column // 16)])
    columns_s = (np.arange(math.ceil(n / per_column), dtype=np.float64) + 0.5) * (per_column / signal.fs)
    pairs = np.stack([np.concatenate(low), np.concatenate(high)], axis=1).reshape(2 * len(columns_s), -1)
    return signal.start_s + np.repeat(columns_s, 2), pairs - _median(np.concatenate(some))


def _highest(time_s: Array, y: Array, columns: int) -> tuple[Array, Array]:
    """Thin one curve to the maximum of each pixel column; a curve with fewer points stays as it is."""
    per_column = math.ceil(len(y) / columns)
    if per_column <= 1:
        return time_s, y
    first = np.arange(0, len(y), per_column)
    return time_s[first] + per_column / 2 * (time_s[1] - time_s[0]), np.fmax.reduceat(y, first)


def _columns(ax: Axes) -> int:
    """Count the pixel columns of an axes."""
    return max(200, int(ax.get_window_extent().width))


def _finite(x: Array) -> Array:
    x[~np.isfinite(x)] = np.nan
    return x


def _median(x: Array) -> Array:
    """Give the median of each column, 0 where there is nothing."""
    return np.array([np.median(v) if len(v) else 0.0 for v in (c[np.isfinite(c)] for c in x.T)])


# --- scales -----------------------------------------------------------------------------------------------------------


def _nice_below(value: float) -> float:
    """Give the largest of 1, 2, 5 times a power of ten that is not above."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(k * power for k in (1.0, 2.0, 5.0) if k * power <= value)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _time_axis(ax: Axes, duration_s: float) -> None:
    if duration_s < 600:
        ax.set_xlabel("Time (s)")
        return
    steps = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14400]
    step = next((s for s in steps if duration_s / s <= 12), 86400)
    ax.xaxis.set_major_locator(MultipleLocator(step))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _clock(x)))
    ax.set_xlabel("Time (h:mm:ss)")
