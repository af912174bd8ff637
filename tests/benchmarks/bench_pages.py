"""How soon a therapist sees the day on a slow phone: `rounds serve` as it is, Chromium on an emulated slow 4G line.

Printed: bytes over the wire, first and largest paint, and the wait for the answer, of the first visit and of the next.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

SLOW_4G = {"latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8, "offline": False}
"""As Lighthouse's mobile profile has it: 1.6 Mbit/s down, 150 ms."""
SLOWER_CPU = 4
RUNS = 5

PAINT = """
new Promise(done => new PerformanceObserver(list => {
  const first = performance.getEntriesByName('first-contentful-paint')[0];
  const nav = performance.getEntriesByType('navigation')[0];
  done({ lcp: list.getEntries().at(-1).startTime, fcp: first.startTime, answer: nav.responseStart - nav.requestStart });
}).observe({ type: 'largest-contentful-paint', buffered: true }))
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def run(*arguments: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", "from api.cli import main; main()", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def measure(browser: Browser, link: str, origin: str) -> None:
    first, again = [], []
    context = browser.new_context(viewport={"width": 360, "height": 640}, has_touch=True, device_scale_factor=2)
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/day/**")
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW_4G)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    for _ in range(RUNS):
        page.goto("about:blank")
        wire.send("Network.clearBrowserCache")
        sizes.clear()
        page.goto(f"{origin}/day", wait_until="networkidle")
        first.append({**page.evaluate(PAINT), "bytes": sum(sizes)})
        sizes.clear()
        page.goto(f"{origin}/day", wait_until="networkidle")
        again.append({**page.evaluate(PAINT), "bytes": sum(sizes)})
    for name, found in (("first visit", first), ("next visit", again)):
        middle = {key: sorted(each[key] for each in found)[RUNS // 2] for key in found[0]}
        print(
            f"{name}: {middle['bytes'] / 1000:.1f} kB, first paint {middle['fcp']:.0f} ms,"
            f" largest paint {middle['lcp']:.0f} ms, answer after {middle['answer']:.0f} ms"
            f" (median of {RUNS}; worst largest paint {max(each['lcp'] for each in found):.0f} ms)"
        )


def main() -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        print("no Chromium is installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ROUNDS_")}
        environment |= {"ROUNDS_VAR": folder, "ROUNDS_PORT": str(port), "ROUNDS_LOG_LEVEL": "error"}
        link = re.search(r"http://\S+/sign-in/\S+", run("demo", "--date", "today", environment=environment))
        assert link is not None
        command = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
        server = subprocess.Popen(command, env=environment)
        try:
            origin = f"http://127.0.0.1:{port}"
            while True:
                try:
                    with urlopen(f"{origin}/readyz") as answer:  # noqa: S310  # our own server
                        if answer.status == 200:
                            break
                except OSError:
                    continue
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
                measure(browser, link[0], origin)
                browser.close()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    main()
