#include "store/model.h"

#include <stdlib.h>

#include "store/base/scan.h"

enum { HASH_JSON_MAX = 16 << 10 };

struct kind_word {
	const char *name, *brief;
};

/* Order of enum span_kind. brief: at most 5 columns. */
static const struct kind_word kind_words[N_KINDS] = {
    [KIND_SPAN] = {"span",      "span" },
    [KIND_AGENT] = {"agent",     "agent"},
    [KIND_CHAIN] = {"chain",     "chain"},
    [KIND_LLM] = {"llm",       "llm"  },
    [KIND_TOOL] = {"tool",      "tool" },
    [KIND_RETRIEVER] = {"retriever", "retr" },
    [KIND_EMBEDDING] = {"embedding", "embed"},
    [KIND_RERANKER] = {"reranker",  "rank" },
    [KIND_GUARDRAIL] = {"guardrail", "guard"},
    [KIND_EVALUATOR] = {"evaluator", "eval" },
    [KIND_PROMPT] = {"prompt",    "prmpt"},
    [KIND_PARSER] = {"parser",    "parse"},
    [KIND_TASK] = {"task",      "task" },
};

static const char *const status_words[N_STATUSES] = {
    [STATUS_UNSET] = "unset",
    [STATUS_OK] = "ok",
    [STATUS_ERROR] = "error",
    [STATUS_RUNNING] = "running",
};

static const char *const case_words[N_CASE_STATUSES] = {
    [CASE_UNSCORED] = "unscored",
    [CASE_PASSED] = "passed",
    [CASE_FAILED] = "failed",
    [CASE_ERROR] = "error",
};

static const char *const source_words[N_SCORE_SOURCES] = {
    [SOURCE_UNKNOWN] = "unknown",
    [SOURCE_JUDGE] = "judge",
    [SOURCE_HUMAN] = "human",
    [SOURCE_CODE] = "code",
};

const char *kind_name(enum span_kind kind)
{
	return kind_words[kind].name;
}

const char *kind_short(enum span_kind kind)
{
	return kind_words[kind].brief;
}

bool kind_named(struct str name, enum span_kind *kind)
{
	for (int i = 0; i < N_KINDS; i++) {
		if (str_ieq(name, kind_words[i].name) || str_ieq(name, kind_words[i].brief)) {
			*kind = (enum span_kind)i;
			return true;
		}
	}
	return false;
}

static int word_index(struct str name, const char *const *words, int n)
{
	for (int i = 0; i < n; i++) {
		if (str_ieq(name, words[i]))
			return i;
	}
	return -1;
}

const char *status_name(enum span_status status)
{
	return status_words[status];
}

bool status_named(struct str name, enum span_status *status)
{
	int i = word_index(name, status_words, N_STATUSES);

	if (i < 0)
		return false;
	*status = (enum span_status)i;
	return true;
}

const char *case_status_name(enum case_status status)
{
	return case_words[status];
}

bool case_status_named(struct str name, enum case_status *status)
{
	int i = word_index(name, case_words, N_CASE_STATUSES);

	if (i < 0)
		return false;
	*status = (enum case_status)i;
	return true;
}

const char *score_source_name(enum score_source source)
{
	return source_words[source];
}

const char *severity_name(enum severity severity)
{
	static const char *const words[] = {
	    [SEVERITY_WARNING] = "warning",
	    [SEVERITY_SKIPPED] = "skipped",
	    [SEVERITY_FILE] = "file",
	};

	return words[severity];
}

/* ---- ids */

/* The hex digits of an id without the dashes of a UUID, lower case; 0 if it is neither. At most 32. */
static size_t id_hex(struct str id, char *hex)
{
	bool uuid = id.len == 36;
	size_t n = 0;

	if (!uuid && id.len != 32 && id.len != 16)
		return 0;
	for (size_t i = 0; i < id.len; i++) {
		char c = id.ptr[i];

		if (uuid && (i == 8 || i == 13 || i == 18 || i == 23)) {
			if (c != '-')
				return 0;
			continue;
		}
		if (c >= 'A' && c <= 'F')
			c = (char)(c - 'A' + 'a');
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return 0;
		hex[n++] = c;
	}
	return n;
}

static void key_part(struct buf *key, struct str part)
{
	uint64_t n = part.len;

	buf_add(key, &n, sizeof n); /* the length first: ("a", "bc") and ("ab", "c") differ */
	buf_add_str(key, part);
}

struct hash128 model_trace_key(struct id_scope scope, struct str id)
{
	static const char zeros[16] = "0000000000000000";
	char hex[36];
	size_t n = id_hex(id, hex);
	struct buf key = BUF_INIT;
	struct hash128 hash;

	if (n == 32 && memcmp(hex, zeros, 16) != 0) {
		buf_add(&key, hex, 32);
	} else {
		/* A 64-bit id padded with zeros is the short id, and short ids mean something only in their scope. */
		struct str local = n == 32 ? (struct str){hex + 16, 16} : n == 16 ? (struct str){hex, 16} : id;

		key_part(&key, scope.family);
		key_part(&key, scope.project);
		key_part(&key, local);
	}
	hash = hash128_of(buf_str(&key));
	buf_done(&key);
	return hash;
}

