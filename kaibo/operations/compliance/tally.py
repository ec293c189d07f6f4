"""What checking for words came to, told to the registers of the show: the numbers read it there."""

from collections.abc import Iterable

from kaibo.commerce.registers import api as registers
from kaibo.operations.compliance import queries
from kaibo.operations.compliance.contracts import Scene
from kaibo.operations.compliance.models import Checked, Hit

Place = tuple[str, str]
"""A show and a scene."""


def tell(places: Iterable[Place]) -> None:
    """Work out anew what stands for these; in the transaction of what changed it. Cost: five queries each."""
    for show_id, scene in sorted({place for place in places if place[0]}):
        rate = queries.spoken_rate(show_id, scene=Scene(scene))
        registers.note_word_check(show_id, scene, texts=rate.texts, confirmed=rate.confirmed, undecided=rate.undecided)


def tell_case(case_id: int) -> None:
    """The shows and scenes of a case's findings."""
    tell(Hit.objects.filter(case_id=case_id).values_list("show_id", "scene").distinct().order_by())


def tell_all() -> int:
    """Every show that was ever checked: after an upgrade, or when in doubt; how many places."""
    places = list(Checked.objects.values_list("show_id", "scene"))
    tell(places)
    return len(places)
