"""The rules that hold now: the shipped packs. What is compiled once per process is asked for here."""

from functools import lru_cache

from kaibo.language import api as language


@lru_cache(maxsize=16)
def of_packs(pack_ids: tuple[str, ...]) -> language.Lexicon:
    """The lexicon of the named packs, none for all. Raises PackNotFound."""
    if not pack_ids:
        return language.shipped_lexicon()
    return language.compile_packs([language.pack(pack_id) for pack_id in pack_ids])


def current() -> language.Lexicon:
    """The lexicon that holds now."""
    return of_packs(())
