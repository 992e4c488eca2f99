"""Events and episodes, and tables of them."""

from __future__ import annotations

import dataclasses
import math
import operator
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, Self, TypeVar, overload

from . import _core
from ._errors import InvalidArgument
from ._metadata import PHASES, cell, cells, number, real, sequence
from ._paths import is_nwb, path_bytes

if TYPE_CHECKING:
    import mne
    import pandas as pd

_NAN = math.nan
_PHASE = "phase:"


@dataclass(frozen=True, slots=True)
class Event:
    """What a rater, a file or a detector says happened between onset and offset.

    Those that say the same are equal, NaN to NaN too. In a set an event's list of channels has to be left as it is.

    Parameters
    ----------
    onset_s, duration_s : float
        Seconds on the recording's clock.
    label : str
        cramp, sustained, twitch, fasciculation, voluntary, stimulated, artefact or phase:<name>; "" when not said.
    channels : list of str
        The channels that took part; empty when not said.
    confidence, score : float
        NaN when not said.
    annotator, label_source, detector : str
        Who said so (label_source is manual, auto, consensus or simulated); "" when not said.
    """

    onset_s: float
    duration_s: float
    label: str = ""
    channels: list[str] = field(default_factory=list)
    confidence: float = _NAN
    annotator: str = ""
    label_source: str = ""
    score: float = _NAN
    detector: str = ""

    def __post_init__(self) -> None:
        # One NaN for all, so that equal events compare so.
        for f in dataclasses.fields(self):
            value = getattr(self, f.name)
            if isinstance(value, float) and math.isnan(value):
                object.__setattr__(self, f.name, _NAN)

    def __hash__(self) -> int:
        return hash((self.onset_s, self.duration_s, self.label, tuple(self.channels)))

    @property
    def offset_s(self) -> float:
        """End, s."""
        return self.onset_s + self.duration_s

    @property
    def channel(self) -> str:
        """The channels as one text, joined by |."""
        return "|".join(self.channels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode(Event):
    """One episode of activity over all channels that took part.

    Measures belong to ``peak_channel``; NaN means that there is no answer. The page on episodes defines each.
    """

    episode: int
    """Its number in the recording, from 1."""
    censored: str
    """Which end the recording or a gap cuts off: none, start, end or both."""
    class_reason: str
    """The rule that named the episode."""
    onset_time: str
    """Wall clock, ISO 8601; "" when the recording has no date."""
    peak_channel: str
    """The channel of the largest envelope."""
    peak_uv: float
    """Largest RMS envelope, µV."""
    peak_time: float
    """Its time, s."""
    rise_s: float
    """10 % to 90 % of the peak above baseline, first crossings, s."""
    decay_s: float
    """90 % to 10 %, last crossings, s."""
    iemg_uvs: float
    """Integral of the rectified signal, µV s."""
    x_baseline: float
    """Peak over the RMS at rest."""
    pct_mvc: float
    """Peak in percent of the largest envelope in the mvc phases."""
    mnf_hz: float
    """Mean of the windows' mean frequencies, Hz."""
    mdf_hz: float
    """Mean of the windows' median frequencies, Hz."""
    mdf_slope_hz_s: float
    """Theil-Sen slope of the median frequency, Hz/s."""
    mdf_slope_low: float
    """Low end of its 95 % interval, Hz/s."""
    mdf_slope_high: float
    """High end of its 95 % interval, Hz/s."""
    pre_rms_uv: float
    """RMS in the span before onset, µV."""
    pre_mdf_hz: float
    """Median frequency there while the channel was active, Hz."""
    pre_mdf_slope_hz_s: float
    """Its slope there, Hz/s."""
    n_windows: int
    """Spectral windows wholly inside the episode."""
    cluster: int
    """Recurrence cluster of a cramp, from 1; 0 for what is no cramp."""
    mdf_slope_percent_min: float
    """``mdf_slope_hz_s`` in percent of the trend's value at the first window, per minute."""
    pre_mdf_slope_low: float
    """Low end of the 95 % interval of ``pre_mdf_slope_hz_s``, Hz/s."""
    pre_mdf_slope_high: float
    """High end, Hz/s."""
    pre_level_uv: float
    """Median RMS of the active windows before onset, µV."""
    pre_level_pct_mvc: float
    """The same in percent of the largest envelope in the mvc phases."""
    pre_matched_mdf_hz: float
    """Median frequency of those whose RMS is near to that median, Hz."""
    pre_matched_mdf_slope_hz_s: float
    """Its slope, Hz/s."""
    pre_matched_mdf_slope_low: float
    """Low end of its 95 % interval, Hz/s."""
    pre_matched_mdf_slope_high: float
    """High end, Hz/s."""
    pre_matched_windows: int
    """How many those are."""
    onset_low_s: float
    """Earliest that the onset can have been: the envelope is last at rest, s."""
    onset_high_s: float
    """Latest that it can have been: the envelope is first clearly above rest, s."""
    offset_low_s: float
    """Earliest that the offset can have been, s."""
    offset_high_s: float
    """Latest that it can have been, s."""
    plateau_share: float
    """Share of the duration in which the envelope is above half of its height."""
    muap_rate_per_s: float
    """Peaks of the interference pattern per second; not the rate of a motor unit."""
    n_channels: int
    """How many channels took part."""
    recruitment: str
    """Those channels in the order of their own onsets, joined by |."""
    severity: float
    """Grade on the user's own scale, ``cramp.severity``; NaN without one."""
    cluster_30min: int
    """As ``cluster``, with a gap of 30 minutes."""
    cluster_5min: int
    """As ``cluster``, with a gap of 5 minutes."""
    cluster_n: int
    """Cramps in its cluster; 0 for what is no cramp."""
    cluster_burden_s: float
    """Time that the cramps of its cluster cover, s."""
    inter_event_interval_s: float
    """From the onset of the cramp before, s."""
    score_cramp: float
    """How far the rules speak for class cramp, 0 to 1."""
    score_sustained: float
    """The same for class sustained."""
    score_twitch: float
    """The same for class twitch."""
    score_fasciculation: float
    """The same for class fasciculation."""
    score_voluntary: float
    """The same for class voluntary."""
    score_stimulated: float
    """The same for class stimulated."""
    score_artefact: float
    """The same for class artefact."""

    __hash__ = Event.__hash__


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected(Event):
    """A candidate that did not become an episode, and why."""

    reason: str

    __hash__ = Event.__hash__


E = TypeVar("E", bound=Event)

# The nine columns of an event table under their Python names.
_FIRST: dict[str, Callable[[Any], object]] = {
    "onset_s": lambda e: e.onset_s,
    "offset_s": lambda e: e.offset_s,
    "duration_s": lambda e: e.duration_s,
    "label": lambda e: e.label,
    "channel": lambda e: e.channel,
    "confidence": lambda e: e.confidence,
    "annotator": lambda e: e.annotator,
    "label_source": lambda e: e.label_source,
    "score": lambda e: e.score,
    "detector": lambda e: e.detector,
}


class _Table(Sequence[E], Generic[E]):
    """An immutable sequence of events that turns into a DataFrame; equal are those of equal events and extent."""

    _item: ClassVar[type[Event]] = Event

    def __init__(
        self,
        events: Iterable[E] = (),
        *,
        duration_s: float = _NAN,
        start_s: float = 0.0,
        session_start: str = "",
    ) -> None:
        self._events = tuple(events)
        self.duration_s = float(duration_s)
        self.start_s = float(start_s)
        self.session_start = session_start

    @overload
    def __getitem__(self, index: int) -> E: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> E | Self:
        if isinstance(index, slice):
            return type(self)(
                self._events[index],
                duration_s=self.duration_s,
                start_s=self.start_s,
                session_start=self.session_start,
            )
        return self._events[index]

    def __len__(self) -> int:
        return len(self._events)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Table) or type(other) is not type(self):
            return NotImplemented
        return self._events == other._events and self._extent() == other._extent()

    def __hash__(self) -> int:
        return hash(self._events)

    def _extent(self) -> tuple[float, float, str]:
        length = _NAN if math.isnan(self.duration_s) else self.duration_s
        return length, self.start_s, self.session_start

    def _background(self) -> tuple[float, float]:
        """Length and start of what a row of background covers."""
        start = number("start_s", self.start_s, code="E-TIME")
        length = number("duration_s", self.duration_s, optional=True, code="E-TIME")
        if length < 0:
            raise InvalidArgument("E-TIME", "", "duration_s", "at least 0 s or NaN", f"{length:g} s")
        return (0.0 if math.isnan(length) else length), start

    def __repr__(self) -> str:
        counts: dict[str, int] = {}
        for e in self._events:
            counts[e.label or "unnamed"] = counts.get(e.label or "unnamed", 0) + 1
        inside = ", ".join(f"{n} {label}" for label, n in sorted(counts.items()))
        return f"<{type(self).__name__}: {inside or 'none'}>"

    def to_mne(self) -> mne.Annotations:
        """
        Return annotations of MNE: the label as description, the channels as ``ch_names``, all else as extras.

        Returns
        -------
        mne.Annotations
            Onsets in s from the start of the recording, ``start_s``, without orig_time: MNE takes them for seconds
            after the first sample. An event without a label is called "unnamed".

        Raises
        ------
        InvalidArgument
            E-LIBRARY without MNE.

        Examples
        --------
        >>> raw.set_annotations(result.episodes.to_mne())
        """
        from ._mne import annotations_of

        return annotations_of(self, self.start_s)

    def to_dataframe(self) -> pd.DataFrame:
        """Return a pandas DataFrame: one row per event, units in the names; what is missing is NaN or None."""
        import pandas as pd

        base = {f.name for f in dataclasses.fields(Event)}
        further = [f for f in dataclasses.fields(self._item) if f.name not in base]
        columns: dict[str, Any] = {name: self._column([get(e) for e in self]) for name, get in _FIRST.items()}
        for f in further:
            columns[f.name] = self._column([getattr(e, f.name) for e in self])
        kinds = {f.name: f.type for f in further}
        floats = {"onset_s", "offset_s", "duration_s", "confidence", "score"}
        for name, values in columns.items():
            kind = "float" if name in floats else kinds.get(name, "str")
            columns[name] = pd.Series(values, dtype={"float": "float64", "int": "int64"}.get(str(kind), "object"))
        return pd.DataFrame(columns)

    @staticmethod
    def _column(values: list[object]) -> list[object]:
        return [None if v == "" else v for v in values]


