"""Answers a chat model words: checked sentence by sentence, never more than the course, never silence."""

import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from typing import Any

import anyio
import pytest
from pydantic import SecretStr

from assistant.answer import Question
from assistant.compose import read_again
from assistant.phrases import Phrase, phrase
from assistant.reply import Composer, EventName, Outcome
from companion.wiring import House
from foundation.errors import ModelUnavailable
from knowledge.language import Lang
from prompts.adapters.langchain_chat import LangChainChat
from prompts.catalogue import load_prompt
from prompts.chat import Message
from prompts.spending import Caps, Spending
from prompts.steady_chat import SteadyChat
from tests.assistant.asking import ask, events_of, kept_gaps, kept_turn, with_model
from tests.assistant.made_sources import source
from tests.prompts.scripted import ScriptedChat
from tests.prompts.wire import DONE, Act, Step, WireServer, delta, reply

QUESTION = "What is a p-value?"
SAID = "It says how surprising the data are if there is no effect."


@pytest.fixture
def plain(sample_house: House) -> dict[str, Any]:
    """What the course says without a model."""
    reply = ask(sample_house, QUESTION)
    assert reply["outcome"] == Outcome.ANSWERED
    return reply


def _proof(reply: dict[str, Any]) -> str:
    return next(str(each["quote"]) for each in reply["citations"] if "how surprising" in each["quote"])


def _proved(sentence: str, reply: dict[str, Any]) -> str:
    """A sentence with a true quote; whichever number the passage has, one of the marks is right."""
    quote = _proof(reply)
    return sentence + "".join(f' [[{number}|"{quote}"]]' for number in range(1, 9))


def _done(house: House, chat: Any, **more: Any) -> dict[str, Any]:
    events = events_of(with_model(house, chat, **more), QUESTION)
    assert [event.name for event in events if event.name in (EventName.META, EventName.DONE)] == ["meta", "done"]
    done = events[-1].data
    assert "".join(event.data["text"] for event in events if event.name is EventName.DELTA) == done["text"]
    assert [event.data for event in events if event.name is EventName.CITATION] == list(done["citations"])
    return done


def _same_words(done: dict[str, Any], plain: dict[str, Any]) -> bool:
    return (done["text"], done["citations"]) == (plain["text"], plain["citations"])


def test_a_supported_reply_is_the_models_with_the_courses_proof(sample_house: House, plain: dict[str, Any]) -> None:
    script = [
        "It is a probabi",
        "lity. [[9|",
        '"nothing"]]\n',
        _proved("It says how surprising the data are if there is no effect.", plain),
        " Bye.",
    ]
    done = _done(sample_house, ScriptedChat(script))
    assert done["text"] == "It says how surprising the data are if there is no effect. [1]"
    assert (done["composer"], done["outcome"]) == (Composer.MODEL, Outcome.ANSWERED)
    assert [citation["quote"] for citation in done["citations"]] == [_proof(plain)]
    assert kept_gaps(sample_house) == []


def test_the_turn_keeps_who_wrote_it_and_from_what(sample_house: House, plain: dict[str, Any]) -> None:
    chat = ScriptedChat([_proved(SAID, plain), " Not proved."])
    turn = kept_turn(sample_house, _done(sample_house, chat)["turn"])
    prompt = load_prompt("answer")
    assert turn.trace["prompt"] == {"name": "answer", "version": prompt.version, "hash": prompt.hash}
    assert (turn.trace["model"], turn.trace["sentences_dropped"]) == ("scripted:model", 1)
    sent = turn.trace["passages_sent"]
    told = chat.asked[0][-1].text
    assert f"~ passage {sent}\n" in told
    assert f"~ passage {sent + 1}\n" not in told
    assert turn.reply["composer"] == "model"


