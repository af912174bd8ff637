"""The contract for machines, and the same for people. Nothing is fetched from anywhere else."""

from flask import Blueprint, Response, current_app, json, render_template

from api import openapi
from api.operation import operation

blueprint = Blueprint("docs", __name__, template_folder="templates")


@blueprint.get("/openapi.json")
@operation("The contract, OpenAPI 3.1", tag="house", answers={200: "application/json"})
def openapi_json() -> Response:
    return Response(json.dumps(openapi.document(current_app)), mimetype="application/json")


@blueprint.get("/docs")
@operation("The contract, to read", tag="house", answers={200: "text/html"})
def docs() -> Response:
    return Response(render_template("docs.html", api=openapi.document(current_app)), mimetype="text/html")
