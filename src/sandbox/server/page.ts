import { errorResponse } from '../http/responses.js';
import { CONTROL_PATH } from './control.js';

type PageFile = 'html' | 'css' | 'js';

/** By path: the file of the page, and its type. */
const FILES: ReadonlyMap<string, readonly [file: PageFile, type: string]> = new Map([
  ['/', ['html', 'text/html; charset=utf-8']],
  [`${CONTROL_PATH}/page.css`, ['css', 'text/css; charset=utf-8']],
  [`${CONTROL_PATH}/page.js`, ['js', 'text/javascript; charset=utf-8']],
]);

export const isPagePath = (path: string): boolean => FILES.has(path);

/** The page may load only itself, send requests only to the sandbox, and be in no frame. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

/** What other machines see at `/`, without a token in it. It also tells tools that the server is up. */
const NOTE = 'Lag sandbox. Its page and /_sandbox answer only the machine that it runs on.\n';

/** A file of the page for people at `/`, for this machine only because it shows tokens. */
export const pageResponse = async (method: string, path: string, isLocal: boolean): Promise<Response> => {
  const [file, type] = FILES.get(path) ?? [];
  const isRead = method === 'GET' || method === 'HEAD';
  if (!file || !type || !isRead) return errorResponse(404, `Route ${method}:${path} not found`);
  if (!isLocal) return new Response(NOTE, { headers: { 'content-type': 'text/plain; charset=utf-8' } });
  // Loaded when somebody looks at the page.
  const { PAGE_FILES } = await import('./page/page-files.js');
  return new Response(PAGE_FILES[file], { headers: { 'content-type': type, ...HEADERS } });
};
