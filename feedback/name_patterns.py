"""What stands around people's names in Russian and English: greetings, signatures, roles, initials, endings."""

import re

_WORD = r"[^\W\d_]+(?:[-'’][^\W\d_]+)*"
_CAPITAL = r"[A-ZА-ЯЁ][^\W\d_]*(?:[-'’][^\W\d_]+){0,3}"
# One to three words with a capital.
_NAME = rf"(?P<name>{_CAPITAL}(?:[ \t]+{_CAPITAL}){{0,2}})"

WORDS = re.compile(_WORD)
GAP = re.compile(r"[ \t]+")
LAST_WORD = re.compile(rf"({_WORD})[ \t—–-]+(?:{_WORD}[ \t]?[—–-][ \t]?)?\Z")
NEXT_WORD = re.compile(rf"(?:['’]s)?[ \t]+({_WORD})")
SAME_BREATH = re.compile(r"[ \t]*(?:,|и|and|&|или|or)[ \t]+|[ \t]+(?:и|and|&|или|or)[ \t]+")

# Behind these somebody's name follows, whatever it is and however it is written.
INTRODUCED = re.compile(
    r"\b(?:зовут|звать|зовите\s+меня|зови\s+меня|на\s+имя|мо[её]\s+(?:имя|фио)|фио|фамили[юя],?|имя\s*:|пишет\s+вам"
    r"|my\s+(?:full\s+)?name(?:\s+is|['’]s)?|name\s*:|i['’]?\s?am\s+called|people\s+call\s+me|just\s+call\s+me)"
    rf"(?:\s*[:,—–-]\s*|\s+)(?P<name>{_WORD}(?:[ \t]+{_CAPITAL}){{0,2}})",
    re.IGNORECASE,
)
# Behind these, in capitals, and at the end of a line.
SIGNED = re.compile(
    r"(?i:\b(?:с\s+уважением|всего\s+доброго|искренне\s+ваш[аи]?|(?:best|kind|warm)?\s*regards|best(?=,)|cheers"
    r"|sincerely(?:\s+yours)?|yours(?:\s+truly)?)\s*[,.!—–-]?\s+|(?:^|\n|\s)[—–]\s?)"
    rf"{_NAME}\s*[.!)]*\s*(?=\n|\Z)"
)

_ROLES_RU = (
    r"преподавател\w*|преподш\w*|препод\w?|учител\w*|куратор\w*|наставни\w+|ментор\w*|тьютор\w*|лектор\w*|ревьюер\w*"
    r"|проверяющ\w+|методист\w*|координатор\w*|менеджер\w*|профессор\w*|доцент\w*|господин\w*|госпож\w+|г-жа|г-н\w?"
    r"|коллег\w+|одногруппни\w+|однокурсни\w+|сокурсни\w+|ассистент\w*|асессор\w*|студент\w*|старост\w+"
)
_TITLES_EN = r"[Mm]r|[Mm]rs|[Mm]s|[Mm]iss|[Dd]r|Prof"
_ROLES_EN = (
    r"prof|[Pp]rofessor|[Tt]eacher|[Ii]nstructor|[Tt]utor|[Mm]entor|[Ll]ecturer|[Cc]urator|TA|[Cc]oach|[Cc]lassmate"
    r"|[Cc]olleague|[Gg]roupmate|[Rr]eviewer|[Mm]anager"
)
BY_ROLE = (
    re.compile(rf"\b(?i:{_ROLES_RU})\s+(?P<name>[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?(?:[ \t]+[А-ЯЁ][а-яё]+){{0,2}})"),
    re.compile(rf"\b(?:(?:{_TITLES_EN})\.?|{_ROLES_EN})[ \t]+(?P<name>[A-Z]\w+(?:[-'’ \t]+[A-Z]\w+)?)"),
)

