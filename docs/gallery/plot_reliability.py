"""
Is it as sure as it is right?
=============================

Where the model says 80%, it should be right in 80% of the texts. Points below the line are answers
that are surer than they should be.
"""

# %%
# English labels, Korean texts, and pairs of both.

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.plots import ReliabilityDisplay

data = load_demo("ko", n_train=400, n_test=200, n_pairs=1200, n_unlabeled=600)
embed = EmbeddingExtractor(
    {
        "en": NgramEncoder(96).fit(data.unlabeled_source.rows),
        "ko": NgramEncoder(96).fit(data.unlabeled_target.rows),
    }
)

# %%
# Two models that answer in Korean, with a weak and a strong penalty.

pairs = data.pairs.embed(embed)
fitted = {
    f"C={C:g}": make_pipeline(
        embed, LangAligner(pairs), LogisticRegression(C=C, max_iter=1000)
    ).fit(data.train_texts, data.train_labels)
    for C in (1, 100)
}

# %%
# The error is the mean distance from the line.

display = ReliabilityDisplay.from_estimator(fitted, data.test_texts, data.test_labels, n_bins=6)
