#!/usr/bin/env python3
"""Holds the direction of the #include lines.

Lower folders never include higher ones, and each outside library stays in its corner. Run it alone
(`python3 tests/include_direction_test.py`) or through ctest. It first judges the examples at the end of the tables, so
that a rule that stopped working is noticed, and then reads include/, src/ and bindings/.
"""

import posixpath
import re
import sys
from fnmatch import fnmatchcase
from pathlib import Path

BASE = {"core", "signal"}
LOW = BASE | {"filter", "envelope", "spectral", "simd"}
MIDDLE = LOW | {"fatigue", "detect", "cramp", "quality"}
HIGH = MIDDLE | {"evaluate", "simulate", "io", "platform"}

# folder: the other folders that its headers and sources may include
MAY_INCLUDE = {
    "core": set(),
    "signal": {"core"},
    "platform": {"core"},
    "io": BASE | {"platform", "simd"},
    "simd": {"core"},
    "filter": BASE | {"spectral", "simd"},
    "envelope": BASE | {"filter", "simd"},
    "spectral": BASE | {"simd"},
    "fatigue": LOW,
    "detect": LOW,
    "cramp": LOW | {"fatigue", "detect"},
    "quality": LOW | {"detect"},
    "evaluate": MIDDLE,
    "simulate": MIDDLE,
    "study": HIGH,
    "cli": HIGH | {"study"},
    "bindings": HIGH | {"study"},
    "(top)": HIGH | {"study"},  # a file directly in include/myocramp/ or src/, such as src/instantiate.cpp
}

POSIX = (
    "aio.h arpa/*.h dirent.h dlfcn.h fcntl.h fnmatch.h ftw.h glob.h grp.h libgen.h linux/*.h net/*.h netdb.h "
    "netinet/*.h poll.h pthread.h pwd.h sched.h semaphore.h signal.h spawn.h strings.h sys/*.h syslog.h termios.h "
    "ucontext.h unistd.h"
)

# header patterns of an outside library, and the only folders that may include them; the first row that matches decides
ONLY_UNDER = [
    ("H5*.h hdf5.h hdf5_hl.h", ["src/io/hdf5/"]),
    ("libdeflate.h", ["src/io/hdf5/"]),
    ("fftw3.h", ["src/spectral/"]),
    ("CLI/* CLI11.hpp", ["src/cli/"]),
    ("pybind11/* Python.h", ["bindings/"]),
    ("nlohmann/* fmt/* openssl/*", ["src/", "bindings/"]),
    ("immintrin.h x86intrin.h cpuid.h hwy/*", ["src/simd/"]),
    ("Eigen/Core", ["include/", "src/", "bindings/"]),
    ("Eigen/* unsupported/Eigen/*", []),
    (POSIX, ["src/platform/"]),
]

