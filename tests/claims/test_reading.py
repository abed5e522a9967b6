"""Reading a source: suggestions once, proposals ever after, and nothing that an editor decided is touched."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import reading
from claims.errors import Refused
from claims.extraction import Finding, Mention, Via, extract
from claims.linking import accept, attach, attribute, edit_statement, reject
from claims.models import Reading, ReadingChange, SpeakerName, Statement
from claims.reading import (
    Text,
    leave_change,
    read_source,
    steps,
    store,
    store_all,
    take_change,
    texts,
    unread,
)
from claims.reading.hints import known_names
from claims.vocabulary import (
    Act,
    CarrierKind,
    Delivery,
    Hedge,
    NameKind,
    Review,
    Role,
    SpeakerKind,
    StatementOrigin,
)
from sources.models import Source
from tests.factories import (
    make_claim,
    make_outlet,
    make_source,
    make_speaker,
    make_statement,
    make_user,
    span_of,
)

pytestmark = pytest.mark.django_db

BODY = (
    "Ministro nega la vendita\n\n"
    "Il portavoce Marco Belli ha negato lunedì di aver venduto droni al Paese vicino.\n\n"
    "Due funzionari hanno detto a Radio Ponte che «i droni sono partiti», e Anna Verdi ha aggiunto che la fabbrica è chiusa.\n"
)


def found(
    words: str | Sequence[str],
    act: Act = Act.ASSERTS,
    cue: str = "",
    speaker: str = "",
    *,
    body: str = BODY,
    **fields: Any,
) -> Finding:
    """A finding of these words of the text."""

    def at(piece: str) -> tuple[int, int]:
        start = body.index(piece)
        return start, start + len(piece)

    pieces = [words] if isinstance(words, str) else words
    fields = {"rule": "test", "confidence": 0.8, **fields}
    return Finding(
        content=tuple(at(piece) for piece in pieces),
        cue=at(cue) if cue else None,
        speakers=(Mention(at(speaker), speaker),) if speaker else fields.pop("speakers", ()),
        act=act,
        **fields,
    )


DENIAL = found("di aver venduto droni al Paese vicino", Act.DENIES, "ha negato", "Marco Belli")
LEFT = found("i droni sono partiti", Act.ASSERTS, "hanno detto", "Due funzionari")
CLOSED = found("la fabbrica è chiusa", Act.ASSERTS, "ha aggiunto", "Anna Verdi")


def text_of(source: Source) -> Text:
    return next(texts(Source.objects.filter(pk=source.pk)))


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on a newer machine reads."""
    return lambda: monkeypatch.setattr(steps, "version", lambda _language: "9.newer")


@pytest.fixture
def editor() -> User:
    return make_user(Role.EDITOR)


def suggested(source: Source) -> list[str]:
    rows = Statement.objects.filter(source=source, review=Review.SUGGESTED).order_by("pk")
    return [statement.quote for statement in rows]


# --- The first reading


def test_what_is_found_becomes_a_suggestion_with_everything_an_editor_needs() -> None:
    source = make_source(
        BODY, published_earliest=date(2024, 3, 6), published_latest=date(2024, 3, 6), published_basis="stated"
    )
    at = BODY.index("lunedì")
    hands = BODY.index("Radio Ponte")
    rich = found(
        ["i droni", "sono partiti"],
        Act.CONFIRMS,
        "hanno detto",
        delivery=Delivery.DIRECT,
        hedge=Hedge.REPORTED,
        speakers=(
            Mention(
                (BODY.index("Due"), BODY.index(" hanno")), "Due funzionari", role="funzionari", unnamed=True
            ),
        ),
        carriers=(Via(CarrierKind.OUTLET, (hands, hands + 11), "Radio Ponte"),),
        when=(at, at + 6),
        also=(Act.ACCUSES,),
        about=(DENIAL.content[0],),
        flags=("unbalanced_quotes",),
        negated=True,
    )
    outlet = make_outlet("Radio Ponte")
    answer = store(text_of(source), [rich])
    assert (answer.outcome, answer.found, answer.suggested, answer.left_out) == ("read", 1, 1, 0)
    statement = Statement.objects.get(source=source)
    assert (statement.review, statement.origin) == (Review.SUGGESTED, StatementOrigin.EXTRACTION)
    assert (statement.act, statement.delivery, statement.hedge) == ("confirms", "direct", "reported")
    assert [span["exact"] for span in statement.spans] == ["i droni", "sono partiti"]
    assert statement.cue == statement.cue_span["exact"] == "hanno detto"
    assert (statement.rule, statement.confidence, statement.extractor_version) == (
        "test",
        0.8,
        answer.version,
    )
    assert (statement.said_earliest, statement.said_latest) == (date(2024, 3, 4), date(2024, 3, 4))
    assert (statement.said_basis, statement.said_as_written) == ("inferred", "lunedì")
    assert statement.reading == {
        "also": ["accuses"],
        "about": [list(DENIAL.content[0])],
        "flags": ["unbalanced_quotes"],
        "negated": True,
        "unnamed": [0],
    }
    (speaker,) = statement.speakers.all()
    assert (speaker.speaker, speaker.as_written, speaker.role_as_written) == (
        None,
        "Due funzionari",
        "funzionari",
    )
    assert speaker.span["exact"] == "Due funzionari"
    (carrier,) = statement.carriers.all()
    assert (carrier.kind, carrier.as_written, carrier.outlet) == ("outlet", "Radio Ponte", outlet)
    reading_row = Reading.objects.get(source=source)
    assert (reading_row.found, reading_row.stored, reading_row.extractor_version) == (1, 1, answer.version)


