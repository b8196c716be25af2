import pytest

from selectra_pipeline.corpus.cleaning import Edits, Rejection
from selectra_pipeline.corpus.document import Document
from selectra_pipeline.corpus.statistics import Tally, TextCounts

REASONS = ["too_short", "symbols", "too_short", "one_word", "symbols", "too_short", "too_short"]
EXAMPLES = 2


def count(tally, numbers):
    """Count what documents of these numbers give rise to."""
    for number in numbers:
        document = Document(str(number), "ñ" * number)
        tally.read += 1
        tally.read_characters += number
        tally.reject(Rejection(REASONS[number], f"{number}", document.text), document, EXAMPLES)
        tally.note(Rejection("contaminated", "", document.text), document, EXAMPLES)
        tally.skipped["bad_json"] += number
        tally.edits.add(f"line/{number % 2}", document.id, "x" * number)
    return tally


def new_tally():
    return Tally(edits=Edits(EXAMPLES))


@pytest.mark.parametrize("cut", [0, 1, 3, 7])
def test_the_merged_tallies_of_two_tasks_are_those_of_one(cut, tmp_path):
    merged = new_tally()
    for numbers in (range(cut), range(cut, 7)):
        count(new_tally(), numbers).save(tmp_path / "tally.json")
        merged.merge(Tally.load(tmp_path / "tally.json"), EXAMPLES)
    whole = count(new_tally(), range(7))
    assert merged == whole
    assert str(merged.facts()) == str(whole.facts())  # the order of what is equally frequent, too


def test_a_saved_tally_is_read_back(tmp_path):
    tally = count(new_tally(), range(5))
    tally.kept["train"] = TextCounts(1, 2, 3, 4, 5)
    tally.save(tmp_path / "tally.json")
    assert Tally.load(tmp_path / "tally.json") == tally


def test_sizes_of_texts_are_added_and_subtracted():
    one, two = TextCounts(), TextCounts()
    one.add("El camión.\nÉl.")
    two.add("año")
    both = TextCounts()
    both.add("El camión.\nÉl.")
    both.add("año")
    assert one + two == both
    assert both - two == one
    assert one == TextCounts(documents=1, characters=14, bytes=16, words=3, accented=2)
