"""
One English model, three languages
==================================

An English classifier that is in service already stays as it is. Korean, Japanese and Chinese texts
are moved to it, each by a map of its own.
"""

# %%
# Text in four languages, made by the package, and an encoder for each.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from langalign_sk import EmbeddingExtractor, NgramEncoder, ReverseAligner
from langalign_sk.datasets import load_demo

languages = {"ko": "Korean", "ja": "Japanese", "zh": "Chinese"}
data = {lang: load_demo(lang, random_state=0) for lang in languages}
english = data["ko"]

embed = EmbeddingExtractor(
    {"en": NgramEncoder().fit([*english.unlabeled_source.rows, *english.pairs.source])}
    | {
        lang: NgramEncoder().fit([*demo.unlabeled_target.rows, *demo.pairs.target])
        for lang, demo in data.items()
    }
)

# %%
# ``ReverseAligner`` moves texts of the other languages to English. ``round_trip=True`` trains the
# English head on what survives the way there and back.

pairs = [demo.pairs.embed(embed) for demo in data.values()]
model = make_pipeline(
    embed, ReverseAligner(pairs, round_trip=True), LogisticRegression(C=10, max_iter=1000)
)
model.fit(english.train_texts, english.train_labels)
print(model.predict(["환불해 주세요.", "返金してほしいです。", "我想退款。"]))

# %%
# How often each class is found, in each language.

classes = model.classes_
found = np.array(
    [
        [
            np.mean(
                model.predict(np.array(demo.test_texts)[np.array(demo.test_labels) == name]) == name
            )
            for name in classes
        ]
        for demo in data.values()
    ]
)

figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
places = np.arange(len(classes))
colours = ["#4053d3", "#ddb310", "#b51d14"]
for row, (name, colour) in enumerate(zip(languages.values(), colours, strict=True)):
    ax.bar(places + (row - 1) * 0.27, found[row], width=0.25, label=name, color=colour)
ax.set_xticks(places, classes, rotation=20, ha="right")
ax.set(ylabel="share found", ylim=(0, 1), title="Trained on English labels only")
ax.legend(frameon=False, ncols=3, loc="lower center", bbox_to_anchor=(0.5, -0.42))
ax.spines[["top", "right"]].set_visible(False)
plt.show()
