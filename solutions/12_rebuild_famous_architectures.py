# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Rebuild famous architectures
# read_minutes: 45
# exercise_minutes: 55
# objectives:
#   - Compute the sizes and parameters of AlexNet, VGG16 and VGG19 by formula and audit them against Keras
#   - Say what a stack of small kernels saves, and what it sees
#   - Tell degradation, over-fitting and vanishing gradients apart by what is measured
#   - Build a VGG block and a bottleneck block that equal those of keras.applications layer by layer
#   - Say what a skip connection changes, and what it does not, with and without normalisation
# needs: [07_build_a_convolution_layer, 08_pool_feature_maps, 09_design_and_train_a_cnn]
# data: [digits_8x8]
# budget: {cpu_seconds: 110, memory_mb: 2500, gpu: used if there is one, seconds: 90}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 100 minutes, exercises included: opening 10, ImageNet 10, AlexNet 20, VGG 25,
# depth 8, ResNet 27. Short of time: leave out dropout and 12.6.
#
# **What students believe, and where the lesson meets it.** ImageNet is 10 million images in 1,000 classes (12.1).
# Deeper is better, or at least never worse in training (opening). A deep network that does badly over-fits (12.8).
# ResNets were made against vanishing gradients (the gradients). Most weights are in the convolutions (AlexNet's
# table). VGG16 has 16 convolutions (12.6). A skip connection makes any deep network trainable (without
# normalisation).
#
# **Let the class vote before you run:** the opening, the share of AlexNet's dense layers, the gradients.

# %% tags=["setup"]
import itertools

import keras
import numpy as np
from keras import layers

from course_utils import architectures, checks, claims, datasets, plots, profile, training
from course_utils.backbones import resnet50, vgg16

digits = datasets.load(profile.choose(quick="digits_8x8", full="cifar10"))
num_classes = len(digits.class_names)
few_images, few_labels = (part[: profile.choose(quick=512, full=20_000)] for part in digits.train)
image_shape = few_images.shape[1:]  # (8, 8, 1)

# %% [markdown]
# ## Twenty layers do worse than six
#
# The lessons before this one built networks of three or four layers. The famous ones have 8, 16, 50, 152. So let us
# stack: a convolution with 8 small kernels, a normalisation, a ReLU, and the same again and again, without any
# pooling, on handwritten digits of 8 x 8 pixels. (The `full` profile takes CIFAR-10.) At the end come global pooling
# and one dense layer.
#
# The shortest network has 6 layers with weights, the others 10 and 20. All get the same images, the same number of
# steps and the same learning rates, three seeds each.

# %%
DEPTHS = {6: 2, 10: 4, 20: 9}  # layers with weights: how many blocks of two convolutions
EPOCHS = profile.choose(quick=4, full=20)
FILTERS = profile.choose(quick=8, full=16)


def build(num_blocks, skip, normalise=True, activation="relu"):
    """Return a network of 2 * num_blocks + 2 layers with weights; `skip` is explained further down."""
    inputs = keras.Input(image_shape)
    x = convolution(layers.Rescaling(1 / 127.5, offset=-1)(inputs), normalise, strides=profile.choose(quick=1, full=2))
    x = layers.Activation(activation)(x)
    share = 1 / num_blocks if skip and not normalise else 1
    for _ in range(num_blocks):
        branch = layers.Activation(activation)(convolution(x, normalise))
        branch = convolution(branch, normalise, share)
        x = layers.Activation(activation)(layers.Add()([x, branch]) if skip else branch)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(num_classes)(x))


# %% [markdown]
# The first weights are drawn so that numbers neither grow nor shrink on their way through a ReLU layer (*He
# initialisation*). The two words `skip` and `share` do nothing yet.


# %%
def convolution(x, normalise, share=1.0, strides=1):
    """Return x after a 3 x 3 convolution and, if wanted, a normalisation (which makes the bias useless)."""
    initial = keras.initializers.VarianceScaling(2 * share)  # share 1: He initialisation
    maps = layers.Conv2D(
        FILTERS, 3, strides=strides, padding="same", use_bias=not normalise, kernel_initializer=initial
    )(x)
    return layers.BatchNormalization(momentum=0.9)(maps) if normalise else maps


# %%
def errors(num_blocks, skip, normalise=True):
    """Train with three seeds; return the training errors and, if normalised, the test errors: each (3,)."""
    steps = training.num_steps(len(few_labels), 32, EPOCHS)

    def compiled():
        network = build(num_blocks, skip, normalise)
        network.compile(
            optimizer=keras.optimizers.SGD(training.OneCycle(0.1, steps), momentum=0.9),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            steps_per_execution=32,  # as in lesson 05: the same result, sooner
        )
        return network

    found = []
    for seed, network in training.fresh_starts(compiled, seeds=3):
        network.fit(
            training.batches(few_images, few_labels, batch_size=32, seed=seed),
            epochs=EPOCHS, verbose=0, callbacks=training.callbacks(),
        )  # fmt: skip
        judged = [(few_images, few_labels), digits.test] if normalise else [(few_images, few_labels)]
        found.append([1 - training.accuracy(network, *some) for some in judged])
    return np.array(found).T


# %% [markdown]
# **Predict before you run:** which network has the lowest error on the images that it was *trained* on? And why?

# %% tags=["predict"]
prediction = "..."  # 6, 10 or 20 layers, because ...

# %%
plain = {depth: errors(blocks, skip=False) for depth, blocks in DEPTHS.items()}

# %% tags=["figure"]
plots.seed_dots(
    {f"{depth} layers": train_errors for depth, (train_errors, _) in plain.items()},
    xlabel="error on the TRAINING images",
    alt="Three rows of three dots. The dots of 20 layers lie furthest to the right, at the largest training errors, "
    "clear of those of 6 layers.",
)

# %% tags=["claim"]
mean_error = {depth: float(found[0].mean()) for depth, found in plain.items()}
claims.check(
    "with 20 layers the training error is at least 10 points higher than with 6",
    mean_error[20] - mean_error[6] >= profile.choose(quick=0.10, full=-1),
    value=100 * (mean_error[20] - mean_error[6]),
    unit="points",
    name="degradation",
)
claims.check(
    "every run with 20 layers has a higher training error than every run with 6",
    plain[20][0].min() > plain[6][0].max() or profile.name() == "full",
)

# %% [markdown]
# **What to notice.** The deepest network is the worst one, by {{degradation:.0f}} points against the shortest, and it
# is so on the very images that it was shown. Over-fitting looks different: it makes the *training* error small. And
# it cannot be that 20 layers are too weak. Take the trained network of 6 layers and put 14 layers in front of its
# global pooling that hand on what they get: now you have a network of 20 layers with the same error. So good weights
# exist. Training does not find them, in these few steps at least.
#
# This is called **degradation**. It stopped people at about 20 layers until 2015. In this lesson you rebuild the
# networks that led there, check their published numbers, and then measure what helped, and what people only say
# helped.

# %% [markdown]
# ## The race, and what it was run on
#
# The famous networks are famous for one contest, the *ImageNet Large Scale Visual Recognition Challenge*, ILSVRC.
# An answer counts as right when the true class is among the network's five best guesses; the share of the other
# images is the **top-5 error**.

# %% tags=["figure"]
winners = [
    (2010, 0.282, "NEC-UIUC\n(no deep network)"),
    (2011, 0.258, "XRCE\n(no deep network)"),
    (2012, 0.164, "AlexNet"),
    (2013, 0.117, "Clarifai"),
    (2014, 0.067, "GoogLeNet"),
    (2015, 0.036, "ResNet"),
]
plots.milestones(
    winners,
    percent=True,
    ylabel="top-5 error",
    title="Winners of ILSVRC, classification",
    alt="A falling line of six points: 28.2 percent in 2010, 25.8 in 2011, then a large step to AlexNet's 16.4 "
    "in 2012, 11.7 in 2013, GoogLeNet's 6.7 in 2014 and ResNet's 3.6 in 2015.",
)

# %% [markdown]
# The figures are those of the contest on its secret test images ([Russakovsky and others,
# 2015](https://arxiv.org/abs/1409.0575), who list the results of each year; ResNet's is from [He and others,
# 2015](https://arxiv.org/abs/1512.03385)). The winners let several networks vote, so a single network is a little
# worse than its point. AlexNet's 15.3 %, often quoted, was a second entry with additional training images.
#
# | network | year | layers with weights | parameters | source |
# |---|---|---|---|---|
# | LeNet-5 (digits) | 1998 | 7 | 60 thousand | [LeCun and others, 1998](https://doi.org/10.1109/5.726791) |
# | AlexNet | 2012 | 8 | 60 million | [Krizhevsky and others, 2012](https://doi.org/10.1145/3065386) |
# | VGG16, VGG19 | 2014 | 16, 19 | 138 and 144 million | [Simonyan, Zisserman, 2014](https://arxiv.org/abs/1409.1556) |
# | GoogLeNet | 2014 | 22 | 12 times fewer than AlexNet | [Szegedy and others, 2014](https://arxiv.org/abs/1409.4842) |
# | ResNet-50 | 2015 | 50 | 25.6 million (counted below) | [He and others, 2015](https://arxiv.org/abs/1512.03385) |
#
# **What to notice.** The error fell from year to year, and the number of parameters has nothing to do with it: the
# last two of the table have fewer than AlexNet. What grew all the time is the number of layers.
#
# And the data? *ImageNet* is two things. The **whole database** has 14,197,122 images in 21,841 classes. The
# **contest** uses a part of it: 1,281,167 images for training, 50,000 for validation and 100,000 for testing, in
# 1,000 classes. "Trained on ImageNet" nearly always means the part.

