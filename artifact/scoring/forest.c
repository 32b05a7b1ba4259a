/* Sums of leaf values over decision trees: the compiled half of forest.py.

   Built once per processor, knows no model: the arrays come with each call. */

#include <stdint.h>

typedef struct {
    double threshold;
    int32_t left;    /* the right child follows it; a leaf leads to itself */
    int32_t feature;
} node_t;

enum { LANES = 16 }; /* independent walks that hide each other's memory latency */

static inline int32_t step(const node_t *nodes, int32_t at, const double *row)
{
    const node_t node = nodes[at];
    return node.left + (row[node.feature] > node.threshold);
}

/* The trees of one row, LANES trees at a time. */
static double sum_one(const node_t *nodes, const double *values,
                      const int32_t *roots, const int32_t *depths,
                      int64_t n_trees, const double *row)
{
    double sum = 0.0;
    int64_t tree = 0;
    for (; tree + LANES <= n_trees; tree += LANES) {
        int32_t at[LANES];
        for (int lane = 0; lane < LANES; lane++)
            at[lane] = roots[tree + lane];
        /* depths descend, so the first tree of a group is the deepest */
        for (int32_t level = depths[tree]; level > 0; level--)
            for (int lane = 0; lane < LANES; lane++)
                at[lane] = step(nodes, at[lane], row);
        for (int lane = 0; lane < LANES; lane++)
            sum += values[at[lane]];
    }
    for (; tree < n_trees; tree++) {
        int32_t at = roots[tree];
        for (int32_t level = depths[tree]; level > 0; level--)
            at = step(nodes, at, row);
        sum += values[at];
    }
    return sum;
}

/* Each tree for LANES rows, while its nodes are in the cache. */
static void sum_block(const node_t *nodes, const double *values,
                      const int32_t *roots, const int32_t *depths,
                      int64_t n_trees, const double *rows, int64_t n_columns,
                      double *sums)
{
    for (int lane = 0; lane < LANES; lane++)
        sums[lane] = 0.0;
    for (int64_t tree = 0; tree < n_trees; tree++) {
        int32_t at[LANES];
        for (int lane = 0; lane < LANES; lane++)
            at[lane] = roots[tree];
        for (int32_t level = depths[tree]; level > 0; level--)
            for (int lane = 0; lane < LANES; lane++)
                at[lane] = step(nodes, at[lane], rows + lane * n_columns);
        for (int lane = 0; lane < LANES; lane++)
            sums[lane] += values[at[lane]];
    }
}

/* Both add the trees in their order: a row's sum is the same in any batch. */
void sum_leaves(const node_t *nodes, const double *values,
                const int32_t *roots, const int32_t *depths, int64_t n_trees,
                const double *rows, int64_t n_rows, int64_t n_columns,
                double *sums)
{
    int64_t row = 0;
    for (; row + LANES <= n_rows; row += LANES)
        sum_block(nodes, values, roots, depths, n_trees, rows + row * n_columns,
                  n_columns, sums + row);
    for (; row < n_rows; row++)
        sums[row] = sum_one(nodes, values, roots, depths, n_trees,
                            rows + row * n_columns);
}
