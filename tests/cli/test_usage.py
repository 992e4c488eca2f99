"""Wrong usage is exit 2, before anything is written; what is wrong for one recording only is exit 3."""

import json

import pytest

DETECT = ("detect", "-m", "hodges_bui")


@pytest.fixture(scope="module")
def recording(write_recording, tmp_path_factory):
    return write_recording(tmp_path_factory.mktemp("usage") / "recording.h5")


def check_usage(done, *parts):
    assert done.code == 2, done.err
    assert done.out == ""
    code, text = done.error
    for part in parts:
        assert part in text
    return code, text


OPTIONS = [
    (("--set", "filter.order=0"), "E-OPTION", ("filter.order: expected 1 to 10, found 0",)),
    (("--set", "filter.order=11"), "E-OPTION", ("filter.order: expected 1 to 10, found 11",)),
    (("--set", "filter.order=2.5"), "E-OPTION", ("filter.order: expected a whole number, found 2.5",)),
    (
        ("--set", "filter.low_hz=500", "--set", "filter.high_hz=450"),
        "E-OPTION",
        ("filter.low_hz: expected less than high_hz = 450, found 500",),
    ),
    (("--set", "filter.low_hz=450"), "E-OPTION", ("filter.low_hz: expected less than high_hz = 450, found 450",)),
    (("--set", "filter.low_hz=nan"), "E-OPTION", ("filter.low_hz: expected 0.01 to", "found nan")),
    (("--set", "filter.low_hz=-nan"), "E-OPTION", ("filter.low_hz: expected", "nan")),
    (("--set", "filter.high_hz=inf"), "E-OPTION", ("filter.high_hz: expected", "found inf")),
    (("--set", "filter.low_hz=-20"), "E-OPTION", ("filter.low_hz: expected", "found -20")),
    (("--set", "filter.low_hz=twenty"), "E-OPTION", ("filter.low_hz: expected a number, found 'twenty'",)),
    (("--set", "filter.low_hz=20 Hz"), "E-OPTION", ("filter.low_hz: expected a number, found '20 Hz'",)),
    (("--set", "filter.low_hz="), "E-OPTION", ("filter.low_hz: expected a number, found ''",)),
    (("--set", "filter.low_hz"), "E-OPTION", ("--set: expected section.key=value, found filter.low_hz",)),
    (
        ("--set", "filter.nosuch=1"),
        "E-OPTION",
        ("filter.nosuch: expected one of filter.mains_hz, filter.low_hz, filter.high_hz, filter.order",),
    ),
    (
        ("--set", "nosuch.order=1"),
        "E-OPTION",
        ("nosuch.order: expected one of the sections filter, envelope, spectral, detector, cramp",),
    ),
    (("--set", "order=1"), "E-OPTION", ("order: expected one of section.key",)),
    (("--set", "detector.nosuch=1"), "E-OPTION", ("detector.nosuch: expected one of detector.window_s",)),
    (("--set", "detector.p_fa=2"), "E-OPTION", ("detector.p_fa: expected 1e-08 to 0.5, found 2")),
    (("--set", "detector.name=nosuch"), "E-DETECTOR", ("detector.name: expected one of ", "found nosuch")),
    (("--set", "spectral.segment_s=2"), "E-OPTION", ("spectral.segment_s: expected at most window_s = 1, found 2",)),
    (("-m", "nosuch"), "E-DETECTOR", ("expected one of ", "hodges_bui", "found nosuch")),
    (
        ("--phase", "nosuch"),
        "E-PHASE",
        ("phase: expected one of rest, mvc, exercise, stimulation, stretch, sleep, found nosuch",),
    ),
    (("--layout", "nosuch"), "E-OPTION", ("layout: expected one of nwb, ", "opensignals", "found nosuch")),
    (("--nosuch",), "E-USAGE", ("--nosuch", "myocramp --help")),
    (("--set",), "E-USAGE", ("--set", "myocramp --help")),
    (("--progress", "nosuch"), "E-USAGE", ("--progress", "nosuch")),
]


