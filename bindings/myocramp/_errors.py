"""The exceptions of the library: one tree, each with a code for programs and a message for people."""

from __future__ import annotations

from typing import Any


class MyocrampError(Exception):
    """Root of every error that the library raises; the text reads ``FILE: PLACE: expected X, found Y``.

    Attributes
    ----------
    code : str
        Stable name of the error, such as ``"E-RATE"``.
    file : str
        The file concerned, or "".
    place : str
        Path in the file, option or parameter, or "".
    expected, found : str
        What would have been right, and what was there instead.
    """

    def __init__(self, code: str, file: str, place: str, expected: str, found: str) -> None:
        parts = [part for part in (file, place) if part]
        super().__init__(": ".join([*parts, f"expected {expected}, found {found}"]))
        self.code = code
        self.file = file
        self.place = place
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        # OSError would make its own text.
        return str(self.args[0])

    def __reduce__(self) -> tuple[type[MyocrampError], tuple[str, str, str, str, str], dict[str, Any]]:
        return type(self), (self.code, self.file, self.place, self.expected, self.found), {}


class InvalidArgument(MyocrampError, ValueError):
    """An option or argument that is wrong for any input, such as an order of 0 or a rate of NaN."""


class DataError(MyocrampError, ValueError):
    """An input that cannot be used as it is: corrupt, unrecognised, or unfit for the options."""


class IoError(MyocrampError, OSError):
    """A file that the system refused to read or write; ``filename`` names it, as for every OSError."""

    def __init__(self, code: str, file: str, place: str, expected: str, found: str) -> None:
        super().__init__(code, file, place, expected, found)
        self.filename = file or None


class InternalError(MyocrampError, RuntimeError):
    """A fault of the library itself; please report it."""


for _class in (MyocrampError, InvalidArgument, DataError, IoError, InternalError):
    _class.__module__ = "myocramp"
