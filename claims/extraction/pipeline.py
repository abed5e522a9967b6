"""The pipeline: spaCy cuts words, our components find who says what. The only place that names spaCy.

`extract` is the way in. Components are registered as `ct_…`; each reads what the ones before it left in the document.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any

from claims.extraction.findings import Finding, KnownName, Span
from claims.extraction.mentions import Known

# A run of marks without a blank is cut mark by mark, each time looking at the whole run: a minute for 30,000 of them.
_ENDLESS = re.compile(r"\S{500,}")
# A pipeline remembers every word it ever met, half a kilobyte each: after so many a new one takes its place, so that memory stays flat.
MOST_WORDS = 200_000


@functools.cache
def load(language: str) -> Any:
    """The spaCy pipeline of a language: made once a process, imported only here, so that a web process never pays for it."""
    from claims.extraction import components

    return components.build(language)


def extract(
    text: str, language: str, names: Sequence[KnownName] | Known = (), skip: Iterable[Span] = ()
) -> list[Finding]:
    """Who says what in `text` ("it" or "en"), in the order of the text. All spans are half-open characters of `text`.

    `names`: names that the caller knows; a Known made once saves sorting them anew for every text. `skip`: page furniture;
    nothing is found inside it. Raises ValueError for another language; never for any text.
    """
    from claims.extraction import components

    # No word is that long: it is put out of sight, its length kept.
    text = _ENDLESS.sub(lambda run: "x" * len(run[0]), text)
    if len(load(language).vocab.strings) > MOST_WORDS:
        load.cache_clear()
    return components.run(load(language), text, names, tuple(skip))
