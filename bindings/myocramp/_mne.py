"""MNE-Python: raw recordings and annotations, both ways."""

from __future__ import annotations

import dataclasses
import json
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from ._errors import InvalidArgument
from ._events import Event
from ._foreign import Found, Part, chosen, fits, library, recording_of
from ._metadata import Subject
from ._recording import Recording, Refusal
from ._words import HOLE, all_events, sort_out

if TYPE_CHECKING:
    import mne

_SEX = {1: "M", 2: "F"}
_BASIC = {"onset_s", "duration_s", "label", "channels"}
_TINY_S = 1e-6
"""What MNE keeps of times."""
_OUTSIDE = "outside the recording, left out"
_FOREIGN = "of channels that it lacks, left out"
_CUT = "cut to the recording, which from_mne makes whole again"
_FEWER = "without channels that it lacks, which from_mne names again"


def from_mne(raw: mne.io.BaseRaw, channels: str | Sequence[str] | None = None) -> Recording:
    """
    Make a recording of an MNE raw object, with its annotations.

    Parameters
    ----------
    raw : mne.io.Raw or another raw object
        It is read whole. Channels of type ``emg``, or when there is none those of every type that is measured in
        volts, which a note says; others are refused by name.
    channels : str or sequence of str, optional
        Names, or patterns in which * stands for any text. A voltage that is named so is read whatever its type.

    Returns
    -------
    Recording
        0 s is the first sample, ``raw.times[0]``, also of a cropped one; ``session_start`` is that moment. Annotations
        become labels with their channels and extras; ``phase:rest`` and its like phases; ``BAD...`` invalid times;
        samples inside ``BAD_ACQ_SKIP`` become NaN. Channels in ``raw.info["bads"]`` are invalid over the whole
        recording, with a note.

    Raises
    ------
    TypeError
        For anything but a raw object.
    DataError
        E-CHANNELS, E-SENSOR or E-UNIT when no channel is left, E-CHANNEL for a name that fits none.
    InvalidArgument
        E-LIBRARY without MNE.

    Examples
    --------
    >>> raw = mne.io.read_raw_fif("session_raw.fif")
    >>> myocramp.from_mne(raw, channels="EMG*").save("session.nwb")
    """
    mne_ = library("mne")
    if not isinstance(raw, mne_.io.BaseRaw):
        raise TypeError(f"expected a raw object of MNE, found {type(raw).__name__}")
    found = Found("mne")
    wanted = (channels,) if isinstance(channels, str) else tuple(channels or ())
    names, types = list(raw.ch_names), list(raw.get_channel_types())
    volts = [ch["unit"] == mne_._fiff.constants.FIFF.FIFF_UNIT_V for ch in raw.info["chs"]]
    chosen(wanted, names, "")
    any_emg = "emg" in types
    if not any_emg and not wanted:
        found.notes.append("no channel is of type emg: every voltage is read")
    picks = []
    for i, name in enumerate(names):
        if wanted and not fits(name, wanted):
            found.notes.append(f"channel {name}: left out, not chosen")
        elif not volts[i]:
            found.refused.append(Refusal(name, "E-UNIT", f"expected volts, found type {types[i]}"))
        elif types[i] == "stim" or (any_emg and types[i] != "emg" and not wanted):
            found.refused.append(Refusal(name, "E-SENSOR", f"expected EMG, found type {types[i]}"))
        else:
            picks.append(i)
    fs = float(raw.info["sfreq"])
    samples = np.ascontiguousarray(raw.get_data(picks=picks).T) if picks else np.empty((len(raw.times), 0))
    events = events_of(raw.annotations, -float(raw.first_time))
    found.tell(sort_out(events))
    found.bad = dict.fromkeys(raw.info["bads"], "bad channel")
    found.parts.append(Part(fs, [names[i] for i in picks], samples))
    if raw.info["meas_date"] is not None:
        found.start(raw.info["meas_date"] + timedelta(seconds=float(raw.first_time)))
    rec = recording_of(found)
    who = raw.info["subject_info"] or {}
    rec.subject = Subject(id=str(who.get("his_id", "") or ""), sex=_SEX.get(who.get("sex", 0), ""))
    return rec


def to_mne(rec: Recording) -> mne.io.RawArray:
    """Make what `Recording.to_mne` returns."""
    mne_ = library("mne")
    signal = rec._only()
    info = mne_.create_info(signal.channels, signal.fs, "emg", verbose="ERROR")
    who: dict[str, Any] = {"his_id": rec.subject.id} if rec.subject.id else {}
    sexes = {word: number for number, word in _SEX.items()}
    if rec.subject.sex in sexes:
        who["sex"] = sexes[rec.subject.sex]
    if who:
        info["subject_info"] = who
    raw = mne_.io.RawArray(np.ascontiguousarray(signal.data.T), info, copy=None, verbose="ERROR")
    if rec.session_start:
        moment = datetime.fromisoformat(rec.session_start) + timedelta(seconds=signal.start_s)
        raw.set_meas_date(moment.astimezone(UTC))
    events = all_events(rec.labels, rec.protocol, rec.invalid_times)
    holes = [Event(signal.start_s + start / signal.fs, (stop - start) / signal.fs, HOLE) for start, stop in signal.gaps]
    counted = [dataclasses.replace(e, onset_s=e.onset_s - signal.start_s) for e in [*events, *holes]]
    # The end as MNE reckons it, so that its rounding leaves nothing out that we keep.
    rows, told = _held(counted, (signal.n_samples - 1) / signal.fs + 1 / signal.fs, signal.channels)
    raw.set_annotations(_annotations(rows), verbose="ERROR")
    if told:
        warnings.warn(told, UserWarning, stacklevel=3)
    return raw


