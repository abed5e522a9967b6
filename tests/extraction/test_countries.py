"""Countries and bodies are known by every word that news use for them."""

from __future__ import annotations

import pytest

from claims.extraction.countries import LANGUAGES, load


def codes(text: str, language: str) -> list[tuple[str, str]]:
    return [(text[start:end], code) for start, end, code in load().find(text, language)]


@pytest.mark.parametrize(
    ("written", "language", "code"),
    [
        ("Cina", "it", "CN"), ("cinesi", "it", "CN"), ("Pechino", "it", "CN"), ("Beijing", "en", "CN"),
        ("il Cremlino"[3:], "it", "RU"), ("Kremlin", "en", "RU"), ("russe", "it", "RU"), ("Russians", "en", "RU"),
        ("Casa Bianca", "it", "US"), ("Pentagono", "it", "US"), ("U.S.", "en", "US"), ("US", "en", "US"),
        ("Downing Street", "en", "GB"), ("Farnesina", "it", "IT"), ("Quirinale", "it", "IT"), ("Eliseo", "it", "FR"),
        ("Élysée", "en", "FR"), ("Bankova", "it", "UA"), ("Kiev", "it", "UA"), ("tedeschi", "it", "DE"),
        ("turche", "it", "TR"), ("greci", "it", "GR"), ("Nato", "it", "NATO"), ("Aiea", "it", "IAEA"), ("Onu", "it", "UN"),
        ("Ue", "it", "EU"), ("Bruxelles", "it", "EU"), ("Hezbollah", "en", "HEZBOLLAH"), ("L’Aia", "it", "NL"),
        ("RUSSIA", "it", "RU"),
    ],
)  # fmt: skip
def test_a_form_leads_to_its_country(written: str, language: str, code: str) -> None:
    assert load().named(written, language) == code


@pytest.mark.parametrize(
    ("written", "language"),
    [("us", "en"), ("Us", "en"), ("who", "en"), ("polish", "en"), ("turkey", "en"), ("usa", "it"), ("mali", "it"), ("nato", "it"), ("Lima", "it"), ("riga", "it"), ("", "en")],
)  # fmt: skip
def test_a_common_word_is_no_country(written: str, language: str) -> None:
    assert load().named(written, language) is None


def test_the_longest_name_wins_and_halves_of_compounds_count() -> None:
    assert codes("La Corea del Nord e il vertice sino-russo: sino a ieri la Cina taceva", "it") == [
        ("Corea del Nord", "KP"),
        ("sino", "CN"),
        ("russo", "RU"),
        ("Cina", "CN"),
    ]
    assert codes("US-led NATO and North Korean envoys told us", "en") == [
        ("US", "US"),
        ("NATO", "NATO"),
        ("North Korean", "KP"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_belongs_to_two(language: str) -> None:
    owners: dict[str, str] = {}
    for country in load().by_code.values():
        for form in country.forms(language):
            assert owners.setdefault(form.casefold(), country.code) == country.code, form


def test_every_country_has_a_name_in_both_languages() -> None:
    assert all(country.names[language] for country in load().by_code.values() for language in LANGUAGES)
    assert load().name("CN", "it") == "Cina"
