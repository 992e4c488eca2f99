"""What the command writes as NWB, as others see it: pynwb, nwbinspector and SpikeInterface."""

import shutil

import h5py
import numpy as np
import pytest

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def written(myocramp, demo, demo_results, write_recording, make_counts, make_emg, tmp_path_factory):
    """Return NWB files by name: simulated, converted with all that may stand beside a recording, and derived."""
    folder = tmp_path_factory.mktemp("written")
    counts = np.stack([make_counts(make_emg(8, (2, 4, 80), seed=k)) for k in (1, 2)], axis=1)
    night = write_recording(folder / "night.h5", counts)
    bare = write_recording(folder / "bare" / "bare.h5", counts[:, :1])
    (folder / "night.events.tsv").write_text(
        "onset\tduration\ttrial_type\tchannel\tconfidence\tannotator\tlabel_source\n"
        "0\t4\tphase:rest\tn/a\tn/a\tn/a\tn/a\n"
        "4\t4\tphase:exercise\tn/a\tn/a\tn/a\tn/a\n"
        "2\t2\tcramp\tchannel_1|channel_2\t0.8\trater A\tmanual\n"
        "2\t1.5\ttwitch\tchannel_2\tn/a\trater B\tmanual\n"
        "5\t0\tartefact\tn/a\tn/a\tn/a\tn/a\n"
    )
    (folder / "study.tsv").write_text("recording\tsubject\tsession\tsodium\tdrink\nnight\tS1\t2\t140.5\twater\n")
    (folder / "study.json").write_text('{"sodium": {"Units": "mmol/L"}}')
    files = {"simulated": demo / "S01_1.nwb", "derived": demo_results / "S01_1" / "derived.nwb"}
    for name, source in {"converted": night, "bare": bare}.items():
        files[name] = folder / f"{name}.nwb"
        done = myocramp("convert", source, "-o", files[name])
        assert done.code == 0, done.err
        done = myocramp("analyse", files[name], "-o", folder / f"results_{name}")
        assert done.code == 0, done.err
        files[f"derived_{name}"] = folder / f"results_{name}" / name / "derived.nwb"
    return files


FILES = ["simulated", "derived", "converted", "bare", "derived_converted", "derived_bare"]


@pytest.mark.parametrize("name", FILES)
def test_pynwb_finds_no_error(written, name):
    pynwb = pytest.importorskip("pynwb")
    assert pynwb.validate(path=str(written[name])) == []


@pytest.mark.parametrize("name", FILES)
def test_the_inspector_only_suggests(written, name):
    inspector = pytest.importorskip("nwbinspector")
    messages = inspector.inspect_nwbfile(nwbfile_path=str(written[name]))
    found = [(m.importance.name, m.check_function_name, m.object_name, m.message) for m in messages]
    assert [f for f in found if f[0] != "BEST_PRACTICE_SUGGESTION"] == []


@pytest.mark.parametrize("name", ["emg_1000_hz_16_bits", "emg_1000_hz_8_16_bits", "emg_fatigue"])
def test_real_recordings_convert_into_valid_files(name, real_recordings, myocramp, tmp_path):
    pynwb = pytest.importorskip("pynwb")
    inspector = pytest.importorskip("nwbinspector")
    shutil.copy(real_recordings / f"{name}.h5", tmp_path / "a.h5")
    assert myocramp("convert", tmp_path / "a.h5", "-o", tmp_path / "a.nwb").code == 0
    assert pynwb.validate(path=str(tmp_path / "a.nwb")) == []
    messages = inspector.inspect_nwbfile(nwbfile_path=str(tmp_path / "a.nwb"))
    assert [m.message for m in messages if m.importance.name != "BEST_PRACTICE_SUGGESTION"] == []


@pytest.mark.parametrize("name", ["simulated", "converted", "bare"])
def test_others_read_the_same_volts(written, name):
    pynwb = pytest.importorskip("pynwb")
    extractors = pytest.importorskip("spikeinterface.extractors")
    with h5py.File(written[name]) as file:
        data = file["acquisition/emg/data"]
        volts = data[()] * data.attrs["conversion"] + data.attrs["offset"]
        rate = file["acquisition/emg/starting_time"].attrs["rate"]
    with pynwb.NWBHDF5IO(str(written[name]), "r") as io:
        series = io.read().acquisition["emg"]
        assert series.rate == rate
        assert np.array_equal(series.data[:] * series.conversion + series.offset, volts)
        assert series.get_data_in_units() == pytest.approx(volts, rel=1e-12, abs=1e-18)
    recording = extractors.read_nwb_recording(str(written[name]), electrical_series_path="acquisition/emg")
    assert recording.get_sampling_frequency() == rate
    microvolts = recording.get_traces(return_in_uV=True)
    assert microvolts.shape == volts.shape
    assert np.abs(microvolts - volts * 1e6).max() <= 1e-6 * np.abs(volts).max() * 1e6


def test_derived_features_have_their_units_and_times(written):
    with h5py.File(written["derived"]) as file, h5py.File(written["simulated"]) as source:
        module = file["processing/myocramp"]
        rms = module["rms"]
        assert rms["data"].attrs["unit"] == "volts"
        assert rms["starting_time"].attrs["rate"] == 20
        n, channels = source["acquisition/emg/data"].shape
        assert rms["data"].shape == (n // 50, channels)
        assert 1e-6 < np.median(rms["data"]) < 4e-6
        assert module["spectral/mdf_hz"].shape == (len(module["spectral/time"]), channels)
        onsets = module["detections/start_time"][()]
        assert np.array_equal(onsets, np.sort(onsets))
        assert "cramp" in module["detections/label"].asstr()[()]
