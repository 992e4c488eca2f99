"""What the tests of the command share: the command, recordings for it, and readers of what it writes."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

GUARD_S = 240  # only so that a command that hangs fails its test
STEP_UV = 3000 / 2**16  # of a 16 bit converter with 3 V and gain 1000
ERROR_LINE = re.compile(r"^myocramp: error\[(?P<code>E-[A-Z0-9-]+)\]: (?P<text>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Code and text of every error line."""
        return ERROR_LINE.findall(self.err)

    @property
    def error(self) -> tuple[str, str]:
        """The one error line."""
        assert len(self.errors) == 1, self.err
        return self.errors[0]


class Command:
    """Runs the executable under test."""

    def __init__(self, program: Path) -> None:
        self.program = program

    @property
    def is_script(self) -> bool:
        """Whether it is the Python package's script and not the bare binary."""
        return self.program.read_bytes()[:2] == b"#!"

    def start(self, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        """Start it in a session of its own, so that `stop` ends its workers too."""
        return subprocess.Popen(
            [self.program, *map(os.fspath, map(_argument, arguments))],
            stdin=subprocess.DEVNULL,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            **options,
        )

    def __call__(self, *arguments: object, **options: Any) -> Finished:
        process = self.start(*arguments, **options)
        try:
            out, err = process.communicate(timeout=GUARD_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            pytest.fail(f"does not end: {arguments}")
        return Finished(process.returncode, out or "", err)


def _argument(value: object) -> str | bytes | os.PathLike[str]:
    return value if isinstance(value, str | bytes | os.PathLike) else str(value)


@pytest.fixture(scope="session")
def myocramp() -> Command:
    """Return the command: MYOCRAMP_COMMAND, or the one that is installed beside this Python."""
    named = os.environ.get("MYOCRAMP_COMMAND")
    program = Path(named) if named else Path(sys.executable).parent / "myocramp"
    if not program.is_file():
        pytest.fail(f"no command to test: {program} is not there; set MYOCRAMP_COMMAND")
    return Command(program.absolute())


@pytest.fixture(scope="session")
def real_recordings() -> Path:
    """Return the folder of real OpenSignals recordings."""
    named = os.environ.get("MYOCRAMP_DATA")
    if not named:
        pytest.skip("MYOCRAMP_DATA does not name the folder of real recordings")
    folder = Path(named) / "bsnb"
    if not folder.is_dir():
        pytest.skip(f"no real recordings in {folder}")
    return folder


# --- recordings -----------------------------------------------------------------------------------

MAC = "00:07:80:00:00:01"


@dataclass
class Device:
    """One device of an OpenSignals file.

    `attributes` replace those of the group, and None leaves one out; so do `channel_attributes` for the channels.
    """

    counts: Any
    mac: str = MAC
    rate: Any = 1000
    resolution: Any = 16
    first_channel: int = 1
    attributes: dict[str, Any] = field(default_factory=dict)
    channel_attributes: dict[str, Any] = field(default_factory=dict)
    storage: dict[str, Any] = field(default_factory=dict)  # further arguments of create_dataset

    def write(self, file: h5py.File) -> None:
        counts = np.asarray(self.counts)
        columns = counts[:, np.newaxis] if counts.ndim == 1 else counts
        numbers = np.arange(self.first_channel, self.first_channel + columns.shape[1])
        group = file.create_group(self.mac)
        attributes = {
            "channels": numbers,
            "resolution": np.full(len(numbers), self.resolution),
            "sampling rate": self.rate,
            "nsamples": len(columns),
            "device": "channeller",
            "device name": self.mac,
            "macaddress": self.mac,
            "date": "2024-2-29",
            "time": "12:34:56.7",
        }
        _set_attributes(group, attributes | self.attributes)
        raw = group.create_group("raw")
        for number, column in zip(numbers, columns.T, strict=True):
            dataset = raw.create_dataset(f"channel_{number}", data=column[:, np.newaxis], **self.storage)
            _set_attributes(dataset, {"sensor": "EMG", "label": f"lead {number}"} | self.channel_attributes)


def _set_attributes(target: h5py.HLObject, attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        if value is not None:
            target.attrs[name] = value


WriteRecording = Callable[..., Path]


@pytest.fixture(scope="session")
def device() -> type[Device]:
    """Return the class of a device, for files of several."""
    return Device


@pytest.fixture(scope="session")
def write_recording() -> WriteRecording:
    """Return a writer of OpenSignals files.

    It takes a path, then counts and fields of a Device, or several devices; `edit` changes what no field can say.
    """

    def write(
        path: Path,
        counts: Any = None,
        *,
        devices: list[Device] | None = None,
        edit: Callable[[h5py.File], None] | None = None,
        **fields: Any,
    ) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        if devices is None:
            devices = [Device(counts if counts is not None else to_counts(emg(4)), **fields)]
        with h5py.File(path, "w", libver=("earliest", "v110")) as file:
            for one in devices:
                one.write(file)
            if edit is not None:
                edit(file)
        return path

    return write


def emg(
    duration_s: float,
    *bursts: tuple[float, float, float],
    rate: float = 1000,
    noise_uv: float = 2,
    seed: int = 1,
) -> np.ndarray:
    """White noise in microvolts, and bursts of (start, stop, RMS with it) whose spectrum is that of surface EMG."""
    n = round(duration_s * rate)
    random = np.random.default_rng(seed)
    x = noise_uv * random.standard_normal(n)
    f = np.fft.rfftfreq(n, 1 / rate) / 90
    gain = np.where(f > 1 / 6, f / (1 + f**2) ** 1.5, 0)
    muscle = np.fft.irfft(np.fft.rfft(random.standard_normal(n)) * gain, n)
    muscle /= muscle.std()
    for start, stop, level in bursts:
        inside = slice(round(start * rate), round(stop * rate))
        x[inside] += np.sqrt(max(0.0, level**2 - noise_uv**2)) * muscle[inside]
    return x


def to_counts(microvolts: np.ndarray, bits: int = 16) -> np.ndarray:
    """Converter counts of microvolts, clipped to the converter's range."""
    step = STEP_UV * 2.0 ** (16 - bits)
    return np.clip(np.rint(microvolts / step) + 2 ** (bits - 1), 0, 2**bits - 1).astype(np.uint16)


@pytest.fixture(scope="session")
def make_emg() -> Callable[..., np.ndarray]:
    return emg


@pytest.fixture(scope="session")
def make_counts() -> Callable[..., np.ndarray]:
    return to_counts


@pytest.fixture(scope="session")
def demo(myocramp: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the demonstration recordings; not to be written to."""
    folder = tmp_path_factory.mktemp("demo") / "recordings"
    done = myocramp("simulate", "demo", "-o", folder, "--seed", 1)
    assert done.code == 0, done.err
    return folder


@pytest.fixture(scope="session")
def demo_results(myocramp: Command, demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what `analyse` makes of the demonstration recordings; not to be written to."""
    results = tmp_path_factory.mktemp("demo") / "results"
    done = myocramp("analyse", demo, "-o", results)
    assert done.code == 0, done.err
    return results


# --- what the command writes ----------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """A TSV file: columns and rows of text."""

    columns: list[str]
    rows: list[dict[str, str]]

    def __iter__(self) -> Iterator[dict[str, str]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def parse_table(text: str) -> Table:
    """Read a TSV text, holding it to what every table of ours promises."""
    assert text.endswith("\n")
    assert "\r" not in text
    header, *lines = text[:-1].split("\n")
    columns = header.split("\t")
    rows = [line.split("\t") for line in lines]
    assert all(len(row) == len(columns) for row in rows)
    assert all(cell for row in rows for cell in row), "a missing value is n/a"
    return Table(columns, [dict(zip(columns, row, strict=True)) for row in rows])


@pytest.fixture(scope="session")
def table() -> Callable[[Path | str], Table]:
    """Return a reader of tables: of a file's path, or of text."""

    def read(source: Path | str) -> Table:
        return parse_table(source.read_bytes().decode("utf-8") if isinstance(source, Path) else source)

    return read


@pytest.fixture(scope="session")
def tree() -> Callable[[Path], dict[str, str]]:
    """Return a function that digests every file of a result folder, but for the log, which may differ between runs."""

    def digest(folder: Path) -> dict[str, str]:
        return {
            path.relative_to(folder).as_posix(): "folder"
            if path.is_dir()
            else hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path != folder / "run.log.jsonl"
        }

    return digest


@pytest.fixture(scope="session")
def read_json() -> Callable[[Path], Any]:
    return lambda path: json.loads(path.read_text(encoding="utf-8"))


# --- agreement with labels ------------------------------------------------------------------------

Span = tuple[float, float]


def overlap(a: Span, b: Span) -> float:
    """Intersection over union of two spans."""
    common = max(0.0, min(a[1], b[1]) - max(a[0], b[0]))
    return common / (max(a[1], b[1]) - min(a[0], b[0]))


@pytest.fixture(scope="session")
def match() -> Callable[[list[Span], list[Span]], dict[int, int]]:
    """Return a function that pairs labels with events one to one, best overlap first, where it is at least a half."""

    def pair(labels: list[Span], events: list[Span]) -> dict[int, int]:
        scored = sorted(
            ((overlap(a, b), i, k) for i, a in enumerate(labels) for k, b in enumerate(events)), reverse=True
        )
        pairs: dict[int, int] = {}
        for score, i, k in scored:
            if score >= 0.5 and i not in pairs and k not in pairs.values():
                pairs[i] = k
        return pairs

    return pair


@pytest.fixture(scope="module")
def counts(make_counts, make_emg):
    return [make_counts(make_emg(8, (2, 5, 60), seed=k)) for k in range(4)]


@pytest.fixture
def folder(write_recording, counts, tmp_path):
    """Return a folder of two good recordings."""
    write_recording(tmp_path / "in" / "a.h5", counts[0])
    write_recording(tmp_path / "in" / "sub" / "b.hdf5", counts[1])
    return tmp_path / "in"
