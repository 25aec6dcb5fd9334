# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Fine-tune ResNet50
# read_minutes: 40
# exercise_minutes: 50
# objectives:
#   - Freeze a trained network, unfreeze it stage by stage, and say what batch normalisation does meanwhile
#   - Give early stages smaller learning rates than late ones, and know when a rate has no effect
#   - Measure what a network forgets while it learns something new
#   - Compare a frozen, a partly and a fully trained network for few and for many labels, with their spread
#   - Decide what to do from the number of labels and from how similar the new pictures are to the old ones
# needs: [10_augment_for_invariance, 13_transfer_from_vgg16]
# data: [mnist, astronaut, brick, camera, cat, china, coffee, coins, flower, grass, gravel, hubble, ihc, moon,
#   motorcycle, page, retina, rocket]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one, seconds: 90}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 90 minutes, exercises included: opening 8, stages with 14.1 and 14.2 18, batch
# normalisation with 14.3 14, compile with 14.4 8, rates with 14.5 and 14.6 15, the comparison 12, forgetting 8, a
# network from ImageNet and the decision with 14.7 7. Short of time: leave out 14.6.
#
# **What students believe, and where the lesson meets it.** What is not trained does not change (opening). `trainable
# = False` of a batch normalisation only holds its two weights still (14.3). Setting `trainable` is enough (14.4). A
# smaller gradient makes a smaller step (14.6). Training more of the network is better, or safer (the comparison). A
# network that has learned something new still has the old (forgetting).
#
# **Let the class vote before you run:** whether a network can forget without training; which of the four methods
# wins on each task with 4 and with 160 labels.
#
# **Where the bounds of the claims come from.** Trainings of a few steps on a few pictures differ widely. So the
# experiments were run five times with other seeds (1,000 to 5,000 added to each; those with random twins four times),
# and each bound was set so that it lies at least one standard deviation of these runs beyond the worst of them. The
# lesson's own seeds took no part in that. What is not clear enough for such a bound, how much of the last stage's
# result full fine-tuning loses with four labels (from 3 to 30 points), is told without a claim.

# %% tags=["setup"]
import cv2
import keras
import numpy as np
from keras import layers

from course_utils import backbones, checks, claims, datasets, images, plots, profile, training

NUM_DRAWS = 3  # which labelled images one happens to have: drawn three times
SIDE = profile.choose(quick=32, full=64)  # pixels a side of the images that the network is shown
resnet50 = backbones.load("resnet50")
body = resnet50.body  # images -> the last feature maps; no head
print(resnet50)


# %%
def as_rgb(pictures):
    """Return pictures as (N, SIDE, SIDE, 3), uint8."""
    if pictures.shape[1] == 28:  # digits: a border of zeros makes them as large as the photo patches
        pictures = np.pad(pictures, ((0, 0), (2, 2), (2, 2), (0, 0)))
    if pictures.shape[1] != SIDE:
        pictures = np.stack([cv2.resize(picture, (SIDE, SIDE)).reshape(SIDE, SIDE, -1) for picture in pictures])
    return np.repeat(pictures, 3, axis=-1) if pictures.shape[-1] == 1 else pictures


def some_of_each(split, classes, per_class, seed):
    """Return a split with `per_class` pictures of each of some classes, drawn with a seed; labels count from 0."""
    random = np.random.default_rng(seed)
    drawn = [random.permutation(np.flatnonzero(split.labels == c))[:per_class] for c in classes]
    labels = np.repeat(np.arange(len(classes)), [len(some) for some in drawn])
    return datasets.Split(as_rgb(split.images[np.concatenate(drawn)]), labels)


# %% [markdown]
# ## It only looked
#
# A network is to tell nine photographs apart by small squares cut out of them. Its body is the ResNet50 whose label
# is printed above; its head is a linear classifier on the body's features, as in lesson 13. Nothing in the body was
# trained for these squares.

# %%
photo_patches, digits = datasets.load("photo_patches"), datasets.load("mnist")
OLD, NEW = list(range(0, 17, 2)), list(range(1, 17, 2))  # every second photograph
old_train = some_of_each(photo_patches.train, OLD, 20, seed=7)
old_test = some_of_each(photo_patches.test, OLD, 20, seed=99)

# %% tags=["figure"]
plots.grid(
    old_test.images[::20],
    titles=[photo_patches.class_names[c] for c in OLD],
    columns=5,
    alt="One small square of each of nine photographs: a plain wall behind the astronaut, houses far behind the "
    "photographer, the sky over the temple, two coins, grass, a galaxy, the gray of the moon, printed letters, struts "
    "beside the rocket.",
)


# %%
def features(pictures):
    """Return one row of features for each picture, from the body as it is now."""
    parts = [pictures[start : start + 90] for start in range(0, len(pictures), 90)]
    return np.concatenate([body.predict_on_batch(part).mean(axis=(1, 2)) for part in parts])


old_head = backbones.fit_linear(features(old_train.images), old_train.labels)


def old_accuracy():
    """Return how well the old head does on the body as it is now."""
    return old_head.accuracy(features(old_test.images), old_test.labels)


at_the_start = training.Snapshot(body)
before = old_accuracy()

# %% [markdown]
# Now we show the body eight batches of handwritten digits. There are **no labels, no loss, no gradient and no
# optimiser**. We only ask it for its output, with `training=True`, and throw the output away.
#
# **Predict before you run:** what happens to the accuracy on the nine photographs?

# %% tags=["predict"]
prediction = "..."  # "nothing", "a little worse" or "much worse"

# %%
looked = []
for seed in range(NUM_DRAWS):
    at_the_start.put_back()
    shown = as_rgb(digits.train.images[np.random.default_rng(seed).permutation(len(digits.train.labels))[:96]])
    for start in range(0, 96, 12):
        body(shown[start : start + 12], training=True)
    looked.append(old_accuracy())
plots.seed_dots(
    {"before": [before], "after looking at digits": looked},
    xlabel="accuracy on test squares of nine photographs",
    alt="One dot near 0.7 for the network before, and three dots far to the left of it after it looked at digits.",
)

# %% tags=["claim"]
claims.check(
    "the network tells the nine photographs far better than by guessing",
    before > 4 / 9,
    value=before,
    name="old_before",
)
drop = 100 * (before - np.mean(looked))
least_drop = profile.choose(quick=15, full=1)
claims.check(
    f"having looked at digits, it is at least {least_drop} points worse", drop >= least_drop, value=drop, unit="points",
    name="looked_drop",
)  # fmt: skip

# %% [markdown]
# **What to notice.** From {{old_before:.0%}}, {{looked_drop:.0f}} points are gone, and no weight was trained. Something
# in this network changes when it is *shown* images. Whoever fine-tunes a network and does not know what it is, damages
# it from the first batch on. You will find the culprit below, and switch it off.

# %%
at_the_start.put_back()

# %% [markdown]
# ## Freeze and unfreeze
#
# In lesson 13 the network stayed as it was, and only the head was trained. **Fine-tuning** lets some or all of the
# network's layers learn on, beginning at the weights that they have. Three plans are common:
#
# | plan | what learns | what it costs |
# |---|---|---|
# | frozen | the head | features are computed once and kept |
# | partial | the head and the last stage, or the last few | the maps below the last stage are computed once and kept |
# | full | everything | every step goes through the whole network, forth and back |
#
# ResNet50 makes stages easy to find: they are in the names of its layers. Its convolutions are spread over five of
# them, with 1, 10, 13, 19 and 10. Here is how many numbers each stage could learn.
#
# **Predict:** which share of them is in the last stage?

# %% tags=["predict"]
prediction = "..."  # about ... percent


# %%
def stage_of(layer):
    """Return the stage that a layer belongs to, for example "conv4"."""
    return layer.name.split("_")[0]


counts = {}
for layer in body.layers:
    counts[stage_of(layer)] = counts.get(stage_of(layer), 0) + sum(
        int(np.prod(variable.shape)) for variable in layer.trainable_variables
    )
print(*(f"{stage}: {count:,}" for stage, count in counts.items() if count), sep="\n")

# %% tags=["claim"]
last_share = counts["conv5"] / sum(counts.values())
claims.check("more than half of all these numbers are in the last stage", last_share > 0.5, value=last_share,
    name="last_share")  # fmt: skip

# %% [markdown]
# The last stage holds {{last_share:.0%}} of the weights, so "unfreeze the last stage" is no small thing. In Keras each
# layer has a switch, `trainable`. With `layer.trainable = False`, its variables vanish from
# `model.trainable_variables`, and no optimiser touches them.

# %% [markdown]
# ### Exercise 14.1 (build): which layers learn?
#
# Write `learning_layers(names, first)`. `names` are the layers' names from the input to the output, `first` is a stage,
# for example `"conv4"`. It returns a list with `True` for each layer that is to learn and `False` for each other one:
#
# - the first layer whose name begins with `first + "_"` and **all layers after it** learn, the head included;
# - but no batch normalisation does; their names end with `"_bn"`.
#
# If no name begins with `first + "_"`, raise a `ValueError`: a typing error must not freeze the whole network.


# %% tags=["exercise"] exercise="14.1" points=2
def learning_layers(names: list[str], first: str) -> list[bool]:
    """Return for each layer whether it is to learn."""
    # BEGIN SOLUTION
    found = [name.startswith(first + "_") for name in names]
    if not any(found):
        raise ValueError(f"no layer has a name that begins with {first + '_'!r}")
    start = found.index(True)
    return [place >= start and not name.endswith("_bn") for place, name in enumerate(names)]
    # END SOLUTION


# %% tags=["check"] exercise="14.1"
checks.exercise("14.1", learning_layers)

# %% tags=["hidden"] exercise="14.1"
from course_utils.authoring import define

exercise = define.function("14.1", learning_layers)
few_names = [
    "images", "preprocessing", "conv1_conv", "conv1_bn", "pool1_pool", "conv2_block1_1_conv", "conv2_block1_1_bn",
    "conv2_block1_out", "conv3_block1_1_conv", "conv3_block1_1_bn", "conv3_block1_out", "avg_pool", "head",
]  # fmt: skip
exercise.case("the last stage", names=few_names, first="conv3")
exercise.case("the two last stages", names=few_names, first="conv2")
exercise.case("from the first convolution on", names=few_names, first="conv1")
exercise.case("a stage that there is not", names=few_names, first="conv6", raises=ValueError)
exercise.case("part of a name", names=few_names, first="block1", raises=ValueError)
exercise.case("no normalisation, though bn is in its name", first="conv1", names=[
    "conv1_conv", "conv1_bn", "conv2_subnet_conv", "conv2_subnet_bn", "head"])  # fmt: skip
