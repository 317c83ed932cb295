"""Takes cases in from files: somebody's go to the moderators one by one, invented ones straight onto the shelf."""

from dataclasses import dataclass, field
from pathlib import Path

from companion.wiring import House
from foundation.errors import CompanionError
from knowledge.blocks import SourceCourse
from knowledge.cases.examples import Fronts, examples_in, note_examples
from knowledge.cases.files import Filed, read_cases
from knowledge.cases.submit import AlreadyHere, submit_case
from knowledge.ingest import IngestReport, Target, ingest
from knowledge.products import find_product
from knowledge.readers import read_course
from knowledge.vectors import Progress

_INVENTED = "is an invented example; take a folder of those in with `companion ingest FOLDER --kind cases`"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A case that was kept: where it stood, its id, the code that withdraws it, and what a moderator should look at."""

    where: str
    id: str
    code: str
    remarks: list[str]


@dataclass(slots=True)
class Imported:
    """What became of the cases of some files; `refused` are places with the reason, `unchanged` were here already."""

    submitted: list[HandedIn] = field(default_factory=list)
    unchanged: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)


def import_cases(house: House, path: Path, product: str) -> Imported:
    """Hand in every case of a table, a file or a folder; one that is refused keeps no other from landing.

    Raises NotFound for an unknown product, Invalid where there is nothing to read.
    """
    with house.database.read() as session:
        find_product(session, product)
    imported = Imported()
    for filed in read_cases(path):
        _hand_in(house, product, filed, imported)
    return imported


def take_in_cases(
    house: House, path: Path, target: Target, *, progress: Progress
) -> tuple[IngestReport | None, Imported]:
    """A folder of cases: the invented ones replace those that were there, all others are handed in.

    The report is None when there is no invented one. Raises what `ingest` and `read_course` raise.
    """
    course, imported, fronts = read_course(path), Imported(), {}
    for filed in read_cases(path):
        if filed.front is None:
            _hand_in(house, target.product, filed, imported)
        else:
            fronts[filed.where] = filed.front
    examples = examples_in(course, fronts)
    return (_publish(house, examples, fronts, target, progress) if examples.lessons else None), imported


def _publish(house: House, examples: SourceCourse, fronts: Fronts, target: Target, progress: Progress) -> IngestReport:
    report = ingest(
        examples,
        target,
        database=house.database,
        encoder=house.encoder,
        clock=house.clock,
        workers=house.settings.encode_workers,
        progress=progress,
        shelf_of=house.shelves.shelf,
    )
    with house.database.write() as session:
        note_examples(session, examples, fronts, target.product, now=house.clock())
    return report


def _hand_in(house: House, product: str, filed: Filed, imported: Imported) -> None:
    if filed.case is None:
        imported.refused.append({"where": filed.where, "reason": filed.reason or _INVENTED})
        return
    try:
        with house.database.write() as session:
            kept = submit_case(session, product, filed.case, source="import", now=house.clock())
        imported.submitted.append(HandedIn(filed.where, kept.id, kept.code, [str(remark) for remark in kept.remarks]))
    except AlreadyHere:
        imported.unchanged += 1
    except CompanionError as err:
        imported.refused.append({"where": filed.where, "reason": str(err)})
