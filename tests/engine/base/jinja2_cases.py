"""Writes jinja2_cases.json: what Jinja2 itself makes of the subset. Run it where jinja2 is installed, after changing cases."""
import json
import pathlib

import jinja2

FACTS = {
    "a": {"b": "text", "yes": True, "no": False, "zero": 0, "seven": 7, "none": None, "empty": "", "half": 1.5,
          "odd key": "odd"},
    "list": ["x", "y", "z"], "void": [], "map": {}, "full": {"k": 1},
    "nets": [{"name": "n1", "tags": ["p", "q"]}, {"name": "n2", "tags": []}],
}
CONDITIONS = ["a.b", "a.yes", "a.no", "a.zero", "a.seven", "a.none", "a.empty", "a.half", "list", "void", "map", "full",
              "not a.b", "not a.no", "not not a.b", "a.b == \"text\"", "a.b == 'other'", "a.b != \"text\"", "a.seven == 7",
              "a.seven != 7", "a.seven == \"7\"", "a.yes == true", "a.no == false", "a.b and a.no", "a.b or a.no",
              "a.no or a.b and a.zero", "not a.no and a.b", "(a.no or a.b) and a.seven", "not (a.no or a.b)",
              "a.b == list[0]", "list[1] == \"y\"", "a[\"odd key\"]", "not a.b == \"text\""]
TEXTS = [
    "", "plain", "plain\n", "\n", "\n\n", "{{ a.b }}", "{{a.b}}\n", "x {{ a.b }} y\n", "{{ a.seven }} {{ a.half }} {{ a.yes }}",
    "{{ a['odd key'] }} {{ list[2] }}", "{{ nets[0].tags[1] }}", "{{ \"{{\" }} {{ '}}' }}", "  {{ a.b }}  \n",
    "one\n{% if a.b %}\ntwo\n{% endif %}\nthree\n", "one\n  {% if a.no %}\n  two\n  {% endif %}\nthree\n",
    "{% if a.no %}\n1\n{% elif a.b %}\n2\n{% else %}\n3\n{% endif %}\n", "{% if a.no %}1{% elif a.zero %}2{% else %}3{% endif %}",
    "a {% if a.b %} b {% endif %} c\n", "a {% if a.b %}\nb\n{% endif %} c\n", "a{% if a.b %}\n\nb{% endif %}\n\nc",
    "{% for x in list %}\n- {{ x }}\n{% endfor %}\nend\n", "{% for x in list %}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}\n",
    "{% for x in void %}\nnever\n{% endfor %}\n", "{% for n in nets %}\n[{{ n.name }}]\n  {% for t in n.tags %}\n  {{ loop.index }}{{ t }}\n  {% endfor %}\n{% endfor %}\n",
    "{% for x in list %}{{ loop.index0 }}/{{ loop.length }}{% if loop.first %}!{% endif %} {% endfor %}",
    "{% for a in list %}{{ a }}{% endfor %}{{ a.b }}", "{# note #}\ntext\n", "x {# note #} y\n", "  {# two\nlines #}  \ntext\n",
    "{# \"unbalanced ' #}ok", "x {%- if a.b -%} y {%- endif -%} z", "x\n\n{{- a.b -}}\n\ny", "  {%- if a.b %}\nz\n{%- endif %}\n",
    "{% if a.b %}{% if a.no %}x{% endif %}y{% endif %}", "  {% if a.b %}  {% if a.b %}  x{% endif %}{% endif %}\n",
    "  {% if a.b %}\n  {% if a.b %}\n  x\n  {% endif %}\n  {% endif %}\n", "\t{% if a.b %}\t\n\tx\n{% endif %}",
    "{ not a tag } {$ } }} %}\n", "{{ a.b }}\n{{ a.b }}\n", "  {{ a.b }}\n\n{% if a.b %}\n\nx\n\n{% endif %}\n\n", "${{ a.b }}{",
    "{%if a.b%}x{%endif%}", "{% if a.b %}x{% endif %}\n{% if a.b %}y{% endif %}\n", "a\n{# x #}{# y #}\nb\n", "a\n  {# x #}  {# y #}\nb\n",
    "{% for x in list %}\n  {% if x == 'y' %}\n  {{ x }}\n  {% endif %}\n{% endfor %}\n",
]
environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
texts = TEXTS + ["{% if " + c + " %}yes{% else %}no{% endif %}" for c in CONDITIONS]
cases = [{"template": t, "expected": environment.from_string(t).render(FACTS)} for t in texts]
out = pathlib.Path(__file__).with_suffix(".json")
out.write_text(json.dumps({"facts": FACTS, "cases": cases}, indent=1) + "\n")
