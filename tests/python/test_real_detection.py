"""Episodes in public recordings of contractions, where MYOCRAMP_DATA names their folder. None of them holds a cramp."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import myocramp as mc
import numpy as np
import pandas as pd
import pytest
import scipy.io

Spans = list[tuple[float, float]]


@pytest.fixture(scope="module")
def folder() -> Path:
    named = os.environ.get("MYOCRAMP_DATA")
    if not named:
        pytest.skip("MYOCRAMP_DATA does not name the folder of real recordings")
    path = Path(named)
    if not path.is_dir():
        pytest.skip(f"no folder {path}")
    return path


def labels_of(path: Path) -> Spans:
    if not path.is_file():
        pytest.skip(f"no {path}")
    with path.open(newline="") as file:
        return [(float(row["onset_s"]), float(row["offset_s"])) for row in csv.DictReader(file)]


def share_found(labels: Spans, result: mc.Result, iou: float = 0.0) -> float:
    """Share of labels that an episode of any class meets with more than this intersection over union."""

    def best(onset: float, offset: float) -> float:
        ratios = [
            (min(e.offset_s, offset) - max(e.onset_s, onset)) / (max(e.offset_s, offset) - min(e.onset_s, onset))
            for e in result.episodes
        ]
        return max(ratios, default=-1.0)

    return sum(best(*label) > iou for label in labels) / len(labels)


@pytest.mark.parametrize("name", ["25", "02"])
def test_repetitions_cut_by_hand(folder: Path, name: str) -> None:
    """Authors' cut of each repetition; the weaker burst between two is not labelled, so precision has no meaning."""
    labels = labels_of(folder / f"liuyu_bitalino/{name}.labels.csv")
    counts = pd.read_csv(folder / f"liuyu_bitalino/{name}.csv")[["A1", "A2", "A3"]].to_numpy(dtype=float)
    volts = (counts / 2**10 - 0.5) * 3.3 / 1009
    result = mc.analyse(mc.Recording.from_array(volts, fs=1000, channel_names=["A1", "A2", "A3"]))
    assert share_found(labels, result) >= 0.95
    assert share_found(labels, result, 0.3) >= 0.85


@pytest.mark.parametrize(("name", "least"), [("emg_bursts", 9), ("emg_fatigue", 28)])
def test_contractions(folder: Path, name: str, least: int) -> None:
    """Labels measured with a threshold on a zero-phase RMS, not by an expert."""
    labels = labels_of(folder / f"bsnb/{name}.labels.csv")
    result = mc.analyse(mc.read(folder / f"bsnb/{name}.h5"))
    assert round(share_found(labels, result, 0.5) * len(labels)) >= least


def test_a_burst_before_every_response(folder: Path) -> None:
    """A button pressed with the left (100) or right (200) hand, and a burst of that side within 0.3 s before."""
    if not (folder / "myonset/example_data.npy").is_file():
        pytest.skip("no myonset/example_data.npy")
    volts = np.load(folder / "myonset/example_data.npy").T * 1e-6
    result = mc.analyse(mc.Recording.from_array(volts, fs=2048, channel_names=["left", "right"]))
    presses = pd.read_csv(folder / "myonset/example_events.csv")
    presses = presses[presses.code.isin([100, 200])]
    assert len(presses) == 16
    for press in presses.itertuples():
        side = "left" if press.code == 100 else "right"
        assert any(press.time - 0.3 <= e.onset_s < press.time and side in e.channels for e in result.episodes), press


def test_activations_under_an_electrocardiogram(folder: Path) -> None:
    """One muscle at 250 Hz with heart beats on it; the authors of the recording count 56 activations."""
    path = folder / "emgGO/Sample Data.mat"
    if not path.is_file():
        pytest.skip(f"no {path}")
    counts = scipy.io.loadmat(path)["EMG"]["channelData"][0, 0].astype(float).ravel()
    result = mc.analyse(
        mc.Recording.from_array(counts * 1e-6, fs=250, channel_names=["TA"]), config={"filter": {"high_hz": 110}}
    )
    episodes = [e for e in result.episodes if e.label != "artefact"]
    assert 53 <= len(episodes) <= 59
