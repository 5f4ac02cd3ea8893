"""
How alike are the languages?
============================

The same sentences in four languages, each read by an encoder of its own. The figure, linear CKA,
says how far a rotation could bring two of them together.
"""

# %%
# English sentences with their translations into three languages.

from langalign_sk import EmbeddingExtractor, NgramEncoder
from langalign_sk.datasets import load_demo
from langalign_sk.plots import LanguageSimilarityDisplay

data = {
    lang: load_demo(lang, n_train=8, n_test=8, n_pairs=600, n_unlabeled=8)
    for lang in ("ko", "ja", "zh")
}
texts = {"en": list(data["ko"].pairs.source)}
for lang, demo in data.items():
    assert list(demo.pairs.source) == texts["en"]  # row i means the same in every language
    texts[lang] = list(demo.pairs.target)

# %%
# An encoder for each, fitted on its own texts.

embed = EmbeddingExtractor({lang: NgramEncoder(64).fit(rows) for lang, rows in texts.items()})
display = LanguageSimilarityDisplay.from_estimator(embed, texts)
