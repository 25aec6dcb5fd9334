# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Share weights locally
# read_minutes: 40
# exercise_minutes: 55
# objectives:
#   - Count the parameters of a dense, a locally connected and a shared layer, and say how each grows with the image
#   - Show that all three are dense layers, with wires cut and with weights tied
#   - Predict from the training images alone which weights of a network will never change
#   - Tell a feature map that moves with the object from an answer that does not depend on its place
#   - Build a network that reads a digit in a place where it has never seen one
# needs: [02_convolve_with_kernels, 05_classify_digits_with_an_mlp]
# data: [digits_8x8]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: not needed}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 95 minutes, exercises included: the blind reader 12, 68 to 20 to 5 with 6.1 and
# 6.2 25, one table with 6.3 15, growth with 6.4 and 6.5 12, digits with 6.6 18, the head with 6.7 13. Short of
# time: leave out 6.3; nothing later depends on it.
#
# **What students believe, and where the lesson meets it.** A network that has learned digits knows digits
# everywhere (opening). Untrained weights are 0 (opening: they are the random numbers of the start). Weight sharing
# makes a network blind to position (it makes feature maps move with the object; the head decides). The number of
# parameters grows exponentially with the image (6.4). What a layer gives out are its parameters (6.5).
#
# **Let the class vote before you run:** the moved digits, the number of pixels whose weights have moved, and above all
# the shared network: nearly everybody expects it to read the moved digits.

# %% tags=["setup"]
import keras
import numpy as np
from keras import layers

from course_utils import checks, claims, datasets, local, plots, profile, training

digits = datasets.load("digits_8x8")  # handwritten digits of 8 x 8 pixels, uint8
EPOCHS = profile.choose(quick=8, full=30)
SEEDS = range(profile.choose(quick=3, full=5))

# %% [markdown]
# ## A reader that is blind outside one corner
#
# Handwritten digits, 8 pixels high and wide. Each is laid on a black page of 24 x 24 pixels, and always at the same
# place: its upper left pixel lies 4 pixels from the top and 4 from the left.


# %%
def page(images):
    """Lay digits (N, 8, 8, 1) on black pages (N, 24, 24, 1), at the top left."""
    return np.pad(images, ((0, 0), (4, 12), (4, 12), (0, 0)))


train_pages, train_labels = page(digits.train.images), digits.train.labels  # 1,200 pages
test_pages, test_labels = page(digits.test.images), digits.test.labels  # 400 pages
moved_pages = datasets.shift(test_pages, dx=8, dy=8)  # the same 400 digits, at the bottom right
plots.compare(
    *train_pages[:4],
    moved_pages[0],
    titles=["training", "training", "training", "training", "a test of another kind"],
    height=1.7,
    alt="Five black pages. On the first four a small gray digit stands at the top left, on the fifth at the bottom "
    "right.",
)

# %% [markdown]
# The network is the kind that you know from lesson 05: flatten, one hidden layer, ten outputs. It sees the 1,200
# training pages, all of them with the digit at the top left. All networks of this
# lesson get the same rate and the same number of epochs, fixed beforehand; nothing is chosen here, so there is no
# validation set.


# %%
def train(network, seed):
    """Train a network on the pages with the digit at the top left, and return it."""
    steps = training.num_steps(len(train_pages), batch_size=60, epochs=EPOCHS)
    network.compile(
        optimizer=keras.optimizers.Adam(training.OneCycle(peak=0.03, total_steps=steps)),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=32,  # as in lesson 05: the same result, sooner
    )
    pages = training.batches(train_pages, train_labels, batch_size=60, seed=seed)
    network.fit(pages, epochs=EPOCHS, verbose=0, callbacks=training.callbacks())
    return network


# %%
training.seed(0)
dense_reader = keras.Sequential(
    [
        keras.Input((24, 24, 1)),
        layers.Rescaling(1 / 255),
        layers.Flatten(),  # 576 pixels
        layers.Dense(392, activation="relu"),
        layers.Dense(10),
    ]
)
start = dense_reader.layers[2].get_weights()[0]  # (576, 392): a row for each pixel
dense_reader = train(dense_reader, seed=0)

# %% [markdown]
# Now the test: 400 digits that it has never seen, at the top left, and then the same 400 digits at the bottom right.
#
# **Predict before you run:** it reads nearly all of them at the top left. How many of them does it read at the bottom
# right? (Guessing would get 10% right.)

# %% tags=["predict"]
prediction = "..."  # "nearly all", "about half" or "about 10%"

# %% tags=["claim"]
dense_at_home = training.accuracy(dense_reader, test_pages, test_labels)
dense_moved = training.accuracy(dense_reader, moved_pages, test_labels)
claims.check(
    "at the top left the network reads more than 94% of the test digits",
    dense_at_home > 0.94,
    value=dense_at_home,
    name="dense_at_home",
)
claims.check(
    "at the bottom right it reads fewer than 30% of the same digits",
    dense_moved < 0.3,
    value=dense_moved,
    name="dense_moved",
)


# %% tags=["figure"]
def reading(network, image):
    """Return in words what a network reads, and how sure it is."""
    chances = keras.ops.convert_to_numpy(keras.ops.softmax(network(image[np.newaxis])[0]))
    return f'reads "{chances.argmax()}", {chances.max():.0%} sure'


which = [4, 7]
shown = [pages[index] for index in which for pages in (test_pages, moved_pages)]
plots.compare(
    *shown,
    titles=[reading(dense_reader, image) for image in shown],
    height=2.1,
    alt="Two test digits, each at the top left and at the bottom right. Above each page stands what the network "
    "reads and how sure it is.",
)

# %% [markdown]
# **What to notice.** {{dense_at_home:.0%}} against {{dense_moved:.0%}}. Not a pixel of the digits is different; they
# only lie elsewhere. And the network does not say "I have never
# looked there": it has ten answers, and gives one of them.
#
# Has it forgotten the rest of the page? Let us look inside. Each of the 576 pixels has 392 weights, one to each hidden
# unit. We kept the random weights of the start; now we compare.
#
# **Predict:** for how many of the 576 pixels has training changed any weight at all?

# %% tags=["predict"]
prediction = "..."  # "all 576", "about half" or "64 at most"

# %% tags=["figure"]
trained = dense_reader.layers[2].get_weights()[0]
change = np.abs(trained - start).mean(axis=1).reshape(24, 24)  # one number for each pixel
plots.compare(
    train_pages[..., 0].mean(axis=0) / 255,
    change / change.max(),
    np.abs(start).mean(axis=1).reshape(24, 24) / np.abs(start).mean() / 2,
    titles=["mean of all training pages", "how far the weights have moved", "how large they were at the start"],
    height=2.6,
    alt="Three pictures of the page, one number for each pixel: the mean of the training pages, a blurred blob at the "
    "top left; how far the weights have moved; how large they were at the start.",
)

# %% tags=["claim"]
ever_bright = (train_pages[..., 0] > 0).any(axis=0)  # (24, 24): pixels that some training page lights up
changed = (trained != start).any(axis=1).reshape(24, 24)
claims.check(
    "no weight of a pixel that was black on every training page has changed in a single bit",
    not np.any(changed & ~ever_bright),
)
claims.check("these are more than 500 of the 576 pixels", np.sum(~ever_bright) > 500, value=np.sum(~ever_bright))

# %% [markdown]
# **What to notice.** Black everywhere outside the corner: not "hardly moved", but equal to the last bit. The reason
# takes one line. The gradient of a weight is *its input* times the error of its unit. A pixel that is always black
# sends 0, so its gradient is 0 in every step, whatever the error. Its weights stay what the random numbers of the start
# made them, and they are no smaller than the others: at the bottom right this network multiplies your digit with dice.
#
# It has not forgotten the rest of the page. Nobody ever told it that a 3 over there is a 3, too. In this lesson you
# will tell it, by the way it is built: **cut wires**, **tie weights**, and a third step that is often left out of the
# story.

# %% [markdown]
# ## From 68 parameters to 5
#
# Take a tiny page: 4 x 4 pixels, and a layer of 4 units.
#
# - **Dense.** Each unit looks at all 16 pixels and has a bias: 4 x (16 + 1) = **68** parameters.
# - **Locally connected.** Each unit looks at its own quarter of the page only: 4 x (4 + 1) = **20**. The quarter that a
#   unit sees is its **receptive field**.
# - **Shared.** The four units look at four quarters, but through the *same* four weights, with the same bias: 4 + 1 =
#   **5**.
#
# Here is who is wired to whom. Equal numbers or letters are one and the same weight.

