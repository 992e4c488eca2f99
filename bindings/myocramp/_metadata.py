"""What is known about a recording besides its samples, and the checks of what a user says about it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple, SupportsFloat, TypeVar

import numpy as np

from . import _core
from ._errors import InvalidArgument

_NAN = math.nan

PHASES = ("rest", "mvc", "exercise", "stimulation", "stretch", "sleep")


class Phase(NamedTuple):
    """A stretch of the protocol, [start_s, stop_s) in seconds: rest, mvc, exercise, stimulation, stretch or sleep."""

    start_s: float
    stop_s: float
    name: str
    posture: str = ""
    """Such as "supine"; "" when not said."""
    joint_angle_deg: float = _NAN
    """NaN when not said."""


class InvalidSpan(NamedTuple):
    """A stretch, [start_s, stop_s) in seconds, that no result may rest on: an artefact, a lost electrode."""

    start_s: float
    stop_s: float
    reason: str = ""
    channels: tuple[str, ...] = ()
    """The channels concerned; empty: all."""


class AnnotatedSpan(NamedTuple):
    """What one rater really looked at, [start_s, stop_s) in seconds: the denominator of a false-alarm rate."""

    start_s: float
    stop_s: float
    annotator: str = ""


class StimTrain(NamedTuple):
    """A train of electrical stimuli, from its first to its last pulse in seconds. NaN and "" mean: not said."""

    start_s: float
    stop_s: float
    frequency_hz: float = _NAN
    n_pulses: float = _NAN
    amplitude_a: float = _NAN
    """Current, A."""
    pulse_width_s: float = _NAN
    site: str = ""
    elicited_cramp: str = ""
    """ "yes", "no" or "". """


class Covariate(NamedTuple):
    """Something measured or asked about a session: serum sodium, a fatigue score, the condition."""

    name: str
    value: float = _NAN
    """NaN when it is a word: see ``value_text``."""
    value_text: str = ""
    unit: str = ""
    """UCUM, such as "mmol/L"; "" for none."""
    time_s: float = _NAN
    """On the recording's clock; NaN: of the whole session."""
    method: str = ""


class Subject(NamedTuple):
    """Who was recorded, as NWB says it; "" when not said."""

    id: str = ""
    species: str = ""
    """A Latin binomial such as "Homo sapiens", or a link such as http://purl.obolibrary.org/obo/NCBITaxon_9606."""
    sex: str = ""
    """F, M, O or U."""
    age: str = ""
    """ISO 8601 duration, such as "P34Y"."""
    weight: str = ""
    """With a blank and its unit, such as "70 kg"."""
    description: str = ""


class Channel(NamedTuple):
    """One lead of a recording; "" and NaN when not said."""

    name: str
    """Unique in its recording."""
    muscle: str = ""
    """Such as "gastrocnemius_medialis"."""
    side: str = ""
    """ "left", "right" or "". """
    interelectrode_distance_mm: float = _NAN
    label: str = ""
    """What the file calls the lead besides its name."""


Row = TypeVar("Row", Phase, InvalidSpan, AnnotatedSpan, StimTrain, Covariate, Subject, Channel)


def known(kind: type[Row], values: Iterable[Any]) -> Row:
    """Make a row of what the compiled part holds. NaN becomes that of the defaults, so that equal rows compare so."""
    return kind._make(_NAN if isinstance(v, float) and math.isnan(v) else v for v in values)


def checked(place: str, kind: type[Row], value: object) -> Row:
    """Return the row with plain floats and text; TypeError for wrong types, InvalidArgument for wrong values."""
    if not isinstance(value, tuple):
        raise TypeError(f"{place}: expected {kind.__name__}, found {type(value).__name__}")
    make: Callable[..., Row] = kind
    try:
        row = make(*value)
    except TypeError:
        fields = ", ".join(kind._fields)
        raise TypeError(f"{place}: expected {kind.__name__}({fields}), found {len(value)} values") from None
    taken: list[object] = []
    for name, item in zip(kind._fields, row, strict=True):
        where = f"{place}.{name}"
        default = kind._field_defaults.get(name)
        if isinstance(default, tuple):
            taken.append(cells(where, item))
        elif isinstance(default, float) or name.endswith("_s"):
            taken.append(
                number(where, item, optional=default is not None, code="E-TIME" if name in _TIMES else "E-OPTION")
            )
        else:
            taken.append((text if kind is Subject else cell)(where, item))
    row = kind._make(taken)
    _values(place, row)
    return row


def checked_rows(place: str, kind: type[Row], values: object) -> list[Row]:
    """Check the rows one by one. Rows with times come back sorted by start, then stop."""
    rows = [checked(f"{place}[{i}]", kind, v) for i, v in enumerate(sequence(place, kind.__name__, values))]
    if "start_s" in kind._fields:
        rows.sort(key=lambda r: r[:2])
    return rows


def sequence(place: str, what: str, values: object) -> list[object]:
    """Return the items of a list, tuple or other iterable of rows."""
    if isinstance(values, (str, bytes)) or hasattr(values, "_fields") or not isinstance(values, Iterable):
        raise TypeError(f"{place}: expected a list of {what}, found {type(values).__name__}")
    return list(values)


