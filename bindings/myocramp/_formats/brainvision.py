"""BrainVision, read by MNE; the markers' channels, lengths and dates are taken from the marker file itself."""

from __future__ import annotations

import configparser
import os
import re
import warnings
from datetime import datetime
from typing import NamedTuple

import numpy as np

from .._errors import DataError
from .._events import Event
from .._foreign import Found, Part, beside, chosen, damaged, fits, library, refusal
from .._grid import MOST_MISSING
from .._metadata import InvalidSpan
from .._units import volts_per
from .._words import sort_out
from .options import Options

_MARKER = re.compile(r"^Mk\d+=([^,]*),([^,]*),(\d+),(\d*),(-?\d*)(?:,(\d*))?")


class _Marker(NamedTuple):
    kind: str
    text: str
    position: int
    """From 0; the file counts from 1."""
    length: int
    channel: int
    """From 1; 0 or below: all."""
    date: datetime | None


def read(path: str, options: Options) -> Found:
    """Read a .vhdr with its .eeg or .dat and .vmrk; a new segment with a date makes a gap."""
    options.only("brainvision", {"channels"})
    found = Found("brainvision")
    header = _header(path)
    found.files += _parts(path, header)
    infos = _channels(path, header)
    mne = library("mne")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            raw = mne.io.read_raw_brainvision(path, preload=True, verbose="ERROR")
        except Exception as error:
            raise damaged(path, "a whole BrainVision file", error) from None
    if not os.path.samefile(raw.filenames[0], found.files[0]):
        raise DataError("E-LINK", path, "samples", f"the file {found.files[0]}", os.fspath(raw.filenames[0]))
    found.notes += sorted({" ".join(str(w.message).split()) for w in warned})
    fs = float(raw.info["sfreq"])
    names = list(raw.ch_names)
    units = _units(path, infos, len(names))
    chosen(options.channels, names, path)
    kept = []
    per = []
    for i, name in enumerate(names):
        if options.channels and not fits(name, options.channels):
            found.notes.append(f"channel {name}: left out, not chosen")
            continue
        refused = refusal(name, units[i], options.channels)
        if refused is not None:
            found.refused.append(refused)
        else:
            kept.append(i)
            # MNE knows some spellings of volts and leaves the numbers of others as they are: `range` is what it took.
            per.append((volts_per(units[i]) or 1.0) / raw.info["chs"][i]["range"])
    volts = np.ascontiguousarray(raw.get_data(picks=kept).T) * per if kept else np.empty((raw.n_times, 0))
    markers = _markers(path, found)
    part = Part(fs, [names[i] for i in kept], volts)
    shifts = _segments(part, markers, found)
    events = []
    for m in markers:
        if m.kind == "New Segment":
            continue
        shift = sum(rows for position, rows in shifts if position <= m.position)
        channels = [names[m.channel - 1]] if 0 < m.channel <= len(names) else []
        label = f"{m.kind}/{m.text}" if m.kind not in ("", "Comment") else m.text
        # A marker of one sample is an instant.
        events.append(Event((m.position + shift) / fs, m.length / fs if m.length > 1 else 0.0, label, channels))
    found.tell(sort_out(events))
    found.parts.append(part)
    return found


def _header(path: str) -> configparser.ConfigParser:
    header = configparser.ConfigParser(interpolation=None)  # as MNE reads it, so that no spelling of a key is missed
    try:
        header.read_string(_text(path).partition("\n")[2].partition("[Comment]")[0])
    except configparser.Error as error:
        raise damaged(path, "a header of BrainVision", error) from None
    return header


def _channels(path: str, header: configparser.ConfigParser) -> dict[int, list[str]]:
    """Return what the header says of each channel, by its number: name, reference, resolution, unit.

    MNE reads no file in which two channels have one name: DataError E-CHANNELS.
    """
    infos = dict(header["Channel Infos"]) if "Channel Infos" in header else {}
    channels = {int(m[1]): value.split(",") for key, value in infos.items() if (m := re.search(r"ch(\d+)", key))}
    first: dict[str, int] = {}
    for number, said in channels.items():
        name = said[0].replace("\\1", ",")
        if name in first:
            found = f"{name} as Ch{first[name]} and Ch{number}"
            raise DataError("E-CHANNELS", path, "Channel Infos", "channels of different names", found)
        first[name] = number
    return channels


