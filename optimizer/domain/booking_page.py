"""A practice's own booking page: whether there is one, who may show it, and what it asks."""

from dataclasses import dataclass

SCREENING = (
    "Surgery, a serious injury or a stay in hospital within the last six weeks",
    "Fever, an infection, or something on the skin that others can catch",
    "A heart condition, blood clots, or medicine that thins the blood",
    "Pregnancy",
    "A doctor's advice against massage",
)
"""Asked where a practice says nothing else. Ours, and no medical advice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPage:
    """What clients find at `/book/{practice}`; where it is not open they find nothing.

    `framed_by` are the origins (`https://example.org`) whose pages may show it inside theirs, `services` the codes of
    the treatments on it (all where empty). `screening` are the reasons to talk before the first visit: a client says
    whether any applies, never which, and then the visit waits for the staff; None for `SCREENING`, empty to ask
    nothing. `phone` is where clients reach the practice.
    """

    is_open: bool = False
    framed_by: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    screening: tuple[str, ...] | None = None
    phone: str = ""

    @property
    def questions(self) -> tuple[str, ...]:
        """What is asked."""
        return SCREENING if self.screening is None else self.screening

    def shows(self, service: str) -> bool:
        """Is this treatment on the page?"""
        return not self.services or service in self.services
