# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Augment images for invariance
# read_minutes: 40
# exercise_minutes: 50
# objectives:
#   - Measure how much a network's accuracy falls when images are turned, resized and moved
#   - Build a rotation that reads each new pixel from the old image, and say why one map is better than four
#   - Train with random transforms so that the network bears them, and say within which limits it does
#   - Choose transforms that keep the label, and find the pipelines that transform what must stay as it is
#   - Say whether a difference between runs is evidence
# needs: [08_pool_feature_maps, 09_design_and_train_a_cnn]
# data: [mnist, camera, cat]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: not needed}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 90 minutes, exercises included: tilted digits 8, sixteen draws 8, reading
# backwards with 10.1 and 10.2 22, the curves 10, validation with 10.3 and 10.4 12, few labels 6, what hurts with 10.5
# 10, evidence with 10.6 8, test-time augmentation and mixing 6 (10.7 and 10.8 at home). Short of time: leave out
# 10.2, 10.7 and 10.8.
#
# **What students believe, and where the lesson meets it.** A CNN is invariant to everything (opening). Turning an
# image means moving its pixels (reading backwards: moving leaves holes). More augmentation is always better (what
# hurts; the price upright). Augmented data are more data, so validation should have them too (10.3). A gain of a
# third of a point in one run is a gain (10.6). Augmentation teaches "rotation" (the curves: beyond the trained range
# it teaches nothing).
#
# **Let the class vote before you run:** the tilted digits, the network at 90 degrees, and which two digits suffer
# most from flips.

# %% tags=["setup"]
import itertools

import cv2
import keras
import numpy as np
from keras import layers

from course_utils import augment, checks, claims, datasets, images, plots, profile, training

digits = datasets.load("mnist")  # handwritten digits, upright and centred, 28 x 28 pixels, uint8
EPOCHS = profile.choose(quick=3, full=12)
NUM_SEEDS = profile.choose(quick=3, full=5)
NUM_TEST = profile.choose(quick=500, full=10_000)  # test images that each of many measurements reads

# %% [markdown]
# ## Tilt your head
#
# Turn a digit a little and you can still read it. Tilt it by 30 degrees: no difficulty. You were never taught tilted
# digits; you have tilted your head often enough.
#
# Here is a small CNN of the kind that you designed in lesson 09. It learns from digits that stand upright, as people
# write them.


