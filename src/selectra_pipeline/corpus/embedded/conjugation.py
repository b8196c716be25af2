"""Spanish verbs: every simple and compound tense of regular and irregular verbs, and clitics.

Person is an index: 0 yo, 1 tú, 2 él/ella/usted, 3 nosotros, 4 vosotros, 5 ellos/ustedes.
The paradigms follow the models of the Nueva gramática de la lengua española (RAE, 2009, ch. 4).
"""

import re
from functools import cache

from selectra_pipeline.corpus.embedded.stress import ACUTE, accented, stressed_vowel
from selectra_pipeline.corpus.embedded.verb_classes import (
    DERIVED,
    FUTURE_STEMS,
    HIATUS_VERBS,
    IMPERATIVES,
    PARTICIPLES,
    PRESENT_FIRST,
    REGULAR_ZO,
    STEM_CHANGES,
    STRONG_PRETERITES,
    WHOLE_TENSES,
)

SIMPLE_TENSES = (
    "present", "imperfect", "preterite", "future", "conditional",
    "subjunctive", "past_subjunctive", "imperative",
)  # fmt: skip
COMPOUND_TENSES = {
    "perfect": "present",
    "pluperfect": "imperfect",
    "future_perfect": "future",
    "conditional_perfect": "conditional",
    "perfect_subjunctive": "subjunctive",
    "pluperfect_subjunctive": "past_subjunctive",
}
REFLEXIVE = ("me", "te", "se", "nos", "os", "se")
_STRESSED_PERSONS = (0, 1, 2, 5)  # the stem bears the stress: diphthongs and hiatus appear here

_ENDINGS = {
    ("present", "a"): "o as a amos áis an",
    ("present", "e"): "o es e emos éis en",
    ("present", "i"): "o es e imos ís en",
    ("imperfect", "a"): "aba abas aba ábamos abais aban",
    ("imperfect", "e"): "ía ías ía íamos íais ían",
    ("imperfect", "i"): "ía ías ía íamos íais ían",
    ("preterite", "a"): "é aste ó amos asteis aron",
    ("preterite", "e"): "í iste ió imos isteis ieron",
    ("preterite", "i"): "í iste ió imos isteis ieron",
    ("subjunctive", "a"): "e es e emos éis en",
    ("subjunctive", "e"): "a as a amos áis an",
    ("subjunctive", "i"): "a as a amos áis an",
}
_ENDINGS = {key: tuple(endings.split()) for key, endings in _ENDINGS.items()}
_FUTURE_ENDINGS = ("é", "ás", "á", "emos", "éis", "án")
_CONDITIONAL_ENDINGS = ("ía", "ías", "ía", "íamos", "íais", "ían")
_STRONG_ENDINGS = ("e", "iste", "o", "imos", "isteis", "ieron")
_PAST_SUBJUNCTIVE_ENDINGS = ("ra", "ras", "ra", "ramos", "rais", "ran")


@cache
def conjugate(verb: str, tense: str, person: int = 2) -> str:
    """The form of a verb: "tener", "preterite", 2 -> "tuvo".

    Args:
        verb: an infinitive; one in "-se" is pronominal ("irse", "preterite", 0: "me fui").
        tense: a simple or compound tense, "infinitive", "gerund" or "participle".
        person: 0 to 5 (see the module); of no matter to "participle".

    Raises:
        ValueError: the tense or the infinitive is none this module knows.
    """
    if verb.endswith("se"):
        return _pronominal(verb.removesuffix("se"), tense, person)
    if verb[-2:] not in ("ar", "er", "ir", "ír"):
        raise ValueError(f"{verb!r} is not an infinitive; pass one in -ar, -er, -ir (or -se)")
    if tense == "infinitive":
        return verb
    if tense in ("gerund", "participle"):
        return gerund(verb) if tense == "gerund" else participle(verb)
    if tense in COMPOUND_TENSES:
        return f"{conjugate('haber', COMPOUND_TENSES[tense], person)} {participle(verb)}"
    if tense not in SIMPLE_TENSES:
        known = ", ".join((*SIMPLE_TENSES, *COMPOUND_TENSES, "infinitive", "gerund", "participle"))
        raise ValueError(f"unknown tense {tense!r}; use one of {known}")
    return _simple(verb, tense, person)


