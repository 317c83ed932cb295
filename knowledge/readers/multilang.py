"""Texts written in several languages at once, as multi-language filters mark them: the course's own is taken."""

import re

_SPANS = re.compile(
    r"(?:<span(?=[^>]*\bclass=[\"']multilang[\"'])(?=[^>]*\blang=[\"'])[^>]*>.*?</span>\s*)+", re.DOTALL | re.IGNORECASE
)
_SPAN = re.compile(r"<span[^>]*\blang=[\"']([\w-]+)[\"'][^>]*>(.*?)</span>", re.DOTALL | re.IGNORECASE)
_MARKED = re.compile(r"\{mlang\s+([\w\s,-]+)\}(.*?)\{mlang\}", re.DOTALL | re.IGNORECASE)
_OTHER = "other"


def in_language(text: str, lang: str) -> str:
    """Return the text in one language; where it has none of `lang`, what is for all others, else the first."""
    if "multilang" in text:
        text = _SPANS.sub(lambda match: _best(_SPAN.findall(match[0]), lang), text)
    if "{mlang" in text.lower():
        text = _without_marks(text, lang)
    return text


def _best(versions: list[tuple[str, str]], lang: str) -> str:
    return next((words for one, words in versions if _same(one, lang)), versions[0][1] if versions else "")


def _without_marks(text: str, lang: str) -> str:
    named = [name for match in _MARKED.finditer(text) for name in _names(match[1])]
    mine = [name for name in named if _same(name, lang)]
    wanted = mine or ([_OTHER] if _OTHER in named else named[:1])
    return _MARKED.sub(lambda match: match[2] if set(_names(match[1])) & set(wanted) else "", text)


def _names(names: str) -> list[str]:
    return [name.strip().lower() for name in names.split(",")]


def _same(one: str, lang: str) -> bool:
    return bool(lang) and re.split(r"[_-]", one.lower())[0] == re.split(r"[_-]", lang.lower())[0]
