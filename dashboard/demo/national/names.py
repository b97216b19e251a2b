"""Names of what is made, in Chinese and in pinyin: put together by rule, of no real place."""

import re
from collections.abc import Iterator
from itertools import count, product
from math import gcd
from typing import Final

_SYLLABLE: Final = re.compile(r"(\S)([a-z]+)")

_FIRST: Final = (
    "苍cang 沧cang 澜lan 瑶yao 碧bi 丹dan 玄xuan 素su 紫zi 锦jin 银yin 翠cui 霞xia 霁ji 岚lan 岑cen"
    " 桐tong 槐huai 柏bai 梓zi 榆yu 荻di 芦lu 菱ling 荷he 蕙hui 兰lan 芷zhi 葭jia 蓼liao 鹤he 鹭lu"
    " 鸥ou 雁yan 鹿lu 麟lin 骊li 骐qi 琅lang 琼qiong 瑾jin 珩heng 璞pu 砚yan 磐pan 砺li 晴qing"
    " 朗lang 昭zhao 暄xuan 曦xi 朔shuo 望wang 霖lin 澍shu 汀ting 渚zhu 浔xun 沅yuan 湄mei 洛luo"
    " 泠ling 涟lian 漪yi 淳chun 润run 溯su 沐mu 泓hong"
)
_SECOND: Final = (
    "岭ling 原yuan 川chuan 湖hu 陵ling 阳yang 泽ze 浦pu 洲zhou 溪xi 坪ping 峡xia 泉quan 津jin 渡du"
    " 桥qiao 石shi 林lin 台tai 塘tang 湾wan 屏ping 冈gang 谷gu 丘qiu 源yuan 口kou 沙sha 城cheng"
    " 安an 宁ning 平ping 和he 昌chang 丰feng 华hua 明ming 庆qing 远yuan 兴xing 秀xiu 清qing 池chi"
    " 潭tan 浪lang 烟yan 云yun 雨yu 风feng 月yue 星xing 虹hong 霜shuang 雪xue 松song 竹zhu 梅mei"
)
_REAL: Final = frozenset({"兰州", "沧州", "沅江", "洛阳", "洛川", "丹阳", "兰溪", "银川", "沅陵"})
"""Put together by chance, and well known: left out."""

Named = tuple[str, str]


def names(*, turn: int = 0) -> Iterator[Named]:
    """Yields made names, each once: characters, and pinyin with a capital. ``turn`` begins later.

    After all of two characters those of three follow; together there are some 230,000.
    """
    first = _SYLLABLE.findall(_FIRST)
    second = _SYLLABLE.findall(_SECOND)
    pairs = [(a, b) for a, b in product(first, second) if a[0] + b[0] not in _REAL]
    step = next(each for each in count(1_543) if gcd(each, len(pairs)) == 1)
    for number in range(len(pairs)):
        (one, said), (other, spoken) = pairs[(turn + number * step) % len(pairs)]
        yield one + other, (said + spoken).capitalize()
    for third, ((one, said), (other, spoken)) in product(second, pairs):
        if third[0] != other:
            yield one + other + third[0], (said + spoken + third[1]).capitalize()
