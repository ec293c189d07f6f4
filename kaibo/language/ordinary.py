"""Whether a place that was found by sound or by look is ordinary talk: 国际机 of 国际机场 sounds like 国际级, but
nobody disguised anything. A disguise leaves a character that belongs to no word."""

from kaibo.language.segment import STOP, Dictionary, is_word, pieces_of

_REACH = 6  # characters on each side that decide where words begin and end
_PLAIN = Dictionary()


def ordinary_words(text: str, start: int, end: int, *, term: str) -> str:
    """The ordinary words that a place is made of, with blanks between; empty when it is no ordinary talk.

    Ordinary: every character belongs to a word of the dictionary, which may reach beyond the place, or is a particle.
    """
    if sum(map(str.isalnum, text[start:end])) != len(term):  # written in letters: nobody does so by chance
        return ""
    begin = max(0, start - _REACH)
    inside = []
    at = begin
    for piece in pieces_of([text[begin : end + _REACH]], _PLAIN)[0]:
        if at < end and at + len(piece) > start and any(map(str.isalnum, piece)):
            inside.append(piece)
        at += len(piece)
    return " ".join(inside) if all(map(_is_ordinary, inside)) else ""


def _is_ordinary(piece: str) -> bool:
    return piece in STOP or (len(piece) > 1 and (piece.isascii() or is_word(piece)))
