"""The constants of the recipe that no parameter reaches.

They were chosen by hand while looking at target labels of the sentences that ``python -m
benchmarks.quality`` reports on, those of students and of mined pairs also at the labels of its film
reviews; no command repeats the search. What it costs to have looked is measured by ``python -m
benchmarks.untouched``, on languages and pairs that had no part in it.
"""

from typing import Final

# ------------------------------------------------------------------ the head

#: Weight of the scatter of the labelled rows next to that of translations. The rows are few, and
#: what scatters them most is topic, which a class may well be told by. Tried: 0, 1/4, 1/2, 1.
WITHIN: Final = 0.5
#: Weight of the identity, relative to the mean variance: no direction is ever taken for certain.
FLOOR: Final = 0.01
#: Factor of the scores. Task text scatters more than the pairs tell, so that the posterior of the
#: model is too sure of itself.
SURENESS: Final = 0.5

# ------------------------------------------------------------------ pairs mined where pairs are few

#: True pairs over this is the weight of a mined pair next to a true one: it is no better than the
#: map that found it.
TRUST: Final = 4000
#: This over the true pairs is what it weighs at most: where they abound the map needs no help, and
#: neighbours that are no translations harm it.
NEED: Final = 100
#: Rows of either side that are searched at most: they tell of the domain, and few do.
MINED_ROWS: Final = 5000

# ------------------------------------------------------------------ students

#: Share of the unlabelled rows, the most certain of each predicted class, a student learns from.
CERTAIN: Final = 0.5
#: Inverse penalty of the student, times the rows it learns from: labels by a teacher are wrong in
#: one direction, and more of them do not average that out.
STUDENT_C: Final = 1200.0
#: Rows a student learns from at most; more add seconds, not accuracy.
STUDENT_ROWS: Final = 40_000
#: Share of the student in the average with the head, at most.
STUDENT_SHARE: Final = 0.5
