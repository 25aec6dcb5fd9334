"""Solution blocks: what is cut, and every way to write them wrong."""

import pytest

from course_utils.authoring import markup

FUNCTION = """\
def double(x):
    # BEGIN SOLUTION
    result = 2 * x
    return result
    # END SOLUTION
"""


def test_indented_block_becomes_a_stub_that_raises():
    student = markup.student_source(FUNCTION, "2.4")
    assert "result" not in student
    namespace = {}
    exec(student, namespace)
    with pytest.raises(NotImplementedError, match=r"2\.4 is not written yet"):
        namespace["double"](1)


def test_block_at_the_margin_assigns_ellipsis_to_each_name():
    text = (
        "side = 3\n# BEGIN SOLUTION\nheight, width = side, 4\narea: int = height * width\n# END SOLUTION\nunit = 'px'"
    )
    student = markup.student_source(text, "1.1")
    namespace = {}
    exec(student, namespace)
    assert (namespace["height"], namespace["width"], namespace["area"]) == (..., ..., ...)
    assert namespace["side"] == 3
    assert namespace["unit"] == "px"


def test_two_blocks_and_the_lines_between_are_kept():
    block = "    # BEGIN SOLUTION\n    {}\n    # END SOLUTION\n"
    text = f"def f(x):\n{block.format('y = 1')}    kept = 1\n{block.format('return 7')}"
    student = markup.student_source(text, "1.1")
    assert "kept = 1" in student
    assert "return 7" not in student
    assert student.count("raise NotImplementedError") == 2


def test_stub_block_replaces_the_solution_with_the_buggy_code():
    text = (
        "def f(x):\n    # BEGIN SOLUTION\n    return x + 1\n    # END SOLUTION\n"
        "    # BEGIN STUB\n    # if x:\n    #     return x\n    # END STUB\n"
    )
    student = markup.student_source(text, "1.1")
    assert student == "def f(x):\n    if x:\n        return x\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# BEGIN SOLUTION\nx = 1", 1, "never closed"),
        ("x = 1\n# END SOLUTION", 2, "without a '# BEGIN SOLUTION'"),
        (
            "# BEGIN SOLUTION\nx = 1\n# BEGIN SOLUTION\ny = 1\n# END SOLUTION\n# END SOLUTION",
            3,
            "cannot be nested",
        ),
        ("# BEGIN SOLUTION\n\n# END SOLUTION", 3, "empty"),
        ("x = 1\n# BEGIN STUB\n# y = 1\n# END STUB", 2, "directly behind"),
        ("# BEGIN SOLUTION here\nx = 1\n# END SOLUTION", 1, "no marker"),
        ("# begin solution\nx = 1\n# end solution", 1, "no marker"),
        ("x = 1  # BEGIN SOLUTION", 1, "no marker"),
    ],
)
def test_misplaced_markers_are_errors_with_their_line(text, line, words):
    with pytest.raises(markup.MarkupError, match=words) as raised:
        markup.blocks(text)
    assert raised.value.line == line


def test_margin_block_without_a_name_is_an_error():
    with pytest.raises(markup.MarkupError, match="assign at least one name"):
        markup.student_source("# BEGIN SOLUTION\nprint(1)\n# END SOLUTION", "1.1")


def test_stub_lines_must_be_comments():
    with pytest.raises(markup.MarkupError, match="begin with '# '") as raised:
        markup.student_source(
            "# BEGIN SOLUTION\nx = 1\n# END SOLUTION\n# BEGIN STUB\n# x = 2\nx = 3\n# END STUB", "1.1"
        )
    assert raised.value.line == 6


def test_secret_lines_are_the_insides_of_solution_blocks():
    assert markup.secret_lines(FUNCTION) == ["    result = 2 * x", "    return result"]


def test_loop_and_comprehension_variables_are_no_answers():
    code = """
import math
for side in (1, 2):
    area = side * side
sizes = [n for n in (1, 2)]
sizes[side] = 3
with open(1) as file:
    x: int = 1
"""
    assert markup.assigned_names(code) == ["area", "sizes", "x"]
