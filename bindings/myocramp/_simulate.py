"""Simulated studies: recordings of muscles whose truth is known."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, overload

from . import _core
from ._errors import InvalidArgument
from ._paths import path_bytes
from ._recording import Recording

_LARGEST_SEED = 2**64 - 1


class SimulatedStudy(Sequence[Recording]):
    """The recordings of a scenario, from `simulate`: one for each session of each subject.

    Each is made anew when it is asked for, and its samples when they are read, block by block: a study of nights fits
    in memory. They are simulated, not measured.
    """

    __slots__ = ("_core", "_name")

    def __init__(self, core: _core.SimulatedStudy, name: str) -> None:
        self._core = core
        self._name = name

    def __len__(self) -> int:
        return self._core.size

    @overload
    def __getitem__(self, index: int) -> Recording: ...
    @overload
    def __getitem__(self, index: slice) -> list[Recording]: ...
    def __getitem__(self, index: int | slice) -> Recording | list[Recording]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = range(len(self))[index]
        return Recording(self._core.recording(i))

    def __iter__(self) -> Iterator[Recording]:
        return (self[i] for i in range(len(self)))

    def save(self, folder: str | os.PathLike[str], progress: bool | Callable[[float], object] = False) -> list[str]:
        """
        Write the recordings as the command `myocramp simulate` does, with the same bytes.

        Parameters
        ----------
        folder : str or path-like
            Gets ``<subject>_<session>.nwb`` and ``<subject>_<session>.events.tsv`` of each; it is made when missing.
        progress : bool or callable
            True shows a bar; a function is called with the part done, 0 to 1.

        Returns
        -------
        list of str
            Paths of the recordings. Each file appears whole or not at all.

        Raises
        ------
        IoError
            E-WRITE when a file cannot be written.
        """
        if progress is True:
            from tqdm.auto import tqdm

            with tqdm(total=1.0, desc=self._name, bar_format=_BAR) as bar:
                return self._core.save(path_bytes(folder), lambda done: bar.update(done - bar.n))
        return self._core.save(path_bytes(folder), progress or None)

    def __repr__(self) -> str:
        return f"<SimulatedStudy {self._name}: {len(self)} recordings>"


def simulate(scenario: str | os.PathLike[str] | Mapping[str, Any], seed: int, threads: int = 0) -> SimulatedStudy:
    """
    Simulate a labelled study.

    Parameters
    ----------
    scenario : str, path-like or mapping
        A name (demo, detector_grid, detector_grid_full, electrically_induced, exercise, nocturnal, rest_only,
        shaped_noise, study, study_null), a JSON file, or what would stand in one. ``{"base": "nocturnal", ...}``
        changes keys of a named one.
    seed : int
        0 to 2^64 - 1. The same scenario and seed give the same samples.
    threads : int
        That make samples; 0: one per processor. The samples do not depend on it.

    Returns
    -------
    SimulatedStudy
        A sequence of recordings; ``rec.labels``, ``rec.protocol``, ``rec.covariates`` and ``rec.truth`` are known.

    Raises
    ------
    InvalidArgument
        E-SCENARIO for a name that is none; E-CONFIG, E-OPTION for its content, naming the key.
    IoError
        When the file cannot be read.

    Examples
    --------
    >>> study = myocramp.simulate("exercise", seed=1)
    >>> rec = study[0]
    >>> rec.truth.events[["label", "onset_s", "snr_db"]]
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed: expected a whole number, found {type(seed).__name__}")
    if not 0 <= seed <= _LARGEST_SEED:
        raise InvalidArgument("E-OPTION", "", "seed", "0 to 2^64 - 1", str(seed))
    if isinstance(scenario, Mapping):
        return SimulatedStudy(_core.SimulatedStudy.of_json(json.dumps(scenario), seed, threads), "of a mapping")
    return SimulatedStudy(_core.SimulatedStudy.named(path_bytes(scenario), seed, threads), os.fspath(scenario))


def example() -> Recording:
    """
    Return a small simulated recording: rest with twitches, contractions, and rest with two cramps.

    Returns
    -------
    Recording
        240 s of two channels, the first recording of ``simulate("demo", seed=1)``; with labels, protocol and truth.

    Examples
    --------
    >>> myocramp.analyse(myocramp.example()).to_dataframe()
    """
    return simulate("demo", seed=1)[0]


_BAR = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
