"""Draws of objects and inspectors at random (双随机): published before, made, replaced with reason, made public."""
