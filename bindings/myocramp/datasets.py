"""Public EMG data: what there is, under which licence, and a download that checks every byte."""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import json
import os
import re
from importlib import resources
from pathlib import Path
from typing import IO, Any, NotRequired, TypedDict, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from ._errors import DataError, InvalidArgument, IoError

__all__ = ["Dataset", "File", "fetch", "info", "names"]


class File(TypedDict):
    """One file of a data set."""

    path: str
    """Its name on disk."""
    url: str
    """Its address."""
    size: int | None
    """Bytes, or None if not known."""
    sha256: str | None
    """In hexadecimal digits, or None if not known."""


class Dataset(TypedDict):
    """What the registry says of one data set; `docs/datasets.md` is the same as a page."""

    name: str
    """For `info` and `fetch`."""
    title: str
    """Its own title."""
    holds: str
    """What is in it."""
    muscles: list[str]
    """Empty where the source does not say."""
    channels: list[int] | None
    """Of a recording, each number that occurs, or None if not known."""
    rate_hz: list[float] | None
    """Each sampling rate that occurs, Hz, or None if not known."""
    durations_s: list[float] | None
    """Of each recording, s, or None if not known."""
    simulated: bool
    """Whether it is simulated, in part or all."""
    labels: str
    """What is labelled, or "none"."""
    labelled_by: str | None
    """Who or what made the labels."""
    licence: str
    """As the source states it, or "not stated"."""
    licence_from: str
    """Where that was read."""
    page: str
    """Where it is described."""
    doi: str | None
    """Of the data or of the publication to cite."""
    citation: str
    """What to cite."""
    traps: list[str]
    """What goes wrong when it is used."""
    download: str
    """Either "automatic", or "manual": then `fetch` refuses it."""
    reason: NotRequired[str]
    """Why it is manual."""
    files: list[File]
    """Empty where they are not known."""


def names(*, registry: str | os.PathLike[str] | None = None) -> list[str]:
    """
    List the names of the public data sets that are known, sorted.

    Parameters
    ----------
    registry : path
        Another list of data sets, of the form of the package's own, with http or https addresses.

    Returns
    -------
    list of str

    Raises
    ------
    IoError, DataError
        E-REGISTRY and what reading a file finds, for a `registry` that cannot be used.

    Notes
    -----
    No public labelled recording of a muscle cramp was found: none of these can show how well cramps are found.

    Examples
    --------
    >>> [n for n in myocramp.datasets.names() if myocramp.datasets.info(n)["download"] == "automatic"]
    """
    return sorted(_load(registry))


def info(name: str, *, registry: str | os.PathLike[str] | None = None) -> Dataset:
    """
    Tell what is known of a public data set: signals, labels, licence, citation, traps and files.

    Parameters
    ----------
    name : str
        One of `names`.
    registry : path
        As for `names`.

    Returns
    -------
    Dataset
        A dict.

    Raises
    ------
    InvalidArgument
        E-DATASET for an unknown name.
    IoError, DataError
        As `names`.

    Examples
    --------
    >>> myocramp.datasets.info("biosignalsnotebooks")["licence"]
    'MIT'
    """
    known = _load(registry)
    if name not in known:
        raise InvalidArgument("E-DATASET", "", "name", f"one of {', '.join(sorted(known))}", repr(name))
    return known[name]


