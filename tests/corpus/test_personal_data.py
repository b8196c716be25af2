import pytest

from selectra_pipeline.config.cleaning import CleaningConfig
from selectra_pipeline.corpus.cleaning import Edits, clean
from selectra_pipeline.corpus.cleaning.personal_data import (
    is_dni_or_nie,
    is_iban,
    mask_personal_data,
)
from selectra_pipeline.corpus.document import Document

PLACEHOLDERS = {kind: f"<{kind}>" for kind in ("email", "iban", "identity", "ip_address", "phone")}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Escribe a maría.lópez+web@correo.ejemplo.es.", "Escribe a <email>."),
        ("Llama al 612 345 678 o al 91 123 45 67.", "Llama al <phone> o al <phone>."),
        ("Tel.: 912345678; fax 976.12.34.56", "Tel.: <phone>; fax <phone>"),
        ("Móvil (+34) 612-345-678", "Móvil <phone>"),
        ("Desde fuera, +52 55 1234 5678.", "Desde fuera, <phone>."),
        ("0034 976 12 34 56", "<phone>"),
        ("Cuenta ES91 2100 0418 4502 0005 1332.", "Cuenta <iban>."),
        ("IBAN ES9121000418450200051332", "IBAN <iban>"),
        ("GB29 NWBK 6016 1331 9268 19 en Londres", "<iban> en Londres"),
        ("con DNI 12345678Z y NIE X1234567L", "con DNI <identity> y NIE <identity>"),
        ("DNI 12.345.678-Z", "DNI <identity>"),
        ("desde 8.8.8.8 entró", "desde <ip_address> entró"),
    ],
)
def test_personal_data_is_masked(text, masked):
    assert mask_personal_data(text, PLACEHOLDERS)[0] == masked


@pytest.mark.parametrize(
    "text",
    [
        "Costó 612.345.678 pesetas y 612 345 678 912 reales.",
        "El expediente 612345678 y la ley 19.996 de 2021.",
        "De 1939 a 1945, artículos 612 a 678, páginas 12-34.",
        "ES91 2100 0418 4502 0005 1333 no es una cuenta.",
        "12345678A no es un documento, ni X1234567A.",
        "La red 192.168.0.1, la versión 4.18.1 y el párrafo 3.2.1.4.5.",
        "El formato +000000120.",
        "Un @usuario y arroba @ sola.",
        "2015-10-03 12:30:00, 3,1415926535 y 0.123456789",
    ],
)
def test_other_numbers_and_signs_stay(text):
    assert mask_personal_data(text, PLACEHOLDERS) == (text, [])


def test_check_digits_and_letters_are_checked():
    assert is_dni_or_nie("12345678Z")
    assert not is_dni_or_nie("12345678T")
    assert is_dni_or_nie("X1234567L")
    assert is_iban("ES9121000418450200051332")
    assert not is_iban("ES9121000418450200051323")


def test_a_kind_without_a_placeholder_stays():
    text = "Escribe a ana@ejemplo.es o llama al 612 345 678."
    config = CleaningConfig.from_params(
        {
            "min_characters": 0,
            "min_words": 0,
            "personal_data": {"enabled": True, "email": None, "phone": "[...]"},
        }
    )
    edits = Edits()
    cleaned = clean(Document("a", text), config, edits)
    assert cleaned.text == "Escribe a ana@ejemplo.es o llama al [...]."
    assert edits.counts == {"masked/phone": 1}
    assert edits.examples == {"masked/phone": [{"id": "a", "text": "612 345 678"}]}
