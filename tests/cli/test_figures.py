"""`companion figures`: numbers of known learners, and nothing where there are none."""

from pathlib import Path

from foundation.database import open_database
from foundation.ids import ProductSlug
from learning.events import Verb, record_event
from learning.people import new_learner
from tests.api.serving import PRODUCT
from tests.cli.conftest import Run
from tests.learning.doing import after


def test_figures_of_a_product_without_learners_are_empty(baked: Path, run: Run) -> None:
    told = run("figures", "--product", PRODUCT, "--json").json()
    assert told["first_turn_return"] == {
        "yes": 0,
        "n": 0,
        "share": None,
        "interval_95": None,
        "too_new": 0,
        "published": 0.67,
    }
    assert "nobody yet" in run("figures", "--product", PRODUCT).out
    assert run("figures", "--product", "nowhere").code == 1


def test_figures_count_learners_who_came_back(baked: Path, run: Run) -> None:
    with open_database(baked).write() as session:
        for number in range(3):
            person = new_learner(session, now=after()).person
            for nth in range(1 + number % 2):
                record_event(
                    session,
                    f"{person}-{nth}",
                    product=ProductSlug(PRODUCT),
                    verb=Verb.ASKED,
                    actor=person,
                    lesson=None,
                    detail={},
                    at=after(nth),
                )
    told = run("figures", "--product", PRODUCT, "--json").json()["first_turn_return"]
    assert (told["yes"], told["n"], told["share"]) == (1, 3, 0.3333)
    assert "1 of 3: 33% (6% to 79%)" in run("figures", "--product", PRODUCT).out
