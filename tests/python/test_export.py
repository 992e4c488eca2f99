"""Labels as tables of BIDS and SzCORE; recordings as EMG-BIDS, held to its rules by a checker of our own."""

from __future__ import annotations

import csv
import dataclasses
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import myocramp as mc
import neo
import numpy as np
import pytest
import quantities as pq

X = np.random.default_rng(5).standard_normal((20000, 2)) * [1e-5, 3e-4]
LABELS = [
    mc.Event(1.25, 2, "cramp", ["GM", "GL"], 0.5, "RB", "manual", 3.25, "hodges_bui"),
    mc.Event(4, 0, "twitch", ["GL"]),
    mc.Event(6 + 1 / 3, 1.0, "sustained"),
]
NEEDED: dict[str, Any] = {
    "EMGPlacementScheme": "Other",
    "EMGPlacementSchemeDescription": "belly of the muscle",
    "EMGReference": "bipolar",
    "PowerLineFrequency": 50,
    "SoftwareFilters": "n/a",
}


def rows(events: Iterable[mc.Event]) -> list[tuple[Any, ...]]:
    return [tuple("nan" if v != v else v for v in dataclasses.astuple(e)) for e in events]


# --- SzCORE -----------------------------------------------------------------------------------------------------------


def test_a_label_keeps_in_szcore_all_that_its_seven_columns_hold(tmp_path: Path) -> None:
    names = ["GM, left", "GL\\2", "a|b"]
    events = mc.Events(
        [*LABELS, mc.Event(7.5, 1, "N/A", names)], duration_s=20, session_start="2024-05-01T22:30:00+02:00"
    )
    path = tmp_path / "a.tsv"
    events.save(path, format="szcore")
    header, first, *_ = path.read_text(encoding="utf-8").splitlines()
    assert header.split("\t") == [
        "onset",
        "duration",
        "eventType",
        "confidence",
        "channels",
        "dateTime",
        "recordingDuration",
    ]
    assert first.split("\t") == ["1.25", "2", "cramp", "0.5", "GM,GL", "2024-05-01 22:30:00", "20"]
    back = mc.read_events(path, format="szcore")
    kept = [mc.Event(e.onset_s, e.duration_s, e.label, e.channels, e.confidence) for e in events]
    assert rows(back) == rows(kept)
    assert (back.duration_s, back.session_start) == (20, "2024-05-01T22:30:00+00:00")


def test_times_of_szcore_count_from_the_recordings_start(tmp_path: Path) -> None:
    mc.Events(LABELS, start_s=1, session_start="2024-05-01T22:30:00+00:00").save(tmp_path / "a.tsv", format="szcore")
    back = mc.read_events(tmp_path / "a.tsv", format="szcore")
    assert [e.onset_s for e in back] == pytest.approx([e.onset_s - 1 for e in LABELS], abs=1e-12)
    assert back.session_start == "2024-05-01T22:30:01+00:00"  # so that each event keeps its date


def test_a_table_of_szcore_by_another_program(tmp_path: Path) -> None:
    row = "1\t2\tcramp" + "x" * 200000 + "\t2024-05-01T22:30:00+02:00\r\n"
    (tmp_path / "a.tsv").write_text("onset\tduration\teventType\tdateTime\r\n" + row + "\r\n", newline="")
    back = mc.read_events(tmp_path / "a.tsv", format="szcore")
    assert (len(back), back.session_start) == (1, "2024-05-01T22:30:00+02:00")


def test_what_szcore_cannot_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(mc.IoError) as caught:
        mc.Events(LABELS).save(tmp_path / "taken", format="szcore")
    assert caught.value.code == "E-WRITE"
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]


def test_no_event_is_one_row_of_background(tmp_path: Path) -> None:
    mc.Events(duration_s=12.5).save(tmp_path / "a.tsv", format="szcore")
    assert (tmp_path / "a.tsv").read_text().splitlines()[1] == "0\t12.5\tbckg\tn/a\tn/a\tn/a\t12.5"
    back = mc.read_events(tmp_path / "a.tsv", format="szcore")
    assert (len(back), back.duration_s) == (0, 12.5)


