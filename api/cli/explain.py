"""`companion explain`: why a turn said what it said, and whether it would say it again."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.show import AsJson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from assistant.explain import Explanation, ModelPart, SearchedAgain
    from assistant.replay import Replay
    from assistant.standings import CitationToday
    from knowledge.language import Lang

_FILE_WIDTH = 120


def explain(
    turn: Annotated[str, typer.Argument(help="id of the turn, as an answer's JSON names it")],
    again: Annotated[bool, typer.Option("--search", help="also look the question up in today's content")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what a turn's answer rests on, and replay it offline, byte for byte; exit 1 when it differs.

    Example: companion explain t-0123456789abcdef0123456789abcdef
    """
    from dataclasses import asdict

    from api.cli.show import print_json
    from assistant.explain import explain_turn
    from assistant.replay import ReplayState
    from assistant.standings import citations_today
    from foundation.clock import utc_now
    from foundation.database import open_database
    from foundation.settings import read_settings

    settings = read_settings()
    database = open_database(settings.home)
    try:
        with database.read() as session:
            explanation = explain_turn(session, turn)
            today = citations_today(session, explanation.product, explanation.reply, now=utc_now())
    finally:
        database.close()
    searched = _search_again(settings, explanation) if again else None
    if as_json:
        citations = {"citations_today": [asdict(each) for each in today]}
        print_json(asdict(explanation) | citations | ({"search": asdict(searched)} if searched else {}))
    else:
        _print(explanation, today, searched)
    replay = explanation.replay
    if replay.state is not ReplayState.SAME:
        typer.echo(f"companion: the turn cannot be shown to say the same: {replay.reason}", err=True)
        raise typer.Exit(1)


def _search_again(settings: Any, explanation: "Explanation") -> "SearchedAgain":
    from assistant.explain import compare_search
    from companion.wiring import open_house
    from knowledge.products import find_product

    with open_house(settings) as house:
        with house.database.read() as session:
            product = find_product(session, explanation.product)
        carried = explanation.carried is not None and explanation.carried["taken"]
        asked = explanation.understood["question"] if carried else explanation.question
        looked = house.answerer.look(asked, product, position=_position(house, product, explanation))
        return compare_search(explanation, looked, encoder=house.encoder.id)


def _position(house: Any, product: Any, explanation: "Explanation") -> Any:
    from assistant.position import PositionSource, position_at

    told = explanation.position
    if told is None:
        return None
    with house.database.read() as session:
        return position_at(session, product, told["lesson"], source=PositionSource(told["source"]))


