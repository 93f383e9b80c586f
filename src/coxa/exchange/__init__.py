"""What leaves coxa: the report of a set as a page and its clip with the skeleton drawn in.

May import every room above it (body to records), never the web or the command line.
A newcomer starts with `write_report` (`report`), `annotate` (`annotate`) and `verdict` (`words`).
"""
