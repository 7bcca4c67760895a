"""Names of firms: when a text holds one, in Latin, Cyrillic or Chinese letters.

A text is cut into words without accents, case and legal forms. A listed name is *in* it as whole
words; a long Latin one also inside a longer word, because names are spelt with other spaces; a
Chinese one of three characters and more anywhere, because Chinese has no spaces. A Chinese name of
two characters counts only when nothing is left of the text without places and legal forms: the
characters of 海康 also stand in 上海康恩贝, a pharmacy.

Chinese names are compared in simplified characters. A name that only looks or sounds like a listed
one raises doubt: one wrong letter, letters of two alphabets in a word, digits and letters that are
read as others (`H1kvlsi0n`), or Cyrillic letters that spell its consonants.
"""

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from hardware.register.people import LOOK_ALIKES

# Words that are no part of a name: legal forms, and "the".
LEGAL_FORMS = frozenset(
    {"ab", "ag", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "kk"}
    | {"limited", "llc", "ltd", "nv", "oy", "plc", "pte", "pty", "sa", "sas", "srl", "the"}
    | {"ао", "зао", "ооо", "оао", "пао"}
)
# Words that many names share: they make no two names look alike.
GENERIC = frozenset(
    {"communications", "digital", "electronic", "electronics", "group", "information"}
    | {"international", "science", "software", "technologies", "technology"}
)
# What stands around the name in the name of a Chinese firm, longest first.
CHINESE_FORMS = (
    *("股份有限公司", "有限责任公司", "有限公司", "股份公司", "集团公司", "总公司", "公司"),
    *("集团", "控股", "股份", "科技", "技术", "数字", "电子", "通信", "信息", "网络", "软件"),
)
CHINESE_PLACES = (
    *("中国", "浙江省", "浙江", "杭州市", "杭州", "北京市", "北京", "上海市", "上海", "深圳市"),
    *("深圳", "广东", "广州", "天津市", "天津", "江苏", "南京", "苏州", "成都", "武汉", "西安"),
    *("重庆", "福建", "厦门", "山东", "青岛", "安徽", "合肥", "湖北", "湖南", "四川", "香港"),
)
# Traditional characters of listed names, of places and of forms, as they are written in China.
TRADITIONAL = str.maketrans(
    "華視訊達為爲飛興偉業螢絡網湯曠機導圖儲體亞樂術數電軟團總責國東廣蘇慶廈門島漢灣聯維創雲實圓",
    "华视讯达为为飞兴伟业萤络网汤旷机导图储体亚乐术数电软团总责国东广苏庆厦门岛汉湾联维创云实圆",
)
ALIKE = 0.85  # similarity above which two names are taken for look-alikes
SHORTEST = 6  # letters below which a name is only found as a whole word (ZTE is not in Aztec)
LEAST = 5  # letters below which nothing looks like a name
# Marks that turn the direction of writing: what is read is not what is compared.
TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
CONSONANTS = 4  # consonants below which two names of different alphabets do not sound alike

