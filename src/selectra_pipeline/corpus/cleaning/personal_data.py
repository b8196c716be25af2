"""Masking of personal data: addresses of mail, numbers of phones, accounts and documents."""

import ipaddress
import re
from collections.abc import Mapping

# Kind (a key of `PersonalDataConfig`) -> what it looks like; `_is_personal` has the last word. In
# this order: the digits of an account or a document must not pass for those of a phone.
_PATTERNS = {
    "email": re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}"),
    "iban": re.compile(
        r"\bES\d\d(?:[ -]?\d{4}){5}\b"
        r"|\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"
    ),
    "identity": re.compile(r"\b(?:\d{8}|\d\d\.\d{3}\.\d{3}|[XYZ]-?\d{7})-?[A-Z]\b"),
    "ip_address": re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)"),
    "phone": re.compile(
        r"(?<![\w.,])(?:\+|\(\+?(?=\d{1,4}\)))?\d(?:[ ().-]{0,2}\d){6,14}(?![\w/-]|[.,]\d)"
    ),
}
# A text without its sign holds none of a kind; to search for signs is far cheaper.
_SIGNS = {"email": re.compile("@"), "ip_address": re.compile(r"\d\.\d+\.\d")}
_SEVEN_DIGITS = re.compile(r"\d(?:[ ().-]{0,2}\d){6}")

_PHONE_WORD_BEFORE = re.compile(
    r"\b(?:tel[eé]fonos?|tel[eé]f|tels?|tl?fnos?|tlfs?|m[oó]vil|celular|fax|whatsapp)\W{0,3}$", re.I
)
_INTERNATIONAL = re.compile(r"\(?\+[1-9]|0034")
_SPANISH_GROUPS = re.compile(
    r"[6789]\d\d(?: \d{3} \d{3}|([ .-])\d\d\1\d\d\1\d\d)|[89]\d([ .-])\d{3}\2\d\d\2\d\d"
)
_CONTROL_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"  # of a DNI, by its number modulo 23
_NIE_DIGITS = {"X": "0", "Y": "1", "Z": "2"}


def is_dni_or_nie(text: str) -> bool:
    """Whether the control letter of a Spanish identity number is right: "12345678Z"."""
    compact = re.sub("[.-]", "", text)
    number = _NIE_DIGITS.get(compact[0], compact[0]) + compact[1:-1]
    return _CONTROL_LETTERS[int(number) % 23] == compact[-1]


def is_iban(text: str) -> bool:
    """Whether the check digits of a bank account are right (ISO 13616: 1 modulo 97)."""
    compact = re.sub("[ -]", "", text)
    rotated = compact[4:] + compact[:4]
    return 15 <= len(compact) <= 34 and int("".join(str(int(c, 36)) for c in rotated)) % 97 == 1


def is_public_address(text: str) -> bool:
    """Whether it is an IPv4 address that belongs to somebody; not 192.168.0.1 or 127.0.0.1."""
    try:
        return ipaddress.IPv4Address(text).is_global
    except ValueError:
        return False


def is_phone(number: str, before: str) -> bool:
    """Whether 7 to 15 digits are the number of a phone, by its form or the text before it.

    Nine digits in a row are as often an order or a file, and "612.345.678" is a quantity: a number
    must begin with "+" or come after "tel.", "móvil", ..., or be in the groups of Spanish ones.
    """
    if _INTERNATIONAL.match(number) or _PHONE_WORD_BEFORE.search(before):
        return True
    return not before.endswith(("/", "-")) and bool(_SPANISH_GROUPS.fullmatch(number))


def _is_personal(kind: str, match: re.Match[str]) -> bool:
    value = match[0]
    if kind == "iban":
        return is_iban(value)
    if kind == "identity":
        return is_dni_or_nie(value)
    if kind == "ip_address":
        return is_public_address(value)
    if kind == "phone":
        return is_phone(value, match.string[max(0, match.start() - 20) : match.start()])
    return True


def mask_personal_data(
    text: str, placeholders: Mapping[str, str]
) -> tuple[str, list[tuple[str, str]]]:
    """The text with personal data replaced, and the kind and text of all that was.

    Args:
        text: a normalised document.
        placeholders: kind -> what replaces it; kinds that are missing stay.
    """
    masked: list[tuple[str, str]] = []
    for kind, pattern in _PATTERNS.items():
        if kind not in placeholders or not _SIGNS.get(kind, _SEVEN_DIGITS).search(text):
            continue

        def mask(match: re.Match[str], kind: str = kind) -> str:
            if not _is_personal(kind, match):
                return match[0]
            masked.append((kind, match[0]))
            return placeholders[kind]

        text = pattern.sub(mask, text)
    return text, masked
