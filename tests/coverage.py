"""coverage.py BUILD_DIR MINIMUM: sums gcov's line counts over all object files, by source file (tests left out)."""
import collections, glob, json, os, subprocess, sys

build, minimum = sys.argv[1], float(sys.argv[2])
lines = collections.defaultdict(dict)
for gcda in glob.glob(os.path.join(build, "obj", "**", "*.gcno"), recursive=True):
    if "/obj/tests/" in gcda:
        continue
    out = subprocess.run(["gcov", "--json-format", "--stdout", gcda], capture_output=True).stdout
    for report in out.splitlines():
        if not report.startswith(b"{"):
            continue
        for f in json.loads(report)["files"]:
            name = os.path.normpath(f["file"])
            if name.startswith(("/", "tests/", "..")):
                continue
            for line in f["lines"]:
                seen = lines[name]
                seen[line["line_number"]] = seen.get(line["line_number"], 0) + line["count"]
total = hit = 0
for name in sorted(lines):
    n, k = len(lines[name]), sum(1 for c in lines[name].values() if c)
    total, hit = total + n, hit + k
    print(f"{100 * k / max(n, 1):6.1f}%  {k:6d}/{n:<6d} {name}")
share = 100 * hit / max(total, 1)
print(f"{share:6.1f}%  {hit:6d}/{total:<6d} all lines of C and C++ code")
sys.exit(0 if share > minimum else 1)
