"""What a product's author chooses for the improvement loop."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from feedback.tables import LoopSettingRow
from foundation.errors import Invalid
from foundation.ids import ProductSlug

DEFAULT_K = 5
LEAST_K = 3
MOST_K = 50
LANGS = ("ru", "en")
MOST_ADDRESSES = 20
# As much as one can say of an address without writing to it.
_ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}")


@dataclass(frozen=True, slots=True)
class LoopSettings:
    """`k` is the floor: the fewest learners a theme is shown of. `lang` is that of the week, "" for the product's own.

    `mail_to` are the addresses the week is sent to.
    """

    k: int = DEFAULT_K
    lang: str = ""
    mail_to: tuple[str, ...] = ()


def loop_settings(session: Session, product: str) -> LoopSettings:
    """What was chosen for a product, the defaults where nothing was."""
    row = session.get(LoopSettingRow, product)
    if row is None:
        return LoopSettings()
    told: dict[str, Any] = row.settings
    plain = LoopSettings()
    return LoopSettings(
        k=told.get("k", plain.k), lang=told.get("lang", plain.lang), mail_to=tuple(told.get("mail_to", plain.mail_to))
    )


def choose_settings(
    session: Session,
    product: ProductSlug,
    *,
    by: str,
    now: datetime,
    k: int | None = None,
    lang: str | None = None,
    mail_to: Sequence[str] | None = None,
) -> LoopSettings:
    """Change what is named, and give what counts from now on. Raises Invalid, and nothing changes."""
    kept = loop_settings(session, product)
    chosen = replace(
        kept,
        k=kept.k if k is None else _floor(k),
        lang=kept.lang if lang is None else _language(lang),
        mail_to=kept.mail_to if mail_to is None else checked_addresses(mail_to),
    )
    row = session.get(LoopSettingRow, product)
    if row is None:
        row = LoopSettingRow(product=product)
        session.add(row)
    row.settings, row.by, row.updated = asdict(chosen), by, now
    session.flush()
    return chosen


def _floor(k: int) -> int:
    if not LEAST_K <= k <= MOST_K:
        raise Invalid(f"the fewest learners a theme is shown of are {LEAST_K} to {MOST_K}, not {k}")
    return k


def _language(lang: str) -> str:
    if lang not in ("", *LANGS):
        raise Invalid(f"{lang[:20]!r} is no language of the week; choose {' or '.join(LANGS)}, or none")
    return lang


def checked_addresses(addresses: Sequence[str]) -> tuple[str, ...]:
    """Mail addresses as they are kept, each once; raises Invalid."""
    kept = tuple(dict.fromkeys(address.strip() for address in addresses if address.strip()))
    if len(kept) > MOST_ADDRESSES:
        raise Invalid(f"there are {len(kept)} addresses; {MOST_ADDRESSES} are the most")
    for address in kept:
        if not _ADDRESS.fullmatch(address):
            raise Invalid(f"{address[:80]!r} is no mail address; write one like author@example.org")
    return kept
