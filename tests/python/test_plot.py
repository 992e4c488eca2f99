from __future__ import annotations

import matplotlib as mpl
import myocramp as mc
import numpy as np
import pytest

from .conftest import Burst, WriteOpenSignals, make_emg

mpl.use("Agg")

import matplotlib.pyplot as plt


@pytest.fixture(autouse=True)
def _close() -> object:
    yield
    plt.close("all")


def words(ax: plt.Axes) -> list[str]:
    legends = [child for child in ax.get_children() if isinstance(child, mpl.legend.Legend)]
    return [text.get_text() for legend in legends for text in legend.get_texts()]


def test_three_rows_with_units_and_classes(result: mc.Result) -> None:
    axes = result.plot()
    assert len(axes) == 3
    assert [ax.get_ylabel() for ax in axes] == ["EMG (µV)", "RMS (µV)", "MDF (Hz)"]
    assert axes[2].get_xlabel() == "Time (s)"
    assert "60 s" in axes[0].get_title(loc="left")
    assert "phase rest" in axes[0].get_title(loc="left")
    cramps = sum(e.label == "cramp" for e in result.episodes)
    assert f"cramp ({cramps})" in words(axes[0])
    assert [t.get_text() for t in axes[0].get_yticklabels()] == ["GM", "GL"]
    assert all(ax.get_xlim() == (0, 60) for ax in axes)
    axes[0].figure.canvas.draw()


def test_colours_are_fixed() -> None:
    from myocramp._plot import CLASS_COLOURS, _colour

    named = ["cramp", "sustained", "twitch", "fasciculation", "voluntary", "stimulated", "artefact"]
    assert list(CLASS_COLOURS) == named
    assert len({_colour(name) for name in named}) == len(named)
    assert _colour("something else") == _colour("artefact")


def test_median_frequency_only_where_active(result: mc.Result) -> None:
    axes = result.plot()
    spans = [(e.onset_s, e.offset_s) for e in result.episodes]
    points = np.concatenate([np.asarray(line.get_xdata(), dtype=float) for line in axes[2].lines])
    points = points[np.isfinite(points)]
    assert len(points) > 10
    assert all(any(a < t < b for a, b in spans) for t in points)


def test_draws_into_given_axes(result: mc.Result) -> None:
    figure, axes = plt.subplots(3, 1)
    returned = result.plot(axes)
    assert list(returned) == list(axes)
    assert returned[0].figure is figure
    assert len(plt.get_fignums()) == 1
    with pytest.raises(mc.InvalidArgument, match="three axes"):
        result.plot(axes[:2])


@pytest.mark.parametrize("n_channels", [1, 8])
def test_hours_take_few_points(n_channels: int) -> None:
    x = make_emg(
        1, fs=1000, duration_s=1800, n_channels=n_channels, bursts=[Burst(600, 640, 100), Burst(900, 900.05, 90)]
    )
    x[100_000:200_000, 0] = np.nan
    x[5, 0] = np.inf
    axes = mc.analyse(mc.Recording.from_array(x, 1000), phase="sleep").plot()
    assert axes[2].get_xlabel() == "Time (h:mm:ss)"
    for ax in axes[:2]:
        assert all(len(line.get_xdata()) < 5000 for line in ax.lines)
    # Peaks survive thinning: the largest sample of every channel is in the trace.
    tops = [np.nanmax(np.asarray(line.get_ydata(), dtype=float)) for line in axes[0].lines[:1]]
    assert tops[0] == pytest.approx(np.nanmax(np.where(np.isfinite(x[:, 0]), x[:, 0], np.nan)) * 1e6, rel=0.01)
    axes[0].figure.canvas.draw()


def test_nothing_found() -> None:
    axes = mc.analyse(mc.Recording.from_array(np.zeros((5000, 2)), 1000)).plot()
    assert any("no episodes" in t.get_text() for t in axes[0].texts)
    assert any("no spectral window" in t.get_text() for t in axes[2].texts)
    axes[0].figure.canvas.draw()


