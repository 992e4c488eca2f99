from __future__ import annotations

from collections.abc import Callable
from typing import Any

import myocramp as mc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from .conftest import Array, make_emg

FS = 1000.0
KINDS = [(mc.envelope.rms, np.square, np.sqrt), (mc.envelope.arv, np.abs, np.positive)]
Kind = tuple[Callable[..., Array], Callable[..., Any], Callable[..., Any]]


def direct(x: Array, window: int, kind: Kind, causal: bool) -> Array:
    """Window by window, as defined."""
    _, inner, outer = kind
    ahead = 0 if causal else (window - 1) // 2
    y = np.empty_like(x)
    for i in range(len(x)):
        end = min(len(x), i + ahead + 1)
        begin = max(0, i + ahead + 1 - window)
        y[i] = outer(inner(x[begin:end]).mean(axis=0))
    return y


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=80, deadline=None)
@given(n=st.integers(1, 120), window=st.integers(10, 90), causal=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_edges_average_what_there_is(kind: Kind, n: int, window: int, causal: bool, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((n, 3))
    y = kind[0](x, FS, window_s=window / FS, axis=0, causal=causal)
    assert np.allclose(y, direct(x, window, kind, causal), rtol=1e-12, atol=0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("window", [10, 11, 250, 251])
def test_agrees_with_scipy_away_from_the_ends(kind: Kind, window: int) -> None:
    run, inner, outer = kind
    x = make_emg(1, duration_s=5, n_channels=2)
    reference = outer(ndimage.uniform_filter1d(inner(x), window, axis=0))
    y = run(x, FS, window_s=window / FS, axis=0)
    middle = slice(window, -window)
    assert np.allclose(y[middle], reference[middle], rtol=1e-9, atol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_sums_do_not_drift(kind: Kind) -> None:
    # A running sum would keep an error of the loud part for the rest of the signal.
    x = np.full(20_000, 1e-6)
    x[5000:6000] = 1.0
    assert np.allclose(kind[0](x, FS, window_s=0.05)[6100:], 1e-6, rtol=1e-12, atol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_nan_reaches_the_windows_that_hold_it(kind: Kind) -> None:
    x = make_emg(2, duration_s=2, n_channels=2)
    x[1000, 0] = np.nan
    y = kind[0](x, FS, window_s=0.1, axis=0)
    bad = np.flatnonzero(np.isnan(y[:, 0]))
    assert (bad[0], bad[-1], len(bad)) == (1000 - 49, 1000 + 50, 100)
    assert np.isfinite(y[:, 1]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_and_scalars(kind: Kind) -> None:
    x = np.random.default_rng(3).standard_normal((2, 3, 500)).astype(np.float32)
    y = kind[0](x, FS, axis=-1)
    assert y.shape == x.shape
    assert y.dtype == np.float32
    assert np.allclose(y[1, 2], kind[0](x[1, 2].astype(float), FS), rtol=1e-6)
    assert np.array_equal(kind[0](x[:, ::-1, ::-1], FS, axis=2), kind[0](x[:, ::-1, ::-1].copy(), FS, axis=2))
    assert kind[0](np.empty((0, 2)), FS, axis=0).shape == (0, 2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("window_s", [0.0, -1.0, 11.0, float("nan"), float("inf")])
def test_window_has_a_range(kind: Kind, window_s: float) -> None:
    with pytest.raises(mc.InvalidArgument, match=r"envelope\.window_s"):
        kind[0](np.zeros(100), FS, window_s=window_s)


def test_recording() -> None:
    x = make_emg(4, duration_s=2, n_channels=2)
    rec = mc.Recording.from_array(x, fs=FS)
    assert np.array_equal(mc.envelope.rms(rec), mc.envelope.rms(x, FS, axis=0))
