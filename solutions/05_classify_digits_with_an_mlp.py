# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Classify digits with an MLP
# read_minutes: 50
# exercise_minutes: 50
# objectives:
#   - compute a unit, a softmax, a cross-entropy and one step of gradient descent by hand, and show that Keras agrees
#   - define, compile and train a network, and say what each line of that code is for
#   - read loss and accuracy on training and validation images, and tell over-fitting from under-fitting
#   - judge a network on test images, class by class and mistake by mistake
#   - show by experiment what is lost when an image is flattened into a list
# needs: [01_read_images_as_numbers, 02_convolve_with_kernels]
# data: [mnist, astronaut, brick, camera, cat, china, coffee, coins, flower, grass, gravel, hubble, ihc, moon,
#   motorcycle, page, retina, rocket]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one; not needed}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 100 minutes, exercises included: opening 5, data 5, one unit 12, softmax 10,
# loss 14, one step down 14, the network line by line 12, the test 10, shuffled pixels 8, moving digits 5,
# photographs 5. Short of time: leave out "Parameters grow with the picture", exercise 5.6, and the optional
# exercise 5.9; nothing later depends on them.
#
# **Let the class vote before you run:** the 7 that moves, the loss of a network that knows nothing, the shuffled
# pixels. The last vote is the best one: most people expect the MLP to fail too.

# %% tags=["setup"]
import itertools

import keras
import numpy as np
from keras import layers

from course_utils import checks, claims, datasets, plots, profile, training

# %% [markdown]
# ## A 7 moves four pixels
#
# Up to now people chose the numbers in the kernels. In this lesson a network finds its numbers by itself, from
# examples. Before any theory, meet one. It is a black box for now: the next cell trains it on 3,500 handwritten
# digits, in a few seconds. **Do not try to understand that cell yet.** At the end of this lesson each of its lines
# will be yours.

# %%
data = datasets.load("mnist")  # 28 x 28 pixels, handwritten digits

training.seed(0)
network = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Rescaling(1 / 255),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dense(512, activation="relu"),
        layers.Dense(10),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
network.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3), loss=loss, metrics=["accuracy"])
history = network.fit(
    training.batches(*data.train, batch_size=128, seed=0),
    validation_data=training.batches(*data.validation, batch_size=500, shuffle=False),
    epochs=6,
    verbose=0,
    callbacks=training.callbacks(),
)

# %% [markdown]
# Now we show it a 7 that it has never seen. It answers with ten numbers, one for each digit: how sure it is that
# the picture shows a 0, a 1, and so on. Then we move the same 7 to the right, by 1, 2, 3 and 4 of its 28 pixels,
# and ask again.
#
# **Predict before you run:** you read a 7 in all five pictures. What will the network read?

# %% tags=["predict"]
prediction = "..."  # "always 7", "7, but less and less sure" or something else?

# %% tags=["figure"]
which = profile.choose(quick=897, full=1521)
seven = data.test.images[which : which + 1]  # (1, 28, 28, 1) uint8
steps = [0, 1, 2, 3, 4]
moved = np.concatenate([datasets.shift(seven, step) for step in steps])
sure = keras.ops.convert_to_numpy(keras.ops.softmax(network(moved)))  # (5, 10)
plots.predictions(
    moved,
    sure,
    labels=[7] * 5,
    titles=[f"moved by {step}" for step in steps],
    alt="A handwritten 7, five times, each time one pixel further to the right. Below each picture a bar for every "
    "digit from 0 to 9: how sure the network is of it.",
)

# %% tags=["claim"]
claims.check("in its place, the network is more than 99% sure that the 7 is a 7", sure[0, 7] > 0.99, value=sure[0, 7])
claims.check(
    "moved by 4 pixels, it is more than 80% sure that the 7 is another digit",
    sure[4].argmax() != 7 and sure[4].max() > 0.8,
    value=sure[4].max(),
)

# %% [markdown]
# **What to notice.** The network does not hesitate. It is sure of the 7, and four pixels later it is just as sure
# of something else. We chose a 7 that shows it well; near the end you will measure how typical it is.
#
# How can something read so well and so badly? To answer, we open the box: what it computes, how it found its
# 669,706 numbers, and what it never got to know about pictures.

# %% [markdown]
# ## Look at the data first
#
# The digits come from **MNIST**, the most used collection of handwritten digits. Each picture has a **label**: the
# digit that its writer meant.

# %% tags=["figure"]
print(data)
print("one picture:", data.train.images.shape[1:], data.train.images.dtype, "  one label:", data.train.labels.dtype)
plots.grid(
    data.train.images[:24],
    titles=[str(label) for label in data.train.labels[:24]],
    columns=12,
    alt="Twenty-four handwritten digits, white on black, with their labels. Some are bold and some thin, some upright "
    "and some slanted.",
)

# %% [markdown]
# The pictures lie in three parts that have no picture in common:
#
# | part | what it is for |
# |---|---|
# | **training** | the network learns from these |
# | **validation** | *you* learn from these: which network, how long to train |
# | **test** | used once, at the end: how good is it on pictures that nobody has learned from? |
#
# Why two parts besides training? Whoever tries twenty networks and keeps the best one on the validation pictures
# has picked the one that suits just those pictures. Its score there is too good to be true. The test pictures know
# nothing of it.
#
# Always count the labels before you train. If nine in ten pictures were a 1, a program that always says "1" would
# be right nine times in ten.

# %%
for name in ("train", "validation", "test"):
    print(f"{name:11}", np.bincount(getattr(data, name).labels))

# %% [markdown]
# ## From a picture to a list
#
# An **MLP** (multi-layer perceptron) takes a list of numbers. So two things happen to a picture first.
#
# **Rescaling.** A pixel is a whole number from 0 to 255. The network divides it by 255, so that it lies between 0
# and 1. (What happens without it? You will see.) We make this step a *part of the network*. Then nobody can forget
# it, and every picture goes in just as it is on disk.
#
# **Flattening.** The 28 rows of 28 pixels are laid end to end: a list of 784 numbers.
#
# Here is one of the digits above, as the network gets it. **Predict:** will you be able to read it?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
flat = data.train.images[0].reshape(-1) / 255  # (784,)
plots.profile(
    flat,
    ylabel="pixel / 255",
    xlabel="number in the list (the rows of the picture, end to end)",
    alt="A curve over 784 places: nothing but 0 at both ends, and between them some twenty groups of sharp peaks up "
    "to 1.",
)

# %% [markdown]
# **What to notice.** Everything is still there, and you cannot read it. In the picture, the pixel below another one
# is its neighbour. In the list it is 28 places away, and nothing says so.

# %% [markdown]
# ## One unit: weigh, add up, cut off
#
# A network is made of **units** (also called neurons). One unit takes all numbers $x_1, x_2, \dots$ of the list and
#
# 1. multiplies each one by its own **weight** $w_i$ and adds up the products,
# 2. adds one more number, its **bias** $b$,
# 3. and sends the sum through an **activation**. Ours is the **ReLU**: a negative sum becomes 0, a positive one
#    stays.
#
# $$ \text{output} = \max(0, \;\; w_1 x_1 + w_2 x_2 + \dots + b) $$
#
# Steps 1 and 2 are an old friend. In lesson 02 a kernel was laid on a window: multiply, sum. A unit is a kernel
# **as large as the whole picture**, which is laid on it in one place only.
#
# Many units beside each other, all with the same input, are a **layer**. Keras calls it `Dense`, because every unit
# is connected with every input. Here is a layer with two units on a "picture" of three pixels.
#
# **Predict:** work out both outputs on paper first.

# %%
pixels = np.array([0.0, 0.5, 1.0])
weights = np.array([[2.0, 1.0], [-1.0, -3.0], [1.0, 0.5]])  # a row for each pixel, a column for each unit
biases = np.array([-0.25, 0.5])

by_hand = [max(0, 2 * 0.0 - 1 * 0.5 + 1 * 1.0 - 0.25), max(0, 1 * 0.0 - 3 * 0.5 + 0.5 * 1.0 + 0.5)]

by_loop = []
for unit in range(2):
    total = biases[unit]
    for pixel in range(3):
        total += pixels[pixel] * weights[pixel, unit]
    by_loop.append(max(0, total))

layer = layers.Dense(2, activation="relu")
layer.build((None, 3))
layer.set_weights([weights, biases])
by_keras = keras.ops.convert_to_numpy(layer(pixels[np.newaxis]))[0]

print("by hand ", np.array(by_hand), "  by loop ", np.array(by_loop), "  by Keras ", by_keras)

# %% [markdown]
# **What to notice.** The first unit says 0.25. The second one has the sum -0.5, and the ReLU makes it 0: it is
# *off* for this picture. In lesson 02, negative responses were lost by accident, in uint8. Here it is done on
# purpose.
#
# What for? A sum of sums is only a sum again: without something in between, two layers could do no more than one.
# The kink of the ReLU is what makes a second layer worth having.

# %% tags=["claim"]
random = np.random.default_rng(0)
first, second = random.normal(size=(784, 512)), random.normal(size=(512, 10))
claims.check(
    "two layers without activation equal one layer, whose weights are the product of theirs",
    np.allclose(flat @ first @ second, flat @ (first @ second)),
)

# %% [markdown]
# The network of the beginning has 784 pixels, two layers of 512 units with ReLU (they are called **hidden**, as
# nobody sees their outputs), and ten units at the end, one for each digit.

# %% tags=["figure"]
plots.dense_network(
    [784, 512, 512, 10],
    ["784 pixels", "512 units, ReLU", "512 units, ReLU", "10 scores"],
    alt="Four columns of circles, joined by lines from each circle to every circle of the next column: 784 pixels, 512 "
    "units, 512 units, 10 scores. Between them 401,408, 262,144 and 5,120 weights; 512, 512 and 10 biases.",
)

# %% [markdown]
# All weights and biases together are the **parameters** of the network. They are what training has to find.
#
# ### Exercise 5.1 (apply): how many parameters?
#
# A slide of an older course says: "a simple MLP, such as 784-512-10, has over 500,000 parameters". Count before you
# believe it.
#
# Write `count_parameters(sizes)`. It takes a list of whole numbers, the size of the input first and then the units
# of each layer, for example `[784, 512, 10]`, and returns how many weights and biases there are (an int). Each unit
# has a weight for every number that it gets, and one bias. The input has neither: it only hands its numbers on.
#
# Whenever you are stuck: `checks.hint("5.1")` gives one hint after another, and `checks.expected("5.1")` shows what
# a right answer gives.


# %% tags=["exercise"] exercise="5.1" points=2
def count_parameters(sizes: list[int]) -> int:
    """Return how many weights and biases a network of dense layers has."""
    # BEGIN SOLUTION
    total = 0
    for num_inputs, num_units in itertools.pairwise(sizes):
        total += num_inputs * num_units + num_units
    return total
    # END SOLUTION


# %% tags=["check"] exercise="5.1"
checks.exercise("5.1", count_parameters)

# %% tags=["hidden"] exercise="5.1"
from course_utils.authoring import define

