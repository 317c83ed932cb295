"""Code listings of HTML pages."""

import re

from knowledge.readers.dom import Element, name_of

_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight|highlight-source)-([\w+#.-]+)")


def preformatted(element: Element) -> str:
    """Return the text of a listing with its line ends, without the empty first and last lines."""
    pieces = [element.text or ""]
    for inner in element.iterdescendants():
        pieces += ["\n" if name_of(inner) == "br" else inner.text or "", inner.tail or ""]
    return "".join(pieces).removeprefix("\n").rstrip("\n")


def language_of(element: Element) -> str:
    """Return the language that a class on the listing, or on what holds it, names; "" when none does."""
    for candidate in (element, *element.iterdescendants("code"), *element.iterancestors("div")):
        match = _LANGUAGE.search(candidate.get("class") or "")
        if match:
            return match[1]
    return ""
