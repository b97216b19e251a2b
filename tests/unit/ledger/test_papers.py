"""The parts of papers: lines that begin as Chinese lines may, values that have room."""

import pytest

from dashboard.papers.parts import NEVER_FIRST, WIDTH, facts, words


@pytest.mark.parametrize("mark", NEVER_FIRST)
def test_no_line_begins_with_a_mark(mark: str) -> None:
    text = "河岸堆放建筑垃圾约十方" + mark
    for size in (7, 8, 9):
        made = words(text + "请清运", size)
        made.wrap((len(text) - 1) * size + 1, 500)
        lines = ["".join(line[1]) for line in made.blPara.lines]
        assert len(lines) > 1
        assert not [line for line in lines if line[0] in NEVER_FIRST]


def test_a_value_that_would_break_has_the_row_for_itself() -> None:
    table = facts([("内容", "河岸堆放建筑垃圾约十方，影响行洪安全，请尽快清运"), ("类别", "四乱")])
    table.wrap(WIDTH, 500)
    assert len(table._cellvalues) == 2
