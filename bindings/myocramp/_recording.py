"""Recordings and their signals."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import DataError, InvalidArgument
from ._events import Event, Events
from ._paths import path_bytes

_VOLTS = {"V": 1.0, "mV": 1e-3, "uV": 1e-6, "µV": 1e-6, "\u03bcV": 1e-6}


class Phase(NamedTuple):
    """A stretch of the protocol, [start_s, stop_s) in seconds: rest, mvc, exercise, stimulation, stretch or sleep."""

    start_s: float
    stop_s: float
    name: str


class Refusal(NamedTuple):
    """A signal that cannot be used, and why."""

    signal: str
    code: str
    reason: str


class Signal:
    """Channels of one device sampled together. Signals come from ``Recording.signals``; samples stay in the file."""

    __slots__ = ("_core",)

    def __init__(self, core: _core.Signal) -> None:
        self._core = core

    @property
    def name(self) -> str:
        """The device, "" when the recording has only one."""
        return self._core.name

    @property
    def fs(self) -> float:
        """Sampling rate in Hz."""
        return self._core.fs

    @property
    def channels(self) -> list[str]:
        """Names of the channels, unique in the recording."""
        return self._core.channels

    @property
    def start_s(self) -> float:
        """Time of sample 0 on the recording's clock, s."""
        return self._core.start_s

    @property
    def n_samples(self) -> int:
        """Number of samples in each channel."""
        return self._core.n_samples

    @property
    def duration_s(self) -> float:
        """Duration in s."""
        return self.n_samples / self.fs

    @property
    def conversion(self) -> str:
        """How the file's integers become volts, "" when they were volts."""
        return self._core.conversion

    @property
    def data(self) -> npt.NDArray[np.float64]:
        """All samples, (time, channel) in V, read anew at every access: keep it in a variable. Gaps are NaN."""
        return self.read(0, self.n_samples)

    def read(self, start_sample: int, stop_sample: int) -> npt.NDArray[np.float64]:
        """
        Read samples [start_sample, stop_sample) of all channels.

        Parameters
        ----------
        start_sample, stop_sample : int
            Sample numbers, 0 <= start_sample <= stop_sample <= n_samples; negative ones do not count from the end.

        Returns
        -------
        ndarray of float64, (time, channel)
            Volts; gaps are NaN. The array is the caller's own.

        Raises
        ------
        InvalidArgument
            E-RANGE for samples outside the signal.
        DataError, IoError
            When the file cannot be read.
        """
        return self._core.read(start_sample, stop_sample)

    def __repr__(self) -> str:
        name = f"{self.name!r}, " if self.name else ""
        return f"<Signal {name}{_many(len(self.channels), 'channel')}, {self.duration_s:g} s at {self.fs:g} Hz>"


