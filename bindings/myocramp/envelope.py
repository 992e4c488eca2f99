"""Envelopes: how strong the signal is over time."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block, Float
from ._recording import Recording, Signal

__all__ = ["arv", "hilbert", "hilbert_delay", "rms", "tkeo"]


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
    return block.like_input(_core.rms(block.samples, block.fs, float(window_s), bool(causal)))


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
    return block.like_input(_core.arv(block.samples, block.fs, float(window_s), bool(causal)))


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
    return block.like_input(_core.hilbert(block.samples, block.fs, float(low_hz), float(ripple), bool(causal)))


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
    return _core.hilbert_delay(float(fs), float(low_hz), float(ripple))


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
        return block.like_input(_core.tkeo(block.samples, block.fs, bool(causal)))
    return block.like_input(_core.tkeo_mean(block.samples, block.fs, float(window_s), bool(causal)))
