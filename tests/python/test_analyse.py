from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import h5py
import myocramp as mc
import numpy as np
import pytest

from .conftest import Array, Burst, WriteOpenSignals, make_emg


def analyse(x: Array, fs: float = 1000, **options: object) -> mc.Result:
    names = [f"c{i}" for i in range(x.shape[1])]
    return mc.analyse(mc.Recording.from_array(x, fs=fs, channel_names=names), **{"phase": "rest", **options})  # type: ignore[arg-type]


def spans(result: mc.Result) -> list[tuple[object, ...]]:
    return [(e.onset_s, e.offset_s, e.label, e.score, e.channels, e.censored) for e in result.episodes]


def loud(result: mc.Result) -> list[mc.Episode]:
    return [e for e in result.episodes if e.duration_s > 1]


def test_finds_and_measures(result: mc.Result) -> None:
    first, second = loud(result)
    assert (first.label, first.channels, first.class_reason, first.censored) == (
        "cramp",
        ["GL", "GM"],
        "in_rest",
        "none",
    )
    assert first.onset_s == pytest.approx(15, abs=0.1)
    assert first.offset_s == pytest.approx(25, abs=0.1)
    assert first.peak_uv == pytest.approx(120, rel=0.3)
    assert first.peak_channel in first.channels
    assert 60 < first.mdf_hz < 120
    assert first.mdf_slope_low <= first.mdf_slope_hz_s <= first.mdf_slope_high
    assert first.n_windows > 15
    assert first.score > 1
    assert math.isnan(first.pct_mvc)
    assert (second.label, second.channels) == ("cramp", ["GL"])
    assert second.onset_s == pytest.approx(40, abs=0.1)
    assert (first.cluster, second.cluster) == (1, 1)
    assert result.baseline_uv == pytest.approx(4, rel=0.2)
    assert (result.duration_s, result.n_channels) == (60, 2)
    assert result.refused == []
    assert result.gaps == []
    assert [p.name for p in result.protocol] == ["rest"]


def test_tables(result: mc.Result) -> None:
    frame = result.to_dataframe()
    assert list(frame.columns) == [
        *("onset_s", "offset_s", "duration_s", "label", "channel", "confidence", "annotator", "label_source", "score"),
        *("detector", "episode", "censored", "class_reason", "onset_time", "peak_channel", "peak_uv", "peak_time"),
        *("rise_s", "decay_s", "iemg_uvs", "x_baseline", "pct_mvc", "mnf_hz", "mdf_hz", "mdf_slope_hz_s"),
        *("mdf_slope_low", "mdf_slope_high", "pre_rms_uv", "pre_mdf_hz", "pre_mdf_slope_hz_s", "n_windows", "cluster"),
        *(
            "mdf_slope_percent_min",
            "pre_mdf_slope_low",
            "pre_mdf_slope_high",
            "pre_level_uv",
            "pre_level_pct_mvc",
            "pre_matched_mdf_hz",
            "pre_matched_mdf_slope_hz_s",
            "pre_matched_mdf_slope_low",
            "pre_matched_mdf_slope_high",
            "pre_matched_windows",
        ),
        *("onset_low_s", "onset_high_s", "offset_low_s", "offset_high_s", "plateau_share", "muap_rate_per_s"),
        *("n_channels", "recruitment", "severity", "cluster_30min", "cluster_5min", "cluster_n", "cluster_burden_s"),
        "inter_event_interval_s",
        *("score_cramp", "score_sustained", "score_twitch", "score_fasciculation"),
        *("score_voluntary", "score_stimulated", "score_artefact"),
    ]
    assert len(frame) == len(result.episodes)
    assert frame["offset_s"].tolist() == [e.offset_s for e in result.episodes]
    assert frame["episode"].tolist() == list(range(1, len(frame) + 1))
    assert set(frame["label"]) >= {"cramp"}
    assert frame["peak_uv"].dtype == np.float64
    assert frame["n_windows"].dtype == np.int64
    assert [e.episode for e in result.episodes] == frame["episode"].tolist()
    assert result.episodes[1:].to_dataframe()["episode"].tolist() == list(range(2, len(frame) + 1))
    assert result.episodes[:0].to_dataframe().dtypes.equals(frame.dtypes)
    rejected = result.rejected.to_dataframe()
    assert rejected.columns[-1] == "reason"
    assert len(rejected) == len(result.rejected)
    assert "cramp" in repr(result)


