"""A course as a file for a spreadsheet: as measured beside what counts, and who said so."""

import csv
from collections.abc import Mapping
from datetime import datetime
from io import StringIO

from dashboard.parts.measures import flag_word, parameter_name, plain_cell, unit_of
from dashboard.parts.review_words import rule_word
from dashboard.parts.wording import _
from data.clock import BUSINESS_ZONE, UtcDatetime
from data.queries.readings.course import FLAG_CODES, RULE_CODES, Series
from data.queries.stations.facts import StationFacts
from data.vocabulary import Parameter

Signed = Mapping[int, tuple[str, UtcDatetime, str]]


def csv_text(
    facts: StationFacts, parameter: Parameter, whole: Series, signed: Signed, *, named: bool
) -> str:
    """Returns the values as CSV in Beijing time, with a byte order mark so Excel reads UTF-8.

    Without ``named`` the office stands in place of who reviewed a value, and reasons are left out.
    """
    unit = unit_of(parameter)
    heading = f"{parameter_name(parameter)} ({unit})" if unit else parameter_name(parameter)
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(
        [
            _("Station"),
            _("Code"),
            _("Time (Beijing)"),
            heading,
            _("Below the detection limit"),
            _("Flag"),
            _("Value that counts"),
            _("Verdict"),
            _("Reviewed by"),
            _("Reviewed at (Beijing)"),
            _("Reason of the review"),
        ]
    )
    for at in range(len(whole)):
        moment = datetime.fromtimestamp(int(whole.at_s[at]), BUSINESS_ZONE)
        rows.writerow(
            [
                plain_cell(facts.name),
                plain_cell(facts.code),
                f"{moment:%Y-%m-%d %H:%M:%S}",
                f"{whole.raw[at]:.10g}",
                "" if (limit := whole.limit_at(at)) is None else f"<{limit:.10g}",
                flag_word(FLAG_CODES[whole.flag[at]]),
                f"{whole.value[at]:.10g}" if whole.run[at] >= 0 else "",
                rule_word(RULE_CODES[whole.rule[at]]),
                *_signature(signed, int(whole.review[at]), named=named),
            ]
        )
    return "\ufeff" + text.getvalue()


def _signature(signed: Signed, review_id: int, *, named: bool) -> tuple[str, str, str]:
    if review_id not in signed:
        return "", "", ""
    who, known_from, reason = signed[review_id]
    at = f"{known_from.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"
    return plain_cell(who) if named else _("Chief office"), at, plain_cell(reason) if named else ""
