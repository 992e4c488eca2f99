"""Muscle cramps in electromyograms: detection, measures and studies.

Signals are (time, channel) arrays of volts; times are seconds, frequencies hertz. myocramp is research software, not a
medical device.

Examples
--------
>>> import myocramp as mc
>>> rec = mc.read("night1.h5")
>>> result = mc.analyse(rec, phase="rest")
>>> result.to_dataframe()
>>> result.plot()
"""

# The console script imports this package before it hands over to the command, so nothing heavy may be imported here:
# each name is looked up in its module when it is first used.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import datasets, detect, envelope, fatigue, filter, montage, quality, spectral
    from ._benchmark import Board, benchmark
    from ._bids import export_bids
    from ._core import version
    from ._errors import DataError, InternalError, InvalidArgument, IoError, MyocrampError
    from ._events import Episode, Episodes, Event, Events, Rejected, read_events
    from ._features import FeatureTable
    from ._frame import from_dataframe
    from ._import import import_file
    from ._metadata import AnnotatedSpan, Channel, Covariate, InvalidSpan, Phase, StimTrain, Subject
    from ._mne import from_mne
    from ._neo import from_neo
    from ._plot import plot_envelopes, plot_frequencies, plot_traces
    from ._recording import Recording, Refusal, Signal, read
    from ._score import Score, score
    from ._simulate import SimulatedStudy, example, simulate
    from ._study import Gap, Result, SignalFeatures, analyse, analyse_many
    from ._truth import Truth

    __version__ = version

__all__ = [
    "AnnotatedSpan",
    "Board",
    "Channel",
    "Covariate",
    "DataError",
    "Episode",
    "Episodes",
    "Event",
    "Events",
    "FeatureTable",
    "Gap",
    "InternalError",
    "InvalidArgument",
    "InvalidSpan",
    "IoError",
    "MyocrampError",
    "Phase",
    "Recording",
    "Refusal",
    "Rejected",
    "Result",
    "Score",
    "Signal",
    "SignalFeatures",
    "SimulatedStudy",
    "StimTrain",
    "Subject",
    "Truth",
    "__version__",
    "analyse",
    "analyse_many",
    "benchmark",
    "datasets",
    "detect",
    "envelope",
    "example",
    "export_bids",
    "fatigue",
    "filter",
    "from_dataframe",
    "from_mne",
    "from_neo",
    "import_file",
    "montage",
    "plot_envelopes",
    "plot_frequencies",
    "plot_traces",
    "quality",
    "read",
    "read_events",
    "score",
    "simulate",
    "spectral",
    "version",
]

_MODULES = {"datasets", "detect", "envelope", "fatigue", "filter", "montage", "quality", "spectral"}
_HOMES = {
    "_benchmark": ["Board", "benchmark"],
    "_bids": ["export_bids"],
    "_core": ["version"],
    "_errors": ["DataError", "InternalError", "InvalidArgument", "IoError", "MyocrampError"],
    "_events": ["Episode", "Episodes", "Event", "Events", "Rejected", "read_events"],
    "_features": ["FeatureTable"],
    "_frame": ["from_dataframe"],
    "_import": ["import_file"],
    "_metadata": ["AnnotatedSpan", "Channel", "Covariate", "InvalidSpan", "Phase", "StimTrain", "Subject"],
    "_mne": ["from_mne"],
    "_neo": ["from_neo"],
    "_plot": ["plot_envelopes", "plot_frequencies", "plot_traces"],
    "_recording": ["Recording", "Refusal", "Signal", "read"],
    "_score": ["Score", "score"],
    "_simulate": ["SimulatedStudy", "example", "simulate"],
    "_study": ["Gap", "Result", "SignalFeatures", "analyse", "analyse_many"],
    "_truth": ["Truth"],
}

if not TYPE_CHECKING:

    def __getattr__(name):
        from importlib import import_module

        if name == "__version__":
            name = "version"
        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        for home, names in _HOMES.items():
            if name in names:
                value = getattr(import_module(f"{__name__}.{home}"), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted(__all__)
