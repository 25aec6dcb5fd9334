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
#   - Find a task on which features of photographs do not help, and preprocessing mistakes that raise no error
#   - Train a classifier on a folder of one's own photographs and say how far to trust it
# needs: [09_design_and_train_a_cnn, 10_augment_for_invariance]
# data: [faces, mnist, astronaut, brick, camera, cat, china, coffee, coins, flower, grass, gravel, hubble, ihc, moon,
#   motorcycle, page, retina, rocket]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one, seconds: 90}

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
one_image = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4) - 30  # all below 0
exercise.case("the mean of each map", maps=three_images, how="mean")
exercise.case("the maximum of each map", maps=three_images, how="max")
exercise.case("all numbers", maps=three_images, how="flatten")
exercise.case("one image, maps that are not square", maps=one_image, how="mean")
exercise.case("one image of negative numbers, its maximum", maps=one_image, how="max")
exercise.case("one image, flattened", visible=False, maps=one_image, how="flatten")
exercise.case("only negative numbers", visible=False, maps=-three_images - 1, how="max")
exercise.case("many places", visible=False, maps=np.float32([[[[1, 8]], [[2, 6]], [[9, 1]]]]), how="mean")
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


@exercise.mutant("The largest number of a map may be below 0: do not begin to search at 0.")
def begins_at_zero(maps, how):
    return np.maximum(pool(maps, how), 0) if how == "max" else pool(maps, how)


@exercise.mutant("You added the numbers of each map up. Their mean is the sum divided by the number of places.")
def adds_up(maps, how):
    return maps.sum(axis=(1, 2)) if how == "mean" else pool(maps, how)


# %% tags=["hidden"] exercise="13.1"
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
exercise.wrong((3_336_704, 68_229), "In the first head the biases are missing: one for each class.")
exercise.wrong((3_336_837, 68_096), "In the second head the biases are missing: one for each class.")
exercise.wrong((3_336_705, 68_097), "There is one bias for each class, not one for the whole layer.")
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
# | random features | the same network with random weights | does the *architecture* help, and not the training? |
# | from scratch | a small CNN is trained on the labelled pictures | could we do without any other data? |
# | frozen | features of the trained network | |
#
# The classifier of the first, second and fourth column is the same: logistic regression on standardised features,
# which is one dense layer with softmax, some weight decay and no learning rate to choose. Which block the features
# come from, and how strong the decay is, is chosen for each column on **validation pictures**, never on the test
# pictures. The small CNN has the head that suits the task better: pooling for textures, `Flatten` where the place
# matters.


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


def frozen_accuracy(column, labelled, validation, test, layers=None):
    """Choose layer and decay on the validation pictures; return the layer and the accuracy on the test pictures."""
    found = [features_of(column, split.images) for split in (labelled, validation, test)]
    candidates = []
    for layer in layers or found[0]:
        for strength in (0.01, 1.0):
            classifier = backbones.fit_linear(found[0][layer], labelled.labels, strength)
            candidates.append((classifier.accuracy(found[1][layer], validation.labels), layer, classifier))
    _, layer, classifier = max(candidates, key=lambda candidate: candidate[0])  # of equal ones the first
    return layer, classifier.accuracy(found[2][layer], test.labels)


# %%
def with_pooling(num_classes):
    return recipes.patch_cnn((32, 32, 3), num_classes)  # the network of lesson 09


def with_flatten(num_classes):
    return recipes.quick_cnn((32, 32, 3), num_classes, filters=(16, 32, 64))


# %%
def scratch_accuracies(draws, test, make, rounds=60):
    """Train a small CNN from a fresh start on each draw of labelled pictures; return its test accuracies."""
    batch_size = len(draws[0].labels) // 3
    # Ten rounds through the few pictures make one epoch: it saves the time between epochs.
    epochs, num_images = rounds // 10, 10 * len(draws[0].labels)

    def build():
        model = make(int(test.labels.max()) + 1)
        recipes.compile_one_cycle(model, num_images, batch_size, epochs, steps_per_execution=10)
        return model

    accuracies = []
    for seed, model in training.fresh_starts(build, seeds=NUM_DRAWS):
        pictures, labels = np.tile(draws[seed].images, (10, 1, 1, 1)), np.tile(draws[seed].labels, 10)
        batches = training.batches(pictures, labels, batch_size=batch_size, seed=seed)
        model.fit(batches, epochs=epochs, verbose=0, callbacks=training.callbacks())
        accuracies.append(training.accuracy(model, *test))
    return accuracies


# %%
def four_columns(data, per_class, make):
    """Return the test accuracies of each column, one for each draw of labels.

    And those of random features at the layer that the frozen network took, with the names of these layers.
    """
    validation, test = some_of_each(data.validation, 20, seed=99), some_of_each(data.test, NUM_TEST, seed=99)
    draws = [some_of_each(data.train, per_class, seed) for seed in range(NUM_DRAWS)]
    results, same_layer = {}, []
    for column in ("pixels", "random features", "frozen"):
        runs = [frozen_accuracy(column, labelled, validation, test) for labelled in draws]
        results[column] = [accuracy for _, accuracy in runs]
    for labelled, (layer, _) in zip(draws, runs, strict=True):
        same_layer.append((layer, frozen_accuracy("random features", labelled, validation, test, [layer])[1]))
    results["from scratch"] = scratch_accuracies(draws, test, make)
    return results, same_layer


