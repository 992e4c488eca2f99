"""BrainVision, WFDB, C3D and MATLAB files, written by hand or by the libraries that read them."""

from __future__ import annotations

import warnings
from datetime import date, time
from pathlib import Path
from typing import Any

import ezc3d
import h5py
import myocramp as mc
import numpy as np
import pytest
import scipy.io
from foreign_files import brainvision

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import wfdb

RNG = np.random.default_rng(3)
X = RNG.standard_normal((500, 2))


def refused(path: Path, code: str, *parts: str, **options: Any) -> None:
    with pytest.raises(mc.DataError) as caught:
        mc.import_file(path, **options)
    assert caught.value.code == code
    for part in parts:
        assert part in str(caught.value)


# --- BrainVision ------------------------------------------------------------------------------------------------------


def test_brainvision_units_and_markers_that_count_from_1(tmp_path: Path) -> None:
    markers = [
        "Mk1=New Segment,,1,1,0,20240229123456700000",
        "Mk2=Stimulus,S 20,101,1,0",
        "Mk3=Comment,cramp\\1 strong,201,100,2",
        "Mk4=Comment,phase:rest,1,500,0",
        "Mk5=Comment,BAD_motion,301,50,1",
    ]
    values = np.column_stack([X, X])
    path = brainvision(tmp_path, values, ["GM,,,µV", "GL,,,mV", "knee,,,C", "bare,,"], markers)
    rec = mc.import_file(path)
    assert rec.layout == "brainvision"
    assert rec.channels == ["GM", "GL", "bare"]  # the format's rule: without a unit it is µV
    single = X.astype(np.float32).astype(np.float64)
    expected = np.column_stack([single, single[:, 1]]) * [1e-6, 1e-3, 1e-6]
    expected[:, 2] = single[:, 1] * 1e-6
    np.testing.assert_allclose(rec.data[:, :2], expected[:, :2], rtol=1e-12)
    assert [(r.signal, r.code) for r in rec.refused] == [("knee", "E-UNIT")]
    assert [(e.onset_s, e.duration_s, e.label, e.channels) for e in rec.labels] == [
        (0.1, 0.0, "Stimulus/S 20", []),
        (0.2, 0.1, "cramp, strong", ["GL"]),
    ]
    assert rec.protocol == [mc.Phase(0, 0.5, "rest")]
    assert rec.invalid_times == [mc.InvalidSpan(0.3, 0.35, "motion", ("GM",))]
    assert rec.session_start == "2024-02-29T12:34:56.700000+00:00"


def test_brainvision_integers_have_their_resolution(tmp_path: Path) -> None:
    counts = RNG.integers(-30000, 30000, (500, 2))
    path = brainvision(tmp_path, counts, ["GM,,0.5,µV", "GL,,0.1,mV"], ["Mk1=New Segment,,1,1,0"], binary="INT_16")
    np.testing.assert_allclose(mc.import_file(path).data, counts * [0.5e-6, 0.1e-3], rtol=1e-12)


def test_brainvision_segments_with_dates_leave_a_gap_and_without_one_a_note(tmp_path: Path) -> None:
    markers = [
        "Mk1=New Segment,,1,1,0,20240229120000000000",
        "Mk2=New Segment,,201,1,0,20240229120000500000",
        "Mk3=Comment,cramp,251,1,0",
    ]
    rec = mc.import_file(brainvision(tmp_path, X, ["GM,,,µV", "GL,,,µV"], markers))
    assert rec.signals[0].gaps == [(200, 500)]
    assert rec.signals[0].n_samples == 800
    np.testing.assert_allclose(rec.data[500:], X[200:].astype(np.float32) * 1e-6, rtol=1e-6)
    assert [e.onset_s for e in rec.labels] == [0.55]
    markers[1] = "Mk2=New Segment,,201,1,0,0"
    rec = mc.import_file(brainvision(tmp_path, X, ["GM,,,µV", "GL,,,µV"], markers))
    assert rec.signals[0].gaps == []
    assert rec.invalid_times == [mc.InvalidSpan(0.2, 0.201, "new segment")]
    assert any("without a date" in note for note in rec.notes)
    markers[1] = "Mk2=New Segment,,201,1,0,20240229120000100000"
    refused(brainvision(tmp_path, X, ["GM,,,µV", "GL,,,µV"], markers), "E-TIMES", "marker at sample 201")