_FORM = re.compile(
    r"LATIN (?:SMALL |CAPITAL )?LETTER (?:SMALL CAPITAL )?(?P<letter>[A-Z])(?: WITH .*)?"
)
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e s s i i k l m n o p r s t u f h c c s s - i - e u a".replace("-", "").split(
            " "
        ),
        strict=True,
    )
)
_SKELETON = str.maketrans("01l", "oii")
_SOUNDS = (("kh", "h"), ("zh", "s"), ("sh", "s"), ("ch", "c"), ("ph", "f"))
_ONE_SOUND = str.maketrans({"w": "v", "y": "i", "z": "s", "j": "i", "q": "k", "x": "s"})


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as names are compared.

    Attributes
    ----------
    words
        Its words without accents, case and legal forms.
    letters
        The same, joined.
    mixed
        Words written in letters of two alphabets, joined by spaces; and whether there are marks
        that turn the direction of writing.
    read
        Words of another alphabet that can be read as Latin letters from end to end.
    """

    words: tuple[str, ...]
    letters: str
    mixed: str
    read: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def fold(name: str) -> Folded:
    """Return what is compared of a name, or of a sentence with names in it."""
    plain = unicodedata.normalize("NFKD", name).casefold().translate(TRADITIONAL)
    # A combining mark is part of a Cyrillic letter (й), and an accent on a Latin one.
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'\u2019.")
    raw = "".join(_base(c) if c.isalnum() else " " for c in plain).split()
    words = tuple(word for word in raw if word not in LEGAL_FORMS)
    mixed = " ".join(word for word in words if len(_alphabets(word)) > 1)
    if TURNING & set(name):
        mixed = f"{mixed} with marks that turn the direction of writing".strip()
    seen = (word.translate(LOOK_ALIKES) for word in words if not word.isascii())
    return Folded(words, "".join(words), mixed, tuple(word for word in seen if word.isascii()))


def holds(text: Folded, name: Folded) -> bool:
    """Whether a listed name stands in a text."""
    if not name.words:
        return False
    if _chinese(name.letters):
        if len(name.letters) > 2:
            return name.letters in text.letters
        return any(_bare(word) == name.letters for word in (*text.words, text.letters))
    if name.letters.isascii() and len(name.letters) >= SHORTEST and name.letters in text.letters:
        return True
    span = len(name.words)
    return any(text.words[i : i + span] == name.words for i in range(len(text.words) - span + 1))


def alike(text: Folded, name: Folded) -> bool:
    """Whether a listed name looks or sounds like a word of a text, or like all of them."""
    if name.letters and name.letters in (*text.read, "".join(text.read)):
        return True
    if len(name.letters) >= LEAST and skeleton(name.letters) in map(skeleton, parts(text)):
        return True
    return _looks("".join(distinct(name.words)), distinct(text.words)) or (
        name.letters.isascii() and _sounds(name.letters, text.words)
    )


def parts(text: Folded) -> set[str]:
    """Return each word of a text, and all of them in one."""
    return {*text.words, text.letters}


def skeleton(word: str) -> str:
    """Return a word as an eye takes it in that does not tell 0 from o, nor 1 and l from i.

    >>> skeleton("h1kvlsi0n") == skeleton("hikvision")
    True
    """
    return word.translate(_SKELETON)


def same_firm(one: str, other: str) -> bool:
    """Whether two names can be those of one firm: the words of one are all in the other."""
    first, second = set(fold(one).words), set(fold(other).words)
    return bool(first and second) and (first <= second or second <= first)


def distinct(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a name that tell it from others."""
    return tuple(word for word in words if word not in GENERIC)


def _alphabets(word: str) -> set[str]:
    """Return the alphabets of a word's letters: LATIN, CYRILLIC, GREEK ..."""
    return {unicodedata.name(c, "?").split(" ", 1)[0] for c in word if c.isalpha()}


@lru_cache(maxsize=4096)
def _base(letter: str) -> str:
    """Return the letter that a Latin one is a form of: small capitals, hooks, strokes."""
    if letter.isascii():
        return letter
    found = _FORM.fullmatch(unicodedata.name(letter, ""))
    return found["letter"].lower() if found else letter


def _chinese(letters: str) -> bool:
    return _alphabets(letters) == {"CJK"}


def _bare(word: str) -> str:
    """Return a Chinese name without the place before it and the forms behind it."""
    before = None
    while word != before:
        before = word
        for form in CHINESE_FORMS:
            word = word.removesuffix(form) or word
        for place in CHINESE_PLACES:
            word = word.removeprefix(place) or word
    return word


@lru_cache(maxsize=65536)
def _looks(name: str, words: tuple[str, ...]) -> bool:
    if len(name) < LEAST:
        return False
    for word in (*words, "".join(words)):
        matcher = SequenceMatcher(None, name, word, autojunk=False)
        if matcher.real_quick_ratio() > ALIKE and matcher.ratio() > ALIKE:
            return True
    return False


def _sounds(name: str, words: tuple[str, ...]) -> bool:
    heard = sound(name)
    return len(heard) >= CONSONANTS and any(
        sound(word) == heard for word in words if _alphabets(word) == {"CYRILLIC"}
    )


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """Return the consonants of a word, as both alphabets would spell them.

    >>> sound("hikvision"), sound("\u0445\u0438\u043a\u0432\u0438\u0436\u043d")
    ('hkvsn', 'hkvsn')
    """
    latin = "".join(_LATIN.get(c, c) for c in word)
    for pair, sound in _SOUNDS:
        latin = latin.replace(pair, sound)
    latin = latin.translate(_ONE_SOUND)
    kept = [c for c in latin if c.isalpha() and c not in "aeiou"]
    return "".join(c for i, c in enumerate(kept) if i == 0 or kept[i - 1] != c)
