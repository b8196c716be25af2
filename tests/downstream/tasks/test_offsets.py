import pytest

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream.reading.delimited import read_tsv
from selectra_pipeline.downstream.tasks.offsets import located_pieces
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer([*SPECIAL_TOKENS, "El", "cam", "##ión", "é", "t", "##é", "5", "##km", "."])


def located(text):
    return [text[piece.start : piece.end] for piece in located_pieces(text, TOKENIZER)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("El camión.", ["El", "cam", "ión", "."]),
        ("  El\n\tcamión", ["El", "cam", "ión"]),
        ("5km", ["5", "km"]),
        (
            "te\u0301 El",
            ["te\u0301"] * 2 + ["El"],
        ),  # NFC makes it shorter
        ("c\u200bamión El", ["c\u200bamión"] * 2 + ["El"]),  # a deleted character
        ("xyz El", ["xyz", "El"]),  # unknown
        ("\u200b El", ["El"]),
        ("", []),
    ],
)
def test_each_piece_knows_its_place_in_the_text_as_it_was(text, expected):
    assert located(text) == expected


def test_ids_are_those_of_the_tokenizer_on_real_text(shared_data):
    rows = read_tsv(shared_data / "pawsx" / "es" / "dev_2k.tsv")[:300]
    texts = [row.values["sentence1"] for row in rows]
    characters = sorted(set("".join(texts)) - {" "})
    tokenizer = Tokenizer([*SPECIAL_TOKENS, *characters, *(f"##{c}" for c in characters)])
    for text, ids in zip(texts, tokenizer.encode_batch(texts), strict=True):
        pieces = located_pieces(text, tokenizer)
        assert [piece.id for piece in pieces] == ids
        assert "".join(text[p.start : p.end] for p in pieces) == "".join(text.split())