exercise = define.function("5.1", count_parameters)
exercise.case("the layer above: 3 pixels, 2 units", sizes=[3, 2])
exercise.case("two layers", sizes=[2, 3, 4])
exercise.case("one hidden layer of 512 units", sizes=[784, 512, 10])
exercise.case("two hidden layers of 512 units", sizes=[784, 512, 512, 10])
exercise.case("a single unit", visible=False, sizes=[5, 1])
exercise.case("32 x 32 pixels in colour", visible=False, sizes=[3072, 1000, 512, 10])
exercise.random_cases(2, lambda rng: {"sizes": [int(size) for size in rng.integers(1, 300, int(rng.integers(2, 6)))]})
exercise.hints(
    "Take one layer alone. How many weights does one of its units have? How many biases? Then multiply by its units.",
    "A layer with n inputs and m units has n * m weights and m biases. Add this up over all neighbours in the list.",
    "A smaller case: [2, 3, 4]. The first layer has 2 * 3 + 3 = 9 parameters, the second 3 * 4 + 4 = 16; together 25.",
)


@exercise.correct
def with_one_more_input(sizes):
    return sum((a + 1) * b for a, b in itertools.pairwise(sizes))


@exercise.correct
def with_keras(sizes):
    parts = [keras.Input((sizes[0],)), *(layers.Dense(units) for units in sizes[1:])]
    return keras.Sequential(parts).count_params()


# %% tags=["hidden"] exercise="5.1"
@exercise.mutant("The biases are missing: each unit has one, besides its weights.")
def forgets_biases(sizes):
    return sum(a * b for a, b in itertools.pairwise(sizes))


@exercise.mutant("You gave the input biases too. It only hands its numbers on; start with the first layer of units.")
def biases_for_the_input(sizes):
    return count_parameters(sizes) + sizes[0]


@exercise.mutant("You counted one bias for each layer. Each UNIT has its own.")
def one_bias_per_layer(sizes):
    return forgets_biases(sizes) + len(sizes) - 1


@exercise.mutant(
    "You added as many biases as a layer has inputs. A bias belongs to a unit: as many as the layer has units."
)
def biases_by_inputs(sizes):
    return forgets_biases(sizes) + sum(sizes[:-1])


# %% tags=["hidden"] exercise="5.1"
@exercise.mutant("Only the first layer was counted: go on through the list.")
def first_layer_only(sizes):
    return count_parameters(sizes[:2])


@exercise.mutant("You multiplied all sizes. A layer is connected with the one before it only: add up the layers.")
def multiplies_everything(sizes):
    return int(np.prod(sizes))


@exercise.mutant("You counted the units. Asked are the numbers that belong to them: weights and biases.")
def counts_units(sizes):
    return sum(sizes[1:])


# %% [markdown]
# So the slide is wrong: 784-512-10 has fewer than 500,000. The network with *two* hidden layers has more.

# %% [markdown]
# ## From ten scores to ten probabilities
#
# The ten units at the end have no ReLU. Each one gives a **score**, any number, positive or negative; another word
# is **logit**. The highest score is the answer.
#
# To say *how sure* it is, the network has to turn scores into probabilities: none below 0, all together 1.
# **Softmax** does it in two steps: take $e$ to the power of each score (that makes it positive), then divide by the
# sum.
#
# $$ p_j = \frac{e^{z_j}}{e^{z_1} + e^{z_2} + \dots} $$
#
# Take three classes with the scores 2, 1 and 0. You will need $e^2 \approx 7.389$, $e^1 \approx 2.718$ and $e^0 =
# 1$.
#
# **Predict:** roughly, what are the three probabilities? And what if all three scores were higher by 100?

# %% tags=["predict"]
prediction = "..."

# %%
scores = np.array([2.0, 1.0, 0.0])
by_hand = np.array([7.389, 2.718, 1.0]) / (7.389 + 2.718 + 1.0)

by_loop = []
for score in scores:
    by_loop.append(np.exp(score) / sum(np.exp(other) for other in scores))

by_keras = keras.ops.convert_to_numpy(keras.ops.softmax(scores))
higher = keras.ops.convert_to_numpy(keras.ops.softmax(scores + 100))
for name, values in {"by hand": by_hand, "by loop": by_loop, "by Keras": by_keras, "all + 100": higher}.items():
    print(f"{name:10}", np.round(values, 3))

# %% [markdown]
# **What to notice.** The order stays: the highest score gets the highest probability. One step in the score
# multiplies the probability by $e$, about 2.7. And only *differences* count: 100 more for everybody changes
# nothing.
#
# The last point is not only pretty. It saves the computation, as the next exercise shows.

# %% [markdown]
# ### Exercise 5.2 (build): a softmax that does not overflow
#
# `np.exp(1000)` is infinite in floating point, and infinite divided by infinite is no number. Yet scores of 1000
# happen, and softmax of `[1000, 1001]` is a harmless pair of numbers.
#
# Write `softmax(scores)` for a whole batch: `scores` has the shape `(num_images, num_classes)`, float; the result
# has the same shape. **Each row** sums to 1. It must be right for scores of any size, also when one row has large
# scores and another one small ones.


# %% tags=["exercise"] exercise="5.2" points=3
def softmax(scores: np.ndarray) -> np.ndarray:
    """Return the probabilities (num_images, num_classes) of scores of the same shape."""
    # BEGIN SOLUTION
    safe = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(safe)
    return powers / powers.sum(axis=1, keepdims=True)
    # END SOLUTION


# %% tags=["check"] exercise="5.2"
checks.exercise("5.2", softmax)

# %% tags=["hidden"] exercise="5.2"
from course_utils.authoring import define

exercise = define.function("5.2", softmax, rtol=1e-5, atol=1e-7)
exercise.case("one row: 2, 1, 0", scores=np.array([[2.0, 1.0, 0.0]]))
exercise.case("two rows, three classes", scores=np.array([[0.5, -1.0, 3.0], [1.0, 1.0, 2.0]]))
exercise.case("three rows, three classes", scores=np.array([[0.0, 1.0, 2.0], [2.0, 2.0, 0.0], [-1.0, 0.0, -3.0]]))
exercise.case("scores of 1000", scores=np.array([[1000.0, 1001.0], [1001.0, 1000.5]]))
exercise.case("scores of -1000", scores=np.array([[-1000.0, -1001.0, -1000.0]]))
exercise.case("a large row and a small one", scores=np.array([[2000.0, 2001.0], [0.0, -2.0]]))
exercise.case("far apart", scores=np.array([[0.0, 3000.0, 2999.0]]))
exercise.case("equal scores", visible=False, scores=np.full((2, 4), 7.0))
exercise.case("rows far apart", visible=False, scores=np.array([[1.0, 0.0, 1.5], [3000.0, 3001.0, 10.0]]))
exercise.random_cases(
    3, lambda rng: {"scores": rng.normal(0, 3, (int(rng.integers(2, 6)), 5)) + 900 * rng.normal(size=1)}
)

# %% tags=["hidden"] exercise="5.2"
exercise.hints(
    "Only differences count. Which number could you take away from a whole row, so that no power gets too large?",
    "Take away each row's own largest score. axis=1 works along the rows, and keepdims=True keeps the result a column, "
    "so that it can be taken away from (or divided into) all of its row.",
    "A smaller case: [1000, 1001] becomes [-1, 0], the powers are 0.368 and 1, their sum is 1.368, and the "
    "probabilities are 0.269 and 0.731: just those of [0, 1].",
)


@exercise.correct
def through_logarithms(scores):
    log_sum = np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return np.exp(scores - log_sum)


@exercise.correct
def row_by_row(scores):
    rows = []
    for row in scores:
        powers = np.exp(row - max(row))
        rows.append(powers / sum(powers))
    return np.array(rows)


