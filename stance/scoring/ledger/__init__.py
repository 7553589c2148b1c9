"""Where scored articles are kept, so that none is scored twice and none is lost."""
