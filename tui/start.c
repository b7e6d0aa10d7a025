#include "tui/start.h"

#include <stdlib.h>
#include <sys/stat.h>

size_t start_n_formats;

const char start_what[] = "spoor shows what LLM applications did, step by step, and how they answered, run "
                          "against run. It reads files, on this machine: no server, no account.";

/* The commands are those of the tools' own documentation. */
const struct start_source start_sources[] = {
    {"promptfoo",     "promptfoo eval -o out.json"                                   },
    {"OpenTelemetry", "collector:  exporters: {file: {path: ./traces.json}}"         },
    {"Langfuse",      "curl -u PUBLIC:SECRET HOST/api/public/traces/ID > trace.json" },
    {"MLflow",        "mlflow traces search --experiment-id 1 --output json > t.json"},
    {"Inspect AI",    "inspect eval task.py --log-dir logs"                          },
    {NULL,            NULL                                                           },
};

const struct start_family start_families[] = {
    {"traces", "OpenTelemetry, Langfuse, LangSmith, MLflow, Phoenix, Opik, Braintrust, Weave, Logfire, Jaeger, Zipkin, "
               "ClickHouse"                                      },
    {"agents", "Claude Code, Codex, OpenAI Agents, LangGraph, OpenHands, Goose"},
    {"evals",  "promptfoo, DeepEval, Ragas, Inspect, lm-eval, HELM, SWE-bench" },
    {"tables", "CSV, JSON, JSON Lines with columns like question, answer"      },
    {"packed", "gzip, zstd, xz, zip, tar, folders, a pipe"                     },
    {NULL,     NULL                                                            },
};

const struct start_place start_places[] = {
    {"Claude Code sessions", ".claude/projects"},
    {"Codex sessions",       ".codex/sessions" },
    {NULL,                   NULL              },
};

bool start_place_there(size_t i, struct buf *shown)
{
	const char *home = getenv("HOME");
	struct buf whole = BUF_INIT;
	struct stat st;
	buf_printf(&whole, "%s/%s", home ? home : "", start_places[i].path);
	bool there = home && home[0] == '/' && stat(buf_cstr(&whole), &st) == 0 && S_ISDIR(st.st_mode);
	buf_done(&whole);
	if (there)
		buf_printf(shown, "~/%s", start_places[i].path);
	return there;
}
