"""The commands of `course`, one module each; a module imports what it needs when its command runs."""
