"""A folder in a bucket of an S3-compatible service, which the machines of a run need not share a disk to use.

The address is ``s3://bucket/folder``; the service, its region and the credentials are in the environment
(``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``), and nowhere else.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from contracts.errors import SettingError
from ledger.errors import StoreFault, StoreUnavailableError
from ledger.service_address import STORE_VARIABLE, is_loopback

SCHEME: Final = "s3://"
ENDPOINT_VARIABLE: Final = "AWS_ENDPOINT_URL"
# Without one of these the library would ask the metadata service of a cloud machine, which is not there.
_CREDENTIAL_VARIABLES: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_BUCKET_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9.-]+")
_REQUEST_TIMEOUT: Final = "30s"
_CONNECT_TIMEOUT: Final = "5s"
_MAX_RETRIES: Final = 4
_RETRY_SECONDS: Final = 60
_NO_SUCH_BUCKET: Final = "NoSuchBucket"


class Bucket:
    """The objects below *address*, by key; a put is whole or not there, so that no partial object can be read.

    Raises `SettingError` if the address is not that of a bucket or the environment has no credentials, and
    `StoreUnavailableError` from every method if the service refuses, is silent or has no such bucket.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._store = _connect(address)

    def create_object(self, key: str, data: bytes) -> bool:
        """Write an object unless there is one; return whether it was written."""
        with self._explain_errors():
            try:
                obstore.put(self._store, key, data, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def write_object(self, key: str, data: bytes) -> None:
        """Write an object in place of any that is there."""
        with self._explain_errors():
            obstore.put(self._store, key, data, mode="overwrite")

    def read_object(self, key: str) -> bytes:
        """Return the bytes of an object; raise `FileNotFoundError` if there is none."""
        with self._explain_errors():
            return obstore.get(self._store, key).bytes().to_bytes()

    def has_object(self, key: str) -> bool:
        """Return whether there is an object."""
        try:
            with self._explain_errors():
                obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    def list_keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys below *prefix*."""
        with self._explain_errors():
            for chunk in obstore.list(self._store, prefix):
                for entry in chunk:
                    yield entry["path"]

    def delete_object(self, key: str) -> None:
        """Delete an object, if there is one."""
        with self._explain_errors():
            obstore.delete(self._store, key)

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        """Raise `StoreUnavailableError` for what the service answers, or does not; its own text may quote a request."""
        try:
            yield
        except FileNotFoundError as error:
            if _NO_SUCH_BUCKET in str(error):
                raise StoreUnavailableError(self.address, StoreFault.NO_BUCKET) from error
            raise
        except (PermissionError, PermissionDeniedError, UnauthenticatedError) as error:
            raise StoreUnavailableError(self.address, StoreFault.DENIED) from error
        except BaseError as error:
            raise StoreUnavailableError(self.address, StoreFault.SILENT) from error


def _connect(address: str) -> S3Store:
    bucket, _, folder = address.removeprefix(SCHEME).partition("/")
    if not address.startswith(SCHEME) or not _BUCKET_PATTERN.fullmatch(bucket):
        # The address is not quoted: somebody may have written a password into it.
        raise SettingError(STORE_VARIABLE, "expected a folder or s3://bucket/folder", "store_address")
    endpoint = os.environ.get(ENDPOINT_VARIABLE, "")
    is_local = is_loopback(endpoint)
    if endpoint and not (is_local or endpoint.startswith("https://")):
        problem = f"expected https:// for a service on another machine, got {endpoint!r}"
        raise SettingError(ENDPOINT_VARIABLE, problem, "store_https", value=endpoint)
    if not any(os.environ.get(variable) for variable in _CREDENTIAL_VARIABLES):
        problem = f"{address!r} needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        raise SettingError(STORE_VARIABLE, problem, "store_credentials", value=address)
    return S3Store(
        bucket,
        prefix=folder.strip("/") or None,
        client_options={
            "allow_http": is_local,
            "timeout": _REQUEST_TIMEOUT,
            "connect_timeout": _CONNECT_TIMEOUT,
        },
        retry_config={"max_retries": _MAX_RETRIES, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
    )
