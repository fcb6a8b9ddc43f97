import type * as v from 'valibot';
import { flag, maybeText, text, type OpenText } from './fields.js';
import { list, model } from './model.js';

/** What a robot may be allowed to do. */
export type RobotPermission =
  | 'read_messages'
  | 'send_messages'
  | 'read_members'
  | 'read_voice'
  | 'read_rooms'
  | 'read_presence';

export const RobotInfoSchema = /*#__PURE__*/ model({
  id: text,
  name: text,
  /** The one server it belongs to. */
  serverId: text,
  avatarUrl: maybeText,
  permissions: /*#__PURE__*/ list(text as OpenText<RobotPermission>),
  active: flag,
  /** ISO 8601. */
  createdAt: text,
});

/** A robot, as it sees itself. */
export interface RobotInfo extends v.InferOutput<typeof RobotInfoSchema> {}
