/* Which kind a span is: what its attributes say in their dialect's words, else what they hint at, else its name. */
#include "import/semconv_kind.h"

#include "store/base/scan.h"

struct kind_row {
	const char *word;
	enum span_kind kind;
};

static const struct kind_row openinference_kinds[] = {
    {"llm",       KIND_LLM      },
    {"embedding", KIND_EMBEDDING},
    {"chain",     KIND_CHAIN    },
    {"retriever", KIND_RETRIEVER},
    {"reranker",  KIND_RERANKER },
    {"tool",      KIND_TOOL     },
    {"agent",     KIND_AGENT    },
    {"guardrail", KIND_GUARDRAIL},
    {"evaluator", KIND_EVALUATOR},
    {"prompt",    KIND_PROMPT   },
    {NULL,        KIND_SPAN     },
};

/* The last five were seen in files and are in no specification. */
static const struct kind_row genai_kinds[] = {
    {"chat",               KIND_LLM      },
    {"generate_content",   KIND_LLM      },
    {"text_completion",    KIND_LLM      },
    {"embeddings",         KIND_EMBEDDING},
    {"execute_tool",       KIND_TOOL     },
    {"retrieval",          KIND_RETRIEVER},
    {"invoke_agent",       KIND_AGENT    },
    {"create_agent",       KIND_AGENT    },
    {"invoke_workflow",    KIND_CHAIN    },
    {"call_llm",           KIND_LLM      },
    {"completion",         KIND_LLM      },
    {"execute_task",       KIND_TASK     },
    {"vector_db_retrieve", KIND_RETRIEVER},
    {"rerank",             KIND_RERANKER },
    {NULL,                 KIND_SPAN     },
};

static const struct kind_row traceloop_kinds[] = {
    {"workflow", KIND_CHAIN},
    {"task",     KIND_TASK },
    {"agent",    KIND_AGENT},
    {"tool",     KIND_TOOL },
    {"unknown",  KIND_TASK },
    {NULL,       KIND_SPAN },
};

static const struct kind_row request_kinds[] = {
    {"chat",       KIND_LLM      },
    {"completion", KIND_LLM      },
    {"embedding",  KIND_EMBEDDING},
    {"rerank",     KIND_RERANKER },
    {NULL,         KIND_SPAN     },
};

/* Langfuse, MLflow, Laminar, AgentOps, LangSmith, Braintrust, Genkit: one list, since no word has two meanings. */
static const struct kind_row platform_kinds[] = {
    {"agent",           KIND_AGENT    },
    {"chain",           KIND_CHAIN    },
    {"chat_model",      KIND_LLM      },
    {"completion",      KIND_LLM      },
    {"embedder",        KIND_EMBEDDING},
    {"embedding",       KIND_EMBEDDING},
    {"eval",            KIND_CHAIN    },
    {"evaluation",      KIND_CHAIN    },
    {"evaluator",       KIND_EVALUATOR},
    {"event",           KIND_SPAN     },
    {"executor",        KIND_TASK     },
    {"flow",            KIND_CHAIN    },
    {"function",        KIND_TASK     },
    {"generation",      KIND_LLM      },
    {"guardrail",       KIND_GUARDRAIL},
    {"human_evaluator", KIND_EVALUATOR},
    {"llm",             KIND_LLM      },
    {"memory",          KIND_SPAN     },
    {"model",           KIND_LLM      },
    {"operation",       KIND_TASK     },
    {"parser",          KIND_PARSER   },
    {"pipeline",        KIND_CHAIN    },
    {"prompt",          KIND_PROMPT   },
    {"reranker",        KIND_RERANKER },
    {"retriever",       KIND_RETRIEVER},
    {"score",           KIND_EVALUATOR},
    {"session",         KIND_CHAIN    },
    {"span",            KIND_SPAN     },
    {"task",            KIND_TASK     },
    {"tool",            KIND_TOOL     },
    {"workflow",        KIND_CHAIN    },
    {NULL,              KIND_SPAN     },
};

/* OpenLLMetry's span of a call to one of these is a search for documents. */
static const char *const vector_stores[] = {"chroma", "pinecone", "qdrant", "weaviate", "milvus", "marqo", "lancedb"};

