"""A picture as it came → a small WebP file for pages. Pure.

What comes is hostile: only forms that every browser shows are opened, by their own bytes and not by what a server
calls them; what is larger than memory allows is refused before it is unpacked; and what is sent on is made anew of
the pixels, so that nothing hidden in the file (places, names, scripts) is sent on with them.
"""

import hashlib
import io
import warnings
from typing import Final

from PIL import AvifImagePlugin, Image, ImageOps, UnidentifiedImageError

from pipeline.errors import ReadError
from pipeline.records import PictureBytes

SIDE: Final = 960  # pixels of the longer side of a copy: sharp on a phone, and for the column of a page
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_JPEGS: Final = frozenset({"JPEG", "MPO"})  # telephones make the second: two in one file
_MOST: Final = 16_000_000  # pixels; a decoder may hold them five times over
_MOST_OF_JPEG: Final = 50_000_000  # it is made small while it is read
_DOT: Final = 3  # pixels: what is smaller only counts who loads it
_QUALITY: Final = 75
_PROFILE: Final = 8_192  # bytes of a colour profile that goes along

_DEEP = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})  # grey in 65,536 steps

# The limits above are stricter.
Image.MAX_IMAGE_PIXELS = None
# More threads would share the processors with the rest of the run, and each needs memory of its own.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def scaled(body: bytes) -> PictureBytes | None:
    """The first frame, upright, not wider or higher than SIDE. None for a dot. Raises ReadError for what is no picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata, which is not sent on
            return _scaled(body)
    except UnidentifiedImageError as error:
        raise ReadError("is no picture of a kind that is copied (JPEG, PNG, WebP, GIF, AVIF)") from error
    except ReadError:
        raise
    except Exception as error:  # the decoders of five formats raise what they like on broken bytes
        raise ReadError(f"is a broken picture: {str(error)[:200]}") from error


def _scaled(body: bytes) -> PictureBytes | None:
    with Image.open(io.BytesIO(body), formats=_FORMATS) as opened:
        if min(opened.size) < _DOT:
            return None
        if opened.width * opened.height > (_MOST_OF_JPEG if opened.format in _JPEGS else _MOST):
            raise ReadError(f"is too large to be copied: {opened.width} × {opened.height} pixels")
        opened.draft("RGB", (SIDE, SIDE))
        opened.load()
        profile = opened.info.get("icc_profile") if opened.mode == "RGB" else None
        upright = ImageOps.exif_transpose(opened)
    if upright.mode in _DEEP:
        upright = upright.convert("I").point(lambda grey: grey / 257).convert("L")
        upright.info.pop("transparency", None)  # it counts in the former steps
    clear = upright.has_transparency_data
    picture = upright.convert("RGBA" if clear else "RGB")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    file = io.BytesIO()
    picture.save(
        file,
        "WEBP",
        quality=_QUALITY,
        method=4,
        exif=b"",
        icc_profile=profile if profile and len(profile) <= _PROFILE else None,
    )
    return named(file.getvalue(), picture.width, picture.height)


def named(body: bytes, width: int, height: int) -> PictureBytes:
    """A copy by the digest of its bytes."""
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    return PictureBytes(body=body, digest=digest, width=width, height=height)
