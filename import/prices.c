#include "import/prices.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "store/base/file.h"
#include "store/base/hash.h"
#include "store/base/scan.h"
#include "store/base/vec.h"

enum { FILE_MAX = 4 << 20, NAMES_MAX = 5000, MISTAKES_MAX = 100, NAME_MAX_BYTES = 256, MEMO = 256 };

#pragma GCC diagnostic ignored "-Woverlength-strings" /* gcc and clang have no such limit */
static const struct {
	const char *name, *text;
} embedded[] = {
#include "prices.inc"
};

#define NO_NAME UINT32_MAX

struct price {
	double input, output, cached, cache_write; /* USD for a million tokens, so that sums stay round */
	int64_t over, from_ns, until_ns;           /* until: the first moment it no longer holds */
	const struct str *hosts;                   /* lower case */
	size_t n_hosts;
	bool own;
};

struct price_name {
	struct str text; /* lower case, without the star */
	bool open;       /* it had one */
	uint32_t price;
	uint32_t next; /* of the same text, hosts and file: another day, another length; NO_NAME */
};

struct price_list {
	struct arena arena;
	VEC(struct price) prices;
	VEC(struct price_name) names;
	VEC(struct str) mistakes;
	size_t n_own;
	struct str newest;
};

/* ---------------------------------------------------------------- reading */

struct reading {
	struct price_list *list;
	const char *path; /* NULL: the program's own file */
	struct str text;
	size_t row_at;
	bool bad;
};

static size_t line_of(struct str text, size_t at)
{
	size_t line = 1;
	for (size_t i = 0; i < at && i < text.len; i++)
		line += text.ptr[i] == '\n';
	return line;
}

