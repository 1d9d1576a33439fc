"""Hashes that the store keys on."""

import hashlib


def text_hash(text: str) -> str:
    """128 bits of BLAKE2b in hex: the key of a text in the store. Long enough never to meet by chance."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
