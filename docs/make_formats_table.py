"""Write the tables of docs/formats.md that say what becomes of real files.

    python docs/make_formats_table.py [--check] [--command build/release/myocramp] DATA

runs `myocramp info` over every *.h5, *.hdf5, *.nwb and *.mat in DATA, and what `myocramp import` does over all that is
not HDF5: first without options, then with those that the folder's README justifies. With --check nothing is written,
and the exit status says whether the tables are current.
"""

import argparse
import fnmatch
import json
import subprocess
import sys
from pathlib import Path

import myocramp as mc
import numpy as np

PAGE = Path(__file__).with_name("formats.md")
BEGIN = "<!-- made by make_formats_table.py: begin -->\n"
END = "<!-- made by make_formats_table.py: end -->\n"
IMPORT_BEGIN = "<!-- made by make_formats_table.py, import: begin -->\n"
IMPORT_END = "<!-- made by make_formats_table.py, import: end -->\n"
SUFFIXES = {".h5", ".hdf5", ".nwb", ".mat"}
CLOCK = {"time_column": "Time", "time_unit": "s"}
# What the README of the folder says of files that do not say it themselves. Of files that are not here it says no unit,
# or no step of the converter.
OPTIONS: dict[str, list[dict]] = {
    "BMC/emg.csv": [{"time_column": "1", "time_unit": "s", "unit": "mV"}],
    "BioSPPy/*.txt": [{"unit": "mV"}],
    "EMGFlow/*.csv": [{**CLOCK, "unit": "mV"}],
    "MUAPs/emg_healthy.txt": [{"time_column": "1", "time_unit": "s", "unit": "mV"}],
    "liuyu_bitalino/[0-9][0-9].csv": [
        {**CLOCK, "fs": 1000, "unit": "mV"},
        {"time_column": "none", "fs": 1000, "unit": "mV"},
        {  # a BITalino (r)evolution: 3.3 V, 10 bits, gain 1009
            "time_column": "none",
            "fs": 1000,
            "unit": "mV",
            "scale": 0.0031939,
            "offset": -1.6353,
            "channels": ["A*"],
        },
    ],
    "liuyu_bitalino/*_click.csv": [{**CLOCK, "unit": "mV"}],
    "myo_readings/2.txt": [{"fs": 200, "unit": "mV"}],
    "myonset/example_events.csv": [{"time_column": "time", "time_unit": "s", "unit": "mV"}],
    "pyemgpipeline/1_raw_data*3.16.txt": [
        {"time_column": "time", "time_unit": "ms", "unit": "V", "channels": ["channel*"]}
    ],
    "pyemgpipeline/3A*.txt": [{"fs": 1000}],
    "unibo_inail/*.mat": [{"fs": 500}],
}


def signal_text(signal: dict) -> str:
    """Rate, channels and length of a signal."""
    channels = len(signal["channels"])
    return f"{signal['rate_hz']:g} Hz, {channels} channel{'s' if channels > 1 else ''}, {signal['duration_s']:.2f} s"


def row(command: str, path: Path, data: Path) -> str:
    """One file of the table."""
    done = subprocess.run([command, "info", "--json", path], capture_output=True, text=True, check=False)
    (told,) = json.loads(done.stdout)
    if "error" in told:
        layout = "refused"
        # Only the path of this machine would differ elsewhere.
        outcome = f"`{told['error']['code']}`: {told['error']['text'].replace(f'{path}: ', '')}"
    else:
        layout = told["layout"]
        outcome = "; ".join(map(signal_text, told["signals"]))
        for refused in told["refused"]:
            outcome += f"; `{refused['code']}`: {refused['signal']}"
    return f"| `{path.relative_to(data).as_posix()}` | {layout} | {outcome} |\n"


def make_table(command: str, data: Path) -> str:
    """Every HDF5 file by its name in the folder, and those that only look like one."""
    paths = sorted(p for p in data.rglob("*") if p.suffix.lower() in SUFFIXES)
    head = "| file | layout | what is read, or why not |\n| --- | --- | --- |\n"
    return head + "".join(row(command, path, data) for path in paths)


def outcome_of(path: Path, options: dict) -> str:
    """Tell what the import of a file gives, or why it is refused."""
    try:
        rec = mc.import_file(path, **options)
    except mc.MyocrampError as error:
        return f"`{error.code}`: {str(error).replace(f'{path}: ', '').replace('|', chr(92) + '|')}"
    parts = [
        f"{s.fs:g} Hz, {len(s.channels)} channel{'s' if len(s.channels) > 1 else ''}, {s.duration_s:.2f} s"
        for s in rec.signals
    ]
    gaps = [g for s in rec.signals for g in s.gaps]
    missing = sum(stop - start for start, stop in gaps)
    if gaps:
        parts.append(f"{len(gaps)} gap{'s' if len(gaps) > 1 else ''} of {missing} samples")
    further = sum(int(np.isnan(s.data).sum()) - len(s.channels) * sum(b - a for a, b in s.gaps) for s in rec.signals)
    if further:
        parts.append(f"{further} missing samples of single channels")
    if len(rec.labels):
        parts.append(f"{len(rec.labels)} labels")
    parts += [f"`{r.code}`: {r.signal}" for r in rec.refused]
    return "; ".join(parts)


def words(options: dict) -> str:
    """Options as the command takes them."""
    texts = []
    for name, value in options.items():
        shown = ",".join(value) if isinstance(value, list) else f"{value}"
        texts.append(f"--{name.replace('_', '-')} {shown}")
    return f"`{' '.join(texts)}`"


def make_import_table(data: Path) -> str:
    """Every file of the folder that is not HDF5."""
    lines = ["| file | options | what is read, or why not |\n| --- | --- | --- |\n"]
    for path in sorted(p for p in data.rglob("*") if p.is_file()):
        with path.open("rb") as stream:
            first = stream.read(520)
        if first.startswith(b"\x89HDF") or first[512:].startswith(b"\x89HDF"):
            continue
        name = path.relative_to(data).as_posix()
        lines.append(f"| `{name}` | | {outcome_of(path, {})} |\n")
        for pattern, several in OPTIONS.items():
            if fnmatch.fnmatchcase(name, pattern):
                lines += [f"| | {words(options)} | {outcome_of(path, options)} |\n" for options in several]
    return "".join(lines)


def between(text: str, begin: str, end: str, table: str) -> str:
    """Put another table between two marks."""
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return before + begin + table + end + after


def main() -> int:
    """Make the table, or hold it against the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--command", default="myocramp")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = PAGE.read_text(encoding="utf-8")
    current = between(text, BEGIN, END, make_table(arguments.command, arguments.data))
    current = between(current, IMPORT_BEGIN, IMPORT_END, make_import_table(arguments.data))
    if not arguments.check:
        PAGE.write_text(current, encoding="utf-8")
        return 0
    if text == current:
        return 0
    print(f"{PAGE.name} is not current: run docs/make_formats_table.py DATA", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