def _print(explanation: "Explanation", today: "Sequence[CitationToday]", searched: "SearchedAgain | None") -> None:
    from rich.console import Console

    console = Console(markup=False, highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    _print_reply(console, explanation)
    _print_today(console, today)
    if explanation.basis:
        _print_reasons(console, explanation)
    if explanation.model is not None:
        _print_model(console, explanation.model)
    if searched is not None:
        _print_search(console, searched)
    _print_replay(console, explanation.replay)


def _print_reply(console: "Console", told: "Explanation") -> None:
    from assistant.phrases import place_name

    reply = told.reply
    lang: Lang = "ru" if told.locale == "ru" else "en"
    console.print(f"Turn {told.turn}", style="bold")
    console.print(f"  asked {told.created:%Y-%m-%d %H:%M:%S} UTC of {told.product}, locale {told.locale}")
    if told.lesson:
        console.print(f"  with the lesson {told.lesson} open")
    console.print(f"\nQuestion: {told.question}")
    console.print(f"Outcome: {reply['outcome']}, confidence {reply['confidence']}, worded by {reply['composer']}")
    console.print(f"\n{reply['text']}\n")
    spans = {(passage, number): f" {start}:{end}" for number, (passage, start, end) in enumerate(told.quotes, 1)}
    for each in reply["citations"]:
        place = spans.get((each["passage"], each["number"]), "")
        named = place_name(each["locator"]["kind"], each["locator"]["value"], lang)
        console.print(f"[{each['number']}] {each['title']} › {named}  ({each['passage']}{place})")
        console.print(f"    “{' '.join(each['quote'].split())}”")
    for near in reply["nearest"] if reply["outcome"] != "answered" else ():
        console.print(f"  → {near['title']}  {near['url']}")
    if reply["gap"]:
        console.print(f"Noted for the author as the gap {reply['gap']}")
    console.print("Milliseconds: " + ", ".join(f"{name} {value}" for name, value in reply["timing_ms"].items()))


def _print_today(console: "Console", today: "Sequence[CitationToday]") -> None:
    """Where what was cited stands now."""
    if today:
        console.print("\nCitations today", style="bold")
    for number, each in enumerate(today, 1):
        place = f" in {each.title} › {each.heading}  {each.url}" if each.url else ""
        console.print(f"  [{number}] {each.standing}{place}")
        if each.standing == "changed":
            console.print(f"      “{' '.join(each.quote.split())}”  ({each.alike:.0%} of the wording)")
        for lesson in each.replaced_by:
            console.print(f"      its lesson was replaced by {lesson.title}  {lesson.url}")


def _print_reasons(console: "Console", told: "Explanation") -> None:
    basis = told.basis
    console.print("\nWhy", style="bold")
    console.print(
        f"  compared with version {basis['version']} of the content: {basis['passages']} passages, "
        f"{basis['windows']} windows; encoder {basis['encoder']}, recipe {basis['recipe']}, packing {basis['packing']}"
    )
    for name, value in told.understood.items():
        if name != "terms" and value != told.question:
            console.print(f"  understood: {name} = {value}")
    if told.carried is not None:
        _print_carried(console, told.carried)
    if told.position is not None:
        _print_position(console, told.position)
    words = [f"{term} (in {each['texts']:.0f}, weight {each['weight']})" for term, each in told.terms.items()]
    console.print(f"  words: {', '.join(words) or 'none that say anything'}")
    _print_judgement(console, told.judgement)
    _print_candidates(console, told)


def _print_carried(console: "Console", carried: "Mapping[str, Any]") -> None:
    read = "together with" if carried["taken"] else "by itself, without"
    console.print(f"  in its conversation: read {read} “{carried['topic']}”; cues: {', '.join(carried['cues'])}")
    tried = {"alone": carried["alone"], "together": carried["together"]}
    known = [f"{name} {value:+.2f}" for name, value in tried.items() if value is not None]
    if known:
        console.print(f"    strength above the threshold: {', '.join(known)}")


def _print_position(console: "Console", position: "Mapping[str, Any]") -> None:
    said_by = "the host says" if position["source"] == "host" else "their events say"
    console.print(
        f"  the learner has come to {position['lesson']}, {said_by}: {position['hidden']} lessons out of sight"
    )
    if position["named"]:
        console.print(f"    shown because the question names them: {', '.join(position['named'])}")
    if position["solutions"]:
        console.print("    worked solutions were in sight: the question asks for one")
    if position["later"]:
        console.print(f"    what was asked comes later: {position['later']['lesson']}")


def _print_judgement(console: "Console", judged: "Mapping[str, Any]") -> None:
    """The signs against the scale they were measured by, where there were any."""
    scale, signs = judged.get("scale"), judged.get("signs")
    if scale is None:
        console.print("  judged without a scale: this shelf had not been measured, or nothing was found")
        return
    langs = f"{scale['question_lang']} questions over {scale['passage_lang']} passages"
    console.print(
        f"  judged on the scale for {langs}: threshold {scale['threshold']:.3f}, strength {judged['strength']}"
    )
    for name, value in (signs or {}).items():
        mean, deviation = scale["mean"][name], scale["deviation"][name]
        console.print(f"    {name:<12}{value:8.3f}   questions about anything: {mean:.3f} ± {deviation:.3f}")


def _print_candidates(console: "Console", told: "Explanation") -> None:
    """Down to the last one that was evidence; `--json` has all."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("passage", min_width=26, overflow="fold")
    for name in ("role", "lang"):
        table.add_column(name, no_wrap=True)
    names = list(told.candidates[0].scores) if told.candidates else []
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    used = [number for number, each in enumerate(told.candidates, 1) if each.role in ("quoted", "evidence")]
    for each in told.candidates[: max(used, default=len(told.candidates))]:
        scores = ["–" if (value := each.scores[name]) is None else f"{value:.2f}" for name in names]
        table.add_row(f"{each.heading}\n{each.passage}", each.role, each.lang, *scores)
    console.print()
    console.print(table, soft_wrap=False)


def _print_model(console: "Console", model: "ModelPart") -> None:
    console.print("\nModel", style="bold")
    prompt = model.prompt
    console.print(f"  {model.model}, prompt {prompt['name']} v{prompt['version']} ({prompt['hash'][:12]})")
    console.print(f"  the prompt's file today: {model.prompt_now}; the messages it gives today: {model.messages_now}")
    tokens = f", {model.tokens['prompt_tokens']} tokens" if model.tokens else ""
    console.print(f"  sent: {', '.join(model.sent) or 'no passage that fits the budget, so it was not asked'}{tokens}")
    if model.error:
        console.print(f"  broke off: {model.error}")
    if model.sentences_dropped is not None:
        console.print(f"  sentences held back, for want of a quote that is found: {model.sentences_dropped}")
    if model.not_covered:
        console.print("  it said that the passages do not answer")
    if model.reply:
        console.print("  its words as they came:")
        console.print("\n".join(f"  | {line}" for line in model.reply.splitlines()))


def _print_search(console: "Console", now: "SearchedAgain") -> None:
    console.print("\nThe same question today", style="bold")
    console.print(f"  moved on since: {', '.join(now.moved) or 'nothing'}")
    console.print(f"  outcome {now.outcome}, confidence {now.confidence}, content version {now.version}")
    if now.same_order:
        console.print("  the best passages are the same, in the same order")
        return
    console.print(f"  best passages: {', '.join(now.top) or 'none'}")
    console.print(f"  no longer among them: {', '.join(now.gone) or 'none'}; new: {', '.join(now.new) or 'none'}")


def _print_replay(console: "Console", replay: "Replay") -> None:
    console.print(f"\nreplay: {replay.state}", style="bold")
    if replay.reason:
        console.print(f"  {replay.reason}")
    for line in replay.diff:
        console.print(f"  {line}")