def test_without_a_date_of_publication_a_weekday_has_no_day_and_keeps_its_words() -> None:
    source = make_source(BODY)
    at = BODY.index("lunedì")
    store(text_of(source), [found("i droni sono partiti", when=(at, at + 6))])
    statement = Statement.objects.get(source=source)
    assert (statement.said_earliest, statement.said_basis, statement.said_as_written) == (
        None,
        "unknown",
        "lunedì",
    )


def test_a_statement_in_the_title_says_so() -> None:
    source = make_source(BODY, title_span=[0, 24])
    store(text_of(source), [found("la vendita", Act.DENIES, "nega", "Ministro"), DENIAL])
    rows = dict(Statement.objects.filter(source=source).values_list("cue", "in_title"))
    assert rows == {"nega": True, "ha negato": False}


def test_a_nested_statement_stands_inside_the_other() -> None:
    source = make_source(BODY)
    inner = found("i droni sono partiti", Act.ASSERTS, "hanno detto", "Due funzionari", parent=1)
    outer = found("Due funzionari hanno detto a Radio Ponte che «i droni sono partiti»")
    store(text_of(source), [inner, outer])
    inside = Statement.objects.get(source=source, cue="hanno detto").inside
    assert inside == Statement.objects.get(source=source, cue="")


def test_the_same_thing_found_by_two_rules_is_one_suggestion() -> None:
    source = make_source(BODY)
    twice = found("i droni sono partiti", Act.ASSERTS, "hanno detto", "Due funzionari", rule="another")
    assert store(text_of(source), [LEFT, twice]).suggested == 1


def test_a_text_keeps_so_many_suggestions_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.reading.suggestions.most_useful.__defaults__", (2,))
    source = make_source(BODY)
    weak = found("la fabbrica è chiusa", Act.ASSERTS, "ha aggiunto", "Anna Verdi", confidence=0.2)
    answer = store(text_of(source), [weak, LEFT, found("di aver venduto droni", Act.DENIES, confidence=0.1)])
    assert (answer.found, answer.suggested, answer.left_out) == (3, 2, 1)
    assert suggested(source) == ["i droni sono partiti", "di aver venduto droni"]


def test_a_reading_takes_the_same_number_of_queries_for_any_number_of_findings() -> None:
    def queries(findings: list[Finding]) -> int:
        text = text_of(make_source(BODY + str(len(findings))))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            store(text, findings)
        return len(seen)

    many = [
        found(BODY[start : start + 8], Act.ASSERTS, "ha aggiunto", "Anna Verdi", body=BODY)
        for start in range(30, 180, 3)
    ]
    assert queries([DENIAL]) == queries(many) <= 16