exercise.case("many stages", visible=False, first="block2", names=[
    "block1_conv", "block1_bn", "block2_conv", "block2_bn", "block10_conv", "block10_bn", "probabilities"])  # fmt: skip
exercise.case("a name that only begins alike", visible=False, first="conv1", names=[
    "conv10_stem", "conv10_bn", "conv1_conv", "conv1_bn", "head"])  # fmt: skip
exercise.case("part of a name, again", visible=False, first="res", raises=ValueError, names=[
    "conv1_res_conv", "conv2_res_conv", "head"])  # fmt: skip
exercise.case("bn in the middle", visible=False, first="a", names=["a_bn_conv", "a_bn", "b_subnet", "b_bn"])
# %% tags=["hidden"] exercise="14.1"
exercise.random_cases(
    2,
    lambda rng: {
        "names": [f"conv{stage}_{part}" for stage in range(1, int(rng.integers(4, 7))) for part in ("1_conv", "1_bn")],
        "first": f"conv{int(rng.integers(1, 4))}",
    },
)
exercise.hints(
    "Two conditions have to hold for a layer: where it stands, and what it is.",
    "Find the place of the first name that begins with first + '_'. A layer learns if its place is not before this one "
    "and its name does not end with '_bn'.",
    "A smaller case: ['conv1_conv', 'conv2_conv', 'conv2_bn', 'head'] with 'conv2' gives [False, True, False, True].",
)


# %% tags=["hidden"] exercise="14.1"
@exercise.correct
def with_a_loop(names, first):
    flags, begun = [], False
    for name in names:
        begun = begun or name.startswith(f"{first}_")
        flags.append(begun and name[-3:] != "_bn")
    if not begun:
        raise ValueError(first)
    return flags


@exercise.correct
def with_slices(names, first):
    starts = [place for place, name in enumerate(names) if name.split("_")[0] == first]
    if not starts:
        raise ValueError(f"{first} is not among {names}")
    return [False] * starts[0] + [not name.endswith("_bn") for name in names[starts[0] :]]


@exercise.mutant("The batch normalisations learn too. They are to stay as they are.")
def forgets_normalisation(names, first):
    start = learning_layers(names, first).index(True)
    return [place >= start for place in range(len(names))]


# %% tags=["hidden"] exercise="14.1"
@exercise.mutant("Only the one stage learns. All layers after it are to learn too, the head first of all.")
def this_stage_only(names, first):
    learning_layers(names, first)
    return [name.startswith(first + "_") and not name.endswith("_bn") for name in names]


@exercise.mutant("The other way round: what comes BEFORE the stage is frozen.")
def the_other_half(names, first):
    start = learning_layers(names, first).index(True)
    return [place < start and not name.endswith("_bn") for place, name in enumerate(names)]


@exercise.mutant("A stage that does not exist froze everything without a word. Raise a ValueError.")
def never_complains(names, first):
    found = [name.startswith(first + "_") for name in names]
    start = found.index(True) if any(found) else len(names)
    return [place >= start and not name.endswith("_bn") for place, name in enumerate(names)]


@exercise.mutant("You look for the stage anywhere in a name. A layer's name BEGINS with its stage.")
def anywhere_in_the_name(names, first):
    found = [first + "_" in name for name in names]
    if not any(found):
        raise ValueError(first)
    return [place >= found.index(True) and not name.endswith("_bn") for place, name in enumerate(names)]


# %% tags=["hidden"] exercise="14.1"
@exercise.mutant("Not every name with bn in it is a normalisation, 'subnet' for one. Theirs END with '_bn'.")
def any_bn(names, first):
    start = learning_layers(names, first).index(True)
    return [place >= start and "bn" not in name for place, name in enumerate(names)]


# %% tags=["hidden"] exercise="14.1"
@exercise.mutant("conv10 begins with conv1 too. Compare with first + '_'.", only_hidden=True)
def without_underscore(names, first):
    found = [name.startswith(first) for name in names]
    if not any(found):
        raise ValueError(first)
    start = found.index(True)
    return [place >= start and not name.endswith("_bn") for place, name in enumerate(names)]


# %% [markdown]
# ### Exercise 14.2 (apply): what a normalisation holds
#
# A convolution with 64 filters of 3 x 3 on 32 maps, without bias, is followed by a `BatchNormalization`. For each of
# the 64 maps this layer holds four numbers: a scale and a shift, which are trained, and a **moving mean** and a
# **moving variance**, which are not trained but *measured*. Give three numbers as a tuple:
#
# 1. all numbers that the normalisation holds;
# 2. how many numbers of the two layers together an optimiser changes when both are trainable;
# 3. how many when the normalisation has `trainable = False`.

# %% tags=["exercise"] exercise="14.2" points=2
# BEGIN SOLUTION
three_numbers = (4 * 64, 3 * 3 * 32 * 64 + 2 * 64, 3 * 3 * 32 * 64)
# END SOLUTION

# %% tags=["check"] exercise="14.2"
checks.exercise("14.2", three_numbers)

# %% tags=["hidden"] exercise="14.2"
from course_utils.authoring import define

exercise = define.answer("14.2", three_numbers, decimals=0)
exercise.wrong(
    (256, 18688, 18432), "The moving mean and variance are measured, not trained: no optimiser changes them."
)
exercise.wrong((128, 18560, 18432), "It holds four numbers for each map, not two.")
exercise.wrong((256, 18624, 18496), "The convolution has no bias.")
exercise.wrong((256, 18560, 18560), "With trainable = False the scale and the shift are held still as well.")
exercise.wrong((4, 18434, 18432), "These four numbers exist for each of the 64 maps.")
exercise.wrong((64, 18560, 18432), "It holds four numbers for each of the 64 maps, not one.")
exercise.wrong((256, 128, 0), "Both layers are asked for together: the convolution learns, too.")
exercise.wrong((256, 18432, 18432), "Trainable, the normalisation learns as well: a scale and a shift for each map.")
exercise.wrong((256, 18560, 0), "Only the normalisation is frozen. The convolution still learns.")
exercise.wrong((256, 704, 576), "Each filter looks at all 32 maps: 3 x 3 x 32 weights for each of 64 filters.")
exercise.hints(
    "A filter has 3 * 3 * 32 weights here, and there are 64 of them. The normalisation has 4 numbers for each map.",
    "Of its four numbers per map two are trained (scale and shift). With trainable = False none is.",
    "A smaller case: 5 filters of 1 x 1 on 2 maps: the normalisation holds 20, both learn 10 + 10 = 20, then 10.",
)

# %% [markdown]
# ## The numbers that nobody trains
#
# Here is the culprit of the opening. In training, a batch normalisation brings each map to mean 0 and variance 1 over
# the *batch at hand*, and moves its moving mean and variance a step towards those of the batch. Later, when it is
# used, it takes the moving ones. Eight batches of white lines on black, and they are close to those of digits.
# Every later layer still expects what photographs looked like.
#
# And the batch at hand, does it matter too?
#
# **Predict before you run:** below, one square of the astronaut's photograph goes through the body twice, among
# squares of photographs and among digits. When are its features equal: with `training=True`, with `training=False`,
# or both times?

# %% tags=["predict"]
prediction = "..."  # "True", "False", "both"

# %%
one_square = old_test.images[:1]
companies = [np.concatenate([one_square, some]) for some in (old_test.images[30:61], shown[:31])]
distances = {}
for mode in (True, False):
    at_the_start.put_back()
    first, second = (keras.ops.convert_to_numpy(body(batch, training=mode))[0].mean(axis=(0, 1)) for batch in companies)
    distances[mode] = float(np.linalg.norm(first - second) / np.linalg.norm(first))
at_the_start.put_back()

# %% tags=["claim"]
claims.check("with training=False its features do not depend on the company", distances[False] < 1e-3)
claims.check("with training=True they differ by more than a tenth of their length", distances[True] > 0.1,
    value=distances[True], name="company")  # fmt: skip

# %% [markdown]
# **What to notice.** That is a second harm. In training mode the answer for a picture depends on its *company* in the
# batch: the two rows of features of one and the same square lie {{company:.0%}} of their length apart.
#
# **How to switch it off.** For most layers `trainable = False` means only that the optimiser leaves the weights
# alone. For `BatchNormalization` Keras makes it mean more: a frozen one **runs in inference mode**, it takes its
# moving mean and variance and does not change them, even if it is called with `training=True`. So we freeze all batch
# normalisations of the body, whatever else we train, and look at digits once more.


# %%
def freeze_normalisation(network):
    """Set `trainable = False` for every batch normalisation of a network."""
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False


freeze_normalisation(body)
for start in range(0, 96, 12):
    body(shown[start : start + 12], training=True)
looked_again = old_accuracy()

# %% tags=["claim"]
claims.check("with frozen normalisations looking changes nothing", looked_again == before)

# %% [markdown]
# The other way, which the Keras guide to fine-tuning takes, is to call the body with `training=False` when the new
# model is built: `maps = body(inputs, training=False)`. Then the statistics stay, and scale and shift can be trained.
# What must not happen is neither of the two.

# %% [markdown]
# ### Exercise 14.3 (spot the bug): frozen, and yet it moves
#
# This function is to do what Keras does for one batch (without scale and shift). It does so for a layer that is
# trained and for one that is used. But a student who freezes the layer loses its statistics all the same.
#
# Mend `normalise(maps, mean, variance, training, trainable)`. `maps` has the shape `(N, height, width, num_maps)`;
# `mean` and `variance` are the moving ones, `(num_maps,)`. It returns three arrays: the normalised maps and the
# moving mean and variance after the call. The moving ones take a step of one tenth towards those of the batch; 0.001
# is added to a variance before the square root.


# %% tags=["exercise"] exercise="14.3" points=2
def normalise(maps: np.ndarray, mean: np.ndarray, variance: np.ndarray, training: bool, trainable: bool):
    """Return the normalised maps, the new moving mean and the new moving variance."""
    # BEGIN SOLUTION
    if not (training and trainable):
        return (maps - mean) / np.sqrt(variance + 0.001), mean, variance
    batch_mean, batch_variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    output = (maps - batch_mean) / np.sqrt(batch_variance + 0.001)
    return output, 0.9 * mean + 0.1 * batch_mean, 0.9 * variance + 0.1 * batch_variance
    # END SOLUTION
    # BEGIN STUB
    # if not training:
    #     return (maps - mean) / np.sqrt(variance + 0.001), mean, variance
    # batch_mean, batch_variance = maps.mean(axis=(0, 1, 2)), maps.var(axis=(0, 1, 2))
    # output = (maps - batch_mean) / np.sqrt(batch_variance + 0.001)
    # return output, 0.9 * mean + 0.1 * batch_mean, 0.9 * variance + 0.1 * batch_variance
    # END STUB


