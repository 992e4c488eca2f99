"""`myocramp score`: files and folders, what pairs with what, and its exit codes."""

import json
import shutil

import pytest

HEADER = "onset\tduration\ttrial_type\tscore\n"


def metric(told, name, group="iou_0.5", label="cramp"):
    return told["classes"][label]["metrics"][group][name]["value"]


def scored(myocramp, *arguments, code=0):
    done = myocramp("score", *arguments, "--json")
    assert done.code == code, done.err
    return json.loads(done.out), done


def write_table(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + "".join("\t".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    return path


def test_the_demo(myocramp, demo, demo_results, match, table):
    told, done = scored(myocramp, demo, demo_results)
    assert done.err == ""
    assert told["classes"]["cramp"]["n_subjects"] == 5
    # Each pair and its boundaries as the tables have them.
    hits, onsets = 0, []
    for row in told["classes"]["cramp"]["recordings"]:
        sides = []
        for path in (demo / f"{row['recording']}.events.tsv", demo_results / row["recording"] / "episodes.tsv"):
            rows = [r for r in table(path).rows if r["trial_type"] == "cramp"]
            sides.append([(float(r["onset"]), float(r["onset"]) + float(r["duration"])) for r in rows])
        pairs = match(*sides)
        assert row["true_positives"] == len(pairs)
        assert row["scored_hours"] == pytest.approx(240 / 3600)
        hits += len(pairs)
        onsets += [abs(sides[1][k][0] - sides[0][i][0]) for i, k in pairs.items()]
    assert metric(told, "true_positives") == hits
    assert metric(told, "recall") == hits / 10
    assert metric(told, "mae", "onset") == pytest.approx(sum(onsets) / len(onsets))
    assert told["classes"]["cramp"]["metrics"]["iou_0.5"]["f1"]["interval"] == "percentile"
    assert metric(told, "scored_hours", "time") == pytest.approx(1200 / 3600)
    assert myocramp("score", demo, demo_results).out == myocramp("score", demo, demo_results).out


def test_every_class_and_preset(myocramp, demo, demo_results):
    told, _ = scored(myocramp, demo, demo_results, "--class", "all")
    assert list(told["classes"])[:1] == ["cramp"]
    assert {"cramp", "twitch", "voluntary"} <= set(told["classes"])
    assert metric(told, "n_reference", label="voluntary") == 30
    told, _ = scored(myocramp, demo, demo, "--class", "any", "--preset", "szcore")
    assert told["primary"] == "any_overlap"
    assert metric(told, "f1", "any_overlap", "any") == 1
    assert metric(told, "false_alarms_per_day", "samples", "any") == 0
    text = myocramp("score", demo, demo, "--preset", "szcore").out
    assert "any overlap (primary)" in text
    assert "IoU" not in text


def test_a_perfect_score_of_itself(myocramp, demo):
    told, _ = scored(myocramp, demo, demo)
    assert all(metric(told, name) == 1 for name in ("recall", "precision", "f1"))
    assert metric(told, "p95_abs", "onset") == 0
    assert metric(told, "kappa", "samples") == 1


def test_single_files(myocramp, demo, demo_results):
    of_one, _ = scored(myocramp, demo / "S01_1.nwb", demo_results / "S01_1" / "episodes.tsv")
    beside, _ = scored(myocramp, demo / "S01_1.events.tsv", demo_results / "S01_1" / "episodes.tsv")
    in_folder, _ = scored(myocramp, demo / "S01_1.nwb", demo_results)
    assert of_one["classes"] == beside["classes"] == in_folder["classes"]
    assert metric(of_one, "f1", "iou_0.5") == 1
    assert of_one["classes"]["cramp"]["metrics"]["iou_0.5"]["f1"]["interval"] == "not estimable"


def test_tables_alone(myocramp, tmp_path):
    ref = write_table(tmp_path / "ref.tsv", (10, 20, "cramp", "n/a"), (0, 60, "phase:rest", "n/a"))
    hyp = write_table(tmp_path / "hyp.tsv", (12, 20, "cramp", 3), (50, 5, "cramp", 2))
    told, done = scored(myocramp, ref, hyp)
    assert metric(told, "precision") == 0.5
    assert metric(told, "average_precision", "ranking") == 1
    assert metric(told, "false_alarms_per_hour") is None
    assert "how long the reference looked is not known" in done.err
    empty = write_table(tmp_path / "none.tsv", (0, 100, "bckg", "n/a"))
    told, _ = scored(myocramp, empty, hyp)
    assert metric(told, "false_alarms_per_hour") == 72
    assert metric(told, "recall") is None


def test_a_label_beyond_the_end_of_its_recording(myocramp, tmp_path):
    ref = write_table(tmp_path / "ref.tsv", (0, 1000, "bckg", "n/a"), (900, 201, "cramp", "n/a"))
    hyp = write_table(tmp_path / "hyp.tsv", (900, 100, "cramp", 1))
    told, _ = scored(myocramp, ref, hyp)
    assert [metric(told, name) for name in ("recall", "precision", "false_alarms_per_hour")] == [1, 1, 0]
    assert metric(told, "n", "offset") == 0
    assert metric(told, "reference_outside", "time") == 0


def test_events_without_a_class(myocramp, tmp_path):
    ref = write_table(tmp_path / "ref.tsv", (0, 1000, "bckg", "n/a"), (900, 100, "cramp", "n/a"))
    (tmp_path / "hyp.tsv").write_text("onset\tduration\n900\t100\n", encoding="utf-8")
    told, done = scored(myocramp, ref, tmp_path / "hyp.tsv")
    assert metric(told, "recall") == 0
    assert "events that were found without a class, which count as any alone: 1" in done.err
    told, done = scored(myocramp, ref, tmp_path / "hyp.tsv", "--class", "any")
    assert metric(told, "recall", label="any") == 1
    assert "without a class" not in done.err


def test_rows_that_name_no_annotator_beside_others(myocramp, tmp_path):
    header = "onset\tduration\ttrial_type\tannotator\n"
    (tmp_path / "ref.tsv").write_text(header + "10\t5\tcramp\tA\n10\t5\tcramp\tn/a\n", encoding="utf-8")
    hyp = write_table(tmp_path / "hyp.tsv", (10, 5, "cramp", 1))
    done = myocramp("score", tmp_path / "ref.tsv", hyp)
    assert (done.code, done.error[0]) == (3, "E-RATERS")
    assert "found A, n/a" in done.error[1]
    for rater in ("A", "n/a"):
        told, _ = scored(myocramp, tmp_path / "ref.tsv", hyp, "--rater", rater)
        assert metric(told, "n_reference") == metric(told, "true_positives") == 1


def test_subjects_of_a_study(myocramp, tmp_path):
    for name in ("a", "b", "c"):
        write_table(tmp_path / "ref" / f"{name}.events.tsv", (10, 20, "cramp", "n/a"))
        write_table(tmp_path / "hyp" / f"{name}.tsv", (10, 20, "cramp", 3))
    (tmp_path / "ref" / "study.tsv").write_text("recording\tsubject\na\tS1\nb\tS1\nc\tS2\n", encoding="utf-8")
    told, _ = scored(myocramp, tmp_path / "ref", tmp_path / "hyp")
    assert told["classes"]["cramp"]["n_subjects"] == 2
    assert [row["subject"] for row in told["classes"]["cramp"]["recordings"]] == ["S1", "S1", "S2"]


def test_what_has_no_partner(myocramp, demo, demo_results, tmp_path):
    some = tmp_path / "some"
    shutil.copytree(demo_results, some)
    shutil.rmtree(some / "S02_1")
    write_table(some / "S99_1" / "episodes.tsv")
    told, done = scored(myocramp, demo, some, code=4)
    assert done.error == ("E-PAIR", f"{some}: expected events of recording S02_1, if only an empty table, found none")
    assert told["not_scored"][0]["recording"] == "S02_1"
    assert told["unpaired"] == ["S99_1"]
    assert "S99_1" in done.err
    assert metric(told, "n_reference") == 8
    told, _ = scored(myocramp, demo, some, "--missing", "empty")
    assert (metric(told, "n_reference"), metric(told, "n_found")) == (10, 8)
    told, _ = scored(myocramp, demo, some, "--missing", "skip")
    assert metric(told, "n_reference") == 8
    assert any("S02_1" in note for note in told["notes"])


def test_a_file_that_cannot_be_read(myocramp, demo, demo_results, tmp_path):
    folder = tmp_path / "recordings"
    shutil.copytree(demo, folder)
    (folder / "S03_1.nwb").write_bytes((folder / "S03_1.nwb").read_bytes()[:2000])
    told, done = scored(myocramp, folder, demo_results, code=4)
    assert "S03_1.nwb" in done.error[1]
    assert metric(told, "n_reference") == 8
    done = myocramp("score", folder / "S03_1.nwb", demo_results)
    assert done.code == 3
    assert done.out == ""


@pytest.mark.parametrize(
    ("ref", "hyp", "code", "error"),
    [
        ("nosuch", "hyp", 3, "E-MISSING"),
        ("ref", "nosuch", 3, "E-MISSING"),
        ("ref", "other", 3, "E-PAIR"),
        ("empty", "hyp", 3, "E-EMPTY-FOLDER"),
        ("study.tsv", "hyp/a.tsv", 3, "E-EVENTS"),
        ("broken.tsv", "hyp/a.tsv", 3, "E-EVENTS"),
    ],
)
def test_bad_input(myocramp, tmp_path, ref, hyp, code, error):
    write_table(tmp_path / "ref" / "a.tsv", (10, 20, "cramp", "n/a"))
    write_table(tmp_path / "hyp" / "a.tsv", (10, 20, "cramp", 1))
    write_table(tmp_path / "other" / "b.tsv", (10, 20, "cramp", 1))
    (tmp_path / "empty").mkdir()
    (tmp_path / "study.tsv").write_text("recording\tonset\tduration\n", encoding="utf-8")
    (tmp_path / "broken.tsv").write_text("onset\tduration\nten\t1\n", encoding="utf-8")
    done = myocramp("score", tmp_path / ref, tmp_path / hyp)
    assert done.code == code, done.err
    assert done.error[0] == error
    assert done.out == ""


def test_two_files_of_one_name(myocramp, tmp_path):
    write_table(tmp_path / "ref" / "a.tsv", (10, 20, "cramp", "n/a"))
    write_table(tmp_path / "ref" / "a.events.tsv", (10, 20, "cramp", "n/a"))
    done = myocramp("score", tmp_path / "ref", tmp_path / "ref")
    assert done.code == 2
    assert done.error[0] == "E-NAMES"


def test_nobody_labelled(myocramp, write_recording, make_counts, make_emg, tmp_path):
    write_recording(tmp_path / "ref" / "a.h5", make_counts(make_emg(8, (2, 5, 60), seed=1)))
    write_table(tmp_path / "hyp" / "a.tsv", (10, 20, "cramp", 1))
    done = myocramp("score", tmp_path / "ref", tmp_path / "hyp")
    assert done.code == 3
    assert done.error[0] == "E-LABELS"
    told, done = scored(myocramp, tmp_path / "hyp", tmp_path / "ref")  # nothing was found, which is said
    assert metric(told, "recall") == 0
    assert "a: a recording without labels, taken as nothing found" in done.err


def test_compares_two_detectors(myocramp, demo, demo_results):
    told, _ = scored(myocramp, demo, demo_results, "--against", demo)
    row = told["classes"]["cramp"]["comparison"]["onset"]["mae"]
    assert row["second"] == 0
    assert row["difference"] == row["first"] > 0
    assert row["p"] == 2 / 32
    assert "p (sign flip)" in myocramp("score", demo, demo_results, "--against", demo).out


@pytest.mark.parametrize("option", [("--preset", "nosuch"), ("--missing", "nosuch"), ("--nosuch",)])
def test_wrong_usage(myocramp, demo, option):
    done = myocramp("score", demo, demo, *option)
    assert done.code == 2
    assert done.error[0] == "E-USAGE"