# %%
def build_network():
    steps = training.num_steps(len(digits.train.labels), batch_size=125, epochs=EPOCHS)
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, kernel_size=4, strides=2, activation="relu"),
            layers.Conv2D(32, kernel_size=3, strides=2),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    network.compile(
        optimizer=keras.optimizers.Adam(training.OneCycle(peak=0.01, total_steps=steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=32,  # as in lesson 05: the same result, sooner
    )
    return network


# %% [markdown]
# All trainings of this lesson use the same network, the same number of steps and the same schedule; only the images
# differ. `next(starts)` gives back the network with the fresh weights of the next seed: 0, 1, 2, and then again 0.
# `change` says what is done to the training images. For now: nothing.

# %%
starts = training.fresh_starts(build_network, itertools.cycle(range(NUM_SEEDS)))


def train(train_images, train_labels, change):
    """Train from a fresh start on images that are changed at random; return the network and its weights."""
    seed, network = next(starts)
    random_change = augment.Augment(**change, fill="constant", seed=seed)  # black beyond the border
    batches = training.batches(train_images, train_labels, batch_size=125, seed=seed, augment=random_change)
    network.fit(batches, epochs=EPOCHS, verbose=0, callbacks=training.callbacks())
    return network, network.get_weights()


network, upright_weights = train(*digits.train, change={})

# %% [markdown]
# Now it gets a test digit: upright, then turned by 15 degrees, by 30, and so on.
#
# **Predict before you run:** from which angle on will the network be wrong? And will it know that it does not know?

# %% tags=["predict"]
prediction = "..."  # "at 30", "at 60", "at 90 degrees"; "it will be unsure" or "it will be sure"

# %% tags=["figure"]
angles = np.arange(0, 120, 15)
seven = digits.test.images[digits.test.labels == 7][0]  # (28, 28, 1)
tilted = np.stack([augment.warp(seven, rotation_degrees=angle) for angle in angles])  # (8, 28, 28, 1)
probabilities = keras.ops.softmax(network.predict(tilted, verbose=0))  # (8, 10)
plots.predictions(
    tilted[..., 0],
    keras.ops.convert_to_numpy(probabilities),
    labels=[7] * 8,
    titles=[f"{angle} degrees" for angle in angles],
    alt="A seven, turned further and further to the left, and the network's ten probabilities below each.",
)

# %% tags=["claim"]
test_images, test_labels = digits.test.images[:NUM_TEST], digits.test.labels[:NUM_TEST]
upright = training.accuracy(network, test_images, test_labels)
turned = training.accuracy(network, augment.warp(test_images, rotation_degrees=60), test_labels)
claims.check("upright it reads more than 90% of the test digits", upright > 0.9, value=upright, name="upright")
claims.check("turned by 60 degrees it reads fewer than half", turned < 0.5, value=turned, name="turned_60")

# %% tags=["claim"]
logits = network.predict(augment.warp(test_images, rotation_degrees=60), verbose=0)
wrong = logits.argmax(axis=1) != test_labels
sureness = keras.ops.convert_to_numpy(keras.ops.softmax(logits[wrong])).max(axis=1)
claims.check(
    "where it is wrong, it is still more than 50% sure on average", sureness.mean() > 0.5, value=sureness.mean(),
    name="sure_and_wrong",
)  # fmt: skip

# %% [markdown]
# **What to notice.** Upright it reads {{upright:.0%}} of the digits, turned by 60 degrees {{turned_60:.0%}}. Where it
# is wrong it is {{sure_and_wrong:.0%}} sure on average. It does not say "I have never seen such a thing": there is
# no output for that.
#
# An answer that stays the same when the image is changed is called **invariant** to that change. What does a CNN
# bring along?
#
# | change | what a convolution does with it | and the answer |
# |---|---|---|
# | moved | the feature map moves along (lesson 06) | bears as much as pooling forgives (lesson 08) |
# | turned | the kernels do not turn; other kernels answer | changes |
# | resized | the kernels do not grow; other kernels answer | changes |
#
# There are two ways out. One builds the invariance into the network, as pooling does for small moves. The other
# leaves the network as it is and shows it turned, resized and moved images. That is **data augmentation**, and it is
# far more common: it costs three lines.

# %% [markdown]
# ## One cat, sixteen draws
#
# `augment.Augment` is a Keras layer. Its settings say how far each change may go; for each image of a batch it draws
# how far it does go, and to which side.

# %% tags=["figure"]
cat = cv2.resize(images.load("cat")[20:280, 100:360], (96, 96), interpolation=cv2.INTER_AREA)
change = augment.Augment(
    flip="horizontal", rotation_degrees=20, shift_pixels=10, zoom=0.25, contrast=0.4, brightness=0.15,
    fill="reflect", seed=1,
)  # fmt: skip
sixteen = np.repeat(cat[np.newaxis], 16, axis=0)  # (16, 96, 96, 3)
draws = keras.ops.convert_to_numpy(change(sixteen, training=True))
plots.grid(
    draws.astype(np.uint8),
    columns=8,
    cell=1.05,
    alt="The face of one cat, sixteen times: mirrored or not, tilted to either side, nearer or farther, off the "
    "middle, paler or in stronger colours. At the borders the fur is mirrored.",
)

# %% [markdown]
# **What to notice.** It is a cat every time. That is the whole idea: **the pixels change, the label does not.** All
# numbers of all sixteen arrays are different, and yet a person gives the same answer. You tell the network which
# differences do not matter.
#
# **Predict:** we call the same layer again, `change(sixteen)`, without `training=True`. What comes back?

# %% tags=["predict"]
prediction = "..."  # "the same sixteen draws", "sixteen new draws" or something else

# %% tags=["claim"]
again = keras.ops.convert_to_numpy(change(sixteen, training=True))
at_inference = keras.ops.convert_to_numpy(change(sixteen))
claims.check("every call draws anew", not np.array_equal(again, draws))
claims.check("outside of training the layer returns the images as they are", np.array_equal(at_inference, sixteen))

# %% [markdown]
# Outside of training nothing happens, as with dropout: a network that is *used* looks at the image that it was given.
# (Beware: the augmentation layers of Keras itself, such as `layers.RandomRotation`, are on in a plain call and off
# in `predict`.)

# %% [markdown]
# ## An image is read backwards
#
# How is an image turned? Not by sending each pixel to its new place. The new places lie between the pixels of the new
# image, several may fall on one, and others get nothing at all.

# %% tags=["figure"]
four = digits.test.images[digits.test.labels == 4][0][..., 0]  # (28, 28) uint8
middle = 13.5  # rows and columns 0 ... 27
angle = np.radians(30)
sent = np.zeros_like(four)
for row, column in np.ndindex(28, 28):
    x, y = column - middle, row - middle  # as seen from the middle; y grows downwards
    new_column = round(1.4 * (np.cos(angle) * x + np.sin(angle) * y) + middle)
    new_row = round(1.4 * (-np.sin(angle) * x + np.cos(angle) * y) + middle)
    if 0 <= new_row < 28 and 0 <= new_column < 28:
        sent[new_row, new_column] = four[row, column]
read = augment.warp(four[..., np.newaxis], rotation_degrees=30, scale=1.4)[..., 0]
plots.compare(
    four, sent, read, titles=["as it was", "each pixel sent", "each pixel read"], height=2.4,
    alt="A four. The same, turned to the left and larger, in two versions: the one made by sending pixels is riddled "
    "with black holes, the other is smooth.",
)  # fmt: skip

# %% [markdown]
# So every library goes the other way. It walks over the pixels of the **new** image and asks each: *where in the old
# image do you come from?* No pixel is left out. For a turn by an angle $\alpha$ counter-clockwise, as seen from the
# middle, with $y$ downwards:
#
# $$ x_{old} = \cos\alpha \; x_{new} - \sin\alpha \; y_{new} $$
# $$ y_{old} = \sin\alpha \; x_{new} + \cos\alpha \; y_{new} $$
#
# The place lies between four pixels, so their values are mixed: the nearer one counts more. This is called
# **bilinear**. One pixel by hand:

# %%
row, column = 13, 10  # of the new image
x, y = column - middle, row - middle
old_column = np.cos(angle) * x - np.sin(angle) * y + middle
old_row = np.sin(angle) * x + np.cos(angle) * y + middle
top, left = int(old_row), int(old_column)
window = four[top : top + 2, left : left + 2].astype(float)  # the four pixels around the place
below, right = old_row - top, old_column - left  # how far the place is on the way to the next pixel
weights = np.outer([1 - below, below], [1 - right, right])
by_hand = np.sum(window * weights)
print(f"the new pixel ({row}, {column}) is read at row {old_row:.2f}, column {old_column:.2f}")
print(window, weights.round(2), sep="\n")
print(f"by hand: {by_hand:.1f}")

# %% [markdown]
# **What to notice.** "Multiply four pixels by four weights that sum to 1, and add up": it is a kernel again (lesson
# 02), a 2 x 2 box that is different at each pixel. Now all pixels, in a loop, and beside it two libraries.
#
# **Predict:** how far apart will they be?

# %% tags=["predict"]
prediction = "..."  # "not at all", "a little", "a lot"


# %%
def turn_by_loop(image, degrees):
    """Turn an image (H, W) counter-clockwise about its middle; black beyond the border."""
    height, width = image.shape
    padded = np.pad(image.astype(float), 1)  # so that places up to one pixel outside have four neighbours
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    result = np.zeros((height, width))
    for row, column in np.ndindex(height, width):
        x, y = column - (width - 1) / 2, row - (height - 1) / 2
        old_column = cosine * x - sine * y + (width - 1) / 2
        old_row = sine * x + cosine * y + (height - 1) / 2
        if -1 < old_row < height and -1 < old_column < width:
            top, left = int(np.floor(old_row)), int(np.floor(old_column))
            below, right = old_row - top, old_column - left
            weights = np.outer([1 - below, below], [1 - right, right])
            result[row, column] = np.sum(padded[top + 1 : top + 3, left + 1 : left + 3] * weights)
    return result


# %% tags=["claim"]
by_loop = turn_by_loop(four, degrees=30)
by_course = augment.warp(four[..., np.newaxis], rotation_degrees=30)[..., 0]
matrix = cv2.getRotationMatrix2D((middle, middle), 30, 1.0)
by_opencv = cv2.warpAffine(four.astype(np.float32), matrix, (28, 28), flags=cv2.INTER_LINEAR)
claims.check("the pixel by hand is that of the loop", abs(by_hand - by_loop[row, column]) < 1e-9)
claims.check("loop and course_utils agree to a thousandth of the range", np.abs(by_loop - by_course).max() < 0.255)
claims.check("OpenCV agrees to within 12 of 255", np.abs(by_loop - by_opencv).max() < 12)

# %% [markdown]
# OpenCV gets a little room, since its older versions round the place to 1/32 of a pixel.

# %% [markdown]
# ### Exercise 10.1 (apply): where does the pixel come from?
#
# An image has 29 x 29 pixels, so its middle is row 14, column 14. It is turned by 90 degrees counter-clockwise.
#
# The new image has a pixel in row 4, column 17. From which row and column of the old image is it read? Answer with a
# pair, `(row, column)`.

# %% tags=["exercise"] exercise="10.1" points=1
# BEGIN SOLUTION
x_new, y_new = 17 - 14, 4 - 14
source = (1 * x_new + 0 * y_new + 14, 0 * x_new - 1 * y_new + 14)
# END SOLUTION

# %% tags=["check"] exercise="10.1"
checks.exercise("10.1", source)

# %% tags=["hidden"] exercise="10.1"
from course_utils.authoring import define

exercise = define.answer("10.1", source, decimals=0)
exercise.wrong((11, 4), "That is where the OLD pixel of row 4, column 17 goes. Asked is where the new one comes from.")
exercise.wrong((24, 17), "Row and column are swapped: the answer is (row, column), and y belongs to the row.")
exercise.wrong((3, 10), "That is seen from the middle. Add the middle again: 14 to each.")
exercise.wrong((10, 3), "That is (x, y) as seen from the middle. Add 14 to each, and give the row first.")
exercise.wrong((4, 11), "Row and column are swapped, and you went forwards: asked is where the new pixel comes from.")
exercise.wrong((4, 17), "That is the new pixel itself. Put x = 3, y = -10 into the two formulas.")
exercise.wrong((17, 4), "Check the sign: x_old = cos x - sin y, and y is -10 here, above the middle.")
exercise.hints(
    "First go to the middle: x is the column minus 14, y is the row minus 14. The pixel lies 10 rows above the middle.",
    "At 90 degrees the cosine is 0 and the sine is 1, so x_old = -y_new and y_old = x_new. Then add 14 to each.",
    "A smaller case: in a 5 x 5 image with middle (2, 2), the new pixel (0, 2) has x = 0, y = -2, so it is read at "
    "x = 2, y = 0, which is row 2, column 4: what was right of the middle is now above it.",
)

# %% [markdown]
# ### Exercise 10.2 (build): turn an image
#
# Write `turn(image, degrees)` for a gray image `(height, width)` and an angle in degrees, counter-clockwise. To keep
# it short, mix nothing: each new pixel takes the value of the **nearest** old pixel (round the place with `np.rint`),
# and 0 where the place, once rounded, lies outside. Height and width may differ; the middle is `(height - 1) / 2`,
# `(width - 1) / 2`. The result has the shape of the image.


# %% tags=["exercise"] exercise="10.2" points=3
def turn(image: np.ndarray, degrees: float) -> np.ndarray:
    """Return the image (height, width), turned counter-clockwise about its middle; 0 beyond the border."""
    # BEGIN SOLUTION
    height, width = image.shape
    middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    result = np.zeros_like(image)
    for row, column in np.ndindex(height, width):
        x, y = column - middle_column, row - middle_row
        old_column = int(np.rint(cosine * x - sine * y + middle_column))
        old_row = int(np.rint(sine * x + cosine * y + middle_row))
        if 0 <= old_row < height and 0 <= old_column < width:
            result[row, column] = image[old_row, old_column]
    return result
    # END SOLUTION


# %% tags=["check"] exercise="10.2"
checks.exercise("10.2", turn)

# %% tags=["hidden"] exercise="10.2"
from course_utils.authoring import define

exercise = define.function("10.2", turn)
numbers = np.arange(1, 26).reshape(5, 5)
exercise.case("a quarter turn of 5 x 5 numbers", image=numbers, degrees=90)
exercise.case("a turn to the right by 20 degrees", image=np.arange(1, 82).reshape(9, 9), degrees=-20)
exercise.case("wide, 40 degrees", image=np.arange(1, 64, dtype=np.uint8).reshape(7, 9), degrees=40)
exercise.case("a flat image: its corners leave", image=np.full((9, 9), 5.0), degrees=45.5)
exercise.case("no turn", image=numbers[:4], degrees=0)
exercise.case("high, 100 degrees", visible=False, image=np.arange(1, 78).reshape(11, 7), degrees=100)
exercise.case("an even number of rows", visible=False, image=np.arange(1, 65).reshape(8, 8), degrees=37)
exercise.random_cases(
    3,
    lambda rng: {
        "image": rng.integers(1, 255, (int(rng.integers(6, 12)), int(rng.integers(6, 12)))),
        "degrees": float(rng.uniform(5, 85) * rng.choice([-1, 1])),
    },
)
exercise.hints(
    "Walk over the pixels of the new image. For each one, work out where in the old image it comes from.",
    "Three steps: go to the middle (x from the column, y from the row), apply the two formulas, come back from the "
    "middle. Then round, and look whether the place is inside. np.cos wants radians.",
    "A smaller case: the rows 1 2 3 / 4 5 6 / 7 8 9, turned by 90 degrees: the new pixel in row 0, column 1 has x = 0, "
    "y = -1, so it is read at x = 1, y = 0: row 1, column 2, which is 6. All of it: 3 6 9 / 2 5 8 / 1 4 7.",
)


# %% tags=["hidden"] exercise="10.2"
def read_at(image, old_row, old_column, clip=False):
    rows, columns = np.rint(old_row).astype(int), np.rint(old_column).astype(int)
    height, width = image.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    values = image[rows.clip(0, height - 1), columns.clip(0, width - 1)]
    return values if clip else np.where(inside, values, 0)


def places(image, radians, middle_row=None, middle_column=None):
    height, width = image.shape
    middle_row = (height - 1) / 2 if middle_row is None else middle_row
    middle_column = (width - 1) / 2 if middle_column is None else middle_column
    rows, columns = np.indices(image.shape)
    x, y = columns - middle_column, rows - middle_row
    return (
        np.sin(radians) * x + np.cos(radians) * y + middle_row,
        np.cos(radians) * x - np.sin(radians) * y + middle_column,
    )


# %% tags=["hidden"] exercise="10.2"
@exercise.correct
def all_pixels_at_once(image, degrees):
    return read_at(image, *places(image, np.radians(degrees)))


@exercise.correct
def with_complex_numbers(image, degrees):
    height, width = image.shape
    rows, columns = np.indices(image.shape)
    there = (columns - (width - 1) / 2) + 1j * (rows - (height - 1) / 2)
    back = there * np.exp(1j * np.radians(degrees))
    return read_at(image, back.imag + (height - 1) / 2, back.real + (width - 1) / 2)


@exercise.mutant("It turns clockwise. Check the signs of the sine; remember that y grows downwards.")
def turns_clockwise(image, degrees):
    return read_at(image, *places(image, np.radians(-degrees)))


@exercise.mutant("There are holes: you send old pixels to new places. Walk over the NEW image and read from the old.")
def sends_pixels(image, degrees):
    result = np.zeros_like(image)
    new_rows, new_columns = (np.rint(place).astype(int) for place in places(image, np.radians(-degrees)))
    for row, column in np.ndindex(image.shape):
        if 0 <= new_rows[row, column] < image.shape[0] and 0 <= new_columns[row, column] < image.shape[1]:
            result[new_rows[row, column], new_columns[row, column]] = image[row, column]
    return result


# %% tags=["hidden"] exercise="10.2"
@exercise.mutant("The angle is in degrees, and np.sin and np.cos take radians: np.radians(degrees).")
def takes_degrees_for_radians(image, degrees):
    return read_at(image, *places(image, degrees))


@exercise.mutant("It turns about the upper left corner. Subtract the middle first, and add it again afterwards.")
def about_the_corner(image, degrees):
    return read_at(image, *places(image, np.radians(degrees), 0, 0))


@exercise.mutant("The middle is half a pixel off: rows run from 0 to height - 1, so it is (height - 1) / 2.")
def half_a_pixel_off(image, degrees):
    return read_at(image, *places(image, np.radians(degrees), image.shape[0] / 2, image.shape[1] / 2))


# %% tags=["hidden"] exercise="10.2"
@exercise.mutant("Beyond the border the result is 0; you repeat the pixel at the edge.")
def repeats_the_edge(image, degrees):
    return read_at(image, *places(image, np.radians(degrees)), clip=True)


@exercise.mutant(
    "Height and width are mixed up: the middle row comes from the height, the middle column from the width."
)
def swaps_height_and_width(image, degrees):
    return read_at(image, *places(image, np.radians(degrees), (image.shape[1] - 1) / 2, (image.shape[0] - 1) / 2))


@exercise.mutant("Round to the nearest pixel: int() cuts the fraction off, so everything moves up and left.")
def cuts_the_fraction(image, degrees):
    old_row, old_column = places(image, np.radians(degrees))
    return read_at(image, np.floor(old_row + 1e-9), np.floor(old_column + 1e-9))


# %% [markdown]
# ## Once, not four times
#
# Moving, resizing and leaning work in the same way: a new pixel at $(x, y)$ is read at
#
# $$ (a x + b y + c, \quad d x + e y + f) $$
#
# Six numbers; such a map is called **affine**. One such map after another is again one such map: its two by two numbers
# are a matrix product.
#
# Keras' own layers do it one after another: `RandomRotation` reads the image, then `RandomTranslation` reads the
# turned image, then `RandomZoom` reads that. Each time four pixels are mixed.
#
# **Predict:** a photograph is turned by 30 degrees, and that twelve times, until it is upright again. What does it
# look like?

# %% tags=["predict"]
prediction = "..."  # "as before", "blurred", "cut off", ...

# %% tags=["figure"]
man = images.load("camera")[70:166, 180:276, np.newaxis]  # (96, 96, 1) uint8
step_by_step = man
for _ in range(12):
    step_by_step = augment.warp(step_by_step, rotation_degrees=30)
at_once = augment.warp(man, rotation_degrees=12 * 30)
plots.compare(
    man[..., 0], step_by_step[..., 0], at_once[..., 0], height=2.6,
    titles=["the photograph", "12 turns by 30 degrees", "1 turn by 360 degrees"],
    alt="A man's head from the side, three times: the photograph, after twelve turns by 30 degrees, and after one turn "
    "by 360 degrees.",
)  # fmt: skip

# %% tags=["claim"]
rows, columns = np.indices((96, 96)) - 47.5
disc = np.hypot(rows, columns) < 40  # inside, where no corner was cut
detail = {
    name: np.abs(cv2.Laplacian(picture[..., 0].astype(np.float32), cv2.CV_32F))[disc].mean()
    for name, picture in {"man": man, "steps": step_by_step, "once": at_once}.items()
}
kept = detail["steps"] / detail["man"]
claims.check("twelve turns leave less than half of the fine detail", kept < 0.5, value=kept, name="detail_kept")
claims.check("one turn by 360 degrees leaves at least 99% of it", detail["once"] / detail["man"] > 0.99)

# %% [markdown]
# **What to notice.** After twelve turns {{detail_kept:.0%}} of the detail is left (measured with a Laplacian, lesson
# 02), and black corners have eaten the picture down to a disc. Each reading is a small blur, and each border that a
# step made up is moved into the image by the next. `augment.Augment`
# multiplies all its maps first and reads **once**. That is also several times faster: `course bench augment` measures
# it beside Keras' layers and OpenCV.

# %% [markdown]
# ## Train on draws
#
# Now three networks learn from upright digits, and three from digits that are turned by up to 40 degrees, moved by up
# to 4 pixels and resized by a quarter. Every epoch draws anew: no network ever sees the same image twice.

# %%
WIDE = {"rotation_degrees": 40, "shift_pixels": 4, "zoom": 0.25}
trained = {
    "trained upright": [upright_weights] + [train(*digits.train, {})[1] for _ in range(NUM_SEEDS - 1)],
    "trained on draws": [train(*digits.train, WIDE)[1] for _ in range(NUM_SEEDS)],
}


def accuracies(runs, some_images):
    """Return the accuracy of each trained network on the test labels."""
    found = []
    for weights in runs:
        network.set_weights(weights)
        found.append(training.accuracy(network, some_images, test_labels))
    return np.array(found)


def against_strength(setting, amounts):
    """Return, for both ways of training, the accuracies (seeds, amounts) on test images changed by each amount."""
    changed = [augment.warp(test_images, **{setting: amount}) for amount in amounts]
    return {name: np.stack([accuracies(runs, some) for some in changed], axis=1) for name, runs in trained.items()}


# %% [markdown]
# **Predict before you run:** the test digits are turned by 0 to 90 degrees, more than twice as far as in training.
# What will the curve of the networks that were trained on draws look like?

# %% tags=["predict"]
prediction = "..."  # "flat all the way", "flat up to 40 degrees, then it falls", "falls at once, but less"

# %% tags=["figure"]
angles = [0, 15, 30, 45, 60, 90]
by_angle = against_strength("rotation_degrees", angles)
plots.bands(
    angles, by_angle, xlabel="test digits turned by (degrees)", ylabel="accuracy",
    alt="Accuracy against the angle, 0 to 90 degrees, with bands over the seeds: a curve for the networks trained "
    "upright and one for those trained on draws.",
)  # fmt: skip

# %% tags=["figure"]
scales = [0.5, 0.65, 0.8, 1, 1.25, 1.5]
by_scale = against_strength("scale", scales)
plots.bands(
    scales, by_scale, xlabel="test digits resized by (times)", ylabel="accuracy", height=2.8,
    alt="Two humps over the scale. The one for training on draws is wider: it stays high from 0.8 to 1.4.",
)  # fmt: skip

# %% tags=["figure"]
moves = [0, 2, 4, 6, 8]
by_move = against_strength("shift_right", moves)
plots.bands(
    moves, by_move, xlabel="test digits moved to the right by (pixels)", ylabel="accuracy", height=2.8,
    alt="Two curves. The one for upright training falls steeply from 2 pixels on; the one for training on draws stays "
    "high up to about 4 pixels and then falls.",
)  # fmt: skip

# %% tags=["claim"]
plain, drawn = by_angle["trained upright"], by_angle["trained on draws"]  # (seeds, angles)
gain = 100 * (drawn[:, 3].mean() - plain[:, 3].mean())
claims.check(
    "at 45 degrees the worst network trained on draws beats the best one trained upright, on average by 12 points",
    drawn[:, 3].min() > plain[:, 3].max() and gain > 12, value=gain, unit="points", name="gain_45",
)  # fmt: skip
fall_drawn, fall_plain = (100 * (runs[:, 0] - runs[:, 2]).mean() for runs in (drawn, plain))
claims.check(
    "from 0 to 30 degrees draws lose less than 15 points", fall_drawn < 15, value=fall_drawn, name="fall_drawn"
)
claims.check("upright training loses more than 15", fall_plain > 15, value=fall_plain, name="fall_plain")
claims.check(
    "at 90 degrees, far outside the range of training, networks trained on draws read fewer than 4 in 10",
    drawn[:, -1].mean() < 0.4, value=drawn[:, -1].mean(), name="drawn_90",
)  # fmt: skip

# %% tags=["claim"]
gain_move, gain_scale = (
    100 * (found["trained on draws"][:, place] - found["trained upright"][:, place]).mean()
    for found, place in ((by_move, moves.index(4)), (by_scale, scales.index(0.65)))
)
price = 100 * (plain[:, 0].mean() - drawn[:, 0].mean())
claims.check("at 4 pixels draws win more than 20 points", gain_move > 20, value=gain_move, name="gain_move")
least_gain = profile.choose(quick=12, full=8)  # with all of MNIST to learn from, draws have less to add
claims.check(
    f"at 0.65 of the size they win more than {least_gain} points",
    gain_scale > least_gain, value=gain_scale, name="gain_scale",
)  # fmt: skip
claims.check("upright they lose less than 10 points", price < 10, value=price, unit="points", name="price")

# %% [markdown]
# **What to notice.**
#
# - The draws win {{gain_45:.0f}} points at 45 degrees, {{gain_move:.0f}} points at 4 pixels and {{gain_scale:.0f}}
#   points at 0.65 of the size. At 45 degrees the worst network trained on draws is better than the best of the others.
# - Inside the range of training the curve falls slowly: {{fall_drawn:.0f}} points from 0 to 30 degrees, where the
#   others lose {{fall_plain:.0f}} points. **Far beyond it nothing was learned:** at 90 degrees the networks read
#   {{drawn_90:.0%}}, and guessing would read 10%. They have not understood "rotation"; they have seen digits at angles
#   up to 40 degrees. In lesson 08 you saw an invariance that is built in, with its own limits. This one is learned,
#   and its limits are those of the data.
# - Upright there is a price: {{price:.1f}} points here. The same small network now has to know far more pictures,
#   and in few epochs. A change that never happens at test time is a cost without a return: **choose the range that
#   you expect**, not the largest.

# %% [markdown]
# ## Validation is no place for draws
#
# Augmentation changes the images that a network *learns* from. Validation and test ask how it does on the images that
# it will *meet*. What happens if the draws get into the validation data? Let us ask one finished network ten times.

# %% tags=["claim"]
network.set_weights(trained["trained on draws"][0])
validation_images, validation_labels = digits.validation
random_change = augment.Augment(**WIDE, fill="constant", seed=0)
ten_readings = [
    training.accuracy(
        network, keras.ops.convert_to_numpy(random_change(validation_images, training=True)), validation_labels
    )
    for _ in range(10)
]
ten_clean = [training.accuracy(network, validation_images, validation_labels) for _ in range(10)]
swing = 100 * (max(ten_readings) - min(ten_readings))
claims.check("read ten times, the clean validation accuracy is one number", len(set(ten_clean)) == 1)
least_swing = profile.choose(quick=1, full=0.4)  # of more validation images each counts for less
claims.check(
    f"with draws it swings by more than {least_swing:g} percentage points",
    swing > least_swing, value=swing, unit="points", name="swing",
)  # fmt: skip
claims.check("and with draws it is lower on average", np.mean(ten_readings) < ten_clean[0])

# %% [markdown]
# **What to notice.** Nothing about the network changed, and its accuracy swings by {{swing:.1f}} points. Whoever
# keeps "the best epoch" by such numbers keeps the luckiest draw. Worse, it answers another question: how it reads
# *tilted* digits. The same goes for cropping test images at random, which published courses did: the same network on
# the same test images then gives another score every time.
#
# `training.batches(..., augment=...)` is for training batches only, and the layer is off in `predict` and `evaluate`.
# A pipeline that you write yourself has no such guard. Two real bugs follow.

# %% [markdown]
# ### Exercise 10.3 (spot the bug): the same pipeline for everything
#
# This function makes a batch. For training, each image is to be moved to the right by its own random number of
# pixels, from -2 to 2 (wrapped around, to keep it short), and images and labels are to be shuffled alike. For
# validation, `training=False`, nothing may happen to them. In the function below the author forgot something. Mend
# it.
#
# The order of the random numbers is part of the statement: one generator made of the seed; in training, first the
# moves, `integers(-2, 3, size=len(images))`, then the order, `permutation(len(images))`. `images` is `(N, H, W)`,
# `labels` is `(N,)`; the result is the pair of both.


# %% tags=["exercise"] exercise="10.3" points=2
def make_batch(images: np.ndarray, labels: np.ndarray, training: bool, seed: int) -> tuple:
    """Return (images, labels): moved and shuffled for training, as they are for validation."""
    # BEGIN SOLUTION
    if not training:
        return images.copy(), labels.copy()
    generator = np.random.default_rng(seed)
    moves = generator.integers(-2, 3, size=len(images))
    moved = np.stack([np.roll(image, move, axis=1) for image, move in zip(images, moves, strict=True)])
    order = generator.permutation(len(images))
    return moved[order], labels[order]
    # END SOLUTION
    # BEGIN STUB
    # generator = np.random.default_rng(seed)
    # moves = generator.integers(-2, 3, size=len(images))
    # images = np.stack([np.roll(image, move, axis=1) for image, move in zip(images, moves, strict=True)])
    # order = np.arange(len(images))
    # if training:
    #     order = generator.permutation(len(images))
    # return images[order], labels[order]
    # END STUB


# %% tags=["check"] exercise="10.3"
checks.exercise("10.3", make_batch)

# %% tags=["hidden"] exercise="10.3"
from course_utils.authoring import define

exercise = define.function("10.3", make_batch)
stripes = np.zeros((4, 3, 7), dtype=np.uint8)
stripes[:, :, 3] = [[1], [2], [3], [4]]
four_labels = np.array([10, 20, 30, 40])
exercise.case("validation", images=stripes, labels=four_labels, training=False, seed=0)
exercise.case("training", images=stripes, labels=four_labels, training=True, seed=0)
exercise.case("training, another seed", images=stripes, labels=four_labels, training=True, seed=5)
exercise.case(
    "one image for validation", visible=False, images=stripes[:1], labels=four_labels[:1], training=False, seed=3
)
exercise.random_cases(
    3,
    lambda rng: {
        "images": rng.integers(0, 255, (5, 4, 6), dtype=np.uint8),
        "labels": rng.permutation(5),
        "training": bool(rng.integers(2)),
        "seed": int(rng.integers(1000)),
    },
)
exercise.hints(
    "Call it in your head with training=False, line by line. Which lines still change something?",
    "Only the shuffling asks whether this is training. Which other step must ask?",
    "A smaller case: one validation image whose only row is 0 0 9 0 0. It must come back as 0 0 9 0 0, for every seed. "
    "The code moves it by generator.integers(-2, 3), for example to 9 0 0 0 0.",
)


# %% tags=["hidden"] exercise="10.3"
def moved_and_shuffled(images, labels, seed, move=True, shuffle=True, shuffle_labels=True, one_move=False):
    generator = np.random.default_rng(seed)
    moves = generator.integers(-2, 3, size=len(images))
    moves = np.full(len(images), moves[0]) if one_move else moves
    rolled = [np.roll(image, step, axis=1) for image, step in zip(images, moves, strict=True)]
    images = np.stack(rolled) if move else images
    order = generator.permutation(len(images)) if shuffle else np.arange(len(images))
    return images[order], labels[order] if shuffle_labels else labels.copy()


# %% tags=["hidden"] exercise="10.3"
@exercise.correct
def asks_at_each_step(images, labels, training, seed):
    return moved_and_shuffled(images, labels, seed, move=training, shuffle=training)


@exercise.correct
def moves_of_zero(images, labels, training, seed):
    generator = np.random.default_rng(seed)
    moves = generator.integers(-2, 3, size=len(images)) * int(training)
    order = generator.permutation(len(images)) if training else range(len(images))
    return np.array([np.roll(images[i], moves[i], axis=-1) for i in order]), np.array([labels[i] for i in order])


@exercise.mutant("This is the code as you were given it: validation images are moved at random, too.")
def moves_validation_too(images, labels, training, seed):
    return moved_and_shuffled(images, labels, seed, shuffle=training)


# %% tags=["hidden"] exercise="10.3"
@exercise.mutant("Now nothing is moved at all. Training images are still to be moved at random.")
def moves_nothing(images, labels, training, seed):
    return moved_and_shuffled(images, labels, seed, move=False, shuffle=training)


@exercise.mutant("All images of the batch are moved by the same number. Each image gets its own.")
def one_move_for_all(images, labels, training, seed):
    return moved_and_shuffled(images, labels, seed, move=training, shuffle=training, one_move=training)


@exercise.mutant("Images are shuffled and labels are not: now the labels belong to other images.")
def leaves_labels_behind(images, labels, training, seed):
    return moved_and_shuffled(images, labels, seed, move=training, shuffle=training, shuffle_labels=False)


# %% tags=["hidden"] exercise="10.3"
@exercise.mutant("Training batches are no longer shuffled. Keep the order that you draw.")
def never_shuffles(images, labels, training, seed):
    return moved_and_shuffled(images, labels, seed, move=training, shuffle=False)


@exercise.mutant("It is the wrong way round: validation is moved and shuffled, training is not.")
def wrong_way_round(images, labels, training, seed):
    return make_batch(images, labels, not training, seed)


# %% [markdown]
# ### Exercise 10.4 (spot the bug): sixteen times the same
#
# A function is to return image number `index`, turned by that image's number of quarter turns. Its author tried it
# with `index=0`, saw a turned digit and was content. Later a wall of sixteen pictures showed the same digit sixteen
# times. Find the bug and mend it.
#
# `turned_copy(images, quarter_turns, index)` takes images `(N, H, H)`, whole numbers `(N,)` and a whole number from 0
# to N - 1, and returns `(H, H)`; `np.rot90` turns counter-clockwise.

# %% tags=["exercise"] exercise="10.4" points=1
shown = 0  # the picture that we are looking at


def turned_copy(images: np.ndarray, quarter_turns: np.ndarray, index: int) -> np.ndarray:
    """Return image number `index`, turned counter-clockwise by its number of quarter turns."""
    # BEGIN SOLUTION
    return np.rot90(images[index], quarter_turns[index]).copy()
    # END SOLUTION
    # BEGIN STUB
    # return np.rot90(images[shown], quarter_turns[index]).copy()
    # END STUB


# %% tags=["check"] exercise="10.4"
checks.exercise("10.4", turned_copy)

# %% tags=["hidden"] exercise="10.4"
from course_utils.authoring import define

exercise = define.function("10.4", turned_copy)
three = np.arange(27).reshape(3, 3, 3)
turns = np.array([1, 2, 3])
for index in range(3):
    exercise.case(f"index {index}", images=three, quarter_turns=turns, index=index)
five_turns = np.array([0, 2, 1, 2, 3])
exercise.case(
    "the last of five", visible=False, images=np.arange(20).reshape(5, 2, 2), quarter_turns=five_turns, index=4
)
exercise.random_cases(
    3,
    lambda rng: {
        "images": rng.integers(0, 255, (4, 3, 3)),
        "quarter_turns": rng.integers(1, 4, 4),
        "index": int(rng.integers(1, 4)),
    },
)
exercise.hints(
    "For which index is the result right? Why just for that one?",
    "Find every name in the line that the function was not given. A function should read its arguments, "
    "not the notebook.",
    "A smaller case: images [[[1]], [[2]]], index 1. The result must be [[2]]; the code looks at image number "
    "`shown`, which is 0, and returns [[1]].",
)


# %% tags=["hidden"] exercise="10.4"
@exercise.correct
def with_a_loop(images, quarter_turns, index):
    result = images[index]
    for _ in range(quarter_turns[index] % 4):
        result = result.T[::-1]
    return result.copy()


@exercise.correct
def turns_all_and_picks(images, quarter_turns, index):
    return [np.rot90(one, turn).copy() for one, turn in zip(images, quarter_turns, strict=True)][index]


@exercise.mutant("This is the code as you were given it: it always looks at the image number `shown`.")
def reads_a_global(images, quarter_turns, index):
    return np.rot90(images[0], quarter_turns[index]).copy()


# %% tags=["hidden"] exercise="10.4"
@exercise.mutant("Now the image is right, but it is turned by another image's number of quarter turns.")
def reads_the_global_for_the_turn(images, quarter_turns, index):
    return np.rot90(images[index], quarter_turns[0]).copy()


@exercise.mutant("The index is ignored everywhere: the first image, turned by the first number.")
def ignores_the_index(images, quarter_turns, index):
    return np.rot90(images[0], quarter_turns[0]).copy()


@exercise.mutant("It turns clockwise. np.rot90 with a positive number turns counter-clockwise.")
def turns_the_other_way(images, quarter_turns, index):
    return np.rot90(images[index], -quarter_turns[index]).copy()


@exercise.mutant("The image is turned by its own number, `index`. It has to be turned by quarter_turns[index].")
def turns_by_the_index(images, quarter_turns, index):
    return np.rot90(images[index], index).copy()


@exercise.mutant("The image is right but not turned.")
def turns_nothing(images, quarter_turns, index):
    return images[index].copy()


# %% [markdown]
# ## Few labels
#
# Labels are what costs. Suppose there are only 10 labelled digits of each class. The number of training steps stays as
# before, so each image is shown more often. The range is mild now, since the test digits are upright: 15 degrees, 2
# pixels, 15%.
#
# **Predict before you run:** how many points does augmentation win with 100 images in all? None, 3, 10?

# %% tags=["predict"]
prediction = ...  # a number of points

# %%
MILD = {"rotation_degrees": 15, "shift_pixels": 2, "zoom": 0.15}
train_images, train_labels = digits.train
few = np.concatenate([np.flatnonzero(train_labels == digit)[:10] for digit in range(10)])  # 10 of each class
few = np.resize(few, len(train_labels))  # again and again: as many steps as with all images


def with_few_labels(change):
    """Return the test accuracy of each seed for training with 10 images of each class."""
    runs = [train(train_images[few], train_labels[few], change)[1] for _ in range(NUM_SEEDS)]
    return accuracies(runs, test_images)


few_plain, few_augmented = with_few_labels({}), with_few_labels(MILD)
plots.seed_dots(
    {
        "10 labels a class, as they are": few_plain,
        "10 labels a class, augmented": few_augmented,
        "all labels, as they are": by_angle["trained upright"][:, 0],
    },
    xlabel="test accuracy",
    alt="Three rows of three dots, a dot for each seed: 10 labels a class, the same augmented, and all labels.",
)

# %% tags=["claim"]
few_gain = 100 * (few_augmented.mean() - few_plain.mean())
still_behind = 100 * (by_angle["trained upright"][:, 0].mean() - few_augmented.mean())
claims.check(
    "with 10 labels a class augmentation wins more than 5 points, and the worst run with it beats the best without",
    few_gain > 5 and few_augmented.min() > few_plain.max(), value=few_gain, unit="points", name="few_gain",
)  # fmt: skip
claims.check(
    "all real labels, without augmentation, are still better", still_behind > 0, value=still_behind, unit="points",
    name="still_behind",
)  # fmt: skip

# %% [markdown]
# **What to notice.** {{few_gain:.0f}} points from the same 100 images: a network with few examples needs to be told
# what does not matter. But draws of the same 100 digits are no new digits: all real digits, as they are,
# remain {{still_behind:.0f}} points better.

# %% [markdown]
# ## An augmentation that hurts
#
# Photographs of cats are mirrored in nearly every training script. What about digits? Below, half of the training
# digits are mirrored left to right, and half are turned upside down, independently.
#
# **Predict before you run:** which digits will suffer, and which will not?

# %% tags=["predict"]
prediction = "..."  # "... will suffer, ... will not"


# %%
def recalls(runs):
    """Return the share of right answers for each true digit (seeds, 10), and all confusions counted (10, 10)."""
    matrices = np.zeros((len(runs), 10, 10), dtype=int)
    for matrix, weights in zip(matrices, runs, strict=True):
        network.set_weights(weights)
        answers = network.predict(test_images, batch_size=500, verbose=0).argmax(axis=1)
        np.add.at(matrix, (test_labels, answers), 1)
    right = np.diagonal(matrices, axis1=1, axis2=2)
    return right / matrices.sum(axis=2), matrices.sum(axis=0)


flipped = [train(*digits.train, {"flip": "both"})[1] for _ in range(NUM_SEEDS)]
upright_recalls, _ = recalls(trained["trained upright"])
flipped_recalls, confusions = recalls(flipped)
plots.confusion(
    confusions,
    digits.class_names,
    title="Trained on flipped digits, tested on upright ones (all seeds together)",
    alt="A table of ten true and ten predicted digits with counts. Most lies on the diagonal.",
)

# %% tags=["claim"]
flip_price = 100 * (upright_recalls.mean() - flipped_recalls.mean())
least_price = profile.choose(quick=4, full=2.5)
claims.check(
    f"flips cost more than {least_price:g} points, and every run with them is worse than every run without",
    flip_price > least_price and flipped_recalls.mean(axis=1).max() < upright_recalls.mean(axis=1).min(),
    value=flip_price,
    name="flip_price",
)
lost = 100 * (upright_recalls.mean(axis=0) - flipped_recalls.mean(axis=0))  # points, for each digit
symmetric, others = lost[[0, 1, 8]].mean(), lost[[2, 3, 4, 5, 6, 7, 9]].mean()
claims.check("the digits 0, 1 and 8 lose less than the others do", symmetric < others, value=symmetric, name="lost_018")
least_lost = profile.choose(quick=5, full=3)
claims.check(
    f"the others lose more than {least_lost} points",
    others > least_lost,
    value=others,
    unit="points",
    name="lost_others",
)
pairs = confusions[[3, 5, 2, 3, 2, 5, 6, 9], [5, 3, 3, 2, 5, 2, 9, 6]].sum()
share = pairs / (confusions.sum() - np.trace(confusions))
claims.check(
    "four of the 45 pairs of digits make up more than a fifth of all errors", share > 0.2, value=share, name="pairs"
)

# %% [markdown]
# **What to notice.** Flips cost {{flip_price:.0f}} points. The digits 0, 1 and 8 look the same in a mirror and upside
# down; they lose {{lost_018:.0f}} points, the others {{lost_others:.0f}}. And {{pairs:.0%}} of all errors are in four
# pairs: 3 and 5, 2 and 3, 2 and 5, 6 and 9. A six that is flipped both ways *is* a nine, and a two upside down is
# nearly a five. There the pixels change **and so does the true label**, but the label in the file stays. We have been
# teaching errors.
#
# So there is one rule, and no library can check it for you: **a person, shown the changed image, must give the same
# answer.**

# %% [markdown]
# ### Exercise 10.5 (investigate): does the label survive?
#
# For each task and change: does the label stay right for (practically) every image? Answer `True` or `False`.
#
# 1. handwritten digits, mirrored left to right
# 2. photographs of cats and dogs, mirrored left to right
# 3. handwritten digits, turned by up to 10 degrees
# 4. handwritten digits, turned by up to 180 degrees
# 5. road signs with the classes "turn left ahead" and "turn right ahead", mirrored left to right
# 6. satellite photographs of fields, forests and towns, turned by any angle
# 7. tomatoes with the classes "ripe" (red) and "unripe" (green), their hue drawn at random
#
# Answer with a tuple of seven.

# %% tags=["exercise"] exercise="10.5" points=2
# BEGIN SOLUTION
label_survives = (False, True, True, False, False, True, False)
# END SOLUTION

# %% tags=["check"] exercise="10.5"
checks.exercise("10.5", label_survives)

# %% tags=["hidden"] exercise="10.5"
from course_utils.authoring import define

exercise = define.answer("10.5", label_survives)
reasons = (
    "Number 1: write down 2, 3, 4 and 7 and hold them before a mirror. Are these still digits?",
    "Number 2: is a cat that looks to the left still a cat when it looks to the right?",
    "Number 3: people write at a slant of more than that.",
    "Number 4: think of a 6 and of a 9.",
    "Number 5: what does an arrow to the left look like in a mirror?",
    "Number 6: seen from above, which side is up?",
    "Number 7: what tells a ripe tomato from an unripe one?",
)
for place, reason in enumerate(reasons):
    other = tuple(not value if index == place else value for index, value in enumerate(label_survives))
    exercise.wrong(other, f"One is wrong. {reason}")
exercise.wrong(tuple(not value for value in label_survives), "All are the wrong way round: True means the label stays.")
exercise.hints(
    "Imagine the changed image without knowing the old one. Which label would you give it?",
    "Ask two things: does the change ever turn one class into another one of the same task? And does such an image "
    "ever occur?",
    "A smaller case: letters, mirrored. A, H and M stay what they are, but b becomes d. One pair is enough: False.",
)

# %% [markdown]
# ## Is it evidence?
#
# An older course trained a network on CIFAR-10 without augmentation: 68.00%. Then once with: 68.33%, and wrote that
# augmentation helps. Does it, there? Train the *same* network with another seed, and its accuracy changes too.

# %%
groups = {"all labels": by_angle["trained upright"][:, 0], "few": few_plain, "few, augmented": few_augmented}
spreads = [100 * (max(runs) - min(runs)) for runs in groups.values()]
claims.check(
    "in at least one of these groups the same network differs by more than 0.33 points from seed to seed",
    max(spreads) > 0.33, value=max(spreads), unit="points", name="largest_spread",
)  # fmt: skip

# %% [markdown]
# Nothing but the seed was changed, and the accuracies of one group differ by up to {{largest_spread:.1f}} points. That
# is more than 0.33.
#
# So a difference counts only beside the spread. For two groups of runs, with $n_1$ and $n_2$ runs and standard
# deviations $s_1$ and $s_2$ (with $n - 1$ in the denominator, `ddof=1`), the **standard error** of the difference of
# their means is
#
# $$ \sqrt{\frac{s_1^2}{n_1} + \frac{s_2^2}{n_2}} $$
#
# A rule of thumb: a difference of less than two standard errors may well be luck. And from one run there is no spread
# to be had at all.

# %% [markdown]
# ### Exercise 10.6 (investigate): compare runs, not two numbers
#
# Write `compare_runs(without, with_change)`. Both are lists of accuracies, one per seed; they may differ in length.
# It returns three things: the difference of the means (with minus without), its standard error, and whether the
# difference is **more than two standard errors** away from 0, in either direction, as `True` or `False`. If either
# list has fewer than two runs, it raises a `ValueError`.


# %% tags=["exercise"] exercise="10.6" points=3
def compare_runs(without: list, with_change: list) -> tuple:
    """Return (difference of means, its standard error, whether it is more than two standard errors)."""
    # BEGIN SOLUTION
    if min(len(without), len(with_change)) < 2:
        raise ValueError("one run shows no spread; give at least two runs of each.")
    difference = np.mean(with_change) - np.mean(without)
    variances = [np.var(runs, ddof=1) / len(runs) for runs in (without, with_change)]
    standard_error = np.sqrt(sum(variances))
    return float(difference), float(standard_error), bool(abs(difference) > 2 * standard_error)
    # END SOLUTION


# %% tags=["check"] exercise="10.6"
checks.exercise("10.6", compare_runs)

# %% tags=["hidden"] exercise="10.6"
from course_utils.authoring import define

exercise = define.function("10.6", compare_runs, rtol=1e-4, atol=1e-6)
exercise.case("clearly better", without=[0.90, 0.91, 0.92], with_change=[0.95, 0.96, 0.97])
exercise.case("clearly worse", without=[0.95, 0.96, 0.97], with_change=[0.90, 0.91, 0.92])
exercise.case("may be luck", without=[0.68, 0.70, 0.66], with_change=[0.69, 0.70, 0.67])
exercise.case("between one and two standard errors", without=[0.80, 0.84], with_change=[0.83, 0.87, 0.85])
exercise.case("the older course", without=[0.6800], with_change=[0.6833], raises=ValueError)
exercise.case("one run on the other side", without=[0.68, 0.70], with_change=[0.9], raises=ValueError)
exercise.case("five runs beside two", without=[0.5, 0.52, 0.51, 0.55, 0.49], with_change=[0.56, 0.57])
exercise.case("worse", visible=False, without=[0.8, 0.81], with_change=[0.7, 0.705, 0.71])
exercise.case("no run at all", visible=False, without=[0.6, 0.7, 0.8], with_change=[], raises=ValueError)
exercise.case("one run with the change", visible=False, without=[0.6, 0.7], with_change=[0.6], raises=ValueError)
exercise.random_cases(
    4,
    lambda rng: {
        "without": rng.normal(0.7, 0.01, int(rng.integers(2, 6))).tolist(),
        "with_change": rng.normal(0.71, 0.02, int(rng.integers(2, 6))).tolist(),
    },
)
exercise.hints(
    "Three steps: the two means, the two variances, the formula. Look first whether there are enough runs.",
    "np.var(runs, ddof=1) is s squared. Divide each by its own number of runs, add, take the root. abs(...) for "
    "'in either direction'.",
    "A smaller case: [1, 3] and [4, 6]: the means are 2 and 5, both variances are 2. The difference is 3, the "
    "standard error is sqrt(2/2 + 2/2) = 1.414, and 3 is more than 2 x 1.414 = 2.83: True.",
)


# %% tags=["hidden"] exercise="10.6"
def compared(without, with_change, ddof=1, root=np.sqrt, divide=True, at_least=2, times=2, absolute=True):
    if min(len(without), len(with_change)) < at_least:
        raise ValueError
    difference = np.mean(with_change) - np.mean(without)
    parts = [np.var(runs, ddof=ddof) / (len(runs) if divide else 1) for runs in (without, with_change)]
    error = root(sum(parts))
    return float(difference), float(error), bool((abs(difference) if absolute else difference) > times * error)


@exercise.correct
def with_hypot(without, with_change):
    if len(without) < 2 or len(with_change) < 2:
        raise ValueError("too few runs")
    first, second = (np.std(runs, ddof=1) / len(runs) ** 0.5 for runs in (without, with_change))
    difference = sum(with_change) / len(with_change) - sum(without) / len(without)
    return difference, np.hypot(first, second), not -2 <= difference / np.hypot(first, second) <= 2


@exercise.correct
def with_statistics(without, with_change):
    import statistics

    try:
        parts = [statistics.variance(runs) / len(runs) for runs in (without, with_change)]
    except statistics.StatisticsError:
        raise ValueError("too few runs") from None
    difference = statistics.mean(with_change) - statistics.mean(without)
    return difference, sum(parts) ** 0.5, abs(difference) > 2 * sum(parts) ** 0.5


# %% tags=["hidden"] exercise="10.6"
@exercise.mutant("np.var divides by n by itself. Of a few runs take ddof=1, which divides by n - 1.")
def forgets_ddof(without, with_change):
    return compared(without, with_change, ddof=0)


@exercise.mutant("That is the spread of single runs. The mean of n runs is surer: divide each variance by its n.")
def forgets_the_number_of_runs(without, with_change):
    return compared(without, with_change, divide=False)


@exercise.mutant("The root is missing: that is the squared standard error.")
def forgets_the_root(without, with_change):
    return compared(without, with_change, root=float)


@exercise.mutant("A single run was accepted. It has no spread, so it can show nothing: raise ValueError.")
def accepts_one_run(without, with_change):
    with np.errstate(all="ignore"):
        return compared(without, with_change, at_least=0, ddof=int(min(len(without), len(with_change)) > 1))


# %% tags=["hidden"] exercise="10.6"
@exercise.mutant(
    "You look at the number of runs in the first list only. Either list may be too short: raise ValueError."
)
def looks_at_one_list(without, with_change):
    if len(without) < 2:
        raise ValueError("too few runs")
    return accepts_one_run(without, with_change) if len(with_change) else (0.0, 0.0, False)


@exercise.mutant("Clearly worse is evidence too: compare the size of the difference, without its sign.")
def only_improvements(without, with_change):
    return compared(without, with_change, absolute=False)


@exercise.mutant("You compare with one standard error. Luck alone exceeds that about once in three times; take two.")
def one_standard_error(without, with_change):
    return compared(without, with_change, times=1)


@exercise.mutant("The difference has the wrong sign: it is with minus without, so that better is positive.")
def without_minus_with(without, with_change):
    difference, error, evidence = compared(without, with_change)
    return -difference, error, evidence


# %% [markdown]
# ## Many looks at one test image
#
# A last use of draws is at test time, and it is no bug: change the *same* test image in several ways, let the network
# judge each, and take the mean of its probabilities. This is called **test-time augmentation**. The network stays the
# same; it looks several times.
#
# Below, the test digits are tilted, moved and resized once, at random, as in the wide range. Both kinds of networks
# judge each with one look, and with the mean of four looks from slightly different sides.
#
# **Predict before you run:** which of the two kinds gains more from looking four times?

# %% tags=["predict"]
prediction = "..."  # "trained upright", "trained on draws" or "neither"


# %%
hard_change = augment.Augment(**WIDE, fill="constant", seed=11)
hard_images = keras.ops.convert_to_numpy(hard_change(test_images, training=True))  # the test images, once and for all
look_change = augment.Augment(**MILD, fill="constant", seed=7)
views = [keras.ops.convert_to_numpy(look_change(hard_images, training=True)) for _ in range(4)]


def by_four_looks(weights):
    """Return the accuracy of the mean probabilities over the four views."""
    network.set_weights(weights)
    logits = [network.predict(view, batch_size=500, verbose=0) for view in views]
    probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(np.stack(logits)))  # (4, N, 10)
    return np.mean(probabilities.mean(axis=0).argmax(axis=1) == test_labels)


one_look = {name: accuracies(runs, hard_images) for name, runs in trained.items()}
four_looks = {name: [by_four_looks(weights) for weights in runs] for name, runs in trained.items()}

# %% tags=["figure"]
plots.seed_dots(
    {
        f"{name}, {how}": found[name]
        for name in trained
        for how, found in {"one look": one_look, "four looks": four_looks}.items()
    },
    xlabel="accuracy on tilted, moved and resized test digits",
    alt="Four rows of three dots, a dot for each seed: both kinds of networks, each with one look and with four looks.",
)

# %% tags=["claim"]
look_gain = {name: 100 * (np.mean(four_looks[name]) - np.mean(one_look[name])) for name in trained}
claims.check(
    "four looks do not replace training: upright networks stay more than 10 points behind one look of the others",
    np.mean(one_look["trained on draws"]) - np.mean(four_looks["trained upright"]) > 0.1,
    value=100 * (np.mean(one_look["trained on draws"]) - np.mean(four_looks["trained upright"])),
    name="looks_behind",
)
claims.check(
    "looking four times changes the accuracy of networks trained upright by less than 12 points",
    abs(look_gain["trained upright"]) < 12, value=look_gain["trained upright"], name="look_gain_upright",
)  # fmt: skip
claims.check(
    "and of networks trained on draws by less than 5 points",
    abs(look_gain["trained on draws"]) < 5, value=look_gain["trained on draws"], name="look_gain_draws",
)  # fmt: skip

# %% [markdown]
# **What to notice.** Four looks change the upright networks by {{look_gain_upright:+.1f}} points and the others by
# {{look_gain_draws:+.1f}}, for four times the work. What was not learned in training is not learned by looking more
# often: the upright networks stay {{looks_behind:.0f}} points behind.

# %% [markdown]
# ### Exercise 10.7 (build): the mean of several looks
#
# Write `judge(logits)`. It takes the logits of several looks, `(looks, images, classes)`, and returns the class of
# each image, `(images,)` whole numbers: the class with the largest **mean probability**. Probabilities come from a
# softmax over the classes. Mind large logits: `np.exp(1000)` overflows.


# %% tags=["exercise"] exercise="10.7" points=2
def judge(logits: np.ndarray) -> np.ndarray:
    """Return the class (images,) with the largest mean probability over the looks."""
    # BEGIN SOLUTION
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities = shifted / shifted.sum(axis=-1, keepdims=True)
    return probabilities.mean(axis=0).argmax(axis=-1)
    # END SOLUTION


# %% tags=["check"] exercise="10.7"
checks.exercise("10.7", judge)

# %% tags=["hidden"] exercise="10.7"
from course_utils.authoring import define

exercise = define.function("10.7", judge)
agree = np.array([[[3.0, 0.0, 0.0], [0.0, 2.0, 0.0]], [[2.0, 1.0, 0.0], [0.0, 1.0, 0.5]]])
one_is_extreme = np.array([[[30.0, 0.0, 0.0]], [[0.0, 4.0, 0.0]], [[0.0, 4.0, 0.0]]])
one_is_sure = np.array([[[9.0, 0.0, 0.0]], [[0.0, 0.2, 0.0]], [[0.0, 0.2, 0.0]]])
exercise.case("two looks that agree", logits=agree)
exercise.case("one look with an extreme logit", logits=one_is_extreme)
exercise.case("one sure look, two unsure ones", logits=one_is_sure)
exercise.case("one look rules a class out", logits=np.array([[[2.0, 0.0]], [[2.0, 0.0]], [[-9.0, 0.0]]]))
exercise.case("large logits", logits=np.array([[[800.0, 900.0, 0.0]], [[750.0, 810.0, 20.0]]]))
exercise.case(
    "two images, far apart", logits=np.array([[[0.0, 1.0], [2000.0, 2001.0]], [[0.5, 0.0], [1500.0, 1499.0]]])
)
exercise.case("two looks, far apart", logits=np.array([[[2000.0, 2001.0]], [[0.0, 3.0]]]))
exercise.case("the first look is not the best", logits=np.concatenate([agree[:, ::-1] * 0.2, agree, agree]))
exercise.case("one look", visible=False, logits=one_is_sure[:1])
far_apart = np.array([[[1990.0, 2000.0, 0.0], [0.0, 0.5, 3.0]], [[0.0, 2.0, 1.0], [1200.0, 0.0, 1201.0]]])
exercise.case("far apart, three classes", visible=False, logits=far_apart)
exercise.case("larger logits", visible=False, logits=np.array([[[0.0, 990.0, 1000.0]], [[3.0, 940.0, 950.0]]]))
exercise.random_cases(
    4, lambda rng: {"logits": rng.normal(0, 3, (int(rng.integers(2, 6)), 25, int(rng.integers(2, 6))))}
)
exercise.hints(
    "Which axis counts the looks, which the classes? The softmax runs over the classes, the mean over the looks.",
    "Subtract the largest logit of each row before np.exp: the probabilities stay the same. Then divide by the sum "
    "over the last axis, take the mean over axis 0, and argmax over the classes.",
    "A smaller case: one image, two classes, three looks with logits (0, 1), (0, 1) and (5, 0): the probabilities of "
    "class 0 are 0.27, 0.27 and 0.99, their mean is 0.51, so the answer is [0].",
)


# %% tags=["hidden"] exercise="10.7"
def softmax(logits):
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


@exercise.correct
def with_scipy(logits):
    import scipy.special

    return np.argmax(np.mean(scipy.special.softmax(logits, axis=2), axis=0), axis=1)


@exercise.correct
def with_loops(logits):
    num_looks, num_images, num_classes = logits.shape
    total = np.zeros((num_images, num_classes))
    for look in range(num_looks):
        for image in range(num_images):
            weights = np.exp(logits[look, image] - max(logits[look, image]))
            total[image] += weights / sum(weights)
    return np.array([int(np.argmax(row)) for row in total])


# %% tags=["hidden"] exercise="10.7"
@exercise.mutant("You took the mean of the logits: one extreme look outweighs all others. Take probabilities first.")
def mean_of_logits(logits):
    return logits.mean(axis=0).argmax(axis=-1)


@exercise.mutant("You counted votes. A look that is nearly sure must weigh more than one that is undecided.")
def counts_votes(logits):
    votes = logits.argmax(axis=-1)
    return np.array([np.bincount(column, minlength=logits.shape[-1]).argmax() for column in votes.T])


# %% tags=["hidden"] exercise="10.7"
@exercise.mutant("Only the first look counts. Take the mean over axis 0.")
def first_look_only(logits):
    return softmax(logits)[0].argmax(axis=-1)


@exercise.mutant("The answer is one number per look. The mean goes over the looks (axis 0), not over the images.")
def mean_over_images(logits):
    return softmax(logits).mean(axis=1).argmax(axis=-1)


@exercise.mutant("np.exp overflows for large logits, and inf / inf is no number. Subtract the largest logit first.")
def overflows(logits):
    with np.errstate(all="ignore"):
        weights = np.exp(logits)
        return (weights / weights.sum(axis=-1, keepdims=True)).mean(axis=0).argmax(axis=-1)


@exercise.mutant(
    "You take the largest logit of ALL away. For a row with much smaller logits every exponential becomes 0, and 0 / 0 "
    "is no number. Each row needs its own largest logit."
)
def takes_the_largest_of_all(logits):
    with np.errstate(all="ignore"):
        weights = np.exp(logits - logits.max())
        return (weights / weights.sum(axis=-1, keepdims=True)).mean(axis=0).argmax(axis=-1)


# %% tags=["hidden"] exercise="10.7"
@exercise.mutant(
    "You take the largest logit of each LOOK away. Images differ, too: for one with much smaller logits every "
    "exponential becomes 0. Each row needs its own largest logit."
)
def takes_the_largest_of_each_look(logits):
    with np.errstate(all="ignore"):
        weights = np.exp(logits - logits.max(axis=(1, 2), keepdims=True))
        return (weights / weights.sum(axis=-1, keepdims=True)).mean(axis=0).argmax(axis=-1)


@exercise.mutant("The exponentials are not divided by their sum, so a look with large logits outweighs all others.")
def forgets_to_divide(logits):
    return np.exp(logits - logits.max()).mean(axis=0).argmax(axis=-1)


# %% [markdown]
# ## Mix two images, and their labels
#
# So far each image kept its label. **MixUp** goes one step further: it lays two images of the batch over each other
# like two slides, and mixes *the labels in the same way*. 70% of a three and 30% of an eight is to be answered with
# 70% three and 30% eight. **CutMix** pastes a rectangle of one image into another; the labels are mixed by area. Both
# are Keras layers; `augment.mixed` applies them to a stream of batches.


# %% tags=["figure"]
def first_batch(layer):
    """Return the first eight digits after a layer has mixed them, and the shares of their labels."""
    labelled = training.batches(*digits.train, batch_size=8, seed=0)
    return next(iter(augment.mixed(labelled, layer, num_classes=10)))


blended, shares = first_batch(augment.mix_up(alpha=1, seed=2))
pasted, areas = first_batch(augment.cut_mix(seed=17))


def share_text(row):
    """Write a row of label shares, such as 0.7 x 3 + 0.3 x 8."""
    return " + ".join(f"{share:.1f} x {digit}" for digit, share in enumerate(row) if share > 0.05)


plots.grid(
    keras.ops.convert_to_numpy(keras.ops.concatenate([blended, pasted]))[..., 0],
    titles=[share_text(row) for row in [*shares.numpy(), *areas.numpy()]],
    columns=8,
    alt="Sixteen pictures, each of two digits. In the upper row they are laid over each other, one more strongly than "
    "the other; in the lower row a rectangle of one is pasted into the other. Above each stand the shares of the two "
    "labels.",
)

# %% [markdown]
# **What to notice.** In the upper row you see both digits, in the lower row often only one: the pasted rectangle, or
# what it covers, was nothing but black. The label counts its area all the same, and names a digit that nobody can see.
# On photographs, which have something everywhere, that is rare.
#
# The labels are now rows of shares, so the loss is `keras.losses.CategoricalCrossentropy(from_logits=True)`: the
# cross-entropy of lesson 05, weighted with the shares. The idea is that between two classes the network learns to be
# *between*, instead of sure of one or the other.
#
# Turning and moving say something true about how people write. A blend of a three and an eight is nothing that anybody
# writes. On large photographs and in long trainings MixUp and CutMix are among the strongest augmentations there are;
# whether they help your network on your data in your time is a question to measure, over several seeds. If you like,
# try it with the ten labels a class from above: compile a network with that loss and train it on `augment.mixed(...)`.

# %% [markdown]
# ### Exercise 10.8 (build): mix by hand
#
# Write `mix(images, labels, partner, kept, num_classes)`. Image number `i` is mixed with image number `partner[i]`:
# `kept[i]` of the first and `1 - kept[i]` of the second; and so is its label. It returns the pair of the mixed
# images, float, in the shape of `images`, and the label shares `(N, num_classes)`, float, whose rows sum to 1.
#
# `images` is `(N, H, W, C)` uint8, `labels` and `partner` are whole numbers `(N,)`, `kept` is float `(N,)` from 0
# to 1. Two images of the same class are mixed like all others.


# %% tags=["exercise"] exercise="10.8" points=3
def mix(images: np.ndarray, labels: np.ndarray, partner: np.ndarray, kept: np.ndarray, num_classes: int) -> tuple:
    """Return (mixed images (N, H, W, C), label shares (N, num_classes))."""
    # BEGIN SOLUTION
    image_kept = kept[:, np.newaxis, np.newaxis, np.newaxis]
    mixed_images = image_kept * images + (1 - image_kept) * images[partner]
    one_hot = np.eye(num_classes)[labels]
    shares = kept[:, np.newaxis] * one_hot + (1 - kept[:, np.newaxis]) * one_hot[partner]
    return mixed_images, shares
    # END SOLUTION


# %% tags=["check"] exercise="10.8"
checks.exercise("10.8", mix)

# %% tags=["hidden"] exercise="10.8"
from course_utils.authoring import define

exercise = define.function("10.8", mix, rtol=1e-4, atol=1e-4)
flat = np.repeat(np.array([10, 100, 200], np.uint8), 4).reshape(3, 2, 2, 1)
three_labels, partners = np.array([0, 2, 1]), np.array([1, 2, 0])
exercise.case(
    "three flat images",
    images=flat,
    labels=three_labels,
    partner=partners,
    kept=np.array([0.75, 0.5, 0.2]),
    num_classes=3,
)
exercise.case(
    "two of the same class", images=flat[:2], labels=np.array([1, 1]), partner=np.array([1, 0]),
    kept=np.array([0.9, 0.3]), num_classes=4,
)  # fmt: skip
exercise.case(
    "an image with itself", images=flat, labels=three_labels, partner=np.arange(3), kept=np.array([0.1, 0.6, 1.0]),
    num_classes=3,
)  # fmt: skip
exercise.case(
    "colour, weights 0 and 1", visible=False, images=np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3) * 10,
    labels=np.array([3, 0]), partner=np.array([1, 0]), kept=np.array([0.0, 1.0]), num_classes=5,
)  # fmt: skip
# %% tags=["hidden"] exercise="10.8"
exercise.random_cases(
    3,
    lambda rng: {
        "images": rng.integers(0, 256, (5, 3, 3, 2), dtype=np.uint8),
        "labels": rng.integers(0, 4, 5),
        "partner": rng.permutation(5),
        "kept": rng.uniform(0, 1, 5),
        "num_classes": 4,
    },
)
exercise.hints(
    "First make a row for each label: 1 at its class, 0 elsewhere. Then images and rows are mixed by the same formula.",
    "np.eye(num_classes)[labels] gives the rows. kept needs more axes, to multiply images and rows: "
    "kept[:, np.newaxis].",
    "A smaller case: a pixel 100 of class 0, its partner 200 of class 1, kept 0.75: the pixel becomes 0.75 x 100 + "
    "0.25 x 200 = 125, and of two classes the shares are (0.75, 0.25).",
)


