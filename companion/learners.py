"""A learner's own data in a whole house: given to them as one JSON object, or erased everywhere it is kept.

Erasing is done when no byte of what the learner wrote, and nothing that names them, is left in the home. Rows go in
one transaction; then the database is written anew and every file of the home searched. A mark in the home says that
this is under way, so that the next start finishes what was stopped in between.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant import learner_records
from companion.cases import INDEX, byte_forms, left_over
from companion.wiring import House
from feedback.forget import empty_remarks, forget_promises, promises_of, remarks_of, rename_learner, still_said
from feedback.imports import author_key
from foundation.errors import Conflict, HomeUnusable, NotFound
from foundation.ids import PersonId, random_id
from knowledge.cases.withdraw import still_told
from learning.forget import forget_person, named_in_events, names_of_person, records_of_person, works_here
from learning.people import LOCAL_HOST, find_person, known_by_host_id, person_by_key

_log = logging.getLogger(__name__)
_MARK = "erasing"
# Shorter texts are anybody's words, and shorter ids are found in files by chance.
_FEWEST_CHARS, _FEWEST_ID_CHARS = 20, 10
# Every text looked for reads the home once more.
_TRACES = 8
_PURGES = 3


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased; `searched` texts and ids were looked for in every file of the home afterwards."""

    turns: int
    memory: int
    plans: int
    hand_overs: int
    remarks: int
    searched: int


def named_learner(house: House, learner: str, *, host: str | None = None) -> PersonId:
    """The person of a learner's key, of an id of ours (`p-…`), or of a host's own id.

    Raises NotFound, NotAllowed for a key of nobody.
    """
    with house.database.read() as session:
        if host is None and learner.startswith("l-"):
            return person_by_key(session, learner)
        if host is None and learner.startswith("p-"):
            return find_person(session, learner).id
        person = known_by_host_id(session, host or LOCAL_HOST, learner)
    if person is None:
        raise NotFound("nobody is known here by this id; for a host's own id name the host, as `--host NAME`")
    return person


def export_learner(house: House, person: str) -> dict[str, Any]:
    """Everything kept about a person. Raises NotFound."""
    with house.database.read() as session:
        told = records_of_person(session, person)
        kept = learner_records.find_kept(session, person, asked=named_in_events(session, person, "turn"))
        items = named_in_events(session, person, "item")
        return {
            **told,
            **learner_records.records_of_learner(session, person, kept),
            "remarks": remarks_of(session, items=items, turns=kept.turns, person=person),
            "promises": promises_of(session, person=person, conversations=kept.conversations),
        }


def erase_learner(house: House, person: str, *, purge: Callable[[], None] | None = None) -> Erased:
    """Erase a person everywhere. Raises NotFound, Conflict for a member of staff, HomeUnusable.

    HomeUnusable when bytes could not be removed: nothing of it is served all the same, and the next start tries again.
    `purge` has the process that owns the home make its index anew, where this one does not.
    """
    mark = house.settings.home / _MARK
    with house.database.write() as session:
        find_person(session, person)
        if works_here(session, person):
            raise Conflict("this person works here; take their roles and their login away first")
        mark.touch()
        kept = learner_records.find_kept(session, person, asked=named_in_events(session, person, "turn"))
        items = named_in_events(session, person, "item")
        words = learner_records.words_of_learner(session, person, kept)
        remarks = remarks_of(session, items=items, turns=kept.turns, person=person)
        words += [str(each["text"]) for each in remarks]
        names = [name for name in names_of_person(session, person) if len(name) >= _FEWEST_ID_CHARS]
        emptied = empty_remarks(session, items=items, turns=kept.turns, person=person)
        forget_promises(session, person=person, conversations=kept.conversations)
        counts = learner_records.erase_learner(session, person, kept, now=house.clock())
        rename_learner(session, person, to=forget_person(session, person))
        texts = sorted({text for text in words if len(text) >= _FEWEST_CHARS}, key=len)[-_TRACES:]
        others = (
            still_told(session, texts) | learner_records.asked_by_others(session, texts) | still_said(session, texts)
        )
    _log.info("learner.erased turns=%d remarks=%d", counts["turns"], emptied)
    searched = [*names, *(text for text in texts if text not in others)]
    _erase_bytes(house, searched, purge=purge or house.shelves.purge_index)
    mark.unlink(missing_ok=True)
    return Erased(**counts, remarks=emptied, searched=len(searched))


def erase_author(house: House, product: str, author: str, *, purge: Callable[[], None] | None = None) -> int:
    """Erase what somebody said in imported files and is counted for by a name made from theirs; gives how many items.

    Raises NotFound, and HomeUnusable as `erase_learner` does.
    """
    mark, key = house.settings.home / _MARK, author_key(product, author)
    with house.database.write() as session:
        said = remarks_of(session, items=(), turns=(), person=key)
        if not said:
            raise NotFound(
                f"nothing that {author!r} said was brought into {product}; write the name as the file has it"
            )
        mark.touch()
        emptied = empty_remarks(session, items=(), turns=(), person=key)
        rename_learner(session, key, to=random_id("gone"))
        texts = sorted({str(each["text"]) for each in said if len(each["text"]) >= _FEWEST_CHARS}, key=len)[-_TRACES:]
        others = (
            still_told(session, texts) | learner_records.asked_by_others(session, texts) | still_said(session, texts)
        )
    _log.info("author.erased product=%s remarks=%d", product, emptied)
    left = [key, *(text for text in texts if text not in others)]
    _erase_bytes(house, left, purge=purge or house.shelves.purge_index)
    mark.unlink(missing_ok=True)
    return emptied


def finish_erasures(house: House) -> None:
    """Write the database and the index anew when an erasure was stopped before it came to that."""
    mark = house.settings.home / _MARK
    if mark.exists() and house.owns_lock():
        house.database.scrub()
        house.shelves.purge_index()
        mark.unlink(missing_ok=True)


def _erase_bytes(house: House, texts: Sequence[str], *, purge: Callable[[], None]) -> None:
    house.database.scrub()
    traces = [form for text in texts for form in byte_forms(text)]
    left = left_over(house.settings.home, traces)
    index = house.settings.home / INDEX
    for _again in range(_PURGES):
        if not any(index in path.parents for path in left):
            break
        # What the index writes may carry memory of this process that held a question once.
        purge()
        left = left_over(house.settings.home, traces)
    if left:
        files = ", ".join(str(path.relative_to(house.settings.home)) for path in left)
        raise HomeUnusable(
            f"the learner is erased and served nowhere, but {files} could not be cleared of what they wrote; stop the "
            "service, start it again, and see that the disk takes what is written"
        )
