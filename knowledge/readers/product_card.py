"""`product.yml`: what the author says about the product as a whole."""

from collections.abc import Iterator
from dataclasses import fields

import yaml

from knowledge.blocks import DeclaredRelation, ProductCard, ReadWarning, RelationKind
from knowledge.hint_rules import HOW_TO_SAY, read_hint_rules
from knowledge.products import Spoilers
from knowledge.readers.front_matter import names_of

PRODUCT_FILE = "product.yml"
_KNOWN = tuple(item.name for item in fields(ProductCard))
_LISTS = ("origins", "suggestions")
_RELATIONS = "relations"
_HINTS = "hints"
_APART = (*_LISTS, _RELATIONS, _HINTS)


_HOW_TO_RELATE = (
    "a relation has a lesson and one of requires, replaces, equivalent, like {lesson: 02-dough, requires: 01-starter}; "
    "what else it has is ignored"
)


def read_product_card(text: str, *, path: str) -> tuple[ProductCard, tuple[ReadWarning, ...]]:
    """Return the card and what was wrong with the file; a field of the wrong type is left empty."""
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        mark = getattr(err, "problem_mark", None)
        line = mark.line + 1 if mark else None
        return ProductCard(), (ReadWarning(path, "is not valid YAML, ignored", line),)
    if found is None:
        return ProductCard(), ()
    if not isinstance(found, dict):
        return ProductCard(), (ReadWarning(path, "is not a list of fields, ignored"),)
    texts = {name: found[name] for name in _KNOWN if name not in _APART and isinstance(found.get(name), str)}
    lists = {name: _texts(found[name]) if name in found else None for name in _LISTS}
    relations, warnings = _relations(found.get(_RELATIONS), text, path=path)
    hints = read_hint_rules(found[_HINTS]) if _HINTS in found else None
    origins, suggestions = lists["origins"], lists["suggestions"]
    card = ProductCard(**texts, origins=origins, suggestions=suggestions, relations=relations, hints=hints)
    return card, (*_warnings(found, path=path), *warnings)


def _relations(value: object, text: str, *, path: str) -> tuple[tuple[DeclaredRelation, ...] | None, list[ReadWarning]]:
    """The relations of a list of `{lesson: ID, requires: ID or a list of them, …}`, and what cannot be understood."""
    if value is None:
        return None, []
    lines = _lines_of_items(text)
    found: list[DeclaredRelation] = []
    warnings = []
    for number, item in enumerate(value if isinstance(value, list) else [value]):
        line = lines[number] if number < len(lines) else None
        told = item if isinstance(item, dict) else {}
        (source,) = names_of(told.get("lesson"))[:1] or ("",)
        related = [(kind, target) for kind in RelationKind for target in names_of(told.get(kind.value))]
        found += [DeclaredRelation(source, kind, target, path, line) for kind, target in related if source]
        if not source or not related or told.keys() - {"lesson", *RelationKind}:
            warnings.append(ReadWarning(path, _HOW_TO_RELATE, line))
    return tuple(found), warnings


def _lines_of_items(text: str) -> list[int]:
    """The line each relation begins in; the text is known to be valid."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, value in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == _RELATIONS and isinstance(value, yaml.SequenceNode):
            return [item.start_mark.line + 1 for item in value.value]
    return []


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _warnings(found: dict[object, object], *, path: str) -> Iterator[ReadWarning]:
    for name, value in found.items():
        if name not in _KNOWN:
            yield ReadWarning(path, f"unknown field {name!s}, known: {', '.join(_KNOWN)}")
        elif name == _RELATIONS:
            continue
        elif name == _HINTS:
            if read_hint_rules(value) is None:
                yield ReadWarning(path, f"{HOW_TO_SAY}; ignored")
        elif name in _LISTS:
            if not isinstance(value, str) and not (
                isinstance(value, list) and all(isinstance(item, str) for item in value)
            ):
                yield ReadWarning(path, f"field {name} must be a list of texts")
        elif value is not None and not isinstance(value, str):
            yield ReadWarning(path, f"field {name} must be text")
        elif name == "spoilers" and value not in (None, *Spoilers):
            yield ReadWarning(path, f"field spoilers must be {' or '.join(Spoilers)}")
