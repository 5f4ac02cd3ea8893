"""
What is taken for what, in each language
========================================

One matrix per language: where a transfer loses, and which classes it mixes up.
"""

# %%
# English labels, Korean texts, and pairs of both.

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.plots import ConfusionDisplay

data = load_demo("ko", n_train=400, n_test=200, n_pairs=1200, n_unlabeled=600)
embed = EmbeddingExtractor(
    {
        "en": NgramEncoder(96).fit(data.unlabeled_source.rows),
        "ko": NgramEncoder(96).fit(data.unlabeled_target.rows),
    }
)

# %%
# One model for both languages.

aligner = LangAligner(data.pairs.embed(embed))
pipe = make_pipeline(embed, aligner, LogisticRegression(C=10, max_iter=1000))
pipe.fit(data.train_texts[:250], data.train_labels[:250])

# %%
# Rows of the matrix are true classes, columns those that the model gave. Cells are as dark as their
# share of the true class.

texts = [*data.train_texts[250:], *data.test_texts]
labels = [*data.train_labels[250:], *data.test_labels]
lang = ["en"] * 150 + ["ko"] * len(data.test_texts)
display = ConfusionDisplay.from_estimator(pipe, texts, labels, lang=lang)
