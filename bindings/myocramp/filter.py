"""Filters: conditioning of the raw signal."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block, Float
from ._errors import InvalidArgument
from ._recording import Recording, Signal

__all__ = ["bandpass", "blank"]


@overload
def bandpass(
    x: npt.NDArray[Float],
    fs: float | None = None,
    low_hz: float = 20,
    high_hz: float = 450,
    order: int = 4,
    axis: int | None = None,
    causal: bool = False,
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
) -> npt.NDArray[np.float64]: ...
def bandpass(
    x: Any,
    fs: float | None = None,
    low_hz: float = 20,
    high_hz: float = 450,
    order: int = 4,
    axis: int | None = None,
    causal: bool = False,
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
        Edges of the pass band, Hz: -6 dB forwards and backwards, -3 dB when causal.
    order : int
        Order of the low-pass prototype, 1 to 10; the band-pass has twice as many poles, run both ways four times.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    causal : bool
        Filter forwards only, from rest, with the filter's own delay.

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
    ``scipy.signal.sosfiltfilt``; causal, it starts at rest. NaN and infinite samples: forwards and backwards, they
    come out as NaN, and each stretch between them is filtered apart and NaN when it is too short; causal, they stay
    in their channel to its end. float64 agrees with SciPy to 1e-12 of the output's maximum for orders 1 to 6, low_hz
    from max(5, 0.005 fs) and high_hz from 3 low_hz; float32, for orders up to 4 and low_hz from 10, to 2e-5 where
    low_hz is at least 0.015 fs and to 1.5e-4 from 0.005 fs.

    Source: Butterworth 1930; ``scipy.signal.butter(order, [low_hz, high_hz], "bandpass", output="sos")`` with
    ``sosfiltfilt``, or ``sosfilt`` when causal.

    Examples
    --------
    >>> y = myocramp.filter.bandpass(x, fs=2000, axis=0)
    """
    block = Block(x, fs, axis)
    run = _core.bandpass_causal if causal else _core.bandpass_zero_phase
    return block.like_input(run(block.samples, block.fs, float(low_hz), float(high_hz), operator.index(order)))


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
    y = _core.blank(block.samples, block.fs, pulses, float(before_s), float(after_s), mode == "linear")
    return block.like_input(y)
