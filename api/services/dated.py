"""Which dates a search looks at."""

from dataclasses import dataclass
from datetime import date, timedelta

from api.services.boards import dates_between
from api.services.searching import Wanted

USUAL_DAYS = 14
MOST_DAYS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated(Wanted):
    """What is looked for, on dates from `first` to `last` (at most `MOST_DAYS`); `USUAL_DAYS` from today where open."""

    first: date | None = None
    last: date | None = None

    def dates(self, today: date) -> tuple[date, ...]:
        """Every date asked for."""
        usual = timedelta(days=USUAL_DAYS - 1)
        first = self.first or (self.last - usual if self.last else today)
        return dates_between(first, self.last or first + usual)
