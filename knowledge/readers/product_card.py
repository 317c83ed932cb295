"""`product.yml`: what the author says about the product as a whole."""

from collections.abc import Iterator
from dataclasses import fields

import yaml

from knowledge.blocks import ProductCard, ReadWarning

PRODUCT_FILE = "product.yml"
_KNOWN = tuple(item.name for item in fields(ProductCard))
_LISTS = ("origins", "suggestions")


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
    texts = {name: found[name] for name in _KNOWN if name not in _LISTS and isinstance(found.get(name), str)}
    lists = {name: _texts(found[name]) if name in found else None for name in _LISTS}
    card = ProductCard(**texts, origins=lists["origins"], suggestions=lists["suggestions"])
    return card, tuple(_warnings(found, path=path))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _warnings(found: dict[object, object], *, path: str) -> Iterator[ReadWarning]:
    for name, value in found.items():
        if name not in _KNOWN:
            yield ReadWarning(path, f"unknown field {name!s}, known: {', '.join(_KNOWN)}")
        elif name in _LISTS:
            if not isinstance(value, str) and not (
                isinstance(value, list) and all(isinstance(item, str) for item in value)
            ):
                yield ReadWarning(path, f"field {name} must be a list of texts")
        elif value is not None and not isinstance(value, str):
            yield ReadWarning(path, f"field {name} must be text")
