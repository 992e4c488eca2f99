"""NWB files as others see them: pynwb, nwbinspector, h5py and SpikeInterface.

The files come from the writer's unit tests (tests/support/nwb_samples.hpp says what they hold);
MYOCRAMP_UNIT_IO may name their executable.
"""

import os
import subprocess
from pathlib import Path

import h5py
import myocramp as mc
import numpy as np
import pytest

SAMPLES = ["rich", "bare", "derived", "all", "simulated", "refused"]


ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    program = Path(os.environ.get("MYOCRAMP_UNIT_IO", ROOT / "build/dev/tests/unit_io"))
    if not program.exists():
        pytest.skip(f"no {program}: build the dev preset, or set MYOCRAMP_UNIT_IO")
    folder = tmp_path_factory.mktemp("nwb")
    environment = {**os.environ, "MYOCRAMP_NWB_SAMPLES": str(folder)}
    subprocess.run([program, "--gtest_filter=NwbSamples.*"], check=True, env=environment, stdout=subprocess.DEVNULL)
    return folder


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.filterwarnings("default")
def test_pynwb_finds_no_error(samples, name):
    pynwb = pytest.importorskip("pynwb")
    assert pynwb.validate(path=str(samples / f"{name}.nwb")) == []


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.filterwarnings("default")
def test_the_inspector_only_suggests(samples, name):
    inspector = pytest.importorskip("nwbinspector")
    messages = list(inspector.inspect_nwbfile(nwbfile_path=str(samples / f"{name}.nwb")))
    found = {(m.importance.name, m.check_function_name, m.message) for m in messages}
    assert {f for f in found if f[0] != "BEST_PRACTICE_SUGGESTION"} == set()


SUBJECTS = {
    "sex": ["F", "M", "O", "U", "f", "female", "X", "FM", " "],
    "age": [
        *("P34Y", "P1Y6M", "P90D", "P2W", "P1W2D", "PT36H", "P1DT12H", "P1.5Y", "PT0.5S", "P30Y/P35Y", "P90Y/", "P0D/"),
        *("34", "34Y", "P", "PT", "P34", "PY", "P34YT", "P1M1Y", "P1Y2Y", "P1..5Y", "P.5Y", "P5.Y", "P34Y ", "p34y"),
        *("P34Y/40", "PTT5H", "P1YT5", "P1Y1H", "PT1D", "P-1Y", "P1Y\n"),
    ],
    "weight": [
        *("70 kg", "70.5 kg", "70 KG", "12 g", "3 mg", "3 ug", "3 μg", "3 ng", "3 pg", "70", "70kg"),
        *("70  kg", "70. kg", ".5 kg", "-70 kg", "seventy kg", "70 lb", "70 kg ", " 70 kg", "1e2 kg", "70 k"),
    ],
    "species": [
        *("Homo sapiens", "Mus musculus", "M m", "http://purl.obolibrary.org/obo/NCBITaxon_9606", "human", "Homo"),
        *("homo sapiens", "Homo Sapiens", "H. sapiens", "Homo  sapiens", "Homo sapiens ", "Mus musculus domesticus"),
        *("http://purl.obolibrary.org/obo/NCBITaxon_", "http://purl.obolibrary.org/obo/NCBITaxon_96x"),
        *("https://purl.obolibrary.org/obo/NCBITaxon_9606", "Homo sapiens\n", "HOmo sapiens"),
    ],
}


@pytest.mark.parametrize(("field", "text"), [(field, text) for field, texts in SUBJECTS.items() for text in texts])
@pytest.mark.filterwarnings("default")
def test_what_is_refused_of_a_subject_is_what_the_inspector_refuses(field, text):
    pynwb = pytest.importorskip("pynwb")
    checks = pytest.importorskip("nwbinspector.checks")
    check = getattr(checks, {"species": "check_subject_species_form"}.get(field, f"check_subject_{field}"))
    found = check(pynwb.file.Subject(subject_id="S01", **{field: text}))
    rec = mc.Recording.from_array(np.zeros((10, 1)), fs=100)
    subject = mc.Subject(**{field: text})
    if found is None:
        rec.subject = subject
        assert rec.subject == subject
    else:
        with pytest.raises(mc.InvalidArgument, match=f"^subject.{field}: expected") as caught:
            rec.subject = subject
        assert caught.value.code == "E-OPTION"


