"""Fatigue: the spectrum over time, and trends with their uncertainty."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Literal, NamedTuple, SupportsIndex, cast

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block, plain
from ._errors import InvalidArgument
from ._features import FeatureTable
from ._metadata import real
from ._recording import Recording, Signal

__all__ = ["Jasa", "TheilSen", "Trend", "jasa", "spectral", "theil_sen", "trend"]


def spectral(
    x: npt.NDArray[np.float32] | npt.NDArray[np.float64] | Recording | Signal,
    fs: float | None = None,
    window_s: float = 1.0,
    overlap: float = 0.5,
    segment_s: float = 0.5,
    low_hz: float = 20,
    high_hz: float = 450,
    fi_low_hz: float = 8,
    fi_high_hz: float = 500,
    axis: int | None = None,
) -> FeatureTable:
    """
    Mean frequency, median frequency and Dimitrov's index in successive windows.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    window_s : float
        Length of a window, 0.05 to 60 s.
    overlap : float
        Part of a window that the next one shares, 0 to 0.95.
    segment_s : float
        Length of the half-overlapping segments whose spectra are averaged in a window, at most `window_s`.
    low_hz, high_hz : float
        Band of the mean and median frequency, Hz.
    fi_low_hz, fi_high_hz : float
        Band of Dimitrov's index, Hz. The index depends on it strongly, so name it with the index.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.

    Returns
    -------
    FeatureTable
        Columns time_s (centre of the window), mnf_hz, mdf_hz and fi_nsm5 (Hz^-6): (rows,) for one dimension, else
        (rows, channels). Its `notes` hold each column's band.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `high_hz` does not lie below the Nyquist frequency.

    Notes
    -----
    The spectrum is that of ``scipy.signal.welch`` with a Hann window over `segment_s`. The mean frequency is sum f P
    / sum P over the band; the median frequency halves the band's power, linear in the cumulative sum; Dimitrov's index
    FInsm5 is the ratio of sum P / f to sum f^5 P over its band. Edges: only windows that lie wholly in the signal; none
    when it is shorter than one. Windows with NaN or infinite samples, or silent ones, are NaN. The index is NaN, and
    its note says why, where its band does not lie below the Nyquist frequency: at 1000 Hz choose `fi_high_hz`.

    Source: Welch 1967 IEEE Trans Audio 15:70; Stulen & De Luca 1981 IEEE Trans Biomed Eng 28:515; Dimitrov et al. 2006
    Med Sci Sports Exerc 38:1971.

    Examples
    --------
    >>> t = myocramp.fatigue.spectral(x, fs=2000)
    >>> myocramp.fatigue.trend(t["time_s"], t["mdf_hz"]).slope_percent_min
    """
    block = Block(x, fs, axis)
    table = _core.spectral(
        block.samples,
        block.fs,
        real("window_s", window_s),
        real("overlap", overlap),
        real("segment_s", segment_s),
        real("low_hz", low_hz),
        real("high_hz", high_hz),
        real("fi_low_hz", fi_low_hz),
        real("fi_high_hz", fi_high_hz),
    )
    columns = {name: block.rows_first(values) for name, values in table["columns"].items()}
    return FeatureTable(block.start_s + table["time_s"], columns, block.names(), table["notes"])


class Trend(NamedTuple):
    """A straight line through a feature over time; NaN when there is no answer."""

    slope: float
    """In the unit of the feature per second."""
    low: float
    """Low end of the slope's 95 % interval."""
    high: float
    """High end."""
    intercept: float = math.nan
    """The line's value at the first time of the track, in the unit of the feature."""
    slope_percent_min: float = math.nan
    """100 * 60 * slope / intercept, %/min; NaN unless the intercept is above 0."""
    low_percent_min: float = math.nan
    """Low end of the interval on that scale; the intercept is taken as known."""
    high_percent_min: float = math.nan
    """High end."""
    autocorrelation: float = math.nan
    """Of neighbouring windows around the line, as estimated: 0 to 0.99."""
    n_windows: int = 0
    """Windows with a value."""


