/** Thrown where the API answers an error; the HTTP layer makes the error answer from it. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** Throws a `Refusal`, in an expression: `find(id) ?? refuse(404, 'Room not found')`. */
export const refuse = (status: number, message: string): never => {
  throw new Refusal(status, message);
};