textures_found, same_layer = four_columns(textures, per_class=5, make=with_pooling)

# %% tags=["figure"]
plots.seed_dots(
    textures_found,
    xlabel="accuracy on test pictures of seven textures, 5 labels each",
    alt="Four rows of three dots. Pixels lie far to the left, random features and the network from scratch in the "
    "middle, the frozen network far to the right, near 1.",
)

# %% tags=["claim"]
texture_means = {column: np.mean(accuracies) for column, accuracies in textures_found.items()}
frozen_texture = texture_means["frozen"]
least_share = profile.choose(quick=0.95, full=0.9)
claims.check(
    f"textures, 5 labels each: on average the frozen network is right on at least {least_share:.0%}",
    frozen_texture >= least_share, value=frozen_texture, name="texture_frozen",
)  # fmt: skip
for column, least, name in (
    ("from scratch", 8, "scratch"), ("random features", 8, "random"), ("pixels", 30, "pixels"),
):  # fmt: skip
    lead = 100 * (frozen_texture - texture_means[column])
    claims.check(
        f"that is at least {least} points above {column}", lead >= least, value=lead, unit="points",
        name=f"texture_lead_{name}",
    )  # fmt: skip
at_same_layer = 100 * (frozen_texture - np.mean([accuracy for _, accuracy in same_layer]))
claims.check(
    "it is at least 15 points above random features of the same block", at_same_layer >= 15, value=at_same_layer,
    unit="points", name="same_layer_lead",
)  # fmt: skip

# %% tags=["claim"]
every_draw = min(textures_found["frozen"]) > max(max(textures_found[c]) for c in texture_means if c != "frozen")
claims.check("its worst draw is better than the best draw of every other column", every_draw)
ends = (vgg16.feature_layers[0], vgg16.feature_layers[-1])
in_the_middle = profile.name() == "full" or all(layer not in ends for layer, _ in same_layer)
claims.check("validation chose neither the first nor the last block, in any draw", in_the_middle)

# %% [markdown]
# **What to notice.** A network that knows airplanes and cats tells gravel from grass, {{texture_frozen:.0%}} of the
# time, from five examples of each. Three things are in this picture.
#
# - **The architecture alone is worth a lot.** Random kernels are far better than pixels: they blur, find edges, and
#   pool, and pooling forgives moves. Whoever compares a trained network with pixels only, gives its training credit
#   for what its architecture does. At the same block the training is worth {{same_layer_lead:.0f}} points; where
#   random features may choose the block that suits *them*, {{texture_lead_random:.0f}}. Always let the rival choose.
# - **From scratch** has the right architecture and learns, but from 35 pictures: {{texture_lead_scratch:.0f}} points
#   less. (We gave it a chance: with shifted pictures, as in lesson 10, and a longer training it did better, and was
#   still far behind.)
# - **The middle wins.** First blocks know edges and colours. Last blocks have been trained to forget everything that
#   does not tell a cat from a dog, the texture of a wall among other things. In between lies what most photographs
#   have in common.
#
# Mind the fine print: the three draws share their validation pictures (20 of each class, more than the labelled
# ones) and their test pictures. If you really own 35 labels only, you choose the block by cross-validation among
# these. And the first number is no floor: with other draws, validation and test pictures we have seen it a point
# lower.

# %% [markdown]
# Two more tasks. **Faces:** 25 x 25 pixels, with a border of zeros 32 x 32; face or no face, ten labels each. **Photo
# patches:** the colour squares of lesson 09, 17 photographs, five labels each.
#
# **Predict before you run:** on which of the two will the frozen network be further ahead of the other columns?

# %% tags=["predict"]
prediction = "..."  # "faces" or "photo patches"

# %% tags=["figure"]
faces_found, _ = four_columns(datasets.load("faces"), per_class=10, make=with_flatten)
plots.seed_dots(
    faces_found,
    xlabel="accuracy on test pictures: face or no face, 10 labels each",
    alt="Four rows of three dots. Pixels lie furthest to the left and wide apart, then random features; from scratch "
    "and frozen lie close together at the right, near 1, frozen a little further.",
)

# %% tags=["figure"]
photo_patches = datasets.load("photo_patches")
patches_found, _ = four_columns(photo_patches, per_class=5, make=with_pooling)
plots.seed_dots(
    patches_found,
    xlabel="accuracy on squares of 17 photographs, 5 labels each",
    alt="Four rows of three dots: pixels lie furthest to the left, random features and from scratch in the middle, "
    "the frozen network to the right of all.",
)

