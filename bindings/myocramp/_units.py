"""Units of volts by their names."""

from __future__ import annotations

from ._errors import InvalidArgument

_VOLTS = {
    "v": 1.0,
    "mv": 1e-3,
    "uv": 1e-6,
    "nv": 1e-9,
    "volt": 1.0,
    "volts": 1.0,
    "millivolt": 1e-3,
    "millivolts": 1e-3,
    "microvolt": 1e-6,
    "microvolts": 1e-6,
    "nanovolt": 1e-9,
    "nanovolts": 1e-9,
}


def volts_per(unit: str) -> float | None:
    """Volts in one of a unit: V, mV, uV, µV, nV or their names; None for what is no voltage."""
    plain = unit.strip().replace("\u00c2", "").replace("\u00b5", "u").replace("\u03bc", "u")
    if plain == "MV":
        return None  # megavolts to some, millivolts to others
    return _VOLTS.get(plain.lower())


def needed_volts_per(unit: str) -> float:
    """Volts in one of a unit that the caller names; InvalidArgument E-UNIT."""
    found = volts_per(str(unit))
    if found is None:
        raise InvalidArgument("E-UNIT", "", "unit", "V, mV, uV or nV", repr(unit))
    return found