# %% tags=["hidden"] exercise="10.8"
def mixed_by(images, labels, partner, kept, label_kept, num_classes):
    rows = np.eye(num_classes)[labels]
    column, four_axes = label_kept[:, None], kept.reshape(-1, 1, 1, 1)
    return four_axes * images + (1 - four_axes) * images[partner], column * rows + (1 - column) * rows[partner]


# %% tags=["hidden"] exercise="10.8"
@exercise.correct
def one_by_one(images, labels, partner, kept, num_classes):
    pictures, shares = np.zeros(images.shape), np.zeros((len(labels), num_classes))
    for index, (other, part) in enumerate(zip(partner, kept, strict=True)):
        pictures[index] = part * images[index].astype(float) + (1 - part) * images[other].astype(float)
        shares[index, labels[index]] += part
        shares[index, labels[other]] += 1 - part
    return pictures, shares


@exercise.correct
def with_einsum(images, labels, partner, kept, num_classes):
    matrix = np.diag(kept)
    np.add.at(matrix, (np.arange(len(kept)), partner), 1 - kept)
    rows = (labels[:, None] == np.arange(num_classes)).astype(float)
    return np.einsum("ij,jhwc->ihwc", matrix, images.astype(float)), matrix @ rows


@exercise.mutant("The images are mixed, the labels are not: half of what the network sees is then called wrong.")
def keeps_the_labels(images, labels, partner, kept, num_classes):
    return mixed_by(images, labels, partner, kept, np.ones_like(kept), num_classes)