# %% tags=["claim"]
face_mean, patch_mean = np.mean(faces_found["frozen"]), np.mean(patches_found["frozen"])
claims.check(
    "faces, 10 labels each: the frozen network is right on at least 97% on average", face_mean >= 0.97,
    value=face_mean, name="face_frozen",
)  # fmt: skip
patch_lead = 100 * (patch_mean - max(np.mean(patches_found[c]) for c in patches_found if c != "frozen"))
claims.check(
    "photo patches, 5 labels each: it is at least 8 points above every other column", patch_lead >= 8,
    value=patch_lead, unit="points", name="patch_lead",
)  # fmt: skip
face_lead = 100 * (face_mean - max(np.mean(faces_found[c]) for c in faces_found if c != "frozen"))
claims.check("on faces no other column is better on average", face_lead >= 0, value=face_lead, name="face_lead")

# %% [markdown]
# **What to notice.** On photo patches the lead is {{patch_lead:.0f}} points; on faces it is {{face_lead:.1f}}, of
# 100 test pictures: one or two pictures more mean little. An easy task leaves no room to show anything. Had we shown
# you faces alone, with the frozen column alone, {{face_frozen:.0%}} would have looked like a triumph of transfer.

# %% [markdown]
# ### Exercise 13.3 (spot the bug): a choice that flatters
#
# A student tries the features of several blocks. For each she has the accuracy on validation and on test pictures. Her
# function is to choose a block and to say how good it is. What it says is too good to be true, on average, though
# each number in it is right.
#
# Mend `choose_block(blocks, validation, test)`. The three lists have one entry for each block: its name and its two
# accuracies. It returns the pair `(name, accuracy to report)`. Of several blocks that are equally good, choose the
# earliest one: it is cheapest to compute.


# %% tags=["exercise"] exercise="13.3" points=2
def choose_block(blocks: list[str], validation: list[float], test: list[float]) -> tuple[str, float]:
    """Return the name of the chosen block and the accuracy to report."""
    # BEGIN SOLUTION
    best = validation.index(max(validation))
    return blocks[best], test[best]
    # END SOLUTION
    # BEGIN STUB
    # best = test.index(max(test))
    # return blocks[best], test[best]
    # END STUB


# %% tags=["check"] exercise="13.3"
checks.exercise("13.3", choose_block)

# %% tags=["hidden"] exercise="13.3"
from course_utils.authoring import define

exercise = define.function("13.3", choose_block, atol=1e-9)
three_blocks = ["block1", "block2", "block3"]
exercise.case("they disagree", blocks=three_blocks, validation=[0.7, 0.9, 0.8], test=[0.72, 0.85, 0.88])
exercise.case("they agree", blocks=three_blocks, validation=[0.7, 0.8, 0.9], test=[0.6, 0.7, 0.86])
exercise.case("a great gap", blocks=three_blocks, validation=[0.8, 0.82, 0.6], test=[0.95, 0.7, 0.9])
exercise.case("the first of equals", blocks=three_blocks, validation=[0.9, 0.6, 0.9], test=[0.81, 0.5, 0.92])
exercise.case("lucky in the test", blocks=three_blocks, validation=[0.6, 0.8, 0.7], test=[0.9, 0.86, 0.5])
exercise.case("one block", visible=False, blocks=["conv5"], validation=[0.5], test=[0.4])
exercise.case("lucky in the test, again", visible=False, blocks=three_blocks, validation=[0.3, 0.5, 0.4],
    test=[0.6, 0.7, 0.2])  # fmt: skip
exercise.case("two equals at the end", visible=False, blocks=three_blocks, validation=[0.2, 0.9, 0.9],
    test=[0.97, 0.7, 0.8])  # fmt: skip
exercise.random_cases(
    4,
    lambda rng: {
        "blocks": [f"block{number}" for number in range(1, 6)],
        "validation": [round(float(x), 2) for x in rng.uniform(0.5, 1, 5)],
        "test": [round(float(x), 3) for x in rng.uniform(0.5, 1, 5)],
    },
)
exercise.hints(
    "Which pictures take part in the choice? Were they to take part?",
    "Choose by validation. What is reported is the TEST accuracy of the block that was chosen, whether or not another "
    "one happens to have a better one.",
    "A smaller case: validation 0.8 and 0.6, test 0.7 and 0.75: the first block is chosen and 0.7 is reported.",
)


# %% tags=["hidden"] exercise="13.3"
@exercise.correct
def with_argmax(blocks, validation, test):
    best = int(np.argmax(validation))
    return blocks[best], float(test[best])


@exercise.correct
def with_max(blocks, validation, test):
    place = max(range(len(blocks)), key=lambda number: (validation[number], -number))
    return (blocks[place], test[place])


@exercise.mutant("The test pictures chose the block. The best of several test results is a lucky one: too good.")
def chooses_by_test(blocks, validation, test):
    best = test.index(max(test))
    return blocks[best], test[best]


@exercise.mutant("The validation accuracy is reported. It has been chosen as the largest, so it flatters as well.")
def reports_validation(blocks, validation, test):
    best = validation.index(max(validation))
    return blocks[best], validation[best]


# %% tags=["hidden"] exercise="13.3"
@exercise.mutant("The block was chosen rightly, but another block's test accuracy, the best one, is reported.")
def reports_the_best_test(blocks, validation, test):
    return blocks[validation.index(max(validation))], max(test)


