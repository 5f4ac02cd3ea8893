"""
Several ways, compared
======================

Accuracy on Korean texts by each way, with 95% intervals. The best is on top.
"""

# %%
# English labels, Korean texts, and pairs of both.

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder, ReverseAligner
from langalign_sk.datasets import load_demo
from langalign_sk.plots import AccuracyDisplay

data = load_demo("ko", n_train=400, n_test=200, n_pairs=1200, n_unlabeled=600)
embed = EmbeddingExtractor(
    {
        "en": NgramEncoder(96).fit(data.unlabeled_source.rows),
        "ko": NgramEncoder(96).fit(data.unlabeled_target.rows),
    }
)

# %%
# Two ways to use the pairs, and none.

pairs = data.pairs.embed(embed)
ways = {
    "English labels go to the Korean model": LangAligner(pairs),
    "Korean texts go to the English model": ReverseAligner(pairs),
    "there and back": ReverseAligner(pairs, round_trip=True),
}
fitted = {
    name: make_pipeline(embed, aligner, LogisticRegression(C=10, max_iter=1000)).fit(
        data.train_texts, data.train_labels
    )
    for name, aligner in ways.items()
}

# %%
# ``from_estimator`` takes one pipeline, or several by name, and draws at once.

display = AccuracyDisplay.from_estimator(fitted, data.test_texts, data.test_labels)
