/** `Content-Range: bytes 0-2097151/3483322` of RFC 9110 section 14.4, both ends included. */

export interface ContentRange {
  start: number;
  end: number;
  total: number;
}

/** Nothing for what is not exactly of this form. */
export function readContentRange(header: string | undefined): ContentRange | undefined {
  const [, start, end, total] = /^bytes (\d{1,12})-(\d{1,12})\/(\d{1,12})$/.exec(header ?? '') ?? [];
  if (start === undefined || end === undefined || total === undefined) return undefined;
  const range = { start: Number(start), end: Number(end), total: Number(total) };
  return range.start <= range.end && range.end < range.total ? range : undefined;
}
