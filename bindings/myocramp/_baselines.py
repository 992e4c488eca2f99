"""Detectors of other packages, for `myocramp.benchmark` alone and named after their package.

Each takes one channel at a time, in microvolts, for some of them compare squares with what is no square; what it finds
on several channels is united. BioSPPy's have no defaults but find_onsets: the values are ours and stand here. Left out
is what does not get through ordinary recordings: docs/benchmark.md.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from . import filter as filters
from ._recording import Recording

_Samples = npt.NDArray[np.float64]
_Span = tuple[float, float]

_LOW_HZ, _HIGH_HZ = 20.0, 450.0  # before each of them, as before ours
_REST_S = 1.0  # the quietest, where rest is asked for
_WINDOW_S, _DEVIATIONS = 0.05, 3.0


def _find_onsets(x: _Samples, fs: float) -> list[_Span]:
    emg = import_module("biosppy.signals.emg")
    return _between(emg.find_onsets(signal=x, sampling_rate=fs)["onsets"], fs)


def _biosppy(method: str, seconds: dict[str, float], **options: float) -> Callable[[_Samples, float], list[_Span]]:
    """Return one that is told rest and everything else; lengths in seconds, which it takes in samples."""

    def find(x: _Samples, fs: float) -> list[_Span]:
        detector = getattr(import_module("biosppy.signals.emg"), f"{method}_onset_detector")
        lengths = {name: round(length_s * fs) for name, length_s in seconds.items()}
        found = detector(signal=x, rest=_quietest(x, fs), sampling_rate=fs, **lengths, **options)
        return _between(found["onsets"], fs)

    return find


def _silva(x: _Samples, fs: float) -> list[_Span]:
    emg = import_module("biosppy.signals.emg")
    found = emg.silva_onset_detector(
        signal=x,
        sampling_rate=fs,
        size=round(_WINDOW_S * fs),
        threshold_size=round(10 * _WINDOW_S * fs),
        threshold=_DEVIATIONS * float(np.std(_quietest(x, fs))),
    )
    return _between(found["onsets"], fs)


def _neurokit(method: str) -> Callable[[_Samples, float], list[_Span]]:
    def find(x: _Samples, fs: float) -> list[_Span]:
        neurokit = import_module("neurokit2")
        amplitude = neurokit.emg_amplitude(x)
        activity, _ = neurokit.emg_activation(emg_amplitude=amplitude, emg_cleaned=x, sampling_rate=fs, method=method)
        return _runs(np.asarray(activity["EMG_Activity"]) > 0, fs)

    return find


_ALL: dict[str, Callable[[_Samples, float], list[_Span]]] = {
    "biosppy:find_onsets": _find_onsets,
    "biosppy:hodges_bui": _biosppy("hodges_bui", {"size": _WINDOW_S}, threshold=_DEVIATIONS),
    "biosppy:lidierth": _biosppy(
        "lidierth", {"size": 0.025, "active_state_duration": 0.05, "fail_size": 0.02}, threshold=_DEVIATIONS
    ),
    # It counts pairs of samples, whatever the rate; 9 is exceeded by one pair of white noise in a hundred.
    "biosppy:bonato": _biosppy("bonato", {}, threshold=9, active_state_duration=8, samples_above_fail=2, fail_size=18),
    "biosppy:londral": _biosppy("londral", {"size": _WINDOW_S, "active_state_duration": 0.025}, threshold=_DEVIATIONS),
    "biosppy:silva": _silva,
    "biosppy:solnik": _biosppy("solnik", {"active_state_duration": 0.025}, threshold=8),
    "neurokit2:biosppy": _neurokit("biosppy"),
    "neurokit2:mixture": _neurokit("mixture"),
    "neurokit2:threshold": _neurokit("threshold"),
}


def names() -> list[str]:
    """Return those whose package is installed, sorted."""
    return sorted(name for name in _ALL if find_spec(name.split(":")[0]) is not None)


def run(name: str, rec: Recording) -> list[_Span]:
    """Find activity on any channel; seconds on the recording's clock."""
    spans: list[_Span] = []
    for signal in rec.signals:
        x = filters.bandpass(np.nan_to_num(signal.data), signal.fs, low_hz=_LOW_HZ, high_hz=_HIGH_HZ, axis=0)
        for channel in x.T:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # theirs speak of how they are written, not of the data
                found = _ALL[name](np.ascontiguousarray(1e6 * channel), signal.fs)
            spans += [(signal.start_s + a, signal.start_s + b) for a, b in found]
    return _united(spans)


def _quietest(x: _Samples, fs: float) -> _Samples:
    """Return the second with the least power."""
    n = round(_REST_S * fs)
    whole = x[: len(x) // n * n].reshape(-1, n)
    return np.asarray(whole[np.argmin(np.square(whole).mean(axis=1))]) if len(whole) else x


def _between(changes: Any, fs: float) -> list[_Span]:
    """Onsets and offsets that follow one another, as these functions return them; a last onset alone is left out."""
    times = [float(t) / fs for t in np.asarray(changes).ravel()]
    return list(zip(times[0::2], times[1::2], strict=False))


def _runs(active: npt.NDArray[np.bool_], fs: float) -> list[_Span]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], active, [False]))))
    return [(a / fs, b / fs) for a, b in zip(edges[0::2], edges[1::2], strict=True)]


def _united(spans: list[_Span]) -> list[_Span]:
    out: list[_Span] = []
    for start, stop in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], stop))
        else:
            out.append((start, stop))
    return out
