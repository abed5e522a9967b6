"""Which of these goes with which of those: the one-to-one pairs of the greatest total weight. Pure."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["best_pairs"]


def best_pairs(weights: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Left → right for the pairs of `weights` (positive) whose sum is greatest; each left and each right at most once.

    The Hungarian method with potentials (Kuhn 1955, Munkres 1957), each left one joined by the shortest path. Lefts may stay
    alone: each has a place of its own, of weight 0.
    """
    lefts = sorted({left for left, _ in weights})
    rights = sorted({right for _, right in weights})
    width = len(rights) + len(lefts)
    costs = [[-weights.get((left, right), 0.0) for right in rights] + [0.0] * len(lefts) for left in lefts]
    matching = _assign(costs, width)
    pairs = {lefts[row]: rights[column] for column, row in matching.items() if column < len(rights)}
    return {left: right for left, right in pairs.items() if (left, right) in weights}


def _assign(costs: list[list[float]], width: int) -> dict[int, int]:
    """Column → row of the cheapest assignment of every row."""
    row_price = [0.0] * len(costs)
    column_price = [0.0] * width
    row_of: dict[int, int] = {}
    for row in range(len(costs)):
        cheapest = [float("inf")] * width
        came_from: list[int | None] = [None] * width
        done = [False] * width
        at_row, at_column = row, None
        while True:
            step, nearest = float("inf"), -1
            for column in range(width):
                if done[column]:
                    continue
                reduced = costs[at_row][column] - row_price[at_row] - column_price[column]
                if reduced < cheapest[column]:
                    cheapest[column], came_from[column] = reduced, at_column
                if cheapest[column] < step:
                    step, nearest = cheapest[column], column
            row_price[row] += step
            for column in range(width):
                if done[column]:
                    row_price[row_of[column]] += step
                    column_price[column] -= step
                else:
                    cheapest[column] -= step
            done[nearest] = True
            at_column = nearest
            if nearest not in row_of:
                break
            at_row = row_of[nearest]
        while at_column is not None:
            before = came_from[at_column]
            row_of[at_column] = row if before is None else row_of[before]
            at_column = before
    return row_of
