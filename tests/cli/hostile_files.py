"""Corrupt and hostile files, each made from a good small recording by h5py and byte edits, the same bytes every time.

A case says how to make the file, which codes a refusal may have, and whether the damage may also be harmless.
"""

import fcntl
import os
import shutil
import socket
import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

OLD = ("earliest", "v110")
NEW = ("v110", "v110")
ROWS = 4000
RATE = 1000.0
CHUNK = 500
GROUP = "/00:07:80:00:00:01"
TEXT = h5py.string_dtype()

# What may come of a file. Damage that no reader can notice, such as another digit of a rate, gives another answer.
REFUSED, SAME, ANY = "refused", "same", "any"

Make = Callable[[Path], Any]
Edit = Callable[[h5py.File], Any]


@dataclass(frozen=True)
class Case:
    """A hostile file: `make` writes it at a path, and may write more into the path's folder."""

    name: str
    make: Make
    layout: str = "opensignals"
    outcome: str = REFUSED
    codes: tuple[str, ...] = ("E-",)  # how the code of a refusal may begin
    outside: bool = False  # it asks for other files to be opened
    only: tuple[str, ...] = ()  # the commands it is for; all when empty
    filename: str = "recording.h5"
    environment: dict[str, str] = field(default_factory=dict)  # {folder} stands for the file's
    random: bool = False
    cpu_s: int = 2  # of each process


# --- good recordings --------------------------------------------------------------------------------


