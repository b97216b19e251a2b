"""The sentences of the map's own scripts, in the reader's language."""

from dashboard.ledger.line_words import state_word
from dashboard.ledger.words import category_word, status_word
from dashboard.parts.wording import _
from dashboard.waters.words import level_word
from data.vocabulary import ChiefLevel
from data.words.ledger import CATEGORY_KEYS, Status


def map_words() -> dict[str, str]:
    """Returns the sentences of the map's scripts by key, with placeholders such as ``{n}``."""
    return {
        "live": _("Live"),
        "by_month": _("Monthly mean"),
        "month_span": _("Means of {from} to {to}"),
        **notice_words(),
        "online": _("{n} / {m} online"),
        "close": _("Close"),
        "retry": _("Try again"),
        "changed": _("{n} stations have new readings"),
        "copied": _("Link copied"),
        "no_hit": _("Nothing is named so"),
        "search_failed": _("The search failed. Please try again."),
        "none": _("No data"),
        **sample(),
        "partial": _("{have} of {need} parameters"),
        "stale": _("Stale"),
        "hours_ago": _("{n} h ago"),
        "days_ago": _("{n} d ago"),
        "met": _("target met"),
        "not_met": _("target not met"),
        "compliance.compliant": _("Compliant"),
        "compliance.exceeding": _("Exceeding"),
        "exceeding_by": _("Exceeding {n} times"),
        "exceeding_little": _("Exceeding less than 0.1 times"),
        "compliance.stopped": _("Stopped"),
        "offline": _("Offline"),
        "kind.section": _("Section"),
        "kind.outfall": _("Outfall"),
        "kind.intake": _("Intake"),
        "kind.notice_board": _("Notice board"),
        "kind.reach": _("Reach"),
        "kind.river": _("River"),
        "kind.lake": _("Lake or reservoir"),
        "kind.division": _("Division"),
        "kind.place": _("Place"),
        "list_of": _("{n} shown"),
        "list_cut": _("The first {n} of {m}; filter or search for others."),
        "list_empty": _("Nothing matches"),
        "list_loading": _("Reading the list …"),
        "list_failed": _("The list could not be loaded."),
        "unsure": _("Stale or partial"),
        **count_words(),
        "good": _("Ⅰ–Ⅲ"),
        "poor": _("Ⅳ and worse"),
        "sections_n": _("{n} sections"),
        "worse": _("worse than Ⅴ"),
        **search_words(),
        "results": _("Search results"),
        "map_label": _("Map of the waters and their quality"),
        **ledger_map_words(),
    }


def notice_words() -> dict[str, str]:
    """Returns what stands over the map when its line is lost or a part of it is, by key."""
    return {
        "lost": _("Disconnected, reconnecting (attempt {n})"),
        "lost_since": _("The connection is lost. Showing data of {time}."),
        "not_live": _("Not live"),
        "not_live_since": _("Not live since {time}: the database does not answer."),
        "signed_out": _("Your session has ended. Please sign in again."),
        "sign_in": _("Sign in"),
        "load_failed": _("The map could not be loaded."),
        "load_slow": _("A part of the map is slow to come."),
        "unread": _("The address holds what can't be read: {parts}. The map shows the rest."),
    }


def search_words() -> dict[str, str]:
    """Returns what stands in the empty search box, by key: the longest that fits is shown."""
    return {
        "search_brief": _("Rivers, sections, problems"),
        "search_word": _("Search"),
        "search": _("Search rivers, sections, outfalls, problem numbers"),
    }


def count_words() -> dict[str, str]:
    """Returns the sentences under the counts above the map, by key."""
    return {
        "rate": _("{n} / {m} sections"),
        "rate_left": _("{k} not evaluated"),
        "of.sections": _("of {m} sections"),
        "of.outfalls": _("of {m} outfalls"),
        "of.devices": _("of {m} devices"),
        "all_well.below": _("no section below target"),
        "all_well.exceeding": _("no outfall exceeding"),
        "all_well.offline": _("every device online"),
    }


def ledger_map_words() -> dict[str, str]:
    """Returns the map's sentences on problems and patrols, by key."""
    return {
        "kind.problem": _("Problem"),
        "patrol": _("Patrol"),
        "patrol_valid": _("Valid"),
        "patrol_invalid": _("Not valid"),
        "over_by": _("over by {n} working days"),
        "over_short": _("over {n}"),
        "over_today": _("overdue since today"),
        "left": _("{n} working days to go"),
        "due_today": _("due today"),
        "no_deadline": _("No deadline"),
        "overdue_n": _("{n} overdue"),
        "due_soon_n": _("{n} due soon"),
        "longest": _("worst by {n} working days"),
        "none_overdue": _("none overdue"),
        "of_open": _("of {n} open"),
        "soon_n": _("area: {n} due in 3 days"),
        "today_n": _("{n} today"),
        "report_hint": _("Click where the problem is; Esc to cancel."),
        **{f"category.{key}": category_word(key) for key in CATEGORY_KEYS},
        **{f"status.{each.value}": status_word(each) for each in Status},
        "status.returned": state_word(Status.RECTIFYING, is_returned=True),
        **{f"patrol_level.{each.value}": level_word(each) for each in ChiefLevel},
    }


def sample() -> dict[str, str]:
    """Returns the sentences, by key, for a mean's sample count and valid share."""
    return {"sample": _("n = {n}"), "valid_share": _("valid {share} %")}
