# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Design and train a CNN
# read_minutes: 45
# exercise_minutes: 60
# objectives:
#   - Plan a network from an image to one number per class, and build it in Sequential and in functional form
#   - Find out with an ablation over several seeds which design choices matter, and say when the runs cannot tell
#   - Read training curves, name what went wrong and decide when to stop
#   - Find out where a network errs with a confusion matrix and a wall of its most confident errors
#   - Save a network, load it again and let it judge a photograph from disk
# needs: [05_classify_digits_with_an_mlp, 07_build_a_convolution_layer, 08_pool_feature_maps]
# data: [astronaut, brick, camera, cat, china, coffee, coins, flower, grass, gravel, hubble, ihc, moon,
#   motorcycle, page, retina, rocket]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 105 minutes, exercises included: opening 7, plan 15, two forms 10, ablation 20,
# curves 15, stop 8, errors 10, photograph from disk 10, a network of
# their own 10. Short of time: leave out 9.2 and 9.8, and give 9.10 as homework: it is the one that asks for all of it.
#
# **What students believe, and where the lesson meets it.** More parameters are better (opening). "16 x 16 = 256, so
# Flatten gives 256" (9.1). One run that is half a point better proves something (ablation, 9.4). High training loss
# and bad test results are over-fitting (9.5). The last epoch is the network one gets (9.6). The mean of the batch
# means is the mean (9.7). Images must be divided by 255 before predict, although the network does so itself (9.9).
#
# **Let the class vote before you run:** the opening (which network, by how much), the order of the ablation, the four
# curves. The ablation is the heart: let pairs bet on each row before the picture.

# %% tags=["setup"]
import pathlib
import tempfile

import cv2
import keras
import numpy as np
from keras import layers

from course_utils import architectures, checks, claims, datasets, images, plots, profile, training
from course_utils.datasets import drawn_strokes

patches = datasets.load(profile.choose(quick="photo_patches", full="cifar10"))
num_classes = len(patches.class_names)
per_class = profile.choose(quick=80, full=10_000)  # how many training images of each class are used
used = np.concatenate([np.flatnonzero(patches.train.labels == c)[:per_class] for c in range(num_classes)])
few = datasets.Split(patches.train.images[used], patches.train.labels[used])

# %% [markdown]
# ## Thirty times fewer numbers
#
# Somebody has cut 17 photographs into small squares of 32 x 32 pixels. Here are three squares of each of the first
# eight. Given one square, from which photograph does it come? (In the `full` profile the data are CIFAR-10 instead,
# with ten kinds of things.)

# %% tags=["figure"]
names = patches.class_names[:8]
examples = [np.flatnonzero(patches.train.labels == c)[row] for row in range(3) for c in range(8)]
plots.grid(
    patches.train.images[examples],
    titles=[*names, *[""] * 16],
    columns=8,
    alt="Three small pictures from each of eight photographs: orange cloth and hair of an astronaut, bricks, a dark "
    "coat, fur of a cat, roofs of a temple, wood and a red cup, coins, petals of a flower.",
)

# %% [markdown]
# The squares for testing come from another part of each photograph than those for training, with a gap between, so no
# pixel of a test square was ever trained on. A network that remembers pixels has nothing to remember here.
#
# Two networks compete. One is an MLP as in lesson 05. The other is a small CNN of the kind that you design below; it
# has **thirty times fewer parameters**.


# %%
def train(build, data, judge, epochs, peak=0.01, rate=None):
    """Train what `build` makes, once for each of three seeds; return the last network and all accuracies on `judge`."""
    steps = training.num_steps(len(data.labels), 64, epochs)

    def compiled():
        network = build()
        network.compile(
            optimizer=keras.optimizers.Adam(rate or training.OneCycle(peak, steps)),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
            steps_per_execution=32,  # as in lesson 05: the same result, sooner
        )
        return network

    accuracies = []
    for seed, network in training.fresh_starts(compiled, seeds=3):
        network.fit(
            training.batches(*data, batch_size=64, seed=seed), epochs=epochs, verbose=0, callbacks=training.callbacks()
        )
        accuracies.append(training.accuracy(network, *judge))
    return network, accuracies


# %% [markdown]
# That is the whole training, with three seeds for everything. The learning rate goes through **one cycle**: it rises
# for a quarter of the steps and then falls along half a cosine almost to 0. Large steps in the middle find a good
# region, small steps at the end settle in it; few epochs are enough.
#
# Here are the two networks. Read the CNN as you would read a recipe; the next section explains why it looks like
# this.


# %%
def build_mlp(units, input_shape):
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Rescaling(1 / 255),
            layers.Flatten(),
            layers.Dense(units, activation="relu"),
            layers.Dense(num_classes),
        ]
    )


def build_cnn(input_shape, filters=(12, 24, 48), kernel_size=3, normalise=True, dropout=0.0):
    inputs = keras.Input(input_shape)
    x = layers.Rescaling(1 / 255)(inputs)
    for num_filters in filters:
        x = layers.Conv2D(num_filters, kernel_size, strides=2, padding="same")(x)
        x = layers.BatchNormalization(momentum=0.9)(x) if normalise else x
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(dropout)(x) if dropout else x
    return keras.Model(inputs, layers.Dense(num_classes)(x))


# %%
full_size = patches.train.images.shape[1:]  # (32, 32, 3)
small_parameters = build_cnn(full_size).count_params()
per_unit = 32 * 32 * 3 + 1 + num_classes  # what one hidden unit adds: its inputs, its bias, its outputs
units = 30 * small_parameters // per_unit + 1
large_parameters = build_mlp(units, full_size).count_params()
print(f"CNN {small_parameters:,} parameters, MLP {large_parameters:,}")
print(f"the MLP has {large_parameters / small_parameters:.1f} times as many")

# %% [markdown]
# **Predict before you run:** which one wins on the test squares, and by how many percentage points? (Guessing would
# be right 6 times in 100.)

# %% tags=["predict"]
prediction = "..."  # "the MLP" or "the CNN", and by how many points

# %%
opening_epochs = profile.choose(quick=6, full=15)
_, mlp_accuracies = train(lambda: build_mlp(units, full_size), few, patches.test, 2 * opening_epochs, peak=0.001)
cnn, cnn_accuracies = train(lambda: build_cnn(full_size), few, patches.test, opening_epochs)
plots.seed_dots(
    {f"MLP, {large_parameters:,} parameters": mlp_accuracies, f"CNN, {small_parameters:,} parameters": cnn_accuracies},
    xlabel="accuracy on test squares",
    alt="Two rows of three dots, a dot for each seed: the MLP and the CNN.",
)

# %% tags=["claim"]
lead = np.mean(cnn_accuracies) - np.mean(mlp_accuracies)
least_lead = profile.choose(quick=25, full=10)
claims.check(
    f"on average the CNN is at least {least_lead} points better than an MLP with 30 times its parameters",
    100 * lead >= least_lead and large_parameters >= 30 * small_parameters,
    value=100 * lead,
    unit="points",
    name="cnn_lead",
)
claims.check("the worst CNN is better than the best MLP", min(cnn_accuracies) > max(mlp_accuracies))

# %% [markdown]
# **What to notice.** The CNN is {{cnn_lead:.0f}} points better, and the three dots of each network lie close
# together: that is no luck of one seed. The MLP has to learn what a brick looks like once for every place where a
# brick may lie. The CNN learns it once (lesson 06). The rest of this lesson is about *designing* such a network, and
# about how you find out whether a design is any good.

# %% [markdown]
# ## The plan: from an image to one number per class
#
# An image is wide and shallow: 32 x 32 places, 3 numbers at each. The answer is the opposite: one place, 17 numbers.
# Nearly every CNN walks from the one to the other in small, equal steps. A step is a **block**:
#
# 1. a convolution with small kernels (3 x 3) that moves on by two pixels (`strides=2`), so that it halves the height
#    and the width;
# 2. a normalisation and a ReLU.
#
# After each block the map has a quarter of the places, so we can afford **twice the filters**. Early filters answer
# to edges and colours, and there are not many kinds of these. Later ones answer to combinations, and of these there
# are many. So a network gets *deep and narrow*: from few large maps to many small ones.

# %%
plots.volumes(
    build_cnn(full_size),
    alt="A row of boxes: the image, 32 by 32 by 3; after each block a box with half the height and width and twice "
    "the length: 16 by 16 by 12, 8 by 8 by 24, 4 by 4 by 48; then a thin line of 48 numbers and one of 17.",
)

# %%
architectures.table(build_cnn(full_size))

# %% [markdown]
# **What to notice.** Go down the column of shapes: 32, 16, 8, 4, while the last number grows from 3 to 48. Seven in ten
# parameters sit in the last convolution. And look at the receptive field: one number of the last map has seen 15 x 15
# of the 32 x 32 pixels.
#
# Three questions about this plan are asked in every class.
#
# **Why must all images have the same size?** They need not, for this network: `GlobalAveragePooling2D` gives 48
# numbers for maps of any size. A network with `Flatten` needs one fixed size, for its `Dense` layer has one weight
# for each place. And in both cases a *batch* is one array, so the images in it must have one size. So photographs are
# **resized** first. Cut them to a square before; otherwise everything in them gets thin or fat.
#
# **Why a stride and no pooling?** Both halve the maps; lesson 08 compares them. Pooling computes four times as many
# responses and then throws three quarters away, so a stride takes a quarter of the work. With more time, the usual
# block is a convolution with stride 1, a pooling, a normalisation and a ReLU.
#
# **Why `momentum=0.9`?** Batch normalisation keeps a running mean for use after training. Keras takes 0.99, which
# needs several hundred steps to settle. Our trainings are shorter than that. Forget this, and a network that does
# well in training is no better than guessing in the test.

# %% [markdown]
# ### Exercise 9.1 (apply): how many numbers leave Flatten?
#
# This network is from an older course. Images come in as 130 x 130 x 3.
#
# ```
# Conv2D(10, 3)                       no padding
# MaxPooling2D(4)
# Conv2D(20, 5, padding="same")
# MaxPooling2D(2)
# Flatten()
# ```
#
# How many numbers does `Flatten` give? Work it out on paper, step by step: height and width first, then the depth.

