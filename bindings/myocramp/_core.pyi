# Compiled part of myocramp, bindings/*.cpp. Dictionaries are keyword arguments of the classes in the package.
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypedDict, type_check_only

import numpy as np
import numpy.typing as npt

version: str

_Phase: TypeAlias = tuple[float, float, str, str, float]
_InvalidSpan: TypeAlias = tuple[float, float, str, tuple[str, ...]]
_AnnotatedSpan: TypeAlias = tuple[float, float, str]
_StimTrain: TypeAlias = tuple[float, float, float, float, float, float, str, str]
_Covariate: TypeAlias = tuple[str, float, str, str, float, str]
_Subject: TypeAlias = tuple[str, str, str, str, str, str]
_Channel: TypeAlias = tuple[str, str, str, float, str]

@type_check_only
class _Event(TypedDict):
    onset_s: float
    duration_s: float
    label: str
    channels: list[str]
    confidence: float
    annotator: str
    label_source: str
    score: float
    detector: str

@type_check_only
class _Episode(_Event):
    censored: str
    class_reason: str
    onset_time: str
    peak_channel: str
    peak_uv: float
    peak_time: float
    rise_s: float
    decay_s: float
    iemg_uvs: float
    x_baseline: float
    pct_mvc: float
    mnf_hz: float
    mdf_hz: float
    mdf_slope_hz_s: float
    mdf_slope_low: float
    mdf_slope_high: float
    pre_rms_uv: float
    pre_mdf_hz: float
    pre_mdf_slope_hz_s: float
    n_windows: int
    cluster: int
    mdf_slope_percent_min: float
    pre_mdf_slope_low: float
    pre_mdf_slope_high: float
    pre_level_uv: float
    pre_level_pct_mvc: float
    pre_matched_mdf_hz: float
    pre_matched_mdf_slope_hz_s: float
    pre_matched_mdf_slope_low: float
    pre_matched_mdf_slope_high: float
    pre_matched_windows: int
    onset_low_s: float
    onset_high_s: float
    offset_low_s: float
    offset_high_s: float
    plateau_share: float
    muap_rate_per_s: float
    n_channels: int
    recruitment: str
    severity: float
    cluster_30min: int
    cluster_5min: int
    cluster_n: int
    cluster_burden_s: float
    inter_event_interval_s: float
    score_cramp: float
    score_sustained: float
    score_twitch: float
    score_fasciculation: float
    score_voluntary: float
    score_stimulated: float
    score_artefact: float

@type_check_only
class _Rejected(_Event):
    reason: str

@type_check_only
class _Table(TypedDict):
    time_s: npt.NDArray[np.float64]
    channels: list[str]
    columns: dict[str, npt.NDArray[np.float64]]
    notes: dict[str, str]

@type_check_only
class _Features(TypedDict):
    name: str
    envelope: _Table
    spectral: _Table
    spectral_window_s: float

@type_check_only
class _Quality(TypedDict):
    name: str
    channels: list[str]
    span_s: float
    segment_s: float
    mains_hz: float
    start_s: npt.NDArray[np.float64]
    all: dict[str, npt.NDArray[np.float64]]
    spans: dict[str, npt.NDArray[np.float64]]
    flags: list[list[str]]
    artefacts: list[tuple[int, float, float, str]]

@type_check_only
class _Analysis(TypedDict):
    episodes: list[_Episode]
    rejected: list[_Rejected]
    features: list[_Features]
    quality: list[_Quality]
    refused: list[tuple[str, str, str]]
    gaps: list[tuple[str, int, float]]
    protocol: list[_Phase]
    notes: list[str]
    start_s: float
    duration_s: float
    n_channels: int
    baseline_uv: float
    config: str
    derived: Derived

class Derived: ...

class Signal:
    name: str
    start_s: float
    conversion: str
    @property
    def fs(self) -> float: ...
    @property
    def n_samples(self) -> int: ...
    @property
    def channels(self) -> list[str]: ...
    @property
    def gaps(self) -> list[tuple[int, int]]: ...
    def read(self, start_sample: int, stop_sample: int) -> npt.NDArray[np.float64]: ...

class Recording:
    @property
    def path(self) -> str: ...
    @property
    def layout(self) -> str: ...
    @property
    def start_s(self) -> float: ...
    @property
    def end_s(self) -> float: ...
    @property
    def duration_s(self) -> float: ...
    @property
    def signals(self) -> list[Signal]: ...
    @property
    def refused(self) -> list[tuple[str, str, str]]: ...
    @property
    def notes(self) -> list[str]: ...
    session: str
    session_start: str
    description: str
    subject: _Subject
    protocol: Sequence[_Phase]
    invalid_times: Sequence[_InvalidSpan]
    annotated_spans: Sequence[_AnnotatedSpan]
    stim_trains: Sequence[_StimTrain]
    covariates: Sequence[_Covariate]
    electrodes: Sequence[_Channel]
    @property
    def truth(self) -> dict[str, Any]: ...
    labels: Sequence[_Event]
    def crop(self, start_s: float | None, stop_s: float | None, /) -> Recording: ...
    def pick(self, patterns: Sequence[str], /) -> Recording: ...