# %% tags=["figure"]
pixel_numbers = np.arange(16).reshape(4, 4)
dense_wires = np.arange(1, 65).reshape(16, 4)  # (pixels, units): which weight joins them; 0 is none
local_wires, shared_wires = np.zeros((2, 16, 4), dtype=int)
for unit in range(4):
    row, column = 2 * (unit // 2), 2 * (unit % 2)
    quarter = pixel_numbers[row : row + 2, column : column + 2].ravel()
    local_wires[quarter, unit] = 4 * unit + np.arange(1, 5)
    shared_wires[quarter, unit] = np.arange(1, 5)
plots.wiring(
    {
        "dense: 64 weights + 4 biases": dense_wires,
        "locally connected: 16 weights + 4 biases": local_wires,
        "shared: 4 weights + 1 bias": shared_wires,
    },
    size=(4, 4),
    units=(2, 2),
    alt="Three pages of 4 by 4 pixels with four units above each. Dense: 64 lines, from every pixel to every unit. "
    "Locally connected: 16 lines, from the four pixels of each quarter to the unit above it, numbered 1 to 16. "
    "Shared: the same 16 lines, but the pixels of each quarter carry the letters a, b, c, d.",
)

# %% [markdown]
# Now with numbers: by hand, by loop, by library. A page, four kernels (one per quarter) and four biases:
#
# ```
#    page           kernels               biases
#  3 1 | 0 2       1 -1 |  0  2           0 |  1
#  1 2 | 4 0       0  1 |  1  0
#  ----+----      ------+-------         ---+----
#  0 5 | 1 1       1  1 |  2  0          -1 |  0
#  2 1 | 0 3      -1  0 |  0 -1
# ```
#
# **Predict:** what does the first unit, at the upper left, give? And the last one?

# %% tags=["predict"]
first_and_last = (..., ...)

# %%
small_page = np.array([[3, 1, 0, 2], [1, 2, 4, 0], [0, 5, 1, 1], [2, 1, 0, 3]])
four_kernels = np.array([[[[1, -1], [0, 1]], [[0, 2], [1, 0]]], [[[1, 1], [-1, 0]], [[2, 0], [0, -1]]]])
four_biases = np.array([[0, 1], [-1, 0]])  # (2, 2); the kernels are (2, 2, 2, 2): place, then kernel

by_hand = [3 * 1 - 1 + 2 + 0, 2 * 2 + 4 + 1, 5 - 2 - 1, 2 - 3 + 0]
by_loop = np.zeros((2, 2), dtype=int)
for row in range(2):
    for column in range(2):
        window = small_page[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        by_loop[row, column] = np.sum(window * four_kernels[row, column]) + four_biases[row, column]
print("by hand:   ", by_hand)
print("by loop:   ", by_loop.ravel())

# %%
local_layer = local.LocallyConnected2D(filters=1, kernel_size=2, strides=2)
local_layer.build((None, 4, 4, 1))
local_layer.set_weights([four_kernels[..., np.newaxis, np.newaxis], four_biases[..., np.newaxis]])
batch = small_page[np.newaxis, :, :, np.newaxis].astype("float32")  # (1, 4, 4, 1): images, rows, columns, channels
by_library = keras.ops.convert_to_numpy(local_layer(batch))[0, :, :, 0]
print("by library:", by_library.ravel())

# %% [markdown]
# All three agree. Keras itself no longer has a locally connected layer (version 3 dropped it), so we use the one of
# this course, `local.LocallyConnected2D`, which you can read: it is short.
#
# For the shared layer take the first kernel for all four quarters. You know this operation: it is the sliding window of
# lesson 02, moved on by 2 pixels each time. In Keras it is called `Conv2D`, **a convolution layer**.
#
# **Predict:** what happens if you give the locally connected layer the same kernel in all four places?

# %% tags=["predict"]
prediction = "..."

# %%
shared_kernel, shared_bias = four_kernels[0, 0], four_biases[0, 0]
shared_layer = layers.Conv2D(filters=1, kernel_size=2, strides=2)
shared_layer.build((None, 4, 4, 1))
shared_layer.set_weights([shared_kernel[..., np.newaxis, np.newaxis], shared_bias[np.newaxis]])
by_shared_layer = keras.ops.convert_to_numpy(shared_layer(batch))[0, :, :, 0]

same_everywhere = np.broadcast_to(shared_kernel[..., np.newaxis, np.newaxis], (2, 2, 2, 2, 1, 1))
local_layer.set_weights([same_everywhere, np.zeros((2, 2, 1))])
by_local_layer = keras.ops.convert_to_numpy(local_layer(batch))[0, :, :, 0]
print(by_shared_layer)

# %% tags=["claim"]
dense_layer = layers.Dense(4)
dense_layer.build((None, 16))
claims.check(
    "a locally connected layer with the same kernel in every place gives what the convolution gives",
    np.allclose(by_local_layer, by_shared_layer),
)
counts = [layer.count_params() for layer in (dense_layer, local_layer, shared_layer)]
claims.check("the three layers have 68, 20 and 5 parameters", counts == [68, 20, 5])

# %% [markdown]
# **What to notice.** Each step throws something away, on purpose:
#
# - **68 to 20, wires are cut.** We decide that what belongs together lies together: to see a stroke one needs its
#   neighbourhood, not the other end of the page.
# - **20 to 5, weights are tied.** We decide that what is worth finding here is worth finding there.
#
# Neither was learned. We know it about images, and build it in. Such built-in knowledge is called an **inductive
# bias** (it has nothing to do with the bias of a unit). Where it is true it saves data; where it is false it does harm.

# %% [markdown]
# ### Exercise 6.1 (apply): count three layers
#
# A gray page has 6 x 6 pixels. A layer has 9 units, in 3 rows and 3 columns; every unit has a bias. How many
# parameters does the layer have if it is
#
# 1. dense,
# 2. locally connected, each unit with its own window of 2 x 2 pixels (the windows do not overlap),
# 3. shared, with the same windows?
#
# Give `three_counts` as a tuple of three whole numbers.

# %% tags=["exercise"] exercise="6.1" points=1
# BEGIN SOLUTION
three_counts = (9 * (36 + 1), 9 * (4 + 1), 4 + 1)
# END SOLUTION

# %% tags=["check"] exercise="6.1"
checks.exercise("6.1", three_counts)

# %% tags=["hidden"] exercise="6.1"
from course_utils.authoring import define

exercise = define.answer("6.1", three_counts)
exercise.wrong((324, 36, 4), "You counted the weights only. Each unit also has a bias; a shared unit shares that, too.")
exercise.wrong((333, 45, 13), "The third layer shares its bias as well as its weights: one bias, not nine.")
exercise.wrong(
    (333, 45, 45), "The third count is that of a locally connected layer. Sharing means: one kernel for all."
)
exercise.wrong((325, 37, 5), "In the first two layers every one of the 9 units has a bias of its own.")
exercise.wrong((333, 37, 5), "In the locally connected layer every one of the 9 units has a bias of its own.")
exercise.wrong((37, 5, 5), "That is what ONE unit of each layer has. There are 9 units.")
exercise.wrong((36, 4, 4), "That is how many pixels one unit sees. Count weights and biases of all 9 units.")
exercise.wrong((68, 20, 5), "These are the numbers of the text, for 4 x 4 pixels and 4 units. Here the page is larger.")
exercise.hints(
    "Count one unit first: how many pixels does it see, and what else does it have?",
    "A unit has one weight per pixel that it sees, and one bias. Dense and locally connected: times 9. Shared: all "
    "nine are the same unit.",
    "A smaller case, 4 x 4 pixels and 4 units: 4 x (16 + 1) = 68, 4 x (4 + 1) = 20, and 4 + 1 = 5.",
)

# %% [markdown]
# ### Exercise 6.2 (build): a locally connected layer
#
# The loop above knew only the four quarters of a page of 4 x 4 pixels. Write the general one.
# `locally_connected(image, kernels, biases, stride)` takes
#
# - `image`, `(H, W)`, uint8 or float;
# - `kernels`, `(rows, columns, kh, kw)` float: `kernels[r, c]` belongs to the place in row `r` and column `c`;
# - `biases`, `(rows, columns)` float;
# - `stride`, a whole number: the window of place `(r, c)` has its upper left pixel at row `r * stride` and column `c *
#   stride`. (Windows may overlap. All of them lie on the image.)
#
# It returns the responses, `(rows, columns)` float: the sum of window times kernel, plus the bias. No activation.


# %% tags=["exercise"] exercise="6.2" points=3
def locally_connected(image: np.ndarray, kernels: np.ndarray, biases: np.ndarray, stride: int) -> np.ndarray:
    """Return the response (rows, columns) of every place's own kernel to its window."""
    # BEGIN SOLUTION
    rows, columns, kernel_height, kernel_width = kernels.shape
    responses = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            window = image[top : top + kernel_height, left : left + kernel_width]
            responses[row, column] = np.sum(window * kernels[row, column]) + biases[row, column]
    return responses
    # END SOLUTION


# %% tags=["check"] exercise="6.2"
checks.exercise("6.2", locally_connected)

# %% tags=["hidden"] exercise="6.2"
from course_utils.authoring import define

exercise = define.function("6.2", locally_connected)
text_kernels = np.array([[[[1, -1], [0, 1]], [[0, 2], [1, 0]]], [[[1, 1], [-1, 0]], [[2, 0], [0, -1]]]], float)
text_image = np.array([[3, 1, 0, 2], [1, 2, 4, 0], [0, 5, 1, 1], [2, 1, 0, 3]], np.uint8)
exercise.case(
    "the page of the text",
    image=text_image,
    kernels=text_kernels,
    biases=np.array([[0.0, 1], [-1, 0]]),
    stride=2,
)


def drawn_places(rng, rows, columns, size, stride, integers=False):
    height, width = (rows - 1) * stride + size[0], (columns - 1) * stride + size[1]
    image = rng.integers(0, 256, (height, width), dtype=np.uint8) if integers else rng.normal(size=(height, width))
    kernels = np.round(rng.normal(size=(rows, columns, *size)), 2)
    return {
        "image": image,
        "kernels": kernels,
        "biases": np.round(rng.normal(size=(rows, columns)), 1),
        "stride": stride,
    }


rng = np.random.default_rng(0)
exercise.case("overlapping windows, stride 1", **drawn_places(rng, 2, 3, (3, 3), 1, integers=True))
exercise.case("windows 2 high and 3 wide, stride 2", **drawn_places(rng, 3, 2, (2, 3), 2))
exercise.case("stride 3, pixels between the windows", **drawn_places(rng, 2, 2, (2, 2), 3, integers=True))

# %% tags=["hidden"] exercise="6.2"
exercise.random_cases(2, lambda rng: drawn_places(rng, 3, 4, (int(rng.integers(1, 4)), 2), int(rng.integers(1, 4))))
exercise.case("one place", visible=False, **drawn_places(rng, 1, 1, (3, 2), 1, integers=True))
exercise.hints(
    "Two loops over the places, as in lesson 02, but each place brings its own kernel: kernels[row, column].",
    "Where does the window of place (r, c) begin, and where does it end? It is as large as a kernel: "
    "kernels.shape[2:].",
    "A smaller case: image [[1, 2, 3, 4]], kernels [[[[1, 1]], [[1, -1]]]], biases [[0, 10]], stride 2: the windows "
    "are 1 2 and 3 4, the responses 1 + 2 + 0 = 3 and 3 - 4 + 10 = 9.",
)


@exercise.correct
def with_a_view(image, kernels, biases, stride):
    rows, columns = biases.shape
    windows = np.lib.stride_tricks.sliding_window_view(image, kernels.shape[2:])[::stride, ::stride]
    return np.einsum("rcij,rcij->rc", windows[:rows, :columns].astype(float), kernels) + biases


@exercise.correct
def in_one_list(image, kernels, biases, stride):
    (height, width), out = kernels.shape[2:], []
    for (row, column), bias in np.ndenumerate(biases):
        part = image[row * stride :, column * stride :][:height, :width]
        out.append(part.ravel() @ kernels[row, column].ravel() + bias)
    return np.reshape(out, biases.shape)


# %% tags=["hidden"] exercise="6.2"
@exercise.mutant(
    "You use the kernel of the first place everywhere: that is a shared layer. Here each place has its own."
)
def shares_the_first_kernel(image, kernels, biases, stride):
    return locally_connected(image, np.broadcast_to(kernels[:1, :1], kernels.shape), biases, stride)


@exercise.mutant("The biases are missing: add biases[row, column] to each sum.")
def forgets_the_biases(image, kernels, biases, stride):
    return locally_connected(image, kernels, 0 * biases, stride)


@exercise.mutant("One bias for all places: each place has its own.")
def shares_the_bias(image, kernels, biases, stride):
    return locally_connected(image, kernels, np.full_like(biases, biases[0, 0]), stride)


@exercise.mutant("The windows move on by 1 pixel. They have to move on by `stride` pixels.")
def ignores_the_stride(image, kernels, biases, stride):
    return locally_connected(image, kernels, biases, 1)


@exercise.mutant("The windows move on by their own size. How far they move is the stride; it may be less, or more.")
def steps_by_the_kernel_size(image, kernels, biases, stride):
    padded = np.pad(image, 9)[9:, 9:]
    return locally_connected(padded, kernels, biases, kernels.shape[2])


# %% tags=["hidden"] exercise="6.2"
@exercise.mutant("You turned the kernels by half a turn. Lay them on the window as they are.")
def flips_the_kernels(image, kernels, biases, stride):
    return locally_connected(image, kernels[:, :, ::-1, ::-1], biases, stride)


@exercise.mutant("You take the mean of the products. A response is their sum.")
def takes_the_mean(image, kernels, biases, stride):
    return locally_connected(image, kernels / kernels[0, 0].size, biases, stride)


@exercise.mutant(
    "Your array of responses cannot hold negative or broken numbers, since it is of the image's type. Make it float."
)
def output_like_the_image(image, kernels, biases, stride):
    return locally_connected(image, kernels, biases, stride).astype(np.int64).astype(image.dtype)


@exercise.mutant("No activation is asked for: negative responses stay.")
def applies_relu(image, kernels, biases, stride):
    return np.maximum(locally_connected(image, kernels, biases, stride), 0)


# %% [markdown]
# ## All three are dense layers
#
# How far is a shared layer from a dense one? Write it down as a table, as you would for a dense layer: a column for
# each unit, a row for each of the 16 pixels, in each cell the weight between them. (Below it lies on its side.)
#
# **Predict:** how many of the 64 cells will hold a number other than 0? How many different ones?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
local_table = np.append(0, np.linspace(-3, 3, 16))[local_wires]  # weight number 0 is no wire
shared_table = np.append(0, [1, -1, 2, 3])[shared_wires]  # some numbers for a, b, c and d
plots.compare(
    local_table.T,
    shared_table.T,
    titles=["locally connected: rows are units, columns pixels", "shared: the same four numbers in each row"],
    height=1.25,
    alt="Two tables of 4 rows and 16 columns, one for the locally connected and one for the shared layer. Cells with "
    "a weight other than 0 are coloured.",
)

# %% tags=["claim"]
table = np.array([0, *shared_kernel.ravel()])[shared_wires]  # (16, 4), with the kernel 1 -1, 0 1 of above
dense_layer.set_weights([table, np.full(4, shared_bias)])
by_dense_layer = keras.ops.convert_to_numpy(dense_layer(batch.reshape(1, 16)))
claims.check(
    "a dense layer whose table holds the shared kernel in four places, and zeros, gives what the convolution gives",
    np.allclose(by_dense_layer.ravel(), by_shared_layer.ravel()),
)

# %% [markdown]
# **What to notice.** 16 cells of 64, and four different numbers. So a convolution layer can do *nothing* that a dense
# layer could not do: every convolution is a dense layer, with most weights 0 and the others tied. The reverse is not
# true. It is a dense layer from which we have taken freedom, and that is its strength: the freedom to be wrong in 64
# ways was not needed.

# %% [markdown]
# ### Exercise 6.3 (build): a convolution as a dense layer
#
# Write `as_dense(kernel, size, stride)`. It takes a kernel `(kh, kw)`, the size `(H, W)` of an image, and a stride, and
# returns the table `(H * W, units)` of the dense layer that does the same as the shared layer (without a bias): the
# image, flattened, times the table gives the flattened responses.
#
# Pixels and units are both counted row by row, as `ravel` does. The kernel is not turned, and lies on the image
# completely; there are `(H - kh) // stride + 1` rows of units, and columns accordingly.


# %% tags=["exercise"] exercise="6.3" points=3
def as_dense(kernel: np.ndarray, size: tuple[int, int], stride: int) -> np.ndarray:
    """Return the table (pixels, units) of the dense layer that equals a shared layer with this kernel."""
    # BEGIN SOLUTION
    height, width = size
    kernel_height, kernel_width = kernel.shape
    rows = (height - kernel_height) // stride + 1
    columns = (width - kernel_width) // stride + 1
    table = np.zeros((height, width, rows, columns))
    for row in range(rows):
        for column in range(columns):
            top, left = row * stride, column * stride
            table[top : top + kernel_height, left : left + kernel_width, row, column] = kernel
    return table.reshape(height * width, rows * columns)
    # END SOLUTION


# %% tags=["check"] exercise="6.3"
checks.exercise("6.3", as_dense)

# %% tags=["hidden"] exercise="6.3"
from course_utils.authoring import define

exercise = define.function("6.3", as_dense)
exercise.case("one row: 1 2 on 4 pixels", kernel=np.array([[1.0, 2.0]]), size=(1, 4), stride=1)
exercise.case("four quarters", kernel=np.array([[1.0, -1.0], [2.0, 3.0]]), size=(4, 4), stride=2)
exercise.case("overlapping, 3 x 5 pixels", kernel=np.array([[1.0, 2.0], [3.0, 4.0]]), size=(3, 5), stride=1)
exercise.case("a kernel 1 wide and 2 high, stride 2", kernel=np.array([[5.0], [-3.0]]), size=(5, 3), stride=2)
exercise.case("as large as the image", visible=False, kernel=np.arange(1.0, 7.0).reshape(2, 3), size=(2, 3), stride=1)
exercise.case("1 x 1", visible=False, kernel=np.array([[-2.0]]), size=(3, 2), stride=1)
exercise.random_cases(
    2,
    lambda rng: {
        "kernel": np.round(rng.normal(size=(int(rng.integers(1, 4)), int(rng.integers(1, 4)))), 2),
        "size": (int(rng.integers(4, 7)), int(rng.integers(4, 7))),
        "stride": int(rng.integers(1, 3)),
    },
)
exercise.hints(
    "Fill the table unit by unit: which pixels does the unit in row r and column c see, and through which weights?",
    "It is easier with four axes: table = np.zeros((H, W, rows, columns)). Put the kernel into table[top : top + "
    "kh, left : left + kw, row, column], and reshape at the end.",
    "A smaller case: the kernel [[1, 2]] on a 1 x 3 image with stride 1 has two units. The table is [[1, 0], [2, "
    "1], [0, 2]]: the first column is the first unit, which sees the first two pixels.",
)


# %% tags=["hidden"] exercise="6.3"
@exercise.correct
def by_impulses(kernel, size, stride):
    """Ask what each pixel alone would do."""
    table = []
    for pixel in range(size[0] * size[1]):
        image = np.zeros(size)
        image.flat[pixel] = 1
        windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
        table.append(np.einsum("rcij,ij->rc", windows, kernel).ravel())
    return np.array(table)


@exercise.correct
def cell_by_cell(kernel, size, stride):
    columns = (size[1] - kernel.shape[1]) // stride + 1
    units = ((size[0] - kernel.shape[0]) // stride + 1) * columns
    table = np.zeros((size[0] * size[1], units))
    for unit in range(units):
        top, left = unit // columns * stride, unit % columns * stride
        for (i, j), weight in np.ndenumerate(kernel):
            table[(top + i) * size[1] + left + j, unit] = weight
    return table


@exercise.mutant("Your table lies on its side: it has to have a row for each pixel and a column for each unit.")
def lies_on_its_side(kernel, size, stride):
    return as_dense(kernel, size, stride).T


# %% tags=["hidden"] exercise="6.3"
@exercise.mutant("You turned the kernel by half a turn. Lay it on the image as it is, as Keras does.")
def turns_the_kernel(kernel, size, stride):
    return as_dense(kernel[::-1, ::-1], size, stride)


@exercise.mutant("The windows move on by 1 pixel, whatever the stride.")
def ignores_the_stride_here(kernel, size, stride):
    return as_dense(kernel, size, 1)


@exercise.mutant("Pixels are counted column by column. Count them row by row, as ravel and Flatten do.")
def counts_down_the_columns(kernel, size, stride):
    table = as_dense(kernel, size, stride)
    return table.reshape(*size, -1).transpose(1, 0, 2).reshape(table.shape)


# %% tags=["hidden"] exercise="6.3"
@exercise.mutant("The last row and the last column of units are missing: H pixels hold (H - kh) // stride + 1 windows.")
def one_place_too_few(kernel, size, stride):
    rows, columns = ((side - window) // stride for side, window in zip(size, kernel.shape, strict=True))
    table = as_dense(kernel, size, stride).reshape(size[0] * size[1], rows + 1, columns + 1)
    return table[:, :rows, :columns].reshape(size[0] * size[1], rows * columns)


@exercise.mutant("Pixel (r, c) has the number r * W + c: a row of the image holds W pixels. You multiplied by H.")
def multiplies_by_the_height(kernel, size, stride):
    columns = (size[1] - kernel.shape[1]) // stride + 1
    table = np.zeros((size[0] * size[1], ((size[0] - kernel.shape[0]) // stride + 1) * columns))
    for unit in range(table.shape[1]):
        for (i, j), weight in np.ndenumerate(kernel):
            row, column = unit // columns * stride + i, unit % columns * stride + j
            table[row * size[0] + column, unit] = weight
    return table


# %% tags=["hidden"] exercise="6.3"
@exercise.mutant("Your table says WHETHER a pixel feeds a unit. It has to hold the weight.")
def only_ones(kernel, size, stride):
    return (as_dense(kernel, size, stride) != 0).astype(float)


# %% [markdown]
# ## What happens when pages grow
#
# Lesson 05 showed how the parameters of an MLP explode. How fast, exactly, and does cutting wires help? Here are the
# first layers of three networks on pages of 24 x 24 to 1,536 x 1,536 pixels: 392 dense units, and kernels of 5 x 5
# pixels with 16 filters, locally connected and shared. (**16 filters** means that every place has 16 units with
# different weights, and that the layer gives 16 feature maps.)
#
# **Predict:** the side grows by 64. By how much do the parameters of each of the three grow?

# %% tags=["predict"]
growth_of_dense, growth_of_local, growth_of_shared = ..., ..., ...

# %% tags=["figure"]
sides = np.array([24, 48, 96, 192, 384, 768, 1536])
num_places = (sides - 5 + 1) ** 2
plots.lines(
    sides,
    {
        "dense, 392 units": 392 * (sides**2 + 1),
        "locally connected, 5 x 5, 16 filters": num_places * 16 * (5 * 5 + 1),
        "shared, 5 x 5, 16 filters": np.full(7, 16 * (5 * 5 + 1)),
    },
    markers=True,
    log_x=True,
    log_y=True,
    xlabel="side of the page (pixels)",
    ylabel="parameters",
    alt="Three lines on two logarithmic axes: the parameters of the dense, the locally connected and the shared layer "
    "against the side of the page.",
)

# %% [markdown]
# **What to notice.** Dense and locally connected layers grow alike: with the number of *pixels*, that is, with the
# *square* of the side. Cutting wires alone does not stop it, since a larger page has more places, and each place has
# its own weights. Only sharing does: 416 parameters, on a stamp and on a poster.
#
# (The two upper lines lie so close because we chose 392 units on purpose: then both *networks* of this lesson have the
# same number of parameters. You will need that for a fair comparison.)

# %% [markdown]
# ### Exercise 6.4 (spot the bug): "it grows exponentially"
#
# More than one course says that the cost of a dense layer "grows exponentially" with the resolution of the image. A
# colleague has put this into code: `growth(factor)` returns how many times as many *weights* the first dense layer
# has when the image becomes `factor` times as high and `factor` times as wide. (The number of units stays.)
#
# He has tested it with factors 2 and 4, by counting, and both were right! With a factor of 3 it fails, and at 10 it is
# off by a factor of ten. Mend it. `factor` is a number above 0, not always a whole one; return a float.


# %% tags=["exercise"] exercise="6.4" points=1
def growth(factor: float) -> float:
    """Return how many times as many weights a dense first layer has for a `factor` times larger side."""
    # BEGIN SOLUTION
    return float(factor) ** 2
    # END SOLUTION
    # BEGIN STUB
    # return 2.0**factor
    # END STUB


# %% tags=["check"] exercise="6.4"
checks.exercise("6.4", growth)

# %% tags=["hidden"] exercise="6.4"
from course_utils.authoring import define

exercise = define.function("6.4", growth)
exercise.case("side doubled", factor=2.0)
exercise.case("side times 4", factor=4.0)
exercise.case("side times 3", factor=3.0)
exercise.case("side times 10", factor=10.0)
exercise.case("side times 2.5", factor=2.5)
exercise.case("the same size", factor=1.0)
exercise.case("half the side", visible=False, factor=0.5)
exercise.case("from 24 to 1536 pixels", visible=False, factor=64.0)
exercise.random_cases(2, lambda rng: {"factor": float(np.round(rng.uniform(1.2, 7.5), 2))})
exercise.hints(
    "How many pixels has an image of 24 x 24? How many has one of 72 x 72, whose side is 3 times as long?",
    "A dense layer has one weight per pixel and unit. So its weights grow as the pixels do: height times width.",
    "A smaller case: 2 x 2 pixels are 4, 6 x 6 pixels are 36: the side grew by 3, the pixels by 9. And 2 ** 3 is 8. "
    "(2 ** x and x ** 2 agree at 2 and at 4, and nowhere else above 0: an unlucky choice of tests.)",
)


@exercise.correct
def by_counting(factor):
    side = 1000
    return (side * factor) * (side * factor) / (side * side)


@exercise.correct
def with_numpy(factor):
    return float(np.square(factor))


# %% tags=["hidden"] exercise="6.4"
@exercise.mutant("2 ** factor is the exponential law. Count the pixels of two images whose sides are 1 and 3.")
def exponential(factor):
    return 2.0**factor


@exercise.mutant("The weights grow as the PIXELS do. Both height and width are multiplied by the factor.")
def linear_in_the_side(factor):
    return float(factor)


@exercise.mutant("Twice the factor would be right for height plus width. Pixels are height times width.")
def twice_the_factor(factor):
    return 2.0 * factor


@exercise.mutant(
    "You round the factor down. It need not be a whole number: 2.5 times the side is 6.25 times the pixels."
)
def whole_factors_only(factor):
    return float(int(factor) ** 2)


@exercise.mutant("The number of channels stays: only height and width grow.")
def cubic(factor):
    return float(factor) ** 3


# %% tags=["hidden"] exercise="6.4"
@exercise.mutant("That would be right if the number of units grew with the image as well. It stays.")
def units_grow_too(factor):
    return float(factor) ** 4


@exercise.mutant("The same size should have the factor 1. The natural exponential function is no better than 2 ** x.")
def natural_exponential(factor):
    return float(np.exp(factor - 1))


# %% [markdown]
# ### Exercise 6.5 (spot the bug): parameters or outputs?
#
# In some courses one reads that behind a layer "so many parameters are left". With 16 filters of 5 x 5 pixels on a
# page of 24 x 24 that would be 20 x 20 x 16 = 6,400. But these are *outputs*. They change with each image. The
# *parameters* are what training changes. The same mix-up is in the function below.
#
# `layer_counts(rows, columns, channels, filters, kernel_size, shared)` returns a tuple `(parameters, outputs)` for a
# layer that has `rows` x `columns` places, windows of `kernel_size` x `kernel_size` pixels with `channels` channels,
# and `filters` units in each place, each with a bias. `shared` says whether all places share their weights. Mend it.


# %% tags=["exercise"] exercise="6.5" points=2
def layer_counts(
    rows: int, columns: int, channels: int, filters: int, kernel_size: int, shared: bool
) -> tuple[int, int]:
    """Return how many parameters and how many outputs a locally connected or a shared layer has."""
    # BEGIN SOLUTION
    outputs = rows * columns * filters
    parameters_of_one_unit = kernel_size**2 * channels + 1
    parameters = (filters if shared else outputs) * parameters_of_one_unit
    return parameters, outputs
    # END SOLUTION
    # BEGIN STUB
    # outputs = rows * columns * filters
    # parameters_of_one_unit = kernel_size**2 * channels + 1
    # parameters = outputs if shared else outputs * parameters_of_one_unit
    # return parameters, outputs
    # END STUB


# %% tags=["check"] exercise="6.5"
checks.exercise("6.5", layer_counts)

# %% tags=["hidden"] exercise="6.5"
from course_utils.authoring import define

exercise = define.function("6.5", layer_counts)
exercise.case("4 x 4 pixels of the text, shared", rows=2, columns=2, channels=1, filters=1, kernel_size=2, shared=True)
exercise.case("the same, own weights", rows=2, columns=2, channels=1, filters=1, kernel_size=2, shared=False)
exercise.case("a page of 24 x 24, shared", rows=20, columns=20, channels=1, filters=16, kernel_size=5, shared=True)
exercise.case("colour, own weights", rows=6, columns=8, channels=3, filters=4, kernel_size=3, shared=False)
exercise.case("colour, shared", rows=6, columns=8, channels=3, filters=4, kernel_size=3, shared=True)
exercise.case("one place", visible=False, rows=1, columns=1, channels=2, filters=5, kernel_size=4, shared=True)
exercise.case("own weights again", visible=False, rows=3, columns=5, channels=2, filters=6, kernel_size=3, shared=False)
exercise.case("a poster", visible=False, rows=764, columns=500, channels=3, filters=8, kernel_size=7, shared=True)
exercise.random_cases(
    2,
    lambda rng: {
        **{name: int(rng.integers(2, 9)) for name in ("rows", "columns", "channels", "filters", "kernel_size")},
        "shared": bool(rng.integers(0, 2)),
    },
)
exercise.hints(
    "Own weights are right, shared ones are wrong. What does the number of parameters of a shared layer NOT depend on?",
    "With shared weights it does not matter how many places there are: one kernel and one bias per filter.",
    "A smaller case: a shared layer with 3 x 3 places, one channel, 2 filters and 2 x 2 windows has 2 x (4 + 1) = "
    "10 parameters and 3 x 3 x 2 = 18 outputs.",
)


# %% tags=["hidden"] exercise="6.5"
@exercise.correct
def in_two_cases(rows, columns, channels, filters, kernel_size, shared):
    weights, biases = kernel_size * kernel_size * channels * filters, filters
    if not shared:
        weights, biases = weights * rows * columns, biases * rows * columns
    return weights + biases, rows * columns * filters


@exercise.correct
def with_a_number_of_kernels(rows, columns, channels, filters, kernel_size, shared):
    num_places = rows * columns
    num_kernels = filters * (1 if shared else num_places)
    return num_kernels * (1 + channels * kernel_size**2), num_places * filters


@exercise.mutant("For a shared layer you return its outputs as its parameters. What does training change?")
def outputs_for_parameters(rows, columns, channels, filters, kernel_size, shared):
    parameters, outputs = layer_counts(rows, columns, channels, filters, kernel_size, shared)
    return (outputs if shared else parameters), outputs


@exercise.mutant("Parameters come first in the tuple, outputs second.")
def swapped(rows, columns, channels, filters, kernel_size, shared):
    return layer_counts(rows, columns, channels, filters, kernel_size, shared)[::-1]


# %% tags=["hidden"] exercise="6.5"
@exercise.mutant("A shared layer shares its biases as well: one for each filter, not one for each output.")
def a_bias_for_each_output(rows, columns, channels, filters, kernel_size, shared):
    parameters, outputs = layer_counts(rows, columns, channels, filters, kernel_size, shared)
    return (parameters - filters + outputs if shared else parameters), outputs


@exercise.mutant("The biases are missing in the shared layer: each filter has one.")
def forgets_the_shared_biases(rows, columns, channels, filters, kernel_size, shared):
    parameters, outputs = layer_counts(rows, columns, channels, filters, kernel_size, shared)
    return (parameters - filters if shared else parameters), outputs


@exercise.mutant("One kernel for all filters? Each filter has its own kernel; it is the PLACES that share.")
def shares_between_filters(rows, columns, channels, filters, kernel_size, shared):
    parameters, outputs = layer_counts(rows, columns, channels, filters, kernel_size, shared)
    return (parameters // filters if shared else parameters), outputs


@exercise.mutant("You never ask for `shared`. Without sharing, every place has parameters of its own.")
def always_shares(rows, columns, channels, filters, kernel_size, shared):
    return layer_counts(rows, columns, channels, filters, kernel_size, True)


@exercise.mutant("The channels are missing: a window on a colour image has kernel_size x kernel_size x 3 numbers.")
def forgets_the_channels(rows, columns, channels, filters, kernel_size, shared):
    return layer_counts(rows, columns, 1, filters, kernel_size, shared)


# %% [markdown]
# ## The same three on digits
#
# Back to the pages. Three networks, which differ in their hidden layer only:
#
# | network | hidden layer |
# |---|---|
# | dense | 392 units, each sees the whole page |
# | locally connected | 20 x 20 places, each with 16 units that see 5 x 5 pixels through weights of their own |
# | shared | the same places, windows and filters, but one set of 16 kernels for all places |


# %%
def new_network(kind):
    """Return an untrained network of one hidden layer for pages of 24 x 24 pixels."""
    hidden = {
        "dense": lambda: [layers.Flatten(), layers.Dense(392, activation="relu")],
        "locally connected": lambda: [local.LocallyConnected2D(16, 5, activation="relu"), layers.Flatten()],
        "shared": lambda: [layers.Conv2D(16, 5, activation="relu"), layers.Flatten()],
        "shared + pooled": lambda: [layers.Conv2D(16, 5, activation="relu"), layers.GlobalMaxPooling2D()],
    }[kind]()
    return keras.Sequential([keras.Input((24, 24, 1)), layers.Rescaling(1 / 255), *hidden, layers.Dense(10)])


for kind in ("dense", "locally connected", "shared"):
    hidden, last = [layer.count_params() for layer in new_network(kind).layers if layer.count_params()]
    print(f"{kind:17}  hidden layer {hidden:7,}  last layer {last:6,}  together {hidden + last:7,} parameters")

# %% [markdown]
# The first two have the same number of parameters (to 0.2%). The third cannot: needing fewer is what it is made for.
# Each is trained on the same pages, for the same number of epochs, with three seeds (which means other starting
# weights and another order of the pages), so that we see how much is luck.

# %%
readers, at_home, moved = {("dense", 0): dense_reader}, {}, {}  # one of them is trained already


def train_all(kind):
    """Train a kind of network with every seed; note what it reads at the top left and at the bottom right."""
    for seed in SEEDS:
        if (kind, seed) not in readers:
            training.seed(seed)
            readers[kind, seed] = train(new_network(kind), seed)
        at_home.setdefault(kind, []).append(training.accuracy(readers[kind, seed], test_pages, test_labels))
        moved.setdefault(kind, []).append(training.accuracy(readers[kind, seed], moved_pages, test_labels))


for kind in ("dense", "locally connected", "shared"):
    train_all(kind)
plots.seed_dots(
    at_home,
    xlabel="test accuracy at the top left, where they were trained",
    alt="One row per network with a dot for each seed: all of them lie close together, at about 98 percent.",
)

# %% tags=["claim"]
means = {kind: float(np.mean(values)) for kind, values in at_home.items()}
apart = max(means.values()) - min(means.values())
claims.check(
    "where they were trained, all three read more than 94%, with every seed", min(map(min, at_home.values())) > 0.94
)
claims.check(
    "and their means differ by less than 4 percentage points",
    apart < 0.04,
    value=100 * apart,
    unit="points",
    name="apart",
)

# %% [markdown]
# **What to notice.** At the top left it hardly matters: the three means lie {{apart:.1f}} points apart. The shared
# hidden layer has a four-hundredth of the locally connected one's parameters and loses little or nothing.
#
# And the moved digits? Kernels that are the same in all places know about the bottom right what they know about the
# top left.
#
# **Predict:** at the bottom right, which of the three will read more than half of the digits?

# %% tags=["predict"]
prediction = "..."  # "none", "the shared one", "the locally connected and the shared one"

# %% tags=["figure"]
plots.seed_dots(
    moved,
    xlabel="test accuracy at the bottom right",
    alt="One row per network, with a dot for each seed.",
)

# %% tags=["claim"]
claims.check(
    "at the bottom right all three read fewer than 30%, with every seed",
    max(max(values) for values in moved.values()) < 0.3,
    value=np.mean(moved["shared"]),
    name="shared_moved",
)

# %% [markdown]
# **What to notice.** None of them, and the shared one is no better than guessing: {{shared_moved:.0%}}. Often one
# reads that convolutional networks recognise a thing wherever it lies *because* they share weights. They do not.
# Something is missing, and to find out what, we look at what each layer has learned.

# %% [markdown]
# ### Exercise 6.6 (investigate): who will never learn?
#
# A weight whose pixel is black on every training image never changes. So you can say *before* training which places
# of a locally connected layer will learn nothing at all: those whose whole window was black in every image.
#
# Write `blind_places(images, kernel_size, stride)`. It takes images `(N, H, W)` uint8, the side of a square window,
# and the stride. It returns an array of True and False, `(rows, columns)`: True where the window of that place holds
# nothing but zeros in **all** images. The windows lie on the image completely, the first one at the upper left.


# %% tags=["exercise"] exercise="6.6" points=2
def blind_places(images: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Return (rows, columns) bool: where a window of kernel_size x kernel_size has been black in all images."""
    # BEGIN SOLUTION
    ever_bright = (images > 0).any(axis=0)  # (H, W)
    windows = np.lib.stride_tricks.sliding_window_view(ever_bright, (kernel_size, kernel_size))
    return ~windows[::stride, ::stride].any(axis=(2, 3))
    # END SOLUTION


# %% tags=["check"] exercise="6.6"
checks.exercise("6.6", blind_places)

# %% tags=["hidden"] exercise="6.6"
from course_utils.authoring import define

exercise = define.function("6.6", blind_places)


def drawn_pages(rng, count, height, width, bright):
    pages = np.zeros((count, height, width), np.uint8)
    for image in pages:
        for _ in range(bright):
            image[rng.integers(0, height // 2 + 1), rng.integers(0, width // 2 + 2)] = rng.integers(1, 256)
    return pages


one_dot = np.zeros((1, 5, 6), np.uint8)
one_dot[0, 1, 2] = 200
two_pages = np.zeros((2, 6, 6), np.uint8)
two_pages[0, 0, 0], two_pages[1, 3, 4] = 1, 255
corner = np.zeros((3, 8, 8), np.uint8)
corner[:, 1:4, 1:4] = np.random.default_rng(1).integers(1, 256, (3, 3, 3))
exercise.case("one bright pixel", images=one_dot, kernel_size=2, stride=1)
exercise.case("two pages, a pixel on each", images=two_pages, kernel_size=2, stride=2)
same_pixel = np.zeros((2, 4, 4), np.uint8)
same_pixel[:, 2, 1] = 128
exercise.case("two pages, both light up the same pixel", images=same_pixel, kernel_size=2, stride=2)
four_pages = np.repeat(same_pixel // 2, 2, axis=0)
exercise.case("four pages, all light up one pixel", visible=False, images=four_pages, kernel_size=3, stride=1)
exercise.case("digits at the top left, 3 x 3 windows", images=corner, kernel_size=3, stride=1)
exercise.case("the same, stride 2", images=corner, kernel_size=3, stride=2)
exercise.case("all black", visible=False, images=np.zeros((2, 4, 5), np.uint8), kernel_size=2, stride=1)
exercise.case("1 x 1 windows", visible=False, images=two_pages, kernel_size=1, stride=1)

# %% tags=["hidden"] exercise="6.6"
exercise.random_cases(2, lambda rng: {"images": drawn_pages(rng, 3, 9, 8, 2), "kernel_size": 3, "stride": 2})
exercise.random_cases(1, lambda rng: {"images": drawn_pages(rng, 4, 7, 9, 1), "kernel_size": 2, "stride": 1})
exercise.hints(
    "Two questions, one after the other: which pixels does SOME image light up? Which windows hold none of them?",
    "images.max(axis=0) is one image: the brightest that each pixel ever was. Slide the window over it.",
    "A smaller case: the pages 0 0 0 9 and 0 0 0 0 of one row each, windows 1 x 2 with stride 1: the pixels that "
    "ever were bright are 0 0 0 9, the windows 0 0, 0 0 and 0 9, so the answer is True True False.",
)


@exercise.correct
def by_loops(images, kernel_size, stride):
    brightest = images.max(axis=0)
    return np.array(
        [
            [
                brightest[top : top + kernel_size, left : left + kernel_size].max() == 0
                for left in range(0, images.shape[2] - kernel_size + 1, stride)
            ]
            for top in range(0, images.shape[1] - kernel_size + 1, stride)
        ]
    )


@exercise.correct
def by_windows_of_all_images(images, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(images, (kernel_size, kernel_size), axis=(1, 2))
    return (windows[:, ::stride, ::stride] == 0).all(axis=(0, 3, 4))


# %% tags=["hidden"] exercise="6.6"
@exercise.mutant("The other way round: True is for places that see nothing.")
def sighted_places(images, kernel_size, stride):
    return ~blind_places(images, kernel_size, stride)


@exercise.mutant("You call a place blind if its window was black in SOME image. It has to be black in all of them.")
def black_in_one_image(images, kernel_size, stride):
    return np.any([blind_places(image[np.newaxis], kernel_size, stride) for image in images], axis=0)


@exercise.mutant(
    "You add the images up in uint8. There 128 + 128 is 0, and a bright pixel looks black. Ask of each image whether "
    "the pixel is above 0, or take the maximum."
)
def adds_up_in_uint8(images, kernel_size, stride):
    return blind_places(images.sum(axis=0, dtype=np.uint8)[np.newaxis], kernel_size, stride)


@exercise.mutant("Only the first image counts here. Ask all of them.")
def first_image_only(images, kernel_size, stride):
    return blind_places(images[:1], kernel_size, stride)


@exercise.mutant("A window with one bright pixel is not blind: the weight of that pixel learns. All must be black.")
def one_black_pixel_is_enough(images, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view((images > 0).any(axis=0), (kernel_size, kernel_size))
    return ~windows[::stride, ::stride].all(axis=(2, 3))


# %% tags=["hidden"] exercise="6.6"
@exercise.mutant("The windows move on by 1 pixel, whatever the stride.")
def ignores_stride(images, kernel_size, stride):
    return blind_places(images, kernel_size, 1)


@exercise.mutant(
    "You look at the upper left pixel of each window only. The window is kernel_size pixels high and wide."
)
def one_pixel_per_window(images, kernel_size, stride):
    rows, columns = blind_places(images, kernel_size, stride).shape
    return blind_places(images, 1, stride)[:rows, :columns]


@exercise.mutant(
    "The last row and column of windows are missing: H pixels hold (H - kernel_size) // stride + 1 of them."
)
def one_window_too_few(images, kernel_size, stride):
    rows, columns = (len(range(0, side - kernel_size, stride)) for side in images.shape[1:])
    return blind_places(images, kernel_size, stride)[:rows, :columns]


# %% [markdown]
# ## What the kernels have learned
#
# Let us see whether such a prediction comes true. The same seed gives the same start, so we can build the locally
# connected network once more, untrained, and subtract. Below, the 20 x 20 places with the 5 x 5 numbers by which the
# kernel of one filter has changed in each. Beside it, the shared kernels: there is only one set.

# %% tags=["figure"]
training.seed(0)
start_of_local = new_network("locally connected").layers[1].get_weights()[0]  # (20, 20, 5, 5, 1, 16)
local_kernels = readers["locally connected", 0].layers[1].get_weights()[0]
change = local_kernels - start_of_local
busiest = np.abs(change).sum(axis=(0, 1, 2, 3, 4)).argmax()  # the filter that has changed most
tiles = np.pad(change[..., 0, busiest], ((0, 0), (0, 0), (0, 1), (0, 1)))  # a gap of 1 pixel between places
mosaic = tiles.transpose(0, 2, 1, 3).reshape(120, 120)
shared_kernels = readers["shared", 0].layers[1].get_weights()[0][:, :, 0]  # (5, 5, 16)
four_by_four = np.pad(shared_kernels, ((0, 1), (0, 1), (0, 0))).reshape(6, 6, 4, 4).transpose(2, 0, 3, 1)
plots.compare(
    mosaic,
    four_by_four.reshape(24, 24),
    titles=["local: change of one filter's kernel in each of 20 x 20 places", "shared: all 16 kernels"],
    shared_scale=False,
    height=4,
    alt="Left: a mosaic of 20 by 20 small kernels. At the top left they are coloured, each in another way; all "
    "others are white, since they have not changed. Right: 16 kernels of 5 by 5 numbers, each positive and "
    "negative.",
)

# %% tags=["claim"]
ever_bright_windows = np.lib.stride_tricks.sliding_window_view(ever_bright, (5, 5))  # (20, 20, 5, 5)
weight_changed = (change != 0).any(axis=(4, 5))
claims.check(
    "no weight whose pixel was black on every training page has changed in a single bit",
    not np.any(weight_changed & ~ever_bright_windows),
)
blind = 1 - weight_changed.any(axis=(2, 3)).mean()
claims.check(
    "more than 6 in 10 of the locally connected layer's 400 places have learned nothing at all",
    blind > 0.6,
    value=blind,
    name="blind",
)

# %% [markdown]
# **What to notice.** {{blind:.0%}} of the places have learned nothing, just as the training images foretold. The
# others have each found something of their own, from the few pixels that they got to see. The shared kernels were
# trained by all places at once. They look rougher than the kernels of lesson 02: the 64,010 weights behind them can
# make use of almost anything.
#
# So the shared kernels *are* good at the bottom right. Here is the proof: one page, its digit moved, and what the same
# filter makes of it.

# %% tags=["figure"]
both_pages = np.stack([test_pages[4], moved_pages[4]])  # (2, 24, 24, 1)
maps = {}
for kind in ("locally connected", "shared"):
    reader = readers[kind, 0]
    hidden = keras.Model(reader.inputs[0], reader.layers[1].output)
    maps[kind] = keras.ops.convert_to_numpy(hidden(both_pages))  # (2, 20, 20, 16)
strongest = {kind: both[0].max(axis=(0, 1)).argmax() for kind, both in maps.items()}
pictures = [both_pages[0] / 255, both_pages[1] / 255]
for kind, both in maps.items():
    chosen = both[..., strongest[kind]]
    pictures += list(chosen / chosen[0].max())
plots.grid(
    [np.clip(picture, 0, 1) for picture in pictures],
    columns=6,
    titles=["the page", "moved", "local: feature map", "moved", "shared: feature map", "moved"],
    alt="A page with a digit, and moved. A feature map of the locally connected layer: strokes light up at the top "
    "left; when the digit moves, something else lights up at the bottom right. A feature map of the shared layer: "
    "the same bright pattern, moved along with the digit.",
)

# %% tags=["claim"]
home, away = maps["shared"]  # (20, 20, 16) each
claims.check(
    "when the digit moves by 8 pixels, the feature maps of the shared layer move by 8 pixels and do not change "
    "otherwise",
    np.allclose(away[8:, 8:], home[:-8, :-8], atol=1e-4),
)
home, away = maps["locally connected"]
claims.check(
    "those of the locally connected layer change",
    not np.allclose(away[8:, 8:], home[:-8, :-8], atol=0.05),
)

# %% [markdown]
# **What to notice.** *Move the input, and the output moves along*: this is called **equivariance**, and it is what
# sharing gives, exactly and without a single training image from there. It is not yet *move the input, and the output
# stays*: that would be **invariance**, which is what an answer such as "this is a 3" needs.
#
# Who spoils it? Look at the layers behind the convolution. `Flatten` makes one long row out of 20 x 20 x 16 = 6,400
# numbers, and the last layer, a *dense* one, has a weight for each of them. It has learned what a bright spot in the
# feature map means at the top left. For the bottom right it has never seen one. The network is blind in its last
# layer instead of its first.

# %% [markdown]
# ## A head that does not ask where
#
# So the last layer must not know where something was found. The simplest way: of each feature map keep **the largest
# number only**, wherever it stands. 6,400 numbers become 16: "filter 1 found something, this much; filter 2 did not".
# This is **global max pooling**, and in Keras it takes the place of `Flatten`:
#
# | | behind the convolution | parameters of the last layer |
# |---|---|---|
# | shared | `Flatten()`: 6,400 numbers | 64,010 |
# | shared + pooled | `GlobalMaxPooling2D()`: 16 numbers | 170 |
#
# The whole network has 586 parameters now; the locally connected one has 230,410.
#
# **Predict:** how well will so small a network read at the top left? And at the bottom right?

# %% tags=["predict"]
prediction = {"top left": ..., "bottom right": ...}

# %% tags=["figure"]
train_all("shared + pooled")
plots.seed_dots(
    {
        f"{kind}, {where}": values[kind]
        for kind in at_home
        for where, values in (("top left", at_home), ("moved", moved))
    },
    xlabel="test accuracy",
    alt="Eight rows: for each of four networks one for the top left and one for the moved digits, with a dot for "
    "each seed.",
)

# %% tags=["claim"]
pooled_home, pooled_moved = np.array(at_home["shared + pooled"]), np.array(moved["shared + pooled"])
claims.check(
    "shared weights with global max pooling read more than 85% at the bottom right, with every seed",
    pooled_moved.min() > 0.85,
    value=pooled_moved.mean(),
    name="pooled_moved",
)
claims.check(
    "that is what they read at the top left, to within half a percentage point, with every seed",
    np.abs(pooled_home - pooled_moved).max() <= 0.005,
    value=pooled_home.mean(),
    name="pooled_home",
)

# %% tags=["claim"]
gap = max(means.values()) - pooled_home.mean()
claims.check(
    "at the top left they lose fewer than 8 percentage points against the best of the other three",
    gap < 0.08,
    value=100 * gap,
    unit="points",
    name="home_gap",
)
others = max(max(moved[kind]) for kind in moved if kind != "shared + pooled")
claims.check(
    "at the bottom right their worst seed is ahead of every other network's best by more than 50 percentage points",
    pooled_moved.min() - others > 0.5,
    value=100 * (pooled_moved.min() - others),
    unit="points",
)

# %% [markdown]
# **What to notice.** {{pooled_moved:.1%}} at the bottom right, {{pooled_home:.1%}} at the top left: the same, to the
# last digit or nearly so, from training images that were all at the top left. Sharing makes the feature maps move
# along; pooling forgets how far they have moved. You have seen that sharing alone does not do it.
#
# At home this costs {{home_gap:.1f}} points against the best of the others. That is little for a network that has
# a four-hundredth of the parameters and no longer knows where anything is.
#
# Here is the whole page: each square is a position of the digit, 2 pixels apart; the frame is the position that they
# were trained on.


# %%
def accuracy_map(network, offsets, num_images=100):
    """Return the accuracy for each position of the digits, (down, right)."""
    pages, labels = test_pages[:num_images], test_labels[:num_images]
    rows = []
    for down in offsets:
        one_row = [datasets.shift(pages, dx=right - 4, dy=down - 4) for right in offsets]
        guesses = keras.ops.convert_to_numpy(network(np.concatenate(one_row))).argmax(axis=1)
        rows.append((guesses.reshape(-1, num_images) == labels).mean(axis=1))
    return np.array(rows)


offsets = list(range(0, 17, 2))
position_maps = {kind: accuracy_map(readers[kind, 0], offsets) for kind in at_home}
plots.position_maps(
    position_maps,
    offsets,
    home=(4, 4),
    alt="Four maps of the page, dark is 0 and bright is 1. In the maps of the dense, the locally connected and the "
    "shared network only the framed square is bright. The map of the pooled network is bright all over, but dark "
    "along its upper and lower rim.",
)

# %% tags=["claim"]
inside = position_maps["shared + pooled"][2:-2, 2:-2]  # at least 4 pixels of black around the digit
claims.check(
    "where the digit has at least 4 black pixels around it, the pooled network's accuracy is the same in all "
    "positions, to within 2 percentage points",
    inside.max() - inside.min() <= 0.02,
    value=inside.max() - inside.min(),
)
rim = position_maps["shared + pooled"]
claims.check(
    "in the four corners of the page it is lower by more than 10 percentage points",
    inside.mean() - rim[[0, 0, -1, -1], [0, -1, 0, -1]].mean() > 0.1,
    value=100 * (inside.mean() - rim[[0, 0, -1, -1], [0, -1, 0, -1]].mean()),
    unit="points",
    name="rim_loss",
)

# %% [markdown]
# **What to notice.** Flat inside, and then a dark rim above and below: in the corners the accuracy is
# {{rim_loss:.0f}} points lower, although every pixel of the digit is still on the page. There it touches the border,
# and the windows that would see its outline from outside do not exist: the feature map has ended. (At the left and
# the right it matters less, since most of these digits are narrow and bring black columns of their own.) Lesson 03
# again: at a border, "move along" is no longer true. So even this network is invariant *as long as the windows around
# the digit stay on the page*, and not "always", as one often reads.
#
# Three more things to be honest about:
#
# - **It is not the only way.** One can leave the network as it is and show it digits everywhere: the data then teach
#   what was built in here. Lesson 10 does it.
# - **It has a price.** The pooled network knows *what*, not *where*. It cannot say where on the page the digit is, and
#   it does not even know how the parts of a digit lie to each other beyond the 5 x 5 pixels of a window. That this is
#   enough for digits is luck. Lesson 08 looks at the price.
# - **Sharing is not always right.** Where every place has its own meaning, as in passport photographs with the eyes
#   always in the same spot, local layers have been used with success. Sharing is an assumption.

# %% [markdown]
# ### Exercise 6.7 (build): a reader for any place
#
# Now in Keras, and deeper. `reader_for_any_place(side, filters)` returns an uncompiled network for gray uint8 pages of
# `side` x `side` pixels. `filters` is a tuple of whole numbers, for example `(8, 16)`. In this order the network
#
# 1. divides the pixels by 255 (`layers.Rescaling`),
# 2. has one convolution layer for **each** number in `filters`, with so many filters of 3 x 3 pixels, stride 1, no
#    padding, and ReLU,
# 3. has what is needed so that the answer does not depend on the place,
# 4. gives one output per digit, without activation.


# %% tags=["exercise"] exercise="6.7" points=2
def reader_for_any_place(side: int, filters: tuple[int, ...]) -> keras.Model:
    """Return a network that reads one of ten digits on pages (side, side, 1), wherever it lies."""
    # BEGIN SOLUTION
    network = keras.Sequential([keras.Input((side, side, 1)), layers.Rescaling(1 / 255)])
    for num_filters in filters:
        network.add(layers.Conv2D(num_filters, 3, activation="relu"))
    network.add(layers.GlobalMaxPooling2D())
    network.add(layers.Dense(10))
    return network
    # END SOLUTION


# %% tags=["check"] exercise="6.7"
checks.exercise("6.7", reader_for_any_place)

# %% tags=["hidden"] exercise="6.7"
from course_utils.authoring import define

exercise = define.function("6.7", reader_for_any_place, observe="layers")
exercise.case("pages of 24 x 24, 8 and 16 filters", side=24, filters=(8, 16))
exercise.case("pages of 9 x 9, three layers", visible=False, side=9, filters=(3, 5, 7))
exercise.case("one layer", visible=False, side=7, filters=(4,))
exercise.hints(
    "Begin with keras.Sequential([keras.Input((side, side, 1)), ...]); then network.add(...) for each further "
    "layer, in the order of the list.",
    "Flatten would hand the last layer a number for every place. Which layer keeps one number per feature map?",
    "A smaller case, for filters = (4,) and pages of 24 x 24: keras.Sequential([keras.Input((24, 24, 1)), "
    'layers.Rescaling(1 / 255), layers.Conv2D(4, 3, activation="relu"), layers.GlobalMaxPooling2D(), '
    "layers.Dense(10)]). For more numbers, one Conv2D each: a loop.",
)


@exercise.correct
def functional(side, filters):
    inputs = keras.Input((side, side, 1))
    x = layers.Rescaling(1 / 255)(inputs)
    for count in filters:
        x = layers.ReLU()(layers.Conv2D(count, (3, 3), padding="valid")(x))
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalMaxPooling2D()(x)))


# %% tags=["hidden"] exercise="6.7"
def stack(side, filters, *head, padding="valid", activation="relu", scale=1 / 255, layer=layers.Conv2D):
    maps = [layer(count, 3, padding=padding, activation=activation) for count in filters]
    begin = [layers.Rescaling(scale)] if scale else []
    return keras.Sequential([keras.Input((side, side, 1)), *begin, *maps, *head])


@exercise.correct
def as_one_list(side, filters):
    return stack(side, filters, layers.GlobalMaxPooling2D(), layers.Dense(units=10))


@exercise.mutant(
    "Flatten gives the last layer a weight for every place: this is the network that was blind when digits moved."
)
def flattens(side, filters):
    return stack(side, filters, layers.Flatten(), layers.Dense(10))


@exercise.mutant(
    "MaxPooling2D keeps the largest number of each small window, so the place still matters. You need one number "
    "per map."
)
def pools_in_small_windows(side, filters):
    return stack(side, filters, layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(10))


# %% tags=["hidden"] exercise="6.7"
@exercise.mutant("The mean over a whole map drowns a small digit in the black of the page. Keep the largest number.")
def averages(side, filters):
    return stack(side, filters, layers.GlobalAveragePooling2D(), layers.Dense(10))


@exercise.mutant("The last layer is to have no activation: the loss takes the logits, as in lesson 05.")
def ends_in_softmax(side, filters):
    return stack(side, filters, layers.GlobalMaxPooling2D(), layers.Dense(10, activation="softmax"))


@exercise.mutant("The pixels go in as 0 to 255: begin with layers.Rescaling(1 / 255).")
def forgets_to_rescale(side, filters):
    return stack(side, filters, layers.GlobalMaxPooling2D(), layers.Dense(10), scale=None)


@exercise.mutant("The ReLU behind the convolutions is missing.")
def forgets_the_relu(side, filters):
    return stack(side, filters, layers.GlobalMaxPooling2D(), layers.Dense(10), activation=None)


# %% tags=["hidden"] exercise="6.7"
@exercise.mutant("Only one convolution layer: `filters` holds a number for each layer, and there may be several.")
def one_layer_only(side, filters):
    return stack(side, filters[:1], layers.GlobalMaxPooling2D(), layers.Dense(10))


@exercise.mutant("These layers do not share their weights: at places that never saw a digit they would learn nothing.")
def locally_connected_instead(side, filters):
    head = layers.GlobalMaxPooling2D(), layers.Dense(10)
    return stack(side, filters, *head, layer=local.LocallyConnected2D)


@exercise.mutant('padding="same" lays zeros around the page. No padding is asked for: "valid", the default.')
def pads(side, filters):
    return stack(side, filters, layers.GlobalMaxPooling2D(), layers.Dense(10), padding="same")


# %% [markdown]
# ## Key points
#
# - A dense layer wires every pixel to every unit; a locally connected one cuts the wires that leave a window; a shared
#   one (a convolution) ties the weights of all windows. 68, 20, 5. Both steps are assumptions that we build in.
# - Dense and locally connected layers grow with the number of pixels, so with the square of the side. A shared layer
#   does not grow.
# - A weight whose input is always 0 never changes. A network knows nothing about places where it has seen nothing.
# - Sharing gives equivariance: feature maps move with the object. It does not give invariance: that depends on the
#   head.
# - Shared weights and global max pooling read a digit where they have never seen one, as long as it keeps clear of the
#   border.
#
# ## Self-test
#
# <details><summary>1. A page of 8 x 8 pixels, windows of 4 x 4 pixels that do not overlap, one unit per window. How
# many parameters: dense, locally connected, shared?</summary>
#
# 4 x (64 + 1) = 260, 4 x (16 + 1) = 68, 16 + 1 = 17.
#
# </details>
#
# <details><summary>2. You train the dense network for ten times as many epochs. Does it read better at the bottom
# right?</summary>
#
# No. The gradient of a weight with a black pixel is 0 in every one of the epochs.
#
# </details>
#
# <details><summary>3. What would weight decay (a pull of all weights towards 0) do to the weights at the bottom
# right?</summary>
#
# It would shrink them: then they are no longer the numbers of the start. But it would teach them nothing either.
#
# </details>
#
# <details><summary>4. "Convolutional networks recognise objects anywhere because of weight sharing." What is
# missing?</summary>
#
# A head that forgets the place, or training images with the object in all places. Sharing alone makes the feature
# maps move along, and Flatten + Dense takes them for something else.
#
# </details>
#
# <details><summary>5. 4,096 numbers come out of a convolution layer. A colleague calls them its parameters. Why is he
# wrong?</summary>
#
# They are outputs (activations): they change with each image. Parameters are the kernels and biases: training changes
# them.
#
# </details>
#
# ## To read
#
# - Y. LeCun, [Generalization and network design strategies](http://yann.lecun.com/exdb/publis/pdf/lecun-89.pdf), 1989:
#   the same comparison (dense, local, shared) on digits of 16 x 16 pixels.
# - I. Goodfellow, Y. Bengio and A. Courville, [Deep Learning](https://www.deeplearningbook.org/contents/convnets.html),
#   section 9.2, "Motivation", and section 9.5 on unshared convolution.
# - O. S. Kayhan and J. C. van Gemert, [On translation invariance in CNNs: convolutional layers can exploit absolute
#   spatial location](https://arxiv.org/abs/2003.07064), 2020: the border tells a network where it is.
# - Y. Taigman and others, DeepFace, 2014: faces, aligned, with locally connected layers.
#
# ## Next
#
# [07 Build a convolution layer](07_build_a_convolution_layer.ipynb): many filters, colour, padding and stride, and the
# two formulas with which you can work out the size and the parameters of any such layer.
