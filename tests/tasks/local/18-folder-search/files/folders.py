"""A tree of folders: dicts with a name and a list of the folders inside."""


def folder(name, *inside):
    return {"name": name, "inside": list(inside)}


def find(tree, name):
    """The folder with this name, at any depth, or None when there is none."""
    if tree["name"] == name:
        return tree
    for child in tree["inside"]:
        return find(child, name)
    return None


def count(tree):
    """How many folders there are, the outermost one included."""
    return 1 + sum(count(child) for child in tree["inside"])


def outline(tree, depth=0):
    """The names as lines, indented by depth."""
    lines = ["  " * depth + tree["name"]]
    for child in tree["inside"]:
        lines += outline(child, depth + 1)
    return lines
