"""Whether some order of a day keeps every promise, compiled: the question that explaining a refusal asks many times.

Backward over subsets: the latest start of each visit as the first of those still to come. Sets that no order can have
ahead of it are skipped (a visit that must wait for another is never served before it), so a day of fixed starts costs
little more than its length. Driving limits depend on real departures; where a shift has one, orders are walked one by
one, led by that table, and timed whole.
"""

import numpy as np

from optimizer.schedule.day_kernel import blank_sheet, time_day
from optimizer.schedule.kernels import earliest_behind, earliest_first, latest_ahead, latest_last, within_limits
from optimizer.schedule.world import LEAD, LIMITS, NEVER, REST_COUNT, TAIL, WINDOWS, Ints, World
from optimizer.travel.compiled import allocating, kernel

MOST_ORDERS = 20_000
"""Whole orders timed for one question about driving limits; beyond that nothing is proven, and nothing claimed."""


@kernel
def fill_followers(w: World, followers: Ints) -> None:
    """`followers[k]`: bits of the visits that can only be served after visit k, whatever the roads."""
    n = followers.size
    for k in range(n):
        followers[k], closes = 0, -NEVER
        for column in range(WINDOWS + 1, w.visits.shape[1], 2):
            closes = max(closes, w.visits[k, column])
        for other in range(n):
            # Behind a visit at the same door less is owed: the shorter of the two lengths counts.
            between = min(w.visits[other, TAIL], w.visits[other, TAIL + 1])
            between += min(w.visits[k, LEAD], w.visits[k, LEAD + 1])
            if other != k and w.visits[other, WINDOWS] + between > closes:
                followers[k] |= 1 << other


@kernel
def is_suffix(mask: int, followers: Ints) -> bool:
    """Whether the visits of mask can all be served last: with each of them come those that must follow it."""
    for k in range(followers.size):
        if mask >> k & 1 and followers[k] & ~mask:
            return False
    return True


@kernel
def fill_latest(w: World, s: int, followers: Ints, latest: Ints) -> None:
    """`latest[mask, k, taken]`: the latest start of visit k as the first of mask with which the day still closes."""
    n, breaks = followers.size, w.shifts[s, REST_COUNT]
    for mask in range(1, 1 << n):
        for k in range(n):
            for taken in range(breaks + 1):
                latest[mask, k, taken] = -NEVER
        if not is_suffix(mask, followers):
            continue
        for k in range(n):
            rest = mask ^ (1 << k)
            if not mask >> k & 1 or not is_suffix(rest, followers):
                continue
            for taken in range(breaks + 1):
                last = -NEVER
                if rest == 0:
                    last = latest_last(w, s, k, taken)
                for other in range(n):
                    if rest >> other & 1:
                        for after in range(taken, breaks + 1):
                            start = latest[rest, other, after]
                            if start > -NEVER:
                                last = max(last, latest_ahead(w, s, k, other, start, taken, after - taken))
                latest[mask, k, taken] = last


@kernel
def reach(w: World, s: int, order: Ints, depth: int, k: int, left: int, starts: Ints, latest: Ints) -> bool:
    """Fill `starts[depth, taken]`, the earliest starts of visit k behind `order[:depth]`.

    True when the visits of `left`, k the first of them, can still be served then.
    """
    breaks, found = w.shifts[s, REST_COUNT], False
    for taken in range(breaks + 1):
        first = NEVER
        if depth == 0:
            first = earliest_first(w, s, k, taken)
        else:
            for before in range(taken + 1):
                start = starts[depth - 1, before]
                if start < NEVER:
                    first = min(first, earliest_behind(w, s, order[depth - 1], k, start, before, taken - before))
        starts[depth, taken] = first
        found = found or first <= latest[left, k, taken]
    return found


@allocating
def some_order_drives_little(w: World, s: int, latest: Ints) -> bool:
    """Whether an order that keeps every time keeps the driving limits too: depth first, at most `MOST_ORDERS`."""
    n, breaks = w.visits.shape[0], w.shifts[s, REST_COUNT]
    sheet, starts = blank_sheet(n, breaks), np.empty((n, breaks + 1), dtype=np.int64)
    order, left, depth, tried = np.full(n, -1, dtype=np.int64), (1 << n) - 1, 0, 0
    while depth >= 0:
        k = order[depth]
        if k >= 0:
            left |= 1 << k
        k += 1
        while k < n and not (left >> k & 1 and reach(w, s, order, depth, k, left, starts, latest)):
            k += 1
        if k == n:
            depth -= 1
            continue
        order[depth] = k
        left ^= 1 << k
        if depth < n - 1:
            depth += 1
            order[depth] = -1
            continue
        tried += 1
        if tried > MOST_ORDERS:
            return False
        if time_day(w, s, order, sheet):
            return True
    return False


@allocating
def fits_in_some_order(w: World, s: int) -> bool:
    """Whether shift s can serve all visits of the world in some order, limits included. Eligibility is not asked."""
    n, breaks = w.visits.shape[0], w.shifts[s, REST_COUNT]
    if n == 0:
        return True
    if not within_limits(w, s, np.arange(n)):
        return False
    followers = np.zeros(n, dtype=np.int64)
    fill_followers(w, followers)
    latest = np.empty((1 << n, n, breaks + 1), dtype=np.int64)
    fill_latest(w, s, followers, latest)
    full, possible = (1 << n) - 1, False
    for k in range(n):
        for taken in range(breaks + 1):
            possible = possible or earliest_first(w, s, k, taken) <= latest[full, k, taken]
    if not possible or (w.shifts[s, LIMITS + 3] >= NEVER and w.shifts[s, LIMITS + 4] >= NEVER):
        return possible
    return some_order_drives_little(w, s, latest)