def test_features(result: mc.Result) -> None:
    (features,) = result.features
    envelope, spectral = features.envelope, features.spectral
    assert envelope.columns == ["time_s", "rms_v", "arv_v", "baseline_v"]
    assert envelope["rms_v"].shape == (1200, 2)
    assert envelope["time_s"][:2].tolist() == pytest.approx([0.025, 0.075])
    assert envelope.channels == spectral.channels == ["GM", "GL"]
    assert spectral["mdf_hz"].shape == (119, 2)
    assert features.spectral_window_s == 1
    # The envelope is that of the conditioned signal.
    y = mc.envelope.rms(mc.filter.bandpass(result.recording), fs=1000, axis=0)
    assert np.allclose(envelope["rms_v"], y[25::50], rtol=1e-9)


def test_gain_by_a_power_of_two_changes_no_bit(cramps: Array) -> None:
    one, many = analyse(cramps), analyse(cramps * 1024)
    assert len(one.episodes) > 0
    assert spans(one) == spans(many)
    assert [(r.onset_s, r.offset_s, r.score) for r in one.rejected] == [
        (r.onset_s, r.offset_s, r.score) for r in many.rejected
    ]
    assert [1024 * e.peak_uv for e in one.episodes] == [e.peak_uv for e in many.episodes]


def test_gain_by_a_thousand_moves_no_boundary_by_more_than_a_sample(cramps: Array) -> None:
    one, many = analyse(cramps), analyse(cramps * 1000)
    assert [(e.label, e.channels) for e in one.episodes] == [(e.label, e.channels) for e in many.episodes]
    for a, b in zip(one.episodes, many.episodes, strict=True):
        assert abs(a.onset_s - b.onset_s) <= 0.001 + 1e-9
        assert abs(a.offset_s - b.offset_s) <= 0.001 + 1e-9


def test_order_of_channels_does_not_matter() -> None:
    x = make_emg(5, n_channels=10, bursts=[Burst(10, 15, 80, [0, 3, 9]), Burst(30, 40, 50, [2])])
    order = np.random.default_rng(6).permutation(10)
    names = [f"c{i}" for i in range(10)]
    one = mc.analyse(mc.Recording.from_array(x, 1000, names), phase="rest")
    other = mc.analyse(mc.Recording.from_array(x[:, order], 1000, [names[i] for i in order]), phase="rest")
    assert len(loud(one)) == 2
    assert spans(one) == spans(other)
    assert [e.peak_uv for e in one.episodes] == [e.peak_uv for e in other.episodes]


def test_channels_can_be_chosen(cramps: Array) -> None:
    alone = analyse(cramps[:, 1:])
    chosen = analyse(cramps, channels="c1")
    assert chosen.n_channels == 1
    assert [e.onset_s for e in chosen.episodes] == [e.onset_s for e in alone.episodes]
    assert chosen.features[0].envelope.channels == ["c1"]
    assert analyse(cramps, channels=["c*"]).n_channels == 2
    with pytest.raises(mc.DataError, match=r"c0, c1.*magic") as caught:
        analyse(cramps, channels=["c0", "magic"])
    assert caught.value.code == "E-CHANNEL"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_gaps_are_reported_and_part_only_what_does_not_go_on(cramps: Array, bad: float) -> None:
    x = cramps.copy()
    x[19_950:20_050, 0] = bad  # inside the cramp of both channels
    x[30_000, 0] = bad
    found = analyse(x, channels="c0")
    assert found.gaps == [mc.Gap("c0", 101, 0.101)]
    (one,) = loud(found)
    assert one.onset_s == pytest.approx(15, abs=0.1)
    assert one.offset_s == pytest.approx(25, abs=0.1)
    assert one.censored == "none"
    rms = found.features[0].envelope["rms_v"]
    assert np.isnan(rms[399:401]).all()
    assert np.isfinite(rms[:390]).all()
    reference = x.copy()
    reference[~np.isfinite(reference)] = np.nan
    assert spans(found) == spans(analyse(reference, channels="c0"))
    x[19_950:26_000, 0] = bad
    (first,) = loud(analyse(x, channels="c0"))
    assert 19.8 < first.offset_s <= 19.95
    assert first.censored == "end"


