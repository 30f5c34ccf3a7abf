"""The start flags that the stand-in knows: those of ComfyUI that Recast uses, one of them left out on purpose (--preview-method)."""
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--listen", default="127.0.0.1")
parser.add_argument("--port", type=int, default=8188)
parser.add_argument("--base-directory")
parser.add_argument("--input-directory")
parser.add_argument("--output-directory")
parser.add_argument("--temp-directory")
parser.add_argument("--user-directory")
parser.add_argument("--extra-model-paths-config", action="append", nargs="+")
parser.add_argument("--database-url")
parser.add_argument("--log-stdout", action="store_true")
parser.add_argument("--disable-auto-launch", action="store_true")
parser.add_argument("--cpu", action="store_true")
parser.add_argument("--cuda-device", type=int)