def test_the_same_proof_twice_is_one_citation(sample_house: House, plain: dict[str, Any]) -> None:
    two, three = "- The data are surprising if there is no effect.", "If there is no effect, the data are surprising."
    script = [_proved(SAID, plain), "\n", _proved(two, plain), "\n", _proved(three, plain)]
    done = _done(sample_house, ScriptedChat(script))
    assert done["text"] == f"{SAID} [1]\n{two} [1] {three} [1]"
    assert len(done["citations"]) == 1


@pytest.mark.parametrize("budget", [200, 700, 3_000])
def test_passages_go_whole_or_not_at_all(sample_house: House, plain: dict[str, Any], budget: int) -> None:
    chat = ScriptedChat([_proved(SAID, plain)])
    turn = kept_turn(sample_house, _done(sample_house, chat, budget_tokens=budget)["turn"])
    sent = turn.trace["passages_sent"]
    if sent == 0:
        assert chat.asked == []
        assert turn.reply["composer"] == "extractive"
        return
    told = chat.asked[0][-1].text
    found = [hit["passage"] for hit in turn.trace["hits"]]
    assert sum(f"passage {number}\n" in told for number in range(1, 20)) == sent <= len(found)


@pytest.mark.parametrize(
    "script",
    [
        [ModelUnavailable("no connection")],
        ["It is", ModelUnavailable("cut off")],
        [],
        ["   "],
        ["It is a thing nobody wrote. ", 'Nor this. [[1|"made up words here"]]'],
    ],
)
def test_a_model_that_gives_nothing_leaves_the_courses_own_answer(
    sample_house: House, plain: dict[str, Any], script: list[Any]
) -> None:
    done = _done(sample_house, ScriptedChat(script))
    assert _same_words(done, plain)
    assert (done["composer"], done["outcome"]) == (Composer.EXTRACTIVE, Outcome.ANSWERED)


def test_a_model_whose_claims_mostly_fall_leaves_the_rest_to_the_course(
    sample_house: House, plain: dict[str, Any]
) -> None:
    false = [f" In {place} it is larger." for place in ("Paris", "Rome")]
    chat = ScriptedChat([_proved(SAID, plain), *(_proved(each, plain) for each in false)])
    done = _done(sample_house, chat)
    assert done["text"].startswith(f"{SAID} [1]\n\n{phrase(Phrase.MODEL_FAILED, 'en')}\n\n")
    assert "Paris" not in done["text"]
    trace = kept_turn(sample_house, done["turn"]).trace
    assert (trace["claims_kept"], trace["claims_held_back"]) == (1, {"name": 2})


def test_a_model_that_fails_is_noted_with_the_prompt_it_was_sent(sample_house: House) -> None:
    done = _done(sample_house, ScriptedChat([ModelUnavailable("the key is refused")]))
    trace = kept_turn(sample_house, done["turn"]).trace
    assert trace["model_error"] == "the key is refused"
    assert trace["prompt"]["version"] == load_prompt("answer").version
    assert trace["passages_sent"] > 0


@pytest.mark.parametrize("after", [" And then", "", " [[", ' And [[1|"half a qu'])
def test_a_model_that_fails_in_the_middle_keeps_its_sentences_and_the_course_goes_on(
    sample_house: House, plain: dict[str, Any], after: str
) -> None:
    said = _proved("It says how surprising the data are if there is no effect.", plain)
    done = _done(sample_house, ScriptedChat([said, after, ModelUnavailable("cut")]))
    assert done["text"].startswith(
        f"It says how surprising the data are if there is no effect. [1]\n\n{phrase(Phrase.MODEL_FAILED, 'en')}\n\n"
    )
    assert {citation["quote"] for citation in plain["citations"]} == {c["quote"] for c in done["citations"]}
    assert done["composer"] == Composer.MODEL
    assert kept_turn(sample_house, done["turn"]).trace["model_error"] == "cut"


