"""EDF, EDF+, BDF and BDF+: rates, units, holes, annotations, damage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import myocramp as mc
import numpy as np
import pytest
from foreign_files import Edf, EdfChannel

RNG = np.random.default_rng(1)


def counts(n: int, bits: int = 16) -> np.ndarray:
    return RNG.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), n, dtype=np.int32)


def test_counts_stay_counts_and_mean_the_volts_of_the_header(tmp_path: Path) -> None:
    x, y = counts(3000), counts(3000)
    rec = mc.import_file(Edf([EdfChannel("GM", x, 1000), EdfChannel("GL", y, 1000)]).write(tmp_path / "a.edf"))
    step = (3276.7 - -3276.8) / 65535
    assert rec.layout == "edf"
    assert rec.fs == 1000
    assert rec.channels == ["GM", "GL"]
    np.testing.assert_allclose(rec.data, np.stack([x, y], axis=1) * step * 1e-6, rtol=1e-12, atol=1e-18)
    rec.save(tmp_path / "a.nwb")
    with h5py.File(tmp_path / "a.nwb") as file:
        stored = file["acquisition/emg/data"]
        assert stored.dtype == np.int16
        assert np.array_equal(stored[:], np.stack([x, y], axis=1))
    np.testing.assert_allclose(mc.read(tmp_path / "a.nwb").data, rec.data, rtol=1e-12)


def test_two_rates_are_two_signals_and_nothing_is_resampled(tmp_path: Path) -> None:
    x, y = counts(4000), counts(1000)
    rec = mc.import_file(Edf([EdfChannel("GM", x, 2000), EdfChannel("GL", y, 500)]).write(tmp_path / "a.edf"))
    assert [(s.fs, s.n_samples, s.channels) for s in rec.signals] == [(2000, 4000, ["GM"]), (500, 1000, ["GL"])]
    step = (3276.7 - -3276.8) / 65535 * 1e-6
    np.testing.assert_allclose(rec.signals[1].data[:, 0], y * step, rtol=1e-12, atol=1e-18)


def test_each_channel_has_its_own_unit_and_offset(tmp_path: Path) -> None:
    channels = [
        EdfChannel("a", counts(2000), 1000, "uV"),
        EdfChannel("b", counts(2000), 1000, "mV", (-5, 5)),
        EdfChannel("c", counts(2000), 1000, "V", (-0.5, 1.5)),
        EdfChannel("d", counts(2000), 1000, "\xb5V"),
    ]
    rec = mc.import_file(Edf(channels, header_encoding="latin-1").write(tmp_path / "a.edf"))
    for i, (c, volt) in enumerate(zip(channels, (1e-6, 1e-3, 1, 1e-6), strict=True)):
        low, high = c.physical
        expected = ((c.counts + 32768) / 65535 * (high - low) + low) * volt
        np.testing.assert_allclose(rec.data[:, i], expected, rtol=1e-12, atol=1e-15)


def test_what_is_no_emg_in_volts_is_refused_by_name(tmp_path: Path) -> None:
    names = [("GM", "uV"), ("Status", "Boolean"), ("Force", "N"), ("ECG V1", "mV"), ("bare", ""), ("Trigger", "uV")]
    path = Edf([EdfChannel(n, counts(1000), 1000, u) for n, u in names]).write(tmp_path / "a.edf")
    rec = mc.import_file(path)
    assert rec.channels == ["GM"]
    assert [(r.signal, r.code) for r in rec.refused] == [
        ("Status", "E-SENSOR"),
        ("Force", "E-UNIT"),
        ("ECG V1", "E-SENSOR"),
        ("bare", "E-UNIT"),
        ("Trigger", "E-SENSOR"),
    ]
    assert mc.import_file(path, unit="uV").channels == ["GM", "bare"]
    chosen = mc.import_file(path, channels=["ECG*"])
    assert chosen.channels == ["ECG V1"]
    assert "channel GM: left out, not chosen" in chosen.notes
    with pytest.raises(mc.DataError, match="E-UNIT: expected volts, found N"):
        mc.import_file(path, channels="Force")


def test_a_dead_channel_stays_and_doubles_are_told_apart(tmp_path: Path) -> None:
    path = Edf([EdfChannel("GM", np.zeros(1000, int), 1000), EdfChannel("GM", counts(1000), 1000)])
    rec = mc.import_file(path.write(tmp_path / "a.edf"))
    assert rec.channels == ["GM", "GM_2"]
    assert np.ptp(rec.data[:, 0]) == 0
    assert any("called GM_2" in note for note in rec.notes)


@pytest.mark.parametrize("unit", ["uVs", "mVs", "V/s", "MV", "kV", "uV2"])
def test_what_is_not_quite_volts(unit: str, tmp_path: Path) -> None:
    path = Edf([EdfChannel("GM", counts(1000), 1000, unit)]).write(tmp_path / "a.edf")
    with pytest.raises(mc.DataError, match=f"expected volts, found {unit}"):
        mc.import_file(path)


def test_a_name_that_two_signals_have_gets_the_signals_in_front(tmp_path: Path) -> None:
    tals = ["+0.1\x150.5\x14cramp@@EMG\x14\x00", "+0.2\x150.5\x14BAD_lead@@EMG\x14\x00"]
    channels = [EdfChannel("EMG", counts(2000), 2000), EdfChannel("EMG", counts(500), 500)]
    path = Edf(channels, reserved="EDF+C", onsets=[0], annotations=tals).write(tmp_path / "a.edf")
    rec = mc.import_file(path)
    assert [e.channels for e in rec.labels] == [["2000Hz/EMG", "500Hz/EMG"]]
    assert [s.channels for s in rec.invalid_times] == [("2000Hz/EMG", "500Hz/EMG")]
    assert [(s.name, s.channels) for s in rec.signals] == [("2000Hz", ["2000Hz/EMG"]), ("500Hz", ["500Hz/EMG"])]


@pytest.mark.parametrize("bdf", [False, True])
def test_a_discontinuous_file_has_gaps_where_records_are_missing(bdf: bool, tmp_path: Path) -> None:
    x = counts(300, 24 if bdf else 16)
    digital = (-8388608, 8388607) if bdf else (-32768, 32767)
    name = "bdf" if bdf else "edf"
    file = Edf(
        [EdfChannel("GM", x, 100, digital=digital)],
        reserved="BDF+D" if bdf else "EDF+D",
        onsets=[0.5, 1.5, 4.75],
        bdf=bdf,
    )
    rec = mc.import_file(file.write(tmp_path / f"a.{name}"))
    (signal,) = rec.signals
    assert signal.n_samples == 525
    assert signal.gaps == [(200, 425)]
    assert np.array_equal(np.flatnonzero(np.isnan(rec.data[:, 0])), np.arange(200, 425))
    step = (3276.7 - -3276.8) / (digital[1] - digital[0])
    offset = -3276.8 - digital[0] * step
    np.testing.assert_allclose(rec.data[425:, 0], (x[200:] * step + offset) * 1e-6, rtol=1e-9, atol=1e-15)
    assert any("1 hole of together 225 samples" in note for note in rec.notes)
    rec.save(tmp_path / "a.nwb")
    again = mc.read(tmp_path / "a.nwb")
    assert again.signals[0].gaps == [(200, 425)]
    np.testing.assert_allclose(again.data, rec.data, rtol=1e-12)


@pytest.mark.parametrize("start", ["nan", "inf", "1e300", "1e12"])
def test_records_that_start_at_no_time_or_too_late(start: str, tmp_path: Path) -> None:
    file = Edf([EdfChannel("GM", counts(300), 100)], reserved="EDF+D", onsets=[0, 1, float(start)])
    with pytest.raises(mc.DataError) as caught:
        mc.import_file(file.write(tmp_path / "a.edf"))
    assert caught.value.code in ("E-TIMES", "E-FORMAT")


def test_annotations_count_from_the_first_sample(tmp_path: Path) -> None:
    tals = ["+1.5\x150.5\x14cramp\x14\x00"]
    file = Edf([EdfChannel("GM", counts(300), 100)], reserved="EDF+C", onsets=[0.5, 1.5, 2.5], annotations=tals)
    rec = mc.import_file(file.write(tmp_path / "a.edf"))
    assert [e.onset_s for e in rec.labels] == [1]
    assert rec.session_start == "2018-02-26T08:24:27.500000+00:00"


def test_records_that_overlap_are_refused(tmp_path: Path) -> None:
    file = Edf([EdfChannel("GM", counts(300), 100)], reserved="EDF+D", onsets=[0, 1, 1.5])
    with pytest.raises(mc.DataError, match=r"record 2: expected a start at or after .*, found 0.5 s earlier") as caught:
        mc.import_file(file.write(tmp_path / "a.edf"))
    assert caught.value.code == "E-TIMES"


@pytest.mark.parametrize("bdf", [False, True])
def test_annotations_become_labels_phases_and_invalid_times(bdf: bool, tmp_path: Path) -> None:
    tals = [
        "+1.5\x150.5\x14cramp@@GM@@GL\x14\x00",
        "+0\x152\x14phase:rest\x14\x00",
        "+2\x150.25\x14BAD_motion\x14\x00",
        "+2.5\x14note\x14\x00",
    ]
    digital = (-8388608, 8388607) if bdf else (-32768, 32767)
    channels = [EdfChannel(n, counts(300), 100, digital=digital) for n in ("GM", "GL")]
    reserved = "BDF+C" if bdf else "EDF+C"
    file = Edf(channels, reserved=reserved, onsets=[0, 1, 2], annotations=tals, bdf=bdf)
    rec = mc.import_file(file.write(tmp_path / f"a.{'bdf' if bdf else 'edf'}"))
    assert [(e.onset_s, e.duration_s, e.label, e.channels) for e in rec.labels] == [
        (1.5, 0.5, "cramp", ["GM", "GL"]),
        (2.5, 0, "note", []),
    ]
    assert rec.protocol == [mc.Phase(0, 2, "rest")]
    assert rec.invalid_times == [mc.InvalidSpan(2, 2.25, "motion")]


def test_the_start_is_the_headers_and_names_are_not_read(tmp_path: Path) -> None:
    file = Edf([EdfChannel("GM", counts(100), 100)], identification=("Jane Roe", "Ward 3"))
    rec = mc.import_file(file.write(tmp_path / "a.edf"))
    assert rec.session_start == "2018-02-26T08:24:27+00:00"
    assert "date without time zone: taken as UTC" in rec.notes
    assert any("may hold names" in note for note in rec.notes)
    assert "Jane" not in str(rec.notes) + str(rec.subject)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda b: b[:-10], "E-TRUNCATED"),
        (lambda b: b[:236] + b"-1      " + b[244:], "E-TRUNCATED"),
        (lambda b: b[:244] + b"x       " + b[252:], "E-FORMAT"),
        (lambda b: b[:100], "E-FORMAT"),
        (lambda b: b[:252] + b"-5  " + b[256:], "E-FORMAT"),
        (lambda b: b[: 256 + 104] + b"5       5       " + b[256 + 120 :], "E-SCALE"),
    ],
)
def test_damaged_files_are_refused_with_a_code(spoil, code: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.edf"
    path.write_bytes(spoil(Edf([EdfChannel("GM", counts(200), 100)]).bytes()))
    with pytest.raises(mc.DataError) as caught:
        mc.import_file(path)
    assert caught.value.code == code
    assert caught.value.file == str(path)


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ({"physical": (0.0, 0.0)}, "0 to 0 for -32768 to 32767"),
        ({"physical": (float("nan"), 5.0)}, "nan to 5"),
        ({"digital": (7, 7)}, "for 7 to 7"),
        ({"physical": ("x", 5.0)}, "'x'"),
        ({"physical": ("", 5.0)}, "''"),
    ],
)
def test_a_channel_without_a_range_leaves_the_others(spoil: dict[str, Any], found: str, tmp_path: Path) -> None:
    x = counts(200)
    spoilt = EdfChannel("GL", counts(200), 100, **spoil)
    rec = mc.import_file(Edf([EdfChannel("GM", x, 100), spoilt], record_s=1).write(tmp_path / "a.edf"))
    assert rec.channels == ["GM"]
    step = (3276.7 - -3276.8) / 65535
    np.testing.assert_allclose(rec.data[:, 0], x * step * 1e-6, rtol=1e-12, atol=1e-18)
    ((signal, code, reason),) = rec.refused
    assert (signal, code) == ("GL", "E-SCALE")
    assert reason.startswith("expected a physical and a digital range, found ")
    assert found in reason
    with pytest.raises(mc.DataError) as caught:
        mc.import_file(tmp_path / "a.edf", channels="GL")
    assert (caught.value.code, caught.value.file) == ("E-SCALE", str(tmp_path / "a.edf"))


def test_options_that_the_file_says_itself_are_wrong(tmp_path: Path) -> None:
    path = Edf([EdfChannel("GM", counts(100), 100)]).write(tmp_path / "a.edf")
    with pytest.raises(mc.InvalidArgument, match="fs: expected it with another format"):
        mc.import_file(path, fs=1000)


def test_control_characters_in_a_name_are_escaped(tmp_path: Path) -> None:
    rec = mc.import_file(Edf([EdfChannel("G\0M\x1b", counts(100), 100)]).write(tmp_path / "a.edf"))
    assert rec.channels == ["G\\x00M\\x1b"]
    rec.save(tmp_path / "a.nwb")
    assert mc.read(tmp_path / "a.nwb").channels == rec.channels


def test_what_is_imported_is_valid_nwb(tmp_path: Path) -> None:
    import pynwb

    file = Edf(
        [EdfChannel("GM", counts(300), 100), EdfChannel("GL", counts(600), 200, physical=(-5, 6))],
        reserved="EDF+D",
        onsets=[0, 1, 4],
        annotations=["+0.5\x150.5\x14cramp@@GM\x14\x00"],
    )
    mc.import_file(file.write(tmp_path / "a.edf")).save(tmp_path / "a.nwb")
    assert not pynwb.validate(path=str(tmp_path / "a.nwb"))
    back = mc.read(tmp_path / "a.nwb")
    assert [s.gaps for s in back.signals] == [[(200, 400)], [(400, 800)]]
    assert [(e.label, e.channels) for e in back.labels] == [("cramp", ["GM"])]


def bids(folder: Path, table: str | bytes, names: list[str] | None = None) -> Path:
    channels = [EdfChannel(n, counts(300), 100) for n in names or ["GM", "GL", "TA"]]
    (folder / "sub-1_task-a_channels.tsv").write_bytes(table if isinstance(table, bytes) else table.encode())
    return Edf(channels).write(folder / "sub-1_task-a_emg.edf")


def test_the_table_of_channels_of_bids_says_places_and_which_are_bad(tmp_path: Path) -> None:
    table = (
        "name\ttype\tunits\ttarget_muscle\tinterelectrode_distance\tstatus\tstatus_description\r\n"
        "GM\tEMG\tuV\tLeft gastrocnemius medialis\t20\tgood\tn/a\r\n"
        "GL\tEMG\tuV\tgastrocnemius lateralis\tn/a\tbad\tlead off\r\n"
        "TA\tEMG\tuV\tright\t8.5\tBAD\tn/a\r\n"
        "old\tEMG\tuV\tn/a\tn/a\tbad\tn/a\r\n"
    )
    rec = mc.import_file(bids(tmp_path, table))
    assert rec.electrodes == [
        mc.Channel("GM", "gastrocnemius medialis", "left", 20),
        mc.Channel("GL", "gastrocnemius lateralis"),
        mc.Channel("TA", "", "right", 8.5),
    ]
    assert rec.invalid_times == [
        mc.InvalidSpan(0, 3, "lead off", ("GL",)),
        mc.InvalidSpan(0, 3, "bad channel", ("TA",)),
    ]
    assert "bad channels, invalid over the whole recording: GL, TA" in rec.notes
    assert "sub-1_task-a_channels.tsv: no channel of the name old is read" in rec.notes


def test_rows_of_bids_that_say_nothing_or_nonsense(tmp_path: Path) -> None:
    table = "\ufeffname\tinterelectrode_distance\nGM\tfar\nGL\t-5\nTA\n\n"
    rec = mc.import_file(bids(tmp_path, table))
    assert rec.electrodes == [mc.Channel("GM"), mc.Channel("GL"), mc.Channel("TA")]
    assert "sub-1_task-a_channels.tsv: GM: interelectrode_distance far is no distance in mm, not read" in rec.notes
    assert any("GL: interelectrode_distance -5" in note for note in rec.notes)
    for table in ("", "channel\tstatus\nGM\tbad\n", b"name\n\xff\xfe\n"):
        rec = mc.import_file(bids(tmp_path, table))
        assert rec.invalid_times == []
        assert any("sub-1_task-a_channels.tsv: not read" in note for note in rec.notes)


def test_channels_of_one_name_share_what_bids_says(tmp_path: Path) -> None:
    rec = mc.import_file(bids(tmp_path, "name\ttarget_muscle\tstatus\nGM\tleft GM\tbad\n", ["GM", "GM"]))
    assert rec.electrodes == [mc.Channel("GM", "GM", "left"), mc.Channel("GM_2", "GM", "left")]
    assert rec.invalid_times == [mc.InvalidSpan(0, 3, "bad channel", ("GM", "GM_2"))]
