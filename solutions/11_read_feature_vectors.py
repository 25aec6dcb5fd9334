# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Read feature vectors
# read_minutes: 45
# exercise_minutes: 55
# objectives:
#   - Turn the maps of any layer into a vector and find a number of the vector on the maps again
#   - Measure how far two images lie apart for a network, by length and by angle, layer by layer
#   - Find nearest neighbours and draw a map of features by principal components
#   - Judge what can be read from a layer by a linear probe, beside pixels and a network with random weights
#   - Say what a dense layer adds, and which features vote for one class against another
# needs: [05_classify_digits_with_an_mlp, 07_build_a_convolution_layer, 08_pool_feature_maps,
#   09_design_and_train_a_cnn]
# data: [astronaut, brick, camera, cat, china, coffee, coins, flower, grass, gravel, hubble, ihc, moon, motorcycle,
#   page, retina, rocket]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 100 minutes, exercises included: opening 5, a row of numbers with 11.1 12,
# distances with 11.2 12, style 10, neighbours with 11.3 14, map with 11.4 12, probe with 11.5 15, dense layers with
# 11.6 10, votes with 11.7 12. Short of time: leave out 11.4 and 11.6.
#
# **What students believe, and where the lesson meets it.** A network sees shapes (style: another texture is another
# content). What moves a vector little has been forgotten (the probe reads the tint from the last layer). The last
# layer has the best features (the probe: an earlier one is better). Random weights give random features, and these
# are worthless (the probe's control is above guessing, and above pixels). A probe with 100% has found something
# (11.5). A feature stands for a thing, and one of them decides (votes).
#
# **Let the class vote before you run:** the opening, the two curves of style, whether the tint can still be read at
# the end.

# %% tags=["setup"]
import keras
import numpy as np
from keras import layers

from course_utils import (
    backbones,
    checks,
    claims,
    datasets,
    features,
    images,
    plots,
    profile,
    restyling,
    training,
)
from course_utils.features import votes

NUM_DRAWS = 3  # of every experiment with random numbers

# %% [markdown]
# ## Which of them is the cat?
#
# Here are three pictures. For you the question is silly. For a computer a picture of 224 x 224 pixels is a list of
# 150,528 numbers, and two pictures are alike when their numbers are.
#
# **Predict before you run:** going by the numbers, pixel by pixel, which one is more like the cat on the left: the
# moon in the middle, or the same cat on the right, mirrored and with red and blue exchanged?

# %% tags=["predict"]
prediction = "..."  # "the moon" or "the other cat"


# %% tags=["figure"]
def photograph_square(name, side=224):
    """Return the middle of a photograph as (side, side, 3), RGB."""
    photograph = images.resize_square(images.load(name), side)
    return photograph if photograph.ndim == 3 else np.repeat(photograph[:, :, np.newaxis], 3, axis=2)


cat, moon = photograph_square("cat"), photograph_square("moon")
other_cat = np.ascontiguousarray(cat[:, ::-1, ::-1])  # mirrored, and blue, green, red
plots.compare(
    cat, moon, other_cat, titles=["a cat", "the moon", "mirrored, red and blue exchanged"], height=2.6,
    alt="Left: the face of a brown cat. Middle: the gray, even surface of the moon. Right: the same cat, looking the "
    "other way, and bluish.",
)  # fmt: skip

# %% [markdown]
# We ask twice: the pixels, and the last layer of a network that was trained on the photographs of ImageNet.

# %%
lite0 = backbones.load("efficientnet_lite0")
print(lite0)
three = np.stack([cat, moon, other_cat])  # (3, 224, 224, 3)
pixel_rows = three.reshape(3, -1) / 255  # (3, 150528)
feature_rows = backbones.extract(lite0, three)  # (3, 1280)
print("pixels:", pixel_rows.shape, "  features:", feature_rows.shape)

# %% tags=["claim"]
to_moon, to_cat = features.euclidean_distances(pixel_rows[:1], pixel_rows[1:])[0]
claims.check("in pixels the moon is nearer to the cat than the other cat is", to_moon < to_cat, value=to_cat / to_moon)
moon_angle, cat_angle = features.cosine_distances(feature_rows[:1], feature_rows[1:])[0]
claims.check(
    "in features the moon is at least three times as far away as the other cat", moon_angle > 3 * cat_angle,
    value=moon_angle / cat_angle, name="opening",
)  # fmt: skip

# %% [markdown]
# **What to notice.** In pixels the moon wins: it is gray and even, so it is a little wrong everywhere and nowhere
# very wrong. The other cat has eyes where this one has fur. In features it is the other way round, and clearly so:
# the moon is {{opening:.0f}} times as far away.
#
# So somewhere between the first and the last layer a list of colours has become a list of *what is there*. Such a
# list is called a **feature vector**. It is what search engines, face recognition and the recommendation of pictures
# work on, and in lesson 13 you will build classifiers on it. In this lesson you learn to read it: where its numbers
# come from, what near and far mean, what it still holds, and how a network makes its decision out of it.

# %% [markdown]
# ## From maps to a row of numbers
#
# Every layer of a network gives maps (lesson 07). To compare two images we need one row of numbers for each. There
# are two usual ways:
#
# - **flatten:** write all numbers of all maps into one row. Nothing is lost, but every place has its own numbers, so
#   a cat that moves has other ones.
# - **global pooling** (lesson 08): keep one number per map, its mean. Where something was is lost.
#
# Here are the five blocks of VGG16, for a picture of 32 x 32 pixels.
#
# **Predict:** from block to block, does the row get longer or shorter, flattened and pooled?

# %% tags=["predict"]
prediction = ("...", "...")  # flattened, pooled

# %%
vgg16 = backbones.load("vgg16")
small_cat = photograph_square("cat", side=32)[np.newaxis]  # (1, 32, 32, 3)
maps = backbones.extract(vgg16, small_cat, layers=vgg16.feature_layers, pooling=None)
print("pixels       (32, 32, 3)   flattened 3072")
for name, found in maps.items():
    print(f"{name}  {found.shape[1:]!s:13} flattened {found[0].size:4}   pooled {found.shape[-1]:3}")
print(vgg16)

# %% [markdown]
# **What to notice.** Each block has a quarter of the places of the one before and at most twice the maps: the
# flattened row gets shorter, the pooled one longer, or stays. The first block's row is longer than the pixels:
# flattening alone saves nothing. At the end of such a small picture one place is left, and flattened and pooled are
# the same. (Read the label. In the `quick` profile this VGG16 is narrower than the famous one, and was trained on
# CIFAR-10.)
#
# ### By hand, by loop, by library
#
# In which order do the numbers stand in the flattened row? **The last axis runs fastest:** first all maps at the
# place in row 0, column 0, then all maps at row 0, column 1, and so on. By hand, in maps of 4 x 4 with 3 channels:
# the number at row 1, column 2, map 0 comes after one whole row of places (4 x 3 numbers) and two more places (2 x 3
# numbers), so its position is 12 + 6 + 0 = 18.

# %%
small_maps = np.arange(48).reshape(4, 4, 3) * 10  # (rows, columns, maps)
by_loop = []
for row in range(4):
    for column in range(4):
        for number in range(3):
            by_loop.append(int(small_maps[row, column, number]))
by_reshape = small_maps.reshape(-1)
by_keras = keras.ops.convert_to_numpy(layers.Flatten()(small_maps[np.newaxis].astype("float32")))[0]
print("position 18:", by_loop[18], "  row 1, column 2, map 0:", small_maps[1, 2, 0])

# %% tags=["claim"]
same = by_loop == by_reshape.tolist() == by_keras.tolist()
claims.check("the loop, reshape and Keras write the numbers in the same order", same)

# %% [markdown]
# ### Exercise 11.1 (apply): where does this number come from?
#
# A classifier leans heavily on one number of a flattened row, and you want to know what it looks at. Write
# `place_of(position, shape)`. `position` counts from 0 in the flattened row; `shape` is the shape of the maps,
# `(rows, columns, maps)`. Return the tuple `(row, column, map)`, three ints.