static void mistake(struct reading *r, size_t at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void mistake(struct reading *r, size_t at, const char *fmt, ...)
{
	struct buf words = BUF_INIT;
	va_list args;
	r->bad = true;
	va_start(args, fmt);
	buf_vprintf(&words, fmt, args);
	va_end(args);
	BUG_ON(!r->path); /* the program's own list has none */
	if (r->list->mistakes.n < MISTAKES_MAX)
		*vec_add(&r->list->mistakes) =
		    arena_printf(&r->list->arena, "%s: line %zu: %s", r->path, line_of(r->text, at), buf_cstr(&words));
	buf_done(&words);
}

static struct str lowered(struct arena *arena, struct str s)
{
	struct str copy = arena_str(arena, str_trim(s));
	char *at = (char *)(uintptr_t)copy.ptr;
	for (size_t i = 0; i < copy.len; i++)
		at[i] = (char)(at[i] >= 'A' && at[i] <= 'Z' ? at[i] + ('a' - 'A') : at[i]);
	return copy;
}

static double money(struct reading *r, struct member m)
{
	double usd;
	if (val_is(m.val, SCAN_NUMBER) && val_double(m.val, &usd) && usd >= 0 && usd < 1e9)
		return usd;
	mistake(r, val_offset(m.val), "a price is dollars for a million tokens, as a number (row left out)");
	return UNKNOWN_DOUBLE;
}

static int64_t day(struct reading *r, struct member m)
{
	int64_t ns;
	bool zoneless;
	struct str text = val_str(m.val, &r->list->arena);
	if (text.len == strlen("2024-10-02") && units_iso(text, &ns, &zoneless))
		return ns;
	mistake(r, val_offset(m.val), "a day is written \"2024-10-02\" (row left out)");
	return INT64_MIN;
}

static int64_t the_end_of(int64_t day_ns)
{
	const int64_t day = 24LL * 60 * 60 * 1000000000;
	return day_ns < INT64_MAX - day ? day_ns + day : INT64_MAX;
}

/* The strings of a list, lower case. */
static const struct str *words(struct reading *r, struct member m, size_t *n)
{
	struct str *out = arena_alloc(&r->list->arena, size_mul(val_count(m.val) + 1, sizeof *out));
	*n = 0;
	for (struct member item = val_first(m.val); item.ok && val_is(m.val, SCAN_ARRAY); item = val_next(item))
		if (val_is(item.val, SCAN_STRING))
			out[(*n)++] = lowered(&r->list->arena, val_str(item.val, &r->list->arena));
	if (!val_is(m.val, SCAN_ARRAY) || *n != val_count(m.val))
		mistake(r, val_offset(m.val), "a list of names in quotes belongs here (row left out)");
	return out;
}

struct row {
	struct price price;
	struct str model, read;
	const struct str *aliases;
	size_t n_aliases;
};

static void read_member(struct reading *r, struct row *row, struct member m)
{
	struct price *p = &row->price;
	if (member_is(m, "model"))
		row->model = lowered(&r->list->arena, val_str(m.val, &r->list->arena));
	else if (member_is(m, "aliases"))
		row->aliases = words(r, m, &row->n_aliases);
	else if (member_is(m, "hosts"))
		p->hosts = words(r, m, &p->n_hosts);
	else if (member_is(m, "input"))
		p->input = money(r, m);
	else if (member_is(m, "output"))
		p->output = money(r, m);
	else if (member_is(m, "cached"))
		p->cached = money(r, m);
	else if (member_is(m, "cache_write"))
		p->cache_write = money(r, m);
	else if (member_is(m, "from"))
		p->from_ns = day(r, m);
	else if (member_is(m, "until"))
		p->until_ns = the_end_of(day(r, m));
	else if (member_is(m, "read"))
		row->read = val_str(m.val, &r->list->arena);
	else if (member_is(m, "over") && (!val_int64(m.val, &p->over) || p->over < 0))
		mistake(r, val_offset(m.val), "\"over\" is a number of tokens (row left out)");
	else if (!member_is(m, "over") && !member_is(m, "provider") && !member_is(m, "source") && !member_is(m, "note"))
		mistake(r, val_offset(m.key), "\"" STR_FMT "\" is not known here (row left out)",
		        STR_ARG(str_cut(member_key(m, &r->list->arena), 0, 60)));
}

static void add_name(struct price_list *list, struct str name, uint32_t price)
{
	bool open = str_ends(name, "*");
	size_t len = name.len - (open ? 1 : 0);
	if (len > NAME_MAX_BYTES || !len || list->names.n >= NAMES_MAX)
		return;
	*vec_add(&list->names) = (struct price_name){str_cut(name, 0, len), open, price, NO_NAME};
}

static void read_row(struct reading *r, struct val v)
{
	struct price_list *list = r->list;
	struct row row = {
	    .price = {.input = UNKNOWN_DOUBLE,
	              .output = UNKNOWN_DOUBLE,
	              .cached = UNKNOWN_DOUBLE,
	              .cache_write = UNKNOWN_DOUBLE,
	              .from_ns = INT64_MIN,
	              .until_ns = INT64_MAX,
	              .own = r->path != NULL}
        };
	r->bad = false;
	for (struct member m = val_first(v); m.ok && val_is(v, SCAN_OBJECT); m = val_next(m))
		read_member(r, &row, m);
	if (!r->bad && !row.model.len)
		mistake(r, val_offset(v), "a row without \"model\" (left out)");
	if (!r->bad && IS_UNKNOWN(row.price.input) && IS_UNKNOWN(row.price.output))
		mistake(r, val_offset(v), "a row without \"input\" and \"output\" (left out)");
	if (r->bad)
		return;
	uint32_t price = (uint32_t)list->prices.n;
	*vec_add(&list->prices) = row.price;
	add_name(list, row.model, price);
	for (size_t i = 0; i < row.n_aliases; i++)
		add_name(list, row.aliases[i], price);
	list->n_own += row.price.own;
	if (!row.price.own && str_cmp(row.read, list->newest) > 0)
		list->newest = arena_str(&list->arena, row.read);
}

/* The scanned text must outlive the call only: what is kept is copied. */
static void read_list(struct price_list *list, struct str text, const char *path)
{
	struct reading r = {.list = list, .path = path, .text = text};
	struct scan scan = SCAN_INIT;
	if (!scan_text(&scan, text, &(struct scan_opts){.last = true})) {
		mistake(&r, scan.bad_at, "%s (the file is left out)", scan.bad);
		scan_done(&scan);
		return;
	}
	struct val rows = val_get(scan_root(&scan), "prices");
	if (!val_is(rows, SCAN_ARRAY))
		mistake(&r, 0, "there is no list \"prices\" (the file is left out)");
	for (struct member m = val_first(rows); m.ok; m = val_next(m)) {
		if (list->names.n >= NAMES_MAX) {
			mistake(&r, val_offset(m.val), "more names than %d: the rest is left out", NAMES_MAX);
			break;
		}
		read_row(&r, m.val);
	}
	scan_done(&scan);
}

static bool same_hosts(const struct price *a, const struct price *b)
{
	if (a->n_hosts != b->n_hosts || a->own != b->own)
		return false;
	for (size_t i = 0; i < a->n_hosts; i++)
		if (!str_eq(a->hosts[i], b->hosts[i]))
			return false;
	return true;
}

static bool are_alike(const struct price_list *list, const struct price_name *a, const struct price_name *b)
{
	return a->open == b->open && str_eq(a->text, b->text) &&
	       same_hosts(&list->prices.at[a->price], &list->prices.at[b->price]);
}

/* The first of a name's rows leads to the others; it is the one that find_name meets. */
static void link_names(struct price_list *list)
{
	for (size_t i = 0; i < list->names.n; i++) {
		struct price_name *name = &list->names.at[i];
		for (size_t k = i + 1; k < list->names.n && name->next == NO_NAME; k++)
			if (are_alike(list, name, &list->names.at[k]))
				name->next = (uint32_t)k;
	}
}

struct price_list *price_list_new(struct str built_in, const struct str *own, const char *path)
{
	struct price_list *list = xcalloc(1, sizeof *list);
	list->arena = ARENA_INIT;
	read_list(list, built_in, NULL);
	if (own)
		read_list(list, *own, path);
	link_names(list);
	return list;
}

void price_list_free(struct price_list *list)
{
	if (!list)
		return;
	vec_done(&list->prices);
	vec_done(&list->names);
	vec_done(&list->mistakes);
	arena_done(&list->arena);
	free(list);
}

const struct str *price_list_mistakes(const struct price_list *list, size_t *n)
{
	*n = list->mistakes.n;
	return list->mistakes.at;
}

/* ---------------------------------------------------------------- names */

/* A model's name as it is compared, and what may say who sells it. */
struct asked {
	char text[NAME_MAX_BYTES], host_text[NAME_MAX_BYTES];
	struct str name, path, provider; /* path: what stood before the last slash */
};

static struct str lowered_into(char *to, struct str s)
{
	s = str_cut(str_trim(s), 0, NAME_MAX_BYTES);
	for (size_t i = 0; i < s.len; i++)
		to[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + ('a' - 'A') : s.ptr[i]);
	return (struct str){to, s.len};
}

static bool is_one_of(struct str word, const char *const *list)
{
	for (; *list; list++)
		if (str_is(word, *list))
			return true;
	return false;
}

/* Bedrock: "us.anthropic.claude-3-5-sonnet-20241022-v2:0". */
static struct str without_vendor(struct str name)
{
	static const char *const labels[] = {"us",       "us-gov", "eu",     "apac",    "ap",     "au",        "jp",
	                                     "ca",       "sa",     "global", "ai21",    "amazon", "anthropic", "cohere",
	                                     "deepseek", "google", "meta",   "mistral", "openai", "qwen",      NULL};
	struct str rest = name, label;
	while (str_split(&rest, '.', &label) && rest.len && is_one_of(label, labels))
		name = rest;
	return name;
}

static bool ask(struct asked *q, struct str model, struct str provider)
{
	if (model.len > NAME_MAX_BYTES)
		return false;
	q->name = lowered_into(q->text, model);
	q->provider = lowered_into(q->host_text, provider);
	q->path = STR_NONE;
	for (size_t i = q->name.len; i-- > 0;)
		if (q->name.ptr[i] == '/') {
			q->path = str_cut(q->name, 0, i);
			q->name = str_from(q->name, i + 1);
			break;
		}
	q->name = without_vendor(q->name);
	return q->name.len > 0;
}

static bool says_host(const struct asked *q, struct str host)
{
	struct str rest = q->path, part;
	if (q->provider.len && str_eq(q->provider, host))
		return true;
	while (str_split(&rest, '/', &part))
		if (part.len && str_eq(part, host))
			return true;
	return false;
}

static bool is_local(const struct asked *q)
{
	static const char *const local[] = {"ollama",    "ollama_chat", "vllm",      "hosted_vllm", "llama.cpp",
	                                    "llama_cpp", "llamacpp",    "llamafile", "lm_studio",   "lmstudio",
	                                    "localai",   "local",       "sglang",    "mlx",         NULL};
	for (size_t i = 0; local[i]; i++)
		if (says_host(q, str_of(local[i])))
			return true;
	return false;
}

static bool names_host(const struct asked *q, const struct price *p)
{
	for (size_t i = 0; i < p->n_hosts; i++)
		if (says_host(q, p->hosts[i]))
			return true;
	return false;
}

static size_t n_digits(struct str s)
{
	size_t n = 0;
	while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return n;
}

static bool ends_here(struct str s, size_t at)
{
	return at == s.len || s.ptr[at] == '-' || s.ptr[at] == '@';
}

/* How long the piece of a version is that s begins with; 0: it is none. */
static size_t version_piece(struct str s)
{
	size_t n = n_digits(s);
	if (n == 4 && s.len >= 10 && s.ptr[4] == '-' && n_digits(str_from(s, 5)) == 2 && s.ptr[7] == '-' &&
	    n_digits(str_from(s, 8)) == 2 && ends_here(s, 10))
		return 10;
	if (n >= 3 && n <= 8 && ends_here(s, n))
		return n;
	if (str_starts(s, "latest") && ends_here(s, 6))
		return 6;
	if (!str_starts(s, "v") || (n = n_digits(str_from(s, 1))) == 0)
		return 0;
	n++;
	if (n < s.len && s.ptr[n] == ':') {
		size_t minor = n_digits(str_from(s, n + 1));
		n += minor ? minor + 1 : 0;
	}
	return ends_here(s, n) ? n : 0;
}

static bool is_version(struct str rest)
{
	while (rest.len) {
		if (rest.ptr[0] != '-' && rest.ptr[0] != '@')
			return false;
		rest = str_from(rest, 1);
		size_t n = version_piece(rest);
		if (!n)
			return false;
		rest = str_from(rest, n);
	}
	return true;
}

static bool is_named(const struct price_name *name, struct str asked)
{
	if (asked.len < name->text.len || memcmp(asked.ptr, name->text.ptr, name->text.len) != 0)
		return false;
	return name->open || is_version(str_from(asked, name->text.len));
}

/* ---------------------------------------------------------------- which row */

static int rank_of(const struct price *p)
{
	return (p->n_hosts > 0) * 2 + p->own;
}

/* The longest name that fits; of equally long ones, the row that knows best. NO_NAME: none. Names, not prices: which of the rows of
 * a name holds is a matter of the day. */
static uint32_t find_name(const struct price_list *list, struct str model, struct str provider)
{
	struct asked q;
	uint32_t best = NO_NAME;
	if (!ask(&q, model, provider))
		return best;
	bool local = is_local(&q);
	for (size_t i = 0; i < list->names.n; i++) {
		const struct price_name *name = &list->names.at[i],
		                        *have = best == NO_NAME ? NULL : &list->names.at[best];
		const struct price *p = &list->prices.at[name->price];
		if ((have && name->text.len < have->text.len) || !is_named(name, q.name) ||
		    ((p->n_hosts || local) && !names_host(&q, p)))
			continue;
		if (!have || name->text.len > have->text.len || rank_of(p) > rank_of(&list->prices.at[have->price]))
			best = (uint32_t)i;
	}
	return best;
}

enum when { TOO_LATE, TOO_EARLY, HOLDS };

static enum when when_of(const struct price *p, int64_t start_ns)
{
	if (start_ns == TIME_UNKNOWN)
		return HOLDS;
	return start_ns < p->from_ns ? TOO_EARLY : start_ns < p->until_ns ? HOLDS : TOO_LATE;
}

/* Of those that hold the newest, of those that do not hold yet the oldest: nothing is known from before it. */
static bool is_better(const struct price *p, enum when when, const struct price *than, enum when than_when)
{
	if (when != than_when)
		return when > than_when;
	if (p->from_ns != than->from_ns)
		return (p->from_ns > than->from_ns) == (when == HOLDS);
	return p->over > than->over;
}

static const struct price *find_price(const struct price_list *list, uint32_t name, const struct usage *u)
{
	const struct price *best = NULL;
	enum when best_when = TOO_LATE;
	bool ended = false;
	for (; name != NO_NAME; name = list->names.at[name].next) {
		const struct price *p = &list->prices.at[list->names.at[name].price];
		enum when when = when_of(p, u->start_ns);
		ended = ended || when == TOO_LATE;
		if (when == TOO_LATE || (p->over && u->tokens_in <= p->over))
			continue;
		if (!best || is_better(p, when, best, best_when)) {
			best = p;
			best_when = when;
		}
	}
	return ended && best_when == TOO_EARLY ? NULL : best; /* between two rows: nobody knows */
}

static double amount(int64_t tokens, double price)
{
	return tokens > 0 ? (double)tokens * price : 0;
}

static double cost_of(const struct price *p, const struct usage *u)
{
	int64_t in = u->tokens_in > 0 ? u->tokens_in : 0;
	int64_t cached = u->tokens_cached > 0 ? u->tokens_cached : 0;
	int64_t written = u->tokens_cache_write > 0 ? u->tokens_cache_write : 0;
	cached = cached < in ? cached : in;
	written = written < in - cached ? written : in - cached;
	if ((in > 0 && IS_UNKNOWN(p->input)) || (u->tokens_out > 0 && IS_UNKNOWN(p->output)))
		return UNKNOWN_DOUBLE;
	double sum =
	    amount(in - cached - written, p->input) + amount(cached, IS_UNKNOWN(p->cached) ? p->input : p->cached) +
	    amount(written, IS_UNKNOWN(p->cache_write) ? p->input : p->cache_write) + amount(u->tokens_out, p->output);
	return sum / 1e6;
}

static double cost_by_name(const struct price_list *list, uint32_t name, const struct usage *u)
{
	const struct price *p = name == NO_NAME ? NULL : find_price(list, name, u);
	return p ? cost_of(p, u) : UNKNOWN_DOUBLE;
}

double price_list_cost(const struct price_list *list, const struct usage *usage)
{
	return cost_by_name(list, find_name(list, usage->model, usage->provider), usage);
}

/* ---------------------------------------------------------------- the list */

static struct price_list *list;
static pthread_once_t list_once = PTHREAD_ONCE_INIT;

void prices_path(struct buf *out)
{
	const char *set = getenv("SPOOR_PRICES");
	if (set && *set)
		buf_add_cstr(out, set);
	else
		file_config_path(out, "prices.json");
}

static void load(void)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	struct err why = ERR_INIT;
	prices_path(&path);
	bool there = file_read(&text, buf_cstr(&path), FILE_MAX, &why);
	struct str own = buf_str(&text);
	list = price_list_new(str_of(embedded[0].text), there ? &own : NULL, buf_cstr(&path));
	const char *named = getenv("SPOOR_PRICES");
	if (!there && (why.code != ERR_NOT_FOUND || (named && *named)))
		*vec_add(&list->mistakes) = arena_printf(&list->arena, "%s", why.text);
	buf_done(&path);
	buf_done(&text);
}

static const struct price_list *the_list(void)
{
	pthread_once(&list_once, load);
	return list;
}

/* A trace names a handful of models, a million times over. */
double prices_cost(const struct usage *usage)
{
	static _Thread_local struct {
		uint64_t key;
		uint32_t name;
		bool known;
	} memo[MEMO];
	const struct price_list *prices = the_list();
	uint64_t key = hash64(usage->model) * 31 + hash64(usage->provider);
	size_t at = (size_t)(key % MEMO);
	if (!memo[at].known || memo[at].key != key) {
		memo[at].key = key;
		memo[at].name = find_name(prices, usage->model, usage->provider);
		memo[at].known = true;
	}
	return cost_by_name(prices, memo[at].name, usage);
}

size_t prices_count(size_t *n_own, struct str *newest)
{
	const struct price_list *prices = the_list();
	*n_own = prices->n_own;
	*newest = prices->newest;
	return prices->prices.n;
}

const struct str *prices_mistakes(size_t *n)
{
	return price_list_mistakes(the_list(), n);
}
