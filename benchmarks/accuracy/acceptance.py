"""Measure how well cramps are found in simulated recordings: one line for each bar of docs/accuracy.md.

    .venv/bin/python benchmarks/accuracy/acceptance.py                      # on the seeds that are free for tuning
    .venv/bin/python benchmarks/accuracy/acceptance.py --seeds final        # on the seeds that nobody tunes on
    ... --only cramps rest --vary hermite --set detector.name=bonato        # in pieces, other models, other settings
    ... --write final                                    # also between the marks of that name in docs/accuracy.md

Needs the Python package and the command. Everything here is simulated: by the motor-unit model of `myocramp simulate`,
by its shaped noise (`--vary shaped_noise`), and, for steps and ramps, by filtered Gaussian noise made in this file.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import itertools
import json
import math
import shlex
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import myocramp as mc
import numpy as np
import pandas as pd
import scipy.signal
import scipy.stats
from detectors import write

# Seeds, and with them subjects: whoever changes a default looks at the first only.
SEEDS = {"tuning": 4100, "final": 8200}
SNR_DB = (20, 15, 10, 6, 3, 0)

MUSCLES = [
    {"name": "gastrocnemius_medialis", "code": "GM", "side": "left"},
    {"name": "gastrocnemius_lateralis", "code": "GL", "side": "left"},
]
CONTAMINANTS = {
    "noise": {"rms_uv": 1.5},
    "hum": {"amplitude_uv": 3},
    "ecg": {"low_uv": 5, "high_uv": 60},
    "motion": {"per_hour": 30},
    "loose_electrode": {"per_hour": 4},
    "lead_off": {"per_hour": 2},
    "dropped_samples": {"per_hour": 10},
}

# Other models than the defaults: a figure that holds for one model only says nothing of a muscle.
VARIANTS: dict[str, dict[str, Any]] = {
    "hermite": {"muscle": {"fibres": {"fidelity": "hermite_rodriguez"}}},
    "fat": {"muscle": {"conductor": {"fat_mm": 12}}},
    "thin": {"muscle": {"conductor": {"fat_mm": 1}, "electrodes": {"distance_mm": 10, "diameter_mm": 4}}},
    "few_units": {"muscle": {"pool": {"units": 40, "least_radius_mm": 4, "largest_radius_mm": 8}}},
    "foot": {
        "muscle": {
            "electrodes": {"along_mm": 20},
            "pool": {"width_mm": 25, "thickness_mm": 12, "units": 80, "fibres": 20000},
            "fibres": {"half_length_mm": 40},
        }
    },
    "noisy": {
        "contaminants": {
            "noise": {"rms_uv": 4, "pink_share": 0.5},
            "hum": {"amplitude_uv": 15},
            "ecg": {"low_uv": 20, "high_uv": 150},
            "motion": {"per_hour": 90},
        }
    },
    "regular": {"cramp": {"cramp": {"isi_cv": 0.2, "doublets": 0, "common": 0, "stretch": 1}}},
    "steps": {"cramp": {"cramp": {"fall_least": 0.4, "fall_most": 0.6, "fall_steps": 8, "full_radius_mm": 25}}},
    "long": {"cramp": {"kind": "nocturnal"}},
    "fast": {"rate_hz": 2048},
}


@dataclass
class Line:
    """One bar: what was asked, what came, from how many events."""

    what: str
    bar: str
    met: Callable[[float], bool] | None
    figure: float
    n: int
    low: float = math.nan
    high: float = math.nan
    digits: int = 3
    unit: str = ""
    note: str = ""

    def row(self) -> str:
        """Return a row of a Markdown table."""
        verdict = ""
        if self.met is not None and not math.isnan(self.figure):
            verdict = "yes" if self.met(self.figure) else "no"
        interval = "" if math.isnan(self.low) else f"{self.low:.{self.digits}f} to {self.high:.{self.digits}f}"
        unit = f" {self.unit}" if self.unit else ""
        figure = "n/a" if math.isnan(self.figure) else f"{self.figure:.{self.digits}f}{unit}"
        return f"| {self.what} | {self.bar} | {figure} | {interval} | {self.n} | {verdict} | {self.note} |"


HEADER = (
    "| simulated | bar | figure | 95 % interval | events | met | note |\n| --- | --- | --- | --- | --- | --- | --- |"
)


def at_least(bar: float) -> Callable[[float], bool]:
    """Judge a figure that should be large."""
    return lambda value: value >= bar


def at_most(bar: float) -> Callable[[float], bool]:
    """Judge a figure that should be small."""
    return lambda value: value <= bar


def share_interval(k: int, n: int) -> tuple[float, float]:
    """Clopper and Pearson's interval of a share."""
    if n == 0:
        return math.nan, math.nan
    low = 0.0 if k == 0 else float(scipy.stats.beta.ppf(0.025, k, n - k + 1))
    high = 1.0 if k == n else float(scipy.stats.beta.ppf(0.975, k + 1, n - k))
    return low, high


