"""What `info` tells of a recording, as text and as JSON."""

import json

import myocramp as mc
import numpy as np
import pytest


@pytest.fixture
def recording(device, write_recording, make_counts, make_emg, tmp_path):
    """Return a recording of two devices with three channels, one of them no EMG, phases and labels."""
    emg = device(make_counts(np.stack([make_emg(5), make_emg(5, seed=2)], axis=1)), mac="A", rate=1000)
    more = device(
        make_counts(make_emg(4), 10),
        mac="B",
        rate=500,
        resolution=10,
        first_channel=3,
        attributes={"device": "bitalino_rev"},
    )
    other = device(make_counts(make_emg(4)), mac="C", channel_attributes={"sensor": "ECG"})
    path = write_recording(tmp_path / "a.h5", devices=[emg, more, other])
    (tmp_path / "a.events.tsv").write_text(
        "onset\tduration\ttrial_type\n0\t4\tphase:rest\n1\t2\tcramp\n4\t0.5\ttwitch\n4.6\t0.2\ttwitch\n"
    )
    return path


def test_text(recording, myocramp):
    done = myocramp("info", recording)
    assert done.code == 0, done.err
    assert done.err == ""
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[0] == str(recording)
    for line in (
        "layout opensignals",
        "session start 2024-02-29T12:34:56.700+00:00",
        "duration 8.000 s",
        "signal A: 1000 Hz, 5000 samples (5.000 s), 2 channels, 0 gap samples",
        "signal B: 500 Hz, 4000 samples (8.000 s), 1 channels, 0 gap samples",
        "conversion (count / 2^16 - 0.5) * 3 V / 1000",
        "conversion (count / 2^10 - 0.5) * 3.3 V / 1009",
        "channel channel_1 (V, 0.04578 uV per step)",
        "channel channel_3 (V, 3.194 uV per step)",
        "phase rest 0.000 to 4.000 s",
        "labels 1 cramp",
        "labels 2 twitch",
    ):
        assert line in lines, line
    (refused,) = [line for line in lines if line.startswith("refused C")]
    assert "E-SENSOR" in refused
    assert "found ECG" in refused


def test_json(recording, myocramp):
    done = myocramp("info", "--json", recording)
    assert done.code == 0, done.err
    assert done.err == ""
    (told,) = json.loads(done.out)
    assert set(told) == {
        "file",
        "layout",
        "identifier",
        "description",
        "session",
        "session_start",
        "subject",
        "start_s",
        "duration_s",
        "signals",
        "refused",
        "protocol",
        "labels",
        "raters",
        "invalid_times",
        "annotated_spans",
        "stim_trains",
        "covariates",
        "notes",
    }
    assert told["file"] == str(recording)
    assert told["layout"] == "opensignals"
    assert told["session_start"] == "2024-02-29T12:34:56.700+00:00"
    assert (told["start_s"], told["duration_s"]) == (0, 8)
    assert told["protocol"] == [{"phase": "rest", "start_s": 0, "stop_s": 4, "posture": None, "joint_angle_deg": None}]
    assert told["labels"] == {"cramp": 1, "twitch": 2}
    assert [r["code"] for r in told["refused"]] == ["E-SENSOR"]
    a, b = told["signals"]
    assert (a["name"], a["rate_hz"], a["samples"], a["start_s"], a["duration_s"], a["gap_samples"]) == (
        "A",
        1000,
        5000,
        0,
        5,
        0,
    )
    assert (b["name"], b["rate_hz"], b["samples"], b["duration_s"]) == ("B", 500, 4000, 8)
    assert [c["name"] for c in a["channels"]] == ["channel_1", "channel_2"]
    assert a["channels"][0]["unit"] == "V"
    assert a["channels"][0]["step_v"] == 3 / 1000 / 2**16
    assert b["channels"][0]["step_v"] == pytest.approx(3.3 / 1009 / 2**10, rel=1e-15)
    assert "B: date without time zone: taken as UTC" in told["notes"]


def test_quality_of_each_channel(device, write_recording, make_counts, make_emg, myocramp, tmp_path):
    """As `quality.measure` tells it; no number for a rate that cannot hold the band of EMG."""
    t = np.arange(30_000) / 1000
    emg = make_emg(30) * np.where((t > 10) & (t < 15), 10, 1)
    emg[20_000:21_000] = emg[20_000]  # a flat line of a second
    fast = device(make_counts(np.stack([emg, make_emg(30, seed=2)], axis=1)), mac="A", rate=1000)
    slow = device(make_counts(make_emg(4)), mac="B", rate=500, first_channel=3)
    path = write_recording(tmp_path / "a.h5", devices=[fast, slow])
    (told,) = json.loads(myocramp("info", "--json", path).out)
    a, b = told["signals"]
    measured = mc.quality.measure(mc.read(path).signals[0])
    for channel, q in zip(a["channels"], measured.channels, strict=True):
        assert channel["quality"]["flags"] == list(q.flags)
        for name, value in channel["quality"].items():
            if name == "flags":
                continue
            assert (np.nan if value is None else value) == pytest.approx(getattr(q, name), nan_ok=True)
    assert a["channels"][0]["quality"]["flat"] == pytest.approx(1 / 30, rel=0.01)
    assert b["channels"][0]["quality"] is None
    assert a["no_quality"] is None
    assert "Nyquist" in b["no_quality"]
    lines = [" ".join(line.split()) for line in myocramp("info", path).out.splitlines()]
    assert any(line.startswith("quality channel_1: SNR ") and "; poor: flat" in line for line in lines), lines
    assert any(line.startswith("quality n/a: ") and "Nyquist" in line for line in lines), lines


