"""Makes the pictures of the README and docs/ from a running site that holds the seeds, and one article of ours to triage.

    python3 manage.py import_articles tests/extraction/articles/en-01.txt && python3 manage.py read_sources
    .venv/bin/python tests/browser/make_screenshots.py http://127.0.0.1:8000 docs/screenshots --account editor:PASSWORD

The key pages at 1280 and 390 pixels, light, in English (one in Italian too); with an account, the desk's pages too. Each picture is reduced to 128
colours: pages are flat, and the repository stays small.
"""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
CLAIM = "russia-asked-china-military-aid"
TURN = "iran-sent-drones-to-russia"
# name: address, whether the whole page is shown
PUBLIC = {
    "home": ("/en/", False),
    "list": ("/en/claims/", False),
    "claim": (f"/en/claims/{CLAIM}/", False),
    "claim-it": (f"/it/claims/{CLAIM}/", False),
    "turn": (f"/en/claims/{TURN}/", False),
    "denials": ("/en/denials/", False),
    "matrix": ("/en/denials/matrix/", False),
    "search": ("/en/search/?q=drones", False),
    "history": (f"/en/claims/{CLAIM}/history/", False),
}
DESK = {"admin-list": "/admin/claims/claim/", "desk": "/desk/"}
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("site")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--account", help="name:password of an editor, for the desk's pages")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        public_pages(browser, options.site, options.folder)
        if options.account:
            desk_pages(browser, options.site, options.folder, *options.account.split(":", 1))
        browser.close()


def public_pages(browser: Browser, site: str, folder: Path) -> None:
    for size, (width, height) in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        for name, (address, whole) in PUBLIC.items():
            page.goto(site + address)
            keep(page, folder / f"{name}-{size}.png", whole)
        page.goto(f"{site}/en/claims/{CLAIM}/")
        page.get_by_role("link", name="Read the passage").first.click()
        page.wait_for_load_state()
        page.evaluate("scrollTo(0, 0)")
        keep(page, folder / f"source-{size}.png", whole=False)
        page.close()


def desk_pages(browser: Browser, site: str, folder: Path, name: str, password: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{site}/admin/login/?next=/admin/")
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("[type=submit]")
    for each, address in DESK.items():
        page.goto(site + address)
        keep(page, folder / f"{each}.png", whole=False)
    page.goto(f"{site}/desk/triage/")
    page.locator("main li a").first.click()
    page.wait_for_load_state()
    keep(page, folder / "triage.png", whole=False)
    page.goto(f"{site}/admin/claims/claim/?q=Russia+asked+China")
    for box in page.locator("input.action-select").all()[:3]:
        box.check()
    page.select_option("select[name=action]", label="Mark as disputed…")
    page.click("button[name=index]")
    keep(page, folder / "admin-mark.png", whole=False)
    page.goto(f"{site}/en/claims/{CLAIM}/")


def keep(page: Page, path: Path, whole: bool) -> None:
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole)))
    picture.convert("RGB").quantize(128).save(path, optimize=True)
    print(path)


if __name__ == "__main__":
    main()
