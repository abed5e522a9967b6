"""The site under gunicorn, inside the process that set it up: when it ends, the embedded database goes with it.

The lower-case names are gunicorn's own settings, for whoever runs it: `gunicorn -c python:claimtracker.serving claimtracker.wsgi`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication

# Threads: a reader on a slow line keeps one of eight waiting, not one of two.
workers = 2
threads = 4
worker_class = "gthread"
timeout = 60
graceful_timeout = 10
max_requests = 5000
max_requests_jitter = 500
# No access log (who reads is nobody's business), no control socket in $HOME.
loglevel = "warning"
control_socket_disable = True

CHOSEN = (
    "workers",
    "threads",
    "worker_class",
    "timeout",
    "graceful_timeout",
    "max_requests",
    "max_requests_jitter",
    "loglevel",
    "control_socket_disable",
)


class Site(BaseApplication):  # type: ignore[misc]
    """Two workers of four threads on 127.0.0.1."""

    def __init__(self, port: int, when_ready: Callable[[], None]) -> None:
        self.chosen: dict[str, Any] = {
            **{name: globals()[name] for name in CHOSEN},
            "bind": f"127.0.0.1:{port}",
            "when_ready": lambda _: when_ready(),
        }
        super().__init__()

    def load_config(self) -> None:
        for key, value in self.chosen.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        from claimtracker.wsgi import application

        return application
