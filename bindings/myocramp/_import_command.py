"""`myocramp import`: the command for files that are not HDF5."""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from ._errors import DataError, InternalError, InvalidArgument, IoError, MyocrampError

_FOOTER = (
    "For research. Not a medical device: it finds and measures episodes; it names no cause and makes no diagnosis."
)
_MEMORY = 8 << 30  # bytes: the limit of every command that reads a file
_SECONDS = 60  # of processor time, for the readers' own start too
_SECONDS_PER_BYTE = 2 / (1 << 20)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InvalidArgument("E-USAGE", "", "import", "arguments as myocramp import --help says", message)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the arguments behind `import`."""
    p = _Parser(
        prog="myocramp import",
        description="Reads a recording that is not HDF5 and writes it as NWB: EDF and BDF (edfio), BrainVision (MNE),"
        " WFDB (wfdb), C3D (ezc3d), MATLAB before v7.3 (SciPy), CSV and other text (pandas). Nothing is resampled, and"
        " no rate or unit is guessed.",
        epilog=_FOOTER,
        allow_abbrev=False,
    )
    p.add_argument("FILE", help="the recording: of BrainVision the .vhdr, of WFDB the .hea")
    p.add_argument("-o", "--output", required=True, metavar="OUT", help="a file *.nwb, or a folder that gets NAME.nwb")
    p.add_argument(
        "--format", metavar="NAME", help="edf, bdf, brainvision, wfdb, c3d, matlab5 or text; default: recognised"
    )
    p.add_argument("--fs", type=float, metavar="HZ", help="sampling rate, where the file does not say it")
    p.add_argument("--unit", help="V, mV, uV or nV, of channels whose unit the file does not say")
    p.add_argument("--scale", type=float, metavar="X", help="value = number * scale + offset, in the unit")
    p.add_argument("--offset", type=float, metavar="X", help="see --scale; default 0")
    p.add_argument("--channels", metavar="NAMES", help="channels or columns by name or pattern, such as GM,EMG*")
    p.add_argument("--time-column", metavar="NAME", help="column of times, by name or number from 1; none: count rows")
    p.add_argument("--time-unit", metavar="UNIT", help="s, ms, us or min, of the column of times")
    p.add_argument("--decimal", metavar="MARK", help='"." or ","; default: recognised')
    p.add_argument("--encoding", metavar="NAME", help="of a text; default: UTF-8, else latin-1")
    p.add_argument("--skip-rows", type=int, metavar="N", help="lines to pass over at the start; default 0")
    p.add_argument("--layout", metavar="FILE.json", help="a layout that says the same")
    p.add_argument(
        "--study", metavar="FILE", help="table of subjects, sessions and covariates; default: study.tsv beside FILE"
    )
    p.add_argument("--config", default="", metavar="FILE", help="configuration as JSON, which is checked")
    p.add_argument(
        "--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="one option of it; may be repeated"
    )
    p.add_argument("--progress", type=str.lower, choices=("auto", "json", "none"), help="an import has no progress")
    p.add_argument("-q", "--quiet", action="store_true", help="errors only")
    p.add_argument("-v", "--verbose", action="store_true", help="say more")
    p.add_argument("--version", action="store_true", help="the version")
    return p


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit code. The file is read in a process of its own: readers of others may crash."""
    try:
        if "--version" in arguments:
            from ._core import version

            print(f"myocramp {version}")
            return 0
        parsed = parser().parse_args(arguments)
        _check_common(parsed)
    except SystemExit as stop:  # --help
        return int(stop.code or 0)
    except MyocrampError as error:
        return _tell(error)
    child: list[int] = []
    stops = (signal.SIGINT, signal.SIGTERM)  # they are for the child, and its end is waited for
    before = [signal.signal(number, lambda number, _: _pass_on(child, number)) for number in stops]
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    child.append(os.fork())
    if child[0] == 0:
        code = 1
        try:
            for number, handler in zip(stops, before, strict=True):
                signal.signal(number, handler)
            code = _guarded(parsed)
        finally:
            sys.stderr.flush()
            os._exit(code)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, stops)
    _, status = os.waitpid(child[0], 0)
    ended_by = -os.waitstatus_to_exitcode(status)
    if ended_by in (signal.SIGINT, signal.SIGTERM):
        return 128 + ended_by
    if ended_by > 0:
        found = f"one that ended the process that read it ({signal.Signals(ended_by).name})"
        return _tell(DataError("E-CRASH", parsed.FILE, "", "a file that can be read", found))
    return -ended_by


