"""What a booking frontend does with the doors: search, hold, confirm, move, cancel."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from tests.doors import Answer, Door

Offers = Mapping[str, str]
"""From a start, as it was answered, to its offer."""


@dataclass(frozen=True, kw_only=True)
class FrontDesk:
    """A holder of a key at a door. A write without a `once` of the caller's gets a key of its own."""

    door: Door
    secret: str

    def ask(
        self, method: str, path: str, body: object = None, *, once: str | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        own = {"Authorization": f"Bearer {self.secret}"}
        if method == "POST":
            own["Idempotency-Key"] = once or uuid.uuid4().hex
        return self.door.ask(method, path, body=body, headers={**own, **headers})

    def search(self, postal_code: str, first: date, days: int = 1, *, minutes: int = 60, **more: str) -> Answer:
        asked = {
            "service": "swedish",
            "session_minutes": str(minutes),
            "postal_code": postal_code,
            "from": first.isoformat(),
            "to": (first + timedelta(days=days - 1)).isoformat(),
            **more,
        }
        return self.ask("GET", f"/v1/slots?{urlencode(asked)}")

    def offers(self, postal_code: str, first: date, days: int = 1, *, minutes: int = 60, **more: str) -> Offers:
        """Every start offered from a date on."""
        answer = self.search(postal_code, first, days, minutes=minutes, **more)
        assert answer.status == 200, answer
        return {slot["start"]: slot["offer"] for day in answer.body["data"].values() for slot in day}

    def hold(self, offer: str, *, ref: str = "anna", once: str | None = None) -> Answer:
        return self.ask("POST", "/v1/holds", {"offer": offer, "client": {"ref": ref}}, once=once)

    def release(self, hold_id: str) -> Answer:
        return self.ask("DELETE", f"/v1/holds/{hold_id}")

    def confirm(self, hold_id: str, *, ref: str = "anna", once: str | None = None) -> Answer:
        body = {"hold_id": hold_id, "client": {"ref": ref, "name": f"Name of {ref}"}}
        return self.ask("POST", "/v1/bookings", body, once=once)