@pytest.mark.parametrize(
    "text",
    [
        "onset\tduration\n1\t2\n",
        "onset\tduration\teventType\nx\t2\tcramp\n",
        "onset\tduration\teventType\n1\t-2\tcramp\n",
        "onset\tduration\teventType\n1\tn/a\tcramp\n",
        "onset\tduration\teventType\tdateTime\n1\t2\tcramp\tyesterday\n",
        "onset\tduration\teventType\n1\t2\n",
        "",
    ],
)
def test_a_wrong_table_of_szcore_names_its_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(text)
    with pytest.raises(mc.DataError, match="line") as caught:
        mc.read_events(tmp_path / "a.tsv", format="szcore")
    assert caught.value.code == "E-EVENTS"


def test_wrong_formats(tmp_path: Path) -> None:
    with pytest.raises(mc.InvalidArgument, match="bids, szcore"):
        mc.Events(LABELS).save(tmp_path / "a.tsv", format="csv")  # type: ignore[arg-type]
    with pytest.raises(mc.InvalidArgument, match="bids, szcore"):
        mc.Events(LABELS).save(tmp_path / "a.nwb", format="szcore")
    with pytest.raises(mc.InvalidArgument, match="bids, szcore"):
        mc.read_events(tmp_path / "a.tsv", format="csv")  # type: ignore[arg-type]
    with pytest.raises(mc.IoError) as caught:
        mc.read_events(tmp_path / "nosuch.tsv", format="szcore")
    assert caught.value.code == "E-MISSING"
    with pytest.raises(mc.IoError) as caught:
        mc.Events(LABELS).save(tmp_path / "nosuch" / "a.tsv", format="szcore")
    assert caught.value.code == "E-WRITE"


# --- EMG-BIDS ---------------------------------------------------------------------------------------------------------


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def check_dataset(root: Path) -> None:
    """The rules of BIDS 1.11 for EMG that concern what we write."""
    about = json.loads((root / "dataset_description.json").read_text())
    assert about["Name"]
    assert re.fullmatch(r"1\.\d+\.\d+", about["BIDSVersion"])
    files = [p for p in root.rglob("*") if p.is_file() and p.parent != root]
    data = [p for p in files if p.suffix in (".edf", ".bdf")]
    assert data
    expected = set()
    for path in data:
        entities = r"sub-(?P<sub>\w+?)(_ses-(?P<ses>[0-9A-Za-z]+))?_task-[0-9A-Za-z]+(_acq-[0-9A-Za-z]+)?(_run-\d+)?"
        name = re.fullmatch(entities + r"(_recording-[0-9A-Za-z]+)?_emg\.(edf|bdf)", path.name)
        assert name, path.name
        place = [f"sub-{name['sub']}", *([f"ses-{name['ses']}"] if name["ses"] else []), "emg"]
        assert list(path.parent.relative_to(root).parts) == place
        base = path.with_name(path.name[: -len("_emg.bdf")])
        check_file(path, base)
        ends = ("_emg.json", "_channels.tsv", "_events.tsv", "_events.json")
        expected |= {path, *(base.with_name(base.name + end) for end in ends)}
    assert set(files) == expected


