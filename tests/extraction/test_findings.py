"""What a finding says beside who and what: roles, carriers, dates, caution, answers, doubts."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.extraction import Finding, KnownName, extract
from claims.vocabulary import Act, CarrierKind, Delivery, Hedge


def one(text: str, language: str = "it", *, names: tuple[KnownName, ...] = ()) -> Finding:
    found = extract(text, language, names)
    assert len(found) == 1, found
    return found[0]


def words(text: str, span: tuple[int, int] | None) -> str:
    assert span is not None
    return text[slice(*span)]


def test_spans_are_characters_of_the_text_as_it_was_given() -> None:
    text = "\r\nIl ministro Bruno Santi ha detto lunedì\xa0che «la nave è partita».\r\n"
    found = one(text)
    assert [words(text, span) for span in found.content] == ["la nave è partita"]
    assert words(text, found.cue) == "ha detto"
    assert words(text, found.speakers[0].span) == "Il ministro Bruno Santi"
    assert words(text, found.when) == "lunedì"


@pytest.mark.parametrize(
    ("text", "language", "role", "unnamed"),
    [
        ("Il portavoce della Casa Bianca Jen Psi ha detto che la nave è vuota.", "it", "portavoce della Casa Bianca", False),
        ("Due funzionari statunitensi hanno detto che la nave è vuota.", "it", "Due funzionari statunitensi", True),
        ("Ada Berg, the ministry's spokeswoman, said the ship was empty.", "en", "the ministry's spokeswoman", False),
        ("A senior official said the ship was empty.", "en", "A senior official", True),
        ("Tehran said the ship was empty.", "en", "", False),
    ],
)  # fmt: skip
def test_a_role_is_told_from_a_name(text: str, language: str, role: str, unnamed: bool) -> None:
    speaker = one(text, language).speakers[0]
    assert (speaker.role.removeprefix("the "), speaker.unnamed) == (role.removeprefix("the "), unnamed)


def test_two_people_who_speak_together_are_two_speakers() -> None:
    found = one("Rudenko e Liu hanno accusato gli Stati Uniti di minacciare la regione.")
    assert [speaker.text for speaker in found.speakers] == ["Rudenko", "Liu"]


def test_a_body_with_an_and_in_its_name_is_one_speaker() -> None:
    found = one("Il ministero dell'Industria e della Difesa ha detto che la nave è vuota.")
    assert len(found.speakers) == 1


def test_a_known_name_is_recognised_inside_the_words() -> None:
    names = (KnownName("Dmitry Pesco", "dmitry-peskov", "garbled"),)
    found = one("Anche il portavoce di Putin, Dmitry Pesco, ha negato le accuse.", names=names)
    assert found.speakers[0].name == "dmitry-peskov"


@pytest.mark.parametrize(
    ("text", "language", "kind", "carrier"),
    [
        ("Un funzionario ha dichiarato a CBS News che la nave è vuota.", "it", CarrierKind.OUTLET, "CBS News"),
        ("Il ministro ha detto in una conferenza stampa che la nave è vuota.", "it", CarrierKind.EVENT, "una conferenza stampa"),
        ("The minister said in a statement that the ship was empty.", "en", CarrierKind.DOCUMENT, "a statement"),
        ("An official told CBS News that the ship was empty.", "en", CarrierKind.OUTLET, "CBS News"),
    ],
)  # fmt: skip
def test_through_whose_hands_the_words_came(
    text: str, language: str, kind: CarrierKind, carrier: str
) -> None:
    found = one(text, language)
    assert [(via.kind, words(text, via.span)) for via in found.carriers] == [(kind, carrier)]


def test_the_date_of_the_act_is_not_a_date_in_the_words() -> None:
    text = "Il ministro ha detto martedì che la nave è partita il 24 marzo."
    assert words(text, one(text).when) == "martedì"


def test_how_the_words_are_delivered() -> None:
    assert one("«La nave è vuota», ha detto Bruno Santi.").delivery == Delivery.DIRECT
    assert one("Bruno Santi ha detto che la nave è vuota.").delivery == Delivery.INDIRECT
    assert one("Bruno Santi ha detto che la nave è «vuota da mesi».").delivery == Delivery.MIXED


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("Il ministro avrebbe negato l'invio.", Hedge.CONDITIONAL),
        ("Secondo il giornale Voce, la nave sarebbe partita.", Hedge.CONDITIONAL),
        ("Bruno Santi ha detto che la nave potrebbe essere vuota.", Hedge.UNCERTAIN),
        ("Bruno Santi ha detto che la nave è vuota.", Hedge.NONE),
    ],
)
def test_the_caution_of_the_text_is_kept(text: str, hedge: Hedge) -> None:
    assert one(text).hedge == hedge


@pytest.mark.parametrize(
    "text",
    [
        "Washington sostiene che la Cina vende droni a Mosca. Pechino ha negato le accuse.",
        "Washington sostiene che la Cina vende droni a Mosca. Pechino lo nega.",
    ],
)
def test_a_denial_that_points_back_says_what_it_most_likely_answers(text: str) -> None:
    denial = extract(text, "it")[-1]
    assert denial.act == Act.DENIES
    assert denial.inferred
    assert [words(text, span) for span in denial.about] == ["la Cina vende droni a Mosca"]


def test_a_no_answers_the_question_before_it() -> None:
    text = "Alla domanda se la richiesta fosse vera, Igor Malakov ha detto: «No»."
    question, answer = extract(text, "it")
    assert (question.act, question.speakers, answer.act) == (Act.ASKS, (), Act.DENIES)
    assert [words(text, span) for span in answer.about] == ["se la richiesta fosse vera"]


def test_a_denial_and_an_admission_in_one_clause_are_two_findings_about_one_thing() -> None:
    text = "Teheran – che ha solo di recente ammesso l'invio di velivoli, dopo averlo ripetutamente negato – valuta una fabbrica."
    admits, denies = extract(text, "it")
    assert (admits.act, denies.act) == (Act.ADMITS, Act.DENIES)
    assert [speaker.text for speaker in (*admits.speakers, *denies.speakers)] == ["Teheran", "Teheran"]
    assert denies.about == admits.content


def test_a_refused_request_keeps_both_readings() -> None:
    found = one("La Cina ha negato la richiesta russa di assistenza.")
    assert (found.act, found.also) == (Act.DENIES, (Act.REFUSES,))


def test_giving_to_oneself_is_flagged_never_repaired() -> None:
    found = one("Blinken warned of Russia providing lethal support to Russia.", "en")
    assert found.flags == ("self_transfer",)


def test_a_nested_statement_is_kept_inside_the_one_around_it() -> None:
    outer, inner = extract("Kirby ha detto che l'Iran ha ammesso di aver venduto i droni.", "it")
    assert inner.parent == 0
    assert outer.parent is None


def test_furniture_holds_no_statement() -> None:
    text = "Il ministro ha detto che la nave è vuota.\n\nREAD Il sindaco ha detto che il ponte è chiuso.\n"
    start = text.index("READ")
    found = extract(text, "it", skip=[(start, len(text))])
    assert [words(text, span) for each in found for span in each.content] == ["la nave è vuota"]


def test_another_language_is_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match="No lexicon for the language “fr”"):
        extract("Il a dit non.", "fr")


# Ordinary words, cues, quotation marks and dirt, in any order: whatever happens to a text, spans stay inside it.
_SOILED = (
    "“ ” « » \" ' ( ) – , . : ; ? ! \n \r\n \t \u200b \xa0 ha detto che il ministro said that Iran denied lo nega averlo negato secondo "
    "according to Mosca e Teheran non è vero “No” 12.000 al- ’s n't 🙂 \x00 https://x.example/a la smentita di X: Kirby, the spokesman,"
)  # fmt: skip
_PIECES = st.sampled_from(_SOILED.split(" "))


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=40), st.sampled_from([" ", ""]), st.sampled_from(["it", "en"]))
def test_no_text_makes_the_machine_fail_or_leave_the_text(
    pieces: list[str], between: str, language: str
) -> None:
    text = between.join(pieces)
    for found in extract(text, language, skip=[(3, 9)]):
        places = [*found.content, found.cue, found.when, *found.about]
        places += [mention.span for mention in found.speakers] + [via.span for via in found.carriers]
        assert found.content
        assert all(0 <= span[0] < span[1] <= len(text) for span in places if span is not None)
        assert all(left[1] <= right[0] for left, right in zip(found.content, found.content[1:], strict=False))
        assert 0 <= found.confidence <= 1


def test_reading_needs_no_django_and_importing_it_loads_no_spacy() -> None:
    """A web process imports the room and must not pay for the tokenizer; a script has no settings."""
    code = (
        "import sys, claims.extraction as e; assert 'spacy' not in sys.modules;"
        "e.extract('Iran denied it.', 'en'); assert 'spacy' in sys.modules; assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