# %% tags=["check"] exercise="14.3"
checks.exercise("14.3", normalise)

# %% tags=["hidden"] exercise="14.3"
from course_utils.authoring import define

exercise = define.function("14.3", normalise, rtol=1e-4, atol=1e-5)
some_maps = (np.arange(24, dtype=np.float32).reshape(2, 2, 3, 2) ** 1.5 / 10).astype(np.float32)
moving = {"mean": np.array([1.0, -2.0], np.float32), "variance": np.array([4.0, 0.5], np.float32)}
exercise.case("it learns", maps=some_maps, **moving, training=True, trainable=True)
exercise.case("it is used", maps=some_maps, **moving, training=False, trainable=True)
exercise.case("frozen, in training", maps=some_maps, **moving, training=True, trainable=False)
exercise.case("frozen and used", maps=some_maps, **moving, training=False, trainable=False)
exercise.case("one image, frozen", visible=False, maps=some_maps[:1] - 3, **moving, training=True, trainable=False)
exercise.case("one image, used", visible=False, maps=some_maps[:1] - 3, **moving, training=False, trainable=True)
exercise.case("one image, learning", visible=False, maps=some_maps[:1] - 3, **moving, training=True, trainable=True)
exercise.case("two images, learning", visible=False, maps=some_maps * 2, **moving, training=True, trainable=True)
exercise.random_cases(
    4,
    lambda rng: {
        "maps": rng.normal(1, 2, (3, 2, 2, 3)).astype(np.float32),
        "mean": rng.normal(0, 1, 3).astype(np.float32),
        "variance": rng.uniform(0.5, 3, 3).astype(np.float32),
        "training": bool(rng.integers(2)),
        "trainable": bool(rng.integers(2)),
    },
)
exercise.hints(
    "There are four combinations of the two switches. In how many of them should the batch's own mean be used?",
    "Only if training AND trainable are True is the batch's mean used and the moving one changed.",
    "A smaller case: the numbers 1 and 3 in one map, moving mean 0 and variance 1. Learning: mean 2, variance 1, so "
    "the output is about -1 and 1 and the moving mean becomes 0.2. Frozen: about 1 and 3, and the moving mean stays 0.",
)


# %% tags=["hidden"] exercise="14.3"
@exercise.correct
def with_keras(maps, mean, variance, training, trainable):
    layer = layers.BatchNormalization(momentum=0.9, epsilon=0.001, scale=False, center=False)
    layer.build(maps.shape)
    layer.set_weights([mean, variance])
    layer.trainable = trainable
    output = keras.ops.convert_to_numpy(layer(maps, training=training))
    return output, *(keras.ops.convert_to_numpy(weight) for weight in (layer.moving_mean, layer.moving_variance))


@exercise.correct
def with_one_formula(maps, mean, variance, training, trainable):
    rows = maps.reshape(-1, maps.shape[-1])
    learns = float(training and trainable)
    used_mean = learns * rows.mean(axis=0) + (1 - learns) * mean
    used_variance = learns * rows.var(axis=0) + (1 - learns) * variance
    new = [moving + 0.1 * (used - moving) for moving, used in ((mean, used_mean), (variance, used_variance))]
    return (maps - used_mean) / (used_variance + 0.001) ** 0.5, *new


# %% tags=["hidden"] exercise="14.3"
@exercise.mutant("A frozen layer in training still takes the batch's mean and moves its own: both switches count.")
def looks_at_training_only(maps, mean, variance, training, trainable):
    return normalise(maps, mean, variance, training, True)


@exercise.mutant("A trainable layer that is merely used (training=False) must take the moving mean, and leave it.")
def looks_at_trainable_only(maps, mean, variance, training, trainable):
    return normalise(maps, mean, variance, True, trainable)


@exercise.mutant(
    "The statistics stay, but the output still depends on the batch: a frozen layer takes the moving ones."
)
def freezes_the_statistics_only(maps, mean, variance, training, trainable):
    output, new_mean, new_variance = normalise(maps, mean, variance, training, True)
    return (output, new_mean, new_variance) if trainable else (output, mean, variance)


@exercise.mutant("The output is right, but the moving mean and variance of a frozen layer moved.")
def freezes_the_output_only(maps, mean, variance, training, trainable):
    output = normalise(maps, mean, variance, training, trainable)[0]
    return output, *normalise(maps, mean, variance, training, True)[1:]


# %% tags=["hidden"] exercise="14.3"
@exercise.mutant("You took mean and variance of each image alone. They are those of the whole batch: axis=(0, 1, 2).")
def each_image_alone(maps, mean, variance, training, trainable):
    if not (training and trainable):
        return normalise(maps, mean, variance, training, trainable)
    own = (maps - maps.mean((1, 2), keepdims=True)) / np.sqrt(maps.var((1, 2), keepdims=True) + 0.001)
    return own, *normalise(maps, mean, variance, training, trainable)[1:]


@exercise.mutant("In training the batch is normalised with its OWN mean and variance, not with the moved ones.")
def moves_first(maps, mean, variance, training, trainable):
    _, new_mean, new_variance = normalise(maps, mean, variance, training, trainable)
    return (maps - new_mean) / np.sqrt(new_variance + 0.001), new_mean, new_variance


# %% tags=["hidden"] exercise="14.3"
@exercise.mutant("The step is one tenth towards the batch: nine tenths of the old moving mean stay.")
def steps_too_far(maps, mean, variance, training, trainable):
    output, new_mean, new_variance = normalise(maps, mean, variance, training, trainable)
    return output, mean + 9 * (new_mean - mean), variance + 9 * (new_variance - variance)


# %% [markdown]
# ## Compile again
#
# Keras turns a training step into a fast function, and calls that one from then on. What becomes of a switch that is
# turned in between?
#
# A network of two layers is enough to see it. Its first layer, the body, is frozen for a first training; then it is
# unfrozen, and trained on.
#
# **Predict before you run:** does the body change in the second training?

# %% tags=["predict"]
prediction = "..."  # "yes" or "no"

# %%
small_body, small_head = layers.Dense(4, name="body"), layers.Dense(2, name="head")
small = keras.Sequential([keras.Input((3,)), small_body, small_head])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
points, sides = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32), np.array([0, 1] * 4)


def body_moves():
    """Train for one epoch; return whether the body's kernel changed."""
    kernel = small_body.get_weights()[0]
    small.fit(points, sides, epochs=1, verbose=0)
    return not np.array_equal(kernel, small_body.get_weights()[0])


small_body.trainable = False
small.compile("sgd", loss)
moved = {"frozen": body_moves()}
small_body.trainable = True
moved["unfrozen"] = body_moves()
small.compile("sgd", loss)
moved["unfrozen and compiled again"] = body_moves()
small_body.trainable = False
moved["frozen again"] = body_moves()
print(moved)

# %% [markdown]
# **What to notice.** When Keras makes its fast function, at the first `fit` after a `compile`, it looks at the
# switches **once**. What is switched afterwards is not noticed until the next `compile`, and there is no error and
# no warning. "unfrozen" is the bug that costs people a week: "I unfroze the network, and it gained nothing."
# "frozen again" is its mirror image: a body that was to be frozen, and learns on. So: **set the switches, then
# compile, then fit.** A new `compile` also gives you a new optimiser, and the moment to choose a smaller rate.

# %% [markdown]
# ### Exercise 14.4 (spot the bug): what did it train?
#
# A student keeps a diary of her training and wants a function that says in which of her trainings the body learned.
# Her version believes that `fit` looks at the switch each time.
#
# Mend `body_learned(steps)`. `steps` is a list of the words `"freeze"`, `"unfreeze"` (the body), `"compile"` and
# `"fit"`. It returns one bool for each `"fit"`. The body begins trainable. The switch is read at the **first** `fit`
# after a `compile`; every further `fit` does the same, up to the next `compile`. A `fit` that no `compile` came
# before raises a `ValueError`, as in Keras.


# %% tags=["exercise"] exercise="14.4" points=2
def body_learned(steps: list[str]) -> list[bool]:
    """Return for each "fit" whether the body learned."""
    # BEGIN SOLUTION
    if "fit" in steps and "compile" not in steps[: steps.index("fit")]:
        raise ValueError("compile first")
    trainable, in_use, learned = True, None, []
    for step in steps:
        trainable = {"freeze": False, "unfreeze": True}.get(step, trainable)
        if step == "compile":
            in_use = None
        if step == "fit":
            in_use = trainable if in_use is None else in_use
            learned.append(in_use)
    return learned
    # END SOLUTION
    # BEGIN STUB
    # if "fit" in steps and "compile" not in steps[: steps.index("fit")]:
    #     raise ValueError("compile first")
    # trainable, learned = True, []
    # for step in steps:
    #     trainable = {"freeze": False, "unfreeze": True}.get(step, trainable)
    #     if step == "fit":
    #         learned.append(trainable)
    # return learned
    # END STUB


# %% tags=["check"] exercise="14.4"
checks.exercise("14.4", body_learned)

# %% tags=["hidden"] exercise="14.4"
from course_utils.authoring import define

exercise = define.function("14.4", body_learned)
exercise.case("unfrozen, not compiled again", steps=["freeze", "compile", "fit", "unfreeze", "fit"])
exercise.case("unfrozen and compiled again", steps=["freeze", "compile", "fit", "unfreeze", "compile", "fit"])
exercise.case("frozen too late", steps=["compile", "fit", "freeze", "fit", "compile", "fit"])
exercise.case("frozen between compile and the first fit", steps=["compile", "freeze", "fit", "unfreeze", "fit"])
exercise.case("compiled again, nothing switched", steps=["freeze", "compile", "fit", "compile", "fit"])
exercise.case("never compiled", steps=["freeze", "fit"], raises=ValueError)
exercise.case("compiled too late", steps=["fit", "compile", "fit"], raises=ValueError)
exercise.case("compiled too late, once more", visible=False, steps=["unfreeze", "fit", "compile"], raises=ValueError)
exercise.case("compiled three times", visible=False, steps=["compile", "fit", "freeze", *["compile", "fit"] * 2])
exercise.case("nothing trained", visible=False, steps=["compile", "freeze", "unfreeze"])
exercise.case(
    "compiled twice", visible=False, steps=["freeze", "compile", "unfreeze", "compile", "fit", "freeze", "fit"]
)
exercise.random_cases(
    4,
    lambda rng: {
        "steps": ["compile", *(str(rng.choice(["freeze", "unfreeze", "compile", "fit", "fit"])) for _ in range(12))]
    },
)
exercise.hints(
    "Which diaries does the function get wrong? When did Keras look at the switch in them?",
    "Keep what is in use apart from the switch: compile forgets it (None), and the first fit after that takes it over.",
    "A smaller case: compile, fit, freeze, fit gives [True, True]: the freezing came too late for the second fit.",
)


