"""Money is an integer of minor units (fen, cents) beside a currency."""

from decimal import ROUND_HALF_UP, Decimal

MINOR_DIGITS = {
    "CNY": 2,
    "USD": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "SGD": 2,
    "THB": 2,
    "MYR": 2,
    "PHP": 2,
    "IDR": 2,
    "VND": 0,
    "JPY": 0,
    "KRW": 0,
}  # ISO 4217
LARGEST_DIGITS = 20
"""No amount has so many digits before its point, and no column holds them: what is larger is no amount."""
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}


def to_minor(amount: str | int | float | Decimal, currency: str = "CNY") -> int:
    """A decimal amount as minor units, half up. Floats go through their shortest text, so 19.9 is 1990."""
    digits = MINOR_DIGITS.get(currency, 2)
    return int((Decimal(str(amount)) * 10**digits).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_decimal(minor: int, currency: str = "CNY") -> Decimal:
    """Minor units as an exact decimal amount."""
    digits = MINOR_DIGITS.get(currency, 2)
    return Decimal(minor).scaleb(-digits)


def show_money(minor: int, currency: str = "CNY") -> str:
    """The amount as people read it: ¥1,234.50."""
    digits = MINOR_DIGITS.get(currency, 2)
    return f"{SYMBOLS.get(currency, currency + ' ')}{to_decimal(minor, currency):,.{digits}f}"
