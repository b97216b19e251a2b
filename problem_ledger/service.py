"""The ledger's use cases, each one transaction: report, act, and what the system does itself."""

from problem_ledger.actions import act, allowed_actions, archive
from problem_ledger.given import Command, Done, Exceeded, Place, Report
from problem_ledger.reports import report, report_exceedance

__all__ = [
    "Command",
    "Done",
    "Exceeded",
    "Place",
    "Report",
    "act",
    "allowed_actions",
    "archive",
    "report",
    "report_exceedance",
]
