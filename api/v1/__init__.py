"""The doors of version 1: one module a resource, each with its blueprint."""

from flask import Blueprint


def blueprints() -> tuple[Blueprint, ...]:
    """Every blueprint of the app; a new resource adds its line here."""
    from api.pages import base_map, day, shell, sign_in
    from api.pages.board import deeds as board_deeds
    from api.pages.board import figures_page as board_figures
    from api.pages.board import pages as board_pages
    from api.pages.board import scale as board_scale
    from api.pages.book import details as book_details
    from api.pages.book import embed as book_embed
    from api.pages.book import manage as book_manage
    from api.pages.book import steps as book_steps
    from api.v1 import (
        bookings,
        by_hand,
        clearance,
        docs,
        events,
        holds,
        house,
        itineraries,
        me,
        plan_runs,
        plans,
        practice,
        replan,
        series,
        services,
        slots,
        solve,
        takers,
        therapists,
    )

    return (
        base_map.blueprint,
        book_details.blueprint,
        book_embed.blueprint,
        book_embed.script,
        book_manage.blueprint,
        book_steps.blueprint,
        board_deeds.blueprint,
        board_figures.blueprint,
        board_pages.blueprint,
        board_scale.blueprint,
        bookings.blueprint,
        by_hand.blueprint,
        clearance.blueprint,
        day.blueprint,
        docs.blueprint,
        events.blueprint,
        holds.blueprint,
        house.blueprint,
        itineraries.blueprint,
        me.blueprint,
        plan_runs.blueprint,
        plans.blueprint,
        practice.blueprint,
        replan.blueprint,
        series.blueprint,
        services.blueprint,
        shell.blueprint,
        sign_in.blueprint,
        slots.blueprint,
        solve.blueprint,
        takers.blueprint,
        therapists.blueprint,
    )
