"""Contents of H5P that ask something: what is asked for learners, what is right for staff."""

from knowledge.blocks import BlockKind
from knowledge.readers.asking import Answer
from knowledge.readers.h5p_gaps import read_gaps, read_marks
from knowledge.readers.h5p_walk import Node, Telling, Walk, as_html, items, library_of, text_of, under, unordered
from knowledge.readers.markdown import read_phrase


def _choice(walk: Walk, params: Node) -> None:
    _media(walk, params)
    answers = [
        Answer(text_of(answer.get("text")), answer.get("correct") is True, _said(answer))
        for answer in items(params.get("answers"))
    ]
    walk.question(params.get("question"), answers, key=_feedback(params))


def _said(answer: Node) -> str:
    told = under(answer, "tipsAndFeedback")
    names = ("tip", "chosenFeedback", "notChosenFeedback")
    return " · ".join(filter(None, (text_of(under(told, name)).strip() for name in names)))


def _true_false(walk: Walk, params: Node) -> None:
    _media(walk, params)
    right = str(params.get("correct", "")).lower() == "true"
    words = [text_of(under(params, "l10n", name)) or name[:-4] for name in ("trueText", "falseText")]
    behaviour = under(params, "behaviour")
    said = [text_of(under(behaviour, name)) for name in ("feedbackOnCorrect", "feedbackOnWrong")]
    answers = [Answer(words[0], right), Answer(words[1], not right)]
    walk.question(params.get("question"), answers, key=[*said, *_feedback(params)])


def _blanks(walk: Walk, params: Node) -> None:
    _media(walk, params)
    walk.say(params.get("text"), BlockKind.EXERCISE)
    texts = params.get("questions")
    for text in texts if isinstance(texts, list) else []:
        gaps = read_gaps(text_of(text))
        walk.question(gaps.shown, key=gaps.key)
    walk.key(*_feedback(params))


def _drag_text(walk: Walk, params: Node) -> None:
    _media(walk, params)
    walk.say(params.get("taskDescription"), BlockKind.EXERCISE)
    gaps = read_gaps(text_of(params.get("textField")))
    others = read_gaps(text_of(params.get("distractors"))).answers
    walk.question(gaps.shown, offered=unordered([*gaps.answers, *others]), key=[*gaps.key, *_feedback(params)])


def _mark_words(walk: Walk, params: Node) -> None:
    _media(walk, params)
    walk.say(params.get("taskDescription"), BlockKind.EXERCISE)
    marks = read_marks(text_of(params.get("textField")))
    walk.question(marks.shown, key=[*marks.key, *_feedback(params)])


def _single_choices(walk: Walk, params: Node) -> None:
    """The first of the answers is the right one: learners see them by the alphabet."""
    for choice in items(params.get("choices")):
        _first_is_right(walk, choice.get("question"), choice.get("answers"))
    walk.key(*_feedback(params))


def _summary(walk: Walk, params: Node) -> None:
    walk.say(params.get("intro"), BlockKind.EXERCISE)
    for panel in items(params.get("summaries")):
        _first_is_right(walk, "", panel.get("summary"), key=[text_of(panel.get("tip"))])
    walk.key(*_feedback(params))


def _first_is_right(walk: Walk, prompt: object, answers: object, *, key: list[str] | None = None) -> None:
    texts = [text_of(answer) for answer in answers] if isinstance(answers, list) else []
    right = texts[0] if texts else ""
    walk.question(prompt, [Answer(text, text == right) for text in unordered(texts)], key=key or [])


def _cards(walk: Walk, params: Node) -> None:
    """Of a card the front is shown; its back is what a learner should say."""
    walk.say(params.get("title"), BlockKind.EXERCISE)
    walk.say(params.get("description"), BlockKind.EXERCISE)
    for card in items(params.get("dialogs") or params.get("cards")):
        tips = under(card, "tips") if isinstance(card.get("tips"), dict) else {}
        hints = [text_of(under(tips, name)) for name in ("front", "back")]
        walk.question(card.get("text"), key=[card.get("answer"), card.get("tip"), *hints])


def _drag_question(walk: Walk, params: Node) -> None:
    task = under(params, "question", "task")
    walk.say(under(params, "question", "settings", "questionTitle"), BlockKind.EXERCISE)
    names: list[str] = []
    for element in items(under(task, "elements")):
        inner = element.get("type") if isinstance(element.get("type"), dict) else {}
        content = under(inner, "params") or {}
        names.append(as_html(content.get("text")) or text_of(content.get("alt")))
    zones = items(under(task, "dropZones"))
    labels = [text_of(zone.get("label")) for zone in zones]
    key = []
    for zone, label in zip(zones, labels, strict=True):
        right = [
            names[int(at)] for at in zone.get("correctElements") or [] if str(at).isdecimal() and int(at) < len(names)
        ]
        key.append(f"{_plain(label)} ← {', '.join(map(_plain, right))}")
        hint = under(zone, "tipsAndFeedback", "tip")
        key.append(text_of(hint))
    walk.question("", offered=[*unordered(names), *unordered(labels)], key=[*key, *_feedback(params)])


def _essay(walk: Walk, params: Node) -> None:
    _media(walk, params)
    words = [
        " / ".join(filter(None, (text_of(word.get("keyword")), *_alternatives(word))))
        for word in items(params.get("keywords"))
    ]
    walk.question(
        params.get("taskDescription"), key=[text_of(under(params, "solution", "sample")), *words, *_feedback(params)]
    )
    walk.key(under(params, "solution", "introduction"))


