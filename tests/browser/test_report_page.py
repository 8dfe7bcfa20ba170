"""The report in a real browser: it shows its headings, asks the network for nothing and breaks no rule of its own."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.publish.report_companies import company_with_models
from tests.publish.report_tables import page_of

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NO_BROWSER = "no Chromium on this machine: install it (apt-get install chromium) to run the browser tests"
HEADINGS = (
    "Whom to talk to next, and why",
    "Whom to call first",
    "Accounts to win",
    "The funnel",
    "How good the models are, and how we know",
    "Are today's data whole?",
    "What was loaded, what was refused",
    "Terms",
)
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--dump-dom",
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER)


def opened(page: Path, folder: Path) -> tuple[str, str, list[str]]:
    """The DOM of a page, the browser's console lines, and the addresses that the page (not the browser) asked for.

    A request that a page causes has an origin as its initiator; those of the browser's own services have none.
    """
    log = folder / "net.json"
    profile = folder / "profile"
    result = subprocess.run(
        [str(CHROMIUM), *QUIET, f"--user-data-dir={profile}", f"--log-net-log={log}", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env={**os.environ, "HOME": str(folder)},
    )
    console = "\n".join(line for line in result.stderr.splitlines() if ":CONSOLE" in line)
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    requests = [event["params"] for event in events if "initiator" in event.get("params", {})]
    return result.stdout, console, [asked["url"] for asked in requests if asked["initiator"] != "not an origin"]


@pytest.mark.capability("X4")
def test_the_report_opens_whole_without_a_request_or_a_complaint(tmp_path: Path) -> None:
    page_of(company_with_models(), tmp_path)
    dom, console, addresses = opened(tmp_path / "report.html", tmp_path)
    for heading in HEADINGS:
        assert f">{heading}</h" in dom
    assert dom.count("<svg") > 8
    assert console == ""
    assert addresses == []


def test_the_test_itself_would_notice_a_request(tmp_path: Path) -> None:
    page = tmp_path / "calls_home.html"
    page.write_text("<!doctype html><img src='https://tracker.invalid/pixel.gif'>", encoding="utf-8")
    _, _, addresses = opened(page, tmp_path)
    assert addresses == ["https://tracker.invalid/pixel.gif"]
