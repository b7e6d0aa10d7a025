#include "import/eval.h"

#include "store/base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "import/redact.h"

enum { METRICS_MAX = 2000, METRICS_DEPTH = 4 };

struct eval_run run_start(const char *family)
{
	return (struct eval_run){.scope = {.family = str_of(family)}, .created_ns = TIME_UNKNOWN};
}

struct case_result case_start(const char *family)
{
	return (struct case_result){.scope = {.family = str_of(family)},
	                            .repeat = UNKNOWN_INT,
	                            .order = UNKNOWN_INT,
	                            .status = CASE_UNSCORED,
	                            .latency_ns = UNKNOWN_INT,
	                            .cost_usd = UNKNOWN_DOUBLE,
	                            .tokens_in = UNKNOWN_INT,
	                            .tokens_out = UNKNOWN_INT};
}

/* ---------------------------------------------------------------- identity */

struct str case_key_part(const struct fields *f, struct val v)
{
	struct buf text = BUF_INIT;
	if (!val_ok(v))
		return STR_LIT("");
	if (val_is(v, SCAN_STRING))
		return val_str(v, f->arena);
	scan_canonical(&text, v);
	struct str kept = arena_str(f->arena, buf_str(&text));
	buf_done(&text);
	return kept;
}

struct str case_key_join(struct arena *arena, const struct str *parts, size_t n)
{
	struct buf key = BUF_INIT;
	if (n == 1)
		return parts[0];
	buf_add_char(&key, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(&key, ',');
		scan_quote(&key, parts[i]);
	}
	buf_add_char(&key, ']');
	struct str kept = arena_str(arena, buf_str(&key));
	buf_done(&key);
	return kept;
}

/* Cuts the last segment off a path with '/'. */
static struct str cut_last(struct str *path)
{
	size_t at = path->len;
	while (at > 0 && path->ptr[at - 1] == '/')
		at--;
	path->len = at;
	while (at > 0 && path->ptr[at - 1] != '/')
		at--;
	struct str last = str_from(*path, at);
	path->len = at;
	return last;
}

static struct str without_extension(struct str name)
{
	static const char *const packed[] = {".gz", ".zst", ".xz", ".bz2", ".zip", ".tar", ".tgz"};
	for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
		if (str_ends(name, packed[i]) && name.len > strlen(packed[i])) {
			name.len -= strlen(packed[i]);
			i = (size_t)-1; /* .tar.gz */
		}
	}
	return name;
}

/* Names that lead nowhere: "." and "..". */
static bool is_name(struct str s)
{
	return s.len && !str_is(s, ".") && !str_is(s, "..") && !str_is(s, "-");
}

/* The file as the system calls it: a name typed in its own folder is as good as the whole path. */
static struct str whole_path(const struct import *im)
{
	char *path = im->file && im->file[0] && im->file[0] != '/' && !im->decoding ? realpath(im->file, NULL) : NULL;
	struct str whole = path ? arena_cstr(im->arena, path) : str_of(im->file);
	free(path);
	return whole;
}

struct str source_folder(const struct import *im, int up)
{
	struct str entry = str_of(im->entry), file = whole_path(im), name;
	if (entry.len) {
		for (cut_last(&entry); entry.len; up--) {
			name = cut_last(&entry);
			if (is_name(name) && up == 0)
				return name;
			up += !is_name(name);
		}
		if (up == 0)
			return without_extension(cut_last(&file));
		up--;
	}
	for (cut_last(&file); file.len; up--) {
		name = cut_last(&file);
		if (up == 0)
			return is_name(name) ? name : STR_NONE;
	}
	return STR_NONE;
}

struct str source_stem(const struct import *im)
{
	struct str path = str_of(im->entry ? im->entry : im->file);
	struct str name = without_extension(cut_last(&path));
	size_t dot = SIZE_MAX;
	for (size_t i = 1; i < name.len; i++)
		if (name.ptr[i] == '.')
			dot = i;
	if (!is_name(name))
		return STR_NONE;
	return dot == SIZE_MAX ? name : str_cut(name, 0, dot);
}

int64_t uuid_time_ns(struct str id)
{
	unsigned char byte[6];
	struct buf hex = BUF_INIT;
	int64_t ms = 0;
	if (id.len != 36 || id.ptr[14] != '7')
		return TIME_UNKNOWN;
	buf_add_str(&hex, str_cut(id, 0, 8));
	buf_add_str(&hex, str_cut(id, 9, 4));
	bool good = hash_unhex(buf_str(&hex), byte, sizeof byte);
	for (size_t i = 0; good && i < sizeof byte; i++)
		ms = ms << 8 | byte[i];
	buf_done(&hex);
	return ms > 0 && ms < INT64_MAX / 1000000 ? ms * 1000000 : TIME_UNKNOWN;
}

