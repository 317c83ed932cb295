"""Groups that too few stand behind are gathered, where together there are enough to be shown."""

import numpy as np

from feedback.arrange import Group, Voiced, arrange


def test_small_groups_are_gathered_when_together_enough_have_spoken() -> None:
    said = _said(3, about=0, by="a") + _said(3, about=1, by="b")
    apart, together = arrange(said), arrange(said, floor=5)
    assert sorted(len(group.members) for group in apart) == [3, 3]
    assert [len(group.members) for group in together] == [6]


def test_a_group_that_is_shown_by_itself_stays_and_the_others_are_gathered() -> None:
    said = _said(5, about=0, by="a") + _said(3, about=1, by="b") + _said(3, about=2, by="c")
    groups = arrange(said, floor=5)
    assert [len(group.members) for group in groups] == [6, 5]
    assert set(groups[1].members) == {f"a{number}" for number in range(5)}


def test_what_would_not_be_shown_even_together_is_left_as_it_is() -> None:
    said = _said(3, about=0, by="a", speaker="one") + _said(3, about=1, by="b", speaker="another")
    assert _members(arrange(said, floor=5)) == _members(arrange(said))


def test_nobody_known_makes_no_group_large_enough() -> None:
    said = _said(3, about=0, by="a", speaker=None) + _said(4, about=1, by="b", speaker=None)
    assert _members(arrange(said, floor=5)) == _members(arrange(said))


def _members(groups: list[Group]) -> list[tuple[str, ...]]:
    return [group.members for group in groups]


def _said(count: int, *, about: int, by: str, speaker: str | None = "") -> list[Voiced]:
    """Things alike, each by a speaker of its own unless one is named; None for nobody known."""
    vector = np.eye(4, dtype=np.float32)[about]
    return [
        Voiced(f"{by}{number}", vector, "", f"{by}{number}" if speaker == "" else speaker) for number in range(count)
    ]
