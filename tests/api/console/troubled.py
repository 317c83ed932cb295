"""A small course whose learners stumble at one place, for the pages of the improvement loop."""

from datetime import timedelta

from companion.wiring import House
from feedback.inbox import NewItem, take_in
from feedback.item import ItemKind, Source, Voice
from feedback.proposal import ProposalKind
from feedback.tables import ItemRow, ProposalRow, ThemeRow
from feedback.theme import ThemeKind
from foundation.ids import PersonId, ProductSlug
from knowledge.edits import Change, change_to_plain, insert_behind, replace_blocks
from knowledge.revisions import live_state
from learning.enrolments import enrol
from learning.events import Verb, record_event
from learning.people import person_by_host_id

BREAD = ProductSlug("bread")
LESSON, ANCHOR = "02-dough", "resting"
SAID = (
    "How long does the dough rest before it is shaped?",
    "I do not see how long the dough should rest",
    "The resting is not clear, how long does the dough rest?",
    "the dough rest, how long is it before it is shaped",
    "When is the dough done, how long does it rest?",
    "how many hours does the dough rest",
)
ADDED = "Four hours are enough at room temperature."


def learners(house: House, count: int, *, prefix: str = "u") -> list[PersonId]:
    """People whom a host vouches for, enrolled two months ago, who opened the lesson."""
    now = house.clock()
    found = []
    with house.database.write() as session:
        for number in range(count):
            person = person_by_host_id(session, "host", f"{prefix}{number}", now=now - timedelta(days=60))
            enrol(session, person, BREAD, now=now - timedelta(days=60))
            at = now - timedelta(days=40 - number % 20)
            record_event(
                session,
                f"opened-{prefix}{number}",
                product=BREAD,
                verb=Verb.OPENED,
                actor=person,
                lesson=LESSON,
                detail={},
                at=at,
            )
            found.append(person)
    return found


def say(
    house: House,
    people: list[PersonId],
    texts: tuple[str, ...] = SAID,
    *,
    theme: str = "t-rest",
    kind: ThemeKind = ThemeKind.TROUBLE,
    anchor: str = ANCHOR,
    label: str = "dough rest long",
    item_kind: ItemKind = ItemKind.STUCK,
) -> str:
    """Each of the people says one of the texts about the lesson; they are one theme, whose id this gives."""
    now = house.clock()
    items = [
        NewItem(
            BREAD,
            item_kind,
            texts[number % len(texts)],
            lesson=LESSON,
            source=Source.WEBHOOK,
            learner=person,
            voice=Voice.PERSON,
            external=f"{theme}-{number}",
            created=now - timedelta(days=2, minutes=number),
        )
        for number, person in enumerate(people)
    ]
    row = ThemeRow(id=theme, product=BREAD, kind=kind, lesson=LESSON, anchor=anchor, passage=None, facet="")
    row.label, row.label_by, row.terms, row.encoder, row.size = label, "rule", label.split(), "none", len(items)
    row.created = row.updated = now - timedelta(days=3)
    with house.database.write() as session:
        kept = take_in(session, items, now=now).kept
        session.add(row)
        for name in kept:
            item = session.get_one(ItemRow, name)
            item.theme, item.anchor, item.grouped = theme, anchor, now
    return theme


def propose(
    house: House, *, name: str = "pr-rest", theme: str = "t-rest", markdown: str | None = ADDED, instead: bool = False
) -> str:
    """A proposal at the place, by a rule, behind its last paragraph or `instead` of it; gives its id.

    Without `markdown` there is no text in it.
    """
    now = house.clock()
    with house.database.write() as session:
        live = live_state(session, BREAD, LESSON)
        last = max(number for number, block in enumerate(live.blocks) if block["anchor"] == ANCHOR)
        changes: list[Change] = [] if markdown is None else [insert_behind(live.blocks, last, markdown)]
        if instead:
            changes = [replace_blocks(live.blocks, last, last, markdown or "")]
        plain = [change_to_plain(change) for change in changes]
        row = ProposalRow(id=name, product=BREAD, kind=ProposalKind.ADD_ANSWER, state="open", version=1)
        row.lesson, row.anchor, row.passage, row.themes, row.base = LESSON, ANCHOR, None, [theme], live.revision
        row.changes, row.drafted, row.reason, row.evidence = plain, plain, "Learners ask how long it rests.", []
        row.expected, row.reuse, row.sources, row.origin, row.made_with = {}, [], [], "rule", {}
        row.severity, row.decision, row.created, row.updated = 10.0, "", now, now
        session.add(row)
    return name
