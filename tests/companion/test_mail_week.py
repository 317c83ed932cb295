"""The author's week is mailed once a week, to those chosen, and only where a server is set."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from companion.mail import MailNotSent
from companion.mail_week import mail_due_week
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from feedback.settings import choose_settings
from foundation.settings import Settings
from tests.fakes import FixedClock
from tests.feedback.saying import COURSE, Sayings


class _Server(smtplib.SMTP):
    """Takes mail, or refuses the connection."""

    sent: list[EmailMessage]
    is_down = False

    def __init__(self, *_args: object, **_more: object) -> None:
        if self.is_down:
            raise ConnectionRefusedError

    def __exit__(self, *_args: object) -> None:
        pass

    def send_message(self, mail: EmailMessage, *_args: object, **_more: object) -> dict[str, tuple[int, bytes]]:  # type: ignore[override]
        self.sent.append(mail)
        return {}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> type[_Server]:
    monkeypatch.setattr(_Server, "sent", [], raising=False)
    monkeypatch.setattr(smtplib, "SMTP", _Server)
    return _Server


@pytest.fixture
def mailing(settings: Settings, encoder: CachedEncoder, clock: FixedClock) -> Iterator[House]:
    smtp = {"smtp_host": "127.0.0.1", "smtp_from": "companion@example.org", "smtp_plain": True}
    with open_house(settings.model_copy(update=smtp), clock=clock, encoder=encoder) as opened:
        course = Sayings(opened.database, clock)
        with course.at_once():
            course.theme("t-join", label="join")
            course.say_all(["I do not understand the join"] * 5, "t-join", days_ago=1)
        yield opened


def _choose(house: House, *addresses: str) -> None:
    with house.database.write() as session:
        choose_settings(session, COURSE, by="p-author", now=house.clock(), mail_to=addresses, lang="ru")


def test_the_week_goes_out_once_in_seven_days(mailing: House, server: type[_Server], clock: FixedClock) -> None:
    assert not mail_due_week(mailing, COURSE)
    _choose(mailing, "ann@example.org")
    assert [mail_due_week(mailing, COURSE) for _ in range(2)] == [True, False]
    clock.move(days=7)
    assert mail_due_week(mailing, COURSE)
    assert [mail["To"] for mail in server.sent] == ["ann@example.org"] * 2
    assert "учеников: 5 из 5" in server.sent[0].get_content()


def test_a_server_that_is_down_is_tried_again(
    mailing: House, server: type[_Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    _choose(mailing, "ann@example.org")
    monkeypatch.setattr(server, "is_down", True)
    with pytest.raises(MailNotSent, match="COMPANION_SMTP_HOST"):
        mail_due_week(mailing, COURSE)
    monkeypatch.setattr(server, "is_down", False)
    assert mail_due_week(mailing, COURSE)
