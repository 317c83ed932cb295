"""`companion release draft|edits|diff`: approved changes go out under an author's name, and into the author's files."""

from pathlib import Path

import pytest

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from feedback.decide import approve
from feedback.proposal import ProposalKind, ProposalState
from feedback.tables import ProposalRow
from foundation.settings import Settings
from knowledge.edits import change_to_plain, replace_blocks
from knowledge.revisions import live_state
from learning.accounts import add_account
from learning.roles import Role, grant_role
from tests.api.serving import LESSONS, PRODUCT
from tests.cli.conftest import Run
from tests.cli.processes import write_course

LONGER = "The dough rests for a whole night, because time gives it its taste."


@pytest.fixture
def proposal(baked: Path, encoder: CachedEncoder) -> str:
    """The id of an approved proposal, in a home with an author of the login ann."""
    with open_house(Settings(home=baked, encode_workers=1, index="exact"), encoder=encoder) as house:
        return _approved(house)


def _approved(house: House) -> str:
    now = house.clock()
    with house.database.write() as session:
        ann = add_account(session, login="ann", secret="", name="Ann", now=now)
        add_account(session, login="bob", secret="", name="Bob", now=now)
        grant_role(session, ann, Role.AUTHOR, product=PRODUCT, now=now)
        live = live_state(session, PRODUCT, "02-dough")
        number = next(at for at, block in enumerate(live.blocks) if block["text"].startswith("The dough rests"))
        plain = [change_to_plain(replace_blocks(live.blocks, number, number, LONGER))]
        row = ProposalRow(id="pr-1", product=PRODUCT, kind=ProposalKind.CLARIFY, state=ProposalState.OPEN, version=1)
        row.lesson, row.anchor, row.themes, row.reason, row.evidence = live.slug, "resting", [], "how long?", []
        row.base, row.changes, row.drafted = live.revision, plain, plain
        row.expected, row.reuse, row.sources, row.origin, row.made_with = {}, [], [], "model", {}
        row.severity, row.decision, row.created, row.updated = 1.0, "", now, now
        session.add(row)
        session.flush()
        approve(session, PRODUCT, row.id, by=ann, version=1, now=now)
    return "pr-1"


def test_an_approved_change_goes_out_under_an_authors_name_and_into_their_files(
    run: Run, proposal: str, tmp_path: Path, unmeasured: None
) -> None:
    assert "is no author" in run("release", "draft", proposal, "--product", PRODUCT, "--by", "bob").reason()
    assert run("release", "draft", proposal, "--product", PRODUCT, "--by", "ann", "--json").json()["number"] == 2
    for nobody in ((), ("--by", "bob")):
        assert "author" in run("release", "publish", "--product", PRODUCT, *nobody).reason()
    assert run("release", "publish", "--product", PRODUCT, "--by", "ann", "--json").json()["who"] == "Ann"
    [edit] = run("release", "edits", "--product", PRODUCT, "--json").json()["edits"]
    assert (edit["state"], edit["release"], edit["slug"]) == ("live", 2, "02-dough")
    files = write_course(tmp_path / "files", LESSONS)
    patch = run("release", "diff", "--product", PRODUCT, "--files", str(files)).out
    assert "+++ b/02-dough.md" in patch
    assert f"+{LONGER}" in patch.splitlines()
    assert run("ingest", str(files), "--product", PRODUCT, "--json").json()["warnings"] == []
    before = LESSONS["02-dough.md"].partition("The dough rests")[0]
    (files / "02-dough.md").write_text(f"{before}{LONGER}\n")
    run("ingest", str(files), "--product", PRODUCT, "--json").json()
    assert run("release", "edits", "--product", PRODUCT, "--json").json()["edits"][0]["state"] == "absorbed"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("draft", "pr-9", "--by", "ann"), "no proposal"),
        (("draft", "pr-1", "--by", "nobody"), "no author"),
        (("diff", "ed-9"), "companion release edits"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(run: Run, proposal: str, words: tuple[str, ...], reason: str) -> None:
    done = run("release", words[0], *words[1:], "--product", PRODUCT)
    assert done.code == 1
    assert reason in done.reason()