def test_many_texts_are_stored_in_the_queries_of_one_and_what_became_of_one_is_not_what_became_of_another() -> (
    None
):
    def stored(number: int) -> tuple[list[str], int]:
        sources = [make_source(BODY + str(number + each)) for each in range(number)]
        read = [(text_of(source), [DENIAL, LEFT]) for source in sources]
        if number > 1:
            # One was replaced meanwhile, and an editor brought the words of another.
            Source.objects.filter(pk=sources[0].pk).delete()
            make_statement(sources[1], "di aver venduto droni al Paese vicino", act="denies")
        with CaptureQueriesContext(connection) as seen:
            answers = store_all(read)
        assert [answer.source for answer in answers] == [source.pk for source in sources]
        return [f"{answer.outcome} {answer.suggested}" for answer in answers], len(seen)

    one, few = stored(1)
    several, as_many = stored(6)
    assert one == ["read 2"] and several == ["gone 0", "read 1", *["read 2"] * 4]
    assert as_many == few
    assert Reading.objects.count() == 6


def test_nothing_is_written_in_a_dry_run() -> None:
    source = make_source(BODY)
    assert store(text_of(source), [DENIAL], dry_run=True).suggested == 1
    assert not Statement.objects.filter(source=source).exists() and not Reading.objects.exists()


def test_a_text_that_was_replaced_meanwhile_gets_nothing() -> None:
    source = make_source(BODY)
    text = text_of(source)
    Source.objects.filter(pk=source.pk).delete()
    assert store(text, [DENIAL]).outcome == "gone"
    assert not Statement.objects.exists()


def test_who_may_triage_may_have_a_text_read_and_nobody_else(editor: User) -> None:
    source = make_source(BODY)
    for nobody in (make_user(Role.VIEWER), make_user()):
        with pytest.raises(PermissionDenied):
            read_source(source, by=nobody)
    assert not Reading.objects.exists()
    assert read_source(source, by=editor).outcome == "read"
    event = Statement.objects.filter(source=source).first().events.get()
    assert (event.pgh_context.metadata["user"], event.pgh_context.metadata["verb"]) == (
        editor.pk,
        "read_source",
    )


def test_the_machine_itself_reads_an_article_and_nothing_in_its_furniture() -> None:
    body = (
        "Vendita di droni\n\n"
        "Il ministero ha negato di aver venduto droni al Paese vicino.\n\n"
        "READ  Il ministro ha detto che i cuscini sono belli\n\n"
        "Il ministro Marco Belli ha detto che la fabbrica è chiusa.\n"
    )
    start = body.index("READ")
    furniture = {"start": start, "end": body.index("\n", start), "kind": "ad"}
    source = make_source(body, furniture=[furniture])
    assert read_source(source).suggested >= 2
    rows = Statement.objects.filter(source=source)
    assert {"denies", "asserts"} <= set(rows.values_list("act", flat=True))
    assert not [row for row in rows if row.start < furniture["end"] and row.end > furniture["start"]]


# --- Who is meant


@pytest.mark.parametrize(
    ("written", "role"),
    [
        ("Marco Belli", ""),
        ("il portavoce del governo Marco Belli", ""),
        ("Marco Belli, portavoce del governo", ""),
        ("il portavoce Marco Belli", "il portavoce"),
        ("Bellì", ""),
        ("Il Belli", ""),
    ],
)
def test_an_exact_name_of_one_speaker_fills_in_who_is_meant(written: str, role: str) -> None:
    known = make_speaker("Marco Belli")
    SpeakerName.objects.create(speaker=known, name="Belli", kind=NameKind.GARBLED)
    source = make_source(BODY)
    who = (Mention(DENIAL.content[0], written, role=role),)
    store(text_of(source), [found("i droni sono partiti", speakers=who)])
    assert Statement.objects.get(source=source).speakers.get().speaker == known


@pytest.mark.parametrize(
    "written",
    ["il portavoce di Marco Belli", "Mario Belli", "il portavoce", "Belli Marco", "il ministro del governo"],
)
def test_likenesses_bosses_and_roles_are_left_to_the_editor(written: str) -> None:
    known = make_speaker("Marco Belli")
    SpeakerName.objects.create(speaker=known, name="il portavoce", kind=NameKind.ROLE)
    make_speaker("Ministro del Governo", kind=SpeakerKind.GROUP, merged_into=None)
    make_speaker("ministro del governo", kind=SpeakerKind.GROUP)
    source = make_source(BODY)
    store(text_of(source), [found("i droni sono partiti", speakers=(Mention(None, written, inferred=True),))])
    row = Statement.objects.get(source=source).speakers.get()
    assert row.speaker is None and row.as_written == written