@exercise.mutant("The shares of the labels are the wrong way round: `kept` belongs to the image's own label.")
def turns_the_shares_around(images, labels, partner, kept, num_classes):
    return mixed_by(images, labels, partner, kept, 1 - kept, num_classes)


# %% tags=["hidden"] exercise="10.8"
@exercise.mutant("The images are the wrong way round: `kept` belongs to image i, 1 - kept to its partner.")
def turns_the_images_around(images, labels, partner, kept, num_classes):
    return mixed_by(images, labels, partner, 1 - kept, kept, num_classes)


@exercise.mutant("Every image was mixed half and half. Use kept.")
def half_and_half(images, labels, partner, kept, num_classes):
    half = np.full_like(kept, 0.5)
    return mixed_by(images, labels, partner, half, half, num_classes)


@exercise.mutant("You set the shares with =. Where both images have the same class, the two must be ADDED.")
def overwrites_a_share(images, labels, partner, kept, num_classes):
    pictures, shares = mix(images, labels, partner, kept, num_classes)
    same = labels == labels[partner]
    shares[same, labels[same]] = 1 - kept[same]
    return pictures, shares


@exercise.mutant("You averaged the class NUMBERS. Half a 2 and half a 4 is no 3: mix rows, not numbers.")
def averages_the_numbers(images, labels, partner, kept, num_classes):
    number = np.rint(kept * labels + (1 - kept) * labels[partner]).astype(int)
    return mix(images, labels, partner, kept, num_classes)[0], np.eye(num_classes)[number]


