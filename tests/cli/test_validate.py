"""What `validate` finds, how it says so, and how it ends."""

import json

import h5py
import myocramp as mc
import numpy as np
import pytest
from hostile_files import nwb


@pytest.fixture
def good(write_recording, make_counts, make_emg, tmp_path):
    """Return a recording that lacks nothing but names of muscles and sides."""
    path = write_recording(tmp_path / "a.h5", make_counts(make_emg(5)))
    (tmp_path / "a.events.tsv").write_text(
        "onset\tduration\ttrial_type\tannotator\tlabel_source\n0\t5\tphase:rest\tn/a\tn/a\n1\t2\tcramp\tA\tmanual\n"
    )
    (tmp_path / "study.tsv").write_text("recording\tsubject\na\tS1\n")
    return path


@pytest.fixture
def nwb_with(tmp_path):
    """Return a function that writes an NWB file of 4 s and changes it."""

    def write(change):
        path = tmp_path / "a.nwb"
        with h5py.File(path, "w") as file:
            nwb(file)
            change(file)
        return path

    return write


def put(column, values):
    """Return a change of one column of a table."""

    def change(file):
        file[f"intervals/{column}"][...] = values

    return change


def findings(done):
    """Severity and code of every line of text."""
    return [tuple(line.split(": ")[1].split(" ")) for line in done.out.splitlines()]


def test_suggestions_alone_end_well(good, myocramp):
    done = myocramp("validate", good)
    assert done.code == 0, done.out
    assert {severity for severity, _ in findings(done)} == {"suggestion"}
    assert {"V-MUSCLE", "V-SIDE", "V-NOTE"} == {code for _, code in findings(done)}
    line = next(line for line in done.out.splitlines() if "V-SIDE" in line)
    assert line == (
        f"{good}: suggestion V-SIDE: signal: expected left or right for every channel, found channel channel_1: n/a"
    )
    assert done.err.startswith(f"myocramp: {good}: ")
    assert myocramp("validate", "-q", good).err == ""


def test_a_violation_ends_with_3(good, myocramp, tmp_path):
    (tmp_path / "a.events.tsv").write_text("onset\tduration\ttrial_type\n4\t9\tcramp\n0\t5\tphase:rest\n")
    done = myocramp("validate", good)
    assert done.code == 3
    assert findings(done)[0] == ("violation", "V-OUTSIDE")
    assert ("suggestion", "V-ORDER") in findings(done)
    assert done.errors == []


def test_a_file_that_cannot_be_opened_is_critical_and_the_others_are_checked(good, myocramp, tmp_path):
    bad = tmp_path / "bad.h5"
    bad.touch()
    done = myocramp("validate", bad, good, tmp_path / "none.h5")
    assert done.code == 3
    assert done.out.splitlines()[0] == f"{bad}: critical E-EMPTY: expected at least one byte, found an empty file"
    assert done.out.splitlines()[-1] == f"{tmp_path}/none.h5: critical E-MISSING: expected a file, found none"
    assert str(good) in done.out


def test_a_table_beside_it_that_cannot_be_read_is_named(good, myocramp, tmp_path):
    (tmp_path / "a.events.tsv").write_text("onset\tduration\n1\n")
    done = myocramp("validate", good)
    assert done.code == 3
    assert done.out.startswith(f"{good}: critical E-EVENTS: {tmp_path}/a.events.tsv: line 2: expected 2 columns")


def test_json(good, myocramp, tmp_path):
    done = myocramp("validate", "--json", good, tmp_path / "none.h5")
    assert done.code == 3
    assert done.err == ""
    first, second = json.loads(done.out)
    assert first["file"] == str(good)
    assert {f["severity"] for f in first["findings"]} == {"suggestion"}
    assert all(set(f) == {"code", "severity", "place", "expected", "found"} for f in first["findings"])
    assert second == {
        "file": str(tmp_path / "none.h5"),
        "findings": [{"code": "E-MISSING", "severity": "critical", "place": "", "expected": "a file", "found": "none"}],
    }