# %% [markdown]
# ### Exercise 12.1 (spot the bug): ten million images, a thousand classes
#
# A well-known course says: "ImageNet, a database of over 10 million images in 1,000 classes". It takes the number of
# images from one thing and the number of classes from the other. By that sentence a class would have 10,000 images.
#
# How many images does a class really have, on average, rounded to a whole number? Give a pair: for the training set
# of the contest, and for the whole database.

# %% tags=["exercise"] exercise="12.1" points=1
# BEGIN SOLUTION
images_per_class = (round(1_281_167 / 1_000), round(14_197_122 / 21_841))
# END SOLUTION

# %% tags=["check"] exercise="12.1"
checks.exercise("12.1", images_per_class)

# %% tags=["hidden"] exercise="12.1"
from course_utils.authoring import define, tuple_slips

exercise = define.answer("12.1", images_per_class)
exercise.wrong((650, 1281), "The two are exchanged: first the contest, then the whole database.")
tuple_slips.add(
    exercise,
    [
        (0, 10000, "Contest: that is the sentence of the course. The contest has about 1.28 million training images."),
        (0, 14197, "Contest: you divided the images of the whole database by the classes of the contest."),
        (0, 1431, "Contest: the validation and test images were not asked for."),
        (0, 59, "Contest: the contest has 1,000 classes, not those of the whole database."),
        (1, 14197, "Database: the whole database has 21,841 classes."),
        (1, 59, "Database: these are the training images of the contest in the classes of the whole database."),
        (1, 649, "Database: 650.02 is rounded to the nearest whole number."),
    ],
)
exercise.hints(
    "Each of the two has its own number of images and its own number of classes. Never mix them.",
    "1,281,167 training images in 1,000 classes; 14,197,122 images in 21,841 classes.",
    "A smaller case: 50,000 validation images in 1,000 classes are 50 a class.",
)

# %% [markdown]
# ## AlexNet, 2012: eight layers
#
# | layer | what it does |
# |---|---|
# | input | 227 x 227 x 3 (the paper says 224; only 227 gives its other numbers) |
# | conv1 | 96 filters of 11 x 11, stride 4, no padding; ReLU; max pool 3 x 3, stride 2 |
# | conv2 | 256 filters of 5 x 5, padding 2, in 2 groups; ReLU; max pool 3 x 3, stride 2 |
# | conv3 | 384 filters of 3 x 3, padding 1; ReLU |
# | conv4 | 384 filters of 3 x 3, padding 1, in 2 groups; ReLU |
# | conv5 | 256 filters of 3 x 3, padding 1, in 2 groups; ReLU; max pool 3 x 3, stride 2 |
# | fc6, fc7 | dense, 4,096 units each; ReLU; dropout |
# | fc8 | dense, 1,000 units |
#
# "In 2 groups" means: each half of the filters reads one half of the maps. The network was too large for one graphics
# card of 2012, and two cards took a half each.
#
# The first layer by hand. Its side is (227 - 11) / 4 + 1 = 55, so its maps are 55 x 55 x 96. Each filter has 11 x
# 11 x 3 weights and a bias: 96 x 364 = 34,944 parameters.

# %%
side = architectures.output_size(227, kernel_size=11, stride=4)
print("conv1:", (side, side, 96), f"{architectures.conv_parameters(3, 96, kernel_size=11):,} parameters")

# %% [markdown]
# ### Exercise 12.2 (apply): from conv1 to the dense layers
#
# Five whole numbers about AlexNet, as a tuple:
#
# 1. the side of the maps after the first pool,
# 2. after the second pool,
# 3. after the third pool,
# 4. how many numbers enter fc6,
# 5. how many parameters fc6 has.

# %% tags=["exercise"] exercise="12.2" points=2
# BEGIN SOLUTION
alexnet_numbers = (27, 13, 6, 6 * 6 * 256, (6 * 6 * 256 + 1) * 4096)
# END SOLUTION

# %% tags=["check"] exercise="12.2"
checks.exercise("12.2", alexnet_numbers)

# %% tags=["hidden"] exercise="12.2"
from course_utils.authoring import define, tuple_slips

exercise = define.answer("12.2", alexnet_numbers)
slips = [
    (0, 28, "First pool: (55 - 3) / 2 + 1. A window that does not fit is left out."),
    (0, 26, "First pool: (55 - 3) / 2 = 26, and the first place counts too."),
    (0, 18, "First pool: its stride is 2, not 3."),
    (1, 12, "Second pool: (27 - 3) / 2 = 12, and the first place counts too."),
    (1, 14, "Second pool: 27 / 2 is not it: (27 - 3) / 2 + 1."),
    (1, 11, "Second pool: conv2 keeps the side of 27, for it has padding 2."),
    (2, 7, "Third pool: (13 - 3) / 2 + 1. Nothing is rounded up."),
    (2, 5, "Third pool: (13 - 3) / 2 = 5, and the first place counts too."),
    (3, 36, "fc6: each place holds 256 numbers."),
    (3, 1536, "fc6: the maps have a height AND a width."),
    (3, 13824, "fc6: the last maps are those of conv5, and these are 256."),
    (4, 37748736, "fc6's parameters: the 4,096 biases are missing."),
    (4, 4198400, "fc6's parameters: that is 1,024 inputs. How many numbers leave the last pool?"),
]
# %% tags=["hidden"] exercise="12.2"
tuple_slips.add(exercise, slips)
# The same slips, carried on through all five numbers.
exercise.wrong((28, 14, 7, 12544, 51384320), "Nothing is rounded up: a window that does not fit is left out, so the "
    "first pool gives (55 - 3) / 2 + 1. The other numbers follow from it.")  # fmt: skip
exercise.wrong((26, 11, 4, 4096, 16781312), "In each pool the first place counts too: (55 - 3) / 2 is one too few. The "
    "other numbers follow from it.")  # fmt: skip
exercise.wrong((27, 13, 6, 13824, 56627200), "fc6: the last maps are those of conv5, and these are 256.")
exercise.wrong((27, 13, 6, 36, 151552), "fc6: each place holds 256 numbers.")
exercise.hints(
    "Each pool has a window of 3 and a stride of 2: (W - 3) // 2 + 1. The convolutions 2 to 5 keep the side.",
    "55 goes to 27, and so on. What enters fc6 is height x width x maps; its parameters are (inputs + 1) x units.",
    "A smaller case: maps of 9 x 9 x 4: the pool gives (9 - 3) // 2 + 1 = 4, so 4 x 4 x 4 = 64 numbers; a dense "
    "layer of "
    "10 units on these has (64 + 1) x 10 = 650 parameters.",
)

# %% [markdown]
# Now the whole network, in Keras. It has 61 million weights, and we only want to look at it.
# `architectures.without_weights` builds a model whose layers and shapes are there, while the weights take no memory.
#
# **Predict:** five convolutions, three dense layers. Which share of all parameters is in the dense ones?

# %% tags=["predict"]
prediction = "..."  # about ... percent


# %%
def alexnet():
    """Return AlexNet; conv2, conv4 and conv5 in two groups as in the paper."""
    parts = [keras.Input((227, 227, 3)), layers.Conv2D(96, 11, strides=4, activation="relu", name="conv1")]
    plan = [(256, 5, 2, True), (384, 3, 1, True), (384, 3, 2, False), (256, 3, 2, False)]
    for number, (filters, size, groups, pool_before) in enumerate(plan, 2):
        parts += [layers.MaxPooling2D(3, strides=2)] if pool_before else []
        parts.append(
            layers.Conv2D(filters, size, padding="same", groups=groups, activation="relu", name=f"conv{number}")
        )
    parts += [layers.MaxPooling2D(3, strides=2), layers.Flatten()]
    for number in (6, 7):
        parts += [layers.Dense(4096, activation="relu", name=f"fc{number}"), layers.Dropout(0.5)]
    return keras.Sequential([*parts, layers.Dense(1000, name="fc8")])


network = architectures.without_weights(alexnet)
architectures.table(network)

# %%
in_dense = sum(layer.count_params() for layer in network.layers if layer.name.startswith("fc"))
print(f"dense layers: {in_dense:,} of {network.count_params():,} parameters, {in_dense / network.count_params():.1%}")

# %% tags=["figure"]
plots.volumes(
    network,
    alt="A row of boxes: the image of 227 x 227 x 3, then 55 x 55 x 96, pooled to 27 x 27, 256 maps, pooled to "
    "13 x 13, 384, 384 and 256 maps, pooled to 6 x 6 x 256, and three thin columns of 4,096, 4,096 and 1,000 numbers.",
)

# %% [markdown]
# **What to notice.** Nearly all the parameters are in the dense layers, and most of these in the one that reads the
# last maps place by place. The convolutions, which do nearly all the *computing*, are a few percent. You will see how
# ResNet got rid of the large dense layers: by global pooling (lesson 08).

# %% [markdown]
# ### ReLU against tanh
#
# Before AlexNet, units had S-shaped activations such as $\tanh$, which is flat for large sums. AlexNet's paper shows
# a CNN that reaches 25 % training error six times sooner with ReLU. We measure it on a small CNN with four
# convolutions and two dense layers: training loss by epoch, three seeds. Each activation gets the initial weights
# that suit it, and **two** learning rates.
#
# **Predict:** will ReLU be faster at both rates?

# %% tags=["predict"]
prediction = "..."  # "at both", "at the small one", "at the large one", "at neither"


# %%
def small_alexnet(activation="relu", dropout=0.0, units=128):
    """Return a small CNN with four convolutions and AlexNet's kind of head."""
    initial = "he_normal" if activation == "relu" else "glorot_normal"
    options = {"activation": activation, "kernel_initializer": initial}
    network = keras.Sequential([keras.Input(image_shape), layers.Rescaling(1 / 127.5, offset=-1)])
    for filters, strides in ((16, 1), (32, 2), (32, 1), (32, 2)):
        network.add(layers.Conv2D(filters, 3, strides=strides, padding="same", **options))
    network.add(layers.Flatten())
    for _ in range(2):
        network.add(layers.Dense(units, **options))
        network.add(layers.Dropout(dropout))
    network.add(layers.Dense(num_classes))
    return network


