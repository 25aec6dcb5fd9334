# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Transfer from VGG16
# read_minutes: 35
# exercise_minutes: 45
# objectives:
#   - Take features from a trained network by hand and from a cache, and train a small classifier on them
#   - Compare a Flatten head with a global average pooling head by their parameters
#   - Judge transfer with few labels beside three rivals, with the layer chosen on validation data
#   - Name a task on which features of photographs do not help, and say how one finds out
#   - Find preprocessing mistakes that raise no error
#   - Train a classifier on a folder of one's own photographs and say how far to trust it
# needs: [09_design_and_train_a_cnn, 10_augment_for_invariance]
# data: [faces, mnist, astronaut, brick, camera, cat, china, coffee, coins, flower, grass, gravel, hubble, ihc, moon,
#   motorcycle, page, retina, rocket]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 80 minutes, exercises included: opening 5, features by hand with 13.1 15, heads
# with 13.2 8, four columns with 13.3 17, digits 5, traps with 13.4 and 13.5 18, own photographs with 13.6 12. Short
# of time: leave out 13.5.
#
# **What students believe, and where the lesson meets it.** The last layer has the best features (four columns: the
# middle of the network wins). A trained network helps everywhere (digits). The random network is a straw man (it is
# far better than pixels). A wrong preprocessing raises an error (traps). 95 % on one's own photographs is good,
# whatever the classes (13.6).
#
# **Let the class vote before you run:** which layer is best for textures; whether digits gain; which of the traps
# costs most. Ask students a week before to bring two folders of 20 photographs each.

# %% tags=["setup"]
import pathlib
import tempfile

import cv2
import keras
import numpy as np
from keras import layers

from course_utils import backbones, checks, claims, datasets, images, plots, profile, training
from course_utils.training import recipes

NUM_DRAWS = 3  # which labelled images one happens to have: drawn three times
NUM_TEST = profile.choose(quick=50, full=100)  # test images of each class

# %% [markdown]
# ## Five labels of each kind
#
# You have small gray pictures of seven surfaces, and somebody has told you for five of each what it is: 35 labels in
# all. That is all you will get.

# %% tags=["figure"]
textures = datasets.load("texture_patches")
chosen = [np.flatnonzero(textures.train.labels == c)[row] for row in range(5) for c in range(7)]
plots.grid(
    textures.train.images[chosen][..., 0],
    titles=[*textures.class_names, *[""] * 28],
    columns=7,
    alt="Five small gray pictures of each of seven surfaces: bricks, grass, gravel, galaxies on black, stained tissue, "
    "the moon, printed letters.",
)

# %% [markdown]
# In the cupboard lies a network that has never seen any of these. It was trained on 45,000 small colour photographs
# of airplanes, cars, birds, cats, deer, dogs, frogs, horses, ships and trucks.
#
# **Predict before you run:** is it of any use for telling grass from gravel? More than a network that you train on
# your 35 pictures? And which of its layers would you ask?

# %% tags=["predict"]
prediction = "..."  # "no use", "about as good" or "better"; "the first", "the middle" or "the last layers"

# %%
vgg16 = backbones.load("vgg16")
random_vgg16 = backbones.untrained(vgg16)  # the same layers with random weights: the control
print(vgg16)

# %% [markdown]
# Read that label. In the `quick` profile this is *not* the VGG16 of the famous paper: it has the same 13 convolutions
# in the same five blocks, but fewer filters, and it was trained on CIFAR-10. In the `full` profile it is the VGG16
# with weights from ImageNet. A result without this line is worth nothing, since nobody could repeat it.

# %% [markdown]
# ## Features by hand
#
# Using a trained network for another task is called **transfer learning**. Its simplest form: cut the network off
# behind some layer, send every image through the rest once, and keep what comes out. These numbers are called
# **bottleneck features**. The network itself is not trained any further; it is **frozen**.
#
# `up_to` cuts. Let us do it for the third block and two batches of four pictures.

# %%
pictures = np.repeat(textures.train.images[:8], 3, axis=-1)  # (8, 32, 32, 3): gray three times, as RGB
network = vgg16.up_to("block3_pool")
maps = np.concatenate([network.predict_on_batch(pictures[start : start + 4]) for start in (0, 4)])
by_hand = maps.mean(axis=(1, 2))  # global average pooling: one number per map
print(f"one map has {maps.shape[1]} x {maps.shape[2]} places, one number each")

