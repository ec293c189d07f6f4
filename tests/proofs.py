"""What the tiers of connectors stand on: a run that holds every proof computes the tiers and fails a wrong claim."""

import sys
from collections import defaultdict

import pytest

_ran: dict[str, set[str]] = defaultdict(set)
_failed: set[tuple[str, str]] = set()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write connector and proof down where the report of a worker carries them to the one who decides."""
    for item in items:
        marker, callspec = item.get_closest_marker("proof"), getattr(item, "callspec", None)
        if marker is not None and callspec is not None:
            value = next(iter(callspec.params.values()))
            item.user_properties += [("proof", f"{getattr(value, 'id', value)} {name}") for name in marker.args]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A proof counts when each of its tests was called and passed."""
    for name, value in report.user_properties:
        if name == "proof":
            connector, proof = str(value).split(" ")
            if report.failed or report.skipped:
                _failed.add((connector, proof))
            elif report.when == "call":
                _ran[connector].add(proof)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Compare, where every kind of proof was part of the run."""
    if hasattr(session.config, "workerinput") or not _ran:
        return
    from kaibo.connectors import registry, tiers
    from kaibo.connectors.pollworker import client_of

    every = registry.manifests()
    callers = [one for one in every if client_of(one) is not None]
    proved = {one: {proof for proof in proofs if (one, proof) not in _failed} for one, proofs in _ran.items()}
    wanted = {name for one in every.values() for names in tiers.needed(one, calls=True).values() for name in names}
    is_whole = wanted <= set().union(*_ran.values())
    if not is_whole:
        return
    sys.stdout.write("\n== tiers of connectors, as this run proved them" + "\n")
    for one in every.values():
        tier = tiers.tier_of(one, proved.get(one.id, ()), calls=one.id in callers)
        sys.stdout.write(f"{one.id:20} {tier or 'none':8} {' '.join(sorted(proved.get(one.id, ())))}" + "\n")
    wrong = tiers.disagreements(every, proved, callers=callers)
    for sentence in wrong:
        sys.stdout.write(f"TIER: {sentence}" + "\n")
    if wrong:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
