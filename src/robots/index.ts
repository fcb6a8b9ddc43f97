export {
  parseCommand,
  robotCommands,
  type Command,
  type CommandAnswer,
  type CommandResult,
  type Commands,
  type CommandsOptions,
} from './commands.js';
export { dispatchRobotEvents, type DispatchOptions } from './dispatch.js';
export { type OnRobotError, type RobotEventHandlers } from './handle.js';
export { type ListenOptions } from './listen.js';
export { listenRobotEvents, type ListenRobotEventsOptions } from './listen-robot-events.js';
export { listenByPoll, pollRobotEvents } from './poll.js';
export { robotRateLimit, type RobotRateLimitOptions } from './rate-limit.js';
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
export { listenBySse, streamRobotEvents, type StreamOptions } from './sse.js';
export { type RobotStore } from './store.js';
export { verifyWebhook, type VerifyWebhookOptions, type WebhookHeaders, type WebhookSecret } from './verify-webhook.js';
export { createWebhookHandler, type WebhookHandlerOptions } from './webhook-handler.js';