def rate_interval(k: int, hours: float) -> tuple[float, float]:
    """Exact interval of a Poisson rate."""
    low = 0.0 if k == 0 else float(scipy.stats.chi2.ppf(0.025, 2 * k)) / 2
    return low / hours, float(scipy.stats.chi2.ppf(0.975, 2 * k + 2)) / 2 / hours


def over_subjects(
    groups: list[np.ndarray[Any, Any]], statistic: Callable[[Any], float], draws: int = 2000
) -> tuple[float, float]:
    """Bootstrap over recordings, each of a subject of its own: their events are alike."""
    groups = [g for g in groups if len(g)]
    if len(groups) < 5:
        return math.nan, math.nan
    rng = np.random.default_rng(0)
    found = [
        statistic(np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))]))
        for _ in range(draws)
    ]
    return float(np.quantile(found, 0.025)), float(np.quantile(found, 0.975))


@dataclass
class Found:
    """A recording with its truth and what was found in it."""

    path: Path
    table: Path
    truth: pd.DataFrame
    episodes: pd.DataFrame
    hours: float
    trains: list[tuple[float, float]] = field(default_factory=list)

    def true(self, label: str) -> pd.DataFrame:
        """Return the events of one class."""
        return self.truth[self.truth.label == label]

    def called(self, label: str) -> pd.DataFrame:
        """Return the episodes that were given one class."""
        return self.episodes[self.episodes.trial_type == label]

    def pairs(self, true: pd.DataFrame, found: pd.DataFrame, iou: float = 0.5) -> Iterator[tuple[Any, Any]]:
        """Events whose intersection over union is above a half: none has two partners, for events do not overlap."""
        for t in true.itertuples():
            for f in found.itertuples():
                end = f.onset + f.duration
                common = min(t.offset_s, end) - max(t.onset_s, f.onset)
                if common > 0 and common / (max(t.offset_s, end) - min(t.onset_s, f.onset)) > iou:
                    yield t, f


def patched(value: Any, patch: Any) -> Any:
    """RFC 7396 merge patch."""
    if not isinstance(value, dict) or not isinstance(patch, dict):
        return copy.deepcopy(patch)
    out = dict(value)
    for key, new in patch.items():
        out[key] = patched(out.get(key, {}), new)
        if new is None:
            del out[key]
    return out


