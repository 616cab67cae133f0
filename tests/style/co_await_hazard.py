"""Finds the statements that g++ 12 miscompiles: a co_await in one full expression with a lambda that
captures by value or with a braced temporary.  It errs on the side of a false alarm; naming the value
first is always right."""
import re

LAMBDA = re.compile(r"(?<![\w\])])\[([^\[\]]+)\]\s*(?=\(|\{|mutable|->)")
BRACED = re.compile(r"[(,]\s*(?:[A-Z]\w*)?\s*\{\s*[^}\s]")


def without_comments_and_strings(text):
    text = re.sub(r"//[^\n]*", "", text)
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    return re.sub(r'"(\\.|[^"\\\n])*"', '""', text)


def full_expression(text, position):
    """The statement around `position`, from its start to its semicolon."""
    depth, begin = 0, position
    while begin > 0:
        char = text[begin - 1]
        if char in ")}]":
            depth += 1
        elif char in "([":
            depth = max(0, depth - 1)
        elif char == "{":
            if depth == 0 and not re.search(r"[(,=]\s*$|\w\s*$", text[:begin - 1]):
                break
            depth = max(0, depth - 1)
        elif char == ";" and depth == 0:
            break
        begin -= 1
    depth, end = 0, position
    while end < len(text):
        char = text[end]
        if char in "({[":
            depth += 1
        elif char in ")}]":
            depth -= 1
        elif char == ";" and depth <= 0:
            break
        end += 1
    return text[begin:end]


def hazards(text):
    """(line, what) of each dangerous statement in a source file's text."""
    text = without_comments_and_strings(text)
    found = set()
    for match in re.finditer(r"\bco_await\b", text):
        expression = full_expression(text, match.start())
        line = text.count("\n", 0, match.start()) + 1
        for lambda_ in LAMBDA.finditer(expression):
            captures = [capture.strip() for capture in lambda_.group(1).split(",")]
            if any(not capture.startswith("&") for capture in captures):
                found.add((line, "a capturing lambda"))
        if BRACED.search(expression):
            found.add((line, "a braced temporary"))
    return sorted(found)
