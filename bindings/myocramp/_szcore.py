"""Event tables of SzCORE: the columns onset, duration, eventType, confidence, channels, dateTime, recordingDuration."""

from __future__ import annotations

import contextlib
import math
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ._errors import DataError, IoError
from ._events import Event
from ._paths import path_bytes

_COLUMNS = ("onset", "duration", "eventType", "confidence", "channels", "dateTime", "recordingDuration")
_NONE = "n/a"


def write(
    path: str | os.PathLike[str], events: Sequence[Event], duration_s: float, start_s: float, started: str
) -> None:
    """Write the table, whole or not at all; times count from the recording's start."""
    date = _NONE
    if started:
        date = (datetime.fromisoformat(started) + timedelta(seconds=start_s)).strftime("%Y-%m-%d %H:%M:%S")
    length = _NONE if math.isnan(duration_s) else _number(duration_s)
    rows = [
        (
            _number(e.onset_s - start_s),
            _number(e.duration_s),
            _text(e.label, "\t\n\r"),
            _NONE if math.isnan(e.confidence) else _number(e.confidence),
            ",".join(_text(c, ",\t\n\r") for c in e.channels) or _NONE,
        )
        for e in sorted(events, key=lambda e: (e.onset_s, e.channels))
    ]
    if not rows:
        rows = [("0", "0" if length == _NONE else length, "bckg", _NONE, _NONE)]
    text = "".join("\t".join(row) + "\n" for row in [_COLUMNS, *((*row, date, length) for row in rows)])
    target = os.fsdecode(path_bytes(path))
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        os.replace(temporary, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise IoError("E-WRITE", target, "", "to be written", error.strerror or str(error)) from None


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the table: keyword arguments of `Events`. Rows of background are left out."""
    file = os.fsdecode(path_bytes(path))
    try:
        with open(file, "rb") as stream:
            text = stream.read().decode("utf-8-sig")
    except OSError as error:
        code = "E-MISSING" if isinstance(error, FileNotFoundError) else "E-READ"
        raise IoError(code, file, "", "a file that can be read", error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        raise DataError("E-EVENTS", file, "", "text in UTF-8", str(error)) from None
    rows = [row.removesuffix("\r").split("\t") for row in text.split("\n")]
    header = rows[0]
    missing = [c for c in ("onset", "duration", "eventType") if c not in header]
    if missing:
        raise DataError("E-EVENTS", file, "line 1", "the columns " + ", ".join(_COLUMNS), f"no {', '.join(missing)}")
    events: list[Event] = []
    duration_s, started = math.nan, ""
    for line, row in enumerate(rows[1:], start=2):
        if row == [""]:
            continue
        if len(row) < len(header):
            raise DataError("E-EVENTS", file, f"line {line}", f"{len(header)} cells", str(len(row)))
        cells = dict(zip(header, row, strict=False))

        def number(column: str, cells: dict[str, str] = cells, line: int = line) -> float:
            value = cells.get(column, _NONE)
            if value in ("", _NONE):
                return math.nan
            try:
                return float(value)
            except ValueError:
                raise DataError("E-EVENTS", file, f"line {line}: {column}", "a number", repr(value)) from None

        onset, duration = number("onset"), number("duration")
        if not (math.isfinite(onset) and math.isfinite(duration) and duration >= 0):
            found = f"{cells.get('onset')} and {cells.get('duration')}"
            raise DataError("E-EVENTS", file, f"line {line}", "an onset and a duration of at least 0 s", found)
        duration_s = number("recordingDuration")
        started = _date(cells.get("dateTime", _NONE), file, line)
        label = _unescaped(cells["eventType"])
        if label != "bckg":
            channels = cells.get("channels", _NONE)
            names = [] if channels in ("", _NONE) else [_unescaped(c) for c in channels.split(",")]
            events.append(Event(onset, duration, label, names, number("confidence")))
    events.sort(key=lambda e: (e.onset_s, e.channels))
    return {"events": events, "duration_s": duration_s, "session_start": started}


def _date(text: str, file: str, line: int) -> str:
    if text in ("", _NONE):
        return ""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
    except ValueError:
        raise DataError("E-EVENTS", file, f"line {line}: dateTime", "a date and time", repr(text)) from None


def _number(value: float) -> str:
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def _text(text: str, special: str) -> str:
    """Escape what would end a cell, and backslashes, as in our other tables."""
    return "".join(f"\\x{ord(c):02x}" if c in special or c == "\\" else c for c in text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), text)
