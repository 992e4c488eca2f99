"""Recordings that do not start at 0 s of their clock: NWB files whose signal starts before or long after it."""

import json

import h5py
import numpy as np
import pytest
from hostile_files import nwb

LENGTH_S = 4  # of what hostile_files.nwb writes


@pytest.fixture
def starting_at(tmp_path):
    """Return a function that writes a recording of 4 s whose signal and rows start at a time."""

    def write(start_s, labels=True):
        path = tmp_path / "a.nwb"
        with h5py.File(path, "w") as file:
            nwb(file)
            file["acquisition/emg/starting_time"][...] = start_s
            for table in ("cramp_episodes", "protocol"):
                for column in ("start_time", "stop_time"):
                    file[f"intervals/{table}/{column}"][...] += start_s
            file["acquisition/session_covariates/time"][...] = start_s
            if not labels:
                del file["intervals/cramp_episodes"]
        return path

    return write


def codes(done):
    return {line.split(": ")[1].split(" ")[1] for line in done.out.splitlines()}


STARTS = pytest.mark.parametrize("start_s", [-2, -20, 100])


@STARTS
def test_rows_inside_are_inside(start_s, starting_at, myocramp):
    done = myocramp("validate", starting_at(start_s))
    assert not codes(done) & {"V-OUTSIDE", "V-HOLE", "V-OVERLAP", "V-COVARIATE-TIME"}, done.out


@STARTS
def test_rows_outside_are_outside_and_holes_are_found(start_s, starting_at, myocramp):
    path = starting_at(start_s)
    with h5py.File(path, "r+") as file:
        file["intervals/cramp_episodes/start_time"][0] = start_s - 3
        file["intervals/cramp_episodes/stop_time"][0] = start_s - 2
        file["intervals/protocol/start_time"][0] = start_s + 1
        file["acquisition/session_covariates/time"][...] = start_s - 1
    done = myocramp("validate", path)
    assert {"V-OUTSIDE", "V-HOLE", "V-COVARIATE-TIME"} <= codes(done)
    text = next(line for line in done.out.splitlines() if "V-OUTSIDE" in line)
    assert f"rows inside the recording of {start_s} to {start_s + LENGTH_S} s, found twitch {start_s - 3} to" in text
    text = next(line for line in done.out.splitlines() if "V-HOLE" in line)
    assert f"none in {start_s} to {start_s + 1} s" in text


@STARTS
def test_rows_of_a_table_beside_it(start_s, starting_at, myocramp, tmp_path):
    path = starting_at(start_s)
    table = tmp_path / "a.events.tsv"
    head = "onset\tduration\ttrial_type\n"
    table.write_text(f"{head}{start_s}\t{LENGTH_S}\tphase:rest\n")
    assert not any("outside" in note for note in json.loads(myocramp("info", "--json", path).out)[0]["notes"])
    table.write_text(f"{head}{start_s - 1}\t1\tphase:rest\n")
    notes = json.loads(myocramp("info", "--json", path).out)[0]["notes"]
    assert f"a.events.tsv: 1 of 1 rows reach outside the recording of {start_s} to {start_s + LENGTH_S} s" in notes, (
        notes
    )


@STARTS
def test_info_tells_start_and_length(start_s, starting_at, myocramp):
    path = starting_at(start_s)
    (told,) = json.loads(myocramp("info", "--json", path).out)
    assert (told["start_s"], told["duration_s"]) == (start_s, LENGTH_S)
    assert f"4.000 s, {start_s}.000 to {start_s + LENGTH_S}.000 s\n" in myocramp("info", path).out


@STARTS
def test_results_cover_the_data_and_no_more(start_s, starting_at, myocramp, tmp_path):
    path = starting_at(start_s, labels=False)
    with h5py.File(path, "r+") as file:  # nothing that could be an episode
        data = file["acquisition/emg/data"]
        data[...] = np.random.default_rng(5).integers(-9, 10, data.shape)
        file["intervals/protocol/start_time"][0] = start_s - 10
    done = myocramp("analyse", path, "-o", tmp_path / "out")
    assert done.code == 0, done.err
    row = dict(
        zip(*(line.split("\t") for line in (tmp_path / "out/summary.tsv").read_text().splitlines()), strict=True)
    )
    assert row["duration_s"] == str(LENGTH_S)
    (phase,) = (tmp_path / "out/phases.tsv").read_text().splitlines()[1:]
    assert phase.split("\t") == ["a", "rest", str(start_s), str(start_s + LENGTH_S)]
    background = (tmp_path / "out/a/episodes.tsv").read_text().splitlines()[1].split("\t")
    assert background[:3] == [str(start_s), str(LENGTH_S), "bckg"]
    background = myocramp("detect", path, "-m", "hodges_bui").out.splitlines()[1].split("\t")
    assert background[:3] == [str(start_s), str(LENGTH_S), "bckg"]
