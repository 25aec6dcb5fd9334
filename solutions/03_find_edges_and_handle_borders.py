# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown] tags=["front-matter"]
# title: Find edges and handle borders
# read_minutes: 40
# exercise_minutes: 55
# objectives:
#   - measure how steep an image is at every pixel, and in which direction
#   - build the Canny edge detector step by step and explain each step by what goes wrong without it
#   - find out by experiment why two implementations of the same method differ
#   - choose what stands beyond the border of an image, and say what the choice costs
#   - compute the size of a filtered image from image size, kernel size, padding and stride
# needs: [02_convolve_with_kernels]
# data: [astronaut, brick, camera, cat, china, coffee, coins, grass, page]
# budget: {cpu_seconds: 40, memory_mb: 700, gpu: not used}

# %% tags=["setup"]
import cv2
import numpy as np

from course_utils import checks, claims, edges, images, kernels, plots

NAMES = ["astronaut", "brick", "camera", "cat", "china", "coffee", "coins", "grass", "page"]
SIGMA, LOW, HIGH = 1.4, 60, 160  # blur and thresholds that this lesson uses for Canny's detector

# %% [markdown]
# ## Where is the strongest edge of this photograph?
#
# In lesson 02 the Sobel kernels answered "how fast does the intensity change here, to the right, and
# downwards?". Join both answers into one number per pixel, and you can ask a photograph for its strongest
# edges.
#
# Below is a cat. We let both kernels run over her and mark the 1% of all pixels with the largest answers.
#
# **Predict before you run:** where will the marks be? On the eyes? The ears? The whiskers?

# %% tags=["predict"]
prediction = "..."  # "eyes", "ears", "whiskers", "nose" or something else


# %%
def mark(photograph, mask, colour=(230, 159, 0)):
    """Paint the marked pixels in a colour, thickened to 3 x 3 pixels so that you can see them."""
    painted = np.dstack([photograph] * 3)
    painted[cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = colour
    return painted


cat = images.load("cat", gray=True)  # (300, 451) uint8
zeros = {"borderType": cv2.BORDER_CONSTANT}  # what many programs do at the border
response_x = cv2.filter2D(cat, cv2.CV_32F, kernels.SOBEL_X, **zeros)
response_y = cv2.filter2D(cat, cv2.CV_32F, kernels.SOBEL_Y, **zeros)
strength = np.hypot(response_x, response_y)  # length of the arrow (response_x, response_y)
strongest = strength > np.percentile(strength, 99)
plots.compare(
    cat,
    mark(cat, strongest),
    titles=["the photograph", "its strongest edges, marked"],
    alt="A cat in gray. In the copy beside it, orange marks run along the whole frame of the photograph; the cat "
    "herself has a few specks, on the eyes, the forehead, the nose and the whiskers.",
)

# %% [markdown]
# **The strongest edge of this photograph is its own frame.** The eyes, sharp and dark as they are, get a
# handful of marks, the forehead and the whiskers a few specks; the frame gets all the rest.
#
# Nobody photographed that edge. At the border a 3 x 3 kernel hangs over the side by one pixel. It needs a
# number there, and it was given 0: black. So the program saw a bright cat in front of a black wall and
# reported, quite rightly, where the wall begins.
#
# Is it just this photograph? Here is the same question for every photograph of this course.

# %% tags=["claim"]
frame = np.ones(cat.shape, dtype=bool)
frame[1:-1, 1:-1] = False  # True on the outermost rows and columns only
claims.check(
    "more than 9 in 10 of the cat's strongest edge pixels lie on the outermost rows and columns",
    frame[strongest].mean() > 0.9,
    value=frame[strongest].mean(),
    name="cat_marks_on_frame",
)


def strongest_is_on_frame(photograph):
    slopes = [cv2.filter2D(photograph, cv2.CV_32F, k, **zeros) for k in (kernels.SOBEL_X, kernels.SOBEL_Y)]
    row, column = np.unravel_index(np.hypot(*slopes).argmax(), photograph.shape)
    return row in (0, photograph.shape[0] - 1) or column in (0, photograph.shape[1] - 1)


share = np.mean([strongest_is_on_frame(images.load(name, gray=True)) for name in images.names()])
claims.check(
    "in more than half of all photographs of the course the strongest response lies on the frame",
    share > 0.5,
    value=share,
    name="photographs_won_by_frame",
)

# %% [markdown]
# On the cat, {{cat_marks_on_frame:.0%}} of the marks lie on the frame, which holds only 1% of the pixels. Over
# all photographs of the course the frame wins in {{photographs_won_by_frame:.0%}} of the cases.
#
# Two questions follow, and they are the two halves of this lesson:
#
# 1. **What is an edge**, and how does one get from "large number" to a clean line, one pixel wide?
# 2. **What should stand beyond the border**, and what does each choice cost?
#
# A network has to answer the second question too: `padding="same"` in Keras puts zeros there. At the end we
# come back to the cat.

# %% [markdown]
# ## An edge is a steep slope, and a slope has a direction
#
# Think of an image as a landscape: bright is high, dark is low. Stand on one pixel. Two numbers say how the
# ground tilts: the slope to the right, $g_x$, and the slope downwards (rows count from the top!), $g_y$. The
# Sobel kernels measure just these. Together they are an arrow, the **gradient**:
#
# $$\text{magnitude} = \sqrt{g_x^2 + g_y^2} \qquad\qquad \text{direction} = \mathrm{arctan2}(g_y, g_x)$$
#
# The magnitude says how steep it is. The direction says which way is up: **it points from dark to bright**,
# straight across the edge. We give it in degrees from 0 up to 360: 0 is right, 90 is *down*, 180 is left, 270
# is up.
#
# Here are 8 x 8 pixels from the rim of a coin, with their numbers and their arrows.

# %%
coins = images.load("coins")  # (303, 384) uint8
gradient_x, gradient_y = edges.gradient(coins)
patch = np.s_[174:182, 253:261]
plots.arrows(
    coins[patch],
    gradient_x[patch],
    gradient_y[patch],
    alt="Eight by eight gray pixels with their numbers: dark at the top left, bright at the bottom right. Along the "
    "border between them long arrows point from dark to bright and turn slowly with the rim.",
)

# %% [markdown]
# **What to notice.** Long arrows only along the rim; all of them point into the bright coin; and they turn as
# the rim bends. In the flat parts the arrows are short or missing: there is no slope, so there is no direction
# to speak of.
#
# Now one arrow by hand. Take the pixel **117** in the fifth row. Its neighbourhood, and the two kernels laid on
# it:
#
# ```
#   21   31  112        -1  0  1        -1 -2 -1
#   22  117  207        -2  0  2         0  0  0
#  109  189  209        -1  0  1         1  2  1
# ```
#
# Right side minus left side, then lower side minus upper side. Work it out on paper, then run the cell.

# %%
by_hand_x = (112 + 2 * 207 + 209) - (21 + 2 * 22 + 109)
by_hand_y = (109 + 2 * 189 + 209) - (21 + 2 * 31 + 112)

around = coins[177:180, 256:259]  # the nine pixels
by_loop_x = kernels.correlate2d_loops(around, kernels.SOBEL_X, border="crop")[0, 0]
by_loop_y = kernels.correlate2d_loops(around, kernels.SOBEL_Y, border="crop")[0, 0]

by_library_x = cv2.Sobel(coins, cv2.CV_32F, dx=1, dy=0)[178, 257]
by_library_y = cv2.Sobel(coins, cv2.CV_32F, dx=0, dy=1)[178, 257]
print("by hand   ", by_hand_x, by_hand_y)
print("by loop   ", int(by_loop_x), int(by_loop_y))
print("by OpenCV ", int(by_library_x), int(by_library_y))
print(f"magnitude {np.hypot(by_hand_x, by_hand_y):.1f}")
print(f"direction {np.degrees(np.arctan2(by_hand_y, by_hand_x)):.1f} degrees: to the right and down")

# %% [markdown]
# All three agree. Note `arctan2(y, x)` with *two* arguments, not `arctan(y / x)`. A quotient cannot tell
# right-and-down from left-and-up, because two minus signs cancel in it; and it divides by zero on every level
# edge.
#
# ### A whole image of directions
#
# A direction is a cyclic number: 359 degrees and 1 degree are almost the same. On a gray scale one would be
# white and the other black. So directions get a **cyclic** colour map, whose two ends have the same colour: a
# gradient that points right is orange, down is green, left is blue, up is pink. (The wheel beside the pictures
# shows all of them.) Colours fade to white where the magnitude is small.
#
# **Predict:** the disc below is bright on a dark ground. Which colour will its *left* rim have?

# %% tags=["predict"]
prediction = "..."  # "orange", "green", "blue" or "pink"

# %%
disc = edges.blur(images.disc(101, radius=32), sigma=2)


def direction_and_magnitude(image):
    slopes = edges.gradient(image)
    return edges.direction(*slopes), edges.magnitude(*slopes)


plots.directions(
    direction_and_magnitude(disc),
    direction_and_magnitude(edges.blur(coins, SIGMA)),
    titles=["a bright disc", "the coins"],
    alt="The rim of a disc runs through all colours of the wheel: orange on the left, where the gradient points "
    "right, green on top, blue on the right, pink at the bottom. Every coin has the same ring.",
)

# %% [markdown]
# **What to notice.** The left rim is orange: going from the dark ground into the bright disc means going
# *right*. Each coin repeats the ring of the disc, so each coin is bright on dark. A dark hole in a bright plate
# would show the ring turned by half a circle.

# %% tags=["claim"]
angle, length = direction_and_magnitude(disc)
rows, columns = np.indices(disc.shape) - 50  # position as seen from the middle of the disc
towards_middle = np.degrees(np.arctan2(-rows, -columns)) % 360
turn = np.abs((angle - towards_middle + 180) % 360 - 180)  # difference of two directions, 0 ... 180
worst = turn[length > 0.5 * length.max()].max()
claims.check(
    "on the rim of the bright disc every gradient points to the middle, to within 5 degrees",
    worst < 5,
    value=worst,
    unit="degrees",
    name="worst_direction",
)

# %% [markdown]
# ### Exercise 3.1 (apply): the direction of a slope
# These nine pixels lie on a perfectly even slope. In which direction does the gradient point at the middle
# pixel?
#
# ```
#   95   80   65
#  115  100   85
#  135  120  105
# ```
#
# Use the Sobel kernels. Give `direction_degrees` in degrees, from 0 up to 360, to one decimal: 0 is right, 90
# is down.

# %% tags=["exercise"] exercise="3.1" points=1
# BEGIN SOLUTION
slope_x = (65 + 2 * 85 + 105) - (95 + 2 * 115 + 135)
slope_y = (135 + 2 * 120 + 105) - (95 + 2 * 80 + 65)
direction_degrees = np.degrees(np.arctan2(slope_y, slope_x)) % 360
# END SOLUTION

# %% tags=["check"] exercise="3.1"
checks.exercise("3.1", direction_degrees)

# %% tags=["hidden"] exercise="3.1"
from course_utils.authoring import define

exercise = define.answer("3.1", direction_degrees, decimals=1)
exercise.wrong(
    -53.1,
    "This arrow points to the right and up, where it is darker. arctan(y / x) loses a sign: use arctan2(y, x).",
)
exercise.wrong(
    306.9,
    "This arrow points to the right and up, where it is darker. arctan(y / x) loses a sign: use arctan2(y, x).",
)
exercise.wrong(127.0, "Nearly: give one decimal, or the number just as np.degrees returns it.")
exercise.wrong(2.2, "That is in radians. np.degrees turns it into degrees.")
exercise.wrong(323.1, "The two slopes are swapped: arctan2 takes y first, then x.")
exercise.wrong(-36.9, "The two slopes are swapped: arctan2 takes y first, then x.")
exercise.wrong(
    233.1, "Here y grows downwards, as rows do. You counted it upwards: it grows brighter towards the BOTTOM left."
)
exercise.wrong(
    -126.9, "Here y grows downwards, as rows do. You counted it upwards: it grows brighter towards the BOTTOM left."
)
exercise.wrong(200.0, "That is the magnitude, how steep it is. Asked is the direction.")
exercise.wrong(53.1, "Check the sign of the slope in x: from left to right these pixels grow darker.")
exercise.hints(
    "First find the two slopes. One of them is negative.",
    "slope_x is right side minus left side with weights 1, 2, 1; slope_y is lower side minus upper side. Then "
    "arctan2(slope_y, slope_x).",
    "A smaller case: the rows 10 20 30 / 20 30 40 / 30 40 50 have slope_x = 80 and slope_y = 80; "
    "np.degrees(np.arctan2(80, 80)) is 45.0.",
)

# %% [markdown]
# ### Exercise 3.2 (spot the bug): two bugs in the edges of a colour photograph
# Code like this is found in public course notebooks. It runs, it draws something that looks like edges, and it
# is wrong in **two** places. One of them you know from lesson 02.
#
# Mend `edge_magnitude(photograph)`. It takes an RGB photograph, `(height, width, 3)`, uint8, channels in
# the order red, green, blue (as `images.load` gives it), turns it to gray with the weights of lesson 01
# (0.299, 0.587 and 0.114), and returns the length of the Sobel gradient, `(height, width)` float. The
# border stays what `cv2.filter2D` does by itself.


# %% tags=["exercise"] exercise="3.2" points=2
def edge_magnitude(photograph: np.ndarray) -> np.ndarray:
    """Return the length of the Sobel gradient, (height, width) float, of an RGB photograph."""
    # BEGIN SOLUTION
    gray = cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY)
    slope_x = cv2.filter2D(gray, cv2.CV_32F, kernels.SOBEL_X)
    slope_y = cv2.filter2D(gray, cv2.CV_32F, kernels.SOBEL_Y)
    return np.hypot(slope_x, slope_y)
    # END SOLUTION
    # BEGIN STUB
    # gray = cv2.cvtColor(photograph, cv2.COLOR_BGR2GRAY)
    # slope_x = cv2.filter2D(gray, -1, kernels.SOBEL_X)
    # slope_y = cv2.filter2D(gray, -1, kernels.SOBEL_Y)
    # return np.hypot(slope_x.astype(np.float32), slope_y.astype(np.float32))
    # END STUB


