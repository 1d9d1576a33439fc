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
_PIECES_TAG, _TEXT_TAG, _SCORE_TAG = (
    0x0A,
    0x0A,
    0x15,
)  # field numbers and wire types as they stand in the bytes
_SCORE_SIZE = 5  # tag and 32-bit float
_SPACE = "\u2581"  # SentencePiece writes the space as a lower block


def alphabet_of(spm: bytes) -> frozenset[str]:
    """Every character that some piece of the vocabulary holds."""
    covered: set[str] = set()
    try:
        position = 0
        while position < len(spm):
            text, after = _plain_piece(spm, position)
            if not after:
                field, value, after = _field(spm, position)
                text = _piece_text(value) if field == _PIECES and isinstance(value, bytes) else ""
            covered.update(text)
            position = after
    except (IndexError, ValueError) as error:
        raise WeightsError("this is not a SentencePiece vocabulary") from error
    if not covered:
        raise WeightsError("this SentencePiece vocabulary holds no pieces")
    return frozenset(covered - {_SPACE} | {" "})


def _plain_piece(message: bytes, position: int) -> tuple[str, int]:
    """The text of a piece in its usual form (text, score, no kind) and where the next one begins; else ("", 0).

    All but a handful of the 32,000 pieces have it, and a vocabulary is read for every direction of every run.
    """
    head = message[position : position + 4]
    if (
        len(head) < 4
        or head[0] != _PIECES_TAG
        or head[2] != _TEXT_TAG
        or head[1] != head[3] + 2 + _SCORE_SIZE
    ):
        return "", 0
    start, end = position + 4, position + 4 + head[3]
    if head[1] >= 0x80 or message[end] != _SCORE_TAG:
        return "", 0
    return message[start:end].decode(), end + _SCORE_SIZE


def _piece_text(piece: bytes) -> str:
    fields = dict(_fields(piece))
    text, kind = fields.get(_TEXT, b""), fields.get(_KIND, _NORMAL)
    return text.decode() if isinstance(text, bytes) and kind in {_NORMAL, _USER_DEFINED} else ""


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    position = 0
    while position < len(message):
        field, value, position = _field(message, position)
        yield field, value


def _field(message: bytes, position: int) -> tuple[int, int | bytes, int]:
    """The number and value of the field at `position`, and where the next one begins."""
    key, position = _varint(message, position)
    wire = key & 7
    if wire == _VARINT:
        number, position = _varint(message, position)
        return key >> 3, number, position
    if wire == _BYTES:
        size, position = _varint(message, position)
    elif wire in _FIXED_SIZES:
        size = _FIXED_SIZES[wire]
    else:
        raise ValueError(wire)
    if position + size > len(message):
        raise ValueError(size)
    return key >> 3, message[position : position + size], position + size


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
