# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Read images as numbers
# read_minutes: 35
# exercise_minutes: 50
# objectives:
#   - read the shape, type and range of an image array, and cut rows, columns and channels out of it
#   - find and mend two silent faults, channels in the wrong order and integers that wrap round
#   - bring any photograph to a square that a network can halve, and to a common scale of values
#   - explain from an intensity profile why an edge is an abrupt change of intensity
#   - build a colour mask and a one-number classifier, and measure how often the classifier is right
# needs: []
# data: [astronaut, brick, camera, cat, china, coffee, coins, flower, grass, gravel, moon, motorcycle]
# budget: {cpu_seconds: 40, memory_mb: 700, gpu: not used}

# %% tags=["setup"]
import cv2
import numpy as np

from course_utils import checks, claims, datasets, images, plots, threshold_classifier

# %% [markdown]
# ## Where does the cat go?
#
# You see a cat. A program is handed a table of numbers. Move the slider below (or press its buttons) and watch one
# turn into the other: every step goes into the orange frame of the picture before.

# %% tags=["figure"]
cat = images.load("cat", gray=True)
plots.zoom_into(
    cat,
    centre=(99, 169),
    sides=[300, 150, 75, 40, 20, 10],
    alt="A cat's face in gray; each picture shows a smaller square around the glint in its eye, and in the last one "
    "only 10 by 10 gray squares are left, each with its number.",
)

# %% [markdown]
# Nothing was added or taken away between the first picture and the last, and yet the cat is gone. The last picture
# is all that a program ever gets: 0 is black, 255 is white, and no number says "eye".
#
# So how would a program tell that two pictures show the same thing? The obvious idea is to compare them number by
# number. Here are three candidates:
#
# - a **gray card**: every pixel has the cat's mean brightness, and there is nothing else in it;
# - the **same cat** under a stronger lamp: 60 added to every pixel;
# - a **motorcycle**.
#
# **Predict before you run:** which of the three is nearest to the cat? "Near" means a small typical difference:
# subtract, square, take the mean over all pixels, take the root.

# %% tags=["predict"]
prediction = "..."  # "gray card", "same cat" or "motorcycle"


# %%
def distance(first: np.ndarray, second: np.ndarray) -> float:
    difference = first.astype(np.float64) - second.astype(np.float64)
    return float(np.sqrt(np.mean(difference**2)))


gray_card = np.full_like(cat, round(cat.mean()))
brighter_cat = images.to_uint8(cat.astype(np.float32) + 60)
motorcycle = cv2.resize(
    images.load("motorcycle", gray=True), (cat.shape[1], cat.shape[0]), interpolation=cv2.INTER_AREA
)
candidates = {"gray card": gray_card, "same cat, stronger lamp": brighter_cat, "motorcycle": motorcycle}
distances = {name: round(distance(cat, image)) for name, image in candidates.items()}
print(distances)

# %% tags=["figure"]
plots.compare(
    cat,
    *candidates.values(),
    titles=["the cat", *(f"{name}: {distances[name]} away" for name in candidates)],
    alt="Four gray pictures: the cat, an evenly gray card, the cat again but brighter, and a motorcycle. The card "
    "has the smallest distance to the cat, then the brighter cat, then the motorcycle.",
)

# %% [markdown]
# **What to notice.** The winner is the gray card, a picture of nothing at all. The cat under a stronger lamp is
# almost as far from the cat as a motorcycle is. Number by number, a lamp changes more than an animal does.
#
# That is the problem of computer vision in one line, and this course is about what to do instead of comparing
# numbers. First you have to be at home among them. Many faults of image programs are not faults of learning at all
# but of reading: blue faces, sums that come out too small, rows taken for columns. Later in this lesson one line of
# code will make the brighter cat the nearest of the three.

# %% tags=["claim"]
claims.check(
    "number by number, a gray card is nearer to the cat than the same cat under a stronger lamp is",
    distance(cat, gray_card) < distance(cat, brighter_cat),
    value=distance(cat, gray_card) / distance(cat, brighter_cat),
    name="card_to_lamp",
)

# %% [markdown] tags=["instructor"]
# **For the instructor.** Collect the predictions aloud: most rooms are sure of the same cat. 45 minutes reach the
# contrast exercise (1.5), 90 the end without the two optional exercises, 1.6 and 1.9. If time is short, leave out the
# whole section on colour masks; lessons 02 and 03 lean on `uint8`, on profiles and on exercise 1.8. Those who finish
# early look for a better number than contrast for grass and gravel (1.11): the mean brightness judges about seven
# tiles in ten right, the mean size of the difference between neighbours about nine in ten, which is a fine bridge to
# lesson 02.

# %% [markdown]
# ## An image is an array
#
# In Python an image is a NumPy array. Three facts describe it: its **shape**, the **type** of its numbers, and the
# **range** they cover. Make a habit of printing them for every image that you meet.

# %%
coffee = images.load("coffee")
print("shape:", coffee.shape)
print("type: ", coffee.dtype)
print("range:", coffee.min(), "to", coffee.max())

# %% [markdown]
# The shape is `(height, width, channels)`: 400 rows from top to bottom, 600 columns from left to right, and at each
# place three numbers for red, green and blue. A gray image has no third axis at all: its shape is `(height,
# width)`. The number of channels is also called the **depth**: 1 for gray, 3 for colour.
#
# Indices follow the same order, and the origin is the **top left** corner, as on a page: `image[row, column]`. A
# pixel of a colour image is not one number but three.

# %%
print("one pixel:", coffee[120, 170])
print("its red:  ", coffee[120, 170, 0])
plots.pixels(
    coffee[118:123, 169:177],
    title="rows 118 to 122, columns 169 to 176 of the coffee photograph",
    alt="Five rows of eight enlarged pixels where the red glaze of a cup meets its white rim, with the red, green and "
    "blue number of each: about 170, 45, 18 in the glaze and 244, 225, 205 on the rim.",
)

# %% [markdown]
# Cutting works with slices, `image[top:bottom, left:right]`, and a step of -1 runs an axis backwards. **Predict**
# what the three cuts below show before you run the cell.

# %% tags=["predict"]
prediction = "..."  # coffee[200:, :300]: which quarter?   coffee[::-1]: which way round?   coffee[:, ::-1]?

# %%
plots.compare(
    coffee,
    coffee[200:, :300],
    coffee[::-1],
    coffee[:, ::-1],
    titles=["coffee", "coffee[200:, :300]", "coffee[::-1]", "coffee[:, ::-1]"],
    alt="A cup of coffee; its lower left quarter; the cup upside down; the cup mirrored left to right.",
)

# %% [markdown]
# **What to notice.** The first axis counts rows, so `[::-1]` stands the cup on its head, and it takes a colon for
# "all rows" before you can touch the columns.
#
# One trap waits here. Everybody who draws says *width times height*, and so does OpenCV wherever it asks for a size
# or a point. Arrays say *height times width*. Both appear in the next line:

# %%
small = cv2.resize(coffee, (300, 100))  # (width, height) goes in
print(small.shape)  # (height, width, channels) comes out

# %% [markdown]
# Now you. Below every exercise stands its check: run it as often as you like. If you are stuck, `checks.hint("1.1")`
# in a new cell gives the next hint, and `checks.expected("1.2")` shows what a right answer gives. Two exercises, 1.6
# and 1.9, are marked as optional: nothing later depends on them.
#
# ### Exercise 1.1 (apply): count the numbers
#
# A photograph from a phone is 3024 pixels high and 4032 pixels wide, in colour. How many numbers does a program
# get? Assign the whole number to `num_values` (a product is fine: Python may do the multiplication).

# %% tags=["exercise"] exercise="1.1" points=1
# BEGIN SOLUTION
num_values = 3024 * 4032 * 3
# END SOLUTION

# %% tags=["check"] exercise="1.1"
checks.exercise("1.1", num_values)

# %% tags=["hidden"] exercise="1.1"
from course_utils.authoring import define

exercise = define.answer("1.1", num_values, decimals=0)
exercise.wrong(3024 * 4032, "That is the number of pixels. How many numbers does one pixel of a colour image hold?")
exercise.wrong(3024 + 4032 + 3, "Every row has every column: the three sizes are multiplied, not added.")
exercise.wrong(3024 * 4032 * 24, "That is the number of bits. Each value is one number, however many bits it takes.")
exercise.wrong(3024 * 4032 * 4, "A photograph in colour has three channels; a fourth is there only for transparency.")
exercise.wrong(3024 * 4032 * 256, "256 is how many values a number may take, not how many numbers there are.")
exercise.hints(
    "An image array has one number per row, per column and per channel.",
    "Print coffee.shape and coffee.size: how does the second follow from the first?",
    "An image 2 pixels high and 5 wide, in colour, holds 2 * 5 * 3 = 30 numbers.",
)

# %% [markdown]
# ### Exercise 1.2 (spot the bug): describe an image
#
# `describe(image)` is to return `(width, height, depth)` as three whole numbers: the width first, as people say it,
# and the depth as a textbook had it: *"the depth is 1 or 3, for RGB and grayscale images, respectively"*. Read that
# sentence twice. The code below follows it faithfully, and has one more fault of its own.
#
# `image` is an array of shape `(height, width)`, which is gray, or `(height, width, channels)`; an image may also
# have 4 channels, when it carries transparency.


# %% tags=["exercise"] exercise="1.2" points=2
def describe(image: np.ndarray) -> tuple[int, int, int]:
    """Return (width, height, depth) of an image."""
    # BEGIN SOLUTION
    height, width = image.shape[:2]
    depth = 1 if image.ndim == 2 else image.shape[2]
    return width, height, depth
    # END SOLUTION
    # BEGIN STUB
    # width, height = image.shape[:2]
    # depth = 3 if image.ndim == 2 else 1
    # return width, height, depth
    # END STUB


# %% tags=["check"] exercise="1.2"
checks.exercise("1.2", describe)

# %% tags=["hidden"] exercise="1.2"
from course_utils.authoring import define