def trend(
    t: npt.ArrayLike, y: npt.ArrayLike, method: Literal["theil_sen", "ols"] = "theil_sen", seed: SupportsIndex = 1
) -> Trend:
    """
    Fit a straight line, with an interval that holds for windows whose values hang together, as overlapping ones do.

    Parameters
    ----------
    t : array_like, (n,)
        Times of the windows, s; finite, in any order.
    y : array_like, (n,)
        Values; windows that are NaN or infinite are left out, and their time stays a gap.
    method : str
        "theil_sen": the median of the slopes of all pairs, which a few odd windows do not move. "ols": least squares.
    seed : int
        Of the resampling, 0 to 2**64 - 1; the same seed gives the same bits.

    Returns
    -------
    Trend
        All NaN for fewer than 10 windows with a value, or all at one time.

    Raises
    ------
    TypeError
        For more than one dimension.
    InvalidArgument
        E-LENGTH when `t` and `y` differ in length, E-TIME for times that are not finite, E-OPTION for another method or
        a seed out of range.

    Notes
    -----
    The interval comes from 499 resampled tracks: the residuals are whitened by a first-order autoregression, drawn
    again in circular blocks, coloured again, and the statistic is studentised. For "theil_sen" that statistic is
    Kendall's. It covers the true slope in 94 to 96 % of cases with 30 windows and more, also when neighbours have a
    correlation of 0.4; the page on trends has the figures.
    More than 1000 windows are first reduced to medians of at most 1000 bins of equal count.

    Source: Sen 1968 J Am Stat Assoc 63:1379; Davison & Hinkley 1997 Bootstrap Methods and their
    Application, chapter 8.
    The slopes are those of ``scipy.stats.theilslopes`` and ``scipy.stats.linregress`` up to 1000 windows.

    Examples
    --------
    >>> t = myocramp.fatigue.spectral(x, fs=2000)
    >>> fall = myocramp.fatigue.trend(t["time_s"], t["mdf_hz"])
    >>> fall.slope_percent_min, fall.high < 0
    """
    number = operator.index(seed)
    if not 0 <= number < 2**64:
        raise InvalidArgument("E-OPTION", "", "seed", "0 to 2**64 - 1", str(number))
    return Trend(*_core.trend(_line("t", t), _line("y", y), method, number))


class TheilSen(NamedTuple):
    """Theil-Sen slope of a feature over time with Sen's 95 % interval; NaN when there is no answer."""

    slope: float
    low: float
    high: float


def theil_sen(t: npt.ArrayLike, y: npt.ArrayLike) -> TheilSen:
    """
    Theil-Sen slope with Sen's interval, which takes windows for independent; `trend` does not.

    Parameters
    ----------
    t : array_like, (n,)
        Times, s; finite.
    y : array_like, (n,)
        Values; points that are NaN are left out.

    Returns
    -------
    slope, low, high : float
        In the unit of `y` per second, with Sen's 95 % interval; NaN for fewer than 10 points.

    Raises
    ------
    TypeError
        For more than one dimension.
    InvalidArgument
        E-LENGTH when `t` and `y` differ in length, E-TIME for times that are not finite.

    Notes
    -----
    More than 1000 points are first reduced to medians of at most 1000 bins of equal count; the interval is then theirs.

    Source: Sen 1968 J Am Stat Assoc 63:1379; agrees with ``scipy.stats.theilslopes`` up to 1000 points.
    """
    return TheilSen(*_core.theil_sen(_line("t", t), _line("y", y)))


def _line(name: str, a: npt.ArrayLike) -> npt.NDArray[np.float64]:
    values = plain(name, a).astype(np.float64, copy=False)
    if values.ndim != 1:
        raise TypeError(f"{name}: expected one dimension, found {values.ndim}")
    return values


class Jasa(NamedTuple):
    """What amplitude and frequency say together, and the trends that say it."""

    state: Literal["force increase", "fatigue", "force decrease", "recovery", "indeterminate"]
    amplitude: Trend
    frequency: Trend


def jasa(
    time_s: npt.ArrayLike,
    amplitude: npt.ArrayLike,
    frequency: npt.ArrayLike,
    trend: Callable[[npt.ArrayLike, npt.ArrayLike], Trend | TheilSen] = trend,
) -> Jasa:
    """
    Joint analysis of spectrum and amplitude: tell fatigue from a change of force by the directions of two trends.

    Parameters
    ----------
    time_s : array_like, (n,)
        Times, s; finite.
    amplitude : array_like, (n,)
        RMS or average rectified value.
    frequency : array_like, (n,)
        Mean or median frequency.
    trend : callable
        Takes times and values, gives slope, low and high; `theil_sen` only for windows that share no sample.

    Returns
    -------
    state : str
        ``"force increase"`` (both rise), ``"fatigue"`` (amplitude rises, frequency falls), ``"force decrease"`` (both
        fall), ``"recovery"`` (amplitude falls, frequency rises), or ``"indeterminate"`` when the interval of either
        slope holds 0 or there is none.
    amplitude, frequency : Trend
        Slopes per second with their intervals.

    Raises
    ------
    InvalidArgument
        E-LENGTH or E-TIME, from `trend`.

    Notes
    -----
    Source: Luttmann, Jäger & Laurig 2000 Int J Ind Ergon 25:645. That an interval must leave out 0 is our rule.

    Examples
    --------
    >>> t = myocramp.fatigue.spectral(x, fs=2000, overlap=0)
    >>> rms = np.sqrt(np.mean(x[: len(t) * 2000].reshape(len(t), 2000) ** 2, axis=1))
    >>> myocramp.fatigue.jasa(t["time_s"], rms, t["mdf_hz"]).state
    """
    up = Trend(*trend(time_s, amplitude))
    shift = Trend(*trend(time_s, frequency))
    return Jasa(cast(Any, _core.jasa((up.slope, up.low, up.high), (shift.slope, shift.low, shift.high))), up, shift)
