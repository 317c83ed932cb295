"""Made-up lessons for property tests: every kind of block, text that no author would write and some that many do."""

from hypothesis import strategies as st

from knowledge.blocks import Block, BlockKind, SourceLesson, Visibility

WORDS = ["метрика", "выборка", "p-value", "т. е.", "А. С.", "np.mean(x)", "ёж", "конверсия", "test", "word", "3.14"]
ODD = [
    "🎉",
    "👩‍👩‍👧",
    "数据",
    "a\u0301",
    "\u00a0",
    "\u200b",
    "\t",
    "—",
    "«",
    "»",
    "x" * 400,
    "ы" * 300,
    "https://a.example/b",
]
LINE = st.lists(st.sampled_from(WORDS + ODD), min_size=1, max_size=12).map(" ".join)
PROSE = st.lists(LINE.map(lambda line: f"{line}. "), min_size=1, max_size=12).map("".join)
LISTING = st.lists(LINE.map(lambda line: f"- {line}"), min_size=1, max_size=20).map("\n".join)
TABLE = st.lists(LINE.map(lambda line: f"{line} | 12,5"), min_size=1, max_size=30).map("\n".join)
CODE = st.one_of(
    st.lists(LINE.map(lambda line: f"    x = {line}"), min_size=1, max_size=40).map("\n".join),
    st.text("abcdef0123456789+/=", min_size=1, max_size=4_000),
    st.text("абвгд", min_size=1, max_size=2_000),
    st.integers(1, 800).map("🎉".__mul__),
)
TEXTS = {
    BlockKind.PARAGRAPH: PROSE | LINE,
    BlockKind.LIST: LISTING,
    BlockKind.TABLE: TABLE,
    BlockKind.CODE: CODE,
    BlockKind.EXERCISE: PROSE,
    BlockKind.ANSWER_KEY: PROSE,
    BlockKind.TRANSCRIPT: PROSE,
    BlockKind.DISCUSSION: PROSE,
}
TITLES = st.sampled_from(["Урок", "Метрики и выборка", "Code", "🎉", "Очень " * 40 + "длинный заголовок", "A" * 300])
SECRET = "ТАЙНА"


@st.composite
def lessons(draw: st.DrawFn) -> SourceLesson:
    """A lesson whose blocks carry heading paths as a reader gives them; staff blocks and keys hold SECRET."""
    title = draw(TITLES)
    path: tuple[str, ...] = ()
    blocks: list[Block] = []
    offset = 0
    for kind in draw(st.lists(st.sampled_from(list(BlockKind)), max_size=10)):
        hidden = kind is BlockKind.ANSWER_KEY or draw(st.integers(0, 9)) == 0
        if kind is BlockKind.HEADING:
            text = draw(TITLES)
            path = (*path[: draw(st.integers(0, len(path)))], text)
        else:
            text = draw(TEXTS[kind])
        text = f"{SECRET} {text}" if hidden and kind is not BlockKind.HEADING else text
        staff = hidden and kind not in (BlockKind.ANSWER_KEY, BlockKind.HEADING)
        visibility = Visibility.STAFF if staff else Visibility.LEARNER
        end = offset + len(text)
        blocks.append(Block(kind, text, f"<p>{len(blocks)}</p>", offset, end, path, "-".join(path)[:20], visibility))
        offset = end + 2
    return SourceLesson("one", "one.md", title, "", tuple(blocks))
