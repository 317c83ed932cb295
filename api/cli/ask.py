"""`companion ask`: one turn on the terminal."""

from contextlib import aclosing
from typing import Annotated, Any

import typer

from api.cli.show import AsJson, ProductOption


def ask(
    text: Annotated[str, typer.Argument(help="the question")],
    product: ProductOption,
    learner: Annotated[str | None, typer.Option(help="id of who asks, for the event log")] = None,
    lesson: Annotated[str | None, typer.Option(help="id of the lesson that is open")] = None,
    model: Annotated[str | None, typer.Option(help="chat model, as provider:model, for this question")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a product's assistant one question.

    Example: companion ask "What is a p-value?" --product ab-tests-en
    """
    import anyio

    from assistant.answer import Question
    from companion.logs import start_logging
    from companion.wiring import open_house
    from foundation.settings import read_settings

    settings = read_settings()
    start_logging("error" if as_json else "warning")
    if model is not None:
        settings = settings.model_copy(update={"chat_model": model})
    question = Question(product, text, lesson=lesson, learner=learner)
    with open_house(settings) as house:
        anyio.run(_run, house, question, as_json)


async def _run(house: Any, question: Any, as_json: bool) -> None:
    from api.cli.show import print_json
    from assistant.reply import EventName

    async with aclosing(house.answerer.answer(question)) as events:
        async for event in events:
            if event.name is EventName.DONE:
                print_json(event.data) if as_json else _print_end(event.data)
            elif event.name is EventName.DELTA and not as_json:
                print(event.data["text"], end="", flush=True)


def _print_end(done: dict[str, Any]) -> None:
    print("\n")
    for citation in done["citations"]:
        print(
            f"[{citation['number']}] {citation['title']} › {citation['locator']['value']}  {citation['locator']['url']}"
        )
    if done["outcome"] != "answered":
        for near in done["nearest"]:
            print(f"  → {near['title']}  {near['url']}")
    print(f"({done['outcome']}, confidence {done['confidence']:.2f}, {done['timing_ms']['total']:.0f} ms)")
