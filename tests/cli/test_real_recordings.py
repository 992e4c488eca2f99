"""Public recordings of real muscles, where MYOCRAMP_DATA names them.

Their labels are ours, measured off line; none shows a cramp.
"""

import csv

import numpy as np
import pytest

NAMES = ["emg_1000_hz_16_bits", "emg_1000_hz_16_bits_solo", "emg_1000_hz_8_16_bits", "emg_bursts", "emg_fatigue"]


@pytest.fixture(scope="module")
def results(real_recordings, myocramp, tmp_path_factory):
    results = tmp_path_factory.mktemp("real") / "results"
    done = myocramp("analyse", real_recordings, "-o", results, "--phase", "exercise")
    assert done.code == 0, done.err
    return results


@pytest.fixture(scope="module")
def matched(results, real_recordings, match, table):
    """Return a function from a recording to its labels, its episodes, and which belong together."""

    def read(name):
        with (real_recordings / f"{name}.labels.csv").open(newline="") as file:
            labels = [(float(row["onset_s"]), float(row["offset_s"])) for row in csv.DictReader(file)]
        episodes = table(results / name / "episodes.tsv").rows
        return labels, episodes, match(labels, [(float(row["onset"]), float(row["offset"])) for row in episodes])

    return read


def test_all_are_analysed(results, table):
    summary = {row["recording"]: row for row in table(results / "summary.tsv")}
    assert list(summary) == NAMES
    assert {row["status"] for row in summary.values()} == {"ok"}
    assert {name: row["n_channels"] for name, row in summary.items()} == dict(zip(NAMES, "11211", strict=True))
    assert all(int(row["n_cramp"]) == 0 for row in summary.values())


@pytest.mark.parametrize(("name", "labels", "least"), [("emg_bursts", 9, 9), ("emg_fatigue", 30, 28)])
def test_contractions_are_found(name, labels, least, matched):
    spans, episodes, pairs = matched(name)
    assert len(spans) == labels
    assert len(pairs) >= least
    assert len(episodes) - len(pairs) <= 2
    assert {row["trial_type"] for row in episodes} == {"voluntary"}


def test_median_frequency_falls_in_fatigue(matched):
    labels, episodes, pairs = matched("emg_fatigue")
    centres = [sum(labels[label]) / 2 for label in pairs]
    frequencies = [float(episodes[episode]["mdf_hz"]) for episode in pairs.values()]
    slope, _ = np.polyfit(centres, frequencies, 1)
    assert slope == pytest.approx(-0.143, abs=0.01)
    assert np.corrcoef(centres, frequencies)[0, 1] < -0.8


def test_a_signal_that_is_too_slow_is_refused_and_the_other_analysed(results, table, myocramp, real_recordings):
    row = table(results / "summary.tsv").rows[0]
    assert row["refused"].startswith("00:07:80:D8:A8:82: E-BAND: ")
    assert "expected below the Nyquist frequency 5 Hz, found 450 Hz" in row["refused"]
    assert int(row["n_voluntary"]) > 0
    done = myocramp("detect", real_recordings / "emg_1000_hz_16_bits.h5", "-m", "hodges_bui")
    assert done.code == 0
    assert "signal 00:07:80:D8:A8:82 refused: E-BAND" in done.err


def test_a_counter_that_stands_still_takes_no_part(real_recordings, myocramp):
    """The file's sample numbers stay at 65535 from there on; its samples go on."""
    done = myocramp("info", real_recordings / "emg_1000_hz_16_bits_solo.h5")
    assert done.code == 0
    assert "87600 samples (87.600 s)" in done.out


@pytest.mark.parametrize(
    ("name", "bits"), [("emg_fatigue", "2^12"), ("emg_bursts", "2^16"), ("emg_1000_hz_8_16_bits", "2^8")]
)
def test_resolution_comes_from_the_file(name, bits, real_recordings, myocramp):
    assert f"(count / {bits} - 0.5) * 3 V / 1000" in myocramp("info", real_recordings / f"{name}.h5").out
