-- The rules of SPL's values as DuckDB macros: every row of functions/ is written in terms of these.

-- A value is a number if all of it reads as one: decimal or scientific, finite.
-- DuckDB's own cast also takes 'inf', 'nan' and '1_000', which are text in Splunk.
CREATE MACRO spl_num(x) AS CASE
  WHEN regexp_full_match(x, '\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*') AND isfinite(TRY_CAST(x AS DOUBLE))
  THEN TRY_CAST(x AS DOUBLE) END;

-- Whole numbers print without a point, up to where a double still holds each of them.
CREATE MACRO spl_text(x) AS CASE
  WHEN x = trunc(x) AND abs(x) < 1e15 THEN CAST(CAST(x AS BIGINT) AS VARCHAR)
  WHEN isfinite(x) THEN CAST(x AS VARCHAR) END;

CREATE MACRO spl_bool(x) AS CASE WHEN x THEN 'True' WHEN NOT x THEN 'False' END;

-- Lists: one value of many, many of one, and never an empty list.
CREATE MACRO spl_one(xs) AS CASE WHEN len(xs) = 1 THEN xs[1] END;
CREATE MACRO spl_multi(x) AS CASE WHEN x IS NOT NULL THEN [x] END;
CREATE MACRO spl_list(xs) AS CASE WHEN len(xs) > 0 THEN xs END;

-- Comparison of two texts: as numbers where both are, else by code point.
CREATE MACRO spl_eq(a, b) AS CASE
  WHEN spl_num(a) IS NOT NULL AND spl_num(b) IS NOT NULL THEN spl_num(a) = spl_num(b) ELSE a = b END;
CREATE MACRO spl_lt(a, b) AS CASE
  WHEN spl_num(a) IS NOT NULL AND spl_num(b) IS NOT NULL THEN spl_num(a) < spl_num(b) ELSE a < b END;
CREATE MACRO spl_le(a, b) AS CASE
  WHEN spl_num(a) IS NOT NULL AND spl_num(b) IS NOT NULL THEN spl_num(a) <= spl_num(b) ELSE a <= b END;

-- `+` adds numbers and joins texts.
CREATE MACRO spl_add(a, b) AS CASE
  WHEN spl_num(a) IS NOT NULL AND spl_num(b) IS NOT NULL THEN spl_text(spl_num(a) + spl_num(b)) ELSE a || b END;

-- Over a list of texts: its numbers, and its extremes, where numbers come before other text.
CREATE MACRO spl_nums(xs) AS list_filter(list_transform(xs, lambda x: spl_num(x)), lambda n: n IS NOT NULL);
CREATE MACRO spl_min_list(xs) AS coalesce(spl_text(list_sort(spl_nums(xs))[1]), list_sort(xs)[1]);
CREATE MACRO spl_max_list(xs) AS coalesce(
  list_sort(list_filter(xs, lambda x: spl_num(x) IS NULL))[-1], spl_text(list_sort(spl_nums(xs))[-1]));

-- Variance from count, sum and sum of squares; `lost` is 1 for a sample. A single value does not vary.
CREATE MACRO spl_var(n, s, q, lost) AS CASE WHEN n = 1 THEN 0.0 WHEN n > 1 THEN greatest((q - s / n * s) / (n - lost), 0) END;

-- The percentile p (0 to 100) of sorted numbers, between two of them in proportion.
CREATE MACRO spl_rank(xs, p) AS CAST(floor(p * (len(xs) - 1) / 100) AS BIGINT);
CREATE MACRO spl_perc(xs, p) AS xs[spl_rank(xs, p) + 1] + (p * (len(xs) - 1) - 100 * spl_rank(xs, p)) / 100
  * (coalesce(xs[spl_rank(xs, p) + 2], xs[spl_rank(xs, p) + 1]) - xs[spl_rank(xs, p) + 1]);

CREATE MACRO spl_mod(a, b) AS a % nullif(b, 0);
