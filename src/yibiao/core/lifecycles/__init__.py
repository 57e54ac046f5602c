"""Lifecycles as tables: what a case holds, in which states it can be, and which moves lead from one to another."""
