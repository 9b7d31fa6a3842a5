"""A store in a bucket, with the layout of one in a folder."""

import hashlib
from collections.abc import Iterator

from ledger.bucket import Bucket
from ledger.object_store import OBJECTS_FOLDER, ObjectStore, is_name


class BucketStore(ObjectStore):
    """The store in *bucket*; `StoreUnavailableError` tells what its service refuses."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def store_object(self, data: bytes) -> str:
        """Store *data* and return its name; what is there already is read back and replaced only if damaged."""
        name = hashlib.sha256(data).hexdigest()
        key = _build_key(name)
        if not self._bucket.create_object(key, data) and not self._is_intact(name):
            self._bucket.write_object(key, data)
        return name

    def read_object(self, name: str) -> bytes:
        """Return the bytes of the object."""
        return self._bucket.read_object(_build_key(name))

    def has_object(self, name: str) -> bool:
        """Return whether the bucket has an object of that name."""
        return is_name(name) and self._bucket.has_object(_build_key(name))

    def find_damaged_objects(self) -> Iterator[str]:
        """Yield the names of the damaged objects, sorted; every object is read once."""
        for name in sorted(self._list_names()):
            if not self._is_intact(name):
                yield name

    def _list_names(self) -> Iterator[str]:
        prefix = f"{OBJECTS_FOLDER}/"
        for key in self._bucket.list_keys(prefix):
            name = key.removeprefix(prefix).replace("/", "")
            if is_name(name):
                yield name

    def _is_intact(self, name: str) -> bool:
        return hashlib.sha256(self.read_object(name)).hexdigest() == name


def _build_key(name: str) -> str:
    return f"{OBJECTS_FOLDER}/{name[:2]}/{name[2:]}"
