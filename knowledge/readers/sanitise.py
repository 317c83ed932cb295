"""The last step on every piece of lesson HTML: only what a lesson page needs gets through.

Knows nothing of blocks or formats. Text is never lost, only tags and attributes are, except inside elements whose
content is not meant for reading.
"""

import re

import nh3

_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tfoot", "tr", "th", "td", "a", "em", "strong", "b", "i", "u", "s", "del"),
    *("ins", "sub", "sup", "kbd", "samp", "var", "mark", "small", "q", "cite", "abbr", "dfn"),
}
_ATTRIBUTES = {
    **{f"h{level}": {"id"} for level in range(1, 7)},
    "a": {"href", "title"},
    "code": {"class"},
    "ol": {"start"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "abbr": {"title"},
}
_SCHEMES = {"http", "https", "mailto"}
_SILENT = {"script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "title", "textarea"}
_LANGUAGE = re.compile(r"language-[\w+#.-]+")
# Stricter than the list of schemes: what looks like one and is none ("java%0Ascript:") goes too.
_SAFE_LINK = re.compile(r"\s*(?:(?:https?|mailto):|[^:/?#]*(?:[/?#]|$))", re.IGNORECASE)


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    match tag, attribute:
        case "code", "class":
            return value if _LANGUAGE.fullmatch(value) else None
        case "a", "href":
            return value if _SAFE_LINK.match(value) else None
        case _:
            return value


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    attribute_filter=_filter_attribute,
    clean_content_tags=_SILENT,
    url_schemes=_SCHEMES,
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def sanitise(html: str) -> str:
    """Return the fragment with nothing in it that runs, loads from another host or leaves its place on the page."""
    return _CLEANER.clean(html)