def _held(
    events: Iterable[Event], end_s: float, channels: Sequence[str]
) -> tuple[list[tuple[Event, dict[str, Any]]], str]:
    """Sort out what a raw object can hold of events, with extras that tell the rest, and say what it cannot.

    MNE holds no time outside [0, end_s], and no name that is none of `channels`. An event with none of its channels
    would be of all of them.
    """
    rows = []
    told = dict.fromkeys((_OUTSIDE, _FOREIGN, _CUT, _FEWER), 0)
    for e in events:
        names = [name for name in e.channels if name in channels]
        if e.onset_s > end_s or e.offset_s < 0:
            told[_OUTSIDE] += 1
            continue
        if e.channels and not names:
            told[_FOREIGN] += 1
            continue
        extras = _extras(e)
        start, stop = max(e.onset_s, 0.0), min(e.offset_s, end_s)
        cut_start, cut_stop = start - e.onset_s, e.offset_s - stop
        if max(cut_start, cut_stop) > _TINY_S:
            extras |= {"cut_start_s": cut_start, "cut_stop_s": cut_stop, "whole_duration_s": e.duration_s}
            told[_CUT] += 1
        if len(names) < len(e.channels):
            extras["other_channels"] = json.dumps([name for name in e.channels if name not in channels])
            told[_FEWER] += 1
        duration = max(stop - start, 0.0) if cut_start or cut_stop else e.duration_s
        rows.append((Event(start, duration, e.label, names), extras))
    counts = "; ".join(f"{n} {what}" for what, n in told.items() if n)
    return rows, f"annotations that MNE cannot hold: {counts}" if counts else ""


def annotations_of(events: Iterable[Event], start_s: float) -> mne.Annotations:
    """Events as annotations whose onsets count from `start_s`."""
    return _annotations([(dataclasses.replace(e, onset_s=e.onset_s - start_s), _extras(e)) for e in events])


def _annotations(rows: Sequence[tuple[Event, dict[str, Any]]]) -> mne.Annotations:
    """Events and their extras as annotations."""
    return library("mne").Annotations(
        [e.onset_s for e, _ in rows],
        [e.duration_s for e, _ in rows],
        [e.label or "unnamed" for e, _ in rows],
        ch_names=[tuple(e.channels) for e, _ in rows],
        extras=[extras for _, extras in rows],
    )


def _extras(e: Event) -> dict[str, Any]:
    """All that an event says besides what annotations have places for."""
    out: dict[str, Any] = {}
    for f in dataclasses.fields(e):
        value = getattr(e, f.name)
        missing = value == "" or (isinstance(value, float) and math.isnan(value))
        if f.name not in _BASIC and not missing:
            out[f.name] = value
    return out


def events_of(annotations: mne.Annotations, shift_s: float) -> list[Event]:
    """Annotations as events, `shift_s` later."""
    mne_ = library("mne")
    if not isinstance(annotations, mne_.Annotations):
        raise TypeError(f"expected annotations of MNE, found {type(annotations).__name__}")
    texts = {"annotator", "label_source", "detector"}
    numbers = {"confidence", "score"}
    events = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = list(annotations)
    for row in rows:
        extras = row.get("extras", {}) or {}
        further: dict[str, Any] = {k: str(v) for k, v in extras.items() if k in texts and v is not None}
        for k in numbers & set(extras):
            if isinstance(extras[k], (int, float)):
                further[k] = float(extras[k])
        onset, duration = _whole(float(row["onset"]), float(row["duration"]), extras)
        names = [*(row.get("ch_names") or ()), *_names(extras.get("other_channels"))]
        events.append(Event(onset + shift_s, duration, str(row["description"]), [str(n) for n in names], **further))
    return events


def _whole(onset_s: float, duration_s: float, extras: Mapping[str, Any]) -> tuple[float, float]:
    """Onset and duration before `to_mne` cut them; as they are when somebody has changed the annotation since."""
    cut = [extras.get(k) for k in ("cut_start_s", "cut_stop_s", "whole_duration_s")]
    if not all(isinstance(v, (int, float)) for v in cut):
        return onset_s, duration_s
    before, after, whole = (float(v) for v in cut)  # type: ignore[arg-type]
    if not abs(whole - before - after - duration_s) <= 2 * _TINY_S:
        return onset_s, duration_s
    return onset_s - before, whole


def _names(text: object) -> list[str]:
    """Names that `to_mne` left to the extras."""
    try:
        names = json.loads(text) if isinstance(text, str) else []
    except ValueError:
        return []
    return [n for n in names if isinstance(n, str)] if isinstance(names, list) else []


def check_start(start_s: float) -> float:
    """Hold that a start is a number of seconds."""
    if not math.isfinite(start_s):
        raise InvalidArgument("E-TIME", "", "start_s", "a finite number", f"{start_s:g}")
    return float(start_s)
