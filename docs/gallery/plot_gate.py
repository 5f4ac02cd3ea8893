"""
Which language is a row?
========================

In one shared space, an aligner has to tell which rows to move. The histogram shows how sure it is.
"""

# %%
# English labels, Korean texts, and pairs of both.

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.plots import GateDisplay

data = load_demo("ko", n_train=400, n_test=200, n_pairs=1200, n_unlabeled=600)
embed = EmbeddingExtractor(
    {
        "en": NgramEncoder(96).fit(data.unlabeled_source.rows),
        "ko": NgramEncoder(96).fit(data.unlabeled_target.rows),
    }
)

# %%
# Vectors of both languages in one space: here, both are read by one encoder.

shared = EmbeddingExtractor(
    NgramEncoder(96).fit([*data.unlabeled_source.rows, *data.unlabeled_target.rows]),
    languages=["en", "ko"],
)
pairs = data.pairs.embed(shared)
aligner = LangAligner(pairs).fit(shared.transform(data.train_texts))

# %%
# Rows are coloured by their true language.

rows = shared.transform([*data.train_texts[:200], *data.test_texts])
display = GateDisplay.from_estimator(aligner, rows, lang=["en"] * 200 + ["ko"] * 200)