def test_all_gaps() -> None:
    axes = mc.analyse(mc.Recording.from_array(np.full((5000, 1), np.nan), 1000)).plot()
    axes[0].figure.canvas.draw()


def test_several_signals(opensignals: WriteOpenSignals) -> None:
    rng = np.random.default_rng(2)
    path = opensignals(
        {
            "00:00:00:00:00:0A": (1000, rng.integers(30000, 35000, (20_000, 2)).astype(np.uint16)),
            "00:00:00:00:00:0B": (2000, rng.integers(30000, 35000, (20_000, 1)).astype(np.uint16)),
        }
    )
    axes = mc.analyse(path).plot()
    assert len(axes[0].get_yticklabels()) == 3
    assert axes[0].get_title(loc="left").startswith("rec.h5")
    axes[0].figure.canvas.draw()


def test_protocol_is_named(opensignals: WriteOpenSignals) -> None:
    path = opensignals(
        {"00:00:00:00:00:0A": (1000, np.random.default_rng(3).integers(30000, 35000, (9000, 1)).astype(np.uint16))}
    )
    path.with_suffix(".events.tsv").write_text(
        "onset\tduration\ttrial_type\n0\t4\tphase:rest\n4\t5\tphase:exercise\n", encoding="utf-8"
    )
    axes = mc.analyse(path).plot()
    assert [t.get_text().strip() for t in axes[0].texts if t.get_text().strip() in ("rest", "exercise")] == [
        "rest",
        "exercise",
    ]
    assert "protocol of 2 phases" in axes[0].get_title(loc="left")


# --- one at a time ----------------------------------------------------------------------------------------------------


def test_each_row_is_drawn_alone_into_new_or_given_axes(result: mc.Result) -> None:
    for draw, y in ((mc.plot_traces, "EMG (µV)"), (mc.plot_envelopes, "RMS (µV)"), (mc.plot_frequencies, "MDF (Hz)")):
        ax = draw(result)
        assert (ax.get_ylabel(), ax.get_xlabel(), ax.get_xlim()) == (y, "Time (s)", (0, 60))
        ax.figure.canvas.draw()
        before = len(plt.get_fignums())
        _, given = plt.subplots()
        assert draw(result, ax=given) is given
        assert len(plt.get_fignums()) == before + 1


def test_the_lines_are_those_of_the_whole_picture(result: mc.Result) -> None:
    rows = result.plot()
    for draw, row in zip((mc.plot_traces, mc.plot_envelopes, mc.plot_frequencies), rows, strict=True):
        ax = draw(result)
        assert len(ax.lines) == len(row.lines)
        for one, other in zip(ax.lines, row.lines, strict=True):
            assert one.get_color() == other.get_color()


def test_a_recording_shows_its_labels() -> None:
    x = make_emg(1, fs=1000, duration_s=20, n_channels=2, bursts=[Burst(5, 9, 100)])
    rec = mc.Recording.from_array(x, 1000, channel_names=["GM", "GL"])
    assert any("no labels" in t.get_text() for t in mc.plot_traces(rec).texts)
    rec.labels = mc.Events([mc.Event(5, 4, "cramp", ["GM"]), mc.Event(12, 1, "artefact")])
    rec.protocol = [(0, 10, "rest"), (10, 20, "exercise")]
    ax = mc.plot_traces(rec)
    assert words(ax) == ["cramp (1)", "artefact (1)"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["GM", "GL"]
    assert len(ax.collections) == 3  # the cramp in the lane of GM, the artefact, of no channel, in both
    assert [t.get_text().strip() for t in ax.texts if t.get_text().strip() in ("rest", "exercise")] == [
        "rest",
        "exercise",
    ]
    ax.figure.canvas.draw()


def test_a_part_of_a_recording_keeps_its_clock() -> None:
    x = make_emg(1, fs=1000, duration_s=20, n_channels=1)
    ax = mc.plot_traces(mc.Recording.from_array(x, 1000)[5.0:8.0])
    assert ax.get_xlim() == (5, 8)
