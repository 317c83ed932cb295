"""Names and ids: ours are `[a-z0-9-]{3,64}`; ids of others are kept beside them as they come."""

import hashlib
import re
import secrets
from typing import NewType

from foundation.errors import Invalid

ProductSlug = NewType("ProductSlug", str)
LessonId = NewType("LessonId", str)
RevisionId = NewType("RevisionId", str)
PassageId = NewType("PassageId", str)
ConversationId = NewType("ConversationId", str)
TurnId = NewType("TurnId", str)
PersonId = NewType("PersonId", str)
HandOverId = NewType("HandOverId", str)

ID_PATTERN = r"^[a-z0-9-]{3,64}$"
_ID = re.compile(r"[a-z0-9-]{3,64}")
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
# Letter by letter, close to GOST 7.79 system B, kept to [a-z0-9-].
_LATIN = [
    "a",
    "b",
    "v",
    "g",
    "d",
    "e",
    "yo",
    "zh",
    "z",
    "i",
    "j",
    "k",
    "l",
    "m",
    "n",
    "o",
    "p",
    "r",
    "s",
    "t",
    "u",
    "f",
    "h",
    "c",
    "ch",
    "sh",
    "shh",
    "-",
    "y",
    "-",
    "e",
    "yu",
    "ya",
]
_TRANSLITERATION = {ord(letter): "" if latin == "-" else latin for letter, latin in zip(_RUSSIAN, _LATIN, strict=True)}


def product_slug(text: str) -> ProductSlug:
    """Check a product's slug; raises Invalid with the rule."""
    if not _ID.fullmatch(text):
        raise Invalid(f"{text[:70]!r} cannot be a product slug: use 3 to 64 of a-z, 0-9 and -")
    return ProductSlug(text)


def content_hash(*parts: str, size: int = 16) -> str:
    """Hex digest of `size` bytes over parts that cannot run into each other."""
    digest = hashlib.blake2b(digest_size=size)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "little"))
        digest.update(raw)
    return digest.hexdigest()


def random_id(prefix: str) -> str:
    """An unguessable id (128 random bits)."""
    return f"{prefix}-{secrets.token_hex(16)}"


def readable_id(text: str, *, fallback: str) -> str:
    """Turn an author's own name for a thing into an id that still reads like it.

    Names that lose something on the way get a short hash of the original, so that two of them stay two.
    """
    plain = text.lower().translate(_TRANSLITERATION)
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if _ID.fullmatch(words) and words == text.lower().replace("/", "-"):
        return words
    return f"{(words or fallback)[:48].strip('-')}-{content_hash(text, size=4)}"
