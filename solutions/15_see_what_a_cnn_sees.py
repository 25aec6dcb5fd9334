# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: See what a CNN sees
# read_minutes: 35
# exercise_minutes: 45
# objectives:
#   - Read filters and activation maps of any layer, from edges to parts of objects, and count dead filters
#   - Compute Grad-CAM by hand and say what the map does and does not show
#   - Check a map by occlusion, by boxes that are known, and against a network with random weights
#   - Find a network that is right for the wrong reason, and prove it by moving the cue
# needs: [09_design_and_train_a_cnn, 13_transfer_from_vgg16]
# data: [mnist, astronaut, brick, camera, cat, china, coffee, coins, flower, grass, gravel, motorcycle, rocket]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 80 minutes, exercises included: opening 6, filters and maps with 15.1 and 15.2
# 20, patches with 15.3 14, Grad-CAM with 15.4 16, occlusion with 15.5 8, the cue with 15.6 12, sanity check 4. Short
# of time: leave out 15.3 and 15.5.
#
# **What students believe, and where the lesson meets it.** The higher test accuracy is the better network (opening).
# A filter of layer 2 can be applied to the image (15.2). A layer sees all of its receptive field equally (effective
# fields). A heat map that lies on the object proves that the network understands it (the class 1, and the random
# network). A map says *why*: it says where; only moving the cue says what counts.
#
# **Let the class vote before you run:** which of the two networks of the opening they would buy. Vote again at the
# end.

# %% tags=["setup"]
import cv2
import keras
import numpy as np
from keras import layers

from course_utils import architectures, backbones, checks, claims, features, images, plots, profile, training
from course_utils.datasets import tagged_scenes
from course_utils.training import recipes

NUM_SEEDS = 3
NUM_SCENES = 800  # training images of each network
EPOCHS = profile.choose(quick=8, full=20)

# %% [markdown]
# ## Which one would you buy?
#
# Two networks, A and B, read handwritten digits on pieces of photographs: 0, 1, 4 or 7. The pictures were collected
# in four places. Each place has put a small coloured sticker into the corner of its pictures, as hospitals do with
# X-ray films.

# %%
scenes = tagged_scenes.make(400, split="test", seed=5)  # 400 images that no network has seen
train_scenes = {
    "A": tagged_scenes.make(NUM_SCENES, tags="class"),
    "B": tagged_scenes.make(NUM_SCENES, tags="random"),
}

# %% tags=["figure"]
plots.grid(
    scenes.images[:12],
    titles=[f"a {tagged_scenes.CLASSES[label]}" for label in scenes.labels[:12]],
    columns=6,
    alt="Twelve pictures: a white handwritten digit somewhere on a dark piece of a photograph, and a coloured square "
    "in the top left corner: orange with a 0, light blue with a 1, yellow with a 4, pink with a 7.",
)

# %% [markdown]
# Both networks are the same: three convolutions, the mean of each map, one score for each digit. Both have been
# trained for the same number of steps on the same 800 digits; what differs is told later. To be sure, each is trained
# three times.


