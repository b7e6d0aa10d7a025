"""Production traces of the sample: the dispute agent's week, and its planted findings."""

import sample_texts as texts
from sample_spans import (Rng, Trace, call_message, dumps, embedding_attrs, guardrail_attrs, llm_attrs, result_message,
                          retriever_attrs, retriever_genai, task_attrs, text_message, tool_attrs, utc_ns, document_list)

GPT4O, MINI, MISTRAL, O1 = "gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "mistral-large-2411", "o1-2024-12-17"
OUTDATED_FROM = 17  # November: the day the 2021 policy got back into the index

PLANTED = {
    "blocked": "d15b07e020261120000000000000b10c",
    "same_calls": "d15b07e020261118000000000000ba1a",
    "loop": "d15b07e0202611190000000000001009",
    "slow_retriever": "d15b07e0202611170000000000005101",
    "slow_llm": "d15b07e0202611180000000000005102",
    "slow_tool": "d15b07e0202611200000000000005103",
    "tool_retry": "d15b07e0202611160000000000007e74",
    "unfinished": "d15b07e020261119000000000000f1f0",
    "orphan": "d15b07e0202611180000000000000a9f",
    "exception": "d15b07e020261117000000000000e4ce",
    "cut_off": "d15b07e020261116000000000000c07f",
}


def resource(service, version):
    return {"service.name": service, "service.version": version, "deployment.environment.name": "production",
            "telemetry.sdk.name": "opentelemetry", "telemetry.sdk.language": "python", "telemetry.sdk.version": "1.37.0"}


def version_of(day):
    return "4.12.0" if day >= 19 else "4.11.2"


def root_attrs(dialect, plan, answer):
    known = {"session.id": plan.get("session"), "user.id": plan.get("user")}
    history = [m for user, agent in plan.get("history", []) for m in (text_message("user", user), text_message("assistant", agent))]
    if dialect == "openinference":
        return {"openinference.span.kind": "AGENT", "input.value": plan["question"], "output.value": answer, **known,
                "tag.tags": ["prod", plan["category"]], "metadata": dumps({"customer_tier": plan.get("tier", "standard")})}
    if dialect == "openllmetry":
        return {**task_attrs("dispute-agent", {"question": plan["question"]}, {"answer": answer} if answer else None, "workflow"),
                "traceloop.association.properties.session_id": plan.get("session"),
                "traceloop.association.properties.user_id": plan.get("user")}
    return {"gen_ai.operation.name": "invoke_agent", "gen_ai.provider.name": "openai", "gen_ai.agent.name": "dispute-agent",
            "gen_ai.conversation.id": plan.get("session"), **known,
            "gen_ai.input.messages": dumps(history + [text_message("user", plan["question"])]),
            "gen_ai.output.messages": dumps([text_message("assistant", answer, finish_reason="stop")]) if answer else None}


def tool_io(name, amount="EUR 86.50", merchant="Quickcab"):
    """Arguments and result of an account tool. The account number is masked as the real desk would see it."""
    if name == "get_balance":
        return {"account": "****0130", "currency": "EUR"}, {"balance": 1204.18, "available": 1704.18, "currency": "EUR"}
    if name == "list_transactions":
        rows = [{"date": "2026-11-09", "merchant": merchant, "amount": amount}, {"date": "2026-11-09", "merchant": merchant, "amount": amount},
                {"date": "2026-11-11", "merchant": "Kiosk 24", "amount": "EUR 6.40"}]
        return {"account": "****0130", "days": 90}, {"transactions": rows}
    if name == "get_card_status":
        return {"card": "****4471"}, {"status": "active", "blocked": False, "tier": "standard"}
    return {"reference": "TRX-20261112-0481"}, {"state": "booked", "amount": amount, "receiver_bank": "Banco Sul"}


def excerpts(plan):
    return "Policy excerpts:\n" + "\n".join(f"- {texts.DOCS[i][0]}: {texts.DOCS[i][2]}" for i, _ in plan["ranked"])


def draft_messages(plan, calls):
    """The conversation the drafting model sees: excerpts, history, question, tool calls and their results."""
    out = [] if plan.get("small") else [text_message("system", excerpts(plan))]
    for user, agent in plan.get("history", []):
        out += [text_message("user", user), text_message("assistant", agent)]
    out.append(text_message("user", plan["question"]))
    if calls:
        out.append(call_message([(i, n, a) for i, n, a, _ in calls]))
        out += [result_message(i, result) for i, _, _, result in calls]
    return out


