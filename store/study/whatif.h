/* What would make a trace shorter, by how much, and what speaks for it: steps twice as fast, identical calls made once, calls that wait
 * for each other without need. Pure; each is played through the schedule of path.h, whose assumptions hold here. */
#ifndef SPOOR_STORE_STUDY_WHATIF_H
#define SPOOR_STORE_STUDY_WHATIF_H

#include "store/base/arena.h"
#include "store/study/path.h"
#include "store/study/share.h"

enum whatif_kind {
	WHATIF_HALF,     /* the self time of one span, halved */
	WHATIF_HALF_ALL, /* of all spans of that name and kind */
	WHATIF_ONCE,     /* calls of one name with the same arguments: the first stays, the others take no time */
	WHATIF_BESIDE    /* siblings that ran one after the other, begun together */
};

struct whatif {
	enum whatif_kind kind;
	uint32_t *spans; /* the arena's. ONCE, BESIDE: in order of time, the first one too */
	size_t n;
	int64_t saves_ns,
	    after_ns;   /* of the trace's duration; saves_ns may be 0 for ONCE, which saves tokens and money, too */
	int64_t own_ns; /* HALF: how much of the path is theirs */
	/* ONCE: of those that would not be made */
	int64_t tokens;  /* UNKNOWN_INT */
	double cost_usd; /* UNKNOWN_DOUBLE */
	int same_output; /* all answers are alike: 1, some are not: 0, not known: -1 */
	/* BESIDE: SHARE_NOTHING: no input has anything of an earlier one's output; SHARE_UNKNOWN: cannot be told */
	enum share share;
};

enum { WHATIF_MOST = 40, WHATIF_RUN = 16 /* calls of one BESIDE */, WHATIF_RUNS = 24 };

struct whatif_opts {
	/* Whether `later` uses what `earlier` answered; asked for pairs of at most WHATIF_RUNS runs, the most worth ones. false: stop
	 * (interrupted). NULL: nobody can tell, so none is given. */
	bool (*share)(void *context, uint32_t earlier, uint32_t later, enum share *out);
	void *context;
};

struct whatifs {
	struct whatif *at; /* by saving, the largest first */
	size_t n;
	int64_t least_ns; /* what saves less is not listed: a two-hundredth of the trace */
	size_t asked;     /* runs for which share was asked, and how many there were */
	size_t runs;
};
/* BESIDE are considered: at least two siblings on the path, none failed, each begun after the one before it ended and nothing else
 * had ended in between, no two the same call. Not of models, agents and chains: a model is called because of what came before
 * it, what it answers decides what comes next, and chains hand a state on that stands in no text; a guardrail only as the last, as it
 * decides whether anything comes next. Where it cannot be told whether they share data, only tools, retrievers and the like are given.
 * false: share stopped it. */
bool whatif_find(const struct path_span *spans, uint32_t n, int64_t start_ns, int64_t duration_ns,
                 const path_segments *path, const struct whatif_opts *opts, struct arena *arena, struct whatifs *out);

#endif
