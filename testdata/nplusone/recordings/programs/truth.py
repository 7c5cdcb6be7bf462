"""What a program says about the log that it made."""
import json
import sys


def loop(child, parent, iterations, requests=1, rule="n-plus-one", children=None):
    """A loop that a reader of the log should find; parent "" where the log cannot tell."""
    f = dict(rule=rule, child=child, parent=parent, iterations=iterations, requests=requests)
    if children:
        f["children"] = children
    return f


def write(child, parent, iterations, requests=1, children=None):
    return loop(child, parent, iterations, requests, "n-plus-one-write", children)


def main(scenarios):
    """Runs the scenario named on the command line, or lists all; a scenario gives its findings, or (findings, may)."""
    name = sys.argv[1]
    if name == "list":
        print("\n".join(n.replace("_", "-") for n in scenarios))
        return
    found = scenarios[name.replace("-", "_")]() or []
    may = []
    if isinstance(found, tuple):
        found, may = found
    out = dict(findings=found)
    if may:
        out["may"] = may
    print(json.dumps(out))
