# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Regress keypoints
# read_minutes: 45
# exercise_minutes: 55
# objectives:
#   - Measure predicted points against the size of the thing and against a baseline that sees no image
#   - Mirror images together with the names of their points, and recognise the damage where names were forgotten
#   - Compare a coordinate head with a heatmap head that has as many parameters
#   - Test every one of 100 real faces once by cross-validation, and say how far to trust the result
#   - Predict points and a class with one network, and lay a picture onto a face
# needs: [09_design_and_train_a_cnn, 10_augment_for_invariance, 13_transfer_from_vgg16]
# data: [astronaut, brick, camera, china, coffee, face_points, face_points_again, faces, grass, gravel, motorcycle,
#   rocket]
# budget: {cpu_seconds: 90, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 100 minutes, exercises included: opening 6, errors with 19.1 12, drawn faces 8,
# mirrors with 19.2 15, heatmaps with 19.3 16, real faces with 19.4 15, glasses with 19.5 10, people with 19.6 and 19.7
# 18; the own points are homework. Short of time: leave out 19.4 and 19.6.
#
# **What students believe, and where the lesson meets it.** A small loss means that it works (the eyes that merge).
# More data by mirroring always helps (the real faces). The error in pixels says how good a network is (a face twice as
# large). A hidden joint cannot be known (the boxes). A network needs one loss (points and visibility).
#
# **Let the class vote before you run:** where the eyes will be after the wrong mirror; dense head or maps; whether
# mirroring helps on real faces.

# %% tags=["setup"]
import itertools
import os
import pathlib
import tempfile

import cv2
import keras
import numpy as np
from keras import layers

from course_utils import backbones, checks, claims, images, keypoints, plots, profile, training
from course_utils.datasets import drawn_faces, face_points, stick_figures

SIDE = 32  # of the faces, in pixels
SEEDS = 3
EPOCHS = profile.choose(quick=8, full=40)
quick = profile.name() == "quick"  # some claims are about the small experiments only

# %% [markdown]
# ## Ten numbers instead of a name
#
# So far every network answered with a *class*. This lesson's networks answer with **places**: where are the eyes, the
# nose, the corners of the mouth? That is five points, ten numbers, the same for every picture. Such points are called
# **keypoints**; predicting numbers rather than classes is called **regression**.
#
# The photograph below is real and no network of this lesson has been trained on it. A square around the face was cut
# out by hand, shrunk to 32 x 32 gray pixels, and given to one dense layer on the features of lesson 13's frozen
# network. It was trained on a hundred other faces. Then a drawing of glasses was laid onto the two eyes that it found.

# %%
real = face_points.face_points(side=SIDE)
vgg16 = backbones.load("vgg16")
print(vgg16)
features = backbones.extract(vgg16, real.images, "block2_pool", pooling="flatten")
face_reader = keypoints.fit_ridge(features, real.points)

# %% tags=["figure"]
astronaut = images.load("astronaut")
top, left, size = 62, 164, 115  # a square around her face
face = images.to_gray(astronaut[top : top + size, left : left + size])
small = cv2.resize(face, (SIDE, SIDE), interpolation=cv2.INTER_AREA)[np.newaxis, ..., np.newaxis]
found = face_reader.predict(backbones.extract(vgg16, small, "block2_pool", pooling="flatten"))[0]
drawing, lenses = keypoints.glasses("sun")
shown, placed = [], []
for points in (keypoints.mean_shape(real.points), found):
    in_photograph = keypoints.resize_points(points, (SIDE, SIDE), (size, size)) + np.array([left, top])
    matrix = keypoints.similarity(lenses, in_photograph[:2])
    shown.append(keypoints.overlay(astronaut, drawing, matrix)[:300, 90:350])
    placed.append(in_photograph)
plots.compare(
    astronaut[:300, 90:350], *shown,
    titles=["the photograph", "glasses for the average face", "glasses on the eyes that were found"],
    alt="Three times the same portrait of an astronaut. In the second one sunglasses hang too low and too far left. "
    "In the third one they sit on her eyes.",
)  # fmt: skip

# %% [markdown]
# The middle one shows where the eyes are in the *average* of the hundred faces. It looks at no pixel at all, and it
# does not do badly. This **mean shape** is the rival that every network of this lesson has to beat.
#
# ## How far off?
#
# Points are pairs (x, y) in pixels, x to the right and **y downwards**; (0, 0) is the centre of the first pixel. Left
# and right are those of the *picture*: the left eye is the one that you see on the left. (Many public data sets mean
# the person's left. Neither is wrong; mixing them is.)
#
# In a picture of 32 x 32 pixels an error of three pixels puts an eye onto the cheek. In a photograph of 2,000 x 2,000
# nobody sees it. So errors are divided by a length of the thing itself; for faces by the distance of the two eyes.
# This is the **normalised error**. With it, a face that is photographed twice as large gets the same error.

# %%
eyes_apart = keypoints.span(real.points, 0, 1)  # (100,): NaN where an eye is hidden
print(face_points.POINTS)
print(f"{np.isnan(eyes_apart).sum()} of {len(eyes_apart)} faces have a hidden eye")

# %% [markdown]
# ### Exercise 19.1 (apply): the normalised error
#
# Write `normalised_errors(points, predicted)`. Both are `(num_images, num_points, 2)`; points 0 and 1 are the eyes. It
# returns the distance of each predicted point from the true one, divided by the distance between the two **true** eyes
# of the same image: `(num_images, num_points)`. Where a true point is absent (NaN), the error is NaN.


