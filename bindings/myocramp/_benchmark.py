"""Detectors against one another on labelled recordings: the command's `benchmark`, with detectors written in Python."""

from __future__ import annotations

import csv
import dataclasses
import inspect
import io
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _baselines, _core, detect
from ._errors import InvalidArgument
from ._events import Event, label_rows
from ._metadata import sequence, text
from ._paths import PROGRAM, path_bytes
from ._recording import Recording, read
from ._simulate import SimulatedStudy
from ._study import _plain

if TYPE_CHECKING:
    import pandas as pd

_Path = str | os.PathLike[str]


class Board:
    """What `benchmark` found; ``print(board)`` shows the leaderboard."""

    def __init__(
        self, text: str, metrics: str, summary: dict[str, Any], failures: list[tuple[str, str, str]], notes: list[str]
    ) -> None:
        self._text = text
        self._metrics = metrics
        self.summary = summary
        """Per detector and class: ``sample_results`` and ``event_results`` as SzCORE's evaluation names them."""
        self.failures = failures
        """(detector, recording, reason) of what was not got through; ``*``: a recording that could not be read."""
        self.notes = notes

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<Board: {', '.join(self.detectors)}>"

    @property
    def detectors(self) -> list[str]:
        """Their names, sorted."""
        return sorted(self.summary)

    def value(self, detector: str, name: str, group: str = "iou_0.5", label: str = "any") -> float:
        """Return one metric of a detector over all recordings; NaN where there is no answer."""
        if detector not in self.summary or label not in self.summary[detector]:
            raise KeyError(f"{detector}, {label}: there are {', '.join(self.detectors)}")
        for row in csv.DictReader(io.StringIO(self._metrics)):
            found = (row["detector"], row["recording"], row["class"], row["group"], row["metric"])
            if found == (detector, "all", label, group, name):
                return float(row["value"])
        return float("nan")

    def to_dataframe(self) -> pd.DataFrame:
        """Return metrics.csv as a DataFrame: a row for each metric of each detector, class and recording."""
        import pandas as pd

        return pd.read_csv(io.StringIO(self._metrics), na_values=["n/a"], keep_default_na=False)


def benchmark(
    dataset: _Path | Sequence[_Path] | SimulatedStudy,
    detectors: Iterable[str] | None = None,
    *,
    output: _Path | None = None,
    programs: Mapping[str, str] | None = None,
    labels: Sequence[str] = (),
    rater: str | None = None,
    phase: str | None = None,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    tune: int = 0,
    seed: int = 0,
    jobs: int = 0,
    limit_s: float = 600.0,
    study: _Path | None = None,
    speed: bool = False,
    force: bool = False,
) -> Board:
    """
    Run detectors on labelled recordings, score them and rank them.

    Parameters
    ----------
    dataset : path, sequence of paths, or SimulatedStudy
        Recordings or folders of them, with labels inside or in ``NAME.events.tsv`` beside.
    detectors : iterable of str, optional
        Names of `myocramp.detect.names`, of functions under `myocramp.detect.register`, and of baselines of other
        packages where those are installed: ``biosppy:`` with find_onsets, hodges_bui, lidierth, bonato, londral, silva
        or solnik, and ``neurokit2:`` with threshold, mixture or biosppy.
        Without it, every detector of the library and every registered function.
    output : path, optional
        Folder for the results, as the command writes them; without it they are only returned.
    programs : mapping of str to str, optional
        Names and commands: each gets a recording's path as its last argument and prints an event table.
    labels : sequence of str
        Classes to score; ``all``: each that is labelled or found, by itself; empty: ``any``, and ``cramp`` where it is
        labelled.
    rater : str, optional
        Whose labels are the reference, when a recording has several raters; ``n/a``: rows without annotator.
    phase : str, optional
        The phase of recordings without a protocol.
    config : mapping, optional
        As for `analyse`; options of its detector are of that detector alone, which must be one of `detectors`. Without
        a name they are of the only detector of the library among these.
    tune : int
        Configurations tried for each detector of the library, on half of the subjects; only the others are scored. The
        largest F1 decides, of the first of `labels`, else of cramps where they are labelled, else of any event.
    seed : int
        Of the split and the configurations.
    jobs : int
        Processes at a time; 0: one per processor. Functions in Python run here, one after the other.
    limit_s : float
        Seconds that a program may take for one recording.
    study : path, optional
        Table of subjects, when it is not study.tsv beside the recordings.
    speed : bool
        Say in the leaderboard how fast each was; its bytes then differ from run to run.
    force : bool
        Repeat what methods finished in an earlier run into `output`; programs and functions run each time.

    Returns
    -------
    Board
        Intervals are over subjects, from five on; none where a subject is not known.

    Raises
    ------
    TypeError
        For one text where several are asked for, and for what is no text.
    InvalidArgument
        E-DETECTOR, E-NAMES, E-OPTION.
    DataError
        E-LABELS when no recording is labelled, E-SUBJECTS when there are too few to tune or one is not known, E-RATERS.
    IoError
        E-WRITE.

    Notes
    -----
    A function that raises has a row with its reason, and counts as having found nothing in that recording.

    Examples
    --------
    >>> board = myocramp.benchmark("recordings", detectors=["bonato", "mine"])
    >>> print(board)
    """
    classes = [text("labels", label) for label in sequence("labels", "text", labels)]
    with tempfile.TemporaryDirectory() as temporary:
        paths: list[str]
        if isinstance(dataset, SimulatedStudy):
            dataset.save(os.path.join(temporary, "recordings"))
            paths = [os.path.join(temporary, "recordings")]
        else:
            paths = [os.fspath(p) for p in ([dataset] if isinstance(dataset, str | os.PathLike) else dataset)]
        inside, outside = _sorted_out(detectors)
        names = [path_bytes(p) for p in paths]
        given = [
            _run(name, function, *found, study) for name, function in outside for found in _core.benchmark_inputs(names)
        ]
        folder = Path(output) if output is not None else Path(temporary, "results")
        request = {
            "methods": inside,
            "programs": list((programs or {}).items()),
            "labels": classes,
            "rater": text("rater", rater or ""),
            "config": json.dumps(config or {}, default=_plain),
            "phase": text("phase", phase or ""),
            "study": path_bytes(study) if study is not None else b"",
            "program": PROGRAM,
            "jobs": jobs or os.cpu_count() or 1,
            "limit_s": float(limit_s),
            "tune": tune,
            "seed": seed,
            "speed": speed,
            "force": force,
        }
        leaderboard, failures, notes = _core.benchmark(names, path_bytes(folder), request, given)
        metrics = (folder / "metrics.csv").read_text(encoding="utf-8")
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["detectors"]
    return Board(leaderboard, metrics, summary, failures, notes)


