"""Sample times on a regular grid: holes become gaps, and nothing is resampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ._errors import DataError

_HOLE = 1.5  # samples between two times from which a hole is thought of
_TOLERANCE = 0.5 + 1e-6  # samples off the grid
_SNAP = 1e-6  # relative, to a whole number of hertz
_SNAP_DRIFT = 0.25  # samples, over the stretch
_LEAST_STRETCH = 50  # samples without a hole, from which a rate is told: our default
_OTHER_RATE = 1.2  # times a rate, from which it is another one: below _HOLE, and far above what ticks of a clock do
_WORTH_TELLING = 0.01  # samples
MOST_MISSING = 1_000_000_000  # samples

Interval = tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """Where each sample lies: row r is at start_s + r / fs."""

    fs: float
    start_s: float
    rows: npt.NDArray[np.int64]
    n_rows: int
    gaps: list[Interval]
    off: float = 0.0
    """Samples by which a time is off the grid, at worst."""

    def note(self, what: str) -> str:
        """Say how the times were read, and what is missing."""
        text = f"{what}: read as {self.fs:.12g} Hz from {self.start_s:.12g} s"
        if self.off > _WORTH_TELLING:
            text += f", its times off by up to {self.off:.2g} samples"
        if not self.gaps:
            return text
        missing = sum(stop - start for start, stop in self.gaps)
        holes = "1 hole" if len(self.gaps) == 1 else f"{len(self.gaps)} holes"
        return f"{text}, with {holes} of together {missing} samples"

    def spread(self, samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return (rows, channel) samples on the grid, NaN in the holes."""
        if not self.gaps:
            return samples
        out = np.full((self.n_rows, *samples.shape[1:]), np.nan)
        out[self.rows] = samples
        return out


def grid_of(times_s: npt.NDArray[np.float64], fs: float | None, file: str, place: str) -> Grid:
    """
    Put sample times on a grid, as those of NWB files are.

    Parameters
    ----------
    times_s : ndarray of float64, (time,)
        Finite times of the samples, s.
    fs : float or None
        The sampling rate, Hz; None: the slope of a straight line through the longest stretch without a hole, taken to
        the nearest whole number of hertz when it is within 1e-6 of it and within a quarter of a sample over the
        stretch.
    file, place : str
        For messages.

    Returns
    -------
    Grid
        Every time lies within half a sample of it, counted from the start of its stretch. A step of 1.5 samples and
        more that moves what follows by at least a row is a hole, rounded to whole samples.

    Raises
    ------
    DataError
        E-RATE for a rate that is another than that of the longest stretch without a hole. E-TIMES, with figures, for
        times that do not rise or lie off every such grid, or holes of more than 1e9 samples.
    """
    n = len(times_s)
    if n < 2 and fs is None:
        raise DataError("E-TIMES", file, place, "at least two times, or the option fs", str(n))
    steps = np.diff(times_s)
    still = np.flatnonzero(~(steps > 0))
    if still.size and fs is None:
        _not_rising(times_s, int(still[0]) + 1, file, place, still.size)
    if fs is None:
        fs = _rate_of(times_s, steps, file, place)
    elif n > 1:
        _hold_rate(times_s, steps, fs, file, place)
    row_of_stretch, first_of_stretch = [0], [0]
    for candidate in np.flatnonzero(steps * fs >= _HOLE):
        i = int(candidate) + 1
        following = row_of_stretch[-1] + i - first_of_stretch[-1]
        row = round(float((times_s[i] - times_s[0]) * fs))
        if row > following:
            row_of_stretch.append(row)
            first_of_stretch.append(i)
    stretch = np.zeros(n, dtype=np.int64)
    stretch[first_of_stretch[1:]] = 1
    stretch = np.cumsum(stretch)
    first = np.array(first_of_stretch)[stretch]
    along = np.arange(n) - first
    late = (times_s - times_s[first]) * fs - along
    outside = np.flatnonzero(~(np.abs(late) <= _TOLERANCE))
    if outside.size:
        i = int(outside[0])
        worst = float(np.max(np.abs(late)))
        found = (
            f"{times_s[i]:.12g} s, {abs(late[i]):.3g} samples {'late' if late[i] > 0 else 'early'};"
            f" {outside.size} of {n} times lie off it, at worst by {worst:.4g} samples,"
            f" and their steps go from {steps.min():.3g} to {steps.max():.3g} s:"
            " a clock that says when rows arrived, not when they were sampled?"
        )
        expected = f"a time within half a sample of {fs:.12g} Hz"
        raise DataError("E-TIMES", file, f"{place}[{i}]", expected, found)
    if still.size:
        _not_rising(times_s, int(still[0]) + 1, file, place, still.size)
    rows = np.array(row_of_stretch)[stretch] + along
    n_rows = int(rows[-1]) + 1 if n else 0
    if n_rows - n > MOST_MISSING:
        raise DataError("E-TIMES", file, place, f"at most {MOST_MISSING} samples missing", str(n_rows - n))
    ends = [int(rows[i - 1]) + 1 for i in first_of_stretch[1:]]
    gaps = list(zip(ends, row_of_stretch[1:], strict=True))
    off = float(np.max(np.abs(late))) if n else 0.0
    return Grid(float(fs), float(times_s[0]) if n else 0.0, rows, n_rows, gaps, off)


