"""The versioned prompts: loads `prompts/<name>/v<N>.md`, checks it, and renders it to messages.

A released version is never edited, only followed by the next: turns keep name, version and hash, and are replayed.
Deliberately ignorant of models and of what the values mean.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.nodes import Template as Parsed
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foundation.errors import Invalid, NotFound
from prompts.chat import Message, Role
from prompts.fences import Fenced, fence

__all__ = ["Prompt", "VariableKind", "fence", "load_prompt"]

_FOLDER = Path(__file__).parent
_NAME = re.compile(r"[a-z][a-z0-9-]{1,40}")
_FILE = re.compile(r"---\n(?P<front>.*?\n)---\n(?P<body>.*)", re.DOTALL)
_HEADING = re.compile(r"^## (\w+)[ \t]*$", re.MULTILINE)
_LONGEST_PLAIN = 60

# Prompts are text for a model, not a page: escaping would put &quot; into the quotes we compare word for word.
_JINJA = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)


class VariableKind(StrEnum):
    """What may stand in a variable's place."""

    FENCED = "fenced"  # course or learner text: only what `fence` returned
    PLAIN = "plain"  # our own words: a number, or one short line without markup


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: str = Field(min_length=1)
    variables: dict[str, VariableKind]
    budget_tokens: int = Field(gt=0)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of one prompt; `hash` is the sha256 of its file.

    `budget_tokens` is what its author reckoned with for everything rendered, at the usual settings; how much text may
    really go in is the operator's choice, and whoever fills the prompt in keeps to it.
    """

    name: str
    version: int
    hash: str
    purpose: str
    variables: Mapping[str, VariableKind]
    budget_tokens: int
    _parts: tuple[tuple[Role, str], ...] = field(repr=False)

    def render(self, **values: str | int) -> tuple[Message, ...]:
        """The messages with every variable filled in; raises Invalid for a missing, unknown or unfenced value."""
        if wrong := values.keys() ^ self.variables.keys():
            raise Invalid(
                f"prompt {self.name} v{self.version}: missing or unknown variables: {', '.join(sorted(wrong))}"
            )
        for variable, kind in self.variables.items():
            _check_value(variable, values[variable], kind=kind)
        try:
            return tuple(Message(role, _JINJA.from_string(text).render(values).strip()) for role, text in self._parts)
        except TemplateError as err:
            raise Invalid(f"prompt {self.name} v{self.version} cannot be rendered: {err}") from err


def load_prompt(name: str, version: int | None = None) -> Prompt:
    """The prompt's given version, or its newest; raises NotFound, or Invalid when its file breaks a rule."""
    return _read(_FOLDER, name, version if version is not None else max(_versions(_FOLDER, name)))


def _versions(folder: Path, name: str) -> list[int]:
    if not _NAME.fullmatch(name):
        raise NotFound(f"no prompt is called {name!r}")
    found = [int(path.stem[1:]) for path in (folder / name).glob("v*.md") if path.stem[1:].isdecimal()]
    if not found:
        raise NotFound(f"no prompt is called {name!r}")
    return found


@cache
def _read(folder: Path, name: str, version: int) -> Prompt:
    if version not in _versions(folder, name):
        raise NotFound(f"prompt {name} has no version {version}")
    content = (folder / name / f"v{version}.md").read_bytes()
    try:
        return _parse(content, name=name, version=version)
    except (ValidationError, yaml.YAMLError, TemplateError, UnicodeDecodeError) as err:
        raise Invalid(f"prompt {name} v{version} cannot be used: {str(err).splitlines()[0]}") from err


def _parse(content: bytes, *, name: str, version: int) -> Prompt:
    file = _FILE.fullmatch(content.decode("utf-8").replace("\r\n", "\n"))
    if file is None:
        raise Invalid(f"prompt {name} v{version} has no front matter between two lines of ---")
    front = _FrontMatter.model_validate(yaml.safe_load(file["front"]))
    used = meta.find_undeclared_variables(_template(file["body"]))
    if wrong := used ^ front.variables.keys():
        raise Invalid(f"prompt {name} v{version}: used but not declared, or the reverse: {', '.join(sorted(wrong))}")
    return Prompt(
        name=name,
        version=version,
        hash=hashlib.sha256(content).hexdigest(),
        purpose=front.purpose,
        variables=front.variables,
        budget_tokens=front.budget_tokens,
        _parts=_parts(file["body"], name=f"{name} v{version}"),
    )


def _template(text: str) -> Parsed:
    return _JINJA.parse(text)


def _parts(body: str, *, name: str) -> tuple[tuple[Role, str], ...]:
    before, *pieces = _HEADING.split(body)
    if before.strip() or pieces[0::2] != [Role.SYSTEM, Role.USER]:
        raise Invalid(f"prompt {name} must have exactly the parts '## system' and '## user', in this order")
    return tuple((Role(role), text.strip()) for role, text in zip(pieces[0::2], pieces[1::2], strict=True))


def _check_value(variable: str, value: str | int, *, kind: VariableKind) -> None:
    if kind is VariableKind.FENCED and not isinstance(value, Fenced):
        raise Invalid(f"the prompt's variable {variable!r} takes only text inside fences")
    if kind is VariableKind.PLAIN and isinstance(value, str) and not _is_plain(value):
        raise Invalid(f"the prompt's variable {variable!r} takes a number or one short line of our own")


def _is_plain(value: str) -> bool:
    return not isinstance(value, Fenced) and len(value) <= _LONGEST_PLAIN and value.isprintable() and "~~~" not in value
