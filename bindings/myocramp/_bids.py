"""Export in the layout of EMG-BIDS: EDF+ or BDF+ with its sidecars."""

from __future__ import annotations

import json
import math
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ._errors import DataError, InvalidArgument, IoError
from ._events import Event, Events
from ._foreign import library
from ._grid import runs
from ._recording import Recording, Signal
from ._words import BAD, FILLER, HOLE, PHASE, all_events

_BIDS = "1.11.1"
_NEEDED = ("EMGPlacementScheme", "EMGReference", "PowerLineFrequency", "SoftwareFilters")
_OURS = ("TaskName", "SamplingFrequency", "RecordingType", "EMGChannelCount", "RecordingDuration")
_OWN_COLUMNS = ("name", "type", "units", "target_muscle", "interelectrode_distance")
_SCHEMES = ("Measured", "ChannelSpecific", "Other")
_MOST_OF_CODE = 74
"""Characters of a patient's code: EDF's field has 80, and three more words."""
_LEAST_UV = 1e-3
"""Of the ends of a channel's range but 0: nearer to it EDF's 8 characters have few digits left, and edfio none."""
_EVENT_COLUMNS: dict[str, dict[str, Any]] = {
    "onset": {"Description": "Start, from the first sample of the data file.", "Units": "s"},
    "duration": {"Description": "Length.", "Units": "s"},
    "trial_type": {"Description": "What it is."},
    "channel": {"Description": "The channels that took part.", "Delimiter": "|"},
    "confidence": {"Description": "Of the rater or detector."},
    "annotator": {"Description": "Who said so."},
    "label_source": {
        "Description": "How it was found.",
        "Levels": {
            "manual": "by a person",
            "auto": "by a program",
            "consensus": "agreed by several",
            "simulated": "known from a simulation",
        },
    },
    "score": {"Description": "Of the detector."},
    "detector": {"Description": "Its name."},
}
_LEVELS = {
    "cramp": "involuntary sustained contraction",
    "sustained": "sustained activity of no known cause",
    "twitch": "short activity",
    "fasciculation": "very short activity of part of a muscle",
    "voluntary": "voluntary contraction",
    "stimulated": "activity during electrical stimulation",
    "artefact": "no activity of a muscle",
    "bckg": "nothing happened",
    HOLE: "no samples were recorded: the numbers in the data file are fillers",
    FILLER: "the recording ends before: the last data record is filled up",
}