def test_unnamed_speakers_are_never_those_of_another_article() -> None:
    other = make_source(BODY + "other")
    make_speaker("Due funzionari", kind=SpeakerKind.ANONYMOUS, only_in=other)
    source = make_source(BODY)
    store(text_of(source), [LEFT])
    assert Statement.objects.get(source=source).speakers.get().speaker is None


def test_a_merged_speaker_leads_to_the_one_that_is_left() -> None:
    kept = make_speaker("Anna Verdi Rossi")
    make_speaker("Anna Verdi", merged_into=kept)
    source = make_source(BODY)
    store(text_of(source), [CLOSED])
    assert Statement.objects.get(source=source).speakers.get().speaker == kept


def test_the_machine_is_told_each_name_that_is_one_speakers() -> None:
    anna = make_speaker("Anna Verdi")
    SpeakerName.objects.create(speaker=anna, name="Verdi", kind=NameKind.OFFICIAL)
    make_speaker("Verdi", kind=SpeakerKind.GROUP)
    make_speaker("Fonti", kind=SpeakerKind.ANONYMOUS, only_in=make_source())
    text = "Anna Verdi ha detto che piove. Verdi ha detto che nevica. Fonti hanno detto che grandina."
    names = {who.text: who.name for each in extract(text, "it", known_names()) for who in each.speakers}
    assert names["Anna Verdi"] == anna.slug and not names["Verdi"] and not names["Fonti"]


def test_the_machine_is_told_a_bounded_number_of_names_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("claims.reading.hints.MOST_NAMES", 3)
    old, *newer = (make_speaker(name) for name in ("Anna Verdi", "Marco Belli", "Ugo Neri", "Ada Rossi"))
    SpeakerName.objects.create(speaker=old, name="Verdi", kind=NameKind.OFFICIAL)
    text = " ".join(f"{who.name} ha detto che piove." for who in (old, *newer))
    names = [who.name for each in extract(text, "it", known_names()) for who in each.speakers]
    assert names == ["", *(who.slug for who in newer)]


# --- Reading again


def test_reading_again_adds_nothing() -> None:
    source = make_source(BODY)
    store(text_of(source), [DENIAL, LEFT])
    answer = store(text_of(source), [DENIAL, LEFT])
    assert (answer.outcome, answer.suggested, answer.add, answer.change, answer.drop) == (
        "compared",
        0,
        0,
        0,
        0,
    )
    assert Statement.objects.filter(source=source).count() == 2
    assert (Reading.objects.count(), ReadingChange.objects.count()) == (1, 0)


def test_words_that_a_record_or_an_editor_brought_are_not_suggested() -> None:
    source = make_source(BODY)
    make_statement(
        source, "aver venduto droni al Paese vicino", act="denies", review=Review.SUGGESTED, origin="import"
    )
    make_statement(source, "i droni sono partiti", act="announces")
    reject(make_statement(source, "la fabbrica è chiusa", act="asserts"), by=make_user(Role.EDITOR))
    answer = store(text_of(source), [DENIAL, LEFT, CLOSED])
    assert (answer.found, answer.suggested) == (3, 0)


def test_words_of_the_same_verb_cut_more_widely_are_not_suggested_and_its_other_words_are() -> None:
    source = make_source(BODY)
    cue = span_of(source.body, "ha negato")
    make_statement(source, "droni", act="denies", cue="ha negato", cue_span=cue)
    verb_alone = found("ha negato", Act.DENIES, "ha negato", "Marco Belli")
    other_words = found("al Paese vicino", Act.DENIES, "ha negato", "Marco Belli")
    other_act = found("aver venduto droni", Act.ASSERTS, "ha negato", "Marco Belli")
    answer = store(text_of(source), [DENIAL, verb_alone, other_words, other_act])
    assert (answer.found, answer.suggested) == (4, 2)
    assert suggested(source) == ["al Paese vicino", "aver venduto droni"]
    # Whoever discards one cut has not decided about a better one.
    source = make_source(BODY + "2")
    cue = span_of(source.body, "ha negato")
    cut = make_statement(source, "droni", act="denies", cue="ha negato", cue_span=cue, review="suggested")
    reject(cut, by=make_user(Role.EDITOR))
    assert store(text_of(source), [DENIAL]).suggested == 1


