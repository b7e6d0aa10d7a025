#include "store/model.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/arena.h"
#include "store/base/scan.h"
#include "store/base/text.h"

enum { CASE_KEY_BYTES = 64 };

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

/* Value of a hexadecimal digit with 0x10 set; 0x20, too: a capital. 0: no digit. */
static const uint8_t hex_digits[256] = {
    ['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14, ['5'] = 0x15, ['6'] = 0x16, ['7'] = 0x17,
    ['8'] = 0x18, ['9'] = 0x19, ['a'] = 0x1A, ['b'] = 0x1B, ['c'] = 0x1C, ['d'] = 0x1D, ['e'] = 0x1E, ['f'] = 0x1F,
    ['A'] = 0x3A, ['B'] = 0x3B, ['C'] = 0x3C, ['D'] = 0x3D, ['E'] = 0x3E, ['F'] = 0x3F};

/* 32 lower-case digits: nearly every trace id is. */
static bool is_plain_trace_id(struct str id)
{
	uint8_t all = 0x10, any = 0;

	if (id.len != 32)
		return false;
	for (size_t i = 0; i < 32; i++) {
		uint8_t digit = hex_digits[(unsigned char)id.ptr[i]];

		all &= digit;
		any |= digit;
	}
	return all && !(any & 0x20);
}

/* The hex digits of an id without the dashes of a UUID, lower case; 0 if it is neither. At most 32. */
static size_t id_hex(struct str id, char *hex)
{
	bool uuid = id.len == 36;
	size_t n = 0;

	if (is_plain_trace_id(id)) {
		memcpy(hex, id.ptr, 32);
		return 32;
	}
	if (!uuid && id.len != 32 && id.len != 16)
		return 0;
	for (size_t i = 0; i < id.len; i++) {
		char c = id.ptr[i];

		if (uuid && (i == 8 || i == 13 || i == 18 || i == 23)) {
			if (c != '-')
				return 0;
			continue;
		}
		if (!hex_digits[(unsigned char)c])
			return 0;
		hex[n++] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
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

struct str model_case_key(struct arena *arena, struct str key)
{
	bool plain = key.len <= CASE_KEY_BYTES && text_is_valid(key);
	for (size_t i = 0; plain && i < key.len; i++)
		plain = (unsigned char)key.ptr[i] >= ' ' && key.ptr[i] != 0x7F;
	if (plain)
		return key.ptr ? arena_str(arena, key) : STR_LIT("");
	struct sha256 hash = sha256_of(key);
	struct buf hex = BUF_INIT;
	hash_hex(&hex, hash.byte, sizeof hash.byte);
	struct str text = arena_str(arena, buf_str(&hex));
	buf_done(&hex);
	return text;
}

static bool hex_key(struct str id, uint64_t *key)
{
	uint8_t all = 0x10;

	*key = 0;
	for (size_t i = 0; i < 16 && id.len == 16; i++) {
		uint8_t digit = hex_digits[(unsigned char)id.ptr[i]];

		all &= digit;
		*key = *key << 4 | (digit & 15u);
	}
	return id.len == 16 && all;
}

bool model_is_answer(struct str id)
{
	uint64_t key;

	return id.len == 16 + sizeof MODEL_ANSWER - 1 && str_ends(id, MODEL_ANSWER) &&
	       hex_key(str_cut(id, 0, 16), &key);
}

int64_t model_other_half(int64_t span_key)
{
	return (int64_t)((uint64_t)span_key ^ 0x9D3F5A71C8E4B206u); /* any number: it only has to be its own way back */
}

int64_t model_span_key(struct str id, bool *is_hex)
{
	uint64_t key;

	*is_hex = hex_key(id, &key);
	if (*is_hex)
		return (int64_t)key;
	if (model_is_answer(id) && hex_key(str_cut(id, 0, 16), &key))
		return model_other_half((int64_t)key);
	return (int64_t)hash64(id);
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

/* The one spelling of a string that needs no \u and no \/. Other control bytes stand for themselves: no JSON has them. */
static void spell(struct buf *out, struct str text)
{
	static const char letters[256] = {
	    ['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	char *to;

	buf_reserve(out, size_mul(text.len, 2));
	to = out->ptr + out->len;
	for (size_t i = 0; i < text.len; i++) {
		char letter = letters[(unsigned char)text.ptr[i]];

		if (letter)
			*to++ = '\\';
		*to++ = letter ? letter : text.ptr[i];
	}
	out->len = (size_t)(to - out->ptr);
}

static uint64_t string_hash(struct val v)
{
	const struct scan_token *t = val_token(v);
	struct arena arena = ARENA_INIT;
	struct buf spelt = BUF_INIT;
	uint64_t hash;

	if (!t->respelt)
		return hash64((struct str){v.scan->text + t->at, t->len});
	spell(&spelt, val_str(v, &arena));
	hash = hash64(buf_str(&spelt));
	buf_done(&spelt);
	arena_done(&arena);
	return hash;
}

static bool comes_again(const struct scan *s, uint32_t key, uint32_t end, const uint64_t *hashes)
{
	for (uint32_t i = s->tokens[key + 1].next; i < end; i = s->tokens[i + 1].next) {
		if (hashes[i] == hashes[key])
			return true;
	}
	return false;
}

static uint64_t token_hash(struct val v, const uint64_t *hashes)
{
	const struct scan *s = v.scan;
	const uint32_t end = val_token(v)->next;
	const enum scan_type type = val_type(v);
	uint64_t hash = mix(0, (uint64_t)type);

	if (type == SCAN_STRING)
		return mix(hash, string_hash(v));
	if (type != SCAN_ARRAY && type != SCAN_OBJECT)
		return mix(hash, hash64(val_raw(v)));
	for (uint32_t i = v.i + 1; type == SCAN_ARRAY && i < end; i = s->tokens[i].next)
		hash = mix(hash, hashes[i]);
	for (uint32_t i = v.i + 1; type == SCAN_OBJECT && i < end; i = s->tokens[i + 1].next) {
		if (!comes_again(s, i, end, hashes)) /* of two with one key the last counts */
			hash += mix(hashes[i], hashes[i + 1]);
	}
	return hash;
}

/* Tokens from `known` on, then the root. */
static uint64_t json_hash(const struct scan *scan, uint64_t *hashes, uint32_t known)
{
	for (uint32_t i = scan->n; i-- > (known ? known : 1);)
		hashes[i] = token_hash((struct val){scan, i}, hashes);
	return hashes[0] = token_hash((struct val){scan, 0}, hashes);
}

uint64_t model_scanned_hash_again(struct str text, const struct scan *scan, uint32_t kept, struct model_hashes *memory)
{
	uint64_t hash;

	text = str_trim(text);
	if (!text.len)
		return 0;
	if (!scan || !scan->n || text.len > MODEL_HASH_JSON_MAX) {
		memory->n = 0;
		hash = hash64(text);
		return hash ? hash : 1;
	}
	if (memory->cap < scan->n) {
		memory->cap = scan->n + scan->n / 2;
		memory->at = xrealloc(memory->at, memory->cap, sizeof *memory->at);
	}
	hash = json_hash(scan, memory->at, kept < memory->n ? kept : memory->n);
	memory->n = scan->n;
	return hash ? hash : 1;
}

uint64_t model_scanned_hash(struct str text, const struct scan *scan)
{
	struct model_hashes memory = {.n = 0};
	uint64_t hash = model_scanned_hash_again(text, scan, 0, &memory);

	free(memory.at);
	return hash;
}

uint64_t model_text_hash(struct str text)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	uint64_t hash;
	bool json;

	text = str_trim(text);
	/* Only these three have more than one way to be written. */
	json = text.len && text.len <= MODEL_HASH_JSON_MAX &&
	       (text.ptr[0] == '{' || text.ptr[0] == '[' || text.ptr[0] == '"') && scan_text(&scan, text, &opts);
	hash = model_scanned_hash(text, json ? &scan : NULL);
	scan_done(&scan);
	return hash;
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
