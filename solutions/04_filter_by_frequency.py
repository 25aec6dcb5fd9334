# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Filter images by frequency
# read_minutes: 45
# exercise_minutes: 55
# objectives:
#   - Compute the strength of one wave in a row of pixels by hand, with a loop and with the FFT
#   - Read period and direction of a pattern off the spectrum of an image
#   - Build low-pass, high-pass and band-pass filters as masks, and blend two photographs into a hybrid image
#   - Predict from the response of a kernel what it does to a photograph, and why a box blur rings
#   - Say when multiplying spectra beats sliding a window, and why one blurs before one shrinks
# needs: [02_convolve_with_kernels, 03_find_edges_and_handle_borders]
# data: [astronaut, brick, camera, cat, grass]
# budget: {cpu_seconds: 30, memory_mb: 700, gpu: not used}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 90 minutes, exercises included: who is this 5, what a frequency is 7, one wave
# at a time 15, spectra of stripes 10, spectra of photographs 10, masks 13, hybrid 5, kernels 12, the theorem 6, who
# wins 3, shrinking 4 and the rest at home. Short of time: leave out exercise 4.9 and "Swap the phases", which are
# marked as optional; nothing later depends on them.
#
# **What students believe, and where the lesson meets it.** Each dot of the spectrum belongs to a place in the image
# (stripes). The middle of the spectrum is the middle of the image (stripes). One cosine is enough (the shifted
# row). A blur can only make things fainter, never turn dark into bright (the sweep). A 3x3 kernel has 9 frequencies
# (4.8).
#
# **Without complex numbers?** The section "one wave at a time" works with the pair (cosine sum, sine sum) alone;
# the word complex number comes last and may be skipped. Print the first picture on paper and let the class walk
# away from it.

# %% tags=["setup"]
import math

import cv2
import numpy as np
import scipy.ndimage

from course_utils import checks, claims, images, kernels, plots, spectrum
from course_utils.benchmarks import timing

# %% [markdown]
# ## Who is this?

# %% tags=["figure"]
mystery = images.mystery()  # (300, 451, 3) uint8; later you will see how it is made
plots.compare(mystery, alt="The face of a cat with large eyes, a small nose and whiskers, in pale colours.", height=5.4)

# %% [markdown]
# A cat, clearly: eyes, nose, whiskers, every hair.
#
# **Predict before you run:** the next cell shows exactly this picture again, four times, only smaller and smaller.
# Who will be on the smallest one?

# %% tags=["predict"]
prediction = "..."  # "the cat", "nobody, only a blur", or somebody else?


# %% tags=["figure"]
def seen_from(photograph, distances):
    """Put copies side by side that look as the photograph does from 1, 2, 4 ... times the distance."""
    copies = []
    for distance in distances:
        small = cv2.resize(photograph, None, fx=1 / distance, fy=1 / distance, interpolation=cv2.INTER_AREA)
        above = photograph.shape[0] - small.shape[0]
        copies.append(np.pad(small, ((above, 0), (0, 14), (0, 0)), constant_values=255))
    return np.hstack(copies)


plots.compare(seen_from(mystery, distances=[1, 2, 4, 8]), alt=images.MYSTERY_FROM_AFAR)

# %% [markdown]
# **The cat has become a smiling astronaut.** No pixel was exchanged: the small pictures are the large one, shrunk.
# Walk three steps away from your screen, or take your glasses off, and the large one changes too.
#
# Both photographs are in the picture, all over the picture, at the same time. They do not divide up the *pixels*.
# They divide up something else, and to see what it is you need a new way to look at an image. First let us make
# sure that your eyes do not deceive you. Lesson 03 measured edges; whose edges are these? `images.mystery_parts()`
# gives the two photographs, the astronaut's face moved to where the cat's is.


# %%
astronaut, cat = images.mystery_parts()  # both (300, 451, 3) uint8


def edges_of(photograph, distance):
    """Return the strength of all edges of a photograph, seen from a distance, as one row of numbers."""
    gray = images.to_gray(photograph).astype(np.float32)
    gray = cv2.resize(gray, None, fx=1 / distance, fy=1 / distance, interpolation=cv2.INTER_AREA)
    return np.hypot(cv2.Sobel(gray, -1, 1, 0), cv2.Sobel(gray, -1, 0, 1)).ravel()


def likeness(distance):
    """Correlate the edges of the mystery picture with those of the cat and of the astronaut."""
    seen = [edges_of(photograph, distance) for photograph in (mystery, cat, astronaut)]
    return np.corrcoef(seen)[0, 1:]


# %% tags=["claim"]
near, far = likeness(distance=1), likeness(distance=8)
claims.check(
    "near by, the edges are the cat's: correlation above 0.8, with the astronaut's below 0.3",
    near[0] > 0.8 and near[1] < 0.3,
    value=near[0],
    name="near_cat",
)
claims.check(
    "from 8 times the distance they are the astronaut's: above 0.8, with the cat's below 0.3",
    far[1] > 0.8 and far[0] < 0.3,
    value=far[1],
    name="far_astronaut",
)

# %% [markdown]
# Near by, the edges agree with the cat's (correlation {{near_cat:.2f}}); from afar, with the astronaut's
# ({{far_astronaut:.2f}}).
#
# What the two photographs divide up is **frequency**: the astronaut got everything that changes slowly from pixel
# to pixel, the cat everything that changes fast. In this lesson you learn to take an image apart that way, build
# such a picture yourself, and look at every kernel you have met so far with new eyes.

# %% [markdown]
# ## How fast do the pixels change?
#
# Walk along one row of a photograph and watch the intensity. In the fur of the cat it goes up and down every few
# pixels. In the blurred background it hardly changes at all.

# %% tags=["figure"]
cat_gray = images.to_gray(cat)  # (300, 451) uint8
plots.overlay_line(
    cat_gray,
    start=(48, 80),
    stop=(48, 450),
    alt="A line runs across the cat's forehead and on into the background. Along it the intensity jumps up and "
    "down all over the fur, and hardly changes in the blurred background on the right.",
)

# %% [markdown]
# To measure such a speed, take the plainest pattern there is: a wave, which looks like soft stripes. One number says
# how fast it changes, and there are two ways to give it.
#
# - The **period** is the distance from one bright stripe to the next, in pixels.
# - The **frequency** is 1 / period: how many stripes there are per pixel. Its unit is *cycles per pixel*.
#
# Stripes of period 32 have the frequency 1/32 = 0.03125. Large structures: low frequencies. Fine detail: high
# frequencies.

# %% tags=["figure"]
periods = [32, 16, 8, 4, 2]
plots.compare(
    *[images.stripes((64, 64), period) for period in periods],
    titles=[f"period {period}\nfrequency {1 / period:g}" for period in periods],
    alt="Five squares with upright stripes: two broad soft ones on the left, then four, eight and sixteen, and on "
    "the right a pattern so fine that every second column is white and every other one black.",
)

# %% [markdown]
# **What to notice.** The last one is the limit. One bright pixel, one dark pixel: nothing finer fits on a grid of
# pixels. So frequencies run from 0, no change at all, to **0.5 cycles per pixel**.
#
# The idea of this lesson goes back to Joseph Fourier, who studied heat: **every image is a sum of such waves**, of
# different frequencies, directions and strengths. The list of strengths is its **spectrum**. How does one get the
# list?

# %% [markdown]
# ## One wave at a time, by hand
#
# You can do it already. *Multiply, sum*: lay a wave on the pixels as you laid a kernel on a window, multiply number
# by number, add up. A large sum says: this wave is in there.
#
# Here is a row of four pixels, and three waves: one that does not change, one that goes up and down once over the
# row, one that does it twice.
#
# **Predict:** which of the three sums will be 0?

# %% tags=["predict"]
prediction = "..."  # "no change", "once" or "twice"?

# %%
row = np.array([4, 2, 0, 2])
waves = {"no change": [1, 1, 1, 1], "once": [1, 0, -1, 0], "twice": [1, -1, 1, -1]}
for name, wave in waves.items():
    products = row * wave
    print(f"{name:10} {wave!s:15} products {products.tolist()!s:15} sum {products.sum()}")

# %% [markdown]
# **What to notice.** The row goes 4, 2, 0, 2: down and up again, once. The wave "once" finds that and answers 4.
# "Twice" answers 0, since what it gains on one pixel it loses on the next. And "no change" simply adds the pixels
# up: the **frequency 0** is the total brightness.
#
# Now a trap. The same row, moved to the right by one pixel, is still the same pattern:

# %%
moved = np.roll(row, 1)
cosine = np.array([1, 0, -1, 0])  # the wave "once"
sine = np.array([0, 1, 0, -1])  # the same wave, moved by a quarter of its period
print("row  ", row, " cosine:", np.sum(row * cosine), " sine:", np.sum(row * sine))
print("moved", moved, " cosine:", np.sum(moved * cosine), " sine:", np.sum(moved * sine))

# %% [markdown]
# The pattern is still there, but the cosine does not see it any more: it now sits just in between. A second wave,
# moved by a quarter of a period, does: the **sine**. So each frequency is asked twice, and the two answers are read
# as an arrow, like the two Sobel responses in lesson 03:
#
# - the **length** of the arrow, $\sqrt{\text{cosine sum}^2 + \text{sine sum}^2}$, says **how much** of the wave
#   there is. It is 4 for both rows. It is called the **magnitude**.
# - the **direction** of the arrow says **where** its crests are. It is called the **phase**.
#
# Mathematicians write such a pair as one complex number, cosine sum $-\,i\,\cdot$ sine sum. Here $i$ only keeps the
# two sums apart: the part without it is the *real part*. (The minus is a convention; in this lesson nothing depends
# on it.) That is the whole **discrete Fourier transform**. For a row of
# $N$ pixels $x_0 \dots x_{N-1}$ and a wave of $k$ cycles over the row:
#
# $$X_k = \sum_{n=0}^{N-1} x_n \left( \cos\frac{2\pi k n}{N} - i \sin\frac{2\pi k n}{N} \right)$$

# %% [markdown]
# ### Exercise 4.1 (apply): one magnitude by hand
#
# The row is now `5, 4, 1, 1`. What is the **magnitude** of the wave with one cycle over these four pixels? Ask the
# cosine `1, 0, -1, 0` and the sine `0, 1, 0, -1`, then take the length of the arrow.

# %% tags=["exercise"] exercise="4.1" points=1
# BEGIN SOLUTION
magnitude_of_once = math.hypot(5 - 1, 4 - 1)
# END SOLUTION

# %% tags=["check"] exercise="4.1"
checks.exercise("4.1", magnitude_of_once)

# %% tags=["hidden"] exercise="4.1"
from course_utils.authoring import define

exercise = define.answer("4.1", magnitude_of_once, decimals=2)
exercise.wrong(4, "That is the answer of the cosine alone. The sine finds something too: join the two.")
exercise.wrong(3, "That is the answer of the sine alone. The cosine finds something too: join the two.")
exercise.wrong(
    7, "You added the two answers. They are the sides of a right angle: the arrow is shorter than their sum."
)
exercise.wrong(25, "That is the square of the length. Take its root.")
exercise.wrong(11, "That is the sum of all pixels: frequency 0, the wave that does not change.")
exercise.wrong(1, "That is the wave with two cycles, 1, -1, 1, -1. One cycle is 1, 0, -1, 0.")
exercise.hints(
    "Two sums, then one length. Each sum has only two products that are not 0.",
    "Cosine sum: first pixel minus third. Sine sum: second pixel minus fourth. Length: the root of the sum of their "
    "squares.",
    "A smaller case: the row 13, 5, 1, 0 has the cosine sum 12 and the sine sum 5, so its magnitude is 13.",
)

# %% [markdown]
# ## By loop, by library
#
# The formula is two loops: one over the waves, one over the pixels.


