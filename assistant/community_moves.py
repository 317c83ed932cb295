"""What a community asks that no page of its own answers: what is new this week, who solved it, where to tell of it.

Facts are counted from what everybody may see: releases, lessons that open, approved cases. Nobody is named who did not
agree to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from assistant.across import courses
from assistant.asks import Ask, asked_for
from assistant.compose import Draft
from assistant.extract import Quote
from assistant.like_cases import rank_cases
from assistant.links import case_url
from assistant.move import Move
from assistant.moves import Asked
from assistant.page_digest import digest_page, section_named
from assistant.phrases import Phrase, phrase
from assistant.reply import NearLesson
from assistant.stuck import situations_of, told_in
from foundation.database import Database
from knowledge.cases.case import CaseState, list_cases
from knowledge.changelog import Entry, read_changelog
from knowledge.language import Lang
from knowledge.openings import opening_times
from knowledge.products import Collection, Product
from knowledge.shelf import ShelfKey
from knowledge.shelves import Shelves

_WEEK = timedelta(days=7)
_LINES = 8
_CASES = 3
_TITLES = 3


def this_week(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """What came out, opens and was told in the last and the next seven days, then the community's own timetable."""
    if asked_for(asked.text, (Ask.WEEK,)) is None:
        return None
    lines: list[str] = []
    with database.read() as session:
        for product in courses(database, beside=asked.product.slug, first=asked.locale):
            lines.extend(_news(session, product, asked))
        usually = digest_page(session, asked)
    name = Phrase.WEEK_NEWS if lines else Phrase.WEEK_QUIET
    drafts = [Draft("\n".join([phrase(name, asked.locale), *(f"- {line}" for line in lines[:_LINES])]))]
    if usually:
        drafts += [Draft(phrase(Phrase.WEEK_USUALLY, asked.locale)), *_sections(usually)]
    return Move("week", tuple(drafts), facts={"news": len(lines)})


