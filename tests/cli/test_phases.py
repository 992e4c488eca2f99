"""Phases of the protocol decide the class of an episode; labels decide nothing."""

import pytest

HEADER = "onset\tduration\ttrial_type\n"


@pytest.fixture(scope="module")
def recording(write_recording, make_counts, make_emg, tmp_path_factory):
    """Return a recording with two long bursts, [5, 9) and [20, 32), and a short one, [14, 14.5)."""
    emg = make_emg(45, (5, 9, 60), (14, 14.5, 60), (20, 32, 80))
    return write_recording(tmp_path_factory.mktemp("phases") / "original.h5", make_counts(emg))


@pytest.fixture
def analyse(recording, myocramp, table, tmp_path):
    """Return a function from the text of the sidecar, and arguments, to episodes and what was said."""

    def run(sidecar=None, *arguments):
        path = tmp_path / "a.h5"
        path.write_bytes(recording.read_bytes())
        if sidecar is not None:
            (tmp_path / "a.events.tsv").write_text(sidecar)
        done = myocramp("analyse", path, "-o", tmp_path / "results", *arguments)
        assert done.code == 0, done.err
        return table(tmp_path / "results" / "a" / "episodes.tsv").rows, done.err

    return run


def names(rows):
    return [(row["trial_type"], row["class_reason"]) for row in rows]


def span(row):
    return pytest.approx((float(row["onset"]), float(row["offset"])), abs=0.06)


def test_rest(analyse):
    rows, err = analyse(HEADER + "0\t45\tphase:rest\n")
    assert names(rows) == [("cramp", "in_rest"), ("twitch", "below_twitch_s"), ("cramp", "in_rest")]
    assert [span(row) for row in rows] == [(5, 9), (14, 14.5), (20, 32)]
    assert [row["cluster"] for row in rows] == ["1", "n/a", "1"]
    assert "nothing is called cramp" not in err


def test_stretch_and_sleep(analyse):
    rows, _ = analyse(HEADER + "0\t10\tphase:stretch\n10\t35\tphase:sleep\n")
    assert names(rows) == [("cramp", "in_stretch"), ("twitch", "below_twitch_s"), ("cramp", "in_sleep_one_muscle")]


def test_short_activity_in_sleep_is_a_leg_movement(analyse):
    rows, _ = analyse(None, "--phase", "sleep", "--set", "cramp.sleep_one_muscle_s=20")
    assert names(rows)[::2] == [("sustained", "leg_movement_one_muscle")] * 2


@pytest.mark.parametrize("phase", ["exercise", "mvc"])
def test_contractions(analyse, phase):
    rows, _ = analyse(f"{HEADER}0\t45\tphase:{phase}\n")
    assert names(rows) == [("voluntary", f"in_{phase}")] * 3
    assert (rows[0]["pct_mvc"] == "n/a") == (phase == "exercise")


def test_mvc_is_the_measure_of_the_rest(analyse):
    rows, _ = analyse(HEADER + "4\t6\tphase:mvc\n10\t35\tphase:rest\n")
    assert names(rows)[::2] == [("voluntary", "in_mvc"), ("cramp", "in_rest")]
    assert float(rows[0]["pct_mvc"]) == 100
    assert float(rows[2]["pct_mvc"]) == pytest.approx(100 * float(rows[2]["peak_uv"]) / float(rows[0]["peak_uv"]))


@pytest.mark.parametrize("row", ["500\t10", "-30\t10", "45\t3"])
def test_an_mvc_that_no_frame_of_the_recording_saw_is_no_measure(analyse, row):
    rows, _ = analyse(f"{HEADER}{row}\tphase:mvc\n10\t35\tphase:rest\n")
    assert [row["pct_mvc"] for row in rows] == ["n/a"] * 3


def test_a_phase_that_is_stated_is_one_from_end_to_end(analyse):
    stated, _ = analyse(None, "--phase", "mvc")
    written, _ = analyse(HEADER + "0\t45\tphase:mvc\n")
    assert max(float(row["pct_mvc"]) for row in stated) == 100
    assert [row["pct_mvc"] for row in stated] == [row["pct_mvc"] for row in written]


