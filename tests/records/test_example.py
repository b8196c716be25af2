from selectra_pipeline.records.example import make_example

CLS, SEP = 2, 3


def test_two_segments_are_framed_by_cls_and_sep():
    example = make_example([10, 11], [12], CLS, SEP)
    assert example.input_ids.tolist() == [CLS, 10, 11, SEP, 12, SEP]
    assert example.segment_a_length == 4


def test_an_empty_second_segment_adds_no_sep():
    example = make_example([10, 11], [], CLS, SEP)
    assert example.input_ids.tolist() == [CLS, 10, 11, SEP]
    assert example.segment_a_length == 4
