"""Files that came with an Open edX course: found by any of the names that pages call them by."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

_FOLDER = "static/"
# "/asset-v1:Org+Course+Run+type@asset+block@folder@name.pdf", "/c4x/Org/Course/asset/name.pdf"
_STORED = re.compile(r"(?:asset-v1:[^@]*@asset\+block@|/c4x/[^/]+/[^/]+/asset/|^/?static/|^/)")
_ODD = re.compile(r"[^\w.-]+")


class StaticFiles:
    """The files of `static/`: the platform writes their names with other signs than the files bear."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_name: dict[str, str] = {}
        for path in paths:
            if path.startswith(_FOLDER):
                self._by_name.setdefault(_even(path.removeprefix(_FOLDER)), path)

    def find(self, named: str) -> str | None:
        """The path of a file named as in a link or an attribute; None when it did not come with the course."""
        try:
            parts = urlsplit(named.strip())
        except ValueError:
            return None
        stored = "asset-v1:" in named
        if not stored and (parts.netloc or parts.scheme):
            return None
        path = unquote(named.strip().partition("?")[0].partition("#")[0])
        name = _STORED.split(path)[-1].replace("@", "/") if stored else _STORED.sub("", path, count=1)
        found = self._by_name.get(_even(name))
        return found or self._by_name.get(_even(PurePosixPath(name).name))


def _even(name: str) -> str:
    return _ODD.sub("_", name.replace("/", "_")).casefold()
