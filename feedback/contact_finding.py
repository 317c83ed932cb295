"""Finds in a text what reaches somebody or opens something: mails, phones, accounts, cards, papers, keys.

Patterns, tuned for what learners write: code, numbers, formulas and dates around them are no contacts.
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_HEX = r"[0-9a-f]"
_TLD = r"(?:com|ru|org|net|io|me|edu|рф|by|ua|kz|uk|de|fr|es|info|dev|app|pro)"
_MAILS = (
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{2,}(?:\.[\w-]+)*\.[^\W\d_]{2,}",
    # Of one letter only where the ending is a known one: "a@b.mean" is a product of matrices.
    rf"(?<![\w.+-])[\w.+-]{{1,64}}@\w\.{_TLD}\b",
    rf"(?:(?<![\w.+-])[\w+-]{{1,32}}\s+(?:dot|точка)\s+)?(?<![\w.+-])[\w.+-]{{1,64}}\s*[([{{<]?\s*(?:\bat\b|\bсобака\b|\bсобачка\b)\s*[)\]}}>]?\s*[\w-]+\s*"
    rf"(?:[([{{<]?\s*(?:\bdot\b|\bточка\b)\s*[)\]}}>]?\s*|\.){_TLD}\b",
    rf"(?<![\w.+-])[\w.+-]{{1,64}}\s*[([{{](?:at|a|@)[)\]}}]\s*[\w-]+(?:\.[\w-]+)*\.{_TLD}\b",
)
# What follows it is code: a decorator, a pandas query, a matrix product.
_NOT_HANDLES = (
    r"(?:property|staticmethod|classmethod|dataclass|override|cache|cached_property|lru_cache|wraps|app|router|pytest"
    r"|contextmanager|abstractmethod|decorator|register|task|media|import|param|return|returns|throws|Override|Test)\b"
)
_HANDLES = (
    r"(?<![\w.@/])@[A-Za-z]\w*\.[\w.]*[_\d]\w*",
    rf"(?<![\w.@/])@(?!{_NOT_HANDLES})[A-Za-z]\w{{2,}}(?![\w(]|\.\w|\s*\n\s*(?:async\s+)?(?:def|class)\b)",
    r"(?:\bhttps?://)?(?:\bwww\.)?\b(?:t\.me|wa\.me|vk\.com|vk\.me|ok\.ru|instagram\.com|facebook\.com|fb\.com|linkedin\.com/in|twitter\.com|x\.com"
    r"|zoom\.us|meet\.google\.com|docs\.google\.com|drive\.google\.com|disk\.yandex\.\w+"
    r"|discord\.gg|discordapp\.com|snapchat\.com|tiktok\.com|calendly\.com)/[^\s<>\"')\]]*[^\s<>\"')\].,;:!?]",
    # A person's page; what lies below it is a project's.
    r"(?:\bhttps?://)?(?:\bwww\.)?\b(?:github|gitlab)\.com/[\w-]+(?![\w/-])",
    r"https?://[^\s/@]+:[^\s/@]+@\S+",
    r"[\w.]{2,32}#\d{4}\b",
)
# An account by the name of its service: only what looks like one, for "Telegram is down" names nobody.
_SERVICE = (
    r"\b(?:telegram|телеграм\w*|телег[аеу]|тг|tg|skype|скайп\w*|discord|дискорд\w*|whats\s?app|в?[ао]т?сапп?\w*|viber"
    r"|вайбер\w*|insta(?:gram)?|инст[аеу]\w*|вк|vk|wechat|nick(?:name)?|ник(?:нейм)?|username|user\s?name|login|логин)\b"
)
_ACCOUNT_LIKE = r"(?:live:)?(?=[\w.#-]*[\d_.#])[A-Za-z][\w.#-]{2,30}[\w]"
_ACCOUNTS = (
    rf"{_SERVICE}(?:\s+(?:is|это|мой|моя|my|as|как|на\s+\w+|on\s+\w+))?\s*[:=—–-]\s*@?(?P<value>[A-Za-z][\w.#-]{{3,31}})(?!\()",
    rf"{_SERVICE}\s+(?:(?:is|это|мой|my|as|как|под)\s+)?@?(?P<value>{_ACCOUNT_LIKE})(?!\()",
)
_NO_DIGIT_BEFORE, _NO_DIGIT_AFTER = r"(?<![\w.,/+=-])(?<!\d )", r"(?![\w%]|[.,/ ]\d)"
_PHONES = (
    r"(?<![\w.,])\+\s?\d(?:[\s().-]{0,2}\d){8,14}(?!\w)",
    rf"{_NO_DIGIT_BEFORE}[78][\s.-]{{0,2}}\(?\d{{3}}\)?[\s.-]{{0,2}}\d{{3}}[\s.-]?\d{{2}}[\s.-]?\d{{2}}{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}\(?\d{{3}}\)?[\s.-]{{1,2}}\d{{3}}[.-]\d{{4}}{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}(?:\(\d{{3}}\)\s?|1[\s.-])\d{{3}}[\s.-]\d{{4}}{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}9\d{{2}}[\s-]\d{{3}}[\s-]\d{{2}}[\s-]\d{{2}}{_NO_DIGIT_AFTER}",
    rf"{_NO_DIGIT_BEFORE}0\d{{2,4}}[\s-]\d{{3,4}}[\s-]?\d{{3,4}}{_NO_DIGIT_AFTER}",
)
# A number of any shape, behind a word that says what it is.
_CALLED = (
    r"\b(?:тел\.|тел\b|tel\b|телефон\w*|моб\w*|сотов\w*|звони\w*|позвони\w*|набери\w*|в?[ао]т?сапп?\w*|viber|вайбер\w*|phone"
    r"|mobile|cell|call(?:\s+me)?|text\s+me|ring\s+me|whats\s?app)\W{0,3}(?:[^\W\d]+\W{1,3}){0,3}"
    r"(?P<value>\+?\d[\d\s().-]{3,18}\d)(?!\w)",
)
_PAPERS = (
    r"\bпаспорт\w*\D{0,20}\d{2}\s?\d{2}\s?(?:№\s?)?\d{6}\b",
    r"\bснилс\D{0,8}\d{3}-?\d{3}-?\d{3}[\s-]?\d{2}\b",
    r"\bинн\D{0,8}\d{10}(?:\d{2})?\b",
    r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])",
    r"\bpassport\W{0,3}(?:(?:no|number|is)\W{0,3}){0,2}[A-Z]{0,2}\d{6,9}\b",
    r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,7}(?:[ ]?[A-Z0-9]{1,3})?\b",
)
_STREETS = (
    r"\b(?:ул\.|улиц\w+|проспект\w*|пр-т|переул\w+|бульвар\w*|шоссе|наб\.)\s*[А-ЯЁ][\w-]+(?:\s+[А-ЯЁ][\w-]+)?,?\s*"
    r"(?:д(?:ом|\.)?\s*)?\d+\w?(?:,?\s*(?:корп(?:ус)?|к|стр)\.?\s*\d+)?(?:,?\s*(?:кв|квартира)\.?\s*\d+)?",
    r"\b\d{1,5}\s+[A-Z]\w+(?:\s[A-Z]\w+)?\s(?:Street|St|Avenue|Ave|Road|Rd|Lane|Boulevard|Blvd)\b\.?"
    r"(?:,?\s(?:apt|flat|unit)\.?\s?\w+)?",
)
_KEYS = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"\b(?:sk|pk|rk|ct|gh[pousr]|glpat|xox[abprs]|hf|api|key|token|secret|npm|dop|shp\w{2})[-_](?=[\w-]*\d)[\w-]{8,}",
    r"\bgithub_pat_\w{20,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bAIza[\w-]{30,}",
    r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?",
    r"\b\d{8,10}:[\w-]{30,}",
    rf"\b[a-z]{{1,2}}-{_HEX}{{12,}}(?:-{_HEX}{{16,}})?\b",
    rf"\b{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\b",
    r"\b(?=\d*[A-Fa-f])[0-9A-Fa-f]{32,}\b",
    # Chance has no eight small letters in a row; names that were glued together have.
    r"(?<!\w)(?=\w*[a-z])(?=\w*[A-Z])(?=(?:\w*?\d){3})(?!\w*[a-z]{8})[A-Za-z0-9_]{32,}={0,2}(?!\w)",
    r"\bBearer\s+[\w.~+/=-]{12,}",
)
# The value alone: the word before it is worth keeping.
_VALUE = r"(?P<value>(?=[^\s\"'»”,;()]*\d)(?=[^\s\"'»”,;()]*[^\W\d_]{0})[^\s\"'»”,;()]{{4,}})(?!\()"
_SECRETS = (
    r"(?:парол[ьяеюи]\w*|код доступа|пин-?код|password|passwd|pwd|passphrase|pin code)[\"']?"
    r"(?:\s+(?:от|для|к|for|to|of)(?:\s+my|\s+the)?\s+\w+)?\s*"
    r"(?:[:=—–-]|is\b|это\b|\s)\s*[\"'«“]?" + _VALUE.format(r"|\d{4}\b"),
    r"(?:api[ _-]?key|access key|secret|token|токен\w{0,2}|ключ\w{0,2}(?: api| доступа)?)[\"']?\s*(?:[:=—–]|is\b|это\b)"
    r"\s*[\"'«“]?" + _VALUE.format(""),
)
_CARD = re.compile(r"(?<![\w.,+-])[2-6]\d{3}([ -]?)(?:\d{4}\1\d{4}\1\d{3,7}|\d{6}\1\d{5})(?![\w.,]\d|\w)")


def _compiled(*families: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for family in families for pattern in family)


_LINKS = re.compile(r"\b(?:https?://|www\.|t\.me/)\S+|\b[\w-]+\.(?:com|ru|org|net|io|me)\b\S*", re.IGNORECASE)
_AS_WRITTEN = _compiled(_PAPERS[4:], _STREETS[1:], _KEYS)
_ANY_CASE = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for family in (_MAILS, _HANDLES, _ACCOUNTS, _PHONES, _CALLED, _PAPERS[:4], _STREETS[:1], _SECRETS)
    for pattern in family
)


def find_links(text: str) -> Iterator[Span]:
    """Where addresses of pages stand, whatever is on them."""
    return (found.span() for found in _LINKS.finditer(text))


def find_contacts(text: str) -> Iterator[Span]:
    """Where they stand, in no order; some may overlap. Of what a word announces, the word itself stays."""
    for pattern in (*_AS_WRITTEN, *_ANY_CASE):
        for found in pattern.finditer(text):
            yield found.span("value") if "value" in pattern.groupindex else found.span()
    for found in _CARD.finditer(text):
        if found[1] or _passes_luhn(found[0]):
            yield found.span()


def _passes_luhn(number: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    doubled = (2 * digit - 9 * (digit > 4) for digit in digits[-2::-2])
    return len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