def fetch(
    name: str,
    folder: str | os.PathLike[str] | None = None,
    progress: bool = True,
    *,
    registry: str | os.PathLike[str] | None = None,
) -> list[Path]:
    """
    Download a public data set from where its authors published it, and check size and sha256 of each file.

    Parameters
    ----------
    name : str
        One of `names`, whose `info` says that its download is automatic.
    folder : path
        Where data sets are kept: files become ``folder/name/path``. Without it the folder that the environment names in
        ``MYOCRAMP_DATASETS``, else ``myocramp/datasets`` in ``XDG_CACHE_HOME`` or ``~/.cache``.
    progress : bool
        Whether to show a bar for each file.
    registry : path
        As for `names`.

    Returns
    -------
    list of Path
        One for each file, in the order of the registry.

    Raises
    ------
    InvalidArgument
        E-DATASET for an unknown name, E-MANUAL for a data set that may not or cannot be downloaded by a program; the
        text says why, and where it is.
    IoError
        E-DOWNLOAD when the server refuses or the connection ends: call it again, and it goes on where it was.
        E-CHECKSUM when the bytes are not those of the registry: they are removed. E-LOCKED when another process
        downloads the same file; E-WRITE when the disk refuses.
    DataError
        As `names`.

    Notes
    -----
    A file that is there with the right bytes is not downloaded again; one with other bytes is replaced. A file appears
    by one rename, whole and checked; until then its bytes are in ``path.part``. No more is taken from the server than
    the stated size, and no redirect to another scheme is followed. The licence stays the data's own: cite what `info`
    says.

    Examples
    --------
    >>> paths = myocramp.datasets.fetch("biosignalsnotebooks")
    >>> rec = myocramp.read(paths[0])
    """
    dataset = info(name, registry=registry)
    if dataset["download"] != "automatic":
        found = f"a manual one: {dataset.get('reason', '')} See {dataset['page']}"
        raise InvalidArgument("E-MANUAL", "", name, "a data set with an automatic download", found)
    home = _root(folder) / name
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IoError("E-WRITE", str(home), "", "a folder for data sets", _reason(error)) from None
    opener = build_opener(_SameScheme)
    return [_fetch_file(opener, file, home, progress) for file in dataset["files"]]


_TIMEOUT_S = 30
"""Of each wait for the server."""
_CHUNK = 1 << 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]*")