def counts(rows: int = ROWS) -> np.ndarray:
    """Return a column of 16 bit noise round the middle that is louder in its second half."""
    noise = np.random.default_rng(5).integers(-60, 61, rows)
    noise[rows // 2 :] *= 20
    return (32768 + noise).astype(np.uint16)[:, np.newaxis]


def volts(channels: int = 2) -> np.ndarray:
    return np.repeat((counts().astype(np.float32) - 32768) * 4e-8, channels, axis=1)


def opensignals(file: h5py.File, **storage: Any) -> None:
    group = file.create_group(GROUP)
    group.attrs["channels"] = [1]
    group.attrs["resolution"] = [16]
    group.attrs["sampling rate"] = 1000
    group.attrs["device"] = "channeller"
    group.attrs["date"] = "2024-2-29"
    group.attrs["time"] = "12:34:56.7"
    data = group.create_dataset("raw/channel_1", data=counts(), **storage)
    data.attrs["sensor"] = "EMG"
    data.attrs["label"] = "lead"


def _typed(target: h5py.HLObject, kind: str, space: str = "core") -> None:
    target.attrs["namespace"] = space
    target.attrs["neurodata_type"] = kind
    target.attrs["object_id"] = "00000000-0000-5000-8000-" + f"{zlib.crc32(target.name.encode()):012x}"


def _table(file: h5py.File, path: str, columns: dict[str, Any], kind: str = "DynamicTable") -> h5py.Group:
    group = file.create_group(path)
    _typed(group, kind, "core" if kind == "TimeIntervals" else "hdmf-common")
    group.attrs["colnames"] = np.array(list(columns), dtype=TEXT)
    group.attrs["description"] = "a table"
    rows = len(next(iter(columns.values())))
    _typed(group.create_dataset("id", data=np.arange(rows)), "ElementIdentifiers", "hdmf-common")
    for name, values in columns.items():
        text = isinstance(values[0], str)
        column = group.create_dataset(name, data=np.array(values, dtype=TEXT) if text else np.array(values))
        _typed(column, "VectorData", "hdmf-common")
        column.attrs["description"] = name
    return group


def nwb(file: h5py.File, **storage: Any) -> None:
    file.attrs["namespace"] = "core"
    file.attrs["neurodata_type"] = "NWBFile"
    file.attrs["nwb_version"] = "2.7.0"
    file.attrs["object_id"] = "00000000-0000-5000-8000-000000000000"
    start = "2024-02-29T12:34:56.700+00:00"
    file.create_dataset("file_create_date", data=np.array([start], dtype=TEXT))
    for name in ("session_start_time", "timestamps_reference_time"):
        file[name] = start
    file["identifier"] = "hostile"
    file["session_description"] = "EMG recording"
    for name in ("acquisition", "analysis", "processing", "stimulus/presentation", "stimulus/templates", "intervals"):
        file.create_group(name)
    device = file.create_group("general/devices/device")
    _typed(device, "Device")
    electrode_group = file.create_group("general/extracellular_ephys/device")
    _typed(electrode_group, "ElectrodeGroup")
    electrode_group.attrs["description"] = "electrodes"
    electrode_group.attrs["location"] = "calf"
    electrode_group["device"] = h5py.SoftLink("/general/devices/device")
    electrodes = _table(
        file,
        "general/extracellular_ephys/electrodes",
        {
            "location": ["gastrocnemius", "soleus"],
            "group_name": ["device", "device"],
            "channel_name": ["GM", "SO"],
            "muscle": ["gastrocnemius", "soleus"],
            "side": ["left", "left"],
        },
    )
    electrodes.create_dataset("group", data=np.array([electrode_group.ref] * 2, dtype=h5py.ref_dtype))
    _typed(electrodes["group"], "VectorData", "hdmf-common")
    series = file.create_group("acquisition/emg")
    _typed(series, "ElectricalSeries")
    series.attrs["description"] = "EMG"
    data = series.create_dataset("data", data=np.repeat(counts().astype(np.int32) - 32768, 2, axis=1), **storage)
    data.attrs["unit"] = "volts"
    data.attrs["conversion"] = 4.577e-8
    data.attrs["offset"] = 0.0
    data.attrs["resolution"] = -1.0
    series["starting_time"] = 0.0
    series["starting_time"].attrs["rate"] = RATE
    series["starting_time"].attrs["unit"] = "seconds"
    series["electrodes"] = np.arange(2)
    _typed(series["electrodes"], "DynamicTableRegion", "hdmf-common")
    series["electrodes"].attrs["table"] = electrodes.ref
    series["electrodes"].attrs["description"] = "both"
    _table(
        file,
        "intervals/cramp_episodes",
        {
            "start_time": [1.0, 2.0],
            "stop_time": [1.5, 3.5],
            "label": ["twitch", "cramp"],
            "channels": ["GM", "GM|SO"],
            "annotator": ["n/a", "n/a"],
            "label_source": ["manual", "manual"],
            "confidence": [1.0, 0.5],
        },
        "TimeIntervals",
    )
    _table(
        file,
        "intervals/protocol",
        {
            "start_time": [0.0],
            "stop_time": [4.0],
            "phase": ["rest"],
            "posture": ["n/a"],
            "joint_angle_deg": [float("nan")],
        },
        "TimeIntervals",
    )
    _table(
        file,
        "acquisition/session_covariates",
        {
            "covariate": ["sodium"],
            "value": [140.0],
            "value_text": ["n/a"],
            "unit": ["mmol/l"],
            "time": [0.0],
            "method": ["n/a"],
        },
    )


def matlab73(file: h5py.File, **storage: Any) -> None:
    struct = file.create_group("recording")
    struct.attrs["MATLAB_class"] = np.bytes_("struct")
    struct.create_dataset("data", data=volts().astype(np.float64).T, **storage)
    struct["fs"] = np.array([[RATE]])
    struct["units"] = np.array([[ord("V")]], np.uint16)
    for name, kind in (("data", "double"), ("fs", "double"), ("units", "char")):
        struct[name].attrs["MATLAB_class"] = np.bytes_(kind)


GTEC_TASK = (
    "<AcquisitionTaskDescription><SamplingFrequency>1000</SamplingFrequency><SampleRate>1000</SampleRate><ChannelProperties>"
    + "".join(
        f"<ChannelProperties><PhysicalChannelNumber>{k}</PhysicalChannelNumber><ChannelName>{name}</ChannelName>"
        "<ChannelType>EMG</ChannelType></ChannelProperties>"
        for k, name in enumerate(("GM", "SO"))
    )
    + "</ChannelProperties></AcquisitionTaskDescription>"
)


def gtec(file: h5py.File, **storage: Any) -> None:
    file.create_dataset("RawData/Samples", data=volts() * np.float32(1e6), **storage)
    file["RawData/AcquisitionTaskDescription"] = np.array([GTEC_TASK.encode()])
    file["RawData/SubjectDescription"] = np.array([b"<SubjectDescription/>"])
    file["RawData/SessionDescription"] = np.array([b"<SessionDescription/>"])
    file.create_group("AsynchronData")


def generic(file: h5py.File, **storage: Any) -> None:
    data = file.create_dataset("emg/data", data=volts(), **storage)
    data.attrs["rate"] = RATE


# {"rate_hz": "/emg/data@rate"}: values from the file are what a hostile file can reach.
GENERIC_DESCRIPTION = {"signal": "/emg/data", "axes": ["time", "channel"], "rate_hz": "/emg/data@rate", "unit": "V"}


@dataclass(frozen=True)
class Layout:
    """A layout: how to write a good recording, where its samples are and what else the reader asks for."""

    write: Callable[..., None]
    data: str
    attributes: tuple[tuple[str, str], ...] = ()  # path and name
    texts: tuple[str, ...] = ()  # datasets of text
    userblock: bytes = b""
    dtype: str = "u2"  # of the samples, as are those of shape (rows, columns) and in chunks that replace them
    columns: int = 2
    time_last: bool = False

    def shape(self, rows: int) -> tuple[int, int]:
        return (self.columns, rows) if self.time_last else (rows, self.columns)

    def chunk_bytes(self, rows: int) -> int:
        return rows * self.columns * np.dtype(self.dtype).itemsize


# The two layouts that meet every kind of damage. The others share their way to the samples and meet a choice.
FULL = ("opensignals", "nwb")

LAYOUTS = {
    "opensignals": Layout(
        opensignals,
        f"{GROUP}/raw/channel_1",
        (
            *tuple((GROUP, name) for name in ("sampling rate", "channels", "resolution", "device", "date")),
            (f"{GROUP}/raw/channel_1", "sensor"),
        ),
        columns=1,
    ),
    "nwb": Layout(
        nwb,
        "/acquisition/emg/data",
        (
            ("/acquisition/emg/data", "conversion"),
            ("/acquisition/emg/data", "unit"),
            ("/acquisition/emg/starting_time", "rate"),
            ("/acquisition/emg", "neurodata_type"),
            ("/", "nwb_version"),
            ("/intervals/cramp_episodes", "colnames"),
            ("/acquisition/emg/electrodes", "table"),
        ),
        ("/session_start_time", "/identifier", "/session_description"),
        dtype="i4",
    ),
    "matlab73": Layout(
        matlab73,
        "/recording/data",
        (("/recording/data", "MATLAB_class"),),
        ("/recording/units",),
        userblock=b"MATLAB 7.3 MAT-file".ljust(512),
        dtype="f8",
        time_last=True,
    ),
    "gtec": Layout(gtec, "/RawData/Samples", (), ("/RawData/AcquisitionTaskDescription",), dtype="f4"),
    "generic": Layout(generic, "/emg/data", (("/emg/data", "rate"),), dtype="f4"),
}


def good(path: Path, layout: str = "opensignals", libver: tuple[str, str] = OLD, **storage: Any) -> Path:
    """Write a good recording."""
    about = LAYOUTS[layout]
    with h5py.File(path, "w", libver=libver, userblock_size=len(about.userblock), track_order=False) as file:
        about.write(file, **storage)
    if about.userblock:
        with path.open("r+b") as content:
            content.write(about.userblock)
    return path


# --- ways to damage it ------------------------------------------------------------------------------


def edited(edit: Edit, layout: str = "opensignals", libver: tuple[str, str] = OLD, **storage: Any) -> Make:
    """Write a good recording and edit it by h5py."""

    def make(path: Path) -> None:
        good(path, layout, libver, **storage)
        with h5py.File(path, "r+", libver=libver) as file:
            edit(file)

    return make


def replaced(path: str, create: Callable[[h5py.Group, str], Any]) -> Edit:
    """Put another object in the place of one, with the attributes of the first as far as it can have them."""

    def edit(file: h5py.File) -> None:
        attributes = dict(file[path].attrs)
        del file[path]
        parent, _, name = path.rpartition("/")
        create(file[parent or "/"], name)
        # Through the link only where it stays in the file: h5py would follow the others.
        if isinstance(file.get(path, getlink=True), h5py.HardLink):
            for key, value in attributes.items():
                file[path].attrs[key] = value

    return edit


def dataset(**arguments: Any) -> Callable[[h5py.Group, str], Any]:
    return lambda group, name: group.create_dataset(name, **arguments)


def attribute(path: str, name: str, value: Any) -> Edit:
    def edit(file: h5py.File) -> None:
        if name in file[path].attrs:
            del file[path].attrs[name]
        file[path].attrs[name] = value

    return edit


def raw_attribute(path: str, name: str, kind: h5py.h5t.TypeID, content: bytes) -> Edit:
    """Make an attribute of a type that NumPy does not have."""

    def edit(file: h5py.File) -> None:
        if name in file[path].attrs:
            del file[path].attrs[name]
        space = h5py.h5s.create(h5py.h5s.SCALAR)
        h5py.h5a.create(file[path].id, name.encode(), kind, space).write(np.frombuffer(content, np.uint8), mtype=kind)

    return edit


def patched(*patches: tuple[int, bytes], layout: str = "opensignals", **options: Any) -> Make:
    """Write a good recording and put bytes at places; a negative place counts from the end."""

    def make(path: Path) -> None:
        content = bytearray(good(path, layout, **options).read_bytes())
        for place, new in patches:
            place %= len(content)
            content[place : place + len(new)] = new
        path.write_bytes(content)

    return make


def at_signature(signature: bytes, change: Callable[[bytearray, int], None], layout: str, **options: Any) -> Make:
    """Write a good recording and change each structure that begins with a signature."""

    def make(path: Path) -> None:
        content = bytearray(good(path, layout, **options).read_bytes())
        place = content.find(signature)
        assert place >= 0, f"no {signature!r} in the file"
        while place >= 0:
            change(content, place)
            place = content.find(signature, place + len(signature))
        path.write_bytes(content)

    return make


def loop_to_itself(content: bytearray, place: int) -> None:
    """Make a node of a B-tree its own child."""
    if content[place : place + 4] == b"TREE":
        content[place + 5] = 1  # level: its children are nodes
        key = 8 if content[place + 4] == 0 else 32
        base = len(LAYOUTS["matlab73"].userblock) if content[:8] != b"\x89HDF\r\n\x1a\n" else 0
        struct.pack_into("<Q", content, place + 24 + key, place - base)


def undefined_child(content: bytearray, place: int) -> None:
    key = 8 if content[place + 4] == 0 else 32
    content[place + 24 + key : place + 32 + key] = b"\xff" * 8


def many_entries(content: bytearray, place: int) -> None:
    content[place + 6 : place + 8] = b"\xff\xff"


def garbage(content: bytearray, place: int) -> None:
    content[place + 4 : place + 24] = b"\xa5" * 20


def links_damaged(path: str, change: Callable[[bytearray, int], None], layout: str) -> Make:
    """Write a good recording with a group whose links stand in its header, and change that from its link info on."""

    def edit(file: h5py.File) -> None:
        creation = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
        creation.set_link_creation_order(h5py.h5p.CRT_ORDER_TRACKED)
        group = h5py.Group(h5py.h5g.create(file.id, b"new", gcpl=creation))
        group.attrs.update(file[path].attrs)
        for name in list(file[path]):
            file.move(f"{path}/{name}", f"/new/{name}")
        del file[path]
        file.move("/new", path)

    def make(target: Path) -> None:
        edited(edit, layout)(target)
        content = bytearray(target.read_bytes())
        place = content.find(b"\x02\0\x20\0\0\0\0\0\0\x01")  # of 32 bytes, version 0, flags 1: the order is tracked
        assert place >= 0
        change(content, place)
        target.write_bytes(content)

    return make


def heap_elsewhere(content: bytearray, place: int) -> None:
    """Have the links in a heap, at an address without one."""
    assert content[place + 18 : place + 26] == b"\xff" * 8
    content[place + 18] = 1


def flipped(seed: int, layout: str, edits: int = 6, **options: Any) -> Make:
    """Write a good recording and change a few bytes that are not samples."""

    def make(path: Path) -> None:
        content = bytearray(good(path, layout, **options).read_bytes())
        with h5py.File(path) as file:
            samples = sample_spans(file[LAYOUTS[layout].data])
        random = np.random.default_rng(seed)
        free = np.ones(len(content), bool)
        for begin, end in samples:
            free[begin:end] = False
        for place in random.choice(np.flatnonzero(free), edits):
            content[place] = random.choice([0, 1, 0x7F, 0x80, 0xFF, content[place] ^ 1 << random.integers(8)])
        path.write_bytes(content)

    return make


def sample_spans(data: h5py.Dataset) -> list[tuple[int, int]]:
    if data.chunks is None:
        begin = data.id.get_offset() or 0
        return [(begin, begin + data.id.get_storage_size())]
    chunks = [data.id.get_chunk_info(k) for k in range(data.id.get_num_chunks())]
    return [(chunk.byte_offset, chunk.byte_offset + chunk.size) for chunk in chunks]


def cut(part: float, layout: str, **options: Any) -> Make:
    return lambda path: os.truncate(good(path, layout, **options), int(path.stat().st_size * part))


def chunks_written(layout: str, chunk: bytes, *, rows: int = ROWS, chunk_rows: int = CHUNK, mask: int = 0) -> Make:
    """Put ready-made chunks in the place of the samples."""
    about = LAYOUTS[layout]
    shape, chunks = about.shape(rows), about.shape(chunk_rows)

    def create(group: h5py.Group, name: str) -> None:
        data = group.create_dataset(name, shape=shape, chunks=chunks, dtype=about.dtype, compression="gzip")
        for index in np.ndindex(*(-(-n // size) for n, size in zip(shape, chunks, strict=True))):
            start = tuple(k * size for k, size in zip(index, chunks, strict=True))
            data.id.write_direct_chunk(start, chunk, filter_mask=mask)

    return edited(replaced(LAYOUTS[layout].data, create), layout)


def endless_zeros(megabytes: int) -> bytes:
    """Return a zlib stream of many zeros, put together from blocks that do not know of each other."""
    block = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = block.compress(bytes(1 << 20)) + block.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\x9c" + packed * megabytes + b"\x03\x00" + struct.pack(">I", (megabytes << 20) % 65521 << 16 | 1)


# --- cases: storage of samples ----------------------------------------------------------------------


def low_level(kind: h5py.h5t.TypeID, shape: tuple[int, ...]) -> Callable[[h5py.Group, str], Any]:
    return lambda group, name: h5py.h5d.create(group.id, name.encode(), kind, h5py.h5s.create_simple(shape))


def type_of_size(size: int) -> h5py.h5t.TypeID:
    kind = h5py.h5t.C_S1.copy()
    kind.set_size(size)
    return kind


WRONG_TYPES: dict[str, Callable[[h5py.Group, str], Any]] = {
    "text": dataset(data=np.full((ROWS, 2), b"1")),
    "vlen_text": dataset(data=np.full((50, 2), "1", dtype=object), dtype=TEXT),
    "compound": dataset(data=np.zeros((ROWS, 2), [("a", "i2"), ("b", "f8")])),
    "enum": dataset(shape=(ROWS, 2), dtype=h5py.enum_dtype({"a": 1, "b": 2}, basetype="i2"), fillvalue=1),
    "bool": dataset(data=np.zeros((ROWS, 2), bool)),
    "vlen": dataset(shape=(50, 2), dtype=h5py.vlen_dtype(np.int16)),
    "reference": lambda group, name: group.create_dataset(name, data=np.full(9, group.ref), dtype=h5py.ref_dtype),
    "region_reference": dataset(shape=(9,), dtype=h5py.regionref_dtype),
    "opaque": dataset(data=np.zeros((ROWS, 2), "V16")),
    "float16": dataset(data=np.zeros((ROWS, 2), np.float16)),
    "complex": dataset(data=np.zeros((ROWS, 2), np.complex64)),
    "array": low_level(h5py.h5t.array_create(h5py.h5t.STD_I16LE, (2,)), (ROWS,)),
    "bitfield": low_level(h5py.h5t.STD_B16LE, (ROWS, 2)),
    "odd_bits": lambda group, name: low_level(odd_integer(), (ROWS, 2))(group, name),
    "text_of_2_GiB": lambda group, name: low_level(type_of_size(2**31 - 1), (2, 2))(group, name),
    "opaque_of_2_GiB": lambda group, name: low_level(h5py.h5t.create(h5py.h5t.OPAQUE, 2**31 - 1), (2, 2))(group, name),
}


def odd_integer() -> h5py.h5t.TypeID:
    kind = h5py.h5t.STD_I32LE.copy()
    kind.set_precision(17)
    kind.set_offset(3)
    return kind


def null_space(group: h5py.Group, name: str) -> None:
    group[name] = h5py.Empty("i2")


WRONG_SHAPES: dict[str, Callable[[h5py.Group, str], Any]] = {
    "null": null_space,
    "rank_0": dataset(data=np.int16(7)),
    "rank_3": dataset(data=np.zeros((ROWS, 2, 1), "i2")),
    "rank_8": dataset(data=np.zeros((2,) * 8, "i2")),
    "rank_32": dataset(data=np.zeros((1,) * 32, "i2")),
    "no_rows": dataset(shape=(0, 2), dtype="i2"),
    "no_columns": dataset(shape=(ROWS, 0), dtype="i2"),
    "rows_2e33_columns_2e33": dataset(shape=(2**33, 2**33), dtype="i2", chunks=(1024, 2)),
    "rows_2e61": dataset(shape=(2**61, 1), dtype="i2", chunks=(1024, 1)),
    "columns_2e61": dataset(shape=(1, 2**61), dtype="i2", chunks=(1, 1024)),
    "unlimited_2e62": dataset(shape=(2**62, 2), maxshape=(None, 2), dtype="i2", chunks=(1024, 2)),
    "contiguous_2e40": dataset(shape=(2**40, 2), dtype="i2"),
    "a_million_columns": dataset(shape=(2, 10**6), dtype="i2", fillvalue=1),
    "one_huge_chunk": dataset(shape=(2**30, 1), dtype="i2", chunks=(2**30, 1)),
    "no_chunks": dataset(shape=(ROWS, 2), dtype="i2", chunks=(CHUNK, 2)),
    "a_group": lambda group, name: group.create_group(name),
    "a_datatype": lambda group, name: group.__setitem__(name, np.dtype("i2")),
    "nothing": lambda group, name: None,
}


def implicit_chunks(layout: str) -> Callable[[h5py.Group, str], Any]:
    """Make a million chunks of one sample that need no index."""
    about = LAYOUTS[layout]

    def create(group: h5py.Group, name: str) -> None:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk(about.shape(1))
        plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        space = h5py.h5s.create_simple(about.shape(10**6))
        h5py.h5d.create(group.id, name.encode(), h5py.h5t.py_create(np.dtype(about.dtype)), space, plist)

    return create


def unknown_filter(number: int) -> Callable[[h5py.Group, str], Any]:
    def create(group: h5py.Group, name: str) -> None:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((CHUNK, 1))
        plist.set_filter(number, h5py.h5z.FLAG_OPTIONAL, (1, 2, 3))
        space = h5py.h5s.create_simple((ROWS, 1))
        data = h5py.Dataset(h5py.h5d.create(group.id, name.encode(), h5py.h5t.STD_I16LE, space, plist))
        for k in range(0, ROWS, CHUNK):
            data.id.write_direct_chunk((k, 0), bytes(2 * CHUNK))

    return create


def beyond_the_end(layout: str) -> Make:
    """Give the samples an address behind the file: the layout message holds address and size side by side."""

    def make(path: Path) -> None:
        content = bytearray(good(path, layout).read_bytes())
        with h5py.File(path) as file:
            data = file[LAYOUTS[layout].data].id
            offset, size = data.get_offset() - file.userblock_size, data.get_storage_size()
        place = content.find(struct.pack("<QQ", offset, size))
        assert place >= 0
        struct.pack_into("<Q", content, place, len(content) * 10)
        path.write_bytes(content)

    return make


def dimension_patched(rows: int, size: int) -> Make:
    """Change the rows of the dataspace message alone, by hand: the storage stays as it was."""

    def make(path: Path) -> None:
        content = bytearray(good(path).read_bytes())
        place = content.find(struct.pack("<QQQQ", ROWS, 1, ROWS, 1))
        assert place >= 0
        struct.pack_into("<QQQQ", content, place, rows, size, rows, size)
        path.write_bytes(content)

    return make


def type_size_patched(size: int) -> Make:
    """Change the size of the samples' type by hand; libhdf5 would not write it."""

    def make(path: Path) -> None:
        content = bytearray(good(path).read_bytes())
        # Class and version, bits, size 2, offset, precision.
        place = content.find(bytes.fromhex("10 00 00 00 02 00 00 00 00 00 10 00"))
        assert place >= 0
        struct.pack_into("<I", content, place + 4, size)
        path.write_bytes(content)

    return make


def storage_cases() -> Iterable[Case]:
    for layout, about in LAYOUTS.items():
        types = WRONG_TYPES if layout in FULL else {name: WRONG_TYPES[name] for name in ("text", "compound", "enum")}
        for name, create in (types | WRONG_SHAPES).items():
            yield Case(f"samples_{name}", edited(replaced(about.data, create), layout), layout)
        size = about.chunk_bytes(CHUNK)
        zeros = zlib.compress(bytes(size), 9)
        for what, stream in {
            "stream_too_short": zlib.compress(bytes(100)),
            "stream_too_long": zlib.compress(bytes(10**5)),
            "stream_cut_off": zeros[: len(zeros) // 2],
            "stream_of_nothing": zlib.compress(b""),
            "stream_of_2_GiB_in_a_small_chunk": endless_zeros(2048),
            "no_stream": b"\xa5" * 300,
        }.items():
            yield Case(what, chunks_written(layout, stream), layout, codes=("E-CORRUPT",))
        corrupt = {"layout": layout, "codes": ("E-CORRUPT",)}
        yield Case("filter_mask_set", chunks_written(layout, zeros, mask=1), **corrupt)
        # A chunk that is not packed, and says so, is as good as any other.
        yield Case("filter_mask_and_whole_chunk", chunks_written(layout, bytes(size), mask=1), layout, ANY)
        yield Case("filter_mask_and_longer_chunk", chunks_written(layout, bytes(3 * size), mask=1), **corrupt)
        yield Case("filter_mask_all_set", chunks_written(layout, zeros, mask=0xFFFFFFFF), **corrupt)
        chunk_rows = 2 * 10**7 // about.chunk_bytes(1)
        bomb = zlib.compress(bytes(about.chunk_bytes(chunk_rows)), 9)
        make = chunks_written(layout, bomb, rows=150 * chunk_rows, chunk_rows=chunk_rows)
        yield Case("bomb_of_3_GB", make, layout, codes=("E-SIZE",))
        if layout in FULL:
            make = edited(replaced(about.data, implicit_chunks(layout)), layout, NEW)
            # A good file, if an odd one: it is read, at 1 to 3 us a sample.
            yield Case("million_chunks_of_one_sample", make, layout, ANY, cpu_s=8)
        yield Case("samples_beyond_the_end", beyond_the_end(layout), layout)
        for number in (305, 307, 32000, 32001, 32004, 32015, 65535) if layout in FULL else (32004,):
            make = edited(replaced(about.data, unknown_filter(number)), layout)
            yield Case(f"filter_{number}", make, layout, codes=("E-FILTER",))
        samples = {"data": np.zeros(about.shape(ROWS), "i2"), "chunks": about.shape(CHUNK)}
        lzf = dataset(**samples, compression="lzf")
        yield Case("lzf", edited(replaced(about.data, lzf), layout), layout, codes=("E-FILTER",))
        offset = dataset(**samples, scaleoffset=4)
        yield Case("scale_offset", edited(replaced(about.data, offset), layout), layout, codes=("E-FILTER",))
    for rows, columns in ((2**33, 2**33), (2**61, 1), (2**63, 2), (ROWS + 1, 1), (ROWS, 2**40), (0, 2**40)):
        yield Case(f"dimensions_{rows}_{columns}", dimension_patched(rows, columns))
    yield Case("more_rows_than_limit", dimension_patched(2**64 - 1, 1))
    for size in (0, 1, 3, 255, 2**31 - 1, 2**32 - 1):
        yield Case(f"type_size_{size}", type_size_patched(size))


# --- cases: attributes and texts --------------------------------------------------------------------

CONTROL = "a\x1b[31m\x07\r\n\tb\x7f\x9b\u202e"
NOT_UTF8 = np.bytes_(b"\xff\xfe\x1b[2J\xc3(\xed\xa0\x80")

# Values of wrong types, and values that are wrong for a number or a text.
WRONG_VALUES: dict[str, Any] = {
    "nothing": None,
    "null": h5py.Empty("f8"),
    "no_values": np.zeros(0),
    "three_dimensions": np.ones((2, 2, 2)),
    "ten_million": np.ones(10**7, np.uint8),
    "compound": np.zeros((), [("a", "f8"), ("b", "i4")]),
    "opaque": np.void(b"\x01" * 16),
    "bool": True,
    "texts": np.array(["a", "b"] * 500, dtype=TEXT),
}
WRONG_NUMBERS: dict[str, Any] = {
    "float16": np.float16(1),
    "complex": 1 + 1j,
    "text": "x",
    "zero": 0.0,
    "negative": -1,
    "nan": np.nan,
    "infinite": np.inf,
    "huge": 1e308,
    "billion": 1e9,
    "denormal": 5e-324,
    "largest_integer": np.uint64(2**64 - 1),
}
WRONG_TEXTS: dict[str, Any] = {
    "number": 7,
    "no_text": "",
    "long_text": "x" * 60000,
    "control_characters": CONTROL,
    "not_utf8": NOT_UTF8,
}


def without(path: str, name: str) -> Edit:
    return lambda file: file[path].attrs.__delitem__(name)


def is_dense(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.nbytes > 60000


def attribute_cases() -> Iterable[Case]:
    for layout, about in LAYOUTS.items():
        for path, name in about.attributes:
            numeric = name in ("sampling rate", "channels", "resolution", "conversion", "rate")
            for what, value in (WRONG_VALUES | (WRONG_NUMBERS if numeric else WRONG_TEXTS)).items():
                edit = without(path, name) if what == "nothing" else attribute(path, name, value)
                make = edited(edit, layout, NEW if is_dense(value) else OLD)
                yield Case(f"{name.replace(' ', '_')}_{what}", make, layout, ANY)
            for what, kind in {
                "odd_bits": odd_integer(),
                "bitfield": h5py.h5t.STD_B8LE,
                "reference_to_nowhere": h5py.h5t.STD_REF_OBJ,
            }.items():
                content = b"\xf0" * kind.get_size()
                make = edited(raw_attribute(path, name, kind, content), layout)
                yield Case(f"{name.replace(' ', '_')}_{what}", make, layout, ANY)
        for path in about.texts:
            for what, create in {
                "a_number": dataset(data=7),
                "texts": dataset(data=np.array(["a", "b"] * 500, dtype=TEXT)),
                "10_MB": dataset(data="x" * 10**7),
                "fixed_of_2_GiB": lambda group, name: low_level(type_of_size(2**31 - 1), (1,))(group, name),
                "control_characters": dataset(data=CONTROL),
                "not_utf8": dataset(data=NOT_UTF8),
                "nothing": lambda group, name: None,
                "a_group": lambda group, name: group.create_group(name),
                "null": null_space,
                "a_soft_link": lambda group, name: group.__setitem__(name, h5py.SoftLink("/elsewhere")),
                "an_external_link": lambda group, name: group.__setitem__(
                    name, h5py.ExternalLink("elsewhere.h5", "/text")
                ),
            }.items():
                make = edited(replaced(path, create), layout)
                yield Case(f"{path.rpartition('/')[2]}_{what}", make, layout, ANY, outside="link" in what)
    for signature, what in ((b"GCOL", "global_heap"), (b"HEAP", "local_heap")):
        for layout in FULL:
            yield Case(f"{what}_garbage", at_signature(signature, garbage, layout), layout, ANY)
    yield Case("text_of_a_gigabyte", long_heap_text)


def long_heap_text(path: Path) -> None:
    """Let the reference to the device's name claim a gigabyte."""
    content = bytearray(good(path).read_bytes())
    heap = content.find(b"GCOL")
    place = content.find(struct.pack("<IQ", len("channeller"), heap))
    assert heap > 0
    assert place > 0
    struct.pack_into("<I", content, place, 10**9)
    path.write_bytes(content)


# --- cases: bytes -----------------------------------------------------------------------------------

FORMATS: dict[str, dict[str, Any]] = {
    "contiguous": {},
    "btree1": {"chunks": (CHUNK, 1), "compression": "gzip", "shuffle": True},
    "fixed_array": {"libver": NEW, "chunks": (CHUNK, 1), "compression": "gzip"},
    "extensible_array": {"libver": NEW, "chunks": (CHUNK, 1), "maxshape": (None, 1), "fletcher32": True},
    "btree2": {"libver": NEW, "chunks": (CHUNK, 1), "maxshape": (None, None)},
    "one_chunk": {"libver": NEW, "chunks": (ROWS, 1), "compression": "gzip"},
}


def byte_cases() -> Iterable[Case]:
    for storage, options in FORMATS.items():
        for seed in range(6):
            make = flipped(seed, "opensignals", **options)
            yield Case(f"flipped_{storage}_{seed}", make, "opensignals", ANY, random=True)
        for part in (0.03, 0.5, 0.97):
            yield Case(f"cut_{storage}_{part}", cut(part, "opensignals", **options))
    for layout in LAYOUTS:
        for part in (0.001, 0.01, 0.1, 0.3, 0.7, 0.9, 0.999):
            yield Case(f"cut_{part}", cut(part, layout), layout)
        for seed in range(100, 106):
            yield Case(f"flipped_{seed}", flipped(seed, layout), layout, ANY, random=True)
            yield Case(f"flipped_much_{seed}", flipped(seed, layout, edits=200), layout, ANY, random=True)
        for what, change in {
            "loop": loop_to_itself,
            "undefined_child": undefined_child,
            "entries_65535": many_entries,
            "garbage": garbage,
        }.items():
            yield Case(f"group_tree_{what}", at_signature(b"TREE", change, layout), layout)
            chunk = (1, CHUNK) if layout == "matlab73" else (CHUNK, 1)
            make = at_signature(b"TREE\x01", change, layout, chunks=chunk, compression="gzip")
            yield Case(f"chunk_tree_{what}", make, layout)
        if layout in FULL:
            group = GROUP if layout == "opensignals" else "/intervals"
            yield Case("links_heap_elsewhere", links_damaged(group, heap_elsewhere, layout), layout)
        yield Case("symbol_table_garbage", at_signature(b"SNOD", garbage, layout), layout)
    # Superblock of version 0: sizes, tree ranks, consistency flags, base and end addresses, root entry.
    for what, place, new in (
        ("version", 8, b"\xff"),
        ("size_of_offsets_0", 13, b"\0"),
        ("size_of_offsets_255", 13, b"\xff"),
        ("size_of_lengths_2", 14, b"\x02"),
        ("leaf_rank_0", 16, b"\0\0"),
        ("leaf_rank_65535", 16, b"\xff\xff"),
        ("tree_rank_65535", 18, b"\xff\xff"),
        ("base_address", 24, b"\0\0\1\0\0\0\0\0"),
        ("base_address_behind_the_end", 24, b"\xff\xff\xff\xff\xff\xff\xff\x7f"),
        ("end_of_file_small", 40, b"\x60\0\0\0\0\0\0\0"),
        ("end_of_file_large", 40, b"\xff\xff\xff\xff\xff\xff\xff\x7f"),
        ("driver_block", 48, b"\x60\0\0\0\0\0\0\0"),
        ("root_nowhere", 64, b"\xff" * 8),
        ("root_behind_the_end", 64, b"\xff\xff\xff\xff\xff\xff\0\0"),
        ("root_is_the_superblock", 64, b"\0" * 8),
        ("root_tree_nowhere", 80, b"\xff" * 8),
        ("root_heap_nowhere", 88, b"\xff" * 8),
    ):
        yield Case(f"superblock_{what}", patched((place, new)), "opensignals", ANY)
    for seed in range(4):
        place = 8 + seed * 9
        yield Case(f"superblock_3_byte_{place}", patched((place, b"\x5a"), libver=NEW), "opensignals", ANY)
    yield Case(
        "signature_twice", lambda path: path.write_bytes(good(path).read_bytes()[:512] + good(path).read_bytes())
    )
    yield Case("user_block_of_512", with_user_block(512, b"\0"), outcome=SAME)
    yield Case("user_block_of_1_MiB", with_user_block(1 << 20, b"\x89HDF\r\n\x1a\r"), outcome=SAME)
    yield Case("user_block_of_an_odd_size", with_user_block(700, b"\0"))
    yield Case("user_block_with_another_superblock", with_user_block(512, b"\x89HDF\r\n\x1a\n" + bytes(56)))
    yield Case(
        "bytes_behind_the_end", lambda path: path.write_bytes(good(path).read_bytes() + b"\xa5" * 5000), outcome=SAME
    )
    yield Case("left_open_by_a_writer", left_open(False), codes=("E-LOCKED",))
    yield Case("left_open_by_a_swmr_writer", left_open(True), outcome=SAME, codes=("E-LOCKED",))


def with_user_block(size: int, fill: bytes) -> Make:
    def make(path: Path) -> None:
        content = good(path).read_bytes()
        path.write_bytes((fill * (size // len(fill) + 1))[:size] + content)

    return make


def left_open(swmr: bool) -> Make:
    """Copy a file while it is written to, as a crash of the writer would leave it."""

    def make(path: Path) -> None:
        open_one = path.with_name("open.tmp")
        good(open_one, libver=NEW, chunks=(CHUNK, 1), maxshape=(None, 1))
        with h5py.File(open_one, "r+", libver=NEW) as file:
            if swmr:
                file.swmr_mode = True
            file.flush()
            shutil.copy(open_one, path)
        open_one.unlink()

    return make


# --- cases: what leads outside, and round in circles ------------------------------------------------


def elsewhere(folder: Path) -> None:
    """Write what links lead to: a good recording that would be read if the link were followed."""
    with h5py.File(folder / "elsewhere.h5", "w", libver=OLD) as file:
        opensignals(file)
        nwb(file)
        matlab73(file)
        gtec(file)
        file["text"] = "elsewhere"
        generic(file)
    (folder / "elsewhere.bin").write_bytes(bytes(16 * ROWS))


def outside(
    name: str,
    edit: Edit,
    layout: str,
    outcome: str = REFUSED,
    codes: tuple[str, ...] = ("E-",),
    **environment: str,
) -> Case:
    def make(path: Path) -> None:
        elsewhere(path.parent)
        edited(edit, layout)(path)

    return Case(name, make, layout, outcome, codes, outside=True, environment=environment)


def linked(path: str, link: Any) -> Edit:
    return replaced(path, lambda group, name: group.__setitem__(name, link))


def virtual(source: str, path: str) -> Callable[[h5py.Group, str], Any]:
    def create(group: h5py.Group, name: str) -> None:
        layout = h5py.VirtualLayout(shape=(ROWS, 1), dtype="u2")
        layout[...] = h5py.VirtualSource(source, path, shape=(ROWS, 1))
        group.create_virtual_dataset(name, layout)

    return create


def external(*files: tuple[str, int, int]) -> Callable[[h5py.Group, str], Any]:
    return dataset(shape=(ROWS, 1), dtype="u2", external=list(files))


def user_defined_link(path: Path) -> None:
    """Turn an external link into one of a class that nobody has registered."""
    edited(linked(LAYOUTS["opensignals"].data, h5py.ExternalLink("elsewhere.h5", "/x")), libver=NEW)(path)
    content = bytearray(path.read_bytes())
    place = content.find(b"channel_1", content.find(b"OHDR"))
    while place >= 0 and content[place - 2] != 64:  # class of an external link
        place = content.find(b"channel_1", place + 1)
    if place >= 0:
        content[place - 2] = 187
    path.write_bytes(content)


def outside_cases() -> Iterable[Case]:
    for layout, about in LAYOUTS.items():
        data = about.data
        parent = data.rpartition("/")[0]
        for what, create in {
            "virtual_elsewhere": virtual("elsewhere.h5", data),
            "virtual_itself": virtual(".", data),
            "virtual_missing": virtual("missing.h5", data),
            "external_storage": external(("elsewhere.bin", 0, 2 * ROWS)),
            "external_etc_passwd": external(("/etc/passwd", 0, 2 * ROWS)),
            "external_missing": external(("missing.bin", 0, 2 * ROWS)),
            "external_many": external(*[("elsewhere.bin", 0, 2 * ROWS // 20)] * 20),
        }.items():
            yield outside(what, replaced(data, create), layout, codes=("E-STORAGE",))
        for what, link in {
            "soft_link": h5py.SoftLink(data + "_other"),
            "soft_link_to_itself": h5py.SoftLink(data),
            "external_link": h5py.ExternalLink("elsewhere.h5", data),
            "external_link_to_itself": h5py.ExternalLink("recording.h5", data),
            "external_link_to_proc": h5py.ExternalLink("/proc/self/exe", data),
            "external_link_to_dev_zero": h5py.ExternalLink("/dev/zero", data),
        }.items():
            yield outside(what, linked(data, link), layout, codes=("E-LINK", "E-PATH"))
            if parent and (layout in FULL or what == "external_link"):
                yield outside(f"parent_{what}", linked(parent, link), layout)

        def chain(file: h5py.File, data: str = data) -> None:
            del file[data]
            file[data] = h5py.SoftLink("/link0")
            for k in range(30):
                file[f"/link{k}"] = h5py.SoftLink(f"/link{k + 1}")
            file["/link30"] = h5py.ExternalLink("elsewhere.h5", data)

        yield outside("soft_links_to_an_external_one", chain, layout)
        settings = {
            "HDF5_PLUGIN_PATH": "{folder}/plugins",
            "HDF5_VDS_PREFIX": "{folder}",
            "HDF5_EXT_PREFIX": "{folder}",
            "HDF5_EXTFILE_PREFIX": "{folder}",
            "HDF5_USE_FILE_LOCKING": "FALSE",
            "HDF5_DEBUG": "all",
        }
        for variable, value in settings.items() if layout in FULL else ():
            yield outside(f"environment_{variable}", lambda file: None, layout, SAME, **{variable: value})
        yield outside(
            "external_link_prefix",
            linked(data, h5py.ExternalLink("elsewhere.h5", data)),
            layout,
            HDF5_EXT_PREFIX="{folder}",
        )
        yield outside(
            "virtual_prefix", replaced(data, virtual("elsewhere.h5", data)), layout, HDF5_VDS_PREFIX="{folder}"
        )
        for number in (305, 32004):
            yield Case(
                f"plugin_for_filter_{number}",
                with_plugins(edited(replaced(data, unknown_filter(number)), layout)),
                layout,
                outside=True,
                environment={"HDF5_PLUGIN_PATH": "{folder}/plugins"},
            )
    yield Case("user_defined_link", user_defined_link, outside=True)


def with_plugins(make: Make) -> Make:
    def make_both(path: Path) -> None:
        (path.parent / "plugins").mkdir()
        (path.parent / "plugins" / "libh5hostile.so").write_bytes(b"\x7fELF" + bytes(2000))
        make(path)

    return make_both


def circle_cases() -> Iterable[Case]:
    for layout, about in LAYOUTS.items():
        parent = about.data.rpartition("/")[0] or "/"

        def cycle(file: h5py.File, parent: str = parent) -> None:
            file[f"{parent}/again"] = file["/"]
            file["/around"] = file[parent]

        def deep(file: h5py.File) -> None:
            group = file.create_group("deep")
            for _ in range(10**4):
                group = group.create_group("d")

        def crowded(file: h5py.File) -> None:
            for k in range(10**5):
                file.id.links.create_soft(b"link%d" % k, b"/nowhere")

        # At MATLAB's root a second name of a struct is a second signal.
        same = ANY if layout == "matlab73" else SAME
        yield Case("groups_in_a_circle", edited(cycle, layout), layout, same)
        yield Case("groups_10000_deep", edited(deep, layout, NEW), layout, SAME)
        if layout in FULL:
            yield Case("links_100000", edited(crowded, layout, NEW), layout, SAME)

    def itself(file: h5py.File) -> None:
        del file[GROUP]["raw"]
        file[GROUP]["raw"] = file[GROUP]

    yield Case("raw_is_its_own_parent", edited(itself))


# --- cases: meaning ---------------------------------------------------------------------------------

LABELS = "/intervals/cramp_episodes"
ELECTRODES = "/general/extracellular_ephys/electrodes"


def changed(path: str, values: Any) -> Edit:
    """Give a dataset other values, and length, and keep its attributes."""
    return replaced(path, dataset(data=values))


def timestamps(values: Any = None, **storage: Any) -> Edit:
    def edit(file: h5py.File) -> None:
        del file["/acquisition/emg/starting_time"]
        file["/acquisition/emg"].create_dataset("timestamps", **({"data": values} if values is not None else storage))
        file["/acquisition/emg/timestamps"].attrs["unit"] = "seconds"
        file["/acquisition/emg/timestamps"].attrs["interval"] = 1

    return edit


def many_labels(file: h5py.File) -> None:
    for name, column in file[LABELS].items():
        values = np.resize(column[...], 500_000)
        kind = TEXT if column.dtype == object else column.dtype
        replaced(f"{LABELS}/{name}", dataset(data=values.astype(object) if kind is TEXT else values, dtype=kind))(file)


def indexed(values: Any) -> Edit:
    """Make a column of the labels ragged, with an index."""

    def edit(file: h5py.File) -> None:
        index = file[LABELS].create_dataset("channels_index", data=np.array(values))
        _typed(index, "VectorIndex", "hdmf-common")
        index.attrs["target"] = file[f"{LABELS}/channels"].ref

    return edit


def meaning_cases() -> Iterable[Case]:
    second = np.arange(ROWS) / RATE
    backward = second.copy()
    backward[100:200] = second[200:100:-1]
    holes = second.copy()
    holes[50] = np.nan
    edits: dict[str, Edit] = {
        "timestamps_backward": timestamps(backward),
        "timestamps_nan": timestamps(holes),
        "timestamps_infinite": timestamps(np.where(second > 1, np.inf, second)),
        "timestamps_constant": timestamps(np.zeros(ROWS)),
        "timestamps_huge": timestamps(second * 1e300),
        "timestamps_negative": timestamps(second - 1e9),
        "timestamps_fewer": timestamps(second[:-1]),
        "timestamps_none": timestamps(np.zeros(0)),
        "timestamps_text": timestamps(np.array(["a"] * 10, dtype=TEXT)),
        "timestamps_integers": timestamps(np.arange(ROWS)),
        "timestamps_1e9": timestamps(shape=(10**9,), dtype="f8", chunks=(2**16,)),
        "timestamps_1e9_contiguous": timestamps(shape=(10**9,), dtype="f8"),
        "timestamps_2_dimensions": timestamps(second[:, np.newaxis]),
        "starting_time_nan": changed("/acquisition/emg/starting_time", np.nan),
        "starting_time_infinite": changed("/acquisition/emg/starting_time", -np.inf),
        "starting_time_array": changed("/acquisition/emg/starting_time", np.zeros(1000)),
        "starting_time_text": changed("/acquisition/emg/starting_time", "0"),
        "starting_time_huge": changed("/acquisition/emg/starting_time", 1e300),
        "starting_time_missing": lambda file: file.__delitem__("/acquisition/emg/starting_time"),
        "column_longer": changed(f"{LABELS}/label", np.array(["cramp"] * 1000, dtype=TEXT)),
        "column_shorter": changed(f"{LABELS}/stop_time", np.zeros(1)),
        "column_empty": changed(f"{LABELS}/start_time", np.zeros(0)),
        "column_text_for_numbers": changed(f"{LABELS}/start_time", np.array(["a", "b"], dtype=TEXT)),
        "column_numbers_for_text": changed(f"{LABELS}/label", np.array([1, 2])),
        "column_two_dimensions": changed(f"{LABELS}/start_time", np.zeros((2, 2))),
        "column_nan": changed(f"{LABELS}/start_time", np.array([np.nan, np.inf])),
        "column_backward": changed(f"{LABELS}/stop_time", np.array([-5.0, -1e300])),
        "column_a_group": replaced(f"{LABELS}/label", lambda group, name: group.create_group(name)),
        "column_missing": lambda file: file.__delitem__(f"{LABELS}/stop_time"),
        "column_control_characters": changed(f"{LABELS}/label", np.array([CONTROL, "cramp"], dtype=TEXT)),
        "column_long_text": changed(f"{LABELS}/annotator", np.array(["x" * 10**6, "y"], dtype=TEXT)),
        "column_references": replaced(f"{LABELS}/label", WRONG_TYPES["reference"]),
        "column_1e9": replaced(f"{LABELS}/start_time", dataset(shape=(10**9,), dtype="f8", chunks=(2**16,))),
        "id_missing": lambda file: file.__delitem__(f"{LABELS}/id"),
        "id_1e9": replaced(f"{LABELS}/id", dataset(shape=(10**9,), dtype="i8", chunks=(2**16,))),
        "colnames_of_nothing": attribute(LABELS, "colnames", np.array(["a", "b/../c", "/etc/passwd"], dtype=TEXT)),
        "colnames_many": attribute(LABELS, "colnames", np.array(["start_time"] * 3000, dtype=TEXT)),
        "index_beyond": indexed([1, 2**31 - 1]),
        "index_backward": indexed([2, 1]),
        "index_negative": indexed([-1, 2]),
        "index_text": indexed(np.array([b"a", b"b"])),
        "index_fewer": indexed([2]),
        "region_beyond": changed("/acquisition/emg/electrodes", np.array([0, 10**6])),
        "region_negative": changed("/acquisition/emg/electrodes", np.array([0, -1])),
        "region_many": changed("/acquisition/emg/electrodes", np.zeros(10**5, np.int64)),
        "region_text": changed("/acquisition/emg/electrodes", np.array(["0", "1"], dtype=TEXT)),
        "region_missing": lambda file: file.__delitem__("/acquisition/emg/electrodes"),
        "table_is_the_series": lambda file: file["/acquisition/emg/electrodes"].attrs.__setitem__(
            "table", file["/acquisition/emg"].ref
        ),
        "table_deleted": lambda file: file.__delitem__(ELECTRODES),
        "device_deleted": lambda file: file.__delitem__("/general/devices/device"),
        "device_link_to_outside": lambda file: (
            file.__delitem__("/general/extracellular_ephys/device/device"),
            file.__setitem__("/general/extracellular_ephys/device/device", h5py.ExternalLink("elsewhere.h5", "/text")),
        ),
        "group_deleted": lambda file: file.__delitem__("/general/extracellular_ephys/device"),
        "channel_names_alike": changed(f"{ELECTRODES}/channel_name", np.array(["GM", "GM"], dtype=TEXT)),
        "channel_names_control_characters": changed(
            f"{ELECTRODES}/channel_name", np.array([CONTROL, "SO"], dtype=TEXT)
        ),
        "channel_names_not_utf8": changed(f"{ELECTRODES}/channel_name", np.array([b"\xff\x1b[2J", b"SO"])),
        "electrodes_shorter": changed(f"{ELECTRODES}/channel_name", np.array(["GM"], dtype=TEXT)),
        "series_name_control_characters": lambda file: file.move("/acquisition/emg", "/acquisition/e\x1b[31m\r\nmg"),
        "series_1000": lambda file: [file.copy("/acquisition/emg", f"/acquisition/emg{k}") for k in range(1000)],
        "channel_conversion_short": lambda file: file["/acquisition/emg"].create_dataset(
            "channel_conversion", data=np.ones(1)
        ),
        "channel_conversion_nan": lambda file: file["/acquisition/emg"].create_dataset(
            "channel_conversion", data=np.full(2, np.nan)
        ),
        "channel_conversion_1e9": lambda file: file["/acquisition/emg"].create_dataset(
            "channel_conversion", shape=(10**9,), dtype="f8", chunks=(2**16,)
        ),
        "protocol_control_characters": changed("/intervals/protocol/phase", np.array(["re\x1b[31mst"], dtype=TEXT)),
        "covariates_long": changed("/acquisition/session_covariates/covariate", np.array(["x" * 10**6], dtype=TEXT)),
        "acquisition_is_a_dataset": lambda file: (file.__delitem__("acquisition"), file.__setitem__("acquisition", 1)),
        "acquisition_soft_link_to_itself": linked("/acquisition", h5py.SoftLink("/acquisition")),
        "intervals_deleted": lambda file: file.__delitem__("intervals"),
        "labels_500000": many_labels,
        "myocramp_json_deep": lambda file: file.__setitem__("myocramp/provenance", "[" * 10**5),
        "myocramp_json_wrong": lambda file: file.__setitem__(
            "myocramp/provenance", '{"source": [], "notes": 5, "session_start_known": "x"}'
        ),
    }
    for name, edit in edits.items():
        yield Case(name, edited(edit, "nwb"), "nwb", ANY)

    xml = {
        "no_xml": b"<a",
        "deep": b"<a>" * 10**5,
        "billion_laughs": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>',
        "entity_of_a_file": b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>',
        "rate_negative": GTEC_TASK.replace("1000", "-1000").encode(),
        "rate_nan": GTEC_TASK.replace("1000", "nan").encode(),
        "rate_missing": GTEC_TASK.replace("1000", "").encode(),
        "names_control_characters": GTEC_TASK.replace("GM", "G\x1b[31mM").encode(),
        "names_not_utf8": GTEC_TASK.encode().replace(b"GM", b"\xff\xfe"),
        "channels_fewer": GTEC_TASK.replace("ChannelName", "Other").encode(),
        "empty": b" ",
    }
    for name, text in xml.items():
        edit = changed("/RawData/AcquisitionTaskDescription", np.array([text]))
        yield Case(f"task_{name}", edited(edit, "gtec"), "gtec", ANY, outside=name == "entity_of_a_file")

    for where in ("label", "sensor"):
        for what, value in (("control_characters", CONTROL), ("not_utf8", NOT_UTF8)):
            edit = attribute(f"{GROUP}/raw/channel_1", where, value)
            yield Case(f"channel_{where}_{what}", edited(edit), outcome=ANY)
    for what, name in (("control_characters", "a\x1b[31m\r\nb"), ("only_dots", "..."), ("not_utf8", b"\xff\x1b[2J")):
        yield Case(f"device_name_{what}", edited(lambda file, name=name: file.move(GROUP.encode(), name)), outcome=ANY)


# --- cases: kinds of files, and files beside --------------------------------------------------------

EVENTS_HEADER = "onset\tduration\ttrial_type\tchannel\tconfidence\tannotator\tlabel_source\tscore\tdetector\n"
EVENTS_ROW = "1\t2\tcramp\tn/a\tn/a\tn/a\tn/a\tn/a\tn/a\n"


def locked(path: Path) -> Any:
    """Hold the lock that a writer holds. The test keeps what is returned until the commands have ended."""
    good(path)
    holder = path.open("rb")
    fcntl.flock(holder, fcntl.LOCK_EX)
    return holder


def a_socket(path: Path) -> Any:
    # Bound by a short name: a socket's address has room for 107 bytes.
    holder = socket.socket(socket.AF_UNIX)
    here = os.open(path.parent, os.O_RDONLY)
    holder.bind(f"/proc/self/fd/{here}/{path.name}")
    os.close(here)
    return holder


def unreadable(path: Path) -> None:
    good(path).chmod(0)


def beside(content: bytes | Callable[[Path], Any]) -> Make:
    def make(path: Path) -> None:
        good(path)
        sidecar = path.with_name(path.stem + ".events.tsv")
        if callable(content):
            content(sidecar)
        else:
            sidecar.write_bytes(content)

    return make


def phases_in_both(path: Path) -> None:
    """Write 100 000 phases into the file and as many others beside it: they must not be compared each with each."""
    n = 100_000
    start = np.arange(n) * 4e-5
    columns = {"id": np.arange(n), "start_time": start, "stop_time": start + 3.1e-5, "joint_angle_deg": np.full(n, 9.0)}

    def edit(file: h5py.File) -> None:
        for name, values in columns.items():
            changed(f"/intervals/protocol/{name}", values)(file)
        for name, text in (("phase", "rest"), ("posture", "n/a")):
            changed(f"/intervals/protocol/{name}", np.array([text.encode()] * n))(file)

    edited(edit, "nwb")(path)
    rows = "".join(EVENTS_ROW.replace("1\t2\tcramp", f"{onset:.7f}\t0.00003\tphase:rest") for onset in start)
    path.with_name(path.stem + ".events.tsv").write_text(EVENTS_HEADER + rows)


def study_of_many_times(path: Path) -> None:
    good(path)
    rows = "".join(f"{path.stem}\t{k}\t{k}\n" for k in range(100_000))
    path.with_name("study.tsv").write_text("recording\ttime\tsodium\n" + rows)


def sparse(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.touch()
        os.truncate(path, size)

    return make


def file_cases() -> Iterable[Case]:
    one = ("info", "validate", "suggest")  # the others take folders
    yield Case("directory", lambda path: path.mkdir(), codes=("E-TYPE",), only=one)
    yield Case("pipe", lambda path: os.mkfifo(path), codes=("E-TYPE",))
    yield Case("socket", a_socket, codes=("E-TYPE",))
    yield Case("link_to_dev_zero", lambda path: path.symlink_to("/dev/zero"), codes=("E-TYPE",))
    yield Case("link_to_dev_tty", lambda path: path.symlink_to("/dev/tty"), codes=("E-TYPE", "E-READ", "E-MISSING"))
    yield Case("link_to_itself", lambda path: path.symlink_to(path.name), codes=("E-READ", "E-MISSING"))
    yield Case("link_to_nothing", lambda path: path.symlink_to("nothing"), codes=("E-MISSING",))
    yield Case("empty", lambda path: path.touch(), codes=("E-EMPTY",))
    yield Case("zeros", lambda path: path.write_bytes(bytes(10**6)), codes=("E-HDF5",))
    yield Case("sparse_of_a_gigabyte", sparse(1 << 30), codes=("E-HDF5",), only=one)
    yield Case("locked", locked, codes=("E-LOCKED",))
    yield Case("locked_whatever_is_set", locked, codes=("E-LOCKED",), environment={"HDF5_USE_FILE_LOCKING": "FALSE"})
    for what, filename in {
        "newline": "a\nmyocramp: error[E-FAKE]: b.h5",
        "escape": "a\x1b[31m.h5",
        "not_utf8": os.fsdecode(b"caf\xe9.h5"),
        "long": "a" * 250 + ".h5",
    }.items():
        yield Case(f"name_with_{what}", good, outcome=SAME, filename=filename)
        yield Case(f"name_with_{what}_of_a_bad_file", cut(0.5, "opensignals"), filename=filename)

    tables: dict[str, bytes | Callable[[Path], Any]] = {
        "no_bytes": b"",
        "nul": (EVENTS_HEADER + EVENTS_ROW).encode().replace(b"cramp", b"cr\0mp"),
        "not_utf8": (EVENTS_HEADER + EVENTS_ROW).encode().replace(b"cramp", b"\xff\xfe"),
        "control_characters": (EVENTS_HEADER + EVENTS_ROW).replace("cramp", "\x1b[31m").encode(),
        "no_header": EVENTS_ROW.encode(),
        "columns_twice": (EVENTS_HEADER[:-1] + "\tonset\n" + EVENTS_ROW).encode(),
        "columns_many": ("\t".join(f"c{k}" for k in range(10**5)) + "\n").encode(),
        "cells_fewer": (EVENTS_HEADER + "1\t2\n").encode(),
        "onset_nan": (EVENTS_HEADER + EVENTS_ROW.replace("1\t2", "nan\tinf")).encode(),
        "onset_huge": (EVENTS_HEADER + EVENTS_ROW.replace("1\t2", "1e308\t1e308")).encode(),
        "duration_negative": (EVENTS_HEADER + EVENTS_ROW.replace("1\t2", "1\t-2")).encode(),
        "one_line_of_10_MB": (EVENTS_HEADER + "x" * 10**7 + "\n").encode(),
        "cell_of_10_MB": (EVENTS_HEADER + EVENTS_ROW.replace("cramp", "x" * 10**7)).encode(),
        "tabs_only": b"\t" * 10**6 + b"\n",
        "newlines_only": b"\n" * 10**6,
        "rows_300000": (EVENTS_HEADER + EVENTS_ROW * 300000).encode(),
        "phases_100000": (EVENTS_HEADER + EVENTS_ROW.replace("cramp", "phase:rest") * 100000).encode(),
        "zeros_of_100_MB": sparse(10**8),
        "a_line_of_50_MB": sparse(50 * 10**6),
        "a_directory": lambda path: path.mkdir(),
        "a_pipe": lambda path: os.mkfifo(path),
        "a_link_to_dev_zero": lambda path: path.symlink_to("/dev/zero"),
        "a_link_to_nothing": lambda path: path.symlink_to("nothing"),
        "a_link_to_itself": lambda path: path.symlink_to(path.name),
        "an_hdf5_file": lambda path: good(path),
    }
    for what, content in tables.items():
        yield Case(f"events_{what}", beside(content), outcome=ANY)
    yield Case("phases_100000_in_file_and_table", phases_in_both, "nwb", ANY)
    yield Case("study_rows_100000", study_of_many_times, outcome=ANY)


def all_cases() -> list[Case]:
    made = [
        case
        for cases in (
            storage_cases,
            attribute_cases,
            byte_cases,
            outside_cases,
            circle_cases,
            meaning_cases,
            file_cases,
        )
        for case in cases()
    ]
    names = [(case.layout, case.name) for case in made]
    assert len(names) == len(set(names)), sorted({n for n in names if names.count(n) > 1})
    return made