class Events(_Table[Event]):
    """A sequence of `Event`, sorted as it was given.

    Parameters
    ----------
    events : iterable of Event
        The events.
    duration_s : float, optional
        Length of the recording they belong to, s; NaN when it is not known.
    start_s : float, optional
        Its start on its clock, s.
    session_start : str, optional
        The wall clock at 0 s, ISO 8601, "" when it is not known.
    """

    _has_background = False
    """Whether the table they were read from has a row of background, so that `save` writes one beside events too."""

    @classmethod
    def from_mne(cls, annotations: mne.Annotations, start_s: float = 0.0) -> Events:
        """
        Make events of MNE's annotations.

        Parameters
        ----------
        annotations : mne.Annotations
            The description becomes the label, ch_names the channels, and extras of the names of our columns what they
            are. All are taken, ``BAD...`` and ``phase:...`` too; `from_mne` sorts these out.
        start_s : float
            Start of the recording on its clock, s, from which the onsets count. Annotations of a raw object that was
            cropped count from ``-raw.first_time``.

        Returns
        -------
        Events
            In the order of the annotations.

        Raises
        ------
        TypeError
            For anything but annotations.
        InvalidArgument
            E-LIBRARY without MNE, E-TIME for a start that is not finite.
        """
        from ._mne import check_start, events_of

        return cls(events_of(annotations, check_start(start_s)), start_s=start_s)

    def save(self, path: str | os.PathLike[str], format: Literal["bids", "szcore"] = "bids") -> None:
        r"""
        Write a BIDS-style events table, or add the events to an NWB file as labels: all of it or nothing.

        Parameters
        ----------
        path : str or path-like
            A name that ends in .nwb is that of an NWB file, ours or another's, to whose labels these are added; labels
            that it has already are not added twice, and all else in it stays. Any other name is that of a table,
            tab-separated, nine columns, sorted by onset, which is made or replaced. Without any event it has one row of
            background of ``duration_s`` from ``start_s`` on, 0 s when that is not known; with events, if they were read
            from a table that has one.
        format : {"bids", "szcore"}
            The columns of a table. "szcore" has seven, with channels joined by commas, times from the recording's
            start, its date as it is written in ``session_start`` and its length; annotator, label_source, score and
            detector have no place there. A comma in a channel's name is written as \x2c.

        Raises
        ------
        InvalidArgument
            E-OPTION for another format, or "szcore" for NWB.
            E-TIME, E-TEXT or E-OPTION for an event that no row can hold; E-PHASE for a phase of another name, and for
            NWB, where phases are no labels, for any.
        DataError
            For NWB: when the file is none, or has labels of another form.
        IoError
            E-WRITE when the file cannot be written.
        TypeError
            For an event with a field of another type.
        """
        if format not in _TABLES or (is_nwb(path) and format != "bids"):
            expected = "one of " + ", ".join(_TABLES) + ", and for NWB none"
            raise InvalidArgument("E-OPTION", "", "format", expected, format)
        if is_nwb(path):
            _core.append_labels(path_bytes(path), label_rows("events", self))
            return
        rows = _table_rows(self)
        duration_s, start_s = self._background()
        if format == "szcore":
            from ._szcore import write

            write(path, self, self.duration_s, start_s, self.session_start)
            return
        if self and self._has_background:
            rows += _table_rows([Event(start_s, duration_s, "bckg")])
        _core.save_events(path_bytes(path), rows, duration_s, start_s)


