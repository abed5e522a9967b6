"""The benchmarks themselves: they measure what they say, and lose no error."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from django.http import HttpResponse, HttpResponseRedirect

from tests.benchmarks.__main__ import keep
from tests.benchmarks.desk import Visit, is_no_page


@pytest.mark.parametrize(
    ("kind", "route", "status", "as_it_should"),
    [
        ("page", "desk/changes/<int:pk>/", 405, True),
        ("page", "desk/changes/", 405, False),
        ("page", "desk/evidence/<int:pk>/file/", 404, True),
        ("page", "desk/claims/<int:pk>/", 404, False),
        ("page", "admin/auth/group/add/", 403, True),
        ("page", "desk/mine/", 403, False),
        ("page", "desk/mine/", 500, False),
        ("page", "desk/mine/", 400, False),
        ("form", "denial, the newest", 404, False),
    ],
)
def test_the_desks_benchmark_passes_over_no_page_that_broke(
    kind: str, route: str, status: int, as_it_should: bool
) -> None:
    assert is_no_page(Visit(kind, route, "/"), HttpResponse(status=status)) is as_it_should


def test_the_desks_benchmark_passes_over_what_leads_elsewhere_but_not_to_the_login() -> None:
    visits = Visit("form", "denial, the newest", "/"), Visit("list", "denial", "/")
    assert [is_no_page(visit, HttpResponseRedirect("/desk/")) for visit in visits] == [True, False]
    assert not is_no_page(visits[0], HttpResponseRedirect("/admin/login/?next=/desk/"))


def test_a_benchmarks_words_end_with_its_errors_and_the_log_stands_beside_them(tmp_path: Path) -> None:
    code = """
import sys
print("a page")
for line in ('{"event": "request_finished"}', "Traceback"):
    print(line, file=sys.stderr, flush=True)
raise SystemExit("over the bar")
"""
    assert keep([sys.executable, "-c", code], tmp_path / "desk.txt", env=os.environ) == 1
    assert (tmp_path / "desk.txt").read_text() == "a page\nTraceback\nover the bar\n"
    assert (tmp_path / "desk.log").read_text() == '{"event": "request_finished"}\n'
