"""The tables. Every one belongs to a practice: its id leads each primary key, unique constraint and foreign key. Only
roads and addresses belong to nobody.

What is asked for by SQL is a column; what is only read back whole (policies, patterns, plans) is JSON. The migrations
in `migrations/versions` build the same tables; a test compares the two.
"""

from data.store.tables.access import api_key, asked_place, audit, feed_token, idempotency
from data.store.tables.events import visit_event
from data.store.tables.lateness import said_late
from data.store.tables.learned import learned_roads
from data.store.tables.metadata import metadata
from data.store.tables.outside import outside_feed
from data.store.tables.pages import page_session, sign_in_address
from data.store.tables.places import geocoded_address, geocoder_turn, road_pair
from data.store.tables.planning import agenda, itinerary, plan, plan_run
from data.store.tables.practice import practice, service, work_pattern
from data.store.tables.promises import booking, held_visit, hold, promise_block
from data.store.tables.tallies import search_tally

__all__ = [
    "agenda",
    "api_key",
    "asked_place",
    "audit",
    "booking",
    "feed_token",
    "geocoded_address",
    "geocoder_turn",
    "held_visit",
    "hold",
    "idempotency",
    "itinerary",
    "learned_roads",
    "metadata",
    "outside_feed",
    "page_session",
    "plan",
    "plan_run",
    "practice",
    "promise_block",
    "road_pair",
    "said_late",
    "search_tally",
    "service",
    "sign_in_address",
    "visit_event",
    "work_pattern",
]
