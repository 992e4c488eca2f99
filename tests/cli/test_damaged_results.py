"""What lies in a folder of results, or beside a recording, may be damaged: one row's trouble, never the run's."""

import json
import signal

import pytest


@pytest.mark.parametrize("record", ['{"key": 5}', "not json", "[]", '{"status": "ok", "key": ["x"]}'])
def test_a_damaged_record_counts_as_not_finished(record, folder, myocramp, tree, tmp_path):
    assert myocramp("analyse", folder, "-o", tmp_path / "plain").code == 0
    assert myocramp("analyse", folder, "-o", tmp_path / "results").code == 0
    (tmp_path / "results" / "a" / "recording.json").write_text(record)
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 0, done.err
    assert "1 analysed" in done.err
    assert tree(tmp_path / "results") == tree(tmp_path / "plain")


def test_a_sidecar_that_cannot_be_read_is_one_failed_row(folder, myocramp, table, tmp_path):
    (folder / "a.events.tsv").mkdir()
    done = myocramp("analyse", folder, "-o", tmp_path / "results")
    assert done.code == 4, done.err
    status = {row["recording"]: row["status"] for row in table(tmp_path / "results" / "summary.tsv")}
    assert status["a"] == "failed"
    assert set(status.values()) == {"failed", "ok"}


def test_phases_beyond_the_recording_are_cut_to_it(folder, myocramp, table, tmp_path):
    (folder / "a.events.tsv").write_text("onset\tduration\ttrial_type\n0\t9999\tphase:rest\n20000\t5\tphase:mvc\n")
    assert myocramp("analyse", folder / "a.h5", "-o", tmp_path / "results").code == 0
    (row,) = table(tmp_path / "results" / "phases.tsv")
    (summary,) = table(tmp_path / "results" / "summary.tsv")
    assert (row["phase"], row["start"], row["stop"]) == ("rest", "0", summary["duration_s"])


def test_the_configuration_of_a_manifest_is_fed_back(folder, myocramp, tmp_path):
    assert myocramp("analyse", folder, "-o", tmp_path / "one", "--set", "filter.low_hz=12").code == 0
    assert myocramp("analyse", folder, "-o", tmp_path / "two", "--config", tmp_path / "one" / "manifest.json").code == 0
    one, two = (json.loads((tmp_path / n / "manifest.json").read_text()) for n in ("one", "two"))
    assert one == two
    assert two["configuration"]["filter"]["low_hz"] == 12


def test_folders_of_results_are_counted(folder, myocramp, tmp_path):
    assert myocramp("analyse", folder, "-o", folder / "results").code == 0
    done = myocramp("analyse", folder, "-o", tmp_path / "again")
    assert done.code == 0
    assert "1 folders that hold results were passed over" in done.err


@pytest.mark.parametrize("options", [("--precision", "double"), ("--jobs", "1")])
def test_options_of_analyse(options, folder, myocramp, tmp_path):
    assert myocramp("analyse", folder, "-o", tmp_path / "results", *options).code == 0


def test_precision_that_there_is_not(folder, myocramp, tmp_path):
    assert myocramp("analyse", folder, "-o", tmp_path / "results", "--precision", "single").code == 2


def test_common_options_before_and_after_the_command(folder, myocramp):
    assert myocramp("analyse", "--version").out.startswith("myocramp ")
    before = myocramp("-q", "--layout", "opensignals", "info", folder / "a.h5")
    assert (before.code, before.out) == (0, myocramp("info", folder / "a.h5", "--layout", "opensignals", "-q").out)


def test_simulate_can_be_stopped(myocramp, tmp_path):
    (tmp_path / "many.json").write_text('{"generator": "shaped_noise", "subjects": 500}')
    process = myocramp.start("simulate", tmp_path / "many.json", "-o", tmp_path / "recordings", "--seed", "1")
    while process.poll() is None and not list((tmp_path / "recordings").glob("*.nwb")):
        pass
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
