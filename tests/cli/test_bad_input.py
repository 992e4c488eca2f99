"""A file that cannot be used is named, with a code, what was expected and what was found; exit 3, and nothing worse."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass

import h5py
import numpy as np
import pytest

CHANNEL = "/00:07:80:00:00:01/raw/channel_1"
GROUP = "/00:07:80:00:00:01"
COMMANDS = {"info": ("info",), "detect": ("detect", "-m", "hodges_bui"), "analyse": ("analyse",)}


@dataclass(frozen=True)
class Bad:
    """A bad file: how to make it, and what the message has to say."""

    name: str
    make: Callable  # of its path and the writer of recordings
    code: str
    place: str = ""
    expected: str = ""
    found: str = ""
    only: tuple[str, ...] = tuple(COMMANDS)


def edited(edit):
    return lambda path, write: write(path, edit=edit)


def attributes(**values):
    return lambda path, write: write(path, attributes={name.replace("_", " "): value for name, value in values.items()})


def huge_rate_attribute(path, write):
    write(path, attributes={"sampling rate": None})
    with h5py.File(path, "r+", libver=("v108", "v110")) as file:  # older layouts have no room for it
        group = file.create_group("other")
        file.move(f"{GROUP}/raw", "other/raw")
        for name, value in file[GROUP].attrs.items():
            group.attrs[name] = value
        group.attrs["sampling rate"] = np.ones(10_000_000, np.uint8)
        del file[GROUP]
        file.move("other", GROUP)


def rate(value):
    return attributes(sampling_rate=value)


def replaced(**arguments):
    """Make another dataset in the place of the channel's."""

    def edit(file):
        del file[CHANNEL]
        file.create_dataset(CHANNEL, **arguments)

    return edited(edit)


def linked(path, link):
    """Put a link in the place of an object."""

    def edit(file):
        del file[path]
        file[path] = link

    return edited(edit)


def cut_off(part):
    def make(path, write):
        write(path)
        os.truncate(path, int(path.stat().st_size * part))

    return make


def bytes_flipped(path, write):
    counts = np.arange(4000, dtype=np.uint16)
    write(path, counts, storage={"chunks": (1000, 1), "fletcher32": True})
    with h5py.File(path) as file:
        chunk = file[CHANNEL].id.get_chunk_info(2)
    with path.open("r+b") as file:
        file.seek(chunk.byte_offset + 100)
        file.write(b"\xa5" * 100)


def beside(path):
    """Make a pipe beside a file. Whoever opens it to read waits for ever: nobody may."""
    pipe = path.with_name("elsewhere")
    os.mkfifo(pipe)
    return pipe


def external_link(path, write):
    beside(path)
    linked(CHANNEL, h5py.ExternalLink("elsewhere", "/x"))(path, write)


def external_device(path, write):
    beside(path)
    linked(GROUP, h5py.ExternalLink("elsewhere", "/x"))(path, write)


def external_storage(path, write):
    beside(path)
    replaced(shape=(4000, 1), dtype="u2", external=[("elsewhere", 0, 8000)])(path, write)


def virtual_dataset(path, write):
    def edit(file):
        layout = h5py.VirtualLayout(shape=(4000, 1), dtype="u2")
        layout[...] = h5py.VirtualSource("elsewhere", "x", shape=(4000, 1))
        del file[CHANNEL]
        file.create_virtual_dataset(CHANNEL, layout)

    edited(edit)(path, write)
    beside(path)


def missing_chunks(file):
    del file[CHANNEL]
    dataset = file.create_dataset(CHANNEL, shape=(4000, 1), dtype="u2", chunks=(1000, 1))
    dataset[:1000] = 1


def enormous(chunks):
    return replaced(shape=(2**61, 1), dtype="u2", chunks=chunks)