# %%
def fourier_by_loops(pixels):
    """Return the discrete Fourier transform of one row of pixels: (N,) numbers -> (N,) complex."""
    num_pixels = len(pixels)
    sums = np.zeros(num_pixels, dtype=complex)
    for cycles in range(num_pixels):
        for position, pixel in enumerate(pixels):
            angle = 2 * math.pi * cycles * position / num_pixels
            sums[cycles] += pixel * complex(math.cos(angle), -math.sin(angle))
    return sums


cosine_sums = fourier_by_loops([4, 2, 0, 2]).real  # the sine sums of this row are all 0
print(np.round(cosine_sums, 6) + 0.0)  # + 0.0 turns -0 into 0

# %% [markdown]
# The sums are our three, 8, 4 and 0, and then a 4 again. Three cycles over four pixels are more than pixels can
# show. From one pixel to the next the wave goes three quarters of a cycle forward, and like the hand of a clock it
# then stands where a quarter *back* would have put it: on the pixels it is one cycle that runs the other way. So the
# second half of the list holds the **negative frequencies**, and its magnitudes mirror those of the first half.
#
# NumPy has the same as `np.fft.fft`. FFT stands for *fast Fourier transform*: it gives the same sums, but shares
# the work between them. A million pixels would need $10^{12}$ products in our loops; the FFT gets along with about
# $10^{8}$ operations.

# %% tags=["claim"]
cat_row = cat_gray[48].astype(float)  # (451,) the line across the forehead
by_loop = fourier_by_loops(cat_row)
by_library = np.fft.fft(cat_row)
by_hand = cat_row.sum()  # frequency 0
difference = np.abs(by_loop - by_library).max() / np.abs(by_library).max()
claims.check("on a row of 451 pixels, loop and FFT agree to 9 digits", difference < 1e-9)
claims.check("frequency 0 is the sum of all pixels", np.isclose(by_library[0], by_hand))

loop_row = timing.interleaved(
    {"loop": lambda: fourier_by_loops(cat_row[:200]), "fft": lambda: np.fft.fft(cat_row[:200])}, rounds=3
)
claims.check(
    "on 200 pixels the FFT is more than 100 times faster than the two loops",
    loop_row["loop"] > 100 * loop_row["fft"],
)

# %% [markdown]
# ## Two directions
#
# An image has waves in all directions, so its transform is a table of the same size as the image: one number per
# wave. We put frequency 0 in the **middle**. Going right from there, the waves change faster and faster from left
# to right; going down, from top to bottom; anywhere else, in between.
#
# Below are four images of 32 x 32 pixels, and below each the magnitudes of its spectrum.
#
# **Predict:** stripes that stand upright: do their dots lie on a level line or on an upright line?

# %% tags=["predict"]
prediction = "..."  # "level" or "upright"?

# %% tags=["figure"]
patterns = {
    "period 16": images.stripes((32, 32), period=16),
    "period 4": images.stripes((32, 32), period=4),
    "period 4, turned": images.stripes((32, 32), period=4, angle=90),
    "period 6.4, aslant": images.stripes((32, 32), period=6.4, angle=math.degrees(math.atan2(4, 3))),
}
plots.compare(
    *patterns.values(),
    titles=list(patterns),
    width=8.6,
    alt="Broad upright stripes, narrow upright stripes, narrow level stripes, and stripes aslant.",
)

# %% tags=["figure"]
plots.spectrum(
    list(patterns.values()),
    titles=list(patterns),
    log=False,
    alt="Four spectra with three bright dots each: one in the middle and one on each side of it. Level and close "
    "to the middle; level and farther away; above and below; and on a slant.",
)

# %% [markdown]
# **What to notice.**
#
# - One wave gives **two dots**, a frequency and its opposite: walk across the stripes to the right or to the left,
#   and you count the same.
# - The dots lie in the direction in which the intensity **changes**, across the stripes. Upright stripes: level.
# - The **distance** from the middle is the frequency. Fine stripes lie far out.
# - The dot in the **middle** is the sum of all pixels. It is there whenever that sum is not 0.
#
# Nothing of this is approximate. If a whole number of stripes fits into the image, across and down, all numbers but
# these three are 0. Counted in cycles over the image, from the middle:

# %%
for name, pattern in patterns.items():
    strength = spectrum.magnitude(pattern, log=False)  # (32, 32)
    places = np.argwhere(strength > 1e-3) - 16  # frequency 0 is at row 16, column 16
    print(f"{name:20} (down, right) = {places.tolist()}")

# %% [markdown]
# Eight cycles over 32 pixels: the period is 32 / 8 = 4 pixels, exactly. The stripes aslant do 4 cycles down and 3
# to the right: Pythagoras says 5 cycles over 32 pixels, and 32 / 5 = 6.4.

# %% [markdown]
# ### Exercise 4.2 (build): measure the period of a pattern
#
# Write `find_period(image)`. It takes a gray image `(height, width)`, uint8 or float, which holds stripes in some
# direction, and returns the distance between two stripes in pixels, as a float. The strongest wave decides,
# whatever the brightness of the whole image is. Height and width may differ.
#
# Useful: `spectrum.magnitude(image, log=False)` and `spectrum.frequencies(image.shape)`, which gives the
# frequencies of the rows `(height, 1)` and of the columns `(1, width)`. `spectrum.radial_frequency(image.shape)`,
# `(height, width)`, gives each wave's distance from the middle. All of them have frequency 0 in the middle.


# %% tags=["exercise"] exercise="4.2" points=2
def find_period(image: np.ndarray) -> float:
    """Return the period of the strongest stripes in an image, in pixels."""
    # BEGIN SOLUTION
    strength = spectrum.magnitude(image, log=False)
    radius = spectrum.radial_frequency(image.shape)
    strength[radius == 0] = 0
    return float(1 / radius.flat[np.argmax(strength)])
    # END SOLUTION


# %% tags=["check"] exercise="4.2"
checks.exercise("4.2", find_period)

# %% tags=["hidden"] exercise="4.2"
from course_utils.authoring import define


def wave_image(height, width, down, right, brightness=100.0):
    rows, columns = np.indices((height, width))
    return np.round(brightness + 50 * np.cos(2 * np.pi * (down * rows / height + right * columns / width)))


exercise = define.function("4.2", find_period, rtol=1e-4)
exercise.case("upright stripes", image=wave_image(24, 24, 0, 6))
exercise.case("level stripes", image=wave_image(24, 24, 3, 0))
exercise.case("stripes aslant, wide image", image=wave_image(20, 40, 2, 3))
exercise.case("dark on average", image=wave_image(16, 32, 2, 1, brightness=0.0))
exercise.case("stripes across a uint8 image", image=wave_image(16, 20, 0, 4).astype(np.uint8))
exercise.case("tall image", visible=False, image=wave_image(64, 16, 8, 3))
exercise.case("the finest stripes", visible=False, image=wave_image(8, 12, 4, 0))
exercise.case("odd sides", visible=False, image=wave_image(21, 35, 3, 5))
exercise.case("dark, level stripes", visible=False, image=wave_image(30, 18, 5, 0, brightness=1.0))
exercise.case("bricks", visible=False, image=images.load("brick")[::2, ::2])
exercise.random_cases(
    4,
    lambda random: {
        "image": wave_image(
            int(random.integers(20, 40)),
            int(random.integers(20, 40)),
            int(random.integers(1, 9)),
            int(random.integers(0, 9)),
        )
    },
)

# %% tags=["hidden"] exercise="4.2"
exercise.hints(
    "The largest number of the spectrum is the one in the middle: frequency 0. It says how bright the image is, "
    "not what its pattern is. Set it to 0 first.",
    "np.argmax gives the place of the largest number; the frequencies at the same place, down and right, are the "
    "sides of a right angle. Their length is the frequency of the stripes. The period is 1 / frequency. If "
    "`rows` is (height, 1) and `columns` (1, width), the two are rows[r, 0] and columns[0, c].",
    "An example: a 20 x 40 image with 2 cycles down and 3 to the right has the frequencies 2/20 = 0.1 and 3/40 = "
    "0.075. Together 0.125 cycles per pixel: a period of 8 pixels.",
)


# %% tags=["hidden"] exercise="4.2"
@exercise.correct
def with_numpy_alone(image):
    strength = np.abs(np.fft.fft2(image - image.mean()))
    down, right = np.unravel_index(np.argmax(strength), strength.shape)
    return 1 / math.hypot(np.fft.fftfreq(image.shape[0])[down], np.fft.fftfreq(image.shape[1])[right])


@exercise.correct
def with_half_a_spectrum(image):
    strength = np.abs(np.fft.rfft2(image.astype(float)))
    strength[0, 0] = -1
    radius = np.hypot(np.fft.fftfreq(image.shape[0])[:, None], np.fft.rfftfreq(image.shape[1])[None, :])
    return radius[strength == strength.max()].max() ** -1


@exercise.mutant(
    "You found the middle of the spectrum: frequency 0, the brightness of the image. One over 0 is no "
    "period. Take that number out before you look for the largest one."
)
def finds_frequency_zero(image):
    strength = spectrum.magnitude(image, log=False)
    radius = spectrum.radial_frequency(image.shape)
    return float(1 / max(radius.flat[np.argmax(strength)], 1e-12))


# %% tags=["hidden"] exercise="4.2"
@exercise.mutant("That is the frequency, in cycles per pixel. The period is asked for, in pixels: 1 / frequency.")
def returns_frequency(image):
    return 1 / with_numpy_alone(image)


@exercise.mutant("You looked at the frequency from left to right only. Level stripes change from top to bottom.")
def looks_right_only(image):
    strength = np.abs(np.fft.fft2(image - image.mean()))
    right = np.unravel_index(np.argmax(strength), strength.shape)[1]
    return float(1 / max(abs(np.fft.fftfreq(image.shape[1])[right]), 1e-12))


@exercise.mutant(
    "You divided both counts of cycles by the same side. Cycles downwards count per height, cycles to the "
    "right per width: on an image that is not square the two differ."
)
def one_side_for_both(image):
    strength = np.abs(np.fft.fft2(image - image.mean()))
    down, right = np.unravel_index(np.argmax(strength), strength.shape)
    cycles_down = np.fft.fftfreq(image.shape[0])[down] * image.shape[0]
    cycles_right = np.fft.fftfreq(image.shape[1])[right] * image.shape[1]
    return float(image.shape[1] / math.hypot(cycles_down, cycles_right))


@exercise.mutant("You added the two frequencies. They are the sides of a right angle: use np.hypot.")
def adds_the_sides(image):
    strength = np.abs(np.fft.fft2(image - image.mean()))
    down, right = np.unravel_index(np.argmax(strength), strength.shape)
    return float(1 / (abs(np.fft.fftfreq(image.shape[0])[down]) + abs(np.fft.fftfreq(image.shape[1])[right])))


# %% tags=["hidden"] exercise="4.2"
@exercise.mutant(
    "You removed the largest number, whichever it is. In a dark image that is the stripes themselves: set the number "
    "at frequency 0 to 0, by its place."
)
def removes_the_largest(image):
    strength = np.round(spectrum.magnitude(image, log=False), 6)
    strength[strength == strength.max()] = 0
    return float(1 / spectrum.radial_frequency(image.shape).flat[np.argmax(strength)])


@exercise.mutant(
    "That is the number of stripes in the image. Divide the cycles by the side first, then take 1 over that."
)
def counts_cycles(image):
    strength = np.abs(np.fft.fft2(image - image.mean()))
    down, right = np.unravel_index(np.argmax(strength), strength.shape)
    height, width = image.shape
    return math.hypot(np.fft.fftfreq(height)[down] * height, np.fft.fftfreq(width)[right] * width)


# %% [markdown]
# ### Counting bricks without looking
#
# Real patterns are not that clean. Below are a brick wall and a lawn. Under them stand the magnitudes on the level
# line of their spectra, from the middle to the right: waves that change from left to right.
#
# **Predict:** which of the two has a rhythm, and how will you see it in the curves?

