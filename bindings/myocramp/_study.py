"""The whole analysis of one recording."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core
from ._errors import DataError, InvalidArgument, IoError
from ._events import Episode, Episodes, Rejected, RejectedEvents
from ._features import FeatureTable
from ._metadata import Phase, known
from ._paths import check_nwb, path_bytes
from ._recording import Recording, Refusal, read
from .quality import Quality, quality_from

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes


class Gap(NamedTuple):
    """Samples of one channel that were NaN or infinite."""

    channel: str
    samples: int
    duration_s: float


@dataclass(frozen=True)
class SignalFeatures:
    """The features of one signal that episodes are measured from."""

    name: str
    """Of the signal, "" when the recording has only one."""
    envelope: FeatureTable
    """Columns rms_v, arv_v and baseline_v (the RMS at rest), (frames, channels)."""
    spectral: FeatureTable
    """Columns mnf_hz and mdf_hz, (windows, channels)."""
    spectral_window_s: float
    """Length of a spectral window, s."""


@dataclass(frozen=True, repr=False)
class Result:
    """What `analyse` found in a recording."""

    recording: Recording
    """The recording."""
    episodes: Episodes
    """Sorted by onset, then channel."""
    rejected: RejectedEvents
    """Candidates that did not become episodes, with their reasons."""
    features: list[SignalFeatures]
    """One for each usable signal."""
    refused: list[Refusal]
    """Signals that could not be used, and why."""
    quality: list[Quality]
    """Of the raw samples, one for each usable signal."""
    gaps: list[Gap]
    """Channels with NaN or infinite samples."""
    protocol: list[Phase]
    """As it was used."""
    notes: list[str]
    """What a reader of the result should know."""
    start_s: float
    """Of the first signal on the recording's clock, s."""
    duration_s: float
    """From there to the end of the last signal, s."""
    n_channels: int
    """Channels that were analysed."""
    baseline_uv: float
    """Median over channels of the median RMS at rest, µV."""
    config: dict[str, dict[str, Any]]
    """Every option as it was used; `analyse` takes it again."""
    _derived: _core.Derived = field(compare=False)

    def to_dataframe(self) -> pd.DataFrame:
        """Return the episodes as a pandas DataFrame, one row each."""
        return self.episodes.to_dataframe()

    def save(self, path: str | os.PathLike[str]) -> None:
        """
        Add what was derived to an NWB file: envelope, spectral features and episodes, into /processing/myocramp.

        Parameters
        ----------
        path : str or path-like
            An NWB file, usually that of the recording; its name ends in .nwb. Everything else in it stays as it is, and
            it is replaced whole or not at all. That it is of the same recording is not checked.

        Raises
        ------
        InvalidArgument
            E-OPTION for a name that does not end in .nwb.
        DataError
            E-PATH when the file is no NWB file or has /processing/myocramp already.
        IoError
            E-MISSING when there is no such file, E-WRITE when it cannot be written.

        Examples
        --------
        >>> rec.save("night1.nwb")
        >>> myocramp.analyse(rec, phase="sleep").save("night1.nwb")
        """
        check_nwb(path)
        _core.save_derived(self._derived, path_bytes(path))

    def plot(self, axes: Sequence[Axes] | npt.NDArray[np.object_] | None = None) -> npt.NDArray[np.object_]:
        """
        Draw the recording and what was found in it, three rows over one time axis.

        The trace (µV, minimum and maximum of each pixel column, less the channel's median), the RMS envelope over its
        level at rest (µV), and the median frequency (Hz) in windows that lie inside an episode of the channel.
        Episodes are shaded by class.

        Parameters
        ----------
        axes : sequence of three matplotlib Axes, optional
            Where to draw; a new figure without it.

        Returns
        -------
        ndarray of three Axes
            ``axes[0].figure`` is the figure. Nothing is shown or saved.

        Raises
        ------
        InvalidArgument
            E-AXES for another number of axes.
        DataError, IoError
            When the samples cannot be read any more.
        """
        from ._plot import draw

        return draw(self, axes)

    def __repr__(self) -> str:
        episodes = repr(self.episodes).partition(": ")[2].rstrip(">")
        return f"<Result: {self.duration_s:g} s, {self.n_channels} channels; {episodes}>"


