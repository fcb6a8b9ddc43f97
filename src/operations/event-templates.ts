import type { CallOptions, UserContext } from '../context.js';
import {
  EventTemplateSchema,
  type CreateEventTemplateBody,
  type EventTemplate,
  type UpdateEventTemplateBody,
} from '../models/event-templates.js';
import { list, model } from '../models/model.js';
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
  serverId: string,
  options?: CallOptions,
): LagResult<EventTemplate[]> {
  return call(
    ctx,
    { path: path`/servers/${serverId}/event-templates`, response: model({ templates: list(EventTemplateSchema) }) },
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
  serverId: string,
  body: CreateEventTemplateBody,
  options?: CallOptions,
): LagResult<EventTemplate> {
  return call(
    ctx,
    {
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
  serverId: string,
  templateId: string,
  body: UpdateEventTemplateBody,
  options?: CallOptions,
): LagResult<EventTemplate> {
  return call(
    ctx,
    {
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
  serverId: string,
  templateId: string,
  options?: CallOptions,
): LagResult<Acknowledgement> {
  return call(
    ctx,
    {
      method: 'DELETE',
      path: path`/servers/${serverId}/event-templates/${templateId}`,
      response: AcknowledgementSchema,
    },
    options,
  );
}
