"""How the tests look at a page: as a phone and a desk see it, as axe judges it, as a thumb finds it.

page = look(browser, width=360).new_page()
with watched(page, origin) as seen: ...   # fails on console errors, CSP violations, other origins
assert faults_of(page) == []              # axe, WCAG 2.2 AA
assert small_targets(page) == {}
shot(page, "day-phone")
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

PHONE, DESK = 360, 1280
HEIGHTS = {PHONE: 640, DESK: 800}
ZONES = ("America/Toronto", "America/Vancouver", "Asia/Kolkata")
"""Where the browser may think it is."""

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
TAP = 44
"""Pixels, high and wide."""

SCREENSHOTS = Path(__file__).parents[2] / "var" / "screenshots"

TARGETS = """
least => [...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [tabindex="0"]'
)].flatMap(item => {
  // What a label surrounds is pressed by the label; what stands in a sentence is excepted by WCAG 2.5.8.
  const target = item.closest('label') || item;
  if (!target.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return [];
  if (item.matches('.leaflet-container, .skip') || (item.matches('a') && item.closest('p.prose, .prose p'))) return [];
  const box = target.getBoundingClientRect();
  if (box.width >= least - .01 && box.height >= least - .01) return [];
  const name = item.getAttribute('aria-label') || item.innerText || item.name || item.id || item.tagName;
  return [[name.trim().slice(0, 60), `${box.width.toFixed(1)} x ${box.height.toFixed(1)}`]];
})
"""

WATCH = """
addEventListener('securitypolicyviolation', event => {
  const where = `${event.sourceFile || ''}:${event.lineNumber}`;
  console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI} ${where}`);
});
"""


def look(
    browser: Browser,
    *,
    width: int = PHONE,
    zone: str = "America/Toronto",
    script: bool = True,
    scheme: Literal["light", "dark"] = "light",
) -> BrowserContext:
    """A browser of its own, with no cookies yet. Under 600 px it is a phone: touched, with two pixels a point."""
    phone = width < 600
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHTS.get(width, 800)},
        timezone_id=zone,
        locale="en-CA",
        java_script_enabled=script,
        color_scheme=scheme,
        has_touch=phone,
        device_scale_factor=2 if phone else 1,
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    return context


def enter(context: BrowserContext, origin: str, link: str) -> Page:
    """A page signed in by a link's path, on the page that the link leads to."""
    page = context.new_page()
    page.goto(origin + link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


@dataclass
class Seen:
    """What went on behind a page."""

    asked: list[str] = field(default_factory=list)
    """Every address asked for."""
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, CSP violations, exceptions nobody caught."""
    elsewhere: list[str] = field(default_factory=list)
    """Addresses of other origins."""


@contextmanager
def watched(page: Page, origin: str, *, ignoring: tuple[str, ...] = ()) -> Iterator[Seen]:
    """Fail when the page complains or asks another origin. Begin before the page is opened.

    Parameters
    ----------
    ignoring
        Parts of complaints that the test brings about itself: a network cut, an answer of 409.
    """
    seen = Seen()

    def asked(request: Request) -> None:
        seen.asked.append(request.url)
        if not request.url.startswith((f"{origin}/", "data:", "blob:")):
            seen.elsewhere.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(part in message.text for part in ignoring):
            seen.complaints.append(f"{message.type}: {message.text}")

    page.add_init_script(WATCH)
    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: seen.complaints.append(f"uncaught: {error}"))
    yield seen
    assert seen.complaints == []
    assert seen.elsewhere == []


def faults_of(page: Page, *, within: str | None = None) -> list[str]:
    """What axe finds against WCAG 2.2 AA, a line each; the whole page without `within` (a CSS selector).

    The page's browser has to run scripts: axe waits with timers, which never ring where they are off.
    """
    options = {"runOnly": {"type": "tag", "values": list(WCAG)}, "resultTypes": ["violations"]}
    found = Axe().run(page, context=within, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target'][0]}: {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in found
        for node in rule["nodes"]
    ]


def small_targets(page: Page) -> dict[str, str]:
    """What is visible and can be pressed, but is smaller than a thumb: name and size."""
    return dict(page.evaluate(TARGETS, TAP))


def overflows(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def shot(page: Page, name: str, *, whole: bool = True) -> Path:
    """A picture of the page in `var/screenshots`."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path, full_page=whole, animations="disabled")
    return path
