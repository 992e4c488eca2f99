"""`myocramp benchmark`: detectors on labelled recordings, programs of others, reruns, tuning."""

import csv
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

WHOLE = {"leaderboard.html", "leaderboard.md", "manifest.json", "metrics.csv", "summary.json", "found"}
METHODS = ("--methods", "bonato,hodges_bui")


@pytest.fixture(scope="module")
def few(demo, tmp_path_factory):
    """Return a folder of two of the demonstration's recordings."""
    folder = tmp_path_factory.mktemp("few")
    for path in sorted(demo.iterdir())[:4]:
        shutil.copy(path, folder)
    assert len(list(folder.glob("*.nwb"))) == 2
    return folder


@pytest.fixture(scope="module")
def board(myocramp, few, tmp_path_factory):
    """Return a folder of results of two methods; not to be written to."""
    out = tmp_path_factory.mktemp("board") / "out"
    done = myocramp("benchmark", few, "-o", out, *METHODS)
    assert done.code == 0, done.err
    assert done.out == (out / "leaderboard.md").read_text(encoding="utf-8")
    return out


def program(tmp_path, text):
    """Return a command that runs a Python script with a recording's path as its last argument."""
    script = tmp_path / "own.py"
    script.write_text(text, encoding="utf-8")
    return f"'{sys.executable}' '{script}'"


def metrics(folder):
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def value(rows, **wanted):
    found = [r["value"] for r in rows if all(r[k] == v for k, v in wanted.items())]
    assert len(found) == 1, wanted
    return float(found[0])


def test_what_it_writes(board, few, read_json):
    assert {p.name for p in board.iterdir()} == WHOLE | {"run.log.jsonl"}
    manifest = read_json(board / "manifest.json")
    assert (manifest["program"], manifest["command"]) == ("myocramp", "benchmark")
    assert [d["name"] for d in manifest["detectors"]] == ["bonato", "hodges_bui"]
    assert [i["status"] for i in manifest["inputs"]] == ["ok", "ok"]
    assert all(len(i["sha256"]) == 64 for i in manifest["inputs"])
    summary = read_json(board / "summary.json")["detectors"]
    assert set(summary["bonato"]) == {"any", "cramp"}
    names = {"sensitivity", "precision", "f1", "fpRate"}
    for results in summary["bonato"]["any"].values():
        assert set(results) == names | {f"{n}_std" for n in names}
    text = (board / "leaderboard.md").read_text(encoding="utf-8")
    assert "Simulated recordings only" in text
    assert "not estimable with fewer than 5 subjects" in text
    assert "x real time" not in text
    assert "F1 less the first's" in text


def test_each_is_compared_with_the_first_on_the_same_subjects(board):
    rows = metrics(board)
    f1 = {
        m: value(rows, detector=m, recording="all", group="iou_0.5", metric="f1", **{"class": "any"})
        for m in ("bonato", "hodges_bui")
    }
    first, second = sorted(f1, key=lambda m: (-f1[m], m))
    difference = value(rows, detector=second, group="iou_0.5", metric="f1_less_first", **{"class": "any"})
    assert difference == pytest.approx(f1[second] - f1[first], abs=1e-12)
    assert not [r for r in rows if r["metric"] == "f1_less_first_p"]  # two subjects say nothing of chance


def test_it_scores_as_score_does(myocramp, board, few):
    """What was found stands beside it as tables, and `score` makes the same numbers of them."""
    rows = metrics(board)
    for method in ("bonato", "hodges_bui"):
        for label in ("any", "cramp"):
            done = myocramp("score", few, board / "found" / method, "--class", label, "--json")
            assert done.code == 0, done.err
            told = json.loads(done.out)["classes"][label]["metrics"]
            for group, name in (
                ("iou_0.5", "n_reference"),
                ("iou_0.5", "f1"),
                ("onset", "mae"),
                ("time", "scored_hours"),
            ):
                mine = value(rows, detector=method, recording="all", **{"class": label}, group=group, metric=name)
                assert mine == told[group][name]["value"]


