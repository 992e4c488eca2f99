"""`convert`: the numbers, the volts and what stands beside a recording go into NWB whole."""

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

import h5py
import numpy as np
import pytest

GENERIC = {"signal": "/emg", "axes": ["channel", "time"], "rate_hz": 2000, "unit": "uV", "scale": 0.25}


@pytest.fixture
def recording(write_recording, make_counts, make_emg, tmp_path):
    """Return a folder with a recording of two channels, its events and its study."""
    counts = np.stack([make_counts(make_emg(8, seed=k)) for k in (1, 2)], axis=1)
    path = write_recording(tmp_path / "in" / "night.h5", counts)
    (tmp_path / "in" / "night.events.tsv").write_text(
        "onset\tduration\ttrial_type\tchannel\tconfidence\tannotator\tlabel_source\tscore\tdetector\n"
        "0\t4\tphase:rest\tn/a\tn/a\tn/a\tn/a\tn/a\tn/a\n"
        "1\t2\tcramp\tchannel_1|channel_2\t0.8\trater A\tmanual\tn/a\tn/a\n"
        "1.25\t1.5\ttwitch\tchannel_2\tn/a\trater B\tmanual\tn/a\tn/a\n"
        "5\t0.5\tcramp\tn/a\tn/a\tn/a\tauto\t3.5\thodges_bui\n"
        "6\t0\tartefact\tn/a\tn/a\tn/a\tn/a\tn/a\tn/a\n"
    )
    (tmp_path / "in" / "study.tsv").write_text(
        "recording\tsubject\tsession\tcondition\tsodium\tdrink\nnight\tS1\t2\theat\t140.5\twater\n"
    )
    (tmp_path / "in" / "study.json").write_text('{"sodium": {"Units": "mmol/L"}}')
    return path


def told(myocramp, path, *arguments):
    done = myocramp("info", "--json", path, *arguments)
    assert done.code == 0, done.err
    (one,) = json.loads(done.out)
    return one


def converted(myocramp, *arguments):
    done = myocramp("convert", *arguments)
    assert done.code == 0, done.err
    assert done.out == ""
    return done


def test_nothing_is_lost_on_the_way(recording, myocramp, tmp_path):
    output = tmp_path / "night.nwb"
    converted(myocramp, recording, "-o", output)
    before, after = told(myocramp, recording), told(myocramp, output)
    assert (before["layout"], after["layout"]) == ("opensignals", "nwb")
    same = ["session", "session_start", "duration_s", "protocol", "labels", "raters", "covariates", "invalid_times"]
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["subject"]["id"] == before["subject"]["id"] == "S1"
    (a,), (b,) = after["signals"], before["signals"]
    assert [c["name"] for c in a["channels"]] == [c["name"] for c in b["channels"]]
    assert a["conversion"] == b["conversion"]
    with h5py.File(recording) as source, h5py.File(output) as file:
        (group,) = source.values()
        counts = np.column_stack([group["raw"][f"channel_{k}"][:, 0] for k in (1, 2)])
        emg = file["acquisition/emg"]
        assert np.array_equal(emg["data"][()], counts)
        volts = emg["data"][()] * emg["data"].attrs["conversion"] + emg["data"].attrs["offset"]
        expected = (counts / 2**16 - 0.5) * 3 / 1000
        assert np.abs(volts - expected).max() <= 1e-12 * np.abs(expected).max()
        rows = file["intervals/cramp_episodes"]
        assert rows["annotator"].asstr()[()].tolist() == ["rater A", "rater B", "n/a", "n/a"]
        assert rows["channels"].asstr()[()].tolist() == ["channel_1|channel_2", "channel_2", "n/a", "n/a"]
        assert np.array_equal(rows["confidence"][()], [0.8, np.nan, np.nan, np.nan], equal_nan=True)


def test_analysis_finds_the_same_in_both(recording, myocramp, tmp_path):
    output = tmp_path / "night.nwb"
    converted(myocramp, recording, "-o", output)
    events = [myocramp("detect", path, "-m", "hodges_bui", "-q") for path in (recording, output)]
    assert [done.code for done in events] == [0, 0]
    assert events[0].out == events[1].out