def _check_common(arguments: argparse.Namespace) -> None:
    """Hold what is wrong for any input to be wrong here too, even what an import has no use for."""
    from . import _core

    _core.check_configuration(os.fsencode(arguments.config), arguments.set)
    if arguments.study:
        try:
            _core.check_study(os.fsencode(arguments.study))
        except MyocrampError as error:
            raise InvalidArgument(error.code, error.file, error.place, error.expected, error.found) from None


def _pass_on(child: list[int], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child[0], number)


def _guarded(arguments: argparse.Namespace) -> int:
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
        _limit(arguments.FILE)
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except MyocrampError as error:
        return _tell(error)
    except MemoryError:
        return _tell(
            DataError("E-MEMORY", arguments.FILE, "", "a recording that fits in 8 GiB of memory", "one that does not")
        )
    except Exception as error:
        found = f"{type(error).__name__}: {error}"
        return _tell(
            InternalError("E-INTERNAL", arguments.FILE, "import", "a recording or a reason", " ".join(found.split()))
        )


def _limit(file: str) -> None:
    """Bound memory, and the processor time by the size of the file."""
    size = os.path.getsize(file) if os.path.exists(file) else 0
    seconds = _SECONDS + int(size * _SECONDS_PER_BYTE)
    for what, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        soft, hard = resource.getrlimit(what)
        if soft == resource.RLIM_INFINITY or soft > most:
            resource.setrlimit(what, (most, hard))


def _run(arguments: argparse.Namespace) -> int:
    from ._formats.options import Options
    from ._import import imported

    output = _output(arguments.output, arguments.FILE)
    options = Options(
        fs=arguments.fs,
        unit=arguments.unit or "",
        scale=arguments.scale,
        offset=arguments.offset,
        channels=tuple(filter(None, (arguments.channels or "").split(","))),
        time_column=arguments.time_column or "",
        time_unit=arguments.time_unit or "",
        decimal=arguments.decimal or "",
        encoding=arguments.encoding or "",
        skip_rows=arguments.skip_rows,
    )
    options.check()
    done = imported(arguments.FILE, arguments.format or "", options, arguments.layout, arguments.study)
    rec = done.recording
    if not arguments.quiet:
        for note in rec.notes:
            _note(note)
        for refused in rec.refused:
            _note(f"signal {refused.signal} refused: {refused.code}: {refused.reason}")
    from . import _core

    try:
        os.makedirs(os.path.dirname(output) or ".", exist_ok=True)
        _core.save_recording(rec._core, os.fsencode(output), done.sha256, done.configuration)
    except OSError as error:
        if isinstance(error, IoError):
            raise
        raise IoError("E-WRITE", output, "", "to be written", error.strerror or str(error)) from None
    except InvalidArgument as error:  # what no NWB file can hold is wrong with this recording
        raise DataError(error.code, arguments.FILE, error.place, error.expected, error.found) from None
    if arguments.verbose:
        _note(f"{output}: {rec!r}")
    return 0


def _output(named: str, file: str) -> str:
    output = named
    if not named.endswith(".nwb"):
        output = os.path.join(named, os.path.splitext(os.path.basename(file))[0] + ".nwb")
    if os.path.exists(output) and os.path.exists(file) and os.path.samefile(output, file):
        raise InvalidArgument("E-OPTION", "", "--output", "another place than the input's", output)
    return output


def _tell(error: MyocrampError) -> int:
    sys.stderr.write(f"myocramp: error[{error.code}]: {_shown(str(error))}\n")
    if isinstance(error, InvalidArgument):
        return 2
    if isinstance(error, InternalError):
        return 1
    return 5 if error.code == "E-WRITE" else 3


def _note(text: str) -> None:
    sys.stderr.write(f"myocramp: note: {_shown(text)}\n")


def _shown(text: str) -> str:
    """Make one line of text that a terminal may show: control characters and stray bytes are escaped."""
    out = []
    for c in text:
        if 0xDC80 <= ord(c) <= 0xDCFF:
            out.append(f"\\x{ord(c) - 0xDC00:02x}")
        elif ord(c) < 32 or 127 <= ord(c) < 160:
            out.append(f"\\x{ord(c):02x}")
        else:
            out.append(c)
    return "".join(out)
