from selectra_pipeline.downstream.markdown import escaped, shortened


def test_every_sign_of_markdown_is_shown_as_it_is():
    assert escaped("a|b `c` *d* <e> [f](g) #h ~~i~~ j_k \\") == (
        r"a\|b \`c\` \*d\* \<e\> \[f\](g) \#h \~\~i\~\~ j\_k \\"
    )


def test_lines_become_one():
    assert escaped("uno\n\ndos\ttres ") == "uno dos tres"


def test_long_texts_lose_their_end():
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
