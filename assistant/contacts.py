"""Takes out of a text what somebody can be reached by: e-mail addresses, phone numbers, account names, links."""

import re

TAKEN_OUT = "[…]"
_CONTACTS = (
    re.compile(r"\b(?:https?://|www\.|t\.me/)\S+", re.IGNORECASE),
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?<![\w.])@[A-Za-z]\w{2,}"),
    # Nine digits and more, however they are grouped; years, amounts and shares are shorter.
    re.compile(r"(?<![\w.,])\+?\(?\d(?:[\s().-]{0,2}\d){8,14}(?![\w%])"),
)


def without_contacts(text: str) -> str:
    """The text with a mark in the place of each; what is worded otherwise is not noticed."""
    for pattern in _CONTACTS:
        text = pattern.sub(TAKEN_OUT, text)
    return text
