"""The ledger's use cases, each one transaction: report, act, and what the system does itself."""

from problem_ledger.actions import act, archive
from problem_ledger.given import Command, Done, Exceeded, Place, Report, Silent
from problem_ledger.reports import report, report_exceedance, report_silence
from problem_ledger.standing import allowed_actions, allowed_on_each

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
