"""Pack files, checked and frozen as a PackVersion; programs are running instances of them."""
