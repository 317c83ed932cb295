"""Heading ids: the author's own, or a slug as GitHub makes it, that keeps Cyrillic."""

import re

_EXPLICIT = re.compile(r"\s*(?:\[\[\s*([^\[\]\s]+)\s*\]\]|\{#([^\s{}]+)\})\s*$")
_NOT_IN_SLUG = re.compile(r"[^\w\s-]")
_NOT_IN_ID = re.compile(r"[^\w.:-]")


def split_explicit_id(heading: str) -> tuple[str, str]:
    """Return the heading without its `[[id]]` or `{#id}` suffix, and the id, "" when there is none."""
    match = _EXPLICIT.search(heading)
    if match is None or not heading[: match.start()].strip():
        return heading, ""
    return heading[: match.start()], match[1] or match[2]


def slug(heading: str) -> str:
    """Return the heading as an id: lower case, punctuation dropped, spaces as dashes; never empty."""
    return re.sub(r"\s", "-", _NOT_IN_SLUG.sub("", heading.lower()).strip()) or "section"


class Anchors:
    """Hands out ids that are unique in one lesson."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def claim(self, heading: str, *, wanted: str = "") -> str:
        """Return `wanted` or the heading's slug, with `-1`, `-2`… when somebody above has it already."""
        base = _NOT_IN_ID.sub("", wanted) or slug(heading)
        anchor, number = base, 0
        while anchor in self._taken:
            number += 1
            anchor = f"{base}-{number}"
        self._taken.add(anchor)
        return anchor