def analyse(
    rec: Recording | str | os.PathLike[str],
    *,
    phase: str | None = None,
    method: str | None = None,
    channels: str | Sequence[str] | None = None,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    progress: bool | Callable[[float], object] = False,
) -> Result:
    """
    Find, name and measure the episodes of a recording.

    Parameters
    ----------
    rec : Recording, str or path-like
        The recording, or the file to read it from.
    phase : {"rest", "mvc", "exercise", "stimulation", "stretch", "sleep"}, optional
        The phase of a recording without a protocol. With neither nothing is called cramp, for EMG alone cannot tell a
        cramp from any sustained contraction; a note says so.
    method : str, optional
        The detector, one of `myocramp.detect.names`.
    channels : str or sequence of str, optional
        Names of channels to use, or patterns in which * stands for any text; all without it.
    config : mapping, optional
        Options that differ from their defaults: ``{"filter": {}, "envelope": {}, "spectral": {}, "detector": {"name":
        ...}, "cramp": {}}``.
    progress : bool or callable
        True shows a bar; a function is called with the part done, 0 to 1.

    Returns
    -------
    Result
        Episodes, rejected candidates, features, and what could not be used.

    Raises
    ------
    InvalidArgument
        E-OPTION, E-CONFIG, E-DETECTOR or E-PHASE.
    DataError
        E-BAND (the band reaches the Nyquist frequency), E-SHORT, E-CHANNEL, or what reading finds, when no signal can
        be used; with several signals one that cannot is listed in ``refused``.
    IoError
        When the system refuses to read the file.

    Notes
    -----
    NaN and infinite samples are gaps: listed in ``gaps``, and bridged by no episode. Episodes that an end of the
    recording or a gap cuts off, or invalid time hides, are kept and marked in ``censored``. Labels that come with a
    recording are never used.
    Samples are read twice, in blocks, so that memory does not grow with the recording but for its features, about 4
    MB for each channel and hour.

    Examples
    --------
    >>> result = myocramp.analyse("night1.h5", phase="sleep", config={"cramp": {"merge_gap_s": 1}})
    >>> [(e.onset_s, e.offset_s, e.channels) for e in result.episodes if e.label == "cramp"]
    """
    if not isinstance(rec, Recording):
        if not isinstance(rec, (str, os.PathLike)):
            raise TypeError(
                f"expected a Recording or a path, found {type(rec).__name__}; Recording.from_array makes one of samples"
            )
        rec = read(rec)
    wanted = [channels] if isinstance(channels, str) else list(channels or [])
    settings = json.dumps(_with_method(config or {}, method), default=_plain)
    if progress is True:
        from tqdm.auto import tqdm

        with tqdm(total=1.0, desc=os.path.basename(rec.path) or "analyse", bar_format=_BAR) as bar:
            found = _core.analyse(rec._core, settings, phase or "", wanted, lambda done: bar.update(done - bar.n))
    else:
        found = _core.analyse(rec._core, settings, phase or "", wanted, progress or None)
    extent: dict[str, Any] = {"duration_s": found["duration_s"], "start_s": found["start_s"]}
    return Result(
        recording=rec,
        episodes=Episodes((Episode(episode=i, **e) for i, e in enumerate(found["episodes"], 1)), **extent),
        rejected=RejectedEvents((Rejected(**e) for e in found["rejected"]), **extent),
        features=[_features(f) for f in found["features"]],
        quality=[quality_from(q) for q in found["quality"]],
        refused=[Refusal(*r) for r in found["refused"]],
        gaps=[Gap(*g) for g in found["gaps"]],
        protocol=[known(Phase, p) for p in found["protocol"]],
        notes=found["notes"],
        start_s=found["start_s"],
        duration_s=found["duration_s"],
        n_channels=found["n_channels"],
        baseline_uv=found["baseline_uv"],
        config=json.loads(found["config"]),
        _derived=found["derived"],
    )


