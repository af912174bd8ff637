"""Annealing over ruin and recreate, compiled: which plans the search stands on, and the best one met."""

import numpy as np

from optimizer.schedule.day_kernel import Sheet
from optimizer.schedule.world import World
from optimizer.solver.route_pool_kernel import Hashes, Pool, remember
from optimizer.solver.ruin_kernel import Desk, Guide, draw, recreate, ruin
from optimizer.solver.team_kernel import LATE, NOBODY, POINTS, Hops, Team, copy_day, copy_team
from optimizer.travel.compiled import kernel, unlocked


@kernel
def worth(guide: Guide, team: Team) -> tuple[int, int, int]:
    """What a plan is compared by: left out, overtime, points."""
    left_out, late, points = 0, 0, 0
    for v in range(team.taker.size):
        if team.taker[v] == NOBODY:
            left_out += guide.left_out[v]
    for s in range(team.size.size):
        late += team.sums[s, LATE]
        points += team.sums[s, POINTS]
    return left_out, late, points


@kernel
def annealing_cost(guide: Guide, team: Team) -> float:
    cost = 0.0
    for v in range(team.taker.size):
        if team.taker[v] == NOBODY:
            cost += guide.price[v]
    for s in range(team.size.size):
        cost += team.sums[s, LATE] * guide.late_price + team.sums[s, POINTS]
    return cost


@kernel
def list_absent(team: Team, desk: Desk) -> None:
    desk.absent[0] = 0
    for v in range(team.taker.size):
        desk.was_absent[v] = team.taker[v] == NOBODY
        if desk.was_absent[v]:
            desk.absent[0] += 1
            desk.absent[desk.absent[0]] = v


@kernel
def clean(desk: Desk) -> None:
    """Before an iteration: nothing has changed."""
    for i in range(1, desk.dirty[0] + 1):
        desk.is_dirty[desk.dirty[i]] = False
    desk.dirty[0] = 0
    desk.open[0] = 0


@kernel
def accept(team: Team, spare: Team, desk: Desk) -> None:
    """The plan that the search stands on becomes the one reached."""
    for i in range(1, desk.dirty[0] + 1):
        copy_day(team, spare, desk.dirty[i])
    for i in range(1, desk.open[0] + 1):
        v = desk.open[i]
        spare.taker[v] = team.taker[v]
        if team.taker[v] == NOBODY and not desk.was_absent[v]:
            desk.absent[0] += 1
            desk.absent[desk.absent[0]] = v
            desk.was_absent[v] = True
        elif team.taker[v] != NOBODY:
            desk.was_absent[v] = False
    kept = 0
    for i in range(1, desk.absent[0] + 1):
        v = desk.absent[i]
        if desk.was_absent[v]:
            kept += 1
            desk.absent[kept] = v
    desk.absent[0] = kept


@kernel
def go_back(team: Team, spare: Team, desk: Desk) -> None:
    for i in range(1, desk.dirty[0] + 1):
        copy_day(spare, team, desk.dirty[i])
    for i in range(1, desk.open[0] + 1):
        team.taker[desk.open[i]] = spare.taker[desk.open[i]]


@unlocked
def anneal(
    w: World,
    hops: Hops,
    guide: Guide,
    team: Team,
    best: Team,
    spare: Team,
    pool: Pool,
    desk: Desk,
    sheet: Sheet,
    state: Hashes,
    temperature: float,
    cooling: float,
    iterations: int,
    worse: float,
) -> int:
    """Run some iterations from `team`, keep the best plan in `best`; answers how often it got better.

    The days of accepted plans go to the pool when the plan costs less than `worse` points more than the best.
    """
    better = 0
    copy_team(team, spare)
    clean(desk)
    list_absent(team, desk)
    cost, best_cost, best_worth = annealing_cost(guide, team), annealing_cost(guide, best), worth(guide, best)
    left_out, late, points = worth(guide, team)
    for _ in range(iterations):
        clean(desk)
        ruin(w, hops, guide, team, desk, sheet, state)
        recreate(w, hops, guide, team, desk, sheet, state)
        more_out, more_late, more_points, price = 0, 0, 0, 0.0
        for i in range(1, desk.dirty[0] + 1):
            s = desk.dirty[i]
            more_late += team.sums[s, LATE] - spare.sums[s, LATE]
            more_points += team.sums[s, POINTS] - spare.sums[s, POINTS]
        for i in range(1, desk.open[0] + 1):
            v = desk.open[i]
            if desk.was_absent[v] and team.taker[v] != NOBODY:
                more_out -= guide.left_out[v]
                price -= guide.price[v]
            elif not desk.was_absent[v] and team.taker[v] == NOBODY:
                more_out += guide.left_out[v]
                price += guide.price[v]
        reached = cost + price + more_late * guide.late_price + more_points
        if reached < cost - temperature * np.log(1.0 - draw(state)):
            if reached < best_cost + worse:
                for i in range(1, desk.dirty[0] + 1):
                    remember(team, desk.dirty[i], pool)
            accept(team, spare, desk)
            cost = reached
            left_out += more_out
            late += more_late
            points += more_points
            if (left_out, late, points) < best_worth:
                copy_team(team, best)
                best_worth, best_cost = (left_out, late, points), reached
                better += 1
        else:
            go_back(team, spare, desk)
        temperature *= cooling
    return better
