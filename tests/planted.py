#!/usr/bin/env python3
"""Files full of made-up personal data, one thing of each sort in every place that a source has for text: planted.py FOLDER

Writes traces.json (OTLP), before.json and after.json (promptfoo), and things.txt: a thing a line, for grep -F."""
import json, os, sys

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
EMAIL, PHONE = "jane.roe@acme-corp.de", "+49 30 901820"
IBAN, CARD = "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111"
SECRET = "sk-" + "a1B2c3D4e5F6g7H8i9J0k1L2"
THINGS = [EMAIL, PHONE, IBAN, CARD, SECRET]
ALL = "mail %s call %s pay %s card %s key %s." % tuple(THINGS)


def text(value):
    return {"stringValue": value}


def attribute(key, value):
    return {"key": key, "value": value if isinstance(value, dict) else text(value)}


def span(trace, number, parent, name, kind, **more):
    attributes = [attribute("openinference.span.kind", kind), attribute("input.value", more.get("input", "asks " + ALL)),
                  attribute("output.value", more.get("output", "says " + ALL)), attribute("session.id", EMAIL),
                  attribute("user.id", EMAIL), attribute("note for " + EMAIL, "x"), attribute("notes", ALL),
                  attribute("number", {"intValue": CARD.replace(" ", "")}),
                  attribute("tag.tags", {"arrayValue": {"values": [text("tag " + EMAIL)]}}),
                  attribute("metadata", json.dumps({"who": ALL, EMAIL: 1}))]
    attributes += more.get("attributes", [])
    start = 1763546000000000000 + number * 10 ** 9
    return {"traceId": "%032x" % trace, "spanId": "%016x" % (trace * 100 + number), "name": name,
            "parentSpanId": "%016x" % (trace * 100 + parent) if parent else "",
            "startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 7 * 10 ** 8),
            "status": {"code": 2, "message": "failed for " + ALL} if more.get("fails") else {"code": 1},
            "attributes": attributes,
            "events": [{"timeUnixNano": str(start + 1), "name": "event of " + EMAIL,
                        "attributes": [attribute("exception.message", ALL)]}],
            "links": [{"traceId": "%032x" % 7, "spanId": "%016x" % 7, "attributes": [attribute("why", ALL)]}]}


def chat():
    out = [attribute("llm.model_name", "gpt-4o"), attribute("llm.prompt_template.template", "Write to " + ALL)]
    for i, (role, said) in enumerate([("system", "You serve " + ALL), ("user", ALL)]):
        out += [attribute("llm.input_messages.%d.message.role" % i, role),
                attribute("llm.input_messages.%d.message.content" % i, said)]
    out += [attribute("llm.output_messages.0.message.role", "assistant"),
            attribute("llm.output_messages.0.message.content", ALL),
            attribute("llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "send_mail"),
            attribute("llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments", json.dumps({"to": ALL}))]
    return out


def documents():
    return [attribute("retrieval.documents.0.document.id", "doc of " + EMAIL),
            attribute("retrieval.documents.0.document.content", "The customer is " + ALL),
            attribute("retrieval.documents.0.document.metadata", json.dumps({"title": "File of " + EMAIL, "of": ALL})),
            attribute("retrieval.documents.0.document.score", {"doubleValue": 0.5})]


spans = []
for t in range(1, 5):
    spans += [span(t, 1, 0, "agent for " + EMAIL, "AGENT"),
              span(t, 2, 1, "ask " + EMAIL, "LLM", attributes=chat(), fails=t == 1),
              span(t, 3, 1, "find " + EMAIL, "RETRIEVER", attributes=documents()),
              span(t, 4, 1, "send " + EMAIL, "TOOL", input=json.dumps({"to": ALL, "card": int(CARD.replace(" ", ""))}))]
json.dump({"resourceSpans": [{"resource": {"attributes": [attribute("service.name", "svc " + EMAIL)]},
                              "scopeSpans": [{"scope": {"name": "s"}, "spans": spans}]}]},
          open(os.path.join(folder, "traces.json"), "w"))


def promptfoo(name, provider, passes):
    results = []
    for i in range(4):
        ok = passes(i)
        # \\u002b: some writers escape the plus sign
        results.append({"promptIdx": 0, "testIdx": i, "success": ok, "score": 1 if ok else 0, "latencyMs": 100 + i,
                        "vars": {"question": "case %d asks %s" % (i, ALL), "card": int(CARD.replace(" ", ""))},
                        "description": "case %d of %s" % (i, EMAIL),
                        "testCase": {"description": "case %d of %s" % (i, EMAIL), "metadata": {"of": EMAIL},
                                     "vars": {"question": "case %d asks %s" % (i, ALL)},
                                     "assert": [{"type": "equals", "value": "expected " + ALL}]},
                        "prompt": {"raw": "Answer %s" % ALL, "label": "prompt for " + EMAIL},
                        "provider": {"id": provider},
                        "response": {"output": "%s answers %d to %s" % (provider, i, ALL)},
                        "error": None if ok else "wrong for " + ALL,
                        "gradingResult": {"pass": ok, "score": 1 if ok else 0, "reason": "judged by " + ALL,
                                          "componentResults": [{"pass": ok, "score": 1 if ok else 0, "reason": "since " + ALL,
                                                                "assertion": {"type": "llm-rubric", "value": ALL}}]}})
    document = {"evalId": name, "results": {"version": 3, "timestamp": "2026-11-19T10:00:00.000Z",
                                            "prompts": [{"raw": "Answer %s" % ALL, "label": "prompt for " + EMAIL, "provider": provider}],
                                            "results": results},
                "config": {"description": "run for " + EMAIL, "prompts": ["Answer " + ALL], "providers": [provider], "tests": []}}
    written = json.dumps(document).replace("+", "\\u002b")
    open(os.path.join(folder, name + ".json"), "w").write(written)


promptfoo("before", "openai:old", lambda i: i != 1)
promptfoo("after", "openai:new", lambda i: i == 1)
with open(os.path.join(folder, "things.txt"), "w") as out:
    for thing in THINGS + [THINGS[3].replace(" ", ""), "jane.roe", "901820", "0532 0130"]:
        out.write(thing + "\n")
