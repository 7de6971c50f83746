#include "base/suggest.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"

/* Optimal string alignment distance (Levenshtein with swaps of neighbours), three rows at a time.
 */
static size_t distance(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t rows[3][SUGGEST_MAX_NAME + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];

    for (size_t j = 0; j <= n_b; j++)
        above[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t replace = above[j - 1] + (a[i - 1] != b[j - 1]);

            row[j] = MIN(replace, MIN(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[n_b];
}

void suggest_offer(struct suggest *s, const char *known)
{
    size_t n_wanted = strlen(s->wanted), n_known = strlen(known), d;

    if (n_wanted > SUGGEST_MAX_NAME || n_known > SUGGEST_MAX_NAME)
        return;
    d = distance(s->wanted, n_wanted, known, n_known);
    if (d == 0 || d > MAX(n_known / 3, (size_t)1) || d >= MAX(n_wanted, n_known) ||
        (s->best && d >= s->distance))
        return;
    s->best = known;
    s->distance = d;
}

const char *suggest_text(const struct suggest *s, char *out, size_t cap)
{
    if (s->best)
        snprintf(out, cap, ", did you mean \"%s\"?", s->best);
    else
        snprintf(out, cap, "%s", "");
    return out;
}
