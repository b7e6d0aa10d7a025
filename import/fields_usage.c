/* Usage objects, in the words of every SDK. */
#include "import/fields_private.h"

enum usage_field {
	USAGE_IN,
	USAGE_OUT,
	USAGE_CACHED,
	USAGE_OUTSIDE,
	USAGE_WRITTEN,
	USAGE_REASONING,
	USAGE_COST,
	N_USAGE
};

/* Best first, for each field. A dot leads into a member. */
static const struct {
	enum usage_field field;
	const char *path;
} usage_rows[] = {
    {USAGE_IN,        "prompt_tokens"                             },
    {USAGE_IN,        "input_tokens"                              },
    {USAGE_IN,        "promptTokens"                              },
    {USAGE_IN,        "inputTokens"                               },
    {USAGE_IN,        "promptTokenCount"                          },
    {USAGE_IN,        "prompt_token_count"                        },
    {USAGE_IN,        "input"                                     },
    {USAGE_IN,        "prompt"                                    },
    {USAGE_OUT,       "completion_tokens"                         },
    {USAGE_OUT,       "output_tokens"                             },
    {USAGE_OUT,       "completionTokens"                          },
    {USAGE_OUT,       "outputTokens"                              },
    {USAGE_OUT,       "candidatesTokenCount"                      },
    {USAGE_OUT,       "candidates_token_count"                    },
    {USAGE_OUT,       "output"                                    },
    {USAGE_OUT,       "completion"                                },
    {USAGE_OUTSIDE,   "cache_creation_input_tokens"               },
    {USAGE_WRITTEN,   "input_token_details.cache_creation"        },
    {USAGE_WRITTEN,   "prompt_details.cache_write"                },
    {USAGE_WRITTEN,   "input_cache_creation"                      },
    {USAGE_CACHED,    "cache_read_input_tokens"                   },
    {USAGE_CACHED,    "cached_input_tokens"                       },
    {USAGE_CACHED,    "cachedInputTokens"                         },
    {USAGE_CACHED,    "prompt_tokens_details.cached_tokens"       },
    {USAGE_CACHED,    "input_tokens_details.cached_tokens"        },
    {USAGE_CACHED,    "input_token_details.cache_read"            },
    {USAGE_CACHED,    "prompt_details.cache_read"                 },
    {USAGE_CACHED,    "promptTokensDetails.cachedTokens"          },
    {USAGE_CACHED,    "cachedContentTokenCount"                   },
    {USAGE_CACHED,    "prompt_cached_tokens"                      },
    {USAGE_CACHED,    "input_cached_tokens"                       },
    {USAGE_CACHED,    "input_cache_read"                          },
    {USAGE_CACHED,    "cached_tokens"                             },
    {USAGE_REASONING, "completion_tokens_details.reasoning_tokens"},
    {USAGE_REASONING, "output_tokens_details.reasoning_tokens"    },
    {USAGE_REASONING, "output_token_details.reasoning"            },
    {USAGE_REASONING, "completion_details.reasoning"              },
    {USAGE_REASONING, "completionTokensDetails.reasoningTokens"   },
    {USAGE_REASONING, "reasoning_output_tokens"                   },
    {USAGE_REASONING, "completion_reasoning_tokens"               },
    {USAGE_REASONING, "output_reasoning_tokens"                   },
    {USAGE_REASONING, "output_reasoning"                          },
    {USAGE_REASONING, "reasoningTokens"                           },
    {USAGE_REASONING, "reasoning_tokens"                          },
    {USAGE_REASONING, "thoughtsTokenCount"                        },
    {USAGE_COST,      "total_cost"                                },
    {USAGE_COST,      "totalCost"                                 },
    {USAGE_COST,      "estimated_cost"                            },
    {USAGE_COST,      "cost_usd"                                  },
    {USAGE_COST,      "cost"                                      },
};

static bool has_object(struct val v)
{
	struct member m = val_first(v);
	while (m.ok && !val_is(m.val, SCAN_OBJECT))
		m = val_next(m);
	return m.ok;
}

static void pick_usage(struct val usage, struct val *got, const char **names)
{
	bool nested = has_object(usage);
	for (size_t i = 0; i < sizeof usage_rows / sizeof *usage_rows; i++) {
		struct val *best = &got[usage_rows[i].field], v;
		if (val_ok(*best))
			continue;
		v = val_get(usage, usage_rows[i].path); /* Langfuse has flat names with a dot in them */
		if (!val_ok(v) && nested && strchr(usage_rows[i].path, '.'))
			v = val_path(usage, usage_rows[i].path);
		if (!val_ok(v) || val_is(v, SCAN_OBJECT))
			continue;
		*best = v;
		names[usage_rows[i].field] = usage_rows[i].path;
	}
}

static void set_count(int64_t *into, int64_t n)
{
	if (*into == UNKNOWN_INT)
		*into = n;
}

/* The place of what was picked, only worked out for a problem's sake. */
static int64_t usage_count(const struct fields *f, struct val v, const char *path, const char *name)
{
	int64_t n;
	if (!field_is_there(v))
		return UNKNOWN_INT;
	if (val_int64(v, &n) && n >= 0)
		return n;
	return field_count(f, v, arena_printf(f->arena, "%s.%s", path, name).ptr);
}

void fields_usage(const struct fields *f, struct span *span, struct val usage, const char *path)
{
	struct val got[N_USAGE] = {VAL_NONE};
	const char *names[N_USAGE] = {NULL};
	if (!val_is(usage, SCAN_OBJECT)) {
		if (field_is_there(usage) && !field_is_nothing(val_text(usage, f->arena)))
			import_problem(f->im, f->rec, SEVERITY_WARNING, "wrong-type", str_of(path),
			               "kept in the record, not read", "not an object");
		return;
	}
	pick_usage(usage, got, names);
	int64_t in = usage_count(f, got[USAGE_IN], path, names[USAGE_IN]);
	int64_t cached = usage_count(f, got[USAGE_CACHED], path, names[USAGE_CACHED]);
	int64_t written = usage_count(f, got[USAGE_OUTSIDE], path, names[USAGE_OUTSIDE]);
	/* Anthropic's own keys: what was read from the cache is not part of its input_tokens. LangChain writes other keys. */
	bool outside = val_ok(val_get(usage, "input_tokens")) &&
	               (val_ok(got[USAGE_OUTSIDE]) || val_ok(val_get(usage, "cache_read_input_tokens")));
	bool more = in != UNKNOWN_INT && cached != UNKNOWN_INT && cached > in;
	if (in != UNKNOWN_INT && (outside || more)) {
		uint64_t sum =
		    (uint64_t)in + (cached > 0 ? (uint64_t)cached : 0) + (written > 0 ? (uint64_t)written : 0);
		in = sum < INT64_MAX ? (int64_t)sum : in;
	}
	set_count(&span->tokens_in, in);
	set_count(&span->tokens_out, usage_count(f, got[USAGE_OUT], path, names[USAGE_OUT]));
	set_count(&span->tokens_cached, cached);
	if (written <= 0)
		written = usage_count(f, got[USAGE_WRITTEN], path, names[USAGE_WRITTEN]);
	if (span->tokens_cache_write <= 0 && written > 0)
		span->tokens_cache_write = written;
	set_count(&span->tokens_reasoning, usage_count(f, got[USAGE_REASONING], path, names[USAGE_REASONING]));
	if (IS_UNKNOWN(span->cost_usd))
		span->cost_usd = field_number(f, got[USAGE_COST], path);
}
