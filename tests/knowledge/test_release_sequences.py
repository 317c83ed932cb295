"""Whatever an author does in whatever order, what is live is what was published last, and is found as it was then."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.wiring import House
from foundation.errors import Conflict
from foundation.ids import ProductSlug
from knowledge.ingest import Target, ingest
from knowledge.put_live import Publisher, Said
from knowledge.readers import read_course
from knowledge.releases import discard_draft
from tests.knowledge.releasing import found, live_titles, publisher

pytestmark = pytest.mark.usefixtures("unmeasured")

WORDS = {"a": ("flour", "rye"), "b": ("water", "ice"), "c": ("salt", "sugar")}
# Lessons in course order, each in one of its wordings.
COURSES = st.lists(st.sampled_from("abc"), min_size=1, unique=True).flatmap(
    lambda names: st.tuples(*[st.sampled_from([(name, word) for word in WORDS[name]]) for name in names])
)
STEPS = st.one_of(
    st.tuples(st.just("ingest"), COURSES),
    st.tuples(st.just("draft"), COURSES),
    st.tuples(st.sampled_from(["publish", "discard", "roll back"]), st.integers(0, 5)),
)
_counted = iter(range(1_000))


class Author:
    """Does things to one product and remembers what should have come of it."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder
        self.product = ProductSlug(f"course-{folder.name}")
        self.live: list[str] = []
        self.number = 0
        self.at: int | None = None
        self.published: dict[int, list[str]] = {}
        self.drafts: dict[int, tuple[int | None, list[str]]] = {}
        self.found: dict[tuple[str, ...], bytes] = {}

    def take(self, course: tuple[tuple[str, str], ...], *, draft: bool) -> None:
        for old in self.folder.glob("*"):
            old.unlink()
        for place, (name, word) in enumerate(course):
            text = f"---\nid: {name}\n---\n# {word}\n\nHere the lesson speaks of {word}.\n"
            (self.folder / f"{place}.md").write_text(text, encoding="utf-8")
        titles = [word for _, word in course]
        target = Target(self.product, draft=draft, replace=True)
        house = self.house
        report = ingest(
            read_course(self.folder), target, database=house.database, encoder=house.encoder, clock=house.clock
        )
        same = self.drafts_of(titles) if draft else None
        if titles == self.live or same is not None:
            assert report.release == same
            return
        self.number += 1
        assert report.release == self.number
        if draft:
            self.drafts[self.number] = (self.at, titles)
        else:
            self._went_live(self.number, titles)

    def drafts_of(self, titles: list[str]) -> int | None:
        wanted = (self.at, titles)
        return next((number for number in sorted(self.drafts, reverse=True) if self.drafts[number] == wanted), None)

    def publish(self, which: int, publisher: Publisher) -> None:
        if not self.drafts:
            return
        number = sorted(self.drafts)[which % len(self.drafts)]
        base, titles = self.drafts[number]
        try:
            publisher.publish(self.product, number, Said())
        except Conflict:
            assert base != self.at
            return
        assert base == self.at
        del self.drafts[number]
        self._went_live(number, titles)

    def roll_back(self, which: int, publisher: Publisher) -> None:
        if not self.published:
            return
        number = sorted(self.published)[which % len(self.published)]
        titles = self.published[number]
        try:
            put = publisher.roll_back(self.product, number, Said(), reveal=True)
        except Conflict:
            assert titles == self.live
            return
        self.number += 1
        assert put.release.number == self.number
        self._went_live(self.number, titles)

    def discard(self, which: int) -> None:
        if self.drafts:
            number = sorted(self.drafts)[which % len(self.drafts)]
            with self.house.database.write() as session:
                discard_draft(session, self.product, number)
            del self.drafts[number]

    def _went_live(self, number: int, titles: list[str]) -> None:
        self.live, self.at = titles, number
        self.published[number] = titles

    def look(self) -> None:
        """What is live is what it should be, and is found as it was found whenever the same was live."""
        assert live_titles(self.house, self.product) == self.live
        hits = repr(found(self.house, "What of flour, water and salt?", self.product)).encode()
        assert self.found.setdefault(tuple(self.live), hits) == hits


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=7))
def test_after_any_sequence_what_is_live_is_what_was_published_last(
    house: House, tmp_path: Path, steps: list[tuple[str, object]]
) -> None:
    folder = tmp_path / str(next(_counted))
    folder.mkdir()
    author, publishing = Author(house, folder), publisher(house)
    for name, told in [("ingest", (("a", "flour"), ("b", "water"))), *steps]:
        match name, told:
            case "publish", int(which):
                author.publish(which, publishing)
            case "roll back", int(which):
                author.roll_back(which, publishing)
            case "discard", int(which):
                author.discard(which)
            case _, tuple(course):
                author.take(course, draft=name == "draft")
        author.look()