def check_file(path: Path, base: Path) -> None:
    said = json.loads(path.with_suffix(".json").read_text())
    for key in (
        "TaskName",
        "EMGReference",
        "SamplingFrequency",
        "PowerLineFrequency",
        "SoftwareFilters",
        "RecordingType",
    ):
        assert key in said, key
    assert said["EMGPlacementScheme"] in ("Measured", "ChannelSpecific", "Other")
    assert said["EMGPlacementScheme"] != "Other" or said["EMGPlacementSchemeDescription"]
    assert f"_task-{said['TaskName']}_" in path.name
    rec = mc.import_file(path)
    assert said["SamplingFrequency"] == rec.fs
    assert said["RecordingDuration"] == pytest.approx(rec.duration_s)
    channels = read_table(base.with_name(base.name + "_channels.tsv"))
    assert list(channels[0])[:3] == ["name", "type", "units"]
    assert [c["name"] for c in channels] == rec.channels
    assert len({c["name"] for c in channels}) == said["EMGChannelCount"]
    assert {c["type"] for c in channels} == {"EMG"}
    assert said["EMGPlacementScheme"] != "ChannelSpecific" or all(c["placement_scheme"] for c in channels)
    events = read_table(base.with_name(base.name + "_events.tsv"))
    columns = json.loads(base.with_name(base.name + "_events.json").read_text())
    assert list(events[0])[:2] == ["onset", "duration"]
    assert set(events[0]) == set(columns)
    assert columns["channel"]["Delimiter"] == "|"
    assert {e["trial_type"] for e in events} <= set(columns["trial_type"]["Levels"])
    assert [float(e["onset"]) for e in events] == sorted(float(e["onset"]) for e in events)
    for e in events:
        assert e["channel"] == "n/a" or set(e["channel"].split("|")) <= set(rec.channels)
    for row in [*channels, *events]:
        assert all(cell and not re.search(r"[\t\r\n]", cell) for cell in row.values())


@pytest.fixture
def rec() -> mc.Recording:
    x = X.copy()
    x[5000:5100] = np.nan
    x[6000:6010, 0] = np.nan
    made = mc.Recording.from_array(x, 1000, ["GM", "GL"])
    made.electrodes = [
        mc.Channel("GM", "gastrocnemius_medialis", "left", 20),
        mc.Channel("GL", "gastrocnemius_lateralis", "left"),
    ]
    made.labels = LABELS
    made.protocol = [mc.Phase(0, 20, "rest")]
    made.invalid_times = [mc.InvalidSpan(7, 8, "motion", ("GM",))]
    made.session_start = "2024-05-01T22:30:00+02:00"
    return made


@pytest.mark.parametrize(("format", "bits"), [("bdf", 24), ("edf", 16)])
def test_a_recording_goes_to_bids_and_back(format: str, bits: int, rec: mc.Recording, tmp_path: Path) -> None:
    where = {"subject": "01", "session": "a", "task": "rest", "acquisition": "grid", "run": 2}
    (path,) = mc.export_bids(rec, tmp_path, **where, dataset_name="D", metadata=NEEDED, format=format)  # type: ignore[arg-type]
    assert path.name == f"sub-01_ses-a_task-rest_acq-grid_run-2_emg.{format}"
    check_dataset(tmp_path)
    back = mc.import_file(path)
    assert np.array_equal(np.isnan(back.data), np.isnan(rec.data))
    assert back.signals[0].gaps == [(5000, 5100)]
    span = np.nanmax(rec.data, axis=0) - np.nanmin(rec.data, axis=0)
    off = np.nanmax(np.abs(back.data - rec.data), axis=0)
    assert (off <= span / 2**bits * 1.01).all()
    assert rows(back.labels) == rows(rec.labels)
    assert back.protocol == rec.protocol
    assert back.invalid_times == rec.invalid_times
    assert back.session_start == "2024-05-01T22:30:00+00:00"
    assert back.electrodes == rec.electrodes
    table = read_table(path.with_name(path.name.replace(f"_emg.{format}", "_channels.tsv")))
    assert table[0]["target_muscle"] == "left gastrocnemius_medialis"
    assert [c["interelectrode_distance"] for c in table] == ["20", "n/a"]