# %% [markdown]
# ## All of it together: a recipe for digits
#
# Lesson 05 left us with a network of dense layers. Here is what five lessons have changed: a few small convolutions,
# normalised; a cycle of the learning rate that ends at almost 0; and images that are turned, moved, resized and
# slanted a little, afresh each time they are shown. Nothing is chosen here any more, so all digits but the test
# digits are trained on.
#
# The dense network of lesson 05, 784-512-512-10, competes. It has eleven times the parameters, gets **the same CPU
# seconds**, and learns from upright digits, as it did there.
#
# **Predict:** how many of 100 test digits will each of the two get wrong?

# %% tags=["predict"]
prediction = (..., ...)  # the dense network, the CNN

# %%
recipe_epochs = profile.choose(quick=4, full=15)
all_but_test = digits.development


def score_of(network, seed, epochs, change=None, extra=()):
    batches = training.batches(*all_but_test, batch_size=64, seed=seed, augment=change)
    network.fit(batches, epochs=epochs, verbose=0, callbacks=[*training.callbacks(), *extra])
    return training.accuracy(network, *digits.test)


# %%
def recipe_cnn():
    network = training.recipes.quick_cnn((28, 28, 1), 10)
    training.recipes.compile_one_cycle(
        network, len(all_but_test.labels), 64, recipe_epochs, peak=0.02, label_smoothing=0.1, steps_per_execution=9
    )
    return network


