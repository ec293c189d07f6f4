"""The sound behind a word: found inside the allowed folders only, kept as evidence, seen when it was changed."""

import io
import shutil
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kaibo.eventlog import workers
from kaibo.kit.clock import DAY_US, HOUR_US, now_us
from kaibo.operations.compliance import api, sounds
from kaibo.operations.compliance.contracts import Evidence, SoundState
from kaibo.operations.compliance.errors import ClipChanged, SoundNotFound
from kaibo.studio.speech.api import Place, Utterance, listen
from kaibo.studio.speech.contracts import RATE
from kaibo.studio.speech.tests.sounds import write_wave
from kaibo.studio.speech.tests.toy import silence, tone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]
BEGINS, ENDS = 20.0, 22.0
DIRECTOR = "user:1"


class Scripted:
    """An engine that says one forbidden sentence at the end, in whose place the recording has a tone."""

    def accept(self, _: object) -> Iterator[Utterance]:
        yield from ()

    def finish(self) -> Iterator[Utterance]:
        yield Utterance(int(BEGINS * 1000), int(ENDS * 1000), "面料是最好的", "scripted", "none")


@pytest.fixture
def take(home: Path) -> Path:
    folder = home / "recordings" / "2026-11"
    folder.mkdir(parents=True)
    sound = np.concatenate([silence(BEGINS), tone(440, ENDS - BEGINS), silence(100)])
    return write_wave(folder / "take-3.wav", sound, RATE)


def hear(path: Path) -> int:
    """The case that listening to the recording opened."""
    listen(str(path), Scripted(), Place("douyin", "771", "tonight", now_us() - 60_000_000))
    while api.look():
        pass
    [case] = api.list_cases()
    return case.id


def keep_clips() -> None:
    """What a worker does a few seconds later."""
    while job := workers.claim("tester", now=now_us() + HOUR_US):
        workers.run(job)


def evidence_of(case_id: int) -> Evidence:
    [evidence] = api.case(case_id).evidence
    return evidence


def heard(data: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767


def loud_from(sound: np.ndarray) -> tuple[float, float]:
    """Seconds between which there is sound."""
    places = np.flatnonzero(np.abs(sound) > 0.1) / RATE
    return float(places[0]), float(places[-1])


def test_it_plays_the_words_and_keeps_them_when_the_recording_goes(take: Path) -> None:
    case_id = hear(take)
    before = evidence_of(case_id)
    assert before.sound is not None
    assert (before.sound.state, before.sound.recording) == (SoundState.RECORDING, "2026-11/take-3.wav")
    assert (before.sound.start_seconds, before.sound.lead_seconds) == (BEGINS, sounds.BEFORE_SECONDS)
    played = heard(api.read_sound(before.id, before.recording))
    assert len(played) / RATE == pytest.approx(8 + 2 + 4, abs=0.01)
    assert loud_from(played) == pytest.approx((8, 10), abs=0.01)
    wide = heard(api.read_sound(before.id, before.recording, is_wide=True))
    assert loud_from(wide) == pytest.approx((20, 22), abs=0.01), "it begins with the recording"

    keep_clips()
    take.unlink()
    after = evidence_of(case_id)
    assert after.sound is not None
    assert (after.sound.state, after.sound.is_whole) == (SoundState.CLIP, False)
    assert loud_from(heard(api.read_sound(after.id, after.recording))) == pytest.approx((8, 10), abs=0.01)
    with pytest.raises(SoundNotFound):
        api.read_sound(after.id, after.recording, is_wide=True)
    step = api.case(case_id).steps[-1]
    assert (step.kind, step.why) == ("clip", after.recording)
    assert api.verify_chain().breaks == ()


def test_it_keeps_one_clip_however_often_the_work_is_done(take: Path) -> None:
    case_id = hear(take)
    keep_clips()
    one = evidence_of(case_id)
    assert sounds.take(one.id, one.recording) == "kept already"
    assert [step.kind for step in api.case(case_id).steps].count("clip") == 1


def test_it_sees_that_a_clip_was_changed_or_removed(take: Path, home: Path) -> None:
    one = evidence_of(hear(take))
    keep_clips()
    [file] = (home / "clips").rglob("*.wav")
    was = file.read_bytes()
    file.write_bytes(was[:-2] + b"\x01\x01")
    with pytest.raises(ClipChanged):
        api.read_sound(one.id, one.recording)
    assert [broken.problem for broken in api.verify_chain().breaks] == [f"the clip of finding {one.id} was changed"]
    file.unlink()
    with pytest.raises(SoundNotFound):
        api.read_sound(one.id, one.recording)
    assert [broken.problem for broken in api.verify_chain().breaks] == [f"the clip of finding {one.id} is gone"]
    assert api.verify_chain(reads_clips=False).breaks == ()
    sounds.Clip.objects.all().delete()
    assert [broken.problem for broken in api.verify_chain().breaks] == [f"the clip of finding {one.id} was removed"]


def test_it_lets_the_sound_go_with_the_evidence(take: Path, home: Path) -> None:
    case_id = hear(take)
    keep_clips()
    api.take_step(case_id, "dismiss", why="口头语", actor=DIRECTOR)
    assert api.let_go(now=now_us() + 1096 * DAY_US) == 1
    assert list((home / "clips").rglob("*.wav")) == []
    assert api.verify_chain().breaks == ()


def test_it_plays_no_other_file(take: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = evidence_of(hear(take))
    outside = shutil.copy(take, tmp_path / "private.wav")
    (home / "recordings" / "way-out.wav").symlink_to(outside)
    for name in ("../../private.wav", str(outside), "way-out.wav", "2026-11", "absent.wav", "\0.wav"):
        with pytest.raises(SoundNotFound):
            api.read_sound(one.id, f"{name}#t=20.0,22.0")
    monkeypatch.setenv("KAIBO_RECORDINGS", f"{tmp_path / 'none'}, {tmp_path}")
    assert loud_from(heard(api.read_sound(one.id, "private.wav, 0:20"))) == pytest.approx((8, 10), abs=0.01)


def test_it_does_not_play_another_recording_of_the_same_name(take: Path) -> None:
    one = evidence_of(hear(take))
    write_wave(take, np.concatenate([silence(60), tone(300, 1)]), RATE)
    with pytest.raises(SoundNotFound):
        api.read_sound(one.id, one.recording)
    keep_clips()
    assert "clip" not in [step.kind for step in api.case(api.list_cases()[0].id).steps]


def test_it_keeps_the_sound_that_a_person_names(take: Path, tmp_path: Path) -> None:
    elsewhere = Path(shutil.copy(take, tmp_path / "take-4.wav"))
    case_id = hear(elsewhere)
    one = evidence_of(case_id)
    assert one.sound is not None
    assert one.sound.state is SoundState.ABSENT
    keep_clips()
    api.note_recording(one.id, "2026-11/take-3.wav, 0:20", actor=DIRECTOR)
    keep_clips()
    named = evidence_of(case_id)
    assert (named.noted, named.recording) == ("2026-11/take-3.wav, 0:20", one.recording)
    assert named.sound is not None
    assert named.sound.state is SoundState.CLIP
    assert loud_from(heard(api.read_sound(one.id, named.noted)))[0] == pytest.approx(8, abs=0.01)
