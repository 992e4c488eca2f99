"""Trends: slopes against SciPy, intervals that cover, what is refused."""

from __future__ import annotations

import math

import myocramp as mc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from .conftest import Array, make_emg

METHODS = ["theil_sen", "ols"]


def track(n: int, seed: int, correlation: float = 0.0) -> tuple[Array, Array]:
    """80 Hz falling by 0.1 Hz/s, half-overlapping 1 s windows, scatter of 3 Hz."""
    rng = np.random.default_rng(seed)
    e = rng.standard_normal(n)
    for k in range(1, n):
        e[k] = correlation * e[k - 1] + math.sqrt(1 - correlation**2) * e[k]
    t = 0.5 + 0.5 * np.arange(n)
    return t, 80 - 0.1 * (t - 0.5) + 3 * e


@settings(max_examples=60, deadline=None)
@given(n=st.integers(10, 200), digits=st.integers(0, 4), missing=st.integers(0, 5), seed=st.integers(0, 2**32 - 1))
def test_slopes_agree_with_scipy(n: int, digits: int, missing: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    t = rng.uniform(0, 100, n + missing)
    y = np.round(100 - 0.1 * t + rng.standard_normal(n + missing), digits)
    y[rng.choice(n + missing, missing, replace=False)] = np.nan
    known = np.isfinite(y)
    median = stats.theilslopes(y[known], t[known], method="joint")
    line = stats.linregress(t[known], y[known])
    for method, slope, at_zero in [
        ("theil_sen", median.slope, median.intercept),
        ("ols", line.slope, line.intercept),
    ]:
        found = mc.fatigue.trend(t, y, method)  # type: ignore[arg-type]
        assert found.slope == pytest.approx(slope, rel=1e-9, abs=1e-12)
        assert found.intercept == pytest.approx(at_zero + slope * t.min(), rel=1e-9)
        assert found.low <= found.slope <= found.high
        assert found.slope_percent_min == pytest.approx(6000 * found.slope / found.intercept, rel=1e-12)
        assert found.low_percent_min == pytest.approx(6000 * found.low / found.intercept, rel=1e-12)
        assert found.high_percent_min == pytest.approx(6000 * found.high / found.intercept, rel=1e-12)
        assert 0 <= found.autocorrelation <= 0.99
        assert found.n_windows == n


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("correlation", [0.0, 0.4])
def test_intervals_cover(method: str, correlation: float) -> None:
    """The same from Python on other noise; the C++ test holds more lengths to it."""
    inside = 0
    for seed in range(500):
        found = mc.fatigue.trend(*track(40, seed, correlation), method)  # type: ignore[arg-type]
        inside += found.low <= -0.1 <= found.high
    assert 0.92 <= inside / 500 <= 0.98


@pytest.mark.parametrize("method", METHODS)
def test_overlapping_windows_without_a_trend_have_none(method: str) -> None:
    """Windows of a spectrum that does not change: about one interval in twenty leaves out 0."""
    out = 0
    for seed in range(8):
        x = make_emg(seed, duration_s=40, n_channels=25, rest_uv=100)
        table = mc.fatigue.spectral(x, 1000, axis=0)
        for c in range(25):
            found = mc.fatigue.trend(table["time_s"], table["mdf_hz"][:, c], method)  # type: ignore[arg-type]
            out += not found.low <= 0 <= found.high
    assert 2 <= out <= 20  # of 200


@pytest.mark.parametrize("method", METHODS)
def test_keeps_its_bits(method: str) -> None:
    t, y = track(60, 1, 0.4)
    found = mc.fatigue.trend(t, y, method)  # type: ignore[arg-type]
    assert mc.fatigue.trend(t, y, method) == found  # type: ignore[arg-type]
    assert mc.fatigue.trend(list(t), list(y), method, seed=1) == found  # type: ignore[arg-type]
    assert mc.fatigue.trend(t[::-1], y[::-1], method) == found  # type: ignore[arg-type]
    assert mc.fatigue.trend(np.repeat(t, 2)[::2], y, method) == found  # type: ignore[arg-type]
    other = mc.fatigue.trend(t, y, method, seed=np.uint64(2**64 - 1))  # type: ignore[arg-type]
    assert (other.slope, other.intercept) == (found.slope, found.intercept)
    assert other.low != found.low


def test_a_leading_gap_keeps_its_time() -> None:
    t = 0.5 * np.arange(40)
    y = 90 - 0.2 * t
    y[:10] = np.nan
    found = mc.fatigue.trend(t, y)
    assert found.intercept == pytest.approx(90)
    assert found.slope_percent_min == pytest.approx(-100 * 0.2 * 60 / 90)
    assert found.n_windows == 30


def test_refuses_and_has_no_answer() -> None:
    for method in METHODS:
        few = mc.fatigue.trend(range(9), range(9), method)  # type: ignore[arg-type]
        assert np.isnan(few[:8]).all()
        assert few.n_windows == 9
        assert np.isnan(mc.fatigue.trend([1] * 20, range(20), method)[:8]).all()  # type: ignore[arg-type]
        assert not np.isnan(mc.fatigue.trend(range(10), range(10, 20), method)[:8]).any()  # type: ignore[arg-type]
    assert np.isnan(mc.fatigue.trend([], [])[:8]).all()
    with pytest.raises(mc.InvalidArgument, match="10 values"):
        mc.fatigue.trend(range(10), range(11))
    with pytest.raises(mc.InvalidArgument, match="finite times"):
        mc.fatigue.trend([np.nan] * 10, range(10))
    with pytest.raises(mc.InvalidArgument, match="theil_sen or ols"):
        mc.fatigue.trend(range(10), range(10), "median")  # type: ignore[arg-type]
    for seed in (-1, 2**64):
        with pytest.raises(mc.InvalidArgument, match="seed"):
            mc.fatigue.trend(range(10), range(10), seed=seed)
    with pytest.raises(TypeError, match="one dimension"):
        mc.fatigue.trend(range(10), np.zeros((10, 2)))
    masked = np.ma.array(np.arange(20.0), mask=np.arange(20) < 5)
    for function in (mc.fatigue.trend, mc.fatigue.theil_sen):
        with pytest.raises(TypeError, match=r"^y: .*MaskedArray: mark gaps as NaN"):
            function(np.arange(20.0), masked)
        with pytest.raises(TypeError, match=r"^t: .*MaskedArray"):
            function(masked, np.arange(20.0))


def test_more_than_1000_windows_work_on_medians_of_bins() -> None:
    t, y = track(5000, 2)
    found = mc.fatigue.trend(t, y)
    bins = mc.fatigue.trend(np.median(t.reshape(-1, 5), axis=1), np.median(y.reshape(-1, 5), axis=1))
    assert found[:3] == bins[:3]
    assert found.slope == pytest.approx(-0.1, abs=1e-3)
    assert (found.n_windows, bins.n_windows) == (5000, 1000)
