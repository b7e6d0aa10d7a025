#include "tui/settings_zone.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "store/base/near.h"

enum { NAME_BYTES = 128, ZONES_MOST = 4000, DEPTH_MOST = 3 };

static const char *zones_dir(void)
{
	const char *dir = getenv("TZDIR");
	return dir && dir[0] ? dir : "/usr/share/zoneinfo";
}

static bool is_zone_file(const char *path)
{
	char magic[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool is = fd >= 0 && read(fd, magic, sizeof magic) == (ssize_t)sizeof magic && memcmp(magic, "TZif", 4) == 0;
	if (fd >= 0)
		close(fd);
	return is;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* POSIX.1 8.3: std offset …, where std is three letters or more, or <anything>. What follows the offset is left to tzset. */
static bool is_rule(const char *name)
{
	size_t n = 0;
	if (name[0] == '<') {
		const char *end = strchr(name, '>');
		n = end ? (size_t)(end - name) + 1 : 0;
	} else {
		while (is_letter(name[n]))
			n++;
	}
	if (n < 3)
		return false;
	if (name[n] == '+' || name[n] == '-')
		n++;
	return name[n] >= '0' && name[n] <= '9';
}

bool zone_known(const char *name)
{
	char path[512];
	if (name[0] == ':')
		name++;
	if (!name[0] || strlen(name) > NAME_BYTES || strstr(name, ".."))
		return false;
	if (strcmp(name, "UTC") == 0 || strcmp(name, "UTC0") == 0 || is_rule(name))
		return true;
	if (name[0] == '/')
		return is_zone_file(name);
	snprintf(path, sizeof path, "%.300s/%s", zones_dir(), name);
	return is_zone_file(path);
}

/* ---------------------------------------------------------------- the nearest */

struct looking {
	struct str word; /* for whole names, and for the last part alone */
	struct near whole, part;
	char whole_name[NAME_BYTES], part_name[NAME_BYTES]; /* of the nearest so far */
	char same[NAME_BYTES];                              /* differs in case or lacks its continent only */
	size_t n;
};

static void look_at(struct looking *l, const char *name)
{
	const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
	const char *before = l->whole.name, *part_before = l->part.name;
	l->n++;
	if (!l->same[0] && (str_ieq(l->word, name) || str_ieq(l->word, last)))
		snprintf(l->same, sizeof l->same, "%s", name);
	near_try(&l->whole, name);
	near_try(&l->part, last);
	/* The names live in the walk's memory: what is nearest is copied. */
	if (l->whole.name != before)
		l->whole.name = memcpy(l->whole_name, name, strlen(name) + 1);
	if (l->part.name != part_before) {
		memcpy(l->part_name, name, strlen(name) + 1);
		l->part.name = l->part_name;
	}
}

static void walk(struct looking *l, const char *under, int depth)
{
	char path[1024];
	snprintf(path, sizeof path, "%.500s%s%s", zones_dir(), under[0] ? "/" : "", under);
	DIR *dir = opendir(path);
	for (const struct dirent *e; dir && l->n < ZONES_MOST && (e = readdir(dir));) {
		char name[NAME_BYTES];
		/* Zones begin with a capital; "posix" and "right" hold them all once more. */
		if (!(e->d_name[0] >= 'A' && e->d_name[0] <= 'Z') ||
		    (size_t)snprintf(name, sizeof name, "%.60s%s%.60s", under, under[0] ? "/" : "", e->d_name) >=
		        sizeof name)
			continue;
		if (e->d_type == DT_DIR && depth < DEPTH_MOST)
			walk(l, name, depth + 1);
		else
			look_at(l, name);
	}
	if (dir)
		closedir(dir);
}

void zone_suggest(const char *name, struct buf *out)
{
	struct str word = str_of(name);
	struct looking l = {.word = word, .whole = {.word = word}, .part = {.word = word}};
	walk(&l, "", 0);
	const char *near = l.same[0] ? l.same : l.whole.name ? l.whole.name : l.part.name;
	if (near)
		buf_printf(out, " (did you mean %s?)", near);
	else if (!l.n)
		buf_add_cstr(out, " (no time zones are installed here: tzdata)");
}
