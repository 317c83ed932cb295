"""How far learners come, lesson by lesson."""

from companion.wiring import House
from foundation.ids import ProductSlug
from learning.enrolments import enrol
from learning.events import Verb, record_event
from learning.figures import Share
from learning.funnel import read_funnel
from learning.people import new_learner
from tests.conftest import TakeIn

LESSONS = {"01-one.md": "# One\n\nText.\n", "02-two.md": "# Two\n\nText.\n"}


def _learner(house: House, *done: tuple[Verb, str | None]) -> None:
    with house.database.write() as session:
        person = new_learner(session, now=house.clock()).person
        enrol(session, person, ProductSlug("course"), now=house.clock())
        for place, (verb, lesson) in enumerate(done):
            told = {"product": ProductSlug("course"), "lesson": lesson, "detail": {}, "at": house.clock()}
            record_event(session, f"{person}-{place}", verb=verb, actor=person, **told)


def test_each_step_counts_learners_once_and_lessons_that_are_gone_do_not_count(
    house: House, take_in: TakeIn, unmeasured: None
) -> None:
    take_in(LESSONS)
    _learner(house)
    _learner(house, (Verb.ASKED, None))
    _learner(house, (Verb.OPENED, "01-one"), (Verb.OPENED, "01-one"), (Verb.COMPLETED, "01-one"))
    _learner(house, *((verb, slug) for slug in ("01-one", "02-two") for verb in (Verb.OPENED, Verb.COMPLETED)))
    _learner(house, (Verb.COMPLETED, "00-gone"))
    with house.database.read() as session:
        funnel = read_funnel(session, "course")
    assert (funnel.enrolled, funnel.begun, funnel.asked) == (5, 3, 1)
    assert (funnel.one, funnel.half, funnel.whole) == (2, 2, 1)
    assert [(lesson.lesson, lesson.completed) for lesson in funnel.lessons] == [
        ("01-one", Share(2, 2)),
        ("02-two", Share(1, 1)),
    ]
    assert funnel.completion == Share(1, 3)
