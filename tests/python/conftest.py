"""EMG-like signals from seeded noise, so that every test says what it expects where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import myocramp as mc
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import settings

# The same examples in every run, so that what fails is somebody's change. Others: pytest --hypothesis-profile=default
settings.register_profile("same", derandomize=True)
settings.load_profile("same")

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Burst:
    onset_s: float
    offset_s: float
    rms_uv: float
    channels: Sequence[int] | None = None  # all
    rise_s: float = 0.0


def surface_noise(rng: np.random.Generator, n: int, fs: float, centre_hz: float = 90.0) -> Array:
    """Noise of unit RMS with the spectrum of surface EMG: rising below and falling above its centre."""
    f = np.fft.rfftfreq(n, 1 / fs)
    gain = (f / centre_hz) / (1 + (f / centre_hz) ** 2) ** 1.5
    gain[f < 15] = 0
    x = np.fft.irfft(np.fft.rfft(rng.standard_normal(n)) * gain, n)
    return x / x.std()


def make_emg(
    seed: int,
    fs: float = 1000.0,
    duration_s: float = 60.0,
    n_channels: int = 1,
    bursts: Sequence[Burst] = (),
    rest_uv: float = 4.0,
    centre_hz: float = 90.0,
) -> Array:
    """(time, channel) volts: rest everywhere, bursts on top."""
    rng = np.random.default_rng(seed)
    n = round(duration_s * fs)
    t = np.arange(n) / fs
    x = np.empty((n, n_channels))
    for c in range(n_channels):
        level = np.full(n, rest_uv)
        for b in bursts:
            if b.channels is None or c in b.channels:
                inside = (t >= b.onset_s) & (t < b.offset_s)
                shape = np.clip((t[inside] - b.onset_s) / b.rise_s, 0, 1) if b.rise_s else 1.0
                level[inside] = np.hypot(level[inside], b.rms_uv * shape)
        x[:, c] = surface_noise(rng, n, fs, centre_hz) * level * 1e-6
    return x


@pytest.fixture(scope="session")
def cramps() -> Array:
    """A minute at 1000 Hz, two channels: a cramp on both from 15 to 25 s, one on the second from 40 to 45 s."""
    return make_emg(7, n_channels=2, bursts=[Burst(15, 25, 120), Burst(40, 45, 60, channels=[1])])


@pytest.fixture(scope="session")
def result(cramps: Array) -> mc.Result:
    return mc.analyse(mc.Recording.from_array(cramps, fs=1000, channel_names=["GM", "GL"]), phase="rest")


WriteOpenSignals = Callable[..., Path]


@pytest.fixture
def opensignals(tmp_path: Path) -> WriteOpenSignals:
    """Writes a file of one or more devices as OpenSignals does: counts are (time, channel) of 16 bits."""

    def write(devices: dict[str, tuple[int, npt.NDArray[np.uint16]]], name: str = "rec.h5") -> Path:
        path = tmp_path / name
        with h5py.File(path, "w") as file:
            for mac, (rate, counts) in devices.items():
                group = file.create_group(mac)
                channels = np.arange(1, counts.shape[1] + 1)
                group.attrs["sampling rate"] = np.int64(rate)
                group.attrs["channels"] = channels
                group.attrs["resolution"] = np.full(len(channels), 16)
                group.attrs["device"] = "biosignalsplux"
                group.attrs["date"] = "2021-3-4"
                group.attrs["time"] = "5:06:07.089"
                raw = group.create_group("raw")
                for i, number in enumerate(channels):
                    data = raw.create_dataset(f"channel_{number}", data=counts[:, i : i + 1])
                    data.attrs["sensor"] = "EMG"
                    data.attrs["label"] = f"CH{number}"
        return path

    return write
