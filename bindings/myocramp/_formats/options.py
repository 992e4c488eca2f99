"""What the caller says of a file that the file does not say itself."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from .._errors import InvalidArgument
from .._foreign import MOST_HZ
from .._units import needed_volts_per

TIME_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "min": 60.0}


@dataclass(frozen=True)
class Options:
    """Options of an import; what is None, empty or NaN was not said."""

    fs: float | None = None
    """Hz."""
    unit: str = ""
    """Of the channels whose unit the file does not say."""
    scale: float | None = None
    offset: float | None = None
    """value = number * scale + offset, in `unit`; offset 0 when it is not said."""
    channels: tuple[str, ...] = ()
    """Names, or patterns in which * stands for any text; empty: all."""
    time_column: str = ""
    """Name or number, from 1, of the column of times; "none": there is none."""
    time_unit: str = ""
    decimal: str = ""
    encoding: str = ""
    skip_rows: int | None = None
    signal: str = ""
    """A variable of a MATLAB file, or a field as in /EMG/data."""
    rate_from: str = ""
    """Where a MATLAB file says its rate."""
    axes: tuple[str, ...] = ()
    channel_names: tuple[str, ...] = ()
    muscle: tuple[str, ...] = ()
    side: tuple[str, ...] = ()

    def check(self) -> None:
        """Hold that the values are right for some file; InvalidArgument names the option."""
        if self.fs is not None and not (math.isfinite(self.fs) and 0 < self.fs <= MOST_HZ):
            raise InvalidArgument("E-RATE", "", "fs", "a number above 0, at most 1 MHz", f"{self.fs:g}")
        if self.unit:
            needed_volts_per(self.unit)
        if self.scale is not None and not (math.isfinite(self.scale) and self.scale != 0):
            raise InvalidArgument("E-SCALE", "", "scale", "a finite number other than 0", f"{self.scale:g}")
        if self.offset is not None and not math.isfinite(self.offset):
            raise InvalidArgument("E-SCALE", "", "offset", "a finite number", f"{self.offset:g}")
        if self.time_unit and self.time_unit not in TIME_UNITS:
            raise InvalidArgument("E-OPTION", "", "time_unit", "one of " + ", ".join(TIME_UNITS), self.time_unit)
        if self.decimal not in ("", ".", ","):
            raise InvalidArgument("E-OPTION", "", "decimal", '"." or ","', repr(self.decimal))
        if self.skip_rows is not None and self.skip_rows < 0:
            raise InvalidArgument("E-OPTION", "", "skip_rows", "a number from 0", str(self.skip_rows))
        if self.encoding:
            try:
                "".encode(self.encoding)
            except (LookupError, ValueError):
                raise InvalidArgument("E-OPTION", "", "encoding", "a known one", repr(self.encoding)) from None

    def only(self, format: str, taken: set[str]) -> None:
        """Hold that nothing is said that a format says itself."""
        for f in fields(self):
            if getattr(self, f.name) != f.default and f.name not in taken:
                expected = f"it with another format: {format} files say this themselves, or have no such thing"
                raise InvalidArgument("E-OPTION", "", f.name, expected, str(getattr(self, f.name)))


_LAYOUT_KEYS = {
    "signal": "signal",
    "axes": "axes",
    "rate_hz": "fs",
    "unit": "unit",
    "scale": "scale",
    "offset": "offset",
    "channel_names": "channel_names",
    "muscle": "muscle",
    "side": "side",
    "channels": "channels",
    "time_column": "time_column",
    "time_unit": "time_unit",
    "decimal": "decimal",
    "encoding": "encoding",
    "skip_rows": "skip_rows",
}
_AXES = (("time", "channel"), ("channel", "time"), ("time",))
_NUMBERS = {"scale", "offset"}
_LISTS = {"axes", "channel_names", "muscle", "side", "channels"}


def from_layout(path: str | os.PathLike[str], said: Options) -> Options:
    """Read a layout, a JSON object with the words of the generic layout; what `said` says wins. E-LAYOUT-FILE."""
    file = os.fspath(path)

    def fail(place: str, expected: str, found: str) -> InvalidArgument:
        return InvalidArgument("E-LAYOUT-FILE", file, place, expected, found)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = [key for i, (key, _) in enumerate(pairs) if any(key == before for before, _ in pairs[:i])]
        if twice:
            raise fail(twice[0], "each key once", "it twice")
        return dict(pairs)

    try:
        with open(file, encoding="utf-8") as stream:
            layout = json.load(stream, object_pairs_hook=once)
    except OSError as error:
        raise fail("", "a file that can be read", str(error.strerror)) from None
    except InvalidArgument:
        raise
    except (ValueError, RecursionError) as error:
        raise fail("", "JSON in UTF-8", str(error)) from None
    if not isinstance(layout, Mapping):
        raise fail("", "an object", type(layout).__name__)
    values: dict[str, Any] = {}
    for key, value in layout.items():
        if key not in _LAYOUT_KEYS:
            raise fail(key, "one of " + ", ".join(_LAYOUT_KEYS), repr(key))
        values[_LAYOUT_KEYS[key]] = _taken(fail, key, value)
    if isinstance(values.get("fs"), str):
        values["rate_from"] = values.pop("fs")
    defaults = Options()
    own = {f.name for f in fields(said) if getattr(said, f.name) != getattr(defaults, f.name)}
    if "fs" in own:
        values.pop("rate_from", None)
    return replace(said, **{name: value for name, value in values.items() if name not in own})


def _taken(fail: Any, key: str, value: Any) -> Any:
    if key in _LISTS:
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise fail(key, "a list of texts", json.dumps(value))
        if key == "axes" and tuple(value) not in _AXES:
            raise fail(key, '["time", "channel"], ["channel", "time"] or ["time"]', json.dumps(value))
        return tuple(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if key in _NUMBERS or (key == "rate_hz" and not isinstance(value, str)):
        if not is_number:
            raise fail(key, "a number", json.dumps(value))
        return float(value)
    if key == "skip_rows":
        if not is_number or not float(value).is_integer():
            raise fail(key, "a whole number", json.dumps(value))
        return int(value)
    if not isinstance(value, str):
        raise fail(key, "a text", json.dumps(value))
    return value
