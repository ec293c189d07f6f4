"""The seven files a team downloads after a night, each in the form and with the quirks of its platform."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from kaibo.connectors.simulator.exports import rows
from kaibo.connectors.simulator.exports.rows import Page, Telling
from kaibo.connectors.simulator.night import Night


def write_exports(night: Night, folder: Path, *, author: str = "") -> list[Path]:
    """Write the files; their paths. `author` is the account's name in them, else the room's id.

    Shape: times are whole seconds, as platforms state them; amounts are exact.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = Telling(night, author)
    stamp = told.when(min(night.span_ms, night.until_ms))[:16].translate({45: None, 32: "-", 58: None})
    makers: tuple[tuple[str, Callable[[Telling], Page], Callable[[Page, Path], None]], ...] = (
        (f"订单导出_{stamp}.csv", rows.orders, _csv_utf8),
        (f"结算单_{stamp}.csv", rows.settlement, _csv_gbk),
        (f"罗盘_直播场次_{stamp}.xlsx", rows.show_report, _grouped_xlsx),
        (f"罗盘_商品_{stamp}.xlsx", rows.product_report, _xlsx),
        (f"千川_计划_{stamp}.csv", rows.plan_report, _csv_gbk),
        (f"千川_分时_{stamp}.xlsx", rows.hourly_report, _xlsx),
        (f"聚水潭_库存_{stamp}.xlsx", rows.stock, _xlsx),
    )
    made = []
    for name, make, write in makers:
        path = folder / name
        write(make(told), path)
        made.append(path)
    return made


def _csv(page: Page, path: Path, encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow(page.headings)
        writer.writerows(page.rows)


def _csv_utf8(page: Page, path: Path) -> None:
    _csv(page, path, "utf-8-sig")


def _csv_gbk(page: Page, path: Path) -> None:
    _csv(page, path, "gb18030")


def _xlsx(page: Page, path: Path, *, above: list[list[str]] | None = None) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    for row in (*(above or []), page.headings):
        sheet.append([WriteOnlyCell(sheet, value=value) for value in row])
    for row in page.rows:
        sheet.append(list(row))
    packed = io.BytesIO()
    book.save(packed)
    path.write_bytes(packed.getvalue())


def _grouped_xlsx(page: Page, path: Path) -> None:
    """A title and a row of groups stand above the headings."""
    groups = ["基本信息", "", "", "", "流量", "", "", "", "互动", "", "", "", "", "商品与成交"]
    _xlsx(page, path, above=[["直播场次明细"], [*groups, *[""] * (len(page.headings) - len(groups))]])
