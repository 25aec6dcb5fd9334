# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Pool feature maps
# read_minutes: 40
# exercise_minutes: 50
# objectives:
#   - Pool a feature map by hand, with a loop and with Keras, by its maximum and by its mean
#   - Predict how large the pooled map is, and which pixels no window reads
#   - Say when a max pool is invariant to a shift, and measure how far a trained network is from it
#   - Build a network that takes images of any size, and say what it cannot tell apart
#   - Judge blurring before pixels are left out by what it does to the answers and to the accuracy
# needs: [07_build_a_convolution_layer]
# data: [mnist, brick, camera, cat, china, coins, grass, page]
# budget: {cpu_seconds: 100, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 90 minutes, exercises included: fence 4, windows 12, sizes 15, the reshape bug 7,
# invariance 12, networks 12, blur 13, any size 10, what is lost 5. Short of time: leave out 8.4 and 8.7.
#
# **What students believe, and where the lesson meets it.** Max pooling makes a network blind to shifts (fence, 8.6,
# networks). A pool keeps all information that matters (what is lost). A stride larger than the window only saves time
# (8.4). 130 / 4 is 32.5, so one rounds up (sizes). A CNN needs a fixed input size (8.8). Average pooling is just a
# weaker max pooling (a larger canvas).
#
# **Let the class vote before you run:** the fence, the pools on 100, the curve of the shifted digits, the two faces.

# %% tags=["setup"]
import keras
import numpy as np
from keras import layers

from course_utils import architectures, checks, claims, datasets, images, kernels, plots, pooling, profile, training

data = datasets.load("mnist")

# %% [markdown]
# ## A fence that turns into a wall
#
# Below is a drawing of a fence: pickets two pixels wide, gaps two pixels wide, two rails across. Beside it stands what
# nearly every convolutional network makes of such a picture at some point. It cuts the picture into windows of 2 x 2
# pixels, and of each window it keeps the largest number only. This is called **max pooling**. It is said to make a
# network *invariant to shifts*: move the picture a little, and nothing changes.
#
# **Predict before you run:** we move the fence to the right by one pixel. What will the picture on the right show?

# %% tags=["predict"]
prediction = "..."  # "the same fence", "the fence moved a little", or something else?

# %% tags=["figure"]
fence = np.full((32, 64), 70, dtype=np.uint8)  # the sky
fence[27:] = 110  # the lawn
fence[[11, 12, 21, 22]] = 150  # two rails
fence[7:28, np.arange(64) % 4 < 2] = 255  # pickets: 2 pixels on, 2 pixels off

frames = []
for pixels in range(5):
    moved = np.roll(fence, pixels, axis=1)
    frames.append(
        plots.compare(
            moved,
            kernels.max_pool2d(moved, 2),
            titles=[f"the fence, moved by {pixels}", "the largest of every 2 x 2 pixels"],
            alt=f"Left: the fence, moved by {pixels} pixels. Right: its largest of every 2 by 2 pixels.",
        )
    )
plots.slider(
    frames,
    [f"moved by {pixels}" for pixels in range(5)],
    alt="A fence and its max-pooled picture, at five steps: the fence moved by 0, 1, 2, 3 and 4 pixels.",
)

# %% tags=["claim"]
middle = slice(8, 27)  # the rows of the pickets
even, odd = (kernels.max_pool2d(np.roll(fence, pixels, axis=1)[middle], 2) for pixels in (0, 1))
claims.check("moved by one pixel, the pooled fence has not a single gap left", bool((odd == 255).all()))
claims.check("where it stood before, half of it was gaps", np.mean(even == 255) == 0.5)

# %% [markdown]
# **What to notice.** Step through the frames: fence, wall, fence, wall, fence. When a window holds two pixels of *one*
# gap, the gap survives. When it holds one pixel of a gap and one of a picket, the picket wins, and it wins everywhere.
# Whatever comes after this pool cannot bring the gaps back.
#
# So a pool is not blind to shifts. On the contrary: one pixel changed the whole map. You have met the cause in lesson
# 04: the pattern is too fast for the few pixels that are left, and **aliasing** decides what becomes of it.
#
# Is this only a trick with fences? What does it do to a trained network and real digits? That is the question of this
# lesson. First you need to know precisely what pooling is.

# %% [markdown]
# ## One number for four
#
# A pool has a window and a stride, like a convolution. But it has no weights and nothing to learn: it takes a rule. Two
# rules are in use, the **maximum** and the **mean** (in Keras: average pooling). And each map is pooled by itself, so
# the number of channels stays.
#
# Take four responses of a kernel:
#
# ```
# 1  9
# 5  4
# ```
#
# **Predict:** what is left of them by the one rule, and what by the other?

# %% tags=["predict"]
prediction = (..., ...)  # the maximum and the mean

# %%
window = np.array([[1, 9], [5, 4]])
print("maximum:", window.max())
print("mean:   ", window.mean())

# %% [markdown]
# Now a map of 4 x 4 numbers. A window of 2 x 2 with stride 2 has four places on it, drawn in four colours.

# %% tags=["figure"]
small_map = np.array([[1, 9, 6, 4], [5, 4, 7, 8], [5, 1, 2, 9], [6, 7, 6, 0]])
plots.pool_windows(
    small_map,
    alt="A map of 4 by 4 numbers in four colours, one for each window of 2 by 2. Beside it two maps of 2 by 2: the "
    "maxima 9, 8, 7 and 9, and the means 4.75, 6.25, 4.75 and 4.25.",
)

# %% [markdown]
# **What to notice.** Move the slider. The maxima are 9, 8, 7, 9. The means are 4.75, 6.25, 4.75, 4.25. Look at the two
# windows on the left: their means are equal, their maxima are not. And look at the two 9s: there is a 9 somewhere in
# the window, but *where* in the window, no one can tell any more.
#
# - The maximum answers: **is the thing I look for somewhere in this window?**
# - The mean answers: **how much of it is in this window?**
#
# In both cases three of four numbers are gone. That makes the layers that follow four times cheaper, and lets their
# windows cover twice as much of the image.
#
# ### Hand, loop, library
#
# As a loop, for windows of 2 x 2 with stride 2 and any rule:


# %%
def pool_2x2(feature_map, rule):
    """Pool a map (H, W) with even sides by a rule such as np.max; return a map (H / 2, W / 2)."""
    rows, columns = feature_map.shape[0] // 2, feature_map.shape[1] // 2
    pooled = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            pooled[row, column] = rule(feature_map[2 * row : 2 * row + 2, 2 * column : 2 * column + 2])
    return pooled


# %% [markdown]
# And by the library: `MaxPooling2D` and `AveragePooling2D`. Keras layers take a batch of maps with channels,
# `(N, height, width, channels)`, so one map needs two axes of length 1. Our map is a photograph's response to a
# high-pass kernel, negative numbers included.
#
# **Predict:** for which of the two rules will loop and library agree to the last digit?

# %% tags=["predict"]
prediction = "..."  # "both", "maximum", "mean" or "neither", and why?

# %%
photograph = images.load("camera")[60:188, 150:278]  # (128, 128) uint8
response = photograph - kernels.correlate2d(photograph, kernels.box(3))  # (128, 128) float
batch = response[np.newaxis, :, :, np.newaxis].astype("float32")  # (1, 128, 128, 1)
by_keras = keras.ops.convert_to_numpy(layers.MaxPooling2D(2)(batch))[0, :, :, 0]
mean_by_keras = keras.ops.convert_to_numpy(layers.AveragePooling2D(2)(batch))[0, :, :, 0]
by_loop = pool_2x2(batch[0, :, :, 0], np.max)
mean_by_loop = pool_2x2(batch[0, :, :, 0], np.mean)
print("loop", by_loop.shape, "  Keras", by_keras.shape)

# %% tags=["claim"]
by_course = kernels.max_pool2d(batch, 2)[0, :, :, 0]
same = np.array_equal(by_loop, by_keras) and np.array_equal(by_loop, by_course)
claims.check("maximum: the loop, Keras and course_utils give the same 4,096 numbers, to the last digit", same)
claims.check(
    "mean: the loop and Keras differ by less than a ten-thousandth of a gray level",
    np.abs(mean_by_loop - mean_by_keras).max() < 1e-4,
)

# %% [markdown]
# **What to notice.** The maximum is one of the numbers that were there: nothing is computed, so nothing is rounded. A
# mean is a sum, and sums are rounded according to their order.

# %% [markdown]
# ### Exercise 8.1 (apply): two windows by hand
#
# A pool of 2 x 2 with stride 2 runs over this map:
#
# ```
#  3  -2   0   6
#  1   4  -8   2
# ```
#
# Give four numbers as a tuple: the maximum of the left and of the right window, then the mean of the left and of the
# right window: `(maximum_left, maximum_right, mean_left, mean_right)`.

# %% tags=["exercise"] exercise="8.1" points=1
# BEGIN SOLUTION
two_windows = (4, 6, (3 - 2 + 1 + 4) / 4, (0 + 6 - 8 + 2) / 4)
# END SOLUTION

# %% tags=["check"] exercise="8.1"
checks.exercise("8.1", two_windows)

# %% tags=["hidden"] exercise="8.1"
from course_utils.authoring import define

exercise = define.answer("8.1", two_windows, decimals=2)
exercise.wrong((4, -8, 1.5, 0), "-8 is the farthest from 0, but it is not the largest: a maximum heeds the sign.")
exercise.wrong((4, 8, 1.5, 0), "A pool takes the numbers as they are, with their sign: 8 is not in the map, -8 is.")
exercise.wrong((4, 6, 2.5, 4), "For the mean the signs count: 0 + 6 - 8 + 2.")
exercise.wrong((4, 6, 3, 0), "A window of 2 x 2 holds four numbers: divide by 4, not by 2.")
exercise.wrong((4, 6, 6, 0), "These are the sums of the windows. A mean is divided by the count.")
exercise.wrong((1.5, 0, 4, 6), "The order is: both maxima first, then both means.")
exercise.wrong((4, 6, 1.5, 4), "In the right window the 8 has a minus sign: 0 + 6 - 8 + 2.")
exercise.wrong((6, 4, 1.75, -0.25), "Those are the two ROWS. The windows are 2 x 2: two columns of both rows.")
exercise.hints(
    "The left window holds the first two columns, the right window the last two.",
    "Left: 3, -2, 1, 4. Right: 0, 6, -8, 2. Signs count for both rules, and a mean may well be 0.",
    "A smaller case: of -5, 1, 0, 2 the maximum is 2 and the mean is (-5 + 1 + 0 + 2) / 4 = -0.5.",
)

