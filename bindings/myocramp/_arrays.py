"""Arguments that are a recording, a signal or an array: how the functions on samples find time and rate."""

from __future__ import annotations

import math
import operator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import InvalidArgument
from ._metadata import real
from ._recording import Recording, Signal

Float = TypeVar("Float", np.float32, np.float64)


class Block:
    """Samples as the compiled part takes them, (time, channel), and how results get back to the caller's shape."""

    def __init__(self, x: Recording | Signal | npt.NDArray[Any], fs: float | None, axis: int | None) -> None:
        self.start_s = 0.0
        self.channels: list[str] | None = None
        if isinstance(x, (Recording, Signal)):
            if fs is not None or axis is not None:
                raise TypeError("fs and axis: a recording has both of its own, give them with arrays only")
            signal = x._only() if isinstance(x, Recording) else x
            self.fs = signal.fs
            self.start_s = signal.start_s
            self.channels = signal.channels
            self._axis = 0
            self._rest: tuple[int, ...] = (len(self.channels),)
            self.samples: npt.NDArray[Any] = signal.data
            return
        _core.check_samples(x)
        if fs is None:
            raise TypeError("fs: an array needs its sampling rate in Hz")
        self.fs = real("fs", fs)
        self._axis = time_axis(x, axis)
        moved = np.moveaxis(x, self._axis, 0)
        self._rest = moved.shape[1:]
        self.samples = moved if x.ndim == 2 else moved.reshape(moved.shape[0], math.prod(self._rest))

    def like_input(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """One result per sample: (time, channel) to the shape of the input."""
        return np.moveaxis(y.reshape(y.shape[0], *self._rest), 0, self._axis)

    def rows_first(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """One result per window: (rows,) for input of one dimension, else (rows, ...) with the input's other axes."""
        return y.reshape(y.shape[0], *self._rest)

    def frames_like_input(self, y: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Spectra over time, (frame, channel, bin): the input's axis of time becomes two, frame and frequency."""
        spread = np.moveaxis(y.reshape(y.shape[0], *self._rest, y.shape[2]), -1, 1)
        at = self._axis if self._axis >= 0 else self._axis + len(self._rest) + 1
        return np.moveaxis(spread, (0, 1), (at, at + 1))

    def names(self) -> list[str] | None:
        """Names of the columns of ``samples``: the recording's, or their numbers; None for input of one dimension."""
        if self.channels is not None or not self._rest:
            return self.channels
        return [str(i) for i in range(self.samples.shape[1])]


def time_axis(x: npt.NDArray[Any], axis: int | None) -> int:
    """Tell which axis of an array is time; TypeError where that must be said."""
    if x.ndim == 0:
        raise TypeError("expected an array with a time axis, found a single number")
    if axis is None:
        if x.ndim == 1:
            return 0
        raise TypeError(
            f"axis: an array of shape {x.shape} can be read in several ways, so say which axis is time: "
            f"axis=0 means (time, channel), {x.shape[0]} samples; axis=-1 means (channel, time), {x.shape[-1]} samples"
        )
    if isinstance(axis, (bool, np.bool_)) or not hasattr(axis, "__index__"):
        raise TypeError(f"axis: expected an int, found {type(axis).__name__}")
    number = operator.index(axis)
    if not -x.ndim <= number < x.ndim:
        raise InvalidArgument("E-AXIS", "", "axis", f"{-x.ndim} to {x.ndim - 1}", str(number))
    return number


def plain(name: str, a: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return an array; TypeError for a masked one, whose mask would be lost."""
    if isinstance(a, np.ma.MaskedArray):
        raise TypeError(f"{name}: expected a plain array, found MaskedArray: mark gaps as NaN, x.filled(numpy.nan)")
    return np.asarray(a)
