"""Starting well in a whole house: the interview kept, the plan against progress, laid out anew, and what fits."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.block_shelf import fitting_blocks
from assistant.effort import WIN_MINUTES
from assistant.interview import AnswerRefused, Answers, Asking
from assistant.keep_plan import PlanState, open_interview, plan_in_force
from assistant.plan_company import fitting_cases, people_to_ask
from assistant.shown_plan import ShownPlan, Standing, show_plan, upcoming
from assistant.start import Starter
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from feedback.gaps import list_gaps
from foundation.errors import Conflict, Invalid, NotFound
from foundation.ids import PersonId, ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.products import find_product
from knowledge.readers import read_course
from learning.enrolments import enrol
from learning.people import add_person
from learning.roles import Role, grant_role
from tests.assistant.asking import ask
from tests.fakes import FixedClock

WORDS = "water and flour " * 200  # 600 words, 3 minutes
LESSONS = {
    "01-starter.md": f"# Starter\n\n{WORDS}\n\n## Exercise: Feed it\n\nFeed a starter and note when it doubles.\n",
    "02-shaping.md": f"---\nrequires: 03-dough\n---\n# Shaping\n\n{WORDS}\n",
    "03-dough.md": f"# Dough\n\n{WORDS}\n",
    "04-oven.md": f"# Oven\n\n{WORDS}\n",
}
ORDER = ["01-starter", "03-dough", "02-shaping", "04-oven"]


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    """One house for all tests that leave the course as it is: each has a learner of its own."""
    folder = tmp_path_factory.mktemp("starting")
    for name, words in LESSONS.items():
        (folder / name).write_text(words, encoding="utf-8")
    with open_house(Settings(home=folder / "home"), clock=FixedClock(), encoder=encoder) as house:
        course, target = read_course(folder), Target(ProductSlug("bread"))
        ingest(course, target, database=house.database, encoder=encoder, clock=house.clock)
        yield house


@pytest.fixture(scope="module")
def samples(_loaded_samples: Path, tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    """One house with the samples for all tests here."""
    home = tmp_path_factory.mktemp("samples") / "home"
    shutil.copytree(_loaded_samples, home)
    with open_house(Settings(home=home, chat_model=None), clock=FixedClock(), encoder=encoder) as house:
        yield house


def move(house: House, **by: float) -> None:
    clock = house.clock
    assert isinstance(clock, FixedClock)
    clock.move(**by)


def days_from_now(house: House, days: int) -> date:
    return house.clock().date() + timedelta(days=days)


def starter_of(house: House) -> Starter:
    return Starter(house.database, house.shelves, house.clock)


def learner(house: House, product: str = "bread", *, name: str = "") -> PersonId:
    with house.database.write() as session:
        person = add_person(session, name=name, now=house.clock())
        enrol(session, person, ProductSlug(product), now=house.clock())
    return person


def shown(house: House, person: PersonId, product: str = "bread") -> ShownPlan:
    with house.database.read() as session:
        kept = plan_in_force(session, person, product)
        assert kept is not None
        return show_plan(session, find_product(session, product), kept, today=house.clock().date())


def planned(house: House, given: dict[str, object] | None = None, product: str = "bread") -> PersonId:
    person = learner(house, product)
    starter_of(house).answer(product, person, given or {})
    starter_of(house).plan(product, person)
    return person


def order_of(plan: ShownPlan) -> list[str]:
    return list(dict.fromkeys(lesson.lesson for week in plan.weeks for lesson in week.lessons))


def test_an_interview_goes_on_where_it_was_left(bakery: House) -> None:
    person, starter = learner(bakery), starter_of(bakery)
    starter.answer("bread", person, {"goal": "Bake"})
    starter.answer("bread", person, {}, skip=[Asking.EXPERIENCE])
    with bakery.database.read() as session:
        kept = open_interview(session, person, "bread")
        assert kept is not None
        assert dict(kept.answers) == {"goal": "Bake", "experience": None}
        assert plan_in_force(session, person, "bread") is None
    with pytest.raises(AnswerRefused):
        starter.answer("bread", person, {"hours": 0})
    starter.answer("bread", person, {"hours": 1})
    starter.plan("bread", person)
    plan = shown(bakery, person)
    assert (plan.version, plan.answers.goal, plan.answers.hours) == (1, "Bake", 1.0)


def test_a_plan_keeps_requirements_and_counts_weeks_from_today(bakery: House) -> None:
    plan = shown(bakery, planned(bakery, {"hours": 0.5}))
    assert order_of(plan) == ORDER
    assert plan.weeks[0].starts == bakery.clock().date()
    assert plan.week == 1
    assert plan.next is not None
    assert plan.next.lesson == "01-starter"
    assert all(week.minutes <= 30 for week in plan.weeks)


def test_the_first_small_win_is_done_within_ten_minutes(bakery: House) -> None:
    win = shown(bakery, planned(bakery)).win
    assert win is not None
    assert win.lesson == "01-starter"
    assert win.upto == "Exercise: Feed it"
    assert win.minutes <= WIN_MINUTES


def test_what_is_done_is_told_and_stays_done_when_life_happens(bakery: House) -> None:
    person, starter = planned(bakery, {"hours": 0.5}), starter_of(bakery)
    starter.mark_done("bread", person, "01-starter")
    starter.mark_done("bread", person, "01-starter")
    move(bakery, days=15)
    late = shown(bakery, person)
    assert (late.done, late.lessons, late.week) == (1, 4, 3)
    standing = {lesson.lesson: lesson.standing for week in late.weeks for lesson in week.lessons}
    assert standing["01-starter"] is Standing.DONE
    assert standing["03-dough"] is Standing.LATE
    assert late.behind >= 1
    assert late.offers_new
    starter.plan_again("bread", person, changes={"hours": 2})
    fresh = shown(bakery, person)
    assert (fresh.version, fresh.behind, fresh.answers.hours) == (2, 0, 2.0)
    assert [lesson.lesson for lesson in fresh.before] == ["01-starter"]
    assert order_of(fresh) == ORDER[1:]
    assert fresh.weeks[0].starts == bakery.clock().date()
    with bakery.database.read() as session:
        told = text("SELECT detail FROM event WHERE verb = 'planned' AND actor = :person ORDER BY at")
        events = [row.detail for row in session.execute(told, {"person": person})]
    assert events == ['{"version":1,"weeks":1,"lessons":4}', '{"version":2,"weeks":1,"lessons":4}']


def test_a_plan_may_begin_again_later_and_says_nothing_of_lateness_until_then(bakery: House) -> None:
    person, later = planned(bakery), days_from_now(bakery, 18)
    starter_of(bakery).plan_again("bread", person, changes={}, starts=later)
    plan = shown(bakery, person)
    assert (plan.week, plan.behind) == (0, 0)
    assert plan.weeks[0].starts == later
    assert {lesson.standing for week in plan.weeks for lesson in week.lessons} == {Standing.AHEAD}
    with pytest.raises(Invalid):
        starter_of(bakery).plan_again("bread", person, changes={}, starts=days_from_now(bakery, -1))


def test_a_deadline_that_is_over_has_to_be_named_anew(bakery: House) -> None:
    person = planned(bakery, {"deadline": days_from_now(bakery, 3), "hours": 8})
    move(bakery, days=5)
    with pytest.raises(AnswerRefused):
        starter_of(bakery).plan_again("bread", person, changes={})
    starter_of(bakery).plan_again("bread", person, changes={"deadline": None})
    assert shown(bakery, person).answers.deadline is None


def test_too_near_a_deadline_is_told_with_what_would_help(samples: House) -> None:
    given = {"hours": 1, "deadline": days_from_now(samples, 9), "goal": "explain p-values to my boss"}
    plan = shown(samples, planned(samples, given, "ab-tests-en"), "ab-tests-en")
    in_time = [lesson for lesson in order_of(plan) if lesson not in {one.lesson for one in plan.after}]
    assert plan.after
    assert plan.minutes_needed is not None
    assert plan.minutes_needed > 60
    assert len(order_of(plan)) == 14
    # The lesson on p-values is in time, with the two it rests on.
    assert {"05-errors-and-power", "09-comparing-conversions", "11-intervals-and-p-values"} <= set(in_time)


def test_what_somebody_knows_is_marked_and_never_left_out(bakery: House) -> None:
    given = {"experience": {"level": "some", "words": "I have an oven and know it", "known": ["03-dough"]}}
    plan = shown(bakery, planned(bakery, given))
    assert {lesson.lesson for week in plan.weeks for lesson in week.lessons if lesson.skim} == {"03-dough", "04-oven"}
    assert order_of(plan) == ORDER


@pytest.mark.usefixtures("unmeasured")
def test_a_course_that_changes_is_told_of_and_planned_anew(house: House, take_in: Callable[..., object]) -> None:
    take_in(LESSONS, "bread")
    person = planned(house)
    changed = {name: body for name, body in LESSONS.items() if name != "04-oven.md"}
    take_in({**changed, "05-crust.md": f"# Crust\n\n{WORDS}\n"}, "bread")
    plan = shown(house, person)
    assert [lesson.lesson for lesson in plan.added] == ["05-crust"]
    assert plan.gone == 1
    assert "04-oven" not in order_of(plan)
    assert plan.offers_new
    starter_of(house).plan_again("bread", person, changes={})
    assert order_of(shown(house, person)) == [*ORDER[:3], "05-crust"]


def test_answers_given_while_the_plan_was_made_are_not_lost(bakery: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person, starter = learner(bakery), starter_of(bakery)
    starter.answer("bread", person, {"hours": 1})
    make = Starter._weeks

    def meanwhile(self: Starter, *args: object, **more: object) -> object:
        made = make(self, *args, **more)  # type: ignore[arg-type]
        starter.answer("bread", person, {"hours": 5})
        return made

    monkeypatch.setattr(Starter, "_weeks", meanwhile)
    with pytest.raises(Conflict):
        starter.plan("bread", person)
    with bakery.database.read() as session:
        kept = open_interview(session, person, "bread")
    assert kept is not None
    assert (kept.state, kept.answers["hours"]) == (PlanState.ASKING, 5.0)


def test_a_new_interview_leaves_the_plan_in_force_until_it_ends(bakery: House) -> None:
    person, starter = planned(bakery, {"goal": "one"}), starter_of(bakery)
    starter.answer("bread", person, {"goal": "two"})
    assert shown(bakery, person).answers.goal == "one"
    starter.plan_again("bread", person, changes={"hours": 9})
    starter.plan("bread", person)
    plan = shown(bakery, person)
    assert (plan.answers.goal, plan.version) == ("two", 4)


def test_nobody_plans_what_is_no_course_or_not_there(bakery: House, samples: House) -> None:
    with pytest.raises(Invalid, match="courses and platforms"):
        starter_of(samples).answer("author-en", learner(samples, "author-en"), {"goal": "Bake"})
    person, starter = learner(bakery), starter_of(bakery)
    with pytest.raises(Conflict, match="begin"):
        starter.plan("bread", person)
    with pytest.raises(NotFound):
        starter.plan_again("bread", person, changes={})
    with pytest.raises(NotFound):
        starter.mark_done("bread", person, "05-crust")


def test_people_to_ask_are_those_who_chose_a_name(bakery: House) -> None:
    with bakery.database.write() as session:
        for name, role in (("Anna", Role.AUTHOR), ("", Role.CURATOR), ("Boris", Role.CURATOR), ("Eve", Role.MODERATOR)):
            person = add_person(session, name=name, now=bakery.clock())
            grant_role(session, person, role, product="bread", now=bakery.clock())
    with bakery.database.read() as session:
        assert [(one.name, one.role) for one in people_to_ask(session, "bread")] == [
            ("Anna", Role.AUTHOR),
            ("Boris", Role.CURATOR),
        ]


def test_cases_fit_the_goal_or_the_lessons_ahead(samples: House) -> None:
    plan = shown(samples, planned(samples, product="ab-tests-en"), "ab-tests-en")
    ahead = [lesson.lesson for lesson in upcoming(plan, count=4)]
    house = samples

    def fitting(goal: str, lessons: list[str]) -> list[str]:
        found = fitting_cases(house.database, house.shelves, "ab-tests-en", goal=goal, lessons=lessons, count=2)
        return [case.id for case in found]

    assert fitting("", []) == []
    assert len(fitting("", ahead)) == 2
    assert "december" in fitting("our gain in December was gone in March", [])[0]


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_sample_courses_begin_with_a_win_of_ten_minutes_at_most(samples: House, lang: str) -> None:
    plan = shown(samples, planned(samples, {"hours": 3}, f"ab-tests-{lang}"), f"ab-tests-{lang}")
    assert plan.win is not None
    assert plan.win.minutes <= WIN_MINUTES
    assert plan.lessons == len(order_of(plan)) == 14


def test_blocks_of_published_courses_fit_by_goal_language_and_what_is_known(samples: House) -> None:
    house = samples

    def fits(answers: Answers, lang: str = "ru") -> list[str]:
        found = fitting_blocks(
            house.database, house.shelves, answers, learner=None, lang="ru" if lang == "ru" else "en", count=9
        )
        assert all(found.minutes[fit.block.id] > 0 for fit in found.fits)
        return [fit.block.id for fit in found.fits]

    goal = Answers(goal="научиться выбирать метрики")
    assert fits(goal)[0] == "ab-tests-ru:Неделя 1. Вопрос и метрика"
    assert len(fits(goal)) == 4
    assert fits(Answers(goal="choose metrics"), "en")[0] == "ab-tests-en:Week 1. Question and metric"
    known = Answers(known=("ab-tests-en:Week 1. Question and metric",))
    assert [name.split(":")[1][:8] for name in fits(known)] == ["Неделя 2", "Неделя 3", "Неделя 4"]


def test_the_assistant_answers_where_to_begin_with_a_step_and_a_plan(bakery: House) -> None:
    reply = ask(bakery, "С чего начать?", "bread")
    assert (reply["move"], tuple(reply["offers"])) == ("plan", ("plan",))
    assert "Starter" in reply["text"]
    assert reply["nearest"][0]["lesson"] == "01-starter"
    person = planned(bakery, {"hours": 0.5})
    mine = ask(bakery, "what should I do next?", "bread", learner=person)
    assert "Done: 0 of 4" in mine["text"]
    assert mine["nearest"][0]["lesson"] == "01-starter"
    assert ask(bakery, "Where does water and flour start to ferment?", "bread")["move"] != "plan"


@pytest.mark.parametrize(
    ("product", "question"), [("platform-ru", "Какой блок мне подходит?"), ("platform-en", "Which block fits me?")]
)
def test_a_platform_names_the_blocks_one_can_begin_with(samples: House, product: str, question: str) -> None:
    reply = ask(samples, question, product)
    assert reply["move"] == "blocks"
    assert {link["url"] for link in reply["nearest"]} == {f"/p/ab-tests-{product[-2:]}"}


def test_a_platform_says_so_when_nothing_fits_and_the_authors_hear_of_it(samples: House) -> None:
    question = "Хочу научиться играть на гитаре"
    reply = ask(samples, question, "platform-ru")
    assert (reply["move"], reply["outcome"]) == ("blocks", "declined")
    assert "Ни один курс" in reply["text"]
    with samples.database.read() as session:
        assert [gap.question for gap in list_gaps(session, "platform-ru", limit=5)] == [question]


def test_a_platform_goes_by_what_its_learner_answered(samples: House) -> None:
    known = ["ab-tests-en:Week 2. Design"]
    given = {"goal": "explain p-values to my boss", "experience": {"level": "some", "known": known}}
    person = planned(samples, given, "platform-en")
    reply = ask(samples, "Which block fits me?", "platform-en", learner=person)
    first = reply["text"].split("\n")[1]
    assert "Week 3. Analysis" in first
    assert "You can begin at once" in first
    assert "Week 2" not in reply["text"]