@pytest.mark.parametrize("phase", ["exercise", "mvc"])
def test_what_outlasts_a_contraction_is_a_cramp(analyse, phase):
    rows, _ = analyse(f"{HEADER}0\t25.125\tphase:{phase}\n")
    assert names(rows) == [("voluntary", f"in_{phase}")] * 3 + [("cramp", "outlasts_contraction")]
    assert (rows[2]["offset"], rows[3]["onset"]) == ("25.125", "25.125")
    assert float(rows[3]["offset"]) == pytest.approx(32, abs=0.06)
    assert [row["censored"] for row in rows] == ["none"] * 4


@pytest.mark.parametrize(("end", "outlasts"), [(31.4, True), (31.6, False), (32, False), (33, False)])
def test_a_contraction_may_end_half_a_second_late(analyse, end, outlasts):
    rows, _ = analyse(f"{HEADER}18\t{end - 18}\tphase:exercise\n")
    last = [row for row in rows if float(row["onset"]) > 15]
    assert names(last) == [("voluntary", "in_exercise")] + [("twitch", "below_twitch_s")] * outlasts


def test_a_contraction_may_begin_half_a_second_early(analyse):
    assert names(analyse(HEADER + "20.4\t15\tphase:exercise\n")[0])[2:] == [("voluntary", "in_exercise")]
    rows, _ = analyse(HEADER + "22\t15\tphase:exercise\n")
    assert names(rows)[2:] == [("twitch", "below_twitch_s"), ("voluntary", "in_exercise")]
    assert float(rows[3]["onset"]) == 21.5


def test_the_limits_are_options(analyse):
    rows, _ = analyse(None, "--phase", "rest", "--set", "cramp.twitch_s=5")
    assert [row["trial_type"] for row in rows] == ["twitch", "twitch", "cramp"]
    rows, _ = analyse(None, "--phase", "rest", "--set", "cramp.fasciculation_s=1")
    assert [row["trial_type"] for row in rows] == ["cramp", "fasciculation", "cramp"]
    rows, _ = analyse(None, "--phase", "rest", "--set", "cramp.recurrence_gap_s=10")
    assert [row["cluster"] for row in rows] == ["1", "n/a", "2"]


def test_without_a_phase_nothing_is_called_cramp(analyse, read_json, tmp_path):
    rows, err = analyse()
    assert names(rows)[::2] == [("sustained", "no_phase")] * 2
    note = (
        "no protocol and no phase given: nothing is called cramp, "
        "for EMG alone cannot tell a cramp from any sustained contraction"
    )
    assert f"myocramp: note: a: {note}" in err
    assert note in read_json(tmp_path / "results" / "a" / "recording.json")["notes"]


@pytest.mark.parametrize(("phase", "but"), [("mvc", " but what outlasts a contraction"), ("stimulation", "")])
def test_phases_that_no_cramp_begins_in_are_noted(analyse, phase, but):
    note = f"no phase rest, stretch or sleep in the protocol: nothing is called cramp{but}, for EMG alone"
    rows, err = analyse(f"{HEADER}0\t2\tphase:{phase}\n")
    assert names(rows)[::2] == [("sustained", "no_phase")] * 2
    assert note in err
    assert note in analyse(None, "--phase", phase)[1]


def test_outside_every_phase_nothing_is_called_cramp(analyse):
    rows, _ = analyse(HEADER + "0\t10\tphase:rest\n")
    assert names(rows)[::2] == [("cramp", "in_rest"), ("sustained", "no_phase")]


def test_a_stated_phase_is_for_recordings_without_a_protocol(analyse, table, tmp_path):
    rows, _ = analyse(None, "--phase", "rest")
    assert names(rows)[::2] == [("cramp", "in_rest")] * 2
    rows, err = analyse(HEADER + "0\t45\tphase:exercise\n", "--phase", "rest")
    assert names(rows) == [("voluntary", "in_exercise")] * 3
    assert "myocramp: note: a: phase rest is not used, for the recording has a protocol" in err
    assert [row["phase"] for row in table(tmp_path / "results" / "phases.tsv")] == ["exercise"]


@pytest.mark.parametrize(
    "phase", ["", "0\t12\tphase:rest\n18\t4\tphase:exercise\n22\t20\tphase:rest\n"], ids=["no_phase", "phases"]
)
def test_labels_change_nothing(phase, analyse, tree, tmp_path):
    files = ["a/episodes.tsv", "a/rejected.tsv", "summary.tsv", "episodes.tsv", "phases.tsv", "manifest.json"]
    analyse(HEADER + phase)
    plain = tree(tmp_path / "results")
    labels = "1\t2\tcramp\n5\t4\tvoluntary\n14\t0.5\tartefact\n20\t12\ttwitch\n3\t40\tbckg\n-5\t100\tanything else\n"
    analyse(HEADER + phase + labels)
    labelled = tree(tmp_path / "results")
    assert {name: labelled[name] for name in files} == {name: plain[name] for name in files}


