"""MATLAB files before v7.3, read by SciPy, by the rules that hold for v7.3."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import DataError
from .._foreign import Found, Part, chosen, counts_or_volts, damaged, fits, library, refusal
from .._recording import Refusal
from .._units import volts_per
from .options import Options

_DATA = ("data", "values", "signal", "signals", "emg", "EMG", "raw")
_RATE = (
    *(
        "fs",
        "Fs",
        "FS",
        "srate",
        "samplerate",
        "sampleRate",
        "SampleRate",
        "sample_rate",
        "samplingRate",
        "SamplingRate",
    ),
    *("sampling_rate", "SamplingFrequency", "sampling_frequency", "freq"),
)
_UNIT = ("units", "unit", "Units", "Unit")
_NAMES = ("channel_names", "channelNames", "channels", "labels", "names")
_SPIKE2_STEP = 6553.6  # 16 bits over 10 V
_DEPTH = 8


@dataclass
class _File:
    """A file while it is read."""

    path: str
    options: Options
    found: Found = field(default_factory=lambda: Found("matlab5"))
    names: list[str] = field(default_factory=list)
    """Of all channels, also of those that are not read."""
    stated: list[tuple[str, str]] = field(default_factory=list)
    """Where a unit of volts is stated, and which; the place is empty where the option says it."""

    def takes(self, place: str, name: str, unit: str) -> bool:
        """Whether a channel is read; a note or a refusal says why not."""
        self.names.append(name)
        if not unit or volts_per(unit) is not None:
            self.stated.append((place if unit else "", unit))
        if self.options.channels and not fits(name, self.options.channels):
            self.found.notes.append(f"channel {name}: left out, not chosen")
            return False
        refused = refusal(name, unit or self.options.unit, self.options.channels)
        if refused is not None:
            self.found.refused.append(refused)
        return refused is None

    def hold_unit(self) -> None:
        """Hold that the option unit does not contradict the file, when every channel of volts says its own."""
        said = volts_per(self.options.unit)
        if said is None or any(not place for place, _ in self.stated):
            return
        for place, unit in self.stated:
            if volts_per(unit) != said:
                expected = f"the unit of the option unit, {self.options.unit}"
                raise DataError("E-UNIT", self.path, place, expected, unit)


def read(path: str, options: Options) -> Found:
    """Read structs that say what they hold, or the variable that the options name."""
    options.only(
        "matlab5",
        {"fs", "unit", "scale", "offset", "channels", "signal", "rate_from", "axes", "channel_names", "muscle", "side"},
    )
    scipy_io = library("scipy.io")
    try:
        variables = scipy_io.loadmat(path, squeeze_me=True, struct_as_record=False, chars_as_strings=True)
    except Exception as error:
        raise damaged(path, "a whole MATLAB file", error) from None
    root = {k: v for k, v in variables.items() if not k.startswith("__")}
    file = _File(path, options)
    found = file.found
    if options.signal:
        _named(file, root)
    else:
        errors = []
        for place, struct in _structs(root, "", 0):
            try:
                _described(file, place, struct)
            except DataError as error:
                errors.append(error)
        if errors and not found.parts:
            raise errors[0]
        found.refused += [Refusal(e.place, e.code, f"expected {e.expected}, found {e.found}") for e in errors]
    file.hold_unit()
    chosen(options.channels, file.names, path)
    if not found.parts and not found.refused:
        shown = ", ".join(f"{place or '/'}: {', '.join(list(s)[:12])}" for place, s in _structs(root, "", 0))
        expected = 'a struct with data, rate and unit, or a layout whose "signal" names a variable'
        raise DataError("E-LAYOUT", path, "/", expected, shown or "no variable")
    return found


def _structs(value: Any, place: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every struct with its place, the file itself first."""
    if hasattr(value, "_fieldnames"):
        value = {name: getattr(value, name) for name in value._fieldnames}
    if not isinstance(value, Mapping) or depth > _DEPTH:
        return
    yield place, value
    for name, member in value.items():
        yield from _structs(member, f"{place}/{name}", depth + 1)


