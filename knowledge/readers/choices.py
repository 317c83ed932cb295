"""A tolerant reader of the JavaScript literals in component attributes.

Reads objects, lists, strings in any quotes, numbers, words and JSX; anything it does not know is refused, so that
what cannot be understood is never shown.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

Literal = str | bool | float | None | list["Literal"] | dict[str, "Literal"]

_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_NAMED_ESCAPES = {"n": "\n", "t": "\t", "r": "\n", "b": "", "f": "", "v": "", "0": "", "\n": ""}
_JSX_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*)?(?:\s[^<>{}]*?)?(/?)>")
_WORDS: dict[str, Literal] = {"true": True, "false": False, "null": None, "undefined": None}
_MAX_DEPTH = 40


class NotALiteral(ValueError):
    """The text is not a literal; `position` is where it stopped making sense."""

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"not a literal at character {position}")


@dataclass(slots=True)
class LiteralReader:
    """Reads one literal out of a longer text; `position` moves past what was read."""

    text: str
    position: int = 0
    _depth: int = 0

    def read(self) -> Literal:
        """Return the literal at the position, and what `+` joins to it. Raises NotALiteral."""
        value = self._one()
        while self._next() == "+":
            self.position += 1
            addend = self._one()
            if not isinstance(value, str) or not isinstance(addend, str):
                self._refuse()
            value += addend
        return value

    def expect(self, mark: str) -> None:
        """Move past `mark`. Raises NotALiteral when something else stands there."""
        if self._next() != mark:
            self._refuse()
        self.position += 1

    def _one(self) -> Literal:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            self._refuse()
        try:
            match self._next():
                case "{":
                    return self._object()
                case "[":
                    return self._list()
                case "(":
                    return self._bracketed()
                case '"' | "'" | "`":
                    return self._string()
                case "<":
                    return self._jsx()
                case _:
                    return self._bare()
        finally:
            self._depth -= 1

    def _next(self) -> str:
        space = _SPACE.match(self.text, self.position)
        self.position = space.end() if space else self.position
        return self.text[self.position : self.position + 1]

    def _object(self) -> dict[str, Literal]:
        self.expect("{")
        found: dict[str, Literal] = {}
        while self._next() != "}":
            key = self._string() if self._next() in ("'", '"', "`") else self._match(_WORD)[0]
            self.expect(":")
            found[key] = self.read()
            self._comma("}")
        self.position += 1
        return found

    def _list(self) -> list[Literal]:
        self.expect("[")
        found: list[Literal] = []
        while self._next() != "]":
            found.append(self.read())
            self._comma("]")
        self.position += 1
        return found

    def _comma(self, closing: str) -> None:
        if self._next() == ",":
            self.position += 1
        elif self._next() != closing:
            self._refuse()

    def _bracketed(self) -> Literal:
        self.expect("(")
        value = self.read()
        self.expect(")")
        return value

    def _string(self) -> str:
        match = self._match(_STRING)
        return _ESCAPE.sub(_unescape, next(group for group in match.groups() if group is not None))

    def _bare(self) -> Literal:
        number = _NUMBER.match(self.text, self.position)
        if number:
            self.position = number.end()
            return float(number[0])
        word = self._match(_WORD)[0]
        if word not in _WORDS:
            self._refuse()
        return _WORDS[word]

    def _jsx(self) -> str:
        start, depth = self.position, 0
        while True:
            tag = _JSX_TAG.search(self.text, self.position)
            if tag is None or (depth == 0 and tag.start() != start):
                self._refuse()
            self.position = tag.end()
            closes, name, is_whole = tag[1], tag[2] or "", bool(tag[3])
            if not is_whole and name.lower() not in ("br", "img", "hr"):
                depth += -1 if closes else 1
            if depth <= 0:
                return self.text[start : self.position].removeprefix("<>").removesuffix("</>")

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        self._next()
        match = pattern.match(self.text, self.position)
        if match is None:
            self._refuse()
        self.position = match.end()
        return match

    def _refuse(self) -> NoReturn:
        raise NotALiteral(self.position)


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
    return _NAMED_ESCAPES.get(match[4], match[4])
