"""Draw docs/figures/episodes.png: the analysis of one recording of the simulated demo study.

Usage: .venv/bin/python docs/figures/make_episodes.py [PICTURE]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import myocramp as mc


def main(picture: Path) -> None:
    """Simulate, analyse, draw."""
    command = Path(sys.executable).with_name("myocramp")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [command, "simulate", "demo", "-o", folder, "--seed", "1", "--quiet"], check=True, stdout=subprocess.DEVNULL
        )
        figure = mc.analyse(Path(folder) / "S01_1.nwb").plot()[0].figure
    figure.set_size_inches(10, 6)
    figure.suptitle("simulated")
    # Without the name and version of the program that drew it, so that equal pictures are equal files.
    figure.savefig(picture, dpi=80, metadata={"Software": None})
    print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("episodes.png"))
