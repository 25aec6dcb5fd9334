# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Run your first notebook and see what convolution can do
# read_minutes: 25
# exercise_minutes: 15
# objectives:
#   - Run, change and restart a notebook, and say why cells run out of order can mislead you
#   - Write an answer, read the verdict of its check, and get a hint when you are stuck
#   - Name the six steps from a photograph to the word for it, and run them on real photographs
#   - Say for ten uses of convolutional networks what goes in, what comes out, and where the limits are
# needs: []
# data: [cat, brick, grass, gravel, coffee, rocket, page]
# budget: {cpu_seconds: 30, memory_mb: 700, gpu: not used}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 45 minutes, exercises included: slider 4, notebooks 8, exercises 0.1 to 0.4 12,
# spot the bug 4, six steps 9, tour 6 (let each student choose three and tell the neighbour), what comes next 2. Let
# everybody run `course doctor` before the class meets.
#
# **What students believe, and where the lesson meets it.** The page shows what the notebook knows (it shows
# what it knew: the counter). An exercise that prints is finished (0.1). An error message means that one has
# failed (0.2). Checks are marks (they are help; grading tries other inputs). A network sees what we see (the
# ten pictures show what goes in).
#
# **Ask the class** after the six steps: which of the six would you leave to a machine that learns? The answer
# of the course is step 4.

# %% tags=["setup"]
import sys

import numpy as np

from course_utils import checks, claims, images, kernels, pipeline, plots
from course_utils.plots import applications, kernel_effects, pipeline_steps

cat = images.load("cat")  # (300, 451, 3) uint8, colour

# %% [markdown]
# ## One photograph, one operation, eight pictures
#
# If this is your first notebook: click into the topmost gray cell and press **Shift + Enter**. That runs it and
# goes on to the next. Press again until the picture appears; then move the slider under it.

# %% tags=["figure"]
named_kernels = {
    "as it is": kernels.IDENTITY,
    "blurred": kernels.box(5),
    "shaken": kernels.motion_blur(7, 45),
    "sharpened": kernels.SHARPEN,
    "embossed": kernels.EMBOSS,
    "upright edges": kernels.SOBEL_X,
    "level edges": kernels.SOBEL_Y,
    "every outline": kernels.LAPLACIAN_8,
}
kernel_effects.slider(
    cat,
    named_kernels,
    title="Move the slider: only the small table changes",
    alt="At the left a small table of numbers, at the right what it makes of the photograph of a cat: unchanged, "
    "blurred, shaken, sharpened, embossed, and three gray pictures that show only its edges.",
)

# %% [markdown]
# All eight pictures come from the same photograph by the same operation. What differs is the small table of
# numbers at the left, the **kernel**. The operation that lays it on every place of the photograph is called
# **convolution**.
#
# A **convolutional neural network** (CNN) is built from thousands of such tables. Nobody types their numbers:
# the network finds them, from examples. In this course you start with one kernel, by hand, and end with
# networks of many layers. You write each part yourself before you use the finished one.
#
# This first lesson needs no mathematics and little Python. It shows how the course works, and what CNNs are used
# for.

# %% [markdown]
# ## Is everything here?
#
# Before you begin, let the course look at your computer. If a line says `CLAIM FAILS`, open a terminal and type
# `course doctor`: it says what is missing and how to get it.

# %% tags=["claim"]
claims.check("Python is 3.11 or newer", sys.version_info >= (3, 11))
photographs = {name: images.load(name) for name in images.names()}  # each file is compared with its known hash
claims.check(
    "all photographs of the course are here and undamaged",
    all(photograph.size > 0 for photograph in photographs.values()),
    value=len(photographs),
    unit="photographs",
    name="num_photographs",
)
nine_pixels = np.array([[10, 20, 30], [40, 50, 60], [70, 80, 90]])
mean_of_nine = kernels.correlate2d(nine_pixels, kernels.BOX_3)[1, 1]
claims.check("a kernel computes what you get on paper", abs(mean_of_nine - 450 / 9) < 1e-4)

# %% [markdown]
# ## How a notebook works
#
# A notebook is a column of **cells**. Some hold text, like this one; some hold Python. Behind the page a Python
# program is running, the **kernel** (an unlucky name: it has nothing to do with the tables above). The page
# sends it a cell, it runs the code, and the page shows what came back. The value of a cell's last line is shown
# by itself.
#
# | you want to | press |
# |---|---|
# | run a cell and go on to the next | Shift + Enter |
# | run a cell and stay | Ctrl + Enter |
# | stop a cell that takes too long | the square in the toolbar |
# | forget everything and start afresh | menu *Kernel*, *Restart Kernel and Run All Cells* |
# | add a cell below | Esc, then B |
#
# `[*]` beside a cell means that it is running; a number says that it was, say, the third to be run.
#
# **You cannot break anything.** The notebook that `course lab` opens is your own copy. Change what you like.

