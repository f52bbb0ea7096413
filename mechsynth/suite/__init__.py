"""Many instances at once: the index of a library, what is expected of its answers, and running all of it."""
