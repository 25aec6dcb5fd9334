"""Packages load a part when it is first named, and say what they have when a name is wrong."""

import importlib
import subprocess
import sys

import pytest

PACKAGES = ("backbones", "capsules", "dream", "features", "plots", "training")


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_that_a_package_offers_is_found_where_it_says(name):
    package = importlib.import_module(f"course_utils.{name}")
    assert package.__all__ == sorted(package.__all__)
    for part in package.__all__:
        assert getattr(package, part) is not None
    assert set(package.__all__) <= set(dir(package))


@pytest.mark.parametrize("name", PACKAGES)
def test_a_name_that_is_not_there_is_answered_with_those_that_are(name):
    package = importlib.import_module(f"course_utils.{name}")
    with pytest.raises(
        AttributeError, match=rf"course_utils\.{name} has no 'compair'. It has: .*{package.__all__[-1]}"
    ):
        package.compair  # noqa: B018
    assert not hasattr(package, "__wrapped__")


def test_the_course_names_its_modules_when_one_is_not_there():
    import course_utils

    with pytest.raises(AttributeError, match=r"course_utils has no 'kernel'. It has: .*kernels"):
        course_utils.kernel  # noqa: B018
    assert {"kernels", "plots", "__version__"} <= set(dir(course_utils))


def test_importing_every_package_loads_nothing_heavy():
    code = "import sys\n" + "".join(f"import course_utils.{name}\n" for name in PACKAGES)
    code += "print(sorted({'keras', 'tensorflow', 'matplotlib', 'cv2', 'numpy', 'scipy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
