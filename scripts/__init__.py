"""What maintainers run: locks, generated pages, link checks, the documentation's web site."""
