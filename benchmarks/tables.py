"""An export of a night's orders → recognised, joined to its show, in the log: time, processor time, peak memory.

`python -m benchmarks.tables [--orders N] [--xlsx]`; a process of its own imports the file, its start included.
"""

import argparse
import csv
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from benchmarks.machine import save
from tests.journeys.server import Kaibo

HEAD = [
    *(
        "主订单编号",
        "子订单编号",
        "选购商品",
        "商品规格",
        "商品数量",
        "商家编码",
        "商品ID",
        "订单应付金额",
        "运费",
        "收件人",
    ),
    *("收件人手机号", "详细地址", "订单提交时间", "支付完成时间", "订单完成时间", "订单状态", "售后状态", "取消原因"),
    *("发货时间", "平台实际承担优惠金额", "商家收入金额", "达人昵称"),
]
SHOW = (
    "from kaibo.commerce.shows import api\n"
    "from kaibo.kit.clock import parse_instant, HOUR_US\n"
    "at = parse_instant('2026-03-12T20:00:00+08:00')\n"
    "api.ensure_show('night', platform='douyin', room_id='r1', started_at=at, ended_at=at + 4 * HOUR_US,"
    " actor='system:bench')"
)
NIGHT_SECONDS = 4 * 3600


def rows(count: int) -> Iterator[list[str]]:
    """Orders of four hours: a sixth unpaid, a tenth shipped."""
    for number in range(count):
        second = number * NIGHT_SECONDS // count
        clock = f"{20 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        at = f"2026-03-12 {clock}"
        order = f"\t69170000{number:011d}"
        paid, state = ("-", "待支付") if number % 6 == 0 else (at, "待发货")
        shipped = "2026-03-13 10:00:00" if number % 10 == 1 else "-"
        yield [
            order, f"{order}1", "羊毛大衣", "黑色;M", "1", f"A{number % 400}", f"\t37{number % 400:08d}", "1,299.00",
            "0.00", "##aGVsbG8=##", "$$c2Vj$$", "##YWRkcg==##", at, paid, "-", state, "-", "-", shipped, "20.00",
            "1,234.05", "r1",
        ]  # fmt: skip


def write(path: Path, count: int) -> None:
    """The file as CSV, or as .xlsx by its name."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([HEAD, *rows(count)])
        return
    book = Workbook(write_only=True)
    sheet = book.create_sheet("订单")
    for row in (HEAD, *rows(count)):
        sheet.append(row)
    book.save(path)


def measure(count: int, suffix: str) -> dict[str, Any]:
    """One import of one file by the command."""
    with tempfile.TemporaryDirectory(prefix="kaibo-bench-") as folder:
        path = Path(folder) / f"orders{suffix}"
        write(path, count)
        home = Kaibo(Path(folder) / "home")
        home.python(SHOW)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        report = home.run("import", "auto", str(path), "--json", seconds=3600)
        seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert report["shows"] == ["night"], report
    assert report["rejected"] == 0, report
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "orders": count,
        "accepted": report["accepted"],
        "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
        "peak_mb": after.ru_maxrss // 1024,
    }


def main() -> int:
    """Measure and remember."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=40_000)
    parser.add_argument("--xlsx", action="store_true")
    told = parser.parse_args()
    result = measure(told.orders, ".xlsx" if told.xlsx else ".csv")
    save("tables", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
