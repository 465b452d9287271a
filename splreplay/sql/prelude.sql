-- The rules of SPL's values as DuckDB macros: every row of functions/ is written in terms of these.

-- A macro that needs its argument twice takes it into a list of one first: nested calls stay linear.

-- A value is a number if all of it reads as one: decimal or scientific, finite, or NaN.
-- DuckDB's own cast also takes 'inf' and '1_000', which are text in Splunk.
CREATE MACRO spl_num(x) AS list_transform([x], lambda spl_n: CASE
  WHEN regexp_full_match(spl_n, '\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?\s*|NaN')
  THEN TRY_CAST(spl_n AS DOUBLE) END)[1];

-- Whole numbers print without a point, up to the 17 digits that a double can hold.
CREATE MACRO spl_text(x) AS list_transform([x], lambda spl_t: CASE
  WHEN spl_t = trunc(spl_t) AND abs(spl_t) < 1e17 THEN CAST(CAST(spl_t AS BIGINT) AS VARCHAR)
  ELSE CAST(spl_t AS VARCHAR) END)[1];

CREATE MACRO spl_bool(x) AS replace(replace(CAST(x AS VARCHAR), 't', 'T'), 'f', 'F');

-- Half is rounded away from zero, by the digits that the number shows: 2.555 to two places is 2.56.
CREATE MACRO spl_round(x, n) AS list_transform([x * pow(10, n)], lambda spl_r: CASE
  WHEN n < 0 THEN NULL
  WHEN abs(spl_r) < 1e13 THEN round(spl_r + spl_r * 2.5e-16)
  ELSE spl_r END)[1] / pow(10, n);

-- A number with so many places behind the point, or with so many significant figures but all of its whole part.
CREATE MACRO spl_places(x, n) AS list_transform([x], lambda spl_d: CASE
  WHEN isfinite(spl_d) THEN printf('%.*f', CAST(n AS INTEGER), spl_round(spl_d, n)) ELSE CAST(spl_d AS VARCHAR) END)[1];
CREATE MACRO spl_magnitude(x) AS CASE WHEN x = 0 OR NOT isfinite(x) THEN 0 ELSE CAST(floor(log10(abs(x))) AS INTEGER) END;
CREATE MACRO spl_figures(x, n) AS list_transform([x], lambda spl_f:
  spl_places(spl_f, least(greatest(n - 1 - spl_magnitude(spl_f), 0), 30)))[1];

-- Lists: one value of many, many of one, and never an empty list.
CREATE MACRO spl_one(xs) AS list_transform([xs], lambda spl_o: CASE WHEN len(spl_o) = 1 THEN spl_o[1] END)[1];
CREATE MACRO spl_multi(x) AS nullif(list_filter([x], lambda spl_m: spl_m IS NOT NULL), []::VARCHAR[]);
CREATE MACRO spl_list(xs) AS nullif(xs, []::VARCHAR[]);

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

-- An IPv4 address as a number, for sorting.
CREATE MACRO spl_ip(x) AS CASE WHEN regexp_full_match(x, '\d{1,3}(\.\d{1,3}){3}')
  THEN list_reduce(list_transform(string_split(x, '.'), lambda part: CAST(part AS BIGINT)), lambda a, b: a * 256 + b) END;