exercise = define.function("1.2", describe)
exercise.case("a gray image, 4 rows, 7 columns", image=np.zeros((4, 7), dtype=np.uint8))
exercise.case("a colour image, 5 rows, 2 columns", image=np.zeros((5, 2, 3), dtype=np.uint8))
exercise.case("4 channels", image=np.zeros((3, 6, 4), dtype=np.uint8))
exercise.case("a colour image with one row", visible=False, image=np.zeros((1, 9, 3), dtype=np.float32))
exercise.case("a third axis of length 1", visible=False, image=np.zeros((8, 3, 1), dtype=np.uint8))
exercise.random_cases(3, lambda rng: {"image": np.zeros(rng.integers(2, 30, rng.integers(2, 4)), dtype=np.uint8)})
exercise.hints(
    "There are two faults: one in what the two sizes are called, one in what the depth of a gray image is.",
    "Call describe(np.zeros((4, 7))) by hand. Which of 4 and 7 is the width? How many numbers does a gray pixel hold?",
    "An array of shape (4, 7, 3) has 4 rows and 7 columns with 3 numbers at each place, so the answer is (7, 4, 3).",
)


@exercise.correct
def with_padded_shape(image):
    height, width, depth = (*image.shape, 1)[:3]
    return width, height, depth


@exercise.correct
def from_the_sizes(image):
    rows, columns = len(image), len(image[0])
    return columns, rows, image.size // (rows * columns)


# %% tags=["hidden"] exercise="1.2"
@exercise.mutant(
    "Your answer does just what the code you were given does. Look at the first case: 4 rows and 7 columns, each pixel "
    "one number. Go through what was expected number by number."
)
def as_handed_out(image):
    width, height = image.shape[:2]
    return width, height, 3 if image.ndim == 2 else 1


@exercise.mutant(
    "The depth is right now. But the first number of a shape counts rows: is that the width or the height?"
)
def swapped_sizes(image):
    width, height = image.shape[:2]
    return width, height, 1 if image.ndim == 2 else image.shape[2]


@exercise.mutant("The sizes are right now. But the depth is the wrong way round: a gray pixel is one number.")
def reversed_depth(image):
    return image.shape[1], image.shape[0], 3 if image.ndim == 2 else 1


@exercise.mutant("ndim counts the axes of the array. The depth is how many numbers each pixel has.")
def counts_axes(image):
    return image.shape[1], image.shape[0], image.ndim


@exercise.mutant("Gray and RGB are right. But a depth of 3 is taken for granted: read it off the shape instead.")
def three_at_most(image):
    return image.shape[1], image.shape[0], 1 if image.ndim == 2 else 3


# %% [markdown]
# ## Three gray images make one in colour
#
# A channel is a gray image that says how much of one colour there is. **Predict:** the astronaut below wears an
# orange suit. In which channel will the suit be brightest, and in which darkest? And the white of the flag and of
# the shuttle?

# %% tags=["predict"]
prediction = "..."  # suit: brightest in ..., darkest in ...   white: ...

# %%
astronaut = images.load("astronaut")
red, green, blue = astronaut[:, :, 0], astronaut[:, :, 1], astronaut[:, :, 2]
plots.compare(
    astronaut,
    red,
    green,
    blue,
    titles=["all three", "red", "green", "blue"],
    alt="The astronaut Eileen Collins in an orange suit, and her three channels in gray: the suit is bright in red, "
    "dark in green and darkest in blue.",
)

# %% [markdown]
# **What to notice.** Orange is much red, less green and little blue. White (the stripes of the flag, the shuttle)
# is bright in all three, because white *is* full red, full green and full blue. Nothing in the array says which
# channel is which: red comes first only because everybody who uses the array agrees.

# %% [markdown]
# ### The library that does not agree
#
# OpenCV, which you will use on almost every page of this course, has its own opinion. Here it reads the very file
# that holds the astronaut. **Predict** the colour of her suit.

# %% tags=["predict"]
prediction = "..."  # the suit will look ...

# %%
path = datasets.locate("astronaut")
as_opencv_reads_it = cv2.imread(str(path))
mended = cv2.cvtColor(as_opencv_reads_it, cv2.COLOR_BGR2RGB)
plots.compare(
    as_opencv_reads_it,
    mended,
    titles=["cv2.imread, shown as RGB", "after COLOR_BGR2RGB"],
    alt="Left: the astronaut with a blue face and a blue suit. Right: the same with natural colours and an orange "
    "suit.",
)

# %% [markdown]
# **What to notice.** The numbers are all there, in the order **blue, green, red**: OpenCV chose this order in its
# early days, when many cameras and programs used it, and has kept it. Whatever was orange looks blue, while black,
# white and gray look right, so on a photograph of fog you would never notice.
#
# Mending is one line, `cv2.cvtColor(image, cv2.COLOR_BGR2RGB)`, or in plain NumPy `image[:, :, ::-1]`. In this
# course `images.load` has done it for you: every colour image here is RGB.

# %%
print("same as images.load:      ", np.array_equal(mended, images.load("astronaut")))
print("same as channels reversed:", np.array_equal(mended, as_opencv_reads_it[:, :, ::-1]))

# %% [markdown]
# ### From colour to gray
#
# A blue face is easy to see. The same mistake made once more, in gray, is not, and it is found in published course
# notebooks. To turn colour into gray one adds the channels with the weights of the human eye, which is most
# sensitive to green:
#
# $$\text{gray} = 0.299\,\text{red} + 0.587\,\text{green} + 0.114\,\text{blue}$$
#
# `COLOR_RGB2GRAY` and `COLOR_BGR2GRAY` differ only in which channel they take for red. On an image that is RGB
# already, the second one gives red the small weight of blue:

# %%
right = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
wrong = cv2.cvtColor(astronaut, cv2.COLOR_BGR2GRAY)
plots.compare(
    right,
    wrong,
    wrong.astype(np.float32) - right,
    titles=["RGB2GRAY", "BGR2GRAY on an RGB image", "difference"],
    alt="Two gray astronauts that look equally natural; the third picture is dark blue on the suit, pale blue on the "
    "face and nearly white elsewhere: both are too dark in the second, the suit most.",
)

# %% [markdown]
# **What to notice.** Both look like good photographs. Only the difference shows that the suit became much darker and
# the face a little (blue in the picture: negative). A network trained on one and used on the other would see every
# red thing too dark and every blue one too bright, and no error message would ever be shown.

# %% tags=["claim"]
suit = (slice(340, 420), slice(60, 150))
claims.check(
    "the wrong conversion makes the orange suit darker by more than a tenth",
    wrong[suit].mean() < 0.9 * right[suit].mean(),
    value=1 - wrong[suit].mean() / right[suit].mean(),
    name="suit_darker",
)

# %% [markdown]
# The suit lost {{suit_darker:.0%}} of its brightness.
#
# ### Exercise 1.3 (spot the bug): the brightness of a photograph
#
# `brightness(rgb)` is to return the mean brightness of an image that was loaded with `images.load`: turn it into
# gray with the weights above, then take the mean over all pixels, as a float between 0 and 255. For a photograph of
# fog it is right; for a tomato it is far too small, and for a blue sky too large. Mend it.
#
# `rgb` has the shape `(height, width, 3)`, dtype uint8, channels red, green, blue. A deviation of half a gray level
# is allowed.


# %% tags=["exercise"] exercise="1.3" points=2
def brightness(rgb: np.ndarray) -> float:
    """Return the mean brightness of an RGB image, 0 to 255."""
    # BEGIN SOLUTION
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return float(np.mean(gray))
    # END SOLUTION
    # BEGIN STUB
    # gray = cv2.cvtColor(rgb, cv2.COLOR_BGR2GRAY)
    # return float(np.mean(gray))
    # END STUB


# %% tags=["check"] exercise="1.3"
checks.exercise("1.3", brightness)

# %% tags=["hidden"] exercise="1.3"
from course_utils.authoring import define

exercise = define.function("1.3", brightness, rtol=0, atol=0.51)
exercise.case("a tomato: all red", rgb=np.full((4, 6, 3), (230, 30, 20), dtype=np.uint8))
exercise.case("a blue sky", rgb=np.full((4, 6, 3), (90, 150, 240), dtype=np.uint8))
exercise.case("fog: red, green and blue are equal", weight=0.2, rgb=np.full((5, 5, 3), 180, dtype=np.uint8))
exercise.case("a piece of the astronaut's suit", rgb=images.load("astronaut")[330:340, 180:192].copy())
exercise.case("pure green", visible=False, rgb=np.full((3, 3, 3), (0, 255, 0), dtype=np.uint8))
exercise.random_cases(3, lambda rng: {"rgb": rng.integers(0, rng.integers(20, 257, 3), (7, 9, 3)).astype(np.uint8)})
exercise.hints(
    "Fog is right and a tomato is wrong: which property do the two not share?",
    "Read the name of the conversion aloud. What order of channels does it expect, and what order does images.load "
    "give?",
    "A pixel (230, 30, 20) in RGB has the brightness 0.299 * 230 + 0.587 * 30 + 0.114 * 20 = 88.7, but with red and "
    "blue exchanged 0.114 * 230 + 0.587 * 30 + 0.299 * 20 = 49.8.",
)


@exercise.correct
def weights_times_means(rgb):
    return float(rgb.reshape(-1, 3).mean(axis=0) @ np.array([0.299, 0.587, 0.114]))


@exercise.correct
def turned_round_first(rgb):
    return cv2.cvtColor(np.ascontiguousarray(rgb[:, :, ::-1]), cv2.COLOR_BGR2GRAY).mean()


# %% tags=["hidden"] exercise="1.3"
@exercise.mutant(
    "Your answer does just what the code you were given does. Fog is right, and in fog all channels are equal: so "
    "which channel gets which weight?"
)
def still_bgr(rgb):
    return float(np.mean(cv2.cvtColor(rgb, cv2.COLOR_BGR2GRAY)))


