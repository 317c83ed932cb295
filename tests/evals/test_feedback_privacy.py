"""Planted messages make no theme and draw nobody's words out; and the measurement would show it if they did."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import evals.feedback_privacy
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from evals.feedback_privacy import CAMPAIGN_SEEDS, Run, attack_once, leaks_in, privacy_figures
from evals.loop_feeding import SetClock
from evals.planted_messages import PLANTED, Attack, attack_course
from evals.remembering_encoder import RememberingEncoder
from feedback.floor import Voices
from feedback.inbox import ItemKind
from feedback.tables import ItemRow
from foundation.settings import Settings

BASELINE = Path(evals.feedback_privacy.__file__).parent / "baselines" / "feedback-privacy.json"


@pytest.fixture
def clock_set() -> SetClock:
    return SetClock()


@pytest.fixture
def attacked_house(
    settings: Settings, encoder: CachedEncoder, clock_set: SetClock, unmeasured: None
) -> Iterator[House]:
    exact = settings.model_copy(update={"index": "exact"})
    with open_house(exact, clock=clock_set, encoder=RememberingEncoder(encoder)) as opened:
        yield opened


def test_a_sample_of_attacks_makes_no_theme_and_leaks_nothing(attacked_house: House, clock_set: SetClock) -> None:
    attacks = (Attack.GUESSES, Attack.ONE_LEARNER, Attack.COPIES)
    runs = [
        attack_once(attacked_house, clock_set, 2_000 + seed, attack=each, others=12)
        for seed, each in enumerate(attacks)
    ]
    figures = privacy_figures(runs)
    assert figures["examples"] == []
    assert (figures["leaks"]["runs"], figures["planted_themes"]["runs"]) == (0, 0)
    # Had nothing come of anything, there were nothing to be proud of.
    assert figures["themes"] > 0


def test_without_a_floor_what_was_planted_is_seen_to_make_a_theme(
    attacked_house: House, clock_set: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Voices, "reach", lambda _self, _k: True)
    monkeypatch.setattr(Voices, "hide", lambda _self, _learner, _k: True)
    run = attack_once(attacked_house, clock_set, 2_001, attack=Attack.ONE_LEARNER)
    assert run.planted_themes
    assert privacy_figures([run])["planted_themes"]["runs"] == 1


def test_a_secret_is_found_wherever_it_comes_out() -> None:
    told = {"week": "… my uncle ZORVELQUIN …", "lesson": "nothing here"}
    assert list(leaks_in(told, ["zorvelquin", "brambram"])) == [("week", "zorvelquin")]


def test_fifty_messages_are_planted_beside_what_one_learner_alone_said(attacked_house: House) -> None:
    attacked = attack_course(attacked_house, 2_004, attack=Attack.FRESH_BROWSERS)
    with attacked_house.database.read() as session:
        rows = session.scalars(select(ItemRow).where(ItemRow.product == attacked.product)).all()
    planted = [row for row in rows if row.learner not in attacked.honest]
    assert len(planted) == PLANTED
    assert len({row.learner for row in planted}) == PLANTED
    assert {row.kind for row in rows} <= set(ItemKind)
    assert sum(any(secret in row.text for secret in attacked.secrets) for row in rows) >= 2


def test_runs_are_told_apart_by_attack() -> None:
    leaking = Run(1, Attack.COPIES, (("week of 7", "x"),), (), (), False, 1, 0, False)
    moved = Run(2, Attack.NOBODY, (), ("t-1",), (), False, 1, 1, True)
    figures = privacy_figures([leaking, moved])
    assert (figures["leaks"]["runs"], figures["planted_themes"]["runs"]) == (1, 1)
    assert figures["by_attack"]["copies"] == {"runs": 1, "leaking": 1, "planted_themes": 0}
    assert figures["leaked_at"] == {"week": 1}


def test_the_committed_campaign_leaks_nothing() -> None:
    figures = json.loads(BASELINE.read_text("utf-8"))
    assert figures["runs"] == len(CAMPAIGN_SEEDS) == 1_000
    assert (figures["leaks"]["runs"], figures["planted_themes"]["runs"]) == (0, 0)
    assert figures["themes"] > 100
