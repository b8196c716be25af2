"""Which verbs leave the regular paradigm, and how: the tables behind conjugation.py."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _members(**classes: str) -> dict[str, tuple[str, str]]:
    """`e_ie="pensar cerrar"` -> {"pensar": ("e", "ie"), ...}."""
    return {
        verb: tuple(change.split("_"))
        for change, verbs in classes.items()
        for verb in verbs.split()
    }


# The stem vowel, and what it becomes under stress.
STEM_CHANGES = _members(
    e_ie="""pensar cerrar empezar comenzar sentar despertar calentar regar nevar atravesar helar
        apretar confesar enterrar gobernar merendar negar recomendar temblar tropezar sembrar
        manifestar perder entender encender defender extender atender ascender descender tender
        querer sentir preferir mentir divertir advertir convertir sugerir herir hervir referir
        consentir invertir requerir acertar quebrar fregar encerrar plegar desplegar alentar
        digerir transferir arrepentir""",
    o_ue="""contar encontrar mostrar demostrar recordar volar probar acostar costar soñar sonar
        rogar colgar almorzar apostar aprobar comprobar consolar rodar tostar renovar volver mover
        llover morder doler devolver resolver envolver dormir morir poder acordar forzar esforzar
        conmover remover promover soltar colar soler cocer torcer reforzar""",
    e_i="""pedir servir repetir seguir vestir medir elegir conseguir despedir perseguir impedir
        corregir competir teñir reñir rendir derretir concebir gemir""",
    u_ue="jugar",
)
# Weak vowel stressed apart from its neighbour: envío, continúo, prohíbo, reúno.
HIATUS_VERBS = frozenset(
    [
        "enviar",
        "confiar",
        "guiar",
        "criar",
        "ampliar",
        "variar",
        "vaciar",
        "enfriar",
        "desafiar",
        "fotografiar",
        "esquiar",
        "espiar",
        "continuar",
        "actuar",
        "situar",
        "evaluar",
        "acentuar",
        "insinuar",
        "graduar",
        "prohibir",
        "reunir",
        "aislar",
        "liar",
        "desviar",
    ]
)
REGULAR_ZO = frozenset(
    ["cocer", "torcer", "mecer", "ejercer", "vencer", "convencer"]
)  # cuezo, mezo

PRESENT_FIRST = {
    "tener": "tengo", "venir": "vengo", "poner": "pongo", "salir": "salgo", "hacer": "hago",
    "decir": "digo", "traer": "traigo", "caer": "caigo", "oír": "oigo", "valer": "valgo",
    "saber": "sé", "ver": "veo", "caber": "quepo",
}  # fmt: skip
STRONG_PRETERITES = {
    "tener": "tuv", "estar": "estuv", "andar": "anduv", "poder": "pud", "poner": "pus",
    "saber": "sup", "caber": "cup", "hacer": "hic", "querer": "quis", "venir": "vin",
    "decir": "dij", "traer": "traj", "haber": "hub",
}  # fmt: skip
FUTURE_STEMS = {
    "tener": "tendr", "venir": "vendr", "poner": "pondr", "salir": "saldr", "valer": "valdr",
    "poder": "podr", "saber": "sabr", "haber": "habr", "querer": "querr", "caber": "cabr",
    "hacer": "har", "decir": "dir",
}  # fmt: skip
# Keys of more than four letters are endings (abrir also makes "reabrir").
PARTICIPLES = {
    "abrir": "abierto", "cubrir": "cubierto", "scribir": "scrito", "romper": "roto",
    "morir": "muerto", "ver": "visto", "poner": "puesto", "hacer": "hecho", "decir": "dicho",
    "volver": "vuelto", "solver": "suelto", "freír": "frito", "imprimir": "impreso", "ir": "ido",
}  # fmt: skip
IMPERATIVES = {
    "tener": "ten", "venir": "ven", "poner": "pon", "salir": "sal", "hacer": "haz",
    "decir": "di", "ir": "ve", "ser": "sé",
}  # fmt: skip
# Compounds conjugate like their base.
DERIVED = {
    verb: base
    for base, verbs in {
        "tener": "mantener obtener contener detener sostener entretener",
        "poner": "proponer componer suponer exponer disponer imponer oponer",
        "venir": "convenir prevenir intervenir",
        "hacer": "rehacer deshacer",
        "traer": "atraer distraer",
        "caer": "decaer",
        "salir": "sobresalir",
    }.items()
    for verb in verbs.split()
}


def _laughing(prefix: str, pair: tuple[str, str]) -> dict[str, str]:
    """The tenses of (son)reír and freír; `pair`: third persons of the preterite."""
    r = prefix + "r"
    return {
        "present": f"{r}ío {r}íes {r}íe {r}eímos {r}eís {r}íen",
        "preterite": f"{r}eí {r}eíste {pair[0]} {r}eímos {r}eísteis {pair[1]}",
        "subjunctive": f"{r}ía {r}ías {r}ía {r}iamos {r}iáis {r}ían",
    }


WHOLE_TENSES = {
    "ser": {
        "present": "soy eres es somos sois son",
        "imperfect": "era eras era éramos erais eran",
        "preterite": "fui fuiste fue fuimos fuisteis fueron",
        "subjunctive": "sea seas sea seamos seáis sean",
    },
    "ir": {
        "present": "voy vas va vamos vais van",
        "imperfect": "iba ibas iba íbamos ibais iban",
        "preterite": "fui fuiste fue fuimos fuisteis fueron",
        "subjunctive": "vaya vayas vaya vayamos vayáis vayan",
    },
    "haber": {
        "present": "he has ha hemos habéis han",
        "subjunctive": "haya hayas haya hayamos hayáis hayan",
    },
    "estar": {
        "present": "estoy estás está estamos estáis están",
        "subjunctive": "esté estés esté estemos estéis estén",
    },
    "dar": {
        "present": "doy das da damos dais dan",
        "preterite": "di diste dio dimos disteis dieron",
        "subjunctive": "dé des dé demos deis den",
    },
    "ver": {
        "present": "veo ves ve vemos veis ven",
        "imperfect": "veía veías veía veíamos veíais veían",
        "preterite": "vi viste vio vimos visteis vieron",
    },
    "tener": {"present": "tengo tienes tiene tenemos tenéis tienen"},
    "venir": {"present": "vengo vienes viene venimos venís vienen"},
    "decir": {"present": "digo dices dice decimos decís dicen"},
    "oír": {"present": "oigo oyes oye oímos oís oyen"},
    "saber": {"subjunctive": "sepa sepas sepa sepamos sepáis sepan"},
    "reír": _laughing("", ("rio", "rieron")),
    "freír": _laughing("f", ("frio", "frieron")),
    "sonreír": _laughing("son", ("sonrió", "sonrieron")),
}
