"""Write datasets/scenario.schema.json, the JSON schema of scenarios, from the keys that the program takes.

    python datasets/make_schema.py

tests/python/test_simulator.py holds the file to the program.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from myocramp import _core

NEEDED = {"muscles[]": ["name", "code"], "protocol[]": ["phase"], "events[]": ["class"], "covariates[]": ["name"]}


def limits(low: float, high: float) -> dict[str, float]:
    """Return the range of a number."""
    return {name: value for name, value in (("minimum", low), ("maximum", high)) if math.isfinite(value)}


def distribution(low: float, high: float) -> dict[str, Any]:
    """Return the schema of a number, or of a law that it is drawn from."""
    number = {"type": "number", **limits(low, high)}
    spread = {"type": "number", "minimum": 0}
    law = {
        "type": "object",
        "properties": {"mean": number, "sd": spread, "low": number, "high": number},
        "required": ["mean", "sd"],
        "additionalProperties": False,
    }
    laws = {
        "uniform": {"type": "array", "items": number, "minItems": 2, "maxItems": 2},
        "normal": law,
        "lognormal": law,
    }
    objects = {
        "type": "object",
        "properties": laws,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return {"anyOf": [number, objects]}


def value(kind: str, low: float, high: float, choice: list[str]) -> dict[str, Any]:
    """Return the schema of one key."""
    text = {"type": "string", **({"enum": choice} if choice else {})}
    kinds: dict[str, dict[str, Any]] = {
        "number": {"type": "number", **limits(low, high)},
        "whole": {"type": "integer", **limits(low, high)},
        "distribution": distribution(low, high),
        "text": text,
        "choice": text,
        "texts": {"type": "array", "items": text},
        "numbers": {"type": "array", "items": {"type": "number", **limits(low, high)}},
        "object": {"type": "object", "properties": {}, "additionalProperties": False},
        "list": {"type": "array", "items": {"type": "object", "properties": {}, "additionalProperties": False}},
    }
    return kinds[kind]


def named_phases(path: str) -> bool:
    """Events may call a phase by a name of its own, so these keys are any text."""
    return path.endswith((".phases", ".phase")) and not path.startswith("protocol[]")


def named(generator: str) -> list[str]:
    """Return the names of the scenarios of one generator."""
    folder = Path(__file__).with_name("scenarios")
    of = {
        p.stem: json.loads(p.read_text(encoding="utf-8")).get("generator", "shaped_noise")
        for p in folder.glob("*.json")
    }
    return sorted(name for name, made_by in of.items() if made_by == generator)


def schema_of(generator: str) -> dict[str, Any]:
    """Return the schema of one generator, all its keys."""
    top: dict[str, Any] = {
        "type": "object",
        "properties": {
            "$schema": {"type": "string"},
            "generator": {"const": generator},
            "base": {"type": "string", "enum": named(generator)},
        },
        "additionalProperties": False,
    }
    if generator == "motor_units":
        top["anyOf"] = [{"required": ["base"]}, {"required": ["muscles", "protocol"]}]
    objects = {"": top}
    for path, kind, low, high, unit, meaning, choice in _core.scenario_keys(generator):
        parent, _, name = path.rpartition(".")
        said = meaning + (f"; {unit}" if unit not in ("", "1") else "")
        made = {**value(kind, low, high, [] if named_phases(path) else choice), "description": said}
        objects[parent]["properties"][name] = made
        if kind == "object":
            objects[path] = made
            made["type"] = ["object", "null"]  # null takes away what a base has
        if kind == "list":
            objects[path + "[]"] = made["items"]
    for place, names in NEEDED.items():
        if place in objects:
            objects[place]["required"] = names
    return top


def schema() -> dict[str, Any]:
    """Return the whole schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of myocramp simulate",
        "description": "Made by datasets/make_schema.py from the keys that the program takes.",
        "if": {
            "properties": {"generator": {"const": "motor_units"}, "base": {"not": {"enum": named("shaped_noise")}}},
            "anyOf": [{"required": ["generator"]}, {"required": ["base"]}],
        },
        "then": schema_of("motor_units"),
        "else": schema_of("shaped_noise"),
    }


def main() -> None:
    """Write it."""
    path = Path(__file__).with_name("scenario.schema.json")
    path.write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