def _event_row(where: str, e: object, kind: type[Event] = Event) -> _core._Event:
    """Check what every event has, and return it for the compiled part."""
    if not isinstance(e, kind):
        raise TypeError(f"{where}: expected {kind.__name__}, found {type(e).__name__}")
    row: _core._Event = {
        "onset_s": number(f"{where}.onset_s", e.onset_s, code="E-TIME"),
        "duration_s": number(f"{where}.duration_s", e.duration_s, code="E-TIME"),
        "label": cell(f"{where}.label", e.label),
        "channels": list(cells(f"{where}.channels", e.channels)),
        "confidence": number(f"{where}.confidence", e.confidence, optional=True),
        "annotator": cell(f"{where}.annotator", e.annotator),
        "label_source": cell(f"{where}.label_source", e.label_source),
        "score": number(f"{where}.score", e.score, optional=True),
        "detector": cell(f"{where}.detector", e.detector),
    }
    if row["duration_s"] < 0:
        raise InvalidArgument("E-TIME", "", f"{where}.duration_s", "at least 0 s", f"{e.duration_s:g} s")
    return row


def label_rows(place: str, values: object) -> list[_core._Event]:
    """Check labels, which no phase is among, and return them for the compiled part, sorted as NWB files have them."""
    rows = [_event_row(f"{place}[{i}]", e) for i, e in enumerate(sequence(place, "Event", values))]
    for i, row in enumerate(rows):
        if row["label"].startswith(_PHASE):
            raise InvalidArgument(
                "E-PHASE", "", f"{place}[{i}].label", "a label; phases go into the protocol", repr(row["label"])
            )
    rows.sort(key=lambda r: (r["onset_s"], r["onset_s"] + r["duration_s"], r["channels"], r["annotator"]))
    return rows


