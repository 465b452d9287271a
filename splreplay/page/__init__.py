"""What a run or a test found, as one HTML page that needs nothing else."""
