# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Convolve an image with kernels
# read_minutes: 40
# exercise_minutes: 55
# objectives:
#   - Compute the response of a kernel by hand, with a loop and with OpenCV, and show that all three agree
#   - Predict from the sum of a kernel's numbers what it does to a flat region and to the brightness of a photograph
#   - Tell correlation from true convolution, and say which one OpenCV and Keras compute
#   - Repair code that loses negative responses because its images are uint8
#   - Stack the responses of several kernels, also on colour images, into one array of feature maps
# needs: [01_read_images_as_numbers]
# data: [camera, cat, coins, motorcycle]
# budget: {cpu_seconds: 30, memory_mb: 700, gpu: not used}

# %% [markdown] tags=["instructor"]
# **Notes for teaching.** A plan for 90 minutes, exercises included: opening 3, centre-multiply-sum and the slider
# 9, hand-loop-library 12, the cat 10, sums 5, low-pass and high-pass 8, gallery 7, coins 9, thin kernels 10, depth
# and colour 14, who chooses 3. Short of time: leave out exercises 2.4 and 2.7; nothing later depends on them.
#
# **What students believe, and where the lesson meets it.** A 1 at the right moves the picture to the right (the
# cat). Sobel x finds horizontal edges (gallery). A symmetric kernel is separable (2.7). A response is a pixel and
# lies between 0 and 255 (coins). A colour image gives a colour response (garage). `kernel[::-1]` turns a kernel (2.3).
#
# **Let the class vote before you run:** the 9 and the 8 at the beginning, the way the cat goes, the crescent coins.

# %% tags=["setup"]
import time

import cv2
import numpy as np
import scipy.ndimage

from course_utils import checks, claims, images, kernels, plots

camera = images.load("camera")  # (512, 512) uint8, gray

# %% [markdown]
# ## One number changes, and the photograph is gone
#
# Take a photograph and a table of nine numbers:
#
# ```
# -1  -1  -1
# -1   9  -1
# -1  -1  -1
# ```
#
# One operation puts the two together and makes a new picture. In twenty minutes you will have written it
# yourself. For now, only look at what it does.

# %% tags=["figure"]
nine_in_the_middle = np.array([[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]], dtype=np.float32)
with_nine = kernels.correlate2d(camera, nine_in_the_middle)
plots.compare(
    camera,
    np.clip(with_nine, 0, 255),
    titles=["the photograph", "with a 9 in the middle"],
    alt="Left: a man in a dark coat looks through a film camera on a tripod, on a lawn, with "
    "towers behind him. Right: the same photograph, much crisper; every blade of grass "
    "and every hair stands out.",
)

# %% [markdown]
# The picture has become crisper. Now we change one of the nine numbers: **the 9 becomes an 8.** The other
# eight stay.
#
# **Predict before you run.** What will the picture look like?

# %% tags=["predict"]
prediction = "..."  # "a little less crisp", "a little darker", or something else?

# %% tags=["figure"]
eight_in_the_middle = nine_in_the_middle.copy()
eight_in_the_middle[1, 1] = 8
with_eight = kernels.correlate2d(camera, eight_in_the_middle)
plots.compare(
    np.clip(with_nine, 0, 255),
    np.clip(with_eight, 0, 255),
    titles=["with a 9 in the middle", "with an 8 in the middle"],
    alt="Left: the crisp photograph. Right: an almost black picture in which only thin bright "
    "outlines are left: of the coat, the face, the film camera, the tripod and the "
    "towers.",
)

# %% [markdown]
# **What to notice.** The sky is black, the coat is black, and the lawn nearly so. What is left is a drawing:
# outlines, and nothing between them. One number of nine moved by one, and the photograph is gone.
#
# Such a table is called a **kernel**. One clue: add up the nine numbers of the first kernel, and then those of
# the second. In this lesson you take the operation apart, find out what each of the nine numbers does, and end at
# the question behind every convolutional network: *who chooses the numbers?*

# %% [markdown]
# ## Centre, multiply, sum
#
# The operation has three steps, and it repeats them for each pixel.
#
# 1. **Centre** the kernel on a pixel, so that its middle number lies on that pixel.
# 2. **Multiply** each of the nine numbers by the pixel under it.
# 3. **Sum** the nine products. The sum is the new value at the place of the middle pixel. It is called the
#    **response**.
#
# Here are nine pixels, and a kernel with 4 in the middle and -1 at its four direct neighbours:
#
# ```
#    pixels              kernel
# 120  140  120         0  -1   0
# 225  220  205        -1   4  -1
# 255  250  230         0  -1   0
# ```
#
# **Predict:** the middle pixel is 220. Will the response be small (below 100), about 220, or about four times
# 220?

# %% tags=["predict"]
prediction = "..."  # "small", "220" or "880"?

# %%
window = np.array([[120, 140, 120], [225, 220, 205], [255, 250, 230]])  # nine pixels
laplacian = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
products = window * laplacian  # multiply number by number: this is no matrix product
print(products)
print("response:", products.sum())

# %% [markdown]
# **What to notice.** The middle brings in 4 x 220 = 880. Its four neighbours take away 140 + 225 + 205 + 250
# = 820. What is left is 60. So this kernel does not ask *how bright is this pixel?* It asks *how much
# brighter is it than its neighbours?* The neighbours are 205 on average, the middle is brighter by 15, and
# the kernel reports four times that.

# %% [markdown]
# ## The window slides
#
# One response is one number. To get a picture, the kernel moves on by one pixel and does the same again, row
# after row. The pixels under it are called the **window**.
#
# Below is a real piece of the photograph, 6 pixels wide and 6 high: the sky, just where it meets the dark
# coat. The kernel is the one from the start, with 8 in the middle, and it has to lie on the piece completely.
#
# **Predict:** how many positions are there? Which ones give a response near 0?

# %% tags=["predict"]
num_positions_guess = ...  # a whole number

# %% tags=["figure"]
shoulder = camera[119:125, 128:134]  # (6, 6) uint8
plots.sliding_window(
    shoulder,
    eight_in_the_middle,
    alt="The kernel with 8 in the middle slides over 6 by 6 pixels of sky and coat. Each "
    "frame shows the window, the nine products and their sum. The sums are near 0 while "
    "the window lies on sky only and reach hundreds at the coat.",
)

# %% [markdown]
# **What to notice.** Move the slider. A kernel 3 pixels wide fits into 6 pixels at 6 - 3 + 1 = 4 places, so
# there are 4 x 4 = 16 positions, and the output has 4 x 4 numbers. We call this output a **feature map**: a
# map of where in the picture the kernel found what it looks for.
#
# On the sky the nine pixels are almost equal: eight times the middle minus eight neighbours leaves almost
# nothing, and the sky turns black. At the coat much is left. Notice also the sign: a bright pixel beside dark
# ones gives a large positive response, a dark pixel beside bright ones a large *negative* one. Those negative
# numbers will matter.

# %% [markdown]
# ### Exercise 2.1 (apply): one response by hand
#
# Here are the nine pixels from above once more. This time the kernel is a famous one, Sobel x:
#
# ```
#    pixels              kernel
# 120  140  120        -1   0   1
# 225  220  205        -2   0   2
# 255  250  230        -1   0   1
# ```
#
# What is the response at the middle pixel? Work it out on paper, or let Python do the sum, and write down the
# number.

# %% tags=["exercise"] exercise="2.1" points=1
# BEGIN SOLUTION
sobel_x_response = -1 * 120 + 1 * 120 - 2 * 225 + 2 * 205 - 1 * 255 + 1 * 230
# END SOLUTION

# %% tags=["check"] exercise="2.1"
checks.exercise("2.1", sobel_x_response)

# %% tags=["hidden"] exercise="2.1"
from course_utils.authoring import define

exercise = define.answer("2.1", sobel_x_response, decimals=0)
exercise.wrong(65, "You subtracted right from left. The kernel has -1 on its LEFT side: take right minus left.")
exercise.wrong(
    465, "That is the kernel turned on its side: it compares bottom with top. Sobel x compares right with left."
)
exercise.wrong(-40, "That is the middle row alone. The upper and the lower row have something to say as well.")
exercise.wrong(
    -465, "That is the kernel turned on its side: it compares top with bottom. Sobel x compares right with left."
)
exercise.wrong(-45, "You gave all three rows the same weight. The middle row counts twice.")
exercise.wrong(0, "A response below 0 is allowed. Do not cut it off: keep the sign.")
exercise.wrong(191, "191 is 256 - 65: your sum was kept as uint8, which wraps around. Compute with ordinary numbers.")
exercise.wrong(-7, "You divided by nine. A response is the sum of the products, not their mean.")
exercise.hints(
    "Nine products, then one sum. The middle column of the kernel is 0, so only six products are left.",
    "Go row by row: each row gives (its weight) x (right pixel - left pixel). The weights are 1, 2 and 1.",
    "A smaller case: rows (10, _, 14), (20, _, 15), (30, _, 30) give 1 x 4 + 2 x (-5) + 1 x 0 = -6. Now do the same "
    "with (120, _, 120), (225, _, 205), (255, _, 230).",
)

# %% [markdown]
# ## The same thing three times: hand, loop, library
#
# You know the rule. As a Python function it is two loops around one line. `row` and `column` name the upper
# left corner of the window.


# %%
def slide_3x3(image, kernel):
    """Slide a 3x3 kernel over a gray image (H, W); return the feature map (H - 2, W - 2)."""
    height, width = image.shape
    feature_map = np.zeros((height - 2, width - 2))
    for row in range(height - 2):
        for column in range(width - 2):
            window = image[row : row + 3, column : column + 3]
            feature_map[row, column] = np.sum(window * kernel)
    return feature_map


# %% [markdown]
# OpenCV has the same as one call, `cv2.filter2D(image, depth, kernel)`. Here "depth" is OpenCV's word for the
# number type of the result, not for the number of channels as in lesson 01: `cv2.CV_32F` asks for float32. Why
# this matters so much is the subject of a whole section below. Unlike our loop, OpenCV returns as many pixels
# as it was given: at the border it continues the image as in a mirror. (Lesson 03 is about borders.) So we
# compare inside, without the outermost pixels.
#
# **Predict:** will hand, loop and library agree exactly, or only nearly?

# %% tags=["predict"]
prediction = "..."  # "exactly" or "nearly", and why?

# %%
piece = camera[60:188, 150:278]  # (128, 128) uint8: the man's head
by_loop = slide_3x3(piece, laplacian)  # (126, 126)
float_kernel = laplacian.astype(np.float32)
by_opencv = cv2.filter2D(piece, cv2.CV_32F, float_kernel)  # (128, 128)
by_course = kernels.correlate2d(piece, laplacian)  # (128, 128)

