"""The import survives being killed at any moment, and several importers on the same files at once.

The rows that matter are compared with those of an undisturbed import. A naive importer (look, then insert, a
commit a row) goes through the same, and must come out different: otherwise this harness would prove nothing.

The long version, by hand: TRIALS=100 pytest tests/sources/test_import_survives.py
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
TRIALS = int(os.environ.get("TRIALS", "1"))
KILLS = 3
FILES = 400

# Rows without what differs from run to run: ids become the text and address that they stand for.
ROWS = """
    SELECT s.url, s.text_sha256, s.title, s.byline, s.published_earliest::text, s.language, s.publication, o.name,
           origin.text_sha256, origin.url, older.text_sha256, length(s.body), s.furniture::text, s.flags::text
    FROM sources_source s LEFT JOIN sources_outlet o ON o.id = s.outlet_id
    LEFT JOIN sources_source origin ON origin.id = s.origin_id
    LEFT JOIN sources_source older ON older.id = s.version_of_id
    ORDER BY s.url, s.text_sha256, s.id
"""

IMPORTER = """
from django.core.management import execute_from_command_line
execute_from_command_line(['manage.py', 'import_articles', '--json', {folder!r}])
"""

# What one writes first: get or create, row by row, the origin in a second step.
NAIVE = """
import django; django.setup()
from sources.articles import read_article
from sources.incoming import files_in
from sources.models import Outlet, Source
for file in files_in([{folder!r}]):
    article = read_article(file.data, file.name)
    outlet = Outlet.objects.filter(name=article.outlet).first() if article.outlet else None
    if article.outlet and outlet is None:
        outlet = Outlet.objects.create(name=article.outlet, slug=article.outlet.lower() + str(Outlet.objects.count()))
    if not Source.objects.filter(url=article.url, text_sha256=article.text_sha256).exists():
        twin = Source.objects.filter(text_sha256=article.text_sha256).order_by('pk').first()
        older = Source.objects.filter(url=article.url).exclude(url='').order_by('-pk').first()
        source = Source.objects.create(
            title=article.title, url=article.url, language=article.language, body=article.body,
            text_sha256=article.text_sha256,
        )
        print(source.pk, flush=True)
        source.outlet, source.byline, source.flags = outlet, article.byline, list(article.flags)
        source.origin = twin.origin if twin else source
        source.version_of = older
        source.furniture = [piece.as_json() for piece in article.furniture]
        source.published_earliest = article.published.earliest
        source.published_latest = article.published.latest
        source.published_basis = article.published.basis
        source.save()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Own articles: plain ones, equal texts at several addresses, new texts at an old one, dates and outlets."""
    folder = tmp_path_factory.mktemp("articles")
    for n in range(FILES):
        record: dict[str, Any] = {
            "title": f"Titolo {n % 300}",
            "text": f"Il portavoce {n % 300} ha negato la fornitura. «Non è così», ha detto.\n\nLeggi anche: {n}",
        }
        if n >= 300:
            record["text"] = record["text"].replace(f"anche: {n}", f"anche: {n - 300}")
        if n % 3:
            record |= {
                "url": f"https://example.org/{n % 200}",
                "source": f"Giornale {n % 17}",
                "published": "2022-03-14",
            }
        (folder / f"{n:05d}.json").write_text(json.dumps(record))
    return folder


def start(code: str, url: str, folder: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "PYTHONUNBUFFERED": "1",
    }
    environment.setdefault("DJANGO_SETTINGS_MODULE", "claimtracker.settings")
    return subprocess.Popen(
        [sys.executable, "-c", code.format(folder=str(folder))],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str]) -> str:
    """Waits for the end, and gives what it said on standard error."""
    _, error = process.communicate(timeout=120)
    return error


def kill_somewhere(process: subprocess.Popen[str], chance: random.Random) -> None:
    """kill -9 after some answers and a little more: mostly in the middle of a transaction."""
    assert process.stdout
    for _ in range(chance.randrange(1, FILES // 2)):
        if not process.stdout.readline():
            break
    time.sleep(chance.random() * 0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def rows(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(ROWS).fetchall()


def undisturbed(clone: Callable[[], str], folder: Path, code: str) -> list[tuple[Any, ...]]:
    url = clone()
    error = finish(start(code, url, folder))
    found = rows(url)
    assert len(found) == FILES - doubles(folder), error
    return found


def doubles(folder: Path) -> int:
    """How many files repeat a text at the same address (or at none)."""
    records = [json.loads(path.read_text()) for path in folder.iterdir()]
    return len(records) - len({(record.get("url"), record["title"], record["text"]) for record in records})


def killed(clone: Callable[[], str], folder: Path, code: str, chance: random.Random) -> list[tuple[Any, ...]]:
    url = clone()
    for _ in range(KILLS):
        kill_somewhere(start(code, url, folder), chance)
    finish(start(code, url, folder))
    return rows(url)


def side_by_side(clone: Callable[[], str], folder: Path, code: str) -> list[tuple[Any, ...]]:
    url = clone()
    processes = [start(code, url, folder) for _ in range(3)]
    errors = [finish(process) for process in processes]
    if code is IMPORTER:
        assert not [error for error in errors if "Traceback" in error], errors
    return rows(url)


def test_killed_or_crowded_the_import_ends_in_the_same_rows(
    fresh_database: Callable[[], str], folder: Path
) -> None:
    chance = random.Random(7)
    wanted = undisturbed(fresh_database, folder, IMPORTER)
    for _ in range(TRIALS):
        assert killed(fresh_database, folder, IMPORTER, chance) == wanted
        assert side_by_side(fresh_database, folder, IMPORTER) == wanted


def test_a_naive_importer_does_not_survive_the_same(fresh_database: Callable[[], str], folder: Path) -> None:
    chance = random.Random(7)
    wanted = undisturbed(fresh_database, folder, NAIVE)
    assert wanted == undisturbed(fresh_database, folder, IMPORTER)
    # A kill has about one chance in four to fall between its two writes of a row: twelve trials miss it all but never.
    assert any(killed(fresh_database, folder, NAIVE, chance) != wanted for _ in range(12))