# %% tags=["check"] exercise="3.2"
checks.exercise("3.2", edge_magnitude)

# %% tags=["hidden"] exercise="3.2"
from course_utils.authoring import define


def two_colours(left, right, size=8):
    picture = np.empty((size, size, 3), np.uint8)
    picture[:, : size // 2], picture[:, size // 2 :] = left, right
    return picture


exercise = define.function("3.2", edge_magnitude, atol=6)  # gray may be rounded or not
exercise.case("dark to bright", photograph=two_colours((20, 20, 20), (60, 60, 60)))
exercise.case("bright to dark", photograph=two_colours((60, 60, 60), (20, 20, 20)))
exercise.case("blue beside red", photograph=two_colours((0, 30, 120), (200, 30, 0)))
exercise.case("a steep edge", photograph=two_colours((0, 10, 10), (250, 240, 255)).transpose(1, 0, 2))
corner = two_colours((40, 40, 40), (40, 40, 40))
corner[4:, 4:] = (90, 100, 80)
exercise.case("a corner", photograph=corner)
exercise.case("flat", visible=False, photograph=two_colours((90, 40, 10), (90, 40, 10)))
exercise.case(
    "blue fades upwards", visible=False, photograph=two_colours((0, 0, 255), (0, 0, 30)).transpose(1, 0, 2)[::-1]
)
exercise.random_cases(3, lambda rng: {"photograph": rng.integers(0, 256, (9, 7, 3), dtype=np.uint8)})
exercise.hints(
    "Compare an edge from dark to bright with one from bright to dark. Then look at the edge between blue and red.",
    "Read the second argument of every OpenCV call. What can a uint8 result hold? In which order are the channels?",
    "A pixel (red 200, green 30, blue 0) has the gray value 0.299 * 200 + 0.587 * 30 = 77. With the weights of red "
    "and blue swapped it would be 0.114 * 200 + 0.587 * 30 = 40. And a step from 60 down to 20 has the response "
    "-160, which uint8 turns into 0.",
)


# %% tags=["hidden"] exercise="3.2"
@exercise.correct
def with_course_modules(photograph):
    slopes = edges.gradient(images.to_gray(photograph), border="mirror")
    return edges.magnitude(*slopes)


@exercise.correct
def with_weights_in_float(photograph):
    gray = photograph @ np.array([0.299, 0.587, 0.114])
    slope_x = cv2.Sobel(gray, cv2.CV_64F, 1, 0)
    return np.sqrt(slope_x**2 + cv2.Sobel(gray, cv2.CV_64F, 0, 1) ** 2)


@exercise.mutant(
    "This is the code as you were given it, with both bugs. Which of the cases fail, and what have they in common?"
)
def both_bugs(photograph):
    gray = cv2.cvtColor(photograph, cv2.COLOR_BGR2GRAY)
    slopes = [cv2.filter2D(gray, -1, k).astype(np.float32) for k in (kernels.SOBEL_X, kernels.SOBEL_Y)]
    return np.hypot(*slopes)


@exercise.mutant("One bug is left: the photograph is RGB, so COLOR_BGR2GRAY weighs red as if it were blue.")
def takes_rgb_for_bgr(photograph):
    gray = cv2.cvtColor(photograph, cv2.COLOR_BGR2GRAY)
    return np.hypot(cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1))


# %% tags=["hidden"] exercise="3.2"
@exercise.mutant(
    "One bug is left: with -1 the result stays uint8, so slopes below 0 become 0 and slopes above 255 become 255. "
    "Ask for cv2.CV_32F."
)
def stays_uint8(photograph):
    gray = cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY)
    slopes = [cv2.filter2D(gray, -1, k).astype(np.float32) for k in (kernels.SOBEL_X, kernels.SOBEL_Y)]
    return np.hypot(*slopes)


@exercise.mutant(
    "You add the two slopes without their signs. The length of an arrow is the root of the sum of squares: np.hypot."
)
def adds_absolute_slopes(photograph):
    gray = cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY)
    return np.abs(cv2.Sobel(gray, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(gray, cv2.CV_32F, 0, 1))


@exercise.mutant("Only the slope to the right is measured; level edges are lost.")
def only_upright_edges(photograph):
    return np.abs(cv2.Sobel(cv2.cvtColor(photograph, cv2.COLOR_RGB2GRAY), cv2.CV_32F, 1, 0))


@exercise.mutant(
    "A plain mean gives each channel a third. Gray weighs red 0.299, green 0.587, blue 0.114, as an eye does."
)
def mean_of_channels(photograph):
    gray = photograph.mean(axis=2).astype(np.float32)
    return np.hypot(cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1))


# %% [markdown]
# ## Blur before you differentiate
#
# A slope is a *difference* of neighbours, and noise is exactly that: neighbours that differ. So the gradient of
# a noisy image is mostly noise. How bad is it? Take an image of which we know the truth: a step from 80 to 120,
# between columns 31 and 32, with noise of standard deviation 20 added. You can still see the step easily.
#
# In every row, let the strongest gradient name the place of the step.
#
# **Predict:** in how many rows will it name the right place, if we do not blur? In nearly all, in about half,
# in hardly any?

# %% tags=["predict"]
prediction = "..."  # "nearly all", "half" or "hardly any"


# %%
def noisy_step(seed):
    clean = images.step((64, 64), low=80, high=120)
    return clean + np.random.default_rng(seed).normal(0, 20, clean.shape)


noisy = noisy_step(seed=0)
plain_slope, _ = edges.gradient(noisy)
calm_slope, _ = edges.gradient(edges.blur(noisy, SIGMA))
plots.compare(
    noisy.clip(0, 255),
    plain_slope,
    calm_slope,
    shared_scale=False,
    titles=["a step with noise", "slope to the right", "the same, blurred first"],
    alt="Left: a dark and a light half with noise, the step between them plain to see. Middle: the slope, red and "
    "blue specks everywhere and a ragged red line at the step. Right: after a blur, one clear red line.",
)


# %%
def share_of_rows_found(sigma, seed):
    magnitude = edges.magnitude(*edges.gradient(edges.blur(noisy_step(seed), sigma)))[8:56, 8:56]
    strongest_column = 8 + magnitude.argmax(axis=1)
    return np.mean(np.abs(strongest_column - 31.5) < 2)  # the step, or one column beside it


sigmas = [0, 0.5, 1, 1.4, 2, 3, 4]
found = np.array([[share_of_rows_found(sigma, seed) for sigma in sigmas] for seed in range(5)])
plots.bands(
    sigmas,
    {"rows in which\nthe step is found": found},
    xlabel="sigma of the blur (pixels)",
    ylabel="share of rows",
    alt="Without blur the step is found in about half of the rows, with a spread between five draws of the noise. "
    "From sigma 1 on it is found in nearly all rows, in every draw.",
)

# %% tags=["claim"]
claims.check(
    "without blur the strongest slope misses the step in at least a quarter of the rows, in each of 5 draws",
    found[:, 0].max() <= 0.75,
    value=found[:, 0].mean(),
    name="found_without_blur",
)
claims.check(
    "blurred with sigma 1.4 it finds the step in more than 19 of 20 rows, in each of 5 draws",
    found[:, sigmas.index(SIGMA)].min() > 0.95,
    value=found[:, sigmas.index(SIGMA)].mean(),
    name="found_with_blur",
)

# %% [markdown]
# You can see the step; the plain gradient finds it in {{found_without_blur:.0%}} of the rows only. Your eye
# averages along the whole edge. A 3 x 3 kernel sees three rows of it, so we let a Gaussian average over more: now it is
# {{found_with_blur:.0%}}.
#
# **The price.** A blur cannot tell noise from edges: it flattens both. On the clean step we can read the price
# off exactly.

# %%
step = images.step((64, 64), low=80, high=120)
slopes = {sigma: edges.gradient(edges.blur(step, sigma))[0][32] for sigma in (0, 1.4, 4)}
for sigma, slope in slopes.items():
    num_columns = np.sum(slope > slope.max() / 2)
    print(f"sigma {sigma}: steepest {slope.max():4.0f}, wider than half of that in {num_columns:2} columns")
plots.profile(
    {f"sigma {sigma}": slope[16:48] for sigma, slope in slopes.items()},
    ylabel="slope",
    alt="The slope across a clean step: without blur a narrow peak, with sigma 1.4 half as high and twice as wide, "
    "with sigma 4 low and very wide.",
)

# %% tags=["claim"]
wide = [np.sum(slope > slope.max() / 2) for slope in slopes.values()]
claims.check(
    "a blur with sigma 4 makes the ridge of a clean edge at least 4 times as wide",
    wide[2] >= 4 * wide[0],
    value=wide[2] / wide[0],
)

# %% [markdown]
# So sigma is a choice: **small keeps details and noise, large loses both.** Two edges closer to each other than
# the ridge is wide melt into one. From here on we use sigma = 1.4, the classic choice; try others on the coins
# below.

# %%
blurs = [0, 0.7, 1.4, 2, 3, 5, 8]
frames = [edges.magnitude(*edges.gradient(edges.blur(coins, sigma))) for sigma in blurs]
plots.slider(
    [frame / frame.max() for frame in frames],
    [f"sigma {sigma}" for sigma in blurs],
    title="How steep are the coins, after which blur?",
    alt="Gradient magnitude of the coins, each picture on its own scale. Without blur every scratch shows. At 1.4 "
    "rims and heads remain, at 3 the rims only, at 8 each coin is a soft ring.",
)

# %% [markdown]
# ## One threshold is never right
#
# A magnitude is a number; an edge map wants yes or no. So: say yes above a threshold. Move the slider. Look for
# the value at which every coin has a closed outline *and* nothing else is marked.

# %%
steepness = edges.magnitude(*edges.gradient(edges.blur(coins, SIGMA)))
thresholds = [20, 40, 60, 80, 110, 160, 220, 300]
plots.slider(
    [steepness > threshold for threshold in thresholds],
    [f"above {threshold}" for threshold in thresholds],
    title="Pixels whose magnitude is above a threshold",
    alt="White where the magnitude is above the threshold. At 20 the coins are white blobs, with specks between "
    "them. At 60 thick rims with parts of the heads. At 160 thinner rims, many open. At 300 only a few arcs.",
)

# %% [markdown]
# **There is none.** Three things are wrong with a single threshold:
#
# 1. The lines are **thick**. A rim is a ridge several pixels wide, and all of it lies above the threshold.
# 2. Low thresholds let **noise** in.
# 3. High thresholds leave **gaps**: the same rim is steep in the light and faint in the shade.
#
# In 1986 John Canny, then a student, answered with a pipeline that repairs each of these. Nearly every image
# library still has it. You know its first half already:
#
# | step | repairs |
# |---|---|
# | 1. blur | noise |
# | 2. gradient: magnitude and direction | |
# | 3. **non-maximum suppression**: keep the top of each ridge only | thick lines |
# | 4. **two thresholds** | noise against gaps ... |
# | 5. **hysteresis**: keep faint pixels that hang on to strong ones | ... settled |
#
# ## Step 3: keep only the top of the ridge
#
# Walk across a ridge of magnitude, along the gradient. One pixel on the way is the highest. Keep it, drop its
# neighbours: then the line is one pixel wide. That is all. The work is in one small word, and we try it on the
# simplest edge there is:
#
# ```
# intensity    50   50   50   90   90   90
# magnitude     0    0  160  160    0    0
# ```
#
# **Predict:** we keep a pixel if its magnitude is *greater than both* its neighbours, left and right. How thick
# will the line be?