enum { TRIAL_HASH_BITS = 21 };

void case_trial(struct case_result *res, int64_t start_ns, struct str id)
{
	const int64_t most = INT64_MAX >> TRIAL_HASH_BITS;
	int64_t began = start_ns == TIME_UNKNOWN ? uuid_time_ns(id) : start_ns;
	int64_t ms = began > 0 ? began / 1000000 : 0;
	uint64_t hash = hash64(id) >> (64 - TRIAL_HASH_BITS);
	res->variant = hash64(res->key) | 1;
	if (id.len)
		res->order = (ms < most ? ms : most) << TRIAL_HASH_BITS | (int64_t)hash;
}

/* ---------------------------------------------------------------- items, what is left over */

static bool is_named_any(struct member m, const char *const *names)
{
	for (; *names; names++)
		if (member_is_loose(m, *names))
			return true;
	return false;
}

static bool is_empty(struct val v)
{
	bool container = val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY);
	return !val_ok(v) || val_str_is(v, "") || (container && !val_first(v).ok);
}

static void rest_put(struct rest *rest, struct str quoted, struct val v)
{
	buf_add_char(&rest->json, rest->json.len ? ',' : '{');
	buf_add_str(&rest->json, quoted);
	buf_add_char(&rest->json, ':');
	buf_add_str(&rest->json, val_raw(v));
}

void rest_add(struct rest *rest, struct str name, struct val v)
{
	struct buf quoted = BUF_INIT;
	if (!val_ok(v))
		return;
	scan_quote(&quoted, name);
	rest_put(rest, buf_str(&quoted), v);
	buf_done(&quoted);
}

void rest_add_all(struct rest *rest, struct val object, const char *const *known)
{
	for (struct member m = val_first(object); m.ok && val_is(object, SCAN_OBJECT); m = val_next(m))
		if (val_ok(m.val) && !(known && is_named_any(m, known)))
			rest_put(rest, val_raw(m.key), m.val);
}

/* What goes to the store on its own, beside the record, whose secrets are left out there. */
static struct str without_secrets(const struct fields *f, struct str json, const char *const *secrets)
{
	static const struct scan_opts opts = {.last = true, .lenient = true, .replace_utf8 = true};
	struct scan scan = SCAN_INIT;
	struct buf clean = BUF_INIT;
	uint64_t hidden = 0;
	if (scan_text(&scan, json, &opts) && redact(scan_root(&scan), secrets, f->loose, &clean, &hidden))
		json = buf_str(&clean);
	json = arena_str(f->arena, json);
	scan_done(&scan);
	buf_done(&clean);
	return json;
}

struct str rest_end(struct rest *rest, const struct fields *f, const char *const *secrets)
{
	struct str text = STR_NONE;
	if (!secrets && f->im->format)
		secrets = f->im->format->secrets;
	if (rest->json.len) {
		buf_add_char(&rest->json, '}');
		text = secrets ? without_secrets(f, buf_str(&rest->json), secrets)
		               : arena_str(f->arena, buf_str(&rest->json));
	}
	buf_done(&rest->json);
	return text;
}

static const char *const expected_names[] = {"expected",        "expected_output", "reference", "reference_output",
                                             "ground_truth",    "target",          "label",     "answer",
                                             "expected_answer", "ideal",           NULL};

static struct val expected_of(struct val item, struct val not )
{
	for (size_t i = 0; expected_names[i]; i++) {
		struct val v = val_get_loose(item, expected_names[i]);
		if (val_ok(v) && !val_get_loose(not, expected_names[i]).scan)
			return v;
	}
	return VAL_NONE;
}

void case_take_item(const struct fields *f, struct case_result *res, struct val item, struct val not )
{
	static const char *const ids[] = {"id", "_id", "dataset_item_id", NULL};
	struct val expected = expected_of(item, not );
	struct rest rest = {BUF_INIT};
	struct val only = VAL_NONE;
	size_t n = 0;
	if (!val_is(item, SCAN_OBJECT)) {
		res->input = field_text(f, item);
		return;
	}
	for (struct member m = val_first(item); m.ok; m = val_next(m)) {
		bool is_expected = expected.scan && m.val.i == expected.i;
		if (is_expected || is_named_any(m, ids) || val_find(not, member_key(m, f->arena)).scan)
			continue;
		rest_put(&rest, val_raw(m.key), m.val);
		only = n++ ? VAL_NONE : m.val;
	}
	struct str object = rest_end(&rest, f, NULL);
	res->input = val_ok(only) ? field_text(f, only) : object;
	res->expected = field_text(f, expected);
}