# %% [markdown]
# ## How large is the pooled map?
#
# The window moves by the stride and has to lie on the map completely. So it is the formula of every convolution without
# padding:
#
# $$ \left\lfloor \frac{W - F}{S} \right\rfloor + 1 $$
#
# where $W$ is the width of the map, $F$ that of the window and $S$ the stride.
#
# **Predict:** a map is 100 pixels wide. How wide will it be after each of these four pools, given as (window, stride)?

# %% tags=["predict"]
width_guess = {(2, 2): ..., (4, 4): ..., (2, 3): ..., (2, 1): ...}

# %%
for pool_size, stride in width_guess:
    width = architectures.output_size(100, pool_size, stride)
    layer = layers.MaxPooling2D(pool_size, strides=stride)
    by_keras = layer.compute_output_shape((None, 100, 100, 1))[1]
    print(f"window {pool_size}, stride {stride}: 100 -> {width}   Keras says {by_keras}")

# %% [markdown]
# **What to notice.** The *stride* decides how much smaller the map becomes; the window hardly matters. (2, 2) halves,
# (4, 4) quarters, (2, 1) takes away one pixel. And (2, 3)? Look where the windows stand. Below are 13 pixels of a row.

# %% tags=["figure"]
pools = [(2, 2), (4, 4), (2, 3), (2, 4)]
plots.slider(
    [
        plots.window_places(
            13, size, stride=step, num_rows=6, alt=f"Windows of {size} with stride {step} under 13 pixels."
        )
        for size, step in pools
    ],
    [f"window {size}, stride {step}" for size, step in pools],
    alt="Bars under a row of 13 pixels show where a window stands. With (2, 2) and (4, 4) they touch, and the last "
    "pixel is not read. With (2, 3) one pixel of three lies between the bars, not read by any. With (2, 4) it is two "
    "pixels of four.",
)

# %% [markdown]
# **What to notice.** With stride 3 and a window of 2 every third pixel is **never read**: an eye of a face may lie just
# there. Two pools make a map four times smaller, (2, 4) and (4, 4). Only (4, 4) sees every pixel of 100; (2, 4) jumps
# over half of each row, and over half of each column.
#
# Sizes that do not fit need care. What is 130 / 4?

# %%
for pool_size in (2, 4):
    for padding in ("valid", "same"):
        layer = layers.MaxPooling2D(pool_size, strides=4, padding=padding)
        width = layer.compute_output_shape((None, 130, 130, 1))[1]
        print(f"window {pool_size}, stride 4, {padding:5}: 130 -> {width}")

# %% [markdown]
# **What to notice.** 130 / 4 is 32.5, and there is no half number in a map. `"valid"`, Keras's default for pools, drops
# the window that does not fit: (4, 4) gives 32, and the last two rows and columns are never read. (2, 4) gives 33: its
# smaller window fits once more. `"same"` lets windows hang over the edges, half of what is missing at each (lesson 07),
# and counts only what lies on the map: always the width divided by the stride, rounded **up**.

# %% [markdown]
# ### Exercise 8.2 (apply): four sizes
#
# A map is 64 pixels wide. How wide is it after each of these pools, without padding, given as (window, stride):
# (3, 2), (2, 5), (5, 5), (3, 1)? Give a tuple of four whole numbers.

