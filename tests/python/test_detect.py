from __future__ import annotations

import inspect
import math

import myocramp as mc
import numpy as np
import pytest
from scipy import stats

from .conftest import Burst, make_emg

FS = 1000.0


def test_false_alarm_rate_is_the_stated_one() -> None:
    windows, length, p = 20_000, 50, 0.01
    sigma = 3e-6
    noise = sigma * np.random.default_rng(11).standard_normal((windows, length))
    over = int((np.abs(noise).mean(axis=1) > sigma * mc.detect.half_normal_mean_quantile(p, length)).sum())
    interval = stats.binomtest(over, windows).proportion_ci(0.99, "exact")  # Clopper and Pearson
    assert interval.low <= p <= interval.high


@pytest.mark.parametrize("n", [1, 2, 5, 17.5, 300])
@pytest.mark.parametrize("p", [0.5, 1e-2, 1e-6])
def test_quantile_and_survival_are_inverse(n: float, p: float) -> None:
    x = mc.detect.half_normal_mean_quantile(p, n)
    assert mc.detect.half_normal_mean_survival(x, n) == pytest.approx(p, rel=1e-6, abs=1e-11)
    if n == 1:
        assert x == pytest.approx(stats.halfnorm.isf(p), rel=1e-9)
    if n == 300 and p == 0.5:
        assert x == pytest.approx(math.sqrt(2 / math.pi), rel=1e-3)


def test_survival_refuses() -> None:
    with pytest.raises(mc.InvalidArgument):
        mc.detect.half_normal_mean_survival(1, 0.5)
    with pytest.raises(mc.InvalidArgument):
        mc.detect.half_normal_mean_quantile(0, 10)


def test_finds_bursts_where_they_are() -> None:
    x = make_emg(1, duration_s=60, n_channels=2, bursts=[Burst(20, 25, 100, [0]), Burst(40, 44, 80, [1])])
    events = mc.detect.run("hodges_bui", mc.filter.bandpass(x, FS, axis=0), FS, axis=0, p_fa=1e-8)
    assert [e.channel for e in events] == ["0", "1"]
    assert events[0].onset_s == pytest.approx(20, abs=0.1)
    assert events[0].offset_s == pytest.approx(25, abs=0.1)
    assert events[1].onset_s == pytest.approx(40, abs=0.1)
    assert all(e.score > 1 and e.detector == "hodges_bui" and e.label_source == "auto" for e in events)
    frame = events.to_dataframe()
    assert frame["channel"].tolist() == ["0", "1"]
    assert events.duration_s == 60


@pytest.mark.parametrize("name", mc.detect.names())
def test_every_detector_finds_a_burst(name: str) -> None:
    x = mc.filter.bandpass(make_emg(1, duration_s=60, bursts=[Burst(20, 25, 100)])[:, 0], FS)
    for events in (getattr(mc.detect, name)(x, FS), mc.detect.run(name, x, FS)):
        longest = max(events, key=lambda e: e.duration_s)
        assert longest.detector == name
        assert longest.onset_s == pytest.approx(20, abs=0.1)
        assert longest.offset_s == pytest.approx(25, abs=0.1)


def test_every_way_in_finds_the_same() -> None:
    x = mc.filter.bandpass(make_emg(2, duration_s=30, n_channels=2, bursts=[Burst(10, 13, 90)]), FS, axis=0)
    reference = mc.detect.run("hodges_bui", x, FS, axis=0)
    spans = [(e.onset_s, e.offset_s, e.score) for e in reference]
    ways = [
        mc.detect.hodges_bui(x, FS, 0),
        mc.detect.hodges_bui(x.T, FS, axis=-1),
        mc.detect.hodges_bui(np.asfortranarray(x), FS, axis=0, window_s=0.05),
        mc.detect.hodges_bui(mc.Recording.from_array(x, fs=FS, channel_names=["a", "b"])),
    ]
    for events in ways:
        assert [(e.onset_s, e.offset_s, e.score) for e in events] == spans
    assert {e.channel for e in ways[-1]} == {"a", "b"}
    single = mc.detect.hodges_bui(x.astype(np.float32), FS, axis=0)
    assert [round(e.onset_s, 2) for e in single] == [round(e.onset_s, 2) for e in reference]


