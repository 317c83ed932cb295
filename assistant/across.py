"""Looks through every course of the installation at once: one installation is one school, and its lessons are its own.

Only what learners of those courses may open is found; each course judges by its own scale whether it covers the
question.
"""

from dataclasses import dataclass

from assistant.extract import Evidence, Quote, extract
from assistant.looking import Looked, look
from assistant.reply import Outcome
from foundation.database import Database
from knowledge.lessons import LessonHead
from knowledge.products import Product, ProductKind, list_products
from knowledge.shelves import Shelves

# A question is compared with this many courses at most, 5 to 10 ms each.
MOST_COURSES = 60
_RANK = {Outcome.ANSWERED: 0, Outcome.PARTLY: 1}


@dataclass(frozen=True, slots=True)
class Across:
    """What one course has to say to a question."""

    product: Product
    looked: Looked

    @property
    def quote(self) -> Quote | None:
        """The best stretch of it, quoted."""
        quotes = extract(self.looked.ranking, self.looked.evidence, shelf=self.looked.shelf)
        best = quotes[0] if quotes else None
        return None if best is None else Quote(best.source, best.start, best.end, self.product)

    @property
    def lesson(self) -> LessonHead:
        """The lesson of its best passage."""
        return self.evidence[0].source.lesson

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What was found, best first."""
        return self.looked.evidence


def courses(database: Database, *, beside: str, first: str = "") -> list[Product]:
    """The courses of the installation, but for the product `beside`; those in the language `first` come first."""
    with database.read() as session:
        found = list_products(session)
    open_ = [each for each in found if each.kind is ProductKind.COURSE and each.slug != beside and each.lessons]
    return sorted(open_, key=lambda each: each.lang != first)


def look_across(question: str, *, beside: str, database: Database, shelves: Shelves) -> list[Across]:
    """What each course covers of a question, those that cover it best first; courses that do not are left out."""
    found = [
        Across(product, look(question, product, database=database, shelves=shelves))
        for product in courses(database, beside=beside)[:MOST_COURSES]
    ]
    covering = [each for each in found if each.looked.judgement.outcome in _RANK and each.evidence]
    return sorted(covering, key=lambda each: (_RANK[each.looked.judgement.outcome], -each.looked.judgement.confidence))
