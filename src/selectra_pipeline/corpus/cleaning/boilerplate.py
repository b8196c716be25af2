"""Lines of a web page that are not its text: notices, buttons, menus, code."""

import re
from collections.abc import Iterator

from selectra_pipeline.config.cleaning import BoilerplateConfig

# A line of nothing but these is a row of buttons.
NETWORKS = frozenset(
    (
        *("facebook", "twitter", "whatsapp", "linkedin", "telegram", "pinterest", "instagram"),
        *("youtube", "tiktok", "reddit", "tumblr", "google", "google+", "messenger", "menéame"),
        *("email", "e-mail", "rss", "tweet", "share", "like", "pin"),
    )
)
LONGEST_BUTTON = 60  # characters of a line that may be a button or the item of a menu
LONGEST_MENU = 200
LONGEST_MENU_ITEM = 4  # words

_LETTERS = re.compile(r"[^\W\d_].*[^\W\d_]|[^\W\d_]")
_MENU_SEPARATOR = re.compile(r" [|>»›•·] ")
_SENTENCE_END = (*".?!…\"'»”’:", ".)", "?)", "!)")


def boilerplate_lines(text: str, rules: BoilerplateConfig) -> Iterator[tuple[int, str]]:
    """Index and kind of each line that is boilerplate.

    The kinds are the rules' names ("cookies", "read_more", ...), "lorem_ipsum", "curly_bracket".
    """
    lowered = text.lower()
    # Finding a phrase in the whole text is far cheaper than trying each line.
    phrases = {
        phrase: kind
        for kind in ("cookies", "javascript", "legal")
        for phrase in getattr(rules, kind)
        if phrase in lowered
    }
    if "lorem ipsum" in lowered:
        phrases["lorem ipsum"] = "lorem_ipsum"
    lines = text.split("\n")
    buttons = {
        line: kind
        for kind in ("read_more", "sharing", "navigation")
        for line in getattr(rules, kind)
    }
    has_bracket = rules.curly_brackets and "{" in text
    has_menu = bool(_MENU_SEPARATOR.search(text))
    for index, line in enumerate(lines):
        if kind := (
            (phrases and _phrase_kind(line, phrases, rules.max_line_characters))
            or (has_bracket and "{" in line and "curly_bracket")
            or (len(line) <= LONGEST_BUTTON and _button_kind(line, buttons))
            or (has_menu and _is_menu(line) and "navigation")
            or (rules.unpunctuated and not line.endswith(_SENTENCE_END) and "unpunctuated")
        ):
            yield index, kind


def _phrase_kind(line: str, phrases: dict[str, str], longest: int) -> str | None:
    if len(line) > longest:
        return None
    lowered = line.lower()
    return next((kind for phrase, kind in phrases.items() if phrase in lowered), None)


def _button_kind(line: str, buttons: dict[str, str]) -> str | None:
    """What a whole line says, without case and without the punctuation and digits around it."""
    letters = _LETTERS.search(line.lower())
    if letters is None:
        return None
    label = letters[0]
    return buttons.get(label) or ("sharing" if NETWORKS.issuperset(label.split()) else None)


def _is_menu(line: str) -> bool:
    """Three or more short items of letters between separators: "Inicio > Noticias > Deportes"."""
    if len(line) > LONGEST_MENU:
        return False
    items = _MENU_SEPARATOR.split(line)
    return len(items) > 2 and all(
        len(words := item.split()) <= LONGEST_MENU_ITEM and all(map(str.isalpha, words))
        for item in items
    )