def real(place: str, value: object) -> float:
    """Return a float; TypeError for text, True and False, and all else that is no number."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, SupportsFloat):
        raise TypeError(f"{place}: expected a number, found {type(value).__name__}")
    return float(value)


def flag(place: str, value: object) -> bool:
    """Return True or False; TypeError for anything else, of which Python would take most for True."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{place}: expected True or False, found {type(value).__name__}")
    return bool(value)


def number(place: str, value: object, *, optional: bool = False, code: str = "E-OPTION") -> float:
    """Return a finite float; NaN stands for "not said" where that is allowed."""
    taken = real(place, value)
    if optional and math.isnan(taken):
        return _NAN
    if not math.isfinite(taken):
        raise InvalidArgument(code, "", place, "a finite number" + (" or NaN" if optional else ""), f"{taken:g}")
    return taken


def text(place: str, value: object) -> str:
    """Return text that a file can hold."""
    if not isinstance(value, str):
        raise TypeError(f"{place}: expected text, found {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidArgument("E-TEXT", "", place, "text that UTF-8 can hold", ascii(value)) from None
    if "\0" in value:
        raise InvalidArgument("E-TEXT", "", place, "text without null characters", ascii(value))
    return str(value)


def cell(place: str, value: object) -> str:
    """Return text that a table can hold: "n/a" it would take for no text."""
    taken = text(place, value)
    if taken == "n/a":
        raise InvalidArgument("E-TEXT", "", place, 'text, or "" for none', "'n/a', which tables read as none")
    return taken


def cells(place: str, values: object) -> tuple[str, ...]:
    """Return several texts that a table can hold."""
    return tuple(cell(f"{place}[{i}]", v) for i, v in enumerate(sequence(place, "names", values)))


def past(place: str, value: object) -> str:
    """Return `timestamp` of a moment that has passed, or "" for none."""
    moment = timestamp(place, value)
    if moment and datetime.fromisoformat(moment) > datetime.now(UTC):
        raise InvalidArgument("E-TIME", "", place, "a date and time that have passed", repr(moment))
    return moment


def timestamp(place: str, value: object) -> str:
    """Return a date and time with offset as ISO 8601, or "" for none."""
    moment = value.isoformat() if isinstance(value, datetime) else text(place, value)
    if not moment:
        return ""
    try:
        if not _MOMENT.fullmatch(moment):
            raise ValueError
        datetime.fromisoformat(moment)
    except ValueError:
        expected = 'ISO 8601 with seconds and offset, such as "2024-05-01T22:30:00+02:00"'
        raise InvalidArgument("E-TIME", "", place, expected, repr(moment)) from None
    return re.sub("Z$", "+00:00", moment)


_TIMES = {"start_s", "stop_s", "time_s"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _choice(place: str, value: str, choice: tuple[str, ...], code: str = "E-OPTION") -> None:
    if value not in choice:
        expected = "one of " + ", ".join(c or '""' for c in choice)
        raise InvalidArgument(code, "", place, expected, repr(value))


def _above(place: str, value: float, low: float, what: str) -> None:
    if value < low or (low == 0 and value == 0):
        raise InvalidArgument("E-OPTION", "", place, what, f"{value:g}")


def _values(place: str, row: NamedTuple) -> None:
    start, stop = getattr(row, "start_s", 0.0), getattr(row, "stop_s", 0.0)
    if stop < start:
        raise InvalidArgument(
            "E-TIME", "", f"{place}.stop_s", f"a stop at or after the start at {start:g} s", f"{stop:g} s"
        )
    check = _CHECKS.get(type(row))
    if check is not None:
        check(place, row)


def _check_train(place: str, train: StimTrain) -> None:
    _above(f"{place}.frequency_hz", train.frequency_hz, 0, "a frequency above 0 Hz or NaN")
    _above(f"{place}.pulse_width_s", train.pulse_width_s, 0, "a width above 0 s or NaN")
    if not (math.isnan(train.n_pulses) or (train.n_pulses >= 1 and train.n_pulses.is_integer())):
        found = f"{train.n_pulses:g}"
        raise InvalidArgument("E-OPTION", "", f"{place}.n_pulses", "a whole number of at least 1 or NaN", found)
    _choice(f"{place}.elicited_cramp", train.elicited_cramp, ("yes", "no", ""))


def _check_subject(place: str, subject: Subject) -> None:
    for name, value in subject._asdict().items():
        if expected := _core.subject_fault(name, value):
            raise InvalidArgument("E-OPTION", "", f"{place}.{name}", f'{expected}, or "" when not said', repr(value))


def _check_channel(place: str, channel: Channel) -> None:
    _choice(f"{place}.side", channel.side, ("left", "right", ""))
    _above(f"{place}.interelectrode_distance_mm", channel.interelectrode_distance_mm, 0, "a distance above 0 mm or NaN")


def _check_covariate(place: str, covariate: Covariate) -> None:
    if not covariate.name:
        raise InvalidArgument("E-OPTION", "", f"{place}.name", "a name", "''")
    if covariate.value_text and not math.isnan(covariate.value):
        found = f"{covariate.value:g} and {covariate.value_text!r}"
        raise InvalidArgument("E-OPTION", "", place, "a value or a value_text", found)


_CHECKS: dict[type, Callable[[str, Any], None]] = {
    Phase: lambda place, phase: _choice(f"{place}.name", phase.name, PHASES, "E-PHASE"),
    StimTrain: _check_train,
    Subject: _check_subject,
    Channel: _check_channel,
    Covariate: _check_covariate,
}
