"""Public data sets: the registry, and downloads from a server on this machine."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import myocramp as mc
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = ROOT / "datasets/registry.json"
BYTES = np.random.default_rng(1).bytes(300_000)


# --- the registry -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    text = (ROOT / "datasets/registry.schema.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    return jsonschema.Draft202012Validator(json.loads(text))


@pytest.fixture
def registry() -> dict[str, Any]:
    return json.loads(REGISTRY.read_text(encoding="utf-8"))


def test_registry_is_of_its_schema(registry: dict[str, Any], schema: jsonschema.Draft202012Validator) -> None:
    schema.validate(registry)
    names = [entry["name"] for entry in registry["datasets"]]
    assert names == sorted(set(names))
    for entry in registry["datasets"]:
        paths = [file["path"] for file in entry["files"]]
        assert len(paths) == len(set(paths)), entry["name"]
        assert (entry["labels"].partition(";")[0].split()[0] == "none") <= (entry["labelled_by"] is None), entry["name"]


WRONG: list[tuple[str, Callable[[dict[str, Any]], Any]]] = [
    ("no licence", lambda e: e.update(licence="not stated")),
    ("no files", lambda e: e.update(files=[])),
    ("no size", lambda e: e["files"][0].update(size=None)),
    ("no checksum", lambda e: e["files"][0].update(sha256=None)),
    ("not https", lambda e: e["files"][0].update(url="http://example.org/x")),
    ("a path that climbs", lambda e: e["files"][0].update(path="../x")),
    ("a path of a part", lambda e: e["files"][0].update(path="x.part")),
    ("manual without a reason", lambda e: e.update(download="manual")),
    ("an unknown key", lambda e: e.update(license="MIT")),
]


@pytest.mark.parametrize("spoil", [pytest.param(f, id=name) for name, f in WRONG])
def test_schema_refuses(
    spoil: Callable[[dict[str, Any]], Any], registry: dict[str, Any], schema: jsonschema.Draft202012Validator
) -> None:
    (entry,) = [e for e in registry["datasets"] if e["name"] == "bmc"]
    spoil(entry)
    assert not schema.is_valid(registry)


def test_addresses_name_a_commit(registry: dict[str, Any]) -> None:
    """An address whose bytes may change would break the checksum some day."""
    for entry in registry["datasets"]:
        if entry["download"] == "automatic":
            for file in entry["files"]:
                assert re.match(r"https://raw\.githubusercontent\.com/[\w-]+/[\w.-]+/[0-9a-f]{40}/", file["url"])
                assert " " not in file["url"]


def test_the_package_carries_the_registry(registry: dict[str, Any]) -> None:
    assert mc.datasets.names() == [entry["name"] for entry in registry["datasets"]]
    for entry in registry["datasets"]:
        assert mc.datasets.info(entry["name"]) == entry
    assert set(mc.datasets.Dataset.__annotations__) == {key for e in registry["datasets"] for key in e}


def test_page_is_current() -> None:
    script = [sys.executable, ROOT / "docs/make_datasets_table.py", "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (ROOT / "docs/datasets.md").read_text(encoding="utf-8")
    assert "**No public labelled recording of a muscle cramp was found.**" in page


def test_files_at_hand_have_the_stated_bytes(registry: dict[str, Any]) -> None:
    named = os.environ.get("MYOCRAMP_DATA")
    if not named:
        pytest.skip("MYOCRAMP_DATA does not name the folder of real recordings")
    at_hand: dict[str, set[tuple[int, str]]] = {}
    for path in Path(named).rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            at_hand.setdefault(path.name, set()).add((len(data), hashlib.sha256(data).hexdigest()))
    stated = [f for entry in registry["datasets"] for f in entry["files"] if f["path"] in at_hand]
    if not stated:
        pytest.skip(f"no file of the registry in {named}")
    for file in stated:
        assert (file["size"], file["sha256"]) in at_hand[file["path"]], file["path"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "Expecting"),
        ("[]", "list indices"),
        ("{}", "no value 'datasets'"),
        ('{"datasets": [{"name": "../x"}]}', "the name '../x'"),
        ('{"datasets": [{"name": "x", "download": "automatic", "files": [{"path": "../x"}]}]}', "the path '../x'"),
        (
            '{"datasets": [{"name": "x", "download": "automatic", "files": [{"path": "x", "url": "file:///x"}]}]}',
            "file:/",
        ),
        (
            '{"datasets": [{"name": "x", "download": "automatic",'
            ' "files": [{"path": "x", "url": "http://x/x", "size": -1, "sha256": ""}]}]}',
            "size -1",
        ),
        ('{"datasets": [{"name": "x", "download": "now", "files": []}]}', "download 'now'"),
    ],
)
def test_a_registry_that_cannot_be_used_is_refused(text: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(mc.DataError) as caught:
        mc.datasets.names(registry=path)
    assert (caught.value.code, caught.value.file) == ("E-REGISTRY", str(path))
    assert found in caught.value.found


def test_a_registry_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(mc.IoError) as caught:
        mc.datasets.names(registry=tmp_path / "mine.json")
    assert caught.value.code == "E-MISSING"


def test_an_unknown_name() -> None:
    with pytest.raises(mc.InvalidArgument) as caught:
        mc.datasets.fetch("cramps")
    assert caught.value.code == "E-DATASET"
    assert "biosignalsnotebooks" in caught.value.expected


def test_what_may_not_be_fetched_says_why_and_where(tmp_path: Path) -> None:
    for name in mc.datasets.names():
        told = mc.datasets.info(name)
        if told["download"] == "manual":
            with pytest.raises(mc.InvalidArgument) as caught:
                mc.datasets.fetch(name, tmp_path)
            assert caught.value.code == "E-MANUAL"
            assert told["reason"] in caught.value.found
            assert told["page"] in caught.value.found
    assert not list(tmp_path.iterdir())


# --- downloads --------------------------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """Serves `server.data` in the way that `server.how` names, and notes what was asked for."""

    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        how, data = self.server.how, self.server.data
        asked = self.headers.get("Range")
        self.server.asked.append(asked)
        self.close_connection = True
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked else 0  # type: ignore[index]
        if how == "missing":
            self.send_error(404)
        elif how == "redirect":
            self.server.how = ""
            self.send_response(302)
            self.send_header("Location", "/moved")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif how.startswith("redirect to "):
            self.send_response(302)
            self.send_header("Location", how.removeprefix("redirect to "))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif how == "silent":
            self.server.released.wait(10)  # only so that a client that waits for ever fails its test
        elif asked and how != "no range" and start >= len(data):
            self.send_error(416)
        else:
            if asked and how != "no range":
                self.send_response(206)
                first = start + 1 if how == "wrong range" else start
                self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
                data = data[start:]
            else:
                self.send_response(200)
            if how == "packed":
                self.send_header("Content-Encoding", "gzip")
            if how != "no length":
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 3] if how == "cut" else data)


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.data = BYTES
        self.how = ""
        self.asked: list[str | None] = []
        self.released = threading.Event()

    def handle_error(self, *_: object) -> None:
        """A client that hangs up early is what some tests want."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


