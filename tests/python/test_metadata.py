"""What is known about a recording: it can be read and set, wrong values are refused, and nothing changes then."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import myocramp as mc
import numpy as np
import pytest

from .conftest import Array

NAN = math.nan


@pytest.fixture
def rec() -> mc.Recording:
    return mc.Recording.from_array(np.zeros((1000, 2)), fs=100, channel_names=["GM", "GL"])


# Each with a value for every field, and one with the defaults; the times are out of order.
ROWS: dict[str, list[Any]] = {
    "protocol": [mc.Phase(5, 9.5, "stretch", "supine", 12.5), mc.Phase(0, 5, "rest")],
    "invalid_times": [mc.InvalidSpan(4, 5, "lost electrode", ("GM", "GL")), mc.InvalidSpan(1, 2)],
    "annotated_spans": [mc.AnnotatedSpan(3, 10, "ÅB"), mc.AnnotatedSpan(0, 10, "CD")],
    "stim_trains": [mc.StimTrain(6, 8, 20, 41, 0.05, 1e-3, "tibial nerve", "yes"), mc.StimTrain(2, 2)],
    "covariates": [
        mc.Covariate("sodium", 141.5, unit="mmol/L", time_s=3, method="venous blood"),
        mc.Covariate("condition", value_text="heat"),
        mc.Covariate("asked"),
    ],
    "electrodes": [mc.Channel("GM", "gastrocnemius_medialis", "left", 20, "PORT3"), mc.Channel("GL")],
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_come_back_sorted(rec: mc.Recording, name: str) -> None:
    rows = ROWS[name]
    setattr(rec, name, rows)
    expected = sorted(rows, key=lambda r: r.start_s) if hasattr(rows[0], "start_s") else rows
    assert getattr(rec, name) == expected
    assert all(type(a) is type(b) for a, b in zip(getattr(rec, name), expected, strict=True))
    setattr(rec, name, [tuple(row) for row in getattr(rec, name)])
    assert getattr(rec, name) == expected
    if name != "electrodes":
        setattr(rec, name, [])
        assert getattr(rec, name) == []


def test_a_list_that_was_read_is_the_callers_own(rec: mc.Recording) -> None:
    rec.protocol = [mc.Phase(0, 1, "rest")]
    rec.protocol.append(mc.Phase(1, 2, "mvc"))
    assert len(rec.protocol) == 1
    rec.protocol = [*rec.protocol, mc.Phase(1, 2, "mvc")]
    assert len(rec.protocol) == 2


def test_phases_of_three_values_still_do() -> None:
    assert mc.Phase(0, 1, "rest") == (0, 1, "rest", "", mc.Phase(2, 3, "mvc").joint_angle_deg)
    start, stop, name, *_ = mc.Phase(0, 1, "rest")
    assert (start, stop, name) == (0, 1, "rest")


def test_texts_and_the_subject(rec: mc.Recording) -> None:
    assert (rec.session, rec.session_start, rec.description, rec.subject) == ("", "", "", mc.Subject())
    rec.session, rec.description = "night 1", "after a marathon, 37 °C"
    rec.subject = mc.Subject("S01", "Homo sapiens", "F", "P34Y", "70 kg", "runner")
    assert (rec.session, rec.description) == ("night 1", "after a marathon, 37 °C")
    assert rec.subject == mc.Subject("S01", "Homo sapiens", "F", "P34Y", "70 kg", "runner")
    rec.subject = rec.subject._replace(age="P30Y/P40Y")
    assert rec.subject.age == "P30Y/P40Y"
    assert rec.subject.id == "S01"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("2024-05-01T22:30:00+02:00", "2024-05-01T22:30:00+02:00"),
        ("2024-05-01T22:30:00.123456Z", "2024-05-01T22:30:00.123456+00:00"),
        (datetime(2024, 5, 1, 22, 30, tzinfo=UTC), "2024-05-01T22:30:00+00:00"),
        (datetime(2024, 5, 1, 22, 30, 0, 5, timezone(timedelta(hours=-3))), "2024-05-01T22:30:00.000005-03:00"),
        ("", ""),
    ],
)
def test_the_start_of_a_session(rec: mc.Recording, value: str | datetime, kept: str) -> None:
    rec.session_start = value
    assert rec.session_start == kept


def test_labels(rec: mc.Recording) -> None:
    rec.labels = [
        mc.Event(4, 2, "cramp", ["GM"], 0.75, "ÅB", "manual"),
        mc.Event(3, 2.5, "cramp", ["GM", "GL"], annotator="CD", label_source="manual"),
        mc.Event(3, 0, "twitch", score=1.5, detector="hodges_bui"),
    ]
    assert isinstance(rec.labels, mc.Events)
    assert [(e.onset_s, e.offset_s, e.annotator) for e in rec.labels] == [(3, 3, ""), (3, 5.5, "CD"), (4, 6, "ÅB")]
    assert rec.labels.duration_s == 10
    assert rec.labels[0].score == 1.5
    assert rec.labels[1].channels == ["GM", "GL"]
    assert rec.labels[2].confidence == 0.75
    rec.labels = rec.labels[:1]
    assert len(rec.labels) == 1


def test_episodes_may_become_labels(result: mc.Result) -> None:
    rec = result.recording[:]
    rec.labels = result.episodes
    assert [(e.onset_s, e.label) for e in rec.labels] == [(e.onset_s, e.label) for e in result.episodes]
    assert {type(e) for e in rec.labels} == {mc.Event}


TYPES: list[tuple[str, Any]] = [
    ("protocol", "rest"),
    ("protocol", 5),
    ("protocol", mc.Phase(0, 1, "rest")),  # not in a list
    ("protocol", [(0, 1)]),
    ("protocol", [(0, 1, "rest", "", NAN, 1)]),
    ("protocol", [[0, 1, "rest"]]),
    ("protocol", [("0", 1, "rest")]),
    ("protocol", [(True, 1, "rest")]),
    ("protocol", [(0, 1, None)]),
    ("invalid_times", [(0, 1, "", "GM")]),
    ("covariates", [mc.Covariate("sodium", "141")]),  # type: ignore[arg-type]
    ("subject", "S01"),
    ("subject", mc.Subject(1)),  # type: ignore[arg-type]
    ("session", 1),
    ("description", None),
    ("session_start", 0.0),
    ("labels", [(0, 1, "cramp")]),
    ("labels", [mc.Event(0, 1, "cramp", "GM")]),  # type: ignore[arg-type]
    ("labels", [mc.Event(0, 1, None)]),  # type: ignore[arg-type]
    ("labels", [mc.Event(None, 1)]),  # type: ignore[arg-type]
    ("electrodes", ["GM", "GL"]),
]

VALUES: list[tuple[str, Any, str]] = [
    ("protocol", [(0, 1, "nap")], "E-PHASE"),
    ("protocol", [(2, 1, "rest")], "E-TIME"),
    ("protocol", [(NAN, 1, "rest")], "E-TIME"),
    ("protocol", [(0, math.inf, "rest")], "E-TIME"),
    ("protocol", [(0, 1, "rest", "", math.inf)], "E-OPTION"),
    ("invalid_times", [(2, 1)], "E-TIME"),
    ("annotated_spans", [(0, 1, "A\0B")], "E-TEXT"),
    ("annotated_spans", [(0, 1, "\udcff")], "E-TEXT"),
    ("stim_trains", [(0, 1, 0.0)], "E-OPTION"),
    ("stim_trains", [(0, 1, 20, 2.5)], "E-OPTION"),
    ("stim_trains", [(0, 1, 20, 0)], "E-OPTION"),
    ("stim_trains", [mc.StimTrain(0, 1, elicited_cramp="perhaps")], "E-OPTION"),
    ("covariates", [mc.Covariate("")], "E-OPTION"),
    ("covariates", [mc.Covariate("sodium", math.inf)], "E-OPTION"),
    ("covariates", [mc.Covariate("sodium", 141, "high")], "E-OPTION"),
    ("covariates", [mc.Covariate("sodium", 141, time_s=math.inf)], "E-TIME"),
    ("subject", mc.Subject(sex="female"), "E-OPTION"),
    ("subject", mc.Subject(age="34"), "E-OPTION"),
    ("subject", mc.Subject(age="P"), "E-OPTION"),
    ("subject", mc.Subject(age="P10M3Y"), "E-OPTION"),
    ("subject", mc.Subject(weight="70"), "E-OPTION"),
    ("subject", mc.Subject(weight="70kg"), "E-OPTION"),
    ("subject", mc.Subject(species="human"), "E-OPTION"),
    ("session_start", "2024-05-01T22:30:00", "E-TIME"),
    ("session_start", "2024-05-01", "E-TIME"),
    ("session_start", "2024-02-30T22:30:00+02:00", "E-TIME"),
    ("session_start", datetime(2024, 5, 1), "E-TIME"),  # no time zone
    ("session_start", "2999-05-01T22:30:00+02:00", "E-TIME"),  # to come
    ("labels", [mc.Event(NAN, 1)], "E-TIME"),
    ("labels", [mc.Event(0, -1)], "E-TIME"),
    ("labels", [mc.Event(0, 1, "phase:rest")], "E-PHASE"),
    ("electrodes", [mc.Channel("GM")], "E-CHANNELS"),
    ("electrodes", [mc.Channel("GM"), mc.Channel("GM")], "E-CHANNELS"),
    ("electrodes", [mc.Channel("GM"), mc.Channel("")], "E-CHANNELS"),
    ("electrodes", [mc.Channel("GM", side="port"), mc.Channel("GL")], "E-OPTION"),
    ("electrodes", [mc.Channel("GM", interelectrode_distance_mm=0), mc.Channel("GL")], "E-OPTION"),
]


def everything(rec: mc.Recording) -> list[object]:
    names = [*ROWS, "subject", "session", "session_start", "description"]
    return [getattr(rec, name) for name in names] + [repr(list(rec.labels))]


def filled(rec: mc.Recording) -> list[object]:
    for name, rows in ROWS.items():
        setattr(rec, name, rows)
    rec.labels = [mc.Event(1, 1, "cramp", ["GM"])]
    rec.subject = mc.Subject("S01")
    rec.session = rec.description = "x"
    rec.session_start = "2024-05-01T22:30:00+02:00"
    return everything(rec)


@pytest.mark.parametrize(("name", "value"), TYPES)
def test_wrong_types(rec: mc.Recording, name: str, value: Any) -> None:
    before = filled(rec)
    with pytest.raises(TypeError, match=f"^{name}"):
        setattr(rec, name, value)
    assert everything(rec) == before


@pytest.mark.parametrize(("name", "value", "code"), VALUES)
def test_wrong_values(rec: mc.Recording, name: str, value: Any, code: str) -> None:
    before = filled(rec)
    with pytest.raises(mc.InvalidArgument, match=f"^{name}") as caught:
        setattr(rec, name, value)
    assert caught.value.code == code
    assert everything(rec) == before


def test_a_new_name_of_a_channel_is_new_everywhere(rec: mc.Recording) -> None:
    rec.labels = [mc.Event(1, 1, "cramp", ["GM", "GL"]), mc.Event(2, 1, "cramp", ["other"])]
    rec.invalid_times = [mc.InvalidSpan(0, 1, "artefact", ("GL",))]
    kept = rec.signals[0]
    rec.electrodes = [mc.Channel("GL"), mc.Channel("SOL", side="right")]  # GM is GL now, GL is SOL
    assert rec.channels == ["GL", "SOL"]
    assert rec.signals[0].channels == ["GL", "SOL"]
    assert kept.channels == ["GM", "GL"]
    assert [e.channels for e in rec.labels] == [["GL", "SOL"], ["other"]]
    assert rec.invalid_times[0].channels == ("SOL",)
    assert rec.pick(["SOL"]).electrodes == [mc.Channel("SOL", side="right")]


def test_parts_and_picks_can_be_set_apart(rec: mc.Recording) -> None:
    rec.protocol = [mc.Phase(0, 10, "rest")]
    part, some, whole = rec[2:4], rec.pick(["GM"]), rec[:]
    rec.protocol = []
    whole.session = "copy"
    assert part.protocol == [mc.Phase(2, 4, "rest")]
    assert some.protocol == whole.protocol == [mc.Phase(0, 10, "rest")]
    assert rec.session == ""


def test_analyse_sees_what_was_set(cramps: Array) -> None:
    def labels(change: Callable[[mc.Recording], None]) -> list[tuple[str, str]]:
        rec = mc.Recording.from_array(cramps, fs=1000, channel_names=["GM", "GL"])
        change(rec)
        return [(e.label, e.class_reason) for e in mc.analyse(rec).episodes if e.onset_s < 30]

    def rest(rec: mc.Recording) -> None:
        rec.protocol = [mc.Phase(0, 60, "rest")]

    def exercise(rec: mc.Recording) -> None:
        rec.protocol = [mc.Phase(0, 14, "rest"), mc.Phase(14.8, 25.2, "exercise")]

    def train(rec: mc.Recording) -> None:
        rest(rec)
        rec.stim_trains = [mc.StimTrain(14.8, 25.2, 20)]

    def invalid(rec: mc.Recording) -> None:
        rest(rec)
        rec.invalid_times = [mc.InvalidSpan(14, 26, "artefact")]

    assert [label for label, _ in labels(lambda rec: None)] == ["sustained"]
    assert [label for label, _ in labels(rest)] == ["cramp"]
    assert [label for label, _ in labels(exercise)] == ["voluntary"]
    assert [label for label, _ in labels(train)] == ["stimulated"]
    assert [label for label, _ in labels(invalid)] == ["artefact"]


def test_the_wall_clock_of_episodes(cramps: Array) -> None:
    rec = mc.Recording.from_array(cramps, fs=1000)
    rec.session_start = "2024-05-01T23:59:50.123456+02:00"
    onset_time = mc.analyse(rec, phase="rest").episodes[0].onset_time
    assert onset_time.startswith("2024-05-02T00:00:0")
    assert onset_time.endswith("+02:00")
    assert datetime.fromisoformat(onset_time)


def test_a_recording_cannot_be_pickled_and_says_what_to_do(rec: mc.Recording) -> None:
    for thing in (rec, rec.signals[0]):
        with pytest.raises(TypeError, match="pass the path"):
            pickle.dumps(thing)
        with pytest.raises(TypeError, match="pass the path"):
            copy.copy(thing)
