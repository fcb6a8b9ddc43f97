/** What to make of a message. */
export interface EditMessageBody {
  /** 1 to 2000 characters. */
  readonly content: string;
}
