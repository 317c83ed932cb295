"""A chat model drafts a proposal: what its quotes bear out is kept, and nothing of it decides anything."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from companion.model_drafts import draft_proposal
from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from feedback.draft_with_model import ModelSentence, borne_out
from feedback.item import ItemKind, Place
from feedback.proposal import Proposal, ProposalState
from feedback.proposals import history_of, list_proposals
from feedback.propose import propose
from feedback.tables import ProposalRow
from foundation.errors import CompanionError, Conflict, Invalid, ModelUnavailable
from foundation.ids import ProductSlug
from prompts.catalogue import load_prompt
from prompts.fences import fence, fence_numbered
from tests.assistant.made_sources import source
from tests.feedback.kept_house import emptied, kept_house
from tests.feedback.troubled import troubled
from tests.prompts.scripted import ScriptedChat

COURSE = ProductSlug("course")
PLACE = Place("tests", "reading-a-result")
LESSON = """# Tests

## Reading a result

We compare the difference with its standard error.

## Spread

A standard error tells how far the mean of one sample strays. It gets smaller when the sample grows to 400 users.
"""
PROVED = 'A standard error tells how far the mean of one sample strays. [[1|"tells how far the mean of one sample"]]'
MADE_UP = 'It was found by a lord in 1908. [[1|"gets smaller when the sample grows"]]'
SNAPSHOTS = Path(__file__).parents[1] / "snapshots"


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    with kept_house(tmp_path_factory.mktemp("kept"), encoder, {"course": {"tests.md": LESSON}}) as kept:
        yield kept


@pytest.fixture
def house(_kept: House) -> House:
    house = emptied(_kept)
    lost = [f"what is a standard error {way}" for way in ("?", "here?", "at all?", "please?", "again?")]
    troubled(house, "th-lost", PLACE, lost, item_kind=ItemKind.STUCK, terms=["standard error"])
    propose(house.database, house.shelves, COURSE, now=house.clock(), answers=lambda _session, _product: [])
    return house


def _the_one(house: House) -> Proposal:
    with house.database.read() as session:
        return list_proposals(session, COURSE)[0]


def _draft(house: House, *reply: str) -> tuple[Proposal, ScriptedChat]:
    chat = ScriptedChat(reply)
    answering = replace(house, answerer=replace(house.answerer, chat=chat))
    return anyio.run(lambda: draft_proposal(answering, COURSE, _the_one(house).id, by="p-ann")), chat


def test_sentences_the_course_bears_out_become_the_draft_and_wait_for_an_author(house: House) -> None:
    done, chat = _draft(house, PROVED, "\n", MADE_UP)
    assert (done.origin, done.state, done.decided_by, done.version) == ("model", ProposalState.OPEN, None, 2)
    assert [change.markdown for change in done.changes] == [
        "A standard error tells how far the mean of one sample strays."
    ]
    assert [each["lesson"] for each in done.sources] == ["tests"]
    asked = chat.asked[0][1].text
    assert "We compare the difference with its standard error." in asked
    assert "- what is a standard error" in asked
    with house.database.read() as session:
        told = history_of(session, COURSE, done.id)[-1]
        made_with = session.get_one(ProposalRow, done.id).made_with["model"]
    assert (told.what, told.who) == ("drafted", "p-ann")
    assert (made_with["prompt"]["name"], made_with["prompt"]["version"]) == ("proposal", 1)


def test_a_model_draft_is_not_written_over_by_a_rule(house: House) -> None:
    done, _ = _draft(house, PROVED)
    troubled(house, "th-lost", PLACE, ["standard error?"] * 5, round_=1)
    propose(house.database, house.shelves, COURSE, now=house.clock(), answers=lambda _session, _product: [])
    assert _the_one(house).changes == done.changes


@pytest.mark.parametrize("reply", ["NOT_COVERED", MADE_UP, "Read the lesson again.", "Errors are big. [[9|'none']]"])
def test_where_nothing_is_borne_out_the_proposal_stays_as_it_was(house: House, reply: str) -> None:
    before = _the_one(house)
    with pytest.raises(Invalid, match="write the text yourself"):
        _draft(house, reply)
    assert _the_one(house) == before


def test_without_a_model_or_with_one_that_is_out_nothing_changes(house: House) -> None:
    before = _the_one(house)
    with pytest.raises(ModelUnavailable):
        anyio.run(lambda: draft_proposal(house, COURSE, before.id, by="p-ann"))
    with pytest.raises(ModelUnavailable):
        _draft(house)
    assert _the_one(house) == before


@pytest.mark.parametrize(
    ("change", "error"),
    [({"kind": "fix_error"}, Invalid), ({"state": "rejected"}, Conflict), ({"drafted": []}, Conflict)],
)
def test_what_is_decided_written_at_or_an_authors_to_say_is_not_drafted(
    house: House, change: dict[str, object], error: type[CompanionError]
) -> None:
    with house.database.write() as session:
        row = session.get_one(ProposalRow, _the_one(house).id)
        for column, value in change.items():
            setattr(row, column, value)
    with pytest.raises(error):
        _draft(house, PROVED)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("It takes 30 days.", "It takes three days to see it."),
        ("It takes three days.", "It takes four days to see it."),
        ("See www.example.org for it.", "It takes three days to see it."),
    ],
)
def test_a_number_an_address_or_a_quote_that_is_nowhere_drops_the_sentence(text: str, quote: str) -> None:
    sources = [source("It takes three days to see it.")]
    told = ModelSentence(text, ((sources[0].passage, quote),))
    assert borne_out([told], sources) == []
    assert borne_out([ModelSentence("It takes three days.", ((sources[0].passage, "takes three days"),))], sources)


def test_the_prompt_is_rendered_as_it_was_released() -> None:
    messages = load_prompt("proposal", 1).render(
        passages=fence_numbered(["Spread\nIt strays."], "passage"),
        question=fence("We compare.\n\n- what strays?", "question"),
        language="English",
        max_words=120,
    )
    rendered = "\n\n".join(f"[{message.role}]\n{message.text}" for message in messages) + "\n"
    assert rendered == (SNAPSHOTS / "proposal-v1.txt").read_text(encoding="utf-8")
