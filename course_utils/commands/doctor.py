"""`course doctor`: what works here, and what each missing thing needs."""

import click


@click.command("doctor", short_help="What works here, and what each missing thing needs.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(as_json: bool) -> None:
    """Look at Python, the packages, the backend and its GPU, Jupyter, and every data and weights file by its hash.

    Exit code 1 when something that the course needs is broken; each such line says what to do.
    """
    import dataclasses
    import json

    from course_utils import doctor
    from course_utils.commands import console

    screen = console.standard()
    if as_json:
        findings = doctor.examine()
        listed = [dataclasses.asdict(finding) for finding in findings]
        click.echo(json.dumps({"ok": doctor.healthy(findings), "findings": listed}, ensure_ascii=False, indent=1))
    else:
        with screen.status("looking; Keras takes some seconds to load"):
            findings = doctor.examine()
        _show(screen, findings)
    if not doctor.healthy(findings):
        raise click.exceptions.Exit(1)


def _show(screen, findings: list) -> None:
    from rich import text

    from course_utils import doctor
    from course_utils.commands import console

    styles = {doctor.OK: "green", doctor.NOTE: "yellow", doctor.BROKEN: "bold red"}
    table = console.grid("", "thing", "state", "found", "sha256")
    group = ""
    for finding in findings:
        if finding.group != group:
            table.add_section()
        heading, group = (finding.group if finding.group != group else ""), finding.group
        state = text.Text(finding.status, styles[finding.status])
        table.add_row(text.Text(heading, "bold"), finding.name, state, finding.detail, finding.sha256[:12])
    screen.print(table)
    advised = [finding for finding in findings if finding.remedy]
    for finding in advised:
        screen.print(f"{finding.name}: {finding.detail}", style=styles[finding.status])
        screen.print(f"    {finding.remedy}")
    if doctor.healthy(findings):
        screen.print("Everything that the course needs works here.", style="green")
    else:
        broken = sum(finding.status == doctor.BROKEN for finding in findings)
        screen.print(f"{broken} {'thing is' if broken == 1 else 'things are'} broken; what to do stands above.")
