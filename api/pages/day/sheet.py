"""The day on one sheet of paper: initials, unless full names are asked for."""

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api.pages.day.blueprint import Mine, blueprint, mine
from api.pages.day.page import date_of, initials, no_such_date
from api.pages.day.view import day_page


@blueprint.get("/day/<wanted>/sheet")
def one_sheet(wanted: str) -> AnyResponse:
    who = mine()
    if not isinstance(who, Mine):
        return who
    on = date_of(wanted)
    if on is None:
        return no_such_date()
    found = who.day(on)
    full_names = request.args.get("names") == "full"
    names = initials(found, full_names=full_names)
    page = day_page(found, who.now)
    return Response(render_template("day/sheet.html", day=page, names=names, full_names=full_names))
