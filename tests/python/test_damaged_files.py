"""A damaged file is an error and not the end of Python: what crashes libhdf5 crashes the command, which opens it first.

Whatever could crash runs in a process of its own, so that a crash fails its test and does not end all tests.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import myocramp as mc
import numpy as np
import pytest

READER = """
import sys
import myocramp as mc

path, good = sys.argv[1:]
found = mc.analyse(good, phase="rest")
uses = {
    "read": lambda: mc.read(path),
    "analyse": lambda: mc.analyse(path, phase="rest"),
    "analyse_many": lambda: mc.analyse_many([path], phase="rest")[0],
    "score": lambda: mc.score(path, found.episodes),
    "score of two": lambda: mc.score([good], [path]),
    "labels": lambda: mc.Events([mc.Event(0.5, 0.1, "twitch")]).save(path),
    "results": lambda: found.save(path),
}
for name, use in uses.items():
    try:
        error = use()
    except mc.MyocrampError as raised:
        error = raised
    print(name, type(error).__name__, error.code, error.file == path, error.found, sep="|", flush=True)
"""
WITHOUT_COMMAND = """
import sys
import myocramp._paths
myocramp._paths.PROGRAM = b"/there/is/none"
import myocramp as mc
print(mc.read(sys.argv[1]).duration_s)
"""
USES = ["read", "analyse", "analyse_many", "score", "score of two", "labels", "results"]

Damage = Callable[[bytes], bytes]


def python(script: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Return a labelled recording of a second, as the package writes it."""
    rec = mc.Recording.from_array(np.random.default_rng(3).standard_normal((1000, 2)) * 1e-5, fs=1000)
    rec.labels = [mc.Event(0.25, 0.5, "cramp", ["ch1"])]
    rec.save(tmp_path / "good.nwb")
    return tmp_path / "good.nwb"


def heap_elsewhere(content: bytes) -> bytes:
    """Say of each group whose links stand in its header that they are in a heap, at an address without one."""
    in_header = struct.pack("<HHIBB", 2, 24, 0, 0, 0) + b"\xff" * 16  # the message "link info": heap and index nowhere
    assert in_header in content
    return content.replace(in_header, in_header[:10] + b"\x01" + in_header[11:])


def names_too_long(content: bytes) -> bytes:
    """Give a link a name that is longer than its message; what lies in memory behind it decides what comes of that."""
    link = b"\x01\x10\x01\x0ecramp_episodes"
    assert content.count(link) == 1
    return content.replace(link, link[:3] + b"\xff" + link[4:])


@pytest.mark.parametrize("damage", [heap_elsewhere, names_too_long])
def test_what_crashes_the_reader_is_an_error(damage: Damage, good: Path) -> None:
    path = good.with_name("damaged.nwb")
    path.write_bytes(damage(good.read_bytes()))
    before = path.read_bytes()
    done = python(READER, path, good)
    assert (done.returncode, done.stderr) == (0, "")
    told = [line.split("|") for line in done.stdout.splitlines()]
    assert [use for use, *_ in told] == USES
    for use, kind, code, is_of_file, found in told:
        assert (kind, is_of_file) == ("DataError", "True"), use
        if damage is heap_elsewhere:
            assert (code, found) == ("E-CRASH", "one that ends its reader with signal 11"), use
        assert code in ("E-CRASH", "E-CORRUPT"), use
    assert path.read_bytes() == before


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\n: expected.h5")
    with pytest.raises(mc.IoError) as missing:
        mc.read(path)
    assert (missing.value.code, missing.value.file) == ("E-MISSING", path)
    Path(path).touch()
    with pytest.raises(mc.DataError) as empty:
        mc.read(path)
    assert (empty.value.code, empty.value.file) == ("E-EMPTY", path)
    with pytest.raises(mc.InvalidArgument) as option:
        mc.read(path, layout="--layout")
    assert option.value.code == "E-OPTION"


def test_names_that_look_like_options_are_names(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(good.parent)
    good.rename("--study=x.nwb")
    assert mc.read("--study=x.nwb").duration_s == 1


def test_without_the_command_recordings_are_read(good: Path) -> None:
    done = python(WITHOUT_COMMAND, good)
    assert (done.returncode, done.stdout) == (0, "1.0\n"), done.stderr
