"""The pages of triage: every act is a plain form, refused acts come back as they were sent, the queue shows what matters first."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import linking, signatures
from claims.desk import waiting
from claims.desk.analysing import analyse_new
from claims.desk.lighting import LONGEST, Light, lit, window
from claims.models import (
    Claim,
    Position,
    PossibleTurn,
    Speaker,
    SpeakerName,
    Statement,
    StatementSpeaker,
    TriageAct,
)
from claims.vocabulary import Role
from sources.models import Source
from tests.claims.desk_data import make_account, signed_in
from tests.claims.test_triage_acts import ADMISSION, BODY, DENIAL, TWO, suggest
from tests.factories import (
    make_claim,
    make_outlet,
    make_published_claim,
    make_source,
    make_speaker,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    return signed_in(make_account("editor", "editor"))


@pytest.fixture
def article() -> Source:
    return make_source(BODY, language="it", furniture=[{"start": 0, "end": 10, "kind": "menu"}])


@pytest.fixture
def denial(article: Source) -> Statement:
    return suggest(article, DENIAL, "Pesco", "denies")


@pytest.fixture
def admission(article: Source, denial: Statement) -> Statement:
    return suggest(article, ADMISSION, "il ministro", "admits")


def item(source: Source, statement: Statement | None = None, **asked: object) -> str:
    page = reverse("desk:triage_article", args=[source.pk])
    query = {"s": statement.pk, **asked} if statement else asked
    return page + "?" + "&".join(f"{name}={value}" for name, value in query.items())


def sent(statement: Statement, do: str = "accept", **fields: Any) -> tuple[str, dict[str, Any]]:
    statement.refresh_from_db()
    data = {"do": do, "version": statement.version, "stance": statement.act, **fields}
    return reverse("desk:triage_decide", args=[statement.pk]), data


def review_of(statement: Statement) -> str:
    return Statement.objects.values_list("review", flat=True).get(pk=statement.pk)


def main_of(answer: Any) -> str:
    return str(answer.content.decode().split("<main")[1])


# --- Who may


def every_post(denial: Statement) -> list[tuple[str, dict[str, Any]]]:
    done = linking.discard(suggest(denial.source, ADMISSION), by=make_user(Role.EDITOR))
    return [
        sent(denial),
        (reverse("desk:triage_close", args=[denial.source_id]), {"up_to": denial.pk}),
        (reverse("desk:triage_undo", args=[done.pk]), {}),
    ]


def test_strangers_sign_in_and_viewers_look_and_decide_nothing(client: Client, denial: Statement) -> None:
    viewer, nobody = signed_in(make_account("viewer", "viewer")), signed_in(make_account("nobody"))
    for page in (item(denial.source, denial), reverse("desk:triage")):
        assert client.get(page)["Location"].startswith(reverse("admin:login"))
        assert nobody.get(page).status_code == 403
        assert "<button" not in re.sub(
            r'<form class="t-filters".*?</form>', "", main_of(viewer.get(page)), flags=re.DOTALL
        )
    for page, data in every_post(denial):
        assert client.post(page, data)["Location"].startswith(reverse("admin:login"))
        assert viewer.post(page, data).status_code == nobody.post(page, data).status_code == 403
    assert review_of(denial) == "suggested"


def test_acts_are_posted_from_our_own_pages_only(denial: Statement) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(make_account("editor", "editor"), backend="django.contrib.auth.backends.ModelBackend")
    for page, data in every_post(denial):
        assert careful.post(page, data).status_code == 403
        assert careful.get(page).status_code == 405
    assert review_of(denial) == "suggested"


# --- The card


def test_the_first_suggestion_that_somebody_says_is_open_with_its_words_lit(
    editor: Client, article: Source, admission: Statement
) -> None:
    unnamed = suggest(article, TWO)
    page = main_of(editor.get(item(article)))
    assert re.search(rf'<mark id="m\d+" class="now"[^>]*>{DENIAL}</mark>', page)
    assert f'class="waits" data-at="{admission.start}" draggable="false">{ADMISSION}</a>' in page
    assert '<span class="furniture" data-at="0">' in page
    folded = page.split("<details")[-1]
    assert f"?s={unnamed.pk}#" in folded and f"?s={admission.pk}#" not in folded


def test_one_post_accepts_with_speaker_claim_and_variant_and_goes_on(
    editor: Client, article: Source, denial: Statement, admission: Statement
) -> None:
    speaker, claim = make_speaker("Dmitry Peskov"), make_claim("Droni venduti")
    page, data = sent(denial, **{"who-0": speaker.pk, "who-0-variant": "on", "claim": claim.pk})
    answer = editor.post(page, data)
    assert answer["Location"] == f"{reverse('desk:triage_article', args=[article.pk])}?s={admission.pk}#card"
    position = Position.objects.get(statement=denial)
    assert (position.claim, position.stance, position.published_at) == (claim, "denies", None)
    assert StatementSpeaker.objects.get(statement=denial).speaker == speaker
    assert SpeakerName.objects.get(speaker=speaker).name == "Pesco" and review_of(denial) == "accepted"
    after = main_of(editor.get(answer["Location"]))
    assert after.index("picked for the statement before") < after.index(
        'value="new"', after.index("t-claims")
    )
    assert "Accepted" in after and ">Undo<" in after


def test_somebody_new_and_a_new_claim_are_made_of_what_was_typed(editor: Client, denial: Statement) -> None:
    page, data = sent(
        denial,
        **{"who-0": "new", "who-0-name": "Dmitry Peskov", "who-0-kind": "person"},
        **{"claim": "new", "claim-text": "Sono stati venduti droni", "partial": "on"},
    )
    editor.post(page, data)
    position = Position.objects.select_related("claim").get(statement=denial)
    assert (position.claim.text_it, position.claim.publication, position.partial) == (
        "Sono stati venduti droni",
        "draft",
        True,
    )
    assert StatementSpeaker.objects.select_related("speaker").get().speaker.name == "Dmitry Peskov"


def test_each_of_several_speakers_is_chosen_and_nobody_twice(editor: Client, denial: Statement) -> None:
    StatementSpeaker.objects.create(statement=denial, as_written="Liu", order=1)
    peskov, liu = make_speaker("Dmitry Peskov"), make_speaker("Liu Xiaoming")
    assert main_of(editor.get(item(denial.source, denial))).count('class="t-pick t-people"') == 2
    page, data = sent(denial, **{"who-0": liu.pk, "who-1": liu.pk})
    assert "named twice" in main_of(editor.post(page, data)) and review_of(denial) == "suggested"
    editor.post(page, {**data, "who-0": peskov.pk})
    credited = StatementSpeaker.objects.filter(statement=denial).order_by("order")
    assert [row.speaker for row in credited] == [peskov, liu] and review_of(denial) == "accepted"


def test_known_names_are_prefilled_and_the_unnamed_stay_with_their_article(
    editor: Client, article: Source
) -> None:
    peskov = make_speaker("Dmitry Peskov")
    named = suggest(article, DENIAL, "Dmitry Peskov", "denies")
    unnamed = suggest(article, TWO, "Due funzionari", reading={"unnamed": [0]})
    page = main_of(editor.get(item(article, named)))
    assert re.search(rf'name="who-0" value="{peskov.pk}" checked', page)
    page = main_of(editor.get(item(article, unnamed)))
    assert re.search(r'name="who-0" value="new" checked', page) and 'value="anonymous" selected' in page
    editor.post(*sent(unnamed, **{"who-0": "new", "who-0-name": "Due funzionari", "who-0-kind": "anonymous"}))
    assert Speaker.objects.get(kind="anonymous").only_in == article


def test_similar_claims_come_first_with_the_reason(editor: Client, denial: Statement) -> None:
    claim = make_published_claim("Drones were sold to Belarus")
    signatures.sign([claim.pk])
    page = main_of(editor.get(item(denial.source, denial)))
    offered = page[page.index("t-claims") :]
    assert offered.index(str(claim)) < offered.index("New claim") and "both: Belarus" in offered


def test_a_denial_of_earlier_words_is_offered_the_claim_of_those_words_first(
    editor: Client, article: Source
) -> None:
    accusation = suggest(article, TWO, "Due funzionari")
    pronoun = suggest(
        article,
        "ha negato",
        "Il portavoce",
        "denies",
        reading={"about": [[accusation.start + 3, accusation.end]], "inferred": True},
    )
    claim, other = make_claim("Droni partiti"), make_claim("Altro")
    editor.post(*sent(accusation, claim=claim.pk))
    linking.settle(suggest(article, ADMISSION), by=make_user(Role.EDITOR), on=linking.OnClaim(other))
    page = main_of(editor.get(item(article, pronoun)))
    offered = page[page.index("t-claims") :]
    assert f'value="{claim.pk}"' in offered and f'value="{other.pk}"' not in offered
    assert "the words it seems to answer are on this claim" in offered
    editor.post(*sent(pronoun, claim=claim.pk))
    assert Position.objects.get(statement=pronoun).inferred


def test_looking_for_a_claim_or_a_person_keeps_what_was_chosen(editor: Client, denial: Statement) -> None:
    wanted, speaker = make_claim("Ponti nuovi sul fiume"), make_speaker("Karim Testi")
    page, data = sent(
        denial,
        do="find-claim",
        **{"claim-find": "ponti", "who-0": "new", "who-0-name": "Nome Mio", "stance": "admits"},
    )
    answer = main_of(editor.post(page, data))
    assert re.search(rf'name="claim" value="{wanted.pk}" checked', answer)
    assert 'value="Nome Mio"' in answer and re.search(r'name="stance" value="admits" checked', answer)
    page, data = sent(denial, do="find-0", **{"who-0-find": "testi"})
    assert re.search(rf'name="who-0" value="{speaker.pk}" checked', main_of(editor.post(page, data)))
    assert review_of(denial) == "suggested"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"claim": "999999"}, "no longer there"),
        ({"claim": "new", "claim-text": "x" * 600}, "at most 500"),
        ({"who-0": "new", "who-0-name": " "}, "needs a name"),
        ({"who-0": "999999"}, "no longer in our lists"),
        ({"claim": "new", "stance": "perhaps"}, "what it does to the claim"),
        ({"who-0": "new", "who-0-name": "A\x00", "who-0-kind": "ghost"}, "what kind of person"),
        ({"do": "find-0", "who-0-find": "kept words\x00", "who-0": "²", "claim": "9" * 40}, "New claim"),
        ({"do": "find-claim", "claim-find": "\x00 & | ' (", "claim": "²"}, "New claim"),
    ],
)
def test_nonsense_gets_a_sentence_and_writes_nothing(
    editor: Client, denial: Statement, fields: dict[str, str], sentence: str
) -> None:
    page, data = sent(denial, **{"who-0-find": "kept words", **fields})
    answer = main_of(editor.post(page, data))
    assert sentence in answer and "kept words" in answer
    assert review_of(denial) == "suggested" and not Claim.objects.exists() and not TriageAct.objects.exists()


def test_a_suggestion_decided_or_changed_by_somebody_else_is_refused_with_409(
    editor: Client, denial: Statement, admission: Statement
) -> None:
    colleague = make_user(Role.EDITOR)
    page, data = sent(denial)
    linking.discard(denial, by=colleague)
    answer = editor.post(page, data)
    assert answer.status_code == 409 and review_of(denial) == "rejected"
    page, data = sent(
        admission,
        do="edit",
        words=ADMISSION,
        act="denies",
        delivery="indirect",
        hedge="none",
        said_basis="unknown",
    )
    linking.revise(admission, {"hedge": "reported"}, by=colleague)
    answer = editor.post(page, data)
    assert answer.status_code == 409
    assert all(words in main_of(answer) for words in ("As somebody else saved it", "Reported", "denies"))
    admission.refresh_from_db()
    assert (admission.act, admission.hedge) == ("admits", "reported")


# --- The other acts


def test_words_kind_and_day_are_edited_and_the_suggestion_goes_on_waiting(
    editor: Client, denial: Statement
) -> None:
    assert f"{DENIAL}</textarea>" in main_of(editor.get(item(denial.source, denial, do="edit")))
    words = "di avere venduto droni"
    page, data = sent(denial, do="edit", words=words, act="refuses", delivery="direct", hedge="none")
    editor.post(
        page, {**data, "said_basis": "unknown", "said_earliest": "2022-03-14", "said_latest": "2022-03-14"}
    )
    denial.refresh_from_db()
    assert (denial.quote, denial.act, denial.said_basis, denial.review) == (
        words,
        "refuses",
        "stated",
        "suggested",
    )
    page, data = sent(
        denial,
        do="edit",
        words="not in the text",
        act="denies",
        delivery="direct",
        hedge="none",
        said_basis="unknown",
    )
    assert "not in the text" in main_of(editor.post(page, data)) and denial.quote == words


def test_two_suggestions_are_merged_and_one_is_split(
    editor: Client, article: Source, denial: Statement, admission: Statement
) -> None:
    listed = main_of(editor.get(item(article, denial, do="merge")))
    assert f'value="{admission.pk}" checked' in listed
    page, data = sent(
        denial, do="merge", other=admission.pk, **{f"version-{admission.pk}": admission.version}
    )
    assert editor.post(page, data)["Location"].endswith(f"?s={denial.pk}#card")
    denial.refresh_from_db()
    assert [span["exact"] for span in denial.spans] == [DENIAL, ADMISSION] and review_of(
        admission
    ) == "rejected"
    editor.post(*sent(denial, do="split", words=ADMISSION))
    assert Statement.objects.get(source=article, origin="editor").quote == ADMISSION
    assert "Choose words of this statement" in main_of(
        editor.post(*sent(denial, do="split", words="Due funzionari"))
    )


def test_the_article_is_closed_and_closing_is_undone(
    editor: Client, denial: Statement, admission: Statement
) -> None:
    other = suggest(make_source("Altro\n\nAltre parole dette.", language="it"), "Altre parole dette", "chi")
    answer = editor.post(reverse("desk:triage_close", args=[denial.source_id]), {"up_to": admission.pk})
    assert answer["Location"] == reverse("desk:triage_article", args=[other.source_id])
    assert review_of(denial) == review_of(admission) == "rejected"
    page = main_of(editor.get(answer["Location"]))
    assert "Article closed, 2 suggestions discarded" in page
    undo = re.search(r'action="([^"]*/undo/\d+/)"', page)
    assert undo is not None
    assert editor.post(undo[1])["Location"] == reverse("desk:triage_article", args=[denial.source_id])
    assert review_of(denial) == review_of(admission) == "suggested"
    assert "undone already" in main_of(editor.post(undo[1], follow=True))


def test_what_came_after_the_page_was_opened_is_not_discarded_with_it(
    editor: Client, denial: Statement, admission: Statement
) -> None:
    editor.post(reverse("desk:triage_close", args=[denial.source_id]), {"up_to": denial.pk})
    assert (review_of(denial), review_of(admission)) == ("rejected", "suggested")


def test_what_is_decided_is_shown_as_done(editor: Client, denial: Statement, admission: Statement) -> None:
    linking.settle(denial, by=make_user(Role.EDITOR, name="maria"))
    page = main_of(editor.get(item(denial.source, denial)))
    assert "by maria" in page and 'id="decide"' not in page and page.count("t-done") == 1
    assert f"?s={admission.pk}#card" in page
    linking.discard(admission, by=make_user(Role.EDITOR))
    assert "This article is done" in main_of(editor.get(item(denial.source)))
    assert "Discarded" in main_of(editor.get(item(denial.source, admission)))


# --- The queue


def test_articles_that_may_turn_a_published_claim_come_first_then_the_newest(
    editor: Client, denial: Statement
) -> None:
    claim = make_published_claim("Drones were sold to Belarus")
    signatures.sign([claim.pk])
    newer = suggest(make_source("Nuovo\n\nAltre parole dette.", language="it"), "Altre parole dette", "chi")
    page = main_of(editor.get(reverse("desk:triage")))
    assert "1 may turn a published claim" in page and str(claim) in page
    assert page.index(f"?s={denial.pk}#card") < page.index(
        reverse("desk:triage_article", args=[newer.source_id])
    )
    assert editor.get(reverse("desk:triage_next", args=[denial.source_id]))["Location"] == reverse(
        "desk:triage_article", args=[newer.source_id]
    )


def test_articles_that_are_read_are_compared_with_published_claims_at_once(
    editor: Client, client: Client
) -> None:
    claim = make_published_claim("Drones were sold to Belarus")
    signatures.sign([claim.pk])
    sources = [
        make_source(f"Titolo {n}\n\nIl ministro Testi ha negato di avere venduto droni alla Bielorussia.\n")
        for n in range(3)
    ]
    call_command("read_sources", source=[sources[0].pk])
    editor.post(reverse("desk:analyse", args=[sources[1].pk]))
    analyse_new([sources[2].pk], by=make_user(Role.EDITOR))
    turns = PossibleTurn.objects.values_list("statement__source", "claim")
    assert sorted(turns) == [(source.pk, claim.pk) for source in sources]


def test_the_queue_is_narrowed_by_outlet_language_and_act(editor: Client, denial: Statement) -> None:
    outlet = make_outlet()
    english = make_source("New\n\nOther words.", language="en", outlet=outlet)
    suggest(english, "Other words", "somebody")

    def articles(**asked: object) -> list[int]:
        answer = editor.get(reverse("desk:triage"), asked)
        return [entry.source.pk for entry in answer.context["entries"]]

    assert articles() == [english.pk, denial.source_id]
    assert articles(language="en") == articles(outlet=outlet.pk) == articles(act="asserts") == [english.pk]
    assert articles(act="denies", language="it") == [denial.source_id]
    assert articles(act="denies", language="en") == []
    assert articles(outlet="x' OR 1", language="xx", act="\x00", before="-1") == [
        english.pk,
        denial.source_id,
    ]
    assert articles(before=english.pk) == [denial.source_id]


def test_the_desks_home_its_head_and_the_list_of_statements_lead_to_triage(
    editor: Client, denial: Statement
) -> None:
    claim = make_published_claim("Drones were sold to Belarus")
    signatures.sign([claim.pk])
    linking.weigh()
    home = editor.get(reverse("desk:home")).content.decode()
    queue = reverse("desk:triage")
    assert re.search(rf'<nav.*<a href="{queue}">To triage <span class="desk-n">1</span></a>', home, re.DOTALL)
    tiles = re.findall(rf'<a href="{queue}"><b>1</b> <span>([^<]*)<', home)
    assert tiles == [
        "Suggested denials and admissions that may turn a published claim",
        "Suggested statements to triage",
    ]
    assert f'href="{queue}"' in editor.get(reverse("admin:claims_statement_changelist")).content.decode()


def test_an_accepted_denial_of_a_published_claim_is_on_the_desks_list_and_not_on_the_page_of_readers(
    editor: Client, client: Client, denial: Statement
) -> None:
    claim = make_published_claim("Drones were sold to Belarus")
    Source.objects.filter(pk=denial.source_id).update(publication="published")
    editor.post(*sent(denial, **{"who-0": make_speaker("Dmitry Peskov").pk, "claim": claim.pk}))
    home = main_of(editor.get(reverse("desk:home")))
    news = home[home.index("h-news") :]
    assert "Dmitry Peskov" in news and "not shown to readers yet" in news and str(claim) in news
    public = client.get(reverse("public:claim", args=[claim.slug])).content.decode()
    assert str(claim) in public and "Peskov" not in public and DENIAL not in public


# --- How much it asks of the database


def test_neither_page_asks_more_questions_for_more_suggestions(
    editor: Client, article: Source, denial: Statement
) -> None:
    def asked(page: str) -> int:
        editor.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert editor.get(page).status_code == 200
        return len(queries)

    linking.weigh(limit=100)
    few = [asked(item(article, denial)), asked(reverse("desk:triage"))]
    for number in range(12):
        words = BODY[60 + number : 80 + number]
        suggest(article, words, f"somebody {number}")
        suggest(
            make_source(f"Titolo {number}\n\nParole dette qui.", language="it"), "Parole dette qui", "chi"
        )
    many = [asked(item(article, denial)), asked(reverse("desk:triage"))]
    assert many[0] <= few[0] <= 26 and many[1] <= few[1] <= 24


def test_a_text_without_end_is_shown_around_the_current_words() -> None:
    body = "parola " * 20_000
    part = window(body, 70_000)
    assert part.cut_before and part.cut_after and part.end - part.start == LONGEST
    pieces = lit(
        body,
        part,
        [Light(70_000, 70_006, "now", 7), Light(69_000, 71_000, "waits", 8), Light(0, 5, "waits", 9)],
    )
    assert "".join(piece.text for piece in pieces) == body[part.start : part.end]
    assert [(piece.kinds, piece.statement) for piece in pieces if piece.kinds] == [
        ("waits", 8),
        ("now waits", 7),
        ("waits", 8),
    ]
    assert [piece.first for piece in pieces].count(True) == 1


def test_the_front_of_the_queue_survives_without_suggestions(editor: Client) -> None:
    assert waiting.next_article() is None
    assert "Nothing waits." in main_of(editor.get(reverse("desk:triage")))


# --- Many at once


def test_the_surest_are_counted_first_and_accepted_in_one_post(editor: Client, article: Source) -> None:
    known = make_speaker("Karim Testi")
    sure, less = (
        suggest(article, TWO, "Testi", confidence=0.9),
        suggest(article, "sostengono", "Testi", confidence=0.6),
    )
    turning = suggest(article, DENIAL, "Testi", "denies", confidence=0.99)
    StatementSpeaker.objects.update(speaker=known)
    page = reverse("desk:triage_sure")
    shown = main_of(editor.get(page))
    assert "1 suggestion fits" in shown and TWO in shown and DENIAL not in shown
    assert "2 suggestions fit" in main_of(editor.get(page, {"at_least": 55}))
    assert "0 suggestions fit" in main_of(editor.get(page, {"at_least": 75, "language": "en"}))
    assert "less than or equal to 100" in main_of(editor.get(page, {"at_least": "999"}))
    answer = main_of(editor.post(page, {"at_least": 75}, follow=True))
    assert "1 suggestion accepted." in answer
    assert [review_of(each) for each in (sure, less, turning)] == ["accepted", "suggested", "suggested"]
    assert editor.post(page, {"at_least": "x"}).status_code == 200 and review_of(less) == "suggested"


def test_only_who_may_triage_accepts_many_at_once(client: Client, article: Source) -> None:
    viewer = signed_in(make_account("viewer", "viewer"))
    page = reverse("desk:triage_sure")
    assert client.post(page, {"at_least": 75})["Location"].startswith(reverse("admin:login"))
    assert viewer.get(page).status_code == viewer.post(page, {"at_least": 75}).status_code == 403