def participle(verb: str) -> str:
    """Masculine singular past participle: "escribir" -> "escrito"."""
    for ending, form in PARTICIPLES.items():
        if verb == ending or (len(ending) > 4 and verb.endswith(ending)):
            return verb.removesuffix(ending) + form
    if verb in DERIVED:
        base = DERIVED[verb]
        return verb.removesuffix(base) + participle(base)
    stem, theme = verb[:-2], verb[-2]
    if theme == "a":
        return stem + "ado"
    return stem + ("ído" if stem[-1] in "aeo" else "ido")


@cache
def gerund(verb: str) -> str:
    """Gerund: "dormir" -> "durmiendo", "leer" -> "leyendo"."""
    if verb == "ir":
        return "yendo"
    if verb == "poder":
        return "pudiendo"
    stem, theme = verb[:-2], verb[-2]
    if theme == "a":
        return stem + "ando"
    if verb.endswith("eír"):
        return stem[:-1] + "iendo"
    if verb in DERIVED and DERIVED[verb] in ("decir", "venir"):
        return verb.removesuffix(DERIVED[verb]) + gerund(DERIVED[verb])
    return _soften(_weaken(verb, stem), "iendo")


def attach(form: str, clitic: str) -> str:
    """An enclitic pronoun behind an infinitive, gerund or imperative: "corte", "lo": "córtelo"."""
    if form.endswith(("ar", "er", "ir", "ír")) and len(clitic) <= 3:
        return form + clitic
    at = stressed_vowel(form)
    monosyllable = len(re.findall("[aeiouáéíóúü]+", form)) == 1
    if monosyllable or form[at] in "áéíóú":
        return (form.replace("é", "e") if monosyllable else form) + clitic
    return form[:at] + ACUTE[form[at]] + form[at + 1 :] + clitic


def _pronominal(verb: str, tense: str, person: int) -> str:
    if tense in ("infinitive", "gerund"):
        return attach(conjugate(verb, tense, person), REFLEXIVE[person])
    if tense == "participle":
        return participle(verb)
    if tense == "imperative":
        form = conjugate(verb, tense, person)
        if person == 4:
            return (form[:-2] + "íos") if verb.endswith("ir") else form[:-1] + "os"
        return attach(form.removesuffix("s") if person == 3 else form, REFLEXIVE[person])
    return f"{REFLEXIVE[person]} {conjugate(verb, tense, person)}"


def _simple(verb: str, tense: str, person: int) -> str:
    if verb in WHOLE_TENSES and tense in WHOLE_TENSES[verb]:
        return WHOLE_TENSES[verb][tense].split()[person]
    if tense == "imperative":
        return _imperative(verb, person)
    if verb in DERIVED and tense != "past_subjunctive":
        base = DERIVED[verb]
        return verb.removesuffix(base) + _simple(base, tense, person)
    if tense == "past_subjunctive":
        stem = conjugate(verb, "preterite", 5).removesuffix("ron")
        stem = stem[:-1] + ACUTE[stem[-1]] if person == 3 else stem
        return stem + _PAST_SUBJUNCTIVE_ENDINGS[person]
    if tense in ("future", "conditional"):
        stem = FUTURE_STEMS.get(verb, verb.replace("ír", "ir"))
        return stem + (_FUTURE_ENDINGS if tense == "future" else _CONDITIONAL_ENDINGS)[person]
    if tense == "preterite":
        return _preterite(verb, person)
    if tense == "imperfect":
        theme = verb[-2].replace("í", "i")
        return verb[:-2] + _ENDINGS[tense, theme][person]
    return _present(verb, tense, person)


def _present(verb: str, tense: str, person: int) -> str:
    """Present indicative and subjunctive: the subjunctive is built on an irregular first person."""
    theme = verb[-2].replace("í", "i")
    first = PRESENT_FIRST.get(verb)
    if first and tense == "present" and person == 0:
        return first
    ending = _ENDINGS[tense, theme][person]
    if first and tense == "subjunctive" and first.endswith("o"):
        return first[:-1] + ending
    stem = verb[:-2]
    if person in _STRESSED_PERSONS:
        stem = _diphthongise(verb, stem)
    elif tense == "subjunctive":
        stem = _weaken(verb, stem)
    return _respell(verb, stem, ending)


