/* How sources name prompts and versions, read as one. */
#include <string.h>

#include "store/query/prompts.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hash(struct str label)
{
	if (label.len != 32 && label.len != 40 && label.len != 64)
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (!is_digit(label.ptr[i]) && !(label.ptr[i] >= 'a' && label.ptr[i] <= 'f'))
			return false;
	return true;
}

/* "FILE: TEXT" → "FILE". A source may cut such a name short. */
static struct str without_text(struct str name, struct str text)
{
	static const size_t TEXT_LEAST = 8;
	for (size_t i = 1; text.len && i + 2 < name.len && name.ptr[i] != '\n'; i++) {
		if (name.ptr[i] != ':' || name.ptr[i + 1] != ' ')
			continue;
		struct str rest = str_from(name, i + 2);
		size_t n = rest.len < text.len ? rest.len : text.len;
		if (n >= (text.len < TEXT_LEAST ? text.len : TEXT_LEAST) && memcmp(rest.ptr, text.ptr, n) == 0)
			return str_cut(name, 0, i);
	}
	return name;
}

static struct str without_suffix(struct str name)
{
	static const char *const suffixes[] = {".txt", ".md",    ".json",   ".yaml",  ".yml",
	                                       ".j2",  ".jinja", ".jinja2", ".prompt"};
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (str_ends(name, suffixes[i]))
			return str_cut(name, 0, name.len - strlen(suffixes[i]));
	return name;
}

/* "dispute v13", "dispute-v1.2", "prompts/dispute_v13.txt": where the version begins; SIZE_MAX: there is none. */
static size_t version_in(struct str name)
{
	size_t at = name.len;
	bool digits = false;
	while (at > 0 && (is_digit(name.ptr[at - 1]) || name.ptr[at - 1] == '.')) {
		at--;
		digits = digits || is_digit(name.ptr[at]);
	}
	if (!digits || at < 3 || name.ptr[at] == '.' || name.ptr[name.len - 1] == '.' ||
	    (name.ptr[at - 1] != 'v' && name.ptr[at - 1] != 'V'))
		return SIZE_MAX;
	char before = name.ptr[at - 2];
	return before && strchr(" _-.:/@#", before) ? at - 1 : SIZE_MAX;
}

void prompt_read_name(struct str name, struct str label, struct str text, struct str *prompt, struct str *version)
{
	*prompt = without_text(name, text);
	*version = label;
	if (label.len && !is_hash(label))
		return;
	struct str plain = without_suffix(*prompt);
	size_t at = version_in(plain);
	if (at == SIZE_MAX)
		return;
	*version = str_from(plain, at);
	*prompt = str_cut(plain, 0, at - 1);
}
