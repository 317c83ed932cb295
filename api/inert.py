"""An answer for readers that take it for Markdown: what would become a link, an image or markup stays the text it is.

Chat clients render what they are sent. An answer quotes lessons word for word, and a lesson may spell an address, an
image or a tag, in an example of code or because somebody planted it; the lesson page shows them as text, and so must
every client. Such words are put between backticks, which every renderer shows as they stand and makes nothing of.
"""

import re

# Of the words that stand together without a space; a definition would make links of our own marks.
_LIVE = re.compile(
    r"://|^//|[(<\"'=]//|\]\(|\]\[|\]:|!\[|<[A-Za-z/!?]|(?:mailto|javascript|vbscript|data|tel|xmpp):|\bwww\.|"
    r"\w@[\w-]+\.\w|\w\.(?:com|net|org|info|io|dev|app|ru|рф|xyz|top|site|online|link|click|example)\b",
    re.IGNORECASE,
)
_PIECE = re.compile(r"\s+|\S+")
_BACKTICKS = re.compile(r"`+")


class InertText:
    """Fed with an answer in pieces that end where words do, gives it back with nothing alive in it."""

    def __init__(self) -> None:
        self._longest = 0

    def feed(self, text: str) -> str:
        """The next piece."""
        return "".join(self._inert(piece) for piece in _PIECE.findall(text))

    def _inert(self, piece: str) -> str:
        # Longer than every run before it: a stray one would otherwise end where ours begins.
        self._longest = max(self._longest, *(len(run) for run in _BACKTICKS.findall(piece)), 0)
        if not _LIVE.search(piece):
            return piece
        fence = "`" * (self._longest + 1)
        pad = " " if piece.startswith("`") or piece.endswith("`") else ""
        return f"{fence}{pad}{piece}{pad}{fence}"