struct hash128 model_made_up(struct hash128 head, uint64_t record, uint64_t entry_hash, uint64_t n)
{
	unsigned char bytes[sizeof head.byte + 3 * sizeof n];
	memcpy(bytes, head.byte, sizeof head.byte);
	memcpy(bytes + sizeof head.byte, (const uint64_t[]){record, entry_hash, n}, 3 * sizeof n);
	return hash128_of((struct str){(const char *)bytes, sizeof bytes});
}

struct hash128 model_local_run_key(struct hash128 head, struct str id)
{
	struct id_scope source = {
	    .family = STR_LIT("source"), .project = {(const char *)head.byte, sizeof head.byte}
        };
	return model_trace_key(source, id);
}

int64_t model_span_key(struct str id, bool *is_hex)
{
	uint64_t key = 0;
	char hex[36];

	*is_hex = id.len == 16 && id_hex(id, hex) == 16;
	if (!*is_hex)
		return (int64_t)hash64(id);
	for (int i = 0; i < 16; i++)
		key = key << 4 | (uint64_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
	return (int64_t)key;
}

/* The hash of a JSON value's meaning, without writing its canonical form: every token gets one, from the last to the first,
 * so that what a container holds is there before it. Members add up, whatever their order; elements are chained. */

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * 0x9E3779B97F4A7C15u + b;

	x ^= x >> 32;
	x *= 0xD6E8FEB86659FD93u;
	return x ^ x >> 32;
}

static bool comes_again(struct member m, const uint64_t *hashes)
{
	uint64_t key = hashes[m.key.i];

	for (m = val_next(m); m.ok; m = val_next(m)) {
		if (hashes[m.key.i] == key)
			return true;
	}
	return false;
}

static uint64_t token_hash(struct val v, const uint64_t *hashes, struct arena *arena)
{
	uint64_t hash = mix(0, (uint64_t)val_type(v));

	if (val_is(v, SCAN_STRING))
		return mix(hash, hash64(val_str(v, arena)));
	if (val_is(v, SCAN_ARRAY)) {
		for (struct member m = val_first(v); m.ok; m = val_next(m))
			hash = mix(hash, hashes[m.val.i]);
		return hash;
	}
	if (!val_is(v, SCAN_OBJECT))
		return mix(hash, hash64(val_raw(v)));
	for (struct member m = val_first(v); m.ok; m = val_next(m)) {
		if (!comes_again(m, hashes)) /* of two with one key the last counts */
			hash += mix(hashes[m.key.i], hashes[m.val.i]);
	}
	return hash;
}

static uint64_t json_hash(const struct scan *scan)
{
	uint64_t *hashes = xcalloc(scan->n, sizeof *hashes), hash;
	struct arena arena = ARENA_INIT;

	for (uint32_t i = scan->n; i-- > 0;)
		hashes[i] = token_hash((struct val){scan, i}, hashes, &arena);
	hash = hashes[scan_root(scan).i];
	arena_done(&arena);
	free(hashes);
	return hash;
}

uint64_t model_text_hash(struct str text)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	uint64_t hash;

	text = str_trim(text);
	if (!text.len)
		return 0;
	/* Only these three have more than one way to be written. */
	if (text.len <= HASH_JSON_MAX && (text.ptr[0] == '{' || text.ptr[0] == '[' || text.ptr[0] == '"') &&
	    scan_text(&scan, text, &opts))
		hash = json_hash(&scan);
	else
		hash = hash64(text);
	scan_done(&scan);
	return hash ? hash : 1;
}

/* ---- problems */

void problem_sentence(struct buf *out, const struct problem *p)
{
	buf_add_cstr(out, p->file ? p->file : "?");
	if (p->entry)
		buf_printf(out, ": %s", p->entry);
	if (p->record) {
		buf_printf(out, ": record %llu", (unsigned long long)p->record);
		if (p->line)
			buf_printf(out, ", line %llu", (unsigned long long)p->line);
		buf_printf(out, ", byte %llu", (unsigned long long)p->offset);
	} else if (p->line) {
		buf_printf(out, ": line %llu, byte %llu", (unsigned long long)p->line, (unsigned long long)p->offset);
	} else if (p->offset) {
		buf_printf(out, ": byte %llu", (unsigned long long)p->offset);
	}
	if (p->path.len) {
		buf_add_cstr(out, ", ");
		buf_add_str(out, p->path);
	}
	buf_add_cstr(out, ": ");
	buf_add_str(out, p->reason);
	if (p->kept.len) {
		buf_add_cstr(out, " (");
		buf_add_str(out, p->kept);
		buf_add_char(out, ')');
	}
}

int problem_exit(const struct problem *p)
{
	if (p->severity != SEVERITY_WARNING)
		return 3;
	/* Two records that contradict each other lose one of the two, though each alone is fine (robustness.md section 4). */
	return str_is(str_of(p->code), "conflict") ? 3 : 0;
}
