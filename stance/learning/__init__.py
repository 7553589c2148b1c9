"""From annotations to a model folder: training, evaluation, export."""