# %% tags=["exercise"] exercise="9.1" points=1
# BEGIN SOLUTION
num_flattened = 16 * 16 * 20
# END SOLUTION

# %% tags=["check"] exercise="9.1"
checks.exercise("9.1", num_flattened)

# %% tags=["hidden"] exercise="9.1"
from course_utils.authoring import define

exercise = define.answer("9.1", num_flattened, decimals=0)
exercise.wrong(256, "16 x 16 is right, but each of these places holds one number per filter. How many filters?")
exercise.wrong(2560, "The last convolution has 20 filters, not 10.")
exercise.wrong(3920, "The second convolution has padding='same': it keeps 32 x 32.")
exercise.wrong(20480, "You forgot the second pooling.")
exercise.wrong(5300, "That is the number of PARAMETERS of the two convolutions. Asked is how many numbers come out.")
exercise.wrong(15360, "The three colours are gone: each filter has added them up. Only the 20 filters count.")
exercise.wrong(5780, "32 / 2 is 16, and 128 / 4 is 32. A pooling window that does not fit completely is left out.")
exercise.wrong(320, "A map has a height AND a width: 16 x 16 places.")
exercise.hints(
    "Write down height, width and depth after each layer. The first convolution has no padding: 130 becomes 128.",
    "128, then 32 after the pooling by 4, then 32 again (same), then 16. The depth is the number of filters of the "
    "last convolution.",
    "A smaller case: 10 x 10 x 3, Conv2D(4, 3) without padding gives 8 x 8 x 4, MaxPooling2D(2) gives 4 x 4 x 4, and "
    "Flatten gives 4 * 4 * 4 = 64.",
)

# %% [markdown]
# ### Exercise 9.2 (build): write the plan before the network
#
# Write `plan(side, first, smallest)`. It returns the blocks of a network as a list of pairs `(side, filters)`: the
# side of the maps *after* the block, and the number of its filters.
#
# - Each block halves the side (an odd side is rounded down, as `MaxPooling2D` does).
# - The first block has `first` filters, each further one twice as many as the one before.
# - There is no block after which the side would be smaller than `smallest`.
#
# So `plan(32, 12, 4)` is `[(16, 12), (8, 24), (4, 48)]`, our network.


# %% tags=["exercise"] exercise="9.2" points=2
def plan(side: int, first: int, smallest: int) -> list[tuple[int, int]]:
    """Return (side after the block, filters) for each block."""
    # BEGIN SOLUTION
    blocks = []
    filters = first
    while side // 2 >= smallest:
        side = side // 2
        blocks.append((side, filters))
        filters = 2 * filters
    return blocks
    # END SOLUTION


# %% tags=["check"] exercise="9.2"
checks.exercise("9.2", plan)

# %% tags=["hidden"] exercise="9.2"
from course_utils.authoring import define

exercise = define.function("9.2", plan)
exercise.case("our network", side=32, first=12, smallest=4)
exercise.case("an odd side on the way", side=28, first=24, smallest=3)
exercise.case("down to a single place", side=16, first=8, smallest=1)
exercise.case("no room for a block", side=6, first=8, smallest=4)
exercise.case("a photograph", visible=False, side=224, first=64, smallest=7)
exercise.case("an odd side at once", visible=False, side=65, first=10, smallest=5)
exercise.random_cases(
    3,
    lambda rng: {
        "side": int(rng.integers(20, 300)), "first": int(rng.integers(3, 40)), "smallest": int(rng.integers(2, 9)),
    },
)  # fmt: skip
exercise.hints(
    "Begin with an empty list and the side and filters of the first block. As long as half the side is large enough, "
    "add a block.",
    "side // 2 rounds down. Ask `side // 2 >= smallest` BEFORE you add the block, and double the filters after it.",
    "A smaller case: plan(12, 4, 3): 12 // 2 = 6 is at least 3, so (6, 4); 6 // 2 = 3 is at least 3, so (3, 8); 3 // "
    "2 = 1 is not. The result is [(6, 4), (3, 8)].",
)


# %% tags=["hidden"] exercise="9.2"
@exercise.correct
def with_recursion(side, first, smallest):
    half = side // 2
    return [(half, first), *with_recursion(half, 2 * first, smallest)] if half >= smallest else []


