import pickle
import re

import pytest

from selectra_pipeline.config.decontamination import DecontaminationConfig
from selectra_pipeline.corpus.decontamination import (
    Coverage,
    Decontaminator,
    Leak,
    coverage_report,
)
from selectra_pipeline.corpus.evaluation_files import EvaluationFileError, read_sentences
from selectra_pipeline.corpus.word_ngrams import fold

LONG = (
    "El camión que cruzó la frontera llevaba, según dijo el alcalde de la ciudad, "
    "doscientas cajas de manzanas."
)
SHORT = "La niña no quiso comer la sopa fría."  # 8 words
TOO_SHORT = "No quiso comer la sopa."
BEFORE, AFTER = "Ayer ocurrió algo raro en el pueblo.", "Nadie supo más de aquello."


@pytest.fixture
def decontaminator(tmp_path):
    folder = tmp_path / "xnli"
    folder.mkdir()
    path = folder / "test.tsv"
    lines = ["label\tpremise\thypothesis", f"0\t{LONG}\t{TOO_SHORT}", f"1\t{TOO_SHORT}\t{SHORT}"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return build(path)


def build(*paths, **options):
    return Decontaminator.build(DecontaminationConfig(files=tuple(map(str, paths)), **options))


def words(text, first, last):
    return " ".join(text.split()[first:last])


def test_thirteen_words_in_a_row_are_a_leak(decontaminator):
    run = words(LONG, 2, 15)
    expected = Leak("xnli/test.tsv", 2, run)
    assert decontaminator.find(f"{BEFORE} {run} {AFTER}") == expected
    assert str(expected) == f"xnli/test.tsv, line 2: {run}"


def test_twelve_words_in_a_row_are_none(decontaminator):
    assert decontaminator.find(f"{BEFORE} {words(LONG, 2, 14)} {AFTER}") is None
    broken = f"{words(LONG, 0, 12)} ayer {words(LONG, 12, 17)}"
    assert decontaminator.find(broken) is None


def test_case_accents_punctuation_and_lines_do_not_hide_a_leak(decontaminator):
    disguised = "EL CAMION QUE CRUZO\nLA FRONTERA «LLEVABA» (SEGUN DIJO EL ALCALDE) DE LA CIUDAD"
    leak = decontaminator.find(f"{BEFORE} {disguised} {AFTER}")
    assert leak == Leak(
        "xnli/test.tsv", 2, words(disguised, 0, 13).replace("CRUZO LA", "CRUZO\nLA")
    )


def test_a_shorter_sentence_is_found_whole_only(decontaminator):
    assert decontaminator.find(f"{BEFORE} {SHORT} {AFTER}") == Leak(
        "xnli/test.tsv", 3, SHORT.removesuffix(".")
    )
    assert decontaminator.find(f"{BEFORE} {words(SHORT, 0, 7)} {AFTER}") is None


def test_a_sentence_below_the_minimum_is_not_looked_for_but_counted(decontaminator):
    assert decontaminator.find(f"{BEFORE} {TOO_SHORT} {AFTER}") is None
    assert decontaminator.coverage == (Coverage("xnli/test.tsv", by_runs=1, whole=1, too_short=2),)
    assert "| xnli/test.tsv | 1 | 1 | 2 |" in coverage_report(decontaminator.coverage)


def test_the_number_of_words_is_configuration(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"{LONG}\n{TOO_SHORT}\n", encoding="utf-8")
    decontaminator = build(path, run_words=5, min_sentence_words=5)
    assert decontaminator.find(words(LONG, 3, 8)).line == 1
    assert decontaminator.find(TOO_SHORT).line == 2
    assert decontaminator.find(words(LONG, 3, 7)) is None


def test_runs_do_not_cross_from_one_sentence_to_the_next(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"{SHORT}\n{BEFORE}\n", encoding="utf-8")
    decontaminator = build(path, run_words=8, min_sentence_words=7)
    assert decontaminator.find(f"{words(SHORT, 1, 8)} {words(BEFORE, 0, 6)}") is None


def test_empty_and_short_documents_hold_no_leak(decontaminator):
    assert decontaminator.find("") is None
    assert decontaminator.find("El camión") is None


def test_a_pickled_decontaminator_finds_the_same(decontaminator):
    copy = pickle.loads(pickle.dumps(decontaminator))
    assert copy.find(LONG) == decontaminator.find(LONG)
    assert copy.coverage == decontaminator.coverage


def test_a_file_without_a_sentence_long_enough_is_an_error(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(TOO_SHORT, encoding="utf-8")
    with pytest.raises(EvaluationFileError, match="no sentence of 8 words or more"):
        build(path)


def test_every_sentence_of_the_real_files_is_found_where_it_stands(shared_data):
    names = ("xnli/xnli.dev.es.tsv", "pawsx/es/dev_2k.tsv", "conll2002/esp.testa")
    paths = [shared_data / name for name in names]
    decontaminator = build(*paths)
    found = missed = 0
    for path in paths:
        for _, text in read_sentences(str(path), DecontaminationConfig().text_fields):
            leak = decontaminator.find(f"{BEFORE} {text} {AFTER}")
            found, missed = found + (leak is not None), missed + (leak is None)
    looked_for = sum(file.by_runs + file.whole for file in decontaminator.coverage)
    assert (found, missed) == (looked_for, sum(file.too_short for file in decontaminator.coverage))


def test_real_text_is_searched_as_by_sets_of_words(shared_data, wikipedia):
    xnli = shared_data / "xnli" / "xnli.dev.es.tsv"
    runs = set()
    for _, text in read_sentences(str(xnli), ("premise", "hypothesis")):
        runs |= runs_of(text, 6)
    decontaminator = build(xnli, run_words=6, min_sentence_words=6)
    texts = [document.text for document in wikipedia[:2000]]
    leaks = {text: decontaminator.find(text) for text in texts}
    assert {text for text in texts if leaks[text]} == {t for t in texts if runs_of(t, 6) & runs}
    found = [leak for leak in leaks.values() if leak]
    assert len(found) > 10
    assert all(runs_of(leak.words, 6) <= runs for leak in found)


def runs_of(text, length):
    listed = [fold(word) for word in re.findall(r"\w+", text)]
    return {tuple(listed[i : i + length]) for i in range(len(listed) - length + 1)}


def test_real_paragraphs_that_are_in_no_file_stay(shared_data, wikipedia):
    decontaminator = build(shared_data / "xnli" / "xnli.dev.es.tsv")
    assert [d.id for d in wikipedia if decontaminator.find(d.text)] == []