@exercise.mutant("Of equally good blocks you take the last one; take the earliest.")
def takes_the_last(blocks, validation, test):
    best = max(range(len(blocks)), key=lambda number: (validation[number], number))
    return blocks[best], test[best]


@exercise.mutant("You report the smaller of the two accuracies. Modest, but what it says is no longer a test result.")
def reports_the_smaller(blocks, validation, test):
    best = validation.index(max(validation))
    return blocks[best], min(validation[best], test[best])


@exercise.mutant("You chose by the mean of validation and test: the test pictures still take part in the choice.")
def chooses_by_both(blocks, validation, test):
    best = int(np.argmax(np.add(validation, test)))
    return blocks[best], test[best]


# %% [markdown]
# ## Digits: where photographs do not help
#
# The same procedure once more, for handwritten digits, ten labels each. In its photographs the network has seen
# textures, colours and soft edges. Digits are thin white lines on black.
#
# **Predict before you run:** which column wins?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
digits_found, _ = four_columns(datasets.load("mnist"), per_class=10, make=with_flatten)
plots.seed_dots(
    digits_found,
    xlabel="accuracy on test digits, 10 labels each",
    alt="Four rows of three dots. Pixels lie furthest to the left, then random features, then the frozen network; the "
    "network from scratch lies furthest to the right.",
)

# %% tags=["claim"]
digit_means = {column: np.mean(accuracies) for column, accuracies in digits_found.items()}
digit_lead = 100 * (digit_means["frozen"] - max(digit_means[c] for c in digit_means if c != "frozen"))
claims.check(
    "digits: the frozen network is less than 4 points ahead of the best other column", digit_lead < 4,
    value=digit_lead, unit="points", name="digit_lead",
)  # fmt: skip

# %% [markdown]
# **What to notice.** This is a negative result, and you should have seen one before you use transfer. On textures the
# frozen network was {{texture_lead_random:.0f}} points ahead of the best other column. On digits the number for the
# same is {{digit_lead:.1f}}, and a number below 0 means that it is *behind*. A small network that had *nothing but
# these 100 digits*, with a head that keeps places, does at least about as well as one that has seen tens of thousands
# of photographs. Their textures and colours do not occur here.
#
# So transfer is no law. It helps as far as the new pictures resemble the old ones *in what the layer knows*. You find
# out by measuring all four columns.

# %% [markdown]
# ## Traps that raise no error
#
# A frozen network expects its pictures exactly as they were in its training. Keras does not check it. Below, a
# classifier on frozen features is trained on photo patches as they should be, and then judged on test patches that
# were prepared wrongly, in three ways.
#
# **Predict before you run:** order the three by the damage they do.

# %% tags=["predict"]
prediction = "..."  # an order of "red and blue exchanged", "0 to 1", "mean subtracted twice"

# %%
labelled, validation = some_of_each(photo_patches.train, 20, seed=0), some_of_each(photo_patches.validation, 20, 99)
test = some_of_each(photo_patches.test, 30, seed=99)
block = vgg16.feature_layers[2]
classifier = backbones.fit_linear(backbones.extract(vgg16, labelled.images, block), labelled.labels)
imagenet_mean = np.array([123.68, 116.779, 103.939], np.float32)  # of red, green and blue
prepared = {
    "as it should be": test.images,
    "red and blue exchanged": test.images[..., ::-1],
    "0 to 1": test.images / np.float32(255),
    "mean subtracted twice": test.images - imagenet_mean,
}

# %% tags=["claim"]
trap_accuracy = {}
for trap, pictures in prepared.items():
    features = vgg16.up_to(block).predict(np.ascontiguousarray(pictures), verbose=0).mean(axis=(1, 2))
    trap_accuracy[trap] = classifier.accuracy(features, test.labels)
right = trap_accuracy["as it should be"]
claims.check("prepared rightly, more than half are right", right > 0.5, value=right, name="trap_right")
for trap, least, name in (
    ("red and blue exchanged", 5, "swapped"), ("0 to 1", 40, "zero_one"), ("mean subtracted twice", 10, "mean_twice"),
):  # fmt: skip
    loss = 100 * (right - trap_accuracy[trap])
    claims.check(f"{trap}: it costs at least {least} points", loss >= least, value=loss, unit="points", name=name)
claims.check(
    "exchanged, it is still five times better than guessing", trap_accuracy["red and blue exchanged"] > 5 / 17,
    value=trap_accuracy["red and blue exchanged"], name="trap_swapped",
)  # fmt: skip

# %% [markdown]
# **What to notice.** There was no error and no warning. Pictures from 0 to 1 look black to a network that expects 0
# to 255: {{zero_one:.0f}} points are gone, and one notices. So one does where the mean is subtracted a second time,
# {{mean_twice:.0f}} points. Exchanged colours cost {{swapped:.0f}} points, and this is the worse trap: the result
# is still far from guessing ({{trap_swapped:.0%}} are right), so it looks like a mediocre classifier and not like a
# mistake. (And if training and test pictures are *both* exchanged, hardly anything is lost, and the day somebody
# reads the photographs with another library, it is.)
#
# So here the preprocessing is part of the network: every backbone of the course takes RGB from 0 to 255, and
# `backbones.extract` refuses pictures that can only be meant otherwise.