class Bench:
    """Simulates, analyses and scores."""

    def __init__(self, args: argparse.Namespace, work: Path) -> None:
        self.args = args
        self.work = work
        self.seed = SEEDS[args.seeds]
        self.patch: dict[str, Any] = {}
        for name in args.vary:
            if name != "shaped_noise":
                self.patch = patched(self.patch, VARIANTS[name])
        if args.patch:
            self.patch = patched(self.patch, json.loads(args.patch))

    def scale(self, n: int) -> int:
        """Return as many recordings as were asked for."""
        return max(1, round(n * self.args.scale))

    def run(self, *words: object) -> None:
        """Run the command; its failure is ours."""
        done = subprocess.run([self.args.command, *map(str, words)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, words))}\n{done.stderr}")

    def scenario(self, subjects: int, protocol: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """Return a scenario of the motor-unit model with all contaminants, changed as the variants want it."""
        s = {
            "generator": "motor_units",
            "subjects": self.scale(subjects),
            "rate_hz": 1000,
            "crosstalk": 0.05,
            "muscles": copy.deepcopy(MUSCLES),
            "protocol": protocol,
            "contaminants": copy.deepcopy(CONTAMINANTS),
        } | more
        s["rate_hz"] = self.patch.get("rate_hz", s["rate_hz"])
        s["muscles"] = [patched(m, self.patch.get("muscle", {})) for m in s["muscles"]]
        s["contaminants"] = patched(s["contaminants"], self.patch.get("contaminants", {}))
        for event in s.get("events", []):
            if event["class"] == "cramp":
                event.update(patched(event, self.patch.get("cramp", {})))
        return s

    def analyse(self, name: str, scenario: dict[str, Any], seed: int) -> list[Found]:
        """Simulate once, analyse anew, and read what was found."""
        text = json.dumps(scenario, sort_keys=True)
        key = hashlib.sha256(f"{text}{seed}".encode()).hexdigest()[:12]
        made = self.work / f"{name}-{key}"
        if not made.exists():
            file = self.work / f"{name}-{key}.json"
            file.write_text(text)
            part = made.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            self.run("simulate", file, "-o", part, "--seed", seed)
            part.rename(made)
        return self.results(made)

    def results(self, made: Path) -> list[Found]:
        """Analyse a folder of simulated recordings, and read what was found."""
        out = self.work / f"results-{made.name}"
        shutil.rmtree(out, ignore_errors=True)
        sets = [word for s in self.args.set for word in ("--set", s)]
        self.run("analyse", made, "-o", out, "--jobs", self.args.jobs, *sets)
        found = []
        for path in sorted(made.glob("*.nwb")):
            recording = mc.read(path)
            table = out / path.stem / "episodes.tsv"
            episodes = pd.read_csv(table, sep="\t", na_values="n/a", keep_default_na=False)
            episodes = episodes[episodes.trial_type != "bckg"]
            trains = [(t.start_s, t.stop_s) for t in recording.stim_trains]
            truth = recording.truth.events
            if truth.empty:  # shaped noise has labels alone
                labels = [(e.onset_s, e.offset_s, e.label) for e in recording.labels]
                truth = pd.DataFrame(labels, columns=["onset_s", "offset_s", "label"])
            found.append(Found(path, table, truth, episodes, recording.duration_s / 3600, trains))
        return found


def scored(found: list[Found]) -> dict[str, Any]:
    """Score class cramp: each metric with value and interval."""
    told = mc.score([f.path for f in found], [f.table for f in found], label="cramp").to_dict()
    return dict(told["classes"]["cramp"]["metrics"])


def metric(metrics: dict[str, Any], group: str, name: str) -> tuple[float, float, float]:
    """Take one metric's value and interval; NaN where there is no answer."""
    m = metrics[group][name]
    value, low, high = (math.nan if m.get(k) is None else float(m[k]) for k in ("value", "low", "high"))
    return value, low, high


def boundaries(found: list[Found], side: str) -> list[np.ndarray[Any, Any]]:
    """Signed errors against the detectable onset or offset of every cramp that was found, by recording."""
    out = []
    for f in found:
        errors = []
        for t, e in f.pairs(f.true("cramp"), f.called("cramp")):
            at = t.detectable_onset_s if side == "onset" else t.detectable_offset_s
            if not math.isnan(at):
                errors.append((e.onset if side == "onset" else e.onset + e.duration) - at)
        out.append(np.array(errors))
    return out


def error_line(
    what: str, groups: list[np.ndarray[Any, Any]], statistic: Callable[[Any], float], bar: float | None, unit: str = "s"
) -> Line:
    """Make the line of a boundary error; groups are in seconds, the bar in the unit."""
    groups = [g * (1000 if unit == "ms" else 1) for g in groups]
    values = np.concatenate(groups) if groups else np.zeros(0)
    low, high = over_subjects(groups, statistic)
    return Line(
        what,
        "reported" if bar is None else f"at most {bar:g} {unit}",
        None if bar is None else at_most(bar),
        statistic(values) if len(values) else math.nan,
        len(values),
        low,
        high,
        1 if unit == "ms" else 3,
        unit,
    )


def median_abs(x: Any) -> float:
    """Return the median of absolute values."""
    return float(np.median(np.abs(x)))


def mean_abs(x: Any) -> float:
    """Return the mean of absolute values."""
    return float(np.mean(np.abs(x)))


def abs_quantile(p: float) -> Callable[[Any], float]:
    """Return a quantile of absolute values."""
    return lambda x: float(np.quantile(np.abs(x), p))


def cramps(bench: Bench) -> Iterator[Line]:
    """Cramps at rest at fixed signal-to-noise ratios, all contaminants on."""
    by_snr = {}
    for i, snr_db in enumerate(SNR_DB):
        if "shaped_noise" in bench.args.vary:
            rest = {"rest_s": 600, "exercise_s": 20, "recovery_s": 2400, "contractions": 0, "twitches": 6, "cramps": 8}
            level = {"noise_uv": 2, "cramp_uv": 2 * math.sqrt(1.3) * 10 ** (snr_db / 20)}  # the mean of its plateau
            scenario = {"generator": "shaped_noise", "subjects": bench.scale(26), "rate_hz": 1000} | rest | level
        else:
            scenario = bench.scenario(
                26,
                [{"phase": "rest", "duration_s": 2400}],
                events=[
                    {
                        "class": "cramp",
                        "kind": "induced",
                        "count": 8,
                        "snr_db": snr_db,
                        "release": {"probability": 0.3},
                        "announced": {"per_minute": 20, "lead_s": 40},
                    },
                    {"class": "fasciculation", "per_minute": 2},
                ],
            )
        by_snr[snr_db] = bench.analyse(f"cramps{snr_db}", scenario, bench.seed + i)

    def f1(what: str, found: list[Found], bar: float | None) -> Iterator[Line]:
        metrics = scored(found)
        n = sum(len(f.true("cramp")) for f in found)
        value, low, high = metric(metrics, "iou_0.5", "f1")
        recall, precision = (metric(metrics, "iou_0.5", name)[0] for name in ("recall", "precision"))
        pieces = metric(metrics, "fragmentation", "found_per_reference")[0]
        note = f"recall {recall:.3f}, precision {precision:.3f}, found per cramp {pieces:.3f}"
        yield Line(
            f"{what}: F1",
            "reported" if bar is None else f"at least {bar:g}",
            None if bar is None else at_least(bar),
            value,
            n,
            low,
            high,
            note=note,
        )

    for snr_db, found in by_snr.items():
        bar = 0.95 if snr_db >= 10 else {6: 0.9, 3: 0.8}.get(snr_db)
        yield from f1(f"cramps at {snr_db} dB", found, bar)
    if "shaped_noise" in bench.args.vary:
        note = "left out: shaped noise has labels, and no detectable onset and offset"
        yield Line("boundaries", "reported", None, math.nan, 0, note=note)
        return
    strong = [f for snr_db in SNR_DB if snr_db >= 10 for f in by_snr[snr_db]]
    faint = [f for snr_db in (3, 6) for f in by_snr[snr_db]]
    yield error_line("cramps at 10 to 20 dB: onset, median", boundaries(strong, "onset"), median_abs, 0.15)
    yield error_line("the same, P95", boundaries(strong, "onset"), abs_quantile(0.95), 2)
    yield error_line("the same, offset, mean", boundaries(strong, "offset"), mean_abs, 0.5)
    yield error_line("the same, offset, median", boundaries(strong, "offset"), median_abs, 0.15)
    yield error_line("cramps at 3 and 6 dB: onset, median", boundaries(faint, "onset"), median_abs, 0.15)
    yield error_line("the same, P95", boundaries(faint, "onset"), abs_quantile(0.95), 2)
    yield error_line("the same, offset, median", boundaries(faint, "offset"), median_abs, 1)


def false_alarms(what: str, found: list[Found]) -> Iterator[Line]:
    """Cramps that were found and have no partner, strictly and by touch."""
    hours = sum(f.hours for f in found)
    unmatched = 0
    apart = 0
    for f in found:
        true, called = f.true("cramp"), f.called("cramp")
        unmatched += len(called) - len({e.Index for _, e in f.pairs(true, called)})
        apart += len(called) - len({e.Index for _, e in f.pairs(true, called, 0)})
    for name, k in (("without a partner at IoU 0.5", unmatched), ("that touch no cramp", apart)):
        low, high = rate_interval(k, hours)
        strict = name.startswith("without")
        yield Line(
            f"{what}, {hours:.0f} h: false cramps {name}",
            "at most 0.5 /h" if strict else "reported",
            at_most(0.5) if strict else None,
            k / hours,
            k,
            low,
            high,
            unit="/h",
        )


def rest(bench: Bench) -> Iterator[Line]:
    """Rest without any event, all contaminants on."""
    scenario = bench.scenario(44, [{"phase": "rest", "duration_s": 1800}])
    yield from false_alarms("rest_only", bench.analyse("rest", scenario, bench.seed + 10))


def nocturnal(bench: Bench) -> Iterator[Line]:
    """Nights of the built-in scenario: movements, crosstalk, cramps that come back."""
    patch = {k: v for k, v in bench.patch.items() if k in ("contaminants", "rate_hz")}
    scenario = {"base": "nocturnal", "subjects": bench.scale(6)} | patch
    found = bench.analyse("nocturnal", scenario, bench.seed + 11)
    yield from false_alarms("nocturnal", found)
    value, low, high = metric(scored(found), "iou_0.5", "f1")
    n = sum(len(f.true("cramp")) for f in found)
    yield Line("nocturnal: F1 of cramps", "reported", None, value, n, low, high)


def edges(bench: Bench) -> Iterator[Line]:
    """Date steps and ramps of filtered Gaussian noise: EMG by two poles at 120 Hz and one at 60, noise 20 to 450 Hz."""
    fs = 2000
    rng = np.random.default_rng(bench.seed + 12)
    shape = np.vstack(
        [scipy.signal.butter(1, 120, fs=fs, output="sos")] * 2
        + [scipy.signal.butter(1, 60, "highpass", fs=fs, output="sos")]
    )
    band = scipy.signal.butter(4, [20, 450], "bandpass", fs=fs, output="sos")

    def unit(sos: Any, n: int) -> Any:
        x = scipy.signal.sosfilt(sos, rng.standard_normal(n))
        return x / np.std(scipy.signal.sosfilt(band, x))

    def errors(snr_db: float, rise_s: float) -> list[np.ndarray[Any, Any]]:
        out = []
        for _ in range(bench.scale(12)):
            n = 300 * fs
            gain = 10 ** (snr_db / 20)
            envelope = np.zeros(n)
            onsets = []
            at = round(10 * fs)
            while at < n - 12 * fs:
                length = round(rng.uniform(3, 5) * fs)
                rise = round(rise_s * fs)
                envelope[at : at + length] = np.minimum(1, np.arange(length) / max(1, rise)) if rise else 1
                # Detectable from where the ramp's RMS is that of the noise.
                onsets.append((at + (rise / gain if rise else 0)) / fs)
                at += length + round(rng.uniform(4, 8) * fs)
            x = unit(band, n) + gain * envelope * unit(shape, n)
            recording = mc.Recording.from_array(x * 2e-6, fs=fs, channel_names=["GM"], unit="V")
            path = bench.work / "edges.nwb"
            recording.save(path)
            results = bench.work / "results-edges"
            shutil.rmtree(results, ignore_errors=True)
            sets = [word for s in bench.args.set for word in ("--set", s)]
            bench.run("analyse", path, "-o", results, "--phase", "rest", *sets)
            table = pd.read_csv(results / "edges" / "episodes.tsv", sep="	", na_values="n/a", keep_default_na=False)
            found = table[(table.trial_type != "bckg") & (table.duration > 1)]
            nearest = [found.onset - t for t in onsets]
            out.append(np.array([e.iloc[e.abs().argmin()] for e in nearest if len(e) and e.abs().min() < 1.5]))
            misses.append(len(onsets) - len(out[-1]))
        return out

    misses: list[int] = []
    for snr_db, median, p90 in ((20, 5, 20), (10, 5, 20), (3, 8, 40)):
        misses.clear()
        groups = errors(snr_db, 0)
        line = error_line(f"steps at {snr_db} dB: onset, median", groups, median_abs, median, "ms")
        line.note = f"missed {sum(misses)}, bias {1000 * np.concatenate(groups).mean():.1f} ms"
        yield line
        yield error_line("the same, P90", groups, abs_quantile(0.9), p90, "ms")
    for rise_s in (0.1, 1.0, 3.0):
        misses.clear()
        groups = errors(10, rise_s)
        bar = 60 if rise_s == 1 else None
        line = error_line(f"ramps of {rise_s:g} s at 10 dB: detectable onset, median", groups, median_abs, bar, "ms")
        line.note = f"missed {sum(misses)}, bias {1000 * np.concatenate(groups).mean():.1f} ms"
        yield line


def not_called(what: str, found: list[Found], labels: tuple[str, ...], bar: float) -> Line:
    """Share of events of these classes that share no time with a found cramp."""
    n = 0
    kept = 0
    for f in found:
        called = f.called("cramp")
        for t in f.truth[f.truth.label.isin(labels)].itertuples():
            n += 1
            kept += not ((called.onset < t.offset_s) & (called.onset + called.duration > t.onset_s)).any()
    low, high = share_interval(kept, n)
    return Line(what, f"at least {bar:g}", at_least(bar), kept / max(1, n), n, low, high, 4)


def fasciculations(bench: Bench) -> Iterator[Line]:
    """Fasciculations at rest, all contaminants on."""
    scenario = bench.scenario(
        4,
        [{"phase": "rest", "duration_s": 1800}],
        events=[{"class": "fasciculation", "per_minute": 20, "fasciculations": {}}],
    )
    yield not_called(
        "fasciculations not called cramp",
        bench.analyse("fasciculations", scenario, bench.seed + 20),
        ("fasciculation",),
        0.99,
    )


def movements(bench: Bench) -> Iterator[Line]:
    """Movements in sleep, periodic and large, several times as many as in the built-in night."""
    muscles = [*MUSCLES, {"name": "tibialis_anterior", "code": "TA", "side": "left"}]
    scenario = bench.scenario(
        4,
        [{"phase": "rest", "duration_s": 300}, {"phase": "sleep", "duration_s": 10500}],
        muscles=muscles,
        movements=[
            {"muscles": ["TA"], "periodic": {}, "trains_per_hour": 3, "train_s": 600},
            {"muscles": ["GM", "GL", "TA"], "large": {"per_hour": 8}},
        ],
    )
    found = bench.analyse("movements", scenario, bench.seed + 21)
    yield not_called("movements in sleep not called cramp", found, ("sustained", "twitch"), 0.98)


def voluntary(bench: Bench) -> Iterator[Line]:
    """Contractions in rows of the protocol, with cramps after them, as in the built-in scenario of exercise."""
    patch = {k: v for k, v in bench.patch.items() if k in ("contaminants", "rate_hz")}
    scenario = {"base": "exercise", "subjects": bench.scale(24), "contaminants": CONTAMINANTS} | patch
    found = bench.analyse("voluntary", scenario, bench.seed + 22)
    yield not_called("annotated voluntary contractions not called cramp", found, ("voluntary",), 0.98)
    value, low, high = metric(scored(found), "iou_0.5", "f1")
    n = sum(len(f.true("cramp")) for f in found)
    yield Line("cramps after exercise: F1", "reported", None, value, n, low, high)


def stimulation(bench: Bench) -> Iterator[Line]:
    """Trains of rising frequency until one elicits a cramp."""
    patch = {k: v for k, v in bench.patch.items() if k in ("contaminants", "rate_hz")}
    scenario = {"base": "electrically_induced", "subjects": bench.scale(24)} | patch
    found = bench.analyse("stimulation", scenario, bench.seed + 23)
    trains = sum(len(f.trains) for f in found)
    inside = sum(
        any(start <= onset < stop - 1e-6 for onset in f.called("cramp").onset)
        for f in found
        for start, stop in f.trains
    )
    low, high = share_interval(inside, trains)
    yield Line("trains inside which a cramp starts", "none", at_most(0), inside, trains, low, high, 0)
    value, low, high = metric(scored(found), "iou_0.5", "f1")
    n = sum(len(f.true("cramp")) for f in found)
    yield Line("cramps after trains: F1", "reported", None, value, n, low, high)


def recurrence(bench: Bench) -> Iterator[Line]:
    """Whether neighbouring found cramps are joined to one cluster as the true ones are."""
    scenario = bench.scenario(
        8,
        [{"phase": "rest", "duration_s": 28800}],
        events=[
            {
                "class": "cramp",
                "snr_db": {"uniform": [6, 20]},
                "recurrence": {"per_hour": 1.5, "branching": 0.6, "memory_s": 600},
            }
        ],
    )
    found = bench.analyse("recurrence", scenario, bench.seed + 24)
    for minutes in (5, 30):
        right = n = lone = 0
        for f in found:
            true, called = f.true("cramp"), f.called("cramp").sort_values("onset")
            partner = {}  # the cramp that an episode has most of
            for e in called.itertuples():
                common = np.minimum(true.offset_s, e.onset + e.duration) - np.maximum(true.onset_s, e.onset)
                if len(common) and common.max() > 0:
                    partner[e.Index] = common.idxmax()
            ends = np.maximum.accumulate(true.offset_s.to_numpy())
            cluster = np.cumsum(np.append(1, true.onset_s.to_numpy()[1:] - ends[:-1] > 60 * minutes))
            for a, b in itertools.pairwise(called.itertuples()):
                if a.Index in partner and partner[a.Index] == partner.get(b.Index):
                    continue  # pieces of one
                n += 1
                if a.Index not in partner or b.Index not in partner:
                    lone += 1
                    continue
                place = [true.index.get_loc(partner[e.Index]) for e in (a, b)]
                joined = len({getattr(e, f"cluster_{minutes}min") for e in (a, b)}) == 1
                right += joined == (cluster[place[0]] == cluster[place[1]])
        low, high = share_interval(right, n)
        what = f"pairs of cramps joined or parted rightly at {minutes} min"
        line = Line(what, "at least 0.98", at_least(0.98), right / max(1, n), n, low, high)
        line.note = f"{lone} pairs with a false cramp count as wrong; false: it touches none"
        yield line


PIECES: dict[str, Callable[[Bench], Iterator[Line]]] = {
    f.__name__: f
    for f in (cramps, rest, nocturnal, edges, fasciculations, movements, voluntary, stimulation, recurrence)
}


def main() -> None:
    """Print a table as it comes about, and write it when it is whole."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PIECES, default=list(PIECES))
    parser.add_argument("--seeds", choices=SEEDS, default="tuning")
    parser.add_argument("--vary", nargs="*", choices=[*VARIANTS, "shaped_noise"], default=[], help="other models")
    parser.add_argument("--patch", help="JSON with muscle, contaminants, cramp or rate_hz, merged over the variants")
    parser.add_argument("--set", nargs="*", default=[], metavar="SECTION.KEY=VALUE", help="settings of the analysis")
    parser.add_argument("--scale", type=float, default=1, help="times the number of recordings")
    parser.add_argument("--command", default=str(Path(sys.executable).parent / "myocramp"))
    parser.add_argument("--work", type=Path, help="folder for recordings and results, kept; simulated once")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", metavar="NAME", help="put the table between the marks NAME of docs/accuracy.md")
    args = parser.parse_args()
    warnings.simplefilter("ignore", FutureWarning)
    with tempfile.TemporaryDirectory() as temporary:
        work = args.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        bench = Bench(args, work)
        varied = ", ".join(args.vary) or "as they are"
        settings = " ".join(args.set) or "defaults"
        print(f"All simulated. Seeds from {bench.seed} ({args.seeds}); models: {varied}; settings: {settings}\n")
        print(HEADER, flush=True)
        rows = [HEADER]
        for name in args.only:
            for line in PIECES[name](bench):
                rows.append(line.row())
                print(rows[-1], flush=True)
    if args.write:
        words = list(sys.argv[1:])
        for option in ("--command", "--work", "--jobs"):  # of this machine, not of the figures
            while option in words:
                del words[words.index(option) : words.index(option) + 2]
            words = [word for word in words if not word.startswith(f"{option}=")]
        command = f".venv/bin/python benchmarks/accuracy/acceptance.py {shlex.join(words)}"
        table = "\n".join(rows)
        write(f"\n    {command}\n\n{table}\n\n", f"<!-- {args.write}: begin -->", f"<!-- {args.write}: end -->")


if __name__ == "__main__":
    main()
