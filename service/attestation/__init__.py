"""What is proven of a station, and what software it is made of."""
