"""The pages of the improvement loop: what learners said, and what an author makes of it."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from feedback.item import ItemKind
from feedback.proposal import ProposalState
from feedback.proposals import find_proposal
from feedback.settings import loop_settings
from feedback.tables import EffectRow
from feedback.theme import ThemeKind
from foundation.settings import Settings
from knowledge.lessons import read_lesson
from learning.roles import Role
from tests.api.console.troubled import ADDED, ANCHOR, BREAD, LESSON, SAID, learners, propose, say
from tests.api.console.visiting import Visitor, visit
from tests.api.serving import LESSONS
from tests.fakes import FixedClock
from tests.feedback.kept_house import kept_house, take_in

DESK = "/console/p/bread"
PROPOSAL = f"{DESK}/proposals/pr-rest"
HIDDEN = "\n<details><summary>Answer</summary>\n\nThe key is forty hours.\n\n</details>\n"


TEA = {"01-tea.md": "# Green tea\n\nGreen tea draws for two minutes.\n"}


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Path:
    """A home with a small course and another product, taken in once."""
    folder = tmp_path_factory.mktemp("baked")
    with kept_house(folder, encoder, {"bread": LESSONS, "tea-house": TEA}):
        pass
    return folder / "home"


@pytest.fixture
def bakery(baked: Path, tmp_path: Path, encoder: CachedEncoder, clock: FixedClock, unmeasured: None) -> Iterator[House]:
    """A house on a home of its own like that."""
    shutil.copytree(baked, tmp_path / "home")
    settings = Settings(home=tmp_path / "home", chat_model=None, index="exact", encode_workers=1)
    with open_house(settings, clock=clock, encoder=encoder) as house:
        yield house


def lesson_text(house: House) -> str:
    with house.database.read() as session:
        return "\n".join(block.text for block in read_lesson(session, BREAD, LESSON).blocks)


def state_of(house: House, name: str = "pr-rest") -> ProposalState:
    with house.database.read() as session:
        return find_proposal(session, BREAD, name).state


def seen_on(page: str) -> dict[str, str]:
    """Which state of a proposal, and of its lesson, a page shows."""
    return dict(re.findall(r'name="(version|base)" value="([^"]+)"', page))


def decide(visitor: Visitor, action: str, **fields: str) -> httpx.Response:
    return visitor.send(f"{PROPOSAL}/{action}", on=PROPOSAL, **{**seen_on(visitor.open(PROPOSAL)), **fields})


def test_a_theme_is_shown_with_its_figures_and_words_and_nothing_below_the_floor(
    client: httpx.Client, bakery: House
) -> None:
    people = learners(bakery, 20)
    say(bakery, people[:12])
    say(bakery, people[:4], ("the zanzibar oven smokes",), theme="t-few", label="zanzibar", anchor="mixing")
    mean = ("steam <script>alert(1)</script> in the oven", "steam in the oven & <b>smoke</b>")
    say(
        bakery,
        people[:6],
        mean,
        theme="t-mean",
        kind=ThemeKind.GAP,
        label="<i>steam</i>",
        item_kind=ItemKind.UNANSWERED,
    )
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    page = ann.open(f"{DESK}/themes")
    assert "dough rest long" in page
    assert SAID[0] in page
    assert "not shown yet: 1" in page
    gaps = ann.open(f"{DESK}/gaps")
    assert "&lt;i&gt;steam&lt;/i&gt;" in gaps
    for path in ("themes", "themes?kind=gap", "gaps", "themes/t-mean", f"lessons/{LESSON}", "lessons", ""):
        shown = ann.open(f"{DESK}/{path}".rstrip("/"))
        assert "zanzibar" not in shown, path
        assert "<script>alert" not in shown
        assert "<b>smoke" not in shown
    for hidden in ("t-few", "t-none"):
        assert "There is nothing here" in ann.open(f"{DESK}/themes/{hidden}", status=404)


def test_a_lesson_shows_where_its_learners_stumble_section_by_section(client: httpx.Client, bakery: House) -> None:
    people = learners(bakery, 20)
    say(bakery, people[:12])
    say(bakery, people[:3], theme="t-few", anchor="mixing")
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    page = ann.open(f"{DESK}/lessons/{LESSON}")
    assert "<svg" in page
    rows = dict(re.findall(r'<th scope="row"[^>]*>([^<]+)</th><td>([^<]+)</td>', page))
    assert rows == {"Mixing and resting": "0", "Mixing": "—", "Resting": "12"}
    assert "fewer than 5" in page
    assert "dough rest long" in page
    assert "Nobody spoke of trouble" in ann.open(f"{DESK}/lessons/04-keeping?days=91")
    ann.open(f"{DESK}/lessons/no-such-lesson", status=404)


def test_a_lesson_is_previewed_as_learners_see_it(client: httpx.Client, bakery: House, tmp_path: Path) -> None:
    take_in(bakery, tmp_path / "bread", {**LESSONS, "02-dough.md": LESSONS["02-dough.md"] + HIDDEN})
    ann = visit(client, bakery, "ann", bread=Role.CURATOR)
    page = ann.open(f"{DESK}/lessons/{LESSON}/preview")
    assert "The dough rests for four hours" in page
    assert "<learning-companion" not in page
    assert "<script" not in page
    learner = client.get(f"/p/bread/lessons/{LESSON}").text
    assert ("forty hours" in page) == ("forty hours" in learner)


def test_an_author_approves_releases_and_takes_back_a_change(client: httpx.Client, bakery: House) -> None:
    say(bakery, learners(bakery, 12))
    propose(bakery)
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    assert "Add the missing answer" in ann.open(f"{DESK}/proposals")
    page = ann.open(PROPOSAL)
    assert f"<ins>{ADDED}</ins>" in page
    assert "Learners ask how long it rests." in page
    assert ADDED in ann.open(f"{PROPOSAL}/preview")
    assert ADDED not in lesson_text(bakery)
    assert decide(ann, "approve").headers["location"] == f"{PROPOSAL}?done=proposal_approved"
    assert ADDED not in lesson_text(bakery)

    nothing = ann.send(f"{DESK}/releases/draft", on=f"{DESK}/releases")
    assert nothing.status_code == 422
    drafted = ann.send(f"{DESK}/releases/draft", on=f"{DESK}/releases", **{"take-pr-rest": "1"})
    draft = drafted.headers["location"].partition("?")[0]
    told = ann.open(draft)
    assert "Changed because you told us where it was hard. Answers what many asked: “Resting”" in told
    assert "Resting" in ann.open(f"{draft}?impact=1")
    assert ADDED not in lesson_text(bakery)
    published = ann.send(f"{draft}/publish", on=draft, note="Resting is clearer.")
    live = published.headers["location"].partition("?")[0]
    assert "learners see it" in ann.open(live)
    assert ADDED in lesson_text(bakery)
    assert state_of(bakery) is ProposalState.RELEASED
    assert "Resting is clearer." in client.get("/p/bread/changes").text
    assert "Watching" in ann.open(f"{DESK}/effects") or "No evidence" in ann.open(f"{DESK}/effects")

    back = re.search(r'action="([^"]+/bring-back)"', ann.open(live))
    assert back
    assert ann.send(back[1], on=live).status_code == 303
    assert ADDED not in lesson_text(bakery)
    assert state_of(bakery) is ProposalState.ROLLED_BACK


def test_of_two_authors_who_decide_at_once_the_second_is_told_and_loses_nothing(
    client: httpx.Client, bakery: House
) -> None:
    say(bakery, learners(bakery, 12))
    propose(bakery)
    ann, bob = visit(client, bakery, "ann", bread=Role.AUTHOR), visit(client, bakery, "bob", bread=Role.AUTHOR)
    seen = seen_on(bob.open(PROPOSAL))
    assert decide(ann, "reject", reason="It is said above.").status_code == 303
    late = bob.send(f"{PROPOSAL}/edit", on=f"{DESK}/settings", **seen, **{"markdown-0": "Bob's own words."})
    assert late.status_code == 409
    assert "by Ann" in late.text
    assert "Bob&#39;s own words." in late.text
    assert state_of(bakery) is ProposalState.REJECTED
    assert "It is said above." in bob.open(PROPOSAL)


def test_what_cannot_be_decided_like_this_is_told_and_changes_nothing(client: httpx.Client, bakery: House) -> None:
    say(bakery, learners(bakery, 12))
    propose(bakery)
    propose(bakery, name="pr-empty", markdown=None)
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    assert decide(ann, "reject", reason="  ").status_code == 422
    for day in ("", "yesterday", "2020-01-01", "0000-00-00"):
        assert decide(ann, "postpone", until=day).status_code == 422
    assert decide(ann, "edit", **{"markdown-0": "  "}).status_code == 422
    assert decide(ann, "approve", version="x").status_code == 409
    without_model = decide(ann, "draft")
    assert without_model.status_code == 422
    assert "The model does not answer just now" in without_model.text
    assert state_of(bakery) is ProposalState.OPEN
    empty = f"{DESK}/proposals/pr-empty"
    page = ann.open(empty)
    assert "write it below" in page
    kept = ann.send(f"{empty}/edit", on=empty, **seen_on(page), **{"markdown-0": "Four *hours*."})
    assert kept.status_code == 303
    assert "<ins>Four hours.</ins>" in ann.open(empty)
    later = bakery.clock() + timedelta(days=9)
    assert decide(ann, "postpone", until=f"{later:%Y-%m-%d}").status_code == 303
    assert state_of(bakery) is ProposalState.POSTPONED
    assert decide(ann, "reopen").status_code == 303
    ann.open(f"{DESK}/proposals/pr-none", status=404)


def test_a_lesson_that_changed_since_is_compared_three_ways_and_the_change_made_anew(
    client: httpx.Client, bakery: House, tmp_path: Path
) -> None:
    say(bakery, learners(bakery, 12))
    propose(bakery)
    changed = LESSONS["02-dough.md"].replace("four hours", "five hours")
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    seen = seen_on(ann.open(PROPOSAL))
    take_in(bakery, tmp_path / "bread", {**LESSONS, "02-dough.md": changed})
    late = ann.send(f"{PROPOSAL}/edit", on=PROPOSAL, **seen, **{"markdown-0": "Written before I saw that."})
    assert late.status_code == 409
    assert "Written before I saw that." in late.text
    refused = decide(ann, "approve")
    assert refused.status_code == 409
    for text in ("four hours", "five hours", ADDED, "As it is now"):
        assert text in refused.text
    assert decide(ann, "edit", **{"markdown-0": "Five hours are enough."}).status_code == 303
    assert decide(ann, "approve").status_code == 303
    assert state_of(bakery) is ProposalState.APPROVED


def test_other_words_for_a_paragraph_that_changed_since_go_in_its_place(
    client: httpx.Client, bakery: House, tmp_path: Path
) -> None:
    say(bakery, learners(bakery, 12))
    propose(bakery, instead=True)
    changed = LESSONS["02-dough.md"].replace("four hours", "five hours")
    take_in(bakery, tmp_path / "bread", {**LESSONS, "02-dough.md": changed})
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    form = ann.open(PROPOSAL).split("/edit")[1]
    assert "<legend>Replace</legend>" in form
    assert "The dough rests for five hours" in form
    assert decide(ann, "edit").status_code == 303
    assert "<del>" in ann.open(PROPOSAL)


def test_rights_decide_who_reads_and_who_decides(client: httpx.Client, bakery: House) -> None:
    say(bakery, learners(bakery, 12))
    propose(bakery)
    tom = visit(client, bakery, "tom", tea_house=Role.AUTHOR)
    cat = visit(client, bakery, "cat", bread=Role.CURATOR)
    mod = visit(client, bakery, "mod", bread=Role.MODERATOR)
    reading = ["themes", "gaps", "themes/t-rest", "lessons", f"lessons/{LESSON}", "proposals", "proposals/pr-rest"]
    reading += ["releases", "releases/1", "effects"]
    for path in reading:
        assert "There is nothing here" in tom.open(f"{DESK}/{path}", status=404)
        cat.open(f"{DESK}/{path}")
        mod.open(f"{DESK}/{path}", status=403)
    assert "Approve" not in cat.open(PROPOSAL)
    for action in ("approve", "edit", "reject", "postpone", "reopen"):
        sent = cat.send(f"{PROPOSAL}/{action}", on="/console/account", version="1", reason="no", until="2030-01-01")
        assert sent.status_code == 403
    for path in ("releases/draft", "releases/1/publish", "releases/1/discard", "releases/1/bring-back", "settings"):
        assert cat.send(f"{DESK}/{path}", on="/console/account", k="3").status_code == 403
        assert tom.send(f"{DESK}/{path}", on="/console/account", k="3").status_code == 404
    assert state_of(bakery) is ProposalState.OPEN


def test_effects_are_told_with_their_interval_and_a_harm_offers_the_way_back(
    client: httpx.Client, bakery: House
) -> None:
    say(bakery, learners(bakery, 12))
    propose(bakery)
    side = {"learners": 40, "troubled": 4, "share": 0.1, "interval_95": [0.04, 0.23]}
    look = {"number": 1, "share": 1.0, "before": side, "after": {**side, "troubled": 16, "share": 0.4}}
    look |= {"rates": {"stuck": {"before": side, "after": side}}, "difference": 0.3, "interval": [0.1, 0.5]}
    now = bakery.clock()
    with bakery.database.write() as session:
        row = EffectRow(id="f-1", product=BREAD, proposal="pr-rest", release=1, lesson=LESSON, anchor=ANCHOR)
        row.released, row.created, row.updated, row.state, row.verdict = now, now, now, "done", "worse"
        row.plan = {"since": (now - timedelta(days=90)).isoformat(), "until": now.isoformat(), "looks": [40]}
        row.plan |= {"anchors": [ANCHOR], "needed": 40, "drop": 0.1}
        row.looks = [{**look, "verdict": "worse", "share": 1.0}]
        session.add(row)
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    for page in (ann.open(f"{DESK}/effects"), ann.open(f"{DESK}/effects/f-1")):
        assert "It made things worse" in page
        assert "10\N{NO-BREAK SPACE}pp … 50\N{NO-BREAK SPACE}pp" in page
        assert "<svg" in page
        assert f"{DESK}/releases" in page.split("<main")[1].split("</nav>")[1]
    ann.open(f"{DESK}/effects/f-2", status=404)


def test_settings_are_an_authors_and_hold_within_their_bounds(client: httpx.Client, bakery: House) -> None:
    ann = visit(client, bakery, "ann", bread=Role.AUTHOR)
    path = f"{DESK}/settings"
    odd = {"k": ("2", "51", "five", "", "-1", "٥", "9" * 20), "mail_to": ("nobody", "a@b\nno address"), "lang": ("de",)}
    for field, values in odd.items():
        for value in values:
            fields = {"k": "7", "mail_to": "", "lang": "", field: value}
            assert ann.send(path, **fields).status_code == 422, (field, value)
    with bakery.database.read() as session:
        assert loop_settings(session, BREAD).k == 5
    assert ann.send(path, k="7", mail_to="a@b.example\r\nc@d.example", lang="ru").status_code == 303
    with bakery.database.read() as session:
        kept = loop_settings(session, BREAD)
    assert (kept.k, kept.mail_to, kept.lang) == (7, ("a@b.example", "c@d.example"), "ru")
    assert 'value="7"' in ann.open(path)
