# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Route capsules by agreement
# read_minutes: 40
# exercise_minutes: 45
# objectives:
#   - Say what pooling throws away, and what a capsule keeps in its length and in its direction
#   - Compute squash, routing by agreement and the margin loss by hand, and find the usual mistakes in code for them
#   - Build a capsule layer step by step, and train a capsule network on digits
#   - Read a capsule by changing its numbers one at a time and drawing what it stands for
#   - Test what length and direction do when digits are turned, inside and outside of what was trained
# needs: [08_pool_feature_maps, 09_design_and_train_a_cnn]
# data: [digits_8x8, mnist]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 85 minutes, exercises included: opening 7, squash with 17.1 12, routing with 17.2
# 20, margin loss with 17.3 10, layer with 17.4 and 17.5 15, drawing 8, turning 8, two digits with 17.6 5. Short of
# time: leave out 17.5.
#
# **What students believe, and where the lesson meets it.** Couplings are weights that are learnt (routing: they are
# computed afresh for each image). Couplings of a parent add up to 1 (17.2: those of a *child* do). The lengths add up
# to 1 like probabilities (margin loss). Length stays and direction changes, always (turning: inside the trained range
# only). Capsules are better than CNNs (nothing here shows it; lesson 18 tests a promise).
#
# **Let the class vote before you run:** what becomes of the third child; whether length or direction changes at 30 and
# at 75 degrees, and whether the CNN differs.

# %% tags=["setup"]
import cv2
import keras
import numpy as np
from keras import layers, ops

from course_utils import capsules, checks, claims, datasets, plots, profile, training
from course_utils.capsules import network as capsule_networks

# %% [markdown]
# ## The same numbers for two pictures
#
# Here are two pictures made of the same three marks. A network looks at them with three kernels, each of which is one
# of the marks, and keeps the largest response of each kernel, as global max pooling does.
#
# **Predict before you run:** how much will the three numbers of the first picture differ from those of the second?

# %% tags=["predict"]
prediction = "..."  # "not at all", "a little" or "a lot"

# %%
marks = np.array(
    [[[0, 1, 0], [1, 1, 1], [0, 1, 0]], [[1, 0, 1], [0, 1, 0], [1, 0, 1]], [[1, 1, 1], [0, 0, 0], [1, 1, 1]]],
    np.float32,
)


def picture_of(places):
    """Return an image with the three marks at the given (row, column) places."""
    image = np.zeros((15, 15), np.float32)
    for mark, (row, column) in zip(marks, places, strict=True):
        image[row : row + 3, column : column + 3] = mark
    return image


in_order = picture_of([(2, 2), (2, 10), (10, 6)])
out_of_order = picture_of([(11, 11), (6, 1), (1, 8)])
responses = [[float(cv2.filter2D(image, -1, mark).max()) for mark in marks] for image in (in_order, out_of_order)]
print("largest responses, first picture: ", responses[0])
print("largest responses, second picture:", responses[1])

# %% tags=["figure"]
plots.compare(
    in_order, out_of_order, titles=["two marks above, one below", "the same marks, somewhere else"],
    alt="Two dark squares with three small marks each: a plus, a cross and two bars. Left they stand like two eyes and "
    "a mouth; right they are scattered.",
)  # fmt: skip

# %% [markdown]
# **What to notice.** Not at all. Global max pooling says *whether* something is there and throws away *where* and
# *how*. Small pooling windows throw away less at a time, but they do it in every layer. In lesson 08 this was a
# blessing: a digit may move. Here it is a loss, for a face is more than two eyes and a mouth.
#
# In 2017 Sara Sabour, Nicholas Frosst and Geoffrey Hinton proposed to keep what pooling drops. A unit's answer is no
# longer one number but a vector, called a **capsule**:
#
# - its **length** says how sure the capsule is that its thing is there, from 0 to 1;
# - its **direction** says *how* the thing is: turned, thick, slanted, moved. This is also called its pose.
#
# This lesson builds such a network and looks at what the length and the direction really do.

# %% [markdown]
# ## Squash: a length between 0 and 1
#
# A vector that comes out of a layer may have any length. To be read as "how sure", it has to lie between 0 and 1. A
# sigmoid on each number would bend the direction. **Squash** changes the length only. With $n$ the length of
# $\mathbf s$:
#
# $$\mathbf v = \frac{n^2}{1 + n^2}\,\frac{\mathbf s}{n}$$
#
# By hand: $\mathbf s = (3, 4)$ has the length 5, so the new length is $25 / 26 = 0.96$ and the vector becomes
# $(0.58, 0.77)$.

# %% tags=["figure"]
lengths = np.linspace(0, 6, 121)
vectors = np.stack([lengths, 0 * lengths], axis=1)
squashed = np.linalg.norm(ops.convert_to_numpy(capsules.squash(vectors)), axis=1)
plots.lines(
    lengths, {"length after squash": squashed, "1 (never reached)": np.ones_like(lengths)}, xlabel="length before",
    alt="A curve that starts flat at 0, passes one half at length 1, and bends towards a line at 1.",
)  # fmt: skip

# %% [markdown]
# Short vectors become nearly nothing: 0.1 becomes 0.0099. A length of 1 becomes one half, 2 becomes 0.8, 10 becomes
# 0.99.
#
# ### Exercise 17.1 (build): squash
#
# Write `squash(vectors)` with NumPy. It takes `(num_vectors, dim)` floats and returns the squashed vectors in the same
# shape. The zero vector has no direction: it has to stay zero, without a division by zero.


# %% tags=["exercise"] exercise="17.1" points=2
def squash(vectors: np.ndarray) -> np.ndarray:
    """Return vectors with lengths in [0, 1) and the same directions."""
    # BEGIN SOLUTION
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors * lengths / (1 + lengths**2)
    # END SOLUTION


# %% tags=["check"] exercise="17.1"
checks.exercise("17.1", squash)

# %% tags=["hidden"] exercise="17.1"
from course_utils.authoring import define

exercise = define.function("17.1", squash, rtol=1e-5, atol=1e-6)
exercise.case("the example", vectors=np.array([[3.0, 4.0]]))
exercise.case("lengths 1 and 2", vectors=np.array([[0.6, 0.8, 0.0], [0.0, -2.0, 0.0]]))
exercise.case("a zero vector among others", vectors=np.array([[0.0, 0.0], [1.0, 0.0]]))
exercise.case("one number each", vectors=np.array([[0.1], [-10.0]]))
exercise.case("only zeros", visible=False, vectors=np.zeros((3, 4)))
exercise.case("as many vectors as numbers", visible=False, vectors=np.array([[1.0, 2.0], [3.0, -4.0]]))
exercise.random_cases(3, lambda rng: {"vectors": rng.normal(0, 2, (6, 4))})
exercise.hints(
    "The length of each vector: np.linalg.norm(vectors, axis=1, keepdims=True). It has one number per row.",
    "n^2 / (1 + n^2) times s / n is s times n / (1 + n^2). In this form nothing is divided by n.",
    "A smaller case: [[0.0, 2.0]] has the length 2, so it becomes [[0.0, 0.8]]; [[0.0, 0.0]] stays as it is.",
)