# %% tags=["claim"]
by_course = backbones.extract(vgg16, pictures, "block3_pool")
one_row_each = by_hand.shape == by_course.shape and by_hand.shape[0] == 8
claims.check("features by hand and from backbones.extract are equal", one_row_each and np.allclose(
    by_hand, by_course, rtol=1e-3, atol=1e-4))  # fmt: skip

# %% [markdown]
# `backbones.extract` does the same for any number of images, for several layers in one pass, and **keeps the result**
# in your cache folder. The network is frozen, so the features of an image never change: computing them again for each
# epoch would be a waste. What is kept is filed under the network, a hash of its weights, the layer, and a hash of the
# images. A changed weight or pixel means another file, so you never get features that belong to something else.

# %% tags=["claim"]
many = np.repeat(textures.train.images[:700], 3, axis=-1)
with training.cpu_timer() as computed:
    fresh = backbones.extract(vgg16, many, cache=False)
backbones.extract(vgg16, many)
with training.cpu_timer() as read:
    kept = backbones.extract(vgg16, many)
claims.check("the second call gives the same numbers", np.allclose(fresh, kept, rtol=1e-3, atol=1e-4))
claims.check("reading them takes less than half the CPU time of computing them", 2 * read.seconds < computed.seconds)
other_weights = backbones.extract(random_vgg16, many[:5])
claims.check("another network's features are not mixed up with them", not np.allclose(other_weights, kept[:5]))

# %% [markdown]
# ### Exercise 13.1 (build): from maps to features
#
# Write `pool(maps, how)`. It takes the maps of a layer, `(num_images, height, width, num_maps)`, and returns one row
# of features for each image:
#
# - `how="mean"`: the mean of each map, `(num_images, num_maps)`;
# - `how="max"`: the largest number of each map, `(num_images, num_maps)`;
# - `how="flatten"`: all numbers, in the order in which they lie in memory, `(num_images, height * width * num_maps)`.


# %% tags=["exercise"] exercise="13.1" points=2
def pool(maps: np.ndarray, how: str) -> np.ndarray:
    """Return one row of features for each image."""
    # BEGIN SOLUTION
    if how == "flatten":
        return maps.reshape(len(maps), -1)
    return maps.mean(axis=(1, 2)) if how == "mean" else maps.max(axis=(1, 2))
    # END SOLUTION


# %% tags=["check"] exercise="13.1"
checks.exercise("13.1", pool)

# %% tags=["hidden"] exercise="13.1"
from course_utils.authoring import define

exercise = define.function("13.1", pool, rtol=1e-5, atol=1e-6)
three_images = np.arange(3 * 2 * 2 * 2, dtype=np.float32).reshape(3, 2, 2, 2) ** 2 / 10
one_image = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4) - 12
exercise.case("the mean of each map", maps=three_images, how="mean")
exercise.case("the maximum of each map", maps=three_images, how="max")
exercise.case("all numbers", maps=three_images, how="flatten")
exercise.case("one image, maps that are not square", maps=one_image, how="mean")
exercise.case("one image, its maximum", maps=one_image, how="max")
exercise.case("one image, flattened", visible=False, maps=one_image, how="flatten")
exercise.case("only negative numbers", visible=False, maps=-three_images - 1, how="max")
exercise.random_cases(
    3,
    lambda rng: {
        "maps": rng.normal(0, 1, (4, 3, 2, 5)).astype(np.float32),
        "how": str(rng.choice(["mean", "max", "flatten"])),
    },
)
exercise.hints(
    "Axis 0 counts the images and axis 3 the maps. Which axes have to go?",
    "mean and max take axis=(1, 2). For flatten, keep axis 0 and merge all others: reshape(len(maps), -1).",
    "A smaller case: one image with one map [[1, 3], [5, 7]] has the mean 4, the maximum 7, and flattened the row "
    "1, 3, 5, 7.",
)


# %% tags=["hidden"] exercise="13.1"
@exercise.correct
def with_keras(maps, how):
    layer = {
        "mean": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D, "flatten": layers.Flatten,
    }[how]()  # fmt: skip
    return keras.ops.convert_to_numpy(layer(maps))


