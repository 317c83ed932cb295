"""Text as the rest of the house expects it: one normal form, no characters that break storage or parsers."""

import re
import unicodedata
from collections.abc import Iterable

# XML and PostgreSQL refuse most of these; a byte-order mark in the middle of a text comes from glued files.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufeff\ufffe\uffff]")


def clean_text(text: str) -> str:
    r"""Return `text` in NFC with `\n` line ends and without control characters, lone surrogates or byte-order marks.

    Tabs stay. Doing it twice changes nothing. Offsets into a source always refer to what this returned.
    """
    kept = _UNWANTED.sub("", text)
    return unicodedata.normalize("NFC", kept.replace("\r\n", "\n").replace("\r", "\n"))


def black_out(text: str, words: Iterable[str]) -> str:
    """Return `text` with every one of these stretches replaced by a black bar; how blanks fall changes nothing."""
    for stretch in words:
        parts = stretch.split()
        if parts and parts[0] in text:
            text = re.sub(r"\s+".join(map(re.escape, parts)), "█████", text)
    return text