def test_a_folder_says_what_comes_from_where(recording, write_recording, make_counts, make_emg, myocramp, tmp_path):
    write_recording(recording.parent / "sub" / "day.h5", make_counts(make_emg(3, seed=3))[:, None])
    (recording.parent / "consent.txt").write_text("signed\n")
    done = converted(myocramp, recording.parent, "-o", tmp_path / "out", "--progress", "json")
    lines = done.err.splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert [(t["event"], t["recording"], t["done"]) for t in told] == [
        ("progress", "night", 0),
        ("done", "night", 1),
        ("progress", "sub/day", 1),
        ("done", "sub/day", 2),
    ]
    assert all(t["total"] == 2 for t in told)
    assert "myocramp: note: 1 files that are no recordings were passed over" in lines
    for path in (recording, recording.parent / "sub" / "day.h5"):
        assert f"myocramp: note: {path}: date without time zone: taken as UTC" in lines
    assert converted(myocramp, recording.parent, "-o", tmp_path / "quiet", "--quiet").err == ""


def test_progress_tells_names_without_what_steers_a_terminal(recording, myocramp, tmp_path):
    name = "a\x1b[31m\x7f\x9b\u202eé"
    shutil.move(recording, recording.with_name(name + ".h5"))
    done = converted(myocramp, recording.parent, "-o", tmp_path / "out", "--progress", "json")
    assert all(c.isprintable() for c in done.err.replace("\n", ""))
    told = [json.loads(line) for line in done.err.splitlines() if line.startswith("{")]
    assert [(t["event"], t["recording"]) for t in told] == [("progress", name), ("done", name)]


def test_equal_input_gives_equal_bytes(recording, myocramp, tmp_path):
    elsewhere = tmp_path / "elsewhere" / "folder"
    shutil.copytree(recording.parent, elsewhere)
    for path in elsewhere.iterdir():
        os.utime(path, (0, 0))
    converted(myocramp, recording, "-o", tmp_path / "a.nwb")
    converted(myocramp, elsewhere / "night.h5", "-o", tmp_path / "b.nwb")
    assert (tmp_path / "a.nwb").read_bytes() == (tmp_path / "b.nwb").read_bytes()
    (recording.parent / "study.tsv").write_text("recording\tsubject\nnight\tS2\n")
    converted(myocramp, recording, "-o", tmp_path / "c.nwb")
    with h5py.File(tmp_path / "a.nwb") as a, h5py.File(tmp_path / "c.nwb") as c:
        assert a["identifier"][()] != c["identifier"][()]


def test_nwb_of_nwb_keeps_identifier_and_numbers(recording, myocramp, tmp_path):
    converted(myocramp, recording, "-o", tmp_path / "a.nwb")
    converted(myocramp, tmp_path / "a.nwb", "-o", tmp_path / "b.nwb")
    with h5py.File(tmp_path / "a.nwb") as a, h5py.File(tmp_path / "b.nwb") as b:
        assert a["identifier"][()] == b["identifier"][()]
        assert np.array_equal(a["acquisition/emg/data"][()], b["acquisition/emg/data"][()])
        for name in ("conversion", "offset"):
            assert a["acquisition/emg/data"].attrs[name] == b["acquisition/emg/data"].attrs[name]
        assert a["intervals/cramp_episodes/label"].asstr()[()].tolist() == ["cramp", "twitch", "cramp", "artefact"]
        assert set(a["intervals"]) == set(b["intervals"])


def test_what_is_not_taken_over_is_named(recording, myocramp, tmp_path):
    converted(myocramp, recording, "-o", tmp_path / "a.nwb")
    done = converted(myocramp, tmp_path / "a.nwb", "-o", tmp_path / "b.nwb")
    assert "not read" not in done.err
    with h5py.File(tmp_path / "a.nwb", "a") as file:
        file["general/institution"] = "somewhere"
        file.create_group("processing/behavior")
        file["general/extracellular_ephys/electrodes/x"] = np.zeros(2)
    done = converted(myocramp, tmp_path / "a.nwb", "-o", tmp_path / "b.nwb")
    assert (
        "not read: /general/extracellular_ephys/electrodes (column x), /general/institution, /processing/behavior"
        in done.err
    )


