"""The strings of the page's scripts, in the reader's language; handed over as JSON, never as inline script."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p

from kaibo.metrics import api as metrics

VIEWS = ("all", "desk", "ads", "prompt")


def views() -> list[dict[str, str]]:
    """The role views, in the order of keys 1-4."""
    return [
        {"id": "all", "name": _p("view", "Operations"), "hint": _p("view", "everything")},
        {"id": "desk", "name": _p("view", "Desk"), "hint": _("goods, stock, questions")},
        {"id": "ads", "name": _p("view", "Ads"), "hint": _("spend, return, sources")},
        {"id": "prompt", "name": _p("view", "Host prompt"), "hint": _("read from three metres")},
    ]


def names() -> dict[str, dict[str, str]]:
    """Every number's name; `short` where a tile has no room for it."""
    is_zh = (get_language() or "").startswith("zh")
    found = {each.id: {"name": each.zh if is_zh else each.en} for each in metrics.definitions()}
    for metric, text in _short().items():
        if metric in found:
            found[metric]["short"] = text
    return found


def _short() -> dict[str, str]:
    return {
        "net_sales": _p("tile", "{n} after refunds"),
        "gmv_usual_share_ratio": _p("tile", "usually {n} by now"),
        "gmv_target_ratio": _p("tile", "{n} of target"),
        "current_link_no": _p("tile", "link {n}"),
        "product_last_lap_gmv_per_minute": _p("tile", "its last lap {n}"),
        "net_inflow_per_minute": _p("tile", "in − out {n}/min"),
        "acu": _p("tile", "mean {n}"),
        "pcu": _p("tile", "peak {n}"),
        "entries_per_minute": _p("tile", "all {n}"),
        "entry_ratio": _p("tile", "exposure-entry {n}"),
        "spend_per_minute": _p("tile", "{n}/min"),
        "ad_spend": _p("tile", "spent {n}"),
        "ad_balance": _p("tile", "balance {n}"),
        "ad_minutes_left": _p("tile", "lasts {n}"),
        "spend_budget_ratio": _p("tile", "{n} of budget"),
        "roas_room_15m": _p("tile", "15 min {n}"),
        "roas_target_ratio": _p("tile", "{n} of target"),
        "breakeven_roas": _p("tile", "break-even {n}"),
        "value_per_viewer": _p("tile", "{n} per viewer"),
        "gpm_view": _p("tile", "whole show {n}"),
        "retention_60s_ratio": _p("tile", "{n} after 60 s"),
        "unpaid_orders": _p("tile", "{n} unpaid"),
        "current_product_click_ratio": _p("tile", "this link {n}"),
        "current_product_click_pay_ratio": "→ {n}",
        "comments_per_minute": _p("tile", "{n} comments/min"),
        "comments_outside_bags_per_minute": _p("tile", "{n} without bags"),
    }


def page_words() -> dict[str, str]:
    """Every text the scripts can show, by key. `{n}` and the like are filled in by the browser."""
    return _numbers() | _tiles() | _chart() | _bar() | _goods() | _side() | _dialogs() | _lights()


def _numbers() -> dict[str, str]:
    return {
        "seconds": _("{n} s"),
        "minutes": _("{n} min"),
        "hours": _("{n} h"),
        "as_of": _("as of {at}"),
        "not_reported": _("not reported"),
        "partly_stated": _p("reason", "partly stated"),
        "mixed_currencies": _p("reason", "several currencies"),
        "no_denominator": _p("reason", "nothing to divide by"),
        "in_gap": _p("reason", "feed was lost"),
        "too_early": _p("reason", "too early"),
        "no_target": _p("reason", "no target set"),
        "needs_setting": _p("reason", "needs a setting"),
        "no_history": _p("reason", "no earlier shows"),
        "origin_counted": _p("origin", "counted"),
        "origin_typed": _p("origin", "typed"),
        "origin_imported": _p("origin", "imported"),
        "origin_pushed": _p("origin", "pushed"),
        "origin_derived": _p("origin", "derived"),
        "origin_setting": _p("origin", "setting"),
        "origin_undefined": "",
        "status_final": _p("value", "final"),
        "status_provisional": _p("value", "provisional, still moving"),
        "status_missing": _p("value", "missing"),
    }