BAD = [
    Bad("missing", lambda path, write: None, "E-MISSING", expected="a file", found="none"),
    Bad("below_a_file", lambda path, write: path.parent.write_text("x"), "E-MISSING", expected="a file", found="none"),
    Bad(
        "directory",
        lambda path, write: path.mkdir(),
        "E-TYPE",
        expected="a regular file",
        found="a directory",
        only=("info", "detect"),
    ),
    Bad("pipe", lambda path, write: os.mkfifo(path), "E-TYPE", expected="a regular file", found="a named pipe"),
    Bad(
        "device_file",
        lambda path, write: path.symlink_to("/dev/zero"),
        "E-TYPE",
        expected="a regular file",
        found="a device",
    ),
    Bad("empty", lambda path, write: path.touch(), "E-EMPTY", expected="at least one byte", found="an empty file"),
    Bad(
        "text",
        lambda path, write: path.write_text("onset\tduration\n1\t2\n"),
        "E-HDF5",
        expected="signature",
        found="6f 6e 73 65 74",
    ),
    Bad("one_byte", lambda path, write: path.write_bytes(b"\x89"), "E-HDF5", expected="signature", found="89"),
    Bad("zeros", lambda path, write: path.write_bytes(bytes(4096)), "E-HDF5", expected="signature", found="00 00"),
    Bad("signature_only", lambda path, write: path.write_bytes(b"\x89HDF\r\n\x1a\n"), "E-TRUNCATED", found="8"),
    Bad(
        "signature_and_zeros",
        lambda path, write: path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(4096)),
        "E-HDF5",
        found="",
    ),
    Bad("half", cut_off(0.5), "E-TRUNCATED", expected="bytes", found="cut off"),
    Bad("nearly_all", cut_off(0.99), "E-TRUNCATED", expected="bytes", found="cut off"),
    Bad(
        "no_layout",
        lambda path, write: h5py.File(path, "w").create_dataset("emg", data=np.arange(9)).file.close(),
        "E-LAYOUT",
        "/",
        "opensignals",
        "emg",
    ),
    Bad("empty_root", lambda path, write: h5py.File(path, "w").close(), "E-LAYOUT", "/", "opensignals", "empty root"),
    Bad("device_missing", attributes(device=None), "E-DEVICE", f"{GROUP}@device", "conversion to volts", "no name"),
    Bad("device_unknown", attributes(device="novel"), "E-DEVICE", f"{GROUP}@device", "conversion to volts", "novel"),
    Bad("rate_missing", rate(None), "E-RATE", f"{GROUP}@sampling rate", "rate above 0 Hz", "no such attribute"),
    Bad("rate_zero", rate(0), "E-RATE", f"{GROUP}@sampling rate", "rate above 0 Hz", "0"),
    Bad("rate_negative", rate(-1000), "E-RATE", f"{GROUP}@sampling rate", "rate above 0 Hz", "-1000"),
    Bad("rate_nan", rate(np.nan), "E-RATE", f"{GROUP}@sampling rate", "finite", "nan"),
    Bad("rate_infinite", rate(np.inf), "E-RATE", f"{GROUP}@sampling rate", "finite", "inf"),
    Bad("rate_array", rate([1000, 1000]), "E-RATE", f"{GROUP}@sampling rate", "rate above 0 Hz", "2 values"),
    Bad("rate_empty_array", rate(np.zeros(0)), "E-RATE", f"{GROUP}@sampling rate", "rate above 0 Hz", "0 values"),
    Bad("rate_null", rate(h5py.Empty("f8")), "E-RATE", f"{GROUP}@sampling rate", "rate above 0 Hz", ""),
    Bad("rate_text", rate("1000"), "E-RATE", f"{GROUP}@sampling rate", "rate above 0 Hz", "text"),
    Bad(
        "rate_compound",
        rate(np.zeros((), [("a", "f8")])),
        "E-RATE",
        f"{GROUP}@sampling rate",
        "rate above 0 Hz",
        "type",
    ),
    Bad(
        "rate_huge_array", huge_rate_attribute, "E-RATE", f"{GROUP}@sampling rate", "rate above 0 Hz", "10000000 values"
    ),
    Bad(
        "rate_too_high",
        rate(1e8),
        "E-RATE",
        "sampling rate",
        "at most 1e+06 Hz",
        "1e+08 Hz",
        only=("detect", "analyse"),
    ),
    Bad("rate_absurd", rate(1e12), "E-RATE", only=("detect", "analyse")),
    Bad("rate_past_all_sense", rate(1e30), "E-RATE", only=("detect", "analyse")),
    Bad(
        "channels_none",
        attributes(channels=np.zeros(0, int)),
        "E-CHANNELS",
        f"{GROUP}@channels",
        "at least one channel",
        "0",
    ),
    Bad(
        "channels_missing",
        attributes(channels=None),
        "E-CHANNELS",
        f"{GROUP}@channels",
        "at least one channel",
        "no such attribute",
    ),
    Bad("channels_text", attributes(channels="1"), "E-CHANNELS", f"{GROUP}@channels", "integers", "text"),
    Bad("channels_negative", attributes(channels=[-1]), "E-CHANNELS", f"{GROUP}@channels", "0 to 65535", "-1"),
    Bad("channels_twice", attributes(channels=[1, 1]), "E-CHANNELS", f"{GROUP}@channels", "once", "1"),
    Bad("channels_many", attributes(channels=np.arange(5000)), "E-CHANNELS", f"{GROUP}@channels", "at most", "5000"),
    Bad(
        "channel_absent",
        attributes(channels=[1, 2], resolution=[16, 16]),
        "E-PATH",
        f"{GROUP}/raw/channel_2",
        "an object",
        "none",
    ),
    Bad(
        "channel_a_group",
        edited(lambda f: (f.pop(CHANNEL), f.create_group(CHANNEL))),
        "E-PATH",
        CHANNEL,
        "a dataset",
        "a group",
    ),
    Bad("raw_absent", edited(lambda f: f.pop(f"{GROUP}/raw")), "E-PATH", f"{GROUP}/raw", "an object", "none"),
    Bad(
        "resolution_missing",
        attributes(resolution=None),
        "E-RESOLUTION",
        f"{GROUP}@resolution",
        "resolution",
        "no such attribute",
    ),
    Bad("resolution_zero", attributes(resolution=[0]), "E-RESOLUTION", f"{GROUP}@resolution", "1 to 32 bits", "0"),
    Bad(
        "resolution_number",
        attributes(resolution=[16, 16]),
        "E-RESOLUTION",
        f"{GROUP}@resolution",
        "one resolution or 1",
        "2",
    ),
    Bad(
        "no_emg", lambda path, write: write(path, channel_attributes={"sensor": "ECG"}), "E-SENSOR", GROUP, "EMG", "ECG"
    ),
    Bad("samples_none", replaced(shape=(0, 1), dtype="u2"), "E-SAMPLES", CHANNEL, "at least one sample", "0"),
    Bad("rank_scalar", replaced(data=np.uint16(7)), "E-RANK", CHANNEL, "1 or 2 dimensions", "0"),
    Bad("rank_two_columns", replaced(data=np.zeros((4000, 2), np.uint16)), "E-RANK", CHANNEL, "(N, 1)", "(4000, 2)"),
    Bad("rank_three", replaced(data=np.zeros((4000, 1, 1), np.uint16)), "E-RANK", CHANNEL, "1 or 2 dimensions", "3"),
    Bad("type_float", replaced(data=np.zeros((4000, 1))), "E-DTYPE", CHANNEL, "integers", "float"),
    Bad("type_text", replaced(data=np.full((4000, 1), b"1")), "E-DTYPE", CHANNEL, "integers", "text"),
    Bad("type_compound", replaced(data=np.zeros((4000, 1), [("a", "u2")])), "E-DTYPE", CHANNEL, "integers", "type"),
    Bad("type_long", replaced(data=np.zeros((4000, 1), np.int64)), "E-DTYPE", CHANNEL, "1, 2 or 4 bytes", "8 bytes"),
    Bad("type_boolean", replaced(data=np.zeros((4000, 1), bool)), "E-DTYPE", CHANNEL, "integers", "Boolean"),
    Bad(
        "count_too_large",
        lambda path, write: write(path, np.full(4000, 4096, np.uint16), resolution=12),
        "E-COUNT",
        f"{CHANNEL}[0]",
        "0 to 4095",
        "4096",
    ),
    Bad(
        "count_negative",
        replaced(data=np.full((4000, 1), -5, np.int16)),
        "E-COUNT",
        f"{CHANNEL}[0]",
        "0 to 65535",
        "-5",
    ),
    Bad(
        "filter_unknown",
        replaced(data=np.zeros((4000, 1), np.uint16), compression="lzf"),
        "E-FILTER",
        CHANNEL,
        "deflate",
        "32000",
    ),
    Bad("checksum_wrong", bytes_flipped, "E-CORRUPT", CHANNEL),
    Bad("chunks_missing", edited(missing_chunks), "E-CHUNKS", CHANNEL, "4 chunks", "1"),
    Bad("never_written", replaced(shape=(4000, 1), dtype="u2"), "E-SIZE", CHANNEL, "8000 bytes", "0"),
    Bad("enormous", enormous(None), "E-SIZE", CHANNEL),
    Bad("enormous_chunked", enormous((16384, 1)), "E-", CHANNEL),
    Bad(
        "chunk_enormous",
        replaced(shape=(2**27, 1), dtype="u2", chunks=(2**27, 1)),
        "E-SIZE",
        CHANNEL,
        "64 MiB",
        str(2**28),
    ),
    Bad(
        "soft_link_channel",
        linked(CHANNEL, h5py.SoftLink(f"{GROUP}/raw/other")),
        "E-LINK",
        CHANNEL,
        "a hard link",
        "a soft link",
    ),
    Bad(
        "soft_link_raw",
        linked(f"{GROUP}/raw", h5py.SoftLink(GROUP)),
        "E-LINK",
        f"{GROUP}/raw",
        "a hard link",
        "a soft link",
    ),
    Bad("soft_link_device", linked(GROUP, h5py.SoftLink("/other")), "E-LAYOUT", "/", "opensignals", "not followed"),
    Bad("external_link_channel", external_link, "E-LINK", CHANNEL, "a hard link", "an external link"),
    Bad("external_link_device", external_device, "E-LAYOUT", "/", "opensignals", "not followed"),
    Bad("external_storage", external_storage, "E-STORAGE", CHANNEL, "inside the file", "external file"),
    Bad("virtual_dataset", virtual_dataset, "E-STORAGE", CHANNEL, "inside the file", "a virtual dataset"),
    Bad(
        "one_sample",
        lambda path, write: write(path, np.zeros(1, np.uint16)),
        "E-SHORT",
        "signal",
        "more than 27 samples",
        "1",
        ("detect", "analyse"),
    ),
    Bad(
        "too_short",
        lambda path, write: write(path, np.zeros(27, np.uint16)),
        "E-SHORT",
        "signal",
        "more than 27 samples",
        "27",
        ("detect", "analyse"),
    ),
]


