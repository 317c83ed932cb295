"""`companion doctor`: is everything there, and how is it set."""

import os
import platform
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import typer

from api.cli.show import AsJson


def doctor(as_json: AsJson = False) -> None:
    """Check the installation and list the settings; exit 1 when something is broken.

    Example: companion doctor
    """
    from api.cli.show import print_json
    from companion.wiring import open_house
    from foundation.settings import read_settings

    settings = read_settings()
    with open_house(settings) as house:
        checks = [_checked(name, check) for name, check in _checks(house).items()]
        spending = house.answerer.spending
        used = [asdict(each) | {"tokens": each.tokens} for each in (spending.today() if spending else ())]
    shown = {
        f"COMPANION_{name.upper()}": {"value": str(getattr(settings, name)), "meaning": field.description}
        for name, field in type(settings).model_fields.items()
    }
    ok = all(check["ok"] for check in checks)
    if as_json:
        print_json({"ok": ok, "checks": checks, "chat_used_today": used, "settings": shown})
    else:
        for check in checks:
            print(f"{'ok  ' if check['ok'] else 'FAIL'} {check['name']}: {check['detail']}")
        print()
        for name, setting in shown.items():
            print(f"{name}={setting['value']}\n    {setting['meaning']}")
    if not ok:
        typer.echo("companion: something is broken; see the lines marked FAIL", err=True)
        raise typer.Exit(1)


def _checks(house: Any) -> dict[str, Callable[[], str]]:
    return {
        "python": platform.python_version,
        "sqlite": lambda: sqlite3.sqlite_version,
        "home": lambda: _home(house),
        "database": lambda: _database(house),
        "encoder": lambda: _encoder(house),
        "vectors": lambda: _vectors(house),
        "index": lambda: _index(house),
        "coverage": lambda: _coverage(house),
        "chat model": lambda: _chat(house),
        "chat model today": lambda: _spent(house),
    }


def _checked(name: str, check: Callable[[], str]) -> dict[str, Any]:
    from foundation.errors import CompanionError

    try:
        return {"name": name, "ok": True, "detail": check()}
    except (CompanionError, OSError) as err:
        return {"name": name, "ok": False, "detail": str(err)}


def _home(house: Any) -> str:
    probe = house.settings.home / ".write-probe"
    probe.touch()
    probe.unlink()
    return str(house.settings.home)


def _database(house: Any) -> str:
    from knowledge.products import list_products

    with house.database.read() as session:
        products = list_products(session)
    return f"{len(products)} products, {sum(product.lessons for product in products)} lessons"


def _encoder(house: Any) -> str:
    from companion.encoders import check_encoder

    return check_encoder(house)


def _vectors(house: Any) -> str:
    from companion.encoders import index_identity
    from companion.upkeep import products_without_tokens
    from foundation.errors import IndexUnavailable

    found = index_identity(house)
    if found["lacking"]:
        more = f" (and {len(found['lacking']) - 1} more products)" if len(found["lacking"]) > 1 else ""
        raise IndexUnavailable(found["lacking"][0] + more)
    others = {name: count for name, count in found["vectors"].items() if name != found["encoder"]}
    kept = f"; kept beside them: {', '.join(others)} (`companion index prune` removes them)" if others else ""
    hints = "".join(f"; {line}" for line in products_without_tokens(house))
    return f"{found['vectors'].get(found['encoder'], 0)} of {found['encoder']}{kept}{hints}"


def _index(house: Any) -> str:
    from companion.upkeep import verify_index
    from foundation.errors import IndexUnavailable

    if not house.owns_index:
        return "another process holds the home; this one searches exact vectors"
    found = verify_index(house)
    if not found["agrees"]:
        raise IndexUnavailable("the index differs from the database; `companion index rebuild` fills it again")
    return f"agrees with the database ({found['shelves']} shelves)"


def _coverage(house: Any) -> str:
    from companion.upkeep import unmeasured_shelves

    lacking = unmeasured_shelves(house)
    if lacking:
        return f"not measured for {', '.join(lacking)}: nothing is declined there until `companion up` has measured it"
    return "every product has the scale that declining goes by"


def _chat(house: Any) -> str:
    from companion.wiring import check_chat

    spec = house.settings.chat_model
    if not spec:
        return "none set; answers are quotes from the course"
    check_chat(house.settings)
    traced = os.environ.get("LANGSMITH_TRACING", os.environ.get("LANGCHAIN_TRACING_V2", "")).lower() == "true"
    return f"{spec}{'; LANGSMITH_TRACING is on: questions leave this machine for LangSmith' if traced else ''}"


def _spent(house: Any) -> str:
    caps, used = house.answerer.spending.caps, house.answerer.spending.today()
    most = [f"{caps.daily_tokens} tokens"] if caps.daily_tokens else []
    most += [f"{caps.daily_usd:.2f} US dollars"] if caps.daily_usd else []
    told = ", ".join(f"{each.product} {each.tokens} tokens, {each.cost_usd:.2f} US dollars" for each in used)
    cap = f"; at most {' and '.join(most)} a product" if most else "; no cap is set"
    return f"{told or 'nothing used'}{cap} (our own counts, this UTC day)"