def test_a_recording_without_anything_else(write_recording, make_counts, make_emg, myocramp, tmp_path):
    nothing = dict.fromkeys(["date", "time", "device name", "macaddress", "nsamples"])
    path = write_recording(
        tmp_path / "a.h5",
        make_counts(make_emg(2)),
        attributes=nothing,
        channel_attributes={"sensor": None, "label": None},
    )
    (told,) = json.loads(myocramp("info", "--json", path).out)
    assert told["session_start"] is None
    assert (told["protocol"], told["labels"], told["refused"]) == ([], {}, [])
    notes = " ".join(told["notes"])
    assert "no session start" in notes
    assert "channel_1 has no sensor attribute: taken as EMG" in notes


def test_several_files(recording, write_recording, myocramp, tmp_path):
    second = write_recording(tmp_path / "b.h5")
    done = myocramp("info", recording, second)
    assert done.code == 0
    assert done.out.index(str(recording)) < done.out.index(str(second))
    assert len(json.loads(myocramp("info", "--json", recording, second).out)) == 2


def test_one_of_several_files_bad(recording, myocramp, tmp_path):
    bad = tmp_path / "bad.h5"
    bad.touch()
    done = myocramp("info", bad, recording, tmp_path / "nosuch.h5")
    assert done.code == 4
    assert [code for code, _ in done.errors] == ["E-EMPTY", "E-MISSING"]
    assert done.out.startswith(str(recording))
    done = myocramp("info", "--json", bad, recording, tmp_path / "nosuch.h5")
    assert done.code == 4
    first, second, third = json.loads(done.out)
    assert first == {
        "file": str(bad),
        "error": {"code": "E-EMPTY", "text": f"{bad}: expected at least one byte, found an empty file"},
    }
    assert second["layout"] == "opensignals"
    assert third["error"]["code"] == "E-MISSING"
    assert myocramp("info", bad, tmp_path / "nosuch.h5").code == 3


def test_layout_by_name(recording, myocramp):
    assert myocramp("info", recording, "--layout", "opensignals").out == myocramp("info", recording).out


def test_names_that_clash_get_the_device(device, write_recording, make_counts, make_emg, myocramp, tmp_path):
    counts = make_counts(make_emg(2))
    path = write_recording(tmp_path / "a.h5", devices=[device(counts, mac="A"), device(counts, mac="B")])
    (told,) = json.loads(myocramp("info", "--json", path).out)
    assert [s["channels"][0]["name"] for s in told["signals"]] == ["A/channel_1", "B/channel_1"]


def test_one_bad_device_leaves_the_other(device, write_recording, make_counts, make_emg, myocramp, table, tmp_path):
    counts = make_counts(make_emg(8, (2, 5, 60)))
    path = write_recording(
        tmp_path / "a.h5", devices=[device(counts, mac="A", rate=0), device(counts, mac="B", first_channel=2)]
    )
    (told,) = json.loads(myocramp("info", "--json", path).out)
    assert told["refused"] == [
        {"signal": "A", "code": "E-RATE", "reason": "/A@sampling rate: expected a finite rate above 0 Hz, found 0"}
    ]
    done = myocramp("analyse", path, "-o", tmp_path / "results")
    assert done.code == 0, done.err
    assert "signal A refused: E-RATE" in done.err
    (row,) = table(tmp_path / "results" / "summary.tsv")
    assert (row["status"], row["n_channels"], row["n_sustained"]) == ("ok", "1", "1")
    assert row["refused"] == "A: E-RATE: /A@sampling rate: expected a finite rate above 0 Hz, found 0"


def test_channels_of_unequal_length(write_recording, make_counts, make_emg, myocramp, tmp_path):
    def edit(file):
        raw = file["00:07:80:00:00:01/raw"]
        raw["channel_2"] = raw["channel_1"][:1500]
        file["00:07:80:00:00:01"].attrs["channels"] = [1, 2]

    path = write_recording(tmp_path / "a.h5", make_counts(make_emg(2)), edit=edit)
    (told,) = json.loads(myocramp("info", "--json", path).out)
    assert told["signals"][0]["samples"] == 1500
    assert "channels of 1500 to 2000 samples: all are read to the end of the shortest" in told["notes"]
