"""DataFrames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ._errors import DataError, InvalidArgument
from ._foreign import MOST_HZ, Found, Part, recording_of
from ._formats.options import TIME_UNITS
from ._grid import Grid, grid_of
from ._metadata import real
from ._recording import Recording
from ._units import needed_volts_per

if TYPE_CHECKING:
    import pandas as pd


def from_dataframe(
    df: pd.DataFrame,
    fs: float | None = None,
    *,
    unit: str | Mapping[str, str],
    time: str | None = None,
    time_unit: str = "s",
) -> Recording:
    """
    Make a recording of a pandas DataFrame: a row is a sample, a column a channel.

    Parameters
    ----------
    df : DataFrame
        Columns of floats. Integers are refused, for nothing tells how many volts one of them is.
    fs : float, optional
        Sampling rate, Hz. Without it the rate follows from the times.
    unit : {"V", "mV", "uV", "nV"} or mapping
        Unit of all columns, or of each by its name.
    time : str, optional
        The column of times: numbers, dates or time differences. Without it the index when it is dates, time
        differences, or called ``time_s``, as that of `Recording.to_dataframe` is.
    time_unit : {"s", "ms", "us", "min"}
        Of the numbers of the column `time`.

    Returns
    -------
    Recording
        NaN are gaps, and so are holes in the times. 0 s is the clock's own; of dates it is the first row, and
        ``session_start`` that date, taken as UTC and noted when it has no zone.

    Raises
    ------
    TypeError
        Without a rate and times, for columns that are no floats, and for times of another kind.
    InvalidArgument
        E-UNIT, E-RATE, E-CHANNEL or E-OPTION.
    DataError
        E-RATE for a rate that contradicts the times. E-TIMES, with figures, for times that lie on no grid, and for
        dates without a first one.

    Examples
    --------
    >>> rec = myocramp.from_dataframe(pandas.read_parquet("emg.parquet"), fs=2000, unit="mV")
    """
    import pandas as pd

    if not isinstance(df, pd.DataFrame):
        raise TypeError(f"expected a DataFrame, found {type(df).__name__}")
    if time_unit not in TIME_UNITS:
        raise InvalidArgument("E-OPTION", "", "time_unit", "one of " + ", ".join(TIME_UNITS), time_unit)
    if fs is not None and not (np.isfinite(fs) and 0 < fs <= MOST_HZ):
        raise InvalidArgument("E-RATE", "", "fs", "a number above 0, at most 1 MHz", f"{fs:g}")
    found = Found("memory")
    columns = [c for c in df.columns if c != time]
    if time is not None and len(columns) == len(df.columns):
        expected = "one of the columns " + ", ".join(map(str, df.columns))
        raise InvalidArgument("E-CHANNEL", "", "time", expected, time)
    names = [str(c) for c in columns]
    if len(set(map(str, df.columns))) != len(df.columns):
        raise InvalidArgument("E-CHANNELS", "", "df", "columns of different names", ", ".join(map(str, df.columns)))
    for c in columns:
        if df[c].dtype.kind != "f":
            raise TypeError(f"column {c!r}: expected floats in a unit of volts, found {df[c].dtype}")
    per = np.array([needed_volts_per(_unit_of(unit, str(c))) for c in columns])
    samples = df[columns].to_numpy(dtype=np.float64, na_value=np.nan) * per
    times = _times(df, time, time_unit, found)
    if times is None:
        if fs is None:
            raise TypeError(
                "fs: rows without times need their sampling rate in Hz; or say which column holds the times"
            )
        grid = Grid(real("fs", fs), 0.0, np.arange(len(df)), len(df), [])
    else:
        grid = grid_of(times, fs, "", time or str(df.index.name or "index"))
        if grid.gaps:
            found.notes.append(grid.note(time or str(df.index.name or "index")))
    found.parts.append(Part(grid.fs, names, grid.spread(samples), start_s=grid.start_s))
    return recording_of(found)


def _unit_of(unit: str | Mapping[str, str], column: str) -> str:
    if isinstance(unit, str):
        return unit
    if column not in unit:
        raise InvalidArgument("E-UNIT", "", "unit", "one for every column", f"none for {column}")
    return unit[column]


def _times(df: pd.DataFrame, time: str | None, time_unit: str, found: Found) -> npt.NDArray[np.float64] | None:
    import pandas as pd

    times = df.index if time is None else pd.Index(df[time])
    if isinstance(times, pd.TimedeltaIndex):
        return np.asarray(times.total_seconds(), dtype=np.float64)
    if isinstance(times, pd.DatetimeIndex):
        if not len(times) or pd.isna(times[0]):
            raise DataError("E-TIMES", "", time or "index", "a date in the first row", "none")
        found.start(times[0].to_pydatetime(warn=False))
        return np.asarray((times - times[0]).total_seconds(), dtype=np.float64)
    if time is not None:
        if times.dtype.kind not in "iuf":
            raise TypeError(f"column {time!r}: expected numbers, dates or time differences, found {times.dtype}")
        return times.to_numpy(dtype=np.float64) * TIME_UNITS[time_unit]
    if times.name == "time_s":
        return times.to_numpy(dtype=np.float64)
    return None
