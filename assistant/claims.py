"""Whether a sentence claims what its quotes say: their numbers, names, code and negations, and nothing beside.

A rule, no model: it compares what `claim_reading` sees by form, so that a sentence over a quote of another language is
not borne out: what cannot be checked is not said. It would rather drop a true sentence than let a false one through;
what it cannot see, and how often it errs on either side, is measured (`evals.claims`) and told in
docs/design/claims.md.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.claim_reading import Number, Reading, Statement, Word, read_claim
from assistant.claim_roles import VERB, roles_changed
from assistant.claim_vocabulary import (
    CAUSE,
    CONDITION,
    CONDITIONAL,
    EXCEPT,
    FRAME,
    NOT,
    PRONOUN,
    folded,
    meaning_of,
    opposite,
)
from assistant.same_words import Words, is_same

_KEPT_QUANTITIES = ("most", "some", "rare")
_ADDED_QUANTITIES = ("all", "most", "some", "rare", "only", "nobody")
_FALSIFIES = re.compile(
    r"\b(?:mistake|wrong|false|myth|untrue|nonsense|not (?:true|so|right|correct)|misconception)\b"
    r"|(?:^|\s)(?:неверно|не так|неправда|ошибка|ошибочно|миф|заблуждение|неправильно|не соответствует)(?!\w)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"\s*(?:but |а |но )?(?:that|this|it|these|это|такое|так)\b", re.IGNORECASE)
_FALSIFYING_WORDS = 10
_NEGATED_PREFIX = re.compile(r"(?:не|un|in|im|non|ir|dis)(?=\w{4})")


class Fault(StrEnum):
    """Why a sentence is not borne by its quotes: what it has and they lack, or the reverse."""

    QUESTION = "question"
    EMPTY = "empty"
    CONTEXT = "context"
    NUMBER = "number"
    NAME = "name"
    CODE = "code"
    NEGATION = "negation"
    DIRECTION = "direction"
    QUANTITY = "quantity"
    MODALITY = "modality"
    CAUSE = "cause"
    CONDITION = "condition"
    CONTENT = "content"
    ROLES = "roles"


@dataclass(frozen=True, slots=True)
class Proof:
    """A quote with what stands around it: whole sentences, the one before and the one after, and its whole passage."""

    text: str
    before: str = ""
    after: str = ""
    passage: str = ""


def find_fault(claim: str, proofs: Sequence[Proof]) -> Fault | None:
    """Why these proofs do not bear a sentence; None when one of them does, or one for each of its statements."""
    if claim.rstrip("»”\"') ").endswith("?"):
        return Fault.QUESTION
    reading = read_claim(claim)
    if not any(reading.statements):
        return Fault.EMPTY
    standing = [proof for proof in proofs if not _is_taken_back(proof)]
    if any(_plain(proof.text) == _plain(claim) for proof in standing):
        return None
    compared = [_Compared(proof) for proof in standing]
    faults = [each.fault(reading, reading.statements) for each in compared]
    if not faults:
        return Fault.CONTEXT
    if None in faults:
        return None
    if len(compared) > 1 and all(_borne(reading, statement, compared) for statement in reading.statements):
        return None
    return faults[0]


def _borne(reading: Reading, statement: Statement, compared: Sequence["_Compared"]) -> bool:
    return any(each.fault(reading, (statement,)) is None for each in compared)


def _is_taken_back(proof: Proof) -> bool:
    """A question claims nothing; "That is a mistake" after a sentence takes it back."""
    if proof.text.rstrip("»”\"') ").endswith("?"):
        return True
    short = len(proof.after.split()) <= _FALSIFYING_WORDS
    return bool(short and _POINTS_BACK.match(proof.after) and _FALSIFIES.search(proof.after))


class _Compared:
    """One proof, and the faults that sentences have against it."""

    def __init__(self, proof: Proof) -> None:
        self._proof = proof
        self._read = read_claim(proof.text)
        self._words = Words(self._read.words)
        # What a pronoun in the quote may stand for: the words of the sentence before, unless they are names.
        self._named = Words(_nouns(proof.before) if PRONOUN in self._read.marks else ())
        self._names = read_claim(proof.passage).names

    def fault(self, claim: Reading, statements: Sequence[Statement]) -> Fault | None:
        """What is wrong with these statements of a sentence."""
        return (
            self._numbers(statements)
            or self._code(statements)
            or self._named_otherwise(statements)
            or self._negations(statements)
            or self._directions(statements)
            or self._quantities(claim, statements)
            or self._circumstances(claim, statements)
            or self._content(statements)
            or self._roles(statements)
        )

    def _numbers(self, statements: Sequence[Statement]) -> Fault | None:
        for statement in statements:
            for number in statement.numbers:
                if not any(self._tells(other, number, statement) for other in self._read.statements):
                    return Fault.NUMBER
            told = [each.numbers for each in self._read.statements]
            if not any(all(_has_number(own, each) for each in statement.numbers) for own in told):
                return Fault.NUMBER
        return None

    def _tells(self, told: Statement, number: Number, claimed: Statement) -> bool:
        """Whether a statement of the quote has the number, and about what the claim has it about."""
        if not _has_number(told.numbers, number):
            return False
        about = [word for word in claimed.content if self._words.has(word)]
        return not about or not told.content or any(Words(told.words).has(word) for word in about)

    def _code(self, statements: Sequence[Statement]) -> Fault | None:
        told = _squashed(self._proof.text)
        for statement in statements:
            for code in statement.code:
                if not re.search(rf"(?<![\w-]){re.escape(_squashed(code))}(?!\w)", told):
                    return Fault.CODE
        return None

    def _named_otherwise(self, statements: Sequence[Statement]) -> Fault | None:
        for statement in statements:
            for word in statement.words:
                named = word.is_name or (word.meaning.stem in self._names and word.is_content)
                if named and not self._words.has(word):
                    return Fault.NAME
        return None

    def _negations(self, statements: Sequence[Statement]) -> Fault | None:
        claimed = [(kind, word, each) for each in statements for kind, word in each.negated()]
        told = [(kind, word, each) for each in self._read.statements for kind, word in each.negated()]
        for kind, word, statement in claimed:
            if not any(kind == k and _same_turn(kind, (word, statement), (w, s)) for k, w, s in told):
                return Fault.NEGATION
        said = Words(word for each in statements for word in each.words)
        for kind, word, _ in told:
            turned = any(kind == k and word is not None and _turns(k, word, w, s) for k, w, s in claimed)
            if word is not None and said.has(word) and not turned:
                return Fault.NEGATION
        return self._prefixes(statements)

    def _prefixes(self, statements: Sequence[Statement]) -> Fault | None:
        """What is "insignificant" is not "significant", whichever of the two the quote says."""
        claimed = [word for each in statements for word in each.content]
        told = list(self._read.content)
        for one, other in ((claimed, told), (told, claimed)):
            plain = Words(other)
            for word in one:
                bare = _NEGATED_PREFIX.sub("", folded(word.text), count=1)
                if bare != folded(word.text) and not plain.has(word) and plain.has(Word(bare, meaning_of(bare))):
                    return None if self._negates_apart(bare, statements) else Fault.NEGATION
        return None

    def _negates_apart(self, bare: str, statements: Sequence[Statement]) -> bool:
        """Whether it is said in two words: "не заметно" for "незаметно"."""
        word = Word(bare, meaning_of(bare))
        everywhere = [*statements, *self._read.statements]
        return any(turned is not None and is_same(turned, word) for each in everywhere for _, turned in each.negated())

    def _directions(self, statements: Sequence[Statement]) -> Fault | None:
        for statement in statements:
            for mark in statement.marks:
                if (other := opposite(mark)) is None:
                    continue
                told = [each for each in self._read.statements if mark in each.marks]
                against = [each for each in self._read.statements if other in each.marks]
                if not told:
                    return Fault.DIRECTION
                if against and not any(_shares(statement, each) for each in told):
                    return Fault.DIRECTION
        return None

    def _quantities(self, claim: Reading, statements: Sequence[Statement]) -> Fault | None:
        for statement in statements:
            for mark in _ADDED_QUANTITIES:
                if mark not in statement.marks:
                    continue
                told = [each for each in self._read.statements if mark in each.marks]
                apart = len(self._read.marks.intersection(_ADDED_QUANTITIES)) == 1
                if not told or not (apart or any(_shares(statement, each) for each in told)):
                    return Fault.QUANTITY
            if "all" in statement.marks and EXCEPT in self._read.marks and EXCEPT not in claim.marks:
                return Fault.QUANTITY
            closest = self._closest(statement)
            if closest is not None:
                kept = {mark for mark in _KEPT_QUANTITIES if mark in closest.marks}
                if kept - frozenset().union(*(each.marks for each in statements)):
                    return Fault.QUANTITY
        return self._modality(statements)

    def _modality(self, statements: Sequence[Statement]) -> Fault | None:
        claimed = frozenset().union(*(each.marks for each in statements))
        told = self._read.marks
        if NOT in claimed and NOT in told:
            return None
        for mark, other in (("must", "may"), ("may", "must")):
            if mark in claimed and mark not in told and other in told:
                return Fault.MODALITY
        return None

    def _circumstances(self, claim: Reading, statements: Sequence[Statement]) -> Fault | None:
        claimed = frozenset().union(*(each.marks for each in statements))
        if CAUSE in claimed and CAUSE not in self._read.marks:
            return Fault.CAUSE
        if FRAME in self._read.marks and FRAME not in claim.marks:
            return Fault.CONTEXT
        if not {CONDITION, CONDITIONAL} & claim.marks and any(map(self._depends, statements)):
            return Fault.CONDITION
        return None

    def _depends(self, statement: Statement) -> bool:
        """Whether the quote says it under a condition."""
        parts = {each.part for each in self._read.statements if CONDITION in each.marks}
        closest = self._closest(statement)
        return bool(parts) and (closest is None or closest.part in parts)

    def _closest(self, statement: Statement) -> Statement | None:
        """The statement of the quote that has most in common with one of the claim."""
        closest = max(self._read.statements, key=lambda each: _overlap(statement, each), default=None)
        return closest if closest is not None and _overlap(statement, closest) else None

    def _content(self, statements: Sequence[Statement]) -> Fault | None:
        """Every word that says something; one, or a run of them, may be what the quote's pronoun stands for."""
        lacking = 0
        for statement in statements:
            beside = False
            for word in statement.words:
                lacks = word.is_content and not self._words.has(word)
                if lacks and not self._named.has(word):
                    return Fault.CONTENT
                # "Gradient descent" is one name of one thing.
                lacking += lacks and not beside
                beside = lacks
        return Fault.CONTENT if lacking > 1 else None

    def _roles(self, statements: Sequence[Statement]) -> Fault | None:
        said = (each.words for each in statements)
        return Fault.ROLES if roles_changed(list(said), self._read.words, lang=self._read.lang) else None


