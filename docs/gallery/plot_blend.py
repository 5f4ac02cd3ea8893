"""
How far to move
===============

Moved wholly, rows find their translations; left alone, they keep their neighbours. What lies
between, by the part of the way.
"""

# %%
# English labels, Korean texts, and pairs of both.

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.plots import BlendDisplay

data = load_demo("ko", n_train=400, n_test=200, n_pairs=1200, n_unlabeled=600)
embed = EmbeddingExtractor(
    {
        "en": NgramEncoder(96).fit(data.unlabeled_source.rows),
        "ko": NgramEncoder(96).fit(data.unlabeled_target.rows),
    }
)

# %%
# One encoder for both languages, and a map inside its space.

shared = EmbeddingExtractor(
    NgramEncoder(96).fit([*data.unlabeled_source.rows, *data.unlabeled_target.rows]),
    languages=["en", "ko"],
)
known, others = data.pairs.take(range(900)), data.pairs.take(range(900, 1200))
aligner = LangAligner(known.embed(shared)).fit(shared.transform(data.train_texts))

# %%
# Numbers beside the points say how far rows were moved.

display = BlendDisplay.from_estimator(aligner, others.embed(shared))