def run(myocramp, command, path, results, **options):
    output = ("-o", results) if command == "analyse" else ()
    return myocramp(*COMMANDS[command], path, *output, **options)


def check_refusal(done, path, code, place="", expected="", found=""):
    """The command refused the file as it should; returns the error's text without the file."""
    assert done.code == 3, done.err
    assert done.out == ""
    got_code, text = done.error
    assert got_code.startswith(code)
    assert text.startswith(f"{path}: ")
    rest = text.removeprefix(f"{path}: ")
    assert "expected " in rest
    assert ", found " in rest
    got_place, _, claim = rest.partition("expected ")
    got_expected, _, got_found = claim.rpartition(", found ")
    assert place in got_place
    assert expected in got_expected
    assert found in got_found
    assert got_found
    for trace in ("terminate called", "Traceback", "HDF5-DIAG", "Segmentation", "runtime error", "AddressSanitizer"):
        assert trace not in done.err
    return f"{got_code}: {rest}"


@pytest.fixture(scope="module")
def bad_file(tmp_path_factory, write_recording):
    """Return a maker of bad files; each is made once for all commands."""
    made = {}

    def make(bad):
        if bad.name not in made:
            path = tmp_path_factory.mktemp(bad.name) / "folder" / "recording.h5"
            if bad.name != "below_a_file":
                path.parent.mkdir()
            bad.make(path, write_recording)
            made[bad.name] = path
        return made[bad.name]

    return make


