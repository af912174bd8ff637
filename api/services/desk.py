"""What the booking promise leans on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from api.services.address_budget import AddressBudget
from api.services.boards import Boards
from api.services.manage_token import ManageTokens
from api.services.offers import Offers
from api.services.public_view import PublicView
from api.services.search_tally import SearchTally
from api.services.served_areas import PracticeGeocoders
from data.roads.source import TravelSource

if TYPE_CHECKING:
    from data.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Everything a slot search, a hold or a booking asks.

    `roads` know every place exactly; `public_roads` answer the public's searches with bounds that tell nobody where
    other clients live, and never promise a drive shorter than `roads` do. `public_view` shows the public the days of
    `boards` by those roads, and `address_budget` bounds about how many places it may ask. `tally` counts what was asked
    for and not to be had.
    """

    store: "Store"
    clock: Callable[[], datetime]
    geocoders: PracticeGeocoders
    roads: TravelSource
    public_roads: TravelSource
    boards: Boards
    public_view: PublicView
    address_budget: AddressBudget
    offers: Offers
    manage_tokens: ManageTokens
    tally: SearchTally
