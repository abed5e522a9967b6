"""Who is meant by a name as it is written: found by spelling, sound, role and article; never decided. All people are made up or public."""

from __future__ import annotations

import pytest
from django.db import connection

from claims.models import Speaker, SpeakerName
from sources.names import fold
from sources.sounds import sounds, spelled
from tests.factories import make_speaker

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