window = piece[49:52, 69:72]  # centred on row 50, column 70
by_hand = 4 * window[1, 1].astype(int) - window[0, 1] - window[1, 0] - window[1, 2] - window[2, 1]
print("by hand:", by_hand, "  by loop:", by_loop[49, 69])
print("by OpenCV:", by_opencv[50, 70], "  by the course:", by_course[50, 70])

# %% tags=["claim"]
same_as_opencv = np.array_equal(by_loop, by_opencv[1:-1, 1:-1])
same_as_course = np.array_equal(by_loop, by_course[1:-1, 1:-1])
claims.check(
    "loop, OpenCV and course_utils give the same 15,876 numbers, with no difference at all",
    same_as_opencv and same_as_course and by_loop.size == 15876,
)

# %% [markdown]
# **What to notice.** They agree exactly, since whole numbers of this size are exact in floats too. With
# kernels like 1/9 you will see tiny differences: the libraries add in another order, and so they round
# differently.
#
# Note the place, too: the loop's output is smaller by one pixel on each side, so OpenCV's row 50 is the
# loop's row 49. It is easy to be off by one here.
#
# **Predict:** how many times faster than our loop is OpenCV: 3, 30, or more than 100 times?

# %% tags=["predict"]
prediction = "..."  # "3 times", "30 times" or "more than 100 times"?


# %% tags=["claim"]
def fastest_seconds(function, repeats):
    """Return the shortest of several run times: the one that other programs disturbed least."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


loop_seconds = fastest_seconds(lambda: slide_3x3(piece, laplacian), repeats=3)
opencv_seconds = fastest_seconds(lambda: cv2.filter2D(piece, cv2.CV_32F, float_kernel), repeats=50)
claims.check(
    "OpenCV is more than 100 times faster than two Python loops",
    loop_seconds > 100 * opencv_seconds,
    value=loop_seconds / opencv_seconds,
    unit="times",
    name="opencv_speed_up",
)

# %% [markdown]
# **What to notice.** The arithmetic is the same. The loop pays for Python's bookkeeping at each of its 15,876
# windows. So: write the loop once, to understand; then use the library, and keep the loop to test it.

# %% [markdown]
# ### Exercise 2.2 (build): a window of any size
#
# The loop above knows 3x3 kernels only. Write the general one.
#
# `sliding_window(image, kernel)` takes a gray image of shape `(H, W)`, uint8 or float, and a float kernel of
# shape `(kh, kw)`, which need not be square: `kh` and `kw` may be any sizes from 1 up to `H` and `W`. It
# returns the feature map of all windows that lie on the image completely, as floats. Do not turn the kernel
# around. Loops are welcome.
#
# Whenever you are stuck: `checks.hint("2.2")` gives one hint after another, and `checks.expected("2.2")` shows what a
# right answer looks like.


# %% tags=["exercise"] exercise="2.2" points=3
def sliding_window(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the responses (float) of a kernel at every position at which it fits on the image."""
    # BEGIN SOLUTION
    kernel_height, kernel_width = kernel.shape
    output_height = image.shape[0] - kernel_height + 1
    output_width = image.shape[1] - kernel_width + 1
    feature_map = np.zeros((output_height, output_width))
    for row in range(output_height):
        for column in range(output_width):
            window = image[row : row + kernel_height, column : column + kernel_width]
            feature_map[row, column] = np.sum(window * kernel)
    return feature_map
    # END SOLUTION


# %% tags=["check"] exercise="2.2"
checks.exercise("2.2", sliding_window)

# %% tags=["hidden"] exercise="2.2"
from course_utils.authoring import define

exercise = define.function("2.2", sliding_window, rtol=1e-5, atol=1e-3)
nine_pixels = np.array([[120, 140, 120], [225, 220, 205], [255, 250, 230]], dtype=np.uint8)
four_neighbours = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], dtype=np.float32)
exercise.case("the nine pixels of the text", image=nine_pixels, kernel=four_neighbours)
exercise.case("Sobel x on a step, 5x6 pixels", image=images.step((5, 6), low=20, high=220), kernel=kernels.SOBEL_X)
ramp = np.arange(35, dtype=np.uint8).reshape(5, 7) ** 2 % 251
exercise.case("a kernel 1 high and 3 wide", image=ramp, kernel=np.array([[1.0, 0.0, -2.0]]))
exercise.case("a kernel 4 high and 2 wide", image=ramp, kernel=np.arange(8.0).reshape(4, 2) - 3)
exercise.case("a kernel as large as the image", visible=False, image=ramp, kernel=np.linspace(-1, 1, 35).reshape(5, 7))
exercise.case("a 1x1 kernel", visible=False, image=ramp, kernel=np.array([[-0.5]]))
exercise.random_cases(
    3,
    lambda rng: {
        "image": rng.integers(0, 256, (9, 12), dtype=np.uint8),
        "kernel": rng.normal(size=(int(rng.integers(1, 6)), int(rng.integers(1, 8)))),
    },
)
exercise.hints(
    "Count first: in how many places does a kernel of width kw fit into W pixels? Try kw = W, then kw = W - 1.",
    "The output has H - kh + 1 rows and W - kw + 1 columns, and the window at (row, column) has the shape of the "
    "kernel.",
    "A smaller case: image [[1, 2, 3, 4]] and kernel [[10, 1]] fit at 4 - 2 + 1 = 3 places: 1*10 + 2*1 = 12, 2*10 + "
    "3*1 = 23, 3*10 + 4*1 = 34. The output is [[12, 23, 34]].",
)


# %% tags=["hidden"] exercise="2.2"
@exercise.correct
def with_sliding_window_view(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("rcij,ij->rc", windows.astype(float), kernel)


@exercise.correct
def shift_and_add(image, kernel):
    rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    total = np.zeros((rows, columns))
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            total += kernel[i, j] * image[i : i + rows, j : j + columns]
    return total


@exercise.mutant("The last row and column of windows are missing: W pixels hold W - kw + 1 windows, not W - kw.")
def off_by_one(image, kernel):
    return sliding_window(image, kernel)[:-1, :-1]


@exercise.mutant(
    "You turned the kernel around. Lay it on the image as it is: kernel[0, 0] meets the window's upper left pixel."
)
def flips_the_kernel(image, kernel):
    return sliding_window(image, kernel[::-1, ::-1])


# %% tags=["hidden"] exercise="2.2"
@exercise.mutant("You return the mean of the products. A response is their sum.")
def mean_instead_of_sum(image, kernel):
    return sliding_window(image, kernel) / kernel.size


@exercise.mutant(
    "Your feature map cannot hold every response: an array like the image is uint8, which knows only 0 to 255. Make "
    "it float."
)
def output_like_the_image(image, kernel):
    responses = sliding_window(image, kernel)
    return responses.astype(np.int64).astype(image.dtype)


@exercise.mutant(
    "The output is as large as the image. Only windows that lie on the image completely count: H - kh + 1 rows."
)
def same_size(image, kernel):
    return cv2.filter2D(image.astype(np.float64), cv2.CV_64F, kernel)


@exercise.mutant("This knows 3x3 windows only. Take the height and the width of the window from kernel.shape.")
def three_by_three_only(image, kernel):
    rows, columns = range(image.shape[0] - 2), range(image.shape[1] - 2)
    return np.array([[np.sum(image[r : r + 3, c : c + 3] * kernel) for c in columns] for r in rows])


# %% tags=["hidden"] exercise="2.2"
@exercise.mutant("You took H - kw + 1 rows and W - kh + 1 columns. The kernel's HEIGHT belongs to the rows.")
def swaps_height_and_width(image, kernel):
    width, height = kernel.shape
    rows, columns = range(image.shape[0] - height + 1), range(image.shape[1] - width + 1)
    return np.array([[np.sum(image[r : r + height, c : c + width] * kernel) for c in columns] for r in rows])


# %% [markdown]
# ## Which way does the cat go?
#
# Here is a strange kernel: one row, 161 numbers wide. All are 0, but the last one on the right is 1.
#
# **Predict:** what does it do to a photograph of a cat? Be precise: if something moves, which way and how
# far?

# %% tags=["predict"]
prediction = "..."  # nothing / moves left / moves right / moves up, and by how many pixels?

# %% tags=["figure"]
cat = images.load("cat", gray=True)  # (300, 451) uint8
one_at_the_right = np.zeros((1, 161), dtype=np.float32)
one_at_the_right[0, -1] = 1
plots.compare(
    cat,
    kernels.correlate2d(cat, one_at_the_right, border="padding"),  # black beyond the border
    kernels.convolve2d(cat, one_at_the_right, border="padding"),
    titles=["the cat", "the sliding window", "another operation"],
    alt="Left: a cat's face. Middle: the cat has moved 80 pixels to the left, with a black "
    "strip at the right. Right: the cat has moved 80 pixels to the right, with a black "
    "strip at the left.",
)

# %% [markdown]
# **What to notice.** The 1 stands 80 places to the *right* of the middle. So every new pixel copies the pixel
# 80 places to its right, and the cat moves to the **left**, out of the picture. Many people predict the other
# direction.
#
# The third picture shows an operation with the same kernel in which the cat does go right. Both operations
# have names:
#
# **Correlation** lays the kernel on the image as it is. This is what you have done so far:
#
# $$ (I \star K)[r, c] = \sum_{i,j} K[i, j] \; I[r + i, \; c + j] $$
#
# **Convolution** turns the kernel by half a turn first, upside down *and* left to right:
#
# $$ (I * K)[r, c] = \sum_{i,j} K[i, j] \; I[r - i, \; c - j] $$
#
# Here $r$ and $c$ are the row and column of the pixel, and $i$ and $j$ count from the middle of the kernel. Two
# signs differ, nothing else. Now try both on the simplest image there is: black, but for one pixel of value 1.
#
# **Predict:** the kernel holds the numbers 1 to 9. What will correlation make of the single pixel, and what
# convolution?

# %% tags=["predict"]
prediction = "..."  # which numbers will stand where?

# %% tags=["figure"]
single_pixel = np.zeros((5, 5), dtype=np.float32)
single_pixel[2, 2] = 1
one_to_nine = np.arange(1, 10, dtype=np.float32).reshape(3, 3)
plots.kernels(
    {
        "the image": single_pixel,
        "the kernel": one_to_nine,
        "correlation": kernels.correlate2d(single_pixel, one_to_nine),
        "convolution": kernels.convolve2d(single_pixel, one_to_nine),
    },
    alt="Four tables of numbers: a 5x5 image with a single 1 in its middle; the kernel 1 to "
    "9; the correlation, which holds 9 8 7, 6 5 4, 3 2 1 around the middle; and the "
    "convolution, which holds 1 2 3, 4 5 6, 7 8 9.",
)

# %% [markdown]
# **What to notice.** Convolution stamps a copy of the kernel onto each bright pixel. Correlation stamps it
# turned by half a turn: when the window lies to the upper left of the pixel, the pixel lies under the
# kernel's lower right number, the 9.
#
# Which one do people compute?
#
# | call | what it computes |
# |---|---|
# | `cv2.filter2D` | correlation |
# | `keras.layers.Conv2D`, `torch.nn.Conv2d` | correlation, although they are called convolution |
# | `scipy.ndimage.correlate` | correlation |
# | `scipy.ndimage.convolve`, `scipy.signal.convolve2d`, `np.convolve` | true convolution |
#
# Why does a *convolutional* network get away with correlation? Because nobody types in its kernels. They are
# learned, and a network that needs a kernel turned around simply learns it turned around. Why does
# mathematics bother to turn it? Because true convolution obeys the rules of multiplication: $A * B = B * A$ and
# $(I * A) * B = I * (A * B)$. So a blur $A$ and a sharpening kernel $B$ can be convolved with each other
# first, into one kernel that does both. Correlation obeys neither rule. In this course "convolve" means what
# the libraries do; where the half turn matters we say *true convolution*.

# %% tags=["claim"]
emboss = np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], dtype=np.float32)
as_float = camera.astype(np.float32)
correlated = scipy.ndimage.correlate(as_float, emboss, mode="mirror")
convolved = scipy.ndimage.convolve(as_float, emboss, mode="mirror")
filtered = cv2.filter2D(camera, cv2.CV_32F, emboss)
filtered_turned = cv2.filter2D(camera, cv2.CV_32F, emboss[::-1, ::-1])
claims.check("cv2.filter2D equals SciPy's correlate", np.array_equal(filtered, correlated))
claims.check("it does not equal SciPy's convolve", not np.array_equal(filtered, convolved))
equal_when_turned = np.array_equal(filtered_turned, convolved)
claims.check("it does once the kernel is turned by half a turn", equal_when_turned)