static bool look_up(const struct kind_row *rows, struct str word, enum span_kind *kind)
{
	if (!word.len)
		return false;
	for (; rows->word; rows++) {
		/* all words here begin with a small letter: most rows need no call */
		if ((word.ptr[0] | 0x20) == rows->word[0] && str_ieq(word, rows->word)) {
			*kind = rows->kind;
			return true;
		}
	}
	return false;
}

static bool vercel_kind(struct str id, enum span_kind *kind)
{
	if (!str_starts(id, "ai."))
		return false;
	if (str_is(id, "ai.toolCall"))
		*kind = KIND_TOOL;
	else if (str_ends(id, ".doEmbed"))
		*kind = KIND_EMBEDDING;
	else if (str_ends(id, ".doGenerate") || str_ends(id, ".doStream"))
		*kind = KIND_LLM;
	else if (str_ends(id, ".doRerank"))
		*kind = KIND_RERANKER;
	else
		*kind = KIND_CHAIN;
	return true;
}

/* "\"LLM\"" and {"type":"llm"} are the word inside. */
static bool platform_kind(struct str text, enum span_kind *kind)
{
	static const struct scan_opts opts = {.last = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	struct arena arena = ARENA_INIT;
	struct val v;
	bool found = false;

	if (!text.len || (text.ptr[0] != '"' && text.ptr[0] != '{'))
		return look_up(platform_kinds, text, kind);
	if (scan_text(&scan, text, &opts)) {
		v = scan_root(&scan);
		if (val_is(v, SCAN_OBJECT))
			v = val_get(v, "type");
		found = look_up(platform_kinds, val_str(v, &arena), kind);
	}
	arena_done(&arena);
	scan_done(&scan);
	return found;
}

bool semconv_kind_said(enum conv conv, struct str word, enum span_kind *kind)
{
	word = str_trim(word);
	if (conv == C_KIND_OPENINFERENCE)
		return look_up(openinference_kinds, word, kind);
	if (conv == C_KIND_GENAI)
		return look_up(genai_kinds, word, kind);
	if (conv == C_KIND_TRACELOOP)
		return look_up(traceloop_kinds, word, kind) || look_up(openinference_kinds, word, kind);
	if (conv == C_KIND_REQUEST)
		return look_up(request_kinds, word, kind);
	if (conv == C_KIND_PLATFORM)
		return platform_kind(word, kind);
	return conv == C_KIND_VERCEL && vercel_kind(word, kind);
}

bool semconv_is_vector_store(struct str db)
{
	for (size_t i = 0; i < sizeof vector_stores / sizeof *vector_stores; i++) {
		if (str_ieq(db, vector_stores[i]))
			return true;
	}
	return false;
}

enum span_kind semconv_kind_of_name(struct str name, enum span_kind kind)
{
	static const struct kind_row starts[] = {
	    {"chat ",             KIND_LLM      },
	    {"call_llm",          KIND_LLM      },
	    {"generate_content ", KIND_LLM      },
	    {"text_completion ",  KIND_LLM      },
	    {"embeddings ",       KIND_EMBEDDING},
	    {"execute_tool",      KIND_TOOL     },
	    {"running tool: ",    KIND_TOOL     },
	    {"invoke_agent",      KIND_AGENT    },
	    {"agent run",         KIND_AGENT    },
	    {"agent_run",         KIND_AGENT    },
	    {"invocation",        KIND_CHAIN    },
	    {"running ",          KIND_CHAIN    },
	    {NULL,                KIND_SPAN     },
	};

	/* LangChain's parsers and templates come as CHAIN, PROMPT or UNKNOWN. */
	if ((kind == KIND_CHAIN || kind == KIND_SPAN) && str_ends(name, "OutputParser"))
		return KIND_PARSER;
	if ((kind == KIND_CHAIN || kind == KIND_SPAN) && str_ends(name, "PromptTemplate"))
		return KIND_PROMPT;
	if (kind != KIND_SPAN)
		return kind;
	for (const struct kind_row *row = starts; row->word; row++) {
		if (str_starts(name, row->word))
			return row->kind;
	}
	return KIND_TASK;
}