# %% tags=["predict"]
prediction = "..."  # "the bricks" or "the grass", and ...

# %% tags=["figure"]
brick, grass = images.load("brick"), images.load("grass")  # both (512, 512) uint8
plots.compare(
    brick,
    grass,
    titles=["bricks", "grass"],
    height=2.4,
    width=6,
    alt="Left: bricks in upright columns, a little aslant, wider at the bottom than on top. Right: blades of grass.",
)

# %% tags=["figure"]
to_the_right = np.arange(1, 61)  # cycles over the 512 pixels of the image
level_line = {
    name: spectrum.magnitude(photograph, log=False)[256, 256 + to_the_right]
    for name, photograph in [("bricks", brick), ("grass", grass)]
}
plots.lines(
    to_the_right,
    level_line,
    xlabel="cycles over the width of the image",
    ylabel="magnitude",
    alt="Two curves. Grass: ragged, without any order. Bricks: a high hill from 13 to 17 cycles, and lower ones at "
    "two and three times as many.",
)

# %% [markdown]
# **What to notice.** The bricks have a hill from 13 to 17 cycles. They stand in columns, and the hill says how many,
# without anyone counting: 12 to 13 side by side at the bottom, and up to 17 at the top, which is farther away.
# Count them to compare. The lower hills, at about twice and three times as many cycles, say that
# the joints are narrow lines and no soft waves: a sharp pattern needs multiples of its frequency. The grass has
# no rhythm.

# %% tags=["claim"]
num_columns = int(to_the_right[np.argmax(level_line["bricks"])])
claims.check("the strongest wave of the bricks has 13 cycles", num_columns == 13, value=num_columns)

# %% [markdown]
# ## The spectrum of a photograph
#
# Now the cat. **Predict:** will her spectrum look like a cat?

# %% tags=["predict"]
prediction = "..."  # "like a cat", "a few dots" or something else?

# %% tags=["figure"]
plots.spectrum(
    cat_gray,
    log=False,
    titles=["magnitude of the cat"],
    alt="A dark square. With good eyes one finds a single bright dot in its middle.",
)

# %%
strength = spectrum.magnitude(cat_gray, log=False)
print(f"the largest magnitude: {strength.max():12,.0f}")
print(f"a typical one (median): {np.median(strength):11,.0f}")

# %% [markdown]
# All dark, but for a dot in the middle. Nothing is broken: the largest number, frequency 0, is the sum of all
# pixels, ten thousand times as large as a typical one. On a scale where 16 million is bright, 1,600 is dark. The
# remedy is the **logarithm**: now each step of brightness is a *factor*.

# %% tags=["figure"]
plots.spectrum(
    [cat_gray, brick, grass],
    titles=["log magnitude: cat", "bricks", "grass"],
    alt="Three spectra in logarithm. The cat: a bright middle that fades outwards on all sides, and a thin bright "
    "cross. Bricks: a bright bow tie to the left and right of the middle, and an upright bright band. Grass: a round "
    "cloud that fades only slowly.",
)

# %% [markdown]
# **What to notice.**
#
# - The middle is brightest: a photograph consists mostly of slow changes.
# - Bricks: the curve from above lies on the level line. It is spread out to a bow tie, because the joints lean a
#   little, each at its own angle. The upright band comes from the short joints, which lie level.
# - The thin bright cross of the cat is no part of the cat. The transform treats the image as if it **repeated** for
#   ever, so the left border stands next to the right one. Where they do not match there is an edge: the border of
#   lesson 03 again.
#
# The same as curves: the magnitude for each frequency, averaged over all directions. This is a **radial profile**.
# For comparison, noise: each pixel drawn by lot, whatever its neighbours are.

# %% tags=["figure"]
noise = np.random.default_rng(0).integers(0, 256, (512, 512))
photographs = {"cat": cat_gray, "astronaut": images.load("astronaut", gray=True), "grass": grass, "noise": noise}
profiles = {}
for name, photograph in photographs.items():
    frequency, profiles[name] = spectrum.radial_profile(photograph, bins=61)  # 61 rings, 0 ... 0.5
plots.lines(
    frequency[1:],
    {name: values[1:] for name, values in profiles.items()},
    log_y=True,
    xlabel="frequency (cycles per pixel)",
    ylabel="mean magnitude",
    alt="Four curves on a logarithmic scale. Cat and astronaut fall steeply, to less than a hundredth; grass falls "
    "gently; "
    "noise is level.",
)

# %% [markdown]
# Noise has the same of everything. Photographs fall, because neighbouring pixels mostly belong to the same
# thing. How much of a photograph is slow? Add up the squares of all magnitudes but frequency 0; up to a factor,
# this is the variance of the pixels. What share of it lies below 0.1 cycles per pixel, in patterns coarser than
# 10 pixels?


# %% tags=["claim"]
def share_below(image, limit):
    """Return what share of an image's variance has a frequency below a limit, in cycles per pixel."""
    power = spectrum.magnitude(image - image.mean(), log=False) ** 2
    return float(power[spectrum.radial_frequency(image.shape) < limit].sum() / power.sum())


shares = {name: share_below(images.load(name, gray=True), 0.1) for name in ("cat", "astronaut", "camera", "grass")}
lowest = min(shares["cat"], shares["astronaut"], shares["camera"])
area = math.pi * 0.1**2  # of all frequencies, which fill a square of side 1
claims.check(
    "3 photographs of large things have over 90 % of their variance in the slowest 4 % of all frequencies",
    lowest > 0.9 and area < 0.04,
    value=lowest,
    name="lowest_share",
)
claims.check(
    "the lawn has less than half of it there", shares["grass"] < 0.5, value=shares["grass"], name="grass_share"
)

# %% [markdown]
# Cat, astronaut and cameraman: at least {{lowest_share:.0%}}; the lawn, which has no large things:
# {{grass_share:.0%}}.
#
# ### The cat, wave by wave
#
# Is an image really a sum of waves? Let us add them up, the strongest first. On the left the sum; on the right, in
# white, which waves have been taken so far.
#
# **Predict:** the photograph has 90,000 waves. How many do you need to recognise a cat?

# %% tags=["predict"]
prediction = "..."  # about 10, 100, 1,000 or 10,000?


# %% tags=["figure"]
def sum_of_strongest(photograph, num_waves):
    """Add up the strongest waves of a photograph; return the sum beside a map of the waves taken."""
    waves = spectrum.transform(photograph)
    weakest = np.sort(np.abs(waves), axis=None)[-num_waves]
    taken = np.abs(waves) >= weakest * (1 - 1e-9)  # a wave and its opposite are equally strong: take both
    total = images.to_uint8(spectrum.inverse(waves * taken), white=255)
    return np.hstack([total, np.full((len(total), 6), 255, np.uint8), 255 * taken.astype(np.uint8)])


square_cat = cat_gray[:, 60:360]  # (300, 300)
amounts = [1, 3, 11, 31, 101, 301, 1001, 3001, 10001]
plots.slider(
    [sum_of_strongest(square_cat, amount) for amount in amounts],
    [f"{amount:,} of 90,000 waves" for amount in amounts],
    width=720,
    frame_bytes=22_000,
    alt="A slider from 1 wave to 10,001. One wave: an even gray. Three: soft stripes. From about 300 waves on one "
    "sees a cat, blurred; with 10,001 every whisker. The waves taken crowd around the middle of the spectrum.",
)

# %% [markdown]
# **What to notice.** One wave is frequency 0: even gray. With three you see stripes, and then stripes over
# stripes, which bit by bit cancel where the cat is smooth and add up where she has an edge. With 300 she is
# there. The strongest waves are nearly all slow. JPEG lives on that: it cuts a photograph into small blocks, writes
# each as a sum of waves, and rounds the fast ones coarsely. Most of the weak ones become 0 and need no space.

# %% [markdown]
# ### Exercise 4.3 (spot the bug): the picture that is not there
#
# This function is to return the log magnitude of a spectrum, frequency 0 in the middle, ready to be shown. On
# photographs it works. On a plain gray image, or on the stripes above, it prints a warning, and plotting its result
# fails or shows nothing.
#
# Mend it: `log_spectrum(image)` takes a gray image `(height, width)`, uint8 or float, and returns `(height, width)`
# floats, the natural logarithm of **1 + magnitude**: a magnitude of 0 then gives 0.


# %% tags=["exercise"] exercise="4.3" points=2
def log_spectrum(image: np.ndarray) -> np.ndarray:
    """Return log(1 + magnitude) of an image's spectrum, frequency 0 in the middle."""
    # BEGIN SOLUTION
    waves = np.fft.fftshift(np.fft.fft2(image))
    return np.log1p(np.abs(waves))
    # END SOLUTION
    # BEGIN STUB
    # waves = np.fft.fftshift(np.fft.fft2(image))
    # return np.log(np.abs(waves))
    # END STUB


# %% tags=["check"] exercise="4.3"
checks.exercise("4.3", log_spectrum)

# %% tags=["hidden"] exercise="4.3"
from course_utils.authoring import define

exercise = define.function("4.3", log_spectrum, rtol=1e-5, atol=1e-6)
exercise.case("a plain gray image", image=np.full((4, 6), 100, dtype=np.uint8))
exercise.case("black", image=np.zeros((3, 3)))
exercise.case("stripes", image=np.tile(np.array([200, 0], dtype=np.uint8), (4, 4)))
exercise.case("a few pixels", image=np.array([[10, 70, 30, 250], [90, 20, 80, 5], [40, 65, 0, 120]], dtype=np.uint8))
exercise.case("a ramp", visible=False, image=np.add.outer(np.arange(5.0), np.arange(6.0)))
exercise.case("a bright diagonal", visible=False, image=np.eye(7, 5, dtype=np.uint8) * np.uint8(255))
exercise.case("a piece of the cat", visible=False, image=images.load("cat", gray=True)[100:140, 150:201])
exercise.random_cases(3, lambda random: {"image": random.integers(0, 256, (9, 12), dtype=np.uint8)})

# %% tags=["hidden"] exercise="4.3"
exercise.hints(
    "Ask for the smallest magnitude in the spectrum of a plain gray image. What is the logarithm of that number?",
    "log(0) is minus infinity. The statement says what to add, and it must be added before the logarithm is taken.",
    "Three magnitudes 0, 9, 99 become log(1) = 0, log(10) = 2.30, log(100) = 4.61. np.log1p(x) is log(1 + x).",
)


@exercise.correct
def with_log_of_one_plus(image):
    return np.fft.fftshift(np.log(1 + np.abs(np.fft.fft2(image.astype(np.float64)))))


@exercise.correct
def with_the_course(image):
    return spectrum.magnitude(image)


@exercise.mutant(
    "The logarithm of 0 is minus infinity: every wave that is not in the image at all gives one. Add 1 to the "
    "magnitude first."
)
def log_of_zero(image):
    with np.errstate(divide="ignore"):
        return np.log(np.abs(np.fft.fftshift(np.fft.fft2(image))))


# %% tags=["hidden"] exercise="4.3"
@exercise.mutant("You add 1 after taking the logarithm. Minus infinity + 1 is still minus infinity: add it inside.")
def adds_one_outside(image):
    with np.errstate(divide="ignore"):
        return 1 + np.log(np.abs(np.fft.fftshift(np.fft.fft2(image))))


@exercise.mutant(
    "Nothing is infinite any more, but log(1e-12) is -27.6: an absent wave becomes the most striking thing of "
    "the picture, and rounding errors become patterns. Add 1, as the statement says."
)
def tiny_epsilon(image):
    return np.log(np.round(np.abs(np.fft.fftshift(np.fft.fft2(image))), 9) + 1e-12)


@exercise.mutant("Frequency 0 ended up in the corner. np.fft.fftshift moves it to the middle.")
def not_centred(image):
    return np.log1p(np.abs(np.fft.fft2(image)))


