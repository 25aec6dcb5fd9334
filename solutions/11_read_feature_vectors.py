# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Read feature vectors
# read_minutes: 45
# exercise_minutes: 50
# objectives:
#   - Turn the maps of any layer into a vector and find a number of the vector on the maps again
#   - Measure how far two images lie apart for a network, by length and by angle, layer by layer
#   - Find nearest neighbours and draw a map of features by principal components
#   - Judge the features of a layer by a linear probe, beside pixels and a network with random weights
#   - Say what a dense layer adds, and which features vote for a class
# needs: [05_classify_digits_with_an_mlp, 07_build_a_convolution_layer, 08_pool_feature_maps]
# data: [astronaut, brick, camera, cat, china, coffee, coins, flower, grass, gravel, hubble, ihc, moon, motorcycle,
#   page, retina, rocket]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 95 minutes, exercises included: opening 5, a row of numbers with 11.1 12,
# distances with 11.2 12, style 10, neighbours with 11.3 12, map with 11.4 12, probe with 11.5 14, company 8, dense
# layers 5, votes 5. Short of time: leave out 11.6 and 11.7.
#
# **What students believe, and where the lesson meets it.** The last layer has the best features (the probe: the middle
# wins). Networks see shapes (style: another texture is another content). Features are better because there are more of
# them (the random network has as many). A map with two axes shows how things lie (how much of the variance it shows). A
# neuron stands for a thing (votes: no feature decides). Calling a network changes nothing in it (company).
#
# **Let the class vote before you run:** the opening, the two curves of style, the best layer of the probe.

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

QUICK = profile.name() == "quick"

# %% [markdown]
# ## Which of them is the cat?
#
# Here are three pictures. For you the question is silly. For a computer a picture of 224 x 224 pixels is a list of
# 150,528 numbers, and two pictures are alike when their numbers are.
#
# **Predict before you run:** going by the numbers, pixel by pixel, which one is more like the cat on the left: the moon
# in the middle, or the same cat on the right, mirrored and with red and blue exchanged?

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
# **What to notice.** In pixels the moon wins: it is gray and even, so it is a little wrong everywhere and nowhere very
# wrong. The other cat has eyes where this one has fur. In features it is the other way round, and clearly so: the moon
# is {{opening:.0f}} times as far away.
#
# So somewhere between the first and the last layer a list of colours has become a list of *what is there*. Such a list
# is called a **feature vector**. It is what search engines, face recognition and the recommendation of pictures work
# on, and in lesson 13 you will build classifiers on it. In this lesson you learn to read it: where its numbers come
# from, what near and far mean, what it has forgotten, and how a network makes its decision out of it.

# %% [markdown]
# ## From maps to a row of numbers
#
# Every layer of a network gives maps (lesson 07). To compare two images we need one row of numbers for each. There are
# two usual ways:
#
# - **flatten:** write all numbers of all maps into one row. Nothing is lost, but every place has its own numbers, so a
#   cat that moves has other ones.
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
# **What to notice.** Each block has a quarter of the places of the one before and at most twice the maps: the flattened
# row gets shorter, the pooled one longer, or stays. (Only the first block's row is longer than the pixels.) At the end
# of a small picture there is one place left: flattened and pooled are the same. (Read the label: in the `quick` profile this VGG16 is narrower than the famous one, and it was trained
# on CIFAR-10.)
#
# ### By hand, by loop, by library
#
# In which order do the numbers stand in the flattened row? **The last axis runs fastest:** first all maps at the place
# in row 0, column 0, then all maps at row 0, column 1, and so on. By hand, in maps of 4 x 4 with 3 channels: the number
# at row 1, column 2, map 0 comes after one whole row of places (4 x 3 numbers) and two more places (2 x 3 numbers), so
# its position is 12 + 6 + 0 = 18.

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
# - **recoloured:** red, green and blue are each stretched and shifted. All shapes stay;
# - **retextured:** the fine pattern of bricks, grass or gravel is printed over the photograph. Coarse shapes and colours
#   stay.

