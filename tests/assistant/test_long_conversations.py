"""Conversations as they come: a thousand turns long, two turns at once, and ids that are somebody else's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from assistant.intents import Want
from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from foundation.errors import Invalid, NotFound
from tests.api.serving import COVERED, PRODUCT
from tests.assistant.asking import ask
from tests.assistant.learners import ELSEWHERE, a_learner, standing_bakery


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    with standing_bakery(tmp_path_factory.mktemp("long"), encoder) as house:
        yield house


def lengthen(house: House, conversation: str, turns: int) -> None:
    """Repeat a conversation's last turn until there are so many."""
    with house.database.write() as session:
        columns = "question, locale, lesson, intent, outcome, reply, events, trace, created"
        session.execute(
            text(
                f"WITH RECURSIVE n(i) AS (SELECT (SELECT MAX(position) + 1 FROM turn WHERE conversation = :c)"
                f" UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :turns)"
                f" INSERT INTO turn (id, conversation, position, {columns})"
                f" SELECT 't-copy-' || i, conversation, i, {columns} FROM n,"
                " (SELECT * FROM turn WHERE conversation = :c ORDER BY position DESC LIMIT 1)"
            ),
            {"c": conversation, "turns": turns},
        )
        # As the turns' events are: what reads them must not read all of them.
        session.execute(
            text(
                "INSERT INTO event (id, product, verb, actor, lesson, detail, at)"
                " SELECT 'asked-' || t.id, 'bread', 'asked', c.person, NULL, '{}', t.created FROM turn t"
                " JOIN conversation c ON c.id = t.conversation"
                " WHERE t.id LIKE 't-copy-%' AND 'asked-' || t.id NOT IN (SELECT id FROM event)"
            )
        )


@contextmanager
def sql_steps(house: House) -> Iterator[list[int]]:
    """How much work SQL did in the block, in hundreds of steps of SQLite's own machine."""
    steps = [0]

    def tick() -> int:
        steps[0] += 1
        return 0

    def watch(connection: Any, *_more: Any) -> None:
        connection.connection.driver_connection.set_progress_handler(tick, 100)

    event.listen(house.database.engine, "before_cursor_execute", watch)
    try:
        yield steps
    finally:
        event.remove(house.database.engine, "before_cursor_execute", watch)


def test_the_thousandth_turn_reads_as_little_as_the_tenth(bakery: House) -> None:
    conversation = ask(bakery, COVERED, PRODUCT)["conversation"]
    ask(bakery, "and why?", PRODUCT, conversation=conversation)
    lengthen(bakery, conversation, 10)
    with sql_steps(bakery) as tenth:
        ask(bakery, "and why?", PRODUCT, conversation=conversation)
    lengthen(bakery, conversation, 1_000)
    with sql_steps(bakery) as thousandth:
        reply = ask(bakery, "and why?", PRODUCT, conversation=conversation)
    assert reply["text"].startswith("Taken as going on with")
    assert thousandth[0] <= 1.5 * tenth[0] + 10
    with bakery.database.read() as session:
        counted = text("SELECT COUNT(*), COUNT(DISTINCT position), MAX(position) FROM turn WHERE conversation = :c")
        found = session.execute(counted, {"c": conversation}).one()
    assert tuple(found) == (1_001, 1_001, 1_000)


def test_turns_at_once_in_one_conversation_are_all_kept_in_places_of_their_own(bakery: House) -> None:
    learner = a_learner(bakery, PRODUCT)
    first = ask(bakery, COVERED, PRODUCT, learner=learner)
    questions = ["How long does bread keep?", "call me Ann", "thanks", "When do I add the salt?"]

    def go_on(question: str) -> dict[str, Any]:
        return ask(bakery, question, PRODUCT, conversation=first["conversation"], learner=learner)

    with ThreadPoolExecutor(4) as threads:
        replies = list(threads.map(go_on, questions))
    assert len({reply["turn"] for reply in replies}) == 4
    with bakery.database.read() as session:
        mine = text("SELECT position, question FROM turn WHERE conversation = :c ORDER BY position")
        kept = session.execute(mine, {"c": first["conversation"]}).all()
    assert [row.position for row in kept] == [0, 1, 2, 3, 4]
    assert {row.question for row in kept} == {COVERED, *questions}


def test_another_products_conversation_and_lesson_are_refused(bakery: House) -> None:
    elsewhere = ask(bakery, "How long does green tea draw?", ELSEWHERE)["conversation"]
    for forged in (elsewhere, "c-" + "0" * 32, "' OR 1=1 --", "%"):
        with pytest.raises(NotFound):
            ask(bakery, COVERED, PRODUCT, conversation=forged)
    for lesson in ("01-tea", "../../etc/passwd", "%", "' OR 1=1 --"):
        with pytest.raises(NotFound):
            ask(bakery, COVERED, PRODUCT, lesson=lesson)


def test_a_learner_of_another_product_or_of_nowhere_leaves_no_memory_behind(bakery: House) -> None:
    elsewhere = a_learner(bakery, ELSEWHERE)
    for learner in (elsewhere, "p-forged"):
        assert ask(bakery, "call me Ann", PRODUCT, learner=learner)["outcome"] == "answered"
    with bakery.database.read() as session:
        kept = session.execute(
            text("SELECT person FROM memory WHERE person IN (:here, 'p-forged')"), {"here": elsewhere}
        )
        assert [row.person for row in kept] == [elsewhere]


@pytest.mark.parametrize("want", [None, *Want])
@pytest.mark.parametrize("said", ["", " \u2003\n", "\x00"])
def test_an_empty_text_is_refused_whatever_was_pressed(bakery: House, want: Want | None, said: str) -> None:
    with pytest.raises(Invalid):
        ask(bakery, said, PRODUCT, want=want)


@pytest.mark.parametrize("want", [None, *Want])
def test_an_odd_text_is_answered_in_words_whatever_was_pressed(bakery: House, want: Want | None) -> None:
    for said, block in (("?", None), ("🥖", "no-such-exercise"), ("…!!!", "02-dough/nowhere"), ("x" * 300, "/")):
        reply = ask(bakery, said, PRODUCT, want=want, block=block)
        assert reply["text"]
        assert reply["outcome"] in ("answered", "partly", "declined")
