"""What a sentence is about is the same in Italian and in English, and rare things weigh more."""

from __future__ import annotations

from pathlib import Path

import pytest

from claims.extraction import glossary, themes
from claims.extraction.countries import LANGUAGES
from claims.extraction.findings import KnownName
from claims.extraction.likeness import Rarity, likeness, opposed
from claims.extraction.phrases import Phrases, key_of, words_of
from claims.extraction.signature import Signature, known, signature
from claims.extraction.spelling import numbers_in, skeleton
from tests.extraction.measure_matching import SETS, average_precision, pairs

NOTHING = Rarity({}, 0)


@pytest.mark.parametrize(
    ("italian", "english", "actors", "some_themes"),
    [
        ("La Cina ha inviato droni alla Russia", "China sent drones to Russia", {"CN", "RU"}, {"drones", "weapons", "military-aid"}),
        ("Bruxelles prepara sanzioni contro Mosca", "Brussels is preparing sanctions against Moscow", {"EU", "RU"}, {"sanctions"}),
        ("Colloqui tra il Cremlino e la Casa Bianca", "Talks between the Kremlin and the White House", {"RU", "US"}, {"talks", "diplomacy"}),
        ("L'Aiea e la centrale nucleare iraniana", "The IAEA and Iran's nuclear plant", {"IAEA", "IR"}, {"nuclear", "plants"}),
        ("Brogli alle elezioni in Georgia", "The elections in Georgia were rigged", {"GE"}, {"elections", "fraud"}),
        ("Gli ostaggi di Hamas", "Hostages held by Hamas", {"HAMAS"}, {"hostages", "violence"}),
    ],
)  # fmt: skip
def test_both_languages_have_one_signature(
    italian: str, english: str, actors: set[str], some_themes: set[str]
) -> None:
    one, other = signature(italian, "it"), signature(english, "en")
    assert one.actors == other.actors == actors
    assert some_themes <= one.themes & other.themes


def test_a_theme_counts_as_the_one_above_and_together_they_make_another() -> None:
    assert "military-aid" not in signature("Ukraine flies drones", "en").themes
    assert {"drones", "weapons", "transfer", "military-aid"} <= signature("Turkey sold drones", "en").themes


def test_people_are_told_the_narrowest_themes() -> None:
    found = set(signature("Turkey sold drones", "en").themes)
    assert themes.load().narrowest(found) == {"drones", "sale", "military-aid"}


def test_a_shelf_is_no_theme() -> None:
    assert signature("They refused", "en").themes == {"refuse"}


def test_the_longest_phrase_wins() -> None:
    assert "talks" in signature("peace talks", "en").themes
    assert "strikes" not in signature("a cease fire", "en").themes
    assert "truce" in signature("a cease fire", "en").themes


@pytest.mark.parametrize(
    ("text", "language", "way"),
    [
        ("China sent drones to Russia", "en", "CN>RU"),
        ("La Russia ha ricevuto droni dalla Cina", "it", "CN>RU"),
        ("Drones were given to Russia by China", "en", "CN>RU"),
        ("Alla Russia i droni li ha dati Pechino", "it", "CN>RU"),
        ("Russia sent drones to China", "en", "RU>CN"),
    ],
)
def test_who_does_it_to_whom(text: str, language: str, way: str) -> None:
    assert signature(text, language).ways == {way}


def test_three_actors_have_no_one_way() -> None:
    assert signature("China, Iran and Russia met", "en").ways == frozenset()


def test_a_known_speaker_is_their_party_and_may_be_several() -> None:
    names = known(
        [
            KnownName("Peskov", "RU"),
            KnownName("Peskov", "dmitry-peskov"),
            KnownName("Ursula von der Leyen", "EU"),
            KnownName("…", "nobody"),
        ]
    )
    assert signature("Per Peskov è falso", "it", names).actors == {"RU", "dmitry-peskov"}
    assert signature("Ursula von der Leyen said so", "en", names).actors == {"EU"}
    assert signature("a peskov is a fish", "en", names).actors == frozenset()


def test_common_words_are_one_notion_in_both_languages() -> None:
    one = signature("Il terremoto ha distrutto la chiesa", "it")
    other = signature("The church was destroyed in the quake", "en")
    assert one.notions == other.notions == {"earthquake", "church"}
    assert "destruction" in one.themes & other.themes and not one.words


def test_the_first_word_of_a_sentence_may_be_a_name() -> None:
    assert signature("Tesla denies it. Eni does not.", "en").names == {skeleton("Tesla"), skeleton("Eni")}
    assert signature("Dietro c'è Tesla", "it").names == {skeleton("Tesla")}
    assert signature("Over there", "en").names == frozenset()


