"""What a gift, super chat or guard cost, where the row says it."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import msgspec

from kaibo.kit.money import LARGEST_DIGITS, to_minor

COINS_PER_FEN = 10  # 1000 gold coins are 1 yuan (open-live.bilibili.com, gift price)


class Raw(msgspec.Struct):
    """The part of the platform's own message that carries money; recorders nest it or not."""

    price: int | float | str | None = None
    num: int | str | None = None
    total_coin: int | float | None = None
    coin_type: str | None = None
    tid: str | int | None = None
    combo_id: str | None = None
    id: str | int | None = None
    uid: str | int | None = None


_decoder = msgspec.json.Decoder(dict[str, Any])


def raw_of(attrs: dict[str, str]) -> Raw | None:
    """The `raw` message where the recorder kept it. Raises ValueError when it is no JSON."""
    text = attrs.get("raw")
    if not text:
        return None
    try:
        given = _decoder.decode(text)
        inner = given.get("data", given)
        return msgspec.convert(inner, Raw, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"raw is no message of the platform: {error}") from error


def gift_minor(attrs: dict[str, str], raw: Raw | None, pieces: int) -> int | None:
    """Fen paid for a gift; 0 for silver, which is no money; None when the row does not say."""
    if raw is not None and raw.coin_type is not None:
        if raw.coin_type != "gold":
            return 0
        coins = raw.total_coin if raw.total_coin is not None else _number(raw.price) * pieces
        return _fen(_number(coins))
    if "price" in attrs and attrs.get("cointype", "gold") in {"gold", "金瓜子"}:
        return _fen(_number(attrs["price"]) * pieces)
    return 0 if attrs.get("cointype") in {"silver", "银瓜子"} else None


def guard_minor(attrs: dict[str, str], raw: Raw | None, pieces: int) -> int | None:
    """Fen paid for a guard; None when the row does not say: list prices are often discounted."""
    price = raw.price if raw is not None else attrs.get("price")
    return None if price in {None, ""} else _fen(_number(price) * pieces)


def super_chat_minor(attrs: dict[str, str]) -> int:
    """Fen paid for a super chat; its price stands in yuan. Raises ValueError."""
    return to_minor(_number(attrs.get("price")))


def _fen(coins: Decimal) -> int:
    """Half up: bundles of gifts below one fen do exist. Raises ValueError for more than anybody pays."""
    if coins.adjusted() > LARGEST_DIGITS:
        raise ValueError(f"{coins:.3E} coins are no price")
    return int((coins / COINS_PER_FEN).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _number(value: object) -> Decimal:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"price '{value}' is no number") from None
    if not number.is_finite() or number < 0 or number.adjusted() >= LARGEST_DIGITS:
        raise ValueError(f"price '{value}' is no price")
    return number
