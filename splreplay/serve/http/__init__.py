"""HTTP/1.1 by the letter: the socket, requests, who asks, which route, and how answers are written."""
