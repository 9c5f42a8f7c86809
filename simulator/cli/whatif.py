"""simulator whatif."""

from __future__ import annotations

import argparse

import simulator
from simulator.cli.options import lang_option, notices, policy_option, register, unit_option

HELP = "open the what-if page in the browser: sliders for every setting, the answer beside them"
EXAMPLE = "simulator whatif baseline"


def add(p: argparse.ArgumentParser) -> None:
    """Its arguments."""
    p.add_argument("scenario", metavar="SCENARIO", nargs="?", default="baseline", help="name or path (default: baseline)")
    p.add_argument("--population", metavar="REGISTER", type=register, help="a register; without it incumbents are drawn")
    unit_option(p)
    policy_option(p)
    p.add_argument("--port", type=int, default=8866, metavar="N", help="first port tried (default: 8866); this machine only")
    lang_option(p, "language of the page (default: what LANG says, else zh)")
    p.add_argument("--draws", type=int, default=200, metavar="N", help="draws of the picture that follows the hand (default: 200)")
    p.add_argument("--out", default="out/what_if", metavar="DIR", help="folder of what is kept (default: out/what_if)")
    for_others(p)
    p.add_argument("--no-browser", action="store_true", help="only print the page's address")


def for_others(p: argparse.ArgumentParser) -> None:
    """What a page needs that others than this machine are to reach: all of it."""
    p.add_argument(
        "--host", default="", metavar="ADDRESS", help="for others than this machine: the address listened on; needs the three that follow"
    )
    p.add_argument("--certificate", default="", metavar="PEM", help="with --host: TLS certificate")
    p.add_argument("--key", default="", metavar="PEM", help="with --host: the certificate's key")
    p.add_argument("--password-file", default="", metavar="FILE", help="with --host: file with the password, its owner's alone")


def do(arguments: argparse.Namespace) -> None:
    """Serve the page until Ctrl+C."""
    scenario = arguments.scenario
    if arguments.policy is not None:
        from simulator.scenario import under_policy

        scenario = under_policy(arguments.policy, scenario)
    simulator.whatif(
        scenario,
        arguments.population,
        units=arguments.units,
        lang=arguments.lang,
        port=arguments.port,
        draws=arguments.draws,
        out=arguments.out,
        browser=not arguments.no_browser,
        host=arguments.host,
        certificate=arguments.certificate,
        key=arguments.key,
        password_file=arguments.password_file,
        notice=notices(arguments),
    )