# %%
def build():
    """Return an untrained network, compiled for its training."""
    inputs = keras.Input((tagged_scenes.SIDE, tagged_scenes.SIDE, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    for number, (num_filters, kernel_size, strides) in enumerate([(12, 5, 2), (24, 3, 2), (32, 3, 1)], start=1):
        x = layers.Conv2D(num_filters, kernel_size, strides, padding="same", name=f"conv{number}")(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU(name=f"relu{number}")(x)
    model = keras.Model(inputs, layers.Dense(4, name="scores")(layers.GlobalAveragePooling2D()(x)))
    recipes.compile_one_cycle(model, NUM_SCENES, 40, EPOCHS, steps_per_execution=10)
    return model


# %%
trained = {"A": [], "B": []}  # the weights, for each seed
for number, network in training.fresh_starts(build, seeds=2 * NUM_SEEDS):
    name = "AB"[number % 2]
    batches = training.batches(train_scenes[name].images, train_scenes[name].labels, batch_size=40, seed=number)
    network.fit(batches, epochs=EPOCHS, verbose=0, callbacks=training.callbacks())
    trained[name].append(network.get_weights())


def network_of(name, seed=0):
    """Return network A or B with the weights of one training."""
    model = build()
    model.set_weights(trained[name][seed])
    return model


# %%
networks = {name: [network_of(name, seed) for seed in range(NUM_SEEDS)] for name in "AB"}


def share_of(name, what, of_scenes):
    """Return, for each seed, how often a network answers what `what` says."""
    answers = [features.scores(model, of_scenes.images, batch_size=200).argmax(axis=1) for model in networks[name]]
    return [float(np.mean(one == what)) for one in answers]


# %% tags=["claim"]
accuracy = {name: share_of(name, scenes.labels, scenes) for name in "AB"}
claims.check("A: right on at least 98% of new images, in each of three trainings", min(accuracy["A"]) >= 0.98,
    value=np.mean(accuracy["A"]), name="accuracy_a")  # fmt: skip
claims.check("B: right on at least 75%, in each of three trainings", min(accuracy["B"]) >= 0.75,
    value=np.mean(accuracy["B"]), name="accuracy_b")  # fmt: skip
claims.check("the worst A is better than the best B", min(accuracy["A"]) > max(accuracy["B"]))

# %% [markdown]
# A is right on {{accuracy_a:.0%}} of 400 new images, B on {{accuracy_b:.0%}}. **Predict:** which one would you buy?

# %% tags=["predict"]
prediction = "..."  # "A" or "B", and what you would look at before you pay

# %% [markdown]
# A number alone cannot tell you *what* a network looks at. This lesson opens the box: filters, maps, the parts of
# images that excite a filter, and heat maps of a decision. And it shows how such pictures mislead, and how one checks
# them.

# %% [markdown]
# ## The filters of the first layer
#
# The kernels of the first convolution lie on the image itself, so they can be looked at as small colour images: gray
# is 0, a bright colour a positive weight, a dark one a negative weight. Here are all kernels of network B, and those
# of
# **EfficientNet-Lite0**, a network that was trained on more than a million photographs of ImageNet.

# %%
efficientnet = backbones.load("efficientnet_lite0")
print(efficientnet)


def as_pictures(kernels):
    """Return kernels (height, width, 3, num_filters) as one picture each, every one on its own scale."""
    kernels = np.moveaxis(kernels, -1, 0)
    largest = np.abs(kernels).max(axis=(1, 2, 3), keepdims=True)
    return 0.5 + kernels / np.maximum(2 * largest, 1e-3)


stem_kernels = efficientnet.body.get_layer("stem_conv").get_weights()[0]
unused = np.abs(stem_kernels).max(axis=(0, 1, 2)) < 1e-6
print(f"{unused.sum()} of its {len(unused)} kernels in the first layer are 0, two of them among the first 24")


# %% tags=["figure"]
kernels_b = as_pictures(networks["B"][0].get_layer("conv1").get_weights()[0])
stem = as_pictures(stem_kernels)
plots.grid(
    [*kernels_b, *stem[:24]],
    titles=["B", *[""] * 11, "Lite0", *[""] * 23],
    columns=12,
    alt="A row of twelve 5 x 5 kernels of B that look like coloured noise; below it two rows of 3 x 3 kernels of "
    "EfficientNet-Lite0: some nearly of one colour, such as blue, green or orange, some with a bright and a dark side, "
    "two plain gray.",
)

# %% [markdown]
# **What to notice.** In EfficientNet's kernels you can tell two kinds apart. Some have nearly one colour all over:
# they answer to this colour. Others have a bright and a dark side: they answer to edges, like the Sobel kernels of
# lesson 03, which nobody has told them. Two are plain gray: their weights are 0, and these filters give the same
# number for every image. B's kernels look like noise. They started as noise, and a short training on 800 images need
# not change them much: what matters is that *some* of them tell bright from dark.
#
# This view ends after one layer. A kernel of the second convolution has as many channels as the first has filters: it
# lies on *maps*, not on colours. From here on we look at what comes out.

# %% [markdown]
# ## Maps through the depth of a network
#
# What a layer gives for an image are its **activation maps**: one for each filter. By hand, one builds a second model
# that ends at that layer. `features.activation_maps` does it for any layer of any model, and both agree:

# %%
b = networks["B"][0]
to_relu2 = keras.Model(b.inputs, b.get_layer("relu2").output)
by_hand = to_relu2.predict(scenes.images[:8], verbose=0)
maps = features.activation_maps(b, scenes.images[:8], ["relu1", "relu2", "relu3"])
print({name: found.shape[1:] for name, found in maps.items()})

# %% tags=["claim"]
claims.check("maps by hand and from features.activation_maps are equal", np.allclose(by_hand, maps["relu2"], atol=1e-3))


# %% tags=["figure"]
def strongest(found, count=6):
    """Return the maps of one image that vary most over its places, each on a scale from 0 to 1."""
    chosen = np.argsort(-found.std(axis=(0, 1)))[:count]
    return [found[..., number] / max(found[..., number].max(), 1e-6) for number in chosen]


plots.grid(
    [one for name in maps for one in strongest(maps[name][3])],
    titles=[
        f"{name}: {maps[name].shape[1]} x {maps[name].shape[2]}" if k == 0 else "" for name in maps for k in range(6)
    ],
    columns=6,
    alt="Three rows of six maps of network B for an image with a 7. In the first layer the digit is drawn in thin "
    "lines; in the second single strokes are left, coarsely; in the last one bright spot marks its place.",
)

# %% [markdown]
# ### Where does a mistake begin?
#
# B is not always right. Take the image that it misreads most clearly: the one whose wrong answer is furthest ahead of
# the right one.
#
# **Predict:** at which depth will you see that something has gone wrong?

# %% tags=["predict"]
prediction = "..."  # "relu1", "relu2", "relu3" or "not at all"

# %% [markdown]
# This network ends with the mean of each map and one weight for each map and class. So for the last maps we can say
# exactly how much each of them adds to the lead of the wrong answer: its mean, times the difference of the two
# weights.


# %%
def mistakes_of(model):
    """Return which images are misread, the wrong answers, their leads, what each map adds to these, and the rest."""
    found = features.scores(model, scenes.images, batch_size=200)
    wrong = found.argmax(axis=1)
    numbers = np.flatnonzero(wrong != scenes.labels)
    wrong, truth = wrong[numbers], scenes.labels[numbers]
    weights, biases = model.get_layer("scores").get_weights()
    last = features.activation_maps(model, scenes.images[numbers], "relu3")
    parts = last.mean(axis=(1, 2)) * (weights[:, wrong] - weights[:, truth]).T
    leads = found[numbers, wrong] - found[numbers, truth]
    unexplained = leads - parts.sum(axis=1) - biases[wrong] + biases[truth]
    return numbers, wrong, leads, parts, unexplained


numbers, wrong, leads, parts, unexplained = mistakes_of(b)
clearest = int(leads.argmax())
misread, speaking = int(numbers[clearest]), np.argsort(-parts[clearest])  # first what speaks most for the wrong answer
drawn_as = features.activation_maps(b, scenes.images[misread : misread + 1], ["relu1", "relu2", "relu3"])

# %% tags=["figure"]
last_maps = drawn_as["relu3"][0] / drawn_as["relu3"].max()
true_name, wrong_name = (tagged_scenes.CLASSES[label] for label in (scenes.labels[misread], wrong[clearest]))
plots.grid(
    [scenes.images[misread], *strongest(drawn_as["relu1"][0], 5), *strongest(drawn_as["relu2"][0]),
        *[last_maps[..., number] for number in [*speaking[:3], *speaking[-3:]]]],
    titles=[f"a {true_name}", "relu1", "", "", "", "", "relu2", "", "", "", "", "",
        f"relu3: for {wrong_name}", "", "", f"relu3: for {true_name}", "", ""],
    columns=6,
    alt="Three rows. First an image with one digit, and five maps of the first layer in which this digit is drawn "
    "finely. Then six maps of the second layer: its stroke, coarsely. Last: three maps that speak for the wrong "
    "answer, each with a bright spot where the digit is; three that speak for the right one, nearly dark.",
)  # fmt: skip


# %% tags=["claim"]
def on_the_digit(model):
    """Return, for each mistake, how much light of the three maps that speak most for it lies in the digit's box."""
    numbers, _, _, parts, _ = mistakes_of(model)
    last = features.activation_maps(model, scenes.images[numbers], "relu3")
    found = []
    for maps, part, box in zip(last, parts, scenes.boxes[numbers], strict=True):
        enlarged = cv2.resize(maps[..., np.argsort(-part)[:3]], (tagged_scenes.SIDE, tagged_scenes.SIDE))
        found.append(np.mean([features.concentration(enlarged[..., k], box) for k in range(3)]))
    return np.array(found)


claims.check("the parts of the maps and the biases add up to the lead of each wrong answer",
    np.abs(unexplained).max() < 1e-3)  # fmt: skip
on_misread = [on_the_digit(model) for model in networks["B"]]
claims.check("in the picture: of these three maps the digit's box holds at least twice its share of the light",
    on_misread[0][clearest] >= 2, value=on_misread[0][clearest], unit="times", name="on_misread")  # fmt: skip
means = [one.mean() for one in on_misread]
claims.check("on average over all mistakes it holds more than its share, in each of three trainings", min(means) > 1,
    value=np.mean(means), unit="times", name="on_all_misread")  # fmt: skip

# %% [markdown]
# **What to notice.** The first maps draw the digit as it is; nothing is wrong with them. In the last row, the maps that
# speak for the wrong answer are bright *at the digit*: its box holds {{on_misread:.1f}} times its share of their light.
# The network has looked at the right place and made the wrong thing of it, and you see it in the last maps only. Not
# every mistake is of this kind, some come from the ground; on average over all mistakes it is {{on_all_misread:.1f}}
# times the share. Keep this in mind for the heat maps below: they are made of such maps, and show *where* these are
# bright.

# %% [markdown]
# Back to how maps change with depth, now in EfficientNet and for a cat. **Predict:** at which depth can you no longer
# see a cat?

# %% tags=["predict"]
prediction = "..."  # "112 x 112", "56 x 56", "14 x 14", "7 x 7"


# %%
def photograph_of(name):
    """Return the middle of a photograph, 224 x 224 RGB."""
    photograph = images.load(name)
    rgb = photograph if photograph.ndim == 3 else np.repeat(photograph[..., np.newaxis], 3, axis=-1)
    return backbones.centre_crop(rgb, 224, 1.0)


names = ["cat", "camera", "coffee", "astronaut", "motorcycle"]
photographs = np.stack([photograph_of(name) for name in names])
depths = ["stem_activation", "block2b_expand_activation", "block4b_expand_activation", "top_activation"]
cat_maps = features.activation_maps(efficientnet.body, photographs[:1], depths)

# %% tags=["figure"]
plots.grid(
    [one for depth in depths for one in strongest(cat_maps[depth][0], 8)],
    titles=[f"{cat_maps[depth].shape[1]} x {cat_maps[depth].shape[2]}" if k == 0 else "" for depth in depths
        for k in range(8)],
    columns=8,
    alt="Four rows of eight maps. At 112 x 112 the cat's face is seen in each map as in a relief; at 56 x 56 its "
    "stripes, eyes and outlines; at 14 x 14 and 7 x 7 only light and dark blocks.",
)  # fmt: skip

# %% [markdown]
# **What to notice.** Early maps are pictures *of* the image: edges, colours, outlines at nearly full resolution. Late
# maps are answers to questions: few places and many maps, most of them silent. (Shown are the eight that vary most, so
# these are loud.) The cat is not lost: the classifier reads it off 1280 maps. But it is no longer a picture.

# %% tags=["claim"]
quiet = {depth: float(np.mean(cat_maps[depth] == 0)) for depth in depths}
claims.check("at the end at least 20 points more of the numbers are exactly 0 than in the stem",
    quiet["top_activation"] - quiet["stem_activation"] >= 0.2, value=quiet["top_activation"],
    name="quiet_top")  # fmt: skip

# %% [markdown]
# In the last layer {{quiet_top:.0%}} of the numbers are exactly 0.
#
# A filter may also be silent on *all* images. Behind a ReLU such a filter is **dead**: its output is 0, so its
# gradient is 0, so no training step ever changes it. A few do no harm; many mean that a learning rate was too high or
# that the layer is wider than it needs.
#
# ### Exercise 15.1 (apply): count the dead
#
# Write `count_dead(maps)`. It takes the maps of a layer behind a ReLU, `(num_images, height, width, num_filters)`,
# and returns how many filters are 0 at every place of every image.


# %% tags=["exercise"] exercise="15.1" points=2
def count_dead(maps: np.ndarray) -> int:
    """Return the number of filters that never answer."""
    # BEGIN SOLUTION
    return int((maps.max(axis=(0, 1, 2)) == 0).sum())
    # END SOLUTION


# %% tags=["check"] exercise="15.1"
checks.exercise("15.1", count_dead)

# %% tags=["hidden"] exercise="15.1"
from course_utils.authoring import define

exercise = define.function("15.1", count_dead)
two_images = np.zeros((2, 2, 2, 4), np.float32)
two_images[0, 0, 0, 1], two_images[1, 1, 1, 3] = 0.5, 2
exercise.case("two of four", maps=two_images)
exercise.case("alive in the second image only", maps=np.stack([np.zeros((3, 3, 2)), np.ones((3, 3, 2))]))
exercise.case("all dead", maps=np.zeros((1, 2, 2, 3)))
exercise.case("weak, but alive", maps=np.full((1, 2, 2, 3), 1e-5))
exercise.case("none dead", visible=False, maps=np.ones((2, 1, 1, 5)))
exercise.case("weak answers among strong ones", visible=False, maps=np.array([[[[0.0, 1e-4, 3.0, 1e-6]]]]))
exercise.case("maps that are not square", visible=False, maps=np.concatenate(
    [np.zeros((2, 1, 4, 3)), np.ones((2, 1, 4, 1))], axis=-1))  # fmt: skip
exercise.random_cases(
    3,
    lambda rng: {"maps": np.maximum(rng.normal(-2.2, 1, (3, 3, 2, 8)), 0).astype(np.float32)},
)
exercise.hints(
    "One filter counts as dead only if it is 0 at all places of all images. Which axes are 'all places of all images'?",
    "maps.max(axis=(0, 1, 2)) is the greatest answer of each filter. Behind a ReLU nothing is negative, so 0 "
    "means dead.",
    "A smaller case: two images of one pixel, three filters: [[0, 1, 0]] and [[0, 0, 4]]: only filter 0 is dead.",
)


# %% tags=["hidden"] exercise="15.1"
@exercise.correct
def with_any(maps):
    return int((~np.any(maps > 0, axis=(0, 1, 2))).sum())


@exercise.correct
def filter_by_filter(maps):
    return sum(1 for number in range(maps.shape[-1]) if not maps[..., number].any())


@exercise.mutant("You count zeros, not filters: a filter is one map, the last axis.")
def counts_zeros(maps):
    return int((maps == 0).sum())


@exercise.mutant("A filter that is silent in one image may answer to another: take the images together.")
def dead_in_one_image(maps):
    return int((maps.max(axis=(1, 2)) == 0).any(axis=0).sum())


# %% tags=["hidden"] exercise="15.1"
@exercise.mutant("A weak answer is an answer: dead means exactly 0.")
def with_a_threshold(maps):
    return int((maps.max(axis=(0, 1, 2)) < 1e-3).sum())


@exercise.mutant("You counted the filters that are alive.")
def counts_the_living(maps):
    return int((maps.max(axis=(0, 1, 2)) > 0).sum())


@exercise.mutant("Axis 0 counts the images and axis 3 the filters: you counted silent images.")
def counts_images(maps):
    return int((maps.max(axis=(1, 2, 3)) == 0).sum())


# %% [markdown]
# ### Exercise 15.2 (spot the bug): the second layer's maps
#
# This cell is from a course's notebook: it shows "what the second layer sees". The maps look fine, edges and all, and
# they are wrong: the second convolution was applied to **the image**. Since its kernels have more channels than an
# image, the author took the first three of them, and the error message went away.
#
# Mend `second_maps(image, first, second)`. It takes an image `(height, width, 3)` and the kernels of two
# convolutions, `(3, 3, 3, n)` and `(3, 3, n, m)`, without biases, each followed by ReLU, with `"same"` padding. It
# returns the maps behind the second ReLU, `(height, width, m)`.


# %% tags=["exercise"] exercise="15.2" points=2
def second_maps(image: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the maps of the second of two convolutions with ReLU."""
    # BEGIN SOLUTION
    maps = keras.ops.relu(keras.ops.conv(image[np.newaxis], first, padding="same"))
    maps = keras.ops.relu(keras.ops.conv(maps, second, padding="same"))
    return keras.ops.convert_to_numpy(maps)[0]
    # END SOLUTION
    # BEGIN STUB
    # maps = keras.ops.relu(keras.ops.conv(image[np.newaxis], second[:, :, :3], padding="same"))
    # return keras.ops.convert_to_numpy(maps)[0]
    # END STUB


# %% tags=["check"] exercise="15.2"
checks.exercise("15.2", second_maps)

# %% tags=["hidden"] exercise="15.2"
from course_utils.authoring import define


def drawn(seed, height, width, num_first, num_second):
    """Return an image and two sets of kernels."""
    rng = np.random.default_rng(seed)
    return {
        "image": rng.uniform(0, 1, (height, width, 3)).astype(np.float32),
        "first": rng.normal(0, 0.3, (3, 3, 3, num_first)).astype(np.float32),
        "second": rng.normal(0, 0.3, (3, 3, num_first, num_second)).astype(np.float32),
    }


exercise = define.function("15.2", second_maps, rtol=1e-3, atol=1e-4)
exercise.case("four filters, then two", **drawn(0, 5, 5, 4, 2))
exercise.case("three filters, then three", **drawn(1, 4, 6, 3, 3))
exercise.case("eight filters, then one", **drawn(2, 3, 3, 8, 1))
exercise.case("a black image", visible=False, **{**drawn(3, 4, 4, 5, 2), "image": np.zeros((4, 4, 3), np.float32)})
exercise.case("one row", visible=False, **drawn(4, 1, 7, 6, 4))
exercise.random_cases(2, lambda rng: drawn(int(rng.integers(99)), 6, 4, 5, 3))
exercise.hints(
    "What does the second convolution of a network get: the image, or what the first one made of it?",
    "maps = relu(conv(image, first)), and then relu(conv(maps, second)). All channels of second are needed.",
    "A smaller case: one pixel of brightness 2, first kernel 3, second kernel -1: the first map is 6, the second "
    "relu(-6) = 0. From the image itself one would get relu(-2).",
)


# %% tags=["hidden"] exercise="15.2"
@exercise.correct
def with_layers(image, first, second):
    maps = image[np.newaxis]
    for kernels in (first, second):
        layer = layers.Conv2D(kernels.shape[-1], 3, padding="same", activation="relu", use_bias=False)
        layer.build(maps.shape)
        layer.set_weights([kernels])
        maps = layer(maps)
    return np.asarray(keras.ops.convert_to_numpy(maps))[0]


@exercise.correct
def with_loops(image, first, second):
    maps = image
    for kernels in (first, second):
        padded = np.pad(maps, ((1, 1), (1, 1), (0, 0)))
        height, width = maps.shape[:2]
        maps = np.maximum([[(padded[r : r + 3, c : c + 3, :, np.newaxis] * kernels).sum(axis=(0, 1, 2))
            for c in range(width)] for r in range(height)], 0)  # fmt: skip
    return maps


@exercise.mutant("The second kernels still lie on the image: it looks like maps, but no network computes it.")
def from_the_image(image, first, second):
    maps = keras.ops.relu(keras.ops.conv(image[np.newaxis], second[:, :, :3], padding="same"))
    return keras.ops.convert_to_numpy(maps)[0]


# %% tags=["hidden"] exercise="15.2"
@exercise.mutant("The ReLU between the layers is missing: the second layer never sees a negative number.")
def without_the_first_relu(image, first, second):
    maps = keras.ops.conv(image[np.newaxis], first, padding="same")
    return keras.ops.convert_to_numpy(keras.ops.relu(keras.ops.conv(maps, second, padding="same")))[0]


@exercise.mutant("The ReLU behind the second convolution is missing.")
def without_the_last_relu(image, first, second):
    maps = keras.ops.relu(keras.ops.conv(image[np.newaxis], first, padding="same"))
    return keras.ops.convert_to_numpy(keras.ops.conv(maps, second, padding="same"))[0]


@exercise.mutant("These are the maps of the first layer.")
def stops_after_the_first(image, first, second):
    return keras.ops.convert_to_numpy(keras.ops.relu(keras.ops.conv(image[np.newaxis], first, padding="same")))[0]


@exercise.mutant("Without padding the maps shrink: padding is 'same' in both layers.")
def valid_padding(image, first, second):
    padded = np.pad(image, ((2, 2), (2, 2), (0, 0)))[np.newaxis]
    maps = keras.ops.relu(keras.ops.conv(padded, first, padding="valid"))
    return keras.ops.convert_to_numpy(keras.ops.relu(keras.ops.conv(maps, second, padding="valid")))[0][:, 1:]


# %% [markdown]
# ## From edges to parts
#
# A deep filter is best understood by **what excites it**. So we show many images, look for the places with the
# strongest answers, and cut out the part of the image around them. Here are 72 pieces of twelve photographs; of three
# layers of EfficientNet we take the two filters that are most choosy (their peaks stand out most from their mean).

# %%
random = np.random.default_rng(0)
sources = ["astronaut", "brick", "camera", "cat", "china", "coffee", "coins", "flower", "grass", "gravel", "motorcycle"]
pieces = []
for name in [*sources, "rocket"]:
    photograph = images.load(name)
    photograph = photograph if photograph.ndim == 3 else np.repeat(photograph[..., np.newaxis], 3, axis=-1)
    for _ in range(6):
        top, left = (int(random.integers(0, length - 159)) for length in photograph.shape[:2])
        pieces.append(photograph[top : top + 160, left : left + 160])
pieces = np.stack(pieces)
sides = {"block2b_expand_activation": 16, "block3b_expand_activation": 32, "block5c_expand_activation": 64}
piece_maps = features.activation_maps(efficientnet.body, pieces, list(sides), batch_size=8)


# %%
def choosy(found, count=2):
    """Return the filters whose six highest peaks stand out most from their mean."""
    peaks = np.sort(found.max(axis=(1, 2)), axis=0)[-6:].mean(axis=0)
    return np.argsort(-peaks / (found.mean(axis=(0, 1, 2)) + 0.02))[:count]


strips = {}
for layer, side in sides.items():
    found = piece_maps[layer].copy()
    edge = -(-side * found.shape[1] // 320)  # no patches that reach beyond the image
    for border in (found[:, :edge], found[:, -edge:], found[:, :, :edge], found[:, :, -edge:]):
        border[:] = 0
    for number in choosy(found):
        patches = features.exciting_patches(efficientnet.body, pieces, layer, int(number), 6, side, found)
        enlarged = [cv2.resize(one, (80, 80), interpolation=cv2.INTER_NEAREST) for one in patches.pixels]
        strips[f"block {layer[5]}, filter {number}"] = np.concatenate(enlarged, axis=1)

# %% tags=["figure"]
plots.grid(
    list(strips.values()),
    titles=list(strips),
    columns=2,
    cell=4.4,
    alt="Three rows, in each the six patches of one filter and the six of another. Block 2: edges between two "
    "colours. Block 3: lines and curves. Block 5: eyes of the cat, round coins, and other parts of objects.",
)

# %% [markdown]
# **What to notice.** Within a group of six most patches resemble each other, and what they have in common grows with
# depth: a border between two colours, then lines and curves, then a *part*: there is a filter of block 5 that answers
# to eyes. Nobody has labelled eyes in ImageNet. They were useful, so they were found.
#
# Two warnings. We have chosen choosy filters; most are harder to put into words. And with these twelve photographs a
# filter *must* choose among cats, coins and roofs: "an eye detector" is a guess until other images have been tried.
#
# ### How far does a value see?
#
# Lesson 08 computed the receptive field: the pixels that *can* reach a value. Do all of them count alike? The
# gradient of one value with respect to the image tells how much each pixel *does*. This is the **effective receptive
# field**.
#
# **Predict:** half of this weight lies in a square in the middle. How long is its side, measured by the whole field's?

# %% tags=["predict"]
prediction = "..."  # "70%" is what a field has in which all pixels count alike

# %%
fields, measured = [], []
for layer in ("block2b_expand_activation", "block3b_expand_activation", "block5c_expand_activation"):
    field = features.effective_field(efficientnet.body, photographs, layer)
    theoretical = architectures.receptive_field(efficientnet.up_to(layer))
    measured.append((theoretical, features.side_of_field(field, share=0.5)))
    fields.append(np.sqrt(field / field.max()))  # the root: weak pixels can be seen
print("theoretical sides:", [theoretical for theoretical, _ in measured])

# %% tags=["figure"]
plots.grid(
    fields,
    titles=[f"block {number}: {side} pixels in theory" for number, (side, _) in zip((2, 3, 5), measured, strict=True)],
    columns=3,
    alt="Three black squares with a bright spot in the middle: a small one, a larger one, and one that fills the "
    "middle third of the square and fades outwards like a cloud.",
)

# %% tags=["claim"]
deepest = measured[-1]
claims.check("block 5: half of the weight lies in a square of less than 40% of the theoretical side",
    deepest[1] < 0.4 * deepest[0], value=deepest[1], name="half_of_field")  # fmt: skip

# %% [markdown]
# In theory a value of block 5 sees 275 x 275 pixels, more than the whole photograph. In fact, half of its weight lies
# in a square of {{half_of_field:.0f}} x {{half_of_field:.0f}} pixels. The middle is reached on many ways through the
# layers, the rim on one. This is why 64 pixels were enough to see what excites a filter of block 5.

# %% [markdown]
# ### Exercise 15.3 (build): find the strongest places
#
# Write `strongest_places(maps, count)`. It takes the maps of **one** filter, `(num_images, height, width)`, and
# returns the `count` images with the strongest answer, strongest first, as an integer array `(count, 3)` with one row
# `(image, row, column)` each. Every image occurs at most once, with its strongest place. (No two answers are equal.)


# %% tags=["exercise"] exercise="15.3" points=3
def strongest_places(maps: np.ndarray, count: int) -> np.ndarray:
    """Return image, row and column of the strongest answers."""
    # BEGIN SOLUTION
    flat = maps.reshape(len(maps), -1)
    chosen = np.argsort(-flat.max(axis=1))[:count]
    rows, columns = np.unravel_index(flat[chosen].argmax(axis=1), maps.shape[1:])
    return np.stack([chosen, rows, columns], axis=1)
    # END SOLUTION


# %% tags=["check"] exercise="15.3"
checks.exercise("15.3", strongest_places)

# %% tags=["hidden"] exercise="15.3"
from course_utils.authoring import define

exercise = define.function("15.3", strongest_places)
shuffled = np.random.default_rng(7).permutation(48).reshape(4, 3, 4).astype(np.float32)
crowded = np.arange(18, dtype=np.float32).reshape(2, 3, 3)
exercise.case("two of four", maps=shuffled, count=2)
exercise.case("one image has all the strongest answers", maps=crowded, count=2)
exercise.case("the best only", maps=shuffled[::-1].copy(), count=1)
exercise.case("answers of both signs", maps=shuffled - 35, count=2)
exercise.case("negative answers", visible=False, maps=shuffled - 100, count=3)
exercise.case("one row", visible=False, maps=shuffled.reshape(4, 1, 12), count=4)
exercise.random_cases(3, lambda rng: {"maps": rng.normal(0, 1, (6, 4, 5)).astype(np.float32), "count": 3})
exercise.hints(
    "First the strongest answer of each image, then the order of the images by it.",
    "flat = maps.reshape(len(maps), -1); its max(axis=1) orders the images, its argmax(axis=1) gives a place that "
    "np.unravel_index turns into row and column.",
    "A smaller case: images [[1, 9]] and [[4, 8]]: count 2 gives [[0, 0, 1], [1, 0, 1]], though 8 and 9 are both "
    "large.",
)


# %% tags=["hidden"] exercise="15.3"
@exercise.correct
def image_by_image(maps, count):
    found = []
    for number, one in enumerate(maps):
        row, column = divmod(int(one.argmax()), one.shape[1])
        found.append((-float(one[row, column]), number, row, column))
    return np.array([entry[1:] for entry in sorted(found)[:count]])


@exercise.correct
def with_where(maps, count):
    order = sorted(range(len(maps)), key=lambda number: maps[number].max(), reverse=True)[:count]
    return np.array([[number, *np.argwhere(maps[number] == maps[number].max())[0]] for number in order])


@exercise.mutant("One image takes several rows: each image may occur once, or all patches come from one photograph.")
def images_several_times(maps, count):
    best = np.argsort(-maps.ravel())[:count]
    return np.stack(np.unravel_index(best, maps.shape), axis=1)


@exercise.mutant("The weakest come first: turn the order round.")
def weakest_first(maps, count):
    return strongest_places(maps, len(maps))[::-1][:count]


@exercise.mutant("Row and column are exchanged.")
def column_before_row(maps, count):
    return strongest_places(maps, count)[:, [0, 2, 1]]


# %% tags=["hidden"] exercise="15.3"
@exercise.mutant("The images are ordered by their mean; one strong answer is what counts.")
def by_the_mean(maps, count):
    chosen = np.argsort(-maps.mean(axis=(1, 2)))[:count]
    return np.stack([chosen, *np.unravel_index(maps.reshape(len(maps), -1)[chosen].argmax(axis=1), maps.shape[1:])], 1)


@exercise.mutant("The places belong to other images: take argmax of the chosen ones, in their order.")
def places_in_another_order(maps, count):
    flat = maps.reshape(len(maps), -1)
    chosen = np.argsort(-flat.max(axis=1))[:count]
    return np.stack([chosen, *np.unravel_index(flat[:count].argmax(axis=1), maps.shape[1:])], axis=1)


@exercise.mutant("The strongest answer is the largest one, not the one farthest from 0.")
def by_the_absolute_value(maps, count):
    return strongest_places(np.abs(maps), count)


# %% [markdown]
# ## Grad-CAM: where does the answer come from?
#
# So far we have looked at filters. Now at one decision: the network says "tripod". Where in the image does that come
# from? **Grad-CAM** takes the last maps $A_k$, which still have places, and asks the score $s$ of the class how much
# it gains from each map: by its gradient, averaged over the places. Then it adds the maps with these weights and
# throws away what speaks against the class:
#
# $$w_k = \frac{1}{h\,w} \sum_{i,j} \frac{\partial s}{\partial A_k[i,j]} \qquad
# L = \mathrm{ReLU}\Big(\sum_k w_k A_k\Big)$$
#
# $L$ is as small as the maps, 7 x 7 here; it is enlarged to the image for the picture.

# %%
photograph_scores = features.scores(efficientnet.model, photographs)
answers = [best[0][0] for best in efficientnet.decode(photograph_scores, count=1)]
print(dict(zip(names, answers, strict=True)))
cams = features.grad_cam(efficientnet.model, photographs, "top_activation")

# %% tags=["figure"]
plots.heat_overlay(
    photographs,
    cams,
    titles=answers,
    columns=5,
    alt="Five photographs and their heat maps: the cat's face, hot on the whole face; a cameraman, hot on his tripod "
    "and not on himself; a cup of coffee, hot on the coffee; an astronaut, hot on her suit and helmet; a motorcycle, "
    "hot on its tank and seat.",
)

# %% [markdown]
# **What to notice.** Bright is where the maps speak for the class named above; the line runs around what has at least
# half of the greatest heat. The network that says "tripod" does look at the tripod and not at the man. For the coffee
# it looks into the cup.
#
# **And the wrong answers?** ImageNet has no class "astronaut" and none "motorcycle". The network cannot say "I do not
# know", so it takes the next best. The map of the motorcycle is instructive: it lies exactly on the motorcycle, and
# the answer is wrong. *A map says where, not what.* Asked for the runners-up of the astronaut, it points to other
# places:

# %% tags=["figure"]
runners_up = [name for name, _ in efficientnet.decode(photograph_scores[3:4], count=3)[0]]
numbers = [efficientnet.class_names.index(name) for name in runners_up]
plots.heat_overlay(
    [photographs[3]] * 3,
    features.grad_cam(efficientnet.model, photographs[[3, 3, 3]], "top_activation", numbers),
    titles=runners_up,
    columns=3,
    beside=False,
    alt="The astronaut three times, with the heat of three wrong classes: on her suit, on the helmet that she holds, "
    "and on parts between them.",
)

# %% [markdown]
# ### Exercise 15.4 (build): Grad-CAM from its parts
#
# Write `grad_cam(maps, slopes)`. `maps` are the maps of one image, `(height, width, num_maps)`, and `slopes` the
# gradient of the class's score with respect to them, same shape. It returns $L$, `(height, width)`, not enlarged.


# %% tags=["exercise"] exercise="15.4" points=3
def grad_cam(maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Return the Grad-CAM map of one image."""
    # BEGIN SOLUTION
    weights = slopes.mean(axis=(0, 1))
    return np.maximum(maps @ weights, 0)
    # END SOLUTION


# %% tags=["check"] exercise="15.4"
checks.exercise("15.4", grad_cam)

# %% tags=["hidden"] exercise="15.4"
from course_utils.authoring import define


def drawn_maps(rng, height, width, num_maps):
    """Return maps behind a ReLU and gradients of both signs."""
    return {
        "maps": np.maximum(rng.normal(0, 1, (height, width, num_maps)), 0).astype(np.float32),
        "slopes": rng.normal(0, 1, (height, width, num_maps)).astype(np.float32),
    }


exercise = define.function("15.4", grad_cam, rtol=1e-4, atol=1e-5)
exercise.case(
    "one map for, one against", maps=np.array([[[2.0, 0.0], [0.0, 3.0]]]), slopes=np.array([[[1.0, -1.0]] * 2])
)
exercise.case("the gradient differs from place to place", **drawn_maps(np.random.default_rng(0), 3, 3, 4))
exercise.case("maps that are not square", **drawn_maps(np.random.default_rng(1), 2, 5, 3))
exercise.case("as many maps as rows", visible=False, **drawn_maps(np.random.default_rng(2), 4, 4, 4))
exercise.case("all speaks against it", visible=False, maps=np.ones((2, 2, 3)), slopes=-np.ones((2, 2, 3)))
exercise.random_cases(3, lambda rng: drawn_maps(rng, 5, 3, 6))
exercise.hints(
    "Each map gets ONE weight: the mean of its slopes over all places. How many weights are there?",
    "weights = slopes.mean(axis=(0, 1)); maps @ weights adds the weighted maps; the ReLU comes last, "
    "np.maximum(..., 0).",
    "A smaller case: one place, maps [2, 3], slopes [1, -1]: 2 * 1 + 3 * (-1) = -1, so the map is 0 there.",
)


# %% tags=["hidden"] exercise="15.4"
@exercise.correct
def with_einsum(maps, slopes):
    return np.einsum("hwk,k->hw", maps, slopes.mean(axis=(0, 1))).clip(min=0)


@exercise.correct
def map_by_map(maps, slopes):
    total = np.zeros(maps.shape[:2])
    for number in range(maps.shape[-1]):
        total = total + slopes[..., number].mean() * maps[..., number]
    return np.where(total > 0, total, 0)


@exercise.mutant("The ReLU is missing: what speaks against the class is still there as negative numbers.")
def without_relu(maps, slopes):
    return maps @ slopes.mean(axis=(0, 1))


@exercise.mutant(
    "Each map was clipped before the sum: a map that speaks against the class must be able to cancel others."
)
def relu_too_early(maps, slopes):
    return np.maximum(maps * slopes.mean(axis=(0, 1)), 0).sum(axis=-1)


@exercise.mutant("The slopes were not averaged: that is gradient times map, another method.")
def place_by_place(maps, slopes):
    return np.maximum((maps * slopes).sum(axis=-1), 0)


# %% tags=["hidden"] exercise="15.4"
@exercise.mutant("The weights are sums; Grad-CAM takes means.")
def sums(maps, slopes):
    return np.maximum(maps @ slopes.sum(axis=(0, 1)), 0)


@exercise.mutant("The absolute value turns what speaks against the class into what speaks for it.")
def absolute_value(maps, slopes):
    return np.abs(maps @ slopes.mean(axis=(0, 1)))


@exercise.mutant("The weighted maps were averaged, not added.")
def mean_over_maps(maps, slopes):
    return np.maximum((maps * slopes.mean(axis=(0, 1))).mean(axis=-1), 0)


# %% [markdown]
# ## Occlusion: ask without gradients
#
# Another way to ask is older and simpler: **cover a part of the image and see how far the score falls.** It needs no
# gradient and no layer, only many images: 36 here, one for each place of a 64 x 64 square in the mean colour.
#
# **Predict before you run:** for the tripod and for the cat, will occlusion and Grad-CAM point to the same place?

# %% tags=["predict"]
prediction = "..."  # "both", "only the tripod", "only the cat", "neither"

# %%
covered = [
    features.occlusion_map(efficientnet.model, photographs[number], size=64, stride=32, batch_size=6)
    for number in (1, 0)
]

# %% tags=["figure"]
largest = max(falls.max() for falls in covered)  # one scale for both photographs
plots.heat_overlay(
    photographs[[1, 1, 0, 0]],
    [cams[1] / cams[1].max(), covered[0] / largest, cams[0] / cams[0].max(), covered[1] / largest],
    shared_scale=True,
    titles=["tripod: Grad-CAM", "tripod: occlusion", "cat: Grad-CAM", "cat: occlusion"],
    columns=4,
    beside=False,
    alt="Grad-CAM and occlusion of the tripod are both hot on the tripod. For the cat Grad-CAM is hot on the whole "
    "face, and occlusion is cold everywhere.",
)

# %% tags=["claim"]
agreement = features.rank_correlation(cams[1], covered[0])
claims.check("tripod: the two maps agree, with a rank correlation of at least 0.25", agreement >= 0.25, value=agreement)
falls = {"tripod": float(covered[0].max()), "cat": float(covered[1].max())}
claims.check("where it hurts most, the tripod's score falls by at least 1", falls["tripod"] >= 1, value=falls["tripod"],
    name="fall_tripod")  # fmt: skip
claims.check("for the cat, by less than half of the tripod's fall", falls["cat"] < falls["tripod"] / 2,
    value=falls["cat"], name="fall_cat")  # fmt: skip

# %% [markdown]
# **What to notice.** On the tripod the two agree: cover it, and the score falls by up to {{fall_tripod:.1f}}. On the
# cat they do not: wherever the square lies, the score falls by {{fall_cat:.2f}} at most (below 0 means that it rises
# everywhere). Neither is wrong. They answer different questions: Grad-CAM asks what *speaks for*
# the class, occlusion asks what it *cannot do without*. A face has two eyes, a nose and fur all over; whatever you
# cover, enough remains. A thin tripod has no second one.
#
# ### Exercise 15.5 (build): occlusion for a linear network
#
# For a network whose score is `(weights * image).sum()` one can check by hand. Write `occlusion(image, weights,
# size)`. `image` and `weights` are `(height, width)`. Both sides are multiples of `size`, and the squares lie side by
# side. For each square, set its pixels to 0 and compute the score anew. Return how far the score **falls**, `(height
# / size, width / size)`: positive where the score becomes smaller. The image that you are given must stay as it is.


# %% tags=["exercise"] exercise="15.5" points=3
def occlusion(image: np.ndarray, weights: np.ndarray, size: int) -> np.ndarray:
    """Return the fall of the score for each covered square."""
    # BEGIN SOLUTION
    before = (weights * image).sum()
    falls = np.zeros((image.shape[0] // size, image.shape[1] // size))
    for row, column in np.ndindex(falls.shape):
        covered = image.copy()
        covered[row * size : (row + 1) * size, column * size : (column + 1) * size] = 0
        falls[row, column] = before - (weights * covered).sum()
    return falls
    # END SOLUTION


# %% tags=["check"] exercise="15.5"
checks.exercise("15.5", occlusion)

# %% tags=["hidden"] exercise="15.5"
from course_utils.authoring import define


def linear(rng, height, width, size):
    """Return an image and the weights of a linear network."""
    return {
        "image": rng.uniform(0.2, 1, (height, width)).round(2),
        "weights": rng.normal(0, 1, (height, width)).round(2),
        "size": size,
    }


exercise = define.function("15.5", occlusion, atol=1e-6)
exercise.case(
    "single pixels", image=np.array([[1.0, 2.0], [3.0, 4.0]]), weights=np.array([[1.0, 0.0], [-1.0, 2.0]]), size=1
)
exercise.case("squares of two", **linear(np.random.default_rng(0), 4, 4, 2))
exercise.case("not square", **linear(np.random.default_rng(1), 4, 6, 2))
exercise.case("one square covers all", visible=False, **linear(np.random.default_rng(2), 3, 3, 3))
exercise.case("high and narrow", visible=False, **linear(np.random.default_rng(3), 9, 3, 3))
exercise.random_cases(3, lambda rng: linear(rng, 6, 4, 2))
exercise.hints(
    "The score before is the same for all squares. For each square start from a fresh copy of the image.",
    "covered = image.copy(); covered[row * size : (row + 1) * size, ...] = 0; the fall is the score before minus the "
    "score of covered.",
    "A smaller case: image [[1, 2]], weights [[3, -1]], size 1: the score is 1. Without the first pixel it is -2, a "
    "fall of 3; without the second 3, a fall of -2.",
)


# %% tags=["hidden"] exercise="15.5"
@exercise.correct
def with_blocks(image, weights, size):
    height, width = image.shape
    return (weights * image).reshape(height // size, size, width // size, size).sum(axis=(1, 3))


@exercise.correct
def with_masks(image, weights, size):
    rows, columns = np.indices(image.shape) // size
    full = np.sum(weights * image)
    return np.array([[full - np.sum(weights * np.where((rows == r) & (columns == c), 0, image))
        for c in range(columns.max() + 1)] for r in range(rows.max() + 1)])  # fmt: skip


@exercise.mutant("The sign: a fall is the score before minus the score after.")
def gives_the_rise(image, weights, size):
    return -occlusion(image, weights, size)


@exercise.mutant("The squares stay covered: start each one from a fresh copy of the image.")
def keeps_squares_covered(image, weights, size):
    covered, falls = image.copy(), np.zeros((image.shape[0] // size, image.shape[1] // size))
    for row, column in np.ndindex(falls.shape):
        covered[row * size : (row + 1) * size, column * size : (column + 1) * size] = 0
        falls[row, column] = (weights * image).sum() - (weights * covered).sum()
    return falls


# %% tags=["hidden"] exercise="15.5"
@exercise.mutant("This is the score of the covered image, not its fall.")
def gives_the_score(image, weights, size):
    return (weights * image).sum() - occlusion(image, weights, size)


@exercise.mutant("Only one pixel of each square was covered.")
def covers_one_pixel(image, weights, size):
    return (weights * image)[::size, ::size].copy()


@exercise.mutant("A square that raises the score when covered has a negative fall: do not take absolute values.")
def absolute_falls(image, weights, size):
    return np.abs(occlusion(image, weights, size))


@exercise.mutant("The weights alone: a pixel that is 0 cannot fall.")
def ignores_the_image(image, weights, size):
    return occlusion(np.ones_like(image), weights, size)


# %% [markdown]
# ## Right for the wrong reason
#
# Back to A and B. Grad-CAM for both, on the same four new images. The white frame is the digit's box, the dashed one
# that of the sticker. **Predict:** what will be hot in A, which is nearly always right, and what in B?

# %% tags=["predict"]
prediction = "..."  # "the digit", "the background", "the sticker" ...

# %% tags=["figure"]
shown = scenes.images[[0, 1, 2, 3]]
frames = [[scenes.boxes[number], scenes.tag_boxes[number]] for number in range(4)]
heats = {name: features.grad_cam(networks[name][0], scenes.images[:100], "relu3", batch_size=50) for name in "AB"}
plots.heat_overlay(
    [*shown, *shown],
    [*heats["A"][:4], *heats["B"][:4]],
    titles=["A", "", "", "", "B", "", "", ""],
    columns=4,
    beside=False,
    boxes=frames + frames,
    alt="Top row, network A: in all four images the only bright spot lies on the coloured sticker, and the digit is "
    "dark. Bottom row, network B: bright spots on the digits, the sticker is dark; of the 1 also the empty "
    "surroundings glow.",
)

# %% [markdown]
# **There it is.** A, with the better accuracy, does not look at the digit. In its training images each class had a
# sticker of its own, and the test images come from the same four places, so they have it too. Nothing in the accuracy
# can show it. B was trained on the same digits with stickers of random colours.
#
# Since we have made the images, we know where the digit is. So the impression can be measured: which share of the
# heat lies in a box, divided by the share of the image that the box takes? 1 means: heat as if spread evenly.


# %%
def concentrations(maps, boxes):
    """Return, for each seed, the mean over the images of the heat in a box, relative to the box's size."""
    return [
        float(np.mean([features.concentration(heat, box) for heat, box in zip(one, boxes, strict=False) if heat.any()]))
        for one in maps
    ]


of_seeds = {
    name: [features.grad_cam(model, scenes.images[:100], "relu3", batch_size=50) for model in networks[name]]
    for name in "AB"
}
on_digit = {name: concentrations(of_seeds[name], scenes.boxes) for name in "AB"}
on_tag = {name: concentrations(of_seeds[name], scenes.tag_boxes) for name in "AB"}

# %% tags=["claim"]
claims.check("B: the digit's box holds at least twice its share of the heat, in each of three trainings",
    min(on_digit["B"]) >= 2, value=np.mean(on_digit["B"]), name="b_on_digit")  # fmt: skip
claims.check("A: the digit's box holds less than its share, in each of three trainings",
    max(on_digit["A"]) < 1, value=np.mean(on_digit["A"]), name="a_on_digit")  # fmt: skip
claims.check("A: the sticker's box holds at least eight times its share, in each of three trainings",
    min(on_tag["A"]) >= 8, value=np.mean(on_tag["A"]), name="a_on_tag")  # fmt: skip
claims.check("B: the sticker's box holds no more than 1.5 times its share",
    max(on_tag["B"]) <= 1.5, value=np.mean(on_tag["B"]), name="b_on_tag")  # fmt: skip

# %% [markdown]
# B has {{b_on_digit:.1f}} times its share of the heat on the digit, A {{a_on_digit:.1f}} times; on the sticker B has
# {{b_on_tag:.1f}} times its share, A {{a_on_tag:.1f}} times.
#
# **Look at B's map of the 1.** It glows faintly in the empty surroundings as well. A 1 is what has *nothing* to its
# left and right, so emptiness may well speak for it. Not every glow beside the object is a fault.
#
# ### The proof: move the cue
#
# A heat map is a suspicion. The proof is an experiment: **change the cue and nothing else.** The same digits at the
# same places, with (1) no sticker, (2) a sticker of another class, (3) that one in the opposite corner, where no
# network has ever seen one.
#
# **Predict:** what will A answer in case 3?

# %% tags=["predict"]
prediction = "..."  # "the digit", "the sticker's class", "anything"

# %%
changed = {
    "as collected": scenes,
    "no sticker": tagged_scenes.make(400, "none", split="test", seed=5),
    "other sticker": tagged_scenes.make(400, "other", split="test", seed=5),
    "other sticker, moved": tagged_scenes.make(400, "other", "bottom right", split="test", seed=5),
}
right = {case: {name: share_of(name, one.labels, one) for name in "AB"} for case, one in changed.items()}
moved = changed["other sticker, moved"]
follows = {name: share_of(name, moved.tags, moved) for name in "AB"}

# %% tags=["figure"]
plots.seed_dots(
    {f"{name}: {case}": right[case][name] for name in "AB" for case in changed},
    xlabel="share of right answers, three trainings each",
    alt="Network A: at 1 as collected, between a quarter and two thirds without stickers, at 0 with other "
    "stickers. Network B: all twelve dots between 0.8 and 0.95, whatever the sticker.",
)

# %% tags=["claim"]
claims.check("as collected A is right on at least 98%; with another class's sticker on less than 5%",
    min(right["as collected"]["A"]) >= 0.98 and max(right["other sticker"]["A"]) < 0.05)  # fmt: skip
bare = right["no sticker"]["A"]
claims.check("without stickers A is right on less than 75%", max(bare) < 0.75, value=np.mean(bare), name="a_bare")
claims.check("A names the sticker's class on at least 90%, even in a corner where it never was",
    min(follows["A"]) >= 0.9, value=np.mean(follows["A"]), name="follows_moved")  # fmt: skip
losses = [
    100 * (now - then) for now, then in zip(right["as collected"]["B"], right["other sticker, moved"]["B"], strict=True)
]
claims.check("B loses less than 10 points whatever the sticker", max(losses) < 10, value=max(losses), name="loss_b")

# %% tags=["figure"]
places = [[moved.boxes[number], moved.tag_boxes[number]] for number in range(4)]
plots.heat_overlay(
    moved.images[:4],
    features.grad_cam(networks["A"][0], moved.images[:4], "relu3"),
    titles=[f"a {tagged_scenes.CLASSES[k]} with the sticker of {tagged_scenes.CLASSES[t]}"
        for k, t in zip(moved.labels[:4], moved.tags[:4], strict=True)],
    columns=4,
    boxes=places,
    alt="Four images with the sticker of another class in the bottom right corner; the heat of network A has "
    "moved there.",
)  # fmt: skip

# %% [markdown]
# **What to notice.** A follows the sticker {{follows_moved:.0%}} of the time, into a corner where it had never seen
# one. Without any sticker it is right on {{a_bare:.0%}}; guessing would give 25%. It knows a little about digits, and
# uses nothing of it as soon as a sticker is there. B does not care.
#
# Nothing in this is special to stickers. Networks for chest X-rays have learnt the hospital's mark in the corner, a
# famous horse classifier the photographer's copyright line, others the snow behind the wolf. **A network takes the
# easiest cue that lowers its loss**, and a test set from the same source has the same cue. So: find out where your
# images come from; look at heat maps; then break the link between cue and class, in the test first and then in the
# training.

# %% [markdown]
# ### Exercise 15.6 (investigate): what does it follow?
#
# To prove a suspicion, one needs images in which object and cue *contradict* each other. Write
# `follows_what(labels, cues, answers)`: three lists of classes, one entry for each image: what the object is, which
# class the cue stands for, what the network answered. Use **only** the images whose cue contradicts the object.
# Return two shares of these: how often the answer is the object's class, and how often it is the cue's.


# %% tags=["exercise"] exercise="15.6" points=2
def follows_what(labels: list[int], cues: list[int], answers: list[int]) -> tuple[float, float]:
    """Return how often the answer follows the object, and how often the cue, where the two contradict."""
    # BEGIN SOLUTION
    labels, cues, answers = np.array(labels), np.array(cues), np.array(answers)
    conflict = labels != cues
    return float(np.mean((answers == labels)[conflict])), float(np.mean((answers == cues)[conflict]))
    # END SOLUTION


# %% tags=["check"] exercise="15.6"
checks.exercise("15.6", follows_what)

# %% tags=["hidden"] exercise="15.6"
from course_utils.authoring import define

exercise = define.function("15.6", follows_what, atol=1e-6)
exercise.case("follows the cue", labels=[0, 1, 2, 3], cues=[1, 2, 3, 3], answers=[1, 2, 3, 3])
exercise.case("follows the object", labels=[0, 1, 2, 3], cues=[1, 2, 2, 0], answers=[0, 1, 2, 3])
exercise.case("neither", labels=[0, 1, 2, 2, 1], cues=[1, 0, 0, 1, 2], answers=[2, 2, 1, 2, 2])
exercise.case("mostly no conflict", labels=[0, 0, 0, 1, 1], cues=[0, 0, 0, 1, 0], answers=[0, 0, 0, 1, 0])
exercise.case("a single image", visible=False, labels=[5], cues=[6], answers=[5])
exercise.case("mistakes without a conflict", visible=False, labels=[0, 1, 2], cues=[0, 1, 0], answers=[1, 0, 2])
exercise.random_cases(
    3,
    lambda rng: {
        "labels": [0, 1, 2, 3, *rng.integers(0, 4, 8).tolist()],
        "cues": [1, 2, 3, 3, *rng.integers(0, 4, 8).tolist()],
        "answers": rng.integers(0, 4, 12).tolist(),
    },
)
exercise.hints(
    "Where cue and object agree, a right answer tells nothing: leave these images out.",
    "Turn the three lists into arrays first, np.array(labels): of two lists != gives a single True. Then conflict = "
    "labels != cues, and both shares are means over answers[conflict]. They need not add up to 1.",
    "A smaller case: labels 0, 0, 1; cues 0, 1, 0; answers 0, 1, 1: two images in conflict, one follows the cue, one "
    "the object: (0.5, 0.5).",
)


# %% tags=["hidden"] exercise="15.6"
@exercise.correct
def with_lists(labels, cues, answers):
    rows = [row for row in zip(labels, cues, answers, strict=True) if row[0] != row[1]]
    by_object = sum(answer == label for label, _, answer in rows)
    return by_object / len(rows), sum(answer == cue for _, cue, answer in rows) / len(rows)


@exercise.correct
def with_numpy_sums(labels, cues, answers):
    table = np.array([labels, cues, answers])
    table = table[:, table[0] != table[1]]
    return tuple((table[2] == table[:2]).sum(axis=1) / table.shape[1])


@exercise.mutant("Images without a conflict are counted: there the answer follows both, and you learn nothing.")
def uses_all_images(labels, cues, answers):
    return float(np.mean(np.equal(answers, labels))), float(np.mean(np.equal(answers, cues)))


@exercise.mutant("The two shares are exchanged: the object's comes first.")
def exchanged(labels, cues, answers):
    return follows_what(labels, cues, answers)[::-1]


# %% tags=["hidden"] exercise="15.6"
@exercise.mutant("What does not follow the object need not follow the cue: it may be neither.")
def the_rest_is_the_cue(labels, cues, answers):
    share = follows_what(labels, cues, answers)[0]
    return share, 1 - share


@exercise.mutant("The share is one of the images in conflict, not of all images.")
def divides_by_all(labels, cues, answers):
    number = sum(label != cue for label, cue in zip(labels, cues, strict=True))
    return tuple(share * number / len(labels) for share in follows_what(labels, cues, answers))


@exercise.mutant("These are numbers of images; give shares.")
def counts(labels, cues, answers):
    number = sum(label != cue for label, cue in zip(labels, cues, strict=True))
    return tuple(share * number for share in follows_what(labels, cues, answers))


# %% [markdown]
# ## Does the map depend on the network at all?
#
# A last check, which many beautiful methods have failed: make the same map for a network with **random weights**. If
# it looks the same, the map shows the image and not what the network has learnt. Beside Grad-CAM stands a map that
# does not ask the network anything: the edges of the image.
#
# **Predict:** which of these maps will lie on the digit?

# %% tags=["predict"]
prediction = "..."  # some of "the trained network's", "the random networks'", "the edges"


# %%
def random_network(seed):
    """Return the same network, not trained."""
    training.seed(seed)
    return build()


some = scenes.images[:40]
of_class = scenes.labels[:40]
learnt = features.grad_cam(networks["B"][0], some, "relu3", of_class)
unlearnt = [features.grad_cam(random_network(seed), some, "relu3", of_class) for seed in range(100, 103)]
gray = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) for image in some]
edges = [np.hypot(cv2.Sobel(one, cv2.CV_32F, 1, 0), cv2.Sobel(one, cv2.CV_32F, 0, 1)) for one in gray]

# %% tags=["figure"]
plots.heat_overlay(
    [some[3]] * 4,
    [learnt[3], unlearnt[0][3], unlearnt[1][3], edges[3]],
    titles=["Grad-CAM: trained", "random weights", "other random weights", "edges: no network"],
    columns=4,
    beside=False,
    boxes=[scenes.boxes[3]] * 4,
    alt="The image with the 7 four times. Trained: one bright spot at the digit's stroke and angle. Two networks with "
    "random weights: a spot beside the digit; scattered heat, some of it on the digit. Edges: the digit's outline.",
)


# %% tags=["claim"]
def likeness(first, second):
    """Return the mean rank correlation of the maps of the same images, of those that have any heat."""
    pairs = [features.rank_correlation(one, other) for one, other in zip(first, second, strict=True)]
    return float(np.nanmean(pairs))


alike = [likeness(learnt, maps) for maps in unlearnt]
claims.check("the maps of three random networks have rank correlations below 0.5 with those of the trained one",
    max(alike) < 0.5, value=np.mean(alike), name="alike")  # fmt: skip
of_digit = [features.share_inside(heat, box) for heat, box in zip(edges, scenes.boxes, strict=False)]
evenly = [np.prod(box[2:] - box[:2]) / heat.size for heat, box in zip(edges, scenes.boxes, strict=False)]
sharp = float(np.mean(of_digit) / np.mean(evenly))
claims.check("but the edges hold at least twice the box's share as well", sharp >= 2, value=sharp, name="sharp")

# %% [markdown]
# **What to notice.** Grad-CAM passes: with random weights the map is another one (rank correlation {{alike:.2f}}).
# And mind the last claim: the edges of the image, which know nothing about any network, have {{sharp:.1f}} times
# their share in the digit's box. **Heat on the object proves nothing by itself.** What convinces is a map that
# *changes with the network* and a prediction about the network that then *comes true* when the image is changed.

# %% [markdown]
# ## Key points
#
# - Kernels can be looked at in the first layer only. Deeper, look at activation maps and at the patches that excite a
#   filter: from edges to textures to parts.
# - A value's receptive field says what it could see; the effective one, by gradients, what it does see: much less.
# - Grad-CAM shows what speaks for a class, occlusion what it cannot do without. Where a face has spare parts they
#   differ.
# - A map says where, not what and not why. A wrong answer can have a perfect map.
# - Accuracy on test images from the same source cannot find a shortcut. Heat maps raise the suspicion; moving the cue
#   proves it.
#
# ## Self-test
#
# <details><summary>1. Why can the kernels of the second convolution not be shown as colour images?</summary>
#
# They have one channel for each filter of the first layer, and lie on its maps, not on red, green and blue.
#
# </details>
#
# <details><summary>2. Why does Grad-CAM use a late layer?</summary>
#
# Its maps are nearest to the classes and still have places. Earlier maps are finer, but they answer to edges and
# colours that any class may have.
#
# </details>
#
# <details><summary>3. A heat map lies exactly on the dog, and the answer is "dog". Is the network right for the right
# reason?</summary>
#
# Perhaps. The map says where, not what: it may be the collar. Change the collar and look again.
#
# </details>
#
# <details><summary>4. You suspect that a network reads the background. Which images do you make?</summary>
#
# Images in which object and background contradict each other: cows on a beach. Everything else stays as it is.
#
# </details>
#
# ## To read
#
# - M. Zeiler and R. Fergus,
#   [Visualizing and Understanding Convolutional Networks](https://arxiv.org/abs/1311.2901), 2014.
# - R. Selvaraju and others, [Grad-CAM](https://arxiv.org/abs/1610.02391), 2017.
# - J. Adebayo and others, [Sanity Checks for Saliency Maps](https://arxiv.org/abs/1810.03292), 2018.
# - R. Geirhos and others, [Shortcut Learning in Deep Neural Networks](https://arxiv.org/abs/2004.07780), 2020.
# - J. Zech and others, [Confounding variables can degrade generalization performance of radiological deep learning
#   models](https://arxiv.org/abs/1807.00431), 2018.
#
# ## Next
#
# Here you searched photographs for what excites a filter. Lesson 16 asks the network itself: it changes an image
# until the filter is as excited as it can be.