def test_the_same_words_with_another_stance_are_news() -> None:
    source = make_source(BODY)
    make_statement(source, "di aver venduto droni al Paese vicino", act="asserts")
    assert store(text_of(source), [DENIAL]).suggested == 1


def test_what_was_discarded_with_a_summary_does_not_hide_other_words_at_its_place() -> None:
    source = make_source(BODY, body_kind="digest", original_sha256="")
    statement = make_statement(source, "di aver venduto droni al Paese vicino", review=Review.SUGGESTED)
    reject(statement, by=make_user(Role.EDITOR))
    other = BODY.replace("droni", "razzi")
    text = text_of(source)
    gone = Text(text.pk, other, text.language, text.sha256)
    assert [len(steps._stored({text.pk: each})[text.pk]) for each in (gone, text)] == [0, 1]


# --- A newer machine


def changes_of(source: Source) -> list[tuple[str, str, str]]:
    return [
        (change.kind, change.statement.quote if change.statement else "", change.finding.get("exact", ""))
        for change in ReadingChange.objects.filter(reading__source=source).order_by("kind")
    ]


LONGER = found("che «i droni sono partiti»", Act.ASSERTS, "hanno detto", "Due funzionari")


def test_a_newer_machine_only_says_what_it_would_add_change_and_drop(newer: Callable[[], None]) -> None:
    source = make_source(BODY)
    store(text_of(source), [LEFT, CLOSED])
    newer()
    answer = store(text_of(source), [DENIAL, LONGER])
    assert (answer.outcome, answer.add, answer.change, answer.drop) == ("compared", 1, 1, 1)
    assert suggested(source) == ["i droni sono partiti", "la fabbrica è chiusa"]
    assert changes_of(source) == [
        ("add", "", "di aver venduto droni al Paese vicino"),
        ("change", "i droni sono partiti", "che «i droni sono partiti»"),
        ("drop", "la fabbrica è chiusa", ""),
    ]


def test_a_changed_act_or_speaker_is_a_change(newer: Callable[[], None]) -> None:
    source = make_source(BODY)
    store(text_of(source), [LEFT, CLOSED])
    newer()
    warned = found("i droni sono partiti", Act.WARNS, "hanno detto", "Due funzionari")
    by_radio = found("la fabbrica è chiusa", Act.ASSERTS, "ha aggiunto", "Radio Ponte")
    assert store(text_of(source), [warned, by_radio]).change == 2


def test_what_an_editor_touched_is_out_of_reach_of_a_newer_machine(
    newer: Callable[[], None], editor: User
) -> None:
    source = make_source(BODY)
    store(text_of(source), [DENIAL, LEFT, CLOSED, found("al Paese vicino")])
    denial, left, closed, near = Statement.objects.filter(source=source).order_by("pk")
    accept(denial, by=editor)
    attribute(left, make_speaker(), by=editor)
    edit_statement(closed, {"hedge": "uncertain"}, by=editor)
    attach(near, make_claim(), by=editor)
    newer()
    answer = store(text_of(source), [LONGER, found("Paese vicino")])
    assert (answer.add, answer.change, answer.drop) == (0, 0, 0)


def test_the_newest_machine_speaks_alone(newer: Callable[[], None]) -> None:
    source = make_source(BODY)
    store(text_of(source), [LEFT])
    store(text_of(source), [LEFT, CLOSED])
    newer()
    store(text_of(source), [LEFT, DENIAL])
    store(text_of(source), [LEFT, DENIAL])
    assert changes_of(source) == [("add", "", "di aver venduto droni al Paese vicino")]


def test_an_editor_takes_over_what_a_newer_machine_proposes(newer: Callable[[], None], editor: User) -> None:
    source = make_source(BODY)
    belli = make_speaker("Marco Belli")
    store(text_of(source), [LEFT, CLOSED])
    newer()
    store(text_of(source), [DENIAL, LONGER])
    for change in ReadingChange.objects.all():
        take_change(change, by=editor)
    assert suggested(source) == ["che «i droni sono partiti»", "di aver venduto droni al Paese vicino"]
    added, changed = Statement.objects.filter(extractor_version="9.newer").order_by("act", "-pk")
    added, changed = sorted((added, changed), key=lambda each: each.act, reverse=True)
    assert added.speakers.get().speaker == belli and changed.speakers.get().as_written == "Due funzionari"
    dropped = Statement.objects.get(review=Review.REJECTED)
    assert (dropped.quote, dropped.reviewed_by) == ("la fabbrica è chiusa", editor)
    assert "9.newer" in dropped.review_reason
    assert set(ReadingChange.objects.values_list("taken", "decided_by")) == {(True, editor.pk)}
    assert dropped.events.latest("pgh_id").pgh_context.metadata["verb"] == "take_change"
    assert store(text_of(source), [DENIAL, LONGER]).add == 0