@exercise.mutant(
    "You replaced the infinities after the fact. The other numbers are still log(magnitude), not log(1 + magnitude)."
)
def replaces_infinities(image):
    strength = np.round(np.abs(np.fft.fftshift(np.fft.fft2(image))), 9)
    return np.log(np.where(strength == 0, 1, strength))


# %% tags=["hidden"] exercise="4.3"
@exercise.mutant("That is the logarithm to base 10. The natural logarithm is asked for: np.log or np.log1p.")
def to_base_ten(image):
    return np.log10(1 + np.abs(np.fft.fftshift(np.fft.fft2(image))))


@exercise.mutant("You added 1 to the complex numbers. Take their length first: np.abs, and only then add 1.")
def adds_one_too_early(image):
    with np.errstate(divide="ignore"):
        return np.log(np.abs(1 + np.fft.fftshift(np.fft.fft2(image))))


# %% [markdown]
# ## Masks: keep some waves, drop the others
#
# The way back exists too: the **inverse** transform adds all waves up and gives the image. So a filter takes three
# lines. Transform; multiply each wave by a number between 0 (drop it) and 1 (keep it); go back. The table of those
# numbers is a **mask**. A mask that keeps the slow waves is a **low-pass**, one that keeps the fast ones a
# **high-pass**. The frequency where it changes over is the **cut-off**.

# %%
waves = spectrum.transform(cat_gray)  # (300, 451) complex
radius = spectrum.radial_frequency(cat_gray.shape)  # (300, 451) distance from the middle, in cycles per pixel
keep_slow = (radius <= 0.05).astype(float)  # 1 inside a circle, 0 outside
slow_cat = spectrum.inverse(waves * keep_slow)  # (300, 451) float
fast_cat = spectrum.inverse(waves * (1 - keep_slow))

# %% tags=["figure"]
plots.compare(
    cat_gray,
    images.to_uint8(slow_cat, white=255),
    fast_cat,
    titles=["the cat", "her slow waves", "her fast waves"],
    alt="A cat. Then the cat blurred, with faint ripples around her eyes. Then only her outlines, hairs and "
    "whiskers, in red and blue on white.",
)

# %% [markdown]
# **What to notice.** The low-pass blurs, as a kernel of equal weights does. The high-pass leaves edges and detail;
# its mean is 0, since frequency 0 is gone, so it has negative pixels (blue) as well as positive ones (red). And each
# wave went to one of the two, so together they are the cat again:

# %% tags=["claim"]
claims.check("slow part plus fast part is the cat again, to 1e-9", np.abs(slow_cat + fast_cat - cat_gray).max() < 1e-9)
by_course = spectrum.low_pass(cat_gray, cutoff=0.05, kind="ideal")
claims.check("spectrum.low_pass gives the same as the three lines", np.abs(by_course - slow_cat).max() < 1e-9)

# %% [markdown]
# Move the cut-off with the slider (or the arrow keys). On the left, the part of the spectrum that is kept; in the
# middle, what the low-pass keeps; on the right, what it drops, on a gray ground.
#
# **Predict:** at which cut-off can you first tell that it is a cat?

# %% tags=["predict"]
prediction = "..."  # 0.01, 0.02, 0.04, 0.08, 0.16 or 0.32 cycles per pixel


# %% tags=["figure"]
def split_at(photograph, cutoff):
    """Draw the masked spectrum, the low-pass and the high-pass of a square photograph side by side."""
    mask = spectrum.mask(photograph.shape, cutoff)  # Gaussian: half of a wave at the cut-off passes
    picture = spectrum.magnitude(photograph)
    shown = 255 * (0.25 + 0.75 * mask) * picture / picture.max()
    slow = spectrum.low_pass(photograph, cutoff, border="mirror_edge")
    return images.to_uint8(np.hstack([shown, slow, 128 + (photograph - slow)]), white=255)


cutoffs = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32]
plots.slider(
    [split_at(square_cat, cutoff) for cutoff in cutoffs],
    [f"cut-off {cutoff}: period {1 / cutoff:.0f} px" for cutoff in cutoffs],
    width=860,
    frame_bytes=22_000,
    alt="A slider over six cut-offs. With the lowest, the low-pass is a gray cloud and the high-pass is the cat. "
    "With the highest, the low-pass is the cat and the high-pass is an even gray with a few hairs.",
)

# %% [markdown]
# **What to notice.** At 0.02 there is a face, at 0.04 it is a cat's. Fewer than 500 of the 90,000 waves lie
# within that cut-off ($\pi \cdot 0.04^2 \cdot 90{,}000 \approx 452$). Everything beyond only makes her crisp.

# %% [markdown]
# ### A sharp mask makes ripples
#
# Did you see the faint ripples around the eyes of the slow cat? The slider has none. The first mask was **ideal**:
# 1 up to the cut-off, then 0 at once. The slider uses a **Gaussian** mask, which falls gently. There is a third
# kind, **Butterworth**, in between. Each soft mask lets half of a wave pass at the cut-off.

# %% tags=["figure"]
camera = images.load("camera")  # (512, 512) uint8
kinds = ["ideal", "butterworth", "gaussian"]
blurred = [images.to_uint8(spectrum.low_pass(camera, 0.06, kind=kind, border="mirror_edge"), 255) for kind in kinds]
plots.compare(
    *blurred,
    titles=kinds,
    zoom=(60, 170, 130),
    alt="A cameraman, blurred three times. Below, enlarged: with the ideal mask several dark and bright ripples "
    "follow the outline of his head; with Butterworth there is one faint ripple; with the Gaussian none.",
)

# %% [markdown]
# What happens at an edge? Take the plainest one: a step from 0 to 1.

# %% tags=["figure"]
step = images.step((1, 256), position=128, low=0, high=1).astype(float)
rows_of_step = {kind: spectrum.low_pass(step, 0.06, kind=kind)[0, 88:169] for kind in kinds}
plots.profile(
    {"the step": step[0, 88:169], **rows_of_step},
    alt="A step from 0 to 1 and three smoothed copies. The ideal one swings above 1 and below 0 many times, the "
    "Butterworth one once, and the Gaussian one rises without any swing.",
)

# %% tags=["claim"]
overshoot = {c: spectrum.low_pass(step, c, kind="ideal").max() - 1 for c in (0.03, 0.06, 0.12)}
claims.check(
    "an ideal low-pass overshoots a step by 8 to 10 %, whatever the cut-off",
    all(0.08 < value < 0.10 for value in overshoot.values()),
    value=overshoot[0.06],
    name="overshoot",
)
claims.check("a Gaussian low-pass does not overshoot it at all", spectrum.low_pass(step, 0.06).max() < 1 + 1e-9)

# %% [markdown]
# This is **ringing**. A sharp edge needs waves of all frequencies, in step with each other. Cut them off at one
# place, and the last waves that are left have nothing above them to cancel their swing. The overshoot, here
# {{overshoot:.1%}}, does not shrink with a higher cut-off, it only becomes narrower: this is the *Gibbs
# phenomenon*. Sharp in frequency means spread out in space. You will see the reverse of that sentence when we come
# to kernels.

# %% [markdown]
# ### Exercise 4.4 (build): a band-pass
#
# Write `keep_band(image, lowest, highest)`. It takes a gray image `(height, width)`, uint8 or float, and two
# frequencies in cycles per pixel, and keeps exactly the waves with `lowest <= frequency <= highest`, in all
# directions; all others become 0. It returns the filtered image, `(height, width)` float, with its negative values.
# Height and width may differ.
#
# Use `spectrum.transform`, `spectrum.radial_frequency` and `spectrum.inverse`, or `np.fft`.


# %% tags=["exercise"] exercise="4.4" points=2
def keep_band(image: np.ndarray, lowest: float, highest: float) -> np.ndarray:
    """Keep the waves of an image whose frequency lies between two limits, both included."""
    # BEGIN SOLUTION
    distance = spectrum.radial_frequency(image.shape)
    band = (distance >= lowest) & (distance <= highest)
    return spectrum.inverse(spectrum.transform(image) * band)
    # END SOLUTION


# %% tags=["check"] exercise="4.4"
checks.exercise("4.4", keep_band)

# %% tags=["hidden"] exercise="4.4"
from course_utils.authoring import define


def random_image(height, width, seed):
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


two_waves = np.round(100 + 50 * images.stripes((8, 12), 6) + 20 * images.stripes((8, 12), 4, angle=90))
exercise = define.function("4.4", keep_band, rtol=1e-5, atol=1e-4)
exercise.case("keep the coarse stripes of two", image=two_waves, lowest=0.1, highest=0.2)
exercise.case("keep the fine, level stripes", image=two_waves, lowest=0.22, highest=0.3)
exercise.case("noise, wide image", image=random_image(6, 10, 1), lowest=0.13, highest=0.33)
exercise.case("noise, frequency 0 included", image=random_image(5, 7, 2), lowest=0.0, highest=0.21)
exercise.case("nothing in the band", image=images.step((8, 8)), lowest=0.01, highest=0.02)
exercise.case(
    "a piece of the cat",
    visible=False,
    image=images.load("cat", gray=True)[99:130, 150:190],
    lowest=0.06,
    highest=0.27,
)
exercise.case("tall image", visible=False, image=random_image(41, 12, 3), lowest=0.11, highest=0.31)
exercise.case("everything", visible=False, image=random_image(7, 8, 4), lowest=0.0, highest=1.0)

# %% tags=["hidden"] exercise="4.4"
exercise.random_cases(
    4,
    lambda random: {
        "image": random.normal(100, 40, (int(random.integers(8, 30)), int(random.integers(8, 30)))),
        "lowest": float(random.uniform(0.03, 0.2)),
        "highest": float(random.uniform(0.25, 0.6)),
    },
)
exercise.hints(
    "Make a table of True and False that says which waves are kept, multiply the transform by it, go back.",
    "The table needs the distance of each wave from the middle, in cycles per pixel: spectrum.radial_frequency. "
    "With np.fft: transform and mask must both have frequency 0 in the middle, or both in the corner.",
    "An example: stripes of period 6 have the frequency 0.167, stripes of period 4 have "
    "0.25. The band 0.1 ... 0.2 keeps the first, drops the second, and drops the brightness (frequency 0).",
)


# %% tags=["hidden"] exercise="4.4"
@exercise.correct
def with_numpy(image, lowest, highest):
    down = np.fft.fftfreq(image.shape[0])[:, np.newaxis]
    right = np.fft.fftfreq(image.shape[1])[np.newaxis, :]
    distance = np.sqrt(down**2 + right**2)
    return np.real(np.fft.ifft2(np.where((lowest <= distance) & (distance <= highest), np.fft.fft2(image), 0)))


@exercise.correct
def by_removing(image, lowest, highest):
    table, frequency = spectrum.transform(image).copy(), spectrum.radial_frequency(image.shape)
    table[frequency < lowest] = 0
    table[frequency > highest] = 0
    return spectrum.inverse(table)


@exercise.mutant("You returned the absolute value. A filtered image swings around 0: its negative half is lost.")
def loses_the_sign(image, lowest, highest):
    return np.abs(with_numpy(image, lowest, highest))


# %% tags=["hidden"] exercise="4.4"
@exercise.mutant(
    "Your mask has frequency 0 in the middle, your transform has it in the corner (or the other way round): you kept "
    "the wrong waves. Use np.fft.fftshift or np.fft.ifftshift once."
)
def mask_not_shifted(image, lowest, highest):
    distance = spectrum.radial_frequency(image.shape)
    return np.real(np.fft.ifft2(np.fft.fft2(image) * ((distance >= lowest) & (distance <= highest))))


@exercise.mutant("You kept the waves outside the band and dropped those inside.")
def keeps_the_others(image, lowest, highest):
    return image - with_numpy(image, lowest, highest)


