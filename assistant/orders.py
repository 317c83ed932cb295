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


def orders_to_say(quote: str) -> bool:
    """Whether a quote wants something said, as far as words tell."""
    return _ORDER.search(quote) is not None
