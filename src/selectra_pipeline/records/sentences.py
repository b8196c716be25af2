"""Splitting a line of text into sentences.

The sentences only say where segment B of an example may begin, so a boundary too many ("Sr. Gómez")
does no harm, and no text depends on them: the words of the sentences are the words of the line.
"""

import re

# End punctuation, closing quotes or brackets, then the white space that is the boundary.
BOUNDARY = re.compile(r"[.!?…][\"'”’»)\]]*(\s+)")
OPENERS = frozenset("¿¡\"'“‘«([—–-")


def split_sentences(line: str) -> list[str]:
    """Cut a line after each sentence; the white space at the cuts is dropped.

    A sentence ends at . ! ? or … if an uppercase letter, a digit or opening punctuation follows
    the white space. Lines without text give no sentences.
    """
    sentences, start = [], 0
    for match in BOUNDARY.finditer(line):
        following = line[match.end() : match.end() + 1]
        if following.isupper() or following.isdigit() or following in OPENERS:
            sentences.append(line[start : match.start(1)])
            start = match.end()
    sentences.append(line[start:])
    return [stripped for sentence in sentences if (stripped := sentence.strip())]
