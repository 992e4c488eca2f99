"""Public recordings of real muscles, where MYOCRAMP_DATA names them.

Their labels are ours, measured off line; none shows a cramp.
"""

import csv
import json

import h5py
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
    # A blip just before a contraction stands by itself: the pause between them is as quiet as rest.
    assert len([row for row in episodes if float(row["duration"]) >= 0.1]) - len(pairs) <= 2
    assert len(episodes) - len(pairs) <= 5
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


@pytest.mark.parametrize("name", ["sample_data_01", "sample_data_02"])
def test_hum_of_97_percent_of_the_power_is_taken_off_and_told(real_recordings, myocramp, tmp_path, name):
    """EMGFlow's two facial channels of 10 s at 2000 Hz, in mV, with missing samples."""
    source = real_recordings.parent / "EMGFlow" / f"{name}.csv"
    if not source.is_file():
        pytest.skip(f"no {source.name}")
    with source.open(newline="", encoding="utf-8-sig") as file:
        rows = [(row["EMG_zyg"], row["EMG_cor"]) for row in csv.DictReader(file)]
    volts = np.array([[np.nan if v in ("", "NULL") else float(v) for v in row] for row in rows])
    with h5py.File(tmp_path / "face.h5", "w") as file:
        file["emg"] = volts
    layout = {"signal": "/emg", "axes": ["time", "channel"], "rate_hz": 2000, "unit": "mV"}
    (tmp_path / "layout.json").write_text(json.dumps(layout))
    arguments = ("analyse", tmp_path / "face.h5", "--layout", tmp_path / "layout.json", "-o")
    done = myocramp(*arguments, tmp_path / "out")
    assert done.code == 0, done.err
    (signal,) = json.loads((tmp_path / "out" / "face" / "quality.json").read_text())["signals"]
    for channel in signal["channels"]:
        hum = channel["removed_hum"]
        assert hum["mains_hz"] == 50
        assert hum["frequency_hz"] == pytest.approx(50, abs=0.2)
        assert hum["multiples"][0] == 1
        assert hum["amplitude_uv"][0] > 50
        assert hum["share"] > 0.95
    notes = json.loads((tmp_path / "out" / "face" / "recording.json").read_text())["notes"]
    assert "mains hum taken off: 50 Hz on 2 of 2 channels (quality.json)" in notes
    levels = {}
    for mains in ("auto", "none"):
        assert myocramp(*arguments, tmp_path / mains, "--set", f"filter.mains_hz={mains}").code == 0
        with (tmp_path / mains / "summary.tsv").open(newline="") as file:
            levels[mains] = float(next(csv.DictReader(file, delimiter="\t"))["baseline_uv"])
    assert levels["auto"] < 0.3 * levels["none"]
