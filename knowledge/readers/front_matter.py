"""The YAML an author puts above a page: taken off without moving a single offset."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from frontmatter.default_handlers import YAMLHandler

from knowledge.blocks import RelationKind

_FIELDS = ("title", "block", "skill", "outcome", "lang", "id", "video")
_LOOKS_LIKE_KEYS = re.compile(r"\s*(?:#[^\n]*\n\s*)*[\w-]+\s*:")


@dataclass(frozen=True, slots=True)
class Related:
    """A lesson the page names as one it relates to, and the line where the field begins."""

    kind: RelationKind
    target: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a page says about itself; a field that is absent is ""."""

    title: str = ""
    block: str = ""
    skill: str = ""
    outcome: str = ""
    lang: str = ""
    id: str = ""
    video: str = ""
    draft: bool = False
    related: tuple[Related, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """`body` is the source with the front matter blanked out; `problem` says what is wrong with it, "" if nothing."""

    body: str
    front_matter: FrontMatter = field(default_factory=FrontMatter)
    problem: str = ""
    line: int | None = None


def split_front_matter(source: str) -> Split:
    """Take the front matter off a source. Text between two rulers that is not YAML keys is left in place."""
    handler = YAMLHandler()
    if not handler.detect(source):
        return Split(source)
    try:
        raw, rest = handler.split(source)
    except ValueError:
        return Split(source)
    if raw.strip() and not _LOOKS_LIKE_KEYS.match(raw):
        return Split(source)
    body = re.sub(r"[^\n]", " ", source[: len(source) - len(rest)]) + rest
    try:
        found = handler.load(raw)
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        mark = getattr(err, "problem_mark", None)
        return Split(body, problem="front matter is not valid YAML, ignored", line=mark.line + 1 if mark else 1)
    if not isinstance(found, dict):
        return Split(body if found is None else source)
    return Split(body, _front_matter(found, source))


def names_of(value: object) -> tuple[str, ...]:
    """The lessons a field names: one, or a list of them."""
    named = value if isinstance(value, list) else [value]
    return tuple(str(each).strip() for each in named if isinstance(each, str | int) and str(each).strip())


def _related(found: dict[object, object], source: str) -> Iterator[Related]:
    for kind in RelationKind:
        begins = re.search(rf"^{kind}\s*:", source, re.MULTILINE)
        line = source.count("\n", 0, begins.start()) + 1 if begins else None
        yield from (Related(kind, target, line) for target in names_of(found.get(kind.value)))


def _front_matter(found: dict[object, object], source: str) -> FrontMatter:
    texts = {name: str(found[name]).strip() for name in _FIELDS if isinstance(found.get(name), str | int | float)}
    draft = found.get("draft") is True or found.get("published") is False
    return FrontMatter(**texts, draft=draft, related=tuple(_related(found, source)))