@exercise.mutant("That is the plain mean of all numbers. The eye does not weigh red, green and blue alike.")
def plain_mean(rgb):
    return float(rgb.mean())


@exercise.mutant("That is the value of HSV, the largest of the three channels. Gray is a weighted sum of all three.")
def largest_channel(rgb):
    return float(rgb.max(axis=2).mean())


@exercise.mutant("That is the green channel alone: it has the largest weight, but red and blue count too.")
def green_only(rgb):
    return float(rgb[:, :, 1].mean())


# %% [markdown]
# ## A type with no room
#
# The numbers of a photograph are `uint8`: whole, no sign, 8 bits. There are $2^8 = 256$ of them, 0 to 255. That is
# plenty for an eye and a trap for a program. **Predict** both results:

# %% tags=["predict"]
prediction = "..."  # 200 + 100 = ...   100 - 200 = ...

# %%
a = np.array([200], dtype=np.uint8)
b = np.array([100], dtype=np.uint8)
print("200 + 100 =", (a + b)[0])
print("100 - 200 =", (b - a)[0])

# %% [markdown]
# **Why.** Counting in uint8 is like a clock with 256 hours: after 255 comes 0 again. 300 is 44 beyond 256, and -100
# is 156 when counted backwards from 256. Nothing is raised, nothing is printed. This is what it does to a cat:

# %%
wrapped = cat + np.uint8(100)
as_float = cat.astype(np.float32) + 100  # room for everything
clipped = np.clip(as_float, 0, 255).astype(np.uint8)
plots.compare(
    cat,
    wrapped,
    clipped,
    titles=["cat", "cat + 100 in uint8", "in float, then clipped"],
    alt="The cat in gray; the cat plus 100 in uint8, where the brightest places have turned black, in ragged patches; "
    "the cat plus 100 computed in float and clipped, evenly brighter with a few white areas.",
)

# %% [markdown]
# **What to notice.** In the middle the *brightest* places have turned black: whatever passes 255 starts again at 0.
# On the right the sum was computed where there is room for it, in floats, and cut to 0 ... 255 only at the very end.
# The rule that saves you from all of this:
#
# > **Turn into float first, compute, then round, clip, and turn back into uint8 last.**
#
# In this course `images.to_uint8` does the last three steps.

# %% tags=["claim"]
claims.check(
    "adding 100 in uint8 spoils more than a tenth of the cat's pixels",
    np.mean(wrapped < cat) > 0.1,
    value=np.mean(wrapped < cat),
    name="wrapped_share",
)

# %% [markdown]
# {{wrapped_share:.0%}} of all pixels came out *darker* although 100 had been added to every one.
#
# ### Exercise 1.4 (apply): the mean of two pixels
#
# To mix two photographs, someone writes `(first + second) // 2`. Both are uint8 arrays. At one place `first` holds
# 200 and `second` holds 100. Which number comes out? Work it out by hand first, then assign it to `mixed_pixel`.

# %% tags=["exercise"] exercise="1.4" points=1
# BEGIN SOLUTION
mixed_pixel = (200 + 100) % 256 // 2
# END SOLUTION

# %% tags=["check"] exercise="1.4"
checks.exercise("1.4", mixed_pixel)

# %% tags=["hidden"] exercise="1.4"
from course_utils.authoring import define

exercise = define.answer("1.4", mixed_pixel, decimals=0)
exercise.wrong(150, "150 is what the author hoped for. What is 200 + 100 in uint8, before it is halved?")
exercise.wrong(300, "300 has no place in uint8, which ends at 255. And the sum is still to be halved.")
exercise.wrong(44, "44 is the sum. It is still to be halved.")
exercise.wrong(
    127, "That is 255 // 2, as if the sum stopped at 255. NumPy's sum does not stop there, it starts again at 0."
)
exercise.wrong(128, "That is half of 256. The sum does not stop at the end of the scale, it starts again at 0.")
exercise.wrong(172, "Halving first is the right idea for a cure, but the code adds first, and in uint8.")
exercise.hints(
    "Two steps: a sum of two uint8 numbers, then a whole division by 2. The first one is where it goes wrong.",
    "You have met this very sum above.",
    "A smaller clock: with 10 hours (0 to 9), 8 + 5 = 13 shows as 3, and 3 // 2 = 1, although the mean is 6.",
)

# %% [markdown]
# ### Contrast
#
# The **contrast** of an image says how far its intensities lie apart. The usual measure, *RMS contrast*, is the
# standard deviation of the intensities on the scale 0 to 1. The moon has next to none:

# %%
moon = images.load("moon")
camera = images.load("camera")
print("contrast of the moon:  ", round(images.contrast(moon), 2))
print("contrast of the camera:", round(images.contrast(camera), 2))
plots.histogram(
    {"moon": moon, "camera": camera},
    alt="Two histograms: the moon's pixels crowd into one high peak around 115, the camera photograph's spread from "
    "0 to 230.",
)

# %% [markdown]
# To raise the contrast, move every pixel away from the mean: $\text{new} = \text{mean} +
# \text{factor}\cdot(\text{old} - \text{mean})$. A factor of 1 changes nothing, 2 doubles every difference, 0 leaves
# a gray card.

# %%
plots.slider(
    [
        images.to_uint8(moon.mean() + factor * (moon.astype(np.float32) - moon.mean()))
        for factor in (1, 1.5, 2, 3, 5, 8)
    ],
    labels=[f"factor {factor}" for factor in (1, 1.5, 2, 3, 5, 8)],
    width=400,
    frame_bytes=20_000,
    alt="The surface of the moon: flat and misty at factor 1, full of craters at 3, and almost only black and white at "
    "8.",
)

# %% [markdown]
# ### Exercise 1.5 (build): change the contrast
#
# Write `change_contrast(image, factor)` with the formula above. `image` is uint8 of shape `(height, width)` or
# `(height, width, 3)`; the mean is one number, taken over the whole array; `factor` is a float, 0 or more. Return a
# **uint8** array of the same shape: rounded to the nearest whole number, and clipped to 0 ... 255. Do it without
# `images.to_uint8`, and leave the image that you were given as it is. A deviation of 1 gray level is allowed.


# %% tags=["exercise"] exercise="1.5" points=3
def change_contrast(image: np.ndarray, factor: float) -> np.ndarray:
    """Return the image with all differences from its mean multiplied by factor, as uint8."""
    # BEGIN SOLUTION
    mean = image.mean()
    stretched = mean + factor * (image.astype(np.float64) - mean)
    return np.clip(np.round(stretched), 0, 255).astype(np.uint8)
    # END SOLUTION


# %% tags=["check"] exercise="1.5"
checks.exercise("1.5", change_contrast)

# %% tags=["hidden"] exercise="1.5"
from course_utils.authoring import define

