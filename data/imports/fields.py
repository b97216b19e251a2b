"""The fields of each kind of import file, the column names they are guessed from, and parsers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from data.moments import DayOf
from data.placing import cells
from data.placing.cells import Parser
from data.placing.shapes import Shape
from data.vocabulary import PARAMETERS, Parameter


class ImportKind(StrEnum):
    """What a file can be imported as."""

    DIVISIONS = "divisions"
    RIVERS = "rivers"
    REACHES = "reaches"
    LAKES = "lakes"
    SECTIONS = "sections"
    OUTFALLS = "outfalls"
    INTAKES = "intakes"
    NOTICE_BOARDS = "notice-boards"
    CHIEFS = "chiefs"
    PLACES = "places"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an import; ``aliases`` are column names that mean the field, likeliest first.

    ``day_of`` says what the day in a field of dates is for.
    """

    name: str
    aliases: tuple[str, ...] = ()
    parse: Parser = cells.words
    required: bool = False
    day_of: DayOf = DayOf.BEGIN


@dataclass(frozen=True, slots=True)
class Form:
    """The fields and the kind of geometry that a file of one kind of import has.

    With ``takes_code_as_name`` a row without a name is called by its code.
    """

    shape: Shape | None
    shape_required: bool
    fields: Mapping[str, Field]
    takes_code_as_name: bool = False


def _form(
    shape: Shape | None,
    *fields: Field,
    shape_required: bool = True,
    takes_code_as_name: bool = False,
) -> Form:
    named = MappingProxyType({field.name: field for field in fields})
    return Form(shape, shape_required, named, takes_code_as_name)


def _name(*aliases: str) -> Field:
    return Field("name", ("name_zh", "name:zh", "名称", *aliases, "mc"), required=True)


def _code(*aliases: str, parse: Parser = cells.code, required: bool = False) -> Field:
    return Field("code", ("编码", "编号", "代码", *aliases), parse, required)


_NAME_EN: Final = Field("name_en", ("name:en", "英文名", "英文名称"))
_SOURCE: Final = Field("source", ("来源", "数据来源"))
_SCHEME: Final = Field("code_scheme", ("编码规则", "编码体系"))
_OWNER: Final = Field("owner", ("责任主体", "责任单位", "管理单位"))
_PERMIT: Final = Field("permit_no", ("许可证号", "许可证编号", "许可编号"), cells.code)
_RIVER: Final = Field("river", ("河流", "河流名称", "河名", "所在河流"))
_REACH: Final = Field("reach", ("河段", "河段名称", "所在河段"))
_LAKE: Final = Field("lake", ("湖泊", "湖库", "水库", "湖泊名称"))
_FLOW: Final = (
    Field("flows_into", ("汇入河流", "汇入", "流入", "注入河流", "下级河流"), cells.code),
    Field("line_id", ("comid", "hyriv_id", "hydroid", "linkno", "nhdplusid"), cells.code),
    Field("next_down", ("nextdown", "next_down_id", "dslinkno", "nextdownid"), cells.code),
    Field("from_node", ("fromnode", "fnode", "fnode_", "f_node", "起点节点"), cells.code),
    Field("to_node", ("tonode", "tnode", "tnode_", "t_node", "终点节点"), cells.code),
    Field("divergence", ("分流",), cells.code),
)
"""How a file states which line follows which, as NHD, HydroRIVERS and ArcInfo's networks do."""

_DIVISION: Final = Field("division", ("行政区", "行政区划", "所在行政区", "区划"))
_STATION: Final = (
    Field("interval", ("监测频次", "间隔", "interval_s"), cells.interval),
    Field("started_on", ("启用日期", "建站日期"), cells.day),
    _NAME_EN,
)
_LIMITS: Final = tuple(
    Field(f"limit_{p}", (f"{PARAMETERS[p].name_zh}限值",), cells.bounds) for p in Parameter
)

