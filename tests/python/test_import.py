from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import myocramp as mc
import pytest


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def test_import_is_light() -> None:
    done = python("import sys, myocramp; print(*sorted({m.split('.')[0] for m in sys.modules}))")
    assert done.returncode == 0, done.stderr
    assert not {"numpy", "pandas", "matplotlib", "tqdm"} & set(done.stdout.split())


def test_analysis_loads_neither_pandas_nor_matplotlib() -> None:
    code = (
        "import sys, numpy, myocramp as mc; r = mc.analyse(mc.Recording.from_array(numpy.zeros(5000), 1000));"
        "mc.detect.names(), mc.filter, mc.envelope, mc.fatigue;"
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    done = python(code)
    assert done.returncode == 0, done.stderr
    assert not {"pandas", "matplotlib", "tqdm"} & set(done.stdout.split())


def test_names() -> None:
    assert dir(mc) == sorted(mc.__all__)
    for name in mc.__all__:
        assert getattr(mc, name) is not None
    assert mc.version == mc.__version__
    assert mc.version.count(".") == 2
    with pytest.raises(AttributeError, match="magic"):
        mc.magic  # type: ignore[attr-defined]  # noqa: B018
    done = python("from myocramp import *; print(read.__name__, filter.__name__)")
    assert done.stdout.split() == ["read", "myocramp.filter"], done.stderr


def test_everything_public_is_documented() -> None:
    for name in mc.__all__:
        thing = getattr(mc, name)
        if isinstance(thing, str):
            continue
        assert inspect.getdoc(thing), name
        members = vars(thing).items() if inspect.isclass(thing) or inspect.ismodule(thing) else []
        for member, value in members:
            if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, (property, classmethod))):
                assert inspect.getdoc(value), f"{name}.{member}"


def test_typed() -> None:
    assert (Path(mc.__file__).parent / "py.typed").exists()


def test_command_says_what_comes_later() -> None:
    done = python("import sys; from myocramp._command import main; sys.exit(main())", "report", "x")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "myocramp: error[E-USAGE]: report: expected a command of this version, found one that comes later\n"
    )


def test_a_reader_that_is_not_installed_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.edf").write_bytes(b"0       ".ljust(512))
    code = (
        "import sys; sys.modules['edfio'] = None; from myocramp._import_command import main;"
        "sys.exit(main([sys.argv[1], '-o', sys.argv[1] + '.nwb']))"
    )
    done = python(code, str(tmp_path / "a.edf"))
    assert done.returncode == 2
    assert "error[E-LIBRARY]: expected the library edfio: pip install 'myocramp[io]'" in done.stderr


def test_command_hands_over(tmp_path: Path) -> None:
    package = tmp_path / "myocramp"
    (package / "bin").mkdir(parents=True)
    source = Path(mc.__file__).parent
    for name in ("__init__.py", "_command.py"):
        (package / name).write_bytes((source / name).read_bytes())
    code = "import sys; from myocramp._command import main; sys.exit(main())"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            timeout=60,
            check=False,
        )

    missing = command("info")
    assert missing.returncode == 1
    assert "E-INTERNAL" in missing.stderr
    program = package / "bin" / "myocramp"
    program.write_text('#!/bin/sh\nprintf "<%s>" "$@"\nexit 7\n', encoding="utf-8")
    program.chmod(0o755)
    done = command("info", "a b", "--json", "")
    assert (done.returncode, done.stdout) == (7, "<info><a b><--json><>")
