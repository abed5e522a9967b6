"""Reading what the environment says: database addresses and keys, and one sentence for each value that cannot be used."""

from __future__ import annotations

from typing import Any

import dj_database_url
import dj_email_url
from environs import EnvValidationError, ValidationError

from claims.vocabulary import NoticeKind

POSTGRESQL = "postgresql://user:password@host:5432/name"


def parse(url: str) -> dict[str, Any]:
    """Django's NAME, USER, HOST … of a postgresql:// address. Raises ValueError when it is none."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("not PostgreSQL")
    found: dict[str, Any] = dict(dj_database_url.parse(url))
    if not found.get("NAME"):
        raise ValueError("names no database")
    return {
        key: found[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS") if found.get(key)
    }


def postgresql(url: str) -> None:
    """environs validator of a database address; "" means the embedded server."""
    if url:
        try:
            parse(url)
        except (ValueError, dj_database_url.ParseError, dj_database_url.UnknownSchemeError):
            # The value is not repeated: it may hold a password.
            raise ValidationError(f"is not a PostgreSQL address such as {POSTGRESQL}.") from None


def replicas(urls: list[str]) -> None:
    """environs validator of the addresses of a database's copies; an empty one is none."""
    for number, url in enumerate(urls, 1):
        try:
            postgresql(url)
        except ValidationError as error:
            raise ValidationError(f"number {number} {error.args[0]}") from None


def lag(seconds: int) -> None:
    """environs validator of how far a replica may be behind."""
    if not 1 <= seconds <= 3600:
        raise ValidationError("is not a number of seconds from 1 to 3600.")


# libpq's names. Where another machine can answer, one that is silent is not waited for: 2 s to connect, 4 s for what was sent.
GIVEN_UP = {
    "connect_timeout": 2,
    "tcp_user_timeout": 4000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


def soon_given_up(database: dict[str, Any]) -> dict[str, Any]:
    """The same settings of a Django database, with limits on waiting for its machine; what its address says stands."""
    return {**database, "OPTIONS": {**GIVEN_UP, **database["OPTIONS"]}}


def web(url: str) -> None:
    """environs validator of an address on the web; "" means none."""
    if url and not url.startswith(("https://", "http://")):
        raise ValidationError("is not an address such as https://claims.example.")


def contacts(written: list[str]) -> None:
    """environs validator of the addresses to write to, as security.txt names them (RFC 9116)."""
    for address in written:
        if not address.startswith(("mailto:", "https://", "tel:")):
            raise ValidationError("names an address that does not begin with mailto:, https:// or tel:.")


# How e-mail can be sent; `submission` begins plain and goes on encrypted (STARTTLS), smtp with ?ssl=True is encrypted from the start.
MAILERS = ("console", "smtp", "submission")


def mail(url: str) -> None:
    """environs validator of how e-mail is sent."""
    scheme, _colon, _rest = url.partition(":")
    try:
        known = scheme in MAILERS and (scheme == "console" or bool(dj_email_url.parse(url)["EMAIL_HOST"]))
    except (ValueError, KeyError):
        known = False
    if not known:
        # The value is not repeated: it may hold a password.
        raise ValidationError(
            "is neither console: nor an address such as submission://user:password@mail.example:587."
        )


def mail_settings(url: str) -> dict[str, Any]:
    """Django's EMAIL_… settings; where the address says nothing, Django's own."""
    usual = {"EMAIL_HOST": "localhost", "EMAIL_PORT": 25, "EMAIL_HOST_USER": "", "EMAIL_HOST_PASSWORD": ""}
    return usual | {name: value for name, value in dj_email_url.parse(url).items() if value is not None}


def notices(kinds: list[str]) -> None:
    """environs validator of the kinds of e-mail that are sent; none switches all off."""
    known = [kind.value for kind in NoticeKind]
    if unknown := sorted(set(kinds) - {*known, ""}):
        raise ValidationError(f"names {', '.join(unknown)}; known are {', '.join(known)}.")


def days(number: int) -> None:
    """environs validator of a number of days."""
    if not 1 <= number <= 365:
        raise ValidationError("is not a number of days from 1 to 365.")


def long_enough(key: str) -> None:
    """environs validator of SECRET_KEY; "" means the installation's own."""
    if key and len(key) < 50:
        raise ValidationError("is shorter than 50 characters.")


def all_at_once(error: EnvValidationError) -> str:
    """One line a variable: its name and what is wrong with it."""
    found = error.error_messages
    if not isinstance(found, dict):
        return " ".join(found)
    return "\n".join(
        f"{name}: {' '.join(str(word) for word in words)}" for name, words in sorted(found.items())
    )
