"""From articles to stances, with the model that learning wrote."""