class _SameScheme(HTTPRedirectHandler):
    """Follows redirects, but to no other scheme."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme != req.type:
            fp.close()
            raise URLError(f"a redirect to {newurl!r}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _root(folder: str | os.PathLike[str] | None) -> Path:
    chosen = folder or os.environ.get("MYOCRAMP_DATASETS")
    if chosen:
        return Path(chosen)
    cache = os.environ.get("XDG_CACHE_HOME", "")
    # A relative XDG_CACHE_HOME is to be ignored, says its specification.
    return (Path(cache) if os.path.isabs(cache) else Path.home() / ".cache") / "myocramp" / "datasets"


def _load(registry: str | os.PathLike[str] | None) -> dict[str, Dataset]:
    """Read a registry; what `fetch` acts on is checked, so that no list can write outside its folder."""
    try:
        if registry is None:
            place = "registry.json"
            text = resources.files(__package__).joinpath(place).read_text(encoding="utf-8")
        else:
            place = os.fspath(registry)
            text = Path(registry).read_text(encoding="utf-8")
        entries = json.loads(text)["datasets"]
        known = {entry["name"]: entry for entry in entries}
        for name, entry in known.items():
            _check(name, entry)
    except FileNotFoundError:
        raise IoError("E-MISSING", place, "", "a registry of data sets", "no such file") from None
    except OSError as error:
        raise IoError("E-READ", place, "", "a registry of data sets", _reason(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        found = f"no value {error}" if isinstance(error, KeyError) else str(error)
        raise DataError("E-REGISTRY", place, "", "JSON of the form of datasets/registry.schema.json", found) from None
    return cast(dict[str, Dataset], known)


def _check(name: str, entry: dict[str, Any]) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"the name {name!r}")
    if entry["download"] not in ("automatic", "manual"):
        raise ValueError(f"{name}: download {entry['download']!r}")
    for file in entry["files"]:
        if not _NAME.fullmatch(file["path"]) or file["path"].endswith(".part"):
            raise ValueError(f"{name}: the path {file['path']!r}")
        if entry["download"] == "manual":
            continue
        if urlsplit(file["url"]).scheme not in ("http", "https"):
            raise ValueError(f"{name}: the address {file['url']!r}")
        if type(file["size"]) is not int or file["size"] < 1 or not re.fullmatch("[0-9a-f]{64}", file["sha256"]):
            raise ValueError(f"{name}: size {file['size']!r} and sha256 {file['sha256']!r} of {file['path']}")


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch_file(opener: OpenerDirector, file: File, home: Path, progress: bool) -> Path:
    target = home / file["path"]
    part = home / f"{file['path']}.part"
    try:
        if target.is_file() and target.stat().st_size == file["size"] and _sha256(target) == file["sha256"]:
            return target
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), "r+b") as out:
            try:
                fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise IoError("E-LOCKED", str(part), "", "no other download of it", "one that runs") from None
            try:
                _download(opener, file, out, progress)
                out.flush()
                os.fsync(out.fileno())
                found = _sha256(part)
                if found != file["sha256"]:
                    raise _wrong_bytes(file, f"sha256 {file['sha256']}", found)
            except _WrongBytes as wrong:
                part.unlink(missing_ok=True)
                raise wrong.error from None
            part.replace(target)
    except IoError:
        raise
    except OSError as error:
        raise IoError("E-WRITE", str(target), "", "a file that can be written", _reason(error)) from None
    return target


class _WrongBytes(Exception):
    """What was downloaded so far is of no use."""

    def __init__(self, error: IoError) -> None:
        self.error = error


def _wrong_bytes(file: File, expected: str, found: str) -> _WrongBytes:
    return _WrongBytes(IoError("E-CHECKSUM", file["url"], "", expected, found))


def _broken(file: File, found: str) -> IoError:
    return IoError("E-DOWNLOAD", file["url"], "", f"{file['size']} bytes from the server", found)


def _download(opener: OpenerDirector, file: File, out: IO[bytes], progress: bool) -> None:
    """Bring `out` to the stated size, from where it is."""
    size = cast(int, file["size"])
    have = out.seek(0, os.SEEK_END)
    if have > size:
        have = 0
    if have == size:
        return
    # A packed answer could not be continued by bytes, nor counted.
    request = Request(file["url"], headers={"Accept-Encoding": "identity", "User-Agent": "myocramp"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response = opener.open(request, timeout=_TIMEOUT_S)
    except HTTPError as error:
        error.close()
        if error.code == 416:
            raise _wrong_bytes(file, f"{size} bytes", f"fewer than {have + 1}") from None
        raise _broken(file, f"HTTP status {error.code}") from None
    except (OSError, http.client.HTTPException) as error:
        raise _broken(file, _why(error)) from None
    with response:
        if response.status == 206:
            expected = rf"bytes {have}-\d+/(?:{size}|\*)"
            told = response.headers.get("Content-Range", "")
            if not re.fullmatch(expected, told):
                raise _wrong_bytes(file, f"the bytes from {have} of {size} on", f"Content-Range {told!r}")
        else:
            have = 0
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and have + int(length) != size:
            raise _wrong_bytes(file, f"{size} bytes", str(have + int(length)))
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise _broken(file, f"an answer packed by {response.headers['Content-Encoding']}")
        out.seek(have)
        out.truncate()
        from tqdm.auto import tqdm

        with tqdm(total=size, initial=have, desc=file["path"], unit="B", unit_scale=True, disable=not progress) as bar:
            while have <= size:
                try:
                    chunk = response.read(min(_CHUNK, size - have + 1))  # one byte more tells that it is too long
                except (OSError, http.client.HTTPException) as error:
                    raise _broken(file, f"{_why(error)} after {have}") from None
                if not chunk:
                    break
                have += len(chunk)
                if have > size:
                    raise _wrong_bytes(file, f"{size} bytes", "more")
                out.write(chunk)
                bar.update(len(chunk))
    if have < size:
        raise _broken(file, f"the end of the connection after {have}")


def _why(error: Exception) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return f"no answer in {_TIMEOUT_S} s"
    return str(reason) or type(reason).__name__