def test_text_that_no_file_can_hold_is_the_files_fault(tmp_path: Path) -> None:
    path = brainvision(tmp_path, X, ["GM,,,µV", "GL,,,µV"], ["Mk1=New Segment,,1,1,0", "Mk2=Comment,a\0b,2,1,0"])
    refused(path, "E-TEXT", str(path))


def test_parts_of_a_brainvision_recording_name_its_header(tmp_path: Path) -> None:
    path = brainvision(tmp_path, X, ["GM,,,µV", "GL,,,µV"], ["Mk1=New Segment,,1,1,0"])
    refused(path.with_suffix(".eeg"), "E-FORMAT", "import a.vhdr")
    refused(path.with_suffix(".vmrk"), "E-FORMAT", ".vhdr")
    path.with_suffix(".eeg").unlink()
    refused(path, "E-FORMAT")


@pytest.mark.parametrize("name", ["../a.eeg", "/etc/passwd", "sub/a.eeg", "..", "c:a.eeg", "link.eeg"])
def test_no_header_makes_us_read_a_file_outside_its_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    path = brainvision(folder, X, ["GM,,,µV", "GL,,,µV"], ["Mk1=New Segment,,1,1,0"])
    for copy in (tmp_path / "a.eeg", folder / "sub" / "a.eeg"):
        copy.write_bytes((folder / "a.eeg").read_bytes())
    (folder / "link.eeg").symlink_to(tmp_path / "a.eeg")
    path.write_text(path.read_text().replace("DataFile=a.eeg", f"DataFile={name}"))
    refused(path, "E-FORMAT" if name == "link.eeg" else "E-LINK", name)
    write_wfdb(folder, RNG.integers(-5, 5, (500, 1)))
    header = folder / "rec.hea"
    header.write_text(header.read_text().replace("rec.dat", name))
    refused(header, "E-FORMAT" if name == "link.eeg" else "E-LINK", name)