@exercise.correct
def with_powers(side, first, smallest):
    sides = [side // 2**number for number in range(1, 12)]
    return [(one, first * 2**number) for number, one in enumerate(sides) if one >= smallest]


@exercise.mutant("One block too many: its side is smaller than `smallest`. Ask before you add the block, not after.")
def one_too_many(side, first, smallest):
    blocks = []
    while side >= smallest and side > 1:
        side, first = side // 2, 2 * first
        blocks.append((side, first // 2))
    return blocks


@exercise.mutant("The last block is missing: a side of exactly `smallest` is allowed (>=, not >).")
def strictly_larger(side, first, smallest):
    return [block for block in with_powers(side, first, smallest) if block[0] > smallest]


# %% tags=["hidden"] exercise="9.2"
@exercise.mutant("The first block has `first` filters. You doubled before you added it.")
def doubles_too_early(side, first, smallest):
    return with_powers(side, 2 * first, smallest)


@exercise.mutant("All blocks have the same number of filters. Each further one has twice as many as the one before.")
def never_doubles(side, first, smallest):
    return [(one, first) for one, _ in with_powers(side, first, smallest)]


@exercise.mutant("You give the side BEFORE each block. Give the side after it.")
def side_before(side, first, smallest):
    blocks = with_powers(side, first, smallest)
    return [(before, filters) for before, (_, filters) in zip([side, *[b[0] for b in blocks]], blocks, strict=False)]


@exercise.mutant("An odd side is rounded up: MaxPooling2D leaves out the row that does not fit. Use side // 2.")
def rounds_up(side, first, smallest):
    blocks = []
    while -(-side // 2) >= smallest and side > 1:
        side = -(-side // 2)
        blocks.append((side, first))
        first *= 2
    return blocks


@exercise.mutant("You add `first` filters each time: 12, 24, 36. Doubling gives 12, 24, 48.")
def adds_instead_of_doubling(side, first, smallest):
    return [(one, first * number) for number, (one, _) in enumerate(with_powers(side, first, smallest), 1)]


# %% [markdown]
# ## The same network in two forms
#
# The opening CNN was written in the **functional** form: each layer is called on what the one before gave, and the
# model is made from its first and its last tensor. The **Sequential** form is a plain list of layers.
#
# **Predict:** give both the same weights. Will their outputs be equal to the last digit, nearly equal, or just
# similar?

# %% tags=["predict"]
prediction = "..."  # "equal", "nearly" or "similar"

# %%
as_a_list = [keras.Input(full_size), layers.Rescaling(1 / 255)]
for num_filters in (12, 24, 48):
    as_a_list += [
        layers.Conv2D(num_filters, 3, strides=2, padding="same"),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
    ]
sequential = keras.Sequential([*as_a_list, layers.GlobalAveragePooling2D(), layers.Dense(num_classes)])
sequential.set_weights(cnn.get_weights())

some = patches.test.images[:8]
print("parameters", sequential.count_params(), "and", cnn.count_params())
difference = np.abs(sequential.predict(some, verbose=0) - cnn.predict(some, verbose=0)).max()
claims.check("their outputs are equal to within a millionth of the largest", difference <= 1e-5, value=difference)

# %% [markdown]
# **What to notice.** They are the same computation, written down twice; if anything differs, it is the rounding of the
# last digits. Take the list while the network *is* a list.
# Take the functional form as soon as data take two ways: two inputs, two outputs, or a shortcut around a block, as in
# the ResNets of a later lesson. There is also a third way, a subclass of `keras.Model` with a `call` method. It can
# do everything, and pays for it: Keras can no longer draw the network or list its shapes.

# %% [markdown]
# ### Exercise 9.3 (build): a network from its plan
#
# Write `network(side, filters, num_classes)` in either form. Images come in as `(side, side, 3)`, uint8.
#
# 1. `Rescaling(1 / 255)`;
# 2. for each number in `filters` a block: `Conv2D` with that many 3 x 3 filters, `padding="same"` and ReLU, then
#    `MaxPooling2D(2)` (no normalisation here);
# 3. `Flatten`, and a `Dense` layer that gives one logit per class.


# %% tags=["exercise"] exercise="9.3" points=3
def network(side: int, filters: list[int], num_classes: int) -> keras.Model:
    """Return the network; it is not compiled."""
    # BEGIN SOLUTION
    model = keras.Sequential([keras.Input((side, side, 3)), layers.Rescaling(1 / 255)])
    for num_filters in filters:
        model.add(layers.Conv2D(num_filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(num_classes))
    return model
    # END SOLUTION


# %% tags=["check"] exercise="9.3"
checks.exercise("9.3", network)

# %% tags=["hidden"] exercise="9.3"
from course_utils.authoring import define

exercise = define.function("9.3", network, observe="layers")
exercise.case("two blocks", side=16, filters=[4, 8], num_classes=5)
exercise.case("an odd side", side=15, filters=[6], num_classes=3)
exercise.case("three blocks", visible=False, side=20, filters=[2, 3, 5], num_classes=4)
exercise.hints(
    "Begin with keras.Input((side, side, 3)), or the network does not know its shapes. A loop over `filters` makes "
    "the blocks.",
    "No softmax at the end: the loss of this course takes logits. The ReLU belongs to the convolutions only.",
    "A smaller case: network(8, [2], 3) has the shapes 8x8x3 (Rescaling), 8x8x2 (Conv2D), 4x4x2 (MaxPooling2D), 32 "
    "(Flatten), 3 (Dense), and 56 + 99 parameters.",
)


def _written(side, filters, num_classes, padding="same", activation="relu", pool=2, last=None, size=3, scale=True):
    inputs = keras.Input((side, side, 3))
    x = layers.Rescaling(1 / 255)(inputs) if scale else inputs
    for num_filters in filters:
        x = layers.Conv2D(num_filters, size, padding=padding, activation=activation)(x)
        x = layers.MaxPooling2D(pool)(x) if pool else x
    return keras.Model(inputs, layers.Dense(num_classes, activation=last)(layers.Flatten()(x)))


# %% tags=["hidden"] exercise="9.3"
@exercise.correct
def functional(side, filters, num_classes):
    return _written(side, filters, num_classes)


@exercise.correct
def activations_as_layers(side, filters, num_classes):
    blocks = []
    for num_filters in filters:
        blocks += [layers.Conv2D(num_filters, (3, 3), padding="same"), layers.ReLU(), layers.MaxPool2D((2, 2))]
    start = [keras.Input((side, side, 3)), layers.Rescaling(1 / 255)]
    return keras.Sequential([*start, *blocks, layers.Flatten(), layers.Dense(num_classes)])


@exercise.mutant("The last layer has a softmax. Our loss takes logits (from_logits=True): leave the activation out.")
def ends_with_softmax(side, filters, num_classes):
    return _written(side, filters, num_classes, last="softmax")


@exercise.mutant("Your convolutions have no padding, so each block loses two rows and columns more. padding='same'.")
def no_padding(side, filters, num_classes):
    return _written(side, filters, num_classes, padding="valid")


# %% tags=["hidden"] exercise="9.3"
@exercise.mutant("There is no ReLU: without one, two convolutions after each other are just one convolution.")
def no_activation(side, filters, num_classes):
    return _written(side, filters, num_classes, activation=None)


@exercise.mutant("All blocks have the filters of the first one. Take each number of `filters` in its turn.")
def first_number_only(side, filters, num_classes):
    return _written(side, [filters[0]] * len(filters), num_classes) if len(filters) > 1 else _written(side, [1], 2)


@exercise.mutant("The images are not rescaled: Rescaling(1 / 255) comes first.")
def forgets_rescaling(side, filters, num_classes):
    return _written(side, filters, num_classes, scale=False)


@exercise.mutant("The pooling is missing: each block ends with MaxPooling2D(2).")
def forgets_pooling(side, filters, num_classes):
    return _written(side, filters, num_classes, pool=None)


# %% [markdown]
# ## Which choices matter? An ablation
#
# Twelve filters, three blocks, 3 x 3 kernels, a normalisation, one cycle: says who? An **ablation** answers: change
# *one* choice, keep all others, train again, compare. Two rules make it honest.
#
# 1. **Compare on the validation set.** Whoever chooses by the test set has trained on it, with himself as the
#    optimiser.
# 2. **Repeat with several seeds.** Two runs of the *same* network differ, too. A difference between two choices means
#    something only when it is larger than the differences within each.
#
# And one trick makes it cheap: **explore small.** We take every second square, and resize it to 16 x 16: four times
# fewer pixels, and nearly four times less work. What matters here will most likely matter at 32 x 32, and there we
# need to train the winner only.


# %%
def resize(split, side):
    """Return the split with images of side x side pixels; INTER_AREA takes the mean of what falls into a pixel."""
    smaller = [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA) for image in split.images]
    return datasets.Split(np.stack(smaller), split.labels)


side = profile.choose(quick=16, full=32)
half = np.arange(len(few.labels)) % 2 == 0  # every second square will do
small = {
    "train": resize(datasets.Split(few.images[half], few.labels[half]), side),
    "validation": resize(patches.validation, side),
}
small_shape = small["train"].images.shape[1:]
plots.compare(
    *[patches.train.images[i] for i in (700, 1300)],
    *[resize(datasets.Split(patches.train.images[[i]], patches.train.labels[[i]]), 16).images[0] for i in (700, 1300)],
    titles=["32 x 32", "32 x 32", "16 x 16", "16 x 16"],
    height=1.8,
    alt="Two small pictures, and the same two in a quarter of the pixels: coarser, but one still knows what they are.",
)

# %% [markdown]
# **Predict before you run.** Here are the seven competitors. Which change costs most? Which ones make no difference
# that you could see?
#
# | name | what is different |
# |---|---|
# | base | nothing: 12, 24, 48 filters, 3 x 3, normalised, one cycle |
# | one block | depth: one block of 48 filters in place of three blocks |
# | narrow | width: 3, 6, 12 filters |
# | 5 x 5 | kernel size |
# | no normalisation | without BatchNormalization |
# | dropout | a quarter of the 48 numbers dropped before the last layer |
# | constant rate | schedule: the rate stays at 0.001, which is Adam's own default, all the time |

# %% tags=["predict"]
order_guess = ["...", "...", "..."]  # the worst three, worst first

# %%
variants = {
    "base": {},
    "one block": {"filters": (48,)},
    "narrow": {"filters": (3, 6, 12)},
    "5 x 5": {"kernel_size": 5},
    "no normalisation": {"normalise": False},
    "dropout": {"dropout": 0.25},
}
ablation_epochs = profile.choose(quick=6, full=15)
ablation = {}
for name, change in variants.items():
    _, ablation[name] = train(
        lambda change=change: build_cnn(small_shape, **change),
        small["train"], small["validation"], epochs=ablation_epochs,
    )  # fmt: skip
_, ablation["constant rate"] = train(
    lambda: build_cnn(small_shape), small["train"], small["validation"], epochs=ablation_epochs, rate=0.001
)

# %% tags=["figure"]
plots.seed_dots(
    ablation,
    xlabel="accuracy on validation squares",
    alt="Seven rows of three dots, a dot for each seed and a bar at the mean: the base and the six changes.",
)

# %% tags=["claim"]
cost = {name: 100 * (np.mean(ablation["base"]) - np.mean(runs)) for name, runs in ablation.items()}
for name, least, sentence, quoted in (
    ("one block", 2, "one block in place of three", "depth"),
    ("narrow", 10, "a quarter of the filters", "width"),
    ("no normalisation", 6, "leaving the normalisation out", "normalisation"),
    ("constant rate", 3, "a constant rate in place of one cycle", "schedule"),
):
    claims.check(
        f"{sentence} costs at least {least} points",
        cost[name] >= profile.choose(quick=least, full=0),
        value=cost[name],
        unit="points",
        name=f"cost_of_{quoted}",
    )

# %% tags=["claim"]
worst_base, best_one_block = min(ablation["base"]), max(ablation["one block"])
claims.check(
    "every base is better than every narrow network",
    worst_base > max(ablation["narrow"]),
    value=100 * worst_base,
    unit="%",
    name="worst_base",
)
overtaken = [min(ablation[name]) > max(ablation["base"]) for name in ("5 x 5", "dropout")]
if profile.name() == "quick":
    claims.check(
        "so is every network with one block",
        min(ablation["one block"]) > max(ablation["narrow"]),
        value=100 * best_one_block,
        unit="%",
        name="best_one_block",
    )
    claims.check("neither 5 x 5 kernels nor dropout is better than the base in all runs", not any(overtaken))
else:  # On CIFAR-10 these two are otherwise: there one block falls behind, and a change overtakes the base.
    claims.measured("the best network with one block", 100 * best_one_block, unit="%", name="best_one_block")
    claims.measured("changes that are better than the base in all runs", sum(overtaken))

# %% [markdown]
# **What to notice.** Four choices carry this network: **width** ({{cost_of_width:.0f}} points), **normalisation**
# ({{cost_of_normalisation:.0f}}), the **schedule** ({{cost_of_schedule:.0f}}) and **depth** ({{cost_of_depth:.0f}}).
# For width you need no statistics: the dots do not even come near each other. Depth takes a second look: the best of
# the three networks with one block reaches {{best_one_block:.0f}}%, the worst of the base {{worst_base:.0f}}%. What
# three runs can tell there, and what they cannot, is the question of the next exercise.
#
# The schedule surprises most people: it costs nothing, not one parameter. At a constant rate the last steps are as
# large as the first ones, and the weights never come to rest. (We tried three constant rates for this table, 0.01,
# 0.0025 and 0.001, and took the best one: a competitor has to be given its chance.)
#
# And two choices bring nothing here: **5 x 5 kernels**, although they have almost three times the parameters, and
# **dropout**. Their dots overlap with those of the base, or lie to their left. Whoever reports the best dot of each
# row reports a seed.
#
# What this does *not* tell you: how the choices act together, or with more epochs. Dropout, for one, makes learning
# slower and pays in long trainings only. An ablation speaks about the neighbourhood of one network.
#
# An older course reports that augmentation lifted its network from 68.00 % to 68.33 %, in one run. You can now say
# what to think of that.

# %% [markdown]
# ### Exercise 9.4 (investigate): can these runs tell?
#
# Write `verdict(first, second)` for the accuracies of two networks, several runs each. It returns
#
# - `"first"` when **every** run of the first network is better than every run of the second,
# - `"second"` when it is the other way round,
# - `"unclear"` in all other cases, equal numbers included.
#
# This is a strict, simple rule, good enough for three runs. Then find out what it says about your own predictions, for
# example `verdict(ablation["base"], ablation["one block"])`.


# %% tags=["exercise"] exercise="9.4" points=2
def verdict(first: list[float], second: list[float]) -> str:
    """Return "first", "second" or "unclear"."""
    # BEGIN SOLUTION
    if min(first) > max(second):
        return "first"
    if min(second) > max(first):
        return "second"
    return "unclear"
    # END SOLUTION


# %% tags=["check"] exercise="9.4"
checks.exercise("9.4", verdict)

# %% tags=["hidden"] exercise="9.4"
from course_utils.authoring import define

exercise = define.function("9.4", verdict)
exercise.case("clearly the first", first=[0.81, 0.83, 0.82], second=[0.74, 0.77, 0.75])
exercise.case("clearly the second", first=[0.52, 0.50, 0.49], second=[0.61, 0.58, 0.60])
exercise.case("a better mean, but overlapping", first=[0.90, 0.80, 0.88], second=[0.81, 0.79, 0.80])
exercise.case("one lucky run", first=[0.82, 0.81, 0.83], second=[0.60, 0.70, 0.90])
exercise.case("0.33 points, one run each", first=[0.6833], second=[0.68])
exercise.case("they touch", first=[0.80, 0.82], second=[0.78, 0.80])
exercise.case("better in each pair, but overlapping", first=[0.70, 0.80, 0.90], second=[0.69, 0.79, 0.89])
exercise.case("the same runs", visible=False, first=[0.7, 0.71, 0.72], second=[0.72, 0.71, 0.7])
exercise.case("another number of runs", visible=False, first=[0.9, 0.91, 0.92, 0.93, 0.95], second=[0.89, 0.7])
exercise.case("the second, just so", visible=False, first=[0.6, 0.62], second=[0.621, 0.9])
exercise.case("touching from below", visible=False, first=[0.5, 0.6], second=[0.6, 0.7])
exercise.case("far ahead but for one run", visible=False, first=[0.97, 0.80, 0.95], second=[0.82, 0.79, 0.81])
exercise.case("one ahead each time", visible=False, first=[0.61, 0.71, 0.81], second=[0.6, 0.7, 0.8])
exercise.random_cases(
    4,
    lambda rng: {
        "first": [round(float(x), 3) for x in rng.normal(0.8, 0.02, 3)],
        "second": [round(float(x), 3) for x in rng.normal(0.8 + rng.choice([-0.07, 0, 0.07]), 0.02, 4)],
    },
)
exercise.hints(
    "You need four numbers only: the best and the worst run of each network.",
    "Every run of the first is better than every run of the second just when the WORST of the first is better than "
    "the BEST of the second.",
    "A smaller case: first = [5, 7], second = [3, 4]: 5 > 4, so 'first'. With second = [3, 6]: 5 > 6 is false, 3 > 7 "
    "is false, so 'unclear'.",
)


# %% tags=["hidden"] exercise="9.4"
@exercise.correct
def by_pairs(first, second):
    if all(a > b for a in first for b in second):
        return "first"
    return "second" if all(b > a for a in first for b in second) else "unclear"


@exercise.correct
def by_sorting(first, second):
    lower, upper = sorted([sorted(first), sorted(second)], key=lambda runs: runs[0])
    if lower[-1] >= upper[0]:
        return "unclear"
    return "first" if upper == sorted(first) else "second"


@exercise.mutant("You compare the means only. Runs that overlap cannot tell, however the means differ.")
def compares_means(first, second):
    difference = np.mean(first) - np.mean(second)
    return "unclear" if abs(difference) < 1e-12 else "first" if difference > 0 else "second"


@exercise.mutant("You compare the best runs only. One lucky run is no evidence.")
def compares_the_best(first, second):
    return "first" if max(first) > max(second) else "second" if max(second) > max(first) else "unclear"


# %% tags=["hidden"] exercise="9.4"
@exercise.mutant("Runs that are equal are not better: use > and not >=.")
def equal_counts_as_better(first, second):
    if min(first) >= max(second):
        return "first"
    return "second" if min(second) >= max(first) else "unclear"


@exercise.mutant(
    "You compare run by run. The seeds of the two networks have nothing to do with each other: compare all with all."
)
def compares_in_pairs(first, second):
    if all(a > b for a, b in zip(first, second, strict=False)):
        return "first"
    return "second" if all(b > a for a, b in zip(first, second, strict=False)) else "unclear"


@exercise.mutant(
    "You compare the difference of the means with the spread. Here only one thing counts: do the runs overlap?"
)
def compares_with_the_spread(first, second):
    difference, spread = np.mean(first) - np.mean(second), np.std(first) + np.std(second)
    return "first" if difference > spread else "second" if -difference > spread else "unclear"


@exercise.mutant("You never say 'second'. The second network may be the better one.")
def never_the_second(first, second):
    return "first" if min(first) > max(second) else "unclear"


# %% tags=["hidden"] exercise="9.4"
@exercise.mutant("First and second are exchanged: a higher accuracy is better.")
def exchanges_them(first, second):
    return {"first": "second", "second": "first"}.get(verdict(first, second), "unclear")


# %% [markdown]
# ## Read the curves
#
# A training tells you more than its last number. Below are the losses of four trainings on squares of 16 x 16 pixels.
# Solid lines with filled marks are validation, dashed lines with open marks are training. One network is far too
# small, one has far too high a learning rate, one has only twelve squares of each photograph to learn from, and one
# is our CNN.
#
# **Predict before you run:** what will the *pair* of lines look like in each case? Which two pictures could you mix
# up if you saw the validation line alone?

# %% tags=["predict"]
prediction = "..."


# %%
def train_once(build, data, epochs, rate, batch_size=32):
    """Train with one seed and with validation; return the network and its history."""
    training.seed(0)
    network = build()
    network.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = network.fit(
        training.batches(*data, batch_size=batch_size),
        validation_data=training.batches(*small["validation"], batch_size=500, shuffle=False),
        epochs=epochs, verbose=0, callbacks=training.callbacks(),
    )  # fmt: skip
    return network, history


# %%
number = profile.choose(quick=12, full=100)  # squares of each photograph that network C may see
little = np.concatenate([np.flatnonzero(small["train"].labels == c)[:number] for c in range(num_classes)])
little = datasets.Split(small["train"].images[little], small["train"].labels[little])
cycle = training.OneCycle(0.01, training.num_steps(len(small["train"].labels), 32, 6))
_, too_small = train_once(lambda: build_cnn(small_shape, filters=(1, 2)), small["train"], 6, cycle)
_, too_fast = train_once(lambda: build_mlp(64, small_shape), small["train"], 6, 0.3)
by_heart, too_long = train_once(lambda: build_cnn(small_shape), little, 25, 0.003)
_, ours = train_once(lambda: build_cnn(small_shape), small["train"], 6, cycle)
four = {"A": too_small, "B": too_fast, "C": too_long, "D": ours}

# %% tags=["figure"]
readings = {name: training.reading(history, num_classes) for name, history in four.items()}
plots.curve_pairs(
    four,
    titles=[f"{name}: {reading.kind}" for name, reading in readings.items()],
    alt="Four panels on one scale. A: both losses stay high, close together. B: training begins extremely high, then "
    "both are stuck. C: training falls and falls, validation turns and stays far above. D: both fall, validation "
    "above.",
)

# %%
print(readings["B"].sentence)
print(readings["C"].sentence)

# %% tags=["claim"]
claims.check("B has too high a rate", readings["B"].kind == "rate too high")
claims.check("C is over-fitting", readings["C"].kind == "over-fitting")
learnt = too_small.history["accuracy"][-1]
claims.check("A cannot tell even half of its own training squares", learnt < 0.5, value=learnt, name="learnt_by_a")

# %% [markdown]
# **What to notice.** The *pair* tells the story, and the training line comes first.
#
# | training loss | validation loss | name | what to do |
# |---|---|---|---|
# | stays high | about as high | **under-fitting** | larger network, less regularisation, longer training |
# | falls on and on | turns up, or stays far behind | **over-fitting** | more data, augmentation, stop earlier |
# | jumps, grows, or is stuck after a wild start | the same | **rate too high** | divide the rate by 3 to 10 |
# | NaN | NaN | **diverged** | divide the rate by 10, check the scale of the images |
# | still falling | still falling | **still improving** | just train longer |
# | low and level | close by, level | **good** | keep it |
#
# And D, our own network? It does better on its training squares than on new ones, too. It is the best we have, and
# its curves tell us what to do next: not more filters, but more squares, or the same ones changed a little (lesson
# 10).
#
# A well-known course shows a network with 0 % on two of its classes and explains it as over-fitting. Its training
# loss was as high as its test loss. It was not over-fitted, it was *under-trained*; dropout, the cure for the one,
# makes the other worse.

# %% [markdown]
# ### Exercise 9.5 (apply): four diagnoses
#
# Training and validation loss by epoch, ten classes, so that guessing has a loss of 2.30:
#
# ```
#         epoch    1     2     3     4     5     6
# first   train  2.30  2.29  2.28  2.28  2.27  2.27
#         valid  2.30  2.29  2.28  2.28  2.28  2.27
# second  train  1.90  1.10  0.60  0.31  0.12  0.05
#         valid  1.75  1.30  1.15  1.22  1.41  1.66
# third   train  1.90  1.52  1.24  1.03  0.87  0.74
#         valid  1.85  1.55  1.31  1.13  1.00  0.90
# fourth  train  2.60  1.30  3.70  1.20  2.90  1.90
#         valid  1.90  2.80  1.50  3.10  2.20  2.70
# ```
#
# (In the first, two classes have 0 % right answers.)
#
# Give the four names in this order, as a tuple of texts. The names are `"under-fitting"`, `"over-fitting"`,
# `"rate too high"` and `"still improving"`; each may occur more than once, or not at all.

# %% tags=["exercise"] exercise="9.5" points=2
# BEGIN SOLUTION
diagnoses = ("under-fitting", "over-fitting", "still improving", "rate too high")
# END SOLUTION

# %% tags=["check"] exercise="9.5"
checks.exercise("9.5", diagnoses)

# %% tags=["hidden"] exercise="9.5"
from course_utils.authoring import define

exercise = define.answer("9.5", diagnoses)
exercise.wrong(
    ("over-fitting", "over-fitting", "still improving", "rate too high"),
    "The first network is as bad in training as in validation. It has learnt nothing by heart; it has learnt nothing.",
)
exercise.wrong(
    ("still improving", "over-fitting", "still improving", "rate too high"),
    "The first falls by 0.03 in six epochs and is still at guessing. At this pace it would take years.",
)
exercise.wrong(
    ("under-fitting", "over-fitting", "under-fitting", "rate too high"),
    "The third is still high, but look at its last steps: both losses fall by a tenth each epoch. It is not done yet.",
)
exercise.wrong(
    ("under-fitting", "over-fitting", "over-fitting", "rate too high"),
    "In the third, validation lags a little behind training, but it still falls in every epoch.",
)
exercise.wrong(
    ("under-fitting", "over-fitting", "still improving", "over-fitting"),
    "In the fourth the TRAINING loss jumps up and down, too. A network that learns by heart has a smooth training "
    "loss.",
)
exercise.wrong(
    ("under-fitting", "rate too high", "still improving", "over-fitting"),
    "Second and fourth are exchanged: which of them has a training loss that falls smoothly to almost 0?",
)
# %% tags=["hidden"] exercise="9.5"
exercise.wrong(
    ("underfitting", "overfitting", "still improving", "rate too high"),
    "You mean the right things. Write the names as the exercise does, with a hyphen.",
)
exercise.hints(
    "Read the training line first: does it fall, is it stuck, does it jump? Then ask what validation does meanwhile.",
    "Stuck and high: under-fitting. Falls while validation turns up: over-fitting. Both fall to the end: still "
    "improving. Jumps: rate too high.",
    "An easier one: train 1.0, 0.5, 0.2, 0.1 with valid 1.0, 0.8, 0.9, 1.2 is over-fitting: validation turns up after "
    "the second epoch while training goes on falling.",
)

# %% [markdown]
# ## When to stop
#
# Look at C once more: after some epochs its validation loss falls no further, while the training loss goes on
# falling. From there on it learns squares by heart. A course that is widely used trained a network for 100 epochs,
# the best of which was the 11th: 89 epochs of computing for a worse network, and it kept the last one.
#
# `training.callbacks()` guards against that in two ways. It **keeps the best**: at the end, `fit` puts back the
# weights of the epoch with the lowest validation loss. And with `patience=5` it **stops early**: after five epochs
# without a new lowest loss.
#
# **Predict:** C was trained for 25 epochs. Which was its best one? After how many would a patience of 5 have ended
# it?

# %% tags=["predict"]
prediction = (..., ...)

# %%
losses_of_c = too_long.history["val_loss"]
kept = by_heart.evaluate(
    training.batches(*small["validation"], batch_size=500, shuffle=False), verbose=0, return_dict=True
)["loss"]
waited = [epoch - int(np.argmin(losses_of_c[: epoch + 1])) for epoch in range(len(losses_of_c))]
ended = next((epoch for epoch, count in enumerate(waited) if count == 5), len(losses_of_c) - 1)

# %% tags=["claim"]
claims.check("the network C has the weights of its best epoch", abs(kept - min(losses_of_c)) < 1e-3, value=kept)
claims.check("its best epoch is not the first", np.argmin(losses_of_c) > 0,
             value=1 + int(np.argmin(losses_of_c)), name="best_epoch_of_c")  # fmt: skip
claims.check("a patience of 5 lets it train for 6 epochs at least", ended >= 5, value=1 + ended, name="epochs_of_c")

# %% [markdown]
# **What to notice.** In our run the best epoch of C was number {{best_epoch_of_c:.0f}}, and with a patience of 5
# training would have ended after {{epochs_of_c:.0f}}. Patience costs a few epochs and saves the rest. Too little of
# it is dangerous: validation losses go up and down, and the first bad epoch is not the end.
#
# With a one-cycle schedule you seldom need it. The rate is planned to reach 0 at the last step, and the best epochs
# come at the end. Stopping a cycle half-way gives a network whose rate is still high. So: a **constant** rate with
# patience, or a **cycle** that is run to its end.

# %% [markdown]
# ### Exercise 9.6 (spot the bug): it stops too early
#
# A colleague wrote his own early stopping. `stop_early(validation_losses, patience)` goes through the validation
# losses, epoch by epoch, and is to return `(best_epoch, last_epoch)`, both counted from 0:
#
# - `best_epoch` has the lowest loss so far (of equal ones the first);
# - training ends after the epoch in which the best one lies `patience` epochs back, or with the last loss.
#
# On smooth curves it works. On curves that go up and down while they fall, it stops far too early. Mend it.


# %% tags=["exercise"] exercise="9.6" points=2
def stop_early(validation_losses: list[float], patience: int) -> tuple[int, int]:
    """Return (best epoch, last epoch that is trained), counted from 0."""
    # BEGIN SOLUTION
    best = 0
    for epoch, loss in enumerate(validation_losses):
        if loss < validation_losses[best]:
            best = epoch
        if epoch - best == patience:
            return best, epoch
    return best, len(validation_losses) - 1
    # END SOLUTION
    # BEGIN STUB
    # best, waited = 0, 0
    # for epoch, loss in enumerate(validation_losses):
    #     if loss < validation_losses[best]:
    #         best = epoch
    #     elif epoch > 0:
    #         waited = waited + 1
    #     if waited == patience:
    #         return best, epoch
    # return best, len(validation_losses) - 1
    # END STUB


# %% tags=["check"] exercise="9.6"
checks.exercise("9.6", stop_early)

# %% tags=["hidden"] exercise="9.6"
from course_utils.authoring import define

exercise = define.function("9.6", stop_early)
exercise.case("smooth: down, then up", validation_losses=[2.0, 1.5, 1.2, 1.3, 1.4, 1.5, 1.6], patience=2)
exercise.case("falls to the end", validation_losses=[2.0, 1.5, 1.2, 1.0], patience=2)
exercise.case("up and down while it falls", validation_losses=[2.0, 2.1, 1.6, 1.7, 1.3, 1.4, 1.0, 0.9], patience=2)
exercise.case("a late best one", validation_losses=[1.0, 1.1, 0.9, 1.2, 1.1, 0.8, 1.3, 1.2, 1.1, 1.0], patience=3)
exercise.case("a better one after the stop", validation_losses=[1.0, 0.9, 1.1, 1.2, 0.2, 0.1], patience=2)
exercise.case("equal losses", validation_losses=[1.0, 0.7, 0.7, 0.7, 0.7], patience=2)
exercise.case("never better", visible=False, validation_losses=[1.0, 1.2, 1.1, 1.3], patience=3)
exercise.case("patience 1", visible=False, validation_losses=[1.0, 0.9, 0.95, 0.2], patience=1)
exercise.case("one epoch", visible=False, validation_losses=[0.5], patience=4)
exercise.case("the lowest twice", visible=False, validation_losses=[1.0, 0.6, 0.8, 0.6, 0.7, 0.9], patience=3)
exercise.random_cases(
    4,
    lambda rng: {
        "validation_losses": [round(float(x), 2) for x in 2 - 0.1 * np.arange(14) + rng.normal(0, 0.15, 14)],
        "patience": int(rng.integers(2, 4)),
    },
)
exercise.hints(
    "Take the losses 2.0, 2.1, 1.6, 1.7, 1.3 and write down best and waited after each epoch. How long has there "
    "REALLY been no better one?",
    "`waited` counts all bad epochs there ever were. It must start again when a better one comes.",
    "A smaller case: losses 5, 6, 4, 6 with patience 2. After epoch 1 one epoch was waited; epoch 2 is better, so "
    "waiting starts again; epoch 3 makes one. Nothing stops: the result is (2, 3).",
)


# %% tags=["hidden"] exercise="9.6"
@exercise.correct
def counter_that_starts_again(validation_losses, patience):
    best, waited = 0, 0
    for epoch in range(1, len(validation_losses)):
        if validation_losses[epoch] < validation_losses[best]:
            best, waited = epoch, 0
        else:
            waited += 1
        if waited >= patience:
            return best, epoch
    return best, len(validation_losses) - 1


@exercise.correct
def with_argmin(validation_losses, patience):
    for epoch in range(len(validation_losses)):
        best = int(np.argmin(validation_losses[: epoch + 1]))
        if epoch - best >= patience:
            break
    return best, epoch


# %% tags=["hidden"] exercise="9.6"
@exercise.mutant("That is the colleague's version: it adds up all bad epochs, also those before the best one.")
def never_starts_again(validation_losses, patience):
    best, waited = 0, 0
    for epoch, loss in enumerate(validation_losses):
        if loss < validation_losses[best]:
            best = epoch
        elif epoch > 0:
            waited = waited + 1
        if waited == patience:
            return best, epoch
    return best, len(validation_losses) - 1


# %% tags=["hidden"] exercise="9.6"
@exercise.mutant(
    "You compare with the epoch before. A loss that falls from 1.4 to 1.3 is no success when there was a 1.2."
)
def compares_with_the_last(validation_losses, patience):
    best, waited = 0, 0
    for epoch in range(1, len(validation_losses)):
        best = epoch if validation_losses[epoch] < validation_losses[best] else best
        waited = 0 if validation_losses[epoch] < validation_losses[epoch - 1] else waited + 1
        if waited >= patience:
            return best, epoch
    return best, len(validation_losses) - 1


@exercise.mutant("It stops one epoch too late: `patience` epochs without a better one are enough.")
def one_too_late(validation_losses, patience):
    return with_argmin(validation_losses, patience + 1)


@exercise.mutant("It stops one epoch too early: the best one must lie `patience` epochs back.")
def one_too_early(validation_losses, patience):
    return with_argmin(validation_losses, patience - 1) if patience > 1 else (0, 0)


# %% tags=["hidden"] exercise="9.6"
@exercise.mutant("An equal loss is not better: of equal ones the first is kept. Use < and not <=.")
def equal_is_better(validation_losses, patience):
    best = 0
    for epoch, loss in enumerate(validation_losses):
        best = epoch if loss <= validation_losses[best] else best
        if epoch - best >= patience:
            return best, epoch
    return best, len(validation_losses) - 1


# %% tags=["hidden"] exercise="9.6"
@exercise.mutant("You looked at all losses first. Whoever trains does not know yet what will come after the stop.")
def knows_the_future(validation_losses, patience):
    best = int(np.argmin(validation_losses))
    return best, min(best + patience, len(validation_losses) - 1)


@exercise.mutant("The second number is the last epoch, not how many epochs there were: counted from 0 it is one less.")
def counts_epochs(validation_losses, patience):
    best, last = with_argmin(validation_losses, patience)
    return best, last + 1


# %% [markdown]
# ### Exercise 9.7 (spot the bug): a loss that depends on the batch size
#
# A course prints after each epoch the loss on the validation set. Its loop gets one number per batch, the mean loss
# of the images in it. The last batch is smaller than the others. Someone noticed that the printed number changes with
# the batch size, although the network is the same.
#
# Mend `mean_loss(batch_losses, batch_sizes)`: it is to return the mean loss *per image*. Both lists have one entry
# per batch.


# %% tags=["exercise"] exercise="9.7" points=2
def mean_loss(batch_losses: list[float], batch_sizes: list[int]) -> float:
    """Return the mean loss per image from the mean losses of the batches."""
    # BEGIN SOLUTION
    total = sum(loss * size for loss, size in zip(batch_losses, batch_sizes, strict=True))
    return total / sum(batch_sizes)
    # END SOLUTION
    # BEGIN STUB
    # total = 0.0
    # for number in range(len(batch_losses)):
    #     total = total + batch_losses[number] * batch_sizes[0]
    # return total / (len(batch_losses) * batch_sizes[0])
    # END STUB


# %% tags=["check"] exercise="9.7"
checks.exercise("9.7", mean_loss)

# %% tags=["hidden"] exercise="9.7"
from course_utils.authoring import define

exercise = define.function("9.7", mean_loss, rtol=1e-6)
exercise.case("equal batches", batch_losses=[0.5, 0.7, 0.6], batch_sizes=[100, 100, 100])
exercise.case("a last batch of one bad image", batch_losses=[0.2, 0.2, 8.2], batch_sizes=[100, 100, 1])
exercise.case("a last batch of half the size", batch_losses=[1.0, 0.4], batch_sizes=[32, 16])
exercise.case("one batch", batch_losses=[0.25], batch_sizes=[7])
exercise.case("all sizes differ", visible=False, batch_losses=[1.0, 2.0, 4.0], batch_sizes=[1, 2, 4])
exercise.case("a small batch first", visible=False, batch_losses=[9.0, 0.1, 0.2], batch_sizes=[2, 64, 64])
exercise.random_cases(
    3,
    lambda rng: {
        "batch_losses": [round(float(x), 3) for x in rng.uniform(0.1, 3, 4)],
        "batch_sizes": [64, 64, 64, int(rng.integers(1, 64))],
    },
)
exercise.hints(
    "One image alone in the last batch has a loss of 8.2; 200 others have 0.2. What is their mean: 0.24, or 2.87?",
    "Each batch counts as often as it has images: multiply each loss by ITS size, and divide by the number of images.",
    "A smaller case: losses 1 and 4 with sizes 2 and 1: (1 * 2 + 4 * 1) / 3 = 2, and not (1 + 4) / 2 = 2.5.",
)


# %% tags=["hidden"] exercise="9.7"
@exercise.correct
def with_average(batch_losses, batch_sizes):
    return float(np.average(batch_losses, weights=batch_sizes))


@exercise.correct
def image_by_image(batch_losses, batch_sizes):
    return float(np.mean(np.repeat(batch_losses, batch_sizes)))


@exercise.mutant("The mean of the batch means: the few images of the last batch count as much as a whole batch.")
def mean_of_means(batch_losses, batch_sizes):
    return sum(batch_losses) / len(batch_losses)


@exercise.mutant(
    "The sum of the batch losses is divided by the number of images. Each batch loss is a mean already: multiply it "
    "by its size first."
)
def divides_means_by_images(batch_losses, batch_sizes):
    return sum(batch_losses) / sum(batch_sizes)


# %% tags=["hidden"] exercise="9.7"
@exercise.mutant("You add up the losses of all images but divide by the number of batches.")
def divides_by_batches(batch_losses, batch_sizes):
    return float(np.dot(batch_losses, batch_sizes)) / len(batch_losses)


@exercise.mutant("The images of the last batch are left out.")
def drops_the_last(batch_losses, batch_sizes):
    if len(batch_losses) == 1:
        return 0.0
    return float(np.average(batch_losses[:-1], weights=batch_sizes[:-1]))


@exercise.mutant("The sum is right, but it is divided as if all batches were as large as the first one.")
def divides_by_full_batches(batch_losses, batch_sizes):
    return float(np.dot(batch_losses, batch_sizes)) / (len(batch_sizes) * batch_sizes[0])


@exercise.mutant("That is the total, not the mean: divide by the number of images.")
def returns_the_total(batch_losses, batch_sizes):
    return float(np.dot(batch_losses, batch_sizes))


# %% [markdown]
# ## Where does it err?
#
# One number, such as the accuracy, hides what a network cannot do. The **confusion matrix** opens it up: one row per
# true class, one column per answer. What was right lies on the diagonal. We look at the opening CNN and the test
# squares.
#
# **Predict:** which two photographs will be mixed up most often?

# %% tags=["predict"]
prediction = ("...", "...")

# %%
test_images, test_labels = patches.test
logits = cnn.predict(test_images, batch_size=500, verbose=0)
predicted = logits.argmax(axis=1)
matrix = np.zeros((num_classes, num_classes), dtype=int)
np.add.at(matrix, (test_labels, predicted), 1)  # one more at (true class, answer), for every image

# %% tags=["figure"]
plots.confusion(
    matrix,
    patches.class_names,
    alt="A table with one row and one column per photograph. The diagonal holds most squares; a few cells beside it "
    "are dark: pairs of photographs that are often mixed up.",
)

# %% [markdown]
# Read it row by row: *of the squares of this photograph, so many were taken for that one.* A dark cell and its mirror
# image together mean that two classes look alike. A dark **column** means that the network likes to say this class
# when it does not know. A pale row without dark cells means errors all over the place.
#
# Now the errors themselves. Not just any: those of which the network was **most certain**.

# %%
probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
certainty = probabilities.max(axis=1)
wrong = np.flatnonzero(predicted != test_labels)
worst = wrong[np.argsort(-certainty[wrong])][:12]  # the wrong ones, the most certain first
plots.wall(
    test_images[worst],
    predicted[worst],
    test_labels[worst],
    patches.class_names,
    columns=6,
    alt="Twelve small squares with what the network took them for and what they are: smooth patches of sky, skin, "
    "background and shadow that could come from several of the photographs.",
)

# %% tags=["claim"]
by_class = matrix.diagonal() / matrix.sum(axis=1)
claims.check(
    "the best class is told at least 20 points better than the worst",
    by_class.max() - by_class.min() >= 0.2,
    value=100 * (by_class.max() - by_class.min()),
    unit="points",
    name="class_spread",
)
sure, unsure = certainty > np.median(certainty), certainty <= np.median(certainty)
claims.check(
    "of the half of which the network is more certain, more are right than of the other half",
    (predicted == test_labels)[sure].mean() > (predicted == test_labels)[unsure].mean(),
    value=100 * ((predicted == test_labels)[sure].mean() - (predicted == test_labels)[unsure].mean()),
    unit="points",
    name="certainty_helps",
)

# %% [markdown]
# **What to notice.** Between the best and the worst class lie {{class_spread:.0f}} points, which no average would
# have told you. In our run nearly a whole photograph was lost to another one: look for a dark cell beside an empty
# diagonal. And look at the wall: many of these squares you could not tell either. A blurred patch of background is a
# blurred patch of background, whatever photograph it comes from. Such errors are a fault of the *data*, and no larger
# network mends them. This is what an error analysis is for: it tells you whether to work on the network, on the
# training, or on the data.

# %% [markdown]
# ### Exercise 9.8 (build): the worst confusion
#
# Write `most_confused(matrix)`. It takes a confusion matrix (rows: true classes, columns: answers) and returns
# `(true, answer, count)`, three whole numbers: the cell **outside the diagonal** with the largest count. Of equal
# counts take the first one, row by row. The matrix itself must not change.


# %% tags=["exercise"] exercise="9.8" points=2
def most_confused(matrix: np.ndarray) -> tuple[int, int, int]:
    """Return (true class, answer, count) of the largest cell outside the diagonal."""
    # BEGIN SOLUTION
    errors = matrix.copy()
    np.fill_diagonal(errors, -1)
    true, answer = np.unravel_index(errors.argmax(), errors.shape)
    return int(true), int(answer), int(matrix[true, answer])
    # END SOLUTION


# %% tags=["check"] exercise="9.8"
checks.exercise("9.8", most_confused)

# %% tags=["hidden"] exercise="9.8"
from course_utils.authoring import define

exercise = define.function("9.8", most_confused)
exercise.case("three classes", matrix=np.array([[90, 8, 2], [1, 95, 4], [3, 11, 86]]))
exercise.case("the most frequent class is no confusion", matrix=np.array([[500, 9, 0], [2, 40, 5], [7, 0, 30]]))
exercise.case("more wrong than right", matrix=np.array([[1, 9], [4, 2]]))
exercise.case("equal counts", matrix=np.array([[9, 3, 3], [3, 8, 0], [0, 3, 7]]))
exercise.case("no error at all", matrix=np.array([[4, 0], [0, 5]]))
exercise.case("many small errors, one large", matrix=np.array([[9, 5, 4, 4], [0, 9, 0, 8], [1, 0, 9, 0], [0, 0, 1, 9]]))
exercise.case("no error among three", visible=False, matrix=np.diag([7, 0, 2]))
exercise.case("one large error below", visible=False, matrix=np.array([[5, 3, 3], [0, 5, 0], [0, 5, 5]]))
exercise.case("below the diagonal", visible=False, matrix=np.array([[9, 0, 1], [6, 9, 1], [5, 2, 9]]))
exercise.random_cases(3, lambda rng: {"matrix": rng.integers(0, 60, (6, 6)) + 100 * np.eye(6, dtype=int)})
exercise.hints(
    "The diagonal holds what was right. Put something there that can never be the largest, in a COPY of the matrix.",
    "np.fill_diagonal(copy, -1), then copy.argmax() gives one number that counts cells row by row; np.unravel_index "
    "turns it into row and column.",
    "A smaller case: [[9, 2], [3, 8]] has the errors 2 (class 0 taken for 1) and 3 (class 1 taken for 0): the result "
    "is (1, 0, 3).",
)


# %% tags=["hidden"] exercise="9.8"
@exercise.correct
def with_loops(matrix):
    best = None
    for true in range(len(matrix)):
        for answer in range(len(matrix)):
            if true != answer and (best is None or matrix[true, answer] > best[2]):
                best = (true, answer, int(matrix[true, answer]))
    return best


@exercise.correct
def with_a_mask(matrix):
    errors = np.where(np.eye(len(matrix), dtype=bool), -1, matrix)
    place = int(np.argmax(errors))
    return place // len(matrix), place % len(matrix), int(errors.max())


@exercise.mutant("That is a cell of the diagonal: the squares that were told RIGHT.")
def takes_the_diagonal(matrix):
    true, answer = np.unravel_index(matrix.argmax(), matrix.shape)
    return int(true), int(answer), int(matrix[true, answer])


@exercise.mutant("Row and column are exchanged: the row is the true class, the column the answer.")
def exchanges_row_and_column(matrix):
    true, answer, count = with_loops(matrix)
    return answer, true, count


# %% tags=["hidden"] exercise="9.8"
@exercise.mutant("You add up both directions of a pair. Asked is one cell.")
def adds_both_directions(matrix):
    true, answer, _ = with_loops(matrix + matrix.T)
    return true, answer, int(matrix[true, answer] + matrix[answer, true])


@exercise.mutant(
    "You looked above the diagonal only. Class 2 taken for class 0 is another confusion than 0 taken for 2."
)
def upper_half_only(matrix):
    return with_loops(np.triu(matrix))


@exercise.mutant(
    "A 0 on the diagonal is not small enough: where there are no errors at all, it comes first. Put -1 there."
)
def zeros_on_the_diagonal(matrix):
    errors = matrix * (1 - np.eye(len(matrix), dtype=int))
    true, answer = np.unravel_index(errors.argmax(), errors.shape)
    return int(true), int(answer), int(matrix[true, answer])


@exercise.mutant("You take the class with the most errors in all. Asked is the one largest CELL.")
def worst_row_first(matrix):
    errors = np.where(np.eye(len(matrix), dtype=bool), -1, matrix)
    true = int(np.maximum(errors, 0).sum(axis=1).argmax())
    answer = int(errors[true].argmax())
    return true, answer, int(matrix[true, answer])


# %% tags=["hidden"] exercise="9.8"
@exercise.mutant("Of equal counts take the first one, row by row.")
def takes_the_last_of_equals(matrix):
    true, answer, count = with_loops(matrix[::-1, ::-1])
    return len(matrix) - 1 - true, len(matrix) - 1 - answer, count


@exercise.mutant("You compare shares of the class. Asked is the largest COUNT.")
def compares_shares(matrix):
    true, answer, _ = with_loops(matrix / matrix.sum(axis=1, keepdims=True) * 1000)
    return true, answer, int(matrix[true, answer])


# %% [markdown]
# ## Save it, load it, and show it a photograph
#
# A trained network is a file. `save` writes the layers, the weights, the optimiser and our schedule; `load_model`
# gives all of it back. Because the scaling is *inside* the network (`Rescaling`), a photograph goes in as it is, as
# uint8.
#
# Below, a part of the cat's photograph on which nothing was trained goes to disk and comes back, as a photograph of
# yours would. It is far larger than 32 x 32. So we cut it into squares, resize each, ask the network about each, and
# take the mean of its answers.
#
# **Predict:** will the loaded network's outputs be equal to those of the one in memory? Will it say "cat"?

# %% tags=["predict"]
prediction = "..."

# %%
folder = pathlib.Path(tempfile.mkdtemp())
cnn.save(folder / "squares.keras")
loaded = keras.saving.load_model(folder / "squares.keras")
again = keras.ops.convert_to_numpy(loaded(test_images[:100]))  # called, not predict: fit for a single batch

right_part = images.load("cat")[60:240, -140:]  # training squares come from the left half only
cv2.imwrite(str(folder / "cat.png"), right_part[:, :, ::-1])  # OpenCV writes BGR

photograph = images.read(folder / "cat.png")  # RGB, uint8
squares = images.tiles(photograph, 45).reshape(-1, 45, 45, 3)
batch = np.stack([cv2.resize(square, (32, 32), interpolation=cv2.INTER_AREA) for square in squares])
answers = keras.ops.convert_to_numpy(keras.ops.softmax(loaded(batch)))
answer = patches.class_names[answers.mean(axis=0).argmax()]

# %% tags=["figure"]
plots.predictions(
    [photograph],
    answers.mean(axis=0)[np.newaxis],
    patches.class_names,
    alt="The right part of a cat's face, and below it one bar per photograph; the longest one belongs to the cat.",
)

# %% tags=["claim"]
claims.check("the file holds the whole network: its outputs are equal", np.allclose(
    again, logits[:100], atol=1e-4))  # fmt: skip
claims.check(
    "the photograph from disk is taken for the cat" if profile.name() == "quick" else "it gives one answer",
    answer == "cat" or profile.name() == "full",
    value=float(answers.mean(axis=0).max()),
    name="cat_probability",
)

# %% [markdown]
# ### Exercise 9.9 (spot the bug): every photograph is "galaxies"
#
# A student prepares photographs for our saved network like this. Whatever she shows it, the answer is the same. There
# are **two** bugs: one makes all answers nonsense, the other makes people fat or thin.
#
# Mend `prepare(photograph, side)`. It takes an RGB photograph `(height, width, 3)`, uint8, as `images.read` gives it,
# and returns a batch of one image for `network.predict`: shape `(1, side, side, 3)`, uint8.
#
# - First cut out the largest **square in the middle**. If one row or column is left over, it stays at the bottom or
#   right: the square starts at `(height - edge) // 2` and `(width - edge) // 2`.
# - Then resize with `cv2.resize(..., interpolation=cv2.INTER_AREA)`.


# %% tags=["exercise"] exercise="9.9" points=2
def prepare(photograph: np.ndarray, side: int) -> np.ndarray:
    """Return a batch of one image, (1, side, side, 3) uint8, for a network that rescales by itself."""
    # BEGIN SOLUTION
    edge = min(photograph.shape[:2])
    top, left = (photograph.shape[0] - edge) // 2, (photograph.shape[1] - edge) // 2
    square = photograph[top : top + edge, left : left + edge]
    return cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA)[np.newaxis]
    # END SOLUTION
    # BEGIN STUB
    # small = cv2.resize(photograph, (side, side), interpolation=cv2.INTER_AREA)
    # return small[np.newaxis] / 255
    # END STUB


# %% tags=["check"] exercise="9.9"
checks.exercise("9.9", prepare)

# %% tags=["hidden"] exercise="9.9"
from course_utils.authoring import define

exercise = define.function("9.9", prepare, atol=1, check_dtype=True)
wide = np.zeros((12, 20, 3), np.uint8)
wide[:, 4:16] = (200, 100, 50)
wide[:6, 4:10] = (10, 250, 90)
exercise.case("wide: the middle square", photograph=wide, side=4)
exercise.case("tall, one row left over", photograph=np.ascontiguousarray(wide.swapaxes(0, 1)[:-1]), side=6)
exercise.case("a square", photograph=wide[:, 4:16].copy(), side=3)
columns = np.repeat(np.arange(21)[np.newaxis] * 97 % 251, 24, axis=0).astype(np.uint8)
exercise.case("fine stripes", photograph=np.stack([columns, 255 - columns, columns // 2], axis=-1), side=5)
exercise.case("nothing to shrink", visible=False, photograph=wide[:, 3:15].copy(), side=12)
exercise.random_cases(
    3,
    lambda rng: {
        "photograph": rng.integers(0, 256, (int(rng.integers(15, 40)), int(rng.integers(15, 40)), 3), dtype=np.uint8),
        "side": int(rng.integers(4, 15)),
    },
)
exercise.hints(
    "What is the largest number in your batch? What does the network's own Rescaling(1 / 255) make of it?",
    "Leave the division out: the network does it. And cut out the square before you resize: its edge is the shorter "
    "side.",
    "A smaller case: a photograph of 6 x 9 has a middle square of 6 x 6 that begins at row 0 and column (9 - 6) // 2 "
    "= 1.",
)


# %% tags=["hidden"] exercise="9.9"
def _prepared(photograph, side, method=cv2.INTER_AREA, crop=True, corner=False):
    edge = min(photograph.shape[:2])
    top, left = ((length - edge) // 2 for length in photograph.shape[:2])
    if corner:
        top = left = 0
    square = photograph[top : top + edge, left : left + edge] if crop else photograph
    return cv2.resize(square, (side, side), interpolation=method)[np.newaxis]


# %% tags=["hidden"] exercise="9.9"
@exercise.correct
def with_expand_dims(photograph, side):
    return np.expand_dims(_prepared(photograph, side)[0].copy(), axis=0)


@exercise.correct
def cuts_margins_off(photograph, side):
    height, width = photograph.shape[:2]
    if width > height:
        margin = (width - height) // 2
        photograph = photograph[:, margin : margin + height]
    elif height > width:
        margin = (height - width) // 2
        photograph = photograph[margin : margin + width]
    return np.array([cv2.resize(photograph, dsize=(side, side), interpolation=cv2.INTER_AREA)])


@exercise.mutant("The batch lies between 0 and 1, and the network divides by 255 once more: it sees black. Stay uint8.")
def divides_by_255(photograph, side):
    return _prepared(photograph, side) / 255


@exercise.mutant("The photograph is squeezed: cut out the square in the middle before you resize.")
def squeezes(photograph, side):
    return _prepared(photograph, side, crop=False)


# %% tags=["hidden"] exercise="9.9"
@exercise.mutant("The square is the upper left one. It has to lie in the middle.")
def takes_the_corner(photograph, side):
    return _prepared(photograph, side, corner=True)


@exercise.mutant(
    "That is cv2.resize's own method, INTER_LINEAR: it looks at few of the pixels when it shrinks. INTER_AREA takes "
    "the mean of all of them."
)
def takes_the_default(photograph, side):
    return _prepared(photograph, side, method=cv2.INTER_LINEAR)


@exercise.mutant("The axis of the batch is missing: the shape must be (1, side, side, 3).")
def forgets_the_batch(photograph, side):
    return _prepared(photograph, side)[0]


@exercise.mutant("Red and blue are exchanged: the photograph is RGB already, and so were the training images.")
def exchanges_red_and_blue(photograph, side):
    return np.ascontiguousarray(_prepared(photograph, side)[..., ::-1])


@exercise.mutant(
    "You take single pixels out of the photograph (INTER_NEAREST). INTER_AREA takes the mean, as training did."
)
def takes_the_nearest(photograph, side):
    return _prepared(photograph, side, method=cv2.INTER_NEAREST)


# %% [markdown]
# ## All of it, once, on your own
#
# Here are small gray pictures of one short stroke each. It may lie anywhere, and there is noise. Four directions,
# four classes.

# %% tags=["figure"]
strokes, directions = drawn_strokes.draw(np.random.default_rng(0), 16)
in_order = np.argsort(directions, kind="stable")
plots.grid(
    strokes[in_order],
    titles=[drawn_strokes.DIRECTIONS[label] for label in directions[in_order]],
    columns=8,
    alt="Sixteen noisy pictures of 8 x 8 pixels, each with one bright stroke of five pixels: across, down, falling or "
    "rising, in different places.",
)

# %% [markdown]
# ### Exercise 9.10 (build): plan it, build it, train it
#
# Write `train_reader(images, labels)`. It gets `(n, 8, 8, 1)` uint8 images and their labels, whole numbers from 0. It
# builds a network from `keras.layers`, trains it on these images, and returns it.
#
# The check hands your function 64 images, and then shows the network others that it has never seen. It looks at four
# things, in this order:
#
# 1. there is one score for each class that occurs in `labels` (logits or probabilities, as you like);
# 2. there is at least one `Conv2D`;
# 3. it has **at most 500 parameters**;
# 4. it is right for **at least 75 %** of the unseen images.
#
# When a class is graded, other images and other labels are used, so that only what your function *learns* counts. A
# few seconds of training are enough.
#
# **Before you write:** a network of `Flatten` and `Dense` layers with as many parameters is right for about half of
# the unseen images. What does it have to learn at least sixteen times that a convolution learns once?


# %% tags=["exercise"] exercise="9.10" points=3
def train_reader(images: np.ndarray, labels: np.ndarray) -> keras.Model:
    """Return a trained network of at most 500 parameters that tells the classes of unseen images."""
    # BEGIN SOLUTION
    model = keras.Sequential(
        [
            keras.Input(images.shape[1:]),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 5, activation="relu"),  # as long as a stroke
            layers.GlobalMaxPooling2D(),  # wherever it is
            layers.Dense(int(labels.max()) + 1),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss, jit_compile=False)
    model.fit(images, labels, batch_size=16, epochs=25, verbose=0)
    return model
    # END SOLUTION


# %% tags=["check"] exercise="9.10"
checks.exercise("9.10", train_reader)

# %% tags=["hidden"] exercise="9.10"
from course_utils.authoring import define
from course_utils.checks import goals

exercise = define.function("9.10", train_reader, observe="trained")


def _goal(rng, meaning=(0, 1, 2, 3)):
    return goals.Goal(*drawn_strokes.draw(rng, 64, meaning), accuracy=0.75, most_parameters=500, layers=("Conv2D",))


def _of_others(rng):
    meaning = (3, 2, 0, 1) if rng.integers(2) else (1, 0, 3, 2)  # no direction keeps its label
    images, labels = drawn_strokes.draw(rng, 96, meaning)
    return {"images": images, "labels": labels, "goal": _goal(rng, meaning)}


_rng = np.random.default_rng(910)
_images, _labels = drawn_strokes.draw(_rng, 64)
exercise.case("64 strokes", images=_images, labels=_labels, goal=_goal(_rng))
exercise.random_cases(1, _of_others)
exercise.hints(
    "Which layer looks for the same thing in every place, and which one says that it was somewhere? How many scores "
    "does the last layer need: what is the largest number in `labels`?",
    "Begin with keras.Input(images.shape[1:]) and Rescaling(1 / 255). Eight filters as large as a stroke, then the "
    "largest response of each (GlobalMaxPooling2D), then Dense. Compile with a loss that fits your last layer.",
    "A smaller case: Conv2D(2, 3), GlobalMaxPooling2D and Dense(4) have 2 (9 + 1) + 4 (2 + 1) = 32 parameters. Give "
    "Adam a rate of 0.02 and 20 epochs in batches of 16; a rate of 0.001 needs ten times as many.",
)


# %% tags=["hidden"] exercise="9.10"
def _trained(model, images, labels, epochs=25, from_logits=True):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits)
    model.compile(keras.optimizers.Adam(0.02), loss, jit_compile=False)
    model.fit(images, labels, batch_size=16, epochs=epochs, verbose=0)
    return model


def _reader(images, filters, num_classes, last=None):
    inputs = keras.Input(images.shape[1:])
    x = layers.Conv2D(filters, 5, activation="relu")(layers.Rescaling(1 / 255)(inputs))
    return keras.Model(inputs, layers.Dense(num_classes, activation=last)(layers.GlobalMaxPooling2D()(x)))


@exercise.correct
def functional_with_probabilities(images, labels):
    return _trained(_reader(images, 10, len(np.unique(labels)), "softmax"), images, labels, from_logits=False)


@exercise.correct
def with_normalisation(images, labels):
    model = keras.Sequential([keras.Input(images.shape[1:]), layers.Rescaling(1 / 255)])
    model.add(layers.Conv2D(8, 5, use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    for layer in (layers.ReLU(), layers.MaxPooling2D(4), layers.Flatten(), layers.Dense(int(np.max(labels)) + 1)):
        model.add(layer)
    return _trained(model, images, labels, epochs=30)


# %% tags=["hidden"] exercise="9.10"
@exercise.mutant(
    "It has learnt too little: after compile comes fit, for as many epochs as the training loss still falls."
)
def hardly_trains(images, labels):
    return _reader(images, 8, int(labels.max()) + 1)


@exercise.mutant(
    "The last layer has to give one score for each class: with labels from 0 that is labels.max() + 1 scores."
)
def one_score_too_few(images, labels):
    return _reader(images, 8, int(labels.max()))


@exercise.mutant(
    "There are more than 500 parameters. Fewer filters, and a global pooling in place of Flatten, save most."
)
def too_many_parameters(images, labels):
    return _reader(images, 30, int(labels.max()) + 1)


@exercise.mutant(
    "There is no convolution. Dense layers learn each direction anew in each place, and 64 images are few."
)
def dense_only(images, labels):
    flat = [layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(6, activation="relu")]
    return keras.Sequential([keras.Input(images.shape[1:]), *flat, layers.Dense(int(labels.max()) + 1)])


# %% [markdown]
# ## Further: half precision and several GPUs
#
# Two switches make large trainings faster on graphics cards. The trainings above are too small to gain by them; for
# CIFAR-10 in the `full` profile, with a graphics card, they are worth a try. In this lesson's `train` they go here;
# nothing else changes:
#
# ```
# keras.config.set_dtype_policy(training.precision())  # once, before the first network
#
# def compiled():
#     with training.all_gpus():
#         network = build()
#         network.compile(...)
#     return network
# ```
#
# **Mixed precision** computes in 16 bits and keeps the weights in 32. Numbers of 16 bits have a smallest step, so
# small gradients would become 0; Keras multiplies the loss by a large factor before the backward pass, and divides
# the gradients by it afterwards.
#
# **Several GPUs** each hold a copy of the network and take a share of every batch; after each step they exchange
# their gradients.
#
# **Predict:** in a network with mixed precision, which type have the weights, and which type do the feature maps
# have?

# %% tags=["predict"]
prediction = ("...", "...")  # the weights, the maps

# %%
keras.config.set_dtype_policy("mixed_float16")
with training.all_gpus():  # does nothing with one GPU or none
    in_16_bits = build_cnn(small_shape, filters=(4, 8))
keras.config.set_dtype_policy("float32")
convolution, last = in_16_bits.layers[2], in_16_bits.layers[-1]
print("weights", convolution.kernel.dtype, "- maps", convolution.compute_dtype, "- logits", last.compute_dtype)

# %% [markdown]
# **What to notice.** The weights stay float32; the maps are float16. Even the logits are float16 here, which is one
# of the few traps: for a loss with many classes, give the last layer `dtype="float32"`. On a CPU mixed precision is
# *slower*, so `training.precision()` chooses it only where there is a GPU. And `training.all_gpus()` stands for
# `tf.distribute.MirroredStrategy` with TensorFlow and for `keras.distribution.DataParallel` with JAX. With N GPUs
# make the batch N times as large, or each of them gets too little to do.

# %% [markdown]
# ## Key points
#
# - A CNN walks from a wide, shallow image to a narrow, deep vector: each block halves the sides and doubles the
#   filters.
# - Parameters are not quality: a network whose structure fits the data beats one with thirty times as many numbers.
# - Judge a choice by an ablation: change one thing, choose on validation data, repeat with several seeds. Runs that
#   overlap cannot tell.
# - Read the pair of curves, the training line first: high is under-fitting, apart is over-fitting, jumping is too
#   high a rate. Keep the best epoch.
# - Look at the errors, not at their number only. What is inside the saved network (scaling!) must not be done again
#   outside.
#
# ## Self-test
#
# <details><summary>1. Which output size has MaxPooling2D(2) on maps of 7 x 7, and how many pixels of the last row
# does it use?</summary>
#
# 3 x 3: the seventh row and column fit into no window, so none of their pixels is used.
#
# </details>
#
# <details><summary>2. Network P reaches 0.912, 0.905 and 0.917 on the validation set, network Q 0.909, 0.921 and
# 0.914. Which one is better?</summary>
#
# These runs cannot tell: they overlap. Run more seeds, or take the cheaper one.
#
# </details>
#
# <details><summary>3. Training accuracy 0.55, validation accuracy 0.54. A friend suggests dropout.</summary>
#
# Dropout makes learning harder, and this network has learnt too little already. A larger network, a longer training
# or another rate may help.
#
# </details>
#
# <details><summary>4. Why is the choice between two networks not made on the test set?</summary>
#
# Then the test set would have taken part in the design, and its accuracy would promise more than new data will keep.
#
# </details>
#
# <details><summary>5. A saved network says the same for every photograph. Name two things to check first.</summary>
#
# Whether the photograph is scaled twice (or not at all), and whether size and channel order are those of the
# training.
#
# </details>
#
# ## To read
#
# - K. Simonyan and A. Zisserman, [Very deep convolutional networks](https://arxiv.org/abs/1409.1556), 2014: small
#   kernels, doubled filters, and a table of ablations.
# - L. N. Smith, [A disciplined approach to neural network hyper-parameters](https://arxiv.org/abs/1803.09820), 2018:
#   the one-cycle schedule and what curves say.
# - A. Karpathy, [A recipe for training neural networks](https://karpathy.github.io/2019/04/25/recipe/), 2019: in
#   which order to look for what is wrong.
# - F. Chollet, *Deep Learning with Python*, 2nd edition, chapters 5 and 9: fitting, and patterns of architecture.
#
# ## Next
#
# [10 Augment for invariance](10_augment_for_invariance.ipynb): what to do when there are too few images, and how to
# tell a network what must not matter.
