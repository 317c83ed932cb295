"""What a team asks that none of its own pages answers: what there is already, where it says two things, what is open.

What concerns people and drafts is told to staff only; everybody else hears where to log in.
"""

from collections.abc import Sequence
from datetime import datetime

from assistant.across import Across, look_across
from assistant.asks import Ask, asked_for
from assistant.checklist import Finding, check_products
from assistant.compose import Draft
from assistant.echo import echoed
from assistant.extract import Quote
from assistant.hand_over import HandOverState, queue
from assistant.links import lesson_url
from assistant.move import Move
from assistant.moves import Asked
from assistant.overlaps import Overlap, OverlapKind, find_overlaps
from assistant.phrases import Phrase, phrase
from assistant.reply import NearLesson, Outcome
from assistant.staff import products_of_staff
from foundation.database import Database
from knowledge.language import Lang
from knowledge.lessons import LessonHead
from knowledge.products import Product
from knowledge.shelves import Shelves

_COURSES = 4
_OVERLAPS = 5
_FINDINGS = 12
_QUESTION_CHARS = 160
_DAY_H = 24
_CONSOLE = (NearLesson("", "Console", "/console"),)


def reuse(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """What all courses have on a subject already; also where the team's own pages have nothing to say."""
    wanted = asked_for(asked.text, (Ask.REUSE,))
    later = asked.looked.held is not None and asked.looked.held.later is not None
    if wanted is None and (later or asked.looked.judgement.outcome is not Outcome.DECLINED):
        return None
    if wanted is not None and not wanted.topic:
        return Move("reuse", (Draft(phrase(Phrase.REUSE_WHAT, asked.locale)),), outcome=Outcome.PARTLY)
    topic = wanted.topic if wanted is not None else asked.text
    found = look_across(topic, beside=asked.product.slug, database=database, shelves=shelves)
    if not found:
        # Left to the team's own pages, and with them to an honest decline.
        nothing = phrase(Phrase.REUSE_NOTHING, asked.locale).format(topic=echoed(topic))
        return None if wanted is None else Move("reuse", (Draft(nothing),), outcome=Outcome.DECLINED)
    drafts = [Draft(phrase(Phrase.REUSE_FOUND, asked.locale))]
    for each in found[:_COURSES]:
        drafts.extend(_told(each))
    links = tuple(_link(each.product, each.lesson) for each in found[:_COURSES])
    return Move("reuse", tuple(drafts), facts={"courses": len(found)}, links=links)


def contradictions(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """Places of different lessons that say nearly the same, or nearly the same with other numbers or a "not"."""
    wanted = asked_for(asked.text, (Ask.CONTRADICTIONS,))
    if wanted is None:
        return None
    if not wanted.topic:
        return Move("overlaps", (Draft(phrase(Phrase.OVERLAPS_WHAT, asked.locale)),), outcome=Outcome.PARTLY)
    found = look_across(wanted.topic, beside=asked.product.slug, database=database, shelves=shelves)
    overlaps = find_overlaps(found)[:_OVERLAPS]
    if not overlaps:
        nothing = phrase(Phrase.OVERLAPS_NONE, asked.locale).format(topic=echoed(wanted.topic))
        return Move("overlaps", (Draft(nothing),), facts={"overlaps": 0}, links=())
    drafts = tuple(draft for each in overlaps for draft in _overlap(each, asked.locale))
    return Move("overlaps", drafts, facts={"overlaps": len(overlaps)}, links=())


def checklist(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """What is still open before a release, by rule; for staff."""
    if asked_for(asked.text, (Ask.CHECKLIST,)) is None:
        return None
    mine = products_of_staff(database, asked.learner)
    if not mine:
        # Their own page says what is checked; what is open is not for everybody.
        return None
    findings = check_products(database, mine)
    if not findings:
        return Move("checklist", (Draft(phrase(Phrase.CHECKLIST_CLEAR, asked.locale)),), facts={"findings": 0})
    lines = [_finding(each, asked.locale) for each in findings[:_FINDINGS]]
    told = "\n".join([phrase(Phrase.CHECKLIST, asked.locale), *lines])
    return Move("checklist", (Draft(told),), facts={"findings": len(findings)}, links=())


def waiting(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """Who waits for a person's reply, in the products whoever asks works on; the oldest first, nobody by name."""
    if asked_for(asked.text, (Ask.WAITING,)) is None:
        return None
    mine = products_of_staff(database, asked.learner)
    if not mine:
        return Move("waiting", (Draft(phrase(Phrase.STAFF_ONLY, asked.locale)),), links=_CONSOLE)
    with database.read() as session:
        cards = queue(session, mine, state=HandOverState.WAITING)
    if not cards:
        return Move("waiting", (Draft(phrase(Phrase.WAITING_NONE, asked.locale)),), facts={"waiting": 0}, links=())
    lines = [f"- {_age(asked, card.created)}: {card.question[:_QUESTION_CHARS]}" for card in cards[:_FINDINGS]]
    told = "\n".join([phrase(Phrase.WAITING, asked.locale), *lines])
    return Move("waiting", (Draft(told),), facts={"waiting": len(cards)}, links=_CONSOLE)


def _age(asked: Asked, since: datetime) -> str:
    waited = asked.now - since
    hours = int(waited.total_seconds() // 3600)
    name = Phrase.WAITED_DAYS if hours >= _DAY_H else Phrase.WAITED_HOURS
    return phrase(name, asked.locale).format(count=hours // _DAY_H if hours >= _DAY_H else hours)


def _told(found: Across) -> Sequence[Draft]:
    quote = found.quote
    head = f"{found.product.title} › {found.lesson.title}"
    return (Draft(head),) if quote is None else (Draft(head), Draft(quote.text, (quote,), joint="\n"))


def _overlap(found: Overlap, lang: Lang) -> Sequence[Draft]:
    name = Phrase.OVERLAPS_DIFFER if found.kind is OverlapKind.DIFFERS else Phrase.OVERLAPS_SAME
    return (Draft(phrase(name, lang)), *(_place(each) for each in (found.one, found.other)))


def _place(quote: Quote) -> Draft:
    course = "" if quote.product is None else f"{quote.product.title} › "
    return Draft(f"- {course}{quote.source.lesson.title}: {quote.text}", (quote,), joint="\n")


def _finding(found: Finding, lang: Lang) -> str:
    told = phrase(Phrase[f"CHECK_{found.check.name}"], lang).format(count=found.count, places=", ".join(found.places))
    return f"- {found.product}: {told}"


def _link(product: Product, lesson: LessonHead) -> NearLesson:
    return NearLesson(lesson.slug, f"{product.title} › {lesson.title}", lesson_url(product, lesson))
