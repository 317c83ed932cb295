"""One line for the operator about what a model's vendor raised.

Built from the kind of error and the HTTP status only. Vendors' own messages are never passed on: they quote the key
("Incorrect API key provided: …") and the request, which is a learner's words.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from foundation.errors import ModelRefused, ModelUnavailable

# What was wrong with the one request; the next one may be answered.
_ABOUT_THE_REQUEST = frozenset({400, 413, 422})
_WORTH_ANOTHER_TRY = frozenset({408, 409, 425, 429})
_PASSING = ("Timeout", "Connect", "Network", "Protocol", "Read")
# A quota that is used up is told with the status of a rate limit, and does not come back in seconds.
_USED_UP = "insufficient_quota"

_BY_STATUS = {
    400: "refused the request; check that the model takes the configured temperature and output limit",
    401: "refused the key; check COMPANION_CHAT_API_KEY",
    403: "does not allow this key to use it; check the account's permissions",
    404: "is not known to the server; check the model's name and COMPANION_CHAT_BASE_URL",
    408: "took too long; try again or raise the time limit",
    413: "refused the request as too long; lower the token budget",
    429: "is limiting requests or out of quota; wait, or raise the limit with the vendor",
}
_PIP = re.compile(r"pip install [A-Za-z0-9._-]+")


def translate_failure(err: BaseException, *, spec: str) -> ModelUnavailable:
    """What a vendor raised as an error of ours, knowing whether another try may help and when."""
    reason, status = explain_failure(err, spec=spec), _status_of(err)
    if status in _ABOUT_THE_REQUEST:
        return ModelRefused(reason)
    if status is not None:
        passing = status >= 500 or (status in _WORTH_ANOTHER_TRY and getattr(err, "code", None) != _USED_UP)
        return ModelUnavailable(reason, is_retryable=passing, retry_after_s=_retry_after_s(err))
    kinds = [type(each).__name__ for each in _chain(err)]
    return ModelUnavailable(reason, is_retryable=any(word in kind for kind in kinds for word in _PASSING))


def explain_refusal(spec: str) -> str:
    """That the model or its vendor's filter will not answer."""
    return f"the model {spec} refused to answer this question"


def explain_failure(err: BaseException, *, spec: str) -> str:
    """What went wrong while `spec` was asked, and what to do about it."""
    status = _status_of(err)
    if status is not None:
        fault = _BY_STATUS.get(status, "failed on the server's side; try again later" if status >= 500 else "refused")
        return f"the model {spec} {fault} (HTTP {status})"
    kinds = [type(each).__name__ for each in _chain(err)]
    if any("Timeout" in kind for kind in kinds):
        return f"the model {spec} took too long to answer; try again or raise the time limit"
    if any("Connect" in kind or "Network" in kind or "Protocol" in kind or "Read" in kind for kind in kinds):
        return f"the connection to the model {spec} failed or broke off; check that its server runs and can be reached"
    if isinstance(err, ValueError) and "No generation chunks" in str(err):  # LangChain's own words for no chunk at all
        return f"the model {spec} sent an empty reply; try again or choose another model"
    if any("JSON" in kind for kind in kinds):
        return f"the model {spec} sent a reply that cannot be read; check that its server speaks the expected protocol"
    return f"the model {spec} failed ({kinds[0]}); see the service's log"


def explain_wrong_spec(spec: str) -> str:
    """That `spec` is not written as a spec, or that nobody knows its provider."""
    return f"the model {spec!r} cannot be used: write it as provider:model, such as openai:gpt-4.1-mini"


def explain_missing_package(err: ImportError, *, spec: str) -> str:
    """Which package `spec` needs, with the pip command when the vendor's library tells it."""
    if command := _PIP.search(str(err)):
        return f"the model {spec} needs a package that is not installed: {command.group()}"
    return f"the model {spec} needs a package that cannot be loaded ({type(err).__name__}); install it again"


def explain_failed_setup(err: BaseException, *, spec: str) -> str:
    """Why the vendor's library would not even start, most often for want of a key."""
    return (
        f"the model {spec} cannot be set up ({type(err).__name__}); check COMPANION_CHAT_API_KEY and its other settings"
    )


def _status_of(err: BaseException) -> int | None:
    """The HTTP status that the vendors' errors carry under one of two names."""
    status = getattr(err, "status_code", None)
    if status is None:
        status = getattr(getattr(err, "response", None), "status_code", None)
    return status if isinstance(status, int) and status >= 400 else None


def _retry_after_s(err: BaseException) -> float | None:
    """`Retry-After`, seconds or a date, RFC 9110 10.2.3; None where there is none that can be read."""
    headers = getattr(getattr(err, "response", None), "headers", None) or {}
    told = str(headers.get("retry-after", "")).strip()
    try:
        if told.replace(".", "", 1).isdecimal():
            return float(told)
        return max((parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds(), 0.0) if told else None
    except (ValueError, TypeError):
        return None


def _chain(err: BaseException) -> Iterator[BaseException]:
    each: BaseException | None = err
    while each is not None:
        yield each
        each = each.__cause__ or each.__context__
