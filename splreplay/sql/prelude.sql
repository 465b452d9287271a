-- The rules of SPL's values as DuckDB macros: every row of functions/ is written in terms of these.

-- A macro that needs its argument twice takes it into a list of one first, so that nested calls stay linear.
-- nullif() counts as twice: DuckDB writes it out as a CASE.

-- A value is a number if all of it reads as one: decimal or scientific, finite, or NaN.
-- DuckDB's own cast also takes 'inf' and '1_000', which are text in Splunk.
CREATE TEMP MACRO spl_num(x) AS list_transform([x], lambda spl_n: CASE
  WHEN regexp_full_match(spl_n, '\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?\s*|NaN')
  THEN TRY_CAST(spl_n AS DOUBLE) END)[1];

-- What tonumber() reads: the same without blanks around it, and no NaN.
CREATE TEMP MACRO spl_decimal(x) AS list_transform([x], lambda spl_h: CASE
  WHEN regexp_full_match(spl_h, '[-+]?(\d{1,300}\.?\d*|\.\d+)([eE][-+]?\d{1,2})?')
  THEN TRY_CAST(spl_h AS DOUBLE) END)[1];

-- Whole numbers print without a point, up to the 17 digits that a double can hold.
CREATE TEMP MACRO spl_text(x) AS list_transform([x], lambda spl_t: CASE
  WHEN spl_t = trunc(spl_t) AND abs(spl_t) < 1e17 THEN CAST(CAST(spl_t AS BIGINT) AS VARCHAR)
  WHEN isnan(spl_t) THEN 'nan'
  ELSE CAST(spl_t AS VARCHAR) END)[1];

CREATE TEMP MACRO spl_bool(x) AS replace(replace(CAST(x AS VARCHAR), 't', 'T'), 'f', 'F');

-- Half is rounded away from zero, by the digits that the number shows: 2.555 to two places is 2.56.
CREATE TEMP MACRO spl_round(x, n) AS list_transform([{'x': x, 'power': pow(10, n), 'n': n}], lambda spl_r: CASE
  WHEN spl_r.n < 0 THEN NULL
  WHEN abs(spl_r.x * spl_r.power) < 1e13 THEN round(spl_r.x * spl_r.power * (1 + 2.5e-16)) / spl_r.power
  ELSE spl_r.x END)[1];

-- A number with so many places behind the point, or with so many significant figures but all of its whole part.
CREATE TEMP MACRO spl_places(x, n) AS list_transform([x], lambda spl_d: CASE
  WHEN isfinite(spl_d) THEN printf('%.*f', CAST(n AS INTEGER), spl_round(spl_d, n)) ELSE spl_text(spl_d) END)[1];
CREATE TEMP MACRO spl_magnitude(x) AS CASE WHEN x = 0 OR NOT isfinite(x) THEN 0 ELSE CAST(floor(log10(abs(x))) AS INTEGER) END;
CREATE TEMP MACRO spl_figures(x, n) AS list_transform([x], lambda spl_f:
  spl_places(spl_f, least(greatest(n - 1 - spl_magnitude(spl_f), 0), 30)))[1];

-- Lists: one value of many, many of one, and never an empty list.
CREATE TEMP MACRO spl_one(xs) AS list_transform([xs], lambda spl_o: CASE WHEN len(spl_o) = 1 THEN spl_o[1] END)[1];
CREATE TEMP MACRO spl_multi(x) AS list_transform([x], lambda spl_m: CASE WHEN spl_m IS NOT NULL THEN [spl_m] END)[1];
CREATE TEMP MACRO spl_list(xs) AS list_transform([xs], lambda spl_m: CASE WHEN len(spl_m) > 0 THEN spl_m END)[1];

-- The numbers of a list of texts.
CREATE TEMP MACRO spl_nums(xs) AS list_filter(list_transform(xs, lambda x: spl_num(x)), lambda n: n IS NOT NULL);

-- Variance from count, sum and sum of squares; `lost` is 1 for a sample. A single value does not vary.
CREATE TEMP MACRO spl_var(n, s, q, lost) AS CASE WHEN n = 1 THEN 0.0 WHEN n > 1 THEN greatest((q - s / n * s) / (n - lost), 0) END;

-- A value between two others, without the noise of the arithmetic in its last digits.
CREATE TEMP MACRO spl_digits(x) AS CAST(printf('%.15g', x) AS DOUBLE);

CREATE TEMP MACRO spl_nonzero(x) AS list_transform([x], lambda spl_0: CASE WHEN spl_0 <> 0 THEN spl_0 END)[1];
CREATE TEMP MACRO spl_mod(a, b) AS a % spl_nonzero(b);

-- An IPv4 address as a number, for sorting.
CREATE TEMP MACRO spl_ip(x) AS CASE WHEN regexp_full_match(x, '\d{1,3}(\.\d{1,3}){3}')
  THEN list_reduce(list_transform(string_split(x, '.'), lambda part: CAST(part AS BIGINT)), lambda a, b: a * 256 + b) END;