# %%
counter = 0

# %%
counter = counter + 1
print("counter:", counter)

# %% [markdown]
# **Predict:** what is printed when you run the last cell a second time, without running the one above it?

# %% tags=["predict"]
prediction = "..."  # 0, 1 or 2?

# %% [markdown]
# **Try it.** It prints 2. The kernel remembers what has been run, in the order in which it was run, and not
# what stands on the page. So a cell that you ran and then deleted still has its effect, and a notebook can seem
# to work although nobody else could run it. The cure is the menu entry *Restart Kernel and Run All Cells*. In
# this course it never ends in an error, even when no exercise is done.

# %% [markdown]
# ## Predict, run, explain
#
# Every lesson asks you for a guess before it shows a result. Write one, even a bad one: a guess that turns out
# wrong is remembered best. Nobody collects your predictions.
#
# A photograph is a table of numbers with rows (counted from the top) and columns (counted from the left). A
# part of it is cut out with `[first_row:last_row, first_column:last_column]`.
#
# **Predict:** the photograph of the cat has 300 rows and 451 columns. What will `cat[60:140, 130:230]` show: an
# ear, an eye or the nose?

# %% tags=["predict"]
prediction = "..."  # "ear", "eye" or "nose"?

# %% tags=["figure"]
plots.compare(
    cat,
    cat[60:140, 130:230],
    titles=["cat", "cat[60:140, 130:230]"],
    alt="Left: the head of a tabby cat that looks to the right. Right: a small part of it, enlarged: its left eye.",
)

# %% [markdown]
# **What to notice.** Rows 60 to 139 lie above the middle, columns 130 to 229 a little to the left: an eye. The
# first number is the row, so it counts *downwards*. In geometry you write (x, y); here it is (row, column),
# which is (y, x). Mixing these two up is the most common mistake in this field. You will not be spared it, but
# you will recognise it.

# %% [markdown]
# ## How exercises work
#
# An exercise is a cell to fill in, and below it a check. Replace the line with `raise NotImplementedError` by
# your code, run the cell, then run the check. It tells you
#
# - **not attempted yet**, as long as the cell is empty;
# - **not yet**, with the case that failed, what was expected and what came out;
# - **passed**, with your points.
#
# Run the check as often as you like, nothing is deducted. Only what the function *returns* counts, not what it
# prints, and not what the variables are called. When work is graded, other inputs are tried too, so an answer
# that fits only the inputs of the check does not help.
#
# ### Exercise 0.1 (apply): count the pixels
# Write `num_pixels(height, width)`. It takes two whole numbers, how many rows and how many columns an image
# has, and returns the number of its pixels as an int. First run the check before you have written anything.


# %% tags=["exercise"] exercise="0.1" points=1
def num_pixels(height: int, width: int) -> int:
    """Return how many pixels an image of `height` rows and `width` columns has."""
    # BEGIN SOLUTION
    return height * width
    # END SOLUTION


# %% tags=["check"] exercise="0.1"
checks.exercise("0.1", num_pixels)

# %% tags=["hidden"] exercise="0.1"
from course_utils.authoring import define

exercise = define.function("0.1", num_pixels)
exercise.case("the photograph of the cat", height=300, width=451)
exercise.case("a single pixel", height=1, width=1)
exercise.case("one long row", height=1, width=7)
exercise.case("a film", visible=False, height=1080, width=1920)
exercise.random_cases(3, lambda rng: {"height": int(rng.integers(2, 5000)), "width": int(rng.integers(2, 5000))})
exercise.hints(
    "Draw an image of 2 rows and 3 columns on squared paper and count the squares.",
    "Every row has the same number of pixels. How many rows are there?",
    "2 rows of 3 pixels are 3 + 3 = 2 * 3 = 6 pixels. Hand the number back with `return`.",
)


@exercise.correct
def row_by_row(height, width):
    return sum(width for _ in range(height))


@exercise.correct
def product(height, width):
    return np.prod([height, width])


# %% tags=["hidden"] exercise="0.1"
@exercise.mutant("You added the sides. Each of the `height` rows has `width` pixels: multiply.")
def adds(height, width):
    return height + width


