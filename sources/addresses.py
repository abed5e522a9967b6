"""Web addresses as files state them. Pure: no Django, no database. They are stored and linked, never fetched."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from sources.characters import Refused

MAX_ADDRESS = 2000


def web_address(stated: str) -> str:
    """A web address as stated, or "" for none. Raises Refused (bad_url)."""
    url = stated.strip()
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        lawful = (
            parts.scheme in ("http", "https")
            and 0 < len(host) <= 253
            and all(0 < len(label) <= 63 for label in host.removesuffix(".").split("."))
            and "@" not in parts.netloc
            and len(url) <= MAX_ADDRESS
            and url.isprintable()
            and not re.search(r'[\s\\<>"]', url)
        )
        url.encode()
    except ValueError:
        lawful = False
    if not lawful:
        raise Refused("bad_url", "The address is not a plain http or https link.")
    return url
