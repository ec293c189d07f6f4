"""Places in recordings: read as we and as people write them, cut exactly out of any file, kept sound goes in time."""

import dataclasses
import io
import os
import wave
from pathlib import Path

import numpy as np
import pytest

from kaibo.kit.clock import DAY_US, now_us
from kaibo.kit.errors import BadConfiguration
from kaibo.studio.speech import api, shelf, tape
from kaibo.studio.speech.contracts import RATE
from kaibo.studio.speech.shelf import Mention
from kaibo.studio.speech.tests.air import needs
from kaibo.studio.speech.tests.sounds import write_wave
from kaibo.studio.speech.tests.toy import silence, tone

MARK = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("take-3.wav#t=1.5,3.2", Mention("take-3.wav", 1.5, 3.2)),
        (f"a/take #3.wav#t=1.5,3.2&id={MARK}", Mention("a/take #3.wav", 1.5, 3.2, MARK)),
        ("take-3.wav#t=12", Mention("take-3.wav", 12, 17)),
        ("take-3.wav, 1:02:03", Mention("take-3.wav", 3723, 3728)),
        ("晚场 第二段.mp4，12:03.5", Mention("晚场 第二段.mp4", 723.5, 728.5)),
        ("take-3.wav#71", None),
        ("take-3.wav#t=1.2.3", None),
        ("in the blue folder", None),
        ("", None),
    ],
)
def test_it_reads_a_place_in_a_recording(said: str, meant: Mention | None) -> None:
    assert api.mention(said) == meant


def test_it_names_a_file_by_its_path_inside_the_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "recordings" / "nov").mkdir(parents=True)
    inside = write_wave(home / "recordings" / "nov" / "take.wav", silence(1), RATE)
    assert shelf.refer(str(inside), 1500, 3200, mark=MARK * 2) == f"nov/take.wav#t=1.5,3.2&id={MARK}"
    assert shelf.refer(str(tmp_path / "take.wav"), 1500, 3200) == "take.wav#t=1.5,3.2"
    monkeypatch.setenv("KAIBO_RECORDINGS", "takes")
    with pytest.raises(BadConfiguration, match="no whole path"):
        shelf.refer(str(inside), 1500, 3200)


def loud(data: bytes) -> tuple[float, float, float]:
    """Length, and where there is sound. Units: seconds."""
    with wave.open(io.BytesIO(data)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
    places = np.flatnonzero(np.abs(sound) > 0.2) / RATE
    return len(sound) / RATE, float(places[0]), float(places[-1])


@pytest.mark.parametrize("form", ["wav", "mkv", "mp4", "flv", "mp3"])
def test_it_cuts_exactly_out_of_any_file(form: str, tmp_path: Path) -> None:
    sound = np.concatenate([np.zeros(48000 * 30, np.float32), tone(440, 1.0, 48000), np.zeros(48000 * 9, np.float32)])
    path = write_wave(tmp_path / "take.wav", sound, 48000)
    if form != "wav":
        path = _as(form, path)
    length, begins, ends = loud(api.excerpt(path, 28.0, 35.0))
    assert length == pytest.approx(7, abs=0.01)
    assert (begins, ends) == pytest.approx((2, 3), abs=0.06 if form == "mp3" else 0.03)
    assert loud(api.excerpt(path, 30.2, 99.0))[0] == pytest.approx(9.8, abs=0.1), "it ends with the recording"
    with pytest.raises(api.BadSound, match="holds no sound at 99"):
        api.excerpt(path, 99.0, 101.0)


def _as(form: str, path: Path) -> Path:
    av = needs("av")
    made = path.with_suffix(f".{form}")
    codec = {"mkv": "flac", "mp3": "mp3"}.get(form, "aac")
    with av.open(str(path)) as whole, av.open(str(made), "w") as box:
        lane = box.add_stream(codec, rate=44100 if form == "flv" else 48000, layout="mono")
        resampler = av.AudioResampler(format=lane.format, layout="mono", rate=lane.rate, frame_size=lane.frame_size)
        for frame in [*whole.decode(audio=0), None]:
            for one in resampler.resample(frame):
                box.mux(lane.encode(one))
        box.mux(lane.encode(None))
    return made


def test_it_says_what_cannot_be_cut(tmp_path: Path) -> None:
    needs("av")
    (tmp_path / "notes.wav").write_text("no sound at all")
    with pytest.raises(api.BadSound, match=r"notes\.wav cannot be heard"):
        api.excerpt(tmp_path / "notes.wav", 0, 1)


@pytest.mark.usefixtures("home")
def test_it_keeps_what_is_on_air_so_that_it_can_be_heard_at_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tape, "FILE_SAMPLES", 10 * RATE)
    kept = tape.Tape("douyin", "room/7")
    for second in range(25):
        kept.take(tone(440, 1.0) if second in {3, 17} else silence(1.0))
        if second == 4:
            place = api.mention(kept.reference(3000, 4000))
            assert place is not None
            path = api.find(place, platform="douyin", room_id="room/7")
            assert path is not None, "while it is written"
            assert loud(api.excerpt(path, place.start, place.end)) == pytest.approx((1, 0, 1), abs=0.01)
    second_file = api.mention(kept.reference(17_000, 18_000))
    assert second_file is not None
    assert (second_file.start, second_file.end) == (7, 8)
    kept.close()
    path = api.find(second_file, platform="douyin", room_id="room/7")
    assert path is not None
    for platform, room_id in (("douyin", "room"), ("taobao", "room/7"), ("douyin", "room_7")):
        assert api.find(second_file, platform=platform, room_id=room_id) is None, "it is another room's"
    around = dataclasses.replace(second_file, name=f"../recordings/{second_file.name}")
    assert api.find(around, platform="douyin", room_id="8") is None
    assert loud(api.excerpt(path, 7, 8)) == pytest.approx((1, 0, 1), abs=0.01)
    assert len(list((home / "recordings" / "on-air").iterdir())) == 3


def test_it_lets_go_of_kept_sound_but_never_of_the_teams_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / "recordings" / "on-air"
    folder.mkdir(parents=True)
    files = [folder / "old.wav", folder / "new.wav", home / "recordings" / "take.wav"]
    for path in files:
        path.write_bytes(b"")
    old = now_us() // 1_000_000 - 40 * 86_400
    for path in (files[0], files[2]):
        os.utime(path, (old, old))
    monkeypatch.setenv("KAIBO_RECORDING_DAYS", "0")
    assert api.let_go(now=now_us() + 900 * DAY_US) == 0
    monkeypatch.setenv("KAIBO_RECORDING_DAYS", "30")
    assert api.let_go() == 1
    assert [path.exists() for path in files] == [False, True, True]
