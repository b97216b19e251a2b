"""The strip of eight steps on a problem's page: what is done, under way, stopped, and beside it."""

from datetime import timedelta

import pytest

from dashboard.ledger.problem_reads import Seen
from dashboard.ledger.steps import nodes, step_line, supervision
from data.clock import to_utc
from data.words.ledger import Action, Status
from problem_ledger.record.commands import Done
from tests.made.ledger.acts import TO_SIGN_OFF, act, carry, problem, take
from tests.made.office import Office
from tests.made.pages import seen_by, texts

NAMES = ["登记", "受理", "交办", "签收", "整改", "复核", "销号", "归档"]


def seen(office: Office, done: Done, *, days_later: int = 0) -> Seen:
    """The problem as the office sees it, so many days later."""
    now = to_utc(office.clock.at + timedelta(days=days_later))
    return seen_by(office, "office", done, lambda: now)


@pytest.mark.parametrize(
    ("status", "done", "present", "whose"),
    [
        (Status.REGISTERED, 1, "cur", "河长办"),
        (Status.REFUSED, 1, "stop", "office 甲"),
        (Status.ACCEPTED, 2, "cur", "河长办"),
        (Status.ASSIGNED, 3, "cur", "上游镇水利站"),
        (Status.RECTIFYING, 4, "cur", "上游镇水利站"),
        (Status.SUBMITTED, 5, "cur", "复核人"),
        (Status.VERIFIED, 6, "cur", "销号人"),
        (Status.SIGNED_OFF, 7, "cur", ""),
        (Status.ARCHIVED, 8, "", ""),
    ],
)
def test_each_status_has_its_place_on_the_strip(
    shared_office: Office, status: Status, done: int, present: str, whose: str
) -> None:
    page = seen(shared_office, problem(shared_office, status))
    strip = nodes(page)
    states = ["done"] * done + [present] * (done < 8) + [""] * (7 - done)
    assert [node.state for node in strip] == states
    names = [*NAMES]
    if status is Status.REFUSED:
        names[1] = "不予受理"
    assert [node.word for node in strip] == names
    for node in strip[:done]:
        assert node.when, node.word
    assert all((node.when, node.who) == ("", "") for node in strip[done + 1 :])
    if status is Status.SIGNED_OFF:
        until = page.detail.look_back_at
        assert until is not None
        assert strip[7].when == "回头看"
        assert strip[7].who.startswith(f"{until:%Y-%m-}")
    elif done < 8:
        assert strip[done].who == whose
        if present == "cur":
            assert strip[done].when == "进行中"


def test_who_did_each_step_stands_below_it(shared_office: Office) -> None:
    strip = nodes(seen(shared_office, problem(shared_office, Status.SIGNED_OFF)))
    whose = ["测试县巡河员", "office 甲", "office 甲", "上游镇水利站", "上游镇水利站", "checker 甲"]
    assert [node.who for node in strip[:6]] == whose
    assert strip[6].who == "chief 甲"


def test_what_was_sent_back_says_so_and_keeps_the_steps_before(shared_office: Office) -> None:
    done = take(shared_office, problem(shared_office, Status.SUBMITTED), Action.RETURN)
    strip = nodes(seen(shared_office, done))
    assert [node.state for node in strip[:6]] == ["done"] * 4 + ["cur", ""]
    assert (strip[4].when, strip[4].who) == ("已退回", "上游镇水利站")


def test_the_rectification_says_its_days_and_another_year_its_year(office: Office) -> None:
    rectifying = carry(office, *TO_SIGN_OFF[:3])
    begun = office.clock.at
    office.clock.move(days=3)
    done = take(office, rectifying, Action.SUBMIT)
    days = [f"{(begun + timedelta(days=each)):%m-%d}" for each in (0, 3)]
    assert nodes(seen(office, done))[4].when == " – ".join(days)
    next_year = nodes(seen(office, done, days_later=365))
    year = begun.year
    assert next_year[4].when == " – ".join(f"{year}-{day}" for day in days)
    assert all(node.when.startswith(f"{year}-") for node in next_year[:5])


def test_one_node_is_the_present_one_for_a_reader_who_hears_the_page(
    shared_office: Office,
) -> None:
    for status, count in ((Status.RECTIFYING, 1), (Status.REFUSED, 0), (Status.ARCHIVED, 0)):
        line = step_line(seen(shared_office, problem(shared_office, status)))
        marked = [item for item in line.children if getattr(item, "aria-current", None) == "step"]
        assert len(marked) == count, status
        assert len(line.children) == 8
        assert getattr(line, "aria-label", None) == "办理进度"


def test_presses_comments_and_extensions_stand_below_the_step_they_came_in(
    office: Office,
) -> None:
    done = carry(office, *TO_SIGN_OFF[:3])
    assert texts(supervision(seen(office, done))) == ["督办", "未督办"]
    done = act(office, "chief", done, Action.PRESS, text="逾期未办")
    done = act(office, "chief", done, Action.COMMENT, text="加快清运")
    done = take(office, take(office, done, Action.ASK_EXTENSION), Action.EXTEND)
    row = supervision(seen(office, done))
    assert texts(row)[-1] == "已督办 1 次 · 已延期 1 次"
    chips = [each for each in row.children if "ev" in str(each.className).split()]
    assert [chip.title for chip in chips][:2] == ["逾期未办", "加快清运"]
    assert {chip.style["gridColumn"] for chip in chips} == {"5 / span 2"}


def test_requests_for_more_time_push_no_word_of_a_chief_off_the_strip(office: Office) -> None:
    done = act(office, "chief", carry(office, *TO_SIGN_OFF[:3]), Action.PRESS, text="逾期未办")
    for _ in range(2):
        done = take(office, take(office, done, Action.ASK_EXTENSION), Action.EXTEND)
    row = supervision(seen(office, done))
    chips = [each for each in row.children if "ev" in str(each.className).split()]
    assert chips[0].title == "逾期未办"
    assert len(chips) == 4
    assert texts(row)[-1] == "另 1 条 · 已督办 1 次 · 已延期 2 次"


def test_words_of_chiefs_alone_have_the_room_of_all_four(office: Office) -> None:
    done = carry(office, *TO_SIGN_OFF[:3])
    for word in ("一", "二", "三", "四", "五"):
        done = act(office, "chief", done, Action.COMMENT, text=word)
    row = supervision(seen(office, done))
    chips = [each for each in row.children if "ev" in str(each.className).split()]
    assert [chip.title for chip in chips] == ["二", "三", "四", "五"]
    assert texts(row)[-1] == "另 1 条 · 未督办"
    done = take(office, done, Action.ASK_EXTENSION)
    row = supervision(seen(office, done))
    chips = [each for each in row.children if "ev" in str(each.className).split()]
    assert [chip.title for chip in chips][:3] == ["三", "四", "五"]
    assert len(chips) == 4