@exercise.mutant("That counts the numbers of a colour image, three per pixel. Only the pixels are asked for.")
def counts_channels(height, width):
    return 3 * height * width


@exercise.mutant("You print the number, so you see it, but the one who called the function gets nothing. Use `return`.")
def prints(height, width):
    print(height * width)


@exercise.mutant("You took the width for both sides; an image need not be square.")
def square(height, width):
    return width * width


# %% [markdown]
# ### Exercise 0.2 (spot the bug): read a verdict
# The next cell holds a function that somebody has written already, and it is wrong. `negative(image)` is to return
# the negative of an image: black (0) becomes white (255), white becomes black, and every gray value $v$ becomes
# $255 - v$. The image is `(height, width)` or `(height, width, 3)`, uint8; the result has the same shape.
#
# **First run both cells as they are and read the verdict, line by line.** Then mend the function and run them
# again.


# %% tags=["exercise"] exercise="0.2" points=1
def negative(image: np.ndarray) -> np.ndarray:
    """Return the negative of a uint8 image."""
    # BEGIN SOLUTION
    return 255 - image
    # END SOLUTION
    # BEGIN STUB
    # return image - 255
    # END STUB


# %% tags=["check"] exercise="0.2"
checks.exercise("0.2", negative)

# %% tags=["hidden"] exercise="0.2"
from course_utils.authoring import define

exercise = define.function("0.2", negative)
exercise.case("one row of grays", image=np.array([[0, 1, 100, 254, 255]], np.uint8))
exercise.case("a dim image", image=np.array([[10, 20], [30, 40]], np.uint8))
exercise.case("a disc", image=images.disc(16, radius=5))
exercise.case("colour", visible=False, image=np.arange(48, dtype=np.uint8).reshape(4, 4, 3))
exercise.random_cases(2, lambda rng: {"image": rng.integers(0, 256, (6, 9), dtype=np.uint8)})
exercise.hints(
    'Take the first pixel of "one row of grays": it is 0. What does the function make of it, and what should it be?',
    "The order of a subtraction matters: 3 - 255 is not 255 - 3.",
    "A pixel of 100 has to become 255 - 100 = 155. The code computes 100 - 255 = -155, for which a uint8 has no room: "
    "it starts again from the other end and stores -155 + 256 = 101.",
)


@exercise.correct
def flips_all_bits(image):
    return np.bitwise_not(image)


@exercise.correct
def in_whole_numbers(image):
    return (255 - image.astype(int)).astype(np.uint8)


# %% tags=["hidden"] exercise="0.2"
@exercise.mutant(
    "The subtraction is the wrong way round. In uint8 there is nothing below 0: every value came out 1 too large."
)
def wrong_way_round(image):
    return image - 255


@exercise.mutant("-image is not the negative: in uint8 it gives 256 - v, and 0 stays 0. White is 255.")
def minus_sign(image):
    return -image


@exercise.mutant("You subtract from the brightest pixel of this image. White is 255 in every image, also in a dim one.")
def from_its_maximum(image):
    return image.max() - image


@exercise.mutant("That is the image as it was. Every value v has to become 255 - v.")
def unchanged(image):
    return image.copy()


# %% [markdown]
# A verdict has four parts: the cases, each `ok` or `WRONG`; for a wrong one the call that was made, what was
# expected and what was found; where arrays differ, a picture of both; and, when your own mistake is a common one,
# its name. (The bug of a function that was handed out is not named: you are to find it.) Images are small here so
# that you can check them by hand.
#
# ## When you are stuck
#
# Two things help. `checks.hint` gives a hint; run it again, and it gives the next one. The last hint is
# always a small case that is worked out. `checks.expected` shows what a right answer gives. Both cost nothing.

# %%
checks.hint("0.3")

# %%
checks.expected("0.3")

# %% [markdown]
# ### Exercise 0.3 (build): the cat in the mirror
# Write `mirror(image)`: it returns the image as a mirror shows it, left and right swapped. It takes gray images
# `(height, width)` and colour images `(height, width, 3)` of any dtype and returns an array of the same shape.
# It must not change the image that it is given.


# %% tags=["exercise"] exercise="0.3" points=2
def mirror(image: np.ndarray) -> np.ndarray:
    """Return the image with left and right swapped."""
    # BEGIN SOLUTION
    return image[:, ::-1]
    # END SOLUTION


# %% tags=["check"] exercise="0.3"
checks.exercise("0.3", mirror)