def analyse_many(
    paths: Iterable[Recording | str | os.PathLike[str]],
    executor: Executor | None = None,
    *,
    phase: str | None = None,
    method: str | None = None,
    channels: str | Sequence[str] | None = None,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    progress: bool = False,
) -> list[Result | DataError | IoError]:
    """
    Analyse several recordings, each as `analyse` does.

    Parameters
    ----------
    paths : iterable of Recording, str or path-like
        The recordings, or the files to read them from.
    executor : concurrent.futures.Executor, optional
        Runs the analyses side by side; one after the other without it. Its workers are threads of this process: results
        hold recordings that are open, which no other process can be given.
    phase, method, channels, config
        As for `analyse`, the same for all.
    progress : bool
        True shows a bar.

    Returns
    -------
    list of Result, DataError or IoError
        In the order of `paths`. The error of a recording that cannot be used stands in its place, and stops no other.

    Raises
    ------
    InvalidArgument
        For an option that is wrong for any recording.
    TypeError
        For one path alone, or an executor of processes.

    Notes
    -----
    What is returned does not depend on the executor. A file that ends its reader when it is opened is an error of that
    file; ``myocramp analyse`` reads samples too in a process for each.

    Examples
    --------
    >>> with concurrent.futures.ThreadPoolExecutor() as executor:
    ...     found = myocramp.analyse_many(["night1.h5", "night2.h5"], executor, phase="sleep")
    >>> results = [r for r in found if isinstance(r, myocramp.Result)]
    """
    from concurrent.futures import ProcessPoolExecutor

    if isinstance(paths, str | os.PathLike | Recording):
        raise TypeError(f"paths: expected several, found one {type(paths).__name__}; analyse takes one")
    if isinstance(executor, ProcessPoolExecutor):
        raise TypeError("executor: expected one of threads, such as ThreadPoolExecutor, found one of processes")

    def one(rec: Recording | str | os.PathLike[str]) -> Result | DataError | IoError:
        try:
            return analyse(rec, phase=phase, method=method, channels=channels, config=config)
        except (DataError, IoError) as error:
            return error

    given = list(paths)
    found = map(one, given) if executor is None else executor.map(one, given)
    if progress:
        from tqdm.auto import tqdm

        found = iter(tqdm(found, total=len(given), desc="analyse"))
    return list(found)


_BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"


def _with_method(config: Mapping[str, Mapping[str, Any]], method: str | None) -> dict[str, Any]:
    if not isinstance(config, Mapping):
        raise TypeError(f"config: expected a mapping of sections, found {type(config).__name__}")
    merged: dict[str, Any] = {
        section: dict(options) if isinstance(options, Mapping) else options for section, options in config.items()
    }
    if method is None:
        return merged
    detector = merged.setdefault("detector", {})
    if isinstance(detector, dict) and detector.setdefault("name", method) != method:
        found = f"{detector['name']!r} in config and method={method!r}"
        raise InvalidArgument("E-DETECTOR", "", "detector.name", "one detector", found)
    return merged


def _plain(value: object) -> object:
    """Turn a NumPy scalar into what JSON knows."""
    item = getattr(value, "item", None)
    if item is None:
        raise TypeError(f"config: expected numbers and text, found {type(value).__name__}")
    return item()


def _table(table: _core._Table) -> FeatureTable:
    return FeatureTable(table["time_s"], table["columns"], table["channels"], table["notes"])


def _features(f: _core._Features) -> SignalFeatures:
    return SignalFeatures(f["name"], _table(f["envelope"]), _table(f["spectral"]), f["spectral_window_s"])
