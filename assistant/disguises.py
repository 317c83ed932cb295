"""Reads a text the ways in which words can be hidden in it: spaced out, backwards, encoded, in look-alike letters."""

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator

from knowledge.transliteration import to_cyrillic

_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{10,}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}[\s:,\\x]*){5,}")
_CODES = re.compile(r"(?:\b\d{2,4}\b[\s,;]*){5,}")
_SINGLES = re.compile(r"(?:(?<!\w)\w(?!\w)[\s.,|/*_-]+){4,}\w(?!\w)")
_LATIN_LIKE = str.maketrans("abcehkmoptxyABCEHKMOPTXY", "авсенкмортхуАВСЕНКМОРТХУ")
_WORD = re.compile(r"\w+")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


def plain(text: str) -> str:
    """A text without invisible characters, its compatibility forms and look-alike letters made ordinary ones."""
    shown = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return _WORD.sub(lambda found: _one_script(found[0]), shown)


def readings(text: str) -> Iterator[str]:
    """The text made plain, then whatever else may be read out of it."""
    shown = plain(text)
    yield shown
    if spaced := _SINGLES.findall(shown):
        yield " ".join(re.sub(r"[\W_]+", "", run) for run in spaced)
        yield re.sub(r"[\W_]+", "", shown)
    yield shown[::-1]
    yield codecs.encode(shown, "rot13")
    yield from _decoded(shown)
    if not _CYRILLIC.search(shown):
        yield _WORD.sub(lambda word: to_cyrillic(word[0].lower()), shown)


def _one_script(word: str) -> str:
    if _CYRILLIC.search(word) and _LATIN.search(word):
        return word.translate(_LATIN_LIKE)
    return word


def _decoded(text: str) -> Iterator[str]:
    for found in _ENCODED.findall(text):
        for padded in (found, found + "=" * (-len(found) % 4)):
            yield from _as_text(padded)
    for found in _HEX.findall(text):
        try:
            yield bytes.fromhex("".join(re.findall(r"[0-9A-Fa-f]{2}", found))).decode("utf-8")
        except (ValueError, UnicodeDecodeError):
            continue
    for found in _CODES.findall(text):
        numbers = [int(number) for number in re.findall(r"\d+", found)]
        yield "".join(chr(number) for number in numbers if 32 <= number < 0x500)


def _as_text(encoded: str) -> Iterator[str]:
    try:
        told = base64.b64decode(encoded, altchars=b"-_" if set(encoded) & set("-_") else None, validate=True)
        read = told.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return
    if read.isprintable():
        yield read
