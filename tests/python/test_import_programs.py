"""Recordings and labels of MNE, Neo and pandas, both ways."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mne
import myocramp as mc
import neo
import numpy as np
import pandas as pd
import pytest
import quantities as pq

X = np.random.default_rng(4).standard_normal((20000, 2)) * 1e-5
LABELS = [
    mc.Event(1.25, 2, "cramp", ["GM", "GL"], 0.5, "RB", "manual", 3.25, "hodges_bui"),
    mc.Event(1.25, 2, "cramp", ["GM"], annotator="second"),
    mc.Event(4, 0, "twitch", ["GL"]),
    mc.Event(6 + 1 / 3, 1.0, "sustained"),
]


def rows(events: Iterable[mc.Event]) -> list[tuple[Any, ...]]:
    """Events as tuples that compare equal where both say nothing."""
    return [tuple("nan" if v != v else v for v in dataclasses.astuple(e)) for e in events]


@pytest.fixture
def rec() -> mc.Recording:
    x = X.copy()
    x[5000:5100] = np.nan
    made = mc.Recording.from_array(x, 1000, ["GM", "GL"])
    made.labels = LABELS
    made.protocol = [mc.Phase(0, 10, "rest"), mc.Phase(10, 20, "stretch")]
    made.invalid_times = [mc.InvalidSpan(7, 8, "motion", ("GM",)), mc.InvalidSpan(9, 9.5)]
    made.session_start = "2024-05-01T22:30:00+02:00"
    made.subject = mc.Subject(id="S1", sex="F")
    return made


def test_rows_without_a_sample_are_gaps_of_the_signal(rec: mc.Recording) -> None:
    assert rec.signals[0].gaps == [(5000, 5100)]
    x = X.copy()
    x[:10] = np.nan
    x[50:60, 0] = np.nan
    x[-1] = np.nan
    assert mc.Recording.from_array(x, 1000).signals[0].gaps == [(0, 10), (19999, 20000)]


# --- MNE --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "volts"), [("V", 1), ("mV", 1e-3), ("uV", 1e-6), ("µV", 1e-6), ("nV", 1e-9)])
def test_one_table_of_units_serves_arrays_and_frames(unit: str, volts: float) -> None:
    array = mc.Recording.from_array(X, 1000, ["GM", "GL"], unit=unit)
    frame = mc.from_dataframe(pd.DataFrame(X, columns=["GM", "GL"]), 1000, unit=unit)
    np.testing.assert_allclose(array.data, X * volts, rtol=1e-15)
    np.testing.assert_array_equal(frame.data, array.data)


def test_a_recording_goes_to_mne_and_back(rec: mc.Recording) -> None:
    raw = rec.to_mne()
    assert raw.get_channel_types() == ["emg", "emg"]
    assert raw.info["meas_date"] == datetime(2024, 5, 1, 20, 30, tzinfo=UTC)
    back = mc.from_mne(raw)
    np.testing.assert_array_equal(back.data, rec.data)
    assert back.signals[0].gaps == rec.signals[0].gaps
    # A raw object of MNE keeps onsets to the microsecond.
    assert rows(back.labels) == rows(dataclasses.replace(e, onset_s=round(e.onset_s, 6)) for e in rec.labels)
    assert back.protocol == rec.protocol
    assert back.invalid_times == rec.invalid_times
    assert back.subject == rec.subject
    assert datetime.fromisoformat(back.session_start) == datetime.fromisoformat(rec.session_start)
    assert back.notes == []


def test_what_mne_cuts_comes_back_whole_and_what_it_cannot_hold_is_counted(tmp_path: Path) -> None:
    rec = mc.Recording.from_array(X[:5000], 1000, ["GM", "GL"])
    reach_out = [
        mc.Event(-1, 2, "cramp", score=0.5),
        mc.Event(0.5, 1, "cramp", ["ZZ", "GM", "a|b"]),
        mc.Event(4, 1 / 3 + 2, "cramp", ["GL"]),
        mc.Event(4.5, 0.5, "sustained"),
    ]
    outside = [mc.Event(-2, 1 / 2, "cramp", ["GM"]), mc.Event(6, 1, "cramp")]
    rec.labels = [*reach_out, *outside, mc.Event(1, 1, "cramp", ["ZZ"])]
    rec.protocol = [mc.Phase(-3, 9, "rest")]
    rec.invalid_times = [mc.InvalidSpan(1, 2, "motion", ("ZZ",)), mc.InvalidSpan(3, 8, "motion", ("GL",))]
    with pytest.warns(UserWarning, match="MNE cannot hold") as told:
        raw = rec.to_mne()
    assert [str(w.message) for w in told] == [
        "annotations that MNE cannot hold: 2 outside the recording, left out; 2 of channels that it lacks, left out; "
        "4 cut to the recording, which from_mne makes whole again; "
        "1 without channels that it lacks, which from_mne names again"
    ]
    assert told[0].filename == __file__
    held = [(a["onset"], a["duration"], a["description"], a["ch_names"]) for a in raw.annotations]
    assert sorted(held) == [
        (0, 1, "cramp", ()),
        (0, 5, "phase:rest", ()),
        (0.5, 1, "cramp", ("GM",)),
        (3, 2, "BAD_motion", ("GL",)),
        (4, 1, "cramp", ("GL",)),
        (4.5, 0.5, "sustained", ()),
    ]
    raw.save(tmp_path / "a_raw.fif", verbose="ERROR")
    for one in (raw, mne.io.read_raw_fif(tmp_path / "a_raw.fif", verbose="ERROR")):
        back = mc.from_mne(one)
        assert rows(back.labels) == rows(
            [*reach_out[:1], dataclasses.replace(reach_out[1], channels=["GM", "ZZ", "a|b"]), *reach_out[2:]]
        )
        assert back.protocol == rec.protocol
        assert back.invalid_times == rec.invalid_times[1:]
    # What a user cuts stays cut, and counts from the new first sample.
    part = mc.from_mne(raw.copy().crop(0.5, 4.2))
    assert [(e.onset_s, e.duration_s) for e in part.labels] == [(0, 0.5), (0, 1), (3.5, pytest.approx(0.201))]
    later = mc.from_mne(raw.copy().crop(0.25))
    assert [(e.onset_s, e.offset_s) for e in later.labels][2] == (3.75, pytest.approx(6 + 1 / 3 - 0.25))


def test_a_gap_at_the_end_goes_to_mne_and_back() -> None:
    x = X[:5000].copy()
    x[4500:] = np.nan
    back = mc.from_mne(mc.Recording.from_array(x, 1000).to_mne())
    assert (back.duration_s, back.signals[0].gaps) == (5, [(4500, 5000)])


def test_mne_filters_pass_over_our_gaps(rec: mc.Recording) -> None:
    filtered = rec.to_mne().filter(20, 450, picks="emg", verbose="ERROR").get_data()
    assert np.array_equal(np.flatnonzero(np.isnan(filtered[0])), np.arange(5000, 5100))


def test_times_count_from_the_first_sample(rec: mc.Recording) -> None:
    part = rec[1:12]
    raw = part.to_mne()
    assert raw.annotations[0]["onset"] + 1 == 1 + 0  # phase:rest, cut to the part, begins with it
    back = mc.from_mne(raw)
    assert back.start_s == 0
    assert [e.onset_s for e in back.labels] == pytest.approx([e.onset_s - 1 for e in part.labels])
    assert datetime.fromisoformat(back.session_start) == datetime(2024, 5, 1, 20, 30, 1, tzinfo=UTC)
    # A raw object that MNE cropped keeps its measurement's clock; its first sample is 0 s all the same.
    cropped = mc.from_mne(rec.to_mne().crop(1, 12))
    assert [e.onset_s for e in cropped.labels] == pytest.approx([e.onset_s - 1 for e in LABELS])
    assert datetime.fromisoformat(cropped.session_start) == datetime(2024, 5, 1, 20, 30, 1, tzinfo=UTC)


def test_labels_alone_go_to_mne_and_back() -> None:
    events = mc.Events(LABELS, start_s=0.5)
    annotations = events.to_mne()
    assert annotations.orig_time is None
    assert annotations[0]["onset"] == 0.75
    back = mc.Events.from_mne(annotations, start_s=0.5)
    assert rows(back) == rows(LABELS)
    with pytest.raises(TypeError, match="annotations of MNE"):
        mc.Events.from_mne([])
    with pytest.raises(mc.InvalidArgument, match="finite number"):
        mc.Events.from_mne(annotations, start_s=math.nan)


def test_episodes_go_to_mne_with_their_measures(result: mc.Result) -> None:
    annotations = result.episodes.to_mne()
    assert len(annotations) == len(result.episodes) > 0
    first, episode = annotations[0], result.episodes[0]
    assert first["ch_names"] == tuple(episode.channels)
    assert first["extras"]["peak_uv"] == episode.peak_uv
    assert first["extras"]["class_reason"] == episode.class_reason


def test_of_mne_only_emg_is_taken_and_the_rest_named() -> None:
    info = mne.create_info(["GM", "Fz", "stim", "temp"], 1000.0, ["emg", "eeg", "stim", "temperature"])
    raw = mne.io.RawArray(np.random.default_rng(0).standard_normal((4, 500)) * 1e-6, info, verbose="ERROR")
    rec = mc.from_mne(raw)
    assert rec.channels == ["GM"]
    assert [(r.signal, r.code) for r in rec.refused] == [("Fz", "E-SENSOR"), ("stim", "E-SENSOR"), ("temp", "E-UNIT")]
    assert mc.from_mne(raw, channels=["Fz"]).channels == ["Fz"]
    without = mc.from_mne(raw.copy().pick(["Fz", "temp"]))
    assert without.channels == ["Fz"]
    assert "no channel is of type emg: every voltage is read" in without.notes
    with pytest.raises(mc.DataError):
        mc.from_mne(raw.copy().pick(["temp"]))
    with pytest.raises(TypeError, match="raw object"):
        mc.from_mne(X)


def test_bad_channels_of_mne_are_invalid(rec: mc.Recording) -> None:
    raw = rec.to_mne().crop(2, 10)
    raw.info["bads"] = ["GL"]
    back = mc.from_mne(raw)
    assert back.channels == ["GM", "GL"]
    assert [s for s in back.invalid_times if s.reason == "bad channel"] == [
        mc.InvalidSpan(0, raw.n_times / 1000, "bad channel", ("GL",))
    ]
    assert "bad channels, invalid over the whole recording: GL" in back.notes
    again = mc.from_mne(back.to_mne())
    assert sorted(again.invalid_times) == sorted(back.invalid_times)
    alone = mc.from_mne(raw, channels="GM")
    assert not any(s.reason == "bad channel" for s in alone.invalid_times)


def test_several_signals_are_no_raw_object() -> None:
    segment = neo.Segment()
    segment.analogsignals = [neo.AnalogSignal(X, units="V", sampling_rate=r * pq.Hz) for r in (1000, 500)]
    with pytest.raises(mc.DataError, match=r"\.signals"):
        mc.from_neo(segment).to_mne()


# --- Neo --------------------------------------------------------------------------------------------------------------


def test_a_segment_of_neo() -> None:
    segment = neo.Segment(rec_datetime=datetime(2024, 5, 1, 22, 30, tzinfo=UTC), description="calf")
    emg = neo.AnalogSignal(X * 1e3, units="mV", sampling_rate=2 * pq.kHz, t_start=500 * pq.ms, name="amplifier")
    emg.array_annotate(channel_names=["GM", "GL"])
    force = neo.AnalogSignal(X[:, :1], units="N", sampling_rate=100 * pq.Hz, name="force")
    slow = neo.AnalogSignal(X[:, :1] * 1e6, units="uV", sampling_rate=500 * pq.Hz, name="slow")
    segment.analogsignals = [emg, force, slow]
    segment.epochs.append(
        neo.Epoch(times=[1.5] * pq.s, durations=[250] * pq.ms, labels=np.array(["cramp"]), name="labels")
    )
    segment.events.append(neo.Event(times=[2] * pq.s, labels=np.array(["pulse"])))
    rec = mc.from_neo(segment)
    assert [(s.name, s.fs, s.start_s, s.channels) for s in rec.signals] == [
        ("amplifier", 2000, 0.5, ["GM", "GL"]),
        ("slow", 500, 0, ["slow"]),
    ]
    np.testing.assert_allclose(rec.signals[0].data, X, rtol=1e-12)
    np.testing.assert_allclose(rec.signals[1].data, X[:, :1], rtol=1e-12)
    assert [(r.signal, r.code) for r in rec.refused] == [("force", "E-UNIT")]
    assert [(e.onset_s, e.duration_s, e.label) for e in rec.labels] == [(1.5, 0.25, "cramp"), (2, 0, "pulse")]
    assert (rec.session_start, rec.description) == ("2024-05-01T22:30:00+00:00", "calf")
    assert mc.from_neo(segment, channels=["GL"]).channels == ["GL"]
    with pytest.raises(TypeError, match="segment"):
        mc.from_neo(X)


@pytest.mark.parametrize(
    ("given", "expected"),
    [(["e", "e"], ["e_1", "e_2"]), (["e", "f"], ["e", "f"]), ([None] * 2, ["1000Hz_1", "1000Hz_2"])],
)
def test_signals_of_neo_have_names_of_their_own(given: list[str | None], expected: list[str], tmp_path: Path) -> None:
    segment = neo.Segment()
    segment.analogsignals = [neo.AnalogSignal(X, units="V", sampling_rate=1 * pq.kHz, name=name) for name in given]
    rec = mc.from_neo(segment)
    assert [s.name for s in rec.signals] == expected
    rec.save(tmp_path / "a.nwb")
    assert [s.name for s in mc.read(tmp_path / "a.nwb").signals] == expected


def test_irregular_signals_of_neo_have_gaps_or_are_refused() -> None:
    times = np.delete(np.arange(500), range(100, 150)) / 1000
    segment = neo.Segment()
    segment.irregularlysampledsignals = [neo.IrregularlySampledSignal(times * pq.s, X[: len(times)], units="V")]
    rec = mc.from_neo(segment)
    assert rec.fs == 1000
    assert rec.signals[0].gaps == [(100, 150)]
    times = np.cumsum(np.random.default_rng(0).uniform(0.5e-3, 1.4e-3, 450))
    segment.irregularlysampledsignals = [neo.IrregularlySampledSignal(times * pq.s, X[:450], units="V")]
    with pytest.raises(mc.DataError, match="half a sample"):
        mc.from_neo(segment)


# --- pandas -----------------------------------------------------------------------------------------------------------


def test_a_recording_goes_to_a_dataframe_and_back(rec: mc.Recording) -> None:
    part = rec[2:7]
    back = mc.from_dataframe(part.to_dataframe(), unit="V")
    np.testing.assert_array_equal(back.data, part.data)
    assert (back.fs, back.channels, back.start_s) == (1000, ["GM", "GL"], 2)
    assert back.signals[0].gaps == part.signals[0].gaps
    missing = mc.from_dataframe(part.to_dataframe().dropna(), unit="V")
    np.testing.assert_array_equal(missing.data, part.data)


def test_rows_of_a_dataframe_are_counted_or_timed() -> None:
    df = pd.DataFrame({"GM": X[:100, 0] * 1e3, "GL": X[:100, 1] * 1e6})
    rec = mc.from_dataframe(df, 2000, unit={"GM": "mV", "GL": "uV"})
    np.testing.assert_allclose(rec.data, X[:100], rtol=1e-12)
    df["t"] = np.arange(100) * 0.5
    rec = mc.from_dataframe(df, unit="mV", time="t", time_unit="ms")
    assert (rec.fs, rec.channels) == (2000, ["GM", "GL"])
    with pytest.raises(mc.DataError, match="t: expected a rate that its times have, about 2000 Hz, found 4000 Hz"):
        mc.from_dataframe(df, 4000, unit="mV", time="t", time_unit="ms")
    dates = df[["GM"]].set_index(pd.date_range("2024-05-01 22:30", periods=100, freq="1ms", tz="UTC"))
    rec = mc.from_dataframe(dates.drop(dates.index[40:50]), unit="mV")
    assert (rec.fs, rec.session_start) == (1000, "2024-05-01T22:30:00+00:00")
    assert rec.signals[0].gaps == [(40, 50)]
    spans = df[["GM"]].set_index(pd.to_timedelta(np.arange(100), unit="ms"))
    assert mc.from_dataframe(spans, unit="mV").fs == 1000


@pytest.mark.parametrize("unit", ["s", "ms"])
def test_a_column_of_dates_or_differences_says_its_own_unit(unit: str) -> None:
    df = pd.DataFrame({"GM": X[:100, 0]})
    dates = df.assign(t=pd.date_range("2024-05-01 22:30", periods=100, freq="1ms", tz="UTC"))
    rec = mc.from_dataframe(dates, unit="V", time="t", time_unit=unit)
    assert (rec.fs, rec.start_s, rec.session_start) == (1000, 0, "2024-05-01T22:30:00+00:00")
    spans = df.assign(t=pd.to_timedelta(np.arange(100), unit="ms"))
    assert mc.from_dataframe(spans, unit="V", time="t", time_unit=unit).fs == 1000
    with pytest.raises(TypeError, match="dates"):
        mc.from_dataframe(df.assign(t="now"), unit="V", time="t")
    for empty in (dates[:0], dates.assign(t=dates["t"].where(dates.index > 0))):
        with pytest.raises(mc.DataError, match="first row"):
            mc.from_dataframe(empty, unit="V", time="t")


def test_columns_of_one_name_or_with_missing_numbers() -> None:
    with pytest.raises(mc.InvalidArgument, match="different names"):
        mc.from_dataframe(pd.DataFrame(X[:100], columns=["GM", "GM"]), 1000, unit="V")
    missing = pd.DataFrame({"GM": pd.array([1.5, None, 2.5], dtype="Float64")})
    assert mc.from_dataframe(missing, 1000, unit="V").signals[0].gaps == [(1, 2)]


def test_what_a_dataframe_does_not_say_is_asked_for() -> None:
    df = pd.DataFrame({"GM": X[:100, 0]})
    with pytest.raises(TypeError, match="fs"):
        mc.from_dataframe(df, unit="V")
    with pytest.raises(TypeError, match="unit"):
        mc.from_dataframe(df, 1000)  # type: ignore[call-arg]
    with pytest.raises(mc.InvalidArgument, match="none for GM"):
        mc.from_dataframe(df, 1000, unit={})
    with pytest.raises(mc.InvalidArgument, match="V, mV, uV"):
        mc.from_dataframe(df, 1000, unit="deg")
    with pytest.raises(TypeError, match="floats"):
        mc.from_dataframe(df.assign(class_=1), 1000, unit="V")
    with pytest.raises(mc.InvalidArgument, match="one of the columns GM"):
        mc.from_dataframe(df, unit="V", time="t")
    with pytest.raises(mc.InvalidArgument, match="1 MHz"):
        mc.from_dataframe(df, -5, unit="V")
    with pytest.raises(TypeError, match="DataFrame"):
        mc.from_dataframe(X, 1000, unit="V")
    uneven = df.assign(t=np.cumsum(np.random.default_rng(0).uniform(0.5, 1.4, 100)))
    with pytest.raises(mc.DataError, match="half a sample"):
        mc.from_dataframe(uneven, unit="V", time="t")
