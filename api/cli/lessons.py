"""`companion lessons`: everything a course holds, what learners do not see among it."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.show import AsJson, ProductOption

if TYPE_CHECKING:
    from knowledge.whole import WholeBlock, WholeLesson

_QUOTED_CHARS = 300
_WHY = {
    "staff": "for staff only",
    "answer_key": "answer key",
    "unpublished": "not published",
    "not_before": "opens later",
}


def lessons(
    product: ProductOption,
    lesson: Annotated[str | None, typer.Option(help="slug or id of a lesson: all its blocks")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a product's lessons as their author sees them, hidden ones and why they are hidden among them.

    Example: companion lessons --product ab-tests-en --lesson sample-size
    """
    from dataclasses import asdict

    from api.cli.show import check_product, print_json
    from foundation.database import open_database
    from foundation.settings import read_settings
    from knowledge.whole import whole_lesson, whole_lessons

    database = open_database(read_settings().home)
    check_product(database, product)
    with database.read() as session:
        found = whole_lessons(session, product) if lesson is None else [whole_lesson(session, product, lesson)]
    if as_json and lesson is not None:
        print_json(asdict(found[0]))
    elif as_json:
        listed = [asdict(each) for each in found]
        print_json({"lessons": [{name: told for name, told in each.items() if name != "blocks"} for each in listed]})
    else:
        for each in found:
            print(_line(each))
            for block in each.blocks:
                _print_block(block)


def _line(lesson: "WholeLesson") -> str:
    hidden = ", ".join(f"{count} {_WHY[why]}" for why, count in lesson.hidden.items())
    about = f"{lesson.shown} blocks shown" + (f"; hidden: {hidden}" if hidden else "")
    part = f"{lesson.block_title} › " if lesson.block_title else ""
    return f"{' ' if lesson.seen else '×'} {lesson.slug}  {part}{lesson.title}  ({about})"


def _print_block(block: "WholeBlock") -> None:
    why = "answer_key" if block.kind == "answer_key" else block.visibility.value
    told = "" if block.seen else f"  {_WHY[why]}"
    if block.not_before is not None:
        told += f"  {'since' if block.seen else 'from'} {block.not_before:%Y-%m-%d %H:%M} UTC"
    words = " ".join(block.text.split())
    print(f"  {' ' if block.seen else '×'} {block.kind.value}  {block.path}{told}")
    print(f"      {words[:_QUOTED_CHARS]}{'…' if len(words) > _QUOTED_CHARS else ''}")
