"""Run notebooks without a browser: quick kernels, results, CPU seconds and memory."""