def scenario_keys(generator: str) -> list[tuple[str, str, float, float, str, str, list[str]]]: ...

class SimulatedStudy:
    @staticmethod
    def named(scenario: bytes, seed: int, threads: int) -> SimulatedStudy: ...
    @staticmethod
    def of_json(text: str, seed: int, threads: int) -> SimulatedStudy: ...
    @property
    def size(self) -> int: ...
    def recording(self, index: int) -> Recording: ...
    def save(self, folder: bytes, progress: Callable[[float], object] | None) -> list[str]: ...

class Montage:
    @staticmethod
    def bipolar(pairs: Sequence[tuple[str, str]], /) -> Montage: ...
    @staticmethod
    def differential(columns: Sequence[Sequence[str]], double: bool, /) -> Montage: ...
    @staticmethod
    def common_average(channels: Sequence[str], /) -> Montage: ...
    def of_recording(self, recording: Recording, /) -> Recording: ...
    def of_signal(self, signal: Signal, /) -> Signal: ...
    def of_array(self, x: npt.NDArray[Any], names: Sequence[str], /) -> npt.NDArray[Any]: ...

def check_samples(x: object) -> None: ...
def recording_from_array(
    x: npt.NDArray[Any], fs: float, channel_names: Sequence[str], volts_per_unit: float
) -> Recording: ...
def signal_of_samples(
    x: npt.NDArray[Any], fs: float, channel_names: Sequence[str], volts_per_unit: float
) -> Signal: ...
def signal_of_counts(
    x: npt.NDArray[np.int32],
    fs: float,
    channel_names: Sequence[str],
    step_v: Sequence[float],
    offset_v: float,
    gaps: Sequence[tuple[int, int]],
) -> Signal: ...
def recording_of(
    path: bytes,
    layout: str,
    signals: Sequence[Signal],
    refused: Sequence[tuple[str, ...]],
    notes: Sequence[str],
) -> Recording: ...
def open(path: bytes, layout: bytes, study: bytes, threads: int) -> Recording: ...
def save_recording(recording: Recording, path: bytes, sha256: str = "", configuration: str = "") -> None: ...
def check_study(path: bytes) -> None: ...
def read_sidecars(recording: Recording, study: bytes) -> None: ...
def subject_fault(field: str, text: str) -> str: ...
def read_events(path: bytes) -> tuple[list[_Event], float, float, list[str]]: ...
def append_labels(path: bytes, events: list[_Event]) -> None: ...
def save_events(path: bytes, events: list[_Event], duration_s: float, start_s: float) -> None: ...
def rms(x: npt.NDArray[Any], fs: float, window_s: float, causal: bool) -> npt.NDArray[Any]: ...
def arv(x: npt.NDArray[Any], fs: float, window_s: float, causal: bool) -> npt.NDArray[Any]: ...
def tkeo(x: npt.NDArray[Any], fs: float, causal: bool) -> npt.NDArray[Any]: ...
def tkeo_mean(x: npt.NDArray[Any], fs: float, window_s: float, causal: bool) -> npt.NDArray[Any]: ...
def hilbert(x: npt.NDArray[Any], fs: float, low_hz: float, ripple: float, causal: bool) -> npt.NDArray[Any]: ...
def linear(x: npt.NDArray[Any], fs: float, cutoff_hz: float, order: int, causal: bool) -> npt.NDArray[Any]: ...
def linear_delay(fs: float, cutoff_hz: float, order: int) -> float: ...
def hilbert_delay(fs: float, low_hz: float, ripple: float) -> int: ...
def quality(x: npt.NDArray[Any], fs: float, options: dict[str, float | int], limits: dict[str, float]) -> _Quality: ...
def blank(
    x: npt.NDArray[Any], fs: float, pulses_s: list[float], before_s: float, after_s: float, linear: bool
) -> npt.NDArray[Any]: ...
def train_pulses(start_s: float, stop_s: float, frequency_hz: float, n_pulses: float) -> list[float]: ...
def normalise(x: npt.NDArray[Any], method: str, references_v: list[float], muscles: list[str]) -> npt.NDArray[Any]: ...
def largest_rms(x: npt.NDArray[Any], fs: float, window_s: float) -> npt.NDArray[np.float64]: ...
def check_alike(methods: list[str], /) -> None: ...
def butterworth_lowpass(fs: float, cutoff_hz: float, order: int, both_passes: bool) -> npt.NDArray[np.float64]: ...
def butterworth_highpass(fs: float, cutoff_hz: float, order: int, both_passes: bool) -> npt.NDArray[np.float64]: ...
def butterworth_bandpass(
    fs: float, low_hz: float, high_hz: float, order: int, both_passes: bool
) -> npt.NDArray[np.float64]: ...
def notch(
    fs: float, mains_hz: float, width_hz: float, harmonics: int, proportional: bool, both_passes: bool
) -> npt.NDArray[np.float64]: ...
def resample(x: npt.NDArray[Any], fs: float, to_hz: float) -> npt.NDArray[Any]: ...
def sos_zero_phase(x: npt.NDArray[Any], sos: npt.NDArray[np.float64]) -> npt.NDArray[Any]: ...
def sos_causal(x: npt.NDArray[Any], sos: npt.NDArray[np.float64]) -> npt.NDArray[Any]: ...
def settling_samples(sos: npt.NDArray[np.float64], tolerance: float) -> int: ...
def spectral(
    x: npt.NDArray[Any],
    fs: float,
    window_s: float,
    overlap: float,
    segment_s: float,
    low_hz: float,
    high_hz: float,
    fi_low_hz: float,
    fi_high_hz: float,
) -> _Table: ...
def jasa(amplitude: tuple[float, float, float], frequency: tuple[float, float, float]) -> str: ...
def welch(
    x: npt.NDArray[Any], fs: float, segment_s: float, overlap: float
) -> tuple[float, npt.NDArray[np.float64]]: ...
def stft(
    x: npt.NDArray[Any], fs: float, segment_s: float, overlap: float
) -> tuple[npt.NDArray[np.float64], float, npt.NDArray[Any]]: ...
def spectrogram(
    x: npt.NDArray[Any], fs: float, segment_s: float, overlap: float
) -> tuple[npt.NDArray[np.float64], float, npt.NDArray[Any]]: ...
def theil_sen(t: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> tuple[float, float, float]: ...
def trend(
    t: npt.NDArray[np.float64], y: npt.NDArray[np.float64], method: str, seed: int
) -> tuple[float, float, float, float, float, float, float, float, int]: ...
def detectors() -> list[tuple[str, str, list[tuple[str, float, str, float, float, str, str]]]]: ...
def detect(
    name: str,
    x: npt.NDArray[Any],
    fs: float,
    longest_activity_s: float,
    rest: tuple[float, float] | None,
    options: dict[str, float],
) -> list[list[tuple[int, int, float, bool, bool]]]: ...
def detection_trace(
    name: str,
    x: npt.NDArray[Any],
    fs: float,
    longest_activity_s: float,
    rest: tuple[float, float] | None,
    options: dict[str, float],
) -> tuple[npt.NDArray[np.float64], int]: ...
def change_points(energy: npt.NDArray[np.float64], penalty: float) -> list[int]: ...
def half_normal_mean_survival(x: float, n: float) -> float: ...
def half_normal_mean_quantile(p: float, n: float) -> float: ...
def analyse(
    recording: Recording,
    config: str,
    phase: str,
    channels: Sequence[str],
    progress: Callable[[float], object] | None,
) -> _Analysis: ...
def check_configuration(file: bytes, settings: list[str]) -> None: ...
def save_derived(derived: Derived, path: bytes) -> None: ...
def save_episodes(path: bytes, episodes: list[dict[str, Any]], duration_s: float, start_s: float) -> None: ...
def save_rejected(path: bytes, rejected: list[dict[str, Any]]) -> None: ...
def mains(x: npt.NDArray[Any], fs: float, mains_hz: float, harmonics: int) -> npt.NDArray[Any]: ...
def find_mains(x: npt.NDArray[Any], fs: float, mains_hz: float, harmonics: int) -> list[dict[str, Any]]: ...
def ecg(x: npt.NDArray[Any], fs: float, reference: int) -> npt.NDArray[Any]: ...
def find_beats(x: npt.NDArray[Any], fs: float, reference: int) -> list[dict[str, Any]]: ...

class Labels: ...

_Times: TypeAlias = Sequence[tuple[float, float]]

def labels_from_recording(recording: Recording) -> Labels: ...
def labels_from_events(events: list[_Event], start_s: float, end_s: float) -> Labels: ...
def labels_from_file(path: bytes, study: bytes) -> Labels: ...
def score_labels(sides: list[tuple[Labels, Labels, Labels | None]], request: dict[str, str]) -> tuple[str, str]: ...
def score_files(
    reference: bytes, found: bytes, against: bytes, study: bytes, request: dict[str, str]
) -> tuple[str, str]: ...
def match_by_iou(reference: _Times, found: _Times, least: float) -> list[tuple[int, int]]: ...
def match_by_collar(reference: _Times, found: _Times, onset_s: float, offset_share: float) -> list[tuple[int, int]]: ...
def any_overlap(reference: _Times, found: _Times, duration_s: float) -> tuple[int, int, int, int]: ...
def compare_samples(
    reference: _Times, found: _Times, duration_s: float, rate_hz: float
) -> tuple[int, int, int, int]: ...
def benchmark_inputs(paths: list[bytes]) -> list[tuple[str, str]]: ...
def benchmark(
    paths: list[bytes],
    directory: bytes,
    request: dict[str, Any],
    given: list[tuple[str, str, list[_Event], str, float]],
) -> tuple[str, list[tuple[str, str, str]], list[str]]: ...
