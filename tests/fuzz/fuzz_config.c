/* F7: the settings file, with keys, columns and filters. Whatever it says, no key has two actions, quit has one, what is wrong is said in
 * bounded words, and the environment is afterwards as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tui/columns_lists.h"
#include "tui/config.h"
#include "tui/settings.h"

static void check_mistakes(void)
{
	size_t n, total;
	const struct settings_mistake *m = settings_mistakes(&n, &total);
	FUZZ_CHECK(n <= total && n <= 100);
	for (size_t i = 0; i < n; i++) {
		FUZZ_CHECK(m[i].text[0] && strlen(m[i].text) < 4096);
		FUZZ_CHECK(i == 0 || m[i - 1].line <= m[i].line);
	}
}

static void check_values(void)
{
	for (const struct setting *s = setting_rows; s->name; s++) {
		const char *value = setting_value(s);
		struct buf where = BUF_INIT;
		setting_origin(s, &where);
		FUZZ_CHECK(where.len > 0);
		for (const char *p = value && s->type != SETTING_TABLE ? value : ""; *p; p++)
			FUZZ_CHECK((unsigned char)*p >= ' ' && *p != 0x7F);
		buf_done(&where);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	size_t n;
	const struct rebind_table *tables = config_keys(&n);
	int fd = memfd_create("config", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	for (const struct setting *s = setting_rows; s->name; s++)
		if (s->variable)
			unsetenv(s->variable);
	settings_read(path);
	action_rebind_none();
	rebind_apply(tables, n, settings_table("keys"), VAL_NONE);
	lists_read(settings_table("columns"), settings_table("filters"), 0);
	check_mistakes();
	check_values();
	FUZZ_CHECK(rebind_conflicts(tables, n) == 0);
	FUZZ_CHECK(action_keys_now(action_named(tables[0].actions, STR_LIT("quit")))[0]);
	settings_forget();
	for (const struct setting *s = setting_rows; s->name; s++)
		FUZZ_CHECK(!s->variable || !getenv(s->variable));
	close(fd);
	return 0;
}