def test_gaps_stay_gaps(myocramp, tmp_path):
    emg = np.random.default_rng(1).normal(0, 50, (2, 8000)).astype(np.float32)
    emg[:, 1000:1500] = np.nan
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["emg"] = emg
    layout = GENERIC | {"scale": 1}
    (tmp_path / "layout.json").write_text(json.dumps(layout))
    converted(myocramp, tmp_path / "a.h5", "-o", tmp_path / "a.nwb", "--layout", tmp_path / "layout.json")
    with h5py.File(tmp_path / "a.nwb") as file:
        data = file["acquisition/emg/data"]
        assert data.dtype == np.float32
        assert np.array_equal(data[()], emg.T, equal_nan=True)
        assert data.attrs["conversion"] == 1e-6
    (signal,) = told(myocramp, tmp_path / "a.nwb")["signals"]
    assert signal["gap_samples"] == 1000


@pytest.mark.parametrize(
    ("dtype", "low", "high", "kept"),
    [
        (np.int64, -30000, 30000, np.int16),
        (np.uint16, 0, 30000, np.int16),
        (np.uint16, 0, 65535, np.uint16),
        (np.int32, -40000, 40000, np.int32),
        (np.uint32, 0, 2**32 - 1, np.uint32),
        (np.uint8, 0, 255, np.int16),
    ],
)
def test_integers_keep_the_narrowest_type(dtype, low, high, kept, myocramp, tmp_path):
    numbers = np.random.default_rng(2).integers(low, high, (2, 4000), endpoint=True).astype(dtype)
    numbers[0, :2] = low, high
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["emg"] = numbers
    (tmp_path / "layout.json").write_text(json.dumps(GENERIC))
    converted(myocramp, tmp_path / "a.h5", "-o", tmp_path / "a.nwb", "--layout", tmp_path / "layout.json")
    with h5py.File(tmp_path / "a.nwb") as file:
        data = file["acquisition/emg/data"]
        assert data.dtype == kept
        assert np.array_equal(data[()], numbers.T)
        assert data.attrs["conversion"] == pytest.approx(0.25e-6, rel=1e-15)


def test_a_folder_becomes_a_folder(recording, write_recording, myocramp, tmp_path):
    write_recording(recording.parent / "sub" / "b.h5")
    converted(myocramp, recording.parent, "-o", tmp_path / "out")
    names = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert names == ["night.nwb", "sub/b.nwb"]


def test_one_of_several_fails(recording, myocramp, tmp_path):
    (recording.parent / "bad.h5").write_text("no recording")
    done = myocramp("convert", recording.parent, "-o", tmp_path / "out")
    assert done.code == 4
    assert done.error[0] == "E-HDF5"
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["night.nwb"]
    assert myocramp("convert", recording.parent / "bad.h5", "-o", tmp_path / "x.nwb").code == 3
    assert not (tmp_path / "x.nwb").exists()


@pytest.mark.parametrize(
    ("annotator", "code", "place"),
    [
        (b"Ren\xe9", "E-EVENTS", "a.events.tsv: line 2, column annotator: "),
        (b"Ren\x00", "E-EVENTS", "a.events.tsv: line 2, column annotator: "),
        (b"Ren\\xe9", "E-TEXT", "a.h5: "),  # the escaped form of a byte that NWB cannot hold
    ],
)
def test_text_that_cannot_be_kept_fails_its_own_recording_only(
    annotator, code, place, write_recording, myocramp, tmp_path
):
    inputs = [write_recording(tmp_path / f"{name}.h5") for name in "abc"]
    row = b"1\t2\tcramp\tn/a\tn/a\t" + annotator + b"\tmanual\tn/a\tn/a\n"
    header = b"onset\tduration\ttrial_type\tchannel\tconfidence\tannotator\tlabel_source\tscore\tdetector\n"
    (tmp_path / "a.events.tsv").write_bytes(header + row)
    done = myocramp("convert", *inputs, "-o", tmp_path / "out")
    assert done.code == 4, done.err
    assert done.error[0] == code
    assert place in done.err
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["b.nwb", "c.nwb"]
    assert myocramp("convert", inputs[0], "-o", tmp_path / "a.nwb").code == 3


