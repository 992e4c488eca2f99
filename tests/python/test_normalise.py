from __future__ import annotations

import math

import myocramp as mc
import numpy as np
import pytest

from .conftest import make_emg

FS = 1000.0
envelope = mc.envelope


def test_percent_of_a_reference() -> None:
    x = np.abs(np.random.default_rng(1).standard_normal((100, 2)))
    refs = [envelope.Normalisation("mvc_standard", 0.5, "GM"), envelope.Normalisation("mvc_standard", 4.0, "GL")]
    done = envelope.normalise(x, refs, axis=0)
    assert np.array_equal(done.values, x / [0.5, 4.0] * 100)
    assert (done.unit, done.method, done.normalisation) == ("%", "mvc_standard", tuple(refs))
    parts = envelope.normalise(x.T.astype(np.float32), refs, unit="1", axis=-1)
    assert parts.values.dtype == np.float32
    assert np.allclose(parts.values.T, x / [0.5, 4.0])
    assert parts.unit == "1"
    for wrong in (refs[0], refs[:1], [*refs, refs[0]]):  # one for each channel, neither fewer nor more
        with pytest.raises(mc.InvalidArgument) as caught:
            envelope.normalise(x, wrong, axis=0)
        assert caught.value.code == "E-LENGTH"
    assert envelope.normalise(x[:, 0], refs[0]).values == pytest.approx(x[:, 0] * 200)


def test_none_stays_in_volts() -> None:
    done = envelope.normalise(np.array([1e-3, np.nan]), envelope.Normalisation("none", 1))
    assert done.values[0] == 1e-3
    assert math.isnan(done.values[1])
    assert done.unit == "V"


def test_the_reference_of_an_mvc_phase() -> None:
    x = make_emg(2, duration_s=30, n_channels=2)
    x[10_000:13_000, 0] *= 20
    x[20_000:21_000, 1] *= 50
    rec = mc.Recording.from_array(x, FS, channel_names=["GM", "GL"], unit="V")
    rec.protocol = [mc.Phase(8, 15, "mvc"), mc.Phase(24, 24.2, "mvc")]
    found = envelope.reference(rec)
    y = mc.filter.bandpass(rec)[8000:15_000]
    whole = np.sqrt(np.lib.stride_tricks.sliding_window_view(y**2, 500, axis=0).mean(axis=-1)).max(axis=0)
    assert [n.reference_v for n in found] == pytest.approx(list(whole), rel=1e-12)
    assert [(n.method, n.muscle) for n in found] == [("mvc_standard", "GM"), ("mvc_standard", "GL")]
    assert "0.5 s in phase mvc" in found[0].description
    with pytest.raises(mc.InvalidArgument, match="phase rest"):
        envelope.reference(rec, phase="rest")
    with pytest.raises(mc.InvalidArgument, match="submaximal"):
        envelope.reference(rec, method="mmax")
    rec.protocol = [mc.Phase(24, 24.2, "mvc")]
    with pytest.raises(mc.DataError, match="window"):
        envelope.reference(rec)


def test_unlike_results_are_not_pooled() -> None:
    x = np.ones(3)
    mmax = envelope.normalise(x, envelope.Normalisation("mmax", 2))
    mvc = envelope.normalise(x, envelope.Normalisation("mvc_task", 2))
    assert envelope.pool([mmax, mmax]) == [mmax, mmax]
    with pytest.raises(mc.InvalidArgument, match="mmax and mvc_task") as error:
        envelope.pool([mmax, mvc])
    assert error.value.code == "E-NORMALISATION"
    with pytest.raises(mc.InvalidArgument, match="one unit"):
        envelope.pool([mmax, envelope.normalise(x, envelope.Normalisation("mmax", 2), unit="1")])
    with pytest.raises(mc.InvalidArgument, match="one method"):
        envelope.normalise(np.ones((3, 2)), [*mmax.normalisation, *mvc.normalisation], axis=0)


@pytest.mark.parametrize("reference_v", [0, -1, math.nan, math.inf])
def test_a_reference_is_a_voltage(reference_v: float) -> None:
    with pytest.raises(mc.InvalidArgument) as error:
        envelope.normalise(np.ones(3), envelope.Normalisation("mmax", reference_v))
    assert error.value.code == "E-NORMALISATION"


def test_arguments_are_held_to_their_meaning() -> None:
    one = envelope.Normalisation("mmax", 2)
    with pytest.raises(mc.InvalidArgument, match="mvc_standard"):
        envelope.normalise(np.ones(3), envelope.Normalisation("mvc", 2))
    with pytest.raises(mc.InvalidArgument) as error:
        envelope.normalise(np.ones((3, 2)), one, axis=0)
    assert error.value.code == "E-LENGTH"
    with pytest.raises(mc.InvalidArgument, match="% or 1"):
        envelope.normalise(np.ones(3), one, unit="mV")
    with pytest.raises(TypeError):
        envelope.normalise(np.ones(3, dtype=int), one)  # type: ignore[arg-type]
