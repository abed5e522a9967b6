"""The product's own settings on a throwaway server, deaf to the environment's database and switches."""

from __future__ import annotations

import os

# A process that a test starts may name its clone; everything else works beside the user's data, never in it.
if not os.environ.get("CLAIMTRACKER_TESTING"):
    from claimtracker.places import data_dir

    for name in (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "DATABASE_REPLICA_URLS",
        "DEBUG",
        "ALLOWED_HOSTS",
        "SECRET_KEY",
        "CLAIMTRACKER_HTTPS",
    ):
        os.environ.pop(name, None)
    for name in ("CLAIMTRACKER_SECOND_READER", "CLAIMTRACKER_REQUIRE_TOTP", "LOG_LEVEL"):
        os.environ.pop(name, None)
    os.environ["CLAIMTRACKER_DATA"] = str(data_dir() / "test")
    os.environ["CLAIMTRACKER_TESTING"] = "1"

from claimtracker.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