# %% tags=["figure"]
CONTENTS = [
    "astronaut", "camera", "cat", "china", "coffee", "coins", "flower", "moon", "motorcycle", "page", "retina", "rocket",
]  # fmt: skip
contents = np.stack([photograph_square(name) for name in CONTENTS])  # (12, 224, 224, 3)
surfaces = [images.load(name) for name in ("brick", "grass", "gravel")]
NUM_DRAWS = 3
styled = {
    "recoloured": [restyling.recolour(contents, seed) for seed in range(NUM_DRAWS)],
    "retextured": [restyling.retexture(contents, surfaces, seed) for seed in range(NUM_DRAWS)],
}
shown = [0, 2, 8, 11]
plots.grid(
    [*contents[shown], *styled["recoloured"][0][shown], *styled["retextured"][0][shown]],
    titles=["original", "", "", "", "recoloured", "", "", "", "retextured", "", "", ""],
    columns=4, cell=1.5,
    alt="Three rows: an astronaut, a cat, a motorcycle and a rocket; the same in other colours, one greenish, one pink; "
    "the same with a fine pattern of bricks, grass or gravel over them. All are still easy to recognise.",
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
    """Return a dict of rows: the pixels first, then the pooled features of each layer, early to late."""
    found = backbones.extract(network, pictures, layers=network.feature_layers)
    return {"pixels": pictures.reshape(len(pictures), -1) / 255, **found}


def relative_changes(network, style):
    """Return the relative change at each layer, one row per draw: (draws, layers)."""
    originals = rows_by_layer(network, contents)
    draws = [rows_by_layer(network, changed) for changed in styled[style]]
    return np.array(
        [[features.relative_change(originals[name], rows[name]) for name in originals] for rows in draws]
    )  # fmt: skip


changes = {
    (style, name): relative_changes(network, style)
    for style in styled
    for name, network in (("trained", lite0), ("random", random_lite0))
}

# %% tags=["figure"]
plots.bands(
    range(9),
    {f"{style}, {name}": runs for (style, name), runs in changes.items()},
    xlabel="layer: 0 is the pixels, 1 to 8 from early to late",
    ylabel="relative change",
    alt="Four curves over the layers. Recoloured, trained: it starts low at the pixels, jumps up to more than 0.8 at the "
    "first layer and falls to about 0.3 at the end. Recoloured, random: it rises from about 0.5 to over 0.8. Retextured, "
    "trained: close to 0 at layer 1, then a jump, and about 1 to the end. Retextured, random: it rises slowly.",
)

# %% tags=["claim"]
colours, textures = changes["recoloured", "trained"], changes["retextured", "trained"]
claims.check("recoloured, in every draw: the last layer's change is below half of the first's", np.all(
    colours[:, -1] < colours[:, 1] / 2), value=colours[:, 1].mean(), name="colour_early")  # fmt: skip
claims.check("at the last layer it is below a half in every draw", np.all(colours[:, -1] < 0.5),
    value=colours[:, -1].mean(), name="colour_late")  # fmt: skip
untrained = changes["recoloured", "random"][:, -1]
claims.check("in the random network it is at least one and a half times as large there", np.all(
    untrained > 1.5 * colours[:, -1]), value=untrained.mean(), name="colour_random")  # fmt: skip
claims.check("retextured: at the last layer it is above 0.8 in every draw", np.all(textures[:, -1] > 0.8),
    value=textures[:, -1].mean(), name="texture_late")  # fmt: skip
claims.check("and above twice that of the pixels", np.all(textures[:, -1] > 2 * textures[:, 0]),
    value=textures[:, 0].mean(), name="texture_pixels")  # fmt: skip

# %% [markdown]
# **What to notice.** Two opposite results.
#
# **Colours are forgotten.** In the first layer a recoloured picture is nearly as far from its original as another
# photograph ({{colour_early:.2f}}); at the end only {{colour_late:.2f}} is left. Nobody has told the network to do so:
# among its training photographs there were cats in every light. And it comes from training: with random weights the
# change is {{colour_random:.2f}} at the end. Depth alone forgets nothing.
#
# **Textures are not.** You recognise the cat behind the gravel at once. For the network a retextured photograph is about
# as far from its original as *any other photograph* ({{texture_late:.2f}}), while in the pixels it had hardly moved
# ({{texture_pixels:.2f}}). This is no accident of our network: [Geirhos and others](https://arxiv.org/abs/1811.12231)
# found that networks trained on ImageNet go by texture where people go by shape. For telling fur from feathers it is a
# good rule, until somebody prints a pattern on the cat.
#
# So "deep layers keep the content and forget the style" is half true. They forget what did not help in training.

# %% [markdown]
# ## Neighbours
#
# The simplest use of a feature vector: look for the pictures whose vectors are nearest. We make a collection: six
# photographs, eight pieces of each, some mirrored, all recoloured. One would like that the neighbours of a piece of cat
# are pieces of cat.

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
# With a loop it is three lines: distances to all, sort, take the first ones. Here for one piece of the cat, number 12.

# %%
EARLY, LATE = lite0.feature_layers[1], lite0.feature_layers[-1]
collection_rows = [
    {"pixels": pieces[:, ::7, ::7].reshape(48, -1) / 255, **backbones.extract(lite0, pieces, layers=[EARLY, LATE])}
    for pieces in collections
]  # the pixels: every seventh, (48, 3072)
names = {"pixels": "pixels", EARLY: "an early layer", LATE: "the last layer"}
rows = collection_rows[0][LATE]
distances = [np.linalg.norm(rows[12] - row) for row in rows]
print("nearest to piece 12:", [int(place) for place in np.argsort(distances)[:4]])

# %% [markdown]
# The nearest one to piece 12 is piece 12. Of course: its distance from itself is 0. Keep that in mind for the next
# exercise. First, the picture. Each row begins with the same piece of cat; then come its five nearest neighbours.
#
# **Predict:** how many of the five are cats, in each row?

# %% tags=["predict"]
prediction = (..., ..., ...)  # pixels, an early layer, the last layer

# %% tags=["figure"]
found = {name: features.neighbours(collection_rows[0][name], count=5)[12] for name in names}
order = [place for name in names for place in (12, *found[name])]
plots.grid(
    collections[0][order],
    titles=[title for name in names for title in (f"query, by {names[name]}", *[""] * 5)],
    columns=6, cell=1.35,
    alt="Three rows of six pictures that begin with the same recoloured piece of the cat. By pixels and by an early layer "
    "the neighbours are a mixture of kinds with similar colours. By the last layer all five are pieces of the cat, in "
    "five different colours, some mirrored.",
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
    xlabel="share of five neighbours that show the same photograph",
    alt="Three rows of three dots. Pixels and the early layer lie around a half, the last layer at 100 percent.",
)

# %% tags=["claim"]
claims.check("by the last layer at least 9 of 10 neighbours are right, in every draw", min(shares["the last layer"]) > 0.9,
    value=np.mean(shares["the last layer"]), name="near_late")  # fmt: skip
claims.check("by pixels fewer than 7 of 10, in every draw", max(shares["pixels"]) < 0.7,
    value=np.mean(shares["pixels"]), name="near_pixels")  # fmt: skip
claims.check("and by the early layer fewer than 8 of 10", max(shares["an early layer"]) < 0.8,
    value=np.mean(shares["an early layer"]), name="near_early")  # fmt: skip

# %% [markdown]
# **What to notice.** Early, the neighbours share the light; late, they share the thing. {{near_pixels:.0%}} by pixels,
# {{near_early:.0%}} by an early layer, {{near_late:.0%}} by the last one. These are pieces of six photographs, so the
# task is easy: what matters is the difference.

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
@exercise.mutant("You left out the first of the sorted ones. With two equal rows that may be the other one: a row finds "
    "itself again.")  # fmt: skip
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


@exercise.mutant("That is the cosine distance: it does not see how long rows are. Asked is the straight line.")
def by_angle(rows, count):
    lengths = np.maximum(np.linalg.norm(rows, axis=1), 1e-12)
    distances = 1 - rows @ rows.T / np.outer(lengths, lengths)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :count]
