"""The objects that the school uses, one file per kind: what a request may say, and the shape that is answered."""