def test_gaps_and_infinity_are_never_bridged() -> None:
    x = mc.filter.bandpass(make_emg(3, duration_s=30, bursts=[Burst(10, 20, 90)])[:, 0], FS)
    for bad in (np.nan, np.inf):
        y = x.copy()
        y[15_000:15_100] = bad
        loud = [e for e in mc.detect.hodges_bui(y, FS) if e.duration_s > 1]
        assert [(round(e.onset_s), round(e.offset_s)) for e in loud] == [(10, 15), (15, 20)]
        assert loud[0].offset_s <= 15
        assert loud[1].onset_s >= 15.1


def test_edges() -> None:
    assert len(mc.detect.hodges_bui(np.empty(0), FS)) == 0
    assert len(mc.detect.hodges_bui(np.zeros(10), FS)) == 0
    assert len(mc.detect.hodges_bui(np.zeros((5000, 2)), FS, axis=0)) == 0
    assert len(mc.detect.hodges_bui(np.full(5000, np.nan), FS)) == 0


def test_functions_come_from_the_registry() -> None:
    assert mc.detect.names() == sorted(mc.detect.names())
    for name in mc.detect.names():
        function = getattr(mc.detect, name)
        assert name in mc.detect.__all__
        assert name in mc.detect.__annotations__, "declare it for type checkers too"
        assert function.__name__ == name
        options = list(inspect.signature(function).parameters)[5:]  # behind x, fs, axis, longest_activity_s and rest
        assert options
        assert all(f"{o} : float" in inspect.getdoc(function) for o in options)
    assert 0 < inspect.signature(mc.detect.hodges_bui).parameters["p_fa"].default < 1e-3


def test_wrong_options_are_named() -> None:
    x = np.zeros(1000)
    with pytest.raises(mc.InvalidArgument, match="hodges_bui") as caught:
        mc.detect.run("magic", x, FS)
    assert caught.value.code == "E-DETECTOR"
    for call in (mc.detect.hodges_bui, lambda *a, **k: mc.detect.run("hodges_bui", *a, **k)):
        with pytest.raises(mc.InvalidArgument, match=r"detector\.q.*p_fa"):
            call(x, FS, q=1.0)
        with pytest.raises(mc.InvalidArgument, match=r"detector\.p_fa"):
            call(x, FS, p_fa=2.0)
        with pytest.raises(mc.InvalidArgument, match="longest_activity_s"):
            call(x, FS, longest_activity_s=0.0)
    with pytest.raises(mc.InvalidArgument, match="rate"):
        mc.detect.hodges_bui(x, 0)


def test_change_points() -> None:
    rng = np.random.default_rng(2)
    energy = np.concatenate([rng.chisquare(20, 300), 4 * rng.chisquare(20, 200), rng.chisquare(20, 100)]) / 20
    ends = mc.detect.change_points(energy, 1.0)
    assert ends.dtype == np.int64
    assert len(ends) == 3
    assert np.abs(ends - [300, 500, 600]).max() <= 2
    assert len(mc.detect.change_points(np.empty(0), 1.0)) == 0
    for wrong in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(mc.InvalidArgument, match="energy"):
            mc.detect.change_points(np.array([1.0, wrong]), 1.0)
    with pytest.raises(mc.InvalidArgument, match="energy: expected a finite sum"):
        mc.detect.change_points(np.array([1e308, 1e308]), 1.0)
    with pytest.raises(mc.InvalidArgument, match="penalty"):
        mc.detect.change_points(energy, -1.0)
    with pytest.raises(TypeError, match="float64"):
        mc.detect.change_points(np.array([1, 2]), 1.0)


def covered(events: mc.Events, start: float, stop: float) -> float:
    """The part of a span that events of one channel fill."""
    return sum(max(0.0, min(e.offset_s, stop) - max(e.onset_s, start)) for e in events) / (stop - start)


