"""Articles: added by hand or from files, read with what is cited marked, published by a senior editor."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sources.models import ImportItem, ImportRun, Source
from tests.claims.desk_data import Newsroom, make_account, make_newsroom, signed_in

pytestmark = pytest.mark.django_db

ADD = "/admin/sources/source/add-articles/"
TEXT = "Ministers meet again\n\nMinisters from both countries met for the second time this year, the agency reported.\n"


@pytest.fixture
def editor() -> Client:
    return signed_in(make_account("editor", "editor"))


@pytest.fixture
def room() -> Newsroom:
    return make_newsroom()


def file(name: str, data: bytes | str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)


def test_a_pasted_text_becomes_a_draft_with_its_address_outlet_and_date(editor: Client) -> None:
    answer = editor.post(
        ADD,
        {"text": TEXT, "url": "https://example.org/a", "outlet": "Example News", "published": "2022-12-10"},
    )
    (line,) = answer.context["report"]
    source = Source.objects.get(pk=line.source)
    assert (source.publication, source.title, source.url) == (
        "draft",
        "Ministers meet again",
        "https://example.org/a",
    )
    assert source.outlet is not None
    assert source.outlet.name == "Example News"
    assert str(source.published_earliest) == "2022-12-10"
    assert reverse("admin:sources_source_change", args=[source.pk]) in answer.content.decode()


def test_each_of_several_files_and_of_a_zip_is_reported(editor: Client) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.txt", TEXT.replace("second", "third"))
        archive.writestr("picture.png", b"\x89PNG")
    files = [
        file("good.txt", TEXT),
        file("empty.txt", ""),
        file("broken.txt", b"\xff\xfe\xfa broken"),
        file("pack.zip", packed.getvalue()),
    ]
    answer = editor.post(ADD, {"files": files})
    outcomes = {line.name: line.outcome for line in answer.context["report"]}
    assert outcomes == {
        "good.txt": "created",
        "empty.txt": "failed",
        "broken.txt": "failed",
        "pack.zip/inside.txt": "created",
        "pack.zip/picture.png": "skipped",
    }
    run = ImportRun.objects.get()
    assert (run.created, run.failed, run.skipped) == (2, 2, 1)
    assert run.finished_at is not None
    page = editor.get(reverse("admin:sources_importrun_change", args=[run.pk])).content.decode()
    for name in outcomes:
        assert name in page


def test_a_refused_text_stays_in_the_form(editor: Client) -> None:
    answer = editor.post(ADD, {"text": TEXT, "published": "the day before"})
    assert "Ministers meet again" in answer.content.decode()
    assert not Source.objects.exists()
    assert ImportItem.objects.get().outcome == "failed"


def test_nothing_handed_in_is_said(editor: Client) -> None:
    assert "Paste a text or choose at least one file." in editor.post(ADD, {"text": "  "}).content.decode()
    assert not ImportRun.objects.exists()


def test_a_damaged_zip_breaks_nothing(editor: Client) -> None:
    (line,) = editor.post(ADD, {"files": [file("bad.zip", b"PK\x03\x04 not a zip")]}).context["report"]
    assert line.outcome == "failed"


def test_the_same_text_twice_is_there_once(editor: Client) -> None:
    for outcome in ("created", "matched"):
        (line,) = editor.post(ADD, {"text": TEXT}).context["report"]
        assert line.outcome == outcome
    assert Source.objects.count() == 1


def test_the_text_shows_statements_marked_and_furniture_dimmed_and_cannot_be_changed(
    editor: Client, room: Newsroom
) -> None:
    page = editor.get(reverse("admin:sources_source_change", args=[room.source.pk])).content.decode()
    assert "<mark>no drones were sent to anybody</mark>" in page
    assert '<span class="furniture">READ Ten best pillows</span>' in page
    assert 'name="body"' not in page


def test_a_senior_editor_publishes_and_chooses_what_readers_see(editor: Client, room: Newsroom) -> None:
    page = reverse("admin:sources_source_act", args=[room.source.pk, "publish"])
    data = {f"version_{room.source.pk}": room.source.version, "shown": "whole"}
    assert editor.post(page, data).status_code == 403
    chief = signed_in(make_account("chief", "senior editor"))
    assert chief.get(page).status_code == 200
    assert chief.post(page, {**data, "shown": ""}).status_code == 200
    assert chief.post(page, data).status_code == 302
    room.source.refresh_from_db()
    assert (room.source.publication, room.source.shown) == ("published", "whole")


def test_an_article_changed_meanwhile_is_not_published(room: Newsroom) -> None:
    chief = signed_in(make_account("chief", "senior editor"))
    data = {f"version_{room.source.pk}": room.source.version, "shown": "whole"}
    Source.objects.filter(pk=room.source.pk).update(title="Another title")
    assert (
        chief.post(reverse("admin:sources_source_act", args=[room.source.pk, "publish"]), data).status_code
        == 409
    )
    room.source.refresh_from_db()
    assert room.source.publication == "draft"