# %% tags=["predict"]
prediction = "..."  # how many pixels wide?

# %%
ridge = edges.gradient(images.step((1, 6), low=50, high=90))[0][0]
before, after = np.append(0, ridge[:-1]), np.append(ridge[1:], 0)  # left and right neighbour; 0 outside
print("magnitude                          ", ridge.astype(int))
print("greater than both                  ", np.flatnonzero((ridge > before) & (ridge > after)))
print("at least as great as both          ", np.flatnonzero((ridge >= before) & (ridge >= after) & (ridge > 0)))
print("greater than left, at least right  ", np.flatnonzero((ridge > before) & (ridge >= after)))

# %% [markdown]
# **The cleanest edge in the world vanishes.** Its ridge has two tops of the same height, so none is greater
# than both its neighbours. With "at least as great as both" the two stay, and the line is 2 pixels thick. The
# third rule keeps one: **greater than the neighbour on one side, at least as great as the one on the other
# side.**
#
# So much for the row. In an image "across the edge" can be any direction, but a pixel has 8 neighbours only. So
# the direction is rounded to 45 degrees. Opposite directions (0 and 180) have the same two neighbours, which
# leaves four kinds:
#
# | direction, rounded, modulo 180 | earlier neighbour | later neighbour |
# |---|---|---|
# | 0 | left | right |
# | 45 (right and down) | upper left | lower right |
# | 90 (down) | above | below |
# | 135 (left and down) | upper right | lower left |
#
# "Earlier" and "later" mean the order in which one reads: row by row, from the left. A pixel stays if its
# magnitude is **greater than its earlier** and **at least as great as its later** neighbour.

# %%
angle, length = direction_and_magnitude(edges.blur(coins, SIGMA))
thin = edges.non_maximum_suppression(length, angle)
plots.compare(
    length / length.max(),
    thin / thin.max(),
    zoom=(160, 240, 60),
    titles=["magnitude", "after non-maximum suppression"],
    alt="Left: the rims of the coins as soft, wide ridges. Right: the same rims as lines one pixel wide, as bright "
    "as the ridge was. Below, part of one coin enlarged.",
)

# %% tags=["claim"]
thickness = np.sum(length > LOW) / np.sum(thin > LOW)
claims.check(
    "on the coins fewer than half of the pixels above the low threshold survive the thinning",
    thickness > 2,
    value=thickness,
    name="thickness",
)

# %% [markdown]
# The ridges were {{thickness:.1f}} pixels thick on average. Now they are lines, and no edge was moved: the top
# of a ridge stays where it is.
#
# ### Exercise 3.3 (build): non-maximum suppression
# Write `thin_ridges(magnitude, direction)`.
#
# * `magnitude`: `(height, width)` float, 0 or more; `direction`: the same shape, degrees from 0 up to 360.
# * Round each direction to a multiple of 45 and take it modulo 180. Compare the pixel with its two neighbours
#   from the table above.
# * If the magnitude is greater than the earlier neighbour's and at least as great as the later one's, it stays;
#   otherwise it becomes 0.
# * Neighbours outside the image count as 0.
# * Return a new array, `(height, width)` float. Loops are fine; so is NumPy.