# %% tags=["exercise"] exercise="8.2" points=1
# BEGIN SOLUTION
four_widths = tuple((64 - pool_size) // stride + 1 for pool_size, stride in [(3, 2), (2, 5), (5, 5), (3, 1)])
# END SOLUTION

# %% tags=["check"] exercise="8.2"
checks.exercise("8.2", four_widths)

# %% tags=["hidden"] exercise="8.2"
from course_utils.authoring import define

exercise = define.answer("8.2", four_widths)
exercise.wrong((32, 12, 12, 64), "That is 64 divided by the stride. The window has to fit as well: (W - F) // S + 1.")
exercise.wrong(
    (32, 13, 13, 64), "That is 64 divided by the stride, rounded up: what padding 'same' gives. Here is none."
)
exercise.wrong((30, 12, 11, 61), "One place is missing each time: the first window stands at 0 and counts too: + 1.")
exercise.wrong((32, 13, 13, 62), "You rounded up. A window that does not fit completely is left out: round down.")
exercise.wrong((21, 32, 12, 21), "You divided by the window. What counts is how far it moves on: the stride.")
exercise.wrong((31, 12, 12, 62), "Nearly: (2, 5). The last window starts at pixel 60 and needs 60 and 61: it fits.")
exercise.hints(
    "Where does the last window begin? It must end at pixel 63 at the latest.",
    "(64 - window) // stride + 1, with // for rounding down.",
    "A smaller case: on 10 pixels, (3, 2) has windows at 0, 2, 4, 6: (10 - 3) // 2 + 1 = 4. At 8 there is no room.",
)

# %% [markdown]
# ### Exercise 8.3 (build): average pooling
#
# Write `average_pool(feature_map, pool_size, stride)`. It takes one map of shape `(H, W)`, whole numbers or floats, and
# two integers, and returns the means of all windows that lie on the map completely: a float array. Window and stride
# may be any integers from 1 up, as long as the window fits. Loops are welcome.


# %% tags=["exercise"] exercise="8.3" points=2
def average_pool(feature_map: np.ndarray, pool_size: int, stride: int) -> np.ndarray:
    """Return the mean of every window of pool_size x pool_size that fits on the map, float."""
    # BEGIN SOLUTION
    rows = (feature_map.shape[0] - pool_size) // stride + 1
    columns = (feature_map.shape[1] - pool_size) // stride + 1
    pooled = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            pooled[row, column] = feature_map[top : top + pool_size, left : left + pool_size].mean()
    return pooled
    # END SOLUTION


# %% tags=["check"] exercise="8.3"
checks.exercise("8.3", average_pool)

# %% tags=["hidden"] exercise="8.3"
from course_utils.authoring import define

exercise = define.function("8.3", average_pool, rtol=1e-5, atol=1e-5)
the_map = np.array([[1, 9, 6, 4], [5, 4, 7, 8], [5, 1, 2, 9], [6, 7, 6, 0]])
exercise.case("the map of the text, (2, 2)", feature_map=the_map, pool_size=2, stride=2)
exercise.case("windows that overlap, (3, 1)", feature_map=the_map, pool_size=3, stride=1)
wide = (np.arange(35, dtype=np.uint8).reshape(5, 7) * 37) % 251
exercise.case("an odd size, uint8, (2, 2)", feature_map=wide, pool_size=2, stride=2)
exercise.case("a stride larger than the window, (2, 3)", feature_map=wide.astype(float) - 90, pool_size=2, stride=3)
exercise.case("one window", visible=False, feature_map=the_map / 8, pool_size=4, stride=4)
exercise.case("bright, uint8, (3, 2)", visible=False, feature_map=255 - wide // 4, pool_size=3, stride=2)
exercise.case("a window of one, (1, 2)", visible=False, feature_map=wide, pool_size=1, stride=2)
exercise.random_cases(
    3,
    lambda rng: {
        "feature_map": rng.normal(size=(int(rng.integers(6, 12)), int(rng.integers(6, 12)))),
        "pool_size": int(rng.integers(2, 5)),
        "stride": int(rng.integers(1, 5)),
    },
)
exercise.hints(
    "Count the places first, downwards and across. They need not be equal.",
    "rows = (H - pool_size) // stride + 1. The window number (row, column) begins at (row * stride, column * stride).",
    "A smaller case: two rows, both 1 3 5 7 9, with (2, 3): (5 - 2) // 3 + 1 = 2 windows, at columns 0 and 3. Their "
    "means are 2 and 8, so the result is [[2, 8]].",
)


# %% tags=["hidden"] exercise="8.3"
@exercise.correct
def with_windows_in_a_view(feature_map, pool_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(feature_map, (pool_size, pool_size))
    return windows[::stride, ::stride].mean(axis=(2, 3))


@exercise.correct
def with_slices_added_up(feature_map, pool_size, stride):
    rows, columns = ((side - pool_size) // stride + 1 for side in feature_map.shape)
    total = np.zeros((rows, columns))
    for i in range(pool_size):
        for j in range(pool_size):
            total += feature_map[i:, j:][: (rows - 1) * stride + 1 : stride, : (columns - 1) * stride + 1 : stride]
    return total / pool_size**2


@exercise.mutant("You took the maximum. Average pooling takes the mean of each window.")
def takes_the_maximum(feature_map, pool_size, stride):
    return kernels.max_pool2d(np.asarray(feature_map, dtype=float), pool_size, stride)


@exercise.mutant(
    "The sum of a window does not fit into the map's own type: in uint8, 200 + 100 is 44. Let mean() do it, or make "
    "the map float first."
)
def overflows(feature_map, pool_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(feature_map, (pool_size, pool_size))[::stride, ::stride]
    return windows.sum(axis=(2, 3), dtype=feature_map.dtype) / pool_size**2


# %% tags=["hidden"] exercise="8.3"
@exercise.mutant("Your window moves on by its own size. It has to move by the stride: begin at row * stride.")
def steps_by_the_window(feature_map, pool_size, stride):
    return average_pool(feature_map, pool_size, pool_size)


# %% tags=["hidden"] exercise="8.3"
@exercise.mutant("A window that hangs over the edge is counted. Only windows that lie on the map completely count.")
def counts_cut_windows(feature_map, pool_size, stride):
    height, width = feature_map.shape
    return np.array(
        [
            [feature_map[r : r + pool_size, c : c + pool_size].mean() for c in range(0, width, stride)]
            for r in range(0, height, stride)
        ]
    )


@exercise.mutant("The last row and column of windows are missing: (H - pool_size) // stride + 1 rows, not one less.")
def off_by_one(feature_map, pool_size, stride):
    return average_pool(feature_map, pool_size, stride)[:-1, :-1]


@exercise.mutant("You return the sums. A mean is the sum divided by pool_size * pool_size.")
def forgets_to_divide(feature_map, pool_size, stride):
    return average_pool(feature_map, pool_size, stride) * pool_size**2


@exercise.mutant("You divide by pool_size. A window holds pool_size * pool_size numbers.")
def divides_by_the_side(feature_map, pool_size, stride):
    return average_pool(feature_map, pool_size, stride) * pool_size


# %% tags=["hidden"] exercise="8.3"
@exercise.mutant("The digits behind the point are lost: make the array for the results float, not like the map.")
def rounds_down(feature_map, pool_size, stride):
    return np.floor(average_pool(feature_map, pool_size, stride))


@exercise.mutant("Rows and columns are exchanged where the map is not square: H belongs to the rows, W to the columns.")
def swaps_height_and_width(feature_map, pool_size, stride):
    columns, rows = ((side - pool_size) // stride + 1 for side in feature_map.shape)
    windows = [
        [feature_map[r * stride : r * stride + pool_size, c * stride : c * stride + pool_size] for c in range(columns)]
        for r in range(rows)
    ]
    return np.array([[window.mean() if window.size else 0.0 for window in row] for row in windows])


# %% [markdown]
# ### Exercise 8.4 (investigate): pixels that nobody reads
#
# A detector of small bright spots, with a pool of window 2 and stride 3 behind its first layer, misses more than half
# of the spots. How many pixels does its pool never read?
#
# Write `num_unread(size, pool_size, stride)`. On a **square** map of `size` x `size` pixels a window of `pool_size` x
# `pool_size` moves by `stride`, without padding. Return how many of the pixels lie under no window, as an integer. The
# window is never larger than the map.
#
# Then find out: for 99 pixels and (2, 3), is it a third of all pixels? More? And can a stride that is *not* larger than
# the window leave pixels out, too?


# %% tags=["exercise"] exercise="8.4" points=2
def num_unread(size: int, pool_size: int, stride: int) -> int:
    """Return how many pixels of a size x size map lie under no window of the pool."""
    # BEGIN SOLUTION
    is_read = np.zeros((size, size), dtype=bool)
    for top in range(0, size - pool_size + 1, stride):
        for left in range(0, size - pool_size + 1, stride):
            is_read[top : top + pool_size, left : left + pool_size] = True
    return int(np.sum(~is_read))
    # END SOLUTION


# %% tags=["check"] exercise="8.4"
checks.exercise("8.4", num_unread)

# %% tags=["hidden"] exercise="8.4"
from course_utils.authoring import define

exercise = define.function("8.4", num_unread)
exercise.case("99 pixels, (2, 3)", size=99, pool_size=2, stride=3)
exercise.case("everything is read: 100 pixels, (4, 4)", size=100, pool_size=4, stride=4)
exercise.case("a rest at the edge: 130 pixels, (4, 4)", size=130, pool_size=4, stride=4)
exercise.case("a gap that is wider than the window: 20 pixels, (2, 6)", size=20, pool_size=2, stride=6)
exercise.case("windows overlap and a rest is left: 8 pixels, (3, 2)", size=8, pool_size=3, stride=2)
exercise.case("a stride of 1", visible=False, size=7, pool_size=3, stride=1)
exercise.case("one window only", visible=False, size=9, pool_size=5, stride=7)
exercise.case("the window is the map", visible=False, size=6, pool_size=6, stride=2)
exercise.random_cases(
    4,
    lambda rng: {
        "size": int(rng.integers(12, 60)),
        "pool_size": int(rng.integers(1, 6)),
        "stride": int(rng.integers(2, 9)),
    },
)
# %% tags=["hidden"] exercise="8.4"
exercise.hints(
    "Draw one row of 8 pixels and mark which of them a window of 2 with stride 3 reads. Then think of the second axis: "
    "a pixel is read only if its row AND its column are.",
    "Make an array of False, set it to True under every window, and count what is still False. Or count the read "
    "pixels of a row, r: then r * r pixels of the map are read.",
    "A smaller case: size 5 and (2, 3): the windows begin at 0 and 3 and read 0, 1, 3, 4 of a row. So 4 x 4 = 16 of "
    "25 pixels are read, and 9 are not.",
)


# %% tags=["hidden"] exercise="8.4"
@exercise.correct
def counts_one_row(size, pool_size, stride):
    starts = range(0, size - pool_size + 1, stride)
    num_read = len({start + offset for start in starts for offset in range(pool_size)})
    return size**2 - num_read**2


@exercise.correct
def by_formula(size, pool_size, stride):
    places = (size - pool_size) // stride + 1
    num_read = places * pool_size if stride >= pool_size else (places - 1) * stride + pool_size
    return size * size - num_read * num_read


@exercise.mutant("You counted one row. The map has rows AND columns: a pixel is read only if both are.")
def counts_a_single_row(size, pool_size, stride):
    starts = range(0, size - pool_size + 1, stride)
    return size - len({start + offset for start in starts for offset in range(pool_size)})


@exercise.mutant("You squared the unread columns. Unread is all but the READ rows times the READ columns.")
def squares_the_unread(size, pool_size, stride):
    return counts_a_single_row(size, pool_size, stride) ** 2


# %% tags=["hidden"] exercise="8.4"
@exercise.mutant("You counted the pixels that ARE read. Asked is how many are not.")
def counts_the_read(size, pool_size, stride):
    return size**2 - num_unread(size, pool_size, stride)


@exercise.mutant(
    "Where windows overlap you counted pixels twice. Each pixel counts once, however many windows read it."
)
def counts_overlaps_twice(size, pool_size, stride):
    places = (size - pool_size) // stride + 1
    return size**2 - (places * pool_size) ** 2


@exercise.mutant("Only the gaps between windows are counted; the rest at the right and bottom edge is missing.")
def forgets_the_edge(size, pool_size, stride):
    places = (size - pool_size) // stride + 1
    reach = (places - 1) * stride + pool_size
    return num_unread(reach, pool_size, stride)


# %% tags=["hidden"] exercise="8.4"
@exercise.mutant(
    "Only the rest at the edge is counted. With a stride larger than the window there are gaps in between."
)
def forgets_the_gaps(size, pool_size, stride):
    places = (size - pool_size) // stride + 1
    return size**2 - ((places - 1) * stride + pool_size) ** 2


@exercise.mutant("You let the last window hang over the edge. Without padding a window that does not fit is left out.")
def reads_over_the_edge(size, pool_size, stride):
    starts = range(0, size, stride)
    read = {start + offset for start in starts for offset in range(pool_size) if start + offset < size}
    return size**2 - len(read) ** 2


# %% [markdown]
# <details><summary>What to find out, answered</summary>
#
# For 99 pixels and (2, 3) two thirds of the rows are read and two thirds of the columns: four ninths of the pixels.
# **More than half of the map is never looked at.** And a stride that is not larger than the window can leave pixels
# out only at the edge.
#
# </details>

# %% [markdown]
# ### Exercise 8.5 (spot the bug): a fast pool with a wrong axis
#
# Loops are slow. A well-known trick pools 2 x 2 without any: *split* each side in two axes, and take the maximum over
# the two axes that lie inside a window. Somebody has written it like this, and tested it on one map of 4 x 4 numbers:
# the result had the right shape, (1, 2, 2, 1). In the network the loss hardly fell, and on the first image of another
# size it crashed.
#
# Find the bug and mend it. `pool_batch(maps)` takes `(N, H, W, C)` with even `H` and `W` and returns the 2 x 2 max
# pool with stride 2: `(N, H // 2, W // 2, C)`.


# %% tags=["exercise"] exercise="8.5" points=2
def pool_batch(maps: np.ndarray) -> np.ndarray:
    """Return the largest of every 2 x 2 numbers: (N, H, W, C) -> (N, H // 2, W // 2, C); H and W are even."""
    # BEGIN SOLUTION
    num_maps, height, width, channels = maps.shape
    split = maps.reshape(num_maps, height // 2, 2, width // 2, 2, channels)
    return split.max(axis=(2, 4))
    # END SOLUTION
    # BEGIN STUB
    # num_maps, height, width, channels = maps.shape
    # split = maps.reshape(num_maps, height // 2, 2, width // 2, 2, channels)
    # return split.max(axis=(1, 3))
    # END STUB


# %% tags=["check"] exercise="8.5"
checks.exercise("8.5", pool_batch)

# %% tags=["hidden"] exercise="8.5"
from course_utils.authoring import define

exercise = define.function("8.5", pool_batch)
the_map = np.array([[1, 9, 6, 4], [5, 4, 7, 8], [5, 1, 2, 9], [6, 7, 6, 0]])
exercise.case("the map of the text", maps=the_map.reshape(1, 4, 4, 1))
exercise.case("six rows, four columns", maps=(np.arange(24) * 7 % 23).reshape(1, 6, 4, 1))
exercise.case("two maps with three channels", maps=((np.arange(96) * 41) % 97).reshape(2, 4, 4, 3) - 40.0)
exercise.case("only negative numbers", visible=False, maps=-1.0 - np.arange(32).reshape(2, 2, 4, 2) * 3 % 29)
exercise.random_cases(
    3, lambda rng: {"maps": rng.normal(size=(int(rng.integers(1, 4)), 2 * int(rng.integers(1, 5)), 6, 2))}
)
exercise.hints(
    "Print split.shape for one map of 4 x 4: (1, 2, 2, 2, 2, 1). Which of the four 2s count windows, and which count "
    "the places inside a window?",
    "height was split into (height // 2, 2): the first tells which window, the second which row in the window. Take "
    "the maximum over the places INSIDE the windows.",
    "A smaller case with one axis: [1, 9, 5, 4].reshape(2, 2) is [[1, 9], [5, 4]]; its rows are the windows. "
    ".max(axis=1) gives [9, 5], which is right; .max(axis=0) gives [5, 9], which compares 1 with 5.",
)


# %% tags=["hidden"] exercise="8.5"
@exercise.correct
def with_four_slices(maps):
    rows = np.maximum(maps[:, 0::2], maps[:, 1::2])
    return np.maximum(rows[:, :, 0::2], rows[:, :, 1::2])


@exercise.correct
def with_the_course(maps):
    return kernels.max_pool2d(maps, 2)


@exercise.mutant(
    "The maximum is taken over the windows, not inside them: the axes 1 and 3 say WHICH window, 2 and 4 which "
    "place in it."
)
def takes_the_wrong_axes(maps):
    num_maps, height, width, channels = maps.shape
    return maps.reshape(num_maps, height // 2, 2, width // 2, 2, channels).max(axis=(1, 3))


@exercise.mutant("The rows are pooled rightly, the columns are not: width was split into axes 3 and 4.")
def takes_one_wrong_axis(maps):
    num_maps, height, width, channels = maps.shape
    return maps.reshape(num_maps, height // 2, 2, width // 2, 2, channels).max(axis=(2, 3))


@exercise.mutant("The columns are pooled rightly, the rows are not: height was split into axes 1 and 2.")
def takes_the_other_wrong_axis(maps):
    num_maps, height, width, channels = maps.shape
    return maps.reshape(num_maps, height // 2, 2, width // 2, 2, channels).max(axis=(1, 4))


# %% tags=["hidden"] exercise="8.5"
@exercise.mutant(
    "You split each side into (2, half): then the two axes of a window are half a map apart. First half, then 2."
)
def splits_the_wrong_way(maps):
    num_maps, height, width, channels = maps.shape
    return maps.reshape(num_maps, 2, height // 2, 2, width // 2, channels).max(axis=(1, 3))


@exercise.mutant("The maximum over the channels is taken as well. Each channel is pooled by itself.")
def pools_the_channels(maps):
    return kernels.max_pool2d(maps, 2).max(axis=3, keepdims=True)


@exercise.mutant("You left every second pixel out instead of taking the largest of the four.")
def leaves_pixels_out(maps):
    return maps[:, ::2, ::2]


@exercise.mutant("This is the mean of each window. Asked is the largest number.")
def takes_the_mean(maps):
    num_maps, height, width, channels = maps.shape
    return maps.reshape(num_maps, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))


# %% [markdown]
# ## Invariant, as long as the maximum stays in its window
#
# Many courses say: "max pooling is translation invariant". Let us take the simplest map there is, one strong response
# on zeros, move it, and look.
#
# **Predict:** the 9 stands in column 2 (counted from 0). For which of the moves by 1, 2 and 3 pixels to the right does
# the pooled map stay as it is?

# %% tags=["predict"]
prediction = "..."  # "all", "none", "1", "1 and 2", ...?

# %%
for pixels in range(4):
    one_row = np.zeros((2, 8), dtype=int)
    one_row[0, 2 + pixels] = 9
    print(f"moved by {pixels}:", one_row[0], "-> pooled", kernels.max_pool2d(one_row, 2)[0])

# %% [markdown]
# **What to notice.** Moved by 1, the 9 is still in the window of columns 2 and 3, and the pooled map is *exactly* the
# same: **invariant**. Moved by 2 it is in the next window, and the pooled map has moved by one: not invariant, but it
# moved along: **equivariant**, in the words of lesson 06. Had the 9 started in column 3, the very first pixel would
# have pushed it out.
#
# So the sentence has to be: a max pool does not change **as long as every maximum stays in its window and none that
# is larger comes in**. With a window of 2 that is a matter of luck for each window. How is the luck on real
# photographs? Seven of them, their upright edges (Sobel x and a ReLU), moved by one pixel. We ask how far the thinned
# map changes, in units of the distance between two unrelated maps: 0 means not at all, 1 means as if it were another
# picture.
#
# **Predict:** three ways to halve the map are compared: take every second pixel (what a stride of 2 does), the maximum
# of 2 x 2, the mean of 2 x 2. Which map changes least? Does the maximum come close to 0?

# %% tags=["predict"]
prediction = "..."


# %%
def by_layers(feature_map, *some_layers):
    """Return what Keras layers make of one map (H, W)."""
    maps = feature_map[np.newaxis, :, :, np.newaxis].astype("float32")
    for layer in some_layers:
        maps = layer(maps)
    return keras.ops.convert_to_numpy(maps)[0, :, :, 0]


def change_by_one_pixel(feature_map, halve):
    """Return how far a halved map changes when the map moves by one pixel: 0 not at all, 1 like another map."""
    height, width = feature_map.shape[0] // 2 * 2, feature_map.shape[1] // 2 * 2 - 2
    here, moved = halve(feature_map[:height, 1 : width + 1]), halve(feature_map[:height, :width])
    return np.sqrt(np.mean((here - moved) ** 2) / (2 * here.var()))


ways = {
    "every second pixel": lambda feature_map: feature_map[::2, ::2],
    "maximum of 2 x 2": lambda feature_map: kernels.max_pool2d(feature_map, 2),
    "mean of 2 x 2": lambda feature_map: by_layers(feature_map, layers.AveragePooling2D(2)),
}

# %% tags=["figure"]
names = ["brick", "camera", "cat", "china", "coins", "grass", "page"]
edge_maps = [np.maximum(kernels.correlate2d(images.load(name, gray=True), kernels.SOBEL_X), 0) for name in names]
photo_change = {way: [change_by_one_pixel(edges, halve) for edges in edge_maps] for way, halve in ways.items()}
picture = plots.figure(
    7.5,
    2.0,
    alt="Three rows of seven dots, a dot for each photograph: every second pixel, maximum of 2 by 2, mean of 2 by 2.",
)
axes = picture.subplots()
for place, values in enumerate(photo_change.values()):
    axes.plot(values, [place] * len(values), "osD"[place], alpha=0.7)
axes.set_yticks(range(len(ways)), list(ways))
axes.set(xlim=(0, 1), ylim=(2.5, -0.5), xlabel="change of the map (0 none, 1 like another photograph)")
picture

# %% tags=["claim"]
stride_change, max_change = (np.array(photo_change[way]) for way in list(ways)[:2])
claims.check(
    "on each of the seven photographs the max-pooled map changes less than the map of every second pixel",
    max_change < stride_change,
    value=float(np.mean(max_change / stride_change)),
    name="max_to_stride",
)
claims.check(
    "and on each of them it still changes by more than 0.4: far from invariant",
    max_change > 0.4,
    value=float(max_change.min()),
    name="least_max_change",
)
claims.check(
    "the mean of 2 x 2 is no better than the maximum: on average over the photographs its map changes at least as much",
    np.mean(photo_change["mean of 2 x 2"]) >= np.mean(max_change),
    value=float(np.mean(photo_change["mean of 2 x 2"])),
)

# %% [markdown]
# **What to notice.** A max pool helps: its map changes {{max_to_stride:.0%}} as much as that of every second pixel, on
# average. But invariant it is not: on none of the photographs is the change below {{least_max_change:.2f}}. The mean is
# no better than the maximum. (The dots are photographs here, and nothing was trained.)

# %% [markdown]
# ### Exercise 8.6 (spot the bug): a proof that proves too much
#
# "Max pooling is translation invariant, I have tested it on 10,000 random maps, and the answer was True every time."
#
# The test is `same_after_shift(feature_map, pixels)`. It should say whether the 2 x 2 max-pooled map **stays exactly as
# it is** when the feature map `(H, W)` (even sides) moves to the right by `pixels` (an integer from 0 to `W`). Zeros
# come in on the left, and what is pushed out on the right is gone.
#
# Find out why it always says True, and mend it.


# %% tags=["exercise"] exercise="8.6" points=2
def same_after_shift(feature_map: np.ndarray, pixels: int) -> bool:
    """Return whether the 2 x 2 max-pooled map stays as it is when the map (H, W) moves right by `pixels`."""
    # BEGIN SOLUTION
    width = feature_map.shape[1]
    moved = np.zeros_like(feature_map)
    moved[:, pixels:] = feature_map[:, : width - pixels]
    before, after = kernels.max_pool2d(feature_map, 2), kernels.max_pool2d(moved, 2)
    return bool(np.array_equal(before, after))
    # END SOLUTION
    # BEGIN STUB
    # moved = np.roll(feature_map, pixels, axis=1)
    # before, after = kernels.max_pool2d(feature_map, 2), kernels.max_pool2d(moved, 2)
    # return bool(before.max() == after.max())
    # END STUB


# %% tags=["check"] exercise="8.6"
checks.exercise("8.6", same_after_shift)

# %% tags=["hidden"] exercise="8.6"
from course_utils.authoring import define

exercise = define.function("8.6", same_after_shift)


def dot(column, row=1):
    feature_map = np.zeros((4, 8))
    feature_map[row, column] = 9
    return feature_map


exercise.case("a dot that stays in its window", feature_map=dot(2), pixels=1)
exercise.case("a dot that leaves its window", feature_map=dot(3), pixels=1)
exercise.case("a dot that moves on by a whole window", feature_map=dot(2), pixels=2)
exercise.case("two dots, moved by 4: one takes the place of the other", feature_map=dot(0) + dot(4), pixels=4)
exercise.case("a bright area that becomes narrower", feature_map=np.tile([0.0, 5, 5, 5, 5, 5], (2, 1)), pixels=1)
exercise.case("flat zeros", feature_map=np.zeros((4, 6)), pixels=3)
exercise.case("a negative map: the zeros that come in are larger", feature_map=-np.ones((2, 6)), pixels=1)
exercise.case("no move", visible=False, feature_map=dot(3) - dot(5, 3), pixels=0)
exercise.case("all is pushed out", visible=False, feature_map=np.ones((2, 4)), pixels=4)
exercise.case("one dot stays, one leaves", visible=False, feature_map=dot(2) + dot(5, 3) / 3, pixels=1)
exercise.random_cases(3, lambda rng: {"feature_map": rng.random((4, 6)), "pixels": int(rng.integers(1, 6))})
exercise.random_cases(2, lambda rng: {"feature_map": dot(2 * int(rng.integers(0, 4))), "pixels": 1})
# %% tags=["hidden"] exercise="8.6"
exercise.hints(
    "What does the last line compare? Print before and after for a dot that leaves its window.",
    "There are two bugs. before.max() is ONE number; the maps have many. And np.roll brings back on the left what it "
    "pushes out on the right; here zeros come in.",
    "A smaller case: [[0, 9, 0, 0], [0, 0, 0, 0]] pools to [9, 0]. Moved by 1 it is [[0, 0, 9, 0], ...] and pools to "
    "[0, 9]. The largest number is 9 both times, but the maps differ: False.",
)


# %% tags=["hidden"] exercise="8.6"
@exercise.correct
def pads_and_cuts(feature_map, pixels):
    moved = np.pad(feature_map, ((0, 0), (pixels, 0)))[:, : feature_map.shape[1]]
    return not np.any(kernels.max_pool2d(feature_map, 2) != kernels.max_pool2d(moved, 2))


@exercise.correct
def rolls_and_clears(feature_map, pixels):
    moved = np.roll(feature_map, pixels, axis=1)
    moved[:, :pixels] = 0
    windows = [m.reshape(m.shape[0] // 2, 2, -1, 2).max(axis=(1, 3)) for m in (feature_map, moved)]
    return bool((windows[0] == windows[1]).all())


@exercise.mutant(
    "The last line compares the largest number of each whole map. A map may change everywhere and keep its "
    "largest number."
)
def compares_the_largest(feature_map, pixels):
    moved = np.roll(feature_map, pixels, axis=1)
    return bool(kernels.max_pool2d(feature_map, 2).max() == kernels.max_pool2d(moved, 2).max())


@exercise.mutant(
    "One bug is left: np.roll brings back on the left what is pushed out on the right. Zeros have to come in."
)
def still_rolls(feature_map, pixels):
    moved = np.roll(feature_map, pixels, axis=1)
    return bool(np.array_equal(kernels.max_pool2d(feature_map, 2), kernels.max_pool2d(moved, 2)))


# %% tags=["hidden"] exercise="8.6"
@exercise.mutant("Zeros come in now, but still two single numbers are compared: compare every number of the two maps.")
def still_compares_the_largest(feature_map, pixels):
    moved = np.pad(feature_map, ((0, 0), (pixels, 0)))[:, : feature_map.shape[1]]
    return bool(kernels.max_pool2d(feature_map, 2).max() == kernels.max_pool2d(moved, 2).max())


@exercise.mutant("The map moves to the left. It should move to the right: column 0 goes to column `pixels`.")
def moves_left(feature_map, pixels):
    moved = np.pad(feature_map, ((0, 0), (0, pixels)))[:, pixels:]
    return bool(np.array_equal(kernels.max_pool2d(feature_map, 2), kernels.max_pool2d(moved, 2)))


@exercise.mutant("The map moves down. The columns are axis 1.")
def moves_down(feature_map, pixels):
    moved = np.pad(feature_map, ((pixels, 0), (0, 0)))[: feature_map.shape[0]]
    return bool(np.array_equal(kernels.max_pool2d(feature_map, 2), kernels.max_pool2d(moved, 2)))


@exercise.mutant("You compare the maps before pooling. Asked is whether the POOLED map stays the same.")
def compares_without_pooling(feature_map, pixels):
    moved = np.pad(feature_map, ((0, 0), (pixels, 0)))[:, : feature_map.shape[1]]
    return bool(np.array_equal(feature_map, moved))


# %% [markdown]
# ## What it does to a trained network
#
# Now the real thing. Two small networks learn the digits of MNIST. They are equal but for one thing, the way in which
# two of their three stages make the map smaller:
#
# | network | a stage |
# |---|---|
# | strided | convolution with stride 2 |
# | max pool | the same convolution with stride 1, then a max pool of 2 x 2 |
#
# A pool has no weights, so both have equally many parameters. (They do not cost the same: the strided convolution
# computes a quarter of the responses.) At the end each map is pooled as a whole, to its one largest number: the
# global max pooling that you know from lesson 06. More about it below.

# %% [markdown]
# To keep the lesson short, the digits are shrunk to 14 x 14 pixels (by a mean of 2 x 2, what else) and put on a black
# canvas of 20 x 20.

# %%
NUM_FILTERS, EPOCHS = (6, 16, 32), profile.choose(quick=4, full=3)
MARGIN, SIDE = 3, 20


def on_canvas(digits, top, bottom, left, right):
    """Return digits of half their size on black canvases, uint8, (N, 14 + top + bottom, 14 + left + right, 1)."""
    small = keras.ops.convert_to_numpy(keras.ops.average_pool(digits.astype("float32"), 2)).round()
    return np.pad(small.astype(np.uint8), ((0, 0), (top, bottom), (left, right), (0, 0)))


train_images, train_labels = on_canvas(data.train.images, *[MARGIN] * 4), data.train.labels
test_images = on_canvas(data.test.images, *[MARGIN] * 4)  # (1000, 20, 20, 1) uint8
plots.grid(
    test_images[:12],
    columns=12,
    alt="Twelve handwritten digits of 14 by 14 pixels, each in the middle of a black canvas.",
)


# %%
def stage(kind, filters):
    """Return the layers of one stage: a convolution, a ReLU, and half as many rows and columns."""
    strides = 2 if kind == "strided" else 1
    parts = [layers.Conv2D(filters, 3, strides=strides, padding="same", activation="relu", use_bias=False)]
    if kind == "max pool":
        parts += [layers.MaxPooling2D(2)]
    if kind == "max and blur":  # you will meet this one later in the lesson
        parts += [layers.MaxPooling2D(2, strides=1, padding="same"), pooling.BlurPool2D(3, border="padding")]
    return parts


def build_network(kind):
    """Return a network for gray digits on a canvas of any size: three convolutions, a global pool, ten logits."""
    body = [*stage(kind, NUM_FILTERS[0]), *stage(kind, NUM_FILTERS[1])]
    last = layers.Conv2D(NUM_FILTERS[2], 3, padding="same", activation="relu", use_bias=False)
    head = [layers.GlobalMaxPooling2D(), layers.Dense(10)]
    return keras.Sequential([keras.Input((None, None, 1)), layers.Rescaling(1 / 255), *body, last, *head])


architectures.table(build_network("max pool"))

# %%
print("parameters:", *(build_network(kind).count_params() for kind in ("strided", "max pool", "max and blur")))

# %% [markdown]
# **What to notice.** The pools have 0 parameters, and all three networks (the third one comes later) have equally
# many. The convolutions have no bias. So a black canvas stays black, 0 in every map, and zeros around it look just
# like more canvas: the size of the canvas plays no part.

# %% [markdown]
# We train each of them three times, from three seeds. Nothing moves in training: all digits stand in the middle. (It
# takes Keras a while to prepare the training of a model. So one model is trained three times, each time from new
# weights, and a copy is kept of each.)

# %%
SEEDS = (0, 1, 2)


def train(kind):
    """Return three networks of a kind, trained on the digits in the middle of the canvas from three seeds."""
    model, trained = build_network(kind), []
    steps = training.num_steps(len(train_images), 128, EPOCHS)
    optimizer = keras.optimizers.Adam(training.OneCycle(peak=3e-2, total_steps=steps))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss=loss, steps_per_execution=32)
    for seed in SEEDS:
        training.seed(seed)
        trained.append(build_network(kind))
        model.set_weights(trained[-1].get_weights())
        for variable in optimizer.variables:  # forget the training before
            variable.assign(keras.ops.zeros_like(variable))
        batches = training.batches(train_images, train_labels, batch_size=128, seed=seed)
        model.fit(batches, epochs=EPOCHS, verbose=0, callbacks=training.callbacks())
        trained[-1].set_weights(model.get_weights())
    return trained


networks = {kind: train(kind) for kind in ("strided", "max pool")}

# %% [markdown]
# (A fixed number of epochs, no validation: we do not look for the best network here, we compare. How to train well is
# the subject of lesson 09.)

# %% [markdown]
# Now we show all six networks the test digits on a larger canvas, and move them to the right, one pixel after
# another. (A network that ends in global pooling takes a canvas of any size. And on this one no digit is ever cut
# off.) For each move `pooling.respond_to_shifts` measures how far the ten logits move. The unit is again the distance
# between two different images: 0 means that the network did not notice, 1 that it might as well be another digit.
#
# **Predict:** draw the curve from 0 to 6 pixels in your mind. Does it rise and stay up? Does it come back?

# %% tags=["predict"]
prediction = "..."  # "rises and stays", "stays near 0", or something else?

# %% tags=["figure"]
num_shown = profile.choose(quick=400, full=1000)
wide_canvas = on_canvas(data.test.images[:num_shown], MARGIN + 4, MARGIN + 4, MARGIN + 4, MARGIN + 12)
moves = [(pixels, 0) for pixels in range(7)]


def respond(kind):
    """Return what three networks of a kind answer to the moved digits."""
    return [pooling.respond_to_shifts(model, wide_canvas, moves) for model in networks[kind]]


responses = {kind: respond(kind) for kind in networks}
change = {kind: np.array([one.change for one in ones]) for kind, ones in responses.items()}  # (3, 7) each
plots.bands(
    range(7),
    change,
    xlabel="the digit is moved to the right by so many pixels",
    ylabel="change of the logits",
    alt="Two curves from 0 to 6 pixels, with bands over three seeds: the strided network and the one with max pools.",
)

# %% tags=["claim"]
by_four = max(float(runs[:, 4].max()) for runs in change.values())
by_two = {kind: float(runs[:, 2].mean()) for kind, runs in change.items()}
claims.check("moved by 4 pixels, no network changes its logits by more than 0.02", by_four < 0.02, value=by_four)
claims.check(
    "moved by 2 pixels, each of the six changes them by more than 0.15",
    min(runs[:, 2].min() for runs in change.values()) > 0.15,
)
claims.check(
    "moved by 2 pixels, the networks with max pools change by at least a fifth less than the strided ones, on average",
    by_two["max pool"] < 0.8 * by_two["strided"],
    value=by_two["max pool"] / by_two["strided"],
    name="pooled_to_strided",
)

# %% [markdown]
# **What to notice.** A zigzag, and it falls back to 0 at 4 pixels. Two stages that halve make one step of
# **2 x 2 = 4 pixels**. A digit that moves by 4 pixels meets exactly the same windows as before, one place further, and
# the global maximum does not care about places. A digit that moves by 2 pixels falls into *other* windows, like the
# fence. So the network is invariant to moves by multiples of its total stride, and to nothing else.
#
# Max pooling softens the blow: at 2 pixels the logits move {{pooled_to_strided:.0%}} as far as with the stride. But the
# curve has the same shape. And what becomes of the answers?

# %% tags=["figure"]
plots.seed_dots(
    {kind: [one.same_answer[2] for one in ones] for kind, ones in responses.items()},
    xlabel="share of the digits that get the same answer after a move by 2 pixels",
    alt="Three dots each for the strided network and the network with max pools. The dots of the max pools lie far to "
    "the right of those of the strided network, but below 100 per cent.",
)

# %% tags=["claim"]
changed_answers = {kind: 1 - np.array([one.same_answer[2] for one in ones]) for kind, ones in responses.items()}
least_changed = profile.choose(quick=0.25, full=0.15)  # trained longer, on more digits, a network is steadier
claims.check(
    f"two pixels change more than {least_changed:.0%} of the answers of every strided network",
    changed_answers["strided"].min() > least_changed,
    value=float(changed_answers["strided"].mean()),
    name="changed_strided",
)
claims.check(
    "and more than 4% of the answers of every network with max pools",
    changed_answers["max pool"].min() > 0.04,
    value=float(changed_answers["max pool"].mean()),
    name="changed_pooled",
)

# %% [markdown]
# **What to notice.** With max pools {{changed_pooled:.0%}} of all digits get another answer, only because they moved
# by two pixels, and with strides {{changed_strided:.0%}}. Nobody would call these other digits. (In training all
# digits stood in the middle. Showing moved digits in training is another cure: lesson 10.)

# %% [markdown]
# ## Blur first
#
# Lesson 04 knows a cure for aliasing: a low-pass filter *before* pixels are left out. Richard Zhang put it into
# networks in 2019 and called it **blur-pooling**. The kernel is as old as Pascal: 1 2 1, divided by 4, across and
# downwards.
#
# Here is one row of the fence, white 1 and sky 0, halved by a max pool, and blurred before every second pixel is taken.
#
# **Predict:** what is left of the fence's gaps after blur-pooling, where it stood, and moved by one pixel?

# %% tags=["predict"]
prediction = "..."


# %%
def blur_then_skip(row):
    """Blur a row by 1 2 1 (/ 4), in a mirror at its ends, and keep every second number."""
    padded = np.pad(row, 1, mode="reflect")
    blurred = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return blurred[::2]


for pixels in range(3):
    row = np.roll(np.tile([1.0, 1, 0, 0], 4), pixels)
    largest = kernels.max_pool2d(np.stack([row, row]), 2)[0]
    print(f"moved by {pixels}:  max", largest.astype(int), "  blur, then skip", blur_then_skip(row)[1:-1])

# %% [markdown]
# **What to notice.** Blurred first, the fence is a fence in every place: 0.25 and 0.75 in turn. It is paler, for so
# fast a pattern can only just be shown with half the pixels. But it does not come and go.
#
# In Keras this is our layer `pooling.BlurPool2D`. It has no weights either. In place of a max pool one takes the
# maximum at *every* place (stride 1), where nothing is left out, and lets the blur do the halving:
#
# ```
# MaxPooling2D(2)   ->   MaxPooling2D(2, strides=1, padding="same"), BlurPool2D(3)
# ```


# %% tags=["figure"]
blur = pooling.BlurPool2D(3)
max_and_blur = (layers.MaxPooling2D(2, strides=1, padding="same"), blur)
frames = []
for pixels in range(5):
    moved = np.roll(fence, pixels, axis=1)
    frames.append(
        plots.compare(
            kernels.max_pool2d(moved, 2)[:, 1:-1],  # without the ends, where the fence is cut
            by_layers(moved, blur)[:, 1:-1],
            by_layers(moved, *max_and_blur)[:, 1:-1],
            titles=[f"moved by {pixels}: max pool", "blur, then skip", "max at every place, blur, skip"],
            alt=f"The fence moved by {pixels} pixels, halved in three ways.",
        )
    )
plots.slider(
    frames,
    [f"moved by {pixels}" for pixels in range(5)],
    alt="The fence halved in three ways, moved by 0 to 4 pixels. With the max pool, fence and wall take turns. Blurred "
    "before pixels are skipped, it is a pale fence at every step. With a maximum at every place and a blur the "
    "fence is pale at even moves and an even light gray at odd ones.",
)

# %% [markdown]
# **What to notice.** In the middle the fence stays. On the right it does not: at odd moves it is an even gray,
# although something was blurred. The maximum itself has made the gaps thinner, and this fence lies exactly at the
# limit of what the small picture can show. So blurring is no magic. What it is worth in a network has to be measured.

# %% [markdown]
# ### Exercise 8.7 (build): blur-pooling of a map
#
# Write `blur_pool(feature_map)` for one map `(H, W)`, whole numbers or floats: blur it by the 3 x 3 kernel that is 1
# 2 1 times 1 2 1, divided by 16, with the border in a mirror (what `kernels.correlate2d` and `cv2.filter2D` do by
# themselves), and keep rows 0, 2, 4 ... and columns 0, 2, 4 .... The result is float, of shape
# `((H + 1) // 2, (W + 1) // 2)`, also when the map holds uint8.


# %% tags=["exercise"] exercise="8.7" points=2
def blur_pool(feature_map: np.ndarray) -> np.ndarray:
    """Return the map (H, W), blurred by a 3 x 3 binomial kernel, then every second row and column of it."""
    # BEGIN SOLUTION
    kernel = np.outer([1, 2, 1], [1, 2, 1]) / 16
    return kernels.correlate2d(feature_map.astype(float), kernel)[::2, ::2]
    # END SOLUTION


# %% tags=["check"] exercise="8.7"
checks.exercise("8.7", blur_pool)

# %% tags=["hidden"] exercise="8.7"
from course_utils.authoring import define

exercise = define.function("8.7", blur_pool, rtol=1e-4, atol=1e-4)
exercise.case("one bright pixel at an even place", feature_map=np.pad([[16.0]], 2))
exercise.case("one bright pixel at an odd place", feature_map=np.pad([[16.0]], ((1, 3), (3, 1))))
exercise.case("flat", feature_map=np.full((6, 8), 7.0))
exercise.case("the fence, uint8", feature_map=np.tile(np.array([200, 200, 0, 0], dtype=np.uint8), (6, 3)))
exercise.case("dark noise, uint8", feature_map=(np.arange(48, dtype=np.uint8) * 29 % 11).reshape(6, 8))
exercise.case("odd sides", feature_map=(np.arange(35.0) * 11 % 17).reshape(5, 7))
exercise.case("faint noise, uint8", visible=False, feature_map=(np.arange(45, dtype=np.uint8) * 31 % 13).reshape(5, 9))
exercise.case("bright borders", visible=False, feature_map=np.pad(np.zeros((4, 5)), 1, constant_values=8))
exercise.random_cases(
    3, lambda rng: {"feature_map": rng.normal(size=(int(rng.integers(4, 12)), int(rng.integers(4, 12))))}
)
exercise.hints(
    "Two steps: first the blur of the whole map, then leave rows and columns out. Not the other way round.",
    "np.outer([1, 2, 1], [1, 2, 1]) / 16 is the kernel; blurred[::2, ::2] keeps every second row and column.",
    "A smaller case: the row 0 0 4 4 in a mirror is 0 | 0 0 4 4 | 4; its blur by 1 2 1 (/ 4) is 0 1 3 4; kept "
    "are 0 and 3.",
)


# %% tags=["hidden"] exercise="8.7"
@exercise.correct
def across_then_down(feature_map):
    padded = np.pad(feature_map.astype(float), 1, mode="reflect")
    across = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
    return ((across[:-2] + 2 * across[1:-1] + across[2:]) / 4)[::2, ::2]


@exercise.correct
def with_the_layer(feature_map):
    maps = feature_map[np.newaxis, :, :, np.newaxis].astype("float32")
    return keras.ops.convert_to_numpy(pooling.BlurPool2D(3)(maps))[0, :, :, 0]


@exercise.mutant(
    "You left pixels out first and blurred afterwards. Then the damage is done: aliasing cannot be blurred away."
)
def skips_then_blurs(feature_map):
    kernel = np.outer([1, 2, 1], [1, 2, 1]) / 16
    return kernels.correlate2d(feature_map.astype(float)[::2, ::2], kernel)


@exercise.mutant("The kernel is a box: all nine numbers equal. Asked is 1 2 1 times 1 2 1, heaviest in the middle.")
def blurs_with_a_box(feature_map):
    return kernels.correlate2d(feature_map.astype(float), kernels.box(3))[::2, ::2]


# %% tags=["hidden"] exercise="8.7"
@exercise.mutant(
    "The blurred map is uint8, like the map that came in, so its digits behind the point are lost. Make it float first."
)
def stays_uint8(feature_map):
    return np.rint(blur_pool(feature_map)) if feature_map.dtype == np.uint8 else blur_pool(feature_map)


@exercise.mutant("The kernel sums to 16: divide it by 16, or every map grows by that much.")
def sums_to_sixteen(feature_map):
    return 16 * blur_pool(feature_map)


@exercise.mutant("You kept rows and columns 1, 3, 5 ... Begin with 0.")
def starts_at_one(feature_map):
    kernel = np.outer([1, 2, 1], [1, 2, 1]) / 16
    return kernels.correlate2d(feature_map.astype(float), kernel)[1::2, 1::2]


@exercise.mutant("The border is filled with zeros, which darkens it. Continue the map as in a mirror.")
def pads_with_zeros(feature_map):
    kernel = np.outer([1, 2, 1], [1, 2, 1]) / 16
    return kernels.correlate2d(feature_map.astype(float), kernel, border="padding")[::2, ::2]


@exercise.mutant("You kept every pixel. After the blur only every second row and column stays.")
def keeps_all(feature_map):
    return kernels.correlate2d(feature_map.astype(float), np.outer([1, 2, 1], [1, 2, 1]) / 16)


# %% tags=["hidden"] exercise="8.7"
@exercise.mutant("You blurred across only. The kernel is 1 2 1 times 1 2 1: across AND downwards.")
def blurs_across_only(feature_map):
    return kernels.correlate2d(feature_map.astype(float), np.array([[1, 2, 1]]) / 4)[::2, ::2]


@exercise.mutant("You left pixels out, but nothing was blurred.")
def forgets_the_blur(feature_map):
    return feature_map.astype(float)[::2, ::2]


# %% [markdown]
# ### Does it help a network?
#
# Three more trainings: the network with max pools, but with the maximum at every place and a blur. The weights are as
# many as before, and so are the epochs.
#
# **Predict:** where will its curve lie? And its accuracy: is it worse, since details are blurred away?

# %% tags=["predict"]
prediction = "..."

# %%
networks["max and blur"] = train("max and blur")
responses["max and blur"] = respond("max and blur")
change["max and blur"] = np.array([one.change for one in responses["max and blur"]])

# %% tags=["figure"]
plots.bands(
    range(7),
    change,
    xlabel="the digit is moved to the right by so many pixels",
    ylabel="change of the logits",
    alt="Three zigzag curves, all 0 at 0 and at 4 pixels: strided, max pool, and max and blur.",
)

# %% [markdown]
# The curve is lower. Does it pay? Here is what counts in the end: how many digits are right, in a place like that of
# the training (a move by 0), and moved by two pixels.

# %% tags=["figure"]
labels_shown = data.test.labels[:num_shown]
right = {kind: np.array([one.accuracy(labels_shown) for one in ones]) for kind, ones in responses.items()}
plots.seed_dots(
    {f"{kind}, moved by {pixels}": runs[:, pixels] for kind, runs in right.items() for pixels in (0, 2)},
    xlabel="accuracy on test digits",
    alt="Three dots for each of three networks, at two places. Moved by 0, all three networks are right on about nine "
    "digits of ten. Moved by 2, the strided network falls far behind, and max and blur loses least.",
)

# %% tags=["claim"]
claims.check(
    "moved by 2 pixels, max and blur changes by at least a fifth less than max pools, on average over three seeds",
    change["max and blur"][:, 2].mean() < 0.8 * change["max pool"][:, 2].mean(),
    value=float(change["max and blur"][:, 2].mean() / change["max pool"][:, 2].mean()),
    name="blurred_to_pooled",
)
kept = {kind: float(np.mean([one.same_answer[2] for one in ones])) for kind, ones in responses.items()}
claims.check(
    "on average over three seeds, max and blur keeps more answers than max pools do",
    kept["max and blur"] > kept["max pool"],
    value=100 * (kept["max and blur"] - kept["max pool"]),
    unit="points",
    name="more_kept",
)

# %% tags=["claim"]
mean_right = {kind: 100 * runs.mean(axis=0) for kind, runs in right.items()}  # in per cent, over three seeds
loss = {kind: float(values[0] - values[2]) for kind, values in mean_right.items()}
claims.check(
    "two pixels cost the strided networks more than 15 points of accuracy, on average",
    loss["strided"] > 15,
    value=loss["strided"],
    unit="points",
    name="loss_strided",
)
claims.check(
    "they cost the networks with max pools less than that, but more than 1 point",
    1 < loss["max pool"] < loss["strided"],
    value=loss["max pool"],
    unit="points",
    name="loss_pooled",
)

# %% tags=["claim"]
claims.check(
    "they cost max and blur less than half of what they cost the strided networks",
    loss["max and blur"] < loss["strided"] / 2,
    value=loss["max and blur"],
    unit="points",
    name="loss_blurred",
)
gain = float(mean_right["max and blur"][0] - mean_right["max pool"][0])
claims.check(
    "where nothing moved, blurring changes the accuracy by less than 10 points, up or down",
    abs(gain) < 10,
    value=gain,
    unit="points",
    name="gain_by_blur",
)

# %% [markdown]
# **What to notice.** With blur the logits move {{blurred_to_pooled:.0%}} as far as with plain max pools, and
# {{more_kept:.1f}} points more digits keep their answer. Two pixels cost {{loss_strided:.0f}} points of accuracy with
# strides, {{loss_pooled:.1f}} with max pools, and {{loss_blurred:.1f}} with max and blur. That is what blurring is
# for.
#
# Where nothing moves it does not help: {{gain_by_blur:+.1f}} points, at equally many epochs. Zhang found somewhat
# higher accuracies on ImageNet as well. On digits of 14 x 14 pixels there is little to blur away without loss.
#
# So: blur-pooling buys **steadiness**. It does not make the network invariant, the zigzag is still there. And it costs
# time: the maximum at every place is computed four times as often.

# %% [markdown]
# ## A network for images of any size
#
# "A CNN needs images of a fixed size." You read it often, and it is half true. A convolution does not care how large
# the image is, and neither does a pool. What cares is the step from maps to a row of numbers:
#
# - `Flatten` makes a row of *all* numbers of all maps, and the `Dense` layer after it has a weight for each of them.
#   Larger image, more numbers, no weight for them.
# - `GlobalMaxPooling2D` makes **one number per map**: its largest. `GlobalAveragePooling2D` makes its mean. The row
#   is as long as there are maps, whatever the size.
#
# Below we take the trained networks with max pools, keep their convolutions exactly as they are, and only exchange the
# head: `Flatten` instead of the global pool, and a new `Dense` layer, trained on the same digits in the middle.
#
# **Predict:** which of the two heads has more parameters? And what happens when both networks get a canvas of 28 x 36?

# %% tags=["predict"]
prediction = "..."


# %%
def with_flatten(model, seed):
    """Return the network with its convolutions as they are and a new head, Flatten and Dense, trained on their maps."""
    training.seed(seed)
    body = keras.Sequential([keras.Input((SIDE, SIDE, 1)), *model.layers[:-2]])
    maps = body.predict(train_images, batch_size=500, verbose=0)  # (3500, 5, 5, 32), computed once
    head = keras.Sequential([keras.Input(maps.shape[1:]), layers.Flatten(), layers.Dense(10)])
    head.compile(keras.optimizers.Adam(1e-3), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    head.fit(maps, train_labels, batch_size=128, epochs=2 * EPOCHS, verbose=0)
    return keras.Sequential([keras.Input((SIDE, SIDE, 1)), body, head])


flat_networks = [with_flatten(model, seed) for model, seed in zip(networks["max pool"], SEEDS, strict=True)]

# %%
for name, model in {"global max pooling": networks["max pool"][0], "Flatten": flat_networks[0]}.items():
    print(f"{name}: a head with {model.layers[-1].count_params():,} parameters")
    try:
        print("  on a canvas of 28 x 36:", model(wide_canvas[:5]).shape)
    except ValueError:
        print("  on a canvas of 28 x 36: ValueError")

# %% [markdown]
# **What to notice.** Flatten needs 5 x 5 = 25 numbers per map where the global pool needs one, so its layer has 25
# times the weights. And on another size it gives up.
#
# But size is not the only difference. Flatten gives every *place* its own weights. What was learned in the middle is
# not known elsewhere. So now we move the digits within the canvas of 20 x 20.
#
# **Predict:** moved by 4 pixels, how many digits does each of the two get right?

# %% tags=["predict"]
prediction = (..., ...)  # Flatten and global max pooling, in per cent

# %% tags=["figure"]
by_head = {
    head: np.array(
        [
            pooling.respond_to_shifts(model, test_images[:num_shown], moves[:5]).accuracy(labels_shown)
            for model in models
        ]
    )
    for head, models in {"Flatten": flat_networks, "global max pooling": networks["max pool"]}.items()
}
plots.bands(
    range(5),
    by_head,
    xlabel="the digit is moved to the right by so many pixels",
    ylabel="accuracy",
    alt="Accuracy against the move, 0 to 4 pixels, with bands over three seeds: a curve for Flatten and one for global "
    "max pooling.",
)

# %% tags=["claim"]
flat_at_4, global_at_4 = by_head["Flatten"][:, 4], by_head["global max pooling"][:, 4]
most_right = profile.choose(quick=0.5, full=0.65)
claims.check(
    f"moved by 4 pixels, every network with Flatten gets less than {most_right:.0%} of the digits right",
    flat_at_4.max() < most_right,
    value=float(flat_at_4.mean()),
    name="flatten_at_4",
)
claims.check(
    "every network with global max pooling gets more than 80% of them right",
    global_at_4.min() > 0.8,
    value=float(global_at_4.mean()),
    name="global_at_4",
)
ahead = float(by_head["Flatten"][:, 0].mean() - by_head["global max pooling"][:, 0].mean())
claims.check(
    "on digits in the middle, the two differ by less than 5 points on average",
    abs(ahead) < 0.05,
    value=100 * ahead,
    unit="points",
    name="flatten_ahead",
)

# %% [markdown]
# **What to notice.** Moved by 4 of 20 pixels, the networks with Flatten get {{flatten_at_4:.0%}} right, the others
# {{global_at_4:.0%}}. The convolutions and the max pools of 2 x 2 are *the very same* in both. So it is not the small
# pools that make a network bear a move. It is the head.
#
# In the middle, where both were trained, the two are close ({{flatten_ahead:+.1f}} points for Flatten).
#
# ### Maximum or mean at the end?
#
# Many networks end in global *average* pooling. It takes any size, too. But a mean asks how much of a thing there is
# **per pixel**. Below, the maps of the trained network are pooled both ways, once for digits on the canvas of 20 x
# 20, and once for the same digits on a larger one.
#
# **Predict:** the digits are the same, the canvas is larger and its new part is empty. Which of the two rows of numbers
# changes?

# %% tags=["predict"]
prediction = "..."  # "the maxima", "the means" or "both"

# %%
maps_of = keras.Sequential(networks["max pool"][0].layers[:-2])  # all but the head
larger = on_canvas(data.test.images[:100], MARGIN + 8, MARGIN + 8, MARGIN + 8, MARGIN + 8)  # 36 x 36
on_small, on_large = (keras.ops.convert_to_numpy(maps_of(digits)) for digits in (test_images[:100], larger))
maxima = [maps.max(axis=(1, 2)) for maps in (on_small, on_large)]
means = [maps.mean(axis=(1, 2)) for maps in (on_small, on_large)]
print("maps:", on_small.shape, "and", on_large.shape)

# %% tags=["claim"]
change_of_maxima = float(np.abs(maxima[1] - maxima[0]).mean() / maxima[0].mean())
change_of_means = float(np.abs(means[1] - means[0]).mean() / means[0].mean())
claims.check(
    "on the larger canvas the means change by more than half",
    change_of_means > 0.5,
    value=change_of_means,
    name="by_mean",
)
claims.check(
    "the maxima change by less than a tenth", change_of_maxima < 0.1, value=change_of_maxima, name="by_maximum"
)

# %% [markdown]
# **What to notice.** The means change by {{by_mean:.0%}}, the maxima by {{by_maximum:.1%}}. The canvas has grown from
# 400 to 1,296 pixels, nothing was added but black, and so every mean is about a third of what it was. A network with
# global average pooling *runs* on any size, but it was trained to a certain share of empty pixels. Where the objects
# fill the image, as in most photographs, this does little harm; and a mean learns from every place of the map, not
# from one alone.

# %% [markdown]
# ### Exercise 8.8 (spot the bug): it takes 28 x 28 and nothing else
#
# A network is to find digits on scans of any size. Its author has read that "a CNN needs a fixed input size" and
# built it so. Mend it: `build_any_size(num_classes)` returns a network for gray images of **any height and width**,
# and keeps of each map only the **largest** number. Change as little as you can: the convolutions and the pool stay
# as they are, and the last layer still gives one number per class, without an activation.


# %% tags=["exercise"] exercise="8.8" points=2
def build_any_size(num_classes: int) -> keras.Model:
    """Return a network for gray images (height, width, 1) of any size that gives num_classes logits."""
    # BEGIN SOLUTION
    first = [keras.Input((None, None, 1)), layers.Rescaling(1 / 255), layers.Conv2D(8, 3, activation="relu")]
    second = [layers.MaxPooling2D(2), layers.Conv2D(16, 3, activation="relu")]
    head = [layers.GlobalMaxPooling2D(), layers.Dense(num_classes)]
    return keras.Sequential([*first, *second, *head])
    # END SOLUTION
    # BEGIN STUB
    # first = [keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Conv2D(8, 3, activation="relu")]
    # second = [layers.MaxPooling2D(2), layers.Conv2D(16, 3, activation="relu")]
    # head = [layers.Flatten(), layers.Dense(num_classes)]
    # return keras.Sequential([*first, *second, *head])
    # END STUB


# %% tags=["check"] exercise="8.8"
checks.exercise("8.8", build_any_size)

# %% tags=["hidden"] exercise="8.8"
from course_utils.authoring import define

exercise = define.function("8.8", build_any_size, observe="layers")
exercise.case("ten digits", num_classes=10)
exercise.case("two classes", visible=False, num_classes=2)
exercise.hints(
    "Two lines tie the network to one size. Which one says a size, and which one makes a row whose length "
    "depends on it?",
    "A side that may be anything is None in keras.Input. And of 16 maps, 16 numbers should be left: which layer "
    "keeps the largest of each map?",
    "A smaller case: keras.Sequential([keras.Input((None, None, 3)), layers.GlobalMaxPooling2D()]) takes colour "
    "images of any size and gives three numbers.",
)


def network_of(side, *head, filters=16):
    first = [keras.Input((side, side, 1)), layers.Rescaling(1 / 255), layers.Conv2D(8, 3, activation="relu")]
    return keras.Sequential([*first, layers.MaxPooling2D(2), layers.Conv2D(filters, 3, activation="relu"), *head])


# %% tags=["hidden"] exercise="8.8"
@exercise.correct
def functional_form(num_classes):
    inputs = keras.Input((None, None, 1))
    maps = layers.Conv2D(8, (3, 3), activation="relu")(layers.Rescaling(1 / 255)(inputs))
    maps = layers.Conv2D(16, (3, 3), activation="relu")(layers.MaxPooling2D()(maps))
    return keras.Model(inputs, layers.Dense(num_classes)(layers.GlobalMaxPooling2D()(maps)))


@exercise.correct
def added_one_by_one(num_classes):
    model = network_of(None)
    model.add(layers.GlobalMaxPool2D())
    model.add(layers.Dense(num_classes))
    return model


@exercise.mutant("Flatten is still there. It makes a row that is as long as the image is large.")
def still_flattens(num_classes):
    return network_of(28, layers.Flatten(), layers.Dense(num_classes))


@exercise.mutant("The head is right, but keras.Input still asks for 28 x 28. A side that may be anything is None.")
def still_asks_for_28(num_classes):
    return network_of(28, layers.GlobalMaxPooling2D(), layers.Dense(num_classes))


# %% tags=["hidden"] exercise="8.8"
@exercise.mutant("This keeps the mean of each map. Asked is the largest number: GlobalMaxPooling2D.")
def keeps_the_mean(num_classes):
    return network_of(None, layers.GlobalAveragePooling2D(), layers.Dense(num_classes))


@exercise.mutant("A Dense layer on maps works at every pixel. Pool the maps globally first, then Dense.")
def dense_before_pooling(num_classes):
    return network_of(None, layers.Dense(num_classes), layers.GlobalMaxPooling2D())


@exercise.mutant("The last layer has a softmax. Asked are logits: no activation.")
def adds_a_softmax(num_classes):
    return network_of(None, layers.GlobalMaxPooling2D(), layers.Dense(num_classes, activation="softmax"))


@exercise.mutant("The last layer always gives 10 numbers. It should give num_classes.", only_hidden=True)
def always_ten(num_classes):
    return network_of(None, layers.GlobalMaxPooling2D(), layers.Dense(10))


@exercise.mutant("There is one more layer than asked for, behind the pooling. Change as little as you can.")
def adds_a_layer(num_classes):
    return network_of(None, layers.GlobalMaxPooling2D(), layers.Dense(64, activation="relu"), layers.Dense(num_classes))


# %% [markdown]
# ## What a pool throws away
#
# A pool forgets where things are. That is its purpose. Below are two drawings made of the same parts: two eyes, a
# nose, a mouth. Three kernels look for the parts, and each map is pooled to its largest number.
#
# **Predict:** by how much do the three numbers differ between the face and the jumble?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
eye = np.array([[0, 1, 1, 1, 0], [1, 0, 0, 0, 1], [1, 0, 1, 0, 1], [1, 0, 0, 0, 1], [0, 1, 1, 1, 0]])
nose = np.array([[0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 0, 0]])
mouth = np.array([[0, 0, 0, 0, 0], [1, 0, 0, 0, 1], [0, 1, 0, 1, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]])


def draw(places):
    """Return a drawing (28, 28) with the parts at the given places (row, column)."""
    drawing = np.zeros((28, 28), dtype=np.float32)
    for part, row, column in places:
        drawing[row : row + 5, column : column + 5] = part
    return drawing


face = draw([(eye, 5, 5), (eye, 5, 18), (nose, 12, 11), (mouth, 20, 11)])
jumble = draw([(mouth, 3, 4), (nose, 15, 20), (eye, 10, 9), (eye, 21, 16)])
plots.compare(
    face,
    jumble,
    titles=["a face", "the same parts"],
    height=2.4,
    alt="Left: two eyes, a nose below and between them, a mouth at the bottom. Right: the same four parts scattered: "
    "the mouth at the upper left, the nose at the right, the eyes one below the other.",
)

# %%
parts = np.stack([part - part.mean() for part in (eye, nose, mouth)], axis=-1)[:, :, np.newaxis]  # (5, 5, 1, 3)
drawings = np.stack([face, jumble])[..., np.newaxis]  # (2, 28, 28, 1)
part_maps = kernels.correlate_batch(drawings, parts.astype(np.float32))  # (2, 24, 24, 3)
features = part_maps.max(axis=(1, 2))
for name, (of_eye, of_nose, of_mouth) in zip(("face", "jumble"), features, strict=True):
    print(f"{name:7} eye {of_eye:.2f}   nose {of_nose:.2f}   mouth {of_mouth:.2f}")

# %% tags=["claim"]
claims.check("the face and the jumble have the same three features", np.allclose(features[0], features[1], atol=1e-4))

# %% [markdown]
# **What to notice.** To whatever comes after this pool, the two drawings are **the same image**. No layer can tell them
# apart, however it is trained: the difference is not in its input.
#
# Is that only a trick with hand-made kernels? The trained network of above ends in the same pool. We put two digits
# side by side on a wide canvas, far enough from each other, and let them change places. For us 37 is not 73.

# %% tags=["figure"]
three, seven = (test_images[data.test.labels == digit][0] for digit in (3, 7))  # (20, 20, 1) each
gap = np.zeros((20, 12, 1), dtype=np.uint8)
one_way = np.concatenate([gap, three, gap, seven, gap], axis=1)  # (20, 76, 1)
other_way = np.concatenate([gap, seven, gap, three, gap], axis=1)
plots.compare(
    one_way[..., 0],
    other_way[..., 0],
    height=1.1,
    alt="Two wide black strips. On the first a handwritten 3 stands left of a 7, on the second the 7 stands left of "
    "the 3.",
)

# %% tags=["claim"]
pairs = np.stack([one_way, other_way])
answers = [keras.ops.convert_to_numpy(model(pairs)) for model in networks["max pool"]]  # three times (2, 10)
differences = [float(np.abs(of_37 - of_73).max()) for of_37, of_73 in answers]
claims.check(
    "37 and 73 get the same ten logits from each of the three networks, to within a thousandth",
    max(differences) < 1e-3,
)

# %% [markdown]
# **What to notice.** They get the same ten numbers: the network knows that there is a 3 and a 7, not in which order.
# For "is there a cat in the picture?" that is just right. For reading a house number, for steering by a road, or for
# seeing that a face is not a face, it is too little. Such networks pool late and little, or use strides, or keep the
# maps.
#
# One idea goes further: keep, for each part, *that* it is there and also **how it lies**, and let parts agree on a
# whole. Networks of that kind are called **capsule networks**, and this course builds one near its end.

# %% [markdown]
# ### Exercise 8.9 (investigate): how many maps look the same?
#
# Take maps of 4 x 4 that hold only zeros and ones. How many different ones are there whose 2 x 2 max-pooled map is
#
# ```
# 1  1
# 1  0
# ```
#
# Write down the number.

# %% tags=["exercise"] exercise="8.9" points=1
# BEGIN SOLUTION
num_maps = (2**4 - 1) ** 3 * 1
# END SOLUTION

# %% tags=["check"] exercise="8.9"
checks.exercise("8.9", num_maps)

# %% tags=["hidden"] exercise="8.9"
from course_utils.authoring import define

exercise = define.answer("8.9", num_maps)
exercise.wrong(15, "That is one window whose maximum is 1. There are four windows, and each may be filled by itself.")
exercise.wrong(45, "The windows are independent of each other: their numbers are multiplied, not added.")
exercise.wrong(46, "The windows are independent of each other: their numbers are multiplied, not added.")
exercise.wrong(16**3, "16 ways to fill a window includes the empty one, whose maximum is 0.")
exercise.wrong(15**4, "The fourth window has the maximum 0. In how many ways can that be?")
exercise.wrong(
    4**3, "A window with maximum 1 may hold more than one 1. How many fillings of four places have at least one?"
)
exercise.wrong(2**16, "That is all maps of zeros and ones. Only those with the given pooled map count.")
exercise.wrong(15**3 * 4, "The fourth window has the maximum 0. In how many ways can that be?")
exercise.hints(
    "Begin with one window: how many of its fillings with 0 and 1 have the maximum 1? How many have the maximum 0?",
    "The windows do not overlap, so each is filled independently of the others: multiply the four numbers.",
    "A smaller case: windows of two numbers and the pooled row 1 0: three fillings (01, 10, 11) for the first, one "
    "(00) for the second: 3 x 1 = 3.",
)

# %% [markdown]
# ## Key points
#
# - A pool keeps one number of each window of each map, by a rule (maximum or mean). It has no weights. The stride
#   decides how much smaller the map becomes; a stride larger than the window leaves pixels unread.
# - A max pool is invariant only while each maximum stays in its window. A network is invariant to moves by multiples of
#   its total stride, if a global pool ends it; to other moves it is not.
# - Leaving pixels out without a blur is aliasing. Max pooling suffers less from it than a stride, and blur-pooling less
#   than max pooling. It steadies the answers; it does not by itself make more of them right.
# - Global pooling makes one number per map: any image size, few weights, and moves are borne. Only Flatten with Dense
#   needs a fixed size.
# - What is pooled away is gone: a global pool cannot tell a face from its jumbled parts.
#
# ## Self-test
#
# <details><summary>1. A pool (3, 3) runs on a map of 32 x 32 x 64. What shape comes out, and how many weights does it
# have?</summary>
#
# (32 - 3) // 3 + 1 = 10: the shape is 10 x 10 x 64. It has no weights. The last two rows and columns are never read.
#
# </details>
#
# <details><summary>2. Three stages that each halve the map, then a global max pool. By how many pixels can an image
# move without any change?</summary>
#
# By multiples of 2 x 2 x 2 = 8, as long as nothing is cut off and the border is far away.
#
# </details>
#
# <details><summary>3. "My network has max pools, so it does not matter where the digit lies." What do you
# ask?</summary>
#
# What is its head? With Flatten and Dense each place has its own weights, and the pools in between save only a pixel
# or two.
#
# </details>
#
# <details><summary>4. VGG16 ends in maps of 7 x 7 x 512. How many weights and biases has a Dense layer for 133 classes
# after Flatten, and after a global pool?</summary>
#
# 7 x 7 x 512 x 133 + 133 = 3,336,837 after Flatten; 512 x 133 + 133 = 68,229 after a global pool.
#
# </details>
#
# <details><summary>5. Why does it not help to blur after the stride?</summary>
#
# What was too fast has already been turned into something slow, and the blur cannot know which part of it is false.
#
# </details>
#
# ## To read
#
# - R. Zhang, [Making Convolutional Networks Shift-Invariant Again](https://arxiv.org/abs/1904.11486), 2019:
#   blur-pooling.
# - A. Azulay and Y. Weiss, [Why do deep convolutional networks generalize so poorly to small image
#   transformations?](https://arxiv.org/abs/1805.12177), 2019: one pixel more, another answer, on ImageNet.
# - J. Springenberg and others, [Striving for Simplicity](https://arxiv.org/abs/1412.6806), 2015: networks that only use
#   strides.
# - M. Lin, Q. Chen and S. Yan, [Network In Network](https://arxiv.org/abs/1312.4400), 2014: where global average
#   pooling comes from.
# - I. Goodfellow, Y. Bengio and A. Courville, [Deep Learning](https://www.deeplearningbook.org/contents/convnets.html),
#   section 9.3: pooling, and what it was hoped to do.
#
# ## Next
#
# [09 Design and train a CNN](09_design_and_train_a_cnn.ipynb): all of it together, each choice measured, and trained
# until it is good.