def _at(path: str, root: Mapping[str, Any], place: str) -> Any:
    for where, struct in _structs(root, "", 0):
        for name, value in struct.items():
            if f"{where}/{name}" == "/" + place.strip("/"):
                return value
    raise DataError("E-PATH", path, place, "a variable of this name", ", ".join(root) or "none")


def _first(struct: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((n for n in names if n in struct), "")


def _number(path: str, place: str, value: Any, code: str = "E-RATE") -> float:
    numbers = np.ravel(np.asarray(value))
    if numbers.size == 0 or numbers.dtype.kind not in "iuf" or np.unique(numbers).size != 1:
        raise DataError(code, path, place, "one number", f"{numbers.size} values of type {numbers.dtype}")
    number = float(numbers[0])
    if not math.isfinite(number):
        raise DataError(code, path, place, "a finite number", f"{number:g}")
    return number


def _is_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and value.ndim in (1, 2) and value.size > 1


def _texts(value: Any) -> list[str]:
    """Return a text, or the texts of a cell or a matrix of characters; none of anything else."""
    if isinstance(value, str):
        return [value.strip()]
    array = np.asarray(value)
    if array.dtype.kind not in "OU":
        return []
    return ["" if np.size(text) == 0 else str(text).strip() for text in np.ravel(array)]


def _named(file: _File, root: Mapping[str, Any]) -> None:
    path, options = file.path, file.options
    values = _at(path, root, options.signal)
    fs = options.fs
    if fs is None and options.rate_from:
        fs = _number(path, options.rate_from, _at(path, root, options.rate_from))
    _add(file, options.signal, values, fs, [], [])


def _described(file: _File, place: str, struct: Mapping[str, Any]) -> None:
    path, options, found = file.path, file.options, file.found
    if "values" in struct and "interval" in struct and _is_numbers(struct["values"]):
        _spike2(file, place, struct)
        return
    if "times" in struct and "values" not in struct:
        found.notes.append(f"{place}: events, not read")
        return
    data, rate = _first(struct, _DATA), _first(struct, _RATE)
    if not (data and _is_numbers(struct[data])):
        arrays = [n for n, v in struct.items() if _is_numbers(v) and v.size >= 100]
        if not rate or len(arrays) != 1:
            return
        data = arrays[0]
        found.notes.append(f"{place}/{data}: taken for the signal, for it is the only array beside a rate")
    fs = options.fs if options.fs is not None else None
    if rate:
        stated = _number(path, f"{place}/{rate}", struct[rate])
        if fs is not None and fs != stated:
            raise DataError("E-RATE", path, f"{place}/{rate}", f"the rate of the option fs, {fs:g} Hz", f"{stated:g}")
        fs = stated
    unit = _first(struct, _UNIT)
    units = _texts(struct[unit]) if unit else []
    names = _first(struct, _NAMES)
    listed = [str(n).strip() for n in np.ravel(struct[names])] if names and np.size(struct[names]) else []
    for name, value in struct.items():
        if name not in (data, rate, names, *_UNIT) and _is_numbers(value):
            found.notes.append(f"{place}/{name}: not read")
    _add(file, f"{place}/{data}", struct[data], fs, units, listed)


def _spike2(file: _File, place: str, struct: Mapping[str, Any]) -> None:
    path, found = file.path, file.found
    title = "".join(_texts(struct.get("title", ""))[:1]) or place.strip("/")
    stated = "".join(_texts(struct.get("units", ""))[:1])
    if not file.takes(place, title, stated):
        return
    unit = stated or file.options.unit

    def number(name: str, code: str) -> float:
        return _number(path, f"{place}/{name}", struct[name], code)

    interval = number("interval", "E-RATE")
    if not interval > 0:
        raise DataError("E-RATE", path, f"{place}/interval", "seconds above 0", f"{interval:g}")
    if struct["values"].ndim != 1:
        raise DataError("E-RANK", path, f"{place}/values", "one column of values", _shape(struct["values"]))
    values = struct["values"]
    fs = 1 / interval
    fs = float(round(fs)) if abs(fs - round(fs)) < 1e-6 * fs else fs
    start = number("start", "E-TIME") if "start" in struct else 0.0
    per = volts_per(unit) or 1.0
    if values.dtype.kind == "f":
        part = Part(fs, [title], values[:, np.newaxis].astype(np.float64) * per, start_s=start)
    elif "scale" in struct and "offset" in struct and values.dtype == np.int16:
        step = number("scale", "E-SCALE") / _SPIKE2_STEP * per
        offset = number("offset", "E-SCALE") * per
        part = Part(fs, [title], values[:, np.newaxis].astype(np.int32), [step], offset, start_s=start)
    else:
        raise DataError(
            "E-SCALE", path, f"{place}/values", "real numbers, or int16 with scale and offset", str(values.dtype)
        )
    # Channels of one rate that start together and are equally long are one signal.
    for other in found.parts:
        same = other.fs == fs and other.start_s == start and len(other.samples) == len(part.samples)
        if same and not other.step_v and not part.step_v:
            other.names += part.names
            other.samples = np.concatenate([other.samples, part.samples], axis=1)
            return
    part.name = place.strip("/")
    found.parts.append(part)


def _add(file: _File, place: str, values: Any, fs: float | None, units: list[str], names: list[str]) -> None:
    """Add what is read of an array; `units` and `names` are those that the file states: none, or one for each channel.

    One unit stands for all channels.
    """
    path, options, found = file.path, file.options, file.found
    if not _is_numbers(values):
        raise DataError("E-RANK", path, place, "an array of numbers of one or two dimensions", _shape(values))
    array: npt.NDArray[Any] = values[:, np.newaxis] if values.ndim == 1 else values
    if options.axes == ("channel", "time"):
        array = array.T
    elif not options.axes and array.shape[0] < array.shape[1]:
        array = array.T
        found.notes.append(f"{place}: the longer dimension is taken for time")
    if array.shape[1] > array.shape[0]:
        raise DataError("E-CHANNELS", path, place, "more samples than channels", f"{array.shape[0]} × {array.shape[1]}")
    if fs is None:
        raise DataError("E-RATE", path, place, "a rate beside it, or the option fs", "none")
    if not (np.isfinite(fs) and fs > 0):
        raise DataError("E-RATE", path, place, "a number above 0", f"{fs:g}")
    count = array.shape[1]
    if len(units) not in (0, 1, count):
        raise DataError("E-UNIT", path, place, f"{count} units, one for each channel, or one", str(len(units)))
    if not any(units) and not options.unit:
        raise DataError("E-UNIT", path, place, "a unit beside it, or the option unit", "none")
    if len(units) == 1 and units[0] and volts_per(units[0]) is None:
        raise DataError("E-UNIT", path, place, "volts", units[0])
    listed = list(options.channel_names) or names
    if listed and len(listed) != count:
        raise DataError("E-CHANNELS", path, place, f"{count} names", str(len(listed)))
    listed = listed or [f"ch{i + 1}" for i in range(count)]
    integers = array.dtype.kind in "iu"
    if integers and options.scale is None:
        raise DataError("E-SCALE", path, place, "the option scale, for these are integers", str(array.dtype))
    stated = units if len(units) == count else (units or [""]) * count
    kept = [i for i, name in enumerate(listed) if file.takes(place, name, stated[i])]
    if not kept:
        return
    taken = [listed[i] for i in kept]
    per = [volts_per(stated[i] or options.unit) or 1.0 for i in kept]
    array = array[:, kept]
    scale, offset = 1.0 if options.scale is None else options.scale, options.offset or 0.0
    if integers and max(abs(int(array.min())), abs(int(array.max()))) < 2**31:
        samples, steps, offset_v = counts_or_volts(
            array.astype(np.int32), [scale * p for p in per], [offset * p for p in per]
        )
        found.parts.append(Part(fs, taken, samples, steps, offset_v))
    else:
        found.parts.append(Part(fs, taken, (array.astype(np.float64) * scale + offset) * per))


def _shape(value: Any) -> str:
    return f"{type(value).__name__} of shape {getattr(value, 'shape', ())}"