@exercise.mutant("Your band looks at the frequency from left to right only. Level stripes change from top to bottom.")
def right_only(image, lowest, highest):
    right = np.abs(np.fft.fftfreq(image.shape[1]))[np.newaxis, :]
    return np.real(np.fft.ifft2(np.fft.fft2(image) * ((right >= lowest) & (right <= highest))))


@exercise.mutant(
    "You divided both counts of cycles by the same side. Downwards, the frequency is cycles / height; to the right, "
    "cycles / width."
)
def ellipse(image, lowest, highest):
    height, width = image.shape
    distance = np.hypot(np.fft.fftfreq(height)[:, None] * height / width, np.fft.fftfreq(width)[None, :])
    return np.real(np.fft.ifft2(np.fft.fft2(image) * ((distance >= lowest) & (distance <= highest))))


# %% tags=["hidden"] exercise="4.4"
@exercise.mutant(
    "You kept everything up to the upper limit: a low-pass. Waves below the lower limit must go too, the brightness "
    "with them."
)
def low_pass_only(image, lowest, highest):
    return with_numpy(image, 0.0, highest)


@exercise.mutant("Frequency 0, the brightness, is still in. It lies in the band only if `lowest` is 0.")
def keeps_the_brightness(image, lowest, highest):
    return with_numpy(image, lowest, highest) + (image.mean() if lowest > 0 else 0)


@exercise.mutant("This is still a spectrum. The way back is missing: spectrum.inverse, or np.fft.ifft2.")
def no_way_back(image, lowest, highest):
    distance = spectrum.radial_frequency(image.shape)
    return np.abs(spectrum.transform(image) * ((distance >= lowest) & (distance <= highest)))


@exercise.mutant("Both limits belong to the band: use <= and >=. With `lowest` = 0 the brightness must stay.")
def limits_left_out(image, lowest, highest):
    distance = spectrum.radial_frequency(image.shape)
    return spectrum.inverse(spectrum.transform(image) * ((distance > lowest) & (distance < highest)))


# %% [markdown]
# ### What a band shows
#
# A band-pass answers the question "what of this size is in the picture?". Three bands of the brick wall:
#
# **Predict:** the columns of bricks repeat every 39 pixels. Which band holds them, and which one holds only the
# joints?

# %% tags=["predict"]
prediction = "..."  # periods of 128 ... 64, 50 ... 32 or 8 ... 4 pixels?

# %% tags=["figure"]
bands = {"128 ... 64 px": (1 / 128, 1 / 64), "50 ... 32 px": (1 / 50, 1 / 32), "8 ... 4 px": (1 / 8, 1 / 4)}
in_bands = [spectrum.band_pass(brick, *limits, kind="butterworth", order=4) for limits in bands.values()]
plots.compare(
    *in_bands,
    titles=[f"periods of {name}" for name in bands],
    shared_scale=False,
    alt="Left: large clouds without any bricks. Middle: upright stripes with gaps, a red and a blue one for each "
    "column of bricks, fading towards the top. Right: only the thin joints between the bricks.",
)

# %% [markdown]
# **What to notice.** The middle band shows what the hill from 13 cycles on was: one stripe for each column.
# They fade towards the top, where the bricks are too narrow for the band. The right one has the joints and no
# bricks: a period of 4 to 8 pixels fits the width of a joint. The kernels that a network learns for its first layer
# are often such band-passes, each for one direction; you will meet some in the lessons on trained networks.

# %% [markdown]
# ## The cat and the astronaut, explained
#
# Now you can see how the first picture is made. `images.mystery_parts()` moves the astronaut's eyes and lip to where
# the cat's are; the rest is **the slow waves of the astronaut plus the fast waves of the cat.**

# %% tags=["figure"]
slow_astronaut = spectrum.low_pass(astronaut, 0.025, border="mirror_edge")
cat_details = spectrum.high_pass(cat, 0.05, border="mirror_edge")
shown = [images.to_uint8(slow_astronaut, 255), images.to_uint8(128 + cat_details, 255)]
plots.compare(
    *shown,
    images.to_uint8(slow_astronaut + cat_details, 255),
    titles=["slow: the astronaut", "fast: the cat (on gray)", "their sum"],
    alt="The astronaut's face, very blurred; the outlines and hairs of a cat on gray; their sum, the mystery picture.",
)

# %% tags=["claim"]
apart = np.abs(images.to_uint8(slow_astronaut + cat_details, 255).astype(int) - mystery).max()
claims.check("the sum is the mystery picture, to one step of gray", apart <= 1, value=apart)

# %% [markdown]
# Why does distance decide who it is? Because a pattern's frequency depends on **whose pixels** you count. Shrink a
# picture to an eighth, and a wave of period 16 has a period of 2: it is at the limit. Everything faster is gone.
# Your eye has such a limit too: its own pixels. From three steps away the whiskers are finer than that, and what is
# left is the astronaut.
#
# Near by, both are visible. But we tend to take crisp edges for the object, and a smooth blur for the light that
# falls on it.

# %% [markdown]
# ### Exercise 4.5 (apply): your own hybrid
#
# Write `hybrid(far, near, cutoff)`. Both images have the same shape, `(height, width)` or `(height, width, 3)`,
# uint8 or float. Return the sum of the Gaussian low-pass of `far` and the Gaussian high-pass of `near`, both with
# the same cut-off in cycles per pixel, as floats, not clipped. `spectrum.low_pass(image, cutoff)` and
# `spectrum.high_pass(image, cutoff)` do the filtering.
#
# Then try it on a pair of your own: `images.names()` lists the photographs, `images.resize_square(image, 256)`
# gives them one shape, and `images.to_uint8(result, white=255)` makes the sum ready to be shown.


# %% tags=["exercise"] exercise="4.5" points=1
def hybrid(far: np.ndarray, near: np.ndarray, cutoff: float) -> np.ndarray:
    """Return an image that looks like `near` from near by and like `far` from far away."""
    # BEGIN SOLUTION
    return spectrum.low_pass(far, cutoff) + spectrum.high_pass(near, cutoff)
    # END SOLUTION


# %% tags=["check"] exercise="4.5"
checks.exercise("4.5", hybrid)

# %% tags=["hidden"] exercise="4.5"
from course_utils.authoring import define


def pair(shape, seed):
    noise = np.random.default_rng(seed).integers(0, 256, (2, *shape), dtype=np.uint8)
    return {"far": noise[0], "near": noise[1]}


exercise = define.function("4.5", hybrid, rtol=1e-5, atol=1e-3)
exercise.case(
    "a bright and a dark image", far=np.full((6, 8), 200, np.uint8), near=np.full((6, 8), 40, np.uint8), cutoff=0.1
)
exercise.case(
    "broad stripes far, a checkerboard near",
    far=np.round(255 * images.stripes(8, 8)).astype(np.uint8),
    near=images.checkerboard(8, square=1),
    cutoff=0.2,
)
exercise.case("noise", cutoff=0.2, **pair((7, 8), 1))
exercise.case("colour", cutoff=0.15, **pair((5, 6, 3), 2))
exercise.case(
    "cat and astronaut",
    visible=False,
    cutoff=0.04,
    far=images.load("astronaut")[60:140, 170:270],
    near=images.load("cat")[80:160, 140:240],
)
exercise.random_cases(
    3, lambda random: {**pair((11, 14), int(random.integers(1 << 30))), "cutoff": float(random.uniform(0.05, 0.3))}
)

# %% tags=["hidden"] exercise="4.5"
exercise.hints(
    "Two calls and a plus sign. From far away one sees slow waves: which image gives those?",
    "Let both calls compute in floats and add their results as they are: no mean of the two, no clipping, no uint8.",
    "A small case: far is 200 everywhere and near is 40 everywhere. The low-pass of far is 200, the high-pass of "
    "near is 0 (nothing in it changes), so the hybrid is 200.",
)


@exercise.correct
def from_low_passes(far, near, cutoff):
    return near + spectrum.low_pass(far, cutoff) - spectrum.low_pass(near, cutoff)


# %% tags=["hidden"] exercise="4.5"
@exercise.correct
def with_masks(far, near, cutoff):
    mask = spectrum.mask(far.shape, cutoff)
    mask = mask[..., np.newaxis] if far.ndim == 3 else mask
    return spectrum.inverse(spectrum.transform(far) * mask + spectrum.transform(near) * (1 - mask))


@exercise.mutant("You swapped the two: the slow waves must come from `far`, the fast ones from `near`.")
def swapped(far, near, cutoff):
    return spectrum.low_pass(near, cutoff) + spectrum.high_pass(far, cutoff)


@exercise.mutant(
    "You took the mean of the two parts. They share the waves between them, so simply add: the mean has half the "
    "brightness and half the contrast."
)
def mean_of_both(far, near, cutoff):
    return (spectrum.low_pass(far, cutoff) + spectrum.high_pass(near, cutoff)) / 2


# %% tags=["hidden"] exercise="4.5"
@exercise.mutant("You added all of `near`, its slow waves included. It needs the high-pass first.")
def whole_near(far, near, cutoff):
    return spectrum.low_pass(far, cutoff) + near


@exercise.mutant(
    "You turned a part into uint8. A high-pass is negative for half of its pixels; those wrap round to bright ones."
)
def high_pass_as_uint8(far, near, cutoff):
    details = np.round(spectrum.high_pass(near, cutoff)).astype(np.int64) % 256
    return spectrum.low_pass(far, cutoff) + details


@exercise.mutant(
    "You made the sum ready to be shown: rounded and clipped to 0 ... 255. The floats are asked for; "
    "images.to_uint8 comes afterwards, outside the function."
)
def made_uint8(far, near, cutoff):
    return images.to_uint8(spectrum.low_pass(far, cutoff) + spectrum.high_pass(near, cutoff), white=255)


# %% [markdown]
# ### Further (optional): swap the phases
#
# Each wave is an arrow with a length, the magnitude, and a direction, the phase. The pictures of spectra show lengths
# only. Now take the lengths of one photograph and the directions of the other one.
#
# **Predict:** the lengths of the cat, the directions of the astronaut: whom will you see?

# %% tags=["predict"]
prediction = "..."  # "the cat", "the astronaut", "both" or "nobody"?


# %% tags=["figure"]
def lengths_and_directions(lengths_from, directions_from):
    """Return the image whose waves are as strong as in one photograph and stand as in another one."""
    direction = np.angle(spectrum.transform(directions_from))
    return spectrum.inverse(np.abs(spectrum.transform(lengths_from)) * np.exp(1j * direction))


astronaut_gray = images.to_gray(astronaut)  # (300, 451) uint8
like_astronaut = lengths_and_directions(cat_gray, astronaut_gray)
like_cat = lengths_and_directions(astronaut_gray, cat_gray)
plots.compare(
    *[images.to_uint8(swapped, white=255) for swapped in (like_astronaut, like_cat)],
    titles=["lengths: cat, directions: astronaut", "lengths: astronaut, directions: cat"],
    alt="Left: the astronaut smiles, under a cloudy grain. Right: the cat's eyes and nose, under a woven pattern of "
    "thin upright and level lines.",
)

# %% tags=["claim"]
pairs = [(like_astronaut, astronaut_gray, cat_gray), (like_cat, cat_gray, astronaut_gray)]
alike = np.array([np.corrcoef([image.ravel() for image in pair])[0, 1:] for pair in pairs])
claims.check(
    "both pictures correlate with the photograph that gave the directions above 0.6, with the other one below 0.2",
    alike[:, 0].min() > 0.6 and alike[:, 1].max() < 0.2,
    value=alike[:, 0].min(),
    name="like_directions",
)

# %% [markdown]
# You see the one whose **directions** were taken (correlation {{like_directions:.2f}}). They say where the crests of
# many waves fall together, and there are the edges. The lengths say how much there is of everything, and in that
# photographs are alike: mostly slow.

