"""What is saved as NWB comes back: samples to the bit, and all that is known."""

from __future__ import annotations

from pathlib import Path

import h5py
import myocramp as mc
import numpy as np
import pytest

from .conftest import WriteOpenSignals


def described() -> mc.Recording:
    """Two channels with gaps and everything that can be said of a recording."""
    x = np.random.default_rng(5).standard_normal((3000, 2)) * 1e-4
    x[100:200] = np.nan
    x[500, 1] = np.nan
    rec = mc.Recording.from_array(x, fs=1000, channel_names=["GM", "GL"])
    rec.session, rec.session_start = "night1", "2024-05-01T22:30:00.250+02:00"
    rec.description = "after 37 °C"
    rec.subject = mc.Subject("S01", "Homo sapiens", "F", "P34Y", "70 kg", "runner")
    rec.protocol = [mc.Phase(0, 1.5, "rest", "supine", 90), mc.Phase(1.5, 3, "stretch")]
    rec.labels = [
        mc.Event(0.5, 1, "cramp", ["GM", "GL"], 0.75, "ÅB", "manual"),
        mc.Event(0.5, 1.25, "cramp", ["GM"], annotator="CD", label_source="manual"),
        mc.Event(2, 0.05, "fasciculation", annotator="CD", label_source="manual"),
    ]
    rec.annotated_spans = [mc.AnnotatedSpan(0, 3, "CD"), mc.AnnotatedSpan(0, 2, "ÅB")]
    rec.invalid_times = [mc.InvalidSpan(2, 2.5, "lost electrode", ("GL",)), mc.InvalidSpan(2.5, 2.75, "artefact")]
    rec.stim_trains = [mc.StimTrain(1, 1.25, 20, 6, 0.05, 1e-3, "tibial nerve", "yes"), mc.StimTrain(2, 2.25, 30)]
    rec.covariates = [
        mc.Covariate("sodium", 141.5, unit="mmol/L", time_s=1, method="venous blood"),
        mc.Covariate("condition", value_text="heat"),
    ]
    rec.electrodes = [mc.Channel("GM", "gastrocnemius_medialis", "left", 20, "PORT3"), mc.Channel("GL", "", "right")]
    return rec


def facts(rec: mc.Recording) -> dict[str, object]:
    names = (
        *("session", "session_start", "description", "subject", "protocol", "annotated_spans", "invalid_times"),
        *("stim_trains", "covariates", "electrodes", "channels", "fs", "duration_s"),
    )
    columns = ("onset_s", "offset_s", "label", "channels", "confidence", "annotator", "label_source")
    labels = [[str(getattr(e, name)) for name in columns] for e in rec.labels]
    return {name: getattr(rec, name) for name in names} | {"labels": labels}


def series_of(file: h5py.File) -> list[str]:
    return [k for k, s in file["acquisition"].items() if s.attrs.get("neurodata_type") == "ElectricalSeries"]


def test_nothing_is_lost(tmp_path: Path) -> None:
    rec = described()
    rec.save(tmp_path / "x.nwb")
    back = mc.read(tmp_path / "x.nwb")
    assert back.layout == "nwb"
    assert facts(back) == facts(rec)
    assert np.array_equal(back.data, rec.data, equal_nan=True)


def test_nothing_is_lost_of_a_part(tmp_path: Path) -> None:
    part = described()[0.75:2.25].pick(["GL"])
    part.save(tmp_path / "part.nwb")
    back = mc.read(tmp_path / "part.nwb")
    assert facts(back) == facts(part)
    assert back.signals[0].start_s == 0.75
    assert np.array_equal(back.data, part.data, equal_nan=True)


def test_parts_are_recordings_of_their_own(tmp_path: Path) -> None:
    described().save(tmp_path / "whole.nwb")
    whole = mc.read(tmp_path / "whole.nwb")
    identifiers = set()
    for k, rec in enumerate((whole, whole[0.75:2.25], whole[0:1], whole.pick(["GL"]))):
        rec.save(tmp_path / f"{k}.nwb")
        with h5py.File(tmp_path / f"{k}.nwb") as file:
            identifiers.add(file["identifier"][()])
    assert len(identifiers) == 4


def test_integers_stay_integers(tmp_path: Path, opensignals: WriteOpenSignals) -> None:
    rng = np.random.default_rng(6)
    devices = {
        "00:00:00:00:00:0A": (1000, rng.integers(0, 2**16, (2000, 3)).astype(np.uint16)),
        "00:00:00:00:00:0B": (500, rng.integers(0, 2**16, (1500, 2)).astype(np.uint16)),
    }
    rec = mc.read(opensignals(devices))
    rec.save(tmp_path / "x.nwb")
    with h5py.File(tmp_path / "x.nwb") as file:
        stored = [
            s["data"] for s in file["acquisition"].values() if s.attrs.get("neurodata_type") == "ElectricalSeries"
        ]
        assert sorted(d.dtype for d in stored) == [np.uint16, np.uint16]
        for data, (_, counts) in zip(stored, devices.values(), strict=True):
            assert np.array_equal(data[:], counts)
    back = mc.read(tmp_path / "x.nwb")
    assert back.channels == rec.channels
    assert back.session_start == rec.session_start
    for a, b in zip(back.signals, rec.signals, strict=True):
        assert a.fs == b.fs
        assert np.abs(a.data - b.data).max() <= 1e-12 * np.abs(b.data).max()


