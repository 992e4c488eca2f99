"""PELT: ours against ruptures, on one cost, outputs compared first.

The values: frames of simulated noise (seed 5) whose variance changes by 0 to 12 dB every 50 to 150 frames. ruptures has
no cost of the variance of zero-mean values, so its Pelt gets one as a class of ours, with its sums made beforehand, and
looks at every place (`jump=1`) for the comparison. Its own costs are other ones: Pelt as it is by itself (`Pelt()`,
changes of mean, every fifth place) and KernelCPD, which is compiled, with the linear kernel, the same cost at every
place, get the logarithms of the same values, with a penalty that finds about as many changes. Our cost at Pelt's own
jump and least size stands beside. One thread; processor time, in turns; medians. ruptures comes from PyPI.

python benchmarks/speed/detect_pelt.py [--frames 3000] [--rounds 7]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import myocramp as mc
import numpy as np
import ruptures


class ZeroMeanVariance(ruptures.base.BaseCost):
    """n ln(mean of the values), from sums made once."""

    model = "zero_mean_variance"
    min_size = 1

    def fit(self, signal: np.ndarray) -> ZeroMeanVariance:
        """Keep the sums."""
        self.signal = signal.reshape(-1, 1)
        self.sums = np.concatenate([[0.0], np.cumsum(signal)])
        return self

    def error(self, start: int, end: int) -> float:
        """Cost of one segment."""
        n = end - start
        return float(n * np.log((self.sums[end] - self.sums[start]) / n))


def frames(count: int) -> np.ndarray:
    """Mean squares of frames of 20 samples."""
    rng = np.random.default_rng(5)
    level = np.empty(count)
    at = 0
    while at < count:
        length = int(rng.integers(50, 150))
        level[at : at + length] = 10 ** (rng.choice([0, 3, 6, 9, 12]) / 10)
        at += length
    return level * rng.chisquare(20, count) / 20


def timed(work: Callable[[], object], rounds: int) -> float:
    """Median processor time, s."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Compare, then time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    energy = frames(options.frames)
    penalty = 2 * np.log(20 * len(energy)) / 20
    ours = mc.detect.change_points(energy, penalty).tolist()

    def with_our_cost(**given: int) -> list[int]:
        found = ruptures.Pelt(custom_cost=ZeroMeanVariance(), **given).fit(energy).predict(pen=penalty)
        return [int(end) for end in found]

    every = with_our_cost(min_size=1, jump=1)
    print(
        f"{len(energy)} frames, {len(ours)} segments; ruptures {ruptures.__version__} finds the same: {ours == every}"
    )
    kernel_penalty = 2.0
    logs = np.log(energy).reshape(-1, 1)
    kernel = ruptures.KernelCPD(kernel="linear", min_size=1).fit(logs).predict(pen=kernel_penalty)
    by_itself = ruptures.Pelt().fit(logs).predict(pen=kernel_penalty)
    print(f"of the logarithms KernelCPD finds {len(kernel)} segments, Pelt() {len(by_itself)}")

    work: dict[str, Callable[[], object]] = {
        "ours": lambda: mc.detect.change_points(energy, penalty),
        "ruptures Pelt, jump 1": lambda: with_our_cost(min_size=1, jump=1),
        "ruptures Pelt, our cost": lambda: with_our_cost(),
        "ruptures Pelt()": lambda: ruptures.Pelt().fit(logs).predict(pen=kernel_penalty),
        "ruptures KernelCPD": lambda: (
            ruptures.KernelCPD(kernel="linear", min_size=1).fit(logs).predict(pen=kernel_penalty)
        ),
    }
    took: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(options.rounds):
        for name, each in work.items():
            took[name].append(timed(each, 1 if "Pelt" in name else 10))
    for name, times in took.items():
        ratios = sorted(t / ours_s for t, ours_s in zip(times, took["ours"], strict=True))
        print(
            f"{name:24} {1e3 * statistics.median(times):10.3f} ms   {statistics.median(ratios):8.1f} "
            f"[{ratios[0]:.1f} to {ratios[-1]:.1f}]"
        )


if __name__ == "__main__":
    main()