def page(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """The page a message asks for as a whole, section by section: the rules, the welcome."""
    if asked_for(asked.text, (Ask.PAGE,)) is None:
        return None
    with database.read() as session:
        quotes = digest_page(session, asked)
    return Move("page", tuple(_sections(quotes))) if quotes else None


def who_solved(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """Graduates whose consented case resembles what somebody is stuck on, over all courses."""
    wanted = asked_for(asked.text, (Ask.SOLVED,))
    if wanted is None:
        return None
    topic = wanted.topic or asked.text
    found: list[tuple[Product, Quote]] = []
    for product in courses(database, beside=asked.product.slug, first=asked.locale):
        # Another language is better than nothing, and worse than the reader's own.
        if found and product.lang != asked.locale:
            break
        found.extend((product, quote) for quote in _alike(product, topic, database=database, shelves=shelves))
    if not found:
        return Move("solved", (Draft(phrase(Phrase.SOLVED_NONE, asked.locale)),), facts={"cases": 0})
    told = found[:_CASES]
    drafts = [Draft(phrase(Phrase.SOLVED, asked.locale))]
    for _, quote in told:
        drafts += [Draft(quote.source.lesson.title), Draft(quote.text, (quote,), joint="\n")]
    links = tuple(
        NearLesson(quote.source.lesson.slug, quote.source.lesson.title, case_url(product, quote.source.lesson))
        for product, quote in told
    )
    return Move("solved", tuple(drafts), facts={"cases": len(told)}, links=links)


def where_to_share(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """The forms of all courses for telling a case, beside what the community's pages say about it."""
    if asked_for(asked.text, (Ask.SHARE,)) is None:
        return None
    with database.read() as session:
        quotes = digest_page(session, asked)
    products = courses(database, beside=asked.product.slug, first=asked.locale)
    name = Phrase.SHARE if products else Phrase.SHARE_NOWHERE
    links = tuple(NearLesson("", product.title, f"/p/{product.slug}/cases/new") for product in products)
    return Move("share", (Draft(phrase(name, asked.locale)), *_sections(quotes)), links=links)


def catalogue(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """The courses that can be opened here, beside what an author's pages say of courses."""
    if asked_for(asked.text, (Ask.CATALOGUE,)) is None:
        return None
    products = courses(database, beside=asked.product.slug, first=asked.locale)
    if not products:
        return None
    with database.read() as session:
        quotes = section_named(session, asked)
    links = tuple(NearLesson("", product.title, f"/p/{product.slug}") for product in products)
    listed = "\n".join([phrase(Phrase.CATALOGUE, asked.locale), *(f"- {product.title}" for product in products)])
    return Move("catalogue", (Draft(listed), *_whole(quotes)), links=links)


def section(asked: Asked, *, database: Database, shelves: Shelves) -> Move | None:
    """The section a message names by its heading, whole: an author's articles, talks, principles."""
    if asked_for(asked.text, (Ask.SECTION,)) is None:
        return None
    with database.read() as session:
        quotes = section_named(session, asked)
    return Move("section", _whole(quotes)) if quotes else None


def _whole(quotes: Sequence[Quote]) -> tuple[Draft, ...]:
    return tuple(Draft(quote.text, (quote,)) for quote in quotes)


def _sections(quotes: Sequence[Quote]) -> Iterator[Draft]:
    for quote in quotes:
        yield Draft(quote.source.heading_path[-1])
        yield Draft(quote.text, (quote,), joint="\n")


def _news(session: Session, product: Product, asked: Asked) -> list[str]:
    """A line for each thing that is new in a course, or will be within a week."""
    since, until = asked.now - _WEEK, asked.now + _WEEK
    entries = read_changelog(session, product.slug, now=asked.now, count=3)
    released = [each for each in entries if each.release.published and each.release.published >= since]
    cases = [
        case
        for case in list_cases(session, product.slug, state=CaseState.APPROVED)
        if case.shown is not None and not case.is_example and case.created >= since
    ]
    lines = [_came_out(product, each, asked.locale) for each in released]
    if cases:
        lines.append(phrase(Phrase.WEEK_CASES, asked.locale).format(course=product.title, count=len(cases)))
    days = sorted({opens.date() for opens in opening_times(session, product.slug, since=asked.now, until=until)})
    lines.extend(_opens(product, day, asked.locale) for day in days)
    return lines


def _came_out(product: Product, entry: Entry, lang: Lang) -> str:
    if entry.opened is not None:
        return phrase(Phrase.WEEK_OPENED, lang).format(course=product.title, count=entry.opened)
    titles = [change.title for kind in (entry.changes.new, entry.changes.changed) for change in kind]
    note = entry.release.note or ", ".join(titles[:_TITLES])
    return phrase(Phrase.WEEK_RELEASE, lang).format(course=product.title, note=note).rstrip()


def _opens(product: Product, day: date, lang: Lang) -> str:
    return phrase(Phrase.WEEK_OPENS, lang).format(course=product.title, day=day.isoformat())


def _alike(product: Product, topic: str, *, database: Database, shelves: Shelves) -> list[Quote]:
    """The situations of cases that resemble a subject, in the graduates' words."""
    cases, lessons = (shelves.shelf(ShelfKey(product.slug, each)) for each in (Collection.CASES, Collection.LESSONS))
    if not cases.places:
        return []
    # A case is shown here, whatever the course's own pages are.
    own = replace(product, url_template=None)
    with database.read() as session:
        ranked = rank_cases(topic, cases, lessons, shelves, session, opened=None)[:_CASES]
        alike = [one.lesson for one in ranked if one.is_alike]
        sources = situations_of(session, alike)
    quotes = []
    for lesson in alike:
        source = sources.get(lesson)
        text = told_in(source).removesuffix(" …") if source is not None else ""
        if source is not None and text:
            start = source.text.index(text)
            quotes.append(Quote(source, start, start + len(text), own))
    return quotes
