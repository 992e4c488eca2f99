"""Tables of numbers as text: what a header says, what it does not, and every trap that labs' exports hold."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import myocramp as mc
import numpy as np
import pytest

X = np.round(np.random.default_rng(2).standard_normal((400, 2)), 6)


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def table(values: np.ndarray, sep: str = ",", header: str = "", decimal: str = ".") -> str:
    rows = "\n".join(sep.join(f"{v:.10g}".replace(".", decimal) if v == v else "" for v in row) for row in values)
    return f"{header}\n{rows}\n" if header else f"{rows}\n"


def refused(path: Path, code: str, *parts: str, **options: Any) -> None:
    with pytest.raises(mc.DataError) as caught:
        mc.import_file(path, **options)
    assert caught.value.code == code
    for part in parts:
        assert part in str(caught.value)


def timed(times: np.ndarray) -> np.ndarray:
    return np.column_stack([times, X[: len(times)]])


# --- how it is written ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sep", [",", ";", "\t", " "])
def test_separators(sep: str, tmp_path: Path) -> None:
    rec = mc.import_file(write(tmp_path / "a.csv", table(X, sep, sep.join(["GM", "GL"]))), fs=1000, unit="mV")
    assert rec.channels == ["GM", "GL"]
    assert rec.layout == "text"
    np.testing.assert_allclose(rec.data, X * 1e-3, rtol=1e-15)


@pytest.mark.parametrize("sep", [";", "\t", " "])
def test_decimal_commas(sep: str, tmp_path: Path) -> None:
    rec = mc.import_file(write(tmp_path / "a.csv", table(X, sep, f"GM{sep}GL", ",")), fs=1000, unit="mV")
    np.testing.assert_allclose(rec.data, X * 1e-3, rtol=1e-15)
    assert "decimal commas" in rec.notes


def test_decimal_commas_between_commas_cannot_be_told_and_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "GM,GL\n" + "0,5,0,25\n" * 100)
    refused(path, "E-CHANNELS", "4 names", "decimal", fs=1000, unit="mV", scale=1)


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_byte_order_marks_and_line_ends(mark: str, ends: str, tmp_path: Path) -> None:
    text = (mark + table(X, ",", "GM,GL")).replace("\n", ends)
    rec = mc.import_file(write(tmp_path / "a.csv", text), fs=1000, unit="mV")
    assert rec.channels == ["GM", "GL"]
    assert rec.signals[0].n_samples == len(X)


def test_utf16(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table(X, ",", "Músculo,GL").encode("utf-16"))
    assert mc.import_file(path, fs=1000, unit="mV").channels == ["Músculo", "GL"]


def test_latin1_is_taken_where_it_is_no_utf8_and_noted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table(X, ",", "Gemelo derecho (µV),Sóleo (µV)").encode("latin-1"))
    rec = mc.import_file(path, fs=1000)
    assert rec.channels == ["Gemelo derecho", "Sóleo"]
    assert any("latin-1" in note for note in rec.notes)
    named = mc.import_file(path, fs=1000, encoding="latin-1")
    assert named.channels == rec.channels
    assert not any("latin-1" in note for note in named.notes)
    refused(path, "E-TEXT", "utf-8", fs=1000, encoding="utf-8")


@pytest.mark.parametrize(
    "header",
    [
        "GM (mV),GL [mV]",
        "GM,GL\nmV,mV",
        "made by a program\n\nGM,GL\n(mV),[mV]",
        '"GM (mV)","GL (mV)"',
        "# a comment\nGM (mV),GL (mV)",
    ],
)
def test_units_in_names_or_in_a_row_of_their_own(header: str, tmp_path: Path) -> None:
    rec = mc.import_file(write(tmp_path / "a.csv", table(X, ",", header)), fs=1000)
    assert rec.channels == ["GM", "GL"]
    np.testing.assert_allclose(rec.data, X * 1e-3, rtol=1e-15)


@pytest.mark.parametrize("header", ["EMG [mV]", '"EMG [mV]"', "EMG(mV)", "EMG\n[mV]"])
def test_the_unit_of_an_only_column(header: str, tmp_path: Path) -> None:
    rec = mc.import_file(write(tmp_path / "a.csv", table(X[:, :1], ",", header)), fs=1000)
    assert rec.channels == ["EMG"]
    np.testing.assert_allclose(rec.data, X[:, :1] * 1e-3, rtol=1e-15)


def test_units_differ_and_other_quantities_are_refused_by_name(tmp_path: Path) -> None:
    values = np.column_stack([X, X])
    path = write(tmp_path / "a.csv", table(values, ",", "a (mV),b (uV),knee (deg),force (N)"))
    rec = mc.import_file(path, fs=1000)
    np.testing.assert_allclose(rec.data, X * [1e-3, 1e-6], rtol=1e-15)
    assert [(r.signal, r.code) for r in rec.refused] == [("knee", "E-UNIT"), ("force", "E-UNIT")]


def test_a_table_without_a_header_numbers_its_columns(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", table(X, ", "))
    assert mc.import_file(path, fs=1000, unit="mV").channels == ["ch1", "ch2"]


def test_lines_to_pass_over(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "1,2\n" + table(X, ",", "GM,GL"))
    assert mc.import_file(path, fs=1000, unit="mV", skip_rows=1).channels == ["GM", "GL"]


def test_a_layout_says_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", table(X.T, " "))
    refused(path, "E-RANK", '"axes": ["channel", "time"]', fs=1000, unit="mV")
    layout = write(
        tmp_path / "lab.json",
        '{"axes": ["channel", "time"], "rate_hz": 500, "unit": "mV", "scale": 2, "offset": 1,'
        ' "channel_names": ["GM", "GL"], "muscle": ["gastrocnemius_medialis", ""], "side": ["left", "right"]}',
    )
    rec = mc.import_file(path, layout=layout)
    assert (rec.fs, rec.channels) == (500, ["GM", "GL"])
    np.testing.assert_allclose(rec.data, (X * 2 + 1) * 1e-3, rtol=1e-15)
    assert [(e.muscle, e.side) for e in rec.electrodes] == [("gastrocnemius_medialis", "left"), ("", "right")]
    assert mc.import_file(path, layout=layout, fs=1000).fs == 1000


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        "[" * 100000,
        '{"rate": 5}',
        '{"unit": "V", "unit": "mV"}',
        '{"skip_rows": NaN}',
        '{"axes": ["channel"]}',
        '{"scale": "2"}',
        '{"unit": 5}',
    ],
)
def test_a_wrong_layout_is_wrong_usage(text: str, tmp_path: Path) -> None:
    with pytest.raises(mc.InvalidArgument) as caught:
        mc.import_file(write(tmp_path / "a.csv", table(X)), layout=write(tmp_path / "l.json", text))
    assert caught.value.code == "E-LAYOUT-FILE"


# --- what is never guessed --------------------------------------------------------------------------------------------


def test_what_is_missing_names_its_option(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table(X, ",", "GM,GL"))
    refused(path, "E-RATE", "option fs", unit="mV")
    refused(path, "E-UNIT", "option unit", fs=1000)
    whole = write(tmp_path / "b.csv", table(np.round(X * 1000), ",", "GM,GL"))
    refused(whole, "E-SCALE", "option scale", fs=1000, unit="uV")
    rec = mc.import_file(whole, fs=1000, unit="uV", scale=0.5, offset=-3)
    np.testing.assert_allclose(rec.data, (np.round(X * 1000) * 0.5 - 3) * 1e-6, rtol=1e-12)


def test_whole_numbers_beside_others_are_refused_too(tmp_path: Path) -> None:
    columns = np.column_stack([X[:, 0], np.arange(400) % 7, np.zeros(400)])
    path = write(tmp_path / "a.csv", table(columns, ",", "GM,class,GL"))
    rec = mc.import_file(path, fs=1000, unit="mV")
    assert rec.channels == ["GM", "GL"]
    assert [(r.signal, r.code) for r in rec.refused] == [("class", "E-SCALE")]
    assert "option scale" in rec.refused[0].reason


def test_a_rate_in_the_header_is_read_and_contradicting_it_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "# Sampling Rate (Hz):= 1000.00\n# Labels:= EMG\n" + table(X[:, :1]))
    rec = mc.import_file(path, unit="mV")
    assert (rec.fs, rec.channels) == (1000, ["EMG"])
    refused(path, "E-RATE", "1000 Hz", fs=500, unit="mV")


def test_columns_can_be_chosen_and_the_others_are_noted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table(np.column_stack([X, np.ones(len(X))]), ",", "EMG1,EMG2,class"))
    rec = mc.import_file(path, fs=1000, unit="mV", channels="EMG*")
    assert rec.channels == ["EMG1", "EMG2"]
    assert "column class: left out, not chosen" in rec.notes
    refused(path, "E-CHANNEL", "EMG1, EMG2, class", fs=1000, unit="mV", channels=["nosuch"])


def test_triggers_are_not_volts(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", table(np.column_stack([X, np.ones(len(X))]), ",", "EMG1,EMG2,Trigger"))
    rec = mc.import_file(path, fs=1000, unit="mV")
    assert [(r.signal, r.code) for r in rec.refused] == [("Trigger", "E-SENSOR")]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"fs": 0}, "E-RATE"),
        ({"fs": float("nan")}, "E-RATE"),
        ({"unit": "pounds"}, "E-UNIT"),
        ({"scale": 0}, "E-SCALE"),
        ({"offset": float("inf")}, "E-SCALE"),
        ({"time_unit": "h"}, "E-OPTION"),
        ({"decimal": ";"}, "E-OPTION"),
        ({"encoding": "nosuch"}, "E-OPTION"),
        ({"encoding": "undefined"}, "E-OPTION"),
        ({"skip_rows": -1}, "E-OPTION"),
        ({"format": "nosuch"}, "E-OPTION"),
    ],
)
def test_wrong_options(options: dict[str, Any], code: str, tmp_path: Path) -> None:
    with pytest.raises(mc.InvalidArgument) as caught:
        mc.import_file(write(tmp_path / "a.csv", table(X)), **options)
    assert caught.value.code == code


def test_an_argument_wins_over_the_layout_also_with_its_usual_value(tmp_path: Path) -> None:
    layout = write(tmp_path / "l.json", '{"rate_hz": 1000, "unit": "mV", "offset": 5, "skip_rows": 100}')
    path = write(tmp_path / "a.csv", table(X))
    rec = mc.import_file(path, layout=layout, offset=0, skip_rows=0)
    np.testing.assert_allclose(rec.data, X * 1e-3, rtol=1e-12)


# --- times ------------------------------------------------------------------------------------------------------------


def test_a_column_of_times_is_used_when_its_unit_is_known_and_else_asked_for(tmp_path: Path) -> None:
    times = np.arange(400) / 500
    for header in ("Time (s),GM,GL", "time_s,GM,GL", "Time,GM,GL\ns,mV,mV"):
        rec = mc.import_file(write(tmp_path / "a.csv", table(timed(times), ",", header)), unit="mV")
        assert (rec.fs, rec.channels) == (500, ["GM", "GL"])
    path = write(tmp_path / "a.csv", table(timed(times * 1000), ",", "Time,GM,GL"))
    refused(path, "E-TIMES", "time_column", "time_unit", fs=500, unit="mV")
    assert mc.import_file(path, time_column="Time", time_unit="ms", unit="mV").fs == 500
    assert mc.import_file(path, time_column=1, time_unit="ms", unit="mV").fs == 500
    counted = mc.import_file(path, time_column="none", fs=250, unit="mV")
    assert (counted.fs, counted.channels) == (250, ["GM", "GL"])
    assert "column Time: not used, rows are counted" in counted.notes
    refused(path, "E-UNIT", "time_unit", time_column="Time", unit="mV")
    refused(path, "E-CHANNEL", "Time, GM, GL", time_column="When", unit="mV")


def test_missing_rows_become_gaps(tmp_path: Path) -> None:
    keep = np.delete(np.arange(400), [*range(100, 110), 250])
    text = table(np.column_stack([keep, X[keep]]), "\t", "time (ms)\tGM (mV)\tGL (mV)")
    rec = mc.import_file(write(tmp_path / "a.txt", text))
    (signal,) = rec.signals
    assert rec.fs == 1000
    assert signal.gaps == [(100, 110), (250, 251)]
    np.testing.assert_allclose(rec.data[keep], X[keep] * 1e-3, rtol=1e-15)
    assert any("2 holes of together 11 samples" in note for note in rec.notes)
    rec.save(tmp_path / "a.nwb")
    assert mc.read(tmp_path / "a.nwb").signals[0].gaps == signal.gaps


def test_times_that_are_cut_to_few_digits_still_tell_the_rate(tmp_path: Path) -> None:
    text = table(timed(np.round(10 + np.arange(400) / 4000, 4)), " ", "Time_s GM GL")
    rec = mc.import_file(write(tmp_path / "a.txt", text), unit="mV", fs=4000)
    assert rec.signals[0].gaps == []
    assert rec.start_s == 10


def test_a_clock_that_no_grid_fits_is_refused_with_figures(tmp_path: Path) -> None:
    times = np.repeat(np.arange(40) * 0.01, 10) + np.tile(np.arange(10) * 1e-6, 40)  # rows come in blocks of ten
    path = write(tmp_path / "a.csv", table(timed(times), ",", "time_s,GM,GL"))
    refused(path, "E-TIMES", "half a sample of 1000 Hz", "samples", fs=1000, unit="mV")
    refused(path, "E-TIMES", "times that tell the rate", unit="mV")
    back = np.arange(400) / 1000.0
    back[200:] -= 0.1
    path = write(tmp_path / "b.csv", table(timed(back), ",", "time_s,GM,GL"))
    refused(path, "E-TIMES", "time_s[200]", "do not rise", unit="mV")
    drift = np.arange(400) / 1000.0 * 1.01
    refused(write(tmp_path / "c.csv", table(timed(drift), ",", "time_s,GM,GL")), "E-TIMES", "late", fs=1000, unit="mV")


@pytest.mark.parametrize("fs", [400, 500, 1250, 1500, 2000, 3000, 10000])
def test_a_rate_that_contradicts_the_times_is_an_error(fs: float, tmp_path: Path) -> None:
    keep = np.delete(np.arange(400), range(100, 110))
    text = table(np.column_stack([keep / 1000, X[keep]]), ",", "time_s,GM,GL")
    path = write(tmp_path / "a.csv", text)
    refused(path, "E-RATE", "time_s", "about 1000 Hz", f"{fs} Hz", fs=fs, unit="mV")
    assert mc.import_file(path, fs=1000, unit="mV").signals[0].gaps == [(100, 110)]


def test_times_in_ticks_contradict_no_rate(tmp_path: Path) -> None:
    for fs in (420, 600, 650, 700, 900):  # steps of one and two ticks of 1 ms, or of two and three
        text = table(timed(np.round(np.arange(400) / fs, 3)), ",", "time_s,GM,GL")
        with pytest.raises(mc.DataError) as caught:
            mc.import_file(write(tmp_path / "a.csv", text), fs=fs * 1.02, unit="mV")
        assert caught.value.code == "E-TIMES"
        if fs < 500:  # half a tick is at most half a sample whatever the first time was
            assert mc.import_file(tmp_path / "a.csv", fs=fs, unit="mV").signals[0].gaps == []


# --- damage -----------------------------------------------------------------------------------------------------------


def test_empty_fields_and_runs_of_nan_are_gaps_or_missing_samples(tmp_path: Path) -> None:
    values = X.copy()
    values[50:60] = np.nan
    values[100, 0] = np.nan
    rec = mc.import_file(write(tmp_path / "a.csv", table(values, ",", "GM,GL")), fs=1000, unit="mV")
    assert rec.signals[0].gaps == [(50, 60)]
    assert np.array_equal(np.isnan(rec.data), np.isnan(values))
    assert "channel GM: 1 missing samples beside the gaps" in rec.notes
    assert "rows without a sample: 1 gap of together 10 samples" in rec.notes


@pytest.mark.parametrize("bad", ["0.1+\ufffd=5,0.25", "0.1", "0.1,0.2,0.3", "x,y"])
def test_a_corrupted_line_keeps_its_place(bad: str, tmp_path: Path) -> None:
    lines = table(X, ",", "GM,GL").splitlines()
    lines[150] = bad
    rec = mc.import_file(write(tmp_path / "a.csv", "\n".join(lines) + "\n"), fs=1000, unit="mV")
    assert rec.signals[0].n_samples == len(X)
    assert np.isnan(rec.data[149, 0])
    np.testing.assert_allclose(rec.data[150:], X[150:] * 1e-3, rtol=1e-15)
    assert any("1 line (151)" in note for note in rec.notes)


def test_a_last_line_that_is_cut_off_and_empty_rows_are_left_out(tmp_path: Path) -> None:
    text = table(X, "\t", "GM\tGL")
    rec = mc.import_file(write(tmp_path / "a.txt", text + "0.1"), fs=1000, unit="mV")
    assert rec.signals[0].n_samples == len(X)
    assert any("the last, is cut off" in note for note in rec.notes)
    rec = mc.import_file(write(tmp_path / "b.txt", text + "\t\n"), fs=1000, unit="mV")
    assert rec.signals[0].n_samples == len(X)
    assert "1 empty row at the end: left out" in rec.notes


def test_too_much_that_is_no_number_is_refused(tmp_path: Path) -> None:
    lines = table(X, ",", "GM,GL").splitlines()
    for i in range(10, 30):
        lines[i] = "x,0.5"
    refused(write(tmp_path / "a.csv", "\n".join(lines)), "E-FORMAT", "20 of 400 cells", "line 11", fs=1000, unit="mV")
    for i in range(10, 30):
        lines[i] = "0.5"
    refused(write(tmp_path / "b.csv", "\n".join(lines)), "E-FORMAT", "lines of 2 cells", fs=1000, unit="mV")


@pytest.mark.parametrize(
    ("name", "data", "code", "part"),
    [
        ("a.csv", b"", "E-EMPTY", ""),
        ("a.csv", b"name,muscle\na,b\n", "E-FORMAT", "no line of numbers"),
        ("a.csv", b"onset\tduration\ttrial_type\n1\t2\tcramp\n", "E-FORMAT", "NAME.events.tsv"),
        ("a.npy", b"\x93NUMPY\x01\x00v\x00", "E-FORMAT", "from_array"),
        ("a.h5", b"\x89HDF\r\n\x1a\n", "E-FORMAT", "myocramp info"),
        ("a.json", b"{}", "E-FORMAT", "JSON"),
        ("a.xlsx", b"PK\x03\x04....", "E-FORMAT", "CSV"),
        ("a.bin", b"\x07\x00\x01\x02", "E-FORMAT", "07 00 01 02"),
    ],
)
def test_what_is_no_recording(name: str, data: bytes, code: str, part: str, tmp_path: Path) -> None:
    refused(write(tmp_path / name, data), code, part)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(mc.IoError) as caught:
        mc.import_file(tmp_path / "nosuch.csv")
    assert caught.value.code == "E-MISSING"
    with pytest.raises(mc.IoError) as caught:
        mc.import_file(tmp_path)
    assert caught.value.code == "E-TYPE"


def test_a_table_without_volts_whose_rows_lack_times(tmp_path: Path) -> None:
    lines = [f"{i / 100:g},{i * 0.5}" for i in range(100)]
    lines[7] = ",3.5"
    refused(write(tmp_path / "a.csv", "\n".join(["time_s,knee [deg]", *lines])), "E-UNIT", "deg")


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    with pytest.raises(mc.IoError) as caught:
        mc.import_file(tmp_path / "a.csv", fs=1000, unit="mV")
    assert caught.value.code == "E-TYPE"


# --- exports of programs ----------------------------------------------------------------------------------------------


def nexus(frames: list[tuple[int, int]]) -> str:
    rows = [f"{a},{b},{i * 0.5},0" for i, (a, b) in enumerate(frames)]
    head = ["Devices,,,", "2000,,,", ",,Delsys - Sensor 1,Force - Fz", "Frame,Sub Frame,EMG1,Fz", ",,V,N"]
    return "\n".join([*head, *rows, "", "Trajectories,,,", "100,,,"]) + "\n"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2000,", "0,", "E-RATE"),
        ("2000,", "nan,", "E-RATE"),
        ("5,0,", "9e300,0,", "E-TIMES"),
        ("5,1,", "5,1e308,", "E-TIMES"),
        (",,V,N\n", ",,V,N\n\n", "E-FORMAT"),
    ],
)
def test_a_wrong_table_of_nexus(old: str, new: str, code: str, tmp_path: Path) -> None:
    text = nexus([(5 + i // 20, i % 20) for i in range(400)])
    refused(write(tmp_path / "a.csv", text.replace(old, new, 1)), code)


def test_nexus(tmp_path: Path) -> None:
    frames = [(5 + i // 20, i % 20) for i in range(400)]
    rec = mc.import_file(write(tmp_path / "a.csv", nexus(frames)))
    assert (rec.fs, rec.channels, rec.start_s) == (2000, ["EMG1"], 0)
    np.testing.assert_array_equal(rec.data[:, 0], np.arange(400) * 0.5)
    assert [(r.signal, r.code) for r in rec.refused] == [("Fz", "E-UNIT")]
    assert any("frame 5 is its first" in note for note in rec.notes)
    assert any("tables behind the devices" in note for note in rec.notes)
    del frames[100:120]
    assert mc.import_file(write(tmp_path / "b.csv", nexus(frames))).signals[0].gaps == [(100, 120)]


def test_datalog(tmp_path: Path) -> None:
    head = [
        "File Name: a.log",
        "Channel 4: 'Recto Femoral', 400 values, engineering units: mV, no filters.",
        "Channel 8: 'Flexo-Extensión', 400 values, engineering units: deg, no filters.",
        "",
    ]
    text = "\n".join(head) + "\n" + table(X, "\t") + "\t\n"
    rec = mc.import_file(write(tmp_path / "a.txt", text.encode("latin-1")), fs=1000)
    assert rec.channels == ["Recto Femoral"]
    assert [r.signal for r in rec.refused] == ["Flexo-Extensión"]
    assert rec.signals[0].n_samples == 400


def test_opensignals_text(tmp_path: Path) -> None:
    head = '# {"00:07": {"sampling rate": 1000, "column": ["nSeq", "CH1"], "label": ["CH1"]}}\n# EndOfHeader\n'
    path = write(tmp_path / "a.txt", "# OpenSignals Text File Format\n" + head + table(np.round(X * 100), "\t"))
    refused(path, "E-SCALE", "option scale", unit="mV", channels="CH1")
    rec = mc.import_file(path, unit="mV", channels="CH1", scale=0.01)
    assert (rec.fs, rec.channels) == (1000, ["CH1"])


def test_labels_beside_the_file_win(tmp_path: Path) -> None:
    path = write(tmp_path / "night.csv", table(X, ",", "GM (mV),GL (mV)"))
    rows = "onset\tduration\ttrial_type\tchannel\n0.1\t0.2\tcramp\tGM|GL\n0\t0.4\tphase:rest\tn/a\n"
    write(tmp_path / "night.events.tsv", rows)
    rec = mc.import_file(path, fs=1000)
    assert [(e.label, e.channels) for e in rec.labels] == [("cramp", ["GM", "GL"])]
    assert rec.protocol == [mc.Phase(0, 0.4, "rest")]


# --- columns of text --------------------------------------------------------------------------------------------------


def worded(columns: list[list[str]], header: str = "", sep: str = ",") -> str:
    rows = [sep.join(row) for row in zip(*columns, strict=True)]
    return "\n".join([*([header] if header else []), *rows]) + "\n"


SECONDS = [f"{i / 1000:.3f}" for i in range(400)]
GM = [f"{v:.10g}" for v in X[:, 0]]
GL = [f"{v:.10g}" for v in X[:, 1]]
WORDS = ["rest" if i < 200 else "mvc" for i in range(400)]


@pytest.mark.parametrize("sep", [",", ";", "\t", " "])
@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_column_of_text_is_refused_by_name(sep: str, place: int, tmp_path: Path) -> None:
    columns, names = [SECONDS, GM, GL], ["time_s", "GM", "GL"]
    columns.insert(place, WORDS)
    names.insert(place, "phase")
    path = write(tmp_path / "a.csv", worded(columns, sep.join(names), sep))
    rec = mc.import_file(path, unit="mV")
    assert (rec.fs, rec.channels) == (1000, ["GM", "GL"])
    np.testing.assert_allclose(rec.data, X * 1e-3, rtol=1e-12)
    ((name, code, reason),) = rec.refused
    assert (name, code) == ("phase", "E-FORMAT")
    assert reason == "expected numbers, found text such as 'rest' in line 2"
    rec = mc.import_file(path, unit="mV", channels="G*")
    assert rec.refused == []
    assert "column phase: left out, not chosen" in rec.notes
    refused(path, "E-FORMAT", "found text such as 'rest' in line 2", unit="mV", channels="phase")


@pytest.mark.parametrize(
    "words",
    [
        [""] * 200 + ["mvc"] * 200,
        ["rest", *[""] * 399],
        [f"note {i}, and more" if i % 3 else "" for i in range(400)],
        ["True" if i % 2 else "False" for i in range(400)],
        ["2024-05-01"] * 400,
    ],
)
def test_text_in_some_rows_or_with_commas_moves_no_row(words: list[str], tmp_path: Path) -> None:
    quoted = [f'"{w}"' if "," in w else w for w in words]
    path = write(tmp_path / "a.csv", worded([SECONDS, GM, GL, quoted], 'time_s,GM (mV),"GL (mV)",phase'))
    rec = mc.import_file(path)
    assert (rec.channels, [r.code for r in rec.refused]) == (["GM", "GL"], ["E-FORMAT"])
    np.testing.assert_allclose(rec.data, X * 1e-3, rtol=1e-12)


def test_a_few_words_in_a_long_column_are_text_or_missing_samples(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", worded([SECONDS, GM, ["", "go", *[""] * 398]], "time_s,GM (mV),marker"))
    rec = mc.import_file(path)
    assert [(r.signal, r.code) for r in rec.refused] == [("marker", "E-SENSOR")]
    path = write(tmp_path / "b.csv", worded([SECONDS, GM, ["", "go", *[""] * 398]], "time_s,GM (mV),said"))
    assert [(r.signal, r.code) for r in mc.import_file(path).refused] == [("said", "E-FORMAT")]
    half = [v if i % 3 != 1 else "lost" for i, v in enumerate(GL)]
    path = write(tmp_path / "c.csv", worded([SECONDS, GM, half], "time_s,GM (mV),GL (mV)"))
    refused(path, "E-FORMAT", "GL", "133 of 400 cells", "'lost' in line 3")
    assert mc.import_file(path, channels="GM").channels == ["GM"]


def test_decimal_commas_between_commas_in_quotes(tmp_path: Path) -> None:
    quoted = [[f'"{v.replace(".", ",")}"' for v in column] for column in (SECONDS, GM, GL)]
    rec = mc.import_file(write(tmp_path / "a.csv", worded(quoted, '"time_s","GM, left (mV)","GL (mV)"')))
    assert rec.channels == ["GM, left", "GL"]
    np.testing.assert_allclose(rec.data, X * 1e-3, rtol=1e-12)


def test_points_in_words_and_dates_are_no_decimal_marks(tmp_path: Path) -> None:
    columns = [["01.05.2024"] * 400, [v.replace(".", ",") for v in GM], ["a.b"] * 400]
    rec = mc.import_file(write(tmp_path / "a.csv", worded(columns, "Day;GM (mV);said", ";")), fs=1000)
    assert (rec.channels, [r.signal for r in rec.refused]) == (["GM"], ["Day", "said"])
    np.testing.assert_allclose(rec.data[:, 0], X[:, 0] * 1e-3, rtol=1e-12)


def test_a_quote_that_does_not_end_spoils_its_line(tmp_path: Path) -> None:
    words = [*WORDS[:150], '"rest', *WORDS[151:]]
    rec = mc.import_file(write(tmp_path / "a.csv", worded([SECONDS, GM, GL, words], "time_s,GM,GL,phase")), unit="mV")
    assert (rec.signals[0].n_samples, rec.signals[0].gaps) == (400, [(150, 151)])
    assert any("1 line (152) without 4 cells" in note for note in rec.notes)


def test_a_table_of_text_and_nothing_else(tmp_path: Path) -> None:
    thousands = [f"1.{i:03d},5" for i in range(400)]
    path = write(tmp_path / "a.csv", worded([SECONDS, thousands], "time_s;GM (uV)", ";"))
    assert mc.import_file(write(tmp_path / "b.csv", worded([SECONDS, GM, thousands], "s;a;b", ";")), fs=1, unit="V")
    refused(path, "E-FORMAT", "text such as '1.000,5' in line 2")
    clock = [f"00:00:{i / 1000:06.3f}" for i in range(400)]
    refused(write(tmp_path / "c.csv", worded([clock, WORDS], "Time;phase", ";")), "E-FORMAT")


def test_lines_above_the_numbers_are_no_rows(tmp_path: Path) -> None:
    above = "Sensor,1,2\nGain,1000,1000\nOffset,0,0\nLow,20,20\nHigh,500,500\nNotch,50,50\ntime_s,GM,GL"
    rec = mc.import_file(write(tmp_path / "a.csv", worded([SECONDS, GM, GL], above)), unit="mV")
    assert rec.channels == ["GM", "GL"]
    assert rec.signals[0].n_samples == 400
    rec = mc.import_file(write(tmp_path / "b.csv", worded([SECONDS, GM, GL], "time_s,1,2")), unit="mV")
    assert (rec.channels, rec.signals[0].n_samples) == (["1", "2"], 400)
    rec = mc.import_file(write(tmp_path / "c.csv", worded([WORDS, GM, GL])), unit="mV", fs=1000)
    assert (rec.channels, rec.signals[0].n_samples) == (["ch2", "ch3"], 400)


def test_numbers_in_another_decimal_mark_are_no_text(tmp_path: Path) -> None:
    late = [f"{i}" if i < 250 else f"{i},5" for i in range(1000)]  # the first commas come too late to be recognised
    path = write(tmp_path / "a.csv", worded([late, late], "GM (uV);GL (uV)", ";"))
    refused(path, "E-FORMAT", "GM", "750 of 1000 cells", "'250,5' in line 252", fs=1000)
    assert mc.import_file(path, fs=1000, decimal=",").channels == ["GM", "GL"]


def test_text_beside_signals_along_rows_is_refused(tmp_path: Path) -> None:
    text = "\n".join("\t".join([name, *cells]) for name, cells in (("GM", GM), ("GL", GL)))
    layout = write(tmp_path / "l.json", '{"axes": ["channel", "time"], "rate_hz": 1000, "unit": "mV"}')
    refused(write(tmp_path / "a.txt", text + "\n"), "E-FORMAT", "found text such as 'GM' in line 1", layout=layout)


@pytest.mark.parametrize(
    ("shown", "start"),
    [
        ("2024-05-01 22:30:{:06.3f}", "2024-05-01T22:30:00+00:00"),
        ("2024-05-01T22:30:{:06.3f}Z", "2024-05-01T22:30:00+00:00"),
        ("2024-05-01T22:30:{:06.3f}+02:00", "2024-05-01T20:30:00+00:00"),
        ("2024-05-01T22:30:{:06.3f}-05", "2024-05-02T03:30:00+00:00"),
        ("22:30:{:06.3f}", ""),
    ],
)
@pytest.mark.parametrize("sep", [",", ";"])
def test_dates_and_times_of_day_are_a_clock(shown: str, start: str, sep: str, tmp_path: Path) -> None:
    keep = [i for i in range(400) if not 100 <= i < 110]
    clock = [shown.format(i / 1000) for i in keep]
    emg = [GM[i] for i in keep]
    if sep == ";":
        clock, emg = [c.replace(".", ",") for c in clock], [v.replace(".", ",") for v in emg]
    path = write(tmp_path / "a.csv", worded([clock, emg], f"Time{sep}GM (mV)", sep))
    rec = mc.import_file(path)
    assert (rec.fs, rec.channels, rec.session_start) == (1000, ["GM"], start)
    assert rec.start_s == (0 if start else 81000)
    assert rec.signals[0].gaps == [(100, 110)]
    np.testing.assert_allclose(rec.data[110:, 0], X[110:, 0] * 1e-3, rtol=1e-12)
    assert ("date without time zone: taken as UTC" in rec.notes) == (shown == "2024-05-01 22:30:{:06.3f}")
    refused(path, "E-RATE", "about 1000 Hz", fs=2000)
    counted = mc.import_file(path, time_column="none", fs=1000)
    assert (counted.channels, counted.signals[0].n_samples, counted.refused) == (["GM"], 390, [])


def test_a_time_of_day_goes_on_after_midnight(tmp_path: Path) -> None:
    seconds = [86400 - 0.2 + i / 1000 for i in range(400)]
    clock = [f"{int(s % 86400) // 3600:02d}:{int(s % 3600) // 60:02d}:{s % 60:06.3f}" for s in seconds]
    rec = mc.import_file(write(tmp_path / "a.csv", worded([clock, GM], "t,GM (mV)")))
    assert (rec.fs, rec.start_s, rec.signals[0].gaps) == (1000, 86399.8, [])
    assert "t: passes midnight, counted on" in rec.notes


def test_a_clock_between_blanks_and_by_the_option(tmp_path: Path) -> None:
    clock = [f"00:00:{i / 1000:06.3f}" for i in range(400)]
    path = write(tmp_path / "a.txt", worded([["2024-05-01"] * 400, clock, GM], "Day When GM", " "))
    refused(path, "E-RATE", "time_column", unit="mV")
    rec = mc.import_file(path, unit="mV", time_column="When")
    assert (rec.fs, rec.channels, [r.signal for r in rec.refused]) == (1000, ["GM"], ["Day"])
    refused(path, "E-TIMES", "Day[1]", "do not rise", unit="mV", time_column="Day")
    clock[7], clock[9] = "", "??"
    rec = mc.import_file(write(tmp_path / "b.csv", worded([clock, GM], "Time,GM (mV)")))
    assert rec.signals[0].gaps == [(7, 8), (9, 10)]
    assert "2 lines (9, 11) without a time: left out" in rec.notes
    days = ["01.05.2024 00:00:00"] * 400
    path = write(tmp_path / "c.csv", worded([days, GM], "Time,GM (mV)"))
    refused(path, "E-TIMES", "ISO 8601", "'01.05.2024 00:00:00' in line 2", 'time_column "none"', fs=1000)
    assert mc.import_file(path, fs=1000, time_column="none").channels == ["GM"]
