"""From a recording to a case: what the engine hears is remembered once and judged by sound too."""

import wave
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kaibo.eventlog import api as eventlog
from kaibo.kit.clock import now_us
from kaibo.operations.compliance import api
from kaibo.operations.compliance.contracts import Scene
from kaibo.studio.speech import audio, telling
from kaibo.studio.speech.api import Place, Told, Utterance, listen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
SAID = [(200, 900, "大家晚上好"), (1500, 3200, "今天全往最低价给到家人们")]  # 全网, heard as 全往


class Scripted:
    """An engine that finishes each sentence once its sound has come in."""

    def __init__(self, said: list[tuple[int, int, str]]) -> None:
        self._waiting, self._samples = list(said), 0

    def accept(self, sound: Iterable[float]) -> Iterator[Utterance]:
        self._samples += len(list(sound))
        while self._waiting and self._waiting[0][1] * 16 <= self._samples:
            yield Utterance(*self._waiting.pop(0), "scripted", "none", 0.8)

    def finish(self) -> Iterator[Utterance]:
        yield from (Utterance(*one, "scripted", "none") for one in self._waiting)


@pytest.fixture
def take(tmp_path: Path) -> Path:
    path = tmp_path / "take-3.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(bytes(2 * 16000 * 3))
    return path


def hear(path: Path, began_at: int) -> Told:
    told = listen(str(path), Scripted(SAID), Place("douyin", "771", "tonight", began_at))
    while api.look():
        pass
    return told


def test_it_makes_a_case_of_a_word_that_only_sounds_forbidden(take: Path) -> None:
    began_at = now_us() - 60_000_000
    told = hear(take, began_at)
    assert (told.utterances, told.accepted, told.duplicates) == (2, 2, 0)
    [case] = api.list_cases()
    assert case.scene is Scene.SPEECH
    [evidence] = api.case(case.id).evidence
    assert (evidence.matched, evidence.view) == ("全往最低价", "sound")
    assert evidence.recording.startswith("take-3.wav#t=1.5,3.2&id=")
    [greeting, offer] = sorted(eventlog.news({}, kinds=("speech.transcribed",)).events, key=lambda one: one.occurred_at)
    assert (greeting.attrs or {})["confidence"] == 0.8
    assert "confidence" not in (offer.attrs or {}), "not stated is not zero"
    assert (offer.occurred_at, offer.duration_ms, offer.show_id) == (began_at + 1_500_000, 1700, "tonight")


def test_it_says_when_words_on_air_were_said_though_their_sound_came_late(monkeypatch: pytest.MonkeyPatch) -> None:
    began_at, late = now_us(), [2.1, 2.11, 2.12, 2.13, 2.5, 3.0, 3.5]  # half a second of sound each
    clock = iter([began_at + round(seconds * 1_000_000) for seconds in late])
    monkeypatch.setattr(telling, "now_us", lambda: next(clock))
    monkeypatch.setattr(audio, "pieces", lambda _: iter([np.zeros(8000, np.float32)] * len(late)))
    told = listen("rtmp://127.0.0.1/live/main", Scripted([(2200, 2900, "大家晚上好")]), Place("douyin", "771"))
    assert told.accepted == 1
    [said] = eventlog.news({}, kinds=("speech.transcribed",)).events
    assert said.occurred_at == began_at + 2_200_000, "the first piece alone would say 1.6 s later"


def test_it_adds_nothing_when_a_recording_is_heard_again(take: Path) -> None:
    began_at = now_us() - 60_000_000
    hear(take, began_at)
    again = hear(take, began_at)
    assert (again.accepted, again.duplicates) == (0, 2)
    assert [case.hits for case in api.list_cases()] == [1]
