#include "tui/samples.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "import/samples.h"

/* A lost connection is told more than once: what comes after the explorer has ended, on the first, must not end the removal. The explorer's own
 * handlers come over these and go again. */
static void no_end(int number)
{
	(void)number;
}

static void catch_endings(void)
{
	static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct sigaction old, now = {.sa_handler = no_end, .sa_flags = SA_RESTART};
		sigemptyset(&now.sa_mask);
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &now, NULL);
	}
}

bool samples_begin(struct samples_session *s, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct buf path = BUF_INIT;
	*s = (struct samples_session){.folder = BUF_INIT};
	buf_printf(&s->folder, "%s/spoor-samples-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(s->folder.ptr)) {
		err_set(err, ERR_SYSTEM, NULL, "cannot make the folder %.300s: %s", buf_cstr(&s->folder),
		        strerror(errno));
		buf_clear(&s->folder);
		return false;
	}
	buf_printf(&s->store, "%s/samples.db", buf_cstr(&s->folder));
	buf_printf(&path, "%s/state", buf_cstr(&s->folder));
	catch_endings();
	setenv("XDG_STATE_HOME", buf_cstr(&path), 1);
	buf_clear(&path);
	buf_printf(&path, "%s/samples", buf_cstr(&s->folder));
	bool ok = samples_write(buf_cstr(&path), err);
	for (size_t i = 0; ok && samples_about[i].name; i++) {
		struct buf file = BUF_INIT;
		buf_printf(&file, "%s/%s", buf_cstr(&path), samples_about[i].name);
		*vec_add(&s->paths) = buf_detach(&file);
	}
	buf_done(&path);
	return ok;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	remove(path);
	return 0;
}

void samples_end(struct samples_session *s)
{
	enum { FOLDERS_OPEN = 8 };
	if (s->folder.len)
		nftw(buf_cstr(&s->folder), remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	for (size_t i = 0; i < s->paths.n; i++)
		free(s->paths.at[i]);
	vec_done(&s->paths);
	buf_done(&s->folder);
	buf_done(&s->store);
}