def test_an_event_of_unknown_length_is_read_from_bids(rec: mc.Recording, tmp_path: Path) -> None:
    (path,) = mc.export_bids(rec, tmp_path, subject="01", task="rest", dataset_name="D", metadata=NEEDED)
    events = path.with_name("sub-01_task-rest_events.tsv")
    events.write_text("onset\tduration\ttrial_type\n1.5\tn/a\tcramp\n3\t1\tcramp\n0\t9\tphase:rest\n")
    back = mc.import_file(path)
    assert [(e.onset_s, e.duration_s) for e in back.labels] == [(1.5, 0), (3, 1)]
    assert [p.name for p in back.protocol] == ["rest"]
    assert f"{events.name}: line 2, column duration: n/a: cramp at 1.5 s is taken for an instant" in back.notes


def test_mne_reads_what_we_export(rec: mc.Recording, tmp_path: Path) -> None:
    import mne

    for format, read in (("bdf", mne.io.read_raw_bdf), ("edf", mne.io.read_raw_edf)):
        (path,) = mc.export_bids(
            rec, tmp_path, subject="01", task=format, dataset_name="D", metadata=NEEDED, format=format
        )
        data = read(path, verbose="ERROR").get_data().T
        ours = mc.import_file(path).data
        known = np.isfinite(ours)
        assert known.sum() == known.size - 210
        np.testing.assert_allclose(data[known], ours[known], rtol=0, atol=1e-15)


def test_every_signal_has_a_file_with_its_own_events_and_clock(tmp_path: Path) -> None:
    segment = neo.Segment()
    fast = neo.AnalogSignal(X, units="V", sampling_rate=2000 * pq.Hz, t_start=1 * pq.s, name="amp 1")
    fast.array_annotate(channel_names=["GM", "GL"])
    slow = neo.AnalogSignal(X[:5000, :1], units="V", sampling_rate=500 * pq.Hz, name="amp 2")
    slow.array_annotate(channel_names=["TA"])
    segment.analogsignals = [fast, slow]
    rec = mc.from_neo(segment)
    rec.labels = [mc.Event(2, 1, "cramp", ["GM"]), mc.Event(3, 1, "cramp", ["TA"]), mc.Event(4, 1, "sustained")]
    paths = mc.export_bids(rec, tmp_path, subject="01", task="rest", dataset_name="D", metadata=NEEDED)
    assert [p.name for p in paths] == [
        "sub-01_task-rest_recording-amp1_emg.bdf",
        "sub-01_task-rest_recording-amp2_emg.bdf",
    ]
    check_dataset(tmp_path)
    assert [(e.onset_s, e.label) for e in mc.import_file(paths[0]).labels] == [(1, "cramp"), (3, "sustained")]
    assert [(e.onset_s, e.label) for e in mc.import_file(paths[1]).labels] == [(3, "cramp"), (4, "sustained")]


@pytest.mark.parametrize("n", [5000, 5009])  # in whole data records, and filled up
@pytest.mark.parametrize("format", ["bdf", "edf"])
def test_a_gap_at_the_end_stays_and_the_filler_goes(format: str, n: int, tmp_path: Path) -> None:
    x = X[:n].copy()
    x[4500:] = np.nan
    rec = mc.Recording.from_array(x, 1000)
    (path,) = mc.export_bids(rec, tmp_path, subject="01", task="t", dataset_name="D", metadata=NEEDED, format=format)
    check_dataset(tmp_path)
    back = mc.import_file(path)
    assert back.signals[0].n_samples == n
    assert back.signals[0].gaps == [(4500, n)]


def test_labels_of_channels_that_no_signal_has_stay(tmp_path: Path) -> None:
    segment = neo.Segment()
    segment.analogsignals = [neo.AnalogSignal(X, units="V", sampling_rate=r * pq.Hz, name=f"{r}") for r in (2000, 500)]
    rec = mc.from_neo(segment)
    one, two = rec.signals[0].channels[0], rec.signals[1].channels[0]
    labels = [mc.Event(1, 1, "cramp", ["ZZ"]), mc.Event(2, 1, "cramp", [one, "ZZ"]), mc.Event(3, 1, "cramp", [two])]
    rec.labels = labels
    rec.invalid_times = [mc.InvalidSpan(4, 5, "motion", ("ZZ",))]
    paths = mc.export_bids(rec, tmp_path, subject="01", task="rest", dataset_name="D", metadata=NEEDED)
    for path, kept in zip(paths, ([labels[0], labels[1]], [labels[0], labels[2]]), strict=True):
        back = mc.import_file(path)
        assert rows(back.labels) == rows(kept)
        assert back.invalid_times == rec.invalid_times