# %% tags=["exercise"] exercise="3.3" points=3
def thin_ridges(magnitude: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Keep each magnitude that is the highest along its gradient; set the others to 0."""
    # BEGIN SOLUTION
    earlier_neighbour = {0: (0, -1), 45: (-1, -1), 90: (-1, 0), 135: (-1, 1)}  # (row, column) steps
    height, width = magnitude.shape
    framed = np.pad(magnitude, 1)  # a frame of zeros
    thinned = np.zeros_like(magnitude)
    for row in range(height):
        for column in range(width):
            down, right = earlier_neighbour[round(direction[row, column] / 45) * 45 % 180]
            here = magnitude[row, column]
            earlier = framed[row + 1 + down, column + 1 + right]
            later = framed[row + 1 - down, column + 1 - right]
            if here > earlier and here >= later:
                thinned[row, column] = here
    return thinned
    # END SOLUTION


# %% tags=["check"] exercise="3.3"
checks.exercise("3.3", thin_ridges)

# %% tags=["hidden"] exercise="3.3"
from course_utils.authoring import define

hill = np.array([[1, 2, 3, 2], [2, 5, 9, 4], [3, 9, 7, 3], [2, 4, 3, 1]], float)
exercise = define.function("3.3", thin_ridges)
exercise.case("one ridge, direction 0", magnitude=np.array([[1.0, 3, 7, 4, 0, 2]]), direction=np.zeros((1, 6)))
exercise.case("two tops of the same height", magnitude=np.array([[0.0, 0, 160, 160, 0, 0]]), direction=np.zeros((1, 6)))
exercise.case("the same, direction 180", magnitude=np.array([[0.0, 9, 9, 2]]), direction=np.full((1, 4), 180.0))
exercise.case("direction 90", magnitude=np.array([[1.0, 4], [5, 4], [5, 2], [3, 2]]), direction=np.full((4, 2), 90.0))
exercise.case("direction 45", magnitude=hill, direction=np.full((4, 4), 45.0))
exercise.case("direction 135", magnitude=hill, direction=np.full((4, 4), 135.0))
exercise.case(
    "directions between",
    magnitude=hill,
    direction=np.array([[20.0, 30, 65, 70], [110, 115, 155, 160], [200, 205, 245, 290], [295, 335, 340, 359]]),
)
exercise.case("negative slopes", visible=False, magnitude=hill, direction=np.full((4, 4), 315.0))
exercise.case("top at the border", visible=False, magnitude=np.array([[6.0, 3, 1, 4]]), direction=np.full((1, 4), 2.0))
exercise.case("nothing at all", visible=False, magnitude=np.zeros((3, 4)), direction=np.full((3, 4), 90.0))
exercise.random_cases(
    3,
    lambda rng: {
        "magnitude": rng.integers(0, 6, (7, 9)).astype(float),
        "direction": np.round(rng.uniform(0, 359, (7, 9)), 1) + 0.03,
    },
)
# %% tags=["hidden"] exercise="3.3"
exercise.hints(
    "Take the case of one row with direction 0 first: only the left and the right neighbour count there.",
    "Pad the magnitude with a frame of zeros, so that every pixel has all its neighbours. Then look up the step "
    "(rows, columns) to the earlier neighbour; the later one is the same step backwards. Remember that rows come "
    "first in an index.",
    "A worked row, direction 0 everywhere: 3 8 8 2. Left to right: 3 > 0 but 3 < 8, drop. 8 > 3 and 8 >= 8, keep. 8 "
    "> 8 is false, drop. 2 > 8 is false, drop. Result: 0 8 0 0.",
)


# %% tags=["hidden"] exercise="3.3"
def _shifted(magnitude, down, right):
    height, width = magnitude.shape
    return np.pad(magnitude, 1)[1 + down : 1 + down + height, 1 + right : 1 + right + width]


@exercise.correct
def with_shifted_arrays(magnitude, direction):
    kind = np.round(direction / 45).astype(int) % 4
    steps = [(0, -1), (-1, -1), (-1, 0), (-1, 1)]
    earlier = np.choose(kind, [_shifted(magnitude, down, right) for down, right in steps])
    later = np.choose(kind, [_shifted(magnitude, -down, -right) for down, right in steps])
    return np.where((magnitude > earlier) & (magnitude >= later), magnitude, 0)


# %% tags=["hidden"] exercise="3.3"
@exercise.correct
def with_the_course_library(magnitude, direction):
    return edges.non_maximum_suppression(magnitude, direction)


@exercise.correct
def with_if_chains(magnitude, direction):
    result = magnitude.copy()
    for (row, column), here in np.ndenumerate(magnitude):
        angle = direction[row, column] % 180
        step = (
            (0, -1)
            if angle < 22.5 or angle >= 157.5
            else (-1, -1)
            if angle < 67.5
            else (-1, 0)
            if angle < 112.5
            else (-1, 1)
        )
        down, right = step
        if not (
            here > _shifted(magnitude, down, right)[row, column]
            and here >= _shifted(magnitude, -down, -right)[row, column]
        ):
            result[row, column] = 0
    return result


# %% tags=["hidden"] exercise="3.3"
def _keep(magnitude, direction, rule, steps=((0, -1), (-1, -1), (-1, 0), (-1, 1)), kinds=None):
    kind = np.round(direction / 45).astype(int) % 4 if kinds is None else kinds
    earlier = np.choose(kind, [_shifted(magnitude, down, right) for down, right in steps])
    later = np.choose(kind, [_shifted(magnitude, -down, -right) for down, right in steps])
    return np.where(rule(magnitude, earlier, later), magnitude, 0)


@exercise.mutant(
    "A ridge with two equal tops vanishes: you ask for greater than BOTH neighbours. The later one may be just as "
    "great."
)
def loses_twin_tops(magnitude, direction):
    return _keep(magnitude, direction, lambda m, earlier, later: (m > earlier) & (m > later))


@exercise.mutant(
    "Of two equal tops both stay, so the line is 2 pixels thick. It must be greater than the earlier neighbour."
)
def keeps_both_twins(magnitude, direction):
    return _keep(magnitude, direction, lambda m, earlier, later: (m >= earlier) & (m >= later))


@exercise.mutant(
    "Of two equal tops you keep the later one. Greater than the EARLIER neighbour, at least as great as the later one."
)
def keeps_the_later_twin(magnitude, direction):
    return _keep(magnitude, direction, lambda m, earlier, later: (m >= earlier) & (m > later))


# %% tags=["hidden"] exercise="3.3"
@exercise.mutant("You compare with one neighbour only. A top must not be exceeded on either side.")
def one_sided(magnitude, direction):
    return _keep(magnitude, direction, lambda m, earlier, later: m > earlier)


# %% tags=["hidden"] exercise="3.3"
TOP = lambda m, earlier, later: (m > earlier) & (m >= later)  # noqa: E731


@exercise.mutant(
    "The axes are swapped: direction 0 points along a ROW, to the right, so its neighbours are left and right."
)
def swaps_axes(magnitude, direction):
    return _keep(magnitude, direction, TOP, steps=((-1, 0), (-1, -1), (0, -1), (-1, 1)))


@exercise.mutant(
    "Your diagonals are mirrored. Rows grow downwards, so 45 degrees points to the lower RIGHT; its earlier "
    "neighbour is the upper left."
)
def mirrors_diagonals(magnitude, direction):
    return _keep(magnitude, direction, TOP, steps=((0, -1), (-1, 1), (-1, 0), (-1, -1)))


@exercise.mutant(
    "You cut directions off to a multiple of 45 instead of rounding them: 30 degrees is nearer to 45 than to 0."
)
def cuts_instead_of_rounding(magnitude, direction):
    return _keep(magnitude, direction, TOP, kinds=(direction // 45).astype(int) % 4)


# %% tags=["hidden"] exercise="3.3"
@exercise.mutant(
    "On the diagonals you ask for greater than both neighbours. One rule holds for all four kinds: the later one may "
    "be just as great."
)
def strict_on_diagonals(magnitude, direction):
    return edges.non_maximum_suppression(magnitude, direction, diagonal_ties=False)


@exercise.mutant("The direction is in degrees already; you treat it as radians.")
def takes_degrees_for_radians(magnitude, direction):
    return _keep(magnitude, np.degrees(direction) % 360, TOP)


@exercise.mutant("You compare along the edge, not across it: the neighbours lie in the direction of the gradient.")
def compares_along_the_edge(magnitude, direction):
    return _keep(magnitude, (direction + 90) % 360, TOP)


# %% tags=["hidden"] exercise="3.3"
@exercise.mutant("You return 1 for each top. Keep its magnitude: the thresholds come later and need it.")
def forgets_the_magnitude(magnitude, direction):
    return (_keep(magnitude, direction, TOP) > 0).astype(float)


@exercise.mutant(
    "Opposite directions have the same two neighbours. Take the rounded direction modulo 180, so that 180 counts as 0."
)
def ignores_opposite_directions(magnitude, direction):
    return np.where(np.round(direction / 45) * 45 < 180, _keep(magnitude, direction, TOP), 0)


@exercise.mutant(
    "Your loops leave out the outermost rows and columns. Neighbours outside the image count as 0, so pixels there "
    "can stay as well."
)
def skips_the_border(magnitude, direction):
    inside = np.pad(np.ones((magnitude.shape[0] - 2, magnitude.shape[1] - 2)), 1) if min(magnitude.shape) > 2 else 0
    return _keep(magnitude, direction, TOP) * inside


@exercise.mutant(
    "At the left border you compare with the right border of the image: an index of -1 counts from the end. Pad first."
)
def wraps_round(magnitude, direction):
    framed = np.pad(magnitude, 1, mode="wrap")
    return _keep(framed, np.pad(direction, 1), TOP)[1:-1, 1:-1]


# %% [markdown]
# ## Steps 4 and 5: two thresholds, and the company that a pixel keeps
#
# Noise makes short faint lines. Real edges make long lines that are faint in places. A threshold looks at one
# pixel and cannot tell the two apart; their *company* can. So Canny takes two thresholds:
#
# * above **high**: certainly an edge ("strong");
# * between **low** and **high**: an edge only if a chain of such pixels connects it to a strong one ("weak");
# * the rest: no edge.
#
# Following the chains is called **hysteresis**. Pixels that touch at a corner count as connected.
#
# **Predict:** of the weak pixels, how many will be saved by a chain to a strong one: most, half, few?

# %% tags=["predict"]
prediction = "..."  # "most", "half" or "few"

# %%
weak, strong = edges.double_threshold(thin, LOW, HIGH)  # here weak is all above LOW, the strong ones included
kept = edges.hysteresis(weak, strong)
three_kinds = np.full((*coins.shape, 3), 255, np.uint8)
three_kinds[weak & ~kept] = (0, 158, 115)  # green: weak, dropped
three_kinds[kept & ~strong] = (0, 114, 178)  # blue: weak, kept
three_kinds[strong] = (0, 0, 0)  # black: strong
plots.compare(
    thin / thin.max(),
    three_kinds,
    kept,
    zoom=(160, 240, 60),
    titles=["thin ridges", "black: strong, blue: weak but kept, green: dropped", "result"],
    alt="Left: thin ridges of the coins. Middle: rims mostly black with blue links, the lines inside the coins mostly "
    "green. Right: the outlines, and in five coins some lines of the relief. Below, one of these five enlarged.",
)

# %% tags=["claim"]
saved = kept[weak & ~strong].mean()
claims.check(
    "on the coins hysteresis keeps more than a tenth of the weak pixels and drops more than half of them",
    0.1 < saved < 0.5,
    value=saved,
    name="weak_saved",
)
num_pieces_strong = cv2.connectedComponents(strong.astype(np.uint8))[0] - 1
num_pieces_kept = cv2.connectedComponents(kept.astype(np.uint8))[0] - 1
claims.check(
    "with the weak links the outlines are in fewer pieces than the strong pixels alone",
    num_pieces_kept < num_pieces_strong,
    value=num_pieces_strong / num_pieces_kept,
    name="pieces",
)

# %% [markdown]
# Of the weak pixels {{weak_saved:.0%}} were saved. The blue links close gaps: the strong pixels alone would lie
# in {{pieces:.1f}} times as many separate pieces.
#
# ### Exercise 3.4 (build): hysteresis
# Write `follow_edges(thin, low, high)`.
#
# * `thin`: `(height, width)` float, the output of step 3. A pixel is *strong* above `high`; *weak* above `low` but
#   not strong. A pixel exactly on a threshold is not above it.
# * Return `(height, width)` bool: True for each strong pixel and for each weak pixel that a chain of weak
#   pixels, of any length, connects to a strong one. The 8 pixels around a pixel are its neighbours.


# %% tags=["exercise"] exercise="3.4" points=3
def follow_edges(thin: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return True on every chain of pixels above low that holds a pixel above high."""
    # BEGIN SOLUTION
    kept = thin > high
    to_visit = [tuple(place) for place in np.argwhere(kept)]
    while to_visit:
        row, column = to_visit.pop()
        for next_row in range(max(row - 1, 0), min(row + 2, thin.shape[0])):
            for next_column in range(max(column - 1, 0), min(column + 2, thin.shape[1])):
                if thin[next_row, next_column] > low and not kept[next_row, next_column]:
                    kept[next_row, next_column] = True
                    to_visit.append((next_row, next_column))
    return kept
    # END SOLUTION


# %% tags=["check"] exercise="3.4"
checks.exercise("3.4", follow_edges)

# %% tags=["hidden"] exercise="3.4"
from course_utils.authoring import define

snake = np.array([[9, 5, 5, 5, 0], [0, 0, 0, 5, 0], [5, 5, 0, 5, 0], [5, 0, 0, 5, 5]], float)
stairs = np.array([[0, 0, 0, 9], [0, 0, 5, 0], [0, 5, 0, 0], [5, 0, 0, 5]], float)
exercise = define.function("3.4", follow_edges)
exercise.case("a chain and a stray piece", thin=snake, low=3, high=7)
exercise.case("a chain over corners", thin=stairs, low=3, high=7)
exercise.case("chains that run upwards and to the left", thin=snake[::-1, ::-1], low=3, high=7)
exercise.case("exactly on the thresholds", thin=np.array([[8.0, 7, 4, 3, 4]]), low=3, high=7)
exercise.case(
    "a chain away from the border",
    thin=np.array([[0.0, 0, 0, 0, 0], [0, 9, 5, 0, 0], [0, 0, 0, 5, 0], [0, 0, 0, 0, 5]]),
    low=3,
    high=7,
)
exercise.case("strong only", thin=np.array([[9.0, 0, 8], [0, 0, 0]]), low=3, high=7)
exercise.case("no strong pixel", thin=np.array([[5.0, 6, 6], [0, 0, 5]]), low=3, high=7)
exercise.case("a gap of one pixel", thin=np.array([[9.0, 5, 1, 5, 5]]), low=3, high=7)
exercise.case("one threshold", visible=False, thin=snake, low=4, high=4)
exercise.case("lonely strong pixels", visible=False, thin=np.diag([9.0, 0, 8, 0, 5]), low=3, high=7)
exercise.case("nothing at all", visible=False, thin=np.zeros((3, 3)), low=1, high=2)
exercise.random_cases(
    3, lambda rng: {"thin": rng.integers(0, 10, (9, 11)) * (rng.random((9, 11)) < 0.6) * 1.0, "low": 3, "high": 8}
)
# %% tags=["hidden"] exercise="3.4"
exercise.hints(
    "Start from the strong pixels and spread: who is above low and touches somebody who has been kept?",
    "One round of spreading is not enough: a chain may be long. Repeat until nothing changes, or keep a list of "
    "places still to visit. And corners count: each pixel has 8 neighbours.",
    "A worked row with low 3 and high 7: 9 5 5 1 5. Start: only the 9. First round: the 5 beside it. Second round: "
    "the next 5. The 1 is not above 3, so the chain ends there, and the last 5 is never reached: True True True "
    "False False.",
)


# %% tags=["hidden"] exercise="3.4"
@exercise.correct
def with_connected_pieces(thin, low, high):
    _, piece = cv2.connectedComponents((thin > low).astype(np.uint8), connectivity=8)
    return np.isin(piece, np.unique(piece[thin > high])) & (thin > low)


@exercise.correct
def with_repeated_growth(thin, low, high):
    kept = thin > high
    while True:
        grown = (cv2.dilate(kept.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & (thin > low)
        if (grown == kept).all():
            return grown
        kept = grown


# %% tags=["hidden"] exercise="3.4"
def _spread(thin, low, high, shape, rounds):
    kept = thin > high
    for _ in range(rounds):
        kept = (cv2.dilate(kept.astype(np.uint8), np.asarray(shape, np.uint8)) > 0) & (thin > low)
    return kept


SQUARE, CROSS = np.ones((3, 3)), [[0, 1, 0], [1, 1, 1], [0, 1, 0]]


@exercise.mutant(
    "You spread to the neighbours of strong pixels once. A chain may be longer: repeat until nothing changes."
)
def spreads_once(thin, low, high):
    return _spread(thin, low, high, SQUARE, 1)


@exercise.mutant("Pixels that touch at a corner count as neighbours too: there are 8 around each pixel, not 4.")
def four_neighbours(thin, low, high):
    return _spread(thin, low, high, CROSS, thin.size)


@exercise.mutant("You keep every weak pixel. A weak pixel needs a chain to a strong one.")
def keeps_all_weak(thin, low, high):
    return thin > low


# %% tags=["hidden"] exercise="3.4"
@exercise.mutant("You keep the strong pixels only, so `low` has no effect.")
def keeps_strong_only(thin, low, high):
    return thin > high


@exercise.mutant("A pixel exactly on a threshold is not above it: use > and not >=.")
def counts_equal_as_above(thin, low, high):
    return _spread(thin, np.nextafter(low, -np.inf), np.nextafter(high, -np.inf), SQUARE, thin.size)


@exercise.mutant("You drop strong pixels that have no weak neighbour. A strong pixel always stays.")
def drops_lonely_strong(thin, low, high):
    kept = _spread(thin, low, high, SQUARE, thin.size)
    return kept & (cv2.filter2D((thin > low).astype(np.float32), -1, SQUARE, borderType=cv2.BORDER_CONSTANT) > 1)


@exercise.mutant("Your chains jump over pixels that are not above `low`. Each link must be a weak pixel.")
def jumps_over_gaps(thin, low, high):
    return (_spread(thin, -1, high, SQUARE, thin.size) & (thin > low)) if (thin > high).any() else thin > high


# %% tags=["hidden"] exercise="3.4"
@exercise.mutant(
    "Your chains never enter the outermost rows and columns: these pixels have neighbours too, only fewer than 8."
)
def stays_off_the_border(thin, low, high):
    inside = np.zeros(thin.shape, dtype=bool)
    inside[1:-1, 1:-1] = True
    return _spread(np.where(inside, thin, 0), low, high, SQUARE, thin.size) | (thin > high)


@exercise.mutant(
    "You walk through the image once, from the upper left. A chain that runs upwards or to the left is cut off: "
    "repeat until nothing changes."
)
def one_pass_in_reading_order(thin, low, high):
    kept = np.pad(thin > high, 1)
    for row, column in np.ndindex(thin.shape):
        if thin[row, column] > low and kept[row : row + 3, column : column + 3].any():
            kept[row + 1, column + 1] = True
    return kept[1:-1, 1:-1]


# %% [markdown]
# ## The whole pipeline, step by step
#
# All five steps in one slider. Go back and forth between two neighbours, and say what the step has repaired.
# Then you put them together yourself.

# %%
steps = edges.canny_steps(coins, LOW, HIGH, SIGMA)
colours = plots.paint_directions(steps["direction"], steps["magnitude"])
frames = {
    "0 the photograph": coins,
    "1 blurred": steps["blurred"],
    "2 magnitude": steps["magnitude"],
    "2 direction": colours,
    "3 thin ridges": steps["thin"],
    "4 two thresholds": three_kinds,
    "5 edges": steps["edges"],
}
plots.slider(
    list(frames.values()),
    list(frames),
    title="Canny's detector on the coins",
    shared_scale=False,
    alt="From the photograph of the coins, over the blurred one, the soft ridges of magnitude, the coloured "
    "directions and the thin ridges, to the clean outlines.",
)

# %% [markdown]
# ### Exercise 3.5 (build): your own detector
# Write `find_edges(image, low, high, sigma)`: all five steps, in order.
#
# * `image`: `(height, width)`, uint8 or float. Return `(height, width)` bool, True on the edges.
# * Steps 1 and 2: `edges.blur`, `edges.gradient`, `edges.magnitude` and `edges.direction`, as the cells above use
#   them.
# * Steps 3 to 5: your `thin_ridges` and `follow_edges`. If one of them does not pass yet, take
#   `edges.non_maximum_suppression(magnitude, direction)` and `edges.hysteresis(*edges.double_threshold(thin, low,
#   high))` in its place.
#
# When it passes, open a new cell and run it on a photograph of your choice.


# %% tags=["exercise"] exercise="3.5" points=2 needs=["3.3", "3.4"]
def find_edges(image: np.ndarray, low: float, high: float, sigma: float) -> np.ndarray:
    """Return True where Canny's detector finds an edge, (height, width) bool."""
    # BEGIN SOLUTION
    slopes = edges.gradient(edges.blur(image, sigma))
    thin = thin_ridges(edges.magnitude(*slopes), edges.direction(*slopes))
    return follow_edges(thin, low, high)
    # END SOLUTION


# %% tags=["check"] exercise="3.5" needs=["3.3", "3.4"]
checks.exercise("3.5", find_edges)

# %% tags=["hidden"] exercise="3.5" needs=["3.3", "3.4"]
from course_utils.authoring import define


def three_discs(seed, height=18, width=20):
    rng = np.random.default_rng(seed)
    rows, columns = np.indices((height, width))
    picture = np.full((height, width), 40.0)
    for _ in range(3):
        row, column, radius = rng.uniform(3, 15), rng.uniform(3, 15), rng.uniform(3, 6)
        picture[(rows - row) ** 2 + (columns - column) ** 2 < radius**2] += 170 * rng.uniform(0.3, 1)
    return picture.clip(0, 255).round().astype(np.uint8)


exercise = define.function("3.5", find_edges)
exercise.case("three discs", image=three_discs(5), low=60, high=160, sigma=1.4)
exercise.case("other thresholds", image=three_discs(26), low=90, high=260, sigma=1.4)
exercise.case("little blur", image=three_discs(32), low=60, high=300, sigma=0.7)
exercise.case("one threshold", image=three_discs(57), low=150, high=150, sigma=1)
exercise.case("far below the thresholds", image=40 + three_discs(3) // 20, low=60, high=160, sigma=2)
exercise.case("float", visible=False, image=three_discs(26) / 255, low=0.2, high=0.8, sigma=1.2)
exercise.random_cases(
    2, lambda rng: {"image": three_discs(int(rng.integers(1000)), 16, 23), "low": 60, "high": 200, "sigma": 1.1}
)
exercise.hints(
    "Name what goes from step to step: blurred, two slopes, magnitude and direction, thin ridges, edges.",
    "edges.gradient returns two arrays, the slope in x first. Both edges.magnitude and edges.direction take the two, "
    "in this order. The thresholds act on the thin ridges, and only in the last line.",
    "On the row 50 50 50 90 90 90 with sigma 0: slope_x is 0 0 160 160 0 0 and slope_y is 0, so the direction is 0 "
    "everywhere; thin is 0 0 160 0 0 0; with low 60 and high 100 the result is True in the third place only.",
)


# %% tags=["hidden"] exercise="3.5" needs=["3.3", "3.4"]
@exercise.correct
def with_the_course_detector(image, low, high, sigma):
    return edges.canny(image, low, high, sigma)


@exercise.correct
def with_numpy_and_connected_pieces(image, low, high, sigma):
    slope_x, slope_y = edges.gradient(edges.blur(image, sigma))
    direction = np.degrees(np.arctan2(slope_y, slope_x)) % 360
    thin = edges.non_maximum_suppression(np.sqrt(slope_x**2 + slope_y**2), direction)
    _, piece = cv2.connectedComponents((thin > low).astype(np.uint8), connectivity=8)
    return np.isin(piece, np.unique(piece[thin > high])) & (thin > low)


def _last_steps(slopes, low, high):
    thin = edges.non_maximum_suppression(edges.magnitude(*slopes), edges.direction(*slopes))
    return edges.hysteresis(*edges.double_threshold(thin, low, high))


@exercise.mutant("The blur is missing, or its result is not used: the gradient must be that of the blurred image.")
def forgets_the_blur(image, low, high, sigma):
    return _last_steps(edges.gradient(image), low, high)


@exercise.mutant("You always blur with 1.4. Use `sigma`.")
def blurs_with_the_constant(image, low, high, sigma):
    return _last_steps(edges.gradient(edges.blur(image, SIGMA)), low, high)


# %% tags=["hidden"] exercise="3.5" needs=["3.3", "3.4"]
@exercise.mutant("Your lines are thick: the thresholds must act on the thin ridges, not on the magnitude.")
def forgets_the_thinning(image, low, high, sigma):
    magnitude = edges.magnitude(*edges.gradient(edges.blur(image, sigma)))
    return edges.hysteresis(*edges.double_threshold(magnitude, low, high))


@exercise.mutant("The two slopes are exchanged in the direction, so you thin along the edges. Slope in x comes first.")
def exchanges_the_slopes(image, low, high, sigma):
    slopes = edges.gradient(edges.blur(image, sigma))
    thin = edges.non_maximum_suppression(edges.magnitude(*slopes), edges.direction(*slopes[::-1]))
    return edges.hysteresis(*edges.double_threshold(thin, low, high))


@exercise.mutant("Only the strong pixels are here. Follow their chains down to `low`.")
def keeps_the_strong_only(image, low, high, sigma):
    return _last_steps(edges.gradient(edges.blur(image, sigma)), high, high)


@exercise.mutant("Another blur: by itself cv2.GaussianBlur mirrors at the border, edges.blur extends. Take edges.blur.")
def blurs_with_a_mirror(image, low, high, sigma):
    return _last_steps(edges.gradient(cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma)), low, high)


@exercise.mutant("All weak pixels are here, also those that hang on to no strong one. Are low and high exchanged?")
def keeps_all_weak_pixels(image, low, high, sigma):
    return _last_steps(edges.gradient(edges.blur(image, sigma)), low, low)


# %% [markdown]
# And how do the two thresholds act? High decides **which** chains live, low decides **how far** each one
# reaches.

# %%
pairs = [(20, 60), (20, 160), (20, 300), (60, 160), (60, 300), (160, 160), (160, 300)]
plots.slider(
    [edges.canny(coins, low, high, SIGMA) for low, high in pairs],
    [f"low {low}, high {high}" for low, high in pairs],
    title="The same detector with other thresholds",
    alt="With low 20 and high 60 every coin is full of lines. With 60 and 160 there are clean, closed rims and "
    "little else. With a high threshold of 300 half of the coins are gone; the others keep their rims. With 160 for "
    "both many rims have gaps.",
)

# %% [markdown]
# **What to notice.** Compare (160, 160) with (60, 160): the same strong pixels, but only the second closes
# nearly all outlines. Compare (60, 300) with it: about half of the coins are lost, but lost whole, and the others
# keep their rims. A high threshold of two to three times the low one is the usual advice.
#
# ### Count the coins
#
# A closed outline is worth something: one can fill it, and count. There are 24 coins.
#
# **Predict:** how many of them have a closed outline with (60, 160)? How many with one threshold, (160, 160)?

# %% tags=["predict"]
prediction = {"two thresholds": "...", "one threshold": "..."}


# %%
def count_closed_outlines(edge_map):
    """Count the pieces of more than 500 pixels that closed lines cut off from the surroundings."""
    no_line = np.pad(~edge_map, 1, constant_values=True).astype(np.uint8)
    _, region = cv2.connectedComponents(no_line, connectivity=4)
    enclosed = (region != region[0, 0]).astype(np.uint8)  # the lines, and all that they enclose
    statistics = cv2.connectedComponentsWithStats(enclosed, connectivity=4)[2]
    return int(np.sum(statistics[1:, cv2.CC_STAT_AREA] > 500))


closed_by_two = count_closed_outlines(edges.canny(coins, LOW, HIGH, SIGMA))
closed_by_one = count_closed_outlines(edges.canny(coins, HIGH, HIGH, SIGMA))
claims.check(
    "two thresholds close the outlines of 23 of the 24 coins",
    closed_by_two == 23,
    value=closed_by_two,
    unit="coins",
    name="closed_by_two",
)
claims.check(
    "the high threshold alone closes at most half of them",
    closed_by_one <= 12,
    value=closed_by_one,
    unit="coins",
    name="closed_by_one",
)

# %% [markdown]
# {{closed_by_two:.0f}} with two thresholds, {{closed_by_one:.0f}} with one. And the missing coin? It is the one
# enlarged above. Look at its lower right: there a dark line of the relief runs into the rim. Where two ridges meet,
# a gradient points straight across neither of them, and step 3 drops a pixel that the outline needs.

# %% tags=["claim"]
mended = edges.canny(coins, LOW, HIGH, SIGMA)
mended[209, 282] = True  # one pixel of that junction
claims.check(
    "one pixel above the low threshold that step 3 dropped is all that the last coin needs: put it back, and 24 close",
    length[209, 282] > LOW and thin[209, 282] == 0 and count_closed_outlines(mended) == 24,
)

# %% [markdown]
# Corners and junctions are the known weakness of Canny's detector: it assumes one edge, straight, at each pixel.
#
# ## Does it do what OpenCV's detector does?
#
# OpenCV has the same detector: `cv2.Canny(image, low, high)`. It does not blur by itself, so we blur first, and
# then give both the same numbers. As the measure of agreement we take the **F1 score**: the harmonic mean of
# the share of our edge pixels that OpenCV has too, and the share of OpenCV's that we have. It is 1 when the two maps
# are the same, 0 when they share nothing. Here a pixel counts as shared if the other map has one at most 1 pixel
# away.
#
# **Predict:** the same five steps, the same sigma, the same thresholds, nine photographs. How large is the
# agreement: 1.00, 0.99, 0.9, 0.8?

# %% tags=["predict"]
prediction = "..."

# %%
photographs = {name: images.load(name, gray=True) for name in NAMES}
size = 2 * int(np.ceil(3 * SIGMA)) + 1
rounded_blur = {
    name: cv2.GaussianBlur(photograph, (size, size), SIGMA, borderType=cv2.BORDER_REPLICATE)
    for name, photograph in photographs.items()
}  # uint8 in, uint8 out
ours = {name: edges.canny(photograph, LOW, HIGH, SIGMA) for name, photograph in photographs.items()}
theirs = {name: cv2.Canny(blurred, LOW, HIGH) > 0 for name, blurred in rounded_blur.items()}
first_try = np.array([edges.agreement(ours[name], theirs[name], tolerance=1) for name in NAMES])

three_colours = np.full((*cat.shape, 3), 255, np.uint8)
three_colours[ours["cat"] | theirs["cat"]] = (0, 0, 0)  # black: both found it
three_colours[theirs["cat"] & ~ours["cat"]] = (213, 94, 0)  # orange: OpenCV only
three_colours[ours["cat"] & ~theirs["cat"]] = (0, 114, 178)  # blue: ours only
plots.compare(
    cat,
    three_colours,
    titles=["the cat", "black: both, orange: OpenCV only, blue: ours only"],
    alt="The cat and her edges. The rims of the eyes are black, found by both. Many strokes in the fur and around "
    "the eyes are orange, found by OpenCV only. A few pixels are blue.",
)

# %% tags=["claim"]
claims.check(
    "with the same numbers, agreement (F1, within 1 pixel) is below 0.9 on at least half of nine photographs",
    np.mean(first_try < 0.9) >= 0.5,
    value=np.median(first_try),
    name="agreement_first",
)
claims.check(
    "OpenCV marks more edge pixels than we do, on each of nine photographs",
    all(theirs[name].sum() > ours[name].sum() for name in NAMES),
)

# %% [markdown]
# Median agreement: {{agreement_first:.2f}}. That is *bad* for what is meant to be one and the same method.
# OpenCV finds more, on every photograph. Somebody is wrong, or the two mean different things. There are three
# suspects:
#
# 1. **The magnitude.** OpenCV's manual has an option `L2gradient=False`. By default it takes $|g_x| + |g_y|$ in
#    place of the root. That is larger: by a factor of up to 1.41, on a diagonal. Thresholds then mean something
#    else.
# 2. **Rounding.** We gave OpenCV a blurred uint8 image, rounded to whole gray levels. Ours stays float.
# 3. **Ties.** On the two diagonals OpenCV wants a top to be greater than *both* neighbours.
#
# We take these differences away, one by one.


# %%
def score(our_edges, their_edges, tolerance=0):
    return np.array([edges.agreement(our_edges[name], their_edges[name], tolerance) for name in NAMES])


true_length = {name: cv2.Canny(blurred, LOW, HIGH, L2gradient=True) > 0 for name, blurred in rounded_blur.items()}
same_blur = {name: edges.canny(blurred, LOW, HIGH, sigma=0) for name, blurred in rounded_blur.items()}


def canny_with_opencv_ties(blurred):
    slopes = edges.gradient(blurred)
    thin = edges.non_maximum_suppression(edges.magnitude(*slopes), edges.direction(*slopes), diagonal_ties=False)
    return edges.hysteresis(*edges.double_threshold(thin, LOW, HIGH))


same_ties = {name: canny_with_opencv_ties(blurred) for name, blurred in rounded_blur.items()}
agreement = {
    "nothing changed": first_try,
    "1: same length": score(ours, true_length, tolerance=1),
    "2: same rounding too": score(same_blur, true_length),
    "3: same ties too": score(same_ties, true_length),
}

# %%
picture = plots.figure(
    9,
    2.8,
    alt="Agreement on nine photographs, a dot each. With nothing changed the dots spread from about 0.8 to 0.96. "
    "With the same length they lie above 0.95, with the same rounding at 1, with the same ties at exactly 1.",
)
axes = picture.subplots()
for place, scores in enumerate(agreement.values()):
    axes.plot(place + np.linspace(-0.15, 0.15, len(scores)), scores, "o", alpha=0.7)
axes.set_xticks(range(len(agreement)), list(agreement))
axes.set_ylabel("agreement (F1)")
axes.grid(axis="y")
picture

# %% tags=["claim"]
claims.check(
    "with the true length of the gradient, agreement (within 1 pixel) is above 0.95 on each of nine photographs",
    agreement["1: same length"].min() > 0.95,
    value=agreement["1: same length"].min(),
    name="agreement_length",
)
claims.check(
    "from the same rounded blur it is above 0.995 on each photograph, without any tolerance",
    agreement["2: same rounding too"].min() > 0.995,
    value=agreement["2: same rounding too"].min(),
    name="agreement_rounding",
)
claims.check(
    "with OpenCV's rule for ties as well it is above 0.999 on each photograph, without any tolerance",
    agreement["3: same ties too"].min() > 0.999,
    value=agreement["3: same ties too"].min(),
    name="agreement_ties",
)

# %% [markdown]
# **What the numbers allow us to say.** (The first two columns allow a distance of 1 pixel. The last two
# allow none and agree better all the same.) All three suspects are guilty, in very different degrees. The
# definition of "magnitude" explains most of it: correcting it lifts the worst photograph to
# {{agreement_length:.3f}}. Rounding the blurred image to whole gray levels explains most of the rest: it
# pushes pixels over a threshold, and with one strong pixel a whole chain comes or goes. Ties move a few
# single pixels. With all three out of the way, the smallest agreement is {{agreement_ties:.4f}}.
#
# So, but for these three definitions, the code that you build in this lesson *is* OpenCV's detector. And one
# thing to take home: **two programs that state the same method and the same numbers may still mean different
# things.** Before you compare two results, compare their definitions.

# %% [markdown]
# ## Beyond the border
#
# Back to the second question. A kernel hangs over the side; what does it read there? Nobody knows what was
# beside the photograph. There are only guesses, and one refusal to guess. Take one row of pixels and the kernel
# `[1, 1, 1]`, centred on the first pixel:
#
# ```
#        | 10  20  30  60 |
#     ?    10  20              ? + 10 + 20 = ...
# ```
#
# | rule | what stands at `?` | sum |
# |---|---|---|
# | **extend** | the nearest pixel again: 10 | 40 |
# | **padding** | a constant, usually 0 | 30 |
# | **mirror** | the neighbour on the other side: 20 (the edge pixel is the mirror) | 50 |
# | **mirror_edge** | 10 (the mirror stands just outside the edge pixel) | 40 |
# | **wrap** | the other end of the row: 60 | 90 |
# | **crop** | nothing: this place gets no output | - |
#
# Extend and mirror_edge look alike here. They differ from the second pixel on.
#
# **Predict:** which *two* pixels does each rule put to the left of the row?

# %% tags=["predict"]
prediction = {"extend": "...", "mirror": "...", "mirror_edge": "...", "wrap": "..."}

# %%
row = np.array([[10, 20, 30, 60]], dtype=np.uint8)
by_hand = {
    "extend": [10, 10, 10, 20, 30, 60, 60, 60],
    "padding": [0, 0, 10, 20, 30, 60, 0, 0],
    "mirror": [30, 20, 10, 20, 30, 60, 30, 20],
    "mirror_edge": [20, 10, 10, 20, 30, 60, 60, 30],
    "wrap": [30, 60, 10, 20, 30, 60, 10, 20],
}
their_names = {  # NumPy's, OpenCV's
    "extend": ("edge", cv2.BORDER_REPLICATE),
    "padding": ("constant", cv2.BORDER_CONSTANT),
    "mirror": ("reflect", cv2.BORDER_REFLECT_101),
    "mirror_edge": ("symmetric", cv2.BORDER_REFLECT),
    "wrap": ("wrap", cv2.BORDER_WRAP),
}
for border, (numpy_name, opencv_name) in their_names.items():
    by_numpy = np.pad(row, ((0, 0), (2, 2)), mode=numpy_name)[0]
    by_opencv = cv2.copyMakeBorder(row, 0, 0, 2, 2, opencv_name)[0]
    by_course = kernels.pad(row, (1, 5), border)[0]  # what a kernel 5 pixels wide needs
    agree = all(np.array_equal(by_hand[border], one) for one in (by_numpy, by_opencv, by_course))
    print(f"{border:12} {by_hand[border]}  all agree: {agree}")

# %% [markdown]
# Mind the names. What this course calls *mirror* is `reflect` in NumPy, `BORDER_REFLECT_101` in OpenCV, where
# it is the default, and `mirror` in SciPy. But SciPy's `reflect` is our *mirror_edge*. A reader of
# documentation needs an example, not a name.
#
# In two dimensions the same rule is applied to rows and columns. The corner pixel of a 3 x 3 image under a 3 x
# 3 kernel of ones, by hand:
#
# ```
#                    padding        extend          mirror          wrap
# 10 20 30           0  0  0       10 10 20        50 40 50       90 70 80
# 40 50 60           0 10 20       10 10 20        20 10 20       30 10 20
# 70 80 90           0 40 50       40 40 50        50 40 50       60 40 50
#
# sum at the corner    120            210             330            450
# ```

# %%
small = np.arange(10, 100, 10).reshape(3, 3)
corner_by_hand = {"padding": 120, "extend": 210, "mirror": 330, "wrap": 450}
for border, expected in corner_by_hand.items():
    by_loop = kernels.correlate2d_loops(small, np.ones((3, 3)), border=border)[0, 0]
    by_library = kernels.correlate2d(small, np.ones((3, 3)), border=border)[0, 0]
    print(f"{border:8} by hand {expected}, by loop {by_loop:.0f}, by library {by_library:.0f}")
print("crop: what is left has the shape", kernels.correlate2d(small, np.ones((3, 3)), border="crop").shape)

# %% [markdown]
# And this is what a large kernel, 121 pixels wide, sees around a photograph:

# %%
coffee = images.load("coffee")[20:380, 60:540]  # (360, 480, 3)


def surroundings(photograph, border, reach=60):
    """Return the photograph with what a kernel that reaches so far sees around it; an orange frame is its own."""
    if border == "crop":  # only the middle gets an output
        painted = (0.25 * photograph + 0.75 * 255).astype(np.uint8)
        painted[reach:-reach, reach:-reach] = photograph[reach:-reach, reach:-reach]
        return np.pad(painted, ((reach, reach), (reach, reach), (0, 0)), constant_values=255)
    seen = kernels.pad(photograph, (2 * reach + 1, 2 * reach + 1), border)
    return cv2.rectangle(seen, (reach, reach), (seen.shape[1] - reach, seen.shape[0] - reach), (230, 159, 0), 3)


plots.grid(
    [surroundings(coffee, border) for border in kernels.BORDERS],
    titles=kernels.BORDERS,
    columns=3,
    cell=2.9,
    alt="A cup of coffee six times. Extend: its border pixels drawn out to streaks. Padding: a black frame. Crop: "
    "only the middle is kept. Mirror and mirror_edge: the photograph goes on as its own mirror image. Wrap: the "
    "opposite side.",
)

# %% [markdown]
# ### Which rule is the best?
#
# One can measure it. We cut 128 x 128 pixels out of the middle of a photograph and *hide the rest*. The filter
# gets the cut-out only and has to guess. Then we open our hand: filtered with its true surroundings, the same
# cut-out gives the truth. The difference, in gray levels, is the **border error**.
#
# **Predict:** rank the five guesses from best to worst for a blur with a small kernel. Which looks most natural
# above?

# %% tags=["predict"]
prediction = ["...", "...", "...", "...", "..."]  # best first


# %%
def border_error(photograph, kernel_size, border, side=128):
    """Return the mean error of a box blur, in gray levels, over a cut-out whose surroundings are hidden."""
    top, left = (np.array(photograph.shape) - side) // 2
    cut_out = photograph[top : top + side, left : left + side]
    reach = kernel_size // 2  # how far the kernel looks over the side
    with_surroundings = photograph[top - reach : top + side + reach, left - reach : left + side + reach]
    truth = kernels.correlate2d(with_surroundings, kernels.box(kernel_size), border="crop")
    return np.abs(kernels.correlate2d(cut_out, kernels.box(kernel_size), border=border) - truth).mean()


print(f"cat, 7 x 7, zeros: {border_error(photographs['cat'], 7, 'padding'):.0f} gray levels on average")

# %%
kernel_sizes = [3, 5, 7, 11, 15, 21, 31]
errors = {}  # each (photographs, kernel sizes)
for border in ["padding", "wrap", "mirror", "mirror_edge", "extend"]:
    errors[border] = np.array(
        [[border_error(photographs[name], kernel_size, border) for kernel_size in kernel_sizes] for name in NAMES]
    )
plots.bands(
    kernel_sizes,
    errors,
    xlabel="kernel size (pixels)",
    ylabel="mean error (gray levels)",
    log_y=True,
    title="Border error on nine photographs: mean and range",
    alt="All errors grow with the kernel size. Zero padding is highest, from 1 to about 14 gray levels, wrap is "
    "next. Mirror, mirror_edge and extend lie far below, with extend lowest for small kernels.",
)

# %% tags=["claim"]
others = [errors[border].mean(axis=0) for border in errors if border != "padding"]
claims.check(
    "averaged over nine photographs, zeros are the worst of five guesses at each kernel size",
    bool((errors["padding"].mean(axis=0) > np.max(others, axis=0)).all()),
)
ratio = errors["padding"] / errors["extend"]
claims.check(
    "padding with zeros is at least 3 times worse than extending, on each of nine photographs and at each kernel size",
    ratio.min() >= 3,
    value=ratio.min(),
    name="padding_over_extend",
)
growth = errors["padding"][:, -1] / errors["padding"][:, 0]
claims.check(
    "from a 3 x 3 to a 31 x 31 kernel the border error of zero padding grows at least 8-fold on each photograph",
    growth.min() >= 8,
    value=growth.mean(),
    name="padding_growth",
)
# %% tags=["claim"]
num_touched = 128**2 - (128 - np.array(kernel_sizes) + 1) ** 2  # outputs that depend on an invented pixel
touched_error = errors["padding"] * 128**2 / num_touched  # the same errors, averaged over these only
change = touched_error.max(axis=1) / touched_error.min(axis=1)
claims.check(
    "averaged over the touched outputs only, the error of zero padding changes by less than half with the kernel size",
    change.max() < 1.5,
    value=touched_error.mean(),
    unit="gray levels",
    name="touched_error",
)

# %% tags=["claim"]
small_kernels = np.array(kernel_sizes) <= 7
gain = errors["mirror"][:, small_kernels] / errors["extend"][:, small_kernels]
claims.check(
    "up to 7 x 7, extending is at least as good as mirroring on each of nine photographs",
    gain.min() >= 1,
    value=gain.mean(),
    name="mirror_over_extend",
)
large = errors["mirror"][:, -1] < errors["extend"][:, -1]
claims.check(
    "at 31 x 31 there is no single winner: mirroring beats extending on grass and others, but not on all photographs",
    bool(large[NAMES.index("grass")] and not large.all()),
    value=large.sum(),
    unit="photographs",
    name="mirror_wins",
)

# %% [markdown]
# **What to notice.**
#
# * Averaged over the photographs, zeros are the worst guess at every kernel size. Against extend they lose on each
#   single photograph, by a factor of at least {{padding_over_extend:.0f}}. Black is a strong statement about something
#   unknown.
# * The error grows with the kernel: for zeros {{padding_growth:.0f}}-fold from 3 to 31 pixels, on average.
#   An output that is touched by the border is off by about {{touched_error:.0f}} gray levels, with a small
#   kernel as with a large one; there are simply more of them, because the kernel reaches further.
# * The mirror looks natural to the eye, and yet for small kernels the plain streaks of **extend** are better,
#   {{mirror_over_extend:.1f}} times on average. The best guess for a pixel you cannot see is the pixel beside
#   it. The mirror (without edge) never uses that one: the first pixel it shows is two steps away.
# * With large kernels it depends: at 31 x 31 the mirror wins on {{mirror_wins:.0f}} of the nine photographs, grass
#   among them. A streak of one pixel is a poor copy of a texture.
#
# And **crop** makes no error at all. It pays in another coin: the image shrinks.
#
# ### Exercise 3.6 (build): five borders for one row
# *Further (optional).* Write `pad_row(row, padding, border)`.
#
# * `row`: `(width,)`, any numbers; `padding`: how many pixels are added on *each* side, 0 up to `width - 1`.
# * `border`: `"extend"`, `"padding"` (zeros), `"mirror"`, `"mirror_edge"` or `"wrap"`.
# * Return `(width + 2 * padding,)`.


# %% tags=["exercise"] exercise="3.6" points=2
def pad_row(row: np.ndarray, padding: int, border: str) -> np.ndarray:
    """Return the row with `padding` pixels added on each side by one of five rules."""
    # BEGIN SOLUTION
    width = len(row)
    position = np.arange(-padding, width + padding)
    if border == "padding":
        return np.where((position >= 0) & (position < width), row[position % width], 0)
    last = width - 1
    source = {
        "extend": np.clip(position, 0, last),
        "wrap": position % width,
        "mirror": last - np.abs(last - np.abs(position)),
        "mirror_edge": np.where(
            position < 0, -1 - position, np.where(position > last, 2 * width - 1 - position, position)
        ),
    }
    return row[source[border]]
    # END SOLUTION


# %% tags=["check"] exercise="3.6"
checks.exercise("3.6", pad_row)

# %% tags=["hidden"] exercise="3.6"
from course_utils.authoring import define

exercise = define.function("3.6", pad_row)
for border in ("extend", "padding", "mirror", "mirror_edge", "wrap"):
    exercise.case(f"{border}, 2 pixels", row=np.array([10, 20, 30, 60]), padding=2, border=border)
exercise.case("mirror, as far as it goes", row=np.array([5, 1, 7]), padding=2, border="mirror")
exercise.case("wrap, no padding", visible=False, row=np.array([3, 4, 5]), padding=0, border="wrap")
for border in ("extend", "padding", "mirror", "mirror_edge", "wrap"):
    exercise.random_cases(
        1,
        lambda rng, border=border: {
            "row": rng.integers(-50, 50, 7),
            "padding": int(rng.integers(1, 6)),
            "border": border,
        },
    )
exercise.hints(
    "Do one rule at a time; the check tells you which ones are right already.",
    "Build the left part, the row, and the right part, and join them with np.concatenate. For each rule ask: which "
    "index stands at position -1, which at -2? For the mirrors one part has to be turned round: row[::-1].",
    "The row 1 2 3 with 2 pixels added: extend 1 1 1 2 3 3 3; padding 0 0 1 2 3 0 0; mirror 3 2 1 2 3 2 1; "
    "mirror_edge 2 1 1 2 3 3 2; wrap 2 3 1 2 3 1 2.",
)


# %% tags=["hidden"] exercise="3.6"
MODES = {"extend": "edge", "padding": "constant", "mirror": "reflect", "mirror_edge": "symmetric", "wrap": "wrap"}


@exercise.correct
def with_numpy_pad(row, padding, border):
    return np.pad(row, padding, mode=MODES[border])


@exercise.correct
def with_slices(row, padding, border):
    if padding == 0:
        return row.copy()
    if border == "extend":
        return np.concatenate([[row[0]] * padding, row, [row[-1]] * padding])
    if border == "padding":
        return np.concatenate([[0] * padding, row, [0] * padding])
    if border == "wrap":
        return np.concatenate([row[-padding:], row, row[:padding]])
    if border == "mirror":
        return np.concatenate([row[1 : padding + 1][::-1], row, row[-padding - 1 : -1][::-1]])
    return np.concatenate([row[:padding][::-1], row, row[-padding:][::-1]])


# %% tags=["hidden"] exercise="3.6"
@exercise.mutant("The two mirrors are exchanged. mirror_edge shows the edge pixel twice, mirror shows it once.")
def exchanges_mirrors(row, padding, border):
    return with_numpy_pad(row, padding, {"mirror": "mirror_edge", "mirror_edge": "mirror"}.get(border, border))


@exercise.mutant(
    "A mirror turns the order round: next to the edge stands what is next to the edge. Yours copies without turning."
)
def mirrors_without_turning(row, padding, border):
    if border == "mirror" and padding:
        return np.concatenate([row[1 : padding + 1], row, row[-padding - 1 : -1]])
    if border == "mirror_edge" and padding:
        return np.concatenate([row[:padding], row, row[-padding:]])
    return with_numpy_pad(row, padding, border)


@exercise.mutant("wrap puts the OTHER end there: left of the row stands its end, right of it its beginning.")
def wraps_the_same_side(row, padding, border):
    if border == "wrap" and padding:
        return np.concatenate([row[:padding], row, row[-padding:]])
    return with_numpy_pad(row, padding, border)


@exercise.mutant(
    "extend repeats the nearest pixel: the last one on the right. Yours repeats the first one on both sides."
)
def extends_with_the_first(row, padding, border):
    return np.pad(row, padding, constant_values=row[0]) if border == "extend" else with_numpy_pad(row, padding, border)


# %% tags=["hidden"] exercise="3.6"
@exercise.mutant("You add `padding` pixels in all. They are meant for each side.")
def splits_the_padding(row, padding, border):
    return np.pad(row, (padding // 2, padding - padding // 2), mode=MODES[border])


@exercise.mutant("padding means zeros; yours repeats the border pixels.")
def pads_with_edge(row, padding, border):
    return np.pad(row, padding, mode="edge") if border == "padding" else with_numpy_pad(row, padding, border)


# %% [markdown]
# ## How large is the result?
#
# Slide a kernel of $F$ pixels over $W$ pixels and count its places. The first place starts at pixel 0, the last
# one at pixel $W - F$; that makes
#
# $$W - F + 1$$
#
# places, one output each. Add $P$ pixels at *each* end: the row has $W + 2P$ pixels. Move on by a **stride** of
# $S$ pixels each time: only every $S$-th place counts, and a rest that is too short for a further step is
# dropped:
#
# $$\left\lfloor \frac{W - F + 2P}{S} \right\rfloor + 1$$
#
# **Predict:** 8 pixels, kernel 3, stride 2. How many outputs without padding, how many with 1 pixel of padding?
# Then move the slider: each orange bar is one place of the kernel, so one output.

# %%
settings = [
    (7, 3, 1, 0),
    (7, 3, 2, 0),
    (7, 3, 1, 1),
    (7, 5, 1, 2),
    (7, 7, 1, 3),
    (7, 7, 1, 0),
    (8, 3, 2, 0),
    (8, 3, 2, 1),
]
frames = [
    plots.window_places(size, kernel_size, stride, padding, num_rows=7, alt="places of a kernel on a row of pixels")
    for size, kernel_size, stride, padding in settings
]
labels = [
    f"W = {size}, F = {kernel_size}, S = {stride}, P = {padding}" for size, kernel_size, stride, padding in settings
]
plots.slider(
    frames,
    labels,
    alt="A row of numbered pixels and below it one bar for every place of the kernel. Seven pixels, kernel 3: five "
    "places; stride 2: three. With padding (F - 1) / 2 there are as many places as pixels. Eight pixels, kernel 3, "
    "stride 2: the last pixel is never read.",
)

# %% [markdown]
# **What to notice.**
#
# * Without padding a 3 x 3 kernel takes away **two** pixels per side length, one at each end: 130 becomes
#   **128**. (A published course says 129.)
# * To keep the size at stride 1, solve $W - F + 2P + 1 = W$: $P = (F - 1) / 2$. For a 7 x 7 kernel that is
#   **3**, not 7. (Another one says 7.) It has an answer for odd $F$ only, which is one reason why kernels have
#   odd sizes.
# * With a stride, the last pixels may never be read at all.
#
# In Keras, `padding="valid"` means crop ($P = 0$), and `padding="same"` means zeros, as many as are needed for
# $\lceil W / S \rceil$ outputs.

# %% tags=["claim"]
measured = [
    kernels.correlate2d(np.zeros((width, width)), np.ones((F, F)), border="crop").shape[0]
    for width, F in [(7, 3), (130, 3), (7, 7)]
]
claims.check(
    "measured without padding: 7 with a 3 x 3 kernel gives 5, 130 with 3 x 3 gives 128, 7 with 7 x 7 gives 1",
    measured == [5, 128, 1],
)
stack = np.zeros((1, 7, 7, 1))
strided = [
    kernels.correlate_batch(stack, np.ones((F, F, 1, 1)), stride=S, padding=P).shape[1]
    for F, S, P in [(3, 2, 0), (7, 1, 3), (7, 1, 7)]
]
claims.check(
    "measured on 7 pixels: 3 x 3 with stride 2 gives 3; 7 x 7 with padding 3 gives 7, with padding 7 it gives 15",
    strided == [3, 7, 15],
)

# %% [markdown]
# ### Exercise 3.7 (spot the bug): the result must be as large as the image
# A published course states that a 7 x 7 kernel needs a padding of 7 to keep the size of the image. Here is that
# statement as code.
#
# Mend `correlate_same(image, kernel)`: `image` is `(height, width)`, `kernel` is `(kernel_height,
# kernel_width)`, both sides odd, not necessarily equal. Pad with zeros, then correlate; the result is `(height,
# width)` float, and the output at a pixel belongs to the kernel centred on that pixel.


# %% tags=["exercise"] exercise="3.7" points=2
def correlate_same(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Correlate an image with a kernel; zeros beyond the border; same size."""
    # BEGIN SOLUTION
    rows, columns = ((side - 1) // 2 for side in kernel.shape)
    padded = np.pad(image, ((rows, rows), (columns, columns)))
    return kernels.correlate2d(padded, kernel, border="crop")
    # END SOLUTION
    # BEGIN STUB
    # kernel_size = kernel.shape[0]
    # padded = np.pad(image, kernel_size)
    # return kernels.correlate2d(padded, kernel, border="crop")
    # END STUB


# %% tags=["check"] exercise="3.7"
checks.exercise("3.7", correlate_same)

# %% tags=["hidden"] exercise="3.7"
from course_utils.authoring import define

spots = np.zeros((6, 7))
spots[0, 0], spots[1, 1], spots[2, 3], spots[5, 6] = 10, 5, 20, 30
exercise = define.function("3.7", correlate_same, atol=1e-4)
exercise.case("3 x 3", image=spots, kernel=np.arange(1.0, 10).reshape(3, 3))
exercise.case("7 x 7", image=spots, kernel=np.arange(49.0).reshape(7, 7))
exercise.case("1 x 1", image=spots, kernel=np.array([[2.0]]))
exercise.case("3 rows, 5 columns", image=spots, kernel=np.arange(15.0).reshape(3, 5))
exercise.case("one row", visible=False, image=spots, kernel=np.array([[1.0, 2, 3]]))
exercise.case("kernel larger than the image", visible=False, image=np.array([[1.0, 2], [3, 4]]), kernel=np.ones((5, 5)))
exercise.random_cases(
    2,
    lambda rng: {
        "image": rng.integers(0, 256, (8, 6)).astype(float),
        "kernel": rng.integers(-3, 4, (5, 3)).astype(float),
    },
)
# %% tags=["hidden"] exercise="3.7"
exercise.hints(
    "Look at the shape of the result first. By how much is it too large?",
    "A kernel of 7 pixels, centred on a pixel, reaches how far to each side? Rows need the height of the kernel, "
    "columns its width.",
    "A row of 5 pixels and a kernel of 3: with 1 zero at each end there are 7 pixels and 7 - 3 + 1 = 5 outputs. With "
    "3 zeros at each end there would be 11 pixels and 9 outputs.",
)


# %% tags=["hidden"] exercise="3.7"
@exercise.correct
def with_opencv(image, kernel):
    return cv2.filter2D(image.astype(np.float64), cv2.CV_64F, kernel.astype(np.float64), borderType=cv2.BORDER_CONSTANT)


@exercise.correct
def with_the_padding_rule(image, kernel):
    return kernels.correlate2d(image, kernel, border="padding")


@exercise.correct
def with_a_zero_frame_and_loops(image, kernel):
    (height, width), (kernel_height, kernel_width) = image.shape, kernel.shape
    framed = np.zeros((height + kernel_height - 1, width + kernel_width - 1))
    framed[kernel_height // 2 : kernel_height // 2 + height, kernel_width // 2 : kernel_width // 2 + width] = image
    result = np.empty(image.shape)
    for row, column in np.ndindex(image.shape):
        result[row, column] = np.sum(framed[row : row + kernel_height, column : column + kernel_width] * kernel)
    return result


# %% tags=["hidden"] exercise="3.7"
@exercise.mutant("This is the code as you were given it. Compare the shapes, expected and found, for each kernel.")
def pads_kernel_size(image, kernel):
    return kernels.correlate2d(np.pad(image, kernel.shape[0]), kernel, border="crop")


@exercise.mutant(
    "The size is right but the picture has moved: you pad too much and then cut off the wrong part. Pad by (size - "
    "1) // 2."
)
def pads_too_much_then_cuts(image, kernel):
    return kernels.correlate2d(np.pad(image, kernel.shape[0]), kernel, border="crop")[
        : image.shape[0], : image.shape[1]
    ]


# %% tags=["hidden"] exercise="3.7"
@exercise.mutant("size - 1 is what is missing in all. Half of it belongs on each side.")
def pads_size_minus_one(image, kernel):
    rows, columns = (side - 1 for side in kernel.shape)
    return kernels.correlate2d(np.pad(image, ((rows, rows), (columns, columns))), kernel, border="crop")


@exercise.mutant("The kernel need not be square: pad rows by its height and columns by its width.")
def takes_height_for_both(image, kernel):
    padded = np.pad(image, (kernel.shape[0] - 1) // 2)
    return kernels.correlate2d(padded, kernel, border="crop")


@exercise.mutant("You extend the image. Here zeros are asked for.")
def extends_the_image(image, kernel):
    return kernels.correlate2d(image, kernel, border="extend")


@exercise.mutant(
    "Near the border these are the values of a mirror, which is what cv2.filter2D does by itself. Ask for "
    "borderType=cv2.BORDER_CONSTANT."
)
def mirrors_the_image(image, kernel):
    return kernels.correlate2d(image, kernel, border="mirror")


@exercise.mutant("Without padding the result is smaller than the image.")
def crops(image, kernel):
    return kernels.correlate2d(image, kernel, border="crop") if min(image.shape) >= max(kernel.shape) else image * 0


# %% tags=["hidden"] exercise="3.7"
@exercise.mutant("Height and width are exchanged: np.pad takes the rows first, and these need the kernel's height.")
def exchanges_height_and_width(image, kernel):
    rows, columns = ((side - 1) // 2 for side in kernel.shape)
    return kernels.correlate2d(np.pad(image, ((columns, columns), (rows, rows))), kernel, border="crop")


@exercise.mutant("That is a convolution: it turns the kernel by 180 degrees. Here a correlation is asked for.")
def convolves(image, kernel):
    return kernels.convolve2d(image, kernel, border="padding")


@exercise.mutant("All zeros stand on one side, so every output belongs to the wrong pixel. Pad both sides alike.")
def pads_one_side(image, kernel):
    rows, columns = (side - 1 for side in kernel.shape)
    return kernels.correlate2d(np.pad(image, ((0, rows), (0, columns))), kernel, border="crop")


# %% [markdown]
# ### Exercise 3.8 (apply): output size
# Write `output_size(size, kernel_size, padding=0, stride=1)`: the number of outputs along one side, an int.
# `padding` pixels are added at *each* end; `kernel_size <= size + 2 * padding`.


# %% tags=["exercise"] exercise="3.8" points=2
def output_size(size: int, kernel_size: int, padding: int = 0, stride: int = 1) -> int:
    """Return how many places a kernel has along one side of an image."""
    # BEGIN SOLUTION
    return (size - kernel_size + 2 * padding) // stride + 1
    # END SOLUTION


# %% tags=["check"] exercise="3.8"
checks.exercise("3.8", output_size)

# %% tags=["hidden"] exercise="3.8"
from course_utils.authoring import define

exercise = define.function("3.8", output_size)
exercise.case("7 pixels, kernel 3", size=7, kernel_size=3)
exercise.case("7 pixels, kernel 3, stride 2", size=7, kernel_size=3, stride=2)
exercise.case("130 pixels, kernel 3", size=130, kernel_size=3)
exercise.case("224 pixels, kernel 7, padding 3, stride 2", size=224, kernel_size=7, padding=3, stride=2)
exercise.case("7 pixels, kernel 7, padding 3", size=7, kernel_size=7, padding=3)
exercise.case("227 pixels, kernel 11, stride 4", visible=False, size=227, kernel_size=11, stride=4)
exercise.case("a rest is dropped", visible=False, size=30, kernel_size=4, stride=3)
exercise.case("the kernel fits once", visible=False, size=5, kernel_size=5, stride=3)
exercise.random_cases(
    4,
    lambda rng: {
        "size": int(rng.integers(20, 300)),
        "kernel_size": int(rng.integers(1, 12)),
        "padding": int(rng.integers(0, 6)),
        "stride": int(rng.integers(1, 5)),
    },
)
exercise.hints(
    "How many pixels has the row with its padding? Where does the last place of the kernel start?",
    "Places start at 0, stride, 2 * stride ... up to size + 2 * padding - kernel_size. Count them: whole steps, and "
    "one for the first place.",
    "8 pixels, kernel 3, stride 2: places start at 0, 2, 4. The next one would be 6 and needs the pixels 6, 7 and 8, "
    "but 8 is not there. (8 - 3) // 2 + 1 = 3.",
)


# %% tags=["hidden"] exercise="3.8"
@exercise.correct
def by_counting(size, kernel_size, padding=0, stride=1):
    return len(range(0, size + 2 * padding - kernel_size + 1, stride))


@exercise.correct
def with_floor(size, kernel_size, padding=0, stride=1):
    return int(np.floor((size + 2 * padding - kernel_size) / stride)) + 1


@exercise.mutant("Do not forget the first place: with 7 pixels and a kernel of 7 there is one place, not none. Add 1.")
def forgets_plus_one(size, kernel_size, padding=0, stride=1):
    return (size - kernel_size + 2 * padding) // stride


@exercise.mutant("A last step that is too short is dropped: round down, not up.")
def rounds_up(size, kernel_size, padding=0, stride=1):
    return -(-(size - kernel_size + 2 * padding) // stride) + 1


@exercise.mutant("Padding is added at each end, so it counts twice.")
def counts_padding_once(size, kernel_size, padding=0, stride=1):
    return (size - kernel_size + padding) // stride + 1


@exercise.mutant("A 3 x 3 kernel takes one pixel away at EACH end: 130 becomes 128, not 129.")
def takes_one_end_only(size, kernel_size, padding=0, stride=1):
    return (size - (kernel_size - 1) // 2 + 2 * padding - 1) // stride + 1


# %% tags=["hidden"] exercise="3.8"
@exercise.mutant("The stride is not used.")
def ignores_stride(size, kernel_size, padding=0, stride=1):
    return size - kernel_size + 2 * padding + 1


@exercise.mutant("The + 1 belongs behind the division: it counts the first place, which no stride divides.")
def divides_the_one_too(size, kernel_size, padding=0, stride=1):
    return (size - kernel_size + 2 * padding + 1) // stride


@exercise.mutant("The result must be a whole number of places: use // and not /.")
def divides_exactly(size, kernel_size, padding=0, stride=1):
    return (size - kernel_size + 2 * padding) / stride + 1


# %% [markdown]
# ### Exercise 3.9 (investigate): when does the border win?
# *Further (optional).* A photograph of 224 x 224 pixels is filtered with a square kernel of odd size;
# padding keeps its size. Some outputs depend on at least one invented pixel. What is the **smallest odd
# kernel size** for which these are **more than half** of all outputs?
#
# Predict first: is it around 11, around 31, around 71, around 111? Then reason it out, or let a loop find it.

# %% tags=["exercise"] exercise="3.9" points=2
# BEGIN SOLUTION
num_untouched = (224 - np.arange(1, 224, 2) + 1) ** 2  # for the kernel sizes 1, 3, 5 ...
smallest_kernel_size = 1 + 2 * int(np.flatnonzero(num_untouched < 224**2 / 2)[0])
# END SOLUTION

# %% tags=["check"] exercise="3.9"
checks.exercise("3.9", smallest_kernel_size)

# %% tags=["hidden"] exercise="3.9"
from course_utils.authoring import define

exercise = define.answer("3.9", smallest_kernel_size, decimals=0)
exercise.wrong(65, "Close: with 65 x 65 the untouched outputs are 160 * 160 = 25600, still more than half of 50176.")
exercise.wrong(66, "Close, but an even kernel has no middle pixel. The sizes are odd.")
exercise.wrong(
    115,
    "That is right for one row of 224 pixels. In an image the border eats from four sides: square the share that is "
    "left.",
)
exercise.wrong(
    113,
    "That is right for one row of 224 pixels, nearly. In an image the border eats from four sides: square the share "
    "that is left.",
)
exercise.wrong(33, "That is how far the kernel reaches, (F - 1) / 2. Asked is the kernel size F.")
exercise.wrong(35, "Each end loses (F - 1) / 2 rows, not F - 1. Compare with the size W - F + 1 of the cropped image.")
exercise.hints(
    "Which outputs do NOT depend on an invented pixel? Just those that crop would give.",
    "With a kernel of size F there are (224 - F + 1) squared such outputs, out of 224 squared. Look for the first "
    "odd F where that is less than half.",
    "A smaller case: 10 x 10 pixels. F = 3 leaves 8 * 8 = 64 of 100 untouched, F = 5 leaves 6 * 6 = 36. So the "
    "answer there is 5.",
)

# %% [markdown]
# ## Back to the cat
#
# You can now say what went wrong in the first picture, and mend it with one word. With zeros beyond the border,
# the frame won. With **extend**, the pixel beyond is the same as the pixel on this side, so nothing is invented
# to be steep.
#
# **Predict once more:** where are her strongest edges really?

# %% tags=["predict"]
prediction = "..."

# %%
strength_extend = edges.magnitude(*edges.gradient(cat, border="extend"))
strongest_extend = strength_extend > np.percentile(strength_extend, 99)
plots.compare(
    mark(cat, strongest),
    mark(cat, strongest_extend),
    titles=["zeros beyond the border", "extend"],
    alt="Left: marks along the frame. Right: marks on the rims of both eyes, in one pupil, on the nose and some "
    "whiskers, and many on the fur of the forehead; the frame is clean.",
)

# %% tags=["claim"]
claims.check(
    "with extend fewer than 1 in 20 of the cat's strongest edge pixels lie on the frame",
    frame[strongest_extend].mean() < 0.05,
    value=frame[strongest_extend].mean(),
    name="cat_marks_extend",
)

# %% [markdown]
# The rims of her eyes, the nose, the whiskers, the stripes on her forehead: there they are. On the frame only
# {{cat_marks_extend:.1%}} of the marks are left.
#
# Networks pad with zeros nevertheless, nearly always. It is simple and fast, and a network can even make use of
# it: the artificial edge tells it where the picture ends. But it is a choice, and now you know its price.

# %% [markdown] tags=["instructor"]
# **For the instructor.** The cat is worth a vote before the picture is shown: hardly anyone says "the frame".
# The claims on agreement with OpenCV are a good occasion to talk about reproducibility. Frequent difficulties:
# rows before columns (3.3), degrees that grow clockwise because rows grow downwards (3.1), and one round of
# spreading in place of many (3.4). Short of time? Leave out 3.6 and 3.9, which are marked as optional.

# %% [markdown]
# ## Key points
#
# - The gradient is an arrow per pixel. Its length says how steep the image is, its direction points from dark
#   to bright, across the edge.
# - Differences amplify noise, so blur first; the blur costs sharpness.
# - Canny = blur, gradient, keep the tops of ridges, two thresholds, follow chains. Each step repairs what one
#   threshold cannot.
# - Beyond the border there are only guesses. Zeros are the worst one on average; their error grows about in
#   proportion to the kernel size. Crop makes no error and shrinks the image.
# - Output size: $\lfloor (W - F + 2P) / S \rfloor + 1$. The padding that keeps the size is $(F - 1) / 2$ on
#   each side.
#
# ## Self-test
#
# <details><summary>A gradient has the direction 270 degrees. Where is it brighter?</summary>
#
# Above: 90 is down, because rows grow downwards, so 270 is up.
# </details>
#
# <details><summary>Why two thresholds, when one would be simpler?</summary>
#
# One pixel alone cannot tell a faint part of a real edge from noise. The company can: a faint pixel that hangs
# on a strong chain is kept, the same faint pixel alone is dropped.
# </details>
#
# <details><summary>A clean step has a ridge of two equal tops. Which rule loses the edge, which thickens it?</summary>
#
# "Greater than both neighbours" loses it, "at least as great as both" keeps two pixels. Greater on one side and
# at least as great on the other keeps one.
# </details>
#
# <details><summary>32 x 32 pixels, three layers with 5 x 5 kernels and no padding. What size is left?</summary>
#
# Each layer takes 4 pixels: 28, 24, 20. So 20 x 20.
# </details>
#
# <details><summary>Why does our detector close {{closed_by_two:.0f}} coins and not 24?</summary>
#
# On one coin a line of the relief runs into the rim. At the junction the gradient points straight across neither
# line, so non-maximum suppression drops a pixel that the outline needs.
# </details>
#
# <details><summary>A colleague's Canny finds twice as many edges with the same thresholds. What do you ask?</summary>
#
# How the magnitude is defined (root of squares, or sum of absolute values), whether the image was blurred
# before, and on which scale its intensities are (0 to 1 or 0 to 255).
# </details>
#
# ## To read
#
# - J. Canny, "A computational approach to edge detection", IEEE Transactions on Pattern Analysis and Machine
#   Intelligence 8(6), 1986.
# - R. Szeliski, *Computer Vision: Algorithms and Applications*, 2nd edition, section 7.2 (edges) and section
#   3.2 (borders), free on the author's site.
# - M. A. Islam, S. Jia and N. Bruce, "How much position information do convolutional neural networks encode?",
#   ICLR 2020: networks read their place in the image off the zeros at the border.
# - V. Dumoulin and F. Visin, "A guide to convolution arithmetic for deep learning", 2016, arXiv:1603.07285:
#   every case of size, padding and stride, drawn.
#
# ## Next
#
# Blurring keeps what changes slowly, the gradient keeps what changes fast. How fast is fast? In [lesson
# 04](04_filter_by_frequency.ipynb) an image is taken apart into its frequencies, and a kernel becomes a picture
# of what it lets through.
