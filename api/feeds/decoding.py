"""Bytes of an uploaded file to text, or a clear refusal."""

import codecs

from optimizer.domain.errors import InvalidRequest

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a spreadsheet or zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"\x1f\x8b", "a compressed file"),
)
"""How files begin that people send instead of their export."""

CONTROL = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1a")


def read_text(body: bytes, *, wanted: str, hint: str) -> str:
    """The text of an export: UTF-8, UTF-16 with its mark, else Windows-1252 (old Excel, and a superset of Latin-1).

    Parameters
    ----------
    wanted
        What the file should have been ("CSV"), for the refusal; `hint` says how to get one.

    Raises
    ------
    InvalidRequest
        `empty_file` or `not_a_text_file`.
    """
    if not body.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise InvalidRequest("the file is empty", code="empty_file", hint=hint)
    for signature, kind in SIGNATURES:
        if body.startswith(signature):
            raise InvalidRequest(f"this is {kind}, not {wanted}", code="not_a_text_file", hint=hint)
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return body.decode("utf-16")
        except UnicodeDecodeError as error:
            raise InvalidRequest(
                f"the file says UTF-16 and is not: {error.reason}", code="not_a_text_file", hint=hint
            ) from error
    # Excel on Windows may put a UTF-8 mark before Windows-1252 text when it appends to a file.
    text = _utf8_or_1252(body.removeprefix(codecs.BOM_UTF8))
    if any(ord(character) in CONTROL for character in text[:4096]):
        raise InvalidRequest(f"this is a binary file, not {wanted}", code="not_a_text_file", hint=hint)
    if text.lstrip()[:1] == "<":
        raise InvalidRequest(f"this is a web page, not {wanted}", code="not_a_text_file", hint=hint)
    return text


def _utf8_or_1252(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")
