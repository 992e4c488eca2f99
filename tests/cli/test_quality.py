"""quality.json: what it says of recordings whose faults are known, and of real ones."""

import csv
import json

import numpy as np
import pytest

FS = 1000
MEASURES = ["snr_db", "mains_db", "low_ratio", "clipped", "flat", "repeated", "missing", "lead_off", "artefact"]


def quality_of(results, name):
    return json.loads((results / name / "quality.json").read_text())


def artefacts_of(results, name):
    return [(a["onset"], a["onset"] + a["duration"], a["reason"]) for a in quality_of(results, name)["artefacts"]]


@pytest.fixture(scope="module")
def real(real_recordings, myocramp, tmp_path_factory):
    results = tmp_path_factory.mktemp("quality") / "real"
    done = myocramp("analyse", real_recordings, "-o", results, "--phase", "exercise")
    assert done.code == 0, done.err
    return results


def test_every_recording_of_the_study_has_one(demo_results, table):
    names = [row["recording"] for row in table(demo_results / "summary.tsv")]
    for name in names:
        quality = quality_of(demo_results, name)
        assert list(quality) == ["signals", "artefacts", "episodes"]
        (signal,) = quality["signals"]
        assert (signal["span_s"], signal["segment_s"], signal["mains_hz"]) == (10, 0.5, None)
        for channel in signal["channels"]:
            assert list(channel) == ["channel", "flags", *MEASURES, "removed_hum", "spans"]
            assert channel["removed_hum"] is None
            assert list(channel["spans"]) == MEASURES
            assert {len(values) for values in channel["spans"].values()} == {24}
        assert quality["episodes"]
        assert [e["episode"] for e in quality["episodes"]] == list(range(1, len(quality["episodes"]) + 1))


def test_nothing_of_the_study_is_an_artefact(demo_results, table):
    for row in table(demo_results / "summary.tsv"):
        assert quality_of(demo_results, row["recording"])["artefacts"] == []
        assert row["n_artefact"] == "0"


def test_the_ratio_of_a_cramp_is_that_of_the_simulation(demo_results, table):
    """80 uV over 2 uV of noise at the plateau, which a cramp climbs to and comes down from."""
    for row in table(demo_results / "summary.tsv"):
        rows = table(demo_results / row["recording"] / "episodes.tsv").rows
        for episode, of in zip(rows, quality_of(demo_results, row["recording"])["episodes"], strict=True):
            assert of["channel"] == episode["peak_channel"]
            if episode["trial_type"] == "cramp":
                assert 20 < of["snr_db"] < 20 * np.log10(80 / 2) + 5
                assert of["refused"] == []


@pytest.mark.parametrize("name", ["emg_bursts", "emg_fatigue"])
def test_real_contractions_are_no_artefacts_and_strong_enough(name, real, real_recordings):
    with (real_recordings / f"{name}.labels.csv").open(newline="") as file:
        labels = [(float(row["onset_s"]), float(row["offset_s"])) for row in csv.DictReader(file)]
    assert labels
    for start, stop, reason in artefacts_of(real, name):
        assert not any(start < offset and onset < stop for onset, offset in labels), (start, stop, reason)
    quality = quality_of(real, name)
    (channel,) = quality["signals"][0]["channels"]
    assert channel["snr_db"] > 15
    with (real / name / "episodes.tsv").open(newline="") as file:
        durations = {int(row["episode"]): float(row["duration"]) for row in csv.DictReader(file, delimiter="\t")}
    contractions = [e for e in quality["episodes"] if durations[e["episode"]] >= 0.1]  # shorter blips are none
    assert len(contractions) >= len(labels)
    assert all(e["snr_db"] > 10 and e["refused"] == [] for e in contractions)


def test_clipping_of_a_real_recording_is_that_of_its_counts(real, real_recordings):
    import h5py

    with h5py.File(real_recordings / "emg_fatigue.h5") as file:
        device = next(iter(file.values()))
        counts = device["raw/channel_2"][:].ravel()
    edges = np.flatnonzero(np.diff(counts)) + 1
    runs = np.split(counts, edges)
    assert (
        counts.min() == 0
    )  # a rail of unsigned integers, where single samples count; of the 12 bits at the top runs do
    clipped = sum(len(run) for run in runs if run[0] == 0 or (len(run) >= 3 and run[0] == counts.max()))
    assert clipped > 0
    (channel,) = quality_of(real, "emg_fatigue")["signals"][0]["channels"]
    assert channel["clipped"] == pytest.approx(clipped / len(counts), abs=1e-6)


@pytest.mark.parametrize("band", [("0", "450"), ("2", "450"), ("30", "31"), ("0", "3"), ("0", "499")])
def test_any_band_of_the_spectra_leaves_quality_one(demo, myocramp, tmp_path, band):
    low, high = band
    recording = demo / "S01_1.nwb"
    sets = ["--set", f"spectral.low_hz={low}", "--set", f"spectral.high_hz={high}", "--set", "spectral.segment_s=1"]
    done = myocramp("analyse", recording, "-o", tmp_path / "out", *sets)
    assert done.code == 0, done.err
    assert (tmp_path / "out" / recording.stem / "quality.json").exists()
