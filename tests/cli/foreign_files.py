"""Small files of other formats, written by hand or by their own libraries, for the tests of the import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass
class EdfChannel:
    """A signal of an EDF file: counts, and what its header says."""

    label: str
    counts: Any
    per_record: int
    unit: str = "uV"
    physical: tuple[float, float] = (-3276.8, 3276.7)
    digital: tuple[int, int] = (-32768, 32767)


@dataclass
class Edf:
    """An EDF, EDF+ or BDF+ file; `onsets` are the starts of its data records, for the timekeeping."""

    channels: Sequence[EdfChannel]
    record_s: float = 1
    reserved: str = ""
    onsets: Sequence[float] | None = None
    annotations: Sequence[str] = ()
    """TALs of the first record, such as "+1.5\\x150.5\\x14cramp\\x14\\x00"."""
    start: str = "26.02.1808.24.27"
    bdf: bool = False
    identification: tuple[str, str] = ("X X X X", "Startdate 26-FEB-2018 X X X")
    header_encoding: str = "ascii"
    tal_bytes: int = field(default=240)

    def bytes(self) -> bytes:
        width = 3 if self.bdf else 2
        records = len(self.channels[0].counts) // self.channels[0].per_record
        labels = [c.label for c in self.channels]
        fields: list[list[Any]] = [
            labels,
            ["" for _ in labels],
            [c.unit for c in self.channels],
            [c.physical[0] for c in self.channels],
            [c.physical[1] for c in self.channels],
            [c.digital[0] for c in self.channels],
            [c.digital[1] for c in self.channels],
            ["" for _ in labels],
            [c.per_record for c in self.channels],
            ["" for _ in labels],
        ]
        if self.onsets is not None:
            low, high = (-8388608, 8388607) if self.bdf else (-32768, 32767)
            tal = ["BDF Annotations" if self.bdf else "EDF Annotations", "", "", -1, 1, low, high, ""]
            for column, value in zip(fields, [*tal, self.tal_bytes // width, ""], strict=True):
                column.append(value)
        count = len(fields[0])
        head = "".join(
            [
                "\xffBIOSEMI" if self.bdf else "0       ",
                self.identification[0].ljust(80),
                self.identification[1].ljust(80),
                self.start,
                str(256 * (count + 1)).ljust(8),
                self.reserved.ljust(44),
                str(records).ljust(8),
                f"{self.record_s:g}".ljust(8),
                str(count).ljust(4),
            ]
        )
        for size, column in zip((16, 80, 8, 8, 8, 8, 8, 80, 8, 32), fields, strict=True):
            head += "".join(f"{v:g}".ljust(size) if isinstance(v, float) else str(v).ljust(size) for v in column)
        out = [head.encode("latin-1")]
        for i in range(records):
            for c in self.channels:
                part = np.asarray(c.counts[i * c.per_record : (i + 1) * c.per_record], dtype="<i4")
                out.append(part.view(np.uint8).reshape(-1, 4)[:, :width].tobytes())
            if self.onsets is not None:
                tals = f"+{self.onsets[i]:g}\x14\x14\x00" + ("".join(self.annotations) if i == 0 else "")
                out.append(tals.encode().ljust(self.tal_bytes, b"\0"))
        return b"".join(out)

    def write(self, path: Path) -> Path:
        path.write_bytes(self.bytes())
        return path


def brainvision(
    folder: Path,
    volts: Any,
    channels: Sequence[str],
    markers: Sequence[str],
    interval_us: float = 1000,
    binary: str = "IEEE_FLOAT_32",
) -> Path:
    """Write NAME.vhdr, .eeg and .vmrk; `channels` are the texts behind Ch<n>=."""
    header = [
        "Brain Vision Data Exchange Header File Version 1.0",
        "[Common Infos]",
        "Codepage=UTF-8",
        "DataFile=a.eeg",
        "MarkerFile=a.vmrk",
        "DataFormat=BINARY",
        "DataOrientation=MULTIPLEXED",
        f"NumberOfChannels={len(channels)}",
        f"SamplingInterval={interval_us}",
        "[Binary Infos]",
        f"BinaryFormat={binary}",
        "[Channel Infos]",
        *(f"Ch{i + 1}={c}" for i, c in enumerate(channels)),
    ]
    (folder / "a.vhdr").write_text("\n".join(header) + "\n", encoding="utf-8")
    rows = ["Brain Vision Data Exchange Marker File, Version 1.0", "[Common Infos]", "DataFile=a.eeg", "[Marker Infos]"]
    (folder / "a.vmrk").write_text("\n".join([*rows, *markers]) + "\n", encoding="utf-8")
    kind = {"IEEE_FLOAT_32": "<f4", "INT_16": "<i2"}[binary]
    np.asarray(volts).astype(kind).tofile(folder / "a.eeg")
    return folder / "a.vhdr"
