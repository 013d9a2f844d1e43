"""Which gateway this robot is paired with, and so: whom it may dial, and what proves who answers."""
