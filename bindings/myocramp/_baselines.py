"""Detectors of other packages, for `myocramp.benchmark` alone and named after their package.

Each takes one channel at a time; what it finds on several channels is united. Where the package has no default, the
value is ours and stands here.
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
_WINDOW_S, _DEVIATIONS, _REST_S = 0.05, 3.0, 1.0  # BioSPPy's hodges_bui has no defaults


def _find_onsets(x: _Samples, fs: float) -> list[_Span]:
    emg = import_module("biosppy.signals.emg")
    return _between(emg.find_onsets(signal=x, sampling_rate=fs)["onsets"], fs)


def _hodges_bui(x: _Samples, fs: float) -> list[_Span]:
    emg = import_module("biosppy.signals.emg")
    found = emg.hodges_bui_onset_detector(
        signal=x, rest=_quietest(x, fs), sampling_rate=fs, size=round(_WINDOW_S * fs), threshold=_DEVIATIONS
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
    "biosppy:hodges_bui": _hodges_bui,
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
                found = _ALL[name](np.ascontiguousarray(channel), signal.fs)
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
