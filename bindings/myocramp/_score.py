"""Found events against labels: agreement, false alarms, boundary errors, with intervals over subjects."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from . import _core
from ._errors import InvalidArgument
from ._events import Event, label_rows
from ._metadata import text
from ._paths import path_bytes
from ._recording import Recording
from ._study import Result

if TYPE_CHECKING:
    import pandas as pd

_Path: TypeAlias = str | os.PathLike[str]
_Side: TypeAlias = _Path | Recording | Result | Iterable[Event]
_Sides: TypeAlias = _Side | Sequence[_Side]


class Score:
    """What `score` found; ``print(score)`` shows it as tables.

    Every number is a metric with a group (such as ``iou_0.5``, ``any_overlap``, ``onset``, ``samples``) and a name. The
    page on scores defines each.
    """

    def __init__(self, told: dict[str, Any], text: str) -> None:
        self._told = told
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        inside = ", ".join(f"{label}: f1 {self.value('f1', label=label):.3g}" for label in self.labels)
        return f"<Score: {inside or 'nothing'}>"

    @property
    def labels(self) -> list[str]:
        """The classes that were scored."""
        return list(self._told["classes"])

    @property
    def primary(self) -> str:
        """The group of metrics that the preset puts first."""
        return str(self._told["primary"])

    @property
    def notes(self) -> list[str]:
        """What a reader of the score should know: assumptions made, recordings left out."""
        return list(self._told["notes"])

    def value(self, name: str, group: str | None = None, label: str | None = None) -> float:
        """
        Return one metric.

        Parameters
        ----------
        name : str
            Such as ``f1``, ``recall``, ``false_alarms_per_hour``, ``mae``.
        group : str, optional
            Such as ``iou_0.3`` or ``onset``; `primary` without it.
        label : str, optional
            The class, when several were scored.

        Returns
        -------
        float
            NaN where there is no answer.

        Raises
        ------
        KeyError
            When there is no such metric, or several classes and no choice.
        """
        if label is None:
            if len(self.labels) != 1:
                raise KeyError(f"label: one of {', '.join(self.labels) or 'none'}")
            label = self.labels[0]
        value = self._told["classes"][label]["metrics"][group or self.primary][name]["value"]
        return float("nan") if value is None else float(value)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as ``myocramp score --json`` prints it; None where there is no answer."""
        told: dict[str, Any] = json.loads(json.dumps(self._told))
        return told

    def to_dataframe(self) -> pd.DataFrame:
        """Return a DataFrame: a row for each metric of each class, with unit, low and high end and kind of interval."""
        import pandas as pd

        rows = [
            {"label": label, "group": group, "name": name, "low": None, "high": None, "interval": ""} | metric
            for label, found in self._told["classes"].items()
            for group, metrics in found["metrics"].items()
            for name, metric in metrics.items()
        ]
        columns = ["label", "group", "name", "value", "unit", "low", "high", "interval"]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype({"value": "float64", "low": "float64", "high": "float64"})


def score(
    reference: _Sides,
    hypothesis: _Sides,
    *,
    label: str = "cramp",
    preset: str = "cramp",
    rater: str | None = None,
    against: _Sides | None = None,
    missing: str = "error",
    study: _Path | None = None,
) -> Score:
    """
    Score found events against labels.

    Parameters
    ----------
    reference : path, Recording, Events, or a sequence of them
        What should be found: an event table, a recording with its labels, events, or a folder of recordings or tables.
    hypothesis : path, Recording, Result, Events, or a sequence of them
        What was found: the same, the result of `analyse`, or the folder that ``myocramp analyse`` wrote.
    label : str
        The class to score; ``all``: each by itself; ``any``: every event but artefacts, whatever its class.
    preset : str
        ``cramp``, or ``szcore``: the rules of timescoring, made for seizures.
    rater : str, optional
        Whose labels are the reference, when a recording has several raters; ``n/a``: rows without annotator.
    against : as hypothesis, optional
        What another detector found in the same recordings; the two are compared.
    missing : str
        A recording of a folder for which nothing was found, not even an empty table: ``error``, ``empty`` (nothing was
        found) or ``skip``.
    study : path, optional
        Table of subjects, when it is not study.tsv beside the recordings.

    Returns
    -------
    Score
        Its metrics have intervals over subjects, from five subjects on.

    Raises
    ------
    TypeError
        For other types, and for sequences that are not of one length.
    InvalidArgument
        E-OPTION, E-TIME or E-LENGTH.
    DataError
        E-PAIR when recordings have no partner, E-LABELS when nobody labelled a recording, E-RATERS when labels are of
        several raters and none is chosen, E-SIZE, or what reading finds.
    IoError
        When the system refuses to read a file.

    Notes
    -----
    False alarms per hour need to know how long the reference looked: a recording knows, or its annotated spans, events
    with ``duration_s``, and a table with a row of background. Otherwise they are NaN.

    Examples
    --------
    >>> s = myocramp.score("recordings", "results")
    >>> print(s)
    >>> s.value("recall"), s.value("median_abs", "onset")
    """
    request = {
        "label": text("label", label),
        "preset": text("preset", preset),
        "rater": text("rater", rater or ""),
        "missing": text("missing", missing),
    }
    study_name = path_bytes(study) if study is not None else b""
    if _is_path(reference) and _is_path(hypothesis) and (against is None or _is_path(against)):
        told, tables = _core.score_files(
            path_bytes(reference),  # type: ignore[arg-type]
            path_bytes(hypothesis),  # type: ignore[arg-type]
            path_bytes(against) if against is not None else b"",  # type: ignore[arg-type]
            study_name,
            request,
        )
        return Score(json.loads(told), tables)
    wanted = [_labels(side, study_name) for side in _sides(reference)]
    found = [_labels(side, study_name) for side in _sides(hypothesis)]
    others: list[_core.Labels | None] = [None] * len(wanted)
    if against is not None:
        others = [_labels(side, study_name) for side in _sides(against)]
    if not len(wanted) == len(found) == len(others):
        sizes = f"{len(found)}" if against is None else f"{len(found)} and {len(others)}"
        raise InvalidArgument("E-LENGTH", "", "hypothesis", f"{len(wanted)} recordings as in reference", sizes)
    told, tables = _core.score_labels(list(zip(wanted, found, others, strict=True)), request)
    return Score(json.loads(told), tables)


def _is_path(side: object) -> bool:
    return isinstance(side, str | os.PathLike)


def _sides(given: Any) -> list[Any]:
    """One side for each recording; events are of one."""
    if _is_path(given) or isinstance(given, Recording | Result) or hasattr(given, "start_s"):
        return [given]
    if not isinstance(given, Iterable):
        raise TypeError(f"expected a path, Recording, Result or events, found {type(given).__name__}")
    items = list(given)
    return [items] if all(isinstance(item, Event) for item in items) else items


def _labels(side: Any, study: bytes) -> _core.Labels:
    if _is_path(side):
        return _core.labels_from_file(path_bytes(side), study)
    if isinstance(side, Recording):
        return _core.labels_from_recording(side._core)
    if isinstance(side, Result):
        side = side.episodes
    if not isinstance(side, Iterable):
        raise TypeError(f"expected a path, Recording, Result or events, found {type(side).__name__}")
    start_s = float(getattr(side, "start_s", 0.0))
    duration_s = float(getattr(side, "duration_s", float("nan")))
    events = [e for e in side if not (isinstance(e, Event) and e.label.startswith("phase:"))]
    return _core.labels_from_events(label_rows("events", events), start_s, start_s + duration_s)
