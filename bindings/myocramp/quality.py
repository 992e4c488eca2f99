"""Quality: how far a raw signal can be trusted, and which stretches of it are artefacts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block
from ._features import FeatureTable
from ._metadata import InvalidSpan, real
from ._recording import Recording, Signal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ChannelQuality", "Quality", "measure"]


@dataclass(frozen=True)
class ChannelQuality:
    """The quality of one channel. Shares are of its samples, 0 to 1; NaN: no answer."""

    channel: str
    """Its name, or its number in an array."""
    flags: tuple[str, ...]
    """What is poor: noisy, mains, low_frequency, clipped, flat, missing, lead_off."""
    snr_db: float
    """Power of active segments less that at rest, over that at rest, dB; NaN when nothing is active."""
    mains_db: float
    """Hum and its harmonics over all else in the band, dB; NaN when no hum stands out."""
    low_ratio: float
    """Power below the band over power in it; above 1 is contamination."""
    clipped: float
    """Share in runs at the channel's largest or smallest value, or at a rail of its converter."""
    flat: float
    """Share in long runs of equal samples."""
    repeated: float
    """Share in short runs of equal samples; natural where the converter's steps are coarse."""
    missing: float
    """Share that is NaN or infinite."""
    lead_off: float
    """Share with an open lead."""
    artefact: float
    """Share in movements, spikes and open leads."""


@dataclass(frozen=True)
class Quality:
    """The quality of one signal."""

    name: str
    """Of the signal, "" when there is only one."""
    channels: list[ChannelQuality]
    """In the order of the signal's."""
    spans: FeatureTable
    """The same measures in spans of fixed length, (spans, channels); time_s is the start of each."""
    span_s: float
    """Length of a span, s; the last may be shorter."""
    segment_s: float
    """Length of the segments whose spectra were measured, s."""
    mains_hz: float
    """Frequency of the hum, Hz; NaN when there is none."""
    artefacts: list[InvalidSpan]
    """Stretches that no result may rest on, with reason and channel, sorted by channel, then start."""

    def __getitem__(self, channel: str) -> ChannelQuality:
        """Return the quality of the channel of this name."""
        for of in self.channels:
            if of.channel == channel:
                return of
        raise KeyError(channel)

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row for each channel as a pandas DataFrame; flags are joined by |."""
        import pandas as pd

        rows = [{**vars(of), "flags": "|".join(of.flags)} for of in self.channels]
        return pd.DataFrame(rows)


def measure(
    x: npt.NDArray[np.float32] | npt.NDArray[np.float64] | Recording | Signal,
    fs: float | None = None,
    axis: int | None = None,
    span_s: float = 10,
    segment_s: float = 0.5,
    low_hz: float = 20,
    high_hz: float = 450,
    mains_hz: float | None = None,
    active_ratio: float = 2,
    flat_s: float = 0.5,
    motion_ratio: float = 1,
    motion_rise: float = 4,
    spike_deviations: float = 8,
) -> Quality:
    """
    Judge the quality of a raw signal, and find its artefacts.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V as they were recorded, not filtered; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.
    span_s, segment_s : float
        Length of the spans that are judged and of the segments whose spectra are measured, s.
    low_hz, high_hz : float
        Band of the EMG, Hz.
    mains_hz : float, optional
        Of the power line; without it 50 or 60, whichever is stronger.
    active_ratio : float
        A segment at least this much above the level at rest is active.
    flat_s : float
        Equal samples for at least this long are a flat line.
    motion_ratio, motion_rise : float
        Power below the band over power in it, and low amplitude over its level at rest, of a movement.
    spike_deviations : float
        Distance of a spike from the median, in 1.4826 median absolute deviations.

    Returns
    -------
    Quality
        Measures of each channel over all and in spans, flags, and artefacts.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-BAND when `high_hz` does not lie below the Nyquist frequency.

    Notes
    -----
    Spans and segments begin at absolute multiples of their lengths. NaN and infinite samples are missing, and a
    segment that holds one has no spectrum. The level at rest drifts with the signal and leaves activity out. The
    measures are defined in docs/methods/quality.md, the artefacts in docs/methods/artefacts.md.

    Examples
    --------
    >>> q = myocramp.quality.measure(x, fs=2000, axis=0)
    >>> q.channels[0].snr_db, q.channels[0].flags
    """
    block = Block(x, fs, axis)
    options: dict[str, float | int] = {
        "span_s": real("span_s", span_s),
        "segment_s": real("segment_s", segment_s),
        "low_hz": real("low_hz", low_hz),
        "high_hz": real("high_hz", high_hz),
        "mains_hz": 0.0 if mains_hz is None else real("mains_hz", mains_hz),
        "active_ratio": real("active_ratio", active_ratio),
        "flat_s": real("flat_s", flat_s),
    }
    limits = {
        "motion_ratio": real("motion_ratio", motion_ratio),
        "motion_rise": real("motion_rise", motion_rise),
        "spike_deviations": real("spike_deviations", spike_deviations),
    }
    found = _core.quality(block.samples, block.fs, options, limits)
    found["name"] = ""
    found["channels"] = block.names() or ["0"]
    return quality_from(found, block.start_s)


def quality_from(found: _core._Quality, start_s: float = 0.0) -> Quality:
    """Make a Quality of what the compiled part found, its times moved by `start_s`."""
    names = found["channels"]
    channels = []
    for c, name in enumerate(names):
        measures: dict[str, Any] = {key: float(values[c]) for key, values in found["all"].items()}
        channels.append(ChannelQuality(channel=name, flags=tuple(found["flags"][c]), **measures))
    artefacts = [
        InvalidSpan(start_s + start, start_s + stop, reason, (names[c],))
        for c, start, stop, reason in found["artefacts"]
    ]
    return Quality(
        name=found["name"],
        channels=channels,
        spans=FeatureTable(start_s + found["start_s"], found["spans"], names),
        span_s=found["span_s"],
        segment_s=found["segment_s"],
        mains_hz=found["mains_hz"],
        artefacts=artefacts,
    )
