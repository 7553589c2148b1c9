"""Text comes in: files and pages to articles, articles to sentences with offsets."""
