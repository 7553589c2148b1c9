"""What turns a sentence in its context into calibrated probabilities."""
