"""HDF5 files of any kind: `--layout FILE.json`, and the draft that `info --suggest-layout` makes of one."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def foreign(tmp_path, make_emg):
    """Return an HDF5 file of a lab's own making: two channels of integers, 1000 Hz, half a microvolt a step."""
    path = tmp_path / "in" / "lab.h5"
    path.parent.mkdir()
    microvolts = np.stack([make_emg(8, (2, 5, 60), seed=k) for k in (1, 2)], axis=1)
    with h5py.File(path, "w") as file:
        group = file.create_group("emg")
        group.attrs["sampling_rate"] = 1000.0
        data = group.create_dataset("data", data=np.rint(microvolts * 2).astype("i2"), chunks=(1000, 2), compression=4)
        data.attrs["unit"] = "uV"
        data.attrs["n_samples"] = len(microvolts)
        group.create_dataset("channel_names", data=["GM", "GL"])
        group["time"] = np.arange(len(microvolts)) / 1000
    return path


@pytest.fixture
def layout(tmp_path):
    """Return a writer of layouts: the one that fits `foreign`, with changes; None leaves a key out."""

    def write(name="lab.json", **changes):
        keys = {
            "signal": "/emg/data",
            "axes": ["time", "channel"],
            "rate_hz": "/emg@sampling_rate",
            "unit": "uV",
            "scale": 0.5,
            "channel_names": "/emg/channel_names",
        } | changes
        path = tmp_path / name
        path.write_text(json.dumps({key: value for key, value in keys.items() if value is not None}))
        return path

    return write


def test_a_described_file_is_analysed_like_any_other(foreign, layout, myocramp, table, read_json, tmp_path):
    (told,) = json.loads(myocramp("info", "--json", foreign, "--layout", layout()).out)
    (signal,) = told["signals"]
    assert (told["layout"], signal["rate_hz"], signal["samples"]) == ("generic", 1000, 8000)
    assert [(c["name"], c["step_v"]) for c in signal["channels"]] == [("GM", 5e-7), ("GL", 5e-7)]
    done = myocramp("analyse", foreign.parent, "-o", tmp_path / "out", "--layout", layout(), "--phase", "exercise")
    assert done.code == 0, done.err
    (row,) = table(tmp_path / "out" / "episodes.tsv")
    assert set(row["channel"].split("|")) == {"GM", "GL"}
    assert float(row["onset"]) == pytest.approx(2, abs=0.05)
    manifest = read_json(tmp_path / "out" / "manifest.json")
    assert set(manifest["layout"]) == {"file", "sha256"}
    assert manifest["layout"]["file"] == "lab.json"
    assert str(tmp_path) not in json.dumps(manifest)


def test_the_text_of_a_layout_decides_what_convert_writes(foreign, layout, myocramp, tmp_path):
    def converted(name, path):
        done = myocramp("convert", foreign, "-o", tmp_path / name, "--layout", path)
        assert done.code == 0, done.err
        return (tmp_path / name).read_bytes()

    first = converted("a.nwb", layout())
    assert converted("b.nwb", layout("elsewhere.json")) == first
    with h5py.File(tmp_path / "a.nwb") as file:
        identifier = file["identifier"][()]
    converted("c.nwb", layout(muscle=["soleus", "soleus"]))
    with h5py.File(tmp_path / "c.nwb") as file:
        assert file["identifier"][()] != identifier


def test_a_changed_layout_is_another_analysis(foreign, layout, myocramp, tmp_path):
    def run(path):
        done = myocramp("analyse", foreign, "-o", tmp_path / "out", "--layout", path, "--phase", "rest")
        return re.search(r"(\d+) analysed, (\d+) finished before", done.err).groups()

    assert run(layout()) == ("1", "0")
    assert run(layout()) == ("0", "1")
    assert run(layout("elsewhere.json")) == ("0", "1")  # its text decides, not its name
    assert run(layout(scale=0.25)) == ("1", "0")


@pytest.mark.parametrize(
    ("changes", "code", "part"),
    [
        ({"gain": 2}, "E-LAYOUT-FILE", "lab.json: gain: expected one of signal, axes"),
        ({"unit": None}, "E-LAYOUT-FILE", "lab.json: unit: expected a value"),
        ({"axes": ["samples"]}, "E-LAYOUT-FILE", "lab.json: axes: expected"),
        ({"unit": "degC"}, "E-UNIT", "lab.json: unit: expected V, mV, uV or nV, found degC"),
        ({"rate_hz": 0}, "E-RATE", "lab.json: rate_hz: expected a finite rate above 0 Hz, found 0"),
    ],
)
@pytest.mark.parametrize("command", ["info", "analyse"])
def test_a_wrong_layout_is_wrong_usage(command, changes, code, part, foreign, layout, myocramp, tmp_path):
    output = ["-o", tmp_path / "out"] if command == "analyse" else []
    done = myocramp(command, foreign, *output, "--layout", layout(**changes))
    assert done.code == 2
    assert done.error[0] == code
    assert part in done.error[1]
    assert not (tmp_path / "out").exists()


def test_what_the_file_lacks_is_its_fault(foreign, layout, myocramp):
    done = myocramp("info", foreign, "--layout", layout(rate_hz="/emg@nosuch"))
    assert done.code == 3
    assert done.error == ("E-PATH", f"{foreign}: /emg@nosuch: expected an attribute of this name, found none")
    assert myocramp("info", foreign, "--layout", layout(scale=None)).error[0] == "E-SCALE"


@pytest.mark.parametrize("name", ["nosuch", "nosuch.json", "generic", "/dev/null"])
def test_a_layout_that_is_neither_name_nor_file(name, foreign, myocramp):
    done = myocramp("info", foreign, "--layout", name)
    assert (done.code, done.error[0]) == (2, "E-OPTION")