# %% tags=["hidden"] exercise="5.2"
@exercise.mutant(
    "Large scores overflow, and scores far below 0 all become 0. Take each row's largest score away first."
)
def overflows(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


@exercise.mutant("Each COLUMN sums to 1. The classes of one picture stand in a row: sum along axis=1.")
def normalises_columns(scores):
    return softmax(scores.T).T


@exercise.mutant("All rows together sum to 1. Each picture needs probabilities of its own: axis=1, keepdims=True.")
def normalises_everything(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


@exercise.mutant(
    "You take the largest score of the WHOLE batch away. For a row with much smaller scores, every power becomes 0. "
    "Each row needs its own largest score."
)
def takes_the_largest_of_all(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=1, keepdims=True)


# %% tags=["hidden"] exercise="5.2"
@exercise.mutant("Taking the mean away is not enough where scores lie far apart: the largest may still overflow.")
def takes_the_mean_away(scores):
    powers = np.exp(scores - scores.mean(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@exercise.mutant(
    "You divided the scores by their sum. Negative scores then give negative probabilities: take powers first."
)
def forgets_the_powers(scores):
    return scores / scores.sum(axis=1, keepdims=True)


@exercise.mutant("Cutting the scores off at 500 avoids the overflow, but makes different large scores equal.")
def cuts_off(scores):
    powers = np.exp(np.clip(scores, -500, 500))
    return powers / powers.sum(axis=1, keepdims=True)


@exercise.mutant("These are the logarithms of the probabilities: one np.exp is missing at the end.")
def returns_logarithms(scores):
    return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)


# %% [markdown]
# ## How wrong is it? The loss
#
# To learn, a network needs one number that says *how wrong* it is. It is called the **loss**. Ours looks at one
# thing only: which probability $p$ did the network give to the **right** class?
#
# $$ \text{loss} = -\ln p $$
#
# This is the **cross-entropy**. All of $p = 1$: the loss is 0. Next to nothing: the loss is large.

# %% tags=["figure"]
p = np.linspace(0.005, 1, 200)
plots.lines(
    p,
    {"": -np.log(p)},
    xlabel="probability that the network gives to the right class",
    ylabel="loss",
    height=2.4,
    alt="A curve that falls from above 5 at the left, where the probability is near 0, to 0.7 at one half and to 0 at "
    "1.",
)

# %% [markdown]
# Back to the three scores 2, 1, 0 with the probabilities 0.665, 0.245, 0.090.
#
# **Predict:** what is the loss if the first class is the right one? The second? The third? You will need $\ln 0.665
# \approx -0.408$.

# %%
by_hand = [0.408, 1.408, 2.408]  # each step in the score costs exactly 1
by_loop = [-np.log(np.exp(scores[right]) / sum(np.exp(scores))) for right in range(3)]
by_keras = [float(loss(np.array([right]), scores[np.newaxis])) for right in range(3)]
for name, values in {"by hand": by_hand, "by loop": by_loop, "by Keras": by_keras}.items():
    print(f"{name:10}", np.round(values, 3))

# %% [markdown]
# `loss` is the line from the very first cell: `SparseCategoricalCrossentropy(from_logits=True)`. The long name
# says:
#
# - *cross-entropy*: what you just computed;
# - *categorical*: several classes;
# - *sparse*: the label is a whole number, such as 7, and not a list of ten numbers with a 1 in place 7;
# - *from logits*: it takes **scores** and does the softmax by itself.
#
# That is why the last layer has no activation. Softmax and logarithm, done in one go, cannot overflow. Done one
# after the other, they can:

# %%
certain = np.array([[1000.0, 0.0]])  # very sure of class 0, but class 1 is right
with np.errstate(divide="ignore"):
    one_after_the_other = -np.log(keras.ops.convert_to_numpy(keras.ops.softmax(certain))[0, 1])
print("softmax, then logarithm:", one_after_the_other)
print("from logits, in one go: ", float(loss(np.array([1]), certain)))

# %% [markdown]
# An infinite loss would end the training. **Predict:** what is the loss of a network that knows nothing, and gives
# each of the ten digits the probability 1/10? Remember this number: it tells you whether a network has learned
# anything.

# %% tags=["predict"]
loss_of_guessing = ...  # a number

# %%
print("minus the logarithm of 1/10:", round(-np.log(1 / 10), 3))

# %% tags=["claim"]
training.seed(1)
untrained = keras.models.clone_model(network)  # the same layers with new, random weights
its_loss = float(loss(data.validation.labels, untrained(data.validation.images)))
claims.check(
    "the loss of a network with random weights is that of guessing, to within 0.4",
    abs(its_loss - np.log(10)) < 0.4,
    value=its_loss,
    name="untrained_loss",
)

# %% [markdown]
# ### What loss and accuracy really say
#
# **Accuracy** is the share of pictures for which the highest score is that of the right class. It is what you care
# about. Then why not train on it?
#
# Here are three networks and the probability that each gave to the right class on five pictures. There are two
# classes, so a picture is right if that probability is above 0.5.
#
# **Predict:** which one has the best accuracy? Which one the best loss?

# %% tags=["predict"]
prediction = "..."

# %%
right_class = {
    "A": np.array([0.95, 0.90, 0.92, 0.97, 0.40]),
    "B": np.array([0.55, 0.51, 0.52, 0.60, 0.45]),
    "C": np.array([0.99, 0.99, 0.99, 0.99, 0.0001]),
}
for name, p in right_class.items():
    print(f"{name}: accuracy {np.mean(p > 0.5):.0%}, loss {np.mean(-np.log(p)):.2f}")

# %% [markdown]
# **What to notice.** The accuracy is the same, and the losses are far apart.
#
# - **B** is right by a hair. Its accuracy hides that; its loss shows it.
# - **C** is nearly perfect, and *sure* of its one mistake. The loss hardly forgives that.
#
# So a loss can rise while the accuracy stays or even rises too: the mistakes have become more certain. You will see
# it today.
#
# And training needs the loss for a simple reason. Change a weight by a tiny bit, and the loss changes by a tiny
# bit: it tells you which way is down. The accuracy stays just as it is, until suddenly one picture tips over. It is
# a staircase, and on a step there is no "down".

# %% [markdown]
# ### Exercise 5.3 (build): cross-entropy from scores
#
# Write `cross_entropy(scores, labels)`. `scores` has the shape `(num_images, num_classes)`, float; `labels` has the
# shape `(num_images,)`, whole numbers from 0. Return the **mean** loss of the pictures, a float. It has to be right
# for scores of 1000, too: a loss of 1000 is a proper number.
#
# Some mathematics that helps: $-\ln p_j = -\ln \dfrac{e^{z_j}}{\sum_k e^{z_k}} = \ln\Big(\sum_k e^{z_k}\Big) -
# z_j$. Still, you may not take $e^{1000}$: take each row's largest score away first.


# %% tags=["exercise"] exercise="5.3" points=3
def cross_entropy(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of minus the logarithm of the probability of the right class."""
    # BEGIN SOLUTION
    safe = scores - scores.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(safe).sum(axis=1))
    right_scores = safe[np.arange(len(labels)), labels]
    return float(np.mean(log_sums - right_scores))
    # END SOLUTION


# %% tags=["check"] exercise="5.3"
checks.exercise("5.3", cross_entropy)

# %% tags=["hidden"] exercise="5.3"
from course_utils.authoring import define

exercise = define.function("5.3", cross_entropy, rtol=1e-5)
three = np.array([[2.0, 1.0, 0.0], [0.5, -1.0, 3.0], [0.0, 0.0, 0.0]])
exercise.case("2, 1, 0 and the first class is right", scores=three[:1], labels=np.array([0]))
exercise.case("2, 1, 0 and the last class is right", scores=three[:1], labels=np.array([2]))
exercise.case("three pictures", scores=three, labels=np.array([1, 0, 2]))
exercise.case("sure and wrong", scores=np.array([[1000.0, 0.0]]), labels=np.array([1]))
exercise.case("sure and right", scores=np.array([[1000.0, 0.0], [3.0, 1.0]]), labels=np.array([0, 1]))
exercise.case("sure and wrong again", visible=False, scores=np.array([[0.0, 1200.0, 5.0]]), labels=np.array([2]))
rows_apart = np.array([[0.0, 1.0, 0.5], [2000.0, 2001.0, 1999.5]])
exercise.case("rows far apart", visible=False, scores=rows_apart, labels=np.array([1, 0]))
exercise.case("all scores far below 0", visible=False, scores=np.array([[-900.0, -901.0]] * 2), labels=np.array([0, 1]))
exercise.case("ten classes, knows nothing", visible=False, scores=np.zeros((4, 10)), labels=np.array([3, 1, 9, 0]))
exercise.random_cases(3, lambda rng: {"scores": rng.normal(0, 4, (6, 4)), "labels": rng.integers(0, 4, 6)})

# %% tags=["hidden"] exercise="5.3"
exercise.hints(
    "Start with one picture. Which single probability does the loss look at? How do you pick one number from each row?",
    "scores[np.arange(len(labels)), labels] picks from row i the column labels[i]. Put the logarithm of the sum and "
    "the picked score together as in the formula, so that no probability is ever computed.",
    "A smaller case: scores [3, 1] with label 1. Largest away: [0, -2]. ln(e^0 + e^-2) = ln(1.135) = 0.127. The picked "
    "score is -2. Loss: 0.127 - (-2) = 2.127.",
)


@exercise.correct
def with_logaddexp(scores, labels):
    total = 0.0
    for row, label in zip(scores, labels, strict=True):
        total += np.logaddexp.reduce(row) - row[label]
    return total / len(labels)


@exercise.correct
def with_keras_loss(scores, labels):
    losses = keras.losses.sparse_categorical_crossentropy(labels, scores.astype("float64"), from_logits=True)
    return float(np.mean(keras.ops.convert_to_numpy(losses)))


@exercise.correct
def with_ones_and_zeros(scores, labels):
    right = np.eye(scores.shape[1])[labels]
    return np.mean(np.logaddexp.reduce(scores, axis=1) - (right * scores).sum(axis=1))


# %% tags=["hidden"] exercise="5.3"
def _picked(scores, labels):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    return probabilities[np.arange(len(labels)), labels]


@exercise.mutant(
    "A probability became 0, and its logarithm is minus infinity. Never compute the probability: use ln(sum) - score."
)
def logarithm_of_a_probability(scores, labels):
    return float(np.mean(-np.log(_picked(scores, labels))))


@exercise.mutant(
    "A small number added inside the logarithm hides the overflow: the loss can then never exceed about 16, however "
    "wrong the network is. Use ln(sum) - score."
)
def adds_a_small_number(scores, labels):
    return float(np.mean(-np.log(_picked(scores, labels) + 1e-7)))


@exercise.mutant(
    "You take the largest score of the WHOLE batch away. For a row with much smaller scores the sum of the powers "
    "becomes 0, and its logarithm minus infinity. Each row needs its own largest score."
)
def takes_the_largest_of_the_batch(scores, labels):
    safe = scores - scores.max()
    with np.errstate(divide="ignore"):
        return float(np.mean(np.log(np.exp(safe).sum(axis=1)) - safe[np.arange(len(labels)), labels]))


# %% tags=["hidden"] exercise="5.3"
@exercise.mutant("You return the sum over the pictures. The mean is wanted, so that batches of any size compare.")
def sums(scores, labels):
    return cross_entropy(scores, labels) * len(labels)


# %% tags=["hidden"] exercise="5.3"
@exercise.mutant("The sign is wrong: the logarithm of a probability is negative, so the loss takes MINUS it.")
def forgets_the_minus(scores, labels):
    return -cross_entropy(scores, labels)


@exercise.mutant("You look at the class that the network prefers. The loss looks at the RIGHT one: use the labels.")
def looks_at_the_largest(scores, labels):
    return cross_entropy(scores, scores.argmax(axis=1))


@exercise.mutant("np.log2 measures in bits. Here the natural logarithm is wanted: np.log.")
def in_bits(scores, labels):
    return cross_entropy(scores, labels) / np.log(2)


@exercise.mutant(
    "That is 1 minus the probability. It never exceeds 1, so a certain mistake hardly costs more than doubt."
)
def one_minus_probability(scores, labels):
    return float(np.mean(1 - _picked(scores, labels)))


@exercise.mutant(
    "You average over all classes. Each picture has one loss, that of its right class; average over pictures."
)
def averages_over_classes_too(scores, labels):
    return cross_entropy(scores, labels) / scores.shape[1]


# %% [markdown]
# ## One step down, by hand
#
# How does a network find its weights? By small steps downhill. It is worth doing one such step by hand, on the
# smallest network there is: **two pixels, three classes, no bias, no hidden layer**. All six weights begin at 0.
# The picture has the pixels 1 and 2, and the right class is the first one.
#
# All scores are 0, so all probabilities are 1/3, and the loss is $\ln 3 = 1.099$. Now take one of the six weights,
# raise it by a thousandth, and look at what the loss does. **How fast the loss changes with a weight is the slope
# for that weight.** All slopes together are the **gradient**: the word from lesson 03, only that the landscape has
# six directions now, and the height is the loss.

# %%
picture = np.array([1.0, 2.0])  # two pixels
start = np.zeros((2, 3))  # weights: a row for each pixel, a column for each class


def loss_of(weights):
    powers = np.exp(picture @ weights)
    return -np.log(powers[0] / powers.sum())  # the right class is number 0


slopes = np.zeros((2, 3))
for pixel in range(2):
    for unit in range(3):
        nudged = start.copy()
        nudged[pixel, unit] += 0.001
        slopes[pixel, unit] = (loss_of(nudged) - loss_of(start)) / 0.001
print(np.round(slopes, 2))

# %% [markdown]
# **What to notice.** The weights of the right class have negative slopes: raise them, and the loss falls. Those of
# the wrong classes have positive slopes. And the second pixel, which is twice as bright, has slopes twice as large.
# There is a rule behind these numbers, and it needs no nudging:
#
# $$ \text{slope} = \text{pixel} \times (p - \text{what } p \text{ should be}) $$
#
# For the right class $p$ should be 1, for all others 0. Here: $1 \times (1/3 - 1) = -0.67$ and $1 \times (1/3 - 0)
# = 0.33$; twice that in the second row.
#
# **One step of gradient descent** changes each weight *against* its slope:
#
# $$ \text{new weight} = \text{old weight} - \text{learning rate} \times \text{slope} $$
#
# The **learning rate** says how far to step. We take 0.3.
#
# **Predict:** what are the six new weights? Will the loss be higher or lower?

# %% tags=["predict"]
prediction = "..."

# %%
by_hand = np.array([[0.2, -0.1, -0.1], [0.4, -0.2, -0.2]])
by_loop = start - 0.3 * slopes

tiny = keras.Sequential([keras.Input((2,)), layers.Dense(3, use_bias=False, kernel_initializer="zeros")])
tiny.compile(optimizer=keras.optimizers.SGD(learning_rate=0.3), loss=loss)
tiny.train_on_batch(picture[np.newaxis], np.array([0]))  # one step
by_keras = tiny.get_weights()[0]

print("by nudging\n", np.round(by_loop, 2))
print("by Keras\n", np.round(by_keras, 2))
print(f"loss before: {loss_of(start):.3f}   after one step: {loss_of(by_hand):.3f}")

# %% tags=["claim"]
agree = np.allclose(by_hand, by_loop, atol=1e-3) and np.allclose(by_hand, by_keras, atol=1e-4)
claims.check("hand, nudging and Keras take the same step", agree)
claims.check("one step makes the loss less than half as large", loss_of(by_hand) < loss_of(start) / 2)

# %% [markdown]
# **This is training.** There is no more to it: pictures in, loss, slopes, one step; and again, thousands of times.
#
# With hidden layers, the slopes of the early weights pass through the later ones. The chain rule of calculus works
# them out, layer by layer, from the end to the beginning. That is called **backpropagation**, and Keras does it for
# you. You could check each of its slopes by nudging a weight, as above.

# %% [markdown]
# ### Exercise 5.4 (apply): one step for one weight
#
# A network has **two pixels, four classes**, no bias and no hidden layer. All its weights are 0. The picture has
# the pixels 3 and 1, and class number 2 is the right one. You make one step of gradient descent with the learning
# rate 0.2.
#
# What is then the weight between the **first pixel** (the one with the value 3) and **class 2**? Give two decimals.

# %% tags=["exercise"] exercise="5.4" points=2
# BEGIN SOLUTION
new_weight = 0 - 0.2 * 3 * (1 / 4 - 1)
# END SOLUTION

# %% tags=["check"] exercise="5.4"
checks.exercise("5.4", new_weight)

# %% tags=["hidden"] exercise="5.4"
from course_utils.authoring import define

exercise = define.answer("5.4", new_weight, decimals=2)
exercise.wrong(
    -0.45, "The sign: the step goes AGAINST the slope. The right class should get a higher score, not a lower one."
)
exercise.wrong(-2.25, "That is the slope. Now make the step: old weight - learning rate * slope.")
exercise.wrong(2.25, "You stepped by the whole slope. The learning rate, 0.2, is missing.")
exercise.wrong(0.75, "That is 1 - p. The slope is the pixel times p - 1, and the step is the learning rate times that.")
exercise.wrong(
    -0.75, "That is p - 1. The slope is the pixel times that, and the step the learning rate times the slope."
)
exercise.wrong(0.15, "That is the weight of the second pixel, whose value is 1. Asked is the one with the value 3.")
exercise.wrong(-0.15, "That is the weight to one of the WRONG classes, for which p should be 0.")
exercise.wrong(0.6, "You forgot that the network gives class 2 a probability of 1/4 already: p - 1 is -3/4, not -1.")
exercise.wrong(0.4, "With four classes and equal scores each probability is 1/4, not 1/3.")
exercise.wrong(0.3, "With four classes and equal scores each probability is 1/4, not 1/2.")
exercise.hints(
    "Three things are needed: the probability of class 2 before the step, the slope, and the step.",
    "All scores are equal, so the four probabilities are too. Slope = pixel * (p - 1) for the right class. New weight "
    "= 0 - learning rate * slope.",
    "A smaller case: two classes, pixel 2, learning rate 0.5. p = 1/2, slope = 2 * (1/2 - 1) = -1, new weight = 0 - "
    "0.5 * (-1) = 0.5.",
)

# %% [markdown]
# ## How far to step
#
# The same few lines, now on 3,500 real digits: **one layer of ten units** and nothing else, a *linear* classifier.
# The slope for a batch of pictures is the mean of their slopes, and one matrix product gives all 7,840 of them.


# %%
def descend(pixels, labels, rate, num_steps=25):
    """Train one layer of ten units by plain gradient descent; return its weights and the loss before each step."""
    weights = np.zeros((pixels.shape[1], 10), dtype=np.float32)
    should_be = np.eye(10, dtype=np.float32)[labels]  # a row for each picture, with a 1 at the right class
    losses = []
    for _ in range(num_steps):
        scores = pixels @ weights
        losses.append(float(loss(labels, scores)))
        probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(scores))
        slopes = pixels.T @ (probabilities - should_be) / len(labels)
        weights = weights - rate * slopes
    return weights, losses


def as_lists(images):
    return images.reshape(len(images), -1).astype(np.float32) / 255


# %% [markdown]
# **Predict:** we try the learning rates 0.01, 0.5 and 5. What will the three curves of the loss look like?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
runs = {rate: descend(as_lists(data.train.images), data.train.labels, rate) for rate in (0.01, 0.5, 5.0)}
plots.lines(
    range(25),
    {f"rate {rate:g}": losses for rate, (_, losses) in runs.items()},
    xlabel="steps",
    ylabel="loss",
    log_y=True,
    alt="The loss over 25 steps, on a logarithmic scale: one curve for each of the three rates. All start at 2.3.",
)

# %% tags=["claim"]
slow, good, wild = (np.array(losses) for _, losses in runs.values())
claims.check("with rate 0.01 the loss is still above 1.5 after 25 steps", slow[-1] > 1.5, value=slow[-1])
claims.check("with rate 0.5 it is below 0.7", good[-1] < 0.7, value=good[-1])
claims.check(
    "with rate 5 it shoots up to more than twice the loss of guessing on the way",
    wild.max() > 2 * np.log(10),
    wild.max(),
)

# %% [markdown]
# **What to notice.** (The scale is logarithmic: each line is ten times the one below.) Too small a rate wastes
# time. Too large a rate jumps across the valley to the other slope, higher up than it was. This small classifier
# finds back after many steps; do not count on it. The learning rate is the first number to look at when training
# goes wrong.
#
# Now the promised question: what if we **forget to divide the pixels by 255**? Slope = pixel x (...), so every
# slope is 255 times larger; and so is what a weight does to the score. **Predict:** with the good rate 0.5, what
# happens to the loss? To the accuracy?

# %% tags=["predict"]
prediction = "..."

# %%
unscaled, unscaled_losses = descend(255 * as_lists(data.train.images), data.train.labels, rate=0.5)
test_scores = 255 * as_lists(data.test.images) @ unscaled
unscaled_accuracy = np.mean(test_scores.argmax(axis=1) == data.test.labels)

# %% tags=["claim"]
claims.check(
    "without rescaling, the loss after 25 steps is higher than that of guessing",
    unscaled_losses[-1] > np.log(10),
    value=unscaled_losses[-1],
    name="unscaled_loss",
)
claims.check(
    "yet more than 3 in 4 test digits are read correctly",
    unscaled_accuracy > 0.75,
    value=unscaled_accuracy,
    name="unscaled_accuracy",
)

# %% [markdown]
# **What to notice.** A loss of {{unscaled_loss:,.0f}}, where guessing has 2.3, and an accuracy of
# {{unscaled_accuracy:.0%}}! Both are true. The scores have become huge, so the network is *completely sure* of each
# answer, also of its mistakes, and each of these costs it dearly. Nobody who looks only at the accuracy would
# notice.
#
# What has the well-behaved classifier learned? Each of its ten units has 784 weights, as many as a picture has
# pixels. So we can look at them as pictures. Red is positive: ink here speaks *for* the digit. Blue is negative:
# ink here speaks *against* it.

# %% tags=["figure"]
linear_weights = runs[0.5][0]
templates = linear_weights.T.reshape(10, 28, 28)
plots.grid(
    templates,
    titles=[str(digit) for digit in range(10)],
    columns=5,
    cell=1.6,
    alt="Ten pictures in red and blue. In that of the 0 a red ring lies around a blue middle. That of the 1 has a red "
    "stroke in its middle. The others show blurred shapes of their digits in red, with blue where other digits have "
    "ink.",
)

# %% tags=["claim"]
linear_accuracy = np.mean((as_lists(data.test.images) @ linear_weights).argmax(axis=1) == data.test.labels)
claims.check(
    "ten such templates read more than 4 in 5 test digits correctly",
    linear_accuracy > 0.8,
    value=linear_accuracy,
    name="linear_accuracy",
)

# %% [markdown]
# The 0 says: ink in a ring, *none in the middle*. Such a **template** is stiff. It is good for digits that stand
# just where the template has them; {{linear_accuracy:.0%}} of the test digits do. You may guess already what
# happens to a digit that moves.

# %% [markdown]
# ## Batches and epochs
#
# One step needs the slopes of all pictures. With millions of them, that is a long wait for one step. So one takes a
# **batch** of, say, 128 pictures, makes a step with their mean slope, and goes on with the next batch. The slope is
# a little off each time; but there are many more steps. (This is *stochastic* gradient descent, SGD.) When each
# picture has had its turn, one **epoch** is over; the pictures are shuffled, and the next one begins.
#
# **Predict:** there are 3,500 training pictures. How many steps are in an epoch, and how large is the last batch?

# %%
sizes = [len(labels) for _, labels in training.batches(*data.train, batch_size=128)]
print(len(sizes), "steps; the batches hold", sizes[:3], "...", sizes[-3:])

# %% [markdown]
# The last batch is smaller: 3,500 is no multiple of 128. Much code in the world forgets this. Here are two pieces
# of it.
#
# ### Exercise 5.5 (spot the bug): it worked with 1,000 pictures
#
# `accuracy_in_batches(scores, labels, batch_size)` goes through the pictures batch by batch and returns the
# accuracy, a float. `scores` has the shape `(num_images, num_classes)`, `labels` `(num_images,)`, and `batch_size`
# is any whole number from 1 up. With 1,000 pictures and a batch size of 100 it works. With 1,010 pictures it stops
# with an error.
#
# Find the bug and mend it. All pictures count, none of them twice.


# %% tags=["exercise"] exercise="5.5" points=2
def accuracy_in_batches(scores: np.ndarray, labels: np.ndarray, batch_size: int) -> float:
    """Return the share of pictures whose highest score is that of the right class."""
    # BEGIN SOLUTION
    num_right = 0
    for start in range(0, len(labels), batch_size):
        batch_scores = scores[start : start + batch_size]
        batch_labels = labels[start : start + batch_size]
        for i in range(len(batch_labels)):
            num_right += int(batch_scores[i].argmax() == batch_labels[i])
    return num_right / len(labels)
    # END SOLUTION
    # BEGIN STUB
    # num_right = 0
    # for start in range(0, len(labels), batch_size):
    #     batch_scores = scores[start : start + batch_size]
    #     batch_labels = labels[start : start + batch_size]
    #     for i in range(batch_size):
    #         num_right += int(batch_scores[i].argmax() == batch_labels[i])
    # return num_right / len(labels)
    # END STUB


# %% tags=["check"] exercise="5.5"
checks.exercise("5.5", accuracy_in_batches)

# %% tags=["hidden"] exercise="5.5"
from course_utils.authoring import define


def digits_read(num_images, num_wrong, seed=0, last_wrong=False):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, num_images)
    scores = rng.normal(0, 0.1, (num_images, 4)).round(3)
    wrong = np.arange(num_images - num_wrong, num_images) if last_wrong else np.arange(num_wrong)
    scores[np.arange(num_images), labels] += 2
    scores[wrong, (labels[wrong] + 1) % 4] += 4
    return {"scores": scores, "labels": labels}


exercise = define.function("5.5", accuracy_in_batches)
exercise.case("6 pictures in batches of 3", inputs={**digits_read(6, 2), "batch_size": 3})
exercise.case("7 pictures in batches of 3", inputs={**digits_read(7, 2), "batch_size": 3})
exercise.case("7 pictures, the last one read wrongly", inputs={**digits_read(7, 1, last_wrong=True), "batch_size": 3})
exercise.case("5 pictures, batches of 8", inputs={**digits_read(5, 1), "batch_size": 8})
exercise.case("one picture at a time", visible=False, inputs={**digits_read(4, 3), "batch_size": 1})
exercise.case("11 pictures in batches of 4", visible=False, inputs={**digits_read(11, 4), "batch_size": 4})
exercise.random_cases(
    3,
    lambda rng: {
        **digits_read(int(rng.integers(9, 20)), int(rng.integers(1, 8)), int(rng.integers(1000))),
        "batch_size": int(rng.integers(2, 8)),
    },
)

# %% tags=["hidden"] exercise="5.5"
exercise.hints(
    "Write down, for 7 pictures and a batch size of 3, how many pictures each of the batches holds.",
    "A slice that reaches beyond the end is just shorter; it gives no error. The inner loop must ask how many pictures "
    "its batch really has.",
    "A smaller case: 3 pictures in batches of 2. The second batch holds 1 picture, but range(batch_size) counts 0, 1, "
    "and there is no picture 1.",
)


# %% tags=["hidden"] exercise="5.5"
@exercise.correct
def counts_whole_batches(scores, labels, batch_size):
    num_right = 0
    for start in range(0, len(labels), batch_size):
        part = slice(start, start + batch_size)
        num_right += np.sum(scores[part].argmax(axis=1) == labels[part])
    return num_right / len(labels)


@exercise.correct
def stops_at_the_end(scores, labels, batch_size):
    num_right = 0
    for start in range(0, len(labels), batch_size):
        for i in range(start, min(start + batch_size, len(labels))):
            num_right += scores[i].argmax() == labels[i]
    return num_right / len(labels)


@exercise.correct
def without_batches(scores, labels, batch_size):
    return float(np.mean(scores.argmax(axis=1) == labels))


# %% tags=["hidden"] exercise="5.5"
def _right(scores, labels):
    return scores.argmax(axis=1) == labels


@exercise.mutant("The inner loop still counts to batch_size. The last batch may hold fewer pictures: ask it how many.")
def counts_to_batch_size(scores, labels, batch_size):
    num_right = 0
    for start in range(0, len(labels), batch_size):
        batch_scores = scores[start : start + batch_size]
        batch_labels = labels[start : start + batch_size]
        for i in range(batch_size):
            num_right += int(batch_scores[i].argmax() == batch_labels[i])
    return num_right / len(labels)


@exercise.mutant("The last, smaller batch is left out, yet its pictures are in the count that you divide by.")
def leaves_the_last_batch_out(scores, labels, batch_size):
    used = len(labels) // batch_size * batch_size
    return np.sum(_right(scores, labels)[:used]) / len(labels)


@exercise.mutant("The last, smaller batch is left out altogether. All pictures count.")
def judges_whole_batches_only(scores, labels, batch_size):
    used = len(labels) // batch_size * batch_size
    return float(np.mean(_right(scores, labels)[:used])) if used else 0.0


# %% tags=["hidden"] exercise="5.5"
@exercise.mutant(
    "You take the mean of the batches' accuracies. A picture in a small batch then counts more than one in a large "
    "batch: count the right ones, and divide once."
)
def mean_of_batches(scores, labels, batch_size):
    right = _right(scores, labels)
    starts = range(0, len(labels), batch_size)
    return float(np.mean([np.mean(right[start : start + batch_size]) for start in starts]))


@exercise.mutant(
    "You divide by batches x batch_size, as if the last batch were full. Divide by the number of pictures."
)
def divides_by_full_batches(scores, labels, batch_size):
    return np.sum(_right(scores, labels)) / (-(-len(labels) // batch_size) * batch_size)


@exercise.mutant("You return how many are right. The accuracy is their share: divide by the number of pictures.")
def returns_the_number(scores, labels, batch_size):
    return int(np.sum(_right(scores, labels)))


@exercise.mutant("To fill the last batch, some pictures are counted twice. Let the last batch be smaller instead.")
def fills_up(scores, labels, batch_size):
    missing = -len(labels) % batch_size
    right = _right(scores, labels)
    return (np.sum(right) + np.sum(np.resize(right, missing))) / (len(labels) + missing)


# %% [markdown]
# ### Exercise 5.6 (spot the bug): too good a validation loss
#
# At the end of an epoch, a program knows for each batch its mean loss and how many pictures it held. From these it
# reports the mean loss **per picture**, on training and on validation pictures. A student is delighted: "My
# validation loss is ten times lower than my training loss!" Nobody else gets this with the same network.
#
# Find the bug and mend it. `epoch_losses(train_batches, validation_batches)` takes two lists of pairs `(mean loss
# of the batch, pictures in the batch)` and returns two floats as a tuple: the mean loss per training picture, and
# per validation picture.


# %% tags=["exercise"] exercise="5.6" points=2
def epoch_losses(train_batches: list[tuple[float, int]], validation_batches: list[tuple[float, int]]):
    """Return the mean loss per picture on the training and on the validation pictures."""
    # BEGIN SOLUTION
    train_total = sum(loss * size for loss, size in train_batches)
    validation_total = sum(loss * size for loss, size in validation_batches)
    num_train = sum(size for _, size in train_batches)
    num_validation = sum(size for _, size in validation_batches)
    return train_total / num_train, validation_total / num_validation
    # END SOLUTION
    # BEGIN STUB
    # train_total = sum(loss * size for loss, size in train_batches)
    # validation_total = sum(loss * size for loss, size in validation_batches)
    # num_train = sum(size for _, size in train_batches)
    # return train_total / num_train, validation_total / num_train
    # END STUB


# %% tags=["check"] exercise="5.6"
checks.exercise("5.6", epoch_losses)

# %% tags=["hidden"] exercise="5.6"
from course_utils.authoring import define

exercise = define.function("5.6", epoch_losses)
exercise.case(
    "4 training batches, 1 for validation",
    train_batches=[(0.5, 100), (0.4, 100), (0.3, 100), (0.8, 20)],
    validation_batches=[(0.6, 32)],
)
exercise.case(
    "the last batch is small and bad",
    train_batches=[(0.2, 64), (0.2, 64)],
    validation_batches=[(0.1, 50), (0.1, 50), (2.1, 5)],
)
exercise.case("equal losses", train_batches=[(0.7, 8), (0.7, 3)], validation_batches=[(0.7, 4), (0.7, 4)])
exercise.case(
    "equal sizes", visible=False, train_batches=[(1.0, 10), (3.0, 10)], validation_batches=[(2.0, 10), (4.0, 10)]
)
exercise.random_cases(
    3,
    lambda rng: {
        "train_batches": [(round(float(rng.uniform(0.1, 2)), 3), 32) for _ in range(5)]
        + [(1.5, int(rng.integers(1, 31)))],
        "validation_batches": [(round(float(rng.uniform(0.1, 2)), 3), 50), (0.25, int(rng.integers(1, 49)))],
    },
)

# %% tags=["hidden"] exercise="5.6"
exercise.hints(
    "Give the function batches that all have the loss 0.7. What must come out, whatever the sizes?",
    "A total over the validation pictures belongs to the number of validation pictures. How many are these?",
    "A smaller case: training [(0.7, 8), (0.7, 3)], validation [(0.7, 4)]. The validation total is 0.7 * 4 = 2.8. "
    "Divided by 11 training pictures it seems to be 0.25; divided by its own 4 it is 0.7.",
)


# %% tags=["hidden"] exercise="5.6"
@exercise.correct
def with_numpy_average(train_batches, validation_batches):
    parts = (np.array(train_batches, dtype=float), np.array(validation_batches, dtype=float))
    return tuple(float(np.average(part[:, 0], weights=part[:, 1])) for part in parts)


@exercise.correct
def with_a_helper(train_batches, validation_batches):
    def mean_loss(batches):
        total, count = 0.0, 0
        for value, size in batches:
            total += value * size
            count += size
        return total / count

    return mean_loss(train_batches), mean_loss(validation_batches)


def _totals(batches):
    return sum(value * size for value, size in batches), sum(size for _, size in batches)


# %% tags=["hidden"] exercise="5.6"
@exercise.mutant("The validation total is still divided by the number of TRAINING pictures.")
def divides_by_training_pictures(train_batches, validation_batches):
    (train_total, num_train), (validation_total, _) = _totals(train_batches), _totals(validation_batches)
    return train_total / num_train, validation_total / num_train


@exercise.mutant("Now both are divided by the number of validation pictures. Each total has its own count.")
def divides_by_validation_pictures(train_batches, validation_batches):
    (train_total, _), (validation_total, count) = _totals(train_batches), _totals(validation_batches)
    return train_total / count, validation_total / count


@exercise.mutant("Both are divided by all pictures together. Each total has its own count.")
def divides_by_all_pictures(train_batches, validation_batches):
    (train_total, one), (validation_total, other) = _totals(train_batches), _totals(validation_batches)
    return train_total / (one + other), validation_total / (one + other)


@exercise.mutant(
    "You take the plain mean of the batches' losses. A picture in a small batch then counts more than others: weigh "
    "each batch by its size."
)
def plain_mean_of_batches(train_batches, validation_batches):
    return tuple(sum(value for value, _ in batches) / len(batches) for batches in (train_batches, validation_batches))


# %% tags=["hidden"] exercise="5.6"
@exercise.mutant("You divide totals over pictures by the number of batches. Divide by the number of pictures.")
def divides_by_batches(train_batches, validation_batches):
    return tuple(_totals(batches)[0] / len(batches) for batches in (train_batches, validation_batches))


@exercise.mutant(
    "You add up the batches' mean losses and divide by the pictures. Multiply each loss by its size first."
)
def forgets_to_weigh(train_batches, validation_batches):
    return tuple(
        sum(value for value, _ in batches) / _totals(batches)[1] for batches in (train_batches, validation_batches)
    )


@exercise.mutant("The two results are swapped: training comes first.")
def swaps(train_batches, validation_batches):
    return epoch_losses(train_batches, validation_batches)[::-1]


# %% [markdown]
# ## The black box, line by line
#
# Go back to the very first code cell of this lesson. You know all of it now:
#
# | line | what it does |
# |---|---|
# | `training.seed(0)` | the random numbers, from which the weights start, are the same each time |
# | `keras.Sequential([...])` | layers, one after the other |
# | `Input((28, 28, 1))` | the shape of one picture: height, width, channels |
# | `Rescaling(1 / 255)`, `Flatten()` | a list of 784 numbers from 0 to 1 |
# | `Dense(512, activation="relu")` | 512 units with ReLU, twice |
# | `Dense(10)` | ten scores; no activation, as the loss works from logits |
# | `compile(optimizer=..., loss=..., metrics=...)` | how to step, what to make small, what to report |
# | `Adam(learning_rate=1e-3)` | gradient descent with a step size of its own for each weight |
# | `fit(..., validation_data=..., epochs=6)` | six times through the training pictures, with a look at validation |
# | `callbacks=training.callbacks()` | at the end, put back the weights of the epoch with the best validation loss |
#
# **Adam** is worth a sentence more. Plain gradient descent takes the same learning rate for all 669,706 parameters.
# Adam watches the slopes of each parameter and makes its steps longer or shorter; so it is less fussy about the
# rate.
#
# Count once more: does Keras count as you do?

# %%
print(f"{network.count_params():,} parameters")
for part in network.layers:
    print(f"  {part.name.split('_')[0]:10} {part.output.shape[1:]!s:12} {part.count_params():8,}")

# %% [markdown]
# And this is how the training went: the loss and the accuracy after each epoch, on training and on validation
# pictures.
#
# **Predict:** will the validation curves lie above or below those of training? Will they end up together?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
plots.training_curves(
    history,
    alt="Left the loss, right the accuracy, over six epochs: each with a dashed line for training and a solid one for "
    "validation.",
)

# %% tags=["claim"]
curves = history.history
claims.check(
    "at the end more than 96% of the training pictures are read correctly",
    curves["accuracy"][-1] > 0.96,
    value=curves["accuracy"][-1],
    name="train_accuracy",
)
gap = curves["val_loss"][-1] / curves["loss"][-1]
claims.check(
    "at the end the validation loss is at least twice the training loss", gap > 2, value=gap, name="loss_ratio"
)

# %% [markdown]
# **What to notice.** On the pictures from which it learned, the network ends at {{train_accuracy:.1%}}: it nearly
# knows them by heart. On others it has nearly stopped getting better, and its loss there is {{loss_ratio:.0f}}
# times as high. This gap is called **over-fitting**: what it still learns is of use for its 3,500 pictures only. A
# little of it is normal. It does harm when the validation curves turn back.
#
# Did you wonder about the first epoch, where training looks *worse* than validation? The training numbers are means
# over the whole epoch, from a network that was still learning. Validation is measured at its end.
#
# | you see | it is called | what to try |
# |---|---|---|
# | both losses high | **under-fitting**: it cannot even do what it was shown | larger network, more epochs |
# | training low, validation much higher | **over-fitting**: it knows pictures by heart | more pictures, stop earlier |
# | both low and close | **good** | keep it |
# | both near ln(number of classes) | **guessing**: it has learned nothing | look for a bug; check rate and labels |
#
# Two remedies are at work here already: we keep the weights of the best epoch, and we could stop when validation
# has not improved for a while: `training.callbacks(patience=3)`.

# %% [markdown]
# ### Exercise 5.7 (investigate): read four trainings
#
# Four people have trained a network for **ten classes** and report the end of their training:
#
# | | training loss | validation loss | training accuracy | validation accuracy | remark |
# |---|---|---|---|---|---|
# | A | 1.46 | 1.49 | 47% | 46% | "0% right on two of the ten classes. It must be over-fitting!" |
# | B | 0.004 | 0.71 | 100% | 86% | "Look at my training accuracy!" |
# | C | 0.07 | 0.09 | 98% | 97% | "One might still squeeze out a bit." |
# | D | 2.31 | 2.30 | 10% | 10% | "At least training and validation agree." |
#
# Give a tuple of four words, for A, B, C and D in this order, each one of `"under-fitting"`, `"over-fitting"`,
# `"good"` and `"guessing"`. A remark may be wrong; the numbers are not.

# %% tags=["exercise"] exercise="5.7" points=2
# BEGIN SOLUTION
four_readings = ("under-fitting", "over-fitting", "good", "guessing")
# END SOLUTION

# %% tags=["check"] exercise="5.7"
checks.exercise("5.7", four_readings)

# %% tags=["hidden"] exercise="5.7"
from course_utils.authoring import define

exercise = define.answer("5.7", four_readings)
exercise.wrong(
    ("over-fitting", "over-fitting", "good", "guessing"),
    "A: you believed the remark. Over-fitting shows in a GAP between training and validation. A has none: it is bad on "
    "what it was shown, too. Two classes at 0% only mean that it has not learned them yet.",
)
exercise.wrong(
    ("over-fitting", "under-fitting", "good", "guessing"),
    "A and B are swapped. Over-fitting: good on the training pictures, worse on others.",
)
exercise.wrong(
    ("under-fitting", "over-fitting", "good", "under-fitting"),
    "D: compare its loss with ln(10) = 2.303, and its accuracy with 1/10. It has learned nothing at all.",
)
exercise.wrong(
    ("under-fitting", "over-fitting", "good", "good"),
    "D: two equal numbers are not good if both are bad. What is the loss of guessing among ten classes?",
)

# %% tags=["hidden"] exercise="5.7"
exercise.wrong(
    ("under-fitting", "good", "good", "guessing"),
    "B: 100% on the training pictures, 86% on others, and a loss more than 100 times as high there: that is a gap.",
)
exercise.wrong(
    ("over-fitting", "good", "good", "guessing"),
    "A and B: over-fitting shows in a gap between training and validation. Which of the two has a gap?",
)
exercise.wrong(
    ("guessing", "over-fitting", "good", "guessing"),
    "A: guessing among ten classes has the loss 2.303 and 10% accuracy. A is clearly better than that.",
)

exercise.wrong(
    ("underfitting", "overfitting", "good", "guessing"),
    "You mean the right things. Write the words as the exercise does, with a hyphen.",
)

# %% tags=["hidden"] exercise="5.7"
exercise.hints(
    "Forget the remarks. For each one ask first: is the TRAINING loss low?",
    "If the training loss is high, it cannot be over-fitting. Then ask: is it that of guessing, ln(10) = 2.303? If the "
    "training loss is low, compare it with the validation loss.",
    "A smaller case, two classes, where guessing has the loss 0.69: losses 0.69 / 0.69 are guessing, 0.45 / 0.46 "
    "under-fitting, 0.01 / 0.50 over-fitting, 0.02 / 0.03 good.",
)

# %% [markdown]
# ## The test, once
#
# All choices are made. Now, and only now, the test pictures.

# %%
test_scores = keras.ops.convert_to_numpy(network(data.test.images))  # (1000, 10)
predicted = test_scores.argmax(axis=1)

# %% tags=["claim"]
test_accuracy = float(np.mean(predicted == data.test.labels))
claims.check(
    "the MLP reads more than 92% of the test digits", test_accuracy > 0.92, value=test_accuracy, name="test_accuracy"
)
claims.check(
    "and more of them than the linear classifier",
    test_accuracy > linear_accuracy,
    value=test_accuracy - linear_accuracy,
)

# %% [markdown]
# {{test_accuracy:.1%}}, against {{linear_accuracy:.1%}} of the ten templates. Mind what such a number can say. With
# 1,000 test pictures, a network that is right in 95 of 100 cases gets between 93.6% and 96.4% in most tests, by
# luck of the draw alone. A difference of half a point between two networks means nothing here.
#
# One number hides much. The **confusion matrix** counts which digit was taken for which: a row for each true digit,
# a column for each answer. What lies off the diagonal is wrong.

# %% tags=["figure"]
matrix = np.zeros((10, 10), dtype=int)
for right, answer in zip(data.test.labels, predicted, strict=True):
    matrix[right, answer] += 1
plots.confusion(
    matrix,
    data.class_names,
    alt="A table of 10 by 10 counts. Nearly all pictures of each digit lie on the diagonal; a few lie elsewhere, "
    "scattered over many pairs of digits.",
)

# %% [markdown]
# ### Exercise 5.8 (build): accuracy, class by class
#
# Write `accuracy_per_class(predicted, labels, num_classes)`. `predicted` and `labels` have the shape
# `(num_images,)`, whole numbers from 0 to `num_classes - 1`. Return an array of the shape `(num_classes,)`, float:
# of all pictures that **are** of class k, the share that was recognised. A class of which there is no picture gets
# `np.nan`, "not a number": nobody knows.


# %% tags=["exercise"] exercise="5.8" points=2
def accuracy_per_class(predicted: np.ndarray, labels: np.ndarray, num_classes: int) -> np.ndarray:
    """Return for each class the share of its pictures that was recognised, (num_classes,) float."""
    # BEGIN SOLUTION
    shares = np.full(num_classes, np.nan)
    for k in range(num_classes):
        is_class = labels == k
        if is_class.any():
            shares[k] = np.mean(predicted[is_class] == k)
    return shares
    # END SOLUTION


# %% tags=["check"] exercise="5.8"
checks.exercise("5.8", accuracy_per_class)

# %% tags=["hidden"] exercise="5.8"
from course_utils.authoring import define

exercise = define.function("5.8", accuracy_per_class)
exercise.case(
    "three classes",
    predicted=np.array([0, 0, 1, 1, 2, 0, 2]),
    labels=np.array([0, 0, 1, 2, 2, 2, 1]),
    num_classes=3,
)
exercise.case(
    "no picture of class 1",
    predicted=np.array([0, 1, 2, 2]),
    labels=np.array([0, 0, 2, 2]),
    num_classes=3,
)
exercise.case(
    "no picture of the last class", predicted=np.array([1, 1, 0, 3]), labels=np.array([1, 1, 1, 0]), num_classes=4
)
exercise.case(
    "nothing recognised", visible=False, predicted=np.array([1, 0, 0]), labels=np.array([0, 1, 1]), num_classes=2
)
exercise.random_cases(
    3,
    lambda rng: {
        "predicted": rng.integers(0, 5, 30),
        "labels": np.append(rng.integers(0, 5, 29), 0),
        "num_classes": 6,
    },
)

# %% tags=["hidden"] exercise="5.8"
exercise.hints(
    "One class at a time: which pictures ARE of this class? On which of them is the answer right?",
    "labels == k is an array of True and False; predicted[labels == k] are the answers for the pictures of class k. "
    "What if there are none?",
    "A smaller case: predicted 0 0 1, labels 0 1 1, two classes. Of the one 0, one is recognised: 1.0. Of the two 1s, "
    "one: 0.5. The result is [1.0, 0.5].",
)


@exercise.correct
def with_counts(predicted, labels, num_classes):
    total = np.bincount(labels, minlength=num_classes)
    right = np.bincount(labels[predicted == labels], minlength=num_classes)
    return np.where(total > 0, right / np.maximum(total, 1), np.nan)


@exercise.correct
def with_a_confusion_matrix(predicted, labels, num_classes):
    table = np.zeros((num_classes, num_classes))
    np.add.at(table, (labels, predicted), 1)
    with np.errstate(invalid="ignore"):
        return np.diag(table) / table.sum(axis=1)


# %% tags=["hidden"] exercise="5.8"
def _per_class(predicted, labels, num_classes, share, otherwise=np.nan):
    return np.array([share(k) if (labels == k).any() else otherwise for k in range(num_classes)], dtype=float)


@exercise.mutant(
    "You divided by how often the network SAID k. That is another measure (precision). Divide by how many pictures "
    "ARE k."
)
def divides_by_answers(predicted, labels, num_classes):
    return np.array(
        [np.mean(labels[predicted == k] == k) if (predicted == k).any() else np.nan for k in range(num_classes)]
    )


@exercise.mutant("A class without pictures gets 0. That says 'none recognised'; but nobody knows: np.nan.")
def zero_for_missing(predicted, labels, num_classes):
    return np.nan_to_num(accuracy_per_class(predicted, labels, num_classes))


@exercise.mutant("You divided by the number of all pictures. Divide by those of the class.")
def divides_by_all(predicted, labels, num_classes):
    return _per_class(predicted, labels, num_classes, lambda k: np.mean((labels == k) & (predicted == k)))


@exercise.mutant("Classes without pictures are left out, so the places no longer match the classes. Use num_classes.")
def only_classes_seen(predicted, labels, num_classes):
    return np.array([np.mean(predicted[labels == k] == k) for k in np.unique(labels)])


# %% tags=["hidden"] exercise="5.8"
@exercise.mutant(
    "For each class you count all pictures on which 'is it k?' is answered rightly, also those that are no k. Look at "
    "the pictures of class k only."
)
def counts_right_rejections(predicted, labels, num_classes):
    return _per_class(predicted, labels, num_classes, lambda k: np.mean((labels == k) == (predicted == k)))


@exercise.mutant(
    "You counted the recognised pictures. Their share is wanted: divide by how many there are of the class."
)
def counts_only(predicted, labels, num_classes):
    return _per_class(predicted, labels, num_classes, lambda k: np.sum((labels == k) & (predicted == k)))


@exercise.mutant(
    "The answers and the labels are swapped: these are shares of the answers, and np.nan in the wrong places."
)
def swaps_arguments(predicted, labels, num_classes):
    return np.nan_to_num(divides_by_answers(predicted, labels, num_classes), nan=-1.0)


# %% [markdown]
# ### Look at the mistakes
#
# The most useful picture after a training shows what went wrong, and the surest mistakes first. "4, not 9" means:
# the network said 4, the label says 9.

# %% tags=["figure"]
probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(test_scores))
wrong = np.flatnonzero(predicted != data.test.labels)
wrong = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:20]  # the surest ones first
plots.wall(
    data.test.images[wrong],
    predicted[wrong],
    data.test.labels[wrong],
    alt="Twenty digits that the network read wrongly, with its answer and the right digit. Some are carelessly "
    "written, and people would hesitate as well; others are plain to read.",
)

# %% [markdown]
# **What to notice.** For some of them you would have said the same. Others are easy for you. If many of the first
# kind are left, the limit is in the data; if many of the second kind are left, it is in the network.

# %% [markdown]
# ## What flattening forgets
#
# Here is the experiment of this lesson. We shuffle the pixels of **every** picture in the **same** way: the pixel
# at one place always goes to the same other place. No number is lost, but no one can read the digits any more.

# %% tags=["figure"]
shuffled_train = datasets.permute_pixels(data.train.images)
shuffled_test = datasets.permute_pixels(data.test.images)
plots.grid(
    [*data.train.images[:8], *shuffled_train[:8]],
    columns=8,
    alt="Above, eight handwritten digits. Below, the same with their pixels shuffled: scattered white dots on black.",
)

# %% [markdown]
# We train two networks from scratch: on digits as they are, and on shuffled ones. One is our MLP. The other is a
# small **convolutional network (CNN)**, as a preview. It has kernels, as in lesson 02, only that it finds their
# numbers by itself. Take it as it is for now; lessons 06 to 08 explain each line.
#
# **Predict:** how much will the MLP lose on shuffled digits: nothing, a little, or nearly everything? And the CNN?

# %% tags=["predict"]
prediction = {"MLP": "...", "CNN": "..."}


# %%
def build_mlp():
    parts = [layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dense(512, activation="relu")]
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), *parts, layers.Dense(10)])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=3e-3), loss=loss, steps_per_execution=32)
    return model


def build_cnn():
    parts = [
        layers.Conv2D(8, kernel_size=5, strides=2, activation="relu"),  # 8 kernels of 5 x 5
        layers.Conv2D(16, kernel_size=3, activation="relu"),  # 16 kernels of 3 x 3 x 8
        layers.MaxPooling2D(),
        layers.Flatten(),
    ]
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), *parts, layers.Dense(10)])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=7e-3), loss=loss, steps_per_execution=32)
    return model


print(f"parameters: MLP {build_mlp().count_params():,}, CNN {build_cnn().count_params():,}")

# %% [markdown]
# One training proves little: start from other random weights, and you get another number. So each training is run
# from **three** different starts (`training.fresh_starts` gives them), and we look at all three results. We keep
# the trained networks' answers to moved digits as well, for later. This takes some seconds.
#
# `steps_per_execution=32` changes no result. It lets TensorFlow take up to 32 steps, here a whole epoch, before it goes
# back to Python, which has to tell it to go on: with steps as short as those of the MLP, that saves time.

# %%
distances = [0, 2, 4, 8]  # pixels to the right
accuracies = {}
accuracy_when_moved = {}
moved_sets = [datasets.shift(data.test.images, distance) for distance in distances]
for name, build in (("MLP", build_mlp), ("CNN", build_cnn)):
    results = {"digits": [], "shuffled": []}
    for number, (seed, model) in enumerate(training.fresh_starts(build, seeds=[0, 1, 2, 0, 1, 2])):
        kind = "digits" if number < 3 else "shuffled"  # three starts for each
        images, test_sets = (data.train.images, moved_sets) if number < 3 else (shuffled_train, [shuffled_test])
        batches = training.batches(images, data.train.labels, batch_size=128, seed=seed)
        model.fit(batches, epochs=3, verbose=0)
        results[kind].append([training.accuracy(model, images, data.test.labels) for images in test_sets])
    accuracy_when_moved[name] = np.array(results["digits"])  # (3 starts, 4 distances)
    for kind, found in results.items():
        accuracies[f"{name}, {kind}"] = np.array(found)[:, 0]  # where the digits stand in their place

# %% tags=["figure"]
plots.seed_dots(
    accuracies,
    xlabel="test accuracy",
    alt="Four rows of three dots, a dot for each start: the MLP and the CNN, each on digits and on shuffled digits.",
)

# %% tags=["claim"]
mlp_change = accuracies["MLP, shuffled"].mean() - accuracies["MLP, digits"].mean()
cnn_change = accuracies["CNN, shuffled"].mean() - accuracies["CNN, digits"].mean()
claims.check(
    "shuffling changes the mean accuracy of the MLP by less than 2.5 points",
    abs(mlp_change) < 0.025,
    value=100 * mlp_change,
    unit="points",
    name="mlp_change",
)
least_loss = profile.choose(quick=0.03, full=0.01)
claims.check(
    "the CNN loses accuracy with every start: its best shuffled run is clearly worse than its worst one on digits",
    accuracies["CNN, digits"].min() - accuracies["CNN, shuffled"].max() > least_loss,
    value=-100 * cnn_change,
    unit="points",
    name="cnn_loss",
)
mistakes = (1 - accuracies["CNN, shuffled"].mean()) / (1 - accuracies["CNN, digits"].mean())
claims.check(
    "shuffled, the CNN makes at least 1.5 times as many mistakes", mistakes > 1.5, mistakes, name="cnn_mistakes"
)
claims.check(
    "on shuffled digits every MLP beats every CNN",
    accuracies["MLP, shuffled"].min() > accuracies["CNN, shuffled"].max(),
)

# %% [markdown]
# **What to notice.** The CNN loses {{cnn_loss:.1f}} points; it makes {{cnn_mistakes:.1f}} times as many mistakes as
# before. The MLP does not care: its mean changes by {{mlp_change:+.1f}} points, about as much as its three starts
# differ among themselves.
#
# For the MLP, **shuffled digits are just as good as digits**. And that is no compliment. It means that it never
# knew which pixels lie side by side. Every pixel has weights of its own, and nothing ties those of neighbours
# together. We can prove it without any training: shuffle the *rows of the first weights* of our trained network in
# the same way, and it gives the very same scores on shuffled digits.

# %% tags=["claim"]
places = datasets.permute_pixels(np.arange(784).reshape(1, 28, 28, 1)).ravel()  # where each pixel comes from
twin = keras.models.clone_model(network)
first_weights, *others = network.get_weights()
twin.set_weights([first_weights[places], *others])
twin_scores = keras.ops.convert_to_numpy(twin(shuffled_test))
difference = np.abs(twin_scores - test_scores).max()
claims.check(
    "with its first weights shuffled too, the trained MLP gives the same scores for shuffled digits, to 0.01",
    difference < 0.01,
    value=difference,
)

# %% [markdown]
# For you, a shuffled digit is noise. What you use, lines, corners and loops, are *neighbouring* pixels. The CNN
# uses them, too; that is why it suffers, and why it needs {{parameter_ratio:.0f}} times fewer parameters to begin
# with.

# %% tags=["claim"]
parameter_ratio = build_mlp().count_params() / build_cnn().count_params()
claims.check(
    "the CNN has less than a hundredth of the MLP's parameters",
    parameter_ratio > 100,
    value=parameter_ratio,
    unit="times",
    name="parameter_ratio",
)

# %% [markdown]
# ## Parameters grow with the picture
#
# There is a second price. Each unit of the first layer has a weight for *every* number in the picture. **Predict:**
# a picture is twice as wide and twice as high. How many times as many weights has the first layer? And for a
# photograph of 224 x 224 pixels in colour, with our 512 units?

# %% tags=["predict"]
prediction = "..."

# %%
for side, channels in ((28, 1), (56, 1), (112, 1), (224, 1), (224, 3)):
    num_weights = side * side * channels * 512
    print(f"{side:3} x {side:3} x {channels}: {num_weights:11,} weights in the first layer")

# %% [markdown]
# **What to notice.** Twice the side, four times the weights: they grow with the *square of the side*, that is, in
# proportion to the number of pixels. (Some texts say "exponentially". That would be far worse: twice as many for
# each pixel more.) Still, 77 million weights before the first ReLU are no way to look at a photograph. A kernel of
# 5 x 5 has 25 weights, whatever it slides over.

# %% [markdown]
# ## Digits on the move
#
# Back to the 7 of the beginning. Was it bad luck? We have already measured: the three MLPs and the three CNNs above
# have read all 1,000 test digits, moved to the right by 2, 4 and 8 pixels. All of them were trained on digits that
# stand in the middle.
#
# **Predict:** how many does the MLP still read at 4 pixels? (Guessing reads 10%.) And will the CNN, whose kernels
# slide over the picture, mind at all?

# %% tags=["predict"]
prediction = {"MLP at 4 pixels": ..., "CNN at 4 pixels": ...}

# %% tags=["figure"]
plots.bands(
    distances,
    accuracy_when_moved,
    xlabel="moved to the right (pixels)",
    ylabel="test accuracy",
    alt="Accuracy against the move, 0 to 8 pixels: a curve for the MLP and one for the CNN, with narrow bands over the "
    "three starts.",
)

# %% tags=["claim"]
mlp_moved, cnn_moved = accuracy_when_moved["MLP"], accuracy_when_moved["CNN"]
claims.check(
    "moved by 4 pixels, fewer than 4 in 10 digits are read by each of the three MLPs",
    mlp_moved[:, 2].max() < 0.4,
    value=mlp_moved[:, 2].mean(),
    name="mlp_moved_4",
)
claims.check(
    "moved by 8 pixels, the MLPs do no better than 1 in 5", mlp_moved[:, 3].max() < 0.2, value=mlp_moved[:, 3].mean()
)
claims.check(
    "the CNN falls, too: moved by 4 pixels, each of the three reads fewer than 3 in 4",
    cnn_moved[:, 2].max() < 3 / 4,
    value=cnn_moved[:, 2].mean(),
    name="cnn_moved_4",
)

# %% [markdown]
# **What to notice.** The 7 was no exception: moved by 4 pixels, {{mlp_moved_4:.0%}} of all digits are still read.
# For the MLP a moved digit is a different list of numbers; its templates are where they were.
#
# The CNN holds out longer, and then it falls as well: {{cnn_moved_4:.0%}} at 4 pixels. That is **not** what one
# often reads. Sliding kernels alone do not make a network indifferent to place: at the end of our CNN there is a
# `Flatten`, too, and behind it a weight for each place. What does help, you will build in lesson 08.

# %% [markdown]
# ## Photographs
#
# Digits are clean: white on black, all of one size. The next pictures are not: small pieces, 32 x 32 pixels, from
# 17 photographs. The task: from which photograph does a piece come? Training pieces come from the left part of each
# photograph, test pieces from the right part, so the network has never seen the places.

# %% tags=["figure"]
patches = datasets.load("photo_patches")
chosen = [int(np.flatnonzero(patches.train.labels == k)[0]) for k in range(len(patches.class_names))]
plots.grid(
    patches.train.images[chosen],
    titles=patches.class_names,
    columns=6,
    cell=1.4,
    alt="Seventeen small pieces of photographs in colour, with the names of the photographs: among them fur of the "
    "cat, bricks, grass, gravel, coins, galaxies, the moon and a printed page.",
)

# %% [markdown]
# Two networks: a **linear** one, that is, 17 templates and no hidden layer; and an MLP with two hidden layers,
# which has nearly eight times as many parameters. Each is trained from three starts, the linear one for more
# epochs, since it learns more slowly. (The pixels are brought to -1 ... 1 here, and the learning rate first rises
# and then falls. Both networks gain by that; lesson 09 says why.)
#
# **Predict:** guessing is right in 1 of 17 cases, 6%. What will the two reach?

# %% tags=["predict"]
prediction = {"linear": ..., "MLP": ...}


# %%
def build_for_patches(hidden_units, peak, epochs):
    hidden = [layers.Dense(units, activation="relu") for units in hidden_units]
    to_one = layers.Rescaling(1 / 127.5, offset=-1)
    model = keras.Sequential([keras.Input((32, 32, 3)), to_one, layers.Flatten(), *hidden, layers.Dense(17)])
    schedule = training.OneCycle(peak, training.num_steps(len(patches.train.labels), 128, epochs))
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss=loss, steps_per_execution=32)
    return model


patch_accuracies = {}
for name, *settings in (("linear", [], 1e-2, 5), ("MLP", [128, 128], 3e-3, 3)):
    results = []
    for seed, model in training.fresh_starts(lambda settings=settings: build_for_patches(*settings)):
        model.fit(training.batches(*patches.train, batch_size=128, seed=seed), epochs=settings[-1], verbose=0)
        results.append(training.accuracy(model, *patches.test))
    patch_accuracies[f"{name}, {model.count_params():,} parameters"] = results

# %% tags=["figure"]
plots.seed_dots(
    patch_accuracies,
    xlabel="test accuracy",
    alt="Two rows of three dots, a dot for each start: the linear network and the MLP.",
)

# %% tags=["claim"]
linear_patches, mlp_patches = (np.array(values) for values in patch_accuracies.values())
claims.check(
    "each MLP is better than each linear network",
    mlp_patches.min() > linear_patches.max(),
    value=100 * (mlp_patches.mean() - linear_patches.mean()),
    unit="points",
    name="patch_gain",
)
claims.check(
    "none of the MLPs gets 2 in 3 pieces right", mlp_patches.max() < 2 / 3, value=mlp_patches.mean(), name="patch_mlp"
)

# %% [markdown]
# **What to notice.** The hidden layers gain {{patch_gain:.0f}} points, and yet the MLP is right in only
# {{patch_mlp:.0%}} of the cases. A digit stands in the middle; a tuft of fur can be anywhere. There is no place at
# which a template could wait for it. What the 17 photographs differ in is *texture*: how neighbouring pixels go
# together. That is just what flattening forgets. In lesson 09 you will train a network on these very pieces that
# does not flatten them first.

# %% [markdown]
# ## Further (optional): which class is number 3?
#
# ### Exercise 5.9 (spot the bug): 97% on the laptop, 9% on the server
#
# *Further (optional).* A network is trained on pictures in folders, one folder for each class. On the laptop it
# reads 97%. On the server, with the same weights and the same pictures, 9%. The labels are made like this: label 0
# is the first name in the list, label 1 the second, and so on. The list comes from this function, and the function
# gets the folders in the order in which the computer happens to find them.
#
# Mend `class_names(folders)`. `folders` is a list of texts such as `"digits/train/three/"` in **any order**; a `/`
# at the end may be missing, and the folders may lie anywhere (`"/home/ana/photos/cat"`). Return the list of the
# last parts (`"three"`, `"cat"`), sorted by the alphabet, so that every computer gives the same list.


# %% tags=["exercise"] exercise="5.9" points=2
def class_names(folders: list[str]) -> list[str]:
    """Return the names of the classes, in the same order on every computer."""
    # BEGIN SOLUTION
    return sorted(folder.rstrip("/").split("/")[-1] for folder in folders)
    # END SOLUTION
    # BEGIN STUB
    # return [folder[13:-1] for folder in folders]
    # END STUB


# %% tags=["check"] exercise="5.9"
checks.exercise("5.9", class_names)

# %% tags=["hidden"] exercise="5.9"
from course_utils.authoring import define

exercise = define.function("5.9", class_names)
exercise.case("in order", folders=["digits/train/eight/", "digits/train/five/", "digits/train/three/"])
exercise.case("in another order", folders=["digits/train/three/", "digits/train/eight/", "digits/train/five/"])
exercise.case("no / at the end", folders=["digits/train/three", "digits/train/eight"])
exercise.case("elsewhere", folders=["/home/ana/photos/dog/", "/home/ana/photos/cat/"])
exercise.case("on two disks", folders=["/disk1/zebra", "/disk2/ant"])
exercise.case("one folder", visible=False, folders=["three/"])
exercise.case("a mixture", visible=False, folders=["b/x/cat", "a/dog/", "emu"])
exercise.random_cases(2, lambda rng: {"folders": [f"p/q/{name}/" for name in rng.permutation(["d", "a", "c", "b"])]})

# %% tags=["hidden"] exercise="5.9"
exercise.hints(
    "Two things depend on luck here: the order in which the folders come, and how long the part before the name is.",
    "text.split('/') cuts a text at each '/'. What is the last piece of 'a/b/' and of 'a/b'? Then sort the NAMES.",
    "A smaller case: ['x/two/', 'y/one'] gives the names 'two' and 'one', and sorted ['one', 'two'].",
)


@exercise.correct
def with_pathlib(folders):
    import pathlib

    return sorted(pathlib.PurePosixPath(folder).name for folder in folders)


@exercise.correct
def with_a_loop(folders):
    names = []
    for folder in folders:
        parts = [part for part in folder.split("/") if part]
        names.append(parts[-1])
    names.sort()
    return names


# %% tags=["hidden"] exercise="5.9"
@exercise.mutant("Nothing has changed: the order is that of the computer, and the name is cut out at fixed places.")
def as_it_was(folders):
    return [folder[13:-1] for folder in folders]


@exercise.mutant("The order is right now. But [13:-1] still cuts at fixed places: other folders lose or gain letters.")
def sorted_but_cut_at_fixed_places(folders):
    return sorted(folder[13:-1] for folder in folders)


@exercise.mutant("The names are right now. But their order is still that in which the computer found the folders.")
def right_names_unsorted(folders):
    return [folder.rstrip("/").split("/")[-1] for folder in folders]


@exercise.mutant("Where a / stands at the end, the last piece after split('/') is empty. Take the / away first.")
def empty_names(folders):
    return sorted(folder.split("/")[-1] for folder in folders)


@exercise.mutant("You sorted the folders, not the names: with folders on several disks the names come out unsorted.")
def sorts_the_folders(folders):
    return [folder.rstrip("/").split("/")[-1] for folder in sorted(folders)]


# %% [markdown]
# ## Key points
#
# - A unit multiplies each input by a weight, adds up, adds a bias, and cuts off what is negative (ReLU). Layers of
#   units make ten scores; softmax makes probabilities of them.
# - The loss is minus the logarithm of the right class's probability. It sees how *sure* a network is; accuracy only
#   sees who is first. Guessing among ten classes has the loss 2.303.
# - Training: slopes of the loss, one small step against them, batch after batch, epoch after epoch. The learning
#   rate says how far.
# - Training, validation and test pictures have different jobs. A gap between training and validation is
#   over-fitting; both bad is under-fitting.
# - Flattening forgets which pixels are neighbours. So an MLP takes a moved digit for something new, does not mind
#   shuffled pixels, and needs a weight for every pixel and unit.
#
# ## Self-test
#
# <details><summary>1. The scores for three classes are 5, 5 and 5. What are the probabilities, and what is the
# loss?</summary>
#
# One third each; the loss is ln 3 = 1.099, whichever class is right.
#
# </details>
#
# <details><summary>2. Validation accuracy stays at 95% while the validation loss rises. How is that
# possible?</summary>
#
# The same pictures are wrong, but the network has become surer of these mistakes.
#
# </details>
#
# <details><summary>3. 1,000 training pictures, batches of 32, 5 epochs: how many steps?</summary>
#
# 31 whole batches and one of 8 pictures make 32 steps an epoch: 160 steps.
#
# </details>
#
# <details><summary>4. Somebody tries 30 networks and reports the best accuracy on the test pictures. What is
# wrong?</summary>
#
# The test pictures were used to choose, so they have become validation pictures. The best of 30 is partly luck.
#
# </details>
#
# <details><summary>5. An MLP and a CNN are trained on pictures whose pixels are shuffled, in each picture in a
# different way. What do you expect?</summary>
#
# Both get little better than counting bright pixels: now a place means nothing in any picture, so the MLP has
# nothing to hold on to either.
#
# </details>
#
# <details><summary>6. How many parameters has an MLP 3072-1000-512-10, and what does the 3072 stand for?</summary>
#
# 3,590,642. A colour picture of 32 x 32 pixels has 32 x 32 x 3 = 3,072 numbers.
#
# </details>
#
# ## To read
#
# - M. Nielsen, [Neural Networks and Deep Learning](http://neuralnetworksanddeeplearning.com), chapters 1 and 2: the
#   same digits, and backpropagation in full.
# - A. Zhang, Z. Lipton, M. Li and A. Smola, [Dive into Deep Learning](https://d2l.ai), chapters 4 and 5: softmax,
#   loss and MLPs.
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition",
#   Proceedings of the IEEE 86(11), 1998: MNIST, and why MLPs are not enough for it.
# - D. Kingma and J. Ba, [Adam: a method for stochastic optimization](https://arxiv.org/abs/1412.6980), 2015.
#
# ## Next
#
# [06 Share weights locally](06_share_weights_locally.ipynb): what happens when a unit looks at a small window only,
# and when all windows share the same weights.
