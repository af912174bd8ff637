"""A client at the booking page in a real browser."""

from dataclasses import dataclass

from playwright.sync_api import FrameLocator, Locator, Page

from tests.browser.looking import faults_of, overflows, shot, small_targets

SATURDAY = "Saturday 21 November"
TYPED = {
    "Your name": "Anna Bell",
    "Phone": "905 555 0111",
    "Number, street, unit": "12 Main Street, unit 4",
    "How do we get in?": "Two dogs",
}


@dataclass(frozen=True, kw_only=True)
class Client:
    """`at` is the page, or the frame that shows it."""

    page: Page
    at: Page | FrameLocator
    script: bool = True

    def ask(self, *, rhythm: str = "") -> None:
        """The first step: an hour of Swedish."""
        self.at.get_by_label("Where should we come?").fill("L6X 1N3")
        self.at.get_by_label("Treatment").select_option("swedish")
        self.at.get_by_text("60 min").click()
        if rhythm:
            self.at.get_by_label("How often?").select_option(rhythm)
        self.press("See times")

    def press(self, name: str) -> None:
        self.at.get_by_role("button", name=name).first.click()

    def choose(self, clock: str, day: str = SATURDAY) -> None:
        """Open a day, and take a time of it."""
        shown = self.at.locator("details", has_text=day)
        if shown.get_attribute("open") is None:
            shown.locator("summary").click()
        shown.get_by_role("button", name=f"{day}, {clock}").click()

    def fill(self) -> None:
        """The third step, without its answer to the screening."""
        for label, text in TYPED.items():
            self.field(label).fill(text)

    def field(self, label: str) -> Locator:
        return self.at.get_by_label(label)

    def heading(self, words: str) -> None:
        """Wait until the page says that."""
        self.at.get_by_role("heading", name=words).first.wait_for()

    def looked_at(self, name: str = "") -> None:
        """Nothing for axe to find, everything large enough, nothing wider than the window; a picture where named."""
        assert not self.script or faults_of(self.page) == []
        assert small_targets(self.page) == {}
        assert overflows(self.page) <= 0
        if name and self.script:
            shot(self.page, name)
