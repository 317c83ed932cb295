"""The author's week as a mail; sending it is for whoever holds the settings."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from feedback.report import Document
from feedback.week_text import PLAIN, week_subject, week_text
from knowledge.language import Lang


def week_mail(week: Document, *, lang: Lang, sender: str, to: Sequence[str], prose: Sequence[str] = ()) -> EmailMessage:
    """A plain text mail in UTF-8 to everybody in `to`."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = week_subject(week, lang=lang), sender, ", ".join(to)
    mail["Date"] = format_datetime(datetime.fromisoformat(week["made"]))
    mail["Content-Language"] = lang
    mail.set_content(week_text(week, lang=lang, style=PLAIN, prose=prose))
    return mail
