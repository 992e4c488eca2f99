"""EDF, EDF+, BDF and BDF+, read by edfio: each signal at its own rate, as the integers that the file holds."""

from __future__ import annotations

import math
import os
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import DataError
from .._events import Event
from .._foreign import Found, Part, chosen, counts_or_volts, damaged, fits, library, refusal
from .._grid import MOST_MISSING, Interval
from .._recording import Refusal
from .._units import volts_per
from .._words import sort_out
from .options import Options

_ANNOTATIONS = {"EDF Annotations", "BDF Annotations"}
_TOLERANCE = 0.5 + 1e-6  # samples


def read(path: str, options: Options, format: str) -> Found:
    """Read a file; gaps are the holes between data records of a discontinuous one (EDF+D, BDF+D)."""
    options.only(format, {"channels", "unit"})
    edfio = library("edfio")
    head = _Header(path, sample_bytes=3 if format == "bdf" else 2)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            edf = (edfio.read_bdf if format == "bdf" else edfio.read_edf)(path, header_encoding="latin-1")
            signals = [_Signal.of(s) for s in edf.signals]
            started = _start(edf)
            about = f"{edf.local_patient_identification} {edf.local_recording_identification}"
            annotations = [(a.onset, a.duration, a.text) for a in edf.annotations]
        except Exception as error:
            raise damaged(path, f"a whole {format.upper()} file", error) from None
    found = Found(format)
    found.notes += sorted({str(w.message) for w in warned})
    if isinstance(started, str):
        found.notes.append(started)
    else:
        found.start(started)
    if any(word != "X" for word in re.sub(r"Startdate \S+", "", about).split()):
        found.notes.append("the header's identification of patient and recording is not read: it may hold names")
    chosen(options.channels, [s.label for s in signals], path)
    groups: dict[float, list[tuple[_Signal, str]]] = {}
    for s in signals:
        name, unit = s.label, s.unit or options.unit
        if options.channels and not fits(name, options.channels):
            found.notes.append(f"channel {name}: left out, not chosen")
            continue
        refused = refusal(name, unit, options.channels) or s.unscaled()
        if refused is not None:
            found.refused.append(refused)
        else:
            groups.setdefault(s.fs, []).append((s, unit))
    onsets = head.record_onsets(path)
    for fs, members in groups.items():
        found.parts.append(_part(path, fs, members, head, onsets))
    _say_gaps(found)
    events = [_event(onset, duration, text, [s.label for s in signals]) for onset, duration, text in annotations]
    found.tell(sort_out(events))
    return found


@dataclass(frozen=True)
class _Signal:
    """What edfio reads of a signal; it looks at most of it only when it is asked for."""

    label: str
    unit: str
    fs: float
    digital: npt.NDArray[np.int32]
    digital_range: tuple[int, int]
    physical_range: tuple[float, float]
    fault: str
    """What is wrong with the ranges; empty: nothing."""

    @classmethod
    def of(cls, s: Any) -> _Signal:
        low, high, least, most = 0, 0, 0.0, 0.0
        try:
            low, high = int(s.digital_min), int(s.digital_max)
            least, most = float(s.physical_min), float(s.physical_max)
            usable = low != high and math.isfinite(least) and math.isfinite(most) and least != most
            fault = "" if usable else f"{least:g} to {most:g} for {low} to {high}"
        except ValueError as error:
            fault = str(error)
        return cls(
            s.label.strip(),
            s.physical_dimension.strip(),
            float(s.sampling_frequency),
            np.asarray(s.digital, dtype=np.int32),
            (low, high),
            (least, most),
            fault,
        )

    def unscaled(self) -> Refusal | None:
        """Why the counts mean no volts, or None."""
        if not self.fault:
            return None
        return Refusal(self.label, "E-SCALE", f"expected a physical and a digital range, found {self.fault}")


