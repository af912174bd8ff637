"""How fast "who can take this" is answered: `python -m tests.benchmarks.bench_takers`. Prints, asserts nothing.

20 therapists, 14 days, 5 to 6 visits a day: 280 therapist-days over every order of each, in one process, warm.
"""

import tempfile
from pathlib import Path
from random import Random
from statistics import median
from time import process_time

from api.services.dated import Dated
from api.services.taking import find_takers
from api.settings import Settings
from api.wiring import Wiring
from data.geocoding.geocoder import PlaceQuery
from data.store.migrate import migrate
from optimizer.domain.time import HOUR
from tests.benchmarks import busy_practice
from tests.benchmarks.busy_practice import FIRST, ID, NOW, SERVICE, somewhere

ASKED = 20


def main() -> None:
    people, days = busy_practice.two_weeks()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'rounds.db'}"
        migrate(url)
        wiring = Wiring(Settings(database_url=url, var=Path(folder)), clock=lambda: NOW)
        busy_practice.write(wiring.store, people, days)
        rng, spent = Random(3), []
        for number in range(ASKED):
            query = Dated(
                practice_id=ID, where=PlaceQuery(coordinate=somewhere(rng)), service=SERVICE.code, session=HOUR,
                first=FIRST, exact=True,
            )  # fmt: skip
            begun = process_time()
            found = find_takers(query, desk=wiring.desk)
            spent.append(process_time() - begun)
            if number == 0:
                cold = spent.pop()
                print(f"{len(days)} therapist-days, first question: {cold:.2f} s of CPU")
            elif number < 4:
                print(
                    f"  {len(found.takers)} can take it, {len(found.refused)} refused, {found.left_out} not explained"
                )
        ordered = sorted(spent)
        print(f"warm: median {median(ordered):.2f} s of CPU, p90 {ordered[int(0.9 * len(ordered))]:.2f} s")
        wiring.store.close()


if __name__ == "__main__":
    main()