@pytest.mark.parametrize(
    ("fs", "n"),
    [
        (1000, 19997),
        (1000, 101),  # 101 / 0.101 is not 1000 in floating point
        (2048, 4099),
        (250, 3),
        (512.5, 1025),
        (1000 / 3, 2000),
        (1000.1, 2000),
        (58000 / 27, 2900),
        (52000 / 27, 5000),
        (34000 / 27, 5000),
        (29 / 27, 4930),  # 4930 / fs is not 170 * 27 in floating point
    ],
)
def test_any_length_and_many_rates(fs: float, n: int, tmp_path: Path) -> None:
    rec = mc.Recording.from_array(X[:n], fs)
    (path,) = mc.export_bids(rec, tmp_path, subject="01", task="t", dataset_name="D", metadata=NEEDED)
    check_dataset(tmp_path)
    back = mc.import_file(path)
    assert (back.fs, back.signals[0].n_samples) == (fs, n)
    np.testing.assert_allclose(back.data, rec.data, rtol=0, atol=1e-9)


@pytest.mark.parametrize("fs", [1000 * 2**0.5, 1000 / 61])
def test_a_rate_of_which_no_minute_holds_whole_samples(fs: float, tmp_path: Path) -> None:
    with pytest.raises(mc.DataError, match="whole samples") as caught:
        mc.export_bids(
            mc.Recording.from_array(X[:2000], fs), tmp_path, subject="01", task="t", dataset_name="D", metadata=NEEDED
        )
    assert caught.value.code == "E-RATE"


@pytest.mark.parametrize("format", ["bdf", "edf"])
def test_channels_that_are_nearly_silent(format: str, tmp_path: Path) -> None:
    scales = [1e-5, 1e-9, 1e-10, 1e-11, 1e-12, 1e-17, 1e-26]
    x = np.random.default_rng(7).standard_normal((1000, len(scales))) * scales
    x[:, 3] = np.abs(x[:, 3])
    (path,) = mc.export_bids(
        mc.Recording.from_array(x, 1000),
        tmp_path,
        subject="01",
        task="t",
        dataset_name="D",
        metadata=NEEDED,
        format=format,
    )
    off = np.abs(mc.import_file(path).data - x).max(axis=0)
    steps = np.maximum(np.ptp(x, axis=0), 2e-9) / 2 ** (24 if format == "bdf" else 16)
    assert (off <= steps * 1.01).all()


def test_what_edf_cannot_hold_is_our_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(mc.DataError, match=r"EDF can hold, found .*4$") as caught:  # characters of its count of signals
        mc.export_bids(
            mc.Recording.from_array(np.zeros((2, 10000)), 10),
            tmp_path,
            subject="01",
            task="t",
            dataset_name="D",
            metadata=NEEDED,
        )
    assert caught.value.code == "E-FORMAT"
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_what_bids_wants_is_never_made_up(rec: mc.Recording, tmp_path: Path) -> None:
    def refused(code: str, part: str, **changes: Any) -> None:
        given = {"subject": "01", "task": "rest", "dataset_name": "D", "metadata": NEEDED} | changes
        with pytest.raises(mc.InvalidArgument, match=part) as caught:
            mc.export_bids(rec, tmp_path / "d", **given)
        assert caught.value.code == code
        assert not list(tmp_path.rglob("*.bdf"))

    for key in NEEDED:
        refused("E-OPTION", key, metadata={k: v for k, v in NEEDED.items() if k != key})
    refused("E-OPTION", "Measured", metadata=NEEDED | {"EMGPlacementScheme": "somewhere"})
    refused("E-OPTION", "SamplingFrequency", metadata=NEEDED | {"SamplingFrequency": 5})
    refused("E-OPTION", "placement_scheme", metadata=NEEDED | {"EMGPlacementScheme": "ChannelSpecific"})
    refused("E-OPTION", "dataset_name", dataset_name=None)
    assert not (tmp_path / "d").exists()
    refused("E-OPTION", "name", channel_columns={"name": ["a", "b"]})
    refused("E-OPTION", "letters", subject="sub-01")
    refused("E-OPTION", "letters", task="at rest")
    refused("E-OPTION", "run", run=0)
    refused("E-OPTION", "edf or bdf", format="gdf")
    refused("E-CHANNELS", "2 values", channel_columns={"placement_scheme": ["x"]})
    rec.electrodes = [mc.Channel("gastrocnemius_medialis"), mc.Channel("GL")]
    refused("E-CHANNELS", "16 printable")


