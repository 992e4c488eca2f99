"""The documentation says what the program does: it is held against the sources and the command."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import myocramp as mc
import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"E-[A-Z][A-Z0-9-]*[A-Z0-9]")


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def pages() -> list[Path]:
    """Every page for people in the tree."""
    folders = ("docs", "include", "src", "bindings", "tests", "datasets", "examples")
    return sorted([*ROOT.glob("*.md"), *(p for folder in folders for p in (ROOT / folder).rglob("*.md"))])


def rows(path: str) -> list[list[str]]:
    """Cells of every row of every table of a page."""
    lines = [line for line in text_of(path).splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def section(path: str, heading: str) -> str:
    """The text under `## heading`."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text_of(path), re.MULTILINE | re.DOTALL)
    assert found, f"{path}: no section {heading}"
    return found[1]


@pytest.fixture(scope="module")
def program() -> Path:
    """The command: the one that MYOCRAMP_COMMAND names, else the one beside this Python."""
    found = Path(os.environ.get("MYOCRAMP_COMMAND") or Path(sys.executable).with_name("myocramp"))
    if not found.is_file():
        pytest.skip(f"no command to test: {found} is not there")
    return found.absolute()


# --- error codes ------------------------------------------------------------------------------------------------------


def thrown() -> set[str]:
    """Codes that stand in quotes in the sources."""
    files = [f for top in ("src", "include", "bindings") for f in (ROOT / top).rglob("*")]
    sources = [f for f in files if f.suffix in {".cpp", ".hpp", ".py"}]
    return {code for f in sources for code in re.findall(rf'"({CODE.pattern})', f.read_text(encoding="utf-8"))}


def documented() -> list[str]:
    return [row[0].strip("`") for row in rows("docs/errors.md") if CODE.fullmatch(row[0].strip("`"))]


def test_every_code_is_documented_once_and_exists() -> None:
    assert sorted(documented()) == sorted(thrown())


def test_every_code_says_what_to_do() -> None:
    for row in rows("docs/errors.md"):
        if CODE.fullmatch(row[0].strip("`")):
            assert len(row) == 3
            assert all(row), row


