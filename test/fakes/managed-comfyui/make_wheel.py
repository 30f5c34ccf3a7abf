"""Writes the stand-in's one requirement as a wheel, the same bytes each time: python make_wheel.py FOLDER; prints name and sha256."""
import base64
import hashlib
import os
import sys
import zipfile

name = "recast_standin-1.0.0-py3-none-any.whl"
padding = "# " + hashlib.sha256(b"padding").hexdigest() * 4000 + "\n"  # large enough for a kill to hit it
files = {
    "recast_standin/__init__.py": 'GREETING = "recast-standin 1.0.0"\n',
    "recast_standin/padding.py": padding,
    "recast_standin-1.0.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: recast-standin\nVersion: 1.0.0\n",
    "recast_standin-1.0.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: recast\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
record = "recast_standin-1.0.0.dist-info/RECORD"
rows = []
for path, text in files.items():
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    rows.append("%s,sha256=%s,%d" % (path, digest, len(text.encode())))
files[record] = "\n".join(rows + [record + ",,"]) + "\n"
target = os.path.join(sys.argv[1], name)
with zipfile.ZipFile(target, "w") as wheel:
    for path, text in files.items():
        wheel.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), text)
print(name, hashlib.sha256(open(target, "rb").read()).hexdigest())