struct str case_text(const struct fields *f, struct val v)
{
	struct member first = val_first(v);
	if (!val_is(v, SCAN_OBJECT))
		return field_text(f, v);
	if (!first.ok)
		return STR_NONE;
	return val_next(first).ok ? field_text(f, v) : field_text(f, first.val);
}

struct str fields_rest(const struct fields *f, struct val object, const char *const *mapped)
{
	struct rest rest = {BUF_INIT};
	for (struct member m = val_first(object); m.ok && val_is(object, SCAN_OBJECT); m = val_next(m)) {
		bool skip = is_empty(m.val);
		for (size_t i = 0; mapped && mapped[i] && !skip; i++)
			skip = f->loose ? member_is_loose(m, mapped[i]) : member_is(m, mapped[i]);
		if (!skip)
			rest_put(&rest, val_raw(m.key), m.val);
	}
	return rest_end(&rest, f, NULL);
}

struct str json_joined(struct arena *arena, struct str a, struct str b)
{
	struct buf json = BUF_INIT;
	if (!a.len || !b.len)
		return a.len ? a : b;
	buf_add(&json, a.ptr, a.len - 1);
	buf_add_char(&json, ',');
	buf_add_str(&json, str_from(b, 1));
	struct str kept = arena_str(arena, buf_str(&json));
	buf_done(&json);
	return kept;
}

bool run_must_be_told(struct run_memory *memory, struct str id, int64_t began_ns)
{
	uint64_t hash = hash64(id) | 1;
	size_t i = hash >> 58;
	bool fresh = memory->at[i] != hash, earlier = began_ns != TIME_UNKNOWN && began_ns < memory->began_ns[i];
	if (fresh || earlier)
		memory->began_ns[i] = began_ns == TIME_UNKNOWN ? INT64_MAX : began_ns;
	memory->at[i] = hash;
	return fresh || earlier;
}

/* ---------------------------------------------------------------- values */

/* Words for numbers that are none, as Python, pandas and JavaScript write them. */
static const char *not_a_number(struct str word)
{
	static const struct {
		const char *word, *label;
	} words[] = {
	    {"nan",       "nan" },
            {"inf",       "inf" },
            {"infinity",  "inf" },
	    {"+inf",      "inf" },
            {"-inf",      "-inf"},
            {"-infinity", "-inf"},
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_ieq(word, words[i].word))
			return words[i].label;
	return NULL;
}

bool score_value(const struct fields *f, struct score *score, struct val v)
{
	bool truth;
	if (!val_ok(v) || val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY))
		return false;
	struct str word = val_is(v, SCAN_STRING) ? str_trim(val_str(v, f->arena)) : val_raw(v);
	const char *none = not_a_number(word);
	if (!word.len)
		return false;
	if (none) {
		score->label = str_of(none);
	} else if (val_double(v, &score->value)) {
	} else if (str_ieq(word, "true") || str_ieq(word, "false")) {
		truth = str_ieq(word, "true");
		score->value = truth;
		score->label = truth ? STR_LIT("true") : STR_LIT("false");
	} else {
		score->label = word;
	}
	return true;
}

int pass_of_value(const struct fields *f, struct val v)
{
	static const char *const words[][2] = {
	    {"true",    "false"    },
            {"1",       "0"        },
            {"1.0",     "0.0"      },
            {"pass",    "fail"     },
            {"passed",  "failed"   },
	    {"correct", "incorrect"},
            {"yes",     "no"       },
	};
	if (!val_ok(v) || val_is(v, SCAN_OBJECT) || val_is(v, SCAN_ARRAY))
		return -1;
	struct str word = val_is(v, SCAN_STRING) ? str_trim(val_str(v, f->arena)) : val_raw(v);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (str_ieq(word, words[i][0]))
			return 1;
		if (str_ieq(word, words[i][1]))
			return 0;
	}
	return -1;
}

enum case_status status_of_pass(int pass)
{
	return pass < 0 ? CASE_UNSCORED : pass ? CASE_PASSED : CASE_FAILED;
}

