#include "tui/pane_step.h"

#include <stdlib.h>

#include "tui/widget/pane_size.h"

static void say_size(struct ui *ui)
{
	int share = ui->pane_share;
	if (share)
		ui_say(ui, "details: %d step%s %s, on all screens", abs(share), abs(share) == 1 ? "" : "s",
		       share > 0 ? "larger" : "smaller");
	else
		ui_say(ui, "details: as large as each screen has them");
}

static void say_none(struct ui *ui, int by, bool has_pane)
{
	if (has_pane)
		ui_say(ui, "details are as %s as they get here", by > 0 ? "large" : "small");
	else
		ui_say(ui, "no details show here that could be %s", by > 0 ? "larger" : "smaller");
}

void pane_step(struct ui *ui, int by, bool has_pane, pane_look *look)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	int share = ui->pane_share;
	bool seen = false;
	look(ui, &before);
	while (!seen && ui->pane_share + by >= -PANE_STEPS && ui->pane_share + by <= PANE_STEPS) {
		ui->pane_share += by;
		buf_clear(&after);
		look(ui, &after);
		seen = !str_eq(buf_str(&before), buf_str(&after));
	}
	if (!seen)
		ui->pane_share = share;
	if (seen)
		say_size(ui);
	else
		say_none(ui, by, has_pane);
	buf_done(&before);
	buf_done(&after);
}