def export_bids(
    rec: Recording,
    root: str | os.PathLike[str],
    *,
    subject: str,
    task: str,
    metadata: Mapping[str, Any],
    session: str | None = None,
    acquisition: str | None = None,
    run: int | None = None,
    dataset_name: str | None = None,
    channel_columns: Mapping[str, Sequence[Any]] | None = None,
    format: str = "bdf",
) -> list[Path]:
    """
    Write a recording into a BIDS dataset: EDF+ or BDF+, channels, events and what BIDS wants to be said.

    Parameters
    ----------
    rec : Recording
        Each signal becomes a file; of several the entity ``recording`` names them. Names of channels must be ASCII of
        at most 16 characters, which is what EDF holds: set ``rec.electrodes``.
    root : str or path-like
        The dataset's folder; made when it is missing. Files of the same name are replaced.
    subject, task, session, acquisition : str
        Labels of letters and digits, without "sub-" and its like.
    metadata : mapping
        Keys of ``*_emg.json``. Needed, for nothing here can tell them: EMGPlacementScheme (Measured, ChannelSpecific or
        Other, and then EMGPlacementSchemeDescription), EMGReference, PowerLineFrequency, SoftwareFilters. TaskName,
        SamplingFrequency, RecordingType, EMGChannelCount and RecordingDuration are ours.
    run : int, optional
        Number of the run, from 1.
    dataset_name : str, optional
        For ``dataset_description.json``, which is needed in a folder that has none.
    channel_columns : mapping, optional
        Further columns of ``*_channels.tsv``, such as placement_scheme: a value for each of ``rec.channels``.
    format : {"bdf", "edf"}
        24 or 16 bits, spread over the range of each channel.

    Returns
    -------
    list of Path
        The data files, one for each signal.

    Raises
    ------
    InvalidArgument
        E-OPTION for a label, a key or column that is missing or ours, or a format; E-CHANNELS for names that EDF cannot
        hold or columns of another length; E-LIBRARY without edfio.
    DataError
        E-RATE or E-SCALE for a rate or a voltage that EDF cannot hold, E-FORMAT for anything else that it cannot, with
        edfio's reason; E-SAMPLES for a signal without samples.
    IoError
        E-WRITE, also when the same recording is there in the other format.

    Notes
    -----
    Labels, phases (``phase:<name>``) and invalid times (``BAD_<reason>``) go into ``*_events.tsv``, with the delimiter
    of the channels in its JSON; onsets count from the first sample. What is of channels that no signal has stands in
    the table of every one, under their names. EDF has no number for a missing sample: a gap holds the number nearest to
    0 V, and a row ``BAD_ACQ_SKIP`` says so, with the channel where others have samples. The last data record is filled
    up in the same way, which the row ``BAD_ACQ_SKIP_FILLER`` says. The step of a channel is its range over 2^24 (BDF)
    or 2^16 (EDF), and no sample is off by more than that; a range reaches at least 0.001 uV from 0. The date is written
    as in ``session_start``, without its zone, for which EDF has no place. The subject's id stands in the header when it
    is ASCII of at most 74 characters. No file of electrode positions is written: a recording knows none.

    Examples
    --------
    >>> myocramp.export_bids(rec, "dataset", subject="01", task="rest", dataset_name="Cramps at night", metadata={
    ...     "EMGPlacementScheme": "Other", "EMGPlacementSchemeDescription": "belly of the muscle, SENIAM",
    ...     "EMGReference": "bipolar", "PowerLineFrequency": 50, "SoftwareFilters": "n/a"})
    """
    library("edfio")
    if format not in ("edf", "bdf"):
        raise InvalidArgument("E-OPTION", "", "format", "edf or bdf", repr(format))
    entities = _entities(subject, session, task, acquisition, run)
    about = _checked_metadata(metadata, task)
    columns = _checked_columns(channel_columns or {}, rec.channels)
    if about["EMGPlacementScheme"] == "ChannelSpecific" and "placement_scheme" not in columns:
        expected = "a column placement_scheme, for EMGPlacementScheme is ChannelSpecific"
        raise InvalidArgument("E-OPTION", "", "channel_columns", expected, ", ".join(columns) or "none")
    for name in rec.channels:
        if len(name) > 16 or not name.isascii() or not name.isprintable() or name != name.strip():
            expected = "names of at most 16 printable ASCII characters; set rec.electrodes"
            raise InvalidArgument("E-CHANNELS", "", "channels", expected, repr(name))
    folder = Path(os.fspath(root), f"sub-{subject}", *([f"ses-{session}"] if session else []), "emg")
    description = _description(Path(os.fspath(root)), dataset_name)
    if not all(signal.n_samples for signal in rec.signals):
        raise DataError("E-SAMPLES", "", "signals", "at least one sample, which EDF wants", "none")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root, prefix=".export-") as made:
            written = _write_all(rec, Path(made), entities, about, columns, format)
            for name in written:
                twin = folder / name.replace(f"_emg.{format}", "_emg.edf" if format == "bdf" else "_emg.bdf")
                if twin.name != name and twin.exists():  # its sidecars would be those of this one
                    raise IoError("E-WRITE", str(twin), "", "no file of the other format beside this one", "one")
            for name in written:
                os.replace(Path(made, name), folder / name)
            if description is not None:
                _write_json(Path(made, "description"), description)
                os.replace(Path(made, "description"), Path(os.fspath(root), "dataset_description.json"))
    except OSError as error:
        if isinstance(error, IoError):
            raise
        raise IoError("E-WRITE", str(folder), "", "to be written", error.strerror or str(error)) from None
    return [folder / name for name in written if name.endswith(f"_emg.{format}")]


def _entities(subject: str, session: str | None, task: str, acquisition: str | None, run: int | None) -> str:
    parts = []
    for key, value in (("sub", subject), ("ses", session), ("task", task), ("acq", acquisition)):
        if value is None:
            continue
        if not re.fullmatch(r"[0-9a-zA-Z]+", value):
            raise InvalidArgument("E-OPTION", "", key, "letters and digits", repr(value))
        parts.append(f"{key}-{value}")
    if run is not None:
        if run < 1:
            raise InvalidArgument("E-OPTION", "", "run", "a number from 1", str(run))
        parts.append(f"run-{run}")
    return "_".join(parts)


def _checked_metadata(metadata: Mapping[str, Any], task: str) -> dict[str, Any]:
    missing = [key for key in _NEEDED if key not in metadata]
    scheme = metadata.get("EMGPlacementScheme")
    if scheme == "Other" and "EMGPlacementSchemeDescription" not in metadata:
        missing.append("EMGPlacementSchemeDescription")
    if missing:
        raise InvalidArgument("E-OPTION", "", "metadata", "the key " + ", ".join(missing), "none")
    if scheme not in _SCHEMES:
        raise InvalidArgument("E-OPTION", "", "EMGPlacementScheme", "one of " + ", ".join(_SCHEMES), repr(scheme))
    ours = [key for key in _OURS if key in metadata]
    if ours:
        raise InvalidArgument("E-OPTION", "", "metadata", "keys that the recording does not say", ", ".join(ours))
    return {"TaskName": task, **metadata}


