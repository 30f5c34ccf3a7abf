"""Writes a wheel, the same bytes each time; prints name and sha256.

python make_wheel.py FOLDER                               the stand-in's one requirement
python make_wheel.py FOLDER PACKAGE VERSION MODULE TEXT   a package with one module of that text
"""
import base64
import hashlib
import os
import sys
import zipfile

padding = "# " + hashlib.sha256(b"padding").hexdigest() * 4000 + "\n"  # large enough for a kill to hit it
package, version, module, text = sys.argv[2:] or ["recast-standin", "1.0.0", "recast_standin", 'GREETING = "recast-standin 1.0.0"\n']
stem = "%s-%s" % (package.replace("-", "_"), version)
name = "%s-py3-none-any.whl" % stem
files = {
    "%s/__init__.py" % module: text,
    "%s/padding.py" % module: padding,
    "%s.dist-info/METADATA" % stem: "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (package, version),
    "%s.dist-info/WHEEL" % stem: "Wheel-Version: 1.0\nGenerator: recast\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
record = "%s.dist-info/RECORD" % stem
rows = []
for path, content in files.items():
    digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
    rows.append("%s,sha256=%s,%d" % (path, digest, len(content.encode())))
files[record] = "\n".join(rows + [record + ",,"]) + "\n"
target = os.path.join(sys.argv[1], name)
with zipfile.ZipFile(target, "w") as wheel:
    for path, content in files.items():
        wheel.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), content)
print(name, hashlib.sha256(open(target, "rb").read()).hexdigest())
