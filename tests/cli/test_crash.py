"""A crash inside libhdf5 is an error of the file that it reads, E-CRASH, and the other recordings are not touched.

A library of a few lines stands before libhdf5, crashes on files whose name says so, and speaks as the C library would.
"""

import json
import os
import re
import shutil
import subprocess

import pytest

CRASHES = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

int64_t H5Fopen(const char* name, unsigned flags, int64_t access) {
  if (strstr(name, "crash") != NULL) {
    write(STDERR_FILENO, "malloc(): invalid size\\n", 23);
    raise(SIGSEGV);
  }
  return ((int64_t(*)(const char*, unsigned, int64_t))dlsym(RTLD_NEXT, "H5Fopen"))(name, flags, access);
}
"""
COMMANDS = {
    "info": ("info", "--json"),
    "detect": ("detect", "-m", "hodges_bui"),
    "analyse": ("analyse", "--phase", "rest"),
    "validate": ("validate", "--json"),
    "convert": ("convert",),
    "score": ("score", "--json"),
    "benchmark": ("benchmark", "--methods", "hodges_bui", "--phase", "rest"),
}
WRITE = ("analyse", "convert", "benchmark")


@pytest.fixture(scope="module")
def environment(myocramp, tmp_path_factory):
    """Return an environment in which libhdf5 crashes."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler, so nothing makes libhdf5 crash")
    program = myocramp.program.read_bytes()
    if b"__asan_" in program or b"__tsan_" in program:
        pytest.skip("a sanitizer wants to be the first library")
    folder = tmp_path_factory.mktemp("crashes")
    (folder / "crashes.c").write_text(CRASHES)
    library = folder / "crashes.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, folder / "crashes.c", "-ldl"], check=True)
    return os.environ | {"LD_PRELOAD": str(library)}


@pytest.fixture
def recordings(write_recording, counts, tmp_path):
    """Return two labelled recordings, of which the first is the one that crashes."""
    paths = [write_recording(tmp_path / "in" / name, counts[0]) for name in ("crash.h5", "good.h5")]
    for path in paths:
        path.with_suffix(".events.tsv").write_text("onset\tduration\ttrial_type\n2\t3\tcramp\n")
    return paths


def run(myocramp, name, inputs, output, environment):
    if name == "score":  # the labels of recordings against themselves
        inputs = [inputs[0].parent] * 2 if len(inputs) > 1 else [*inputs, inputs[0].with_suffix(".events.tsv")]
    arguments = ["-o", output] if name in WRITE else []
    done = myocramp(*COMMANDS[name], *arguments, *inputs, env=environment)
    assert all(line.startswith("myocramp: ") for line in done.err.splitlines()), done.err
    assert {code for code, _ in done.errors} == {"E-CRASH"}, done.err
    file = r"crash: " if name == "benchmark" and len(inputs) > 1 else r".*crash\.h5: "  # it names recordings
    told = re.compile(file + "expected a readable file, found one that ends its reader( with signal 11)?")
    assert all(told.fullmatch(text) for _, text in done.errors), done.err
    return done


@pytest.mark.parametrize("name", COMMANDS)
def test_the_only_recording(name, myocramp, recordings, environment, tmp_path):
    done = run(myocramp, name, recordings[:1], tmp_path / "out", environment)
    assert done.code == 3
    left = {path.name for path in (tmp_path / "out").rglob("*")}
    tables = {"episodes.tsv", "summary.tsv", "covariates.tsv", "phases.tsv"}
    assert left <= {"manifest.json", "run.log.jsonl"} | (tables if name == "analyse" else set())


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "detect"])  # which takes one
def test_one_of_two(name, myocramp, recordings, environment, tmp_path, table):
    done = run(myocramp, name, recordings, tmp_path / "out", environment)
    assert done.code == (3 if name == "validate" else 4)  # to validate it is a finding
    out = tmp_path / "out"
    if name in ("info", "validate"):
        assert [one["file"].endswith("good.h5") for one in json.loads(done.out)] == [False, True]
    elif name == "score":
        assert [one["recording"] for one in json.loads(done.out)["classes"]["cramp"]["recordings"]] == ["good"]
    elif name == "convert":
        assert [path.name for path in out.iterdir()] == ["good.nwb"]
    elif name == "analyse":
        assert [row["recording"] for row in table(out / "episodes.tsv")] == ["good"]
        assert {row["recording"]: row["status"] for row in table(out / "summary.tsv")} == {
            "crash": "failed",
            "good": "ok",
        }
        assert not (out / "crash").exists()
    else:
        found = sorted(path.name for path in (out / "found" / "hodges_bui").iterdir())
        assert found == ["good.events.tsv", "good.json"]