# --- --suggest-layout -----------------------------------------------------------------------------


def suggest(myocramp, path):
    done = myocramp("info", "--suggest-layout", "--json", path)
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_the_draft_is_complete_but_for_what_no_file_says(foreign, myocramp, layout, tmp_path):
    done = myocramp("info", "--suggest-layout", foreign)
    assert done.code == 0
    draft = json.loads(done.out)
    assert draft == {
        "signal": "/emg/data",
        "axes": ["time", "channel"],
        "rate_hz": "/emg@sampling_rate",
        "unit": "/emg/data@unit",
        "scale": None,
        "offset": 0,
        "channel_names": "/emg/channel_names",
    }
    assert "check or fill in: scale, offset" in done.err
    path = tmp_path / "draft.json"
    path.write_text(done.out)
    assert myocramp("info", foreign, "--layout", path).error[0] == "E-LAYOUT-FILE"  # null is no scale
    path.write_text(json.dumps(draft | {"scale": 0.5}))
    assert myocramp("info", foreign, "--layout", path).code == 0
    told = suggest(myocramp, foreign)
    assert told["draft"] == draft
    (signal,) = told["candidates"]["signals"]
    assert (signal["path"], signal["shape"], signal["type"]) == ("/emg/data", [8000, 2], "int16")
    assert signal["storage"] == "chunks of (1000, 2): deflate"
    assert signal["min"] < -100 < 100 < signal["max"]
    assert told["candidates"]["rates"] == [{"place": "/emg@sampling_rate", "found": "1000", "rate_hz": 1000}]


def test_one_dataset_per_channel_is_a_list_and_an_interval_a_rate(myocramp, tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for name in ("GL", "GM"):
            file[f"run/{name}"] = np.random.default_rng(1).standard_normal(5000).astype("f4")
        file["run"].attrs["dt"] = 5e-4
    draft = suggest(myocramp, path)["draft"]
    assert draft == {"signal": ["/run/GL", "/run/GM"], "axes": ["time"], "rate_hz": 2000, "unit": None}
    (tmp_path / "l.json").write_text(json.dumps(draft | {"unit": "mV"}))
    (told,) = json.loads(myocramp("info", "--json", path, "--layout", tmp_path / "l.json").out)
    assert [c["name"] for c in told["signals"][0]["channels"]] == ["GL", "GM"]


def test_names_are_as_many_as_channels(myocramp, tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["emg"] = np.random.default_rng(1).standard_normal((5000, 2))
        file["channel_names"] = ["GM", "GL"]
        file["table/names"] = ["a", "b", "c"]
        file["table"].attrs["name"] = "events"
    told = suggest(myocramp, path)
    assert [c["place"] for c in told["candidates"]["channel_names"]] == ["/channel_names"]


def test_nothing_to_suggest(myocramp, tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file["few"] = np.zeros(10)
    told = suggest(myocramp, path)
    assert told["candidates"]["signals"] == []
    assert told["to_check"]


def loop(file):
    file["a/b"] = np.arange(2000.0)
    file["a/up"] = file["/"]
    file["a/self"] = file["a"]
    file["soft"] = h5py.SoftLink("/a")
    file["outside"] = h5py.ExternalLink("/etc/passwd", "/")


def deep(file):
    file["x"] = np.arange(2000.0)
    group = file
    for _ in range(60):
        group = group.create_group("g")
    group["deep"] = np.arange(5000.0)


def crowded(file):
    file["x"] = np.random.default_rng(1).standard_normal(50_000)
    for n in range(12_000):
        file.create_group(f"g{n}")


def many(file):
    for n in range(300):
        file[f"d{n:03}"] = np.arange(1000.0 + n)


@pytest.mark.parametrize(
    ("make", "note"),
    [
        (loop, "2 soft or external links are not followed"),
        (deep, "deeper than 16 groups"),
        (crowded, "at most 10000 objects"),
        (many, "beyond the first 100"),
    ],
)
def test_the_walk_is_bounded(make, note, myocramp, tmp_path):
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        make(file)
    told = suggest(myocramp, path)
    assert any(note in text for text in told["notes"]), told["notes"]
    assert len(told["notes"]) <= 21
    assert len({c["path"] for c in told["candidates"]["signals"]}) == len(told["candidates"]["signals"]) <= 100


def test_damage_is_an_answer_and_no_crash(foreign, myocramp, tmp_path):
    whole = foreign.read_bytes()
    random = np.random.default_rng(3)
    for _ in range(25):
        data = bytearray(whole)
        for at in random.integers(96, 8192, 4):
            data[at] = int(random.integers(256))
        path = tmp_path / "damaged.h5"
        path.write_bytes(data)
        done = myocramp("info", "--suggest-layout", path)
        assert done.code in (0, 3), done.err
        if done.code == 3:
            assert done.errors


def test_what_is_no_single_hdf5_file(foreign, myocramp, tmp_path):
    text = tmp_path / "text.h5"
    text.write_text("time,emg\n" * 100)
    assert myocramp("info", "--suggest-layout", text).error[0] == "E-HDF5"
    done = myocramp("info", "--suggest-layout", foreign, foreign)
    assert (done.code, done.error[0]) == (2, "E-USAGE")


# --- real recordings ------------------------------------------------------------------------------


def test_the_table_of_real_files_is_current(myocramp):
    if not os.environ.get("MYOCRAMP_DATA"):
        pytest.skip("MYOCRAMP_DATA does not name the folder of real recordings")
    script = [sys.executable, ROOT / "docs/make_formats_table.py", "--check", "--command", myocramp.program]
    done = subprocess.run([*script, os.environ["MYOCRAMP_DATA"]], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