# %% tags=["hidden"] exercise="0.3"
from course_utils.authoring import define

exercise = define.function("0.3", mirror)
exercise.case("gray, two rows", image=np.array([[1, 2, 3], [4, 5, 6]], np.uint8))
exercise.case("colour, the head of the cat, very small", image=images.load("cat")[20:280:13, 100:360:13])
exercise.case("a single column", visible=False, image=np.arange(5.0)[:, None])
exercise.random_cases(2, lambda rng: {"image": rng.integers(0, 256, (5, 8, 3), dtype=np.uint8)})
exercise.hints(
    "`array[::-1]` reads an array backwards along its first axis. Which axis has to be read backwards here?",
    "The axes of an image are rows, columns and, in colour, channels. A colon alone, `:`, takes all of an axis.",
    "The row [1, 2, 3] must become [3, 2, 1], and each row stays where it is. With all rows taken by `:`, the columns "
    "are what comes after the first comma.",
)


@exercise.correct
def with_numpy(image):
    return np.fliplr(image)


@exercise.correct
def column_by_column(image):
    result = np.empty_like(image)
    width = image.shape[1]
    for column in range(width):
        result[:, column] = image[:, width - 1 - column]
    return result


# %% tags=["hidden"] exercise="0.3"
@exercise.mutant("The image is upside down: you have reversed the rows, the first axis. Columns are the second.")
def upside_down(image):
    return image[::-1]


@exercise.mutant("The image is turned by half a turn: rows and columns are reversed. Reverse the columns only.")
def half_turn(image):
    return image[::-1, ::-1]


@exercise.mutant("In gray it is right. In colour the last axis holds the channels: red and blue have changed places.")
def last_axis(image):
    return image[..., ::-1]


@exercise.mutant("The result is right, but the image that came in was overwritten, and its owner still needs it.")
def in_place(image):
    image[:] = image[:, ::-1].copy()
    return image


# %% [markdown]
# ## Questions with a number
#
# Some exercises ask for a number or a word. Write a computation rather than a finished number: you can check it
# again tomorrow, and the notebook documents how you got there. The file of the check does not contain the
# answer, only a fingerprint of it.
#
# ### Exercise 0.4 (apply): the numbers that a drone sees
# The camera of a drone takes 30 images a second, each with 480 rows and 640 columns, in colour. For each pixel
# it stores one number for red, one for green and one for blue. How many numbers a second does a network have to
# take in?

# %% tags=["exercise"] exercise="0.4" points=1
# BEGIN SOLUTION
numbers_per_second = 30 * 480 * 640 * 3
# END SOLUTION

# %% tags=["check"] exercise="0.4"
checks.exercise("0.4", numbers_per_second)

# %% tags=["hidden"] exercise="0.4"
from course_utils.authoring import define

exercise = define.answer("0.4", numbers_per_second)
exercise.wrong(30 * 480 * 640, "That counts pixels. A pixel in colour is three numbers.")
exercise.wrong(480 * 640 * 3, "That is one image. The camera takes 30 of them in a second.")
exercise.wrong(480 * 640, "Those are the pixels of one image: three numbers each, and 30 images a second.")
exercise.wrong(30 * 480 * 640 * 4, "A pixel has three numbers here: red, green and blue. There is no fourth.")
exercise.wrong(30 * (480 + 640) * 3, "An image of 480 rows and 640 columns has 480 * 640 pixels: multiply, do not add.")
exercise.hints(
    "Begin with one image: how many pixels does it have? Exercise 0.1 has a function for it.",
    "Each pixel gives 3 numbers, and each second gives 30 images.",
    "A tiny camera with 2 rows, 3 columns and 10 images a second gives 2 * 3 * 3 * 10 = 180 numbers a second.",
)

# %% [markdown]
# ## Where an answer comes from

# %% tags=["claim"]
brightness_of_cat = float(cat.mean())  # of all 300 * 451 * 3 numbers
claims.check(
    "the cat is a little darker than middle gray", 100 < brightness_of_cat < 128, brightness_of_cat, name="cat"
)

# %% [markdown]
# ### Exercise 0.5 (spot the bug): every photograph is equally bright
# `brightness(image)` is to return the mean of all numbers of an image, as a float. Its author tried it on the
# cat, got {{cat:.1f}}, compared with a calculator and was content. Yet it gives {{cat:.1f}} for *every*
# photograph, even for a black one. It comes from real course material, and it has to do with what you have read
# above about notebooks.
#
# Find the mistake and mend it. The image is `(height, width)` or `(height, width, 3)`, uint8 or float.


