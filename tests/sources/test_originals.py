"""The five real articles, when they are beside the checkout. Facts about them stand in their annotations, not
here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sources.articles import read_article

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
ORIGINALS = sorted(SEEDS.glob("0*.txt"))

needs_originals = pytest.mark.skipif(
    not ORIGINALS, reason="../shared/seeds is not here: the five articles cannot be read"
)


@needs_originals
@pytest.mark.parametrize("path", ORIGINALS, ids=lambda path: path.stem[:3])
def test_an_original_is_read_as_its_annotation_says(path: Path) -> None:
    annotation: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    data = path.read_bytes()
    article = read_article(data, path.name)
    assert article.body == data.decode()
    assert article.raw is None
    assert article.language == annotation["language"]
    assert (article.title if article.title_span else None) == annotation["title"]
    assert article.title
    assert (article.published.earliest, article.published.latest, article.published.basis) == (
        None,
        None,
        "unknown",
    )
    marked = [(piece.start, piece.end, piece.kind) for piece in article.furniture]
    assert marked == [(*piece["span"], piece["kind"]) for piece in annotation["boilerplate"]]


@needs_originals
@pytest.mark.parametrize("path", ORIGINALS, ids=lambda path: path.stem[:3])
def test_no_statement_of_an_original_stands_in_its_furniture(path: Path) -> None:
    annotation = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    article = read_article(path.read_bytes(), path.name)
    spans = [span for statement in annotation["statements"] for span in statement["content_spans"]]
    assert spans
    # An annotation may follow a statement into the title's repetition; it is never counted there.
    titles = ("kicker", "duplicate_title")
    for start, end in spans:
        assert not [
            piece
            for piece in article.furniture
            if piece.start < end and start < piece.end and piece.kind not in titles
        ]


def test_the_originals_are_five_or_absent() -> None:
    assert len(ORIGINALS) in (0, 5)
