"""A small client of the API server for the programs of this folder and its neighbours. Only the standard library is used."""

import http.client
import json
import ssl
import urllib.parse

REQUEST_SECONDS = 20
WATCH_SECONDS = 300


class StatusError(Exception):
    """The API server's answer was not a success."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text[:300]}")
        self.code = code


class Client:
    """Requests over one kept connection; each thread has its own."""

    def __init__(self, server, context, user_agent):
        address = urllib.parse.urlsplit(server)
        self.host, self.port, self.context = address.hostname, address.port, context
        self.user_agent = user_agent
        self.connection = None

    def connect(self, timeout):
        return http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=timeout)

    def request(self, method, path, body=None, content_type="application/json"):
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": content_type, "Accept": "application/json", "User-Agent": self.user_agent}
        for last_try in (False, True):
            # A kept connection may have ended since; then a second try, on a new one, tells.
            fresh = self.connection is None
            if fresh:
                self.connection = self.connect(REQUEST_SECONDS)
            try:
                self.connection.request(method, path, data, headers)
                response = self.connection.getresponse()
                text = response.read()
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
                if fresh or last_try:
                    raise
                continue
            if response.status >= 300:
                raise StatusError(response.status, text.decode(errors="replace"))
            return json.loads(text)

    def watch(self, path):
        """Yields watch events until the server ends the stream."""
        connection = self.connect(WATCH_SECONDS + REQUEST_SECONDS)
        try:
            connection.request("GET", path, headers={"Accept": "application/json", "User-Agent": self.user_agent})
            response = connection.getresponse()
            if response.status != 200:
                raise StatusError(response.status, response.read().decode(errors="replace"))
            for line in response:
                yield json.loads(line)
        finally:
            connection.close()


def add_arguments(parser):
    """The arguments that say where the API server is, and who asks."""
    parser.add_argument("--server", required=True, help="https://127.0.0.1:PORT")
    parser.add_argument("--ca", required=True, help="certificate of the CA, PEM file")
    parser.add_argument("--certificate", required=True, help="client certificate, PEM file")
    parser.add_argument("--key", required=True, help="client key, PEM file")


def from_arguments(options, user_agent):
    """A function that makes a client for each thread."""
    context = ssl.create_default_context(cafile=options.ca)
    context.load_cert_chain(options.certificate, options.key)
    return lambda: Client(options.server, context, user_agent)
