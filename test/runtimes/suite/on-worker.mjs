import { runSuite } from './suite.mjs';

// For workerd: a module worker that is asked once and answers a line per case as it ends.
export default {
  fetch: async (request, _env, ctx) => {
    const config = await request.json();
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    const encoder = new TextEncoder();
    const answer = async () => {
      await runSuite(config, (row) => writer.write(encoder.encode(`${JSON.stringify(row)}\n`)));
      await writer.close();
    };
    ctx.waitUntil(answer());
    return new Response(readable);
  },
};