# %%
def losses(make, count, epochs, rate):
    """Train on `count` images with three seeds; return the training losses (3, epochs) and test accuracies (3,)."""

    def compiled():
        network = make()
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        network.compile(optimizer=keras.optimizers.SGD(rate, momentum=0.9), loss=loss)
        return network

    curves, accuracies = [], []
    for seed, network in training.fresh_starts(compiled, seeds=3):
        data = training.batches(few_images[:count], few_labels[:count], batch_size=32, seed=seed)
        history = network.fit(data, epochs=epochs, verbose=0, callbacks=training.callbacks())
        curves.append(history.history["loss"])
        accuracies.append(training.accuracy(network, *digits.test))
    return np.array(curves), np.array(accuracies)


# %%
by_activation = {
    f"{activation}, rate {rate}": losses(lambda name=activation: small_alexnet(name), 400, 4, rate)[0]
    for rate in (0.005, 0.02)
    for activation in ("relu", "tanh")
}

# %% tags=["figure"]
plots.bands(
    range(1, 5),
    by_activation,
    xlabel="epoch",
    ylabel="training loss",
    log_y=True,
    alt="Four falling lines with narrow bands. At the rate 0.005 tanh stays clearly above ReLU; at 0.02 the two lie "
    "together, at the bottom.",
)

# %% tags=["claim"]
last = {name: curves[:, -1] for name, curves in by_activation.items()}
ratio = {rate: last[f"tanh, rate {rate}"].mean() / last[f"relu, rate {rate}"].mean() for rate in (0.005, 0.02)}
claims.check(
    "at the small rate every run with tanh ends at a higher training loss than every run with ReLU",
    last["tanh, rate 0.005"].min() > last["relu, rate 0.005"].max() or profile.name() == "full",
    value=ratio[0.005],
    name="tanh_at_small",
)
claims.check(
    "at the large rate the loss with tanh is less than 1.5 times that with ReLU",
    ratio[0.02] < 1.5 or profile.name() == "full",
    value=ratio[0.02],
    name="tanh_at_large",
)

# %% [markdown]
# **What to notice.** At the small rate the loss with tanh ends {{tanh_at_small:.1f}} times as high: ReLU wins, as in
# the paper. At the rate that is four times larger the ratio is {{tanh_at_large:.1f}}: the lead is gone, and if
# anything tanh is ahead. So *this*
# network cannot tell you that ReLU is better; it tells you that the two need different rates, and that a comparison
# at one rate may only compare the rates. For deep networks ReLU has stayed: it does not saturate, and it is cheap.

# %% [markdown]
# ### Dropout on and off
#
# Nearly 59 million parameters in dense layers can learn 1.28 million images by heart. AlexNet's answer was
# **dropout**: in training each unit of fc6 and fc7 is left out with probability 1/2. Here: 150 images only, a dense
# head of 256 units twice, 10 epochs.
#
# **Predict:** what will dropout do to the training loss, and what to the test accuracy?

# %% tags=["predict"]
prediction = ("...", "...")

# %%
by_dropout = {
    f"dropout {share}": losses(lambda share=share: small_alexnet(dropout=share, units=256), 150, 10, 0.02)
    for share in (0.0, 0.5)
}

# %% tags=["figure"]
plots.seed_dots(
    {name: accuracies for name, (_, accuracies) in by_dropout.items()},
    xlabel="accuracy on test images",
    alt="Two rows of three dots that lie over each other for the most part.",
)

# %% tags=["claim"]
halfway = {name: curves[:, 5] for name, (curves, _) in by_dropout.items()}
gain = by_dropout["dropout 0.5"][1].mean() - by_dropout["dropout 0.0"][1].mean()
claims.check(
    "after six epochs every run with dropout has a higher training loss than every run without",
    halfway["dropout 0.5"].min() > halfway["dropout 0.0"].max() or profile.name() == "full",
)
claims.check(
    "in test accuracy the means differ by less than 10 points, one way or the other",
    abs(gain) < 0.10,
    value=100 * gain,
    unit="points",
    name="dropout_gain",
)

# %% [markdown]
# **What to notice.** One effect is beyond doubt: with dropout learning is slower, for every step trains only half of
# the units. (Part of the difference is that the training loss is measured with units missing.) In test accuracy the
# mean changes by {{dropout_gain:.1f}} points, and the dots of three seeds overlap. These runs cannot tell, and so
# nothing else can be said (lesson 09). AlexNet's authors report that without dropout their network over-fits
# substantially. That was another network, other data, and a training of 90 epochs: a claim is about its experiment.

# %% [markdown]
# ## VGG, 2014: only 3 x 3
#
# AlexNet begins with 11 x 11 and goes on with 5 x 5. VGG uses 3 x 3 everywhere and puts them **in stacks**. Why?
#
# Lay one 3 x 3 convolution on another. A number of the second sees 3 x 3 numbers of the first, and these see 5 x 5
# pixels. A third one sees 7 x 7.
#
# **Predict:** a layer has $C$ maps in and $C$ maps out, so one k x k convolution has $k^2 C^2$ weights (biases left
# out). Which has fewer, one 5 x 5 or two 3 x 3? By how much?

# %% tags=["predict"]
prediction = "..."

# %%
for size, count in ((5, 2), (7, 3)):
    stack = [layers.Conv2D(64, 3, padding="same", use_bias=False) for _ in range(count)]
    one = layers.Conv2D(64, size, padding="same", use_bias=False)
    stacked, single = (keras.Sequential([keras.Input((32, 32, 64)), *parts]) for parts in (stack, [one]))
    sees = architectures.receptive_field(stacked), architectures.receptive_field(single)
    print(f"{count} of 3 x 3: sees {sees[0]} x {sees[0]}, {stacked.count_params() // 64**2} C^2 weights", end="   ")
    print(f"one {size} x {size}: sees {sees[1]} x {sees[1]}, {single.count_params() // 64**2} C^2 weights")

# %% [markdown]
# **What to notice.** The same field, with 18 instead of 25, and with 27 instead of 49. And between the layers of the
# stack stand ReLUs, so that it can compute more than the one large kernel. Without ReLUs in between, a stack would
# be just *one* convolution with a larger kernel, and of a special kind at that.

# %% [markdown]
# ### Exercise 12.3 (build): what a stack saves
#
# Write `small_stack(kernel_size)` for an odd `kernel_size` of 3 or more. It returns three whole numbers:
#
# - how many 3 x 3 convolutions (stride 1) see just as much as one `kernel_size` x `kernel_size` convolution,
# - the weights of this stack in units of $C^2$,
# - the weights of the one large convolution in units of $C^2$.
#
# Biases are left out. So `small_stack(5)` is `(2, 18, 25)`.


# %% tags=["exercise"] exercise="12.3" points=1
def small_stack(kernel_size: int) -> tuple[int, int, int]:
    """Return (number of 3 x 3 layers, their weights / C^2, weights of the one large layer / C^2)."""
    # BEGIN SOLUTION
    num_layers = (kernel_size - 1) // 2
    return num_layers, 9 * num_layers, kernel_size**2
    # END SOLUTION


# %% tags=["check"] exercise="12.3"
checks.exercise("12.3", small_stack)

# %% tags=["hidden"] exercise="12.3"
from course_utils.authoring import define

exercise = define.function("12.3", small_stack)
exercise.case("5 x 5", kernel_size=5)
exercise.case("7 x 7", kernel_size=7)
exercise.case("3 x 3 itself", kernel_size=3)
exercise.case("11 x 11, as AlexNet begins", kernel_size=11)
exercise.case("9 x 9", visible=False, kernel_size=9)
exercise.case("31 x 31", visible=False, kernel_size=31)
exercise.random_cases(3, lambda rng: {"kernel_size": 2 * int(rng.integers(7, 40)) + 1})
exercise.hints(
    "How much larger does the field become with each 3 x 3 layer?",
    "One layer sees 3, two see 5, three see 7: each adds 2, and a single pixel is 1. A 3 x 3 layer has 9 weights per "
    "pair of maps.",
    "A smaller case: for 5 x 5 it takes (5 - 1) / 2 = 2 layers with 2 * 9 = 18 weights; the large one has 25.",
)


# %% tags=["hidden"] exercise="12.3"
@exercise.correct
def by_growing(kernel_size):
    sees, count = 1, 0
    while sees < kernel_size:
        sees, count = sees + 2, count + 1
    return count, count * 3 * 3, kernel_size * kernel_size


@exercise.correct
def by_division(kernel_size):
    count = kernel_size // 2
    return count, sum(9 for _ in range(count)), kernel_size**2


