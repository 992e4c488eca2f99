"""What readers of other formats and programs share: units, channels that are no EMG, and the way to a Recording."""

from __future__ import annotations

import fnmatch
import importlib
import math
import os
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import DataError, InvalidArgument
from ._events import Event
from ._grid import Interval, merged
from ._metadata import Channel, InvalidSpan, Phase, timestamp
from ._recording import Recording, Refusal
from ._units import volts_per
from ._words import Told

MOST_HZ = 1e6
_NO_EMG = re.compile(
    r"(bdf |edf )?(status|annotations?)|trig(ger)?s?( ?\d+)?|sti(m)? ?\d*|events?|markers?|counter|battery",
    re.IGNORECASE,
)
_OTHER_SENSOR = re.compile(r"(EEG|ECG|EKG|EOG|ERG|MEG|MCG)([ _:-].*)?", re.IGNORECASE)


def library(name: str) -> ModuleType:
    """Import a reader of others; InvalidArgument E-LIBRARY says how to get it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a library outgrows of another is not the user's matter
            return importlib.import_module(name)
    except ImportError as error:
        expected = f"the library {name.partition('.')[0]}: pip install 'myocramp[io]'"
        raise InvalidArgument("E-LIBRARY", "", "", expected, str(error)) from None


def damaged(path: str, expected: str, error: Exception) -> Exception:
    """Say that a reader of others cannot read a file: whatever it raises, the file is at fault."""
    if isinstance(error, MemoryError):
        return error
    reason = " ".join(str(error).split()) or type(error).__name__
    return DataError("E-FORMAT", path, "", expected, reason)


def beside(path: str, name: str, what: str) -> str:
    """Return the path of a file that another names; E-LINK unless it is a regular file in the same folder."""
    file = os.path.join(os.path.dirname(path), name)
    if os.path.basename(name) != name or "\\" in name or ":" in name or name in ("", ".", ".."):
        raise DataError("E-LINK", path, what, "a name of a file in the same folder", name)
    if not os.path.isfile(file) or os.path.islink(file):
        raise DataError("E-FORMAT", path, what, f"a file {name} beside it", "none, or a link")
    return file


def fits(name: str, patterns: Sequence[str]) -> bool:
    """Whether a channel is among names or patterns in which * stands for any text."""
    return any(name == p or fnmatch.fnmatchcase(name, p.replace("[", "[[]").replace("?", "[?]")) for p in patterns)


def refusal(name: str, unit: str, chosen: Sequence[str]) -> Refusal | None:
    """Why a channel is not read as EMG, or None. What `chosen` names is read whatever sensor it is."""
    if _NO_EMG.fullmatch(name.strip()):
        return Refusal(name, "E-SENSOR", f"expected EMG, found triggers or states{f' in {unit}' if unit else ''}")
    if _OTHER_SENSOR.fullmatch(name.strip()) and not fits(name, chosen):
        return Refusal(
            name, "E-SENSOR", "expected EMG, found another sensor; the option channels reads it all the same"
        )
    if not unit:
        return Refusal(name, "E-UNIT", "expected a unit, found none: the option unit says it")
    if volts_per(unit) is None:
        return Refusal(name, "E-UNIT", f"expected volts, found {unit}")
    return None


@dataclass
class Part:
    """Channels that are sampled together, on a grid."""

    fs: float
    names: list[str]
    samples: npt.NDArray[Any]
    """(time, channel): float64 volts, NaN where there is none; or int32 counts."""
    step_v: list[float] = field(default_factory=list)
    """For counts: volts of one, for each channel."""
    offset_v: float = 0.0
    gaps: list[Interval] = field(default_factory=list)
    """For counts: rows without samples."""
    start_s: float = 0.0
    name: str = ""
    conversion: str = ""


@dataclass
class Found:
    """What a reader found in a file."""

    format: str
    parts: list[Part] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    labels: list[Event] = field(default_factory=list)
    protocol: list[Phase] = field(default_factory=list)
    invalid_times: list[InvalidSpan] = field(default_factory=list)
    holes: list[InvalidSpan] = field(default_factory=list)
    """Where the samples are fillers."""
    places: dict[str, Channel] = field(default_factory=dict)
    """Muscle, side and electrodes' distance of channels, by the names that the file has."""
    bad: dict[str, str] = field(default_factory=dict)
    """Channels that somebody calls bad, and why."""
    session_start: str = ""
    description: str = ""
    files: list[str] = field(default_factory=list)
    """Further files that were read."""

    def tell(self, told: Told) -> None:
        """Take over what annotations say."""
        self.labels += told.labels
        self.protocol += told.protocol
        self.invalid_times += told.invalid_times
        self.holes += told.holes
        self.notes += told.notes

    def start(self, moment: datetime | None) -> None:
        """Set the session's start; without a zone UTC is taken and noted."""
        if moment is None:
            return
        if moment.tzinfo is None:
            self.notes.append("date without time zone: taken as UTC")
            moment = moment.replace(tzinfo=UTC)
        self.session_start = moment.isoformat()


