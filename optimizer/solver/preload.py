"""What the fork server imports before it forks the first child: everything, warmed up (see `child`)."""

from optimizer.solver.warm import warm_up

warm_up(is_small=True)
warm_up(is_small=False)