def _nouns(before: str) -> list[Word]:
    """The words of a sentence that a pronoun may stand for: not those that look like verbs."""
    return [word for word in read_claim(before).content if not word.is_name and not VERB.search(folded(word.text))]


_Turn = tuple[Word | None, Statement]


def _same_turn(kind: str, claimed: _Turn, told: _Turn) -> bool:
    """Whether two negations may turn the same thing around."""
    (word, statement), (other, around) = claimed, told
    if word is None or other is None:
        return True
    return _turns(kind, other, word, statement) or (kind == NOT and Words(around.words).has(word))


def _turns(kind: str, turned: Word, word: Word | None, statement: Statement) -> bool:
    """Whether a negation in a statement turns a word around: "not" may stand apart from it, "without" may not."""
    if kind == NOT:
        return Words(statement.words).has(turned)
    return word is not None and is_same(word, turned)


def _has_number(told: Sequence[Number], number: Number) -> bool:
    return any(own.bears(number) for own in told)


def _shares(statement: Statement, told: Statement) -> bool:
    """Whether two statements are about anything in common; one that says nothing by itself is about anything."""
    return not statement.content or _overlap(statement, told) > 0


def _overlap(statement: Statement, told: Statement) -> int:
    words = Words(told.words)
    return sum(1 + 2 * word.is_name for word in statement.content if words.has(word))


def _plain(text: str) -> str:
    return " ".join(text.removeprefix("- ").split()).rstrip(".;")


def _squashed(code: str) -> str:
    return re.sub(r"[“”„«»'’]", '"', " ".join(code.replace("`", " ").split()))
