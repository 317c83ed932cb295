"""What the assistants of a team, a community and an author do beside answering from their own pages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.asks import Ask, asked_for
from assistant.hand_over import Prepared, Wish, hand_over
from assistant.replay import ReplayState, replay_turn
from assistant.tables import TurnRow
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.ids import ConversationId, PersonId, ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.products import Collection
from knowledge.readers import read_course
from learning.people import add_person
from learning.roles import EVERYWHERE, Role, grant_role
from tests.assistant.asking import ask
from tests.fakes import FixedClock

BREAD = {
    "01-oven.md": "---\noutcome: Bake a loaf\n---\n# The oven\n\n"
    "Bake a loaf of rye bread at 240 degrees in a stone oven.\n",
    "02-flour.md": "# Rye flour\n\nRye flour takes up more water than wheat flour does.\n",
}
PIZZA = {
    "01-stone.md": "# The stone\n\nBake a loaf of rye bread at 220 degrees in a stone oven.\n\n"
    "A stone oven needs two hours of heating before the first pizza goes in.\n",
    "product.yml": "title: Pizza at home\nkind: course\nlang: en\n",
}
BAKERS = {
    "01-rules.md": "# Rules\n\n## How to ask\n\nSay what you baked and what went wrong.\n\n"
    "## How to answer\n\nBegin with what is right in the question.\n",
    "02-week.md": "# How a week goes\n\n## Monday: dough\n\nOn Mondays we mix the dough for the week together.\n",
    "03-sharing.md": "# Sharing a case\n\n## What a case is\n\nA case is a short story of a baker who was stuck.\n",
    "product.yml": "title: Bakers\nkind: community\nlang: en\n",
}
TEAM = {
    "01-lesson.md": "# How a lesson is made\n\nA lesson begins with one outcome, and a designer checks it.\n",
    "product.yml": "title: The team\nkind: team\nlang: en\n",
}
AUTHOR = {
    "01-works.md": '# Works\n\n## Articles\n\n- "Cold cellars" tells of proofing.\n- "Hot stones" tells of ovens.\n\n'
    "## What the author does\n\nThe author bakes bread.\n",
    "product.yml": "title: An author of bread courses\nkind: author\nlang: en\n",
}
CASE = {
    "sour.md": "---\nexample: true\n---\n# My rye loaf collapsed\n\n## Situation\n\n"
    "My rye loaf collapsed in the stone oven "
    "because the flour had taken up too much water.\n",
}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    """A house with two courses, a case, a community, a team and an author; nobody changes their content."""
    folder = tmp_path_factory.mktemp("school")
    clock = FixedClock()
    with open_house(Settings(home=folder / "home", chat_model=None), encoder=encoder, clock=clock) as opened:
        products = {"bread": BREAD, "pizza": PIZZA, "bakers": BAKERS, "team": TEAM, "author": AUTHOR}
        for product, files in products.items():
            _take_in(opened, folder / product, files, Target(ProductSlug(product)))
        _take_in(opened, folder / "cases", CASE, Target(ProductSlug("bread"), Collection.CASES))
        yield opened


def _take_in(house: House, folder: Path, files: dict[str, str], target: Target) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    ingest(read_course(folder), target, database=house.database, encoder=house.encoder, clock=house.clock)


def _staff(house: House) -> PersonId:
    with house.database.write() as session:
        person = add_person(session, name="Ada", now=house.clock())
        grant_role(session, person, Role.TEAM, product=EVERYWHERE, now=house.clock())
    return person


def _waits(house: House, question: str) -> None:
    wish = Wish(ProductSlug("bread"), ConversationId(f"c-{'0' * 31}{len(question) % 10}"))
    with house.database.write() as session:
        hand_over(session, wish, Prepared(question, None, None, "", {}), now=house.clock() - timedelta(hours=30))


def test_a_team_hears_what_every_course_has_on_a_subject_with_quotes_of_each(school: House) -> None:
    done = ask(school, "Have we already made something on baking in a stone oven?", "team")
    assert done["move"] == "reuse"
    assert done["facts"] == {"courses": 2}
    urls = {citation["locator"]["url"].partition("/lessons/")[0] for citation in done["citations"]}
    assert urls == {"/p/bread", "/p/pizza"}
    assert {link["url"] for link in done["nearest"]} == {"/p/bread/lessons/01-oven", "/p/pizza/lessons/01-stone"}


def test_a_subject_no_course_has_is_said_to_be_new_and_leaves_no_gap(school: House) -> None:
    done = ask(school, "Have we already made something on orbital mechanics of comets?", "team")
    assert (done["move"], done["outcome"], done["gap"]) == ("reuse", "declined", None)
    assert "orbital mechanics of comets" in done["text"]


def test_without_a_subject_the_team_is_asked_for_one(school: House) -> None:
    assert ask(school, "Have we already made something?", "team")["outcome"] == "partly"


def test_the_teams_own_pages_answer_what_they_cover(school: House) -> None:
    done = ask(school, "What does a lesson begin with?", "team")
    assert done["move"] is None
    assert "one outcome" in done["text"]


def test_similar_sentences_with_other_numbers_are_shown_side_by_side(school: House) -> None:
    done = ask(school, "Do our lessons contradict each other on baking rye bread in a stone oven?", "team")
    assert done["move"] == "overlaps"
    assert "240 degrees" in done["text"]
    assert "220 degrees" in done["text"]


def test_who_waits_is_told_to_staff_alone(school: House) -> None:
    _waits(school, "Why did my loaf collapse?")
    stranger = ask(school, "Who is waiting for a reply?", "team")
    assert "collapse" not in stranger["text"]
    told = ask(school, "Who is waiting for a reply?", "team", learner=_staff(school))
    assert "Why did my loaf collapse?" in told["text"]
    assert "1 d" in told["text"]


def test_the_checklist_is_worked_out_for_staff_and_the_teams_page_answers_others(school: House) -> None:
    told = ask(school, "What do we check before a release?", "team", learner=_staff(school))
    assert told["move"] == "checklist"
    assert "lessons without an outcome: 1 (Rye flour)" in told["text"]
    assert ask(school, "What do we check before a release?", "team")["move"] != "checklist"


def test_a_community_tells_its_rules_section_by_section(school: House) -> None:
    done = ask(school, "What are the rules here?", "bakers")
    assert done["move"] == "page"
    assert [citation["locator"]["value"] for citation in done["citations"]] == ["How to ask", "How to answer"]


def test_a_community_tells_what_came_out_this_week_and_how_a_week_goes(school: House) -> None:
    done = ask(school, "What happens this week?", "bakers")
    assert done["move"] == "week"
    assert "Pizza at home: the course opened, lessons in it: 1" in done["text"]
    assert "On Mondays we mix the dough" in done["text"]


def test_a_community_shows_who_solved_something_like_it(school: House) -> None:
    done = ask(school, "Has anyone struggled with a rye loaf that collapsed in the oven?", "bakers")
    assert done["facts"] == {"cases": 1}
    assert [link["url"] for link in done["nearest"]] == ["/p/bread/lessons/case-sour"]
    none = ask(school, "Has anyone struggled with filing a tax return for a ship?", "bakers")
    assert none["facts"] == {"cases": 0}


def test_a_community_leads_to_the_forms_for_cases(school: House) -> None:
    done = ask(school, "Where can I share my case?", "bakers")
    assert [link["url"] for link in done["nearest"]] == ["/p/bread/cases/new", "/p/pizza/cases/new"]


def test_an_author_lists_the_courses_that_open_and_a_section_that_is_named(school: House) -> None:
    courses = ask(school, "Which courses are there?", "author")
    assert [link["url"] for link in courses["nearest"]] == ["/p/bread", "/p/pizza"]
    articles = ask(school, "Which articles has the author written?", "author")
    assert articles["move"] == "section"
    assert "Cold cellars" in articles["text"]
    assert "bakes bread" not in articles["text"]


def test_a_move_that_quotes_another_product_is_said_again_byte_for_byte(school: House) -> None:
    done = ask(school, "Have we already made something on rye flour?", "team")
    with school.database.read() as session:
        replay = replay_turn(session, session.get_one(TurnRow, done["turn"]))
    assert (replay.state, replay.changed) == (ReplayState.SAME, ())


def test_a_course_does_none_of_this(school: House) -> None:
    assert ask(school, "Have we already made something on the stone for pizza?", "bread")["move"] is None


@pytest.mark.parametrize(
    ("text", "ask_", "topic"),
    [
        ("Мы уже делали что-нибудь про доверительные интервалы?", Ask.REUSE, "доверительные интервалы"),
        ("Есть ли у нас урок про CUPED?", Ask.REUSE, "CUPED"),
        ("Не противоречат ли уроки друг другу про пиццу?", Ask.CONTRADICTIONS, "пиццу"),
        ("Что проверить перед выпуском?", Ask.CHECKLIST, ""),
        ("Кто ждёт ответа?", Ask.WAITING, ""),
        ("Что происходит на этой неделе?", Ask.WEEK, ""),
        ("Кто решал похожую задачу?", Ask.SOLVED, "похожую задачу"),
        ("Где рассказать о своём кейсе?", Ask.SHARE, ""),
        ("Какие здесь правила?", Ask.PAGE, ""),
    ],
)
def test_russian_messages_are_read_too(text: str, ask_: Ask, topic: str) -> None:
    found = asked_for(text, (ask_,))
    assert found is not None
    assert found.topic == topic


@pytest.mark.parametrize(
    "text", ["Когда выходит урок?", "Кто отвечает ученикам?", "What is a case?", "How long is a week?"]
)
def test_ordinary_questions_ask_for_none_of_it(text: str) -> None:
    assert asked_for(text, [each for each in Ask if each is not Ask.SECTION]) is None
