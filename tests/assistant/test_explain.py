"""Why a turn said what it said, and that it says the same again without search, encoder or model."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assistant.explain import Explanation, compare_search, explain_turn
from assistant.extract import Quote, extract
from assistant.grounding import Judgement, judge
from assistant.replay import Replay, ReplayState
from assistant.reply import Outcome
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.database import open_database
from foundation.errors import ModelUnavailable, NotFound
from foundation.settings import Settings
from knowledge.products import describe_product, find_product
from prompts.catalogue import load_prompt
from tests.assistant.asking import ask, events_of, kept_turn, with_model
from tests.conftest import TakeIn
from tests.prompts.scripted import ScriptedChat, Step

PLAIN = "What is a p-value?"
QUESTIONS = {
    "answered": ("ab-tests-en", PLAIN),
    "answered in Russian": ("ab-tests-ru", "Что такое p-value?"),
    "across languages": ("ab-tests-ru", "How is the sample size calculated?"),
    "with code": ("ab-tests-en", "How do I run a t-test in Python with scipy.stats.ttest_ind?"),
    "partly or not": ("ab-tests-en", "Which company sells the best testing tool?"),
    "declined": ("ab-tests-en", "Who painted the ceiling of the Sistine Chapel?"),
    "without words": ("ab-tests-en", "What is it?"),
    "by an author": ("author-ru", "Кто автор курса?"),
    "in the wrong layout": ("ab-tests-ru", "xnj nfrjt vjoyjcnm ntcnf?"),
    "in Latin letters": ("ab-tests-ru", "kak poschitat' vyborku"),
}


def explained(house: House, turn: str) -> Explanation:
    with house.database.read() as session:
        return explain_turn(session, turn)


def change(house: House, statement: str, **values: Any) -> None:
    with house.database.write() as session:
        session.execute(text(statement), values)


def rewrite_trace(house: House, turn: str, rewrite: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    trace = json.dumps(rewrite(kept_turn(house, turn).trace))
    change(house, "UPDATE turn SET trace = :trace WHERE id = :turn", trace=trace, turn=turn)


@pytest.mark.parametrize(("product", "question"), QUESTIONS.values(), ids=QUESTIONS.keys())
def test_a_turn_is_said_again_byte_for_byte(sample_house: House, product: str, question: str) -> None:
    done = ask(sample_house, question, product)
    assert explained(sample_house, done["turn"]).replay == Replay(ReplayState.SAME)


def test_the_sample_questions_are_all_said_again(sample_house: House) -> None:
    asked = Path(__file__).parents[2] / "evals" / "questions"
    for lang in ("ru", "en"):
        lines = (asked / f"ab-tests-{lang}.jsonl").read_text(encoding="utf-8").splitlines()
        for line in lines[::8]:
            for product in ("ab-tests-ru", "ab-tests-en"):
                done = ask(sample_house, json.loads(line)["text"], product)
                assert explained(sample_house, done["turn"]).replay == Replay(ReplayState.SAME), line


def test_a_product_without_lessons_declines_the_same_again(house: House, take_in: TakeIn) -> None:
    take_in({"case-1.md": "# A case\n\n## Situation\n\nThe dough did not rest.\n"}, "bread", cases=True)
    done = ask(house, "How long does the dough rest?", "bread")
    told = explained(house, done["turn"])
    assert (done["outcome"], told.candidates, told.replay.state) == ("declined", (), "same")


def test_a_replay_needs_no_more_than_the_database(sample_house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    script: list[Step] = ["Nobody wrote this.", ModelUnavailable("cut off")]
    turn = events_of(with_model(sample_house, ScriptedChat(script)), PLAIN)[-1].data["turn"]
    caplog.clear()
    database = open_database(sample_house.settings.home)
    with database.read() as session:
        told = explain_turn(session, turn)
    database.close()
    assert told.replay == Replay(ReplayState.SAME)
    assert [record for record in caplog.records if record.name.startswith(("assistant", "knowledge", "prompts"))] == []


REST = "# Resting\n\nThe dough rests for four hours before it is shaped. Fold it every thirty minutes.\n"
DOUGH = "How long does the dough rest before it is shaped?"


def test_a_turn_is_said_again_after_its_course_moved_on(house: House, take_in: TakeIn) -> None:
    take_in({"dough.md": REST, "oven.md": "# Oven\n\nBake at 240 degrees.\n"}, "bread")
    first = ask(house, DOUGH, "bread")
    assert first["citations"][0]["title"] == "Resting"
    take_in(
        {"dough.md": REST.replace("Resting", "A rest").replace("four", "nine"), "oven.md": "# Oven\n\nHot.\n"}, "bread"
    )
    second = ask(house, DOUGH, "bread")
    assert second["text"] != first["text"]
    take_in({"oven.md": "# Oven\n\nHot.\n"}, "bread")
    with house.database.write() as session:
        describe_product(session, "bread", url_template="https://school.example/{lesson}#{anchor}")
    for turn in (first["turn"], second["turn"]):
        assert explained(house, turn).replay == Replay(ReplayState.SAME)


def proved(sentence: str, reply: dict[str, Any]) -> str:
    """A sentence with a true quote, whichever number its passage was sent under."""
    quote = next(each["quote"] for each in reply["citations"] if "how surprising" in each["quote"])
    return sentence + "".join(f' [[{number}|"{quote}"]]' for number in range(1, 9))


@pytest.fixture
def plain(sample_house: House) -> dict[str, Any]:
    return ask(sample_house, PLAIN)


SAID = "It says how surprising the data are if there is no effect."
SCRIPTS: dict[str, list[str | Exception]] = {
    "supported": ["It says ", "how surprising the data are if there is no effect.", "PROOF", " Bye."],
    "in a list": [f"- {SAID}", "PROOF", "\n- It does not say how large the effect is.", "PROOF"],
    "cut off": [SAID, "PROOF", "\nAnd mo", ModelUnavailable("the connection was lost")],
    "never begun": [ModelUnavailable("no connection")],
    "made up": ['It is a thing. [[1|"nobody ever wrote this"]]'],
    "not covered": ["NOT_COVERED"],
    "covered in part": [SAID, "PROOF", " NOT_COVERED"],
    "mostly false": [SAID, "PROOF", " It says it in 3 days.", "PROOF", " And in Paris.", "PROOF"],
    "foreign": ["Это вероятность таких данных при нулевой гипотезе.", "PROOF"],
    "half a surrogate pair": [SAID, "PROOF", " \ud83d"],
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_model_worded_is_said_again_without_it(sample_house: House, plain: dict[str, Any], name: str) -> None:
    script = [proved("", plain) if step == "PROOF" else step for step in SCRIPTS[name]]
    done = events_of(with_model(sample_house, ScriptedChat(script)), PLAIN)[-1].data
    told = explained(sample_house, done["turn"])
    assert told.replay == Replay(ReplayState.SAME)
    assert told.model is not None
    assert told.model.reply == "".join(step for step in script if isinstance(step, str))
    errors = [str(step) for step in script if isinstance(step, Exception)]
    assert [told.model.error] == (errors or [None])


def test_a_model_that_nothing_was_sent_to_leaves_a_turn_that_is_said_again(sample_house: House) -> None:
    chat = ScriptedChat(["never asked"])
    done = events_of(with_model(sample_house, chat, budget_tokens=20), PLAIN)[-1].data
    told = explained(sample_house, done["turn"])
    assert told.model is not None
    assert (chat.asked, told.model.sent, told.model.reply, told.replay.state) == ([], (), None, "same")


def test_the_models_part_names_prompt_passages_and_what_was_held_back(
    sample_house: House, plain: dict[str, Any]
) -> None:
    chat = ScriptedChat([proved(SAID, plain), " Not proved."])
    done = events_of(with_model(sample_house, chat), PLAIN)[-1].data
    model = explained(sample_house, done["turn"]).model
    prompt = load_prompt("answer")
    assert model is not None
    assert model.prompt == {"name": "answer", "version": prompt.version, "hash": prompt.hash}
    assert (model.prompt_now, model.messages_now) == ("same", "same")
    assert (model.model, model.sentences_dropped, model.not_covered) == ("scripted:model", 1, False)
    told = chat.asked[0][-1].text
    with sample_house.database.read() as session:
        for number, passage in enumerate(model.sent, 1):
            words = session.execute(text("SELECT text FROM passage WHERE id = :id"), {"id": passage}).scalar_one()
            assert f"passage {number}\n" in told
            assert words in told


def test_an_explanation_says_what_the_answer_rests_on(sample_house: House, plain: dict[str, Any]) -> None:
    told = explained(sample_house, plain["turn"])
    assert (told.question, told.product, told.reply["text"]) == (PLAIN, "ab-tests-en", plain["text"])
    assert told.basis["encoder"] == sample_house.encoder.id
    assert told.basis["passages"] > len(told.candidates) > 3
    assert told.understood["lang"] == "en"
    assert list(told.terms) == list(told.understood["terms"])
    assert any(0 < each["texts"] < told.basis["passages"] for each in told.terms.values())
    assert (told.judgement["outcome"], told.judgement["confidence"]) == (plain["outcome"], plain["confidence"])
    assert told.judgement["strength"] > told.judgement["scale"]["threshold"]
    assert told.judgement["signs"].keys() == told.judgement["scale"]["mean"].keys()
    for each in told.candidates:
        assert {"score", "dense", "lexical", "dense_z", "lexical_z"} <= each.scores.keys()
        assert each.heading
    assert [each.scores["score"] for each in told.candidates] == sorted(
        (each.scores["score"] for each in told.candidates), reverse=True
    )
    quoted = {each.passage for each in told.candidates if each.role == "quoted"}
    assert quoted == {citation["passage"] for citation in plain["citations"]}
    with sample_house.database.read() as session:
        for citation, (passage, start, end) in zip(plain["citations"], told.quotes, strict=True):
            words = session.execute(text("SELECT text FROM passage WHERE id = :id"), {"id": passage}).scalar_one()
            assert words[start:end] == citation["quote"]


def test_an_extractive_turns_trace_stays_small(sample_house: House) -> None:
    for product, question in QUESTIONS.values():
        ask(sample_house, question, product)
    with sample_house.database.read() as session:
        sizes = session.execute(text("SELECT length(CAST(trace AS BLOB)) FROM turn")).scalars().all()
    assert max(sizes) < 9_000


def test_a_program_that_would_quote_otherwise_is_shown_with_the_difference(
    sample_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shorter(*found: Any, **more: Any) -> tuple[Quote, ...]:
        return tuple(replace(quote, end=quote.end - 1) for quote in extract(*found, **more))

    done = ask(sample_house, PLAIN)
    monkeypatch.setattr("assistant.replay.extract", shorter)
    replay = explained(sample_house, done["turn"]).replay
    assert (replay.state, set(replay.changed)) == (ReplayState.DIFFERS, {"text", "citations"})
    assert "text" in replay.reason
    was, now = (f"-{done['text'].splitlines()[0]}", f"+{done['citations'][0]['quote'].splitlines()[0][:-1]} [1]")
    assert (was in replay.diff, now in replay.diff) == (True, True)


def test_a_program_that_would_judge_otherwise_is_shown(sample_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def harsher(*found: Any, **more: Any) -> Judgement:
        return replace(judge(*found, **more), outcome=Outcome.DECLINED)

    turn = ask(sample_house, PLAIN)["turn"]
    monkeypatch.setattr("assistant.replay.judge", harsher)
    replay = explained(sample_house, turn).replay
    assert replay.state is ReplayState.DIFFERS
    assert {"outcome", "text", "citations"} <= set(replay.changed)


def test_a_passage_that_was_written_over_is_noticed(sample_house: House, plain: dict[str, Any]) -> None:
    passage = plain["citations"][0]["passage"]
    change(sample_house, "UPDATE passage SET text = upper(text) WHERE id = :id", id=passage)
    replay = explained(sample_house, plain["turn"]).replay
    assert (replay.state, "citations" in replay.changed) == (ReplayState.DIFFERS, True)


def test_a_reply_that_was_written_over_is_noticed(sample_house: House, plain: dict[str, Any]) -> None:
    reply = json.dumps({**plain, "text": "Something else. [1]"})
    change(sample_house, "UPDATE turn SET reply = :reply WHERE id = :turn", reply=reply, turn=plain["turn"])
    events = json.dumps(kept_turn(sample_house, plain["turn"]).events).replace("probability", "certainty")
    change(sample_house, "UPDATE turn SET events = :events WHERE id = :turn", events=events, turn=plain["turn"])
    replay = explained(sample_house, plain["turn"]).replay
    assert (replay.state, replay.changed) == (ReplayState.DIFFERS, ("text",))
    assert "-Something else. [1]" in replay.diff


def test_a_passage_that_was_erased_is_said_to_be(sample_house: House, plain: dict[str, Any]) -> None:
    passage = plain["citations"][0]["passage"]
    for table in ("revision_passage", "window"):
        change(sample_house, f"DELETE FROM {table} WHERE passage = :id", id=passage)
    change(sample_house, "DELETE FROM passage WHERE id = :id", id=passage)
    told = explained(sample_house, plain["turn"])
    assert told.replay.state is ReplayState.IMPOSSIBLE
    assert "erased" in told.replay.reason
    assert passage in told.replay.reason
    assert told.reply["text"] == plain["text"]


def test_vectors_that_are_no_longer_kept_are_named(sample_house: House, plain: dict[str, Any]) -> None:
    change(sample_house, "DELETE FROM vector")
    replay = explained(sample_house, plain["turn"]).replay
    assert (replay.state, sample_house.encoder.id in replay.reason) == (ReplayState.IMPOSSIBLE, True)


def test_a_turn_from_before_replay_was_possible_says_so(sample_house: House, plain: dict[str, Any]) -> None:
    hits = [{"passage": "p-1", "score": 1.0, "dense": 0.9, "lexical": 3.0}]
    rewrite_trace(
        sample_house,
        plain["turn"],
        lambda _trace: {
            "shelf": 2,
            "hits": hits,
            "model": "m",
            "prompt": {"name": "answer", "version": 1, "hash": "0"},
        },
    )
    told = explained(sample_house, plain["turn"])
    assert told.replay.state is ReplayState.IMPOSSIBLE
    assert "before replay was possible" in told.replay.reason
    assert (told.basis, told.candidates, told.reply["text"]) == ({}, (), plain["text"])
    assert told.model is not None
    assert told.model.prompt_now == "differs"


def test_a_prompt_that_was_withdrawn_is_said_to_be_gone(sample_house: House, plain: dict[str, Any]) -> None:
    chat = ScriptedChat([proved(SAID, plain)])
    turn = events_of(with_model(sample_house, chat), PLAIN)[-1].data["turn"]
    rewrite_trace(sample_house, turn, lambda trace: {**trace, "prompt": {**trace["prompt"], "version": 99}})
    told = explained(sample_house, turn)
    assert told.model is not None
    assert told.model.prompt_now == "gone"
    assert told.replay == Replay(ReplayState.SAME)


def test_a_turn_nobody_had_is_not_found(sample_house: House) -> None:
    with pytest.raises(NotFound, match="no turn"):
        explained(sample_house, "t-nobody")


@pytest.fixture
def reopened(sample_house: House, encoder: CachedEncoder) -> Iterator[House]:
    """Another process's house on the same home."""
    with open_house(Settings(home=sample_house.settings.home), encoder=encoder) as opened:
        yield opened


def test_searching_again_says_that_nothing_moved(sample_house: House, reopened: House, plain: dict[str, Any]) -> None:
    told = explained(sample_house, plain["turn"])
    with reopened.database.read() as session:
        product = find_product(session, "ab-tests-en")
    now = compare_search(told, reopened.answerer.look(PLAIN, product), encoder=reopened.encoder.id)
    assert (now.moved, now.gone, now.new, now.same_order) == ((), (), (), True)
    assert (now.outcome, now.confidence) == (plain["outcome"], plain["confidence"])


def test_searching_again_says_what_moved(house: House, take_in: TakeIn) -> None:
    take_in({"dough.md": REST}, "bread")
    turn = ask(house, DOUGH, "bread")["turn"]
    take_in({"dough.md": REST, "more.md": "# More\n\nRye dough rests for a day before it is shaped.\n"}, "bread")
    with house.database.read() as session:
        product = find_product(session, "bread")
    told = explained(house, turn)
    now = compare_search(told, house.answerer.look(DOUGH, product), encoder="another-encoder")
    assert now.moved == ("content", "encoder")
    assert (len(now.top), now.gone, len(now.new), now.same_order) == (2, (), 1, False)
    assert told.replay == Replay(ReplayState.SAME)