def test_it_finds_as_detect_does(myocramp, board, few):
    name = sorted(few.glob("*.nwb"))[0]
    done = myocramp("detect", name, "-m", "bonato")
    assert (board / "found" / "bonato" / f"{name.stem}.events.tsv").read_text(encoding="utf-8") == done.out


def test_the_same_bytes_for_any_jobs(myocramp, board, few, tree, tmp_path):
    for jobs in (1, 3):
        out = tmp_path / str(jobs)
        assert myocramp("benchmark", few, "-o", out, *METHODS, "--jobs", jobs).code == 0
        assert tree(out) == tree(board)


def test_a_rerun_does_what_is_missing(myocramp, board, few, tree, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(board, out)
    before = tree(out)
    done = myocramp("benchmark", few, "-o", out, *METHODS)
    assert "0 runs, 4 finished before" in done.err
    assert tree(out) == before
    # A damaged table and a lost record are made again, and nothing else.
    tables = sorted((out / "found").rglob("*.events.tsv"))
    tables[0].write_text(tables[0].read_text(encoding="utf-8") + "1\t2\n", encoding="utf-8")
    tables[-1].with_name(tables[-1].name.replace(".events.tsv", ".json")).unlink()
    done = myocramp("benchmark", few, "-o", out, *METHODS)
    assert "2 runs, 2 finished before" in done.err
    assert tree(out) == before
    # Another configuration repeats all.
    done = myocramp("benchmark", few, "-o", out, *METHODS, "--set", "filter.low_hz=15")
    assert "4 runs, 0 finished before" in done.err
    assert "configuration in manifest.json" in done.out
    assert "4 runs, 0 finished before" in myocramp("benchmark", few, "-o", out, *METHODS, "--force").err
    assert tree(out) == before


def test_another_instruction_set_runs_again(myocramp, board, few, read_json, tmp_path):
    """What the manifest says of it is true of every event, and the events are the same."""
    out = tmp_path / "out"
    shutil.copytree(board, out)
    used = read_json(out / "manifest.json")["instruction_set"]
    done = myocramp("benchmark", few, "-o", out, *METHODS, env={**os.environ, "MYOCRAMP_SIMD": "baseline"})
    assert ("0 runs, 4" if used == "baseline" else "4 runs, 0") + " finished before" in done.err
    assert read_json(out / "manifest.json")["instruction_set"] == "baseline"
    spans = [
        [row.split("\t")[:4] for path in sorted(folder.rglob("*.tsv")) for row in path.read_text("utf-8").splitlines()]
        for folder in (out, board)
    ]
    assert spans[0] == spans[1]


def test_a_program_of_ones_own(myocramp, few, tmp_path):
    """It gets a recording's path and prints a table; here it knows the labels, and its last line has no end."""
    command = program(
        tmp_path,
        "import sys\n"
        "rows = open(sys.argv[-1].removesuffix('.nwb') + '.events.tsv').read().split('\\n')\n"
        "kept = [r for r in rows if 'phase:' not in r and r]\n"
        "print('\\n'.join(kept), end='')\n",
    )
    out = tmp_path / "out"
    arguments = ("benchmark", few, "-o", out, "--methods", "none", "--program", f"own={command}")
    done = myocramp(*arguments)
    assert done.code == 0, done.err
    rows = metrics(out)
    assert value(rows, detector="own", recording="all", **{"class": "any"}, group="iou_0.7", metric="f1") == 1
    assert value(rows, detector="own", recording="all", **{"class": "cramp"}, group="onset", metric="mae") == 0


def test_a_program_runs_each_time(myocramp, few, tmp_path):
    """It may have changed, as a file that it reads may have; what is not known cannot be skipped."""
    out = tmp_path / "out"
    for onset, runs in (("10", "4 runs, 0"), ("20", "2 runs, 2")):
        command = program(tmp_path, f"print('onset\\tduration\\n{onset}\\t5')")
        done = myocramp("benchmark", few, "-o", out, "--methods", "bonato", "--program", f"own={command}")
        assert done.code == 0, done.err
        assert f"{runs} finished before" in done.err
        tables = [p.read_text(encoding="utf-8") for p in (out / "found" / "own").glob("*.tsv")]
        assert [t.splitlines()[1].split("\t")[0] for t in tables] == [onset, onset]
    assert {p.suffix for p in (out / "found" / "own").iterdir()} == {".tsv"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import sys; sys.exit(3)", "exit code 3"),
        ("import os; os.abort()", "exit code 134"),  # as the shell has it
        ("print('nothing of the kind')", "E-EVENTS"),
        ("import subprocess; subprocess.run(['sleep', '100'])", "longer than 0.5 s"),
    ],
)
def test_a_program_that_fails_is_a_row_with_its_reason(myocramp, few, read_json, tmp_path, text, reason):
    out = tmp_path / "out"
    limit = ("--limit-s", 0.5) if "sleep" in text else ()
    done = myocramp(
        "benchmark", few, "-o", out, "--methods", "bonato", "--program", f"own={program(tmp_path, text)}", *limit
    )
    assert done.code == 4
    assert len(done.errors) == 2
    assert reason in (out / "leaderboard.md").read_text(encoding="utf-8")
    assert [f["detector"] for f in read_json(out / "manifest.json")["failures"]] == ["own", "own"]
    rows = metrics(out)
    # Nothing found there, and the others are scored all the same.
    assert value(rows, detector="own", recording="all", **{"class": "any"}, group="iou_0.5", metric="recall") == 0
    assert value(rows, detector="bonato", recording="all", **{"class": "any"}, group="iou_0.5", metric="n_found") > 0
    assert not list((out / "found" / "own").glob("*"))


