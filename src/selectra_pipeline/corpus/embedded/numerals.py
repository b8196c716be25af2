"""Numbers, ordinals, dates and hours, in words and in figures."""

from selectra_pipeline.corpus.embedded.grammar import words

_UNITS = words("units")
_TENS = words("tens")
_HUNDREDS = words("hundreds")
_ORDINALS = words("ordinals")
MONTHS = words("months")
WEEKDAYS = words("weekdays")
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
          (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


def in_words(number: int, gender: str = "m", before_noun: bool = False) -> str:
    """A cardinal from 0 to 999,999; 21 before a masculine noun is "veintiún".

    Raises:
        ValueError: the number is out of that range.
    """
    if not 0 <= number < 1_000_000:
        raise ValueError(f"{number} has no name here; pass 0 to 999999")
    thousands, rest = divmod(number, 1000)
    words = []
    if thousands:
        words.append("mil" if thousands == 1 else f"{_hundreds(thousands, gender, True)} mil")
    if rest or not thousands:
        words.append(_hundreds(rest, gender, before_noun))
    return " ".join(words)


def _hundreds(number: int, gender: str, before_noun: bool) -> str:
    if number == 100:
        return "cien"
    hundreds, rest = divmod(number, 100)
    words = []
    if hundreds:
        word = _HUNDREDS[hundreds - 1]
        words.append(word[:-2] + "as" if gender == "f" and hundreds > 1 else word)
    if rest or not hundreds:
        words.append(_tens(rest, gender, before_noun))
    return " ".join(words)


def _tens(number: int, gender: str, before_noun: bool) -> str:
    if number >= 30:
        tens, unit = divmod(number, 10)
        word = _TENS[tens - 3] + (f" y {_tens(unit, gender, before_noun)}" if unit else "")
        return word
    word = _UNITS[number]
    if not word.endswith("uno"):
        return word
    if gender == "f":
        return word[:-1] + "a"
    if before_noun:
        return "veintiún" if number == 21 else "un"
    return word


def in_figures(number: int) -> str:
    """Figures in groups of three from 10 000 on, as the Academy writes them: "12 500"."""
    return f"{number:,}".replace(",", " ") if number >= 10_000 else str(number)


def ordinal(number: int, gender: str = "m") -> str:
    """An ordinal from 1 to 12, without apocope: 3, "f" -> "tercera"."""
    word = _ORDINALS[number - 1]
    return word[:-1] + "a" if gender == "f" else word


def roman(number: int) -> str:
    """Roman figures: 19 -> "XIX"."""
    figures = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        figures += letters * count
    return figures


def century(year: int) -> str:
    """The century of a year: 1932 -> "siglo XX"."""
    return f"siglo {roman((year + 99) // 100)}"


def hour_in_words(hour: int, minute: int) -> str:
    """A time of day, minutes by fives: (17, 30) -> "las cinco y media de la tarde"."""
    shown = hour + (minute > 30)
    name = in_words((shown - 1) % 12 + 1, "f")
    article = "la" if name == "una" else "las"
    past = {0: "", 15: " y cuarto", 30: " y media", 45: " menos cuarto"}
    if minute in past:
        minutes = past[minute]
    else:
        minutes = f" y {in_words(minute)}" if minute < 30 else f" menos {in_words(60 - minute)}"
    if shown in (12, 24) and minute == 0:
        return "las doce del mediodía" if shown == 12 else "las doce de la noche"
    part = "madrugada" if hour < 6 else "mañana" if hour < 12 else "tarde" if hour < 20 else "noche"
    return f"{article} {name}{minutes} de la {part}"
