from __future__ import annotations

import pytest

from claims.extraction import extract
from claims.extraction.confidence import INFERRED, of
from tests.extraction import measure_confidence as measure


@pytest.mark.parametrize("language", measure.LANGUAGES)
def test_a_finding_is_as_confident_as_its_rule_was_right_on_our_own_texts(language: str) -> None:
    shares = measure.shares(language)
    known = {rule: of(rule, language, certain=True) for rule in shares}

    # The file is counted now and then, the rules change every day: it may be a little behind, not another machine's.
    behind = {rule: (known[rule], share) for rule, share in shares.items() if abs(known[rule] - share) > 0.15}
    assert behind == {}, "python -m tests.extraction.measure_confidence --write"


def test_a_speaker_who_had_to_be_worked_out_lowers_it() -> None:
    assert of("that", "it", certain=False) == pytest.approx(
        of("that", "it", certain=True) * INFERRED, abs=0.01
    )


def test_it_comes_with_every_finding() -> None:
    [finding] = extract("Il ministro Aldo Ferri ha detto che i droni non sono partiti.", "it")

    assert finding.confidence == of(finding.rule, "it", certain=True)
    assert 0.5 < finding.confidence < 1
