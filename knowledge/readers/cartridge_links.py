"""Links as Common Cartridge writes them: places in the package by tokens, things of the course by identifiers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from html import escape, unescape
from posixpath import dirname, normpath
from urllib.parse import quote, unquote, urlsplit

from knowledge.blocks import Block, SourceLesson
from knowledge.readers.manifest import Manifest, Paths

_HREF = re.compile(r'href="([^"]*)"')
_TOKEN = re.compile(
    r"^(?:https?://[^/]*)?/?\$(IMS[-_]CC[-_]FILEBASE|WIKI_REFERENCE|CANVAS_OBJECT_REFERENCE|CANVAS_COURSE_REFERENCE)\$(.*)$",
    re.DOTALL,
)
_FILE_FOLDERS = ("web_resources/", "")
_PAGE_FOLDER = "wiki_content"


def settle_tokens(lessons: Sequence[SourceLesson], manifest: Manifest, paths: Paths) -> list[SourceLesson]:
    """The lessons with tokens in their links replaced by the file that is meant, from the top of the package.

    A link to a thing that is not there is left as it is: nothing leads nowhere once links between lessons are settled.
    """
    by_id = {lesson.external_id: lesson.source_path for lesson in lessons}
    for identifier, resource in manifest.resources.items():
        by_id.setdefault(identifier, resource.href)
    return [_settled(lesson, by_id, paths) for lesson in lessons]


def linked_paths(lesson: SourceLesson, paths: Paths) -> set[str]:
    """The files of the package a lesson leads to, once its tokens are settled."""
    found: set[str] = set()
    for block in lesson.blocks:
        for href in _HREF.findall(block.html) if "href=" in block.html else ():
            path = _own_path(unescape(href), lesson.source_path, paths)
            if path is not None:
                found.add(path)
    return found


def token_path(href: str, paths: Paths, *, source_path: str = "") -> str | None:
    """The file a reference with or without a token means."""
    token = _TOKEN.match(unquote(href))
    if token is None:
        return _own_path(href, source_path, paths)
    return _file(token[2], paths, source_path) if token[1].startswith("IMS") else None


def _settled(lesson: SourceLesson, by_id: Mapping[str, str], paths: Paths) -> SourceLesson:
    blocks = tuple(_settled_block(block, lesson.source_path, by_id, paths) for block in lesson.blocks)
    return lesson if blocks == lesson.blocks else replace(lesson, blocks=blocks)


def _settled_block(block: Block, source_path: str, by_id: Mapping[str, str], paths: Paths) -> Block:
    if "$" not in block.html and "%24" not in block.html:
        return block

    def settled(match: re.Match[str]) -> str:
        token = _TOKEN.match(unquote(unescape(match[1])))
        path = None if token is None else _meant(token[1], token[2], source_path, by_id, paths)
        return match[0] if path is None else f'href="{escape(quote(f"/{path}"))}"'

    return replace(block, html=_HREF.sub(settled, block.html))


def _meant(token: str, rest: str, source_path: str, by_id: Mapping[str, str], paths: Paths) -> str | None:
    if token.startswith("IMS"):
        return _file(rest, paths, source_path)
    last = urlsplit(rest).path.rstrip("/").rpartition("/")[2]
    return by_id.get(last) or paths.find(f"{_PAGE_FOLDER}/{last}.html")


def _file(rest: str, paths: Paths, source_path: str) -> str | None:
    reference = rest.lstrip("/")
    folders: Iterable[str] = (*_FILE_FOLDERS, f"{dirname(source_path)}/" if dirname(source_path) else "")
    return next((found for folder in folders if (found := paths.find(reference, base=folder)) is not None), None)


def _own_path(href: str, source_path: str, paths: Paths) -> str | None:
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = unquote(parts.path)
    own = path if path.startswith("/") else f"{dirname(source_path)}/{path}"
    return paths.find(normpath(own).lstrip("/"))
