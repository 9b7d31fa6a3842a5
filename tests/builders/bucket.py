"""An S3-compatible service on this machine, with one empty bucket; it ends with the block."""

import logging
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto.server import ThreadedMotoServer

BUCKET = "hesuan"
SECRET = "the-secret-of-the-bucket"  # noqa: S105 - of a service that only this test reaches


@contextmanager
def serve_bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the address of a folder in the bucket; the environment names the service and the credentials."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    # The service keeps its buckets for the whole process, whichever server serves them.
    reset = urllib.request.Request(f"{url}/moto-api/reset", method="POST")  # noqa: S310 - our own service
    urllib.request.urlopen(reset).close()  # noqa: S310 - as above
    request = urllib.request.Request(f"{url}/{BUCKET}", method="PUT")  # noqa: S310 - our own service
    urllib.request.urlopen(request).close()  # noqa: S310 - as above
    settings = {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "clerk",
        "AWS_SECRET_ACCESS_KEY": SECRET,
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    try:
        yield f"s3://{BUCKET}/province"
    finally:
        server.stop()