# %% tags=["hidden"] exercise="17.1"
@exercise.correct
def with_where(vectors):
    squared = np.sum(vectors**2, axis=-1, keepdims=True)
    return np.where(squared == 0, 0, squared / (1 + squared) * vectors / np.sqrt(np.where(squared == 0, 1, squared)))


@exercise.correct
def one_after_another(vectors):
    result = []
    for vector in vectors:
        length = np.sqrt(vector @ vector)
        result.append(vector if length == 0 else length**2 / (1 + length**2) * vector / length)
    return np.array(result)


# %% tags=["hidden"] exercise="17.1"
@exercise.mutant("The zero vector became 'not a number': 0 / 0. Write s * n / (1 + n^2), which divides by no length.")
def divides_by_zero(vectors):
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return lengths**2 / (1 + lengths**2) * vectors / lengths


@exercise.mutant("All vectors share one length. Each row has its own: axis=1, keepdims=True.")
def one_length_for_all(vectors):
    length = np.linalg.norm(vectors)
    return vectors * length / (1 + length**2)


@exercise.mutant("The lengths are those of the columns. A vector is a row: axis=1.")
def along_the_columns(vectors):
    lengths = np.linalg.norm(vectors, axis=0, keepdims=True)
    return vectors * lengths / (1 + lengths**2)


# %% tags=["hidden"] exercise="17.1"
@exercise.mutant("A vector of length 2 has to become 4/5 long, not 2/3: n is squared.")
def not_squared(vectors):
    return vectors / (1 + np.linalg.norm(vectors, axis=1, keepdims=True))


@exercise.mutant("Each number was squashed for itself. That bends the direction: use the length of the vector.")
def number_by_number(vectors):
    return vectors * np.abs(vectors) / (1 + vectors**2)


@exercise.mutant("The direction is missing: multiply by s / n, not by s.")
def forgets_to_divide(vectors):
    squared = np.sum(vectors**2, axis=1, keepdims=True)
    return squared / (1 + squared) * vectors


# %% [markdown]
# ## Routing by agreement, by hand
#
# Small capsules see parts; larger ones are to see wholes. A small capsule (a **child**) says to each larger one (each
# **parent**): "if I am a part of you, then *you* look like this." That is its **vote**. How much a vote counts is
# called **coupling**. The couplings of one child add up to 1: a part belongs to one whole.
#
# Nobody knows the couplings in advance. They come from agreement. In each **iteration**:
#
# 1. the couplings of a child are the softmax of its logits, *over the parents*; logits begin at 0;
# 2. a parent is the sum of its votes, each times its coupling, squashed;
# 3. each logit grows by the product of the vote and the parent: votes that agree with it count more next time.
#
# Three children, two parents, and votes of a single number each:
#
# | child | vote for the house | vote for the boat |
# |---|---|---|
# | 1 | 2 | 1 |
# | 2 | 2 | -1 |
# | 3 | -1 | 2 |
#
# **Iteration 1.** All couplings are 1/2. House: (2 + 2 - 1) / 2 = 1.5, squashed 0.69. Boat: (1 - 1 + 2) / 2 = 1,
# squashed 0.5. The logits of child 1 become 2 x 0.69 = 1.38 and 1 x 0.5 = 0.5; of child 2 1.38 and -0.5; of child 3
# -0.69 and 1.
#
# **Predict:** to which parent does child 3 go, and what does that do to the house?

# %% tags=["predict"]
prediction = "..."  # "house" or "boat"; the house gets "longer" or "shorter"

# %%
votes = np.array([[2.0, 1.0], [2.0, -1.0], [-1.0, 2.0]])  # (children, parents)
logits = np.zeros((3, 2))
for iteration in (1, 2, 3):
    couplings = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)  # softmax over the parents
    sums = (couplings * votes).sum(axis=0)
    parents = sums * np.abs(sums) / (1 + sums**2)  # squash of a single number
    logits += votes * parents
    print(f"iteration {iteration}: couplings to the house {couplings[:, 0].round(2)}, parents {parents.round(2)}")

# %% [markdown]
# **What to notice.** Child 3 goes to the boat, and the house gets *longer*: the vote that contradicted the others no
# longer counts. Nothing was learnt here. Logits start at 0 for every image anew; what is learnt are the votes.
#
# Now with votes of two numbers. Four children vote; three of them agree about the house, two about the boat. Move the
# slider.

# %% tags=["figure"]
arrows = np.array(
    [
        [[0.7, 1.3], [-1.1, 0.4]],
        [[1.5, 0.4], [0.3, -1.2]],
        [[1.2, 0.9], [0.8, 1.1]],
        [[-1.0, 0.6], [1.3, 0.5]],
    ]
)  # (children, parents, 2)
layer = capsules.Capsules(2, 2, routings=5)
layer.build((1, 4, 1))
layer.set_weights([arrows.transpose(1, 0, 2)[:, :, np.newaxis, :]])  # a child that holds a 1 votes with its weights
found = layer.iterations(np.ones((1, 4, 1), np.float32))
steps = [(ops.convert_to_numpy(vectors)[0], ops.convert_to_numpy(shares)[0].T) for vectors, shares in found]
plots.routing(
    arrows, steps, parent_names=["house", "boat"], title="Five iterations: an arrow is as thick as its coupling",
    alt="Two fans of four coloured arrows, one for each parent, and a black arrow for the parent itself. From "
    "iteration to iteration the arrows that point the same way get thick, the others thin, and the black arrows "
    "longer. Bars show how each child divides its coupling.",
)  # fmt: skip

# %% tags=["claim"]
first, last = steps[0][1], steps[-1][1]
claims.check("couplings begin equal", np.allclose(first, 0.5))
claims.check(
    "couplings of each child add up to 1 in every iteration", np.allclose([s.sum(axis=1) for _, s in steps], 1)
)
claims.check("children 1 and 2 end at the house, child 4 at the boat", last[:2, 0].min() > 0.8 and last[3, 1] > 0.8)
grows = [np.linalg.norm(vectors, axis=1) for vectors, _ in steps]
claims.check("both parents are longer in the end than at first", np.all(grows[-1] > grows[0]))

# %% [markdown]
# ### Exercise 17.2 (spot the bug): who shares what with whom?
#
# This function is found in public code, in many copies. It runs, and networks with it even train. But each parent
# divides its attention among the children, where each child should choose among the parents. So every child may count
# fully for every parent, and a part belongs to everything.
#
# Mend `route(votes, routings)`. It takes votes `(children, parents, dim)` for one image and returns the pair `(vectors,
# couplings)` of the last iteration: `(parents, dim)` and `(children, parents)`.


