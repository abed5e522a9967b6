from __future__ import annotations

import pgtrigger
from django.utils.translation import gettext_lazy as _

from sources.models import Source
from sources.triggers import misplaced

# When a digest gives way to its original, whatever is still believed of the text moves with it, in the same transaction. What
# editors discarded, and what they never accepted of the old text, keeps its old place only as discarded.
WORDS_MOVE_WITH_THE_BODY = pgtrigger.Trigger(
    name="words_move_with_the_body",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("body"),
    condition=pgtrigger.Condition("OLD.body_kind <> NEW.body_kind"),
    timing=pgtrigger.Deferred,
    declare=[("body_text", "text"), ("lost", "bigint")],
    func=f"""
        SELECT s.body || '' INTO body_text FROM sources_source s WHERE s.id = NEW.id;
        SELECT t.id INTO lost FROM claims_statement t
        WHERE t.source_id = NEW.id AND t.review <> 'rejected' AND (
            EXISTS (SELECT 1 FROM jsonb_array_elements(t.spans) place(span) WHERE {misplaced("place.span", "body_text")})
            OR (t.cue_span IS NOT NULL AND {misplaced("t.cue_span", "body_text")})
            OR EXISTS (SELECT 1 FROM claims_statementspeaker w WHERE w.statement_id = t.id AND w.span IS NOT NULL
                       AND {misplaced("w.span", "body_text")})
            OR EXISTS (SELECT 1 FROM claims_carrier c WHERE c.statement_id = t.id AND c.span IS NOT NULL
                       AND {misplaced("c.span", "body_text")})
        ) LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION '[span] statement % is not at its place in the new text of source %', lost, NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        SELECT e.id INTO lost FROM claims_evidence e
        WHERE e.source_id = NEW.id AND e.span IS NOT NULL AND {misplaced("e.span", "body_text")} LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION '[span] evidence % is not at its place in the new text of source %', lost, NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)

# As for claims: readers of a page that was there are told why it is gone.
WITHDRAWN_WITH_A_REASON = pgtrigger.Trigger(
    name="withdrawn_with_a_reason",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("publication"),
    condition=pgtrigger.Condition("NEW.publication = 'withdrawn' AND OLD.publication <> 'withdrawn'"),
    timing=pgtrigger.Deferred,
    func="""
        IF NOT EXISTS (SELECT 1 FROM claims_withdrawal w WHERE w.source_id = NEW.id AND w.reopened_at IS NULL)
           AND EXISTS (SELECT 1 FROM sources_source s WHERE s.id = NEW.id AND s.publication = 'withdrawn') THEN
            RAISE EXCEPTION '[withdrawal] source % cannot be withdrawn without a public reason', NEW.id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    """,
)


class AnchoredSource(Source):
    """What the newsroom asks of the archive's rows: the archive itself knows nothing of statements and withdrawals."""

    class Meta:
        proxy = True
        verbose_name = _("article or document")
        verbose_name_plural = _("articles")
        triggers = [WORDS_MOVE_WITH_THE_BODY, WITHDRAWN_WITH_A_REASON]
