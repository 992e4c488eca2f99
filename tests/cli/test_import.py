"""`myocramp import`: files that are not HDF5 to NWB, with the exit codes and messages of every command."""

import os
import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from foreign_files import Edf, EdfChannel, brainvision
from myocramp._command import _WITH_VALUE

ROOT = Path(__file__).resolve().parents[2]
COUNTS = np.random.default_rng(1).integers(-3000, 3000, 4000)
LINES = "".join(f"{i * 0.001:.3f};{np.sin(i):.6f};{i % 7}\n".replace(".", ",") for i in range(1000))


@pytest.fixture(autouse=True)
def of_the_package(myocramp):
    if not myocramp.is_script:
        pytest.skip("import is the Python package's; this is the bare binary")


@pytest.fixture
def edf(tmp_path):
    channels = [EdfChannel("GM", COUNTS, 1000), EdfChannel("Status", COUNTS, 1000, "Boolean")]
    return Edf(channels).write(tmp_path / "night.edf")


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "lab.csv"
    path.write_text("Zeit;GM;class\n" + LINES)
    return path


TEXT = ("--time-column", "Zeit", "--time-unit", "s", "--unit", "mV", "--channels", "GM")


def test_a_recording_becomes_nwb_that_the_other_commands_read(edf, myocramp, tmp_path):
    done = myocramp("import", edf, "-o", tmp_path / "out" / "night.nwb")
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines() == [
        "myocramp: note: date without time zone: taken as UTC",
        "myocramp: note: signal Status refused: E-SENSOR: expected EMG, found triggers or states in Boolean",
    ]
    with h5py.File(tmp_path / "out" / "night.nwb") as file:
        assert np.array_equal(file["acquisition/emg/data"][:, 0], COUNTS)
        assert '"layout": "edf"' in file["myocramp/provenance"][()].decode()
    told = myocramp("info", "--json", tmp_path / "out" / "night.nwb")
    assert told.code == 0, told.err
    assert '"GM"' in told.out


def test_a_folder_gets_the_name_and_quiet_says_nothing(edf, myocramp, tmp_path):
    done = myocramp("import", edf, "-o", tmp_path / "out", "-q")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (tmp_path / "out" / "night.nwb").is_file()


def test_the_same_input_gives_the_same_bytes_and_other_options_another_identifier(text, myocramp, tmp_path):
    def identifier(name, *options):
        done = myocramp("import", text, "-o", tmp_path / name, *TEXT, *options)
        assert done.code == 0, done.err
        with h5py.File(tmp_path / name) as file:
            return file["identifier"][()]

    first = identifier("a.nwb")
    assert identifier("b.nwb") == first
    assert (tmp_path / "a.nwb").read_bytes() == (tmp_path / "b.nwb").read_bytes()
    assert identifier("c.nwb", "--scale", "2") != first
    (tmp_path / "lab.events.tsv").write_text("onset\tduration\ttrial_type\n0.1\t0.2\tcramp\n")
    assert identifier("d.nwb") != first