# %% tags=["exercise"] exercise="17.2" points=3
def route(votes: np.ndarray, routings: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the parents' vectors and the couplings of the last iteration."""
    # BEGIN SOLUTION
    logits = np.zeros(votes.shape[:2])
    for _ in range(routings):
        couplings = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        sums = (couplings[:, :, np.newaxis] * votes).sum(axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors = sums * lengths / (1 + lengths**2)
        logits = logits + (votes * vectors).sum(axis=2)
    return vectors, couplings
    # END SOLUTION
    # BEGIN STUB
    # logits = np.zeros(votes.shape[:2])
    # for _ in range(routings):
    #     couplings = np.exp(logits) / np.exp(logits).sum(axis=0, keepdims=True)
    #     sums = (couplings[:, :, np.newaxis] * votes).sum(axis=0)
    #     lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    #     vectors = sums * lengths / (1 + lengths**2)
    #     logits = logits + (votes * vectors).sum(axis=2)
    # return vectors, couplings
    # END STUB


# %% tags=["check"] exercise="17.2"
checks.exercise("17.2", route)

# %% tags=["hidden"] exercise="17.2"
from course_utils.authoring import define

exercise = define.function("17.2", route, rtol=1e-5, atol=1e-6)
by_hand = np.array([[[2.0], [1.0]], [[2.0], [-1.0]], [[-1.0], [2.0]]])
exercise.case("three children by hand, one iteration", votes=by_hand, routings=1)
exercise.case("three children by hand, two iterations", votes=by_hand, routings=2)
exercise.case("two numbers each", votes=np.array([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, -1.0]]]), routings=3)
exercise.case("three parents", visible=False, votes=np.arange(24.0).reshape(4, 3, 2) / 10 - 1, routings=3)
exercise.case("a single parent", visible=False, votes=np.array([[[1.0, 2.0]], [[0.5, -1.0]]]), routings=2)
exercise.random_cases(3, lambda rng: {"votes": rng.normal(0, 1, (5, 3, 4)), "routings": int(rng.integers(2, 5))})
exercise.hints(
    "The first iteration of the example by hand has couplings of 1/2. What does this function give there, and why?",
    "Axis 0 counts the children, axis 1 the parents. The couplings of one child add up to 1: softmax over axis 1.",
    "A smaller case: one child and two parents give couplings 1/2 and 1/2 at first. Over the children it would be 1 "
    "and 1.",
)


# %% tags=["hidden"] exercise="17.2"
@exercise.correct
def with_running_sum(votes, routings):
    total = np.zeros(votes.shape[1:])
    for _ in range(routings):
        agreement = np.einsum("ijd,jd->ij", votes, total)
        powers = np.exp(agreement - agreement.max(axis=1, keepdims=True))
        couplings = powers / powers.sum(axis=1, keepdims=True)
        sums = np.einsum("ij,ijd->jd", couplings, votes)
        squared = (sums**2).sum(axis=1, keepdims=True)
        vectors = sums * np.sqrt(squared) / (1 + squared)
        total = total + vectors
    return vectors, couplings


@exercise.correct
def with_the_layer(votes, routings):
    children, parents, dim = votes.shape
    routing_layer = capsules.Capsules(parents, dim, routings=routings, form="votes", dtype="float64")
    routing_layer.build((1, children, 1))
    routing_layer.set_weights([votes.transpose(1, 0, 2)[:, :, np.newaxis, :]])
    vectors, couplings = routing_layer(np.ones((1, children, 1)), return_couplings=True)
    return ops.convert_to_numpy(vectors)[0], ops.convert_to_numpy(couplings)[0].T


