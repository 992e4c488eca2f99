"""However a run ends, nothing half-written stays, and running again gives the bytes of an undisturbed run."""

import array
import contextlib
import fcntl
import glob
import json
import os
import signal
import termios
import time
from pathlib import Path

import pytest

GUARD_S = 60
NAMES = ["S01_1", "S02_1", "S03_1"]


@pytest.fixture(scope="module")
def study(myocramp, tmp_path_factory):
    """Return a folder of three recordings that take a while; not to be written to."""
    folder = tmp_path_factory.mktemp("long")
    (folder / "long.json").write_text(json.dumps({"subjects": 3, "recovery_s": 600}))
    done = myocramp("simulate", folder / "long.json", "-o", folder / "recordings", "--seed", 1)
    assert done.code == 0, done.err
    return folder / "recordings"


@pytest.fixture(scope="module")
def reference(myocramp, study, tree, tmp_path_factory):
    """Return the digests of what an undisturbed run makes of it."""
    results = tmp_path_factory.mktemp("reference") / "results"
    assert myocramp("analyse", study, "-o", results).code == 0
    return tree(results)


def started(myocramp, study, results, jobs=1):
    return myocramp.start("analyse", study, "-o", results, "--progress", "json", "-q", "--jobs", jobs)


def wait_for_line(process, event):
    """Read progress until a line tells of an event."""
    for line in process.stderr:
        if json.loads(line)["event"] == event:
            return
    pytest.fail(f"no line tells of {event}")


def wait_for_file(process, results, pattern):
    """Look until a file is there, or the run has ended."""
    while not glob.glob(f"{results}/{pattern}", include_hidden=True) and process.poll() is None:
        pass


def wait_for_child(process):
    """Look until a run has started a process."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not children.read_text().strip():
        pass


def wait_for_session(leader):
    """Look until no process of a session is left."""
    end = time.monotonic() + GUARD_S
    while time.monotonic() < end:
        sessions = set()
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                fields = Path(path).read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            if fields[0] not in "ZX":
                sessions.add(int(fields[3]))
        if leader not in sessions:
            return
    pytest.fail("a process did not end")


def check_whole(results, reference, tree):
    """What is there is whole: finished recordings, tables, and nothing temporary."""
    here = tree(results)
    assert [name for name in here if ".tmp" in name] == []
    for name in NAMES:
        inside = {k: v for k, v in here.items() if k.startswith(f"{name}/")}
        assert inside in ({}, {k: v for k, v in reference.items() if k.startswith(f"{name}/")})


def check_rerun(myocramp, study, results, reference, tree):
    done = myocramp("analyse", study, "-o", results)
    assert done.code == 0, done.err
    assert tree(results) == reference


def stopped(myocramp, study, folder, jobs, number, wait):
    """Start a run and send it a signal; again if that came too late."""
    for attempt in range(20):
        results = folder / f"results{attempt}"
        process = started(myocramp, study, results, jobs)
        wait(process, results)
        process.send_signal(number)
        _, err = process.communicate(timeout=GUARD_S)
        if process.returncode != 0 and "pending" in (results / "summary.tsv").read_text():
            break
    wait_for_session(process.pid)
    return process.returncode, err, results


@pytest.mark.parametrize(
    ("event", "number", "jobs"),
    [
        ("progress", signal.SIGINT, 1),
        ("progress", signal.SIGTERM, 2),
        ("done", signal.SIGINT, 2),
        ("done", signal.SIGTERM, 1),
    ],
)
def test_told_to_stop(event, number, jobs, myocramp, study, reference, table, tree, tmp_path):
    code, err, results = stopped(
        myocramp, study, tmp_path, jobs, number, lambda process, _: wait_for_line(process, event)
    )
    assert code == 128 + number
    assert "error" not in err
    check_whole(results, reference, tree)
    statuses = [row["status"] for row in table(results / "summary.tsv")]
    assert set(statuses) <= {"ok", "pending"}
    assert "pending" in statuses
    if event == "done":
        assert "ok" in statuses
    check_rerun(myocramp, study, results, reference, tree)


def test_told_to_stop_while_a_result_is_written(myocramp, study, reference, tree, tmp_path):
    code, _, results = stopped(myocramp, study, tmp_path, 1, signal.SIGTERM, lambda p, r: wait_for_file(p, r, ".tmp-*"))
    assert code == 143
    check_whole(results, reference, tree)
    check_rerun(myocramp, study, results, reference, tree)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_reader_of_files_ends_when_told(number, myocramp, study):
    """Many names of one file keep it busy."""
    process = myocramp.start("info", *[study / "S01_1.nwb"] * 100)
    wait_for_child(process)
    process.send_signal(number)
    process.communicate(timeout=GUARD_S)
    assert process.returncode == 128 + number
    wait_for_session(process.pid)


@pytest.mark.parametrize("pattern", ["manifest.json", ".tmp-*", "S02_1"])
def test_killed_with_all_its_workers(pattern, myocramp, study, reference, tree, tmp_path):
    results = tmp_path / "results"
    process = started(myocramp, study, results, jobs=2)
    wait_for_file(process, results, pattern)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=GUARD_S)
    check_rerun(myocramp, study, results, reference, tree)


def test_killed_while_a_table_is_written(myocramp, study, reference, tree, tmp_path):
    """Tables are written so fast that the look may miss all of them; then the next run is watched."""
    for attempt in range(20):
        results = tmp_path / f"results{attempt}"
        process = started(myocramp, study, results)
        wait_for_file(process, results, ".myocramp-*")
        if process.poll() is None:  # until then its number is its own
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=GUARD_S)
        check_rerun(myocramp, study, results, reference, tree)
        if process.returncode == -signal.SIGKILL:
            return
    pytest.fail("every run ended before it could be killed")


def test_no_worker_outlives_a_run_that_is_killed(myocramp, study, reference, tree, tmp_path):
    results = tmp_path / "results"
    process = started(myocramp, study, results)
    wait_for_line(process, "progress")
    process.kill()
    process.communicate(timeout=GUARD_S)
    wait_for_session(process.pid)
    assert not (results / "S01_1").exists()
    check_rerun(myocramp, study, results, reference, tree)


def test_no_worker_outlives_a_run_that_is_killed_as_it_starts(myocramp, study, reference, tree, tmp_path):
    """The worker is held as soon as it is a program of its own, until it has its job and the run is gone."""
    results = tmp_path / "results"
    process = started(myocramp, study, results)
    wait_for_child(process)
    worker = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])
    while Path(f"/proc/{worker}/cmdline").read_bytes() == Path(f"/proc/{process.pid}/cmdline").read_bytes():
        pass
    os.kill(worker, signal.SIGSTOP)
    job = os.open(f"/proc/{worker}/fd/0", os.O_RDONLY | os.O_NONBLOCK)
    waiting = array.array("i", [0])
    while waiting[0] == 0 and process.poll() is None:
        fcntl.ioctl(job, termios.FIONREAD, waiting)
    os.close(job)
    process.kill()
    process.wait(timeout=GUARD_S)
    with contextlib.suppress(ProcessLookupError):  # it may have ended with its run
        os.kill(worker, signal.SIGCONT)
    process.communicate(timeout=GUARD_S)
    wait_for_session(process.pid)
    assert not (results / "S01_1").exists()
    check_rerun(myocramp, study, results, reference, tree)