@pytest.mark.parametrize("command", [("detect",), ("analyse",)], ids=" ".join)
@pytest.mark.parametrize(
    ("arguments", "code", "parts"), [pytest.param(*option, id=" ".join(option[0])) for option in OPTIONS]
)
def test_wrong_option(command, arguments, code, parts, recording, myocramp, tmp_path):
    method = () if "-m" in arguments or command == ("analyse",) else ("-m", "hodges_bui")
    output = ("-o", tmp_path / "results") if command == ("analyse",) else ()
    done = myocramp(*command, recording, *method, *output, *arguments)
    assert check_usage(done, *parts)[0] == code
    assert list(tmp_path.iterdir()) == []


CONFIGURATIONS = [
    ('{"filter": {"order": 4}', "E-CONFIG", ("expected a JSON object", "not JSON")),
    ("", "E-CONFIG", ("expected a JSON object", "not JSON")),
    ("[]", "E-CONFIG", ("expected a JSON object", "array")),
    ('{"filter": 4}', "E-CONFIG", ("filter: expected a JSON object", "number")),
    ('{"filter": {"order": "4"}}', "E-CONFIG", ("filter.order: expected a number", "string")),
    ('{"filter": {"order": null}}', "E-CONFIG", ("filter.order: expected a number", "null")),
    ('{"filter": {"order": 2.5}}', "E-OPTION", ("filter.order: expected a whole number", "2.5")),
    ('{"filter": {"order": 0}}', "E-OPTION", ("filter.order: expected 1 to 10", "0")),
    ('{"filter": {"nosuch": 1}}', "E-OPTION", ("filter.nosuch: expected one of filter.mains_hz", "unknown")),
    ('{"nosuch": {}}', "E-OPTION", ("nosuch: expected one of the sections filter", "unknown")),
    ('{"detector": {"name": 1}}', "E-CONFIG", ("detector.name: expected text", "number")),
    ('{"detector": {"name": "nosuch"}}', "E-DETECTOR", ("detector.name: expected one of ", "hodges_bui", "nosuch")),
    ('{"detector": {"nosuch": 1}}', "E-OPTION", ("detector.nosuch: expected one of", "unknown")),
]


@pytest.mark.parametrize(("text", "code", "parts"), CONFIGURATIONS, ids=[c[0] for c in CONFIGURATIONS])
def test_wrong_configuration(text, code, parts, recording, myocramp, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(text)
    done = myocramp("analyse", recording, "-o", tmp_path / "results", "--config", config)
    assert check_usage(done, *parts)[0] == code
    assert not (tmp_path / "results").exists()


def test_configuration_that_is_no_json_is_named(recording, myocramp, tmp_path):
    config = tmp_path / "config.json"
    config.write_text("{")
    check_usage(myocramp(*DETECT, recording, "--config", config), str(config))


def test_configuration_file_that_is_missing_is_wrong_usage(recording, myocramp, tmp_path):
    config = tmp_path / "nosuch.json"
    check_usage(myocramp(*DETECT, recording, "--config", config), f"{config}: expected a file, found none")


def test_settings_win_over_the_configuration_file(recording, myocramp, tmp_path, read_json):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"filter": {"low_hz": 30, "order": 2}}))
    done = myocramp("analyse", recording, "-o", tmp_path / "results", "--config", config, "--set", "filter.low_hz=40")
    assert done.code == 0, done.err
    used = read_json(tmp_path / "results" / "manifest.json")["configuration"]["filter"]
    assert used == {"mains_hz": "auto", "low_hz": 40, "high_hz": 450, "order": 2}