def test_gaps_of_integers_stay_gaps(tmp_path: Path, opensignals: WriteOpenSignals) -> None:
    counts = np.random.default_rng(7).integers(0, 2**16, (2000, 1)).astype(np.uint16)
    mc.read(opensignals({"00:00:00:00:00:0A": (1000, counts)})).save(tmp_path / "x.nwb")
    with h5py.File(tmp_path / "x.nwb", "r+") as file:  # half a second is missing from sample 1000
        (name,) = series_of(file)
        series = file["acquisition"][name]
        times = np.arange(2000) / 1000.0
        times[1000:] += 0.5
        del series["starting_time"]
        stamps = series.create_dataset("timestamps", data=times)
        stamps.attrs["interval"] = np.int32(1)
        stamps.attrs["unit"] = "seconds"
    rec = mc.read(tmp_path / "x.nwb")
    assert rec.signals[0].gaps == [(1000, 1500)]
    assert np.isnan(rec.data[1000:1500]).all()
    assert not np.isnan(rec.data[:1000]).any()
    rec.save(tmp_path / "again.nwb")
    again = mc.read(tmp_path / "again.nwb")
    assert again.signals[0].gaps == [(1000, 1500)]
    assert np.array_equal(again.data, rec.data, equal_nan=True)
    assert again.invalid_times == rec.invalid_times == []
    part = again[0.9:1.2]
    assert part.signals[0].gaps == [(100, 300)]


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    described().save(tmp_path / "a.nwb")
    described().save(tmp_path / "b.nwb")
    assert (tmp_path / "a.nwb").read_bytes() == (tmp_path / "b.nwb").read_bytes()
    other = described()
    other.session = "night2"
    other.save(tmp_path / "b.nwb")
    assert (tmp_path / "a.nwb").read_bytes() != (tmp_path / "b.nwb").read_bytes()


def test_a_recording_may_replace_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    described().save(path)
    rec = mc.read(path)
    before = rec.data
    rec.labels = [*rec.labels, mc.Event(2.5, 0.25, "twitch", annotator="EF")]
    rec.save(path)
    assert np.array_equal(rec.data, before, equal_nan=True)
    assert [e.annotator for e in mc.read(path).labels] == [e.annotator for e in rec.labels]
    assert np.array_equal(mc.read(path).data, before, equal_nan=True)
    assert [p.name for p in tmp_path.iterdir()] == ["x.nwb"]


def test_the_result_of_analysis_may_be_saved_as_labels(tmp_path: Path, result: mc.Result) -> None:
    rec = result.recording[:]
    rec.labels = result.episodes
    rec.save(tmp_path / "x.nwb")
    assert [(e.onset_s, e.label) for e in mc.read(tmp_path / "x.nwb").labels] == [
        (e.onset_s, e.label) for e in result.episodes
    ]


@pytest.mark.parametrize("name", ["x.h5", "x", "x.nwb.gz", "nwb"])
def test_only_nwb_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(mc.InvalidArgument, match=r"\.nwb") as caught:
        described().save(tmp_path / name)
    assert caught.value.code == "E-OPTION"
    assert list(tmp_path.iterdir()) == []


def test_a_recording_without_samples_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(mc.InvalidArgument) as caught:
        mc.Recording.from_array(np.zeros((0, 2)), fs=100).save(tmp_path / "x.nwb")
    assert caught.value.code == "E-SAMPLES"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(mc.IoError) as caught:
        described().save(tmp_path / "file" / "x.nwb")
    assert caught.value.code == "E-WRITE"


def test_events_are_added_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    described().save(path)
    before = mc.read(path)
    new = mc.Events([mc.Event(1.0, 0.5, "twitch", ["GL"], 0.5, "EF", "manual"), mc.Event(0.25, 0.5, "cramp")])
    new.save(path)
    new.save(path)  # nothing is added twice
    after = mc.read(path)
    assert [(e.onset_s, e.annotator) for e in after.labels] == [
        *((0.25, ""), (0.5, "ÅB"), (0.5, "CD"), (1.0, "EF"), (2, "CD")),
    ]
    assert {k: v for k, v in facts(after).items() if k != "labels"} == {
        k: v for k, v in facts(before).items() if k != "labels"
    }
    assert np.array_equal(after.data, before.data, equal_nan=True)


def test_events_that_cannot_be_labels(tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    described().save(path)
    kept = path.read_bytes()
    with pytest.raises(mc.InvalidArgument) as caught:
        mc.Events([mc.Event(0, 1, "phase:rest")]).save(path)
    assert caught.value.code == "E-PHASE"
    with pytest.raises(mc.InvalidArgument):
        mc.Events([mc.Event(float("nan"), 1, "cramp")]).save(path)
    assert path.read_bytes() == kept
    with pytest.raises(mc.IoError):
        mc.Events([mc.Event(0, 1, "cramp")]).save(tmp_path / "none.nwb")
    (tmp_path / "text.nwb").write_text("no NWB " * 1000, encoding="utf-8")
    with pytest.raises(mc.DataError):
        mc.Events([mc.Event(0, 1, "cramp")]).save(tmp_path / "text.nwb")