def _checked_columns(columns: Mapping[str, Sequence[Any]], names: Sequence[str]) -> dict[str, list[str]]:
    out = {}
    for column, values in columns.items():
        if column in _OWN_COLUMNS:
            raise InvalidArgument("E-OPTION", "", "channel_columns", "columns that the recording does not say", column)
        if len(values) != len(names):
            raise InvalidArgument(
                "E-CHANNELS", "", column, f"{len(names)} values, one for each channel", str(len(values))
            )
        out[column] = [_cell(v) for v in values]
    return out


def _description(root: Path, name: str | None) -> dict[str, str] | None:
    if (root / "dataset_description.json").exists():
        return None
    if not name:
        expected = "a name of the dataset, for there is no dataset_description.json"
        raise InvalidArgument("E-OPTION", "", "dataset_name", expected, "none")
    return {"Name": name, "BIDSVersion": _BIDS, "DatasetType": "raw"}


def _write_all(
    rec: Recording, made: Path, entities: str, about: dict[str, Any], columns: dict[str, list[str]], format: str
) -> list[str]:
    written: list[str] = []
    electrodes = {e.name: e for e in rec.electrodes}
    first = 0
    for number, signal in enumerate(rec.signals, start=1):
        label = re.sub(r"[^0-9a-zA-Z]", "", signal.name) or str(number)
        if any(f"_recording-{label}_" in name for name in written):
            label += str(number)
        base = entities + (f"_recording-{label}" if len(rec.signals) > 1 else "")
        samples, holes = _filled(signal)
        record, padding = _records(signal)
        if padding:
            holes.append(Event(signal.duration_s, padding / signal.fs, FILLER))
            samples = np.concatenate([samples, np.zeros((padding, samples.shape[1]))])
        _write_data(made / f"{base}_emg.{format}", rec, signal, samples, record, format)
        facts = {
            "SamplingFrequency": float(_rate(signal.fs)),
            "RecordingType": "continuous",
            "EMGChannelCount": len(signal.channels),
            "RecordingDuration": signal.duration_s,
        }
        _write_json(made / f"{base}_emg.json", {**about, **facts})
        span = slice(first, first + len(signal.channels))
        first = span.stop
        rows = [electrodes[name] for name in signal.channels]
        table = {
            "name": signal.channels,
            "type": ["EMG"] * len(rows),
            "units": ["uV"] * len(rows),
            "target_muscle": [" ".join(filter(None, (r.side, r.muscle))) or "n/a" for r in rows],
            "interelectrode_distance": [_cell(r.interelectrode_distance_mm) for r in rows],
            **{name: values[span] for name, values in columns.items()},
        }
        _write_table(made / f"{base}_channels.tsv", table)
        events = _events_of(rec, signal, holes)
        events.save(made / f"{base}_events.tsv")
        _write_json(made / f"{base}_events.json", _event_columns(events))
        ends = (f"emg.{format}", "emg.json", "channels.tsv", "events.tsv", "events.json")
        written += [f"{base}_{end}" for end in ends]
    return written


def _filled(signal: Signal) -> tuple[npt.NDArray[np.float64], list[Event]]:
    """Microvolts without gaps, and the events that say where there were some, from the first sample."""
    samples = signal.data * 1e6
    missing = ~np.isfinite(samples)
    samples[missing] = 0.0
    everywhere: npt.NDArray[np.bool_] = np.all(missing, axis=1)
    holes = [_hole(a, b, signal.fs, []) for a, b in runs(everywhere)]
    for c, name in enumerate(signal.channels):
        holes += [_hole(a, b, signal.fs, [name]) for a, b in runs(missing[:, c] & ~everywhere)]
    return samples, holes


def _hole(start: int, stop: int, fs: float, channels: list[str]) -> Event:
    return Event(start / fs, (stop - start) / fs, HOLE, channels)


def _records(signal: Signal) -> tuple[float, int]:
    """Length of a data record in s, which EDF writes in 8 characters, and the samples that fill the last one up."""
    fs, n = _rate(signal.fs), signal.n_samples
    usual = max(1, round(signal.fs))
    whole = fs != Fraction(signal.fs)  # a rate that no float is: only whole seconds keep edfio's sums exact
    # The whole recording in records of about a second, else of any length up to a minute; else a second and a filler.
    lengths = [r for r in range(1, min(n, 60 * usual) + 1) if n % r == 0 and _exact(r / fs, whole)]
    good = [r for r in lengths if r >= signal.fs / 10 and r / float(r / fs) == float(fs)]
    if good:
        best = min(good, key=lambda r: abs(math.log(r / usual)))
        return float(best / fs), 0
    seconds = next((s for s in range(1, 61) if (s * fs).denominator == 1), None)
    if seconds is None:
        expected = "a rate of which up to a minute holds whole samples, which EDF wants"
        raise DataError("E-RATE", "", signal.name or "signal", expected, f"{signal.fs:.12g} Hz")
    record = int(seconds * fs)
    return float(seconds), -n % record


