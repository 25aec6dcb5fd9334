"""Each rule of style is seen to catch its fault, and a good lesson to pass all but the count of exercises."""

import fixture_lessons
import pytest

from course_utils.authoring import lint, source, student_names


def faults(tmp_path, monkeypatch, text):
    path = fixture_lessons.write_checkout(tmp_path, text)
    fixture_lessons.use_checkout(tmp_path, monkeypatch)
    return lint.faults(source.read(path))


def test_the_fixture_breaks_only_the_rule_on_the_number_of_exercises(tmp_path, monkeypatch):
    found = faults(tmp_path, monkeypatch, fixture_lessons.LESSON)
    assert len(found) == 1
    assert "1 exercises; a lesson has at least 5" in found[0]


CASES = [
    ("print(image.shape)", "import keras\nkeras.preprocessing.image", "keras.preprocessing"),
    ("print(image.shape)", "np.random.seed(1)", "default_rng"),
    ("print(image.shape)", "open('notes.txt').read()", "encoding"),
    ("print(image.shape)", "from course_utils import plots\nplots.grid([image])", "no alt= text"),
    ("print(image.shape)", "import matplotlib.pyplot as plt\nplt.imshow(image)", "course_utils.plots"),
    ("print(image.shape)", "from keras.layers import Dense", "import the module"),
    ("print(image.shape)", "image ==", "no Python"),
    ("print(image.shape)", "\n".join(["image.shape"] * 26), "code cell of 27 lines"),
    ("print(image.shape)", "count_pixels(image)", "reads 'count_pixels'"),
    ("print(image.shape)", "def show():\n    return count_pixels(image)", "reads 'count_pixels'"),
    ("# The end.", "# ![cat](cat.png)", "alt text"),
    ("# The end.", "# [next](99_nowhere.ipynb)", "dead link: 99_nowhere.ipynb"),
    ("# The end.", "# <img src='x.png'>", "alt text"),
    ("# The end.", "# :::{note}", "CommonMark"),
    ("# The end.", "# The draws win\n# {{points:.0f}}. The end.", "numbered list"),
    ("# The end.", "# the shape `(W +\n# 1) // 2`", "numbered list"),
    ("# The end.", "# The years are\n# 2012. The end.", "numbered list"),
    ("# The end.", "# - The book, of\n#   2012.\n# The end.", "numbered list"),
    ("# ## Self-test\n", "# ## Test\n", "no section '## Self-test'"),
    ('tags=["setup"]', 'tags=["figure"]', "0 cells are tagged 'setup'"),
    ('tags=["check"] exercise="98.1"', 'tags=["claim"]', "no cell tagged 'check'"),
    ('# %% tags=["predict"]', "# %%", "'predict'"),
    ("cpu_seconds: 20", "cpu_seconds: 111", "budget.cpu_seconds is 111; 110 at most"),
    ("memory_mb: 600", "memory_mb: 2600", "budget.memory_mb is 2600; 2500 at most"),
    ("gpu: not used", "gpu: not used, seconds: 121", "budget.seconds is 121; 120 at most"),
    ("print(image.shape)", "with tf.device(name):\n    print(1)", "tf.device(...): it pins a device"),
    ('exercise="98.1"', 'exercise="97.1"', "does not begin with this lesson's number 98"),
]


@pytest.mark.parametrize(("old", "new", "words"), CASES)
def test_each_fault_is_reported_with_its_line(tmp_path, monkeypatch, old, new, words):
    assert old in fixture_lessons.LESSON
    found = faults(tmp_path, monkeypatch, fixture_lessons.LESSON.replace(old, new))
    matching = [message for message in found if words in message]
    assert matching, found
    assert matching[0].startswith(f"{fixture_lessons.NAME}.py:")


@pytest.mark.parametrize(
    "text",
    [
        "Three steps:\n1. first\n2. second,\n   which is long\n3. third",
        "One:\n\n1. first\n\nAnother:\n\n1. first\n2. second",
        "It is\n{{agreement:.3f}}. Here\n{{share:.0%}}. There",
        "```\nlayer\n12. no list\n```",
    ],
)
def test_lists_numbers_and_code_are_no_accident(text):
    assert lint._accidental_items(text) == []


def test_a_cell_may_use_a_local_name_that_an_exercise_defines_too():
    assert student_names.names_read("def f(count_pixels):\n    return count_pixels") == set()
    assert student_names.names_read("count_pixels = 1\nprint(count_pixels)") == {"print"}
    assert student_names.names_read("[image for image in images]") == {"images"}


def test_an_exercise_that_needs_another_may_read_its_name(tmp_path, monkeypatch):
    second = (
        '# %% tags=["exercise"] exercise="98.2" points=1\nhalf = count_pixels(image) // 2\n\n'
        '# %% [markdown] tags=["instructor"]'
    )
    text = fixture_lessons.LESSON.replace('# %% [markdown] tags=["instructor"]', second)
    assert any("reads 'count_pixels'" in message for message in faults(tmp_path, monkeypatch, text))
    text = text.replace('exercise="98.2" points=1', 'exercise="98.2" points=1 needs=["98.1"]')
    assert not any("reads 'count_pixels'" in message for message in faults(tmp_path, monkeypatch, text))