def _table_rows(values: Iterable[Event]) -> list[_core._Event]:
    """Check what is to be written into a table, which phases may be among."""
    rows = [_event_row(f"events[{i}]", e) for i, e in enumerate(values)]
    for i, row in enumerate(rows):
        if row["label"].startswith(_PHASE) and row["label"].removeprefix(_PHASE) not in PHASES:
            expected = f"{_PHASE} and one of " + ", ".join(PHASES)
            raise InvalidArgument("E-PHASE", "", f"events[{i}].label", expected, repr(row["label"]))
    return rows


def _measured_rows(place: str, kind: type[Event], values: Iterable[Event]) -> list[dict[str, Any]]:
    """Check events with all that their class has besides, and return them by onset for the compiled part."""
    rows: list[dict[str, Any]] = []
    for i, e in enumerate(values):
        row: dict[str, Any] = dict(_event_row(f"{place}[{i}]", e, kind))
        for f in dataclasses.fields(kind):
            where, value = f"{place}[{i}].{f.name}", getattr(e, f.name)
            if f.name in row:
                continue
            if f.type == "float":
                row[f.name] = real(where, value)
            elif f.type == "int":
                row[f.name] = _whole(where, value)
            else:
                row[f.name] = cell(where, value)
        rows.append(row)
    return sorted(rows, key=lambda row: float(row["onset_s"]))


