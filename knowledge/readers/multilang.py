"""Texts written in several languages at once, as multi-language filters mark them: the course's own is taken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPAN = re.compile(r"<span(?=[^<>]*\bclass=[\"']multilang[\"'])[^<>]*\blang=[\"']([\w-]+)[\"'][^<>]*>", re.IGNORECASE)
_MARK = re.compile(r"\{mlang\s+([\w\s,-]{1,200})\}", re.IGNORECASE)
_OTHER = "other"


@dataclass(frozen=True, slots=True)
class _Version:
    """A stretch of the text from `start` to `end`, in these languages."""

    start: int
    end: int
    langs: tuple[str, ...]
    words: str


def in_language(text: str, lang: str) -> str:
    """Return the text in one language; where it has none of `lang`, what is for all others, else the first."""
    if "multilang" in text:
        for group in reversed(list(_groups(text, list(_versions(text, _SPAN, "</span>"))))):
            chosen = next((one for one in group if _same(one.langs[0], lang)), group[0])
            text = text[: group[0].start] + chosen.words + text[group[-1].end :]
    if "{mlang" in text:
        text = _without_marks(text, lang)
    return text


def _versions(text: str, opening: re.Pattern[str], closing: str) -> Iterator[_Version]:
    position = 0
    while (found := opening.search(text, position)) is not None:
        end = text.find(closing, found.end())
        if end < 0:
            return
        langs = tuple(name.strip().lower() for name in found[1].split(","))
        position = end + len(closing)
        yield _Version(found.start(), position, langs, text[found.end() : end])


def _groups(text: str, versions: list[_Version]) -> Iterator[list[_Version]]:
    """Versions of the same words follow one another with nothing between them."""
    group: list[_Version] = []
    for version in versions:
        if group and text[group[-1].end : version.start].strip():
            yield group
            group = []
        group.append(version)
    if group:
        yield group


def _without_marks(text: str, lang: str) -> str:
    versions = list(_versions(text, _MARK, "{mlang}"))
    named = [name for version in versions for name in version.langs]
    wanted = {name for name in named if _same(name, lang)} or {_OTHER if _OTHER in named else "".join(named[:1])}
    pieces: list[str] = []
    position = 0
    for version in versions:
        pieces += [text[position : version.start], version.words if wanted & set(version.langs) else ""]
        position = version.end
    return "".join([*pieces, text[position:]])


def _same(one: str, lang: str) -> bool:
    return bool(lang) and re.split(r"[_-]", one.lower())[0] == re.split(r"[_-]", lang.lower())[0]
