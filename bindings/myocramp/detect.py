"""Onset detectors: one function for each, made from the library's registry, and `run` for any of them by name.

They take conditioned (band-passed) samples and know no classes: what an event is called is the business of
`myocramp.analyse`.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block, plain
from ._errors import InvalidArgument
from ._events import Event, Events
from ._features import FeatureTable
from ._metadata import real
from ._recording import Recording, Signal

_Samples = npt.NDArray[np.float32] | npt.NDArray[np.float64] | Recording | Signal


class Detector(Protocol):
    """What every detector function looks like; its options are keywords of type float."""

    def __call__(
        self,
        x: _Samples,
        fs: float | None = None,
        axis: int | None = None,
        *,
        longest_activity_s: float = 1200.0,
        rest: tuple[float, float] | None = None,
        **options: float,
    ) -> Events:
        """Find activity; see `run`."""
        ...


# For type checkers; the functions are made below.
abbink: Detector
aglr: Detector
aglr_laplace: Detector
bocpd: Detector
bonato: Detector
cusum: Detector
edta: Detector
gmm: Detector
hmm: Detector
hodges_bui: Detector
leg_movement: Detector
lidierth: Detector
londral: Detector
merlo: Detector
modified_hodges: Detector
pelt: Detector
profile_likelihood: Detector
sample_entropy: Detector
silva: Detector
tkeo: Detector


def names() -> list[str]:
    """Return the names of all detectors, sorted."""
    return [name for name, _, _ in _core.detectors()]


def run(
    name: str,
    x: _Samples,
    fs: float | None = None,
    axis: int | None = None,
    *,
    longest_activity_s: float = 1200.0,
    rest: tuple[float, float] | None = None,
    **options: float,
) -> Events:
    """
    Find activity in every channel with one detector.

    Parameters
    ----------
    name : str
        One of `names`.
    x : ndarray of float32 or float64, Recording or Signal
        Band-passed samples in V; any shape and strides. Detection is in double: float32 is copied.
    fs : float
        Sampling rate, Hz; only with an array.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    longest_activity_s : float
        A lift of the level that lasts less is activity, not drift of the baseline; s.
    rest : tuple of float, optional
        Start and stop of marked rest, s on the same clock: rest is learned from there alone, as one level. Without it,
        from all samples.
    **options : float
        Those of the detector; see its function.

    Returns
    -------
    Events
        Sorted by onset; each on one channel (its name, or its number as text), with a score of at least 1, the largest
        statistic over the alarm threshold. Times are on the recording's clock, from 0 for an array.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE, E-DETECTOR, E-OPTION, or E-REST for marked rest of less than ten windows of the detector.

    Notes
    -----
    What rest looks like is learned from `x` itself: a level that drifts, without the activity. Where activity fills all
    of `x` it is taken for rest, unless rest is marked. NaN and infinite samples are gaps, which no event bridges.
    Edges: an event that an end or a gap cuts off reaches to it.
    """
    block = Block(x, fs, axis)
    found = _core.detect(name, block.samples, block.fs, *_given(block, longest_activity_s, rest, options))
    channels = block.names() or ["0"] * len(found)
    events = [
        Event(
            onset_s=block.start_s + begin / block.fs,
            duration_s=(end - begin) / block.fs,
            channels=[channel],
            label_source="auto",
            score=score,
            detector=name,
        )
        for channel, spans in zip(channels, found, strict=True)
        for begin, end, score, _, _ in spans
    ]
    events.sort(key=lambda e: e.onset_s)
    return Events(events, duration_s=len(block.samples) / block.fs, start_s=block.start_s)


def _given(
    block: Block, longest_activity_s: float, rest: tuple[float, float] | None, options: dict[str, float]
) -> tuple[float, tuple[float, float] | None, dict[str, float]]:
    start, stop = rest or (0.0, 0.0)
    marked = None if rest is None else (float(start) - block.start_s, float(stop) - block.start_s)
    return (
        real("longest_activity_s", longest_activity_s),
        marked,
        {key: real(key, value) for key, value in options.items()},
    )


def trace(
    name: str,
    x: _Samples,
    fs: float | None = None,
    axis: int | None = None,
    *,
    longest_activity_s: float = 1200.0,
    rest: tuple[float, float] | None = None,
    **options: float,
) -> FeatureTable:
    """
    Return what a detector goes by: its statistic over the level that raises the alarm.

    Parameters
    ----------
    name, x, fs, axis, longest_activity_s, rest, **options
        As for `run`.

    Returns
    -------
    FeatureTable
        Column ``score``, (rows, channels), no unit: a row for each sample, above 1 where the alarm is raised. Detectors
        that decide over frames have a row for each frame and its amplitude over that at rest: how they decide, their
        pages say. NaN in gaps and before the first whole window. Where rest is digital silence, 0 or NaN in it and as
        large as infinity above it.

    Raises
    ------
    TypeError, InvalidArgument
        As `run`.

    Notes
    -----
    Memory: 8 bytes a sample and channel. An event also needs the alarm to hold, and may be joined with its neighbours;
    `run` tells the events.
    """
    block = Block(x, fs, axis)
    given = _given(block, longest_activity_s, rest, options)
    score, step = _core.detection_trace(name, block.samples, block.fs, *given)
    # A sample, or the middle of a frame.
    time_s = block.start_s + (np.arange(len(score), dtype=np.float64) * step + (step / 2 if step > 1 else 0)) / block.fs
    return FeatureTable(time_s, {"score": score}, block.names() or ["0"] * score.shape[1])


def calibrated(name: str) -> dict[str, dict[str, Any]]:
    """
    Return a configuration of `myocramp.analyse` with which a detector keeps to about one false alarm per hour of rest.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    dict
        ``{"detector": {"name": name, ...}}``, and ``"cramp": {"min_duration_s": ...}`` where no threshold was enough.

    Raises
    ------
    InvalidArgument
        E-DETECTOR for a detector that was not calibrated.

    Notes
    -----
    Source: simulated rest under noise, hum, heart, movements and poor electrodes (docs/accuracy.md): another electrode
    or a restless subject has another rate. A least duration takes away all that is shorter, which fasciculations are.
    As JSON it is what the option ``--config`` of the command takes.

    Examples
    --------
    >>> result = myocramp.analyse(rec, phase="rest", config=myocramp.detect.calibrated("bonato"))
    """
    values = json.loads(Path(__file__).with_name("calibration.json").read_text(encoding="utf-8"))
    if name not in values:
        raise InvalidArgument("E-DETECTOR", "", "name", f"one of {', '.join(values)}", repr(name))
    config: dict[str, dict[str, Any]] = values[name]["config"]
    return config


_Function = TypeVar("_Function", bound=Callable[..., Any])
_registered: dict[str, Callable[..., Any]] = {}


def register(name: str) -> Callable[[_Function], _Function]:
    """
    Make a function of your own a detector that `myocramp.benchmark` knows by name.

    Parameters
    ----------
    name : str
        Letters, digits and ``_ . : -``; none of `names`. A name that is registered already now names the new function.

    Returns
    -------
    callable
        The decorator; the function stays as it is.

    Raises
    ------
    InvalidArgument
        E-NAMES for a name that is not possible or is one of `names`.

    Notes
    -----
    The function takes ``(x, fs)``, the samples (time, channel) in V of one signal and their rate in Hz, and its times
    count from the first sample; or, with a single parameter, the Recording, and its times are on the recording's clock.
    It returns what it found over all channels: tuples ``(start_s, stop_s)`` or ``(start_s, stop_s, score)``, or events.
    What is found in samples of one class that overlaps or touches is one event, in several signals too.
    Tuples have no class: they count where any event does. It must not look at ``rec.labels`` or ``rec.truth``.

    Examples
    --------
    >>> @myocramp.detect.register("mine")
    ... def mine(x, fs):
    ...     return [(1.0, 2.5)]
    >>> print(myocramp.benchmark("recordings", detectors=["bonato", "mine"]))
    """
    possible = name.isascii() and name.replace("_", "").replace(".", "").replace(":", "").replace("-", "").isalnum()
    if not possible or name.startswith(".") or name in names():
        raise InvalidArgument("E-NAMES", "", "name", "letters, digits and _ . : -, and no detector's name", repr(name))

    def keep(function: _Function) -> _Function:
        _registered[name] = function
        return function

    return keep


def registered() -> dict[str, Callable[..., Any]]:
    """Return the functions that were registered, by name."""
    return dict(_registered)


def change_points(energy: npt.NDArray[np.float64], penalty: float) -> npt.NDArray[np.int64]:
    """
    Find the changes of variance of zero-mean Gaussian values by PELT: the exact least of all partitions.

    Parameters
    ----------
    energy : ndarray of float64
        Squares of the values, or their mean squares over frames, one dimension; above 0, with a finite sum.
    penalty : float
        What a segment costs, beside its n ln(mean of energy); at least 0.

    Returns
    -------
    ndarray of int64
        Where each segment ends; the last is the number of values. Empty for no values.

    Raises
    ------
    TypeError
        For another type or more dimensions.
    InvalidArgument
        E-OPTION for values or a penalty outside their ranges.

    Notes
    -----
    Time grows with the square of a stretch without a change. Source: Killick, Fearnhead & Eckley 2012 J Am Stat Assoc
    107:1590.
    """
    values = plain("energy", energy)
    if values.dtype != np.float64 or values.ndim != 1:
        raise TypeError(f"energy: expected float64 in one dimension, found {values.dtype} in {values.ndim}")
    return np.array(_core.change_points(values, real("penalty", penalty)), np.int64)


def half_normal_mean_survival(x: float, n: float) -> float:
    """
    P(m > x), where m is the mean of n independent |N(0, 1)|: the law of the rectified mean of white Gaussian noise.

    Parameters
    ----------
    x : float
        The mean, in standard deviations of the noise.
    n : float
        Number of samples, 1 to 1e6; correlated samples count as fewer, so it need not be whole.

    Returns
    -------
    float
        A probability, to 1e-12 (1e-9 for n below 4).

    Raises
    ------
    InvalidArgument
        E-OPTION for n outside its range.

    Notes
    -----
    Source: Gil-Pelaez 1951 Biometrika 38:481; Davies 1973 Biometrika 60:415.
    """
    return _core.half_normal_mean_survival(x, n)


def half_normal_mean_quantile(p: float, n: float) -> float:
    """
    Return the x that the mean of n independent |N(0, 1)| exceeds with probability p.

    Parameters
    ----------
    p : float
        Probability, 0 < p < 1.
    n : float
        Number of samples, 1 to 1e6.

    Returns
    -------
    float
        In standard deviations of the noise.

    Raises
    ------
    InvalidArgument
        E-OPTION for p or n outside their ranges.

    Notes
    -----
    Source: as `half_normal_mean_survival`.
    """
    return _core.half_normal_mean_quantile(p, n)


def _range(low: float, high: float, unit: str) -> str:
    text = f"at least {low:g}" if math.isinf(high) else f"{low:g} to {high:g}"
    return text if unit == "1" else f"{text} {unit}"


def _make(name: str, source: str, options: list[tuple[str, float, str, float, float, str, str]]) -> Detector:
    known = [option[0] for option in options]

    def detector(
        x: _Samples,
        fs: float | None = None,
        axis: int | None = None,
        *,
        longest_activity_s: float = 1200.0,
        rest: tuple[float, float] | None = None,
        **given: float,
    ) -> Events:
        for key in given:
            if key not in known:
                raise InvalidArgument(
                    "E-OPTION", "", f"detector.{key}", f"one of {', '.join(known)}", "an unknown option"
                )
        return run(name, x, fs, axis, longest_activity_s=longest_activity_s, rest=rest, **given)

    lines = [
        f"Find activity in every channel with the detector {name}.",
        "",
        "Samples, result, errors and edges are those of `run`.",
        "",
        "Parameters",
        "----------",
        "x, fs, axis, longest_activity_s, rest",
        "    As for `run`.",
    ]
    for key, value, unit, low, high, meaning, origin in options:
        lines += [f"{key} : float, default {value:g}", f"    {meaning}; {_range(low, high, unit)}. ({origin})"]
    lines += ["", "Returns", "-------", "Events", "", "Notes", "-----", f"Source: {source}."]

    keyword = inspect.Parameter.KEYWORD_ONLY
    shared = list(inspect.signature(detector).parameters.values())[:-1]
    own = [inspect.Parameter(option[0], keyword, default=option[1], annotation="float") for option in options]
    set_up: Any = detector
    set_up.__name__ = set_up.__qualname__ = name
    set_up.__doc__ = "\n".join(lines)
    set_up.__signature__ = inspect.Signature([*shared, *own], return_annotation="Events")
    return detector


for _name, _source, _options in _core.detectors():
    globals()[_name] = _make(_name, _source, _options)

__all__ = [
    "Detector",
    "calibrated",
    "change_points",
    "half_normal_mean_quantile",
    "half_normal_mean_survival",
    "names",
    "register",
    "registered",
    "run",
    "trace",
    *names(),
]
