"""Median frequency of a public fatiguing recording, by hand, where MYOCRAMP_DATA names it."""

import csv
import os
from pathlib import Path

import myocramp as mc
import numpy as np
import pytest


@pytest.fixture(scope="module")
def recordings():
    named = os.environ.get("MYOCRAMP_DATA")
    if not named:
        pytest.skip("MYOCRAMP_DATA does not name the folder of real recordings")
    folder = Path(named) / "bsnb"
    if not folder.is_dir():
        pytest.skip(f"no real recordings in {folder}")
    return folder


def read_labels(path):
    with path.open(newline="") as file:
        return [(float(row["onset_s"]), float(row["offset_s"])) for row in csv.DictReader(file)]


def test_median_frequency_falls_in_fatigue(recordings):
    """Band-pass, one Welch spectrum a label, its median frequency, least squares over the labels' centres."""
    recording = mc.read(recordings / "emg_fatigue.h5")
    labels = read_labels(recordings / "emg_fatigue.labels.csv")
    fs = float(recording.fs)
    emg = mc.filter.bandpass(np.asarray(recording.data)[:, 0], fs, low_hz=20, high_hz=450, order=4)
    medians = []
    for onset, offset in labels:
        part = emg[round(onset * fs) : round(offset * fs)]
        table = mc.fatigue.spectral(part, fs, window_s=len(part) / fs, segment_s=0.5)
        (median,) = np.ravel(table["mdf_hz"])  # one window, in which the segments' spectra are averaged
        medians.append(median)
    centres = [(onset + offset) / 2 for onset, offset in labels]
    slope, _ = np.polyfit(centres, medians, 1)
    assert slope == pytest.approx(-0.143, abs=0.01)
    assert np.corrcoef(centres, medians)[0, 1] == pytest.approx(-0.88, abs=0.03)
    few = len(labels) // 5
    assert np.mean(medians[:few]) == pytest.approx(71.7, abs=1)
    assert np.mean(medians[-few:]) == pytest.approx(58.1, abs=1)
