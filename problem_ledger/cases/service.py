"""The ledger's use cases, each one transaction: report, act, and what the system does itself."""

from problem_ledger.cases.actions import act, archive
from problem_ledger.cases.permissions import allowed_actions, allowed_on_each
from problem_ledger.cases.reports import report, report_exceedance, report_silence
from problem_ledger.record.commands import Command, Done, Exceeded, Place, Report, Silent

__all__ = [
    "Command",
    "Done",
    "Exceeded",
    "Place",
    "Report",
    "Silent",
    "act",
    "allowed_actions",
    "allowed_on_each",
    "archive",
    "report",
    "report_exceedance",
    "report_silence",
]