_Function = Callable[..., Any]
_Given = tuple[str, str, list[Any], str, float]


def _sorted_out(wanted: Iterable[str] | None) -> tuple[list[str], list[tuple[str, _Function]]]:
    """Names that the command knows, and functions for the others."""
    own = detect.registered()
    names = detect.names()
    if wanted is None:
        return names, sorted(own.items())
    if isinstance(wanted, str):
        raise TypeError("detectors: expected names, found one text")
    inside: list[str] = []
    outside: list[tuple[str, _Function]] = []
    for name in wanted:
        if name in names:
            inside.append(name)
        elif name in own:
            outside.append((name, own[name]))
        elif name in _baselines.names():
            outside.append((name, lambda rec, name=name: _baselines.run(name, rec)))
        else:
            known = ", ".join([*names, *sorted(own), *_baselines.names()])
            raise InvalidArgument("E-DETECTOR", "", "detectors", f"one of {known}", repr(name))
    return inside, outside


def _run(name: str, function: _Function, recording: str, path: str, study: _Path | None) -> _Given:
    """Run a function on one recording: what it finds, or why it does not."""
    try:
        rec = read(path, study=study)
    except Exception as error:  # a row of the leaderboard like any other failure
        return (name, recording, [], f"a recording that cannot be read: {error}", 0.0)
    start = time.perf_counter()
    try:
        events = call(function, rec)
        rows = label_rows(name, events)
    except Exception as error:  # whatever it is, it is a row of the leaderboard
        reason = f"{type(error).__name__}: {error}"[:1000]  # some hold an array
        return (name, recording, [], reason, time.perf_counter() - start)
    return (name, recording, rows, "", time.perf_counter() - start)


def call(function: _Function, rec: Recording) -> list[Event]:
    """Run a detector's function: of the recording, or of the samples of each signal; times on the recording's clock.

    What it finds in samples of one class that overlaps or touches, in one signal or in several, is one event.
    """
    if takes_recording(function):
        return [_event(found, 0.0) for found in function(rec)]
    return _united([_event(found, s.start_s) for s in rec.signals for found in function(s.data, s.fs)])


def _united(events: list[Event]) -> list[Event]:
    """Unite what overlaps or touches and is of one class; the largest score is that of all."""
    out: list[Event] = []
    last: dict[str, int] = {}
    for e in sorted(events, key=lambda e: e.onset_s):
        k = last.get(e.label)
        if k is None or not (e.duration_s >= 0 and e.onset_s <= out[k].offset_s):
            last[e.label] = len(out)
            out.append(e)
            continue
        one = out[k]
        out[k] = dataclasses.replace(
            one,
            duration_s=max(one.duration_s, e.offset_s - one.onset_s),
            channels=list(dict.fromkeys([*one.channels, *e.channels])),
            score=float(np.fmax(one.score, e.score)),
        )
    return out


def takes_recording(function: _Function) -> bool:
    """Whether a function has one parameter that must be given, and none `fs`; else it takes samples and their rate."""
    parameter = inspect.Parameter
    positional = (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    there = [p for p in inspect.signature(function).parameters.values() if p.kind in positional]
    needed = [p for p in there if p.default is parameter.empty]
    return len(needed) == 1 and "fs" not in [p.name for p in there]


def _event(found: Any, start_s: float) -> Event:
    if isinstance(found, Event):
        fields = {name: getattr(found, name) for name in Event.__dataclass_fields__}
        return Event(**fields | {"onset_s": found.onset_s + start_s})
    onset_s, offset_s, *score = (float(v) for v in found)
    return Event(onset_s + start_s, offset_s - onset_s, score=score[0] if score else float("nan"))
