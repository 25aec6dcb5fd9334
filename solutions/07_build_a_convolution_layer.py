# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Build a convolution layer
# read_minutes: 40
# exercise_minutes: 55
# objectives:
#   - Set the weights of a Conv2D by hand, and build the whole layer (filters, bias, ReLU, stride, padding) in NumPy
#   - Say what shape a layer's weights have on gray, on colour and behind another layer, and why
#   - Compute output sizes and numbers of parameters of any convolutional network with two formulas
#   - Show by experiment that gradient descent finds Sobel's nine numbers, and when it does not
#   - Read PyTorch code and write the Keras network that gives the same numbers
# needs: [03_find_edges_and_handle_borders, 05_classify_digits_with_an_mlp, 06_share_weights_locally]
# data: [camera, cat, motorcycle]
# budget: {cpu_seconds: 40, memory_mb: 1600, gpu: not needed}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 95 minutes, exercises included: opening 4, typed-in weights 6, bias and ReLU 6,
# depth 10, stacking 14, stride and padding 20, the two formulas 16, learning 12, PyTorch 7. Short of time: leave out
# 7.8 and 7.11; nothing later depends on them.
#
# **What students believe, and where the lesson meets it.** A 3x3 filter has nine numbers, whatever it looks at (the
# 576). The second layer looks at the photograph (7.2). Two layers without a ReLU are better than one (the 5x5). Equal
# shapes mean equal numbers (the ruler). A small loss means the right weights (snow against photograph).
#
# **Let the class vote before you run:** how many of the nine numbers come out, how many corners light up, which
# column the ruler shows, whether snow or a photograph is the better teacher.

# %% tags=["setup"]
import cv2
import keras
import numpy as np
from keras import layers

from course_utils import architectures, checks, claims, images, kernels, plots, training
from course_utils.architectures import side_by_side

SEEDS = (0, 1, 2)
camera = images.load("camera")  # (512, 512) uint8, gray

# %% [markdown]
# ## Nine random numbers
#
# Lesson 02 ended with a question: who chooses the numbers in a kernel? There, nine numbers were found by solving
# equations. A network has millions of them, and no such equations. It begins with *random* numbers and takes small
# steps.
#
# Here is the smallest convolutional layer there is: one filter, 3x3, nine random numbers. Nobody tells it about edges.
# It is shown pictures of television snow, pure noise, and for each of them the picture that it *should* have made.
# Those were made with Sobel x. For now, only look at what is done; you will understand each line at the end.


# %%
def learn(inputs, wanted, num_steps, rate, seed):
    """Train one 3x3 filter by gradient descent; return its numbers after each step, (num_steps + 1, 3, 3)."""
    training.seed(seed)
    model = keras.Sequential([keras.Input(inputs.shape[1:]), layers.Conv2D(1, 3, use_bias=False)])
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mean_squared_error")
    numbers = [model.get_weights()[0]]
    for _ in range(num_steps):
        model.train_on_batch(inputs, wanted)
        numbers.append(model.get_weights()[0])
    return np.stack(numbers)[:, :, :, 0, 0]


sobel_weights = kernels.SOBEL_X[:, :, np.newaxis, np.newaxis]  # (3, 3, 1, 1): what this shape means comes soon
snow = np.random.default_rng(0).normal(size=(16, 32, 32, 1)).astype(np.float32)
wanted_of_snow = kernels.correlate_batch(snow, sobel_weights)  # (16, 30, 30, 1)
from_snow = [learn(snow, wanted_of_snow, num_steps=40, rate=0.3, seed=seed) for seed in SEEDS]

# %% [markdown]
# **Predict before you run:** it takes 40 steps. How close will its nine numbers come to Sobel's
# -1 0 1, -2 0 2, -1 0 1? And will it be the same from another random start?

# %% tags=["predict"]
prediction = "..."  # "not at all", "roughly", "to a tenth", "to a thousandth"?

# %% tags=["figure"]
steps_shown = [0, 1, 2, 3, 5, 10, 40]
frames = [
    plots.kernels(
        {f"start {seed}": np.round(from_snow[seed][step], 2) for seed in SEEDS},
        alt=f"The three filters after {step} steps.",
    )
    for step in steps_shown
]
plots.slider(
    frames,
    [f"{step} steps" for step in steps_shown],
    alt="Three 3x3 filters, drawn as tables of numbers, after 0, 1, 2, 3, 5, 10 and 40 steps.",
)

# %% tags=["claim"]
largest_errors = [float(np.abs(numbers[-1] - kernels.SOBEL_X).max()) for numbers in from_snow]
claims.check(
    "from each of three random starts, all nine numbers are Sobel's to within a thousandth",
    max(largest_errors) < 1e-3,
    value=max(largest_errors),
)

# %% [markdown]
# **What to notice.** Move the slider. Three different beginnings, one and the same end: the kernel of Irwin Sobel,
# found by a machine that knows nothing but its own mistakes. *Filters are learned.*
#
# In this lesson you build the layer that can do this, first with numbers that you type in, then with numbers that it
# finds. At the end we come back to the snow, and to a question: would a photograph have been a better teacher?

# %% [markdown]
# ## A layer with numbers typed in
#
# `layers.Conv2D(num_filters, kernel_size)` makes the layer. Its numbers are called **weights**; they can be read and
# set. So let us set them to Sobel x and give the layer a photograph. Two things are new. A layer takes a **batch**:
# many images at once, `(batch, height, width, channels)`. And its filters have the shape
# `(height, width, channels, filters)`.
#
# **Predict:** in lesson 02 you met two operations, correlation and true convolution, which turns the kernel. The
# layer is called *Conv2D*. Will it give what `cv2.filter2D` gives, or the same with all signs changed?

# %% tags=["predict"]
prediction = "..."  # "the same" or "signs changed"?

# %%
layer = layers.Conv2D(1, kernel_size=3, padding="same", use_bias=False)
layer.build((None, None, None, 1))  # batch, height and width may be anything; there is 1 channel
layer.set_weights([sobel_weights])

batch = camera[np.newaxis, :, :, np.newaxis].astype(np.float32)  # (1, 512, 512, 1)
by_layer = keras.ops.convert_to_numpy(layer(batch))  # (1, 512, 512, 1)
by_opencv = cv2.filter2D(camera, cv2.CV_32F, kernels.SOBEL_X, borderType=cv2.BORDER_CONSTANT)

row, column = 150, 411  # the side of the tower
window = camera[row - 1 : row + 2, column - 1 : column + 2].astype(float)
print(f"by hand   {np.sum(window * kernels.SOBEL_X):.1f}")
print(f"by layer  {by_layer[0, row, column, 0]:.1f}")
print(f"by OpenCV {by_opencv[row, column]:.1f}")

# %% tags=["claim"]
claims.check(
    "the layer gives what cv2.filter2D gives, on all 262,144 pixels, to a hundredth of a gray level",
    np.abs(by_layer[0, :, :, 0] - by_opencv).max() < 0.01,
)

# %% [markdown]
# **What to notice.** The same, with the same signs. Keras says convolution and computes *correlation*, as every
# library for networks does. And `padding="same"` puts zeros around the image: we had to ask OpenCV for
# `BORDER_CONSTANT`, or the outermost pixels would differ.
#
# ## Bias and ReLU: from a response to an answer
#
# A layer does two more things to each response.
#
# 1. It adds a number, the **bias**: one for each filter, the same at every place.
# 2. It applies an **activation**. The usual one is the **ReLU**: what is below 0 becomes 0.
#
# $$\text{feature map} = \max(0, \ \text{response} + \text{bias})$$
#
# Below, a layer of two filters: Sobel x and *minus* Sobel x. First with bias 0, then with bias -200.
#
# **Predict:** what will the two maps show? And what does the bias of -200 change?

# %% tags=["predict"]
prediction = "..."

# %%
two_filters = np.stack([kernels.SOBEL_X, -kernels.SOBEL_X], axis=-1)[:, :, np.newaxis, :]  # (3, 3, 1, 2)


def two_maps(bias):
    layer = layers.Conv2D(2, 3, activation="relu")
    layer.build((None, None, None, 1))
    layer.set_weights([two_filters, np.full(2, bias, dtype=np.float32)])
    return keras.ops.convert_to_numpy(layer(batch))[0]  # (510, 510, 2)


part = np.s_[40:250, 150:430]  # the man's head, his film camera, the towers
without_bias, with_bias = two_maps(0), two_maps(-200)
plots.grid(
    [np.clip(maps[part][..., index], 0, 255) for maps in (without_bias, with_bias) for index in (0, 1)],
    titles=["Sobel x, bias 0", "minus Sobel x, bias 0", "Sobel x, bias -200", "minus Sobel x, bias -200"],
    columns=2,
    cell=4.3,
    alt="Four feature maps of the man's head, bright lines on black: above with bias 0, below with bias -200; left of "
    "Sobel x, right of minus Sobel x.",
)

# %% [markdown]
# **What to notice.** The ReLU throws the negative half of the responses away. That is what uint8 did to the coins in
# lesson 02, but here it is on purpose, and the second filter catches what the first one loses. The bias is a
# **threshold**: with -200, only edges stronger than 200 survive. A filter asks *how strong?*, the bias says *how strong
# is enough*, the ReLU says *nothing* instead of *less than nothing*.

# %% [markdown]
# ## A filter is as deep as its input
#
# On a gray image a 3x3 filter has nine numbers. **Predict:** how many numbers are in *one* 3x3 filter that looks at a
# colour photograph? And in one that looks at the 64 feature maps of a layer before it?

# %% tags=["predict"]
num_on_colour, num_on_64_maps = ..., ...

# %%
for name, depth, num_filters in [("gray", 1, 8), ("colour", 3, 8), ("64 feature maps", 64, 64)]:
    layer = layers.Conv2D(num_filters, 3)
    layer.build((None, None, None, depth))
    weights, biases = layer.get_weights()
    print(
        f"{name:16} weights {weights.shape!s:15} one filter: {weights[..., 0].size:3}   all: {layer.count_params():,}"
    )

# %% [markdown]
# **What to notice.** A filter has one **slice** for each channel that comes in: on colour 3 x 3 x 3 = 27 numbers, on 64
# maps 3 x 3 x 64 = **576**. All products of all slices are added up, so one filter still gives *one* map. "A 3x3
# filter" states its height and width only; its depth is not yours to choose: it is that of the input. What you
# choose is *how many* filters there are, and that is the depth of the output.
#
# Here is a layer with two filters on a colour photograph: the red finder of lesson 02, whose three slices differ, and
# Sobel x, which looks at all three channels alike.

# %% tags=["figure"]
garage = images.load("motorcycle")  # (500, 741, 3) uint8
colour_weights = np.zeros((5, 5, 3, 2), dtype=np.float32)
colour_weights[..., 0] = kernels.box(5)[:, :, np.newaxis] * [1.0, -0.5, -0.5]  # red minus half of green and blue
colour_weights[1:4, 1:4, :, 1] = kernels.SOBEL_X[:, :, np.newaxis] / 3  # a 3x3 in the middle of 5x5
layer = layers.Conv2D(2, 5, padding="same", activation="relu", use_bias=False)
layer.build((None, None, None, 3))
layer.set_weights([colour_weights])
colour_maps = keras.ops.convert_to_numpy(layer(garage[np.newaxis].astype(np.float32)))[0]  # (500, 741, 2)
plots.compare(
    garage,
    *[np.clip(2 * colour_maps[..., index], 0, 255) for index in (0, 1)],
    titles=["in: depth 3", "map 0: red", "map 1: edges, dark to bright"],
    alt="A red motorcycle in a garage, and two feature maps. The first shows the motorcycle's tank and mudguards and "
    "little else; the second shows upright edges of everything.",
)

