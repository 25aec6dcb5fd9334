"""From one plain-text source per lesson to the student notebook, the reference, the checks and the rubric."""
