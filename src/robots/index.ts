export { createMemoryClaimStore, type ClaimStore, type ClaimStoreAnswer } from './claim-store.js';
export { dispatchRobotEvents, type DispatchOptions } from './dispatch-robot-events.js';
export { handleRobotEvent, type HandleRobotEventOptions } from './handle-robot-event.js';
export { type ListenOptions, type ListenState } from './listen.js';
export { listenRobotEvents, type ListenRobotEventsOptions } from './listen-robot-events.js';
export { parseCommand, type Command } from './parse-command.js';
export { listenByPoll, pollRobotEvents } from './poll.js';
export { robotRateLimit, type RobotRateLimitOptions } from './rate-limit.js';
export {
  robotCommands,
  type CommandAnswer,
  type CommandContext,
  type CommandHandler,
  type CommandResult,
  type Commands,
  type CommandsOptions,
} from './robot-commands.js';
export type {
  MemberJoinEvent,
  MemberLeaveEvent,
  MemberRoleChangedEvent,
  PresenceUpdateEvent,
  RobotEvent,
  RobotEventType,
  RoomCreatedEvent,
  RoomDeletedEvent,
  RoomMessageDeletedEvent,
  RoomMessageEditedEvent,
  RoomMessageEvent,
  ServerUpdatedEvent,
  UnknownEvent,
  VoiceJoinEvent,
  VoiceLeaveEvent,
} from '../models/robot-events.js';
export type { OnRobotError, RobotEventHandler, RobotEventHandlers, RobotHandlerContext } from './run-handler.js';
export type { TakeSlot } from './shared-budget.js';
export { listenBySse, streamRobotEvents, type StreamOptions } from './sse.js';
export { verifyWebhook, type VerifyWebhookOptions, type WebhookHeaders } from './verify-webhook.js';
export type { WebhookBody } from './webhook-body.js';
export { createWebhookHandler, type WebhookHandlerOptions } from './webhook-handler.js';
export type { WebhookSecret } from './webhook-secrets.js';