# %% tags=["exercise"] exercise="11.1" points=1
def place_of(position: int, shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return row, column and map of a number of the flattened row."""
    # BEGIN SOLUTION
    _, columns, num_maps = shape
    place, number = divmod(position, num_maps)
    return place // columns, place % columns, number
    # END SOLUTION


# %% tags=["check"] exercise="11.1"
checks.exercise("11.1", place_of)

# %% tags=["hidden"] exercise="11.1"
from course_utils.authoring import define

exercise = define.function("11.1", place_of)
exercise.case("the one from above", position=18, shape=(4, 4, 3))
exercise.case("the very first", position=0, shape=(4, 4, 3))
exercise.case("more columns than rows", position=37, shape=(2, 5, 4))
exercise.case("the last one", position=79, shape=(5, 4, 4))
exercise.case("one place only", visible=False, position=150, shape=(1, 1, 192))
exercise.case("one map", visible=False, position=11, shape=(3, 4, 1))
exercise.random_cases(4, lambda rng: {"position": int(rng.integers(0, 210)), "shape": (5, 6, 7)})
exercise.hints(
    "How many numbers does one place have? And one whole row of places?",
    "divmod(position, maps) gives the number of the place and the map; a place's row is its number divided by the "
    "number of columns.",
    "A smaller case: shape (2, 3, 2), position 9: 9 = 4 * 2 + 1, so it is map 1 at place 4; 4 = 1 * 3 + 1, so row 1, "
    "column 1.",
)


# %% tags=["hidden"] exercise="11.1"
@exercise.correct
def by_numpy(position, shape):
    return tuple(int(index) for index in np.unravel_index(position, shape))


@exercise.correct
def by_search(position, shape):
    numbers = np.arange(np.prod(shape)).reshape(shape)
    row, column, number = np.argwhere(numbers == position)[0]
    return (int(row), int(column), int(number))


@exercise.mutant("That is the order (maps, rows, columns). In Keras the maps are the last axis: they run fastest.")
def maps_first(position, shape):
    rows, columns, _ = shape
    number, place = divmod(position, rows * columns)
    return place // columns, place % columns, number


@exercise.mutant("A place's row is its number divided by the number of columns, not of rows.")
def divides_by_rows(position, shape):
    rows, _, num_maps = shape
    place, number = divmod(position, num_maps)
    return place // rows, place % rows, number


# %% tags=["hidden"] exercise="11.1"
@exercise.mutant("Row and column are exchanged.")
def exchanged(position, shape):
    row, column, number = place_of(position, shape)
    return column, row, number


@exercise.mutant("You counted from 1. Position, row, column and map all count from 0.")
def counts_from_one(position, shape):
    return place_of(position - 1, shape) if position else (-1, -1, -1)


@exercise.mutant("That is the number of the place within the whole map, not yet its row and column.")
def no_row(position, shape):
    place, number = divmod(position, shape[2])
    return 0, place, number


# %% [markdown]
# ## Near and far
#
# Two rows of numbers are two points in a space with many directions. How far apart? There are two answers in use:
#
# $$\text{Euclidean: } \sqrt{\sum_i (a_i - b_i)^2} \qquad\qquad
# \text{cosine distance: } 1 - \frac{\sum_i a_i b_i}{\lVert a \rVert\,\lVert b \rVert}$$
#
# The first one is the length of the straight line between them. The second one asks only whether they point in the
# same *direction*: it is 0 for $a$ and $2a$. Numbers make it clear: take $a = (3, 4)$, $b = (6, 8)$, $c = (4, 3)$.
#
# **Predict:** which of $b$ and $c$ is nearer to $a$, by the one and by the other?

# %% tags=["predict"]
prediction = ("...", "...")  # Euclidean, cosine

# %%
a, b, c = np.array([[3.0, 4.0]]), np.array([[6.0, 8.0]]), np.array([[4.0, 3.0]])
for name, other in (("b", b), ("c", c)):
    straight = np.sqrt(((a - other) ** 2).sum())
    cosine = 1 - (a * other).sum() / (np.linalg.norm(a) * np.linalg.norm(other))
    print(f"a to {name}: Euclidean {straight:.2f}   cosine {cosine:.2f}")

# %% tags=["claim"]
by_course = [features.euclidean_distances(a, b)[0, 0], features.cosine_distances(a, c)[0, 0]]
claims.check("by hand and by course_utils they are equal", np.allclose(by_course, [5.0, 0.04]))

# %% [markdown]
# **What to notice.** They disagree. For features the direction often says more than the length: features after a ReLU
# are like counts ("how much fur"), and a picture with more contrast has more of everything.

# %% [markdown]
# ### Exercise 11.2 (spot the bug): everything is like the bright one
#
# A search by picture is to return the pictures whose features point in the same direction as those of the query. It
# always returns the same few pictures, those with the largest features, whatever one asks for. Some of its distances
# are far below 0, which no cosine distance can be.
#
# Mend `cosine_distances(first, second)`: `(a, num_features)` and `(b, num_features)` in, the cosine distance of each
# row of the first to each row of the second out, `(a, b)`. No row is all zeros.


# %% tags=["exercise"] exercise="11.2" points=2
def cosine_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return 1 - cosine for each pair of rows."""
    # BEGIN SOLUTION
    lengths = np.outer(np.linalg.norm(first, axis=1), np.linalg.norm(second, axis=1))
    return 1 - first @ second.T / lengths
    # END SOLUTION
    # BEGIN STUB
    # return 1 - first @ second.T
    # END STUB


# %% tags=["check"] exercise="11.2"
checks.exercise("11.2", cosine_distances)

# %% tags=["hidden"] exercise="11.2"
from course_utils.authoring import define

exercise = define.function("11.2", cosine_distances, rtol=1e-6, atol=1e-6)
exercise.case("a, b and c of above", first=np.array([[3.0, 4.0]]), second=np.array([[6.0, 8.0], [4.0, 3.0]]))
exercise.case("opposite and at a right angle", first=np.array([[2.0, 0.0]]), second=np.array([[-5.0, 0.0], [0.0, 9.0]]))
three_rows = np.array([[1.0, 2.0, 2.0], [4.0, 0.0, 3.0], [0.0, 0.1, 0.0]])
exercise.case("three rows and two", first=three_rows, second=np.array([[2.0, 3.0, 6.0], [-1.0, 1.0, 0.0]]))
exercise.case("short rows", visible=False, first=three_rows / 1000, second=three_rows)
exercise.case("with themselves", visible=False, first=three_rows, second=three_rows)
exercise.random_cases(3, lambda rng: {"first": rng.normal(0, 3, (3, 5)), "second": rng.normal(1, 2, (4, 5))})
exercise.hints(
    "Take a = (3, 4) and b = (6, 8). They point the same way, so the distance has to be 0. What does the code say?",
    "Divide by both lengths: each row of `first` by its own, each row of `second` by its own. "
    "np.linalg.norm(rows, axis=1, keepdims=True) gives a column of lengths.",
    "A smaller case: (3, 4) and (4, 3): the product is 24, the lengths are 5 and 5, so 1 - 24 / 25 = 0.04.",
)


# %% tags=["hidden"] exercise="11.2"
@exercise.correct
def by_unit_rows(first, second):
    first = first / np.linalg.norm(first, axis=1, keepdims=True)
    return 1 - first @ (second / np.sqrt((second**2).sum(axis=1, keepdims=True))).T


@exercise.correct
def pair_by_pair(first, second):
    return np.array([[1 - (x @ y) / (np.sqrt(x @ x) * np.sqrt(y @ y)) for y in second] for x in first])


@exercise.mutant("Nothing is divided by the lengths of the rows: long rows get small numbers whatever they point at.")
def not_normalised(first, second):
    return 1 - first @ second.T


@exercise.mutant("Only the rows of `first` are divided by their length. Those of `second` have one too.")
def one_side_only(first, second):
    return 1 - first @ second.T / np.linalg.norm(first, axis=1, keepdims=True)


# %% tags=["hidden"] exercise="11.2"
@exercise.mutant("You divided by the length of the whole table. Each ROW has its own length: axis=1.")
def whole_table(first, second):
    return 1 - first @ second.T / (np.linalg.norm(first) * np.linalg.norm(second))


@exercise.mutant("That is the cosine itself: 1 for the same direction. A distance is 1 minus it.")
def similarity(first, second):
    return 1 - cosine_distances(first, second)


@exercise.mutant("You divided by the SQUARES of the lengths: a length is the root of the sum of squares.")
def by_squares(first, second):
    return 1 - first @ second.T / np.outer((first**2).sum(axis=1), (second**2).sum(axis=1))


@exercise.mutant("You divided by the SUM of each row. Its length is the root of the sum of squares.")
def by_sums(first, second):
    return 1 - (first / np.abs(first).sum(1, keepdims=True)) @ (second / np.abs(second).sum(1, keepdims=True)).T


@exercise.mutant("The lengths are taken along axis 0: that is one per feature, but each row needs its own.")
def wrong_axis(first, second):
    together = np.concatenate([first, second])
    return 1 - (first / np.linalg.norm(together, axis=0)) @ (second / np.linalg.norm(together, axis=0)).T


# %% [markdown]
# ## Content and style
#
# A picture of a cat under blue light shows the same thing as one under yellow light. Is it the same to the network?
# We take twelve photographs and change them in two ways, three times each with other random numbers:
#
# - **recoloured:** red, green and blue are each stretched and shifted. All shapes and patterns stay;
# - **retextured:** the photograph is blurred until hairs and petals are gone, and the pattern of bricks, grass or
#   gravel is printed over it. Coarse shapes and colours stay.

# %% tags=["figure"]
CONTENTS = [
    "astronaut", "camera", "cat", "china", "coffee", "coins", "flower", "moon", "motorcycle", "page", "retina",
    "rocket",
]  # fmt: skip
contents = np.stack([photograph_square(name) for name in CONTENTS])  # (12, 224, 224, 3)
surfaces = [images.load(name) for name in ("brick", "grass", "gravel")]
styled = {
    "recoloured": [restyling.recolour(contents, seed) for seed in range(NUM_DRAWS)],
    "retextured": [restyling.retexture(contents, surfaces, seed, contrast=14) for seed in range(NUM_DRAWS)],
}
shown = [0, 2, 6, 11]
plots.grid(
    [*contents[shown], *styled["recoloured"][1][shown], *styled["retextured"][1][shown]],
    titles=["original", "", "", "", "recoloured", "", "", "", "retextured", "", "", ""],
    columns=4, cell=1.9,
    alt="Three rows: an astronaut, a cat, a flower and a rocket; the same in other colours, the astronaut greenish, "
    "the cat pink; the same, blurred, with a pattern of grass, gravel or bricks over them.",
)  # fmt: skip

# %% [markdown]
# How far has a picture moved? In each layer other numbers are usual, so distances of two layers cannot be compared as
# they are. We measure with the layer's own yardstick:
#
# $$\text{relative change} = \frac{\text{mean distance of a changed picture from its original}}
# {\text{mean distance between two different originals}}$$
#
# 0 means: the change is not seen. 1 means: as far away as any other photograph. We take it at the pixels and at eight
# layers, early to late; and the same network with random weights runs beside it, as a control.
#
# **Predict before you run:** draw two curves from the pixels to the last layer of the trained network, one for other
# colours and one for another texture. Do they rise or fall?

# %% tags=["predict"]
prediction = ("...", "...")  # recoloured, retextured: "rises" or "falls"

# %%
random_lite0 = backbones.untrained(lite0)  # the same layers, random weights


def rows_by_layer(network, pictures):
    """Return a dict of rows: pixels first (every fourth), then the pooled features of each layer, early to late."""
    found = backbones.extract(network, pictures, layers=network.feature_layers)
    return {"pixels": pictures[:, ::4, ::4].reshape(len(pictures), -1) / 255, **found}


def relative_changes(network, changed_pictures):
    """Return the relative change at each layer, one row per draw: (draws, layers)."""
    originals = rows_by_layer(network, contents)
    draws = [rows_by_layer(network, changed) for changed in changed_pictures]
    return np.array(
        [[features.relative_change(originals[name], rows[name]) for name in originals] for rows in draws]
    )  # fmt: skip


changes = {
    (style, name): relative_changes(network, styled[style])
    for style in styled
    for name, network in (("trained", lite0), ("random", random_lite0))
}

# %% tags=["figure"]
plots.bands(
    range(9),
    {f"{style}, {name}": runs for (style, name), runs in changes.items()},
    xlabel="layer: 0 is the pixels, 1 to 8 from early to late",
    ylabel="relative change",
    alt="Four curves over the layers. All begin near 0.3 at the pixels. Recoloured, trained: a jump to about 1 at the "
    "first layer, then a fall to about 0.3 at the end. Recoloured, random: a slow rise to over 0.8. Retextured, "
    "trained: close to 0 at layer 1, then a jump, and about 1 to the end. Retextured, random: a rise to over 0.8.",
)

# %% tags=["claim"]
colours, textures = changes["recoloured", "trained"], changes["retextured", "trained"]
claims.check("recoloured, in every draw: the last layer's change is below half of the first's", np.all(
    colours[:, -1] < colours[:, 1] / 2), value=colours[:, 1].mean(), name="colour_early")  # fmt: skip
claims.check("at the last layer it is below 0.55 in every draw", np.all(colours[:, -1] < 0.55),
    value=colours[:, -1].mean(), name="colour_late")  # fmt: skip
untrained = changes["recoloured", "random"][:, -1]
claims.check("in the random network it is at least one and a half times as large there", np.all(
    untrained > 1.5 * colours[:, -1]), value=untrained.mean(), name="colour_random")  # fmt: skip
also_untrained = changes["retextured", "random"][:, -1]
claims.check("there, both changes end less than 0.2 apart, on average", abs(untrained.mean() - also_untrained.mean())
    < 0.2, value=also_untrained.mean(), name="texture_random")  # fmt: skip
claims.check("retextured, in every draw: the last layer's change is above 0.8", np.all(textures[:, -1] > 0.8),
    value=textures[:, -1].mean(), name="texture_late")  # fmt: skip
claims.check("and more than twice that of the pixels", np.all(textures[:, -1] > 2 * textures[:, 0]),
    value=textures[:, 0].mean(), name="texture_pixels")  # fmt: skip
blurred = relative_changes(lite0, [restyling.retexture(contents, surfaces, contrast=0)])  # no pattern
claims.check("blurring alone stays below that", np.all(blurred[0, -1] < textures[:, -1] - 0.1),
    value=blurred[0, -1], name="blur_late")  # fmt: skip

# %% [markdown]
# **What to notice.** Two changes that are about equally large in the pixels. In the random network they end at the
# same height, too ({{colour_random:.2f}} and {{texture_random:.2f}}). Training pulls them apart.
#
# **Colours are turned down.** In the first layer a recoloured picture is about as far from its original as another
# photograph ({{colour_early:.2f}}); at the end {{colour_late:.2f}} is left. Nobody has told the network to do so:
# among its training photographs there were cats in every light.
#
# **Textures are turned up.** You still recognise all four. For the network a retextured photograph is as far from
# its original as *any other photograph* ({{texture_late:.2f}}), while in the pixels it had moved much less
# ({{texture_pixels:.2f}}). The blurring has the larger share: on its own it gives {{blur_late:.2f}}. A cat without
# hairs is no cat any more, and stones in place of the hairs do the rest. This is no accident of our network:
# [Geirhos and others](https://arxiv.org/abs/1811.12231) found that networks trained on ImageNet go by texture where
# people go by shape. For telling fur from feathers that is a good rule, until somebody prints a pattern on the cat.
#
# (Why is the texture's curve nearly 0 at layer 1? A pooled map is a mean over all places, and in a fine pattern
# bright and dark cancel. Further on a ReLU has cut off one of the two before the mean is taken.)
#
# So "deep layers keep the content and drop the style" is half true. They turn down what did not help in training. And
# *turned down* is all that a distance can show. Is the colour gone, or only quiet? Keep the question; the probe
# further down answers it.

# %% [markdown]
# ## Neighbours
#
# The simplest use of a feature vector: look for the pictures whose vectors are nearest. We make a collection: six
# photographs, eight pieces of each, some mirrored, all recoloured. One would like that the neighbours of a piece of
# cat are pieces of cat.

# %%
KINDS = ["astronaut", "cat", "coffee", "flower", "motorcycle", "rocket"]
kind_labels = np.repeat(np.arange(len(KINDS)), 8)


def collection(seed):
    """Return eight recoloured pieces of each kind, (48, 224, 224, 3)."""
    random, pieces = np.random.default_rng(seed), []
    for name in KINDS:
        photograph = images.load(name)
        for _ in range(8):
            side = int(random.uniform(0.6, 1) * min(photograph.shape[:2]))
            top, left = (int(random.integers(0, size - side + 1)) for size in photograph.shape[:2])
            piece = images.resize_square(photograph[top : top + side, left : left + side], 224)
            pieces.append(piece[:, ::-1] if random.random() < 0.5 else piece)
    return restyling.recolour(np.stack(pieces), seed)


collections = [collection(seed) for seed in range(NUM_DRAWS)]

# %% [markdown]
# With a loop it is three lines: distances to all, sort, take the first ones. Here for one piece of the flower, number
# 27.

# %%
EARLY, LATE = lite0.feature_layers[1], lite0.feature_layers[-1]
collection_rows = [rows_by_layer(lite0, pieces) for pieces in collections]
names = {"pixels": "pixels", EARLY: "an early layer", LATE: "the last layer"}
rows = collection_rows[0][LATE]
distances = [np.linalg.norm(rows[27] - row) for row in rows]
nearest = [int(place) for place in np.argsort(distances)[:4]]
print("nearest to piece 27:", nearest[0], "and then", *(KINDS[kind_labels[place]] for place in nearest[1:]))

# %% [markdown]
# The nearest one to piece 27 is piece 27. Of course: its distance from itself is 0. Keep that in mind for the next
# exercise. The three after it are other pieces of the flower.
#
# Now the picture. Each row begins with the same piece of the flower; then come its five nearest neighbours, by cosine
# distance.
#
# **Predict:** how many of the five are flowers, in each row?

# %% tags=["predict"]
prediction = (..., ..., ...)  # pixels, an early layer, the last layer

# %% tags=["figure"]
found = {name: features.neighbours(collection_rows[0][name], count=5)[27] for name in names}
order = [place for name in names for place in (27, *found[name])]
plots.grid(
    collections[0][order],
    titles=[title for name in names for title in ("query", f"by {names[name]}", *[""] * 4)],
    columns=6, cell=1.35,
    alt="Three rows of six pictures that begin with the same recoloured piece of the flower. By pixels and by an early "
    "layer the neighbours are a mixture of kinds in similar colours. By the last layer all five are pieces of the "
    "flower, in different colours.",
)  # fmt: skip

# %% tags=["figure"]
shares = {
    names[name]: [
        features.agreement(kind_labels, kind_labels, features.neighbours(rows[name], count=5))
        for rows in collection_rows
    ]
    for name in names
}
plots.seed_dots(
    shares,
    xlabel="share of five neighbours from the same photograph",
    alt="Three rows of three dots. Pixels and the early layer lie around a half, the last layer at 100%.",
)

# %% tags=["claim"]
claims.check("by the last layer at least 9 of 10 neighbours are right, in every draw",
    min(shares["the last layer"]) >= 0.9, value=np.mean(shares["the last layer"]), name="near_late")  # fmt: skip
claims.check("by pixels fewer than 6 of 10, in every draw", max(shares["pixels"]) < 0.6,
    value=np.mean(shares["pixels"]), name="near_pixels")  # fmt: skip
claims.check("and by the early layer fewer than 8 of 10", max(shares["an early layer"]) < 0.8,
    value=np.mean(shares["an early layer"]), name="near_early")  # fmt: skip

# %% [markdown]
# **What to notice.** Early, the neighbours share the light; late, they share the thing. {{near_pixels:.0%}} by
# pixels, {{near_early:.0%}} by an early layer, {{near_late:.0%}} by the last one. These are pieces of six
# photographs, so the task is easy: what matters is the difference.

# %% [markdown]
# ### Exercise 11.3 (build): neighbours, and not oneself
#
# Write `neighbours(rows, count)`. For each row it finds the `count` **other** rows that are nearest by Euclidean
# distance, and returns their places, nearest first: `(num_rows, num_features)` in, `(num_rows, count)` of ints out. A
# row is never its own neighbour, also where two rows are equal. Of two that are equally far, the one with the smaller
# place comes first.


# %% tags=["exercise"] exercise="11.3" points=2
def neighbours(rows: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the nearest other rows, nearest first."""
    # BEGIN SOLUTION
    distances = np.linalg.norm(rows[:, np.newaxis] - rows[np.newaxis], axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :count]
    # END SOLUTION


# %% tags=["check"] exercise="11.3"
checks.exercise("11.3", neighbours)

# %% tags=["hidden"] exercise="11.3"
from course_utils.authoring import define

exercise = define.function("11.3", neighbours)
exercise.case("on a line", rows=np.array([[0.0], [1.0], [5.0], [7.5]]), count=2)
exercise.case("in a plane", rows=np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0], [6.0, 8.0], [3.0, 3.0]]), count=3)
exercise.case("two equal rows", rows=np.array([[2.0, 2.0], [0.0, 0.0], [0.0, 0.0], [5.0, 1.0]]), count=1)
exercise.case("across and straight on", rows=np.array([[0.0, 0.0], [3.0, 3.0], [0.0, 5.0], [9.0, 0.0]]), count=2)
exercise.case("long and short rows", rows=np.array([[1.0, 0.0], [100.0, 0.0], [0.0, 1.0], [90.0, 1.0]]), count=1)
exercise.case("all equal", visible=False, rows=np.ones((4, 3)), count=3)
exercise.case("all others", visible=False, rows=np.array([[9.0], [0.0], [4.0]]), count=2)
exercise.random_cases(3, lambda rng: {"rows": rng.normal(0, 1, (8, 4)), "count": int(rng.integers(1, 6))})
exercise.hints(
    "Which row is always the nearest one to row 0? It must not be in the result.",
    "Make a table of all distances, put np.inf on its diagonal (np.fill_diagonal), and argsort each row of it with "
    "kind='stable'. To leave out the first column is not enough: of two equal rows either may come first.",
    "A smaller case: rows 0, 1 and 5 on a line, count 1: the neighbours are 1, 0 and 1.",
)


# %% tags=["hidden"] exercise="11.3"
@exercise.correct
def row_by_row(rows, count):
    found = []
    for place, row in enumerate(rows):
        others = [other for other in range(len(rows)) if other != place]
        found.append(sorted(others, key=lambda other: np.sqrt(((rows[other] - row) ** 2).sum()))[:count])
    return np.array(found)


@exercise.correct
def by_the_course(rows, count):
    return features.neighbours(rows, count=count, measure="euclidean")


@exercise.mutant("Each row finds itself first: its distance from itself is 0. Asked are the OTHER rows.")
def finds_itself(rows, count):
    distances = np.linalg.norm(rows[:, np.newaxis] - rows[np.newaxis], axis=2)
    return np.argsort(distances, axis=1, kind="stable")[:, :count]


# %% tags=["hidden"] exercise="11.3"
@exercise.mutant("You left out the first of the sorted ones. With two equal rows that may be the other one: a row "
    "finds itself again.")  # fmt: skip
def leaves_out_the_first(rows, count):
    distances = np.linalg.norm(rows[:, np.newaxis] - rows[np.newaxis], axis=2)
    return np.argsort(distances, axis=1, kind="stable")[:, 1 : count + 1]


@exercise.mutant("Those are the farthest ones: sort from small to large.")
def the_farthest(rows, count):
    distances = np.linalg.norm(rows[:, np.newaxis] - rows[np.newaxis], axis=2)
    np.fill_diagonal(distances, -np.inf)
    return np.argsort(-distances, axis=1, kind="stable")[:, :count]


@exercise.mutant("The distances are summed without squares or signs: differences of opposite sign cancel each other.")
def signed_sum(rows, count):
    distances = np.abs((rows[:, np.newaxis] - rows[np.newaxis]).sum(axis=2))
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :count]


@exercise.mutant("You added up the differences along each axis. Asked is the straight line: the root of the sum of "
    "squares.")  # fmt: skip
def along_the_axes(rows, count):
    distances = np.abs(rows[:, np.newaxis] - rows[np.newaxis]).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :count]


# %% tags=["hidden"] exercise="11.3"
@exercise.mutant("That is the cosine distance: it does not see how long rows are. Asked is the straight line.")
def by_angle(rows, count):
    lengths = np.maximum(np.linalg.norm(rows, axis=1), 1e-12)
    distances = 1 - rows @ rows.T / np.outer(lengths, lengths)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :count]


# %% [markdown]
# ## A map of features
#
# A row of 1,280 numbers is a point in a space with 1,280 directions, and nobody can look at that. But one can turn
# the cloud of points until it shows its broadest side, and photograph it from there. That is the method of
# **principal components**: the first one is the direction in which the points differ most, the second one the
# direction at a right angle to it in which they differ most of what is left, and so on. Two of them make a map.
#
# By hand, in a space with two directions: take the points (4, 5), (5, 5), (6, 5) and (5, 6), (5, 4), (9, 5), (1, 5).
# First move them so that their mean is at 0; their mean is (5, 5). What is left is (-1, 0), (0, 0), (1, 0), (0, 1),
# (0, -1), (4, 0), (-4, 0). They are spread along the first direction: the squares there add up to 34, along the other
# one to 2. So the first direction shows 34 / 36 of all **variance**.
#
# For 1,280 directions NumPy finds them with the singular value decomposition, `np.linalg.svd`: its third result holds
# the directions, its second one the lengths whose squares are the sums above.

# %%
points = np.array([[4, 5], [5, 5], [6, 5], [5, 6], [5, 4], [9, 5], [1, 5]], dtype=float)
centred = points - points.mean(axis=0)
_, lengths, directions = np.linalg.svd(centred, full_matrices=False)
print("sums of squares:", np.round(lengths**2, 6), "  first direction:", np.abs(directions[0]).round(6))
by_svd = lengths**2 / (lengths**2).sum()
places, by_course = features.project(points)

# %% tags=["claim"]
claims.check(
    "by hand, by NumPy and by course_utils the shares are equal", np.allclose([by_svd, by_course], [34 / 36, 2 / 36])
)

# %% [markdown]
# Now the 48 recoloured pieces of six photographs from above, on two maps: one from their pixels, one from the last
# layer. On each, a picture lies where its row puts it.
#
# **Predict:** what will lie side by side on the map of the pixels?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
projected = [{name: features.project(rows[name]) for name in ("pixels", LATE)} for rows in collection_rows]
plots.thumbnail_map(
    [places for places, _ in projected[0].values()],
    collections[0],
    titles=["pixels", "last layer"],
    alt="Two maps of small pictures. Pixels: all six kinds are mixed, dark ones on one side, bright ones on the other. "
    "Last layer: cats in one corner, flowers in another, the astronauts, and the rest close together.",
)

# %% tags=["claim"]
shown_share = np.array([[shares.sum() for _, shares in maps.values()] for maps in projected])  # (draws, 2)
near_on_map = [features.neighbours(places, measure="euclidean") for maps in projected for places, _ in maps.values()]
on_map = np.array([features.agreement(kind_labels, kind_labels, near) for near in near_on_map]).reshape(-1, 2)
claims.check("last layer: neighbours on the map are of one kind at least 9 times of 10, in every draw", np.all(
    on_map[:, 1] > 0.9), value=on_map[:, 1].mean(), name="map_late")  # fmt: skip
claims.check("pixels: fewer than 5 times of 10", np.all(on_map[:, 0] < 0.5), value=on_map[:, 0].mean(),
    name="map_pixels")  # fmt: skip
brightness = [pieces.reshape(48, -1).mean(axis=1) for pieces in collections]
follows = [
    abs(np.corrcoef(maps["pixels"][0][:, 0], light)[0, 1]) for maps, light in zip(projected, brightness, strict=True)
]
claims.check("pixels: the first direction goes with brightness (a correlation above 0.4)", min(follows) > 0.4,
    value=np.mean(follows), name="map_light")  # fmt: skip
claims.check("the map of the last layer shows less than half of the variance, in every draw", np.all(
    shown_share[:, 1] < 0.5), value=shown_share[:, 1].mean(), name="map_share")  # fmt: skip

# %% [markdown]
# **What to notice.** By pixels the map is sorted by light. From one side to the other the pictures grow brighter (the
# correlation with brightness is {{map_light:.2f}}) and redder, and what is on them hardly matters ({{map_pixels:.0%}}
# of the five neighbours on this map are of the same kind, and chance alone would give 15%). By features there are
# heaps, one for each thing.
#
# A caution that belongs under every such map: **two directions are not all of them.** This one shows
# {{map_share:.0%}} of the variance. The kinds that lie on top of each other on it need not be close: in all 1,280
# directions their neighbours were right too. Near on the map may be far in truth. Far on the map is far in truth.

# %% [markdown]
# ### Exercise 11.4 (spot the bug): one direction that explains it all
#
# A student proudly reports: "The features of my photographs lie on a line! One single direction holds 98% of their
# variance." In truth his features are all large and nearly the same in every photograph, and his direction only says
# that they are large.
#
# Mend `share_shown(rows, count)`. It takes rows of features `(num_rows, num_features)` and returns, as a float, the
# share of the variance that the first `count` principal components show together: 1.0 if they show all. The rows are
# not all equal. The array that it is given must stay as it is.


# %% tags=["exercise"] exercise="11.4" points=2
def share_shown(rows: np.ndarray, count: int) -> float:
    """Return the share of the variance that the first principal components show."""
    # BEGIN SOLUTION
    centred = rows - rows.mean(axis=0)
    lengths = np.linalg.svd(centred, compute_uv=False)
    return float((lengths[:count] ** 2).sum() / (lengths**2).sum())
    # END SOLUTION
    # BEGIN STUB
    # lengths = np.linalg.svd(rows, compute_uv=False)
    # return float((lengths[:count] ** 2).sum() / (lengths**2).sum())
    # END STUB


# %% tags=["check"] exercise="11.4"
checks.exercise("11.4", share_shown)

# %% tags=["hidden"] exercise="11.4"
from course_utils.authoring import define

exercise = define.function("11.4", share_shown, rtol=1e-6, atol=1e-6)
seven_points = np.array([[4, 5], [5, 5], [6, 5], [5, 6], [5, 4], [9, 5], [1, 5]], dtype=float)
exercise.case("the seven points of above", rows=seven_points, count=1)
exercise.case("far from 0", rows=seven_points + 100, count=1)
exercise.case("two of three directions", count=2,
    rows=np.array([[9.0, 8, 7], [9, 9, 5], [8, 9, 9], [7, 9, 8], [9, 6, 9]]))  # fmt: skip
exercise.case("all directions", rows=np.array([[2.0, 1.0, 7.0], [3.0, 5.0, 7.0], [2.0, 4.0, 9.0]]), count=3)
exercise.case("one feature differs", visible=False, rows=np.array([[5.0, 0, 1], [5, 0, 3], [5, 0, 8]]), count=1)
exercise.case("two at a right angle", visible=False, rows=np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]]) + 7, count=1)
exercise.random_cases(
    3, lambda rng: {"rows": rng.normal(4, 1, (7, 5)) * [1, 2, 1, 3, 1], "count": int(rng.integers(1, 4))}
)
exercise.hints(
    "Add 100 to every number. Do the points now differ more from each other? What does the function say now?",
    "Variance is measured from the mean: subtract that of each feature, rows.mean(axis=0), before the decomposition.",
    "A smaller case: the points (100, 1), (101, 1), (99, 1): their mean is (100, 1), what is left is 0, 1 and -1 along "
    "the first direction. It shows all: 1.0.",
)


# %% tags=["hidden"] exercise="11.4"
@exercise.correct
def by_covariance(rows, count):
    strengths = np.linalg.eigvalsh(np.cov(rows, rowvar=False))[::-1]  # from large to small
    return float(strengths[:count].sum() / strengths.sum())


@exercise.correct
def by_projection(rows, count):
    return float(features.project(rows, min(rows.shape))[1][:count].sum())


@exercise.mutant("Nothing is centred: the first direction points from 0 to the middle of the cloud, not along it.")
def not_centred(rows, count):
    lengths = np.linalg.svd(rows, compute_uv=False)
    return float((lengths[:count] ** 2).sum() / (lengths**2).sum())


@exercise.mutant("Each ROW was centred (axis 1). The mean of each feature, over all rows, has to go: axis 0.")
def centres_the_rows(rows, count):
    return not_centred(rows - rows.mean(axis=1, keepdims=True), count)


# %% tags=["hidden"] exercise="11.4"
@exercise.mutant("One mean was taken of all numbers. Each feature has its own: rows.mean(axis=0).")
def one_mean(rows, count):
    return not_centred(rows - rows.mean(), count)


@exercise.mutant("Variance is made of squares: square the lengths before you add them up.")
def no_squares(rows, count):
    lengths = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)
    return float(lengths[:count].sum() / lengths.sum())


@exercise.mutant("That is the share of direction number `count` alone; asked are the first ones together.")
def one_direction(rows, count):
    strengths = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False) ** 2
    return float(strengths[count - 1] / strengths.sum())


@exercise.mutant("Those are the shares of single FEATURES. A component is a direction, which may mix several of them.")
def single_features(rows, count):
    variances = np.sort(rows.var(axis=0))[::-1]
    return float(variances[:count].sum() / variances.sum())


@exercise.mutant("You also divided each feature by its deviation. Then loud and quiet features count the same, and the "
    "directions are other ones.")  # fmt: skip
def standardised(rows, count):
    deviation = rows.std(axis=0)
    return share_shown(rows / np.where(deviation > 0, deviation, 1), count)


# %% [markdown]
# ## What can be read from a layer? A probe
#
# Distances say what is *loud* in a row of features. A weak number among 1,280 does not change them, and may still be
# just the number that one needs. To find out what a layer *knows*, one trains the simplest classifier there is on it:
# one dense layer, no hidden ones. This is called a **linear probe**. If it can answer, the answer lies in the
# features in plain view. If it cannot, the layer has lost it or has it in a form that takes more layers to read.
#
# We ask two questions about the same pictures: small squares of 17 photographs (lesson 09), enlarged to 64 x 64, each
# with a red, green or blue tint.
#
# - **What is it?** Which of the 17 photographs it was cut from. Test squares come from another part of the
#   photograph.
# - **Which tint?** Red, green or blue.


# %%
def tinted_squares(split, per_class, seed):
    """Return pictures (N, 64, 64, 3), which photograph each shows (0 to 16), and its tint (0 to 2)."""
    random = np.random.default_rng(seed)
    drawn = [random.permutation(np.flatnonzero(split.labels == kind))[:per_class] for kind in range(17)]
    drawn = np.concatenate(drawn)
    pictures = np.stack([images.resize_square(square, 64) for square in split.images[drawn]])
    tints = random.integers(0, 3, len(drawn))
    gains = np.where(np.arange(3) == tints[:, np.newaxis], 1.15, 0.85)  # (N, 3): one channel up, two down
    tinted = pictures * gains[:, np.newaxis, np.newaxis, :]
    return np.clip(np.rint(tinted), 0, 255).astype(np.uint8), split.labels[drawn], tints


photo_patches = datasets.load("photo_patches")
NUM_LABELLED, NUM_TEST = profile.choose(quick=15, full=100), profile.choose(quick=20, full=100)
draws = [
    (tinted_squares(photo_patches.train, NUM_LABELLED, seed), tinted_squares(photo_patches.test, NUM_TEST, seed))
    for seed in range(NUM_DRAWS)
]

# %% tags=["figure"]
pictures, kinds, tints = draws[0][0]
some = [np.flatnonzero((kinds == kind) & (tints == tint))[0] for tint in range(3) for kind in (3, 5, 6, 7, 8, 13)]
plots.grid(
    pictures[some], titles=["red tint", *[""] * 5, "green tint", *[""] * 5, "blue tint", *[""] * 5],
    columns=6, cell=1.1,
    alt="Three rows of small, blurred squares of photographs: fur, a brown table, coins, leaves, grass, pieces of a "
    "motorcycle. The first row is reddish, the second greenish, the third bluish.",
)  # fmt: skip

# %% [markdown]
# The probe is `backbones.fit_linear`: one dense layer with softmax, with its weights held back a little, fitted to
# standardised features. We fit it anew for each layer and each question.
#
# **Predict before you run:** going by the curves of the section on style, can the probe still read the tint from the
# last layer? And where is *what it is* read best?

# %% tags=["predict"]
prediction = ("...", "...")  # tint at the end: "as well as from pixels", "by guessing only"; best layer, 0 to 8


# %%
def probe(network, question):
    """Return the test accuracy of a linear probe at the pixels and at each layer, one row per draw: (draws, 9)."""
    accuracies = []
    for labelled, test in draws:
        rows, test_rows = rows_by_layer(network, labelled[0]), rows_by_layer(network, test[0])
        accuracies.append(
            [
                backbones.fit_linear(rows[name], labelled[question]).accuracy(test_rows[name], test[question])
                for name in rows
            ]
        )
    return np.array(accuracies)


WHAT, TINT = 1, 2  # their places in what tinted_squares returns
probes = {
    (title, name): probe(network, question)
    for title, question in (("what", WHAT), ("tint", TINT))
    for name, network in (("trained", lite0), ("random", random_lite0))
}

# %% tags=["figure"]
plots.bands(
    range(9),
    {f"{title}, {name}": runs for (title, name), runs in probes.items()},
    xlabel="layer: 0 is the pixels, 1 to 8 from early to late",
    ylabel="share right on test squares",
    alt="Four curves. What, trained: from 0.3 at the pixels up to about 0.7 at layer 4, then flat. What, random: near "
    "0.3 all the way. Tint, trained: about 0.8 at the pixels, a little higher in the middle, 0.7 at the end. Tint, "
    "random: a fall from 0.8 to about a half.",
)

# %% tags=["claim"]
what, tint = 100 * probes["what", "trained"], 100 * probes["tint", "trained"]
random_what, random_tint = 100 * probes["what", "random"], 100 * probes["tint", "random"]
claims.check("what it is: the last layer is at least 20 points above the pixels, in every draw", np.all(
    what[:, 8] > what[:, 0] + 20), value=what[:, 8].mean(), name="what_late")  # fmt: skip
claims.check("and at least 20 points above the random network", np.all(what[:, 8] > random_what[:, 8] + 20),
    value=random_what[:, 8].mean(), name="what_random")  # fmt: skip
claims.check("after layer 4 less than 5 points are gained on average", what[:, 8].mean() < what[:, 4].mean() + 5,
    value=what[:, 4].mean(), name="what_middle")  # fmt: skip
claims.check("the tint can be read from the last layer at least 55 times of 100, in every draw", np.all(
    tint[:, 8] > 55), value=tint[:, 8].mean(), name="tint_late")  # fmt: skip
claims.check("that is on average at least 8 points more than from the random network's",
    tint[:, 8].mean() > random_tint[:, 8].mean() + 8, value=random_tint[:, 8].mean(), name="tint_random")  # fmt: skip
claims.check("from the pixels it is read less than 95 times of 100", np.all(tint[:, 0] < 95),
    value=tint[:, 0].mean(), name="tint_pixels")  # fmt: skip

# %% [markdown]
# **What to notice.**
#
# - **The tint is not gone.** {{tint_late:.0f}}% are right at the last layer, where guessing gives 33%, and
#   {{tint_pixels:.0f}}% at the pixels. Training has turned colours down, so that they move a vector less, and
#   has kept them: who is to tell a lemon from a lime needs them. *A small distance does not mean that
#   something is forgotten.* It means that other things are louder.
# - **The random network loses more of it.** {{tint_random:.0f}}% at its end. Each layer mixes everything, and
#   nobody has seen to it that something survives.
# - **What it is** becomes readable half-way: {{what_middle:.0f}}% at layer 4, {{what_late:.0f}}% at the end, and
#   {{what_random:.0f}}% in the random network. The layers after the fourth one gain nothing for this question. They
#   serve ImageNet's 1,000 classes, among which there is no gravel and no retina. In lesson 13 you will choose layers
#   for tasks of your own, and the last one will seldom win.

# %% [markdown]
# ### Exercise 11.5 (build): a probe that needs no training
#
# There is an even simpler probe than a dense layer: take for each class the **mean** of its training rows, and give a
# test row the class whose mean is nearest.
#
# Write `probe_by_means(rows, labels, test_rows, test_labels)`. `rows` is `(num_rows, num_features)`, `labels` holds
# 0 to the number of classes - 1, each at least once; the same for the test. Distances are Euclidean; of two means
# equally far, the smaller class wins. Return the share of **test** rows that get the right class, as a float.


# %% tags=["exercise"] exercise="11.5" points=2
def probe_by_means(rows: np.ndarray, labels: np.ndarray, test_rows: np.ndarray, test_labels: np.ndarray) -> float:
    """Return the share of test rows whose nearest class mean is that of their own class."""
    # BEGIN SOLUTION
    means = np.stack([rows[labels == number].mean(axis=0) for number in range(labels.max() + 1)])
    distances = np.linalg.norm(test_rows[:, np.newaxis] - means[np.newaxis], axis=2)
    return float(np.mean(distances.argmin(axis=1) == test_labels))
    # END SOLUTION


# %% tags=["check"] exercise="11.5"
checks.exercise("11.5", probe_by_means)

# %% tags=["hidden"] exercise="11.5"
from course_utils.authoring import define

exercise = define.function("11.5", probe_by_means, atol=1e-6)
on_a_line = np.array([[0.0], [2.0], [10.0], [11.0], [15.0]])
exercise.case("on a line", rows=on_a_line, labels=np.array([0, 0, 1, 1, 1]),
    test_rows=np.array([[3.0], [6.0], [7.0], [20.0]]), test_labels=np.array([0, 0, 0, 1]))  # fmt: skip
exercise.case("the mean decides, not the nearest row", rows=np.array([[0.0, 0], [8, 0], [5, 0], [5, 6]]),
    labels=np.array([0, 0, 1, 1]), test_rows=np.array([[5.0, 1], [6, 2], [4, -1], [9, 9]]),
    test_labels=np.array([0, 1, 0, 1]))  # fmt: skip
exercise.case("classes in any order", rows=np.array([[9.0, 1], [0, 0], [5, 5], [1, 0], [9, 3]]),
    labels=np.array([2, 0, 1, 0, 2]), test_rows=np.array([[8.0, 2], [4, 4], [1, 1]]),
    test_labels=np.array([2, 1, 1]))  # fmt: skip
exercise.case("one far-off row moves the mean", rows=np.array([[0.0], [1.0], [11.0], [10.0]]),
    labels=np.array([0, 0, 0, 1]), test_rows=np.array([[6.0], [3.0], [8.0]]),
    test_labels=np.array([0, 0, 1]))  # fmt: skip
exercise.case("across and straight on", rows=np.array([[3.0, 3.0], [0.0, 5.0]]), labels=np.array([0, 1]),
    test_rows=np.array([[0.0, 0.0], [0.0, -1.0]]), test_labels=np.array([0, 0]))  # fmt: skip
exercise.case("across and straight on, again", visible=False, rows=np.array([[-7.0, 0.0], [4.0, 4.0], [4.0, 6.0]]),
    labels=np.array([0, 1, 1]), test_rows=np.array([[0.0, 0.0], [0.0, 1.0]]), test_labels=np.array([1, 1]))  # fmt: skip
exercise.case("none is right", visible=False, rows=on_a_line, labels=np.array([0, 0, 1, 1, 1]),
    test_rows=np.array([[0.0], [12.0]]), test_labels=np.array([1, 0]))  # fmt: skip
exercise.case("equally far", visible=False, rows=np.array([[4.0], [0.0]]), labels=np.array([1, 0]),
    test_rows=np.array([[2.0], [2.0], [3.0]]), test_labels=np.array([0, 1, 1]))  # fmt: skip
exercise.case("lengths matter", visible=False, rows=np.array([[1.0, 1], [9, 9], [1, 2], [9, 8]]),
    labels=np.array([0, 1, 0, 1]), test_rows=np.array([[2.0, 2], [8, 7], [7, 9], [3, 1]]),
    test_labels=np.array([0, 1, 1, 0]))  # fmt: skip

# %% tags=["hidden"] exercise="11.5"
exercise.random_cases(
    3,
    lambda rng: {
        "rows": rng.normal(0, 1, (9, 4)) + 0.8 * np.repeat(np.arange(3), 3)[:, np.newaxis],
        "labels": np.repeat(np.arange(3), 3),
        "test_rows": rng.normal(0, 1, (20, 4)) + 0.8 * np.repeat(np.arange(3), [4, 6, 10])[:, np.newaxis],
        "test_labels": np.repeat(np.arange(3), [4, 6, 10]),
    },
)
exercise.hints(
    "Two steps: one mean row for each class, from the TRAINING rows; then the nearest mean of each test row.",
    "rows[labels == number].mean(axis=0) is the mean of one class. Then distances as in 11.3, (num_test, num_classes), "
    "and argmin along axis 1.",
    "A smaller case: training 0 and 2 of class 0, 10 of class 1: the means are 1 and 10. The test row 5 gets class 0.",
)


# %% tags=["hidden"] exercise="11.5"
@exercise.correct
def row_by_row_with_means(rows, labels, test_rows, test_labels):
    num_right = 0
    for row, label in zip(test_rows, test_labels, strict=True):
        squares = [((rows[labels == number].mean(0) - row) ** 2).sum() for number in sorted(set(labels.tolist()))]
        num_right += int(np.argmin(squares)) == label
    return num_right / len(test_rows)


@exercise.correct
def by_scores(rows, labels, test_rows, test_labels):
    belongs = (labels == np.arange(labels.max() + 1)[:, np.newaxis]).astype(float)  # (classes, rows)
    means = belongs @ rows / belongs.sum(axis=1, keepdims=True)
    scores = test_rows @ means.T - (means**2).sum(axis=1) / 2  # a dense layer: kernel and bias from the means
    return float((scores.argmax(axis=1) == test_labels).mean())


@exercise.mutant("It is judged on the rows that the means were made of. That flatters: judge on the TEST rows.")
def judged_on_training(rows, labels, test_rows, test_labels):
    return probe_by_means(rows, labels, rows, labels)


@exercise.mutant("The means were made from the test rows: the probe has seen the answers.")
def means_of_the_test(rows, labels, test_rows, test_labels):
    return probe_by_means(test_rows, test_labels, test_rows, test_labels)


# %% tags=["hidden"] exercise="11.5"
@exercise.mutant("You took the class of the nearest single ROW. Asked is the nearest class MEAN.")
def nearest_row(rows, labels, test_rows, test_labels):
    distances = np.linalg.norm(test_rows[:, np.newaxis] - rows[np.newaxis], axis=2)
    return float(np.mean(labels[distances.argmin(axis=1)] == test_labels))


@exercise.mutant("You took the class whose SUM of rows is nearest: divide by the number of rows of the class.")
def by_class_sums(rows, labels, test_rows, test_labels):
    sums = np.stack([rows[labels == number].sum(axis=0) for number in range(labels.max() + 1)])
    distances = np.linalg.norm(test_rows[:, np.newaxis] - sums[np.newaxis], axis=2)
    return float(np.mean(distances.argmin(axis=1) == test_labels))


@exercise.mutant("You added up the differences along each axis. Asked is the straight line: Euclidean distances.")
def differences_added_up(rows, labels, test_rows, test_labels):
    means = np.stack([rows[labels == number].mean(axis=0) for number in range(labels.max() + 1)])
    return float(np.mean(np.abs(test_rows[:, np.newaxis] - means).sum(axis=2).argmin(axis=1) == test_labels))


# %% tags=["hidden"] exercise="11.5"
@exercise.mutant("You took the class's MEDIAN row. Asked is its mean, which far-off rows move too.")
def medians(rows, labels, test_rows, test_labels):
    middles = np.stack([np.median(rows[labels == number], axis=0) for number in range(labels.max() + 1)])
    distances = np.linalg.norm(test_rows[:, np.newaxis] - middles[np.newaxis], axis=2)
    return float(np.mean(distances.argmin(axis=1) == test_labels))


@exercise.mutant("The score of a class is only the product with its mean: means that are long win too often. "
    "Take distances.")  # fmt: skip
def by_product(rows, labels, test_rows, test_labels):
    means = np.stack([rows[labels == number].mean(axis=0) for number in range(labels.max() + 1)])
    return float(np.mean((test_rows @ means.T).argmax(axis=1) == test_labels))


@exercise.mutant("That is the NUMBER of right ones. Asked is their share.")
def a_number(rows, labels, test_rows, test_labels):
    return probe_by_means(rows, labels, test_rows, test_labels) * len(test_rows)


# %% [markdown]
# A probe by means is a dense layer, too:
#
# $$\lVert x - m \rVert^2 = \lVert x \rVert^2 - 2\,x \cdot m + \lVert m \rVert^2$$
#
# The first term is the same for all classes, so the nearest mean is that of the class with the largest
# $x \cdot m - \lVert m \rVert^2 / 2$: one weight for each feature, and a bias.
#
# ### A probe can find what is not there
#
# Now shuffle the labels of the training squares, and fit a probe to the last layer again. There is nothing to be
# found any more.
#
# **Predict before you run:** how many of the training squares will it get right, and how many of the test squares?

# %% tags=["predict"]
prediction = ("...", "...")  # training squares, test squares: percent

# %% tags=["claim"]
labelled, test = draws[0]
rows, test_rows = (rows_by_layer(lite0, some[0])[LATE] for some in (labelled, test))
shuffled = np.random.default_rng(0).permutation(labelled[WHAT])
fooled = backbones.fit_linear(rows, shuffled, strength=profile.choose(quick=10.0, full=1000.0))
trained_on, tested_on = fooled.accuracy(rows, shuffled), fooled.accuracy(test_rows, test[WHAT])
claims.check("with shuffled labels more than 95% of the training squares are right", trained_on > profile.choose(
    quick=0.95, full=0.5), value=trained_on, name="fooled_train")  # fmt: skip
claims.check("and fewer than 20% of the test squares", tested_on < 0.2, value=tested_on, name="fooled_test")

# %% [markdown]
# {{fooled_train:.0%}} right on the training squares, {{fooled_test:.0%}} on the test squares; guessing gives 6%.
# With 1,280 features and a few hundred rows there is always a set of weights that gets every training row right,
# whatever the labels are. (We held the weights back less than before, so that the probe could find it.) So an
# accuracy on the rows that a probe was fitted to says nothing, and one on other rows says something only beside
# controls: the pixels, the random network.


# %% [markdown]
# ## What a dense layer adds
#
# The end of a network is one dense layer (EfficientNet, ResNet) or several (VGG16 has three: for years "the features
# of a picture" meant the 4,096 numbers of its second one). What do several do that one cannot?
#
# One dense layer adds up: so much for stripes, so much for orange. Take four animals and two features, each 0 or 1.
# The class "team A" are the zebra and the goldfish; "team B" are the tiger and the mouse.
#
# | | stripes | orange | team |
# |---|---|---|---|
# | zebra | 1 | 0 | A |
# | goldfish | 0 | 1 | A |
# | tiger | 1 | 1 | B |
# | mouse | 0 | 0 | B |
#
# **Predict:** is there a score "so much for stripes + so much for orange + a bias" that is 1 for team A and 0 for B?

# %% tags=["predict"]
prediction = "..."  # "yes" or "no", because ...

# %% [markdown]
# No. Say the weights are $s$ and $o$ and the bias is $b$. Zebra and goldfish together have the scores
# $s + b$ and $o + b$, tiger and mouse together $s + o + b$ and $b$. Both pairs add up to $s + o + 2b$, whatever the
# weights are; but one sum should be 2 and the other one 0. "Stripes, *but only if* it is not orange" is no sum.
#
# Two layers with a ReLU between them can: let one hidden unit give $h_1 = \text{ReLU}(\text{stripes} +
# \text{orange})$ and the other one $h_2 = \text{ReLU}(\text{stripes} + \text{orange} - 1)$, which is 1 for the tiger
# alone, and let the score be $h_1 - 2\,h_2$. By hand: zebra
# $1 - 0 = 1$, goldfish 1, tiger $2 - 2 = 0$, mouse 0. The same by a loop over the units, and in Keras:

# %%
animals = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype="float32")  # (4, 2): stripes, orange
kernel, bias = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0.0, -1.0])  # of the hidden layer
output_kernel, output_bias = np.array([[1.0], [-2.0]]), np.array([0.0])
by_loop = []
for animal in animals:
    hidden = [max(0.0, float(animal @ kernel[:, unit] + bias[unit])) for unit in range(2)]
    by_loop.append(hidden[0] - 2 * hidden[1])
two_layers = keras.Sequential([keras.Input((2,)), layers.Dense(2, activation="relu"), layers.Dense(1)])
two_layers.set_weights([kernel, bias, output_kernel, output_bias])
by_keras = keras.ops.convert_to_numpy(two_layers(animals))[:, 0]
print("scores of zebra, goldfish, tiger, mouse:", by_loop)

# %% tags=["claim"]
claims.check("by hand, by loop and by Keras the scores are equal", by_loop == [1, 1, 0, 0] == by_keras.tolist())

# %% [markdown]
# ### Exercise 11.6 (build): two layers that are one
#
# It is the ReLU that does it. Without one, two dense layers are no more than one: there is a single dense layer that
# gives the same numbers for every input.
#
# Write `merge(kernel, bias, next_kernel, next_bias)`. The first layer gives `x @ kernel + bias`, the second one
# `that @ next_kernel + next_bias`. Return the pair `(kernel, bias)` of the one layer that does the same. Shapes:
# `(inputs, hidden)`, `(hidden,)`, `(hidden, outputs)`, `(outputs,)`; returned `(inputs, outputs)`, `(outputs,)`.


# %% tags=["exercise"] exercise="11.6" points=2
def merge(
    kernel: np.ndarray, bias: np.ndarray, next_kernel: np.ndarray, next_bias: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel and bias of the one dense layer that does what the two do."""
    # BEGIN SOLUTION
    return kernel @ next_kernel, bias @ next_kernel + next_bias
    # END SOLUTION


# %% tags=["check"] exercise="11.6"
checks.exercise("11.6", merge)

# %% tags=["hidden"] exercise="11.6"
from course_utils.authoring import define

exercise = define.function("11.6", merge, rtol=1e-6, atol=1e-6)
exercise.case("one unit each", kernel=np.array([[3.0]]), bias=np.array([1.0]), next_kernel=np.array([[2.0]]),
    next_bias=np.array([5.0]))  # fmt: skip
exercise.case("the animals' layers, without ReLU", kernel=np.array([[1.0, 1], [1, 1]]), bias=np.array([0.0, -1]),
    next_kernel=np.array([[1.0], [-2]]), next_bias=np.array([0.0]))  # fmt: skip
exercise.case("three inputs, two hidden, four outputs", kernel=np.array([[1.0, 2], [0, -1], [4, 0.5]]),
    bias=np.array([2.0, -3]), next_kernel=np.array([[1.0, 0, 2, -1], [3, 1, 0, 5]]),
    next_bias=np.array([10.0, 20, 30, 40]))  # fmt: skip
exercise.case("square ones, whose order matters", kernel=np.array([[0.0, 1], [2, 3]]), bias=np.array([4.0, 5]),
    next_kernel=np.array([[6.0, 7], [8, 9]]), next_bias=np.array([1.0, -1]))  # fmt: skip
exercise.case("biases alone", visible=False, kernel=np.zeros((2, 2)), bias=np.array([1.0, -2]),
    next_kernel=np.array([[3.0, 0], [0, 4]]), next_bias=np.array([0.5, 0.25]))  # fmt: skip
exercise.random_cases(
    3,
    lambda rng: {
        "kernel": rng.normal(0, 1, (4, 3)), "bias": rng.normal(0, 1, 3),
        "next_kernel": rng.normal(0, 1, (3, 2)), "next_bias": rng.normal(0, 1, 2),
    },
)  # fmt: skip
exercise.hints(
    "Write it down for one unit each: (x * 3 + 1) * 2 + 5. What is it a multiple of, and what is added?",
    "Multiply out: (x @ A + a) @ B + b. Which of the four products contains x, and which does not?",
    "A smaller case: (x * 3 + 1) * 2 + 5 = x * 6 + 7: the kernel is [[6]], the bias [7].",
)


# %% tags=["hidden"] exercise="11.6"
@exercise.correct
def by_trying(kernel, bias, next_kernel, next_bias):
    def both(inputs):
        return (inputs @ kernel + bias) @ next_kernel + next_bias

    at_zero = both(np.zeros(len(kernel)))
    return both(np.eye(len(kernel))) - at_zero, at_zero


@exercise.correct
def with_einsum(kernel, bias, next_kernel, next_bias):
    merged = np.einsum("ih,ho->io", kernel, next_kernel)
    return merged, (bias[:, np.newaxis] * next_kernel).sum(axis=0) + next_bias


@exercise.mutant("The first layer's bias goes through the second layer as well: it has to be multiplied by its kernel.")
def forgets_the_first_bias(kernel, bias, next_kernel, next_bias):
    return kernel @ next_kernel, next_bias


# %% tags=["hidden"] exercise="11.6"
@exercise.mutant("The second layer's bias is missing.")
def forgets_the_second_bias(kernel, bias, next_kernel, next_bias):
    return kernel @ next_kernel, bias @ next_kernel


@exercise.mutant("The first bias is added as it is. It is an input of the second layer: bias @ next_kernel.")
def adds_the_biases(kernel, bias, next_kernel, next_bias):
    return kernel @ next_kernel, next_bias + bias.sum()


@exercise.mutant("The kernels are multiplied in the wrong order: x meets `kernel` first.")
def wrong_order(kernel, bias, next_kernel, next_bias):
    merged, added = merge(kernel, bias, next_kernel, next_bias)
    swapped = next_kernel @ kernel if kernel.shape == next_kernel.shape else merged.T
    return swapped, added


@exercise.mutant("There is a ReLU in it. Asked are two layers WITHOUT an activation.")
def with_a_relu(kernel, bias, next_kernel, next_bias):
    return kernel @ next_kernel, np.maximum(bias, 0) @ next_kernel + next_bias


# %% [markdown]
# ### Is it worth it?
#
# So a fair trial is easy to set up: two heads with *the same number of weights*, trained in the same way, one with a
# ReLU in its hidden layer and one without. The difference is what combining is worth. We put both on the first and on
# the last block of VGG16, for the 17 photographs (without tints). The numbers of each feature are standardised first.
#
# All twelve heads (two blocks, two kinds, three seeds) are trained side by side in one Keras model. No weight belongs
# to two of them, and Adam gives each weight a step of its own, so each learns as it would alone.
#
# **Predict:** on which block does the ReLU help more?

# %% tags=["predict"]
prediction = "..."  # "the first" or "the last"

# %%
FIRST, LAST = vgg16.feature_layers[0], vgg16.feature_layers[-1]
random = np.random.default_rng(0)
some = random.permutation(len(photo_patches.train.labels))[: profile.choose(quick=1_700, full=4_250)]
found = backbones.extract(vgg16, photo_patches.train.images[some], layers=[FIRST, LAST])
found_test = backbones.extract(vgg16, photo_patches.test.images, layers=[FIRST, LAST])
standards = {name: (found[name].mean(axis=0), found[name].std(axis=0) + 1e-6) for name in found}
inputs = [(found[name] - mean) / deviation for name, (mean, deviation) in standards.items()]
test_inputs = [(found_test[name] - mean) / deviation for name, (mean, deviation) in standards.items()]
labels, test_labels = photo_patches.train.labels[some], photo_patches.test.labels


# %%
def build_heads():
    """Return a model: features of two blocks in, the logits of twelve heads out, (batch, 12, 17)."""
    entries = [keras.Input(rows.shape[1:]) for rows in inputs]
    heads = []
    for entry in entries:
        for activation in ("relu", None):
            for seed in range(NUM_DRAWS):
                start = keras.initializers.GlorotUniform(seed)  # the same start with and without the ReLU
                hidden = layers.Dense(64, activation, kernel_initializer=start)(entry)
                heads.append(layers.Dense(17, kernel_initializer=start)(hidden))
    together = layers.Concatenate()(heads)
    return keras.Model(entries, layers.Reshape((len(heads), 17))(together))


training.seed(0)
heads = build_heads()
heads.compile(
    optimizer=keras.optimizers.Adam(3e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    steps_per_execution=27,  # one epoch at a time
)
heads.fit(inputs, np.repeat(labels[:, np.newaxis], 12, axis=1), batch_size=64, epochs=25, verbose=0)
logits = heads.predict(test_inputs, batch_size=850, verbose=0)
head_accuracy = (logits.argmax(axis=2) == test_labels[:, np.newaxis]).mean(axis=0).reshape(2, 2, NUM_DRAWS)

# %% tags=["figure"]
plots.seed_dots(
    {
        f"{block} block, {kind}": head_accuracy[row, column]
        for row, block in enumerate(("first", "last"))
        for column, kind in enumerate(("with ReLU", "without"))
    },
    xlabel="share right on test squares of 17 photographs",
    alt="Four rows of three dots. First block: the dots with ReLU lie clearly to the right of those without. Last "
    "block: all lie further to the left, those with ReLU only a little to the right.",
)

# %% tags=["claim"]
gains = 100 * (head_accuracy[:, 0] - head_accuracy[:, 1])  # (first or last, seeds), in points
least = profile.choose(quick=2, full=-5)
claims.check(f"first block: the ReLU gains at least {least} points with every seed", np.all(gains[0] >= least),
    value=gains[0].mean(), unit="points", name="relu_first")  # fmt: skip
claims.check("last block: it gains less, on average", profile.name() == "full" or gains[1].mean() < gains[0].mean(),
    value=gains[1].mean(), unit="points", name="relu_last")  # fmt: skip

# %% [markdown]
# **What to notice.** A hidden layer with a ReLU gains {{relu_first:.1f}} points on the first block and
# {{relu_last:.1f}} on the last. Early features are simple ones, edges and colours, and what they mean depends on what
# else is there. Late features have gone through a dozen layers with ReLUs: the combining has been done. That is why
# newer networks end in a single dense layer, and why a linear probe is a fair judge of late features. (In the `quick`
# profile the last block does worse as a whole: its features were made for the ten classes of CIFAR-10, not for walls
# and gravel.)


# %% [markdown]
# ## Which features vote for a class?
#
# EfficientNet's last layer is one dense layer: 1,280 pooled features in, 1,000 logits out. So a decision can be taken
# apart without any rest. The logit of a class is
#
# $$z_c = \sum_i x_i\, w_{ic} + b_c$$
#
# and each term $x_i\, w_{ic}$, feature times weight, is what feature $i$ **contributes**. What does the network see
# in the cat?

# %%
head = lite0.model.get_layer("predictions")
kernel, bias = (np.asarray(keras.ops.convert_to_numpy(weight)) for weight in head.weights)  # (1280, 1000), (1000,)
cat_features = feature_rows[0]
logits = cat_features @ kernel + bias
by_network = lite0.model.predict(cat[np.newaxis], verbose=0)
best_names = [name for name, _ in lite0.decode(by_network, count=3)[0]]
print("best three:", ", ".join(best_names))

# %% tags=["claim"]
claims.check("features times weights are the network's own logits", np.allclose(logits, by_network[0], atol=0.05))

# %% [markdown]
# ### A vote for what?
#
# Before we look at contributions, a trap. Draw one number for each feature, and add it to that feature's weight for
# *every* class.
#
# **Predict:** what happens to the probabilities, and what to the contributions to the logit of "Egyptian cat"?

# %% tags=["predict"]
prediction = ("...", "...")  # each "the same" or "others"

# %%
class_names = list(lite0.class_names)
EGYPTIAN, TIGER, ESPRESSO = (class_names.index(name) for name in ("Egyptian cat", "tiger cat", "espresso"))
added = np.random.default_rng(0).normal(0, 0.1, (1280, 1))  # one number per feature, the same for all classes
shifted_kernel = kernel + added


def probabilities(some_logits):
    odds = np.exp(some_logits - some_logits.max())
    return odds / odds.sum()


# %% tags=["claim"]
before, after = probabilities(logits), probabilities(cat_features @ shifted_kernel + bias)
claims.check("all 1,000 probabilities stay the same", np.allclose(before, after, atol=1e-4))
order = np.argsort(-cat_features * kernel[:, EGYPTIAN])[:10]
order_after = np.argsort(-cat_features * shifted_kernel[:, EGYPTIAN])[:10]
kept = len(set(order.tolist()) & set(order_after.tolist()))
claims.check("of the ten features that contribute most, at most seven are still among them", kept <= 7, value=kept)
lead = cat_features * (kernel[:, EGYPTIAN] - kernel[:, TIGER])
lead_after = cat_features * (shifted_kernel[:, EGYPTIAN] - shifted_kernel[:, TIGER])
claims.check("contributions to the DIFFERENCE of two classes stay the same", np.allclose(lead, lead_after, atol=1e-4))

# %% [markdown]
# **What to notice.** On each picture all 1,000 logits change by the same amount, and softmax does not see it: only
# differences count. So it is the same network with the same decisions, and another list of "the most important
# features". "This feature speaks for a cat" means nothing by itself. It speaks for one class **against another**.
# Ask about differences:
#
# $$z_c - z_d = \sum_i x_i\,(w_{ic} - w_{id}) + (b_c - b_d)$$
#
# Each term is a **vote** for $c$ against $d$. Now look at two such elections: Egyptian cat against tiger cat, which
# is a close one, and against espresso. (The sums of the bars are without the
# two biases, which hardly differ.)
#
# **Predict:** is each decided by a few strong votes, or by many weak ones?

# %% tags=["predict"]
prediction = ("...", "...")  # against tiger cat, against espresso: "few" or "many"

# %% tags=["figure"]
plots.contributions(
    lead, most=8, rest="all other features", xlabel="votes for Egyptian cat (right) against tiger cat (left)",
    alt="Bars for the eight features with the largest votes. They are all small, about 0.2, some to the left, some to "
    "the right. All other features together are about as large. The sum is a short bar to the right.",
)  # fmt: skip

# %% tags=["figure"]
against_espresso = cat_features * (kernel[:, EGYPTIAN] - kernel[:, ESPRESSO])
plots.contributions(
    against_espresso, most=8, rest="all other features",
    xlabel="votes for Egyptian cat (right) against espresso (left)",
    alt="The eight largest votes all lie to the right, 0.4 to 0.8 each. The bar of all other features, to the right as "
    "well, is longer than the eight together. The sum is about 9.",
)  # fmt: skip

# %% tags=["claim"]
for_it, against = lead[lead > 0], lead[lead < 0]
claims.check("cat against cat: more than 100 features vote on each side", min(len(for_it), len(against)) > 100,
    value=len(for_it), name="votes_for")  # fmt: skip
claims.check("their lead is less than a fifth of the votes for it", 0 < lead.sum() < for_it.sum() / 5,
    value=lead.sum(), name="lead")  # fmt: skip
claims.check("against espresso: the strongest vote is less than a fifth of the lead", against_espresso.max() <
    against_espresso.sum() / 5, value=against_espresso.max() / against_espresso.sum(), name="strongest")  # fmt: skip

# %% [markdown]
# **What to notice.** It is an election, not a key in a lock. Between the two cats {{votes_for:.0f}} features vote for
# the Egyptian one and about as many against it, with a lead of {{lead:.1f}}: the network is as unsure as its
# probabilities say. Against espresso the lead is large, and even there the strongest feature gives
# {{strongest:.0%}} of it.
#
# And what *is* a feature? Here are the three with the largest votes against espresso, each with the five of seventeen
# photographs that excite it most.

# %% tags=["figure"]
ALL = [*CONTENTS, "brick", "grass", "gravel", "hubble", "ihc"]
gallery = np.stack([photograph_square(name) for name in ALL])
gallery_rows = backbones.extract(lite0, gallery)  # (17, 1280)
strongest = np.argsort(-against_espresso)[:3]
exciting = [np.argsort(-gallery_rows[:, feature])[:5] for feature in strongest]
plots.grid(
    gallery[np.concatenate(exciting)],
    titles=[title for feature in strongest for title in (f"feature {feature}", *[""] * 4)],
    columns=5, cell=1.4,
    alt="Three rows of five photographs, each begins with the cat. Then come: gravel, stained tissue, a motorcycle, "
    "bricks; an astronaut, a retina, a photographer, a motorcycle; the photographer, a flower, a rocket, a temple.",
)  # fmt: skip

# %% [markdown]
# The cat comes first each time, since that is how we chose them. The others have no name in common. A feature is
# whatever direction was of use for many classes at once; names that one gives it after looking at five pictures are
# guesses. (Later lessons make pictures that excite a feature most, and ask *where* on the picture a vote comes from.)

# %% [markdown]
# ### Exercise 11.7 (investigate): how many must stay at home?
#
# How safe is a lead? Take away the strongest votes for the winner, one after another, until it no longer leads.
#
# Write `votes_to_overturn(features, kernel, bias, winner, rival)`. `features` is one row `(num_features,)`, `kernel`
# `(num_features, num_classes)`, `bias` `(num_classes,)`; `winner` and `rival` are class numbers. Return an int: the
# smallest number of strongest votes for the winner (a vote is a feature's contribution to the difference of the two
# logits) that must be taken away until the winner's lead is **0 or less**. If it does not lead anyway, return 0. You
# may rely on it that enough votes can be taken away.
#
# Then try it with `cat_features`, `kernel`, `bias`: `EGYPTIAN` against `TIGER`, and against `ESPRESSO`.


# %% tags=["exercise"] exercise="11.7" points=2
def votes_to_overturn(features: np.ndarray, kernel: np.ndarray, bias: np.ndarray, winner: int, rival: int) -> int:
    """Return how many of the strongest votes have to go until the winner leads no more."""
    # BEGIN SOLUTION
    votes = features * (kernel[:, winner] - kernel[:, rival])
    lead = votes.sum() + bias[winner] - bias[rival]
    count = 0
    for vote in sorted(votes, reverse=True):
        if lead <= 0:
            break
        lead, count = lead - vote, count + 1
    return count
    # END SOLUTION


# %% tags=["check"] exercise="11.7"
checks.exercise("11.7", votes_to_overturn)

# %% tags=["hidden"] exercise="11.7"
from course_utils.authoring import define

exercise = define.function("11.7", votes_to_overturn)
small_kernel = np.array([[3.0, 1, 0], [2, 0, 4], [0, 2, 1], [1, 0.5, 0]])
exercise.case("one is enough", features=np.array([2.0, 1, 1, 0]), kernel=small_kernel, bias=np.zeros(3), winner=0,
    rival=1)  # fmt: skip
exercise.case("it takes two", features=np.array([2.0, 1.5, 1, 1]), kernel=small_kernel, bias=np.zeros(3), winner=0,
    rival=1)  # fmt: skip
exercise.case("the biases help the rival", features=np.array([2.0, 1.5, 1, 1]), kernel=small_kernel,
    bias=np.array([0.0, 2, 1]), winner=0, rival=1)  # fmt: skip
exercise.case("it does not lead", features=np.array([1.0, 1, 0, 0]), kernel=small_kernel, bias=np.zeros(3), winner=1,
    rival=0)  # fmt: skip
exercise.case("the rival wants the strongest feature, too", features=np.array([2.0, 1, 1, 1]), bias=np.zeros(2),
    kernel=np.array([[3.0, 2.5], [2, 0], [1.5, 0], [0, 2.7]]), winner=0, rival=1)  # fmt: skip
exercise.case("another pair", features=np.array([1.0, 2, 3, 1]), kernel=small_kernel, bias=np.array([1.0, 0, -1]),
    winner=2, rival=1)  # fmt: skip
exercise.case("a feature that is not there", features=np.array([0.0, 2, 1, 1.5]), bias=np.zeros(2),
    kernel=np.array([[5.0, 0], [1, 0], [1, 0], [0, 1]]), winner=0, rival=1)  # fmt: skip
exercise.case("the biases help the winner", visible=False, features=np.array([2.0, 1.5, 1, 1]), kernel=small_kernel,
    bias=np.array([1.75, 0, 1]), winner=0, rival=1)  # fmt: skip
exercise.case("both want the strongest feature", visible=False, features=np.array([3.0, 1, 1, 1]), bias=np.zeros(2),
    kernel=np.array([[2.0, 1.9], [1.7, 0], [1, 0], [0, 1.5]]), winner=0, rival=1)  # fmt: skip
exercise.case("a tie is no lead", visible=False, features=np.array([1.0, 0, 1, 0]), kernel=small_kernel,
    bias=np.zeros(3), winner=0, rival=1)  # fmt: skip

# %% tags=["hidden"] exercise="11.7"
exercise.random_cases(
    3,
    lambda rng: {
        "features": np.maximum(rng.normal(0.5, 1, 30), 0).round(2),
        "kernel": (rng.normal(0, 1, (30, 3)) + np.array([0.4, 0, 0])).round(2),
        "bias": rng.normal(0, 0.2, 3).round(3), "winner": 0, "rival": int(rng.integers(1, 3)),
    },
)  # fmt: skip
exercise.hints(
    "First the votes: one number per feature, features * (kernel[:, winner] - kernel[:, rival]). Their sum and the "
    "difference of the biases are the lead.",
    "Sort the votes from large to small and take them off the lead, counting, while the lead is above 0.",
    "A smaller case: votes 3, 2, -1 and no biases: the lead is 4. Without the 3 it is 1, without the 2 it is -1: two.",
)


# %% tags=["hidden"] exercise="11.7"
@exercise.correct
def with_cumulative_sums(features, kernel, bias, winner, rival):
    votes = features * (kernel[:, winner] - kernel[:, rival])
    lead = votes.sum() + bias[winner] - bias[rival]
    left = lead - np.concatenate([[0.0], np.cumsum(np.sort(votes)[::-1])])
    return int(np.argmax(left <= 0))


@exercise.correct
def by_trying_again(features, kernel, bias, winner, rival):
    order = np.argsort(-features * (kernel[:, winner] - kernel[:, rival]))
    for count in range(len(features) + 1):
        remaining = features.astype(float).copy()
        remaining[order[:count]] = 0
        logits = remaining @ kernel + bias
        if logits[winner] <= logits[rival]:
            return count
    return len(features)


@exercise.mutant("The biases are missing: the lead is the difference of the logits, and they contain them.")
def without_biases(features, kernel, bias, winner, rival):
    return votes_to_overturn(features, kernel, np.zeros_like(bias), winner, rival)


# %% tags=["hidden"] exercise="11.7"
@exercise.mutant("You took contributions to the winner's logit alone. A vote is a contribution to the DIFFERENCE.")
def votes_for_the_logit(features, kernel, bias, winner, rival):
    order = np.argsort(-features * kernel[:, winner], kind="stable")
    votes = (features * (kernel[:, winner] - kernel[:, rival]))[order]
    left = votes.sum() + bias[winner] - bias[rival] - np.concatenate([[0.0], np.cumsum(votes)])
    return int(np.argmax(left <= 0))


@exercise.mutant("The weights alone are no votes: a feature that is 0 on this picture has nothing to say. Multiply.")
def weights_without_features(features, kernel, bias, winner, rival):
    return votes_to_overturn(np.ones_like(features), kernel, bias, winner, rival)


@exercise.mutant("You counted all votes for the winner. Asked is how many must go until it leads no more.")
def counts_all_votes(features, kernel, bias, winner, rival):
    return int((features * (kernel[:, winner] - kernel[:, rival]) > 0).sum())


@exercise.mutant("At a lead of exactly 0 you go on. It is no lead any more: stop as soon as it is 0 or less.")
def goes_on_at_zero(features, kernel, bias, winner, rival):
    votes = np.sort(features * (kernel[:, winner] - kernel[:, rival]))[::-1]
    left = votes.sum() + bias[winner] - bias[rival] - np.concatenate([[0.0], np.cumsum(votes)])
    return int(np.argmax(left < 0))


# %% tags=["hidden"] exercise="11.7"
@exercise.mutant("One too many: stop as soon as the lead is 0 or less.")
def one_too_many(features, kernel, bias, winner, rival):
    return votes_to_overturn(features, kernel, bias, winner, rival) + 1


@exercise.mutant("You began with the weakest votes. Take the strongest ones first.")
def weakest_first(features, kernel, bias, winner, rival):
    votes = np.sort(features * (kernel[:, winner] - kernel[:, rival]))
    votes = votes[votes > 0]
    total = (features * (kernel[:, winner] - kernel[:, rival])).sum() + bias[winner] - bias[rival]
    left = total - np.concatenate([[0.0], np.cumsum(votes)])
    return int(np.argmax(left <= 0))


# %% [markdown]
# How is it with the cat? Here for the photograph, and for the 24 recoloured pieces of it in our three collections;
# the course has the function in `course_utils.features.votes`.

# %%
close = votes.fewest_to_overturn(cat_features, kernel, bias, EGYPTIAN, TIGER)
cat_pieces = np.concatenate([rows[LATE][kind_labels == KINDS.index("cat")] for rows in collection_rows])
clear = np.array([votes.fewest_to_overturn(row, kernel, bias, EGYPTIAN, ESPRESSO) for row in cat_pieces])

# %% tags=["claim"]
claims.check("against tiger cat fewer than ten votes make the difference", close < 10, value=close, name="needed_tiger")
claims.check("against espresso more than 20, for every piece of the cat", np.all(clear > 20), value=clear.mean(),
    name="needed_espresso")  # fmt: skip

# %% [markdown]
# Cat or cat hangs on {{needed_tiger:.0f}} features of 1,280. Cat or coffee: on average {{needed_espresso:.0f}} of the
# strongest have to go. Knowledge that is spread over many features is hard to lose by accident. (It is no protection
# against somebody who changes all pixels a little, on purpose, in the direction of a rival: a later lesson.)

# %% [markdown]
# ## Key points
#
# - The maps of any layer become a row of numbers: flattened (all places, the last axis fastest) or pooled (one number
#   per map).
# - Near and far depend on the measure and on the layer. Early features go by light and colour, late ones by what is
#   there, and that is texture more than shape.
# - A distance says what is loud, a linear probe what can be read. Colours are turned down and still there. Judge both
#   beside pixels and a network with random weights.
# - A map of two principal components shows heaps, and a part of the variance: say how much.
# - One dense layer adds votes, of many features, for one class against another. Several with ReLUs can combine
#   features, which is worth more for early features than for late ones.
#
# ## Self-test
#
# <details><summary>1. The cosine distance of two features is 0. Are the two pictures the same?</summary>
#
# No. The rows point in the same direction; one may be longer. And other pictures can have the same features: pooling
# forgets places, each layer forgets something.
#
# </details>
#
# <details><summary>2. A picture's features hardly change when it is recoloured. Can a probe tell its tint?</summary>
#
# Possibly very well: a small change that is always the same is enough for a probe. Train one and see.
#
# </details>
#
# <details><summary>3. A probe is right on 100% of the rows that it was fitted to. What do you know?</summary>
#
# Nearly nothing, if there are more features than rows: it would be so with shuffled labels, too. Judge it on other
# rows, beside controls.
#
# </details>
#
# <details><summary>4. On a map of two components, two kinds lie on top of each other. Are they alike?</summary>
#
# Not necessarily: they may differ in a direction that the map does not show.
#
# </details>
#
# <details><summary>5. Somebody shows you the five most important features for "cat". What do you ask?</summary>
#
# Against which other class. Contributions to one logit can be changed at will without changing a single probability.
#
# </details>
#
# ## To read
#
# - G. Alain and Y. Bengio, [Understanding intermediate layers using linear classifier
#   probes](https://arxiv.org/abs/1610.01644), 2016.
# - R. Geirhos and others, [ImageNet-trained CNNs are biased towards texture](https://arxiv.org/abs/1811.12231), 2019.
# - J. Hewitt and P. Liang, [Designing and Interpreting Probes with Control Tasks](https://arxiv.org/abs/1909.03368),
#   2019: why a probe needs shuffled labels beside it.
#
# ## Next
#
# You can read what a network gives. Lesson 12 takes the famous networks apart and rebuilds them, from AlexNet to
# ResNet.
