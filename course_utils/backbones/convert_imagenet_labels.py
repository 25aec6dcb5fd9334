"""Write the 1,000 classes of ImageNet by number: how data/weights/imagenet_labels.tsv was made.

`python -m course_utils.backbones.convert_imagenet_labels WHEEL`, where WHEEL is what
`pip download --no-deps timm==1.0.31` fetches (2.5 MB, Apache-2.0). The package lists the classes by their numbers in
WordNet and names each by its words there; the first word is taken, and made clear where two classes share it.
"""

import argparse
import pathlib
import zipfile

from course_utils import locations

FOLDER = "timm/data/_info"
# WordNet tells these apart by what they mean, not by their words.
CLEARER = {
    "n02012849": "crane (bird)",
    "n03126707": "crane (machine)",
    "n03710637": "maillot (tights)",
    "n03710721": "maillot (bathing suit)",
}


def table(synsets: str, words: str) -> str:
    """Return one line per class: its number, its number in WordNet, its name, with tabs between.

    Args:
        synsets (str): the WordNet numbers in the order of the classes.
        words (str): lines of a WordNet number, a tab, and words with ", " between.

    Raises:
        ValueError: two classes have one name.

    Example:
        >>> table("n01440764 n02123045", "n02123045\\ttabby, tabby cat\\nn01440764\\ttench, Tinca tinca\\n")
        '0\\tn01440764\\ttench\\n1\\tn02123045\\ttabby\\n'
    """
    known = dict(line.split("\t") for line in words.splitlines())
    names = [CLEARER.get(number) or known[number].split(", ")[0] for number in synsets.split()]
    if len(set(names)) != len(names):
        raise ValueError(f"two classes have one name: {sorted({name for name in names if names.count(name) > 1})}.")
    rows = enumerate(zip(synsets.split(), names, strict=True))
    return "".join(f"{index}\t{number}\t{name}\n" for index, (number, name) in rows)


def main(arguments: list[str] | None = None) -> None:
    """Write the table from the wheel that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, default=locations.data() / "weights", help="default: the course")
    chosen = parser.parse_args(arguments)
    with zipfile.ZipFile(chosen.wheel) as wheel:
        synsets, words = (
            wheel.read(f"{FOLDER}/{name}.txt").decode("utf-8")
            for name in ("imagenet_synsets", "imagenet_synset_to_lemma")
        )
    path = chosen.folder / "imagenet_labels.tsv"
    path.write_text(table(synsets, words), encoding="utf-8", newline="\n")
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
