"""Events compare by what they say, and what a table or a file could not give back is refused where it is set."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import myocramp as mc
import numpy as np
import pytest

NAN = math.nan
HEADER = "onset\tduration\ttrial_type\tchannel\tconfidence\tannotator\tlabel_source\tscore\tdetector\n"


def recording() -> mc.Recording:
    return mc.Recording.from_array(np.zeros((1000, 2)), fs=100, channel_names=["GM", "GL"])


# --- equality ---------------------------------------------------------------------------------------------------------


def test_events_that_say_the_same_are_equal(tmp_path: Path) -> None:
    rec = recording()
    rec.labels = [mc.Event(1, 2, "cramp", ["GM"]), mc.Event(4, 1, "twitch")]
    rec.save(tmp_path / "a.nwb")
    first, second = mc.read(tmp_path / "a.nwb").labels, mc.read(tmp_path / "a.nwb").labels
    assert list(first) == list(second)
    assert first == second
    assert hash(first) == hash(second)
    assert first != first[:1]
    assert first != mc.Events(first)  # of no recording
    assert first != list(first)
    assert mc.Events([mc.Event(0, 1, score=float("nan"))]) == mc.Events([mc.Event(0, 1, score=-float("nan"))])


def test_events_stand_in_sets() -> None:
    event = mc.Event(1, 2, "cramp", ["GM"], confidence=float("nan"))
    assert {event, mc.Event(1.0, 2, "cramp", ["GM"])} == {event}
    assert len({event, dataclasses.replace(event, annotator="A")}) == 2
    assert len({mc.Rejected(1, 2, reason="short"), mc.Rejected(1, 2, reason="short")}) == 1


def test_episodes_are_equal_and_stand_in_sets(result: mc.Result) -> None:
    again = mc.Episodes(
        [dataclasses.replace(e) for e in result.episodes],
        duration_s=result.duration_s,
        start_s=result.start_s,
    )
    assert again == result.episodes
    assert len({*result.episodes, *again}) == len(result.episodes)


# --- background -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        "0.1\t0.2\tbckg\tn/a\tn/a\tn/a\tn/a\tn/a\tn/a\n",
        "0\t3600\tbckg\tn/a\tn/a\tn/a\tn/a\tn/a\tn/a\n5\t2.5\tcramp\tGM\tn/a\tA\tn/a\tn/a\tn/a\n",
        "5\t2.5\tcramp\tGM\tn/a\tA\tn/a\tn/a\tn/a\n",
    ],
)
def test_a_table_comes_back_with_its_background(tmp_path: Path, rows: str) -> None:
    (tmp_path / "a.tsv").write_text(HEADER + rows)
    mc.read_events(tmp_path / "a.tsv").save(tmp_path / "b.tsv")
    assert (tmp_path / "b.tsv").read_text() == HEADER + rows


def test_background_is_the_extent_of_events(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("onset\tduration\ttrial_type\n200\t100\tbckg\n210\t5\tcramp\n100\t50\tbckg\n")
    events = mc.read_events(tmp_path / "a.tsv")
    assert (events.start_s, events.duration_s, len(events)) == (100, 200, 1)
    (tmp_path / "b.tsv").write_text("onset\tduration\n1\t2\n")
    assert math.isnan(mc.read_events(tmp_path / "b.tsv").duration_s)


def test_a_label_of_unknown_length_is_an_instant_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("onset\tduration\ttrial_type\n5\tn/a\tcramp\n0\tn/a\tphase:rest\n6\t1\tcramp\n")
    told = r"a\.tsv: line 2.*cramp at 5 s is taken for an instant; .*line 3.*passed over"
    with pytest.warns(UserWarning, match=told):
        events = mc.read_events(tmp_path / "a.tsv")
    assert [(e.onset_s, e.duration_s) for e in events] == [(5, 0), (6, 1)]


def test_false_alarms_per_hour_are_known_from_a_row_of_background(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("onset\tduration\ttrial_type\n1800\t1800\tbckg\n")
    mc.read_events(tmp_path / "a.tsv").save(tmp_path / "b.tsv")
    found = mc.Events([mc.Event(2000, 10, "cramp")])
    for reference in (mc.read_events(tmp_path / "a.tsv"), tmp_path / "a.tsv", tmp_path / "b.tsv"):
        assert mc.score(reference, found).value("false_alarms_per_hour") == 2


# --- what cannot be written -------------------------------------------------------------------------------------------

WRONG: list[tuple[mc.Event, str]] = [
    (mc.Event(NAN, 1, "cramp"), "E-TIME"),
    (mc.Event(math.inf, 1, "cramp"), "E-TIME"),
    (mc.Event(0, NAN, "cramp"), "E-TIME"),
    (mc.Event(0, -1, "cramp"), "E-TIME"),
    (mc.Event(0, math.inf, "cramp"), "E-TIME"),
    (mc.Event(0, 1, "cramp", score=math.inf), "E-OPTION"),
    (mc.Event(0, 1, "cra\0mp"), "E-TEXT"),
    (mc.Event(0, 1, "n/a"), "E-TEXT"),
    (mc.Event(0, 1, "cramp", ["n/a"]), "E-TEXT"),
    (mc.Event(0, 1, "cramp", annotator="n/a"), "E-TEXT"),
    (mc.Event(0, 1, "phase:nap"), "E-PHASE"),
]


@pytest.mark.parametrize("format", ["bids", "szcore", "nwb"])
@pytest.mark.parametrize(("event", "code"), WRONG)
def test_no_event_is_written_that_would_not_be_read(tmp_path: Path, event: mc.Event, code: str, format: Any) -> None:
    path = tmp_path / ("a.nwb" if format == "nwb" else "a.tsv")
    if format == "nwb":
        recording().save(path)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(mc.InvalidArgument, match=r"^events\[0\]") as caught:
        mc.Events([event]).save(path, format="bids" if format == "nwb" else format)
    assert caught.value.code == code
    assert (path.read_bytes() if path.exists() else None) == before


@pytest.mark.parametrize(
    "event",
    [
        mc.Event(0, 1, "cramp", "GM"),  # type: ignore[arg-type]
        mc.Event("0", 1),  # type: ignore[arg-type]
        mc.Event(0, 1, None),  # type: ignore[arg-type]
        (0, 1, "cramp"),
    ],
)
def test_no_event_is_written_with_a_field_of_another_type(tmp_path: Path, event: Any) -> None:
    with pytest.raises(TypeError, match=r"^events\[0\]"):
        mc.Events([event]).save(tmp_path / "a.tsv")
    assert list(tmp_path.iterdir()) == []


def test_no_background_is_written_that_would_not_be_read(tmp_path: Path) -> None:
    for extent in ({"duration_s": -1}, {"duration_s": math.inf}, {"start_s": NAN}):
        with pytest.raises(mc.InvalidArgument) as caught:
            mc.Events(**extent).save(tmp_path / "a.tsv")
        assert caught.value.code == "E-TIME"


def test_phases_may_stand_in_a_table(tmp_path: Path) -> None:
    events = mc.Events([mc.Event(0, 1, "phase:rest"), mc.Event(2, 1, "cramp")])
    events.save(tmp_path / "a.tsv")
    assert mc.read_events(tmp_path / "a.tsv") == events


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("labels", [mc.Event(0, 1, "n/a")]),
        ("labels", [mc.Event(0, 1, "cramp", ["GM", "n/a"])]),
        ("covariates", [mc.Covariate("n/a")]),
        ("covariates", [mc.Covariate("condition", value_text="n/a")]),
        ("annotated_spans", [mc.AnnotatedSpan(0, 1, "n/a")]),
        ("invalid_times", [mc.InvalidSpan(0, 1, "n/a")]),
        ("invalid_times", [mc.InvalidSpan(0, 1, "artefact", ("n/a",))]),
        ("stim_trains", [mc.StimTrain(0, 1, site="n/a")]),
        ("electrodes", [mc.Channel("n/a"), mc.Channel("GL")]),
        ("electrodes", [mc.Channel("GM", muscle="n/a"), mc.Channel("GL")]),
    ],
)
def test_a_text_that_tables_take_for_none_is_refused(name: str, value: Any) -> None:
    with pytest.raises(mc.InvalidArgument, match=f"^{name}") as caught:
        setattr(recording(), name, value)
    assert caught.value.code == "E-TEXT"


def test_no_channel_is_called_what_tables_take_for_none() -> None:
    with pytest.raises(mc.InvalidArgument, match=r"^channel_names\[1\]") as caught:
        mc.Recording.from_array(np.zeros((10, 2)), fs=10, channel_names=["GM", "n/a"])
    assert caught.value.code == "E-TEXT"


def test_what_files_of_others_call_so_says_nothing() -> None:
    mne = pytest.importorskip("mne")
    raw = mne.io.RawArray(np.zeros((2, 100)), mne.create_info(["n/a", "GM"], 100.0, "emg"), verbose="ERROR")
    raw.set_annotations(mne.Annotations([0.1], [0.2], ["n/a"], ch_names=[("n/a",)]))
    rec = mc.from_mne(raw)
    assert rec.channels == ["ch1", "GM"]
    assert list(rec.labels) == [mc.Event(0.1, 0.2, "", ["ch1"])]
