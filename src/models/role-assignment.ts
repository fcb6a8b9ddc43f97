import type * as v from 'valibot';
import { text, type OpenText } from './common.js';
import { model } from './model.js';
import type { ServerRoleName } from './role.js';

export const RoleAssignmentSchema = /*#__PURE__*/ model({
  userId: text,
  roleId: text,
  roleName: text,
  role: text as OpenText<ServerRoleName>,
});

/** The role that a member has now. */
export interface RoleAssignment extends v.InferOutput<typeof RoleAssignmentSchema> {}
