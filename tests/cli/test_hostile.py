"""A hostile file is refused with a code or read aright, in 2 s and 300 MB, without a look at any other file.

docs/reliability.md says what is promised, hostile_files.py makes the files. A command that reads belongs in COMMANDS.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import pytest
from hostile_files import GENERIC_DESCRIPTION, LAYOUTS, REFUSED, SAME, Case, all_cases, good

COMMANDS: dict[str, tuple[str, ...]] = {
    "info": ("info", "--json"),
    "analyse": ("analyse", "--phase", "rest", "--jobs", "1"),
    "validate": ("validate", "--json"),
    "convert": ("convert",),
    "suggest": ("info", "--suggest-layout"),
    "score": ("score", "--json"),
    "detect": ("detect", "-m", "hodges_bui", "--phase", "rest", "--json"),
    "benchmark": ("benchmark", "--methods", "hodges_bui", "--phase", "rest", "--jobs", "1"),
}
SOME = ("validate", "convert", "suggest", "score")  # they read as the others do, and meet a third of the random damage
FEW = ("detect", "benchmark")  # they go the ways of analyse and score, and meet a tenth of all damage
NO_SAMPLES = ("suggest", "score")  # they read headers and tables, and damage in the samples is none to them
MEMORY_KB = 300_000
BESIDE = ("recording.events.tsv", "study.tsv", "study.json", "generic.json", "reference.tsv")
GUARD_S = 120  # only so that a command that waits for ever fails its test
CASES = all_cases()
ERRORS = Path(__file__).parents[2] / "docs" / "errors.md"

# Runs commands, one per line, away from this process: what a process has used is counted from that of its parent on.
RUNNER = """
import json, os, resource, signal, subprocess, sys, tempfile
for line in sys.stdin:
    job = json.loads(line)
    def prepare():
        if job["cpu"]:
            resource.setrlimit(resource.RLIMIT_CPU, (job["cpu"], job["cpu"]))
        signal.alarm(job["guard"])
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err}
        process = subprocess.Popen([os.fsencode(a) for a in job["command"]], env=job["environment"], preexec_fn=prepare,
                                   start_new_session=True, **streams)
        _, status, used = os.wait4(process.pid, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "surrogateescape"))
    print(json.dumps([os.waitstatus_to_exitcode(status), *texts, used.ru_maxrss]), flush=True)