# %% tags=["exercise"] exercise="0.5" points=2
def brightness(image: np.ndarray) -> float:
    """Return the mean of all numbers of the image."""
    # BEGIN SOLUTION
    return float(image.mean())
    # END SOLUTION
    # BEGIN STUB
    # return float(cat.mean())
    # END STUB


# %% tags=["check"] exercise="0.5"
checks.exercise("0.5", brightness)

# %% tags=["hidden"] exercise="0.5"
from course_utils.authoring import define

exercise = define.function("0.5", brightness)
exercise.case("black", image=np.zeros((4, 6), np.uint8))
exercise.case("one white corner", image=np.array([[0, 0, 0], [0, 0, 255]], np.uint8))
exercise.case("colour", image=np.array([[[255, 128, 0], [30, 20, 10]]], np.uint8))
exercise.case("numbers from 0 to 1", visible=False, image=np.linspace(0, 1, 12).reshape(3, 4) ** 2)
exercise.random_cases(3, lambda rng: {"image": rng.integers(0, 256, (7, 5), dtype=np.uint8)})
exercise.hints(
    "The function gives the same for every image. So what does its result not depend on?",
    "Compare the name in the brackets of `def` with the names that the line below reads.",
    "The image [[0, 0, 0], [0, 0, 255]] has the mean 255 / 6 = 42.5. The function must get there from its argument.",
)


@exercise.correct
def sum_by_count(image):
    return image.sum() / image.size


@exercise.correct
def number_by_number(image):
    return sum(float(number) for number in image.ravel()) / image.size


# %% tags=["hidden"] exercise="0.5"
@exercise.mutant("The function reads `cat` from the notebook and never looks at `image`, the image it was given.")
def reads_the_notebook(image):
    return float(images.load("cat").mean())


@exercise.mutant("That is the median, the middle of the sorted numbers. The mean is the sum over the count.")
def median(image):
    return float(np.median(image))


@exercise.mutant("The digits behind the point are lost: leave the mean a float.")
def whole_number(image):
    return int(image.mean())


@exercise.mutant("That is the brightest value, not the mean of all.")
def brightest(image):
    return float(image.max())


@exercise.mutant("You divide by the number of rows only. There are `image.size` numbers.")
def divides_by_rows(image):
    return float(image.sum() / image.shape[0])


# %% [markdown]
# **Why nobody noticed.** The name `cat` was known to the notebook, so Python was satisfied. The rule that
# protects you: *a function reads its arguments and nothing else*. And before you hand in anything: restart and run
# all.

# %% [markdown]
# ## From a photograph to a word, in six steps
#
# You see a wall and say "brick". How does a program get there? With six steps, and you will find the same six in a
# program of 1990 and in a network of today:
#
# 1. **Take** the image, as the camera gives it.
# 2. **Prepare** it: one size, one range of numbers, gray or colour.
# 3. **Cut out** the areas that matter.
# 4. **Measure** what tells the classes apart. Such measurements are called **features**.
# 5. **Compare** the features with what is typical of each class.
# 6. **Name** the class that fits best.

# %% tags=["figure"]
pipeline_steps.row("brick")

# %% [markdown]
# This is not a sketch: it was computed from the photograph just now. Here is each step as code. The two
# features are the mean strengths of the upright and of the level edges. You have seen both kernels in the
# slider.

# %%
photograph = pipeline.take("brick")  # step 1
prepared = pipeline.prepare(photograph)  # step 2
area = pipeline.areas(prepared, side=64, half="right")[9]  # step 3
measured = pipeline.features(area)  # step 4: two numbers
compared = pipeline.distances(measured, pipeline.typical_features(side=64))  # step 5: three numbers
print("photograph:", photograph.shape, photograph.dtype)
print("prepared:  ", prepared.shape, prepared.dtype)
print("area:      ", area.shape)
print("features:  ", measured.round(2))
print("distances: ", compared.round(2))
print("name:      ", pipeline.label(compared))  # step 6

# %% [markdown]
# **What to notice.** 262,144 numbers become 4,096, then 2, then 3, then one word. Recognising means throwing away
# almost everything, but not the wrong part.
#
# How good is it? There are three photographs: a brick wall, a lawn and a heap of gravel. From the left half of
# each the program learns what is typical. In the right half it names 32 areas of 64 x 64 pixels, which it has
# not seen before.
#
# **Predict:** which two classes will be confused most often?

