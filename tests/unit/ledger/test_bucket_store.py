"""A store in a bucket keeps, checks and refuses as one in a folder does, and says what the service refuses."""

import hashlib
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import obstore
import pytest
from obstore.store import S3Store

from contracts.errors import SettingError
from ledger import bucket
from ledger.errors import ObjectDamagedError, ObjectMissingError, StoreFault, StoreUnavailableError
from ledger.store_location import open_store
from tests.builders.bucket import BUCKET, SECRET, serve_bucket

DATA = "东川区 2024".encode() * 1000


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a bucket for one test."""
    with serve_bucket(monkeypatch) as bucket_address:
        yield bucket_address


def open_bucket() -> S3Store:
    """Reach the objects of the bucket without the store."""
    return S3Store(BUCKET, prefix="province", client_options={"allow_http": True})


def test_bytes_come_back_under_their_hash(address: str) -> None:
    """An object has the name and the place that it has in a folder; the same bytes are stored once."""
    store = open_store(address)
    name = store.store_object(DATA)
    stored = obstore.head(open_bucket(), f"objects/{name[:2]}/{name[2:]}")
    assert name == hashlib.sha256(DATA).hexdigest() == store.store_object(DATA)
    assert obstore.head(open_bucket(), f"objects/{name[:2]}/{name[2:]}") == stored
    assert store.load_object(name) == DATA
    assert store.has_object(name)
    assert list(store.find_damaged_objects()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 64])
def test_an_unknown_name_is_a_missing_object(address: str, name: str) -> None:
    """Names that are no sha256 reach no service."""
    store = open_store(address)
    assert not store.has_object(name)
    with pytest.raises(ObjectMissingError):
        store.load_object(name)


def test_damage_is_told_and_mended_by_the_same_bytes(address: str) -> None:
    """An object that somebody changed in the bucket is refused when read, found by verify, and replaced."""
    store = open_store(address)
    name = store.store_object(DATA)
    obstore.put(open_bucket(), f"objects/{name[:2]}/{name[2:]}", DATA[:-1])
    obstore.put(open_bucket(), "objects/readme.txt", b"not an object")
    with pytest.raises(ObjectDamagedError):
        store.load_object(name)
    assert list(store.find_damaged_objects()) == [name]
    assert store.store_object(DATA) == name
    assert store.load_object(name) == DATA


@pytest.mark.usefixtures("address")
def test_a_missing_bucket_is_told_as_that() -> None:
    """It is not taken for a missing object."""
    with pytest.raises(StoreUnavailableError) as caught:
        open_store("s3://another/province").load_object("a" * 64)
    assert caught.value.fault is StoreFault.NO_BUCKET


class Refusal(BaseHTTPRequestHandler):
    """A service that refuses everybody."""

    def do_GET(self) -> None:
        """Refuse to hand out an object."""
        self.send_response(403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815 - as above

    def do_PUT(self) -> None:
        """Refuse to take an object."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Write no log."""


@pytest.fixture
def refusing_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a bucket that refuses everybody."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusal)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "clerk")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    yield f"s3://{BUCKET}/province"
    server.shutdown()
    server.server_close()


def test_a_refusal_is_told_without_the_credentials(refusing_service: str) -> None:
    """Neither the error nor its cause has the secret."""
    store = open_store(refusing_service)
    for use in (
        lambda: store.store_object(DATA),
        lambda: store.load_object("a" * 64),
        lambda: store.has_object("a" * 64),
    ):
        with pytest.raises(StoreUnavailableError) as caught:
            use()
        assert caught.value.fault is StoreFault.DENIED
        assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r} {store!r}"


def test_a_silent_service_is_told(monkeypatch: pytest.MonkeyPatch, refusing_service: str) -> None:
    """Nobody listens at the address."""
    monkeypatch.setattr(bucket, "_MAX_RETRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(StoreUnavailableError) as caught:
        open_store(refusing_service).load_object("a" * 64)
    assert caught.value.fault is StoreFault.SILENT


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("s3://", "store_address"),
        ("gs://hesuan/province", "store_address"),
        ("s3://clerk:password@hesuan/province", "store_address"),
        ("s3://hesuan/province", "store_credentials"),
    ],
)
def test_a_wrong_address_is_refused(monkeypatch: pytest.MonkeyPatch, address: str, code: str) -> None:
    """No service is asked, and a password in an address is not repeated."""
    for variable in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(SettingError) as caught:
        open_store(address)
    assert caught.value.code == code
    assert "password" not in str(caught.value)


def test_an_open_line_to_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without https everybody on the way could read the files of the counties."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://storage.example:9000")
    with pytest.raises(SettingError) as caught:
        open_store("s3://hesuan/province")
    assert caught.value.code == "store_https"


def test_a_missing_library_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it is named."""
    monkeypatch.setitem(sys.modules, "ledger.bucket", None)
    with pytest.raises(SettingError) as caught:
        open_store("s3://hesuan/province")
    assert caught.value.code == "store_missing"