# %% [markdown]
# ## Kernels have a spectrum too
#
# In lesson 02 you slid kernels over images. Let a wave through a kernel: at each place, the kernel adds up
# neighbouring values of the wave, and out comes **the same wave**, with the same period, only stronger, weaker, or
# moved. So a kernel is described by one number for each wave: what it multiplies it by. (If it moves the wave, that
# number is an arrow again.) That is a mask! We call it the **response** of the kernel.
#
# How to get it? Pad the kernel with zeros to the size of the image, and transform it:
# `spectrum.kernel_response(kernel, shape)`. Read the row of pictures from left to right: the spectrum of the image,
# times the response of the kernel, is the spectrum of the result. (Spectra are drawn in logarithm,
# the response is not.) The slider changes the kernel.
#
# **Predict:** Sobel x finds upright edges. Which waves will it keep: those on the level line of the spectrum or
# those on the upright line? And what will it do to frequency 0?

# %% tags=["predict"]
prediction = "..."  # "level" or "upright"; frequency 0 becomes ...


# %% tags=["figure"]
def explain(kernel):
    """Show a photograph, its spectrum, the response of a kernel, their product, and the filtered photograph."""
    response = np.abs(spectrum.kernel_response(kernel, camera.shape))
    result = spectrum.convolve(camera, kernel, border="wrap")  # (512, 512) float, negative values too
    panels = [camera, spectrum.magnitude(camera), response, spectrum.magnitude(result), np.abs(result)]
    return plots.compare(
        *[images.normalise(panel) for panel in panels],
        titles=["image", "its spectrum", "x response", "= new spectrum", "result"],
        alt="The cameraman, his spectrum, the response of a kernel, their product, and the filtered cameraman.",
    )


gallery = {
    "box 9x9": kernels.box(9),
    "Gaussian": kernels.gaussian(17, 2.6),
    "Laplacian": kernels.LAPLACIAN_4,
    "Sobel x": kernels.SOBEL_X,
    "motion blur": kernels.motion_blur(15, angle=30),
}

# %% tags=["figure"]
plots.slider(
    [explain(kernel) for kernel in gallery.values()],
    list(gallery),
    frame_bytes=30_000,
    alt="A slider over five kernels. Box: a bright middle, crossed by a lattice of dark lines. Gaussian: a soft "
    "round spot. Laplacian: dark middle, bright corners. Sobel x: two bright spots left and right of a dark "
    "upright line. Motion blur: parallel bright bands at right angles to the motion.",
)

# %% [markdown]
# **What to notice.**
#
# - The **middle** of the response is the sum of the kernel. Laplacian and Sobel x sum to 0: black. That is why they
#   answer 0 on flat regions.
# - **Sobel x** keeps the waves on the level line, which change from left to right. It drops the very fastest of
#   them too, so it is a band-pass; and the 1, 2, 1 in its columns is a small blur downwards.
# - **Motion blur** keeps the waves whose stripes run along the motion, and drops those it runs across.
# - **Box** and **Gaussian** are both blurs. But the box is no clean low-pass: between the dark lines there are
#   brighter fields, far out. Here are the two on the level line, from the middle to the right. The Gaussian was
#   chosen as wide as the box: both have a standard deviation of about 2.6 pixels. Both are symmetric and move no
#   wave, so each response is a plain number (the real part), which may be negative.

