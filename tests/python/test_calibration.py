from __future__ import annotations

import json
from functools import cache
from importlib import resources

import myocramp as mc
import pytest
from scipy import stats

# Ten minutes each, of seeds that were not used to find the values.
SCENARIO = {"base": "rest_only", "subjects": 1, "protocol": [{"phase": "rest", "duration_s": 600}]}
SEEDS = (2001, 2002, 2003, 2004)
VALUES = json.loads(resources.files("myocramp").joinpath("calibration.json").read_text(encoding="utf-8"))


@cache
def rest(seed: int) -> mc.Recording:
    return mc.simulate(SCENARIO, seed, threads=1)[0]


@pytest.mark.parametrize("name", sorted(VALUES))
def test_the_rate_at_rest_agrees_with_the_documented_one(name: str) -> None:
    found = 0
    for seed in SEEDS:
        episodes = mc.analyse(rest(seed), config=mc.detect.calibrated(name)).episodes
        found += sum(e.label != "artefact" for e in episodes)
    hours = len(SEEDS) / 6
    documented = VALUES[name]["per_hour"]
    assert 0 < documented <= 1
    # The exact 99 % interval of a Poisson count.
    assert found == 0 or stats.chi2.ppf(0.005, 2 * found) / 2 / hours <= documented
    assert documented <= stats.chi2.isf(0.005, 2 * found + 2) / 2 / hours


def test_calibrated_is_a_configuration_of_its_detector() -> None:
    for name in VALUES:
        config = mc.detect.calibrated(name)
        assert name in mc.detect.names()
        assert config["detector"].pop("name") == name
        assert set(config) <= {"detector", "cramp"}
        assert config["detector"] or config["cramp"]["min_duration_s"] > 0
    assert mc.detect.calibrated("edta")["detector"]["name"] == "edta", "a copy each time"


def test_a_detector_that_was_not_calibrated_is_named() -> None:
    with pytest.raises(mc.InvalidArgument, match="magic") as caught:
        mc.detect.calibrated("magic")
    assert caught.value.code == "E-DETECTOR"


def test_an_open_lead_is_no_rest() -> None:
    # A lead is open for a third of these ten minutes. What lies behind it is far below rest.
    episodes = mc.analyse(rest(4), phase="rest").episodes
    assert max((e.duration_s for e in episodes if e.label != "artefact"), default=0) < 2
