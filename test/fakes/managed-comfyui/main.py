"""A small stand-in for ComfyUI: a real program with one pinned requirement, for tests of installing and running a server.

It is started as ComfyUI is, says the line that ComfyUI says when it listens, and answers the part of ComfyUI's protocol that a job needs:
/system_stats, /object_info, /upload/image, /prompt, /queue, /history, /view, /interrupt, /free, /ws. A prompt takes SECONDS and saves the
picture that it was given. STANDIN_FAULT makes it misbehave.
"""
import base64
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
import urllib.parse
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from comfy.cli_args import parser

args = parser.parse_args()
fault = os.environ.get("STANDIN_FAULT", "")
seconds = float(os.environ.get("STANDIN_SECONDS", "0.1"))
HERE = os.path.dirname(os.path.abspath(__file__))


def once(name):
    """True the first time it is asked in this output folder: for faults that heal."""
    mark = os.path.join(args.output_directory, "." + name)
    if os.path.exists(mark):
        return False
    open(mark, "w").close()
    return True


def say(text):
    print(text, flush=True)


if fault == "exits":
    sys.exit(3)
if fault == "import":
    import a_module_that_is_not_there  # noqa: F401
if fault == "flag":
    parser.error("unrecognized arguments: --no-such-flag")
if fault == "port" or (fault == "port-once" and once("port")):
    say("[Errno 98] error while attempting to bind on address ('127.0.0.1', %d): address already in use" % args.port)
    sys.exit(1)
if fault == "silent":
    time.sleep(3600)
if fault == "cuda":
    say("RuntimeError: Found no NVIDIA driver on your system.")
    sys.exit(1)

from recast_standin import GREETING  # the one requirement

say(GREETING)
info = json.load(open(os.path.join(HERE, "object_info.json"), encoding="utf-8"))

for config in sum(args.extra_model_paths_config or [], []):
    text = open(config, encoding="utf-8").read()
    for folder in re.findall(r'custom_nodes:\s*"([^"]+)"', text):
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            sys.path.insert(0, os.path.join(folder, name))
            try:
                names = {}
                exec(compile(open(os.path.join(folder, name, "__init__.py")).read(), name, "exec"), names)
                for one in names["NODE_CLASS_MAPPINGS"]:
                    info[one] = dict(info["SaveImage"], name=one)
            except Exception as error:
                say("Traceback (most recent call last):\n" + traceback.format_exc())
                say("Cannot import %s module for custom nodes: %s" % (os.path.join(folder, name), error))
            sys.path.pop(0)

if os.environ.get("STANDIN_CHILD"):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    say("child %d" % child.pid)

lock = threading.Lock()
waiting, history, sockets = [], {}, {}
running = None
wake = threading.Event()


def frame(text):
    data = text.encode()
    size = len(data)
    head = bytes([0x81, size]) if size < 126 else bytes([0x81, 126]) + size.to_bytes(2, "big")
    return head + data


def tell(client, kind, data):
    sock = sockets.get(client)
    if sock:
        try:
            sock.sendall(frame(json.dumps({"type": kind, "data": data})))
        except OSError:
            sockets.pop(client, None)


