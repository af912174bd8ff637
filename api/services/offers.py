"""What a client is offered: computed, not stored, and signed, so that only an offer of ours can be held."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, Signer

from optimizer.domain.errors import Conflict, Fault, InvalidRequest
from optimizer.domain.place import Coordinate, Place, Precision
from optimizer.domain.time import MINUTE, Seconds
from optimizer.domain.visit import TherapistChoice

GOOD_FOR = timedelta(minutes=10)
LONGEST = 8_000
"""Characters of an offer that are read at all."""

SALT = "rounds.offer.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every offer of one answer has in common.

    `choice` is whom the client asked for and never says more: an offer for anyone names nobody. `first_visit` belongs
    to the first start of a series. With `one_therapist` all visits of a series are the same therapist's. `moving` is
    the booking that it was searched for: that one can be moved to it, and nothing can be held. `seen` is a digest of
    the days it was computed from, for the curious: whoever holds the offer looks at the days anew.
    """

    practice_id: str
    place: Place
    service: str
    session: Seconds
    expires_at: datetime
    first_visit: bool = False
    choice: TherapistChoice = TherapistChoice()
    one_therapist: bool = False
    moving: str | None = None
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One start, or all the starts of a series, as aware UTC datetimes on different dates."""

    terms: Terms
    starts: tuple[datetime, ...]


class Offers:
    """Signs offers and reads them back."""

    def __init__(self, key: str) -> None:
        self._signer = Signer(key, salt=SALT, digest_method=hashlib.sha256)

    def sign(self, terms: Terms, starts: Iterable[tuple[datetime, ...]]) -> tuple[str, ...]:
        """An offer for each start (or series of starts) on the same terms."""
        common = urlsafe_b64encode(_written(terms).encode()).rstrip(b"=").decode()
        # What `Signer.sign` does, with the terms hashed once for all starts.
        begun = hmac.new(self._signer.derive_key(), f"{common}.".encode(), hashlib.sha256)
        return tuple(_signed(common, begun.copy(), each) for each in starts)

    def digest(self, versions: object) -> str:
        """A short mark of the versions an answer was computed from; it says nothing to whoever lacks the key."""
        return self._signer.get_signature(repr(versions))[:8].decode()

    def read(self, offer: str, *, practice_id: str, now: datetime) -> Offer:
        """What was offered.

        Raises
        ------
        InvalidRequest
            code `offer_invalid`, when it is none of ours, or another practice's.
        Conflict
            code `offer_expired`; so is one whose start has passed.
        """
        try:
            if len(offer) > LONGEST:
                raise BadSignature("too long")
            value = self._signer.unsign(offer.encode())
            if self._signer.sign(value) != offer.encode():
                raise BadSignature("written another way")  # base64 has bits to spare; an offer is written in one way
            common, _, starts = value.decode().rpartition(".")
            found = Offer(
                terms=_read(urlsafe_b64decode(common + "=" * (-len(common) % 4))),
                starts=tuple(datetime.fromtimestamp(int(start), UTC) for start in starts.split("_")),
            )
        except (BadSignature, NotBase64, UnicodeError, ValueError) as error:
            raise _not_ours() from error
        if found.terms.practice_id != practice_id:
            raise _not_ours()
        if now >= min(found.terms.expires_at, *found.starts):
            raise Conflict(
                "This offer has expired.", code="offer_expired", hint="Search again; an offer is good for ten minutes."
            )
        return found


def _signed(common: str, begun: hmac.HMAC, starts: tuple[datetime, ...]) -> str:
    written = "_".join(str(int(start.timestamp())) for start in starts)
    begun.update(written.encode())
    return f"{common}.{written}.{urlsafe_b64encode(begun.digest()).rstrip(b'=').decode()}"


def _not_ours() -> InvalidRequest:
    detail, hint = "This is no offer of ours.", "Send back an `offer` of /v1/slots as it is."
    fault = Fault(pointer="/offer", code="offer_invalid", detail=detail, hint=hint)
    return InvalidRequest(detail, code=fault.code, hint=hint, faults=[fault])


def _written(terms: Terms) -> str:
    """Short keys: it travels once with every start of an answer."""
    place, choice = terms.place, terms.choice
    point = place.coordinate
    document = {
        "w": terms.practice_id,
        "p": [
            place.id,
            point.lat if point else None,
            point.lng if point else None,
            place.label,
            place.precision.value,
            place.source,
            place.radius_meters,
        ],
        "s": terms.service,
        "m": terms.session // MINUTE if terms.session % MINUTE == 0 else terms.session / MINUTE,
        "f": int(terms.first_visit),
        "t": [sorted(choice.require), sorted(choice.prefer), sorted(choice.refuse), choice.gender],
        "o": int(terms.one_therapist),
        "x": int(terms.expires_at.timestamp()),
        "v": terms.seen,
    }
    if terms.moving is not None:
        document["b"] = terms.moving
    return json.dumps(document, separators=(",", ":"))


def _read(text: bytes) -> Terms:
    document = json.loads(text)
    id, lat, lng, label, precision, source, radius_meters = document["p"]
    require, prefer, refuse, gender = document["t"]
    return Terms(
        practice_id=document["w"],
        place=Place(
            id=id,
            coordinate=None if lat is None else Coordinate(lat=lat, lng=lng),
            label=label,
            precision=Precision(precision),
            source=source,
            radius_meters=radius_meters,
        ),
        service=document["s"],
        session=round(document["m"] * MINUTE),
        first_visit=bool(document["f"]),
        choice=TherapistChoice(
            require=frozenset(require), prefer=frozenset(prefer), refuse=frozenset(refuse), gender=gender
        ),
        one_therapist=bool(document["o"]),
        expires_at=datetime.fromtimestamp(document["x"], UTC),
        moving=document.get("b"),
        seen=document["v"],
    )
