import { fieldsOf } from '../fields-of.js';
import type { LagTransportFailure } from '../pipeline/transport.js';

/** Codes of failures before a connection stood: no address, no route, no certificate that fits. */
const NOT_CONNECTED: ReadonlySet<string> = /*#__PURE__*/ new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
  // Bun's names.
  'ConnectionRefused',
  'FailedToOpenSocket',
  'EPROTO',
]);

/** Codes that mean "not connected" unless the system call that failed was reading or writing. */
const REFUSED_OR_UNREACHABLE: ReadonlySet<string> = /*#__PURE__*/ new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
]);

/** System calls that come before anything is sent. */
const BEFORE_SENDING: ReadonlySet<string> = /*#__PURE__*/ new Set(['connect', 'getaddrinfo', 'queryA', 'queryAaaa']);

/** Codes of arguments that a client refuses, and would refuse again. */
const INVALID_ARGUMENT: ReadonlySet<string> = /*#__PURE__*/ new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'ERR_INVALID_ARG_TYPE',
  'ERR_INVALID_ARG_VALUE',
  'ERR_INVALID_URL',
  'ERR_INVALID_CHAR',
]);

/** Alerts that TLS gives on a connection that stood already; all its other codes are of the handshake. */
const TLS_AFTER_HANDSHAKE: ReadonlySet<string> = /*#__PURE__*/ new Set([
  'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
  'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_UNEXPECTED_EOF_WHILE_READING',
]);

const MAX_DEPTH = 9;

/**
 * How far a request came, from what a fetch threw. fetch tells no more than its errors do, so anything that is not known
 * to come before the connection counts as unknown.
 */
export const toFetchFailure = (cause: unknown): LagTransportFailure => {
  try {
    return { progress: progressOf(cause, MAX_DEPTH), cause };
  } catch {
    return { progress: 'unknown', cause };
  }
};

const progressOf = (thrown: unknown, depth: number): LagTransportFailure['progress'] => {
  if (typeof thrown !== 'object' || thrown === null || depth === 0) return 'unknown';
  const { code, syscall, message, errors, cause } = fieldsOf(thrown);
  // Each address that a name has was tried.
  if (Array.isArray(errors) && errors.length > 0)
    return errors.every((error) => progressOf(error, depth - 1) === 'not_sent') ? 'not_sent' : 'unknown';
  if (typeof code === 'string') return progressOfCode(code, syscall, message);
  if (cause !== undefined) return progressOf(cause, depth - 1);
  return typeof message === 'string' ? progressOfMessage(message) : 'unknown';
};

const progressOfCode = (code: string, syscall: unknown, message: unknown): LagTransportFailure['progress'] => {
  if (typeof syscall === 'string') return BEFORE_SENDING.has(syscall) ? 'not_sent' : 'unknown';
  if (INVALID_ARGUMENT.has(code)) return 'refused';
  if (NOT_CONNECTED.has(code) || REFUSED_OR_UNREACHABLE.has(code)) return 'not_sent';
  if (code.startsWith('ERR_SSL_')) return TLS_AFTER_HANDSHAKE.has(code) ? 'unknown' : 'not_sent';
  return typeof message === 'string' ? progressOfMessage(message) : 'unknown';
};

/** What has no code of its own, by the exact words of the runtime. */
const progressOfMessage = (message: string): LagTransportFailure['progress'] => {
  // Node: a port that fetch blocks.
  if (message === 'bad port') return 'refused';
  // Node: the socket died in the handshake, as ECONNRESET.
  if (message === 'Client network socket disconnected before secure TLS connection was established') return 'not_sent';
  // undici behind NODE_USE_ENV_PROXY: the proxy refused to connect.
  if (message.startsWith('Proxy response (')) return 'not_sent';
  // Deno says at which stage it failed.
  return message.includes('client error (Connect)') ? 'not_sent' : 'unknown';
};
