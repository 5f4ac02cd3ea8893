"""
Are the pairs of the right kind?
================================

A map learns from its pairs. Texts that lie far from all of them are not covered: translate some of
those.
"""

# %%
# English labels, Korean texts, and pairs of both.

from langalign_sk import EmbeddingExtractor, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.plots import CoverageDisplay

data = load_demo("ko", n_train=400, n_test=200, n_pairs=1200, n_unlabeled=600)
embed = EmbeddingExtractor(
    {
        "en": NgramEncoder(96).fit(data.unlabeled_source.rows),
        "ko": NgramEncoder(96).fit(data.unlabeled_target.rows),
    }
)

# %%
# Texts as the service gets them, held against the Korean sides of the pairs.

display = CoverageDisplay.from_estimator(embed, data.pairs, data.unlabeled_target)
print(display.coverage.summary())
