"""Alumni cases in a whole house: what is decided is carried out on shelves, caches and everything that was kept.

Withdrawing is done when no byte of the case is left in the home outside the audit record. Its rows go in one
transaction; then the database is written anew, the shelf laid out anew, and every file of the home searched for what
the case said. Stopped in between, the next start finishes it.
"""

import logging
import mmap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant import forget as in_turns
from companion.wiring import House
from feedback import forget as in_feedback
from foundation.errors import EncoderUnavailable, HomeUnusable, IndexUnavailable
from foundation.ids import ProductSlug
from knowledge.cases.case import find_case
from knowledge.cases.decide import approve, check_off, give_back
from knowledge.cases.erase import erase_lessons
from knowledge.cases.groups import settle_levels
from knowledge.cases.put_out import put_cases_out
from knowledge.cases.withdraw import half_withdrawn, note_erased, still_told, vectors_of_case, withdraw_case
from knowledge.products import Collection, list_products
from knowledge.shelf import ShelfKey

_log = logging.getLogger(__name__)
_ENCODER = "encoder"
INDEX = "index"
# Of a case's longest sentences and of its vectors so many are looked for: every further one reads the home once more.
_TRACES = 8

Purge = Callable[[ProductSlug], None]
"""Lays a product's shelf of cases out anew in the process that owns the home."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to; `note` says what is still to be done, "" when nothing is."""

    state: str
    shown: str | None
    note: str = ""


def check_case(house: House, product: str, case: str, *, by: str) -> Decided:
    """Say that a case was read and may go on. Raises NotFound, Invalid, Conflict."""
    with house.database.write() as session:
        check_off(session, product, case, by=by, now=house.clock())
    return _decided(house, product, case)


def approve_case(
    house: House, product: str, case: str, *, by: str, graduates: int | None = None, purge: Purge | None = None
) -> Decided:
    """Let a case be shown as far as its group allows, and with it others it completes a group of.

    Raises NotFound, Invalid, Conflict.
    """
    with house.database.write() as session:
        approve(session, product, case, by=by, graduates=graduates, now=house.clock())
    return _decided(house, product, case, note=_settle(house, ProductSlug(product), purge=purge))


def return_case(house: House, product: str, case: str, *, by: str, reason: str, purge: Purge | None = None) -> Decided:
    """Return a case to its author; one that was shown is taken off. Raises NotFound, Invalid, Conflict."""
    with house.database.write() as session:
        give_back(session, product, case, by=by, reason=reason, now=house.clock())
    return _decided(house, product, case, note=_settle(house, ProductSlug(product), purge=purge))


def withdraw(house: House, product: str, case: str, *, by: str, purge: Purge | None = None) -> None:
    """Take a case back: nothing of it is served from now on, or kept outside the audit record.

    Raises NotFound, Conflict when it was withdrawn before, HomeUnusable when bytes could not be removed: then nothing
    of the case is served all the same, and the next start tries again.
    """
    with house.database.write() as session:
        traces = vectors_of_case(session, product, case)
        withdrawn = withdraw_case(session, product, case, by=by, encoder=house.encoder, now=house.clock())
        in_feedback.forget_words(session, withdrawn.product, withdrawn.sentences)
        in_turns.forget_words(session, withdrawn.product, withdrawn.sentences)
        gone = settle_levels(session, product, k=house.settings.case_k)
        erase_lessons(session, withdrawn.product, gone)
        shared = still_told(session, withdrawn.sentences)
    _log.info("case.withdrawn product=%s case=%s", product, withdrawn.id)
    told = sorted(set(withdrawn.sentences) - shared, key=len)[-_TRACES:]
    traces = traces[:_TRACES] + [form for sentence in told for form in byte_forms(sentence)]
    _erase_bytes(house, withdrawn.product, traces, purge=purge)
    with house.database.write() as session:
        note_erased(session, withdrawn.id, now=house.clock())


def bring_cases_up_to_date(house: House) -> list[str]:
    """What is left to do about cases at a start: half-done withdrawals, groups under today's k, what waits to be shown.

    Gives a line on each product for which it could not be done.
    """
    with house.database.read() as session:
        unfinished = half_withdrawn(session)
        products = list_products(session)
    if unfinished and house.owns_lock():
        for product in dict.fromkeys(product for _case, product in unfinished):
            _erase_bytes(house, product, [], purge=None)
        house.shelves.purge_index()
        with house.database.write() as session:
            for case, _product in unfinished:
                note_erased(session, case, now=house.clock())
    return [note for product in products if (note := _settle(house, product.slug, purge=None))]


def purge_cases(house: House, product: str) -> None:
    """Forget a product's shelf of cases as it was; for the process that owns the home."""
    house.shelves.purge(ShelfKey(ProductSlug(product), Collection.CASES))


def left_over(home: Path, traces: Iterable[bytes]) -> list[Path]:
    """Files of a home that hold one of these bytes; what the encoder is made of is left out."""
    wanted = [trace for trace in traces if trace]
    files = (path for path in sorted(home.rglob("*")) if path.is_file() and not path.is_symlink())
    ours = (path for path in files if path.relative_to(home).parts[0] != _ENCODER and path.stat().st_size)
    return [path for path in ours if _holds(path, wanted)]


def _holds(path: Path, traces: Iterable[bytes]) -> bool:
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        return any(mapped.find(trace) >= 0 for trace in traces)


def _settle(house: House, product: ProductSlug, *, purge: Purge | None) -> str:
    """Have shown what may be and nothing else; gives why that is not so yet, "" when it is."""
    with house.database.write() as session:
        gone = settle_levels(session, product, k=house.settings.case_k)
        erase_lessons(session, product, gone)
    try:
        if gone:
            _purge(house, product, purge)
        workers = house.settings.encode_workers
        put_cases_out(house.database, product, encoder=house.encoder, clock=house.clock, workers=workers)
    except (EncoderUnavailable, IndexUnavailable) as err:
        return f"{product}: it is decided, and will be shown when the service is started again: {err}"
    return ""


def _decided(house: House, product: str, case: str, *, note: str = "") -> Decided:
    with house.database.read() as session:
        found = find_case(session, product, case)
    return Decided(found.state, found.shown, note)


def _erase_bytes(house: House, product: ProductSlug, traces: list[bytes], *, purge: Purge | None) -> None:
    house.database.scrub()
    _purge(house, product, purge)
    left = left_over(house.settings.home, traces)
    index = house.settings.home / INDEX
    if house.owns_lock() and any(index in path.parents for path in left):
        house.shelves.purge_index()
        left = left_over(house.settings.home, traces)
    if left:
        files = ", ".join(str(path.relative_to(house.settings.home)) for path in left)
        raise HomeUnusable(
            f"the case is withdrawn and served nowhere, but {files} could not be cleared of it; stop the service, "
            "start it again, and see that the disk takes what is written"
        )


def _purge(house: House, product: ProductSlug, purge: Purge | None) -> None:
    if house.owns_lock() or purge is None:
        purge_cases(house, product)
    else:
        purge(product)


def byte_forms(sentence: str) -> tuple[bytes, ...]:
    """How a sentence may stand in a file: as it is, and with JSON's escapes."""
    escaped = "".join(letter if ord(letter) < 128 else f"\\u{ord(letter):04x}" for letter in sentence)
    return sentence.encode(), escaped.encode()
