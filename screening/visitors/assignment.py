"""Who belongs to whom: the pairing of least total cost, by shortest augmenting paths."""

import math
from collections.abc import Sequence


def assign(cost: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs `(row, column)` of least total cost, in the order of the rows.

    Each row is paired once, or each column where there are fewer of them. Rows are taken in one
    by one; each extends the pairing along the cheapest path of pairs to be changed, which
    Dijkstra's algorithm finds on costs made non-negative by the prices of rows and columns (Jonker
    and Volgenant 1987, *A shortest augmenting path algorithm for dense and sparse linear assignment
    problems*, Computing 38, 325-340). `O(n^2 m)` for n rows and m >= n columns.

    Parameters
    ----------
    cost
        Rows of equal length, every number finite.

    Raises
    ------
    ValueError
        When a cost is no finite number.

    Examples
    --------
    The nearest to each is not the best for both:

    >>> assign([[1.0, 2.0], [1.0, 9.0]])
    [(0, 1), (1, 0)]
    """
    if not cost or not cost[0]:
        return []
    if not all(math.isfinite(each) for row in cost for each in row):
        raise ValueError("A cost is not finite: no pairing is the cheapest.")
    if len(cost) > len(cost[0]):
        turned = assign(list(zip(*cost, strict=True)))
        return sorted((row, column) for column, row in turned)
    pairing = _Pairing(cost)
    for row in range(len(cost)):
        pairing.take_in(row)
    return sorted((row, column) for column, row in enumerate(pairing.row_of[:-1]) if row >= 0)


class _Pairing:
    """The cheapest pairing of the rows that were taken in; `row_of` says each column's row or -1.

    The last of the columns stands for that of the row that is taken in: a path begins there.
    """

    def __init__(self, cost: Sequence[Sequence[float]]) -> None:
        self._cost = cost
        self._columns = len(cost[0])
        self._row_price = [0.0] * len(cost)
        self._column_price = [0.0] * (self._columns + 1)
        self.row_of = [-1] * (self._columns + 1)

    def take_in(self, row: int) -> None:
        """Pair one row more, along the shortest path to a free column."""
        at = start = self._columns
        self.row_of[start] = row
        least = [math.inf] * self._columns  # length of the shortest path to each column so far
        before = [start] * self._columns  # the column that comes before it on this path
        reached = [start]
        open_ends = set(range(self._columns))
        while self.row_of[at] >= 0:
            row = self.row_of[at]
            costs, row_price = self._cost[row], self._row_price[row]
            for column in open_ends:
                reduced = costs[column] - row_price - self._column_price[column]
                if reduced < least[column]:
                    least[column], before[column] = reduced, at
            nearest = min(open_ends, key=least.__getitem__)
            step = least[nearest]
            for column in reached:
                self._row_price[self.row_of[column]] += step
                self._column_price[column] -= step
            for column in open_ends:
                least[column] -= step
            open_ends.remove(nearest)
            reached.append(nearest)
            at = nearest
        while at != start:
            self.row_of[at] = self.row_of[before[at]]
            at = before[at]
        self.row_of[start] = -1