def _alternatives(word: Node) -> list[str]:
    found = word.get("alternatives")
    return [text_of(one) for one in found] if isinstance(found, list) else []


def _branching(walk: Walk, params: Node) -> None:
    asked = under(params, "branchingQuestion")
    choices = items(under(asked, "alternatives"))
    walk.question(under(asked, "question"), offered=[text_of(choice.get("text")) for choice in choices])
    for choice in choices:
        said = under(choice, "feedback")
        walk.key(*(under(said, name) for name in ("title", "subtitle")))


def _clues(walk: Walk, params: Node) -> None:
    walk.say(params.get("taskDescription"), BlockKind.EXERCISE)
    for word in items(params.get("words")):
        walk.question(word.get("clue"), key=[word.get("answer"), *_feedback(word)])
    walk.key(*_feedback(params))


def _paragraphs(walk: Walk, params: Node) -> None:
    texts = params.get("paragraphs")
    told = [text_of(text) for text in texts] if isinstance(texts, list) else []
    key = [f"{at}. {_plain(text)}" for at, text in enumerate(told, 1)]
    walk.question(params.get("taskDescription"), offered=unordered(told), key=[*key, *_feedback(params)])


def _sequence(walk: Walk, params: Node) -> None:
    told = [text_of(image.get("imageDescription")) for image in items(params.get("sequenceImages"))]
    key = [f"{at}. {_plain(text)}" for at, text in enumerate(told, 1)]
    walk.question(params.get("taskDescription"), offered=unordered(told), key=key)


def _guess(walk: Walk, params: Node) -> None:
    walk.content(params.get("media"))
    walk.question(params.get("taskDescription"), key=[params.get("solutionText")])


def _speak(walk: Walk, params: Node) -> None:
    for one in [params, *(under(inner, "params") or {} for inner in items(params.get("questions")))]:
        accepted = one.get("acceptedAnswers")
        if one.get("question"):
            walk.question(one.get("question"), key=accepted if isinstance(accepted, list) else [])
    walk.say(params.get("introduction"))


def _dictation(walk: Walk, params: Node) -> None:
    walk.say(params.get("taskDescription"), BlockKind.EXERCISE)
    walk.key(*(sentence.get("text") for sentence in items(params.get("sentences"))), *_feedback(params))


def _picture_choice(walk: Walk, params: Node) -> None:
    options = items(params.get("options"))
    answers = [
        Answer(text_of(under(option, "media", "params", "alt")), option.get("correct") is True) for option in options
    ]
    walk.question(params.get("question"), answers, key=_feedback(params))


def _open(walk: Walk, params: Node) -> None:
    """A question of a survey: nothing is right."""
    offered = [text_of(one.get("text")) for one in items(params.get("alternatives"))]
    walk.question(params.get("question"), offered=offered)


def _question_set(walk: Walk, params: Node) -> None:
    walk.head(2, under(params, "introPage", "title"))
    walk.say(under(params, "introPage", "introduction"))
    for question in items(params.get("questions")):
        walk.content(question)
    shown_after = under(params, "endGame")
    walk.key(*(text_of(under(shown_after, name)) for name in ("message", "successComment", "failComment")))


def _survey(walk: Walk, params: Node) -> None:
    for element in items(params.get("questionnaireElements")):
        walk.content(element.get("library"))


def _media(walk: Walk, params: Node) -> None:
    """A picture or a film above a question."""
    media = params.get("media")
    inner = media.get("type") if isinstance(media, dict) and isinstance(media.get("type"), dict) else media
    if isinstance(inner, dict) and library_of(inner):
        walk.content(inner)


def _feedback(params: Node) -> list[str]:
    ranges = [text_of(told.get("feedback")) for told in items(params.get("overallFeedback"))]
    extra = [text_of(params.get(name)) for name in ("correctFeedback", "incorrectFeedback", "feedback", "solution")]
    return [text for text in (*ranges, *extra) if text.strip()]


def _plain(text: str) -> str:
    return " ".join(read_phrase(text)[0].split())


QUESTIONS: dict[str, Telling] = {
    "H5P.MultiChoice": _choice,
    "H5P.TrueFalse": _true_false,
    "H5P.Blanks": _blanks,
    "H5P.DragText": _drag_text,
    "H5P.MarkTheWords": _mark_words,
    "H5P.SingleChoiceSet": _single_choices,
    "H5P.Summary": _summary,
    "H5P.Dialogcards": _cards,
    "H5P.Flashcards": _cards,
    "H5P.DragQuestion": _drag_question,
    "H5P.Essay": _essay,
    "H5P.BranchingQuestion": _branching,
    "H5P.Crossword": _clues,
    "H5P.SortParagraphs": _paragraphs,
    "H5P.ImageSequencing": _sequence,
    "H5P.GuessTheAnswer": _guess,
    "H5P.SpeakTheWords": _speak,
    "H5P.SpeakTheWordsSet": _speak,
    "H5P.Dictation": _dictation,
    "H5P.MultiMediaChoice": _picture_choice,
    "H5P.OpenEndedQuestion": _open,
    "H5P.SimpleMultiChoice": _open,
    "H5P.QuestionSet": _question_set,
    "H5P.Questionnaire": _survey,
}