FORMS: Final[Mapping[ImportKind, Form]] = MappingProxyType(
    {
        ImportKind.DIVISIONS: _form(
            Shape.AREA,
            _name("行政区名称", "xzqmc"),
            _code("adcode", "行政区划代码", "区划代码", "xzqdm", parse=cells.division_code),
            _NAME_EN,
            Field("level", ("级别", "层级"), cells.level),
            Field("parent", ("上级", "上级行政区")),
            _SOURCE,
            shape_required=False,
        ),
        ImportKind.RIVERS: _form(
            Shape.LINE,
            _name("河流名称", "河名"),
            _code("河流编码", "河流代码"),
            _SCHEME,
            _NAME_EN,
            Field("kind", ("类型", "waterway"), cells.river_kind),
            Field("basin", ("流域", "所属流域")),
            _SOURCE,
            Field("remark", ("备注", "说明")),
            *_FLOW,
            takes_code_as_name=True,
        ),
        ImportKind.REACHES: _form(
            Shape.LINE,
            _name("河段名称", "河段"),
            _code("河段编码", "河段代码"),
            Field("river", ("河流", "河流名称", "河名", "所在河流"), required=True),
            _DIVISION,
            Field("chainage_from", ("起点桩号", "起始桩号", "from_m"), cells.chainage),
            Field("chainage_to", ("终点桩号", "终止桩号", "to_m"), cells.chainage),
            shape_required=False,
        ),
        ImportKind.LAKES: _form(
            Shape.AREA,
            _name("湖泊名称", "水库名称"),
            _code("湖泊编码", "水库编码"),
            _SCHEME,
            _NAME_EN,
            Field("kind", ("类型",), cells.lake_kind),
            _SOURCE,
            takes_code_as_name=True,
        ),
        ImportKind.SECTIONS: _form(
            Shape.POINT,
            _name("断面名称", "站点名称"),
            _code("断面编码", "断面代码", "站点编码", required=True),
            Field("attribute", ("断面属性", "属性", "级别")),
            Field(
                "target_class", ("目标类别", "水质目标", "考核目标", "target"), cells.water_class
            ),
            Field("required", ("考核指标", "评价指标"), cells.parameters),
            Field("is_border", ("是否交界", "交界断面"), cells.yes),
            Field("represents", ("代表河段",), cells.listed),
            *_STATION,
        ),
        ImportKind.OUTFALLS: _form(
            Shape.POINT,
            _name("排污口名称", "排口名称"),
            _code("排污口编码", "排口编码", required=True),
            Field("category", ("排污口类型", "类型", "类别", "排污口分类")),
            _OWNER,
            _PERMIT,
            Field("discharge_mode", ("排放方式",)),
            Field("grade", ("排放标准", "执行标准", "排放等级"), cells.discharge_grade),
            Field("limits_from", ("限值生效日期", "限值起始日期"), cells.day),
            *_STATION,
            *_LIMITS,
        ),
        ImportKind.INTAKES: _form(
            Shape.POINT,
            _name("取水口名称"),
            _code("取水口编码", required=True),
            _OWNER,
            _PERMIT,
            Field("permitted_volume_m3a", ("许可水量", "年许可取水量"), cells.number),
            Field("purpose", ("用途", "取水用途")),
            *_STATION,
        ),
        ImportKind.NOTICE_BOARDS: _form(
            Shape.POINT,
            _name("公示牌名称"),
            _code("公示牌编码", "公示牌编号", required=True),
            Field("phone", ("监督电话", "电话", "联系电话"), cells.code),
            Field("content_version", ("内容版本", "版本")),
            Field("set_on", ("设立日期", "设置日期"), cells.day),
        ),
        ImportKind.CHIEFS: _form(
            None,
            _name("姓名", "河长", "河长姓名"),
            Field("post", ("职务",)),
            Field("phone", ("电话", "联系电话", "手机"), cells.code),
            Field("level", ("级别", "河长级别", "层级"), cells.level, required=True),
            _RIVER,
            _REACH,
            _LAKE,
            _DIVISION,
            Field("is_general", ("总河长", "是否总河长"), cells.yes),
            Field(
                "valid_from", ("任职日期", "起始日期", "开始日期", "自"), cells.day, required=True
            ),
            Field(
                "valid_to", ("离任日期", "终止日期", "结束日期", "至"), cells.day, day_of=DayOf.END
            ),
            shape_required=False,
        ),
        ImportKind.CALENDAR: _form(
            None,
            Field("name", ("节日", "节假日", "名称", "holiday")),
            Field(
                "day",
                ("日期", "date", "开始日期", "起始日期"),
                cells.day,
                required=True,
                day_of=DayOf.CALENDAR,
            ),
            Field("until", ("结束日期", "截止日期", "end"), cells.day, day_of=DayOf.CALENDAR),
            Field(
                "is_working", ("类型", "是否上班", "安排", "working"), cells.works, required=True
            ),
            shape_required=False,
        ),
        ImportKind.PLACES: _form(
            Shape.POINT,
            _name("地名"),
            _NAME_EN,
            Field("level", ("级别", "层级", "place"), cells.level, required=True),
            Field("is_seat", ("驻地", "是否驻地"), cells.yes),
        ),
    }
)
"""A file of reaches may hold lines or chainages, one of divisions may hold codes only."""
