"""The demo's first day planned in a known order, for tests of what is made of a plan."""

from datetime import date

from api.feeds.timetable import Captions
from api.services.captions import captions
from api.services.day_problem import StoredDay, day_problem
from data.demo.scenario import Scenario
from data.geocoding.chain import build_geocoder
from data.roads.estimate import EstimateSource
from optimizer.domain.itinerary import Plan
from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.problem import Problem


def problem_of(scenario: Scenario, day: date) -> Problem:
    geocoder = build_geocoder()
    return day_problem(
        StoredDay(
            practice=scenario.practice,
            date=day,
            services=scenario.services,
            patterns=scenario.patterns(geocoder),
            bookings=tuple(booking for booking in scenario.bookings(day, geocoder) if booking.date == day),
        ),
        EstimateSource(),
    )


def planned(scenario: Scenario, day: date) -> tuple[Plan, Captions]:
    """The visits of the date in the order they are listed, all by the first therapist."""
    problem = problem_of(scenario, day)
    plan = evaluate(problem, {problem.shifts[0].id: [visit.id for visit in problem.visits]}).plan
    return plan, captions(scenario.bookings(day, build_geocoder()), scenario.services)