def test_a_layout_that_is_none_is_wrong_usage(good, myocramp):
    done = myocramp("validate", good, "--layout", "nosuch")
    assert done.code == 2
    assert done.error[0] == "E-OPTION"


def test_samples_are_looked_at(write_recording, make_counts, myocramp, tmp_path):
    path = write_recording(tmp_path / "flat.h5", make_counts(np.zeros(5000)))
    assert ("violation", "V-FLAT") in findings(myocramp("validate", path))


def test_what_simulate_makes_has_no_violation(demo, myocramp):
    done = myocramp("validate", *sorted(demo.glob("*.nwb")))
    assert done.code == 0, done.out


def test_real_recordings_are_told_about_within_reason(real_recordings, myocramp):
    files = sorted(real_recordings.rglob("*.h5"))
    told = json.loads(myocramp("validate", "--json", *files).out)
    codes = {f["code"] for one in told for f in one["findings"] if f["severity"] == "violation"}
    assert codes <= {"V-RATE", "V-REFUSED", "V-CLIPPED", "V-FLAT"}, codes


def of_tables(done):
    """What a line says of tables that cannot be read or are not sorted."""
    return [line.split(": ", 1)[1] for line in done.out.splitlines() if "V-TABLE" in line or "V-ORDER" in line]


def test_tables_of_an_nwb_file_that_are_well(nwb_with, myocramp):
    done = myocramp("validate", nwb_with(lambda file: None))
    assert of_tables(done) == []
    assert ("violation", "V-OUTSIDE") not in findings(done)


@pytest.mark.parametrize(
    ("column", "values", "found"),
    [
        ("cramp_episodes/stop_time", [0.5, 3.5], "/intervals/cramp_episodes[0]: expected a start_time"),
        (
            "cramp_episodes/start_time",
            [np.nan, 2],
            "/intervals/cramp_episodes[0]: expected a start_time and a stop_time",
        ),
        ("cramp_episodes/label", ["n/a", "cramp"], "/intervals/cramp_episodes[0]: expected a label"),
        ("protocol/phase", ["nap"], "/intervals/protocol[0]: expected a phase of rest"),
    ],
)
def test_a_row_of_an_nwb_file_that_cannot_be_is_a_violation(column, values, found, nwb_with, myocramp):
    done = myocramp("validate", nwb_with(put(column, values)))
    assert done.code == 3
    (line,) = of_tables(done)
    assert line.startswith("violation V-TABLE: tables: expected tables and rows that can be read, found " + found)


def test_a_table_of_an_nwb_file_that_cannot_be_read_is_a_violation(nwb_with, myocramp):
    def change(file):
        del file["intervals/protocol/start_time"]

    done = myocramp("validate", nwb_with(change))
    assert done.code == 3
    (line,) = of_tables(done)
    assert line.startswith("violation V-TABLE")
    assert "table /intervals/protocol not read" in line


def test_rows_of_an_nwb_file_that_are_not_sorted_are_a_violation(nwb_with, myocramp, tmp_path):
    path = nwb_with(put("cramp_episodes/start_time", [1.25, 0.5]))
    done = myocramp("validate", path)
    assert done.code == 3
    (line,) = of_tables(done)
    assert line.startswith("violation V-ORDER: tables: expected rows sorted by start")
    assert "/intervals/cramp_episodes[1]" in line
    assert "found 0.5 after 1.25" in line
    assert myocramp("convert", path, "-o", tmp_path / "sorted.nwb").code == 0
    assert of_tables(myocramp("validate", tmp_path / "sorted.nwb")) == []


def test_a_label_of_no_time_is_no_violation(good, myocramp, tmp_path):
    (tmp_path / "a.events.tsv").write_text("onset\tduration\ttrial_type\n0\t5\tphase:rest\n1\t0\ttwitch\n2\t0\tcramp\n")
    done = myocramp("validate", good)
    assert done.code == 0, done.out
    (line,) = [line for line in done.out.splitlines() if "V-DURATION" in line]
    assert "suggestion V-DURATION" in line
    assert "cramp at 2 s lasts 0 s" in line


