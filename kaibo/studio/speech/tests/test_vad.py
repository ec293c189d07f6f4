"""Stretches of speech: whole, at their place, silence and short clicks left out."""

import numpy as np
import pytest

from kaibo.studio.speech.contracts import RATE
from kaibo.studio.speech.tests.toy import silence, tone
from kaibo.studio.speech.vad import Stretch, Stretches


def loud(window: np.ndarray) -> float:
    return float(np.abs(window).max() > 0.1)


def cut(sound: np.ndarray, piece: int = 3000) -> list[Stretch]:
    stretches = Stretches(loud)
    found = [one for at in range(0, len(sound), piece) for one in stretches.take(sound[at : at + piece])]
    return [*found, *stretches.finish()]


def test_it_cuts_speech_at_silence_with_a_little_before() -> None:
    found = cut(np.concatenate([silence(1), tone(300, 1), silence(1), tone(300, 2)]))
    assert [one.start / RATE for one in found] == pytest.approx([0.8, 2.8], abs=0.05)
    assert [len(one.sound) / RATE for one in found] == pytest.approx([1.7, 2.2], abs=0.06)


def test_it_keeps_short_pauses_and_drops_clicks() -> None:
    assert len(cut(np.concatenate([tone(300, 1), silence(0.3), tone(300, 1)]))) == 1
    assert cut(np.concatenate([silence(1), tone(300, 0.1), silence(1)])) == []


def test_it_cuts_who_never_pauses_without_losing_a_sample() -> None:
    sound = tone(300, 45)
    found = cut(sound)
    assert len(found) == 3
    heard = np.concatenate([one.sound for one in found])
    assert np.array_equal(heard[: len(sound)], sound)
    assert all(len(one.sound) <= 20.1 * RATE for one in found)
