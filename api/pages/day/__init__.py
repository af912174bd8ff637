"""A therapist's own pages: the day, what is told of it, running late, planning again, paper, the week."""

from api.pages.day import late, me, offline, page, replan, sheet, telling, week
from api.pages.day.blueprint import blueprint

__all__ = ["blueprint", "late", "me", "offline", "page", "replan", "sheet", "telling", "week"]
