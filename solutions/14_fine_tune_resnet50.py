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
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 90 minutes, exercises included: opening 8, stages with 14.1 and 14.2 18, batch
# normalisation with 14.3 14, compile with 14.4 8, rates with 14.5 and 14.6 15, the comparison 12, forgetting 8, a network
# from ImageNet and the decision with 14.7 7. Short of time: leave out 14.6.
#
# **What students believe, and where the lesson meets it.** What is not trained does not change (opening). `trainable =
# False` of a batch normalisation only holds its two weights still (14.3). Setting `trainable` is enough (14.4). A smaller
# gradient makes a smaller step (14.6). Training more of the network is better, or safer (the comparison). A network
# that has learned something new still has the old (forgetting).
#
# **Let the class vote before you run:** whether a network can forget without training; which of the three methods
# wins on each task with 4 and with 48 labels.

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
old_test = some_of_each(photo_patches.test, OLD, 30, seed=99)

# %% tags=["figure"]
plots.grid(
    old_test.images[::30],
    titles=[photo_patches.class_names[c] for c in OLD],
    columns=9,
    alt="One small square of each of nine photographs: an astronaut, a photographer's coat, a temple, coins, grass, "
    "galaxies, the moon, a printed page, a rocket.",
)


# %%
def features(pictures):
    """Return one row of features for each picture, from the body as it is now."""
    parts = [pictures[start : start + 90] for start in range(0, len(pictures), 90)]
    maps = np.concatenate([keras.ops.convert_to_numpy(body(part, training=False)) for part in parts])
    return maps.mean(axis=(1, 2))


old_head = backbones.fit_linear(features(old_train.images), old_train.labels)


def old_accuracy():
    """Return how well the old head does on the body as it is now."""
    return old_head.accuracy(features(old_test.images), old_test.labels)


at_the_start = training.Snapshot(body)
before = old_accuracy()

# %% [markdown]
# Now we show the body twenty batches of handwritten digits. There are **no labels, no loss, no gradient and no
# optimiser**. We only ask it for its output, with `training=True`, and throw the output away.
#
# **Predict before you run:** what happens to the accuracy on the nine photographs?

# %% tags=["predict"]
prediction = "..."  # "nothing", "a little worse" or "much worse"

# %%
looked = []
for seed in range(NUM_DRAWS):
    at_the_start.put_back()
    shown = as_rgb(digits.train.images[np.random.default_rng(seed).permutation(len(digits.train.labels))[:640]])
    for start in range(0, 640, 32):
        body(shown[start : start + 32], training=True)
    looked.append(old_accuracy())
plots.seed_dots(
    {"before": [before], "after looking at digits": looked},
    xlabel="accuracy on test squares of nine photographs",
    alt="One dot near 0.7 for the network before, and three dots far to the left of it after it looked at digits.",
)

# %% tags=["claim"]
claims.check(
    "the network tells the nine photographs far better than by guessing", before > 4 / 9, value=before, name="old_before"
)
drop = 100 * (before - np.mean(looked))
least_drop = profile.choose(quick=20, full=1)
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
# ResNet50 makes stages easy to find: they are in the names of its layers. Here is how many numbers each of them could
# learn.


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
exercise.case("many stages", visible=False, first="block2", names=[
    "block1_conv", "block1_bn", "block2_conv", "block2_bn", "block10_conv", "block10_bn", "probabilities"])  # fmt: skip
exercise.case("a name that only begins alike", visible=False, first="conv1", names=[
    "conv10_stem", "conv10_bn", "conv1_conv", "conv1_bn", "head"])  # fmt: skip
exercise.case("part of a name", visible=False, names=few_names, first="block1", raises=ValueError)
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
# the 64 maps this layer holds four numbers: a scale and a shift, which are trained, and a **moving mean** and a **moving
# variance**, which are not trained but *measured*. Give three numbers as a tuple:
#
# 1. all numbers that the normalisation holds;
# 2. how many numbers of the two layers together an optimiser changes when both are trainable;
# 3. how many when the normalisation has `trainable = False`.

# %% tags=["exercise"] exercise="14.2" points=2
# BEGIN SOLUTION
numbers = (4 * 64, 3 * 3 * 32 * 64 + 2 * 64, 3 * 3 * 32 * 64)
# END SOLUTION

# %% tags=["check"] exercise="14.2"
checks.exercise("14.2", numbers)

# %% tags=["hidden"] exercise="14.2"
from course_utils.authoring import define

exercise = define.answer("14.2", numbers, decimals=0)
exercise.wrong((256, 18688, 18432), "The moving mean and variance are measured, not trained: no optimiser changes them.")
exercise.wrong((128, 18560, 18432), "It holds four numbers for each map, not two.")
exercise.wrong((256, 18624, 18496), "The convolution has no bias.")
exercise.wrong((256, 18560, 18560), "With trainable = False the scale and the shift are held still as well.")
exercise.wrong((4, 18434, 18432), "These four numbers exist for each of the 64 maps.")
exercise.wrong((256, 704, 576), "Each filter looks at all 32 maps: 3 x 3 x 32 weights for each of 64 filters.")
exercise.hints(
    "A filter has 3 * 3 * 32 weights here, and there are 64 of them. The normalisation has 4 numbers for each map.",
    "Of its four numbers per map two are trained (scale and shift). With trainable = False none is.",
    "A smaller case: 5 filters of 1 x 1 on 2 maps: the normalisation holds 20, both learn 10 + 10 = 20, then 10.",
)