# %% tags=["predict"]
prediction = "..."  # "brick and grass", "brick and gravel" or "grass and gravel"?

# %%
counts = pipeline.run(side=64)
print("answer:   ", *(f"{name:>8}" for name in pipeline.CLASSES))
for name, row in zip(pipeline.CLASSES, counts, strict=True):
    print(f"{name:<10}", *(f"{count:>8}" for count in row))

# %% tags=["claim"]
accuracy = np.trace(counts) / counts.sum()  # right answers lie on the diagonal
claims.check("two features name 80 % of the areas rightly or more", accuracy >= 0.8, accuracy, name="two_features")
claims.check("brick is never mistaken", counts[0, 1:].sum() == 0 and counts[1:, 0].sum() == 0)

# %% [markdown]
# Each row is a true class, each column an answer. {{two_features:.1%}} of the areas are named rightly, from two
# numbers each and with no training worth the name. All mistakes are between grass and gravel. The next picture
# shows why.

# %% tags=["figure"]
pipeline_steps.feature_plane(side=64)

# %% [markdown]
# **What to notice.** Brick has long edges in two directions and smooth faces between them, so its points lie
# apart. Grass and gravel have short edges in all directions: to *these two* features they look alike. To you
# they do not. You see blades and stones; the program has no kernel for a blade.
#
# This is the whole point of a convolutional network. It keeps the six steps, but step 4 is no longer chosen by a
# person: **the network learns which kernels to use**, and it learns them together with step 5.

# %% [markdown]
# ### Exercise 0.6 (investigate): a smaller window
# The areas above are 64 pixels wide. What happens when the program gets to see only 32 x 32 pixels at a time?
# Add a cell below this one (Esc, then B), run `pipeline.run(side=32)` there, and read the table. **How many of
# the 384 areas get a wrong name?**
#
# Then try 16 and 96 as well. What do you notice, and how would you explain it?

# %% tags=["exercise"] exercise="0.6" points=1
# BEGIN SOLUTION
num_wrong_names = 17 + 41  # everything off the diagonal of pipeline.run(side=32)
# END SOLUTION

# %% tags=["check"] exercise="0.6"
checks.exercise("0.6", num_wrong_names)

# %% tags=["hidden"] exercise="0.6"
from course_utils.authoring import define

exercise = define.answer("0.6", num_wrong_names)
exercise.wrong(12, "Those are the mistakes for areas of 64 pixels. Set side=32.")
exercise.wrong(384 - 58, "Those are the right answers, on the diagonal. The wrong ones are all the others.")
exercise.wrong(41, "That is only gravel taken for grass. Add the other mistakes.")
exercise.wrong(17, "That is only grass taken for gravel. Add the other mistakes.")
exercise.wrong(0.151, "A number of areas is asked for, not a share.")
exercise.hints(
    "Each row of the table is a true class, each column an answer. Where do the right answers stand?",
    "The right answers stand on the diagonal, from the upper left to the lower right. Add up the rest.",
    "For side=64 the rest is 4 (grass taken for gravel) + 8 (gravel taken for grass) = 12 of 96.",
)

# %% [markdown]
# <details><summary>An explanation, when you have your own</summary>
#
# The smaller the area, the more mistakes. A mean over few pixels depends on what happens to lie in them: one
# stone, one shadow. A larger area evens this out, but a picture has only few large areas, and where two
# materials meet, a large area holds both. How much of an image a network should look at for one answer is a
# question that will come back; its name is *receptive field*.
#
# </details>

# %% [markdown]
# ## Ten things that convolutional networks do
#
# A short tour. Ask yourself for each one: what goes in, what comes out, and what are the classes? Where no
# photograph is free to use, the picture is drawn by code and says so. The papers are listed at the end.
#
# ### 1. Say what is in a photograph

# %% tags=["figure"]
applications.image_labels()

# %% [markdown]
# In goes a photograph, out comes a number for each of 1,000 words. The word with the highest number is the
# label; these three are what EfficientNet-Lite0 says, a network of 4.7 million numbers. In 2012 a CNN brought
# the share of photographs whose label is not among its first five guesses down to 15 %; the best other program
# of that year had 26 %. Since then nearly everything that deals with images has been built on such networks.
# **The limit:** a network can only answer with the words it was trained on. *Rocket* is none of them, so this
# one says *missile*, the nearest word that it has. It will also find a word for an image of pure noise.
#
# ### 2. Play Atari games