def dense_network():
    network = training.recipes.mlp((28, 28, 1), 10)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile("adam", loss, metrics=["accuracy"], steps_per_execution=9)
    return network


# %%
recipe_scores, seconds_used = {"dense layers": [], "the recipe": []}, []
for seed, network in training.fresh_starts(recipe_cnn, seeds=3):
    limits = {"rotation_degrees": 10, "shift_pixels": 1.25, "zoom": 0.08, "shear_degrees": 5}
    change = augment.Augment(**limits, fill="constant", seed=seed)
    with training.cpu_timer() as timer:
        recipe_scores["the recipe"].append(score_of(network, seed, recipe_epochs, change))
    seconds_used.append(timer.seconds)
for seed, network in training.fresh_starts(dense_network, seeds=3):
    stop = training.StopAfter(seconds_used[seed])
    recipe_scores["dense layers"].append(score_of(network, seed, 1000, extra=[stop]))

# %% tags=["figure"]
plots.seed_dots(
    recipe_scores,
    xlabel="accuracy on test digits",
    alt="Two rows of three dots, a dot for each seed: the dense network and the recipe.",
)

# %% tags=["claim"]
needed = profile.choose(quick=98.5, full=99.3)
claims.check(
    f"on average the recipe reads at least {needed} of 100 test digits",
    100 * np.mean(recipe_scores["the recipe"]) >= needed,
    value=100 * np.mean(recipe_scores["the recipe"]),
    unit="%",
    name="recipe_accuracy",
)
lead = 100 * (np.mean(recipe_scores["the recipe"]) - np.mean(recipe_scores["dense layers"]))
least_lead = profile.choose(quick=3, full=0.8)
claims.check(
    f"that is at least {least_lead} points more than the dense network with the same CPU seconds",
    lead >= least_lead,
    value=lead,
    unit="points",
    name="recipe_lead",
)

