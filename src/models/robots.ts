import * as v from 'valibot';
import { flag, nullableText, optionalText, text, type Open, type OpenText, type Text } from './fields.js';
import type { RobotId, ServerId } from './ids.js';

/** What a robot may be allowed to do. */
export type RobotPermission =
  | 'read_messages'
  | 'send_messages'
  | 'read_members'
  | 'read_voice'
  | 'read_rooms'
  | 'read_presence';

const MAX_NAME_LENGTH = 32;

/** The name of a robot: 1 to 32 characters. */
export const RobotNameSchema = /*#__PURE__*/ v.pipe(
  text,
  /*#__PURE__*/ v.minLength(1),
  /*#__PURE__*/ v.maxLength(MAX_NAME_LENGTH),
);

/** A robot, as it sees itself. */
export interface RobotInfo {
  id: RobotId;
  name: string;
  /** The only server that it belongs to. */
  serverId: ServerId;
  avatarUrl: string | null;
  permissions: Open<RobotPermission>[];
  active: boolean;
  /** ISO 8601. */
  createdAt?: string | null | undefined;
}

export const RobotInfoSchema = /*#__PURE__*/ v.looseObject({
  id: text as Text<RobotId>,
  name: text,
  serverId: text as Text<ServerId>,
  avatarUrl: nullableText,
  permissions: /*#__PURE__*/ v.array(text as OpenText<RobotPermission>),
  active: flag,
  createdAt: optionalText,
});
