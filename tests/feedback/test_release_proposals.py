"""From approved proposals to a release and back, and what taking the author's files in makes of them."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.pages.changes import changelog_markdown, tell_entries
from assistant.impact import Effect
from companion.impact import impact_of_proposal
from companion.proposal_desk import (
    compare_proposal,
    discard,
    draft,
    note_for,
    preview_proposal,
    publish,
    roll_back,
)
from companion.wiring import House
from feedback.decide import edit
from feedback.effects import list_effects
from feedback.proposal import ProposalState
from feedback.proposals import history_of
from foundation.errors import Conflict, NotAllowed
from foundation.ids import PersonId
from foundation.settings import Settings
from knowledge.changelog import read_changelog
from knowledge.edits import Change, EditState, insert_behind, replace_blocks
from knowledge.ingest import IngestReport, Target, ingest
from knowledge.lessons import read_lesson
from knowledge.products import find_product
from knowledge.readers import read_course
from knowledge.releases import list_releases
from knowledge.side_by_side import RowKind
from knowledge.tables import EditRow, PassageRow, RevisionRow
from knowledge.three_way import StaleBase
from learning.roles import Role
from tests.assistant.asking import ask
from tests.conftest import TakeIn
from tests.feedback.releasing import FILES, PRODUCT, approved, edit_states, found, live, proposed, staff
from tests.knowledge.editing import LESSON, at
from tests.knowledge.releasing import take

CLEARER = "A spring is a place where water comes out of the ground; a river begins there."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """No index folder: what is looked at is in SQL."""
    return Settings(home=tmp_path / "home", chat_model=None, index="exact", encode_workers=1)


@pytest.fixture(autouse=True)
def _a_course(take_in: TakeIn, unmeasured: None) -> None:
    take_in(FILES)


@pytest.fixture
def author(house: House) -> PersonId:
    return staff(house, "Ann")


def clearer(house: House) -> Change:
    blocks = live(house).blocks
    number = at(list(blocks), "A spring")
    return replace_blocks(blocks, number, number, CLEARER)


def shown(house: House, slug: str = "rivers") -> list[str]:
    with house.database.read() as session:
        return [block.text for block in read_lesson(session, PRODUCT, slug).blocks]


def released(house: House, author: PersonId, name: str = "pr-1") -> int:
    """A proposal in a published release, whose number it gives."""
    approved(house, name, [clearer(house)], by=author)
    number = draft(house, PRODUCT, [name], by=author).release.number
    publish(house, PRODUCT, number, by=author)
    return number


def test_an_approved_change_goes_live_with_its_release_and_not_before(house: House, author: PersonId) -> None:
    approved(house, "pr-1", [clearer(house)], by=author)
    drafted = draft(house, PRODUCT, ["pr-1"], by=author)
    assert (drafted.release.number, found(house, "pr-1").release, edit_states(house)) == (2, 2, [EditState.DRAFT])
    assert CLEARER not in shown(house)
    put = publish(house, PRODUCT, None, by=author, note="Springs explained")
    assert (put.release.who, put.release.note) == ("Ann", "Springs explained")
    assert CLEARER in shown(house)
    assert (found(house, "pr-1").state, edit_states(house)) == (ProposalState.RELEASED, [EditState.LIVE])
    with house.database.read() as session:
        assert [(each.proposal, each.release) for each in list_effects(session, PRODUCT)] == [("pr-1", 2)]
        told = [(event.what, event.who) for event in history_of(session, PRODUCT, "pr-1")]
    assert told[-2:] == [("drafted", author), ("released", author)]


def test_only_the_changed_section_is_encoded(house: House, author: PersonId) -> None:
    approved(house, "pr-1", [clearer(house)], by=author)
    drafted = draft(house, PRODUCT, ["pr-1"], by=author)
    assert 0 < drafted.texts <= 3


def test_several_proposals_of_one_lesson_make_one_release(house: House, author: PersonId) -> None:
    blocks = live(house).blocks
    mouth = insert_behind(blocks, at(list(blocks), "The mouth"), "Some rivers end in a lake.")
    names = [approved(house, "pr-1", [clearer(house)], by=author), approved(house, "pr-2", [mouth], by=author)]
    publish(house, PRODUCT, draft(house, PRODUCT, names, by=author).release.number, by=author)
    assert {CLEARER, "Some rivers end in a lake."} <= set(shown(house))
    roll_back(house, PRODUCT, None, by=author)
    assert [found(house, name).state for name in names] == [ProposalState.ROLLED_BACK] * 2


def test_nothing_goes_live_without_an_authors_name(house: House, author: PersonId) -> None:
    proposed(house, "pr-0", [clearer(house)], origin="model")
    with pytest.raises(Conflict, match="approve"):
        draft(house, PRODUCT, ["pr-0"], by=author)
    approved(house, "pr-1", [clearer(house)], by=author)
    curator = staff(house, "Cy", Role.CURATOR)
    with pytest.raises(NotAllowed):
        draft(house, PRODUCT, ["pr-1"], by=curator)
    number = draft(house, PRODUCT, ["pr-1"], by=author).release.number
    for nobody in (None, curator):
        with pytest.raises(NotAllowed):
            publish(house, PRODUCT, number, by=nobody, who="the machine")
    assert CLEARER not in shown(house)


def test_a_rollback_takes_the_change_back_and_a_rollback_of_it_brings_it_again(house: House, author: PersonId) -> None:
    released(house, author)
    roll_back(house, PRODUCT, None, by=author)
    assert CLEARER not in shown(house)
    assert (found(house, "pr-1").state, edit_states(house)) == (ProposalState.ROLLED_BACK, [EditState.TAKEN_BACK])
    roll_back(house, PRODUCT, 2, by=author)
    assert CLEARER in shown(house)
    assert (found(house, "pr-1").state, edit_states(house)) == (ProposalState.RELEASED, [EditState.LIVE])


def test_a_draft_given_up_leaves_its_proposals_approved(house: House, author: PersonId) -> None:
    approved(house, "pr-1", [clearer(house)], by=author)
    number = draft(house, PRODUCT, ["pr-1"], by=author).release.number
    with pytest.raises(Conflict, match=f"draft {number} already"):
        draft(house, PRODUCT, ["pr-1"], by=author)
    approved(house, "pr-2", [clearer(house)], by=author)
    with pytest.raises(Conflict, match="these changes"):
        draft(house, PRODUCT, ["pr-2"], by=author)
    discard(house, PRODUCT, number, by=author)
    kept = found(house, "pr-1")
    assert (kept.state, kept.edit, kept.release, edit_states(house)) == (ProposalState.APPROVED, None, None, [])
    assert draft(house, PRODUCT, ["pr-1"], by=author).release.number == number + 1


def test_taking_the_same_files_in_again_loses_no_edit(house: House, author: PersonId, take_in: TakeIn) -> None:
    released(house, author)
    again = take_in(FILES)
    assert (again.release, again.warnings) == (None, [])
    assert CLEARER in shown(house)
    changed = take_in({**FILES, "rivers.md": LESSON.replace("Water runs downhill.", "Water runs down.\n\nAlways.")})
    assert changed.warnings == []
    assert [text in shown(house) for text in (CLEARER, "Always.")] == [True, True]
    assert edit_states(house) == [EditState.LIVE]


def test_files_that_say_the_same_by_now_absorb_the_edit(house: House, author: PersonId, take_in: TakeIn) -> None:
    released(house, author)
    report = take_in({**FILES, "rivers.md": LESSON.replace("A spring is where a river begins.", CLEARER)})
    assert (report.warnings, edit_states(house)) == ([], [EditState.ABSORBED])
    assert shown(house).count(CLEARER) == 1
    assert found(house, "pr-1").state is ProposalState.RELEASED


def test_where_the_files_say_something_else_the_author_has_the_last_word(
    house: House, author: PersonId, take_in: TakeIn
) -> None:
    released(house, author)
    report = take_in({**FILES, "rivers.md": LESSON.replace("A spring is where", "A source is where")})
    assert [warning.startswith("rivers.md: ") for warning in report.warnings] == [True]
    assert "companion release diff" in report.warnings[0]
    assert (CLEARER in shown(house), edit_states(house)) == (False, [EditState.CONFLICT])


def test_a_draft_of_files_settles_nothing_before_it_is_published(
    house: House, author: PersonId, take_in: TakeIn, tmp_path_factory: pytest.TempPathFactory
) -> None:
    released(house, author)
    folder = tmp_path_factory.mktemp("course")
    reworded = {**FILES, "rivers.md": LESSON.replace("A spring is where", "A source is where")}
    report = take(house, folder, reworded, draft=True)
    assert (len(report.warnings), edit_states(house), CLEARER in shown(house)) == (1, [EditState.LIVE], True)
    publish(house, PRODUCT, report.release, by=author)
    assert (edit_states(house), CLEARER in shown(house)) == ([EditState.CONFLICT], False)


def test_a_section_changed_since_the_approval_is_shown_three_ways(
    house: House, author: PersonId, take_in: TakeIn
) -> None:
    approved(house, "pr-1", [clearer(house)], by=author)
    take_in({**FILES, "rivers.md": LESSON.replace("- cold", "- cold\n- deep")})
    with pytest.raises(StaleBase) as stale:
        draft(house, PRODUCT, ["pr-1"], by=author)
    compared = compare_proposal(house, PRODUCT, "pr-1")
    assert compared.is_stale
    assert compared.views == stale.value.views
    assert "- deep" in compared.views[0].theirs
    assert compared.fitted is not None
    with house.database.write() as session:
        edit(
            session,
            PRODUCT,
            "pr-1",
            by=author,
            version=2,
            changes=compared.fitted,
            base=compared.live,
            now=house.clock(),
        )
    assert not compare_proposal(house, PRODUCT, "pr-1").is_stale


def test_a_lesson_changed_elsewhere_is_no_obstacle(house: House, author: PersonId, take_in: TakeIn) -> None:
    approved(house, "pr-1", [clearer(house)], by=author)
    take_in({**FILES, "rivers.md": LESSON.replace("where it ends", "where it all ends")})
    publish(house, PRODUCT, draft(house, PRODUCT, ["pr-1"], by=author).release.number, by=author)
    assert {CLEARER, "The mouth is where it all ends."} <= set(shown(house))


def test_a_draft_of_an_older_release_is_not_published_over_a_newer_one(
    house: House, author: PersonId, take_in: TakeIn
) -> None:
    approved(house, "pr-1", [clearer(house)], by=author)
    number = draft(house, PRODUCT, ["pr-1"], by=author).release.number
    take_in({**FILES, "seas.md": "# Seas\n\nA sea is wide.\n"})
    with pytest.raises(Conflict, match="release the approved proposals again"):
        publish(house, PRODUCT, number, by=author)


def test_a_new_text_that_tells_the_key_is_refused_unless_it_is_meant(house: House, author: PersonId) -> None:
    blocks = live(house).blocks
    told = insert_behind(blocks, at(list(blocks), "A spring"), "It begins below the old mill.")
    approved(house, "pr-1", [told], by=author)
    with pytest.raises(Conflict, match="hidden"):
        draft(house, PRODUCT, ["pr-1"], by=author)
    assert draft(house, PRODUCT, ["pr-1"], by=author, reveal=True).release.number == 2


def test_an_author_sees_the_page_and_both_sides_before_anybody_else(house: House) -> None:
    proposed(house, "pr-1", [clearer(house)])
    preview = preview_proposal(house, PRODUCT, "pr-1")
    assert [preview.page.blocks[number].text for number in preview.new] == [CLEARER]
    rows = compare_proposal(house, PRODUCT, "pr-1").rows
    changed = [row for row in rows if row.kind is RowKind.CHANGED]
    assert [(row.before and row.before.text, row.after and row.after.text) for row in changed] == [
        ("A spring is where a river begins.", CLEARER)
    ]
    told = "".join(cell.text for row in rows for cell in (row.before, row.after) if cell is not None)
    assert "mill" not in told
    assert CLEARER not in shown(house)


def test_learners_read_what_is_better_and_that_it_is_so_because_they_spoke(house: House, author: PersonId) -> None:
    approved(house, "pr-1", [clearer(house)], by=author)
    number = draft(house, PRODUCT, ["pr-1"], by=author).release.number
    note = note_for(house, PRODUCT, number)
    assert "“Springs” in “Rivers”" in note
    publish(house, PRODUCT, number, by=author, note=note)
    with house.database.read() as session:
        newest, first = read_changelog(session, PRODUCT, now=house.clock())
        product = find_product(session, PRODUCT)
        told = tell_entries(session, product, [newest])
    assert [(each.title, each.for_learners) for each in newest.changes.changed] == [("Rivers", True)]
    assert first.opened == 2
    markdown = changelog_markdown(product, told, lang="ru")
    assert "Rivers — потому что ученики рассказали, где трудно" in markdown
    assert "not clear" not in markdown
    assert note_for(house, PRODUCT, 1) == ""


def test_links_of_new_text_lead_where_those_of_the_files_do(house: House, author: PersonId, take_in: TakeIn) -> None:
    blocks = live(house).blocks
    told = insert_behind(
        blocks, at(list(blocks), "The mouth"), "See [the sea](seas.md), [it](seas#seas), [this](no.md)."
    )
    approved(house, "pr-1", [told], by=author)
    publish(house, PRODUCT, draft(house, PRODUCT, ["pr-1"], by=author).release.number, by=author)
    html = next(block["html"] for block in live(house).blocks if block["text"].startswith("See"))
    assert [link in html for link in ('href="seas"', 'href="seas#seas"', "no.md")] == [True, True, False]
    assert take_in(FILES).release is None


def test_edits_of_several_releases_are_put_into_the_files_one_after_the_other(
    house: House, author: PersonId, take_in: TakeIn
) -> None:
    released(house, author)
    blocks = live(house).blocks
    more = insert_behind(blocks, at(list(blocks), "A spring is a place"), "Most springs are small.")
    approved(house, "pr-2", [more], by=author)
    publish(house, PRODUCT, draft(house, PRODUCT, ["pr-2"], by=author).release.number, by=author)
    assert take_in(FILES).release is None
    roll_back(house, PRODUCT, 2, by=author)
    assert edit_states(house) == [EditState.LIVE, EditState.TAKEN_BACK]
    take_in({**FILES, "rivers.md": LESSON.replace("where it ends", "where it all ends")})
    assert [text in shown(house) for text in (CLEARER, "Most springs are small.")] == [True, False]


def test_edits_published_while_files_are_taken_in_stop_the_ingest(
    house: House, author: PersonId, tmp_path: Path
) -> None:
    approved(house, "pr-1", [clearer(house)], by=author)
    number = draft(house, PRODUCT, ["pr-1"], by=author).release.number
    (tmp_path / "rivers.md").write_text(LESSON.replace("Water runs", "Rain runs"))
    (tmp_path / "seas.md").write_text(FILES["seas.md"])
    waiting = [number]

    def publish_meanwhile(_done: int, _total: int) -> None:
        if waiting:
            publish(house, PRODUCT, waiting.pop(), by=author)

    def taking() -> IngestReport:
        return ingest(
            read_course(tmp_path),
            Target(PRODUCT),
            database=house.database,
            encoder=house.encoder,
            clock=house.clock,
            progress=publish_meanwhile,
        )

    with pytest.raises(Conflict, match="ingest the files again"):
        taking()
    assert taking().warnings == []
    assert {CLEARER, "Rain runs downhill."} <= set(shown(house))


def test_what_a_proposal_changes_in_answers_is_known_before_the_decision_and_nothing_is_kept(
    house: House, author: PersonId
) -> None:
    for question in ("What is a spring?", "What is a sea?"):
        ask(house, question, PRODUCT)
    blocks = live(house, "seas").blocks
    gone = replace_blocks(blocks, 1, 1, "Nothing is said of it here any more.")
    proposed(house, "pr-1", [gone], slug="seas", anchor="seas")
    before = kept(house)
    measured = impact_of_proposal(house, PRODUCT, "pr-1", limit=10, progress=lambda _done, _total: None)
    assert measured.n == 2
    effects = {each.question: each.effect for each in measured.questions}
    assert effects["What is a sea?"] in (Effect.LOSES, Effect.CHANGES)
    assert kept(house) == before
    with house.database.read() as session:
        assert [release.number for release in list_releases(session, PRODUCT)] == [1]


def kept(house: House) -> list[int]:
    with house.database.read() as session:
        return [
            session.scalar(select(func.count()).select_from(row)) or 0 for row in (RevisionRow, PassageRow, EditRow)
        ]