# %% tags=["claim"]
try:
    backbones.extract(vgg16, test.images / np.float32(255), block)
    refused = False
except ValueError:
    refused = True
claims.check("backbones.extract refuses pictures from 0 to 1", refused)

# %% [markdown]
# ### Exercise 13.4 (spot the bug): what VGG16 expects
#
# The ImageNet weights of VGG16 come from a time when photographs were read with OpenCV. The network expects the
# channels in the order **blue, green, red**, from 0 to 255, and of each the mean over ImageNet subtracted: 103.939 of
# blue, 116.779 of green, 123.68 of red. Nothing is divided.
#
# This function is from a course's notebook. It has **two** bugs. Mend `prepare_for_vgg16(photographs)`. It takes RGB
# photographs `(N, height, width, 3)`, uint8, and returns what the network expects, same shape, float32. The array
# that it is given must stay as it is.


# %% tags=["exercise"] exercise="13.4" points=2
def prepare_for_vgg16(photographs: np.ndarray) -> np.ndarray:
    """Return BGR minus the ImageNet mean, float32."""
    # BEGIN SOLUTION
    mean = np.array([103.939, 116.779, 123.68], np.float32)  # blue, green, red
    return photographs[..., ::-1].astype(np.float32) - mean
    # END SOLUTION
    # BEGIN STUB
    # mean = np.array([103.939, 116.779, 123.68], np.float32)
    # return photographs.astype(np.float32) / 255 - mean
    # END STUB


# %% tags=["check"] exercise="13.4"
checks.exercise("13.4", prepare_for_vgg16)

# %% tags=["hidden"] exercise="13.4"
from course_utils.authoring import define

exercise = define.function("13.4", prepare_for_vgg16, atol=0.01, check_dtype=True)
exercise.case("one red pixel", photographs=np.array([[[[255, 0, 0]]]], np.uint8))
exercise.case("one blue pixel", photographs=np.array([[[[0, 0, 255]]]], np.uint8))
exercise.case("two images", photographs=np.arange(36, dtype=np.uint8).reshape(2, 3, 2, 3) * 7)
exercise.case("gray", visible=False, photographs=np.full((1, 2, 2, 3), 128, np.uint8))
exercise.case("black", visible=False, photographs=np.zeros((2, 1, 3, 3), np.uint8))
exercise.random_cases(3, lambda rng: {"photographs": rng.integers(0, 256, (2, 3, 4, 3), dtype=np.uint8)})
exercise.hints(
    "Follow one red pixel (255, 0, 0): where in the result should the large number stand, and how large should it be?",
    "The last axis has to be turned round: photographs[..., ::-1]. And nothing is divided by 255.",
    "A smaller case: the pixel (200, 100, 50) becomes (50 - 103.939, 100 - 116.779, 200 - 123.68) = (-53.939, -16.779, "
    "76.32).",
)


# %% tags=["hidden"] exercise="13.4"
@exercise.correct
def channel_by_channel(photographs):
    red, green, blue = np.moveaxis(photographs.astype(np.float32), -1, 0)
    return np.stack([blue - 103.939, green - 116.779, red - 123.68], axis=-1).astype(np.float32)


@exercise.correct
def with_keras_applications(photographs):
    pixels = photographs.astype(np.float32)  # a copy: the function writes into what it gets
    return keras.applications.vgg16.preprocess_input(pixels, data_format="channels_last")


@exercise.mutant("The channels are still red, green, blue: a red pixel gets the mean of blue.")
def stays_rgb(photographs):
    return photographs.astype(np.float32) - np.array([103.939, 116.779, 123.68], np.float32)


# %% tags=["hidden"] exercise="13.4"
@exercise.mutant("It is divided by 255 before the mean of 0 to 255 is subtracted: all pixels become nearly the same.")
def divides_first(photographs):
    return photographs[..., ::-1] / np.float32(255) - np.array([103.939, 116.779, 123.68], np.float32)


@exercise.mutant("Both bugs are still there: the order of the channels and the division.")
def changes_nothing(photographs):
    return photographs.astype(np.float32) / 255 - np.array([103.939, 116.779, 123.68], np.float32)


@exercise.mutant("The order is right, but each channel gets another one's mean: 103.939 belongs to blue.")
def mean_of_rgb(photographs):
    return photographs[..., ::-1].astype(np.float32) - np.array([123.68, 116.779, 103.939], np.float32)


@exercise.mutant("Unsigned bytes have no negative numbers: they wrapped round. Make floats before you subtract.")
def subtracts_bytes(photographs):
    return (photographs[..., ::-1] - np.array([104, 117, 124], np.uint8)).astype(np.float32)


@exercise.mutant("The numbers are right, but float64. The network takes float32: make the mean float32, too.")
def stays_float64(photographs):
    return photographs[..., ::-1] - np.array([103.939, 116.779, 123.68])