@pytest.mark.parametrize(
    ("bad", "command"), [pytest.param(bad, command, id=f"{bad.name}-{command}") for bad in BAD for command in bad.only]
)
def test_refuses(bad, command, bad_file, myocramp, table, tmp_path):
    path = bad_file(bad)
    done = run(myocramp, command, path, tmp_path / "results")
    text = check_refusal(done, path, bad.code, bad.place, bad.expected, bad.found)
    if command == "analyse":
        (row,) = table(tmp_path / "results" / "summary.tsv")
        assert (row["recording"], row["status"], row["error"]) == ("recording", "failed", text)
        assert sorted(p.name for p in (tmp_path / "results" / "recording").iterdir()) == ["recording.json"]


def test_info_tells_of_recordings_that_are_too_short_to_analyse(write_recording, myocramp, tmp_path):
    done = myocramp("info", write_recording(tmp_path / "a.h5", np.zeros(1, np.uint16)))
    assert done.code == 0, done.err
    assert "1 samples" in done.out


@pytest.mark.parametrize("command", ["detect", "analyse"])
def test_shortest_recording_that_the_filter_can_use(
    command, write_recording, make_counts, make_emg, myocramp, tmp_path
):
    path = write_recording(tmp_path / "a.h5", make_counts(make_emg(0.028)))
    done = run(myocramp, command, path, tmp_path / "results")
    assert done.code == 0, done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_no_cut_of_a_file_does_harm(command, write_recording, myocramp, tmp_path):
    whole = write_recording(tmp_path / "whole.h5", storage={"chunks": (1000, 1), "compression": "gzip"})
    size = whole.stat().st_size
    for k, length in enumerate(np.linspace(1, size - 1, 9).astype(int)):
        path = tmp_path / f"cut{k}.h5"
        shutil.copy(whole, path)
        os.truncate(path, length)
        check_refusal(run(myocramp, command, path, tmp_path / f"results{k}"), path, "E-")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_damaged_byte_ends_the_program(command, write_recording, myocramp, tmp_path):
    whole = write_recording(tmp_path / "whole.h5").read_bytes()
    random = np.random.default_rng(7)
    # A sanitizer must not hide how the reader of a file ended.
    environment = os.environ | {"ASAN_OPTIONS": "handle_segv=0:abort_on_error=1:detect_leaks=0"}
    for k in range(12):
        content = bytearray(whole)
        for place in random.integers(0, 4096, 8):
            content[place] = random.integers(256)
        path = tmp_path / f"damaged{k}.h5"
        path.write_bytes(content)
        done = run(myocramp, command, path, tmp_path / f"results{k}", env=environment)
        assert done.code in (0, 3), done.err
        if done.code == 3:
            assert done.error[1].startswith(f"{path}: ")


