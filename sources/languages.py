"""Which of our two languages a text is in. Pure: no Django, no database."""

from __future__ import annotations

import functools
import re
from typing import Any

LANGUAGES = ("it", "en")

# Enough to tell; reading more only costs time.
_SAMPLE = 2_000
_WORD = re.compile(r"[a-zà-ü]+")
# Frequent words that the other language does not have. They settle nearly every article without loading the
# model (0.5 s, 100 MB).
_FUNCTION_WORDS = {
    "it": frozenset(
        """il lo gli di del della dei delle dello degli che è e un una uno per con non si nel nella alla al ai alle
        dal dalla sono ha hanno anche come più ma questo questa suo sua loro
        dopo ancora essere stato sul sulla""".split()  # noqa: SIM905
    ),
    "en": frozenset(
        """the of and to that was for with is are were has have had by from this which its their will would been
        not but they it's he she his her on at an as be who after also said""".split()  # noqa: SIM905
    ),
}


def stated_language(name: str | None) -> str | None:
    """`it` or `en` from what a file states ("it-IT", "en_US", "Italian"), None for anything else."""
    code = (name or "").strip().lower().replace("_", "-").split("-")[0]
    return {"italian": "it", "italiano": "it", "english": "en", "inglese": "en"}.get(
        code, code if code in LANGUAGES else None
    )


def language_of(text: str) -> str:
    """`it` or `en`, whichever the text is nearer to."""
    # The beginning may be a menu or a quotation in another language: half of the sample is from the middle.
    middle = len(text) // 2
    sample = (
        text[:_SAMPLE]
        if len(text) <= _SAMPLE
        else text[: _SAMPLE // 2] + " " + text[middle : middle + _SAMPLE // 2]
    )
    words = _WORD.findall(sample.lower())
    votes = {code: sum(map(known.__contains__, words)) for code, known in _FUNCTION_WORDS.items()}
    (first, most), (_, least) = sorted(votes.items(), key=lambda vote: -vote[1])
    if most >= 8 and most >= 4 * least:
        return first
    return str(_identifier().classify(sample)[0])


@functools.cache
def _identifier() -> Any:
    """py3langid limited to our languages, loaded at the first doubtful text."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
