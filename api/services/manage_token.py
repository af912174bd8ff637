"""The client's own key to one booking: random, told once, and kept as a hash only.

It begins with the practice it belongs to, so that whoever holds it needs no other key.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from optimizer.domain.booking import Booking
from optimizer.domain.errors import NotFound

LONGEST = 500


def new_token(practice_id: str) -> str:
    """A fresh token: 192 bits beside the practice's name."""
    return f"{urlsafe_b64encode(practice_id.encode()).decode().rstrip('=')}.{secrets.token_urlsafe(24)}"


def hash_token(token: str) -> str:
    """What is stored. A random secret needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def practice_of(token: str) -> str:
    """Whose booking it is for. Raises NotFound where it is no token at all."""
    practice, _, secret = token.partition(".")
    if not secret or len(token) > LONGEST or not token.isascii():
        raise NotFound("there is no such booking")
    try:
        return urlsafe_b64decode(practice + "=" * (-len(practice) % 4)).decode()
    except (NotBase64, UnicodeError) as error:
        raise NotFound("there is no such booking") from error


def opens(token: str, booking: Booking) -> bool:
    """Is it the key to this booking?"""
    return booking.manage_hash is not None and hmac.compare_digest(booking.manage_hash, hash_token(token))
