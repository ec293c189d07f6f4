"""The engines by name, and the phrases they are told to expect."""

from collections.abc import Callable, Sequence
from pathlib import Path

from kaibo.language import api as language
from kaibo.language.contracts import Action, Scene
from kaibo.studio.speech.contracts import Engine, EngineName, SpeechNotReady
from kaibo.studio.speech.sherpa import Sherpa
from kaibo.studio.speech.whisper import Whisper

_ENGINES: dict[EngineName, Callable[..., Engine]] = {EngineName.SHERPA: Sherpa, EngineName.WHISPER: Whisper}


def open_engine(name: EngineName, folder: Path, *, hotwords: Sequence[str] = ()) -> Engine:
    """An engine with the model of this folder. Raises: SpeechNotReady with what is missing and the fix."""
    if not folder.is_dir():
        raise SpeechNotReady(
            f"there is no folder {folder}", fix="give --model-dir the folder of a model that you have downloaded"
        )
    return _ENGINES[name](folder, hotwords=hotwords)


def banned_phrases(*, after: Sequence[str] = ()) -> list[str]:
    """Chinese phrases that no host may say, the gravest first: an engine that expects them writes them right.

    Shape: each once, behind those of `after`; of the shipped packs those that are refused or warned of in speech,
    3 to 8 characters.
    """
    grave: dict[str, tuple[int, int]] = {}
    for pack in language.shipped_packs():
        for rule in pack.rules:
            action = rule.actions.get(Scene.SPEECH, Action.COUNT)
            if action is Action.COUNT:
                continue
            for term in rule.terms:
                if 3 <= len(term) <= 8 and all("一" <= sign <= "鿿" for sign in term):
                    rank = (action.rank, rule.severity)
                    grave[term] = max(rank, grave.get(term, rank))
    gravest = sorted(grave, key=lambda term: (-grave[term][0], -grave[term][1], term))
    return list(dict.fromkeys([*after, *gravest]))