# %% tags=["hidden"] exercise="14.4"
@exercise.correct
def with_parts(steps):
    flags, switch = [], True
    parts = [[]]
    for step in steps:
        if step == "compile":
            parts.append([])
        else:
            parts[-1].append(step)
    for number, part in enumerate(parts):
        used = None
        for step in part:
            if step == "fit" and number == 0:
                raise ValueError("not compiled")
            if step == "fit":
                used = switch if used is None else used
                flags.append(used)
            else:
                switch = step == "unfreeze"
    return flags


# %% tags=["hidden"] exercise="14.4"
@exercise.correct
def looking_back(steps):
    learned = []
    for place in [place for place, step in enumerate(steps) if step == "fit"]:
        compiled = [other for other in range(place) if steps[other] == "compile"]
        if not compiled:
            raise ValueError(f"step {place} comes before compile")
        first_fit = steps.index("fit", compiled[-1])
        switches = [step for step in steps[:first_fit] if step in ("freeze", "unfreeze")]
        learned.append(not switches or switches[-1] == "unfreeze")
    return learned


# %% tags=["hidden"] exercise="14.4"
def _learned(steps, read_at_fit=True, keep=True, begins=True, strict=True):
    trainable, compiled, in_use, learned = begins, False, None, []
    for step in steps:
        if step == "compile":
            compiled, in_use = True, None if read_at_fit else trainable
        elif step == "fit":
            if strict and not compiled:
                raise ValueError("compile first")
            in_use = trainable if in_use is None or not keep else in_use
            learned.append(in_use)
        else:
            trainable = step == "unfreeze"
    return learned


@exercise.mutant("fit does not look at the switch each time: what is switched after the first fit waits for compile.")
def reads_it_at_each_fit(steps):
    return _learned(steps, keep=False)


@exercise.mutant("compile itself does not read the switch; the first fit after it does.")
def reads_it_at_compile(steps):
    return _learned(steps, read_at_fit=False)


@exercise.mutant("A body that nobody has frozen is trainable.")
def begins_frozen(steps):
    return _learned(steps, begins=False)


# %% tags=["hidden"] exercise="14.4"
@exercise.mutant("A fit before any compile raises a ValueError.")
def never_complains_about_compile(steps):
    return _learned(steps, strict=False)


@exercise.mutant("compile reads the switch anew; it does not turn it on. What was frozen stays frozen.")
def compile_turns_it_on(steps):
    turned = []
    for step in steps:
        turned += [step, "unfreeze"] if step == "compile" and "fit" in turned else [step]
    return _learned(turned)


@exercise.mutant("A compile that comes AFTER the fit is no help to it: raise a ValueError.")
def any_compile_will_do(steps):
    if "compile" not in steps:
        raise ValueError("compile first")
    return _learned(steps, strict=False)


# %% tags=["hidden"] exercise="14.4"
@exercise.mutant("A second compile lets the next fit read the switch anew; you keep what the very first fit read.")
def only_the_first_compile_counts(steps):
    return [_learned(steps)[0]] * steps.count("fit") if _learned(steps) else []


# %% [markdown]
# ## Slow below, fast above
#
# The first stages know edges and colours, which every picture has. The last ones know what tells a cat from a truck.
# So early stages need to move less than late ones, and the new head most of all. Learning rates that grow from the
# input to the output are called **discriminative learning rates**.
#
# Keras' optimisers have one rate. Could we not simply multiply the *gradients* of an early stage by 0.01? Here is
# Adam, on two weights that begin at 1. The second one gets gradients a hundred times as small.
#
# **Predict before you run:** after ten steps at a rate of 0.01, how far has each of them moved?

# %% tags=["predict"]
prediction = ("...", "...")  # the first one, the second one

# %%
weights = [keras.Variable(1.0), keras.Variable(1.0)]
adam = keras.optimizers.Adam(0.01)
for gradient in np.random.default_rng(0).uniform(1, 2, 10).astype(np.float32):
    adam.apply([keras.ops.convert_to_tensor(gradient * factor) for factor in (1, 0.01)], weights)
steps = [1 - float(keras.ops.convert_to_numpy(weight)) for weight in weights]
print(f"moved by {steps[0]:.3f} and {steps[1]:.3f}")

# %% tags=["claim"]
claims.check("a hundredth of the gradient makes the same step, to one part in a thousand", abs(
    steps[1] / steps[0] - 1) < 1e-3)  # fmt: skip

# %% [markdown]
# **What to notice.** Adam divides each gradient by the size of those that it has seen. What is multiplied beforehand
# is divided out again. (With plain gradient descent it would have worked, which is how such code comes into the
# world.) The factor has to be on the *step*, and that is what the course's `training.AdamByStage` does: it is Adam,
# and the rate of every layer is multiplied by the factor of its stage. Layers of no stage, such as a new head, have
# the factor 1.

# %% [markdown]
# ### Exercise 14.5 (build): a factor for each stage
#
# Write `stage_factors(stages, last, decay)`. `stages` are names from the first stage to the last. The last one gets
# the factor `last`, each earlier one `decay` times the factor of the stage after it. Return a dict from name to
# factor. If `decay` is not above 0 and at most 1, raise a `ValueError`.


# %% tags=["exercise"] exercise="14.5" points=2
def stage_factors(stages: list[str], last: float, decay: float) -> dict[str, float]:
    """Return the factor of each stage's learning rate."""
    # BEGIN SOLUTION
    if not 0 < decay <= 1:
        raise ValueError(f"decay is {decay}; it must be above 0 and at most 1")
    return {stage: last * decay ** (len(stages) - 1 - place) for place, stage in enumerate(stages)}
    # END SOLUTION


# %% tags=["check"] exercise="14.5"
checks.exercise("14.5", stage_factors)

# %% tags=["hidden"] exercise="14.5"
from course_utils.authoring import define

exercise = define.function("14.5", stage_factors, rtol=1e-5)
exercise.case("three stages", stages=["conv3", "conv4", "conv5"], last=1.0, decay=0.1)
exercise.case("a smaller last factor", stages=["conv4", "conv5"], last=0.5, decay=0.4)
exercise.case("one rate for all", stages=["conv3", "conv4", "conv5"], last=0.3, decay=1.0)
exercise.case("one stage", stages=["conv5"], last=0.7, decay=0.5)
exercise.case("a decay that grows", stages=["conv4", "conv5"], last=1.0, decay=2.0, raises=ValueError)
exercise.case("no decay at all", stages=["conv4", "conv5"], last=1.0, decay=0.0, raises=ValueError)
exercise.case("a decay below 0", visible=False, stages=["conv4", "conv5"], last=1.0, decay=-0.5, raises=ValueError)
exercise.case("four times the same", visible=False, stages=["a", "b", "c", "d"], last=0.25, decay=1.0)
exercise.case("ten stages", visible=False, stages=[f"stage{n}" for n in range(10)], last=2.0, decay=0.8)
exercise.random_cases(
    3,
    lambda rng: {
        "stages": [f"conv{n}" for n in range(1, int(rng.integers(4, 8)))],
        "last": round(float(rng.uniform(0.2, 2)), 2),
        "decay": round(float(rng.uniform(0.2, 0.9)), 2),
    },
)
exercise.hints(
    "Begin at the end: which factor has the last stage, which one the stage before it?",
    "A stage with n stages after it has the factor last * decay ** n.",
    "A smaller case: stages a, b, c with last 0.8 and decay 0.5: c has 0.8, b 0.4 and a 0.2.",
)


# %% tags=["hidden"] exercise="14.5"
@exercise.correct
def from_the_end(stages, last, decay):
    if decay <= 0 or decay > 1:
        raise ValueError("decay")
    factors = {}
    for stage in reversed(stages):
        factors[stage] = last
        last = last * decay
    return {stage: factors[stage] for stage in stages}


@exercise.correct
def with_powers_of_an_array(stages, last, decay):
    if not (decay > 0 and decay <= 1):
        raise ValueError("decay has to be above 0 and at most 1")
    powers = last * float(decay) ** np.arange(len(stages))[::-1]
    return dict(zip(stages, powers.tolist(), strict=True))


@exercise.mutant("The wrong way round: the FIRST stage is to move least.")
def upside_down(stages, last, decay):
    return dict(zip(stages, reversed(list(stage_factors(stages, last, decay).values())), strict=True))


@exercise.mutant("The last stage has the factor `last` itself, not one decay less.")
def one_decay_too_many(stages, last, decay):
    return {stage: factor * decay for stage, factor in stage_factors(stages, last, decay).items()}


# %% tags=["hidden"] exercise="14.5"
@exercise.mutant("Each stage has decay TIMES the factor of the next one; you divided.")
def grows_downwards(stages, last, decay):
    stage_factors(stages, last, decay)
    return {stage: last / decay ** (len(stages) - 1 - place) for place, stage in enumerate(stages)}


@exercise.mutant("All stages but the last have the same factor. Each one has decay times that of the next.")
def only_one_step(stages, last, decay):
    stage_factors(stages, last, decay)
    return {stage: last if stage == stages[-1] else last * decay for stage in stages}


@exercise.mutant("`last` is missing: the last stage has always the factor 1.")
def forgets_last(stages, last, decay):
    return stage_factors(stages, 1.0, decay)


@exercise.mutant("A decay below 0 is a mistake, too: every second rate would be negative.", only_hidden=True)
def takes_a_negative_decay(stages, last, decay):
    return takes_any_decay(stages, last, decay) if decay < 0 else stage_factors(stages, last, decay)


@exercise.mutant("The factors fall by the same AMOUNT. Each is to be decay TIMES the next one.")
def falls_evenly(stages, last, decay):
    stage_factors(stages, last, decay)
    return {stage: last * (1 - (1 - decay) * (len(stages) - 1 - place)) for place, stage in enumerate(stages)}


