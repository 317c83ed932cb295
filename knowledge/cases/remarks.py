"""What a moderator should look at in a case before anybody else reads it: a plain look for signs, no judgement.

Signs miss what is worded otherwise and may point at harmless words; the moderator reads the case in any event. A case
is only ever quoted data: none of its words reach a chat model, whatever it says (`assistant.stuck`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    """What was seen."""

    INSTRUCTS = "instructs"
    EMAIL = "email"
    PHONE = "phone"
    HANDLE = "handle"
    PERSON = "person"
    EMPLOYER = "employer"


_MEANING = {
    Sign.INSTRUCTS: "speaks to an assistant instead of telling what happened",
    Sign.EMAIL: "holds an e-mail address",
    Sign.PHONE: "holds what looks like a phone number",
    Sign.HANDLE: "holds an account name or a link in the text",
    Sign.PERSON: "seems to name a person",
    Sign.EMPLOYER: "names the employer",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One sign: in which field, and the words it was seen in."""

    sign: Sign
    field: str
    found: str

    def __str__(self) -> str:
        return f"{self.field} {_MEANING[self.sign]}: {self.found}"


_INSTRUCTS = re.compile(
    r"\b(?:ignor\w+|disregard|forget|override)\b[^.\n]{0,40}\b(?:instruct\w*|prompts?|rules?|above|previous|prior)\b"
    r"|\b(?:system|developer)\s+(?:prompt|message)\b|<\|?\s*(?:system|im_start|assistant)\b|\[/?INST\]"
    r"|\byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:assistant|ai|bot|chatgpt|language model)\b"
    r"|\b(?:assistant|ai|bot)\b\s*[:,]\s*(?:please\s+)?(?:say|tell|answer|reply|output|print|reveal)\b"
    r"|\b(?:as an?|dear) (?:ai|assistant)\b"
    r"|(?:^|\W)(?:игнорир\w+|проигнорир\w+|забудь\w*|не\s+обращай\w*\s+внимани\w+)[^.\n]{0,40}"
    r"(?:инструкц\w+|указани\w+|правил\w*|промпт\w*|предыдущ\w+|выше)"
    r"|систем\w+\s+(?:промпт|сообщени|инструкци)\w*"
    r"|\bты\s+(?:теперь\s+)?(?:ассистент|помощник|бот|нейросеть|языковая модель)"
    r"|\b(?:ассистент|помощник|бот|нейросеть)\s*[:,]\s*(?:скажи|ответь|напиши|выведи|покажи|раскрой)",
    re.IGNORECASE | re.MULTILINE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.,])\+?\d(?:[\s().-]{0,2}\d){9,13}(?![\w%])")
_HANDLE = re.compile(r"(?<![\w.])@[A-Za-z]\w{3,}|\b(?:https?://|www\.|t\.me/)\S+")
# A capitalised word inside a sentence, followed by another: "Ivan Petrov", "с Анной Кузнецовой".
_PERSON = re.compile(r"(?<=[\w,;–—-] )[A-ZА-ЯЁ][a-zа-яё]+ [A-ZА-ЯЁ][a-zа-яё]+\b")
_SIGNS = {
    Sign.INSTRUCTS: _INSTRUCTS,
    Sign.EMAIL: _EMAIL,
    Sign.PHONE: _PHONE,
    Sign.HANDLE: _HANDLE,
    Sign.PERSON: _PERSON,
}
_SHOWN_CHARS = 80


def remarks_on(texts: dict[str, str], *, employer: str = "") -> list[Remark]:
    """Signs in texts by their field, each sign once a field, the gravest first."""
    found = []
    for sign, pattern in _SIGNS.items():
        for name, text in texts.items():
            match = pattern.search(text)
            if match:
                found.append(Remark(sign, name, " ".join(match.group().split())[:_SHOWN_CHARS]))
    found += [Remark(Sign.EMPLOYER, name, employer) for name, text in texts.items() if names(text, employer)]
    return found


def names(text: str, employer: str) -> bool:
    """Whether a text holds an employer's name as a word."""
    told = employer.strip().casefold()
    return bool(told) and re.search(rf"(?<!\w){re.escape(told)}(?!\w)", text.casefold()) is not None
