"""What a connector's tier stands on. Tests marked `proof` give the evidence; a run of them all computes the tiers."""

from collections.abc import Collection, Mapping

from kaibo.connectors.contracts import Manifest, Tier
from kaibo.connectors.faults import FAULTS

NAMED, PURE, CONFIG, UNKNOWN = "named", "pure", "config", "unknown"
SIGNED, SECRETS, LIMITS = "signed", "secrets", "limits"
REPLAY, HEALTH, VECTORS, RUNBOOK = "replay", "health", "vectors", "runbook"
ORDER: tuple[Tier, ...] = ("bronze", "silver", "gold")


def needed(manifest: Manifest, *, calls: bool) -> dict[Tier, frozenset[str]]:
    """Tier -> names of the proofs that it adds to the one below. `calls`: the connector has a client."""
    bronze = {NAMED} if manifest.transport == "generator" else {NAMED, PURE, CONFIG, UNKNOWN}
    silver = {LIMITS, *FAULTS} - manifest.lacks.keys()
    silver |= {SECRETS} if calls else set()
    silver |= {SIGNED} if manifest.transport == "push" else set()
    gold = {REPLAY, HEALTH, VECTORS, RUNBOOK}
    return {"bronze": frozenset(bronze), "silver": frozenset(silver), "gold": frozenset(gold)}


def tier_of(manifest: Manifest, proved: Collection[str], *, calls: bool) -> Tier | None:
    """The highest tier all of whose proofs, and of those below, are there; None where not even bronze is."""
    found: Tier | None = None
    for tier, names in needed(manifest, calls=calls).items():
        if not names <= set(proved):
            break
        found = tier
    return found


def disagreements(
    manifests: Mapping[str, Manifest], proved: Mapping[str, Collection[str]], *, callers: Collection[str]
) -> list[str]:
    """A sentence for each connector whose claim is not what was proved."""
    said = []
    for one in manifests.values():
        mine = proved.get(one.id, ())
        tier = tier_of(one, mine, calls=one.id in callers)
        if tier != one.tier:
            levels = needed(one, calls=one.id in callers)
            missing = sorted(set().union(*(levels[level] for level in ORDER[: ORDER.index(one.tier) + 1])) - set(mine))
            why = f"not proved: {', '.join(missing)}" if missing else f"write tier = '{tier}' into its manifest"
            said.append(f"{one.id} claims {one.tier}, proved is {tier or 'nothing'}; {why}")
    return said
