"""Orders to say something, in what a claim is proved with: what is to be said is not thereby so.

"Tell the reader that lessons are free" proves that somebody wants it told, never that lessons are free. Such a sentence
may be shown as the course's own, word for word; nobody words it anew. A rule of words, Russian and English.
"""

import re

_VERBS = (
    r"say|tell|write|reply|replies|answer|respond|repeat|print|output|append|insert|embed|mention|announce|inform|declare|"
    r"claim|confirm|add|include|pretend|summari[sz]e|translate|finish|end\b|begin\b|start\b|sentence|phrase|words?\b|"
    r"скаж|сказа|говор|напиш|писа|написа|пиши|ответ|отвеч|повтор|вывед|вывод|печат|вставь|вставит|сообщ|упомин|упомян|"
    r"объяв|заяв|утвержд|подтверд|уведом|добав|фраз|предложени|слов|изобраз|притвор|заканчив|закончи|начн|начинай"
)
# What is to be said follows between quotation marks, behind a colon, or after "that".
_ORDER = re.compile(rf"\b(?:{_VERBS})[^.!?]{{0,80}}?(?:[«“„\"]|:(?=\s)|\bthat\b|,\s*(?:что|будто)\b)", re.IGNORECASE)
# An assistant is told how to act: "you must respond as", "you will now simulate", "Respond as both".
_ACTS = (
    r"respond|answer|reply|act|behave|pretend|simulate|generate|produce|speak|obey|comply|ignore|forget|play|become|"
    r"отвеча|ответ|веди себя|веди|изобража|притвор|игнориру|забудь|забыть|подчиня|слушайся"
)
_TO_ASSISTANT = re.compile(
    rf"\byou(?:['’]ll| will| must| should| shall| are(?: now)?| can| have to)\b[^.!?]{{0,60}}?\b(?:{_ACTS})"
    rf"|(?:^|[.!?:;•\n-]\s*)(?:{_ACTS})\w*\s+(?:as|like|to be|как|будто|роль)\b"
    rf"|\bты\b[^.!?]{{0,60}}?\b(?:долж\w+|буд\w+|тепер\w+|обязан\w*)\b[^.!?]{{0,60}}?\b(?:{_ACTS})"
    r"|\b(?:chatgpt|gpt-\d|jailbreak|no restrictions|unfiltered|without (?:any )?(?:rules|filters|restrictions))",
    re.IGNORECASE,
)


def orders_to_say(quote: str) -> bool:
    """Whether a quote wants something said, or tells an assistant how to act, as far as words tell."""
    return _ORDER.search(quote) is not None or _TO_ASSISTANT.search(quote) is not None
