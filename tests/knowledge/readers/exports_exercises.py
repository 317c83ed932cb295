"""Small repositories of exercises, in the shapes they are kept in."""

from collections.abc import Mapping
from pathlib import Path


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


def lesson_files(home: str, lang: str = "ru", **texts: str) -> dict[str, str]:
    """A lesson with a folder for its language, notes beside it and its programs above."""
    return {
        f"{home}/{lang}/README.md": texts.get("theory", "Переменная хранит значение."),
        f"{home}/{lang}/EXERCISE.md": texts.get("task", "Создайте переменную."),
        f"{home}/{lang}/data.yml": texts.get(
            "notes",
            "name: Переменные\ntips:\n  - Имя пишут слева от знака.\n"
            "definitions:\n  - name: Переменная\n    description: имя, за которым *стоит* значение.\n",
        ),
        f"{home}/solution.py": texts.get("solution", "name = 'Anna'"),
        f"{home}/test_solution.py": texts.get("test", "assert name == 'Anna'"),
    }


def make_exercises(
    folder: Path, *, visible: str, staff: str, unpublished: str, key: str, private: str, later: str
) -> Path:
    """A repository that holds each word wherever it has a place for such a thing; the path of its folder."""
    notes = (
        f"name: {visible}\ntips:\n  - {staff} в подсказке\ndefinitions:\n  - name: Слово\n    description: {visible}\n"
        f"solution: |\n  {key}\nteacher_notes: {staff}\ntests:\n  - input: 1\n    text: {key}\n"
    )
    home = "modules/10-start/10-first"
    files = lesson_files(home, theory=f"{visible} теория", task=f"{visible} задание", notes=notes)
    files |= {f"{home}/solution.py": f"# {key}", f"{home}/test_solution.py": f"# {key}"}
    files |= {
        "modules/10-start/description.ru.yml": f"name: {visible}\n",
        "modules/20-closed/description.ru.yml": f"name: {unpublished}\ndraft: true\n",
        "exercises/leap/.docs/instructions.md": f"# Instructions\n\n{visible} инструкция",
        "exercises/leap/.docs/hints.md": f"# Hints\n\n{staff} намёк",
        "exercises/leap/.meta/exemplar.py": f"# {key}",
        "exercises/leap/.meta/design.md": f"# {staff}\n\n{staff} замысел",
        "exercises/leap/.approaches/loop/content.md": f"# {key}\n\n{key}",
        "exercises/soon/exercise.yml": f"title: {later}\navailable_from: 2099-01-01\ntips: [{staff}]\n",
        "exercises/soon/README.md": f"# {later}\n\n{later} позже",
        "lessons/loops.md": f"# Циклы\n\n{visible} урок",
        "lessons/loops.yml": f"hints: {staff}\nglossary:\n  цикл: {visible} определение\nanswer: {key}\n",
        "lessons/loops.solution.md": f"# {key}\n\n{key}",
        "lessons/draft.md": f"---\ndraft: true\n---\n# {unpublished}\n\n{unpublished}",
        ".env": private,
        ".git/config": private,
    }
    files |= {
        path: text.replace("Переменные", unpublished)
        for path, text in lesson_files("modules/20-closed/10-x", theory=unpublished, task=unpublished).items()
    }
    return write_files(folder / "exercise-repository", files)
