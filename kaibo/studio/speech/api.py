"""The door of speech: a recording, an address or a microphone in, `speech.transcribed` out; and the sound again."""

from kaibo.studio.speech.audio import is_live
from kaibo.studio.speech.contracts import BadSound, Engine, EngineName, Silent, SpeechNotReady, Utterance
from kaibo.studio.speech.engines import banned_phrases, open_engine
from kaibo.studio.speech.microphone import Device, devices
from kaibo.studio.speech.shelf import Mention, excerpt, find, mention
from kaibo.studio.speech.tape import let_go
from kaibo.studio.speech.telling import Place, Told, listen, listen_on

__all__ = [
    "BadSound",
    "Device",
    "Engine",
    "EngineName",
    "Mention",
    "Place",
    "Silent",
    "SpeechNotReady",
    "Told",
    "Utterance",
    "banned_phrases",
    "devices",
    "excerpt",
    "find",
    "is_live",
    "let_go",
    "listen",
    "listen_on",
    "mention",
    "open_engine",
]