class Recording:
    """One session: one or more signals with what is known about them. Get one from `read` or `Recording.from_array`.

    Samples stay in the file until they are asked for. All times are seconds on the recording's clock.
    """

    __slots__ = ("_core", "_signals")

    def __init__(self, core: _core.Recording) -> None:
        self._core = core
        self._signals = [Signal(s) for s in core.signals]

    @classmethod
    def from_array(
        cls, x: npt.NDArray[Any], fs: float, channel_names: Sequence[str] | None = None, unit: str = "V"
    ) -> Recording:
        """
        Make a recording of samples in memory.

        Parameters
        ----------
        x : ndarray of float32 or float64, (time,) or (time, channel)
            Samples in `unit`; any strides; NaN and infinite samples are gaps. It is copied once. Integers are refused,
            for nothing tells how many volts one of them is.
        fs : float
            Sampling rate, Hz.
        channel_names : sequence of str, optional
            One name of its own for each channel; "ch1", "ch2", ... without it.
        unit : {"V", "mV", "uV"}
            Unit of `x`.

        Returns
        -------
        Recording
            With one signal.

        Raises
        ------
        TypeError
            For anything but float32 or float64 arrays of one or two dimensions.
        InvalidArgument
            E-RATE, E-CHANNELS or E-UNIT.

        Examples
        --------
        >>> rec = Recording.from_array(x, fs=2000, channel_names=["GM", "GL"], unit="uV")
        """
        _core.check_samples(x)
        if unit not in _VOLTS:
            raise InvalidArgument("E-UNIT", "", "unit", "V, mV or uV", repr(unit))
        if x.ndim not in (1, 2):
            raise TypeError(f"expected an array of shape (time,) or (time, channel), found {x.ndim} dimensions")
        if isinstance(channel_names, str):
            raise TypeError(f"channel_names: expected a list of names, found the text {channel_names!r}")
        block = x[:, np.newaxis] if x.ndim == 1 else x
        names = [] if channel_names is None else list(channel_names)
        if channel_names is not None and len(names) != block.shape[1]:
            raise InvalidArgument("E-CHANNELS", "", "channel_names", f"{block.shape[1]} names", str(len(names)))
        return cls(_core.recording_from_array(block, float(fs), names, _VOLTS[unit]))

    @property
    def path(self) -> str:
        """The file, "" for samples from memory."""
        return self._core.path

    @property
    def layout(self) -> str:
        """How the file is laid out, such as "opensignals"; "memory" without a file."""
        return self._core.layout

    @property
    def signals(self) -> list[Signal]:
        """The signals, one per device and rate."""
        return list(self._signals)

    @property
    def data(self) -> npt.NDArray[np.float64]:
        """Samples of the only signal, (time, channel) in V, read anew at every access: keep it in a variable.

        Gaps are NaN. A recording with several signals raises DataError E-SIGNALS: use ``signals``.
        """
        return self._only().data

    @property
    def fs(self) -> float:
        """Sampling rate in Hz; DataError E-SIGNALS when the signals have several: use ``signals``."""
        rates = {s.fs for s in self._signals}
        if len(rates) == 1:
            return rates.pop()
        found = ", ".join(f"{s.fs:g} Hz" for s in self._signals) or "none"
        raise DataError("E-SIGNALS", self.path, "fs", "one sampling rate; use .signals, each has its own", found)

    @property
    def channels(self) -> list[str]:
        """Names of the channels of all signals."""
        return [name for s in self._signals for name in s.channels]

    @property
    def duration_s(self) -> float:
        """End of the last signal, s."""
        return self._core.duration_s

    @property
    def session_start(self) -> str:
        """Date and time of 0 s, ISO 8601 with offset, or ""."""
        return self._core.session_start

    @property
    def protocol(self) -> list[Phase]:
        """The phases, sorted by start."""
        return [Phase(*p) for p in self._core.protocol]

    @property
    def labels(self) -> Events:
        """What raters or a simulator said; detection never uses it."""
        return Events((Event(**e) for e in self._core.labels), duration_s=self.duration_s)

    @property
    def notes(self) -> list[str]:
        """What a reader should know: assumptions made, differences found."""
        return self._core.notes

    @property
    def refused(self) -> list[Refusal]:
        """Signals of the file that cannot be used, and why."""
        return [Refusal(*r) for r in self._core.refused]

    def _only(self) -> Signal:
        if len(self._signals) == 1:
            return self._signals[0]
        found = ", ".join(f"{s.name or i} at {s.fs:g} Hz" for i, s in enumerate(self._signals)) or "none"
        expected = "one signal; use .signals and take one of them"
        raise DataError("E-SIGNALS", self.path, "data", expected, f"{len(self._signals)}: {found}")

    def __repr__(self) -> str:
        origin = repr(self.path) if self.path else "from memory"
        rates = sorted({s.fs for s in self._signals})
        return (
            f"<Recording {origin}, {_many(len(self.channels), 'channel')}, {self.duration_s:g} s"
            f" at {' and '.join(f'{r:g}' for r in rates)} Hz>"
        )


def read(path: str | os.PathLike[str], layout: str | None = None) -> Recording:
    """
    Open a recording; its headers are checked now, its samples stay in the file until they are asked for.

    Labels and phases are read from NAME.events.tsv beside NAME.h5.

    Parameters
    ----------
    path : str or path-like
        The file.
    layout : str, optional
        How it is laid out, such as "opensignals"; recognised from the file without it.

    Returns
    -------
    Recording
        Volts on the file's own clock.

    Raises
    ------
    IoError
        E-MISSING or E-READ, when the system refuses to read the file.
    DataError
        When the file is empty, cut short, corrupt or of no known layout; the message names the place in it.
    InvalidArgument
        E-OPTION for an unknown layout.
    """
    return Recording(_core.open(path_bytes(path), layout or ""))


def _many(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
