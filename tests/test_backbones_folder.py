import json
import shutil
import struct
import zlib

import cv2
import numpy as np
import pytest

from course_utils import backbones, images
from course_utils.backbones import folder, linear, loading, photograph_folder


@pytest.fixture(scope="module")
def backbone():
    return backbones.load("vgg16", "random")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))


def picture(colour, seed=0, shape=(70, 90)):
    """A noisy image of one colour, RGB."""
    noise = np.random.default_rng(seed).normal(0, 12, (*shape, 3))
    return np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)


def write(path, rgb, ending=".jpg"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(ending, rgb[..., ::-1] if rgb.ndim == 3 else rgb)[1].tobytes())
    return path


@pytest.fixture
def photographs(tmp_path):
    top = tmp_path / "photographs"
    for name, colour in (("green", (40, 200, 40)), ("red", (210, 40, 40)), ("Großes Blau 青", (40, 40, 210))):
        for number in range(6):
            write(top / name / f"{number} 写真.jpg", picture(colour, number))
    return top


def snapshot(top):
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(top.rglob("*"))}


def test_colours_are_learnt_and_nothing_is_written(photographs, backbone):
    before = snapshot(photographs)
    found = backbones.train_on_folder(photographs, backbone)
    assert snapshot(photographs) == before
    assert found.class_names == ("Großes Blau 青", "green", "red")  # sorted by code points on every machine
    assert found.accuracy == 1
    assert found.baseline == pytest.approx(1 / 3)
    assert found.facts["num_judged"] == 18
    assert found.skipped == ()
    report = str(found)
    assert "18 of 18, 100%" in report
    assert "33%" in report
    assert backbone.label in report
    assert "few" in report
    ranked = found.predict(picture((200, 50, 50), seed=99))
    assert ranked[0][0] == "red"
    assert sum(share for _, share in ranked) == pytest.approx(1)
    assert [share for _, share in ranked] == sorted((share for _, share in ranked), reverse=True)
    assert found.predict(photographs / "green" / "0 写真.jpg")[0][0] == "green"


def test_labels_that_mean_nothing_are_not_learnt(tmp_path, backbone):
    # The oracle of an honest accuracy: the same noise under two names can only be guessed.
    for number in range(40):
        write(tmp_path / "noise" / "ab"[number % 2] / f"{number}.png", picture((128, 128, 128), number), ".png")
    found = backbones.train_on_folder(tmp_path / "noise", backbone)
    assert 0.25 < found.accuracy < 0.75


def test_every_kind_of_image_is_read(photographs, backbone):
    red = picture((210, 40, 40), 50)
    alpha = np.dstack([red[..., ::-1], np.full(red.shape[:2], 255, np.uint8)])
    (photographs / "red" / "alpha.png").write_bytes(cv2.imencode(".png", alpha)[1].tobytes())
    (photographs / "red" / "deep.png").write_bytes(cv2.imencode(".png", red[..., ::-1] * np.uint16(257))[1].tobytes())
    write(photographs / "red" / "gray.png", red[..., 0], ".png")
    write(photographs / "red" / "web.webp", red, ".webp")
    write(photographs / "red" / "bitmap.BMP", red[::-1], ".bmp")
    found = backbones.train_on_folder(photographs, backbone)
    assert found.facts["num_images"] == [6, 6, 11]
    assert found.skipped == ()


def test_what_cannot_be_used_is_named(photographs, backbone):
    green = photographs / "green"
    (green / "empty.jpg").write_bytes(b"")
    (green / "page.jpg").write_bytes(b"<html>not found</html>")
    cut = (green / "0 写真.jpg").read_bytes()
    (green / "cut.png").write_bytes(cut[:40])
    (green / "notes.txt").write_text("green things")
    (green / ".hidden").write_text("")
    (green / "more").mkdir()
    shutil.copy(green / "1 写真.jpg", photographs / "red" / "copy.jpg")
    (photographs / "loose.jpg").write_bytes(cut)
    (photographs / "__MACOSX").mkdir()
    found = backbones.train_on_folder(photographs, backbone)
    said = "\n".join(found.skipped)
    assert len(found.skipped) == 7
    assert found.facts["num_images"] == [6, 6, 6]
    for word in (
        "empty.jpg: is empty",
        "page.jpg: cannot be read",
        "cut.png: cannot",
        "notes.txt: its name",
        "more: a ",
    ):
        assert f"green/{word}" in said
    assert "red/copy.jpg: a copy of green/1 写真.jpg" in said
    assert "loose.jpg: it lies in no subfolder" in said
    assert said.replace("\n", "\n  ") in str(found)


