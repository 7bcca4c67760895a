"""How meshes become layers, and layers a picture."""
