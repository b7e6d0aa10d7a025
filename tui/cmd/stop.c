#include "tui/cmd/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "store/db.h"

static _Atomic bool *asked;
static struct db *_Atomic running;
static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
	struct db *db = atomic_load(&running);
	signalled = number;
	atomic_store(asked, true);
	if (db)
		db_interrupt(db);
}

void stop_on_signals(_Atomic bool *cancel, struct db *db)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	asked = cancel;
	atomic_store(&running, db);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct sigaction old, now = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
		sigemptyset(&now.sa_mask);
		if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(numbers[i], &now, NULL);
	}
}

void stop_without_db(void)
{
	atomic_store(&running, NULL);
}

int stop_signal(void)
{
	return signalled;
}
