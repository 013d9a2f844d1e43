"""HTTP below every dialect: the server, request ids, errors, and sending to slow readers."""