def test_edges_of_the_recording_censor() -> None:
    x = make_emg(8, duration_s=40, bursts=[Burst(0, 4, 90), Burst(35, 40, 90)])
    first, last = loud(analyse(x))
    assert (first.onset_s, first.censored) == (0, "start")
    assert (last.offset_s, last.censored) == (40, "end")


def test_noise_that_covers_an_onset_censors() -> None:
    x = make_emg(8, duration_s=60, bursts=[Burst(20, 40, 60)])
    rng = np.random.default_rng(3)
    x[16_000:26_000] += 60e-6 * rng.standard_normal((10_000, 1))  # a loose electrode, from 16 to 26 s
    cramp = max(analyse(x, phase="rest").episodes, key=lambda e: e.offset_s)
    assert (cramp.label, cramp.censored) == ("cramp", "start")
    assert cramp.onset_low_s < 20 < cramp.onset_high_s
    assert np.isnan(cramp.rise_s)
    assert not np.isnan(cramp.decay_s)


def test_activity_that_becomes_rest_is_told_and_censored() -> None:
    x = make_emg(9, duration_s=600, bursts=[Burst(200, 400, 60)])
    short = {"cramp": {"longest_activity_s": 60}}
    found = analyse(x, config=short, phase="rest")
    (note,) = [n for n in found.notes if "the level at rest steps" in n]
    assert note.startswith("the level at rest steps on c0 (from 3.9 to ")
    assert note.endswith("and what begins or ends with a step is censored")
    first = found.episodes[0]
    assert first.onset_s == pytest.approx(200, abs=0.5)
    assert first.offset_s < 300
    assert first.censored in ("end", "both")
    (whole,) = loud(analyse(x, phase="rest"))
    assert whole.censored == "none"
    assert not any("steps" in n for n in analyse(x, phase="rest").notes)


def test_short_recordings_are_refused() -> None:
    with pytest.raises(mc.DataError) as caught:
        analyse(np.zeros((27, 1)))
    assert caught.value.code == "E-SHORT"
    assert len(analyse(make_emg(1, duration_s=0.1)).episodes) == 0


def test_a_band_at_nyquist_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"Nyquist frequency 450 Hz.*450 Hz") as caught:
        analyse(make_emg(1, fs=900), fs=900)
    assert isinstance(caught.value, mc.DataError)
    assert caught.value.code == "E-BAND"
    config = {"filter": {"high_hz": 400}, "spectral": {"high_hz": 400}}
    assert analyse(make_emg(1, fs=900), fs=900, config=config).n_channels == 1


def test_without_a_phase_nothing_is_called_cramp(cramps: Array) -> None:
    found = analyse(cramps, phase=None)
    assert {e.label for e in loud(found)} == {"sustained"}
    assert {e.class_reason for e in loud(found)} == {"no_phase"}
    assert any("nothing is called cramp" in note for note in found.notes)


def test_phases(cramps: Array) -> None:
    assert {e.label for e in loud(analyse(cramps, phase="exercise"))} == {"voluntary"}
    # In sleep 10 s on one muscle or 45 s on several make a cramp.
    assert {e.label for e in loud(analyse(cramps, phase="sleep"))} == {"sustained"}
    with pytest.raises(mc.InvalidArgument, match=r"rest, mvc.*magic") as caught:
        analyse(cramps, phase="magic")
    assert caught.value.code == "E-PHASE"


