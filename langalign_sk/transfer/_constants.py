"""The constants of the recipe that no parameter reaches.

They were chosen on topics and intents with all-MiniLM-L6-v2 for English and a universal sentence
encoder for the target, and looked at with one encoder for both sides and with n-gram encoders;
``python -m benchmarks.real_encoders`` prints what they come to there and on tasks and pairs of
encoders that had no part in the choice.
"""

from typing import Final

# ------------------------------------------------------------------ the discriminant

#: Weight of an even scatter, next to the scatter of translations about the carried rows, in units
#: of the share that the map explains times what pairs that are left out scatter beyond the others.
#: Tried: 10, 15, 20, 25, 35, and the same weight whatever the pairs: 0, 0.1, 0.4, 1.5, 3.
EVEN: Final = 20.0
#: The even scatter at most, next to that of translations.
MOST_EVEN: Final = 3.0
#: Weight of the identity where there is no scatter of translations, relative to the mean variance.
FLOOR: Final = 0.01

# ------------------------------------------------------------------ target labels

#: Weight of a labelled target row that was chosen because it is hard, next to a source row's: in
#: heads that learn from where rows are, and in the class means of the discriminant, which such rows
#: are not drawn about. ``python -m benchmarks.feedback`` prints what they come to.
HARD: Final = 1.0
HARD_IN_MEANS: Final = 0.1

# ------------------------------------------------------------------ two texts a row

#: Share of the scatter of translations that the two texts of a row do not have in common.
OWN_SCATTER: Final = 0.25

# ------------------------------------------------------------------ unlabelled rows

#: Weight of a labelled row, next to an unlabelled one, in the class means of the discriminant.
TRUST: Final = 0.3
#: How many times chance a class mean must move, in squares, for any of it to be believed: what the
#: rows are said to be is said by heads that err. Tried: 1, 1.5, 2, 2.5, 3, 4.
DOUBT: Final = 3.0
#: Weight of an unlabelled row, next to a labelled one, in a kernel head.
HEARSAY: Final = 1 / 3
#: Penalty of the student, which has nothing but hearsay.
STUDENT_PENALTY: Final = 0.3
#: Least agreement, beyond guessing, of what the heads say of unlabelled rows with what they said
#: before they learned from them. Where classes are told badly, the rows have clusters of their own,
#: which are not the classes.
AGREED: Final = 0.5
#: Class frequencies are taken to differ from those of the labels where their estimate does by more
#: than this: half the sum of absolute differences. Errors alone shift it by less, 0.1 at most.
SHIFTED: Final = 0.15
#: Where they leave more than this of how often each class is named, the rows are left alone.
#: For topics with sentence encoders it was 0.28 at most, but up to 0.39 where labels are mostly of
#: one class and the traffic of another; with n-gram encoders and 300 pairs, where unequal labels
#: were led astray, 0.36 at least.
UNEXPLAINED: Final = 0.33
#: Steps to the estimate: more of them go too far where the classes are told badly. Tried: 2, 3,
#: 100.
STEPS: Final = 2
#: Rows as the labelled ones would have them that are added to the unlabelled ones: of their class
#: frequencies, so that no class ever vanishes, and where they are, so that few rows move little.
KEPT: Final = 20
