"""Spectra: power spectral density, and the spectrum over time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Block, plain
from ._errors import InvalidArgument
from ._metadata import real
from ._recording import Recording, Signal

__all__ = ["Spectrogram", "Spectrum", "Stft", "moment", "spectrogram", "stft", "welch"]


class Spectrum(NamedTuple):
    """Frequencies in Hz, and the power spectral density in V^2/Hz."""

    f_hz: npt.NDArray[np.float64]
    psd: npt.NDArray[Any]


class Stft(NamedTuple):
    """Centres of the frames in s, frequencies in Hz, and complex amplitudes in V."""

    time_s: npt.NDArray[np.float64]
    f_hz: npt.NDArray[np.float64]
    values: npt.NDArray[Any]


class Spectrogram(NamedTuple):
    """Centres of the frames in s, frequencies in Hz, and power spectral densities in V^2/Hz."""

    time_s: npt.NDArray[np.float64]
    f_hz: npt.NDArray[np.float64]
    psd: npt.NDArray[Any]


def welch(
    x: npt.NDArray[np.float32] | npt.NDArray[np.float64] | Recording | Signal,
    fs: float | None = None,
    segment_s: float = 0.5,
    overlap: float = 0.5,
    axis: int | None = None,
) -> Spectrum:
    """
    Power spectral density: the mean of the periodograms of Hann-windowed segments.

    Parameters
    ----------
    x : ndarray of float32 or float64, Recording or Signal
        Samples in V; any shape and strides.
    fs : float
        Sampling rate, Hz; only with an array.
    segment_s : float
        Length of a segment, 0.002 to 60 s; the nearest whole number n of samples, at least 2, is taken. Frequencies
        are fs / n apart.
    overlap : float
        Part of a segment that the next one shares, 0 to 0.99, rounded down to whole samples.
    axis : int
        The axis of time; only with an array, and needed when that has more than one dimension.

    Returns
    -------
    f_hz : ndarray, (bins,)
        0 to fs / 2, Hz.
    psd : ndarray
        One-sided, V^2/Hz, of the scalar of `x`: its axis of time has become that of frequency; (bin, channel) for a
        Recording or Signal. Computed in double.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.
    DataError
        E-SHORT when the signal is shorter than one segment.

    Notes
    -----
    As ``scipy.signal.welch(x, fs, "hann", nperseg=n, noverlap=int(n * overlap))``: each segment's mean is taken away.
    Edges: only segments that lie wholly in the signal. A channel with a NaN or infinite sample in a segment is NaN;
    the mean of `spectrogram` without its NaN frames is what the rest says.

    Source: Welch 1967 IEEE Trans Audio 15:70.

    Examples
    --------
    >>> f, p = myocramp.spectral.welch(x, fs=2000)
    """
    block = Block(x, fs, axis)
    bin_hz, psd = _core.welch(block.samples, block.fs, real("segment_s", segment_s), real("overlap", overlap))
    frequencies = np.arange(len(psd), dtype=np.float64) * bin_hz
    return Spectrum(frequencies, block.like_input(psd.astype(block.samples.dtype, copy=False)))


def stft(
    x: npt.NDArray[np.float32] | npt.NDArray[np.float64] | Recording | Signal,
    fs: float | None = None,
    segment_s: float = 0.5,
    overlap: float = 0.5,
    axis: int | None = None,
) -> Stft:
    """
    Short-time Fourier transform: complex amplitudes of Hann-windowed frames.

    Parameters
    ----------
    x, fs, segment_s, overlap, axis
        As for `welch`.

    Returns
    -------
    time_s : ndarray, (frames,)
        Centres of the frames, s.
    f_hz : ndarray, (bins,)
        0 to fs / 2, Hz.
    values : ndarray of complex64 or complex128
        V: the axis of time of `x` has become two, frame and frequency; (frame, bin, channel) for a Recording or
        Signal. A sine of amplitude A at one of the frequencies has A / 2 there.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.

    Notes
    -----
    As ``scipy.signal.stft(x, fs, "hann", nperseg=n, noverlap=int(n * overlap), boundary=None, padded=False)``. Frame r
    begins at sample r * hop. Edges: only frames that lie wholly in the signal; none when it is shorter than one.
    Frames with NaN or infinite samples are NaN.

    Source: Allen 1977 IEEE Trans Acoust Speech Signal Process 25:235.
    """
    return Stft(*_over_time(_core.stft, x, fs, segment_s, overlap, axis))


def spectrogram(
    x: npt.NDArray[np.float32] | npt.NDArray[np.float64] | Recording | Signal,
    fs: float | None = None,
    segment_s: float = 0.5,
    overlap: float = 0.5,
    axis: int | None = None,
) -> Spectrogram:
    """
    Power spectral density over time.

    Parameters
    ----------
    x, fs, segment_s, overlap, axis
        As for `welch`.

    Returns
    -------
    time_s : ndarray, (frames,)
        Centres of the frames, s.
    f_hz : ndarray, (bins,)
        0 to fs / 2, Hz.
    psd : ndarray
        One-sided, V^2/Hz, of the scalar of `x`: its axis of time has become two, frame and frequency.

    Raises
    ------
    TypeError
        For integers, other arrays that are not float32 or float64, and a missing `fs` or `axis`.
    InvalidArgument
        E-RATE or E-OPTION.

    Notes
    -----
    As ``scipy.signal.spectrogram`` with a Hann window: each frame's mean is taken away, and the mean over the frames is
    `welch`. The densities of a frame times the distance of frequencies add up to the weighted mean square of its
    samples (Parseval). Edges and NaN as for `stft`.
    """
    return Spectrogram(*_over_time(_core.spectrogram, x, fs, segment_s, overlap, axis))


def _over_time(
    transform: Any, x: Any, fs: float | None, segment_s: float, overlap: float, axis: int | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[Any]]:
    block = Block(x, fs, axis)
    time_s, bin_hz, values = transform(block.samples, block.fs, real("segment_s", segment_s), real("overlap", overlap))
    frequencies = np.arange(values.shape[2], dtype=np.float64) * bin_hz
    return block.start_s + time_s, frequencies, block.frames_like_input(values)


def moment(
    f_hz: npt.ArrayLike, psd: npt.ArrayLike, order: int, low_hz: float = 20, high_hz: float = 450, axis: int = 0
) -> npt.NDArray[np.float64]:
    """
    Compute a moment of a power spectrum over a band: the integral of f^order P(f).

    Parameters
    ----------
    f_hz : array_like, (bins,)
        Frequencies, Hz, evenly spaced.
    psd : array_like
        Densities, V^2/Hz.
    order : int
        Any whole number; -1 to 5 are in use.
    low_hz, high_hz : float
        Edges of the band, both inside it, Hz; above 0 for a negative order.
    axis : int
        The axis of frequency of `psd`.

    Returns
    -------
    ndarray
        V^2 Hz^order, without the axis of frequency; NaN for a band without a bin.

    Raises
    ------
    InvalidArgument
        E-OPTION for edges in the wrong order, E-LENGTH when `f_hz` and `psd` differ in length.

    Examples
    --------
    >>> f, p = myocramp.spectral.welch(x, fs=2000)
    >>> mnf_hz = myocramp.spectral.moment(f, p, 1) / myocramp.spectral.moment(f, p, 0)
    """
    f = plain("f_hz", f_hz).astype(np.float64, copy=False)
    p = np.moveaxis(plain("psd", psd).astype(np.float64, copy=False), axis, -1)
    if f.ndim != 1 or p.shape[-1] != f.size:
        raise InvalidArgument("E-LENGTH", "", "f_hz", f"one dimension of {p.shape[-1]} frequencies", str(f.shape))
    if not (0 <= low_hz < high_hz and (low_hz > 0 or order >= 0)):
        least = "0 <=" if order >= 0 else "0 <"
        raise InvalidArgument("E-OPTION", "", "low_hz", f"{least} low_hz < high_hz = {high_hz}", str(low_hz))
    bin_hz = f[1] - f[0] if f.size > 1 else 1.0
    slack = 1e-9 * bin_hz
    band = (f >= low_hz - slack) & (f <= high_hz + slack)
    if not band.any():
        return np.full(p.shape[:-1], np.nan)
    return np.asarray((p[..., band] * f[band] ** float(order)).sum(axis=-1) * bin_hz)
