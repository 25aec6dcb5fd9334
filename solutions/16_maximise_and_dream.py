# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Maximise and dream
# read_minutes: 40
# exercise_minutes: 55
# objectives:
#   - Make a picture that a network is sure of by gradient ascent, and show that it need not resemble anything
#   - Say what each part of a good ascent is for, from pictures in which one part at a time is missing
#   - Compare what filters early and late in a network answer to most
#   - Let a photograph dream with octaves, for a layer, a filter or a class
#   - Describe a pattern by the products of maps, and join the content of one photograph with the pattern of another
# needs: [04_filter_by_frequency, 09_design_and_train_a_cnn, 13_transfer_from_vgg16]
# data: [mnist, brick, cat, coins, flower, ihc]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 95 minutes, exercises included: opening and 16.1 20, ten digits with 16.2 and 16.3
# 25, filters and the missing parts with 16.4 20, classes 5, dream with 16.5 12, patterns and hybrid with 16.6 13. Short
# of time: leave out 16.4.
#
# **What students believe, and where the lesson meets it.** A network that is sure has seen something (opening). The
# maximised picture is "what the network sees" (it is what it answers to MOST, among the pictures that one allowed).
# More objective means a better picture (missing parts: the rival with the highest score is the worse picture). A
# regulariser is a cosmetic (the digits: what was made without any is noise to another network). Dreams show what the
# network was trained on (they show what its LAYER tells apart).
#
# **Let the class vote before you run:** what the noise is taken for; which missing part hurts most; which four classes
# are shown (keep the titles hidden). Ask for a photograph of their own for the dream a day before.

# %% tags=["setup"]
import cv2
import keras
import numpy as np
from keras import layers

from course_utils import backbones, checks, claims, datasets, dream, images, plots, profile, training
from course_utils.features import gradients

# %% [markdown]
# ## It is certain that this is a three
#
# Here is a network of the kind that you have built in lesson 09. It has learned to read handwritten digits.


