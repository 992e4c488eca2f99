"""Folders of recordings: what counts as one, what a bad file does to the others, and where results go."""

import os
import shutil

import pytest


def rows(table, results):
    return {row["recording"]: row for row in table(results / "summary.tsv")}


def test_one_bad_file_leaves_the_others_as_they_were(folder, myocramp, table, tree, read_json, tmp_path):
    assert myocramp("analyse", folder, "-o", tmp_path / "good").code == 0
    (folder / "aa.h5").write_text("no recording")
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 4
    assert done.out == ""
    code, text = done.error
    assert code == "E-HDF5"
    assert text.startswith(f"{folder / 'aa.h5'}: expected the HDF5 signature")
    assert "2 analysed, 0 finished before, 1 failed" in done.err

    found = rows(table, tmp_path / "results")
    assert {name: row["status"] for name, row in found.items()} == {"a": "ok", "aa": "failed", "sub/b": "ok"}
    bad = found["aa"]
    assert bad["error"].startswith("E-HDF5: expected the HDF5 signature 89 48 44 46")
    assert str(folder) not in bad["error"]
    assert {bad[name] for name in bad if name not in ("recording", "status", "error")} == {"n/a"}
    assert [i["status"] for i in read_json(tmp_path / "results" / "manifest.json")["inputs"]] == ["ok", "failed", "ok"]

    undisturbed = rows(table, tmp_path / "good")
    assert {name: found[name] for name in undisturbed} == undisturbed
    assert table(tmp_path / "results" / "episodes.tsv").rows == table(tmp_path / "good" / "episodes.tsv").rows
    for name in undisturbed:
        assert tree(tmp_path / "results" / name) == tree(tmp_path / "good" / name)


def test_a_mended_file_is_analysed_when_run_again(folder, myocramp, tree, tmp_path):
    good = (folder / "a.h5").read_bytes()
    assert myocramp("analyse", folder, "-o", tmp_path / "good").code == 0
    (folder / "a.h5").write_bytes(good[:2000])
    assert myocramp("analyse", folder, "-o", tmp_path / "results").code == 4
    (folder / "a.h5").write_bytes(good)
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 0
    assert "1 analysed, 1 finished before, 0 failed" in done.err
    assert tree(tmp_path / "results") == tree(tmp_path / "good")


def test_a_file_that_became_bad_does_not_keep_its_old_result(folder, myocramp, table, tmp_path):
    assert myocramp("analyse", folder, "-o", tmp_path / "results").code == 0
    (folder / "a.h5").write_bytes(b"")
    assert myocramp("analyse", folder, "-o", tmp_path / "results").code == 4
    assert rows(table, tmp_path / "results")["a"]["error"] == "E-EMPTY: expected at least one byte, found an empty file"
    assert {row["recording"] for row in table(tmp_path / "results" / "episodes.tsv")} == {"sub/b"}
    assert not (tmp_path / "results" / "a" / "episodes.tsv").exists()


