/* One verdict, many look-alikes: items of the same failure shape as one that was flagged, offered for the same verdict.
 *
 * target: text says what was flagged: "case" (id: run, id2: case, span: repeat), "trace" (id), "span" (id: trace, span: key), as struct
 * subject_at has them; "" : all that this person flagged bad. The flag itself is this person's newest hand-made verdict on it. */
#include "tui/screen.h"
#include "tui/widget/list.h"

struct alikes_state {
	struct target from;
	struct list list;
};

static enum outcome alikes_move(struct screen *screen, enum move move)
{
	struct alikes_state *s = screen->state;
	return list_move(&s->list, move) ? OUT_HANDLED : OUT_IGNORED;
}
MOVE_FUNCTIONS(alikes_move)

static const struct action actions[] = {MOVE_ACTIONS, ACTIONS_END};

static bool alikes_open(struct screen *screen, const struct target *target, struct err *err)
{
	(void)err;
	struct alikes_state *s = screen->state;
	s->from = *target;
	list_init(&s->list);
	return true;
}

static void alikes_draw(const struct screen *screen, struct canvas body)
{
	(void)screen;
	canvas_putc(body, 0, 1, -1, ROLE_DIM, "Looking for what is alike …");
}

static void alikes_headline(const struct screen *screen, struct canvas row)
{
	(void)screen;
	canvas_putc(row, 0, 1, -1, ROLE_TITLE, "look-alikes");
}

static void alikes_place(const struct screen *screen, struct target *out)
{
	const struct alikes_state *s = screen->state;
	*out = s->from;
}

const struct screen_ops screen_alikes = {.name = "alikes",
                                         .title = "look-alikes",
                                         .state_size = sizeof(struct alikes_state),
                                         .actions = actions,
                                         .open = alikes_open,
                                         .draw = alikes_draw,
                                         .headline = alikes_headline,
                                         .place = alikes_place};