def volts(series):
    relative = 1 if series.channel_conversion is None else np.asarray(series.channel_conversion)
    return series.data[:] * series.conversion * relative + series.offset


@pytest.mark.filterwarnings("default")
def test_pynwb_reads_what_was_written(samples):
    pynwb = pytest.importorskip("pynwb")
    with pynwb.NWBHDF5IO(str(samples / "all.nwb"), "r") as io:
        nwb = io.read()
        assert nwb.session_id == "night1"
        assert nwb.session_start_time.isoformat() == "2017-01-23T10:28:51.690000+00:00"
        s = nwb.subject
        assert (s.subject_id, s.sex, s.age, s.weight) == ("S01", "F", "P34Y", "70 kg")

        emg = nwb.acquisition["emg_00-07-80-B3"]
        i, c = np.mgrid[0:40000, 0:3]
        counts = (7 * i + 13 * c) % 65536
        has_samples = (np.arange(40000) < 20000) | (np.arange(40000) >= 20500)
        steps = np.array([1e-7, 1e-7 / 3, 7e-8])
        assert emg.data.dtype == np.uint16
        assert emg.rate == 1000
        np.testing.assert_array_equal(emg.data[:][has_samples], counts[has_samples])
        np.testing.assert_allclose(
            volts(emg)[has_samples], (counts * steps - 3.2768e-3)[has_samples], rtol=1e-12, atol=1e-18
        )
        assert np.abs(volts(emg)[20000:20500, [0, 2]]).max() < 1e-7
        assert list(emg.electrodes.to_dataframe()["channel_name"]) == ["GM1", "GM2", "GM3"]
        assert emg.electrodes.table["group"][0].device is nwb.devices["00-07-80-B3"]

        trigno = nwb.acquisition["emg_Délsys-Trigno"]
        assert (trigno.rate, trigno.starting_time, trigno.data.dtype) == (1259.259, 0.25, np.float32)
        assert list(trigno.electrodes.data) == [3, 4]
        assert np.isnan(trigno.data[7, 1])

        cramps = nwb.intervals["cramp_episodes"].to_dataframe()
        assert list(cramps["start_time"]) == [1, 12, 12.1, 22]
        assert list(cramps["annotator"]) == ["rater C", "rater A", "n/a", "rater B"]
        assert list(nwb.invalid_times.to_dataframe()["reason"]) == ["n/a", "gap", "artefact"]
        assert list(nwb.intervals["protocol"].to_dataframe()["phase"]) == ["rest", "exercise"]
        assert list(nwb.intervals["stim_trains"].to_dataframe()["elicited_cramp"]) == ["yes", "n/a"]
        assert list(nwb.acquisition["session_covariates"].to_dataframe()["unit"]) == ["mmol/L", "n/a"]

        derived = nwb.processing["myocramp"]
        assert (derived["rms"].rate, derived["rms"].data.shape) == (20, (800, 2))
        assert derived["spectral"]["mdf_hz"].data.shape == (78, 2)
        assert derived["detections"].to_dataframe()["peak_uv"].item() == 120


def test_h5py_reads_plain_numbers_and_utf8(samples):
    with h5py.File(samples / "rich.nwb") as f:
        assert f.attrs["nwb_version"] == "2.7.0"
        assert f.attrs["myocramp_profile"] == "1.0"
        assert f["acquisition/emg_Délsys-Trigno"].attrs["signal"] == "Délsys/Trigno"
        data = f["acquisition/emg_00-07-80-B3/data"]
        assert (data.chunks, data.shuffle, data.compression, data.maxshape) == ((16384, 3), True, "gzip", (None, 3))
        assert b'"session_start_known": true' in f["myocramp/provenance"][()]


@pytest.mark.filterwarnings("default")
def test_spikeinterface_scales_as_we_do(samples):
    extractors = pytest.importorskip("spikeinterface.extractors")
    path = samples / "rich.nwb"
    emg = extractors.read_nwb_recording(str(path), electrical_series_path="acquisition/emg_00-07-80-B3")
    assert emg.get_sampling_frequency() == 1000
    microvolts = emg.get_traces(start_frame=0, end_frame=100, return_in_uV=True)
    i, c = np.mgrid[0:100, 0:3]
    expected = 1e6 * (((7 * i + 13 * c) % 65536) * np.array([1e-7, 1e-7 / 3, 7e-8]) - 3.2768e-3)
    np.testing.assert_allclose(microvolts, expected, rtol=1e-5)