# %% [markdown]
# ### Exercise 7.1 (spot the bug): the shape of the weights
#
# A published course says that the depth of an image is "1 or 3 (RGB and grayscale, respectively)". Here is that
# sentence as code. Read it again, slowly, and mend the function.
#
# `weights_shape(image_shape, num_filters, kernel_size)` returns the shape of a layer's weights, a tuple
# `(kernel_size, kernel_size, depth, num_filters)`. `image_shape` is `(height, width)` for a gray image or
# `(height, width, channels)` for anything else: colour, or the maps of another layer, however many.


# %% tags=["exercise"] exercise="7.1" points=1
def weights_shape(image_shape: tuple, num_filters: int, kernel_size: int) -> tuple:
    """Return the shape of the weights of a layer on one such image, in Keras's order."""
    # BEGIN SOLUTION
    depth = image_shape[2] if len(image_shape) == 3 else 1
    return (kernel_size, kernel_size, depth, num_filters)
    # END SOLUTION
    # BEGIN STUB
    # depth = 1 if len(image_shape) == 3 else 3
    # return (kernel_size, kernel_size, depth, num_filters)
    # END STUB


# %% tags=["check"] exercise="7.1"
checks.exercise("7.1", weights_shape)

# %% tags=["hidden"] exercise="7.1"
from course_utils.authoring import define

exercise = define.function("7.1", weights_shape)
exercise.case("gray, 28x28", image_shape=(28, 28), num_filters=8, kernel_size=3)
exercise.case("colour, 32x32", image_shape=(32, 32, 3), num_filters=16, kernel_size=5)
exercise.case("the 64 maps of another layer", image_shape=(14, 12, 64), num_filters=32, kernel_size=3)
exercise.case("gray, written with its one channel", image_shape=(28, 28, 1), num_filters=4, kernel_size=7)
exercise.case("gray, 12x9", visible=False, image_shape=(12, 9), num_filters=5, kernel_size=3)
exercise.case("as many filters as maps", visible=False, image_shape=(9, 9, 16), num_filters=16, kernel_size=3)
exercise.random_cases(
    3,
    lambda rng: {
        "image_shape": (int(rng.integers(8, 99)), int(rng.integers(8, 99)), int(rng.integers(4, 40))),
        "num_filters": int(rng.integers(41, 90)),
        "kernel_size": 2 * int(rng.integers(0, 4)) + 1,
    },
)
exercise.hints(
    "Which of the two has one number per pixel, a gray image or an RGB image?",
    "The depth need not be looked up anywhere else: when there is a third side, it is the depth.",
    "A smaller case: two filters of 1x1. On a gray image (4, 4) the weights are (1, 1, 1, 2); on (4, 4, 5) they are "
    "(1, 1, 5, 2).",
)


# %% tags=["hidden"] exercise="7.1"
@exercise.correct
def by_unpacking(image_shape, num_filters, kernel_size):
    _, _, *channels = image_shape
    return (kernel_size, kernel_size, *(channels or [1]), num_filters)


@exercise.correct
def by_slicing(image_shape, num_filters, kernel_size):
    depth = (*image_shape, 1)[2]
    return [kernel_size, kernel_size, depth, num_filters]


@exercise.mutant("This is the code as you were given it. What is the depth of a gray image, and what of an RGB image?")
def as_published(image_shape, num_filters, kernel_size):
    return (kernel_size, kernel_size, 1 if len(image_shape) == 3 else 3, num_filters)


@exercise.mutant("Right for gray and for RGB. But the input may also be 64 feature maps: the depth is its third side.")
def knows_gray_and_rgb_only(image_shape, num_filters, kernel_size):
    depth = 1 if len(image_shape) == 2 or image_shape[2] == 1 else 3
    return (kernel_size, kernel_size, depth, num_filters)


# %% tags=["hidden"] exercise="7.1"
@exercise.mutant("Depth and number of filters have changed places. In Keras the filters stand last.")
def filters_before_depth(image_shape, num_filters, kernel_size):
    depth = image_shape[2] if len(image_shape) == 3 else 1
    return (kernel_size, kernel_size, num_filters, depth)


@exercise.mutant("That is PyTorch's order, (filters, depth, height, width). Keras has (height, width, depth, filters).")
def in_the_order_of_pytorch(image_shape, num_filters, kernel_size):
    depth = image_shape[2] if len(image_shape) == 3 else 1
    return (num_filters, depth, kernel_size, kernel_size)


@exercise.mutant("You take the third side without asking whether there is one. A gray image has two sides only.")
def forgets_gray(image_shape, num_filters, kernel_size):
    return (kernel_size, kernel_size, image_shape[2], num_filters)


@exercise.mutant("The depth is missing: every filter has a slice for each channel that comes in.")
def leaves_the_depth_out(image_shape, num_filters, kernel_size):
    return (kernel_size, kernel_size, num_filters)


# %% [markdown]
# ## The second layer sees what the first one found
#
# One filter finds edges. What can a filter find that looks at *edge maps*? Here is a drawing of three bright boxes, and
# a first layer of four filters that find left, right, upper and lower rims.

# %% tags=["figure"]
boxes = np.zeros((60, 90), dtype=np.float32)
boxes[8:30, 8:42] = boxes[18:52, 54:82] = boxes[38:54, 14:36] = 1
first_weights = np.stack([kernels.SOBEL_X, -kernels.SOBEL_X, kernels.SOBEL_Y, -kernels.SOBEL_Y], axis=-1)
first_weights = first_weights[:, :, np.newaxis, :]  # (3, 3, 1, 4): four filters, one slice each
rims = np.maximum(kernels.correlate_batch(boxes[np.newaxis, :, :, np.newaxis], first_weights), 0)  # (1, 58, 88, 4)
plots.grid(
    [boxes * 4, *np.moveaxis(rims[0], -1, 0)],
    titles=["three boxes", "left rims", "right rims", "upper rims", "lower rims"],
    columns=5,
    alt="Three bright boxes, and four feature maps that show their left, right, upper and lower rims.",
)

# %% [markdown]
# Now the second layer: one filter, 3x3 and **four slices deep**. The slices for *left rims* and for *upper rims*
# hold nine ones each; the other two hold zeros. On a straight rim the sum of the products is 24. So we give it a
# bias of -25.
#
# **Predict:** a number remains only where left rims *and* upper rims meet in one window. Where is that? How many spots
# will light up?

# %% tags=["predict"]
num_spots = ...

# %% tags=["figure"]
second_weights = np.zeros((3, 3, 4, 1), dtype=np.float32)
second_weights[:, :, [0, 2], 0] = 1  # left rims and upper rims
sums = kernels.correlate_batch(rims, second_weights)[0, :, :, 0]  # (56, 86)
corners = np.maximum(sums - 25, 0)
plots.compare(
    boxes,
    sums,
    corners,
    titles=["three boxes", "left and upper rims, added", "with bias -25 and ReLU"],
    shared_scale=False,
    alt="Left: three boxes. Middle: their left and upper rims, added. Right: what the bias and the ReLU leave of that, "
    "on black.",
)

# %% tags=["claim"]
num_found, labels = cv2.connectedComponents((corners > 0).astype(np.uint8))
found = [tuple(int(n) for n in np.argwhere(labels == spot).mean(axis=0).round() + 2) for spot in range(1, num_found)]
claims.check("three spots light up", num_found - 1 == 3)
near = [min(abs(r - row) + abs(c - column) for r, c in found) for row, column in [(8, 8), (18, 54), (38, 14)]]
claims.check("each lies within two pixels of the upper left corner of a box", max(near) <= 2)

# %% [markdown]
# **What to notice.** The second layer has found *corners*, one kind of them. No single 3x3 filter on the drawing does
# that so cleanly. The bias of -25 works as the word *and*: one rim alone gives 24, not enough; two rims give more.
# This is the idea of depth: pixels make edges, edges make corners, corners make boxes, wheels, faces.
#
# And note what the second layer was given: **the four maps**, not the drawing. That sounds obvious. It is the next bug.

# %% [markdown]
# ### Exercise 7.2 (spot the bug): maps of the wrong thing
#
# A published course shows "the activation maps of the second layer", conv2. For each filter of conv2 its code takes
# the *first slice*, lays it on the raw photograph, and shows the result. Nice pictures; but no such numbers ever
# occur in the network.
#
# Mend `second_layer_maps(image, weights_1, bias_1, weights_2, bias_2)`. `image` is `(H, W)` float; `weights_1` is
# `(3, 3, 1, F1)`, `weights_2` is `(3, 3, F1, F2)`, the biases are `(F1,)` and `(F2,)`. Both layers have no padding and
# end in a ReLU. Return the maps of the second layer, `(H - 4, W - 4, F2)`. You may use `kernels.correlate_batch(batch,
# weights)`, which takes and gives batches.


# %% tags=["exercise"] exercise="7.2" points=2
def second_layer_maps(image, weights_1, bias_1, weights_2, bias_2) -> np.ndarray:
    """Return the feature maps (H - 4, W - 4, F2) of the second of two layers, each with ReLU."""
    # BEGIN SOLUTION
    batch = image[np.newaxis, :, :, np.newaxis]
    first_maps = np.maximum(kernels.correlate_batch(batch, weights_1) + bias_1, 0)
    return np.maximum(kernels.correlate_batch(first_maps, weights_2) + bias_2, 0)[0]
    # END SOLUTION
    # BEGIN STUB
    # batch = image[np.newaxis, :, :, np.newaxis]
    # first_slices = weights_2[:, :, :1, :]
    # return np.maximum(kernels.correlate_batch(batch, first_slices) + bias_2, 0)[0]
    # END STUB


# %% tags=["check"] exercise="7.2"
checks.exercise("7.2", second_layer_maps)

# %% tags=["hidden"] exercise="7.2"
from course_utils.authoring import define


def two_layers(rng, height, width, num_first, num_second):
    """Return arguments for a network of two layers in which every step changes something."""
    return {
        "image": rng.normal(size=(height, width)).round(2),
        "weights_1": rng.normal(size=(3, 3, 1, num_first)).round(2),
        "bias_1": rng.normal(size=num_first).round(2),
        "weights_2": rng.normal(size=(3, 3, num_first, num_second)).round(2),
        "bias_2": rng.normal(size=num_second).round(2),
    }