def _preterite(verb: str, person: int) -> str:
    strong = STRONG_PRETERITES.get(verb)
    if verb.endswith("ducir"):
        strong = verb[:-2].removesuffix("c") + "j"
    if strong:
        ending = _STRONG_ENDINGS[person]
        if strong == "hic" and person == 2:
            return "hizo"
        return strong + (ending.replace("ier", "er") if strong.endswith("j") else ending)
    theme = verb[-2].replace("í", "i")
    ending = _ENDINGS["preterite", theme][person]
    stem = verb[:-2]
    if person in (2, 5):
        stem = _weaken(verb, stem)
    if theme != "a":
        return _soften(stem, ending)
    return _respell(verb, stem, ending)


def _imperative(verb: str, person: int) -> str:
    if person == 1:
        if verb in IMPERATIVES:
            return IMPERATIVES[verb]
        base = DERIVED.get(verb)
        if base in IMPERATIVES:
            form = verb.removesuffix(base) + IMPERATIVES[base]
            return accented(form) if form.endswith("n") else form  # mantén, but deshaz
        return conjugate(verb, "present", 2)
    if person == 4:
        return verb[:-1] + "d"
    return conjugate(verb, "subjunctive", person)


def _diphthongise(verb: str, stem: str) -> str:
    """The stem under stress: pens- -> piens-, cont- -> cuent-, envi- -> enví-."""
    change = STEM_CHANGES.get(verb)
    if change:
        old, new = change
        at = stem.rindex(old)
        return stem[:at] + new + stem[at + 1 :]
    if verb in HIATUS_VERBS:
        at = max(stem.rfind("i"), stem.rfind("u"))
        return stem[:at] + ACUTE[stem[at]] + stem[at + 1 :]
    return stem


def _weaken(verb: str, stem: str) -> str:
    """Verbs in -ir that change their stem close the vowel elsewhere: dorm- -> durm-."""
    change = STEM_CHANGES.get(verb)
    if not change or not verb.endswith("ir"):
        return "dic" if verb == "decir" else "vin" if verb == "venir" else stem
    at = stem.rindex(change[0])
    return stem[:at] + {"e": "i", "o": "u"}[change[0]] + stem[at + 1 :]


def _soften(stem: str, ending: str) -> str:
    """Join an ending in i- to a stem: le- + ió -> leyó, cre- + iste -> creíste, gruñ- + ó."""
    if ending[0] == "i" and len(ending) > 1 and ending[1] in "eó":
        if stem[-1] in "aeo" or (stem[-1] == "u" and stem[-2] not in "gq"):
            return stem + "y" + ending[1:]
        return stem + (ending[1:] if stem[-1] == "ñ" else ending)
    if ending[0] == "i" and stem[-1] in "aeo":
        return stem + "í" + ending[1:]
    return stem + ending


def _respell(verb: str, stem: str, ending: str) -> str:
    """Keep the sound of the stem's last consonant before another vowel: busc- + é -> busqué."""
    front = ending[0] in "eéií"
    if verb.endswith("guar"):
        return (stem[:-1] + "ü" if front else stem) + ending
    if verb.endswith(("car", "gar", "zar")):
        last = {"c": "qu", "g": "gu", "z": "c"}[stem[-1]] if front else stem[-1]
        return stem[:-1] + last + ending
    if verb.endswith("uir") and not verb.endswith("guir"):
        return stem + ("" if ending[0] in "ií" else "y") + ending
    if front or verb.endswith("ar"):
        return stem + ending
    if verb.endswith(("cer", "cir")):
        plain = verb in REGULAR_ZO or stem[-2] in "nlr"
        return stem[:-1] + ("z" if plain else "zc") + ending
    if verb.endswith(("ger", "gir")):
        return stem[:-1] + "j" + ending
    return (stem[:-1] if verb.endswith("guir") else stem) + ending
