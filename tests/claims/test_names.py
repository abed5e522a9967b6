"""Who is meant by a name as it is written: found by spelling, sound, role and article; never decided. All people are made up or public."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from claims import linking
from claims.linking import DOUBT_LINE, Candidate, suggest_all, suggest_speakers
from claims.models import Affiliation, Speaker, SpeakerName
from claims.vocabulary import NameKind, Role
from sources.names import fold
from sources.sounds import sounds
from tests.factories import DENIAL, make_said, make_source, make_speaker, make_user

pytestmark = pytest.mark.django_db

AWKWARD = [
    "Дмитрий Песков", "Сергей Шойгу", "Юлия Тимошенко", "Щербаков-Ёлкин", "Володимир Зеленський", "O’Brien", "dell'Amico", "Xi'an",
    "Müller-Straße", "Žižek", "Łukasz", "Ørsted", "Þór", "İstanbul Işık", "習近平 Xi Jinping", "محمد", "", "  ", "1 & 2", "Àéîõü",
    "Qaddafi", "Tschaikowski", "Phelps", "X", "Ahh", "Czesław Miłosz", "Aïssa Œuvre", "von der Leyen", "J. D. Vance", "aaaa bbbb hh",
]  # fmt: skip


@pytest.mark.parametrize("name", AWKWARD)
def test_the_database_hears_a_name_as_python_does(name: str) -> None:
    speaker = make_speaker(name or "x", slug="heard")
    variant = SpeakerName.objects.create(speaker=speaker, name=name or "x", kind="official")
    speaker.refresh_from_db()
    assert speaker.sounds == SpeakerName.objects.get(pk=variant.pk).sounds == sounds(fold(name or "x"))


# --- a newsroom that has met nobody misspelled yet --------------------------------------------------------------------------


class World:
    """People, bodies and roles of everyday news, without a single garbled name on file."""

    def __init__(self) -> None:
        self.by_name: dict[str, Speaker] = {}
        for name, kind, country, *also in (
            ("Russia", "government", "RU", "Mosca"),
            ("China", "government", "CN"),
            ("United States", "government", "US", "Stati Uniti"),
            ("Kremlin", "organisation", "RU", "Cremlino"),
            ("White House", "organisation", "US", "Casa Bianca"),
            ("US Department of State", "organisation", "US", "Dipartimento di Stato"),
            ("US Department of Defense", "organisation", "US", "Pentagono", "Pentagon"),
            ("Ministry of Foreign Affairs of China", "organisation", "CN", "Ministero degli Esteri cinese"),
            ("Ministry of Defence of Russia", "organisation", "RU", "Ministero della Difesa russo"),
            ("Institute for the Study of War", "organisation", "US", "ISW"),
            ("Central Intelligence Agency", "organisation", "US", "CIA"),
            ("North Korea", "government", "KP", "Corea del Nord"),
            ("Xi'an Bingo Intelligent Aviation Technology", "organisation", "CN"),
        ):
            self.add(name, kind, country, *also)
        for name, country, body, role_it, role_en in (
            ("Vladimir Putin", "RU", "Kremlin", "presidente", "president"),
            ("Dmitry Peskov", "RU", "Kremlin", "portavoce", "spokesman"),
            ("Sergei Lavrov", "RU", "Russia", "ministro degli Esteri", "foreign minister"),
            ("Sergei Shoigu", "RU", "Ministry of Defence of Russia", "ministro", "minister"),
            ("Valery Gerasimov", "RU", "Russia", "capo di stato maggiore", "chief of the general staff"),
            ("Zhao Lijian", "CN", "Ministry of Foreign Affairs of China", "portavoce", "spokesman"),
            ("Wang Yi", "CN", "China", "consigliere di Stato", "state councilor"),
            ("Xi Jinping", "CN", "China", "presidente", "president"),
            ("Jen Psaki", "US", "White House", "portavoce", "press secretary"),
            ("Antony Blinken", "US", "US Department of State", "segretario di Stato", "secretary of state"),
            ("John Kirby", "US", "US Department of Defense", "addetto stampa", "press secretary"),
            ("Lloyd Austin", "US", "US Department of Defense", "segretario alla Difesa", "secretary of defense"),
            ("Mark Milley", "US", "United States", "capo degli stati maggiori", "chairman of the joint chiefs"),
            ("William Burns", "US", "Central Intelligence Agency", "direttore", "director"),
            ("Jake Sullivan", "US", "White House", "consigliere per la sicurezza nazionale", "national security adviser"),
            ("Camilla Schick", "GB", "", "", ""),
            ("Volodymyr Zelensky", "UA", "", "", ""),
        ):  # fmt: skip
            person = self.add(name, "person", country)
            if body:
                person.speaks_for = self[body]
                person.save()
                Affiliation.objects.create(speaker=person, body=self[body], role_it=role_it, role_en=role_en)

    def add(self, name: str, kind: str, country: str, *also: str) -> Speaker:
        speaker = self.by_name[name] = make_speaker(name, kind=kind, country=country)
        for other in also:
            SpeakerName.objects.create(speaker=speaker, name=other, kind="official")
        return speaker

    def __getitem__(self, name: str) -> Speaker:
        return self.by_name[name]


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def editor(db: None) -> User:
    return make_user(Role.EDITOR)


def first(*asked: Any, **options: Any) -> Candidate:
    found = suggest_speakers(*asked, **options)
    assert found, asked
    return found[0]


# As written, role as written, who is meant, whether that is beyond doubt.
MEANT = [
    ("Dmitry Peskov", "", "Dmitry Peskov", True),
    ("Peskov", "", "Dmitry Peskov", True),
    ("Pesco", "", "Dmitry Peskov", False),
    ("Dmitry Pesco", "", "Dmitry Peskov", False),
    ("il portavoce di Putin, Dmitry Pesco", "", "Dmitry Peskov", True),
    ("Dmitry Pesco", "il portavoce di Putin", "Dmitry Peskov", True),
    ("Psi", "Il portavoce della Casa Bianca", "Jen Psaki", True),
    ("Il portavoce della Casa Bianca Jen Psi", "", "Jen Psaki", True),
    ("Jen Psi", "", "Jen Psaki", False),
    ("Antony Blink", "", "Antony Blinken", False),
    ("the US Secretary of State, Antony Blink", "", "Antony Blinken", True),
    ("Blink", "segretario di Stato", "Antony Blinken", True),
    ("Blink", "", "Antony Blinken", False),
    ("Shoyku", "", "Sergei Shoigu", False),
    ("Shoiku", "", "Sergei Shoigu", False),
    ("Shoiku", "il ministro della Difesa russo", "Sergei Shoigu", True),
    ("Mille", "", "Mark Milley", False),
    ("Mark Millie", "", "Mark Milley", False),
    ("Camila Shik", "", "Camilla Schick", True),
    ("Лавров", "", "Sergei Lavrov", True),
    ("Сергей Лавров", "", "Sergei Lavrov", True),
    ("Lawrow", "", "Sergei Lavrov", True),
    ("Lavrof", "", "Sergei Lavrov", True),
    ("Sergej Schoigu", "", "Sergei Shoigu", True),
    ("Dmitrij Peskow", "", "Dmitry Peskov", True),
    ("Zelenskyj", "", "Volodymyr Zelensky", True),
    ("Selenskyj", "", "Volodymyr Zelensky", False),
    ("Wang Yitransferred", "", "Wang Yi", False),
    ("Xi", "", "Xi Jinping", True),
    ("il portavoce del ministero degli Esteri cinese Zhao Lijian", "", "Zhao Lijian", True),
    ("il portavoce del ministero degli Esteri cinese", "", "Zhao Lijian", True),
    ("Il portavoce della Casa Bianca", "", "Jen Psaki", True),
    ("il portavoce di Putin", "", "Dmitry Peskov", True),
    ("L’addetto stampa del Pentagono John Kirby", "", "John Kirby", True),
    ("Il direttore della CIA William Burns", "", "William Burns", True),
    ("White House press secretary Jen Psaki", "", "Jen Psaki", True),
    ("Pentagono", "", "US Department of Defense", True),
    ("il Cremlino", "", "Kremlin", True),
    ("La Cina", "", "China", True),
    ("la Russia", "", "Russia", True),
    ("Mosca", "", "Russia", True),
    ("Gli Stati Uniti", "", "United States", True),
    ("Institute for the Study of Wars", "", "Institute for the Study of War", False),
    ("un recente rapporto del Pentagono", "", "US Department of Defense", False),
    ("Jen Psaky", "", "Jen Psaki", True),
    ("Jen Psacki", "", "Jen Psaki", True),
    ("Yen Psaki", "", "Jen Psaki", True),
    ("Jen Saki", "", "Jen Psaki", False),
    ("Saki", "", "Jen Psaki", False),
    ("Jen Saki", "la portavoce della Casa Bianca", "Jen Psaki", True),
    ("Jean Psaki", "", "Jen Psaki", False),
    ("Jennifer Psaki", "", "Jen Psaki", False),
    ("Gen Psaki", "", "Jen Psaki", False),
    ("J. Psaki", "", "Jen Psaki", True),
    ("Psaki Jen", "", "Jen Psaki", True),
    ("D. Peskov", "", "Dmitry Peskov", True),
    ("D.Pescov", "", "Dmitry Peskov", True),
    ("Tony Blinken", "", "Antony Blinken", False),
    ("Bill Burns", "", "William Burns", False),
    ("Lavrov Sergei", "", "Sergei Lavrov", True),
    ("Xi Jin Ping", "", "Xi Jinping", True),
    ("Zhao Li Jian", "", "Zhao Lijian", True),
    ("Jinping Xi", "", "Xi Jinping", True),
    ("Nord La Corea", "", "North Korea", False),
    ("Xian Bingo Intelligent Aviation Technologya", "", "Xi'an Bingo Intelligent Aviation Technology", False),
    ("Xian Bingo", "", "Xi'an Bingo Intelligent Aviation Technology", False),
]  # fmt: skip


@pytest.mark.parametrize(("written", "role", "meant", "sure"), MEANT)
def test_garbled_and_foreign_names_lead_to_who_is_meant(
    world: World, written: str, role: str, meant: str, sure: bool
) -> None:
    language = "en" if " of " in written or "press" in written else "it"
    found = first(written, role, language=language)
    assert found.speaker == world[meant], found
    assert (found.score >= DOUBT_LINE) is sure, found
    assert found.reason or found.score == 1


# Other people than those in the database, with names like theirs.
OTHERS = [
    "Dmitry Pestov", "Peskin", "Pesce", "Pescara", "Miller", "Mark Miller", "Mark Millerand", "Millet", "Austen", "Kirk", "Kirov",
    "Burnham", "Nicholas Burns", "John Sullivan", "Sullivans", "Lavrentiev", "Sergei Lavrenko", "Rutin", "Pupin", "Cates", "Wang Li",
    "Wang Yixin", "Liu Xiaobo", "Antony Blunt", "Blinker", "Gerasimenko", "Schickel", "Psaltis", "Shoaib", "Jen Parker", "Jack Kirby",
    "Zhao Leji", "Xi Zhongxun", "Mark Mill", "Sergei Shoiwu", "Volodymyr Zelenko", "Camilla Rossi", "Dmitry Medvedev", "Kirby-Smith",
    "A. Psaki", "Jen Sala", "Jenny Sakis", "Institute for Peace", "Corea", "Nord", "M. Mille", "Eskov", "D. Pestov", "P. Peskov", "Mara Putin",
    "Il ministro", "Un funzionario", "Media", "War",
]  # fmt: skip


@pytest.mark.parametrize("written", OTHERS)
def test_other_people_of_similar_names_are_never_beyond_doubt(world: World, written: str) -> None:
    assert [each for each in suggest_speakers(written, language="it") if each.score >= DOUBT_LINE] == []


# --- what the article adds --------------------------------------------------------------------------------------------------


def test_two_people_run_together_are_both_offered_in_doubt(world: World) -> None:
    found = suggest_speakers("generale Mark Millie Shoyku", language="it")
    assert {each.speaker for each in found} == {world["Mark Milley"], world["Sergei Shoigu"]}
    assert all(each.score < DOUBT_LINE and "two people" in each.reason for each in found)


def test_who_speaks_in_the_article_comes_first(world: World) -> None:
    other = world.add("Nicholas Burns", "person", "US")
    source = make_source()
    assert {each.score < DOUBT_LINE for each in suggest_speakers("Burns", "", source)} == {True}
    make_said(source, DENIAL, other)
    found = suggest_speakers("Burns", "", source)
    assert [each.speaker for each in found] == [other, world["William Burns"]]
    assert "named in this article" in found[0].reason


def test_a_family_name_of_several_people_stays_in_doubt_until_a_role_agrees(world: World) -> None:
    world.add("Nicholas Burns", "person", "US")
    assert first("Burns").score < DOUBT_LINE
    found = first("il direttore della CIA, Burns")
    assert (found.speaker, found.score >= DOUBT_LINE) == (world["William Burns"], True)
    assert "direttore" in found.reason


def test_an_initial_tells_no_two_bearers_of_a_name_apart(world: World) -> None:
    assert first("W. Burns").score >= DOUBT_LINE
    other = world.add("Walter Burns", "person", "US")
    found = suggest_speakers("W. Burns")
    assert {each.speaker for each in found} == {other, world["William Burns"]}
    assert all(each.score < DOUBT_LINE and "others have this family name" in each.reason for each in found)


def test_another_first_name_is_offered_with_a_rare_family_name_only(world: World) -> None:
    found = first("Bill Burns")
    assert (found.speaker, found.score < 0.5) == (world["William Burns"], True)
    assert "another first name" in found.reason
    for name in ("Nicholas Burns", "Robert Burns"):
        world.add(name, "person", "US")
    assert suggest_speakers("Bill Burns") == []


def test_words_that_only_begin_like_a_name_of_the_article_go_to_an_editor_with_their_doubt(
    world: World,
) -> None:
    source = make_source()
    make_said(source, DENIAL, world["Sergei Shoigu"])
    [found] = suggest_speakers("Shoaib", "", source)
    assert found.speaker == world["Sergei Shoigu"] and found.score < 0.5
    assert suggest_speakers("Shoaib", "") == []


def test_a_variant_saved_from_an_article_is_known_there_and_elsewhere(world: World, editor: User) -> None:
    source = make_source()
    linking.save_name_variant(
        world["Dmitry Peskov"], "Pesco", kind=NameKind.GARBLED, by=editor, seen_in=source
    )
    here, elsewhere = first("Pesco", "", source), first("Pesco", "", make_source())
    assert here.speaker == elsewhere.speaker == world["Dmitry Peskov"]
    assert here.score >= elsewhere.score >= DOUBT_LINE
    assert "in this article before" in here.reason and "by mistake" in elsewhere.reason


def test_a_mistranslated_title_is_the_paper_once_its_name_is_on_file(world: World) -> None:
    paper = world.add("Der Spiegel", "outlet", "DE")
    assert suggest_speakers("The mirror", language="en") == []
    SpeakerName.objects.create(speaker=paper, name="The mirror", kind="garbled", language="en")
    assert first("The mirror", language="en").speaker == paper
    assert first("Spiegel", language="it").speaker == paper


def test_unnamed_speakers_stay_with_their_article(world: World) -> None:
    source, other = make_source(), make_source()
    officials = make_speaker("Due funzionari americani", kind="anonymous", only_in=source)
    found = first("due funzionari americani", "", source)
    assert (found.speaker, found.score) == (officials, 1.0)
    assert first("due funzionari statunitensi", "", source).score < DOUBT_LINE
    assert suggest_speakers("due funzionari americani", "", other) == []
    assert suggest_speakers("due funzionari americani") == []


def test_equal_text_under_another_address_is_the_same_article_for_the_unnamed(world: World) -> None:
    source = make_source()
    copy = make_source(body=source.body, url="https://example.org/copy", origin=source)
    officials = make_speaker("Due funzionari", kind="anonymous", only_in=source)
    assert first("due funzionari", "", copy).speaker == officials


def test_a_merged_record_leads_to_whom_it_was_merged_into(world: World, editor: User) -> None:
    double = world.add("Dimitri Peskow", "person", "RU")
    linking.merge_speakers(double, into=world["Dmitry Peskov"], by=editor, because="One person.")
    assert [each.speaker for each in suggest_speakers("Dimitri Peskow")] == [world["Dmitry Peskov"]]


def test_a_role_held_at_another_time_says_nothing(world: World) -> None:
    role = Affiliation.objects.get(speaker=world["Jen Psaki"])
    Affiliation.objects.filter(pk=role.pk).update(from_on=date(2021, 1, 20), to_on=date(2022, 5, 13))
    source = make_source(
        published_earliest=date(2022, 3, 14), published_latest=date(2022, 3, 14), published_basis="stated"
    )
    later = make_source(
        published_earliest=date(2024, 3, 14), published_latest=date(2024, 3, 14), published_basis="stated"
    )
    assert first("Il portavoce della Casa Bianca", "", source).score >= DOUBT_LINE
    assert all(
        each.score < DOUBT_LINE for each in suggest_speakers("Il portavoce della Casa Bianca", "", later)
    )


def test_a_role_of_another_country_speaks_against_a_name(world: World) -> None:
    against = {
        each.speaker: each for each in suggest_speakers("Lavrof", "il ministro francese", language="it")
    }
    assert against[world["Sergei Lavrov"]].score < DOUBT_LINE
    assert "another country" in against[world["Sergei Lavrov"]].reason


def test_a_country_and_a_role_lead_to_who_holds_it(world: World) -> None:
    assert first("il portavoce cinese", language="it").speaker == world["Zhao Lijian"]
    found = suggest_speakers("il portavoce russo e americano", language="it")
    assert {each.speaker for each in found if each.score > 0.3} >= {
        world["Jen Psaki"],
        world["Dmitry Peskov"],
    }
    assert all(each.score < DOUBT_LINE for each in found)


@pytest.mark.parametrize(
    "written", ["", " ", "…", "«»", "x" * 5000, "\u0000", "习近平", "'", "il", "e " * 300]
)
def test_no_words_are_too_strange_to_ask_about(world: World, written: str) -> None:
    assert all(each.score < DOUBT_LINE for each in suggest_speakers(written, written, make_source()))


def test_reasons_are_in_the_language_of_the_page(world: World) -> None:
    with translation.override("it"):
        first("Pesco")
    assert first("Pesco").reason == "Dmitry Peskov with its end cut off or changed"


# --- fast -------------------------------------------------------------------------------------------------------------------


def test_a_whole_article_is_asked_about_in_a_constant_number_of_queries(world: World) -> None:
    source = make_source()
    make_said(source, DENIAL, world["Sergei Shoigu"])
    counts = []
    for mentions in (MEANT[:5], MEANT):
        with CaptureQueriesContext(connection) as asked:
            suggest_all([(written, role) for written, role, _, _ in mentions], source)
        counts.append(len(asked))
        assert {query["sql"].split()[0] for query in asked} == {"SELECT"}  # nothing is decided
    assert counts[0] <= counts[1] <= 14


def test_asking_for_many_is_asking_for_each(world: World) -> None:
    mentions = [(written, role) for written, role, _, _ in MEANT]
    together = suggest_all(mentions, language="it")
    assert together == [suggest_speakers(*mention, language="it") for mention in mentions]


def test_typing_finds_names_by_their_beginning_and_nothing_that_only_sounds_alike(world: World) -> None:
    assert [each.speaker for each in linking.candidates("pesk")] == [world["Dmitry Peskov"]]
    assert linking.candidates("pesco") == []