def test_an_added_statement_stands_inside_the_one_around_it(newer: Callable[[], None], editor: User) -> None:
    source = make_source(BODY)
    outer = found("Due funzionari hanno detto a Radio Ponte che «i droni sono partiti»")
    store(text_of(source), [outer])
    newer()
    inner = found("i droni", Act.ASSERTS, "hanno detto", "Due funzionari", parent=0)
    store(text_of(source), [outer, inner])
    added = take_change(ReadingChange.objects.get(), by=editor)
    assert added.inside == Statement.objects.get(cue="") and added.version == 1


def test_a_newer_cut_of_the_same_verb_is_one_change(newer: Callable[[], None]) -> None:
    source = make_source(BODY)
    short = found("droni", Act.DENIES, "ha negato", "Marco Belli")
    store(text_of(source), [short])
    newer()
    store(text_of(source), [DENIAL])
    assert changes_of(source) == [("change", "droni", "di aver venduto droni al Paese vicino")]


def test_what_an_editor_leaves_is_not_proposed_again(newer: Callable[[], None], editor: User) -> None:
    source = make_source(BODY)
    store(text_of(source), [LEFT, CLOSED])
    newer()
    store(text_of(source), [DENIAL, LONGER])
    for change in ReadingChange.objects.all():
        leave_change(change, by=editor)
    answer = store(text_of(source), [DENIAL, LONGER])
    assert (answer.add, answer.change, answer.drop) == (0, 0, 0)
    assert suggested(source) == ["i droni sono partiti", "la fabbrica è chiusa"]


def test_a_change_is_decided_once_and_only_by_who_may_triage(newer: Callable[[], None], editor: User) -> None:
    source = make_source(BODY)
    store(text_of(source), [LEFT])
    newer()
    store(text_of(source), [LEFT, DENIAL])
    change = ReadingChange.objects.get()
    with pytest.raises(PermissionDenied):
        take_change(change, by=make_user(Role.VIEWER))
    with pytest.raises(PermissionDenied):
        leave_change(change, by=make_user())
    assert suggested(source) == ["i droni sono partiti"]
    leave_change(change, by=editor)
    for act in (take_change, leave_change):
        with pytest.raises(Refused) as refused:
            act(change, by=editor)
        assert refused.value.code == "decided"


@pytest.mark.parametrize("words", [[], [LONGER]], ids=["drop", "change"])
def test_a_suggestion_that_an_editor_touched_meanwhile_stays(
    words: list[Finding], newer: Callable[[], None], editor: User
) -> None:
    source = make_source(BODY)
    store(text_of(source), [LEFT])
    newer()
    store(text_of(source), words)
    accept(Statement.objects.get(), by=editor)
    with pytest.raises(Refused) as refused:
        take_change(ReadingChange.objects.get(), by=editor)
    assert refused.value.code == "touched"
    assert Statement.objects.get().review == Review.ACCEPTED
    assert ReadingChange.objects.get().decided_at is None


def test_a_proposed_change_is_plain_json(newer: Callable[[], None]) -> None:
    source = make_source(BODY)
    store(text_of(source), [LEFT])
    newer()
    store(text_of(source), [LEFT, DENIAL])
    finding = ReadingChange.objects.get().finding
    assert json.loads(json.dumps(finding)) == finding
    assert finding["speakers"][0]["as_written"] == "Marco Belli"


# --- Which sources


def test_unread_sources_are_those_the_present_machine_has_not_read(newer: Callable[[], None]) -> None:
    one, other = make_source(BODY), make_source(BODY + "2", language="en")
    digest = make_source(BODY + "3", body_kind="digest")
    assert list(unread()) == [one, other]
    assert list(unread(language="en")) == [other]
    read_source(one)
    assert list(unread()) == [other]
    assert read_source(digest).outcome == "read"


def test_the_front_door_is_what_it_says() -> None:
    assert all(hasattr(reading, name) for name in reading.__all__)