exercise = define.function("7.2", second_layer_maps, rtol=1e-4, atol=1e-4)
fixed = np.random.default_rng(72)
exercise.case("6x7 pixels, 2 and 3 filters", **two_layers(fixed, 6, 7, 2, 3))
exercise.case("1 filter and 1 filter", **two_layers(fixed, 7, 6, 1, 1))
exercise.case("4 filters and 2 filters", **two_layers(fixed, 6, 6, 4, 2))
exercise.random_cases(3, lambda rng: two_layers(rng, 8, 7, 3, int(rng.integers(1, 5))))
exercise.hints(
    "Look at the shape of the result first. How much does one layer without padding take away, and how much do two?",
    "What does the second layer look at? Compute the maps of the FIRST layer (response, bias, ReLU); hand those on.",
    "A smaller case with 1x1 filters: a pixel of 2, first layer weight 3 and bias -1: max(0, 3 x 2 - 1) = 5. Second "
    "layer weight -2 and bias 12: max(0, -2 x 5 + 12) = 2. The buggy code would give max(0, -2 x 2 + 12) = 8.",
)


# %% tags=["hidden"] exercise="7.2"
@exercise.correct
def with_two_keras_layers(image, weights_1, bias_1, weights_2, bias_2):
    maps = image[np.newaxis, :, :, np.newaxis].astype(np.float32)
    for weights, bias in ((weights_1, bias_1), (weights_2, bias_2)):
        response = keras.ops.conv(maps, weights.astype(np.float32), padding="valid")
        maps = keras.ops.relu(response + bias.astype(np.float32))
    return keras.ops.convert_to_numpy(maps)[0]


@exercise.correct
def channel_by_channel(image, weights_1, bias_1, weights_2, bias_2):
    def layer(maps, weights, bias):
        made = [
            sum(kernels.correlate2d(maps[..., c], weights[:, :, c, f], border="crop") for c in range(weights.shape[2]))
            + bias[f]
            for f in range(weights.shape[3])
        ]
        return np.maximum(np.stack(made, axis=-1), 0)

    return layer(layer(image[..., np.newaxis], weights_1, bias_1), weights_2, bias_2)


# %% tags=["hidden"] exercise="7.2"
@exercise.mutant(
    "This is the code as you were given it: filters of the second layer on the raw image. They belong on the maps of "
    "the first layer."
)
def on_the_raw_image(image, weights_1, bias_1, weights_2, bias_2):
    batch = image[np.newaxis, :, :, np.newaxis]
    return np.maximum(kernels.correlate_batch(batch, weights_2[:, :, :1, :]) + bias_2, 0)[0]


@exercise.mutant("The ReLU of the first layer is missing: its negative responses must not reach the second layer.")
def without_relu_between(image, weights_1, bias_1, weights_2, bias_2):
    maps = kernels.correlate_batch(image[np.newaxis, :, :, np.newaxis], weights_1) + bias_1
    return np.maximum(kernels.correlate_batch(maps, weights_2) + bias_2, 0)[0]


@exercise.mutant("The bias of the first layer is missing: it is added before the ReLU.")
def without_the_first_bias(image, weights_1, bias_1, weights_2, bias_2):
    return second_layer_maps(image, weights_1, 0 * bias_1, weights_2, bias_2)


# %% tags=["hidden"] exercise="7.2"
@exercise.mutant("The last ReLU is missing: maps of a layer are never negative.")
def without_the_last_relu(image, weights_1, bias_1, weights_2, bias_2):
    maps = np.maximum(kernels.correlate_batch(image[np.newaxis, :, :, np.newaxis], weights_1) + bias_1, 0)
    return (kernels.correlate_batch(maps, weights_2) + bias_2)[0]


@exercise.mutant("Only the first map was handed on. A filter of the second layer has a slice for EACH map.")
def first_map_only(image, weights_1, bias_1, weights_2, bias_2):
    maps = np.maximum(kernels.correlate_batch(image[np.newaxis, :, :, np.newaxis], weights_1) + bias_1, 0)
    return np.maximum(kernels.correlate_batch(maps[..., :1], weights_2[:, :, :1]) + bias_2, 0)[0]


@exercise.mutant("The bias is added after the ReLU. It comes before: it is the threshold that the ReLU cuts at.")
def bias_after_relu(image, weights_1, bias_1, weights_2, bias_2):
    maps = np.maximum(kernels.correlate_batch(image[np.newaxis, :, :, np.newaxis], weights_1), 0) + bias_1
    return (np.maximum(kernels.correlate_batch(maps, weights_2), 0) + bias_2)[0]


# %% [markdown]
# ## Two small filters see as far as one large one
#
# A number behind two 3x3 layers depends on 3x3 numbers of the first layer, and each of those on 3x3 pixels. Together
# they cover 5x5 pixels. These 5x5 are its **receptive field**. Each further 3x3 layer adds 2: three layers see 7x7.
#
# So two layers of 3x3 see what one layer of 5x5 sees. Count the weights per pair of maps: 9 + 9 = **18** against
# **25**. But are they as good?
#
# **Predict:** take two random 3x3 filters, one behind the other, with *no* ReLU between them. Is there a single 5x5
# filter that does exactly the same?

# %% tags=["predict"]
prediction = "..."  # "always", "sometimes" or "never"? And with a ReLU between them?

# %%
rng = np.random.default_rng(0)
first, second = rng.normal(size=(2, 3, 3))
first -= first.mean()  # a filter that looks for differences: half of its responses are negative
photograph = camera[100:200, 100:200] / 255
one_after_the_other = kernels.correlate2d(kernels.correlate2d(photograph, first, border="crop"), second, border="crop")
both_in_one = kernels.convolve2d(np.pad(first, 2), second, border="crop")  # (5, 5): lesson 02, true convolution
in_one_pass = kernels.correlate2d(photograph, both_in_one, border="crop")
after_relu = kernels.correlate2d(np.maximum(kernels.correlate2d(photograph, first, border="crop"), 0), second, "crop")

# %% tags=["claim"]
claims.check(
    "without a ReLU, two 3x3 filters are one 5x5 filter, to nine digits",
    np.abs(in_one_pass - one_after_the_other).max() < 1e-9,
)
windows = np.lib.stride_tricks.sliding_window_view(photograph, (5, 5)).reshape(-1, 25)
best, *_ = np.linalg.lstsq(windows, after_relu.ravel(), rcond=None)
rest = np.std(windows @ best - after_relu.ravel()) / np.std(after_relu)
claims.check(
    "with a ReLU, even the best 5x5 filter misses by more than a quarter", rest > 0.25, value=rest, name="relu_rest"
)

# %% [markdown]
# **What to notice.** Without a ReLU the second layer was for nothing: the two melt into one filter. (Into one of
# special kind even: 18 numbers cannot make every 5x5.) *With* a ReLU no 5x5 filter on earth can follow; the best one is
# off by {{relu_rest:.0%}}. The ReLU is what makes depth worth having.
#
# The course can look at a network for you. A model of three layers, and what each of them sees:

# %%
three_layers = keras.Sequential(
    [
        keras.Input((130, 130, 3)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Conv2D(16, 3, activation="relu"),
    ]
)
print(architectures.table(three_layers))

# %% [markdown]
# ### Exercise 7.3 (investigate): how deep must it be?
#
# Write five whole numbers as a tuple `(field, three_small, one_large, plain, pooled)`:
#
# - `field`: side of the receptive field of **three** 3x3 layers;
# - `three_small`: weights of three 3x3 filters, one behind the other, each on one map, without biases;
# - `one_large`: weights of the single filter with the same receptive field;
# - `plain`: how many 3x3 layers one needs *at least* until a number sees **28 pixels** or more, a whole digit of
#   lesson 05;
# - `pooled`: the same, when a 2x2 pooling with stride 2 follows *each* 3x3 layer. Count only the 3x3 layers.
#
# For the last one, `architectures.receptive_field([(3, 1), (2, 2), ...])` takes pairs (kernel size, stride). Predict
# before you try: is it about half of `plain`?

# %% tags=["exercise"] exercise="7.3" points=2
# BEGIN SOLUTION
how_deep = (7, 3 * 9, 7 * 7, 14, 4)
# END SOLUTION

# %% tags=["check"] exercise="7.3"
checks.exercise("7.3", how_deep)

# %% tags=["hidden"] exercise="7.3"
from course_utils.authoring import define, tuple_slips

exercise = define.answer("7.3", how_deep)
slips = [
    (0, 9, "field: three 3x3 layers see 7, not 9. Each layer adds 2 to what the one before sees, not 3."),
    (0, 5, "field: two layers see 5. There are three."),
    (1, 30, "three_small: without biases. Three filters of nine numbers each."),
    (1, 9, "three_small: that is one 3x3 filter. There are three."),
    (2, 25, "one_large: a 5x5 sees as far as TWO 3x3 layers. There are three."),
    (2, 50, "one_large: without the bias."),
    (3, 13, "plain: 13 layers see 1 + 2 x 13 = 27 pixels, one too few."),
    (3, 28, "plain: each layer adds 2 pixels, not 1."),
    (3, 9, "plain: fields overlap. A layer adds 2 pixels to the side, it does not multiply by 3."),
    (4, 7, "pooled: not half. Behind a pooling each step of a filter is two pixels wide, then four, then eight."),
    (4, 3, "pooled: three pairs see 22 pixels. One more is needed."),
    (4, 5, "pooled: four pairs are enough: 4, 10, 22, 46 pixels. Stop at the first that reaches 28."),
    (4, 8, "pooled: count the 3x3 layers only, not the poolings."),
]
# %% tags=["hidden"] exercise="7.3"
tuple_slips.add(exercise, slips)
exercise.hints(
    "Draw it in one dimension: a number of layer 3 sees 3 numbers of layer 2, these see 5 of layer 1, these see ... ",
    "n layers of 3x3 see 1 + 2n pixels. With poolings, let architectures.receptive_field do the sum, and add pairs "
    "(3, 1), (2, 2) until it reaches 28.",
    "A smaller case: to see 7 pixels, plain needs 3 layers (1 + 2 x 3 = 7). With poolings: (3, 1) sees 3, (2, 2) 4, "
    "(3, 1) 8: 2 layers of 3x3 are enough.",
)

# %% [markdown]
# **What to notice.** Three small filters have fewer weights than the large one they replace, and two ReLUs more. That
# is why networks since 2014 are built of 3x3. And pooling or strides make the field grow by *doubling* instead of by
# adding: that is how a network gets to see a whole cat.

# %% [markdown]
# ## Stride: look at every second place
#
# The second reason why fields grow is the **stride** (lesson 03): the filter moves on by two pixels at a time, and the
# map has half as many rows and columns.
#
# **Predict:** is the map of a layer with stride 2 the map of the same layer with stride 1, made smaller by *averaging*
# neighbours, or by *leaving out* every second row and column?

# %% tags=["predict"]
prediction = "..."  # "averaging" or "leaving out"?

# %% tags=["claim"]
at_every_place = kernels.correlate_batch(batch, two_filters)
at_every_second = kernels.correlate_batch(batch, two_filters, stride=2)
print("stride 1", at_every_place.shape, "  stride 2", at_every_second.shape)
claims.check(
    "stride 2 is stride 1 with every second row and column left out",
    np.array_equal(at_every_second, at_every_place[:, ::2, ::2]),
)

# %% [markdown]
# **What to notice.** Leaving out; a quarter of the numbers for a quarter of the work. If the maps change fast, what is
# left out is not missing politely: lesson 04 showed which stripes come back. Lesson 08 will compare strides with
# pooling.

# %% [markdown]
# ## Padding, and a trap in it
#
# Two words in Keras. `padding="valid"` is crop: no zeros, the map shrinks by `kernel_size - 1`. `padding="same"`
# adds as many zeros as are needed for $\lceil W / S \rceil$ places: with stride 1 the map is as large as the
# image.
#
# How many zeros, and *where*? Take 6 pixels, a filter of 3, stride 2. Three places need 2 x 2 + 3 = 7 pixels, and there
# are 6. One zero is missing. It has to stand on one side or on the other.

# %% tags=["figure"]
plots.alignments(
    6,
    kernel_size=3,
    stride=2,
    paddings={
        'Keras, "same"': architectures.padding_of(6, 3, stride=2, padding="same"),
        "PyTorch, padding=1": architectures.padding_of(6, 3, stride=2, padding=1),
    },
    alt="Six pixels and the three places of a filter of three, twice. Keras adds one zero at the end, and the middles "
    "of the filter stand on the pixels 1, 3 and 5. PyTorch adds one zero at each end, and they stand on 0, 2 and 4.",
)

# %% [markdown]
# **What to notice.** Keras puts the odd zero at the **end**: at the bottom and at the right. PyTorch's `padding=1` puts
# one on *each* side (and never reads the last). The shapes are equal: 3 and 3. But the middles stand on other pixels:
# 1, 3, 5 against 0, 2, 4.
#
# One pixel, who cares? Let us see where the numbers of a network come from. A **ruler** is an image in which each pixel
# holds the number of its column. A filter that takes a symmetric mean says on a ruler at which column its middle
# stands. We send one through four layers with stride 2, 256 pixels to 16, once in each way.
#
# **Predict:** output number 8 of 16 lies in the middle of the image, near column 128. Which column does it really
# look at, in Keras and in PyTorch? Do the two agree to within a pixel?

# %% tags=["predict"]
column_in_keras, column_in_pytorch = ..., ...


# %%
def four_strided_layers(one_layer):
    """Return a network of four strided means, each made by one_layer()."""
    network = keras.Sequential([keras.Input((256, 256, 1))] + [part for _ in range(4) for part in one_layer()])
    mean = (np.outer([1, 2, 1], [1, 2, 1]) / 16).astype(np.float32)[:, :, np.newaxis, np.newaxis]
    network.set_weights([mean] * 4)
    return network


def as_in_keras():
    return [layers.Conv2D(1, 3, strides=2, padding="same", use_bias=False)]


def as_in_pytorch():
    return [layers.ZeroPadding2D(1), layers.Conv2D(1, 3, strides=2, use_bias=False)]


keras_way, pytorch_way = four_strided_layers(as_in_keras), four_strided_layers(as_in_pytorch)
ruler = np.tile(np.arange(256, dtype=np.float32), (256, 1))[np.newaxis, :, :, np.newaxis]  # (1, 256, 256, 1)
columns_in_keras = keras.ops.convert_to_numpy(keras_way(ruler))[0, 8, :, 0]
columns_in_pytorch = keras.ops.convert_to_numpy(pytorch_way(ruler))[0, 8, :, 0]
print("shapes       ", keras_way.output_shape, pytorch_way.output_shape)
print("parameters   ", keras_way.count_params(), pytorch_way.count_params())
print(f"looks at      {columns_in_keras[8]:.1f} {columns_in_pytorch[8]:.1f}")
print("exact middle ", 8 * 16 + 7.5)

# %% tags=["claim"]
claims.check(
    "after four layers the two ways look at columns 143 and 128: they are 15 pixels apart",
    abs(columns_in_keras[8] - 143) < 1e-3 and abs(columns_in_pytorch[8] - 128) < 1e-3,
)

# %% [markdown]
# **What to notice.** Same shapes, same number of parameters, same weights, and 15 pixels apart: almost a whole output
# pixel. Neither is right: the sixteen columns that output 8 should stand for are 128 to 143, and their middle is 135.5.
# PyTorch's way leans to one side and Keras's to the other.
#
# A network that is trained and used in one library never notices. It bites when weights that were trained in one are
# used in the other: everything fits, nothing complains, and the accuracy drops. The way round it is the second of the
# two functions above: `ZeroPadding2D(1)`, then `valid`. Here is the damage on a cat.

# %% tags=["figure"]
cat = images.load("cat", gray=True)[10:266, 100:356]  # (256, 256) uint8
cat_batch = cat[np.newaxis, :, :, np.newaxis].astype(np.float32)
small_cats = [keras.ops.convert_to_numpy(network(cat_batch))[0, :, :, 0] for network in (keras_way, pytorch_way)]
plots.compare(
    cat,
    *small_cats,
    small_cats[0] - small_cats[1],
    titles=["256 x 256 pixels", "16 x 16, Keras", "16 x 16, PyTorch", "the difference"],
    height=2.1,
    alt="A cat's face; the same in 16 by 16 pixels, made in the two ways; in the first it sits further to the upper "
    "left. The difference is strong along the frame, and at the eyes and the nose.",
)

# %% [markdown]
# ### Exercise 7.4 (build): a whole layer
#
# You have all parts. Write `convolution_layer(image, weights, bias, stride, padding)`:
#
# - `image` is `(H, W, C)` float; `weights` is `(K, K, C, F)`; `bias` is `(F,)`;
# - `stride` is a whole number; `padding` is `"valid"` or `"same"`, **as in Keras**, for any size of image and kernel;
# - response, plus bias, then ReLU. The result is `(H', W', F)`, float.
#
# For `"same"` you need $\lceil H / S \rceil$ places, so $\max(0, (\lceil H / S \rceil - 1) \cdot S + K - H)$ zeros in
# all; half of them (rounded down) go before, the rest after. Loops are welcome. `-(-a // b)` is $\lceil a / b \rceil$.


# %% tags=["exercise"] exercise="7.4" points=4
def convolution_layer(image, weights, bias, stride: int = 1, padding: str = "valid") -> np.ndarray:
    """Return the feature maps (H', W', F) of a convolutional layer with ReLU, as Keras computes them."""
    # BEGIN SOLUTION
    kernel_size, num_filters = weights.shape[0], weights.shape[3]
    if padding == "same":
        around = []
        for side in image.shape[:2]:
            missing = max(0, (-(-side // stride) - 1) * stride + kernel_size - side)
            around.append((missing // 2, missing - missing // 2))
        image = np.pad(image, (*around, (0, 0)))
    num_rows = (image.shape[0] - kernel_size) // stride + 1
    num_columns = (image.shape[1] - kernel_size) // stride + 1
    maps = np.zeros((num_rows, num_columns, num_filters))
    for row in range(num_rows):
        for column in range(num_columns):
            top, left = row * stride, column * stride
            window = image[top : top + kernel_size, left : left + kernel_size]
            maps[row, column] = np.tensordot(window, weights, axes=3) + bias
    return np.maximum(maps, 0)
    # END SOLUTION


# %% tags=["check"] exercise="7.4"
checks.exercise("7.4", convolution_layer)

# %% tags=["hidden"] exercise="7.4"
from course_utils.authoring import define


def a_layer(rng, size, kernel_size, channels, num_filters, stride, padding):
    """Return arguments of one layer."""
    return {
        "image": rng.normal(size=(*size, channels)).round(2),
        "weights": rng.normal(size=(kernel_size, kernel_size, channels, num_filters)).round(2),
        "bias": rng.normal(size=num_filters).round(2),
        "stride": stride,
        "padding": padding,
    }


exercise = define.function("7.4", convolution_layer, rtol=1e-4, atol=1e-4)
fixed = np.random.default_rng(74)
exercise.case("5x6, kernel 3, valid", **a_layer(fixed, (5, 6), 3, 1, 2, 1, "valid"))
exercise.case("colour, kernel 3, same", **a_layer(fixed, (5, 6), 3, 3, 2, 1, "same"))
exercise.case("6x6, stride 2, same: the odd zero", **a_layer(fixed, (6, 6), 3, 2, 2, 2, "same"))
exercise.case("7x8, stride 3, same: zeros differ by side", **a_layer(fixed, (7, 8), 3, 1, 1, 3, "same"))
exercise.case("7x6, stride 2, valid", **a_layer(fixed, (7, 6), 3, 2, 1, 2, "valid"))
exercise.case("kernel 2, same", **a_layer(fixed, (4, 5), 2, 1, 1, 1, "same"))
exercise.case("kernel 1, stride 3, same: no zeros", visible=False, **a_layer(fixed, (7, 5), 1, 2, 3, 3, "same"))
exercise.case("kernel 5, stride 3, same", visible=False, **a_layer(fixed, (10, 8), 5, 2, 2, 3, "same"))
exercise.case("kernel 4, stride 2, same", visible=False, **a_layer(fixed, (9, 6), 4, 1, 2, 2, "same"))
exercise.random_cases(2, lambda rng: a_layer(rng, (8, 6), 3, 2, 3, 2, "same"))
exercise.random_cases(2, lambda rng: a_layer(rng, (8, 9), 3, 2, 3, int(rng.integers(1, 4)), "valid"))

# %% tags=["hidden"] exercise="7.4"
exercise.hints(
    "Pad first, then forget about padding: count the places on the padded image, (side - K) // stride + 1 along each "
    "side, and make one window for each.",
    "The window at (row, column) begins at row * stride and column * stride, and has all channels. Multiply it with "
    "one filter, weights[:, :, :, f], sum everything, add bias[f]; the ReLU comes last.",
    'A smaller case in one dimension: pixels 1 2 3 4, kernel (1, 1, 1), bias -4, stride 2, "same": 2 places need '
    "(2 - 1) x 2 + 3 = 5 pixels, so one zero, at the END: 1 2 3 4 0. Responses 6 and 7, plus bias 2 and 3.",
)


# %% tags=["hidden"] exercise="7.4"
@exercise.correct
def with_keras(image, weights, bias, stride=1, padding="valid"):
    batch = image[np.newaxis].astype(np.float32)
    response = keras.ops.conv(batch, weights.astype(np.float32), strides=stride, padding=padding)
    return np.maximum(keras.ops.convert_to_numpy(response)[0] + bias, 0)


@exercise.correct
def with_the_course(image, weights, bias, stride=1, padding="valid"):
    response = kernels.correlate_batch(image[np.newaxis], weights, stride=stride, padding=padding)
    return np.maximum(response[0] + bias, 0)


@exercise.mutant("The bias is missing. Each filter has one; it is added to every response of that filter.")
def without_bias(image, weights, bias, stride=1, padding="valid"):
    return convolution_layer(image, weights, 0 * bias, stride, padding)


@exercise.mutant("Negative numbers are left: the ReLU at the end is missing.")
def without_relu(image, weights, bias, stride=1, padding="valid"):
    return kernels.correlate_batch(image[np.newaxis], weights, stride=stride, padding=padding)[0] + bias


# %% tags=["hidden"] exercise="7.4"
@exercise.mutant(
    "All windows stand one pixel too far to the upper left: the odd zero belongs at the END, at the bottom and right."
)
def odd_zero_at_the_beginning(image, weights, bias, stride=1, padding="valid"):
    turned = convolution_layer(image[::-1, ::-1], weights[::-1, ::-1], bias, stride, padding)[::-1, ::-1]
    return turned if padding == "same" else convolution_layer(image, weights, bias, stride, padding)


@exercise.mutant(
    "You add (K - 1) // 2 zeros on each side whatever the stride is. That is PyTorch's way: right shape, other "
    "windows. Count how many zeros are missing, and put the odd one at the end."
)
def pads_as_pytorch(image, weights, bias, stride=1, padding="valid"):
    around = (weights.shape[0] - 1) // 2 if padding == "same" else 0
    response = kernels.correlate_batch(image[np.newaxis], weights, stride=stride, padding=around)
    return np.maximum(response[0] + bias, 0)


@exercise.mutant(
    "You add K // 2 zeros on each side whatever the stride is. That is right for odd kernels and stride 1 only. Count "
    "how many zeros are missing, and put the odd one at the end."
)
def pads_half_the_kernel(image, weights, bias, stride=1, padding="valid"):
    around = weights.shape[0] // 2 if padding == "same" else 0
    response = kernels.correlate_batch(image[np.newaxis], weights, stride=stride, padding=around)
    return np.maximum(response[0] + bias, 0)


# %% tags=["hidden"] exercise="7.4"
@exercise.mutant(
    "You add as many zeros to the columns as to the rows. Where height and width differ, each needs its own number."
)
def pads_both_sides_alike(image, weights, bias, stride=1, padding="valid"):
    if padding == "same":
        height, kernel_size = image.shape[0], weights.shape[0]
        missing = max(0, (-(-height // stride) - 1) * stride + kernel_size - height)
        around = (missing // 2, missing - missing // 2)
        image = np.pad(image, (around, around, (0, 0)))
    return convolution_layer(image, weights, bias, stride, "valid")


@exercise.mutant("The stride is not used: the result has as many places as with stride 1.")
def ignores_the_stride(image, weights, bias, stride=1, padding="valid"):
    return convolution_layer(image, weights, bias, 1, padding)


# %% tags=["hidden"] exercise="7.4"
@exercise.mutant('The padding is not used: with "same" zeros are needed around the image.')
def never_pads(image, weights, bias, stride=1, padding="valid"):
    return convolution_layer(image, weights, bias, stride, "valid")


@exercise.mutant("The mean over the channels was taken. The products of all slices are added up.")
def mean_over_channels(image, weights, bias, stride=1, padding="valid"):
    return convolution_layer(image, weights / image.shape[2], bias, stride, padding)


@exercise.mutant("The filters are turned around. A layer computes correlation: lay the filter on as it is.")
def turns_the_filters(image, weights, bias, stride=1, padding="valid"):
    return convolution_layer(image, weights[::-1, ::-1], bias, stride, padding)


@exercise.mutant("The bias is added after the ReLU. It comes before.")
def threshold_after_relu(image, weights, bias, stride=1, padding="valid"):
    return convolution_layer(image, weights, 0 * bias, stride, padding) + bias


# %% [markdown]
# ## Two formulas
#
# Everything about the *shape* of a convolutional network follows from two formulas.
#
# **How many parameters?** One filter has $F \cdot F \cdot D$ weights, where $F$ is its side and $D$ the depth of what
# comes in, and one bias. There are $K$ filters:
#
# $$\text{parameters} = K \cdot F \cdot F \cdot D + K$$
#
# **How large is the map?** With $W$ pixels, $P$ zeros at each end and stride $S$ (lesson 03):
#
# $$\left\lfloor \frac{W - F + 2P}{S} \right\rfloor + 1 \qquad \text{in Keras: valid } \left\lceil \frac{W - F + 1}{S}
# \right\rceil, \quad \text{same } \left\lceil \frac{W}{S} \right\rceil$$
#
# The two never meet. The size of the image is not in the first formula: the same filters are used at every place
# (the shared weights of lesson 06), so a larger photograph needs *no* further parameter. The number of filters is
# not in the second; it becomes the depth.
#
# A worked example: 7 pixels, $F = 3$, no padding. Stride 1: (7 - 3) / 1 + 1 = **5**. Stride 2: (7 - 3) / 2 + 1 = **3**.

# %% tags=["claim"]
sizes = [architectures.output_size(7, kernel_size=3, stride=stride) for stride in (1, 2)]
in_keras = [layers.Conv2D(1, 3, strides=stride).compute_output_shape((1, 7, 7, 1))[1] for stride in (1, 2)]
claims.check("7 pixels and F = 3 give 5 and 3 by the formula and in Keras", sizes == in_keras == [5, 3])

# %% [markdown]
# ### Exercise 7.5 (build): both formulas in one function
#
# Write `describe_layer(input_shape, num_filters, kernel_size, stride, padding)`. `input_shape` is `(height, width,
# depth)`; `padding` is `"valid"`, `"same"`, or a whole number of zeros at *each* end, as in PyTorch. Return four whole
# numbers: `(height, width, depth, parameters)` of the layer. You will use it in the next exercises.


# %% tags=["exercise"] exercise="7.5" points=2
def describe_layer(input_shape, num_filters, kernel_size, stride=1, padding="valid") -> tuple:
    """Return (height, width, depth, parameters) of a convolutional layer with biases."""
    # BEGIN SOLUTION
    height, width, depth = input_shape
    sides = []
    for side in (height, width):
        if padding == "same":
            sides.append(-(-side // stride))
        else:
            zeros = 0 if padding == "valid" else padding
            sides.append((side - kernel_size + 2 * zeros) // stride + 1)
    return (*sides, num_filters, num_filters * kernel_size * kernel_size * depth + num_filters)
    # END SOLUTION


# %% tags=["check"] exercise="7.5"
checks.exercise("7.5", describe_layer)

# %% tags=["hidden"] exercise="7.5"
from course_utils.authoring import define

exercise = define.function("7.5", describe_layer)
exercise.case("a digit, 8 filters of 5x5", input_shape=(28, 28, 1), num_filters=8, kernel_size=5)
exercise.case("colour, same", input_shape=(32, 48, 3), num_filters=16, kernel_size=3, padding="same")
exercise.case(
    "stride 2, same, an odd side", input_shape=(15, 8, 4), num_filters=2, kernel_size=3, stride=2, padding="same"
)
exercise.case("stride 2, valid", input_shape=(15, 8, 4), num_filters=2, kernel_size=3, stride=2)
exercise.case("stride 2, padding 3, 7x7", input_shape=(224, 224, 3), num_filters=64, kernel_size=7, stride=2, padding=3)
exercise.case("kernel 1", visible=False, input_shape=(9, 7, 20), num_filters=5, kernel_size=1)
odd_sides, padded = {"input_shape": (21, 17, 6)}, {"input_shape": (30, 20, 5)}
exercise.case("stride 4, same", visible=False, **odd_sides, num_filters=7, kernel_size=5, stride=4, padding="same")
exercise.case("padding 2, stride 3", visible=False, **padded, num_filters=9, kernel_size=3, stride=3, padding=2)
exercise.case(
    "an even kernel, same", visible=False, input_shape=(9, 6, 2), num_filters=3, kernel_size=4, padding="same"
)
exercise.random_cases(
    4,
    lambda rng: {
        "input_shape": (int(rng.integers(12, 99)), int(rng.integers(12, 99)), int(rng.integers(1, 40))),
        "num_filters": int(rng.integers(41, 90)),
        "kernel_size": int(rng.integers(2, 8)),
        "stride": int(rng.integers(2, 5)),
        "padding": ["valid", "same", 1, 2][int(rng.integers(0, 4))],
    },
)

# %% tags=["hidden"] exercise="7.5"
exercise.hints(
    "Do the sides first, with one formula for both of them. The depth of the output is one of the arguments.",
    '"valid" is the formula with no zeros. "same" does not ask for the kernel size at all: side / stride, rounded up, '
    "which is -(-side // stride).",
    "A smaller case: input (5, 4, 2), 3 filters of 2x2, stride 1, valid: (4, 3, 3, 3 x 2 x 2 x 2 + 3) = (4, 3, 3, 27). "
    'With "same": (5, 4, 3, 27).',
)


# %% tags=["hidden"] exercise="7.5"
@exercise.correct
def with_the_course_formulas(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    sides = architectures.output_size(tuple(input_shape[:2]), kernel_size, stride, padding)
    return (*sides, num_filters, architectures.conv_parameters(input_shape[2], num_filters, kernel_size))


@exercise.correct
def by_counting_places(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    def places(side):
        if padding == "same":
            return len(range(0, side, stride))
        zeros = {"valid": 0}.get(padding, padding)
        return len(range(0, side + 2 * zeros - kernel_size + 1, stride))

    one_filter = kernel_size**2 * input_shape[2] + 1
    return [places(input_shape[0]), places(input_shape[1]), num_filters, num_filters * one_filter]


@exercise.mutant("The biases are missing: one for each filter.")
def without_biases(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    *shape, parameters = describe_layer(input_shape, num_filters, kernel_size, stride, padding)
    return (*shape, parameters - num_filters)


@exercise.mutant("A filter is as deep as its input: multiply its K x K numbers by the depth that comes in.")
def flat_filters(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    *shape, _ = describe_layer(input_shape, num_filters, kernel_size, stride, padding)
    return (*shape, num_filters * (kernel_size**2 + 1))


# %% tags=["hidden"] exercise="7.5"
@exercise.mutant("The size of the image does not count: the same filters are used at every place.")
def counts_every_place(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    rows, columns, depth, parameters = describe_layer(input_shape, num_filters, kernel_size, stride, padding)
    return (rows, columns, depth, parameters * rows * columns)


@exercise.mutant('"same" with a stride: the size is side / stride, rounded UP. An odd side has a place more.')
def rounds_same_down(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    described = describe_layer(input_shape, num_filters, kernel_size, stride, padding)
    return (*[side // stride for side in input_shape[:2]], *described[2:]) if padding == "same" else described


@exercise.mutant(
    '"same" means the size of the image only with stride 1. With a stride it is side / stride, rounded up.'
)
def same_keeps_the_size(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    described = describe_layer(input_shape, num_filters, kernel_size, stride, padding)
    return (*input_shape[:2], *described[2:]) if padding == "same" else described


@exercise.mutant("Padding is added at EACH end, so it counts twice.")
def counts_padding_once(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    described = describe_layer(input_shape, num_filters, kernel_size, stride, padding)
    if isinstance(padding, str):
        return described
    return (*[(side - kernel_size + padding) // stride + 1 for side in input_shape[:2]], *described[2:])


# %% tags=["hidden"] exercise="7.5"
@exercise.mutant("The + 1 is missing: the first place counts as well. 5 pixels and a kernel of 5: one place, not none.")
def forgets_the_first_place(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    described = describe_layer(input_shape, num_filters, kernel_size, stride, padding)
    return described if padding == "same" else (described[0] - 1, described[1] - 1, *described[2:])


@exercise.mutant("There is one bias for each FILTER, not one for each slice of it.")
def a_bias_for_each_slice(input_shape, num_filters, kernel_size, stride=1, padding="valid"):
    described = describe_layer(input_shape, num_filters, kernel_size, stride, padding)
    return (*described[:3], num_filters * input_shape[2] * (kernel_size**2 + 1))


# %% [markdown]
# Now use it. The next exercises ask for several numbers at once, in one tuple. Work them out with pencil and the two
# formulas first, then let your function check the layers. Where one or two of your numbers are typical slips, the
# check names them.
#
# A pooling layer follows the formula for the size, too: its window is the pool size, its stride is also the pool size,
# and it has no parameters.
#
# ### Exercise 7.6 (apply): a network on 200 pixels
#
# A gray photograph of 200 x 200 goes into
#
# 1. a convolution with 16 filters of 2x2, stride 2, no padding;
# 2. a convolution with 32 filters of 3x3, stride 1, padding 1.
#
# Write `(parameters_1, side_1, parameters_2, side_2)`. Then a max pooling of 2x2 is put behind *each* of the two. Write
# on, in the same tuple: `side_end` after the second pooling, `features` after Flatten, and `parameters_all`.

# %% tags=["exercise"] exercise="7.6" points=2
# BEGIN SOLUTION
on_200_pixels = (80, 100, 4640, 100, 25, 20000, 4720)
# END SOLUTION

# %% tags=["check"] exercise="7.6"
checks.exercise("7.6", on_200_pixels)

# %% tags=["hidden"] exercise="7.6"
from course_utils.authoring import define, tuple_slips

first, second = architectures.conv_parameters(1, 16, 2), architectures.conv_parameters(16, 32, 3)
assert on_200_pixels == (first, 100, second, 100, 25, architectures.flattened_size((25, 25, 32)), first + second)
exercise = define.answer("7.6", on_200_pixels)
slips = [
    (0, 64, "parameters_1: the 16 biases are missing."),
    (0, 65, "parameters_1: there is one bias for each of the 16 filters."),
    (1, 199, "side_1: the stride is 2, so there are about half as many places as pixels."),
    (1, 99, "side_1: the first place counts as well: (200 - 2) / 2 + 1."),
    (2, 320, "parameters_2: the depth of the input is missing. It has 16 maps, so each filter has 16 slices."),
    (2, 4608, "parameters_2: the 32 biases are missing."),
    (3, 98, "side_2: there is a padding of 1, which gives back what a 3x3 filter takes away."),
    (4, 50, "side_end: there are two poolings now, one behind each convolution."),
    (5, 625, "features: that is one map. How deep is the stack at the end?"),
    (5, 10000, "features: the depth at the end is 32, not 16."),
    (6, 24720, "parameters_all: features are not parameters. Add up what the layers learn."),
    (6, 4640, "parameters_all: add the parameters of both convolutions. Poolings have none."),
]
# %% tags=["hidden"] exercise="7.6"
tuple_slips.add(exercise, slips)
exercise.wrong((64, 100, 4608, 100, 25, 20000, 4672), "The biases are missing, in both layers: one for each filter.")
exercise.wrong((80, 100, 320, 100, 25, 20000, 400), "The second layer's filters are 16 slices deep.")
exercise.hints(
    "One layer after the other, and for each first the size, then the parameters. The depth that comes in is the "
    "number of filters of the layer before.",
    "Without pooling: 200 -> (200 - 2) / 2 + 1 -> the padding of 1 keeps it. With poolings each halves the side once "
    "more. Flatten: side x side x depth.",
    "A smaller case: 8x8 gray, 2 filters of 2x2 with stride 2: 2 x 4 + 2 = 10 parameters, side 4. A pooling: side 2. "
    "Flatten: 2 x 2 x 2 = 8 features.",
)

# %% [markdown]
# ### Exercise 7.7 (apply): the network of 130 pixels
#
# This one is the quiz of a well-known course, whose own answer is wrong in one place. An RGB image of 130 x 130:
#
# | layer | settings |
# |---|---|
# | convolution | 10 filters, 3x3, stride 1, no padding |
# | max pooling | 4x4 |
# | convolution | 20 filters, 5x5, stride 1, padding 2 |
# | max pooling | 2x2 |
#
# Write eight whole numbers: the side after each of the four layers, the number of features after Flatten, the
# parameters of the first convolution, those of the second, and those of the whole.

# %% tags=["exercise"] exercise="7.7" points=2
# BEGIN SOLUTION
on_130_pixels = (128, 32, 32, 16, 5120, 280, 5020, 5300)
# END SOLUTION

# %% tags=["check"] exercise="7.7"
checks.exercise("7.7", on_130_pixels)

# %% tags=["hidden"] exercise="7.7"
from course_utils.authoring import define, tuple_slips

first, second = architectures.conv_parameters(3, 10, 3), architectures.conv_parameters(10, 20, 5)
assert on_130_pixels[4:] == (architectures.flattened_size((16, 16, 20)), first, second, first + second)
exercise = define.answer("7.7", on_130_pixels)
slips = [
    (0, 129, "A 3x3 filter without padding takes away TWO pixels of a side, one at each end. (The course said 129.)"),
    (0, 130, "Without padding the first layer shrinks the image."),
    (1, 31, "The second number: 128 / 4 is a whole number; no place is lost."),
    (2, 28, "The third number: a padding of 2 gives back what a 5x5 filter takes away."),
    (3, 15, "The fourth number: 32 pixels hold 16 windows of 2."),
    (4, 256, "The fifth number: that is one map of 16 x 16. How deep is the stack?"),
    (4, 2560, "The fifth number: the depth at the end is that of the second convolution, 20."),
    (5, 270, "The sixth number: the 10 biases are missing."),
    (5, 100, "The sixth number: an RGB image has three channels, so each filter has 27 weights."),
    (6, 520, "The seventh number: each filter of the second layer has 10 slices."),
    (6, 5000, "The seventh number: the 20 biases are missing."),
    (7, 5120, "The last number: 5,120 numbers come OUT. Asked is how many are learned."),
    (7, 10420, "The last number: features are not parameters. Add up the two convolutions only."),
]
# %% tags=["hidden"] exercise="7.7"
tuple_slips.add(exercise, slips)
exercise.wrong((128, 32, 32, 16, 5120, 270, 5000, 5270), "The biases are missing, in both convolutions.")
exercise.wrong((128, 32, 28, 14, 3920, 280, 5020, 5300), "A padding of 2 gives back what a 5x5 filter takes away.")
exercise.wrong((128, 32, 32, 16, 5120, 280, 520, 800), "Each filter of the second convolution has 10 slices.")
exercise.hints(
    "Sizes first: 130 -> ? -> ? -> ? -> ?. Each 3x3 filter without padding takes one pixel away at each end.",
    "The padding that keeps the size is (F - 1) / 2. Parameters: K x F x F x D + K, with D = 3 for the first and D = "
    "10 for the second convolution.",
    "A smaller case: RGB 10x10, 2 filters of 3x3: side 8, 2 x 27 + 2 = 56 parameters. Pooling 4x4: side 2. Flatten: "
    "2 x 2 x 2 = 8.",
)

# %% [markdown]
# A network is often drawn as **volumes**: the face of each box is the size of the maps, its length their number.
# Here is a typical one. **Predict:** which way do the boxes change from left to right?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
blocks = []
for num_filters in (16, 32, 64):
    blocks += [layers.Conv2D(num_filters, 3, padding="same", activation="relu"), layers.MaxPooling2D(2)]
typical = keras.Sequential([keras.Input((96, 96, 3)), *blocks, layers.Flatten(), layers.Dense(10)])
cat_in_colour = cv2.resize(images.load("cat")[:300, 75:375], (96, 96), interpolation=cv2.INTER_AREA)
plots.volumes(
    typical,
    image=cat_in_colour,
    alt="A cat's photograph of 96 x 96 pixels, then a box for each layer with its size below, and at last two thin "
    "columns of 9,216 and 10 numbers.",
)

# %% [markdown]
# **What to notice.** From left to right the faces shrink and the boxes grow longer: the network trades *where* for
# *what*. Each pooling halves the side, each convolution doubles the number of maps. And the table of the same network
# says where its parameters are: not in the boxes, but between the last two columns.

# %%
architectures.table(typical)

# %% [markdown]
# ### Exercise 7.8 (apply): first layers of famous networks
#
# Eight whole numbers, from three networks:
#
# - a Keras layer `Conv2D(32, 3, strides=2)` on 128 x 128 RGB: its **parameters**, its **side** with `"same"`, its
#   **side** with `"valid"`;
# - AlexNet (2012) begins with 96 filters of 11x11, stride 4, no padding, on 227 x 227 RGB: its **side** and its
#   **parameters**;
# - the capsule network (2017) begins on a gray digit, 28 x 28, with a 9x9 convolution, stride 1, then a 9x9
#   convolution with stride 2, both without padding: the **side** after each; the second has 32 groups of maps, and one
#   place of one group is a capsule: **how many capsules**?

# %% tags=["exercise"] exercise="7.8" points=2
# BEGIN SOLUTION
famous = (896, 64, 63, 55, 34944, 20, 6, 6 * 6 * 32)
# END SOLUTION

# %% tags=["check"] exercise="7.8"
checks.exercise("7.8", famous)

# %% tags=["hidden"] exercise="7.8"
from course_utils.authoring import define, tuple_slips

exercise = define.answer("7.8", famous)
slips = [
    (0, 864, "Parameters in Keras: the 32 biases are missing."),
    (0, 320, "Parameters in Keras: an RGB image has three channels, so each filter has 27 weights."),
    (1, 63, '"same" with stride 2: 128 / 2, rounded up.'),
    (1, 128, '"same" keeps the size only with stride 1.'),
    (2, 64, '"valid" with stride 2: (128 - 3) / 2 = 62.5, rounded down, plus 1.'),
    (2, 62, '"valid" with stride 2: do not forget the first place: 62 + 1.'),
    (3, 54, "AlexNet: (227 - 11) / 4 = 54, and the first place makes one more."),
    (3, 56, "AlexNet: 227 / 4 is not it: the filter of 11 pixels must fit. (227 - 11) / 4 + 1."),
    (4, 34848, "AlexNet: the 96 biases are missing."),
    (4, 11712, "AlexNet: an RGB image has three channels."),
    (5, 19, "Capsules: 28 - 9 + 1. The first place counts."),
    (6, 5, "Capsules: (20 - 9) / 2 = 5.5, rounded down 5, and the first place makes 6."),
    (7, 36, "Capsules: that is one group. There are 32."),
    (7, 9216, "Capsules: the 8 numbers of a capsule do not count one by one; it is one capsule."),
]
# %% tags=["hidden"] exercise="7.8"
tuple_slips.add(exercise, slips)
exercise.hints(
    "Eight uses of two formulas. Write down W, F, P and S for each before you compute anything.",
    "Rounding: (W - F + 2P) / S is rounded DOWN, then 1 is added. Keras's same is W / S, rounded UP.",
    "A smaller case: 10 pixels, F = 3, S = 2: valid (10 - 3) // 2 + 1 = 4; same 10 / 2 = 5.",
)

# %% [markdown]
# ### Exercise 7.9 (spot the bug): five sentences
#
# Five sentences from published courses and forums. Each states a number, and each number is wrong. Write the five right
# numbers as a tuple.
#
# 1. "Without padding a 3x3 filter shrinks a side of 130 by **1**." By how much?
# 2. "To keep the size, a 7x7 filter needs a padding of **7**." Which?
# 3. "After the layers of 7.7 the side is 130 / 4 / 2 = 16.25, so 16. For 136 pixels it is 136 / 4 / 2 = **17**."
#    What is it really for 136?
# 4. "The Flatten layer of 7.7 leaves **5,120** parameters." How many parameters has a Flatten layer?
# 5. "Photographs of twice the side need **4** times as many parameters in a convolutional layer." How many times?

# %% tags=["exercise"] exercise="7.9" points=2
# BEGIN SOLUTION
five_numbers = (2, 3, 16, 0, 1)
# END SOLUTION

# %% tags=["check"] exercise="7.9"
checks.exercise("7.9", five_numbers)

# %% tags=["hidden"] exercise="7.9"
from course_utils.authoring import define, tuple_slips

side_of_136 = architectures.output_size(architectures.output_size(136, 3), 4, 4) // 2
assert five_numbers == (130 - architectures.output_size(130, 3), architectures.same_padding(7), side_of_136, 0, 1)
exercise = define.answer("7.9", five_numbers)
slips = [
    (0, 1, "Sentence 1: count the places of 3 pixels on 5 pixels. There are 3, so 5 shrank by 2."),
    (0, 3, "Sentence 1: the filter is 3 wide, but only what hangs over is lost."),
    (1, 7, "Sentence 2: the filter is centred on a pixel. How far does it reach to each side?"),
    (1, 6, "Sentence 2: 6 zeros are needed in all. The padding is stated for each end."),
    (1, 4, "Sentence 2: from the middle of 7 pixels to the rim there are 3, the middle itself does not count."),
    (2, 17, "Sentence 3: do not divide; go layer by layer. 136 loses 2 pixels first."),
    (3, 5120, "Sentence 4: 5,120 numbers pass THROUGH it. What does it learn?"),
    (4, 4, "Sentence 5: is the side of the image in the formula for parameters?"),
    (4, 2, "Sentence 5: is the side of the image in the formula for parameters?"),
    (4, 0, "Sentence 5: how many TIMES as many. If nothing changes, that is 1."),
]
# %% tags=["hidden"] exercise="7.9"
tuple_slips.add(exercise, slips)
exercise.hints(
    "Do not trust a shortcut: write the formula for each sentence and put the numbers in.",
    "Sentence 3 goes 136 -> valid 3x3 -> pooling 4x4 -> same -> pooling 2x2, rounding down each time. Sentences 4 and "
    "5 ask what a layer LEARNS.",
    "A smaller case for sentence 2: a 3x3 filter reaches one pixel to each side of its middle, so its padding is 1, "
    "not 3.",
)

# %% [markdown]
# ## How a filter learns
#
# Back to the snow. What did `learn` do? It repeated one step, in four lines.
#
# 1. Compute the responses with the present numbers.
# 2. Compare with what is wanted: **error** = response - wanted. The **loss** is the mean of the squared errors.
# 3. For each of the nine numbers, ask: if I made you a little larger, how would the loss change? That is the
#    **gradient**.
# 4. Change each number a little *against* its gradient. How much is "a little"? That is the **learning rate**.
#
# For one filter the gradient can be written down. Number $i$ of the filter is multiplied by pixel $i$ of each
# window, so
#
# $$\frac{\partial\, \text{loss}}{\partial\, k_i} = \text{mean over all windows of} \quad 2 \cdot \text{error} \cdot
# \text{pixel}_i$$
#
# In words: if the filter answers too much *whenever pixel $i$ is bright*, number $i$ is too large.

# %% [markdown]
# ### Exercise 7.10 (build): one step downhill
#
# Write `gradient_step(windows, wanted, numbers, rate)`. `windows` is `(N, 9)`, one window of nine pixels per row;
# `wanted` is `(N,)`; `numbers` are the nine numbers of the filter, `(9,)`; `rate` is the learning rate. Return the nine
# numbers after **one** step, `(9,)`. The loss is the **mean** of the squared errors. No loop is needed.


# %% tags=["exercise"] exercise="7.10" points=3
def gradient_step(windows, wanted, numbers, rate: float) -> np.ndarray:
    """Return the numbers of a filter after one step of gradient descent on the mean squared error."""
    # BEGIN SOLUTION
    errors = windows @ numbers - wanted
    gradient = 2 * windows.T @ errors / len(windows)
    return numbers - rate * gradient
    # END SOLUTION


# %% tags=["check"] exercise="7.10"
checks.exercise("7.10", gradient_step)

# %% tags=["hidden"] exercise="7.10"
from course_utils.authoring import define


def a_step(rng, num_windows, rate):
    """Return arguments of one step."""
    return {
        "windows": rng.normal(size=(num_windows, 9)).round(2),
        "wanted": rng.normal(size=num_windows).round(2),
        "numbers": rng.normal(size=9).round(2),
        "rate": rate,
    }


exercise = define.function("7.10", gradient_step, rtol=1e-5, atol=1e-7)
fixed = np.random.default_rng(710)
one_window = {"windows": np.eye(9)[:1] * 2, "wanted": np.array([3.0]), "numbers": np.full(9, 0.5), "rate": 0.1}
exercise.case("one window, one pixel lit", **one_window)
exercise.case("five windows", **a_step(fixed, 5, 0.1))
exercise.case("a hundred windows", **a_step(fixed, 100, 0.3))
right_already = a_step(fixed, 4, 0.5)
exercise.case(
    "numbers that are right already", **{**right_already, "wanted": right_already["windows"] @ right_already["numbers"]}
)
exercise.case("rate 0", visible=False, **a_step(fixed, 6, 0.0))
exercise.random_cases(3, lambda rng: a_step(rng, int(rng.integers(2, 40)), float(rng.uniform(0.05, 0.5))))

# %% tags=["hidden"] exercise="7.10"
exercise.hints(
    "Three lines: errors (N,), gradient (9,), new numbers (9,). windows @ numbers gives all N responses at once.",
    "The gradient sums over the N windows: windows.T has the shape (9, N), and windows.T @ errors has the shape (9,). "
    "Then times 2, divided by N.",
    "A smaller case with one number: pixels 1 and 3, wanted 2 and 6, number 1, rate 0.1. Errors 1 - 2 = -1 and 3 - 6 = "
    "-3; gradient 2 x (1 x -1 + 3 x -3) / 2 = -10; new number 1 - 0.1 x -10 = 2. (And 2 is right.)",
)


# %% tags=["hidden"] exercise="7.10"
@exercise.correct
def with_a_mean_over_rows(windows, wanted, numbers, rate):
    errors = np.sum(windows * numbers, axis=1) - wanted
    return numbers - rate * np.mean(2 * errors[:, np.newaxis] * windows, axis=0)


@exercise.correct
def with_loops(windows, wanted, numbers, rate):
    gradient = np.zeros(9)
    for window, target in zip(windows, wanted, strict=True):
        error = sum(p * n for p, n in zip(window, numbers, strict=True)) - target
        gradient += 2 * error * window / len(windows)
    return numbers - rate * gradient


@exercise.mutant("You walk UPHILL: the loss grows. Go against the gradient: numbers MINUS rate times gradient.")
def uphill(windows, wanted, numbers, rate):
    return 2 * numbers - gradient_step(windows, wanted, numbers, rate)


@exercise.mutant("The factor 2 of the derivative of a square is missing.")
def forgets_the_two(windows, wanted, numbers, rate):
    return gradient_step(windows, wanted, numbers, rate / 2)


# %% tags=["hidden"] exercise="7.10"
@exercise.mutant("You summed over the windows. The loss is the MEAN: divide by the number of windows.")
def sum_instead_of_mean(windows, wanted, numbers, rate):
    return gradient_step(windows, wanted, numbers, rate * len(windows))


@exercise.mutant("You divided by 9 as well, or instead. The mean is over the N windows, not over the nine numbers.")
def divides_by_nine(windows, wanted, numbers, rate):
    return numbers - rate * 2 * windows.T @ (windows @ numbers - wanted) / 9


@exercise.mutant("Each number has its own gradient: the error times ITS pixel. You change all nine by the same amount.")
def the_same_for_all(windows, wanted, numbers, rate):
    return numbers - rate * 2 * np.mean(windows @ numbers - wanted)


@exercise.mutant("You return the gradient. Asked are the new numbers: numbers - rate * gradient.")
def returns_the_gradient(windows, wanted, numbers, rate):
    return 2 * windows.T @ (windows @ numbers - wanted) / len(windows)


@exercise.mutant("You subtract the loss itself. Asked is how the loss CHANGES with each number: the gradient.")
def subtracts_the_loss(windows, wanted, numbers, rate):
    return numbers - rate * np.mean((windows @ numbers - wanted) ** 2)


# %% tags=["hidden"] exercise="7.10"
@exercise.mutant("The errors are missing a minus sign, or wanted is not used: error = response - wanted.")
def ignores_what_is_wanted(windows, wanted, numbers, rate):
    return gradient_step(windows, 0 * wanted, numbers, rate)


# %% [markdown]
# ## Snow or a photograph?
#
# A photograph is full of edges; snow is full of nothing. Surely a photograph teaches a filter more about edges? Same
# layer, same random starts, and *more* time: 100 steps instead of 40. The learning rate is close to the largest with
# which this training does not explode. The photograph was standardised first, as in lesson 01.
#
# **Predict:** after 100 steps on the photograph, how far are the nine numbers from Sobel's?

# %% tags=["predict"]
prediction = "..."  # "closer than from snow", "about as close" or "much further away"?

# %% tags=["figure"]
piece = camera[40:168, 100:356].astype(np.float32)
standardised = ((piece - piece.mean()) / piece.std())[np.newaxis, :, :, np.newaxis]  # (1, 128, 256, 1)
wanted_of_piece = kernels.correlate_batch(standardised, sobel_weights)
from_photograph = [learn(standardised, wanted_of_piece, num_steps=100, rate=0.1, seed=seed) for seed in SEEDS]
plots.kernels(
    {
        "random start": np.round(from_snow[0][0], 2),
        "40 steps on snow": np.round(from_snow[0][-1], 2),
        "100 steps on a photograph": np.round(from_photograph[0][-1], 2),
    },
    alt="Three filters as tables of numbers: the random start, the one learned from snow, and the one learned from a "
    "photograph.",
)

# %% tags=["claim"]
errors_by_seed = [float(np.abs(numbers[-1] - kernels.SOBEL_X).max()) for numbers in from_photograph]
claims.check(
    "from the photograph, on each of three starts, some number is still wrong by more than a fifth",
    min(errors_by_seed) > 0.2,
    value=min(errors_by_seed),
    name="smallest_error",
)
made = [kernels.correlate_batch(standardised, numbers[-1][..., np.newaxis, np.newaxis]) for numbers in from_photograph]
shares = [float(np.mean((m - wanted_of_piece) ** 2) / np.mean(wanted_of_piece**2)) for m in made]
claims.check(
    "and yet on each start the loss is below a fifth of that of a filter that answers 0 everywhere",
    max(shares) < 0.2,
    value=max(shares),
    name="loss_left",
)

# %% [markdown]
# How wrong is its picture? Not very: on the worst of the three starts {{loss_left:.0%}} of the loss is left. This is
# it.

# %% tags=["figure"]
worst = int(np.argmax(shares))
plots.compare(
    wanted_of_piece[0, :, :, 0],
    made[worst][0, :, :, 0],
    titles=["what Sobel x makes", "what was learned from the photograph"],
    alt="Two pictures of the man's edges in red and blue, which look almost alike.",
)

# %% [markdown]
# **What to notice.** Snow was the better teacher, by far. In a photograph neighbouring pixels are nearly equal (lesson
# 04: it is made of slow waves). So the layer can move weight from one number to its neighbour, and the picture hardly
# changes; the loss does not complain, and almost no gradient pulls the number back. In snow no pixel says anything
# about another, so each wrong number shows at once.
#
# Two things to take along. **A small loss does not mean the right weights**: it means the right answers *on data like
# the training data*. And what the weights look like depends on what they were shown: the filters that networks learn
# from photographs look like edges because photographs are made of edges.

# %% [markdown]
# ## PyTorch, side by side
#
# Half of the networks that you will find are written in PyTorch. The layers are the same; four habits differ.
#
# - **Order of the axes.** PyTorch has `(batch, channels, height, width)`, Keras `(batch, height, width, channels)`.
# - **Order in the weights.** PyTorch has `(filters, channels, height, width)`, Keras `(height, width, channels,
#   filters)`: `weight.transpose(2, 3, 1, 0)`.
# - **Depth.** `nn.Conv2d(3, 16, ...)` states the depth that comes in; Keras looks at the input.
# - **Padding.** A number of zeros at each end, against a word.
#
# The table is built from a list that is also tested: wherever PyTorch is installed, the tests of this course build both
# halves of every row, give them the same weights, and compare shapes, parameters, and numbers to five digits.

# %%
side_by_side.table()

# %% tags=["claim"]
built = [(pair, pair.build()) for pair in side_by_side.PAIRS]
claims.check(
    "every Keras half has the shape and the number of parameters that the table states",
    all(m.output_shape[1:] == p.output_shape and m.count_params() == p.keras_parameters for p, m in built),
)

# %% [markdown]
# **What to notice.** One row says **other numbers**: the alignment trap; the row below it is the way round. And one row
# hides another trap: behind `Flatten`, PyTorch lists the numbers channel by channel and Keras place by place. The
# weights of the linear layer then belong to other numbers, and must change places (`side_by_side.to_keras` does it).
#
# In PyTorch most networks are written as a class. `__init__` makes the layers, `forward` says in which order they are
# called. Keras can do the same; there the method is named `call`. The last row of the table, as a class in both:

# %%
side_by_side.classes()

# %% [markdown]
# In Keras prefer `Sequential` or the functional form (lesson 09) wherever they will do: such a model knows its shapes
# before it has seen an image, and can be drawn, counted and saved without your class.
#
# ### Exercise 7.11 (apply): from PyTorch to Keras
#
# *Further (optional).* Write the Keras twin of this network, for square RGB images of `side` pixels:
#
# ```
# nn.Sequential(
#     nn.Conv2d(3, 8, kernel_size=5, stride=2, padding=2),
#     nn.ReLU(),
#     nn.MaxPool2d(2),
#     nn.Conv2d(8, 16, kernel_size=3, padding=1),
#     nn.ReLU(),
#     nn.Flatten(),
#     nn.Linear(..., 10),
# )
# ```
#
# `build_twin(side)` returns a Keras model that begins with `keras.Input((side, side, 3))`. The check gives it fixed
# weights and compares the **numbers** that come out, so the windows must stand where PyTorch puts them.


# %% tags=["exercise"] exercise="7.11" points=3
def build_twin(side: int) -> keras.Model:
    """Return the Keras network that computes what the PyTorch network computes."""
    # BEGIN SOLUTION
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            layers.ZeroPadding2D(2),
            layers.Conv2D(8, 5, strides=2, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    # END SOLUTION


# %% tags=["check"] exercise="7.11"
checks.exercise("7.11", build_twin)

# %% tags=["hidden"] exercise="7.11"
from course_utils.authoring import define

exercise = define.function("7.11", build_twin, observe="outputs", rtol=1e-3, atol=1e-3)
exercise.case("16 pixels", side=16)
exercise.case("13 pixels", side=13)
exercise.case("10 pixels", visible=False, side=10)
exercise.random_cases(1, lambda rng: {"side": 2 * int(rng.integers(6, 9)) + 2})
exercise.hints(
    'Go line by line with the table. Where does a number as padding behave like "same", and where does it not?',
    'With stride 1 and an odd kernel, padding=(F - 1) / 2 is "same". With stride 2 it is not: put layers.ZeroPadding2D '
    "in front, and use no padding in the layer.",
    "A smaller case: nn.Conv2d(1, 4, 3, stride=2, padding=1) becomes layers.ZeroPadding2D(1), then layers.Conv2D(4, 3, "
    "strides=2). And nn.Linear has no activation, so Dense has none.",
)


def twin_with(first, second=None, pool=2, last=None):
    """Return a network that differs from the twin in one place."""
    second = second or [layers.Conv2D(16, 3, padding="same", activation="relu")]
    last = last or [layers.Flatten(), layers.Dense(10)]
    return lambda side: keras.Sequential(
        [keras.Input((side, side, 3)), *first, layers.MaxPooling2D(pool), *second, *last]
    )


# %% tags=["hidden"] exercise="7.11"
@exercise.correct
def in_the_functional_form(side):
    image = keras.Input((side, side, 3))
    maps = layers.ReLU()(layers.Conv2D(8, 5, strides=2)(layers.ZeroPadding2D(2)(image)))
    maps = layers.ReLU()(layers.Conv2D(16, 3)(layers.ZeroPadding2D(1)(layers.MaxPooling2D()(maps))))
    return keras.Model(image, layers.Dense(10)(layers.Flatten()(maps)))


@exercise.correct
def with_layers_of_activation(side):
    first = [layers.ZeroPadding2D((2, 2)), layers.Conv2D(8, (5, 5), strides=(2, 2)), layers.Activation("relu")]
    return twin_with(first)(side)


@exercise.mutant(
    'Shapes and parameters are right, the numbers are not: with stride 2, "same" lets the windows stand on other '
    "pixels than PyTorch's padding=2."
)
def falls_into_the_trap(side):
    return twin_with([layers.Conv2D(8, 5, strides=2, padding="same", activation="relu")])(side)


@exercise.mutant("The first ReLU is missing. In PyTorch it stands on a line of its own.")
def without_the_first_relu(side):
    return twin_with([layers.ZeroPadding2D(2), layers.Conv2D(8, 5, strides=2)])(side)


# %% tags=["hidden"] exercise="7.11"
def padded_first():
    return [layers.ZeroPadding2D(2), layers.Conv2D(8, 5, strides=2, activation="relu")]


@exercise.mutant("nn.Linear is a Dense layer WITHOUT activation. There is no softmax in the PyTorch network.")
def with_softmax(side):
    return twin_with(padded_first(), last=[layers.Flatten(), layers.Dense(10, activation="softmax")])(side)


@exercise.mutant("The second ReLU is missing.")
def without_the_second_relu(side):
    return twin_with(padded_first(), [layers.Conv2D(16, 3, padding="same")])(side)


@exercise.mutant("The pooling averages. nn.MaxPool2d keeps the largest number of each window: layers.MaxPooling2D.")
def averages(side):
    last = [layers.AveragePooling2D(2), layers.Conv2D(16, 3, padding="same", activation="relu")]
    return twin_with(padded_first(), last, pool=1)(side)


@exercise.mutant("nn.Flatten keeps all numbers. You averaged them: GlobalAveragePooling2D is another layer.")
def averages_at_the_end(side):
    return twin_with(padded_first(), last=[layers.GlobalAveragePooling2D(), layers.Dense(10)])(side)


# %% tags=["hidden"] exercise="7.11"
@exercise.mutant("The first layer adds 1 zero at each end. PyTorch's padding=2 adds 2.")
def pads_by_one(side):
    return twin_with([layers.ZeroPadding2D(1), layers.Conv2D(8, 5, strides=2, activation="relu")])(side)


# %% [markdown]
# ## Key points
#
# - A convolutional layer is correlation plus bias plus activation. The bias is a threshold, the ReLU drops what stays
#   below it.
# - A filter is as deep as its input. The number of filters is the depth of the output, and the next layer looks at
#   those maps, not at the image.
# - Parameters: $K F F D + K$, whatever the size of the image. Size: $\lfloor (W - F + 2P) / S \rfloor + 1$; Keras's
#   "same" is $\lceil W / S \rceil$.
# - Equal shapes are not equal numbers: with a stride, Keras's "same" and PyTorch's padding stand on other pixels.
# - Filters are learned by stepping against the gradient. The loss judges answers on the training data, not weights.
#
# ## Self-test
#
# <details><summary>1. A layer has 32 filters of 5x5 and looks at 16 maps. How many numbers has one filter? How many
# parameters has the layer?</summary>
#
# 5 x 5 x 16 = 400 numbers; 32 x 400 + 32 = 12,832 parameters.
#
# </details>
#
# <details><summary>2. You want a layer that answers only where an edge is stronger than 100. What do you set?</summary>
#
# The bias, to -100, with a ReLU behind it.
#
# </details>
#
# <details><summary>3. Pooling layers follow the formula for the size as well. What do the pools (2, stride 2),
# (4, stride 4), (2, stride 3) and (2, stride 1) make of 100 pixels?</summary>
#
# 50, 25, 33 and 99.
#
# </details>
#
# <details><summary>4. Ten convolutional layers without any activation, one behind the other. What can they do that one
# layer cannot?</summary>
#
# Nothing, but for seeing further: together they are one layer with a large filter, and they cannot even be every such
# filter.
#
# </details>
#
# <details><summary>5. Weights of a PyTorch layer have the shape (64, 3, 7, 7). How many filters are that, on what
# sort of image, and what is their shape in Keras?</summary>
#
# 64 filters of 7x7 on three channels, for example RGB; in Keras (7, 7, 3, 64).
#
# </details>
#
# <details><summary>6. A network is trained on photographs of summer meadows until its loss is tiny. Are its weights the
# right ones?</summary>
#
# They are right for meadows. On the photograph our filter had a small loss and wrong numbers; on snow the same numbers
# would have failed.
#
# </details>
#
# ## To read
#
# - I. Goodfellow, Y. Bengio and A. Courville, [Deep Learning](https://www.deeplearningbook.org/contents/convnets.html),
#   chapter 9.
# - A. Zhang, Z. Lipton, M. Li and A. Smola, [Dive into Deep
#   Learning](https://d2l.ai/chapter_convolutional-neural-networks/), chapter 7: the same steps, with code for
#   several libraries.
# - V. Dumoulin and F. Visin, [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285),
#   2016: each case of size, padding and stride, drawn.
# - K. Simonyan and A. Zisserman, [Very deep convolutional networks](https://arxiv.org/abs/1409.1556), 2014: why 3x3.
#
# ## Next
#
# [08 Pool feature maps](08_pool_feature_maps.ipynb): how maps become smaller, and what really happens to a network's
# answer when its image moves by one pixel.