def test_detect_knows_the_protocol_too(recording, myocramp, table, tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes(recording.read_bytes())
    (tmp_path / "a.events.tsv").write_text(HEADER + "0\t25\tphase:exercise\n")
    done = myocramp("detect", path, "-m", "hodges_bui")
    assert done.code == 0, done.err
    assert [row["trial_type"] for row in table(done.out)] == ["voluntary"] * 3 + ["cramp"]


def test_rows_outside_the_recording_are_noted(analyse):
    _, err = analyse(HEADER + "0\t45\tphase:rest\n44\t2\tcramp\n")
    assert "a.events.tsv: 1 of 2 rows reach outside the recording of 45 s" in err


MALFORMED = [
    ("", "line 0: expected a header row", "an empty file"),
    ("onset\ttrial_type\n", "line 1: expected a column duration", "columns onset trial_type"),
    (HEADER + "1\t2\n", "line 2: expected 3 columns", "2"),
    (HEADER + "1\t2\tcramp\tleft\n", "line 2: expected 3 columns", "4"),
    (HEADER + "1\t2\tcramp\nx\t2\tcramp\n", "line 3, column onset: expected a number", "x"),
    (HEADER + "n/a\t2\tcramp\n", "line 2, column onset: expected a number", "n/a"),
    (HEADER + "1\ttwo\tcramp\n", "line 2, column duration: expected a number", "two"),
    (HEADER + "1\tnan\tcramp\n", "line 2, column duration: expected a number", "nan"),
    (HEADER + "1\tinf\tcramp\n", "line 2, column duration: expected a number", "inf"),
    (HEADER + "1\t-2\tcramp\n", "line 2, column duration: expected a duration of at least 0 s", "-2"),
    (HEADER + "1,5\t2\tcramp\n", "line 2, column onset: expected a number", "1,5"),
    (
        HEADER + "1\t2\tphase:nosuch\n",
        "line 2, column trial_type: expected phase: and one of rest, mvc, exercise",
        "phase:nosuch",
    ),
    ("onset,duration,trial_type\n1,2,cramp\n", "line 1: expected a column onset", "columns onset,duration,trial_type"),
]


@pytest.mark.parametrize(("text", "claim", "found"), MALFORMED, ids=range(len(MALFORMED)))
@pytest.mark.parametrize("command", ["info", "detect", "analyse"])
def test_malformed_sidecar(command, text, claim, found, recording, myocramp, tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes(recording.read_bytes())
    sidecar = tmp_path / "a.events.tsv"
    sidecar.write_text(text)
    rest = {"info": (), "detect": ("-m", "hodges_bui"), "analyse": ("-o", tmp_path / "results")}[command]
    done = myocramp(command, path, *rest)
    assert done.code == 3, done.err
    assert done.out == ""
    code, message = done.error
    assert code == "E-EVENTS"
    assert message.startswith(f"{sidecar}: {claim}")
    assert message.endswith(f", found {found}")


def test_sidecar_that_is_no_file(recording, myocramp, tmp_path):
    path = tmp_path / "a.h5"
    path.write_bytes(recording.read_bytes())
    (tmp_path / "a.events.tsv").mkdir()
    done = myocramp("analyse", path, "-o", tmp_path / "results")
    assert done.code == 3
    assert done.error == ("E-TYPE", f"{tmp_path / 'a.events.tsv'}: expected a regular file, found a directory")


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffonset\tduration\ttrial_type\r\n0\t45\tphase:rest\r\n",
        "trial_type\tnote\tduration\tonset\nphase:rest\tn/a\t45\t0\n\n",
        "onset\tduration\ttrial_type\n0\t45\tphase:rest",
        "onset\tduration\ttrial_type\n30\t15\tphase:rest\n0\t30\tphase:rest\n",
        "onset\tduration\ttrial_type\n0.0e0\t4.5e1\tphase:rest\n",
    ],
    ids=["byte order mark and CRLF", "other columns", "no last newline", "unsorted", "exponents"],
)
def test_every_table_that_can_be_read(text, analyse):
    rows, _ = analyse(text)
    assert names(rows)[::2] == [("cramp", "in_rest")] * 2