@pytest.mark.parametrize("page", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_codes_that_a_page_names_exist(page: Path) -> None:
    assert set(re.findall(rf"`({CODE.pattern})`", page.read_text(encoding="utf-8"))) <= thrown()


# --- findings of validate ---------------------------------------------------------------------------------------------

FINDING = re.compile(r"V-[A-Z][A-Z-]*[A-Z]")


def findings_in(path: str) -> list[str]:
    return re.findall(rf'"({FINDING.pattern})"', text_of(path))


def test_every_finding_is_documented_once_and_tested() -> None:
    rows_of_findings = [row for row in rows("docs/file-format.md") if FINDING.fullmatch(row[0].strip("`"))]
    listed = [row[0].strip("`") for row in rows_of_findings]
    assert sorted(listed) == sorted(set(findings_in("src/study/validate.cpp")))
    assert set(listed) == set(findings_in("tests/unit/study/validate_test.cpp"))
    for row in rows_of_findings:
        assert len(row) == 4
        assert all(row), row
        said = set(re.findall(r"violation|suggestion", row[1]))
        source = text_of("src/study/validate.cpp")
        code = re.escape(row[0].strip("`"))
        used = {w.lower() for w in re.findall(rf'"{code}",\s*Severity::k(\w+)', source)}
        assert said == used, row[0]


# --- options ----------------------------------------------------------------------------------------------------------


@cache
def help_of(program: Path, *command: str) -> str:
    return subprocess.run([program, *command, "--help"], capture_output=True, text=True, check=True).stdout


OPTION = re.compile(r"^  (\w+\.\w+) +(\S+) (\S*): .* \[(\S+) to (\S+)\] \(", re.MULTILINE)


def option_rows(path: str) -> dict[str, list[str]]:
    return {row[0].strip("`"): row for row in rows(path) if re.fullmatch(r"`\w+\.\w+`", row[0])}


def range_of(row: list[str]) -> tuple[float, float]:
    low, high = re.match(r"(\S+) to ([^\s,]+)", row[3]).groups()  # type: ignore[union-attr]
    return float(low), float(high)


METHOD_PAGES = sorted((ROOT / "docs/methods").glob("*.md"))
DEFAULT_DETECTOR = "hodges_bui"
OTHER_DETECTORS = [name for name in mc.detect.names() if name != DEFAULT_DETECTOR]


def test_every_option_of_the_configuration_stands_in_the_table_with_its_default_and_range(program: Path) -> None:
    described = OPTION.findall(help_of(program, "analyse"))
    assert len(described) > 20
    table = option_rows("docs/command.md")
    assert set(table) == {key for key, *_ in described} | {"detector.name"}
    for key, default, unit, low, high in described:
        row = table[key]
        assert (float(row[1]), row[2], *range_of(row)) == (float(default), unit or "1", float(low), float(high)), key


def test_every_option_has_its_source_on_one_page_of_a_method(program: Path) -> None:
    described = {key: rest for key, *rest in OPTION.findall(help_of(program, "analyse"))}
    pages_of: dict[str, list[list[str]]] = {}
    for page in METHOD_PAGES:
        if page.stem in OTHER_DETECTORS:
            continue
        for key, row in option_rows(page.relative_to(ROOT).as_posix()).items():
            pages_of.setdefault(key, []).append(row)
    assert set(pages_of) == set(described)
    for key, (default, unit, low, high) in described.items():
        for row in pages_of[key]:
            assert (float(row[1]), row[2], *range_of(row)) == (float(default), unit or "1", float(low), float(high)), (
                key
            )
            assert row[4], f"{key}: no source"


@pytest.mark.parametrize("name", OTHER_DETECTORS)
def test_every_option_of_a_detector_stands_on_its_page_with_its_default_and_source(name: str) -> None:
    described = inspect.signature(getattr(mc.detect, name)).parameters
    own = {
        key: p.default for key, p in described.items() if key not in ("x", "fs", "axis", "longest_activity_s", "rest")
    }
    found = option_rows(f"docs/methods/{name}.md")
    assert {key.removeprefix("detector.") for key in found} == set(own)
    for key, row in found.items():
        assert float(row[1]) == own[key.removeprefix("detector.")], key
        assert row[4], f"{key}: no source"


@pytest.mark.parametrize("command", ["info", "validate", "analyse", "detect", "simulate"])
def test_every_option_of_a_command_is_documented(command: str, program: Path) -> None:
    text = section("docs/command.md", command) + section("docs/command.md", "Everywhere")
    options = re.findall(r"^  (-\w)?,?(--[a-z]+)?", help_of(program, command), re.MULTILINE)
    names = {name for pair in options for name in pair if name}
    assert {"-h", "--help"} <= names
    assert not {name for name in names if f"`{name}" not in text}


def test_every_option_of_import_is_documented_and_an_argument_in_python() -> None:
    from myocramp._import_command import parser

    text = section("docs/command.md", "import") + section("docs/command.md", "Everywhere")
    names = {name for action in parser()._actions for name in action.option_strings}
    assert not {name for name in names if f"`{name}" not in text}
    arguments = set(inspect.signature(mc.import_file).parameters)
    of_the_command = {"config", "help", "output", "progress", "quiet", "set", "verbose", "version"}
    assert {name[2:].replace("-", "_") for name in names if name.startswith("--")} - of_the_command == arguments - {
        "path"
    }


def test_every_key_of_a_layout_for_the_import_is_documented() -> None:
    from myocramp._formats.options import _LAYOUT_KEYS

    text = text_of("docs/formats.md").partition("### A layout for the import")[2].partition("###")[0]
    assert set(_LAYOUT_KEYS) <= set(re.findall(r"`(\w+)`", text))


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    run = [
        [program, "simulate", "demo", "-o", folder / "in", "--seed", "1"],
        [program, "analyse", folder / "in", "-o", folder / "out"],
    ]
    for arguments in run:
        subprocess.run(arguments, check=True, capture_output=True)
    return folder / "out"


def columns_in(heading: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", section("docs/file-format.md", heading), re.MULTILINE)


def header(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[0].split("\t")


@pytest.mark.parametrize("name", ["episodes.tsv", "summary.tsv", "phases.tsv", "covariates.tsv"])
def test_every_column_of_a_table_is_defined_in_order(name: str, results: Path) -> None:
    assert columns_in(name) == header(results / name)


def test_the_columns_of_a_recordings_own_tables_are_defined(results: Path) -> None:
    assert columns_in("episodes.tsv")[3:] == header(results / "S01_1/episodes.tsv")
    assert [*columns_in("Events"), *columns_in("rejected.tsv")] == header(results / "S01_1/rejected.tsv")


@pytest.mark.parametrize(
    ("name", "path"), [("manifest.json", "manifest.json"), ("recording.json", "S01_1/recording.json")]
)
def test_every_key_of_a_json_file_is_defined(name: str, path: str, results: Path) -> None:
    keys = set(re.findall(r'^  "(\w+)":', (results / path).read_text(encoding="utf-8"), re.MULTILINE))
    first_cells = " ".join(re.findall(r"^\| (.*?) \|", section("docs/file-format.md", name), re.MULTILINE))
    assert keys <= set(re.findall(r"`(\w+)`", first_cells))


def test_every_file_of_a_run_is_named(results: Path) -> None:
    text = section("docs/file-format.md", "Tables")
    names = {p.name for p in results.rglob("*") if p.is_file()}
    assert not {name for name in names if name not in text}


def test_every_reason_of_a_class_is_listed() -> None:
    source = text_of("src/cramp/classify.cpp")
    body = source[source.index("// Name and reason by the first rule that holds,") : source.index("Segmented segment(")]
    listed = {
        reason: row[1]
        for row in rows("docs/methods/episodes.md")
        if len(row) == 3
        for reason in re.findall(r"`(\w+)`", row[2])
        if row[1] in {"artefact", "cramp", "fasciculation", "stimulated", "sustained", "twitch", "voluntary"}
    }
    whole = re.findall(r'(?:rule|fact)\("(\w+)", "(\w+)",', body)
    assert len(whole) >= 6
    for name, reason in whole:
        assert listed.get(reason) == name, reason
    for start in re.findall(r'"(in_\w*|leg_movement_\w*|no_phase)"', body):
        assert any(reason.startswith(start) for reason in listed), start


def test_every_key_of_a_scenario_is_documented() -> None:
    options = re.findall(r'Field\{"(\w+)"', text_of("include/myocramp/simulate/shaped_noise.hpp"))
    told = section("docs/command.md", "simulate")
    assert re.findall(r"^\| `(\w+)` \| [\d.]+ \|", told, re.MULTILINE) == options
    keys = json.loads(text_of("datasets/scenario.schema.json"))["then"]["properties"]
    assert set(keys) <= set(re.findall(r"`(\$?\w+)`", told)) | {"base"}
    names = {path.stem for path in (ROOT / "datasets/scenarios").glob("*.json")}
    assert names <= set(re.findall(r"`(\w+)`", told))


# --- links ------------------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as the usual renderers make them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(kept.replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_relative_links_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{target}: no such file"
        if anchor:
            assert anchor in anchors(file), f"{target}: no such heading"


@pytest.mark.parametrize("page", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(
        r"`((?:tests|src|include|docs|examples|datasets|bindings)/[\w./]+\.(?:cpp|hpp|py|md|json|sh|txt|in))`", text
    )
    assert not [path for path in named if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", METHOD_PAGES, ids=lambda p: p.stem)
def test_a_page_of_a_method_has_its_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for part in ("Limits", "Test", "Source"):
        assert f"## {part}\n" in text or (part == "Source" and "| source |" in text), part
    assert re.search(r"^`include/myocramp/\w+/\w+\.hpp`", text, re.MULTILINE)
    assert f"methods/{page.name}" in text_of("docs/README.md")


# --- accuracy ---------------------------------------------------------------------------------------------------------


def test_the_tables_of_accuracy_are_those_that_dev_writes():
    runs = re.findall(
        r"^  run \$python (benchmarks/accuracy/acceptance\.py --write (\w+).*)$", text_of("dev"), re.MULTILINE
    )
    page = text_of("docs/accuracy.md")
    assert len(runs) == page.count(".venv/bin/python benchmarks/accuracy/acceptance.py")
    for run, name in runs:
        block = re.search(rf"^<!-- {name}: begin -->\n(.*)^<!-- {name}: end -->$", page, re.MULTILINE | re.DOTALL)
        assert block, name
        assert block[1].startswith(f"\n    .venv/bin/python {run}\n\n| simulated |"), name