@pytest.mark.parametrize(
    "lines", ["datafile = ../a.eeg", "DataFile: ../a.eeg", "DataFile=a.eeg\nmarkerfile=../a.vmrk", "Codepage=UTF-8"]
)
def test_no_spelling_of_a_key_makes_us_read_a_file_outside_the_folder(lines: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    path = brainvision(folder, X, ["GM,,,µV", "GL,,,µV"], ["Mk1=New Segment,,1,1,0"])
    for name in ("a.eeg", "a.vmrk"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    header = path.read_text().replace("DataFile=a.eeg\n", "").replace("MarkerFile=a.vmrk\n", "")
    path.write_text(header.replace("Codepage=UTF-8", f"{lines}\n[Other]\nDataFile=a.eeg\nMarkerFile=a.vmrk\n", 1))
    with pytest.raises(mc.DataError) as caught:
        mc.import_file(path)
    assert caught.value.code in ("E-LINK", "E-FORMAT")
    hidden = "[Common Infos]\nCodepage=utf-7\n+AGQAYQB0AGEAZgBpAGwAZQ-=../a.eeg\n"
    path.write_text(header.replace("[Common Infos]\nCodepage=UTF-8\n", hidden + "other=1\n"))
    refused(path, "E-FORMAT", "DataFile")


@pytest.mark.parametrize(
    ("unit", "volts"),
    [
        *((u, 1.0) for u in ("V", "v", "Volt", "volts")),
        *((u, 1e-3) for u in ("mV", "mv", "millivolt")),
        *((u, 1e-6) for u in ("", "\u00b5V", "\u03bcV", "\u00b5v", "uV", "uv", "UV", "microvolt", "Microvolts")),
        *((u, 1e-9) for u in ("nV", "nv", "NV")),
    ],
)
def test_brainvision_units_in_every_spelling(unit: str, volts: float, tmp_path: Path) -> None:
    counts = RNG.integers(-30000, 30000, (500, 2))
    rec = mc.import_file(brainvision(tmp_path, counts, [f"GM,,0.1,{unit}", "GL,,0.1,mV"], [], binary="INT_16"))
    np.testing.assert_allclose(rec.data, counts * [0.1 * volts, 0.1e-3], rtol=1e-12)


def test_brainvision_names_a_unit_that_it_does_not_know(tmp_path: Path) -> None:
    units = ["mV", "uVolt", "MV", "N", "C"]
    path = brainvision(tmp_path, np.column_stack([X, X, X[:, 0]]), [f"{u}_,,,{u}" for u in units], [])
    rec = mc.import_file(path)
    assert rec.channels == ["mV_"]
    assert [(r.code, r.reason.partition("found ")[2]) for r in rec.refused] == [("E-UNIT", u) for u in units[1:]]


def test_brainvision_channels_of_one_name_are_named(tmp_path: Path) -> None:
    path = brainvision(tmp_path, np.column_stack([X, X]), ["a,,,µV", "G\\1M,,,mV", "b,,,µV", "G\\1M,,,µV"], [])
    refused(path, "E-CHANNELS", "Channel Infos: expected channels of different names, found G,M as Ch2 and Ch4")


def test_a_brainvision_header_without_a_channel(tmp_path: Path) -> None:
    path = brainvision(tmp_path, X, ["GM,,,µV", "GL,,,µV"], [])
    path.write_text(path.read_text().replace("Ch2=", "Ch3="))
    refused(path, "E-FORMAT")


# --- WFDB -------------------------------------------------------------------------------------------------------------


def write_wfdb(folder: Path, counts: np.ndarray, **fields: Any) -> Path:
    n = counts.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wfdb.wrsamp(
            "rec",
            fs=fields.pop("fs", 1000),
            units=fields.pop("units", ["mV"] * n),
            sig_name=fields.pop("sig_name", [f"EMG{i + 1}" for i in range(n)]),
            d_signal=counts,
            fmt=["16"] * n,
            adc_gain=fields.pop("adc_gain", [200.0] * n),
            baseline=fields.pop("baseline", [0] * n),
            write_dir=str(folder),
            **fields,
        )
    return folder / "rec.hea"


def test_wfdb_counts_annotations_and_date(tmp_path: Path) -> None:
    counts = RNG.integers(-3000, 3000, (500, 2))
    path = write_wfdb(
        tmp_path,
        counts,
        adc_gain=[200.0, 400.0],
        base_date=date(2001, 2, 3),
        base_time=time(4, 5, 6),
        comments=["age 40"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wfdb.wrann(
            "rec",
            "atr",
            np.array([100, 250]),
            symbol=['"', "N"],
            aux_note=["cramp", ""],
            chan=np.array([1, 0]),
            fs=1000,
            write_dir=str(tmp_path),
        )
    rec = mc.import_file(path)
    assert (rec.layout, rec.fs, rec.channels) == ("wfdb", 1000, ["EMG1", "EMG2"])
    np.testing.assert_allclose(rec.data, counts / [200, 400] * 1e-3, rtol=1e-12)
    assert [(e.onset_s, e.label, e.channels) for e in rec.labels] == [
        (0.1, "cramp", ["EMG2"]),
        (0.25, "N", ["EMG1"]),
    ]
    assert rec.session_start == "2001-02-03T04:05:06+00:00"
    assert "comment: age 40" in rec.notes
    rec.save(tmp_path / "a.nwb")
    with h5py.File(tmp_path / "a.nwb") as file:
        assert np.array_equal(file["acquisition/emg/data"][:], counts)
    refused(path.with_suffix(".dat"), "E-FORMAT", "import rec.hea")


def test_wfdb_missing_samples_baselines_and_what_is_not_calibrated(tmp_path: Path) -> None:
    counts = RNG.integers(-3000, 3000, (500, 3))
    counts[10:20] = -32768
    counts[30, 0] = -32768
    path = write_wfdb(tmp_path, counts, baseline=[0, 100, 0], units=["mV", "mV", "degrees"])
    rec = mc.import_file(path)
    assert rec.channels == ["EMG1", "EMG2"]
    assert [(r.signal, r.code) for r in rec.refused] == [("EMG3", "E-UNIT")]
    expected = (counts[:, :2] - [0, 100]) / 200 * 1e-3
    expected[counts[:, :2] == -32768] = np.nan
    np.testing.assert_allclose(rec.data, expected, rtol=1e-9, atol=1e-15)
    assert rec.signals[0].gaps == [(10, 20)]
    text = path.read_text().replace("200.0(0)/mV", "0/mV")
    assert text != path.read_text()
    path.write_text(text)
    assert ("EMG1", "E-SCALE") in [(r.signal, r.code) for r in mc.import_file(path).refused]


def test_wfdb_of_two_rates_is_two_signals(tmp_path: Path) -> None:
    frames = RNG.integers(-3000, 3000, (100, 5)).astype("<i2")
    frames.tofile(tmp_path / "rec.dat")
    head = "rec 2 250 100\nrec.dat 16x4 200(0)/mV 16 0 0 0 0 EMG\nrec.dat 16 200(0)/uV 16 0 0 0 0 slow\n"
    (tmp_path / "rec.hea").write_text(head)
    rec = mc.import_file(tmp_path / "rec.hea")
    assert [(s.fs, s.n_samples, s.channels) for s in rec.signals] == [(1000, 400, ["EMG"]), (250, 100, ["slow"])]
    np.testing.assert_allclose(rec.signals[0].data[:, 0], frames[:, :4].ravel() / 200 * 1e-3, rtol=1e-12)


@pytest.mark.parametrize("head", ["rec 1", "rec 1 nan 500", "rec 1 0 500", "rec 1 1e3 500", "rec 1 2000000 500"])
def test_wfdb_without_a_rate(head: str, tmp_path: Path) -> None:
    path = write_wfdb(tmp_path, RNG.integers(-5, 5, (500, 1)))
    path.write_text("\n".join([head, *path.read_text().splitlines()[1:]]) + "\n")
    refused(path, "E-RATE")


def test_wfdb_with_a_gain_that_is_no_number(tmp_path: Path) -> None:
    path = write_wfdb(tmp_path, RNG.integers(-5, 5, (500, 2)))
    path.write_text(path.read_text().replace("200.0(0)/mV", "1e400(0)/mV", 1))
    rec = mc.import_file(path)
    assert (rec.channels, [(r.signal, r.code) for r in rec.refused]) == (["EMG2"], [("EMG1", "E-SCALE")])


def test_wfdb_without_its_signals(tmp_path: Path) -> None:
    path = write_wfdb(tmp_path, RNG.integers(-5, 5, (500, 1)))
    path.with_suffix(".dat").unlink()
    refused(path, "E-FORMAT")


# --- C3D --------------------------------------------------------------------------------------------------------------


def test_c3d_analogue_channels_with_units(tmp_path: Path) -> None:
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [100]
    file["parameters"]["POINT"]["LABELS"]["value"] = ["heel"]
    file["data"]["points"] = np.zeros((4, 1, 50))
    file["parameters"]["ANALOG"]["RATE"]["value"] = [1000]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = ["GM", "GL", "Fz", "dead"]
    file["parameters"]["ANALOG"]["UNITS"]["value"] = ["V", "mV", "N", "V"]
    file["data"]["analogs"] = np.stack([X[:, 0], X[:, 1], X[:, 0], np.zeros(500)])[np.newaxis]
    file.add_parameter("EVENT", "LABELS", ["Foot Strike"])
    file.add_parameter("EVENT", "CONTEXTS", ["Left"])
    file.add_parameter("EVENT", "TIMES", np.array([[0.0], [0.25]]))
    file.write(str(tmp_path / "a.c3d"))
    rec = mc.import_file(tmp_path / "a.c3d")
    assert (rec.layout, rec.fs, rec.channels) == ("c3d", 1000, ["GM", "GL", "dead"])
    np.testing.assert_allclose(rec.data[:, :2], X * [1, 1e-3], rtol=1e-6)
    assert np.ptp(rec.data[:, 2]) == 0
    assert [(r.signal, r.code) for r in rec.refused] == [("Fz", "E-UNIT")]
    assert any("1 markers" in note for note in rec.notes)
    assert [(e.onset_s, e.label) for e in rec.labels] == [(0.25, "Left Foot Strike")]


def test_a_damaged_c3d(tmp_path: Path) -> None:
    (tmp_path / "a.c3d").write_bytes(b"\x02\x50" + b"\0" * 40)
    refused(tmp_path / "a.c3d", "E-FORMAT")


# --- MATLAB before v7.3 -----------------------------------------------------------------------------------------------


def test_matlab_structs_that_say_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    names = np.array(["GM", "GL"], dtype=object)
    scipy.io.savemat(path, {"rec": {"data": X, "fs": 2000.0, "unit": "mV", "labels": names}})
    rec = mc.import_file(path)
    assert (rec.layout, rec.fs, rec.channels) == ("matlab5", 2000, ["GM", "GL"])
    np.testing.assert_array_equal(rec.data, X * 1e-3)
    refused(path, "E-RATE", "2000", fs=1000)
    scipy.io.savemat(path, {"rec": {"data": X.T, "fs": 2000.0, "unit": "mV"}})
    rec = mc.import_file(path)
    np.testing.assert_array_equal(rec.data, X * 1e-3)
    assert any("longer dimension" in note for note in rec.notes)


def test_matlab_what_is_missing_names_its_option(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"EMG": {"channelData": X[:, :1], "fs": 250}})
    refused(path, "E-UNIT", "option unit")
    rec = mc.import_file(path, unit="uV")
    assert rec.fs == 250
    assert any("the only array beside a rate" in note for note in rec.notes)
    scipy.io.savemat(path, {"emg": X, "label": np.arange(500.0)})
    refused(path, "E-RATE", "option fs", unit="mV")
    rec = mc.import_file(path, fs=1000, unit="mV")
    assert "/label: not read" in rec.notes
    counts = RNG.integers(-3000, 3000, (500, 2)).astype(np.int16)
    scipy.io.savemat(path, {"emg": counts})
    refused(path, "E-SCALE", "option scale", fs=1000, unit="uV")
    rec = mc.import_file(path, fs=1000, unit="uV", scale=0.5)
    np.testing.assert_allclose(rec.data, counts * 0.5e-6, rtol=1e-12)
    scipy.io.savemat(path, {"emg": X, "fs": 1000, "unit": "deg"})
    refused(path, "E-UNIT", "deg")
    scipy.io.savemat(path, {"a": 5})
    refused(path, "E-LAYOUT", "/: a")


def cell(*texts: str) -> np.ndarray:
    return np.array(texts, dtype=object)


@pytest.mark.parametrize("units", [cell("mV", "uV"), np.array(["mV", "uV"]), cell("mV", "\u03bcV")])
def test_matlab_a_unit_for_each_channel(units: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"data": X, "fs": 1000.0, "units": units})
    np.testing.assert_allclose(mc.import_file(path).data, X * [1e-3, 1e-6], rtol=1e-15)
    counts = RNG.integers(-3000, 3000, (500, 2)).astype(np.int16)
    scipy.io.savemat(path, {"data": counts, "fs": 1000.0, "units": units})
    rec = mc.import_file(path, scale=0.5, offset=2)
    np.testing.assert_allclose(rec.data, (counts * 0.5 + 2) * [1e-3, 1e-6], rtol=1e-12)


def test_matlab_units_are_not_overruled(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    three = np.column_stack([X, X[:, 0]])
    for units in ("mV", cell("mV", "mV", "mV")):
        scipy.io.savemat(path, {"data": three, "fs": 1000.0, "units": units})
        refused(path, "E-UNIT", "option unit, uV", "found mV", unit="uV")
        np.testing.assert_array_equal(mc.import_file(path, unit="mV").data, three * 1e-3)
    scipy.io.savemat(path, {"data": three, "fs": 1000.0, "units": cell("mV", "", "N")})
    rec = mc.import_file(path, unit="uV")
    np.testing.assert_allclose(rec.data, X * [1e-3, 1e-6], rtol=1e-15)
    assert [(r.signal, r.code) for r in rec.refused] == [("ch3", "E-UNIT")]
    assert [r.signal for r in mc.import_file(path).refused] == ["ch2", "ch3"]
    scipy.io.savemat(path, {"data": three, "fs": 1000.0, "units": cell("mV", "uV")})
    refused(path, "E-UNIT", "/data: expected 3 units", "2")
    scipy.io.savemat(path, {"V": {"title": "GM", "units": "mV", "interval": 1e-3, "values": X[:, 0]}})
    refused(path, "E-UNIT", "option unit, uV", "found mV", unit="uV")


def test_matlab_reads_only_emg(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    names = cell("GM", "ECG", "Trigger")
    data = np.column_stack([X, X[:, 0]])
    scipy.io.savemat(path, {"data": data, "fs": 1000.0, "units": "mV", "channel_names": names})
    rec = mc.import_file(path)
    assert (rec.channels, [(r.signal, r.code) for r in rec.refused]) == (
        ["GM"],
        [("ECG", "E-SENSOR"), ("Trigger", "E-SENSOR")],
    )
    rec = mc.import_file(path, channels="ECG")
    np.testing.assert_array_equal(rec.data, X[:, 1:] * 1e-3)
    assert "channel GM: left out, not chosen" in rec.notes
    refused(path, "E-CHANNEL", "GM, ECG, Trigger", channels="nosuch")
    scipy.io.savemat(path, {"data": data[:, 1:], "fs": 1000.0, "units": "mV", "channel_names": names[1:]})
    refused(path, "E-SENSOR", "ECG", "Trigger")


def test_matlab_by_a_layout(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"s": {"deep": {"x": X, "rate": 1500}}})
    layout = tmp_path / "l.json"
    layout.write_text('{"signal": "/s/deep/x", "axes": ["time", "channel"], "rate_hz": "/s/deep/rate", "unit": "mV"}')
    rec = mc.import_file(path, layout=layout)
    assert rec.fs == 1500
    np.testing.assert_array_equal(rec.data, X * 1e-3)
    layout.write_text('{"signal": "/nosuch", "rate_hz": 5, "unit": "mV"}')
    refused(path, "E-PATH", layout=layout)


def test_matlab_spike2(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    wave = {"title": "Flexor", "units": "mV", "interval": 1e-3, "start": 0.0}
    counts = RNG.integers(-3000, 3000, 500).astype(np.int16)
    scipy.io.savemat(
        path,
        {
            "V1": {**wave, "values": X[:, 0]},
            "V2": {**wave, "title": "Extensor", "values": X[:, 1]},
            "V3": {**wave, "title": "Raw", "values": counts, "scale": 1.0, "offset": 0.5, "start": 0.25},
            "V4": {**wave, "title": "Angle", "units": "deg", "values": X[:, 0]},
            "V5": {"title": "Keyboard", "times": np.arange(200.0)},
        },
    )
    rec = mc.import_file(path)
    assert [(s.channels, s.start_s) for s in rec.signals] == [(["Flexor", "Extensor"], 0), (["Raw"], 0.25)]
    np.testing.assert_array_equal(rec.signals[0].data, X * 1e-3)
    np.testing.assert_allclose(rec.signals[1].data[:, 0], (counts / 6553.6 + 0.5) * 1e-3, rtol=1e-12)
    assert [(r.signal, r.code) for r in rec.refused] == [("Angle", "E-UNIT")]
    assert "/V5: events, not read" in rec.notes


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"values": np.ones((50, 40)), "times": np.arange(50.0)}, "E-RANK"),  # a WaveMark: spikes cut out
        ({"values": np.ones(500, np.int16), "scale": [1.0, 2.0], "offset": 0.0}, "E-SCALE"),
        ({"values": np.ones(500, np.int16), "scale": np.nan, "offset": 0.0}, "E-SCALE"),
        ({"values": np.ones(500, np.int16), "scale": 1.0}, "E-SCALE"),
        ({"values": X[:, 0], "start": [0.0, 1.0]}, "E-TIME"),
        ({"values": X[:, 0], "interval": 1e-9}, "E-RATE"),
    ],
)
def test_a_wrong_channel_of_spike2_leaves_the_others(fields: dict[str, Any], code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    wave = {"title": "EMG", "units": "mV", "interval": 1e-3}
    scipy.io.savemat(path, {"W": {**wave, **fields}})
    refused(path, code)
    scipy.io.savemat(path, {"W": {**wave, **fields}, "V": {**wave, "title": "GM", "values": X[:, 0]}})
    rec = mc.import_file(path)
    assert (rec.channels, [(r.signal, r.code) for r in rec.refused]) == (["GM"], [(rec.refused[0].signal, code)])


def test_a_struct_of_another_quantity_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    data = {"data": X, "fs": 1000}
    scipy.io.savemat(path, {"force": {**data, "unit": "N"}, "emg": {**data, "unit": "mV"}, "bare": data})
    rec = mc.import_file(path)
    np.testing.assert_array_equal(rec.data, X * 1e-3)
    assert sorted((r.signal, r.code) for r in rec.refused) == [("/bare/data", "E-UNIT"), ("/force/data", "E-UNIT")]


def test_a_damaged_matlab_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"emg": X})
    path.write_bytes(path.read_bytes()[:2000])
    refused(path, "E-FORMAT")
