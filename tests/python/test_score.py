"""Scores: agreement with timescoring, mir_eval and sed_eval where definitions coincide, and what mc.score takes."""

import math
import warnings

import myocramp as mc
import numpy as np
import pytest
from mir_eval import transcription
from myocramp import _core
from timescoring.annotations import Annotation
from timescoring.scoring import EventScoring, SampleScoring

SETS = 10_000


def event_sets(rng, duration_s, most, longest_s, grid_s=0.0):
    """Two random sets of events in order; on a grid they touch, nest and repeat."""
    sides = []
    for _ in range(2):
        n = rng.integers(0, most + 1)
        onsets = rng.uniform(0, duration_s * 0.9, n)
        offsets = np.minimum(onsets + rng.uniform(0, longest_s, n), duration_s)
        if grid_s:
            onsets, offsets = np.round(onsets / grid_s) * grid_s, np.round(offsets / grid_s) * grid_s
        sides.append(sorted(zip(onsets.tolist(), offsets.tolist(), strict=True)))
    return sides


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # theirs, for events without length
def test_events_and_samples_as_timescoring():
    rng = np.random.default_rng(1)
    for k in range(SETS):
        duration_s = float(rng.integers(600, 7200))
        grid_s = (0.0, 0.1, 1.0, 30.0)[k % 4]
        reference, found = event_sets(rng, duration_s, 12, (20, 200, 1200)[k % 3], grid_s)
        ref = Annotation(list(reference), 10, round(duration_s * 10))
        hyp = Annotation(list(found), 10, round(duration_s * 10))
        events = EventScoring(ref, hyp)
        ours = _core.any_overlap(reference, found, duration_s)
        assert ours == (events.refTrue, len(events.hyp.events), events.tp, events.fp), (reference, found, duration_s)
        samples = SampleScoring(ref, hyp)
        both, reference_only, found_only, neither = _core.compare_samples(reference, found, duration_s, 1)
        assert (both, both + reference_only, found_only) == (samples.tp, samples.refTrue, samples.fp)
        assert both + reference_only + found_only + neither == samples.numSamples


def test_szcore_preset_as_timescoring():
    """Every rate of the preset, from events to the result."""
    rng = np.random.default_rng(2)
    for k in range(300):
        duration_s = 3600.0
        reference, found = event_sets(rng, duration_s, 6, 100)
        ref = Annotation(list(reference), 10, 36000)
        hyp = Annotation(list(found), 10, 36000)
        score = mc.score(events(reference, duration_s), events(found, duration_s), preset="szcore")
        for group, theirs in (("any_overlap", EventScoring(ref, hyp)), ("samples", SampleScoring(ref, hyp))):
            for name, value in (
                ("recall", theirs.sensitivity),
                ("precision", theirs.precision),
                ("f1", theirs.f1),
                ("false_alarms_per_day", theirs.fpRate),
            ):
                np.testing.assert_allclose(score.value(name, group), value, rtol=1e-12, err_msg=f"{k} {group} {name}")


def events(times, duration_s=math.nan, score=1.0, annotator=""):
    return mc.Events(
        (mc.Event(on, off - on, "cramp", score=score, annotator=annotator) for on, off in times), duration_s=duration_s
    )