@exercise.mutant("A 3 x 3 layer does not add 3 pixels to the field but 2: one at each side.")
def divides_by_three(kernel_size):
    count = -(-kernel_size // 3)
    return count, 9 * count, kernel_size**2


@exercise.mutant("One layer too many: the first one sees 3 pixels, not 1.")
def one_too_many(kernel_size):
    count = (kernel_size + 1) // 2
    return count, 9 * count, kernel_size**2


# %% tags=["hidden"] exercise="12.3"
@exercise.mutant("One layer too few: kernel_size - 3 is what is left after the FIRST layer.")
def one_too_few(kernel_size):
    count = (kernel_size - 3) // 2
    return count, 9 * count, kernel_size**2


@exercise.mutant("A kernel is a square: its weights are its side times its side.")
def counts_one_row(kernel_size):
    count = (kernel_size - 1) // 2
    return count, 3 * count, kernel_size


@exercise.mutant("Biases were to be left out: they do not belong to the weights in units of C^2.")
def adds_biases(kernel_size):
    count = (kernel_size - 1) // 2
    return count, 10 * count, kernel_size**2 + 1


@exercise.mutant("The weights of the whole stack are asked for, not those of one of its layers.")
def one_layer_only(kernel_size):
    return (kernel_size - 1) // 2, 9, kernel_size**2


# %% [markdown]
# ### Exercise 12.4 (build): a VGG block
#
# A VGG block is `num_convolutions` convolutions, each with `num_filters` filters of 3 x 3, `padding="same"` and ReLU,
# followed by one max pooling of 2 x 2.
#
# Write `vgg_block(shape, num_filters, num_convolutions)`. It returns a `keras.Model` that takes maps of `shape`
# (height, width, channels) and ends with the pooling. It is compared layer by layer.


# %% tags=["exercise"] exercise="12.4" points=2
def vgg_block(shape: tuple[int, int, int], num_filters: int, num_convolutions: int) -> keras.Model:
    """Return one block of VGG as a model."""
    # BEGIN SOLUTION
    model = keras.Sequential([keras.Input(shape)])
    for _ in range(num_convolutions):
        model.add(layers.Conv2D(num_filters, 3, padding="same", activation="relu"))
    model.add(layers.MaxPooling2D(2))
    return model
    # END SOLUTION


# %% tags=["check"] exercise="12.4"
checks.exercise("12.4", vgg_block)

# %% tags=["hidden"] exercise="12.4"
from course_utils.authoring import define

exercise = define.function("12.4", vgg_block, observe="layers")
exercise.case("block 1, on a small image", shape=(32, 32, 3), num_filters=64, num_convolutions=2)
exercise.case("three convolutions", shape=(12, 8, 16), num_filters=24, num_convolutions=3)
exercise.case("block 3 of VGG19", visible=False, shape=(56, 56, 128), num_filters=256, num_convolutions=4)
exercise.case("one convolution, odd side", visible=False, shape=(9, 7, 4), num_filters=5, num_convolutions=1)
exercise.hints(
    "Begin with keras.Input(shape). A loop adds the convolutions, and the pooling stands behind the loop.",
    'padding="same" keeps the side, so that only the pooling halves it. There is one pooling for the whole block.',
    "A smaller case: vgg_block((8, 8, 3), 4, 2) has the shapes 8x8x4, 8x8x4, 4x4x4 and 112 + 148 parameters.",
)


def _blocks(shape, filters, count, size=3, padding="same", activation="relu", pool=2, pool_each=False, grow=1):
    x = inputs = keras.Input(shape)
    for index in range(count):
        x = layers.Conv2D(filters * grow**index, size, padding=padding, activation=activation)(x)
        x = layers.MaxPooling2D(pool)(x) if pool_each else x
    return keras.Model(inputs, x if pool_each or not pool else layers.MaxPooling2D(pool)(x))


# %% tags=["hidden"] exercise="12.4"
@exercise.correct
def functional(shape, num_filters, num_convolutions):
    return _blocks(shape, num_filters, num_convolutions)


@exercise.correct
def as_a_list(shape, num_filters, num_convolutions):
    parts = [keras.Input(shape)]
    for _ in range(num_convolutions):
        parts += [layers.Conv2D(num_filters, (3, 3), padding="same"), layers.ReLU()]
    return keras.Sequential([*parts, layers.MaxPool2D(pool_size=(2, 2), strides=(2, 2))])


@exercise.mutant("There is a pooling behind every convolution. The block has one, at its end.")
def pools_each_time(shape, num_filters, num_convolutions):
    return _blocks(shape, num_filters, min(num_convolutions, 2), pool_each=True)


@exercise.mutant("Your convolutions have no padding, so each takes two rows and columns away.")
def no_padding(shape, num_filters, num_convolutions):
    return _blocks(shape, num_filters, num_convolutions, padding="valid")


@exercise.mutant("There is no ReLU: then a stack of 3 x 3 is just one larger convolution.")
def no_activation(shape, num_filters, num_convolutions):
    return _blocks(shape, num_filters, num_convolutions, activation=None)


# %% tags=["hidden"] exercise="12.4"
@exercise.mutant("The pooling at the end is missing.")
def no_pooling(shape, num_filters, num_convolutions):
    return _blocks(shape, num_filters, num_convolutions, pool=None)


@exercise.mutant("There are always two convolutions in your block. Take num_convolutions.")
def always_two(shape, num_filters, num_convolutions):
    return _blocks(shape, num_filters, 2)


@exercise.mutant("Within a block all convolutions have the same number of filters. It doubles from block to block.")
def doubles_inside(shape, num_filters, num_convolutions):
    return _blocks(shape, num_filters, num_convolutions, grow=2)


@exercise.mutant("Your kernels are not 3 x 3.")
def five_by_five(shape, num_filters, num_convolutions):
    return _blocks(shape, num_filters, num_convolutions, size=5)


# %% [markdown]
# ### Exercise 12.5 (build): audit 138,357,544
#
# VGG takes 224 x 224 x 3. It has five blocks with 64, 128, 256, 512 and 512 filters; each block halves the side. The
# last maps are flattened, and three dense layers follow: 4,096, 4,096 and one unit for each class. VGG16 has 2, 2, 3,
# 3, 3 convolutions in its blocks, VGG19 has 2, 2, 4, 4, 4.
#
# Write `vgg_parameters(convolutions, num_classes)`: the number of parameters, biases included, **by formula**,
# without building a network. `architectures.conv_parameters(in_channels, filters, kernel_size)` and
# `architectures.dense_parameters(inputs, units)` may help.
#
# The published number for VGG16 stands above. Do you get it?


# %% tags=["exercise"] exercise="12.5" points=3
def vgg_parameters(convolutions: list[int], num_classes: int) -> int:
    """Return the parameters of a VGG with the given number of convolutions in each of its five blocks."""
    # BEGIN SOLUTION
    total, channels = 0, 3
    for count, filters in zip(convolutions, (64, 128, 256, 512, 512), strict=True):
        for _ in range(count):
            total += architectures.conv_parameters(channels, filters, 3)
            channels = filters
    side = 224 // 2**5
    for inputs, units in ((side * side * channels, 4096), (4096, 4096), (4096, num_classes)):
        total += architectures.dense_parameters(inputs, units)
    return total
    # END SOLUTION


# %% tags=["check"] exercise="12.5"
checks.exercise("12.5", vgg_parameters)

# %% tags=["hidden"] exercise="12.5"
from course_utils.authoring import define

exercise = define.function("12.5", vgg_parameters)
exercise.case("VGG16", convolutions=[2, 2, 3, 3, 3], num_classes=1000)
exercise.case("VGG19", convolutions=[2, 2, 4, 4, 4], num_classes=1000)
exercise.case("VGG11, for ten classes", convolutions=[1, 1, 2, 2, 2], num_classes=10)
exercise.case("VGG13", visible=False, convolutions=[2, 2, 2, 2, 2], num_classes=1000)
exercise.case("133 classes of dogs", visible=False, convolutions=[2, 2, 3, 3, 3], num_classes=133)
exercise.random_cases(
    3,
    lambda rng: {
        "convolutions": [int(n) for n in rng.integers(1, 6, 5)], "num_classes": int(rng.integers(2, 900)),
    },
)  # fmt: skip
exercise.hints(
    "Go through the blocks, and remember how many channels the next convolution gets: 3 at first, afterwards the "
    "filters of the one before.",
    "After five halvings 224 is 7. So the first dense layer gets 7 * 7 * 512 numbers.",
    "A smaller case: block 1 of VGG16 alone has 64 * (9 * 3 + 1) = 1,792 and 64 * (9 * 64 + 1) = 36,928 parameters.",
)


def _vgg(counts, classes, image=3, bias=1, side=7, hidden=(4096, 4096), filters=(64, 128, 256, 512, 512)):
    total, channels = 0, image
    for count, number in zip(counts, filters, strict=True):
        for _ in range(count):
            total, channels = total + number * (9 * channels + bias), number
    sizes = [side * side * channels, *hidden, classes]
    return total + sum((inputs + bias) * units for inputs, units in itertools.pairwise(sizes))


# %% tags=["hidden"] exercise="12.5"
@exercise.correct
def arithmetic_only(convolutions, num_classes):
    return _vgg(convolutions, num_classes)


@exercise.correct
def from_a_list_of_pairs(convolutions, num_classes):
    filters = [
        number for count, number in zip(convolutions, [64, 128, 256, 512, 512], strict=True) for _ in range(count)
    ]
    maps = sum(number * (9 * before + 1) for before, number in zip([3, *filters], filters, strict=False))
    return maps + (25_088 + 1) * 4096 + (4096 + 1) * 4096 + 4097 * num_classes


@exercise.mutant("The biases are missing: each filter and each unit has one.")
def forgets_biases(convolutions, num_classes):
    return _vgg(convolutions, num_classes, bias=0)


@exercise.mutant("The second dense layer with 4,096 units is missing.")
def one_hidden_layer(convolutions, num_classes):
    return _vgg(convolutions, num_classes, hidden=(4096,))


# %% tags=["hidden"] exercise="12.5"
@exercise.mutant("The fifth block has 512 filters as well: VGG stops doubling there.")
def goes_on_doubling(convolutions, num_classes):
    return _vgg(convolutions, num_classes, filters=(64, 128, 256, 512, 1024))


@exercise.mutant("The images have three channels: the first convolution has 27 weights for each filter.")
def gray_images(convolutions, num_classes):
    return _vgg(convolutions, num_classes, image=1)


@exercise.mutant("The last maps are 7 x 7: there are five poolings, and 224 / 2 / 2 / 2 / 2 / 2 = 7.")
def four_poolings(convolutions, num_classes):
    return _vgg(convolutions, num_classes, side=14)


@exercise.mutant("You pool globally before the dense layers. VGG flattens: 7 x 7 x 512 numbers go in.")
def pools_globally(convolutions, num_classes):
    return _vgg(convolutions, num_classes, side=1)


@exercise.mutant("Those are the convolutions. The three dense layers count too, and they are by far the larger part.")
def convolutions_only(convolutions, num_classes):
    return _vgg(convolutions, 0, hidden=())


# %% [markdown]
# Now Keras is asked. `keras.applications` has both networks; `weights=None` means: no trained ones. And the course
# has builders of its own, in `course_utils/backbones`, which the next lessons use. Are they the same networks,
# layer by layer?

# %%
official = {
    "VGG16": architectures.without_weights(keras.applications.VGG16, weights=None),
    "VGG19": architectures.without_weights(keras.applications.VGG19, weights=None),
}
for name, model in official.items():
    convolutions = sum(isinstance(layer, layers.Conv2D) for layer in model.layers)
    dense = sum(isinstance(layer, layers.Dense) for layer in model.layers)
    print(f"{name}: {convolutions} + {dense} layers with weights, {model.count_params():,} parameters")


# %%
def lines(model):
    """Return (name, kind, output shape, parameters) of each layer behind the input."""
    described = []
    for layer in model.layers[1:]:
        kind = type(layer).__name__.replace("Activation", "ReLU")  # the only activation in there
        described.append((layer.name, kind, tuple(layer.output.shape[1:]), layer.count_params()))
    return described


def build_body(body):
    inputs = keras.Input((224, 224, 3))
    return keras.Model(inputs, body(inputs))


# %% tags=["claim"]
our_lines = lines(architectures.without_weights(build_body, vgg16.body))
its_lines = [line for line in lines(official["VGG16"]) if line[0].startswith("block")]
claims.check("VGG16 has 138,357,544 parameters", official["VGG16"].count_params() == 138_357_544)
claims.check("VGG19 has 143,667,240 parameters", official["VGG19"].count_params() == 143_667_240)
claims.check("the course's five VGG blocks equal those of keras.applications in all 18 layers", our_lines == its_lines)

# %% tags=["figure"]
shown = [line for line in its_lines if line[0].endswith(("conv1", "pool"))]
plots.volumes(
    [("image", (224, 224, 3)), *((f"{kind} {name}", shape) for name, kind, shape, _ in shown)],
    alt="The image of 224 x 224 x 3 and ten boxes in pairs, the first convolution of a block and its pooling. "
    "The faces "
    "shrink from 224 to 7, the lengths grow from 64 to 512.",
)

# %% [markdown]
# **What to notice.** Name, kind, shape and parameters agree in every one of the 18 layers. It is the plan of lesson
# 09: halve the side, double the maps, only with two or three convolutions for every halving.
#
# ### Exercise 12.6 (spot the bug): how deep is it?
#
# "VGG16" means 16 **layers with weights on the way from the image to the answer**. Pools, activations,
# normalisations, dropout, Flatten and additions do not count. In a ResNet some shortcuts have a convolution of
# their own, written here as `"shortcut Conv2D"`; they lie beside the way and do not count either.
#
# `depth(kinds)` takes the kinds of all layers as a list of texts, such as `["Conv2D", "ReLU", "MaxPooling2D",
# "Dense"]`, and returns the depth. This version says 22 for VGG16. Mend it.


# %% tags=["exercise"] exercise="12.6" points=1
def depth(kinds: list[str]) -> int:
    """Return the number of layers with weights on the way from the image to the answer."""
    # BEGIN SOLUTION
    return sum(kind in ("Conv2D", "Dense") for kind in kinds)
    # END SOLUTION
    # BEGIN STUB
    # without = ("ReLU", "Dropout", "BatchNormalization")
    # return len([kind for kind in kinds if kind not in without])
    # END STUB


# %% tags=["check"] exercise="12.6"
checks.exercise("12.6", depth)

# %% tags=["hidden"] exercise="12.6"
from course_utils.authoring import define

exercise = define.function("12.6", depth)


def _vgg_kinds(counts):
    blocks = [kind for count in counts for kind in [*["Conv2D", "ReLU"] * count, "MaxPooling2D"]]
    return [*blocks, "Flatten", "Dense", "ReLU", "Dropout", "Dense", "ReLU", "Dropout", "Dense"]


def _resnet_kinds(stages, convolutions):
    kinds = ["Conv2D", "BatchNormalization", "ReLU", "MaxPooling2D"]
    for count in stages:
        for block in range(count):
            kinds += ["shortcut Conv2D", "BatchNormalization"] if block == 0 else []
            kinds += ["Conv2D", "BatchNormalization", "ReLU"] * convolutions + ["Add", "ReLU"]
    return [*kinds, "GlobalAveragePooling2D", "Dense"]


exercise.case("VGG16", kinds=_vgg_kinds([2, 2, 3, 3, 3]))
exercise.case("ResNet50", kinds=_resnet_kinds([3, 4, 6, 3], 3))
exercise.case("one dense layer", kinds=["Flatten", "Dense"])
exercise.case("a normalised block", kinds=["Conv2D", "BatchNormalization", "ReLU", "MaxPooling2D"])
exercise.case("VGG19", visible=False, kinds=_vgg_kinds([2, 2, 4, 4, 4]))
exercise.case("ResNet152", visible=False, kinds=_resnet_kinds([3, 8, 36, 3], 3))
exercise.case("ResNet34", visible=False, kinds=_resnet_kinds([3, 4, 6, 3], 2))
exercise.case("nothing to learn", visible=False, kinds=["Flatten", "MaxPooling2D"])
exercise.random_cases(2, lambda rng: {"kinds": _vgg_kinds([int(n) for n in rng.integers(1, 6, 5)])})
# %% tags=["hidden"] exercise="12.6"
exercise.hints(
    "22 - 16 = 6. Which six entries of VGG16's list are counted although they learn nothing?",
    "Rather than list what does not count, list what does: only two kinds.",
    "A smaller case: Conv2D, ReLU, MaxPooling2D, Flatten, Dense has depth 2; a 'shortcut Conv2D' beside it changes "
    "nothing.",
)


@exercise.correct
def with_count(kinds):
    return kinds.count("Conv2D") + kinds.count("Dense")


@exercise.correct
def with_a_loop(kinds):
    found = 0
    for kind in kinds:
        if kind == "Conv2D" or kind == "Dense":
            found = found + 1
    return found


@exercise.mutant("That is the version of the exercise: it counts pools, Flatten and additions too.")
def counts_pools(kinds):
    return len([kind for kind in kinds if kind not in ("ReLU", "Dropout", "BatchNormalization")])


# %% tags=["hidden"] exercise="12.6"
@exercise.mutant("Shortcuts with a convolution lie beside the way and do not count: ResNet50 would have 54.")
def counts_shortcuts(kinds):
    return sum(kind.endswith("Conv2D") or kind == "Dense" for kind in kinds)


@exercise.mutant("The dense layers have weights too: VGG16 is 13 convolutions and 3 dense layers.")
def forgets_dense(kinds):
    return kinds.count("Conv2D")


@exercise.mutant("A normalisation has a few parameters, but by custom it does not count: ResNet50 would have 103.")
def counts_normalisations(kinds):
    return sum(kind in ("Conv2D", "Dense", "BatchNormalization") for kind in kinds)


@exercise.mutant("The pools are left out now, but Flatten and Add learn nothing either.")
def counts_flatten_and_add(kinds):
    return len([k for k in kinds if k not in ("ReLU", "Dropout", "BatchNormalization", "MaxPooling2D")])


# %% [markdown]
# ## ResNet, 2015: add what came in
#
# Back to the opening. A network of 20 layers could imitate the one of 6: the other 14 layers would have to hand on
# what they get, $y = x$. For a convolution with a ReLU that is surprisingly hard to learn: the kernels have to
# become ones with a single 1 in the right channel. For a block that only has to **add** something it is easy:
#
# $$ y = \mathrm{ReLU}(x + F(x)) $$
#
# Is $F(x) = 0$, the block hands on $x$. (It enters behind a ReLU, so it is not negative.) The way around the
# convolutions is called a **skip connection** or shortcut, and $F$, which only learns the difference, the
# **residual**.

# %% tags=["figure"]
plots.block(
    ["Conv2D\n8, 3×3", "BatchNorm", "ReLU", "Conv2D\n8, 3×3", "BatchNorm"],
    shortcut=(),
    after=["ReLU"],
    alt="x enters a row of boxes: convolution, normalisation, ReLU, convolution, normalisation. An arrow leads around "
    "them, unchanged, to a plus sign behind the last one. Behind the plus stands a ReLU.",
)

# %% [markdown]
# The addition costs not one parameter. Everything else stays as in the opening: the same layers, images, steps and
# rates. In `build` the word `skip` decides.
#
# **Predict:** what will the training errors of 6, 10 and 20 layers look like now?

# %% tags=["predict"]
prediction = "..."

# %%
skipping = {depth: errors(blocks, skip=True) for depth, blocks in DEPTHS.items()}
same = build(9, skip=True).count_params() == build(9, skip=False).count_params()

# %% tags=["figure"]
plots.bands(
    list(DEPTHS),
    {
        "plain": np.stack([found[0] for found in plain.values()], axis=1),
        "with skip connections": np.stack([found[0] for found in skipping.values()], axis=1),
    },
    xlabel="layers with weights",
    ylabel="error on the training images",
    height=3,
    alt="Two lines with bands. The plain one rises from 6 to 20 layers. The one with skip connections does not "
    "rise and lies far below it at 20.",
)

# %% tags=["claim"]
at_20 = {name: found[20] for name, found in (("plain", plain), ("skip", skipping))}
claims.check("both kinds of network have the same number of parameters", same)
claims.check(
    "at 20 layers every run with skip connections has a lower training error than every plain run",
    at_20["skip"][0].max() < at_20["plain"][0].min() or profile.name() == "full",
    value=100 * (at_20["plain"][0].mean() - at_20["skip"][0].mean()),
    unit="points",
    name="skip_gain",
)
claims.check(
    "it is no over-fitting: on the test images the plain 20 layers are worse too, in the mean by 10 points or more",
    at_20["plain"][1].mean() - at_20["skip"][1].mean() >= profile.choose(quick=0.10, full=0),
    value=100 * (at_20["plain"][1].mean() - at_20["skip"][1].mean()),
    unit="points",
    name="skip_gain_in_test",
)
fall = skipping[6][0].mean() - skipping[20][0].mean()
claims.check(
    "with skip connections 20 layers are in the mean at most 5 points worse than 6 in training error",
    fall >= -0.05,
    value=100 * fall,
    unit="points",
    name="fall_with_skip",
)

# %% [markdown]
# **What to notice.** With 20 layers the skip connections lower the training error by {{skip_gain:.0f}} points, at
# equal parameters. The degradation is gone: from 6 to 20 layers the plain networks lost {{degradation:.0f}} points,
# those with skip connections *gained* {{fall_with_skip:.0f}}. And the test errors tell the same story, so the plain
# network of 20 layers did not over-fit. Note what is not said: these trainings are short, and longer ones may look
# different. On ImageNet, the paper reports, the degradation stayed even when the training was three times as long.
#
# ## Was it the gradient?
#
# Many courses explain: "in deep networks the gradient vanishes on its way back, so the early layers do not learn;
# skip connections carry it past". That can be measured. `training.gradient_norms` gives the length of the gradient
# for the kernel of each layer, here for 20 layers before the first step: plain or skip, with and without batch
# normalisation. To see what vanishing looks like, there is a fifth network, of the kind that people built before
# 2010: plain, without normalisation, and S-shaped (`"sigmoid"`) activations.
#
# **Predict:** in which of the five is the gradient of the first layers far smaller than that of the last?

# %% tags=["predict"]
prediction = ["..."]

# %%
kinds = {
    "plain, sigmoid": {"skip": False, "normalise": False, "activation": "sigmoid"},
    "plain": {"skip": False, "normalise": False},
    "skip": {"skip": True, "normalise": False},
    "plain, normalised": {"skip": False},
    "skip, normalised": {"skip": True},
}
gradients = {}
for name, options in kinds.items():
    runs = []
    for seed in range(3):
        training.seed(seed)
        runs.append(training.gradient_norms(build(9, **options), few_images[:64], few_labels[:64]))
    gradients[name] = np.array([list(run.values())[:-1] for run in runs])  # (3, 19): the convolutions

# %% tags=["figure"]
plots.bands(
    range(1, 20),
    gradients,
    xlabel="convolution, from the image to the answer",
    ylabel="length of the gradient",
    log_y=True,
    height=2.8,
    alt="Five lines over 19 layers on a logarithmic scale. The one with sigmoid falls by many powers of ten "
    "towards the image. The two without normalisation are roughly level. The two with normalisation rise towards the "
    "image, the plain one most.",
)

# %% [markdown]
# The same without the first line, so that the other four can be told apart:

# %% tags=["figure"]
plots.bands(
    range(1, 20),
    {name: runs for name, runs in gradients.items() if name != "plain, sigmoid"},
    xlabel="convolution, from the image to the answer",
    ylabel="length of the gradient",
    log_y=True,
    height=2.8,
    alt="Four lines with bands. Plain without normalisation is roughly level, skip without normalisation jumps up and "
    "down from layer to layer. The two with normalisation are highest near the image and fall towards the answer, the "
    "plain one more steeply.",
)

# %% tags=["claim"]
share = {name: runs[:, 1] / runs[:, -2] for name, runs in gradients.items()}  # an early layer against a late one
claims.check(
    "with sigmoid the second convolution has less than a hundred-thousandth of the gradient of the last but one",
    share["plain, sigmoid"].max() < 1e-5,
)
claims.check(
    "in the plain network with normalisation it has MORE gradient, in every run: at least twice as much",
    share["plain, normalised"].min() >= 2,
    value=share["plain, normalised"].mean(),
    name="plain_normalised",
)
claims.check(
    "with skip connections and normalisation it has between half and ten times as much",
    share["skip, normalised"].min() > 0.5 and share["skip, normalised"].max() < 10,
    value=share["skip, normalised"].mean(),
    name="skip_normalised",
)
claims.check(
    "in the plain ReLU network without normalisation it has at least a twentieth",
    share["plain"].min() > 0.05,
    value=share["plain"].mean(),
    name="plain_without",
)

# %% [markdown]
# **What to notice.** With sigmoid the gradient does vanish: that was a real disease. But the network that degraded
# in the opening is "plain, normalised", and there the early layers have {{plain_normalised:.0f}} times the gradient
# of the late ones. It does not vanish, it *grows* towards the image. The explanation does not fit the patient.
#
# The authors of ResNet say so themselves: they "argue that this optimization difficulty is unlikely to be caused by
# vanishing gradients", because their plain networks were trained with batch normalisation, and they verified that the
# gradients were healthy. Vanishing gradients had been dealt with before, by good initial weights, ReLU and
# normalisation. Their motive was the *degradation* that you measured.
#
# What this does not say: why the deep plain network is hard to train. A gradient of a good length can still point
# in a direction that is right for a tiny step only. And we looked at the first step.
#
# ### And without normalisation?
#
# The last two kinds are left: no normalisation, ReLU, good initial weights. For the skip networks one thing has to
# be heeded. Each block adds to the sum, so with 9 blocks the numbers grow. Normalised, nobody notices. Without, we
# draw the last kernels of each block smaller (`share` in `build`), so that all 9 together add about as much as one.
#
# **Predict:** will the skip connections save the network of 20 layers here too?

# %% tags=["predict"]
prediction = "..."

# %%
unnormalised = {
    f"{name}, {depth} layers": errors(DEPTHS[depth], skip=skip, normalise=False)[0]
    for name, skip in (("plain", False), ("skip", True))
    for depth in (6, 20)
}

# %% tags=["figure"]
plots.seed_dots(
    {
        **{f"{name}, not normalised": found for name, found in unnormalised.items()},
        "plain, 20 layers, normalised": at_20["plain"][0],
        "skip, 20 layers, normalised": at_20["skip"][0],
    },
    xlabel="error on the TRAINING images",
    alt="Six rows of three dots. The four networks without normalisation lie far to the right, with and without skip "
    "connections. The normalised plain one lies beside the best of them; the normalised one with skip connections lies "
    "far to the left of all.",
)

# %% tags=["claim"]
best_without = min(float(found.min()) for found in unnormalised.values())
claims.check(
    "without normalisation the best run of both depths is worse than the worst run of 20 normalised layers with skip",
    best_without > at_20["skip"][0].max() or profile.name() == "full",
    value=100 * best_without,
    unit="%",
    name="best_without",
)

# %% [markdown]
# **What to notice.** In these few steps none of the networks without normalisation learns much: the best of all 12
# runs still has {{best_without:.0f}} % errors in training. That includes the networks of 6 layers, and those with
# skip connections. With 20 layers they may help a little here too; in a second setting that we tried, with 24
# layers and 640 images, the runs overlapped. (Does this only compare the rates, as with tanh above? We tried 0.01,
# 0.03 and 0.3 as well: no network without normalisation came near.) So a skip connection is **no substitute** for
# normalisation: the ResNet that works is both together. (There are ways to train deep residual networks without
# normalisation, with carefully chosen initial weights; see the last paper below.)

# %% [markdown]
# ### Exercise 12.7 (spot the bug): a bottleneck block
#
# ResNet50 uses a block of three convolutions: 1 x 1 makes fewer maps, 3 x 3 works on these, 1 x 1 makes four times as
# many. Each is normalised. When the block changes the side or the number of maps, $x$ does not fit the sum; then the
# shortcut gets a 1 x 1 convolution of its own, a **projection**, with a normalisation.

# %% tags=["figure"]
plots.block(
    ["Conv2D\n64, 1×1", "BatchNorm", "ReLU", "Conv2D\n64, 3×3", "BatchNorm", "ReLU", "Conv2D\n256, 1×1", "BatchNorm"],
    shortcut=["Conv2D\n256, 1×1", "BatchNorm"],
    after=["ReLU"],
    alt="x enters eight boxes: convolution 1 x 1 to 64 maps, normalisation, ReLU, convolution 3 x 3, "
    "normalisation, ReLU, "
    "convolution 1 x 1 to 256 maps, normalisation. The way around holds a convolution 1 x 1 to 256 maps and a "
    "normalisation. Both meet in a plus sign; a ReLU follows.",
)

# %% [markdown]
# A student wrote `bottleneck(shape, num_filters, strides)`: a model that takes maps of `shape` and gives
# `4 * num_filters` maps. There are **two** bugs: it fails as soon as the shape changes, and one layer stands in the
# wrong place. Mend it so that it computes what the block of `keras.applications` computes (the check sets the weights
# of both to the same numbers and compares what comes out):
#
# - the first 1 x 1 convolution has the `strides`, and so has the projection, if there is one;
# - there is a projection just when `strides` is not 1 or `shape` has not `4 * num_filters` channels;
# - the sum is `layers.Add()([shortcut, x])`, in this order, and the last ReLU comes behind it.


# %% tags=["exercise"] exercise="12.7" points=3
def bottleneck(shape: tuple[int, int, int], num_filters: int, strides: int) -> keras.Model:
    """Return a bottleneck block as a model: (height, width, channels) -> (..., ..., 4 * num_filters)."""
    # BEGIN SOLUTION
    shortcut = x = keras.Input(shape)
    inputs = x
    if strides != 1 or shape[-1] != 4 * num_filters:
        shortcut = layers.Conv2D(4 * num_filters, 1, strides=strides)(shortcut)
        shortcut = layers.BatchNormalization()(shortcut)
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(num_filters, 1, strides=strides)(x)))
    x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(num_filters, 3, padding="same")(x)))
    x = layers.BatchNormalization()(layers.Conv2D(4 * num_filters, 1)(x))
    x = layers.ReLU()(layers.Add()([shortcut, x]))
    return keras.Model(inputs, x)
    # END SOLUTION
    # BEGIN STUB
    # shortcut = x = keras.Input(shape)
    # inputs = x
    # x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(num_filters, 1, strides=strides)(x)))
    # x = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(num_filters, 3, padding="same")(x)))
    # x = layers.BatchNormalization()(layers.Conv2D(4 * num_filters, 1)(x))
    # x = layers.Add()([shortcut, layers.ReLU()(x)])
    # return keras.Model(inputs, x)
    # END STUB


