"""Writing systems: which characters belong to a script, which scripts a language is written in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from langalign_sk._process import computed_once
from langalign_sk.text._codes import base_code


class Script(NamedTuple):
    """One writing system."""

    name: str
    weight: int  # of one letter, against one Latin letter
    ranges: str  # code points in hexadecimal; of these only letters and marks count


# Keys are ISO 15924 codes, so that the subtag of "sr-Latn" is a key. A Hangul, kana or Han
# character stands for a syllable or a word and carries about as much as four Latin letters; other
# alphabets get 3, so that Latin brand names do not outvote the sentence around them.
SCRIPTS = {
    "Latn": Script(
        "Latin",
        1,
        "0041-005A 0061-007A 00C0-00D6 00D8-00F6 00F8-02AF 1D00-1DBF 1E00-1EFF 2C60-2C7F "
        "A720-A7FF AB30-AB6F FB00-FB06 FF21-FF3A FF41-FF5A 1D400-1D6A3",
    ),
    "Hang": Script(
        "Hangul", 4, "1100-11FF 3131-318E A960-A97F AC00-D7A3 D7B0-D7FF FFA0-FFDC 302E-302F"
    ),
    "Kana": Script("Kana", 4, "3040-30FF 31F0-31FF FF66-FF9F 1AFF0-1AFFF 1B000-1B16F"),
    "Hani": Script(
        "Han", 4, "2E80-2FD5 3005-3006 3400-4DBF 4E00-9FFF F900-FAFF 20000-2FA1F 30000-323AF"
    ),
    "Bopo": Script("Bopomofo", 4, "3105-312F 31A0-31BF"),
    "Cyrl": Script("Cyrillic", 3, "0400-052F 1C80-1C8F 2DE0-2DFF A640-A69F"),
    "Grek": Script("Greek", 3, "0370-03FF 1F00-1FFF"),
    "Arab": Script("Arabic", 3, "0600-06FF 0750-077F 0870-08FF FB50-FDFF FE70-FEFC"),
    "Hebr": Script("Hebrew", 3, "0591-05F4 FB1D-FB4F"),
    "Deva": Script("Devanagari", 3, "0900-097F A8E0-A8FF"),
    "Beng": Script("Bengali", 3, "0980-09FF"),
    "Guru": Script("Gurmukhi", 3, "0A00-0A7F"),
    "Gujr": Script("Gujarati", 3, "0A80-0AFF"),
    "Orya": Script("Odia", 3, "0B00-0B7F"),
    "Taml": Script("Tamil", 3, "0B80-0BFF"),
    "Telu": Script("Telugu", 3, "0C00-0C7F"),
    "Knda": Script("Kannada", 3, "0C80-0CFF"),
    "Mlym": Script("Malayalam", 3, "0D00-0D7F"),
    "Sinh": Script("Sinhala", 3, "0D80-0DFF"),
    "Thai": Script("Thai", 3, "0E00-0E7F"),
    "Laoo": Script("Lao", 3, "0E80-0EFF"),
    "Tibt": Script("Tibetan", 3, "0F00-0FFF"),
    "Mymr": Script("Myanmar", 3, "1000-109F A9E0-A9FF AA60-AA7F"),
    "Geor": Script("Georgian", 3, "10A0-10FF 1C90-1CBF 2D00-2D2F"),
    "Armn": Script("Armenian", 3, "0531-058F FB13-FB17"),
    "Ethi": Script("Ethiopic", 3, "1200-139F 2D80-2DDF AB01-AB2F"),
    "Khmr": Script("Khmer", 3, "1780-17FF"),
    "Thaa": Script("Thaana", 3, "0780-07BF"),
}

# Signs that are no letters to Unicode but spell words: ㈜, ㋐, ㌔, ㊗, ㍿.
_SIGNS = {"Hang": "3200-321E 3260-327E", "Kana": "32D0-32FE 3300-3357"}
_SIGNS["Hani"] = "3220-3247 3280-32B0 32FF-32FF 337B-337F"

_WRITTEN_IN = {
    "Latn": "af az bs ca cs cy da de en eo es et eu fi fil fr ga gl hr ht hu id is it jv la lb lt "
    "lv mg mi ms mt nb nl nn no pl pt ro sk sl so sq sv sw tl tr uz vi xh yo zu",
    "Cyrl": "be bg kk ky mk mn ru sr tg tt uk",
    "Arab": "ar ckb fa ps sd ug ur",
    "Hebr": "he iw yi",
    "Deva": "hi mr ne sa",
    "Beng": "as bn",
    "Ethi": "am ti",
    "Tibt": "bo dz",
    "Guru": "pa",
    "Gujr": "gu",
    "Orya": "or",
    "Taml": "ta",
    "Telu": "te",
    "Knda": "kn",
    "Mlym": "ml",
    "Sinh": "si",
    "Thai": "th",
    "Laoo": "lo",
    "Mymr": "my",
    "Khmr": "km",
    "Geor": "ka",
    "Armn": "hy",
    "Grek": "el",
    "Thaa": "dv",
    "Hang": "ko",
}
LANGUAGE_SCRIPTS: dict[str, tuple[str, ...]] = {
    lang: (script,) for script, langs in _WRITTEN_IN.items() for lang in langs.split()
} | {"ja": ("Kana", "Hani"), "zh": ("Hani", "Bopo"), "yue": ("Hani", "Bopo")}
_SUBTAGS = {"Hans": "zh", "Hant": "zh", "Jpan": "ja", "Kore": "ko"}

# Han characters that betray the language where Japanese and Chinese are both possible. Read by
# eye, not complete: the usual characters that only Japan writes (its own simplifications and its
# own coinages), and those that it hardly writes (mainland simplifications, the full forms that
# Japan gave up, words of the Chinese grammar).
JAPANESE_HAN = (
    "々〆亜悪圧囲壱隠栄営駅円塩応桜穏仮価壊懐絵拡覚楽巻陥勧関歓観気帰亀戯犠拠挙暁駆勲薫恵渓経継軽"
    "鶏撃県倹剣険圏検権顕験厳広効鉱黒済砕剤雑桟賛歯児実釈収従渋獣縦粛処焼奨乗浄剰畳縄壌嬢譲醸図粋酔"
    "穂髄瀬斉斎摂銭専戦繊曽荘捜挿総騒増蔵臓続対帯滝択沢単団弾遅聴鉄転伝闘徳読悩脳覇拝廃売発髪抜払仏"
    "辺変舗歩豊毎満黙訳薬揺様謡頼覧竜両猟緑涙塁戻霊齢暦歴錬労録込畑畠峠栃働枠搾匂辻笹凪榊雫躾鰯鱈俣"
    "噺麿糀塀匁姫浜歳顔値窓査姉駄産晩戸隣氷㍿㍻㍼㍽㍾㋿"
)
CHINESE_HAN = (
    "你您她妳们們这這吗嗎呢吧啊哪哦喔啦啥咱很嘛麼么怎够夠爸妈媽奶孩咖啡找跟别沒內說"
    "说对时过还发问题请谢谁谈让认识语话该详误读课调证评词试诉设访许论记订计议讲讨训车东马门间闻关开"
    "长张见观现规视觉风飞鸟鱼龙买卖实头电脑样网线级约红纪纸细终经结给统继续维综绿编缘货质购贵费资赛"
    "赢账贴钱铁银错钟键镇难验驾饭馆饮饿热爱欢为书乐习义众优伤传价亲产业严丰临举乡从仅仓仪亿军农冲决"
    "况净减击创办动务劳势华单卫厂厅历压县变听员响团园围图圆场块坏处备夺奖妇孙宁审宫导尔层岁岛币师"
    "帮带广庆库应庙废异弃弹归录彻忆怀态总恶惊惯戏战户执扩扫扬扰报择换损摆无显晓暂术权极构标树桥检步"
    "每毕汇汉汤沟泪泽洁测济渐满灭灵炼烦烧环盐盘矿码确离种积稳穷竞笔签简类粮紧纯罗罚职联肤胜脸艺节苏"
    "药营虑虽补览轮软轻较辑输边达迁运进远连迟适选逻遗邮邻释针铺锁镜阳阴阵阶际陆险隐雾韩页顶项顺须顾"
    "顿预领频颜愿额它做杀队涨获辆组枪萨协绝乌复蓝责织诺鲜滩转贝乔纽监驶宾疗销锅轨专拥寻骑纳伦亚两个兰强"
    "气增黑值晚查冰顏歲窗默戶德亞"
    "國學會體來對實經氣點當發圖樂藥醫變賣讀寫辦關觀權擇擔據擴數斷舊聲聽廳廣歸黨與舉兒兩單勞嚴圍圓壓"
    "壞將專屬帶彈從恆惡戰戲收榮樣樓歡殘淨滿濟澤灣燈營爭狀獨產畫盡稱穩竊續總縣臺號蟲處虛裝覺覽觸譯讓"
    "豐轉辭遲邊鄉釋鐵錢雜雙靈靜顯驗驛髮鬥鹽麥黃齊齒"
)

# Columns of a count table: 0 for what is no letter, the scripts, then the two groups of Han.
COLUMNS = {code: i for i, code in enumerate(SCRIPTS, start=1)}
HAN_JA = len(SCRIPTS) + 1
HAN_ZH = len(SCRIPTS) + 2
N_COLUMNS = len(SCRIPTS) + 3


def scripts_of(lang: str) -> tuple[str, ...]:
    """Scripts a language is written in, () if unknown; one named in the code ("sr-Latn") wins."""
    for part in lang.replace("_", "-").split("-")[1:]:
        subtag = part.title()
        if subtag in _SUBTAGS:
            return LANGUAGE_SCRIPTS[_SUBTAGS[subtag]]
        if subtag in SCRIPTS:
            return (subtag,)
    return LANGUAGE_SCRIPTS.get(base_code(lang), ())


def share_a_script(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether letters alone cannot tell two languages apart; kana does, next to Chinese."""
    shared = set(one) & set(other)
    return bool(shared) and not (shared == {"Hani"} and ("Kana" in one) != ("Kana" in other))


@computed_once
def column_table() -> npt.NDArray[np.uint8]:
    """Column of every code point; built on first use."""
    from unicodedata import category

    table = np.zeros(0x110000, dtype=np.uint8)
    for code, script in SCRIPTS.items():
        for first, last in _ranges(script.ranges):
            points = range(first, last + 1)
            letters = [point for point in points if category(chr(point))[0] in "LM"]
            table[letters] = COLUMNS[code]
    for code, ranges in _SIGNS.items():
        for first, last in _ranges(ranges):
            table[first : last + 1] = COLUMNS[code]
    table[[ord(char) for char in JAPANESE_HAN]] = HAN_JA
    table[[ord(char) for char in CHINESE_HAN]] = HAN_ZH
    table.setflags(write=False)
    return table


def _ranges(text: str) -> list[tuple[int, int]]:
    """First and last code point of each range."""
    pairs = (span.split("-") for span in text.split())
    return [(int(first, 16), int(last, 16)) for first, last in pairs]
