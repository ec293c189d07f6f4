"""Sound of any form becomes 16 kHz mono, at the same pitch and the same place."""

from pathlib import Path

import numpy as np
import pytest

from kaibo.studio.speech import audio
from kaibo.studio.speech.contracts import RATE, BadSound
from kaibo.studio.speech.tests.sounds import write_wave
from kaibo.studio.speech.tests.toy import tone


def heard(path: Path) -> np.ndarray:
    return np.concatenate(list(audio.pieces(str(path))))


def test_it_reads_16_khz_as_it_is(tmp_path: Path) -> None:
    sound = tone(440, 1.2)
    got = heard(write_wave(tmp_path / "a.wav", sound, RATE))
    assert len(got) == len(sound)
    assert np.abs(got - sound).max() < 1e-4


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_it_resamples_in_pieces_as_exact_as_in_one(rate: int, tmp_path: Path) -> None:
    got = heard(write_wave(tmp_path / "a.wav", tone(440, 1.3, rate), rate))
    wanted = tone(440, 1.3)
    assert abs(len(got) - len(wanted)) <= 2
    inside = slice(800, -800)  # at the very ends the tone begins and breaks off
    shorter = min(len(got), len(wanted))
    assert np.abs(got[:shorter][inside] - wanted[:shorter][inside]).max() < 0.01


def test_it_keeps_out_what_16_khz_cannot_hold(tmp_path: Path) -> None:
    got = heard(write_wave(tmp_path / "a.wav", tone(11_000, 1.0, 48000), 48000))
    assert np.abs(got[800:-800]).max() < 0.01  # picking every third sample would give a loud tone of 5 kHz


@pytest.mark.parametrize(("width", "near"), [(1, 0.02), (3, 1e-5), (4, 1e-5)])
def test_it_reads_every_depth(width: int, near: float, tmp_path: Path) -> None:
    sound = tone(440, 0.7)
    got = heard(write_wave(tmp_path / "a.wav", sound, RATE, width))
    assert np.abs(got - sound).max() < near


def test_it_mixes_two_lanes(tmp_path: Path) -> None:
    both = np.stack([tone(440, 0.5), np.zeros(8000, np.float32)], axis=1)
    got = heard(write_wave(tmp_path / "a.wav", both, RATE))
    assert np.abs(got - tone(440, 0.5) / 2).max() < 1e-4


def test_it_reads_a_recording_that_was_cut_off(tmp_path: Path) -> None:
    path = write_wave(tmp_path / "a.wav", tone(440, 1.0), RATE)
    path.write_bytes(path.read_bytes()[:-8001])
    assert 11_000 < len(heard(path)) <= 12_000


def test_it_says_what_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(BadSound, match="cannot be read"):
        heard(tmp_path / "absent.wav")
    with pytest.raises(BadSound, match="no kind of address"):
        list(audio.pieces("gopher://example.com/x"))


def test_it_names_an_address_without_its_key() -> None:
    assert audio.shown_name("rtmp://live.example.com/app/s3cret?sign=abc") == "rtmp://live.example.com/app"
    assert audio.shown_name("https://me:pw@example.com/s3cret?x=1") == "https://example.com"
    assert audio.shown_name("/takes/take-3.wav") == "take-3.wav"
