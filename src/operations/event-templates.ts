import type { CallOptions } from '../call-options.js';
import type { UserContext } from '../context.js';
import type { EventTemplateId, ServerId } from '../models/ids.js';
import {
  EventTemplateSchema,
  EventTemplateListSchema,
  type CreateEventTemplateBody,
  type EventTemplate,
  type UpdateEventTemplateBody,
} from '../models/event-templates.js';
import { AcknowledgementSchema, type Acknowledgement } from '../models/users.js';
import { call, path } from '../call.js';
import type { LagResult } from '../pipeline/types.js';

/**
 * Lists the repeated events of a server.
 *
 * `GET /servers/:serverId/event-templates`. Users only.
 */
export function listEventTemplates(
  ctx: UserContext,
  serverId: ServerId,
  options?: CallOptions,
): LagResult<EventTemplate[]> {
  return call(
    ctx,
    { name: 'listEventTemplates', path: path`/servers/${serverId}/event-templates`, response: EventTemplateListSchema },
    options,
  ).map((answer) => answer.templates);
}

/**
 * Makes a repeated event; the server makes each one of it 48 hours ahead.
 *
 * `POST /servers/:serverId/event-templates`. Users only.
 */
export function createEventTemplate(
  ctx: UserContext,
  serverId: ServerId,
  body: CreateEventTemplateBody,
  options?: CallOptions,
): LagResult<EventTemplate> {
  return call(
    ctx,
    {
      name: 'createEventTemplate',
      method: 'POST',
      path: path`/servers/${serverId}/event-templates`,
      body,
      idempotent: false,
      response: EventTemplateSchema,
    },
    options,
  );
}

/**
 * Changes a repeated event.
 *
 * `PATCH /servers/:serverId/event-templates/:templateId`. Users only.
 */
export function updateEventTemplate(
  ctx: UserContext,
  serverId: ServerId,
  templateId: EventTemplateId,
  body: UpdateEventTemplateBody,
  options?: CallOptions,
): LagResult<EventTemplate> {
  return call(
    ctx,
    {
      name: 'updateEventTemplate',
      method: 'PATCH',
      path: path`/servers/${serverId}/event-templates/${templateId}`,
      body,
      response: EventTemplateSchema,
    },
    options,
  );
}

/**
 * Deletes a repeated event and the events of it that are still to come.
 *
 * `DELETE /servers/:serverId/event-templates/:templateId`. Users only.
 */
export function deleteEventTemplate(
  ctx: UserContext,
  serverId: ServerId,
  templateId: EventTemplateId,
  options?: CallOptions,
): LagResult<Acknowledgement> {
  return call(
    ctx,
    {
      name: 'deleteEventTemplate',
      method: 'DELETE',
      path: path`/servers/${serverId}/event-templates/${templateId}`,
      response: AcknowledgementSchema,
    },
    options,
  );
}