# %% tags=["hidden"] exercise="17.2"
def _route(votes, routings, axis=1, grow=True, bend=True, extra=0):
    logits = np.zeros(votes.shape[:2])
    for _ in range(routings + extra):
        couplings = np.exp(logits) / np.exp(logits).sum(axis=axis, keepdims=True)
        sums = (couplings[:, :, np.newaxis] * votes).sum(axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors = sums * lengths / (1 + lengths**2) if bend else sums
        agreement = (votes * vectors).sum(axis=2)
        logits = logits + agreement if grow else agreement
    return vectors, couplings


# %% tags=["hidden"] exercise="17.2"
@exercise.mutant("The softmax still goes over the children (axis 0). Each CHILD chooses among the parents: axis 1.")
def softmax_over_children(votes, routings):
    return _route(votes, routings, axis=0)


@exercise.mutant("The softmax goes over everything: all couplings together add up to 1. Those of EACH child have to.")
def softmax_over_all(votes, routings):
    return _route(votes, routings, axis=(0, 1))


@exercise.mutant("The logits are replaced. They GROW by the agreement: add it to what is there.")
def replaces_the_logits(votes, routings):
    return _route(votes, routings, grow=False)


@exercise.mutant("Squash is missing: the parents' lengths have to lie below 1.")
def without_squash(votes, routings):
    return _route(votes, routings, bend=False)


@exercise.mutant("There is one iteration too many: with routings=1 all couplings are still equal.")
def one_too_many(votes, routings):
    return _route(votes, routings, extra=1)


# %% [markdown]
# ## Margin loss: each class is asked on its own
#
# A network for digits ends with ten capsules, one for each class. The lengths are not probabilities: they need not add
# up to 1. If two digits lie on top of each other, *two* capsules should be long. So the loss asks every class by
# itself. With $n_k$ the length of capsule $k$ and $T_k = 1$ if this digit is there, else 0:
#
# $$L = \sum_k T_k \max(0,\ 0.9 - n_k)^2 + 0.5\,(1 - T_k)\max(0,\ n_k - 0.1)^2$$
#
# By hand: three classes, the first is there, lengths 0.5, 0.3 and 0.05. The first is 0.4 too short, which costs 0.16.
# The second is 0.2 too long, which costs half of 0.04. The third is short enough. Together 0.18.

# %%
loss = capsules.MarginLoss()
print(f"by course_utils: {float(loss([0], [[0.5, 0.3, 0.05]])):.2f}")

# %% [markdown]
# ### Exercise 17.3 (spot the bug): the margin that is not squared
#
# Another one from public code. A loss is made for training; this one trains too, but a capsule that is 0.01 too short
# gets the same push as one that is 0.5 too short. And something else is wrong with it: look at the factor 0.5.
#
# Mend `margin_loss(is_there, lengths)`. Both are `(num_images, classes)`; `is_there` holds 0 and 1, also several 1s in
# a row. It returns one number: the mean over the images of the sum over the classes.


# %% tags=["exercise"] exercise="17.3" points=2
def margin_loss(is_there: np.ndarray, lengths: np.ndarray) -> float:
    """Return the mean margin loss of the images."""
    # BEGIN SOLUTION
    too_short = np.maximum(0, 0.9 - lengths) ** 2
    too_long = np.maximum(0, lengths - 0.1) ** 2
    return float((is_there * too_short + 0.5 * (1 - is_there) * too_long).sum(axis=1).mean())
    # END SOLUTION
    # BEGIN STUB
    # too_short = np.maximum(0, 0.9 - lengths)
    # too_long = np.maximum(0, lengths - 0.1)
    # return float((0.5 * is_there * too_short + (1 - is_there) * too_long).sum(axis=1).mean())
    # END STUB


# %% tags=["check"] exercise="17.3"
checks.exercise("17.3", margin_loss)

# %% tags=["hidden"] exercise="17.3"
from course_utils.authoring import define

exercise = define.function("17.3", margin_loss, rtol=1e-5, atol=1e-7)
exercise.case("the example", is_there=np.array([[1, 0, 0]]), lengths=np.array([[0.5, 0.3, 0.05]]))
exercise.case("all is well", is_there=np.array([[0, 1]]), lengths=np.array([[0.08, 0.95]]))
exercise.case("two images", is_there=np.array([[1, 0], [0, 1]]), lengths=np.array([[0.2, 0.7], [0.4, 0.4]]))
exercise.case("two digits at once", is_there=np.array([[1, 1, 0]]), lengths=np.array([[0.5, 0.8, 0.6]]))
exercise.case("nothing there", visible=False, is_there=np.zeros((1, 3)), lengths=np.array([[0.5, 0.1, 0.0]]))
exercise.random_cases(
    3, lambda rng: {"is_there": rng.integers(0, 2, (4, 5)).astype(float), "lengths": rng.uniform(0, 1, (4, 5))}
)
exercise.hints(
    "Compare your number for the example with the 0.18 found by hand, term by term.",
    "Square each margin AFTER the maximum with 0. The factor 0.5 belongs to the classes that are not there.",
    "A smaller case: one class that is there, with length 0.7: (0.9 - 0.7)^2 = 0.04. Not there: 0.5 * 0.6^2 = 0.18.",
)


# %% tags=["hidden"] exercise="17.3"
@exercise.correct
def with_keras_ops(is_there, lengths):
    return float(capsules.MarginLoss()(np.asarray(is_there, "float32"), np.asarray(lengths, "float32")))


@exercise.correct
def with_where_and_clip(is_there, lengths):
    each = np.where(is_there == 1, np.clip(0.9 - lengths, 0, None) ** 2, np.clip(lengths - 0.1, 0, None) ** 2 / 2)
    return float(each.sum() / len(lengths))


def _margin(is_there, lengths, power=2, present=1.0, absent=0.5):
    short, long = np.maximum(0, 0.9 - lengths) ** power, np.maximum(0, lengths - 0.1) ** power
    return (present * is_there * short + absent * (1 - is_there) * long).sum(axis=1)


@exercise.mutant("The margins are not squared.")
def not_squared_yet(is_there, lengths):
    return float(_margin(is_there, lengths, power=1).mean())


@exercise.mutant("Both bugs are still there: the margins are not squared, and 0.5 weakens the wrong classes.")
def changes_nothing(is_there, lengths):
    return float(_margin(is_there, lengths, power=1, present=0.5, absent=1.0).mean())


@exercise.mutant("The factor 0.5 is on the wrong side: it weakens the classes that are NOT there.")
def half_on_the_wrong_side(is_there, lengths):
    return float(_margin(is_there, lengths, present=0.5, absent=1.0).mean())


# %% tags=["hidden"] exercise="17.3"
@exercise.mutant("The factor 0.5 of the absent classes is missing.")
def without_the_half(is_there, lengths):
    return float(_margin(is_there, lengths, absent=1.0).mean())


@exercise.mutant("Squared before the maximum with 0: now a capsule that is long ENOUGH is punished as well.")
def squares_too_early(is_there, lengths):
    each = is_there * (0.9 - lengths) ** 2 + 0.5 * (1 - is_there) * (lengths - 0.1) ** 2
    return float(each.sum(axis=1).mean())


@exercise.mutant("Several classes may be there at once. You kept the first 1 of each row only.")
def first_class_only(is_there, lengths):
    first = np.zeros_like(is_there)
    first[np.arange(len(is_there)), is_there.argmax(axis=1)] = is_there.max(axis=1)
    return float(_margin(first, lengths).mean())


@exercise.mutant("The mean over images AND classes was taken. Add up the classes, then take the mean of the images.")
def mean_of_everything(is_there, lengths):
    return float(_margin(is_there, lengths).mean() / lengths.shape[1])


# %% [markdown]
# ## The layer, step by step
#
# Where do votes come from? Each child $i$ has a small matrix $W_{ij}$ for each parent $j$, and its vote is its vector
# times that matrix. These matrices are all that the layer learns.
#
# ### Exercise 17.4 (build): the votes
#
# Write `make_votes(children, kernel)` with NumPy: `children` is `(num_images, children, child_dim)`, `kernel` is
# `(parents, children, child_dim, dim)`. It returns the votes as `(num_images, parents, children, dim)`: the vote of
# child `i` for parent `j` is `children[n, i] @ kernel[j, i]`. Beware of functions that guess which axes belong
# together: in public code `batch_dot` did, until its next version guessed otherwise. `np.einsum` lets you say it.


# %% tags=["exercise"] exercise="17.4" points=2
def make_votes(children: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the vote of every child for every parent."""
    # BEGIN SOLUTION
    return np.einsum("nic,jicd->njid", children, kernel)
    # END SOLUTION


# %% tags=["check"] exercise="17.4"
checks.exercise("17.4", make_votes)

# %% tags=["hidden"] exercise="17.4"
from course_utils.authoring import define

exercise = define.function("17.4", make_votes, rtol=1e-5, atol=1e-6)


def _numbers(*shape, step=0.1):
    return (np.arange(np.prod(shape)) * step % 1.7 - 0.8).reshape(shape)


exercise.case("one child, one parent", children=np.array([[[1.0, 2.0]]]), kernel=np.array([[[[1.0, 0, 2], [0, 1, 1]]]]))
exercise.case("two children, three parents", children=_numbers(1, 2, 2), kernel=_numbers(3, 2, 2, 4))
exercise.case("several images", children=_numbers(4, 3, 2), kernel=_numbers(2, 3, 2, 5))
exercise.case("all sides equal", visible=False, children=_numbers(3, 3, 3), kernel=_numbers(3, 3, 3, 3, step=0.13))
exercise.case("a single number each", visible=False, children=_numbers(2, 3, 1), kernel=_numbers(2, 3, 1, 1))
exercise.random_cases(
    3, lambda rng: {"children": rng.normal(0, 1, (2, 4, 3)), "kernel": rng.normal(0, 1, (5, 4, 3, 2))}
)
exercise.hints(
    "Give every axis a letter: n images, i children, c numbers of a child, j parents, d numbers of a parent.",
    "children is 'nic', kernel is 'jicd', the result 'njid'. The letter that is missing in the result is summed over.",
    "A smaller case: the child (1, 2) and the matrix [[1, 0, 2], [0, 1, 1]] give the vote (1, 2, 4).",
)


# %% tags=["hidden"] exercise="17.4"
@exercise.correct
def with_matmul(children, kernel):
    return (children[:, np.newaxis, :, np.newaxis, :] @ kernel[np.newaxis])[:, :, :, 0]


@exercise.correct
def with_loops(children, kernel):
    parents, num_children, _, dim = kernel.shape
    result = np.zeros((len(children), parents, num_children, dim))
    for n, j, i in np.ndindex(result.shape[:3]):
        result[n, j, i] = children[n, i] @ kernel[j, i]
    return result


@exercise.mutant("Every child uses the matrices of child 0. Each has its own: kernel[j, i].")
def shares_the_matrix(children, kernel):
    return np.einsum("nic,jcd->njid", children, kernel[:, 0])


@exercise.mutant("Children and parents are swapped: the result is (num_images, parents, children, dim).")
def swaps_the_axes(children, kernel):
    return np.einsum("nic,jicd->nijd", children, kernel)


# %% tags=["hidden"] exercise="17.4"
@exercise.mutant("The votes of all children are added up. That comes later, with couplings.")
def adds_up(children, kernel):
    return np.einsum("nic,jicd->njd", children, kernel)


@exercise.mutant("The axis of a child's numbers has to be multiplied and SUMMED: not only its last number counts.")
def last_number_only(children, kernel):
    return np.einsum("ni,jid->njid", children[..., -1], kernel[:, :, -1])


@exercise.mutant("All images got the votes of the first one.")
def first_image_only(children, kernel):
    return np.repeat(np.einsum("nic,jicd->njid", children[:1], kernel), len(children), axis=0)


# %% [markdown]
# Votes, then routing: that is the whole layer. Here it is, written out with what you have just mended, beside
# `capsules.Capsules`.

# %% tags=["claim"]
random = np.random.default_rng(0)
children = random.normal(size=(3, 6, 4)).astype(np.float32)  # 3 images, 6 children of 4 numbers
layer = capsules.Capsules(num_capsules=5, dim=7, routings=3, form="votes")
layer.build(children.shape)
all_votes = np.einsum("nic,jicd->njid", children, ops.convert_to_numpy(layer.kernel))
logits = np.zeros(all_votes.shape[:3])
for _ in range(3):
    couplings = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    sums = np.einsum("nji,njid->njd", couplings, all_votes)
    lengths = np.linalg.norm(sums, axis=2, keepdims=True)
    parents = sums * lengths / (1 + lengths**2)
    logits = logits + np.einsum("njid,njd->nji", all_votes, parents)
written_out = parents
by_layer = ops.convert_to_numpy(layer(children))
claims.check("the layer written out and capsules.Capsules are equal", np.allclose(written_out, by_layer, atol=1e-5))

# %% [markdown]
# ### The same numbers without the votes
#
# At the size of the paper's network the votes of one image are 10 x 1,152 x 16 = 184,320 numbers. `capsules.Capsules`
# does not compute them (`form="implicit"`, the default). Two thoughts do it. First, logits begin at 0 and grow by
# $\langle \mathbf{vote}, \mathbf v\rangle$, so they are the product of the vote with the *sum* of all $\mathbf v$ so
# far. Second, $\langle \mathbf u W, \mathbf v\rangle = \langle \mathbf u, W \mathbf v\rangle$, and the right side needs
# no vote.

# %% tags=["claim"]
implicit = capsules.Capsules(num_capsules=5, dim=7, routings=3)
implicit.build(children.shape)
implicit.set_weights(layer.get_weights())
difference = np.abs(ops.convert_to_numpy(implicit(children)) - by_layer).max()
claims.check("both forms are equal to a hundred-thousandth", difference <= 1e-5, value=difference)
_, shares = implicit(children, return_couplings=True)
claims.check("their couplings add up to 1 over the parents", np.allclose(ops.sum(shares, axis=1), 1, atol=1e-5))

# %% [markdown]
# ### Exercise 17.5 (apply): count the paper's network
#
# The network of the paper takes 28 x 28 pixels. `Conv2D(256, 9)` gives 20 x 20 x 256. The **primary capsules** are a
# convolution with 32 x 8 filters, 9 x 9, stride 2: 6 x 6 places with 32 capsules of 8 numbers each. Then ten capsules
# of 16 numbers, one for each digit.
#
# Give a triple: how many primary capsules there are; how many weights the layer of the ten capsules has (it has no
# bias); how many couplings there are for one image.

# %% tags=["exercise"] exercise="17.5" points=2
# BEGIN SOLUTION
counts = (6 * 6 * 32, 6 * 6 * 32 * 10 * 8 * 16, 6 * 6 * 32 * 10)
# END SOLUTION

# %% tags=["check"] exercise="17.5"
checks.exercise("17.5", counts)

# %% tags=["hidden"] exercise="17.5"
from course_utils.authoring import define

exercise = define.answer("17.5", counts, decimals=0)
exercise.wrong((32, 40_960, 320), "There are 32 capsules at EACH of the 6 x 6 places.")
exercise.wrong((1152, 1_474_720, 11_520), "This layer has no biases.")
exercise.wrong((1152, 184_320, 11_520), "A matrix W has 8 rows AND 16 columns: 128 weights for each child and parent.")
exercise.wrong((9216, 11_796_480, 92_160), "A capsule is a vector of 8 numbers: count vectors, not numbers.")
exercise.wrong((1152, 1_474_560, 1_474_560), "A coupling is one number for each child and parent, no matrix.")
exercise.wrong((1152, 1_474_560, 1152), "Each child has one coupling for EACH of the ten parents.")
exercise.hints(
    "How many places are there, and how many capsules at each?",
    "Each pair of a child and a parent has a matrix of 8 x 16 weights and one coupling.",
    "A smaller case: 2 x 2 places with 3 capsules of 4 numbers, 5 parents of 6: 12 capsules, 12 * 5 * 4 * 6 = 1,440 "
    "weights, 60 couplings.",
)

# %%
paper = capsules.capsule_network(size="paper")
print(f"encoder {paper.encoder.count_params():,} + decoder {paper.decoder.count_params():,}")
print(f"together {paper.count_params():,} parameters")

# %% [markdown]
# ## Trained on digits
#
# We train small relatives of it: a convolution, primary capsules, ten capsules of 16 numbers, and a **decoder**, which
# is to draw the digit from the vector of the right capsule alone; the other nine are set to 0 (**masking**). Its
# squared error is added to the margin loss with a small weight, so that the vector has to say how the digit looks.
# First the 1,200 digits of 8 x 8 pixels, three seeds.
#
# **Predict:** lesson 05's MLP and lesson 09's CNN read digits, too. Will capsules read them better, worse or alike?

# %% tags=["predict"]
prediction = "..."


# %%
def train_capsules(images, labels, size, epochs, peak=0.006, batch_size=50, seeds=3, reconstruction_weight=0.0005):
    """Yield a trained capsule network for each seed."""
    networks = []

    def build():
        network = capsules.capsule_network(images.shape[1:], 10, size)
        steps = training.num_steps(len(labels), batch_size, epochs)
        network.compile(keras.optimizers.Adam(training.OneCycle(peak, steps)), reconstruction_weight)
        networks.append(network)
        return network.trainer

    for _ in training.fresh_starts(build, seeds=seeds):
        networks[0].fit(images, labels, epochs=epochs, batch_size=batch_size, verbose=0, callbacks=training.callbacks())
        yield networks[0]


# %% tags=["claim"]
digits = datasets.load("digits_8x8")
digit_accuracies = [
    training.accuracy(network.classifier, *digits.test) for network in train_capsules(*digits.train, "small", epochs=10)
]
claims.check(
    "8x8 digits: capsules are right on at least 97% of the test digits on average", np.mean(digit_accuracies) >= 0.97,
    value=np.mean(digit_accuracies), name="digits_8x8",
)  # fmt: skip

# %% [markdown]
# The class is that of the longest capsule: {{digits_8x8:.1%}} are right. That is good, and no better than what the
# CNNs of this course reach.
#
# ## What does a capsule know?
#
# Now MNIST, 28 x 28 pixels, and every training digit is turned at random by up to 40 degrees. Three seeds, and beside
# them a CNN on the same digits, also with three seeds. (In the `full` profile the networks are larger and train
# longer.)


# %%
def turn(images, degrees):
    """Return each image turned by its number of degrees."""
    middle = ((images.shape[2] - 1) / 2, (images.shape[1] - 1) / 2)
    matrices = [cv2.getRotationMatrix2D(middle, float(angle), 1) for angle in degrees]
    turned = [cv2.warpAffine(image, matrix, image.shape[:2]) for image, matrix in zip(images, matrices, strict=True)]
    return np.stack(turned)[..., np.newaxis]


mnist = datasets.load("mnist")
turned_images = turn(mnist.train.images, np.random.default_rng(0).uniform(-40, 40, len(mnist.train.labels)))
little = capsule_networks.Size(32, 5, 2, 8, 8, 5, 2, 16, (128, 256))
size, epochs = profile.choose(quick=little, full="course"), profile.choose(quick=4, full=10)


# %%
def build_cnn():
    images = keras.Input((28, 28, 1))
    x = layers.Rescaling(1 / 255)(images)
    x = layers.Conv2D(32, 5, strides=2, activation="relu")(x)
    x = layers.Conv2D(64, 5, strides=2, activation="relu")(x)
    features = layers.Dense(64, activation="relu")(layers.Flatten()(x))
    model = keras.Model(images, layers.Dense(10)(features))
    steps = training.num_steps(len(mnist.train.labels), 50, epochs)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(training.OneCycle(0.004, steps)), loss)
    return model


# %%
angles = np.arange(0, 91, 15)
some, some_labels = mnist.test.images[:300], mnist.test.labels[:300]
rows = np.arange(len(some))


def measured(judge, encoder):
    """Return, for each angle, how sure a network is of the right class, and the cosine to the vector at 0 degrees."""
    sure, cosines, upright = [], [], None
    for angle in angles:
        images = turn(some, np.full(len(some), angle))
        vector = ops.convert_to_numpy(encoder(images))
        vector = vector[rows, some_labels] if vector.ndim == 3 else vector  # of ten capsules that of the right class
        upright = vector if upright is None else upright
        product = (vector * upright).sum(axis=1)
        cosines.append(np.mean(product / np.linalg.norm(vector, axis=1) / np.linalg.norm(upright, axis=1)))
        sure.append(np.mean(ops.convert_to_numpy(judge(images))[rows, some_labels]))
    return sure, cosines


# %%
by_capsules, by_cnn, accuracies = [], [], {"capsules": [], "CNN": []}
for network in train_capsules(turned_images, mnist.train.labels, size, epochs, reconstruction_weight=0.01):
    by_capsules.append(measured(network.classifier, network.encoder))
    accuracies["capsules"].append(training.accuracy(network.classifier, *mnist.test))
for _, cnn in training.fresh_starts(build_cnn, seeds=3):
    cnn.fit(turned_images, mnist.train.labels, epochs=epochs, batch_size=50, verbose=0, callbacks=training.callbacks())
    probabilities = keras.Model(cnn.input, layers.Softmax()(cnn.output))
    by_cnn.append(measured(probabilities, keras.Model(cnn.input, cnn.layers[-2].output)))
    accuracies["CNN"].append(training.accuracy(cnn, *mnist.test))

# %% tags=["figure"]
plots.seed_dots(
    accuracies, xlabel="accuracy on upright MNIST test digits",
    alt="Three dots of the capsule network and three of the CNN, all above 0.93, close together.",
)  # fmt: skip

# %% tags=["claim"]
claims.check(
    "on average the capsule network is right on at least 95% of the test digits",
    np.mean(accuracies["capsules"]) >= 0.95, value=np.mean(accuracies["capsules"]), name="mnist_capsules",
)  # fmt: skip
claims.check("so is the CNN", np.mean(accuracies["CNN"]) >= 0.95, value=np.mean(accuracies["CNN"]), name="mnist_cnn")

# %% [markdown]
# Capsules {{mnist_capsules:.1%}}, CNN {{mnist_cnn:.1%}}. Nothing here speaks for the capsules, and the CNN is
# the simpler network. (Both could do better: these are four epochs on digits that are all turned, judged on upright
# ones. With ten epochs on upright digits this capsule network passes 96%, also in a time that a laptop has.)
#
# ### Drawing what a capsule knows
#
# The decoder draws a digit from the 16 numbers of one capsule. In so short a training it has hardly begun, though we
# gave its error twenty times the paper's weight; so it gets a few more epochs by itself. The encoder is not touched:
# the vectors stay what they are.

# %%
class_rows = keras.utils.to_categorical(mnist.train.labels, 10)
masked = capsules.MaskCapsules()([network.encoder.predict(turned_images, verbose=0), class_rows])
extra = profile.choose(quick=14, full=5)
rate = training.OneCycle(0.004, training.num_steps(len(class_rows), 50, extra))
network.decoder.compile(keras.optimizers.Adam(rate), "mean_squared_error")
targets = turned_images / np.float32(255)
history = network.decoder.fit(
    ops.convert_to_numpy(masked), targets, epochs=extra, batch_size=50, verbose=0, callbacks=training.callbacks()
)

# %% [markdown]
# Can it draw? Above the test digits, below what it draws from the longest capsule. (Where it draws another digit, the
# longest capsule is the wrong one.)

# %% tags=["figure"]
chosen = [int(np.flatnonzero(some_labels == digit)[0]) for digit in range(10)]
vectors = network.encoder(some[chosen])
drawn = ops.convert_to_numpy(network.decoder(capsules.MaskCapsules()(vectors)))[..., 0]
originals = some[chosen][..., 0] / 255
plots.grid(
    [*originals, *drawn], titles=[*[str(d) for d in range(10)], *[""] * 10], columns=10,
    alt="Ten handwritten digits, and below each the same digit, a little blurred, as the decoder draws it; "
    "where the network errs, another digit.",
)  # fmt: skip

# %% [markdown]
# Now take the vector of one digit, change **one** of its 16 numbers in 11 steps from -0.25 to 0.25, and draw each. One
# row for each number.
#
# **Predict:** will you be able to say in words what each number does?

# %% tags=["predict"]
prediction = "..."  # "each of them", "some of them" or "none of them"

# %% tags=["figure"]
DIGIT = 5
place = int(np.flatnonzero(some_labels == DIGIT)[1])
one = ops.convert_to_numpy(network.encoder(some[place : place + 1]))[0]  # (10, 16)
changed = np.zeros((16, 11, 10, 16), np.float32)
for number in range(16):
    for step, amount in enumerate(np.linspace(-0.25, 0.25, 11)):
        changed[number, step, DIGIT] = one[DIGIT]
        changed[number, step, DIGIT, number] += amount
pictures = ops.convert_to_numpy(network.decoder(changed.reshape(16 * 11, -1)))
wall = pictures.reshape(16, 11, 28, 28).transpose(0, 2, 1, 3).reshape(16 * 28, 11 * 28)
plots.compare(
    wall, height=9, titles=["16 numbers (rows), each changed from -0.25 to 0.25"],
    alt="A wall of 16 by 11 drawn fives. From left to right the five gets thicker, leans over, widens or "
    "falls apart, differently in each row.",
)  # fmt: skip

# %% tags=["claim"]
squared_error = float(np.mean((drawn - originals) ** 2))
mean_digit = mnist.train.images.mean(axis=0)[..., 0] / 255
blind = float(np.mean((mean_digit - originals) ** 2))
claims.check("its drawings are off by less than the mean digit is", squared_error < blind, value=squared_error / blind)

# %% [markdown]
# **What to notice.** Some rows have a meaning: thickness, slant, the width of a stroke. Others mix several things, and
# the ends of some are no digits at all. Which row means what is another with each seed. Nobody
# told the network what to put where.
#
# ## Length and direction, put to the test
#
# "The length says whether, the direction says how." If that is so, then turning a digit should change the direction of
# its capsule and leave the length as it is. We turn 300 test digits. The networks were trained up to 40 degrees.
#
# **Predict:** what will the length do up to 40 degrees, and what beyond? And what will the *CNN* do, whose features
# nobody has called a pose?

# %% tags=["predict"]
prediction = "..."  # two words for each of them

# %% tags=["figure"]
capsule_runs, cnn_runs = np.array(by_capsules), np.array(by_cnn)  # (seeds, 2, angles)
plots.bands(
    angles,
    {
        "capsule: length": capsule_runs[:, 0], "capsule: cosine to 0 degrees": capsule_runs[:, 1],
        "CNN: probability": cnn_runs[:, 0], "CNN: cosine of features": cnn_runs[:, 1],
    },
    xlabel="turned by degrees (trained up to 40)", ylabel="right class, mean of 300 digits",
    alt="Four falling curves. Up to 30 degrees the capsule's length and the CNN's probability stay nearly level while "
    "both cosines fall; beyond 45 degrees length, probability and the capsule's cosine fall steeply.",
)  # fmt: skip

# %% tags=["claim"]
length_runs, cosine_runs = capsule_runs[:, 0], capsule_runs[:, 1]
kept_inside = (length_runs[:, 2] / length_runs[:, 0]).mean()
kept_outside = (length_runs[:, 5] / length_runs[:, 0]).mean()
claims.check("at 30 degrees, inside the trained range, at least 85% of the length is left", kept_inside >= 0.85,
             value=kept_inside, name="kept_inside")  # fmt: skip
claims.check("at 75 degrees, outside of it, less than 75% is left", kept_outside < 0.75, value=kept_outside,
             name="kept_outside")  # fmt: skip
claims.check("at 30 degrees the direction has changed: the cosine is below 0.95", cosine_runs[:, 2].mean() < 0.95,
             value=cosine_runs[:, 2].mean(), name="cosine_inside")  # fmt: skip
cnn_kept = (cnn_runs[:, 0] / cnn_runs[:, 0, :1])[:, [2, 5]].mean(axis=0)
claims.check("the CNN's probability behaves alike: at least 85% at 30 degrees, less than 75% at 75 degrees",
             cnn_kept[0] >= 0.85 and cnn_kept[1] < 0.75, value=cnn_kept[1], name="cnn_kept_outside")  # fmt: skip

# %% [markdown]
# **What to notice.** Inside the trained range the sentence holds: at 30 degrees {{kept_inside:.0%}} of the length is
# left, and the cosine has fallen to {{cosine_inside:.2f}}. Outside it does not: at 75 degrees
# {{kept_outside:.0%}} of the length is left. The network has *learnt* that turned digits are digits, from turned
# digits; the capsule did not know it by itself.
#
# And the CNN does the same, {{cnn_kept_outside:.0%}} at 75 degrees. Its features change their direction too. Had we
# shown you the capsules alone, you might have taken for their merit what every trained network does. **Always draw the
# rival into the same picture.**
#
# ## Two digits at once
#
# With a softmax, two digits in one picture have to share one probability of 1. Capsules need not share. We lay two
# training digits of different classes on top of each other, one moved up and left, the other down and right, and train
# with *two* 1s in each row of labels. Then we ask for the two longest capsules.
#
# **Predict:** in how many of 100 new pairs will both digits be right? There are 10 * 9 / 2 = 45 pairs of classes, so
# naming one at random gives 2.

# %% tags=["predict"]
prediction = "..."


# %%
def pairs_of(split, count, seed):
    """Return pictures of two digits each, and rows of 0 and 1 that say which."""
    random = np.random.default_rng(seed)
    one, other = random.integers(0, len(split.labels), (2, 3 * count))
    differ = split.labels[one] != split.labels[other]
    one, other = one[differ][:count], other[differ][:count]
    left, right = datasets.shift(split.images[one], -4, -2), datasets.shift(split.images[other], 4, 2)
    rows = np.zeros((count, 10), np.float32)
    rows[np.arange(count), split.labels[one]] = rows[np.arange(count), split.labels[other]] = 1
    return np.maximum(left, right), rows


train_pairs = pairs_of(mnist.train, profile.choose(quick=3500, full=60_000), seed=0)
test_pairs = pairs_of(mnist.test, 500, seed=1)

# %% [markdown]
# ### Exercise 17.6 (build): the two longest capsules
#
# Write `two_longest(vectors)`: vectors `(num_images, classes, dim)` to classes `(num_images, 2)`, the two longest
# capsules of each image, **the smaller class number first**. All lengths of an image differ.


# %% tags=["exercise"] exercise="17.6" points=2
def two_longest(vectors: np.ndarray) -> np.ndarray:
    """Return the classes of the two longest capsules of each image, in rising order."""
    # BEGIN SOLUTION
    lengths = np.linalg.norm(vectors, axis=2)
    return np.sort(np.argsort(lengths, axis=1)[:, -2:], axis=1)
    # END SOLUTION


# %% tags=["check"] exercise="17.6"
checks.exercise("17.6", two_longest)

# %% tags=["hidden"] exercise="17.6"
from course_utils.authoring import define

exercise = define.function("17.6", two_longest)
exercise.case("three classes", vectors=np.array([[[0.0, -0.9], [0.1, 0.0], [0.6, 0.8]]]))
exercise.case("negative numbers", vectors=np.array([[[-0.9, 0.0], [0.2, 0.2], [-0.5, -0.5], [0.1, 0.3]]]))
exercise.case("large sum, small length", vectors=np.array([[[0.4, 0.4, 0.4], [0.8, -0.2, 0.0], [0.0, 0.0, 0.75]]]))
exercise.case("one large number, small length", vectors=np.array([[[0.9, 0.0], [0.7, 0.7], [0.0, 0.8], [0.7, -0.6]]]))
exercise.case("two images", visible=False, vectors=np.array([[[0.1], [0.5], [-0.7]], [[0.9], [0.2], [0.3]]]))
exercise.random_cases(3, lambda rng: {"vectors": rng.normal(0, 0.4, (4, 10, 3))})
exercise.hints(
    "First the lengths, (num_images, classes): np.linalg.norm(vectors, axis=2).",
    "np.argsort(lengths, axis=1) puts the longest last. Take the last two columns, then sort these.",
    "A smaller case: lengths 0.9, 0.2, 0.95 give the classes [0, 2].",
)


# %% tags=["hidden"] exercise="17.6"
@exercise.correct
def with_partition(vectors):
    squared = (vectors**2).sum(axis=-1)
    return np.sort(np.argpartition(-squared, 2 if squared.shape[1] > 2 else 1, axis=1)[:, :2], axis=1)


@exercise.correct
def with_plain_sorting(vectors):
    result = []
    for image in vectors:
        lengths = [float(np.sqrt(v @ v)) for v in image]
        ranked = sorted(range(len(lengths)), key=lambda place: -lengths[place])
        result.append(sorted(ranked[:2]))
    return np.array(result)


# %% tags=["hidden"] exercise="17.6"
@exercise.mutant("Numbers were added up. The length is the root of the sum of SQUARES.")
def by_sum(vectors):
    return np.sort(np.argsort(vectors.sum(axis=2), axis=1)[:, -2:], axis=1)


@exercise.mutant("Those are the two SHORTEST capsules: argsort puts the longest last.")
def two_shortest(vectors):
    return np.sort(np.argsort(np.linalg.norm(vectors, axis=2), axis=1)[:, :2], axis=1)


@exercise.mutant("The longest comes first. Asked is the smaller class number first: sort the two classes.")
def longest_first(vectors):
    return np.argsort(np.linalg.norm(vectors, axis=2), axis=1)[:, :-3:-1]


@exercise.mutant("The largest number of a vector is not its length. Take the root of the sum of the squares of all.")
def by_largest_number(vectors):
    return np.sort(np.argsort(np.abs(vectors).max(axis=2), axis=1)[:, -2:], axis=1)


@exercise.mutant("Those are lengths, not the numbers of the classes: argsort, not sort.")
def gives_lengths(vectors):
    return np.sort(np.linalg.norm(vectors, axis=2), axis=1)[:, -2:]


# %%
def train_on_pairs(epochs):
    """Yield a classifier for each seed, trained with the margin loss alone."""

    def build():
        classifier = capsules.capsule_network((28, 28, 1), 10, size).classifier
        steps = training.num_steps(len(train_pairs[0]), 50, epochs)
        classifier.compile(keras.optimizers.Adam(training.OneCycle(0.006, steps)), capsules.MarginLoss())
        return classifier

    for _, classifier in training.fresh_starts(build, seeds=3):
        classifier.fit(*train_pairs, epochs=epochs, batch_size=50, verbose=0, callbacks=training.callbacks())
        yield classifier


# %% tags=["claim"]
right = np.sort(np.argsort(test_pairs[1], axis=1)[:, -2:], axis=1)
both_right = []
for classifier in train_on_pairs(profile.choose(quick=3, full=10)):
    found_lengths = ops.convert_to_numpy(classifier(test_pairs[0]))
    named = np.sort(np.argsort(found_lengths, axis=1)[:, -2:], axis=1)
    both_right.append(float(np.mean((named == right).all(axis=1))))
claims.check("both digits are right in at least half of the pairs, on average over the seeds",
             np.mean(both_right) >= 0.5, value=np.mean(both_right), name="both_right")  # fmt: skip

# %% tags=["figure"]
titles = [
    f"{a} and {b}: {found_lengths[n, a]:.2f}, {found_lengths[n, b]:.2f}\n"
    + ("right" if (named[n] == right[n]).all() else f"wrong: it is {right[n, 0]} and {right[n, 1]}")
    for n, (a, b) in enumerate(named[:8])
]
plots.grid(
    test_pairs[0][:8, :, :, 0], titles=titles, columns=4,
    alt="Eight pictures of two overlapping handwritten digits each; above each the two longest capsules, their "
    "lengths, and whether they are right.",
)  # fmt: skip

# %% [markdown]
# **What to notice.** In {{both_right:.0%}} of the test pairs both digits are right, where chance would be 2%. That two
# capsules can be long at once is the merit of the *loss*, which asks each class by itself; ten sigmoids on a CNN can do
# the same.

# %% [markdown]
# ## Further: the network of the paper
#
# In the `full` profile this cell trains the network of the paper on MNIST. It takes a GPU, or patience.

# %%
if profile.name() == "full":
    for network in train_capsules(*mnist.train, "paper", epochs=10, peak=0.001, batch_size=128, seeds=1):
        print(f"the paper's network: {training.accuracy(network.classifier, *mnist.test):.2%} of the test digits")

# %% [markdown]
# The paper reports an error of 0.25%, beside 0.39% of its CNN. Three papers that looked closer are listed below:
# routing made networks neither more robust in their tests, nor did couplings form a tree of parts and wholes.
#
# ## Key points
#
# - A capsule is a vector: its length says whether, its direction how. Squash keeps lengths below 1.
# - Routing computes couplings for each image anew. Those of a child add up to 1 over the parents.
# - The margin loss asks each class by itself, so two capsules may be long at once.
# - Votes need not be stored: the same numbers come from the sum of the parents so far.
# - "Length stays, direction changes" holds inside the trained range, and a CNN behaves alike.
#
# ## Self-test
#
# <details><summary>1. Which numbers of a capsule layer are learnt, and which are computed for each image?</summary>
#
# Learnt are the matrices W. Logits, couplings and parents are computed for each image.
#
# </details>
#
# <details><summary>2. With one iteration, what is the layer?</summary>
#
# All couplings are 1 / parents, so each parent is a fixed weighted sum of all inputs: a dense layer and squash.
#
# </details>
#
# <details><summary>3. Why is the margin loss zero for a length of 0.95 of the right class?</summary>
#
# It has passed 0.9. Nothing more is asked of it, so training can look after other digits.
#
# </details>
#
# <details><summary>4. The length falls at 75 degrees. What would you have to do to keep it?</summary>
#
# Train with digits turned that far. (And then a 6 and a 9 can no longer be told apart for certain.)
#
# </details>
#
# ## To read
#
# - S. Sabour, N. Frosst and G. Hinton, [Dynamic routing between capsules](https://arxiv.org/abs/1710.09829), 2017.
# - V. Mazzia, F. Salvetti and M. Chiaberge, [Efficient-CapsNet](https://arxiv.org/abs/2101.12491), 2021: attention in
#   place of iterations.
# - J. Gu and V. Tresp, [Improving the robustness of capsule networks to image affine
#   transformations](https://arxiv.org/abs/1911.07968), 2020.
# - J. Gu, V. Tresp and H. Hu, [Capsule network is not more robust than convolutional
#   network](https://arxiv.org/abs/2103.15459), 2021.
# - M. Mitterreiter and others, [Why capsule neural networks do not scale](https://arxiv.org/abs/2301.01583), 2023.
#
# ## Next
#
# The next lesson puts the most famous promise of capsules to the test: that they do not take a scrambled face for a
# face.
