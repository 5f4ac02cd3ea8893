"""
Two languages, before and after
===============================

Sentences and their translations as points, joined by lines. A map brings them together.
"""

# %%
# English labels, Korean texts, and pairs of both.

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, NgramEncoder, ReverseAligner
from langalign_sk.datasets import load_demo
from langalign_sk.plots import SpaceDisplay

data = load_demo("ko", n_train=400, n_test=200, n_pairs=1200, n_unlabeled=600)
embed = EmbeddingExtractor(
    {
        "en": NgramEncoder(96).fit(data.unlabeled_source.rows),
        "ko": NgramEncoder(96).fit(data.unlabeled_target.rows),
    }
)

# %%
# Most of the pairs are for the map, the others for the picture.

known, others = data.pairs.take(range(1000)), data.pairs.take(range(1000, 1200))
pipe = make_pipeline(
    embed, ReverseAligner(known.embed(embed)), LogisticRegression(C=10, max_iter=1000)
)
pipe.fit(data.train_texts, data.train_labels)

# %%
# Of a pipeline that begins with an extractor, pairs may be texts.

display = SpaceDisplay.from_estimator(pipe, others, n_pairs=80)
