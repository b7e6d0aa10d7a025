/* Since 2025 events name the span they stand in, and spans their parent (span_begin, span_end); before, a step encloses what stands between
 * its begin and its end, and a tool or a subtask holds its events. */
#include "import/inspect_events.h"

#include <stdlib.h>
#include <string.h>

#include "store/base/hash.h"

enum { NEST_MAX = 64, STEPS_MAX = 256, LOOK_BACK = 16 };
static const uint32_t NONE = UINT32_MAX;

/* A list of events that is being walked, and whose they are. */
struct nest {
	struct member at;
	uint32_t parent;
	uint32_t steps; /* open steps when it began */
};

struct named {
	struct str id; /* absent: a free place */
	uint32_t node;
};

struct reading {
	const struct inspect *in;
	struct inspect_tree *tree;
	struct named *table; /* by the id's hash; a power of two, more than twice the events */
	uint32_t mask, n_seen;
	struct nest nests[NEST_MAX];
	uint32_t steps[STEPS_MAX];
	uint32_t n_nests, n_steps;
	bool too_deep;
};

/* ---------------------------------------------------------------- nodes by id */

static uint32_t find_id(const struct reading *r, struct str id)
{
	uint32_t i = (uint32_t)hash64(id) & r->mask;
	for (; id.len && r->table[i].id.len; i = (i + 1) & r->mask)
		if (str_eq(r->table[i].id, id))
			return r->table[i].node;
	return NONE;
}

static void put_id(struct reading *r, struct str id, uint32_t node)
{
	uint32_t i = (uint32_t)hash64(id) & r->mask;
	while (r->table[i].id.len)
		i = (i + 1) & r->mask;
	r->table[i] = (struct named){id, node};
}

static struct str text_of(const struct reading *r, struct val event, const char *key)
{
	return val_text(val_get(event, key), r->in->f->arena);
}

/* The event's, or its place if it has none or another had it before. */
static struct str own_id(const struct reading *r, struct str id)
{
	if (id.len && find_id(r, id) == NONE)
		return id;
	return arena_printf(r->in->f->arena, STR_FMT "#%u", STR_ARG(id), r->n_seen);
}

static uint32_t add_node(struct reading *r, enum node_kind kind, struct val event, struct str id, uint32_t parent)
{
	uint32_t n = r->tree->n_nodes++;
	id = own_id(r, id);
	r->tree->nodes[n] =
	    (struct node){.kind = kind, .id = id, .parent = parent, .event = event, .first = NONE, .last = NONE};
	put_id(r, id, n);
	return n;
}

static void add_note(struct reading *r, uint32_t node, struct val event)
{
	struct inspect_tree *tree = r->tree;
	struct node *to = &tree->nodes[node];
	uint32_t n = tree->n_notes++;
	tree->notes[n] = (struct note){event, NONE};
	if (to->first == NONE)
		to->first = n;
	else
		tree->notes[to->last].next = n;
	to->last = n;
}

/* ---------------------------------------------------------------- where an event stands */

static uint32_t current(const struct reading *r)
{
	const struct nest *nest = &r->nests[r->n_nests - 1];
	return r->n_steps > nest->steps ? r->steps[r->n_steps - 1] : nest->parent;
}

static uint32_t enclosing(const struct reading *r, struct val event, const char *key)
{
	uint32_t found = find_id(r, text_of(r, event, key));
	return found == NONE ? current(r) : found;
}

/* ---------------------------------------------------------------- spans, and the tools that ran in them */

/* A tool's call is told twice: as an event where it was called, and as a span in which it ran. Either may come first. */
static bool is_run_of(const struct reading *r, struct val span, struct val call)
{
	return str_is(text_of(r, span, "type"), "tool") &&
	       str_eq(text_of(r, span, "name"), text_of(r, call, "function"));
}

/* The node, among the last ones, to which this one belongs; NONE: it has none yet. */
static uint32_t other_half(const struct reading *r, enum node_kind kind, struct val event, uint32_t parent)
{
	const struct inspect_tree *tree = r->tree;
	uint32_t from = tree->n_nodes > LOOK_BACK ? tree->n_nodes - LOOK_BACK : 1;
	for (uint32_t i = from; i < tree->n_nodes; i++) {
		const struct node *node = &tree->nodes[i];
		if (node->kind != kind || node->parent != parent)
			continue;
		if (kind == NODE_SPAN ? is_run_of(r, node->event, event)
		                      : !node->event.scan && is_run_of(r, event, node->call))
			return i;
	}
	return NONE;
}

static void begin_span(struct reading *r, struct val event)
{
	struct str id = text_of(r, event, "id");
	uint32_t parent = enclosing(r, event, "parent_id"), call = other_half(r, NODE_TOOL, event, parent);
	if (call == NONE || find_id(r, id) != NONE) {
		add_node(r, NODE_SPAN, event, id, parent);
		return;
	}
	r->tree->nodes[call].event = event;
	if (id.len) {
		r->tree->nodes[call].id = id;
		put_id(r, id, call);
	}
}

static void end_span(struct reading *r, struct val event)
{
	uint32_t n = find_id(r, text_of(r, event, "id"));
	if (n != NONE)
		r->tree->nodes[n].end = event;
}

