"""Errors, named by who has to act.

    CompanionError
    ├── NotFound            the asker: the named thing does not exist here
    ├── NotAllowed          the asker: it exists, and is not theirs to use
    │   └── NotProven       they did not prove who they are
    ├── Conflict            the asker: somebody else changed it first, or it is in use
    ├── Invalid             the asker: the input cannot be accepted as it is
    ├── ContentUnreadable   the author: a file of the course cannot be read
    ├── ModelUnavailable    the operator: the chat model does not answer
    │   ├── ModelMisconfigured  its name, package, key or options are wrong
    │   ├── ModelRefused        it will not answer this one question
    │   └── ModelOverBudget     the tokens or dollars of the day are used up
    ├── EncoderUnavailable  the operator: the text encoder does not answer
    │   └── EncoderMisconfigured  its name, package, key or options are wrong
    ├── IndexUnavailable    the operator: the passage index does not answer
    └── HomeUnusable        the operator: the home folder or its database cannot be used

No transport is known here: the entrances decide what a reader is told.
"""


class CompanionError(Exception):
    """Something a person can act on; `str(error)` is one line that says what to do."""


class NotFound(CompanionError):
    """The named thing does not exist in this installation."""


class NotAllowed(CompanionError):
    """The thing exists and the asker may not use it."""


class NotProven(NotAllowed):
    """Who asks did not prove who they are, or what proved it no longer does."""


class Conflict(CompanionError):
    """Somebody else got there first, or the thing is in use."""


class Invalid(CompanionError):
    """The input cannot be accepted as it is."""


class ContentUnreadable(CompanionError):
    """A course file cannot be read; `path` is relative to the ingested folder, `line` is 1-based or None."""

    def __init__(self, path: str, reason: str, *, line: int | None = None) -> None:
        self.path = path
        self.reason = reason
        self.line = line
        place = path if line is None else f"{path}:{line}"
        super().__init__(f"{place}: {reason}")


class ModelUnavailable(CompanionError):
    """The chat model did not answer as a model should.

    `is_retryable`: asking again at once may help; `retry_after_s` is how long its server asks to wait before that.
    """

    def __init__(self, reason: str, *, is_retryable: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.is_retryable = is_retryable
        self.retry_after_s = retry_after_s


class ModelMisconfigured(ModelUnavailable):
    """The chat model cannot be made from its settings; asking again does not help."""


class ModelRefused(ModelUnavailable):
    """The chat model will not answer this request; another one it may, so this says nothing of its health."""


class ModelOverBudget(ModelUnavailable):
    """What the chat model may cost a product in a day is used up; nobody was asked."""


class EncoderUnavailable(CompanionError):
    """The text encoder cannot be loaded or does not answer."""


class EncoderMisconfigured(EncoderUnavailable):
    """The text encoder cannot be made from its settings; asking again does not help."""


class IndexUnavailable(CompanionError):
    """The passage index cannot be used; the truth in SQL is untouched."""


class HomeUnusable(CompanionError):
    """The home folder or its database cannot be used."""