def test_texts_come_back_as_they_were_and_are_printed_escaped(write_recording, myocramp, tmp_path):
    path = write_recording(tmp_path / "a.h5")
    header = "onset\tduration\ttrial_type\tannotator\n"
    (tmp_path / "a.events.tsv").write_text(header + "1\t2\tcramp\tA\\x0aB \\x1b[31m\x9b\u202e \\x5cx41 é\n")
    annotator = "A\nB \x1b[31m\x9b\u202e \\x41 é"
    converted(myocramp, path, "-o", tmp_path / "b.nwb")
    with h5py.File(tmp_path / "b.nwb") as file:
        assert file["intervals/cramp_episodes/annotator"].asstr()[:].tolist() == [annotator]
    converted(myocramp, tmp_path / "b.nwb", "-o", tmp_path / "c.nwb")
    for copy in ("b", "c"):
        assert told(myocramp, tmp_path / f"{copy}.nwb")["raters"] == {annotator: {"cramp": 1}}
        for arguments in (["info"], ["info", "--json"], ["validate"], ["validate", "--json"]):
            done = myocramp(*arguments, tmp_path / f"{copy}.nwb")
            assert all(c.isprintable() for c in (done.out + done.err).replace("\n", "")), arguments


@pytest.mark.filterwarnings("default")
def test_what_the_inspector_refuses_of_a_subject_is_kept_in_the_provenance(recording, myocramp, tmp_path):
    inspector = pytest.importorskip("nwbinspector")
    converted(myocramp, recording, "-o", tmp_path / "a.nwb")
    with h5py.File(tmp_path / "a.nwb", "r+") as file:  # as others write it
        subject = file["general/subject"]
        subject["weight"] = 70.0
        subject["species"][()] = "human"
    done = converted(myocramp, tmp_path / "a.nwb", "-o", tmp_path / "b.nwb")
    assert "subject: weight: expected a number and kg, g, mg, ug, ng or pg, such as 70 kg, found 70: kept" in done.err
    assert {k: v for k, v in told(myocramp, tmp_path / "b.nwb")["subject"].items() if v} == {
        "id": "S1",
        "species": "human",
        "weight": "70",
    }
    messages = inspector.inspect_nwbfile(nwbfile_path=str(tmp_path / "b.nwb"))
    assert {m.message for m in messages if m.importance.name != "BEST_PRACTICE_SUGGESTION"} == set()


def test_what_a_killed_process_left_is_cleared_where_the_output_lies(write_recording, myocramp, tmp_path):
    write_recording(tmp_path / "in" / "sub" / "b.h5")
    bad = tmp_path / "in" / "sub" / "bad.h5"
    bad.write_text("no recording")
    folder = tmp_path / "out" / "sub"
    folder.mkdir(parents=True)
    gone = subprocess.Popen(["true"])  # a process number that is free again
    gone.wait()
    left = folder / f".myocramp-{socket.gethostname()}-{gone.pid}-1.tmp"
    left.write_text("half a file")
    assert myocramp("convert", tmp_path / "in", "-o", tmp_path / "out").code == 4
    assert [p.name for p in folder.iterdir()] == ["b.nwb"]


def test_wrong_usage(recording, write_recording, myocramp, tmp_path):
    other = write_recording(tmp_path / "other.h5")
    for arguments in (
        (recording, other, "-o", tmp_path / "one.nwb"),
        (recording,),
        ("-o", tmp_path / "one.nwb"),
        (recording, "-o", tmp_path / "one.h5"),  # a folder of that name is hardly meant
    ):
        done = myocramp("convert", *arguments)
        assert done.code == 2, done.err
        assert done.out == ""
    assert not list(tmp_path.glob("one*"))


