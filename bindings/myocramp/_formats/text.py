"""Text: CSV, TSV and other tables of numbers, read by pandas."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import numpy as np
import numpy.typing as npt

from .._errors import DataError
from .._foreign import MOST_HZ, Found, Part, chosen, fits, refusal
from .._grid import Grid, grid_of, missing_rows
from .._recording import Refusal
from .._units import volts_per
from .options import TIME_UNITS, Options

_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
_MISSING = {"", "nan", "na", "n/a", "null", "none", "-", "--", "#n/a", "inf", "-inf", "+inf"}
_UNIT_IN_NAME = re.compile(r"^(.*?)\s*[\[(]\s*([^\[\]()]+?)\s*[\])]$")
_OTHER_UNITS = re.compile(
    r"s|ms|us|µs|min|n|kn|nm|nmm|n[.*]m|g|mg|kg|m|cm|mm|m/s|m/s\^?2|deg|°|deg/s|°/s|rad|rad/s|hz|%|°c|bpm|ut|µt|a|ma|mmhg|pa|kpa|a\.?u\.?|counts?|adc|lsb",
    re.IGNORECASE,
)
# Date, time or both in any form: that a line is one of samples does not hang on what _clock can read.
_CLOCK = re.compile(
    r"[\d./-]{8,10}|([\d./-]{8,10}[ T])?\d{1,2}:\d\d:\d\d([.,]\d+)?(Z|[-+]\d\d(:?\d\d)?| ?[AP]M)?", re.IGNORECASE
)
_ZONE = re.compile(r":.*(Z|[-+]\d\d(:?\d\d)?)$")
_TIME_OF_DAY = r"\d{1,2}:[0-5]\d:[0-5]\d(\.\d+)?"
_HALF_A_DAY_S = 43200.0
_TIME_NAME = re.compile(
    r"(time|timestamps?|date[ _]?time|t|zeit|tiempo|temps|x ?\[s\]|elapsed)(_(?P<unit>s|ms|us))?", re.IGNORECASE
)
_EVENT_COLUMNS = re.compile(r"onset(_s)?|offset_s|duration(_s)?|trial_type|annotation", re.IGNORECASE)
_DATALOG = re.compile(r"^Channel \d+: '(?P<name>.*)', \d+ values, engineering units: (?P<unit>[^,]*),")
_RATE_LINE = re.compile(r"^[#%]\s*Sampling Rate \(Hz\)\s*:?=\s*(?P<rate>[\d.]+)", re.IGNORECASE)
_LABELS_LINE = re.compile(r"^[#%]\s*Labels\s*:?=\s*(?P<labels>.+)$", re.IGNORECASE)
_MOST_BAD = 0.01  # of a column's cells: our default
_MOST_FRAMES = 1e9
_TOLD = 5  # line numbers in a note
_LOOKED_AT = 64  # lines by which columns are known for text


@dataclass
class _Table:
    """The columns of numbers of a file, and what its header says."""

    names: list[str]
    units: list[str]
    values: npt.NDArray[np.float64]
    lines: npt.NDArray[np.int64]
    """Line of each row, from 1."""
    rate_hz: float | None = None
    frames: tuple[int, int] | None = None
    """Columns of frame and frame within it."""
    texts: dict[int, _Text] = field(default_factory=dict)
    """Columns of text, whose values are NaN."""
    faults: dict[int, DataError] = field(default_factory=dict)
    """What is wrong with columns of too many cells that are no numbers."""
    notes: list[str] = field(default_factory=list)


@dataclass
class _Text:
    cells: list[str]
    expected: str
    found: str


def read(path: str, options: Options) -> Found:
    """Read a table; rows without samples, and holes in its times, become gaps."""
    taken = set(Options.__dataclass_fields__) - {"signal", "rate_from"}
    options.only("text", taken)
    with open(path, "rb") as stream:
        data = stream.read()
    found = Found("text")
    table = _parse(path, _decoded(path, data, options, found), options)
    found.notes += table.notes
    if options.axes == ("channel", "time"):
        table = _turned(path, table)
    elif len(table.values) < table.values.shape[1]:
        shape = f"{len(table.values)} × {table.values.shape[1]}"
        expected = 'more rows than columns, or "axes": ["channel", "time"] in a layout'
        raise DataError("E-RANK", path, "", expected, shape)
    if options.channel_names:
        _rename(path, table, options)
    return _found(path, table, options, found)


def _decoded(path: str, data: bytes, options: Options, found: Found) -> str:
    if options.encoding:
        try:
            return data.decode(options.encoding)
        except UnicodeDecodeError as error:
            raise DataError("E-TEXT", path, "encoding", f"text in {options.encoding}", str(error)) from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data:
        raise DataError("E-FORMAT", path, "", "text, or another format that is read", "bytes that are no text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        found.notes.append("no UTF-8: read as latin-1; the option encoding says another")
        return data.decode("latin-1")


# --- lines to numbers -------------------------------------------------------------------------------------------------


def _parse(path: str, text: str, options: Options) -> _Table:
    lines = text.splitlines()
    if lines and lines[0].startswith("Devices") and len(lines) > 5:
        nexus = _nexus(path, lines, options)
        if nexus is not None:
            return nexus
    head: dict[str, Any] = {}
    heads: list[str] = []
    columns: dict[str, list[bool]] = {}
    first = None
    for i, line in enumerate(lines):
        if i < (options.skip_rows or 0) or not line.strip():
            continue
        if line.startswith(("#", "%")):
            _comment(line, head)
            continue
        described = _DATALOG.match(line)
        if described:
            head.setdefault("names", []).append(described["name"].strip())
            head.setdefault("units", []).append(described["unit"].strip())
            continue
        if _is_row(line) or _is_row_with_text(lines, i, columns):
            first = i
            break
        heads.append(line)
    events = [c for c in (_split(heads[0]) if heads else []) if _EVENT_COLUMNS.fullmatch(c)]
    if any(c.lower().startswith("onset") for c in events):
        found = f"a table of events ({', '.join(events)}): put it beside the recording as NAME.events.tsv"
        raise DataError("E-FORMAT", path, "", "a table of samples", found)
    if first is None:
        raise DataError("E-FORMAT", path, "", "a table of numbers", "no line of numbers")
    sep = _separator(lines[first], lines[first + 1 : first + 20])
    width = len(_cells(lines[first], sep))
    names, units = _header(heads, sep, width)
    if heads and not names and sep != r"\s+" and len(_cells(heads[-1], sep)) > 1:
        expected = f"{width} names, one for each column; are commas decimal ones, or lines to pass over (skip_rows)?"
        raise DataError("E-CHANNELS", path, "header", expected, str(len(_cells(heads[-1], sep))))
    table = _numbers(path, lines, first, sep, names or head.get("names", []), units or head.get("units", []), options)
    table.rate_hz = head.get("rate")
    return table


def _comment(line: str, head: dict[str, Any]) -> None:
    rate, labels = _RATE_LINE.match(line), _LABELS_LINE.match(line)
    if rate:
        with contextlib.suppress(ValueError):
            head["rate"] = float(rate["rate"])
    if labels:
        head["names"] = labels["labels"].split()
    if line[1:].strip().startswith("{"):  # OpenSignals
        try:
            devices = list(json.loads(line[1:]).values())
            head["rate"] = float(devices[0]["sampling rate"])
            head["names"] = [str(n) for n in devices[0]["column"]]
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return


def _split(line: str) -> list[str]:
    return [c.strip().strip('"') for c in re.split(r"[\t;,]|\s+", line.strip())]


def _is_row(line: str) -> bool:
    cells = [c for c in _split(line) if c.lower() not in _MISSING]
    return bool(cells) and all(_NUMBER.fullmatch(c) for c in cells)


def _is_row_with_text(lines: Sequence[str], i: int, known: dict[str, list[bool]]) -> bool:
    """Whether a line has as many cells as most lines, most of them numbers, and text only where most lines have it.

    `known` keeps, for a separator, which columns are text in most lines.
    """
    sep = _separator(lines[i], lines[i + 1 : i + 20])
    if sep not in known:
        known[sep] = _columns_of_text(lines, sep)
    cells, text = _cells(lines[i], sep), known[sep]
    said = [c for c in cells if c.lower() not in _MISSING]
    return (
        len(cells) == len(text)
        and 2 * sum(map(_is_number, said)) > len(said)
        and all(text[c] for c, cell in enumerate(cells) if cell.lower() not in _MISSING and not _is_number(cell))
    )


def _columns_of_text(lines: Sequence[str], sep: str) -> list[bool]:
    step = max(1, len(lines) // _LOOKED_AT)
    rows = [_cells(line, sep) for line in lines[::step] if line.strip()] or [[]]
    width = statistics.mode(len(row) for row in rows)
    text = []
    for c in range(width):
        said = [row[c] for row in rows if len(row) == width and row[c].lower() not in _MISSING]
        text.append(2 * sum(map(_is_number, said)) < len(said))
    return text


def _is_number(cell: str) -> bool:
    """Whether a cell is a number, or a date or time."""
    return bool(_NUMBER.fullmatch(cell) or _CLOCK.fullmatch(cell))


def _separator(line: str, more: Sequence[str]) -> str:
    for sep in ("\t", ";"):
        if sep in line:
            return sep
    if "," in line:
        # "0,001 0,5": decimal commas between blanks.
        spaced = re.fullmatch(r"\s*[-+]?\d+,\d+(\s+[-+]?\d+,\d+)+\s*", line)
        return r"\s+" if spaced and all(re.fullmatch(r"[\s\d,+-]*", m) for m in more) else ","
    return r"\s+"


def _cells(line: str, sep: str) -> list[str]:
    parts = line.split() if sep == r"\s+" else line.rstrip("\r\n").split(sep)
    if '"' in line and len(sep) == 1 and sep != "\n":
        with contextlib.suppress(csv.Error):  # a field of more than 128 KiB
            parts = next(csv.reader([line.rstrip("\r\n")], delimiter=sep, skipinitialspace=True))
    return [p.strip().strip('"').strip() for p in parts]


def _header(heads: Sequence[str], sep: str, width: int) -> tuple[list[str], list[str]]:
    """Names and units of the columns, from the lines above the numbers."""
    # One column needs no separator, and its name may hold blanks: "EMG [mV]".
    rows = [_cells(line, "\n" if width == 1 else sep) for line in heads]
    fitting = [r for r in rows[-2:] if len(r) == width or (len(r) == width + 1 and not r[-1])]
    fitting = [r[:width] for r in fitting]
    units = [""] * width
    if len(fitting) == 2 and any(fitting[1]) and all(not u or _is_unit(u) for u in fitting[1]):
        units = [_bare(u) for u in fitting[1]]
        names = fitting[0]
    elif fitting and len(rows[-1]) in (width, width + 1):
        names = fitting[-1]
    else:
        return [], []
    for i, name in enumerate(names):
        inside = _UNIT_IN_NAME.match(name)
        if inside and _is_unit(inside[2]):
            names[i] = inside[1]
            units[i] = units[i] or inside[2]
    return names, units


def _bare(unit: str) -> str:
    return unit.strip("[]() ")


def _is_unit(text: str) -> bool:
    return volts_per(_bare(text)) is not None or bool(_OTHER_UNITS.fullmatch(_bare(text)))


def _numbers(
    path: str, lines: Sequence[str], first: int, sep: str, names: list[str], units: list[str], options: Options
) -> _Table:
    import pandas as pd

    width = len(_cells(lines[first], sep))
    trailing = sep != r"\s+" and lines[first].rstrip("\r\n").endswith(sep) and len(names) == width - 1
    decimal = options.decimal or _decimal(lines[first : first + 200], sep)
    rows: list[str] = []
    numbers: list[int] = []
    ragged: list[int] = []
    for i in range(first, len(lines)):
        line = lines[i]
        if not line.strip() and "\t" not in line:
            continue
        quoted = '"' in line
        count = line.count(sep) + 1 if sep != r"\s+" and not quoted else len(_cells(line, sep))
        # A quote that does not end would swallow the lines below.
        if count != width or (quoted and line.count('"') % 2):
            ragged.append(i + 1)
            line = "" if sep == r"\s+" else sep * (width - 1)
        rows.append(line if line else "nan " * width)
        numbers.append(i + 1)
    notes: list[str] = []
    if ragged and ragged[-1] == numbers[-1]:
        notes.append(f"line {ragged.pop()}, the last, is cut off: left out")
        rows.pop()
        numbers.pop()
    if len(ragged) > _MOST_BAD * len(rows):
        found = f"{len(ragged)} of {len(rows)} lines with another number, the first is line {ragged[0]}"
        raise DataError("E-FORMAT", path, "", f"lines of {width} cells", found)
    if ragged:
        notes.append(f"{_lines(ragged)} without {width} cells: read as missing samples")
    frame = pd.read_csv(
        io.StringIO("\n".join(rows)),
        sep=sep,
        header=None,
        names=list(range(width)),
        index_col=False,
        decimal="." if sep == "," else decimal,
        skipinitialspace=True,
        na_values=["-", "--", "none", "None", "inf", "-inf"],
        skip_blank_lines=False,
        low_memory=False,
    )
    values = np.empty(frame.shape)
    bad: list[int] = []
    texts: dict[int, _Text] = {}
    faults: dict[int, DataError] = {}
    for c in range(width):
        column = frame[c]
        if column.dtype.kind in "iuf":
            values[:, c] = column.to_numpy(dtype=np.float64)
            continue
        cells = column.astype("str").str.strip().str.strip('"')
        if decimal == ",":
            cells = cells.str.replace(",", ".", regex=False)
        read = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=np.float64)
        wrong = np.isnan(read) & ~column.isna().to_numpy() & ~cells.str.lower().isin(_MISSING).to_numpy()
        values[:, c] = read
        many = int(wrong.sum())
        if not many:
            continue
        hint = "numbers" if decimal == "." else 'numbers with a decimal comma (the option decimal says ".")'
        i = int(np.flatnonzero(wrong)[0])
        such = f"such as {cells.iloc[i]!r} in line {numbers[i]}"
        if many > np.isfinite(read).sum() and not _NUMBER.fullmatch(cells.iloc[i]):
            said = frame[c].astype("str").str.strip().str.strip('"')
            texts[c] = _Text(said.where(wrong, "").tolist(), hint, f"text {such}")
            values[:, c] = np.nan
        elif many > max(1, _MOST_BAD * len(read)):
            name = names[c] if c < len(names) else f"column {c + 1}"
            faults[c] = DataError("E-FORMAT", path, name, hint, f"{many} of {len(read)} cells that are none, {such}")
        else:
            bad += [numbers[int(i)] for i in np.flatnonzero(wrong)]
    if len(texts) + len(faults) == width:
        for fault in faults.values():
            raise fault
        raise DataError("E-FORMAT", path, "", "a column of numbers", texts[width - 1].found)
    values[~np.isfinite(values)] = np.nan
    if bad:
        notes.append(f"{_lines(sorted(set(bad)))} with cells that are no numbers: read as missing samples")
    if decimal == ",":
        notes.append("decimal commas")
    if trailing:
        values, width = values[:, :-1], width - 1
    empty_end = 0
    while empty_end < len(values) and np.isnan(values[len(values) - 1 - empty_end]).all():
        empty_end += 1
    if empty_end:
        for text in texts.values():
            text.cells = text.cells[: len(values) - empty_end]
        notes.append(f"{empty_end} empty row{'s' if empty_end > 1 else ''} at the end: left out")
        values, numbers = values[: len(values) - empty_end], numbers[: len(numbers) - empty_end]
    if len(names) != width:
        names = []
    return _Table(
        [n or f"ch{i + 1}" for i, n in enumerate(names)] or [f"ch{i + 1}" for i in range(width)],
        units if len(units) == width else [""] * width,
        values,
        np.array(numbers, dtype=np.int64),
        texts=texts,
        faults=faults,
        notes=notes,
    )


def _lines(numbers: Sequence[int]) -> str:
    told = ", ".join(map(str, numbers[:_TOLD])) + (" ..." if len(numbers) > _TOLD else "")
    return f"{len(numbers)} line{'s' if len(numbers) > 1 else ''} ({told})"


def _decimal(lines: Sequence[str], sep: str) -> str:
    """Tell the decimal mark: a comma where cells are numbers only with one; between commas these stand in quotes."""
    cells = [c for line in lines for c in _cells(line, sep)]
    commas = sum(bool(re.fullmatch(r"[-+]?\d+,\d+([eE][-+]?\d+)?", c)) for c in cells)
    points = any(re.fullmatch(r"[-+]?[\d,]*\.[\d,]*([eE][-+]?\d+)?", c) for c in cells)
    return "," if commas and not points else "."


def _nexus(path: str, lines: Sequence[str], options: Options) -> _Table | None:
    """Read the table of devices in an export of Vicon Nexus: rate, devices, names and units stand above it."""
    heads = [line.split(",") for line in lines[1:5]]
    try:
        rate = float(heads[0][0])
    except ValueError:
        return None
    names, units = [c.strip() for c in heads[2]], [c.strip() for c in heads[3]]
    if names[:2] != ["Frame", "Sub Frame"]:
        return None
    end = next((i for i in range(5, len(lines)) if not lines[i].strip(", ")), len(lines))
    if end == 5:
        raise DataError("E-FORMAT", path, "Devices", "rows of numbers", "none")
    if not 0 < rate <= MOST_HZ:
        raise DataError("E-RATE", path, "Devices", "a number above 0, at most 1 MHz", f"{rate:g}")
    table = _numbers(path, lines[:end], 5, ",", names, units, options)
    table.names = names[: len(table.names)]
    table.rate_hz = rate
    table.frames = (0, 1)
    if any(line.strip(", ") for line in lines[end:]):
        table.notes.append(f"line {end + 1}: the tables behind the devices are not read")
    return table


def _turned(path: str, table: _Table) -> _Table:
    for c, text in table.texts.items():
        raise DataError("E-FORMAT", path, table.names[c], text.expected, text.found)
    for fault in table.faults.values():
        raise fault
    values = np.ascontiguousarray(table.values.T)
    n = values.shape[1]
    return _Table(
        [f"ch{i + 1}" for i in range(n)], [""] * n, values, np.arange(len(values)) + 1, table.rate_hz, notes=table.notes
    )


def _rename(path: str, table: _Table, options: Options) -> None:
    if len(options.channel_names) != len(table.names):
        expected = f"{len(table.names)} names, one for each column"
        raise DataError("E-CHANNELS", path, "channel_names", expected, str(len(options.channel_names)))
    table.names = list(options.channel_names)


# --- numbers to channels ----------------------------------------------------------------------------------------------


def _found(path: str, table: _Table, options: Options, found: Found) -> Found:
    time = _time_column(path, table, options)
    fs = _rate(path, table, options)
    passed = {time} if time is not None else set()
    passed |= set(table.frames or ())
    columns = [c for c in range(len(table.names)) if c not in passed]
    if options.time_column == "none":
        clocks = [c for c in columns if _TIME_NAME.fullmatch(table.names[c])]
        found.notes += [f"column {table.names[c]}: not used, rows are counted" for c in clocks]
        columns = [c for c in columns if c not in clocks]
    chosen(options.channels, [table.names[c] for c in columns], path)
    kept: list[tuple[int, float]] = []
    for c in columns:
        name = table.names[c]
        if options.channels and not fits(name, options.channels):
            found.notes.append(f"column {name}: left out, not chosen")
            continue
        unit = "V" if c in table.texts else table.units[c] or options.unit
        refused = refusal(name, unit, options.channels) or _text(table, c) or _counts(table, c, options)
        if refused is not None:
            found.refused.append(refused)
        elif c in table.faults:
            raise table.faults[c]
        else:
            kept.append((c, volts_per(unit) or 1.0))
    grid, rows = _grid(path, table, time, fs, options, found)
    scale = 1.0 if options.scale is None else options.scale
    per = np.array([p for _, p in kept])
    picked = table.values[rows][:, [c for c, _ in kept]]
    read = (picked * scale + (options.offset or 0.0)) * per
    _say_missing(read, [table.names[c] for c, _ in kept], found)
    volts = grid.spread(read)
    start = grid.start_s if time is not None else 0.0
    found.parts.append(Part(grid.fs, [table.names[c] for c, _ in kept], volts, start_s=start))
    return found


def _time_column(path: str, table: _Table, options: Options) -> int | None:
    if options.time_column == "none" or table.frames:
        return None
    if options.time_column:
        if options.time_column in table.names:
            return table.names.index(options.time_column)
        if options.time_column.isdecimal() and 1 <= int(options.time_column) <= len(table.names):
            return int(options.time_column) - 1
        found = ", ".join(table.names)
        raise DataError("E-CHANNEL", path, "time_column", f"a column, {options.time_column}", found)
    clocks = [c for c, name in enumerate(table.names) if _TIME_NAME.fullmatch(name)]
    if not clocks:
        return None
    name = table.names[clocks[0]]
    if clocks[0] in table.texts or _time_unit(table, clocks[0], options):
        return clocks[0]
    expected = f'the options time_column "{name}" and time_unit to use it, or time_column "none" to count rows'
    raise DataError("E-TIMES", path, name, expected, "a column of times without a unit")


def _time_unit(table: _Table, column: int, options: Options) -> str:
    if options.time_unit:
        return options.time_unit
    stated = table.units[column].replace("\u00b5", "u").replace("\u03bc", "u").lower()
    if stated in TIME_UNITS:
        return stated
    named = _TIME_NAME.fullmatch(table.names[column])
    return (named["unit"] or "").lower() if named else ""


def _rate(path: str, table: _Table, options: Options) -> float | None:
    if table.rate_hz is not None and options.fs is not None and table.rate_hz != options.fs:
        raise DataError("E-RATE", path, "", f"the rate of the option fs, {options.fs:g} Hz", f"{table.rate_hz:g} Hz")
    return options.fs if table.rate_hz is None else table.rate_hz


def _text(table: _Table, c: int) -> Refusal | None:
    text = table.texts.get(c)
    return Refusal(table.names[c], "E-FORMAT", f"expected {text.expected}, found {text.found}") if text else None


def _counts(table: _Table, c: int, options: Options) -> Refusal | None:
    """Refuse whole numbers of no stated unit: they may be counts of a converter. Zeros are zero in every unit."""
    known = table.values[~np.isnan(table.values[:, c]), c]
    if options.scale is not None or table.units[c] or not known.any() or (known != np.trunc(known)).any():
        return None
    found = f"{known.min():g} to {known.max():g}"
    expected = "the option scale for whole numbers (1 when they are in the unit)"
    return Refusal(table.names[c], "E-SCALE", f"expected {expected}, found {found}")


def _grid(
    path: str, table: _Table, time: int | None, fs: float | None, options: Options, found: Found
) -> tuple[Grid, npt.NDArray[np.int64]]:
    """Return the grid, and which rows of the table lie on it."""
    n = len(table.values)
    everything = np.arange(n)
    if table.frames and fs is not None:
        return _frame_grid(path, table, fs, found), everything
    if time is None:
        if fs is None:
            expected = "the option fs, or time_column"
            raise DataError(
                "E-RATE", path, "", expected, f"neither a rate nor a column of times among {', '.join(table.names)}"
            )
        return Grid(fs, 0.0, everything, n, []), everything
    name = table.names[time]
    times = _times(path, table, time, options, found)
    rows = np.flatnonzero(np.isfinite(times))
    if len(rows) < n:
        lost = table.lines[~np.isfinite(times)].tolist()
        found.notes.append(f"{_lines(lost)} without a time: left out")
    grid = grid_of(times[rows], fs, path, name)
    found.notes.append(grid.note(name))
    return grid, rows


def _times(path: str, table: _Table, time: int, options: Options, found: Found) -> npt.NDArray[np.float64]:
    """Return the time of each row in s, NaN where there is none; dates count from the first, the session's start."""
    name = table.names[time]
    if time in table.faults:
        raise table.faults[time]
    if time in table.texts:
        return _clock(path, name, table.texts[time], found)
    unit = _time_unit(table, time, options)
    if not unit:
        raise DataError("E-UNIT", path, name, "the option time_unit: s, ms, us or min", "no unit")
    return table.values[:, time] * TIME_UNITS[unit]


