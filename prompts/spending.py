"""What chat models may cost: tokens and US dollars of each product and UTC day, counted by us and capped.

Before a question goes out the most it can cost is written down, after it what it did cost: two turns at once cannot
go over a cap together, and a process that dies in between has counted too much, never too little. Tokens are our own
counts (`prompts.budget`): an estimate from above where a model's tokenizer is not at hand, and never the thoughts a
vendor bills for without sending them.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from anyio import CancelScope, to_thread
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from foundation.errors import HomeUnusable, Invalid, ModelOverBudget, ModelUnavailable
from prompts.budget import count_tokens
from prompts.chat import ChatModel, Message
from prompts.tables import ModelUseRow

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Caps:
    """The most a product may use in a day, None or 0 for no cap; prices are US dollars for a million tokens.

    Raises Invalid for a cap in dollars without prices.
    """

    daily_tokens: int | None = None
    daily_usd: float | None = None
    price_in: float | None = None
    price_out: float | None = None

    def __post_init__(self) -> None:
        if self.daily_usd and (self.price_in is None or self.price_out is None):
            raise Invalid("COMPANION_CHAT_DAILY_USD needs the prices: set COMPANION_CHAT_PRICE_IN and _PRICE_OUT")

    def cost_usd(self, prompt_tokens: int, reply_tokens: int) -> float:
        """What so many tokens cost; 0 where no price is known."""
        return (prompt_tokens * (self.price_in or 0.0) + reply_tokens * (self.price_out or 0.0)) / _MILLION


@dataclass(frozen=True, slots=True)
class Used:
    """What one product used in one day; `cost_usd` is 0 where no price is set."""

    product: str
    calls: int
    prompt_tokens: int
    reply_tokens: int
    cost_usd: float

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.reply_tokens


@dataclass(frozen=True, slots=True)
class Spending:
    """Counts and caps; `most_reply_tokens` is the longest reply a model is allowed."""

    database: Database
    clock: Clock
    caps: Caps
    most_reply_tokens: int

    def chat_for(self, chat: ChatModel, product: str) -> ChatModel:
        """The model, counted for a product and asked only while its caps have room."""
        return _CountedChat(chat, self, product)

    def today(self) -> list[Used]:
        """What each product used on this UTC day, by its slug."""
        with self.database.read() as session:
            rows = session.execute(_sums().where(ModelUseRow.day == self._day()).group_by(ModelUseRow.product)).all()
        return sorted((Used(*row) for row in rows), key=lambda used: used.product)

    def reserve(self, product: str, model: str, *, prompt_tokens: int) -> "Reserved":
        """Write down the most a question can cost; raises ModelOverBudget when that would go over a cap."""
        reserved = Reserved(product, self._day(), model, prompt_tokens, self.most_reply_tokens)
        with self.database.write() as session:
            self._check(session, reserved)
            self._add(session, reserved, calls=1, prompt=prompt_tokens, reply=reserved.reply_tokens)
        return reserved

    def settle(self, reserved: "Reserved", *, reply_tokens: int) -> None:
        """Put what a question did cost in place of the most it could."""
        with self.database.write() as session:
            self._add(session, reserved, calls=0, prompt=0, reply=reply_tokens - reserved.reply_tokens)

    def _check(self, session: Session, reserved: "Reserved") -> None:
        where = (ModelUseRow.product == reserved.product, ModelUseRow.day == reserved.day)
        row = session.execute(_sums().where(*where).group_by(ModelUseRow.product)).one_or_none()
        used = Used(*row) if row is not None else Used(reserved.product, 0, 0, 0, 0.0)
        caps, wanted = self.caps, reserved.prompt_tokens + reserved.reply_tokens
        if caps.daily_tokens and used.tokens + wanted > caps.daily_tokens:
            raise ModelOverBudget(
                f"{reserved.product} used {used.tokens} of the {caps.daily_tokens} tokens of "
                "COMPANION_CHAT_DAILY_TOKENS today; answers are quotes until 00:00 UTC"
            )
        cost = caps.cost_usd(reserved.prompt_tokens, reserved.reply_tokens)
        if caps.daily_usd and used.cost_usd + cost > caps.daily_usd:
            raise ModelOverBudget(
                f"{reserved.product} used {used.cost_usd:.2f} of the {caps.daily_usd:.2f} US dollars of "
                "COMPANION_CHAT_DAILY_USD today; answers are quotes until 00:00 UTC"
            )

    def _add(self, session: Session, reserved: "Reserved", *, calls: int, prompt: int, reply: int) -> None:
        row = session.get(ModelUseRow, (reserved.product, reserved.day, reserved.model))
        if row is None:
            row = ModelUseRow(
                product=reserved.product,
                day=reserved.day,
                model=reserved.model,
                calls=0,
                prompt_tokens=0,
                reply_tokens=0,
                cost_usd=0.0,
            )
            session.add(row)
        row.calls += calls
        row.prompt_tokens += prompt
        row.reply_tokens += reply
        row.cost_usd += self.caps.cost_usd(prompt, reply)

    def _day(self) -> str:
        return self.clock().date().isoformat()


@dataclass(frozen=True, slots=True)
class Reserved:
    """The most one question can cost, on the day it was asked."""

    product: str
    day: str
    model: str
    prompt_tokens: int
    reply_tokens: int


def _sums() -> Select[str, int, int, int, float]:
    return select(
        ModelUseRow.product,
        func.sum(ModelUseRow.calls),
        func.sum(ModelUseRow.prompt_tokens),
        func.sum(ModelUseRow.reply_tokens),
        func.sum(ModelUseRow.cost_usd),
    )


@dataclass(frozen=True, slots=True)
class _CountedChat:
    """A model's port that counts."""

    chat: ChatModel
    spending: Spending
    product: str

    @property
    def name(self) -> str:
        return self.chat.name

    async def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
        reserved = await to_thread.run_sync(self._reserve, messages)
        heard: list[str] = []
        try:
            async with aclosing(self.chat.stream(messages)) as pieces:  # type: ignore[type-var]  # the port's iterator is a generator
                async for piece in pieces:
                    heard.append(piece)
                    yield piece
        finally:
            # Also when the reader left: what was sent was sent.
            with CancelScope(shield=True):
                await to_thread.run_sync(self._settle, reserved, heard)

    def _reserve(self, messages: Sequence[Message]) -> Reserved:
        tokens = sum(count_tokens(message.text, model=self.name).tokens for message in messages)
        try:
            return self.spending.reserve(self.product, self.name, prompt_tokens=tokens)
        except HomeUnusable as err:
            raise ModelUnavailable(f"what the model costs cannot be written down: {err}") from err

    def _settle(self, reserved: Reserved, heard: Sequence[str]) -> None:
        tokens = count_tokens("".join(heard), model=self.name).tokens if heard else 0
        try:
            self.spending.settle(reserved, reply_tokens=tokens)
        except HomeUnusable:
            # What was reserved stays counted; the turn itself will say that the disk is full.
            return