@pytest.mark.parametrize(
    "shard", ["0/2", "3/2", "-1/2", "1/0", "1", "1/", "/2", "a/b", "1/2/3", "1.0/2", "1/ 2", "99999999999/99999999999"]
)
def test_wrong_shard(shard, recording, myocramp, tmp_path):
    done = myocramp("analyse", recording, "-o", tmp_path / "results", f"--shard={shard}")
    check_usage(done, f"--shard: expected i/N with i from 1 to N, found {shard}")
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", "5000"])
def test_wrong_number_of_jobs(jobs, recording, myocramp, tmp_path):
    check_usage(myocramp("analyse", recording, "-o", tmp_path / "results", f"--jobs={jobs}"), "--jobs", jobs)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ((), ("subcommand is required",)),
        (("nosuch",), ("nosuch",)),
        (("analyze", "a.h5", "-o", "b"), ("analyze",)),
        (("info",), ("FILE", "required")),
        (("analyse", "-o", "results"), ("IN", "required")),
        (("analyse", "a.h5"), ("--output", "required")),
        (("analyse", "a.h5", "-o"), ("--output",)),
        (("detect", "a.h5"), ("--method", "required")),
        (("detect", "-m", "hodges_bui"), ("IN", "required")),
        (("detect", "a.h5", "b.h5", "-m", "hodges_bui"), ("b.h5",)),
        (("simulate", "demo", "-o", "x"), ("--seed", "required")),
        (("simulate", "demo", "--seed", "1"), ("--output", "required")),
    ],
)
def test_wrong_command_line(arguments, parts, myocramp, tmp_path):
    code, text = check_usage(myocramp(*arguments, cwd=tmp_path), *parts)
    assert code == "E-USAGE"
    assert text.endswith("see myocramp --help")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["info", "simulate"])
@pytest.mark.parametrize("arguments", [("--set", "filter.order=0"), ("--config", "nosuch.json")], ids=" ".join)
def test_a_command_checks_even_the_options_that_it_has_no_use_for(command, arguments, recording, myocramp, tmp_path):
    what = (recording,) if command == "info" else ("demo", "--seed", "1", "-o", tmp_path / "recordings")
    assert myocramp(command, *what, *arguments, cwd=tmp_path).code == 2


def test_two_inputs_with_one_name(write_recording, myocramp, tmp_path):
    first = write_recording(tmp_path / "one" / "a.h5")
    second = write_recording(tmp_path / "two" / "a.hdf5")
    code, _ = check_usage(
        myocramp("analyse", first, second, "-o", tmp_path / "results"),
        str(first),
        str(second),
        "one file for each recording name",
    )
    assert code == "E-NAMES"
    check_usage(myocramp("analyse", first, first, "-o", tmp_path / "results"), f"{first} and {first}")
    check_usage(myocramp("analyse", tmp_path / "one", first, "-o", tmp_path / "results"), f"{first} and {first}")
    second.rename(first.with_suffix(".nwb"))
    check_usage(myocramp("analyse", tmp_path / "one", "-o", tmp_path / "results"), "a.h5", "a.nwb")
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("rate", "setting", "place", "nyquist", "edge"),
    [
        (1000, "filter.high_hz=500", "filter.high_hz", "500 Hz", "500 Hz"),
        (1000, "filter.high_hz=600", "filter.high_hz", "500 Hz", "600 Hz"),
        (1000, "spectral.high_hz=500", "spectral.high_hz", "500 Hz", "500 Hz"),
        (900, "spectral.high_hz=400", "filter.high_hz", "450 Hz", "450 Hz"),
        (899, "spectral.high_hz=400", "filter.high_hz", "449.5 Hz", "450 Hz"),
        (10, None, "high_hz", "5 Hz", "450 Hz"),
    ],
)
@pytest.mark.parametrize("command", ["detect", "analyse"])
def test_band_that_reaches_the_nyquist_frequency(
    command, rate, setting, place, nyquist, edge, write_recording, myocramp, tmp_path
):
    path = write_recording(tmp_path / "a.h5", rate=rate)
    start = (*DETECT, path) if command == "detect" else ("analyse", path, "-o", tmp_path / "results")
    done = myocramp(*start, *(("--set", setting) if setting else ()))
    assert done.code == 3, done.err
    assert done.out == ""
    code, text = done.error
    assert code == "E-BAND"
    assert text.startswith(f"{path}: ")
    assert f"{place}: expected below the Nyquist frequency {nyquist}, found {edge}" in text