def test_folders_that_cannot_be_learnt_from(tmp_path, photographs, backbone):
    with pytest.raises(FileNotFoundError, match="no folder"):
        backbones.train_on_folder(tmp_path / "nowhere", backbone)
    with pytest.raises(NotADirectoryError, match="subfolder for each class"):
        backbones.train_on_folder(photographs / "red" / "0 写真.jpg", backbone)
    with pytest.raises(ValueError, match="has none"):
        backbones.train_on_folder(photographs / "red", backbone)
    (photographs / "yellow").mkdir()
    with pytest.raises(ValueError, match="'yellow' has 0 photograph"):
        backbones.train_on_folder(photographs, backbone)
    write(photographs / "yellow" / "one.jpg", picture((200, 200, 40)))
    (photographs / "yellow" / "two.jpg").write_bytes(b"GIF?")
    with pytest.raises(ValueError, match=r"'yellow' has 1 photograph.*of 2 file.*yellow/two.jpg: cannot"):
        backbones.train_on_folder(photographs, backbone)
    for name in ("yellow", "green", "red"):
        shutil.rmtree(photographs / name)
    with pytest.raises(ValueError, match="only 'Großes Blau 青'"):
        backbones.train_on_folder(photographs, backbone)


def test_two_photographs_of_each_class_are_enough(photographs, backbone):
    for path in photographs.rglob("[2-9]*.jpg"):
        path.unlink()
    found = backbones.train_on_folder(photographs, backbone)
    assert found.facts["num_images"] == [2, 2, 2]
    assert found.facts["num_judged"] == 6


def exif(jpeg, orientation):
    """Put an EXIF note of the orientation behind the first two bytes of a JPEG."""
    note = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + b"\0\0\0\0"
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note + jpeg[2:]


@pytest.mark.parametrize("least_side", [None, 64])
def test_the_turn_that_a_camera_notes_is_honoured(tmp_path, least_side):
    upright = np.zeros((640, 960, 3), np.uint8)
    upright[:320, :, 0], upright[320:, :, 2] = 250, 250  # red above, blue below
    turned = np.rot90(upright)  # as the sensor saw it
    jpeg = cv2.imencode(".jpg", np.ascontiguousarray(turned[..., ::-1]))[1].tobytes()
    (tmp_path / "turned.jpg").write_bytes(exif(jpeg, 6))
    image = images.read(tmp_path / "turned.jpg", least_side=least_side)
    assert image.shape == ((640, 960, 3) if least_side is None else (80, 120, 3))
    assert abs(image[10, 10] - np.array([250.0, 0, 0])).max() < 12
    assert abs(image[-10, 10] - np.array([0, 0, 250.0])).max() < 12


@pytest.mark.parametrize(("least_side", "height"), [(10, 63), (100, 125), (126, 250), (300, 500), (501, 500)])
def test_a_fraction_keeps_the_pixels_that_are_needed(tmp_path, least_side, height):
    path = write(tmp_path / "large.jpg", picture((100, 150, 200), shape=(500, 700)))
    small = images.read(path, least_side=least_side)
    assert small.shape[0] == height
    assert abs(small.mean(axis=(0, 1)) - [100, 150, 200]).max() < 3


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (20_001, 10_000)])
def test_an_image_of_too_many_pixels_is_named(photographs, backbone, width, height):
    # A PNG and a BMP of a few bytes that say how large they are.
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    (photographs / "red" / "bomb.png").write_bytes(bomb)
    bitmap = cv2.imencode(".bmp", np.zeros((2, 2, 3), np.uint8))[1].tobytes()
    upside_down = struct.pack("<ii", width, -height)
    (photographs / "red" / "huge.bmp").write_bytes(bitmap[:18] + upside_down + bitmap[26:])
    found = backbones.train_on_folder(photographs, backbone)
    assert len(found.skipped) == 2
    for said, name in zip(found.skipped, ("bomb.png", "huge.bmp"), strict=True):
        assert said.startswith(f"red/{name}: is {width:,} x {height:,} pixels large")
        assert "save it as JPEG" in said
    with pytest.raises(ValueError, match="at most 200 million pixels"):
        found.predict(photographs / "red" / "bomb.png")