def counts_or_volts(
    digital: npt.NDArray[np.int32], step_v: Sequence[float], offset_v: Sequence[float]
) -> tuple[npt.NDArray[Any], list[float], float]:
    """Return samples, steps and offset of a Part: counts where one offset serves all channels, else volts."""
    if len(set(offset_v)) == 1:
        return digital, list(step_v), offset_v[0]
    return digital * np.asarray(step_v) + np.asarray(offset_v), [], 0.0


def own_names(parts: Sequence[Part], notes: list[str]) -> dict[str, list[str]]:
    """
    Give every channel a name of its own: the signal's name in front where several have it, else a number.

    Returns what the channels of each name of the file are called now.
    """
    called: dict[str, list[str]] = {}
    wanted = [[_said(_shown(name)) or f"ch{i + 1}" for i, name in enumerate(part.names)] for part in parts]
    several = {name for i, names in enumerate(wanted) for name in names if any(name in w for w in wanted[:i])}
    taken: set[str] = set()
    for part, names in zip(parts, wanted, strict=True):
        for i, name in enumerate(names):
            first = f"{part.name}/{name}" if name in several else name
            own, n = first, 1
            while own in taken:
                n += 1
                own = f"{first}_{n}"
            if own != part.names[i]:
                notes.append(f"channel {part.names[i]!r}: called {own}, for every channel needs a name of its own")
            taken.add(own)
            called.setdefault(part.names[i], []).append(own)
            part.names[i] = own
    return called


def _rename_in_events(found: Found, called: Mapping[str, Sequence[str]]) -> None:
    """Let labels and invalid times name channels as they are called now; a name that several had means each.

    "n/a" in a text of theirs says nothing.
    """

    def now(channels: Iterable[str]) -> list[str]:
        return [own for name in channels for own in called.get(name, [name]) if _said(own)]

    def label(e: Event) -> Event:
        return replace(
            e,
            channels=now(e.channels),
            label=_said(e.label),
            annotator=_said(e.annotator),
            label_source=_said(e.label_source),
            detector=_said(e.detector),
        )

    found.labels = [label(e) for e in found.labels]
    found.invalid_times = [
        s._replace(channels=tuple(now(s.channels)), reason=_said(s.reason)) for s in found.invalid_times
    ]


def _said(text: str) -> str:
    return "" if text == "n/a" else text


def _shown(name: str) -> str:
    """Escape control characters, which no table holds."""
    return "".join(f"\\x{ord(c):02x}" if ord(c) < 32 or ord(c) == 127 else c for c in name)


def recording_of(found: Found, path: str | os.PathLike[str] = "") -> Recording:
    """Make the recording; DataError E-CHANNELS when nothing in it can be used."""
    file = os.fspath(path)
    parts = [p for p in found.parts if p.names and _usable(p, found)]
    if not parts:
        reasons = "; ".join(f"{r.signal}: {r.code}: {r.reason}" for r in found.refused[:8]) or "no channel"
        codes = {r.code for r in found.refused}
        code = codes.pop() if len(codes) == 1 else "E-CHANNELS"
        raise DataError(code, file, "", "at least one channel of EMG in volts", reasons)
    for part in parts:
        for hole in found.holes:
            _cut(part, hole)
    if len(parts) > 1:
        bases = [part.name or f"{part.fs:g}Hz" for part in parts]
        for i, part in enumerate(parts):
            part.name = bases[i] if bases.count(bases[i]) == 1 else f"{bases[i]}_{bases[: i + 1].count(bases[i])}"
    _mark_bad(parts, found)
    called = own_names(parts, found.notes)
    _rename_in_events(found, called)
    places = {own: place._replace(name=own) for name, place in found.places.items() for own in called.get(name, [])}
    try:
        rec = _made(found, parts, file)
        if places:
            rec.electrodes = [places.get(e.name, e) for e in rec.electrodes]
        return rec
    except InvalidArgument as error:  # such as a text that no file of ours can hold: what a file says is no argument
        raise DataError(error.code, file, error.place, error.expected, error.found) from None


