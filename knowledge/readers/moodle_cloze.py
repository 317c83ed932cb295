"""Questions written into a text, as `{1:SHORTANSWER:=Paris~%50%Lyon#near}`: gaps for learners, a key for staff."""

import re
from dataclasses import dataclass

_KINDS = (
    r"SHORTANSWER(?:_C)?|SAC?|MWC?|NUMERICAL|NM|"
    r"MULTI(?:CHOICE|RESPONSE)(?:_[A-Z]+)?|MC[VHS]{0,2}|MR[HS]{0,2}"
)
# An escaped brace does not end a question.
_EMBEDDED = re.compile(rf"\{{\s*\d*\s*:\s*({_KINDS})\s*:((?:[^{{}}\\]|\\.)*)\}}", re.IGNORECASE)
_ALTERNATIVES = re.compile(r"(?:[^~\\]|\\.)+")
_CHOSEN_FROM = ("MULTI", "MC", "MR")
_GAP = "_____"


@dataclass(frozen=True, slots=True)
class Cloze:
    """A text without its answers, and the answers."""

    shown: str
    key: tuple[str, ...]


def read_cloze(text: str) -> Cloze:
    """Take the answers out of a text; one that holds no such question stays as it is."""
    key: list[str] = []

    def gap(match: re.Match[str]) -> str:
        is_chosen = match[1].upper().startswith(_CHOSEN_FROM)
        options = [option for option in _ALTERNATIVES.findall(match[2]) if option.strip()]
        words = [_unescaped(_words(option)) for option in options]
        key.append("; ".join(_unescaped(option) for option in options))
        return f"{_GAP} ({' / '.join(words)})" if is_chosen else _GAP

    return Cloze(_EMBEDDED.sub(gap, text), tuple(key)) if "{" in text else Cloze(text, ())


def _words(option: str) -> str:
    """An option without its mark of being right and what is said to who chose it."""
    return re.sub(r"^\s*(?:=|%-?[\d.,]+%)", "", re.split(r"(?<!\\)#", option)[0]).strip()


def _unescaped(option: str) -> str:
    return re.sub(r"\\([~=#{}\\\"])", r"\1", option)