def _not_rising(times_s: npt.NDArray[np.float64], i: int, file: str, place: str, many: int) -> None:
    found = f"{times_s[i]:.12g} s; {many} times do not rise"
    raise DataError("E-TIMES", file, f"{place}[{i}]", f"a time after {times_s[i - 1]:.12g} s", found)


def _stretch(times_s: npt.NDArray[np.float64], steps: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the times of the longest stretch without a hole."""
    edges = np.concatenate(([0], np.flatnonzero(steps >= _HOLE * np.median(steps)) + 1, [len(times_s)]))
    longest = int(np.argmax(np.diff(edges)))
    return times_s[edges[longest] : edges[longest + 1]]


def _slope_hz(t: npt.NDArray[np.float64]) -> float:
    along = np.arange(len(t)) - (len(t) - 1) / 2
    return float(1 / (np.dot(along, t - t[0]) / np.dot(along, along)))


def _hold_rate(
    times_s: npt.NDArray[np.float64], steps: npt.NDArray[np.float64], fs: float, file: str, place: str
) -> None:
    """Hold that a rate is not another one than the times': at twice theirs, each step would pass for a hole."""
    t = _stretch(times_s, steps)
    if len(t) < max(2, min(_LEAST_STRETCH, len(times_s))) or not (np.diff(t) > 0).all():
        return
    theirs = _slope_hz(t)
    # Rows that arrive in blocks are dense within one, which tells no rate; the grid below says what is wrong with them.
    dense = theirs >= _OTHER_RATE * fs and len(t) > len(times_s) / 2
    if dense or fs >= _OTHER_RATE * theirs:
        raise DataError("E-RATE", file, place, f"a rate that its times have, about {theirs:.6g} Hz", f"{fs:.12g} Hz")


def _rate_of(times_s: npt.NDArray[np.float64], steps: npt.NDArray[np.float64], file: str, place: str) -> float:
    usual = float(np.median(steps))
    t = _stretch(times_s, steps)
    if len(t) < min(_LEAST_STRETCH, len(times_s)):
        found_text = (
            f"at most {len(t)} of them without a hole between; steps go from {steps.min():.3g} to {steps.max():.3g} s"
        )
        raise DataError("E-TIMES", file, place, "times that tell the rate, or the option fs", found_text)
    if len(t) < 2:
        raise DataError(
            "E-TIMES", file, place, "times that rise evenly, or the option fs", f"steps of about {usual:.3g} s"
        )
    found = _slope_hz(t)
    whole = round(found)
    away = abs(found - whole) / found
    return float(whole) if whole >= 1 and away <= _SNAP and away * len(t) <= _SNAP_DRIFT else found


def missing_rows(samples: npt.NDArray[np.float64]) -> list[Interval]:
    """Stretches of rows in which every channel is NaN."""
    if samples.shape[1] == 0:
        return []
    missing: npt.NDArray[np.bool_] = np.all(np.isnan(samples), axis=1)
    return runs(missing)


def runs(flags: npt.NDArray[np.bool_]) -> list[Interval]:
    """Stretches in which a flag is set, (time,)."""
    edges = np.flatnonzero(np.diff(flags.astype(np.int8), prepend=0, append=0))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def merged(gaps: list[Interval]) -> list[Interval]:
    """Sort stretches and join those that touch."""
    out: list[Interval] = []
    for start, stop in sorted(gaps):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], stop))
        else:
            out.append((start, stop))
    return out
