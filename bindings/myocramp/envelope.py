"""Envelopes: how strong the signal is over time."""

from __future__ import annotations

from typing import Any, overload

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block, Float
from ._recording import Recording, Signal

__all__ = ["arv", "rms"]


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
    before it, (i - w, i]. Edges: windows are cut at the ends and average the samples there are. NaN and infinite
    samples reach exactly the windows that hold them.

    Source: Merletti & Parker 2004, chapter 6; van Herk 1992 Pattern Recogn Lett 13:517 for sums that do not drift.
    """
    block = Block(x, fs, axis)
    run = _core.rms_causal if causal else _core.rms_centred
    return block.like_input(run(block.samples, block.fs, float(window_s)))


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
    run = _core.arv_causal if causal else _core.arv_centred
    return block.like_input(run(block.samples, block.fs, float(window_s)))
