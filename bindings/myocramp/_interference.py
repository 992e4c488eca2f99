"""What does not come from muscle: mains hum and the ECG. Its names are those of myocramp.filter."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block, Float
from ._errors import InvalidArgument
from ._metadata import real
from ._recording import Recording, Signal

__all__ = ["Heartbeats", "Hum", "ecg", "find_beats", "find_mains", "mains"]


@dataclass(frozen=True, eq=False)
class Hum:
    """What `mains` takes off one channel; arrays have one value for each multiple of the mains below Nyquist."""

    mains_hz: float
    """50 or 60, or what was given; 0: no hum was found, and nothing is changed."""
    log10_chance: float
    """log10 of the chance of so much without hum, at `mains_hz` "auto"; else NaN."""
    harmonics_hz: npt.NDArray[np.float64]
    """The multiples of `mains_hz`."""
    frequency_hz: npt.NDArray[np.float64]
    """Where they were found, mean weighted by power, Hz; NaN: nowhere."""
    lowest_hz: npt.NDArray[np.float64]
    highest_hz: npt.NDArray[np.float64]
    """How far they drifted, Hz."""
    amplitude_uv: npt.NDArray[np.float64]
    """Amplitude (peak) that was found, root mean square over the windows with it, uV; 0: none."""
    found: npt.NDArray[np.float64]
    """Share of the windows in which they were found, 0 to 1."""
    n_windows: int
    """Windows that were looked at; four cover each sample."""
    n_unchanged: int
    """Samples that were passed through because too few of those around them are finite."""


def _mains_arguments(mains_hz: float | Literal["auto"], harmonics: int | None) -> tuple[float, int]:
    if isinstance(mains_hz, str):
        if mains_hz != "auto":
            raise InvalidArgument("E-OPTION", "", "mains_hz", '"auto" or a frequency in Hz', repr(mains_hz))
        number = 0.0
    else:
        number = real("mains_hz", mains_hz)
        if not number > 0:
            raise InvalidArgument("E-OPTION", "", "mains_hz", '"auto", or 10 to 1000 Hz', repr(mains_hz))
    count = 0 if harmonics is None else operator.index(harmonics)
    if harmonics is not None and not 1 <= count <= 1000:
        raise InvalidArgument("E-OPTION", "", "harmonics", "1 to 1000, or None for all", str(count))
    return number, count


@overload
def mains(
    x: npt.NDArray[Float],
    fs: float | None = None,
    mains_hz: float | Literal["auto"] = "auto",
    harmonics: int | None = None,
    axis: int | None = None,
) -> npt.NDArray[Float]: ...
@overload
def mains(
    x: Recording | Signal,
    fs: None = None,
    mains_hz: float | Literal["auto"] = "auto",
    harmonics: int | None = None,
    axis: None = None,
) -> npt.NDArray[np.float64]: ...
def mains(
    x: Any,
    fs: float | None = None,
    mains_hz: float | Literal["auto"] = "auto",
    harmonics: int | None = None,
    axis: int | None = None,
) -> npt.NDArray[Any]:
    """
    Remove mains hum by spectrum interpolation, following its frequency.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V, best as recorded; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    mains_hz : float or "auto"
        Frequency of the mains, 10 to 1000 Hz. "auto" tells for each channel by a test whether it is 50 or 60 Hz, or
        none.
    harmonics : int
        How many multiples of it are looked for, itself included; None: all below the Nyquist frequency.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal. Channels without hum keep their
        bits.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `mains_hz` does not lie below the Nyquist frequency; E-SHORT for less than a window of 2 s.

    Notes
    -----
    Windows of 2 s overlap by three quarters. In each, a multiple of the mains is searched within 1 Hz (times its
    number) of its nominal place; where it stands out by a test with a false-alarm probability of 0.001, and for 30 s
    after, the bins around it are lowered to the level of their neighbours and keep their phase.

    NaN and infinite samples come out as NaN; those beside them are cleaned with the hum found on their side, and passed
    through where less than 80 % of 2 s is there. `find_mains` tells what was removed, and how much was passed through.

    Source: Mewett, Reynolds & Nazeran 2004 Med Biol Eng Comput 42:524.

    Examples
    --------
    >>> y = myocramp.filter.mains(x, fs=2000, axis=0)
    """
    block = Block(x, fs, axis)
    return block.like_input(_core.mains(block.samples, block.fs, *_mains_arguments(mains_hz, harmonics)))


def find_mains(
    x: Recording | Signal | npt.NDArray[Any],
    fs: float | None = None,
    mains_hz: float | Literal["auto"] = "auto",
    harmonics: int | None = None,
    axis: int | None = None,
) -> list[Hum]:
    """
    Tell what `mains` takes off: a `Hum` for each channel, in order.

    Parameters, errors and notes are those of `mains`, and so is the work.

    Examples
    --------
    >>> hum = myocramp.filter.find_mains(x, fs=2000, axis=0)[0]
    >>> hum.mains_hz, hum.amplitude_uv[0]
    """
    block = Block(x, fs, axis)
    found = _core.find_mains(block.samples, block.fs, *_mains_arguments(mains_hz, harmonics))
    return [Hum(**fields) for fields in found]


@dataclass(frozen=True, eq=False)
class Heartbeats:
    """The heart beats that `ecg` takes off one channel."""

    time_s: npt.NDArray[np.float64]
    """
    Middle of each QRS complex, s since the first sample, or on the clock of a Recording or Signal; empty: no ECG was
    found, and nothing is changed.
    """
    amplitude: npt.NDArray[np.float64]
    """How large each is beside its template, 1."""
    rate_bpm: float
    """Mean rate where an ECG was found, 1/min; NaN: nowhere."""
    height_uv: float
    """Mean range of the template, highest less lowest, uV; NaN: none."""
    n_unmatched: int
    """Peaks as strong as a beat but of another shape, which were left in, while there was an ECG."""
    found: float
    """Share of the steps of 5 s with an ECG, 0 to 1."""


def _with_reference(block: Block, reference: int | str | npt.NDArray[Any] | None) -> tuple[npt.NDArray[Any], int, int]:
    """Give the samples, the column of the reference (-1: none), and how many of the columns are the caller's."""
    n = block.samples.shape[1]
    if reference is None:
        return block.samples, -1, n
    if isinstance(reference, str):
        if block.channels is None or reference not in block.channels:
            known = "a channel of a recording" if block.channels is None else ", ".join(block.channels)
            raise InvalidArgument("E-OPTION", "", "reference", known, reference)
        return block.samples, block.channels.index(reference), n
    if isinstance(reference, np.ndarray):
        _core.check_samples(reference)
        if reference.shape != block.samples.shape[:1]:
            found = f"an array of shape {reference.shape}"
            raise InvalidArgument("E-OPTION", "", "reference", f"an array of shape ({len(block.samples)},)", found)
        return np.column_stack([block.samples, reference.astype(block.samples.dtype)]), n, n
    column = operator.index(reference)
    if not 0 <= column < n:
        raise InvalidArgument("E-OPTION", "", "reference", f"a channel from 0 to {n - 1}", str(column))
    return block.samples, column, n