def test_a_photograph_of_a_telephones_own_kind_is_told_what_to_do(photographs, backbone):
    (photographs / "red" / "IMG_0001.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    found = backbones.train_on_folder(photographs, backbone)
    assert found.skipped == ("red/IMG_0001.HEIC: photographs of the kind HEIC cannot be read; export it as JPEG",)


def test_an_empty_class_is_told_before_anything_is_loaded(photographs, monkeypatch):
    monkeypatch.setattr(loading, "load", lambda *_: pytest.fail("a backbone was loaded"))
    (photographs / "yellow").mkdir()
    with pytest.raises(ValueError, match=r"'yellow' has 0 photograph.*of 0 file"):
        backbones.train_on_folder(photographs)


def test_saved_and_loaded(photographs, backbone, tmp_path):
    found = backbones.train_on_folder(photographs, backbone)
    path = found.save(tmp_path / "mine")
    assert path.name == "mine.npz"
    again = folder.load(path)  # by the backbone's name and weights
    assert str(again) == str(found)
    assert again.class_names == found.class_names
    file = photographs / "red" / "3 写真.jpg"
    assert [name for name, _ in again.predict(file)] == [name for name, _ in found.predict(file)]
    np.testing.assert_allclose([x for _, x in again.predict(file)], [x for _, x in found.predict(file)], rtol=1e-5)
    with pytest.raises(ValueError, match="other weights"):
        folder.load(path, backbones.load("vgg16", "random", seed=1))
    with np.load(path) as kept:
        about = json.loads(str(kept["about"]))
    np.savez(
        tmp_path / "new.npz",
        about=np.array(json.dumps({**about, "format": 9})),
        kernel=found.fitted.kernel,
        bias=found.fitted.bias,
    )
    with pytest.raises(ValueError, match="format 9"):
        folder.load(tmp_path / "new.npz")
    (tmp_path / "broken.npz").write_bytes(b"PK no")
    with pytest.raises(ValueError, match="no saved classifier"):
        folder.load(tmp_path / "broken.npz")


def test_the_linear_step_is_scikit_learns(backbone):
    """The folded step names what scikit-learn's pipeline names, with the same probabilities."""
    from sklearn import linear_model, pipeline, preprocessing

    rng = np.random.default_rng(0)
    for num_classes, num_features in ((3, 200), (2, 200), (3, 8)):
        labels = np.arange(60) % num_classes
        found = (rng.normal(0, 3, (60, num_features)) + labels[:, None] * rng.normal(1, 1, num_features)).astype("f4")
        found[:, 0] = 7.0  # says nothing
        probabilities = np.exp(linear.fit_linear(found, labels, None, seed=0).logits(found))
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        rival = [
            pipeline.make_pipeline(
                preprocessing.StandardScaler(), linear_model.LogisticRegression(C=strength, max_iter=5000, tol=1e-8)
            ).fit(found, labels).predict_proba(found)
            for strength in linear.STRENGTHS
        ]  # fmt: skip
        assert min(np.abs(some - probabilities).max() for some in rival) < 0.01


def test_of_many_photographs_a_part_is_held_out(monkeypatch):
    rng = np.random.default_rng(0)
    labels = np.arange(100) % 2
    found = rng.normal(0, 1, (100, 5)) + 4 * labels[:, None]
    monkeypatch.setattr(folder, "_FEW", 50)
    right, judged = folder._held_out(found, labels, seed=0)
    assert judged == 20
    assert right >= 19


def test_names_are_sorted_whichever_way_they_are_written(tmp_path):
    for name in ("e\u0301clair", "zebra", "\u00e9toile"):
        write(tmp_path / name / "b.png", picture((9, 9, 9)), ".png")
        write(tmp_path / name / "a.png", picture((9, 9, 9)), ".png")
    classes, _ = photograph_folder.listed(tmp_path)
    assert list(classes) == ["zebra", "\u00e9clair", "\u00e9toile"]
    assert [file.name for file in classes["zebra"]] == ["a.png", "b.png"]


def test_command_line(photographs, backbone, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(folder.loading, "load", lambda name: backbone)
    file = photographs / "red" / "3 写真.jpg"
    assert folder.main([str(photographs), "--predict", str(file), "--save", str(tmp_path / "kept")]) == 0
    said = capsys.readouterr().out
    assert "18 of 18" in said
    assert f"{file}: red" in said
    assert "kept.npz" in said
    assert folder.main([str(photographs / "red")]) == 1
    assert "at least two classes" in capsys.readouterr().err