@exercise.mutant("The images were mirrored, not the channels: turn the LAST axis round.")
def mirrors_the_image(photographs):
    return photographs[:, :, ::-1].astype(np.float32) - np.array([103.939, 116.779, 123.68], np.float32)


# %% [markdown]
# ### Exercise 13.5 (spot the bug): the dog that was a cat on another machine
#
# A program gets the paths of its training photographs from `glob`, one folder for each class. It makes the class names
# and the labels like this. On the author's machine everything works. On another one, the saved network takes dogs
# for cats: `glob` gives files in whatever order the disk has them. And when the folder was renamed, all names lost
# their first letters.
#
# Mend `names_and_labels(paths)`. It takes paths such as `"photographs/cat/7.jpg"`: any number of folders, the class,
# the file. It returns the class names, **sorted**, each once, and a label for each path in the order of `paths`: the
# place of its class among the names. For the same files it must give the same names, whatever their order.


# %% tags=["exercise"] exercise="13.5" points=2
def names_and_labels(paths: list[str]) -> tuple[list[str], list[int]]:
    """Return the sorted class names and one label for each path."""
    # BEGIN SOLUTION
    classes = [path.split("/")[-2] for path in paths]
    names = sorted(set(classes))
    return names, [names.index(name) for name in classes]
    # END SOLUTION
    # BEGIN STUB
    # names, labels = [], []
    # for path in paths:
    #     name = path[12:-6]
    #     if name not in names:
    #         names.append(name)
    #     labels.append(names.index(name))
    # return names, labels
    # END STUB


# %% tags=["check"] exercise="13.5"
checks.exercise("13.5", names_and_labels)

# %% tags=["hidden"] exercise="13.5"
from course_utils.authoring import define

exercise = define.function("13.5", names_and_labels)
exercise.case("in order", paths=["photographs/cat/1.jpg", "photographs/cat/2.jpg", "photographs/dog/1.jpg"])
exercise.case("the dog comes first", paths=["photographs/dog/1.jpg", "photographs/cat/1.jpg", "photographs/dog/2.jpg"])
exercise.case("a longer way there", paths=["home/ada/pets/owl/IMG_0012.jpeg", "home/ada/pets/ant/a.png"])
exercise.case("mixed", paths=["p/c/1.jpg", "p/a/1.jpg", "p/b/1.jpg", "p/a/2.jpg", "p/c/2.jpg"])
exercise.case("one name within another", paths=["pets/catfish/1.jpg", "pets/cat/1.jpg", "pets/catfish/2.jpg"])
exercise.case("one name within another, again", visible=False, paths=["p/oak tree/1.jpg", "p/oak/1.jpg"])
exercise.case("far down", visible=False, paths=["home/ada/pictures/2026/owl/1.jpg", "home/ada/pictures/2026/ant/1.jpg"])
exercise.case("one class", visible=False, paths=["photographs/cat/10.jpg", "photographs/cat/9.jpg"])
exercise.case("a name inside another, and twice on the way", visible=False,
    paths=["cats/big cat/1.jpg", "cats/cat/cat.jpg", "cats/big cat/2.jpg"])  # fmt: skip
exercise.random_cases(
    3,
    lambda rng: {
        "paths": [f"data/{rng.choice(['oak', 'elm', 'ash', 'fir'])}/{int(number)}.jpg" for number in rng.permutation(8)]
    },
)
exercise.hints(
    "Shuffle the paths of the first case in your head. Are the names the same afterwards?",
    "The class is the last folder: path.split('/')[-2], or pathlib.PurePosixPath(path).parent.name. Take the sorted "
    "set first, then look each class up in it.",
    "A smaller case: ['p/b/1.jpg', 'p/a/1.jpg'] gives (['a', 'b'], [1, 0]).",
)


# %% tags=["hidden"] exercise="13.5"
@exercise.correct
def with_pathlib(paths):
    classes = [pathlib.PurePosixPath(path).parent.name for path in paths]
    number = {name: place for place, name in enumerate(sorted(dict.fromkeys(classes)))}
    return list(number), [number[name] for name in classes]


@exercise.correct
def with_numpy(paths):
    names, labels = np.unique([path.rsplit("/", 2)[1] for path in paths], return_inverse=True)
    return names.tolist(), labels.tolist()


@exercise.mutant("The names come in the order in which they were met: another order of files gives another numbering.")
def in_the_order_met(paths):
    classes = [path.split("/")[-2] for path in paths]
    names = list(dict.fromkeys(classes))
    return names, [names.index(name) for name in classes]


# %% tags=["hidden"] exercise="13.5"
@exercise.mutant("Letters are counted off the path: another folder or file name, and the class names are cut off.")
def counts_letters(paths):
    classes = [path[12:-6] for path in paths]
    names = sorted(set(classes))
    return names, [names.index(name) for name in classes]


@exercise.mutant("Both bugs are still there: names in the order in which they were met, and letters counted off.")
def changes_nothing_yet(paths):
    classes = [path[12:-6] for path in paths]
    names = list(dict.fromkeys(classes))
    return names, [names.index(name) for name in classes]


@exercise.mutant("The labels are those of the SORTED paths. They have to be in the order of paths.")
def sorts_the_paths(paths):
    names, labels = names_and_labels(sorted(paths))
    return names, labels


