"""What a simulator knows of a recording beyond its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Truth:
    """Truth of a simulated recording, from ``Recording.truth``; nothing that is detected or measured rests on it."""

    _fields: Mapping[str, Any]

    @property
    def events(self) -> pd.DataFrame:
        """One row per event.

        Columns: label, muscle, channels, onset_s, offset_s, detectable_onset_s, detectable_offset_s, peak_channel,
        peak_v, peak_time_s, snr_db, stretch_s, cluster. docs/file-format.md defines them.
        """
        import pandas as pd

        return pd.DataFrame(self._fields["events"])

    @property
    def units(self) -> pd.DataFrame:
        """One row per motor unit that discharged: muscle, unit (its number), discharges_s (an array, sorted)."""
        import pandas as pd

        muscles, units, times = self._fields["units"]
        return pd.DataFrame({"muscle": muscles, "unit": units, "discharges_s": pd.Series(times, dtype=object)})

    @property
    def contaminants(self) -> pd.DataFrame:
        """One row per stretch: kind, start_s, stop_s, channels (empty: all)."""
        import pandas as pd

        return pd.DataFrame(self._fields["contaminants"])

    def discharges(self, muscle: str, unit: int) -> npt.NDArray[np.float64]:
        """
        Return when one unit discharged.

        Parameters
        ----------
        muscle : str
            Name of its muscle.
        unit : int
            Its number in the muscle, from 0 by rising threshold.

        Returns
        -------
        ndarray of float64
            Seconds on the recording's clock, sorted; empty when it never did.
        """
        import numpy as np

        for name, number, times in zip(*self._fields["units"], strict=True):
            if name == muscle and number == unit:
                return np.asarray(times)
        return np.empty(0)

    def __bool__(self) -> bool:
        return any(
            len(self._fields[name]["kind" if name == "contaminants" else "label"])
            for name in ("events", "contaminants")
        )

    def __repr__(self) -> str:
        n = [
            len(self._fields["events"]["label"]),
            len(self._fields["units"][0]),
            len(self._fields["contaminants"]["kind"]),
        ]
        return f"<Truth: {n[0]} events, {n[1]} motor units, {n[2]} stretches of contaminants>"
