"""What is found in a text does not hang on the order in which sets happen to be walked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from servanda.extracting.linear import score

WEIGHTS = st.dictionaries(st.text(max_size=3), st.floats(-9, 9), max_size=12)


@given(weights=WEIGHTS, chance=st.randoms(use_true_random=False))
def test_a_score_is_the_same_in_any_order_of_the_features(weights: dict[str, float], chance: object) -> None:
    """Features of sets come in another order in each process; a last digit decided whether a claim was kept."""
    features = list(weights)
    other = sorted(features, key=lambda _: chance.random())  # type: ignore[attr-defined]

    assert score(weights, features) == score(weights, other)
