"""C3D, read by ezc3d: the analogue channels, with their units."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._errors import DataError
from .._events import Event
from .._foreign import Found, Part, chosen, damaged, fits, library, refusal
from .._units import volts_per
from .._words import sort_out
from .options import Options


def read(path: str, options: Options) -> Found:
    """Read the analogue channels that are volts; markers and force plates are named in a note."""
    options.only("c3d", {"channels", "unit"})
    ezc3d = library("ezc3d")
    try:
        file = ezc3d.c3d(path)
        parameters = file["parameters"]
        analog = np.asarray(file["data"]["analogs"], dtype=np.float64)[0].T
        point_fs = float(_values(parameters, "POINT", "RATE")[0])
    except Exception as error:
        raise damaged(path, "a whole C3D file", error) from None
    found = Found("c3d")
    count = analog.shape[1]
    if count == 0:
        raise DataError("E-CHANNELS", path, "ANALOG", "analogue channels", "none")
    rates = _values(parameters, "ANALOG", "RATE")
    fs = float(rates[0]) if rates else 0.0
    if not fs > 0:
        raise DataError("E-RATE", path, "ANALOG:RATE", "a number above 0", f"{fs:g}")
    names = [str(n).strip() for n in _several(parameters, "ANALOG", "LABELS")][:count]
    units = [str(u).strip() for u in _several(parameters, "ANALOG", "UNITS")][:count]
    names += [f"ch{i + 1}" for i in range(len(names), count)]
    units += [""] * (count - len(units))
    chosen(options.channels, names, path)
    kept = []
    for i, name in enumerate(names):
        if options.channels and not fits(name, options.channels):
            found.notes.append(f"channel {name}: left out, not chosen")
            continue
        unit = units[i] or options.unit
        refused = refusal(name, unit, options.channels)
        if refused is not None:
            found.refused.append(refused)
        else:
            kept.append((i, name, unit))
    volts = analog[:, [i for i, _, _ in kept]] * np.array([volts_per(unit) or 1.0 for _, _, unit in kept])
    found.parts.append(Part(fs, [name for _, name, _ in kept], volts))
    points = file["data"]["points"].shape[1]
    if points:
        found.notes.append(f"{points} markers (points in space): not read")
    first = int(file["header"]["points"]["first_frame"])
    if first:
        found.notes.append(f"cut out of a longer trial: frame {first + 1} is its first, and 0 s here")
    _events(parameters, first / point_fs if point_fs > 0 else 0.0, found)
    return found


def _several(parameters: Any, group: str, name: str) -> list[Any]:
    """Read a parameter that goes on in NAME2, NAME3 ... beyond 255 entries."""
    out = _values(parameters, group, name)
    n = 2
    while more := _values(parameters, group, f"{name}{n}"):
        out += more
        n += 1
    return out


def _values(parameters: Any, group: str, name: str) -> list[Any]:
    try:
        value = parameters[group][name]["value"]
    except KeyError:
        return []
    return list(np.ravel(value)) if isinstance(value, np.ndarray) else list(value)


def _events(parameters: Any, start_s: float, found: Found) -> None:
    """Events as instants: their times are minutes and seconds since frame 1."""
    try:
        times = np.atleast_2d(np.asarray(parameters["EVENT"]["TIMES"]["value"], dtype=np.float64))
    except (KeyError, ValueError):
        return
    if times.shape[0] != 2:
        return
    labels = _several(parameters, "EVENT", "LABELS")
    sides = _several(parameters, "EVENT", "CONTEXTS")
    events = []
    for i, label in enumerate(labels[: times.shape[1]]):
        side = str(sides[i]).strip() if i < len(sides) else ""
        text = f"{side} {str(label).strip()}".strip()
        events.append(Event(float(times[0, i] * 60 + times[1, i] - start_s), 0.0, text))
    found.tell(sort_out(events))
