"""What is there besides people: the room, references, a dog."""