# (file, include as written, allowed?)
EXAMPLES = [
    ("include/myocramp/signal/recording.hpp", "<myocramp/core/units.hpp>", True),
    ("include/myocramp/core/units.hpp", "<myocramp/signal/recording.hpp>", False),
    ("include/myocramp/core/units.hpp", "<myocramp/core/error.hpp>", True),
    ("include/myocramp/filter/zero_phase.hpp", '"myocramp/spectral/fft.hpp"', True),
    ("include/myocramp/spectral/fft.hpp", '"myocramp/filter/sos.hpp"', False),
    ("include/myocramp/filter/sos.hpp", "<myocramp/io/reader.hpp>", False),
    ("include/myocramp/envelope/linear.hpp", "<myocramp/filter/butterworth.hpp>", True),
    ("include/myocramp/filter/sos.hpp", "<myocramp/envelope/linear.hpp>", False),
    ("include/myocramp/io/reader.hpp", "<myocramp/filter/sos.hpp>", False),
    ("include/myocramp/detect/bonato.hpp", "<myocramp/filter/sos.hpp>", True),
    ("include/myocramp/detect/bonato.hpp", "<myocramp/envelope/rms.hpp>", True),
    ("include/myocramp/detect/bonato.hpp", "<myocramp/fatigue/trend.hpp>", False),
    ("include/myocramp/detect/bonato.hpp", "<myocramp/cramp/classify.hpp>", False),
    ("include/myocramp/cramp/classify.hpp", "<myocramp/detect/registry.hpp>", True),
    ("include/myocramp/simulate/pool.hpp", "<myocramp/cramp/classify.hpp>", True),
    ("include/myocramp/simulate/pool.hpp", "<myocramp/io/writer.hpp>", False),
    ("include/myocramp/simulate/pool.hpp", "<myocramp/evaluate/match.hpp>", False),
    ("include/myocramp/study/analyse.hpp", "<myocramp/io/reader.hpp>", True),
    ("include/myocramp/study/analyse.hpp", '"../../../src/cli/options.hpp"', False),
    ("src/study/batch.cpp", '"platform/process.hpp"', True),
    ("src/study/batch.cpp", '"cli/progress.hpp"', False),
    ("src/cramp/measures.cpp", '"../platform/files.hpp"', False),
    ("src/cramp/measures.cpp", '"helper.hpp"', True),
    ("src/io/reader.cpp", '"io/hdf5/file.hpp"', True),
    ("src/io/reader.cpp", '"hdf5/file.hpp"', True),
    ("src/cli/main.cpp", "<myocramp/study/batch.hpp>", True),
    ("src/instantiate.cpp", "<myocramp/filter/sos.hpp>", True),
    ("src/filter/sos.cpp", "<myocramp/myocramp.hpp>", False),
    ("src/nowhere/a.cpp", "<vector>", False),
    ("src/filter/sos.cpp", "<myocramp/nowhere/a.hpp>", False),
    ("bindings/study.cpp", "<myocramp/study/analyse.hpp>", True),
    ("bindings/study.cpp", '"cli/options.hpp"', False),
    ("bindings/filter.cpp", '"arrays.hpp"', True),
    ("bindings/filter.cpp", "<pybind11/numpy.h>", True),
    ("src/study/analyse.cpp", "<pybind11/numpy.h>", False),
    ("src/io/hdf5/file.cpp", "<H5Cpp.h>", True),
    ("src/io/hdf5/file.cpp", "<hdf5.h>", True),
    ("src/io/reader.cpp", "<H5Cpp.h>", False),
    ("include/myocramp/io/reader.hpp", "<hdf5.h>", False),
    ("src/spectral/fft.cpp", "<fftw3.h>", True),
    ("include/myocramp/spectral/fft.hpp", "<fftw3.h>", False),
    ("src/cli/options.cpp", "<CLI/CLI.hpp>", True),
    ("src/study/config.cpp", "<CLI/CLI.hpp>", False),
    ("src/study/config.cpp", "<nlohmann/json.hpp>", True),
    ("include/myocramp/study/config.hpp", "<nlohmann/json_fwd.hpp>", False),
    ("include/myocramp/core/error.hpp", "<fmt/format.h>", False),
    ("include/myocramp/core/block.hpp", "<Eigen/Core>", True),
    ("include/myocramp/core/block.hpp", "<Eigen/Dense>", False),
    ("src/platform/process.cpp", "<sys/wait.h>", True),
    ("src/platform/process.cpp", "<spawn.h>", True),
    ("src/io/reader.cpp", "<unistd.h>", False),
    ("src/io/reader.cpp", "<sys/stat.h>", False),
    ("src/cli/main.cpp", "<signal.h>", False),
    ("src/cli/main.cpp", "<csignal>", True),
    ("src/cli/main.cpp", "<string>", True),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]+>|"[^"]+")')


def folder_of(path: str) -> str:
    """The row of MAY_INCLUDE that a file in this repository belongs to."""
    parts = path.split("/")
    if parts[0] == "bindings":
        return "bindings"
    rest = parts[2:] if parts[0] == "include" else parts[1:]
    return rest[0] if len(rest) > 1 else "(top)"


def target_of(file: str, include: str) -> str | None:
    """The file of this repository that an include line names, or None for an outside header."""
    name = include[1:-1]
    if name.startswith("myocramp/"):
        return "include/" + name
    if include[0] == "<" or any(fnmatchcase(name, p) for row, _ in ONLY_UNDER for p in row.split()):
        return None
    if "/" in name and name.split("/")[0] in MAY_INCLUDE:
        return "src/" + name  # src/ is on the include path of our own sources
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), name))


def complaint(file: str, include: str) -> str | None:
    """Why this file must not have this include line, or None."""
    here = folder_of(file)
    if here not in MAY_INCLUDE:
        return f"folder '{here}' has no row in MAY_INCLUDE"
    target = target_of(file, include)
    if target is None:
        for patterns, places in ONLY_UNDER:
            if any(fnmatchcase(include[1:-1], pattern) for pattern in patterns.split()):
                if any(file.startswith(place) for place in places):
                    return None
                return "only allowed under " + " ".join(places) if places else "not allowed anywhere"
        return None
    if file.startswith("include/") and not target.startswith("include/"):
        return "a public header includes a private one"
    there = folder_of(target)
    if there == here and there != "(top)":
        return None
    if there not in MAY_INCLUDE[here]:
        return f"'{here}' may include only {', '.join(sorted(MAY_INCLUDE[here])) or 'itself'}"
    return None


def main() -> int:
    wrong = []
    for file, include, allowed in EXAMPLES:
        reason = complaint(file, include)
        if (reason is None) != allowed:
            expected = "allowed" if allowed else "refused"
            wrong.append(f"example {file}: {include}: expected {expected}, found {reason or 'allowed'}")

    root = Path(__file__).resolve().parent.parent
    everything = (path for top in ("include", "src", "bindings") for path in (root / top).rglob("*"))
    files = sorted(path for path in everything if path.suffix in {".hpp", ".cpp", ".h"})
    lines = 0
    for path in files:
        file = path.relative_to(root).as_posix()
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if match := INCLUDE.match(text):
                lines += 1
                if reason := complaint(file, match[1]):
                    wrong.append(f"{file}:{number}: {match[1]}: {reason}")
    if not lines:
        wrong.append(f"{root}: expected #include lines under include/, src/ and bindings/, found none")

    print(*wrong, f"{len(files)} files, {lines} includes, {len(EXAMPLES)} examples: {len(wrong)} wrong", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