exercise = define.function("1.5", change_contrast, rtol=0, atol=1, check_dtype=True)
ramp = np.array([[0, 15, 35, 60], [90, 98, 130, 157], [170, 203, 210, 241]], dtype=np.uint8)
exercise.case("a gentle stretch", image=ramp // 4 + np.uint8(90), factor=2.0)
exercise.case("so strong that both ends leave the scale", image=ramp, factor=3.0)
exercise.case("factor 0 leaves a gray card", image=ramp, factor=0.0)
exercise.case("factor 0.5 flattens", image=ramp, factor=0.5)
exercise.case("colour", image=images.load("coffee")[200:206, 100:108].copy(), factor=1.7)
exercise.case("an orange suit", visible=False, image=images.load("astronaut")[330:337, 180:188].copy(), factor=1.5)
exercise.case("a white image stays white", visible=False, image=np.full((4, 4), 255, dtype=np.uint8), factor=2.5)
exercise.case(
    "a dark image with one bright pixel", visible=False, image=np.pad([[200]], 2).astype(np.uint8), factor=4.0
)
exercise.random_cases(
    3, lambda rng: {"image": rng.integers(0, 256, (9, 11), dtype=np.uint8), "factor": float(rng.uniform(0, 4))}
)
exercise.hints(
    "Which steps need numbers below 0 or above 255? Those may not happen in uint8.",
    "The order is: to float, formula, round, np.clip, and only then .astype(np.uint8).",
    "The pixels 10, 20, 60 have the mean 30. With factor 10 they become 30 - 200, 30 - 100 and 30 + 300, that is "
    "-170, -70 and 330, and after clipping 0, 0 and 255.",
)


# %% tags=["hidden"] exercise="1.5"
@exercise.correct
def add_weighted(image, factor):
    numbers = image.astype(np.float32)
    stretched = cv2.addWeighted(numbers, factor, numbers, 0, float(np.mean(image)) * (1 - factor))
    return stretched.clip(0, 255).round().astype("uint8")


@exercise.correct
def with_minimum_and_maximum(image, factor):
    numbers = np.asarray(image, dtype=float)
    numbers = numbers * factor + numbers.mean() * (1 - factor) + 0.5
    return np.minimum(np.maximum(numbers, 0), 255.4).astype(np.uint8)


@exercise.mutant(
    "Dark and bright pixels changed places at the ends: what left 0 ... 255 wrapped round. Clip before "
    "astype(np.uint8)."
)
def forgets_to_clip(image, factor):
    mean = image.mean()
    return np.round(mean + factor * (image.astype(np.float64) - mean)).astype(np.int64).astype(np.uint8)


@exercise.mutant("image - mean was taken in uint8, where there is no number below 0. Turn the image into float first.")
def subtracts_in_uint8(image, factor):
    mean = np.uint8(round(image.mean()))
    return np.clip(np.round(mean + factor * (image - mean)), 0, 255).astype(np.uint8)


# %% tags=["hidden"] exercise="1.5"
@exercise.mutant(
    "That multiplies the image itself, which makes it brighter. Only the difference from the mean is multiplied."
)
def multiplies_the_image(image, factor):
    return np.clip(np.round(image * float(factor)), 0, 255).astype(np.uint8)


@exercise.mutant("The values are right, the type is not: return uint8, not floats.")
def returns_floats(image, factor):
    mean = image.mean()
    return np.clip(np.round(mean + factor * (image.astype(np.float64) - mean)), 0, 255)


@exercise.mutant(
    "Differences are taken from 128, the middle of the scale. They are to be taken from the image's own mean."
)
def stretches_about_128(image, factor):
    return np.clip(np.round(128 + factor * (image.astype(np.float64) - 128)), 0, 255).astype(np.uint8)


# %% tags=["hidden"] exercise="1.5"
@exercise.mutant("The mean is taken per channel. It is to be one number for the whole array: image.mean().")
def mean_of_each_channel(image, factor):
    mean = image.mean(axis=(0, 1))
    return np.clip(np.round(mean + factor * (image - mean)), 0, 255).astype(np.uint8)


@exercise.mutant("The differences are multiplied, but the mean was not added again.")
def forgets_the_mean(image, factor):
    return np.clip(np.round(factor * (image - image.mean())), 0, 255).astype(np.uint8)


@exercise.mutant(
    "What fell below 0 came back as a positive number. An absolute value, which cv2.convertScaleAbs takes, is no "
    "clipping."
)
def takes_the_absolute_value(image, factor):
    mean = image.mean()
    return cv2.convertScaleAbs(mean + factor * (image - mean))


@exercise.mutant("The mean is taken per column. It is to be one number for the whole array: image.mean().")
def mean_of_each_column(image, factor):
    mean = image.mean(axis=0)
    return np.clip(np.round(mean + factor * (image - mean)), 0, 255).astype(np.uint8)


# %% [markdown]
# ## A square that can be halved
#
# The networks of this course take all their images in one size, and most of them halve the image again and again on
# its way through. That works best with a **square** whose side is **divisible by a power of two**, $2^n$ for $n$
# halvings:

# %%
for side in (224, 200, 150):
    sides = [side]
    while sides[-1] % 2 == 0 and len(sides) <= 5:
        sides.append(sides[-1] // 2)
    print(" -> ".join(str(one) for one in sides), "" if len(sides) == 6 else "cannot be halved again")

# %% [markdown]
# Five halvings need a side that $2^5 = 32$ divides; $224 = 7 \cdot 32$ is the classic choice. From a photograph 427
# pixels high and 640 wide there are several ways to get to a square. **Predict:** which of these three spoils
# something, and what?

# %% tags=["predict"]
prediction = "..."  # squeezed: ...   cropped: ...   every 3rd pixel: ...

# %%
china = images.load("china")
square = images.crop_square(china)[:384, :384]
squeezed = cv2.resize(china, (128, 128), interpolation=cv2.INTER_AREA)
averaged = cv2.resize(square, (128, 128), interpolation=cv2.INTER_AREA)
skipped = square[1::3, 1::3]
plots.compare(
    squeezed,
    averaged,
    skipped,
    titles=["squeezed, averaged", "cropped, averaged", "cropped, every 3rd pixel"],
    zoom=(20, 36, 40),
    alt="A temple in China at 128 by 128 pixels in three ways, each with an enlarged part below: squeezed to a "
    "narrow tower; cropped and smooth; cropped and ragged, with bold stripes on the roofs.",
)

# %% [markdown]
# **What to notice.** *Squeezing* keeps the whole scene but makes the tower thinner than it is. *Cropping* keeps its
# proportions but loses the sides; for a photograph with its subject in the middle that is usually the better
# bargain. *Skipping* pixels is the one to avoid: eight of nine pixels are thrown away unseen, so lines break into
# staircases, and look at the roof: bold stripes where the photograph has fine tiles. Averaging uses every pixel
# (`cv2.INTER_AREA`, which is what `images.resize_square(image, side, divisible_by=32)` does for you). Where such
# stripes come from is a story for lesson 04.

# %% [markdown]
# ### Exercise 1.6 (build): the largest side
#
# *Further (optional).* Write `largest_side(height, width, num_halvings)`: the side of the largest square that fits
# into an image of `height` times `width` pixels and can be halved `num_halvings` times with no remainder. All three
# are whole numbers, and the image is large enough. Return a whole number.


# %% tags=["exercise"] exercise="1.6" points=2
def largest_side(height: int, width: int, num_halvings: int) -> int:
    """Return the largest side that fits and that 2 divides num_halvings times."""
    # BEGIN SOLUTION
    divisor = 2**num_halvings
    return min(height, width) // divisor * divisor
    # END SOLUTION


# %% tags=["check"] exercise="1.6"
checks.exercise("1.6", largest_side)

# %% tags=["hidden"] exercise="1.6"
from course_utils.authoring import define

exercise = define.function("1.6", largest_side)
exercise.case("the cat, 5 halvings", height=300, width=451, num_halvings=5)
exercise.case("upright: the width decides", height=640, width=427, num_halvings=4)
exercise.case("already divisible", height=64, width=64, num_halvings=6)
exercise.case("no halving at all", height=101, width=333, num_halvings=0)
exercise.case("one halving", visible=False, height=55, width=70, num_halvings=1)
exercise.case("a phone's photograph", visible=False, height=3024, width=4032, num_halvings=5)
exercise.random_cases(
    4,
    lambda rng: {
        "height": int(rng.integers(64, 900)),
        "width": int(rng.integers(64, 900)),
        "num_halvings": int(rng.integers(0, 7)),
    },
)
exercise.hints(
    "Two questions: how large may the square be at all, and which number must divide its side?",
    "Halving n times is dividing by 2 * 2 * ... * 2, with n factors. The operator // throws a remainder away.",
    "30 x 50 pixels, 3 halvings: at most 30, and 8 must divide it. 30 // 8 is 3, so the side is 3 * 8 = 24: 24, 12, "
    "6, 3.",
)


# %% tags=["hidden"] exercise="1.6"
@exercise.correct
def by_searching(height, width, num_halvings):
    return next(side for side in range(min(height, width), 0, -1) if side % 2**num_halvings == 0)


@exercise.correct
def by_shifting_bits(height, width, num_halvings):
    return (min(height, width) >> num_halvings) << num_halvings


@exercise.mutant(
    "That is a power of two itself. 288 is no power of two, and yet it can be halved 5 times: 288 = 9 * 32."
)
def power_of_two(height, width, num_halvings):
    return 2 ** (min(height, width).bit_length() - 1)


@exercise.mutant("A square must fit both ways: take the smaller of height and width.")
def takes_the_larger(height, width, num_halvings):
    return max(height, width) // 2**num_halvings * 2**num_halvings


# %% tags=["hidden"] exercise="1.6"
@exercise.mutant("n halvings divide by 2 to the power n, not by 2 times n: 5 halvings need 32, not 10.")
def two_times_n(height, width, num_halvings):
    divisor = max(1, 2 * num_halvings)
    return min(height, width) // divisor * divisor


@exercise.mutant("Only the height was asked. In an upright image the width is the smaller of the two.")
def asks_the_height_only(height, width, num_halvings):
    return height // 2**num_halvings * 2**num_halvings


@exercise.mutant("/ keeps the remainder, so multiplying gives back the side you began with. Use //, which drops it.")
def divides_with_a_slash(height, width, num_halvings):
    return min(height, width) / 2**num_halvings * 2**num_halvings


@exercise.mutant("That is the size after the halvings. The question is the size before them.")
def size_after(height, width, num_halvings):
    return min(height, width) // 2**num_halvings


@exercise.mutant("That rounds to the nearest multiple, so the square may be larger than the image. Round down.")
def rounds_up(height, width, num_halvings):
    return -(-min(height, width) // 2**num_halvings) * 2**num_halvings


# %% [markdown]
# ## One scale for all
#
# Two photographs of the same thing may differ in brightness and contrast by any amount: another lamp, another
# camera, another hour. Two simple operations take that out before anything is learned.
#
# - **Normalise**: stretch to the range 0 to 1, $(x - \min) / (\max - \min)$. One single glint or speck of dust sets
#   the scale.
# - **Standardise**: subtract the mean, divide by the standard deviation, $(x - \mu) / \sigma$. Then the mean is 0
#   and the standard deviation 1, and one speck of dust hardly matters.

# %%
plots.histogram(
    {"moon": images.standardise(moon), "camera": images.standardise(camera)},
    bins=120,
    title="the same two photographs as before, standardised",
    alt="Two histograms on a scale from about -8 to 10: both photographs now lie around 0, the camera's in several "
    "humps between -2 and 2, the moon's in one peak with thin tails.",
)

# %% [markdown]
# **What to notice.** The shapes are what they were. Only the scale under them has changed, and it is the same for
# both now. A network multiplies its inputs by weights that start at about the same size and learn at the same pace;
# that works when inputs have about the same size too.
#
# And now the line of code that was promised. **Predict:** standardise the cat and the three candidates of the first
# page. Which is nearest to the cat now?

# %% tags=["predict"]
prediction = "..."  # "gray card", "same cat" or "motorcycle"

# %%
for name, candidate in candidates.items():
    print(f"{name}: {distance(images.standardise(cat), images.standardise(candidate)):.2f}")

# %% [markdown]
# **Why.** A stronger lamp adds the same number everywhere, and the mean takes just that number away again: the two
# cats have become *the same array*. The gray card has no deviation to divide by, so `images.standardise` makes it 0
# everywhere, and from 0 every standardised photograph is exactly 1 away, by the definition of the standard deviation.
# What standardising cannot do is recognise a cat that has turned its head. For that, one has to look at how
# neighbouring pixels differ, and that is where we go now.

# %% tags=["claim"]
standardised = {name: distance(images.standardise(cat), images.standardise(one)) for name, one in candidates.items()}
claims.check(
    "once standardised, the cat under a stronger lamp is the nearest of the three, at a distance below 0.01",
    standardised["same cat, stronger lamp"] < 0.01 < min(standardised["gray card"], standardised["motorcycle"]),
    value=standardised["same cat, stronger lamp"],
)

# %% [markdown]
# ### Exercise 1.7 (build): standardise for a network
#
# A trained network comes with the mean and the standard deviation that were measured on its *training* images, one
# number per channel, on the scale 0 to 1. Every new image must be treated with these numbers, not with its own.
# Write `prepare(rgb, mean, std)`: `rgb` is uint8, `(height, width, 3)`; `mean` and `std` are float arrays of shape
# `(3,)`, in the order red, green, blue. Bring the image to the scale 0 to 1, subtract the mean of each channel,
# divide by the standard deviation of each channel, and return floats of shape `(height, width, 3)`.


# %% tags=["exercise"] exercise="1.7" points=2
def prepare(rgb: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Return the image standardised per channel with the given statistics."""
    # BEGIN SOLUTION
    return (rgb.astype(np.float32) / 255 - mean) / std
    # END SOLUTION


# %% tags=["check"] exercise="1.7"
checks.exercise("1.7", prepare)

# %% tags=["hidden"] exercise="1.7"
from course_utils.authoring import define

exercise = define.function("1.7", prepare, rtol=1e-4, atol=1e-4)
imagenet = {"mean": np.array([0.485, 0.456, 0.406]), "std": np.array([0.229, 0.224, 0.225])}
uneven = {"mean": np.array([0.2, 0.5, 0.6]), "std": np.array([0.1, 0.2, 0.4])}
exercise.case("one white pixel", rgb=np.full((1, 1, 3), 255, dtype=np.uint8), **uneven)
exercise.case(
    "black, and mean 0", weight=0.2, rgb=np.zeros((2, 3, 3), dtype=np.uint8), mean=np.zeros(3), std=np.ones(3)
)
exercise.case("a piece of a cat", rgb=images.load("cat")[100:105, 160:168].copy(), **imagenet)
exercise.case(
    "three rows, so that channels and rows can be mixed up", rgb=images.load("coffee")[90:93, :4].copy(), **uneven
)
exercise.case("three columns", visible=False, rgb=images.load("coffee")[90:95, 10:13].copy(), **uneven)
exercise.random_cases(
    3,
    lambda rng: {
        "rgb": rng.integers(0, 256, (5, 4, 3), dtype=np.uint8),
        "mean": rng.uniform(0.2, 0.6, 3),
        "std": rng.uniform(0.1, 0.4, 3),
    },
)
exercise.hints(
    "The given mean is around 0.5. On which scale must the image be before you subtract it?",
    "NumPy matches the last axis: an array of shape (3,) is applied to the three channels of (height, width, 3) by "
    "itself.",
    "A white pixel, mean 0.5 and std 0.25: (255 / 255 - 0.5) / 0.25 = 2.",
)


# %% tags=["hidden"] exercise="1.7"
@exercise.correct
def channel_by_channel(rgb, mean, std):
    planes = [(rgb[..., i] / 255.0 - mean[i]) / std[i] for i in range(3)]
    return np.stack(planes, axis=-1)


@exercise.correct
def on_the_scale_of_bytes(rgb, mean, std):
    return (rgb - 255 * np.asarray(mean)) / (255 * np.asarray(std))


@exercise.mutant(
    "The image is still on the scale 0 to 255 while mean and std are on the scale 0 to 1. Divide by 255 first."
)
def forgets_255(rgb, mean, std):
    return (rgb.astype(np.float64) - mean) / std


@exercise.mutant(
    "These are the image's own mean and deviation. Use the ones that were given: the network learned with them."
)
def own_statistics(rgb, mean, std):
    values = rgb / 255.0
    deviation = values.std(axis=(0, 1))
    return (values - values.mean(axis=(0, 1))) / np.where(deviation > 0, deviation, 1)


@exercise.mutant("Red and blue got each other's statistics. The image is RGB and so are mean and std: reverse nothing.")
def reversed_channels(rgb, mean, std):
    return (rgb / 255.0 - mean[::-1]) / std[::-1]


# %% tags=["hidden"] exercise="1.7"
@exercise.mutant("The mean is gone, the deviation is not: divide by std as well.")
def only_subtracts(rgb, mean, std):
    return rgb / 255.0 - mean


@exercise.mutant("That divides by std twice (by the variance). Divide by the standard deviation once.")
def divides_by_the_variance(rgb, mean, std):
    return (rgb / 255.0 - mean) / std**2


@exercise.mutant("Subtract before you divide: (x - mean) / std, not x / std - mean.")
def divides_first(rgb, mean, std):
    return rgb / 255.0 / std - mean


@exercise.mutant(
    "One mean over all three channels. Each channel has its own: mean has the shape (3,) and matches the last axis."
)
def one_number_for_all(rgb, mean, std):
    return (rgb / 255.0 - mean.mean()) / std.mean()


@exercise.mutant("rgb // 255 is a whole division: everything below white becomes 0. Use / for a fraction.")
def whole_division(rgb, mean, std):
    return (rgb // 255 - mean) / std


# %% [markdown]
# ## A walk along a line
#
# Draw a line across a photograph, walk along it, and write down the intensity under your feet. The result is an
# **intensity profile**: one row of the table of numbers, drawn as a curve. **Predict** what you will see where the
# line below enters the man's coat.

# %% tags=["predict"]
prediction = "..."  # the curve will ...

# %%
plots.overlay_line(
    camera,
    start=(150, 10),
    stop=(150, 500),
    alt="Left: a man with a camera on a tripod, with a level line from A to B across his back, his face and the "
    "camera. Right: the intensity along the line: high over the sky, a sheer drop at his coat, low across it, "
    "mountains at the face and camera, and high again over the sky.",
)

# %% [markdown]
# **What to notice.** Sky and coat are two plateaus, one bright, one dark, each with a little noise. Between them
# the curve does not slope, it *falls*: within a few pixels it loses most of its height. That is what an outline is.
#
# > An **edge** is a place where the intensity changes abruptly from one pixel to the next.
#
# The slider walks the line down through the whole photograph. Look for the legs of the tripod: narrow spikes that
# move apart as you go down.

# %%
frames = [
    plots.overlay_line(camera, (row, 10), (row, 500), alt="one row of the photograph and its profile", height=2.6)
    for row in (20, 100, 180, 260, 340, 420, 500)
]
plots.slider(
    frames,
    labels=[f"row {row}" for row in (20, 100, 180, 260, 340, 420, 500)],
    alt="A level line at seven heights of the photograph with its intensity profile: almost flat in the sky, two "
    "deep steps at the head, a dark plateau over the coat, a restless band over the grass, and in it narrow spikes at "
    "the tripod's legs, farther apart in the lower rows.",
)

# %% [markdown]
# Why *abruptly*, and not just *much*? Both rows below rise from 40 to 220. One does it in a single step, the other
# on all the way across. The chart on the right shows the **difference** between neighbours, which is as near as
# pixels come to a derivative. **Predict** its two curves before you look.

# %%
abrupt = np.where(np.arange(64) < 32, 40, 220)
gradual = np.linspace(40, 220, 64)
picture = plots.figure(
    height=2.8,
    alt="Left: an intensity that steps from 40 to 220 in the middle, and one that climbs evenly. Right: their "
    "differences: one spike of 180 in the middle, and a level line just above 0.",
)
left, right = picture.subplots(1, 2)
for row, label, dash in ((abrupt, "abrupt", "-"), (gradual, "gradual", "--")):
    left.plot(row, dash, label=label)
    right.plot(np.diff(row), dash, label=label)
left.set(title="intensity", xlabel="position (pixels)")
right.set(title="difference to the next pixel", xlabel="position (pixels)")
left.legend()
picture

# %% [markdown]
# **What to notice.** Same start, same end, same total change. Yet the step puts all of its 180 into one difference,
# while the ramp spreads it so thin (less than 3 per pixel) that it drowns in the noise of any real photograph. Slow
# change is *shading*: a round cheek, a cloudy sky. Abrupt change is where one thing ends and another begins. That
# is why among the first things that eyes and trained networks compute from an image are differences between
# neighbours.
#
# Do it for all rows of a photograph at once, and the outlines stand out by themselves:

# %%
coins = images.load("coins")
differences = np.diff(coins.astype(np.float32), axis=1)
plots.compare(
    coins,
    np.clip(differences, -100, 100),
    titles=["coins", "each pixel minus its left neighbour"],
    alt="Left: Greek coins on a dark ground that is brighter towards the top. Right: the differences, nearly white on "
    "the ground; every coin has a red rim on its left and a blue one on its right, and red and blue speckles inside.",
)

# %% [markdown]
# **What to notice.** The uneven light on the ground has vanished: it changes slowly. Every coin has a red rim on its
# left, where it gets brighter, and a blue one on its right. Its top and bottom are missing, because we only ever
# walked from left to right. "Minus the left one plus this one" is a small pattern of weights, `[-1, 1]`. Such a
# pattern is called a **kernel**: this was your first, and lesson 02 has many more.

# %% [markdown]
# ### Exercise 1.8 (build): find the edges in a row
#
# Write `edge_positions(row, threshold)`. `row` is a uint8 array of shape `(width,)`, `threshold` a whole number
# from 0 to 254. Return an array of the positions `i`, in rising order, at which the step from `row[i]` to `row[i +
# 1]` is **larger than** `threshold` in size, up or down. It is empty if there is none.


# %% tags=["exercise"] exercise="1.8" points=3
def edge_positions(row: np.ndarray, threshold: int) -> np.ndarray:
    """Return where neighbouring pixels differ by more than threshold."""
    # BEGIN SOLUTION
    steps = np.diff(row.astype(np.int32))
    return np.flatnonzero(np.abs(steps) > threshold)
    # END SOLUTION


# %% tags=["check"] exercise="1.8"
checks.exercise("1.8", edge_positions)

# %% tags=["hidden"] exercise="1.8"
from course_utils.authoring import define

exercise = define.function("1.8", edge_positions)
exercise.case("one step up", row=np.array([10, 10, 10, 200, 200], dtype=np.uint8), threshold=50)
exercise.case("one step down", row=np.array([200, 200, 30, 30], dtype=np.uint8), threshold=50)
exercise.case(
    "a step that is just as large as the threshold", row=np.array([0, 50, 101, 101], dtype=np.uint8), threshold=50
)
exercise.case("a bright line, one pixel wide", row=np.array([20, 20, 220, 20, 20], dtype=np.uint8), threshold=99)
exercise.case("a gentle ramp has no edge", row=np.arange(0, 60, 3, dtype=np.uint8), threshold=10)
exercise.case("a row of coins", row=images.load("coins")[60, :200].copy(), threshold=25)
exercise.case("down by a little", visible=False, row=np.array([9, 8, 7, 90, 88], dtype=np.uint8), threshold=5)
exercise.case("threshold 0", visible=False, row=np.array([5, 5, 6, 5], dtype=np.uint8), threshold=0)
exercise.case("the largest step there is", visible=False, row=np.array([255, 0, 255], dtype=np.uint8), threshold=254)
exercise.random_cases(
    4, lambda rng: {"row": rng.integers(0, 256, 40, dtype=np.uint8), "threshold": int(rng.integers(20, 200))}
)
exercise.hints(
    "Two things are easily forgotten: uint8 has no negative numbers, and an edge may go down as well as up.",
    "Turn the row into a type with room for negative numbers, then use np.diff, np.abs and np.flatnonzero (or a loop).",
    "Row 10, 10, 90, 40: the steps are 0, 80, -50, so with threshold 30 the positions are 1 and 2.",
)


# %% tags=["hidden"] exercise="1.8"
@exercise.correct
def with_a_loop(row, threshold):
    numbers = [int(one) for one in row]
    found = [i for i in range(len(row) - 1) if abs(numbers[i + 1] - numbers[i]) > threshold]
    return np.array(found, dtype=int)


@exercise.correct
def with_shifted_slices(row, threshold):
    left, right = row[:-1].astype(float), row[1:].astype(float)
    return np.where((left - right > threshold) | (right - left > threshold))[0]


@exercise.correct
def with_opencv(row, threshold):
    return np.nonzero(cv2.absdiff(row[1:].copy(), row[:-1].copy()).ravel() > threshold)[0]


@exercise.mutant(
    "The difference of two uint8 numbers stays uint8: a step down by 1 becomes 255, which looks like a huge edge. "
    "Change the type first."
)
def stays_uint8(row, threshold):
    return np.flatnonzero(np.diff(row) > threshold)


@exercise.mutant("Only steps up are found. An edge may go down as well: look at the size of the step.")
def only_rising(row, threshold):
    return np.flatnonzero(np.diff(row.astype(int)) > threshold)


# %% tags=["hidden"] exercise="1.8"
@exercise.mutant("Only steps down are found. An edge may go up as well: look at the size of the step.")
def only_falling(row, threshold):
    return np.flatnonzero(np.diff(row.astype(int)) < -threshold)


@exercise.mutant(
    "row[i] - row[i + 1] of uint8 stays uint8: a step up by 1 becomes 255, which looks like a huge edge. Change the "
    "type first."
)
def subtracts_the_other_way_in_uint8(row, threshold):
    return np.flatnonzero(row[:-1] - row[1:] > threshold)


@exercise.mutant("np.gradient looks at both neighbours. The step wanted is from row[i] to row[i + 1] only: np.diff.")
def takes_the_gradient(row, threshold):
    return np.flatnonzero(np.abs(np.gradient(row.astype(float))) > threshold)


# %% tags=["hidden"] exercise="1.8"
@exercise.mutant("A step just as large as the threshold is reported. It must be larger than the threshold.")
def at_least(row, threshold):
    return np.flatnonzero(np.abs(np.diff(row.astype(int))) >= threshold)


@exercise.mutant("All positions are too large by one: i is the pixel before the step, not the one after it.")
def after_the_step(row, threshold):
    return np.flatnonzero(np.abs(np.diff(row.astype(int))) > threshold) + 1


@exercise.mutant("The steps themselves are returned. Return where they are: their positions.")
def returns_steps(row, threshold):
    steps = np.abs(np.diff(row.astype(int)))
    return steps[steps > threshold]


@exercise.mutant("A list of True and False is returned. Return the positions of the True ones: np.flatnonzero.")
def returns_a_mask(row, threshold):
    return np.abs(np.diff(row.astype(int))) > threshold


# %% [markdown]
# ## Choose by colour
#
# "Take everything that is orange" is hard to say in red, green and blue, for a bright orange may be (255, 128, 0) and
# a dark one (100, 50, 0). It is easy in **HSV**, the same colours told in another way: **hue** (which colour),
# **saturation** (how pure: 0 is gray) and **value** (how bright). Hue runs round a circle, from red over green and
# blue back to red. A circle has 360 degrees, and uint8 ends at 255, so OpenCV counts hue in steps of two degrees: **0
# to 179**.

# %%
hues = np.zeros((14, 180, 3), dtype=np.uint8)
hues[:, :, 0] = np.arange(180)
hues[:, :, 1:] = 255
strip = plots.figure(
    9,
    1.1,
    alt="A strip of all hues: red at 0, yellow at 30, green at 60, cyan at 90, blue at 120, magenta at 150, red "
    "again at 179.",
)
axes = strip.subplots()
axes.imshow(cv2.cvtColor(hues, cv2.COLOR_HSV2RGB), aspect="auto")
axes.set(yticks=[], xticks=range(0, 180, 15), xlabel="hue in OpenCV")
strip

# %% [markdown]
# The dahlia below is orange, so its hues should lie somewhere between 3 and 30. Leaves and shadows may have such a
# hue too, but not such a pure and bright one; two more conditions keep them out. The result is a **mask**: True or
# False for every pixel.

# %%
flower = images.load("flower")
hsv = cv2.cvtColor(flower, cv2.COLOR_RGB2HSV)
hue, saturation, value = hsv[:, :, 0], hsv[:, :, 1], hsv[:, :, 2]
mask = (hue >= 3) & (hue <= 30) & (saturation >= 90) & (value >= 120)
cut_out = np.where(mask[:, :, np.newaxis], flower, images.to_gray(flower)[:, :, np.newaxis])
plots.compare(
    flower,
    mask,
    cut_out,
    titles=["flower", "mask", "colour where the mask is True"],
    alt="An orange dahlia and part of a second one at the lower edge, on dark green; their shapes in white on black, "
    "with gaps in the heart of the flower; both in colour on a gray background.",
)

# %% [markdown]
# **What to notice.** Four comparisons cut out a flower: no shape was used, and no learning. The result is good and
# not perfect. Most of the deep red heart is missing: its hues lie below 3 or, past the end of the scale, near 179.
# And at the lower right something yellow got in. And it works for this flower in this light: an orange cat would pass
# the test as well.

# %% [markdown]
# ### Exercise 1.9 (build): a colour mask that can cross red
#
# *Further (optional).* Red lies at both ends of the hue scale: the paint of a red motorcycle has hues from about 170
# to 179 *and* from 0 to some 12. Write `colour_mask(rgb, hue_low, hue_high, min_saturation, min_value)`. It returns a
# boolean array of shape `(height, width)`, True where
#
# - the hue lies between `hue_low` and `hue_high`, both included; if `hue_low` is larger than `hue_high`, the range
#   goes over the end of the scale: 170 to 12 means 170, 171, ..., 179, 0, 1, ..., 12;
# - and the saturation is at least `min_saturation`, and the value at least `min_value`.
#
# `rgb` is uint8, `(height, width, 3)`, in the order red, green, blue; the four limits are whole numbers on OpenCV's
# scales.


# %% tags=["exercise"] exercise="1.9" points=3
def colour_mask(rgb: np.ndarray, hue_low: int, hue_high: int, min_saturation: int, min_value: int) -> np.ndarray:
    """Return which pixels have a hue in a range that may cross red, and are pure and bright enough."""
    # BEGIN SOLUTION
    hue, saturation, value = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))
    both_or_either = np.logical_and if hue_low <= hue_high else np.logical_or
    in_range = both_or_either(hue >= hue_low, hue <= hue_high)
    return in_range & (saturation >= min_saturation) & (value >= min_value)
    # END SOLUTION


# %% tags=["check"] exercise="1.9"
checks.exercise("1.9", colour_mask)

# %% tags=["hidden"] exercise="1.9"
from course_utils.authoring import define

exercise = define.function("1.9", colour_mask)
wheel = np.zeros((2, 90, 3), dtype=np.uint8)
wheel[0, :, 0], wheel[1, :, 0], wheel[..., 1:] = np.arange(0, 180, 2), np.arange(1, 180, 2), 255
wheel = cv2.cvtColor(wheel, cv2.COLOR_HSV2RGB)
reds = [[255, 0, 0], [90, 0, 0], [255, 200, 200], [255, 0, 40], [90, 0, 14], [255, 200, 209]]
shades = np.array([[*reds, [128, 128, 128], [0, 0, 255]]], dtype=np.uint8)
exercise.case("greens of the wheel", rgb=wheel, hue_low=45, hue_high=75, min_saturation=0, min_value=0)
exercise.case("reds of the wheel, across the end", rgb=wheel, hue_low=170, hue_high=12, min_saturation=0, min_value=0)
exercise.case(
    "dark, pale and gray are not red enough", rgb=shades, hue_low=165, hue_high=10, min_saturation=100, min_value=100
)
exercise.case("limits are included", rgb=shades, hue_low=0, hue_high=0, min_saturation=255, min_value=255)
exercise.case("yellow paint", visible=False, rgb=wheel, hue_low=20, hue_high=40, min_saturation=50, min_value=50)
exercise.case(
    "the motorcycle", visible=False, rgb=images.load("motorcycle")[150:210, 250:330].copy(),
    hue_low=170, hue_high=12, min_saturation=120, min_value=60,
)  # fmt: skip


# %% tags=["hidden"] exercise="1.9"
def draw_a_case(rng: np.random.Generator) -> dict:
    low, high, saturation, value = (int(n) for n in rng.integers(0, (180, 180, 200, 200)))
    rgb = rng.integers(0, 256, (8, 9, 3), dtype=np.uint8)
    return {"rgb": rgb, "hue_low": low, "hue_high": high, "min_saturation": saturation, "min_value": value}


exercise.random_cases(4, draw_a_case)
exercise.hints(
    "Treat the two kinds of range separately: hue_low <= hue_high, and the other way round.",
    "In an ordinary range a hue must be above the low end AND below the high end. Which word joins the two in a "
    "range that goes over the end?",
    "From 170 to 12: hue 175 belongs to it because 175 >= 170; hue 5 because 5 <= 12; hue 90 is neither.",
)


@exercise.correct
def round_the_circle(rgb, hue_low, hue_high, min_saturation, min_value):
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV).astype(int)
    steps_from_low = (hsv[..., 0] - hue_low) % 180
    return (steps_from_low <= (hue_high - hue_low) % 180) & (hsv[..., 1] >= min_saturation) & (hsv[..., 2] >= min_value)


# %% tags=["hidden"] exercise="1.9"
@exercise.correct
def with_in_range(rgb, hue_low, hue_high, min_saturation, min_value):
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    ranges = [(hue_low, hue_high)] if hue_low <= hue_high else [(hue_low, 179), (0, hue_high)]
    masks = [cv2.inRange(hsv, (low, min_saturation, min_value), (high, 255, 255)) for low, high in ranges]
    return np.any([one > 0 for one in masks], axis=0)


@exercise.mutant("The image is RGB, but was converted as BGR: every red was taken for a blue.")
def takes_it_for_bgr(rgb, hue_low, hue_high, min_saturation, min_value):
    hue, saturation, value = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_BGR2HSV))
    around = (hue >= hue_low) | (hue <= hue_high) if hue_low > hue_high else (hue >= hue_low) & (hue <= hue_high)
    return around & (saturation >= min_saturation) & (value >= min_value)


@exercise.mutant("A range across red comes out empty: no hue is both at least 170 and at most 12.")
def never_crosses_red(rgb, hue_low, hue_high, min_saturation, min_value):
    hue, saturation, value = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))
    return (hue >= hue_low) & (hue <= hue_high) & (saturation >= min_saturation) & (value >= min_value)


# %% tags=["hidden"] exercise="1.9"
@exercise.mutant("170 to 12 was turned into 12 to 170: that is everything but red.")
def sorts_the_limits(rgb, hue_low, hue_high, min_saturation, min_value):
    hue, saturation, value = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))
    low, high = sorted((hue_low, hue_high))
    return (hue >= low) & (hue <= high) & (saturation >= min_saturation) & (value >= min_value)


@exercise.mutant("Gray and pale pixels got through: the hue is right, but saturation and value were not asked.")
def hue_only(rgb, hue_low, hue_high, min_saturation, min_value):
    hue = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)[..., 0]
    return (hue >= hue_low) | (hue <= hue_high) if hue_low > hue_high else (hue >= hue_low) & (hue <= hue_high)


@exercise.mutant(
    "Dark or pale pixels got through at one end of the range only: & binds tighter than |. Put brackets round the two "
    "hues joined by |."
)
def forgets_the_brackets(rgb, hue_low, hue_high, min_saturation, min_value):
    hue, saturation, value = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))
    if hue_low > hue_high:
        return (hue >= hue_low) | (hue <= hue_high) & (saturation >= min_saturation) & (value >= min_value)
    return (hue >= hue_low) & (hue <= hue_high) & (saturation >= min_saturation) & (value >= min_value)


@exercise.mutant("Every range is treated as one that goes over the end. An ordinary one needs AND between its limits.")
def always_crosses_red(rgb, hue_low, hue_high, min_saturation, min_value):
    hue, saturation, value = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))
    return ((hue >= hue_low) | (hue <= hue_high)) & (saturation >= min_saturation) & (value >= min_value)


# %% tags=["hidden"] exercise="1.9"
@exercise.mutant("The limits themselves belong to the range: use >= and <=.")
def leaves_out_the_limits(rgb, hue_low, hue_high, min_saturation, min_value):
    hue, saturation, value = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))
    around = (hue > hue_low) | (hue < hue_high) if hue_low > hue_high else (hue > hue_low) & (hue < hue_high)
    return around & (saturation > min_saturation) & (value > min_value)


# %% [markdown]
# ## The smallest classifier
#
# A classifier looks at an image and says which class it belongs to. The smallest one that deserves the name
# measures **one number** and compares it with **one threshold**. Let us build it for small squares of 32 x 32
# pixels, cut from two photographs: a brick wall and a bed of gravel.

# %%
brick = images.tiles(images.load("brick"), side=32).reshape(-1, 32, 32)
gravel = images.tiles(images.load("gravel"), side=32).reshape(-1, 32, 32)
print(len(brick), "tiles of brick,", len(gravel), "of gravel")
plots.grid(
    [*brick[20:28], *gravel[20:28]],
    titles=["brick"] * 8 + ["gravel"] * 8,
    columns=8,
    alt="Two rows of eight gray squares: pieces of brick with straight joints, and pieces of gravel with irregular "
    "dark gaps.",
)

# %% [markdown]
# Which number? Gravel has many dark gaps, brick is mostly even. So let us measure the **contrast** of every tile
# and look at both classes together. **Predict:** will a single threshold separate them without a mistake?

# %% tags=["predict"]
prediction = "..."  # yes or no, and roughly what share will be right?

# %%
brick_contrast = np.array([images.contrast(tile) for tile in brick])
gravel_contrast = np.array([images.contrast(tile) for tile in gravel])
thresholds = np.linspace(0.03, 0.22, 96)
shares = [threshold_classifier.accuracy(brick_contrast, gravel_contrast, one) for one in thresholds]
plots.lines(
    thresholds,
    {"": shares},
    xlabel="threshold: gravel if the contrast is at least ...",
    ylabel="share of tiles judged right",
    alt="The share of tiles that are judged right rises from one half at a threshold of 0.03 to about nine tenths "
    "near 0.12 and falls back to one half.",
)

# %% [markdown]
# **What to notice.** With the threshold far to the left everything is called gravel, far to the right nothing is;
# either way one half is right, because one half is gravel. In between lies a summit of about nine in ten. To *learn*,
# here, means to find that summit from examples. A network does the same, with millions of numbers in place of one.

# %% [markdown]
# ### Exercise 1.10 (build): learn the threshold
#
# The rule is "high if the value is **at least** the threshold, else low". Write `best_threshold(low, high)`: `low`
# and `high` are float arrays of shape `(count,)`, not always equally many, with the measured values of both
# classes. Return, as a float, the threshold for which the rule judges the **largest number** of all these values
# right. Try only thresholds that occur among the values (in either array); if several are equally good, return the
# smallest.


# %% tags=["exercise"] exercise="1.10" points=3
def best_threshold(low: np.ndarray, high: np.ndarray) -> float:
    """Return the threshold, among the values, that judges most of them right."""
    # BEGIN SOLUTION
    candidates = np.unique(np.concatenate([low, high]))
    num_right = [np.sum(low < candidate) + np.sum(high >= candidate) for candidate in candidates]
    return float(candidates[np.argmax(num_right)])
    # END SOLUTION


# %% tags=["check"] exercise="1.10"
checks.exercise("1.10", best_threshold)

# %% tags=["hidden"] exercise="1.10"
from course_utils.authoring import define

exercise = define.function("1.10", best_threshold)
exercise.case("cleanly apart", low=np.array([0.1, 0.2, 0.3]), high=np.array([0.7, 0.8]))
exercise.case("a stray value on either side", low=np.array([1.0, 2.0, 9.0]), high=np.array([5.0, 6.0, 0.5, 7.0]))
exercise.case("many low values, two high ones", low=np.array([1.0, 1, 1, 1, 3, 3, 3]), high=np.array([2.0, 4.0]))
exercise.case("several are equally good", low=np.array([1.0, 5.0]), high=np.array([6.0, 2.0]))
exercise.case("equal values", low=np.array([2.0, 2.0, 1.0]), high=np.array([2.0, 2.0, 2.0, 3.0]))
exercise.case("values far below 0", visible=False, low=np.array([-9.0, -8.0]), high=np.array([-3.0, -7.0, -8.5]))
exercise.case("unsorted", visible=False, low=np.array([4.0, 1.0, 3.0, 2.0]), high=np.array([8.0, 3.5, 2.5, 9.0]))
exercise.random_cases(
    4,
    lambda rng: {
        "low": np.round(rng.normal(3, 1, int(rng.integers(5, 30))), 2),
        "high": np.round(rng.normal(4.5, 1.5, int(rng.integers(5, 30))), 2),
    },
)
exercise.hints(
    "Try every value that occurs as a threshold, count for each how many are judged right, and keep the best.",
    "For one threshold t: the low values that are right are those below t, the high ones those at or above t. "
    "np.argmax returns the first of several largest.",
    "low 1, 4 and high 3, 6: t = 1 gives 0 + 2 right, t = 3 gives 1 + 2, t = 4 gives 1 + 1, t = 6 gives 2 + 1. 3 and "
    "6 are equally good; the smaller one is 3.",
)


# %% tags=["hidden"] exercise="1.10"
@exercise.correct
def with_plain_loops(low, high):
    best, most = None, -1
    for candidate in sorted([*low, *high]):
        right = sum(v < candidate for v in low) + sum(v >= candidate for v in high)
        if right > most:
            best, most = candidate, right
    return best


@exercise.correct
def with_broadcasting(low, high):
    t = np.sort(np.r_[low, high])[:, np.newaxis]
    wrong = (low >= t).sum(axis=1) + (high < t).sum(axis=1)
    return t[wrong.argmin(), 0]


@exercise.mutant(
    "That is the middle between the two means. It is a fair guess, but nobody counted how many it judges right."
)
def middle_of_the_means(low, high):
    return float((np.mean(low) + np.mean(high)) / 2)


# %% tags=["hidden"] exercise="1.10"
@exercise.mutant("That is the smallest of the high values. A single stray one decides it, and nobody counted.")
def smallest_high(low, high):
    return float(high.min())


@exercise.mutant(
    "That is the middle of the gap. The threshold is to be one of the values, and there is not always a gap."
)
def middle_of_the_gap(low, high):
    return float((low.max() + high.min()) / 2)


@exercise.mutant("The rule says AT LEAST the threshold: a value equal to it counts as high.")
def strictly_above(low, high):
    candidates = np.unique(np.r_[low, high])
    return float(candidates[np.argmax([np.sum(low <= c) + np.sum(high > c) for c in candidates])])


# %% tags=["hidden"] exercise="1.10"
@exercise.mutant("Of several equally good thresholds you return the largest. The smallest is wanted.")
def takes_the_largest(low, high):
    candidates = np.unique(np.r_[low, high])[::-1]
    return float(candidates[np.argmax([np.sum(low < c) + np.sum(high >= c) for c in candidates])])


@exercise.mutant(
    "Only the high values were counted. A threshold so low that everything is called high gets all of these right."
)
def counts_only_high(low, high):
    candidates = np.unique(np.r_[low, high])
    return float(candidates[np.argmax([np.sum(high >= c) for c in candidates])])


@exercise.mutant(
    "You added up the two shares, so a class with few values weighs as much as one with many. Count values."
)
def adds_shares(low, high):
    candidates = np.unique(np.r_[low, high])
    return float(candidates[np.argmax([np.mean(low < c) + np.mean(high >= c) for c in candidates])])


# %% tags=["hidden"] exercise="1.10"
@exercise.mutant("That is how many values are judged right. Return the threshold with which they are.")
def returns_the_count(low, high):
    return int(max(np.sum(low < c) + np.sum(high >= c) for c in np.r_[low, high]))


@exercise.mutant(
    "That is the place of the best threshold in the list, as np.argmax gives it. Return the threshold there."
)
def returns_the_place(low, high):
    candidates = np.unique(np.r_[low, high])
    return int(np.argmax([np.sum(low < c) + np.sum(high >= c) for c in candidates]))


@exercise.mutant("The rule runs the wrong way round: you call small values high.")
def wrong_way_round(low, high):
    candidates = np.unique(np.r_[low, high])
    return float(candidates[np.argmax([np.sum(low >= c) + np.sum(high < c) for c in candidates])])


# %% [markdown]
# ### Does it hold for tiles it has never seen?
#
# A threshold that is best on the very tiles it was chosen on proves little. So we choose it on one part of both
# photographs, the **training set**, and judge it on another part, the **test set**, which it has never seen. One
# split could be lucky. We make four: the test tiles come from the right side, then the photographs are turned by a
# quarter (which changes no contrast) so that they come from the next side, and so on. Then we dim the lamp: the
# same test tiles at 60 % of their brightness. **Predict** what happens to the share that is judged right.

# %% tags=["predict"]
prediction = "..."  # unseen tiles: ...   unseen tiles under a dimmed lamp: ...


# %%
def contrasts(name: str, columns: slice, turns: int = 0, lamp: float = 1.0) -> np.ndarray:
    photograph = np.rot90(images.load(name), turns)
    tiles = images.tiles(photograph, side=32)[:, columns].reshape(-1, 32, 32)
    return np.array([images.contrast(images.to_uint8(tile * lamp, white=255)) for tile in tiles])


def share_right(turns: int, lamp: float) -> float:
    train, test = slice(0, 9), slice(10, 16)  # columns of tiles; one is left out as a margin
    threshold = threshold_classifier.fit(contrasts("brick", train, turns), contrasts("gravel", train, turns))
    brick_test, gravel_test = (contrasts(name, test, turns, lamp) for name in ("brick", "gravel"))
    return threshold_classifier.accuracy(brick_test, gravel_test, threshold)


unseen = [share_right(turns, lamp=1.0) for turns in range(4)]
dimmed = [share_right(turns, lamp=0.6) for turns in range(4)]

# %% tags=["claim"]
claims.check(
    "in each split, at least 80 % of unseen tiles are judged right", min(unseen) >= 0.8, min(unseen), name="low"
)
claims.check("in no split are all unseen tiles judged right", max(unseen) < 1, max(unseen), name="high")
claims.check("under a dimmed lamp, at most 60 % are, in each split", max(dimmed) <= 0.6, max(dimmed), name="dim")

# %% [markdown]
# | tiles | judged right, in four splits |
# |---|---|
# | unseen | {{low:.0%}} to {{high:.0%}} |
# | unseen, lamp at 60 % | at most {{dim:.0%}} |
#
# **What to notice.** What was learned on one part holds on the others, so it says something about brick and gravel
# and not only about those tiles. But 50 % is what a coin gets, and with a weaker lamp our classifier is hardly
# better, if at all: dimming shrinks every contrast, the threshold does not know it, and so gravel is taken for brick.
# (You have met half of the cure, standardising. But a standardised tile has the contrast 1 by construction, so this
# number is then gone, and another has to be found.)

# %% [markdown]
# ### Exercise 1.11 (investigate): when the number says nothing
#
# Three textures: brick, grass and gravel; three pairs. For one of the pairs the contrast of a tile is useless: the
# best threshold is hardly better than a coin. Which pair? Find out with `contrasts(name, slice(0, 16))` and
# `threshold_classifier`, as above; mind that `fit(low, high)` wants the class with the *higher* contrast second.
# Assign the two names in alphabetical order to `useless_pair`, for example `("brick", "gravel")`. Then look at tiles
# of both with `plots.grid`, and ask yourself which number you would measure instead.

# %% tags=["exercise"] exercise="1.11" points=2
# BEGIN SOLUTION
useless_pair = ("grass", "gravel")
# END SOLUTION

# %% tags=["check"] exercise="1.11"
checks.exercise("1.11", useless_pair)

# %% tags=["hidden"] exercise="1.11"
from course_utils.authoring import define

exercise = define.answer("1.11", useless_pair)
exercise.wrong(("brick", "gravel"), "You saw above that contrast tells these two apart nine times out of ten.")
exercise.wrong(
    ("brick", "grass"), "Contrast works well here: grass is rough and brick is mostly even. Measure the other pairs."
)
exercise.wrong(("gravel", "brick"), "You saw above that contrast tells these two apart nine times out of ten.")
exercise.wrong(
    ("grass", "brick"), "Contrast works well here: grass is rough and brick is mostly even. Measure the other pairs."
)
exercise.wrong(("gravel", "grass"), "That is the pair. Write the names in alphabetical order.")
exercise.hints(
    "Compute the best accuracy for each of the three pairs, in both orders, and compare with 0.5.",
    "values = {name: contrasts(name, slice(0, 16)) for name in ('brick', 'grass', 'gravel')} gives you all the "
    "numbers. Then try fit and accuracy on two of them.",
    "A pair like brick and gravel reaches about 0.9. If low holds 1, 2, 3 and high holds 1, 2, 3 as well, no "
    "threshold can be right more than half of the time.",
)

# %% [markdown]
# ## Where this leads
#
# You can see the whole course from here. We chose a number (contrast), because we knew something about gravel. For
# other classes it would be another number; for a cat and a dog nobody knows which. A convolutional network is a
# machine that finds out by itself **what to measure**: it starts from differences between neighbours, as you did
# with the coins, and measures on from there.
#
# ## Key points
#
# - An image is an array `(height, width)` or `(height, width, channels)`; rows come first and start at the top.
#   Gray has depth 1, RGB has depth 3.
# - `cv2.imread` gives blue, green, red. Everything else in this course uses red, green, blue; the wrong order
#   raises no error.
# - `uint8` wraps round at 255. Turn into float first; round, clip and turn back last.
# - Bring images to one size (a square that halves without remainder) and to one scale (standardised) before you
#   compare or learn.
# - An edge is an abrupt change of intensity: the difference between neighbours is large there, and small where
#   light changes slowly.
#
# ## Self-test
#
# <details><summary>Of an array of shape (480, 640, 3): which pixel is [100, 600]? And [600, 100]?</summary>
#
# Row 100 from the top, column 600 from the left. `[600, 100]` raises an IndexError: there are only 480 rows.
# </details>
#
# <details><summary>A photograph looks natural, but oranges are blue. What happened, and how is it mended?</summary>
#
# The channels are in the order blue, green, red but are shown as red, green, blue. `image[:, :, ::-1]` or
# `cv2.cvtColor(image, cv2.COLOR_BGR2RGB)`.
# </details>
#
# <details><summary>Two uint8 images are nearly equal. Why is their difference full of bright speckles?</summary>
#
# Where the second is brighter by 1, the result is 255 in place of -1. Subtract floats.
# </details>
#
# <details><summary>Can an image of 96 x 96 pixels be halved five times? And one of 100 x 100?</summary>
#
# 96, 48, 24, 12, 6, 3: yes. 100, 50, 25: no, only twice.
# </details>
#
# <details><summary>A cheek falls from 200 to 80 over 120 pixels, a pencil line in one. Which is an edge?</summary>
#
# The line: its difference is 120 in one step. The cheek changes by 1 per pixel, which is shading.
# </details>
#
# ## To read
#
# - Gonzalez and Woods, *Digital Image Processing*, chapter 2 (sampling, intensity levels) and chapter 6 (colour
#   models).
# - Szeliski, *Computer Vision: Algorithms and Applications*, 2nd edition, sections 2.3 and 3.1; free at
#   [szeliski.org](https://szeliski.org/Book/).
# - OpenCV's own page on [colour conversions](https://docs.opencv.org/4.x/de/d25/imgproc_color_conversions.html):
#   all formulas and ranges.
#
# ## Next
#
# [Lesson 02](02_convolve_with_kernels.ipynb) takes the difference between neighbours and makes a tool of it: the
# kernel.