def test_an_input_is_never_written_over(recording, myocramp, tmp_path):
    converted(myocramp, recording, "-o", tmp_path / "a.nwb")
    before = (tmp_path / "a.nwb").read_bytes()
    for output in (tmp_path / "a.nwb", tmp_path / "link.nwb", tmp_path):
        if output.name == "link.nwb":
            output.symlink_to(tmp_path / "a.nwb")
        done = myocramp("convert", tmp_path / "a.nwb", "-o", output)
        assert (done.code, done.error[0]) == (2, "E-OPTION")
        assert (tmp_path / "a.nwb").read_bytes() == before


def test_output_that_cannot_be_written(recording, myocramp, tmp_path):
    (tmp_path / "taken.nwb").mkdir()
    done = myocramp("convert", recording, "-o", tmp_path / "taken.nwb")
    assert (done.code, done.error[0]) == (5, "E-WRITE")
    assert list((tmp_path / "taken.nwb").iterdir()) == []


def opensignals_counts(path: Path) -> list[np.ndarray]:
    with h5py.File(path) as file:
        return [
            np.column_stack([group["raw"][f"channel_{k}"][:, 0] for k in group.attrs["channels"]])
            for _, group in sorted(file.items())
        ]


@pytest.mark.parametrize(
    "name",
    ["emg_bursts", "emg_fatigue", "emg_1000_hz_16_bits", "emg_1000_hz_16_bits_solo", "emg_1000_hz_8_16_bits"],
)
def test_real_recordings_keep_every_number(name, real_recordings, myocramp, tmp_path):
    source = real_recordings / f"{name}.h5"
    converted(myocramp, source, "-o", tmp_path / "a.nwb")
    before, after = told(myocramp, source), told(myocramp, tmp_path / "a.nwb")
    same = ["rate_hz", "samples", "start_s", "name", "conversion"]
    assert [{k: s[k] for k in same} for s in after["signals"]] == [{k: s[k] for k in same} for s in before["signals"]]
    with h5py.File(source) as original, h5py.File(tmp_path / "a.nwb") as file:
        series = [s for s in file["acquisition"].values() if s.attrs["neurodata_type"] == "ElectricalSeries"]
        by_device = {s.attrs["signal"]: s for s in series}
        assert len(series) == len(original)
        for mac, group in original.items():
            s = by_device.get(mac, series[0])
            data = s["data"]
            relative = s["channel_conversion"][()] if "channel_conversion" in s else np.ones(data.shape[1])
            for c, number in enumerate(group.attrs["channels"]):
                counts = group["raw"][f"channel_{number}"][:, 0]
                assert np.array_equal(data[:, c], counts)
                bits = np.broadcast_to(np.ravel(group.attrs["resolution"]), len(group.attrs["channels"]))[c]
                expected = (counts / 2.0**bits - 0.5) * 3 / 1000
                volts = data[:, c] * (data.attrs["conversion"] * relative[c]) + data.attrs["offset"]
                assert np.abs(volts - expected).max() <= 1e-12 * np.abs(expected).max()


def test_a_real_matlab_file_keeps_every_number(real_recordings, myocramp, tmp_path):
    source = real_recordings.parent / "LocoTool" / "17465_data_ctl.mat"
    if not source.is_file():
        pytest.skip(f"no {source}")
    converted(myocramp, source, "-o", tmp_path / "a.nwb")
    with h5py.File(source) as original, h5py.File(tmp_path / "a.nwb") as file:
        waveforms = {
            name: struct["values"][0]
            for name, struct in original.items()
            if "interval" in struct and "values" in struct
        }
        data = file["acquisition/emg/data"]
        assert data.shape[1] == len(waveforms) == 2
        for c in range(2):
            kept = [np.array_equal(data[:, c], values[: len(data)], equal_nan=True) for values in waveforms.values()]
            assert sum(kept) == 1
        assert data.attrs["conversion"] == 1e-3