"""


@dataclass(frozen=True)
class Run:
    """How a command has ended."""

    code: int
    out: str
    err: str
    memory_kb: int  # of the largest of its processes


class Runner:
    """Runs the command under test within the limits."""

    def __init__(self, program: Path, process: subprocess.Popen[str]) -> None:
        self.program = program
        self._process = process
        # Sanitizers slow a program down and blow it up; and they must not hide how the reader of a file ended.
        self.sanitized = b"__asan_" in program.read_bytes() or b"__tsan_" in program.read_bytes()

    def start(self, command: list[Any], environment: dict[str, str], cpu_s: int = 2) -> None:
        sanitizer = {"ASAN_OPTIONS": "handle_segv=0:abort_on_error=1:detect_leaks=0:allocator_may_return_null=1"}
        job = {
            "command": [os.fspath(part) for part in command],
            "environment": os.environ | (sanitizer if self.sanitized else {}) | environment,
            "cpu": 0 if self.sanitized else cpu_s,
            "guard": GUARD_S,
        }
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()

    def result(self) -> Run:
        return Run(*json.loads(self._process.stdout.readline()))


@pytest.fixture(scope="session")
def runners(myocramp) -> Iterator[dict[str, Runner]]:
    """Return one runner for each command, so that they work side by side."""
    with contextlib.ExitStack() as stack:
        made = {}
        for name in COMMANDS:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            process = stack.enter_context(subprocess.Popen([sys.executable, "-S", "-E", "-c", RUNNER], **pipes))
            made[name] = Runner(myocramp.program, process)
        yield made


def arguments(name: str, layout: str, path: Path) -> list[Any]:
    """Return the arguments of a command, for a file and results beside its folder."""
    folder = path.parent
    described = []
    if layout == "generic" and name != "suggest":
        write_once(folder / "generic.json", json.dumps(GENERIC_DESCRIPTION))
        described = ["--layout", folder / "generic.json"]
    output = ["-o", results(name, path)] if name in ("analyse", "convert", "benchmark") else []
    if name == "score":
        write_once(folder / "reference.tsv", "onset\tduration\ttrial_type\n1\t2\tcramp\n")
        output = [folder / "reference.tsv"]
    return [*COMMANDS[name], *described, *output, "--", path]


def write_once(path: Path, text: str) -> None:
    """Write a file unless it is there: commands that work side by side may be reading it."""
    if not path.exists():
        path.write_text(text)


def takes(name: str, layout: str) -> bool:
    """Tell whether a command is for recordings like the good one: benchmark needs labels, which only its NWB has."""
    return name != "benchmark" or layout == "nwb"


def results(name: str, path: Path) -> Path:
    """Return the folder that a command is told to write to."""
    return path.parent.with_name(f"{path.parent.name}-{name}")


def answer(name: str, run: Run, path: Path) -> Any:
    """Return what a command found out about the samples of a recording."""
    if name == "info":
        (told,) = json.loads(run.out)
        return told["signals"]
    if name == "validate":
        (told,) = json.loads(run.out)
        # What else lies in a file is named, and changes nothing of what was read.
        return [finding for finding in told["findings"] if not finding["found"].startswith("not read: ")]
    if name in ("suggest", "score", "detect"):
        return json.loads(run.out)
    if name == "benchmark":
        return run.out
    if name == "convert":
        (written,) = results(name, path).iterdir()
        with h5py.File(written) as file:
            series = file["acquisition"].values()
            return [(s["data"][...].tobytes(), dict(s["starting_time"].attrs)) for s in series if "starting_time" in s]
    (episodes,) = results(name, path).glob("*/episodes.tsv")
    return episodes.read_text()


@pytest.fixture(scope="session")
def good_answers(runners, tmp_path_factory) -> dict[tuple[str, str], Any]:
    """Return the answer to the good recording by layout and command: what is tested is the damage, so all are read."""
    answers: dict[tuple[str, str], Any] = {}
    for layout in LAYOUTS:
        path = tmp_path_factory.mktemp("good") / "in" / "recording.h5"
        path.parent.mkdir()
        good(path, layout)
        for name, runner in runners.items():
            if not takes(name, layout):
                continue
            runner.start([runner.program, *arguments(name, layout, path)], {})
            run = runner.result()
            assert run.code == 0, (layout, name, run.out, run.err)
            answers[layout, name] = answer(name, run, path)
    return answers


@pytest.fixture
def made(request, tmp_path) -> Iterator[Path]:
    """Return the file of a case in a folder of its own."""
    case = request.param
    path = tmp_path / "in" / case.filename
    path.parent.mkdir()
    holder = case.make(path)
    yield path
    if holder is not None and hasattr(holder, "close"):
        holder.close()
    shutil.rmtree(tmp_path)  # a thousand files of some megabytes


def parameter(case: Case) -> Any:
    return pytest.param(case, case, id=f"{case.layout}-{case.name}")


def environment(case: Case, path: Path) -> dict[str, str]:
    return {name: value.format(folder=path.parent) for name, value in case.environment.items()}


ERROR_LINE = re.compile(r"myocramp: error\[(E-[A-Z0-9-]+)\]: .*expected .*, found .+")


def check_streams(run: Run) -> None:
    # None of libhdf5's own, none of a sanitizer.
    assert all(line.startswith("myocramp: ") for line in run.err.splitlines()), run.err
    assert all(c.isprintable() for c in (run.out + run.err).replace("\n", "")), "control characters reach the terminal"
    assert not any("\udc80" <= c <= "\udcff" for c in run.out + run.err), "bytes that are no UTF-8 reach the terminal"


def refusals(name: str, run: Run) -> list[str]:
    """Return the codes that a command gives as its reasons to refuse a file, none when it reads it."""
    lines = [line for line in run.err.splitlines() if line.startswith("myocramp: error")]
    assert all(ERROR_LINE.fullmatch(line) for line in lines), lines
    assert not any("signal 9" in line for line in lines), "more than 2 s of processor time"
    codes = [ERROR_LINE.fullmatch(line)[1] for line in lines]
    if name == "validate":
        (told,) = json.loads(run.out)
        findings = told["findings"]
        assert all(f["expected"] and f["found"] for f in findings), findings
        assert run.code == (3 if any(f["severity"] != "suggestion" for f in findings) else 0)
        critical = [f["code"] for f in findings if f["severity"] == "critical"]
        assert codes in ([], critical), "what is said on both streams agrees"
        return critical
    assert len(codes) == (0 if run.code == 0 else 1), run.err
    # A detector that does not get through a recording has a row of the leaderboard.
    assert run.code in (0, 3) or (name == "benchmark" and run.code == 4), run.err
    return codes


def check(name: str, case: Case, path: Path, run: Run, sanitized: bool, good_answer: Any) -> None:
    check_streams(run)
    codes = refusals(name, run)
    assert "E-FAKE" not in codes
    if codes:
        # A layout is suggested for files that no layout fits, and may stumble over something else.
        assert name == "suggest" or all(code.startswith(case.codes) for code in codes), run.err + run.out
        left = results(name, path)
        assert name != "convert" or not left.exists() or not list(left.iterdir()), "something is left of a conversion"
    else:
        assert case.outcome != REFUSED or name in NO_SAMPLES, "read as if it were good"
        found = answer(name, run, path)
        assert case.outcome != SAME or name == "suggest" or found == good_answer
    if not sanitized:
        assert run.memory_kb < MEMORY_KB


def commands(case: Case) -> list[str]:
    """Return the commands that a case is for."""
    left_out = SOME if case.random and zlib.crc32(case.name.encode()) % 3 else ()
    left_out += FEW if zlib.crc32(f"{case.layout} {case.name}".encode()) % 10 else ()
    names = case.only or tuple(COMMANDS)
    return [name for name in names if name not in left_out and takes(name, case.layout)]


@pytest.mark.parametrize(("made", "case"), [parameter(case) for case in CASES], indirect=["made"])
def test_every_file_is_refused_or_read_aright(made, case, runners, good_answers):
    if case.name == "unreadable" and os.access(made, os.R_OK):
        pytest.skip("this user may read every file")
    names = commands(case)
    for name in names:
        runner = runners[name]
        runner.start([runner.program, *arguments(name, case.layout, made)], environment(case, made), case.cpu_s)
    runs = {name: runners[name].result() for name in names}
    for name, run in runs.items():
        check(name, case, made, run, runners[name].sanitized, good_answers[case.layout, name])


def test_every_expected_code_is_explained():
    explained = set(re.findall(r"^\| `(E-[A-Z0-9-]+)`", ERRORS.read_text(), re.MULTILINE))
    assert {code for case in CASES for code in case.codes} - {"E-"} <= explained


def start_traced(runner: Runner, command: list[Any], log: Path, environment: dict[str, str]) -> None:
    strace = ["strace", "-f", "-qq", "-s", "4096", "-e", "trace=%file", "-e", "signal=none", "-o", log]
    runner.start([*strace, runner.program, *command], environment)


def asked_for(log: Path) -> set[str]:
    """Return the files that a command and its workers asked the system for."""
    calls = log.read_text(errors="surrogateescape")
    names = re.findall(r'\w+\((?:AT_FDCWD, |\d+, )?"((?:[^"\\]|\\.)*)"', calls)
    return {re.sub(r"/proc/\d+/", "/proc/N/", name) for name in names}


@pytest.fixture(scope="session")
def usual_files(runners, tmp_path_factory) -> dict[str, set[str]]:
    """Return what a command asks for with a good recording: libraries, mostly. Skips where nothing can be traced."""
    folder = tmp_path_factory.mktemp("usual")
    if shutil.which("strace") is None:
        pytest.skip("no strace, so nobody looks which files are opened")
    usual = {}
    for name, runner in runners.items():
        if runner.sanitized:
            pytest.skip("a sanitizer's own files are opened too")
        path = folder / name / "in" / "recording.h5"
        path.parent.mkdir(parents=True)
        log = folder / f"{name}.log"
        layout = "opensignals" if takes(name, "opensignals") else "nwb"
        start_traced(runner, arguments(name, layout, good(path, layout)), log, {})
        run = runner.result()
        if "ptrace" in run.err:
            pytest.skip("this process may not trace others, so nobody looks which files are opened")
        usual[name] = asked_for(log)
        assert str(path) in usual[name]
    return usual


# Every case that leads elsewhere, and some of the others.
WATCHED = [case for k, case in enumerate(CASES) if case.filename == "recording.h5" and (case.outside or k % 40 == 0)]


@pytest.mark.parametrize(
    ("made", "case"), [pytest.param(c, c, id=f"{c.layout}-{c.name}") for c in WATCHED], indirect=["made"]
)
def test_no_other_file_is_looked_at(made, case, runners, usual_files, tmp_path):
    names = commands(case)
    for name in names:
        command = arguments(name, case.layout, made)
        start_traced(runners[name], command, tmp_path / f"{name}.log", environment(case, made))
    for name in names:
        runners[name].result()
    folder = made.parent
    own = {str(folder / file) for file in ("recording.h5", *BESIDE)}
    for name in names:
        asked = asked_for(tmp_path / f"{name}.log")
        assert str(made) in asked
        # Not what lies in the folder beside the recording, nor anywhere else; the results are beside the folder.
        others = asked - usual_files[name] - own - {str(parent) for parent in made.parents}
        assert {file for file in others if not file.startswith(f"{folder}-{name}")} == set()