def test_rows_of_unknown_length_are_named(good, myocramp, tmp_path):
    rows = "0\tn/a\tphase:mvc\n0\t5\tphase:rest\n1\tn/a\tcramp\n"
    (tmp_path / "a.events.tsv").write_text("onset\tduration\ttrial_type\n" + rows)
    done = myocramp("validate", good)
    assert done.code == 3
    (line,) = [line for line in done.out.splitlines() if "V-TABLE" in line]
    assert "a.events.tsv: line 2, column duration: expected a number for phase:mvc, found n/a: row passed over" in line
    (line,) = [line for line in done.out.splitlines() if "V-NOTE" in line and "line 4" in line]
    assert "cramp at 1 s is taken for an instant" in line


def test_a_symbolic_link_as_table_of_events_is_refused_and_not_shown(good, myocramp, tmp_path):
    (tmp_path / "secret").write_text("what nobody else may read\n")
    (tmp_path / "a.events.tsv").unlink()
    (tmp_path / "a.events.tsv").symlink_to(tmp_path / "secret")
    for command in ("validate", "info"):
        done = myocramp(command, good)
        assert done.code != 0
        assert "E-TYPE" in done.out + done.err
        assert "symbolic link" in done.out + done.err
        assert "nobody" not in done.out + done.err


@pytest.fixture
def described():
    """Return a recording of three channels and 20 s with rows across every cut."""
    rec = mc.Recording.from_array(
        np.random.default_rng(3).standard_normal((20000, 3)) * 1e-5, fs=1000, channel_names=["A", "B", "C"]
    )
    rec.protocol = [mc.Phase(0, 20, "rest")]
    rec.labels = [
        mc.Event(1, 2, "cramp", ["A"], annotator="X"),
        mc.Event(4, 12, "cramp", ["A", "B"], annotator="X"),
        mc.Event(17, 1, "cramp", annotator="X"),
    ]
    rec.invalid_times = [mc.InvalidSpan(2, 18, "artefact", ("A",)), mc.InvalidSpan(9, 11, "artefact", ("A", "C"))]
    rec.annotated_spans = [mc.AnnotatedSpan(0, 20, "X")]
    rec.stim_trains = [mc.StimTrain(5, 15, 20, 201), mc.StimTrain(5, 15), mc.StimTrain(9.5, 10.5, 1)]
    return rec


PARTS = {
    "pick": lambda rec: rec.pick(["B"]),
    "first": lambda rec: rec[0:10],
    "second": lambda rec: rec[10:],
    "between samples": lambda rec: rec[9.0004:10.7003],
    "bipolar": lambda rec: mc.montage.bipolar(rec, [("A", "B")]),
    "average": lambda rec: mc.montage.common_average(rec),
    "all": lambda rec: mc.montage.bipolar(rec[3:12].pick(["C", "B"]), [("C", "B")]),
}


@pytest.mark.parametrize("part", PARTS)
def test_no_part_of_a_good_recording_is_bad(described, part, myocramp, tmp_path):
    PARTS[part](described).save(tmp_path / "a.nwb")
    done = myocramp("validate", tmp_path / "a.nwb")
    assert [code for severity, code in findings(done) if severity == "violation"] == [], done.out


def test_a_part_says_what_went_with_its_channels(described):
    picked = described.pick(["B"])
    assert [e.channels for e in picked.labels] == [["B"], []]
    assert picked.invalid_times == []
    assert picked.notes == [
        "labels: 1 left out with all of their channels",
        "labels: 1 kept on those of their channels that are left",
        "invalid_times: 2 left out with all of their channels",
    ]
    bipolar = mc.montage.bipolar(described, [("A", "B")])
    assert [e.channels for e in bipolar.labels] == [["A-B"], ["A-B"], []]
    assert [s.channels for s in bipolar.invalid_times] == [("A-B",), ("A-B",)]
    assert [(t.start_s, t.stop_s) for t in described[0:10].stim_trains] == [(5, 9.95), (5, 10), (9.5, 9.5)]
