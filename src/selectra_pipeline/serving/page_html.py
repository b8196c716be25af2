"""What the models found, as HTML that needs no colour to be read.

All that was typed is escaped.
"""

from collections.abc import Sequence
from html import escape

from selectra_pipeline.serving.entity_tagger import TaggedText
from selectra_pipeline.serving.label_chooser import LabelledText
from selectra_pipeline.serving.page_texts import PageTexts
from selectra_pipeline.serving.typed_text import InputProblem, TypedText
from selectra_pipeline.serving.word_judge import JudgedText, JudgedWord

ENTITY_COLOURS = 6  # that page.css has; more types begin anew


def waiting(texts: PageTexts) -> str:
    """What stands there before anything was asked."""
    return f'<p class="note">{escape(texts.waiting)}</p>'


def problem(found: InputProblem, texts: PageTexts) -> str:
    """What is wrong with the input, and how to mend it."""
    said = getattr(texts.problems, found.name).format(**found.values)
    return f'<p class="problem"><span aria-hidden="true">⚠ </span>{escape(said)}</p>'


def replaced_words(judged: JudgedText, texts: PageTexts, put_in: str | None = None) -> str:
    """The words, each with its probability below, and a table of the pieces.

    Args:
        put_in: a word that was put into the text at random.
    """
    said = texts.replaced
    parts = [_verdict(judged.words, texts)]
    if put_in is not None:
        parts.insert(0, f'<p class="note">{escape(said.shuffled.format(word=put_in))}</p>')
    parts += [
        _note_on_normalisation(judged.typed, texts),
        f'<p class="words">{_words(judged, texts)}</p>',
        f'<p class="note">{escape(said.legend)}</p>',
        _pieces(judged.words, texts),
    ]
    return "".join(parts)


def labels(found: LabelledText, texts: PageTexts) -> str:
    """A table of labels, the likeliest first, with a bar for each."""
    said = texts.labels
    ranked = sorted(found.probabilities.items(), key=lambda pair: -pair[1])
    best, share = ranked[0]
    verdict = said.best.format(label=best, share=percent(share, texts))
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td class="number">{percent(share, texts)}</td>'
        f'<td class="bar"><span style="width: {share:.1%}"></span></td></tr>'
        for label, share in ranked
    )
    parts = [
        f'<p class="verdict">{escape(verdict)}</p>',
        f'<table class="labels"><thead><tr><th scope="col">{escape(said.label)}</th>'
        f'<th scope="col" colspan="2">{escape(said.probability)}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>",
        f'<p class="note">{escape(said.adds_up if found.adds_up else said.alone)}</p>',
    ]
    if found.words_lost:
        parts.append(f'<p class="note">{escape(said.cut.format(words=found.words_lost))}</p>')
    return "".join(parts)


def entities(found: TaggedText, types: Sequence[str], texts: PageTexts) -> str:
    """The text, its entities marked and followed by their type."""
    said, text = texts.entities, found.typed.text
    parts, end = [], 0
    for span in found.spans:
        colour = types.index(span.type) % ENTITY_COLOURS
        parts.append(escape(text[end : span.start]))
        parts.append(
            f'<mark class="entity colour{colour}">{escape(text[span.start : span.end])}'
            f'&nbsp;<span class="type">{escape(span.type)}</span></mark>'
        )
        end = span.end
    parts.append(escape(text[end:]))
    verdict = said.found.format(count=len(found.spans)) if found.spans else said.none
    return (
        f'<p class="verdict">{escape(verdict)}</p>'
        f"{_note_on_normalisation(found.typed, texts)}"
        f'<p class="tagged">{"".join(parts)}</p>'
        f'<p class="note">{escape(said.types.format(types=", ".join(types)))}</p>'
    )


def percent(share: float, texts: PageTexts) -> str:
    """A share of 1 in whole hundredths."""
    if 0 < share < 0.01:
        return texts.below_one_percent
    return texts.percent.format(int(share * 100))  # 99.9% is not yet all


def _verdict(words: Sequence[JudgedWord], texts: PageTexts) -> str:
    def named(word: JudgedWord) -> str:
        return f"{word.word.text} ({percent(word.probability, texts)})"

    suspected = [word for word in words if word.is_suspected]
    if suspected:
        said = texts.replaced.suspected.format(words=", ".join(map(named, suspected)))
    else:
        worst = max(words, key=lambda word: word.probability)
        said = texts.replaced.unsuspected.format(word=named(worst))
    return f'<p class="verdict">{escape(said)}</p>'


def _words(judged: JudgedText, texts: PageTexts) -> str:
    """The words as they stand in the text, with a space where it has one."""
    parts, end = [], 0
    for word in judged.words:
        parts.append(" " * (word.word.start > end))
        end = word.word.end
        share = percent(word.probability, texts)
        mark = f"{texts.replaced.mark} " if word.is_suspected else ""
        parts.append(
            f'<span class="word{" suspected" if mark else ""}" '
            f'style="--probability: {word.probability:.3f}">'
            f'<span class="text">{escape(word.word.text)}</span> '
            f'<span class="share">{escape(mark + share)}</span></span>'
        )
    return "".join(parts)


def _pieces(words: Sequence[JudgedWord], texts: PageTexts) -> str:
    said = texts.replaced
    rows = "".join(
        f'<tr><th scope="row">{escape(piece.piece)}</th>'
        f'<td class="number">{_exact_percent(piece.probability, texts)}</td></tr>'
        for word in words
        for piece in word.pieces
    )
    return (
        f"<details><summary>{escape(said.pieces)}</summary>"
        f'<table class="pieces"><thead><tr><th scope="col">{escape(said.piece)}</th>'
        f'<th scope="col">{escape(said.probability)}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></details>"
    )


def _exact_percent(share: float, texts: PageTexts) -> str:
    return texts.percent.format(f"{100 * share:.1f}".replace(".", texts.decimal_mark))


def _note_on_normalisation(typed: TypedText, texts: PageTexts) -> str:
    return f'<p class="note">{escape(texts.normalized)}</p>' if typed.is_changed else ""
