"""`companion feedback proposals|decide|draft|decisions`, at the home of the small course."""

import json
from pathlib import Path

import pytest

from companion.wiring import open_house
from evals.cached_encoder import CachedEncoder
from feedback.item import Place
from feedback.propose import propose
from foundation.ids import ProductSlug
from foundation.settings import Settings
from learning.accounts import add_account
from learning.roles import Role, grant_role
from tests.api.serving import PRODUCT
from tests.cli.conftest import Run
from tests.feedback.troubled import troubled

WRONG = ["it should be a day instead of dough", "not dough but a day", "dough is wrong", "dough?", "the dough is wrong"]


@pytest.fixture
def proposal(baked: Path, encoder: CachedEncoder) -> str:
    """The id of an open proposal, in a home with an author of the login ann."""
    with open_house(Settings(home=baked, encode_workers=1, index="exact"), encoder=encoder) as house:
        with house.database.write() as session:
            ann = add_account(session, login="ann", secret="", name="Ann", now=house.clock())
            grant_role(session, ann, Role.AUTHOR, product=PRODUCT, now=house.clock())
        troubled(house, "th-dough", Place("02-dough", "resting"), WRONG, terms=["dough"], product=PRODUCT)
        slug, now = ProductSlug(PRODUCT), house.clock()
        (made,) = propose(house.database, house.shelves, slug, now=now, answers=lambda _session, _product: [])
    return made


def test_an_author_reads_edits_and_approves_a_proposal_and_takes_the_case_out(
    proposal: str, run: Run, tmp_path: Path
) -> None:
    mine = ("--product", PRODUCT, "--by", "ann")
    assert proposal in run("feedback", "proposals", "--product", PRODUCT, "--state", "open").out
    told = run("feedback", "proposals", proposal, "--product", PRODUCT, "--json").json()
    assert (told["kind"], told["version"], told["history"][0]["what"]) == ("fix_error", 1, "proposed")
    changes = tmp_path / "changes.json"
    changes.write_text(json.dumps([{**told["changes"][0], "markdown": "It rests for a day."}]))
    assert "open, version 2" in run("feedback", "decide", proposal, "edit", *mine, "--changes", str(changes)).out
    assert "approved, version 3" in run("feedback", "decide", proposal, "approve", *mine, "--version", "2").out
    case = json.loads(run("feedback", "decisions", "--product", PRODUCT).out)
    assert (case["verdict"], len(case["said"])) == ("edited", 5)
    late = run("feedback", "decide", proposal, "reject", *mine, "--version", "2", "--reason", "no")
    assert "changed by Ann" in late.reason()


def test_what_cannot_be_decided_is_told_and_changes_nothing(proposal: str, run: Run) -> None:
    for told, *typed in (
        ("write why not", "reject", "--by", "ann"),
        ("no author", "approve", "--by", "bob"),
        ("--until", "postpone", "--by", "ann", "--until", "soon"),
        ("--changes FILE", "edit", "--by", "ann"),
        ("holds no list of changes", "edit", "--by", "ann", "--changes", __file__),
        ("no chat model", "draft"),
    ):
        words = ("draft", proposal, "--by", "ann") if typed == ["draft"] else ("decide", proposal, *typed)
        assert told in run("feedback", *words, "--product", PRODUCT).reason()
    assert run("feedback", "proposals", proposal, "--product", PRODUCT, "--json").json()["version"] == 1
