"""`companion ask`: one turn on the terminal."""

from contextlib import aclosing
from typing import Annotated, Any

import typer

from api.cli.show import AsJson, ProductOption


def ask(
    text: Annotated[str, typer.Argument(help="the question")],
    product: ProductOption,
    learner: Annotated[str | None, typer.Option(help="id of who asks, any name of your own for them")] = None,
    lesson: Annotated[str | None, typer.Option(help="id of the lesson that is open")] = None,
    position: Annotated[
        str | None, typer.Option(help="id of the furthest lesson the learner has come to; later ones are kept back")
    ] = None,
    conversation: Annotated[str | None, typer.Option(help="id of a conversation to go on with")] = None,
    model: Annotated[str | None, typer.Option(help="chat model, as provider:model, for this question")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a product's assistant one question.

    Example: companion ask "What is a p-value?" --product ab-tests-en
    """
    import anyio

    from api.cli.show import check_product
    from assistant.answer import Question
    from companion.logs import start_logging
    from companion.wiring import check_chat, open_house
    from foundation.settings import read_settings

    settings = read_settings()
    start_logging("error" if as_json else "warning")
    if model is not None:
        settings = settings.model_copy(update={"chat_model": model})
        # Named for this very question: falling back to quotes would hide a slip of the pen.
        check_chat(settings)
    with open_house(settings) as house:
        check_product(house.database, product)
        person = _person(house, product, learner) if learner else None
        question = Question(product, text, conversation=conversation, lesson=lesson, learner=person, position=position)
        anyio.run(_run, house, question, as_json, _base_url(house))


def _person(house: Any, product: str, learner: str) -> Any:
    """Who owns the home speaks for its learners: whoever is named first is made and enrolled."""
    from foundation.ids import product_slug
    from learning.enrolments import enrol
    from learning.people import LOCAL_HOST, person_by_host_id

    with house.database.write() as session:
        person = person_by_host_id(session, LOCAL_HOST, learner, now=house.clock())
        enrol(session, person, product_slug(product), now=house.clock())
    return person


def _base_url(house: Any) -> str:
    """Where the pages of this home open now; "" when no service of ours runs on it."""
    from api.cli.running import find_service
    from foundation.errors import NotAllowed

    try:
        owner = None if house.owns_lock() else find_service(house.settings.home)
    except NotAllowed:
        owner = None
    return owner.url if owner else ""


async def _run(house: Any, question: Any, as_json: bool, base_url: str) -> None:
    from api.cli.show import print_json
    from assistant.reply import EventName

    async with aclosing(house.answerer.answer(question)) as events:
        async for event in events:
            if event.name is EventName.DONE:
                print_json(event.data) if as_json else _print_end(event.data, base_url, asked=question.text)
            elif event.name is EventName.DELTA and not as_json:
                print(event.data["text"], end="", flush=True)


def _print_end(done: dict[str, Any], base_url: str, *, asked: str) -> None:
    from assistant.phrases import place_name
    from knowledge.language import language_of

    def address(url: str) -> str:
        return f"{base_url}{url}" if url.startswith("/") else url

    print("\n")
    lang = language_of(asked, default="en")
    for citation in done["citations"]:
        place = citation["locator"]
        named = place_name(place["kind"], place["value"], lang)
        print(f"[{citation['number']}] {citation['title']} › {named}  {address(place['url'])}")
    if done["outcome"] != "answered":
        for near in done["nearest"]:
            print(f"  → {near['title']}  {address(near['url'])}")
    print(f"({done['outcome']}, confidence {done['confidence']:.2f}, {done['timing_ms']['total']:.0f} ms)")
    print(f"(to go on with this: --conversation {done['conversation']})")
