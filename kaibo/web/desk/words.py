"""The strings of the desk's script."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext as _p


def page_words() -> dict[str, str]:
    """By key, with `desk_` before it."""
    return {
        "desk_start": _p("desk", "Explain"),
        "desk_end": _p("desk", "Done"),
        "desk_next": _p("desk", "Next"),
        "desk_return": _p("desk", "Return"),
        "desk_mark": _p("desk", "Mark"),
        "desk_host": _p("desk", "Host"),
        "desk_note": _p("desk", "Note"),
        "desk_undo": _("Undo, {n} s"),
        "desk_undone": _p("desk", "taken back"),
        "desk_did_start": _("Explaining link {n}"),
        "desk_did_next": _("Next: link {n}"),
        "desk_did_return": _("Link {n} again"),
        "desk_did_end": _("Lap ended"),
        "desk_did_mark": _("Marked"),
        "desk_did_note": _("Noted"),
        "desk_did_host": _("{n} is on duty"),
        "desk_waiting": _("{n} waiting for the line"),
        "desk_no_lineup": _("The next three links stand here once the show has a lineup."),
        "desk_lineup": _p("desk", "Fill in the lineup"),
        "desk_all_through": _("The list is through: return to a link, or choose one."),
        "desk_which": _("Which link?"),
        "desk_which_back": _("Which link again?"),
        "desk_number": _("Link number"),
        "desk_go": _p("desk", "Start"),
        "desk_who": _("Who comes on duty?"),
        "desk_name": _("Name of the host"),
        "desk_what": _("What happened?"),
        "desk_save": _p("desk", "Keep"),
        "desk_explained_at": _("last at {at}"),
        "desk_not_on_air": _("Acts of the desk begin with the show."),
        "desk_go_on_air": _p("desk", "Go on air on the show's page"),
        "desk_may_not": _("Your role may look at the desk, not act at it."),
        "desk_minutes": _("{n} min"),
    }