def _units(path: str, channels: dict[int, list[str]], count: int) -> list[str]:
    """Return each channel's unit as the header spells it; µV where none stands, which is the format's own rule."""
    missing = [i for i in range(1, count + 1) if i not in channels]
    if missing:
        raise DataError("E-FORMAT", path, "Channel Infos", f"Ch1 to Ch{count}", f"no Ch{missing[0]}")
    return [(channels[i][3].strip() if len(channels[i]) > 3 else "") or "µV" for i in range(1, count + 1)]


def _parts(path: str, header: configparser.ConfigParser) -> list[str]:
    """Return the data file and, where there is one, the marker file that a header names: both beside it."""
    names = next((dict(header[s]) for s in ("Common Infos", "Common infos") if s in header), {})
    if "datafile" not in names:
        raise DataError("E-FORMAT", path, "Common Infos", "DataFile, the name of the samples", "none")
    base = os.path.splitext(os.path.basename(path))[0]
    return [
        beside(path, names[key].replace("$b", base), what)
        for key, what in (("datafile", "samples"), ("markerfile", "markers"))
        if names.get(key)
    ]


def _markers(path: str, found: Found) -> list[_Marker]:
    lines = _text(found.files[-1]).splitlines() if len(found.files) == 2 else []
    markers = []
    for line in lines:
        m = _MARKER.match(line)
        if m is None:
            continue
        kind, text = (t.replace("\\1", ",").strip() for t in (m[1], m[2]))
        date = None
        if m[6] and m[6].strip("0"):
            try:
                date = datetime.strptime(m[6], "%Y%m%d%H%M%S%f")
            except ValueError:
                found.notes.append(f"marker at sample {int(m[3])}: date {m[6]} not read")
        markers.append(_Marker(kind, text, int(m[3]) - 1, int(m[4] or 0), int(m[5] or 0), date))
    return markers


def _text(path: str) -> str:
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _segments(part: Part, markers: list[_Marker], found: Found) -> list[tuple[int, int]]:
    """Open a gap where a new segment starts later than the one before ends; returns (position, rows put before it)."""
    starts = sorted((m for m in markers if m.kind == "New Segment"), key=lambda m: m.position)
    if starts and starts[0].position == 0:
        found.start(starts[0].date)
    shifts: list[tuple[int, int]] = []
    for m in starts:
        if m.position == 0 or not starts or starts[0].position != 0:
            continue
        moved = sum(rows for _, rows in shifts)
        if m.date is None or starts[0].date is None:
            at = (m.position + moved) / part.fs
            found.notes.append(f"a new segment starts at {at:.12g} s without a date: how much is missing is not known")
            found.invalid_times.append(InvalidSpan(at, at + 1 / part.fs, "new segment"))
            continue
        rows = round((m.date - starts[0].date).total_seconds() * part.fs) - m.position - moved
        if rows < 0:
            reached = f"{-rows / part.fs:.6g} s before the end of the one before"
            raise DataError(
                "E-TIMES", "", f"marker at sample {m.position + 1}", "a segment after the one before", reached
            )
        if moved + rows > MOST_MISSING:
            expected = f"at most {MOST_MISSING} samples missing"
            raise DataError("E-TIMES", "", f"marker at sample {m.position + 1}", expected, str(moved + rows))
        if rows > 0:
            shifts.append((m.position, rows))
    if shifts:
        cuts = [position for position, _ in shifts]
        pieces = np.split(part.samples, cuts)
        out = [pieces[0]]
        for (_, rows), piece in zip(shifts, pieces[1:], strict=True):
            out += [np.full((rows, piece.shape[1]), np.nan), piece]
        part.samples = np.concatenate(out)
        missing = sum(rows for _, rows in shifts)
        found.notes.append(f"new segments: {len(shifts)} holes of together {missing} samples by their dates")
    return shifts