def test_columns_of_channels_and_a_dataset_that_is_there(rec: mc.Recording, tmp_path: Path) -> None:
    (tmp_path / "dataset_description.json").write_text('{"Name": "Night", "BIDSVersion": "1.11.0"}')
    scheme = NEEDED | {"EMGPlacementScheme": "ChannelSpecific"}
    mc.export_bids(
        rec,
        tmp_path,
        subject="01",
        task="t",
        metadata=scheme,
        channel_columns={"placement_scheme": ["Measured", "Other"]},
    )
    check_dataset(tmp_path)
    assert json.loads((tmp_path / "dataset_description.json").read_text())["Name"] == "Night"
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".export")]


def test_numbers_of_columns_are_short_and_a_signal_has_samples(rec: mc.Recording, tmp_path: Path) -> None:
    given: dict[str, Any] = {"subject": "01", "task": "t", "dataset_name": "D", "metadata": NEEDED}
    (path,) = mc.export_bids(rec, tmp_path / "a", channel_columns={"gain": [0.1, float("inf")]}, **given)
    lines = Path(str(path).replace("_emg.bdf", "_channels.tsv")).read_text().splitlines()
    assert [line.split("\t")[-1] for line in lines] == ["gain", "0.1", "inf"]
    with pytest.raises(mc.DataError) as caught:
        mc.export_bids(mc.Recording.from_array(X[:0], 1000), tmp_path / "b", **given)
    assert caught.value.code == "E-SAMPLES"
    assert not (tmp_path / "b").exists()


def test_one_recording_in_two_formats_is_refused(rec: mc.Recording, tmp_path: Path) -> None:
    given: dict[str, Any] = {"subject": "01", "task": "t", "dataset_name": "D", "metadata": NEEDED}
    mc.export_bids(rec, tmp_path, **given)
    before = sorted(p.name for p in tmp_path.rglob("*"))
    with pytest.raises(mc.IoError, match="other format") as caught:
        mc.export_bids(rec, tmp_path, format="edf", **given)
    assert caught.value.code == "E-WRITE"
    assert sorted(p.name for p in tmp_path.rglob("*")) == before


@pytest.mark.parametrize(("subject", "code"), [("S 7", "S_7"), ("x" * 74, "x" * 74), ("x" * 75, "X"), ("Jörg", "X")])
def test_the_subject_stands_in_the_header_when_it_fits(subject: str, code: str, tmp_path: Path) -> None:
    rec = mc.Recording.from_array(X, 1000)
    rec.subject = mc.Subject(id=subject)
    (path,) = mc.export_bids(rec, tmp_path, subject="01", task="t", dataset_name="D", metadata=NEEDED)
    assert path.read_bytes()[8:88].decode().split()[0] == code


def test_a_folder_that_cannot_be_made(rec: mc.Recording, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(mc.IoError) as caught:
        mc.export_bids(rec, tmp_path / "file", subject="01", task="t", dataset_name="D", metadata=NEEDED)
    assert caught.value.code == "E-WRITE"
