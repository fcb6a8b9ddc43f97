/** Why and for how long somebody is banned or muted. */
export interface ModerationBody {
  readonly reason?: string | undefined;
  /** Minutes; absent for ever. */
  readonly duration?: number | undefined;
}
