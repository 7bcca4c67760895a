"""Letters to makers and sellers: what an institution asks them for, in their language."""
