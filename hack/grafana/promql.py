"""Which metrics a PromQL expression asks for."""
import re

# What stands where a metric's name might, and is none. A name that is missing here makes a test fail, not pass.
WORDS = set(
    """
    sum min max avg count stddev group topk bottomk quantile count_values by without on ignoring group_left group_right bool offset and or unless
    rate irate increase delta histogram_quantile vector scalar time label_replace label_join abs clamp_min clamp_max absent absent_over_time
    max_over_time min_over_time avg_over_time sum_over_time label_values inf nan
    """.split()
)
STRING = r'"(?:[^"\\]|\\.)*"'
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"


def metrics(expression):
    """The names, and the patterns of `{__name__=~"…"}`, as two sets."""
    patterns = {eval_string(each) for each in re.findall(rf"__name__=~({STRING})", expression)}
    names = {eval_string(each) for each in re.findall(rf"__name__=({STRING})", expression)}
    rest = re.sub(STRING, '""', expression)
    rest = re.sub(r"\{[^}]*\}", " ", rest)
    rest = re.sub(r"\[[^\]]*\]", " ", rest)
    rest = re.sub(r"\boffset\s+\S+", " ", rest)
    rest = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", rest)
    # label_values(selector, label): the label is no metric.
    rest = re.sub(rf",\s*{NAME}\s*\)\s*$", ")", rest) if rest.startswith("label_values(") else rest
    names |= {each for each in re.findall(rf"(?<![\w.:]){NAME}", rest) if each not in WORDS}
    return names, patterns


def eval_string(quoted):
    return quoted[1:-1].replace('\\"', '"').replace("\\\\", "\\")
