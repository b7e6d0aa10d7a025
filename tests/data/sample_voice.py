"""Six calls of a second service, OpenInference throughout."""

import sample_texts as texts
from sample_spans import Trace, document_list, dumps, embedding_attrs, llm_attrs, retriever_attrs, text_message, utc_ns
from sample_traces import MINI, resource


def voice_traces():
    """The calls of traces-voice.json.gz, with human and judge annotations on the spans; one call nobody answered."""
    traces = []
    for i, (name, heard, said, topic) in enumerate(texts.VOICE_TALK):
        t = Trace(f"701ce00020261119{i + 1:016d}", utc_ns(2026, 11, 19, 9 + i, 20, 5 * i, 250) + 41, resource("voice-callback", "0.9.4"))
        attrs = {"openinference.span.kind": "CHAIN", "input.value": heard, "output.value": said, "session.id": f"call-{7001 + i}",
                 "user.id": f"cust-{10210 + i}", "tag.tags": ["voice", topic], "metadata": dumps({"line": "callback", "attempt": 1 + i % 2})}
        if not heard:
            t.add(name, 0, 30_000, None, attrs, "openinference", error="nobody answered within 30 s")
            t.add("dial", 5, 29_990, t.spans[0]["span"], {"openinference.span.kind": "TOOL", "tool.name": "dial",
                  "input.value": "{\"ring_s\":30}"}, "openinference", error="no answer")
            traces.append(t)
            continue
        end = 7_400 + 610 * i
        root = t.add(name, 0, end, None, attrs, "openinference", ok=True)
        t.add("dial", 5, 2_100, root, {"openinference.span.kind": "TOOL", "tool.name": "dial", "input.value": "{\"ring_s\":30}",
              "output.value": "answered"}, "openinference")
        t.add("speech-to-text", 2_110, 3_050, root, {"openinference.span.kind": "CHAIN", "input.value": "audio, 4.2 s", "output.value": heard}, "openinference")
        ranked = [("pol-cards-lost", 0.83), ("pol-refund-2026", 0.79), ("pol-fraud", 0.64)]
        found = t.add("retrieve-policy", 3_060, 3_420, root, retriever_attrs(heard, ranked, texts.DOCS), "openinference")
        t.add("embed-query", 3_064, 3_130, found, embedding_attrs("openinference", heard, 19), "openinference")
        rerank = {"openinference.span.kind": "RERANKER", "reranker.query": heard, "reranker.model_name": "rerank-v3", "reranker.top_k": 2}
        document_list(rerank, "reranker.input_documents", ranked, texts.DOCS, with_content=False)
        document_list(rerank, "reranker.output_documents", ranked[:2], texts.DOCS, with_content=False)
        t.add("rerank", 3_140, 3_410, found, rerank, "openinference")
        call = {"model": MINI, "id": f"v{i}", "in": 880 + 31 * i, "out": 46 + 3 * i, "messages": [text_message("user", heard)],
                "reply": text_message("assistant", said), "prompt": ("voice", "v3"), "system": "You speak for Marlow Bank on the phone. Two sentences at most."}
        llm = t.add("reply", 3_430, 4_900 + 40 * i, root, llm_attrs("openinference", call), "openinference")
        llm["attributes"].update({"annotations.0.annotation.name": "politeness", "annotations.0.annotation.score": 0.9 - 0.05 * (i % 3),
                                  "annotations.0.annotation.label": "polite", "annotations.0.annotation.annotator_kind": "LLM",
                                  "annotations.0.annotation.explanation": "Greets, answers, and offers the next step."})
        t.add("text-to-speech", 4_910 + 40 * i, end - 30, root, {"openinference.span.kind": "CHAIN", "input.value": said, "output.value": "audio, 5.1 s"}, "openinference")
        solved = i % 2 == 0
        root["attributes"].update({"trace.annotations.0.annotation.name": "solved", "trace.annotations.0.annotation.label": "yes" if solved else "no",
                                   "trace.annotations.0.annotation.score": 1.0 if solved else 0.0,
                                   "trace.annotations.0.annotation.annotator_kind": "HUMAN",
                                   "trace.annotations.0.annotation.identifier": "callcentre-supervisor"})
        if i == 1:
            judge_span = t.add("judge-reply", end + 900, end + 2_150, None, {"openinference.span.kind": "EVALUATOR", "input.value": said,
                               "annotations.0.annotation.name": "groundedness", "annotations.0.annotation.score": 0.88,
                               "annotations.0.annotation.label": "pass", "annotations.0.annotation.annotator_kind": "LLM",
                               "annotations.0.annotation.explanation": "Provisional credit within ten business days stands in section 4.2."}, "openinference")
            t.link(judge_span, llm, {"link.reason": "evaluated span"})
        traces.append(t)
    return traces
