"""Settings of a plain Django site on the same database: what `startproject` gives, with django-filter. See plain_urls."""

from __future__ import annotations

from claimtracker.settings import *  # noqa: F403 -- the same server, database and apps

ROOT_URLCONF = "tests.benchmarks.peers.plain_urls"
DATABASE_ROUTERS: list[str] = []
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
_LIST = """<!doctype html><html lang="en"><head><title>Claims</title></head><body><h1>Claims</h1>
<form method="get">{{ filter.form.as_p }}<button>Search</button></form><p>{{ paginator.count }} claims</p>
<ul>{% for claim in object_list %}<li><h2><a href="/en/claims/{{ claim.slug }}/">{{ claim.text }}</a></h2>
<p>{{ claim.figures.get_rating_display }} {{ claim.figures.get_contest_display }} {{ claim.topic.name }}</p>
<p>{% for position in claim.positions.all %}{% for row in position.statement.speakers.all %}<span>{{ row.speaker.name }}
{{ position.get_stance_display }}</span>{% endfor %}{% endfor %}</p></li>{% endfor %}</ul>
<p>{% if page_obj.has_previous %}<a href="?page={{ page_obj.previous_page_number }}">newer</a>{% endif %}
{{ page_obj.number }} / {{ paginator.num_pages }}
{% if page_obj.has_next %}<a href="?page={{ page_obj.next_page_number }}">older</a>{% endif %}</p></body></html>"""
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [("django.template.loaders.locmem.Loader", {"plain.html": _LIST})],
                )
            ]
        },
    }
]
