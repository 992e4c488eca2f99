"""Features over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd


class FeatureTable:
    """Features over time: ``table["time_s"]`` is (rows,), every other column (rows,) or (rows, channels).

    Names end in their unit; NaN means that there is no answer. As with a DataFrame, ``len`` counts rows and iterating
    gives the names of the columns.

    Parameters
    ----------
    time_s : ndarray, (rows,)
        Centres of the windows, s on the recording's clock.
    columns : mapping of str to ndarray
        The features.
    channels : sequence of str, optional
        Names of the channels when the columns have two dimensions.
    notes : mapping of str to str, optional
        By column, what belongs to its identity, such as its band, or why it has no answer.
    """

    def __init__(
        self,
        time_s: npt.NDArray[np.float64],
        columns: Mapping[str, npt.NDArray[np.float64]],
        channels: Sequence[str] | None = None,
        notes: Mapping[str, str] | None = None,
    ) -> None:
        self._columns = {"time_s": time_s, **columns}
        self._channels = None if channels is None else list(channels)
        self._notes = dict(notes or {})

    @property
    def columns(self) -> list[str]:
        """Names of the columns, "time_s" first."""
        return list(self._columns)

    @property
    def channels(self) -> list[str] | None:
        """Names of the channels; None for features of a single sequence of samples."""
        return None if self._channels is None else list(self._channels)

    @property
    def notes(self) -> dict[str, str]:
        """By column, what belongs to its identity, such as its band in Hz, or why it has no answer."""
        return dict(self._notes)

    def __getitem__(self, name: str) -> npt.NDArray[np.float64]:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"no column {name!r}; there are {', '.join(self._columns)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._columns["time_s"])

    def __repr__(self) -> str:
        channels = "" if self._channels is None else f" of {len(self._channels)} channels"
        return f"<FeatureTable: {len(self)} rows{channels}, {', '.join(self._columns)}>"

    def to_dataframe(self) -> pd.DataFrame:
        """Return a pandas DataFrame: one row per time, or per time and channel, named in a column ``channel``."""
        import pandas as pd

        time_s = self._columns["time_s"]
        features = {name: values for name, values in self._columns.items() if name != "time_s"}
        if self._channels is None:
            return pd.DataFrame({"time_s": time_s, **features})
        n = len(self._channels)
        long: dict[str, Any] = {"time_s": np.repeat(time_s, n), "channel": self._channels * len(time_s)}
        return pd.DataFrame({**long, **{name: values.reshape(-1) for name, values in features.items()}})
