"""Grids as lists of rows."""


def width(grid):
    return len(grid[0]) if grid else 0


def row_sums(grid):
    return [sum(row) for row in grid]


def transpose(grid):
    """Rows become columns."""
    return [[row[column] for row in grid] for column in range(width(grid))]
