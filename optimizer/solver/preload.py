"""What the fork server imports before it forks the first child: everything, warmed up (see `child`)."""

from optimizer.solver.warm import warm_up
from optimizer.travel.compile_once import compile_once
from optimizer.travel.compiled import cache_folder


def warm_up_all() -> None:
    warm_up(is_small=True)
    warm_up(is_small=False)


compile_once(warm_up_all, cache_folder())
