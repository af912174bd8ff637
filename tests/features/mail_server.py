"""A mail server on this machine that keeps what it is sent."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage
from threading import Thread

END = b"\r\n.\r\n"


@dataclass(kw_only=True)
class MailServer:
    """Speaks SMTP (RFC 5321), and STARTTLS (RFC 3207) where it has a certificate. `refusing` takes no letter."""

    port: int = 0
    refusing: bool = False
    tls: ssl.SSLContext | None = None
    letters: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = False
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            match line.split()[0].upper() if line.split() else b"":
                case b"EHLO":
                    offer = b"250-test\r\n250 STARTTLS\r\n" if self.tls and not secure else b"250 test\r\n"
                    writer.write(offer)
                case b"STARTTLS" if self.tls:
                    writer.write(b"220 go on\r\n")
                    await writer.drain()
                    try:
                        await writer.start_tls(self.tls)
                    except (ssl.SSLError, ConnectionError):  # whoever asked did not trust us
                        return
                    secure = True
                case b"RCPT" if self.refusing:
                    writer.write(b"550 nobody here\r\n")
                case b"DATA":
                    writer.write(b"354 go on\r\n")
                    raw = await reader.readuntil(END)
                    text = raw.removesuffix(b".\r\n").decode().replace("\r\n..", "\r\n.")
                    letter = message_from_string(text, policy=policy.default)
                    assert isinstance(letter, EmailMessage)
                    self.letters.append(letter)
                    self.encrypted.append(secure)
                    writer.write(b"250 kept\r\n")
                case b"QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                case _:
                    writer.write(b"250 ok\r\n")
            await writer.drain()
        writer.close()


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """A server at a free port of 127.0.0.1."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    found = MailServer(tls=tls)
    opening = asyncio.start_server(found._talk, "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result()
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
