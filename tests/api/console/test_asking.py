"""Asking the assistant as staff."""

import httpx

from companion.wiring import House
from learning.roles import Role
from tests.api.console.visiting import Visitor, visit
from tests.conftest import TakeIn

LESSONS = {
    "01-rye.md": "# Rye bread\n\nRye flour takes up more water than wheat flour does.\n",
    "product.yml": "title: The bakers' team\nkind: team\nlang: en\n",
}
ASK = "/console/p/bakers/ask"


def _ask(visitor: Visitor, text: str) -> str:
    sent = visitor.send(ASK, text=text)
    assert sent.status_code == 303, sent.text
    return visitor.open(sent.headers["location"])


def test_staff_are_told_who_waits_and_the_answer_opens_again(
    client: httpx.Client, house: House, take_in: TakeIn
) -> None:
    take_in(LESSONS, "bakers")
    ada = visit(client, house, "ada", bakers=Role.TEAM)
    assert "Nobody is waiting for a reply." in _ask(ada, "Who is waiting for a reply?")
    assert "Rye flour takes up more water" in _ask(ada, "Which flour takes up more water?")


def test_an_empty_question_is_asked_for_again(client: httpx.Client, house: House, take_in: TakeIn) -> None:
    take_in(LESSONS, "bakers")
    ada = visit(client, house, "ada", bakers=Role.TEAM)
    sent = ada.send(ASK, text=" \n ")
    assert sent.status_code == 422
    assert "Write a question" in sent.text


def test_a_turn_of_another_product_is_not_found(client: httpx.Client, house: House, take_in: TakeIn) -> None:
    take_in(LESSONS, "bakers")
    take_in({"01-tea.md": "# Tea\n\nGreen tea is made with water of eighty degrees.\n"}, "tea-house")
    ada = visit(client, house, "ada", bakers=Role.TEAM, tea_house=Role.AUTHOR)
    sent = ada.send("/console/p/tea-house/ask", text="How warm is the water for green tea?")
    ada.open(sent.headers["location"].replace("tea-house", "bakers"), status=404)
