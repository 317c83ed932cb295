"""The last look at a page's words: a component with answers that was not read as one stays with staff.

Markdown and the reader of components may disagree on what is code; then the component would stand on the page as text.
"""

import re
from html import unescape

_OPENING = re.compile(r"<Question\b[^<>]*[={]")
_END = re.compile(r"\]\s*\}\s*/>|</Question\s*>")
_KEY = re.compile(
    r"\bcorrect[\"']?\s*:\s*(?:true|false)\b|(?:[{,]|^)\s*[\"']?explain[\"']?\s*:\s*[\"'`“«<]",
)
_CODE = re.compile(r"<(code|pre)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


class ComponentGuard:
    """Watches the pieces of one page in order; `starts` says where each component that was caught begins."""

    def __init__(self) -> None:
        self.is_inside = False
        self.starts: list[int] = []

    def withholds(self, text: str, *, html: str, start: int) -> bool:
        """Tell whether a piece belongs to a component with answers; one that never ends takes the rest of the page."""
        if self.is_inside:
            self.is_inside = _END.search(text) is None
            return True
        if not _looks_suspicious(text):
            return False
        prose = unescape(_TAG.sub("", _CODE.sub(" ", html)))
        opening = _OPENING.search(prose)
        if opening is None and _KEY.search(prose) is None:
            return False
        self.is_inside = opening is not None and _END.search(prose, opening.end()) is None
        self.starts.append(start)
        return True


def _looks_suspicious(text: str) -> bool:
    return "<Question" in text or (("correct" in text or "explain" in text) and bool(_KEY.search(text)))
