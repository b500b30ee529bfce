# shellcheck shell=bash
# leat ingest: formulas of pages once, as TeX, in text and Markdown; powers; numbered items; authors.
# shellcheck source=tests/lib.sh
. "$LEAT_ROOT/tests/lib.sh"

cat >page.html <<'END'
<!doctype html><html><head><title>Energy</title><meta name=author content="Ann Author">
<script type="application/ld+json">{"@type":"Article","author":[{"@type":"Person","name":"Bo B"},{"name":"Cy C"}]}</script></head>
<body><p>So <span class="mwe-math-element"><span class="mwe-math-mathml-inline" style="display: none;"><math alttext="{\displaystyle E=mc^{2}}">
<semantics><mi>E</mi><annotation encoding="application/x-tex">{\displaystyle E=mc^{2}}</annotation></semantics></math></span><img
class="mwe-math-fallback-image-inline" alt="{\displaystyle E=mc^{2}}"></span>, that is 10<sup>6</sup> m<sup>2</sup>.</p>
<ol><li value=3>in KaTeX <span class="katex"><span class="katex-mathml"><math><semantics><mi>x</mi><annotation
encoding="application/x-tex">x \le y</annotation></semantics></math></span><span class="katex-html" aria-hidden="true"><span>x≤y</span></span></span>
<li>in MathJax <span class="MathJax_Preview">x²</span><script type="math/tex; mode=display">x^2 & y</script></ol></body></html>
END

# shellcheck disable=SC2016
{
    printf 'So $E=mc^{2}$, that is 10^6 m^2.\n\n- in KaTeX $x \\le y$\n- in MathJax $$x^2 & y$$\n' >text.expected
    printf 'So $E=mc^{2}$, that is 10^6 m^2.\n\n3. in KaTeX $x \\le y$\n4. in MathJax $$x^2 & y$$\n' >markdown.expected
}
for markup in text markdown; do
    for extract in main all; do
        leat ingest -q --markup $markup --extract $extract page.html >$markup.jsonl
        python3 -c 'import json,sys; print(json.load(sys.stdin)["text"])' <$markup.jsonl >"$markup.$extract"
        same "$markup, $extract: each formula once" $markup.expected $markup.$extract
    done
done
check 'authors are those of the article' grep -q '"author":"Bo B; Cy C"' text.jsonl
