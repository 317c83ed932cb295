"""The reply a person begins with: worked out by rule from what the content says, never sent without them."""

from assistant.hand_over_card import Card, Shown
from assistant.phrases import Phrase, phrase, place_name
from knowledge.language import Lang

_QUOTES = 3


def propose_reply(card: Card) -> str:
    """A greeting, what the lessons say, and an invitation to ask on, in the language of the question.

    A verified answer to the same question takes the place of the quotes.
    """
    lang = card.locale
    parts = [_greeting(card.called, lang)]
    same = next((each for each in card.known if each.is_same), None)
    cited = [each for each in card.evidence if each.cited][:_QUOTES]
    if same is not None:
        parts.append(same.text)
    elif cited:
        parts += [_said(each, lang) for each in cited]
    elif card.evidence:
        parts.append(phrase(Phrase.REPLY_NEAR, lang).format(title=card.evidence[0].title))
    parts.append(phrase(Phrase.REPLY_END, lang))
    return "\n\n".join(parts)


def without_courtesies(reply: str, *, called: str, lang: Lang) -> str:
    """A reply without the greeting and the invitation it began with: what is for others, not for one learner alone."""
    courtesies = {_greeting(called, lang), _greeting("", lang), phrase(Phrase.REPLY_END, lang)}
    told = [part for part in reply.split("\n\n") if part.strip() not in courtesies]
    return "\n\n".join(told).strip() or reply


def _greeting(called: str, lang: Lang) -> str:
    return phrase(Phrase.REPLY_HELLO_NAME, lang).format(name=called) if called else phrase(Phrase.REPLY_HELLO, lang)


def _said(shown: Shown, lang: Lang) -> str:
    place = place_name(shown.kind, shown.value, lang)
    name = Phrase.REPLY_SAID if place in ("", shown.title) else Phrase.REPLY_SAID_AT
    told = phrase(name, lang).format(title=shown.title, place=place)
    return f"{told}\n{shown.quote}"
