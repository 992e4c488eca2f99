"""Import of recordings that are not HDF5: which format a file has, and the way to a Recording."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from . import _core
from ._errors import DataError, InvalidArgument, IoError
from ._events import read_noted
from ._foreign import Found, recording_of
from ._formats.options import Options, from_layout
from ._metadata import Channel, real
from ._paths import path_bytes
from ._recording import Recording
from ._words import sort_out

FORMATS = ("edf", "bdf", "brainvision", "wfdb", "c3d", "matlab5", "text")
_TEXT_ENDS = (".csv", ".tsv", ".txt", ".asc", ".dat", ".log")


@dataclass(frozen=True)
class Imported:
    """A recording with what identifies where it comes from."""

    recording: Recording
    sha256: str
    configuration: str


def import_file(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    fs: float | None = None,
    unit: str | None = None,
    scale: float | None = None,
    offset: float | None = None,
    channels: str | Sequence[str] | None = None,
    time_column: str | int | None = None,
    time_unit: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    skip_rows: int | None = None,
    layout: str | os.PathLike[str] | None = None,
    study: str | os.PathLike[str] | None = None,
) -> Recording:
    """
    Read a recording that is not HDF5, whole, by a reader of others: EDF, BDF, BrainVision, WFDB, C3D, MATLAB, text.

    Holes and irregular times become gaps or are refused; nothing is resampled, and no rate or unit is guessed. What
    the file does not say, the options say. Labels and phases are read from the file, from NAME.events.tsv beside it,
    which wins, and from the study's table.

    Parameters
    ----------
    path : str or path-like
        The file: of BrainVision the .vhdr, of WFDB the .hea.
    format : {"edf", "bdf", "brainvision", "wfdb", "c3d", "matlab5", "text"}, optional
        Recognised from the file without it.
    fs : float, optional
        Sampling rate, Hz, of text and MATLAB files that do not say it.
    unit : {"V", "mV", "uV", "nV"}, optional
        Of the channels whose unit the file does not say.
    scale, offset : float, optional
        value = number * scale + offset, in `unit`; for counts of a converter in text and MATLAB files. Offset 0 without
        it.
    channels : str or sequence of str, optional
        Names, or patterns in which * stands for any text; all without it.
    time_column : str or int, optional
        Text: name or number, from 1, of the column of times; "none" to count rows beside such a column.
    time_unit : {"s", "ms", "us", "min"}, optional
        Of that column, when its name does not say it.
    decimal : {".", ","}, optional
        Text: recognised without it.
    encoding : str, optional
        Text: UTF-8, else latin-1, without it.
    skip_rows : int, optional
        Text: lines to pass over at the start; none without it.
    layout : str or path-like, optional
        A JSON file that says the same with the words of the generic layout, and for MATLAB files where signal and rate
        stand; the arguments win over it.
    study : str or path-like, optional
        The table of the study; without it study.tsv in the file's folder, when there is one.

    Returns
    -------
    Recording
        In memory; 0 s is the first sample, or the file's own clock where it has one.

    Raises
    ------
    IoError
        E-MISSING, E-READ, or E-TYPE for a folder or a pipe.
    DataError
        E-FORMAT for a file of no such format or a damaged one; E-RATE, E-UNIT, E-SCALE naming the option that says what
        the file does not; E-TIMES with figures for times that lie on no grid; E-CHANNELS when no channel is left.
    InvalidArgument
        E-OPTION and others for options that are wrong; E-LIBRARY when the reader is not installed.

    Examples
    --------
    >>> rec = myocramp.import_file("night1.csv", time_column="Time", time_unit="s", unit="mV")
    >>> rec.save("night1.nwb")
    """
    options = Options(
        fs=None if fs is None else real("fs", fs),
        unit=unit or "",
        scale=None if scale is None else real("scale", scale),
        offset=None if offset is None else real("offset", offset),
        channels=(channels,) if isinstance(channels, str) else tuple(channels or ()),
        time_column="" if time_column is None else str(time_column),
        time_unit=time_unit or "",
        decimal=decimal or "",
        encoding=encoding or "",
        skip_rows=None if skip_rows is None else int(skip_rows),
    )
    return imported(path, format or "", options, layout, study).recording


def imported(
    path: str | os.PathLike[str],
    format: str,
    options: Options,
    layout: str | os.PathLike[str] | None,
    study: str | os.PathLike[str] | None,
) -> Imported:
    """Read the file, and say what its content follows from."""
    if format and format not in FORMATS:
        raise InvalidArgument("E-OPTION", "", "format", "one of " + ", ".join(FORMATS), format)
    if layout:
        options = from_layout(layout, options)
    options.check()
    path_bytes(path)  # that it can name a file
    file = os.fspath(path)
    if os.path.exists(file) and not os.path.isfile(file):  # a pipe would never end
        raise IoError("E-TYPE", file, "", "a regular file", "a folder" if os.path.isdir(file) else "a pipe or a device")
    with _reading(file):
        found_format = format or recognised(file)
        found = _read(file, found_format, options)
    _bids_sidecars(file, found)
    rec = recording_of(found, file)
    if options.muscle or options.side:
        _set_places(rec, options)
    _core.read_sidecars(rec._core, os.fsencode(study or ""))
    said = {k: v for k, v in asdict(options).items() if v != getattr(Options(), k)}
    others = {os.path.basename(f): _sha256(f) for f in found.files}
    events = os.path.splitext(file)[0] + ".events.tsv"
    if os.path.exists(events):
        others[os.path.basename(events)] = _sha256(events)
    of_study = hashlib.sha256(repr((rec.subject, rec.session, rec.covariates)).encode()).hexdigest()
    configuration = json.dumps(
        {"import": found_format, "options": said, "files": others, "study": of_study}, sort_keys=True
    )
    return Imported(rec, _sha256(file), configuration)


def _bids_sidecars(file: str, found: Found) -> None:
    """Read the tables that BIDS keeps beside NAME_emg.edf: its events win over the file's annotations."""
    base = re.sub(r"_emg\.(edf|bdf)$", "", file)
    if base == file:
        return
    channels, events = f"{base}_channels.tsv", f"{base}_events.tsv"
    if os.path.isfile(channels):
        with _reading(channels):
            _bids_channels(channels, found)
    if not os.path.isfile(events):
        return
    if found.labels or found.protocol or found.invalid_times:
        found.notes.append(f"{os.path.basename(events)}: used instead of the file's annotations")
        found.labels, found.protocol, found.invalid_times, found.holes = [], [], [], []
    rows, notes = read_noted(events)
    found.notes += notes
    found.tell(sort_out(rows))
    found.files.append(events)