def execute(prompt):
    nonlocal_id, graph, client = prompt
    begun = {"prompt_id": nonlocal_id, "timestamp": int(time.time() * 1000)}
    tell(client, "execution_start", begun)
    saver = next(key for key, node in graph.items() if node["class_type"] == "SaveImage")
    tell(client, "executing", {"node": saver, "prompt_id": nonlocal_id})
    time.sleep(seconds)
    if fault == "killed-in-job" and once("killed"):
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "always-killed-in-job":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == "native-in-job" and once("native"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if fault == "memory-in-job" and once("memory"):
        say("Traceback (most recent call last):\nMemoryError: cannot allocate 8000000000 bytes")
        os._exit(1)
    if fault == "hangs-in-job" and once("hang"):
        os.kill(os.getpid(), signal.SIGSTOP)
    loader = next((node for node in graph.values() if node["class_type"] == "LoadImage"), None)
    name = graph[saver]["inputs"].get("filename_prefix", "x") + "_00001_.png"
    if loader:
        source = os.path.join(args.input_directory, loader["inputs"]["image"].replace(" [input]", ""))
        os.makedirs(os.path.dirname(os.path.join(args.output_directory, name)), exist_ok=True)
        shutil.copyfile(source, os.path.join(args.output_directory, name))
    folder, base = os.path.split(name)
    output = {saver: {"images": [{"filename": base, "subfolder": folder, "type": "output"}]}}
    messages = [["execution_start", begun], ["execution_success", begun]]
    history[nonlocal_id] = {
        "prompt": [0, nonlocal_id, graph, {}, [saver]],
        "outputs": output,
        "status": {"status_str": "success", "completed": True, "messages": messages},
        "meta": {},
    }
    tell(client, "execution_success", begun)


def work():
    global running
    while True:
        wake.wait()
        with lock:
            running = waiting.pop(0) if waiting else None
            if running is None:
                wake.clear()
                continue
        execute(running)
        with lock:
            running = None


def item(prompt):
    return [0, prompt[0], prompt[1], {}, []]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, status=200, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/system_stats":
            system = {"os": sys.platform, "comfyui_version": "0.8.0", "argv": sys.argv, "python_version": sys.version}
            devices = [{"name": "cpu", "type": "cpu", "index": None, "vram_total": 8e9, "vram_free": 4e9}]
            self.answer({"system": system, "devices": devices})
        elif url.path == "/object_info":
            self.answer(info)
        elif url.path == "/queue":
            with lock:
                self.answer({"queue_running": [item(running)] if running else [], "queue_pending": [item(one) for one in waiting]})
        elif url.path.startswith("/history/"):
            one = urllib.parse.unquote(url.path[9:])
            self.answer({one: history[one]} if one in history else {})
        elif url.path == "/view":
            path = os.path.join(args.output_directory, query.get("subfolder", ""), os.path.basename(query["filename"]))
            self.answer(open(path, "rb").read(), kind="image/png") if os.path.exists(path) else self.answer({}, 404)
        elif url.path == "/ws":
            key = self.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
            self.connection.sendall(
                (
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: %s\r\n\r\n" % accept
                ).encode()
            )
            sockets[query.get("clientId", "")] = self.connection
            tell(query.get("clientId", ""), "status", {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "x"})
            try:
                while self.connection.recv(4096):
                    pass
            except OSError:
                pass
            self.close_connection = True
        else:
            self.answer({}, 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/prompt":
            asked = json.loads(body)
            with lock:
                waiting.append((asked["prompt_id"], asked["prompt"], asked.get("client_id")))
                wake.set()
            self.answer({"prompt_id": asked["prompt_id"], "number": 1, "node_errors": {}})
        elif self.path == "/upload/image":
            head = b"content-type: " + self.headers["content-type"].encode() + b"\r\n\r\n"
            for part in BytesParser().parsebytes(head + body).get_payload():
                if part.get_filename():
                    name = os.path.basename(part.get_filename())
                    with open(os.path.join(args.input_directory, name), "wb") as out:
                        out.write(part.get_payload(decode=True))
                    self.answer({"name": name, "subfolder": "", "type": "input"})
                    return
            self.answer({}, 400)
        elif self.path == "/free":
            say("free %s" % body.decode())
            self.answer(b"")
        else:
            self.answer(b"")


threading.Thread(target=work, daemon=True).start()
try:
    server = ThreadingHTTPServer((args.listen, args.port), Handler)
except OSError as error:
    say("[Errno %d] error while attempting to bind on address ('%s', %d): address already in use" % (error.errno, args.listen, args.port))
    sys.exit(1)
server.daemon_threads = True
if fault == "ignores-interrupt":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
say("Starting server\n")
say("To see the GUI go to: http://%s:%d" % (args.listen, args.port))
try:
    server.serve_forever()
except KeyboardInterrupt:
    say("Stopped server")
