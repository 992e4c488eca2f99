"""Montages: differential and referenced channels made of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias, overload

import numpy as np
import numpy.typing as npt

from . import _core
from ._arrays import Float, time_axis
from ._errors import InvalidArgument
from ._recording import Recording, Signal

__all__ = ["bipolar", "common_average", "differential"]

Name: TypeAlias = str | int


@overload
def bipolar(x: Recording, pairs: Iterable[tuple[str, str]]) -> Recording: ...
@overload
def bipolar(x: Signal, pairs: Iterable[tuple[str, str]]) -> Signal: ...
@overload
def bipolar(
    x: npt.NDArray[Float],
    pairs: Iterable[tuple[Name, Name]],
    channel_names: Sequence[str] | None = None,
    axis: int | None = None,
) -> npt.NDArray[Float]: ...
def bipolar(
    x: Any,
    pairs: Iterable[tuple[Name, Name]],
    channel_names: Sequence[str] | None = None,
    axis: int | None = None,
) -> Any:
    """
    Take the differences of pairs of channels (single differential, bipolar).

    Parameters
    ----------
    x : Recording, Signal, or ndarray of float32 or float64 with two dimensions
        Monopolar channels, V.
    pairs : iterable of (str, str)
        The channels of each pair: the first less the second. With an array without `channel_names`, numbers of its
        channels.
    channel_names : sequence of str
        Names of an array's channels; only with an array.
    axis : int
        The axis of time, 0 or 1; only with an array, and needed then.

    Returns
    -------
    Recording, Signal or ndarray
        As `x`, with one channel per pair in that order. A recording names them "A-B", computes them as they are read,
        and keeps all else it knows: labels and invalid times name what is derived from their channels, and those with
        nothing derived from them are left out, which ``notes`` says.

    Raises
    ------
    TypeError
        For arrays that are not float32 or float64 of two dimensions, and a missing `axis`.
    DataError
        E-CHANNEL for a channel that `x` does not have, or one that does not lie in the signal of its partner.
    InvalidArgument
        E-MONTAGE for no pair, a channel with itself, or a pair that comes twice.

    Notes
    -----
    NaN in either channel gives NaN. Sums are taken in double and rounded once.

    Examples
    --------
    >>> y = myocramp.montage.bipolar(rec, [("GM1", "GM2"), ("GM2", "GM3")])
    >>> d = myocramp.montage.bipolar(x, [(0, 1), (1, 2)], axis=0)
    """
    return _derive(x, _core.Montage.bipolar([_pair(p) for p in pairs]), channel_names, axis)


@overload
def differential(
    x: Recording, columns: Iterable[Sequence[str]], kind: Literal["single", "double"] = "single"
) -> Recording: ...
@overload
def differential(
    x: Signal, columns: Iterable[Sequence[str]], kind: Literal["single", "double"] = "single"
) -> Signal: ...
@overload
def differential(
    x: npt.NDArray[Float],
    columns: Iterable[Sequence[Name]],
    kind: Literal["single", "double"] = "single",
    channel_names: Sequence[str] | None = None,
    axis: int | None = None,
) -> npt.NDArray[Float]: ...
def differential(
    x: Any,
    columns: Iterable[Sequence[Name]],
    kind: Literal["single", "double"] = "single",
    channel_names: Sequence[str] | None = None,
    axis: int | None = None,
) -> Any:
    """
    Take differences of neighbours along the columns of an electrode grid.

    Parameters
    ----------
    x : Recording, Signal, or ndarray of float32 or float64 with two dimensions
        Monopolar channels, V.
    columns : iterable of sequences of str
        For each column its channels in their order on the muscle; one column for a linear array. With an array without
        `channel_names`, numbers of its channels.
    kind : {"single", "double"}
        A - B of two neighbours, or A - 2 B + C of three, which suppresses crosstalk more and sees less deep.
    channel_names, axis
        As for `bipolar`.

    Returns
    -------
    Recording, Signal or ndarray
        As `x`, with one (two) channels fewer than electrodes in each column, column after column. A recording names
        them "A-B" ("A-2B+C").

    Raises
    ------
    TypeError, DataError
        As `bipolar`.
    InvalidArgument
        E-MONTAGE for a column that is too short or holds a channel twice; E-OPTION for another `kind`.

    Notes
    -----
    Columns do not mix. Source: the usual single and double differential detection.

    Examples
    --------
    >>> y = myocramp.montage.differential(x, [[0, 1, 2, 3], [4, 5, 6, 7]], kind="double", axis=0)
    """
    if kind not in ("single", "double"):
        raise InvalidArgument("E-OPTION", "", "kind", "single or double", repr(kind))
    named = [[_name(c) for c in _listed("columns", column)] for column in columns]
    return _derive(x, _core.Montage.differential(named, kind == "double"), channel_names, axis)


@overload
def common_average(x: Recording, channels: Sequence[str] | None = None) -> Recording: ...
@overload
def common_average(x: Signal, channels: Sequence[str] | None = None) -> Signal: ...
@overload
def common_average(
    x: npt.NDArray[Float],
    channels: Sequence[Name] | None = None,
    channel_names: Sequence[str] | None = None,
    axis: int | None = None,
) -> npt.NDArray[Float]: ...
def common_average(
    x: Any,
    channels: Sequence[Name] | None = None,
    channel_names: Sequence[str] | None = None,
    axis: int | None = None,
) -> Any:
    """
    Take the average of all channels off each (common average reference).

    Parameters
    ----------
    x : Recording, Signal, or ndarray of float32 or float64 with two dimensions
        Monopolar channels, V; a recording has one signal.
    channels : sequence of str
        The channels to average and return, all without it; leave bad ones out. With an array without `channel_names`,
        numbers of its channels.
    channel_names, axis
        As for `bipolar`.

    Returns
    -------
    Recording, Signal or ndarray
        As `x`, with these channels. A recording names them "A-average".

    Raises
    ------
    TypeError, DataError
        As `bipolar`; E-SIGNALS for a recording with several signals when `channels` is left out.
    InvalidArgument
        E-MONTAGE for fewer than two channels or one that comes twice.

    Notes
    -----
    NaN in one channel gives NaN in all: an average over fewer would be another reference.

    Examples
    --------
    >>> y = myocramp.montage.common_average(rec)
    """
    if channels is not None:
        chosen = [_name(c) for c in _listed("channels", channels)]
    elif isinstance(x, Recording):
        chosen = x._only().channels
    elif isinstance(x, Signal):
        chosen = x.channels
    elif channel_names is not None:
        chosen = [_name(c) for c in _listed("channel_names", channel_names)]
    else:
        chosen = [str(c) for c in range(_samples(x, axis).shape[1])]
    return _derive(x, _core.Montage.common_average(chosen), channel_names, axis)


def _derive(x: Any, montage: _core.Montage, channel_names: Sequence[str] | None, axis: int | None) -> Any:
    if isinstance(x, (Recording, Signal)):
        if channel_names is not None or axis is not None:
            raise TypeError("channel_names and axis: a recording has both of its own, give them with arrays only")
        if isinstance(x, Recording):
            return Recording(montage.of_recording(x._core))
        return Signal(montage.of_signal(x._core))
    samples = _samples(x, axis)
    if channel_names is None:
        names = [str(c) for c in range(samples.shape[1])]
    else:
        names = [_name(c) for c in _listed("channel_names", channel_names)]
    if len(names) != samples.shape[1]:
        raise InvalidArgument("E-CHANNELS", "", "channel_names", f"{samples.shape[1]} names", str(len(names)))
    return np.moveaxis(montage.of_array(samples, names), 0, time_axis(x, axis))


def _samples(x: npt.NDArray[Any], axis: int | None) -> npt.NDArray[Any]:
    """Show an array of two dimensions as (time, channel)."""
    _core.check_samples(x)
    if x.ndim != 2:
        raise TypeError(f"expected an array of two dimensions, time and channel, found {x.ndim}")
    return np.moveaxis(x, time_axis(x, axis), 0)


def _listed(place: str, names: Sequence[Name]) -> Sequence[Name]:
    if isinstance(names, str):
        raise TypeError(f"{place}: expected a list of names, found the text {names!r}")
    return names


def _name(channel: Name) -> str:
    if isinstance(channel, bool) or not isinstance(channel, (str, int, np.integer)):
        raise TypeError(f"expected the name or number of a channel, found {channel!r}")
    return str(channel)


def _pair(pair: tuple[Name, Name]) -> tuple[str, str]:
    if isinstance(pair, str) or len(pair) != 2:
        raise TypeError(f"pairs: expected two channels each, found {pair!r}")
    return _name(pair[0]), _name(pair[1])