def _bids_channels(path: str, found: Found) -> None:
    """Read muscle, side, distance of the electrodes and status of the channels; a note says what is not read."""
    name = os.path.basename(path)
    found.files.append(path)
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        lines = data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        found.notes.append(f"{name}: not read, for it is no UTF-8: {error}")
        return
    header, *rows = [line.split("\t") for line in lines if line.strip()] or [[]]
    if "name" not in header:
        found.notes.append(f"{name}: not read, for it has no column name")
        return
    known = {n for part in found.parts for n in part.names} | {r.signal for r in found.refused}
    strangers = []
    for row in rows:
        said = {key: cell.strip() for key, cell in zip(header, row, strict=False) if cell.strip() != "n/a"}
        channel = said.get("name", "")
        if channel not in known:
            strangers.append(channel)
            continue
        first, _, rest = said.get("target_muscle", "").partition(" ")
        sided = first.lower() in ("left", "right")
        distance = said.get("interelectrode_distance", "")
        millimetres = _distance(distance)
        if distance and math.isnan(millimetres):
            found.notes.append(f"{name}: {channel}: interelectrode_distance {distance} is no distance in mm, not read")
        muscle, side = (rest.strip(), first.lower()) if sided else (said.get("target_muscle", ""), "")
        found.places[channel] = Channel(channel, muscle, side, millimetres)
        if said.get("status", "").lower() == "bad":
            found.bad[channel] = said.get("status_description", "") or "bad channel"
    if strangers:
        found.notes.append(f"{name}: no channel of the name {', '.join(strangers)} is read")


def _distance(text: str) -> float:
    try:
        distance = float(text)
    except ValueError:
        return math.nan
    return distance if math.isfinite(distance) and distance > 0 else math.nan


@contextlib.contextmanager
def _reading(file: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, IoError):
            raise
        code = "E-MISSING" if isinstance(error, FileNotFoundError) else "E-READ"
        raise IoError(
            code, os.fspath(error.filename or file), "", "a file that can be read", error.strerror or str(error)
        ) from None
    except MemoryError:
        raise DataError("E-MEMORY", file, "", "a recording that fits in memory", "one that does not") from None


