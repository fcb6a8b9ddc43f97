export { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.js';
export { createManualClock, type SandboxClock } from './control/clock.js';
export type { SandboxFault, SandboxFaults } from './control/faults.js';
export type { SandboxFixtures, SandboxRobot, SandboxUser, SandboxWebhook } from './control/fixtures.js';
export type { SandboxRequest } from './control/request-log.js';
export type { SandboxIds, SandboxTokens } from './control/seed.js';
export type { SandboxState } from './views/state.js';
export type { SandboxEventType, WebhookDelivery } from './world/rows.js';
