"""Write the list of docs/datasets.md from datasets/registry.json.

    python docs/make_datasets_table.py [--check]

With --check nothing is written, and the exit status says whether the page is current.
"""

import argparse
import json
import sys
from pathlib import Path

PAGE = Path(__file__).with_name("datasets.md")
REGISTRY = Path(__file__).parents[1] / "datasets" / "registry.json"
BEGIN = "<!-- made by make_datasets_table.py: begin -->\n"
END = "<!-- made by make_datasets_table.py: end -->\n"


def size_text(n: int) -> str:
    """Bytes for people."""
    return f"{n / 1e6:.1f} MB" if n >= 1e6 else f"{n / 1e3:.0f} kB" if n >= 1e4 else f"{n} bytes"


def numbers_text(values: list[float] | None) -> str:
    """Numbers, or that they are not known."""
    return "not known" if values is None else ", ".join(f"{v:g}" for v in values)


def row(entry: dict) -> str:
    """One data set of the table."""
    name = entry["name"]
    kind = "in part or all simulated" if entry["simulated"] else "recorded"
    got = "`fetch`, " + size_text(sum(f["size"] for f in entry["files"])) if "reason" not in entry else "by hand"
    return f"| [{name}](#{name}) | {entry['title']} | {kind} | {entry['labels']} | {entry['licence']} | {got} |\n"


def section(entry: dict) -> str:
    """All that is known of one data set."""
    made = f" (made by {entry['labelled_by']})" if entry["labelled_by"] else ""
    doi = f", doi [{entry['doi']}](https://doi.org/{entry['doi']})" if entry["doi"] else ""
    lines = [
        f"{entry['holds']}.",
        f"Muscles: {', '.join(entry['muscles']) or 'not stated'}.",
        f"Channels: {numbers_text(entry['channels'])}. Hz: {numbers_text(entry['rate_hz'])}. "
        f"Lengths in s: {numbers_text(entry['durations_s'])}.",
        f"Labels: {entry['labels']}{made}.",
        f"Licence: {entry['licence']} ({entry['licence_from']}).",
        f"Where: <{entry['page']}>{doi}",
        f"Cite: {entry['citation']}.",
        *(f"Mind: {trap}" for trap in entry["traps"]),
    ]
    if "reason" in entry:
        lines.append(f"By hand: {entry['reason']}")
    if entry["files"]:
        lines.append("Files: " + ", ".join(f"`{f['path']}` ({size_text(f['size'])})" for f in entry["files"]) + ".")
    return f"\n### {entry['name']}\n\n" + "".join(f"- {line}\n" for line in lines)


def make_list(entries: list[dict]) -> str:
    """Make the table, then a section for each."""
    head = "| name | what | kind | labels | licence | download |\n| --- | --- | --- | --- | --- | --- |\n"
    return head + "".join(map(row, entries)) + "".join(map(section, entries))


def main() -> int:
    """Make the list, or hold it against the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    entries = json.loads(REGISTRY.read_text(encoding="utf-8"))["datasets"]
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    current = before + BEGIN + make_list(entries) + END + after
    if not arguments.check:
        PAGE.write_text(current, encoding="utf-8")
        return 0
    if text == current:
        return 0
    print(f"{PAGE.name} is not current: run docs/make_datasets_table.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
