"""A published day on its way into a calendar."""

from dataclasses import dataclass
from datetime import UTC, datetime

from api.feeds.timetable import Captions
from optimizer.domain.itinerary import Itinerary
from optimizer.domain.time import Horizon

SEQUENCE_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
"""Sequence numbers count seconds from here, so that they stay inside 31 bits until 2088."""


@dataclass(frozen=True, kw_only=True)
class FeedDay:
    """One published day of one therapist. `published_at` is when its plan went out (aware), `revision` counts every
    change of the day."""

    horizon: Horizon
    itinerary: Itinerary
    captions: Captions
    published_at: datetime
    revision: int = 0

    @property
    def sequence(self) -> int:
        """Rises with every publication and every change since, as RFC 5545 asks of a changed event."""
        return int((self.published_at - SEQUENCE_EPOCH).total_seconds()) + self.revision
