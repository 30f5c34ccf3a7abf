"""Looks whether an environment is what its lock says, and what torch can do. Prints one JSON object as its last line.

usage: python -s check.py '{"imports": ["torch"], "packages": {"torch": "2.15.0"}, "compute": true}'
"""
import importlib
import importlib.metadata
import json
import sys
import time


def words(error):
    return ("%s: %s" % (type(error).__name__, error))[:2000]


def compute_on_card(torch, facts):
    # A card whose code is missing from the wheels, or a driver that lies, fails here and not in somebody's job.
    began = time.perf_counter()
    a = torch.arange(256 * 256, dtype=torch.float32).reshape(256, 256) / 65536
    there = a.cuda()
    product = there @ there
    torch.cuda.synchronize()
    facts["computeMs"] = round((time.perf_counter() - began) * 1000, 1)
    back = product.cpu()
    facts["computeNan"] = bool(torch.isnan(back).any())
    facts["computeRight"] = bool(torch.allclose(back, a @ a, rtol=1e-2, atol=1e-2))


def torch_facts(compute):
    import torch

    cuda = bool(torch.cuda.is_available())
    facts = {"version": torch.__version__, "cudaVersion": torch.version.cuda, "cuda": cuda, "devices": []}
    try:
        if not cuda:
            if torch.version.cuda is not None:
                torch.cuda.init()  # says why there is none, where is_available only says no
            return facts
        for index in range(torch.cuda.device_count()):
            properties = torch.cuda.get_device_properties(index)
            facts["devices"].append(
                {
                    "name": properties.name,
                    "capability": "%d.%d" % (properties.major, properties.minor),
                    "memoryMb": properties.total_memory // 2**20,
                }
            )
        if compute:
            compute_on_card(torch, facts)
    except BaseException as error:  # what was seen until then is told all the same
        facts["error"] = words(error)
    return facts


def main():
    asked = json.loads(sys.argv[1])
    began = time.perf_counter()
    failures = []
    for name in asked.get("imports", []):
        try:
            importlib.import_module(name)
        except BaseException as error:  # native libraries raise what they like
            failures.append({"module": name, "error": words(error)})
    versions = {}
    for name, wanted in asked.get("packages", {}).items():
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    answer = {"python": "%d.%d.%d" % sys.version_info[:3], "failures": failures, "versions": versions}
    if "torch" in asked.get("imports", []) and not any(one["module"] == "torch" for one in failures):
        try:
            answer["torch"] = torch_facts(asked.get("compute", False))
        except BaseException as error:
            failures.append({"module": "torch", "error": words(error)})
    answer["ms"] = round((time.perf_counter() - began) * 1000)
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


main()