# %% tags=["figure"]
size = 512
to_the_right = spectrum.frequencies((1, size))[1][0, size // 2 :]  # 0 ... 0.5 cycles per pixel
blurs = {name: gallery[name] for name in ("box 9x9", "Gaussian")}
level_line = {
    name: spectrum.kernel_response(blur, (size, size)).real[size // 2, size // 2 :] for name, blur in blurs.items()
}
plots.lines(
    to_the_right,
    level_line,
    xlabel="frequency (cycles per pixel)",
    ylabel="multiplied by",
    alt="Two curves that start together at 1. The Gaussian falls to 0 and stays there. The box crosses 0 at 0.11, "
    "swings down to -0.2, and crosses 0 again at 0.22, 0.33 and 0.44.",
)

# %% [markdown]
# The Gaussian falls and stays down. The box **rings**: sharp in space means spread out in frequency. That is the
# reverse of the sentence about sharp masks. And look: between 0.11 and 0.22 its response is **negative**.
#
# **Predict:** what does a blur look like that multiplies a wave by -0.2?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
column = np.arange(860)
cycles_so_far = 0.01 * column + 0.24 * column**2 / (2 * 860)  # the frequency rises from 0.01 to 0.25
sweep = np.tile(0.5 + 0.5 * np.cos(2 * np.pi * cycles_so_far), (56, 1))  # (56, 860)
blurred = {name: kernels.correlate2d(sweep, blur) for name, blur in blurs.items()}
gap = np.ones((8, 860))
plots.compare(
    np.vstack([sweep, gap, blurred["Gaussian"], gap, blurred["box 9x9"]]),
    titles=["stripes (top), after the Gaussian (middle), after the box (bottom)"],
    alt="Three strips. Top: stripes that get finer from left to right. Middle: they fade to even gray and stay gray. "
    "Bottom: they fade to gray, then come back faintly, then fade again.",
)

# %% [markdown]
# In the lowest strip the stripes vanish and then **come back**. Look at the pixels just there:

# %% tags=["figure"]
part = slice(480, 561)
plots.profile(
    {
        "stripes": sweep[28, part],
        "after the Gaussian": blurred["Gaussian"][28, part],
        "after the box": blurred["box 9x9"][28, part],
    },
    alt="A strong wave; a nearly level line, after the Gaussian; and a weak wave, after the box, whose crests stand "
    "where the strong one has its troughs.",
)

# %% [markdown]
# After the box, **dark and bright are exchanged**. So a box blur does not only lose detail: it leaves detail
# that is the negative of what was there. Photographs that are out of focus do the same, since a lens out of focus
# spreads each point over a disc with a sharp rim: on test charts one sees stripes vanish and come back as their
# negative.
#
# The places where the stripes vanish can be computed. A box 9 pixels wide adds up stripes of period 9 over exactly
# one period, and gets the same sum everywhere. So does a period of 4.5, or 3.


# %% tags=["claim"]
def bright_stripe_after_box(period):
    """Return how far a bright stripe lies above the mean after a 9x9 box; before it, that is 0.5."""
    after = spectrum.convolve(images.stripes((9, 90), period), kernels.box(9), border="wrap")
    return float(after[4, 0] - 0.5)  # a bright stripe stands at column 0


gone = max(abs(bright_stripe_after_box(9)), abs(bright_stripe_after_box(3)))
claims.check("after a 9x9 box, stripes of period 9 and 3 are gone", gone < 1e-6)
claims.check("a bright stripe of period 6 comes out dark", bright_stripe_after_box(6) < -0.05)
gaussian_response = spectrum.kernel_response(gallery["Gaussian"], (size, size)).real
claims.check("a Gaussian exchanges nothing: its response is nowhere below -0.001", gaussian_response.min() > -0.001)

# %% [markdown]
# ### Exercise 4.6 (apply): what does the box multiply by?
#
# Stripes of period **4** run through a row: `..., 0, -1, 0, 1, 0, -1, 0, 1, 0, ...`. A box blur of width **5**
# takes the mean of five neighbours. By which number does it multiply these stripes? Centre the box on a `1`, and
# give the number with its sign, to two decimals.

# %% tags=["exercise"] exercise="4.6" points=1
# BEGIN SOLUTION
gain_of_box = (-1 + 0 + 1 + 0 - 1) / 5
# END SOLUTION

# %% tags=["check"] exercise="4.6"
checks.exercise("4.6", gain_of_box)

# %% tags=["hidden"] exercise="4.6"
from course_utils.authoring import define

exercise = define.answer("4.6", gain_of_box, decimals=2)
exercise.wrong(
    0.2, "The sign is missing: where the stripe was brightest, is the mean of its five neighbours bright or dark?"
)
exercise.wrong(-1, "That is the sum of the five numbers. A box blur takes their mean.")
exercise.wrong(0, "That would be a box of width 4, which covers exactly one period. This one is a pixel wider.")
exercise.wrong(0.6, "You counted -1 as 1. The wave is negative in its dark stripes.")
exercise.wrong(-0.25, "You divided by 4, the period. The box is 5 pixels wide.")
exercise.hints(
    "Write down the five values under the box when its middle lies on a 1.",
    "Two to the left of a 1, and two to the right of it, the wave is at its lowest.",
    "A smaller case: a box of width 3 on the same stripes covers 0, 1, 0 when it is centred on a 1. The mean is "
    "0.33, so it multiplies by 0.33.",
)

# %% [markdown]
# ### Exercise 4.7 (spot the bug): the Gaussian that rings
#
# A colleague complains: "I blur with a Gaussian, and I still get ghosts of fine stripes." This is the kernel. What
# is it really? Mend it.
#
# `gaussian_kernel(size, sigma)` takes an odd whole number and a positive float, and returns a kernel `(size, size)`
# of floats. Its weight at a distance of $d$ pixels from the middle is proportional to $e^{-d^2 / (2\sigma^2)}$, and
# all weights sum to 1.


# %% tags=["exercise"] exercise="4.7" points=2
def gaussian_kernel(size: int, sigma: float) -> np.ndarray:
    """Return a Gaussian kernel whose weights sum to 1."""
    # BEGIN SOLUTION
    offset = np.arange(size) - size // 2
    bell = np.exp(-(offset**2) / (2 * sigma**2))
    weights = np.outer(bell, bell)
    return weights / weights.sum()
    # END SOLUTION
    # BEGIN STUB
    # gaussian = np.ones((size, size)) / sigma**2
    # return gaussian / gaussian.sum()
    # END STUB


# %% tags=["check"] exercise="4.7"
checks.exercise("4.7", gaussian_kernel)

# %% tags=["hidden"] exercise="4.7"
from course_utils.authoring import define

exercise = define.function("4.7", gaussian_kernel, rtol=1e-5, atol=1e-7)
exercise.case("3x3, sigma 1", size=3, sigma=1.0)
exercise.case("5x5, sigma 0.8", size=5, sigma=0.8)
exercise.case("7x7, sigma 3", size=7, sigma=3.0)
exercise.case("1x1", size=1, sigma=2.0)
exercise.case("15x15, sigma 2.5", visible=False, size=15, sigma=2.5)
exercise.case("very narrow", visible=False, size=5, sigma=0.3)
exercise.random_cases(
    3, lambda random: {"size": int(random.integers(1, 8)) * 2 + 1, "sigma": float(random.uniform(0.4, 4))}
)

# %% tags=["hidden"] exercise="4.7"
exercise.hints(
    "Print the kernel for size 3. Which kernel of lesson 02 has these nine numbers?",
    "np.arange(size) - size // 2 are the distances from the middle along one axis. Along both: d squared is the "
    "sum of the two squares.",
    "A smaller case: size 3, sigma 1. The weights before dividing: 1 in the middle, exp(-0.5) = 0.607 at its "
    "sides, exp(-1) = 0.368 in the corners. Their sum is 4.898, so the middle becomes 0.204.",
)


@exercise.correct
def by_distances(size, sigma):
    rows, columns = np.indices((size, size)) - (size - 1) / 2
    weights = np.exp(-(rows**2 + columns**2) / 2 / sigma / sigma)
    return weights / np.sum(weights)


@exercise.correct
def with_opencv(size, sigma):
    column = cv2.getGaussianKernel(size, sigma, ktype=cv2.CV_64F)
    return column @ column.T


# %% tags=["hidden"] exercise="4.7"
@exercise.mutant(
    "All weights are equal: this is a box, whatever its name says. The weight must fall with the distance from the "
    "middle."
)
def a_box(size, sigma):
    return np.ones((size, size)) / size**2


@exercise.mutant("The weights do not sum to 1, so the image changes its brightness. Divide by their sum.")
def not_normalised(size, sigma):
    offset = np.arange(size) - size // 2
    return np.exp(-np.add.outer(offset**2, offset**2) / (2 * sigma**2))


@exercise.mutant("The 2 is missing: the exponent is d squared over 2 sigma squared. Your kernel is too narrow.")
def without_the_two(size, sigma):
    return by_distances(size, sigma / math.sqrt(2))


@exercise.mutant("You divided by the number of weights. To make them sum to 1, divide by their sum.")
def divides_by_count(size, sigma):
    return not_normalised(size, sigma) / size**2


# %% tags=["hidden"] exercise="4.7"
@exercise.mutant("Your weight falls with the distance, not with its square: a tent with a sharp tip, not a bell.")
def distance_not_squared(size, sigma):
    offset = np.arange(size) - size // 2
    weights = np.exp(-np.sqrt(np.add.outer(offset**2, offset**2)) / (2 * sigma**2))
    return weights / weights.sum()


@exercise.mutant("The largest weight is not in the middle. The distances must run from -(size // 2) to size // 2.")
def starts_in_the_corner(size, sigma):
    offset = np.arange(size)
    weights = np.exp(-np.add.outer(offset**2, offset**2) / (2 * sigma**2))
    return weights / weights.sum()


# %% tags=["hidden"] exercise="4.7"
@exercise.mutant(
    "1 / (2 pi sigma squared) makes an endless Gaussian sum to 1. This one is cut off and has only some weights: "
    "divide by their sum."
)
def endless_norm(size, sigma):
    return not_normalised(size, sigma) / (2 * math.pi * sigma**2)


@exercise.mutant(
    "Python reads a / 2 * b as (a / 2) * b: your exponent is multiplied by sigma squared. Write a / (2 * sigma**2)."
)
def brackets_missing(size, sigma):
    return by_distances(size, 1 / sigma)


# %% [markdown]
# ### Exercise 4.8 (spot the bug): nine numbers
#
# This function is to show what a 3 x 3 kernel does to each frequency of an image. The picture it makes has 3 x 3
# fat squares, so that it cannot be laid beside the spectrum of the image. Some people then enlarge that picture.
# That does not help. What does?
#
# `kernel_magnitude(kernel, shape)` takes a kernel `(kernel height, kernel width)` and the shape `(height, width)`
# of an image that is at least as large. It returns the magnitude of the kernel's response, `(height, width)`
# floats, frequency 0 in the middle.


# %% tags=["exercise"] exercise="4.8" points=2
def kernel_magnitude(kernel: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return by what factor a kernel changes the strength of each wave of an image of the given shape."""
    # BEGIN SOLUTION
    padded = np.zeros(shape)
    padded[: kernel.shape[0], : kernel.shape[1]] = kernel
    return np.abs(np.fft.fftshift(np.fft.fft2(padded)))
    # END SOLUTION
    # BEGIN STUB
    # response = np.fft.fft2(kernel)
    # return np.abs(np.fft.fftshift(response))
    # END STUB


# %% tags=["check"] exercise="4.8"
checks.exercise("4.8", kernel_magnitude)

# %% tags=["hidden"] exercise="4.8"
from course_utils.authoring import define

exercise = define.function("4.8", kernel_magnitude, rtol=1e-5, atol=1e-5)
exercise.case("box 3x3 on 8x8 pixels", kernel=np.full((3, 3), 1 / 9), shape=(8, 8))
exercise.case("Sobel x on 6x10 pixels", kernel=kernels.SOBEL_X, shape=(6, 10))
exercise.case("a row of two on 5x7 pixels", kernel=np.array([[1.0, -1.0]]), shape=(5, 7))
exercise.case("sharpen on 3x3 pixels", kernel=kernels.SHARPEN, shape=(3, 3))
exercise.case("Gaussian on 32x20 pixels", visible=False, kernel=kernels.gaussian(9, 2.0), shape=(32, 20))
exercise.case("as large as the image", visible=False, kernel=kernels.box(5), shape=(5, 5))
exercise.random_cases(
    3,
    lambda random: {
        "kernel": random.normal(size=(3, 5)),
        "shape": (int(random.integers(5, 30)), int(random.integers(5, 30))),
    },
)

# %% tags=["hidden"] exercise="4.8"
exercise.hints(
    "A transform has as many frequencies as it is given numbers. How many numbers is it given here, and how many "
    "should it be given?",
    "The kernel is an image of its own: nine numbers, and 0 everywhere else. Make that image in the shape asked "
    "for, then transform it.",
    "A smaller case in one row: the kernel 1, -1 on 4 pixels is 1, -1, 0, 0. Its magnitudes for 0, 1 and 2 cycles "
    "are 0, 1.41 and 2.",
)


@exercise.correct
def numpy_pads(kernel, shape):
    return np.fft.fftshift(np.abs(np.fft.fft2(kernel, s=shape, axes=(0, 1))))


@exercise.correct
def by_response(kernel, shape):
    return np.abs(spectrum.kernel_response(kernel, shape))


# %% tags=["hidden"] exercise="4.8"
@exercise.mutant(
    "The transform was given the bare kernel, so it has as many frequencies as the kernel has numbers. Pad the "
    "kernel with zeros to the shape of the image first."
)
def nine_bins(kernel, shape):
    return np.abs(np.fft.fftshift(np.fft.fft2(kernel)))


@exercise.mutant(
    "You enlarged the small spectrum. That invents numbers between the few that there are; pad the kernel with "
    "zeros before the transform instead."
)
def enlarged(kernel, shape):
    small = np.abs(np.fft.fftshift(np.fft.fft2(kernel)))
    return cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)


@exercise.mutant(
    "You enlarged the kernel itself. A larger kernel is another kernel: its numbers stay as they are, and zeros go "
    "around them."
)
def kernel_enlarged(kernel, shape):
    large = cv2.resize(np.asarray(kernel, dtype=float), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.abs(np.fft.fftshift(np.fft.fft2(large)))


@exercise.mutant("Frequency 0 is in the corner. np.fft.fftshift moves it to the middle.")
def corner_first(kernel, shape):
    return np.abs(np.fft.fft2(kernel, s=shape, axes=(0, 1)))


# %% tags=["hidden"] exercise="4.8"
@exercise.mutant("You forgot the absolute value: what you return has a phase or a sign. The magnitude is its length.")
def real_part(kernel, shape):
    return spectrum.kernel_response(kernel, shape).real


# %% [markdown]
# ## The convolution theorem
#
# You have been using it for a while: **convolving an image with a kernel multiplies their spectra.** With $*$ for
# the convolution and $\mathcal{F}$ for the Fourier transform:
#
# $$\mathcal{F}(\text{image} * \text{kernel}) = \mathcal{F}(\text{image}) \cdot \mathcal{F}(\text{kernel})$$
#
# Check it by hand, on the four pixels 4, 2, 0, 2 and the small blur 1/4, 1/2, 1/4. The row is taken to repeat, so
# its first pixel has the last one as its left neighbour.
#
# - **Sliding:** 4/2 + 2/4 + 2/4 = 3, then 2/2 + 4/4 + 0/4 = 2, then 1, then 2.
# - **Spectra:** the row has 8, 4, 0, 4 for 0, 1, 2 and 3 cycles. What does the blur multiply them by? Centre it on
#   the crest of each wave, as in exercise 4.6. No change: 1/4 + 1/2 + 1/4 = 1. Once, neighbours 0: 1/2. Twice,
#   neighbours -1: 1/2 - 1/4 - 1/4 = 0. Three times is once backwards: 1/2. The product is 8, 2, 0, 2. To go back, add
#   the waves up and divide by the 4 pixels: a mean of 8/4 = 2, and one cycle with a crest of (2 + 2)/4 = 1. That is
#   the row 3, 2, 1, 2.

# %%
row = np.array([[4.0, 2.0, 0.0, 2.0]])
blur = np.array([[0.25, 0.5, 0.25]])
by_hand = np.array([[3.0, 2.0, 1.0, 2.0]])
by_loop = kernels.correlate2d_loops(row, blur[::-1, ::-1], border="wrap")  # convolution turns the kernel
product = spectrum.transform(row) * spectrum.kernel_response(blur, row.shape)
by_product = spectrum.inverse(product)
print("loop   ", np.round(by_loop, 6).tolist())
print("product", np.round(by_product, 6).tolist())
print("all agree:", np.allclose(by_hand, by_loop) and np.allclose(by_hand, by_product))

# %% [markdown]
# Now a photograph and a large kernel. Products of spectra repeat the image at its borders (border "wrap"). For any
# other border, one first continues the image as one wants to have it, multiplies the spectra, and cuts the margin
# off again: `spectrum.convolve` does so.
#
# **Predict:** will the two pictures be equal to the last digit?

# %% tags=["predict"]
prediction = "..."  # "equal", "nearly", or "different at the border"?

# %% tags=["figure"]
photograph = images.to_float(camera)  # (512, 512) float32, 0 ... 1
kernel = kernels.motion_blur(31, angle=30)
sliding = kernels.convolve2d(photograph, kernel, method="direct")
multiplying = spectrum.convolve(photograph, kernel)
plots.compare(
    photograph,
    sliding.clip(0, 1),
    multiplying.clip(0, 1),
    1e6 * (sliding - multiplying),
    titles=["image", "window slid", "spectra multiplied", "difference, a million times"],
    alt="The cameraman; twice blurred as if the camera had been jerked aslant, both alike; and their difference, "
    "enlarged a million times: a faint grain of red and blue.",
)

# %% tags=["claim"]
worst = 0.0
for border in ("wrap", "mirror", "mirror_edge", "extend", "padding", "crop"):
    for other in (kernels.SOBEL_X, kernels.box(9), kernels.gaussian(15, 3.0), kernel):
        slid = kernels.convolve2d(photograph, other, border=border, method="direct")
        multiplied = spectrum.convolve(photograph, other, border=border)
        worst = max(worst, float(np.abs(slid - multiplied).max()))
claims.check("with 4 kernels and 6 borders, sliding and multiplying agree to 1e-5", worst < 1e-5, value=worst)

# %% [markdown]
# **What to notice.** The difference is rounding: float32 keeps about 7 digits, and the two ways add in another
# order. It is one operation, seen from two sides. That is why a blur *is* a low-pass, an edge kernel *is* a
# high-pass or a band-pass, and why two blurs, one after the other, are one blur: their responses multiply.

# %% [markdown]
# ## Who is faster?
#
# Sliding a $k \times k$ window costs $k^2$ products per pixel: 9 for the small kernels, 3,721 for one of 61 x 61.
# Multiplying spectra costs three transforms (image, kernel, and back) and one product per frequency, **nearly
# whatever the size of the kernel**: a larger one only needs a wider margin.
#
# **Predict:** from which kernel size on will the spectra win: 5, 15 or 61?

# %% tags=["predict"]
prediction = "..."  # 5, 15 or 61?


# %%
def time_three_ways(kernel):
    """Return the seconds that each way of convolving one image takes."""
    piece = photograph[128:384, 128:384]  # (256, 256)
    ways = {
        "window slid (SciPy)": lambda: scipy.ndimage.convolve(piece, kernel, mode="mirror"),
        "cv2.filter2D": lambda: cv2.filter2D(piece, -1, kernel),
        "spectra multiplied": lambda: spectrum.convolve(piece, kernel),
    }
    return timing.interleaved(ways, rounds=5)


sizes = [3, 5, 7, 11, 15, 31, 61]
seconds = [time_three_ways(kernels.gaussian(size)) for size in sizes]

# %% tags=["figure"]
chart = plots.lines(
    sizes,
    {name: [1000 * measured[name] for measured in seconds] for name in seconds[0]},
    log_x=True,
    log_y=True,
    markers=True,
    xlabel="kernel size",
    ylabel="milliseconds",
    alt="Three curves over the kernel size. The slid window starts low and rises steeply. Spectra stay nearly level. "
    "OpenCV starts lowest of all, rises, and becomes level beyond a size of 11.",
)
chart.axes[0].set_xticks(sizes, [str(size) for size in sizes])
chart.axes[0].minorticks_off()
chart

# %% tags=["claim"]
gain = seconds[-1]["window slid (SciPy)"] / seconds[-1]["spectra multiplied"]
loss = seconds[0]["spectra multiplied"] / seconds[0]["cv2.filter2D"]
claims.check(
    "for a 61x61 kernel, multiplying spectra is more than 10 times faster than sliding the window",
    gain > 10,
    value=gain,
    unit="times",
    name="gain_at_61",
)
claims.check(
    "for a 3x3 kernel, OpenCV's sliding window is more than twice as fast as multiplying spectra",
    loss > 2,
    value=loss,
    unit="times",
    name="loss_at_3",
)

# %% [markdown]
# On the machine that made this text, spectra were {{gain_at_61:.0f}} times as fast as SciPy's window for 61 x 61, and
# OpenCV's window was {{loss_at_3:.0f}} times as fast as spectra for 3 x 3. Where the curves cross depends on the
# machine and on who wrote the window. OpenCV knows all that, and changes over by itself: from a size of about 11 on,
# `cv2.filter2D` multiplies spectra.
#
# And networks? Their kernels are mostly 3 x 3, sometimes 5 x 5 or 7 x 7: too small for spectra to pay.

# %% [markdown]
# ## Shrinking, and the frequencies that come back
#
# One last question about frequencies, and it comes up wherever a network makes its feature maps smaller: what happens
# when you **keep only every eighth pixel**? A convolution that moves its window several pixels at a time does just
# that.
#
# **Predict:** what will be left of the joints between the bricks, which are about 5 pixels wide?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
every_eighth = brick[::8, ::8]  # (64, 64)
blurred_first = spectrum.low_pass(brick, cutoff=0.5 / 8)[::8, ::8]  # (64, 64)
plots.compare(
    brick,
    every_eighth,
    images.to_uint8(blurred_first, 255),
    titles=["the wall", "every 8th pixel", "blurred, then every 8th pixel"],
    alt="A brick wall. Every eighth pixel of it: many joints are missing, others are broken into dots, bricks have "
    "merged. Blurred first: all the joints are there, fainter, and the rows are regular.",
)

# %% [markdown]
# **What to notice.** In the middle picture joints are missing, and bricks that never touched have become one.
# Nothing in it says that it is wrong. On the right the wall is still a wall.
#
# The reason in one row: after keeping every second pixel, the finest stripes that can be shown have a period of 4
# old pixels. What becomes of finer ones? They do not disappear. They come back as something else.

# %%
fine = images.stripes((1, 64), period=16 / 7)  # 0.4375 cycles per pixel
kept = fine[:, ::2]  # (1, 32)
coarse = images.stripes((1, 32), period=8)  # 0.125 cycles per pixel
print("largest difference between the kept pixels and stripes of period 8:", f"{np.abs(kept - coarse).max():.4f}")

# %% tags=["figure"]
columns = np.arange(0, 64.01, 0.05)
picture = plots.figure(
    9,
    2.6,
    alt="A fast wave; a dot on every second pixel of it. The dots lie on a slow wave, which is drawn dashed.",
)
axes = picture.subplots()
axes.plot(
    columns,
    0.5 + 0.5 * np.cos(2 * np.pi * columns * 7 / 16),
    linewidth=0.8,
    label="the stripes, 0.4375 cycles per pixel",
)
axes.plot(np.arange(0, 64, 2), kept[0], "o", markersize=4, label="every second pixel")
axes.plot(columns, 0.5 + 0.5 * np.cos(2 * np.pi * columns / 16), "--", label="what they look like now")
axes.set(xlim=(0, 64), xlabel="position (old pixels)", ylabel="intensity", ylim=(-0.05, 1.5))
axes.legend(loc="upper center", ncols=3)
picture

# %% [markdown]
# This is **aliasing**: a fast wave that is looked at too rarely passes for a slow one. Wheels that turn backwards
# in films are the same thing. And it cannot be undone: from the dots alone nobody can tell which of the two waves
# it was.
#
# So first remove what the small image cannot show, **then** shrink: blur with a cut-off of at most 0.5 / step.
# `cv2.INTER_AREA` does about that, and so does `images.resize_square`. Plain slicing and `cv2.INTER_LINEAR` do not.

# %% tags=["claim"]
claims.check(
    "every second pixel of stripes of period 16/7 is exactly a pattern of period 8",
    np.abs(kept - coarse).max() < 1e-5,
)
safe = spectrum.low_pass(fine, cutoff=0.25, kind="ideal")[:, ::2]
claims.check("blurred first, the stripes leave an even gray and no false pattern", np.abs(safe - 0.5).max() < 1e-5)

# %% [markdown]
# Networks that shrink their feature maps carelessly pay for it: move the image by one pixel, and the answer may
# change. Blurring before each such step repairs a good part of that (see *To read*).

# %% [markdown]
# ### Exercise 4.9 (investigate): which frequency comes back?
#
# *Further (optional): nothing later depends on it.*
#
# Stripes have `frequency` cycles per pixel, and you keep every `step`-th pixel. Which frequency do you see in the
# small image, in cycles per pixel of the **small** image? It lies between 0 and 0.5.
#
# Investigate first, for example with `images.stripes((1, 240), 1 / frequency)[:, ::step]` and the spectrum of that.
# Then write `seen_frequency(frequency, step)`; it takes a float from 0 to 0.5 and a whole number from 1 on, and
# returns a float.


# %% tags=["exercise"] exercise="4.9" points=2
def seen_frequency(frequency: float, step: int) -> float:
    """Return the frequency that stripes seem to have when only every step-th pixel is kept."""
    # BEGIN SOLUTION
    cycles = frequency * step
    return abs(cycles - round(cycles))
    # END SOLUTION


# %% tags=["check"] exercise="4.9"
checks.exercise("4.9", seen_frequency)

# %% tags=["hidden"] exercise="4.9"
from course_utils.authoring import define

exercise = define.function("4.9", seen_frequency, rtol=1e-6, atol=1e-6)
exercise.case("slow stripes, every second pixel", frequency=0.1, step=2)
exercise.case("the example above", frequency=0.4375, step=2)
exercise.case("every third pixel", frequency=0.2, step=3)
exercise.case("one stripe per kept pixel", frequency=0.25, step=4)
exercise.case("every eighth pixel", frequency=0.3, step=8)
exercise.case("all pixels", frequency=0.37, step=1)
exercise.case("no stripes", visible=False, frequency=0.0, step=5)
exercise.case("exactly the limit", visible=False, frequency=0.125, step=4)
exercise.random_cases(
    6, lambda random: {"frequency": round(float(random.uniform(0, 0.5)), 4), "step": int(random.integers(1, 13))}
)

# %% tags=["hidden"] exercise="4.9"
exercise.hints(
    "Per kept pixel the wave advances by frequency x step cycles. A whole cycle more or less makes no difference "
    "to a pixel.",
    "Take away whole cycles until what is left lies between -0.5 and 0.5. A wave that runs backwards looks like "
    "one that runs forwards: the sign does not matter.",
    "An example: 0.4375 x 2 = 0.875 cycles per kept pixel. Take one whole cycle away: -0.125. Seen: 0.125.",
)


@exercise.correct
def by_remainder(frequency, step):
    rest = (frequency * step) % 1
    return min(rest, 1 - rest)


@exercise.correct
def by_angle(frequency, step):
    return math.acos(max(-1.0, min(1.0, math.cos(2 * math.pi * frequency * step)))) / (2 * math.pi)


# %% tags=["hidden"] exercise="4.9"
@exercise.mutant(
    "Beyond 0.5 this is no frequency that pixels can show. Take whole cycles away: they make no difference to a pixel."
)
def never_folds(frequency, step):
    return frequency * step


@exercise.mutant("A wave that is too fast does not stop at 0.5, it comes back as a slower one.")
def stops_at_the_limit(frequency, step):
    return min(frequency * step, 0.5)


@exercise.mutant(
    "You took the whole cycles away, but a rest above 0.5 is still too fast: it looks like a wave that runs backwards."
)
def rest_too_fast(frequency, step):
    return (frequency * step) % 1


# %% tags=["hidden"] exercise="4.9"
@exercise.mutant(
    "You divided by the step. In the small image there are fewer pixels per stripe, so the frequency per pixel rises."
)
def divides(frequency, step):
    return frequency / step


@exercise.mutant("You return a negative frequency. A wave that runs backwards looks the same: drop the sign.")
def keeps_the_sign(frequency, step):
    return frequency * step - round(frequency * step)


@exercise.mutant(
    "You folded back once. A fast wave and a large step can be several cycles apart: take all of them away."
)
def folds_once(frequency, step):
    cycles = frequency * step
    return 1 - cycles if cycles > 0.5 else cycles


@exercise.mutant("You took one cycle away. A fast wave and a large step can need several: take all of them away.")
def one_cycle_away(frequency, step):
    cycles = frequency * step
    return abs(cycles - 1) if cycles > 0.5 else cycles


# %% [markdown]
# ## Key points
#
# - An image is a sum of waves. Frequency, in cycles per pixel, says how fast the intensity changes in space: 0 is
#   the brightness, 0.5 the finest pattern. Photographs are mostly slow.
# - In a spectrum, distance from the middle is frequency and direction is direction. Show it as log(1 + magnitude).
# - Low-pass, high-pass and band-pass are masks on the spectrum. A sharp mask rings in space; a box kernel rings in
#   frequency; a Gaussian does neither.
# - Convolving multiplies spectra. Pad the kernel with zeros to see its response. Large kernels are faster that way;
#   small ones are not.
# - Blur before you shrink, or fine patterns come back as coarse ones.
#
# ## Self-test
#
# <details><summary>1. A fence has a slat every 25 pixels. Where are its dots in the spectrum of 500 x 500
# pixels?</summary>
#
# At 1/25 = 0.04 cycles per pixel, which is 20 places to the left and to the right of the middle. Its sharp slats
# also give fainter dots at 40, 60 and so on.
#
# </details>
#
# <details><summary>2. You turn a photograph by 30 degrees, or you move its content by 5 pixels. What
# happens to the magnitudes?</summary>
#
# They turn by 30 degrees with it. Moving changes only the phases: the magnitudes stay as they are. (Both hold up to
# what enters and leaves at the border.)
#
# </details>
#
# <details><summary>3. A kernel sums to 0. What does that say about its response? And if it sums to 1?</summary>
#
# The sum is the response at frequency 0. Sum 0: the brightness is dropped, so it is a high-pass or a band-pass. Sum
# 1: the brightness stays.
#
# </details>
#
# <details><summary>4. Why does a 3x3 kernel have more than nine frequencies?</summary>
#
# It has a response to every wave there is. Transforming the bare kernel asks for nine of them; padding it with
# zeros asks for as many as the image has.
#
# </details>
#
# <details><summary>5. You want to keep every fourth pixel. With which cut-off do you blur first?</summary>
#
# With 0.5 / 4 = 0.125 cycles per pixel at most.
#
# </details>
#
# ## To read
#
# - A. Oliva, A. Torralba and P. G. Schyns, [Hybrid images](https://doi.org/10.1145/1141911.1141919), ACM
#   Transactions on Graphics 25, 2006.
# - R. C. Gonzalez and R. E. Woods, *Digital Image Processing*, chapter 4, "Filtering in the Frequency Domain".
# - R. N. Bracewell, *The Fourier Transform and Its Applications*: short chapters, many pictures.
# - R. Zhang, [Making Convolutional Networks Shift-Invariant Again](https://arxiv.org/abs/1904.11486), 2019: blur
#   before you stride.
#
# ## Next
#
# You can now say what a kernel does, to pixels and to waves. So far, people chose the nine numbers. In the next
# lessons a network chooses them, from examples; many of the kernels it finds are old friends from this one.
