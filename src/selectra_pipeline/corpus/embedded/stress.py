"""Where a Spanish word is stressed, and the written accent that follows from it."""

import re

ACUTE = dict(zip("aeiouáéíóú", "áéíóúáéíóú", strict=True))
PLAIN = dict(zip("áéíóú", "aeiou", strict=True))
# A nucleus is a strong vowel with its weak neighbours; in "que", "gui", the u is not one.
_NUCLEUS = re.compile(r"(?:(?<=q)u|(?<=g)u)(?=[eéií])|[iuü]?[aeoáéó][iu]?|[íú]|[iuü][iu]?")
_STRONG = "aeoáéíóú"


def nuclei(word: str) -> list[int]:
    """Index of the main vowel of each syllable: "camión" -> [1, 4]."""
    found = []
    for match in _NUCLEUS.finditer(word.lower()):
        if match.group() == "u" and word[match.start() - 1 : match.start()].lower() in ("q", "g"):
            following = word[match.end() : match.end() + 1].lower()
            if following and following in "eéií":
                continue
        strong = [i for i in range(*match.span()) if word[i].lower() in _STRONG]
        found.append(strong[0] if strong else match.end() - 1)
    return found


def stressed_vowel(word: str) -> int:
    """Index of the vowel under stress.

    Raises:
        ValueError: the word has no vowel.
    """
    for at, letter in enumerate(word.lower()):
        if letter in PLAIN:
            return at
    vowels = nuclei(word)
    if not vowels:
        raise ValueError(f"{word!r} has no vowel to stress")
    if len(vowels) == 1 or word[-1].lower() not in "aeiouns":
        return vowels[-1]
    return vowels[-2]


def accented(word: str) -> str:
    """The word stressed on its last syllable, with a written accent: "manten" -> "mantén"."""
    at = nuclei(word)[-1]
    return word[:at] + ACUTE[word[at]] + word[at + 1 :]
