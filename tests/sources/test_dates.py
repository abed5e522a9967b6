from __future__ import annotations

import datetime as dt

import pytest

from sources.addresses import web_address
from sources.characters import Refused
from sources.dates import Published, published_on

TODAY = dt.date(2024, 5, 1)


@pytest.mark.parametrize(
    ("stated", "earliest", "latest"),
    [
        ("2022-03-14", (2022, 3, 14), (2022, 3, 14)),
        ("2022-03", (2022, 3, 1), (2022, 3, 31)),
        ("2022-12", (2022, 12, 1), (2022, 12, 31)),
        ("2022", (2022, 1, 1), (2022, 12, 31)),
        ("2022-03-14/2022-03-15", (2022, 3, 14), (2022, 3, 15)),
        ("2022-03-14T23:30:00-11:00", (2022, 3, 15), (2022, 3, 15)),
        ("2022-03-14T00:30:00+02:00", (2022, 3, 13), (2022, 3, 13)),
        ("2022-03-14 08:00Z", (2022, 3, 14), (2022, 3, 14)),
        (dt.date(2022, 3, 14), (2022, 3, 14), (2022, 3, 14)),
    ],
)
def test_a_stated_date_is_a_range_of_days_and_its_words_are_kept(
    stated: str | dt.date, earliest: tuple[int, int, int], latest: tuple[int, int, int]
) -> None:
    words = stated if isinstance(stated, str) else stated.isoformat()
    assert published_on(stated, today=TODAY) == Published(
        dt.date(*earliest), dt.date(*latest), "stated", words
    )


@pytest.mark.parametrize("stated", [None, "", "  "])
def test_no_date_is_ever_invented(stated: str | None) -> None:
    assert published_on(stated) == Published(None, None, "unknown", "")


@pytest.mark.parametrize(
    "stated",
    [
        "0000-00-00",
        "10000-01-01",
        "2022-02-30",
        "-0001-01-01",
        "31/12/1",
        "ieri",
        "9999-12-31T23:59:60Z",
        "2022-03-14T25:00:00Z",
        "1e400",
        "20220314",
        "2022-W11",
        "0001-01-01",
        "2024-05-03",
        "2024-06",
        "2022-03-15/2022-03-14",
        "2022-01-01/2022-01-02/2022-01-03",
        "9999",
        "0001-01-01T00:00:00+14:00",
        "2022-03-14T10:00:00+99:00",
        "٢٠٢٢-٠٣-١٤x",
    ],
)
def test_a_day_that_is_none_or_still_to_come_is_refused(stated: str) -> None:
    with pytest.raises(Refused) as refused:
        published_on(stated, today=TODAY)
    assert refused.value.reason == "bad_date"


def test_this_month_and_this_year_are_not_the_future() -> None:
    assert published_on("2024-05", today=TODAY).latest == dt.date(2024, 5, 31)
    assert published_on("2024", today=TODAY).earliest == dt.date(2024, 1, 1)


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c#d", "http://xn--80ak6aa92e.com/", "https://example.org:8443/è", ""]
)
def test_a_plain_link_is_kept_as_stated(url: str) -> None:
    assert web_address(f" {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://user:pass@example.org/",
        "//evil.example/x",
        "https://example.org\\@evil.example/",
        "https://exa mple.org/",
        "https://" + "a" * 3000 + ".org/",
        "https:///path",
        "http://[::1",
        "https://example.org/\u202e",
        "https://example.org:99999/",
        "https://a..b/",
        "https://x/\ud800",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refused:
        web_address(url)
    assert refused.value.reason == "bad_url"