# %% [markdown]
# ### Exercise 2.3 (spot the bug): a convolution that passed its tests
#
# A colleague needs true convolution and builds it from `cv2.filter2D`. He knows that the kernel has to be
# turned. He tests the function with a box, a Gaussian and the kernel 1 2 3 stacked as a column: all right.
# Then he tries Sobel x, and all signs are wrong.
#
# Find the bug and mend it. `convolve_truly(image, kernel)` takes a gray image `(H, W)`, uint8 or float, and a
# float kernel `(kh, kw)` with odd `kh` and `kw`. It returns the true convolution as float32 of shape `(H,
# W)`. Outside the image all pixels count as 0; that part is right already.


# %% tags=["exercise"] exercise="2.3" points=2
def convolve_truly(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the true convolution, (H, W) float32, of an image with a kernel; zeros outside the image."""
    # BEGIN SOLUTION
    turned = np.ascontiguousarray(kernel[::-1, ::-1])
    return cv2.filter2D(image, cv2.CV_32F, turned, borderType=cv2.BORDER_CONSTANT)
    # END SOLUTION
    # BEGIN STUB
    # turned = np.ascontiguousarray(kernel[::-1])
    # return cv2.filter2D(image, cv2.CV_32F, turned, borderType=cv2.BORDER_CONSTANT)
    # END STUB


# %% tags=["check"] exercise="2.3"
checks.exercise("2.3", convolve_truly)

# %% tags=["hidden"] exercise="2.3"
from course_utils.authoring import define

exercise = define.function("2.3", convolve_truly, rtol=1e-5, atol=1e-3)
dot = np.zeros((5, 5), dtype=np.uint8)
dot[2, 2] = 1
exercise.case("one bright pixel, the kernel 1 to 9", image=dot, kernel=np.arange(1, 10, dtype=np.float32).reshape(3, 3))
exercise.case("Sobel x on a step up", image=images.step((5, 6), low=10, high=210), kernel=kernels.SOBEL_X)
exercise.case("Sobel y on a step down", image=images.step((6, 5), low=210, high=10, axis=0), kernel=kernels.SOBEL_Y)
slope = np.arange(48, dtype=np.uint8).reshape(6, 8) ** 2 % 253
exercise.case("a kernel 1 high and 5 wide", image=slope, kernel=np.array([[0, 0, 1, -2, 4]], dtype=np.float32))
exercise.case("a column 1 2 3", visible=False, image=slope, kernel=np.array([[1], [2], [3]], dtype=np.float32))
exercise.random_cases(
    3,
    lambda rng: {
        "image": rng.integers(0, 256, (9, 11), dtype=np.uint8),
        "kernel": rng.normal(size=(2 * int(rng.integers(0, 3)) + 1, 2 * int(rng.integers(1, 3)) + 1)).astype(
            np.float32
        ),
    },
)
exercise.hints(
    "Try your function on one bright pixel and the kernel 1 to 9. Convolution has to stamp 1 2 3, 4 5 6, 7 8 9.",
    "kernel[::-1] reverses the first axis only. What happens to the columns?",
    "A smaller case: half a turn makes [[1, 2], [3, 4]] into [[4, 3], [2, 1]]. Reversing the rows alone gives [[3, "
    "4], [1, 2]]. The second axis has to be reversed as well.",
)


# %% tags=["hidden"] exercise="2.3"
@exercise.correct
def turns_the_image_instead(image, kernel):
    turned = np.ascontiguousarray(image[::-1, ::-1]).astype(np.float32)
    return cv2.filter2D(turned, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)[::-1, ::-1]


@exercise.correct
def with_scipy(image, kernel):
    return scipy.ndimage.convolve(image.astype(np.float32), kernel, mode="constant")


@exercise.correct
def with_flip(image, kernel):
    return cv2.filter2D(image, cv2.CV_32F, cv2.flip(kernel, -1), borderType=cv2.BORDER_CONSTANT)


@exercise.mutant(
    "This still does what the colleague's version did. Sobel y comes out right and Sobel x does not: which of the "
    "two changes when kernel[::-1] is applied to it?"
)
def reverses_rows_only(image, kernel):
    return cv2.filter2D(image, cv2.CV_32F, np.ascontiguousarray(kernel[::-1]), borderType=cv2.BORDER_CONSTANT)


# %% tags=["hidden"] exercise="2.3"
@exercise.mutant(
    "Only the columns are reversed: left and right are swapped, but the kernel still has to be turned upside down."
)
def reverses_columns_only(image, kernel):
    return cv2.filter2D(image, cv2.CV_32F, np.ascontiguousarray(kernel[:, ::-1]), borderType=cv2.BORDER_CONSTANT)


@exercise.mutant(
    "This is correlation: the kernel is laid on the image as it is. Convolution turns it by half a turn first."
)
def does_not_turn(image, kernel):
    return cv2.filter2D(image, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)


@exercise.mutant(
    "You transposed the kernel. That mirrors it at its diagonal and swaps rows with columns; half a turn reverses "
    "both axes."
)
def transposes(image, kernel):
    return cv2.filter2D(image, cv2.CV_32F, np.ascontiguousarray(kernel.T), borderType=cv2.BORDER_CONSTANT)


@exercise.mutant(
    "The depth -1 keeps the image's own type. On uint8 that cuts every response to 0 ... 255; ask for cv2.CV_32F."
)
def saturates(image, kernel):
    turned = np.ascontiguousarray(kernel[::-1, ::-1])
    return cv2.filter2D(image, -1, turned, borderType=cv2.BORDER_CONSTANT)


# %% tags=["hidden"] exercise="2.3"
@exercise.mutant(
    "You changed the signs instead of turning the kernel. For Sobel both come to the same, for 1 to 9 they do not."
)
def changes_the_signs(image, kernel):
    return cv2.filter2D(image, cv2.CV_32F, -kernel, borderType=cv2.BORDER_CONSTANT)


@exercise.mutant("np.rot90(kernel) is a quarter turn. Convolution needs half a turn: two quarters.")
def makes_a_quarter_turn(image, kernel):
    return cv2.filter2D(image, cv2.CV_32F, np.rot90(kernel).copy(), borderType=cv2.BORDER_CONSTANT)


@exercise.mutant(
    "The kernel is turned correctly, but the border has changed: outside the image all pixels count as 0. Keep "
    "borderType=cv2.BORDER_CONSTANT."
)
def loses_the_border(image, kernel):
    return cv2.filter2D(image, cv2.CV_32F, np.ascontiguousarray(kernel[::-1, ::-1]))


# %% [markdown]
# ## What the nine numbers add up to
#
# Back to the riddle of the beginning. Let the window lie on a **flat region**, where all pixels have the same
# value $p$. Then each product is $p$ times a number of the kernel, and their sum is
#
# $$ p \cdot k_1 + p \cdot k_2 + \dots + p \cdot k_9 \;=\; p \cdot (k_1 + k_2 + \dots + k_9). $$
#
# On a flat region a kernel multiplies the brightness by its own sum. Nothing else about the kernel matters.
#
# **Predict:** what do these five kernels answer on a flat gray of 80? Fill in all five before you run.

# %% tags=["predict"]
prediction = {
    "box of nine 1/9": ...,
    "1 2 1, 2 4 2, 1 2 1": ...,
    "9 in the middle": ...,
    "8 in the middle": ...,
    "Sobel x": ...,
}

# %%
flat = np.full((5, 5), 80, dtype=np.uint8)
one_two_one = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], dtype=np.float32)
five_kernels = {
    "box of nine 1/9": kernels.BOX_3,
    "1 2 1, 2 4 2, 1 2 1": one_two_one,
    "9 in the middle": nine_in_the_middle,
    "8 in the middle": eight_in_the_middle,
    "Sobel x": kernels.SOBEL_X,
}
for name, kernel in five_kernels.items():
    response = kernels.correlate2d(flat, kernel)[2, 2]
    print(f"{name:20}  sum {kernel.sum():3.0f}   on flat 80: {response:5.0f}")

# %% [markdown]
# **What to notice.**
#
# - **Sum 1** keeps the brightness: 80 stays 80. Blurs and sharpening kernels are of this kind.
# - **Sum 0** answers 0 on every flat region, bright or dark. These are the edge kernels: they see
#   *differences* only.
# - **Any other sum** changes the brightness. The kernel 1 2 1, 2 4 2, 1 2 1 is a fine blur once it is divided
#   by 16; somebody forgot to.
#
# So the 8 in the middle erased the sky because it made the sum 0. What exactly is lost between 9 and 8?
#
# **Predict:** subtract the second picture of the beginning from the first, pixel by pixel. What is left?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
plots.compare(
    np.clip(with_nine, 0, 255),
    np.clip(with_eight, 0, 255),
    with_nine - with_eight,
    titles=["with 9", "with 8", "first minus second"],
    alt="Three pictures: the crisp photograph, its outlines on black, and their difference, "
    "which looks like the original photograph.",
)

# %% tags=["claim"]
claims.check(
    "the picture with 9 minus the picture with 8 is the photograph itself, to the last digit",
    np.array_equal(with_nine - with_eight, camera),
)

# %% [markdown]
# **What to notice.** The riddle is solved. A 9 in the middle is an 8 plus a 1. The 1 alone in the middle is
# the **identity** kernel: it copies the photograph. So the crisp picture is the photograph *plus* its
# outlines, and that is what sharpening is.
#
# Behind this stands one property worth a line: the operation is **linear**. Add two kernels, and their
# responses add.

# %% [markdown]
# ## Low-pass and high-pass
#
# A box kernel replaces each pixel by the mean of its window. Slow changes, like the sky's, survive the mean.
# Quick changes, like the grass, cancel out. A kernel that lets only the slow changes through is called a
# **low-pass** filter; blurs are low-pass. What they take away is the **high-pass** part: the photograph minus
# its blur. (Lesson 04 says exactly what slow and quick mean.)
#
# **Predict:** below, the box grows from 3x3 to 63x63. At which size do you lose the man's face? Where does it go?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
part = camera[40:340, 60:420]  # (300, 360): the man and his film camera
sizes = [3, 7, 15, 31, 63]
frames = []
for size in sizes:
    low = kernels.correlate2d(part, kernels.box(size))
    frames.append(
        plots.compare(
            low,
            np.clip(part - low, -80, 80),
            titles=[f"low-pass: mean of {size}x{size}", "high-pass: what the mean took away"],
            alt=f"Left: the photograph blurred by a {size}x{size} box. Right: what the blur took.",
        )
    )
plots.slider(
    frames,
    [f"{size}x{size}" for size in sizes],
    frame_bytes=40_000,
    alt="As the box grows from 3x3 to 63x63 the left picture loses first the fine texture, "
    "then the face and the tripod, and at last all but a dark cloud; each time the lost "
    "details appear in the right picture.",
)

# %% [markdown]
# **What to notice.** At 31x31 the face has left the left picture, and you find it in the right one. Nothing is
# lost: the two pictures add up to the photograph. The left picture keeps its brightness whatever the size, for
# its kernel sums to 1. The right one hovers around 0 (white), for its kernel sums to 0.

# %% tags=["claim"]
low = kernels.correlate2d(camera, kernels.box(15))
claims.check(
    "a 15x15 blur changes the mean brightness by less than one gray level",
    abs(float(low.mean() - camera.mean())) < 1,
    value=abs(float(low.mean() - camera.mean())),
    unit="gray levels",
)

# %% [markdown]
# ### Exercise 2.4 (apply): a high-pass kernel of any size
#
# "The photograph minus its blur" took two steps. By linearity one kernel can do it in a single step.
#
# Write `high_pass_kernel(size)` for an odd integer `size` from 1 up. It returns a float kernel of shape
# `(size, size)` whose response is the pixel **minus the mean of its size x size window**. (The mean includes
# the pixel itself.)


# %% tags=["exercise"] exercise="2.4" points=2
def high_pass_kernel(size: int) -> np.ndarray:
    """Return the (size, size) kernel that takes from each pixel the mean of its window."""
    # BEGIN SOLUTION
    identity = np.zeros((size, size))
    identity[size // 2, size // 2] = 1
    return identity - np.full((size, size), 1 / size**2)
    # END SOLUTION


# %% tags=["check"] exercise="2.4"
checks.exercise("2.4", high_pass_kernel)

# %% tags=["hidden"] exercise="2.4"
from course_utils.authoring import define

exercise = define.function("2.4", high_pass_kernel, rtol=1e-5, atol=1e-6)
exercise.case("3x3", size=3)
exercise.case("5x5", size=5)
exercise.case("1x1: a pixel minus itself", size=1)
exercise.case("9x9", visible=False, size=9)
exercise.random_cases(2, lambda rng: {"size": 2 * int(rng.integers(5, 12)) + 1})
exercise.hints(
    "Two kernels you know: one copies the pixel, one takes the mean. How do you get from them to this one?",
    "identity - box. The identity has a single 1, at row size // 2 and column size // 2. What must the sum be?",
    "A smaller case in one dimension, size 3: [0, 1, 0] - [1/3, 1/3, 1/3] = [-1/3, 2/3, -1/3]. It sums to 0.",
)


@exercise.correct
def filled_directly(size):
    kernel = -np.ones((size, size)) / (size * size)
    kernel[size // 2, size // 2] += 1
    return kernel


@exercise.correct
def as_an_impulse_response(size):
    identity = np.zeros((size, size), dtype=np.float32)
    identity[size // 2, size // 2] = 1
    return identity - kernels.box(size)


# %% tags=["hidden"] exercise="2.4"
@exercise.mutant(
    "This is the blur minus the pixel: all signs are the wrong way round, and bright spots would come out dark."
)
def blur_minus_pixel(size):
    return -high_pass_kernel(size)


@exercise.mutant("Your box does not take a mean: its numbers must be 1 / size**2, so that they sum to 1.")
def forgets_to_divide(size):
    return high_pass_kernel(size) - 1 + 1 / size**2


@exercise.mutant("The box is divided by size, but it has size * size numbers.")
def divides_by_size(size):
    return high_pass_kernel(size) + 1 / size**2 - 1 / size


@exercise.mutant(
    "The middle is 1, but the mean includes the pixel itself: take 1 / size**2 off the middle, too. Now the sum is "
    "not 0."
)
def leaves_the_middle_out(size):
    kernel = high_pass_kernel(size)
    kernel[size // 2, size // 2] = 1
    return kernel


@exercise.mutant("You added identity and box: this sums to 2. The high-pass part is the identity MINUS the box.")
def adds(size):
    return high_pass_kernel(size) + 2 / size**2


# %% tags=["hidden"] exercise="2.4"
@exercise.mutant(
    "All your numbers are size**2 times too large: the response is to be the difference from the mean itself."
)
def forgets_the_scale(size):
    return high_pass_kernel(size) * size**2


@exercise.mutant(
    "np.eye has ones along the whole diagonal. The kernel that copies a pixel has a single 1, in its middle."
)
def takes_the_unit_matrix(size):
    return np.eye(size) - 1 / size**2


@exercise.mutant("You took the mean of the neighbours without the pixel. Here the mean includes the pixel itself.")
def averages_the_neighbours_only(size):
    kernel = np.full((size, size), -1 / (size**2 - 1))
    kernel[size // 2, size // 2] = 1
    return kernel


# %% [markdown]
# ## A gallery, and a game
#
# Here are six kernels. Read their numbers before you look any further. For each one ask: what is the sum?
# Where are the positive numbers, where the negative ones?

# %% tags=["figure"]
six_kernels = {
    "1": kernels.EMBOSS,
    "2": kernels.SOBEL_Y,
    "3": kernels.box(5),
    "4": eight_in_the_middle,
    "5": kernels.motion_blur(9, angle=0),
    "6": kernels.SOBEL_X,
}
plots.kernels(
    six_kernels,
    columns=3,
    alt="Six kernels, drawn as tables. 1: minus 2 at the upper left rising to 2 at the lower "
    "right. 2: minus 1, minus 2, minus 1 on top, 1, 2, 1 at the bottom. 3: 5 by 5 equal "
    "numbers. 4: 8 in the middle, minus 1 around it. 5: 9 by 9 zeros with one row of "
    "equal numbers. 6: minus 1, minus 2, minus 1 at the left, 1, 2, 1 at the right.",
)

# %% [markdown]
# And here is what they make of the photograph, in another order.
#
# **Predict:** which kernel made which picture? Run the next cell, look, and write your six digits into the cell
# below the pictures, such as "123456" for A to F.

# %% tags=["figure"]
head = camera[40:250, 90:440]  # (210, 350): head, film camera and towers
order = str(1249026 // 2)  # written like this so that you do not read the answer by accident
responses = []
for number in order:
    lowest = -255 if six_kernels[number].sum() < 0.5 else 0  # where the sum is 0, show the sign, too
    responses.append(np.clip(kernels.correlate2d(head, six_kernels[number]), lowest, 255))
plots.grid(
    responses,
    titles=list("ABCDEF"),
    columns=3,
    cell=2.9,
    alt="Six versions of the man's head, his film camera and the towers behind. A: edges of "
    "upright things in two colours. B: edges of level things. C: thin outlines of all "
    "directions. D: smeared sideways. E: like a relief. F: blurred.",
)

# %% tags=["predict"]
order_guess = "......"  # the numbers of the kernels that made A, B, C, D, E and F

# %%
num_right = sum(guess == right for guess, right in zip(order_guess, order, strict=False))
print(f"{num_right} of 6 right")

# %% [markdown]
# <details><summary>The answer, with reasons</summary>
#
# The order is 6 2 4 5 1 3.
#
# - **A is 6, Sobel x.** Negative on the left, positive on the right: it asks how much brighter the right side
#   is. So it answers at *upright* edges, such as the towers. On the sky it is silent: sum 0.
# - **B is 2, Sobel y.** The same, turned: it answers at *level* edges. The towers' sides are gone.
# - **C is 4, the one from the beginning.** It compares the middle with all eight neighbours: outlines of every
#   direction, sum 0. Kernels of this kind are called Laplacian.
# - **D is 5, motion blur.** A mean over 9 pixels side by side, sum 1: as if the camera had moved sideways
#   during the exposure.
# - **E is 1, emboss.** Negative at the upper left, positive at the lower right, but sum 1: it *adds* a
#   slanting edge detector to the photograph. That looks like a relief lit from one side.
# - **F is 3, a 5x5 box.** Twenty-five equal numbers, sum 1: a plain blur.
#
# </details>

# %% [markdown]
# Mind the name: **Sobel x responds to vertical edges.** The x says in which direction it *compares*: from
# left to right. What changes from left to right is an edge that stands upright.
#
# These and more are in the gallery of the course. (It writes the Laplacians with the opposite sign, minus in the
# middle. Both are in use; check before you rely on the sign.)

# %%
for name, entry in kernels.GALLERY.items():
    print(f"{name:14} sums to {entry.sums_to:g}: {entry.meaning}")

# %% [markdown]
# ### Exercise 2.5 (apply): Sobel x from Sobel y
#
# Suppose only `kernels.SOBEL_Y` were left in the gallery:
#
# ```
# -1  -2  -1
#  0   0   0
#  1   2   1
# ```
#
# Write `upright_edges(image)`, which makes Sobel x from `kernels.SOBEL_Y` and returns its response. The image
# is gray, `(H, W)`, uint8 or float. The result is float, `(H, W)`, and **positive where the image gets
# brighter from left to right.** Use the border that `cv2.filter2D` and `kernels.correlate2d` use by default.


# %% tags=["exercise"] exercise="2.5" points=2
def upright_edges(image: np.ndarray) -> np.ndarray:
    """Return the response to Sobel x, float (H, W); its kernel is made from kernels.SOBEL_Y."""
    # BEGIN SOLUTION
    sobel_x = np.ascontiguousarray(kernels.SOBEL_Y.T)
    return cv2.filter2D(image, cv2.CV_32F, sobel_x)
    # END SOLUTION


# %% tags=["check"] exercise="2.5"
checks.exercise("2.5", upright_edges)

# %% tags=["hidden"] exercise="2.5"
from course_utils.authoring import define

exercise = define.function("2.5", upright_edges, rtol=1e-5, atol=1e-3)
exercise.case("brighter from left to right", image=images.step((5, 6), low=30, high=200))
exercise.case("darker from left to right", image=images.step((5, 6), low=200, high=30))
exercise.case("brighter from top to bottom", image=images.step((6, 5), low=30, high=200, axis=0))
exercise.case("a bright square", image=np.pad(np.full((3, 4), 200, dtype=np.uint8), 3))
hill = (np.outer([1, 2, 4, 2], [1, 4, 9, 16, 25]) / 100).astype(np.float32)
exercise.case("a float image with slopes up to its border", image=hill)
exercise.random_cases(2, lambda rng: {"image": rng.integers(0, 256, (8, 11), dtype=np.uint8)})
exercise.random_cases(1, lambda rng: {"image": rng.random((7, 9), dtype=np.float32)})
exercise.hints(
    "The rows of one kernel are the columns of the other. Which operation on an array swaps rows and columns?",
    "Print your kernel. Its left column must be -1 -2 -1 and its right column 1 2 1; a quarter turn the wrong way "
    "swaps them.",
    "A smaller case: the transpose of the column [[-1], [0], [1]] is the row [[-1, 0, 1]]; on the row 30 30 200 200 "
    "it answers 0 170 170 0. A result of -170 means that the kernel is turned the wrong way.",
)


@exercise.correct
def by_a_quarter_turn(image):
    return kernels.correlate2d(image, np.rot90(kernels.SOBEL_Y))


@exercise.correct
def transposes_the_image(image):
    return kernels.correlate2d(image.T, kernels.SOBEL_Y).T


# %% tags=["hidden"] exercise="2.5"
@exercise.mutant(
    "The sign is wrong: dark-to-bright comes out negative. Either you turned the kernel clockwise (transpose it, or "
    "turn it the other way), or you used true convolution, which turns it by half a turn."
)
def turns_clockwise(image):
    return -upright_edges(image)


@exercise.mutant("This is still Sobel y: it answers where the image changes from top to bottom.")
def uses_sobel_y(image):
    return cv2.filter2D(image, cv2.CV_32F, kernels.SOBEL_Y)


@exercise.mutant(
    "Reversing the rows of Sobel y changes its sign only; it still compares top and bottom. Swap rows and columns."
)
def reverses_the_rows(image):
    return -cv2.filter2D(image, cv2.CV_32F, kernels.SOBEL_Y)


@exercise.mutant(
    "All responses below 0 are missing: with depth -1 a uint8 image gives a uint8 result. Ask for cv2.CV_32F."
)
def loses_negative_responses(image):
    return cv2.filter2D(image, -1, np.ascontiguousarray(kernels.SOBEL_Y.T))


@exercise.mutant("You took the absolute value. The sign is wanted: it says which side is the bright one.")
def takes_the_absolute_value(image):
    return np.abs(upright_edges(image))


# %% tags=["hidden"] exercise="2.5"
@exercise.mutant("You transposed the image and forgot to transpose the result back.")
def forgets_to_transpose_back(image):
    return upright_edges(image).T


@exercise.mutant(
    "Inside all is right, at the border not: filter2D's default repeats no edge pixel. In SciPy this is "
    'mode="mirror", in kernels.correlate2d border="mirror".'
)
def repeats_the_edge_pixels(image):
    return scipy.ndimage.correlate(image.astype(np.float32), kernels.SOBEL_Y.T, mode="reflect")


# %% [markdown]
# ## Where are the other halves of the coins?
#
# Bright coins lie on a dark cloth. Sobel x answers at upright edges. Each coin has two: its left rim and its
# right rim.

# %% tags=["figure"]
coins = images.load("coins")[20:170, 20:245]  # (150, 225) uint8
edges_of_coins = cv2.filter2D(coins, -1, kernels.SOBEL_X)
plots.compare(
    coins,
    edges_of_coins,
    titles=["eight coins", "cv2.filter2D(coins, -1, SOBEL_X)"],
    alt="Left: eight bright coins. Right: eight crescents; only the left rims are drawn.",
)

# %% [markdown]
# Every coin has become a crescent moon. The left rims are there, the right rims are gone.
#
# **Predict:** where did they go? (a) The right rims have too little contrast. (b) Sobel x is blind to right
# rims. (c) The kernel saw them, and something threw its answers away.

# %% tags=["predict"]
prediction = "..."  # "a", "b" or "c"? How would you find out?

# %% [markdown]
# One row of pixels through one coin decides it. Below, its brightness, and the response of the same kernel
# twice: with the depth -1 as above, and with `cv2.CV_32F`.

# %% tags=["figure"]
coin_row = 105
response = cv2.filter2D(coins, cv2.CV_32F, kernels.SOBEL_X)
plots.profile(
    {
        "response in float32": response[coin_row, 55:110],
        "response in uint8": edges_of_coins[coin_row, 55:110].astype(float),
        "brightness": coins[coin_row, 55:110].astype(float),
    },
    alt="Along a row of pixels through a coin, the float32 response rises above 400 at the "
    "left rim and falls below -400 at the right rim. The uint8 response is cut at 255 on "
    "top and stays at 0 where the float32 response is negative.",
    xlabel="pixels from the left end of the row",
    ylabel="brightness, response",
)

# %% [markdown]
# **What to notice.** It is (c). At the right rim the picture gets darker from left to right, and the kernel
# answers with a large negative number. The depth -1 means "like the input", and the input is uint8, which
# holds 0 to 255. OpenCV wrote 0 for every negative response and 255 for every larger one. No warning, no
# error. Here are all responses, positive ones in red and negative ones in blue:

# %% tags=["figure"]
plots.compare(
    edges_of_coins,
    response,
    titles=["uint8: what was kept", "float32: all of it"],
    shared_scale=False,
    alt="Left: only the left rims of the coins. Right: the left rims in one colour and the "
    "right rims in another, so that every coin is a full circle.",
)

# %% tags=["claim"]
negative = float(np.mean(response < 0))
claims.check(
    "uint8 sets more than a third of all Sobel responses on the coins to 0",
    negative > 1 / 3,
    value=negative,
    name="negative_share",
)
largest = float(response.max())
claims.check("the largest response is above 400; uint8 ends at 255", largest > 400, value=largest)

# %% [markdown]
# On this photograph {{negative_share:.0%}} of all responses are negative. So: **ask for a float result**,
# always, with `cv2.CV_32F` or `cv2.CV_64F`.
#
# A network keeps its responses in floats for this reason. Later you will meet the ReLU, which sets negative
# responses to 0 *on purpose*. The network can afford that: it has room for a second kernel with the opposite
# signs, which catches the other half.

# %% [markdown]
# ### Exercise 2.6 (spot the bug): count the rims
#
# `count_rims(image, threshold)` takes a gray image `(H, W)`, uint8 or float, and a positive threshold. It
# returns two whole numbers as a tuple: how many pixels have a Sobel x response **above** `threshold` (left
# rims of bright things), and how many have one **below** `-threshold` (right rims).
#
# On the coins it finds many left rims and not a single right one. With a threshold of 300 it finds nothing at
# all, although the largest response is over 400. Mend it.


# %% tags=["exercise"] exercise="2.6" points=2
def count_rims(image: np.ndarray, threshold: float) -> tuple[int, int]:
    """Return how many Sobel x responses are above threshold, and how many are below -threshold."""
    # BEGIN SOLUTION
    response = cv2.filter2D(image, cv2.CV_32F, kernels.SOBEL_X)
    return int(np.sum(response > threshold)), int(np.sum(response < -threshold))
    # END SOLUTION
    # BEGIN STUB
    # response = cv2.filter2D(image, -1, kernels.SOBEL_X)
    # return int(np.sum(response > threshold)), int(np.sum(response < -threshold))
    # END STUB


# %% tags=["check"] exercise="2.6"
checks.exercise("2.6", count_rims)

# %% tags=["hidden"] exercise="2.6"
from course_utils.authoring import define

exercise = define.function("2.6", count_rims)
bar = np.full((6, 12), 40, dtype=np.uint8)
bar[:, 4:8] = 100
exercise.case("a bright bar: two rims", image=bar, threshold=100.0)
exercise.case("only a right rim", image=images.step((5, 9), low=200, high=50), threshold=100.0)
exercise.case("a hard left rim, threshold 300", image=images.step((6, 8), low=0, high=240), threshold=300.0)
saw = np.tile(np.array([0, 50, 100, 150, 200, 200, 0, 0], dtype=np.uint8), (6, 1))
exercise.case("a soft rise and a sudden fall", image=saw, threshold=390.0)
small_bar = (bar / 255).astype(np.float32)
exercise.case("the bar as float32, 0 to 1", image=small_bar, threshold=0.5)
exercise.case("flat", visible=False, image=np.full((5, 7), 90, dtype=np.uint8), threshold=1.0)
exercise.case("exactly at the threshold", visible=False, image=bar, threshold=240.0)
exercise.random_cases(2, lambda rng: {"image": rng.integers(0, 256, (12, 9), dtype=np.uint8), "threshold": 150.0})
exercise.random_cases(1, lambda rng: {"image": rng.random((9, 9), dtype=np.float32), "threshold": 0.5})
exercise.hints(
    "Print the smallest and the largest response inside the function. Which numbers never appear?",
    "The second argument of cv2.filter2D is the type of the RESULT, and -1 means: like the image. Changing the type "
    "afterwards comes too late.",
    "A smaller case: on the row 100 100 40 40 the six products at the third pixel sum to 4 x (40 - 100) = -240. As "
    "uint8 this is stored as 0, and 0 < -100 is false, so the rim is not counted. As float32 it stays -240.",
)


@exercise.correct
def converts_the_image_first(image, threshold):
    response = cv2.filter2D(image.astype(np.float64), -1, kernels.SOBEL_X)
    return int((response > threshold).sum()), int((response < -threshold).sum())


# %% tags=["hidden"] exercise="2.6"
@exercise.correct
def with_the_course_kernel(image, threshold):
    response = kernels.correlate2d(image, kernels.SOBEL_X)
    return np.count_nonzero(response > threshold), np.count_nonzero(-response > threshold)


# %% tags=["hidden"] exercise="2.6"
@exercise.mutant(
    "No response below 0 and none above 255 ever arrives at the counting line. Which type do the responses have, "
    "and in which call do they get it? A conversion after that call comes too late."
)
def counts_in_uint8(image, threshold):
    response = cv2.filter2D(image, -1, kernels.SOBEL_X)
    return int(np.sum(response > threshold)), int(np.sum(response < -threshold))


@exercise.mutant(
    "You divided the image by 255. The threshold belongs to the image's own scale: change the type, not the values."
)
def rescales_the_image(image, threshold):
    return count_rims(image / np.float32(255), threshold)


@exercise.mutant("Both counts are the same: you took the absolute value. Left and right rims are to be counted apart.")
def counts_both_twice(image, threshold):
    both = sum(count_rims(image, threshold))
    return both, both


@exercise.mutant(
    "Left and right are swapped: dark-to-bright, counted from the left, is a positive response and comes first."
)
def swaps_left_and_right(image, threshold):
    left, right = count_rims(image, threshold)
    return right, left


# %% tags=["hidden"] exercise="2.6"
@exercise.mutant("'Above' leaves the threshold itself out: use > and <, not >= and <=.", only_hidden=True)
def counts_the_threshold(image, threshold):
    response = cv2.filter2D(image, cv2.CV_32F, kernels.SOBEL_X)
    return int(np.sum(response >= threshold)), int(np.sum(response <= -threshold))


# %% [markdown]
# ## Two thin kernels for one thick one
#
# A 15x15 kernel needs 225 multiplications for each pixel. Now blur the photograph twice instead: first with
# one row of 15 numbers, then the result with one column of 15.
#
# **Predict:** how many multiplications per pixel is that? And will the picture be the same, or only similar?

# %% tags=["predict"]
prediction = "..."

# %%
thick = kernels.gaussian(15, sigma=3)  # (15, 15)
column, row = kernels.separate(thick)  # (15, 1) and (1, 15)
in_one_pass = cv2.filter2D(part, cv2.CV_32F, thick)
first_pass = cv2.filter2D(part, cv2.CV_32F, row)
second_pass = cv2.filter2D(first_pass, cv2.CV_32F, column)
plots.compare(
    first_pass,
    second_pass,
    in_one_pass,
    titles=["first the row", "then the column", "15x15 in one pass"],
    alt="Left: the photograph smeared sideways. Middle and right: the photograph blurred in "
    "all directions, twice the same.",
)

# %% tags=["claim"]
claims.check(
    "a row and then a column blur as the 15x15 kernel does, to within a hundredth of a gray level",
    np.abs(in_one_pass - second_pass).max() < 0.01,
)

# %% [markdown]
# **What to notice.** The same picture, for 30 multiplications instead of 225. It works because the table of
# 225 numbers is a multiplication table: each number is a number of the column times a number of the row. A
# kernel of this kind is called **separable**. The saving grows with the size:

# %%
print("size   one pass   two passes   saving")
for size in [3, 5, 9, 15, 31]:
    print(f"{size:4} {size * size:10} {2 * size:12} {size * size / (2 * size):8.1f}x")
thick, thin = camera.size * 31 * 31, camera.size * 2 * 31
print(f"31x31 on the photograph: {thick:,} multiplications or {thin:,}")

# %% [markdown]
# Sobel x is a multiplication table, too, and its two factors tell what it is made for:

# %% tags=["figure"]
column, row = kernels.separate(kernels.SOBEL_X)
plots.kernels(
    {"a column ...": column, "... times a row ...": row, "... is Sobel x": column @ row},
    alt="The column 1 2 1, the row -1 0 1, and their product table, which is the Sobel x kernel.",
)

# %% [markdown]
# **What to notice.** The row -1 0 1 compares right with left. The column 1 2 1 blurs from top to bottom. So
# Sobel x takes a difference *across* an upright edge and a mean *along* it, which keeps the noise down.
#
# Not every kernel can be split. In a multiplication table each row is a multiple of every other row that is
# not 0. Look at the gallery again: for which kernels is that true?

# %% [markdown]
# ### Exercise 2.7 (investigate): which kernels can be split?
#
# Write `is_separable(kernel)`. It takes a kernel `(kh, kw)` of numbers, not all 0 and not necessarily square,
# and returns `True` if the kernel is a column times a row, and `False` otherwise. Differences smaller than a
# hundred-thousandth of the largest number are rounding errors and do not count.
#
# Before you write: which of Sobel x, the box, the 4-neighbour Laplacian and the 8-neighbour Laplacian can be
# split? Is a symmetric kernel always separable, or a separable one always symmetric?
#
# (Short of time? Leave this one for later: nothing in the next lessons depends on it.)


# %% tags=["exercise"] exercise="2.7" points=2
def is_separable(kernel: np.ndarray) -> bool:
    """Return whether a kernel (kh, kw), not all 0, is the product of a column and a row."""
    # BEGIN SOLUTION
    singular_values = np.linalg.svd(np.asarray(kernel, dtype=float), compute_uv=False)
    return bool(np.all(singular_values[1:] < 1e-5 * singular_values[0]))
    # END SOLUTION


# %% tags=["check"] exercise="2.7"
checks.exercise("2.7", is_separable)

# %% tags=["hidden"] exercise="2.7"
from course_utils.authoring import define

exercise = define.function("2.7", is_separable)
exercise.case("Sobel x", kernel=kernels.SOBEL_X)
exercise.case("Laplacian, 4 neighbours", kernel=kernels.LAPLACIAN_4)
exercise.case("Laplacian, 8 neighbours", kernel=kernels.LAPLACIAN_8)
exercise.case("1 4 6 4 1 times 1 2 1: a 5x3 blur", kernel=np.outer([1, 4, 6, 4, 1], [1, 2, 1]) / 64)
exercise.case("first row all 0", kernel=np.outer([0, 1, -1], [2, 0, 4]).astype(np.float32))
exercise.case("1 2 3, 4 5 6", kernel=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
exercise.case("a falling diagonal of ones", kernel=np.eye(3))
blur_5 = kernels.gaussian(5, sigma=1.0).astype(np.float64)
exercise.case("a 5x5 Gaussian, rounded to 7 digits", kernel=np.round(blur_5, 7))
exercise.case("numbers in the corners only", kernel=np.array([[1.0, 0, 1], [0, 0, 0], [1, 0, -1]]))
exercise.case("a 7x7 Gaussian, rounded to float32", visible=False, kernel=kernels.gaussian(7, sigma=1.5))
exercise.case("a single column", visible=False, kernel=np.array([[1.0], [0.0], [3.0]]))
exercise.case("a slope: 0 1 2, 1 2 3, 2 3 4", visible=False, kernel=np.add.outer([0.0, 1, 2], [0, 1, 2]))
exercise.case("the 3x3 identity kernel", visible=False, kernel=kernels.IDENTITY)
exercise.random_cases(
    2, lambda rng: {"kernel": np.outer(rng.integers(1, 9, 4), rng.integers(-8, 9, 5) * 2 + 1).astype(float)}
)
exercise.random_cases(2, lambda rng: {"kernel": np.diag(rng.integers(1, 9, 4)).astype(float)})
exercise.hints(
    "In a multiplication table any two rows are multiples of each other. Does that hold in the kernel?",
    "Linear algebra has a word for 'all rows are multiples of one row': the rank is 1. NumPy: "
    "np.linalg.matrix_rank; its tol says from which size on a number counts. A loop works, too: take the row with "
    "the largest number and ask whether each other row is a multiple of it.",
    "A smaller case: [[1, 2], [3, 6]] is (1, 3) times (1, 2): separable. In [[1, 2], [3, 5]] the second row would "
    "have to be 3 x (1, 2) = (3, 6): not separable.",
)


# %% tags=["hidden"] exercise="2.7"
@exercise.correct
def by_rank(kernel):
    return int(np.linalg.matrix_rank(kernel, tol=1e-5 * np.abs(kernel).max() * kernel.size)) == 1


@exercise.correct
def rebuilds_it_from_its_largest_number(kernel):
    kernel = np.asarray(kernel, dtype=float)
    row, column = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)
    table = np.outer(kernel[:, column], kernel[row]) / kernel[row, column]
    return bool(np.allclose(table, kernel, rtol=0, atol=1e-5 * np.abs(kernel).max()))


@exercise.correct
def asks_the_course(kernel):
    try:
        kernels.separate(kernel)
    except ValueError:
        return False
    return True


# %% tags=["hidden"] exercise="2.7"
@exercise.mutant(
    "Symmetric is not separable: Sobel x is not symmetric and can be split; the Laplacian is symmetric and cannot."
)
def asks_for_symmetry(kernel):
    return bool(np.allclose(kernel, kernel.T))


@exercise.mutant(
    "A determinant of 0 only says that SOME row depends on the others. In a 3x3 kernel two rows may still be "
    "independent."
)
def asks_for_determinant_zero(kernel):
    return bool(abs(np.linalg.det(kernel)) < 1e-6)


@exercise.mutant("You divide by the first row, but it may be all 0. Choose a row that holds the largest number.")
def trusts_the_first_row(kernel):
    return is_separable(kernel) and bool(np.any(kernel[0] != 0))


@exercise.mutant(
    "Rounding errors count with you: the Gaussian's rows are multiples only up to the last digits. Allow for it."
)
def allows_no_rounding(kernel):
    return int(np.linalg.matrix_rank(kernel.astype(np.float64))) == 1


@exercise.mutant("Your function says True to every kernel. Try the Laplacian with 4 neighbours.")
def always_true(kernel):
    return True


# %% tags=["hidden"] exercise="2.7"
@exercise.mutant("Your function says False to every kernel that is not square. A 5x3 blur can be split as well.")
def square_only(kernel):
    return kernel.shape[0] == kernel.shape[1] and is_separable(kernel)


# %% [markdown]
# ## Four kernels, depth four
#
# One kernel looks for one thing. So take several, lay each on the same photograph, and keep all their
# answers. Here are four edge kernels, one for each of four directions. Their zeros lie along the edge that
# they look for.

# %% tags=["figure"]
four_kernels = {
    "upright |": kernels.SOBEL_X,
    "level —": kernels.SOBEL_Y,
    "rising /": np.array([[2, 1, 0], [1, 0, -1], [0, -1, -2]], dtype=np.float32),
    "falling \\": np.array([[0, 1, 2], [-1, 0, 1], [-2, -1, 0]], dtype=np.float32),
}
plots.kernels(
    four_kernels,
    alt="Four 3x3 kernels with numbers from -2 to 2. The zeros lie along the middle column, "
    "the middle row, the rising diagonal and the falling diagonal.",
)

# %% [markdown]
# **Predict:** the film camera stands on a tripod with a middle column and two legs that spread. In which of the four
# pictures will the column be missing? In which one will the *right* leg be faintest?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
four_maps = [kernels.correlate2d(camera, kernel) for kernel in four_kernels.values()]
feature_maps = np.stack(four_maps, axis=-1)  # (512, 512, 4)
strength = np.abs(feature_maps[290:500, 180:440]) / 2  # around the tripod, without the sign
shown = [camera[290:500, 180:440], *np.moveaxis(strength, -1, 0), strength.max(axis=-1)]
plots.grid(
    [np.clip(picture, 0, 255) for picture in shown],
    titles=["the tripod", *four_kernels, "the strongest of the four"],
    columns=3,
    cell=2.9,
    alt="A tripod, and the strength of its edges in four directions. The middle column is "
    "missing in the picture for level edges, the right leg is faint for rising edges. In "
    "the last picture, the strongest answer of the four kernels at each pixel, all parts "
    "are there.",
)

# %% [markdown]
# **What to notice.** The column stands upright, and the kernel for level edges does not see it at all. The right
# leg falls from left to right, and the kernel for rising edges answers least. No map is the right one: they are
# answers to different questions about the same place. Together they miss nothing.
#
# `np.stack` has put the four maps behind one another like sheets of paper:

# %%
print("photograph  ", camera.shape)
print("feature maps", feature_maps.shape)
for name, row, column in [("sky", 50, 400), ("right leg", 400, 348), ("tower", 150, 411)]:
    print(f"{name:10}", feature_maps[row, column].astype(int))

# %% [markdown]
# **What to notice.** The picture has become an array of shape (512, 512, **4**). One number per pixel, its
# brightness, has become four numbers that say what its *neighbourhood* looks like. On the sky nothing changes in
# any direction. At the tower's side the upright kernel answers strongly and the level one hardly at all. The number
# of kernels is the **depth** of the stack; a network's first layer often has 32 or 64.

# %% tags=["claim"]
has_depth_four = feature_maps.shape == (512, 512, 4)
claims.check("four kernels turn a (512, 512) photograph into feature maps of depth 4", has_depth_four)

# %% [markdown]
# ## An edge that no gray kernel can see
#
# A stack of depth 3 you know already: a colour image. Here is one with two colours only, orange
# (200, 70, 20) and blue (30, 110, 255).
#
# **Predict:** we turn it into gray, and lay Sobel x on it. How strong is the edge between orange and blue?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
orange_blue = np.zeros((60, 90, 3), dtype=np.uint8)
orange_blue[:, :45] = (200, 70, 20)
orange_blue[:, 45:] = (30, 110, 255)
in_gray = images.to_gray(orange_blue)
print("gray values:", np.unique(in_gray))
plots.compare(
    orange_blue,
    in_gray,
    np.abs(kernels.correlate2d(in_gray, kernels.SOBEL_X)),
    titles=["in colour", "in gray", "Sobel x on the gray"],
    alt="Left: an orange half and a blue half. Middle: one even gray. Right: black, no edge.",
)

# %% [markdown]
# **What to notice.** There is no edge. Both colours become the gray value 103, since the gray value is a
# weighted mean of red, green and blue. What the weighting mixes together, no kernel can take apart again.
#
# So let the kernel see the colours. On an image with 3 channels **a kernel has 3 slices**, one for each
# channel: its shape is (3, 3, 3). It still gives *one* number per position: 27 products and one sum.

# %% tags=["figure"]
slices = {
    "red slice": kernels.SOBEL_X,
    "green slice": np.zeros((3, 3), dtype=np.float32),
    "blue slice": -kernels.SOBEL_X,
}
colour_kernel = np.stack(list(slices.values()), axis=-1)
print("image", orange_blue.shape, " kernel", colour_kernel.shape)
plots.kernels(
    slices,
    alt="Three slices of a kernel: Sobel x for red, zeros for green, minus Sobel x for blue.",
)

# %% tags=["figure"]
one_map = kernels.correlate2d(orange_blue, colour_kernel)
print("feature map", one_map.shape)
plots.compare(
    orange_blue,
    np.abs(kernels.correlate2d(in_gray, kernels.SOBEL_X)),
    np.abs(one_map),
    titles=["in colour", "gray kernel on the gray image", "colour kernel on the colour image"],
    height=1.9,
    alt="Left: orange and blue halves. Middle: black. Right: a bright line between the halves.",
)

# %% tags=["claim"]
in_gray_response = kernels.correlate2d(in_gray, kernels.SOBEL_X)
claims.check("the gray image hides the edge completely", not in_gray_response.any())
claims.check("the colour kernel finds it: 4 x 170 + 4 x 235 = 1,620", np.abs(one_map).max() == 1620)

# %% [markdown]
# A kernel can also look for a colour itself. The next one has 5x5 pixels and 3 slices: it takes the mean of
# red, and takes away half the mean of green and half the mean of blue. All its 75 numbers sum to 0, so that
# it is silent on every gray, from black to white.
#
# **Predict:** what will it find in this garage? What shape does its answer have?

# %% tags=["predict"]
prediction = "..."

# %% tags=["figure"]
garage = images.load("motorcycle")  # (500, 741, 3) uint8
weights = np.array([1.0, -0.5, -0.5])  # red, green, blue
red_finder = kernels.box(5)[:, :, np.newaxis] * weights  # (5, 5, 3)
redness = kernels.correlate2d(garage, red_finder)  # (500, 741): one map, no channels left
plots.compare(
    garage,
    np.clip(redness, 0, 255),
    titles=[f"photograph {garage.shape}", f"red finder {redness.shape}"],
    alt="Left: a red motorcycle in a garage with shelves and boxes. Right: the same, dark; only "
    "the motorcycle's tank and mudguards shine, and a red box behind the front fork shows "
    "in gray.",
)

# %% [markdown]
# **What to notice.** Tank, mudguards, and a red box behind the front fork, which you may have missed. The white
# door and the chrome are brighter in the photograph than the tank, but they have almost no colour, and the
# kernel sums to 0.
#
# One trap. `cv2.filter2D` takes only *flat* kernels, `(kh, kw)` without slices. On a colour image it filters
# each channel by itself and returns three channels. That is right for blurring a photograph. It is not what a network
# does. There the three slices are added up, and one kernel gives one map:
#
# $$ \text{(height, width, channels)} \quad\longrightarrow\quad \text{(height, width, number of kernels)} $$

# %%
print("one flat kernel, filter2D:   ", cv2.filter2D(garage, cv2.CV_32F, kernels.box(5)).shape)
print("one kernel with three slices:", redness.shape)

# %% [markdown]
# ### Exercise 2.8 (apply): how many numbers?
#
# A first layer looks at colour photographs (3 channels). It has 4 kernels, each 5 pixels high and 5 pixels
# wide. How many numbers are there in all its kernels together?

# %% tags=["exercise"] exercise="2.8" points=1
# BEGIN SOLUTION
num_kernel_values = 4 * 5 * 5 * 3
# END SOLUTION

# %% tags=["check"] exercise="2.8"
checks.exercise("2.8", num_kernel_values)

# %% tags=["hidden"] exercise="2.8"
from course_utils.authoring import define

exercise = define.answer("2.8", num_kernel_values, decimals=0)
exercise.wrong(100, "You forgot the channels: on a colour image each kernel has three slices.")
exercise.wrong(75, "That is one kernel. The layer has four.")
exercise.wrong(
    25, "That is one slice of one kernel. How many slices has a kernel on colour, and how many kernels are there?"
)
exercise.wrong(60, "You counted 5 numbers per slice. A slice is 5 high AND 5 wide.")
exercise.wrong(304, "You counted a bias per kernel. Layers often have one, but it is not a number in the kernel.")
exercise.hints(
    "Start with one kernel on one channel. Then go to one kernel on three channels, then to four kernels.",
    "height x width x channels x number of kernels.",
    "A smaller case: 2 kernels of 3x3 on 3 channels hold 2 x (3 x 3 x 3) = 2 x 27 = 54 numbers.",
)

# %% [markdown]
# ### Exercise 2.9 (build): the heart of a convolutional layer
#
# Put the last two sections together. Write `convolve_layer(image, layer_kernels)`:
#
# - `image` has the shape `(H, W, C)`, uint8 or float;
# - `layer_kernels` has the shape `(kh, kw, C, F)`, float32, with odd `kh` and `kw`: `F` kernels with `C`
#   slices each. The kernel number `f` is `layer_kernels[:, :, :, f]`. (This is the order that Keras uses.)
# - the result has the shape `(H, W, F)` and is float: map number `f` is the response to kernel number `f`,
#   **summed over the channels**.
#
# Use the border that `cv2.filter2D` uses by default. You may use any function of this lesson; remember that
# `cv2.filter2D` takes flat kernels only.


# %% tags=["exercise"] exercise="2.9" points=3
def convolve_layer(image: np.ndarray, layer_kernels: np.ndarray) -> np.ndarray:
    """Return the feature maps (H, W, F) of an image (H, W, C) for kernels (kh, kw, C, F)."""
    # BEGIN SOLUTION
    height, width, num_channels = image.shape
    num_filters = layer_kernels.shape[3]
    feature_maps = np.zeros((height, width, num_filters))
    for f in range(num_filters):
        for c in range(num_channels):
            channel = np.ascontiguousarray(image[:, :, c])
            kernel_slice = np.ascontiguousarray(layer_kernels[:, :, c, f])
            feature_maps[:, :, f] += cv2.filter2D(channel, cv2.CV_32F, kernel_slice)
    return feature_maps
    # END SOLUTION


# %% tags=["check"] exercise="2.9"
checks.exercise("2.9", convolve_layer)

# %% tags=["hidden"] exercise="2.9"
from course_utils.authoring import define

exercise = define.function("2.9", convolve_layer, rtol=1e-4, atol=1e-2)
two_colours = np.zeros((5, 6, 3), dtype=np.uint8)
two_colours[:, :3] = (200, 70, 20)
two_colours[:, 3:] = (30, 110, 255)
slices = np.stack([kernels.SOBEL_X, 0 * kernels.SOBEL_X, -kernels.SOBEL_X], axis=-1)
exercise.case("the orange-blue edge, one kernel", image=two_colours, layer_kernels=slices[:, :, :, np.newaxis])
pattern = (np.arange(90) * 37 % 251).astype(np.uint8).reshape(5, 6, 3)
counted = (np.arange(54, dtype=np.float32) % 7 - 3).reshape(3, 3, 3, 2)
exercise.case("three channels, two kernels", image=pattern, layer_kernels=counted)
four = counted[:1, :, :1].repeat(2, axis=3)
exercise.case("one channel, four kernels of 1x3", image=pattern[:, :, :1], layer_kernels=four)
three = np.concatenate([counted, counted[..., :1] * 2], axis=3)
exercise.case("three channels, three kernels", image=pattern, layer_kernels=three)
small = (pattern / 255).astype(np.float32)
exercise.case("float image, 5x5", visible=False, image=small, layer_kernels=np.ones((5, 5, 3, 2), np.float32))
exercise.random_cases(
    3,
    lambda rng: {
        "image": rng.integers(0, 256, (8, 9, 4), dtype=np.uint8),
        "layer_kernels": rng.normal(size=(3, 5, 4, int(rng.integers(1, 5)))).astype(np.float32),
    },
)

# %% tags=["hidden"] exercise="2.9"
exercise.hints(
    "One kernel first: filter each channel with its own slice, and add the results. Then repeat for each kernel.",
    "Two loops: over f for the maps, over c for the channels. The slice is layer_kernels[:, :, c, f], and filter2D "
    "needs cv2.CV_32F.",
    "A smaller case: an image of 1x1 pixel with channels (10, 20, 30) and 1x1 kernels with slices (1, 0, -1) and "
    "(1, 1, 1): the maps are 10 - 30 = -20 and 10 + 20 + 30 = 60, so the result has the shape (1, 1, 2) and holds "
    "[[[-20, 60]]].",
)


# %% tags=["hidden"] exercise="2.9"
@exercise.correct
def with_three_dimensional_kernels(image, layer_kernels):
    maps = [kernels.correlate2d(image, layer_kernels[..., f]) for f in range(layer_kernels.shape[-1])]
    return np.stack(maps, axis=-1)


@exercise.correct
def with_windows_and_one_product(image, layer_kernels):
    kernel_height, kernel_width = layer_kernels.shape[:2]
    border = ((kernel_height // 2,) * 2, (kernel_width // 2,) * 2, (0, 0))
    padded = np.pad(image.astype(float), border, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_height, kernel_width), axis=(0, 1))
    return np.einsum("rcdij,ijdf->rcf", windows, layer_kernels)


# %% tags=["hidden"] exercise="2.9"
@exercise.mutant("You took the mean over the channels. The responses of the slices are added up.")
def mean_over_channels(image, layer_kernels):
    return convolve_layer(image, layer_kernels) / image.shape[2]


@exercise.mutant("The maps are stacked in front: shape (F, H, W). Put the maps last: np.stack(maps, axis=-1).")
def maps_first(image, layer_kernels):
    return np.moveaxis(convolve_layer(image, layer_kernels), -1, 0)


@exercise.mutant("Only the first channel was used. Each kernel has a slice for every channel.")
def first_channel_only(image, layer_kernels):
    return convolve_layer(image[:, :, :1], layer_kernels[:, :, :1])


@exercise.mutant(
    "Negative responses are missing, and large ones are cut at 255: depth -1 keeps uint8. Ask filter2D for cv2.CV_32F."
)
def keeps_only_0_to_255(image, layer_kernels):
    return np.clip(np.rint(convolve_layer(image, layer_kernels)), 0, 255)


# %% tags=["hidden"] exercise="2.9"
@exercise.mutant(
    "Each kernel is turned by half a turn. A layer computes correlation: lay the slices on the image as they are."
)
def turns_the_kernels(image, layer_kernels):
    return convolve_layer(image, layer_kernels[::-1, ::-1])


@exercise.mutant("All maps are the same: the kernel number f is not used. Take layer_kernels[:, :, c, f].")
def repeats_the_first_kernel(image, layer_kernels):
    first = np.repeat(layer_kernels[..., :1], layer_kernels.shape[-1], axis=-1)
    return convolve_layer(image, first)


# %% tags=["hidden"] exercise="2.9"
@exercise.mutant("Each channel overwrites the one before, and only the last is left. Add the responses up: +=.")
def keeps_the_last_channel(image, layer_kernels):
    return convolve_layer(image[:, :, -1:], layer_kernels[:, :, -1:])


@exercise.mutant("Outside the image you counted 0. filter2D's default continues the image as in a mirror.")
def pads_with_zeros(image, layer_kernels):
    batch = image[np.newaxis].astype(np.float32)
    return kernels.correlate_batch(batch, layer_kernels, padding="same")[0]


@exercise.mutant(
    "The last two axes are swapped: the channel is axis 2 and the kernel number is axis 3 of layer_kernels."
)
def swaps_channel_and_filter(image, layer_kernels):
    if layer_kernels.shape[2] != layer_kernels.shape[3]:
        raise IndexError("channel number is out of range")
    return convolve_layer(image, layer_kernels.swapaxes(2, 3))


# %% [markdown]
# This function is the heart of `keras.layers.Conv2D`. Two small things are missing, and both come later: a bias for
# each map, and an activation such as the ReLU.

# %% [markdown]
# ## Who chooses the numbers?
#
# Up to now people chose them: Sobel thought about gradients, Gauss about bell curves. Here is the other way.
# Someone has filtered the photograph with a secret 3x3 kernel and gives you nothing but the two pictures,
# before and after.
#
# **Predict:** can the nine numbers be found from the two pictures? How many pixels would you need at least?

# %% tags=["predict"]
prediction = "..."

# %%
secret_kernel = list(kernels.GALLERY.values())[7].kernel  # used once, to make the second picture
before = camera[40:240, 90:340].astype(np.float32)
after = cv2.filter2D(before, cv2.CV_32F, secret_kernel)[1:-1, 1:-1]  # without the border

windows = np.lib.stride_tricks.sliding_window_view(before, (3, 3))  # (198, 248, 3, 3)
windows = windows.reshape(-1, 9)  # one row of nine pixels per window
found, *_ = np.linalg.lstsq(windows, after.ravel(), rcond=None)
print(f"{len(windows):,} equations, 9 unknowns; the numbers found:")
print(np.round(found.reshape(3, 3), 2) + 0.0)

# %% tags=["claim"]
claims.check(
    "it is the kernel that made the relief, each number found to within a thousandth",
    np.abs(found.reshape(3, 3) - kernels.EMBOSS).max() < 1e-3,
)

# %% [markdown]
# **What to notice.** The numbers are those of kernel 1 of the game: the secret was emboss. Each pixel gives one
# equation: nine known pixel values times nine unknown numbers make one known response. Nine windows would do,
# if none of them is a mixture of the others; we had almost 50,000. Nobody thought about slopes or light. The
# kernel came **out of examples** of what goes in and what must come out.
#
# That is the idea behind all that follows. A convolutional network is given examples, photographs and what is
# on them, and finds by itself the numbers in its kernels: first dozens of them, later millions.

# %% [markdown]
# ## Key points
#
# - A kernel is centred on a pixel, multiplied number by number with the window, and summed. All responses
#   together are a feature map.
# - On a flat region a kernel multiplies the brightness by its sum: 1 keeps it, 0 leaves only differences,
#   which are edges and detail.
# - OpenCV and Keras correlate. True convolution turns the kernel by half a turn first. Learned kernels do not
#   care, the sign of Sobel x does.
# - Responses can be negative and larger than 255: compute them as floats.
# - A kernel has one slice per channel and gives one map. F kernels give F maps: (H, W, C) becomes (H, W, F).
#
# ## Self-test
#
# <details><summary>1. The numbers of a kernel sum to 2. What happens to a photograph's brightness? In uint8?</summary>
#
# Flat regions become twice as bright. In uint8 everything that was brighter than 127 would end at 255.
#
# </details>
#
# <details><summary>2. A 7x7 kernel is to be centred on every pixel, even in the corners. How many extra rows of
# pixels does the image need on each side?</summary>
#
# 3, not 7: from the middle of the kernel to its rim there are 3 pixels.
#
# </details>
#
# <details><summary>3. Box, Gaussian, Laplacian, Sobel x, emboss: for which of these does it matter whether a
# library correlates or convolves?</summary>
#
# For Sobel x and emboss. The other three look the same after half a turn.
#
# </details>
#
# <details><summary>4. One image has depth 1, another depth 3. Which one is gray, which one is RGB? What is the
# depth after a layer with 16 kernels?</summary>
#
# Gray has depth 1, RGB has depth 3. After 16 kernels the depth is 16, for either of them.
#
# </details>
#
# <details><summary>5. How many multiplications per pixel does a 9x9 Gaussian need in one pass, and in two?</summary>
#
# 81 in one pass, 9 + 9 = 18 in two.
#
# </details>
#
# ## To read
#
# - R. C. Gonzalez and R. E. Woods, *Digital Image Processing*, chapter 3, "Spatial Filtering": the classic on
#   everything in this lesson.
# - V. Dumoulin and F. Visin, [A guide to convolution arithmetic for deep
#   learning](https://arxiv.org/abs/1603.07285), 2016: pictures of every way to slide a window.
# - I. Goodfellow, Y. Bengio and A. Courville, [Deep
#   Learning](https://www.deeplearningbook.org/contents/convnets.html), section 9.1: on flipping, and why
#   networks do without.
# - The [documentation of cv2.filter2D](https://docs.opencv.org/4.x/d4/d86/group__imgproc__filter.html), which
#   says in its formula that it correlates.
#
# ## Next
#
# [03 Find edges and handle borders](03_find_edges_and_handle_borders.ipynb): what a kernel does where the
# image ends, and how two Sobel responses become one clean line drawing.
