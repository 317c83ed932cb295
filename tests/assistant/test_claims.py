"""What a sentence may claim on a quote: what the quote says, and nothing beside."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.claims import Fault, Proof, find_fault

BREAD = "Bake the bread at 240 °C for 35 minutes, but never open the oven before 20 minutes are over."
RENT = "Обычно аренда стоит 1 200 рублей в день, если брать её на неделю."
CALL = "Call `df.dropna(subset=['age'])` to remove rows without an age."
DEBT = "Банк не выдаёт кредит без справки, а Ozon выдаёт."
METAL = "Copper conducts electricity better than iron."


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The bread is baked at 240 °C for 35 minutes.", BREAD),
        ("Never open the oven before 20 minutes are over.", BREAD),
        ("Never open the oven before twenty minutes are over.", BREAD),
        ("Обычно аренда стоит 1200 рублей в день, если брать её на неделю.", RENT),
        ("Rows without an age are removed by `df.dropna(subset=['age'])`.", CALL),
        ("Без справки банк кредит не выдаёт.", DEBT),
        ("Electricity is conducted better by copper than by iron.", METAL),
    ],
)
def test_what_the_quote_says_may_be_said_in_other_order_and_form(claim: str, quote: str) -> None:
    assert find_fault(claim, [Proof(quote)]) is None


@pytest.mark.parametrize(
    ("claim", "quote", "fault"),
    [
        ("Bake the bread at 204 °C.", BREAD, Fault.NUMBER),
        ("Bake the bread for 35 hours.", BREAD, Fault.NUMBER),
        ("Bake the bread for 240 minutes.", BREAD, Fault.NUMBER),
        ("Open the oven before 20 minutes are over.", BREAD, Fault.NEGATION),
        ("Never open the oven after 20 minutes are over.", BREAD, Fault.DIRECTION),
        ("Always bake the bread at 240 °C.", BREAD, Fault.QUANTITY),
        ("Bake the bread at 240 °C because it swells.", BREAD, Fault.CAUSE),
        ("Bake the bread in Berlin at 240 °C.", BREAD, Fault.NAME),
        ("Bake the bread and the cake at 240 °C.", BREAD, Fault.CONTENT),
        ("How long does the bread bake?", BREAD, Fault.QUESTION),
        ("So it is.", BREAD, Fault.EMPTY),
        ("Аренда стоит 1 200 рублей в день, если брать её на неделю.", RENT, Fault.QUANTITY),
        ("Обычно аренда стоит 1 200 рублей в день.", RENT, Fault.CONDITION),
        ("Обычно аренда стоит 1 200 долларов в день, если брать её на неделю.", RENT, Fault.NUMBER),
        ("Call `df.fillna(subset=['age'])` to remove rows without an age.", CALL, Fault.CODE),
        ("Call `df.dropna(subset=['age'])` to remove rows with an age.", CALL, Fault.NEGATION),
        ("Банк не выдаёт кредит со справкой.", DEBT, Fault.NEGATION),
        ("Кредит без справки не выдаёт Сбер.", DEBT, Fault.NAME),
        ("Iron conducts electricity better than copper.", METAL, Fault.ROLES),
        ("Медь проводит ток лучше железа.", METAL, Fault.CONTENT),
    ],
)
def test_anything_else_is_a_fault_with_a_name(claim: str, quote: str, fault: Fault) -> None:
    assert find_fault(claim, [Proof(quote)]) is fault


def test_a_pronoun_stands_for_a_thing_named_before_and_for_no_name() -> None:
    quote = Proof("It holds every element once.", before="Ada Lovelace wrote of a set.")
    assert find_fault("A set holds every element once.", [quote]) is None
    assert find_fault("Every element is held once by Ada.", [quote]) is Fault.NAME


@pytest.mark.parametrize(
    "proof",
    [
        Proof("The mean is robust.", after="That is a mistake."),
        Proof("The mean is robust.", after="But this is not true."),
        Proof("Many people think that the mean is robust."),
        Proof("It is often said that the mean is robust."),
        Proof("Is the mean robust?"),
    ],
)
def test_what_a_quote_only_reports_asks_or_takes_back_is_not_claimed(proof: Proof) -> None:
    assert find_fault("The mean is robust.", [proof]) is Fault.CONTEXT


def test_statements_may_rest_on_a_quote_each_and_no_statement_on_two() -> None:
    proofs = [Proof("Tests run on Jenkins."), Proof("Code lies on Gitea.")]
    assert find_fault("Tests run on Jenkins, and code lies on Gitea.", proofs) is None
    assert find_fault("Tests run on Gitea.", proofs) is not None


@settings(max_examples=200)
@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_stops_the_check(claim: str, quote: str) -> None:
    fault = find_fault(claim, [Proof(quote, before=claim, after=quote, passage=quote)])
    assert fault is None or fault in Fault