@exercise.mutant("You look for the name anywhere in the path: 'cat' is in 'catfish', too. Take the folder itself.")
def looks_anywhere(paths):
    names, _ = names_and_labels(paths)
    return names, [next(place for place, name in enumerate(names) if name in path) for path in paths]


# %% tags=["hidden"] exercise="13.5"
@exercise.mutant("The class is not always the SECOND part of the path. It is the last folder, counted from the end.")
def counts_from_the_front(paths):
    classes = [path.split("/")[1] for path in paths]
    names = sorted(set(classes))
    return names, [names.index(name) for name in classes]


# %% tags=["hidden"] exercise="13.5"
@exercise.mutant("The names are sorted after the labels were given, so they no longer belong together.")
def sorts_too_late(paths):
    names, labels = in_the_order_met(paths)
    return sorted(names), labels


@exercise.mutant("The class is the folder that holds the file, not the first folder of the path.")
def takes_the_first_folder(paths):
    classes = [path.split("/")[0] for path in paths]
    return sorted(set(classes)), [0] * len(classes)


# %% [markdown]
# ## Your own photographs
#
# Now all of it together: `backbones.train_on_folder` reads a folder that has one subfolder of photographs for each
# class, takes features, and trains the same kind of classifier. Nothing is written into the folder.
#
# For those who have no photographs at hand, here is a small folder: pieces of four of the course's photographs. One
# file is broken, as happens in every real folder.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
random = np.random.default_rng(0)
for name in ("cat", "coffee", "motorcycle", "rocket"):
    photograph = images.load(name)
    (folder / name).mkdir()
    for number in range(9):
        top, left = (int(random.integers(0, size - 220)) for size in photograph.shape[:2])
        piece = photograph[top : top + 220, left : left + 220, ::-1]  # OpenCV writes BGR
        cv2.imwrite(str(folder / name / f"{number}.jpg"), piece)
_ = (folder / "cat" / "broken.jpg").write_bytes(b"half a file")

# %%
own = backbones.train_on_folder(folder, profile.choose(quick="efficientnet_lite0", full="vgg16"))
print(own.backbone)
print(own.class_names)
print("not used:", own.skipped[0].split(":")[0])

# %% tags=["claim"]
claims.check("more than 90% of pieces that it had not seen are right", own.accuracy > 0.9, value=own.accuracy)
claims.check("naming always one class would be right on 25%", own.baseline == 0.25)
best, _ = own.predict(images.load("cat"))[0]
claims.check("the whole photograph of the cat is taken for the cat", best == "cat")

# %% [markdown]
# In the `quick` profile the features come from EfficientNet-Lite0, a small network that was trained on ImageNet's
# photographs and comes with the course; in the `full` profile from ImageNet's VGG16. `print(own)` shows
# the whole report.
#
# **How honest is this accuracy?** Each piece was judged by a classifier that had not seen it. But the pieces of one
# class overlap: they come from *one* photograph. So this number says that it can tell these four photographs apart,
# and nothing about cats. The same happens in real folders: ten photographs of one mug, taken in a row, are hardly more
# than one. Photograph different mugs, in different places, in different light; and keep a few from another day for a
# test of your own.
#
# **Now yours.** Make a folder with a subfolder for each class and 10 to 50 photographs in each, and run:

# %%
my_photographs = None  # for example "/home/ada/mugs"
if my_photographs:
    mine = backbones.train_on_folder(my_photographs)
    print(mine)

# %% [markdown]
# ### Exercise 13.6 (investigate): is it good?
#
# "91 % right!" writes a student. Of her 200 photographs 180 show cats. Another one has 80 %, of 20 photographs of four
# kinds, five each. Which of them has something to show?
#
# Write `judge(counts, num_right)`. `counts` holds the number of held-out photographs of each class, `num_right` how
# many of them all were named rightly. It returns three numbers:
#
# - the accuracy,
# - the baseline: the accuracy of one who always names the largest class,
# - how many **photographs** more than this baseline were named rightly (negative, if fewer).
#
# Then try it: `judge([180, 20], 182)` and `judge([5, 5, 5, 5], 16)`.


# %% tags=["exercise"] exercise="13.6" points=2
def judge(counts: list[int], num_right: int) -> tuple[float, float, int]:
    """Return accuracy, baseline, and how many photographs more than the baseline are right."""
    # BEGIN SOLUTION
    total, largest = sum(counts), max(counts)
    return num_right / total, largest / total, num_right - largest
    # END SOLUTION


# %% tags=["check"] exercise="13.6"
checks.exercise("13.6", judge)

# %% tags=["hidden"] exercise="13.6"
from course_utils.authoring import define

