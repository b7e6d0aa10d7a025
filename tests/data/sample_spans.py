"""OTLP/JSON building blocks: traces and spans in three attribute dialects, and a batch exporter.

Dialects: OTel GenAI semantic conventions, OpenInference, OpenLLMetry. Times are milliseconds from the
start of a trace; the nanosecond base of a trace is odd on purpose, so that rounding to doubles shows.
"""

import hashlib
import json
from calendar import timegm

MS = 1_000_000
EXPORT_AFTER_NS = 5_000 * MS
EXPORT_SPANS = 48

# USD per million tokens: input, output.
PRICES = {
    "gpt-4o-2024-08-06": (2.5, 10.0),
    "gpt-4o-mini-2024-07-18": (0.15, 0.6),
    "mistral-large-2411": (2.0, 6.0),
    "o1-2024-12-17": (15.0, 60.0),
    "text-embedding-3-small": (0.02, 0.0),
}
REQUESTED = {"gpt-4o-2024-08-06": "gpt-4o", "gpt-4o-mini-2024-07-18": "gpt-4o-mini", "o1-2024-12-17": "o1"}

# Instrumentation scope by dialect.
SCOPES = {
    "genai": ("opentelemetry.instrumentation.openai_v2", "2.3b0"),
    "openinference": ("openinference.instrumentation.llama_index", "4.3.5"),
    "openllmetry": ("opentelemetry.instrumentation.openai.v1", "0.47.3"),
    "task": ("traceloop.tracer", "0.47.3"),
    "plain": ("opentelemetry.instrumentation.httpx", "0.58b0"),
}


