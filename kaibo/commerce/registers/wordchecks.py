"""What checking for forbidden words came to, as compliance says it: evidence that numbers of a show are made from."""

from kaibo.commerce.registers.contracts import WordCheck
from kaibo.commerce.registers.models import WordCheck as Row
from kaibo.kit.clock import now_us


def note(show_id: str, scene: str, *, texts: int, confirmed: int, undecided: int) -> None:
    """Write down where it stands; repeating it changes nothing."""
    told = {"texts": texts, "confirmed": confirmed, "undecided": undecided, "changed_us": now_us()}
    Row.objects.update_or_create(show_id=show_id, scene=scene, defaults=told)


def checks(show_id: str) -> dict[str, WordCheck]:
    """Scene -> what was checked; a scene of which nothing was is absent."""
    rows = Row.objects.filter(show_id=show_id, texts__gt=0)
    return {row.scene: WordCheck(row.scene, row.texts, row.confirmed, row.undecided, row.changed_us) for row in rows}
