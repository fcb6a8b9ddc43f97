// The former home of virtual time.
export { inVirtualTime, turns, turnsOfThreads, type VirtualTime } from './clock.js';