def test_every_option_of_text(text, myocramp, tmp_path):
    data = text.read_bytes().replace(b"GM", b"G\xfc")
    text.write_bytes(b"7;7;7\n" + data)
    options = ("--decimal", ",", "--encoding", "latin-1", "--skip-rows", "1", "--format", "text", "--offset", "1")
    columns = ("--time-column", "1", "--time-unit", "s", "--unit", "mV", "--channels", "Gü,nosuch*")
    done = myocramp("import", text, "-o", tmp_path / "a.nwb", *options, *columns)
    assert (done.code, done.error[0]) == (3, "E-CHANNEL")
    columns = (*columns[:-1], "Gü")
    done = myocramp("import", text, "-o", tmp_path / "a.nwb", *options, *columns, "--fs", "1000", "-v")
    assert done.code == 0, done.err
    assert "1 channel, " in done.err
    with h5py.File(tmp_path / "a.nwb") as file:
        assert file["acquisition/emg/data"][0, 0] == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "E-USAGE"),
        (("FILE",), "E-USAGE"),
        (("FILE", "-o", "OUT", "--nosuch"), "E-USAGE"),
        (("FILE", "-o", "OUT", "--fs", "fast"), "E-USAGE"),
        (("FILE", "FILE", "-o", "OUT"), "E-USAGE"),
        (("FILE", "-o", "OUT", "--fs", "0"), "E-RATE"),
        (("FILE", "-o", "OUT", "--unit", "deg"), "E-UNIT"),
        (("FILE", "-o", "OUT", "--format", "gdf"), "E-OPTION"),
        (("FILE", "-o", "OUT", "--layout", "nosuch.json"), "E-LAYOUT-FILE"),
        (("FILE", "-o", "OUT", "--study", "nosuch.tsv"), "E-MISSING"),
        (("FILE", "-o", "OUT", "--study", "FILE"), "E-STUDY"),
        (("FILE", "-o", "OUT", "--config", "nosuch.json"), "E-MISSING"),
        (("FILE", "-o", "OUT", "--config", "FILE"), "E-CONFIG"),
        (("FILE", "-o", "OUT", "--set", "filter.order"), "E-OPTION"),
        (("FILE", "-o", "OUT", "--set", "filter.order=4", "--set", "filter.nosuch=1"), "E-OPTION"),
        (("FILE", "-o", "OUT", "--progress", "loud"), "E-USAGE"),
    ],
)
def test_wrong_usage(arguments, code, text, myocramp, tmp_path):
    places = {"FILE": text, "OUT": tmp_path / "a.nwb"}
    done = myocramp("import", *(places.get(a, a) for a in arguments))
    assert (done.code, done.out) == (2, "")
    assert done.error[0] == code
    assert not (tmp_path / "a.nwb").exists()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "E-EMPTY"),
        ("a.csv", b"words\nand more\n", "E-FORMAT"),
        ("a.csv", b"GM\n0.5\n0.25\n", "E-RATE"),
        ("a.edf", b"0       ".ljust(100), "E-FORMAT"),
        ("a.npy", b"\x93NUMPY", "E-FORMAT"),
        ("nosuch.csv", None, "E-MISSING"),
    ],
)
def test_bad_input_is_refused_and_nothing_written(name, content, code, myocramp, tmp_path):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    done = myocramp("import", path, "-o", tmp_path / "out.nwb")
    assert (done.code, done.out) == (3, "")
    assert done.error[0] == code
    assert done.error[1].startswith(f"{path}: ")
    assert not (tmp_path / "out.nwb").exists()


def test_what_cannot_be_written(edf, myocramp, tmp_path):
    (tmp_path / "taken").write_text("")
    done = myocramp("import", edf, "-o", tmp_path / "taken" / "a.nwb", "-q")
    assert (done.code, done.error[0]) == (5, "E-WRITE")
    link = tmp_path / "same.nwb"
    link.symlink_to(edf)
    done = myocramp("import", edf, "-o", link, "-q")
    assert (done.code, done.error[0]) == (2, "E-OPTION")
    assert edf.read_bytes()[:8] == b"0       "


def test_names_in_messages_are_escaped(myocramp, tmp_path):
    path = os.fsencode(tmp_path) + b"/a\x1b[31m\xff.csv"
    done = myocramp("import", path, "-o", tmp_path / "a.nwb")
    assert done.code == 3
    assert "\\x1b[31m\\xff.csv" in done.err
    assert "\x1b" not in done.err


def test_help_and_version(myocramp):
    text = myocramp("import", "--help")
    assert (text.code, text.err) == (0, "")
    assert "myocramp import" in text.out
    assert "not a medical device" in text.out.lower()
    version = myocramp("import", "--version")
    assert version.out == myocramp("--version").out


def test_what_stands_beside_is_read(text, myocramp, tmp_path, table):
    (tmp_path / "lab.events.tsv").write_text("onset\tduration\ttrial_type\tchannel\n0.1\t0.2\tcramp\tGM\n")
    (tmp_path / "study.tsv").write_text("recording\tsubject\tsession\tsodium\nlab\tS7\t2\t141\n")
    (tmp_path / "study.json").write_text('{"sodium": {"Units": "mmol/L"}}')
    assert myocramp("import", text, "-o", tmp_path / "lab.nwb", *TEXT).code == 0
    text.unlink()
    (tmp_path / "lab.events.tsv").unlink()
    told = myocramp("info", tmp_path / "lab.nwb")
    assert told.code == 0
    for part in ("S7", "sodium", "cramp"):
        assert part in told.out


def test_what_the_study_says_makes_another_identifier(text, myocramp, tmp_path):
    identifiers = []
    for subject in ("S7", "S8"):
        (tmp_path / "study.tsv").write_text(f"recording\tsubject\nlab\t{subject}\nother\tS{len(identifiers)}\n")
        assert myocramp("import", text, "-o", tmp_path / "lab.nwb", *TEXT).code == 0
        with h5py.File(tmp_path / "lab.nwb") as file:
            identifiers.append(file["identifier"][()])
    assert identifiers[0] != identifiers[1]