# %% tags=["hidden"] exercise="14.5"
@exercise.mutant("A decay above 1, or of 0, is a mistake of the caller's: raise a ValueError.")
def takes_any_decay(stages, last, decay):
    return {stage: last * decay ** (len(stages) - 1 - place) for place, stage in enumerate(stages)}


# %% [markdown]
# ### Exercise 14.6 (spot the bug): a factor without effect
#
# This is one step of Adam for one array of weights, with a factor for its stage. The factor has no effect, or nearly
# none. Mend `adam_step(weights, gradient, mean, square, step, rate, factor)`. It returns the new weights, the new mean
# and the new mean square of the gradients, which have to be those of the *gradient as it is*. `step` counts from 1.


# %% tags=["exercise"] exercise="14.6" points=2
def adam_step(
    weights: np.ndarray, gradient: np.ndarray, mean: np.ndarray, square: np.ndarray, step: int, rate: float,
    factor: float,
):  # fmt: skip
    """Return the weights, the mean and the mean square of the gradients after one step of Adam."""
    # BEGIN SOLUTION
    mean = 0.9 * mean + 0.1 * gradient
    square = 0.999 * square + 0.001 * gradient**2
    direction = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-7)
    return weights - factor * rate * direction, mean, square
    # END SOLUTION
    # BEGIN STUB
    # gradient = factor * gradient
    # mean = 0.9 * mean + 0.1 * gradient
    # square = 0.999 * square + 0.001 * gradient**2
    # direction = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-7)
    # return weights - rate * direction, mean, square
    # END STUB


# %% tags=["check"] exercise="14.6"
checks.exercise("14.6", adam_step)

# %% tags=["hidden"] exercise="14.6"
from course_utils.authoring import define

exercise = define.function("14.6", adam_step, rtol=1e-5, atol=1e-9)
nothing = {"mean": np.zeros(3), "square": np.zeros(3)}
some = {"weights": np.array([1.0, -2.0, 0.5]), "gradient": np.array([0.5, -3.0, 0.02])}
seen = {"mean": np.array([0.4, 1.0, -0.1]), "square": np.array([0.3, 2.0, 0.05])}
exercise.case("the first step", **some, **nothing, step=1, rate=0.1, factor=0.1)
exercise.case("plain Adam", **some, **seen, step=4, rate=0.1, factor=1.0)
exercise.case("later, a tenth", **some, **seen, step=4, rate=0.1, factor=0.1)
exercise.case("held still", **some, **seen, step=9, rate=0.1, factor=0.0)
exercise.case("faster than the rest", visible=False, **some, **seen, step=2, rate=0.01, factor=3.0)
exercise.random_cases(
    3,
    lambda rng: {
        "weights": rng.normal(0, 1, 4),
        "gradient": rng.normal(0, 1, 4),
        "mean": rng.normal(0, 0.3, 4),
        "square": rng.uniform(0.1, 1, 4),
        "step": int(rng.integers(1, 20)),
        "rate": 0.05,
        "factor": round(float(rng.uniform(0.05, 0.8)), 2),
    },
)
exercise.hints(
    "Follow the factor through the first step: the mean gets it, and so does the root of the mean square. What is left "
    "of it in the direction?",
    "Leave the gradient as it is, and multiply the rate: factor * rate * direction.",
    "A smaller case: first step, gradient 2, rate 0.1, factor 0.5: the direction is 2 / 2 = 1, so the weight falls by "
    "0.05; the mean is 0.2 and the mean square 0.004.",
)


# %% tags=["hidden"] exercise="14.6"
@exercise.correct
def with_corrected_averages(weights, gradient, mean, square, step, rate, factor):
    mean = mean + 0.1 * (gradient - mean)
    square = square + 0.001 * (np.square(gradient) - square)
    corrected, size = mean / (1 - 0.9**step), np.sqrt(square / (1 - 0.999**step))
    return weights - rate * factor * corrected / (size + 1e-7), mean, square


@exercise.correct
def part_of_the_way(weights, gradient, mean, square, step, rate, factor):
    target, mean, square = adam_step(weights, gradient, mean, square, step, rate, 1.0)
    return (1 - factor) * weights + factor * target, mean, square


@exercise.mutant(
    "The factor is on the gradient. Adam divides by the size of the gradients, so it is divided out again."
)
def scales_the_gradient(weights, gradient, mean, square, step, rate, factor):
    return adam_step(weights, factor * gradient, mean, square, step, rate, 1.0)


@exercise.mutant("There is no factor at all: this is plain Adam.")
def ignores_the_factor(weights, gradient, mean, square, step, rate, factor):
    return adam_step(weights, gradient, mean, square, step, rate, 1.0)


# %% tags=["hidden"] exercise="14.6"
@exercise.mutant(
    "The factor is on the rate AND on the gradient. The averages are to be those of the gradient as it is."
)
def scales_both(weights, gradient, mean, square, step, rate, factor):
    return adam_step(weights, factor * gradient, mean, square, step, rate, factor)


@exercise.mutant("The weights were multiplied by the factor. Only the step may be.")
def scales_the_weights(weights, gradient, mean, square, step, rate, factor):
    new, mean, square = adam_step(weights, gradient, mean, square, step, rate, 1.0)
    return factor * new, mean, square


@exercise.mutant("The step has the square of the factor: multiply once.")
def multiplies_twice(weights, gradient, mean, square, step, rate, factor):
    return adam_step(weights, gradient, mean, square, step, rate, factor**2)


# %% [markdown]
# ## How much should learn?
#
# Now the question of the lesson. Two tasks, each with eight classes:
#
# - **photographs:** squares of the *other* eight of the seventeen photographs. They resemble what the body was trained
#   on: small colour photographs.
# - **digits:** 0 to 7. They do not; in lesson 13 transfer gained nothing here.
#
# Four methods get the same labelled pictures, three draws of them, with 4, 25 and 160 labels a class:
#
# | method | what happens |
# |---|---|
# | frozen, last stage | a linear classifier on the last features |
# | frozen, best stage | the same, with the stage chosen on validation pictures, as in lesson 13 |
# | partial | from the first method on, the last stage and the head are trained |
# | full | from the first method on, all stages are trained, early ones more slowly |
#
# Partial and full take the same number of steps, more of them where there are more labels, and have all batch
# normalisations frozen. (The fine print of lesson 13 holds here too: to choose a stage we use 20 validation pictures
# of each class, more than four labels. Who has no more would choose by cross-validation.)

# %%
NUM_CLASSES, BATCH_SIZE = 8, 24
LABELS = (4, 25, 160)  # of each class
NUM_STEPS = profile.choose(quick=(4, 8, 24), full=(40, 120, 600))
FACTORS = {"conv1": 0.1, "conv2": 0.2, "conv3": 0.4, "conv4": 0.7, "conv5": 1.0}


def with_head(inputs, factors):
    """Return a compiled network from some maps of the body, or from its images, to one logit per class."""
    x = layers.GlobalAveragePooling2D()(body.output)
    network = keras.Model(inputs, layers.Dense(NUM_CLASSES, dtype="float32", name="head")(x))
    network.compile(training.AdamByStage(0.001, factors), loss)
    return network, training.Snapshot(network)


body.trainable = True  # everything ...
freeze_normalisation(body)  # ... but the batch normalisations
below_last = resnet50.feature_layers[-2]
partial = with_head(body.get_layer(below_last).output, {"conv5": 1.0})
full = with_head(body.input, FACTORS)
print(f"partial: {len(partial[0].trainable_variables)} arrays learn, full: {len(full[0].trainable_variables)}")

# %% [markdown]
# The partial network begins at the maps below the last stage. Nothing below them changes, so they are computed once and
# kept. That is the great advantage of freezing: most of the network has to be gone through only once.