# %% tags=["exercise"] exercise="19.1" points=2
def normalised_errors(points: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return (num_images, num_points): distances as shares of the distance between the eyes."""
    # BEGIN SOLUTION
    distances = np.linalg.norm(points - predicted, axis=-1)
    eyes = np.linalg.norm(points[:, 0] - points[:, 1], axis=-1)
    return distances / eyes[:, np.newaxis]
    # END SOLUTION


# %% tags=["check"] exercise="19.1"
checks.exercise("19.1", normalised_errors)

# %% tags=["hidden"] exercise="19.1"
from course_utils.authoring import define

exercise = define.function("19.1", normalised_errors, rtol=1e-5, atol=1e-6)
two_eyes = np.array([[[2.0, 5.0], [12.0, 5.0], [7.0, 9.0]]])
two_faces = np.array([[[2.0, 5.0], [12.0, 5.0], [7.0, 9.0]], [[0.0, 0.0], [3.0, 4.0], [8.0, 1.0]]])
absent = two_faces.copy()
absent[1, 2] = np.nan
exercise.case(
    "the nose is off by 3 and 4 pixels", points=two_eyes, predicted=np.add(two_eyes, [[0, 0], [0, 0], [3, 4]])
)
exercise.case("two faces of different size", points=two_faces, predicted=np.add(two_faces, [1, -2]))
exercise.case("the predicted eyes are too far apart", points=two_eyes, predicted=two_eyes * 2)
exercise.case("an absent nose", points=absent, predicted=two_faces + 1)
exercise.case("all right", visible=False, points=two_faces, predicted=two_faces)
exercise.case("eyes only", visible=False, points=two_faces[:, :2], predicted=two_faces[:, :2] - [0.5, 2])
exercise.case("an absent nose, one face", visible=False, points=absent[1:], predicted=two_faces[1:] - 3)
exercise.random_cases(
    3,
    lambda rng: {"points": rng.uniform(0, 30, (4, 5, 2)), "predicted": rng.uniform(0, 30, (4, 5, 2))},
)
exercise.hints(
    "How many numbers does a point have, and over which axis do you add their squares?",
    "np.linalg.norm(points - predicted, axis=-1) has the shape (num_images, num_points). The distance of the eyes is "
    "one number for each image: give it a second axis of length 1 before you divide.",
    "A smaller case: eyes at (0, 0) and (10, 0), the nose at (5, 5), predicted at (5, 8): its error is 3 / 10 = 0.3.",
)


# %% tags=["hidden"] exercise="19.1"
@exercise.correct
def with_complex_numbers(points, predicted):
    true, guess = points @ [1, 1j], predicted @ [1, 1j]
    return np.abs(true - guess) / np.abs(true[:, :1] - true[:, 1:2])


@exercise.correct
def image_by_image(points, predicted):
    rows = []
    for true, guess in zip(points, predicted, strict=True):
        eyes = np.hypot(*(true[0] - true[1]))
        rows.append([np.hypot(*(one - other)) / eyes for one, other in zip(true, guess, strict=True)])
    return np.array(rows)


@exercise.mutant("The errors are in pixels still: divide by the distance of the eyes.")
def stays_in_pixels(points, predicted):
    return np.linalg.norm(points - predicted, axis=-1)


@exercise.mutant(
    "Divide by the distance of the TRUE eyes: with the predicted ones a wild guess makes its own error small."
)
def predicted_eyes(points, predicted):
    eyes = np.linalg.norm(predicted[:, 0] - predicted[:, 1], axis=-1)
    return np.linalg.norm(points - predicted, axis=-1) / eyes[:, np.newaxis]


# %% tags=["hidden"] exercise="19.1"
@exercise.mutant("You took the mean of x and y. A distance is the root of the sum of their squares.")
def mean_of_axes(points, predicted):
    eyes = np.linalg.norm(points[:, 0] - points[:, 1], axis=-1)
    return np.abs(points - predicted).mean(axis=-1) / eyes[:, np.newaxis]


@exercise.mutant("Each image has its own distance of the eyes; do not take their mean.")
def one_scale_for_all(points, predicted):
    eyes = np.linalg.norm(points[:, 0] - points[:, 1], axis=-1).mean()
    return np.linalg.norm(points - predicted, axis=-1) / eyes


@exercise.mutant("An absent point has no error, not the error 0: that would make the mean look better. Leave it NaN.")
def absent_is_no_error(points, predicted):
    eyes = np.linalg.norm(points[:, 0] - points[:, 1], axis=-1)
    return np.nan_to_num(np.linalg.norm(points - predicted, axis=-1) / eyes[:, np.newaxis])


@exercise.mutant(
    "You took the distance of the eyes in x only. A tilted head has eyes at different heights: take the distance."
)
def eyes_in_x_only(points, predicted):
    eyes = np.abs(points[:, 0, 0] - points[:, 1, 0])
    return np.linalg.norm(points - predicted, axis=-1) / eyes[:, np.newaxis]


@exercise.mutant("These are squared distances: the root is missing.")
def forgets_the_root(points, predicted):
    eyes = np.sum((points[:, 0] - points[:, 1]) ** 2, axis=-1)
    return np.sum((points - predicted) ** 2, axis=-1) / eyes[:, np.newaxis]


# %% [markdown]
# Two numbers sum up many errors. The **mean**, and the **PCK** (percentage of correct keypoints): the share of points
# whose error is below a limit, often 0.1. The mean is dragged by a few wild misses; the PCK does not care how wild
# they are. A report gives both, and the limit.
#
# How far off were the two pairs of glasses? The astronaut's eyes, marked by eye in the photograph, are here:

# %% tags=["claim"]
her_eyes = np.array([[203.0, 101.0], [247.0, 103.0]])  # in pixels of the photograph
by_mean_shape, by_reader = (
    keypoints.errors(her_eyes[np.newaxis], points[np.newaxis, :2], scale=44.0).mean() for points in placed
)
claims.check(
    "her eyes: the reader's error is at most two thirds of the mean shape's", by_reader <= by_mean_shape * 2 / 3,
    value=by_reader, name="her_eyes",
)  # fmt: skip
claims.measured("the mean shape's error on her eyes", by_mean_shape, name="her_eyes_by_mean_shape")

# %% [markdown]
# The mean shape misses them by {{her_eyes_by_mean_shape:.2f}} of the distance between them, the reader by
# {{her_eyes:.2f}}. One face proves nothing, of course, and this one was chosen by us.

# %% [markdown]
# ## Drawn faces, exact points
#
# Real points are scarce, since somebody has to click on each. So we begin with faces drawn by code, for which every
# point is known exactly. They are drawn at 48 x 48 pixels and shrunk to 32; the points are shrunk with them.


# %%
def faces(count, seed):
    """Return drawn faces and their points, in pixels."""
    drawn = drawn_faces.make(count, outline=True, seed=seed)
    return keypoints.resize(drawn.images, drawn.points, SIDE)


train_images, train_points = faces(profile.choose(quick=448, full=10_000), seed=1)
test_images, test_points = faces(300, seed=2)
shape = keypoints.mean_shape(train_points)  # (5, 2)
test_eyes = keypoints.span(test_points, 0, 1)
baseline = keypoints.errors(test_points, shape, scale=test_eyes)  # (300, 5)

# %% tags=["figure"]
plots.points(
    test_images[:12], np.repeat(shape[np.newaxis], 12, axis=0), test_points[:12],
    alt="Twelve simple drawn faces, turned and moved by different amounts. White crosses lie on eyes, nose and "
    "corners of the mouth. The orange dots of the mean shape stand in the same places in every picture, pixels "
    "away.",
)  # fmt: skip

# %% [markdown]
# The network is the kind that you know: three convolutions, `Flatten`, one dense layer. Only its end differs. The
# dense layer gives ten numbers with no softmax, and the loss is the mean squared distance.
#
# Two details decide whether it learns at all. Points are given as **shares** of the picture, from 0 at the left edge
# to 1 at the right, so that they have the size that networks like. And the dense layer begins with weights of 0 and a
# bias of 0.5: before it has learned anything, all points lie in the middle of the picture, which is not a bad guess.
# (With random first weights the points would begin anywhere, and a short training would be spent on bringing them
# back.)
#
# `PointLoss` is the mean squared distance; it leaves out points that are absent.


# %%
def coordinate_network():
    """Return the network: the dense layer at its end gives ten numbers."""
    inputs = keras.Input((SIDE, SIDE, 1))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    for filters, kernel_size, strides in ((16, 5, 2), (32, 3, 1), (48, 3, 1)):
        x = layers.Conv2D(filters, kernel_size, strides=strides, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.MaxPooling2D(2)(x) if filters < 48 else x
    middle = keras.initializers.Constant(0.5)
    x = layers.Dense(10, kernel_initializer="zeros", bias_initializer=middle, dtype="float32")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Reshape((5, 2), dtype="float32")(x))


by_course = keypoints.coordinate_network((SIDE, SIDE, 1), num_points=5)
as_large = coordinate_network().count_params() == by_course.count_params()
print(f"as many parameters as keypoints.coordinate_network: {as_large}; output {by_course.output_shape}")


# %%
def compiled(network, loss, num_images, epochs=EPOCHS, **options):
    """Return a network that is ready for a training of so many images and epochs."""
    steps = training.num_steps(num_images, 32, epochs)
    optimizer = keras.optimizers.Adam(training.OneCycle(0.01, steps))
    network.compile(optimizer=optimizer, loss=loss, **options)
    return network


def trained(starts, pictures, points, epochs=EPOCHS):
    """Yield (network, losses) for each of three seeds."""
    shares = keypoints.to_shares(points, *pictures.shape[1:3])
    for _ in range(SEEDS):
        _, network = next(starts)
        history = network.fit(pictures, shares, batch_size=32, epochs=epochs, verbose=0, callbacks=training.callbacks())
        yield network, history.history["loss"]


# %% [markdown]
# **Predict before you run:** 448 drawings, eight rounds through them. How far will the points be from the truth, as a
# share of the distance between the eyes, if the mean shape is off by {{drawn_baseline:.2f}} of it?

# %% tags=["predict"]
prediction = "..."  # for example 0.15, 0.05 or 0.01


# %%
def build_coordinates():
    return compiled(coordinate_network(), keypoints.PointLoss(), len(train_images))


# Three seeds, again and again: the network is compiled once for all experiments with it.
dense_starts = training.fresh_starts(build_coordinates, itertools.cycle(range(SEEDS)))
coordinate_errors = []
for network, _ in trained(dense_starts, train_images, train_points):
    by_coordinates = keypoints.to_pixels(network.predict(test_images, verbose=0), SIDE, SIDE)
    coordinate_errors.append(keypoints.errors(test_points, by_coordinates, scale=test_eyes))
coordinate_errors = np.array(coordinate_errors)  # (seeds, 300, 5)

# %% tags=["figure"]
plots.points(
    test_images[:12], by_coordinates[:12], test_points[:12],
    alt="The same twelve drawn faces. Now the orange dots lie on the crosses, or very near to them, in every picture.",
)  # fmt: skip

# %% tags=["claim"]
mean_baseline, mean_coordinates = baseline.mean(), coordinate_errors.mean(axis=(1, 2))
claims.check(
    "drawn faces: with every seed the error is at most half of the mean shape's",
    (mean_coordinates <= mean_baseline / 2).all(),
    value=mean_coordinates.max() / mean_baseline, name="coordinate_share",
)  # fmt: skip
claims.check("the mean shape's error is above 0.18", mean_baseline > 0.18, value=mean_baseline, name="drawn_baseline")
claims.check(
    "on average over seeds it is below 0.09 of the distance between the eyes", mean_coordinates.mean() < 0.09,
    value=mean_coordinates.mean(), name="coordinate_error",
)  # fmt: skip
claims.check(
    "at least 70% of the points are correct at a limit of 0.1", keypoints.pck(coordinate_errors, 0.1) >= 0.7,
    value=keypoints.pck(coordinate_errors, 0.1), name="coordinate_pck",
)  # fmt: skip

# %% [markdown]
# **What to notice.** The mean shape is off by {{drawn_baseline:.2f}} of the distance between the eyes, the network by
# {{coordinate_error:.3f}}; at a limit of 0.1, {{coordinate_pck:.0%}} of its points are correct. A mean says nothing
# about *how* a network fails. So look at pictures as well, and not only at the first twelve, but at the worst:

# %% tags=["figure"]
worst = coordinate_errors[-1].mean(axis=1).argsort()[::-1][:6]
plots.points(
    test_images[worst], by_coordinates[worst], test_points[worst],
    alt="The six test faces with the largest errors. The orange dots form a face of the right kind that stands a "
    "little beside the drawn one or is turned less than it.",
)  # fmt: skip

# %% [markdown]
# ## A mirror for points
#
# Lesson 10 mirrored pictures to have more of them. With points there is a catch. Below, each training face is used
# twice: as it is, and mirrored. In the mirrored picture each x becomes `width - 1 - x`. Pixel 0 and pixel 31 change
# places, and so do their points.
#
# This is what a first attempt looks like. The pictures are right and each point still lies on an eye or a corner of
# the mouth.

# %%
mirrored_images = train_images[:, :, ::-1]
moved_points = train_points.copy()
moved_points[..., 0] = SIDE - 1 - train_points[..., 0]

# %% tags=["figure"]
plots.points(
    [train_images[4], mirrored_images[4]], np.stack([train_points[4], moved_points[4]]),
    titles=["as drawn", "mirrored"],
    numbers=True, cell=3.2,
    alt="A drawn face and its mirror image, with a numbered dot on each of the five points. On the left 0 is the eye "
    "on the left. On the right 0 is the eye on the right.",
)  # fmt: skip

# %% [markdown]
# **Predict before you run:** a network is trained on both, for as many steps as before. Will its loss go down? And
# where will it put the eyes, and where the nose?

# %% tags=["predict"]
prediction = "..."

# %%
both_images = np.concatenate([train_images, mirrored_images])
both_points = np.concatenate([train_points, moved_points])
mirror_errors, mirror_eyes, loss_shares = [], [], []
for network, losses in trained(dense_starts, both_images, both_points, epochs=EPOCHS // 2):
    predicted = keypoints.to_pixels(network.predict(test_images, verbose=0), SIDE, SIDE)
    mirror_errors.append(keypoints.errors(test_points, predicted, scale=test_eyes).mean())
    mirror_eyes.append(np.mean(keypoints.span(predicted, 0, 1) / test_eyes))
    loss_shares.append(losses[-1] / losses[0])

# %% tags=["figure"]
plots.points(
    test_images[:6], predicted[:6], test_points[:6],
    alt="Six drawn faces. Both predicted eyes lie together at the bridge of the nose, both corners of the mouth "
    "together in its middle. Only the nose is right.",
)  # fmt: skip

# %% tags=["claim"]
claims.check("the loss goes down by a fifth or more, with every seed", max(loss_shares) < 0.8,
    value=max(loss_shares))  # fmt: skip
claims.check(
    "yet the predicted eyes are less than a third as far apart as the true ones", max(mirror_eyes) < 1 / 3,
    value=np.mean(mirror_eyes), name="merged_eyes",
)  # fmt: skip
claims.check(
    "and the error is at least three times that of the network without any mirror",
    min(mirror_errors) >= 3 * mean_coordinates.max(), value=np.mean(mirror_errors), name="merged_error",
)  # fmt: skip

# %% [markdown]
# **What to notice.** No error, no warning, a loss that falls as it should, and a face with one eye. The pictures told
# the network in one half of the cases that point 0 is the eye on the left and in the other half that it is the eye on
# the right. It cannot know which half a picture comes from, and the number with the smallest mean squared distance to
# two answers is the **middle** between them. The nose, which has no partner, is right.
#
# A point has a place and a **name**. A mirror changes both: what was the left eye is now the right one. After moving
# the points, the two of each pair have to exchange their rows.

# %% [markdown]
# ### Exercise 19.2 (spot the bug): mirror points and names
#
# This function has **two** bugs. Mend `mirror(points, width, pairs)`. It takes points `(num_images, num_points, 2)` in
# pixels, where 0 is the centre of the first pixel; the width of the pictures in pixels; and a list of pairs of row
# numbers, such as `[(0, 1), (3, 4)]`, that belong to each other as left and right. It returns the points of the
# mirrored pictures. Rows that are in no pair keep their numbers. The array that it is given must stay as it is.


# %% tags=["exercise"] exercise="19.2" points=2
def mirror(points: np.ndarray, width: int, pairs: list[tuple[int, int]]) -> np.ndarray:
    """Return the points of the mirrored pictures: (num_images, num_points, 2)."""
    # BEGIN SOLUTION
    order = list(range(points.shape[1]))
    for left, right in pairs:
        order[left], order[right] = right, left
    mirrored = points[:, order].astype(float)
    mirrored[..., 0] = width - 1 - mirrored[..., 0]
    return mirrored
    # END SOLUTION
    # BEGIN STUB
    # mirrored = points.astype(float)
    # mirrored[..., 0] = width - mirrored[..., 0]
    # return mirrored
    # END STUB


# %% tags=["check"] exercise="19.2"
checks.exercise("19.2", mirror)

# %% tags=["hidden"] exercise="19.2"
from course_utils.authoring import define

exercise = define.function("19.2", mirror, rtol=1e-6, atol=1e-6)
one_face = np.array([[[5.0, 8.0], [17.0, 9.0], [11.0, 14.0], [7.0, 20.0], [16.0, 19.0]]])
face_pairs = [(0, 1), (3, 4)]
arm = np.array([[[3.0, 1.0], [4.0, 2.0], [6.0, 2.5]], [[0.0, 7.0], [9.0, 0.0], [2.0, 2.0]]])
exercise.case("a face, 25 pixels wide", points=one_face, width=25, pairs=face_pairs)
exercise.case("the first pixel becomes the last", points=np.array([[[0.0, 3.0]]]), width=8, pairs=[])
exercise.case("a pair that does not stand side by side", points=arm, width=10, pairs=[(0, 2)])
exercise.case("the pair is named the other way round", points=arm, width=10, pairs=[(2, 1)])
exercise.case("an absent eye", points=np.array([[[np.nan, np.nan], [4.0, 5.0]]]), width=9, pairs=[(0, 1)])
exercise.case("no pairs", visible=False, points=one_face, width=32, pairs=[])
exercise.case(
    "an absent nose", visible=False, points=np.add(one_face, [[0], [0], [np.nan], [0], [0]]), width=30, pairs=face_pairs
)
exercise.random_cases(
    3,
    lambda rng: {
        "points": rng.uniform(0, 40, (3, 6, 2)),
        "width": int(rng.integers(40, 50)),
        "pairs": [(1, 4), (0, 5)],
    },
)
exercise.hints(
    "Draw four pixels on paper and mirror them. Where does pixel 0 go? And whose eye is row 0 afterwards?",
    "x becomes width - 1 - x. Then the rows of each pair change places: points[:, order] with an order in which the "
    "two numbers of each pair are exchanged.",
    "A smaller case: width 10, pair (0, 1), points (2, 5) and (6, 5). Row 0 is now the mirrored row 1: (3, 5), and "
    "row 1 is (7, 5).",
)


# %% tags=["hidden"] exercise="19.2"
@exercise.correct
def two_rows_at_a_time(points, width, pairs):
    mirrored = np.array(points, dtype=float)
    mirrored[:, :, 0] = (width - 1) - mirrored[:, :, 0]
    for left, right in pairs:
        mirrored[:, [left, right]] = mirrored[:, [right, left]]
    return mirrored


@exercise.correct
def with_a_table(points, width, pairs):
    partner = {**{a: b for a, b in pairs}, **{b: a for a, b in pairs}}
    rows = [partner.get(number, number) for number in range(points.shape[1])]
    return np.take(points, rows, axis=1) * [-1.0, 1.0] + [width - 1.0, 0.0]


@exercise.mutant("The names are forgotten: row 0 is now the eye on the other side.")
def forgets_the_names(points, width, pairs):
    return points * [-1.0, 1.0] + [width - 1.0, 0.0]


@exercise.mutant("One pixel too far: the first pixel, 0, has to become the last one, width - 1.")
def one_pixel_too_far(points, width, pairs):
    return mirror(points, width + 1, pairs)


# %% tags=["hidden"] exercise="19.2"
@exercise.mutant("Both bugs are still there: width - x, and rows that keep their names.")
def changes_nothing(points, width, pairs):
    return points * [-1.0, 1.0] + [float(width), 0.0]


@exercise.mutant("The rows were exchanged, but x was not mirrored.")
def exchanges_only(points, width, pairs):
    return mirror(points, width, pairs) * [-1.0, 1.0] + [width - 1.0, 0.0]


@exercise.mutant("y was mirrored: this picture would be upside down.")
def upside_down(points, width, pairs):
    return mirror(points[..., ::-1], width, pairs)[..., ::-1]


# %% tags=["hidden"] exercise="19.2"
@exercise.mutant("An absent point stays absent in the mirror: NaN, not a number such as 0.")
def absent_becomes_zero(points, width, pairs):
    return np.nan_to_num(mirror(points, width, pairs))


@exercise.mutant("Only the x of each pair changed places: a point is the whole row, x and y.")
def exchanges_x_only(points, width, pairs):
    mirrored = mirror(points, width, pairs)
    mirrored[..., 1] = points[..., 1]
    return mirrored


@exercise.mutant("A loop that writes one row and then reads it again: one point of each pair is lost.")
def overwrites(points, width, pairs):
    mirrored = points * [-1.0, 1.0] + [width - 1.0, 0.0]
    for left, right in pairs:
        mirrored[:, left] = mirrored[:, right]
        mirrored[:, right] = mirrored[:, left]
    return mirrored


# %% tags=["claim"]
right_images, right_points = keypoints.flip(train_images, train_points, drawn_faces.SWAP_PAIRS)
doubled = np.concatenate([train_images, right_images])
doubled_points = np.concatenate([train_points, right_points])
mended = []
for network, _ in trained(dense_starts, doubled, doubled_points, epochs=EPOCHS // 2):
    predicted = keypoints.to_pixels(network.predict(test_images, verbose=0), SIDE, SIDE)
    mended.append(keypoints.errors(test_points, predicted, scale=test_eyes).mean())
claims.check(
    "with exchanged names every seed is below a third of the error before", max(mended) < min(mirror_errors) / 3,
    value=np.mean(mended), name="mended_error",
)  # fmt: skip

# %% [markdown]
# `keypoints.flip` mirrors pictures, points and names together. With it the error falls from {{merged_error:.2f}} to
# {{mended_error:.3f}}. In the same number of steps the training without a mirror reached {{coordinate_error:.3f}}:
# half of the pictures in the second training were new, and each was seen half as often.

# %% [markdown]
# ## Maps instead of numbers
#
# The dense layer has to turn *where in a map something is bright* into a number. Each cell of each map has its own
# weight for that: what it learns about an eye in one place it has to learn again for every other one. (Lesson 06 met
# this problem.)
#
# The other way is to answer with a picture. For each point the network gives a **heatmap**: a small map that is high
# where the point is. The target is a hill around the true point, the output a convolution's map, and the loss the
# cross-entropy between the two, cell by cell, as if every cell were a class.

# %%
share = keypoints.to_shares(test_points[:1], SIDE, SIDE)
hills = keras.ops.convert_to_numpy(keypoints.heatmap_targets(share, 16, 16, sigma=1.0))  # (1, 16, 16, 5)
print("each hill adds up to 1:", bool(np.allclose(hills.sum(axis=(1, 2)), 1, atol=1e-4)))

# %% tags=["figure"]
plots.compare(
    test_images[0, ..., 0], *np.moveaxis(hills[0], -1, 0) / hills.max(), titles=["face", *drawn_faces.POINTS],
    shared_scale=False,
    alt="A drawn face, then five dark squares, each with one soft bright hill: where the left eye is, the right eye, "
    "the nose, and the two corners of the mouth.",
)  # fmt: skip

# %% [markdown]
# How does one get from a map back to a point? The place of the largest cell (*argmax*) is a whole number: with 16
# cells for 32 pixels it is off by up to a pixel. And it has no gradient. The mean place, weighted by the map, has
# neither problem. It is called **soft-argmax**: softmax over all cells, then the weighted mean of their places.
#
# **By hand,** for a map of one row and three cells: their centres are at 1/6, 3/6 and 5/6 of the width. With weights
# 0.2, 0.8 and 0 the point is at 0.2 / 6 + 0.8 * 3 / 6 = 0.433 of the width. Then by a loop, then by the course:

# %%
random = np.random.default_rng(0)
logits = random.normal(0, 2, (1, 3, 4, 2)).astype("float32")
by_loop = np.zeros((1, 2, 2))
for number in range(2):
    weights = np.exp(logits[0, :, :, number])
    weights /= weights.sum()
    for row in range(3):
        for column in range(4):
            place = [(column + 0.5) / 4, (row + 0.5) / 3]  # x before y, as shares
            by_loop[0, number] += weights[row, column] * np.array(place)
by_course = keras.ops.convert_to_numpy(keypoints.soft_argmax(logits))
print("loop and course agree:", bool(np.allclose(by_loop, by_course, atol=1e-5)))
one_row = np.log(np.array([0.2, 0.8, 1e-9])).reshape(1, 1, 3, 1)
print("by hand:", round(float(keypoints.soft_argmax(one_row)[0, 0, 0]), 3))

# %% [markdown]
# ### Exercise 19.3 (build): soft-argmax
#
# Write `place(logits)`. It takes one map, `(height, width)`, of any numbers, and returns the pair `(x, y)`: softmax
# over **all** cells, then the weighted mean of the cells' centres, in cells. The centre of the first cell is (0, 0),
# of the last one `(width - 1, height - 1)`. It has to stand numbers as large as 1,000.


# %% tags=["exercise"] exercise="19.3" points=3
def place(logits: np.ndarray) -> tuple[float, float]:
    """Return the mean place (x, y) of a map, weighted by its softmax."""
    # BEGIN SOLUTION
    weights = np.exp(logits - logits.max())
    weights /= weights.sum()
    height, width = logits.shape
    x = float(weights.sum(axis=0) @ np.arange(width))
    y = float(weights.sum(axis=1) @ np.arange(height))
    return x, y
    # END SOLUTION


# %% tags=["check"] exercise="19.3"
checks.exercise("19.3", place)

# %% tags=["hidden"] exercise="19.3"
from course_utils.authoring import define

exercise = define.function("19.3", place, rtol=1e-4, atol=1e-5)
peak = np.zeros((4, 6))
peak[1, 4] = 12.0
exercise.case("one high cell", logits=peak)
exercise.case("two equal cells", logits=np.log(np.array([[0.001, 0.498, 0.001], [0.001, 0.498, 0.001]])))
exercise.case("a flat map", logits=np.zeros((3, 5)))
exercise.case("large numbers", logits=peak * 100)
exercise.case("large numbers, close to each other", logits=np.array([[1000.0, 1001.0, 999.0]]))
exercise.case("two hills on a plain", logits=np.log(np.array([[6.0, 2.0, 1.0], [2.0, 2.0, 2.0], [1.0, 3.0, 9.0]])))
exercise.case("one row", visible=False, logits=np.log(np.array([[0.2, 0.8, 1e-9]])))
exercise.case("only negative numbers", visible=False, logits=peak.T * 100 - 3000)
exercise.random_cases(3, lambda rng: {"logits": rng.normal(0, 3, (5, 7))})
exercise.hints(
    "Do the weights of ALL cells together add up to 1? And which axis of the map is x?",
    "weights = exp(logits - logits.max()), divided by its sum. x is the sum of weights times column numbers, y the "
    "sum of weights times row numbers: np.arange(width) and np.arange(height).",
    "A smaller case: log([[0.25, 0.75]]) has the weights 0.25 and 0.75, so x = 0 * 0.25 + 1 * 0.75 = 0.75 and y = 0.",
)


# %% tags=["hidden"] exercise="19.3"
@exercise.correct
def with_indices(logits):
    shifted = np.asarray(logits, float) - np.max(logits)
    weights = np.exp(shifted) / np.exp(shifted).sum()
    rows, columns = np.indices(logits.shape)
    return (weights * columns).sum(), (weights * rows).sum()


@exercise.correct
def with_keras(logits):
    height, width = logits.shape
    weights = keras.ops.reshape(keras.ops.softmax(keras.ops.reshape(logits, (-1,))), (height, width))
    weights = keras.ops.convert_to_numpy(weights)
    return float(np.sum(weights * np.arange(width))), float(np.sum(weights * np.arange(height)[:, np.newaxis]))


@exercise.mutant("This is the largest cell, a whole number. The weighted mean falls between cells.")
def hard_argmax(logits):
    row, column = np.unravel_index(np.argmax(logits), logits.shape)
    return float(column), float(row)


@exercise.mutant("x and y are exchanged: x counts columns, which are the LAST axis.")
def exchanges_x_and_y(logits):
    x, y = place(logits)
    return y, x


# %% tags=["hidden"] exercise="19.3"
@exercise.mutant("The softmax was taken over each row by itself. Only all cells together add up to 1.")
def softmax_of_rows(logits):
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights /= weights.sum()
    return float(weights.sum(axis=0) @ np.arange(logits.shape[1])), float(weights.sum(axis=1) @ np.arange(len(logits)))


@exercise.mutant("exp of a large number is infinite, and infinite / infinite is NaN: subtract the maximum first.")
def overflows(logits):
    with np.errstate(all="ignore"):
        weights = np.exp(logits)
        weights = weights / weights.sum()
        rows, columns = np.indices(logits.shape)
        return float((weights * columns).sum()), float((weights * rows).sum())


@exercise.mutant(
    "The numbers were cut off before exp: but 1,000 and 1,001 are not the same. Subtract the maximum instead."
)
def cuts_off(logits):
    return place(np.clip(logits, -50, 50))


# %% tags=["hidden"] exercise="19.3"
@exercise.mutant("You added up columns (or rows) before the softmax. First the weights of all cells, then their sums.")
def sums_first(logits):
    return place(logits.sum(axis=0, keepdims=True))[0], place(logits.sum(axis=1, keepdims=True))[1]


@exercise.mutant("You took the largest number of each column (or row): every cell counts, not only the highest ones.")
def largest_first(logits):
    return place(logits.max(axis=0, keepdims=True))[0], place(logits.max(axis=1, keepdims=True))[1]


@exercise.mutant("The numbers themselves were taken for weights: the softmax is missing.")
def no_softmax(logits):
    weights = np.abs(logits) / max(np.abs(logits).sum(), 1e-9)
    rows, columns = np.indices(logits.shape)
    return float((weights * columns).sum()), float((weights * rows).sum())


# %% [markdown]
# ## Dense head or maps: a fair comparison
#
# `keypoints.heatmap_network` has the same three convolutions on the way down. Then it goes up again: the smallest maps
# are enlarged and joined with the larger ones of before, and a last convolution gives one map for each point. Both
# networks have the same number of parameters to within 3 %, the same drawings, steps and rates.


# %%
def heatmap_network():
    return keypoints.heatmap_network((SIDE, SIDE, 1), num_points=5, filters=(16, 32, 48), way_up=(10, 8))


parameters = [network().count_params() for network in (coordinate_network, heatmap_network)]
print("parameters, dense head and maps:", parameters)

# %% [markdown]
# **Predict before you run:** which head is better? Why?

# %% tags=["predict"]
prediction = "..."  # "dense", "maps" or "no difference"


# %%
def build_maps():
    return compiled(heatmap_network(), keypoints.HeatmapLoss(sigma=1.0), len(train_images))


def places(maps, side):
    """Return points in pixels of a picture of that side, for maps as the network gives them."""
    return keypoints.to_pixels(keras.ops.convert_to_numpy(keypoints.soft_argmax(maps)), side, side)


map_starts = training.fresh_starts(build_maps, range(SEEDS))
heatmap_errors = []
for map_reader, _ in trained(map_starts, train_images, train_points):
    test_maps = map_reader.predict(test_images, verbose=0)
    heatmap_errors.append(keypoints.errors(test_points, places(test_maps, SIDE), scale=test_eyes))
mean_heatmaps = np.array(heatmap_errors).mean(axis=(1, 2))

# %% tags=["figure"]
plots.seed_dots(
    {"mean shape": [mean_baseline], "dense head": mean_coordinates, "heatmaps": mean_heatmaps},
    percent=True, xlabel="error on drawn test faces, as a share of the distance between the eyes",
    alt="Three rows. The mean shape's dot lies far to the right, above 20%. The three dots of the dense head lie "
    "together near 5%, those of the heatmaps together to the left of them.",
)  # fmt: skip

# %% tags=["claim"]
differ = abs(parameters[0] / parameters[1] - 1)
claims.check("the two networks' parameters differ by less than 3%", differ < 0.03, value=differ)
claims.check(
    "drawn faces: with every seed the heatmaps' error is at most half of the mean shape's",
    (mean_heatmaps <= mean_baseline / 2).all(), value=mean_heatmaps.max() / mean_baseline,
)  # fmt: skip
claims.check(
    "the worst seed of the heatmaps is better than the best seed of the dense head",
    not quick or mean_heatmaps.max() < mean_coordinates.min(), value=mean_heatmaps.mean(), name="heatmap_error",
)  # fmt: skip

# %% [markdown]
# **What to notice.** {{heatmap_error:.3f}} against {{coordinate_error:.3f}} with the same number of parameters. The
# map head does with a shared kernel what the dense head has to learn cell by cell. It is no free lunch: it computes on
# larger maps, so that one step takes longer: in the same *time* it would get fewer steps. And a map can say something
# that two numbers cannot: how sure it is. We shall use that further down.

# %% [markdown]
# ## A hundred real faces
#
# Now real pictures: a hundred small faces from Labeled Faces in the Wild, with five points each that the authors of
# this course marked by eye on enlargements. They are few, they are blurred (25 x 25 pixels, enlarged to 32), the light
# is bad, and some people look to the side or wear sunglasses.

# %% tags=["figure"]
plots.points(
    real.images[:12], real.points[:12], columns=6,
    alt="Twelve small gray photographs of faces with dots on eyes, nose and the corners of the mouth.",
)  # fmt: skip

# %% [markdown]
# With a hundred pictures a test set of 20 would say little: one odd face moves the mean. **Cross-validation** uses
# them better: they are divided into five parts (*folds*); each part is tested once, with what was trained on the other
# four. So every face is tested, and never by something that has seen it. (The *picture*, that is. Some people may be
# in the collection twice; who wants to know about new people has to keep all pictures of one person in one fold.) We
# do it for three divisions.
#
# The reader is one dense layer on features, found in one step (*ridge regression*, least squares with weight decay).
# Where the features come from, which layer and which decay, is chosen **inside** the four training parts, by the error
# on faces left out one at a time; never on the test part.


# %%
STRENGTHS = (0.03, 0.1, 0.3, 1.0)


def cross_validated(features, seed, mirrored=None):
    """Return points for every real face, by readers that have not seen it: (100, 5, 2).

    `features` holds rows of features by layer; `mirrored` those of the mirrored pictures and their points.
    """
    predicted = np.zeros(real.points.shape)
    for train, test in keypoints.folds(len(real.points), 5, seed):
        readers = [
            (layer, keypoints.fit_ridge(rows[train], real.points[train], STRENGTHS)) for layer, rows in features.items()
        ]
        layer, reader = min(readers, key=lambda pair: pair[1].left_out_error)
        if mirrored is not None:
            rows = np.concatenate([features[layer][train], mirrored[0][layer][train]])
            reader = keypoints.fit_ridge(rows, np.concatenate([real.points[train], mirrored[1][train]]), 0.3)
        predicted[test] = reader.predict(features[layer][test])
    return predicted


# %%
typical = np.nanmedian(eyes_apart)  # for the faces with a hidden eye
real_scale = np.where(np.isnan(eyes_apart), typical, eyes_apart)


def real_errors(predict):
    """Return the errors of three divisions into folds: (3, 100, 5), NaN where a point is hidden."""
    return np.array([keypoints.errors(real.points, predict(seed), scale=real_scale) for seed in range(3)])


def mean_of_others(seed):
    predicted = np.zeros(real.points.shape)
    for train, test in keypoints.folds(len(real.points), 5, seed):
        predicted[test] = keypoints.mean_shape(real.points[train])
    return predicted


# %% [markdown]
# Five readers compete: the mean shape; a reader on pixels; one on a network with random weights; one on our
# **drawn-faces network** (does what it learned on drawings help?); and one on the frozen network of lesson 13, trained
# on photographs of airplanes and cats.
#
# **Predict before you run:** put them in order.

# %% tags=["predict"]
prediction = "..."

# %%
LAYERS = vgg16.feature_layers[:3]


def features_of(network, pictures):
    return backbones.extract(network, np.ascontiguousarray(pictures), LAYERS, pooling="flatten")


drawn_layers = keras.Model(map_reader.input, {name: map_reader.get_layer(name).output for name in ("smallest", "maps")})
drawn_features = drawn_layers.predict(real.images, verbose=0)
candidates = {
    "pixels": {"pixels": real.images.reshape(100, -1) / 255},
    "random network": features_of(backbones.untrained(vgg16), real.images),
    "network for drawn faces": {name: maps.reshape(100, -1) for name, maps in drawn_features.items()},
    "frozen network": features_of(vgg16, real.images),
}
real_found = {"mean shape": real_errors(mean_of_others)}
for column, layers_of in candidates.items():
    real_found[column] = real_errors(lambda seed, layers_of=layers_of: cross_validated(layers_of, seed))

# %% [markdown]
# And the mirror once more, in both ways: with exchanged names, and without.

# %%
mirrored, mirrored_points = keypoints.flip(real.images, real.points, face_points.SWAP_PAIRS)
misnamed = keypoints.flip(real.images, real.points, pairs=[])[1]
mirrored_features = features_of(vgg16, mirrored)
frozen = candidates["frozen network"]
for title, moved in (("frozen, mirrored as well", mirrored_points), ("frozen, mirrored, wrong names", misnamed)):
    real_found[title] = real_errors(lambda seed, moved=moved: cross_validated(frozen, seed, (mirrored_features, moved)))

# %% tags=["figure"]
real_means = {column: np.nanmean(found, axis=(1, 2)) for column, found in real_found.items()}
plots.seed_dots(
    real_means, percent=True,
    xlabel="error on real faces, each tested once, as a share of the distance between the eyes",
    alt="Seven rows of three dots, for three divisions into folds. The mean shape and the mirror with wrong names "
    "lie furthest right; pixels, random network and drawn faces in the middle; the frozen network furthest left, "
    "a little to the left of its row with mirrored pictures.",
)  # fmt: skip

# %% tags=["claim"]
mean_shape_error, frozen_errors = real_means["mean shape"], real_means["frozen network"]
claims.check(
    "real faces: in each of three divisions the frozen network's reader is better than the mean shape",
    (frozen_errors < mean_shape_error).all(), value=frozen_errors.mean(), name="real_error",
)  # fmt: skip
claims.check("the mean shape's error on them lies between 0.13 and 0.18", 0.13 < mean_shape_error.mean() < 0.18,
    value=mean_shape_error.mean(), name="real_baseline")  # fmt: skip
others = [real_means[column] for column in ("pixels", "random network", "network for drawn faces")]
claims.check(
    "and its worst division is better than the best one of pixels, random network and drawn faces",
    not quick or frozen_errors.max() < np.min(others), value=np.min(others), name="real_rival",
)  # fmt: skip
correct = keypoints.pck(real_found["frozen network"], 0.1)
claims.check(
    "at a limit of 0.1 at least half of its points are correct", correct >= 0.5, value=correct, name="real_pck"
)
wrong_names = real_means["frozen, mirrored, wrong names"]
claims.check("mirrored with wrong names it is no better than 0.13", not quick or wrong_names.min() > 0.13,
    value=wrong_names.mean(), name="real_wrong_names")  # fmt: skip
drawn_column = real_means["network for drawn faces"]
claims.check("features learned on drawn faces are not better than plain pixels by more than a hundredth",
    not quick or drawn_column.mean() > real_means["pixels"].mean() - 0.01,
    value=drawn_column.mean(), name="real_drawn")  # fmt: skip

# %% [markdown]
# **What to notice.** The mean shape is off by {{real_baseline:.3f}} of the distance between the eyes. The reader on
# the frozen network is off by {{real_error:.3f}}: about a third better, no more. At a limit of 0.1, {{real_pck:.0%}}
# of its points are correct. Networks that were trained on tens of thousands of large photographs are far better than
# this. It is what a hundred blurred pictures give.
#
# - What was learned on **drawings** ({{real_drawn:.3f}}) does not help more than pixels do. The drawn faces are thin
#   lines on paper; exact labels are worth little when the pictures are not like the ones that are meant. (Would it help
#   to train that whole network further on the real faces? Lesson 14 shows how to ask. Each fold then needs a training
#   of its own.)
# - **Wrong names** cost all that the network gained: {{real_wrong_names:.3f}}.
#
# How good could it be? 48 of the faces were marked a second time, in another order, without a look at the first marks.

# %%
again = face_points.repeated_marks()
print(again)

# %% tags=["claim"]
marker = float(np.nanmean(again.shares))
claims.check(
    "the reader's error is at least twice that of the marker who marks again",
    not quick or frozen_errors.min() >= 2 * marker,
    value=frozen_errors.mean() / marker, name="times_marker",
)  # fmt: skip

# %% [markdown]
# Two marks of the same point are about 0.04 apart; the reader is {{times_marker:.1f}} times as far from the marks. So
# there is room for a better reader. But an error of 0.04 could no longer be improved: it would be that of the labels.
# Whoever reports an error should know the labels' own.
#
# ## Why was the mirror no help?
#
# One row in the picture above should disturb you. "Mirrored as well", with the names exchanged as they should be, is
# *worse* than no mirror. On drawn faces the mirror did no harm. **Predict:** what is different about the real ones?

# %% tags=["predict"]
prediction = "..."

# %% [markdown]
# ### Exercise 19.4 (investigate): how far is the mean shape from its mirror image?
#
# A mirror helps if the mirrored pictures could have come from the same camera. This can be measured. Write
# `asymmetry(points, width, order)`. `points` is `(num_images, num_points, 2)`, none absent; rows 0 and 1 are the eyes;
# `order` says which row stands where after the mirror, for example `[1, 0, 2, 4, 3]`.
#
# Take the mean shape and the mirror image of the mean shape (`x` becomes `width - 1 - x`, and the rows in `order`).
# Return the mean distance between the points of the two, as a share of the distance between the mean shape's eyes.


# %% tags=["exercise"] exercise="19.4" points=2
def asymmetry(points: np.ndarray, width: int, order: list[int]) -> float:
    """Return how far the mean shape is from its mirror image, as a share of the distance between its eyes."""
    # BEGIN SOLUTION
    shape = points.mean(axis=0)
    mirrored = shape[order] * [-1, 1] + [width - 1, 0]
    eyes = np.linalg.norm(shape[0] - shape[1])
    return float(np.linalg.norm(shape - mirrored, axis=-1).mean() / eyes)
    # END SOLUTION


# %% tags=["check"] exercise="19.4"
checks.exercise("19.4", asymmetry)

# %% tags=["hidden"] exercise="19.4"
from course_utils.authoring import define

exercise = define.function("19.4", asymmetry, rtol=1e-5, atol=1e-6)
centred = np.array([[[3.0, 4.0], [7.0, 4.0], [5.0, 8.0]], [[2.0, 5.0], [8.0, 5.0], [5.0, 9.0]]])
exercise.case("faces in the middle", points=centred, width=11, order=[1, 0, 2])
exercise.case("the same faces, 2 pixels to the left", points=centred - np.array([2, 0]), width=11, order=[1, 0, 2])
exercise.case("one eye higher", points=np.add(centred, [[0, 1], [0, 0], [0, 0]]), width=11, order=[1, 0, 2])
exercise.case("each face is off, their mean is not", points=np.concatenate([centred - 2, centred + 2]),
    width=11, order=[1, 0, 2])  # fmt: skip
exercise.case("three faces, one unlike the others", points=np.concatenate([centred, [[[0, 0], [9, 3], [8, 9]]]]),
    width=11, order=[1, 0, 2])  # fmt: skip
exercise.case("two points only", visible=False, points=np.add(centred[:, :2], [1, 0]), width=12, order=[1, 0])
exercise.case("one face", visible=False, points=np.add(centred[1:], [3, 1]), width=20, order=[1, 0, 2])
exercise.random_cases(3, lambda rng: {"points": rng.uniform(0, 30, (6, 5, 2)), "width": 31, "order": [1, 0, 2, 4, 3]})
exercise.hints(
    "First one shape for all images, then its mirror image, then distances.",
    "shape = points.mean(axis=0); its mirror image is shape[order] with x replaced by width - 1 - x. Mean over the "
    "points, divided by the distance of shape[0] and shape[1].",
    "A smaller case: width 11, eyes at (2, 4) and (6, 4). The mirror image has them at (4, 4) and (8, 4): each is 2 "
    "pixels away, the eyes are 4 apart, so the answer is 0.5.",
)


# %% tags=["hidden"] exercise="19.4"
@exercise.correct
def mirrors_every_face(points, width, order):
    mirrored = points[:, order].copy()
    mirrored[..., 0] = width - 1 - mirrored[..., 0]
    first, second = points.mean(axis=0), mirrored.mean(axis=0)
    return np.hypot(*(first - second).T).mean() / np.hypot(*(first[0] - first[1]))


@exercise.correct
def with_complex_numbers_again(points, width, order):
    shape = points.mean(axis=0) @ [1, 1j]
    other = width - 1 - np.conj(shape[order])
    return float(np.mean(np.abs(shape - other)) / abs(shape[0] - shape[1]))


@exercise.mutant("The rows keep their old names: the left eye is compared with the mirrored left eye.")
def forgets_the_order(points, width, order):
    return asymmetry_of(points, width, list(range(points.shape[1])))


def asymmetry_of(points, width, order):
    shape = points.mean(axis=0)
    mirrored = shape[order] * [-1, 1] + [width - 1, 0]
    return float(np.linalg.norm(shape - mirrored, axis=-1).mean() / np.linalg.norm(shape[0] - shape[1]))


# %% tags=["hidden"] exercise="19.4"
@exercise.mutant("One pixel too far: x becomes width - 1 - x.")
def forgets_minus_one(points, width, order):
    return asymmetry_of(points, width + 1, order)


@exercise.mutant(
    "You took the asymmetry of each face and then the mean. Faces may look left and right; the MEAN shape counts."
)
def of_each_face(points, width, order):
    return float(np.mean([asymmetry_of(face[np.newaxis], width, order) for face in points]))


@exercise.mutant("The result is in pixels: divide by the distance between the eyes.")
def still_in_pixels(points, width, order):
    shape = points.mean(axis=0)
    return asymmetry_of(points, width, order) * float(np.linalg.norm(shape[0] - shape[1]))


# %% tags=["hidden"] exercise="19.4"
@exercise.mutant("You compared x only. The points have heights as well: take distances.")
def x_only(points, width, order):
    shape = points.mean(axis=0)
    mirrored = shape[order] * [-1, 1] + [width - 1, 0]
    return float(np.abs(shape - mirrored)[:, 0].mean() / np.linalg.norm(shape[0] - shape[1]))


@exercise.mutant("The mean shape is the MEAN over the images. This is the median.")
def median_shape(points, width, order):
    return asymmetry_of(np.median(points, axis=0, keepdims=True), width, order)


@exercise.mutant("Differences to the left and to the right cancel out. Take distances before the mean.")
def cancels_out(points, width, order):
    shape = points.mean(axis=0)
    mirrored = shape[order] * [-1, 1] + [width - 1, 0]
    return float(np.linalg.norm((shape - mirrored).mean(axis=0)) / np.linalg.norm(shape[0] - shape[1]))


# %% tags=["claim"]
def asymmetry_in_pixels(points):
    """Return by how much the mirrored mean shape has to be moved to the left, and the distance of its eyes."""
    shape = keypoints.mean_shape(points)
    mirrored = keypoints.mean_shape(
        keypoints.flip(np.zeros((len(points), 1, SIDE, 1)), points, drawn_faces.SWAP_PAIRS)[1]
    )
    return float(np.mean(mirrored[:, 0] - shape[:, 0])), float(np.linalg.norm(shape[0] - shape[1]))


drawn_shift, drawn_span = asymmetry_in_pixels(train_points)
real_shift, real_span = asymmetry_in_pixels(real.points)
middles = np.nanmean(real.points[..., 0], axis=1)  # (100,): how far right each face stands, in pixels
claims.check("drawn faces stand in the middle: less than 0.05 off", abs(drawn_shift) / drawn_span < 0.05)
claims.check("real ones are off by more than 0.3 of the distance between the eyes", real_shift / real_span > 0.3,
    value=real_shift, name="real_shift")  # fmt: skip
left_of_middle = np.mean(middles < (SIDE - 1) / 2)
claims.check("more than 85% of them stand left of the middle", left_of_middle > 0.85, value=left_of_middle,
    name="left_of_middle")  # fmt: skip
claims.check("the one furthest right stands further left than the mirrored ones do on average",
    middles.max() < np.mean(SIDE - 1 - middles), value=middles.max())  # fmt: skip

# %% [markdown]
# Whoever cut out these faces put {{left_of_middle:.0%}} of them a little left of the middle. The mirrored ones stand
# {{real_shift:.1f}} pixels further right on average, about a third of the distance between the eyes, and not one of
# the hundred real faces stands as far right as that average. A mirror has a third condition besides place and name:
# the picture that comes out has to be one that **could have been taken**. So let us move the mirrored pictures back by
# 4 pixels.

# %%
BACK = -round(real_shift)
moved_back = np.stack([
    cv2.warpAffine(picture, np.float32([[1, 0, BACK], [0, 1, 0]]), (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    for picture in mirrored[..., 0]
])  # fmt: skip
back_features = features_of(vgg16, moved_back[..., np.newaxis])
real_found["mirrored and moved back"] = real_errors(
    lambda seed: cross_validated(frozen, seed, (back_features, np.add(mirrored_points, [BACK, 0])))
)

# %% tags=["claim"]
mirrored_errors = real_means["frozen, mirrored as well"]
back_errors = np.nanmean(real_found["mirrored and moved back"], axis=(1, 2))
claims.check("mirrored pictures as they are: worse in each division",
    not quick or (mirrored_errors > frozen_errors).all(),
    value=mirrored_errors.mean(), name="real_mirrored")  # fmt: skip
claims.check("mirrored and moved back: better than without a mirror in each division",
    not quick or (back_errors < frozen_errors).all(), value=back_errors.mean(), name="real_back")  # fmt: skip

# %% [markdown]
# From {{real_error:.3f}} without a mirror to {{real_mirrored:.3f}} with one, and {{real_back:.3f}} when the pictures
# are moved back. The gain is small, since a face and its mirror image have much in common; but it is there in each
# division, and the loss before was larger. (The 4 pixels were taken from all faces, test faces too. It is one number
# for all of them; strictly it should have come from the training folds.)

# %% [markdown]
# ## Glasses
#
# Two points on a drawing and two points on a face are all that is needed to lay the one onto the other. The map that
# moves, turns and scales, and does nothing else, is called a **similarity transform**. It has four numbers: a shift in
# x and y, an angle, a scale. Two points give four equations.
#
# In the plane there is a trick. Take a point (x, y) for the complex number x + iy. Multiplying by a complex number
# turns and scales; adding one shifts. So new = a * old + b, and from two points a = (new1 - new0) / (old1 - old0).

# %% [markdown]
# ### Exercise 19.5 (build): a transform from two points
#
# Write `transform(source, target)`. Both are `(2, 2)`: two points (x, y). It returns the `(2, 3)` matrix of the
# similarity transform that brings the first source point onto the first target point and the second onto the second,
# as `cv2.warpAffine` takes it: `[[p, -q, shift_x], [q, p, shift_y]]`, so that `new_x = p * x - q * y + shift_x`.


# %% tags=["exercise"] exercise="19.5" points=3
def transform(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the (2, 3) matrix that moves, turns and scales source onto target."""
    # BEGIN SOLUTION
    old, new = source @ [1, 1j], target @ [1, 1j]
    factor = (new[1] - new[0]) / (old[1] - old[0])
    shift = new[0] - factor * old[0]
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
    # END SOLUTION


# %% tags=["check"] exercise="19.5"
checks.exercise("19.5", transform)

# %% tags=["hidden"] exercise="19.5"
from course_utils.authoring import define

exercise = define.function("19.5", transform, rtol=1e-5, atol=1e-6)
unit = np.array([[0.0, 0.0], [1.0, 0.0]])
exercise.case("moved only", source=unit, target=np.add(unit, [3, 5]))
exercise.case("three times as large", source=unit, target=unit * 3)
exercise.case("a quarter turn", source=unit, target=np.array([[0.0, 0.0], [0.0, 1.0]]))
exercise.case("glasses on a tilted face", source=np.array([[120.0, 80.0], [280.0, 80.0]]),
    target=np.array([[10.0, 12.0], [20.0, 9.0]]))  # fmt: skip
exercise.case("the source does not begin at 0", source=np.add(unit, [4, -2]), target=np.array([[1.0, 1.0], [1.0, 3.0]]))
exercise.case("more than a quarter turn", source=unit, target=np.array([[2.0, 1.0], [1.0, 2.0]]))
exercise.case("half a turn", visible=False, source=unit + 2, target=np.array([[1.0, 0.0], [-1.0, 0.0]]))
exercise.random_cases(3, lambda rng: {"source": rng.normal(0, 9, (2, 2)), "target": rng.normal(0, 9, (2, 2))})
exercise.hints(
    "Where does your matrix bring the first source point? Multiply it out.",
    "With old and new as complex numbers: a = (new1 - new0) / (old1 - old0) and b = new0 - a * old0. p and q are the "
    "real and the imaginary part of a.",
    "A smaller case: (0, 0) and (1, 0) to (5, 5) and (5, 7): a = 2i, so p = 0 and q = 2; b = 5 + 5i: [[0, -2, 5], "
    "[2, 0, 5]].",
)


# %% tags=["hidden"] exercise="19.5"
@exercise.correct
def with_an_angle(source, target):
    before, after = source[1] - source[0], target[1] - target[0]
    angle = np.arctan2(after[1], after[0]) - np.arctan2(before[1], before[0])
    scale = np.hypot(*after) / np.hypot(*before)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([turn, target[0] - turn @ source[0]])


@exercise.correct
def with_four_equations(source, target):
    rows = [row for x, y in source for row in ([x, -y, 1, 0], [y, x, 0, 1])]
    p, q, x, y = np.linalg.solve(np.array(rows), np.ravel(target))
    return np.array([[p, -q, x], [q, p, y]])


@exercise.mutant("It turns the wrong way round: the minus sign stands in the wrong row.")
def turns_backwards(source, target):
    matrix = with_four_equations(source, target)
    return matrix * [[1, -1, 1], [-1, 1, 1]]


@exercise.mutant("The shift is target - source, which is right only if nothing is turned or scaled.")
def shift_of_first_points(source, target):
    matrix = with_four_equations(source, target)
    return np.column_stack([matrix[:, :2], target[0] - source[0]])


# %% tags=["hidden"] exercise="19.5"
@exercise.mutant("It moves and scales, but does not turn.")
def forgets_to_turn(source, target):
    scale = np.hypot(*(target[1] - target[0])) / np.hypot(*(source[1] - source[0]))
    return np.column_stack([scale * np.eye(2), target[0] - scale * source[0]])


@exercise.mutant("It moves and turns, but keeps the size.")
def forgets_to_scale(source, target):
    before, after = source[1] - source[0], target[1] - target[0]
    angle = np.arctan2(after[1], after[0]) - np.arctan2(before[1], before[0])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([turn, target[0] - turn @ source[0]])


@exercise.mutant("np.arctan cannot tell a direction from its opposite. Use np.arctan2(y, x), or complex numbers.")
def arctan_of_the_slope(source, target):
    before, after = source[1] - source[0], target[1] - target[0]
    with np.errstate(divide="ignore"):
        angle = np.arctan(after[1] / after[0]) - np.arctan(before[1] / before[0])
    scale = np.hypot(*after) / np.hypot(*before)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([turn, target[0] - turn @ source[0]])


@exercise.mutant("This is the transform from target to source: the other way round.")
def other_way_round(source, target):
    return with_four_equations(target, source)


# %% [markdown]
# Here are sixteen of the hundred, each with eyes that were found by a reader that had not seen this face. The pictures
# were enlarged for the eye; the reader saw 32 x 32 pixels.

# %%
unseen = cross_validated(frozen, 0, (back_features, np.add(mirrored_points, [BACK, 0])))
round_glasses, lenses = keypoints.glasses("round")
portraits = []
for picture, points in zip(real.images[::6], unseen[::6], strict=True):
    large = cv2.resize(picture, (192, 192), interpolation=cv2.INTER_CUBIC)
    eyes = keypoints.resize_points(points[:2], (SIDE, SIDE), (192, 192))
    canvas = np.repeat(large[..., np.newaxis], 3, axis=-1)
    portraits.append(keypoints.overlay(canvas, round_glasses, keypoints.similarity(lenses, eyes)))

# %% tags=["figure"]
plots.grid(
    portraits[:16], columns=8,
    alt="Sixteen small gray photographs of faces, each with round glasses drawn on. On most of them they sit on the "
    "eyes, turned as the head is; on a few they sit a little beside.",
)  # fmt: skip

# %% [markdown]
# ## People behind boxes
#
# Now fourteen points: the joints of drawn people, in colour, in front of pieces of photographs. The same skeleton is
# what programs for sports, dance or physiotherapy look for. And something stands in the way: a box that hides a part
# of the person. The joints behind it are still known, since we drew them.

# %%
NUM_PEOPLE, POSE_EPOCHS = profile.choose(quick=480, full=8000), profile.choose(quick=8, full=40)
BONES, PAIRS = stick_figures.BONES, stick_figures.PAIRS
people = stick_figures.make(NUM_PEOPLE, occluded=(0, 0.5), seed=1)
print(stick_figures.JOINTS)

# %% tags=["figure"]
plots.points(
    people.images[:12], true=people.points[:12], bones=BONES,
    alt="Twelve drawn people in coloured clothes, with raised, stretched and hanging arms, in front of bricks, "
    "grass, machines. A skeleton of white lines runs through the joints, also behind the box that hides a part "
    "of each.",
)  # fmt: skip

# %% [markdown]
# One network answers **two questions**: where is each joint (a heatmap for each), and is it visible (yes or no for
# each)? Such a network has two **outputs** on a common body. Each has a loss of its own, and the network is trained on
# their weighted sum. The **loss weights** matter: the two losses come in different units, and a network spends its
# effort where the sum is large. Here the joints get weight 1, visibility 0.3.

# %% [markdown]
# ### Exercise 19.6 (apply): another unit, another weight
#
# A student's network predicts points as shares of the picture, with the mean squared distance as loss and weight 100,
# and a class with weight 1. It works. Then she gives the points in pixels instead; the pictures are 48 pixels wide and
# high. The class is no longer learned at all. By which factor has the loss of the points grown, for the same
# predictions? And which weight of the points leaves the sum as it was? Answer with a pair: the factor and the weight,
# with four digits behind the point.

# %% tags=["exercise"] exercise="19.6" points=1
# BEGIN SOLUTION
factor_and_weight = (48**2, 100 / 48**2)
# END SOLUTION

# %% tags=["check"] exercise="19.6"
checks.exercise("19.6", factor_and_weight)

# %% tags=["hidden"] exercise="19.6"
from course_utils.authoring import define

exercise = define.answer("19.6", factor_and_weight, decimals=4)
exercise.wrong((48, 2.0833), "A distance is 48 times as large in pixels; the loss is a SQUARED distance.")
exercise.wrong((2304, 230400), "The loss has grown, so its weight has to become smaller.")
exercise.wrong((2304, 0.0004), "The weight was 100, not 1.")
exercise.wrong(
    (4608, 0.0217), "x and y each grow by 48; their squares add up, both 48 * 48 times as large: the factor stays that."
)
exercise.wrong((0.0434, 2304), "The factor stands first, the weight second.")
exercise.wrong((2304, 0.043), "The weight is rounded too early: give four digits behind the point.")
exercise.wrong((2304, 2.0833), "The loss is 48 * 48 times as large: divide the weight by this factor, not by its root.")
exercise.wrong((2304, 100), "With the old weight the points would drown the class.")
exercise.hints(
    "How much larger is a distance in pixels than as a share? And its square?",
    "The squared distance grows by 48 * 48. The weight times the loss has to stay the same.",
    "A smaller case: 10 pixels, weight 50: the loss grows by 100, so the weight becomes 0.5.",
)

# %% [markdown]
# The mirror of above is used, done right: pictures, places, names, **and** the yes and no of each joint, which change
# places with the names.

# %%
mirrored_people, mirrored_joints = keypoints.flip(people.images, people.points, PAIRS)
pose_order = keypoints.mirrored_order(14, PAIRS)
pose_images = np.concatenate([people.images, mirrored_people])
pose_shares = keypoints.to_shares(np.concatenate([people.points, mirrored_joints]), 48, 48)
pose_visible = np.concatenate([people.visible, people.visible[:, pose_order]]).astype("float32")


def build_pose():
    network = keypoints.heatmap_network((48, 48, 3), num_points=14, filters=(16, 32, 48), way_up=(32,))
    flat = layers.Flatten()(layers.Dropout(0.3)(network.get_layer("smallest").output))
    visible = layers.Dense(14, name="visible", dtype="float32")(flat)
    two_outputs = keras.Model(network.input, {"maps": network.output, "visible": visible})
    yes_or_no = keras.losses.BinaryCrossentropy(from_logits=True)
    return compiled(
        two_outputs, {"maps": keypoints.HeatmapLoss(sigma=0.8), "visible": yes_or_no}, len(pose_images), POSE_EPOCHS,
        loss_weights={"maps": 1.0, "visible": 0.3},
    )  # fmt: skip


# %% [markdown]
# **Predict before you run:** compare the joints behind the box with those that one still sees. How many times as large
# is the error of the hidden ones? And what happens as the box grows from a tenth of the person to a half?

# %% tags=["predict"]
prediction = "..."

# %%
COVERED = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
crowds = [stick_figures.make(150, occluded=share, split="test", seed=2) for share in COVERED]
crowd_images = np.concatenate([crowd.images for crowd in crowds])
joints, seen = (np.stack([getattr(crowd, what) for crowd in crowds]) for what in ("points", "visible"))  # (6, 150, 14)
trunks = np.linalg.norm(joints[0, :, 1] - joints[0, :, 8:10].mean(axis=1), axis=-1)  # neck to hips: the scale
pose_errors, answers, spreads = [], [], []
for _, network in training.fresh_starts(build_pose, seeds=SEEDS):
    targets = {"maps": pose_shares, "visible": pose_visible}
    network.fit(pose_images, targets, batch_size=32, epochs=POSE_EPOCHS, verbose=0, callbacks=training.callbacks())
    outputs = network.predict(crowd_images, batch_size=150, verbose=0)
    found_joints = places(outputs["maps"], 48).reshape(joints.shape)
    pose_errors.append([keypoints.errors(*pair, scale=trunks) for pair in zip(joints, found_joints, strict=True)])
    answers.append(outputs["visible"].reshape(seen.shape) > 0)
    weights = keras.ops.convert_to_numpy(keras.ops.softmax(outputs["maps"].reshape(-1, 144, 14), axis=1))
    spreads.append(-np.sum(weights * np.log(weights + 1e-9), axis=1).reshape(seen.shape))
pose_errors, answers, spreads = np.array(pose_errors), np.array(answers), np.array(spreads)  # (seeds, 6, 150, 14)
pose_baseline = keypoints.errors(joints[0], keypoints.mean_shape(people.points), scale=trunks).mean()

# %% tags=["figure"]
shown = [(share, person) for share in (0, 2, 4) for person in range(6)]
plots.points(
    [crowds[share].images[person] for share, person in shown],
    np.array([found_joints[shown_at] for shown_at in shown]), np.array([joints[shown_at] for shown_at in shown]),
    titles=[f"{COVERED[share]:.0%} hidden" if person == 0 else "" for share, person in shown], bones=BONES,
    alt="Three rows of the same six drawn people: nothing hidden, a fifth hidden by a box, two fifths. An orange "
    "skeleton, the network's, lies over the white, true one. The two part most at the hands.",
)  # fmt: skip

# %% tags=["figure"]
hidden_errors = np.where(seen, np.nan, pose_errors)[:, 1:]  # (seeds, 5, 150, 14)
seen_errors = np.where(seen, pose_errors, np.nan)[:, 1:]
hidden_curve, seen_curve = (np.nanmean(some, axis=(2, 3)) for some in (hidden_errors, seen_errors))
plots.bands(
    COVERED[1:],
    {"mean shape": np.full((SEEDS, 5), pose_baseline), "visible joints": seen_curve, "hidden joints": hidden_curve},
    xlabel="share of the person that the box hides", ylabel="error (trunk = 1)",
    alt="Error over the hidden share, from 0.1 to 0.5. The mean shape lies far above the two others. These rise side "
    "by side and close together; where little is hidden, hidden joints are no worse than visible ones.",
)  # fmt: skip

# %% [markdown]
# Both rise, as they should. But look at the two lower curves. Does hiding a joint do hardly any harm? Before you
# believe it, look at each kind of joint by itself.

# %% tags=["figure"]
kinds = {"head": [0], "neck": [1]}
kinds |= {stick_figures.JOINTS[left].removeprefix("left "): [left, right] for left, right in PAIRS}
by_joint = {"visible": np.nanmean(seen_errors, axis=(1, 2)), "hidden": np.nanmean(hidden_errors, axis=(1, 2))}
plots.seed_dots(
    {f"{kind}, {which}": found[:, rows].mean(axis=1)
     for kind, rows in kinds.items() for which, found in by_joint.items()},
    percent=False, xlabel="error (trunk = 1)",
    alt="Sixteen rows of three dots: head, neck, shoulder, elbow, wrist, hip, knee and ankle, each where visible and "
    "where hidden. In every pair the hidden one lies further right. Wrists, visible or not, lie far to the right "
    "of all others.",
)  # fmt: skip

# %% tags=["claim"]
clear, most = pose_errors[:, 0].mean(axis=(1, 2)), pose_errors[:, -1].mean(axis=(1, 2))
claims.check("the mean shape's error is above 0.5", pose_baseline > 0.5, value=pose_baseline, name="pose_baseline")
claims.check("nothing hidden: with every seed the error is below half of that",
    (clear < pose_baseline / 2).all(), value=clear.mean(), name="pose_clear")  # fmt: skip
claims.check("half hidden: with every seed below three quarters of it", (most < 0.75 * pose_baseline).all(),
    value=most.mean(), name="pose_half")  # fmt: skip
overall = hidden_curve[:, :2].mean() / seen_curve[:, :2].mean()
claims.check("a tenth or a fifth hidden: over all joints the hidden ones' error is at most 1.1 times the visible ones'",
    not quick or overall <= 1.1, value=overall, name="paradox")  # fmt: skip
pairs_of_means = [[found[:, rows].mean() for found in by_joint.values()] for rows in kinds.values()]
factors = np.array([hidden / visible for visible, hidden in pairs_of_means])
claims.check("yet of at least seven of the eight kinds of joints the hidden ones have the larger error",
    np.sum(factors > 1) >= 7, value=np.sum(factors > 1), name="worse_kinds")  # fmt: skip
claims.check("on average over kinds it is at least 1.15 times that of the visible ones", factors.mean() >= 1.15,
    value=factors.mean(), name="mean_factor")  # fmt: skip

# %% tags=["claim"]
trunk = np.array([joint.endswith(("neck", "shoulder", "hip")) for joint in stick_figures.JOINTS])
small_boxes = seen[1:3]  # a tenth and a fifth hidden: (2, 150, 14)
trunk_hidden, trunk_seen = (some[..., trunk].sum() / some.sum() for some in (~small_boxes, small_boxes))
claims.check("a tenth or a fifth hidden: half or more of the hidden joints belong to the trunk", trunk_hidden >= 0.5,
    value=trunk_hidden, name="trunk_hidden")  # fmt: skip
claims.check("but less than two fifths of the visible ones", trunk_seen < 0.4, value=trunk_seen, name="trunk_seen")
trunk_easier = by_joint["visible"][:, trunk].mean() / by_joint["visible"][:, ~trunk].mean()
claims.check("where visible, the trunk's joints have at most three quarters of the error of the others",
    not quick or trunk_easier <= 0.75, value=trunk_easier, name="trunk_easier")  # fmt: skip

# %% [markdown]
# **What to notice.** Kind by kind the hidden joints are harder to find, as you would have thought: of
# {{worse_kinds:.0f}} of the eight kinds, and by a factor of {{mean_factor:.2f}} on average. Yet where a tenth or a
# fifth is hidden, the mean over *all* of them is {{paradox:.2f}} times that of the visible ones.
#
# The two groups are made of **different joints**. What a small box hides is mostly the trunk in the middle: neck,
# shoulders and hips are {{trunk_hidden:.0%}} of the hidden joints, but only {{trunk_seen:.0%}} of the visible ones. And
# they are easy: where visible, their error is {{trunk_easier:.2f}} times that of the others. The hard wrists mostly
# stay visible, and make that group look bad. That a comparison of two means fades or turns round against all its parts
# is called *Simpson's paradox*. Whenever two groups are compared, ask what they are made of.
#
# The network does not see through boxes. It *guesses* from the rest: where head and knees are, hips cannot be far.
# Hands can be anywhere.

# %% tags=["claim"]
right = np.mean(answers == seen, axis=(2, 3))[:, 2:].mean()
shares_seen = seen.mean(axis=(1, 2))[2:]
always = np.maximum(shares_seen, 1 - shares_seen).mean()
claims.check("visible or not, from a fifth hidden on: more answers are right than by always naming the commoner one",
    right > always, value=right, name="visible_right")  # fmt: skip
claims.check("naming the commoner one is right on less than two thirds", always < 2 / 3, value=always,
    name="visible_always")  # fmt: skip
unsure, sure = spreads >= np.quantile(spreads, 0.75), spreads <= np.quantile(spreads, 0.25)
times_unsure = pose_errors[unsure].mean() / pose_errors[sure].mean()
claims.check("the least sure quarter of the maps has at least twice the error of the surest quarter", times_unsure >= 2,
    value=times_unsure, name="times_unsure")  # fmt: skip

# %% [markdown]
# The second output says for {{visible_right:.0%}} of the joints rightly whether they are visible
# ({{visible_always:.0%}} would be right if it always named the commoner answer). Where it says no, a program can do
# something better than draw a wrong arm: draw none.
#
# The maps say something of the kind without having been asked. A broad hill, or two hills, means: here or there. The
# *entropy* of a map measures how broad it is. The quarter of the maps with the highest entropy has
# {{times_unsure:.1f}} times the error of the quarter with the lowest. Two bare coordinates would not have told.
#
# ## Points that nobody marked
#
# In real sets many points are absent: nobody can mark an eye that is not in the picture. As numbers they are NaN. The
# networks above left such points out of their loss. It is easy to get this wrong.

# %% [markdown]
# ### Exercise 19.7 (build): a loss that leaves out absent points
#
# Write `point_loss(points, predicted)`. Both are `(num_images, num_points, 2)`. Return the mean squared distance over
# all points that are **present**, as a float. The squared distance of a point is the sum over x and y. A point that is
# absent is NaN in `points`, both x and y; `predicted` never is. If no point is present, return 0.0.


# %% tags=["exercise"] exercise="19.7" points=2
def point_loss(points: np.ndarray, predicted: np.ndarray) -> float:
    """Return the mean squared distance over the points that are present."""
    # BEGIN SOLUTION
    present = ~np.isnan(points[..., 0])
    if not present.any():
        return 0.0
    return float(np.sum((points[present] - predicted[present]) ** 2, axis=-1).mean())
    # END SOLUTION


# %% tags=["check"] exercise="19.7"
checks.exercise("19.7", point_loss)

# %% tags=["hidden"] exercise="19.7"
from course_utils.authoring import define

exercise = define.function("19.7", point_loss, rtol=1e-5, atol=1e-8)
both = np.array([[[0.2, 0.4], [0.8, 0.4]], [[0.3, 0.5], [0.7, 0.6]]])
guess = np.add(both, [[[0.3, 0.4], [0.0, 0.0]], [[0.1, 0.0], [0.0, -0.2]]])
one_gone, two_gone = both.copy(), both.copy()
one_gone[0, 1] = np.nan
two_gone[0] = np.nan
exercise.case("all present", points=both, predicted=guess)
exercise.case("one absent", points=one_gone, predicted=guess)
exercise.case("a picture without any", points=two_gone, predicted=guess)
exercise.case("no point anywhere", points=both * np.nan, predicted=guess)
exercise.case("one picture, no point", visible=False, points=both[:1] * np.nan, predicted=guess[:1])
exercise.case("perfect, one absent", visible=False, points=one_gone, predicted=both)
exercise.case(
    "the absent one was guessed far away", visible=False, points=one_gone, predicted=np.add(guess, [[0, 0], [9, 9]])
)
exercise.random_cases(
    3,
    lambda rng: {
        "points": np.where(rng.random((5, 4, 1)) < 0.4, np.nan, rng.random((5, 4, 2))),
        "predicted": rng.random((5, 4, 2)),
    },
)  # fmt: skip
exercise.hints(
    "What is 0 * NaN? And how many points does the mean run over?",
    "present = ~np.isnan(points[..., 0]) picks the rows: points[present] is (number of present points, 2). Sum the "
    "squares over the last axis, then take the mean.",
    "A smaller case: two points, one of them absent, the other one off by (3, 4): the loss is 25, not 12.5.",
)


# %% tags=["hidden"] exercise="19.7"
@exercise.correct
def with_nansum(points, predicted):
    squared = np.sum((points - predicted) ** 2, axis=-1)  # NaN where absent
    return 0.0 if np.isnan(squared).all() else float(np.nanmean(squared))


@exercise.correct
def point_by_point(points, predicted):
    found = [
        (x - u) ** 2 + (y - v) ** 2
        for (x, y), (u, v) in zip(points.reshape(-1, 2), predicted.reshape(-1, 2), strict=True)
        if x == x
    ]
    return sum(found) / len(found) if found else 0.0


@exercise.mutant("0 * NaN is NaN: multiplying by a mask does not take a NaN away. Choose the rows, or use np.where.")
def multiplies_by_a_mask(points, predicted):
    present = ~np.isnan(points[..., 0])
    return float(np.sum(((points - predicted) ** 2).sum(axis=-1) * present) / max(present.sum(), 1))


@exercise.mutant("Absent points were taken for (0, 0): they would pull the prediction to the upper left corner.")
def absent_is_zero(points, predicted):
    return float(np.sum((np.nan_to_num(points) - predicted) ** 2, axis=-1).mean())


# %% tags=["hidden"] exercise="19.7"
@exercise.mutant("The sum is right, but it is divided by the number of ALL points: divide by those that are present.")
def divides_by_all(points, predicted):
    squared = np.sum((points - predicted) ** 2, axis=-1)
    return float(np.nansum(squared) / squared.size)


@exercise.mutant("This is the mean over x and y. The squared distance of a point is their SUM: twice as much.")
def mean_of_coordinates(points, predicted):
    squared = (points - predicted) ** 2
    return 0.0 if np.isnan(squared).all() else float(np.nanmean(squared))


# %% tags=["hidden"] exercise="19.7"
@exercise.mutant("The mean of no numbers at all is 0 / 0, which is NaN: if no point is present, return 0.0.")
def none_is_nan(points, predicted):
    squared = np.sum((points - predicted) ** 2, axis=-1)
    with np.errstate(invalid="ignore"):
        return float(np.nansum(squared) / np.sum(~np.isnan(squared)))


@exercise.mutant("These are distances. The loss takes the SQUARED ones: leave out the root.")
def takes_the_root(points, predicted):
    distances = np.linalg.norm(points - predicted, axis=-1)
    return 0.0 if np.isnan(distances).all() else float(np.nanmean(distances))


@exercise.mutant("You left out whole pictures. A picture that lacks one point still has the others.")
def drops_pictures(points, predicted):
    whole = ~np.isnan(points).any(axis=(1, 2))
    return float(np.sum((points[whole] - predicted[whole]) ** 2, axis=-1).mean()) if whole.any() else 0.0


@exercise.mutant(
    "You took the mean of each picture first, and then of these: points in pictures with few points count more."
)
def mean_of_means(points, predicted):
    squared = np.sum((points - predicted) ** 2, axis=-1)
    rows = [row[~np.isnan(row)].mean() for row in squared if not np.isnan(row).all()]
    return float(np.mean(rows)) if rows else 0.0


# %% [markdown]
# ## Your own points
#
# Public keypoint sets (faces, hands, animals, clothes) mostly come as a folder of images and a table: a line for each
# image with its file name and then x and y of each point. `keypoints.read_points` reads such a folder, brings all
# images to one size and the points with them, and says which lines it could not use, and why. An empty field is an
# absent point.
#
# For those who have no set at hand, here is a small one: drawn faces, as files, with three mistakes in the table of
# the kind that real ones have. In the `full` profile the folder `keypoints` of the classroom's mirror (COURSE_DATA) is
# taken, if there is one.

# %%
folder = pathlib.Path(tempfile.mkdtemp())
few = drawn_faces.make(80, outline=True, seed=5)
names = [f"face_{number:02d}.png" for number in range(len(few.images))]
for name, picture in zip(names, few.images, strict=True):
    cv2.imwrite(str(folder / name), picture)
own_points = few.points.astype(float)
own_points[3, 2] = np.nan  # nobody marked this nose
own_points[5, 0] = own_points[5, 0] + 100  # outside of the picture
keypoints.write_points(folder / "points.csv", names, own_points, drawn_faces.POINTS)
(folder / names[7]).unlink()
with (folder / "points.csv").open("a", encoding="utf-8") as table:
    table.write("face_99.png,1,2,3\n")

# %%
mirror_folder = pathlib.Path(os.environ.get("COURSE_DATA", "")) / "keypoints"
if profile.name() == "full" and (mirror_folder / "points.csv").is_file():
    folder = mirror_folder
own = keypoints.read_points(folder / "points.csv", side=SIDE, most=1000)
print(own)
for line in own.skipped[:5]:
    print("-", line)

# %% [markdown]
# Read these lines before you train. A picture that is missing, a point that lies outside (mostly x and y are
# exchanged, or the table belongs to another size), a line with too few numbers: each would otherwise end as an error
# somewhere deep inside, or, worse, in no error at all.
#
# The rest is what you know: features of the frozen network, one layer, four folds. Any number of points goes through
# the same lines, and absent ones are left out.


# %% tags=["claim"]
def errors_of_folds(table):
    """Return the mean errors of reader and mean shape in pixels, one for each of four folds: (2, 4)."""
    rows = backbones.extract(vgg16, table.images, "block2_pool", pooling="flatten")
    found = []
    for train, test in keypoints.folds(len(table.files), 4):
        reader = keypoints.fit_ridge(rows[train], table.points[train], STRENGTHS)
        for guess in (reader.predict(rows[test]), keypoints.mean_shape(table.points[train])):
            found.append(np.nanmean(keypoints.errors(table.points[test], guess, scale=1.0)))
    return np.reshape(found, (4, 2)).T


of_reader, of_mean_shape = errors_of_folds(own)
claims.check("in each of four folds the reader is closer than the mean shape", (of_reader < of_mean_shape).all(),
    value=of_reader.mean() / of_mean_shape.mean())  # fmt: skip

# %% [markdown]
# **Now yours.** Photograph something that has named places (a mug: handle top and bottom, rim left and right; your
# hand: five finger tips), 40 pictures or more. Mark the points in any program that shows pixel coordinates and write
# them into a table, as a spreadsheet saves it with "CSV UTF-8", beside the pictures:
#
# ```
# file,rim_left_x,rim_left_y,rim_right_x,rim_right_y
# mug_01.jpg,212,340,655,338
# mug_02.jpg,198,351,,
# ```
#
# On the second one nobody sees where the rim ends on the right. Then run:

# %%
my_table = None  # for example "/home/ada/mugs/points.csv"; as long as it is None, the drawn faces are shown
mine = keypoints.read_points(my_table, side=64) if my_table else own
for line in mine.skipped[:5]:
    print("-", line)

# %% tags=["figure"]
plots.points(
    mine.images[:12], true=mine.points[:12],
    alt="Twelve drawn faces with white crosses on eyes, nose and the corners of the mouth. One has none on its nose.",
)  # fmt: skip

# %% [markdown]
# Does every cross lie where it should? Then ask how near a reader comes to them, in pixels of these pictures.

# %%
if my_table:
    for who, pixels in zip(("reader", "mean shape"), errors_of_folds(mine), strict=True):
        print(f"{who}: {pixels.mean():.1f} pixels of {mine.images.shape[1]}; folds {np.round(pixels, 1)}")

# %% [markdown]
# ## Key points
#
# - A network may answer with places: a fixed number of points, each with a name. Give the error as a share of a length
#   of the thing, beside the mean shape and beside the labels' own error.
# - A mirror moves points **and** exchanges the names of each pair, and its pictures must be ones that could have been
#   taken. Where names are forgotten, pairs merge in the middle while the loss goes down.
# - Heatmaps let a shared kernel say where; soft-argmax turns them into points between the cells. Dense heads are
#   cheaper.
# - With few real images: a frozen network, one layer, cross-validation; every choice inside the training folds.
# - Two outputs need two losses and weights. Compare groups joint by joint: means of different mixtures can turn round.
#
# ## Self-test
#
# <details><summary>1. A network predicts the mean shape for every picture. Its error is 0.15. Is 0.14 good?</summary>
#
# It is one hundredth better than not looking at the picture. Show both numbers, and the spread.
#
# </details>
#
# <details><summary>2. The names of the eyes are wrong in half of the pictures. Where does a mean squared distance put
# both?</summary>
#
# To the middle between them: of all single places it has the smallest mean squared distance to the two.
#
# </details>
#
# <details><summary>3. Why is a nose not harmed by the wrong mirror?</summary>
#
# It has no partner. Its name stays the same in a mirror, and its place was moved rightly.
#
# </details>
#
# <details><summary>4. A folder holds 1,000 pictures and their mirror images. What can go wrong in
# cross-validation?</summary>
#
# A face may be in the training part and its mirror image in the test part. Divide first, then mirror the training
# part.
#
# </details>
#
# ## To read
#
# - X. Sun and others, [Integral Human Pose Regression](https://arxiv.org/abs/1711.08229), 2018: soft-argmax.
# - A. Newell and others, [Stacked Hourglass Networks](https://arxiv.org/abs/1603.06937), 2016: heatmaps of joints.
# - A. Toshev and C. Szegedy, [DeepPose](https://arxiv.org/abs/1312.4659), 2014: joints by a dense head.
# - G. Huang and others, [Labeled Faces in the Wild](http://vis-www.cs.umass.edu/lfw/), 2007.
#
# ## Next
#
# This was the last kind of answer of this course: a class, a vector, a picture, a set of points. Go back to lesson 15
# and ask with its tools what *this* network looks at when it finds a hidden hip.