# %% tags=["check"] exercise="12.7"
checks.exercise("12.7", bottleneck)

# %% tags=["hidden"] exercise="12.7"
from course_utils.authoring import define

exercise = define.function("12.7", bottleneck, observe="outputs", rtol=0.02, atol=0.06)  # any epsilon will do
exercise.case("nothing changes", shape=(8, 8, 16), num_filters=4, strides=1)
exercise.case("more maps", shape=(8, 8, 16), num_filters=8, strides=1)
exercise.case("half the side", shape=(8, 6, 16), num_filters=4, strides=2)
exercise.case("odd sides", visible=False, shape=(9, 7, 8), num_filters=2, strides=2)
exercise.case("conv3_block1 of a narrow ResNet50", visible=False, shape=(8, 8, 32), num_filters=16, strides=2)
exercise.case("conv2_block1 of a narrow ResNet50", visible=False, shape=(10, 10, 16), num_filters=16, strides=1)
exercise.case("conv2_block2 of a narrow ResNet50", visible=False, shape=(10, 10, 24), num_filters=6, strides=1)
# %% tags=["hidden"] exercise="12.7"
exercise.hints(
    "With 16 maps in and 32 out, what does Add say? And can a branch that ends with a ReLU ever make x smaller?",
    "shortcut = projection(inputs) when the shape changes, else inputs. The last ReLU stands behind Add, not "
    "before it.",
    "A smaller case: shape (4, 4, 3), num_filters 2, strides 1: 3 maps cannot be added to 8, so the shortcut is "
    "Conv2D(8, 1) and a normalisation; then Add()([shortcut, x]) and a ReLU.",
)