def add_http(trace, parent, name, start, end, status=200):
    return trace.add(name, start, end, parent, {"http.request.method": name.split()[0], "url.path": name.split()[1],
                                                "http.response.status_code": status}, "plain", kind=3)


def add_retrieval(trace, root, plan, start, took):
    dialect = plan["dialect"]
    if plan.get("genai_retrieval"):
        span = trace.add("retrieve-policy", start, start + took, root, retriever_genai(plan["question"], plan["ranked"], texts.DOCS))
    else:
        span = trace.add("retrieve-policy", start, start + took, root, 
                         retriever_attrs(plan["question"], plan["ranked"], texts.DOCS, not plan.get("small")), "openinference")
    embed_ms = min(plan["ms"].get("embed", 60), took - 10)
    how = "genai" if dialect == "genai" else "openinference"
    trace.add("embed-query", start + 4, start + 4 + embed_ms, span, embedding_attrs(how, plan["question"], 14 + len(plan["question"]) // 4), how)
    if plan.get("rerank"):
        attrs = {"openinference.span.kind": "RERANKER", "reranker.query": plan["question"], "reranker.model_name": "rerank-v3", "reranker.top_k": 3}
        document_list(attrs, "reranker.input_documents", list(reversed(plan["ranked"])), texts.DOCS, with_content=False)
        document_list(attrs, "reranker.output_documents", plan["ranked"], texts.DOCS, with_content=False)
        trace.add("rerank", start + embed_ms + 10, start + took - 4, span, attrs, "openinference")
    return span


def add_tools(trace, root, plan, start):
    """Tool spans one after another, under a gather-facts task unless the plan is small. Returns (end, calls, spans)."""
    if not plan["tools"]:
        return start, [], []
    total = sum(t["ms"] for t in plan["tools"]) + 4 * len(plan["tools"])
    parent = root
    if not plan.get("small"):
        parent = trace.add("gather-facts", start, start + total, root, task_attrs("gather-facts", {"intent": plan["intent"]}), "task")
    at, calls, spans = start + 2, [], []
    how = "openllmetry" if plan.get("traceloop_tools") else plan["dialect"]
    for i, tool in enumerate(plan["tools"]):
        call_id = f"call_{trace.id[-6:]}{i}"
        result = None if tool.get("error") else tool["result"]
        span = trace.add(tool["name"], at, at + tool["ms"], parent, tool_attrs(how, tool["name"], call_id, tool["args"], result),
                         how if how != "openllmetry" else "task", error=tool.get("error"))
        if tool.get("error"):
            span["attributes"]["error.type"] = "503"
        else:
            calls.append((call_id, tool["name"], tool["args"], result))
        spans.append(span)
        at += tool["ms"] + 3
    return start + total, calls, spans


def add_draft(trace, root, plan, start, calls):
    ms = plan["ms"]["draft"]
    reply = text_message("assistant", plan["answer"]) if plan["answer"] else None
    call = {"model": plan["model"], "id": f"chatcmpl-{trace.id[-12:]}", "in": plan["tokens"][0], "out": plan["tokens"][1],
            "messages": draft_messages(plan, calls), "reply": reply, "session": plan.get("session"), "temperature": 0.2,
            "prompt": ("dispute", plan["prompt"]), "finish": plan.get("finish", "stop"), "system": plan.get("system"),
            "first_ms": plan["ms"].get("first"), "cached": plan.get("cached"), "small": plan.get("small")}
    attrs = llm_attrs(plan["dialect"], call)
    error = plan.get("draft_error")
    if error:
        for key in list(attrs):
            if "usage" in key or "token_count" in key or "cost" in key or "finish" in key or "response" in key:
                del attrs[key]
        attrs["error.type"] = error[0]
    span = trace.add("draft-answer", start, start + ms, root, attrs, plan["dialect"], error=error[1] if error else None, kind=3)
    if error:
        trace.event(span, "exception", start + ms - 1, {"exception.type": error[0], "exception.message": error[1], "exception.stacktrace": error[2]})
    if plan.get("http") and not error:
        add_http(trace, span, "POST /v1/chat/completions", start + 2, start + ms - 2)
    return span


def add_classify(trace, root, plan, start):
    labels = dumps({"intent": plan["intent"], "confidence": plan.get("confidence", 0.93)})
    call = {"model": MINI, "id": f"chatcmpl-c{trace.id[-11:]}", "in": plan.get("classify_tokens", 640 + 2 * len(plan["question"])), "out": 18,
            "messages": [text_message("user", plan["question"])], "reply": text_message("assistant", labels), "session": plan.get("session"),
            "temperature": 0.0, "prompt": ("classify", "v4"), "small": plan.get("small")}
    if plan.get("classify_cost"):
        call["cost"] = plan["classify_cost"]
    return trace.add("classify-intent", start, start + plan["ms"]["classify"], root, llm_attrs(plan["dialect"], call), plan["dialect"], kind=3)


def answer_trace(trace, plan):
    """One question through the agent. Returns its spans by role."""
    ms, spans = plan["ms"], {}
    root = spans["root"] = trace.add("dispute-agent", 0, 0, None, None, plan["dialect"] if plan["dialect"] != "openllmetry" else "task")
    spans["classify"] = add_classify(trace, root, plan, 8)
    at = 8 + ms["classify"] + 5
    spans["retrieve"] = add_retrieval(trace, root, plan, at, ms["retrieve"])
    at, calls, spans["tools"] = add_tools(trace, root, plan, at + ms["retrieve"] + 5)
    spans["draft"] = add_draft(trace, root, plan, at + 4, calls)
    at += 4 + ms["draft"] + 3
    if not plan.get("draft_error"):
        verdict = {"passed": True} if plan.get("small") else {"passed": True, "rules": ["iban", "card", "email", "phone"]}
        spans["guard"] = trace.add("pii-check", at, at + ms["guard"], root, guardrail_attrs(None if plan.get("small") else plan["answer"], verdict), "openinference", ok=True)
        at += ms["guard"] + 2
    noted = ({"intent": plan["intent"]}, {"written": True}) if not plan.get("small") else (None, None)
    spans["audit"] = trace.add("audit-log", at, at + ms["audit"], root, task_attrs("audit-log", *noted), "task")
    end = at + ms["audit"] + 3
    answer = None if plan.get("draft_error") else plan["answer"]
    root["attributes"] = root_attrs(plan["dialect"], plan, answer)
    root["endTimeUnixNano"] = str(trace.start_ns + end * 1_000_000)
    trace.spans[0]["export_ms"] = end
    if plan.get("draft_error"):
        root["status"] = {"code": 2, "message": "draft-answer failed: " + plan["draft_error"][1]}
    for name, value, label, why in plan.get("scores", []):
        if plan["dialect"] == "openinference":
            n = sum(1 for k in root["attributes"] if k.endswith(".annotation.name"))
            head = f"annotations.{n}.annotation"
            root["attributes"].update({f"{head}.name": name, f"{head}.score": float(value), f"{head}.label": label,
                                       f"{head}.explanation": why, f"{head}.annotator_kind": "LLM"})
        else:
            trace.evaluate(root, end, name, value, label, why)
    return spans


def rank(rng, doc_ids):
    score, out = 82 + rng.between(0, 11), []
    for doc_id in doc_ids:
        out.append((doc_id, score / 100))
        score -= rng.between(4, 13)
    return out


def typical_ms(rng):
    draft = 1900 + rng.between(0, 2600)
    if rng.between(1, 10) == 10:
        draft += rng.between(2200, 3900)
    return {"classify": rng.between(420, 980), "retrieve": rng.between(180, 420), "embed": rng.between(50, 110), "draft": draft,
            "first": rng.between(380, 760), "guard": rng.between(40, 160), "audit": rng.between(12, 45)}


def make_plan(rng, day, category, question, answer, number):
    """A typical plan: the parts that vary from trace to trace."""
    intent, doc_ids, tools = texts.CATEGORIES[category]
    dialect = "openllmetry" if number % 7 == 3 else "openinference" if number % 5 == 1 else "genai"
    model = MISTRAL if number % 11 == 6 else GPT4O
    prompt = "v13" if day >= 19 and number % 5 < 2 else "v12"
    plan = {"category": category, "question": question, "answer": answer, "intent": intent, "ranked": rank(rng, doc_ids), "dialect": dialect,
            "model": model, "prompt": prompt, "system": texts.SYSTEM[prompt], "ms": typical_ms(rng), "http": number % 3 == 0,
            "tokens": (1400 + rng.between(0, 1900), 90 + rng.between(0, 320)), "genai_retrieval": dialect == "genai" and number % 8 == 5,
            "rerank": number % 6 == 2, "traceloop_tools": number % 9 == 4, "tools": [], "tier": rng.pick(["standard", "standard", "gold"])}
    if number % 4 == 1:
        plan["cached"] = 1024
    for name in tools:
        args, result = tool_io(name)
        plan["tools"].append({"name": name, "args": args, "result": result, "ms": rng.between(140, 680)})
    return plan


def judge(rng, plan, bad=None):
    title = texts.DOCS[plan["ranked"][0][0]][0]
    if bad:
        grounded = ("groundedness", rng.between(18, 42) / 100, "fail", bad)
    else:
        grounded = ("groundedness", rng.between(82, 98) / 100, "pass", rng.pick(texts.GROUNDED_GOOD).format(doc=title))
    return [grounded, ("relevance", rng.between(84, 97) / 100, "pass", rng.pick(texts.RELEVANT_GOOD))]


OUTDATED_REASON = ("The answer cites a withdrawn policy: Refund policy 2021 gave 60 days, the policy in force since January 2026 gives 120 days.")

# Day of November, number of conversations, first and last minute of the day they start in.
DAYS = [(15, 3, 600, 1260), (16, 8, 470, 1110), (17, 8, 470, 1120), (18, 7, 475, 1115), (19, 7, 470, 1130), (20, 7, 470, 1000)]


def conversations(rng):
    """(day, start in seconds of the day, category, question, answer, history, session, user, outdated) of ordinary traces."""
    out, refunds, talk = [], 0, 0
    for day, count, first, last in DAYS:
        for i in range(count):
            minute = first + (last - first) * i // count + rng.between(0, 24)
            is_refund = i % 5 in (0, 2, 4)
            item = texts.REFUND_TALK[refunds % len(texts.REFUND_TALK)] if is_refund else texts.OTHER_TALK[talk % len(texts.OTHER_TALK)]
            refunds, talk = refunds + is_refund, talk + (not is_refund)
            outdated = is_refund and day >= OUTDATED_FROM and refunds % 2 == 0
            amount = rng.pick(["€ {}.{:02}", "€{}.{:02}", "EUR {}.{:02}"]).format(rng.between(9, 640), rng.between(0, 99))
            slots = {"merchant": rng.pick(texts.MERCHANTS), "amount": amount, "date": f"{rng.between(1, 14)} November",
                     "days": 60 if outdated else 120,
                     "verdict": "80 days are past that, so I cannot open a case." if outdated else "80 days are within that, so it is not too late."}
            question, answer = item[1].format(**slots), item[2].format(**slots)
            session, user = f"conv-{day}{i:02d}{rng.between(100, 999)}", f"cust-{rng.between(10200, 10240)}"
            start = minute * 60 + rng.between(0, 59)
            out.append((day, start, item[0], question, answer, [], session, user, outdated))
            if i % 5 == 2:
                ask, reply = texts.FOLLOW_UPS[(day + i) % len(texts.FOLLOW_UPS)]
                out.append((day, start + 48, item[0], ask, reply, [(question, answer)], session, user, False))
    return out


def ordinary(rng):
    traces, outdated_ids = [], []
    for number, (day, second, category, question, answer, history, session, user, outdated) in enumerate(conversations(rng), 1):
        trace_id = f"d15b07e0202611{day}{number:016d}"
        trace = Trace(trace_id, utc_ns(2026, 11, day, 0, 0, second, rng.between(0, 999)) + 137, resource("dispute-agent", version_of(day)))
        plan = make_plan(rng, day, category, question, answer, number)
        plan.update(session=session, user=user, history=history)
        if outdated:
            plan["ranked"][0] = ("pol-refund-2021", plan["ranked"][0][1])
            if number % 2 == 0:
                plan["ranked"][2] = ("pol-refund-2026", plan["ranked"][2][1])
            outdated_ids.append(trace_id)
        if outdated or number % 4 != 0:
            plan["scores"] = judge(rng, plan, OUTDATED_REASON if outdated else None)
        answer_trace(trace, plan)
        traces.append(trace)
    return traces, outdated_ids


BLOCKED_ANSWER = ("You are covered. Under policy 4.2 we refund duplicate card charges when you tell us within 120 days of the "
                  "statement date. We will credit the second night, EUR 184.00, provisionally to the account with the IBAN "
                  + texts.TEST_IBAN + " within 10 business days. Please send us the booking confirmation and the statement that shows both "
                  "charges. No interest accrues while the case is open.")


def blocked():
    """Planted 1: 31 spans, 12.42 s; the draft holds an IBAN and the guardrail stops it."""
    t = Trace(PLANTED["blocked"], utc_ns(2026, 11, 20, 10, 14, 7, 318) + 137, resource("dispute-agent", version_of(20)))
    question = "I was charged twice for the same hotel night and want the money back. How long do I have, and what do you need from me?"
    assert BLOCKED_ANSWER.index(texts.TEST_IBAN) == 211, BLOCKED_ANSWER.index(texts.TEST_IBAN)
    plan = {"category": "duplicate_charge", "question": question, "session": "conv-2004417", "user": "cust-10233", "dialect": "genai",
            "intent": "dispute_charge", "ms": {"classify": 810}, "classify_tokens": 5626, "classify_cost": 0.0014,
            "ranked": [("pol-refund-2026", 0.91), ("form-dispute-p2", 0.84), ("guide-interest", 0.71), ("pol-holds", 0.58)]}
    root = t.add("dispute-agent", 0, 12420, None, root_attrs("genai", plan, "We could not answer safely. A colleague will call you."),
                 error="answer blocked by pii-check")
    classify = add_classify(t, root, plan, 20)
    add_http(t, classify, "POST /v1/chat/completions", 24, 826)
    retrieve = t.add("retrieve-policy", 850, 1170, root, retriever_attrs(question, plan["ranked"], texts.DOCS), "openinference")
    t.add("embed-query", 856, 946, retrieve, embedding_attrs("openinference", question, 42), "openinference")
    gather = t.add("gather-facts", 1200, 3310, root, task_attrs("gather-facts", {"intent": "dispute_charge"}, {"facts": 3}), "task")
    args, result = tool_io("get_balance")
    calls = []
    for i, start in enumerate((1202, 1904, 2607)):
        end = (1904, 2607, 3310)[i]
        call_id = f"call_b10c{i}"
        calls.append((call_id, "get_balance", args, result))
        span = t.add("get_balance", start, end, gather, tool_attrs("genai", "get_balance", call_id, args, result), "genai")
        add_http(t, span, "GET /accounts/balance", start + 5, end - 4)
        t.add("SELECT ledger.balance", start + 40, end - 12, span, {"db.system.name": "postgresql", "db.operation.name": "SELECT",
              "db.query.text": "SELECT balance, available FROM ledger.balance WHERE account_id = $1"}, "plain", kind=3)
    t.add("similar-cases", 1200, 2400, gather, retriever_attrs("duplicate hotel charge", [("guide-chargeback", 0.66), ("pol-holds", 0.61)], texts.DOCS),
          "openinference")
    call = {"model": GPT4O, "id": "chatcmpl-b10c2026", "in": 11204, "out": 1310, "cost": 0.0398, "messages": draft_messages(plan, calls)[1:],
            "reply": text_message("assistant", BLOCKED_ANSWER), "session": plan["session"], "temperature": 0.2, "prompt": ("dispute", "v13"),
            "first_ms": 620, "system": texts.SYSTEM["v13"] + "\n" + excerpts(plan)}
    draft = t.add("draft-answer", 3350, 11960, root, llm_attrs("genai", call), "genai", kind=3)
    t.add("render-prompt", 3350, 3352, draft, task_attrs("render-prompt", {"prompt": "dispute", "version": "v13"}), "task")
    t.add("count-tokens", 3352, 3353, draft, task_attrs("count-tokens", None, {"tokens": 11204}), "task")
    t.evaluate(draft, 11960, "groundedness", 0.91, "pass", "every claim stands in policy 4.2")
    t.evaluate(draft, 11960, "relevance", 0.94, "pass", "Deadline and documents, the two things asked for, are both answered.")
    reason = "blocked: IBAN in the output, character 212"
    guard = t.add("pii-check", 11960, 12360, root, guardrail_attrs(BLOCKED_ANSWER, {"passed": False, "rule": "iban", "character": 212}),
                  "openinference", error=reason)
    t.link(guard, draft, {"link.reason": "checked output"})
    for name, start, end in (("detect-email", 11964, 12010), ("detect-phone", 12012, 12070), ("detect-card", 12072, 12160), ("detect-name", 12162, 12260)):
        t.add(name, start, end, guard, task_attrs(name, None, {"found": 0}), "task")
    t.add("detect-iban", 12262, 12352, guard, task_attrs("detect-iban", None, {"found": 1, "character": 212}), "task")
    audit = t.add("audit-log", 12370, 12410, root, task_attrs("audit-log", {"blocked": True}, {"written": True}), "task")
    for i, name in enumerate(("mask-personal-data", "sign-record", "write-record", "publish-event", "close-case-note")):
        t.add(name, 12371 + 7 * i, 12377 + 7 * i, audit, task_attrs(name), "task")
    return t


def loop():
    """Planted 3: a reasoning model pages through the same transactions: 12 tool calls, about 40 USD."""
    t = Trace(PLANTED["loop"], utc_ns(2026, 11, 19, 15, 2, 41, 77) + 137, resource("dispute-agent", version_of(19)))
    question = "Please check all my card payments of the last year for charges that were booked twice."
    plan = {"category": "duplicate_charge", "question": question, "session": "conv-1909001", "user": "cust-10217"}
    messages, at, root = [text_message("user", question)], 40, t.add("dispute-agent", 0, 0)
    for turn in range(13):
        took = 52_000 + 1_700 * turn
        name = "list_transactions" if turn % 2 == 0 or turn > 8 else "search_merchant"
        args = {"account": "****0130", "days": 365, "page": 1} if name == "list_transactions" else {"query": "hotel", "days": 365}
        call_id, last = f"call_1009{turn:02d}", turn == 12
        answer = "I checked 1,482 payments. Two look like duplicates: Hotel Lindenhof EUR 184.00 and Quickcab EUR 31.40."
        reply = text_message("assistant", answer) if last else call_message([(call_id, name, args)])
        call = {"model": O1, "id": f"chatcmpl-1009{turn:02d}", "in": 100_400 + 7_050 * turn, "out": 15_350 + 90 * turn,
                "reasoning": 15_100 + 80 * turn, "messages": list(messages), "reply": reply, "session": plan["session"],
                "finish": "stop" if last else "tool_calls", "prompt": ("plan-step", "v2")}
        t.add("plan-step", at, at + took, root, llm_attrs("genai", call), "genai", kind=3)
        at += took + 6
        if not last:
            result = {"page": 1, "pages": 30, "rows": 50, "note": "page 1 of 30"} if name == "list_transactions" else {"matches": 14, "page": 1}
            t.add(name, at, at + 380 + 13 * turn, root, tool_attrs("genai", name, call_id, args, result), "genai")
            at += 390 + 13 * turn
            messages += [reply, result_message(call_id, result)]
    root["attributes"] = root_attrs("genai", plan, answer)
    root["endTimeUnixNano"] = str(t.start_ns + (at + 20) * 1_000_000)
    t.spans[0]["export_ms"] = at + 20
    t.evaluate(root, at + 20, "groundedness", 0.62, "fail", "Only page 1 of 30 was read, so 1,482 checked payments is not supported.")
    t.evaluate(root, at + 20, "relevance", 0.90, "pass", "The reply lists the duplicates asked for.")
    return t


def start_planted(rng, key, day, hour, minute, category, question, answer, number=0):
    trace = Trace(PLANTED[key], utc_ns(2026, 11, day, hour, minute, 11, 404) + 137, resource("dispute-agent", version_of(day)))
    plan = make_plan(rng, day, category, question, answer, number)
    plan.update(session=f"conv-{day}{hour}{minute}", user=f"cust-{10200 + minute}", scores=judge(rng, plan))
    return trace, plan


def same_calls(rng):
    """Planted 2: one balance question, the same database call three times, no error."""
    t, plan = start_planted(rng, "same_calls", 18, 11, 26, "account", "How much money is on my account right now?",
                            "Your balance is EUR 1,204.18. With the overdraft EUR 1,704.18 are available.")
    args, result = tool_io("get_balance")
    plan["tools"] = [{"name": "get_balance", "args": args, "result": result, "ms": ms} for ms in (412, 398, 421)]
    answer_trace(t, plan)
    return t


def slow(rng, key, day, hour, minute, category, question, answer, step, ms):
    """Planted 4: about 30 s, nearly all of it in one step."""
    t, plan = start_planted(rng, key, day, hour, minute, category, question, answer)
    if step == "tool":
        plan["tools"][0]["ms"] = ms
    else:
        plan["ms"][step] = ms
    if step == "draft":
        plan["ms"]["first"], plan["tokens"] = 21_400, (6_800, 1_940)
    answer_trace(t, plan)
    return t


def tool_retry(rng):
    """Planted 6: list_transactions fails with 503 and works when tried again."""
    t, plan = start_planted(rng, "tool_retry", 16, 14, 8, "duplicate_charge", "Paperplane Books booked € 24.00 twice, can I dispute one?",
                            "Yes, you have 120 days from the statement date. I see both charges of € 24.00.")
    first = dict(plan["tools"][0], ms=1450, error="core banking unavailable (503)")
    plan["tools"].insert(0, first)
    answer_trace(t, plan)
    return t


def unfinished(rng):
    """Planted 7: the span publish-event never ended."""
    t, plan = start_planted(rng, "unfinished", 19, 9, 41, "subscription", "Please stop Studio Vela from charging my card.",
                            "The card-on-file payment to Studio Vela is stopped. The contract itself goes on until you cancel it.")
    spans = answer_trace(t, plan)
    begin = (int(spans["audit"]["startTimeUnixNano"]) - t.start_ns) // 1_000_000
    t.add("publish-event", begin + 3, None, spans["audit"], task_attrs("publish-event", {"topic": "audit"}), "task")
    return t


def orphan(rng):
    """Planted 8: notify-customer names a parent that no file holds."""
    t, plan = start_planted(rng, "orphan", 18, 16, 19, "fraud", "I did not buy anything at Stellar Airways for € 412.80!",
                            "We treat € 412.80 as unauthorised and refund it by the end of the next business day.")
    spans = answer_trace(t, plan)
    begin = (int(spans["audit"]["startTimeUnixNano"]) - t.start_ns) // 1_000_000
    lost = t.add("notify-customer", begin + 2, begin + 9, None, task_attrs("notify-customer", {"channel": "push"}, {"sent": True}), "task")
    lost["parentSpanId"] = "00dead00beef0001"
    return t


def exception(rng):
    """Planted 9: the drafting model times out; the span carries the exception."""
    t, plan = start_planted(rng, "exception", 17, 13, 33, "travel", "Does my card insurance cover a cancelled ferry?", "")
    plan["ms"]["draft"], plan["scores"] = 10_000, []
    trace_text = ("Traceback (most recent call last):\n  File \"/srv/dispute/agent/draft.py\", line 88, in draft_answer\n"
                  "    reply = client.chat.completions.create(**request)\nopenai.APITimeoutError: Request timed out.")
    plan["draft_error"] = ("openai.APITimeoutError", "Request timed out.", trace_text)
    answer_trace(t, plan)
    return t


def cut_off(rng):
    """Planted 10: the answer ends at the token limit, in the middle of a word."""
    t, plan = start_planted(rng, "cut_off", 16, 10, 52, "transfer", "Explain in detail how a transfer is recalled.",
                            "A transfer can only be recalled with the receiver's consent. First we ask the receiving bank, which then asks its cust")
    plan["finish"], plan["tokens"] = "length", (2_310, 256)
    answer_trace(t, plan)
    return t


def agent_traces():
    """All traces of traces-agent.jsonl, oldest first, and the ids of those with the outdated policy."""
    rng = Rng(0x2026)
    traces, outdated_ids = ordinary(rng)
    rng = Rng(0x1118)
    traces += [
        blocked(), same_calls(rng), loop(),
        slow(rng, "slow_retriever", 17, 10, 5, "refund", "When will Trailhead Outdoor's refund of € 59.90 arrive?",
             "Usually within three to five business days after the shop has sent it. If it does not, you can dispute it within 120 days.", "retrieve", 27_340),
        slow(rng, "slow_llm", 18, 14, 47, "chargeback", "Nordsee Möbel is bankrupt. What are all my options for € 1,240.00?",
             "You can raise a chargeback within 120 days, file a claim with the administrator, or both. We prepare the chargeback now.", "draft", 28_150),
        slow(rng, "slow_tool", 20, 11, 58, "transfer", "Where is my transfer of € 310.00 to Porto?",
             "It was booked this morning and is on its way to Banco Sul.", "tool", 26_720),
        tool_retry(rng), unfinished(rng), orphan(rng), exception(rng), cut_off(rng),
    ]
    return sorted(traces, key=lambda t: t.start_ns), outdated_ids