class Rng:
    """splitmix64: the same numbers on every Python version."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
        return z ^ (z >> 31)

    def between(self, low, high):
        """An integer of low..high, both included."""
        return low + self.next() % (high - low + 1)

    def pick(self, items):
        return items[self.next() % len(items)]

    def shuffled(self, items):
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.next() % (i + 1)
            out[i], out[j] = out[j], out[i]
        return out


def dumps(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def cost_usd(model, tokens_in, tokens_out):
    price_in, price_out = PRICES[model]
    return round((tokens_in * price_in + tokens_out * price_out) / 1e6, 6)


def utc_ns(year, month, day, hour=0, minute=0, second=0, ms=0):
    return timegm((year, month, day, hour, minute, second)) * 1_000_000_000 + ms * MS


def any_value(value):
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, (list, tuple)):
        return {"arrayValue": {"values": [any_value(v) for v in value]}}
    return {"stringValue": value}


def key_values(attrs):
    return [{"key": k, "value": any_value(v)} for k, v in attrs.items() if v is not None]


class Trace:
    """The spans of one trace, in the order they were started."""

    def __init__(self, trace_id, start_ns, resource):
        assert len(trace_id) == 32 and int(trace_id, 16)
        self.id = trace_id
        self.start_ns = start_ns
        self.resource = resource
        self.spans = []
        self.cost = 0.0
        self.tokens = [0, 0]

    def add(self, name, start_ms, end_ms, parent=None, attrs=None, dialect="genai", error=None, ok=False, kind=1):
        """end_ms None: the span never ended. Returns the record, for events, links and later changes."""
        span_id = hashlib.sha256(f"{self.id}/{len(self.spans)}".encode()).hexdigest()[:16]
        span = {
            "traceId": self.id, "spanId": span_id, "parentSpanId": parent["spanId"] if parent else "", "name": name,
            "kind": kind, "startTimeUnixNano": str(self.start_ns + start_ms * MS),
            "endTimeUnixNano": str(self.start_ns + end_ms * MS) if end_ms is not None else None,
            "attributes": dict(attrs or {}), "events": [], "links": [], "status": {},
        }
        if error:
            span["status"] = {"code": 2, "message": error}
        elif ok:
            span["status"] = {"code": 1}
        entry = {"span": span, "dialect": dialect, "depth": self.depth_of(parent), "export_ms": end_ms if end_ms is not None else start_ms + 900}
        self.spans.append(entry)
        usage = attrs and (attrs.get("operation.cost") or attrs.get("llm.cost.total"))
        self.cost += usage or 0.0
        return span

    def depth_of(self, parent):
        for entry in self.spans:
            if parent is entry["span"]:
                return entry["depth"] + 1
        return 0

    def event(self, span, name, at_ms, attrs):
        span["events"].append({"timeUnixNano": str(self.start_ns + at_ms * MS), "name": name, "attributes": key_values(attrs)})

    def link(self, span, target, attrs):
        span["links"].append({"traceId": target["traceId"], "spanId": target["spanId"], "attributes": key_values(attrs)})

    def evaluate(self, span, at_ms, name, value, label, explanation):
        """A judge's score as the conventions' event on the span it judges."""
        self.event(span, "gen_ai.evaluation.result", at_ms, {
            "gen_ai.evaluation.name": name, "gen_ai.evaluation.score.value": float(value),
            "gen_ai.evaluation.score.label": label, "gen_ai.evaluation.explanation": explanation,
            "evaluator.model": "gpt-4.1-2025-04-14"})


def text_message(role, text, **extra):
    return {"role": role, "parts": [{"type": "text", "content": text}], **extra}


def call_message(calls):
    return {"role": "assistant", "parts": [{"type": "tool_call", "id": i, "name": n, "arguments": a} for i, n, a in calls]}


def result_message(call_id, result):
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": call_id, "response": result}]}


def plain_parts(message):
    """(text, calls, call id) of a message with parts, for the dialects that flatten."""
    text, calls, call_id = None, [], None
    for part in message["parts"]:
        if part["type"] == "text":
            text = part["content"]
        elif part["type"] == "tool_call":
            calls.append(part)
        else:
            call_id, text = part["id"], dumps(part["response"])
    return text, calls, call_id


def llm_genai(call):
    attrs = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": call["provider"],
        "gen_ai.request.model": REQUESTED.get(call["model"], call["model"]), "gen_ai.response.model": call["model"],
        "gen_ai.response.id": call["id"], "gen_ai.response.finish_reasons": [call["finish"]],
        "gen_ai.usage.input_tokens": call["in"], "gen_ai.usage.output_tokens": call["out"],
        "operation.cost": call["cost"], "gen_ai.conversation.id": call.get("session"),
        "gen_ai.input.messages": dumps(call["messages"]),
        "gen_ai.output.messages": dumps([dict(call["reply"], finish_reason=call["finish"])]) if call["reply"] else None,
    }
    if call.get("small"):
        for key in ("gen_ai.response.id", "gen_ai.response.finish_reasons", "gen_ai.request.model"):
            del attrs[key]
    elif call.get("temperature") is not None:
        attrs["gen_ai.request.temperature"] = call["temperature"]
    if call.get("system"):
        attrs["gen_ai.system_instructions"] = dumps([{"type": "text", "content": call["system"]}])
    if call.get("prompt"):
        attrs["gen_ai.prompt.name"], attrs["gen_ai.prompt.version"] = call["prompt"]
    if call.get("first_ms"):
        attrs["gen_ai.request.stream"] = True
        attrs["gen_ai.response.time_to_first_chunk"] = call["first_ms"] / 1000
    if call.get("cached"):
        attrs["gen_ai.usage.cache_read.input_tokens"] = call["cached"]
    if call.get("reasoning"):
        attrs["gen_ai.usage.reasoning.output_tokens"] = call["reasoning"]
    return attrs


def flatten_openinference(attrs, prefix, messages):
    for i, message in enumerate(messages):
        text, calls, call_id = plain_parts(message)
        head = f"{prefix}.{i}.message"
        attrs[f"{head}.role"] = message["role"]
        attrs[f"{head}.content"] = text
        attrs[f"{head}.tool_call_id"] = call_id
        for k, part in enumerate(calls):
            attrs[f"{head}.tool_calls.{k}.tool_call.id"] = part["id"]
            attrs[f"{head}.tool_calls.{k}.tool_call.function.name"] = part["name"]
            attrs[f"{head}.tool_calls.{k}.tool_call.function.arguments"] = dumps(part["arguments"])


def llm_openinference(call):
    attrs = {
        "openinference.span.kind": "LLM", "llm.model_name": call["model"], "llm.provider": call["provider"],
        "llm.invocation_parameters": dumps({"temperature": call.get("temperature", 0.2)}),
        "llm.token_count.prompt": call["in"], "llm.token_count.completion": call["out"],
        "llm.token_count.total": call["in"] + call["out"], "llm.cost.total": call["cost"],
        "llm.finish_reason": call["finish"],
    }
    system = [text_message("system", call["system"])] if call.get("system") else []
    flatten_openinference(attrs, "llm.input_messages", system + call["messages"])
    if call["reply"]:
        flatten_openinference(attrs, "llm.output_messages", [call["reply"]])
    if call.get("prompt"):
        attrs["metadata"] = dumps({"prompt_name": call["prompt"][0], "prompt_version": call["prompt"][1]})
    return attrs


def llm_openllmetry(call):
    """This dialect records no cost: the sample keeps it so."""
    attrs = {
        "llm.request.type": "chat", "gen_ai.system": "OpenAI", "gen_ai.request.model": REQUESTED.get(call["model"], call["model"]),
        "gen_ai.response.model": call["model"], "gen_ai.usage.prompt_tokens": call["in"],
        "gen_ai.usage.completion_tokens": call["out"], "llm.usage.total_tokens": call["in"] + call["out"],
        "llm.is_streaming": False, "traceloop.workflow.name": "dispute-agent",
        "traceloop.association.properties.session_id": call.get("session"),
    }
    system = [text_message("system", call["system"])] if call.get("system") else []
    for i, message in enumerate(system + call["messages"]):
        text, calls, call_id = plain_parts(message)
        attrs[f"gen_ai.prompt.{i}.role"] = message["role"]
        attrs[f"gen_ai.prompt.{i}.content"] = text
        attrs[f"gen_ai.prompt.{i}.tool_call_id"] = call_id
        for k, part in enumerate(calls):
            head = f"gen_ai.prompt.{i}.tool_calls.{k}"
            attrs[f"{head}.id"], attrs[f"{head}.name"], attrs[f"{head}.arguments"] = part["id"], part["name"], dumps(part["arguments"])
    if call["reply"]:
        attrs["gen_ai.completion.0.role"] = "assistant"
        attrs["gen_ai.completion.0.content"] = plain_parts(call["reply"])[0]
        attrs["gen_ai.completion.0.finish_reason"] = call["finish"]
    if call.get("prompt"):
        attrs["traceloop.prompt.key"], attrs["traceloop.prompt.version"] = call["prompt"]
    return attrs


LLM_ATTRS = {"genai": llm_genai, "openinference": llm_openinference, "openllmetry": llm_openllmetry}


def llm_attrs(dialect, call):
    call.setdefault("cost", cost_usd(call["model"], call["in"], call["out"]))
    call.setdefault("finish", "stop")
    call.setdefault("provider", "mistral_ai" if call["model"].startswith("mistral") else "openai")
    return LLM_ATTRS[dialect](call)


def tool_attrs(dialect, name, call_id, arguments, result):
    if dialect == "openinference":
        return {"openinference.span.kind": "TOOL", "tool.name": name, "tool.id": call_id, "tool.parameters": dumps(arguments),
                "input.value": dumps(arguments), "input.mime_type": "application/json",
                "output.value": dumps(result) if result is not None else None, "output.mime_type": "application/json"}
    if dialect == "openllmetry":
        return {"traceloop.span.kind": "tool", "traceloop.entity.name": name, "traceloop.entity.path": f"dispute-agent.{name}",
                "traceloop.workflow.name": "dispute-agent", "traceloop.entity.input": dumps(arguments),
                "traceloop.entity.output": dumps(result) if result is not None else None}
    return {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": call_id, "gen_ai.tool.call.arguments": dumps(arguments),
            "gen_ai.tool.call.result": dumps(result) if result is not None else None}


def task_attrs(name, given=None, result=None, kind="task"):
    return {"traceloop.span.kind": kind, "traceloop.entity.name": name, "traceloop.workflow.name": "dispute-agent",
            "traceloop.entity.input": dumps(given) if given is not None else None,
            "traceloop.entity.output": dumps(result) if result is not None else None}


def document_list(attrs, prefix, ranked, docs, with_content=True, with_metadata=True):
    for i, (doc_id, score) in enumerate(ranked):
        title, valid_from, content = docs[doc_id]
        head = f"{prefix}.{i}.document"
        attrs[f"{head}.id"] = doc_id
        attrs[f"{head}.content"] = f"{title}. {content}" if with_content else None
        attrs[f"{head}.score"] = float(score)
        if not with_metadata:
            continue
        attrs[f"{head}.metadata"] = dumps({"title": title, "valid_from": valid_from})


def retriever_attrs(query, ranked, docs, with_metadata=True):
    attrs = {"openinference.span.kind": "RETRIEVER", "input.value": query}
    document_list(attrs, "retrieval.documents", ranked, docs, with_metadata=with_metadata)
    return attrs


def retriever_genai(query, ranked, docs):
    found = [{"id": i, "score": s, "title": docs[i][0], "content": docs[i][2]} for i, s in ranked]
    return {"gen_ai.operation.name": "retrieval", "gen_ai.data_source.id": "policies", "gen_ai.retrieval.query.text": query,
            "gen_ai.retrieval.documents": dumps(found)}


def embedding_attrs(dialect, query, tokens):
    cost = cost_usd("text-embedding-3-small", tokens, 0)
    if dialect == "genai":
        return {"gen_ai.operation.name": "embeddings", "gen_ai.provider.name": "openai", "gen_ai.request.model": "text-embedding-3-small",
                "gen_ai.usage.input_tokens": tokens, "operation.cost": cost}
    return {"openinference.span.kind": "EMBEDDING", "embedding.model_name": "text-embedding-3-small",
            "embedding.embeddings.0.embedding.text": query, "llm.token_count.prompt": tokens, "llm.token_count.total": tokens,
            "llm.cost.total": cost}


def guardrail_attrs(text, verdict):
    return {"openinference.span.kind": "GUARDRAIL", "input.value": text, "output.value": dumps(verdict),
            "output.mime_type": "application/json"}


def finished(entry):
    """The record as it is written: attributes as a list, nothing that is empty."""
    out = {k: v for k, v in entry["span"].items() if v not in (None, [], "", {})}
    out["attributes"] = key_values(entry["span"]["attributes"])
    return out


def request(entries):
    """One export request: spans grouped by instrumentation scope."""
    groups = {}
    for entry in entries:
        groups.setdefault(entry["dialect"], []).append(finished(entry))
    scopes = [{"scope": {"name": SCOPES[d][0], "version": SCOPES[d][1]}, "spans": spans} for d, spans in groups.items()]
    return {"resourceSpans": [{"resource": {"attributes": key_values(entries[0]["resource"])}, "scopeSpans": scopes}]}


def export_lines(traces):
    """What a batch exporter writes: spans in the order they ended, a line per batch, traces cut where a batch ends."""
    entries = []
    for trace in traces:
        for i, entry in enumerate(trace.spans):
            at = trace.start_ns + entry["export_ms"] * MS
            entries.append((at, -entry["depth"], trace.id, -i, dict(entry, resource=trace.resource)))
    entries.sort(key=lambda e: e[:4])
    lines, batch, first = [], [], 0
    for at, _, _, _, entry in entries:
        full = len(batch) >= EXPORT_SPANS or at - first > EXPORT_AFTER_NS
        if batch and (full or batch[-1]["resource"] != entry["resource"]):
            lines.append(dumps(request(batch)))
            batch = []
        if not batch:
            first = at
        batch.append(entry)
    if batch:
        lines.append(dumps(request(batch)))
    return "".join(line + "\n" for line in lines)