def _rate(fs: float) -> Fraction:
    """Give the ratio that a rate stands for: whole samples in up to a minute, such as 58000 in 27 s."""
    near = Fraction(fs).limit_denominator(60)
    return near if abs(near - Fraction(fs)) <= 1e-12 * fs else Fraction(fs)


def _exact(seconds: Fraction, whole: bool) -> bool:
    if whole:
        return seconds.denominator == 1
    text = f"{float(seconds):.8g}"
    return len(text) <= 8 and "e" not in text and Fraction(text) == seconds


def _write_data(
    path: Path, rec: Recording, signal: Signal, samples: npt.NDArray[np.float64], record: float, format: str
) -> None:
    edfio = library("edfio")
    make = edfio.BdfSignal if format == "bdf" else edfio.EdfSignal
    whole = edfio.Bdf if format == "bdf" else edfio.Edf
    ranges = [_range(float(x.min(initial=0.0)), float(x.max(initial=0.0))) for x in samples.T]
    further: dict[str, Any] = {}
    if rec.session_start:
        moment = datetime.fromisoformat(rec.session_start) + timedelta(seconds=signal.start_s)
        if 1985 <= moment.year < 2085:
            further["recording"] = edfio.Recording(startdate=moment.date())
            further["starttime"] = moment.time()
    code = re.sub(r"\s", "_", rec.subject.id)
    fits = 0 < len(code) <= _MOST_OF_CODE and code.isascii() and code.isprintable()
    patient = edfio.Patient(code=code) if fits else None
    # Of the rate edfio needs the length alone, which floats may miss by a digit where records last several seconds.
    fs = _rate(signal.fs) if record.is_integer() else signal.fs
    try:
        channels = [
            make(x, fs, label=name, physical_dimension="uV", physical_range=ends)
            for x, name, ends in zip(samples.T, signal.channels, ranges, strict=True)
        ]
        file = whole(channels, patient=patient, data_record_duration=record, annotations=[], **further)
        file.write(path)
    except ValueError as error:
        raise DataError("E-FORMAT", "", signal.name or "signal", "what EDF can hold", str(error)) from None


def _range(low: float, high: float) -> tuple[float, float]:
    """Give a range around samples and 0 whose ends 8 characters hold exactly."""
    if low == high:
        return 0.0, 1.0
    if low < 0:
        low = min(low, -_LEAST_UV)
    if high > 0:
        high = max(high, _LEAST_UV)
    return _eight(low, math.floor), _eight(high, math.ceil)


def _eight(value: float, outwards: Any) -> float:
    for digits in range(6, -1, -1):
        rounded: float = float(outwards(value * 10**digits)) / 10**digits
        text = f"{rounded:.{digits}f}"
        if len(text.rstrip("0").rstrip(".") if "." in text else text) <= 8:
            return rounded
    raise DataError("E-SCALE", "", "samples", "microvolts that 8 characters of EDF hold", f"{value:g}")


def _events_of(rec: Recording, signal: Signal, holes: list[Event]) -> Events:
    """Events of all channels, of this signal's, and of such that no signal has, from its first sample."""
    every, own = set(rec.channels), set(signal.channels)
    events = [
        Event(
            e.onset_s - signal.start_s,
            e.duration_s,
            e.label,
            e.channels,
            e.confidence,
            e.annotator,
            e.label_source,
            e.score,
            e.detector,
        )
        for e in all_events(rec.labels, rec.protocol, rec.invalid_times)
        if own & set(e.channels) or not every & set(e.channels)
    ]
    return Events([*events, *holes], duration_s=signal.duration_s)


def _event_columns(events: Events) -> dict[str, Any]:
    words = {e.label for e in events} or {"bckg"}
    levels = {}
    for word in sorted(words - {""}):
        phase = f"phase of the protocol: {word.removeprefix(PHASE)}"
        bad = f"no result may rest on it: {word.removeprefix(BAD)}"
        levels[word] = _LEVELS.get(word) or (phase if word.startswith(PHASE) else bad if word.startswith(BAD) else word)
    trial_type = {**_EVENT_COLUMNS["trial_type"], "Levels": levels}
    return {**_EVENT_COLUMNS, "trial_type": trial_type}


def _cell(value: Any) -> str:
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return "n/a"
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return re.sub(r"[\t\n\r]", " ", text)


def _write_table(path: Path, table: Mapping[str, Sequence[str]]) -> None:
    rows = [list(table), *([str(c) for c in row] for row in zip(*table.values(), strict=True))]
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
