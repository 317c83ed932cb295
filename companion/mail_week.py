"""Mails the author's week once a week to the addresses chosen for it, where there is a server to send by."""

import logging
from datetime import timedelta

from companion.author_week import author_week, check_week, week_language
from companion.mail import send_mail, sender_of, sends_mail
from companion.wiring import House
from feedback.kept_reports import keep_report, last_report
from feedback.settings import loop_settings
from feedback.week import DAYS
from feedback.week_mail import week_mail
from foundation.ids import ProductSlug

_log = logging.getLogger(__name__)


def mail_due_week(house: House, product: ProductSlug) -> bool:
    """Send the week if seven days went by since the last; gives whether it was. Raises Invalid, MailNotSent.

    A week of which one number differs from the rows is not sent; it is made anew the next time.
    """
    now = house.clock()
    with house.database.read() as session:
        to = loop_settings(session, product).mail_to
        last = last_report(session, product, "week")
    if not sends_mail(house.settings) or not to or (last is not None and last > now - timedelta(days=DAYS)):
        return False
    week = author_week(house.database, product, clock=house.clock)
    wrong = check_week(house.database, week).differences
    if wrong:
        _log.error("week.differs product=%s differences=%d first=%s", product, len(wrong), wrong[0].path)
        return False
    with house.database.read() as session:
        lang = week_language(session, product)
    send_mail(house.settings, week_mail(week, lang=lang, sender=sender_of(house.settings), to=to))
    with house.database.write() as session:
        keep_report(session, week)
    _log.info("week.mailed product=%s addresses=%d", product, len(to))
    return True
