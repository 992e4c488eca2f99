"""Write the table of docs/formats.md that says what becomes of real HDF5 files.

    python docs/make_formats_table.py [--check] [--command build/release/myocramp] DATA

runs `myocramp info` over every *.h5, *.hdf5, *.nwb and *.mat in DATA. With --check nothing is written, and the exit
status says whether the table is current.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).with_name("formats.md")
BEGIN = "<!-- made by make_formats_table.py: begin -->\n"
END = "<!-- made by make_formats_table.py: end -->\n"
SUFFIXES = {".h5", ".hdf5", ".nwb", ".mat"}


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


def main() -> int:
    """Make the table, or hold it against the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--command", default="myocramp")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    current = before + BEGIN + make_table(arguments.command, arguments.data) + END + after
    if not arguments.check:
        PAGE.write_text(current, encoding="utf-8")
        return 0
    if text == current:
        return 0
    print(f"{PAGE.name} is not current: run docs/make_formats_table.py DATA", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
