import * as v from 'valibot';
import type { Hono } from 'hono';
import { allBits, defaultRole, enter, findMember, findRole, outranked, rankOf, roleOf } from '../../world/access.js';
import { asUser } from '../auth.js';
import { emit } from '../../world/robot-events.js';
import { noContent, refuse, withBody } from '../requests.js';
import { makeRole } from '../../world/make.js';
import { given, text, whole } from '../schemas.js';
import { roleView } from '../../views/views.js';
import type { RoleRow, ServerRow, World } from '../../world/world.js';

const color = v.nullable(v.pipe(v.string(), v.regex(/^#[0-9a-fA-F]{6}$/, 'must be a colour such as #2f9e44')));
const CreateSchema = v.object({ name: text(1, 32), color: v.optional(color), permissions: whole(0, allBits) });
const UpdateSchema = v.object({
  name: v.optional(text(1, 32)),
  color: v.optional(color),
  permissions: v.optional(whole(0, allBits)),
  sortOrder: v.optional(whole(0, 10_000)),
});
const AssignSchema = v.object({ roleId: v.string() });

export const roleRoutes = (api: Hono, world: World): void => {
  api.get(
    '/servers/:serverId/roles',
    asUser(world, (c, me) => {
      const { server } = enter(world, me, c.req.param('serverId')!);
      return c.json(sorted(server).map((role) => roleView(server, role)));
    }),
  );

  api.post(
    '/servers/:serverId/roles',
    asUser(
      world,
      withBody(CreateSchema, (c, me, { name, color, permissions }) => {
        const { server, role: mine } = enter(world, me, c.req.param('serverId')!, 'MANAGE_ROLES');
        withinOwn(mine, permissions);
        // After the other made ones, before Member.
        const sortOrder =
          Math.max(
            ...sorted(server)
              .filter(({ makes }) => makes !== 'member')
              .map((role) => role.sortOrder),
          ) + 1;
        return c.json(
          roleView(server, makeRole(world, server, { name, color: color ?? null, permissions, sortOrder })),
          201,
        );
      }),
    ),
  );

  api.patch(
    '/servers/:serverId/roles/:roleId',
    asUser(
      world,
      withBody(UpdateSchema, (c, me, body) => {
        const { server, role: mine } = enter(world, me, c.req.param('serverId')!, 'MANAGE_ROLES');
        const role = findRole(server, c.req.param('roleId')!);
        if (body.permissions !== undefined && role.makes) refuse(400, 'The permissions of a default role are fixed');
        if (body.permissions !== undefined) withinOwn(mine, body.permissions);
        Object.assign(role, given(body));
        return c.json(roleView(server, role));
      }),
    ),
  );

  api.delete(
    '/servers/:serverId/roles/:roleId',
    asUser(world, (c, me) => {
      const { server } = enter(world, me, c.req.param('serverId')!, 'MANAGE_ROLES');
      const role = findRole(server, c.req.param('roleId')!);
      if (role.makes) refuse(400, 'A default role cannot be deleted');
      const fallback = defaultRole(server, 'member').id;
      for (const member of server.members.values()) if (member.roleId === role.id) member.roleId = fallback;
      server.roles.delete(role.id);
      return noContent();
    }),
  );

  api.put(
    '/servers/:serverId/members/:userId/role',
    asUser(
      world,
      withBody(AssignSchema, (c, me, { roleId }) => {
        const membership = enter(world, me, c.req.param('serverId')!, 'MANAGE_ROLES');
        const { server, role: mine } = membership;
        const member = findMember(server, c.req.param('userId')!);
        const role = findRole(server, roleId);
        if (role.makes === 'owner') refuse(400, 'The Owner role cannot be given away');
        outranked(membership, me, member.userId);
        if (role.makes === 'admin' && server.ownerId !== me.id) refuse(403, 'Only the owner makes admins');
        withinOwn(mine, role.permissions);
        const oldRole = roleOf(server, member).name;
        member.roleId = role.id;
        const { userId } = member;
        emit(world, server.id, 'member.role_changed', { userId, oldRole, newRole: role.name });
        return c.json({ userId, roleId, roleName: role.name, role: rankOf(server, userId) });
      }),
    ),
  );
};

const sorted = (server: ServerRow): RoleRow[] => [...server.roles.values()].sort((a, b) => a.sortOrder - b.sortOrder);

const withinOwn = (mine: RoleRow, permissions: number): void => {
  if (permissions & ~mine.permissions) refuse(403, 'You cannot give permissions that you do not have');
};