def _read(file: str, format: str, options: Options) -> Found:
    if format in ("edf", "bdf"):
        from ._formats import edf

        return edf.read(file, options, format)
    if format == "brainvision":
        from ._formats import brainvision

        return brainvision.read(file, options)
    if format == "wfdb":
        from ._formats import wfdb

        return wfdb.read(file, options)
    if format == "c3d":
        from ._formats import c3d

        return c3d.read(file, options)
    if format == "matlab5":
        from ._formats import matlab5

        return matlab5.read(file, options)
    from ._formats import text

    return text.read(file, options)


def recognised(file: str) -> str:
    """Tell the format by the first bytes, and where these say nothing by the name; DataError E-FORMAT."""
    with open(file, "rb") as stream:
        first = stream.read(1024)
    if not first:
        raise DataError("E-EMPTY", file, "", "a recording", "a file without bytes")
    end = os.path.splitext(file)[1].lower()
    for begins, format in _BEGINNINGS:
        if first.startswith(begins):
            return format
    if first[512:516] == b"\x89HDF" or first.startswith(b"\x89HDF"):
        raise _refused(file, "HDF5, which needs no import: myocramp info, analyse and convert read it")
    if first[1:2] == b"\x50" and end == ".c3d":
        return "c3d"
    if end == ".hea":
        return "wfdb"
    if end == ".mat" and first[:4] in (b"\0\0\0\0", b"\0\0\x03\xe8", b"\x01\0\0\0"):
        return "matlab5"  # version 4
    if end in (".rdata", ".rda", ".rds"):
        raise _refused(file, "an R workspace: write its data frame as CSV in R, and import that")
    for begins, what in _OTHERS:
        if first.startswith(begins):
            raise _refused(file, what)
    if end == ".json":
        raise _refused(file, "JSON: it may describe a recording, and is none")
    if os.path.exists(os.path.splitext(file)[0] + ".vhdr") and end != ".vhdr":
        raise _refused(
            file, f"a part of a BrainVision recording: import {os.path.splitext(os.path.basename(file))[0]}.vhdr"
        )
    if os.path.exists(os.path.splitext(file)[0] + ".hea"):
        raise _refused(file, f"a part of a WFDB record: import {os.path.splitext(os.path.basename(file))[0]}.hea")
    if b"\0" not in first or first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "text"
    raise _refused(file, f"bytes of none of them, beginning with {first[:8].hex(' ')}")


_BEGINNINGS = (
    (b"\xffBIOSEMI", "bdf"),
    (b"0       ", "edf"),
    (b"Brain Vision Data Exchange Header", "brainvision"),
    (b"BrainVision Data Exchange Header", "brainvision"),
    (b"MATLAB 5.0", "matlab5"),
)
_OTHERS = (
    (
        b"\x93NUMPY",
        "a NumPy array, which says neither rate nor unit: Recording.from_array(numpy.load(FILE), fs, unit=...)",
    ),
    (b"RDX", "an R workspace: write its data frame as CSV in R, and import that"),
    (b"\x1f\x8b", "a gzip file: unpack it"),
    (b"BZh", "a bzip2 file: unpack it"),
    (b"\xfd7zXZ", "an xz file: unpack it"),
    (b"PK\x03\x04", "a zip file or a spreadsheet: unpack it, or save it as CSV"),
    (b"Brain Vision Data Exchange Marker", "the markers of a BrainVision recording: import the .vhdr beside them"),
)


def _refused(file: str, what: str) -> DataError:
    return DataError("E-FORMAT", file, "", "one of the formats " + ", ".join(FORMATS), what)


def _set_places(rec: Recording, options: Options) -> None:
    electrodes = rec.electrodes
    for name, values in (("muscle", options.muscle), ("side", options.side)):
        if not values:
            continue
        if len(values) != len(electrodes):
            raise InvalidArgument(
                "E-LAYOUT-FILE", "", name, f"{len(electrodes)} texts, one for each channel", str(len(values))
            )
        for i, value in enumerate(values):
            place = electrodes[i]
            electrodes[i] = place._replace(muscle=value) if name == "muscle" else place._replace(side=value)
    rec.electrodes = electrodes


def _sha256(file: str) -> str:
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