@exercise.correct
def image_by_image(maps, how):
    reduce = {"mean": lambda m: m.mean(0), "max": lambda m: m.max(0), "flatten": np.ravel}[how]
    return np.stack([reduce(image.reshape(-1, image.shape[-1])) for image in maps])


@exercise.mutant("You pooled over the maps (axis 3). Each map answers another question: keep them apart.")
def pools_over_maps(maps, how):
    if how == "flatten":
        return pool(maps, how)
    return getattr(maps, how)(axis=-1).reshape(len(maps), -1)


@exercise.mutant("You pooled over the images as well: there has to be one row for each image.")
def mixes_the_images(maps, how):
    return pool(maps, how) if how == "flatten" else getattr(maps, how)(axis=(0, 1, 2))


# %% tags=["hidden"] exercise="13.1"
@exercise.mutant("Only one of the two places' axes is pooled: use axis=(1, 2).")
def one_axis_only(maps, how):
    return pool(maps, how) if how == "flatten" else getattr(maps, how)(axis=1).reshape(len(maps), -1)


@exercise.mutant("'max' gives the mean: look at how.")
def always_the_mean(maps, how):
    return pool(maps, "mean" if how == "max" else how)


@exercise.mutant("The images ended up in one long row. Keep the first axis.")
def flattens_everything(maps, how):
    return maps.ravel() if how == "flatten" else pool(maps, how)


@exercise.mutant("Flattened map by map. The order in memory is place by place: reshape without moving axes.")
def flattens_map_by_map(maps, how):
    return pool(np.moveaxis(maps, -1, 1), how) if how == "flatten" else pool(maps, how)


# %% [markdown]
# ## Two heads
#
# What sits on top of the frozen layers is called the **head**. Many older courses use `Flatten` and one dense layer;
# today it is global average pooling and one dense layer. The first has one weight for each *place* of each map, the
# second one for each map.
#
# The maps that ImageNet's VGG16 gives for a photograph of 224 x 224 pixels are 7 x 7 x 512.
#
# **Predict:** for 133 breeds of dogs, how many times as many parameters has the first head?

# %% tags=["predict"]
prediction = "..."  # "twice", "7 times", "49 times"

# %% [markdown]
# ### Exercise 13.2 (apply): count both heads
#
# Give the numbers of parameters of the two heads, weights and biases, as a pair: first `Flatten()` and `Dense(133)`,
# then `GlobalAveragePooling2D()` and `Dense(133)`. Their input is 7 x 7 x 512.

# %% tags=["exercise"] exercise="13.2" points=2
# BEGIN SOLUTION
head_parameters = (7 * 7 * 512 * 133 + 133, 512 * 133 + 133)
# END SOLUTION

# %% tags=["check"] exercise="13.2"
checks.exercise("13.2", head_parameters)

# %% tags=["hidden"] exercise="13.2"
from course_utils.authoring import define

exercise = define.answer("13.2", head_parameters, decimals=0)
exercise.wrong((3_336_704, 68_096), "The biases are missing: one for each class.")
exercise.wrong((68_229, 3_336_837), "The other way round: Flatten keeps all places, so it needs more weights.")
exercise.wrong((3_336_837, 3_336_837), "Pooling leaves one number per map: 512 numbers enter the second Dense layer.")
exercise.wrong((25_221, 645), "You added where you have to multiply: each class has a weight for every input.")
exercise.wrong((476_805, 68_229), "A map has 7 x 7 places, not 7.")
exercise.wrong((3_361_925, 68_741), "One bias for each class, not for each input: 133 biases.")
exercise.hints(
    "How many numbers enter the Dense layer? It has one weight for each of them and each class, and a bias per class.",
    "Flatten hands on 7 * 7 * 512 numbers, the pooling 512.",
    "A smaller case: maps of 2 x 2 x 3 and 10 classes: 12 * 10 + 10 = 130 and 3 * 10 + 10 = 40.",
)

# %% [markdown]
# Nearly 49 times: with a few hundred photographs there is nothing to learn so many weights from. The pooled head has
# another advantage: it takes photographs of any size. And what it throws away, *where* something was found, is what
# one usually wants to be rid of. (Not always: to tell a 6 from a 9, the place is the whole point. Keep this in mind.)

