"""R2, small: the long run is `python -m tests.reliability.edits`."""

from __future__ import annotations

from dataclasses import replace

from claims.models import Statement
from tests.reliability.edits import race, wrong


def test_of_edits_in_two_forms_at_once_none_is_lost_and_every_loser_sees_three_sides(live_site: str) -> None:
    sent, trouble = race(live_site, 4, 5)
    assert not trouble
    assert {each.status for each in sent} == {302, 409}
    # The harness notices an edit that is not there.
    statement = Statement.objects.latest("pk")
    done = next(number for number, each in enumerate(sent) if each.status == 302)
    sent[done] = replace(sent[done], mark="something else")
    assert wrong(statement, sent, 1)[0].startswith("lost")
