/* pass@k and pass^k of `spoor run`. */
#include "store/base/clean.h"
#include "tui/cmd/runs.h"

static void add_share(struct buf *to, const char *name, int64_t k, double share, const struct interval *interval)
{
	struct buf cell = BUF_INIT;
	buf_printf(&cell, "%s%lld ", name, (long long)k);
	units_percent(&cell, share);
	if (!IS_UNKNOWN(interval->low)) {
		buf_add_cstr(&cell, " (");
		units_percent(&cell, interval->low);
		buf_add_cstr(&cell, " to ");
		units_percent(&cell, interval->high);
		buf_add_cstr(&cell, ")");
	}
	buf_add_str(to, buf_str(&cell));
	buf_add_fill(to, ' ', cell.len < 32 ? 32 - cell.len : 2);
	buf_done(&cell);
}

void pass_k_text(struct buf *to, const struct pass_ks *all, bool ascii)
{
	struct buf raw = BUF_INIT;
	for (size_t i = 0; i < all->n; i++) {
		const struct pass_k *p = &all->rows[i];
		add_share(&raw, "pass@", p->k, p->at, &p->at_interval);
		add_share(&raw, "pass^", p->k, p->hat, &p->hat_interval);
		buf_printf(&raw, "%lld %s", (long long)p->cases, p->cases == 1 ? "case" : "cases");
		if (p->cases < PASS_K_MIN_CASES)
			buf_add_cstr(&raw, " (too few for an interval)");
		if (p->left_out)
			buf_printf(&raw, ", %lld with fewer repeats left out", (long long)p->left_out);
		buf_add_char(&raw, '\n');
	}
	clean_print(to, buf_str(&raw), true, ascii);
	buf_done(&raw);
}

void pass_k_json(struct jout *j, const struct pass_ks *all)
{
	jout_array(j, "pass_at_k");
	for (size_t i = 0; i < all->n; i++) {
		const struct pass_k *p = &all->rows[i];
		jout_object(j, NULL);
		jout_int(j, "k", p->k);
		jout_double(j, "pass_at_k", p->at);
		jout_double(j, "at_low", p->at_interval.low);
		jout_double(j, "at_high", p->at_interval.high);
		jout_double(j, "pass_hat_k", p->hat);
		jout_double(j, "hat_low", p->hat_interval.low);
		jout_double(j, "hat_high", p->hat_interval.high);
		jout_int(j, "cases", p->cases);
		jout_int(j, "left_out", p->left_out);
		jout_end(j);
	}
	jout_end(j);
}