def _tiles() -> dict[str, str]:
    return {
        "tile_1": _p("tile", "Paid GMV of the show"),
        "tile_2": _p("tile", "GMV per minute"),
        "tile_3": _p("tile", "Online now"),
        "tile_4": _p("tile", "Entries natural | paid"),
        "tile_5": _p("tile", "Ad spend"),
        "tile_6": _p("tile", "ROI | net after 1 h"),
        "tile_7": _p("tile", "GPM, 15 min"),
        "tile_8": _p("tile", "Stay"),
        "tile_9": _p("tile", "Click → pay"),
        "tile_10": _p("tile", "Interact | follow | club"),
        "pinned_gmv": _p("tile", "Paid GMV"),
        "pinned_online": _p("tile", "Online"),
        "pinned_roi": "ROI",
        "change_unknown": _("no comparison yet"),
        "unchanged_5m": _("as 5 min ago"),
        "against_5m": _("vs 5 min ago"),
        "unchanged_pace": _p("tile", "as the 5 min before"),
        "against_pace": _p("tile", "in 5 min vs the 5 before"),
        "no_band": _("no usual range yet"),
        "band": _("usual {low}–{high}"),
        "expected": _("expected {low}–{high}"),
    }


def _chart() -> dict[str, str]:
    return {
        "chart_says": _("Online and entries, GMV and ad spend, minute by minute, with laps and marks."),
        "last_hour": _("60 min"),
        "whole_show": _("whole show"),
        "strip_online": _p("strip", "Online"),
        "strip_gmv": _p("strip", "GMV"),
        "strip_spend": _p("strip", "Spend"),
        "online": _p("strip", "Online"),
        "natural": _p("strip", "Natural entries"),
        "paid": _p("strip", "Paid entries"),
        "gmv_minute": _p("strip", "GMV per minute"),
        "comments_minute": _p("strip", "Comments per minute"),
        "spend_minute": _p("strip", "Spend per minute"),
        "roi_15": _p("strip", "ROI, 15 min"),
        "breakeven": _("break-even {n}"),
        "nothing_yet": _("nothing in this span"),
        "typed_ago": _p("strip", "typed at {at}, {age} ago"),
        "typed_until": _p("strip", "typed, as of {at}"),
        "typed_span": _p("strip", "(typed, {span})"),
        "typed_entries": _p("strip", "Entries per minute"),
        "lap": _p("strip", "Explained:"),
        "mark_host.on": _("host on duty"),
        "mark_interaction.opened": _("interaction opened"),
        "mark_price.changed": _("price changed"),
        "mark_ad.adjusted": _("ads adjusted"),
        "mark_violation.received": _("violation"),
        "mark_note.marked": _p("chart", "mark"),
        "mark_show.started": _("show started"),
        "mark_show.ended": _("show ended"),
        "glyph_host.on": _p("one letter on the chart", "H"),
        "glyph_interaction.opened": _p("one letter on the chart", "B"),
        "glyph_price.changed": "¥",
        "glyph_ad.adjusted": _p("one letter on the chart", "A"),
        "glyph_violation.received": "!",
        "glyph_note.marked": _p("one letter on the chart", "M"),
        "glyph_show.started": "▸",
        "glyph_show.ended": "■",
    }


def _bar() -> dict[str, str]:
    return {
        "status_planned": _p("show", "planned"),
        "status_on_air": _p("show", "on air"),
        "status_ended": _p("show", "ended"),
        "on_air": _p("bar", "on air"),
        "time_left": _("{at} left"),
        "over_time": _("{at} over time"),
        "ended_at": _("ended {at}"),
        "host_since": _("on duty since {at}"),
        "no_host": _("host not reported"),
        "host_declared": _("no feed says who is on duty"),
        "violations": _("violations"),
        "bitrate": _("bitrate"),
        "bitrate_why": _("Bitrate and dropped frames come with the connection to the encoder."),
        "no_feeds": _("no feed has spoken for this show"),
        "light_silent": _("never heard"),
        "light_lost": _("lost, {age}"),
        "last_at": _("last heard {at}"),
        "line_connecting": _("Connecting"),
        "line_live": _p("line", "Live"),
        "line_catching_up": _("Catching up"),
        "line_offline": _("Offline since {at}"),
    }


def _lights() -> dict[str, str]:
    return {
        "light_orders": _p("feed light", "orders"),
        "light_viewers": _p("feed light", "viewers"),
        "light_goods": _p("feed light", "goods"),
        "light_comments": _p("feed light", "comments"),
        "light_ads": _p("feed light", "ads"),
        "light_typed": _p("feed light", "typed"),
        "source": _p("table", "Source"),
        "views": _p("table", "Entries"),
        "share": _p("table", "Share"),
        "source_feed": _p("traffic source", "Recommended"),
        "source_paid": _p("traffic source", "Paid"),
        "source_following": _p("traffic source", "Following"),
        "source_short_video": _p("traffic source", "Short video"),
        "source_search": _p("traffic source", "Search"),
        "source_share": _p("traffic source", "Shared"),
        "source_shop": _p("traffic source", "Shop"),
        "source_other": _p("traffic source", "Other"),
        "source_unknown": _p("traffic source", "not stated"),
    }


