"""Paths as the compiled part takes them."""

from __future__ import annotations

import os

from ._errors import InvalidArgument


def path_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes that name a file for the system."""
    name = os.fsencode(path)
    if b"\0" in name:
        raise InvalidArgument("E-OPTION", "", "path", "a name without null characters", repr(path))
    return name
