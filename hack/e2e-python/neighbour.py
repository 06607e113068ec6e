#!/usr/bin/python3
"""What the applications call: an OpenAI-compatible endpoint, and a stock list. `neighbour.py ADDRESS PORT` serves it until it is ended."""
import json
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Neighbour(BaseHTTPRequestHandler):
    """What the applications call: an OpenAI-compatible endpoint, and a stock list."""
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer({
            "id": "chatcmpl-1", "object": "chat.completion", "created": int(time.time()), "model": question["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello to you"}}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8},
        })

    def do_GET(self):
        self._answer({"apples": 3})

    def _answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Neighbour).serve_forever()
