"""The examples of the README and the quick start run as they stand, one after the other, in a folder of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "docs/quickstart.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    """Fenced blocks of a page, in order: language and text."""
    found = BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    assert found, f"{page}: expected fenced blocks, found none"
    return found


@pytest.fixture(scope="module")
def program() -> Path:
    """The command: the one that MYOCRAMP_COMMAND names, else the one beside this Python."""
    found = Path(os.environ.get("MYOCRAMP_COMMAND") or Path(sys.executable).with_name("myocramp"))
    if not found.is_file():
        pytest.skip(f"no command to test: {found} is not there")
    return found.absolute()


@pytest.fixture(scope="module")
def environment(program: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """This process's environment with `myocramp` on PATH, and nothing else of its folder."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "myocramp").symlink_to(program)
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "MYOCRAMP_COMMAND"}}
    return kept | {"PATH": f"{folder}:{kept.get('PATH', '')}", "MPLBACKEND": "Agg", "LC_ALL": "C.UTF-8"}


def run(arguments: list[str], folder: Path, environment: dict[str, str], text: str | None = None) -> str:
    """Run a program and return its standard output; a failure shows what it said."""
    done = subprocess.run(
        arguments, cwd=folder, env=environment, input=text, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, f"{arguments} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def run_page(page: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Run the sh and python blocks of a page in order; where a text block follows, it must be the output."""
    outputs: list[str] = []
    session = ""  # of all Python blocks so far, as in a notebook
    before = ""
    for language, text in blocks(page):
        if language == "sh":
            outputs.append(run(["bash", "-euo", "pipefail"], folder, environment, text))
        elif language == "python":
            pytest.importorskip("myocramp", reason="the Python package is not installed")
            whole = run([sys.executable, "-"], folder, environment, session + text)
            outputs.append(whole.removeprefix(before))
            session += text
            before = whole
        elif language == "text":
            assert outputs[-1].splitlines() == text.splitlines(), f"{page}: the output is not the one shown"
        else:
            assert language == "cpp", f"{page}: expected sh, python, cpp or text, found {language}"
    return outputs


@pytest.fixture(scope="module")
def readme(tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]) -> tuple[Path, list[str]]:
    """The README's shell and Python examples after they ran: their folder and outputs."""
    folder = tmp_path_factory.mktemp("readme")
    return folder, run_page("README.md", folder, environment)


def test_the_shell_example_finds_the_simulated_cramps(readme: tuple[Path, list[str]]) -> None:
    folder, outputs = readme
    assert len(re.findall(r"^S0\d_1 onset", outputs[0], re.MULTILINE)) == 10, outputs[0]
    assert "class cramp; recordings: 5" in outputs[0]
    assert (folder / "results/S01_1/episodes.tsv").is_file()


def test_the_python_example_prints_the_episodes_and_draws(readme: tuple[Path, list[str]]) -> None:
    folder, outputs = readme
    assert " cramp " in outputs[1]
    assert (folder / "S01_1.png").stat().st_size > 10_000


def test_the_quick_start_runs_and_prints_what_it_shows(tmp_path: Path, environment: dict[str, str]) -> None:
    run_page("docs/quickstart.md", tmp_path, environment)
    assert (tmp_path / "S01_1.png").is_file()


def test_the_cpp_example_is_the_one_in_examples() -> None:
    (text,) = [text for language, text in blocks("README.md") if language == "cpp"]
    assert text == (ROOT / "examples/cpp/analyse_recording.cpp").read_text(encoding="utf-8")


def test_the_cpp_example_builds_with_find_package_and_finds_the_same(
    tmp_path: Path, environment: dict[str, str], readme: tuple[Path, list[str]]
) -> None:
    built = [b for b in (ROOT / "build/release", ROOT / "build/dev") if (b / "libmyocramp.a").is_file()]
    if not built:
        pytest.skip("no library to install: neither build/release nor build/dev has libmyocramp.a")
    if shutil.which("cmake") is None:
        pytest.skip("no cmake on PATH")
    prefix = tmp_path / "prefix"
    run(["cmake", "--install", str(built[0]), "--component", "dev", "--prefix", str(prefix)], tmp_path, environment)
    shutil.copytree(ROOT / "examples/cpp", tmp_path / "project")
    configure = ["cmake", "-S", "project", "-B", "out", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release"]
    if shutil.which("ccache"):
        configure.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    run(configure, tmp_path, environment)
    run(["cmake", "--build", "out"], tmp_path, environment)
    folder, _ = readme
    output = run([str(tmp_path / "out/analyse_recording")], folder, environment)
    table = (folder / "results/S01_1/episodes.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(output.splitlines()) == len(table)
    assert [line.split()[4] for line in output.splitlines()] == [row.split("\t")[2] for row in table]
