"""What people look at: pages, notebook cells, tables."""
