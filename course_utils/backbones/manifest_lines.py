"""The entries of data/MANIFEST.toml for the weights that come with the course, written from the files themselves.

`python -m course_utils.backbones.manifest_lines vgg16` prints the entry of a file that was trained or converted anew,
and with --write puts it in the place of the one before.
"""

import argparse
import hashlib
import pathlib
import re

import numpy as np

from course_utils import locations
from course_utils.backbones import catalogue


def render(name: str, path: pathlib.Path) -> str:
    """Return the entry of one file of weights.

    Args:
        name (str): "vgg16", "resnet50" or "efficientnet_lite0".
        path (path): the file.
    """
    source = catalogue.SOURCES[name, "embedded"]
    content = path.read_bytes()
    with np.load(path, allow_pickle=False) as arrays:
        count = sum(arrays[key].size for key in arrays.files)
    return (
        f"[{source.entry}]\n"
        'kind = "weights"\n'
        f'title = "{source.title}, {source.data}"\n'
        'package = "cnn-course"\n'
        f'path = "weights/{source.entry}.npz"\n'
        f"shape = [{count}]\n"
        f"bytes = {len(content)}\n"
        f'sha256 = ["{hashlib.sha256(content).hexdigest()}"]\n'
        f'licence = "{source.licence}"\n'
        f'author = "{source.author}"\n'
        f'source = "{source.origin}"\n'
    )


def put(text: str, entry: str) -> str:
    """Return the manifest with an entry in the place of the one of its name, or at the end.

    Args:
        text (str): of data/MANIFEST.toml.
        entry (str): see `render`.

    Example:
        >>> print(put("[a]\\nshape = [1]\\n\\n[b]\\nshape = [2]\\n", "[a]\\nshape = [3]\\n"), end="")
        [a]
        shape = [3]
        <BLANKLINE>
        [b]
        shape = [2]
    """
    head = entry.partition("\n")[0]
    before = re.search(rf"^{re.escape(head)}\n(?:(?!\[).*\n)*", text, flags=re.MULTILINE)
    if before is None:
        return f"{text.rstrip()}\n\n{entry}"
    space = "\n" if text[before.end() :] else ""
    return text[: before.start()] + entry + space + text[before.end() :]


def main(arguments: list[str] | None = None) -> None:
    """Print or write the entries of the networks that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="+", choices=catalogue.NAMES, metavar="NAME", help=", ".join(catalogue.NAMES))
    parser.add_argument("--write", action="store_true", help="change data/MANIFEST.toml")
    chosen = parser.parse_args(arguments)
    manifest = locations.data() / "MANIFEST.toml"
    for name in chosen.names:
        entry = render(name, locations.data() / "weights" / f"{catalogue.SOURCES[name, 'embedded'].entry}.npz")
        if chosen.write:
            manifest.write_text(put(manifest.read_text(encoding="utf-8"), entry), encoding="utf-8", newline="\n")
        print(entry)


if __name__ == "__main__":
    main()
