export { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.js';
export { createManualClock, type SandboxClock } from './clock.js';
export type { SandboxFault, SandboxFaults } from './faults.js';
export type { SandboxFixtures, SandboxRobot, SandboxUser, SandboxWebhook } from './fixtures.js';
export type { SandboxRequest } from './request-log.js';
export type { SandboxIds, SandboxTokens } from './seed.js';
export type { SandboxState } from './state.js';
export type { SandboxEventType, WebhookDelivery } from './world.js';