# %% [markdown]
# **What to notice.** {{recipe_accuracy:.1f}} of 100 are right, {{recipe_lead:.1f}} points more than with dense layers.
# Count errors rather than right answers: the step from 95 to 99 sounds like 4 percent, and it takes away four fifths
# of the errors. The three dots of each lie close together, so the lead is no matter of luck. How much of it is owed
# to the convolutions and how much to the draws, this experiment does not say: two things were changed at once, and
# the ablations of lesson 09 show how one would find out.

# %% [markdown]
# ## Key points
#
# - A CNN is not invariant to turning and resizing. Shown turned, resized and moved images in training, it learns to
#   be, within the range it was shown and not beyond.
# - Images are resampled backwards: each new pixel is read from the old image. Compose all maps first and read once.
# - Augment training images only. Validation and test images stay as they are, or the numbers swing and answer
#   another question.
# - A transform is right for a task if a person would give the changed image the same label. With few labels, such
#   transforms help a great deal.
# - A difference counts beside the spread of several seeds. From one run there is no spread.
#
# ## Self-test
#
# <details><summary>1. A network was trained on digits turned by up to 40 degrees. How will it do at 90
# degrees?</summary>
#
# Badly, much as a network that has seen upright digits only. It learned the angles it was shown, not the idea of
# turning.
#
# </details>
#
# <details><summary>2. Why does turning an image by sending its pixels leave holes?</summary>
#
# The new places are rounded: some new pixels are hit twice, others never. Reading backwards, each new pixel gets a
# value.
#
# </details>
#
# <details><summary>3. Training accuracy is below validation accuracy in every epoch. Is something broken?</summary>
#
# Not if training images are augmented: they are harder than the clean validation images. (Dropout has the same
# effect.)
#
# </details>
#
# <details><summary>4. A network that reads chest X-rays is trained with mirrored images. What could go
# wrong?</summary>
#
# The heart lies on the left. Mirrored, a healthy person looks like one whose heart lies on the right, and if a label
# depends on the side, it is now wrong.
#
# </details>
#
# <details><summary>5. Two settings differ by 0.3 points; the seeds of each spread over 0.8. What do you do?</summary>
#
# More seeds, or take the simpler setting. With this spread the difference may well be luck.
#
# </details>
#
# ## To read
#
# - C. Shorten and T. Khoshgoftaar, [A survey on Image Data Augmentation for Deep
#   Learning](https://doi.org/10.1186/s40537-019-0197-0), 2019.
# - P. Simard, D. Steinkraus and J. Platt, [Best Practices for Convolutional Neural Networks Applied to Visual
#   Document Analysis](https://doi.org/10.1109/ICDAR.2003.1227801), 2003: affine and elastic draws on digits.
# - H. Zhang and others, [mixup: Beyond Empirical Risk Minimization](https://arxiv.org/abs/1710.09412), 2018.
# - S. Yun and others, [CutMix](https://arxiv.org/abs/1905.04899), 2019.
# - T. Cohen and M. Welling, [Group Equivariant Convolutional Networks](https://arxiv.org/abs/1602.07576), 2016:
#   turning built into the network instead of the data.
#
# ## Next
#
# You can now train a network that reads real images and bears what it must bear. What has it learned? The lessons to
# come look inside: at its features, at the images that excite it most, and at where it looks. The first of them is
# [11 Read feature vectors](11_read_feature_vectors.ipynb).
