"""Identifiers that cannot be turned back: of listings, and of the providers behind them."""

import hashlib
from collections.abc import Iterable


def identity_key(records_digests: Iterable[str]) -> bytes:
    """Return the key under which identifiers are hashed: known only to who holds the crawls themselves."""
    joined = "".join(sorted(records_digests)).encode()
    return hashlib.blake2b(joined, digest_size=32, person=b"therapygap-id").digest()


def hashed(identifier: str, key: bytes) -> str:
    """Return 16 hexadecimal digits that stand for an identifier."""
    return hashlib.blake2b(identifier.encode(), key=key, digest_size=8).hexdigest()
