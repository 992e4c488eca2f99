"""What must not change what is found: an offset, the polarity, the gain, and what the other channels do."""

import numpy as np
import pytest

TIMES = ["onset", "duration", "offset", "trial_type", "channel", "censored", "class_reason", "peak_time", "n_windows"]
SHAPE = [
    "score",
    "rise_s",
    "decay_s",
    "x_baseline",
    "mnf_hz",
    "mdf_hz",
    "mdf_slope_hz_s",
    "pre_mdf_hz",
    "pre_mdf_slope_hz_s",
]
VOLTAGES = ["peak_uv", "iemg_uvs", "pre_rms_uv"]
BITS = 12


@pytest.fixture(scope="module")
def counts(make_emg, make_counts):
    """Return 12 bit counts, some way from both ends of the range."""
    counts = make_counts(make_emg(60, (5, 8, 60), (12, 12.6, 40), (20, 27, 90), (40, 45, 50), noise_uv=4), BITS)
    assert counts.min() > 1000
    assert counts.max() < 3000
    return counts


@pytest.fixture
def episodes(write_recording, myocramp, table, tmp_path):
    """Return a function from counts, and fields of a device, to the rows of episodes.tsv."""

    def analyse(counts, **fields):
        path = write_recording(tmp_path / "a.h5", counts, **({"resolution": BITS} | fields))
        done = myocramp("analyse", path, "-o", tmp_path / "results", "--phase", "rest")
        assert done.code == 0, done.err
        return table(tmp_path / "results" / "a" / "episodes.tsv").rows

    return analyse


def columns(rows, names):
    return [[row[name] for name in names] for row in rows]


def numbers(rows, names):
    return np.array([[float("nan") if row[name] == "n/a" else float(row[name]) for name in names] for row in rows])


@pytest.mark.parametrize("offset", [1, -900, 1000])
def test_offset(offset, counts, episodes):
    plain = episodes(counts)
    moved = episodes(counts + np.uint16(offset % 65536))
    assert len(plain) == 4
    assert columns(moved, TIMES) == columns(plain, TIMES)
    np.testing.assert_allclose(numbers(moved, VOLTAGES + SHAPE), numbers(plain, VOLTAGES + SHAPE), rtol=1e-6)


def test_polarity(counts, episodes):
    assert episodes(2**BITS - counts) == episodes(counts)


def test_a_gain_of_a_power_of_two_changes_no_bit(counts, episodes):
    """The same counts about the middle of a converter of 16 bits are a sixteenth of the voltage."""
    plain = episodes(counts)
    small = episodes(counts - np.uint16(2 ** (BITS - 1)) + np.uint16(2**15), resolution=16)
    assert columns(small, TIMES + SHAPE) == columns(plain, TIMES + SHAPE)
    assert (numbers(small, VOLTAGES) * 16 == numbers(plain, VOLTAGES))[~np.isnan(numbers(plain, VOLTAGES))].all()


def test_any_gain_moves_no_boundary_by_more_than_a_sample(counts, episodes):
    """Another device has another supply and gain: 3.3 V and 1009 instead of 3 V and 1000."""
    plain = episodes(counts)
    other = episodes(counts, attributes={"device": "bitalino_rev"})
    assert columns(other, ["trial_type", "channel"]) == columns(plain, ["trial_type", "channel"])
    np.testing.assert_allclose(numbers(other, ["onset", "offset"]), numbers(plain, ["onset", "offset"]), atol=0.0011)
    np.testing.assert_allclose(numbers(other, VOLTAGES), numbers(plain, VOLTAGES) * 3.3 / 3 * 1000 / 1009, rtol=1e-3)


def test_channels_do_not_touch_one_another(counts, episodes):
    alone = episodes(counts)
    other = np.full_like(counts, 2**11) + np.arange(len(counts), dtype=np.uint16) % 2
    together = episodes(np.stack([counts, other, other], axis=1))
    assert together == alone
