"""Mutation: one thing is changed at a time, and a test has to notice."""
