"""Paths as the compiled part takes them."""

from __future__ import annotations

import os

from ._errors import InvalidArgument

PROGRAM = os.fsencode(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "myocramp"))
"""The command that the package carries."""


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes that name a file for the system."""
    name = os.fsencode(path)
    if b"\0" in name:
        raise InvalidArgument("E-OPTION", "", "path", "a name without null characters", repr(path))
    return name


def is_nwb(path: str | os.PathLike[str]) -> bool:
    """Whether the name ends as that of an NWB file, in any case."""
    return os.fspath(path).lower().endswith(".nwb")


def check_nwb(path: str | os.PathLike[str]) -> None:
    """Hold that recordings are saved as NWB only."""
    if not is_nwb(path):
        raise InvalidArgument("E-OPTION", os.fspath(path), "name", "one that ends in .nwb", os.path.basename(path))
