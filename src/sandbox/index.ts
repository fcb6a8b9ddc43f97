export { createSandbox, type Sandbox } from './sandbox.js';
export { createManualClock, type SandboxClock } from './control/clock.js';
export type { SandboxFault, SandboxFaultMatch, SandboxFaults } from './control/faults.js';
export type {
  SandboxFixtures,
  SandboxMemberOptions,
  SandboxRobot,
  SandboxRobotOptions,
  SandboxRoomOptions,
  SandboxServerOptions,
  SandboxUser,
  SandboxUserOptions,
  SandboxWebhook,
} from './control/fixtures.js';
export type { SandboxOptions } from './control/options.js';
export type { SandboxQuirks } from './control/quirks.js';
export type { SandboxRequest } from './control/request-log.js';
export type { SandboxIds, SandboxTokens } from './control/seed.js';
export type { SandboxOperation } from './http/operations.js';
export type { SandboxState } from './views/state.js';
export type { SandboxEventType, WebhookDelivery } from './world/rows.js';
