"""HTML pages and hostile markup."""

from html.parser import HTMLParser

import pytest

from knowledge.blocks import BlockKind, SourceLesson
from knowledge.readers.page import read_page
from knowledge.readers.sanitise import sanitise

PAGE = """<!DOCTYPE html><html lang="ru"><head><title>Сайт</title><meta charset="windows-1251">
<style>p {color: red}</style></head><body><nav>меню</nav>
<main><h1 id="top">Тема <a class="headerlink" href="#top">¶</a></h1>
<p>Первый &amp; <b>важный</b> абзац.</p>голые слова
<ul><li>а</li><li>б<ol start="3"><li>в</li></ol></li></ul>
<table><caption>Подпись</caption><thead><tr><th>A</th><th>B</th></tr></thead><tr><td>1</td><td>2</td></tr></table>
<pre class="language-python"><code>x = 1
  y &lt; 2</code></pre><script>alert(1)</script></main><footer>подвал</footer></body></html>"""


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def read(text: str) -> SourceLesson:
    lesson = read_page(text.encode(), path="page.html").lesson
    assert lesson is not None
    return lesson


def test_an_html_page_becomes_the_same_blocks_as_markdown() -> None:
    lesson = read(PAGE)
    assert [(block.kind.value, block.text) for block in lesson.blocks] == [
        ("heading", "Тема"),
        ("paragraph", "Первый & важный абзац."),
        ("paragraph", "голые слова"),
        ("list", "- а\n- б\n  3. в"),
        ("paragraph", "Подпись"),
        ("table", "A | B\n1 | 2"),
        ("code", "x = 1\n  y < 2"),
    ]
    assert (lesson.title, lesson.lang, lesson.blocks[1].anchor) == ("Тема", "ru", "top")
    assert 'class="language-python"' in lesson.blocks[-1].html


def test_offsets_of_an_html_page_point_at_the_markup() -> None:
    for block in read(PAGE).blocks:
        first_word = block.text.removeprefix("- ").split()[0]
        assert first_word in PAGE[block.start : block.end]


def test_without_main_a_single_article_is_the_lesson_else_the_body() -> None:
    one = "<p>прочее</p><article><p>урок</p></article>"
    assert [block.text for block in read(one).blocks] == ["урок"]
    assert [block.text for block in read(one + "<article>два</article>").blocks] == ["прочее", "урок", "два"]


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java&#10;script:alert(1)">x</a>',
        '<a href="data:text/html,alert(1)" onclick="alert(1)">x</a>',
        "<svg><script>alert(1)</script></svg>",
        '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
        '<math><mtext></table><img src=x onerror="alert(1)">',
        '<p style="background:url(javascript:alert(1))">x</p>',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        '<form action="javascript:alert(1)"><button formaction="javascript:alert(1)">x</button></form>',
    ],
)
@pytest.mark.parametrize("suffix", [".md", ".mdx", ".html"])
def test_nothing_that_runs_gets_into_lesson_html(markup: str, suffix: str) -> None:
    page = read_page(f"слово\n\n{markup}\n\nтекст {markup} конец\n".encode(), path=f"a{suffix}")
    assert page.lesson is not None
    assert "слово" in page.lesson.blocks[0].text
    for block in page.lesson.blocks:
        seen = _Seen()
        seen.feed(block.html)
        assert not seen.tags & {"script", "iframe", "svg", "math", "form", "button", "style", "noscript"}
        assert not {name for name, _ in seen.attributes if name.startswith("on") or name in ("style", "srcdoc")}
        assert not [value for name, value in seen.attributes if name in ("href", "src") and ":" in (value or "")]


@pytest.mark.parametrize(
    "src",
    ["https://e.org/a.png", "//e.org/a.png", r"\\e.org\a.png", r"/\e.org/a.png", "data:image/png;base64,AA", "a:b"],
)
def test_an_image_of_another_host_leaves_only_its_text(src: str) -> None:
    (block,) = read(f'<p>до <img src="{src}" alt="Схема слоёв"> после</p>').blocks
    assert block.text == "до Схема слоёв после"
    assert "<img" not in block.html
    assert src not in sanitise(f'<img src="{src}" alt="x">')


@pytest.mark.parametrize("src", ["img/a%20b.png?x=1:2", "../a.png", "/a.png", ""])
def test_an_image_of_the_course_is_not_served_and_leaves_its_text(src: str) -> None:
    (block,) = read(f'<p>до <img src="{src}" alt="Схема"> после</p>').blocks
    assert (block.text, block.html) == ("до Схема после", "<p>до Схема после</p>")


def test_links_keep_only_safe_schemes_and_places_on_the_page() -> None:
    kept = sanitise('<a href="https://e.org">a</a><a href="mailto:a@b.c">b</a><a href="#x">c</a><a href="../d">d</a>')
    assert kept.count("href=") == 4
    assert sanitise('<a href="ftp://e.org">x</a>').count("href=") == 0


def test_an_unclosed_listing_keeps_the_words_after_it() -> None:
    blocks = read("<p>до</p><pre>x &lt; y\nz").blocks
    assert [(block.kind, block.text) for block in blocks] == [(BlockKind.PARAGRAPH, "до"), (BlockKind.CODE, "x < y\nz")]