def test_every_line_of_the_glossary_is_a_notion_of_its_own_in_both_languages() -> None:
    lines = [line for line in glossary._DATA.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    columns = [[list(map(str.strip, column.split(","))) for column in line.split("\t")] for line in lines]
    assert len(lines) > 300
    assert all(all(words) for both in columns for words in both)
    names = [key_of(english[0]) for _italian, english in columns]
    assert len(names) == len(set(names))
    assert all(len(words) == len(set(words)) for both in columns for words in both)


def test_a_damaged_glossary_names_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "glossary.tsv"
    damaged.write_text("# words\nuno\tone\ndue two\n", encoding="utf-8")
    monkeypatch.setattr(glossary, "_DATA", damaged)
    with pytest.raises(ValueError, match="line 3"):
        glossary.load.__wrapped__()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Kharkiv", "Charkiv"), ("Odesa", "Odessa"), ("Novorossijsk", "Novorossiysk"), ("Orbán", "Orban")],
)
def test_one_place_in_two_spellings_is_one_name(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)
    assert signature(f"Il porto di {one}", "it").names == signature(f"The port of {other}", "en").names


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("5.000 morti", {"5000"}), ("5,000 dead", {"5000"}), ("cinquemila morti", {"5000"}), ("five thousand dead", {"5000"}),
        ("two hundred thousand", {"200000"}), ("1.8 billion", {"1800000000"}), ("1,8 miliardi", {"1800000000"}), ("3,5 gradi", {"3.5"}), ("fifty-four tanks", {"54"}), ("3 milioni", {"3000000"}),
        ("nel 2022", {"2022"}), ("no figure", set()),
    ],
)  # fmt: skip
def test_numbers_are_compared_as_digits(text: str, numbers: set[str]) -> None:
    assert {digits for digits, _written in numbers_in(text, words_of(text))} == numbers


def test_what_was_written_is_kept_for_people_to_read() -> None:
    found = signature("A Charkiv cinquemila morti", "it")
    assert found.written == {"n:crcv": "Charkiv", "#:5000": "cinquemila"}


@pytest.mark.parametrize(
    "text", ["", "…", "«»", "1", "\u0000", "👍 " * 50, "A" * 5_000, "мир", "I" + "'" * 99]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_has_a_signature(text: str, language: str) -> None:
    assert isinstance(signature(text, language), Signature)


def test_elements_stay_short_enough_to_be_indexed() -> None:
    found = signature(f"The {'B' * 3000} of {'9' * 3000} and {'c' * 3000}", "en").elements()
    assert found and max(len(element) for element in found) < 50


def test_an_empty_text_is_like_nothing() -> None:
    assert signature("", "it").elements() == frozenset()
    assert likeness(frozenset(), frozenset(), NOTHING) == 0.0


def test_likeness_is_one_for_the_same_and_less_for_each_thing_that_differs() -> None:
    claim = signature("China sent drones to Russia", "en").elements()
    same = signature("La Cina ha inviato droni alla Russia", "it").elements()
    turned = signature("Russia sent drones to China", "en").elements()
    other = signature("Iran sent drones to Russia", "en").elements()
    scores = [likeness(claim, each, NOTHING) for each in (same, turned, other)]
    assert scores[0] == pytest.approx(1.0)
    assert scores == sorted(scores, reverse=True) and scores[1] < 1.0
    assert opposed(claim, turned) and not opposed(claim, same)


def test_context_helps_in_part_where_the_other_has_it() -> None:
    claim = signature("China sent drones to Russia", "en").elements()
    words = signature("More than a hundred drones were sent", "en").elements()
    around = signature("Malawi and China on Russia", "en").elements()
    whole = likeness(words | (around & claim), claim, NOTHING)
    assert likeness(words, claim, NOTHING) < likeness(words, claim, NOTHING, around) < whole
    assert likeness(claim, claim, NOTHING, around) == pytest.approx(1.0)


def test_what_is_rare_weighs_more() -> None:
    rarity = Rarity({"a:RU": 90, "a:MW": 1}, 100)
    assert rarity.weight("a:MW") > 3 * rarity.weight("a:RU") > 0
    assert rarity.weight("v:1") == 0.0


def test_every_theme_has_a_name_and_words_that_lead_to_it() -> None:
    tree = themes.load()
    for language in LANGUAGES:
        for slug, theme in tree.by_slug.items():
            found = signature(theme.names[language], language).themes
            assert slug in found, (language, slug)
    assert {theme.above for theme in tree.by_slug.values()} - {""} <= set(tree.by_slug)
    assert tree.name("my-own-tag", "it") == "my own tag"


def test_a_stem_needs_three_letters_and_a_phrase_a_word() -> None:
    with pytest.raises(ValueError, match="shorter than"):
        Phrases({"ab*": 1})
    with pytest.raises(ValueError, match="no word"):
        Phrases({"…": 1})


def test_there_are_enough_pairs_of_each_kind() -> None:
    kinds = [pair.kind for pair in pairs()]
    assert len(kinds) >= 300
    for kind in ("other_words", "denied", "same_actors_other_theme", "same_theme_other_actors", "near"):
        assert kinds.count(kind) >= 60
    assert kinds.count("direction_swapped") >= 15


@pytest.mark.parametrize(
    ("parts", "goal"),
    [(("tune",), 0.92), (("held_out",), 0.92), (("after",), 0.92), (("later",), 0.85), (SETS, 0.92)],
)
def test_pairs_that_say_the_same_come_first(parts: tuple[str, ...], goal: float) -> None:
    assert average_precision(*parts) >= goal