def _mark_bad(parts: Sequence[Part], found: Found) -> None:
    """Make a channel that is called bad invalid from the begin to the end of its signal."""
    marked = []
    for part in parts:
        for name in dict.fromkeys(part.names):
            if name in found.bad:
                stop = part.start_s + len(part.samples) / part.fs
                found.invalid_times.append(InvalidSpan(part.start_s, stop, found.bad[name], (name,)))
                marked.append(name)
    if marked:
        found.notes.append(f"bad channels, invalid over the whole recording: {', '.join(marked)}")


def _usable(part: Part, found: Found) -> bool:
    """Whether rate and steps are numbers that a signal can have; found.refused says what is not."""
    who = part.name or ", ".join(part.names)
    if not 0 < part.fs <= MOST_HZ:
        reason = f"expected a sampling rate above 0 and at most 1 MHz, found {part.fs:g} Hz"
        found.refused.append(Refusal(who, "E-RATE", reason))
        return False
    scales = [*part.step_v, part.offset_v]
    if 0 in part.step_v or not all(map(math.isfinite, scales)):
        shown = ", ".join(f"{x:g}" for x in scales)
        found.refused.append(
            Refusal(who, "E-SCALE", f"expected finite steps other than 0 and an offset, found {shown}")
        )
        return False
    return True


def _made(found: Found, parts: list[Part], file: str) -> Recording:
    core = _core.recording_of(
        os.fsencode(file), found.format, [_signal(p) for p in parts], [tuple(r) for r in found.refused], found.notes
    )
    rec = Recording(core)
    core.session_start = timestamp("session_start", found.session_start)  # a clock that was ahead is the file's
    rec.description = found.description
    rec.labels = found.labels
    rec.protocol = found.protocol
    rec.invalid_times = found.invalid_times
    return rec


def _cut(part: Part, hole: InvalidSpan) -> None:
    """Take samples out; before fillers that are the last of all channels the signal ends."""
    start = max(0, round((hole.start_s - part.start_s) * part.fs))
    stop = min(len(part.samples), round((hole.stop_s - part.start_s) * part.fs))
    columns = [i for i, name in enumerate(part.names) if not hole.channels or name in hole.channels]
    if start >= stop or not columns:
        return
    every = len(columns) == len(part.names)
    if every and hole.reason == "filler" and stop == len(part.samples):
        part.samples = part.samples[:start]
        part.gaps = [(a, min(b, start)) for a, b in part.gaps if a < start]
    elif every and part.step_v:
        part.gaps = merged([*part.gaps, (start, stop)])
    else:
        if part.step_v:
            part.samples = part.samples * np.asarray(part.step_v) + part.offset_v
            for a, b in part.gaps:
                part.samples[a:b] = np.nan
            part.step_v, part.gaps = [], []
        part.samples[start:stop, columns] = np.nan


def _signal(part: Part) -> _core.Signal:
    if part.step_v:
        core = _core.signal_of_counts(part.samples, part.fs, part.names, part.step_v, part.offset_v, part.gaps)
        core.conversion = part.conversion
    else:
        core = _core.signal_of_samples(np.asarray(part.samples, dtype=np.float64), part.fs, part.names, 1.0)
    core.name = part.name
    core.start_s = part.start_s
    return core


def chosen(patterns: Sequence[str], names: Sequence[str], file: str) -> None:
    """Hold that each name or pattern fits a channel; DataError E-CHANNEL."""
    for pattern in patterns:
        if not any(fits(name, [pattern]) for name in names):
            raise DataError("E-CHANNEL", file, "channels", "one of " + ", ".join(names), pattern)
