"""What invented names are made of (grammar/names.txt), and which professions there are."""

from selectra_pipeline.corpus.embedded.grammar import words

FIRST_NAMES_F = words("first_names_f")
FIRST_NAMES_M = words("first_names_m")
SURNAMES = words("surnames")
PLACE_HEADS_OF_NOUNS = words("place_heads_of_nouns")
PLACE_ADJECTIVES = words("place_adjectives")
PLACE_NOUNS = words("place_nouns")
PLACE_STEMS = words("place_stems")
PLACE_ENDINGS = words("place_endings")
SAINTS = words("saints")
PLACE_EPITHETS = words("place_epithets")
RIVERS = words("rivers")
MOUNTAINS = words("mountains")
ISLANDS = words("islands")
PRODUCTS = words("products")
TITLE_NOUNS = words("title_nouns")
TITLE_ADJECTIVES = words("title_adjectives")
TITLE_PHRASES = words("title_phrases")
THEMES = words("themes")
FIELDS = words("fields")
TRADES = words("trades")
# Heads of compound place names ("Campobermejo", "Villafría") by gender.
PLACE_HEADS = {"m": words("place_heads_m"), "f": words("place_heads_f")}

# Profession (masculine): the organisation that employs it, and what it creates, if anything.
PROFESSIONS = {
    "novelista": ("", "novela"), "poeta": ("", "poemario"), "ensayista": ("", "ensayo"),
    "dramaturgo": ("teatro", "obra de teatro"), "cineasta": ("", "película"),
    "pintor": ("", "cuadro"), "escultor": ("", "escultura"), "compositor": ("orquesta", "sinfonía"),
    "cantante": ("", "canción"), "periodista": ("periódico", ""), "profesor": ("universidad", ""),
    "historiador": ("universidad", "ensayo"), "lingüista": ("universidad", "ensayo"),
    "médico": ("hospital", ""), "cirujano": ("hospital", ""), "enfermero": ("hospital", ""),
    "botánico": ("instituto", ""), "químico": ("instituto", ""), "geólogo": ("instituto", ""),
    "astrónomo": ("instituto", ""), "ingeniero": ("empresa", ""), "empresario": ("empresa", ""),
    "futbolista": ("club", ""), "entrenador": ("club", ""), "alcalde": ("ayuntamiento", ""),
    "arquitecto": ("ayuntamiento", ""), "violinista": ("orquesta", ""), "actor": ("teatro", ""),
    "fotógrafo": ("periódico", ""), "bibliotecario": ("universidad", ""),
    "conservador": ("museo", ""), "editor": ("editorial", ""), "abogado": ("", ""),
    "carpintero": ("", ""), "panadero": ("", ""), "maestro": ("", ""), "ciclista": ("", ""),
    "ceramista": ("", ""), "agricultor": ("", ""), "relojero": ("", ""), "pescador": ("", ""),
}  # fmt: skip
