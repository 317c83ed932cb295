"""A learner's words repeated to them: a few of them, and nothing in them that leads away.

"Taken as going on with: …" is our sentence. What somebody pasted into a question, an address or markup, would stand
there in our voice, and a page or a chat client might make a link of it.
"""

import re

_MOST_WORDS = 14
_LEADS_AWAY = re.compile(
    r"\S*(?::\s*//|//|\]\s*\(|\]\s*\[|<[A-Za-z/!]|\bwww\.|\w@\w|(?:mailto|javascript|vbscript|data):|[\w-]\.[a-z]{2,}/|"
    r"\w\.(?:com|net|org|info|io|dev|app|ru|рф|xyz|top|site|online|link|click|example)\b)\S*",
    re.IGNORECASE,
)


def echoed(words: str) -> str:
    """The first words of what somebody said, on one line, without addresses and markup."""
    kept = _LEADS_AWAY.sub("…", words).split()
    return " ".join(kept) if len(kept) <= _MOST_WORDS else f"{' '.join(kept[:_MOST_WORDS])} …"
