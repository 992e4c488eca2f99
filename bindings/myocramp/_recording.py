"""Recordings and their signals."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt

from . import _core
from ._errors import DataError, InvalidArgument
from ._events import Event, Events, label_rows
from ._metadata import (
    AnnotatedSpan,
    Channel,
    Covariate,
    InvalidSpan,
    Phase,
    StimTrain,
    Subject,
    cells,
    checked,
    checked_rows,
    known,
    past,
    real,
    sequence,
    text,
)
from ._paths import check_nwb, path_bytes
from ._truth import Truth
from ._units import needed_volts_per

if TYPE_CHECKING:
    import mne
    import pandas as pd


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
    def gaps(self) -> list[tuple[int, int]]:
        """Stretches [start_sample, stop_sample) that no channel has samples for, sorted; they read NaN."""
        return self._core.gaps

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

    def to_dataframe(self) -> pd.DataFrame:
        """
        Return all samples as a pandas DataFrame.

        Returns
        -------
        DataFrame
            One row per sample and one column per channel, V; gaps are NaN. The index ``time_s`` is seconds on the
            recording's clock.

        Raises
        ------
        DataError, IoError
            When the file cannot be read.
        """
        import pandas as pd

        time_s = pd.Index(self.start_s + np.arange(self.n_samples) / self.fs, name="time_s")
        return pd.DataFrame(self.data, index=time_s, columns=self.channels)

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NO_PICKLE.format("Signal"))

    def __repr__(self) -> str:
        name = f"{self.name!r}, " if self.name else ""
        return f"<Signal {name}{_many(len(self.channels), 'channel')}, {self.duration_s:g} s at {self.fs:g} Hz>"


class Recording:
    """One session: one or more signals with what is known about them. Get one from `read` or `Recording.from_array`.

    Samples stay in the file until they are asked for. All times are seconds on the recording's clock.

    What is known of the session can be set: ``labels``, ``protocol``, ``covariates``, ``subject``, ``session``,
    ``session_start``, ``description``, ``invalid_times``, ``annotated_spans``, ``stim_trains`` and ``electrodes``. The
    file does not change; `save` writes another. Wrong types raise TypeError, wrong values InvalidArgument, and then
    nothing is changed. Each access gives a new list: assign a whole one, for appending to it changes no recording.

    ``rec[t0:t1]`` is the part from t0 to before t1, seconds on the same clock; either end may be left out. Labels,
    phases, annotated and invalid spans are cut to it, of trains the pulses in it stay, covariates stay all, and
    signals without a sample there are left out, with their labels as by `pick`. ``rec[t0:t1]`` and ``rec[t1:t2]`` share
    no sample and lose none. An empty part raises InvalidArgument E-RANGE. ``rec[:]`` is a copy whose fields can be set
    apart.

    Examples
    --------
    >>> night = myocramp.read("night1.nwb")
    >>> night.protocol = [myocramp.Phase(0, 3600, "rest"), myocramp.Phase(3600, 28800, "sleep")]
    >>> night.covariates = [*night.covariates, myocramp.Covariate("sodium", 141, unit="mmol/L")]
    >>> night[3600:7200].pick(["GM", "G*"]).save("hour2.nwb")
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
            Samples in `unit`; any strides; NaN and infinite samples are gaps, and rows without any other a gap of the
            signal. It is copied once and stays float32 or float64 in `unit`, also when it is saved. Integers are
            refused, for nothing tells how many volts one of them is.
        fs : float
            Sampling rate, Hz.
        channel_names : sequence of str, optional
            One name of its own for each channel; "ch1", "ch2", ... without it.
        unit : {"V", "mV", "uV", "nV"}
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
            E-RATE, E-CHANNELS, E-TEXT or E-UNIT.

        Examples
        --------
        >>> rec = Recording.from_array(x, fs=2000, channel_names=["GM", "GL"], unit="uV")
        """
        _core.check_samples(x)
        volts = needed_volts_per(unit)
        if x.ndim not in (1, 2):
            raise TypeError(f"expected an array of shape (time,) or (time, channel), found {x.ndim} dimensions")
        if isinstance(channel_names, str):
            raise TypeError(f"channel_names: expected a list of names, found the text {channel_names!r}")
        block = x[:, np.newaxis] if x.ndim == 1 else x
        names = [] if channel_names is None else list(cells("channel_names", channel_names))
        if channel_names is not None and len(names) != block.shape[1]:
            raise InvalidArgument("E-CHANNELS", "", "channel_names", f"{block.shape[1]} names", str(len(names)))
        return cls(_core.recording_from_array(block, real("fs", fs), names, volts))

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
    def start_s(self) -> float:
        """Start of the first signal on the recording's clock, s: 10 for ``rec[10:20]``; negative in some files."""
        return self._core.start_s

    @property
    def end_s(self) -> float:
        """End of the last signal on the recording's clock, s: 20 for ``rec[10:20]``."""
        return self._core.end_s

    @property
    def duration_s(self) -> float:
        """Length of the data, from ``start_s`` to ``end_s``, s: 10 for ``rec[10:20]``."""
        return self._core.duration_s

    @property
    def session_start(self) -> str:
        """Date and time of 0 s, ISO 8601 with offset, or "".

        A datetime with a time zone may be assigned too. E-TIME for one in the future.
        """
        return self._core.session_start

    @session_start.setter
    def session_start(self, value: str | datetime) -> None:
        self._core.session_start = past("session_start", value)

    @property
    def session(self) -> str:
        """The session's name, or ""."""
        return self._core.session

    @session.setter
    def session(self, value: str) -> None:
        self._core.session = text("session", value)

    @property
    def description(self) -> str:
        """What the session was, or ""."""
        return self._core.description

    @description.setter
    def description(self, value: str) -> None:
        self._core.description = text("description", value)

    @property
    def subject(self) -> Subject:
        """Who was recorded."""
        return known(Subject, self._core.subject)

    @subject.setter
    def subject(self, value: Subject) -> None:
        self._core.subject = checked("subject", Subject, value)

    @property
    def protocol(self) -> list[Phase]:
        """The phases, sorted by start. `analyse` reads them."""
        return [known(Phase, p) for p in self._core.protocol]

    @protocol.setter
    def protocol(self, values: Iterable[tuple[Any, ...]]) -> None:
        self._core.protocol = checked_rows("protocol", Phase, values)

    @property
    def invalid_times(self) -> list[InvalidSpan]:
        """Stretches that no result may rest on, sorted by start. Gaps of a signal are in ``Signal.gaps``."""
        return [known(InvalidSpan, s) for s in self._core.invalid_times]

    @invalid_times.setter
    def invalid_times(self, values: Iterable[tuple[Any, ...]]) -> None:
        self._core.invalid_times = checked_rows("invalid_times", InvalidSpan, values)

    @property
    def annotated_spans(self) -> list[AnnotatedSpan]:
        """What each rater really looked at, sorted by start."""
        return [known(AnnotatedSpan, s) for s in self._core.annotated_spans]

    @annotated_spans.setter
    def annotated_spans(self, values: Iterable[tuple[Any, ...]]) -> None:
        self._core.annotated_spans = checked_rows("annotated_spans", AnnotatedSpan, values)

    @property
    def stim_trains(self) -> list[StimTrain]:
        """Trains of electrical stimuli, sorted by start."""
        return [known(StimTrain, t) for t in self._core.stim_trains]

    @stim_trains.setter
    def stim_trains(self, values: Iterable[tuple[Any, ...]]) -> None:
        self._core.stim_trains = checked_rows("stim_trains", StimTrain, values)

    @property
    def covariates(self) -> list[Covariate]:
        """What was measured or asked, in the order given."""
        return [known(Covariate, c) for c in self._core.covariates]

    @covariates.setter
    def covariates(self, values: Iterable[tuple[Any, ...]]) -> None:
        self._core.covariates = checked_rows("covariates", Covariate, values)

    @property
    def labels(self) -> Events:
        """What raters or a simulator said, sorted by onset; detection never uses it."""
        return Events(
            (Event(**e) for e in self._core.labels),
            duration_s=self.duration_s,
            start_s=self.start_s,
            session_start=self.session_start,
        )

    @labels.setter
    def labels(self, values: Iterable[Event]) -> None:
        self._core.labels = label_rows("labels", values)

    @property
    def truth(self) -> Truth:
        """What a simulator knows beyond the labels: events, motor units, contaminants. Empty for real recordings."""
        return Truth(self._core.truth)

    @property
    def electrodes(self) -> list[Channel]:
        """The channels of all signals with what is known of each, in the order of ``channels``.

        As many must be assigned, each with a name of its own. Labels, invalid times and truth follow a new name.
        """
        return [known(Channel, c) for c in self._core.electrodes]

    @electrodes.setter
    def electrodes(self, values: Iterable[tuple[Any, ...]]) -> None:
        rows = checked_rows("electrodes", Channel, values)
        before = self.channels
        if len(rows) != len(before):
            raise InvalidArgument("E-CHANNELS", "", "electrodes", f"{len(before)} channels", str(len(rows)))
        names = [row.name for row in rows]
        for i, name in enumerate(names):
            if not name or name in names[:i]:
                expected = "a name of its own for every channel"
                raise InvalidArgument("E-CHANNELS", "", f"electrodes[{i}].name", expected, repr(name))
        renamed = {old: new for old, new in zip(before, names, strict=True) if old != new}
        if renamed:
            labels = self._core.labels
            for label in labels:
                label["channels"] = [renamed.get(name, name) for name in label["channels"]]
            self._core.labels = labels
            spans = [known(InvalidSpan, s) for s in self._core.invalid_times]
            self._core.invalid_times = [
                s._replace(channels=tuple(renamed.get(name, name) for name in s.channels)) for s in spans
            ]
        self._core.electrodes = rows
        self._signals = [Signal(s) for s in self._core.signals]

    @property
    def notes(self) -> list[str]:
        """What a reader should know: assumptions made, differences found."""
        return self._core.notes

    @property
    def refused(self) -> list[Refusal]:
        """Signals of the file that cannot be used, and why."""
        return [Refusal(*r) for r in self._core.refused]

    def __getitem__(self, part: slice) -> Recording:
        if not isinstance(part, slice):
            raise TypeError(f"expected rec[t0:t1] with times in seconds, found {type(part).__name__}")
        if part.step is not None:
            raise TypeError("expected rec[t0:t1] without a step; a recording keeps its sampling rate")
        return Recording(self._core.crop(_time(part.start), _time(part.stop)))

    def pick(self, channels: Sequence[str]) -> Recording:
        """
        Choose channels.

        Parameters
        ----------
        channels : sequence of str
            Names, or patterns in which * stands for any text. Upper and lower case differ.

        Returns
        -------
        Recording
            The channels in the order given, in that of the recording within a pattern, none twice. Channels of one
            signal stay together, and a signal without any is left out. Labels and invalid times stay with those of
            their channels that were chosen; those without any are left out, which ``notes`` says. So does the truth of
            a simulation. All else stays.

        Raises
        ------
        TypeError
            For a single text, which could be meant as one name or as several letters.
        DataError
            E-CHANNEL for a name or pattern that fits no channel; the message lists them.
        InvalidArgument
            E-CHANNEL for an empty sequence.
        """
        if isinstance(channels, str):
            raise TypeError(f"channels: expected a list of names, found the text {channels!r}")
        return Recording(self._core.pick([text("channels", c) for c in sequence("channels", "names", channels)]))

    def to_dataframe(self) -> pd.DataFrame:
        """
        Return all samples of the only signal as a pandas DataFrame.

        Returns
        -------
        DataFrame
            One row per sample and one column per channel, V; gaps are NaN. The index ``time_s`` is seconds on the
            recording's clock.

        Raises
        ------
        DataError
            E-SIGNALS for a recording with several signals: use ``signals``; or when the file cannot be read.
        IoError
            When the system refuses to read the file.
        """
        return self._only().to_dataframe()

    def to_mne(self) -> mne.io.RawArray:
        """
        Return an MNE raw object of the only signal, with annotations for all that is known of its time.

        Returns
        -------
        mne.io.RawArray
            Channels of type emg, V. ``raw.times`` count from ``start_s``, and ``meas_date`` is that moment. Labels
            become annotations with their channels, and their further fields extras; phases ``phase:<name>``, invalid
            times ``BAD_<reason>``. Gaps are NaN inside ``BAD_ACQ_SKIP``, which MNE's filters pass over. MNE keeps
            onsets to the microsecond.

        Warns
        -----
        UserWarning
            Once, with counts of what MNE cannot hold. What lies outside the recording, or on none of its channels, is
            left out. What reaches outside is cut, and names of other channels are taken off: the extras cut_start_s,
            cut_stop_s, whole_duration_s and other_channels say so, and `from_mne` puts them back.

        Raises
        ------
        DataError
            E-SIGNALS for a recording with several signals: ``pick`` one's channels before.
        InvalidArgument
            E-LIBRARY without MNE.
        """
        from ._mne import to_mne

        return to_mne(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Write the recording as NWB 2.7, with all that is known of it: the whole file or nothing.

        Stored integers stay the same integers, in the narrowest type that holds them; gaps stay gaps. Samples are read
        in blocks, so memory does not grow with the recording. Equal content gives equal bytes.

        Parameters
        ----------
        path : str or path-like
            A name that ends in .nwb. A file that is there is replaced; it may be the one that was read.

        Raises
        ------
        InvalidArgument
            E-OPTION for another ending; what NWB cannot hold has codes of its own (docs/errors.md).
        IoError
            E-WRITE when the file cannot be written.
        DataError
            When the samples cannot be read any more.
        """
        check_nwb(path)
        _core.save_recording(self._core, path_bytes(path))

    def _only(self) -> Signal:
        if len(self._signals) == 1:
            return self._signals[0]
        found = ", ".join(f"{s.name or i} at {s.fs:g} Hz" for i, s in enumerate(self._signals)) or "none"
        expected = "one signal; use .signals and take one of them"
        raise DataError("E-SIGNALS", self.path, "data", expected, f"{len(self._signals)}: {found}")

    def __reduce__(self) -> NoReturn:
        raise TypeError(_NO_PICKLE.format("Recording"))

    def __repr__(self) -> str:
        origin = repr(self.path) if self.path else "from memory"
        rates = sorted({s.fs for s in self._signals})
        span = f"{self.start_s:g} to {self.end_s:g} s" if self.start_s else f"{self.duration_s:g} s"
        return (
            f"<Recording {origin}, {_many(len(self.channels), 'channel')}, {span}"
            f" at {' and '.join(f'{r:g}' for r in rates)} Hz>"
        )


def read(
    path: str | os.PathLike[str],
    layout: str | os.PathLike[str] | None = None,
    study: str | os.PathLike[str] | None = None,
    threads: int = 1,
) -> Recording:
    """
    Open a recording; its headers are checked now, its samples stay in the file until they are asked for.

    Labels and phases are read from NAME.events.tsv beside NAME.h5, covariates from study.tsv in its folder.

    Parameters
    ----------
    path : str or path-like
        The file.
    layout : str or path-like, optional
        How it is laid out: a name such as "opensignals", or the JSON file of a layout; recognised from the file
        without it.
    study : str or path-like, optional
        The table of the study; without it study.tsv in the recording's folder, when there is one.
    threads : int
        Threads that unpack samples, at least 1. They change no sample.

    Returns
    -------
    Recording
        Volts on the file's own clock.

    Raises
    ------
    IoError
        E-MISSING or E-READ, when the system refuses to read the file.
    DataError
        When the file is empty, cut short, corrupt or of no known layout; the message names the place in it. E-CRASH and
        E-MEMORY when it ends its reader, which opens it first in a process of its own.
    InvalidArgument
        E-OPTION for an unknown layout or less than one thread; E-LAYOUT-FILE and others for a wrong layout file.

    Notes
    -----
    A recording may be read from several threads; one at a time reads from the file, without the GIL. For other
    processes pass the path, for a Recording cannot be pickled.
    """
    if isinstance(threads, bool) or not isinstance(threads, (int, np.integer)):
        raise TypeError(f"threads: expected an int, found {type(threads).__name__}")
    if not 1 <= threads <= _MOST_THREADS:
        raise InvalidArgument("E-OPTION", "", "threads", f"1 to {_MOST_THREADS}", str(threads))
    return Recording(_core.open(path_bytes(path), path_bytes(layout or ""), path_bytes(study or ""), int(threads)))


_MOST_THREADS = 1024
_NO_PICKLE = (
    "a {} cannot be pickled, for its samples stay in the file: pass the path and read it there, save() edits first"
)


def _time(end: object) -> float | None:
    if end is None:
        return None
    if isinstance(end, bool) or not isinstance(end, Real):
        raise TypeError(f"expected rec[t0:t1] with times in seconds, found {type(end).__name__}")
    return float(end)


def _many(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
