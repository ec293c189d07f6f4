"""The strings of the scripts of rounds, with `round_` before their key."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p

from kaibo.commerce.rounds import api as rounds


def page_words() -> dict[str, str]:
    """Everything `static/kaibo/rounds` says."""
    return {
        **{f"figure_{name}": str(text) for name, text in rounds.NAMES.items()},
        "round_title": _p("round", "Report round"),
        "round_number": _("Round {n}"),
        "round_correct": _p("round", "Correct round {n}"),
        "round_before": _("before {value}"),
        "round_next": _p("round key", "Next"),
        "round_same": _p("round key", "Same"),
        "round_send": _p("round key", "Send"),
        "round_ten_thousand": _p("round key", "万"),
        "round_delete": _p("round key", "Delete a digit"),
        "round_fell": _("Less than {value} at {at}: a cumulative figure never falls."),
        "round_correct_that": _("Correct round {n}"),
        "round_unreadable": _("This is no number."),
        "round_empty": _("Type at least one figure."),
        "round_kept": _("Round kept"),
        "round_offline": _("Round kept on this device; it is sent when the line is back."),
        "round_waiting": _("{n} rounds wait for the line"),
        "round_text": _p("round", "Text of the round"),
        "round_now": _p("round", "Numbers now"),
        "round_copy": _p("round", "Copy"),
        "round_copied": _("Copied: paste it into the group."),
        "round_no_bot": _("No bot is set for this room: copy the text, or choose a bot in the settings of rounds."),
        "round_post_again": _("Post again"),
        "post_waiting": _("on its way to {bot}"),
        "post_delivered": _("{bot} has it"),
        "post_failed": _("{bot}: not delivered"),
        "unchanged_round": _("as in the round before"),
        "against_round": _("against the round before"),
        "round_due": _("Round due"),
        "round_due_in": _("Round in {n} min"),
        "round_late": _("Round {n} min late"),
        "round_keys": _("Type, Enter for the next figure; w for 万, k for thousand."),
        "round_withdraw_sure": _("Take the whole round back? Its figures no longer count."),
    }