def test_config_is_merged_over_the_defaults(cramps: Array) -> None:
    default = analyse(cramps).config
    assert default["detector"]["name"] == "hodges_bui"
    assert default["filter"] == {"mains_hz": "auto", "low_hz": 20, "high_hz": 450, "order": 4}
    found = analyse(cramps, config={"filter": {"order": np.int64(2)}, "cramp": {"twitch_s": np.float32(8)}})
    assert found.config == {
        **default,
        "filter": {**default["filter"], "order": 2},
        "cramp": {**default["cramp"], "twitch_s": 8},
    }
    assert [e.label for e in loud(found)] == ["cramp", "twitch"]
    assert spans(analyse(cramps, config=found.config)) == spans(found)
    assert analyse(cramps, method="hodges_bui", config={"detector": {"p_fa": 1e-8}}).config["detector"]["p_fa"] == 1e-8


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"filter": {"low": 10}}, "filter.low"),
        ({"magic": {}}, "magic"),
        ({"filter": {"order": 2.5}}, "whole number"),
        ({"filter": {"order": 99}}, "1 to 10"),
        ({"filter": {"low_hz": 500}}, "less than high_hz"),
        ({"filter": {"low_hz": "20"}}, "a number"),
        ({"filter": {"low_hz": True}}, "a number"),
        ({"filter": {"low_hz": float("nan")}}, "expected"),
        ({"filter": 3}, "object"),
        ({"detector": {"name": "magic"}}, "hodges_bui"),
        ({"detector": {"name": 3}}, "text"),
    ],
)
def test_wrong_config_is_named(cramps: Array, config: dict[str, object], text: str) -> None:
    with pytest.raises(mc.InvalidArgument, match=text.replace(".", r"\.")):
        analyse(cramps, config=config)


def test_wrong_arguments(cramps: Array) -> None:
    with pytest.raises(mc.InvalidArgument, match="magic"):
        analyse(cramps, method="magic")
    with pytest.raises(mc.InvalidArgument, match="one detector"):
        analyse(cramps, method="hodges_bui", config={"detector": {"name": "other"}})
    with pytest.raises(TypeError, match="mapping"):
        analyse(cramps, config="filter")
    with pytest.raises(TypeError, match="from_array"):
        mc.analyse(cramps)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="config"):
        analyse(cramps, config={"filter": {"low_hz": object()}})


def test_progress(cramps: Array, capsys: pytest.CaptureFixture[str]) -> None:
    parts: list[float] = []
    analyse(cramps, progress=parts.append)
    assert parts == sorted(parts)
    assert 0 < parts[0] < parts[-1] == 1
    analyse(cramps, progress=True)
    assert "100%" in capsys.readouterr().err
    analyse(cramps)
    assert capsys.readouterr() == ("", "")

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyse(cramps, progress=stop)


def test_files(opensignals: WriteOpenSignals) -> None:
    x = make_emg(9, bursts=[Burst(20, 30, 200)])
    counts = np.clip(np.round((x / 3e-3 + 0.5) * 2**16), 0, 2**16 - 1).astype(np.uint16)
    path = opensignals({"00:00:00:00:00:0A": (1000, counts)})
    found = mc.analyse(path, phase="rest")
    (cramp,) = loud(found)
    assert (cramp.label, cramp.channels) == ("cramp", ["channel_1"])
    assert cramp.onset_time.startswith("2021-03-04T05:06:2")
    assert spans(mc.analyse(mc.read(path), phase="rest")) == spans(found)
    path.with_suffix(".events.tsv").write_text("onset\tduration\ttrial_type\n0\t60\tphase:exercise\n", encoding="utf-8")
    assert {e.label for e in loud(mc.analyse(path, phase="rest"))} == {"voluntary"}  # the protocol is what counts


def test_one_signal_that_cannot_be_used(opensignals: WriteOpenSignals) -> None:
    rng = np.random.default_rng(10)
    slow, fast = "00:00:00:00:00:0A", "00:00:00:00:00:0B"
    devices = {
        slow: (10, rng.integers(0, 2**16, (500, 1)).astype(np.uint16)),
        fast: (1000, rng.integers(0, 2**16, (50_000, 1)).astype(np.uint16)),
    }
    found = mc.analyse(opensignals(devices), phase="rest")
    assert [f.name for f in found.features] == [fast]
    assert [(r.signal, r.code) for r in found.refused] == [(slow, "E-BAND")]
    with pytest.raises(mc.DataError, match="Nyquist") as caught:
        mc.analyse(opensignals({slow: devices[slow]}, "slow.h5"))
    assert caught.value.file.endswith("slow.h5")


