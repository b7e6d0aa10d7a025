#include "tui/theme.h"

#include <dirent.h>

#include "store/base/file.h"
#include "store/base/json.h"
#include "store/base/vec.h"

enum { MAX_THEME_BYTES = 256 * 1024 };

#pragma GCC diagnostic ignored "-Woverlength-strings" /* gcc and clang have no such limit */
static const struct {
	const char *name, *text;
} embedded[] = {
#include "themes.inc"
};
enum { N_EMBEDDED = sizeof embedded / sizeof *embedded };

static const struct {
	const char *key;
	char letter;
} roles[N_ROLES] = {
#define X(id, key, letter, help) {key, letter},
    ROLE_LIST(X)
#undef X
};

static const char *const depth_keys[N_DEPTHS] = {[DEPTH_MONO] = "mono", [DEPTH_8] = "8", [DEPTH_256] = "256"};

static const struct style plain = {.fg = -1, .bg = -1};

const char *role_key(enum role role)
{
	return roles[role].key;
}

char role_letter(enum role role)
{
	return roles[role].letter;
}

static int role_of(const char *key)
{
	for (int i = 0; i < N_ROLES; i++)
		if (strcmp(roles[i].key, key) == 0)
			return i;
	return -1;
}

/* ---- styles */

static bool parse_number(struct str word, int limit, int16_t *color)
{
	int n = 0;
	if (word.len == 0 || word.len > 3)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
		n = n * 10 + (word.ptr[i] - '0');
	}
	*color = (int16_t)n;
	return n < limit;
}

static bool parse_color(struct str word, enum depth depth, int16_t *color)
{
	static const char *const names[] = {"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"};
	if (depth == DEPTH_MONO)
		return false;
	if (str_is(word, "default")) {
		*color = -1;
		return true;
	}
	bool bright = depth == DEPTH_256 && str_starts(word, "bright-");
	struct str name = bright ? str_from(word, strlen("bright-")) : word;
	for (int i = 0; i < 8; i++) {
		if (str_is(name, names[i])) {
			*color = (int16_t)(bright ? i + 8 : i);
			return true;
		}
	}
	return parse_number(word, depth == DEPTH_256 ? 256 : 8, color);
}

static bool parse_attr(struct str word, struct style *style)
{
	static const struct {
		const char *name;
		uint8_t bit;
	} attrs[] = {
	    {"bold",      STYLE_BOLD     },
            {"underline", STYLE_UNDERLINE},
            {"dim",       STYLE_DIM      },
            {"reverse",   STYLE_REVERSE  }
        };
	for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++) {
		if (str_is(word, attrs[i].name)) {
			style->attrs |= attrs[i].bit;
			return true;
		}
	}
	return false;
}

static bool parse_colors(struct str word, enum depth depth, struct style *style)
{
	struct str fg = word, bg = STR_NONE;
	size_t slash = str_find_char(word, '/');
	if (slash != SIZE_MAX) {
		fg = str_cut(word, 0, slash);
		bg = str_from(word, slash + 1);
		if (!parse_color(bg, depth, &style->bg))
			return false;
	}
	return (fg.len == 0 && bg.len > 0) || parse_color(fg, depth, &style->fg);
}

/* False: *bad is the word that is not understood. */
static bool parse_style(struct str text, enum depth depth, struct style *style, struct str *bad)
{
	*style = plain;
	bool first = true;
	while (text.len && str_split(&text, ' ', bad)) {
		if (bad->len == 0)
			continue;
		if (!parse_attr(*bad, style) && !(first && parse_colors(*bad, depth, style)))
			return false;
		first = false;
	}
	return true;
}

/* ---- files */

static bool parse_role(struct theme *theme, int role, const struct cJSON *object, struct err *err)
{
	bool has[N_DEPTHS] = {false};
	for (const struct cJSON *m = json_first(object); m; m = json_next(m)) {
		int depth = 0;
		while (depth < N_DEPTHS && !(json_key(m) && strcmp(json_key(m), depth_keys[depth]) == 0))
			depth++;
		if (depth == N_DEPTHS)
			return err_set(err, ERR_INPUT, NULL, "\"%s\" is not one of \"256\", \"8\", \"mono\"",
			               json_key(m) ? json_key(m) : "(no key)");
		const char *text = json_text(m);
		if (!text)
			return err_set(err, ERR_INPUT, NULL, "\"%s\" needs a text like \"203 bold\"", json_key(m));
		struct str bad;
		if (!parse_style(str_of(text), (enum depth)depth, &theme->styles[depth][role], &bad))
			return err_set(err, ERR_INPUT, NULL, "\"%s\": \"" STR_FMT "\" is no colour or style here",
			               json_key(m), STR_ARG(bad));
		has[depth] = true;
	}
	if (!has[DEPTH_MONO])
		theme->styles[DEPTH_MONO][role] = plain;
	for (int depth = DEPTH_8; depth < N_DEPTHS; depth++)
		if (!has[depth])
			theme->styles[depth][role] = theme->styles[depth - 1][role];
	return true;
}

