"""Rows of the loop for tests of what is counted: learners, what they said, and the themes it is in."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from feedback.item import ItemKind, Voice
from feedback.tables import ItemRow, ThemeRow
from feedback.theme import ThemeKind
from foundation.database import Database
from foundation.ids import PersonId, ProductSlug
from knowledge.products import ProductKind, register_product
from learning.enrolments import enrol
from learning.events import Verb, record_event
from learning.people import new_learner, person_by_host_id
from tests.fakes import FixedClock

COURSE = ProductSlug("course")


class Sayings:
    """What learners of one course said, written straight into rows."""

    def __init__(self, database: Database, clock: FixedClock, *, begin: int = 0) -> None:
        self.database, self.clock = database, clock
        self._count = begin
        self._session: Session | None = None
        with database.write() as session:
            register_product(session, COURSE, title="A course", kind=ProductKind.COURSE, lang="en", now=clock())

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Everything in one transaction, which is quicker by far."""
        with self.database.write() as self._session:
            yield
        self._session = None

    def theme(self, name: str = "t-joins", kind: ThemeKind = ThemeKind.TROUBLE, **more: object) -> str:
        """A theme without items."""
        told = {"lesson": None, "anchor": "", "label": name, "label_by": "rule", "terms": [], "facet": ""} | more
        with self._write() as session:
            row = ThemeRow(id=name, product=COURSE, kind=kind, encoder="none", size=1, **told)
            row.created = row.updated = self.clock()
            session.add(row)
        return name

    def say(
        self,
        text: str,
        by: str | None,
        theme: str | None = "t-joins",
        *,
        voice: Voice = Voice.PERSON,
        kind: ItemKind = ItemKind.COMMENT,
        days_ago: float = 0,
        **more: object,
    ) -> str:
        """One item, with the id `i-1`, `i-2` and so on."""
        self._count += 1
        row = ItemRow(id=f"i-{self._count}", product=COURSE, kind=kind, text=text, theme=theme, **more)
        row.learner, row.voice, row.created = by, voice, self.ago(days_ago)
        with self._write() as session:
            session.add(row)
            if theme is not None:
                session.get_one(ThemeRow, theme).figures = None
        return row.id

    def say_all(self, texts: Sequence[str], theme: str = "t-joins", *, whose: str = "a-", **more: object) -> list[str]:
        """One item by each of as many known learners."""
        return [self.say(text, f"{whose}{place}", theme, **more) for place, text in enumerate(texts)]  # type: ignore[arg-type]

    def browser(self, *, days_ago: float, back_days_ago: float | None = None) -> str:
        """A learner with a key of their own, who came and perhaps came back."""
        with self._write() as session:
            person = new_learner(session, now=self.ago(days_ago)).person
            enrol(session, person, COURSE, now=self.ago(days_ago))
            self._does(session, person, days_ago if back_days_ago is None else back_days_ago)
        return person

    def known(self, name: str, *, days_ago: float) -> str:
        """A learner a host vouches for, who opened something."""
        with self._write() as session:
            person = person_by_host_id(session, "host.example", name, now=self.ago(days_ago))
            enrol(session, person, COURSE, now=self.ago(days_ago))
            self._does(session, person, days_ago)
        return person

    def ago(self, days: float) -> datetime:
        """A moment before now."""
        return self.clock() - timedelta(days=days)

    def _write(self) -> AbstractContextManager[Session]:
        return self.database.write() if self._session is None else nullcontext(self._session)

    def _does(self, session: Session, person: PersonId, days_ago: float) -> None:
        self._count += 1
        told = {"product": COURSE, "verb": Verb.OPENED, "lesson": None, "detail": {}, "at": self.ago(days_ago)}
        record_event(session, f"e-{self._count}", actor=person, **told)