bool is_judge_name(struct str name)
{
	static const char *const parts[] = {"model_graded", "model-graded", "model_grader", "llm-rubric", "llm_rubric",
	                                    "llm_judge",    "llm-judge",    "llmasajudge",  "llm_as",     "judge",
	                                    "g-eval",       "geval",        "g_eval",       "rubric"};
	struct buf lower = BUF_INIT;
	bool found = false;
	for (size_t i = 0; i < name.len && i < 500; i++)
		buf_add_char(&lower, name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] + 32) : name.ptr[i]);
	for (size_t i = 0; i < sizeof parts / sizeof *parts && !found; i++)
		found = str_find(buf_str(&lower), str_of(parts[i])) != SIZE_MAX;
	buf_done(&lower);
	return found;
}

/* ---------------------------------------------------------------- metadata */

static struct str named(const struct fields *f, struct val metadata, const char *const *names)
{
	for (; *names; names++) {
		struct val v = val_get_loose(metadata, *names);
		if (val_is(v, SCAN_STRING) || val_is(v, SCAN_NUMBER)) {
			struct str text = field_text(f, v);
			if (text.len)
				return text;
		}
	}
	return STR_NONE;
}

void run_take_metadata(const struct fields *f, struct eval_run *run, struct val metadata)
{
	static const char *const model[] = {"model",     "model_name", "ls_model_name", "model_id", "llm",
	                                    "llm_model", NULL};
	static const char *const provider[] = {"provider", "ls_provider", "model_provider", NULL};
	static const char *const prompt[] = {"prompt_name", "lc_hub_repo", "prompt_id", NULL};
	static const char *const version[] = {"prompt_version", "lc_hub_commit_hash", "prompt_commit",
	                                      "prompt_commit_hash", NULL};
	static const char *const text[] = {"prompt_text", "prompt_template", "system_prompt", NULL};
	const struct {
		struct str *field;
		const char *const *names;
	} fields[] = {
	    {&run->model,          model   },
            {&run->provider,       provider},
	    {&run->prompt_name,    prompt  },
            {&run->prompt_version, version },
	    {&run->prompt_text,    text    },
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields && val_is(metadata, SCAN_OBJECT); i++)
		if (!fields[i].field->len)
			*fields[i].field = named(f, metadata, fields[i].names);
	/* "prompt" is its name to some and its text to others: names have no blanks and no braces. */
	struct str plain = named(f, metadata, (const char *const[]){"prompt", NULL});
	bool is_text = str_find_char(plain, ' ') != SIZE_MAX || str_find_char(plain, '{') != SIZE_MAX;
	struct str *field = is_text ? &run->prompt_text : &run->prompt_name;
	if (plain.len && !field->len)
		*field = plain;
}

/* ---------------------------------------------------------------- lists */

struct score *score_add(struct score_list *list, struct arena *arena, struct str name)
{
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 8;
		struct score *at = arena_alloc(arena, cap * sizeof *at);
		if (list->n)
			memcpy(at, list->at, list->n * sizeof *at);
		list->at = at;
		list->cap = cap;
	}
	struct score *score = &list->at[list->n++];
	*score = score_start("");
	score->name = name.len ? name : STR_LIT("score");
	return score;
}

void score_drop(struct score_list *list)
{
	if (list->n)
		list->n--;
}

void case_take_scores(struct case_result *res, const struct score_list *list)
{
	res->scores = list->at;
	res->n_scores = list->n;
}

void metric_add(struct metric_list *list, struct arena *arena, struct str name, double value)
{
	if (!isfinite(value) || list->n >= METRICS_MAX)
		return;
	if (list->n == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 8;
		struct metric *at = arena_alloc(arena, cap * sizeof *at);
		if (list->n)
			memcpy(at, list->at, list->n * sizeof *at);
		list->at = at;
		list->cap = cap;
	}
	list->at[list->n++] = (struct metric){name, value};
}

static void add_metrics(struct metric_list *list, const struct fields *f, struct val object, struct str prefix,
                        int depth)
{
	for (struct member m = val_first(object); m.ok && val_is(object, SCAN_OBJECT); m = val_next(m)) {
		struct str name =
		    arena_printf(f->arena, STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(member_key(m, f->arena)));
		double value;
		if (val_is(m.val, SCAN_NUMBER) && val_double(m.val, &value))
			metric_add(list, f->arena, name, value);
		else if (val_is(m.val, SCAN_OBJECT) && depth < METRICS_DEPTH)
			add_metrics(list, f, m.val, arena_printf(f->arena, STR_FMT "/", STR_ARG(name)), depth + 1);
	}
}

void metric_add_all(struct metric_list *list, const struct fields *f, struct val object, const char *prefix)
{
	add_metrics(list, f, object, str_of(prefix), 0);
}

void run_take_metrics(struct eval_run *run, const struct metric_list *list)
{
	run->metrics = list->at;
	run->n_metrics = list->n;
}
