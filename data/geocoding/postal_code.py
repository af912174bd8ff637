"""Canadian postal codes as people write them."""

import re

from optimizer.domain.errors import InvalidRequest

LETTERS = "ABCEGHJKLMNPRSTVWXYZ"
"""D, F, I, O, Q and U are never used: they look like digits or each other. W and Z never come first."""

_FIRST = "ABCEGHJKLMNPRSTVXY"
_CODE = re.compile(rf"[{_FIRST}]\d[{LETTERS}]\d[{LETTERS}]\d", re.ASCII)
_AREA = re.compile(rf"[{_FIRST}]\d[{LETTERS}]", re.ASCII)
_IN_TEXT = re.compile(r"\b[A-Z]\d[A-Z][\s-]*\d[A-Z]\d\b", re.IGNORECASE | re.ASCII)
_LIKE_ONE = re.compile(r"\b[A-Z0-9]{3}[\s-]?[A-Z0-9]{3}\b", re.IGNORECASE | re.ASCII)
_LOOKS_LIKE = str.maketrans("OIQSBZ", "010582")
_NOT_A_DIGIT = str.maketrans("0158", "OISB")


def is_code(text: str) -> bool:
    """Whether it is a whole code in capitals, without space."""
    return _CODE.fullmatch(text) is not None


def is_area(text: str) -> bool:
    """Whether it is the first half of a code, in capitals."""
    return _AREA.fullmatch(text) is not None


def normalise(text: str) -> str:
    """A postal code in capitals without space, hyphen or dot: "l6y 1n2" is "L6Y1N2".

    Raises
    ------
    InvalidRequest
        code `unknown_postal_code`, with the code meant where letters and digits were only mistaken for each other.
    """
    code = _bare(text)
    if is_code(code):
        return code
    raise InvalidRequest(f"{text[:20]!r} is not a postal code.", code="unknown_postal_code", hint=_hint(code))


def code_in(text: str) -> str | None:
    """The last postal code written in an address, as it is there."""
    found = _IN_TEXT.findall(text)
    return found[-1] if found else None


def mistyped_in(text: str) -> str | None:
    """The last postal code that somebody tried to write in an address, with O for 0 and the like, as it was meant."""
    tries = (meant(_bare(each)) for each in reversed(_LIKE_ONE.findall(text)) if not each.isalpha())
    return next((code for code in tries if code is not None), None)


def meant(code: str) -> str | None:
    """The code in which every letter and digit that looks like the other is put right; None where that is none."""
    right = "".join(sign.translate(_LOOKS_LIKE if i % 2 else _NOT_A_DIGIT) for i, sign in enumerate(code))
    return right if is_code(right) else None


def spell(code: str) -> str:
    """As people write it: "L6Y 1N2"."""
    return f"{code[:3]} {code[3:]}".strip()


def _bare(text: str) -> str:
    return re.sub(r"[\s.\-]", "", text[:100]).upper()


def _hint(code: str) -> str:
    if right := meant(code):
        return f"Did you mean {spell(right)}?"
    if re.fullmatch(r"[A-Z]\d[A-Z]\d[A-Z]\d", code, re.ASCII):
        never = sorted({sign for sign in code[::2] if sign not in LETTERS} or {code[0]})
        where = "no postal code has" if never[0] not in LETTERS else "no postal code begins with"
        return f"A postal code looks like L6Y 1N2; {where} {' or '.join(never)}."
    return "A postal code looks like L6Y 1N2."