# %% tags=["figure"]
applications.games()

# %% [markdown]
# In go the last four frames, 84 x 84 pixels each, for a single frame does not show where the ball is going. Out
# comes a number for each move of the joystick: how many points can be expected after it. The network was told
# nothing but the pixels and the score. Over 49 games it played about as well as a person who tests games for a
# living, far better in some and hopelessly badly in others. **The limit:** it needed 38 days of play for each game,
# and after that it knew that game only.
#
# ### 3. Guess what you are drawing

# %% tags=["figure"]
applications.doodles()

# %% [markdown]
# In go 28 x 28 pixels, out comes one of 345 words. Players of a web game made 50 million such drawings, each in
# less than 20 seconds. A small CNN that a laptop trains in minutes gets most of the simple classes. **The
# limit:** it knows how people draw a cat *in a hurry*. A careful drawing, or a photograph, is outside of what
# it has seen.
#
# ### 4. Propose moves in Go

# %% tags=["figure"]
applications.board_game()

# %% [markdown]
# A board is an image of 19 x 19 pixels. In go planes of zeros and ones (the first AlphaGo used 48 of them), out
# comes a number for each point of the board: how likely would a strong player play there? A pattern means the
# same wherever it lies on the board, which is just what a sliding kernel assumes. The network named the move of
# the human expert in 57 % of positions. **The limit:** that alone does not beat a champion. A search that plays
# on from the proposed moves does; network and search need each other.
#
# ### 5. Hear

# %% tags=["figure"]
applications.sound()

# %% [markdown]
# A sound is a row of numbers, here 8,000 a second. Cut into short pieces and sorted by frequency it becomes an
# image, the **spectrogram**, and a CNN can look at it: for words, for birds, for a bearing that is about to
# fail. Other networks slide their kernels along the row of numbers itself. **The limit:** a spectrogram is no
# photograph. A cat moved upwards is still a cat; a sound moved upwards is another note.
#
# ### 6. Tell praise from complaint

# %% tags=["figure"]
applications.text()

# %% [markdown]
# In goes a sentence, as one row of numbers for each word. The kernel is as wide as the table and slides only
# downwards, over three words at a time, so that it can answer to *not bad* as a whole. Out comes one number,
# from complaint to praise. A single layer of such kernels was among the best methods of 2014. **The limit:**
# the window is short. What is said in the first line and taken back in the last escapes it, and today other
# networks, the transformers, read text better.
#
# ### 7. Fly along a path

# %% tags=["figure"]
applications.drone()

# %% [markdown]
# In goes one image, out come three numbers: left, straight on, right. To get examples with known answers,
# somebody hiked through the Alps with three cameras on the head, one looking to each side; the side is the
# answer. The network was about as often right as two people who were shown the same images, and it steered a
# drone along real paths. **The limit:** it says left, straight on or right to every image, also to one in which
# there is no path at all.
#
# ### 8. Read road signs

# %% tags=["figure"]
applications.road_signs()

# %% [markdown]
# In go 32 x 32 pixels, out comes one of 43 signs. In a competition in 2011 people named 98.84 % of the signs
# rightly and a committee of CNNs 99.46 %. It was one of the first times that a program beat people at seeing.
# **The limit:** the signs were already cut out, and nobody was trying to deceive. A few well-placed stickers,
# which no driver would care about, can turn a stop sign into a speed limit for a network.
#
# ### 9. Read house numbers

# %% tags=["figure"]
applications.house_numbers()

# %% [markdown]
# In goes a piece of a street photograph, out come up to five digits, all at once. Together they must be right,
# since a map with a wrong house number is worse than a map with none. The network that was built for it read 96
# % of whole numbers rightly, and it says how sure it is, so that doubtful ones can be left out. **The limit:**
# it does not find the plate by itself, and numbers of six digits it could not read at all: its output has no
# place for them.
#
# ### 10. Turn pages into text

# %% tags=["figure"]
applications.page()

# %% [markdown]
# The right picture was made with two classical steps: each pixel is compared with the mean of its neighbours,
# which removes the shadow, and connected dark pixels are framed. Each frame can then go to a CNN, which names
# the letter. The first CNN that many people depended on, LeNet-5, read the amounts on several million bank
# cheques a day in the 1990s. **The limit** is to be seen here: where letters touch, one frame holds two, and
# the network that expects one letter names something.

