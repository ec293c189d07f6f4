"""Columns of the back office in the reader's words; set on the models, because the tables' owners have no pages."""

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kaibo.web.pages.rooms import LABELS

FIELDS = {
    "id": pgettext_lazy("column", "Number"),
    "show_id": pgettext_lazy("column", "Show id"),
    "platform": _("Platform"),
    "room_id": _("Room number"),
    "title": _("Title"),
    "planned_at": _("Planned beginning"),
    "planned_end_at": _("Planned end"),
    "targets": _("Targets"),
    "created_by": pgettext_lazy("column", "Made by"),
    "created_at": pgettext_lazy("column", "Made at"),
    "deleted_at": pgettext_lazy("column", "Deleted at"),
    "merged_into": _("Merged into"),
    "name": pgettext_lazy("thing", "Name"),
    "note": _("Note"),
    "currency": _("Currency"),
    "connector": _("Connector"),
    "rooms": pgettext_lazy("menu", "Rooms"),
    "kinds": _("Kinds it can report"),
    "is_local": pgettext_lazy("column", "Made by an import"),
    "is_enabled": pgettext_lazy("column", "Enabled"),
    "last_event_at": _("Last event"),
    "last_received_at": _("Last received"),
    "accepted": _("Accepted"),
    "duplicates": _("Duplicates"),
    "rejected": _("Rejected"),
    "skipped": _("Skipped"),
    "read": pgettext_lazy("count", "Read"),
    "from_us": _("From"),
    "to_us": _("To"),
    "is_confirmed": pgettext_lazy("column", "Confirmed"),
    "needs_binding": pgettext_lazy("column", "Events to bind"),
    "at_us": _("Time"),
    "actor": _("Who"),
    "act": _("Did what"),
    "thing": _("To what"),
    "before": _("Before"),
    "after": _("After"),
    "why": _("Why"),
    "file_name": _("File"),
    "sha256": pgettext_lazy("column", "Checksum"),
    "state": _("State"),
    "started_at": _("Began"),
    "finished_at": _("Ended"),
    "undone_at": pgettext_lazy("column", "Taken back at"),
    "undone_by": pgettext_lazy("column", "Taken back by"),
    "problem": _("Problem"),
    "shows": pgettext_lazy("menu", "Shows"),
    "shows_made": pgettext_lazy("column", "Shows it made"),
    "by_kind": _("Kind of event"),
    "details": pgettext_lazy("column", "Refused rows"),
    "kind": pgettext_lazy("backup", "What ran"),
    "location": pgettext_lazy("backup", "Store"),
    "snapshot": pgettext_lazy("backup", "Snapshot"),
    "is_good": pgettext_lazy("backup", "Went well"),
    "says": pgettext_lazy("backup", "What it said"),
    "report": pgettext_lazy("backup", "Report"),
    "user": _("Person"),
    "role": _("Role"),
    "has_all_rooms": _("All rooms"),
}


def name_columns(model: type[Model]) -> None:
    """Give every field of the model its title; one without words keeps Django's."""
    for field in model._meta.fields:
        title = FIELDS.get(field.name) or (LABELS[field.name][0] if field.name in LABELS else None)
        if title is not None:
            field.verbose_name = title
