/* Personal data and secrets in a text: what a machine can tell for sure by form and check digits.
 *
 * E-mail addresses      by the form mailers take (RFC 5322 dot-atom, RFC 1035 names); not those at names that belong to nobody (RFC
 *                       2606: example.com, .test …), not no-reply ones, not what only looks alike (git@host:path, x@2x.png, pkg@1.2).
 * Phone numbers         in international form only (E.164: "+", country code, 8 to 15 digits, the usual separators).
 * Bank accounts (IBAN)  ISO 13616: country's length and mod 97.
 * Card numbers          ISO/IEC 7812: an issuer's prefix and length, Luhn; not a number that is called an id, an order, a time.
 * Secrets               API keys, tokens and private keys by the shapes their issuers publish; passwords in URLs. Not placeholders.
 *
 * For findings now, for masking what is shown and exported. Pure; linear in the text, about 1 ns a byte where there is nothing. */
#ifndef SPOOR_STORE_STUDY_PERSONAL_H
#define SPOOR_STORE_STUDY_PERSONAL_H

#include "store/base/str.h"

enum personal { PERSONAL_EMAIL, PERSONAL_PHONE, PERSONAL_IBAN, PERSONAL_CARD, PERSONAL_SECRET, N_PERSONALS };

/* What comes next at or after *at: its place in bytes, its length (> 0), what it is. To go on: *at += *len. The text may be plain or JSON
 * as written: "\n" before a word is no part of it. */
bool personal_next(struct str text, size_t *at, size_t *len, enum personal *kind);

const char *personal_name(enum personal kind);   /* "e-mail address", "secret" … */
const char *personal_plural(enum personal kind); /* "e-mail addresses" … */
/* Enough to find it again and no more: "j…@acme.com", "DE89…3000", "+49…", "sk-…", "card …1111". Appends. */
void personal_mask(struct buf *out, struct str found, enum personal kind);

#endif
