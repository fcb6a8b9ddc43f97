/**
 * What is not known of the API, as switches. Each has the likeliest reading as its default; set one to run your code
 * under the other reading.
 */
export interface SandboxQuirks {
  /** Every attempt to deliver an event to a webhook has a `webhook-id` of its own, instead of one for all attempts. */
  readonly webhookIdPerAttempt: boolean;
  /** Delays between attempts are counted from the attempt before, instead of from the event. */
  readonly webhookDelaysFromAttempt: boolean;
  /** A long poll is held while nothing happens. Otherwise it is answered with an empty list at once. */
  readonly holdPolls: boolean;
  /** A robot also receives events of the messages that it sends, edits and deletes itself. */
  readonly ownMessageEvents: boolean;
  /** Events of robots have the fields that the documentation only describes, not just those that its examples show. */
  readonly describedEventFields: boolean;
  /** Order of the messages inside a page. */
  readonly messageOrder: 'oldest-first' | 'newest-first';
  /** The last page has a cursor as well, which leads to an empty page. */
  readonly cursorOnLastPage: boolean;
  /** Limits count what happened in the last minute. Otherwise they count from every full minute. */
  readonly slidingWindows: boolean;
  /** `Retry-After` is an HTTP date, instead of seconds. */
  readonly retryAfterDate: boolean;
  /** `userId` of a robot's message. */
  readonly robotUserId: 'null' | 'empty';
  /** How optional fields without a value are written: some as `null` and some not at all, or all of them one way. */
  readonly optionalFields: 'mixed' | 'absent' | 'null';
  /** Error bodies are `{ error, message, statusCode }`. Otherwise `{ error }`, as those of self-hosted servers. */
  readonly errorDetails: boolean;
  /** `listRooms` and `listMembers` answer users. Otherwise only robots, and users get 404. */
  readonly userLists: boolean;
  /** An upload of an unknown type gets the type that its bytes show. Otherwise it is refused with 415. */
  readonly sniffUploads: boolean;
}

export const DEFAULT_QUIRKS: SandboxQuirks = {
  webhookIdPerAttempt: false,
  webhookDelaysFromAttempt: false,
  holdPolls: true,
  ownMessageEvents: true,
  describedEventFields: true,
  messageOrder: 'oldest-first',
  cursorOnLastPage: false,
  slidingWindows: true,
  retryAfterDate: false,
  robotUserId: 'null',
  optionalFields: 'mixed',
  errorDetails: true,
  userLists: true,
  sniffUploads: true,
};

/** Every value that a quirk can have. */
export const QUIRK_VALUES: { readonly [Name in keyof SandboxQuirks]: readonly SandboxQuirks[Name][] } = {
  webhookIdPerAttempt: [true, false],
  webhookDelaysFromAttempt: [true, false],
  holdPolls: [true, false],
  ownMessageEvents: [true, false],
  describedEventFields: [true, false],
  messageOrder: ['oldest-first', 'newest-first'],
  cursorOnLastPage: [true, false],
  slidingWindows: [true, false],
  retryAfterDate: [true, false],
  robotUserId: ['null', 'empty'],
  optionalFields: ['mixed', 'absent', 'null'],
  errorDetails: [true, false],
  userLists: [true, false],
  sniffUploads: [true, false],
};

/** The quirks with their defaults. What is not valid is left out, and told to `onInvalid`. */
export const resolveQuirks = (
  quirks: Readonly<Record<string, unknown>>,
  onInvalid: (name: string, values: string) => void,
): SandboxQuirks => {
  const values: Readonly<Record<string, readonly unknown[]>> = QUIRK_VALUES;
  const valid = Object.entries(quirks).filter(([name, value]) => {
    if (value === undefined) return false;
    const known = Object.hasOwn(values, name) ? values[name] : undefined;
    if (known?.includes(value)) return true;
    onInvalid(name, known ? known.join(' or ') : `one of ${Object.keys(values).join(', ')}`);
    return false;
  });
  return { ...DEFAULT_QUIRKS, ...Object.fromEntries(valid) };
};
