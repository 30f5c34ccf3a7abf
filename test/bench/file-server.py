# Serves one file on loopback as nginx does: the kernel sends it (sendfile), so that the server takes little of the processor.
# Arguments: file, bytes a second (0: as fast as it goes), certificate with its key (empty: no TLS). Prints its port.
import os
import socket
import ssl
import sys
import threading
import time

path, rate, certificate = sys.argv[1], float(sys.argv[2]), sys.argv[3]
size = os.stat(path).st_size
piece = 1 << 20 if rate == 0 else max(1 << 16, min(1 << 20, int(rate / 500)))
context = None
if certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)


def serve(connection):
    if context:
        connection = context.wrap_socket(connection, server_side=True)
    with connection, open(path, "rb") as file:
        asked = b""
        while b"\r\n\r\n" not in asked:
            more = connection.recv(1 << 16)
            if not more:
                return
            asked += more
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\nETag: "bench"\r\nConnection: close\r\n\r\n' % size)
        began, at, memory = time.monotonic(), 0, bytearray(piece)
        while at < size:
            if context:
                count = file.readinto(memory)
                connection.sendall(memoryview(memory)[:count])
                at += count
            else:
                at += os.sendfile(connection.fileno(), file.fileno(), at, min(piece, size - at))
            early = began + at / rate - time.monotonic() if rate else 0
            if early > 0:
                time.sleep(early)


def answer(connection):
    try:
        serve(connection)
    except OSError:
        pass  # whoever asked has gone


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()