def test_links_to_other_files_are_not_followed_even_when_they_would_work(write_recording, myocramp, tmp_path):
    write_recording(tmp_path / "good.h5")
    path = write_recording(
        tmp_path / "bad.h5", edit=lambda file: file.update({"more": h5py.ExternalLink("good.h5", GROUP)})
    )
    done = myocramp("info", path)
    assert done.code == 0, done.err
    assert done.out.count("    channel ") == 1
    assert "/more is a soft or external link: not followed" in done.out


def test_a_file_that_cannot_be_read_is_named(write_recording, myocramp, tmp_path):
    path = write_recording(tmp_path / "a.h5")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    check_refusal(myocramp("info", path), path, "E-READ", expected="readable")


@pytest.mark.parametrize(
    "name", ["with blank.h5", "Übung.h5", "tab\there.h5", "-dash.h5", "no_extension", "two.dots.h5"]
)
def test_any_file_name_will_do(name, write_recording, myocramp, table, tmp_path):
    path = write_recording(tmp_path / name)
    assert myocramp("info", path).code == 0
    done = myocramp("analyse", path, "-o", tmp_path / "results")
    assert done.code == 0, done.err
    (row,) = table(tmp_path / "results" / "summary.tsv")
    assert row["recording"] == name.removesuffix(".h5").replace("\t", "\\x09")


def test_a_file_name_that_is_no_utf8_will_do(write_recording, myocramp, tmp_path):
    good = write_recording(tmp_path / "good.h5")
    path = os.fsencode(tmp_path) + b"/caf\xe9.h5"
    os.rename(good, path)
    assert myocramp("info", path).code == 0
    done = myocramp("analyse", path, "-o", tmp_path / "results")
    assert done.code == 0, done.err
