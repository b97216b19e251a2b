"""The field's enumerations: parameters, classes, levels, roles, kinds and flags."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType


class Parameter(StrEnum):
    """A measured quantity (指标); the value is its key on the wire."""

    WATER_TEMPERATURE = "temp"
    PH = "ph"
    DISSOLVED_OXYGEN = "do"
    PERMANGANATE_INDEX = "codmn"
    COD = "cod"
    BOD5 = "bod5"
    AMMONIA_NITROGEN = "nh3n"
    TOTAL_PHOSPHORUS = "tp"
    TOTAL_NITROGEN = "tn"
    COPPER = "cu"
    ZINC = "zn"
    FLUORIDE = "fluoride"
    SELENIUM = "se"
    ARSENIC = "as"
    MERCURY = "hg"
    CADMIUM = "cd"
    CHROMIUM_VI = "cr6"
    LEAD = "pb"
    CYANIDE = "cyanide"
    VOLATILE_PHENOL = "phenol"
    PETROLEUM = "oil"
    ANIONIC_SURFACTANT = "las"
    SULFIDE = "sulfide"
    FAECAL_COLIFORM = "fcoli"
    SUSPENDED_SOLIDS = "ss"
    ANIMAL_VEGETABLE_OIL = "animal_veg_oil"
    TOTAL_ORGANIC_CARBON = "toc"
    SULFATE = "sulfate"
    CHLORIDE = "chloride"
    NITRATE_NITROGEN = "no3n"
    NITRITE_NITROGEN = "no2n"
    IRON = "fe"
    MANGANESE = "mn"
    COLOUR = "colour"
    CONDUCTIVITY = "ec"
    TURBIDITY = "turb"
    CHLOROPHYLL_A = "chla"
    ALGAE_DENSITY = "algae"
    TRANSPARENCY = "sd"
    REDOX_POTENTIAL = "orp"
    FLOW = "flow"
    VOLUME = "volume"
    LEVEL = "level"


@dataclass(frozen=True, slots=True)
class ParameterFacts:
    """Constants of a parameter.

    ``column`` is its column in the wide reading row, None for the rare ones kept in ``extra``;
    ``shown_decimals`` and ``graded_decimals`` are the decimals of an hourly value and of a mean
    before grading. Source: HJ 525 (codes), 总站水字〔2020〕90号 (decimals).
    """

    name_zh: str
    unit: str
    column: str | None
    hj525: str | None
    shown_decimals: int
    graded_decimals: int


PARAMETERS: Mapping[Parameter, ParameterFacts] = MappingProxyType(
    {
        Parameter.WATER_TEMPERATURE: ParameterFacts(
            "水温", "℃", "water_temperature_c", "w01010", 1, 1
        ),
        Parameter.PH: ParameterFacts("pH", "", "ph", "w01001", 2, 0),
        Parameter.DISSOLVED_OXYGEN: ParameterFacts(
            "溶解氧", "mg/L", "dissolved_oxygen_mgl", "w01009", 2, 1
        ),
        Parameter.PERMANGANATE_INDEX: ParameterFacts(
            "高锰酸盐指数", "mg/L", "permanganate_index_mgl", "w01019", 2, 1
        ),
        Parameter.COD: ParameterFacts("化学需氧量", "mg/L", "cod_mgl", "w01018", 2, 1),
        Parameter.BOD5: ParameterFacts("五日生化需氧量", "mg/L", "bod5_mgl", "w01017", 1, 1),
        Parameter.AMMONIA_NITROGEN: ParameterFacts(
            "氨氮", "mg/L", "ammonia_nitrogen_mgl", "w21003", 3, 2
        ),
        Parameter.TOTAL_PHOSPHORUS: ParameterFacts(
            "总磷", "mg/L", "total_phosphorus_mgl", "w21011", 3, 3
        ),
        Parameter.TOTAL_NITROGEN: ParameterFacts(
            "总氮", "mg/L", "total_nitrogen_mgl", "w21001", 2, 2
        ),
        Parameter.COPPER: ParameterFacts("铜", "mg/L", "copper_mgl", "w20122", 3, 3),
        Parameter.ZINC: ParameterFacts("锌", "mg/L", "zinc_mgl", "w20123", 3, 3),
        Parameter.FLUORIDE: ParameterFacts("氟化物", "mg/L", "fluoride_mgl", "w21017", 3, 3),
        Parameter.SELENIUM: ParameterFacts("硒", "mg/L", "selenium_mgl", "w20128", 4, 4),
        Parameter.ARSENIC: ParameterFacts("砷", "mg/L", "arsenic_mgl", "w20119", 4, 4),
        Parameter.MERCURY: ParameterFacts("汞", "mg/L", "mercury_mgl", "w20111", 5, 5),
        Parameter.CADMIUM: ParameterFacts("镉", "mg/L", "cadmium_mgl", "w20115", 5, 5),
        Parameter.CHROMIUM_VI: ParameterFacts("六价铬", "mg/L", "chromium_vi_mgl", "w20117", 3, 3),
        Parameter.LEAD: ParameterFacts("铅", "mg/L", "lead_mgl", "w20120", 3, 3),
        Parameter.CYANIDE: ParameterFacts("氰化物", "mg/L", "cyanide_mgl", "w21016", 3, 3),
        Parameter.VOLATILE_PHENOL: ParameterFacts(
            "挥发酚", "mg/L", "volatile_phenol_mgl", "w23002", 4, 4
        ),
        Parameter.PETROLEUM: ParameterFacts("石油类", "mg/L", "petroleum_mgl", "w22001", 2, 2),
        Parameter.ANIONIC_SURFACTANT: ParameterFacts(
            "阴离子表面活性剂", "mg/L", "anionic_surfactant_mgl", "w19002", 2, 2
        ),
        Parameter.SULFIDE: ParameterFacts("硫化物", "mg/L", "sulfide_mgl", "w21019", 3, 3),
        Parameter.FAECAL_COLIFORM: ParameterFacts(
            "粪大肠菌群", "个/L", "faecal_coliform_per_l", "w02003", 0, 0
        ),
        Parameter.SUSPENDED_SOLIDS: ParameterFacts(
            "悬浮物", "mg/L", "suspended_solids_mgl", "w01012", 1, 1
        ),
        Parameter.ANIMAL_VEGETABLE_OIL: ParameterFacts("动植物油", "mg/L", None, "w22002", 2, 2),
        Parameter.TOTAL_ORGANIC_CARBON: ParameterFacts("总有机碳", "mg/L", None, "w01020", 1, 1),
        Parameter.SULFATE: ParameterFacts("硫酸盐", "mg/L", None, "w21038", 1, 1),
        Parameter.CHLORIDE: ParameterFacts("氯化物", "mg/L", None, "w21022", 1, 1),
        Parameter.NITRATE_NITROGEN: ParameterFacts("硝酸盐氮", "mg/L", None, "w21007", 2, 2),
        Parameter.NITRITE_NITROGEN: ParameterFacts("亚硝酸盐氮", "mg/L", None, "w21006", 3, 3),
        Parameter.IRON: ParameterFacts("铁", "mg/L", None, "w20125", 2, 2),
        Parameter.MANGANESE: ParameterFacts("锰", "mg/L", None, "w20124", 2, 2),
        Parameter.COLOUR: ParameterFacts("色度", "倍", None, "w01002", 0, 0),
        Parameter.CONDUCTIVITY: ParameterFacts(
            "电导率", "µS/cm", "conductivity_uscm", "w01014", 1, 1
        ),
        Parameter.TURBIDITY: ParameterFacts("浊度", "NTU", "turbidity_ntu", "w01003", 1, 1),
        Parameter.CHLOROPHYLL_A: ParameterFacts(
            "叶绿素a", "mg/m³", "chlorophyll_a_mgm3", "w01016", 3, 3
        ),
        Parameter.ALGAE_DENSITY: ParameterFacts(
            "藻密度", "个/L", "algae_density_per_l", "w19011", 0, 0
        ),
        Parameter.TRANSPARENCY: ParameterFacts("透明度", "m", "transparency_m", "w01004", 2, 2),
        Parameter.REDOX_POTENTIAL: ParameterFacts(
            "氧化还原电位", "mV", "redox_potential_mv", None, 0, 0
        ),
        Parameter.FLOW: ParameterFacts("流量", "m³/s", "flow_m3s", "w00000", 3, 3),
        Parameter.VOLUME: ParameterFacts("累计水量", "m³", "volume_m3", None, 1, 1),
        Parameter.LEVEL: ParameterFacts("水位", "m", "level_m", None, 2, 2),
    }
)

COLUMN_PARAMETERS: tuple[Parameter, ...] = tuple(p for p, f in PARAMETERS.items() if f.column)
"""The parameters with a column of their own, in the order of the reading table."""


class WaterClass(IntEnum):
    """Class of surface water (水质类别); a larger number is worse. Source: GB 3838-2002."""

    I = 1  # noqa: E741  the standard's own numeral
    II = 2
    III = 3
    IV = 4
    V = 5
    WORSE_THAN_V = 6

    @property
    def numeral(self) -> str:
        """The numeral as printed: Ⅰ Ⅱ Ⅲ Ⅳ Ⅴ 劣Ⅴ."""
        return ("Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ")[self - 1]


class BodyKind(StrEnum):
    """Which limits of the standard apply: those of rivers or of lakes and reservoirs."""

    RIVER = "river"
    LAKE = "lake"


class RiverKind(StrEnum):
    """Kinds of running water."""

    RIVER = "river"
    CANAL = "canal"


class LakeKind(StrEnum):
    """Kinds of standing water."""

    LAKE = "lake"
    RESERVOIR = "reservoir"


class StationKind(StrEnum):
    """What stands at a point of the river: 断面, 排污口, 取水口."""

    SECTION = "section"
    OUTFALL = "outfall"
    INTAKE = "intake"


class Bank(StrEnum):
    """The side of the river, looking downstream."""

    LEFT = "left"
    RIGHT = "right"
    MIDDLE = "middle"


class ChiefLevel(StrEnum):
    """The five levels of river chief (河长)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Role(StrEnum):
    """Roles an account may have (the public is nobody signed in)."""

    PATROLLER = "patroller"
    CHIEF = "chief"
    OFFICE = "office"
    UNIT_MEMBER = "unit_member"
    NEIGHBOUR = "neighbour"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Period(StrEnum):
    """What span a reading stands for."""

    INSTANT = "instant"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class Flag(StrEnum):
    """State of one value. The first eight are HJ 212-2017's, the next four our checks'.

    The last two are told of newest values only, never kept with a raw one.
    """

    NORMAL = "N"
    STOPPED = "F"
    MAINTENANCE = "M"
    MANUAL = "S"
    FAULT = "D"
    CALIBRATION = "C"
    ABOVE_RANGE = "T"
    LINK_FAULT = "B"
    OUT_OF_RANGE = "range"
    JUMP = "rate"
    FLAT = "flat"
    IMPOSSIBLE = "never"
    FAILED = "failed"
    REJECTED = "rejected"


class EvaluationState(StrEnum):
    """Whether a section's class can be determined now."""

    GRADED = "graded"
    PARTIAL = "partial"
    STALE = "stale"
    NONE = "none"


class Compliance(StrEnum):
    """The state of an outfall, which has no class: 达标, 超标, 停排."""

    COMPLIANT = "compliant"
    EXCEEDING = "exceeding"
    STOPPED = "stopped"


class Refusal(StrEnum):
    """Why a message lies in quarantine; the last: all but some of its values were stored."""

    TOPIC = "topic"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    FRAME = "frame"
    CRC = "crc"
    CIPHER = "cipher"
    SHAPE = "shape"
    TIME = "time"
    CLOCK = "clock"
    PARAMETER = "parameter"
    VALUE = "value"
    UNKNOWN_STATION = "unknown_station"
    DATABASE = "database"
    PARTIAL = "partial"
