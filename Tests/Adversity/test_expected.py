"""The model itself: a model that allows everything would find nothing."""

from expected import Content, ExpectedState, History, Operation

A, B, C = (Content(seed, 10) for seed in (1, 2, 3))


def test_what_was_answered_is_the_only_answer():
    history = History(A, [Operation(B, 1, 2)])
    assert history.candidates(3, 3) == [B]


def test_what_was_not_answered_may_have_happened():
    history = History(A, [Operation(B, 1, None)])
    assert history.candidates(3, 3) == [A, B]


def test_an_answer_supersedes_what_came_before_it():
    history = History(A, [Operation(B, 1, None), Operation(None, 2, 3)])
    assert history.candidates(4, 4) == [None]


def test_what_is_answered_during_the_cut_may_be_lost():
    history = History(A, [Operation(B, 1, 2), Operation(C, 3, 5)])
    assert history.candidates(4, 6) == [B, C]
    assert history.candidates(6, 7) == [C]


def test_what_began_after_the_cut_is_not_there():
    history = History(A, [Operation(B, 5, 6)])
    assert history.candidates(2, 3) == [A]


def test_what_was_seen_is_true_from_then_on():
    expected = ExpectedState()
    operation = expected.begin("b", "k", A)
    assert expected.certain("b", "k") == (False, A)
    expected.answer(operation)
    assert expected.certain("b", "k") == (True, A)
    expected.begin("b", "k", B)
    expected.settle("b", "k", B)
    assert expected.candidates("b", 1e12, 1e12) == {"k": [B]}
