"""Equal inputs give equal bytes, whatever the jobs, the shards and the folder; what is finished is not done again."""

import json
import shutil

import pytest


@pytest.fixture(scope="module")
def study(myocramp, tmp_path_factory):
    """Return a folder of three short recordings; not to be written to."""
    folder = tmp_path_factory.mktemp("study")
    scenario = {
        "subjects": 3,
        "rest_s": 20,
        "exercise_s": 20,
        "recovery_s": 60,
        "contractions": 2,
        "twitches": 1,
        "cramps": 1,
    }
    (folder / "short.json").write_text(json.dumps(scenario))
    done = myocramp("simulate", folder / "short.json", "-o", folder / "recordings", "--seed", 1)
    assert done.code == 0, done.err
    return folder / "recordings"


@pytest.fixture(scope="module")
def reference(myocramp, study, tree, tmp_path_factory):
    """Return the digests of what an undisturbed run makes of it."""
    results = tmp_path_factory.mktemp("reference") / "results"
    analysed(myocramp, study, results)
    return tree(results)


def analysed(myocramp, folder, results, *arguments, **options):
    done = myocramp("analyse", folder, "-o", results, *arguments, **options)
    assert done.code == 0, done.err
    return done


def stamps(results):
    """Which file is which, and when it was written: all results of recordings."""
    return {p.relative_to(results): (p.stat().st_ino, p.stat().st_mtime_ns) for p in results.glob("*/*")}


def test_two_runs(myocramp, study, reference, tree, tmp_path):
    shutil.copytree(study, tmp_path / "elsewhere")
    analysed(myocramp, "elsewhere", "results", cwd=tmp_path)
    assert tree(tmp_path / "results") == reference


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_jobs(jobs, myocramp, study, reference, tree, tmp_path):
    analysed(myocramp, study, tmp_path / "results", "--jobs", jobs)
    assert tree(tmp_path / "results") == reference


def test_shards(myocramp, study, reference, table, tree, tmp_path):
    results = tmp_path / "results"
    done = analysed(myocramp, study, results, "--shard", "1/2")
    assert "2 analysed" in done.err
    assert [row["status"] for row in table(results / "summary.tsv")] == ["ok", "pending", "ok"]
    done = analysed(myocramp, study, results, "--shard", "2/2")
    assert "1 analysed" in done.err
    assert [row["status"] for row in table(results / "summary.tsv")] == ["ok"] * 3
    done = analysed(myocramp, study, results)
    assert "0 analysed, 3 finished before, 0 failed" in done.err
    assert tree(results) == reference


def test_shards_need_no_last_run(myocramp, study, reference, tree, tmp_path):
    for k in (2, 1, 3):
        analysed(myocramp, study, tmp_path / "results", "--shard", f"{k}/3")
    assert tree(tmp_path / "results") == reference


def test_more_shards_than_recordings(myocramp, study, tmp_path):
    assert (
        "0 analysed, 0 finished before, 0 failed"
        in analysed(myocramp, study, tmp_path / "results", "--shard", "9/9").err
    )


def test_what_is_finished_is_not_done_again(myocramp, study, tree, tmp_path):
    results = tmp_path / "results"
    analysed(myocramp, study, results)
    before, first = tree(results), stamps(results)
    done = analysed(myocramp, study, results, "--progress", "json")
    assert "0 analysed, 3 finished before, 0 failed" in done.err
    lines = [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]
    assert [line["status"] for line in lines] == ["skipped"] * 3
    assert stamps(results) == first
    assert tree(results) == before


def test_force_repeats(myocramp, study, tree, tmp_path):
    results = tmp_path / "results"
    analysed(myocramp, study, results)
    before, first = tree(results), stamps(results)
    assert "3 analysed, 0 finished before, 0 failed" in analysed(myocramp, study, results, "--force").err
    second = stamps(results)
    assert second.keys() == first.keys()
    assert all(second[name] != first[name] for name in first)
    assert tree(results) == before


@pytest.mark.parametrize(
    "arguments",
    [("--set", "cramp.twitch_s=3"), ("--set", "filter.low_hz=30"), ("--channels", "GM")],
    ids=" ".join,
)
def test_a_changed_option_is_a_new_analysis(arguments, myocramp, study, reference, tree, tmp_path):
    results = tmp_path / "results"
    analysed(myocramp, study, results)
    assert "3 analysed, 0 finished before, 0 failed" in analysed(myocramp, study, results, *arguments).err
    assert tree(results) != reference
    assert "0 analysed, 3 finished before, 0 failed" in analysed(myocramp, study, results, *arguments).err
    analysed(myocramp, study, results)
    assert tree(results) == reference


def test_a_changed_recording_or_sidecar_is_analysed_again(myocramp, study, tmp_path):
    recordings = shutil.copytree(study, tmp_path / "recordings")
    results = tmp_path / "results"
    analysed(myocramp, recordings, results)
    shutil.copy(recordings / "S01_1.nwb", recordings / "S02_1.nwb")
    assert "1 analysed, 2 finished before" in analysed(myocramp, recordings, results).err
    (recordings / "S03_1.events.tsv").unlink()
    assert "1 analysed, 2 finished before" in analysed(myocramp, recordings, results).err
    (recordings / "S01_1.events.tsv").write_text("onset\tduration\ttrial_type\n0\t240\tphase:rest\n")
    assert "1 analysed, 2 finished before" in analysed(myocramp, recordings, results).err


def test_the_order_of_inputs_is_the_order_of_rows(myocramp, study, table, tmp_path):
    analysed(myocramp, study / "S03_1.nwb", tmp_path / "results")
    done = myocramp(
        "analyse", study / "S02_1.nwb", study / "S03_1.nwb", study / "S01_1.nwb", "-o", tmp_path / "results"
    )
    assert "2 analysed, 1 finished before, 0 failed" in done.err
    assert [row["recording"] for row in table(tmp_path / "results" / "summary.tsv")] == ["S02_1", "S03_1", "S01_1"]


def test_progress_as_json_lines(myocramp, study, tmp_path):
    done = analysed(myocramp, study, tmp_path / "results", "--progress", "json", "-q", "--jobs", 2)
    lines = [json.loads(line) for line in done.err.splitlines()]
    finished = [line for line in lines if line["event"] == "done"]
    assert [line["done"] for line in finished] == [1, 2, 3]
    assert {line["total"] for line in lines} == {3}
    assert {line["status"] for line in finished} == {"ok"}
    for recording in {line["recording"] for line in finished}:
        parts = [line["part"] for line in lines if line["event"] == "progress" and line["recording"] == recording]
        assert parts == sorted(parts)
        assert 0 < parts[0] <= parts[-1] == 1


def test_quiet_and_plain_standard_error(myocramp, study, tmp_path):
    assert analysed(myocramp, study, tmp_path / "quiet", "-q").err == ""
    plain = analysed(myocramp, study, tmp_path / "plain")
    assert "not a medical device" in plain.err
    assert "\r" not in plain.err
    assert "\x1b" not in plain.err
    assert plain.out == ""
