"""Who can take one visit more, when, and at what cost."""

from flask import Blueprint

from api.auth import Role, caller, require
from api.operation import operation
from api.stateless.build import Surroundings
from api.stateless.reading import Reading, read_insertion
from api.v1.schemas.problem import InsertionIn
from api.v1.schemas.takers import InsertionsOut, TakersOut, TakersQuery
from api.wiring import wiring

blueprint = Blueprint("takers", __name__)


@blueprint.get("/v1/takers")
@require(Role.PLANNER, Role.ADMIN, Role.SERVICE)
@operation(
    "Who can take this visit, when, at what cost: every therapist and date at once",
    tag="planning",
    query=TakersQuery,
    answers={200: TakersOut},
    problems=(422, 503),
)
def list_takers(query: TakersQuery) -> TakersOut:
    """Starts lie on the practice's grid of the wall clock, as in a search for slots; every order of each day counts."""
    from api.services.taking import find_takers

    return TakersOut.of(find_takers(query.request(caller().practice_id), desk=wiring().desk))


@blueprint.post("/v1/insertions")
@require(Role.PLANNER, Role.SERVICE)
@operation(
    "Who of a problem can take one of its visits beside what they have; nothing is stored",
    tag="planning",
    body=InsertionIn,
    read=read_insertion,
    answers={200: InsertionsOut},
    problems=(422, 503),
)
def find(body: Reading) -> InsertionsOut:
    """Runs of possible starts are told to five minutes and the ends of the visit's windows; `start` is exact."""
    from api.stateless.answers import find_insertions

    return InsertionsOut.of(find_insertions(body, Surroundings.of(wiring(), caller().practice_id)))
