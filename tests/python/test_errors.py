from __future__ import annotations

import copy
import pickle
from typing import Any

import myocramp as mc
import numpy as np
import pytest

TREE = [
    (mc.InvalidArgument, ValueError),
    (mc.DataError, ValueError),
    (mc.IoError, OSError),
    (mc.InternalError, RuntimeError),
]


@pytest.mark.parametrize(("cls", "builtin"), TREE)
def test_one_tree(cls: type[mc.MyocrampError], builtin: type[Exception]) -> None:
    assert issubclass(cls, mc.MyocrampError)
    assert issubclass(cls, builtin)
    error = cls("E-X", "a.h5", "/raw", "this", "that")
    assert str(error) == "a.h5: /raw: expected this, found that"
    assert (error.code, error.file, error.place, error.expected, error.found) == ("E-X", "a.h5", "/raw", "this", "that")
    assert cls.__module__ == "myocramp"
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is cls
        assert (str(twin), twin.code, twin.found) == (str(error), "E-X", "that")


def test_parts_come_from_the_library() -> None:
    with pytest.raises(mc.MyocrampError) as caught:
        mc.filter.bandpass(np.zeros(1000), 1000, low_hz=30, high_hz=20)
    error = caught.value
    assert type(error) is mc.InvalidArgument
    assert (error.code, error.file, error.place) == ("E-OPTION", "", "filter.low_hz")
    assert (error.expected, error.found) == ("less than high_hz = 20", "30")
    assert str(error) == "filter.low_hz: expected less than high_hz = 20, found 30"


structured = np.zeros(100, dtype=[("a", np.float64), ("b", np.int8)])
misaligned = np.frombuffer(b"\0" * 801, dtype=np.uint8)[1:].view(np.float64)

REFUSED: list[tuple[str, Any, str]] = [
    ("int16", np.zeros(100, np.int16), "int16: give volts"),
    ("uint8", np.zeros(100, np.uint8), "uint8: give volts"),
    ("int64", np.zeros(100, np.int64), "int64: give volts"),
    ("bool", np.zeros(100, bool), "bool"),
    ("complex", np.zeros(100, complex), "complex128"),
    ("half", np.zeros(100, np.float16), "float16"),
    ("long double", np.zeros(100, np.longdouble), "float128"),
    ("object", np.zeros(100, object), "object"),
    ("text", np.array(["1"] * 100), "<U1"),
    ("time", np.zeros(100, "m8[s]"), "timedelta64"),
    ("structured", structured, "a"),
    ("byte order", np.zeros(100, ">f8"), "byte order"),
    ("masked", np.ma.zeros(100), "MaskedArray.*NaN"),
    ("subclass", np.matrix(np.zeros((100, 1))), "matrix"),
    ("list", [0.0] * 100, "list"),
    ("None", None, "NoneType"),
    ("strides", structured["a"], "strides"),
    ("alignment", misaligned, "unaligned"),
]


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(("x", "text"), [pytest.param(x, text, id=name) for name, x, text in REFUSED])
def test_only_float_arrays_are_taken(x: Any, text: str) -> None:
    for call in (
        lambda: mc.filter.bandpass(x, 1000, axis=0),
        lambda: mc.filter.bandpass(x, 1000, axis=0, causal=True),
        lambda: mc.envelope.rms(x, 1000, axis=0),
        lambda: mc.envelope.arv(x, 1000, axis=0, causal=True),
        lambda: mc.fatigue.spectral(x, 1000, axis=0),
        lambda: mc.detect.hodges_bui(x, 1000, axis=0),
        lambda: mc.Recording.from_array(x, 1000),
    ):
        with pytest.raises(TypeError, match=text):
            call()


def test_a_single_number_has_no_time() -> None:
    with pytest.raises(TypeError, match="single number"):
        mc.envelope.rms(np.array(1.0), 1000)


def test_memory_maps_are_arrays(tmp_path: Any) -> None:
    x = np.random.default_rng(1).standard_normal((500, 2))
    np.save(tmp_path / "x.npy", x)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert np.array_equal(mc.envelope.rms(mapped, 1000, axis=0), mc.envelope.rms(x, 1000, axis=0))


def test_a_field_of_single_floats_has_usable_strides() -> None:
    fields = np.zeros(300, dtype=[("a", np.float32), ("b", np.int32)])
    fields["a"] = np.random.default_rng(2).standard_normal(300)
    assert np.array_equal(mc.envelope.rms(fields["a"], 1000), mc.envelope.rms(fields["a"].copy(), 1000))
