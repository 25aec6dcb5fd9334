"""What a run leaves behind: results.json for programs, one page with every figure for people."""
