"""Letters over TLS, against a real server with a certificate of its own."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from api.mail import SmtpPostOffice
from api.services.signing_in import Letter
from optimizer.domain.errors import InvalidRequest, Unavailable
from tests.features.mail_server import mail_server

LETTER = Letter(to="taylor@example.org", subject="Your link", text="https://rounds.example.org/sign-in/abc\n")
SELF_SIGNED = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate with")
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run([*SELF_SIGNED.split(), *files], check=True, capture_output=True)
    return tmp_path / "cert.pem"


def test_a_letter_goes_over_tls_to_a_server_whose_certificate_is_trusted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with mail_server(tls=context) as server:
        office = SmtpPostOffice(f"smtp://localhost:{server.port}", sender="rounds@example.org")
        with pytest.raises(Unavailable, match="SSLCertVerificationError"):
            office.send(LETTER)
        assert server.letters == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        office.send(LETTER)
    assert server.encrypted == [True]
    assert server.letters[0].get_content().replace("\r\n", "\n") == LETTER.text


@pytest.mark.parametrize("address", ["mail.example.org", "http://mail.example.org", "smtp://", "smtps:///x"])
def test_an_address_that_is_no_mail_server_is_refused(address: str) -> None:
    with pytest.raises(InvalidRequest, match="ROUNDS_SMTP_URL"):
        SmtpPostOffice(address, sender="rounds@example.org")


def test_without_a_sender_there_is_no_post_office() -> None:
    with pytest.raises(InvalidRequest, match="ROUNDS_MAIL_FROM"):
        SmtpPostOffice("smtps://mail.example.org", sender="")


def test_a_server_that_is_not_there_is_unavailable() -> None:
    office = SmtpPostOffice("smtp://127.0.0.1:1", sender="rounds@example.org", allow_loopback=True)
    with pytest.raises(Unavailable):
        office.send(LETTER)
