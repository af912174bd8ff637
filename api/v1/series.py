"""A course of treatment: which weekday, what time, and does every date work?"""

from dataclasses import replace

from flask import Blueprint

from api.auth import Role, caller, require
from api.operation import operation, together
from api.services.series_offers import offer_series
from api.v1.asking import asker
from api.v1.beside import beside_body
from api.v1.schemas.reading import read_model
from api.v1.schemas.series import SeriesIn, SeriesOffersOut
from api.v1.slots import STAFF
from api.wiring import wiring
from optimizer.domain.errors import InvalidRequest

blueprint = Blueprint("series", __name__)


def read_series(document: object) -> SeriesIn:
    """All faults at once: those of the words with those of the schema."""
    try:
        return read_model(SeriesIn, document)
    except InvalidRequest as refused:
        raise together(refused, beside_body(document)) from None


@blueprint.post("/v1/series/offers")
@require(Role.BOOKING, *STAFF)
@operation(
    "Courses of treatment in which every date is possible", tag="booking", body=SeriesIn, read=read_series,
    answers={200: SeriesOffersOut}, problems=(422, 429, 503),
)  # fmt: skip
def offer_courses(body: SeriesIn) -> SeriesOffersOut:
    """All dates are looked at, not the first few. One that is taken is replaced by the nearest possible start within
    the tolerance, and named. One therapist comes each time if any can; otherwise several share the course. Nothing is
    kept yet: hold an offer, all dates or none."""
    parts, who = wiring(), caller()
    is_staff = who.role in STAFF
    query = body.request(practice_id=who.practice_id, exact=is_staff)
    answer = offer_series(replace(query, what=replace(query.what, asker=asker())), desk=parts.desk)
    return SeriesOffersOut.of(answer, is_staff=is_staff)
