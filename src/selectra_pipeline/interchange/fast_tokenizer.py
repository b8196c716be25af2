"""Our tokenizer as a Hugging Face fast tokenizer: the same ids from `tokenizer.json`."""

import json

import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, processors

from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.vocabulary.alphabet import CONTINUATION
from selectra_pipeline.vocabulary.tokenizer import VOCABULARY_FILE, Tokenizer
from selectra_pipeline.vocabulary.words import MAX_WORD_CHARACTERS, word_pattern

PAD, UNK, CLS, SEP, MASK = SPECIAL_TOKENS

# The characters of `corpus.normalization`, as Unicode categories: line controls and separators
# become a space, other control, format, unassigned and private-use characters are deleted.
SPACES = r"[\x{09}-\x{0D}\x{1C}-\x{1F}\x{85}\p{Z}]"
DELETED = r"[\p{C}\x{FFFD}]"
NONSPACING_MARKS = r"\p{Mn}"


def tokenizer_files(tokenizer: Tokenizer, max_length: int) -> dict[str, str]:
    """The contents of the tokenizer's files by name, as transformers reads them.

    Args:
        max_length: tokens that the model takes, [CLS] and [SEP] included.
    """
    config = _tokenizer_config(tokenizer, max_length)
    return {
        VOCABULARY_FILE: "".join(f"{entry}\n" for entry in tokenizer.vocabulary),
        "tokenizer.json": fast_tokenizer(tokenizer).to_str(pretty=True) + "\n",
        "tokenizer_config.json": json.dumps(config, indent=2) + "\n",
    }


def fast_tokenizer(tokenizer: Tokenizer) -> tokenizers.Tokenizer:
    """A fast tokenizer that gives our ids, framed by [CLS] and [SEP].

    It differs from ours where special tokens stand in a text ("[MASK]" is the mask token here, as
    users of Hugging Face expect, and three words in ours) and in characters that one side's
    Unicode tables do not know yet.
    """
    fast = tokenizers.Tokenizer(
        models.WordPiece(
            tokenizer.ids,
            unk_token=UNK,
            continuing_subword_prefix=CONTINUATION,
            max_input_chars_per_word=MAX_WORD_CHARACTERS,
        )
    )
    fast.normalizer = _normalizer(tokenizer)
    # Not BertPreTokenizer: its Unicode tables lack a few hundred punctuation marks and ideographs.
    fast.pre_tokenizer = pre_tokenizers.Split(
        Regex(word_pattern().pattern), behavior="removed", invert=True
    )
    fast.post_processor = processors.TemplateProcessing(
        single=f"{CLS}:0 $A:0 {SEP}:0",
        pair=f"{CLS}:0 $A:0 {SEP}:0 $B:1 {SEP}:1",
        special_tokens=[(CLS, tokenizer.cls_id), (SEP, tokenizer.sep_id)],
    )
    fast.decoder = decoders.WordPiece(prefix=CONTINUATION)
    fast.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS]
    )
    return fast


def _normalizer(tokenizer: Tokenizer) -> normalizers.Normalizer:
    """The steps of `words.normalize`, in its order."""
    steps = [
        normalizers.Replace(Regex(SPACES), " "),
        normalizers.Replace(Regex(DELETED), ""),
        normalizers.NFC(),
    ]
    if tokenizer.lowercase:
        steps += [normalizers.Lowercase(), normalizers.NFC()]
    if tokenizer.strip_accents:
        # Not StripAccents: it takes spacing marks away too.
        steps += [
            normalizers.NFD(),
            normalizers.Replace(Regex(NONSPACING_MARKS), ""),
            normalizers.NFC(),
        ]
    return normalizers.Sequence(steps)


def _tokenizer_config(tokenizer: Tokenizer, max_length: int) -> dict:
    return {
        # The class that takes tokenizer.json as it is. transformers 5 rebuilds an ElectraTokenizer
        # from the vocabulary and the two switches below, and so would lose NFC: "e" + U+0301
        # would not be "é". Whoever names that class gets our ids for all text in NFC.
        "tokenizer_class": "PreTrainedTokenizerFast",
        "do_lower_case": tokenizer.lowercase,
        "strip_accents": tokenizer.strip_accents,
        "tokenize_chinese_chars": True,
        "model_max_length": max_length,
        "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
        "clean_up_tokenization_spaces": True,
        "pad_token": PAD,
        "unk_token": UNK,
        "cls_token": CLS,
        "sep_token": SEP,
        "mask_token": MASK,
    }