def test_a_recording_that_cannot_be_read(myocramp, few, tmp_path):
    folder = tmp_path / "in"
    shutil.copytree(few, folder)
    (folder / "bröken.nwb").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    done = myocramp("benchmark", folder, "-o", tmp_path / "out", "--methods", "bonato")
    assert done.code == 4
    assert done.error[1].startswith("bröken: ")
    assert "| * | bröken | E-" in done.out
    assert "2 recordings of 2 subjects" in done.out
    lone = myocramp("benchmark", folder / "bröken.nwb", "-o", tmp_path / "lone", "--methods", "bonato")
    assert lone.code == 3
    assert not (tmp_path / "lone" / "leaderboard.md").exists()


def test_recordings_without_labels(myocramp, write_recording, tmp_path):
    path = write_recording(tmp_path / "in" / "a.h5")
    done = myocramp("benchmark", path, "-o", tmp_path / "out", "--methods", "bonato")
    assert (done.code, done.error[0]) == (3, "E-LABELS")
    path.with_suffix(".events.tsv").write_text("onset\tduration\ttrial_type\n1\t2\tcramp\n", encoding="utf-8")
    done = myocramp("benchmark", path, "-o", tmp_path / "out", "--methods", "bonato")
    assert done.code == 0, done.err
    assert "Simulated" not in done.out


