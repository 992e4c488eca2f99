"""Public recordings that are not HDF5, where MYOCRAMP_DATA names their folder; its README names each file's trap."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import myocramp as mc
import numpy as np
import pytest


@pytest.fixture(scope="module")
def data() -> Path:
    named = os.environ.get("MYOCRAMP_DATA")
    if not named:
        pytest.skip("MYOCRAMP_DATA does not name the folder of real recordings")
    folder = Path(named)
    if not (folder / "myonset").is_dir():
        pytest.skip(f"no recordings of other formats in {folder}")
    return folder


def test_three_formats_of_one_recording_agree(data: Path) -> None:
    """The EDF went through the high-pass of 0.16 Hz that its header names, so the BDF is passed through one too."""
    edf, bdf, brainvision = (mc.import_file(data / f"myonset/example_data.{end}") for end in ("edf", "bdf", "vhdr"))
    for rec in (edf, bdf, brainvision):
        assert (rec.fs, rec.channels) == (2048, ["EXG1", "EXG2", "EXG3", "EXG4"])
        assert rec.signals[0].n_samples == 118784
        assert [r.signal for r in rec.refused] == ["Status"]
    assert np.max(np.abs(brainvision.data - bdf.data)) < 0.01e-6
    assert np.median(bdf.data[:, 0]) == pytest.approx(-43e-3, abs=5e-3)
    passed = mc.filter.highpass(bdf.data - bdf.data[0], bdf.fs, cutoff_hz=0.16, order=1, axis=0, causal=True)
    step = 0.5e-6
    assert np.max(np.abs(passed - edf.data)) < 1.1 * step


def test_markers_of_brainvision_count_from_1(data: Path) -> None:
    rec = mc.import_file(data / "myonset/example_data.vhdr")
    with (data / "myonset/example_events.csv").open(newline="") as stream:
        events = list(csv.DictReader(stream))
    codes = {round(e.onset_s * rec.fs): e.label for e in rec.labels if "/" in e.label}
    for event in events:
        found = re.search(r"\d+$", codes[int(event["sample"])])
        assert found
        assert int(found[0]) == int(event["code"])


def test_bipolar_and_filtered_the_recording_is_what_its_authors_show(data: Path) -> None:
    rec = mc.import_file(data / "myonset/example_data.bdf")
    theirs = np.load(data / "myonset/example_data.npy")
    x = rec.data
    ours = np.stack([x[:, 0] - x[:, 1], x[:, 2] - x[:, 3]], axis=1)
    high = mc.filter.highpass(ours - ours[0], rec.fs, cutoff_hz=10, order=3, axis=0, causal=True)
    settled = slice(4096, None)
    for i in range(2):
        assert np.corrcoef(high[settled, i], theirs[i][settled])[0, 1] > 0.9999


def test_missing_milliseconds_are_gaps(data: Path) -> None:
    path = data / "pyemgpipeline/1_raw_data_11-08_21.03.16.txt"
    rec = mc.import_file(path, time_column="time", time_unit="ms", unit="V", channels="channel*")
    (signal,) = rec.signals
    assert sum(stop - start for start, stop in signal.gaps) == 2916
    assert max(stop - start for start, stop in signal.gaps) <= 10
    assert np.isnan(rec.data).sum() == 8 * 2916
    table = np.loadtxt(path, skiprows=1, max_rows=64500)
    rows = (table[:, 0] - table[0, 0]).astype(int)
    np.testing.assert_allclose(rec.data[rows], table[:, 1:9], rtol=1e-12)


def test_runs_of_nan(data: Path) -> None:
    options = {"time_column": "Time", "time_unit": "s", "unit": "mV"}
    for name, missing in (("01", 200), ("02", 8)):
        rec = mc.import_file(data / f"EMGFlow/sample_data_{name}.csv", **options)  # type: ignore[arg-type]
        assert (rec.fs, rec.channels) == (2000, ["EMG_zyg", "EMG_cor"])
        assert np.isnan(rec.data).sum() == missing


def test_corrupted_lines(data: Path) -> None:
    rec = mc.import_file(data / "MUAPs/emg_healthy.txt", time_column=1, time_unit="s", unit="mV")
    assert rec.fs == 4000
    assert rec.signals[0].gaps == [(638, 639), (41463, 41464)]
    assert any("2 lines (639, 41464)" in note for note in rec.notes)


def test_spanish_names_and_a_goniometer(data: Path) -> None:
    for name, n in (("3Amar", 43665), ("3Apie", 22124), ("3Asen", 38971)):
        rec = mc.import_file(data / f"pyemgpipeline/{name}.txt", fs=1000)
        assert rec.channels == ["Recto Femoral", "Biceps Femoral", "Vasto Medial", "EMG Semitendinoso"]
        assert rec.signals[0].n_samples == n
        assert [(r.signal, r.code) for r in rec.refused] == [("Flexo-Extension", "E-UNIT")]


def test_vicon_files(data: Path) -> None:
    for name in ("markers_analogs.c3d", "analogs.csv"):
        rec = mc.import_file(data / "pyomeca" / name)
        assert (rec.fs, len(rec.channels), rec.signals[0].n_samples) == (2000, 38, 11600)
        assert (np.ptp(rec.data, axis=0) == 0).sum() >= 18  # dead channels stay


def test_a_clock_of_arrival_is_refused_and_rows_can_be_counted(data: Path) -> None:
    path = data / "liuyu_bitalino/25.csv"
    with pytest.raises(mc.DataError) as caught:
        mc.import_file(path, time_column="Time", time_unit="s", fs=1000, unit="mV", scale=0.0031939, channels="A*")
    assert caught.value.code == "E-TIMES"
    rec = mc.import_file(path, time_column="none", fs=1000, unit="mV", scale=0.0031939, channels="A*")
    assert rec.duration_s == pytest.approx(102.66)
    # The labelled repetitions are louder than the time between them.
    with (data / "liuyu_bitalino/25.labels.csv").open(newline="") as stream:
        spans = [(float(row["onset_s"]), float(row["offset_s"])) for row in csv.DictReader(stream)]
    emg = mc.filter.bandpass(rec.data[:, 0], rec.fs, low_hz=20, high_hz=450)
    inside = np.zeros(len(emg), dtype=bool)
    for start, stop in spans:
        inside[round(start * 1000) : round(stop * 1000)] = True
    assert emg[inside].std() > 2 * emg[~inside].std()
