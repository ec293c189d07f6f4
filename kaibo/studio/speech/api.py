"""The door of speech: a recording or an address in, `speech.transcribed` in the log."""

from kaibo.studio.speech.audio import is_address
from kaibo.studio.speech.contracts import BadSound, Engine, EngineName, SpeechNotReady, Utterance
from kaibo.studio.speech.engines import banned_phrases, open_engine
from kaibo.studio.speech.telling import Place, Told, listen

__all__ = [
    "BadSound",
    "Engine",
    "EngineName",
    "Place",
    "SpeechNotReady",
    "Told",
    "Utterance",
    "banned_phrases",
    "is_address",
    "listen",
    "open_engine",
]
