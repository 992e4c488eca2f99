"""NWB files as pynwb, MatNWB and AqNWB write them, seen through `info --json`."""

import datetime
import json
import os
import subprocess
import sys
import textwrap

import h5py
import numpy as np
import pytest

ZONE = datetime.timezone(datetime.timedelta(hours=2))
START = datetime.datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=ZONE)
ELECTRODES = "/general/extracellular_ephys/electrodes"


@pytest.fixture
def told(myocramp):
    """Return what `info --json` tells of one file."""

    def tell(path):
        done = myocramp("info", "--json", path)
        assert done.code == 0, done.err
        (one,) = json.loads(done.out)
        return one

    return tell


def notes_with(told, part):
    return [note for note in told["notes"] if part in note]


# --- pynwb ----------------------------------------------------------------------------------------


@pytest.fixture
def pynwb():
    return pytest.importorskip("pynwb", exc_type=ImportError)


@pytest.fixture
def session(pynwb):
    """Return a session with three electrodes and a region of the first and the last."""
    file = pynwb.NWBFile(session_description="a session", identifier="an id", session_start_time=START, session_id="s")
    device = file.create_device(name="amplifier")
    group = file.create_electrode_group(name="calf", description="d", location="calf", device=device)
    file.add_electrode_column(name="muscle", description="d")
    file.add_electrode_column(name="label", description="d")
    for muscle, label in (("soleus", "SO"), ("n/a", "TA"), ("gastrocnemius_µ", "GM")):
        file.add_electrode(location="calf", group=group, muscle=muscle, label=label)
    return file, file.create_electrode_table_region(region=[0, 2], description="d")


@pytest.fixture
def save(pynwb, tmp_path):
    """Return a function that writes a session."""

    def write(file):
        path = tmp_path / "a.nwb"
        with pynwb.NWBHDF5IO(path, "w") as io:
            io.write(file)
        return path

    return write


def electrical_series(name, data, electrodes, **more):
    from pynwb.ecephys import ElectricalSeries

    return ElectricalSeries(name=name, data=data, electrodes=electrodes, **more)


def test_pynwb_session(pynwb, session, save, told, myocramp):
    file, region = session
    file.subject = pynwb.file.Subject(subject_id="x1", species="Homo sapiens", age="P30Y", sex="F", weight="70 kg")
    data = pynwb.H5DataIO(
        np.arange(200, dtype="int64").reshape(100, 2), compression="gzip", shuffle=True, chunks=(30, 2)
    )
    file.add_acquisition(
        electrical_series(
            "emg", data, region, rate=1000.0, starting_time=1.5, conversion=2e-7, channel_conversion=[1.0, 2.0]
        )
    )
    one = told(save(file))
    assert (one["layout"], one["identifier"], one["description"], one["session"]) == ("nwb", "an id", "a session", "s")
    assert one["session_start"] == "2024-01-02T03:04:05.678901+02:00"
    assert one["subject"] == {
        "id": "x1",
        "species": "Homo sapiens",
        "sex": "F",
        "age": "P30Y",
        "weight": "70 kg",
        "description": None,
    }
    (signal,) = one["signals"]
    assert (signal["name"], signal["rate_hz"], signal["start_s"], signal["samples"]) == ("", 1000, 1.5, 100)
    assert [(c["name"], c["muscle"], c["step_v"]) for c in signal["channels"]] == [
        ("SO", "soleus", 2e-7),
        ("GM", "gastrocnemius_µ", 4e-7),
    ]
    assert "channel      SO  (V, 0.2 uV per step, soleus)" in myocramp("info", one["file"]).out


def test_pynwb_shares_timestamps_and_electrodes_by_links(pynwb, session, save, told):
    file, region = session
    times = np.arange(100) / 2048
    times[60:] += 0.5
    first = electrical_series("first", np.zeros((100, 2), "float32"), region, timestamps=times)
    file.add_acquisition(first)
    file.add_acquisition(electrical_series("second", np.ones((100, 2)), region, timestamps=first))
    file.add_acquisition(pynwb.TimeSeries(name="third", data=np.ones(100), unit="mV", timestamps=first))
    file.add_acquisition(pynwb.TimeSeries(name="force", data=np.ones(100), unit="N", rate=10.0))
    path = save(file)
    with h5py.File(path) as h5:  # else this test would show nothing
        assert isinstance(h5.get("acquisition/second/timestamps", getlink=True), h5py.SoftLink)
        assert isinstance(h5.get("acquisition/second/electrodes", getlink=True), h5py.SoftLink)
    one = told(path)
    assert [s["name"] for s in one["signals"]] == ["first", "second", "third"]
    for signal in one["signals"]:
        assert (signal["rate_hz"], signal["samples"]) == (2048, 1124)
        assert signal["gap_samples"] == 1024 * len(signal["channels"])
    assert [c["name"] for c in one["signals"][1]["channels"]] == ["second/SO", "second/GM"]
    assert notes_with(one, "with 1 hole of together 1024 samples")
    (refused,) = one["refused"]
    assert (refused["signal"], refused["code"]) == ("force", "E-UNIT")
    assert "found N" in refused["reason"]


