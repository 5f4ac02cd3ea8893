"""
English labels, Korean predictions
==================================

The smallest whole example: English labels, sentence pairs without labels, and a classifier that
answers in Korean. The picture shows what the pairs are worth.
"""

# %%
# The package makes the text. ``train_texts`` are English and have labels; ``pairs`` are English
# sentences with their translations and have none; ``test_texts`` are Korean.

import matplotlib.pyplot as plt
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, LangAligner, NgramEncoder
from langalign_sk.datasets import load_demo

data = load_demo("ko", random_state=0)
print("English, labelled:", data.train_texts[0], "->", data.train_labels[0])
print("A pair:           ", data.pairs.source[0], "=", data.pairs.target[0])

# %%
# One encoder for each language. These two are fitted in seconds and need no download; put the name
# of a model in their place for real work.

embed = EmbeddingExtractor(
    {
        "en": NgramEncoder().fit([*data.unlabeled_source.rows, *data.pairs.source]),
        "ko": NgramEncoder().fit([*data.unlabeled_target.rows, *data.pairs.target]),
    }
)

# %%
# The map is learned from some of the pairs, from more, and from all of them. Everything else stays
# the same.


def accuracy(pairs):
    pipe = make_pipeline(
        embed,
        LangAligner(pairs.embed(embed), method="ridge"),
        LogisticRegression(C=10, max_iter=1000),
    )
    pipe.fit(data.train_texts, data.train_labels)
    return pipe.score(data.test_texts, data.test_labels)


counts = [100, 300, 1000, len(data.pairs.source)]
scores = [accuracy(data.pairs.take(range(count))) for count in counts]

# %%
# A few hundred pairs already help. More pairs help more.

figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
ax.plot(counts, scores, marker="o", color="#4053d3")
ax.set(
    xscale="log",
    xlabel="sentence pairs",
    ylabel="accuracy in Korean",
    ylim=(0, 1),
    title="No Korean label was used",
)
ax.set_xticks(counts, [f"{count:,}" for count in counts])
ax.minorticks_off()
ax.spines[["top", "right"]].set_visible(False)
plt.show()