# %%
def digit_network(noise, filters=(16, 32, 64)):
    """Return a small network for digits; `noise` is added to its input in training, and only there."""
    inputs = keras.Input((28, 28, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    x = layers.GaussianNoise(noise)(x) if noise else x
    for number, num_filters in enumerate(filters):
        x = layers.Conv2D(num_filters, 3 if number else 5, strides=1 if number else 2, use_bias=False)(x)
        x = layers.MaxPooling2D(2)(x) if number == 1 else x
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    return keras.Model(inputs, layers.Dense(10)(layers.Flatten()(x)))


# %%
def train_on_digits(seed, epochs, noise=0.0, filters=(16, 32, 64)):
    """Return a network that has been trained on the course's digits."""
    training.seed(seed)
    network = digit_network(noise, filters)
    steps = training.num_steps(len(digits.train.labels), 64, epochs)
    network.compile(
        optimizer=keras.optimizers.Adam(training.OneCycle(0.005, steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=5,
    )
    batches = training.batches(*digits.train, batch_size=64, seed=seed)
    network.fit(batches, epochs=epochs, verbose=0, callbacks=training.callbacks())
    return network


def probabilities(network, pictures):
    """Return the probability of each class for each picture."""
    logits = network(np.asarray(pictures, np.float32), training=False)
    return keras.ops.convert_to_numpy(keras.ops.softmax(logits))


# %%
digits = datasets.load("mnist")
ten = np.arange(10)
reader = train_on_digits(seed=0, epochs=profile.choose(quick=4, full=12))

# %% [markdown]
# And here are ten pictures of 28 x 28 pixels. **Predict before you run the next cell but one:** what will the network
# take them for, and how sure will it be?

# %% tags=["predict"]
prediction = "..."  # "all for the same digit", "never sure", ...

# %%
three_times = np.tile(ten, 3)  # three starts from noise for each digit
wish = dream.log_probability(reader, three_times)
naive = dream.maximise(wish, 28, dream.Pixels(start=0.0, noise=0.1), steps=100).images
judged = probabilities(reader, naive)
plots.grid(
    naive[:10, ..., 0],
    titles=[f"{row.argmax()}\np = {row.max():.2f}" for row in judged[:10]],
    columns=10,
    alt="Ten squares of gray noise in which nothing can be seen; above each stands a digit from 0 to 9 and p = 1.00.",
)

# %% tags=["claim"]
accuracy = training.accuracy(reader, *digits.test)
claims.check("the network reads more than 95% of real test digits rightly", accuracy > 0.95, value=accuracy)
least = judged[range(30), three_times].min()
claims.check("of 30 pictures of noise: it is sure of each wanted digit, p > 0.97", least > 0.97, value=least)

# %% [markdown]
# **What to notice.** This network reads digits well. Yet here are ten pictures of noise, one for each digit, and of
# every one it is as sure as it can be. Such pictures are called **fooling images**. So "p = 1.00" does not say "I have
# seen a three". It says: *of the ten answers that I know, and by what I have learned to look at, this is a three.*
# Nobody ever told it what pictures there are beside digits.
#
# How were they made? And can the same way be made to lead to pictures in which *we* see a three as well? The first
# question takes a minute, the second one is what this lesson is about.

# %% [markdown]
# ## Uphill, in the picture
#
# In training the picture is given, and the **weights** move downhill on the loss. Now the weights are given, and the
# **picture** moves uphill on what we want more of. It is the same chain rule; it only goes one step further, past the
# first layer, to the pixels. The gradient says for each pixel by how much the wish would grow if this pixel became
# one gray level brighter. The walk is called **gradient ascent**, the pictures that it ends in **maximised**.
#
# `gradients.of` gives the value of a function and its gradient. The wish is the logarithm of the probability of a
# three, the log-softmax of its logit.


# %%
def log_probability_of_three(pictures):
    return keras.ops.log_softmax(reader(pictures, training=False))[0, 3]


start = np.random.default_rng(0).uniform(0, 60, (1, 28, 28, 1)).astype(np.float32)
picture, wishes = start, []
for _ in range(20):
    wish, gradient = gradients.of(log_probability_of_three, picture)
    gradient = keras.ops.convert_to_numpy(gradient)
    picture = np.clip(picture + 6 * gradient / gradient.std(), 0, 255)
    wishes.append(float(wish))

# %%
plots.compare(
    start[0, ..., 0],
    picture[0, ..., 0],
    titles=[f"before: p = {np.exp(wishes[0]):.3f}", f"20 steps uphill: p = {np.exp(wishes[-1]):.2f}"],
    height=2.2,
    alt="Two squares of noise side by side; in the second a few bright specks stand out that make no digit.",
)

# %% tags=["claim"]
claims.check("20 steps by hand take the log-probability up by more than 2", wishes[-1] - wishes[0] > 2)
wish, gradient = gradients.of(log_probability_of_three, start)
row, column = np.unravel_index(np.abs(keras.ops.convert_to_numpy(gradient)[0, ..., 0]).argmax(), (28, 28))
brighter, darker = start.copy(), start.copy()
brighter[0, row, column] += 1
darker[0, row, column] -= 1
difference = float(log_probability_of_three(brighter) - log_probability_of_three(darker)) / 2
found = float(gradient[0, row, column, 0])
claims.check("the gradient is what one finds by changing one pixel", abs(difference - found) < 0.1 * abs(found))

# %% [markdown]
# That is all. `dream.maximise` does the same with a better rule for the length of the steps (Adam, as in training), for
# many pictures at once, and with the parts that you will get to know below. It shows how far it is, and the same seed
# gives the same picture.
#
# **Why the probability, and why its logarithm?** The logit of the three can grow while those of the two and the eight
# grow even faster. The log-softmax grows only if the three gets *ahead* of the others. And the probability itself
# would be flat where the network is sure, whether of the right or of the wrong digit: nothing to climb.

# %% [markdown]
# ### Exercise 16.1 (build): one step uphill, without any library
#
# Take the simplest classifier there is: `logits = picture @ weights + biases`, with the picture as a row of numbers.
# For it the gradient of the log-probability of class $t$ can be written down. With the probabilities $p_k$,
#
# $$\nabla \log p_t = w_t - \sum_k p_k\, w_k,$$
#
# the weights of the class that we want, minus the mean of all classes' weights, by their probabilities. Write
# `step(picture, weights, biases, target, rate)`. It returns the picture plus `rate` times this gradient, clipped to
# 0..255. The logits can be as large as 1000: the exponential must not overflow.


# %% tags=["exercise"] exercise="16.1" points=3
def step(picture: np.ndarray, weights: np.ndarray, biases: np.ndarray, target: int, rate: float) -> np.ndarray:
    """Return the picture after one step; picture (n,), weights (n, num_classes), biases (num_classes,)."""
    # BEGIN SOLUTION
    logits = picture @ weights + biases
    odds = np.exp(logits - logits.max())
    gradient = weights[:, target] - weights @ (odds / odds.sum())
    return np.clip(picture + rate * gradient, 0, 255)
    # END SOLUTION


# %% tags=["check"] exercise="16.1"
checks.exercise("16.1", step)

# %% tags=["hidden"] exercise="16.1"
from course_utils.authoring import define

exercise = define.function("16.1", step, rtol=1e-5, atol=1e-6)
two_by_three = np.array([[0.02, -0.01, 0.0], [0.0, 0.03, -0.02]])
exercise.case("gray, class 0", picture=np.array([100.0, 100.0]), weights=two_by_three, biases=np.zeros(3), target=0,
    rate=500.0)  # fmt: skip
exercise.case("the same, class 2", picture=np.array([100.0, 100.0]), weights=two_by_three, biases=np.zeros(3),
    target=2, rate=500.0)  # fmt: skip
exercise.case("the biases decide", picture=np.array([10.0, 20.0]), weights=two_by_three,
    biases=np.array([3.0, -1.0, 0.5]), target=1, rate=800.0)  # fmt: skip
exercise.case("it leaves 0..255", picture=np.array([2.0, 250.0]), weights=two_by_three, biases=np.zeros(3), target=1,
    rate=2000.0)  # fmt: skip
exercise.case("large logits", picture=np.array([200.0, 255.0]), weights=200 * two_by_three, biases=np.zeros(3),
    target=0, rate=3.0)  # fmt: skip
exercise.case("sure already, large logits", visible=False, picture=np.array([250.0, 0.0]), weights=200 * two_by_three,
    biases=np.zeros(3), target=0, rate=100.0)  # fmt: skip
exercise.case("out at the bottom", visible=False, picture=np.array([3.0, 30.0]), weights=two_by_three,
    biases=np.zeros(3), target=2, rate=3000.0)  # fmt: skip
exercise.random_cases(
    3,
    lambda rng: {
        "picture": rng.uniform(0, 255, 6), "weights": rng.normal(0, 0.01, (6, 4)), "biases": rng.normal(0, 1, 4),
        "target": int(rng.integers(0, 4)), "rate": float(rng.uniform(100, 2000)),
    },
)  # fmt: skip

# %% tags=["hidden"] exercise="16.1"
exercise.hints(
    "Four lines: logits, probabilities, gradient, step. The gradient has one number per pixel, as the picture has.",
    "np.exp(logits - logits.max()) does not overflow and gives the same probabilities. The mean of the weights is "
    "weights @ probabilities.",
    "A smaller case: one pixel of 100, weights [[1, 0]], biases [-100, 0]: both logits are 0, so p = (1/2, 1/2). The "
    "gradient for class 0 is 1 - 1/2 = 0.5; with rate 10 the pixel becomes 105.",
)


# %% tags=["hidden"] exercise="16.1"
@exercise.correct
def class_by_class(picture, weights, biases, target, rate):
    logits = [float(np.dot(picture, weights[:, k]) + biases[k]) for k in range(weights.shape[1])]
    odds = [np.exp(logit - max(logits)) for logit in logits]
    gradient = weights[:, target].astype(float)
    for k, odd in enumerate(odds):
        gradient = gradient - odd / sum(odds) * weights[:, k]
    return np.minimum(255, np.maximum(0, picture + rate * gradient))


@exercise.correct
def with_one_hot(picture, weights, biases, target, rate):
    from scipy.special import softmax

    missing = np.eye(weights.shape[1])[target] - softmax(picture @ weights + biases)
    return (picture + rate * weights @ missing).clip(0, 255)


@exercise.mutant("That is the gradient of the LOGIT: the mean of all classes' weights is not subtracted.")
def climbs_the_logit(picture, weights, biases, target, rate):
    return np.clip(picture + rate * weights[:, target], 0, 255)


@exercise.mutant("You walk downhill: the picture moves away from the class. Add the gradient.")
def walks_downhill(picture, weights, biases, target, rate):
    logits = picture @ weights + biases
    odds = np.exp(logits - logits.max())
    return np.clip(picture - rate * (weights[:, target] - weights @ (odds / odds.sum())), 0, 255)


# %% tags=["hidden"] exercise="16.1"
@exercise.mutant("The exponential of a large logit is infinite: subtract the largest logit first.")
def overflows(picture, weights, biases, target, rate):
    odds = np.exp(picture @ weights + biases)
    return np.clip(picture + rate * (weights[:, target] - weights @ (odds / odds.sum())), 0, 255)


@exercise.mutant("The picture must stay within 0..255.")
def does_not_clip(picture, weights, biases, target, rate):
    logits = picture @ weights + biases
    odds = np.exp(logits - logits.max())
    return picture + rate * (weights[:, target] - weights @ (odds / odds.sum()))


@exercise.mutant("The plain mean of the weights is subtracted. Each class counts by its probability.")
def plain_mean(picture, weights, biases, target, rate):
    return np.clip(picture + rate * (weights[:, target] - weights.mean(axis=1)), 0, 255)


@exercise.mutant("The biases are missing from the logits.")
def forgets_the_biases(picture, weights, biases, target, rate):
    return step(picture, weights, 0 * biases, target, rate)


# %% [markdown]
# ## Ten digits that one can read
#
# The noise is not the fault of the ascent. There are simply far more pictures of noise than pictures of threes, and the
# network never had to tell them apart. So we ask for more:
#
# 1. **Noise in training.** The network gets the digits with strong noise on them (`GaussianNoise(0.6)`, of a range of
#    1). A pattern of single pixels is worth hardly anything to it any more.
# 2. **L2.** Each pixel pays for the square of its brightness. What the network does not need stays black.
# 3. **Total variation.** Neighbouring pixels pay for their difference: areas and strokes are cheap, noise is dear.
# 4. **Jitter.** Before each step the picture is moved by up to a pixel, at random. What has to please the network at
#    several places cannot be a coincidence of pixels.
#
# What makes a picture pay is called a **regulariser**, as in training. **Predict:** which of the four could one leave
# out?

# %% tags=["predict"]
prediction = "..."

# %%
careful_reader = train_on_digits(seed=1, epochs=profile.choose(quick=8, full=15), noise=0.6, filters=(24, 48, 96))
dark = dream.Pixels(start=0.35, noise=0.1)
l2, variation, jitter = dream.L2(5.0, quiet=0.0), dream.TotalVariation(2.0), dream.Jitter(1)


def with_white(pictures):
    """Return pictures whose brightest pixels have been made white, uint8."""
    brightest = np.percentile(pictures, 99.5, axis=(1, 2, 3), keepdims=True)
    return np.clip(pictures * (255 / np.maximum(brightest, 1)), 0, 255).astype(np.uint8)


def draw_digits(network, penalties=(l2, variation), transformations=(jitter,), seed=1):
    """Return one maximised picture for each digit, uint8 (10, 28, 28, 1)."""
    wish = dream.log_probability(network, ten)
    return with_white(dream.maximise(wish, 28, dark, transformations, penalties, steps=200, seed=seed).images)


# %%
rows = {
    "all four": draw_digits(careful_reader),
    "no noise in training": draw_digits(reader),
    "no L2": draw_digits(careful_reader, penalties=[variation]),
    "no total variation": draw_digits(careful_reader, penalties=[l2]),
    "no jitter": draw_digits(careful_reader, transformations=[]),
    "none: the opening": with_white(naive[:10]),
}

# %% tags=["figure"]
plots.grid(
    [np.concatenate(row[..., 0], axis=1) for row in rows.values()],
    titles=list(rows),
    columns=1,
    cell=7.5,
    alt="Six rows of ten pictures. With all four parts, each digit from 0 to 9 can be read as white strokes on black. "
    "Without noise in training: broken pieces of strokes. Without L2: stains on a gray ground, some like digits, one "
    "all white. Without total variation: digits in noise. Without jitter: digits of which the 5 is broken and the 9 "
    "has no tail. Without all: noise.",
)

# %% [markdown]
# **What to notice.** The first row is the network's own idea of ten digits, and one can read them all. (The 4 is open
# at the top, as many people write it. We have drawn from three starts and show the one that we like best; you will see
# the others in a moment.) Now go down.
#
# - *No noise in training:* the three regularisers are there, but they have to do with a network that looks at edges of
#   strokes and not at strokes.
# - *No L2:* the ground is as bright as it happens to be. The network does not mind; it never saw a gray ground. The 8
#   has drowned in it.
# - *No total variation:* digits, and beside them whatever is free of charge.
# - *No jitter:* the least loss here, yet strokes break: the five falls apart, the nine loses its tail.
# - *None:* the opening.
#
# None of the four is made for digits. They say the same thing in four ways: *small changes of the picture must not
# matter, and what is not needed is not there.*
#
# But are we not fooling ourselves? We look for digits in the pictures, and we chose the settings by looking. So let
# somebody judge who knows nothing of all this: a **third network**, with fewer filters, other first weights, and the
# digits in another order. It takes part in nothing but the verdict. And we draw the ten digits from three seeds.
#
# **Predict:** how many of the ten noise pictures of the opening does it take for the digit that they were made for?

# %% tags=["predict"]
prediction = "..."

# %%
judge = train_on_digits(seed=2, epochs=profile.choose(quick=5, full=12), noise=0.5, filters=(12, 24, 48))
drawn = [draw_digits(careful_reader, seed=0), rows["all four"], draw_digits(careful_reader, seed=2)]
verdicts = np.array([np.diag(probabilities(judge, pictures)) for pictures in drawn])  # (3 seeds, 10 digits)
on_noise = np.diag(probabilities(judge, naive[:10]))
picture = plots.figure(
    7, 2.2,
    alt="Four rows of ten dots. Those of noise are spread over the left three quarters; those of readable digits lie "
    "between 0.9 and 1, most of them at 1.",
)  # fmt: skip
axes = picture.subplots()
for height, row in enumerate([on_noise, *verdicts]):
    axes.plot(row, np.full(10, height), "o", markersize=8, alpha=0.5)
axes.set_yticks(range(4), ["noise of the opening", *(f"readable, seed {seed}" for seed in range(3))])
axes.set(xlim=(-0.02, 1.02), ylim=(3.5, -0.5), xlabel="probability of the wanted digit, one dot per picture")
axes.grid(axis="x")
picture

# %% tags=["claim"]
judge_accuracy = training.accuracy(judge, *digits.test)
claims.check("the third network reads more than 95% of real digits rightly", judge_accuracy > 0.95)
confident = (verdicts > 0.9).sum(axis=1)
claims.check(
    "for each of three seeds it reads at least 9 of 10 maximised digits rightly, with p > 0.9",
    confident.min() >= 9, value=confident.min(), unit="of 10",
)  # fmt: skip
claims.check(
    "it is that sure of at most 4 of the 10 noise pictures", (on_noise > 0.9).sum() <= 4,
    value=(on_noise > 0.9).sum(), unit="of 10",
)  # fmt: skip
claims.check(
    "its mean probability for noise is below 0.7", on_noise.mean() < 0.7, value=on_noise.mean(), name="on_noise"
)
calm, noisy = (dream.total_variation(rows[name]).mean() for name in ("all four", "none: the opening"))
claims.check("without all four, total variation is more than 3 times as large", noisy > 3 * calm, value=noisy / calm)
again = np.diag(probabilities(reader, rows["all four"]))
claims.check(
    "the network that took noise for digits reads at least 9 of 10 too, with p > 0.9", (again > 0.9).sum() >= 9
)

# %% [markdown]
# **What to notice.** The noise pictures fool the network that they were made for. A stranger gives the wanted digit
# {{on_noise:.0%}} on average, and guessing would be 10%. (Fooling pictures can *transfer*: networks that learned from
# the same data share some blind spots. How far it goes depends on the two networks; here it does not go far.) The
# readable digits convince it. Here they are, all thirty:

# %% tags=["figure"]
plots.grid(
    [np.concatenate(row[..., 0], axis=1) for row in drawn],
    titles=[f"seed {seed}" for seed in range(3)],
    columns=1,
    cell=7.5,
    alt="Three rows of the digits 0 to 9 as white strokes on black, a little different in each row. Some are clumsy: a "
    "lumpy 0, a 5 like an E, a 7 with a loose stroke.",
)

# %% [markdown]
# Some are clumsy. No network looks at a picture as we do, and "p = 1.00" says nothing of beauty.
#
# That is the test to remember. A picture that a network is sure of says something about this network. A picture that
# *other* networks are sure of as well says something about digits.

# %% [markdown]
# ### Exercise 16.2 (build): what neighbours pay
#
# Write `total_variation(image)` for a gray image `(height, width)` with at least two rows and two columns. It returns
# the mean of the absolute differences between each pixel and the one below it, plus the mean of those between each
# pixel and the one to its right. Images may be uint8.


# %% tags=["exercise"] exercise="16.2" points=2
def total_variation(image: np.ndarray) -> float:
    """Return the mean difference between neighbours, down plus across."""
    # BEGIN SOLUTION
    values = image.astype(np.float64)
    return float(np.abs(np.diff(values, axis=0)).mean() + np.abs(np.diff(values, axis=1)).mean())
    # END SOLUTION


# %% tags=["check"] exercise="16.2"
checks.exercise("16.2", total_variation)

# %% tags=["hidden"] exercise="16.2"
from course_utils.authoring import define

exercise = define.function("16.2", total_variation, rtol=1e-5, atol=1e-6)
exercise.case("a step", image=np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
exercise.case("up and down", image=np.array([[0.0, 3.0, 0.0], [4.0, 0.0, 4.0], [0.0, 3.0, 0.0]]))
exercise.case("bytes", image=np.array([[200, 10], [20, 250], [255, 0]], np.uint8))
exercise.case("a slope", image=np.arange(12.0).reshape(3, 4))
exercise.case("flat", visible=False, image=np.full((5, 4), 7.0))
exercise.case("two by two", visible=False, image=np.array([[1.0, 2.0], [4.0, 8.0]]))
exercise.random_cases(3, lambda rng: {"image": rng.integers(0, 256, (6, 9)).astype(np.uint8)})
exercise.hints(
    "image[1:] - image[:-1] is the difference to the pixel above. What of negative differences, and what of bytes?",
    "Make floats first, take absolute values, then the mean of all differences down plus the mean of all across: there "
    "are (height - 1) * width of the first and height * (width - 1) of the second.",
    "A smaller case: [[0, 2], [0, 2]]: down 0 and 0, across 2 and 2: the result is 0 + 2 = 2.",
)


# %% tags=["hidden"] exercise="16.2"
@exercise.correct
def with_slices(image):
    image = np.asarray(image, float)
    down, across = image[1:] - image[:-1], image[:, 1:] - image[:, :-1]
    return np.mean(np.sqrt(down**2)) + np.mean(np.sqrt(across**2))


@exercise.correct
def with_loops(image):
    height, width = image.shape
    down = [abs(int(image[i + 1, j]) - int(image[i, j])) if image.dtype == np.uint8 else
            abs(image[i + 1, j] - image[i, j]) for i in range(height - 1) for j in range(width)]  # fmt: skip
    across = [abs(float(image[i, j + 1]) - float(image[i, j])) for i in range(height) for j in range(width - 1)]
    return float(sum(down) / len(down) + sum(across) / len(across))


@exercise.mutant("Differences of bytes wrap round: 10 - 200 is 66 there. Make floats first.")
def stays_with_bytes(image):
    return float(np.abs(np.diff(image, axis=0)).mean() + np.abs(np.diff(image, axis=1)).mean())


@exercise.mutant("Differences of opposite signs cancel each other: take absolute values before the mean.")
def forgets_abs(image):
    values = image.astype(np.float64)
    return float(np.diff(values, axis=0).mean() + np.diff(values, axis=1).mean())


# %% tags=["hidden"] exercise="16.2"
@exercise.mutant("Only the differences down are there; those across are missing.")
def down_only(image):
    return float(np.abs(np.diff(image.astype(np.float64), axis=0)).mean())


@exercise.mutant("These are sums. Asked are means, so that large pictures do not pay more.")
def sums_up(image):
    values = image.astype(np.float64)
    return float(np.abs(np.diff(values, axis=0)).sum() + np.abs(np.diff(values, axis=1)).sum())


@exercise.mutant(
    "Those are squares: they forbid edges. Total variation takes absolute values, and an edge costs its height."
)
def takes_squares(image):
    values = image.astype(np.float64)
    return float((np.diff(values, axis=0) ** 2).mean() + (np.diff(values, axis=1) ** 2).mean())


@exercise.mutant("Both kinds in one mean: they are to be averaged separately and then added.")
def one_mean(image):
    values = image.astype(np.float64)
    return float(np.concatenate([np.abs(np.diff(values, axis=axis)).ravel() for axis in (0, 1)]).mean())


# %% [markdown]
# ### Exercise 16.3 (spot the bug): the picture that runs away
#
# A student programs jitter by herself. Before each step she rolls the picture by some rows and columns, asks for the
# gradient *there*, and moves it back before she adds it. Her digits come out as smears. This is her step; the function
# that gives the gradient has been left out, `gradient` is what it gave for the rolled picture. There are **two** bugs.
#
# Mend `back_in_place(picture, gradient, rows, columns, rate)`. The picture `(height, width)` was rolled **down** by
# `rows` and to the **right** by `columns`, as `np.roll(picture, (rows, columns), axis=(0, 1))` does. Return the picture
# plus `rate` times the gradient, each number of it at the pixel that it belongs to.


# %% tags=["exercise"] exercise="16.3" points=2
def back_in_place(picture: np.ndarray, gradient: np.ndarray, rows: int, columns: int, rate: float) -> np.ndarray:
    """Return the picture after a step with the gradient of the rolled picture."""
    # BEGIN SOLUTION
    return picture + rate * np.roll(gradient, (-rows, -columns), axis=(0, 1))
    # END SOLUTION
    # BEGIN STUB
    # moved = np.roll(gradient, (rows, columns), axis=(1, 0))
    # return picture + rate * moved
    # END STUB


# %% tags=["check"] exercise="16.3"
checks.exercise("16.3", back_in_place)

# %% tags=["hidden"] exercise="16.3"
from course_utils.authoring import define

exercise = define.function("16.3", back_in_place, rtol=1e-6, atol=1e-8)
black = np.zeros((3, 4))
ones_place = np.zeros((3, 4))
ones_place[1, 2] = 1.0
exercise.case("down by one", picture=black, gradient=ones_place, rows=1, columns=0, rate=1.0)
exercise.case("right by one", picture=black, gradient=ones_place, rows=0, columns=1, rate=1.0)
exercise.case("both, round the corner", picture=np.arange(12.0).reshape(3, 4)[::-1],
    gradient=np.arange(12.0).reshape(3, 4), rows=2, columns=3, rate=0.5)  # fmt: skip
exercise.case("up and left", picture=black, gradient=np.arange(12.0).reshape(3, 4), rows=-1, columns=-1, rate=2.0)
exercise.case("darker than black", picture=black, gradient=-ones_place, rows=1, columns=1, rate=3.0)
exercise.case("above white and below black", visible=False, picture=np.array([[250.0, 3.0], [128.0, 254.0]]),
    gradient=np.array([[-9.0, 2.0], [30.0, -8.0]]), rows=1, columns=0, rate=1.0)  # fmt: skip
exercise.case("not moved", visible=False, picture=black, gradient=ones_place, rows=0, columns=0, rate=3.0)
exercise.random_cases(
    3,
    lambda rng: {
        "picture": rng.uniform(0, 255, (5, 6)), "gradient": rng.normal(0, 1, (5, 6)), "rows": int(rng.integers(1, 3)),
        "columns": int(rng.integers(-2, 0)), "rate": float(rng.uniform(0.5, 2)),
    },
)  # fmt: skip
exercise.hints(
    "Put a single 1 into the gradient of a picture that was rolled down by one row. At which pixel was it before?",
    "To undo a roll one rolls the other way. And axis 0 is the axis of rows.",
    "A smaller case: the column [a, b, c], rolled down by 1, is [c, a, b]. Its gradient [3, 1, 2] belongs to c, a, b: "
    "in the picture's order it is [1, 2, 3], the gradient rolled UP by 1.",
)


# %% tags=["hidden"] exercise="16.3"
@exercise.correct
def axis_by_axis(picture, gradient, rows, columns, rate):
    back = np.roll(np.roll(gradient, -columns, axis=1), -rows, axis=0)
    return rate * back + picture


@exercise.correct
def with_indices(picture, gradient, rows, columns, rate):
    height, width = picture.shape
    down, right = (np.arange(height) + rows) % height, (np.arange(width) + columns) % width
    return picture + rate * gradient[np.ix_(down, right)]


@exercise.mutant("The gradient is rolled the same way a second time. Roll it back.")
def rolls_twice(picture, gradient, rows, columns, rate):
    return picture + rate * np.roll(gradient, (rows, columns), axis=(0, 1))


@exercise.mutant("Rows and columns are exchanged: axis 0 is that of rows.")
def exchanges_the_axes(picture, gradient, rows, columns, rate):
    return picture + rate * np.roll(gradient, (-rows, -columns), axis=(1, 0))


# %% tags=["hidden"] exercise="16.3"
@exercise.mutant("Both bugs are still there: the direction and the axes.")
def changes_nothing(picture, gradient, rows, columns, rate):
    return picture + rate * np.roll(gradient, (rows, columns), axis=(1, 0))


@exercise.mutant("The gradient is not moved at all: it lands on the wrong pixels.")
def does_not_move(picture, gradient, rows, columns, rate):
    return picture + rate * gradient


@exercise.mutant("The picture was clipped. That is not asked here: only the gradient, each number at its pixel.")
def clips(picture, gradient, rows, columns, rate):
    return np.clip(picture + rate * np.roll(gradient, (-rows, -columns), axis=(0, 1)), 0, 255)


@exercise.mutant("You moved the picture with the gradient: the picture wanders from step to step.")
def moves_the_picture(picture, gradient, rows, columns, rate):
    return np.roll(picture + rate * gradient, (-rows, -columns), axis=(0, 1))


# %% [markdown]
# ## What a filter wants
#
# Digits are small and black and white. Now to a network that was trained on more than a million photographs.

# %%
network = backbones.load("efficientnet_lite0")
print(network)

# %% [markdown]
# What does *one filter* of it answer to? We can look for photographs on which it answers most. Or we ask the filter
# itself: we maximise the mean of its feature map, from noise, and see what grows. Six filters from each of four layers,
# spread evenly over all that there are.
#
# **Predict before you run:** what will the earliest layer want? And the latest?

# %% tags=["predict"]
prediction = "..."

# %%
sizes = {"block2b_add": 48, "block3b_add": 64, "block4c_add": 88, "block5c_add": 136}
wanted, steps = {}, profile.choose(quick=32, full=256)
for layer_name, size in sizes.items():
    num_filters = network.up_to(layer_name).output.shape[-1]
    chosen = (np.arange(1, 7) * num_filters // 7 - 1).tolist()
    wish = dream.channel(network.body, layer_name, chosen)
    view = dream.View(size - size // 8, least=0.6)
    wanted[layer_name] = dream.maximise(wish, size, transformations=[view], steps=steps)

# %% tags=["figure"]
strips = []
for found in wanted.values():
    enlarged = [cv2.resize(picture, (144, 144), interpolation=cv2.INTER_CUBIC) for picture in found.images]
    strips.append(np.concatenate(enlarged, axis=1))
plots.grid(
    strips,
    titles=[name.split("_")[0] for name in wanted],
    columns=1,
    cell=9,
    alt="Four rows of six colour pictures. First row: coloured stripes and ripples in various directions. Second: "
    "ribs, knots, a wickerwork. Third: scales, cells, coils, woven cloth. Fourth: fur with an animal's eyes and nose, "
    "an eye with lashes, overlapping fans, two heads with dark eyes, towers.",
)

# %% tags=["claim"]
grown = [found.after / np.abs(found.before) for found in wanted.values()]
gains = np.array([found.after - found.before for found in wanted.values()])
claims.check(
    "each of the 24 filters answers more at the end, and half of them more than 5 times as much",
    gains.min() > 0 and np.median(grown) > 5, value=np.median(grown), unit="times", name="grown",
)  # fmt: skip


# %%
def window_of(layer_name, picture):
    """Return how many columns of a picture the number in the middle of a layer's maps depends on."""
    cut = network.up_to(layer_name)

    def middle(pictures):
        maps = cut(pictures, training=False)
        return keras.ops.sum(maps[:, maps.shape[1] // 2, maps.shape[2] // 2])

    _, gradient = gradients.of(middle, picture[np.newaxis].astype(np.float32))
    return int((np.abs(keras.ops.convert_to_numpy(gradient)) > 0).any(axis=(0, 1, 3)).sum())


photograph = images.resize_square(images.crop_square(images.load("cat")), 256)
windows = {name: window_of(name, photograph) for name in sizes}

# %% tags=["claim"]
in_order = list(windows.values())
claims.check("each of the four layers sees a wider window than the one before", in_order == sorted(set(in_order)))
claims.check("the first sees less than 40 columns, the last more than 180", in_order[0] < 40 and in_order[-1] > 180)

# %% [markdown]
# **What to notice.** Go down the rows. First stripes of one direction and colour; then ribs, knots and wickerwork,
# that is, stripes put together; then scales, cells and cloth; and in the last row things that one can name, or
# nearly: fur with eyes in it, a head, fans. It is the same order in nearly every network that was trained on
# photographs. No one asked for it. Each layer puts together what the one before has found, in a window that grows.
#
# Be careful with names. "The dog filter" answers to this picture *more than to any other that we could reach*. It may
# answer to something quite different as well. A filter is one direction among many in a layer, and nothing obliges it
# to have one meaning.

# %% [markdown]
# ## What the pictures owe to whom
#
# Why did these pictures not end as noise? Three things have changed since the digits, and none of them is a penalty.
#
# 1. **Waves in place of pixels.** The ascent moves the numbers of the picture's *spectrum* (lesson 04), long waves
#    further than short ones, as photographs have them. In pixels, the steepest way up is made of the finest noise. In
#    waves, it begins with large shapes.
# 2. **Colours of photographs.** In photographs red, green and blue rise and fall together. So the ascent does not move
#    red, green and blue, but brightness, orange against blue, and green against purple, each as far as photographs do:
#    **decorrelated** colours.
# 3. **Views.** The network hardly ever sees the whole picture. In each step it sees another part, from nearer or from
#    further away.
#
# The choice of the numbers that one moves is called the **parametrisation** of the picture. It forbids nothing: every
# picture can be written in waves. It changes which way is the steepest.
#
# Three filters, with one thing missing at a time. **Predict:** which column will have the *highest* objective?

# %% tags=["predict"]
prediction = "..."

# %%
three_filters = dream.channel(network.body, "block4c_add", [11, 33, 67])
near_and_far = [dream.View(64, least=0.6)]
attempts = {
    "all three": (dream.Fourier(), near_and_far),
    "pixels": (dream.Pixels(), near_and_far),
    "all waves alike": (dream.Fourier(decay=0.0), near_and_far),
    "red, green, blue": (dream.Fourier(decorrelated=False), near_and_far),
    "no views": (dream.Fourier(), []),
}
steps = profile.choose(quick=28, full=256)
missing = {
    name: dream.maximise(three_filters, 80, walk, views, steps=steps) for name, (walk, views) in attempts.items()
}

# %% tags=["figure"]
plots.grid(
    [picture for number in range(3) for picture in [found.images[number] for found in missing.values()]],
    titles=[*missing, *[""] * 10],
    columns=5,
    alt="Three rows of five pictures. First column, all three: rosettes, cloth and scales in quiet colours. Pixels and "
    "all waves alike: the same patterns hardly to be seen in fine noise. Red, green, blue: garish neon colours. No "
    "views: denser, blurred patterns.",
)  # fmt: skip

# %% tags=["claim"]
roughness = {name: dream.total_variation(found.images) for name, found in missing.items()}
heights = {name: found.after for name, found in missing.items()}
for rival, name in (("pixels", "pixels"), ("all waves alike", "alike")):
    times = roughness[rival] / roughness["all three"]
    claims.check(
        f"{rival}: total variation is at least twice that of all three, for each filter", times.min() > 2,
        value=times.mean(), unit="times", name=f"rough_{name}",
    )  # fmt: skip


def colourfulness(pictures):
    """Return how far red, green and blue lie apart, on average over all pixels; in gray levels."""
    return np.ptp(pictures.astype(float), axis=-1).mean(axis=(1, 2))


vivid = colourfulness(missing["red, green, blue"].images) / colourfulness(missing["all three"].images)
claims.check("red, green, blue: the channels lie further apart, for each filter", vivid.min() > 1.1, value=vivid.mean(),
    unit="times", name="vivid")  # fmt: skip
higher = heights["no views"] / heights["all three"]
claims.check("no views: the objective is higher than with all three, for each filter", higher.min() > 1.1,
    value=higher.mean(), unit="times", name="higher")  # fmt: skip

# %% [markdown]
# **What to notice.** In *pixels*, and with *all waves alike*, the patterns are there, but in fine noise:
# {{rough_pixels:.1f}} and {{rough_alike:.1f}} times the total variation. With *red, green, blue*, shapes are good and
# colours are those of neon signs.
#
# The last column is the one to think about. Without views the objective is **{{higher:.1f}} times as high**, and the
# pictures are the poorer ones. That is no contradiction. Whoever may adapt every pixel to one fixed grid gets more
# out of the network, in the way in which the noise of the opening got all out of the reader. *A higher objective is
# not a better picture.* What you judge an ascent by is not the number that it climbs.

# %% [markdown]
# ### Exercise 16.4 (investigate): how much of it is fine noise?
#
# Total variation grows with contrast too. To compare pictures, a share is better. Lesson 04 has shown that the power
# of a picture can be sorted by frequency.
#
# Write `fine_share(picture, cutoff)`. The picture is gray, `(height, width)`. Subtract its mean, take the squares of
# the absolute values of its discrete Fourier transform, and return which share of their sum belongs to waves whose
# frequency $\sqrt{f_y^2 + f_x^2}$, in cycles per pixel, is **above** `cutoff`. For a flat picture return 0.
#
# Then run the cell after the check, and say what the numbers tell of the columns above.


# %% tags=["exercise"] exercise="16.4" points=3
def fine_share(picture: np.ndarray, cutoff: float) -> float:
    """Return the share of a picture's power above a frequency, from 0 to 1."""
    # BEGIN SOLUTION
    picture = picture.astype(np.float64)
    power = np.abs(np.fft.fft2(picture - picture.mean())) ** 2
    rows, columns = np.fft.fftfreq(picture.shape[0]), np.fft.fftfreq(picture.shape[1])
    fine = np.hypot(rows[:, np.newaxis], columns[np.newaxis]) > cutoff
    total = power.sum()
    return float(power[fine].sum() / total) if total > 0 else 0.0
    # END SOLUTION


# %% tags=["check"] exercise="16.4"
checks.exercise("16.4", fine_share)

# %% tags=["hidden"] exercise="16.4"
from course_utils.authoring import define

exercise = define.function("16.4", fine_share, rtol=1e-4, atol=1e-6)
slow_and_fast = np.cos(2 * np.pi * np.arange(16) / 8) + 0.5 * np.cos(np.pi * np.arange(16))
exercise.case("a slow and a fast wave", picture=np.tile(slow_and_fast, (8, 1)), cutoff=0.3)
exercise.case("the same, downwards, and bright", picture=np.tile(slow_and_fast, (8, 1)).T + 100, cutoff=0.3)
exercise.case("across the corner", picture=np.add.outer([0.0, 9.0, 0.0, 9.0], [0.0, 0.0, 5.0, 5.0]), cutoff=0.3)
exercise.case("a diagonal wave", picture=np.cos(2 * np.pi * np.add.outer(np.arange(12), np.arange(12)) / 4), cutoff=0.3)
exercise.case(
    "a coarser diagonal wave",
    cutoff=0.3,
    picture=np.cos(2 * np.pi * 3 / 16 * np.add.outer(np.arange(16), np.arange(16))) + np.cos(np.pi * np.arange(16)),
)
exercise.case("a wave at the cut-off itself", cutoff=0.25,
    picture=np.tile([5.0, 0.0, -5.0, 0.0, 5.0, 0.0, -5.0, 0.0], (8, 1)) + np.tile([[1.0], [-1.0]], (4, 8)))  # fmt: skip
exercise.case("at the cut-off, downwards", visible=False, cutoff=0.25,
    picture=np.tile([[7.0], [3.0], [-1.0], [3.0]], (2, 6)) + np.tile([2.0, -2.0], (8, 3)))  # fmt: skip
exercise.case("flat", visible=False, picture=np.full((6, 6), 40.0), cutoff=0.1)
exercise.case("bytes", visible=False, picture=np.array([[0, 255, 10], [200, 3, 90]], np.uint8), cutoff=0.4)
exercise.random_cases(
    3, lambda rng: {"picture": rng.uniform(0, 255, (9, 12)), "cutoff": float(rng.choice([0.12, 0.26, 0.37]))}
)
exercise.hints(
    "Four steps: no mean, np.fft.fft2, squares of absolute values, and the frequencies of np.fft.fftfreq.",
    "np.fft.fft2 has frequency 0 in the corner, in the same order as np.fft.fftfreq. The frequency of a wave is the "
    "hypotenuse of its two frequencies; rows belong to the height.",
    "A smaller case: the row [1, -1, 1, -1] has one wave, of 0.5 cycles per pixel: the share above 0.3 is 1.",
)


# %% tags=["hidden"] exercise="16.4"
@exercise.correct
def with_shifted_spectrum(picture, cutoff):
    picture = picture - np.mean(picture)
    if not np.any(picture):
        return 0
    spectrum = np.fft.fftshift(np.fft.fft2(picture))
    rows, columns = (np.fft.fftshift(np.fft.fftfreq(side)) for side in picture.shape)
    radius = np.sqrt(rows[:, None] ** 2 + columns[None] ** 2)
    return np.sum((spectrum * spectrum.conj()).real * (radius > cutoff)) / np.sum(np.abs(spectrum) ** 2)


# %% tags=["hidden"] exercise="16.4"
@exercise.correct
def by_removing_it(picture, cutoff):
    # Parseval: the power of the waves is that of the pixels.
    picture = picture - picture.mean()
    spectrum = np.fft.fft2(picture)
    rows, columns = np.meshgrid(np.fft.fftfreq(picture.shape[0]), np.fft.fftfreq(picture.shape[1]), indexing="ij")
    fine = np.fft.ifft2(np.where(rows**2 + columns**2 > cutoff**2, spectrum, 0)).real
    return float((fine**2).sum() / max((picture**2).sum(), 1e-300))


@exercise.mutant("The mean is still in it: a bright picture has all its power at frequency 0.")
def keeps_the_mean(picture, cutoff):
    power = np.abs(np.fft.fft2(picture)) ** 2
    radius = np.hypot(*np.meshgrid(*(np.fft.fftfreq(side) for side in picture.shape), indexing="ij"))
    return float(power[radius > cutoff].sum() / max(power.sum(), 1e-300))


@exercise.mutant("Power is the SQUARE of the absolute value.")
def forgets_the_square(picture, cutoff):
    power = np.abs(np.fft.fft2(picture - picture.mean()))
    radius = np.hypot(*np.meshgrid(*(np.fft.fftfreq(side) for side in picture.shape), indexing="ij"))
    return float(power[radius > cutoff].sum() / max(power.sum(), 1e-300))


# %% tags=["hidden"] exercise="16.4"
@exercise.mutant("The frequencies are in the order of np.fft.fftshift, the spectrum is not (or the other way round).")
def shifts_one_only(picture, cutoff):
    power = np.abs(np.fft.fft2(picture - picture.mean())) ** 2
    sides = (np.fft.fftshift(np.fft.fftfreq(side)) for side in picture.shape)
    radius = np.hypot(*np.meshgrid(*sides, indexing="ij"))
    return float(power[radius > cutoff].sum() / max(power.sum(), 1e-300))


@exercise.mutant("That is the share BELOW the cut-off.")
def coarse_share(picture, cutoff):
    power = np.abs(np.fft.fft2(picture - picture.mean())) ** 2
    radius = np.hypot(*np.meshgrid(*(np.fft.fftfreq(side) for side in picture.shape), indexing="ij"))
    return float(power[radius <= cutoff].sum() / max(power.sum(), 1e-300))


@exercise.mutant("A wave AT the cut-off is not above it: > and not >=.")
def at_least(picture, cutoff):
    power = np.abs(np.fft.fft2(picture - picture.mean())) ** 2
    radius = np.hypot(*np.meshgrid(*(np.fft.fftfreq(side) for side in picture.shape), indexing="ij"))
    return float(power[radius >= cutoff].sum() / max(power.sum(), 1e-300))


# %% tags=["hidden"] exercise="16.4"
@exercise.mutant("The two frequencies of a wave were added. Take the root of the sum of their squares.")
def adds_frequencies(picture, cutoff):
    power = np.abs(np.fft.fft2(picture - picture.mean())) ** 2
    radius = np.add(*np.abs(np.meshgrid(*(np.fft.fftfreq(side) for side in picture.shape), indexing="ij")))
    return float(power[radius > cutoff].sum() / max(power.sum(), 1e-300))


@exercise.mutant("A diagonal wave is finer than its two frequencies: take the hypotenuse, not the larger of the two.")
def larger_of_two(picture, cutoff):
    power = np.abs(np.fft.fft2(picture - picture.mean())) ** 2
    radius = np.maximum(*np.abs(np.meshgrid(*(np.fft.fftfreq(side) for side in picture.shape), indexing="ij")))
    return float(power[radius > cutoff].sum() / max(power.sum(), 1e-300))


# %% [markdown]
# The cell below measures a real photograph, and the three filters' pictures from three of the columns above.


# %% tags=["claim"]
def share_above(picture, cutoff=0.25):
    """Return the share of a gray picture's power above a frequency."""
    gray = images.to_gray(picture).astype(float)
    power = np.abs(np.fft.fft2(gray - gray.mean())) ** 2
    rows, columns = np.meshgrid(*(np.fft.fftfreq(side) for side in gray.shape), indexing="ij")
    return float(power[np.hypot(rows, columns) > cutoff].sum() / power.sum())


of_photograph = share_above(cv2.resize(photograph, (80, 80), interpolation=cv2.INTER_AREA))
of_filters = {name: np.array([share_above(one) for one in found.images]) for name, found in missing.items()}
claims.check("photograph of the cat: less than 10% of the power is fine", of_photograph < 0.1, value=of_photograph,
    name="fine_photograph")  # fmt: skip
shares = of_filters["all three"]
claims.check("all three: less than 20% for each filter", shares.max() < 0.2, value=shares.mean(), name="fine_three")
for name, key in (("pixels", "fine_pixels"), ("all waves alike", "fine_alike")):
    shares = of_filters[name]
    claims.check(f"{name}: more than 30% for each filter", shares.min() > 0.3, value=shares.mean(), name=key)

# %% [markdown]
# {{fine_photograph:.1%}} of the photograph's power is in waves of less than four pixels; of the filters' pictures it is
# {{fine_three:.0%}} with all three parts, {{fine_pixels:.0%}} in pixels, {{fine_alike:.0%}} with all waves alike. The
# parametrisation does what it says: it lets the ascent look for pictures where photographs are.

# %% [markdown]
# ## Four classes, guess which
#
# A class is maximised like a filter, through its logit. The picture is larger, the views go closer, and that is all.
# (Why the logit, after all that was said in praise of the log-softmax? With a thousand classes and many views the
# probability is soon 1.00 and the log-softmax has nothing left to say, while the logit goes on asking for more of the
# same. Try both.)
#
# The slider shows the way from noise. **Predict:** which four of ImageNet's thousand classes are these? And after how
# many steps did you know?

# %% tags=["predict"]
prediction = "..."

# %%
targets = [980, 130, 985, 1]  # their numbers; the names come later
stages = (0, 6, 12, 24, 36, profile.choose(quick=45, full=320))
classes = dream.maximise(
    dream.logit(network.model, targets), profile.choose(quick=192, full=288), steps=stages[-1], keep=stages, seed=4,
    transformations=[dream.View(profile.choose(quick=160, full=224))],
)  # fmt: skip

# %% tags=["figure"]
plots.slider(
    [np.concatenate(frame, axis=1) for frame in classes.frames],
    [f"after {number} steps" for number in stages],
    width=800,
    frame_bytes=60_000,
    alt="Four pictures side by side grow from gray: first pale stains, then colours and outlines, and in the end one "
    "thing in each. What they are is said below.",
)

# %% tags=["claim"]
of_targets = probabilities(network.model, classes.images)[range(4), targets]
claims.check("the network is sure of all four, p > 0.9", of_targets.min() > 0.9, value=of_targets.min())

# %% [markdown]
# <details><summary>Which classes are they?</summary>
#
# From left to right: volcano, flamingo, daisy, goldfish.
#
# </details>

# %% tags=["figure"]
plots.grid(
    classes.images,
    titles=[network.class_names[number] for number in targets],
    columns=2,
    cell=4.4,
    alt="The four pictures at the end, larger: a mountain with fire and smoke, pink birds in water, white and dark "
    "petals about a dotted centre, orange fish with fins in dark water.",
)

# %% [markdown]
# **What to notice.** Nobody gave the network a picture to copy. All that it has are weights that tell a thousand
# classes apart, and these weights know that a volcano is a mountain with fire on top and smoke above, and that
# flamingos stand in water. They know it in their own way: there may be three necks and one body, for the mean over
# all places counts, and nothing in it counts heads. (The seed was chosen by eye, a good one out of five. Change it, and
# see how different volcanoes can be.) What surrounds a thing in the photographs belongs to the class as well. If you
# see water with every flamingo, you have seen something that lesson 15 warns of: the network may use the water.

# %% [markdown]
# ## Let a photograph dream
#
# Up to here all pictures began as noise. Begin with a photograph instead, and ask for *more of whatever a layer already
# sees in it*: the mean square of all numbers of the layer. Where a filter answers a little, because something looks a
# little like an eye, the picture is changed until it looks more like an eye. Then the filter answers more. That is a
# **deep dream** (2015). It shows what a layer is looking for, in the way in which you see faces in clouds.
#
# Two things make a good dream:
#
# - **Octaves.** A filter has one size. On a small copy of the photograph it adds large things, on a larger copy smaller
#   ones inside them. So one dreams on the smallest copy first, enlarges what has been added, puts the photograph's own
#   detail back, and goes on.
# - **Bands.** The gradient is blurred to several widths, and each of them counts the same, so that coarse changes are
#   not drowned by fine ones.
#
# In the `quick` profile the dreamer is the same small network as before; in the `full` profile it is ImageNet's VGG16,
# one of the networks of the classic dreams.
#
# **Predict:** the photograph is that of a cat. ImageNet's thousand classes hold 118 breeds of dogs and five cats. What
# will grow?

# %% tags=["predict"]
prediction = "..."

# %%
dreamer = backbones.load(profile.choose(quick="efficientnet_lite0", full="vgg16"))
dream_layer = profile.choose(quick="block5c_add", full="block5_conv2")
cat = images.crop_square(images.load("cat"))  # (300, 300, 3)
steps = profile.choose(quick=18, full=40)
dreamt = dream.deep_dream(dream.layer(dreamer.body, dream_layer), cat, octaves=3, ratio=1.5, steps=steps, rate=3.5)

# %% tags=["figure"]
plots.compare(
    cat,
    dreamt.image,
    titles=["the photograph", "the dream"],
    height=4.4,
    alt="A cat's face; then the same face in a dream: its eyes have become round and dark, the nose a dog's muzzle, "
    "and more eyes and snouts grow out of its cheeks and forehead.",
)

# %% tags=["figure"]
plots.compare(
    *dreamt.octaves,
    titles=[f"after octave {one.shape[0]} x {one.shape[1]}" for one in dreamt.octaves],
    height=2.6,
    alt="The dreaming face in three sizes: at first coarse changes of eyes and nose, then smaller snouts, then fur.",
)

# %% tags=["claim"]
early = dream.layer(network.body, "block2b_add")
again, once_more = (dream.deep_dream(early, cat, octaves=1, steps=3, seed=5).image for _ in range(2))
louder = dream.layer(dreamer.body, dream_layer)(np.stack([cat, dreamt.image]))
claims.check("the layer answers more than twice as strongly to the dream", louder[1] > 2 * louder[0],
    value=louder[1] / louder[0], unit="times", name="louder")  # fmt: skip
claims.check("the same seed gives the same dream", np.array_equal(again, once_more))

# %% [markdown]
# **What to notice.** Look at the cheeks. Where the photograph has a soft stripe or a dark spot, there is an eye now,
# and around it a snout with a nose: the layer's squared answers have grown to {{louder:.1f}} times what they were. It
# is not the *cat* that has been strengthened. With so many dogs to tell apart, a network invests in eyes, noses and
# fur, and that is what it finds everywhere. Somebody who trains networks on hospital pictures would like to know what
# his finds everywhere.

# %% [markdown]
# ### Exercise 16.5 (apply): how small is the smallest octave?
#
# A photograph of 540 x 810 pixels (height x width) dreams in four octaves with the ratio 1.5; the last octave is the
# photograph itself. Give height and width of the smallest one as a pair.

# %% tags=["exercise"] exercise="16.5" points=1
# BEGIN SOLUTION
smallest_octave = (540 / 1.5**3, 810 / 1.5**3)
# END SOLUTION

# %% tags=["check"] exercise="16.5"
checks.exercise("16.5", smallest_octave)

# %% tags=["hidden"] exercise="16.5"
from course_utils.authoring import define

exercise = define.answer("16.5", smallest_octave, decimals=0)
exercise.wrong(
    (107, 160), "You divided four times. The last octave is the photograph itself: from it, three steps down."
)
exercise.wrong((240, 360), "That is the octave in the middle: one step further down there is a smaller one.")
exercise.wrong((120, 180), "Each octave is a 1.5th of the next one: 540 / (3 * 1.5) is not the same as 540 / 1.5**3.")
exercise.wrong((240, 160), "Height first, then width.")
exercise.hints(
    "Four sizes, the last of which is 540 x 810. How many steps are there between the first and the last?",
    "Three steps, each divides both sides by 1.5.",
    "A smaller case: 90 x 180 in two octaves with the ratio 1.5: the smaller one is 60 x 120.",
)

# %% [markdown]
# A layer is a choir. One can also ask for **one filter** of it, or for **a class**. Any photograph and any filter will
# do; try your own.

# %%
scales = dream.channel(network.body, "block5c_add", 3)
daisies = dream.logit(network.model, network.class_names.index("daisy"))
small, steps = images.resize_square(cat, 208), profile.choose(quick=14, full=40)
by_filter = dream.deep_dream(scales, small, octaves=2, steps=steps)
by_class = dream.deep_dream(daisies, small, octaves=2, steps=steps, rate=4.0)

# %% tags=["figure"]
plots.compare(
    small,
    by_filter.image,
    by_class.image,
    titles=["the photograph", "filter 3 of block5c", "the class daisy"],
    alt="A cat's face; the same face made of shining overlapping scales like beads; the same face with petals in its "
    "fur and dotted yellow and dark discs for eyes and nose.",
)

# %% tags=["claim"]
before, after = probabilities(network.model, np.stack([small, by_class.image]))[:, network.class_names.index("daisy")]
claims.check("before, a daisy had less than 1%", before < 0.01)
claims.check("now the network takes the cat for a daisy, p > 0.9", after > 0.9, value=after)

# %%
my_photograph = None  # for example "/home/ada/holiday.jpg"
if my_photograph:
    mine = images.resize_square(images.crop_square(images.read(my_photograph)), 384)
    my_dream = dream.deep_dream(dream.layer(dreamer.body, dream_layer), mine).image
plots.compare(mine, my_dream, alt="A photograph and its dream.") if my_photograph else None

# %% [markdown]
# ## A pattern without a place
#
# A filter wants *something*. Can one write down what a **material** is: gravel, tissue, bricks? Not by what stands
# where; two patches of gravel share no pixel. But the same filters answer *together* in both: where there is an edge
# of this direction, there is one of that direction beside it, and this gray.
#
# So take the maps of a layer, multiply each two of them, place by place, and average over all places. What one gets
# is a table with one number for each pair of maps, the **Gram matrix**:
#
# $$G_{cd} = \frac{1}{\text{places}} \sum_{i,j} F_{ijc}\, F_{ijd}.$$
#
# It knows which answers occur together, and has forgotten where. `dream.pattern` is the wish for the same Gram matrices
# as a photograph has, in some layers. From noise it gives new patches of old materials.
#
# **Predict:** we ask for the patterns of a brick wall, of coins that lie in four rows, of tissue, and of a round
# flower. What will the new pictures keep of these, and what not?

# %% tags=["predict"]
prediction = "..."


# %%
def square_of(name, side, left=0):
    """Return a square of a photograph as RGB."""
    picture = images.load(name)
    picture = np.repeat(picture[..., np.newaxis], 3, axis=-1) if picture.ndim == 2 else picture
    whole = min(300, *picture.shape[:2])
    top = (picture.shape[0] - whole) // 2
    return images.resize_square(picture[top : top + whole, left : left + whole], side)


side = profile.choose(quick=120, full=224)
materials = np.stack(
    [square_of("brick", side), square_of("coins", side), square_of("ihc", side), square_of("flower", side, 170)]
)
pattern_layers = ["block1a_project_bn", "block2b_add", "block3b_add", "block4c_add"]
from_noise = dream.maximise(
    dream.pattern(network.body, pattern_layers, materials), side, steps=profile.choose(quick=42, full=256)
)

# %% tags=["figure"]
plots.grid(
    [*materials, *from_noise.images],
    titles=["photographs", "", "", "", "from noise", "", "", ""],
    columns=4,
    alt="Above: bricks, rows of coins, brown and blue tissue, an orange flower on dark green. Below, grown from noise: "
    "other bricks, other coins in no rows, other tissue, orange petals that make up no flower.",
)

# %% tags=["claim"]
closer = from_noise.after / from_noise.before
claims.check(
    "for each material, less than a fifth of the difference is left", closer.max() < 0.2, value=closer.mean(),
    name="left",
)  # fmt: skip
pixels_apart = np.abs(from_noise.images.astype(float) - materials).mean()
shuffled = np.abs(np.roll(materials, (side // 2, side // 3), (1, 2)).astype(float) - materials).mean()
claims.check("pixel by pixel they differ from the photographs by at least half as much as photographs that were moved",
    pixels_apart > shuffled / 2, value=pixels_apart / shuffled)  # fmt: skip

# %% [markdown]
# **What to notice.** Bricks are bricks, with other joints. The coins have left their rows: rows are a matter of
# *where*, and that has been forgotten. The petals no longer make a flower. What is left is what one might call the
# material, and nobody had to say which features of bricks matter: a network that was trained to tell dogs from cups
# has them.

# %% [markdown]
# ### Exercise 16.6 (build): which maps answer together
#
# Write `products(maps)`. It takes the maps of one image, `(height, width, num_maps)`, and returns the Gram matrix,
# `(num_maps, num_maps)`: for each two maps the mean over all places of their product.


# %% tags=["exercise"] exercise="16.6" points=2
def products(maps: np.ndarray) -> np.ndarray:
    """Return the mean product of each two maps, over all places."""
    # BEGIN SOLUTION
    rows = maps.reshape(-1, maps.shape[-1])
    return rows.T @ rows / len(rows)
    # END SOLUTION


# %% tags=["check"] exercise="16.6"
checks.exercise("16.6", products)

# %% tags=["hidden"] exercise="16.6"
from course_utils.authoring import define

exercise = define.function("16.6", products, rtol=1e-5, atol=1e-6)
two_maps = np.stack([[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]], [[3.0, 1.0, 0.0], [0.0, 2.0, -1.0]]], axis=-1)
exercise.case("two maps", maps=two_maps)
exercise.case("the same, moved", maps=np.roll(two_maps, (1, 1), (0, 1)))
exercise.case("one map", maps=np.array([[[2.0], [4.0]]]))
exercise.case("three maps on one place", maps=np.array([[[1.0, 2.0, 3.0]]]))
exercise.case("maps of opposite signs", maps=np.array([[[1.0, -2.0], [3.0, -1.0]]]))
exercise.case("maps that exclude each other", visible=False, maps=np.array([[[1.0, 0.0], [0.0, 5.0]]]))
exercise.random_cases(3, lambda rng: {"maps": rng.normal(0, 1, (4, 5, 3))})
exercise.hints(
    "For one entry: multiply map c and map d place by place and take the mean. The result has an entry for each pair.",
    "With one row for each place, (height * width, num_maps), the matrix product rows.T @ rows has all the sums.",
    "A smaller case: two places, map 0 is (1, 2), map 1 is (3, 0): the matrix is [[2.5, 1.5], [1.5, 4.5]].",
)


# %% tags=["hidden"] exercise="16.6"
@exercise.correct
def with_einsum(maps):
    return np.einsum("ijc,ijd->cd", maps, maps) / (maps.shape[0] * maps.shape[1])


@exercise.correct
def pair_by_pair(maps):
    number = maps.shape[-1]
    return np.array([[np.mean(maps[..., c] * maps[..., d]) for d in range(number)] for c in range(number)])


@exercise.mutant("These are sums over all places: a larger picture of the same material would have larger numbers.")
def sums(maps):
    rows = maps.reshape(-1, maps.shape[-1])
    return rows.T @ rows


@exercise.mutant("The products are between places, not between maps: the result must have one row for each map.")
def between_places(maps):
    rows = maps.reshape(-1, maps.shape[-1])
    return rows @ rows.T / maps.shape[-1]


# %% tags=["hidden"] exercise="16.6"
@exercise.mutant(
    "The mean was taken before the product: then it no longer matters whether maps answer at the same places."
)
def product_of_means(maps):
    means = maps.mean(axis=(0, 1))
    return np.outer(means, means)


@exercise.mutant("A product may be negative, where one map is high and the other low: no absolute values.")
def absolute_products(maps):
    return np.abs(products(maps))


@exercise.mutant("That is a covariance: the means of the maps were subtracted. Here they stay in.")
def covariance(maps):
    return np.atleast_2d(np.cov(maps.reshape(-1, maps.shape[-1]).T, bias=True))


@exercise.mutant("reshape(num_maps, -1) mixes places and maps: the maps are the LAST axis.")
def reshapes_wrongly(maps):
    rows = maps.reshape(maps.shape[-1], -1)
    return rows @ rows.T / rows.shape[1]


# %% [markdown]
# ## Content of one, pattern of another
#
# Objectives can be added. Ask for the *maps* of one photograph, place by place (`dream.likeness`, its **content**),
# and at the same time for the *Gram matrices* of another (its pattern). Both are wishes about the same network's
# numbers, one with places and one without. This is **style transfer** (2015).
#
# **Predict:** the cat's content with the flower's pattern: where will the eyes be, and what will the fur be made of?

# %% tags=["predict"]
prediction = "..."

# %%
side = profile.choose(quick=160, full=320)
content = images.resize_square(cat, side)
patterns = np.stack([square_of("flower", side, 170), square_of("ihc", side)])
wish = dream.likeness(network.body, "block4c_add", content) + 6 * dream.pattern(network.body, pattern_layers, patterns)
hybrids = dream.maximise(wish, side, start=np.stack([content, content]), steps=profile.choose(quick=28, full=200))

# %% tags=["figure"]
plots.compare(
    content,
    patterns[0],
    hybrids.images[0],
    patterns[1],
    hybrids.images[1],
    titles=["content", "pattern", "both", "pattern", "both"],
    alt="A cat's face; an orange flower; the cat with fur of orange petals on dark green; brown and blue tissue; the "
    "cat drawn in brown and blue fibres on white.",
)

# %% tags=["claim"]
left = hybrids.after / hybrids.before
claims.check("less than 40% of what was missing is still missing, for both", left.max() < 0.4, value=left.mean())
content_only = dream.likeness(network.body, "block4c_add", content)
loss = content_only(np.stack([hybrids.images[0], patterns[0]]))
claims.check(
    "in its content the hybrid is closer to the cat than to nothing, and closer than the flower is",
    loss[0] > -0.8 and loss[0] > loss[1] + 0.3, value=-loss[0],
)  # fmt: skip

# %% [markdown]
# **What to notice.** The eyes are where they were; the fur has become petals, or fibres. No network was trained for
# this. The factor 6 is a matter of taste: a smaller one keeps more of the cat, a larger one takes more of the
# pattern. Try both.

# %% [markdown]
# ## Key points
#
# - Gradient ascent on the picture finds what a network answers to most, *among the pictures that one allows*. Without
#   any demand that is noise, of which it is quite sure.
# - Regularisers (L2, total variation), jitter and views, noise in training: all say that small changes must not matter.
# - The parametrisation decides which way is steep: waves and decorrelated colours in place of pixels.
# - A higher objective is not a better picture. Let somebody judge who took no part: another network, or another person.
# - A dream strengthens what a layer finds already. Gram matrices know a pattern and not its place.
#
# ## Self-test
#
# <details><summary>1. Why is the log-softmax a better wish than the logit for the digits?</summary>
#
# It grows only if the wanted digit gets ahead of the others. The logit may grow together with all others.
#
# </details>
#
# <details><summary>2. What does jitter forbid?</summary>
#
# Pictures that please the network only where they stand, to the pixel.
#
# </details>
#
# <details><summary>3. Somebody shows a maximised picture and says: "this is what the network sees". What do you
# answer?</summary>
#
# It is what the network answers to most among the pictures that the parametrisation and the regularisers make easy. On
# real photographs the filter may answer to other things.
#
# </details>
#
# <details><summary>4. Why do dreams begin on a small copy?</summary>
#
# A filter has one size. On the small copy its things are large in the picture; finer ones are added inside later.
#
# </details>
#
# ## To read
#
# - C. Olah and others, [Feature Visualization](https://distill.pub/2017/feature-visualization), 2017.
# - A. Nguyen, J. Yosinski and J. Clune,
#   [Deep Neural Networks are Easily Fooled](https://arxiv.org/abs/1412.1897), 2015.
# - A. Mordvintsev, C. Olah and M. Tyka,
#   [Inceptionism](https://research.google/blog/inceptionism-going-deeper-into-neural-networks), 2015.
# - L. Gatys, A. Ecker and M. Bethge, [A Neural Algorithm of Artistic Style](https://arxiv.org/abs/1508.06576), 2015.
#
# ## Next
#
# Pooling throws away where something was found, and Gram matrices throw away even more. Lesson 17 keeps it: capsules
# hold what was found together with how it stands.
