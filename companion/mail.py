"""Sends mail by the server the operator named; without one, nothing is sent."""

import smtplib
import ssl
from email.message import EmailMessage

from foundation.errors import Conflict, Invalid
from foundation.settings import Settings

_TLS_PORT = 465


class MailNotSent(Conflict):
    """The mail server did not take a mail; for the operator."""


def sends_mail(settings: Settings) -> bool:
    """Whether there is a server to send by."""
    return settings.smtp_host is not None


def sender_of(settings: Settings) -> str:
    """The address mails come from; raises Invalid where none was named."""
    if settings.smtp_from is None:
        raise Invalid("nobody is named as the sender; set COMPANION_SMTP_FROM to an address of yours")
    return settings.smtp_from


def send_mail(settings: Settings, mail: EmailMessage) -> None:
    """Hand a mail to the server; raises MailNotSent with what to look at. Neither password nor words are in it."""
    try:
        with _connect(settings) as server:
            if settings.smtp_user is not None and settings.smtp_password is not None:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(mail)
    except smtplib.SMTPAuthenticationError as err:
        raise MailNotSent("the mail server refuses the name or password; look at COMPANION_SMTP_USER") from err
    except smtplib.SMTPRecipientsRefused as err:
        raise MailNotSent("the mail server refuses every address the week is sent to; look at the settings") from err
    except (OSError, smtplib.SMTPException) as err:
        reason = f"{type(err).__name__} of {settings.smtp_host}:{settings.smtp_port}"
        raise MailNotSent(f"the mail was not sent ({reason}); look at COMPANION_SMTP_HOST and its port") from err


def _connect(settings: Settings) -> smtplib.SMTP:
    host, port, timeout_s = str(settings.smtp_host), settings.smtp_port, settings.smtp_timeout_s
    if settings.smtp_plain:
        return smtplib.SMTP(host, port, timeout=timeout_s)
    if port == _TLS_PORT:
        return smtplib.SMTP_SSL(host, port, timeout=timeout_s, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=timeout_s)
    server.starttls(context=ssl.create_default_context())
    return server