@pytest.mark.parametrize(("collar_s", "share"), [(0.205, 0.503), (0.505, 0.503), (0.055, 0.207)])
def test_collars_as_mir_eval(collar_s, share):
    """Notes of one pitch are events. Times in 0.01 s, which no tolerance equals: it rounds distances only."""
    rng = np.random.default_rng(3)
    for _ in range(SETS // 3 + 1):
        reference, found = event_sets(rng, 20, 12, 4)
        reference = [(round(on, 2), round(off + 0.01, 2)) for on, off in reference]
        found = [(round(on, 2), round(off + 0.01, 2)) for on, off in found]
        ours = _core.match_by_collar(reference, found, collar_s, share)
        if not reference or not found:
            assert ours == []
            continue
        r, f = np.array(reference), np.array(found)
        theirs = transcription.match_notes(
            r,
            np.full(len(r), 440.0),
            f,
            np.full(len(f), 440.0),
            onset_tolerance=collar_s,
            offset_ratio=share,
            offset_min_tolerance=collar_s,
        )
        assert len(ours) == len(theirs), (reference, found)


@pytest.fixture(scope="module")
def sed_eval():
    """Their metrics and their list of events; the packages are not among our test extras (docs/decisions.md)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pkg_resources, which dcase_util imports
        metrics = pytest.importorskip("sed_eval").sound_event
        containers = pytest.importorskip("dcase_util").containers

    def listed(times):
        return containers.MetaDataContainer(
            [{"event_label": "cramp", "event_onset": on, "event_offset": off} for on, off in times]
        )

    return metrics, listed


@pytest.mark.parametrize(("collar_s", "share"), [(0.2, 0.5), (0.5, 0.5), (0.05, 0.2), (0.2, 0.0)])
def test_collars_as_sed_eval(sed_eval, collar_s, share):
    """Theirs with optimal matching: the default, greedy in the order of events, can find fewer pairs."""
    metrics, listed = sed_eval
    rng = np.random.default_rng(5)
    for _ in range(SETS // 5):
        reference, found = event_sets(rng, 20, 12, 4)
        theirs = metrics.EventBasedMetrics(
            ["cramp"], t_collar=collar_s, percentage_of_length=share, event_matching_type="optimal"
        )
        theirs.evaluate(listed(reference), listed(found))
        counts = theirs.class_wise["cramp"]
        pairs = len(_core.match_by_collar(reference, found, collar_s, share))
        assert pairs == counts["Ntp"], (reference, found)
        assert (len(reference) - pairs, len(found) - pairs) == (counts["Nfn"], counts["Nfp"])


def test_samples_as_segments_of_sed_eval(sed_eval):
    """On whole seconds alone: a segment of theirs is active if any of it is, a sample of ours by rounded ends."""
    metrics, listed = sed_eval
    rng = np.random.default_rng(6)
    for _ in range(SETS // 5):
        reference, found = event_sets(rng, 60, 8, 20, 1.0)
        theirs = metrics.SegmentBasedMetrics(["cramp"], time_resolution=1.0)
        theirs.evaluate(listed(reference), listed(found), evaluated_length_seconds=60)
        counts = theirs.class_wise["cramp"]
        ours = _core.compare_samples(reference, found, 60.0, 1)
        assert ours == tuple(counts[name] for name in ("Ntp", "Nfn", "Nfp", "Ntn")), (reference, found)


def test_takes_events_paths_recordings_and_results(tmp_path):
    truth = events([(10, 20), (40, 60)], 600)
    found = events([(11, 20), (100, 110)], 600)
    score = mc.score(truth, found)
    assert score.value("recall") == score.value("precision") == 0.5
    assert score.value("false_alarms_per_hour") == 6
    assert score.value("bias", "onset") == 1
    truth.save(tmp_path / "ref.tsv")
    found.save(tmp_path / "hyp.tsv")
    by_path = mc.score(tmp_path / "ref.tsv", tmp_path / "hyp.tsv")
    assert by_path.value("f1") == 0.5
    assert math.isnan(by_path.value("false_alarms_per_hour"))
    assert any("how long" in note for note in by_path.notes)
    assert mc.score(list(truth), str(tmp_path / "hyp.tsv")).value("f1") == 0.5

    rec = mc.Recording.from_array(np.zeros((600_000, 1)), fs=1000)
    rec.labels = list(truth)
    assert mc.score(rec, found).value("false_alarms_per_hour") == 6
    rec.invalid_times = [mc.InvalidSpan(90, 390, "artefact"), mc.InvalidSpan(0, 600, "simulated: hum")]
    half = mc.score(rec, found)
    assert half.value("scored_hours", "time") == pytest.approx(300 / 3600)
    assert half.value("found_outside", "time") == 1
    assert half.value("precision") == 1


def test_several_recordings_are_sequences():
    truth = [events([(10, 20)], 600), events([(10, 20), (30, 40)], 600)]
    found = [events([(10, 20)], 600), events([], 600)]
    score = mc.score(truth, found)
    assert score.value("recall") == pytest.approx(1 / 3)
    assert score.value("macro_recall") == 0.5
    assert score.value("undefined_precision") == 1
    with pytest.raises(mc.InvalidArgument, match="expected 2 recordings") as error:
        mc.score(truth, found[:1])
    assert error.value.code == "E-LENGTH"


def test_intervals_are_over_subjects():
    rng = np.random.default_rng(4)
    truth, found = [], []
    for _ in range(12):
        times = [(60.0 * k, 60.0 * k + 10) for k in range(10)]
        truth.append(events(times, 600))
        found.append(events([t for t in times if rng.uniform() < 0.7], 600))
    frame = mc.score(truth, found).to_dataframe().set_index(["group", "name"])
    row = frame.loc[("iou_0.5", "recall")]
    assert row["interval"] == "bca"
    assert row["low"] < row["value"] < row["high"]
    assert mc.score(truth[:4], found[:4]).to_dataframe()["low"].isna().all()


def test_compares_two_detectors():
    times = [(60.0 * k, 60.0 * k + 10) for k in range(10)]
    truth = [events(times, 600)] * 6
    worse = [events(times[:n], 600) for n in (5, 6, 7, 8, 9, 1)]
    score = mc.score(truth, [events(times, 600)] * 6, against=worse)
    row = score.to_dict()["classes"]["cramp"]["comparison"]["iou_0.5"]["recall"]
    assert row["first"] == 1
    assert row["difference"] == pytest.approx(1 - 36 / 60)
    assert row["p"] == 2 / 64
    assert row["low"] > 0


def test_raters_beside_the_detector():
    one = [(10, 20), (100, 120), (200, 230)]
    other = [(11, 20), (100, 120)]
    labels = mc.Events([*events(one, annotator="A"), *events(other, annotator="B")], duration_s=600)
    found = events(one[:1], 600)
    with pytest.raises(mc.DataError, match="A, B") as error:
        mc.score(labels, found)
    assert error.value.code == "E-RATERS"
    score = mc.score(labels, found, rater="A")
    assert score.value("recall") == pytest.approx(1 / 3)
    rows = {
        (row["reference"], row["found"]): row["metrics"]["f1"]["value"]
        for row in score.to_dict()["classes"]["cramp"]["raters"]
    }
    assert rows == {("A", "B"): pytest.approx(0.8), ("A", None): 0.5, ("B", None): pytest.approx(2 / 3)}
    with pytest.raises(mc.DataError, match="found C"):
        mc.score(labels, found, rater="C")


def test_raters_agree_only_about_what_both_looked_at():
    def labels(first, second):
        rec = mc.Recording.from_array(np.zeros((60_000, 1)), 100, unit="V")
        rec.annotated_spans = [mc.AnnotatedSpan(0, 600, first), mc.AnnotatedSpan(0, 300, second)]
        one = events([(10, 20), (400, 420)], annotator=first)
        rec.labels = [*one, *events([(11, 20)], annotator=second)]
        return rec

    for names in ("A", "B"), ("B", "A"):
        both = labels(*names)
        (between, *_) = mc.score(both, events([(10, 20)], 600), rater="A").to_dict()["classes"]["cramp"]["raters"]
        assert (between["reference"], between["found"]) == ("A", "B")
        assert between["metrics"]["f1"]["value"] == 1
        assert between["metrics"]["recall"]["value"] == 1


def test_classes():
    truth = mc.Events(
        [mc.Event(10, 10, "cramp"), mc.Event(50, 1, "twitch"), mc.Event(0, 60, "phase:rest")], duration_s=100
    )
    found = mc.Events([mc.Event(10, 10, "sustained"), mc.Event(50, 1, "twitch")], duration_s=100)
    every = mc.score(truth, found, label="all")
    assert every.labels == ["cramp", "sustained", "twitch"]
    assert every.value("recall", label="cramp") == 0
    assert every.value("recall", label="twitch") == 1
    with pytest.raises(KeyError, match="one of cramp, sustained, twitch"):
        every.value("recall")
    assert mc.score(truth, found, label="any").value("f1") == 1
    unknown = mc.score(truth, found, label="spasm")
    assert math.isnan(unknown.value("f1"))
    assert any("spasm" in note for note in unknown.notes)


@pytest.mark.parametrize(("option", "value"), [("preset", "nosuch"), ("missing", "nosuch")])
def test_wrong_options(option, value):
    with pytest.raises(mc.InvalidArgument, match=f"{option}: expected") as error:
        mc.score(events([]), events([]), **{option: value})
    assert error.value.code == "E-OPTION"


def test_wrong_types():
    with pytest.raises(TypeError):
        mc.score(3, events([]))
    with pytest.raises(TypeError):
        mc.score(events([]), [3])
    for option in ("label", "preset", "rater", "missing"):
        with pytest.raises(TypeError, match=f"{option}: expected text, found list"):
            mc.score(events([]), events([]), **{option: ["cramp"]})


def test_nobody_labelled():
    rec = mc.Recording.from_array(np.zeros((1000, 1)), fs=1000)
    with pytest.raises(mc.DataError, match="labels") as error:
        mc.score(rec, events([]))
    assert error.value.code == "E-LABELS"
