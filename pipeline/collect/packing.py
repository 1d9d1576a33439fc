"""Files that are gzip themselves, such as sitemap.xml.gz: nobody unpacks them on the way, for no header says so. Pure."""

import zlib

_MAGIC = b"\x1f\x8b\x08"
_GZIP = 16 + zlib.MAX_WBITS
_MEMBERS = 100  # a gzip may be several, one behind the other; each copies what is left


class TooLargeError(ValueError):
    """More comes out than may be kept."""


def unpacked(body: bytes, limit: int) -> bytes:
    """The file, at most `limit` bytes of it, whole or as far as it goes; what is no gzip as it is."""
    parts: list[bytes] = []
    left = limit
    for _ in range(_MEMBERS):
        if not body.startswith(_MAGIC):
            break
        member = zlib.decompressobj(_GZIP)
        try:
            parts.append(member.decompress(body, left + 1))
        except zlib.error:
            break
        left -= len(parts[-1])
        if left < 0:
            raise TooLargeError
        body = member.unused_data  # the next member
    return b"".join(parts) if parts else body