# %% [markdown]
# ## What you will be able to do
#
# | after lesson | you have |
# |---|---|
# | [01](01_read_images_as_numbers.ipynb) | read a photograph as numbers: colours, ranges, sizes |
# | [02](02_convolve_with_kernels.ipynb) | written convolution by hand, by loop and by library |
# | [03](03_find_edges_and_handle_borders.ipynb) | built a complete edge detector, step by step |
# | [04](04_filter_by_frequency.ipynb) | made a picture that shows one thing from near and another from afar |
#
# The commands of the course are typed into a terminal, not into a notebook:
#
# | command | what it does |
# |---|---|
# | `course lab 1` | opens lesson 01, on a copy of your own that is never overwritten |
# | `course check 00_start_here.ipynb` | runs all checks of a notebook and shows how far you are |
# | `course doctor` | says what works on your computer and what is missing |
# | `course run` | runs all lessons by itself and writes a report with every picture |
#
# On Colab and Binder you need none of them: open the notebook and begin.

# %% [markdown]
# ## How far are you?
#
# Your best result of each exercise is kept in a small file of your own. A worse try never takes anything away.

# %%
checks.progress(0)

# %% [markdown]
# ## Key points
#
# - A notebook remembers what was *run*, not what is on the page. Restart and run all before you trust it.
# - Predict, run, explain: a guess first, however bad.
# - A check says which case failed and what came out; `checks.hint` and `checks.expected` help, and cost nothing.
# - Six steps lead from an image to a word: take, prepare, cut out, measure, compare, name. A CNN learns what to
#   measure.
# - A network answers only with what it was trained on. Ask what goes in, what comes out, and what it has never
#   seen.
#
# ## Self-test
#
# <details><summary>1. You run the cells 1, 2, 3 and then cell 2 again. On the page nothing has changed. Is the
# state of the notebook what it was after cell 3?</summary>
#
# Not necessarily. Cell 2 has run twice, and the second time after cell 3. If it is `counter = counter + 1`, the
# counter is one higher.
#
# </details>
#
# <details><summary>2. An image has the shape (480, 640, 3). Which number is its width? What is the 3?</summary>
#
# Rows come first, so 480 is the height and 640 the width. The 3 are the channels: red, green and blue.
#
# </details>
#
# <details><summary>3. A function prints the right number, and the check says "nothing came back". Why?</summary>
#
# Printing shows a number to you. To hand it to whoever called the function, it has to be returned.
#
# </details>
#
# <details><summary>4. Which of the six steps does a CNN learn that was chosen by hand before?</summary>
#
# Step 4, the features, and with them step 5, how they are compared.
#
# </details>
#
# <details><summary>5. A network trained on 43 road signs is shown a pizza. What does it answer?</summary>
#
# One of the 43 signs. It has no other words, and it may even be very sure of itself.
#
# </details>
#
# ## To read
#
# - Photographs: A. Krizhevsky, I. Sutskever and G. Hinton, 2012,
#   [ImageNet classification with deep convolutional neural
#   networks](https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks).
# - Atari: V. Mnih and others, [Human-level control through deep reinforcement
#   learning](https://doi.org/10.1038/nature14236), 2015. Go: D. Silver and others, [Mastering the game of Go
#   with deep neural networks and tree search](https://doi.org/10.1038/nature16961), 2016.
# - Doodles: [the Quick, Draw! data set](https://github.com/googlecreativelab/quickdraw-dataset). Sound: A. van
#   den Oord and others, [WaveNet](https://arxiv.org/abs/1609.03499), 2016. Text: Y. Kim, [Convolutional neural
#   networks for sentence classification](https://arxiv.org/abs/1408.5882), 2014.
# - Drones: A. Giusti and others, [A machine learning approach to visual perception of forest trails for mobile
#   robots](https://doi.org/10.1109/LRA.2015.2509024), 2016. Road signs: J. Stallkamp and others, [Man vs.
#   computer](https://doi.org/10.1016/j.neunet.2012.02.016), 2012; stickers: K. Eykholt and others, [Robust
#   physical-world attacks](https://arxiv.org/abs/1707.08945), 2018.
# - House numbers: I. Goodfellow and others, [Multi-digit number recognition from Street View
#   imagery](https://arxiv.org/abs/1312.6082), 2014. Cheques: Y. LeCun and others, [Gradient-based learning
#   applied to document recognition](https://doi.org/10.1109/5.726791), 1998.
#
# ## Next
#
# [01 Read images as numbers](01_read_images_as_numbers.ipynb): what a photograph is to a computer, and why the
# sky turns orange when two libraries disagree.