@overload
def ecg(
    x: npt.NDArray[Float],
    fs: float | None = None,
    reference: int | npt.NDArray[Any] | None = None,
    axis: int | None = None,
) -> npt.NDArray[Float]: ...
@overload
def ecg(
    x: Recording | Signal, fs: None = None, reference: int | str | npt.NDArray[Any] | None = None, axis: None = None
) -> npt.NDArray[np.float64]: ...
def ecg(
    x: Any,
    fs: float | None = None,
    reference: int | str | npt.NDArray[Any] | None = None,
    axis: int | None = None,
) -> npt.NDArray[Any]:
    """
    Remove the heart's ECG from EMG by subtraction of a template that follows the recording.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V, as recorded or band-passed; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    reference : int, str or ndarray
        Where the beats are found: a channel by number or, of a recording, by name, which keeps its bits; or an ECG of
        its own, as many samples at the same rate. None: each channel is searched for itself.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal. Stretches without an ECG keep
        their bits.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND for rates of 200 Hz and below.

    Notes
    -----
    Beats are peaks of power at 10 to 40 Hz that are alike at 10 to 100 Hz. In steps of 5 s the template is the mean of
    the middle half of the beats within 15 s around; each beat's height is fitted. Fewer than 8 beats alike within 35 s
    are no ECG. NaN and infinite samples come out as NaN.

    Source: ensemble averages of the ECG are old; the search, the test and the fit are ours.

    Examples
    --------
    >>> y = myocramp.filter.ecg(x, fs=2000, axis=0)
    """
    block = Block(x, fs, axis)
    samples, column, n = _with_reference(block, reference)
    return block.like_input(_core.ecg(samples, block.fs, column)[:, :n])


def find_beats(
    x: Recording | Signal | npt.NDArray[Any],
    fs: float | None = None,
    reference: int | str | npt.NDArray[Any] | None = None,
    axis: int | None = None,
) -> list[Heartbeats]:
    """
    Tell what `ecg` takes off: `Heartbeats` for each channel, in order; none for the reference itself.

    Parameters, errors and notes are those of `ecg`, and so is the work.

    Examples
    --------
    >>> beats = myocramp.filter.find_beats(x, fs=2000, axis=0)[0]
    >>> beats.rate_bpm, beats.time_s[:3]
    """
    block = Block(x, fs, axis)
    samples, column, n = _with_reference(block, reference)
    found = _core.find_beats(samples, block.fs, column)[:n]
    return [Heartbeats(**{**fields, "time_s": fields["time_s"] + block.start_s}) for fields in found]
