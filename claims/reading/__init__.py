"""The step between a stored text and an editor's desk: what the machine finds becomes suggestions, and nothing more.

The first reading of a source suggests statements. Every later one, by the same machine or a newer one, only proposes what it
would add, change or drop: suggestions never change under an editor's hands, and what an editor decided is never touched.
"""

from claims.reading.changes import leave_change, take_change
from claims.reading.hints import known_names
from claims.reading.steps import Answer, Text, find, read_source, store, store_all, texts, unread

__all__ = [
    "Answer",
    "Text",
    "find",
    "known_names",
    "leave_change",
    "read_source",
    "store",
    "store_all",
    "take_change",
    "texts",
    "unread",
]
