"""WFDB (PhysioNet), read by wfdb-python: each signal at its own rate, with the annotations beside it."""

from __future__ import annotations

import math
import os
import re
import warnings
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import DataError
from .._events import Event
from .._foreign import Found, Part, beside, chosen, counts_or_volts, damaged, fits, library, refusal
from .._recording import Refusal
from .._units import volts_per
from .._words import sort_out
from .options import Options

_RATE = re.compile(r"\d+\.?\d*")


def read(path: str, options: Options) -> Found:
    """Read the header NAME.hea with its signals and, when it is there, NAME.atr."""
    options.only("wfdb", {"channels"})
    wfdb = library("wfdb")
    name = os.path.splitext(path)[0]
    _check_header(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            record = wfdb.rdrecord(name, physical=False, smooth_frames=False, m2s=False)
    except Exception as error:
        raise damaged(path, "a whole WFDB record", error) from None
    found = Found("wfdb")
    folder = os.path.dirname(path)
    found.files += sorted({os.path.join(folder, f) for f in record.file_name})
    if record.base_time is not None and record.base_date is not None:
        found.start(datetime.combine(record.base_date, record.base_time))
    elif record.base_time is not None:
        found.notes.append("a time of day without a date: not read")
    found.notes += [f"comment: {c}" for c in record.comments]
    names = [n or f"ch{i + 1}" for i, n in enumerate(record.sig_name)]
    chosen(options.channels, names, path)
    stated = _gains_stated(path, len(names))
    groups: dict[int, list[int]] = {}
    for i, channel in enumerate(names):
        if options.channels and not fits(channel, options.channels):
            found.notes.append(f"channel {channel}: left out, not chosen")
            continue
        refused = refusal(channel, record.units[i] or "", options.channels)
        if refused is None and not stated[i]:
            refused = Refusal(channel, "E-SCALE", "expected a gain in the header, found none: not calibrated")
        if refused is None and not (math.isfinite(record.adc_gain[i]) and record.adc_gain[i] != 0):
            refused = Refusal(channel, "E-SCALE", f"expected a finite gain, found {record.adc_gain[i]:g}")
        if refused is not None:
            found.refused.append(refused)
        else:
            groups.setdefault(record.samps_per_frame[i], []).append(i)
    for per_frame, members in groups.items():
        found.parts.append(_part(record, float(record.fs) * per_frame, members, names))
    if os.path.isfile(f"{name}.atr"):
        _annotations(wfdb, name, float(record.fs), names, found)
    return found


def _header_lines(path: str) -> list[list[str]]:
    """Split the lines of a header into words; the first line is the record's own."""
    with open(path, encoding="latin-1") as stream:
        return [line.split() for line in stream if line.strip() and not line.strip().startswith("#")]


def _check_header(path: str) -> None:
    """Hold that a record is one segment, says its rate (readers take 250 Hz else), and has its signals beside it."""
    lines = _header_lines(path)
    if lines and "/" in lines[0][0]:
        raise DataError("E-FORMAT", path, "", "a record of one segment", "several segments: join them with wfdb")
    rate = [*(lines[0] if lines else []), "", "", ""][2].split("/")[0].split("(")[0]
    if not _RATE.fullmatch(rate):
        raise DataError("E-RATE", path, "header", "a sampling rate, Hz", repr(rate) if rate else "none")
    for words in lines[1:]:
        beside(path, words[0], "samples")


def _gains_stated(path: str, count: int) -> list[bool]:
    """Whether the header says each signal's gain: where it does not, readers take 200 per mV, which is made up."""
    gains = [[*words, "", ""][2] for words in _header_lines(path)[1 : 1 + count]]
    return [bool(gain.split("(")[0].split("/")[0].strip("0.")) for gain in gains]


def _part(record: Any, fs: float, members: list[int], names: list[str]) -> Part:
    digital = np.stack([np.asarray(record.e_d_signal[i], dtype=np.int64) for i in members], axis=1)
    steps, offsets = [], []
    for i in members:
        per = volts_per(record.units[i]) or 1.0
        steps.append(per / record.adc_gain[i])
        offsets.append(-record.baseline[i] * per / record.adc_gain[i] + 0.0)
    missing = np.stack([_missing(record, i, digital[:, k]) for k, i in enumerate(members)], axis=1)
    some = missing.any(axis=1)
    samples: npt.NDArray[Any]
    samples, step_v, offset_v = counts_or_volts(digital.astype(np.int32), steps, offsets)
    if some.any():
        samples = digital * np.asarray(steps) + np.asarray(offsets)
        samples[missing] = np.nan
        step_v, offset_v = [], 0.0
    return Part(
        fs, [names[i] for i in members], samples, step_v, offset_v, conversion="gain and baseline of the header"
    )


def _missing(record: Any, i: int, digital: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell missing samples, for which the lowest number of a storage format stands."""
    bits = {"8": 8, "80": 8, "310": 10, "311": 10, "212": 12, "16": 16, "61": 16, "160": 16, "24": 24, "32": 32}
    width = bits.get(record.fmt[i])
    if width is None or width == 8:
        return np.zeros(len(digital), dtype=np.bool_)
    return np.asarray(digital == -(2 ** (width - 1)))


def _annotations(wfdb: Any, name: str, fs: float, names: list[str], found: Found) -> None:
    with open(f"{name}.atr", "rb") as stream:
        if stream.read()[-2:] != b"\0\0":  # wfdb goes round without end in a file that does not
            raise DataError("E-TRUNCATED", f"{name}.atr", "", "two bytes 0 at the end", "others")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = wfdb.rdann(name, "atr")
    except Exception as error:
        raise damaged(f"{name}.atr", "WFDB annotations", error) from None
    found.files.append(f"{name}.atr")
    several = len(set(told.chan)) > 1
    events = []
    for i, sample in enumerate(told.sample):
        text = (told.aux_note[i] or "").strip("\x00 ") or told.symbol[i]
        on = [names[told.chan[i]]] if several and told.chan[i] < len(names) else []
        events.append(Event(float(sample) / float(told.fs or fs), 0.0, text, on))
    found.tell(sort_out(events))
