"""The shell that people see: pages, design system, command line, table of followers."""
