"""Envelopes: how strong the signal is over time."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block, Float
from ._errors import DataError, InvalidArgument
from ._metadata import flag, real
from ._recording import Recording, Signal

__all__ = [
    "Normalisation",
    "Normalised",
    "arv",
    "hilbert",
    "hilbert_delay",
    "linear",
    "linear_delay",
    "normalise",
    "pool",
    "reference",
    "rms",
    "tkeo",
]


@overload
def rms(
    x: npt.NDArray[Float],
    fs: float | None = None,
    window_s: float = 0.25,
    axis: int | None = None,
    causal: bool = False,
) -> npt.NDArray[Float]: ...
@overload
def rms(
    x: Recording | Signal, fs: None = None, window_s: float = 0.25, axis: None = None, causal: bool = False
) -> npt.NDArray[np.float64]: ...
def rms(
    x: Any, fs: float | None = None, window_s: float = 0.25, axis: int | None = None, causal: bool = False
) -> npt.NDArray[Any]:
    """
    Root mean square over a moving window.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V, band-passed; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    window_s : float
        Length of the window, 0.01 to 10 s; the nearest whole number of samples, at least one, is taken.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Put the window before each sample instead of around it.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal. Sums are taken in double.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.

    Notes
    -----
    A window of w samples around sample i is [i - w // 2, i + (w - 1) // 2], as in ``scipy.ndimage.uniform_filter1d``;
    before it, (i - w, i], which is late by (w - 1) // 2 samples. Edges: windows are cut at the ends and average the
    samples there are. NaN and infinite samples reach exactly the windows that hold them. Squares of a float32 never
    overflow; those of a float64 do above 1e154, where the result is infinite, and vanish below 1e-162.

    Source: Merletti & Parker 2004, chapter 6; van Herk 1992 Pattern Recogn Lett 13:517 for sums that do not drift.
    """
    block = Block(x, fs, axis)
    return block.like_input(_core.rms(block.samples, block.fs, real("window_s", window_s), flag("causal", causal)))


@overload
def arv(
    x: npt.NDArray[Float],
    fs: float | None = None,
    window_s: float = 0.25,
    axis: int | None = None,
    causal: bool = False,
) -> npt.NDArray[Float]: ...
@overload
def arv(
    x: Recording | Signal, fs: None = None, window_s: float = 0.25, axis: None = None, causal: bool = False
) -> npt.NDArray[np.float64]: ...
def arv(
    x: Any, fs: float | None = None, window_s: float = 0.25, axis: int | None = None, causal: bool = False
) -> npt.NDArray[Any]:
    """
    Average rectified value, the mean of |x|, over a moving window.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V, band-passed; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    window_s : float
        Length of the window, 0.01 to 10 s; the nearest whole number of samples, at least one, is taken.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Put the window before each sample instead of around it.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal. Sums are taken in double.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.

    Notes
    -----
    Windows, edges, NaN and source are those of `rms`.
    """
    block = Block(x, fs, axis)
    return block.like_input(_core.arv(block.samples, block.fs, real("window_s", window_s), flag("causal", causal)))


@overload
def hilbert(
    x: npt.NDArray[Float],
    fs: float | None = None,
    low_hz: float = 20,
    ripple: float = 1e-3,
    axis: int | None = None,
    causal: bool = False,
) -> npt.NDArray[Float]: ...
@overload
def hilbert(
    x: Recording | Signal,
    fs: None = None,
    low_hz: float = 20,
    ripple: float = 1e-3,
    axis: None = None,
    causal: bool = False,
) -> npt.NDArray[np.float64]: ...
def hilbert(
    x: Any,
    fs: float | None = None,
    low_hz: float = 20,
    ripple: float = 1e-3,
    axis: int | None = None,
    causal: bool = False,
) -> npt.NDArray[Any]:
    """
    Amplitude of the analytic signal, by a linear-phase FIR Hilbert transformer.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V, band-passed; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    low_hz : float
        The transformer holds from here to fs / 2 - low_hz; 1 Hz to below fs / 4.
    ripple : float
        Largest deviation of its gain from 1 in that band, 1e-6 to 0.1.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Use only samples up to now: the same values, late by `hilbert_delay` samples.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal. Computed in double.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `low_hz` does not lie below fs / 4.

    Notes
    -----
    A sample depends on `hilbert_delay` samples on either side and no others, so that recordings of any length run in
    the same memory. Within the band, the root mean square of the difference from ``abs(scipy.signal.hilbert(x))`` is at
    most `ripple` times that of `x`, away from the ends. Edges: as if zeros came before and after; SciPy's wraps around
    instead. NaN and infinite samples reach no output further from them than `hilbert_delay` samples.

    Source: Oppenheim & Schafer, Discrete-Time Signal Processing (a Hilbert transformer in a Kaiser window).
    """
    block = Block(x, fs, axis)
    return block.like_input(
        _core.hilbert(block.samples, block.fs, real("low_hz", low_hz), real("ripple", ripple), flag("causal", causal))
    )


def hilbert_delay(fs: float, low_hz: float = 20, ripple: float = 1e-3) -> int:
    """
    Give the samples by which `hilbert` is late when causal, and which it looks ahead when not.

    Parameters
    ----------
    fs : float
        Sampling rate, Hz.
    low_hz, ripple : float
        As given to `hilbert`.

    Returns
    -------
    int
        Samples, the same at all frequencies.

    Raises
    ------
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `low_hz` does not lie below fs / 4.
    """
    return _core.hilbert_delay(real("fs", fs), real("low_hz", low_hz), real("ripple", ripple))


@overload
def linear(
    x: npt.NDArray[Float],
    fs: float | None = None,
    cutoff_hz: float = 5,
    order: int = 2,
    axis: int | None = None,
    causal: bool = False,
) -> npt.NDArray[Float]: ...
@overload
def linear(
    x: Recording | Signal,
    fs: None = None,
    cutoff_hz: float = 5,
    order: int = 2,
    axis: None = None,
    causal: bool = False,
) -> npt.NDArray[np.float64]: ...
def linear(
    x: Any,
    fs: float | None = None,
    cutoff_hz: float = 5,
    order: int = 2,
    axis: int | None = None,
    causal: bool = False,
) -> npt.NDArray[Any]:
    """
    Linear envelope: the rectified signal through a Butterworth low-pass filter, both ways unless `causal`.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V, band-passed; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    cutoff_hz : float
        Edge of the filter, Hz: -3 dB there, both ways as well as causal.
    order : int
        Order of the filter, 1 to 10; run both ways it attenuates as one of twice that order.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Filter forwards only, from rest, late by `linear_delay` samples.

    Returns
    -------
    ndarray
        V, of the shape and scalar of `x`; (time, channel) for a Recording or Signal. Computed in double.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `cutoff_hz` does not lie below the Nyquist frequency; E-SHORT when there are no more samples than
        the padding at the ends needs.

    Notes
    -----
    Both ways, the edge of the design is moved up on the prewarped axis by (sqrt(2) - 1)^(-1 / (2 order)), 1 / 0.802 for
    order 2, since two passes of a filter of edge f lie at -6 dB there. Edges: both ways, |x| is extended by odd
    reflection as in ``scipy.signal.sosfiltfilt``; causal, it starts from rest. NaN and infinite samples come out as
    NaN; both ways, each stretch between them is filtered apart (NaN when it is too short), and causal, the filter
    starts anew behind them. The envelope can fall slightly below 0 behind a burst.

    Source: ``scipy.signal.butter`` and ``sosfiltfilt`` of ``abs(x)``, with that edge.
    """
    block = Block(x, fs, axis)
    return block.like_input(
        _core.linear(
            block.samples, block.fs, real("cutoff_hz", cutoff_hz), operator.index(order), flag("causal", causal)
        )
    )


def linear_delay(fs: float, cutoff_hz: float = 5, order: int = 2) -> float:
    """
    Give the samples by which `linear` is late when causal, for what changes slowly: its group delay at 0 Hz.

    Parameters
    ----------
    fs : float
        Sampling rate, Hz.
    cutoff_hz, order : float, int
        As given to `linear`.

    Returns
    -------
    float
        Samples.

    Raises
    ------
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `cutoff_hz` does not lie below the Nyquist frequency.
    """
    return _core.linear_delay(real("fs", fs), real("cutoff_hz", cutoff_hz), operator.index(order))


@overload
def tkeo(
    x: npt.NDArray[Float],
    fs: float | None = None,
    window_s: float | None = None,
    axis: int | None = None,
    causal: bool = False,
) -> npt.NDArray[Float]: ...
@overload
def tkeo(
    x: Recording | Signal, fs: None = None, window_s: float | None = None, axis: None = None, causal: bool = False
) -> npt.NDArray[np.float64]: ...
def tkeo(
    x: Any, fs: float | None = None, window_s: float | None = None, axis: int | None = None, causal: bool = False
) -> npt.NDArray[Any]:
    """
    Teager-Kaiser energy, x[n]^2 - x[n-1] x[n+1], or its mean over a moving window.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V, band-passed; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    window_s : float or None
        Average over a window of this length, 0.01 to 10 s, as in `rms`; None: the operator itself.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Use only samples up to now: late by 1 sample, and the window before each sample instead of around it.

    Returns
    -------
    ndarray
        V^2 (not V: a threshold has to be squared too), of the shape and scalar of `x`; (time, channel) for a Recording
        or Signal. Products and sums are taken in double.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.

    Notes
    -----
    A sinusoid A sin(w n) gives A^2 sin(w)^2 everywhere; noise gives negative values too. Edges: the first and last
    sample are NaN, causal the first two, since the operator needs a neighbour on either side; means leave them out and
    are cut at the ends. NaN and infinite samples reach their own value and those of both neighbours, and the windows
    that hold one of the three. Beyond the largest float32 or float64 the result is infinite.

    Source: Li, Zhou & Aruin 2007 Ann Biomed Eng 35:1532; Solnik et al. 2008 Acta Bioeng Biomech 10(2):65.
    """
    block = Block(x, fs, axis)
    if window_s is None:
        return block.like_input(_core.tkeo(block.samples, block.fs, flag("causal", causal)))
    return block.like_input(
        _core.tkeo_mean(block.samples, block.fs, real("window_s", window_s), flag("causal", causal))
    )


@dataclass(frozen=True)
class Normalisation:
    """What the amplitude of one muscle was divided by; it travels with the result."""

    method: str
    """mvc_task, mvc_standard, submaximal, task_peak, task_mean, none or mmax."""
    reference_v: float
    """V; 1 for the method none."""
    muscle: str = ""
    """Or channel: one reference for each."""
    description: str = ""
    """How it was measured."""


@dataclass(frozen=True)
class Normalised:
    """A normalised envelope with what it was divided by."""

    values: npt.NDArray[Any]
    """Of the shape and scalar of the envelope, in `unit`."""
    unit: str
    """%, 1, or V for the method none."""
    normalisation: tuple[Normalisation, ...]
    """One for each channel."""

    @property
    def method(self) -> str:
        """Return the method, which all channels share."""
        return self.normalisation[0].method if self.normalisation else "none"


def reference(
    rec: Recording,
    method: str = "mvc_standard",
    phase: str = "mvc",
    window_s: float = 0.5,
    low_hz: float = 20,
    high_hz: float = 450,
) -> tuple[Normalisation, ...]:
    """
    Measure the reference of each channel in a phase of a recording: its largest RMS over a window.

    Parameters
    ----------
    rec : Recording
        With one signal, and with the phase in its ``protocol``.
    method : str
        What the contraction was: "mvc_standard", "mvc_task" or "submaximal".
    phase : str
        The rows of the protocol that hold it.
    window_s : float
        Length of the window, s; only windows that lie wholly in one row count.
    low_hz, high_hz : float
        Band of the filter, run forwards and backwards over the whole signal before.

    Returns
    -------
    tuple of Normalisation
        One for each channel; NaN for one whose windows all hold a gap, which `normalise` refuses.

    Raises
    ------
    InvalidArgument
        E-PHASE when the protocol has no such row; E-NORMALISATION for another method; E-OPTION.
    DataError
        E-SHORT when no row is as long as the window, or what `myocramp.filter.bandpass` raises.

    Notes
    -----
    Source: a window of 0.5 s is our default.

    Examples
    --------
    >>> y = myocramp.envelope.rms(myocramp.filter.bandpass(rec), fs=rec.fs, axis=0)
    >>> percent = myocramp.envelope.normalise(y, myocramp.envelope.reference(rec), axis=0)
    """
    from .filter import bandpass

    contractions = ("mvc_standard", "mvc_task", "submaximal")
    if method not in contractions:
        raise InvalidArgument("E-NORMALISATION", "", "method", "one of " + ", ".join(contractions), str(method))
    if not isinstance(rec, Recording):
        raise TypeError(f"expected a Recording, whose protocol says where the phase is, found {type(rec).__name__}")
    block = Block(rec, None, None)
    rows = [row for row in rec.protocol if row.name == phase]
    if not rows:
        raise InvalidArgument("E-PHASE", rec.path, "protocol", f"a row of phase {phase}", "none")
    y = bandpass(rec, low_hz=low_hz, high_hz=high_hz)
    most = np.full(y.shape[1], np.nan)
    short: DataError | None = None
    measured = 0
    for row in rows:
        begin = max(0, math.ceil((row.start_s - block.start_s) * block.fs - 1e-6))
        end = min(len(y), math.ceil((row.stop_s - block.start_s) * block.fs - 1e-6))
        try:
            most = np.fmax(most, _core.largest_rms(y[begin : max(begin, end)], block.fs, real("window_s", window_s)))
            measured += 1
        except DataError as error:
            short = error
    if measured == 0 and short is not None:
        raise short
    how = f"largest RMS over {window_s:g} s in phase {phase}, {low_hz:g} to {high_hz:g} Hz"
    return tuple(Normalisation(method, float(v), name, how) for v, name in zip(most, block.channels or [], strict=True))


def normalise(
    x: npt.NDArray[np.float32] | npt.NDArray[np.float64],
    reference: Normalisation | Sequence[Normalisation],
    unit: str = "%",
    axis: int | None = None,
) -> Normalised:
    """
    Divide an envelope by the reference of its muscle, and keep with the result what that was.

    Parameters
    ----------
    x : ndarray of float32 or float64
        Envelope in V, such as `rms` gives; any shape and strides.
    reference : Normalisation or sequence of Normalisation
        One for each channel, all of the same method; a single one for a single channel.
    unit : {"%", "1"}
        Percent of the reference, or parts of 1. The method none leaves V.
    axis : int
        The axis of time; needed when `x` has more than one dimension.

    Returns
    -------
    Normalised
        Values, their unit, and the references.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `axis`.
    InvalidArgument
        E-NORMALISATION for an unknown method, unlike ones, or a reference that is no finite voltage above 0; E-LENGTH
        for another number of references than channels; E-OPTION for another unit.

    Notes
    -----
    NaN stays where it is. One reference belongs to a muscle, not to a trial.

    Source: the methods are the options of the CEDE consensus, Besomi et al. 2020 J Electromyogr Kinesiol 53:102438.

    Examples
    --------
    >>> myocramp.envelope.normalise(y, myocramp.envelope.Normalisation("mmax", 4e-3, "soleus"))
    """
    if unit not in ("%", "1"):
        raise InvalidArgument("E-OPTION", "", "unit", "% or 1", str(unit))
    references = (reference,) if isinstance(reference, Normalisation) else tuple(reference)
    _core.check_alike([n.method for n in references])
    block = Block(x, 1.0, axis)
    method = references[0].method if references else "none"
    parts = _core.normalise(
        block.samples, method, [float(n.reference_v) for n in references], [n.muscle for n in references]
    )
    percent = unit == "%" and method != "none"
    values = block.like_input(parts * parts.dtype.type(100) if percent else parts)
    return Normalised(values, "V" if method == "none" else unit, references)


def pool(results: Iterable[Normalised]) -> list[Normalised]:
    """
    Hold that normalised envelopes may be compared or averaged, and return them as a list.

    Parameters
    ----------
    results : iterable of Normalised
        Of any recordings.

    Raises
    ------
    InvalidArgument
        E-NORMALISATION when their methods or units differ, naming two.

    Notes
    -----
    Source: Besomi et al. 2020 J Electromyogr Kinesiol 53:102438.
    """
    pooled = list(results)
    _core.check_alike([n.method for r in pooled for n in r.normalisation])
    for r in pooled:
        if r.unit != pooled[0].unit:
            raise InvalidArgument("E-NORMALISATION", "", "pooling", "one unit", f"{pooled[0].unit} and {r.unit}")
    return pooled
