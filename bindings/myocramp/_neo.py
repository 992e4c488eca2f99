"""Neo: segments, and so every format that python-neo reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._events import Event
from ._foreign import Found, Part, chosen, fits, library, recording_of, refusal
from ._grid import grid_of
from ._recording import Recording
from ._units import volts_per
from ._words import sort_out

if TYPE_CHECKING:
    import neo


def from_neo(segment: neo.Segment, channels: str | Sequence[str] | None = None) -> Recording:
    """
    Make a recording of a Neo segment: its signals that are volts, its epochs and events.

    Parameters
    ----------
    segment : neo.Segment
        Each AnalogSignal becomes one signal; an IrregularlySampledSignal too when its times lie on a grid, with gaps
        for its holes. Lazy ones must be loaded before. Other quantities than volts are refused by name.
    channels : str or sequence of str, optional
        Names, or patterns in which * stands for any text.

    Returns
    -------
    Recording
        On the segment's clock: ``start_s`` is ``t_start``. Epochs become labels with a duration, events instants.

    Raises
    ------
    TypeError
        For anything but a segment.
    DataError
        E-TIMES for irregular times that lie on no grid; E-CHANNELS, E-SENSOR or E-UNIT when no channel is left.
    InvalidArgument
        E-LIBRARY without Neo.

    Examples
    --------
    >>> block = neo.io.Spike2IO("cramp.smr").read_block()
    >>> rec = myocramp.from_neo(block.segments[0], channels=["GM", "GL"])
    """
    neo_ = library("neo")
    if not isinstance(segment, neo_.Segment):
        raise TypeError(f"expected a segment of Neo, found {type(segment).__name__}")
    found = Found("neo")
    wanted = (channels,) if isinstance(channels, str) else tuple(channels or ())
    signals = [*segment.analogsignals, *segment.irregularlysampledsignals]
    named = [(s, _names(s, i)) for i, s in enumerate(signals)]
    chosen(wanted, [n for _, names in named for n in names], "")
    for s, names in named:
        _add(s, names, wanted, found)
    events: list[Event] = []
    for epoch in segment.epochs:
        starts, lengths = epoch.times.rescale("s").magnitude, epoch.durations.rescale("s").magnitude
        events += [
            Event(float(t), float(d), str(label)) for t, d, label in zip(starts, lengths, _labels(epoch), strict=True)
        ]
    for event in segment.events:
        starts = event.times.rescale("s").magnitude
        events += [Event(float(t), 0.0, str(label)) for t, label in zip(starts, _labels(event), strict=True)]
    if segment.spiketrains:
        found.notes.append(f"{len(segment.spiketrains)} spike trains: not read")
    found.tell(sort_out(events))
    found.start(segment.rec_datetime)
    found.description = str(segment.description or "")
    return recording_of(found)


def _labels(rows: Any) -> list[str]:
    labels = [str(x) for x in np.ravel(rows.labels)] if rows.labels is not None else []
    return labels if len(labels) == len(rows) else [str(rows.name or "event")] * len(rows)


def _names(signal: Any, number: int) -> list[str]:
    count = signal.shape[1]
    given = signal.array_annotations.get("channel_names")
    if given is not None and len(given) == count:
        return [str(n) for n in given]
    name = str(signal.name or f"signal{number + 1}")
    return [name] if count == 1 else [f"{name}_{i + 1}" for i in range(count)]


def _add(signal: Any, names: list[str], wanted: Sequence[str], found: Found) -> None:
    unit = signal.units.dimensionality.string
    kept = []
    for i, name in enumerate(names):
        if wanted and not fits(name, wanted):
            found.notes.append(f"channel {name}: left out, not chosen")
            continue
        refused = refusal(name, "" if unit == "dimensionless" else unit, wanted)
        if refused is not None:
            found.refused.append(refused)
        else:
            kept.append(i)
    if not kept:
        return
    volts = np.asarray(signal.magnitude, dtype=np.float64)[:, kept] * (volts_per(unit) or 1.0)
    chosen_names = [names[i] for i in kept]
    if hasattr(signal, "sampling_rate"):
        fs, start = float(signal.sampling_rate.rescale("Hz").item()), float(signal.t_start.rescale("s").item())
        found.parts.append(
            Part(fs, chosen_names, np.ascontiguousarray(volts), start_s=start, name=str(signal.name or ""))
        )
        return
    place = str(signal.name or "irregular signal")
    grid = grid_of(signal.times.rescale("s").magnitude.astype(np.float64), None, "", place)
    found.notes.append(grid.note(place))
    found.parts.append(
        Part(grid.fs, chosen_names, grid.spread(volts), start_s=grid.start_s, name=str(signal.name or ""))
    )