def test_pynwb_tables(pynwb, session, save, told):
    file, region = session
    emg = electrical_series("emg", np.zeros((100, 2), "int16"), region, rate=100.0)
    file.add_acquisition(emg)
    file.add_invalid_time_interval(start_time=0.1, stop_time=0.2, tags=["moved", "µ"], timeseries=[emg])
    file.add_invalid_time_interval(start_time=0.3, stop_time=0.4, tags=["off"], timeseries=[emg])
    file.add_trial_column(name="condition", description="d")
    file.add_trial(start_time=0.0, stop_time=1.0, condition="hot")
    episodes = pynwb.epoch.TimeIntervals(name="cramp_episodes", description="d")
    episodes.add_column(name="label", description="d")
    episodes.add_column(name="annotator", description="d")
    for start, label in ((0.5, "cramp"), (0.2, "twitch"), (0.7, "cramp")):
        episodes.add_row(start_time=start, stop_time=start + 0.1, label=label, annotator="r1")
    file.add_time_intervals(episodes)
    trains = pynwb.epoch.TimeIntervals(name="stim_trains", description="d")
    trains.add_column(name="elicited_cramp", description="d")
    trains.add_column(name="frequency_hz", description="d")
    trains.add_row(start_time=0.0, stop_time=0.1, elicited_cramp=True, frequency_hz=14)
    file.add_time_intervals(trains)
    one = told(save(file))
    assert [s["reason"] for s in one["invalid_times"]] == ["moved, µ", "off"]
    assert one["labels"] == {"cramp": 2, "twitch": 1}
    assert one["raters"] == {"r1": {"cramp": 2, "twitch": 1}}
    (train,) = one["stim_trains"]
    assert (train["elicited_cramp"], train["frequency_hz"], train["amplitude_a"]) == ("yes", 14, None)
    assert notes_with(one, "/intervals/trials: a table of another kind: not read")
    assert notes_with(one, "/intervals/invalid_times/timeseries: not read")


# --- the shapes of other writers ------------------------------------------------------------------


def text(value):
    return np.array([value.encode()])


@pytest.fixture
def write_other(tmp_path):
    """Return a function that writes a file of NWB 2.9 in another writer's form."""

    def write(build, **options):
        path = tmp_path / "b.nwb"
        with h5py.File(path, "w", **options) as h5:
            h5.attrs["nwb_version"] = "2.9.0"
            h5.attrs["neurodata_type"] = "NWBFile"
            h5.create_dataset("timestamps_reference_time", data="2024-01-02T03:04:05Z")
            build(h5)
        return path

    return write


def test_values_as_arrays_of_one(write_other, told):
    """MatNWB: fixed texts, single values as arrays of one, attributes too."""

    def build(h5):
        h5["session_description"] = text("a session")
        h5["general/subject/subject_id"] = text("x1")
        table = h5.create_group(ELECTRODES)
        table["id"] = np.arange(2)
        table["location"] = np.array([b"soleus  ", b"unknown "])
        series = h5.create_group("acquisition/emg")
        series.attrs["neurodata_type"] = np.array([b"ElectricalSeries"])
        series["data"] = np.arange(40, dtype="int16").reshape(20, 2)
        series["data"].attrs["unit"] = np.array([b"volts"])
        series["data"].attrs["conversion"] = np.array([1e-6], "f4")
        series["starting_time"] = np.array([0.25])
        series["starting_time"].attrs["rate"] = np.array([2000], "f4")
        series["electrodes"] = np.array([[0], [1]])
        series["electrodes"].attrs["table"] = table.ref

    one = told(write_other(build))
    assert one["subject"]["id"] == "x1"
    assert one["description"] == "a session"
    (signal,) = one["signals"]
    assert (signal["rate_hz"], signal["start_s"], signal["samples"]) == (2000, 0.25, 20)
    assert [c["name"] for c in signal["channels"]] == ["ch0", "ch1"]
    assert signal["channels"][0]["step_v"] == float(np.float32(1e-6))


