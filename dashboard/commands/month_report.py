"""A month's classes and ratings as lines to read and as tables for other programs."""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from pathlib import Path

from dashboard.parts.measures import parameter_name, plain_cell
from dashboard.parts.wording import _, language
from data.archives.evaluation import Evaluation, SectionMonth, WaterMonth
from data.clock import BUSINESS_ZONE, UtcDatetime
from data.quality.rating import Rating
from data.quality.rounding import round_half_even
from data.vocabulary import PARAMETERS, Parameter, WaterClass
from data.whole_files import write_whole


def rating_word(rating: Rating) -> str:
    """Returns a rating in the reader's language: 优, 良好, 轻度污染, 中度污染, 重度污染."""
    return {
        Rating.EXCELLENT: _("excellent"),
        Rating.GOOD: _("good"),
        Rating.LIGHT: _("slightly polluted"),
        Rating.MODERATE: _("moderately polluted"),
        Rating.HEAVY: _("heavily polluted"),
    }[rating]


def lines_of(month: Evaluation) -> list[str]:
    """Returns a month's evaluation as lines of text: its days, each section, each water."""
    span = _("{start} to {end}").format(start=_at(month.span.start), end=_at(month.span.end))
    return [
        span,
        *(_section_line(each) for each in month.sections),
        *(_water_line(each) for each in month.waters),
    ]


def write_tables(month: Evaluation, file: Path) -> tuple[Path, Path]:
    """Writes CSV: the sections to ``file``, the waters to a file beside it; returns both paths."""
    waters = file.with_name(f"{file.stem}_waters{file.suffix}")
    _write(file, _section_rows(month))
    _write(waters, _water_rows(month))
    return file, waters


def _section_line(section: SectionMonth) -> str:
    place = section.place
    parts = [place.code, place.name]
    if section.grade is None:
        have = sum(parameter in section.means for parameter in section.required)
        parts.append(
            _("no class: {have} of {need} parameters").format(have=have, need=len(section.required))
        )
    else:
        parts += [section.grade.water_class.numeral, _rated(section.rating)]
        if section.grade.water_class > WaterClass.II:
            parts.append(_named(section.grade.deciding))
        parts.append(_("target {n} met") if section.grade.meets_target else _("target {n} not met"))
        parts[-1] = parts[-1].format(n=section.grade.target.numeral)
    share = section.least_share
    parts.append(f"n={section.row_count}")
    if share is not None:
        parts.append(_("{share:.0%} valid").format(share=share))
    return "  ".join(part for part in parts if part)


def _water_line(water: WaterMonth) -> str:
    if water.water_rating is None:
        return "  ".join((water.name, _("not rated: no section has a class")))
    counted = _("{graded} of {all} sections").format(
        graded=water.water_rating.section_count, all=water.section_count
    )
    shares = _("Ⅰ-Ⅲ {good:.1%}, worse than Ⅴ {worst:.1%}").format(
        good=water.water_rating.good_share, worst=water.water_rating.worst_share
    )
    return "  ".join((water.name, rating_word(water.water_rating.rating), counted, shares))


def _section_rows(month: Evaluation) -> Iterator[list[object]]:
    measured = [p for p in Parameter if any(p in each.means for each in month.sections)]
    of_each = [f"{p}{end}" for p in measured for end in ("", "_count", "_valid_share")]
    yield [
        "station", "name", "water", "state", "class", "rating", "deciding", "target",
        "meets_target", "rows", *of_each,
    ]  # fmt: skip
    for each in month.sections:
        grade = each.grade
        yield [
            each.place.code, plain_cell(each.place.name), plain_cell(each.place.water[2]),
            each.state,
            int(grade.water_class) if grade else "", each.rating or "",
            " ".join(grade.deciding) if grade else "",
            int(each.place.target or WaterClass.III),
            ("yes" if grade.meets_target else "no") if grade else "", each.row_count,
            *(cell for p in measured for cell in _mean_cells(each, p)),
        ]  # fmt: skip


def _mean_cells(section: SectionMonth, parameter: Parameter) -> list[object]:
    mean = section.means.get(parameter)
    if mean is None or mean.value is None:
        return ["", 0, ""]
    share = "" if mean.valid_share is None else round(mean.valid_share, 6)
    return [round_half_even(mean.value, PARAMETERS[parameter].shown_decimals), mean.count, share]


def _water_rows(month: Evaluation) -> Iterator[list[object]]:
    yield ["kind", "name", "rating", "class", "sections", "graded", "good_share", "worst_share"]
    for each in month.waters:
        rated = each.water_rating
        yield [
            each.kind, plain_cell(each.name), rated.rating if rated else "",
            int(rated.grade.water_class) if rated and rated.grade else "",
            each.section_count, rated.section_count if rated else 0,
            round(rated.good_share, 6) if rated else "",
            round(rated.worst_share, 6) if rated else "",
        ]  # fmt: skip


def _write(file: Path, rows: Iterable[list[object]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    write_whole(file, BOM_UTF8 + text.getvalue().encode())


def _rated(rating: Rating | None) -> str:
    return rating_word(rating) if rating else ""


def _named(parameters: Iterable[Parameter]) -> str:
    gap = "、" if language.get() == "zh" else ", "
    return gap.join(parameter_name(each) for each in parameters)


def _at(moment: UtcDatetime) -> str:
    return moment.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