Fetch = Callable[[], Path]


@pytest.fixture
def fetch(server: Server, tmp_path: Path) -> Fetch:
    """Fetches a data set of one file from the server."""
    file = {
        "path": "a b.h5",
        "url": f"http://127.0.0.1:{server.server_port}/a%20b.h5",
        "size": len(BYTES),
        "sha256": hashlib.sha256(BYTES).hexdigest(),
    }
    mine = tmp_path / "mine.json"
    mine.write_text(json.dumps({"datasets": [{"name": "one", "download": "automatic", "files": [file]}]}))

    def run() -> Path:
        (path,) = mc.datasets.fetch("one", tmp_path / "data", progress=False, registry=mine)
        return path

    return run


def files_in(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def refused(fetch: Fetch, code: str) -> mc.IoError:
    with pytest.raises(mc.IoError) as caught:
        fetch()
    assert caught.value.code == code, caught.value
    return caught.value


def test_whole(fetch: Fetch, server: Server, tmp_path: Path) -> None:
    path = fetch()
    assert path == tmp_path / "data/one/a b.h5"
    assert path.read_bytes() == BYTES
    assert files_in(tmp_path / "data") == ["a b.h5"]
    assert server.asked == [None]


@pytest.mark.parametrize("how", ["no length", "redirect"])
def test_other_ways_to_serve_it(how: str, fetch: Fetch, server: Server) -> None:
    server.how = how
    assert fetch().read_bytes() == BYTES


def test_what_is_there_is_not_downloaded_again(fetch: Fetch, server: Server) -> None:
    before = fetch().stat()
    after = fetch().stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert len(server.asked) == 1


def test_what_is_there_with_other_bytes_is_replaced(fetch: Fetch, server: Server) -> None:
    path = fetch()
    path.write_bytes(BYTES[:-1] + b"x")
    assert fetch().read_bytes() == BYTES
    assert len(server.asked) == 2


def test_goes_on_after_a_cut(fetch: Fetch, server: Server, tmp_path: Path) -> None:
    server.how = "cut"
    third = len(BYTES) // 3
    assert f"after {third}" in refused(fetch, "E-DOWNLOAD").found
    part = tmp_path / "data/one/a b.h5.part"
    assert files_in(tmp_path / "data") == [part.name]
    assert part.read_bytes() == BYTES[:third]
    server.how = ""
    assert fetch().read_bytes() == BYTES
    assert server.asked == [None, f"bytes={third}-"]
    assert files_in(tmp_path / "data") == ["a b.h5"]


def test_begins_anew_where_the_server_has_no_ranges(fetch: Fetch, server: Server) -> None:
    server.how = "cut"
    refused(fetch, "E-DOWNLOAD")
    server.how = "no range"
    assert fetch().read_bytes() == BYTES
    assert server.asked[1] is not None


@pytest.mark.parametrize("length", [len(BYTES), len(BYTES) + 5])
def test_a_part_that_is_long_enough(length: int, fetch: Fetch, server: Server, tmp_path: Path) -> None:
    """The whole file was there when the process ended; one that is longer is nobody's."""
    (tmp_path / "data/one").mkdir(parents=True)
    (tmp_path / "data/one/a b.h5.part").write_bytes((BYTES + b"extra")[:length])
    assert fetch().read_bytes() == BYTES
    assert server.asked == ([] if length == len(BYTES) else [None])


@pytest.mark.parametrize("data", [BYTES[:-1] + b"x", BYTES[:-1], BYTES + b"x"], ids=["other", "short", "long"])
@pytest.mark.parametrize("length", ["stated", "not stated"])
def test_other_bytes_are_removed(data: bytes, length: str, fetch: Fetch, server: Server, tmp_path: Path) -> None:
    server.data = data
    server.how = "no length" if length == "not stated" else ""
    if length == "not stated" and len(data) < len(BYTES):  # it looks like a cut, until the server says that it is all
        refused(fetch, "E-DOWNLOAD")
        server.how = ""
    error = refused(fetch, "E-CHECKSUM")
    assert error.file.startswith("http://127.0.0.1")
    assert files_in(tmp_path / "data") == []
    server.data, server.how = BYTES, ""
    assert fetch().read_bytes() == BYTES


def test_no_more_than_the_stated_size_is_taken(fetch: Fetch, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    import http.client

    taken = []
    read = http.client.HTTPResponse.read

    def counted(self: http.client.HTTPResponse, n: int | None = None) -> bytes:
        data = read(self, n)
        taken.append(len(data))
        return data

    server.data, server.how = BYTES * 20, "no length"
    monkeypatch.setattr(http.client.HTTPResponse, "read", counted)
    assert refused(fetch, "E-CHECKSUM").found == "more"
    assert sum(taken) == len(BYTES) + 1


def test_a_part_of_another_file_is_found_out(fetch: Fetch, server: Server, tmp_path: Path) -> None:
    (tmp_path / "data/one").mkdir(parents=True)
    (tmp_path / "data/one/a b.h5.part").write_bytes(bytes(1000))
    refused(fetch, "E-CHECKSUM")
    assert files_in(tmp_path / "data") == []
    assert fetch().read_bytes() == BYTES
    assert server.asked == ["bytes=1000-", None]


def test_a_range_that_was_not_asked_for(fetch: Fetch, server: Server) -> None:
    server.how = "cut"
    refused(fetch, "E-DOWNLOAD")
    server.how = "wrong range"
    assert "Content-Range" in refused(fetch, "E-CHECKSUM").found


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ("missing", "HTTP status 404"),
        ("packed", "packed by gzip"),
        ("redirect to https://127.0.0.1:1/x", "redirect to 'https"),
        ("redirect to ftp://127.0.0.1:1/x", "redirect to 'ftp"),
        ("redirect to file:///etc/passwd", "HTTP status 302"),
    ],
)
def test_a_server_that_refuses(how: str, found: str, fetch: Fetch, server: Server, tmp_path: Path) -> None:
    server.how = how
    assert found in refused(fetch, "E-DOWNLOAD").found
    assert "a b.h5" not in files_in(tmp_path / "data")