def test_channel_first_is_named(write_other, myocramp):
    def build(h5):
        h5[f"{ELECTRODES}/id"] = np.arange(3)
        h5[f"{ELECTRODES}/location"] = ["a", "b", "c"]
        h5["acquisition/emg/data"] = np.zeros((3, 500))
        h5["acquisition/emg/electrodes"] = np.arange(3)
        h5["acquisition/emg"].attrs["neurodata_type"] = "ElectricalSeries"

    done = myocramp("info", write_other(build))
    assert done.code == 3
    code, message = done.error
    assert code == "E-RANK"
    assert "transposed" in message


RECORDER = """
    import itertools, sys, h5py, numpy as np
    h5 = h5py.File(sys.argv[1], "w", libver=("v110", "v110"))
    h5.attrs["nwb_version"] = "2.9.0"
    h5["timestamps_reference_time"] = "2024-01-02T03:04:05Z"
    table = h5.create_group("general/extracellular_ephys/electrodes")
    table.attrs["neurodata_type"] = "ElectrodesTable"
    for name, values in (("id", np.arange(2)), ("location", ["soleus", "unknown"]), ("channel_name", ["SO", "TA"])):
        dtype = h5py.string_dtype() if name != "id" else "i4"
        table.create_dataset(name, data=values, dtype=dtype, maxshape=(None,), chunks=(16,))
    series = h5.create_group("acquisition/emg")
    series.attrs["neurodata_type"] = "ElectricalSeries"
    data = series.create_dataset("data", (0, 2), "i2", maxshape=(None, 2), chunks=(2048, 2))
    data.attrs["unit"] = "volts"
    data.attrs["conversion"] = np.float32(1e-6)
    times = series.create_dataset("timestamps", (0,), "f8", maxshape=(None,), chunks=(2048,))
    region = series.create_dataset("electrodes", data=np.arange(2, dtype="i4"), maxshape=(None,), chunks=(16,))
    region.attrs["table"] = table.ref
    if sys.argv[2] == "swmr":
        h5.swmr_mode = True
    for line in itertools.chain(["5000"], sys.stdin):
        n = int(line)
        for dataset, values in ((data, np.ones((n, 2), "i2")), (times, np.arange(n) / 1000)):
            dataset.resize(n, axis=0)
            dataset[:] = values
            dataset.flush()
        if sys.argv[2] != "swmr":
            h5.flush()
        print("written", flush=True)
"""


@pytest.fixture
def recorder(tmp_path):
    """Return a function that starts a program that records until it is closed."""
    running = []

    def start(mode, **environment):
        path = tmp_path / "live.nwb"
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(RECORDER), str(path), mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        running.append(process)
        assert process.stdout.readline() == "written\n"
        return path, process

    yield start
    for process in running:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def test_a_recording_that_goes_on_is_read_as_far_as_it_is(recorder, told):
    path, process = recorder("swmr")
    one = told(path)
    (signal,) = one["signals"]
    assert (signal["samples"], signal["rate_hz"]) == (5000, 1000)
    assert [c["name"] for c in signal["channels"]] == ["SO", "TA"]
    assert notes_with(one, "still being written, or its writer ended without closing it: read up to 5000 samples")
    process.stdin.write("7000\n")
    process.stdin.flush()
    assert process.stdout.readline() == "written\n"
    assert told(path)["signals"][0]["samples"] == 7000
    process.stdin.close()
    process.wait()
    closed = told(path)
    assert closed["signals"][0]["samples"] == 7000
    assert not notes_with(closed, "still being written")


def test_a_recorder_that_died_leaves_what_it_wrote(recorder, told):
    path, process = recorder("swmr")
    process.kill()
    process.wait()
    one = told(path)
    assert one["signals"][0]["samples"] == 5000
    assert notes_with(one, "its writer ended without closing it")


@pytest.mark.parametrize("locking", ["TRUE", "FALSE"])
def test_a_file_open_for_writing_otherwise_is_refused(recorder, myocramp, locking):
    path, _ = recorder("plain", HDF5_USE_FILE_LOCKING=locking)
    done = myocramp("info", path)
    assert done.code == 3
    assert done.error[0] == "E-LOCKED"
