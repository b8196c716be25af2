import pytest

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.corpus.cleaning import Edits, clean
from selectra_pipeline.corpus.cleaning.boilerplate import boilerplate_lines
from selectra_pipeline.corpus.document import Document

FIRST = "El camión cruzó la frontera cuando ya anochecía, y nadie en el pueblo supo decir después."
LAST = "Quién lo conducía ni qué llevaba bajo aquella lona verde no se averiguó hasta el verano."


def rules(**values):
    return CleaningConfig.from_params({"boilerplate": {"enabled": True, **values}}).boilerplate


def kinds(text, **values):
    return [kind for _, kind in boilerplate_lines(text, rules(**values))]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("lorem_ipsum", "Lorem ipsum dolor sit amet, consectetur adipiscing elit."),
        ("curly_bracket", ".menu { display: none; }"),
        ("cookies", "Utilizamos cookies propias y de terceros para mejorar nuestros servicios."),
        ("javascript", "Debe habilitar JavaScript en su navegador para ver esta página."),
        ("legal", "© 2019 El Diario. Todos los derechos reservados."),
        ("read_more", "Leer más »"),
        ("read_more", "[Ver más...]"),
        ("sharing", "Compartir en Facebook"),
        ("sharing", "Facebook Twitter WhatsApp Email"),
        ("navigation", "Inicio > Noticias > Deportes"),
        ("navigation", "Inicio | Quiénes somos | Aviso legal | Contacto"),
        ("navigation", "1. Inicio"),
    ],
)
def test_a_line_of_each_kind_is_found(kind, line):
    assert list(boilerplate_lines(f"{FIRST}\n{line}\n{LAST}", rules())) == [(1, kind)]


@pytest.mark.parametrize(
    "line",
    [
        "Para leer más sobre el asunto hay que ir a la biblioteca.",
        "Le gustaba compartir la merienda.",
        "El volumen X se perdió.",
        "X",
        "Las cookies son galletas en inglés, y a su abuela le salían muy bien.",
        "JavaScript es un lenguaje de programación interpretado.",
        "1 | 2 | 3",
        "—¿Y ahora? —preguntó ella. —Ahora nada.",
        "«/etc/hosts.deny» y «/etc/hosts.allow»",
    ],
)
def test_a_line_of_text_is_not_boilerplate(line):
    assert kinds(f"{FIRST}\n{line}\n{LAST}") == []


def test_a_long_line_may_mention_cookies():
    line = "El informe recuerda que quien pide el uso de cookies debe explicarlo. "
    assert kinds(line) == ["cookies"]
    assert kinds(line * 5) == []


def test_lines_without_a_full_stop_go_only_on_demand():
    text = f"Un titular sin punto\n{FIRST}\n—¿Quién va?\nDijo:\n(Entre paréntesis.)"
    assert kinds(text) == []
    assert kinds(text, unpunctuated=True) == ["unpunctuated"]


def test_lines_with_brackets_may_stay():
    assert kinds("función() { devuelve }", curly_brackets=False) == []


def test_lines_are_taken_out_counted_and_quoted():
    edits = Edits(examples_per_kind=1)
    text = "\n".join(["Inicio", FIRST, "Leer más", LAST, "Seguir leyendo"])
    config = CleaningConfig.from_params({"boilerplate": {"enabled": True}})
    assert clean(Document("a", text), config, edits).text == f"{FIRST}\n{LAST}"
    assert edits.counts == {"line/navigation": 1, "line/read_more": 2}
    assert edits.characters["line/read_more"] == len("Leer másSeguir leyendo")
    assert edits.examples["line/read_more"] == [{"id": "a", "text": "Leer más"}]


def test_quotations_are_cut():
    edits = Edits()
    edits.add("line/curly_bracket", "a", "{" * 1000)
    assert edits.characters["line/curly_bracket"] == 1000
    assert edits.examples["line/curly_bracket"] == [{"id": "a", "text": "{" * 200}]


def test_what_is_left_is_judged():
    config = CleaningConfig.from_params({"boilerplate": {"enabled": True}})
    text = "\n".join(["Compartir en Facebook", "Inicio | Noticias | Contacto", "Leer más"] * 5)
    assert clean(Document("a", text), config).reason == "too_short"


def test_phrases_may_be_those_of_another_language():
    words = {"navigation": ["accueil"], "read_more": [], "sharing": []}
    config = CleaningConfig.from_params(
        {
            "language": "fr",
            "boilerplate": {
                "enabled": True,
                **words,
                **{kind: ["nos cookies"] for kind in ("cookies", "javascript", "legal")},
            },
        }
    )
    found = list(boilerplate_lines("Accueil\nAcceptez nos cookies.\nInicio", config.boilerplate))
    assert [index for index, _ in found] == [0, 1]