def _clock(path: str, name: str, text: _Text, found: Found) -> npt.NDArray[np.float64]:
    import pandas as pd

    cells = pd.Series(text.cells).str.replace(",", ".", regex=False)
    said = (cells != "").to_numpy()
    of_day = cells.str.fullmatch(_TIME_OF_DAY).to_numpy(dtype=bool)
    seconds: npt.NDArray[np.float64] = np.full(len(cells), np.nan)
    if 2 * of_day.sum() > said.sum():
        seconds[of_day] = pd.to_timedelta(cells[of_day]).dt.total_seconds()
        rows = np.flatnonzero(of_day)
        midnights = np.cumsum(np.diff(seconds[rows], prepend=seconds[rows[0]]) < -_HALF_A_DAY_S)
        seconds[rows] += midnights * 2 * _HALF_A_DAY_S
        if midnights.any():
            found.notes.append(f"{name}: passes midnight, counted on")
    else:
        dates = pd.to_datetime(cells.where(said), format="ISO8601", errors="coerce", utc=True)
        rows = np.flatnonzero(dates.notna())
        if len(rows):
            first = dates.iloc[rows[0]]
            seconds[rows] = (dates.iloc[rows] - first).dt.total_seconds()
            zoned = _ZONE.search(cells.iloc[rows[0]])
            found.start(first.to_pydatetime(warn=False).replace(tzinfo=UTC if zoned else None))
    lost = int((said & np.isnan(seconds)).sum())
    if lost > max(1, _MOST_BAD * len(cells)):
        expected = 'dates or times of day as in ISO 8601, or the option time_column "none" to count rows'
        raise DataError("E-TIMES", path, name, expected, text.found)
    return seconds