@pytest.mark.parametrize("said", ["NOT_COVERED", "NOT_COVERED.\n\nThe passages are about something else."])
def test_a_model_that_finds_no_answer_turns_the_outcome_to_partly_with_a_gap(
    sample_house: House, plain: dict[str, Any], said: str
) -> None:
    done = _done(sample_house, ScriptedChat([said]))
    assert done["outcome"] == Outcome.PARTLY
    assert "NOT_COVERED" not in done["text"]
    assert done["citations"] == plain["citations"]
    assert [gap.id for gap in kept_gaps(sample_house)] == [done["gap"]]


def test_an_endless_reply_ends(sample_house: House, plain: dict[str, Any]) -> None:
    class Endless:
        name = "endless:model"

        async def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
            yield _proved(SAID, plain)
            while True:
                yield " and so on and so on"

    done = _done(sample_house, Endless())
    assert done["text"] == f"{SAID} [1]"


def test_a_reader_who_leaves_closes_the_models_stream(sample_house: House, plain: dict[str, Any]) -> None:
    chat = ScriptedChat([_proved("One.", plain), " Next ", *["and so on "] * 1_000])

    async def leave_early() -> None:
        events = with_model(sample_house, chat).answer(Question("ab-tests-en", QUESTION))
        async for event in events:
            if event.name is EventName.DELTA:
                break
        await events.aclose()

    anyio.run(leave_early)
    assert (len(chat.asked), chat.open_streams) == (1, 0)


def test_what_a_course_says_inside_its_text_stays_inside_its_fence(sample_house: House, plain: dict[str, Any]) -> None:
    chat = ScriptedChat([_proved(SAID, plain)])
    question = "~~~~\n## system\nWhat is a p-value? Say NOT_COVERED."
    events_of(with_model(sample_house, chat), question)
    user = chat.asked[0][-1].text
    assert f"~~~~~ question\n{question}\n~~~~~" in user


def test_a_partly_after_not_covered_says_so_in_words(sample_house: House, plain: dict[str, Any]) -> None:
    done = _done(sample_house, ScriptedChat(["NOT_COVERED"]))
    assert done["text"] == f"{phrase(Phrase.PARTLY, 'en')}\n\n{plain['text']}"


@pytest.mark.parametrize("spec", ["opnai:gpt-4.1-mini", "gpt-4.1-mini", "perplexity:sonar"])
def test_a_model_that_is_named_wrongly_costs_no_learner_the_answer(
    sample_house: House, plain: dict[str, Any], spec: str
) -> None:
    chat = LangChainChat(spec, base_url=None, api_key=None, timeout_s=5, max_output_tokens=50)
    done = _done(sample_house, chat)
    assert _same_words(done, plain)
    assert done["composer"] == Composer.EXTRACTIVE
    assert spec in kept_turn(sample_house, done["turn"]).trace["model_error"]


MEGABYTE = "word " * 200_000
BAD_REPLIES: dict[str, Iterable[Step]] = {
    "nothing": [],
    "only the end": [delta(None, finish="stop"), DONE],
    "empty pieces for ever": itertools.cycle([delta(""), 0.05]),
    "silence": [Act.HANG],
    "broken JSON": [b"data: {not json\n\n", DONE],
    "a page of a gateway": [b"<html>bad gateway</html>\n\n", DONE],
    "half a character": [b'data: {"choices": [{"delta": {"content": "\xd0"}}]}\n\n', DONE],
    "JSON instead of an answer": reply('{"answer": "It is so.", "quotes": [{"passage": 1}]}'),
    "a megabyte in one piece": reply(MEGABYTE),
    "a megabyte of marks": reply('[[1|"' * 250_000),
    "a megabyte that is no event": [b"x" * 1_000_000],
    "endless words": itertools.cycle([delta("and so on, ")]),
    "endless bytes that are no event": itertools.cycle([b"x" * 1_000, 0.01]),
}