def test_tuning_scores_other_subjects_than_it_tunes_on(myocramp, demo, read_json, tree, tmp_path):
    arguments = ("benchmark", demo, "--methods", "bonato", "--tune", 2, "--seed", 3)
    done = myocramp(*arguments, "-o", tmp_path / "a", "--jobs", 2)
    assert done.code == 0, done.err
    manifest = read_json(tmp_path / "a" / "manifest.json")
    training = set(manifest["tuning"]["training"])
    assert len(training) == 2
    rows = metrics(tmp_path / "a")
    assert {r["detector"] for r in rows} == {"bonato", "bonato:tuned"}
    scored = {r["subject"] for r in rows} - {"n/a"}
    assert len(scored) == 3
    assert not scored & training
    assert manifest["tuning"]["class"] == "cramp"
    assert "Every method at this program's defaults, and as :tuned the best of 2 configurations on 2 " in done.out
    sentence = "by F1 at an intersection over union of 0.5 of class cramp. Only the other subjects are scored here."
    assert sentence in done.out
    assert sentence in (tmp_path / "a" / "leaderboard.html").read_text(encoding="utf-8")
    chosen = manifest["tuning"]["chosen"][0]
    assert manifest["detectors"][1]["configuration"] == {"name": "bonato"} | chosen["options"]
    assert myocramp(*arguments, "-o", tmp_path / "b", "--jobs", 1).code == 0
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_what_does_not_go_together_is_not_tried(myocramp, few, read_json, tmp_path):
    """Of leg_movement's draws one in fifteen ends above its onset, of tkeo's one in four has its edge above 500 Hz."""
    out = tmp_path / "out"
    done = myocramp("benchmark", few, "-o", out, "--methods", "leg_movement,tkeo", "--tune", 15)
    assert done.code == 0, done.err
    log = [json.loads(line) for line in (out / "run.log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [r["reason"] for r in log if r.get("status") == "failed"] == []
    assert [c["failed"] for c in read_json(out / "manifest.json")["tuning"]["chosen"]] == [0, 0]


def test_a_class_that_nobody_names(myocramp, few, tmp_path):
    done = myocramp("benchmark", few, "-o", tmp_path / "out", "--methods", "bonato", "--class", "spasm")
    assert done.code == 0
    note = "no event of class spasm on either side; there are: cramp, "
    assert note in done.err
    assert note.capitalize() in done.out


def test_every_class_by_itself(myocramp, few, write_recording, tmp_path):
    """`all` means what it means to `score`, and no class has two boards."""
    out = tmp_path / "out"
    done = myocramp("benchmark", few, "-o", out, "--methods", "bonato", "--class", "any,all,cramp")
    assert done.code == 0, done.err
    told = json.loads(myocramp("score", few, out / "found" / "bonato", "--class", "all", "--json").out)["classes"]
    boards = [line.removeprefix("## Class ") for line in done.out.splitlines() if line.startswith("## Class ")]
    assert set(boards) == set(told) >= {"cramp", "twitch", "voluntary"}
    assert len(boards) == len(told)
    assert "## Events of any class" in done.out
    rows = metrics(out)
    for label, score in told.items():
        n = score["metrics"]["iou_0.5"]["n_found"]["value"]
        assert (
            value(rows, detector="bonato", recording="all", **{"class": label}, group="iou_0.5", metric="n_found") == n
        )

    tuned = myocramp("benchmark", few, "-o", tmp_path / "t", "--methods", "bonato", "--class", "all", "--tune", 2)
    assert "of class cramp" in tuned.out
    path = write_recording(tmp_path / "in" / "a.h5")
    path.with_suffix(".events.tsv").write_text("onset\tduration\ttrial_type\n0\t2\tbckg\n", encoding="utf-8")
    own = program(tmp_path, "print('onset\\tduration')")
    done = myocramp(
        "benchmark", path, "-o", tmp_path / "n", "--methods", "none", "--program", f"own={own}", "--class", "all"
    )
    assert done.code == 0, done.err
    assert "no event of any class on either side" in done.err


def test_detectors_without_classes_have_no_answer_about_one(myocramp, few, read_json, tmp_path):
    own = program(tmp_path, "print('onset\\tduration\\n10\\t5')")
    out = tmp_path / "out"
    done = myocramp("benchmark", few, "-o", out, "--methods", "bonato", "--program", f"own={own}")
    assert done.code == 0, done.err
    assert "No class is given by own, " in done.out
    (row,) = [line for line in done.out.partition("## Class cramp")[2].splitlines() if "| own |" in line]
    assert row == "| 2 | own |" + " n/a |" * 8 + " 0 |"
    rows = metrics(out)
    own_rows = {(r["class"], r["metric"]) for r in rows if r["detector"] == "own" and r["group"] == "iou_0.5"}
    assert ("any", "recall") in own_rows
    assert {name for label, name in own_rows if label == "cramp"} == {"n_reference"}
    assert read_json(out / "summary.json")["detectors"]["own"]["cramp"]["event_results"]["f1"] is None


def test_subjects_who_are_not_known(myocramp, write_recording, read_json, tmp_path):
    for name in "0123é":
        path = write_recording(tmp_path / "in" / f"{name}.h5")
        path.with_suffix(".events.tsv").write_text("onset\tduration\ttrial_type\n1\t2\tcramp\n", encoding="utf-8")
    done = myocramp("benchmark", tmp_path / "in", "-o", tmp_path / "out", *METHODS)
    assert done.code == 0, done.err
    for remark in (
        "Subject not known, each recording counts as one of its own: 5.",
        "No annotated spans: all of the recording is taken as looked at: 0, 1, 2, 3, é.",
        "Only cramps are labelled",
        "5 labelled events in 5 recordings of subjects who are not known",
        "not estimable where subjects are not known",
    ):
        assert remark in done.out
    assert not [r for r in metrics(tmp_path / "out") if r["low"] != "n/a" or r["metric"].startswith("f1_less")]
    done = myocramp("benchmark", tmp_path / "in", "-o", tmp_path / "tuned", *METHODS, "--tune", 2)
    assert (done.code, done.error[0]) == (3, "E-SUBJECTS")
    assert not list((tmp_path / "tuned").glob("found"))


@pytest.fixture
def raters(demo, tmp_path):
    """Return the demonstration's recordings; zoe labelled two of them too."""
    folder = tmp_path / "raters"
    shutil.copytree(demo, folder)
    for name in ("S02_1", "S04_1"):
        path = folder / f"{name}.events.tsv"
        row = "130\t10\tcramp\tn/a\tn/a\tzoe\tmanual\tn/a\tn/a\n"
        path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    return folder


def test_raters_are_looked_at_before_any_detector_runs(myocramp, raters, board, tree, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(board, out)
    before = tree(out)
    for arguments in (), ("--rater", "nobody"), ("--tune", 2), ("--tune", 2, "--rater", "nobody"):
        done = myocramp("benchmark", raters, "-o", out, "--methods", "tkeo", *arguments)
        assert (done.code, done.error[0]) == (3, "E-RATERS")
        assert "zoe" in done.err
        assert tree(out) == before  # the earlier results too


def test_a_rater_who_labelled_some(myocramp, raters, read_json, tmp_path):
    arguments = ("benchmark", raters, "--methods", "bonato", "--rater", "zoe")
    done = myocramp(*arguments, "-o", tmp_path / "out")
    assert done.code == 0, done.err
    assert "Not looked at by zoe, left out: S01_1, S03_1, S05_1." in done.out
    assert "2 labelled events in 2 recordings of 2 subjects" in done.out
    statuses = [i["status"] for i in read_json(tmp_path / "out" / "manifest.json")["inputs"]]
    assert statuses == ["other rater", "ok", "other rater", "ok", "other rater"]
    assert len(list((tmp_path / "out" / "found" / "bonato").glob("*.tsv"))) == 2
    for seed in range(3):
        done = myocramp(*arguments, "-o", tmp_path / f"tuned{seed}", "--tune", 2, "--seed", seed)
        assert done.code == 0, done.err
        assert "1 labelled events in 1 recordings of 1 subjects" in done.out


def test_the_grid_as_the_page_makes_it(myocramp, tmp_path):
    """The lines at the top of docs/benchmark.md, on two cells of the grid."""
    page = (Path(__file__).parents[2] / "docs" / "benchmark.md").read_text(encoding="utf-8")
    assert "    myocramp simulate detector_grid -o grid --seed 1\n    myocramp benchmark grid -o board\n" in page
    small = tmp_path / "small.json"
    small.write_text(json.dumps({"base": "detector_grid", "grid": {"snr_db": [10], "distractors": ["none", "ecg"]}}))
    assert myocramp("simulate", small, "-o", tmp_path / "grid", "--seed", 1).code == 0
    done = myocramp("benchmark", tmp_path / "grid", "-o", tmp_path / "board")
    assert done.code == 0, done.err
    assert "2 recordings scored; 40 runs" in done.err


def test_speed_is_said_when_asked_for(myocramp, few, tmp_path):
    done = myocramp("benchmark", few, "-o", tmp_path / "out", "--methods", "bonato", "--speed")
    assert "x real time" in done.out
    assert "wall time" in done.out


def test_a_folder_of_results_is_no_input(myocramp, few, board, tmp_path):
    folder = tmp_path / "in"
    shutil.copytree(few, folder)
    shutil.copytree(board, folder / "board")
    done = myocramp("benchmark", folder, "-o", folder / "board", *METHODS)
    assert done.code == 0, done.err
    assert "2 recordings scored; 0 runs, 4 finished before" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("--methods", "nosuch"), 2, "E-DETECTOR"),
        (("--methods", "bonato,bonato"), 2, "E-NAMES"),
        (("--program", "own"), 2, "E-OPTION"),
        (("--program", "own="), 2, "E-OPTION"),
        (("--program", "../own=true"), 2, "E-NAMES"),
        (("--program", "bonato=true"), 2, "E-NAMES"),
        (("--methods", "none"), 2, "E-DETECTOR"),
        (("--methods", "bonato", "--set", "detector.name=edta", "--set", "detector.deviations=8"), 2, "E-DETECTOR"),
        (("--methods", "bonato,tkeo", "--set", "detector.name=edta"), 2, "E-DETECTOR"),
        (("--methods", "none", "--program", "own=true", "--set", "detector.p_fa=1e-5"), 2, "E-DETECTOR"),
        (("--limit-s", "0"), 2, "E-OPTION"),
        (("--tune", "-1"), 2, "E-OPTION"),
        (("--seed", "x"), 2, "E-USAGE"),
        (("--phase", "sleeping"), 2, "E-PHASE"),
        (("--rater", "nobody"), 3, "E-RATERS"),
    ],
)
def test_wrong_arguments(myocramp, few, tmp_path, arguments, code, error):
    done = myocramp("benchmark", few, "-o", tmp_path / "out", *arguments)
    assert (done.code, done.error[0]) == (code, error)
    assert not (tmp_path / "out" / "leaderboard.md").exists()


