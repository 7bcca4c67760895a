"""What runs beside the page: the browser, a cover outside of it, the sound, the lamp."""