def test_results_go_into_an_nwb_file_once(result: mc.Result, tmp_path: Path) -> None:
    path = tmp_path / "x.nwb"
    result.recording.save(path)
    result.save(path)
    with h5py.File(path) as f:
        module = f["processing/myocramp"]
        np.testing.assert_allclose(module["rms/data"][:], result.features[0].envelope["rms_v"], rtol=1e-6)
        np.testing.assert_array_equal(module["spectral/mdf_hz"][:], result.features[0].spectral["mdf_hz"])
        assert module["detections/start_time"][:].tolist() == [e.onset_s for e in result.episodes]
    once = path.read_bytes()
    with pytest.raises(mc.DataError, match="earlier analysis") as again:
        result.save(path)
    assert again.value.code == "E-PATH"
    assert path.read_bytes() == once
    with pytest.raises(mc.InvalidArgument, match=r"ends in \.nwb"):
        result.save(tmp_path / "x.h5")


@pytest.fixture
def several(tmp_path: Path) -> list[str | Path]:
    """Return paths of recordings of 4, 3 and 2 s; the third is damaged, and the fourth is not there."""
    paths: list[str | Path] = []
    for k in (4, 3, 2):
        x = np.random.default_rng(k).normal(scale=2e-6, size=1000 * k)
        mc.Recording.from_array(x, fs=1000, unit="V").save(tmp_path / f"{k}.nwb")
        paths.append(tmp_path / f"{k}.nwb")
    (tmp_path / "damaged.nwb").write_bytes((tmp_path / "4.nwb").read_bytes()[:2000])
    return [*paths[:2], tmp_path / "damaged.nwb", str(tmp_path / "nosuch.nwb"), paths[2]]


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_many_recordings_in_the_order_that_was_given(several: list[str | Path], threads: int) -> None:
    with ThreadPoolExecutor(threads or 1) as pool:
        found = mc.analyse_many(iter(several), pool if threads else None, phase="rest")
    assert [r.duration_s if isinstance(r, mc.Result) else r.code for r in found] == [
        *(4, 3, "E-TRUNCATED", "E-MISSING", 2)
    ]
    assert isinstance(found[2], mc.DataError)
    assert found[2].file.endswith("damaged.nwb")
    assert isinstance(found[3], mc.IoError)
    alone = mc.analyse(several[0], phase="rest")
    assert isinstance(found[0], mc.Result)
    assert found[0].config == alone.config
    assert np.array_equal(found[0].features[0].envelope["rms_v"], alone.features[0].envelope["rms_v"])


def test_many_recordings_in_memory_and_none(capsys: pytest.CaptureFixture[str]) -> None:
    rec = mc.Recording.from_array(np.random.default_rng(1).normal(size=3000), fs=1000, unit="uV")
    found = mc.analyse_many([rec, rec], channels="ch1", method="tkeo", config={"filter": {"low_hz": 30}}, progress=True)
    assert [r.config["detector"]["name"] for r in found if isinstance(r, mc.Result)] == ["tkeo", "tkeo"]
    assert "2/2" in capsys.readouterr().err
    assert mc.analyse_many([]) == []


def test_wrong_calls_of_many(several: list[str | Path]) -> None:
    with pytest.raises(TypeError, match="expected several"):
        mc.analyse_many(several[0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expected a Recording or a path"):
        mc.analyse_many([1])  # type: ignore[list-item]
    with ProcessPoolExecutor(1) as pool, pytest.raises(TypeError, match="ThreadPoolExecutor"):
        mc.analyse_many(several, pool)
    with ThreadPoolExecutor(1) as pool, pytest.raises(mc.InvalidArgument, match="phase"):
        mc.analyse_many(several, pool, phase="nosuch")