@pytest.mark.parametrize("name", mc.detect.names())
def test_marked_rest_serves_where_activity_fills_the_recording(name: str) -> None:
    x = mc.filter.bandpass(make_emg(1, duration_s=120, bursts=[Burst(0, 60, 60), Burst(63, 120, 60)])[:, 0], FS)
    events = mc.detect.run(name, x, FS, rest=(60.2, 62.8))
    assert covered(events, 0, 59.9) > 0.95
    assert covered(events, 60.4, 62.6) < 0.02  # long windows let go late, and two seconds tell a threshold roughly
    assert covered(events, 63.1, 120) > 0.95


@pytest.mark.parametrize("name", sorted({*mc.detect.names()} - {"leg_movement"}))  # which goes by volts
def test_activity_without_any_rest_is_taken_for_rest(name: str) -> None:
    x = mc.filter.bandpass(make_emg(1, duration_s=60, bursts=[Burst(0, 60, 60)])[:, 0], FS)
    assert covered(mc.detect.run(name, x, FS), 0, 60) < 0.02


@pytest.mark.parametrize("rest", [(5, 5.1), (70, 90), (20, 10), (-9, -3)])
def test_marked_rest_must_be_in_the_samples(rest: tuple[float, float]) -> None:
    x = make_emg(1, duration_s=60)[:, 0]
    with pytest.raises(mc.InvalidArgument, match="rest: expected at least") as error:
        mc.detect.hodges_bui(x, FS, rest=rest)
    assert error.value.code == "E-REST"


@pytest.mark.parametrize("name", mc.detect.names())
def test_trace_is_what_the_detector_goes_by(name: str) -> None:
    x = mc.filter.bandpass(make_emg(1, duration_s=60, n_channels=2, bursts=[Burst(20, 25, 100, [1])]), FS, axis=0)
    trace = mc.detect.trace(name, x, FS, axis=0)
    assert trace.channels == ["0", "1"]
    score = trace["score"]
    assert score.shape == (len(trace["time_s"]), 2)
    assert 0 <= trace["time_s"][0] < trace["time_s"][-1] < 60
    burst = (trace["time_s"] > 20.5) & (trace["time_s"] < 24.5)
    assert np.nanmedian(score[burst, 1]) > 2 * np.nanmedian(score[~burst, 1])
    assert np.nanmedian(score[burst, 0]) < 1.3 * np.nanmedian(score[~burst, 0])
    if len(score) < len(x):  # over frames
        return
    (event,) = [e for e in mc.detect.run(name, x, FS, axis=0) if e.channel == "1" and e.duration_s > 4]
    assert np.nanmax(score[burst, 1]) <= event.score * (1 + 1e-6)
    assert np.nanmax(score[:, 1]) == pytest.approx(event.score, rel=1e-6)
    assert event.score > 1


@pytest.mark.parametrize("shape", [(5000, 0), (0, 2), (3, 1)])
@pytest.mark.parametrize("name", mc.detect.names())
def test_trace_of_next_to_nothing(name: str, shape: tuple[int, int]) -> None:
    trace = mc.detect.trace(name, np.zeros(shape), FS, axis=0)
    assert trace["score"].shape == (len(trace["time_s"]), shape[1])
    assert not np.isfinite(trace["score"][:3]).any()
    assert len(mc.detect.run(name, np.zeros(shape), FS, axis=0)) == 0


def test_trace_above_digital_silence() -> None:
    x = np.zeros(20_000)
    x[10_000:10_100] = 1e-5
    score = mc.detect.trace("hodges_bui", x, FS)["score"][:, 0]
    assert score[10_050] > 1e6
    assert score[5_000] == 0 or np.isnan(score[5_000])


@pytest.mark.parametrize("name", mc.detect.names())
def test_no_option_takes_memory_before_it_is_checked(name: str) -> None:
    lengths = [k for k in inspect.signature(getattr(mc.detect, name)).parameters if k.endswith("_s")]
    for option in set(lengths) - {"longest_activity_s"}:
        with pytest.raises(mc.InvalidArgument, match=option):
            mc.detect.run(name, np.zeros(100), FS, **{option: 1e12})
