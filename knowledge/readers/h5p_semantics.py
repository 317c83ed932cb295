"""What the libraries inside an H5P package say about their own fields: which are texts that authors write."""

import json
import re

from foundation.errors import ContentUnreadable
from knowledge.readers.trees import FileTree

_LIMIT = 2_000_000
_MAX_DEPTH = 40
_CALLED = re.compile(r"[\w.]+ \d+\.\d+")


class Semantics:
    """The fields of the libraries a package brings along; of one it does not bring, nothing is known."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._known: dict[str, frozenset[str]] = {}

    def is_text(self, library: str, name: str) -> bool:
        """Whether a field of this name, in this library ("H5P.Text 1.1"), is a text of the content and no button."""
        if library not in self._known:
            self._known[library] = self._fields(library)
        return name in self._known[library]

    def _fields(self, library: str) -> frozenset[str]:
        if not _CALLED.fullmatch(library):
            return frozenset()
        path = f"{library.replace(' ', '-')}/semantics.json"
        try:
            told = json.loads(self._tree.read(path, limit=_LIMIT).decode("utf-8-sig"))
        except (ContentUnreadable, ValueError, RecursionError):
            return frozenset()
        texts: set[str] = set()
        buttons: set[str] = set()
        _sort(told, texts, buttons, is_common=False, depth=0)
        return frozenset(texts - buttons)


def _sort(told: object, texts: set[str], buttons: set[str], *, is_common: bool, depth: int) -> None:
    if depth > _MAX_DEPTH:
        return
    if isinstance(told, list):
        for field in told:
            _sort(field, texts, buttons, is_common=is_common, depth=depth + 1)
    elif isinstance(told, dict):
        # What all contents of a library have in common are the words of its buttons.
        is_common = is_common or told.get("common") is True
        name = told.get("name")
        if told.get("type") == "text" and isinstance(name, str):
            (buttons if is_common else texts).add(name)
        for inside in ("fields", "field"):
            _sort(told.get(inside), texts, buttons, is_common=is_common, depth=depth + 1)
