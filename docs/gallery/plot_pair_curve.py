"""
What more pairs are worth
=========================

The accuracy that a growing number of sentence pairs brings.
"""

# %%
# English labels, Korean texts, and pairs of both.

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.plots import PairCurveDisplay

data = load_demo("ko", n_train=400, n_test=200, n_pairs=1200, n_unlabeled=600)
embed = EmbeddingExtractor(
    {
        "en": NgramEncoder(96).fit(data.unlabeled_source.rows),
        "ko": NgramEncoder(96).fit(data.unlabeled_target.rows),
    }
)

# %%
# The pipeline is fitted anew with each part of the pairs; each part is inside the next.

pipe = make_pipeline(embed, LangAligner(), LogisticRegression(C=10, max_iter=1000))
display = PairCurveDisplay.from_estimator(
    pipe,
    data.train_texts,
    data.train_labels,
    data.pairs.embed(embed),
    data.test_texts,
    data.test_labels,
    sizes=[150, 300, 600, 1200],
    parameter="langaligner__pairs",
)