def _frame_grid(path: str, table: _Table, fs: float, found: Found) -> Grid:
    frame, part = (table.values[:, c] for c in table.frames or (0, 1))
    if not (np.abs(np.stack([frame, part])) <= _MOST_FRAMES).all():
        raise DataError("E-TIMES", path, "Frame", f"a number up to {_MOST_FRAMES:g} in every row", "others")
    per_frame = int(part.max()) + 1
    sample = ((frame - frame[0]) * per_frame + part - part[0]) / fs
    grid = grid_of(sample, fs, path, "Frame")
    if grid.gaps:
        found.notes.append(grid.note("Frame"))
    if frame[0] > 1:
        found.notes.append(f"cut out of a longer trial: frame {frame[0]:g} is its first, and 0 s here")
    return replace(grid, start_s=0.0)


def _say_missing(volts: npt.NDArray[np.float64], names: Sequence[str], found: Found) -> None:
    gaps = missing_rows(volts)
    everywhere = sum(b - a for a, b in gaps)
    for name, count in zip(names, np.isnan(volts).sum(axis=0), strict=True):
        if count > everywhere:
            found.notes.append(f"channel {name}: {int(count) - everywhere} missing samples beside the gaps")
    if gaps:
        found.notes.append(
            f"rows without a sample: {len(gaps)} gap{'s' if len(gaps) > 1 else ''} of together {everywhere} samples"
        )