static bool parse_roles(struct theme *theme, const struct cJSON *object, struct err *err)
{
	bool has[N_ROLES] = {false};
	for (int depth = 0; depth < N_DEPTHS; depth++)
		theme->styles[depth][ROLE_TEXT] = plain;
	for (const struct cJSON *m = json_first(object); m; m = json_next(m)) {
		const char *key = json_key(m) ? json_key(m) : "(no key)";
		int role = role_of(key);
		if (role < 0)
			return err_set(err, ERR_INPUT, NULL, "there is no role \"%s\"", key);
		if (!parse_role(theme, role, m, err))
			return err_in(err, "role \"%s\"", key);
		has[role] = true;
	}
	for (int depth = 0; depth < N_DEPTHS; depth++)
		for (int role = 0; role < N_ROLES; role++)
			if (!has[role])
				theme->styles[depth][role] = theme->styles[depth][ROLE_TEXT];
	return true;
}

static bool parse_tree(struct theme *theme, const struct cJSON *tree, struct err *err)
{
	const struct cJSON *object = json_get(tree, "roles");
	if (!object)
		return err_set(err, ERR_INPUT, NULL, "\"roles\" is missing");
	for (const struct cJSON *m = json_first(tree); m; m = json_next(m)) {
		const char *key = json_key(m);
		if (!key || (strcmp(key, "about") != 0 && strcmp(key, "roles") != 0))
			return err_set(err, ERR_INPUT, NULL, "\"%s\" is not known here", key ? key : "(no key)");
	}
	return parse_roles(theme, object, err);
}

bool theme_parse(struct theme *theme, const char *name, struct str text, struct err *err)
{
	struct theme made;
	snprintf(made.name, sizeof made.name, "%s", name);
	struct cJSON *tree = json_parse(text, NULL, err);
	bool ok = tree && parse_tree(&made, tree, err);
	json_free(tree);
	if (!ok)
		return err_in(err, "theme %s", name);
	*theme = made;
	return true;
}

static const char *embedded_text(const char *name)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < N_EMBEDDED; i++)
		if (strncmp(embedded[i].name, name, len) == 0 && strcmp(embedded[i].name + len, ".json") == 0)
			return embedded[i].text;
	return NULL;
}

static bool load_file(struct theme *theme, const char *name, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	bool ok = file_read(&text, path, MAX_THEME_BYTES, err) && theme_parse(theme, name, buf_str(&text), err);
	buf_done(&text);
	return ok;
}

bool theme_load(struct theme *theme, const char *name, struct err *err)
{
	if (strchr(name, '/'))
		return load_file(theme, name, name, err);
	struct buf path = BUF_INIT, file = BUF_INIT;
	struct err why = ERR_INIT;
	buf_printf(&file, "themes/%s.json", name);
	file_config_path(&path, buf_cstr(&file));
	bool ok = load_file(theme, name, buf_cstr(&path), &why);
	buf_done(&path);
	buf_done(&file);
	if (ok || why.code != ERR_NOT_FOUND) {
		if (!ok && err)
			*err = why;
		return ok;
	}
	const char *text = embedded_text(name);
	if (!text)
		return err_set(err, ERR_NOT_FOUND, NULL, "there is no theme \"%s\"", name);
	return theme_parse(theme, name, str_of(text), err);
}

/* ---- names */

struct names {
	struct arena *arena;
	VEC(const char *) all;
};

static void add_name(struct names *names, const char *file)
{
	struct str name = str_of(file);
	if (name.len <= strlen(".json") || !str_ends(name, ".json") || name.ptr[0] == '.')
		return;
	name = str_cut(name, 0, name.len - strlen(".json"));
	for (size_t i = 0; i < names->all.n; i++)
		if (str_is(name, names->all.at[i]))
			return;
	*vec_add(&names->all) = arena_str(names->arena, name).ptr;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t theme_names(struct arena *arena, const char *const **out)
{
	struct names names = {.arena = arena};
	for (size_t i = 0; i < N_EMBEDDED; i++)
		add_name(&names, embedded[i].name);
	struct buf path = BUF_INIT;
	file_config_path(&path, "themes");
	DIR *dir = opendir(buf_cstr(&path));
	for (const struct dirent *entry; dir && (entry = readdir(dir));)
		add_name(&names, entry->d_name);
	if (dir)
		closedir(dir);
	buf_done(&path);
	size_t n = names.all.n;
	const char **copy = arena_alloc(arena, size_mul(n + 1, sizeof *copy));
	if (n) {
		memcpy(copy, names.all.at, n * sizeof *copy);
		qsort(copy, n, sizeof *copy, compare_names);
	}
	vec_done(&names.all);
	*out = copy;
	return n;
}