def test_common_options_may_stand_before_the_command(edf, myocramp, tmp_path):
    done = myocramp("-q", "import", edf, "-o", tmp_path / "a.nwb")
    assert (done.code, done.err) == (0, "")


def test_common_options_with_a_value_may_stand_before_the_command(edf, myocramp, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("import").write_text("recording\tsubject\nnight\tS7\n")  # a value that is the command's name
    done = myocramp("--study", "import", "-q", "import", edf, "-o", "a.nwb")
    assert (done.code, done.err) == (0, "")
    assert "S7" in myocramp("info", "a.nwb").out
    assert myocramp("--study=import", "-q", "import", edf, "-o", "b.nwb").code == 0
    assert Path("a.nwb").read_bytes() == Path("b.nwb").read_bytes()
    for arguments in (("--study",), ("-q", "--study"), ("--study", "import")):
        assert myocramp(*arguments).code == 2


def test_what_an_import_has_no_use_for_changes_nothing(text, myocramp, tmp_path):
    (tmp_path / "config.json").write_text('{"filter": {"low_hz": 10}}')
    common = ("--config", tmp_path / "config.json", "--set", "filter.order=2", "--set", "filter.mains_hz=50")
    assert myocramp("import", text, "-o", tmp_path / "a.nwb", *TEXT).code == 0
    done = myocramp(*common, "--progress", "none", "import", text, "-o", tmp_path / "b.nwb", *TEXT)
    assert done.code == 0, done.err
    assert myocramp("import", text, "-o", tmp_path / "c.nwb", *TEXT, *common, "--progress", "JSON").code == 0
    first = (tmp_path / "a.nwb").read_bytes()
    assert first == (tmp_path / "b.nwb").read_bytes() == (tmp_path / "c.nwb").read_bytes()


def test_the_script_knows_every_option_of_the_program_that_takes_a_value(myocramp):
    told = re.findall(r"^  (?:-\w,)?(--[\w-]+) [A-Z]", myocramp("--help").out, re.MULTILINE)
    assert sorted(told) == sorted(_WITH_VALUE)


def test_a_pipe_is_no_file(myocramp, tmp_path):
    os.mkfifo(tmp_path / "a.csv")
    done = myocramp("import", tmp_path / "a.csv", "-o", tmp_path / "a.nwb")
    assert (done.code, done.error[0]) == (3, "E-TYPE")


def test_brainvision_and_its_parts(myocramp, tmp_path):
    path = brainvision(tmp_path, np.zeros((100, 1)), ["GM,,,µV"], ["Mk1=New Segment,,1,1,0"])
    assert myocramp("import", path, "-o", tmp_path / "a.nwb").code == 0
    done = myocramp("import", tmp_path / "a.eeg", "-o", tmp_path / "b.nwb")
    assert (done.code, done.error[0]) == (3, "E-FORMAT")


def test_the_bare_binary_names_the_package(myocramp, tmp_path):
    binary = subprocess.run(
        [sys.executable, "-c", "import myocramp, os; print(os.path.dirname(myocramp.__file__))"],
        capture_output=True,
        text=True,
        check=True,
    )
    program = Path(binary.stdout.strip()) / "bin" / "myocramp"
    done = subprocess.run([program, "import", "a.edf", "-o", "a.nwb"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "needs the Python package" in done.stderr


@pytest.mark.parametrize(
    ("end", "code", "text"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", 3, "E-CRASH"),
        ("all(_ == 0 for _ in iter(int, 1))", 3, "E-CRASH"),  # without end, until its processor time is over
        ("bytearray(1 << 40)", 3, "E-MEMORY"),
        ("1 / 0", 1, "E-INTERNAL"),
        ("os.kill(os.getppid(), signal.SIGTERM) or signal.pause()", 143, ""),
        ("os.kill(os.getppid(), signal.SIGINT) or signal.pause()", 130, ""),
    ],
)
def test_a_reader_that_goes_wrong_takes_nothing_with_it(end, code, text, edf, tmp_path):
    program = (
        "import os, signal, sys, myocramp._import_command as command;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # what is started in the background has none
        f"command._SECONDS = 1; command._run = lambda _: {end};"
        "sys.exit(command.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, edf, "-o", tmp_path / "a.nwb"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == code
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a.nwb").exists()