-- Bitwise functions take whole numbers from 0 to 2^53-1 and nothing else; bits beyond are lost.
CREATE TEMP MACRO spl_bits(x) AS list_transform([x], lambda spl_b: CASE
  WHEN spl_b BETWEEN 0 AND 9007199254740991 AND spl_b = trunc(spl_b) THEN CAST(spl_b AS BIGINT) END)[1];
CREATE TEMP MACRO spl_bit_not(x, mask) AS CAST(xor(spl_bits(x), 9007199254740991) & spl_bits(mask) AS DOUBLE);
CREATE TEMP MACRO spl_shift_left(x, n) AS list_transform([[spl_bits(x), spl_bits(n)]], lambda spl_s: CAST(CASE
  WHEN spl_s[1] IS NULL OR spl_s[2] IS NULL THEN NULL WHEN spl_s[2] > 52 THEN 0
  ELSE (spl_s[1] & ((1::BIGINT << (53 - spl_s[2])) - 1)) << spl_s[2] END AS DOUBLE))[1];
CREATE TEMP MACRO spl_shift_right(x, n) AS CAST(spl_bits(x) >> least(spl_bits(n), 60) AS DOUBLE);

-- A number rounded to significant figures, also before the point.
CREATE TEMP MACRO spl_significant(x, n) AS list_transform([x], lambda spl_g:
  spl_round(spl_g / pow(10, spl_magnitude(spl_g) - n + 1), 0) * pow(10, spl_magnitude(spl_g) - n + 1))[1];

-- substr() as SQLite has it: from 1, negative from the end, and 0 lies before the first character.
CREATE TEMP MACRO spl_substr(s, i, n) AS list_transform([{'s': s, 'i': trunc(i), 'n': trunc(n)}], lambda spl_u:
  list_transform([CASE WHEN spl_u.i < 0 THEN length(spl_u.s) + spl_u.i + 1 ELSE spl_u.i END], lambda spl_i:
    CASE WHEN spl_u.n IS NULL THEN NULL ELSE substring(spl_u.s, CAST(greatest(spl_i, 1) AS BIGINT),
      CAST(least(greatest(spl_i + spl_u.n - greatest(spl_i, 1), 0), 1e9) AS BIGINT)) END)[1])[1];

-- The least and the greatest of a list of texts: numbers by value, before other text by code point.
CREATE TEMP MACRO spl_by_number(xs) AS list_sort(list_transform(xs, lambda spl_y: {'t': spl_num(spl_y) IS NULL, 'n': spl_num(spl_y), 'x': spl_y}));
CREATE TEMP MACRO spl_least(xs) AS spl_by_number(list_filter(xs, lambda spl_z: spl_z IS NOT NULL))[1].x;
CREATE TEMP MACRO spl_greatest(xs) AS spl_by_number(list_filter(xs, lambda spl_z: spl_z IS NOT NULL))[-1].x;

-- mvindex() counts from 0, and from -1 backwards; a place behind the end is null for a start, the end for an end.
CREATE TEMP MACRO spl_place(count, i) AS CASE
  WHEN i >= 0 THEN CAST(least(trunc(i), 1e9) AS BIGINT) + 1
  WHEN trunc(i) >= -count THEN count + CAST(trunc(i) AS BIGINT) + 1 END;
CREATE TEMP MACRO spl_at(xs, i) AS list_transform([{'xs': xs, 'i': i}], lambda spl_k:
  spl_k.xs[spl_place(len(spl_k.xs), spl_k.i)])[1];
CREATE TEMP MACRO spl_slice(xs, i, j) AS list_transform([{'xs': xs, 'i': i, 'j': j}], lambda spl_q:
  list_transform([[spl_place(len(spl_q.xs), spl_q.i), spl_place(len(spl_q.xs), spl_q.j)]], lambda spl_h:
    CASE WHEN spl_h[1] IS NOT NULL AND spl_h[2] IS NOT NULL THEN list_slice(spl_q.xs, spl_h[1], spl_h[2]) END)[1])[1];
CREATE TEMP MACRO spl_zip(xs, ys, d) AS spl_list(
  list_transform(list_zip(xs, ys, TRUE), lambda spl_pair: spl_pair[1] || d || spl_pair[2]));

-- strftime() in UTC, from year 1 to 9999: beyond that there is no date, as in Python.
CREATE TEMP MACRO spl_utc(t, f) AS list_transform([t], lambda spl_e: CASE
  WHEN spl_e >= -62135596800 AND spl_e < 253402300800
  THEN strftime(make_timestamp(CAST(floor(spl_e) AS BIGINT) * 1000000), f) END)[1];
CREATE TEMP MACRO spl_join(xs, d) AS list_reduce(xs, lambda spl_a, spl_c: spl_a || d || spl_c);