def _bottleneck(shape, filters, strides, project=None, relu="behind", where="first", more=4, norm=True, size=3):
    def unit(x, count, kernel, step=1, active=True, normalise=True):
        x = layers.Conv2D(count, kernel, strides=step, padding="same")(x)
        x = layers.BatchNormalization()(x) if normalise else x
        return layers.ReLU()(x) if active else x

    inputs = keras.Input(shape)
    first, second = (strides, 1) if where == "first" else (1, strides)
    branch = unit(unit(inputs, filters, 1, first), filters, size, second)
    branch = unit(branch, more * filters, 1, active=relu == "before")
    changes = strides != 1 or shape[-1] != more * filters if project is None else project
    shortcut = unit(inputs, more * filters, 1, strides, active=False, normalise=norm) if changes else inputs
    total = layers.Add()([shortcut, branch])
    return keras.Model(inputs, layers.ReLU()(total) if relu == "behind" else total)


@exercise.correct
def branch_first(shape, num_filters, strides):
    return _bottleneck(shape, num_filters, strides)


# %% tags=["hidden"] exercise="12.7"
@exercise.correct
def with_activation_layers(shape, num_filters, strides):
    inputs = keras.Input(shape)
    x = inputs
    for count, size, step in ((num_filters, 1, strides), (num_filters, 3, 1), (4 * num_filters, 1, 1)):
        x = layers.Conv2D(count, (size, size), strides=(step, step), padding="same")(x)
        x = layers.BatchNormalization(epsilon=1.001e-5)(x)
        x = layers.Activation("relu")(x) if count == num_filters else x
    shortcut = inputs
    if tuple(inputs.shape) != tuple(x.shape):
        shortcut = layers.Conv2D(4 * num_filters, 1, strides=strides, padding="same")(inputs)
        shortcut = layers.BatchNormalization()(shortcut)
    return keras.Model(inputs, layers.Activation("relu")(layers.Add()([shortcut, x])))


