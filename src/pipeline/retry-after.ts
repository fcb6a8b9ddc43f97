import type { LagError } from '../errors.js';
import type { LagHeaders } from '../headers.js';
import { ownFields } from '../invalid-input.js';

// The three forms of an HTTP date: IMF-fixdate, RFC 850 and asctime.
const IMF_FIXDATE = /^\w{3}, (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) (?<time>\d\d:\d\d:\d\d) GMT$/;
const RFC_850 = /^\w{6,9}, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) (?<time>\d\d:\d\d:\d\d) GMT$/;
const ASCTIME = /^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/;

// A number that arithmetic on milliseconds still takes.
const MAX_SECONDS = 1e12;

/** How long `Retry-After` asks to wait, in seconds; `undefined` unless it is a number or an HTTP date. */
export const retryAfterSeconds = (headers: LagHeaders): number | undefined => {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Number(text), MAX_SECONDS);
  const until = parseHttpDate(text);
  if (until === undefined) return undefined;
  // By the server's own clock where it tells, because the two may differ by hours.
  const now = parseHttpDate(headers.get('date')?.trim() ?? '') ?? Date.now();
  return Math.max(0, (until - now) / 1000);
};

/** Milliseconds since 1970; `undefined` for anything but an HTTP date. */
export const parseHttpDate = (text: string): number | undefined => {
  const { day, month, year, time } = (IMF_FIXDATE.exec(text) ?? RFC_850.exec(text) ?? ASCTIME.exec(text))?.groups ?? {};
  if (day === undefined || year === undefined) return undefined;
  const ms = Date.parse(`${day.trim()} ${month} ${fourDigits(year)} ${time} GMT`);
  // Engines take the 31st of February for a day in March.
  return new Date(ms).getUTCDate() === Number(day) ? ms : undefined;
};

/** RFC 9110: a year of two digits that seems to be more than 50 years ahead lies in the past. */
const fourDigits = (year: string): string => {
  if (year.length === 4) return year;
  const thisYear = new Date().getUTCFullYear();
  const inThisCentury = thisYear - (thisYear % 100) + Number(year);
  return String(inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury);
};

/** What an error's `retryAfterSeconds` asks for, in milliseconds; 0 if it asks for nothing. */
export const retryAfterMs = (error: LagError): number =>
  error.kind === 'rate_limit' || error.kind === 'server' ? (ownFields(error).retryAfterSeconds ?? 0) * 1000 : 0;
