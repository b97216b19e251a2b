"""What logs say: few tracebacks, one line for each begin and end, never more than their size."""

import logging
import threading
from pathlib import Path

import psycopg
import pytest

from data.logs import FaultLog, FewTracebacks, OutageLog, rotate
from data.settings import LogSettings

SMALL = LogSettings(most_mb=0.001, kept=2)


class Hands:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.at_s = 0.0

    def __call__(self) -> float:
        return self.at_s


def written(form: FewTracebacks, raised: Exception) -> str:
    """The line of the log for that error, raised here or there."""
    try:
        raise raised
    except type(raised) as error:
        there = (type(error), error, error.__traceback__)
    record = logging.LogRecord("one", logging.ERROR, __file__, 1, "it ended", (), there)
    return form.format(record)


def test_a_fault_that_costs_one_message_is_one_line_the_first_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = FaultLog(logging.getLogger("faults"))
    for text in ("1E+9", "of a person", "x"):
        try:
            raise ArithmeticError(text)
        except ArithmeticError as error:
            log.met("a decoder failed", error)
    log.met("a decoder failed", KeyError("x"))
    first, second = caplog.messages
    assert first.startswith("a decoder failed: ArithmeticError at ")
    assert "KeyError" in second
    assert not any(each.exc_info or "\n" in each.getMessage() for each in caplog.records)
    assert "person" not in caplog.text


def test_one_traceback_a_minute_of_one_kind() -> None:
    clock = Hands()
    form = FewTracebacks("%(message)s", clock)
    assert "Traceback" in written(form, ValueError("first"))
    for at_s in (1.0, 30.0, 59.0):
        clock.at_s = at_s
        again = written(form, ValueError("again"))
        assert "Traceback" not in again
        assert again.startswith("it ended\n(ValueError again at")
    assert "Traceback" in written(form, KeyError("of another kind"))
    clock.at_s = 60.0
    assert "Traceback" in written(form, ValueError("a minute later"))


def test_an_outage_has_one_line_when_it_begins_and_one_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Hands()
    outage = OutageLog(logging.getLogger("test"), clock)
    for _ in range(2):
        outage.over()
        for _ in range(3):
            outage.met(psycopg.OperationalError("away\nDETAIL: personal"))
            clock.at_s += 2
        outage.over()
        outage.over()
    assert caplog.messages == [
        "the database doesn't answer: away", "the database answers again, after 6.0 s",
    ] * 2  # fmt: skip


def test_an_outage_is_over_when_all_threads_have_gone_on(caplog: pytest.LogCaptureFixture) -> None:
    outage = OutageLog(logging.getLogger("test"), Hands())
    outage.met(psycopg.OperationalError("away"))
    other = threading.Thread(target=lambda: outage.met(psycopg.OperationalError("away")))
    other.start()
    other.join()
    outage.over()
    assert caplog.messages == ["the database doesn't answer: away"]


def test_a_log_is_copied_and_emptied_while_somebody_writes_it(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    with log.open("ab") as writer:
        for letter in "abcd":
            writer.write(letter.encode() * 1200)
            writer.flush()
            assert rotate(log, SMALL)
        writer.write(b"end")
        writer.flush()
        assert not rotate(log, SMALL)
    assert log.read_bytes() == b"end", "no hole of zeros before it"
    assert {each.name: each.read_bytes()[:1] for each in tmp_path.iterdir()} == {
        "one.log": b"e", "one.log.1": b"d", "one.log.2": b"c",
    }  # fmt: skip


def test_a_log_that_nobody_writes_is_renamed(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    log.write_bytes(b"x" * 5000)
    assert rotate(log, SMALL, in_use=False)
    assert {each.name: each.stat().st_size for each in tmp_path.iterdir()} == {"one.log.1": 5000}


def test_a_log_that_is_not_there_is_left_alone(tmp_path: Path) -> None:
    assert not rotate(tmp_path / "none.log", SMALL)
    assert list(tmp_path.iterdir()) == []


def test_no_copies_are_kept_where_none_are_wanted(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    log.write_bytes(b"x" * 2000)
    assert rotate(log, LogSettings(most_mb=0.001, kept=0))
    assert {each.name: each.stat().st_size for each in tmp_path.iterdir()} == {"one.log": 0}