def test_all_files_bad(myocramp, table, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.h5", "b.nwb", "c.MAT"):
        (folder / name).write_text("no recording")
    os.mkfifo(folder / "d.h5")
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 3
    assert len(done.errors) == 4
    assert {row["status"] for row in table(tmp_path / "results" / "summary.tsv")} == {"failed"}
    assert len(table(tmp_path / "results" / "episodes.tsv")) == 0


def test_a_missing_file_among_several(folder, myocramp, table, tmp_path):
    done = myocramp("analyse", folder / "a.h5", tmp_path / "nosuch.h5", "-o", tmp_path / "results")
    assert done.code == 4
    assert done.error == ("E-MISSING", f"{tmp_path / 'nosuch.h5'}: expected a file, found none")
    assert rows(table, tmp_path / "results")["nosuch"]["error"] == "E-MISSING: expected a file, found none"


@pytest.mark.parametrize("others", [0, 2])
def test_folder_without_recordings(others, myocramp, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for k in range(others):
        (folder / f"{k}.txt").touch()
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 3
    assert done.error[0] == "E-EMPTY-FOLDER"
    assert done.error[1].startswith(f"{folder}: expected recordings (*.h5 *.hdf5 *.nwb *.mat), found none")
    assert str(others) in done.error[1]
    assert not (tmp_path / "results").exists()


def test_what_counts_as_a_recording(folder, counts, write_recording, myocramp, table, tmp_path):
    write_recording(folder / "sub" / "deep" / "C.H5", counts[2])
    write_recording(folder / "not_by_its_name.dat", counts[3])
    (folder / "study.tsv").write_text("recording\n")  # so is this
    (folder / "a.events.tsv").write_text("onset\tduration\n")  # read beside a.h5, so not passed over
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 0, done.err
    assert "1 files that are no recordings were passed over" in done.err
    assert [row["recording"] for row in table(tmp_path / "results" / "summary.tsv")] == ["a", "sub/b", "sub/deep/C"]


@pytest.mark.parametrize("way", ["{}", "{}/", "{}/.", "{}/sub/.."])
def test_every_way_to_write_a_folder_is_the_same(way, folder, myocramp, tree, tmp_path):
    assert myocramp("analyse", folder, "-o", tmp_path / "plain").code == 0
    assert myocramp("analyse", way.format(folder), "-o", tmp_path / "results").code == 0
    assert myocramp("analyse", ".", "-o", tmp_path / "relative", cwd=folder).code == 0
    assert tree(tmp_path / "results") == tree(tmp_path / "plain") == tree(tmp_path / "relative")


def test_names_of_files_and_of_files_in_folders(folder, myocramp, table, tmp_path):
    assert myocramp("analyse", folder / "sub", folder / "a.h5", "-o", tmp_path / "results").code == 0
    assert [row["recording"] for row in table(tmp_path / "results" / "summary.tsv")] == ["b", "a"]
    assert (tmp_path / "results" / "b" / "episodes.tsv").is_file()


def test_earlier_results_inside_the_input_are_passed_over(folder, myocramp, tree, tmp_path):
    assert myocramp("analyse", folder, "-o", tmp_path / "outside").code == 0
    assert myocramp("analyse", folder, "-o", folder / "results").code == 0
    shutil.copy(folder / "a.h5", folder / "results" / "a" / "copy.h5")
    done = myocramp("analyse", folder, "-o", tmp_path / "again")
    assert done.code == 0, done.err
    assert "2 analysed" in done.err
    assert tree(tmp_path / "again") == tree(tmp_path / "outside")


def test_results_are_no_recordings(folder, myocramp, tree, tmp_path):
    results = tmp_path / "results"
    assert myocramp("analyse", folder, "-o", results).code == 0
    before = tree(results)
    for output in tmp_path / "other", results:
        done = myocramp("analyse", results, "-o", output)
        assert done.code == 3
        assert done.error[0] == "E-EMPTY-FOLDER", done.err
        assert "2 folders of results" in done.err
    assert tree(results) == before


def test_results_may_lie_among_the_recordings(folder, myocramp, table, tree):
    assert myocramp("analyse", folder, "-o", folder).code == 0
    before = tree(folder)
    done = myocramp("analyse", folder, "-o", folder)
    assert done.code == 0, done.err
    assert "0 analysed, 2 finished before" in done.err
    assert list(rows(table, folder)) == ["a", "sub/b"]
    assert tree(folder) == before


def test_a_manifest_of_others_hides_no_recordings(folder, myocramp, table, tmp_path):
    (folder / "sub" / "manifest.json").write_text('{"name": "something else"}')
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 0, done.err
    assert list(rows(table, tmp_path / "results")) == ["a", "sub/b"]


def test_a_recording_and_a_folder_of_one_name(write_recording, counts, myocramp, table, tmp_path):
    write_recording(tmp_path / "in" / "night.h5", counts[0])
    write_recording(tmp_path / "in" / "night" / "part.h5", counts[1])
    done = myocramp("analyse", tmp_path / "in", "-o", tmp_path / "results", "--jobs", 1)
    if done.code == 2:  # to refuse is well, too
        assert "night.h5" in done.error[1]
        return
    assert done.code == 0, done.err
    assert {name: row["status"] for name, row in rows(table, tmp_path / "results").items()} == {
        "night": "ok",
        "night/part": "ok",
    }
    assert (tmp_path / "results" / "night" / "episodes.tsv").is_file()
    assert (tmp_path / "results" / "night" / "part" / "episodes.tsv").is_file()


@pytest.mark.parametrize("name", ["...h5", "..h5"])
def test_no_name_leads_out_of_the_folder_of_results(name, write_recording, counts, myocramp, tmp_path):
    box = tmp_path / "box"
    write_recording(box / "in" / name, counts[0])
    write_recording(box / "good.h5", counts[1])
    (box / "precious").write_text("of somebody else")
    assert myocramp("analyse", box / "good.h5", "-o", box / "results").code == 0
    done = myocramp("analyse", box / "in", "-o", box / "results")
    assert (box / "precious").is_file()
    assert (box / "in" / name).is_file()
    assert (box / "results" / "good" / "episodes.tsv").is_file()
    assert done.code in (0, 2, 3), done.err


def test_files_of_others_in_the_folder_of_results_stay(write_recording, counts, myocramp, tmp_path):
    path = write_recording(tmp_path / "a.h5", counts[0])
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "raw_data").write_text("of somebody else")
    done = myocramp("analyse", path, "-o", tmp_path)
    assert (tmp_path / "a" / "raw_data").is_file()
    assert done.code in (0, 5), done.err


def test_output_that_is_a_file(folder, myocramp, tmp_path):
    (tmp_path / "results").write_text("of somebody else")
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 5
    assert done.error[0] == "E-WRITE"
    assert done.error[1].startswith(f"{tmp_path / 'results'}: expected a folder that can be written, found ")
    assert (tmp_path / "results").read_text() == "of somebody else"


def test_output_below_a_file(folder, myocramp, tmp_path):
    (tmp_path / "file").touch()
    done = myocramp("analyse", folder, "-o", tmp_path / "file" / "results")
    assert done.code == 5
    assert done.error[1].startswith(f"{tmp_path / 'file' / 'results'}: ")


def test_a_table_that_cannot_be_written_outranks_a_bad_file(folder, myocramp, tmp_path):
    (folder / "bad.h5").write_text("no recording")
    (tmp_path / "results" / "summary.tsv").mkdir(parents=True)
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 5
    assert (
        "E-WRITE",
        f"{tmp_path / 'results' / 'summary.tsv'}: expected a name that can be written, found Is a directory",
    ) in done.errors


def test_a_result_that_cannot_be_written_is_told_once(folder, myocramp, tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "sub").write_text("in the way of sub/b")
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 5
    assert done.error[0] == "E-WRITE"
    assert str(tmp_path / "results" / "sub") in done.error[1]
    assert (tmp_path / "results" / "a" / "episodes.tsv").is_file()


def test_parent_that_cannot_be_written(folder, myocramp, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    if os.access(tmp_path / "closed", os.W_OK):
        pytest.skip("this user may write everywhere")
    done = myocramp("analyse", folder, "-o", tmp_path / "closed" / "results")
    assert done.code == 5
    assert done.error[0] == "E-WRITE"
