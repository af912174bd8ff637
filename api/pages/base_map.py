"""What every map is drawn on: outlines of places, motorways, arterials. No tile host, so nobody learns who looks."""

from flask import Blueprint, Response, json
from werkzeug.wrappers import Response as AnyResponse

from api.pages.shell import A_WEEK, lock_down
from data.geocoding.service_area import embedded
from data.roads.skeleton import skeleton

blueprint = Blueprint("base_map", __name__)
blueprint.after_request(lock_down)


@blueprint.get("/pages/base-map.json")
def base_map() -> AnyResponse:
    """`areas`: name, rings of [lat, lng]. `nodes`: [lat, lng]; `roads`: rows of `nodes` to join, by kind of road."""
    roads, seen = skeleton(), set()
    areas = []
    # A region comes last and is drawn where none of its towns is; its name would stand across theirs.
    for zone in sorted(embedded().zones, key=lambda zone: bool(zone.ask)):
        rings = [ring for ring in zone.rings if ring not in seen]
        seen.update(rings)
        name = "" if zone.ask else zone.name
        areas.append({"name": name, "rings": [[[lat, lng] for lng, lat in ring] for ring in rings]})
    drawn = {"areas": areas, "nodes": roads.nodes, "roads": roads.roads}
    headers = {"Cache-Control": f"public, max-age={A_WEEK}"}
    return Response(json.dumps(drawn), mimetype="application/json", headers=headers)