# %% tags=["hidden"] exercise="12.7"
@exercise.mutant("That is the student's version: no projection, and the last ReLU stands before the sum.")
def as_it_was(shape, num_filters, strides):
    return _bottleneck(shape, num_filters, strides, project=False, relu="before")


@exercise.mutant("The ReLU is mended, but the shortcut still has no projection where the shape changes.")
def no_projection(shape, num_filters, strides):
    return _bottleneck(shape, num_filters, strides, project=False)


@exercise.mutant("The projection is there, but the last ReLU still stands before the sum: the branch can only add.")
def relu_before_the_sum(shape, num_filters, strides):
    return _bottleneck(shape, num_filters, strides, relu="before")


# %% tags=["hidden"] exercise="12.7"
@exercise.mutant("You project always. Where the shape stays, the shortcut is x itself: that is the point of it.")
def projects_always(shape, num_filters, strides):
    return _bottleneck(shape, num_filters, strides, project=True)


@exercise.mutant("The ReLU behind the sum is missing.")
def no_last_relu(shape, num_filters, strides):
    return _bottleneck(shape, num_filters, strides, relu="none")


@exercise.mutant(
    "The stride is in the 3 x 3 convolution. Later versions do that; this block has it in the first 1 x 1."
)
def stride_in_the_middle(shape, num_filters, strides):
    return _bottleneck(shape, num_filters, strides, where="middle")


@exercise.mutant("The projection has no normalisation.")
def projection_not_normalised(shape, num_filters, strides):
    return _bottleneck(shape, num_filters, strides, norm=False)


@exercise.mutant("The last convolution makes FOUR times as many maps.")
def twice_as_many(shape, num_filters, strides):
    return _bottleneck(shape, num_filters, strides, more=2)


# %% [markdown]
# The course's own builder of ResNet50 is written in such blocks, with the layer names of `keras.applications`. Here
# is the audit, as for VGG16: name, kind, output shape and parameters of each layer.

# %% tags=["claim"]
official_resnet = architectures.without_weights(keras.applications.ResNet50, weights=None)
our_lines = lines(architectures.without_weights(build_body, resnet50.body))
ends = ("avg_pool", "predictions")  # the head, which the body leaves out
its_lines = [line for line in lines(official_resnet) if line[0] not in ends]
print(f"ResNet50: {official_resnet.count_params():,} parameters, {len(its_lines)} layers before the head")
for name, kind, shape, count in its_lines[6:17]:
    print(f"{name:20} {kind:20} {shape!s:16} {count:8,}")
claims.check("ResNet50 has 25,636,712 parameters", official_resnet.count_params() == 25_636_712)
claims.check(
    "the course's ResNet50 equals that of keras.applications in every layer", sorted(our_lines) == sorted(its_lines)
)

# %% [markdown]
# **What to notice.** 50 layers with weights have 25.6 million parameters, fewer than one fifth of VGG16's 138
# million. Bottlenecks work on few maps, and in place of three large dense layers there is global pooling and a
# single one.

# %% [markdown]
# ### Exercise 12.8 (investigate): name the disease
#
# Two networks, a shallow and a deep one, were trained several times each. Write `diagnosis(shallow_train,
# deep_train, shallow_test, deep_test)`; each is a list of **errors**, one for each run. Return
#
# - `"degradation"` when every training error of the deep network is **higher** than every one of the shallow network;
# - `"over-fitting"` when every training error of the deep network is **lower** than every one of the shallow network,
#   and every test error of the deep one is **higher** than every one of the shallow one;
# - `"deeper is better"` when every test error of the deep network is lower than every one of the shallow one, and
#   it is no degradation;
# - `"unclear"` in all other cases, equal numbers included.


# %% tags=["exercise"] exercise="12.8" points=2
def diagnosis(
    shallow_train: list[float], deep_train: list[float], shallow_test: list[float], deep_test: list[float]
) -> str:
    """Return "degradation", "over-fitting", "deeper is better" or "unclear"."""
    # BEGIN SOLUTION
    if min(deep_train) > max(shallow_train):
        return "degradation"
    if max(deep_train) < min(shallow_train) and min(deep_test) > max(shallow_test):
        return "over-fitting"
    if max(deep_test) < min(shallow_test):
        return "deeper is better"
    return "unclear"
    # END SOLUTION


# %% tags=["check"] exercise="12.8"
checks.exercise("12.8", diagnosis)

# %% tags=["hidden"] exercise="12.8"
from course_utils.authoring import define

exercise = define.function("12.8", diagnosis)


def _case(name, shallow_train, deep_train, shallow_test, deep_test, visible=True):
    exercise.case(name, visible=visible, shallow_train=shallow_train, deep_train=deep_train,
                  shallow_test=shallow_test, deep_test=deep_test)  # fmt: skip


