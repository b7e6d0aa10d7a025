#include "import/format.h"

/* The table of formats: a new one is its file, which defines format_NAME, and a row here. Order means nothing. */
#define FORMATS(X)          \
	X(agentops)         \
	X(agentskills)      \
	X(atif)             \
	X(braintrust)       \
	X(braintrust_eval)  \
	X(braintrust_evals) \
	X(claude_code)      \
	X(clickhouse)       \
	X(codex)            \
	X(deepeval)         \
	X(deepeval_trace)   \
	X(dspy)             \
	X(dspy_eval)        \
	X(galileo)          \
	X(galileo_eval)     \
	X(generic)          \
	X(generic_case)     \
	X(generic_json)     \
	X(goose)            \
	X(helicone)         \
	X(helm)             \
	X(inspect)          \
	X(jaeger)           \
	X(laminar)          \
	X(laminar_eval)     \
	X(langchain_stream) \
	X(langfuse)         \
	X(langfuse_eval)    \
	X(langsmith)        \
	X(langsmith_eval)   \
	X(llamaindex)       \
	X(llamaindex_eval)  \
	X(lm_eval)          \
	X(logfire)          \
	X(mlflow)           \
	X(mlflow_eval)      \
	X(openai_agents)    \
	X(openai_evals)     \
	X(opik)             \
	X(opik_experiment)  \
	X(otlp)             \
	X(patronus)         \
	X(phoenix)          \
	X(phoenix_eval)     \
	X(promptfoo)        \
	X(promptfoo_csv)    \
	X(promptfoo_jsonl)  \
	X(ragas)            \
	X(reviews)          \
	X(sdk_span)         \
	X(swe_bench)        \
	X(tau_bench)        \
	X(weave)            \
	X(weave_batch)      \
	X(zipkin)

#define DECLARE(name) extern const struct format format_##name;
#define ROW(name)     &format_##name,
FORMATS(DECLARE)
const struct format *const formats[] = {FORMATS(ROW) NULL};

enum { CERTAIN_ENOUGH = 20 }; /* below: a hint, named as the nearest miss */

const struct format *format_named(const char *name)
{
	for (size_t i = 0; formats[i]; i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}

/* A page without anything on it is nobody's in particular. */
static bool is_empty_page(const struct sample *s)
{
	struct str text = str_trim(s->bytes);
	size_t i = 0;
	bool any = false;

	if (!s->whole)
		return false;
	while (i < text.len && text.ptr[i] && strchr("[], \t\r\n", text.ptr[i]))
		i++;
	if (s->n_values == 0)
		return i >= 2 && i == text.len && text.ptr[0] == '[';
	if (s->n_values > 1 || !val_is(s->values[0], SCAN_OBJECT))
		return false;
	for (struct member m = val_first(s->values[0]); m.ok; m = val_next(m)) {
		if (val_is(m.val, SCAN_ARRAY) && val_count(m.val))
			return false;
		any = any || val_is(m.val, SCAN_ARRAY);
	}
	return any;
}

/* Files people have that hold traces, or an error page instead, in a form nobody reads here. NULL: none of them. */
static const char *known_stranger(struct str bytes)
{
	static const struct {
		const char *start, *holds, *what; /* holds: anywhere in the sample */
	} strangers[] = {
	    {"PAR1",            "",          "a Parquet table, which is not read; write it as JSON Lines or CSV first"        },
	    {"ARROW1",          "",          "an Arrow table, which is not read; write it as JSON Lines or CSV first"         },
	    {"SQLite format 3", "",
	     "a SQLite database: what people said in a store or bundle of spoor's comes in by spoor merge FILE; tables "
	     "of others as JSON Lines or CSV"	                                                                         },
	    {"\x80\x04\x95",    "",          "a Python pickle, which is not read; write it as JSON first"                     },
	    {"\x80\x05\x95",    "",          "a Python pickle, which is not read; write it as JSON first"                     },
	    {"version https:",  "git-lfs",   "a Git LFS pointer, not the file itself: git lfs pull fetches it"                },
	    {"%PDF-",           "",          "a PDF"	                                                                  },
	    {"<!doctype html",  "promptfoo",
	     "promptfoo's HTML table, which is not read; export it as JSON, JSON Lines or CSV"                                },
	    {"<html",           "promptfoo", "promptfoo's HTML table, which is not read; export it as JSON, JSON Lines or CSV"},
	    {"<promptfoo>",     "",          "promptfoo's XML, which is not read; export it as JSON, JSON Lines or CSV"       },
	    {"evalId:",         "results:",  "promptfoo's YAML, which is not read; export it as JSON, JSON Lines or CSV"      },
	    {"<!doctype html",  "",          "a web page: the download may have needed a login"                               },
	    {"<html",           "",          "a web page: the download may have needed a login"                               },
	    {"<?xml",           "",          "XML of no known format"	                                                 },
	};

	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		struct str start = str_of(strangers[i].start);

		if (bytes.len >= start.len && str_ieq(str_cut(bytes, 0, start.len), strangers[i].start) &&
		    str_find(bytes, str_of(strangers[i].holds)) != SIZE_MAX)
			return strangers[i].what;
	}
	return NULL;
}

const struct format *format_detect(const struct sample *sample, const char **why)
{
	const struct format *best = NULL;
	int best_score = 0;

	const char *wide = record_wide_text(sample->bytes), *stranger = known_stranger(str_trim(sample->bytes));

	*why = wide       ? wide
	       : stranger ? stranger
	       : str_is(sample->conversion, "csv")
	           ? "CSV of no known format; if its rows are results, --map says what its columns are"
	       : is_empty_page(sample)              ? "an empty list: no record in it tells the format"
	       : sample->n_values || sample->n_keys ? "JSON of no known format"
	                                            : "no JSON and no known archive";
	for (size_t i = 0; formats[i]; i++) {
		const char *reason = "";
		int score = formats[i]->probe(sample, &reason);

		if (score > best_score) {
			best_score = score;
			best = formats[i];
			*why = reason;
		}
	}
	return best_score >= CERTAIN_ENOUGH ? best : NULL;
}
