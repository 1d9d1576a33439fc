"""Pure: the characters that a SentencePiece vocabulary covers.

An engine drops or garbles what its vocabulary lacks ("Šiauliai" came back as "Oiauliai"), so what must be folded
or masked is read from the vocabulary itself and never hard-coded.
"""

from collections.abc import Iterator

from pipeline.errors import WeightsError

# https://protobuf.dev/programming-guides/encoding/ and sentencepiece_model.proto
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}
_PIECES, _TEXT, _KIND = 1, 1, 3
_NORMAL, _USER_DEFINED = 1, 4
_SPACE = "\u2581"  # SentencePiece writes the space as a lower block


def alphabet_of(spm: bytes) -> frozenset[str]:
    """Every character that some piece of the vocabulary holds."""
    covered: set[str] = set()
    try:
        for field, value in _fields(spm):
            if field == _PIECES and isinstance(value, bytes):
                covered.update(_piece_text(value))
    except (IndexError, ValueError) as error:
        raise WeightsError("this is not a SentencePiece vocabulary") from error
    if not covered:
        raise WeightsError("this SentencePiece vocabulary holds no pieces")
    return frozenset(covered - {_SPACE} | {" "})


def _piece_text(piece: bytes) -> str:
    fields = dict(_fields(piece))
    text, kind = fields.get(_TEXT, b""), fields.get(_KIND, _NORMAL)
    return text.decode() if isinstance(text, bytes) and kind in {_NORMAL, _USER_DEFINED} else ""


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        wire = key & 7
        if wire == _VARINT:
            number, position = _varint(message, position)
            yield key >> 3, number
            continue
        if wire == _BYTES:
            size, position = _varint(message, position)
        elif wire in _FIXED_SIZES:
            size = _FIXED_SIZES[wire]
        else:
            raise ValueError(wire)
        if position + size > len(message):
            raise ValueError(size)
        yield key >> 3, message[position : position + size]
        position += size


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
