from __future__ import annotations

from pathlib import Path

import myocramp as mc
import numpy as np
import pytest

from .conftest import make_emg

FS = 1000.0
NAMES = ["A", "B", "C", "D"]


def recording() -> mc.Recording:
    rec = mc.Recording.from_array(make_emg(1, duration_s=3, n_channels=4), fs=FS, channel_names=NAMES)
    rec.session = "night"
    return rec


def test_bipolar_of_a_recording_a_signal_and_an_array() -> None:
    rec = recording()
    x = rec.data
    expected = np.stack([x[:, 0] - x[:, 1], x[:, 3] - x[:, 2]], axis=1)
    derived = mc.montage.bipolar(rec, [("A", "B"), ("D", "C")])
    assert derived.channels == ["A-B", "D-C"]
    assert derived.session == "night"
    assert np.array_equal(derived.data, expected)
    signal = mc.montage.bipolar(rec.signals[0], [("A", "B"), ("D", "C")])
    assert signal.channels == ["A-B", "D-C"]
    assert np.array_equal(signal.data, expected)
    pairs = [("A", "B"), ("D", "C")]
    assert np.array_equal(mc.montage.bipolar(x, pairs, channel_names=NAMES, axis=0), expected)
    assert np.array_equal(mc.montage.bipolar(x, [(0, 1), (3, 2)], axis=0), expected)
    assert np.array_equal(mc.montage.bipolar(x.T, [(0, 1), (3, 2)], axis=1), expected.T)
    single = mc.montage.bipolar(x.astype(np.float32), [(0, 1)], axis=0)
    assert single.dtype == np.float32


def test_differences_along_columns() -> None:
    rec = recording()
    x = rec.data
    derived = mc.montage.differential(rec, [["A", "B", "C"], ["D", "A"]])
    assert derived.channels == ["A-B", "B-C", "D-A"]
    double = mc.montage.differential(rec, [NAMES], kind="double")
    assert double.channels == ["A-2B+C", "B-2C+D"]
    assert np.array_equal(double.data[:, 0], x[:, 0] - 2 * x[:, 1] + x[:, 2])
    assert np.array_equal(mc.montage.differential(x, [[0, 1, 2, 3]], "double", axis=0), double.data)


def test_common_average() -> None:
    rec = recording()
    x = rec.data
    derived = mc.montage.common_average(rec)
    assert derived.channels == ["A-average", "B-average", "C-average", "D-average"]
    assert np.allclose(derived.data, x - x.mean(axis=1, keepdims=True), rtol=0, atol=1e-18)
    assert np.array_equal(mc.montage.common_average(x, axis=0), derived.data)
    some = mc.montage.common_average(x, [0, 2], axis=0)
    assert np.allclose(some, x[:, [0, 2]] - x[:, [0, 2]].mean(axis=1, keepdims=True), rtol=0, atol=1e-18)
    x[5, 1] = np.nan
    assert np.isnan(mc.montage.common_average(x, axis=0)[5]).all()


def test_a_derived_recording_can_be_analysed_and_saved(tmp_path: Path) -> None:
    derived = mc.montage.bipolar(recording(), [("A", "B")])
    assert mc.analyse(derived, phase="rest").features[0].envelope.channels == ["A-B"]
    derived.save(tmp_path / "bipolar.nwb")
    again = mc.read(tmp_path / "bipolar.nwb")
    assert again.channels == ["A-B"]
    assert np.allclose(again.data, derived.data, rtol=1e-12)


def test_refuses_what_cannot_be() -> None:
    rec = recording()
    x = rec.data
    with pytest.raises(mc.DataError, match="A, B, C, D") as missing:
        mc.montage.bipolar(rec, [("A", "X")])
    assert missing.value.code == "E-CHANNEL"
    with pytest.raises(mc.DataError):
        mc.montage.bipolar(x, [(0, 4)], axis=0)
    for wrong in ([], [("A", "A")], [("A", "B"), ("A", "B")]):
        with pytest.raises(mc.InvalidArgument) as caught:
            mc.montage.bipolar(rec, wrong)
        assert caught.value.code == "E-MONTAGE"
    with pytest.raises(mc.InvalidArgument):
        mc.montage.differential(rec, [["A"]])
    with pytest.raises(mc.InvalidArgument, match="single or double"):
        mc.montage.differential(rec, [NAMES], kind="triple")  # type: ignore[call-overload]
    with pytest.raises(mc.InvalidArgument, match="4 names"):
        mc.montage.bipolar(x, [("A", "B")], channel_names=["A", "B"], axis=0)
    with pytest.raises(TypeError, match="axis"):
        mc.montage.bipolar(x, [(0, 1)])
    with pytest.raises(TypeError, match="two dimensions"):
        mc.montage.bipolar(x[:, 0], [(0, 1)])
    with pytest.raises(TypeError, match="two channels each"):
        mc.montage.bipolar(rec, ["AB"])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="has both"):
        mc.montage.bipolar(rec, [("A", "B")], axis=0)  # type: ignore[call-overload]