def test_options_are_those_of_what_runs(myocramp, board, few, read_json, tmp_path):
    done = myocramp("benchmark", few, "-o", tmp_path / "one", "--methods", "bonato")
    assert "Every method at this program's defaults." in done.out
    done = myocramp("benchmark", few, "-o", tmp_path / "one", "--methods", "bonato", "--set", "detector.p_fa=1e-5")
    assert "2 runs, 0 finished before" in done.err
    assert "Every method with the configuration in manifest.json." in done.out
    assert read_json(tmp_path / "one" / "manifest.json")["detectors"][0]["configuration"]["p_fa"] == 1e-5
    # A manifest names the default detector, with its defaults.
    done = myocramp(
        "benchmark", few, "-o", tmp_path / "two", "--methods", "bonato,tkeo", "--config", board / "manifest.json"
    )
    assert done.code == 0, done.err
    assert "Every method at this program's defaults." in done.out
    config = tmp_path / "config.json"
    config.write_text('{"detector": {"name": "tkeo", "height_sd": 8}}', encoding="utf-8")
    done = myocramp("benchmark", few, "-o", tmp_path / "other", "--methods", "bonato", "--config", config)
    assert (done.code, done.error[0]) == (2, "E-DETECTOR")
    assert "expected the method that runs: bonato, found tkeo" in done.err


def test_a_single_subject_cannot_be_tuned_on(myocramp, few, tmp_path):
    done = myocramp(
        "benchmark", sorted(few.glob("*.nwb"))[0], "-o", tmp_path / "out", "--methods", "bonato", "--tune", 2
    )
    assert (done.code, done.error[0]) == (3, "E-SUBJECTS")