def _whole(place: str, value: object) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{place}: expected an int, found {type(value).__name__}")
    taken = operator.index(value)
    if not 0 <= taken < 2**31:
        raise InvalidArgument("E-OPTION", "", place, "0 to 2**31 - 1", str(taken))
    return taken


def _check_table(path: str | os.PathLike[str]) -> None:
    if is_nwb(path):
        expected = "the name of a table; Result.save adds what was found to NWB files"
        raise InvalidArgument("E-OPTION", "", "path", expected, os.fsdecode(path))


class Episodes(_Table[Episode]):
    """A sequence of `Episode`, sorted by onset, then channel."""

    _item = Episode

    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write ``episodes.tsv``, the table that ``myocramp analyse`` writes of the recording: all of it or nothing.

        Parameters
        ----------
        path : str or path-like
            The table, which is made or replaced. Rows are sorted by onset and keep their numbers. Without any there is
            one row of background of ``duration_s`` from ``start_s`` on, 0 s when that is not known.

        Raises
        ------
        TypeError
            For an episode with a field of another type.
        InvalidArgument
            E-OPTION for a name that ends in .nwb; E-TIME, E-TEXT or E-OPTION for a value that no row can hold.
        IoError
            E-WRITE when the file cannot be written.

        Examples
        --------
        >>> result.episodes.save("episodes.tsv")
        """
        _check_table(path)
        _core.save_episodes(path_bytes(path), _measured_rows("episodes", Episode, self), *self._background())


class RejectedEvents(_Table[Rejected]):
    """A sequence of `Rejected`, sorted by onset."""

    _item = Rejected

    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write ``rejected.tsv``, the table that ``myocramp analyse`` writes of the recording: all of it or nothing.

        Parameters
        ----------
        path : str or path-like
            The table, which is made or replaced. Rows are sorted by onset.

        Raises
        ------
        TypeError, InvalidArgument, IoError
            As `Episodes.save`.
        """
        _check_table(path)
        _core.save_rejected(path_bytes(path), _measured_rows("rejected", Rejected, self))


_TABLES = ("bids", "szcore")


def read_events(path: str | os.PathLike[str], format: Literal["bids", "szcore"] = "bids") -> Events:
    """
    Read a BIDS-style events table: tab-separated, a header with at least onset and duration, "n/a" for missing.

    Parameters
    ----------
    path : str or path-like
        The file. Columns are found by name; further ones are ignored.
    format : {"bids", "szcore"}
        "szcore": the columns eventType and channels, these joined by commas; its date is taken as UTC.

    Returns
    -------
    Events
        Sorted by onset; phases have the label ``phase:<name>``. Rows of background are none of them: what they cover
        is ``start_s`` and ``duration_s``, NaN without any.

    Warns
    -----
    UserWarning
        For each row whose duration is "n/a", which BIDS allows: a label is taken for an instant, a row of a phase or of
        background is passed over.

    Raises
    ------
    IoError
        E-MISSING or E-READ.
    DataError
        E-EVENTS naming line and column.
    InvalidArgument
        E-OPTION for another format.
    """
    if format not in _TABLES:
        raise InvalidArgument("E-OPTION", "", "format", "one of " + ", ".join(_TABLES), format)
    if format == "szcore":
        from ._szcore import read

        return Events(**read(path))
    found, notes = read_noted(path)
    if notes:
        warnings.warn("; ".join(notes), UserWarning, stacklevel=2)
    return found


def read_noted(path: str | os.PathLike[str]) -> tuple[Events, list[str]]:
    """Read a BIDS-style events table, with notes of what became of rows of unknown length."""
    rows, start_s, duration_s, notes = _core.read_events(path_bytes(path))
    events = (Event(**e) for e in rows)
    if math.isnan(duration_s):
        return Events(events), notes
    found = Events(events, start_s=start_s, duration_s=duration_s)
    found._has_background = True
    return found, notes