# Endings of Russian surnames, in all cases.
_ENDING = (
    r"(?:[оеё]в(?:а|у|ым|е|ой|ы|ых|ыми?)?|[иы]н(?:а|у|ым|е|ой|ы|ых)?|[сц]к(?:ий|ого|ому|им|ом|ая|ой|ую|ие|их)|(?:ен|ч)ко"
    r"|[чнщйю]ук(?:а|у|ом|е)?|юк(?:а|у|ом|е)?|[её]?в?ич(?:а|у|ем|е)?|ян(?:а|у|ом|е)?|дзе|швили|[её]нок|их|ых)"
)
# Two letters before them at least, so that "Слова" is none.
SURNAME = re.compile(rf"[А-ЯЁ][а-яё]{{2,}}{_ENDING}(?:-[А-ЯЁ][а-яё]+)?")
# The commonest family of them: within a sentence and with a capital, hardly ever anything else.
PLAIN_SURNAME = re.compile(r"[А-ЯЁ][а-яё]{2,}[оеё]в(?:а|у|ым|ой)?")
PATRONYMIC = re.compile(
    r"[А-ЯЁа-яё][а-яё]{2,}(?:[оеё]вич(?:а|у|ем|е)?|ьич(?:а|у|ем|ом|е)?|[оеё]вн(?:а|ы|е|у|ой)|ичн(?:а|ы|е|у|ой))"
)
# Those that no adjective looks like; of the others there is none without a given name before it.
SURE_PATRONYMIC = re.compile(r"[А-ЯЁ][а-яё]{2,}(?:[оеё]вич(?:а|у|ем|е)?|[оеё]вна)")
INITIALS = (
    re.compile(r"(?<![\w.])[А-ЯЁ]\.[ \t]?[А-ЯЁ]\.[ \t]?[А-ЯЁ][а-яё]{2,}(?:-[А-ЯЁ][а-яё]+)?"),
    re.compile(r"\b[А-ЯЁ][а-яё]{2,}(?:-[А-ЯЁ][а-яё]+)?[ \t][А-ЯЁ]\.[ \t]?[А-ЯЁ]\."),
    re.compile(rf"(?<![\w.])[А-ЯЁ]\.[ \t]?[А-ЯЁ][а-яё]{{2,}}{_ENDING}\b"),
    re.compile(rf"\b[А-ЯЁ][а-яё]{{2,}}{_ENDING}[ \t][А-ЯЁ]\.(?!\w)"),
    re.compile(r"(?<![\w.])[A-Z]\.[ \t]?[A-Z]\.[ \t]?[A-Z][a-z]{2,}(?:-[A-Z][a-z]+)?"),
)

# Whatever stands here with a capital is hailed, introduced, or said to be of a group.
HAILING = (
    re.compile(
        r"\b(?i:thanks|thank\s+you|hi|hello|hey|dear|спасибо|привет|здравствуйте?|уважаем\w+|дорог\w+),?[ \t]+"
        rf"{_NAME}(?=\s*[,!.\n]|\s*\Z)"
    ),
    re.compile(
        rf"\b(?i:i['’]m|i\s+am|it['’]s|это)[ \t]+{_NAME}"
        r"(?=\s*[,.]|\s+(?:from|here|again|and\s+I|из|и\s+я|снова|опять)\b)"
    ),
    re.compile(
        r"\b(?i:i['’]m|i\s+am|this\s+is|это)[ \t]+"
        rf"(?P<name>{_CAPITAL}[ \t]+{_CAPITAL})(?=\s*[,.!]|\s+[a-zа-я])"
    ),
    re.compile(rf"\b(?:по\s+имени|на\s+связи)[ \t]+{_NAME}"),
    re.compile(
        rf"\b(?P<name>{_CAPITAL}(?:[ \t]+{_CAPITAL})?)"
        r"(?=[ \t]+(?:and\s+I\b|и\s+я\b|here\s*[,!]|тут\s*[,!]))"
    ),
    # Somebody says, finds, promises; or is asked, told, written to.
    re.compile(
        rf"\b{_NAME}(?=[ \t]+(?:(?:уже|тоже|мне|нам|вчера|сегодня|also|already|just|never|still)[ \t]+)?"
        r"(?:сказала?|говорит|объяснила?|показала?|наш(?:ё|е)л|нашла|ответила?|проверила?|обещала?|помогла?|написала?"
        r"|не\s+смогл?а?|получила?|said|says|explained|showed|told|found|promised|helped|wrote|answered|thinks"
        r"|could\s?n(?:o|['’])t)\b)"
    ),
    re.compile(
        r"\b(?i:ответили|отправил[аи]?|написал[аи]?|позвонил[аи]?|передайте|answered|asked|told|emailed|messaged)[ \t]+"
        rf"{_NAME}"
    ),
    re.compile(rf"\b(?i:signed|sent\s+by|written\s+by|подпись|подписано)[ \t,:]+{_NAME}"),
    re.compile(rf"\b(?:[Ii]t\s+was|[Tt]his\s+is)[ \t]+(?P<name>{_CAPITAL})(?=\s+(?:who|from|here|again)\b)"),
    re.compile(
        rf"\b(?P<name>{_CAPITAL})(?=[ \t]+(?:from|in)\s+(?:my|our)\s+(?:group|team|class|cohort|course)\b"
        r"|[ \t]+из\s+(?:моей|нашей|параллельной|другой|соседней)\s+(?:группы|команды)\b)"
    ),
)

_STRONG = (
    r"спасибо|спс|привет\w*|здравствуй(?:те)?|дорог\w+|уважаем\w+|hi|hello|hey|dear|thanks|thank\s+you|thx|i['’]m"
    r"|i\s+am"
)
_WEAK = r"благодар\w+|добрый\s+(?:день|вечер)|доброе\s+утро|с|от|у|для|by|from|to|with|ask|and|это|cheers"
# What must come right before a word that is a name and another word as well.
HAILED = re.compile(rf"\b(?:{_STRONG}|{_WEAK}),?\s+\Z", re.IGNORECASE)
STRONG_HAIL = re.compile(rf"\b(?:{_STRONG}),?\s+\Z", re.IGNORECASE)
