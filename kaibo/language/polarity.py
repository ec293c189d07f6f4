"""A small model of liking and disliking: character n-grams, naive-Bayes scaled logistic regression, numpy alone."""

import io
import lzma
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kaibo.language.errors import BadModel
from kaibo.language.normalise import fold
from kaibo.language.tables import BOUNDARY

Hashes = NDArray[np.uint64]
Floats = NDArray[np.float64]

FORMAT = 1
LONGEST_GRAM = 3
LEAST_TEXTS = 2  # a gram seen in one text only says who wrote it
_SEPARATOR = BOUNDARY * LONGEST_GRAM  # no gram reaches into the next text
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SLOTS = 1 << 21


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Grams by hash with their weights; `table` finds them again. `made_from` says which texts taught it."""

    hashes: Hashes
    weights: NDArray[np.float32]
    bias: float
    made_from: str
    slots: NDArray[np.int32]

    def scores(self, texts: Sequence[str]) -> Floats:
        """The chance that each text is positive, by what it says alone."""
        if not texts:
            return np.zeros(0)
        owner, grams = grams_of(texts)
        found = self.slots[_slot(grams)]
        held = found >= 0
        held[held] = self.hashes[found[held]] == grams[held]
        sums = np.bincount(owner[held], self.weights[found[held]], minlength=len(texts))
        return 1 / (1 + np.exp(-(sums + self.bias)))

    def content(self) -> bytes:
        """The model as a file."""
        held = io.BytesIO()
        scale = float(np.abs(self.weights).max()) / 32767 if self.weights.size else 1.0
        np.savez(
            held,
            format=np.array(FORMAT),
            hashes=self.hashes,
            weights=np.round(self.weights / scale).astype(np.int16),
            scale=np.array(scale),
            bias=np.array(self.bias),
            made_from=np.array(self.made_from),
        )
        return lzma.compress(held.getvalue(), preset=6)


def load(content: bytes) -> Model:
    """The model in a file. Raises BadModel."""
    try:
        with np.load(io.BytesIO(lzma.decompress(content)), allow_pickle=False) as raw:
            if int(raw["format"]) != FORMAT:
                raise BadModel(
                    f"the model has format {int(raw['format'])}, this Kaibo reads {FORMAT}", fix="train it again"
                )
            weights = raw["weights"].astype(np.float32) * np.float32(raw["scale"])
            return _model(raw["hashes"], weights, float(raw["bias"]), str(raw["made_from"]))
    except (lzma.LZMAError, ValueError, KeyError, OSError) as error:
        raise BadModel(f"this is no model of opinions: {error}", fix="train it again") from error


def _model(hashes: Hashes, weights: NDArray[np.float32], bias: float, made_from: str) -> Model:
    slots = np.full(_SLOTS, -1, dtype=np.int32)
    order = np.argsort(np.abs(weights), kind="stable")  # of two grams in one slot the heavier stays
    slots[_slot(hashes[order])] = order
    return Model(hashes, weights, bias, made_from, slots)


def _slot(hashes: Hashes) -> NDArray[np.int64]:
    return (hashes >> np.uint64(43)).astype(np.int64)


def grams_of(texts: Sequence[str]) -> tuple[NDArray[np.int64], Hashes]:
    """(number of the text, hash of a gram it holds), each gram once per text."""
    joined = "".join(text + _SEPARATOR for text in texts)  # a gram may end with the text, none begins before it
    begins = np.cumsum([0, *(len(text) + len(_SEPARATOR) for text in texts)])[:-1]
    view = fold(joined)
    codes = view.codes.astype(np.uint64)
    owner = np.searchsorted(begins, view.starts, side="right") - 1
    is_end = codes == ord(BOUNDARY)
    owners, hashes = [owner[:0]], [codes[:0]]
    grown = np.zeros(codes.size, dtype=np.uint64)
    for size in range(1, LONGEST_GRAM + 1):
        if codes.size < size:
            break
        tail = codes[size - 1 :]
        grown = (grown[: tail.size] + tail + np.uint64(size)) * _MIX
        grown ^= grown >> np.uint64(29)
        whole = ~is_end[: tail.size]
        owners.append(owner[: tail.size][whole])
        hashes.append(grown[whole])
    return _once(np.concatenate(owners), np.concatenate(hashes))


def _once(owner: NDArray[np.int64], hashes: Hashes) -> tuple[NDArray[np.int64], Hashes]:
    order = np.lexsort((hashes, owner))
    owner, hashes = owner[order], hashes[order]
    first = np.ones(owner.size, dtype=np.bool_)
    first[1:] = (owner[1:] != owner[:-1]) | (hashes[1:] != hashes[:-1])
    return owner[first], hashes[first]


def train(
    texts: Sequence[str], positive: Sequence[bool], *, made_from: str, most_grams: int = 80_000, strength: float = 0.1
) -> Model:
    """A model of labelled texts. Raises BadModel when one of the two kinds is missing.

    Source: Wang and Manning 2012, "Baselines and Bigrams" (naive-Bayes scaled features), with logistic loss.
    Cost: about 40 s for 50,000 reviews.
    """
    liked = np.asarray(positive, dtype=np.bool_)
    if liked.size != len(texts) or not liked.any() or liked.all():
        raise BadModel("training needs texts of both kinds, each with a label", fix="label at least 200 of each")
    owner, grams = grams_of(texts)
    known, column, counts = np.unique(grams, return_inverse=True, return_counts=True)
    kept = counts >= LEAST_TEXTS
    renumbered = np.cumsum(kept) - 1
    held = kept[column]
    rows, columns = owner[held], renumbered[column[held]]
    known = known[kept]
    ratio = _log_ratio(rows, columns, liked, known.size)
    weights, bias = _fit(rows, columns, ratio, liked, strength=strength)
    heavy = np.argsort(-np.abs(weights) * np.sqrt(counts[kept]), kind="stable")[:most_grams]
    heavy = heavy[np.abs(weights[heavy]) > 0]
    return _model(known[heavy], weights[heavy].astype(np.float32), bias, made_from)


def _log_ratio(rows: NDArray[np.int64], columns: NDArray[np.int64], liked: NDArray[np.bool_], size: int) -> Floats:
    with_liked = np.bincount(columns[liked[rows]], minlength=size) + 1.0
    without = np.bincount(columns[~liked[rows]], minlength=size) + 1.0
    return np.asarray(np.log((with_liked / (liked.sum() + 2)) / (without / ((~liked).sum() + 2))))


def _fit(
    rows: NDArray[np.int64], columns: NDArray[np.int64], ratio: Floats, liked: NDArray[np.bool_], *, strength: float
) -> tuple[Floats, float]:
    """Weights per gram and the bias: logistic loss with a quadratic penalty, by L-BFGS."""
    values = ratio[columns]
    size, texts = ratio.size, liked.size
    target = np.where(liked, 1.0, -1.0)

    def loss(point: Floats) -> tuple[float, Floats]:
        margins = target * (np.bincount(rows, values * point[columns], minlength=texts) + point[-1])
        pull = -target / (1 + np.exp(margins))
        slope = np.empty_like(point)
        slope[:-1] = np.bincount(columns, values * pull[rows], minlength=size) + point[:-1] / strength
        slope[-1] = pull.sum()
        return float(np.logaddexp(0, -margins).sum() + (point[:-1] ** 2).sum() / (2 * strength)), slope

    point = lowest(loss, np.zeros(size + 1))
    return point[:-1] * ratio, float(point[-1])


def lowest(
    loss: Callable[[Floats], tuple[float, Floats]], point: Floats, *, steps: int = 60, memory: int = 8
) -> Floats:
    """Where a smooth convex function is lowest, near enough.

    Source: Nocedal and Wright, Numerical Optimization, algorithm 7.4.
    """
    moves: list[tuple[Floats, Floats, float]] = []
    value, slope = loss(point)
    for _ in range(steps):
        direction = _direction(slope, moves)
        length, descent = 1.0 if moves else 1.0 / max(1.0, float(np.linalg.norm(slope))), float(direction @ slope)
        while True:
            new_value, new_slope = loss(point + length * direction)
            if new_value <= value + 1e-4 * length * descent or length < 1e-10:
                break
            length /= 2
        step, change = length * direction, new_slope - slope
        curve = float(step @ change)
        if curve > 1e-12:
            moves = [*moves[1 - memory :], (step, change, 1 / curve)]
        point, slope = point + step, new_slope
        is_flat = value - new_value < 1e-5 * abs(value)
        value = new_value
        if is_flat:
            break
    return point


def _direction(slope: Floats, moves: Sequence[tuple[Floats, Floats, float]]) -> Floats:
    rest = -slope
    shares = []
    for step, change, inverse in reversed(moves):
        share = inverse * float(step @ rest)
        shares.append(share)
        rest = rest - share * change
    if moves:
        step, change, inverse = moves[-1]
        rest = rest / (inverse * float(change @ change))
    for (step, change, inverse), share in zip(moves, reversed(shares), strict=True):
        rest = rest + step * (share - inverse * float(change @ rest))
    return rest
