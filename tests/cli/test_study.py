"""What a study's table beside recordings brings into the results, and what is wrong with it."""

import json
import os

import pytest

UNITS = {"sodium": {"Description": "serum sodium", "Units": "mmol/L"}}


@pytest.fixture
def study(folder):
    """Return the folder of two recordings, a.h5 and sub/b.hdf5, with a table that names both."""
    (folder / "study.tsv").write_text(
        "recording\tsubject\tsession\tcondition\tsodium\tdrink\nsub/b\tS2\t1\theat\t137\tn/a\na\tS1\t2\tcold\t140.5\twater\n"
    )
    (folder / "study.json").write_text(json.dumps(UNITS))
    return folder


def test_subject_session_and_covariates_stand_in_the_tables(study, myocramp, table, tmp_path):
    results = tmp_path / "results"
    done = myocramp("analyse", study, "-o", results, "--study", study / "study.tsv")
    assert done.code == 0, done.err
    names = [(row["recording"], row["subject"], row["session"]) for row in table(results / "summary.tsv")]
    assert names == [("a", "S1", "2"), ("sub/b", "S2", "1")]
    episodes = table(results / "episodes.tsv")
    assert {(row["recording"], row["subject"], row["session"]) for row in episodes} <= set(names)
    assert len(episodes) > 0
    assert [list(row.values()) for row in table(results / "covariates.tsv")] == [
        ["a", "S1", "2", "condition", "n/a", "cold", "n/a", "n/a"],
        ["a", "S1", "2", "sodium", "140.5", "n/a", "mmol/L", "n/a"],
        ["a", "S1", "2", "drink", "n/a", "water", "n/a", "n/a"],
        ["sub/b", "S2", "1", "condition", "n/a", "heat", "n/a", "n/a"],
        ["sub/b", "S2", "1", "sodium", "137", "n/a", "mmol/L", "n/a"],
    ]
    assert json.loads((results / "manifest.json").read_text())["study"] == "study.tsv"


def test_the_table_of_the_recordings_own_folder_is_read_by_itself(study, myocramp, table, tmp_path):
    done = myocramp("analyse", study, "-o", tmp_path / "results")
    assert done.code == 0, done.err
    assert [row["subject"] for row in table(tmp_path / "results" / "summary.tsv")] == ["S1", "n/a"]


def test_a_changed_covariate_repeats_its_recording_only(study, myocramp, table, tmp_path):
    def analysed():
        done = myocramp("analyse", study, "-o", tmp_path / "results", "--study", study / "study.tsv")
        assert done.code == 0, done.err
        return done.err

    analysed()
    assert "0 analysed, 2 finished before" in analysed()
    text = (study / "study.tsv").read_text()
    (study / "study.tsv").write_text(text.replace("140.5", "141"))
    assert "1 analysed, 1 finished before" in analysed()
    assert [r["value"] for r in table(tmp_path / "results" / "covariates.tsv")] == ["n/a", "141", "n/a", "n/a", "137"]
    (study / "study.json").write_text(json.dumps({"sodium": {"Units": "mg/dL"}}))
    assert "2 analysed, 0 finished before" in analysed()
    (study / "a.events.tsv").write_text("onset\tduration\ttrial_type\n1\t1\tcramp\n")
    assert "1 analysed, 1 finished before" in analysed()


def test_info_tells_of_them(study, myocramp):
    (told,) = json.loads(myocramp("info", "--json", study / "a.h5").out)
    assert (told["subject"]["id"], told["session"]) == ("S1", "2")
    assert told["covariates"][1] == {
        "covariate": "sodium",
        "value": 140.5,
        "value_text": None,
        "unit": "mmol/L",
        "time_s": None,
        "method": None,
    }
    lines = [" ".join(line.split()) for line in myocramp("info", study / "a.h5").out.splitlines()]
    assert {"subject S1", "session 2", "covariate sodium: 140.5 mmol/L", "covariate condition: cold"} <= set(lines)
    (told,) = json.loads(myocramp("info", "--json", study / "sub" / "b.hdf5", "--study", study / "study.tsv").out)
    assert told["subject"]["id"] == "S2"


def test_detect_takes_it(study, myocramp):
    done = myocramp("detect", study / "sub" / "b.hdf5", "-m", "hodges_bui", "--study", study / "study.tsv")
    assert done.code == 0, done.err


def test_a_recording_that_is_not_listed_is_noted(study, myocramp, table, tmp_path):
    (study / "study.tsv").write_text("recording\tsubject\nelse\tS1\n")
    done = myocramp("analyse", study / "a.h5", "-o", tmp_path / "results")
    assert done.code == 0, done.err
    assert "note: a: study.tsv: no row for this recording" in done.err
    assert [row["subject"] for row in table(tmp_path / "results" / "summary.tsv")] == ["n/a"]


@pytest.mark.parametrize("command", ["info", "detect", "analyse", "validate"])
def test_a_table_that_was_named_and_cannot_be_read_is_wrong_usage(command, study, myocramp, tmp_path):
    (tmp_path / "bad.tsv").write_text("subject\nS1\n")
    more = {"detect": ["-m", "hodges_bui"], "analyse": ["-o", tmp_path / "results"]}.get(command, [])
    for name, code in [("bad.tsv", "E-STUDY"), ("none.tsv", "E-MISSING")]:
        done = myocramp(command, study / "a.h5", "--study", tmp_path / name, *more)
        assert done.code == 2
        assert done.error[0] == code
        assert name in done.error[1]
    assert not (tmp_path / "results").exists()


def test_a_bad_table_in_the_folder_is_bad_input_with_its_line(study, myocramp, tmp_path):
    (study / "study.tsv").write_text("recording\tsubject\na\tS1\nb\n")
    done = myocramp("analyse", study, "-o", tmp_path / "results")
    assert done.code == 4
    assert done.error == ("E-STUDY", f"{study}/study.tsv: line 3: expected 2 columns, found 1")
    (study / "study.tsv").write_text("recording\tsubject\na\tS1\n")
    done = myocramp("analyse", study, "-o", tmp_path / "results")
    assert done.code == 0, done.err


def test_a_pipe_in_place_of_the_table_blocks_nothing(study, myocramp):
    (study / "study.tsv").unlink()
    os.mkfifo(study / "study.tsv")
    done = myocramp("info", study / "a.h5")
    assert done.code == 3
    assert done.error[0] == "E-TYPE"