def test_a_server_that_is_silent(fetch: Fetch, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mc.datasets, "_TIMEOUT_S", 0.05)
    server.how = "silent"
    assert "no answer in 0.05 s" in refused(fetch, "E-DOWNLOAD").found


def test_a_server_that_is_not_there(fetch: Fetch, server: Server) -> None:
    server.socket.close()
    refused(fetch, "E-DOWNLOAD")


def test_an_interrupt_leaves_a_part_only(fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tqdm.auto

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tqdm.auto.tqdm, "update", interrupt)
        with pytest.raises(KeyboardInterrupt):
            fetch()
    assert files_in(tmp_path / "data") == ["a b.h5.part"]
    part = (tmp_path / "data/one/a b.h5.part").read_bytes()
    assert 0 < len(part) < len(BYTES)
    assert part == BYTES[: len(part)]
    assert fetch().read_bytes() == BYTES


def test_two_at_once(fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / "data/one").mkdir(parents=True)
    with (tmp_path / "data/one/a b.h5.part").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        refused(fetch, "E-LOCKED")
    assert fetch().read_bytes() == BYTES


def test_a_folder_that_cannot_be_written(fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("taken")
    refused(fetch, "E-WRITE")
    (tmp_path / "data").unlink()
    (tmp_path / "data/one/a b.h5").mkdir(parents=True)
    refused(fetch, "E-WRITE")


def test_progress(fetch: Fetch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fetch()
    assert capfd.readouterr() == ("", "")
    mc.datasets.fetch("one", tmp_path / "again", registry=tmp_path / "mine.json")
    out, err = capfd.readouterr()
    assert out == ""
    assert "a b.h5: 100%" in err


def test_where_data_sets_are_kept(fetch: Fetch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept() -> Path:
        (path,) = mc.datasets.fetch("one", progress=False, registry=tmp_path / "mine.json")
        return path.parents[1]

    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MYOCRAMP_DATASETS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert kept() == tmp_path / "cache/myocramp/datasets"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert kept() == tmp_path / "home/.cache/myocramp/datasets"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert kept() == tmp_path / "home/.cache/myocramp/datasets"
    monkeypatch.setenv("MYOCRAMP_DATASETS", str(tmp_path / "mine"))
    assert kept() == tmp_path / "mine"
