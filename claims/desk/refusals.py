"""One sentence for what the database will not do. Its rules name themselves with a code in brackets."""

from __future__ import annotations

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The codes of sources/triggers.py and of the models' own triggers, and the constraints that a form can run into.
SENTENCES: dict[str, Promise] = {
    "move": gettext_lazy("This step is not possible from where it stands now."),
    "span": gettext_lazy("The quotation is not at its place in the article."),
    "grounds": gettext_lazy("The grounds for this assessment are missing."),
    "body": gettext_lazy("The text of a stored article never changes."),
    "keep": gettext_lazy("A decision is never edited: decide anew."),
    "delete": gettext_lazy("Readers have seen it: it can be withdrawn or discarded, not deleted."),
    "truncate": gettext_lazy("This cannot be erased."),
    "claims_claim_has_words": gettext_lazy("A claim is worded in at least one language."),
    "claims_position_once_per_statement_and_claim": gettext_lazy(
        "The statement is linked to this claim already."
    ),
    "claims_statementspeaker_once_each": gettext_lazy("The same person or body is named twice."),
    "claims_evidence_is_one_thing": gettext_lazy(
        "Evidence is exactly one thing: a statement, a passage, a link or a file."
    ),
    "claims_speaker_anonymous_stays_with_its_source": gettext_lazy(
        "An unnamed speaker belongs to one article and has no Wikidata id; a named one belongs to none."
    ),
}


def told(error: Exception) -> str:
    """The sentence for people. Never the database's own text, which may quote what nobody should read."""
    message = str(error)
    code = re.match(r"\[(\w+)\]", message)
    if code and code[1] in SENTENCES:
        return str(SENTENCES[code[1]])
    constraint: Any = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if constraint in SENTENCES:
        return str(SENTENCES[constraint])
    if getattr(error, "protected_objects", None) or getattr(error, "restricted_objects", None):
        return _("Other things rest on it; it cannot be deleted.")
    return _("The database refused this because it would contradict what is stored.")
