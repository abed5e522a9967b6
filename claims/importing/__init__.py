"""The step that takes in records: who speaks, what is claimed, what was said and what it does to claims. Drafts only."""

from claims.importing.files import Read, read_records, records_in
from claims.importing.ledger import Acts, Answer, Record, Report
from claims.importing.storing import import_records, start_run

__all__ = [
    "Acts",
    "Answer",
    "Read",
    "Record",
    "Report",
    "import_records",
    "read_records",
    "records_in",
    "start_run",
]
