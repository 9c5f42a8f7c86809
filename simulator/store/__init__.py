"""What is kept on disk: folders of runs, comparisons and checks, read, verified and deleted."""
