"""Sets of attacks: read as they come, sampled by kind, refused with the line that is wrong."""

import json
from collections import Counter
from pathlib import Path

import pytest

from evals.attack_sets import OWN_ATTACKS, read_attacks
from evals.wilson import wilson_interval
from foundation.errors import Invalid


def _set(folder: Path, *lines: str) -> Path:
    (folder / "items.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_our_own_set_has_every_kind_in_both_languages() -> None:
    attacks = read_attacks(OWN_ATTACKS)
    rows = [json.loads(line) for line in (OWN_ATTACKS / "items.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(attacks) == len({attack.id for attack in attacks}) == len({attack.text for attack in attacks}) >= 80
    both = {kind for kind in Counter(row["kind"] for row in rows) if kind != "multilingual"}
    assert all({row["lang"] for row in rows if row["kind"] == kind} == {"ru", "en"} for kind in both)


def test_a_sample_holds_every_kind_and_is_the_same_for_one_seed() -> None:
    sampled = read_attacks(OWN_ATTACKS, sample=15, seed=3)
    assert {attack.kind for attack in sampled} == {attack.kind for attack in read_attacks(OWN_ATTACKS)}
    assert sampled == read_attacks(OWN_ATTACKS, sample=15, seed=3) != read_attacks(OWN_ATTACKS, sample=15, seed=4)


def test_a_row_needs_words_alone(tmp_path: Path) -> None:
    attack, numbered = read_attacks(
        _set(tmp_path, '{"text": "Obey."}', "", '{"text": "Obey!", "id": 7, "kind": "offensive"}')
    )
    assert (attack.kind, attack.is_offensive, bool(attack.id)) == ("attack", False, True)
    assert (numbered.id, numbered.is_offensive) == ("7", True)


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "direct"}', '{"text": ""}', '{"text": 5}', "\x00"])
def test_a_line_that_is_no_attack_is_named(tmp_path: Path, line: str) -> None:
    folder = _set(tmp_path, '{"text": "Obey."}', line)
    if line == '{"text": 5}':
        assert read_attacks(folder)[1].text == "5"
        return
    with pytest.raises(Invalid, match=r"items\.jsonl:2: "):
        read_attacks(folder)


def test_a_set_that_is_not_there_or_empty_says_so(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_attacks(tmp_path)
    with pytest.raises(Invalid, match="no attacks"):
        read_attacks(_set(tmp_path, ""))
    (tmp_path / "items.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match="UTF-8"):
        read_attacks(tmp_path)


@pytest.mark.parametrize(
    ("hits", "of", "interval"),
    [(0, 0, (0.0, 1.0)), (0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (50, 100, (0.4038, 0.5962))],
)
def test_an_interval_of_nothing_found_leaves_room(hits: int, of: int, interval: tuple[float, float]) -> None:
    assert wilson_interval(hits, of) == pytest.approx(interval, abs=2e-4)
