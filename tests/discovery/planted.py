"""The bugs that `make mutants` plants: each a mistake that this kind of software has made somewhere."""

from dataclasses import dataclass

PROMISES = "tests/discovery/test_promises.py"
HOLDS = "tests/features/test_holds.py"
BRANCHING = "tests/unit/test_branching.py"
CLOCKS = "tests/faults/test_booking_when_clocks_change.py"
RACE = (
    "tests/features/test_races.py::test_of_eight_who_race_for_what_one_can_have_exactly_one_gets_it"
    "[postgresql-two starts too far apart-short]"
)
LAPSED_RACE = (
    "tests/features/test_races.py"
    "::test_of_lapsed_holds_and_new_ones_one_is_booked_where_the_practice_makes_one_visit_a_day[postgresql]"
)


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One bug: in `file`, where `before` occurs exactly once, it says `after`. One of `tests` has to fail."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...] = (PROMISES,)


MUTANTS = (
    # Who wins?
    Mutant(
        name="no lock",
        file="api/services/holding.py",
        before=(
            "    uow.agendas.lock(days, to_change=to_change)\n    now = desk.clock()\n    uow.agendas.lapse(days, now)"
        ),
        after="    now = desk.clock()",
        tests=(RACE,),
    ),
    Mutant(
        name="day read and not locked",
        file="data/store/repositories/agendas.py",
        before="replace(agenda, version=agenda.version - up) for agenda in self._take(wanted, up))\n",
        after="agenda for day in wanted if (agenda := self.get(*day)))\n",
        tests=(RACE,),
    ),
    Mutant(
        name="version kept that was counted up",
        file="data/store/repositories/agendas.py",
        before="            self._held.pop(day, None)",
        after="            self._held.get(day)",
        tests=("tests/contract/test_placing.py",),
    ),
    Mutant(
        name="second net with a hole",
        file="data/store/repositories/blocks.py",
        before="        return len(added) == len(rows)\n",
        after="        return len(added) <= len(rows)\n",
        tests=("tests/contract/test_second_net.py",),
    ),
    Mutant(
        name="lapsed hold in the way for ever",
        file="data/store/repositories/blocks.py",
        before="        self._lapsing.append((tuple(days), now))\n",
        after="        self._lapsing = []\n",
        tests=("tests/contract/test_second_net.py",),
    ),
    Mutant(
        name="hold in the way of its own booking",
        file="data/store/repositories/holds.py",
        before="        self._agendas.net.clear_hold(hold.id)\n",
        after="        assert hold.id\n",
        tests=("tests/features/test_holds.py",),
    ),
    Mutant(
        name="deferred transaction on SQLite",
        file="data/store/engine.py",
        before='"BEGIN IMMEDIATE" if write',
        after='"BEGIN DEFERRED" if write',
        tests=("tests/contract/test_transactions.py",),
    ),
    Mutant(
        name="no queue in front of SQLite",
        file="data/store/engine.py",
        before="with self.writers_turn() if write else nullcontext(), self",
        after="with self",
        tests=("tests/contract/test_transactions.py",),
    ),
    Mutant(
        name="board remembered too long",
        file="api/services/boards.py",
        before="        if revision != house.revision or not whole.still_holds(revision, changes, now):\n",
        after="        if False and revision and changes:\n",
        tests=("tests/features/test_slots.py",),
    ),
    Mutant(
        name="day remembered too long",
        file="api/services/boards.py",
        before="            self.version == version\n",
        after="            self.version <= version\n",
    ),
    # Holds
    Mutant(
        name="hold not looked at by others",
        file="api/services/agendas.py",
        before="    live = [hold for hold in holds if hold.id not in without]",
        after="    live: list[Hold] = []",
    ),
    Mutant(
        name="hold that never lapses",
        file="data/store/repositories/holds.py",
        before='table.c.expires_at > bindparam("now")',
        after='table.c.created_at <= bindparam("now")',
        tests=(HOLDS, PROMISES),
    ),
    Mutant(
        name="hold that lapses a second late",
        file="data/store/repositories/holds.py",
        before='table.c.expires_at > bindparam("now")',
        after='table.c.expires_at >= bindparam("now")',
        tests=(HOLDS, PROMISES),
    ),
    Mutant(
        name="lapsed hold confirmed unseen",
        file="api/services/confirming.py",
        before="        if found.has_lapsed(now):\n",
        after="        if False:\n",
    ),
    Mutant(
        name="cap not locked by who confirms",
        file="api/services/confirming.py",
        before="    return days | {(name, day) for _, day in days for name in house.settings}\n",
        after="    return days\n",
        tests=(LAPSED_RACE,),
    ),
    Mutant(
        name="released hold confirmed",
        file="api/services/confirming.py",
        before="        case HoldStatus.RELEASED:\n            raise",
        after="        case HoldStatus.RELEASED if False:\n            raise",
    ),
    Mutant(
        name="hold confirmed twice",
        file="api/services/confirming.py",
        before="        case HoldStatus.CONFIRMED:\n            raise",
        after="        case HoldStatus.CONFIRMED if False:\n            raise",
        tests=(HOLDS, PROMISES),
    ),
    Mutant(
        name="old place stands in its own way",
        file="api/services/rescheduling.py",
        before="only={therapist for therapist, _ in days}, without={booking.id})",
        after="only={therapist for therapist, _ in days})",
    ),
    Mutant(
        name="day not locked by who moves",
        file="api/services/rescheduling.py",
        before="        now = lock(uow, days | agendas_of(before), desk)\n",
        after="        now = desk.clock()\n",
        tests=("tests/features/test_moving_races.py",),
    ),
    Mutant(
        name="offer searched for less",
        file="api/services/moving.py",
        before="            self.booking,\n            date=",
        after="            self.booking,\n            first_visit=offer.terms.first_visit,\n            date=",
    ),
    Mutant(
        name="door per search",
        file="api/services/searching.py",
        before="    return place if where.id is not None else on_offer(place)\n",
        after="    from api.services.doors import own_door\n\n    return own_door(on_offer(place))\n",
    ),
    Mutant(
        name="moved to where the offer was searched for",
        file="api/services/moving.py",
        before="        if is_same_home(self.booking.place, told):\n",
        after="        if False:\n",
    ),
    Mutant(
        name="client moves to another home",
        file="api/services/moving.py",
        before="        if self.may_leave_home:\n",
        after="        if True:\n",
    ),
    Mutant(
        name="wish lost by moving",
        file="api/services/moving.py",
        before="        if not asked.require and asked.gender is None:\n",
        after="        if False:\n",
    ),
    Mutant(
        name="offer to move held",
        file="api/services/holding.py",
        before="    if (moving := offer.terms.moving) is not None:\n",
        after="    if (moving := offer.terms.moving) == offer:\n",
    ),
    Mutant(
        name="offer of another booking",
        file="api/services/moving.py",
        before="        if terms.moving not in (None, booking.id):\n",
        after="        if False:\n",
    ),
    Mutant(
        name="search for a move that its own visit blocks",
        file="api/services/slot_search.py",
        before="return frozenset() if self.moving is None else frozenset({self.moving.booking.id})",
        after="return frozenset()",
    ),
    # Who may?
    Mutant(
        name="owner not checked",
        file="api/services/holding.py",
        before="    if found.owner != owner:\n",
        after="    if False:\n",
    ),
    Mutant(
        name="token not checked",
        file="api/services/cancelling.py",
        before="if self.token is not None and not opens(self.token, booking):",
        after="if False:",
    ),
    Mutant(
        name="visit over undone by its client",
        file="api/services/cancelling.py",
        before="        if self.token is not None and booking.has_begun(now):\n",
        after="        if False:\n",
    ),
    Mutant(
        name="visit that begins now refused",
        file="optimizer/domain/booking.py",
        before="window.latest for window in self.windows) < now",
        after="window.latest for window in self.windows) <= now",
    ),
    Mutant(
        name="no tenant filter",
        file="data/store/repositories/base.py",
        before="        mine: ColumnElement[bool] = table.c.practice_id == self._practice_id\n",
        after="        mine: ColumnElement[bool] = table.c.practice_id.is_not(None)\n",
    ),
    Mutant(
        name="offer of another practice",
        file="api/services/offers.py",
        before="        if found.terms.practice_id != practice_id:\n",
        after="        if False:\n",
    ),
    Mutant(
        name="signature not checked",
        file="api/services/offers.py",
        before=(
            "            value = self._signer.unsign(offer.encode())\n"
            "            if self._signer.sign(value) != offer.encode():\n"
        ),
        after='            value = offer.rpartition(".")[0].encode()\n            if False:\n',
    ),
    Mutant(
        name="offer that never expires",
        file="api/services/offers.py",
        before="if now >= min(found.terms.expires_at, *found.starts):",
        after="if False:",
        tests=(HOLDS, PROMISES),
    ),
    # Once
    Mutant(
        name="idempotency key ignored",
        file="api/v1/once.py",
        before="    if record is None or",
        after="    if record is not None or",
    ),
    Mutant(
        name="key good for any body",
        file="api/v1/once.py",
        before="    if record.fingerprint != fingerprint():\n",
        after="    if False:\n",
    ),
    Mutant(
        name="twins not kept apart",
        file="data/store/store.py",
        before="        with self._database.turn_of(key):\n            yield\n",
        after="        assert key\n        yield\n",
        tests=("tests/faults/test_booking_twins.py",),
    ),
    Mutant(
        name="answer of yesterday in the way",
        file="api/v1/once.py",
        before="        outdated=now - ANSWERS_KEPT_FOR,\n",
        after="",
        tests=("tests/features/test_holds.py",),
    ),
    # What comes in
    Mutant(
        name="calendar that breaks off",
        file="api/feeds/bookings_ics.py",
        before="    require_whole(text)\n    events",
        after="    events",
        tests=("tests/features/test_reading_ics.py",),
    ),
    Mutant(
        name="point and postal code that disagree",
        file="data/geocoding/chain.py",
        before="    if apart > max(near, 2 * entry.radius_meters / 1000):\n",
        after="    if apart < 0:\n",
        tests=("tests/unit/test_geocoding_chain.py",),
    ),
    # Does it fit?
    Mutant(
        name="buffer forgotten",
        file="api/services/day_problem.py",
        before="minutes=policies.buffer_minutes, percent=policies.buffer_percent, roads=driving",
        after="minutes=0 * policies.buffer_minutes, roads=driving",
    ),
    Mutant(
        name="break ignored",
        file="api/services/agendas.py",
        before="    catalogue = {service.code: service for service in setting.services}\n",
        after="    from dataclasses import replace\n\n    shift = replace(shift, breaks=())\n    catalogue = {}\n",
    ),
    Mutant(
        name="consultation forgotten",
        file="api/services/day_problem.py",
        before="policies.consultation if booking.first_visit else 0",
        after="0",
    ),
    Mutant(
        name="leg home ignored",
        file="optimizer/schedule/kernels.py",
        before="leave_by(w, s, w.visits[v, PLACE], w.shifts[s, HOME + 1], arrive))",
        after="arrive)",
        tests=("tests/unit/test_timeline_against_enumeration.py",),
    ),
    Mutant(
        name="everybody drives alike",
        file="api/services/starts.py",
        before="        if kind.percent == USUAL_PERCENT:\n",
        after="        if True:\n",
        tests=("tests/features/test_travel_percent.py",),
    ),
    Mutant(
        name="wall-clock arithmetic",
        file="optimizer/domain/time.py",
        before="int((instant.astimezone(UTC) - self.origin) // timedelta(seconds=1))",
        after="int((instant.astimezone(self.zone) - self.origin.astimezone(self.zone)) // timedelta(seconds=1))",
        tests=("tests/unit/test_time.py",),
    ),
    Mutant(
        name="clocks that change unseen",
        file="api/services/starts.py",
        before="    if horizon.length == DAY and len(offsets) == 1:\n",
        after="    if True:\n",
        tests=(CLOCKS,),
    ),
    # Proofs
    Mutant(
        name="a day that lifts the bound just enough is cut off",
        file="optimizer/solver/columns/branching.py",
        before="        too_dear = bound + reduced - least[number] > self._below * SCALE\n",
        after="        too_dear = bound + reduced - least[number] >= self._below * SCALE\n",
        tests=(BRANCHING,),
    ),
    Mutant(
        name="two visits are parted with each of them",
        file="optimizer/solver/columns/branching.py",
        before="_with(node.served, one, other)), (first & second, node.served)",
        after="_with(node.served, one, other)), (first | second, node.served)",
        tests=(BRANCHING,),
    ),
    Mutant(
        name="a partial day that starts later makes others needless",
        file="optimizer/solver/columns/label_kernel.py",
        before="            and table[row, START] <= table[label, START]\n",
        after="",
        tests=("tests/unit/test_column_pricing.py",),
    ),
    # What others may learn
    Mutant(
        name="unsnapped public search",
        file="api/services/searching.py",
        before="    return ask(view, hidden, grids, roads=desk.public_roads)\n",
        after="    return ask(view, hidden, grids, roads=desk.roads)\n",
        tests=("tests/features/test_privacy.py",),
    ),
)