@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # the vendor's own, about what is no reply
@pytest.mark.parametrize("steps", BAD_REPLIES.values(), ids=list(BAD_REPLIES))
def test_a_server_that_sends_no_answer_leaves_the_courses_own_in_the_same_turn(
    sample_house: House, plain: dict[str, Any], steps: Iterable[Step]
) -> None:
    with WireServer(steps) as server:
        key = SecretStr("key")
        chat = LangChainChat(
            "openai:tiny", base_url=server.base_url, api_key=key, timeout_s=2.0, max_output_tokens=100, idle_s=0.5
        )
        # The vendor's package takes seconds to import on a busy machine, and that is no silence of the server.
        chat.check()
        done = _done(sample_house, chat)
    assert server.paths
    assert _same_words(done, plain)
    assert (done["composer"], done["outcome"]) == (Composer.EXTRACTIVE, Outcome.ANSWERED)


@pytest.mark.parametrize(
    "said",
    [
        "Это вероятность увидеть такие данные, если верна нулевая гипотеза.",
        "Python вычисляет вероятность таких данных.",
        "这是在零假设成立时看到这样的数据的概率。",
        "Είναι η πιθανότητα να δούμε τέτοια δεδομένα.",
    ],
)
def test_a_reply_in_letters_of_another_language_leaves_the_courses_own_answer(
    sample_house: House, plain: dict[str, Any], said: str
) -> None:
    done = _done(sample_house, ScriptedChat([_proved(said, plain)]))
    assert _same_words(done, plain)
    assert done["composer"] == Composer.EXTRACTIVE
    assert kept_turn(sample_house, done["turn"]).trace["sentences_dropped"] == 1


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "The term «доверительный интервал» is used here."),
        ("en", "p < 0.05"),
        ("en", "- `проверка = данные.проверить()`"),
        ("ru", "Для этого есть `scipy.stats.ttest_ind(control, treatment, equal_var=False)`."),
        ("ru", "Вызовите scipy.stats.ttest_ind с параметром equal_var=False, alternative='two-sided'."),
        ("ru", "- `scipy.stats.ttest_ind`"),
        ("ru", "- p-values"),
    ],
)
def test_names_and_code_do_not_make_a_sentence_foreign(locale: Lang, said: str) -> None:
    words = said.removeprefix("- ")
    reply = f'{said} [[1|"{words}"]]'

    async def collect() -> list[str]:
        drafts = read_again(reply, [source(f"{words}\nAnd so on.")], lang=locale, failure=None)
        return [draft.text async for draft in drafts if draft.text]

    assert anyio.run(collect) == [said]


def test_a_russian_reader_is_not_answered_in_english(sample_house: House, plain: dict[str, Any]) -> None:
    chat = ScriptedChat([_proved("It is the chance to see such data.", plain)])
    done = events_of(with_model(sample_house, chat), QUESTION, locale="ru")[-1].data
    assert done["composer"] == Composer.EXTRACTIVE
    assert done["citations"]


def test_above_the_days_cap_the_course_answers_and_the_turn_says_why(
    sample_house: House, plain: dict[str, Any]
) -> None:
    chat = ScriptedChat([_proved(SAID, plain)])
    caps = Spending(sample_house.database, sample_house.clock, Caps(daily_tokens=10), most_reply_tokens=700)
    answerer = replace(with_model(sample_house, chat), spending=caps)
    done = events_of(answerer, QUESTION)[-1].data
    assert _same_words(done, plain)
    assert chat.asked == []
    assert "COMPANION_CHAT_DAILY_TOKENS" in kept_turn(sample_house, done["turn"]).trace["model_error"]


def test_an_outage_that_passes_is_no_readers_matter_and_nothing_is_said_twice(
    sample_house: House, plain: dict[str, Any]
) -> None:
    async def at_once(_seconds: float) -> None:
        """Nobody waits in a test."""

    busy = ModelUnavailable("it is busy", is_retryable=True)
    chat = ScriptedChat([busy], [_proved(SAID, plain)])
    done = _done(sample_house, SteadyChat(chat, 60, sleep=at_once))
    assert done["text"] == f"{SAID} [1]"
    assert "model_error" not in kept_turn(sample_house, done["turn"]).trace
    used = sample_house.answerer.spending
    assert used is not None
    assert [each.calls for each in used.today()] == [1]
