"""How labels, phases and invalid times become the one text of an annotation, and how they are read from it.

A phase is ``phase:rest``, as in event tables. An invalid time begins with ``BAD_``, as MNE has it; a hole in the data
is ``BAD_ACQ_SKIP``, which MNE's filters pass over, and what stands after its end ``BAD_ACQ_SKIP_FILLER``. All else is a
label.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ._events import Event
from ._metadata import PHASES, InvalidSpan, Phase

BAD = "BAD_"
HOLE = "BAD_ACQ_SKIP"
FILLER = "BAD_ACQ_SKIP_FILLER"
PHASE = "phase:"


@dataclass
class Told:
    """What annotations say."""

    labels: list[Event] = field(default_factory=list)
    protocol: list[Phase] = field(default_factory=list)
    invalid_times: list[InvalidSpan] = field(default_factory=list)
    holes: list[InvalidSpan] = field(default_factory=list)
    """Stretches without samples: gaps, and fillers after the end."""
    notes: list[str] = field(default_factory=list)


def sort_out(events: Iterable[Event]) -> Told:
    """Tell labels, phases, invalid times and holes apart. Rows of background (``bckg``) say nothing and go."""
    told = Told()
    for e in events:
        if e.label == HOLE:
            told.holes.append(InvalidSpan(e.onset_s, e.offset_s, "gap", tuple(e.channels)))
        elif e.label == FILLER:
            told.holes.append(InvalidSpan(e.onset_s, e.offset_s, "filler", tuple(e.channels)))
        elif e.label.upper().startswith("BAD") and (len(e.label) == 3 or e.label[3] in "_ "):
            told.invalid_times.append(InvalidSpan(e.onset_s, e.offset_s, e.label[4:], tuple(e.channels)))
        elif e.label.startswith(PHASE) and e.label.removeprefix(PHASE) in PHASES:
            told.protocol.append(Phase(e.onset_s, e.offset_s, e.label.removeprefix(PHASE)))
        elif e.label.startswith(PHASE):
            told.notes.append(f"{e.label} at {e.onset_s:.12g} s: no phase of this name, not read")
        elif e.label != "bckg":
            told.labels.append(e)
    return told


def all_events(labels: Iterable[Event], protocol: Iterable[Phase], invalid: Iterable[InvalidSpan]) -> list[Event]:
    """Labels, phases and invalid times as events, sorted by onset."""
    events = list(labels)
    events += [Event(p.start_s, p.stop_s - p.start_s, PHASE + p.name) for p in protocol]
    events += [Event(s.start_s, s.stop_s - s.start_s, BAD + s.reason, list(s.channels)) for s in invalid]
    return sorted(events, key=lambda e: (e.onset_s, e.duration_s, e.channels))
