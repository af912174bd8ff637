"""The client's own key to one booking: told once, and kept as a hash only.

It is derived from the booking's id with the server's key, so that an answer can be repeated without the token having
been stored: whoever reads the store can open nothing. It begins with the practice it belongs to, so that whoever holds
it needs no other key.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field

from optimizer.domain.booking import Booking
from optimizer.domain.errors import NotFound

LONGEST = 500
SALT = "rounds.manage.1"
PUT_AWAY = re.compile(r'"manage":"of ([^"\\]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageTokens:
    """Tells the token of each booking. With another server key the tokens told before still open their bookings."""

    key: str = field(repr=False)

    def of(self, practice_id: str, booking_id: str) -> str:
        """192 bits beside the practice's name, the same at each call."""
        told = hmac.digest(self.key.encode(), f"{SALT}\0{practice_id}\0{booking_id}".encode(), "sha256")
        return f"{_text(practice_id.encode())}.{_text(told[:24])}"

    def written_in(self, answer: str, practice_id: str) -> str:
        """A stored answer with the tokens in it again; see `put_away`."""
        return PUT_AWAY.sub(lambda found: f'"manage":"{self.of(practice_id, found[1])}"', answer)


def put_away(booking_id: str) -> str:
    """What stands for a token in an answer that is stored."""
    return f"of {booking_id}"


def hash_token(token: str) -> str:
    """What is stored. A secret of 192 bits needs no salt and no slow hash."""
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


def is_token(text: str) -> bool:
    """Does it look like a token?"""
    try:
        return bool(practice_of(text))
    except NotFound:
        return False


def opens(token: str, booking: Booking) -> bool:
    """Is it the key to this booking?"""
    return booking.manage_hash is not None and hmac.compare_digest(booking.manage_hash, hash_token(token))


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
