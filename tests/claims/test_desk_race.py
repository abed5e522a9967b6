"""Many editors at once over HTTP: no edit is lost, and every loser is told (RELIABILITY R2, small)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.urls import reverse

from claims.models import Topic
from tests.claims.desk_data import make_account, make_newsroom, signed_in
from tests.claims.desk_forms import fields_of
from tests.databases import Clone

EDITORS, EDITS = 4, 8


def test_of_many_concurrent_edits_none_is_lost_and_every_loser_gets_the_conflict_page(
    clone_db: Clone,
) -> None:
    topic = make_newsroom().topic
    clients = [signed_in(make_account(f"editor-{number}", "editor")) for number in range(EDITORS)]
    page = reverse("admin:claims_topic_change", args=[topic.pk])

    def edit(number: int) -> list[int]:
        """Each edit adds one letter to what the form showed; a loser opens the form again and goes on."""
        answers = []
        try:
            while answers.count(302) < EDITS:
                data = fields_of(clients[number].get(page).content.decode())
                answers.append(
                    clients[number].post(page, {**data, "name_en": data["name_en"] + "x"}).status_code
                )
        finally:
            connections.close_all()
        return answers

    with ThreadPoolExecutor(EDITORS) as pool:
        answers = [answer for done in pool.map(edit, range(EDITORS)) for answer in done]
    topic = Topic.objects.get(pk=topic.pk)
    assert set(answers) <= {302, 409}
    assert topic.name_en == "Drones" + "x" * (EDITORS * EDITS)
    assert topic.version == EDITORS * EDITS + 1
    assert topic.events.filter(version__gt=1).count() == EDITORS * EDITS