static void open_nest(struct reading *r, struct val events, uint32_t parent)
{
	if (!val_is(events, SCAN_ARRAY) || !val_first(events).ok)
		return;
	if (r->n_nests == NEST_MAX) {
		r->too_deep = true;
		return;
	}
	r->nests[r->n_nests++] = (struct nest){val_first(events), parent, r->n_steps};
}

static void tool_called(struct reading *r, struct val event)
{
	uint32_t parent = enclosing(r, event, "span_id"), n = other_half(r, NODE_SPAN, event, parent);
	if (n == NONE)
		n = add_node(r, NODE_TOOL, VAL_NONE, text_of(r, event, "uuid"), parent);
	r->tree->nodes[n].kind = NODE_TOOL;
	r->tree->nodes[n].call = event;
	open_nest(r, val_get(event, "events"), n);
}

/* ---------------------------------------------------------------- steps */

static void begin_step(struct reading *r, struct val event)
{
	uint32_t n = add_node(r, NODE_SPAN, event, text_of(r, event, "uuid"), current(r));
	if (r->n_steps < STEPS_MAX)
		r->steps[r->n_steps++] = n;
	else
		r->too_deep = true;
}

/* Steps that were left open end with the one around them. */
static void end_step(struct reading *r, struct val event)
{
	uint32_t least = r->nests[r->n_nests - 1].steps;
	for (uint32_t i = r->n_steps; i-- > least;) {
		struct node *step = &r->tree->nodes[r->steps[i]];
		if (!str_eq(text_of(r, step->event, "name"), text_of(r, event, "name")))
			continue;
		step->end = event;
		r->n_steps = i;
		return;
	}
}

/* ---------------------------------------------------------------- one event */

/* What is no span of its own is told of the one it stands in. */
static void other_event(struct reading *r, struct val event, struct str type)
{
	uint32_t n = enclosing(r, event, "span_id");
	struct node *node = &r->tree->nodes[n];
	if (str_is(type, "score"))
		node->score = event;
	else if (str_is(type, "error"))
		node->error = event;
	add_note(r, n, event);
}

static void take_event(struct reading *r, struct val event)
{
	struct str type = text_of(r, event, "event"), uuid = text_of(r, event, "uuid");
	r->n_seen++;
	if (!r->tree->first.scan)
		r->tree->first = event;
	r->tree->last = event;
	if (str_is(type, "span_begin")) {
		begin_span(r, event);
	} else if (str_is(type, "span_end")) {
		end_span(r, event);
	} else if (str_is(type, "step")) {
		if (val_str_is(val_get(event, "action"), "end"))
			end_step(r, event);
		else
			begin_step(r, event);
	} else if (str_is(type, "model")) {
		add_node(r, NODE_MODEL, event, uuid, enclosing(r, event, "span_id"));
		r->tree->n_models++;
	} else if (str_is(type, "tool")) {
		tool_called(r, event);
	} else if (str_is(type, "subtask")) {
		open_nest(r, val_get(event, "events"),
		          add_node(r, NODE_SUBTASK, event, uuid, enclosing(r, event, "span_id")));
	} else if (str_is(type, "sandbox")) {
		add_node(r, NODE_SANDBOX, event, uuid, enclosing(r, event, "span_id"));
	} else {
		other_event(r, event, type);
	}
}

/* ---------------------------------------------------------------- the whole */

static void walk(struct reading *r)
{
	while (r->n_nests) {
		struct nest *nest = &r->nests[r->n_nests - 1];
		struct member m = nest->at;
		if (!m.ok) {
			r->n_steps = nest->steps;
			r->n_nests--;
			continue;
		}
		nest->at = val_next(m);
		if (val_is(m.val, SCAN_OBJECT))
			take_event(r, m.val);
	}
}

/* Objects in the events, nested ones, too: at most so many nodes. */
static uint32_t count_objects(struct val events)
{
	uint32_t n = 0;
	if (!val_is(events, SCAN_ARRAY))
		return 0;
	for (uint32_t i = events.i; i < val_token(events)->next; i++)
		n += events.scan->tokens[i].type == SCAN_OBJECT;
	return n;
}

static uint32_t count_events(struct val events)
{
	uint32_t n = 0;
	for (struct member m = val_first(events); m.ok && val_is(events, SCAN_ARRAY); m = val_next(m))
		n += 1 + count_objects(val_get(m.val, "events"));
	return n;
}

void inspect_read_tree(const struct inspect *in, struct inspect_tree *tree)
{
	uint32_t n = count_events(in->events), size = 16;
	while (size < 3 * (uint64_t)n + 8 && size < UINT32_MAX / 2)
		size *= 2;
	*tree = (struct inspect_tree){.nodes = arena_alloc(in->f->arena, ((size_t)n + 1) * sizeof *tree->nodes),
	                              .notes = arena_alloc(in->f->arena, ((size_t)n + 1) * sizeof *tree->notes)};
	struct reading *r = xcalloc(1, sizeof *r);
	*r = (struct reading){
	    .in = in, .tree = tree, .table = arena_zalloc(in->f->arena, size, sizeof *r->table), .mask = size - 1};
	add_node(r, NODE_ROOT, VAL_NONE, STR_LIT("sample"), 0);
	open_nest(r, in->events, 0);
	walk(r);
	if (r->too_deep)
		import_problem(in->f->im, in->f->rec, SEVERITY_WARNING, "limit-depth", STR_LIT("events"),
		               "deeper events are not read", "steps or lists of events nested too deep");
	free(r);
}
