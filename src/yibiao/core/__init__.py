"""Pure Python: problems, periods, trees, quantities, wording, indicator algebra, Merkle maths."""