# %%
def fine_tune(network, inputs, labels, head, seed, num_steps, peak=0.0005):
    """Train a network from the body as it came and a given head."""
    model, snapshot = network
    snapshot.put_back()
    at_the_start.put_back()
    model.get_layer("head").set_weights(head)
    rate = training.OneCycle(peak, num_steps)
    order = np.concatenate([training.order_of_epoch(len(labels), seed, epoch) for epoch in range(num_steps)])
    for step in range(num_steps):
        chosen = order[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
        model.optimizer.learning_rate = float(rate(step))
        model.train_on_batch(inputs[chosen], labels[chosen])


def accuracy(model, inputs, labels):
    """Return the share of pictures that are told rightly."""
    parts = [model.predict_on_batch(inputs[start : start + 80]) for start in range(0, len(labels), 80)]
    return float(np.mean(np.concatenate(parts).argmax(axis=1) == labels))


def relearned_accuracy():
    """Return what a new head for the old photographs reaches on the body as it is now."""
    new_head = backbones.fit_linear(features(old_train.images), old_train.labels)
    return new_head.accuracy(features(old_test.images), old_test.labels)


# %%
METHODS = ("frozen, last stage", "frozen, best stage", "partial", "full")
STAGES = resnet50.feature_layers[1:]  # conv2 to conv5


def looked_at(split, classes, per_class, seed):
    """Return pictures and labels with their features by stage and their maps below the last stage."""
    pictures, labels = some_of_each(split, classes, per_class, seed)
    at_the_start.put_back()
    found = backbones.extract(resnet50, pictures, STAGES)
    return pictures, labels, found, backbones.extract(resnet50, pictures, below_last, pooling=None)


# %%
def frozen_heads(found, labels, validation, test):
    """Return the last stage's classifier and the test accuracies of the last and of the best stage."""
    heads = {stage: backbones.fit_linear(found[stage], labels) for stage in found}
    best = max(found, key=lambda stage: heads[stage].accuracy(validation[2][stage], validation[1]))
    last = list(found)[-1]
    return heads[last], [heads[stage].accuracy(test[2][stage], test[1]) for stage in (last, best)]


def drawn(labels, seed):
    """Return the places of each class in a drawn order: (classes, places); every class has equally many."""
    return np.random.default_rng(seed).permuted(np.arange(len(labels)).reshape(labels.max() + 1, -1), axis=1)


# %%
def four_methods(data, classes):
    """Return the accuracies (draws, numbers of labels) of each method, and what fine-tuning did to the old task."""
    pool = looked_at(data.train, classes, 176, seed=0)
    validation, test = (looked_at(split, classes, 20, seed=99) for split in (data.validation, data.test))
    found = {method: np.empty((NUM_DRAWS, len(LABELS))) for method in METHODS}
    old = {"partial": [], "full": [], "full, 25 labels": [], "full, new head": []}
    for draw in range(NUM_DRAWS):
        order = drawn(pool[1], draw)
        for column, per_class in enumerate(LABELS):
            chosen = order[:, :per_class].ravel()
            labels = pool[1][chosen]
            by_stage = {stage: pool[2][stage][chosen] for stage in STAGES}
            first, at_frozen = frozen_heads(by_stage, labels, validation, test)
            found[METHODS[0]][draw, column], found[METHODS[1]][draw, column] = at_frozen
            head = [first.kernel, first.bias]
            for method, network, place in (("partial", partial, 3), ("full", full, 0)):
                fine_tune(network, pool[place][chosen], labels, head, draw, NUM_STEPS[column])
                found[method][draw, column] = accuracy(network[0], test[place], test[1])
                if per_class == LABELS[-1]:
                    old[method].append(old_accuracy())
            if column == 1:
                old["full, 25 labels"].append(old_accuracy())
        old["full, new head"].append(relearned_accuracy())
    return found, old


# %% [markdown]
# **Predict before you run:** for each task, which method wins with 4 labels a class, and which with 160?

# %% tags=["predict"]
prediction = {"photographs": ("...", "..."), "digits": ("...", "...")}

# %%
photographs_found, photographs_old = four_methods(photo_patches, NEW)
digits_found, digits_old = four_methods(digits, range(NUM_CLASSES))

# %% tags=["figure"]
plots.bands(
    LABELS,
    photographs_found,
    xlabel="labels per class",
    ylabel="accuracy on test pictures",
    title="Photographs: similar to what the body knows",
    alt="Four rising curves with bands. The frozen network with the best stage is the highest at few labels; the other "
    "three lie close together below it, and full fine-tuning comes near it at the right end.",
)

# %% tags=["figure"]
plots.bands(
    LABELS,
    digits_found,
    xlabel="labels per class",
    ylabel="accuracy on test pictures",
    title="Digits: unlike what the body knows",
    alt="Four rising curves with bands. The frozen network with the best stage is the highest throughout. With few "
    "labels the fine-tuned ones lie far below both frozen ones; at the right end all come near each other.",
)

# %% tags=["claim"]
found = {"photographs": photographs_found, "digits": digits_found}
stage_worth = [100 * np.mean(f[METHODS[1]][:, 0] - f[METHODS[0]][:, 0]) for f in found.values()]
claims.check(
    "with 4 labels the chosen stage is better than the last one on average, on both tasks", min(stage_worth) > 0,
    value=min(stage_worth), unit="points", name="stage_worth",
)  # fmt: skip
tuned = [f[method].mean(axis=0) - f[METHODS[1]].mean(axis=0) for f in found.values() for method in METHODS[2:]]
best_lead = 100 * float(np.max(tuned))
if profile.name() == "quick":
    claims.check(
        "at no number of labels is a fine-tuned network 5 points ahead of the best frozen stage, on average",
        best_lead < 5, value=best_lead, unit="points", name="tuned_lead",
    )  # fmt: skip

# %% tags=["claim"]
behind_best = 100 * float(np.mean(digits_found[METHODS[1]][:, 0] - digits_found["full"][:, 0]))
least_behind = profile.choose(quick=5, full=-20)
claims.check(
    f"digits, 4 labels: full fine-tuning ends at least {least_behind} points behind the best frozen stage",
    behind_best >= least_behind, value=behind_best, unit="points", name="behind_best",
)  # fmt: skip
to_last = 100 * (digits_found["full"] - digits_found[METHODS[0]]).mean(axis=0)  # one number for each of LABELS
least_caught_up = profile.choose(quick=2, full=-20)
claims.check(
    f"from 25 to 160 labels it gains at least {least_caught_up} points on the last stage, from which it began",
    to_last[2] - to_last[1] >= least_caught_up, value=to_last[2] - to_last[1], unit="points", name="caught_up",
)  # fmt: skip
claims.check("and with 160 it ends less than 10 points behind that", to_last[2] > -10, value=to_last[2],
    unit="points", name="mends")  # fmt: skip

# %% [markdown]
# **What to notice.** This is not what most tutorials promise.
#
# - **Choose the stage first.** With four labels it is worth {{stage_worth:.0f}} points or more, costs no training, and
#   nothing in these pictures beats it by more than the runs differ. The last stage is made for the ten old classes.
# - **With few labels more freedom does harm.** On digits with four labels a class, full fine-tuning ends
#   {{behind_best:.0f}} points behind the best frozen stage. A million weights meet 32 pictures. Mostly it even loses a
#   part of what the last stage had given it to begin with; how much differs so widely from draw to draw that we claim
#   nothing about it.
# - **With many labels it catches up.** From 25 to 160 labels on digits the fully trained network gains
#   {{caught_up:.0f}} points on the frozen last stage from which it began, and comes close to it, after one short
#   training. The best frozen stage stays ahead.
#
# What these numbers do not say: that fine-tuning never pays. It was short here. We gave it a chance once, with many
# times the steps and all labels: on one draw of photographs it went a few points ahead of the best frozen stage, on
# digits it drew level. With thousands of labels, larger pictures and hours of training it usually pays, and the
# `full` profile is the place to try it. These numbers say that a frozen network with a chosen stage is the rival that
# a fine-tuned one has to beat, and that most comparisons leave this rival out.

# %% [markdown]
# ## What it forgets
#
# While the body learned eight new classes with 160 labels each, the old head still lay in the drawer: the one that
# tells the nine photographs of the opening apart. We put it back on the body as it is *after* fine-tuning.
#
# **Predict before you run:** it was right on {{old_before:.0%}} before. Which plan costs it more, partial or full?
# And if we train a **new** head for the nine photographs on the changed body, how good will it be?

# %% tags=["predict"]
prediction = ("...", "...")

# %% tags=["figure"]
plots.seed_dots(
    {
        "before, and frozen": [before],
        "partial, on photographs": photographs_old["partial"],
        "partial, on digits": digits_old["partial"],
        "full, on photographs": photographs_old["full"],
        "full, on digits": digits_old["full"],
        "full, on photographs, new head": photographs_old["full, new head"],
        "full, on digits, new head": digits_old["full, new head"],
    },
    xlabel="accuracy on the nine old photographs, after learning eight new classes",
    alt="Seven rows of dots. Before: near 0.7. After partial training close to that. After full training far to the "
    "left and wide apart. With a new head back near 0.7.",
)

# %% tags=["claim"]
forgot = 100 * (before - np.mean(photographs_old["full"] + digits_old["full"]))
least_forgot = profile.choose(quick=2, full=0)
claims.check(
    f"full fine-tuning costs the old task at least {least_forgot} points on average",
    forgot >= least_forgot, value=forgot, unit="points", name="forgot",
)  # fmt: skip
with_new_head = 100 * (before - np.mean(photographs_old["full, new head"] + digits_old["full, new head"]))
claims.check("with a new head less than 5 points are missing", with_new_head < 5, value=with_new_head, unit="points",
    name="missing")  # fmt: skip
forgot_partial = 100 * (before - np.mean(photographs_old["partial"] + digits_old["partial"]))
claims.check("partial fine-tuning costs it less than 8 points", forgot_partial < profile.choose(quick=8, full=100),
    value=forgot_partial, unit="points", name="forgot_partial")  # fmt: skip

# %% [markdown]
# **What to notice.** Full fine-tuning cost the old task {{forgot:.0f}} points, partial {{forgot_partial:.0f}}. This
# is called **catastrophic forgetting**: nothing in the new loss asks for the old skill, so nothing protects it. But
# look at the last two rows: with a new head it is nearly all there. The features were *moved*, not lost; the old
# head looks for them where they were. A frozen body forgets nothing, whatever is put on it, and serves a hundred
# heads at once. That is a reason to freeze that has nothing to do with accuracy. (The body's own first task, the
# ten classes of CIFAR-10, would be the better test; it needs pictures that do not come with the course.)

# %% [markdown]
# ## Two ways to break it
#
# Two more mistakes, measured on the photographs with 25 labels a class, full fine-tuning:
#
# - **a cold head:** the new head begins with random numbers and is trained together with the body at once;
# - **the head's rate for everything:** a rate of 0.02, with which a new head alone trains well, for the whole network.
#
# **Predict:** which of them does more damage to the new task, which to the old one?

# %% tags=["predict"]
prediction = ("...", "...")  # the new task, the old one

# %%
pool, test = looked_at(photo_patches.train, NEW, 176, seed=0), looked_at(photo_patches.test, NEW, 20, seed=99)
as_before = "a warm head, a small rate"  # measured above
on_new = {as_before: list(photographs_found["full"][:, 1])}
on_old = {as_before: photographs_old["full, 25 labels"]}
for name, warm, peak in (("a cold head", False, 0.0005), ("the head's rate", True, 0.02)):
    on_new[name], on_old[name] = [], []
    for draw in range(NUM_DRAWS):
        chosen = drawn(pool[1], draw)[:, : LABELS[1]].ravel()
        classifier = backbones.fit_linear(pool[2][STAGES[-1]][chosen], pool[1][chosen])
        head = [classifier.kernel, classifier.bias]
        if not warm:
            random = np.random.default_rng(draw)
            head = [random.normal(0, 0.05, part.shape).astype(np.float32) for part in head]
        fine_tune(full, pool[0][chosen], pool[1][chosen], head, draw, NUM_STEPS[1], peak)
        on_new[name].append(accuracy(full[0], test[0], test[1]))
        on_old[name].append(old_accuracy())

# %% tags=["figure"]
plots.seed_dots(
    {**{f"new task: {name}": runs for name, runs in on_new.items()},
     **{f"old task: {name}": runs for name, runs in on_old.items()}},
    xlabel="accuracy on test pictures",
    alt="Six rows of three dots. New task: the warm head near 0.7, the cold one to the left of it and wide apart, the "
    "head's rate near 0.1. Old task: the warm head near 0.6, the cold one clearly to the left, the head's rate "
    "near 0.1.",
)  # fmt: skip

# %% tags=["claim"]
names = list(on_new)
cold_cost = 100 * (np.mean(on_old[names[0]]) - np.mean(on_old[names[1]]))
claims.check(
    "a cold head costs the old task at least 3 points more" if profile.name() == "quick" else
    "a cold head is not better for the old task by 10 points",
    cold_cost >= profile.choose(quick=3, full=-10), value=cold_cost, unit="points", name="cold_cost",
)  # fmt: skip
hot = float(np.mean(on_new[names[2]]))
claims.check("at the head's rate the new task is less than half as good", hot < np.mean(on_new[names[0]]) / 2,
    value=hot, name="hot")  # fmt: skip
cold_behind = 100 * float(np.mean(on_new[names[0]]) - np.mean(on_new[names[1]]))
claims.check(
    "on the new task the cold head is behind, on average" if profile.name() == "quick" else
    "on the new task the cold head is not 5 points ahead",
    cold_behind > profile.choose(quick=0, full=-5), value=cold_behind, unit="points", name="cold_behind",
)  # fmt: skip

# %% [markdown]
# **What to notice.** The large rate leaves little of either task: {{hot:.0%}}, where guessing gives an eighth. The cold
# head is the sly one. On the new task it is {{cold_behind:.0f}} points behind, as if it needed some more steps.
# But while it was random it sent the body in random directions, and the old skill paid {{cold_cost:.0f}} points more.
# So: **train the head first, then unfreeze**, with a smaller rate. (Our head is warm because a linear classifier was
# fitted first.)

# %% [markdown]
# ## A better network, frozen
#
# One more rival has been missing: *another network*. EfficientNet-Lite0 comes with the course. It was trained on the
# 1.28 million photographs of ImageNet, in 1,000 classes, and is no larger than what runs on a telephone. Here are its
# answers for photographs of a cat, a cup of coffee and a rocket (there is no class "rocket" among the 1,000):

# %%
efficientnet = backbones.load("efficientnet_lite0")
print(efficientnet)
three = np.stack([backbones.centre_crop(images.load(name)) for name in ("cat", "coffee", "rocket")])  # 224 x 224
for answers in efficientnet.decode(efficientnet.model.predict(three, verbose=0), count=1):
    print(answers[0][0])

# %% [markdown]
# Our squares and digits have 32 pixels a side. EfficientNet-Lite0 shrinks its maps five times by two, so of 32 x 32
# pixels one place would be left. We enlarge the pictures (to 64 x 64 in the `quick` profile) and offer four of its
# stages, and validation pictures choose, as before. Beside each of the two networks stands its random twin, the same
# architecture without any training. One random network may be lucky, so each draw of labels gets another one.
#
# **Predict before you run:** four labels a class, nothing fine-tuned. On which of the two tasks does the better network
# gain more?

# %% tags=["predict"]
prediction = "..."  # "photographs", "digits", "equally"

# %%
LARGE = profile.choose(quick=64, full=224)
EFFICIENTNET_STAGES = ("block3b_add", "block5c_add", "block7a_project_bn", "top_activation")
at_the_start.put_back()  # the ResNet50 as it was
networks = {  # for each draw of labels its network; which of its stages are offered; the side of the pictures
    "random ResNet50": ([backbones.untrained(resnet50, seed) for seed in range(NUM_DRAWS)], STAGES, SIDE),
    "ResNet50": ([resnet50] * NUM_DRAWS, STAGES, SIDE),
    "random EfficientNet": (
        [backbones.untrained(efficientnet, seed) for seed in range(NUM_DRAWS)], EFFICIENTNET_STAGES, LARGE,
    ),
    "EfficientNet": ([efficientnet] * NUM_DRAWS, EFFICIENTNET_STAGES, LARGE),
}  # fmt: skip


def frozen_features(name, draw, pictures):
    """Return the features of pictures by stage, from one of the networks at the size that suits it."""
    of_each_draw, stages, side = networks[name]
    enlarged = np.stack([cv2.resize(picture, (side, side)) for picture in pictures])
    return backbones.extract(of_each_draw[draw], enlarged, stages)


# %%
def frozen_with_four_labels(data, classes):
    """Return the test accuracies of each network's best stage, one for each draw of four labels a class."""
    parts = [some_of_each(data.train, classes, 12, 0), some_of_each(data.validation, classes, 12, 99),
             some_of_each(data.test, classes, 20, 99)]  # fmt: skip
    pictures, ends = np.concatenate([part.images for part in parts]), np.cumsum([len(part.labels) for part in parts])
    result = {name: [] for name in networks}
    for draw in range(NUM_DRAWS):
        chosen = drawn(parts[0].labels, draw)[:, :4].ravel()
        for name in networks:
            found = frozen_features(name, draw, pictures)  # of all at once: it is one pass
            pool, *seen = [{stage: rows[end - len(part.labels) : end] for stage, rows in found.items()}
                           for part, end in zip(parts, ends, strict=True)]  # fmt: skip
            labelled = {stage: rows[chosen] for stage, rows in pool.items()}
            validation, test = [(part.images, part.labels, rows) for part, rows in zip(parts[1:], seen, strict=True)]
            result[name].append(frozen_heads(labelled, parts[0].labels[chosen], validation, test)[1][1])
    return result


photographs_rivals, digits_rivals = (
    frozen_with_four_labels(photo_patches, NEW),
    frozen_with_four_labels(digits, range(8)),
)

# %% tags=["figure"]
plots.seed_dots(
    {
        **{f"photographs: {name}": runs for name, runs in photographs_rivals.items()},
        **{f"digits: {name}": runs for name, runs in digits_rivals.items()},
    },
    xlabel="accuracy on test pictures, 4 labels a class, nothing fine-tuned",
    alt="Eight rows of three dots. On both tasks the two random networks lie to the left, the trained ResNet50 right "
    "of them, and EfficientNet furthest to the right.",
)

# %% tags=["claim"]
rivals = {"photographs": photographs_rivals, "digits": digits_rivals}
gains = {task: 100 * (np.mean(r["EfficientNet"]) - np.mean(r["ResNet50"])) for task, r in rivals.items()}
over_random = [100 * (np.mean(r[name]) - np.mean(r[f"random {name}"])) for r in rivals.values() for name in
    ("ResNet50", "EfficientNet")]  # fmt: skip
claims.check("each trained network is at least 3 points ahead of its random twins on average, on both tasks",
    min(over_random) >= 3, value=min(over_random), unit="points", name="over_random")  # fmt: skip
untrained_behind = 100 * (np.mean(digits_rivals["random ResNet50"]) - np.mean(digits_rivals["random EfficientNet"]))
claims.check("digits: untrained, EfficientNet is not 5 points ahead of ResNet50", untrained_behind > -5,
    value=untrained_behind, unit="points", name="untrained_behind")  # fmt: skip
claims.check(
    "digits, 4 labels: EfficientNet is more than a point ahead of ResNet50" if profile.name() == "quick" else
    "digits, 4 labels: EfficientNet is not 10 points behind ResNet50",
    gains["digits"] > profile.choose(quick=1, full=-10), value=gains["digits"], unit="points", name="digits_gain",
)  # fmt: skip
claims.check(
    "photographs, 4 labels: EfficientNet is not 2 points behind", gains["photographs"] > profile.choose(
    quick=-2, full=-5), value=gains["photographs"], unit="points", name="photographs_gain",
)  # fmt: skip

# %% [markdown]
# **What to notice.** Nothing was trained but a linear classifier, and on digits the network from ImageNet is
# {{digits_gain:.0f}} points ahead of the one from CIFAR-10, on photographs {{photographs_gain:.0f}}. (The two also
# differ in architecture and in the size of their pictures. On digits the random twins say that this is not the reason:
# untrained, EfficientNet's features are {{untrained_behind:.0f}} points worse there. And look how far the random ones
# lie apart: with a single one beside it a comparison may come out as one likes.) A thousand classes need more kinds of
# features than ten do, lines and their junctions among them.
#
# Compare this with what fine-tuning did for four labels. **Look for a better network before you train a worse one.**

# %% [markdown]
# ## What to do
#
# Here is the lesson as a table. What stands in it about few labels was measured above and in lesson 13; what it says
# about many labels is what larger studies report (see *To read*), and you should measure it on your own pictures.
#
# | labels a class | new pictures resemble the old ones | they do not |
# |---|---|---|
# | up to about 10 | frozen, stage chosen by validation | frozen, earlier stage; or another network |
# | 10 to 200 | frozen first; try partial beside it | frozen first; try full beside it, slow below |
# | thousands | full, slow below | full; compare with training from scratch |
# | any, and the old task has to stay | frozen, one head for each task | frozen, or two networks |
#
# And the recipe for whatever is not frozen: normalisation in inference mode; a warm head; set the switches, **then**
# compile; a rate ten to a hundred times smaller than for a new network, smaller still for early stages; several
# draws, beside the best frozen stage.

# %% [markdown]
# ### Exercise 14.7 (investigate): is the dearer plan worth it?
#
# Frozen costs seconds, partial minutes, full hours. A plan that costs more has to *earn* it. Write `worthwhile(plans,
# least)`. `plans` is a dict from the name of a plan to its validation accuracies, one for each draw of labels, the
# same draws for all; the plans stand in it from the cheapest to the dearest.
#
# - Begin with the first plan.
# - Go through the others in order. A plan takes the place of the one that you hold if it is better **in every draw**
#   and its mean is at least `least` higher.
# - Return the name of the plan that you hold at the end.
#
# Then try it with `{name: photographs_found[name][:, 2] for name in METHODS}`: which plan is it for photographs,
# which for digits, with `least=0.01`? (These are test accuracies; for a lesson we look, for a real choice we may
# not.)


# %% tags=["exercise"] exercise="14.7" points=3
def worthwhile(plans: dict[str, list[float]], least: float) -> str:
    """Return the name of the plan whose cost is earned."""
    # BEGIN SOLUTION
    held, *dearer = plans
    for name in dearer:
        leads = np.subtract(plans[name], plans[held])
        if leads.min() > 0 and leads.mean() >= least:
            held = name
    return held
    # END SOLUTION


# %% tags=["check"] exercise="14.7"
checks.exercise("14.7", worthwhile)

# %% tags=["hidden"] exercise="14.7"
from course_utils.authoring import define

exercise = define.function("14.7", worthwhile)
three_plans = ("frozen", "partial", "full")


def plans_of(*rows):
    return dict(zip(three_plans, map(list, rows), strict=True))


exercise.case("a clear gain", plans=plans_of([0.70, 0.72, 0.71], [0.78, 0.79, 0.77], [0.79, 0.78, 0.80]), least=0.05)
exercise.case("one lucky draw", plans=plans_of([0.70, 0.72, 0.71], [0.69, 0.95, 0.70], [0.60, 0.70, 0.65]), least=0.05)
exercise.case(
    "too small a gain", plans=plans_of([0.80, 0.70, 0.75], [0.81, 0.71, 0.76], [0.82, 0.72, 0.77]), least=0.05
)
exercise.case("only the dearest earns it", plans=plans_of([0.8, 0.7, 0.75], [0.82, 0.72, 0.77], [0.9, 0.8, 0.85]),
    least=0.05)  # fmt: skip
exercise.case("draws that differ more than the plans", plans=plans_of([0.60, 0.80, 0.70], [0.68, 0.88, 0.78],
    [0.66, 0.86, 0.75]), least=0.05)  # fmt: skip
exercise.case("an uneven gain", plans=plans_of([0.70, 0.72, 0.71], [0.71, 0.74, 0.88], [0.71, 0.73, 0.80]), least=0.05)
exercise.case("one small lead among larger ones", plans=plans_of([0.50, 0.60, 0.70], [0.52, 0.68, 0.80],
    [0.40, 0.50, 0.60]), least=0.05)  # fmt: skip
exercise.case("better in two of three draws", plans=plans_of([0.50, 0.60, 0.70], [0.65, 0.75, 0.69],
    [0.40, 0.50, 0.60]), least=0.05)  # fmt: skip
exercise.case("equal in one draw", plans=plans_of([0.5, 0.6, 0.7], [0.5, 0.8, 0.9], [0.4, 0.5, 0.6]), least=0.05)
exercise.case("by just as much as wanted", plans=plans_of([0.25, 0.5], [0.375, 0.625], [0.25, 0.25]), least=0.125)
# %% tags=["hidden"] exercise="14.7"
exercise.case("an uneven gain at the end", visible=False, plans=plans_of([0.5, 0.5, 0.5], [0.4, 0.9, 0.9],
    [0.51, 0.52, 0.8]), least=0.08)  # fmt: skip
exercise.case("just as much, then less", visible=False, plans=plans_of([0.5, 0.25], [0.625, 0.375], [0.6875, 0.4375]),
    least=0.125)  # fmt: skip
exercise.case("draws that differ, one rise", visible=False, plans=plans_of([0.5, 0.9, 0.7], [0.6, 0.98, 0.8],
    [0.55, 0.9, 0.7]), least=0.05)  # fmt: skip
exercise.case("the last earns it, the second does not", visible=False, least=0.05,
    plans=plans_of([0.5, 0.6, 0.7], [0.51, 0.61, 0.71], [0.7, 0.8, 0.9]))  # fmt: skip
exercise.case("one plan", visible=False, plans={"frozen": [0.5, 0.6]}, least=0.1)
exercise.case("the dearest gains little over the second", visible=False, least=0.05,
    plans=plans_of([0.5, 0.5, 0.5], [0.6, 0.6, 0.6], [0.62, 0.63, 0.61]))  # fmt: skip
exercise.case("equal in one draw, again", visible=False, least=0.05,
    plans=plans_of([0.5, 0.5, 0.5], [0.5, 0.7, 0.7], [0.4, 0.4, 0.4]))  # fmt: skip

# %% tags=["hidden"] exercise="14.7"
exercise.random_cases(
    4,
    lambda rng: {
        "plans": {
            name: [round(float(x), 3) for x in rng.normal(0.6 + 0.1 * place, 0.04, 3)]
            for place, name in enumerate(three_plans)
        },
        "least": 0.03,
    },
)
exercise.hints(
    "Two things have to be true of a dearer plan, and they are said of its lead over the plan that you hold NOW.",
    "Subtract draw by draw: the smallest of these leads must be above 0, their mean at least `least`.",
    "A smaller case: a has 0.5 and 0.7, b 0.6 and 0.8, c 0.62 and 0.81, least 0.05: b takes the place of a (0.1 ahead "
    "in each draw), c does not take that of b (0.015 ahead on average). The answer is b.",
)


# %% tags=["hidden"] exercise="14.7"
@exercise.correct
def with_zip(plans, least):
    names = list(plans)
    kept = names[0]
    for name in names[1:]:
        pairs = list(zip(plans[name], plans[kept], strict=True))
        every = all(new > old for new, old in pairs)
        if every and sum(new - old for new, old in pairs) / len(pairs) >= least:
            kept = name
    return kept


@exercise.correct
def with_reduce(plans, least):
    import functools

    def better(held, name):
        new, old = np.array(plans[name]), np.array(plans[held])
        return name if np.all(new > old) and np.mean(new) - np.mean(old) >= least else held

    return functools.reduce(better, plans)


@exercise.mutant("The highest mean is not enough: a lead in every draw, and of at least `least`, is asked for.")
def highest_mean(plans, least):
    return max(plans, key=lambda name: np.mean(plans[name]))


# %% tags=["hidden"] exercise="14.7"
@exercise.mutant("Each plan is compared with the one that you HOLD, not always with the cheapest.")
def compares_with_the_cheapest(plans, least):
    held = first = next(iter(plans))
    for name in plans:
        leads = np.subtract(plans[name], plans[first])
        if leads.min() > 0 and leads.mean() >= least:
            held = name
    return held


@exercise.mutant("One lucky draw carried the mean. The plan has to be better in every draw.")
def forgets_every_draw(plans, least):
    held, *dearer = plans
    for name in dearer:
        held = name if np.mean(plans[name]) - np.mean(plans[held]) >= least else held
    return held


@exercise.mutant("Better in every draw, but by too little: the mean lead has to be at least `least`.")
def forgets_least(plans, least):
    held, *dearer = plans
    for name in dearer:
        held = name if np.subtract(plans[name], plans[held]).min() > 0 else held
    return held


# %% tags=["hidden"] exercise="14.7"
@exercise.mutant(
    "You compare the worst draw of one plan with the best of the other. The draws are the same: take pairs."
)
def ignores_the_pairs(plans, least):
    held, *dearer = plans
    for name in dearer:
        leads = np.subtract(plans[name], plans[held])
        held = name if min(plans[name]) > max(plans[held]) and leads.mean() >= least else held
    return held


def _kept(plans, least, earns):
    held, *dearer = plans
    for name in dearer:
        held = name if earns(np.subtract(plans[name], plans[held]), least) else held
    return held


@exercise.mutant("It is the MEAN lead that has to be at least `least`. Each single one only has to be above 0.")
def least_in_every_draw(plans, least):
    return _kept(plans, least, lambda leads, enough: leads.min() >= enough)


@exercise.mutant("You took the median of the leads. Asked is their mean.")
def median_lead(plans, least):
    return _kept(plans, least, lambda leads, enough: leads.min() > 0 and np.median(leads) >= enough)


# %% tags=["hidden"] exercise="14.7"
@exercise.mutant("Most draws are not all: the plan has to be better in every one of them.")
def most_draws(plans, least):
    return _kept(plans, least, lambda leads, enough: (leads > 0).mean() > 0.5 and leads.mean() >= enough)


@exercise.mutant("Equal is not better: in every draw the lead has to be above 0.")
def equal_will_do(plans, least):
    return _kept(plans, least, lambda leads, enough: leads.min() >= 0 and leads.mean() >= enough)


@exercise.mutant("'At least' includes the number itself: a mean lead of just `least` is enough.")
def more_than_least(plans, least):
    return _kept(plans, least, lambda leads, enough: leads.min() > 0 and leads.mean() > enough)


# %% tags=["hidden"] exercise="14.7"
@exercise.mutant("You stop at the first plan that does not earn its cost; a dearer one after it may.")
def stops_too_early(plans, least):
    held, *dearer = plans
    for name in dearer:
        leads = np.subtract(plans[name], plans[held])
        if not (leads.min() > 0 and leads.mean() >= least):
            break
        held = name
    return held


# %% [markdown]
# ## Key points
#
# - Freezing and unfreezing is a switch, `trainable`; it is read when a training begins after `compile`. Switch, then
#   compile, then fit.
# - Batch normalisation measures while it is shown pictures in training mode. Keep it in inference mode when you
#   fine-tune.
# - Early stages get smaller rates. With Adam the factor has to be on the step, not on the gradient.
# - With few labels a frozen network at the right stage is hard to beat; a better network, frozen, is the next thing
#   to try.
# - What is fine-tuned forgets. Train the head first, keep the rate small, and measure the old task too.
#
# ## Self-test
#
# <details><summary>1. All layers of a body are frozen, and it is called in training mode. Do its
# moving means change?</summary>
#
# No: in Keras a frozen batch normalisation runs in inference mode, whatever `training` says.
#
# </details>
#
# <details><summary>2. You unfreeze the last stage after the first fit and call fit again. What happens?</summary>
#
# The training goes on as before: the switch is read again only after the next `compile`.
#
# </details>
#
# <details><summary>3. Why does a factor on the gradient work with plain gradient descent and not with Adam?</summary>
#
# Gradient descent's step is the gradient times the rate. Adam divides the gradient by the size of those it has seen,
# and the factor is in both.
#
# </details>
#
# <details><summary>4. After full fine-tuning the old head is nearly useless, a new one is as good as ever. What has
# been forgotten?</summary>
#
# Where the features are, not the features: they were moved.
#
# </details>
#
# <details><summary>5. A tutorial shows that full fine-tuning is 4 points better than the frozen last stage. What do you
# ask?</summary>
#
# How much the draws differ, and how good the best frozen stage is.
#
# </details>
#
# ## To read
#
# - J. Yosinski and others, [How transferable are features in deep neural networks?](https://arxiv.org/abs/1411.1792),
#   2014: layer by layer, and what fine-tuning adds.
# - S. Kornblith, J. Shlens and Q. Le, [Do better ImageNet models transfer better?](https://arxiv.org/abs/1805.08974),
#   2019: frozen, fine-tuned and from scratch on twelve tasks, against the number of labels.
# - J. Howard and S. Ruder, [Universal language model fine-tuning](https://arxiv.org/abs/1801.06146), 2018:
#   discriminative rates and gradual unfreezing; about text, section 3 reads well without knowing it.
# - A. Kumar and others, [Fine-tuning can distort pretrained features](https://arxiv.org/abs/2202.10054), 2022: the cold
#   head, and why the head comes first.
# - J. Kirkpatrick and others, [Overcoming catastrophic forgetting](https://arxiv.org/abs/1612.00796), 2017.
# - The Keras guide [Transfer learning and fine-tuning](https://keras.io/guides/transfer_learning/): the section on
#   batch normalisation.
#
# ## Next
#
# That was the last lesson on networks that somebody else has trained and that one trains on. The
# [glossary](GLOSSARY.md) has all its terms.
