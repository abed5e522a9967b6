"""What is known of the past: who did what and why, and how things stood on a day. Read from the events of the database alone."""

from claims.history.events import SUBJECTS, event_model_of, event_models
from claims.history.telling import Change, Line, Place, Told, tell

__all__ = ["SUBJECTS", "Change", "Line", "Place", "Told", "event_model_of", "event_models", "tell"]