def test_band_just_below_the_nyquist_frequency_is_used_as_given(write_recording, myocramp, read_json, tmp_path):
    path = write_recording(tmp_path / "a.h5")
    done = myocramp("analyse", path, "-o", tmp_path / "results", "--set", "filter.high_hz=499.5")
    assert done.code == 0, done.err
    assert read_json(tmp_path / "results" / "manifest.json")["configuration"]["filter"]["high_hz"] == 499.5


@pytest.mark.parametrize("command", ["detect", "analyse"])
def test_unknown_channel_names_those_there_are(command, write_recording, make_counts, make_emg, myocramp, tmp_path):
    path = write_recording(tmp_path / "a.h5", make_counts(make_emg(4)).reshape(-1, 2))
    start = (*DETECT, path) if command == "detect" else ("analyse", path, "-o", tmp_path / "results")
    done = myocramp(*start, "--channels", "channel_1,nosuch*")
    assert done.code == 3, done.err
    assert done.error == ("E-CHANNEL", f"{path}: channels: expected one of channel_1, channel_2, found nosuch*")


def test_version_and_help(myocramp):
    version = myocramp("--version")
    assert version.code == 0
    assert version.out.split()[0] == "myocramp"
    assert len(version.out.split()[1].split(".")) == 3
    text = myocramp("--help")
    assert text.code == 0
    assert "not a medical device" in text.out.lower()
    for command in ("info", "analyse", "detect", "simulate", "report", "import"):
        assert f"\n  {command} " in text.out
    assert "worker" not in text.out


@pytest.mark.parametrize("command", ["info", "analyse", "detect", "simulate"])
def test_help_of_a_command(command, myocramp):
    text = myocramp(command, "--help")
    assert text.code == 0
    assert text.err == ""
    assert f"myocramp {command}" in text.out


def test_help_lists_every_option_of_the_configuration(myocramp, read_json, demo_results):
    text = myocramp("analyse", "--help").out
    for section, options in read_json(demo_results / "manifest.json")["configuration"].items():
        for name in options:
            assert f"  {section}.{name} " in text or f"{section}.{name}" == "detector.name"
    assert "not a medical device" in text.lower()


@pytest.mark.parametrize("command", ["report", "import"])
def test_the_bare_binary_leaves_what_python_does_to_the_package(command, myocramp, tmp_path):
    if myocramp.is_script:
        pytest.skip("this command is the Python package's script")
    done = myocramp(command, tmp_path, "--anything")
    assert check_usage(done) == ("E-USAGE", f"{command}: needs the Python package")


def test_a_full_disk_behind_standard_output_is_no_success(recording, myocramp):
    for command in (("info",), ("info", "--json"), DETECT):
        with open("/dev/full", "w") as full:
            done = myocramp(*command, recording, stdout=full)
        assert done.code == 5, done.err
        assert done.error[0] == "E-WRITE"


@pytest.mark.parametrize(
    ("method", "option"),
    [("bonato", "share=0.5"), ("bonato", "p_fa=0.05"), ("silva", "p_fa=0.02"), ("tkeo", "window_s=0.003")],
)
def test_an_option_of_a_detector_goes_with_that_detector(method, option, recording, myocramp, tmp_path):
    """Each is wrong for the default detector."""
    config = tmp_path / "config.json"
    name, value = option.split("=")
    config.write_text(json.dumps({"detector": {name: float(value)}}))
    told = {}
    for how in (("--set", f"detector.{option}"), ("--config", config)):
        done = myocramp("detect", recording, "-m", method, *how)
        assert done.code == 0, done.err
        told[how[0]] = done.out
        done = myocramp("analyse", recording, "-m", method, "-o", tmp_path / how[0], *how)
        assert done.code == 0, done.err
        kept = json.loads((tmp_path / how[0] / "manifest.json").read_text())["configuration"]["detector"]
        assert (kept["name"], kept[name]) == (method, float(value))
    assert told["--set"] == told["--config"]
    named = ("--set", f"detector.{option}", "--set", f"detector.name={method}")
    assert myocramp("detect", recording, "-m", method, *named).out == told["--set"]
