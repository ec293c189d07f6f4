"""Tables that belong to one show, in one place."""

from django.db.models import Model

from kaibo.warehouse import models

SHOW_TABLES: tuple[type[Model], ...] = (
    models.MinuteRow,
    models.OnlineSample,
    models.FigureRow,
    models.MomentRow,
    models.IntervalRow,
    models.RecentComment,
    models.ShowWord,
    models.UnmatchedRow,
    models.ShowCurrency,
)
"""Everything that a rebuild makes anew. Homes of orders and strays stay: other shows lean on them."""


def drop_show(show_id: str, *, keeps_words: bool = False) -> None:
    """Delete the counted rows of one show. Cost: one delete per table."""
    for table in SHOW_TABLES:
        if not (keeps_words and table is models.ShowWord):
            table._default_manager.filter(show_id=show_id).delete()
