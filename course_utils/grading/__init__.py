"""Grade a class: tolerant intake, sandboxed answers, comparison in a trusted process, durable records.

Three processes take part (`course grade` starts them):

    the grader    holds the hidden cases and what is right; it never loads a student's code
    the zygote    lives in the sandbox, has everything imported, and holds no tests
    a child       forked for one exercise of one submission; it gets inputs and sends back plain data

The modules, in the order in which a submission meets them: intake, submission, reference, desk (sandbox, zygote,
child), marking, records, remarks, gradebook, reports, timing.
"""
