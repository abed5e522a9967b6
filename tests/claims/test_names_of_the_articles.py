"""The names in the five articles, garbled ones too, in a newsroom that has never seen them misspelled.

The annotations stay outside the repository (../shared/seeds); without them the test is skipped and says so.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from claims.linking import DOUBT_LINE, suggest_all
from claims.models import Speaker, SpeakerName
from sources.models import Source
from sources.names import fold

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
ANNOTATED = Path(__file__).resolve().parents[3] / "shared" / "seeds"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not ANNOTATED.is_dir(), reason="../shared/seeds is not here: no names to look up"),
]


def party(speaker: Speaker) -> int:
    return party(speaker.speaks_for) if speaker.speaks_for else speaker.pk


def test_the_names_of_the_five_articles_lead_to_who_is_meant_and_never_surely_to_somebody_else() -> None:
    call_command("import_articles", str(SEEDS / "digests"), stdout=io.StringIO())
    files = [str(SEEDS / "records" / f"{noun}.jsonl") for noun in ("outlets", "sources", "speakers")]
    call_command("import_records", *files, stdout=io.StringIO())
    SpeakerName.objects.filter(kind="garbled").delete()
    by_name = {fold(name.name): name.speaker for name in SpeakerName.objects.select_related("speaker")}
    by_name |= {fold(speaker.name): speaker for speaker in Speaker.objects.all()}
    asked = right = 0
    astray = []
    for path in sorted(ANNOTATED.glob("0*.json")):
        article = json.loads(path.read_text(encoding="utf-8"))
        source = Source.objects.get(key=article["doc"])
        forms = [
            (form, by_name[fold(each["name"])])
            for each in article["speakers"]
            if fold(each["name"]) in by_name and "anonymous" not in each["kind"]
            for form in [*each["surface_forms"], *each["garbled_forms"]]
        ]
        offered = suggest_all([(form, "") for form, _meant in forms], source, article["language"])
        for (form, meant), found in zip(forms, offered, strict=True):
            asked += 1
            right += bool(found) and found[0].speaker == meant
            if found and found[0].score >= DOUBT_LINE and party(found[0].speaker) != party(meant):
                astray.append((form, meant, found[0]))
    assert astray == []
    # What is left is no name: "the report", "il leader cinese", "Paese aggressore".
    assert asked >= 90
    assert right / asked >= 0.85, (right, asked)