# %% [markdown]
# ## Four columns
#
# Back to the 35 labels. To say that transfer helps, we need to know what happens without it. So four ways compete,
# **always all four**, on the same labelled pictures:
#
# | column | what the classifier sees | what it controls for |
# |---|---|---|
# | pixels | the picture itself | is the task easy anyway? |
# | random features | the same network with random weights | is it the *architecture* that helps, and not the training? |
# | from scratch | a small CNN is trained on the labelled pictures | could we do without any other data? |
# | frozen | features of the trained network | |
#
# The classifier of the first, second and fourth column is the same: logistic regression on standardised features,
# which is one dense layer with softmax, some weight decay and no learning rate to choose. Which block the features
# come from, and how strong the decay is, is chosen for each column on **validation pictures**, never on the test
# pictures.


# %%
def as_rgb(pictures):
    """Return pictures as (N, height, width, 3), at least 32 pixels high and wide; a border of zeros is added."""
    missing = max(0, 32 - pictures.shape[1])
    margin = (missing // 2, missing - missing // 2)
    pictures = np.pad(pictures, ((0, 0), margin, margin, (0, 0)))
    return np.repeat(pictures, 3, axis=-1) if pictures.shape[-1] == 1 else pictures


def some_of_each(split, per_class, seed):
    """Return a split with `per_class` pictures of each class, drawn with a seed."""
    random = np.random.default_rng(seed)
    labels = split.labels
    drawn = [random.permutation(np.flatnonzero(labels == c))[:per_class] for c in range(labels.max() + 1)]
    drawn = np.concatenate(drawn)
    return datasets.Split(as_rgb(split.images[drawn]), labels[drawn])


# %%
def features_of(column, pictures):
    """Return a dict of features by layer; the pixels are one layer."""
    if column == "pixels":
        return {"pixels": pictures.reshape(len(pictures), -1) / 255}
    network = {"random features": random_vgg16, "frozen": vgg16}[column]
    return backbones.extract(network, pictures, layers=network.feature_layers)


def frozen_accuracy(column, labelled, validation, test):
    """Choose layer and decay on the validation pictures; return the layer and the accuracy on the test pictures."""
    found = [features_of(column, split.images) for split in (labelled, validation, test)]
    candidates = []
    for layer in found[0]:
        for strength in (0.01, 1.0):
            classifier = backbones.fit_linear(found[0][layer], labelled.labels, strength)
            candidates.append((classifier.accuracy(found[1][layer], validation.labels), layer, classifier))
    _, layer, classifier = max(candidates, key=lambda candidate: candidate[0])  # of equal ones the first
    return layer, classifier.accuracy(found[2][layer], test.labels)


# %%
def scratch_accuracies(draws, test):
    """Train a small CNN from a fresh start on each draw of labelled pictures; return its test accuracies."""
    batch_size = len(draws[0].labels) // 3
    epochs = 60

    def build():
        model = recipes.quick_cnn((32, 32, 3), test.labels.max() + 1, filters=(16, 32, 64))
        recipes.compile_one_cycle(model, len(draws[0].labels), batch_size, epochs, steps_per_execution=4)
        return model

    accuracies = []
    for seed, model in training.fresh_starts(build, seeds=NUM_DRAWS):
        batches = training.batches(*draws[seed], batch_size=batch_size, seed=seed)
        model.fit(batches, epochs=epochs, verbose=0, callbacks=training.callbacks())
        accuracies.append(training.accuracy(model, *test))
    return accuracies


# %%
def four_columns(data, per_class):
    """Return the test accuracies of each column, one for each draw of labels, and the layers chosen for "frozen"."""
    validation, test = some_of_each(data.validation, 20, seed=99), some_of_each(data.test, NUM_TEST, seed=99)
    draws = [some_of_each(data.train, per_class, seed) for seed in range(NUM_DRAWS)]
    results, chosen = {}, []
    for column in ("pixels", "random features", "frozen"):
        runs = [frozen_accuracy(column, labelled, validation, test) for labelled in draws]
        results[column] = [accuracy for _, accuracy in runs]
        chosen = [layer for layer, _ in runs]
    return {**results, "from scratch": scratch_accuracies(draws, test)}, chosen


textures_found, texture_layers = four_columns(textures, per_class=5)

# %% tags=["figure"]
plots.seed_dots(
    textures_found,
    xlabel="accuracy on test pictures of seven textures, 5 labels each",
    alt="Four rows of three dots. Pixels lie far to the left, random features and the network from scratch in the "
    "middle, the frozen network far to the right, near 1.",
)
