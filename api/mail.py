"""Letters by SMTP: over TLS, or in the clear to this machine by explicit choice."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from api.services.signing_in import Letter
from api.settings import Settings
from optimizer.domain.errors import InvalidRequest, Unavailable

PATIENCE_SECONDS = 15
PORTS = {"smtp": 587, "smtps": 465}


class SmtpPostOffice:
    """A `PostOffice`. Each letter is a connection of its own: few are sent.

    Parameters
    ----------
    url
        `smtps://user:password@host` (TLS from the start) or `smtp://...` (STARTTLS, which the server must offer).
    sender
        The address that letters come from.
    allow_loopback
        Send in the clear where the host is this machine.

    Raises
    ------
    InvalidRequest
        code `bad_setting`.
    """

    def __init__(self, url: str, *, sender: str, allow_loopback: bool = False) -> None:
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise InvalidRequest(
                "ROUNDS_SMTP_URL is no address of a mail server.",
                code="bad_setting",
                hint="Write it as smtps://user:password@mail.example.org, or smtp:// for STARTTLS.",
            )
        if not sender:
            raise InvalidRequest(
                "ROUNDS_MAIL_FROM is missing.", code="bad_setting", hint="Set it beside ROUNDS_SMTP_URL."
            )
        self._host, self._port = parts.hostname, parts.port or PORTS[parts.scheme]
        self._tls_from_start = parts.scheme == "smtps"
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender
        self._clear = allow_loopback and _is_loopback(parts.hostname)

    def send(self, letter: Letter) -> None:
        """Raises Unavailable, without the server's words: they can name the person."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, letter.to, letter.subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=self._sender.partition("@")[2] or None)
        message.set_content(letter.text)
        try:
            with self._connect() as server:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"the mail server did not take a letter: {type(error).__name__}") from error

    def _connect(self) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if self._tls_from_start:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=PATIENCE_SECONDS, context=trusted)
        server = smtplib.SMTP(self._host, self._port, timeout=PATIENCE_SECONDS)
        if not self._clear:
            try:
                server.starttls(context=trusted)
            except BaseException:
                server.close()
                raise
        return server


def installed_post_office(settings: Settings) -> SmtpPostOffice | None:
    """The one that the settings name; None where they name none.

    Raises
    ------
    InvalidRequest
    """
    url = settings.smtp_url.get_secret_value()
    if not url:
        return None
    return SmtpPostOffice(url, sender=settings.mail_from, allow_loopback=settings.smtp_allow_loopback)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