class _Header:
    """The numbers of the header that say where the data records lie."""

    def __init__(self, path: str, sample_bytes: int) -> None:
        with open(path, "rb") as stream:
            fixed = stream.read(256)
            try:
                self.bytes, self.records = int(fixed[184:192]), int(fixed[236:244])
                self.record_s, count = float(fixed[244:252]), int(fixed[252:256])
                fields = stream.read(count * 256)
                labels = [fields[16 * i : 16 * (i + 1)].decode("latin-1").strip() for i in range(count)]
                at = 216 * count
                samples = [int(fields[at + 8 * i : at + 8 * (i + 1)]) for i in range(count)]
            except ValueError as error:
                raise DataError("E-FORMAT", path, "header", "the numbers of EDF", str(error)) from None
        widths = [n * sample_bytes for n in samples]
        self.record_bytes = sum(widths)
        self.discontinuous = fixed[192:197] in (b"EDF+D", b"BDF+D")
        self.first = next((i for i, label in enumerate(labels) if label in _ANNOTATIONS), None)
        self.times = (0, 0) if self.first is None else (sum(widths[: self.first]), widths[self.first])
        size = os.path.getsize(path)
        if self.records < 0:
            raise DataError("E-TRUNCATED", path, "header", "the number of data records", f"{self.records}: not closed")
        if size < self.bytes + self.records * self.record_bytes:
            expected = f"{self.bytes + self.records * self.record_bytes} bytes"
            raise DataError("E-TRUNCATED", path, "", expected, f"{size}")

    def record_onsets(self, path: str) -> npt.NDArray[np.float64] | None:
        """Start of each data record after the first, s; None for a continuous file."""
        if not self.discontinuous or self.first is None:
            return None
        at, width = self.times
        onsets = np.empty(self.records)
        with open(path, "rb") as stream:
            for i in range(self.records):
                stream.seek(self.bytes + i * self.record_bytes + at)
                text = stream.read(width).partition(b"\x14")[0]
                try:
                    onsets[i] = float(text)
                    if not math.isfinite(onsets[i]):
                        raise ValueError(text)
                except ValueError:
                    raise DataError("E-TIMES", path, f"record {i}", "its start", repr(text[:20])) from None
        return onsets - onsets[0] if self.records else onsets


def _start(edf: Any) -> datetime | str | None:
    """Return the start, none, or a note that says why it is not read."""
    if edf.local_recording_identification.startswith("Startdate X"):
        return None
    try:
        moment = datetime.combine(edf.startdate, edf.starttime)
    except ValueError as error:
        return f"date of the start not read: {error}"
    if (moment.year, moment.month, moment.day) == (1985, 1, 1):
        return "date 1985-01-01, which stands for none: not read"
    return moment


def _part(
    path: str,
    fs: float,
    members: Sequence[tuple[_Signal, str]],
    head: _Header,
    onsets: npt.NDArray[np.float64] | None,
) -> Part:
    steps, offsets, names = [], [], []
    for s, unit in members:
        low, high = s.digital_range
        least, most = s.physical_range
        per = volts_per(unit) or 1.0
        step = (most - least) / (high - low)
        steps.append(step * per)
        offsets.append((least - low * step) * per)
        names.append(s.label)
    digital = np.stack([s.digital for s, _ in members], axis=1)
    samples, step_v, offset_v = counts_or_volts(digital, steps, offsets)
    gaps: list[Interval] = []
    if onsets is not None:
        samples, gaps = _placed(path, samples, fs, len(digital) // max(1, head.records), onsets)
    said = f"volts = count * {steps[0]:.9g} + {offsets[0]:.9g}" if len(set(steps)) == 1 else "steps from the header"
    return Part(fs, names, samples, step_v, offset_v, gaps if step_v else [], conversion=said)


def _placed(
    path: str, samples: npt.NDArray[Any], fs: float, per_record: int, onsets: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[Any], list[Interval]]:
    """Put the samples of data records, which need not follow one another, on one grid."""
    row, rows = 0, []
    for i, onset in enumerate(onsets):
        at = onset * fs
        # A record that starts within half a sample of the end of the last one follows it.
        place = row if abs(at - row) <= _TOLERANCE else round(at)
        if place < row:
            found = f"{row / fs - onset:.6g} s earlier"
            raise DataError("E-TIMES", path, f"record {i}", "a start at or after the end of the record before", found)
        rows.append(place)
        row = place + per_record
    if row - len(samples) > MOST_MISSING:
        raise DataError("E-TIMES", path, "", f"at most {MOST_MISSING} samples missing", str(row - len(samples)))
    out = np.full((row, samples.shape[1]), 0 if samples.dtype == np.int32 else np.nan, dtype=samples.dtype)
    gaps: list[Interval] = []
    end = 0
    for i, place in enumerate(rows):
        if place > end:
            gaps.append((end, place))
        out[place : place + per_record] = samples[i * per_record : (i + 1) * per_record]
        end = place + per_record
    return out, gaps


def _say_gaps(found: Found) -> None:
    for part in found.parts:
        if part.gaps:
            missing = sum(b - a for a, b in part.gaps)
            holes = f"{len(part.gaps)} hole{'s' if len(part.gaps) > 1 else ''}"
            found.notes.append(f"discontinuous: {holes} of together {missing} samples at {part.fs:g} Hz")


def _event(onset: float, duration: float | None, text: str, names: Sequence[str]) -> Event:
    # "word@@channel" says which channel an annotation is of (https://www.edfplus.info/specs/edftexts.html).
    channels: list[str] = []
    label = text
    while "@@" in label and label.rpartition("@@")[2] in names:
        label, _, name = label.rpartition("@@")
        channels.insert(0, name)
    return Event(float(onset), float(duration or 0), label, channels)
