"""Filters: conditioning of the raw signal."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block, Float
from ._errors import InvalidArgument
from ._interference import Heartbeats, Hum, ecg, find_beats, find_mains, mains
from ._metadata import flag, real
from ._recording import Recording, Signal

__all__ = [
    "Heartbeats",
    "Hum",
    "bandpass",
    "bandpass_sos",
    "blank",
    "ecg",
    "find_beats",
    "find_mains",
    "highpass",
    "highpass_sos",
    "lowpass",
    "lowpass_sos",
    "mains",
    "notch",
    "notch_sos",
    "resample",
    "settling_s",
]

EdgeGain: TypeAlias = Literal["single", "corrected"]


@overload
def bandpass(
    x: npt.NDArray[Float],
    fs: float | None = None,
    low_hz: float = 20,
    high_hz: float = 450,
    order: int = 4,
    axis: int | None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[Float]: ...
@overload
def bandpass(
    x: Recording | Signal,
    fs: None = None,
    low_hz: float = 20,
    high_hz: float = 450,
    order: int = 4,
    axis: None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[np.float64]: ...
def bandpass(
    x: Any,
    fs: float | None = None,
    low_hz: float = 20,
    high_hz: float = 450,
    order: int = 4,
    axis: int | None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[Any]:
    """
    Band-pass with a Butterworth filter, forwards and backwards unless `causal`.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V. Arrays may have any shape and strides; they are not changed, and copied only when they have more
        than two dimensions and no simple strides.
    fs : float
        Sampling rate, Hz; only with an array.
    low_hz, high_hz : float
        Edges of the pass band, Hz.
    order : int
        Order of the low-pass prototype, 1 to 10; the band-pass has twice as many poles, run both ways four times.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Filter forwards only, from rest, with the filter's own delay.
    edges : {"single", "corrected"}
        Where the response is -3 dB at the asked edges: after one pass, as SciPy designs it, which leaves -6 dB forwards
        and backwards; or "corrected" for both passes, and not with `causal`.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `high_hz` does not lie below the Nyquist frequency; E-SHORT when there are no more samples than the
        padding at the ends needs, 3 (2 order + 1).

    Notes
    -----
    Edges: forwards and backwards, the signal is padded at both ends by odd reflection as in
    ``scipy.signal.sosfiltfilt``; causal, it starts at rest. NaN and infinite samples come out as NaN, and each stretch
    between them is filtered apart: forwards and backwards NaN when it is too short, causal from rest, so that its first
    `settling_s` seconds ring.

    float64 agrees with SciPy to 1e-12 of the output's maximum for orders 1 to 6, low_hz from max(5, 0.005 fs) and
    high_hz from 3 low_hz; float32 to 2e-5 for orders up to 4 and low_hz from 10.

    Forwards and backwards an offset is taken off first, and costs no digits; SciPy in double loses some beside a large
    one (1e-11 of the output's maximum for 30 mV beside 10 uV). Causal, its step is part of the output, and of that
    maximum: float32 then keeps an error of up to 5e-6 of the offset, so take that off first, or filter in float64.

    Source: Butterworth 1930; ``scipy.signal.butter(order, [low_hz, high_hz], "bandpass", output="sos")`` with
    ``sosfiltfilt``, or ``sosfilt`` when causal.

    Examples
    --------
    >>> y = myocramp.filter.bandpass(x, fs=2000, axis=0)
    """
    block = Block(x, fs, axis)
    return _run(block, bandpass_sos(block.fs, low_hz, high_hz, order, _edges(edges, causal)), causal)


@overload
def lowpass(
    x: npt.NDArray[Float],
    fs: float | None = None,
    cutoff_hz: float = 450,
    order: int = 4,
    axis: int | None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[Float]: ...
@overload
def lowpass(
    x: Recording | Signal,
    fs: None = None,
    cutoff_hz: float = 450,
    order: int = 4,
    axis: None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[np.float64]: ...
def lowpass(
    x: Any,
    fs: float | None = None,
    cutoff_hz: float = 450,
    order: int = 4,
    axis: int | None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[Any]:
    """
    Low-pass with a Butterworth filter, forwards and backwards unless `causal`.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V. Arrays may have any shape and strides; they are not changed, and copied only when they have more
        than two dimensions and no simple strides.
    fs : float
        Sampling rate, Hz; only with an array.
    cutoff_hz : float
        Edge of the pass band, Hz; the gain is 1 at 0 Hz.
    order : int
        Number of poles, 1 to 10; run both ways twice as many.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Filter forwards only, from rest, with the filter's own delay.
    edges : {"single", "corrected"}
        Where the response is -3 dB at the asked edges: after one pass, as SciPy designs it, which leaves -6 dB forwards
        and backwards; or "corrected" for both passes, and not with `causal`.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `cutoff_hz` does not lie below the Nyquist frequency; E-SHORT when there are no more samples than
        the padding at the ends needs, 3 (order + 1).

    Notes
    -----
    Edges: forwards and backwards, the signal is padded at both ends by odd reflection as in
    ``scipy.signal.sosfiltfilt``; causal, it starts at rest. NaN and infinite samples come out as NaN, and each stretch
    between them is filtered apart: forwards and backwards NaN when it is too short, causal from rest, so that its first
    `settling_s` seconds ring.

    float64 agrees with SciPy to 1e-12 of the output's maximum for orders 1 to 6 and edges from max(5, 0.005 fs);
    float32 to 2e-5 for orders up to 4 and edges from 10 Hz.

    Source: Butterworth 1930; ``scipy.signal.butter(order, cutoff_hz, "lowpass", output="sos")`` with ``sosfiltfilt``,
    or ``sosfilt`` when causal.

    Examples
    --------
    >>> y = myocramp.filter.lowpass(x, fs=2000, cutoff_hz=450, axis=0)
    """
    block = Block(x, fs, axis)
    return _run(block, lowpass_sos(block.fs, cutoff_hz, order, _edges(edges, causal)), causal)


@overload
def highpass(
    x: npt.NDArray[Float],
    fs: float | None = None,
    cutoff_hz: float = 20,
    order: int = 4,
    axis: int | None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[Float]: ...
@overload
def highpass(
    x: Recording | Signal,
    fs: None = None,
    cutoff_hz: float = 20,
    order: int = 4,
    axis: None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[np.float64]: ...
def highpass(
    x: Any,
    fs: float | None = None,
    cutoff_hz: float = 20,
    order: int = 4,
    axis: int | None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[Any]:
    """
    High-pass with a Butterworth filter, forwards and backwards unless `causal`.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V. Arrays may have any shape and strides; they are not changed, and copied only when they have more
        than two dimensions and no simple strides.
    fs : float
        Sampling rate, Hz; only with an array.
    cutoff_hz : float
        Edge of the pass band, Hz; the gain is 1 at the Nyquist frequency.
    order : int
        Number of poles, 1 to 10; run both ways twice as many.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Filter forwards only, from rest, with the filter's own delay.
    edges : {"single", "corrected"}
        Where the response is -3 dB at the asked edges: after one pass, as SciPy designs it, which leaves -6 dB forwards
        and backwards; or "corrected" for both passes, and not with `causal`.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `cutoff_hz` does not lie below the Nyquist frequency; E-SHORT when there are no more samples than
        the padding at the ends needs, 3 (order + 1).

    Notes
    -----
    Edges: forwards and backwards, the signal is padded at both ends by odd reflection as in
    ``scipy.signal.sosfiltfilt``; causal, it starts at rest. NaN and infinite samples come out as NaN, and each stretch
    between them is filtered apart: forwards and backwards NaN when it is too short, causal from rest, so that its first
    `settling_s` seconds ring.

    float64 agrees with SciPy to 1e-12 of the output's maximum for orders 1 to 6 and edges from max(5, 0.005 fs);
    float32 to 2e-5 for orders up to 4 and edges from 10 Hz.

    Beside an offset as `bandpass`.

    Source: Butterworth 1930; ``scipy.signal.butter(order, cutoff_hz, "highpass", output="sos")`` with ``sosfiltfilt``,
    or ``sosfilt`` when causal.

    Examples
    --------
    >>> y = myocramp.filter.highpass(x, fs=2000, cutoff_hz=20, axis=0)
    """
    block = Block(x, fs, axis)
    return _run(block, highpass_sos(block.fs, cutoff_hz, order, _edges(edges, causal)), causal)


@overload
def notch(
    x: npt.NDArray[Float],
    fs: float | None = None,
    mains_hz: float = 50,
    harmonics: int | None = None,
    width_hz: float = 2,
    q: float | None = None,
    axis: int | None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[Float]: ...
@overload
def notch(
    x: Recording | Signal,
    fs: None = None,
    mains_hz: float = 50,
    harmonics: int | None = None,
    width_hz: float = 2,
    q: float | None = None,
    axis: None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[np.float64]: ...
def notch(
    x: Any,
    fs: float | None = None,
    mains_hz: float = 50,
    harmonics: int | None = None,
    width_hz: float = 2,
    q: float | None = None,
    axis: int | None = None,
    causal: bool = False,
    edges: EdgeGain = "single",
) -> npt.NDArray[Any]:
    """
    Cut out the mains frequency and its harmonics, forwards and backwards unless `causal`.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V. Arrays may have any shape and strides; they are not changed, and copied only when they have more
        than two dimensions and no simple strides.
    fs : float
        Sampling rate, Hz; only with an array.
    mains_hz : float
        Mains frequency, Hz.
    harmonics : int
        Highest multiple of `mains_hz` that gets a notch, as far as it lies below the Nyquist frequency; all without it.
    width_hz : float
        Width of every notch between its -3 dB edges, Hz; below `mains_hz`.
    q : float
        Instead of `width_hz`: frequency over width, the same for all, as in ``scipy.signal.iirnotch``. The notches
        widen with the harmonic.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Filter forwards only, from rest, with the filter's own delay.
    edges : {"single", "corrected"}
        Where the response is -3 dB at the asked edges: after one pass, as SciPy designs it, which leaves -6 dB forwards
        and backwards; or "corrected" for both passes, and not with `causal`.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `mains_hz` does not lie below the Nyquist frequency; E-SHORT when there are no more samples than the
        padding at the ends needs, 3 (2 notches + 1).

    Notes
    -----
    Edges: forwards and backwards, the signal is padded at both ends by odd reflection as in
    ``scipy.signal.sosfiltfilt``; causal, it starts at rest. NaN and infinite samples come out as NaN, and each stretch
    between them is filtered apart: forwards and backwards NaN when it is too short, causal from rest, so that its first
    `settling_s` seconds ring.

    A notch also takes the muscle's own part of that frequency; the narrower it is, the longer it rings (about 0.7 s to
    1 % for 2 Hz), and the less it follows mains that drift. All notches run as one cascade.

    Source: ``scipy.signal.iirnotch`` for each, with ``sosfiltfilt``, or ``sosfilt`` when causal.

    Examples
    --------
    >>> y = myocramp.filter.notch(x, fs=2000, mains_hz=60, harmonics=5, axis=0)
    """
    block = Block(x, fs, axis)
    return _run(block, notch_sos(block.fs, mains_hz, harmonics, width_hz, q, _edges(edges, causal)), causal)


@overload
def resample(
    x: npt.NDArray[Float], fs: float | None = None, to_hz: float = ..., axis: int | None = None
) -> npt.NDArray[Float]: ...
@overload
def resample(
    x: Recording | Signal, fs: None = None, to_hz: float = ..., axis: None = None
) -> npt.NDArray[np.float64]: ...
def resample(x: Any, fs: float | None = None, to_hz: float | None = None, axis: int | None = None) -> npt.NDArray[Any]:
    """
    Change the sampling rate by a rational factor, with a linear-phase low-pass filter against aliasing.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V. Arrays may have any shape and strides; they are not changed, and copied only when they have more
        than two dimensions and no simple strides.
    fs : float
        Sampling rate, Hz; only with an array.
    to_hz : float
        The new rate, Hz. Its ratio to the old one must be a fraction with factors up to 65536, to 1e-9.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.

    Returns
    -------
    ndarray
        V, of the scalar of `x`, with ceil(n to_hz / fs) samples; sample k lies at k / to_hz after the first. Nothing is
        delayed.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs`, `to_hz` or `axis`.
    InvalidArgument
        E-RATE, or E-RATIO for rates that are no such fraction.

    Notes
    -----
    Anti-aliasing: -6 dB at half the lower rate, flat to 0.8 of that, at least 50 dB down from 1.2 of it on. Edges: the
    signal is taken as 0 V beyond its ends, so take an offset off first. NaN and infinite samples reach the outputs
    within 10 samples of the lower rate, in their channel alone. Sums are taken in double.

    Source: ``scipy.signal.resample_poly`` with its default window.

    Examples
    --------
    >>> y = myocramp.filter.resample(x, fs=2048, to_hz=1000, axis=0)
    """
    if to_hz is None:
        raise TypeError("to_hz: the new sampling rate in Hz is needed")
    block = Block(x, fs, axis)
    return block.like_input(_core.resample(block.samples, block.fs, real("to_hz", to_hz)))


def bandpass_sos(
    fs: float, low_hz: float = 20, high_hz: float = 450, order: int = 4, edges: EdgeGain = "single"
) -> npt.NDArray[np.float64]:
    """
    Design the filter of `bandpass`.

    Parameters
    ----------
    fs, low_hz, high_hz, order, edges
        As for `bandpass`.

    Returns
    -------
    ndarray of float64, (sections, 6)
        As ``scipy.signal.butter(..., output="sos")``, for ``scipy.signal.freqz_sos`` and its like.

    Raises
    ------
    InvalidArgument, DataError
        As `bandpass`.
    """
    both = _edges(edges) == "corrected"
    return _core.butterworth_bandpass(
        real("fs", fs), real("low_hz", low_hz), real("high_hz", high_hz), operator.index(order), both
    )


def lowpass_sos(
    fs: float, cutoff_hz: float = 450, order: int = 4, edges: EdgeGain = "single"
) -> npt.NDArray[np.float64]:
    """Design the filter of `lowpass`: arguments and errors as there, result as of `bandpass_sos`."""
    return _core.butterworth_lowpass(
        real("fs", fs), real("cutoff_hz", cutoff_hz), operator.index(order), _edges(edges) == "corrected"
    )


def highpass_sos(
    fs: float, cutoff_hz: float = 20, order: int = 4, edges: EdgeGain = "single"
) -> npt.NDArray[np.float64]:
    """Design the filter of `highpass`: arguments and errors as there, result as of `bandpass_sos`."""
    return _core.butterworth_highpass(
        real("fs", fs), real("cutoff_hz", cutoff_hz), operator.index(order), _edges(edges) == "corrected"
    )


def notch_sos(
    fs: float,
    mains_hz: float = 50,
    harmonics: int | None = None,
    width_hz: float = 2,
    q: float | None = None,
    edges: EdgeGain = "single",
) -> npt.NDArray[np.float64]:
    """Design the filter of `notch`: arguments and errors as there, result as of `bandpass_sos`, one row per notch."""
    count = 1000 if harmonics is None else operator.index(harmonics)
    width = real("width_hz", width_hz)
    if q is not None:
        if not q > 0:
            raise InvalidArgument("E-OPTION", "", "notch.q", "above 0", str(q))
        width = real("mains_hz", mains_hz) / real("q", q)
    return _core.notch(
        real("fs", fs), real("mains_hz", mains_hz), width, count, q is not None, _edges(edges) == "corrected"
    )


def settling_s(sos: npt.NDArray[np.float64], fs: float, tolerance: float = 0.01) -> float:
    """
    Tell how long a filter rings: the time after which its impulse response stays below a part of its largest value.

    Parameters
    ----------
    sos : ndarray, (sections, 6)
        A filter, from `bandpass_sos` and its like or from SciPy, with a0 = 1.
    fs : float
        Sampling rate, Hz.
    tolerance : float
        That part, above 0 and below 1.

    Returns
    -------
    float
        Seconds. So long is the output of a causal filter to be distrusted after its start, a gap or an artefact;
        forwards and backwards, before it too. At most 2^24 samples.

    Raises
    ------
    InvalidArgument
        E-RATE, E-OPTION, or E-FILTER for a filter that is not stable.

    Examples
    --------
    >>> myocramp.filter.settling_s(myocramp.filter.notch_sos(2000), 2000)
    """
    if not (np.isfinite(fs) and fs > 0):
        raise InvalidArgument("E-RATE", "", "fs", "a finite rate above 0 Hz", str(fs))
    return _core.settling_samples(np.asarray(sos, dtype=np.float64), real("tolerance", tolerance)) / real("fs", fs)


def _edges(edges: EdgeGain, causal: bool = False) -> EdgeGain:
    if edges not in ("single", "corrected"):
        raise InvalidArgument("E-OPTION", "", "edges", "single or corrected", repr(edges))
    if flag("causal", causal) and edges == "corrected":
        raise InvalidArgument("E-OPTION", "", "edges", "single, for a causal filter has one pass", repr(edges))
    return edges


def _run(block: Block, sos: npt.NDArray[np.float64], causal: bool) -> npt.NDArray[Any]:
    run = _core.sos_causal if causal else _core.sos_zero_phase
    return block.like_input(run(block.samples, sos))


@overload
def blank(
    x: npt.NDArray[Float],
    fs: float | None = None,
    pulses_s: Sequence[float] | npt.NDArray[np.float64] | None = None,
    before_s: float = 0.001,
    after_s: float = 0.03,
    mode: str = "nan",
    axis: int | None = None,
) -> npt.NDArray[Float]: ...
@overload
def blank(
    x: Recording | Signal,
    fs: None = None,
    pulses_s: Sequence[float] | npt.NDArray[np.float64] | None = None,
    before_s: float = 0.001,
    after_s: float = 0.03,
    mode: str = "nan",
    axis: None = None,
) -> npt.NDArray[np.float64]: ...
def blank(
    x: Any,
    fs: float | None = None,
    pulses_s: Sequence[float] | npt.NDArray[np.float64] | None = None,
    before_s: float = 0.001,
    after_s: float = 0.03,
    mode: str = "nan",
    axis: int | None = None,
) -> npt.NDArray[Any]:
    """
    Take stimulation artefacts, and M-waves, out of a signal whose pulse times are known.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    pulses_s : sequence of float, optional
        Times of the pulses in any order, s since the first sample, or on the clock of a Recording or Signal; on or
        between samples. Without it those of the recording's ``stim_trains``.
    before_s, after_s : float
        Blanked before each pulse and from it on, s, each 0 to 1. An `after_s` of 0.008 takes the artefact alone.
    mode : {"nan", "linear"}
        What stands there: NaN, a gap for everything that follows, or a straight line between the samples beside it.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, a missing `fs` or `axis`, and missing pulses.
    InvalidArgument
        E-RATE, E-OPTION, or E-TIME for a time that is not finite.
    DataError
        E-TRAIN for a train whose frequency or number of pulses makes no sense.

    Notes
    -----
    Windows are half-open, and those that touch are one. A line in a window that an end of the signal cuts off holds
    the sample at its other end; NaN beside a window makes the line NaN.

    Examples
    --------
    >>> y = myocramp.filter.blank(x, fs=2000, pulses_s=0.5 + np.arange(30) / 30, mode="linear")
    """
    if mode not in ("nan", "linear"):
        raise InvalidArgument("E-OPTION", "", "mode", "nan or linear", str(mode))
    block = Block(x, fs, axis)
    if pulses_s is None:
        if not isinstance(x, Recording):
            raise TypeError("pulses_s: only a Recording has trains of its own, give the times of the pulses")
        times = [t for train in x.stim_trains for t in _core.train_pulses(*train[:4])]
    else:
        times = [float(t) for t in pulses_s]
    pulses = [t - block.start_s for t in times]
    y = _core.blank(
        block.samples, block.fs, pulses, real("before_s", before_s), real("after_s", after_s), mode == "linear"
    )
    return block.like_input(y)