exercise = define.function("13.6", judge, atol=1e-6)
exercise.case("nearly all are cats", counts=[180, 20], num_right=182)
exercise.case("four kinds, five each", counts=[5, 5, 5, 5], num_right=16)
exercise.case("worse than always the same", counts=[10, 30], num_right=24)
exercise.case("the largest class comes last", counts=[3, 4, 13], num_right=15)
exercise.case("shares that do not end", counts=[4, 7, 4], num_right=11)
exercise.case("all right", visible=False, counts=[7, 8, 9], num_right=24)
exercise.case("none right", visible=False, counts=[2, 6], num_right=0)
exercise.random_cases(
    3, lambda rng: {"counts": [int(x) for x in rng.integers(5, 60, 4)], "num_right": int(rng.integers(5, 20))}
)
exercise.hints(
    "One who always names the largest class is right on just the photographs of this class.",
    "The baseline is max(counts) / sum(counts), whatever the number of classes; the third number is "
    "num_right - max(counts).",
    "A smaller case: judge([6, 2], 7): the accuracy is 7/8, the baseline 6/8, and it is 1 photograph ahead.",
)


# %% tags=["hidden"] exercise="13.6"
@exercise.correct
def with_numpy_shares(counts, num_right):
    shares = np.array(counts) / np.sum(counts)
    ahead = num_right / np.sum(counts) - shares.max()
    return float(num_right / np.sum(counts)), float(shares.max()), round(float(ahead * np.sum(counts)))


@exercise.correct
def with_sorting(counts, num_right):
    *rest, most = sorted(counts)
    total = sum(rest) + most
    return (num_right / total, most / total, num_right - most)


@exercise.mutant("Guessing at random is not the best that one can do blindly: name the largest class.")
def one_over_classes(counts, num_right):
    total = sum(counts)
    return num_right / total, 1 / len(counts), round(num_right - total / len(counts))


@exercise.mutant("The first class need not be the largest.")
def takes_the_first(counts, num_right):
    total = sum(counts)
    return num_right / total, counts[0] / total, num_right - counts[0]


# %% tags=["hidden"] exercise="13.6"
@exercise.mutant("The third number is a number of photographs, not a difference of shares.")
def gives_a_share(counts, num_right):
    total = sum(counts)
    return num_right / total, max(counts) / total, (num_right - max(counts)) / total


@exercise.mutant("A classifier can be worse than always naming the same class: do not stop at 0.")
def never_negative(counts, num_right):
    total = sum(counts)
    return num_right / total, max(counts) / total, max(0, num_right - max(counts))


@exercise.mutant("Do not round the shares: who reads them can do that.")
def rounds_the_shares(counts, num_right):
    accuracy, baseline, ahead = judge(counts, num_right)
    return round(accuracy, 2), round(baseline, 2), ahead


@exercise.mutant("These are percentages. Asked are shares, from 0 to 1.")
def in_percent(counts, num_right):
    accuracy, baseline, ahead = judge(counts, num_right)
    return 100 * accuracy, 100 * baseline, ahead


# %% tags=["hidden"] exercise="13.6"
@exercise.mutant("The accuracy is a share of ALL photographs, not of the largest class.")
def of_the_largest(counts, num_right):
    return num_right / max(counts), max(counts) / sum(counts), num_right - max(counts)


# %% [markdown]
# The first student is two photographs ahead of somebody who looks at none. The second one is eleven ahead, of twenty.
# What her number does not tell is how sure it is: one photograph more or less is five points.

# %% [markdown]
# ## Key points
#
# - A frozen network turns pictures into features. They are computed once and kept; a linear classifier on them needs
#   a few labels and a second.
# - A pooled head has 49 times fewer weights than a flattened one, on maps of 7 x 7, and takes any size.
# - Show four columns: pixels, random features, from scratch, frozen. Choose layer and settings on validation pictures.
# - Transfer helps as far as the new pictures resemble the old ones in what the layer knows. Measure it.
# - Wrong preprocessing is silent. Keep it inside the network, and keep class names in an order that no disk decides.
#
# ## Self-test
#
# <details><summary>1. Why is the middle of the network better for textures than its end?</summary>
#
# The last blocks keep what tells the old classes apart and drop the rest. The middle still has it.
#
# </details>
#
# <details><summary>2. What does the column of random features tell?</summary>
#
# How much the architecture gives without any training. Only what is above it is the merit of the pretraining.
#
# </details>
#
# <details><summary>3. May the features of the test pictures be computed and kept together with the others?</summary>
#
# Yes: the network is frozen and learns nothing from them. What must not happen is that they take part in a choice, or
# in the mean and deviation that features are standardised with.
#
# </details>
#
# <details><summary>4. You augment your training pictures. Can their features still be kept?</summary>
#
# Not those of freshly drawn pictures: each epoch has other ones. One can keep the features of a few fixed variants.
#
# </details>
#
# ## To read
#
# - K. Simonyan and A. Zisserman, [Very Deep Convolutional Networks](https://arxiv.org/abs/1409.1556), 2015: VGG16.
# - J. Yosinski and others, [How transferable are features in deep neural
#   networks?](https://arxiv.org/abs/1411.1792), 2014.
# - S. Kornblith and others, [Do Better ImageNet Models Transfer Better?](https://arxiv.org/abs/1805.08974), 2019.
#
# ## Next
#
# Here the network stayed as it was. Lesson 14 lets it learn on: which stages to unfreeze, how fast, and when it pays.