def _goods() -> dict[str, str]:
    return {
        "goods_now": _("Now explained"),
        "goods_last": _("Last explained"),
        "no_lap_yet": _("Nothing is explained right now."),
        "no_lap_feed": _("No feed of this show reports explain laps. They appear as soon as one does."),
        "no_stock_feed": _("No stock reported for this link: check it in the shop before promising sizes."),
        "no_lap_stock": _("Sizes and colours of the link being explained stand here."),
        "no_price": _("price not reported"),
        "no_gift": _("gift not reported"),
        "untitled": _("untitled link"),
        "role_traffic": _p("offer role", "traffic"),
        "role_welfare": _p("offer role", "give-away"),
        "role_hero": _p("offer role", "hero"),
        "role_profit": _p("offer role", "profit"),
        "role_引流": _p("offer role", "traffic"),
        "role_福利": _p("offer role", "give-away"),
        "role_主推": _p("offer role", "hero"),
        "role_利润": _p("offer role", "profit"),
        "explaining": _("explained so far"),
        "explained": _("explained, last lap"),
        "planned": _("planned {n} min"),
        "no_plan": _("no planned minutes"),
        "fact_clicks": _p("room", "clicks"),
        "fact_orders": _p("room", "orders paid"),
        "fact_gmv_per_minute": _("GMV per min"),
        "pieces": _("{n} left"),
        "sold_out": _("sold out"),
        "links": _("{n} links"),
        "few": _("{part} of {whole}: a share is shown from {least} on"),
        "no_links": _("Links stand here as soon as a feed lists offers or reports laps, clicks or orders."),
        "col_link": _p("table", "Link"),
        "col_laps": _p("table", "Laps, min"),
        "col_click": _p("table", "Click"),
        "col_pay": _p("table", "Pay"),
        "col_units": _p("table", "Units"),
        "col_gmv": "GMV",
        "col_per_minute": _p("table", "GMV/min expl."),
        "col_left": _p("table", "Stock lasts"),
        "col_refund": _p("table", "1 h refund"),
        "col_back": _p("table", "Again?"),
        "laps_minutes": "{laps} / {minutes}",
        "return": _p("table", "again"),
        "return_why": _(
            "Above the median GMV per explained minute, stock for ten minutes or more, at least twenty minutes of rest."
        ),
        "selling_points": _("Three selling points"),
        "selling_points_later": _("They come from the lineup. Until then keep the card at hand."),
        "sizes": _("Do not promise"),
        "sizes_fine": _("All sizes in stock."),
        "lap_time": _("This link"),
        "gone": _("{at} so far"),
        "left": _("{at} left"),
        "over": _("{at} over"),
        "top_questions": _p("room", "Questions"),
    }


def _side() -> dict[str, str]:
    return {
        "no_entries_feed": _("No feed of this show reports entries, so nobody can say where viewers come from."),
        "no_sources": _("Entries carry no traffic source."),
        "no_spend": _("No feed reports ad spend for this show."),
        "comments_hidden": _("Your role does not include reading comments."),
        "no_comment_feed": _("No feed of this show reports comments."),
        "no_comments": _("No comment yet."),
        "per_minute": _("{n} per minute"),
    }


def _dialogs() -> dict[str, str]:
    return {
        "close": _("Close"),
        "loading": _("Fetching the definition"),
        "definition_failed": _("The definition could not be fetched ({code}); open the whole page."),
        "whole_page": _("The whole entry of the dictionary"),
        "other_name": _("Other language"),
        "also_known_as": _("Also known as"),
        "denominator": _("Divided by"),
        "null_rule": _("When missing"),
        "status": _p("value", "State"),
        "read_at": _("Newest datum"),
        "read_from": _("Read from"),
        "columns": _("Counted columns"),
        "section": _("Section"),
    }


def page_facts(**facts: Any) -> dict[str, Any]:
    """What the scripts know beside the words; paces are ms between two drawings (faster could not be read)."""
    return {"pace": {"tiles": 1000, "strips": 5000, "sheet": 5000}, **facts}
