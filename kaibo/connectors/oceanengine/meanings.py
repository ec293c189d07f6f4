"""What each payload becomes, for the reference page."""

from kaibo.connectors.oceanengine import fields

ROWS = (
    *((f"report, {name}", "spend.reported", "the step since the last total") for name in fields.SPEND),
    *((f"report, {name}", "spend.reported", f"step in `{ours}`") for name, ours in fields.STEP_MONEY.items()),
    *((f"report, {name}", "spend.reported", f"step in `{ours}`") for name, ours in fields.STEP_COUNTS.items()),
    *((f"report, {name}", "figure.reported", f"`{ours}`") for name, ours in fields.FIGURES.items()),
    *((f"report, {name}", "figure.reported", f"`{ours}`") for name, ours in fields.MONEY_FIGURES.items()),
    *((f"report, {name}", "figure.reported", "under its own name") for name in fields.OWN_COUNTS),
    ("advertiser/fund, balance", "figure.reported", "`ad_balance_minor`"),
    ("advertiser/fund, transactions", "unknown", ""),
    ("a room of yesterday's list that today's holds", "skipped", "told once"),
    ("any other reply", "skipped", "tokens, advertisers, requests"),
)
DROPPED = fields.DROPPED