_case("worse in training and test", [0.20, 0.22], [0.41, 0.38], [0.25, 0.24], [0.45, 0.40])
_case("perfect in training, worse in test", [0.10, 0.12], [0.00, 0.01], [0.15, 0.16], [0.21, 0.19])
_case("better in both", [0.10, 0.12], [0.04, 0.05], [0.15, 0.16], [0.08, 0.11])
_case("the runs overlap in training", [0.10, 0.30], [0.20, 0.40], [0.15, 0.16], [0.25, 0.26])
_case("worse in training, overlapping in test", [0.10, 0.12], [0.20, 0.22], [0.15, 0.30], [0.25, 0.28])
_case("equal in training, worse in test", [0.10, 0.10], [0.10, 0.10], [0.15, 0.16], [0.25, 0.26])
_case("overlapping in training, better in test", [0.10, 0.14], [0.12, 0.13], [0.25, 0.26], [0.15, 0.16])
_case("worse in training, better in test", [0.10, 0.12], [0.13, 0.14], [0.25, 0.26], [0.15, 0.16])
_case("a higher mean, but overlapping", [0.10, 0.11, 0.30], [0.28, 0.31, 0.35], [0.2, 0.2, 0.3], [0.3, 0.3, 0.4])
_case("better in training, overlapping in test", [0.2, 0.3], [0.1, 0.15], [0.2, 0.3], [0.25, 0.35], visible=False)
_case("touching", [0.1, 0.2], [0.2, 0.3], [0.2, 0.3], [0.1, 0.2], visible=False)
_case("worse in training, better in test, again", [0.2, 0.21], [0.25, 0.3], [0.4, 0.5], [0.3, 0.35], visible=False)
_case("worse in training, unclear in test", [0.2, 0.21], [0.25, 0.3], [0.4, 0.5], [0.3, 0.45], visible=False)
_case("one run each", [0.05], [0.10], [0.1], [0.2], visible=False)
_case("overlapping in training, worse in test", [0.1, 0.2], [0.15, 0.3], [0.2, 0.25], [0.3, 0.35], visible=False)
_case("overlapping in training, better again", [0.1, 0.2], [0.15, 0.3], [0.4, 0.45], [0.3, 0.35], visible=False)
_case("higher run by run only", [0.1, 0.3], [0.2, 0.4], [0.1, 0.3], [0.2, 0.4], visible=False)
# %% tags=["hidden"] exercise="12.8"
exercise.random_cases(
    4,
    lambda rng: dict(
        zip(
            ("shallow_train", "deep_train", "shallow_test", "deep_test"),
            [[round(float(x), 3) for x in rng.normal(rng.choice([0.1, 0.2, 0.3]), 0.02, 3)] for _ in range(4)],
            strict=True,
        )
    ),
)
exercise.hints(
    "Ask about the training errors first. They decide between degradation and over-fitting.",
    "'Every deep one is higher than every shallow one' is min(deep) > max(shallow). 'Lower' is max(deep) < "
    "min(shallow).",
    "A smaller case: training 0.1 and 0.2 (shallow) against 0.3 and 0.4 (deep): 0.3 > 0.2, so degradation, "
    "whatever the "
    "test errors are.",
)


def _lower(first, second):
    return max(first) < min(second)


# %% tags=["hidden"] exercise="12.8"
@exercise.correct
def by_all_pairs(shallow_train, deep_train, shallow_test, deep_test):
    if all(deep > shallow for deep in deep_train for shallow in shallow_train):
        return "degradation"
    if all(deep < shallow for deep in deep_test for shallow in shallow_test):
        return "deeper is better"
    trained = all(deep < shallow for deep in deep_train for shallow in shallow_train)
    fails = all(deep > shallow for deep in deep_test for shallow in shallow_test)
    return "over-fitting" if trained and fails else "unclear"


@exercise.correct
def with_a_helper(shallow_train, deep_train, shallow_test, deep_test):
    if _lower(shallow_train, deep_train):
        return "degradation"
    if _lower(deep_test, shallow_test):
        return "deeper is better"
    return "over-fitting" if _lower(deep_train, shallow_train) and _lower(shallow_test, deep_test) else "unclear"


@exercise.mutant("You call it over-fitting whenever the test errors are higher. Look at the TRAINING errors first.")
def looks_at_the_test_only(shallow_train, deep_train, shallow_test, deep_test):
    if _lower(shallow_test, deep_test):
        return "over-fitting"
    return "deeper is better" if _lower(deep_test, shallow_test) else "unclear"


# %% tags=["hidden"] exercise="12.8"
@exercise.mutant("You compare means. Runs that overlap cannot tell.")
def compares_means(shallow_train, deep_train, shallow_test, deep_test):
    return by_all_pairs(*([float(np.mean(x))] for x in (shallow_train, deep_train, shallow_test, deep_test)))


@exercise.mutant("Equal errors are not higher: use > and not >=.")
def equal_counts_as_higher(shallow_train, deep_train, shallow_test, deep_test):
    if min(deep_train) >= max(shallow_train):
        return "degradation"
    return by_all_pairs(shallow_train, deep_train, shallow_test, deep_test)


@exercise.mutant("Degradation is said of the training errors alone; the test errors are not asked.")
def wants_the_test_too(shallow_train, deep_train, shallow_test, deep_test):
    if _lower(shallow_train, deep_train) and not _lower(shallow_test, deep_test):
        return "unclear"
    return by_all_pairs(shallow_train, deep_train, shallow_test, deep_test)


# %% tags=["hidden"] exercise="12.8"
@exercise.mutant("Worse in the test is over-fitting only if the deep network is BETTER in training, in every run.")
def forgets_the_training_errors(shallow_train, deep_train, shallow_test, deep_test):
    if _lower(shallow_train, deep_train):
        return "degradation"
    if _lower(shallow_test, deep_test):
        return "over-fitting"
    return "deeper is better" if _lower(deep_test, shallow_test) else "unclear"


@exercise.mutant("You compare run 1 with run 1. The runs are no pairs: compare every one with every other.")
def compares_in_pairs(shallow_train, deep_train, shallow_test, deep_test):
    def lower(first, second):
        return all(one < other for one, other in zip(first, second, strict=True))

    if lower(shallow_train, deep_train):
        return "degradation"
    if lower(deep_train, shallow_train) and lower(shallow_test, deep_test):
        return "over-fitting"
    return "deeper is better" if lower(deep_test, shallow_test) else "unclear"


# %% tags=["hidden"] exercise="12.8"
@exercise.mutant("Deeper is better asks about the TEST errors, and that it is no degradation. Training may be unclear.")
def wants_better_training(shallow_train, deep_train, shallow_test, deep_test):
    if _lower(deep_test, shallow_test) and not _lower(deep_train, shallow_train):
        return "degradation" if _lower(shallow_train, deep_train) else "unclear"
    return by_all_pairs(shallow_train, deep_train, shallow_test, deep_test)


# %% tags=["hidden"] exercise="12.8"
@exercise.mutant("These are errors, not accuracies: a higher one is worse.")
def takes_them_for_accuracies(shallow_train, deep_train, shallow_test, deep_test):
    return by_all_pairs(deep_train, shallow_train, deep_test, shallow_test)


@exercise.mutant("You ask about the test errors first. Worse in training and better in test is degradation, too.")
def asks_the_test_first(shallow_train, deep_train, shallow_test, deep_test):
    if _lower(deep_test, shallow_test):
        return "deeper is better"
    return by_all_pairs(shallow_train, deep_train, shallow_test, deep_test)


# %% [markdown]
# ## Key points
#
# - AlexNet: 8 layers, 61 million parameters, nearly all of them in dense layers. VGG: 3 x 3 in stacks, 138 and 144
#   million. ResNet50: 50 layers, 25.6 million, global pooling.
# - Two 3 x 3 convolutions see what one 5 x 5 sees with 18 in place of 25 weights, three see 7 x 7 with 27 in place
#   of 49, and there are ReLUs in between.
# - Degradation is a higher *training* error of a deeper network. It is not over-fitting, and with normalisation it
#   comes without vanishing gradients: measure both before you explain.
# - A skip connection adds the input to what a block computes. It costs no parameter and takes the degradation away,
#   and it is no substitute for normalisation.
# - A claim is about its experiment: two activations at one learning rate may only compare the rates.
#
# ## Self-test
#
# <details><summary>1. Which padding keeps the side with a 7 x 7 kernel and stride 1, and which with 11 x
# 11?</summary>
#
# 3 and 5: half of the kernel, rounded down. (A published text says 7 for 7 x 7; that would make the maps larger.)
#
# </details>
#
# <details><summary>2. Why can a network of 20 layers always do at least as well in training as one of 6, in
# principle?</summary>
#
# Its first layers could be those of the shorter one, and the others could hand on what they get.
#
# </details>
#
# <details><summary>3. A deeper network has training error 0.02 and test error 0.30; the shallower one 0.10 and
# 0.20. Is it degradation?</summary>
#
# No: its training error is lower. It over-fits.
#
# </details>
#
# <details><summary>4. Why does VGG16 have 16 in its name, although Keras lists 23 layers?</summary>
#
# Only the 13 convolutions and 3 dense layers have weights; the input, five pools and Flatten do not count.
#
# </details>
#
# <details><summary>5. When does a shortcut need a projection?</summary>
#
# When the block changes the side or the number of the maps: only arrays of one shape can be added.
#
# </details>
#
# ## To read
#
# - A. Krizhevsky, I. Sutskever and G. Hinton, [ImageNet classification with deep convolutional neural
#   networks](https://doi.org/10.1145/3065386), 2012: figure 1 is ReLU against tanh.
# - K. Simonyan and A. Zisserman, [Very deep convolutional networks](https://arxiv.org/abs/1409.1556), 2014: section
#   2.3 is the argument for stacks of 3 x 3.
# - K. He, X. Zhang, S. Ren and J. Sun, [Deep residual learning for image
#   recognition](https://arxiv.org/abs/1512.03385), 2015: figure 1 is degradation; section 4.1 speaks of the
#   gradients.
# - O. Russakovsky and others, [ImageNet large scale visual recognition challenge](https://arxiv.org/abs/1409.0575),
#   2015: what the data are and who won.
# - H. Zhang, Y. Dauphin and T. Ma, [Fixup initialization](https://arxiv.org/abs/1901.09321), 2019: residual networks
#   without normalisation.
#
# ## Next
#
# [13 Transfer from VGG16](13_transfer_from_vgg16.ipynb): let a trained VGG do the seeing, and train a small head
# only.
